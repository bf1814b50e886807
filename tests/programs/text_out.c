// build: freestanding
// flags: -fno-builtin -lgdi32 -luser32
// Text in a bitmap: where it goes, and what is behind it.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include "fixture.h"
#include "box_font.h"

enum { WIDTH = 160, HEIGHT = 80 };
static HDC dc;
static unsigned *pixels;

static void clear(void)
{
    int i;
    for (i = 0; i < WIDTH * HEIGHT; i++)
        pixels[i] = 0xffffff;
}

/* How many pixels are not white, in which box, and which they are. */
static void show(const char *what)
{
    int left = WIDTH, top = HEIGHT, right = -1, bottom = -1, count = 0, x, y;
    unsigned sum = 0;
    POINT at;
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
    GetCurrentPositionEx(dc, &at);
    say("%s: %d in %d %d %d %d, %x; at %d %d", what, count, left, top, right, bottom, sum, at.x, at.y);
    clear();
}

static void use_font(int height, int width, int escapement, int weight, int underline, int struck)
{
    DeleteObject(SelectObject(dc, CreateFontA(height, width, escapement, escapement, weight, 0, (DWORD)underline, (DWORD)struck, DEFAULT_CHARSET, 0, 0,
                                              NONANTIALIASED_QUALITY, 0, "Windlass Boxes")));
}

static void write(const char *what, int x, int y, const char *text)
{
    int length = 0;
    while (text[length])
        length++;
    if (!TextOutA(dc, x, y, text, length))
        say("failed");
    show(what);
}

static void align(void)
{
    static const UINT aligns[] = {TA_CENTER, TA_RIGHT, TA_BOTTOM, TA_BASELINE, TA_CENTER | TA_BASELINE, TA_UPDATECP, TA_UPDATECP | TA_RIGHT, TA_UPDATECP | TA_CENTER};
    int i;
    for (i = 0; i < 8; i++) {
        say("align %x from %x", aligns[i], SetTextAlign(dc, aligns[i]));
        MoveToEx(dc, 70, 30, NULL);
        write("text", 80, 40, "ABj");
    }
    SetTextAlign(dc, 0);
}

static void backgrounds(void)
{
    RECT rect = {5, 5, 60, 30};
    SetBkMode(dc, OPAQUE);
    SetBkColor(dc, RGB(0, 255, 0));
    write("opaque", 10, 10, "BB B");
    ExtTextOutA(dc, 10, 10, ETO_OPAQUE, &rect, "BB B", 4, NULL);
    show("in a rectangle");
    ExtTextOutA(dc, 10, 10, ETO_OPAQUE | ETO_CLIPPED, &rect, "BB BB BB", 8, NULL);
    show("clipped");
    ExtTextOutA(dc, 10, 10, ETO_OPAQUE, &rect, "", 0, NULL);
    show("no text");
    SetBkMode(dc, TRANSPARENT);
    ExtTextOutW(dc, 10, 10, ETO_CLIPPED, &rect, L"BB BB BB", 8, NULL);
    show("clipped alone");
    SetTextColor(dc, RGB(255, 0, 0));
    write("red", 10, 10, "B");
    SetTextColor(dc, 0);
}

static void distances(void)
{
    static const INT wide[] = {20, 15, 30}, pairs[] = {20, 0, 15, 5, 30, -10};
    static const WORD glyphs[] = {3, 2, 4};
    POLYTEXTA several[] = {{5, 5, 1, "B", 0, {0, 0, 0, 0}, NULL}, {40, 20, 2, "AB", 0, {0, 0, 0, 0}, NULL}};
    SIZE size;
    ExtTextOutA(dc, 10, 10, 0, NULL, "BBB", 3, wide);
    show("distances");
    ExtTextOutA(dc, 10, 30, ETO_PDY, NULL, "BBB", 3, pairs);
    show("up and down");
    ExtTextOutW(dc, 10, 30, ETO_GLYPH_INDEX, NULL, (const WCHAR *)glyphs, 3, NULL);
    show("glyphs");
    PolyTextOutA(dc, several, 2);
    show("several");
    SetTextCharacterExtra(dc, 3);
    write("extra", 10, 10, "BBB");
    SetTextCharacterExtra(dc, 0);
    SetTextJustification(dc, 11, 2);
    write("justified", 10, 10, "B B B");
    SetTextJustification(dc, 0, 0);
    GetTextExtentPoint32A(dc, "B B B", 5, &size);
    say("extent %d %d", size.cx, size.cy);
}

static void styles(void)
{
    use_font(-20, 0, 0, 400, 1, 0);
    write("underlined", 10, 10, "BB");
    use_font(-20, 0, 0, 400, 0, 1);
    write("struck out", 10, 10, "BB");
    use_font(-20, 19, 0, 400, 0, 0);
    write("wide", 10, 10, "BB");
    use_font(-20, 0, 900, 400, 0, 0);
    write("upwards", 40, 70, "BB");
    use_font(-20, 0, 1800, 400, 0, 0);
    write("upside down", 80, 50, "BB");
    use_font(-20, 0, 0, 400, 0, 0);
}

static void figures(void)
{
    POINT points[40];
    BYTE types[40];
    int count, i;
    BeginPath(dc);
    say("text in a path %d", TextOutA(dc, 10, 10, "AB", 2));
    EndPath(dc);
    count = GetPath(dc, points, types, 40);
    say("%d points", count);
    // Wine reports:   31 26 2
    // documented:   31 26 3     (Microsoft, "GetPath function": PT_CLOSEFIGURE; a glyph's contours are closed figures)
    for (i = 0; i < count; i++)
        say("  %d %d %x", points[i].x, points[i].y, types[i]);
    show("nothing is drawn");
    say("fill %d", FillPath(dc));
}

static void coordinates(void)
{
    SIZE size;
    TEXTMETRICA t;
    SetMapMode(dc, MM_ANISOTROPIC);
    SetWindowExtEx(dc, 100, 100, NULL);
    SetViewportExtEx(dc, 200, 200, NULL);
    use_font(-10, 0, 0, 400, 0, 0);
    write("doubled", 5, 5, "AB");
    GetTextExtentPoint32A(dc, "AB", 2, &size);
    GetTextMetricsA(dc, &t);
    say("extent %d %d height %d %d width %d", size.cx, size.cy, t.tmHeight, t.tmAscent, t.tmAveCharWidth);
    SetViewportExtEx(dc, 400, 200, NULL);
    write("not as wide", 5, 5, "AB");
    GetTextExtentPoint32A(dc, "AB", 2, &size);
    say("extent %d %d", size.cx, size.cy);
    SetMapMode(dc, MM_TEXT);
    use_font(-20, 0, 0, 400, 0, 0);
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
    use_font(-20, 0, 0, 400, 0, 0);
    SetBkMode(dc, TRANSPARENT);
    write("text", 10, 10, "ABj");
    write("beyond the edge", 140, 70, "BBB");
    write("circle", 10, 10, "o");
    align();
    backgrounds();
    distances();
    styles();
    figures();
    coordinates();
    say("nothing %d, too little %d", TextOutA(dc, 0, 0, "", 0), ExtTextOutW(dc, 0, 0, 0, NULL, L"A", (UINT)-1, NULL));
    DeleteObject(SelectObject(dc, GetStockObject(SYSTEM_FONT)));
    DeleteDC(dc);
    DeleteObject(bitmap);
    return 0;
}
