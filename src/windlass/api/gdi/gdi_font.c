/* Fonts: one can be made and selected, but none is installed: there is nothing to enumerate and no font data. Programs that
 * draw text bring fonts of their own, and ask GDI for others first. */
#include "gdi.h"

struct font {
    struct gdi_object head;
    LOGFONTW like;
};

void *font_stock(int which) { return (void)which, gdi_new(OBJ_FONT, sizeof(struct font)); }

int font_describe(const void *font, int size, void *to) {
    if (!to)
        return sizeof(LOGFONTW);
    size = size < 0 ? 0 : size > (int)sizeof(LOGFONTW) ? (int)sizeof(LOGFONTW) : size;
    memcpy(to, &((const struct font *)font)->like, (size_t)size);
    return size;
}

typedef int(WINAPI *FONTENUMPROC)(const void *font, const void *metric, DWORD type, LONG_PTR parameter);

API(gdi32, HFONT, CreateFontIndirectW, const LOGFONTW *lplf) {
    struct font *font = gdi_new(OBJ_FONT, sizeof *font);
    if (font)
        font->like = *lplf;
    return gdi_add(font);
}

API(gdi32, HFONT, CreateFontIndirectA, const LOGFONTA *lplf) {
    LOGFONTW wide;
    memcpy(&wide, lplf, offsetof(LOGFONTW, lfFaceName));
    for (int i = 0; i < LF_FACESIZE; i++)            /* faces have ASCII names */
        wide.lfFaceName[i] = (BYTE)lplf->lfFaceName[i];
    return api_CreateFontIndirectW(&wide);
}

static LOGFONTW font_of(int height, int width, int escapement, int orientation, int weight, DWORD italic,
                        DWORD underline, DWORD strike_out, DWORD character_set, DWORD pitch) {
    return (LOGFONTW){.lfHeight = height, .lfWidth = width, .lfEscapement = escapement, .lfOrientation = orientation,
                      .lfWeight = weight, .lfItalic = (BYTE)italic, .lfUnderline = (BYTE)underline,
                      .lfStrikeOut = (BYTE)strike_out, .lfCharSet = (BYTE)character_set,
                      .lfPitchAndFamily = (BYTE)pitch};
}

API(gdi32, HFONT, CreateFontW, int cHeight, int cWidth, int cEscapement, int cOrientation, int cWeight, DWORD bItalic,
    DWORD bUnderline, DWORD bStrikeOut, DWORD iCharSet, DWORD iOutPrecision, DWORD iClipPrecision, DWORD iQuality,
    DWORD iPitchAndFamily, LPCWSTR pszFaceName) {
    LOGFONTW font = font_of(cHeight, cWidth, cEscapement, cOrientation, cWeight, bItalic, bUnderline, bStrikeOut,
                            iCharSet, iPitchAndFamily);
    (void)iOutPrecision, (void)iClipPrecision, (void)iQuality;
    for (int i = 0; pszFaceName && i < LF_FACESIZE - 1 && pszFaceName[i]; i++)
        font.lfFaceName[i] = pszFaceName[i];
    return api_CreateFontIndirectW(&font);
}

API(gdi32, HFONT, CreateFontA, int cHeight, int cWidth, int cEscapement, int cOrientation, int cWeight, DWORD bItalic,
    DWORD bUnderline, DWORD bStrikeOut, DWORD iCharSet, DWORD iOutPrecision, DWORD iClipPrecision, DWORD iQuality,
    DWORD iPitchAndFamily, LPCSTR pszFaceName) {
    LOGFONTW font = font_of(cHeight, cWidth, cEscapement, cOrientation, cWeight, bItalic, bUnderline, bStrikeOut,
                            iCharSet, iPitchAndFamily);
    (void)iOutPrecision, (void)iClipPrecision, (void)iQuality;
    for (int i = 0; pszFaceName && i < LF_FACESIZE - 1 && pszFaceName[i]; i++)
        font.lfFaceName[i] = (BYTE)pszFaceName[i];
    return api_CreateFontIndirectW(&font);
}

/* The face of the selected font; Windows names the installed face that it chose instead, which here is none. The length
 * counts the terminating zero. */
API(gdi32, int, GetTextFaceW, HDC hdc, int c, LPWSTR lpName) {
    struct dc *dc = dc_find(hdc);
    struct font *font = dc ? gdi_find(dc->now.font, OBJ_FONT) : NULL;
    int length = 0;
    if (!font)
        return 0;
    while (font->like.lfFaceName[length])
        length++;
    if (!lpName)
        return length + 1;
    if (c <= 0)
        return 0;
    int copied = length < c ? length : c - 1;
    memcpy(lpName, font->like.lfFaceName, (size_t)copied * sizeof *lpName);
    lpName[copied] = 0;
    return copied + 1;
}

API(gdi32, int, GetTextFaceA, HDC hdc, int c, LPSTR lpName) {
    WCHAR wide[LF_FACESIZE];
    int length = api_GetTextFaceW(hdc, LF_FACESIZE, wide);
    if (!lpName || !length)
        return length;
    int copied = length <= c ? length : c;
    for (int i = 0; i < copied; i++)
        lpName[i] = (CHAR)wide[i];
    if (copied > 0)
        lpName[copied - 1] = 0;
    return copied;
}

API(gdi32, DWORD, GetFontData, HDC hdc, DWORD dwTable, DWORD dwOffset, PVOID pvBuffer, DWORD cjBuffer) {
    (void)hdc, (void)dwTable, (void)dwOffset, (void)pvBuffer, (void)cjBuffer;
    return GDI_ERROR;
}

/* "EnumFontFamiliesExW function": the result is the callback's last one; it is never called here. */
API(gdi32, int, EnumFontFamiliesExW, HDC hdc, const void *lpLogfont, FONTENUMPROC lpProc, LONG_PTR lParam,
    DWORD dwFlags) {
    (void)lpLogfont, (void)lpProc, (void)lParam, (void)dwFlags;
    return dc_find(hdc) != NULL;
}
API_ALIAS(api_EnumFontFamiliesExW, ansi, gdi32, "EnumFontFamiliesExA");

API(gdi32, int, EnumFontFamiliesW, HDC hdc, LPCWSTR lpLogfont, FONTENUMPROC lpProc, LONG_PTR lParam) {
    (void)lpLogfont, (void)lpProc, (void)lParam;
    return dc_find(hdc) != NULL;
}
API_ALIAS(api_EnumFontFamiliesW, ansi, gdi32, "EnumFontFamiliesA");
API_ALIAS(api_EnumFontFamiliesW, fonts, gdi32, "EnumFontsW");
API_ALIAS(api_EnumFontFamiliesW, fonts_ansi, gdi32, "EnumFontsA");
