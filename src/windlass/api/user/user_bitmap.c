/* Bitmaps from resources and as copies ("LoadImageW function", "CopyImage function"). */
#include "user_icon.h"

enum { RT_BITMAP = 2, COLOR_WINDOW = 5 };
API_USE(DWORD, GetSysColor, int);

static HBITMAP add(struct bitmap *bitmap) { return bitmap ? gdi_add(bitmap) : NULL; }

/* A bitmap of this size and format, as the display's or as a DIB section. */
static struct bitmap *bitmap_like(const struct surface *format, LONG width, LONG height, UINT flags) {
    bool is_dib = flags & LR_CREATEDIBSECTION;
    bool is_mono = flags & LR_MONOCHROME || (!is_dib && format->is_mono);
    struct bitmap *bitmap = bitmap_new(width, height, is_mono ? 1 : is_dib ? format->bits : 32, !is_dib || format->top_down);
    if (bitmap && is_dib && !is_mono) {
        memcpy(bitmap->surface.palette, format->palette, sizeof format->palette);
        memcpy(bitmap->surface.masks, format->masks, sizeof format->masks);
        bitmap->surface.colours = format->colours;
        bitmap->surface.is_mono = false;
    }
    if (bitmap)
        bitmap->is_section = is_dib;
    return bitmap;
}

static void copy_scaled(struct surface *to, const struct surface *from) {
    bool same = surface_same_format(to, from);
    for (LONG y = 0; y < to->height; y++)
        for (LONG x = 0; x < to->width; x++) {
            DWORD raw = surface_get(from, (LONG)((LONGLONG)x * from->width / to->width),
                                    (LONG)((LONGLONG)y * from->height / to->height));
            surface_put(to, x, y, same ? raw : surface_raw(to, surface_colour(from, raw)));
        }
}

/* A device bitmap of the display keeps what is in the fourth byte, as the display's own format does. */
static void keep_alpha(struct surface *to, const struct surface *from) {
    for (LONG y = 0; from->bits == 32 && to->bits == 32 && y < to->height; y++)
        for (LONG x = 0; x < to->width; x++) {
            DWORD raw = surface_get(from, (LONG)((LONGLONG)x * from->width / to->width),
                                    (LONG)((LONGLONG)y * from->height / to->height));
            surface_put(to, x, y, (surface_get(to, x, y) & 0xffffff) | (raw & 0xff000000));
        }
}

static DWORD swapped(COLORREF colour) { return (colour & 0xff) << 16 | (colour & 0xff00) | (colour >> 16 & 0xff); }

/* Changes colours in the table of a DIB: the first pixel's to that of windows, or greys to those of controls. */
static void map_colours(struct surface *image, UINT flags) {
    static const struct { DWORD from; int to; } greys[] = {{0x808080, 16}, {0xC0C0C0, 15}, {0xDFDFDF, 22}};
    DWORD first = image->bits <= 8 ? surface_get(image, 0, 0) : 0;
    for (unsigned i = 0; image->bits <= 8 && flags & LR_LOADMAP3DCOLORS && i < image->colours; i++)
        for (unsigned grey = 0; grey < sizeof greys / sizeof *greys; grey++)
            if ((image->palette[i] & 0xffffff) == greys[grey].from) {
                image->palette[i] = swapped(api_GetSysColor(greys[grey].to));
                break;
            }
    if (image->bits <= 8 && flags & LR_LOADTRANSPARENT && first < image->colours)
        image->palette[first] = swapped(api_GetSysColor(flags & LR_LOADMAP3DCOLORS ? 15 : COLOR_WINDOW));
}

static bool is_black_and_white(const struct surface *image) {
    return image->bits == 1 && (image->palette[0] & 0xffffff) == 0 && (image->palette[1] & 0xffffff) == 0xffffff;
}

BITMAPINFO *dib_copy(const void *dib, size_t size, size_t *header) {
    BITMAPINFO *info = calloc(1, size + sizeof *info); /* the room for the masks that any header may say it has */
    if (!info)
        return NULL;
    memcpy(info, dib, size);
    *header = info->bmiHeader.biSize <= size ? dib_header_size(info, 0) : 0;
    if (!*header || *header >= size) {
        free(info);
        return NULL;
    }
    DWORD pixels = (DWORD)(size - *header);
    if (info->bmiHeader.biSize >= sizeof info->bmiHeader && info->bmiHeader.biSizeImage - 1 >= pixels)
        info->bmiHeader.biSizeImage = pixels; /* run lengths end with the bytes, whatever the header tells */
    return info;
}

HBITMAP bitmap_from_dib(const void *dib, size_t size, LONG width, LONG height, UINT flags) {
    size_t header = 0;
    BITMAPINFO *info = dib_copy(dib, size, &header);
    struct surface image;
    void *allocated = NULL;
    struct bitmap *bitmap = NULL;
    bool good = info && dib_open(&image, info, (const BYTE *)info + header, 0, NULL, &allocated);
    if (good && (allocated || (size_t)image.stride * (size_t)image.height <= size - header)) {
        map_colours(&image, flags);
        image.is_mono = is_black_and_white(&image);
        bitmap = bitmap_like(&image, width ? width : image.width, height ? height : image.height, flags);
    }
    if (bitmap) {
        copy_scaled(&bitmap->surface, &image);
        keep_alpha(&bitmap->surface, &image);
    } else if (!good || !allocated) {
        set_last_error(ERROR_INVALID_PARAMETER);
    }
    free(allocated);
    free(info);
    return add(bitmap);
}

HBITMAP bitmap_copy(HBITMAP handle, LONG width, LONG height, UINT flags) {
    const struct bitmap *original = gdi_find(handle, OBJ_BITMAP);
    if (!original)
        return NULL;
    const struct surface *from = &original->surface;
    width = width ? width : from->width;
    height = height ? height : from->height;
    if (flags & LR_COPYRETURNORG && width == from->width && height == from->height && !(flags & LR_MONOCHROME))
        return handle;
    struct bitmap *copy = bitmap_like(from, width, height, flags);
    if (copy) {
        copy_scaled(&copy->surface, from);
        keep_alpha(&copy->surface, from);
    }
    HBITMAP made = add(copy);
    if (made && flags & LR_COPYDELETEORG)
        api_DeleteObject(handle);
    return made;
}

API(user32, HBITMAP, LoadBitmapW, HINSTANCE hInstance, LPCWSTR lpBitmapName) {
    DWORD size;
    const void *dib = hInstance ? user_resource(hInstance, lpBitmapName, RT_BITMAP, &size) : NULL;
    if (!dib && !hInstance)
        set_last_error(ERROR_RESOURCE_NAME_NOT_FOUND); /* the system's own are nowhere to be seen */
    return dib ? bitmap_from_dib(dib, size, 0, 0, 0) : NULL;
}

API(user32, HBITMAP, LoadBitmapA, HINSTANCE hInstance, LPCSTR lpBitmapName) {
    WCHAR *name = user_wide_name(lpBitmapName);
    HBITMAP bitmap = api_LoadBitmapW(hInstance, name);
    user_free_name(name);
    return bitmap;
}
