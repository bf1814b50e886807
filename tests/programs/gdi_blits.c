// build: freestanding
// flags: -fno-builtin -lgdi32 -luser32 -lmsimg32
// Transfers between bitmaps of all depths, and to and from DIBs in memory.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include "fixture.h"

static struct { BITMAPINFOHEADER header; DWORD colours[256]; } info;

static HBITMAP section(int width, int height, int bits, void **pixels)
{
    unsigned i;
    for (i = 0; i < 256; i++)
        info.colours[i] = i * 0x050301;
    info.header.biSize = sizeof info.header;
    info.header.biWidth = width;
    info.header.biHeight = height;
    info.header.biPlanes = 1;
    info.header.biBitCount = (WORD)bits;
    info.header.biCompression = BI_RGB;
    info.header.biClrUsed = 0;
    info.header.biSizeImage = 0;
    return CreateDIBSection(NULL, (BITMAPINFO *)&info, DIB_RGB_COLORS, pixels, NULL, 0);
}

static void bytes(const char *what, const void *data, int count)
{
    const unsigned char *byte = data;
    char text[200];
    int i;
    for (i = 0; i < count && i < 60; i++) {
        text[i * 3] = "0123456789abcdef"[byte[i] >> 4];
        text[i * 3 + 1] = "0123456789abcdef"[byte[i] & 15];
        text[i * 3 + 2] = ' ';
    }
    text[i * 3] = 0;
    say("%s: %s", what, text);
}

static unsigned sum(const void *data, int count)
{
    const unsigned char *byte = data;
    unsigned result = 0;
    while (count-- > 0)
        result = result * 31 + *byte++;
    return result;
}

PROGRAM
{
    static const int depths[] = {1, 4, 8, 16, 24, 32};
    unsigned *pixels, got[64];
    void *other;
    HDC dc = CreateCompatibleDC(NULL), to = CreateCompatibleDC(NULL);
    HBITMAP source = section(8, -4, 32, (void **)&pixels), target, old, mono, mask;
    HBRUSH brush = CreateSolidBrush(RGB(0x12, 0x34, 0x56));
    unsigned rop;
    int i, k;
    BLENDFUNCTION half = {AC_SRC_OVER, 0, 128, 0}, alpha = {AC_SRC_OVER, 0, 255, AC_SRC_ALPHA};
    TRIVERTEX corners[] = {{0, 0, 0xff00, 0, 0x8000, 0}, {8, 4, 0, 0xff00, 0x4000, 0}};
    GRADIENT_RECT mesh = {0, 1};
    WORD masks[] = {0xaa, 0x55, 0xf0, 0x0f};
    unsigned char rle[] = {3, 5, 0, 3, 1, 2, 3, 0, 0, 0, 2, 9, 0, 2, 1, 1, 4, 7, 0, 1};
    unsigned char rle4[] = {5, 0x12, 0, 0, 0, 5, 0x34, 0x56, 0x70, 0, 0, 1};
    WORD bits16[] = {0x7fff, 0x001f, 0x07e0, 0xf800};
    DWORD colours[4];
    BITMAP facts;
    for (i = 0; i < 32; i++)
        pixels[i] = (i * 0x01234567) ^ 0x80402010;
    pixels[31] = 0xffffff;
    pixels[30] = 0;
    SelectObject(dc, source);
    for (k = 0; k < 6; k++) {
        target = section(8, 4, depths[k], &other);
        old = SelectObject(to, target);
        say("depth %d: %d", depths[k], BitBlt(to, 0, 0, 8, 4, dc, 0, 0, SRCCOPY));
        GetObjectW(target, sizeof facts, &facts);
        say("%d %d %d %d", facts.bmWidth, facts.bmHeight, facts.bmWidthBytes, facts.bmBitsPixel);
        if (depths[k] != 8)
            bytes("copied", other, facts.bmWidthBytes * 2);
        if (depths[k] != 8)
            say("pixel %06x %06x", GetPixel(to, 0, 0), GetPixel(to, 7, 3));
        say("table %u", GetDIBColorTable(to, 0, 4, (RGBQUAD *)colours));
        SelectObject(to, old);
        DeleteObject(target);
    }
    target = section(8, -4, 32, &other);
    old = SelectObject(to, target);
    SelectObject(to, brush);
    for (rop = 0; rop < 256; rop++) {
        for (i = 0; i < 32; i++)
            ((unsigned *)other)[i] = i * 0x00fedcba;
        BitBlt(to, 0, 0, 8, 4, dc, 0, 0, rop << 16);
        if (rop % 8 == 3)
            say("operation %02x: %08x", rop, sum(other, 128));
    }
    for (k = 1; k <= 2; k++) {
        SetStretchBltMode(to, k);
        PatBlt(to, 0, 0, 8, 4, WHITENESS);
        StretchBlt(to, 0, 0, 4, 2, dc, 0, 0, 8, 4, SRCCOPY);
        bytes("shrunk", other, 16);
    }
    SetStretchBltMode(to, COLORONCOLOR);
    StretchBlt(to, 0, 0, 8, 4, dc, 1, 1, 3, 2, SRCCOPY);
    bytes("stretched", other, 32);
    StretchBlt(to, 7, 0, -8, 4, dc, 0, 0, 8, 4, SRCCOPY);
    bytes("mirrored", other, 32);
    PatBlt(to, 0, 0, 8, 4, BLACKNESS);
    BitBlt(to, 2, 1, 8, 4, dc, -1, -1, SRCCOPY);
    bytes("clipped", (char *)other + 32, 32);
    BitBlt(to, 1, 0, 7, 4, to, 0, 0, SRCCOPY);
    bytes("overlapping", (char *)other + 32, 32);
    mono = CreateBitmap(8, 4, 1, 1, masks);
    mask = CreateBitmap(8, 4, 1, 1, masks);
    SetTextColor(to, RGB(1, 2, 3));
    SetBkColor(to, RGB(4, 5, 6));
    SelectObject(dc, mono);
    BitBlt(to, 0, 0, 8, 4, dc, 0, 0, SRCCOPY);
    bytes("mono as colours", other, 32);
    SelectObject(to, old);
    SelectObject(to, target);
    SetBkColor(to, RGB(4, 5, 6));
    PatBlt(dc, 0, 0, 8, 4, BLACKNESS);
    BitBlt(dc, 0, 0, 8, 4, to, 0, 0, SRCCOPY);
    GetBitmapBits(mono, 8, got);
    bytes("colours as mono", got, 8);
    SelectObject(dc, source);
    MaskBlt(to, 0, 0, 8, 4, dc, 0, 0, mask, 0, 0, MAKEROP4(SRCCOPY, DSTINVERT));
    for (i = 0; i < 32; i++)
        ((unsigned *)other)[i] &= 0xffffff;
    bytes("masked", other, 60);
    for (i = 0; i < 32; i++)
        ((unsigned *)other)[i] = 0x00a0b0c0 + i;
    AlphaBlend(to, 0, 0, 8, 4, dc, 0, 0, 8, 4, half);
    for (i = 0; i < 8; i++)
        got[i] = ((unsigned *)other)[i] & 0xffffff;
    bytes("half", got, 32);
    for (i = 0; i < 32; i++) {
        pixels[i] = (i * 8u << 24) | (i * 7 << 16) | (i * 5 << 8) | i;
        ((unsigned *)other)[i] = 0x00a0b0c0 + i;
    }
    AlphaBlend(to, 0, 0, 8, 4, dc, 0, 0, 8, 4, alpha);
    bytes("alpha", other, 40);
    say("outside %d", AlphaBlend(to, 0, 0, 8, 4, dc, 1, 0, 8, 4, alpha));
    for (i = 0; i < 32; i++)
        pixels[i] &= 0xffffff;
    TransparentBlt(to, 0, 0, 8, 4, dc, 0, 0, 8, 4, RGB(7, 5, 1));
    for (i = 0; i < 8; i++)
        got[i] = ((unsigned *)other)[i] & 0xffffff;
    bytes("keyed", got, 16);
    GradientFill(to, corners, 2, &mesh, 1, GRADIENT_FILL_RECT_H);
    for (i = 0; i < 8; i++)
        got[i] = ((unsigned *)other)[i] & 0xffffff;
    bytes("gradient", got, 32);

    section(1, 1, 8, &other);
    target = section(6, 3, 8, &other);
    info.header.biCompression = BI_RLE8;
    info.header.biSizeImage = sizeof rle;
    say("RLE8 %d", SetDIBits(to, target, 0, 3, rle, (BITMAPINFO *)&info, DIB_RGB_COLORS));
    bytes("rows", other, 24);
    info.header.biBitCount = 4;
    info.header.biCompression = BI_RLE4;
    info.header.biSizeImage = sizeof rle4;
    say("RLE4 %d", SetDIBits(to, target, 0, 3, rle4, (BITMAPINFO *)&info, DIB_RGB_COLORS));
    bytes("rows", other, 16);
    DeleteObject(target);
    info.header.biWidth = 2;
    info.header.biHeight = -2;
    info.header.biBitCount = 16;
    info.header.biCompression = BI_BITFIELDS;
    info.colours[0] = 0xf800, info.colours[1] = 0x7e0, info.colours[2] = 0x1f;
    say("565 %d", SetDIBits(dc, source, 1, 1, bits16, (BITMAPINFO *)&info, DIB_RGB_COLORS));
    for (i = 0; i < 32; i++)
        if ((pixels[i] & 0xffffff) != (unsigned)((i * 7 << 16) | (i * 5 << 8) | i))
            say("pixel %d %06x", i, pixels[i] & 0xffffff);
    say("to device %d", SetDIBitsToDevice(to, 2, 0, 2, 2, 0, 0, 0, 2, bits16, (BITMAPINFO *)&info, DIB_RGB_COLORS));
    say("%06x %06x", GetPixel(to, 2, 0), GetPixel(to, 3, 1));
    say("stretched %d", StretchDIBits(to, 0, 0, 4, 4, 0, 0, 2, 2, bits16, (BITMAPINFO *)&info, DIB_RGB_COLORS, SRCCOPY));
    say("%06x %06x %06x", GetPixel(to, 0, 0), GetPixel(to, 3, 0), GetPixel(to, 1, 3));
    for (k = 0; k < 6; k++) {
        section(1, 1, depths[k], &other);
        info.header.biWidth = 8;
        info.header.biHeight = 4;
        say("get %d: %d", depths[k], GetDIBits(to, source, 1, 2, got, (BITMAPINFO *)&info, DIB_RGB_COLORS));
        if (depths[k] != 8 && depths[k] != 4)
            bytes("got", got, 16);
        say("size %u, colours %06x %06x", info.header.biSizeImage, info.colours[0], info.colours[1]);
    }
    info.header.biBitCount = 0;
    say("ask %d", GetDIBits(to, source, 0, 0, NULL, (BITMAPINFO *)&info, DIB_RGB_COLORS));
    say("%d %d %d %u", info.header.biWidth, info.header.biHeight, info.header.biBitCount, info.header.biCompression);
    SelectObject(to, GetStockObject(WHITE_BRUSH));
    check(DeleteDC(dc) && DeleteDC(to) && DeleteObject(source) && DeleteObject(mono) && DeleteObject(mask) && DeleteObject(brush));
    return 0;
}
