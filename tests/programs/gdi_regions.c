// build: freestanding
// flags: -fno-builtin -lgdi32 -luser32
// Regions: their kinds, combinations, data, and clipping with them.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include "fixture.h"

static union { RGNDATA data; char bytes[8192]; } room;

static void show(const char *what, HRGN region)
{
    unsigned i;
    RECT box;
    const RECT *rects = (const RECT *)room.data.Buffer;
    int type = GetRgnBox(region, &box);
    DWORD size = GetRegionData(region, sizeof room, &room.data);
    say("%s: type %d box %d %d %d %d, %u bytes, %u rectangles", what, type, box.left, box.top, box.right, box.bottom, size,
        room.data.rdh.nCount);
    for (i = 0; i < room.data.rdh.nCount && i < 12; i++)
        say("  %d %d %d %d", rects[i].left, rects[i].top, rects[i].right, rects[i].bottom);
}

/* How wide a shape of at most 20 by 20 pixels is: Wine does not join bands that are alike. */
static void rows(const char *what, HRGN region)
{
    int x, y, width;
    say("%s", what);
    for (y = 0; y < 20; y++) {
        for (x = width = 0; x < 20; x++)
            width += PtInRegion(region, x, y);
        if (width)
            say("  %d: %d", y, width);
    }
}

static void combine(const char *what, HRGN to, HRGN one, HRGN other, int mode)
{
    say("%s gives %d", what, CombineRgn(to, one, other, mode));
    show(what, to);
}

static void polygon(const char *what, const POINT *points, int count, int mode)
{
    HRGN region = CreatePolygonRgn(points, count, mode);
    show(what, region);
    DeleteObject(region);
}

PROGRAM
{
    HRGN a = CreateRectRgn(0, 0, 20, 20), b = CreateRectRgn(10, 10, 30, 30), c = CreateRectRgn(30, 5, 5, 1);
    HRGN to = CreateRectRgn(0, 0, 0, 0), made;
    RECT rect = {25, 25, 40, 40}, box;
    POINT star[] = {{10, 0}, {16, 19}, {0, 7}, {20, 7}, {4, 19}};
    POINT triangle[] = {{0, 0}, {12, 3}, {3, 9}}, slanted[] = {{5, -5}, {-7, 3}, {2, 11}, {14, 2}};
    XFORM twice = {2, 0, 0, 2, 5, 1};
    DWORD size;
    HDC dc = CreateCompatibleDC(NULL);
    HBITMAP bitmap = CreateBitmap(50, 40, 1, 32, NULL);
    show("empty", to);
    show("reversed", c);
    combine("and", to, a, b, RGN_AND);
    combine("or", to, a, b, RGN_OR);
    combine("xor", to, a, b, RGN_XOR);
    combine("diff", to, a, b, RGN_DIFF);
    combine("copy", to, a, NULL, RGN_COPY);
    combine("or of itself", a, a, c, RGN_OR);
    combine("and none", to, b, c, RGN_AND);
    say("bad mode %d", CombineRgn(to, a, b, 7));
    say("bad region %d", CombineRgn(to, a, NULL, RGN_AND));
    say("offset %d", OffsetRgn(a, 3, -4));
    show("moved", a);
    say("points %d %d %d %d", PtInRegion(a, 3, -4), PtInRegion(a, 2, -4), PtInRegion(a, 22, 15), PtInRegion(a, 23, 15));
    say("rects %d", RectInRegion(b, &rect));
    say("equal %d %d", EqualRgn(a, a), EqualRgn(a, b));
    say("set %d", SetRectRgn(to, 9, 9, 1, 1));
    show("set", to);
    polygon("star alternate", star, 5, ALTERNATE);
    polygon("star winding", star, 5, WINDING);
    polygon("triangle", triangle, 3, ALTERNATE);
    polygon("slanted", slanted, 4, WINDING);
    say("size %u, too small %u", GetRegionData(a, 0, NULL), GetRegionData(a, 40, &room.data));
    size = GetRegionData(b, sizeof room, &room.data);
    made = ExtCreateRegion(NULL, size, &room.data);
    show("made again", made);
    DeleteObject(made);
    GetRegionData(b, sizeof room, &room.data);
    made = ExtCreateRegion(&twice, size, &room.data);
    show("twice as large", made);
    DeleteObject(made);
    made = CreateEllipticRgn(2, 3, 12, 13);
    rows("circle", made);
    DeleteObject(made);
    made = CreateRoundRectRgn(0, 0, 16, 12, 6, 6);
    rows("rounded", made);
    DeleteObject(made);

    SelectObject(dc, bitmap);
    say("no clip %d, box %d", GetClipRgn(dc, to), GetClipBox(dc, &box));
    say("box %d %d %d %d", box.left, box.top, box.right, box.bottom);
    say("select %d", SelectClipRgn(dc, b));
    say("has %d, box %d", GetClipRgn(dc, to), GetClipBox(dc, &box));
    show("clip", to);
    say("intersect %d", IntersectClipRect(dc, 5, 5, 22, 22));
    GetClipRgn(dc, to);
    show("intersected", to);
    say("exclude %d", ExcludeClipRect(dc, 12, 12, 15, 50));
    GetClipRgn(dc, to);
    show("excluded", to);
    say("move %d", OffsetClipRgn(dc, 2, 1));
    GetClipRgn(dc, to);
    show("moved", to);
    say("visible %d %d", PtVisible(dc, 13, 12), PtVisible(dc, 14, 20));
    say("rect visible %d", RectVisible(dc, &rect));
    say("xor %d", ExtSelectClipRgn(dc, a, RGN_XOR));
    GetClipRgn(dc, to);
    show("xored", to);
    say("saved %d", SaveDC(dc));
    say("none %d", SelectClipRgn(dc, NULL));
    say("clip %d", GetClipRgn(dc, to));
    say("restored %d", RestoreDC(dc, -1));
    say("clip %d", GetClipRgn(dc, to));
    say("far away %d", IntersectClipRect(dc, 500, 500, 600, 600));
    say("box %d", GetClipBox(dc, &box));
    say("box %d %d %d %d", box.left, box.top, box.right, box.bottom);
    DeleteDC(dc);
    check(DeleteObject(a) && DeleteObject(b) && DeleteObject(c) && DeleteObject(to) && DeleteObject(bitmap));
    return 0;
}
