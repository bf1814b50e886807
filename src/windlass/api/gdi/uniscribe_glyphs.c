/* Glyphs of items and their places ("ScriptShape function", "ScriptPlace function", "ScriptTextOut function"). */
#include "uniscribe.h"

#include "unicode.h"

API_USE(DWORD, GetGlyphIndicesW, HDC, LPCWSTR, int, WORD *, DWORD);
API_USE(BOOL, GetCharABCWidthsI, HDC, UINT, UINT, const WORD *, ABC *);
API_USE(BOOL, ExtTextOutW, HDC, int, int, UINT, const RECT *, LPCWSTR, UINT, const INT *);
API_USE(HGDIOBJ, SelectObject, HDC, HGDIOBJ);
API_USE(BOOL, DeleteDC, HDC);
API_USE(HDC, CreateCompatibleDC, HDC);
API_USE(HFONT, CreateFontIndirectW, const LOGFONTW *);
API_USE(int, GetObjectW, HANDLE, int, LPVOID);

/* ---- the cache: a DC of its own with the same font ("Caching") ---- */

struct script_cache {
    HDC hdc;
    HFONT font;
};

static void copy_mapping(struct dc *to, const struct dc *from) {
    to->now.graphics_mode = from->now.graphics_mode;
    to->now.map_mode = from->now.map_mode;
    to->now.world = from->now.world;
    to->now.window_extent = from->now.window_extent;
    to->now.viewport_extent = from->now.viewport_extent;
    dc_update_transform(to);
}

static struct script_cache *new_cache(const struct dc *dc) {
    struct script_cache *cache = calloc(1, sizeof *cache);
    LOGFONTW like;
    if (!cache)
        return NULL;
    cache->hdc = api_CreateCompatibleDC(NULL);
    cache->font = api_GetObjectW(dc->now.font, sizeof like, &like) ? api_CreateFontIndirectW(&like) : NULL;
    if (cache->hdc && cache->font) {
        api_SelectObject(cache->hdc, cache->font);
        copy_mapping(dc_find(cache->hdc), dc);
    }
    return cache;
}

API(usp10 gdi32, HRESULT, ScriptFreeCache, struct script_cache **psc) {
    if (psc && *psc) {
        api_DeleteDC((*psc)->hdc);
        api_DeleteObject((*psc)->font);
        free(*psc);
        *psc = NULL;
    }
    return S_OK;
}

/* E_PENDING: a DC is needed, since the cache is still empty. */
static HRESULT fill_cache(HDC hdc, struct script_cache **psc) {
    if (!psc)
        return E_INVALIDARG;
    if (*psc)
        return S_OK;
    if (!hdc)
        return E_PENDING;
    const struct dc *dc = dc_find(hdc);
    if (!dc)
        return E_INVALIDARG;
    *psc = new_cache(dc);
    return *psc ? S_OK : E_OUTOFMEMORY;
}

/* ---- shaping ---- */

static void mirror(WORD *glyphs, int count) {
    for (int left = 0, right = count - 1; left < right; left++, right--) {
        WORD swapped = glyphs[left];
        glyphs[left] = glyphs[right];
        glyphs[right] = swapped;
    }
}

enum { JUSTIFY_CHARACTER = 2, JUSTIFY_BLANK = 4, NONSPACING = 1 };

static SCRIPT_VISATTR attribute_of(WCHAR unit) {
    bool is_blank = unit == ' ' || unit == 0xa0, is_diacritic = unicode_ctype3(unit) & NONSPACING;
    return (SCRIPT_VISATTR){.uJustification = is_blank ? JUSTIFY_BLANK : JUSTIFY_CHARACTER, .fClusterStart = 1, .fDiacritic = is_diacritic};
}

/* A glyph for each character, in the order of the line. Glyph 0 marks what the font lacks. */
API(usp10 gdi32, HRESULT, ScriptShape, HDC hdc, struct script_cache **psc, const WCHAR *pwcChars, int cChars,
    int cMaxGlyphs, SCRIPT_ANALYSIS *psa, WORD *pwOutGlyphs, WORD *pwLogClust, SCRIPT_VISATTR *psva, int *pcGlyphs) {
    if (!psa || !psva || !pcGlyphs || cChars < 0)
        return E_INVALIDARG;
    if (cMaxGlyphs < cChars)
        return E_OUTOFMEMORY;
    HRESULT result = fill_cache(hdc, psc);
    if (result != S_OK)
        return result;
    if (script_is_complex(psa->eScript))
        return USP_E_SCRIPT_NOT_IN_FONT;
    bool is_rtl = psa->fRTL && !psa->fLogicalOrder;
    if (psa->fNoGlyphIndex)
        memcpy(pwOutGlyphs, pwcChars, (size_t)cChars * sizeof *pwOutGlyphs);
    else
        api_GetGlyphIndicesW((*psc)->hdc, pwcChars, cChars, pwOutGlyphs, 0);
    for (int i = 0; i < cChars; i++) {
        int at = is_rtl ? cChars - 1 - i : i;
        psva[at] = attribute_of(pwcChars[i]);
        pwLogClust[i] = (WORD)at;
    }
    if (is_rtl)
        mirror(pwOutGlyphs, cChars);
    *pcGlyphs = cChars;
    return S_OK;
}

API(usp10 gdi32, HRESULT, ScriptPlace, HDC hdc, struct script_cache **psc, const WORD *pwGlyphs, int cGlyphs,
    const SCRIPT_VISATTR *psva, SCRIPT_ANALYSIS *psa, int *piAdvance, GOFFSET *pGoffset, ABC *pABC) {
    if (!psva || !pGoffset || cGlyphs < 0)
        return E_INVALIDARG;
    HRESULT result = fill_cache(hdc, psc);
    ABC sum = {0, 0, 0}, *widths = malloc(((size_t)cGlyphs + 1) * sizeof *widths);
    if (result != S_OK || !widths || !api_GetCharABCWidthsI((*psc)->hdc, 0, (UINT)cGlyphs, pwGlyphs, widths)) {
        free(widths);
        return result != S_OK ? result : E_OUTOFMEMORY;
    }
    (void)psa;
    for (int i = 0; i < cGlyphs; i++) {
        int advance = widths[i].abcA + (int)widths[i].abcB + widths[i].abcC;
        if (piAdvance)
            piAdvance[i] = advance;
        pGoffset[i] = (GOFFSET){0, 0};
        sum.abcB += (UINT)advance;
    }
    if (pABC && cGlyphs) {                           /* of the whole item: what hangs over at both ends */
        sum.abcA = widths[0].abcA;
        sum.abcC = widths[cGlyphs - 1].abcC;
        sum.abcB -= (UINT)(sum.abcA + sum.abcC);
    }
    if (pABC)
        *pABC = sum;
    free(widths);
    return S_OK;
}

enum { ETO_GLYPH_INDEX = 0x10, ETO_PDY = 0x2000 };

API(usp10 gdi32, HRESULT, ScriptTextOut, HDC hdc, struct script_cache **psc, int x, int y, UINT fuOptions,
    const RECT *lprc, const SCRIPT_ANALYSIS *psa, const WCHAR *pwcReserved, int iReserved, const WORD *pwGlyphs,
    int cGlyphs, const int *piAdvance, const int *piJustify, const GOFFSET *pGoffset) {
    (void)pwcReserved, (void)iReserved;
    if (!hdc || !psc || !piAdvance || !psa || !pwGlyphs || cGlyphs < 0)
        return E_INVALIDARG;
    int *pairs = malloc(((size_t)cGlyphs * 2 + 1) * sizeof *pairs);
    const int *advances = piJustify ? piJustify : piAdvance;
    if (!pairs)
        return E_OUTOFMEMORY;
    for (int i = 0; i < cGlyphs; i++) {              /* an offset moves the one glyph, not those after it */
        int next_u = pGoffset && i + 1 < cGlyphs ? pGoffset[i + 1].du : 0, next_v = pGoffset && i + 1 < cGlyphs ? pGoffset[i + 1].dv : 0;
        pairs[2 * i] = advances[i] + next_u - (pGoffset ? pGoffset[i].du : 0);
        pairs[2 * i + 1] = next_v - (pGoffset ? pGoffset[i].dv : 0);
    }
    if (pGoffset && cGlyphs) {
        x += pGoffset[0].du;
        y -= pGoffset[0].dv;
    }
    UINT options = fuOptions | ETO_PDY | (psa->fNoGlyphIndex ? 0 : ETO_GLYPH_INDEX);
    BOOL good = api_ExtTextOutW(hdc, x, y, options, lprc, (LPCWSTR)pwGlyphs, (UINT)cGlyphs, pairs);
    free(pairs);
    return good ? S_OK : E_INVALIDARG;
}

/* ---- facts of the font ---- */

typedef struct { int cBytes; WORD wgBlank, wgDefault, wgInvalid, wgKashida; int iKashidaWidth; } SCRIPT_FONTPROPERTIES;

API(usp10 gdi32, HRESULT, ScriptGetFontProperties, HDC hdc, struct script_cache **psc, SCRIPT_FONTPROPERTIES *sfp) {
    enum { MARK_MISSING = 1, NONE = 0xffff };
    static const WCHAR wanted[] = {' ', 0x0640};
    WORD glyphs[2];
    HRESULT result = fill_cache(hdc, psc);
    if (result != S_OK)
        return result;
    if (sfp->cBytes != sizeof *sfp)
        return E_INVALIDARG;
    api_GetGlyphIndicesW((*psc)->hdc, wanted, 2, glyphs, MARK_MISSING);
    sfp->wgBlank = glyphs[0] == NONE ? 0 : glyphs[0];
    sfp->wgDefault = 0;
    sfp->wgInvalid = 0;
    sfp->wgKashida = glyphs[1];
    sfp->iKashidaWidth = 0;
    ABC width;
    if (glyphs[1] != NONE && api_GetCharABCWidthsI((*psc)->hdc, glyphs[1], 1, NULL, &width))
        sfp->iKashidaWidth = width.abcA + (int)width.abcB + width.abcC;
    return S_OK;
}

API(usp10 gdi32, HRESULT, ScriptGetCMap, HDC hdc, struct script_cache **psc, const WCHAR *pwcInChars, int cChars,
    DWORD dwFlags, WORD *pwOutGlyphs) {
    enum { SGCM_RTL = 1 };
    HRESULT result = fill_cache(hdc, psc);
    if (result != S_OK)
        return result;
    api_GetGlyphIndicesW((*psc)->hdc, pwcInChars, cChars, pwOutGlyphs, 0);
    for (int i = 0; i < cChars; i++)
        if (!pwOutGlyphs[i])
            result = S_FALSE;                        /* "some of the Unicode code points were mapped to the default glyph" */
    if (dwFlags & SGCM_RTL)
        mirror(pwOutGlyphs, cChars);
    return result;
}

API(usp10 gdi32, HRESULT, ScriptGetGlyphABCWidth, HDC hdc, struct script_cache **psc, WORD wGlyph, ABC *pABC) {
    HRESULT result = fill_cache(hdc, psc);
    if (result != S_OK)
        return result;
    return api_GetCharABCWidthsI((*psc)->hdc, wGlyph, 1, NULL, pABC) ? S_OK : E_INVALIDARG;
}

API(usp10 gdi32, HRESULT, ScriptCacheGetHeight, HDC hdc, struct script_cache **psc, int *tmHeight) {
    HRESULT result = tmHeight ? fill_cache(hdc, psc) : E_INVALIDARG;
    if (result != S_OK)
        return result;
    fonts_lock();
    struct scaled_font *font = dc_font(dc_find((*psc)->hdc));
    LONG height = font ? logical_y(font, font->ascent + font->descent) : 0;
    fonts_unlock();
    *tmHeight = height;
    return S_OK;
}

/* ---- carets ---- */

/* The glyphs of one character are one cluster; a cluster of several characters is shared out among them. */
struct cluster { int first, characters, first_glyph, end_glyph; };

static struct cluster cluster_at(int at, int count, int glyphs, const WORD *clusters, bool is_rtl) {
    struct cluster found = {at, 0, 0, 0};
    int end = at;
    while (found.first > 0 && clusters[found.first - 1] == clusters[at])
        found.first--;
    while (end < count && clusters[end] == clusters[at])
        end++;
    found.characters = end - found.first;
    if (is_rtl) {
        found.end_glyph = clusters[at] + 1;
        found.first_glyph = end < count ? clusters[end] + 1 : 0;
    } else {
        found.first_glyph = clusters[at];
        found.end_glyph = end < count ? clusters[end] : glyphs;
    }
    return found;
}

static int width_between(const int *advances, int first, int end) {
    int width = 0;
    for (int i = first; i < end; i++)
        width += advances[i];
    return width;
}

API(usp10 gdi32, HRESULT, ScriptCPtoX, int iCP, BOOL fTrailing, int cChars, int cGlyphs, const WORD *pwLogClust,
    const SCRIPT_VISATTR *psva, const int *piAdvance, const SCRIPT_ANALYSIS *psa, int *piX) {
    (void)psva;
    if (!psa || !piX)
        return E_INVALIDARG;
    int at = iCP + (fTrailing ? 1 : 0), total = width_between(piAdvance, 0, cGlyphs);
    bool is_rtl = psa->fRTL;
    if (at >= cChars || cChars <= 0) {
        *piX = is_rtl ? 0 : total;
        return S_OK;
    }
    if (at < 0) {
        *piX = is_rtl ? total : 0;
        return S_OK;
    }
    struct cluster cluster = cluster_at(at, cChars, cGlyphs, pwLogClust, is_rtl);
    int left = width_between(piAdvance, 0, cluster.first_glyph), width = width_between(piAdvance, cluster.first_glyph, cluster.end_glyph);
    int part = width * (at - cluster.first) / cluster.characters;
    *piX = is_rtl ? left + width - part : left + part;
    return S_OK;
}

/* Beyond the ends: the character before the first, or after the last. */
API(usp10 gdi32, HRESULT, ScriptXtoCP, int iX, int cChars, int cGlyphs, const WORD *pwLogClust,
    const SCRIPT_VISATTR *psva, const int *piAdvance, const SCRIPT_ANALYSIS *psa, int *piCP, int *piTrailing) {
    if (!psa || !piCP || !piTrailing)
        return E_INVALIDARG;
    int total = width_between(piAdvance, 0, cGlyphs);
    if (iX < 0 || iX >= total) {
        bool is_before = (iX < 0) != psa->fRTL;
        *piCP = is_before ? -1 : cChars;
        *piTrailing = is_before ? 1 : 0;
        return S_OK;
    }
    for (int i = 0; i < cChars; i++) {
        int one, other;
        api_ScriptCPtoX(i, FALSE, cChars, cGlyphs, pwLogClust, psva, piAdvance, psa, &one);
        api_ScriptCPtoX(i, TRUE, cChars, cGlyphs, pwLogClust, psva, piAdvance, psa, &other);
        int left = one < other ? one : other, right = one < other ? other : one;
        if (iX < left || iX >= right)
            continue;
        bool in_right_half = iX - left > (right - left) / 2;
        *piCP = i;
        *piTrailing = in_right_half != psa->fRTL;
        return S_OK;
    }
    *piCP = cChars;
    *piTrailing = 0;
    return S_OK;
}

API(usp10 gdi32, HRESULT, ScriptGetLogicalWidths, const SCRIPT_ANALYSIS *psa, int cChars, int cGlyphs,
    const int *piGlyphWidth, const WORD *pwLogClust, const SCRIPT_VISATTR *psva, int *piDx) {
    for (int i = 0; i < cChars; i++) {
        int one, other;
        api_ScriptCPtoX(i, FALSE, cChars, cGlyphs, pwLogClust, psva, piGlyphWidth, psa, &one);
        api_ScriptCPtoX(i, TRUE, cChars, cGlyphs, pwLogClust, psva, piGlyphWidth, psa, &other);
        piDx[i] = one < other ? other - one : one - other;
    }
    return S_OK;
}
