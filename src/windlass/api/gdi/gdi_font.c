/* Logical fonts: what a program asks for ("LOGFONTW structure"). What it gets is font_map.c's to say. */
#include "fonts.h"

#include "codepage.h"

struct stock_font { int which; LONG height, width, weight; BYTE set, pitch_and_family; const WCHAR *face; };

/* "GetStockObject function". The system font is the one that menus and dialogs had before Windows 2000. */
static const struct stock_font stock_fonts[] = {
    {OEM_FIXED_FONT, 12, 0, FW_NORMAL, OEM_CHARSET, FIXED_PITCH | FF_MODERN, u"Terminal"},
    {ANSI_FIXED_FONT, 12, 0, FW_NORMAL, ANSI_CHARSET, FIXED_PITCH | FF_MODERN, u"Courier"},
    {ANSI_VAR_FONT, 12, 0, FW_NORMAL, ANSI_CHARSET, VARIABLE_PITCH | FF_SWISS, u"MS Sans Serif"},
    {SYSTEM_FONT, 16, 7, FW_BOLD, ANSI_CHARSET, VARIABLE_PITCH | FF_SWISS, u"System"},
    {DEVICE_DEFAULT_FONT, 16, 0, FW_BOLD, ANSI_CHARSET, VARIABLE_PITCH | FF_SWISS, u"System"},
    {SYSTEM_FIXED_FONT, 16, 0, FW_NORMAL, ANSI_CHARSET, FIXED_PITCH | FF_MODERN, u"Fixedsys"},
    {DEFAULT_GUI_FONT, -11, 0, FW_NORMAL, ANSI_CHARSET, VARIABLE_PITCH | FF_SWISS, u"MS Shell Dlg"},
};

void *font_stock(int which) {
    struct font *font = gdi_new(OBJ_FONT, sizeof *font);
    for (size_t i = 0; font && i < sizeof stock_fonts / sizeof *stock_fonts; i++) {
        const struct stock_font *stock = &stock_fonts[i];
        if (stock->which != which)
            continue;
        font->like = (LOGFONTW){.lfHeight = stock->height, .lfWidth = stock->width, .lfWeight = stock->weight,
                                .lfCharSet = stock->set, .lfPitchAndFamily = stock->pitch_and_family};
        memcpy(font->like.lfFaceName, stock->face, wide_length(stock->face) * sizeof(WCHAR));
    }
    return font;
}

int font_describe(const void *font, int size, void *to) {
    if (!to)
        return sizeof(LOGFONTW);
    size = size < 0 ? 0 : size > (int)sizeof(LOGFONTW) ? (int)sizeof(LOGFONTW) : size;
    memcpy(to, &((const struct font *)font)->like, (size_t)size);
    return size;
}

/* Behind the name's end there may be anything. */
static void copy_face_name(WCHAR *to, const WCHAR *from) {
    unsigned length = 0;
    while (from && length < LF_FACESIZE - 1 && from[length])
        length++;
    memset(to, 0, LF_FACESIZE * sizeof *to);
    if (length)
        memcpy(to, from, length * sizeof *to);
}

API(gdi32, HFONT, CreateFontIndirectW, const LOGFONTW *lplf) {
    struct font *font = lplf ? gdi_new(OBJ_FONT, sizeof *font) : NULL;
    if (!font)
        return NULL;
    font->like = *lplf;
    copy_face_name(font->like.lfFaceName, lplf->lfFaceName);
    return gdi_add(font);
}

static void name_from_ansi(WCHAR *to, const CHAR *from, size_t most) {
    size_t length = from ? strnlen(from, most) : 0;
    memset(to, 0, LF_FACESIZE * sizeof *to);
    codepage_to_wide(codepage_ansi(), 0, from, length, to, LF_FACESIZE - 1, NULL);
}

API(gdi32, HFONT, CreateFontIndirectA, const LOGFONTA *lplf) {
    LOGFONTW wide;
    if (!lplf)
        return NULL;
    memcpy(&wide, lplf, offsetof(LOGFONTW, lfFaceName));
    name_from_ansi(wide.lfFaceName, lplf->lfFaceName, LF_FACESIZE);
    return api_CreateFontIndirectW(&wide);
}

/* "ENUMLOGFONTEXDV structure": only its logical font counts; the axes are those of multiple master fonts. */
API(gdi32, HFONT, CreateFontIndirectExW, const LOGFONTW *lpelfe) { return api_CreateFontIndirectW(lpelfe); }
API(gdi32, HFONT, CreateFontIndirectExA, const LOGFONTA *lpelfe) { return api_CreateFontIndirectA(lpelfe); }

API(gdi32, HFONT, CreateFontW, int cHeight, int cWidth, int cEscapement, int cOrientation, int cWeight, DWORD bItalic,
    DWORD bUnderline, DWORD bStrikeOut, DWORD iCharSet, DWORD iOutPrecision, DWORD iClipPrecision, DWORD iQuality,
    DWORD iPitchAndFamily, LPCWSTR pszFaceName) {
    LOGFONTW font = {cHeight, cWidth, cEscapement, cOrientation, cWeight, (BYTE)bItalic, (BYTE)bUnderline, (BYTE)bStrikeOut,
                     (BYTE)iCharSet, (BYTE)iOutPrecision, (BYTE)iClipPrecision, (BYTE)iQuality, (BYTE)iPitchAndFamily, {0}};
    copy_face_name(font.lfFaceName, pszFaceName);
    return api_CreateFontIndirectW(&font);
}

API(gdi32, HFONT, CreateFontA, int cHeight, int cWidth, int cEscapement, int cOrientation, int cWeight, DWORD bItalic,
    DWORD bUnderline, DWORD bStrikeOut, DWORD iCharSet, DWORD iOutPrecision, DWORD iClipPrecision, DWORD iQuality,
    DWORD iPitchAndFamily, LPCSTR pszFaceName) {
    WCHAR name[LF_FACESIZE];
    name_from_ansi(name, pszFaceName, LF_FACESIZE);
    return api_CreateFontW(cHeight, cWidth, cEscapement, cOrientation, cWeight, bItalic, bUnderline, bStrikeOut, iCharSet,
                           iOutPrecision, iClipPrecision, iQuality, iPitchAndFamily, name);
}
