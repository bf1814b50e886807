/* The installed fonts one by one ("EnumFontFamiliesExW function", "ENUMLOGFONTEXW structure", "NEWTEXTMETRICEXW"). */
#include "font_metrics.h"

#include "codepage.h"

typedef struct {
    LOGFONTW elfLogFont;
    WCHAR elfFullName[LF_FULLFACESIZE], elfStyle[LF_FACESIZE], elfScript[LF_FACESIZE];
} ENUMLOGFONTEXW;
typedef struct {
    LOGFONTA elfLogFont;
    CHAR elfFullName[LF_FULLFACESIZE], elfStyle[LF_FACESIZE], elfScript[LF_FACESIZE];
} ENUMLOGFONTEXA;
typedef struct {
    TEXTMETRICW metric;
    DWORD ntmFlags;
    UINT ntmSizeEM, ntmCellHeight, ntmAvgWidth;
    FONTSIGNATURE ntmFontSig;
} NEWTEXTMETRICEXW;
typedef struct {
    TEXTMETRICA metric;
    DWORD ntmFlags;
    UINT ntmSizeEM, ntmCellHeight, ntmAvgWidth;
    FONTSIGNATURE ntmFontSig;
} NEWTEXTMETRICEXA;
_Static_assert(sizeof(ENUMLOGFONTEXW) == 348 && sizeof(NEWTEXTMETRICEXW) == 100, "W");
_Static_assert(sizeof(ENUMLOGFONTEXA) == 188 && sizeof(NEWTEXTMETRICEXA) == 96, "A");

typedef int(WINAPI *FONTENUMPROC)(const void *font, const void *metric, DWORD type, LPARAM parameter);

enum { TRUETYPE_FONTTYPE = 4, DEVICE_FONTTYPE = 2 };
enum { NTM_REGULAR = 0x40, NTM_BOLD = 0x20, NTM_ITALIC = 1, NTM_PS_OPENTYPE = 0x20000 };

struct entry {
    ENUMLOGFONTEXW font;
    NEWTEXTMETRICEXW metric;
    DWORD type;
};

/* Copies of what is to be told: no lock is held while the program is called. */
struct entries { struct entry *entry; unsigned count, capacity; };

/* ---- one face in one character set ---- */

static void copy_ascii(WCHAR *to, const char *from) {
    do
        *to++ = (BYTE)*from;
    while (*from++);
}

static DWORD flags_of(const struct face *face) {
    DWORD flags = (face->is_italic ? NTM_ITALIC : 0) | (face->is_bold ? NTM_BOLD : 0) | (face->is_truetype ? 0 : NTM_PS_OPENTYPE);
    return flags & (NTM_ITALIC | NTM_BOLD) ? flags : flags | NTM_REGULAR;
}

/* As GDI tells it to programs that do not know the size they want yet. */
static struct scaled_font shown_size(struct face *face, BYTE set) {
    enum { SHOWN_PPEM = 32 };
    struct scaled_font font = {.face = face, .ppem = SHOWN_PPEM, .charset = set, .stretch = 1, .to_logical_x = 1, .to_logical_y = 1};
    font.ascent = scale_y(&font, face->facts.win_ascent);
    font.descent = scale_y(&font, face->facts.win_descent);
    return font;
}

static void describe(struct entry *entry, struct face *face, BYTE set) {
    const struct scaled_font shown = shown_size(face, set);
    TEXTMETRICW *metric = &entry->metric.metric;
    memset(entry, 0, sizeof *entry);
    text_metric_of(&shown, metric);
    entry->metric.ntmFlags = flags_of(face);
    entry->metric.ntmSizeEM = (UINT)face->facts.units;
    entry->metric.ntmCellHeight = (UINT)(face->facts.win_ascent + face->facts.win_descent);
    entry->metric.ntmAvgWidth = (UINT)face->facts.average_width;
    entry->metric.ntmFontSig = face->signature;
    entry->font.elfLogFont = (LOGFONTW){
        .lfHeight = metric->tmHeight, .lfWidth = metric->tmAveCharWidth, .lfWeight = metric->tmWeight, .lfItalic = metric->tmItalic,
        .lfCharSet = set, .lfOutPrecision = 3, .lfClipPrecision = 2, .lfQuality = 1, /* OUT_STROKE, CLIP_STROKE, DRAFT */
        .lfPitchAndFamily = (BYTE)(face->family | (face->is_fixed ? FIXED_PITCH : VARIABLE_PITCH))};
    memcpy(entry->font.elfLogFont.lfFaceName, face->family_name, sizeof face->family_name);
    memcpy(entry->font.elfFullName, face->full_name, sizeof face->full_name);
    memcpy(entry->font.elfStyle, face->style_name, sizeof face->style_name);
    copy_ascii(entry->font.elfScript, charset_script(set));
    entry->type = face->is_truetype ? TRUETYPE_FONTTYPE : DEVICE_FONTTYPE;
}

static void add_entry(struct entries *entries, struct face *face, BYTE set) {
    if (entries->count == entries->capacity) {
        unsigned capacity = entries->capacity ? entries->capacity * 2 : 64;
        struct entry *grown = realloc(entries->entry, capacity * sizeof *grown);
        if (!grown)
            return;
        entries->entry = grown;
        entries->capacity = capacity;
    }
    describe(&entries->entry[entries->count++], face, set);
}

/* ---- which ---- */

static void add_charsets(struct entries *entries, struct face *face, BYTE wanted) {
    BYTE sets[CHARSET_COUNT];
    unsigned count = face_charsets(face, sets);
    for (unsigned i = 0; i < count; i++)
        if (wanted == DEFAULT_CHARSET || wanted == sets[i])
            add_entry(entries, face, sets[i]);
}

/* "One font from each family": the plainest. */
static bool is_first_of_family(const struct face *face) {
    for (const struct face *other = installed_faces; other; other = other->next) {
        if (other == face || other->is_hidden || !same_face_name(other->family_name, face->family_name))
            continue;
        LONG away = labs(face->weight - FW_NORMAL) + face->is_italic * 1000, others = labs(other->weight - FW_NORMAL) + other->is_italic * 1000;
        if (others < away || (others == away && other < face))
            return false;
    }
    return true;
}

/* A name may be one that stands for another; "a full name" finds that face. */
static bool is_named(const struct face *face, const WCHAR *name) {
    const WCHAR *other = font_substitute(name);
    return same_face_name(face->family_name, name) || same_face_name(face->full_name, name) ||
           (other && same_face_name(face->family_name, other));
}

/* Without a name one face of each family. Only EnumFontFamiliesEx tells the character sets of each. */
static void collect(struct entries *entries, const WCHAR *name, BYTE wanted, bool is_ex) {
    for (struct face *face = installed_faces; face; face = face->next) {
        if (face->is_hidden || !(name[0] ? is_named(face, name) : is_first_of_family(face)))
            continue;
        if (is_ex)
            add_charsets(entries, face, wanted);
        else
            add_entry(entries, face, font_charset(face, DEFAULT_CHARSET));
    }
}

/* ---- telling them ---- */

static void narrow_name(CHAR *to, size_t size, const WCHAR *from) {
    char *name = ansi_from_wide(from);
    if (name)
        memccpy(to, name, 0, size - 1);
    free(name);
}

static int tell_ansi(const struct entry *entry, FONTENUMPROC procedure, LPARAM parameter) {
    ENUMLOGFONTEXA font = {.elfScript = {0}};
    NEWTEXTMETRICEXA metric = {.ntmFlags = entry->metric.ntmFlags, .ntmSizeEM = entry->metric.ntmSizeEM, .ntmCellHeight = entry->metric.ntmCellHeight,
                               .ntmAvgWidth = entry->metric.ntmAvgWidth, .ntmFontSig = entry->metric.ntmFontSig};
    memcpy(&font, &entry->font, offsetof(LOGFONTW, lfFaceName));
    narrow_name(font.elfLogFont.lfFaceName, LF_FACESIZE, entry->font.elfLogFont.lfFaceName);
    narrow_name(font.elfFullName, LF_FULLFACESIZE, entry->font.elfFullName);
    narrow_name(font.elfStyle, LF_FACESIZE, entry->font.elfStyle);
    narrow_name(font.elfScript, LF_FACESIZE, entry->font.elfScript);
    text_metric_to_ansi(&entry->metric.metric, &metric.metric);
    return procedure(&font, &metric, entry->type, parameter);
}

static int tell_wide(const struct entry *entry, FONTENUMPROC procedure, LPARAM parameter) {
    return procedure(&entry->font, &entry->metric, entry->type, parameter);
}

/* The callback's last result; 1 where it is never called. The process's heap owns the copies: a callback may end the
 * enumeration by an exception, and then only they are lost. */
static int enumerate(HDC hdc, const WCHAR *name, BYTE wanted, bool is_ex, FONTENUMPROC procedure, LPARAM parameter,
                     int (*tell)(const struct entry *, FONTENUMPROC, LPARAM)) {
    struct entries entries = {NULL, 0, 0};
    int result = 1;
    if (!dc_find(hdc))
        return 0;
    if (!fonts_try_lock())
        return result;
    collect(&entries, name, wanted, is_ex);
    fonts_unlock();
    for (unsigned i = 0; i < entries.count && result; i++)
        result = tell(&entries.entry[i], procedure, parameter);
    free(entries.entry);
    return result;
}

API(gdi32, int, EnumFontFamiliesExW, HDC hdc, const LOGFONTW *lpLogfont, FONTENUMPROC lpProc, LPARAM lParam, DWORD dwFlags) {
    LOGFONTW like = {.lfCharSet = DEFAULT_CHARSET};
    (void)dwFlags;
    if (lpLogfont)
        like = *lpLogfont;
    like.lfFaceName[LF_FACESIZE - 1] = 0;
    return enumerate(hdc, like.lfFaceName, like.lfCharSet, true, lpProc, lParam, tell_wide);
}

API(gdi32, int, EnumFontFamiliesExA, HDC hdc, const LOGFONTA *lpLogfont, FONTENUMPROC lpProc, LPARAM lParam, DWORD dwFlags) {
    WCHAR name[LF_FACESIZE] = {0};
    (void)dwFlags;
    if (lpLogfont)
        codepage_to_wide(codepage_ansi(), 0, lpLogfont->lfFaceName, strnlen(lpLogfont->lfFaceName, LF_FACESIZE), name,
                         LF_FACESIZE - 1, NULL);
    return enumerate(hdc, name, lpLogfont ? lpLogfont->lfCharSet : DEFAULT_CHARSET, true, lpProc, lParam, tell_ansi);
}

API(gdi32, int, EnumFontFamiliesW, HDC hdc, LPCWSTR lpLogfont, FONTENUMPROC lpProc, LPARAM lParam) {
    return enumerate(hdc, lpLogfont ? lpLogfont : u"", DEFAULT_CHARSET, false, lpProc, lParam, tell_wide);
}
API_ALIAS(api_EnumFontFamiliesW, fonts, gdi32, "EnumFontsW");

API(gdi32, int, EnumFontFamiliesA, HDC hdc, LPCSTR lpLogfont, FONTENUMPROC lpProc, LPARAM lParam) {
    WCHAR name[LF_FACESIZE] = {0};
    if (lpLogfont)
        codepage_to_wide(codepage_ansi(), 0, lpLogfont, strnlen(lpLogfont, LF_FACESIZE), name, LF_FACESIZE - 1, NULL);
    return enumerate(hdc, name, DEFAULT_CHARSET, false, lpProc, lParam, tell_ansi);
}
API_ALIAS(api_EnumFontFamiliesA, fonts, gdi32, "EnumFontsA");
