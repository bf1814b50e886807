// build: freestanding
// flags: -fno-builtin -lgdi32 -luser32
// Enhanced metafiles: what their header tells, and each kind of record played.
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include "fixture.h"

enum { WIDTH = 120, HEIGHT = 120 };
static HDC dc;
static unsigned *pixels;
static unsigned file[4096];
static int length, records;

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

/* A record of so many words behind its size. */
static void add(unsigned type, int count, const int *words)
{
    int i;
    file[length++] = type;
    file[length++] = 8 + 4 * (unsigned)count;
    for (i = 0; i < count; i++)
        file[length++] = (unsigned)words[i];
    records++;
}

#define ADD(type, ...) add(type, sizeof(int[]){__VA_ARGS__} / sizeof(int), (const int[]){__VA_ARGS__})

/* A picture of 100 pixels by 100, of a device of 1000 by 1000 that is 250 mm wide and high. */
static void start(void)
{
    static const int header[23] = {0, 0, 99, 99, 0, 0, 2500, 2500, 0x464d4520, 0x10000, 0, 0, 5, 6, 100, 0, 1000, 1000, 250, 250};
    length = records = 0;
    add(EMR_HEADER, 20, header);
    length = 25;
    file[1] = 100 + 12;
    file[22] = file[23] = file[24] = 0;
    file[length++] = 'A' | 'b' << 16;
    file[length++] = 'c' << 16;
    file[length++] = 0;
}

static HENHMETAFILE finish(void)
{
    ADD(EMR_EOF, 0, 16, 20);
    file[12] = 4 * (unsigned)length;
    file[13] = (unsigned)records;
    return SetEnhMetaFileBits(4 * (UINT)length, (const BYTE *)file);
}

static void play(const char *what)
{
    RECT same = {0, 0, 100, 100}, other = {10, 5, 60, 105};
    HENHMETAFILE metafile = finish();
    BOOL played = PlayEnhMetaFile(dc, metafile, &same);
    say("%s %d", what, played);
    show("as it is");
    PlayEnhMetaFile(dc, metafile, &other);
    show("elsewhere");
    DeleteEnhMetaFile(metafile);
}

static void facts(void)
{
    ENHMETAHEADER header;
    WCHAR text[20];
    HENHMETAFILE metafile, copy;
    BYTE bits[400];
    start();
    metafile = finish();
    say("made %d, type %u", metafile != NULL, GetObjectType(metafile));
    say("header %u", GetEnhMetaFileHeader(metafile, sizeof header, &header));
    say("bounds %d %d frame %d %d, %u bytes, %u records, %u handles", header.rclBounds.right, header.rclBounds.bottom, header.rclFrame.right,
        header.rclFrame.bottom, header.nBytes, header.nRecords, header.nHandles);
    say("device %d %d, %d %d mm", header.szlDevice.cx, header.szlDevice.cy, header.szlMillimeters.cx, header.szlMillimeters.cy);
    say("description %u: %u '%ls'", GetEnhMetaFileDescriptionW(metafile, 0, NULL), GetEnhMetaFileDescriptionW(metafile, 20, text), text);
    say("palette %u", GetEnhMetaFilePaletteEntries(metafile, 0, NULL));
    say("bits %u %u, too few %u", GetEnhMetaFileBits(metafile, 0, NULL), GetEnhMetaFileBits(metafile, sizeof bits, bits), GetEnhMetaFileBits(metafile, 10, bits));
    copy = CopyEnhMetaFileW(metafile, NULL);
    say("copy %d: %u", copy != metafile, GetEnhMetaFileBits(copy, 0, NULL));
    say("delete %d %d", DeleteEnhMetaFile(copy), DeleteEnhMetaFile(metafile));
    say("gone %d", DeleteEnhMetaFile(metafile));
    file[10] = 0;
    say("no metafile %d", SetEnhMetaFileBits(4 * (UINT)length, (const BYTE *)file) != NULL);
    say("too short %d", SetEnhMetaFileBits(40, (const BYTE *)file) != NULL);
}

static int CALLBACK each(HDC hdc, HANDLETABLE *table, const ENHMETARECORD *record, int handles, LPARAM parameter)
{
    (void)hdc;
    say("record %u of %u bytes, %d handles, table %d", record->iType, record->nSize, handles, table != NULL);
    return --*(int *)parameter;
}

static void enumerate(void)
{
    HENHMETAFILE metafile;
    int count = 10;
    start();
    ADD(EMR_SETBKMODE, TRANSPARENT);
    ADD(EMR_MOVETOEX, 1, 2);
    ADD(EMR_LINETO, 3, 4);
    metafile = finish();
    say("all %d", EnumEnhMetaFile(NULL, metafile, each, &count, NULL));
    count = 2;
    say("two %d", EnumEnhMetaFile(NULL, metafile, each, &count, NULL));
    DeleteEnhMetaFile(metafile);
}

static void shapes(void)
{
    start();
    ADD(EMR_CREATEBRUSHINDIRECT, 1, BS_SOLID, 0x0000ff, 0);
    ADD(EMR_SELECTOBJECT, 1);
    ADD(EMR_CREATEPEN, 2, PS_SOLID, 0, 0, 0xff0000);
    ADD(EMR_SELECTOBJECT, 2);
    ADD(EMR_RECTANGLE, 10, 10, 40, 30);
    ADD(EMR_MOVETOEX, 0, 0);
    ADD(EMR_LINETO, 50, 50);
    ADD(EMR_POLYGON16, 0, 0, 99, 99, 3, 50 | 50 << 16, 90 | 50 << 16, 70 | 90 << 16);
    ADD(EMR_POLYLINE, 0, 0, 99, 99, 3, 0, 99, 20, 80, 40, 99);
    ADD(EMR_POLYPOLYLINE16, 0, 0, 99, 99, 2, 4, 2, 2, 60 | 5 << 16, 90 | 5 << 16, 60 | 8 << 16, 90 | 8 << 16);
    ADD(EMR_SELECTOBJECT, (int)0x80000000 | NULL_BRUSH);
    ADD(EMR_RECTANGLE, 5, 60, 30, 75);
    ADD(EMR_DELETEOBJECT, 1);
    ADD(EMR_SETPIXELV, 95, 95, 0x00ff00);
    play("shapes");
}

static void mappings(void)
{
    start();
    ADD(EMR_SETMAPMODE, MM_ANISOTROPIC);
    ADD(EMR_SETWINDOWEXTEX, 50, 50);
    ADD(EMR_SETVIEWPORTEXTEX, 100, 100);
    ADD(EMR_SETWINDOWORGEX, -5, -5);
    ADD(EMR_SELECTOBJECT, (int)0x80000000 | BLACK_BRUSH);
    ADD(EMR_SAVEDC);
    ADD(EMR_SETVIEWPORTORGEX, 40, 0);
    ADD(EMR_RECTANGLE, 0, 0, 9, 9);
    ADD(EMR_RESTOREDC, -1);
    ADD(EMR_RECTANGLE, 0, 0, 9, 9);
    ADD(EMR_SETWORLDTRANSFORM, 0x3f800000, 0, 0, 0x3f800000, 0, 0x41a00000);
    ADD(EMR_RECTANGLE, 0, 0, 9, 9);
    play("mappings");
}

static void clips(void)
{
    start();
    ADD(EMR_SELECTOBJECT, (int)0x80000000 | GRAY_BRUSH);
    ADD(EMR_INTERSECTCLIPRECT, 10, 10, 80, 80);
    ADD(EMR_EXCLUDECLIPRECT, 30, 30, 50, 50);
    ADD(EMR_RECTANGLE, 0, 0, 99, 99);
    ADD(EMR_EXTSELECTCLIPRGN, 48, RGN_COPY, 32, 1, 1, 16, 60, 85, 90, 95, 60, 85, 90, 95);
    ADD(EMR_RECTANGLE, 0, 0, 99, 99);
    play("clips");
}

static void paths(void)
{
    start();
    ADD(EMR_SELECTOBJECT, (int)0x80000000 | BLACK_BRUSH);
    ADD(EMR_BEGINPATH);
    ADD(EMR_MOVETOEX, 10, 10);
    ADD(EMR_LINETO, 60, 10);
    ADD(EMR_LINETO, 60, 40);
    ADD(EMR_CLOSEFIGURE);
    ADD(EMR_ENDPATH);
    ADD(EMR_FILLPATH, 0, 0, 99, 99);
    play("paths");
}

static void bitmaps(void)
{
    start();
    ADD(EMR_STRETCHDIBITS, 0, 0, 99, 99, 10, 10, 0, 0, 2, 2, 80, 40, 120, 16, DIB_RGB_COLORS, SRCCOPY, 20, 20, 40, 2, 2, 1 | 32 << 16, 0, 0, 0, 0, 0, 0,
        0xff0000, 0x00ff00, 0x0000ff, 0x808080);
    ADD(EMR_BITBLT, 0, 0, 99, 99, 50, 50, 30, 20, BLACKNESS, 0, 0, 0x3f800000, 0, 0, 0x3f800000, 0, 0, 0xffffff, 0, 0, 0, 0, 0);
    play("bitmaps");
}

PROGRAM
{
    BITMAPINFO info = {{sizeof(BITMAPINFOHEADER), WIDTH, -HEIGHT, 1, 32, BI_RGB, 0, 0, 0, 0, 0}, {{0, 0, 0, 0}}};
    HBITMAP bitmap;
    dc = CreateCompatibleDC(NULL);
    bitmap = CreateDIBSection(dc, &info, DIB_RGB_COLORS, (void **)&pixels, NULL, 0);
    SelectObject(dc, bitmap);
    clear();
    facts();
    enumerate();
    shapes();
    mappings();
    clips();
    paths();
    bitmaps();
    say("mode %d", GetGraphicsMode(dc));
    DeleteDC(dc);
    DeleteObject(bitmap);
    return 0;
}
