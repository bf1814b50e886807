/* "DrawIconEx function" */
#include "user_icon.h"

enum { DI_MASK = 1, DI_IMAGE = 2, DI_NORMAL = 3, DI_DEFAULTSIZE = 8, SM_CXICON = 11, SM_CYICON = 12, SM_CXCURSOR = 13,
       SM_CYCURSOR = 14 };
enum { SRCCOPY = 0x00CC0020, SRCAND = 0x008800C6, SRCINVERT = 0x00660046 };
typedef struct { BYTE BlendOp, BlendFlags, SourceConstantAlpha, AlphaFormat; } BLENDFUNCTION;

API_USE(int, GetSystemMetrics, int);
API_USE(HDC, CreateCompatibleDC, HDC);
API_USE(BOOL, DeleteDC, HDC);
API_USE(HGDIOBJ, SelectObject, HDC, HGDIOBJ);
API_USE(BOOL, BitBlt, HDC, int, int, int, int, HDC, int, int, DWORD);
API_USE(BOOL, GdiAlphaBlend, HDC, int, int, int, int, HDC, int, int, int, int, BLENDFUNCTION);
API_USE(int, FillRect, HDC, const RECT *, HBRUSH);
API_USE(DWORD, GetObjectType, HGDIOBJ);

/* Combines pixels of the icon's size with what is there. */
static BOOL combine(HDC dc, int x, int y, struct bitmap *pixels, DWORD rop, bool blends) {
    LONG width = pixels->surface.width, height = pixels->surface.height;
    HBITMAP bitmap = gdi_add(pixels);
    HDC memory = bitmap ? api_CreateCompatibleDC(dc) : NULL;
    BOOL done = FALSE;
    if (memory) {
        HGDIOBJ old = api_SelectObject(memory, bitmap);
        const BLENDFUNCTION over = {0, 0, 255, 1};
        done = blends ? api_GdiAlphaBlend(dc, x, y, width, height, memory, 0, 0, width, height, over)
                      : api_BitBlt(dc, x, y, width, height, memory, 0, 0, rop);
        api_SelectObject(memory, old);
        api_DeleteDC(memory);
    }
    if (bitmap)
        api_DeleteObject(bitmap);
    return done;
}

static DWORD premultiplied(DWORD colour) {
    DWORD alpha = colour >> 24, result = alpha << 24;
    for (int shift = 0; shift < 24; shift += 8)
        result |= ((colour >> shift & 255) * alpha + 127) / 255 << shift;
    return result;
}

enum plane { MASK, IMAGE, BLENDED };

static DWORD pixel_of(const struct icon *icon, enum plane plane, size_t index) {
    if (plane == MASK)
        return icon->mask[index] ? 0xffffff : 0;
    if (!icon->colours)
        return icon->inverse[index] ? 0xffffff : 0;
    return plane == BLENDED ? premultiplied(icon->colours[index]) : icon->colours[index] & 0xffffff;
}

static BOOL draw_plane(HDC dc, int x, int y, const struct icon *icon, enum plane plane, DWORD rop) {
    struct bitmap *bitmap = bitmap_new(icon->width, icon->height, 32, true);
    if (!bitmap)
        return FALSE;
    for (LONG row = 0; row < icon->height; row++)
        for (LONG column = 0; column < icon->width; column++)
            surface_put(&bitmap->surface, column, row,
                        pixel_of(icon, plane, (size_t)row * (size_t)icon->width + (size_t)column));
    return combine(dc, x, y, bitmap, rop, plane == BLENDED);
}

BOOL icon_draw(HDC dc, int x, int y, const struct icon *icon, UINT flags) {
    if (flags == DI_NORMAL && icon->has_alpha)
        return draw_plane(dc, x, y, icon, BLENDED, 0);
    BOOL done = TRUE;
    if (flags & DI_MASK)
        done = draw_plane(dc, x, y, icon, MASK, flags & DI_IMAGE ? SRCAND : SRCCOPY);
    if (flags & DI_IMAGE)
        done = done && draw_plane(dc, x, y, icon, IMAGE, flags & DI_MASK ? SRCINVERT : SRCCOPY);
    return done;
}

/* Sizes of 0 are the icon's own, or those of the system. */
static struct icon *copy_for(HICON handle, int width, int height, UINT flags) {
    user_lock();
    const struct icon *icon = icon_find(handle);
    struct icon *copy = NULL;
    if (icon) {
        bool system_size = flags & DI_DEFAULTSIZE;
        LONG own_width = system_size ? api_GetSystemMetrics(icon->is_cursor ? SM_CXCURSOR : SM_CXICON) : icon->width;
        LONG own_height = system_size ? api_GetSystemMetrics(icon->is_cursor ? SM_CYCURSOR : SM_CYICON) : icon->height;
        copy = icon_scaled(icon, width ? width : own_width, height ? height : own_height);
    }
    user_unlock();
    return copy;
}

API(user32, BOOL, DrawIconEx, HDC hdc, int xLeft, int yTop, HICON hIcon, int cxWidth, int cyWidth, UINT istepIfAniCur,
    HBRUSH hbrFlickerFreeDraw, UINT diFlags) {
    (void)istepIfAniCur;
    struct icon *icon = copy_for(hIcon, cxWidth, cyWidth, diFlags);
    if (!icon)
        return FALSE;
    BOOL done = TRUE;
    if (hbrFlickerFreeDraw && api_GetObjectType(hbrFlickerFreeDraw) == OBJ_BRUSH) {
        const RECT behind = {xLeft, yTop, xLeft + icon->width, yTop + icon->height};
        done = api_FillRect(hdc, &behind, hbrFlickerFreeDraw) != 0;
    }
    done = done && icon_draw(hdc, xLeft, yTop, icon, diFlags & DI_NORMAL);
    icon_free(icon);
    return done;
}

API(user32, BOOL, DrawIcon, HDC hDC, int X, int Y, HICON hIcon) {
    return api_DrawIconEx(hDC, X, Y, hIcon, 0, 0, 0, NULL, DI_NORMAL | DI_DEFAULTSIZE);
}
