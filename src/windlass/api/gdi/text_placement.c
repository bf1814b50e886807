/* Where each character of a text goes ("GetCharacterPlacementW function", "GCP_RESULTSW structure"), and what there is to
 * know of the device's text. */
#include "fonts.h"

#include "codepage.h"

typedef struct { WORD wFirst, wSecond; int iKernAmount; } KERNINGPAIR;
typedef struct {
    DWORD lStructSize;
    void *lpOutString;
    UINT *lpOrder;
    int *lpDx, *lpCaretPos;
    char *lpClass;
    WORD *lpGlyphs;
    UINT nGlyphs;
    int nMaxFit;
} GCP_RESULTS;

API_USE(BOOL, GetTextExtentExPointW, HDC, LPCWSTR, int, int, int *, int *, SIZE *);
API_USE(DWORD, GetKerningPairsW, HDC, DWORD, KERNINGPAIR *);
API_USE(DWORD, GetGlyphIndicesW, HDC, LPCWSTR, int, WORD *, DWORD);

enum { GCP_USEKERNING = 8, GCP_JUSTIFY = 0x10000, GCP_MAXEXTENT = 0x100000, GCPCLASS_LATIN = 1 };

/* The ends of the characters move by what the pairs up to there add. */
static void kern(HDC hdc, const WCHAR *text, int count, int *ends) {
    DWORD known = api_GetKerningPairsW(hdc, 0, NULL);
    KERNINGPAIR *pairs = known ? malloc(known * sizeof *pairs) : NULL;
    int moved = 0;
    if (!pairs)
        return;
    known = api_GetKerningPairsW(hdc, known, pairs);
    for (int i = 0; i < count; i++) {
        for (DWORD pair = 0; i + 1 < count && pair < known; pair++)
            if (pairs[pair].wFirst == text[i] && pairs[pair].wSecond == text[i + 1])
                moved += pairs[pair].iKernAmount;
        ends[i] += moved;
    }
    free(pairs);
}

static void give_glyphs(HDC hdc, const WCHAR *text, int count, GCP_RESULTS *results) {
    for (int i = 0; i < count; i++) {
        if (results->lpOrder)
            results->lpOrder[i] = (UINT)i;
        if (results->lpClass)
            results->lpClass[i] = GCPCLASS_LATIN;
    }
    if (results->lpGlyphs)
        api_GetGlyphIndicesW(hdc, text, count, results->lpGlyphs, 0);
    results->nGlyphs = (UINT)count;
    results->nMaxFit = count;
}

static void give_places(const int *ends, int count, GCP_RESULTS *results) {
    for (int i = 0; i < count; i++) {
        if (results->lpDx)
            results->lpDx[i] = ends[i] - (i ? ends[i - 1] : 0);
        if (results->lpCaretPos)
            results->lpCaretPos[i] = i ? ends[i - 1] : 0;
    }
}

/* Text goes from left to right with a glyph for each character; what asks for more has GetFontLanguageInfo say no. */
static DWORD place(HDC hdc, const WCHAR *text, int count, int most, GCP_RESULTS *results, DWORD flags) {
    int *ends = malloc(((size_t)count + 1) * sizeof *ends), fit = count;
    SIZE size;
    if (flags & GCP_JUSTIFY) {
        free(ends);
        return fail(ERROR_NOT_SUPPORTED), 0;
    }
    if (!ends || !api_GetTextExtentExPointW(hdc, text, count, 0, NULL, ends, &size)) {
        free(ends);
        return 0;
    }
    if (flags & GCP_USEKERNING)
        kern(hdc, text, count, ends);
    for (fit = 0; fit < count && (!(flags & GCP_MAXEXTENT) || ends[fit] <= most); fit++)
        ;
    DWORD result = (DWORD)(WORD)(fit ? ends[fit - 1] : 0) | (DWORD)(WORD)size.cy << 16;
    if (results) {
        fit = (UINT)fit < results->nGlyphs || (!results->lpGlyphs && !results->nGlyphs) ? fit : (int)results->nGlyphs;
        give_glyphs(hdc, text, fit, results);
        give_places(ends, fit, results);
    }
    free(ends);
    return result;
}

API(gdi32, DWORD, GetCharacterPlacementW, HDC hdc, LPCWSTR lpString, int nCount, int nMexExtent, GCP_RESULTS *lpResults,
    DWORD dwFlags) {
    WCHAR *text = dc_find(hdc) && nCount >= 0 ? text_copy(lpString, nCount) : NULL;
    if (!text)
        return 0;
    DWORD result = place(hdc, text, nCount, nMexExtent, lpResults, dwFlags);
    if (result && lpResults && lpResults->lpOutString)
        memcpy(lpResults->lpOutString, text, (size_t)lpResults->nMaxFit * sizeof *text);
    free(text);
    return result;
}

API(gdi32, DWORD, GetCharacterPlacementA, HDC hdc, LPCSTR lpString, int nCount, int nMexExtent, GCP_RESULTS *lpResults,
    DWORD dwFlags) {
    struct dc *dc = dc_find(hdc);
    int units;
    WCHAR *text = dc && nCount >= 0 ? text_copy_ansi(dc, lpString, nCount, &units) : NULL;
    if (!text)
        return 0;
    DWORD result = place(hdc, text, units, nMexExtent, lpResults, dwFlags);
    if (result && lpResults && lpResults->lpOutString)
        memcpy(lpResults->lpOutString, lpString, (size_t)lpResults->nMaxFit);
    free(text);
    return result;
}

/* ---- the device ---- */

typedef struct { SHORT nSize, wFlags, nLanguageID; } RASTERIZER_STATUS;
enum { TT_AVAILABLE = 1, TT_ENABLED = 2, ENGLISH_US = 0x409 };

API(gdi32, BOOL, GetRasterizerCaps, RASTERIZER_STATUS *lpraststat, UINT cjBytes) {
    const RASTERIZER_STATUS status = {sizeof status, TT_AVAILABLE | TT_ENABLED, ENGLISH_US};
    memcpy(lpraststat, &status, cjBytes < sizeof status ? cjBytes : sizeof status);
    return TRUE;
}

API(gdi32, BOOL, GetAspectRatioFilterEx, HDC hdc, SIZE *lpsize) {
    if (!dc_find(hdc) || !lpsize)
        return FALSE;
    *lpsize = (SIZE){0, 0};                          /* no filter is set ("SetMapperFlags function") */
    return TRUE;
}
