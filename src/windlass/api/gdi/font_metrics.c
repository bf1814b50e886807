/* What the selected font is like ("TEXTMETRICW structure", "OUTLINETEXTMETRICW structure", "GetTextFace function"). */
#include "font_metrics.h"

#include "codepage.h"

/* ---- TEXTMETRIC ---- */

static BYTE pitch_and_family(const struct face *face) {
    return (BYTE)(face->family | (face->is_fixed ? 0 : TMPF_FIXED_PITCH) | TMPF_VECTOR | (face->is_truetype ? TMPF_TRUETYPE : TMPF_DEVICE));
}

/* The gap of hhea that the cell's height has not used up yet. */
static LONG external_leading(const struct face_facts *facts) {
    LONG gap = facts->line_gap - (facts->win_ascent + facts->win_descent - (facts->ascent - facts->descent));
    return gap > 0 ? gap : 0;
}

void text_metric_of(const struct scaled_font *font, TEXTMETRICW *metric) {
    const struct face *face = font->face;
    const struct face_facts *facts = &face->facts;
    WCHAR break_char = face_break_char(face);
    LONG ascent = font->ascent, descent = font->descent, bold = font->is_emboldened;
    *metric = (TEXTMETRICW){
        .tmHeight = logical_y(font, ascent + descent), .tmAscent = logical_y(font, ascent),
        .tmInternalLeading = logical_y(font, ascent + descent - font->ppem),
        .tmExternalLeading = logical_y(font, scale_y(font, external_leading(facts))),
        .tmAveCharWidth = logical_x(font, scale_x(font, facts->average_width) + bold),
        .tmMaxCharWidth = logical_x(font, scale_x(font, facts->box.right - facts->box.left) + bold),
        .tmWeight = font->is_emboldened ? FW_BOLD : face->weight, .tmDigitizedAspectX = 96, .tmDigitizedAspectY = 96,
        .tmFirstChar = (WCHAR)facts->first_char, .tmLastChar = (WCHAR)facts->last_char,
        .tmDefaultChar = (WCHAR)(break_char - 1), .tmBreakChar = break_char,
        .tmItalic = face->is_italic || font->is_slanted ? 255 : 0, .tmUnderlined = font->like.lfUnderline ? 255 : 0,
        .tmStruckOut = font->like.lfStrikeOut ? 255 : 0, .tmPitchAndFamily = pitch_and_family(face), .tmCharSet = font->charset,
    };
    metric->tmDescent = metric->tmHeight - metric->tmAscent;
    if (metric->tmInternalLeading < 0)
        metric->tmInternalLeading = 0;
}

static BYTE narrow_char(WCHAR unit) { return unit > 0xff ? 0xff : (BYTE)unit; }

void text_metric_to_ansi(const TEXTMETRICW *wide, TEXTMETRICA *narrow) {
    memcpy(narrow, wide, offsetof(TEXTMETRICW, tmFirstChar));
    narrow->tmFirstChar = narrow_char((WCHAR)(wide->tmDefaultChar - 1));
    narrow->tmLastChar = narrow_char(wide->tmLastChar);
    narrow->tmDefaultChar = narrow_char(wide->tmDefaultChar);
    narrow->tmBreakChar = narrow_char(wide->tmBreakChar);
    memcpy(&narrow->tmItalic, &wide->tmItalic, 5);
}

/* Of the font that is selected into the DC. */
static bool selected_metric(HDC hdc, TEXTMETRICW *metric) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return false;
    fonts_lock();
    struct scaled_font *font = dc_font(dc);
    if (font)
        text_metric_of(font, metric);
    fonts_unlock();
    return font != NULL;
}

API(gdi32, BOOL, GetTextMetricsW, HDC hdc, TEXTMETRICW *lptm) {
    TEXTMETRICW metric;
    if (!selected_metric(hdc, &metric))
        return FALSE;
    *lptm = metric;
    return TRUE;
}

API(gdi32, BOOL, GetTextMetricsA, HDC hdc, TEXTMETRICA *lptm) {
    TEXTMETRICW metric;
    if (!selected_metric(hdc, &metric))
        return FALSE;
    text_metric_to_ansi(&metric, lptm);
    return TRUE;
}

/* ---- OUTLINETEXTMETRIC, with four names behind it ---- */

typedef struct {
    UINT otmSize;
    TEXTMETRICW otmTextMetrics;
    BYTE otmFiller, otmPanoseNumber[PANOSE_SIZE];
    UINT otmfsSelection, otmfsType;
    int otmsCharSlopeRise, otmsCharSlopeRun, otmItalicAngle;
    UINT otmEMSquare;
    int otmAscent, otmDescent;
    UINT otmLineGap, otmsCapEmHeight, otmsXHeight;
    RECT otmrcFontBox;
    int otmMacAscent, otmMacDescent;
    UINT otmMacLineGap, otmusMinimumPPEM;
    POINT otmptSubscriptSize, otmptSubscriptOffset, otmptSuperscriptSize, otmptSuperscriptOffset;
    UINT otmsStrikeoutSize;
    int otmsStrikeoutPosition, otmsUnderscoreSize, otmsUnderscorePosition;
    LPSTR otmpFamilyName, otmpFaceName, otmpStyleName, otmpFullName;
} OUTLINETEXTMETRICW;
_Static_assert(sizeof(OUTLINETEXTMETRICW) == 232, "OUTLINETEXTMETRICW");

typedef struct {
    UINT otmSize;
    TEXTMETRICA otmTextMetrics;
    BYTE otmFiller, otmPanoseNumber[PANOSE_SIZE];
    UINT otmfsSelection;                             /* from here on as above */
    BYTE rest[offsetof(OUTLINETEXTMETRICW, otmpFamilyName) - offsetof(OUTLINETEXTMETRICW, otmfsType)];
    LPSTR otmpFamilyName, otmpFaceName, otmpStyleName, otmpFullName;
} OUTLINETEXTMETRICA;
_Static_assert(sizeof(OUTLINETEXTMETRICA) == 232, "OUTLINETEXTMETRICA");

enum { NAMES = 4 };
struct outline_metric {
    OUTLINETEXTMETRICW wide;
    WCHAR names[NAMES][LF_FULLFACESIZE];
};

static int units_y(const struct scaled_font *font, LONG units) { return logical_y(font, scale_y(font, units)); }
static int units_x(const struct scaled_font *font, LONG units) { return logical_x(font, scale_x(font, units)); }
static POINT units_point(const struct scaled_font *font, const LONG *units) {
    return (POINT){units_x(font, units[0]), units_y(font, units[1])};
}

static void copy_names(struct outline_metric *metric, const struct face *face) {
    const struct { const WCHAR *name; size_t capacity; } names[NAMES] = {
        {face->family_name, LF_FACESIZE}, {face->full_name, LF_FULLFACESIZE}, {face->style_name, LF_FACESIZE}, {face->unique_name, LF_FULLFACESIZE}};
    for (int i = 0; i < NAMES; i++)
        memcpy(metric->names[i], names[i].name, names[i].capacity * sizeof(WCHAR));
}

static UINT selection_of(const struct scaled_font *font) {
    UINT selection = (UINT)font->face->facts.selection;
    return selection | (font->is_slanted ? 1 : 0) | (font->is_emboldened ? 0x20 : 0) | (font->like.lfUnderline ? 2 : 0) | (font->like.lfStrikeOut ? 0x10 : 0);
}

static void outline_metric_of(const struct scaled_font *font, struct outline_metric *metric) {
    const struct face_facts *facts = &font->face->facts;
    *metric = (struct outline_metric){.wide = {
        .otmfsSelection = selection_of(font), .otmfsType = (UINT)facts->type, .otmsCharSlopeRise = facts->slope_rise,
        .otmsCharSlopeRun = facts->slope_run, .otmItalicAngle = facts->italic_angle, .otmEMSquare = (UINT)facts->units,
        .otmAscent = units_y(font, facts->typo_ascent), .otmDescent = units_y(font, facts->typo_descent),
        .otmLineGap = (UINT)units_y(font, facts->typo_gap), .otmsCapEmHeight = (UINT)units_y(font, facts->cap_height),
        .otmsXHeight = (UINT)units_y(font, facts->x_height),
        .otmrcFontBox = {units_x(font, facts->box.left), units_y(font, facts->box.top), units_x(font, facts->box.right), units_y(font, facts->box.bottom)},
        .otmMacAscent = units_y(font, facts->ascent), .otmMacDescent = units_y(font, facts->descent),
        .otmMacLineGap = (UINT)units_y(font, facts->line_gap), .otmusMinimumPPEM = (UINT)facts->min_ppem,
        .otmptSubscriptSize = units_point(font, facts->script), .otmptSubscriptOffset = units_point(font, facts->script + 2),
        .otmptSuperscriptSize = units_point(font, facts->script + 4), .otmptSuperscriptOffset = units_point(font, facts->script + 6),
        .otmsStrikeoutSize = (UINT)units_y(font, facts->strikeout_size), .otmsStrikeoutPosition = units_y(font, facts->strikeout_position),
        .otmsUnderscoreSize = units_y(font, facts->underline_size), .otmsUnderscorePosition = units_y(font, facts->underline_position),
    }};
    text_metric_of(font, &metric->wide.otmTextMetrics);
    memcpy(metric->wide.otmPanoseNumber, facts->panose, PANOSE_SIZE);
    copy_names(metric, font->face);
}

static struct outline_metric *selected_outline_metric(HDC hdc) {
    struct dc *dc = dc_find(hdc);
    struct outline_metric *metric = dc ? malloc(sizeof *metric) : NULL;
    if (!metric)
        return NULL;
    fonts_lock();
    struct scaled_font *font = dc_font(dc);
    if (font)
        outline_metric_of(font, metric);
    fonts_unlock();
    if (font)
        return metric;
    free(metric);
    return NULL;
}

/* The names' offsets count from the structure's beginning. Order in memory: family, style, face, full. */
enum { FAMILY, FACE, STYLE, FULL };
static const int name_order[NAMES] = {FAMILY, STYLE, FACE, FULL};

struct named { UINT size; size_t offsets[NAMES]; };

static struct named place_names(size_t head, const size_t *sizes) {
    struct named named = {(UINT)head, {0}};
    for (int i = 0; i < NAMES; i++) {
        named.offsets[name_order[i]] = named.size;
        named.size += (UINT)sizes[name_order[i]];
    }
    return named;
}

/* The result is the size with the names, or, where that does not fit, what does without them. */
API(gdi32, UINT, GetOutlineTextMetricsW, HDC hdc, UINT cjCopy, OUTLINETEXTMETRICW *potm) {
    struct outline_metric *metric = selected_outline_metric(hdc);
    size_t sizes[NAMES];
    if (!metric)
        return 0;
    for (int i = 0; i < NAMES; i++)
        sizes[i] = (wide_length(metric->names[i]) + 1) * sizeof(WCHAR);
    struct named named = place_names(sizeof *potm, sizes);
    if (potm) {
        LPSTR *offsets[NAMES] = {&metric->wide.otmpFamilyName, &metric->wide.otmpFaceName, &metric->wide.otmpStyleName, &metric->wide.otmpFullName};
        metric->wide.otmSize = cjCopy < named.size ? sizeof *potm : named.size;
        for (int i = 0; i < NAMES && cjCopy >= named.size; i++) {
            *offsets[i] = (LPSTR)named.offsets[i];
            memcpy((BYTE *)potm + named.offsets[i], metric->names[i], sizes[i]);
        }
        memcpy(potm, &metric->wide, cjCopy < sizeof *potm ? cjCopy : sizeof *potm);
    }
    UINT size = potm && cjCopy < named.size ? (cjCopy < sizeof *potm ? cjCopy : (UINT)sizeof *potm) : named.size;
    free(metric);
    return size;
}

static void narrow_outline_metric(const OUTLINETEXTMETRICW *wide, OUTLINETEXTMETRICA *narrow) {
    *narrow = (OUTLINETEXTMETRICA){.otmFiller = 0};
    text_metric_to_ansi(&wide->otmTextMetrics, &narrow->otmTextMetrics);
    memcpy(narrow->otmPanoseNumber, wide->otmPanoseNumber, PANOSE_SIZE);
    narrow->otmfsSelection = wide->otmfsSelection;
    memcpy(narrow->rest, &wide->otmfsType, sizeof narrow->rest);
}

API(gdi32, UINT, GetOutlineTextMetricsA, HDC hdc, UINT cjCopy, OUTLINETEXTMETRICA *potm) {
    struct outline_metric *metric = selected_outline_metric(hdc);
    OUTLINETEXTMETRICA narrow;
    char *names[NAMES];
    size_t sizes[NAMES];
    if (!metric)
        return 0;
    narrow_outline_metric(&metric->wide, &narrow);
    for (int i = 0; i < NAMES; i++) {
        names[i] = ansi_from_wide(metric->names[i]);
        sizes[i] = names[i] ? strlen(names[i]) + 1 : 0;
    }
    free(metric);
    struct named named = place_names(sizeof *potm, sizes);
    LPSTR *offsets[NAMES] = {&narrow.otmpFamilyName, &narrow.otmpFaceName, &narrow.otmpStyleName, &narrow.otmpFullName};
    narrow.otmSize = cjCopy < named.size ? sizeof *potm : named.size;
    for (int i = 0; i < NAMES; i++) {
        if (potm && cjCopy >= named.size) {
            *offsets[i] = (LPSTR)named.offsets[i];
            memcpy((BYTE *)potm + named.offsets[i], names[i], sizes[i]);
        }
        free(names[i]);
    }
    if (potm)
        memcpy(potm, &narrow, cjCopy < sizeof narrow ? cjCopy : sizeof narrow);
    return potm && cjCopy < named.size ? (cjCopy < sizeof narrow ? cjCopy : (UINT)sizeof narrow) : named.size;
}

/* ---- the face's name ---- */

/* The length counts the terminating zero; a name that is too long is cut off. */
API(gdi32, int, GetTextFaceW, HDC hdc, int c, LPWSTR lpName) {
    struct dc *dc = dc_find(hdc);
    WCHAR name[LF_FACESIZE] = {0};
    if (!dc || (lpName && c <= 0))
        return 0;
    fonts_lock();
    struct scaled_font *font = dc_font(dc);
    if (font)
        memcpy(name, font->face->family_name, sizeof name);
    fonts_unlock();
    int needed = (int)wide_length(name) + 1;
    if (!font || !lpName)
        return font ? needed : 0;
    int copied = needed < c ? needed : c;
    memcpy(lpName, name, (size_t)copied * sizeof *lpName);
    lpName[copied - 1] = 0;
    return copied;
}

/* Here the length does not count it, but where there is no buffer. */
API(gdi32, int, GetTextFaceA, HDC hdc, int c, LPSTR lpName) {
    WCHAR wide[LF_FACESIZE];
    if ((lpName && c <= 0) || !api_GetTextFaceW(hdc, LF_FACESIZE, wide))
        return 0;
    char *name = ansi_from_wide(wide);
    int length = name ? (int)strlen(name) : 0, copied = length < c ? length : c - 1;
    if (name && lpName) {
        memcpy(lpName, name, (size_t)copied);
        lpName[copied] = 0;
    }
    free(name);
    return lpName ? copied : length + 1;
}
