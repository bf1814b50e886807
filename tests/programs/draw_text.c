// build: freestanding
// flags: -fno-builtin -lgdi32 -luser32
// Lines, words, tabs, prefixes and ellipses.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include "fixture.h"
#include "box_font.h"

enum { WIDTH = 200, HEIGHT = 100 };
static HDC dc;
static unsigned *pixels;

static void clear(void)
{
    int i;
    for (i = 0; i < WIDTH * HEIGHT; i++)
        pixels[i] = 0xffffff;
}

static void show(const char *what)
{
    int left = WIDTH, top = HEIGHT, right = -1, bottom = -1, count = 0, x, y;
    unsigned sum = 0;
    for (y = 0; y < HEIGHT; y++)
        for (x = 0; x < WIDTH; x++) {
            unsigned pixel = pixels[y * WIDTH + x] & 0xffffff;
            sum = sum * 31 + pixel;
            if (pixel == 0xffffff)
                continue;
            count++;
            left = x < left ? x : left;
            right = x > right ? x : right;
            top = y < top ? y : top;
            bottom = y > bottom ? y : bottom;
        }
    say("%s: %d in %d %d %d %d, %x", what, count, left, top, right, bottom, sum);
    clear();
}

/* Measured, and drawn in a rectangle. */
static void text(const char *what, const char *characters, UINT flags, int right, int bottom)
{
    RECT rect = {10, 10, right, bottom};
    int height = DrawTextA(dc, characters, -1, &rect, flags | DT_CALCRECT);
    say("%s measured %d: %d %d %d %d", what, height, rect.left, rect.top, rect.right, rect.bottom);
    rect.right = right;
    rect.bottom = bottom;
    height = DrawTextA(dc, characters, -1, &rect, flags);
    say("drawn %d in %d %d", height, rect.right, rect.bottom);
    show("pixels");
}

static void lines(void)
{
    text("one line", "AB A", DT_SINGLELINE, 150, 90);
    text("lines", "AB\nA\r\nB B", 0, 150, 90);
    text("lines in one", "AB\nA", DT_SINGLELINE, 150, 90);
    text("empty lines", "\n\nA\n", 0, 150, 90);
    text("nothing", "", 0, 150, 90);
    text("centred", "AB\nA", DT_CENTER, 150, 90);
    text("right", "AB\nA", DT_RIGHT, 150, 90);
    text("middle", "AB", DT_SINGLELINE | DT_VCENTER | DT_CENTER, 150, 91);
    text("bottom", "AB", DT_SINGLELINE | DT_BOTTOM, 150, 90);
    text("middle of lines", "AB\nA", DT_VCENTER, 150, 90);
    text("leading", "A\nB", DT_EXTERNALLEADING, 150, 90);
    text("clipped", "AAAAAAAA\nB", 0, 50, 40);
    text("not clipped", "AAAAAAAA\nB", DT_NOCLIP, 50, 40);
    text("whole lines alone", "A\nB\nA\nB", DT_EDITCONTROL, 150, 65);
    text("all lines", "A\nB\nA\nB", 0, 150, 65);
}

static void words(void)
{
    text("words", "AB A AB AB", DT_WORDBREAK, 66, 90);
    text("blanks", "AB   AB", DT_WORDBREAK | DT_RIGHT, 40, 90);
    text("wide words", "A BBBBBBBB A", DT_WORDBREAK, 60, 90);
    text("broken words", "A BBBBBBBB A", DT_WORDBREAK | DT_EDITCONTROL, 60, 90);
    text("words in lines", "AB AB\nAB AB AB", DT_WORDBREAK | DT_RIGHT, 66, 90);
    text("words in one line", "AB AB AB", DT_WORDBREAK | DT_SINGLELINE, 60, 90);
}

static void prefixes(void)
{
    text("prefix", "A&BA", 0, 150, 90);
    text("ampersand", "A&&B", 0, 150, 90);
    text("two prefixes", "&A&B", 0, 150, 90);
    text("no prefix", "&A", DT_NOPREFIX, 150, 90);
    // Wine reports: pixels: 107 in 10 11 21 27, 3568f0ff
    // documented: pixels: 96 in 10 11 21 25, fd501e00     (Microsoft, "DrawTextEx function": DT_HIDEPREFIX)
    text("hidden prefix", "&A", DT_HIDEPREFIX, 150, 90);
    // Wine reports: pixels: 275 in 10 11 43 27, 89ca75bf
    // documented: pixels: 11 in 32 27 42 27, bbe7fa3f     (Microsoft, "DrawTextEx function": DT_PREFIXONLY)
    text("prefix only", "AB&A", DT_PREFIXONLY, 150, 90);
}

static void tabs(void)
{
    static const INT stops[] = {40, 90, 130}, one = 35, right[] = {40, -90};
    DRAWTEXTPARAMS parameters = {sizeof parameters, 4, 2, 1, 0};
    RECT rect = {10, 10, 190, 90};
    DWORD size;
    text("tabs", "A\tB\tA", DT_EXPANDTABS, 200, 90);
    text("a tab of four", "A\tB\tA", DT_EXPANDTABS | DT_TABSTOP | 4 << 8, 190, 90);
    text("no tabs", "A\tB", 0, 190, 90);
    // Wine reports: with parameters 20, 0 characters
    // documented: with parameters 20, 5 characters     (Microsoft, "DRAWTEXTPARAMS structure": uiLengthDrawn)
    // Wine reports: pixels: 264 in 12 11 103 25, 6dd67980
    // documented: pixels: 264 in 30 11 121 25, 276e5980     (the same: margins "in units equal to the average character width")
    // Wine reports: measured 20: 35 30
    // documented: measured 20: 62 30     (the same)
    say("with parameters %d, %u characters", DrawTextExA(dc, (char *)"A\tB\tA", -1, &rect, DT_EXPANDTABS | DT_TABSTOP, &parameters),
        parameters.uiLengthDrawn);
    show("pixels");
    say("measured %d: %d %d", DrawTextExA(dc, (char *)"AB", -1, &rect, DT_CALCRECT, &parameters), rect.right, rect.bottom);
    size = (DWORD)TabbedTextOutA(dc, 10, 10, "A\tB\tA", 5, 3, stops, 10);
    say("stops %d %d, measured %x", LOWORD(size), HIWORD(size), GetTabbedTextExtentA(dc, "A\tB\tA", 5, 3, stops));
    show("pixels");
    size = (DWORD)TabbedTextOutA(dc, 10, 10, "A\tB\tA", 5, 1, &one, 0);
    say("one stop %d %d", LOWORD(size), HIWORD(size));
    show("pixels");
    size = (DWORD)TabbedTextOutW(dc, 10, 10, L"A\tB\tA", 5, 0, NULL, 0);
    say("usual stops %d %d", LOWORD(size), HIWORD(size));
    show("pixels");
    size = (DWORD)TabbedTextOutA(dc, 10, 10, "A\tB\tAB", 6, 2, right, 10);
    say("to the right %d %d", LOWORD(size), HIWORD(size));
    show("pixels");
}

static void ellipses(void)
{
    char buffer[40] = "ABABABAB";
    WCHAR wide[40] = L"ABABABAB";
    RECT rect = {10, 10, 80, 90};
    text("end", "ABABABAB", DT_END_ELLIPSIS, 80, 90);
    text("end of one line", "ABABABAB", DT_END_ELLIPSIS | DT_SINGLELINE, 80, 90);
    text("that fits", "ABAB", DT_END_ELLIPSIS, 80, 90);
    text("no room", "ABAB", DT_END_ELLIPSIS, 15, 90);
    text("word", "ABABABAB A", DT_WORD_ELLIPSIS, 80, 90);
    text("path", "AAA\\BBB\\A", DT_PATH_ELLIPSIS, 80, 90);
    say("changed %d", DrawTextExA(dc, buffer, -1, &rect, DT_END_ELLIPSIS | DT_MODIFYSTRING | DT_SINGLELINE, NULL));
    say("'%s'", buffer);
    say("changed %d", DrawTextExW(dc, wide, -1, &rect, DT_END_ELLIPSIS | DT_MODIFYSTRING | DT_SINGLELINE, NULL));
    say("'%ls'", wide);
    clear();
}

static void charsets(void)
{
    CHARSETINFO info;
    FONTSIGNATURE signature = {{0, 0, 0, 0}, {4, 0}};
    say("set %d: %u %u %x", TranslateCharsetInfo((DWORD *)(size_t)RUSSIAN_CHARSET, &info, TCI_SRCCHARSET), info.ciCharset, info.ciACP, info.fs.fsCsb[0]);
    say("page %d: %u %u %x", TranslateCharsetInfo((DWORD *)(size_t)932, &info, TCI_SRCCODEPAGE), info.ciCharset, info.ciACP, info.fs.fsCsb[0]);
    say("signature %d: %u %u", TranslateCharsetInfo(signature.fsCsb, &info, TCI_SRCFONTSIG), info.ciCharset, info.ciACP);
    say("none %d", TranslateCharsetInfo((DWORD *)(size_t)99, &info, TCI_SRCCHARSET));
}

PROGRAM
{
    static struct box_font font;
    BITMAPINFO info = {{sizeof(BITMAPINFOHEADER), WIDTH, -HEIGHT, 1, 32, BI_RGB, 0, 0, 0, 0, 0}, {{0, 0, 0, 0}}};
    HBITMAP bitmap;
    DWORD count = 0;
    dc = CreateCompatibleDC(NULL);
    bitmap = CreateDIBSection(dc, &info, DIB_RGB_COLORS, (void **)&pixels, NULL, 0);
    SelectObject(dc, bitmap);
    clear();
    box_font_make(&font, "Windlass Boxes", "Regular", 400, 0);
    AddFontMemResourceEx(font.bytes, (DWORD)font.size, NULL, &count);
    SelectObject(dc, CreateFontA(-20, 0, 0, 0, 400, 0, 0, 0, DEFAULT_CHARSET, 0, 0, NONANTIALIASED_QUALITY, 0, "Windlass Boxes"));
    SetBkMode(dc, TRANSPARENT);
    lines();
    words();
    prefixes();
    tabs();
    ellipses();
    charsets();
    DeleteObject(SelectObject(dc, GetStockObject(SYSTEM_FONT)));
    DeleteDC(dc);
    DeleteObject(bitmap);
    return 0;
}
