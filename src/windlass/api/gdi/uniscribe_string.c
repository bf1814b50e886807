/* Whole lines of text, from characters to pixels in one object ("Displaying Text with Uniscribe: ScriptStringAnalyse"). */
#include "uniscribe.h"

typedef struct script_cache *SCRIPT_CACHE;

API_USE(HRESULT, ScriptItemize, const WCHAR *, int, int, const DWORD *, const SCRIPT_STATE *, SCRIPT_ITEM *, int *);
API_USE(HRESULT, ScriptShape, HDC, SCRIPT_CACHE *, const WCHAR *, int, int, SCRIPT_ANALYSIS *, WORD *, WORD *,
        SCRIPT_VISATTR *, int *);
API_USE(HRESULT, ScriptPlace, HDC, SCRIPT_CACHE *, const WORD *, int, const SCRIPT_VISATTR *, SCRIPT_ANALYSIS *, int *,
        GOFFSET *, ABC *);
API_USE(HRESULT, ScriptTextOut, HDC, SCRIPT_CACHE *, int, int, UINT, const RECT *, const SCRIPT_ANALYSIS *,
        const WCHAR *, int, const WORD *, int, const int *, const int *, const GOFFSET *);
API_USE(HRESULT, ScriptLayout, int, const BYTE *, int *, int *);
API_USE(HRESULT, ScriptBreak, const WCHAR *, int, const SCRIPT_ANALYSIS *, SCRIPT_LOGATTR *);
API_USE(HRESULT, ScriptCPtoX, int, BOOL, int, int, const WORD *, const SCRIPT_VISATTR *, const int *,
        const SCRIPT_ANALYSIS *, int *);
API_USE(HRESULT, ScriptXtoCP, int, int, int, const WORD *, const SCRIPT_VISATTR *, const int *, const SCRIPT_ANALYSIS *,
        int *, int *);
API_USE(HRESULT, ScriptCacheGetHeight, HDC, SCRIPT_CACHE *, int *);
API_USE(HRESULT, ScriptFreeCache, SCRIPT_CACHE *);
API_USE(HRESULT, ScriptGetLogicalWidths, const SCRIPT_ANALYSIS *, int, int, const int *, const WORD *,
        const SCRIPT_VISATTR *, int *);
API_USE(BOOL, ExtTextOutW, HDC, int, int, UINT, const RECT *, LPCWSTR, UINT, const INT *);
API_USE(COLORREF, SetBkColor, HDC, COLORREF);
API_USE(COLORREF, SetTextColor, HDC, COLORREF);
API_USE(int, SetBkMode, HDC, int);
API_USE(DWORD, GetSysColor, int);

enum { SSA_PASSWORD = 1, SSA_TAB = 2, SSA_CLIP = 4, SSA_FIT = 8, SSA_GLYPHS = 0x80, SSA_RTL = 0x100 };

struct item {
    SCRIPT_ANALYSIS analysis;
    int first, count, glyphs, left, width;           /* characters; pixels from the line's left */
    WORD *glyph, *cluster;
    SCRIPT_VISATTR *attribute;
    int *advance;
    GOFFSET *offset;
};

/* What a SCRIPT_STRING_ANALYSIS points to. */
struct string {
    HDC hdc;
    SCRIPT_CACHE cache;
    WCHAR *text;
    int count, items;
    struct item *item;
    int *visual;                                     /* the items from left to right */
    SCRIPT_LOGATTR *attributes;
    SIZE size;
};

static void free_string(struct string *string) {
    for (int i = 0; i < string->items; i++) {
        const struct item *item = &string->item[i];
        free(item->glyph);
        free(item->cluster);
        free(item->attribute);
        free(item->advance);
        free(item->offset);
    }
    if (string->cache)
        api_ScriptFreeCache(&string->cache);
    free(string->item);
    free(string->visual);
    free(string->attributes);
    free(string->text);
    free(string);
}

/* As a complex script, or, where the font does not do for that, plainly. */
static HRESULT shape_item(struct string *string, struct item *item) {
    size_t room = (size_t)item->count + 1;
    item->glyph = calloc(room, sizeof *item->glyph);
    item->cluster = calloc(room, sizeof *item->cluster);
    item->attribute = calloc(room, sizeof *item->attribute);
    item->advance = calloc(room, sizeof *item->advance);
    item->offset = calloc(room, sizeof *item->offset);
    if (!item->glyph || !item->cluster || !item->attribute || !item->advance || !item->offset)
        return E_OUTOFMEMORY;
    const WCHAR *text = string->text + item->first;
    HRESULT result = api_ScriptShape(string->hdc, &string->cache, text, item->count, item->count, &item->analysis,
                                     item->glyph, item->cluster, item->attribute, &item->glyphs);
    if (result == USP_E_SCRIPT_NOT_IN_FONT) {
        item->analysis.eScript = SCRIPT_UNDEFINED;
        result = api_ScriptShape(string->hdc, &string->cache, text, item->count, item->count, &item->analysis,
                                 item->glyph, item->cluster, item->attribute, &item->glyphs);
    }
    if (result == S_OK)
        result = api_ScriptPlace(string->hdc, &string->cache, item->glyph, item->glyphs, item->attribute,
                                 &item->analysis, item->advance, item->offset, NULL);
    for (int i = 0; i < item->glyphs; i++)
        item->width += item->advance[i];
    return result;
}

static HRESULT make_items(struct string *string, const SCRIPT_STATE *state) {
    SCRIPT_ITEM *items = malloc(((size_t)string->count + 2) * sizeof *items);
    HRESULT result = items ? api_ScriptItemize(string->text, string->count, string->count + 2, NULL, state, items, &string->items) : E_OUTOFMEMORY;
    if (result != S_OK)
        string->items = 0;
    string->item = calloc((size_t)string->items + 1, sizeof *string->item);
    if (!string->item) {
        string->items = 0;
        result = E_OUTOFMEMORY;
    }
    for (int i = 0; result == S_OK && i < string->items; i++) {
        string->item[i] = (struct item){.analysis = items[i].a, .first = items[i].iCharPos, .count = items[i + 1].iCharPos - items[i].iCharPos};
        result = shape_item(string, &string->item[i]);
    }
    free(items);
    return result;
}

static HRESULT order_items(struct string *string) {
    BYTE *levels = malloc((size_t)string->items + 1);
    string->visual = malloc(((size_t)string->items + 1) * sizeof *string->visual);
    if (!levels || !string->visual) {
        free(levels);
        return E_OUTOFMEMORY;
    }
    for (int i = 0; i < string->items; i++)
        levels[i] = (BYTE)string->item[i].analysis.s.uBidiLevel;
    api_ScriptLayout(string->items, levels, string->visual, NULL);
    for (int i = 0; i < string->items; i++) {
        struct item *item = &string->item[string->visual[i]];
        item->left = string->size.cx;
        string->size.cx += item->width;
    }
    free(levels);
    return S_OK;
}

static HRESULT break_string(struct string *string) {
    string->attributes = calloc((size_t)string->count + 1, sizeof *string->attributes);
    for (int i = 0; string->attributes && i < string->items; i++) {
        const struct item *item = &string->item[i];
        api_ScriptBreak(string->text + item->first, item->count, &item->analysis, string->attributes + item->first);
    }
    return string->attributes ? S_OK : E_OUTOFMEMORY;
}

/* cString counts characters of UTF-16: iCharset is -1 then, and only that is taken. Tabs, passwords and fitting are not
 * offered: what asks for them is refused. */
API(usp10 gdi32, HRESULT, ScriptStringAnalyse, HDC hdc, const void *pString, int cString, int cGlyphs, int iCharset,
    DWORD dwFlags, int iReqWidth, const void *psControl, const SCRIPT_STATE *psState, const int *piDx,
    const void *pTabdef, const BYTE *pbInClass, struct string **pssa) {
    enum { UNICODE_TEXT = -1, NOT_OFFERED = SSA_PASSWORD | SSA_TAB | SSA_CLIP | SSA_FIT };
    (void)cGlyphs, (void)iReqWidth, (void)psControl, (void)piDx, (void)pTabdef, (void)pbInClass;
    if (!pString || !pssa || cString < 1 || iCharset != UNICODE_TEXT || dwFlags & NOT_OFFERED)
        return E_INVALIDARG;
    if (dwFlags & SSA_GLYPHS && !hdc)
        return E_PENDING;
    SCRIPT_STATE state = {0};
    if (psState)
        state = *psState;
    if (dwFlags & SSA_RTL)
        state.uBidiLevel = 1;
    struct string *string = calloc(1, sizeof *string);
    if (!string)
        return E_OUTOFMEMORY;
    string->hdc = hdc;
    string->count = cString;
    string->text = text_copy(pString, cString);
    HRESULT result = string->text ? make_items(string, &state) : E_OUTOFMEMORY;
    if (result == S_OK)
        result = order_items(string);
    if (result == S_OK)
        result = break_string(string);
    if (result == S_OK)
        result = api_ScriptCacheGetHeight(hdc, &string->cache, (int *)&string->size.cy);
    if (result == S_OK)
        *pssa = string;
    else
        free_string(string);
    return result;
}

API(usp10 gdi32, HRESULT, ScriptStringFree, struct string **pssa) {
    if (!pssa)
        return E_INVALIDARG;
    if (*pssa)
        free_string(*pssa);
    *pssa = NULL;
    return S_OK;
}

API(usp10 gdi32, const SIZE *, ScriptString_pSize, struct string *ssa) { return ssa ? &ssa->size : NULL; }
API(usp10 gdi32, const int *, ScriptString_pcOutChars, struct string *ssa) { return ssa ? &ssa->count : NULL; }
API(usp10 gdi32, const SCRIPT_LOGATTR *, ScriptString_pLogAttr, struct string *ssa) { return ssa ? ssa->attributes : NULL; }
API(usp10 gdi32, HRESULT, ScriptStringValidate, struct string *ssa) { return ssa ? S_OK : E_INVALIDARG; }

/* "Visual glyph positions to characters" is the order of the characters' clusters from left to right. */
API(usp10 gdi32, HRESULT, ScriptStringGetOrder, struct string *ssa, UINT *puOrder) {
    UINT at = 0;
    if (!ssa || !puOrder)
        return E_INVALIDARG;
    for (int i = 0; i < ssa->items; i++) {
        const struct item *item = &ssa->item[ssa->visual[i]];
        for (int j = 0; j < item->count; j++)
            puOrder[item->first + j] = at + item->cluster[j];
        at += (UINT)item->glyphs;
    }
    return S_OK;
}

API(usp10 gdi32, HRESULT, ScriptStringGetLogicalWidths, struct string *ssa, int *piDx) {
    if (!ssa || !piDx)
        return E_INVALIDARG;
    for (int i = 0; i < ssa->items; i++) {
        const struct item *item = &ssa->item[i];
        api_ScriptGetLogicalWidths(&item->analysis, item->count, item->glyphs, item->advance, item->cluster,
                                   item->attribute, piDx + item->first);
    }
    return S_OK;
}

API(usp10 gdi32, HRESULT, ScriptStringCPtoX, struct string *ssa, int icp, BOOL fTrailing, int *pX) {
    if (!ssa || !pX || icp < 0 || icp >= ssa->count)
        return E_INVALIDARG;
    for (int i = 0; i < ssa->items; i++) {
        const struct item *item = &ssa->item[i];
        if (icp < item->first || icp >= item->first + item->count)
            continue;
        HRESULT result = api_ScriptCPtoX(icp - item->first, fTrailing, item->count, item->glyphs, item->cluster,
                                         item->attribute, item->advance, &item->analysis, pX);
        *pX += item->left;
        return result;
    }
    return E_INVALIDARG;
}

/* Left of the line: -1 and trailing; right of it: the count. */
API(usp10 gdi32, HRESULT, ScriptStringXtoCP, struct string *ssa, int iX, int *piCh, int *piTrailing) {
    if (!ssa || !piCh || !piTrailing)
        return E_INVALIDARG;
    *piCh = iX < 0 ? -1 : ssa->count;
    *piTrailing = iX < 0;
    for (int i = 0; i < ssa->items; i++) {
        const struct item *item = &ssa->item[i];
        if (iX < item->left || iX >= item->left + item->width)
            continue;
        HRESULT result = api_ScriptXtoCP(iX - item->left, item->count, item->glyphs, item->cluster, item->attribute,
                                         item->advance, &item->analysis, piCh, piTrailing);
        *piCh += item->first;
        return result;
    }
    return S_OK;
}

enum { ETO_OPAQUE = 2, ETO_CLIPPED = 4, COLOR_HIGHLIGHT = 13, COLOR_HIGHLIGHTTEXT = 14 };

static HRESULT draw_items(struct string *string, int x, int y, UINT options, const RECT *rect) {
    HRESULT result = S_OK;
    for (int i = 0; result == S_OK && i < string->items; i++) {
        const struct item *item = &string->item[string->visual[i]];
        result = api_ScriptTextOut(string->hdc, &string->cache, x + item->left, y, options & ~(UINT)ETO_OPAQUE, rect,
                                   &item->analysis, NULL, 0, item->glyph, item->glyphs, item->advance, NULL, item->offset);
    }
    return result;
}

/* The characters from the first to before the last that are selected, in the colours of a selection. */
static HRESULT draw_selected(struct string *string, int x, int y, int first, int end) {
    HRESULT result = S_OK;
    COLORREF ink = api_SetTextColor(string->hdc, api_GetSysColor(COLOR_HIGHLIGHTTEXT)), paper = api_SetBkColor(string->hdc, api_GetSysColor(COLOR_HIGHLIGHT));
    int mode = api_SetBkMode(string->hdc, TRANSPARENT);
    for (int i = first; result == S_OK && i < end; i++) {
        int left, right;
        api_ScriptStringCPtoX(string, i, FALSE, &left);
        api_ScriptStringCPtoX(string, i, TRUE, &right);
        const RECT rect = {x + (left < right ? left : right), y, x + (left < right ? right : left), y + string->size.cy};
        api_ExtTextOutW(string->hdc, 0, 0, ETO_OPAQUE, &rect, NULL, 0, NULL);
        result = draw_items(string, x, y, ETO_CLIPPED, &rect);
    }
    api_SetBkMode(string->hdc, mode);
    api_SetBkColor(string->hdc, paper);
    api_SetTextColor(string->hdc, ink);
    return result;
}

API(usp10 gdi32, HRESULT, ScriptStringOut, struct string *ssa, int iX, int iY, UINT uOptions, const RECT *prc,
    int iMinSel, int iMaxSel, BOOL fDisabled) {
    (void)fDisabled;                                 /* a disabled selection has the same colours here */
    if (!ssa)
        return E_INVALIDARG;
    if (!ssa->hdc)
        return E_PENDING;
    if (uOptions & ETO_OPAQUE && prc)
        api_ExtTextOutW(ssa->hdc, 0, 0, ETO_OPAQUE, prc, NULL, 0, NULL);
    HRESULT result = draw_items(ssa, iX, iY, uOptions, prc);
    if (result == S_OK && iMinSel < iMaxSel)
        result = draw_selected(ssa, iX, iY, iMinSel < 0 ? 0 : iMinSel, iMaxSel > ssa->count ? ssa->count : iMaxSel);
    return result;
}
