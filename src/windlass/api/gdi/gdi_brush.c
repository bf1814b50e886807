/* Brushes and pens ("Brushes", "Pens"). */
#include "gdi.h"

enum { HATCHES = 6, DIB_RGB_COLORS = 0, MAX_DASHES = 16, PATTERN_LIMIT = 1 << 24 };

/* ---- brushes ---- */

void brush_free(struct brush *brush) {
    if (brush->pattern)
        bitmap_free(brush->pattern);
    free(brush->dib);
    heap_free(brush);
}

static struct bitmap *copy_of(const struct surface *surface) {
    struct bitmap *copy = bitmap_new(surface->width, surface->height, surface->bits, true);
    if (!copy)
        return NULL;
    BYTE *pixels = copy->surface.pixels;
    copy->surface = *surface;
    copy->surface.pixels = pixels;
    copy->surface.top_down = true;
    for (LONG y = 0; y < surface->height; y++)
        memcpy(surface_row(&copy->surface, y), surface_row(surface, y), (size_t)surface->stride);
    return copy;
}

static struct brush *new_brush(UINT style, COLORREF colour, ULONG_PTR hatch) {
    struct brush *brush = gdi_new(OBJ_BRUSH, sizeof *brush);
    if (brush) {
        brush->style = style;
        brush->colour = colour;
        brush->hatch = hatch;
    }
    return brush;
}

static struct brush *pattern_brush(const struct surface *surface, UINT style) {
    struct brush *brush = surface ? new_brush(style, 0, 0) : NULL;
    if (brush && !(brush->pattern = copy_of(surface))) {
        heap_free(brush);
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    return brush;
}

static struct brush *dib_brush(const BITMAPINFO *info, UINT usage) {
    struct surface surface;
    void *allocated = NULL;
    size_t header = info ? dib_header_size(info, usage) : 0;
    if (!header || !dib_open(&surface, info, (const BYTE *)info + header, usage, NULL, &allocated))
        return NULL;
    struct brush *brush = pattern_brush(&surface, BS_DIBPATTERN);
    free(allocated);
    if (!brush)
        return NULL;
    brush->usage = usage;
    brush->dib_size = header + (info->bmiHeader.biCompression && info->bmiHeader.biCompression != BI_BITFIELDS
                                    ? info->bmiHeader.biSizeImage
                                    : (size_t)surface.stride * (size_t)surface.height);
    brush->dib = malloc(brush->dib_size);
    if (brush->dib)
        memcpy(brush->dib, info, brush->dib_size);
    return brush;
}

static struct brush *bitmap_brush(HBITMAP handle) {
    struct bitmap *bitmap = gdi_find(handle, OBJ_BITMAP);
    struct brush *brush = bitmap ? pattern_brush(&bitmap->surface, BS_PATTERN) : NULL;
    if (brush)
        brush->hatch = (ULONG_PTR)handle;
    return brush;
}

API_USE(LPVOID, GlobalLock, HANDLE);
API_USE(BOOL, GlobalUnlock, HANDLE);

static struct brush *make_brush(const LOGBRUSH *like) {
    struct brush *brush;
    switch (like->lbStyle) {
    case BS_SOLID: return new_brush(BS_SOLID, like->lbColor, 0);
    case BS_NULL: return new_brush(BS_NULL, 0, 0);
    case BS_HATCHED:
        if (like->lbHatch < HATCHES)
            return new_brush(BS_HATCHED, like->lbColor, like->lbHatch);
        break;
    case BS_PATTERN: return bitmap_brush((HBITMAP)like->lbHatch);
    case BS_DIBPATTERNPT: return dib_brush((const BITMAPINFO *)like->lbHatch, like->lbColor & 0xffff);
    case BS_DIBPATTERN:
        brush = dib_brush(api_GlobalLock((HANDLE)like->lbHatch), like->lbColor & 0xffff);
        api_GlobalUnlock((HANDLE)like->lbHatch);
        return brush;
    }
    set_last_error(ERROR_INVALID_PARAMETER);
    return NULL;
}

static HBRUSH add_brush(struct brush *brush) { return brush ? gdi_add(brush) : NULL; }

API(gdi32, HBRUSH, CreateBrushIndirect, const LOGBRUSH *plbrush) { return add_brush(make_brush(plbrush)); }
API(gdi32, HBRUSH, CreateSolidBrush, COLORREF color) { return add_brush(new_brush(BS_SOLID, color, 0)); }
API(gdi32, HBRUSH, CreateHatchBrush, int iHatch, COLORREF color) {
    const LOGBRUSH like = {BS_HATCHED, color, (ULONG_PTR)(LONG_PTR)iHatch};
    return api_CreateBrushIndirect(&like);
}
API(gdi32, HBRUSH, CreatePatternBrush, HBITMAP hbm) { return add_brush(bitmap_brush(hbm)); }
API(gdi32, HBRUSH, CreateDIBPatternBrushPt, const void *lpPackedDIB, UINT iUsage) {
    return add_brush(dib_brush(lpPackedDIB, iUsage));
}
API(gdi32, HBRUSH, CreateDIBPatternBrush, HANDLE h, UINT iUsage) {
    const LOGBRUSH like = {BS_DIBPATTERN, iUsage, (ULONG_PTR)h};
    return api_CreateBrushIndirect(&like);
}

int brush_describe(const struct brush *brush, int size, void *to) {
    const LOGBRUSH facts = {brush->style, brush->colour, brush->hatch};
    if (!to)
        return sizeof facts;
    size = size < 0 ? 0 : size > (int)sizeof facts ? (int)sizeof facts : size;
    memcpy(to, &facts, (size_t)size);
    return size;
}

/* ---- what a brush looks like ---- */

void paint_done(struct paint *paint) {
    free(paint->pattern);
    free(paint->opaque);
}

static bool paint_allocate(struct paint *paint, const struct dc *dc, LONG width, LONG height, bool has_holes) {
    size_t count = (size_t)width * (size_t)height;
    *paint = (struct paint){.width = width, .height = height, .x = dc->now.brush_origin.x, .y = dc->now.brush_origin.y};
    paint->pattern = malloc(count * sizeof *paint->pattern);
    paint->opaque = has_holes ? malloc(count) : NULL;
    if (paint->pattern && (paint->opaque || !has_holes))
        return true;
    paint_done(paint);
    return fail(ERROR_NOT_ENOUGH_MEMORY);
}

void paint_solid(struct paint *paint, const struct dc *dc, COLORREF colour) {
    *paint = (struct paint){.raw = dc->surface ? surface_raw(dc->surface, dc_colour(dc, colour)) : 0};
}

/* 8 by 8 pixels each; HS_HORIZONTAL to HS_DIAGCROSS. */
static bool hatch_at(ULONG_PTR hatch, LONG x, LONG y) {
    switch (hatch) {
    case 0: return y == 3;
    case 1: return x == 4;
    case 2: return x == y;
    case 3: return x + y == 7;
    case 4: return y == 3 || x == 4;
    default: return x == y || x + y == 7;
    }
}

/* The lines have the brush's colour; between them is the background, or nothing ("SetBkMode function"). */
static bool paint_hatch(struct paint *paint, const struct dc *dc, const struct brush *brush) {
    bool has_holes = dc->now.background_mode == TRANSPARENT;
    if (!paint_allocate(paint, dc, 8, 8, has_holes))
        return false;
    DWORD line = surface_raw(dc->surface, dc_colour(dc, brush->colour));
    DWORD between = surface_raw(dc->surface, dc_colour(dc, dc->now.background));
    for (LONG i = 0; i < 64; i++) {
        bool on_line = hatch_at(brush->hatch, i % 8, i / 8);
        paint->pattern[i] = on_line ? line : between;
        if (has_holes)
            paint->opaque[i] = on_line;
    }
    return true;
}

/* A pattern of one bit without colours of its own has the DC's: 0 is the text colour, 1 the background. */
static bool paint_pattern(struct paint *paint, const struct dc *dc, const struct surface *from) {
    if (!paint_allocate(paint, dc, from->width, from->height, false))
        return false;
    bool same = surface_same_format(from, dc->surface);
    DWORD text = surface_raw(dc->surface, dc_colour(dc, dc->now.text));
    DWORD background = surface_raw(dc->surface, dc_colour(dc, dc->now.background));
    for (LONG y = 0; y < from->height; y++) {
        for (LONG x = 0; x < from->width; x++) {
            DWORD raw = surface_get(from, x, y);
            if (from->is_mono && !dc->surface->is_mono)
                raw = raw ? background : text;
            else if (!same)
                raw = surface_raw(dc->surface, surface_colour(from, raw));
            paint->pattern[(size_t)y * (size_t)from->width + (size_t)x] = raw;
        }
    }
    return true;
}

bool paint_brush(struct paint *paint, const struct dc *dc, const struct brush *brush) {
    *paint = (struct paint){.is_hollow = true};
    if (!brush || brush->style == BS_NULL || !dc->surface)
        return true;
    if (brush->style == BS_HATCHED)
        return paint_hatch(paint, dc, brush);
    if (brush->pattern)
        return paint_pattern(paint, dc, &brush->pattern->surface);
    paint_solid(paint, dc, brush->is_dc_brush ? dc->now.brush_colour : brush->colour);
    return true;
}

/* ---- pens ---- */

void pen_free(struct pen *pen) {
    if (pen->brush)
        brush_free(pen->brush);
    free(pen->dash);
    heap_free(pen);
}

API(gdi32, HPEN, CreatePen, int iStyle, int cWidth, COLORREF color) {
    struct pen *pen = gdi_new(OBJ_PEN, sizeof *pen);
    if (!pen)
        return NULL;
    pen->style = iStyle < PS_SOLID || iStyle > PS_INSIDEFRAME ? PS_SOLID : (DWORD)iStyle;
    pen->width = cWidth < 0 ? -cWidth : cWidth;
    pen->colour = color;
    if (pen->style == PS_NULL) {                     /* as Windows describes one */
        pen->width = 1;
        pen->colour = 0;
    }
    return gdi_add(pen);
}

API(gdi32, HPEN, CreatePenIndirect, const LOGPEN *plpen) {
    return api_CreatePen((int)plpen->lopnStyle, plpen->lopnWidth.x, plpen->lopnColor);
}

/* "ExtCreatePen function": a cosmetic pen is one pixel wide and has a solid colour. */
static bool pen_is_valid(DWORD style, DWORD width, const LOGBRUSH *brush, DWORD dashes, const DWORD *dash) {
    DWORD line = style & PS_STYLE_MASK;
    if (line > PS_ALTERNATE || (line == PS_USERSTYLE) != (dashes != 0) || (dashes && (!dash || dashes > MAX_DASHES)))
        return false;
    if (!(style & PS_GEOMETRIC))
        return width == 1 && brush->lbStyle == BS_SOLID && line != PS_INSIDEFRAME;
    DWORD sum = 0;
    for (DWORD i = 0; i < dashes; i++)
        sum += dash[i];
    return line != PS_ALTERNATE && (!dashes || sum) && (style & PS_ENDCAP_MASK) <= PS_ENDCAP_FLAT &&
           (style & PS_JOIN_MASK) <= PS_JOIN_MITER;
}

API(gdi32, HPEN, ExtCreatePen, DWORD iPenStyle, DWORD cWidth, const LOGBRUSH *plbrush, DWORD cStyle, const DWORD *pstyle) {
    if (!pen_is_valid(iPenStyle, cWidth, plbrush, cStyle, pstyle))
        return (HPEN)(LONG_PTR)fail(ERROR_INVALID_PARAMETER);
    if ((iPenStyle & PS_STYLE_MASK) == PS_NULL)
        return api_CreatePen(PS_NULL, 0, 0);
    struct pen *pen = gdi_new(OBJ_EXTPEN, sizeof *pen);
    if (!pen)
        return NULL;
    pen->is_extended = true;
    pen->style = iPenStyle;
    pen->width = (LONG)cWidth;
    pen->colour = plbrush->lbColor;
    pen->brush = make_brush(plbrush);
    pen->dashes = cStyle;
    pen->dash = cStyle ? malloc(cStyle * sizeof *pstyle) : NULL;
    if (!pen->brush || (cStyle && !pen->dash)) {
        heap_free(pen->brush);
        heap_free(pen);
        return NULL;
    }
    if (cStyle)
        memcpy(pen->dash, pstyle, cStyle * sizeof *pstyle);
    return gdi_add(pen);
}

typedef struct {
    DWORD elpPenStyle, elpWidth;
    UINT elpBrushStyle;
    COLORREF elpColor;
    ULONG_PTR elpHatch;
    DWORD elpNumEntries, elpStyleEntry[1];
} EXTLOGPEN;

static int describe_extended(const struct pen *pen, int size, void *to) {
    int needed = (int)offsetof(EXTLOGPEN, elpStyleEntry) + (int)(pen->dashes * sizeof(DWORD));
    if (!to)
        return needed;
    if (size < needed)
        return 0;
    EXTLOGPEN facts = {pen->style, (DWORD)pen->width, pen->brush->style, pen->brush->colour, pen->brush->hatch,
                       pen->dashes, {0}};
    memcpy(to, &facts, offsetof(EXTLOGPEN, elpStyleEntry));
    if (pen->dashes)
        memcpy((BYTE *)to + offsetof(EXTLOGPEN, elpStyleEntry), pen->dash, pen->dashes * sizeof(DWORD));
    return needed;
}

int pen_describe(const struct pen *pen, int size, void *to) {
    if (pen->is_extended)
        return describe_extended(pen, size, to);
    const LOGPEN facts = {pen->style, {pen->width, 0}, pen->colour};
    if (!to)
        return sizeof facts;
    if (size < (int)sizeof facts)
        return 0;
    memcpy(to, &facts, sizeof facts);
    return sizeof facts;
}
