/* How wide text is ("String Widths and Heights"). */
#include "fonts.h"

#include "codepage.h"

/* The width of each beginning of a text, in logical units, and its height. */
struct extents {
    int count;
    LONG *ends;
    LONG height;
};

static void free_extents(struct extents *extents) { free(extents->ends); }

static bool measure_run(struct extents *extents, struct scaled_font *font, const struct dc *dc, const WCHAR *text,
                        unsigned flags) {
    struct text_run run;
    LONG at = 0;
    if (!run_make(&run, font, dc, text, extents->count, flags))
        return false;
    for (int i = 0; i < run.count; i++)
        extents->ends[i] = logical_x(font, at += run.advances[i]);
    extents->height = logical_y(font, font->ascent + font->descent);
    run_free(&run);
    return true;
}

/* `text` is the caller's own copy. */
static bool measure(struct extents *extents, const struct dc *dc, const WCHAR *text, int count, unsigned flags) {
    extents->count = count;
    extents->ends = malloc(((size_t)count + 1) * sizeof *extents->ends);
    if (!extents->ends)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    fonts_lock();
    struct scaled_font *font = dc_font(dc);
    bool good = font && measure_run(extents, font, dc, text, flags);
    fonts_unlock();
    if (!good)
        free_extents(extents);
    return good;
}

/* *fit gets how many characters are no wider than `most`, ends[] the widths up to each. */
static void give_fit(const struct extents *extents, int most, int *fit, int *ends) {
    int fitting = 0;
    while (fitting < extents->count && extents->ends[fitting] <= most)
        fitting++;
    if (ends)
        memcpy(ends, extents->ends, (size_t)extents->count * sizeof *ends);
    if (fit)
        *fit = fitting;
}

static BOOL give_extents(const struct dc *dc, WCHAR *text, int count, unsigned flags, int most, int *fit, int *ends,
                         SIZE *size) {
    struct extents extents;
    if (!text)
        return FALSE;
    bool good = measure(&extents, dc, text, count, flags);
    free(text);
    if (!good)
        return FALSE;
    give_fit(&extents, most, fit, ends);
    if (size)
        *size = count ? (SIZE){extents.ends[count - 1], extents.height} : (SIZE){0, 0};
    free_extents(&extents);
    return TRUE;
}

static struct dc *find_for_text(HDC hdc, int count) {
    if (count < 0) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return dc_find(hdc);
}

API(gdi32, BOOL, GetTextExtentExPointW, HDC hdc, LPCWSTR lpszString, int cchString, int nMaxExtent, int *lpnFit,
    int *lpnDx, SIZE *lpSize) {
    int count = cchString == -1 ? (int)wide_length(lpszString) : cchString;
    struct dc *dc = find_for_text(hdc, count);
    if (!dc)
        return FALSE;
    if (lpnFit && nMaxExtent < -1)
        return fail(ERROR_INVALID_PARAMETER);
    return give_extents(dc, text_copy(lpszString, count), count, 0, nMaxExtent, lpnFit, lpnDx, lpSize);
}

API(gdi32, BOOL, GetTextExtentExPointA, HDC hdc, LPCSTR lpszString, int cchString, int nMaxExtent, int *lpnFit,
    int *lpnDx, SIZE *lpSize) {
    int units;
    struct dc *dc = find_for_text(hdc, cchString);
    WCHAR *text = dc ? text_copy_ansi(dc, lpszString, cchString, &units) : NULL;
    return text && give_extents(dc, text, units, 0, nMaxExtent, lpnFit, lpnDx, lpSize);
}

API(gdi32, BOOL, GetTextExtentExPointI, HDC hdc, WORD *lpwszString, int cwchString, int nMaxExtent, int *lpnFit,
    int *lpnDx, SIZE *lpSize) {
    struct dc *dc = find_for_text(hdc, cwchString);
    return dc && give_extents(dc, text_copy((LPCWSTR)lpwszString, cwchString), cwchString, RUN_IS_GLYPHS, nMaxExtent, lpnFit, lpnDx, lpSize);
}

API(gdi32, BOOL, GetTextExtentPoint32W, HDC hdc, LPCWSTR lpString, int c, SIZE *psizl) {
    struct dc *dc = find_for_text(hdc, c);
    return dc && psizl && give_extents(dc, text_copy(lpString, c), c, 0, 0, NULL, NULL, psizl);
}
API_ALIAS(api_GetTextExtentPoint32W, old, gdi32, "GetTextExtentPointW");

API(gdi32, BOOL, GetTextExtentPoint32A, HDC hdc, LPCSTR lpString, int c, SIZE *psizl) {
    return psizl && api_GetTextExtentExPointA(hdc, lpString, c, 0, NULL, NULL, psizl);
}
API_ALIAS(api_GetTextExtentPoint32A, old, gdi32, "GetTextExtentPointA");

API(gdi32, BOOL, GetTextExtentPointI, HDC hdc, WORD *pgiIn, int cgi, SIZE *psize) {
    struct dc *dc = find_for_text(hdc, cgi);
    return dc && psize && give_extents(dc, text_copy((LPCWSTR)pgiIn, cgi), cgi, RUN_IS_GLYPHS, 0, NULL, NULL, psize);
}
