// build: freestanding
// flags: -fno-builtin -lgdi32 -luser32
// Lines and filled shapes in a memory DC, pixel by pixel.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include "fixture.h"

enum { WIDTH = 40, HEIGHT = 30 };
static unsigned *pixels;
static HDC dc;

static void clear(void)
{
    int i;
    for (i = 0; i < WIDTH * HEIGHT; i++)
        pixels[i] = 0xffffff;
}

/* '.' is white, '#' black, 'o' anything else. */
static void picture(const char *what)
{
    int x, y;
    char line[WIDTH + 1];
    GdiFlush();
    say("%s", what);
    for (y = 0; y < HEIGHT; y++) {
        int last = 0;
        for (x = 0; x < WIDTH; x++) {
            unsigned value = pixels[y * WIDTH + x] & 0xffffff;
            line[x] = value == 0xffffff ? '.' : value == 0 ? '#' : 'o';
            if (value != 0xffffff)
                last = x + 1;
        }
        line[last] = 0;
        if (last)
            say("%d %s", y, line);
    }
    clear();
}

static void line(int x1, int y1, int x2, int y2)
{
    MoveToEx(dc, x1, y1, NULL);
    LineTo(dc, x2, y2);
}

PROGRAM
{
    BITMAPINFO info = {{sizeof(BITMAPINFOHEADER), WIDTH, -HEIGHT, 1, 32}};
    HBITMAP bitmap;
    HBRUSH grey = CreateSolidBrush(RGB(128, 128, 128)), hatch;
    HPEN wide = CreatePen(PS_SOLID, 3, 0), pen;
    HRGN region;
    POINT star[] = {{20, 0}, {32, 28}, {2, 10}, {38, 10}, {8, 28}}, at, at2[3] = {{3, 3}, {30, 8}, {12, 25}};
    RECT rect = {3, 4, 20, 15};
    int i;
    dc = CreateCompatibleDC(NULL);
    bitmap = CreateDIBSection(dc, &info, DIB_RGB_COLORS, (void **)&pixels, NULL, 0);
    SelectObject(dc, bitmap);
    clear();
    line(0, 0, 30, 10);
    line(30, 12, 0, 2);
    line(0, 29, 9, 4);
    line(12, 4, 3, 29);
    line(20, 20, 20, 20);
    picture("lines");
    line(0, 0, 4, 2);
    line(14, 2, 10, 0);
    line(20, 2, 24, 0);
    line(34, 0, 30, 2);
    line(0, 5, 2, 9);
    line(12, 9, 10, 5);
    line(20, 9, 22, 5);
    line(32, 5, 30, 9);
    picture("ties");
    line(-50, -30, 100, 61);
    picture("beyond");
    GetCurrentPositionEx(dc, &at);
    say("position %d %d", at.x, at.y);
    SelectObject(dc, grey);
    Rectangle(dc, 2, 3, 12, 9);
    Rectangle(dc, 30, 20, 20, 12);
    Rectangle(dc, 32, 2, 33, 9);
    picture("rectangles");
    SelectObject(dc, GetStockObject(NULL_PEN));
    Rectangle(dc, 2, 3, 12, 9);
    Polygon(dc, at2, 3);
    picture("without pen");
    SelectObject(dc, GetStockObject(BLACK_PEN));
    Polygon(dc, star, 5);
    picture("star");
    SetPolyFillMode(dc, WINDING);
    Polygon(dc, star, 5);
    picture("star, winding");
    SelectObject(dc, wide);
    Rectangle(dc, 3, 4, 20, 15);
    line(25, 5, 35, 5);
    line(25, 10, 25, 20);
    picture("wide");
    SelectObject(dc, GetStockObject(BLACK_PEN));
    for (i = PS_DASH; i <= PS_DASHDOTDOT; i++) {
        pen = CreatePen(i, 1, 0);
        SelectObject(dc, pen);
        line(0, i * 4, 40, i * 4);
        SetBkMode(dc, TRANSPARENT);
        SelectObject(dc, GetStockObject(BLACK_PEN));
        DeleteObject(pen);
    }
    picture("dashes");
    for (i = HS_HORIZONTAL; i <= HS_DIAGCROSS; i++) {
        RECT piece = {i * 6, 0, i * 6 + 6, 16};
        hatch = CreateHatchBrush(i, 0);
        FillRect(dc, &piece, hatch);
        DeleteObject(hatch);
    }
    picture("hatches");
    SetROP2(dc, R2_XORPEN);
    SelectObject(dc, GetStockObject(WHITE_PEN));
    line(0, 0, 10, 0);
    line(5, 0, 15, 0);
    SetROP2(dc, R2_NOT);
    line(0, 2, 8, 2);
    SetROP2(dc, R2_COPYPEN);
    SelectObject(dc, GetStockObject(BLACK_PEN));
    picture("raster operations");
    FrameRect(dc, &rect, GetStockObject(BLACK_BRUSH));
    rect.left = 22, rect.right = 38;
    InvertRect(dc, &rect);
    picture("frame and inversion");
    region = CreatePolygonRgn(at2, 3, ALTERNATE);
    FillRgn(dc, region, grey);
    picture("region");
    FrameRgn(dc, region, GetStockObject(BLACK_BRUSH), 2, 1);
    picture("frame of a region");
    SelectClipRgn(dc, region);
    SelectObject(dc, GetStockObject(BLACK_BRUSH));
    say("fill %d", PatBlt(dc, 0, 0, 15, 30, PATCOPY));
    line(0, 9, 40, 9);
    picture("clipped");
    SelectClipRgn(dc, NULL);
    SelectObject(dc, grey);
    Rectangle(dc, 2, 2, 20, 20);
    Rectangle(dc, 10, 10, 30, 28);
    SelectObject(dc, GetStockObject(BLACK_BRUSH));
    say("flood %d", ExtFloodFill(dc, 4, 4, RGB(128, 128, 128), FLOODFILLSURFACE));
    say("flood border %d", FloodFill(dc, 35, 5, 0));
    say("flood elsewhere %d", ExtFloodFill(dc, 4, 4, RGB(1, 2, 3), FLOODFILLSURFACE));
    picture("flood");
    SelectObject(dc, grey);
    BeginPath(dc);
    MoveToEx(dc, 2, 2, NULL);
    LineTo(dc, 30, 4);
    LineTo(dc, 20, 25);
    CloseFigure(dc);
    Rectangle(dc, 10, 8, 20, 14);
    EndPath(dc);
    SetPolyFillMode(dc, ALTERNATE);
    say("path %d", GetPath(dc, NULL, NULL, 0));
    StrokeAndFillPath(dc);
    picture("path");
    Ellipse(dc, 2, 2, 17, 17);
    Ellipse(dc, 20, 3, 32, 15);
    picture("circles");
    RoundRect(dc, 2, 2, 22, 17, 8, 8);
    picture("rounded");
    say("gone %d %u", FillPath(dc), GetLastError());
    SelectObject(dc, GetStockObject(SYSTEM_FONT));
    DeleteDC(dc);
    check(DeleteObject(bitmap) && DeleteObject(grey) && DeleteObject(wide) && DeleteObject(region));
    return 0;
}
