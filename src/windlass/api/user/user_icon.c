/* Icons and cursors as objects: made from bitmaps and bits, copied, described and destroyed. */
#include "user_icon.h"

#include <stddef.h>

enum { MAX_ICON_SIZE = 4096 };

typedef struct {
    BOOL fIcon;
    DWORD xHotspot, yHotspot;
    HBITMAP hbmMask, hbmColor;
} ICONINFO;

/* ---- the object ---- */

void icon_free(struct icon *icon) {
    if (!icon)
        return;
    free(icon->mask);
    free(icon->inverse);
    free(icon->colours);
    user_free_name(icon->name);
    free(icon);
}

struct icon *icon_new(LONG width, LONG height, bool has_colours) {
    if (width <= 0 || height <= 0 || width > MAX_ICON_SIZE || height > MAX_ICON_SIZE) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    size_t pixels = (size_t)width * (size_t)height;
    struct icon *icon = calloc(1, sizeof *icon);
    if (icon) {
        icon->width = width;
        icon->height = height;
        icon->mask = malloc(pixels);
        icon->inverse = has_colours ? NULL : calloc(1, pixels);
        icon->colours = has_colours ? calloc(pixels, sizeof *icon->colours) : NULL;
    }
    if (!icon || !icon->mask || (!icon->inverse && !icon->colours)) {
        icon_free(icon);
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    memset(icon->mask, 1, pixels);
    return icon;
}

HICON icon_add(struct icon *icon) {
    if (!icon)
        return NULL;
    user_lock();
    HICON handle = user_object_add(&icon->head, USER_ICON);
    user_unlock();
    if (!handle) {
        icon_free(icon);
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    }
    return handle;
}

struct icon *icon_find(HICON handle) {
    struct icon *icon = user_object_find(handle, USER_ICON);
    if (!icon)
        set_last_error(ERROR_INVALID_CURSOR_HANDLE);
    return icon;
}

struct icon *icon_scaled(const struct icon *icon, LONG width, LONG height) {
    struct icon *copy = icon_new(width, height, icon->colours);
    if (!copy)
        return NULL;
    copy->is_cursor = icon->is_cursor;
    copy->has_alpha = icon->has_alpha;
    copy->x = (DWORD)((LONGLONG)icon->x * width / icon->width);
    copy->y = (DWORD)((LONGLONG)icon->y * height / icon->height);
    copy->module = icon->module;
    copy->name = is_atom(icon->name) ? icon->name : wide_duplicate(icon->name);
    for (LONG y = 0; y < height; y++) {
        for (LONG x = 0; x < width; x++) {
            size_t to = (size_t)y * (size_t)width + (size_t)x;
            size_t from = (size_t)((LONGLONG)y * icon->height / height) * (size_t)icon->width +
                          (size_t)((LONGLONG)x * icon->width / width);
            copy->mask[to] = icon->mask[from];
            if (icon->colours)
                copy->colours[to] = icon->colours[from];
            else
                copy->inverse[to] = icon->inverse[from];
        }
    }
    return copy;
}

API(user32, HICON, CopyIcon, HICON hIcon) {
    user_lock();
    const struct icon *icon = icon_find(hIcon);
    struct icon *copy = icon ? icon_scaled(icon, icon->width, icon->height) : NULL;
    user_unlock();
    return icon_add(copy);
}

/* Shared ones stay. */
API(user32, BOOL, DestroyIcon, HICON hIcon) {
    user_lock();
    struct icon *icon = icon_find(hIcon);
    bool goes = icon && !icon->is_shared;
    if (goes)
        user_object_remove(&icon->head);
    user_unlock();
    if (goes)
        icon_free(icon);
    return icon != NULL;
}
API_ALIAS(api_DestroyIcon, cursor, user32, "DestroyCursor");

/* ---- from bitmaps ("ICONINFO structure") ---- */

static bool is_white(const struct surface *surface, LONG x, LONG y) {
    return surface_colour(surface, surface_get(surface, x, y)) != 0;
}

static void take_mask(BYTE *mask, const struct surface *surface, LONG left, LONG top, LONG width, LONG height) {
    for (LONG y = 0; y < height; y++)
        for (LONG x = 0; x < width; x++)
            mask[(size_t)y * (size_t)width + (size_t)x] =
                x + left >= surface->width || y + top >= surface->height || is_white(surface, x + left, y + top);
}

static void take_colours(struct icon *icon, const struct surface *surface, LONG left) {
    LONG width = surface->width - left < icon->width ? surface->width - left : icon->width;
    LONG height = surface->height < icon->height ? surface->height : icon->height;
    for (LONG y = 0; y < height; y++)
        for (LONG x = 0; x < width; x++) {
            DWORD raw = surface_get(surface, x + left, y), alpha = surface->bits == 32 ? raw & 0xff000000 : 0;
            icon->colours[(size_t)y * (size_t)icon->width + (size_t)x] = surface_colour(surface, raw) | alpha;
            icon->has_alpha = icon->has_alpha || alpha;
        }
}

void icon_take(struct icon *icon, const struct surface *colours, const struct surface *mask, LONG left) {
    take_colours(icon, colours, left);
    if (mask)
        take_mask(icon->mask, mask, left, 0, icon->width, icon->height);
    else
        memset(icon->mask, 0, (size_t)icon->width * (size_t)icon->height);
}

/* Without colours the mask has double height: its upper half is the AND mask, the lower half the XOR mask. */
API(user32, HICON, CreateIconIndirect, const ICONINFO *piconinfo) {
    const struct bitmap *mask = piconinfo ? gdi_find(piconinfo->hbmMask, OBJ_BITMAP) : NULL;
    const struct bitmap *colours = mask && piconinfo->hbmColor ? gdi_find(piconinfo->hbmColor, OBJ_BITMAP) : NULL;
    if (!mask || (piconinfo->hbmColor && !colours)) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    const struct surface *size = colours ? &colours->surface : &mask->surface;
    LONG height = colours ? size->height : size->height / 2;
    struct icon *icon = icon_new(size->width, height, colours);
    if (!icon)
        return NULL;
    icon->is_cursor = !piconinfo->fIcon;
    icon->x = icon->is_cursor ? piconinfo->xHotspot : (DWORD)size->width / 2;
    icon->y = icon->is_cursor ? piconinfo->yHotspot : (DWORD)height / 2;
    take_mask(icon->mask, &mask->surface, 0, 0, icon->width, icon->height);
    if (colours)
        take_colours(icon, size, 0);
    else
        take_mask(icon->inverse, &mask->surface, 0, height, icon->width, icon->height);
    return icon_add(icon);
}

API_USE(HBITMAP, CreateBitmap, int, int, UINT, UINT, const void *);

static HICON from_bits(const ICONINFO *facts, int width, int height, BYTE planes, BYTE bits, const BYTE *and_bits,
                       const BYTE *xor_bits) {
    const bool monochrome = planes == 1 && bits == 1;
    size_t row = (size_t)(width + 15) / 16 * 2, size = row * (size_t)height;
    BYTE *both = calloc(2, size ? size : 1);
    if (!both || width <= 0 || height <= 0) {
        free(both);
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    memcpy(both, and_bits, size);
    if (monochrome)
        memcpy(both + size, xor_bits, size);
    ICONINFO info = *facts;
    info.hbmMask = api_CreateBitmap(width, monochrome ? 2 * height : height, 1, 1, both);
    info.hbmColor = monochrome ? NULL : api_CreateBitmap(width, height, planes, bits, xor_bits);
    free(both);
    HICON icon = monochrome || info.hbmColor ? api_CreateIconIndirect(&info) : NULL;
    api_DeleteObject(info.hbmMask);
    if (info.hbmColor)
        api_DeleteObject(info.hbmColor);
    return icon;
}

API(user32, HICON, CreateIcon, HINSTANCE hInstance, int nWidth, int nHeight, BYTE cPlanes, BYTE cBitsPixel,
    const BYTE *lpbANDbits, const BYTE *lpbXORbits) {
    (void)hInstance;
    const ICONINFO facts = {.fIcon = TRUE};
    return from_bits(&facts, nWidth, nHeight, cPlanes, cBitsPixel, lpbANDbits, lpbXORbits);
}

API(user32, HCURSOR, CreateCursor, HINSTANCE hInst, int xHotSpot, int yHotSpot, int nWidth, int nHeight,
    const void *pvANDPlane, const void *pvXORPlane) {
    (void)hInst;
    const ICONINFO facts = {.xHotspot = (DWORD)xHotSpot, .yHotspot = (DWORD)yHotSpot};
    return from_bits(&facts, nWidth, nHeight, 1, 1, pvANDPlane, pvXORPlane);
}

/* ---- into bitmaps ---- */

static void put_mask(struct surface *surface, const BYTE *mask, LONG top, LONG width, LONG height) {
    for (LONG y = 0; y < height; y++)
        for (LONG x = 0; x < width; x++)
            surface_put(surface, x, y + top, mask[(size_t)y * (size_t)width + (size_t)x]);
}

/* A bitmap that the caller is to delete; NULL with the last error. */
static HBITMAP mask_bitmap(const struct icon *icon) {
    struct bitmap *bitmap = bitmap_new(icon->width, icon->inverse ? icon->height * 2 : icon->height, 1, true);
    if (!bitmap)
        return NULL;
    put_mask(&bitmap->surface, icon->mask, 0, icon->width, icon->height);
    if (icon->inverse)
        put_mask(&bitmap->surface, icon->inverse, icon->height, icon->width, icon->height);
    return gdi_add(bitmap);
}

static HBITMAP colour_bitmap(const struct icon *icon) {
    struct bitmap *bitmap = bitmap_new(icon->width, icon->height, 32, true);
    if (!bitmap)
        return NULL;
    for (LONG y = 0; y < icon->height; y++)
        for (LONG x = 0; x < icon->width; x++)
            surface_put(&bitmap->surface, x, y, icon->colours[(size_t)y * (size_t)icon->width + (size_t)x]);
    return gdi_add(bitmap);
}

API(user32, BOOL, GetIconInfo, HICON hIcon, ICONINFO *piconinfo) {
    if (!piconinfo)
        return fail(ERROR_INVALID_PARAMETER);
    user_lock();
    const struct icon *icon = icon_find(hIcon);
    if (icon)
        *piconinfo = (ICONINFO){!icon->is_cursor, icon->x, icon->y, mask_bitmap(icon), icon->colours ? colour_bitmap(icon) : NULL};
    user_unlock();
    return icon && piconinfo->hbmMask;
}

typedef struct {
    DWORD cbSize;
    BOOL fIcon;
    DWORD xHotspot, yHotspot;
    HBITMAP hbmMask, hbmColor;
    WORD wResID;
    WCHAR szModName[260], szResName[260];
} ICONINFOEXW;

typedef struct {
    DWORD cbSize;
    BOOL fIcon;
    DWORD xHotspot, yHotspot;
    HBITMAP hbmMask, hbmColor;
    WORD wResID;
    CHAR szModName[260], szResName[260];
} ICONINFOEXA;

API_USE(DWORD, GetModuleFileNameW, HMODULE, LPWSTR, DWORD);

/* Which resource it came from. */
static void describe_source(const struct icon *icon, ICONINFOEXW *info) {
    info->wResID = icon->name && is_atom(icon->name) ? (WORD)(UINT_PTR)icon->name : 0;
    if (!is_atom(icon->name)) {
        size_t length = wide_length(icon->name);
        length = length < 259 ? length : 259;
        memcpy(info->szResName, icon->name, length * sizeof(WCHAR));
    }
}

API(user32, BOOL, GetIconInfoExW, HICON hicon, ICONINFOEXW *piconinfo) {
    ICONINFO plain;
    HINSTANCE module = NULL;
    if (!piconinfo || piconinfo->cbSize != sizeof *piconinfo)
        return fail(ERROR_INVALID_PARAMETER);
    if (!api_GetIconInfo(hicon, &plain))
        return FALSE;
    *piconinfo = (ICONINFOEXW){.cbSize = sizeof *piconinfo, .fIcon = plain.fIcon, .xHotspot = plain.xHotspot,
                               .yHotspot = plain.yHotspot, .hbmMask = plain.hbmMask, .hbmColor = plain.hbmColor};
    user_lock();
    const struct icon *icon = icon_find(hicon);
    if (icon) {
        module = icon->module;
        describe_source(icon, piconinfo);
    }
    user_unlock();
    if (module)
        api_GetModuleFileNameW(module, piconinfo->szModName, 260);
    return TRUE;
}

static void narrow(const WCHAR *wide, char *out, size_t room) {
    char *text = ansi_from_wide(wide);
    size_t length = text ? strnlen(text, room - 1) : 0;
    memcpy(out, text ? text : "", length);
    out[length] = 0;
    free(text);
}

API(user32, BOOL, GetIconInfoExA, HICON hicon, ICONINFOEXA *piconinfo) {
    ICONINFOEXW wide = {.cbSize = sizeof wide};
    if (!piconinfo || piconinfo->cbSize != sizeof *piconinfo)
        return fail(ERROR_INVALID_PARAMETER);
    if (!api_GetIconInfoExW(hicon, &wide))
        return FALSE;
    *piconinfo = (ICONINFOEXA){.cbSize = sizeof *piconinfo, .fIcon = wide.fIcon, .xHotspot = wide.xHotspot,
                               .yHotspot = wide.yHotspot, .hbmMask = wide.hbmMask, .hbmColor = wide.hbmColor, .wResID = wide.wResID};
    narrow(wide.szModName, piconinfo->szModName, sizeof piconinfo->szModName);
    narrow(wide.szResName, piconinfo->szResName, sizeof piconinfo->szResName);
    return TRUE;
}

/* Cursors here have one step that is shown for good. */
API(user32, HCURSOR, GetCursorFrameInfo, HCURSOR hCursor, DWORD reserved, DWORD istep, DWORD *rate, DWORD *steps) {
    (void)reserved;
    user_lock();
    const struct icon *icon = icon_find(hCursor);
    user_unlock();
    if (!icon || istep || !rate || !steps)
        return NULL;
    *rate = 0;
    *steps = 1;
    return hCursor;
}
