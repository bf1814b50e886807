/* Device contexts: what they draw into, what is selected, their modes and their saved states ("Device Contexts"). */
#include "gdi.h"

#include "codepage.h"

struct dc *dc_find(HANDLE hdc) {
    struct dc *dc = gdi_find(hdc, 0);
    if (dc && dc->head.kind != OBJ_MEMDC && dc->head.kind != OBJ_DC) {
        set_last_error(ERROR_INVALID_HANDLE);
        return NULL;
    }
    return dc;
}

static struct dc_state first_state(void) {
    return (struct dc_state){
        .brush = api_GetStockObject(WHITE_BRUSH), .pen = api_GetStockObject(BLACK_PEN),
        .font = api_GetStockObject(SYSTEM_FONT), .palette = api_GetStockObject(DEFAULT_PALETTE),
        .background = 0xffffff, .brush_colour = 0xffffff, .background_mode = OPAQUE, .fill_mode = ALTERNATE,
        .stretch_mode = 1, .rop = R2_COPYPEN, .map_mode = MM_TEXT, .graphics_mode = GM_COMPATIBLE, .arc_direction = 1,
        .miter_limit = 10, .window_extent = {1, 1}, .viewport_extent = {1, 1}, .world = {1, 0, 0, 1, 0, 0},
    };
}

/* A memory DC begins with "a single monochrome pixel". */
static HBITMAP first_bitmap(void) {
    struct bitmap *pixel = bitmap_new(1, 1, 1, true);
    if (!pixel)
        return NULL;
    pixel->head.is_stock = true;
    return gdi_add(pixel);
}

static void hold_selected(const struct dc_state *state) {
    gdi_hold(state->brush);
    gdi_hold(state->pen);
    gdi_hold(state->font);
}

static void release_state(struct dc_state *state) {
    gdi_release(state->brush);
    gdi_release(state->pen);
    gdi_release(state->font);
    region_clear(&state->clip);
    region_clear(&state->meta);
}

HDC dc_new(int kind) {
    struct dc *dc = gdi_new(kind, sizeof *dc);
    if (!dc)
        return NULL;
    dc->now = first_state();
    if (kind == OBJ_MEMDC) {
        dc->now.bitmap = first_bitmap();
        if (!dc->now.bitmap) {
            heap_free(dc);
            return NULL;
        }
        dc->surface = &((struct bitmap *)gdi_find(dc->now.bitmap, OBJ_BITMAP))->surface;
    }
    hold_selected(&dc->now);
    dc_update_transform(dc);
    return gdi_add(dc);
}

API(gdi32, HDC, CreateCompatibleDC, HDC hdc) {
    if (hdc && !dc_find(hdc))
        return NULL;
    return dc_new(OBJ_MEMDC);
}

static void let_bitmap_go(HBITMAP handle) {
    struct bitmap *bitmap = gdi_find(handle, OBJ_BITMAP);
    if (bitmap && bitmap->head.is_stock)
        gdi_destroy(handle);
    else if (bitmap)
        bitmap->head.selected--;
}

API(gdi32, BOOL, DeleteDC, HDC hdc) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    if (dc->now.bitmap)
        let_bitmap_go(dc->now.bitmap);
    while (dc->saves) {
        release_state(&dc->saved[--dc->saves]);
    }
    free(dc->saved);
    release_state(&dc->now);
    path_clear(&dc->path);
    gdi_destroy(hdc);
    return TRUE;
}

/* ---- the display, which nobody sees ---- */

API(user32, HDC, GetDC, HWND hWnd) { return (void)hWnd, dc_new(OBJ_DC); }
API(user32, int, ReleaseDC, HWND hWnd, HDC hDC) { return (void)hWnd, api_DeleteDC(hDC); }
API(user32, HWND, WindowFromDC, HDC hDC) { return (void)hDC, NULL; }

static bool is_display(LPCWSTR driver, LPCWSTR device) {
    static const WCHAR display[] = {'D', 'I', 'S', 'P', 'L', 'A', 'Y'}, screen[] = {'\\', '\\', '.', '\\', 'D', 'I', 'S', 'P', 'L', 'A', 'Y'};
    LPCWSTR name = driver ? driver : device;
    if (!name)
        return false;
    return wide_compare_no_case(name, wide_length(name), display, 7) == 0 ||
           (wide_length(name) > 11 && wide_compare_no_case(name, 11, screen, 11) == 0);
}

/* "CreateDCW function": a display, or a printer, of which there is none. */
API(gdi32, HDC, CreateDCW, LPCWSTR pwszDriver, LPCWSTR pwszDevice, LPCWSTR pszPort, const void *pdm) {
    (void)pszPort, (void)pdm;
    if (!is_display(pwszDriver, pwszDevice))
        return (HDC)(LONG_PTR)fail(ERROR_INVALID_PARAMETER);
    return dc_new(OBJ_DC);
}
API_ALIAS(api_CreateDCW, information, gdi32, "CreateICW");

API(gdi32, HDC, CreateDCA, LPCSTR pwszDriver, LPCSTR pwszDevice, LPCSTR pszPort, const void *pdm) {
    WCHAR *driver = wide_from_ansi(pwszDriver), *device = wide_from_ansi(pwszDevice);
    (void)pszPort;
    HDC made = api_CreateDCW(driver, device, NULL, pdm);
    free(driver);
    free(device);
    return made;
}
API_ALIAS(api_CreateDCA, information, gdi32, "CreateICA");

API(gdi32, HDC, ResetDCW, HDC hdc, const void *lpdm) { return (void)lpdm, dc_find(hdc) ? hdc : NULL; }
API_ALIAS(api_ResetDCW, ansi, gdi32, "ResetDCA");

enum { WIDTH = 1920, HEIGHT = 1080 };

/* A 96-dpi display of 1920 by 1080; of what is selected the depth counts ("GetDeviceCaps function"). */
API(gdi32, int, GetDeviceCaps, HDC hdc, int index) {
    if (!dc_find(hdc))
        return 0;
    switch (index) {
    case 0: return 0x4000;                           /* DRIVERVERSION */
    case 2: return 1;                                /* TECHNOLOGY: DT_RASDISPLAY */
    case 4: return 508;                              /* HORZSIZE */
    case 6: return 286;                              /* VERTSIZE */
    case 8: case 118: return WIDTH;                  /* HORZRES, DESKTOPHORZRES */
    case 10: case 117: return HEIGHT;                /* VERTRES, DESKTOPVERTRES */
    case 12: return 32;                              /* BITSPIXEL */
    case 14: return 1;                               /* PLANES */
    case 16: case 18: return -1;                     /* NUMBRUSHES, NUMPENS */
    case 24: return -1;                              /* NUMCOLORS */
    case 28: return 0x1ff;                           /* CURVECAPS */
    case 30: return 0xfe;                            /* LINECAPS */
    case 32: return 0xff;                            /* POLYGONALCAPS */
    case 34: return 0x7807;                          /* TEXTCAPS */
    case 36: return 1;                               /* CLIPCAPS */
    case 38: return 0x7e99;                          /* RASTERCAPS */
    case 40: case 42: return 36;                     /* ASPECTX, ASPECTY */
    case 44: return 51;                              /* ASPECTXY */
    case 45: return 0xff;                            /* SHADEBLENDCAPS */
    case 88: case 90: return 96;                     /* LOGPIXELSX, LOGPIXELSY */
    case 108: return 32;                             /* COLORRES */
    case 116: return 60;                             /* VREFRESH */
    case 121: return 2;                              /* COLORMGMTCAPS: CM_GAMMA_RAMP */
    default: return 0;
    }
}

/* ---- selecting ---- */

API_USE(int, ExtSelectClipRgn, HDC, HRGN, int);

/* "A bitmap can be selected into only one DC at a time", and only into a memory DC. */
static HGDIOBJ select_bitmap(struct dc *dc, HBITMAP handle, struct bitmap *bitmap) {
    HGDIOBJ old = dc->now.bitmap;
    if (dc->head.kind != OBJ_MEMDC || (bitmap->head.selected && handle != old) || (bitmap->head.is_stock && bitmap->head.selected))
        return NULL;
    struct bitmap *before = gdi_find(old, OBJ_BITMAP);
    if (before && !before->head.is_stock)
        before->head.selected--;
    if (!bitmap->head.is_stock)
        bitmap->head.selected++;
    dc->surface = &bitmap->surface;
    dc->now.bitmap = handle;
    return old;
}

static HGDIOBJ select_held(HGDIOBJ *selected, HGDIOBJ handle) {
    HGDIOBJ old = *selected;
    gdi_hold(handle);
    *selected = handle;
    gdi_release(old);
    return old;
}

API(gdi32, HGDIOBJ, SelectObject, HDC hdc, HGDIOBJ h) {
    struct dc *dc = dc_find(hdc);
    struct gdi_object *object = dc ? gdi_find(h, 0) : NULL;
    if (!object)
        return NULL;
    switch (object->kind) {
    case OBJ_BITMAP: return select_bitmap(dc, h, (struct bitmap *)object);
    case OBJ_BRUSH: return select_held(&dc->now.brush, h);
    case OBJ_PEN: case OBJ_EXTPEN: return select_held(&dc->now.pen, h);
    case OBJ_FONT: return select_held(&dc->now.font, h);
    case OBJ_REGION: return (HGDIOBJ)(LONG_PTR)api_ExtSelectClipRgn(hdc, h, RGN_COPY);
    default: return (HGDIOBJ)(LONG_PTR)fail(ERROR_INVALID_HANDLE);
    }
}

API(gdi32, HGDIOBJ, GetCurrentObject, HDC hdc, UINT type) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return NULL;
    switch (type) {
    case OBJ_BITMAP: return dc->now.bitmap;
    case OBJ_BRUSH: return dc->now.brush;
    case OBJ_PEN: case OBJ_EXTPEN: return dc->now.pen;
    case OBJ_FONT: return dc->now.font;
    case OBJ_PAL: return dc->now.palette;
    default: return (HGDIOBJ)(LONG_PTR)fail(ERROR_INVALID_PARAMETER);
    }
}

/* ---- saved states ("SaveDC function": the bitmap and the path do not belong to them) ---- */

static bool copy_state(struct dc_state *to, const struct dc_state *from) {
    *to = *from;
    to->clip = to->meta = (struct region){0};
    if (!region_copy(&to->clip, &from->clip) || !region_copy(&to->meta, &from->meta))
        return false;
    hold_selected(to);
    return true;
}

API(gdi32, int, SaveDC, HDC hdc) {
    struct dc *dc = dc_find(hdc);
    struct dc_state *grown = dc ? realloc(dc->saved, (dc->saves + 1) * sizeof *grown) : NULL;
    if (!grown)
        return 0;
    dc->saved = grown;
    if (!copy_state(&grown[dc->saves], &dc->now))
        return 0;
    return (int)++dc->saves;
}

/* Negative numbers count from the latest state. */
API(gdi32, BOOL, RestoreDC, HDC hdc, int nSavedDC) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    int level = nSavedDC < 0 ? (int)dc->saves + nSavedDC + 1 : nSavedDC;
    if (level < 1 || level > (int)dc->saves)
        return fail(ERROR_INVALID_PARAMETER);
    while ((int)dc->saves > level)
        release_state(&dc->saved[--dc->saves]);
    HBITMAP bitmap = dc->now.bitmap;
    release_state(&dc->now);
    dc->now = dc->saved[--dc->saves];
    dc->now.bitmap = bitmap;
    dc_update_transform(dc);
    return TRUE;
}

/* ---- modes and colours ---- */

API(gdi32, COLORREF, SetTextColor, HDC hdc, COLORREF color) {
    struct dc *dc = dc_find(hdc);
    COLORREF old = dc ? dc->now.text : CLR_INVALID;
    if (dc)
        dc->now.text = color;
    return old;
}

API(gdi32, COLORREF, GetTextColor, HDC hdc) {
    struct dc *dc = dc_find(hdc);
    return dc ? dc->now.text : CLR_INVALID;
}

API(gdi32, COLORREF, SetBkColor, HDC hdc, COLORREF color) {
    struct dc *dc = dc_find(hdc);
    COLORREF old = dc ? dc->now.background : CLR_INVALID;
    if (dc)
        dc->now.background = color;
    return old;
}

API(gdi32, COLORREF, GetBkColor, HDC hdc) {
    struct dc *dc = dc_find(hdc);
    return dc ? dc->now.background : CLR_INVALID;
}

API(gdi32, COLORREF, SetDCBrushColor, HDC hdc, COLORREF color) {
    struct dc *dc = dc_find(hdc);
    COLORREF old = dc ? dc->now.brush_colour : CLR_INVALID;
    if (dc)
        dc->now.brush_colour = color;
    return old;
}

API(gdi32, COLORREF, GetDCBrushColor, HDC hdc) {
    struct dc *dc = dc_find(hdc);
    return dc ? dc->now.brush_colour : CLR_INVALID;
}

API(gdi32, COLORREF, SetDCPenColor, HDC hdc, COLORREF color) {
    struct dc *dc = dc_find(hdc);
    COLORREF old = dc ? dc->now.pen_colour : CLR_INVALID;
    if (dc)
        dc->now.pen_colour = color;
    return old;
}

API(gdi32, COLORREF, GetDCPenColor, HDC hdc) {
    struct dc *dc = dc_find(hdc);
    return dc ? dc->now.pen_colour : CLR_INVALID;
}

/* A mode's old value, 0 where the new one is none of from 1 to `last`. */
static int set_mode(struct dc *dc, int *mode, int value, int last) {
    if (!dc)
        return 0;
    if (value < 1 || value > last)
        return (int)fail(ERROR_INVALID_PARAMETER);
    int old = *mode;
    *mode = value;
    return old;
}

#define MODE(set, get, field, last)                                                                              \
    API(gdi32, int, set, HDC hdc, int mode) {                                                                    \
        struct dc *dc = dc_find(hdc);                                                                            \
        return set_mode(dc, dc ? &dc->now.field : NULL, mode, last);                                     \
    }                                                                                                            \
    API(gdi32, int, get, HDC hdc) {                                                                              \
        struct dc *dc = dc_find(hdc);                                                                            \
        return dc ? dc->now.field : 0;                                                                           \
    }

MODE(SetBkMode, GetBkMode, background_mode, OPAQUE)
MODE(SetPolyFillMode, GetPolyFillMode, fill_mode, WINDING)
MODE(SetROP2, GetROP2, rop, R2_WHITE)
MODE(SetStretchBltMode, GetStretchBltMode, stretch_mode, 4)
MODE(SetArcDirection, GetArcDirection, arc_direction, 2)

API(gdi32, UINT, SetTextAlign, HDC hdc, UINT align) {
    struct dc *dc = dc_find(hdc);
    UINT old = dc ? dc->now.text_align : GDI_ERROR;
    if (dc)
        dc->now.text_align = align;
    return old;
}

API(gdi32, UINT, GetTextAlign, HDC hdc) {
    struct dc *dc = dc_find(hdc);
    return dc ? dc->now.text_align : GDI_ERROR;
}

API(gdi32, int, SetTextCharacterExtra, HDC hdc, int extra) {
    struct dc *dc = dc_find(hdc);
    int old = dc ? dc->now.character_extra : (int)0x80000000;
    if (dc)
        dc->now.character_extra = extra;
    return old;
}

API(gdi32, int, GetTextCharacterExtra, HDC hdc) {
    struct dc *dc = dc_find(hdc);
    return dc ? dc->now.character_extra : (int)0x80000000;
}

API(gdi32, BOOL, SetTextJustification, HDC hdc, int extra, int count) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    dc->now.break_extra = extra;
    dc->now.break_count = count;
    return TRUE;
}

API(gdi32, DWORD, SetMapperFlags, HDC hdc, DWORD flags) {
    struct dc *dc = dc_find(hdc);
    DWORD old = dc ? dc->now.mapper_flags : GDI_ERROR;
    if (dc)
        dc->now.mapper_flags = flags;
    return old;
}

API(gdi32, BOOL, SetMiterLimit, HDC hdc, FLOAT limit, FLOAT *old) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    if (old)
        *old = dc->now.miter_limit;
    if (limit < 1)
        return fail(ERROR_INVALID_PARAMETER);
    dc->now.miter_limit = limit;
    return TRUE;
}

API(gdi32, BOOL, GetMiterLimit, HDC hdc, FLOAT *limit) {
    struct dc *dc = dc_find(hdc);
    if (dc && limit)
        *limit = dc->now.miter_limit;
    return dc && limit;
}

/* Only left to right is drawn; "SetLayout function" leaves text and coordinates mirrored otherwise. */
API(gdi32, DWORD, SetLayout, HDC hdc, DWORD l) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return GDI_ERROR;
    if (l & 1) {
        set_last_error(ERROR_NOT_SUPPORTED);
        return GDI_ERROR;
    }
    DWORD old = dc->now.layout;
    dc->now.layout = l;
    return old;
}

API(gdi32, DWORD, GetLayout, HDC hdc) {
    struct dc *dc = dc_find(hdc);
    return dc ? dc->now.layout : GDI_ERROR;
}

API(gdi32, BOOL, SetBrushOrgEx, HDC hdc, int x, int y, POINT *lppt) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    if (lppt)
        *lppt = dc->now.brush_origin;
    dc->now.brush_origin = (POINT){x, y};
    return TRUE;
}

API(gdi32, BOOL, GetBrushOrgEx, HDC hdc, POINT *lppt) {
    struct dc *dc = dc_find(hdc);
    if (dc && lppt)
        *lppt = dc->now.brush_origin;
    return dc && lppt;
}

API(gdi32, BOOL, GetDCOrgEx, HDC hdc, POINT *lppt) {
    if (!dc_find(hdc) || !lppt)
        return FALSE;
    *lppt = (POINT){0, 0};
    return TRUE;
}

API(gdi32, BOOL, GetCurrentPositionEx, HDC hdc, POINT *lppt) {
    struct dc *dc = dc_find(hdc);
    if (dc && lppt)
        *lppt = dc->now.position;
    return dc && lppt;
}

/* ---- colours ---- */

COLORREF colour_swap(DWORD colour) { return (colour & 255) << 16 | (colour & 0xff00) | (colour >> 16 & 255); }

API_USE(UINT, GetPaletteEntries, HPALETTE, UINT, UINT, BYTE *);

/* 0x00: an RGB value; 0x01: the palette's index; 0x02: the palette's nearest; 0x10FF: the DIB's own index ("COLORREF"). */
DWORD dc_colour(const struct dc *dc, COLORREF colour) {
    BYTE entry[4] = {0};
    if (colour >> 24 == 1) {
        api_GetPaletteEntries(dc->now.palette, colour & 0xffff, 1, entry);
        return (DWORD)entry[0] << 16 | (DWORD)entry[1] << 8 | entry[2];
    }
    if (colour >> 16 == 0x10ff && dc->surface && dc->surface->bits <= 8)
        return dc->surface->palette[colour & 255];
    return colour_swap(colour & 0xffffff);
}

API(gdi32, COLORREF, GetNearestColor, HDC hdc, COLORREF color) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return CLR_INVALID;
    DWORD wanted = dc_colour(dc, color);
    return colour_swap(dc->surface ? surface_colour(dc->surface, surface_raw(dc->surface, wanted)) : wanted);
}

/* ---- where a DC may draw ---- */

bool dc_clip(const struct dc *dc, struct region *clip) {
    const struct surface *surface = dc->surface;
    if (!surface)
        return region_set_rect(clip, 0, 0, 0, 0);
    return region_set_rect(clip, 0, 0, surface->width, surface->height) &&
           (!dc->now.has_clip || region_combine(clip, clip, &dc->now.clip, RGN_AND)) &&
           (!dc->now.has_meta || region_combine(clip, clip, &dc->now.meta, RGN_AND));
}

/* The whole device where there is no clip region. */
static bool visible(const struct dc *dc, struct region *all) {
    if (dc->surface)
        return region_set_rect(all, 0, 0, dc->surface->width, dc->surface->height);
    return region_set_rect(all, 0, 0, WIDTH, HEIGHT);
}

static int clip_type(const struct dc *dc) {
    struct region clip = {0};
    visible(dc, &clip);
    if (dc->now.has_clip)
        region_combine(&clip, &clip, &dc->now.clip, RGN_AND);
    int type = region_type(&clip);
    region_clear(&clip);
    return type;
}

API(gdi32, int, ExtSelectClipRgn, HDC hdc, HRGN hrgn, int mode) {
    struct dc *dc = dc_find(hdc);
    struct region_object *object = dc && hrgn ? gdi_find(hrgn, OBJ_REGION) : NULL;
    if (!dc || (hrgn && !object) || (!hrgn && mode != RGN_COPY) || mode < RGN_AND || mode > RGN_COPY)
        return ERROR_REGION;
    if (!object) {
        dc->now.has_clip = false;
        region_clear(&dc->now.clip);
        return clip_type(dc);
    }
    if (!dc->now.has_clip && mode != RGN_COPY && !visible(dc, &dc->now.clip))
        return ERROR_REGION;
    dc->now.has_clip = true;
    bool good = mode == RGN_COPY ? region_copy(&dc->now.clip, &object->region)
                                 : region_combine(&dc->now.clip, &dc->now.clip, &object->region, mode);
    return good ? clip_type(dc) : ERROR_REGION;
}

API(gdi32, int, SelectClipRgn, HDC hdc, HRGN hrgn) { return api_ExtSelectClipRgn(hdc, hrgn, RGN_COPY); }

static int clip_to_rect(struct dc *dc, RECT rect, int mode) {
    const struct region one = {rect.left < rect.right && rect.top < rect.bottom, 1, &rect};
    if (!dc->now.has_clip && !visible(dc, &dc->now.clip))
        return ERROR_REGION;
    dc->now.has_clip = true;
    return region_combine(&dc->now.clip, &dc->now.clip, &one, mode) ? clip_type(dc) : ERROR_REGION;
}

API(gdi32, int, IntersectClipRect, HDC hdc, int left, int top, int right, int bottom) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return ERROR_REGION;
    return clip_to_rect(dc, dc_rect_to_device(dc, left, top, right, bottom), RGN_AND);
}

API(gdi32, int, ExcludeClipRect, HDC hdc, int left, int top, int right, int bottom) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return ERROR_REGION;
    return clip_to_rect(dc, dc_rect_to_device(dc, left, top, right, bottom), RGN_DIFF);
}

API(gdi32, int, OffsetClipRgn, HDC hdc, int x, int y) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return ERROR_REGION;
    region_offset(&dc->now.clip, dc_width_to_device(dc, x), dc_height_to_device(dc, y));
    return clip_type(dc);
}

/* 1 with a copy, 0 where there is none, -1 for a failure. */
API(gdi32, int, GetClipRgn, HDC hdc, HRGN hrgn) {
    struct dc *dc = dc_find(hdc);
    struct region_object *object = dc ? gdi_find(hrgn, OBJ_REGION) : NULL;
    if (!object)
        return -1;
    if (!dc->now.has_clip)
        return 0;
    return region_copy(&object->region, &dc->now.clip) ? 1 : -1;
}

API(gdi32, int, GetMetaRgn, HDC hdc, HRGN hrgn) {
    struct dc *dc = dc_find(hdc);
    struct region_object *object = dc && dc->now.has_meta ? gdi_find(hrgn, OBJ_REGION) : NULL;
    return object && region_copy(&object->region, &dc->now.meta);
}

/* The clip region becomes, with the meta region of before, the new meta region. */
API(gdi32, int, SetMetaRgn, HDC hdc) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return ERROR_REGION;
    if (dc->now.has_clip) {
        int mode = dc->now.has_meta ? RGN_AND : RGN_COPY;
        if (!region_combine(&dc->now.meta, &dc->now.clip, &dc->now.meta, mode))
            return ERROR_REGION;
        dc->now.has_meta = true;
        dc->now.has_clip = false;
        region_clear(&dc->now.clip);
    }
    return dc->now.has_meta ? region_type(&dc->now.meta) : SIMPLEREGION;
}

enum { CLIPRGN = 1, METARGN, APIRGN, SYSRGN };

API(gdi32, int, GetRandomRgn, HDC hdc, HRGN hrgn, INT i) {
    struct dc *dc = dc_find(hdc);
    struct region_object *object = dc ? gdi_find(hrgn, OBJ_REGION) : NULL;
    if (!object)
        return -1;
    switch (i) {
    case CLIPRGN: return api_GetClipRgn(hdc, hrgn);
    case METARGN: return dc->now.has_meta ? (region_copy(&object->region, &dc->now.meta) ? 1 : -1) : 0;
    case APIRGN:
        if (dc->now.has_clip && dc->now.has_meta)
            return region_combine(&object->region, &dc->now.clip, &dc->now.meta, RGN_AND) ? 1 : -1;
        return dc->now.has_clip || dc->now.has_meta
                   ? (region_copy(&object->region, dc->now.has_clip ? &dc->now.clip : &dc->now.meta) ? 1 : -1)
                   : 0;
    case SYSRGN: return visible(dc, &object->region) ? 1 : -1;
    default: return -1;
    }
}

/* The box in logical coordinates, in order. */
API(gdi32, int, GetClipBox, HDC hdc, RECT *lprect) {
    struct dc *dc = dc_find(hdc);
    struct region clip = {0};
    if (!dc || !visible(dc, &clip))
        return ERROR_REGION;
    if (dc->now.has_clip)
        region_combine(&clip, &clip, &dc->now.clip, RGN_AND);
    if (dc->now.has_meta)
        region_combine(&clip, &clip, &dc->now.meta, RGN_AND);
    RECT box = region_bounds(&clip);
    int type = region_type(&clip);
    region_clear(&clip);
    dc_to_logical(dc, (POINT *)&box, 2);
    *lprect = box;
    return type;
}

API(gdi32, BOOL, PtVisible, HDC hdc, int x, int y) {
    struct dc *dc = dc_find(hdc);
    POINT point = {x, y};
    struct region clip = {0};
    if (!dc || !dc_clip(dc, &clip))
        return FALSE;
    dc_to_device(dc, &point, 1);
    bool inside = region_has_point(&clip, point.x, point.y);
    region_clear(&clip);
    return inside;
}

API(gdi32, BOOL, RectVisible, HDC hdc, const RECT *lprect) {
    struct dc *dc = dc_find(hdc);
    struct region clip = {0};
    if (!dc || !dc_clip(dc, &clip))
        return FALSE;
    const RECT rect = dc_rect_to_device(dc, lprect->left, lprect->top, lprect->right, lprect->bottom);
    bool any = region_intersect_rect(&clip, &rect) && clip.count;
    region_clear(&clip);
    return any;
}

API(gdi32, BOOL, GdiFlush, void) { return TRUE; }
API(gdi32, DWORD, GdiGetBatchLimit, void) { return 20; }
API(gdi32, DWORD, GdiSetBatchLimit, DWORD dw) { return (void)dw, 20; }
API(gdi32, BOOL, CancelDC, HDC hdc) { return dc_find(hdc) != NULL; }
