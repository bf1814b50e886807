/* Image lists of comctl32 ("Image Lists"): pictures of one size, drawn on memory DCs. */
#include "user_icon.h"

enum { ILC_MASK = 1, ILD_TRANSPARENT = 1, ILD_MASK = 0x10, ILD_IMAGE = 0x20, ILD_OVERLAYMASK = 0xF00, ILCF_SWAP = 1,
       MAX_OVERLAYS = 15, MAX_IMAGES = 1 << 16, PLANE_MASK = 1, PLANE_IMAGE = 2 };
#define CLR_NONE 0xffffffffu
#define CLR_DEFAULT 0xff000000u

struct images {
    struct user_object head;
    LONG width, height;
    UINT flags;
    int count, capacity;
    struct icon **list;
    COLORREF background;
    int overlays[MAX_OVERLAYS + 1];     /* by number from 1; -1: none */
};
typedef HANDLE HIMAGELIST;

API_USE(int, FillRect, HDC, const RECT *, HBRUSH);
API_USE(HBRUSH, CreateSolidBrush, COLORREF);
API_USE(HANDLE, LoadImageW, HINSTANCE, LPCWSTR, UINT, int, int, UINT);

/* One thread at a time uses a list, as with GDI's objects; the table is for all. */
static struct images *find(HIMAGELIST handle) {
    user_lock();
    struct images *images = user_object_find(handle, USER_IMAGES);
    user_unlock();
    if (!images)
        set_last_error(ERROR_INVALID_HANDLE);
    return images;
}

static struct icon **image_at(struct images *images, int place) {
    return images && place >= 0 && place < images->count ? &images->list[place] : NULL;
}

static void clear(struct images *images) {
    while (images->count)
        icon_free(images->list[--images->count]);
}

/* ---- the list ---- */

API(comctl32, HIMAGELIST, ImageList_Create, int cx, int cy, UINT flags, int cInitial, int cGrow) {
    (void)cInitial, (void)cGrow;
    struct images *images = cx > 0 && cy > 0 ? calloc(1, sizeof *images) : NULL;
    if (!images)
        return NULL;
    *images = (struct images){.width = cx, .height = cy, .flags = flags, .background = CLR_NONE};
    for (int i = 0; i <= MAX_OVERLAYS; i++)
        images->overlays[i] = -1;
    user_lock();
    HIMAGELIST handle = user_object_add(&images->head, USER_IMAGES);
    user_unlock();
    if (!handle)
        free(images);
    return handle;
}

API(comctl32, BOOL, ImageList_Destroy, HIMAGELIST himl) {
    user_lock();
    struct images *images = user_object_find(himl, USER_IMAGES);
    if (images)
        user_object_remove(&images->head);
    user_unlock();
    if (!images)
        return FALSE;
    clear(images);
    free(images->list);
    free(images);
    return TRUE;
}

API(comctl32, int, ImageList_GetImageCount, HIMAGELIST himl) {
    const struct images *images = find(himl);
    return images ? images->count : 0;
}

/* Takes the icon over; its place, or -1. */
static int append(struct images *images, struct icon *icon) {
    if (icon && images->count == images->capacity) {
        int capacity = images->capacity ? images->capacity * 2 : 8;
        struct icon **larger = capacity <= MAX_IMAGES ? realloc(images->list, (size_t)capacity * sizeof(struct icon *)) : NULL;
        if (!larger) {
            icon_free(icon);
            return -1;
        }
        images->list = larger;
        images->capacity = capacity;
    }
    if (!icon)
        return -1;
    images->list[images->count] = icon;
    return images->count++;
}

static struct icon *blank(const struct images *images) { return icon_new(images->width, images->height, true); }

API(comctl32, BOOL, ImageList_SetImageCount, HIMAGELIST himl, UINT uNewCount) {
    struct images *images = find(himl);
    if (!images || uNewCount > MAX_IMAGES)
        return FALSE;
    while (images->count > (int)uNewCount)
        icon_free(images->list[--images->count]);
    while (images->count < (int)uNewCount)
        if (append(images, blank(images)) < 0)
            return FALSE;
    return TRUE;
}

API(comctl32, BOOL, ImageList_GetIconSize, HIMAGELIST himl, int *cx, int *cy) {
    const struct images *images = find(himl);
    if (!images || !cx || !cy)
        return FALSE;
    *cx = images->width;
    *cy = images->height;
    return TRUE;
}

/* "Removes all images from the list" as well. */
API(comctl32, BOOL, ImageList_SetIconSize, HIMAGELIST himl, int cx, int cy) {
    struct images *images = find(himl);
    if (!images || cx <= 0 || cy <= 0)
        return FALSE;
    clear(images);
    images->width = cx;
    images->height = cy;
    return TRUE;
}

API(comctl32, COLORREF, ImageList_GetBkColor, HIMAGELIST himl) {
    const struct images *images = find(himl);
    return images ? images->background : CLR_NONE;
}

API(comctl32, COLORREF, ImageList_SetBkColor, HIMAGELIST himl, COLORREF clrBk) {
    struct images *images = find(himl);
    COLORREF before = images ? images->background : CLR_NONE;
    if (images)
        images->background = clrBk;
    return before;
}

API(comctl32, BOOL, ImageList_SetOverlayImage, HIMAGELIST himl, int iImage, int iOverlay) {
    struct images *images = find(himl);
    if (!image_at(images, iImage) || iOverlay < 1 || iOverlay > MAX_OVERLAYS)
        return FALSE;
    images->overlays[iOverlay] = iImage;
    return TRUE;
}

/* ---- images ---- */

/* As many as lie beside each other in the bitmap; the place of the first. */
static int add_strip(struct images *images, const struct surface *colours, const struct surface *mask) {
    int first = images->count;
    for (LONG left = 0; left + images->width <= colours->width; left += images->width) {
        struct icon *icon = blank(images);
        if (icon)
            icon_take(icon, colours, images->flags & ILC_MASK ? mask : NULL, left);
        if (append(images, icon) < 0)
            return -1;
    }
    return images->count > first ? first : -1;
}

API(comctl32, int, ImageList_Add, HIMAGELIST himl, HBITMAP hbmImage, HBITMAP hbmMask) {
    struct images *images = find(himl);
    const struct bitmap *colours = images ? gdi_find(hbmImage, OBJ_BITMAP) : NULL;
    const struct bitmap *mask = colours && hbmMask ? gdi_find(hbmMask, OBJ_BITMAP) : NULL;
    return colours ? add_strip(images, &colours->surface, mask ? &mask->surface : NULL) : -1;
}

/* The pixels of one colour are transparent, and black. */
static void key_out(struct icon *icon, DWORD key) {
    size_t pixels = (size_t)icon->width * (size_t)icon->height;
    for (size_t i = 0; i < pixels; i++) {
        icon->mask[i] = (icon->colours[i] & 0xffffff) == key;
        if (icon->mask[i])
            icon->colours[i] = 0;
    }
    icon->has_alpha = false;
}

API(comctl32, int, ImageList_AddMasked, HIMAGELIST himl, HBITMAP hbmImage, COLORREF crMask) {
    struct images *images = find(himl);
    const struct bitmap *bitmap = images ? gdi_find(hbmImage, OBJ_BITMAP) : NULL;
    if (!bitmap)
        return -1;
    const struct surface *colours = &bitmap->surface;
    DWORD key = crMask == CLR_DEFAULT ? surface_colour(colours, surface_get(colours, 0, 0)) : colour_swap(crMask & 0xffffff);
    int first = add_strip(images, colours, NULL);
    for (int i = first; i >= 0 && images->flags & ILC_MASK && i < images->count; i++)
        key_out(images->list[i], key);
    return first;
}

API(comctl32, BOOL, ImageList_Replace, HIMAGELIST himl, int i, HBITMAP hbmImage, HBITMAP hbmMask) {
    struct images *images = find(himl);
    struct icon **at = image_at(images, i);
    const struct bitmap *colours = at ? gdi_find(hbmImage, OBJ_BITMAP) : NULL;
    const struct bitmap *mask = colours && hbmMask ? gdi_find(hbmMask, OBJ_BITMAP) : NULL;
    struct icon *icon = colours ? blank(images) : NULL;
    if (!icon)
        return FALSE;
    icon_take(icon, &colours->surface, mask && images->flags & ILC_MASK ? &mask->surface : NULL, 0);
    icon_free(*at);
    *at = icon;
    return TRUE;
}

/* -1 adds it at the end. */
API(comctl32, int, ImageList_ReplaceIcon, HIMAGELIST himl, int i, HICON hicon) {
    struct images *images = find(himl);
    if (!images || i < -1 || i >= images->count)
        return -1;
    user_lock();
    const struct icon *icon = icon_find(hicon);
    struct icon *copy = icon ? icon_scaled(icon, images->width, images->height) : NULL;
    user_unlock();
    if (i == -1)
        return append(images, copy);
    if (!copy)
        return -1;
    icon_free(images->list[i]);
    images->list[i] = copy;
    return i;
}
API(comctl32, int, ImageList_AddIcon, HIMAGELIST himl, HICON hicon) { return api_ImageList_ReplaceIcon(himl, -1, hicon); }

/* -1 removes all. */
API(comctl32, BOOL, ImageList_Remove, HIMAGELIST himl, int i) {
    struct images *images = find(himl);
    struct icon **at = image_at(images, i);
    if (images && i == -1)
        return clear(images), TRUE;
    if (!at)
        return FALSE;
    icon_free(*at);
    images->count--;
    memmove(at, at + 1, (size_t)(images->count - i) * sizeof *at);
    return TRUE;
}

API(comctl32, HICON, ImageList_GetIcon, HIMAGELIST himl, int i, UINT flags) {
    (void)flags;
    struct images *images = find(himl);
    struct icon **at = image_at(images, i);
    struct icon *copy = at ? icon_scaled(*at, images->width, images->height) : NULL;
    if (copy) {
        copy->is_cursor = false;
        copy->x = (DWORD)copy->width / 2;
        copy->y = (DWORD)copy->height / 2;
    }
    return icon_add(copy);
}

/* Within one list: an image is copied over another, or both change places. */
API(comctl32, BOOL, ImageList_Copy, HIMAGELIST himlDst, int iDst, HIMAGELIST himlSrc, int iSrc, UINT uFlags) {
    struct images *images = himlDst == himlSrc ? find(himlDst) : NULL;
    struct icon **to = image_at(images, iDst), **from = image_at(images, iSrc);
    if (!to || !from)
        return FALSE;
    struct icon *old = *to;
    if (uFlags & ILCF_SWAP) {
        *to = *from;
        *from = old;
        return TRUE;
    }
    struct icon *copy = icon_scaled(*from, images->width, images->height);
    if (!copy)
        return FALSE;
    *to = copy;
    icon_free(old);
    return TRUE;
}

API(comctl32, HIMAGELIST, ImageList_Duplicate, HIMAGELIST himl) {
    struct images *images = find(himl);
    HIMAGELIST handle = images ? api_ImageList_Create(images->width, images->height, images->flags, 0, 0) : NULL;
    struct images *copy = handle ? find(handle) : NULL;
    if (!copy)
        return NULL;
    copy->background = images->background;
    memcpy(copy->overlays, images->overlays, sizeof copy->overlays);
    for (int i = 0; i < images->count; i++)
        append(copy, icon_scaled(images->list[i], images->width, images->height));
    return handle;
}

/* ---- drawing ---- */

typedef struct {
    DWORD cbSize;
    HIMAGELIST himl;
    int i;
    HDC hdcDst;
    int x, y, cx, cy, xBitmap, yBitmap;
    COLORREF rgbBk, rgbFg;
    UINT fStyle;
    DWORD dwRop, fState, Frame;
    COLORREF crEffect;
} IMAGELISTDRAWPARAMS;

static BOOL fill(HDC dc, int x, int y, const struct images *images, COLORREF colour) {
    HBRUSH brush = api_CreateSolidBrush(colour);
    const RECT rect = {x, y, x + images->width, y + images->height};
    BOOL done = brush && api_FillRect(dc, &rect, brush);
    if (brush)
        api_DeleteObject(brush);
    return done;
}

static BOOL draw_image(struct images *images, int place, HDC dc, int x, int y, COLORREF background, UINT style) {
    struct icon **at = image_at(images, place);
    if (!at)
        return FALSE;
    if (style & (ILD_MASK | ILD_IMAGE))
        return icon_draw(dc, x, y, *at, style & ILD_MASK ? PLANE_MASK : PLANE_IMAGE);
    if (background == CLR_DEFAULT)
        background = images->background;
    if (background != CLR_NONE && !(style & ILD_TRANSPARENT) && !fill(dc, x, y, images, background))
        return FALSE;
    BOOL done = icon_draw(dc, x, y, *at, PLANE_MASK | PLANE_IMAGE);
    UINT overlay = (style & ILD_OVERLAYMASK) >> 8;
    struct icon **above = overlay ? image_at(images, images->overlays[overlay]) : NULL;
    return done && (!above || icon_draw(dc, x, y, *above, PLANE_MASK | PLANE_IMAGE));
}

API(comctl32, BOOL, ImageList_Draw, HIMAGELIST himl, int i, HDC hdcDst, int x, int y, UINT fStyle) {
    struct images *images = find(himl);
    return images && draw_image(images, i, hdcDst, x, y, CLR_DEFAULT, fStyle);
}

API(comctl32, BOOL, ImageList_DrawEx, HIMAGELIST himl, int i, HDC hdcDst, int x, int y, int dx, int dy, COLORREF rgbBk,
    COLORREF rgbFg, UINT fStyle) {
    (void)dx, (void)dy, (void)rgbFg;
    struct images *images = find(himl);
    return images && draw_image(images, i, hdcDst, x, y, rgbBk, fStyle);
}

API(comctl32, BOOL, ImageList_DrawIndirect, const IMAGELISTDRAWPARAMS *pimldp) {
    struct images *images = pimldp ? find(pimldp->himl) : NULL;
    return images && draw_image(images, pimldp->i, pimldp->hdcDst, pimldp->x, pimldp->y, pimldp->rgbBk, pimldp->fStyle);
}

/* ---- from a resource or a file: images as high as the bitmap and `cx` wide ---- */

API(comctl32, HIMAGELIST, ImageList_LoadImageW, HINSTANCE hi, LPCWSTR lpbmp, int cx, int cGrow, COLORREF crMask, UINT uType,
    UINT uFlags) {
    HBITMAP bitmap = uType == IMAGE_BITMAP ? api_LoadImageW(hi, lpbmp, IMAGE_BITMAP, 0, 0, uFlags) : NULL;
    const struct bitmap *found = bitmap ? gdi_find(bitmap, OBJ_BITMAP) : NULL;
    if (!found)
        return NULL;
    bool masked = crMask != CLR_NONE;
    HIMAGELIST list = api_ImageList_Create(cx ? cx : found->surface.height, found->surface.height, 0x20u | masked, 0, cGrow);
    if (list && masked)
        api_ImageList_AddMasked(list, bitmap, crMask);
    else if (list)
        api_ImageList_Add(list, bitmap, NULL);
    api_DeleteObject(bitmap);
    return list;
}

API(comctl32, HIMAGELIST, ImageList_LoadImageA, HINSTANCE hi, LPCSTR lpbmp, int cx, int cGrow, COLORREF crMask, UINT uType,
    UINT uFlags) {
    WCHAR *name = user_wide_name(lpbmp);
    HIMAGELIST list = api_ImageList_LoadImageW(hi, name, cx, cGrow, crMask, uType, uFlags);
    user_free_name(name);
    return list;
}
API_ALIAS(api_ImageList_LoadImageA, plain, comctl32, "ImageList_LoadImage");
