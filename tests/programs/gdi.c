// build: freestanding
// flags: -fno-builtin -lgdi32 -luser32
// Memory device contexts and bitmaps.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include "fixture.h"

static void dump(const char *what, const unsigned *pixels, int count)
{
    int i;
    unsigned sum = 0;
    for (i = 0; i < count; i++)
        sum = sum * 31 + (pixels[i] & 0xffffff);
    say("%s %x %06x %06x", what, sum, pixels[0] & 0xffffff, pixels[count - 1] & 0xffffff);
}

static HBITMAP section(HDC dc, int width, int height, int bits, void **pixels)
{
    BITMAPINFO info;
    unsigned char *byte = (unsigned char *)&info;
    unsigned i;
    for (i = 0; i < sizeof info; i++)
        byte[i] = 0;
    info.bmiHeader.biSize = sizeof info.bmiHeader;
    info.bmiHeader.biWidth = width;
    info.bmiHeader.biHeight = height;
    info.bmiHeader.biPlanes = 1;
    info.bmiHeader.biBitCount = (WORD)bits;
    return CreateDIBSection(dc, &info, DIB_RGB_COLORS, pixels, NULL, 0);
}

PROGRAM
{
    HDC one = CreateCompatibleDC(NULL), other = CreateCompatibleDC(NULL);
    unsigned *top = NULL, *bottom = NULL;
    unsigned char *bytes = NULL;
    HBITMAP a = section(one, 8, -4, 32, (void **)&top), b = section(other, 8, 4, 32, (void **)&bottom);
    HBITMAP c = section(one, 5, 2, 24, (void **)&bytes), old;
    RECT rect = {2, 1, 6, 3};
    BITMAP facts;
    BITMAPINFO info;
    unsigned got[8 * 4];
    int i;
    HBRUSH red = CreateSolidBrush(RGB(255, 0, 0));
    say("types %u %u %u %u", GetObjectType(one), GetObjectType(a), GetObjectType(red), GetObjectType(GetStockObject(BLACK_PEN)));
    old = SelectObject(one, a);
    check(old != NULL);
    check(SelectObject(other, a) == NULL);
    SelectObject(other, b);
    say("fill %d", FillRect(one, &rect, red));
    dump("filled", top, 32);
    say("pixel %06x %06x %x", GetPixel(one, 2, 1), GetPixel(one, 0, 0), GetPixel(one, 8, 0));
    say("set %06x", SetPixel(one, 0, 0, RGB(1, 2, 3)));
    say("blt %d", BitBlt(other, 0, 0, 8, 4, one, 0, 0, SRCCOPY));
    dump("copied bottom-up", bottom, 32);
    say("invert %d", BitBlt(other, 1, 0, 4, 4, one, 0, 0, SRCINVERT));
    dump("inverted", bottom, 32);
    say("pattern %d %d", PatBlt(other, 0, 0, 3, 3, PATCOPY), PatBlt(other, 5, 0, 3, 2, BLACKNESS));
    dump("pattern", bottom, 32);
    say("stretch %d", StretchBlt(other, 0, 0, 8, 4, one, 2, 1, 4, 2, SRCCOPY));
    dump("stretched", bottom, 32);
    say("object %d %d", GetObjectW(a, sizeof facts, &facts), GetObjectW(a, 4, &facts));
    say("%d x %d, %d bytes, %d bits", facts.bmWidth, facts.bmHeight, facts.bmWidthBytes, facts.bmBitsPixel);
    check(facts.bmBits == top);
    SelectObject(one, c);
    SetPixel(one, 4, 1, RGB(9, 8, 7));
    say("24 bits: %u %u %u", bytes[12], bytes[13], bytes[14]);
    for (i = 0; i < (int)sizeof info; i++)
        ((char *)&info)[i] = 0;
    info.bmiHeader.biSize = sizeof info.bmiHeader;
    info.bmiHeader.biWidth = 8;
    info.bmiHeader.biHeight = -4;
    info.bmiHeader.biPlanes = 1;
    info.bmiHeader.biBitCount = 32;
    say("get %d", GetDIBits(one, a, 0, 4, got, &info, DIB_RGB_COLORS));
    dump("got", got, 32);
    SelectObject(one, old);
    check(DeleteDC(one) && DeleteDC(other));
    check(DeleteObject(a) && DeleteObject(b) && DeleteObject(c) && DeleteObject(red));
    check(!DeleteDC(one));
    return 0;
}
