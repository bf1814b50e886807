// flags: -luser32 -lgdi32
// Icons and cursors made of bits, bitmaps, images and files; what they are made of, and how they are drawn.
#include <windows.h>

#include "fixture.h"

static void describe(const char *what, HICON icon)
{
    ICONINFO info;
    BITMAP mask, colour = {0};
    if (!GetIconInfo(icon, &info)) {
        say("%s: none, error %u", what, GetLastError());
        return;
    }
    GetObjectW(info.hbmMask, sizeof mask, &mask);
    if (info.hbmColor)
        GetObjectW(info.hbmColor, sizeof colour, &colour);
    say("%s: icon %d at %u %u, mask %dx%dx%d, colours %dx%dx%d", what, info.fIcon, info.xHotspot, info.yHotspot, mask.bmWidth,
        mask.bmHeight, mask.bmBitsPixel, colour.bmWidth, colour.bmHeight, colour.bmBitsPixel);
    DeleteObject(info.hbmMask);
    if (info.hbmColor)
        DeleteObject(info.hbmColor);
}

static HDC canvas(COLORREF colour, DWORD **pixels)
{
    BITMAPINFO info = {{sizeof info.bmiHeader, 8, -8, 1, 32}};
    HDC dc = CreateCompatibleDC(NULL);
    HBITMAP bitmap = CreateDIBSection(dc, &info, 0, (void **)pixels, NULL, 0);
    SelectObject(dc, bitmap);
    for (int i = 0; i < 64; i++)
        (*pixels)[i] = colour;
    return dc;
}

static void show(const char *what, const DWORD *pixels)
{
    say("%s: %06x %06x %06x %06x", what, pixels[0] & 0xffffff, pixels[1] & 0xffffff, pixels[2] & 0xffffff, pixels[3] & 0xffffff);
}

static void draw(const char *what, HICON icon)
{
    DWORD *pixels;
    HDC dc = canvas(0x00404040, &pixels);
    check(DrawIconEx(dc, 0, 0, icon, 0, 0, 0, NULL, DI_NORMAL));
    show(what, pixels);
    check(DrawIconEx(dc, 0, 0, icon, 8, 8, 0, GetStockObject(WHITE_BRUSH), DI_NORMAL));
    show("  on white, stretched", pixels);
    check(DrawIconEx(dc, 0, 0, icon, 0, 0, 0, NULL, DI_MASK));
    show("  mask", pixels);
    check(DrawIconEx(dc, 0, 0, icon, 0, 0, 0, NULL, DI_IMAGE));
    show("  image", pixels);
    DeleteDC(dc);
}

static void of_bits(void)
{
    // 4x4: keep, black, white, inverse
    static const BYTE and_bits[] = {0x90, 0, 0x90, 0, 0x90, 0, 0x90, 0}, xor_bits[] = {0x30, 0, 0x30, 0, 0x30, 0, 0x30, 0};
    HICON icon = CreateIcon(NULL, 4, 4, 1, 1, and_bits, xor_bits);
    describe("two colours", icon);
    draw("two colours", icon);
    HICON copy = CopyIcon(icon);
    describe("copy", copy);
    say("destroyed %d %d", DestroyIcon(icon), DestroyIcon(copy));
    SetLastError(0);
    say("again %d", DestroyIcon(icon));
    // Wine reports: error 0
    // documented: error 1402     ("System Error Codes": ERROR_INVALID_CURSOR_HANDLE)
    say("error %u", GetLastError());
    describe("gone", icon);
    HCURSOR cursor = CreateCursor(NULL, 1, 2, 4, 4, and_bits, xor_bits);
    describe("cursor", cursor);
    check(DestroyCursor(cursor));
}

static void of_bitmaps(void)
{
    static const BYTE mask_bits[] = {0x80, 0, 0x80, 0, 0x80, 0, 0x80, 0};
    DWORD colours[16], alphas[16];
    for (int i = 0; i < 16; i++) {
        colours[i] = 0x00102030u * (i % 4);
        alphas[i] = 0x00ff8000 | (DWORD)(i % 4) * 0x55000000u;
    }
    ICONINFO info = {TRUE, 3, 3, CreateBitmap(4, 4, 1, 1, mask_bits), CreateBitmap(4, 4, 1, 32, colours)};
    HICON icon = CreateIconIndirect(&info);
    describe("colours", icon);
    draw("colours", icon);
    DestroyIcon(icon);
    DeleteObject(info.hbmColor);
    info.hbmColor = CreateBitmap(4, 4, 1, 32, alphas);
    info.fIcon = FALSE;
    icon = CreateIconIndirect(&info);
    describe("alpha", icon);
    DWORD *pixels;
    HDC dc = canvas(0, &pixels);
    check(DrawIconEx(dc, 0, 0, icon, 0, 0, 0, NULL, DI_NORMAL));
    show("alpha", pixels);
    HICON larger = CopyImage(icon, IMAGE_ICON, 8, 8, 0);
    check(larger);
    // Wine reports: the same 0
    // documented: the same 1     ("CopyImage function": LR_COPYRETURNORG)
    say("the same %d", CopyImage(larger, IMAGE_ICON, 8, 8, LR_COPYRETURNORG) == larger);
    DestroyIcon(larger);
    DestroyIcon(icon);
    DeleteDC(dc);
    info.hbmMask = NULL;
    say("no mask %d", CreateIconIndirect(&info) == NULL);
}

// An image of 2x2 with a table of colours, as resources have it: red and blue, transparent at the lower left.
static const BYTE image[] = {
    40, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 1, 0, 4, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 255, 0, 255, 0, 0, 0,
    0x01, 0, 0, 0, 0x10, 0, 0, 0,
    0x80, 0, 0, 0, 0, 0, 0, 0,
};

static void of_images(void)
{
    DWORD *pixels;
    HICON icon = CreateIconFromResourceEx((BYTE *)image, sizeof image, TRUE, 0x30000, 0, 0, LR_DEFAULTCOLOR);
    describe("image", icon);
    HDC dc = canvas(0x00ffffff, &pixels);
    check(DrawIconEx(dc, 0, 0, icon, 0, 0, 0, NULL, DI_NORMAL));
    show("upper row", pixels);
    show("lower row", pixels + 8);
    DeleteDC(dc);
    DestroyIcon(icon);
    icon = CreateIconFromResourceEx((BYTE *)image, sizeof image, TRUE, 0x30000, 16, 16, LR_DEFAULTCOLOR);
    describe("larger", icon);
    DestroyIcon(icon);
    icon = CreateIconFromResource((BYTE *)image, sizeof image, TRUE, 0x30000);
    describe("default size", icon);
    DestroyIcon(icon);
    BYTE cursor[4 + sizeof image] = {1, 0, 1, 0};
    memcpy(cursor + 4, image, sizeof image);
    icon = CreateIconFromResourceEx(cursor, sizeof cursor, FALSE, 0x30000, 0, 0, LR_DEFAULTCOLOR);
    describe("cursor", icon);
    DestroyCursor(icon);
    // Wine reports: bad version 0
    // documented: bad version 1     ("CreateIconFromResourceEx function": dwVer)
    say("bad version %d", CreateIconFromResourceEx((BYTE *)image, sizeof image, TRUE, 7, 0, 0, 0) == NULL);
    say("cut short %d", CreateIconFromResourceEx((BYTE *)image, 30, TRUE, 0x30000, 0, 0, 0) == NULL);
}

static void directories(void)
{
    static const BYTE group[] = {0, 0, 1, 0, 4, 0,
        16, 16, 0, 0, 1, 0, 4, 0, 9, 0, 0, 0, 11, 0,
        32, 32, 0, 0, 1, 0, 4, 0, 9, 0, 0, 0, 12, 0,
        32, 32, 0, 0, 1, 0, 32, 0, 9, 0, 0, 0, 13, 0,
        0, 0, 0, 0, 1, 0, 32, 0, 9, 0, 0, 0, 14, 0};
    say("chosen %d", LookupIconIdFromDirectory((BYTE *)group, TRUE));
    say("small %d", LookupIconIdFromDirectoryEx((BYTE *)group, TRUE, 16, 16, 0));
    say("large %d", LookupIconIdFromDirectoryEx((BYTE *)group, TRUE, 200, 200, 0));
}

static void files(void)
{
    BYTE file[22 + sizeof image] = {0, 0, 1, 0, 1, 0, 2, 2, 2, 0, 1, 0, 4, 0, sizeof image, 0, 0, 0, 22, 0, 0, 0};
    static const BYTE picture[] = {'B', 'M', 70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0,
        40, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 24, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0};
    WCHAR folder[MAX_PATH], name[MAX_PATH];
    DWORD written;
    memcpy(file + 22, image, sizeof image);
    GetTempPathW(MAX_PATH, folder);
    GetTempFileNameW(folder, L"ico", 0, name);
    HANDLE handle = CreateFileW(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(handle, file, sizeof file, &written, NULL);
    CloseHandle(handle);
    HICON icon = LoadImageW(NULL, name, IMAGE_ICON, 0, 0, LR_LOADFROMFILE);
    describe("file", icon);
    DestroyIcon(icon);
    icon = LoadImageW(NULL, name, IMAGE_ICON, 0, 0, LR_LOADFROMFILE | LR_DEFAULTSIZE);
    describe("file, default size", icon);
    DestroyIcon(icon);
    handle = CreateFileW(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(handle, picture, sizeof picture, &written, NULL);
    CloseHandle(handle);
    DIBSECTION facts;
    HBITMAP bitmap = LoadImageW(NULL, name, IMAGE_BITMAP, 0, 0, LR_LOADFROMFILE | LR_CREATEDIBSECTION);
    check(GetObjectW(bitmap, sizeof facts, &facts) == sizeof facts);
    say("bitmap %dx%dx%d", facts.dsBm.bmWidth, facts.dsBm.bmHeight, facts.dsBm.bmBitsPixel);
    BYTE *bytes = facts.dsBm.bmBits;
    say("bytes %d %d %d, %d", bytes[0], bytes[1], bytes[2], bytes[8]);
    HBITMAP copy = CopyImage(bitmap, IMAGE_BITMAP, 4, 4, LR_CREATEDIBSECTION);
    check(GetObjectW(copy, sizeof facts, &facts) == sizeof facts);
    say("copy %dx%dx%d", facts.dsBm.bmWidth, facts.dsBm.bmHeight, facts.dsBm.bmBitsPixel);
    DeleteObject(copy);
    DeleteObject(bitmap);
    DeleteFileW(name);
    say("no file %d", LoadImageW(NULL, name, IMAGE_ICON, 0, 0, LR_LOADFROMFILE) == NULL);
    say("error %u", GetLastError());
}

static void system_ones(void)
{
    HICON icon = LoadIconW(NULL, (LPCWSTR)IDI_APPLICATION);
    check(icon);
    say("shared %d", LoadIconA(NULL, (LPCSTR)IDI_APPLICATION) == icon && LoadImageW(NULL, (LPCWSTR)IDI_APPLICATION, IMAGE_ICON, 0, 0, LR_SHARED | LR_DEFAULTSIZE) == icon);
    HCURSOR arrow = LoadCursorW(NULL, (LPCWSTR)IDC_ARROW);
    ICONINFO info;
    check(arrow && GetIconInfo(arrow, &info));
    say("arrow %d at %u %u", info.fIcon, info.xHotspot, info.yHotspot);
    say("kept %d", DestroyCursor(arrow) && GetIconInfo(arrow, &info));
    say("unknown %d", LoadIconW(NULL, (LPCWSTR)5) == NULL);
    say("not in the module %d", LoadIconW(GetModuleHandleW(NULL), L"NOTHING") == NULL);
}

PROGRAM
{
    of_bits();
    of_bitmaps();
    of_images();
    directories();
    files();
    system_ones();
    return 0;
}
