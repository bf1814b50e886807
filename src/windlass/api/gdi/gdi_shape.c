/* Lines, curves and filled shapes ("Lines and Curves", "Filled Shapes", "Regions"): each becomes a figure, which is
 * drawn, or added to the open path. */
#include "gdi.h"

#include <math.h>

enum { FIXED = 16, AD_COUNTERCLOCKWISE = 1 };

struct figure {
    struct dc *dc;
    struct path path;
    bool good;
};

static void add_point(struct figure *figure, double x, double y, BYTE type) {
    POINT at = dc_to_fixed(figure->dc, x, y);
    figure->good = figure->good && path_add(&figure->path, at.x, at.y, type);
}

static void add_lines(struct figure *figure, const POINT *points, DWORD count, BYTE first_type) {
    for (DWORD i = 0; i < count; i++)
        add_point(figure, points[i].x, points[i].y, i ? PT_LINETO : first_type);
}

static bool append_to_path(struct path *to, const struct path *from) {
    for (unsigned i = 0; i < from->count; i++)
        if (!path_add(to, from->points[i].x, from->points[i].y, from->types[i]))
            return false;
    return true;
}

static bool finish(struct figure *figure, bool is_filled) {
    struct dc *dc = figure->dc;
    bool good = figure->good;
    if (good && dc->is_path_open)
        good = append_to_path(&dc->path, &figure->path);
    else if (good) {
        good = (!is_filled || dc_fill_path(dc, &figure->path)) && dc_stroke_path(dc, &figure->path);
    }
    path_clear(&figure->path);
    return good;
}

/* Lines that go on from the current position: in a path they lengthen the last figure, where that ends there. */
static void begin_at_position(struct figure *figure) {
    const struct path *path = &figure->dc->path;
    POINT at = dc_to_fixed(figure->dc, figure->dc->now.position.x, figure->dc->now.position.y);
    if (figure->dc->is_path_open && path->count) {
        POINT last = path->points[path->count - 1];
        if (!(path->types[path->count - 1] & PT_CLOSEFIGURE) && last.x == at.x && last.y == at.y)
            return;
    }
    figure->good = path_add(&figure->path, at.x, at.y, PT_MOVETO);
}

static struct figure new_figure(struct dc *dc) { return (struct figure){.dc = dc, .good = true}; }

/* ---- lines ---- */

API(gdi32, BOOL, MoveToEx, HDC hdc, int x, int y, POINT *lppt) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    if (lppt)
        *lppt = dc->now.position;
    dc->now.position = (POINT){x, y};
    return TRUE;
}

API(gdi32, BOOL, PolylineTo, HDC hdc, const POINT *apt, DWORD cpt) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    if (!cpt)
        return TRUE;
    struct figure figure = new_figure(dc);
    begin_at_position(&figure);
    add_lines(&figure, apt, cpt, PT_LINETO);
    dc->now.position = apt[cpt - 1];
    return finish(&figure, false);
}

API(gdi32, BOOL, LineTo, HDC hdc, int x, int y) {
    struct dc *dc = dc_find(hdc);
    const POINT to = {x, y};
    if (!dc)
        return FALSE;
    struct figure figure = new_figure(dc);
    begin_at_position(&figure);
    add_lines(&figure, &to, 1, PT_LINETO);
    dc->now.position = to;
    return finish(&figure, false);
}

API(gdi32, BOOL, Polyline, HDC hdc, const POINT *apt, int cpt) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    if (cpt < 2)
        return fail(ERROR_INVALID_PARAMETER);
    struct figure figure = new_figure(dc);
    add_lines(&figure, apt, (DWORD)cpt, PT_MOVETO);
    return finish(&figure, false);
}

API(gdi32, BOOL, PolyPolyline, HDC hdc, const POINT *apt, const DWORD *asz, DWORD csz) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    struct figure figure = new_figure(dc);
    for (DWORD i = 0; i < csz; apt += asz[i++])
        add_lines(&figure, apt, asz[i], PT_MOVETO);
    return finish(&figure, false);
}

static void add_curves(struct figure *figure, const POINT *points, DWORD count) {
    for (DWORD i = 0; i < count; i++)
        add_point(figure, points[i].x, points[i].y, PT_BEZIERTO);
}

API(gdi32, BOOL, PolyBezier, HDC hdc, const POINT *apt, DWORD cpt) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    if (cpt < 4 || cpt % 3 != 1)
        return fail(ERROR_INVALID_PARAMETER);
    struct figure figure = new_figure(dc);
    add_lines(&figure, apt, 1, PT_MOVETO);
    add_curves(&figure, apt + 1, cpt - 1);
    return finish(&figure, false);
}

API(gdi32, BOOL, PolyBezierTo, HDC hdc, const POINT *apt, DWORD cpt) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    if (!cpt || cpt % 3)
        return fail(ERROR_INVALID_PARAMETER);
    struct figure figure = new_figure(dc);
    begin_at_position(&figure);
    add_curves(&figure, apt, cpt);
    dc->now.position = apt[cpt - 1];
    return finish(&figure, false);
}

/* "PolyDraw function": the types are checked before anything is drawn. */
static bool types_are_valid(const BYTE *types, int count) {
    for (int i = 0; i < count; i++) {
        BYTE type = types[i] & (BYTE)~PT_CLOSEFIGURE;
        if (type == PT_BEZIERTO) {
            if (i + 2 >= count || types[i + 1] != PT_BEZIERTO || (types[i + 2] & ~PT_CLOSEFIGURE) != PT_BEZIERTO)
                return false;
            i += 2;
        } else if (type != PT_LINETO && types[i] != PT_MOVETO) {
            return false;
        }
    }
    return true;
}

API(gdi32, BOOL, PolyDraw, HDC hdc, const POINT *apt, const BYTE *aj, int cpt) {
    struct dc *dc = dc_find(hdc);
    if (!dc || cpt < 0)
        return FALSE;
    if (!types_are_valid(aj, cpt))
        return fail(ERROR_INVALID_PARAMETER);
    struct figure figure = new_figure(dc);
    if (cpt && aj[0] != PT_MOVETO)
        begin_at_position(&figure);
    for (int i = 0; i < cpt; i++) {
        add_point(&figure, apt[i].x, apt[i].y, aj[i]);
        dc->now.position = apt[i];
    }
    return finish(&figure, false);
}

/* ---- polygons ---- */

static BOOL draw_polygons(struct dc *dc, const POINT *points, const INT *counts, DWORD polygons) {
    struct figure figure = new_figure(dc);
    for (DWORD i = 0; i < polygons; points += counts[i++]) {
        add_lines(&figure, points, (DWORD)counts[i], PT_MOVETO);
        path_close(&figure.path);
    }
    return finish(&figure, true);
}

API(gdi32, BOOL, Polygon, HDC hdc, const POINT *apt, int cpt) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    if (cpt < 2)
        return fail(ERROR_INVALID_PARAMETER);
    return draw_polygons(dc, apt, &cpt, 1);
}

API(gdi32, BOOL, PolyPolygon, HDC hdc, const POINT *apt, const INT *asz, int csz) {
    struct dc *dc = dc_find(hdc);
    for (int i = 0; i < csz; i++)
        if (asz[i] < 2)
            return fail(ERROR_INVALID_PARAMETER);
    return dc && csz > 0 &&
           draw_polygons(dc, apt, asz, (DWORD)csz);
}

/* ---- rectangles and ellipses ---- */

static bool has_pen(const struct dc *dc) {
    const struct pen *pen = dc_pen(dc);
    return pen && (pen->style & PS_STYLE_MASK) != PS_NULL;
}

static bool is_pixel_exact(const struct dc *dc) {
    const struct pen *pen = dc_pen(dc);
    return !dc->is_path_open && dc_is_axis_aligned(dc) && (!has_pen(dc) || dc_pen_width(dc, pen) <= 1);
}

/* Corners of a rectangle in the order of Windows' paths: from the upper right one, counter-clockwise. */
static void add_rectangle(struct figure *figure, double left, double top, double right, double bottom) {
    add_point(figure, right, top, PT_MOVETO);
    add_point(figure, left, top, PT_LINETO);
    add_point(figure, left, bottom, PT_LINETO);
    add_point(figure, right, bottom, PT_LINETO);
    path_close(&figure->path);
}

/* Inside, then the outline over it; the outline is `shape` without `inner`. */
static bool draw_exactly(struct dc *dc, const struct region *shape, const struct region *inner) {
    struct region outline = {0};
    bool good = region_combine(&outline, shape, inner, RGN_DIFF) && dc_fill_region(dc, inner) && dc_paint_with_pen(dc, &outline);
    region_clear(&outline);
    return good;
}

/* In device pixels; a styled line goes round. */
static bool is_styled(const struct dc *dc) {
    const struct pen *pen = dc_pen(dc);
    DWORD style = pen ? pen->style & PS_STYLE_MASK : PS_NULL;
    return style != PS_SOLID && style != PS_NULL && style != PS_INSIDEFRAME;
}

/* One less where nothing draws the right and lower edges: in GM_COMPATIBLE they do not belong to a shape. */
static RECT shape_bounds(const struct dc *dc, int left, int top, int right, int bottom) {
    RECT rect = dc_rect_to_device(dc, left, top, right, bottom);
    if (dc->now.graphics_mode == GM_ADVANCED) {
        rect.right++;
        rect.bottom++;
    }
    if (!has_pen(dc)) {
        rect.right--;
        rect.bottom--;
    }
    return rect;
}

API(gdi32, BOOL, Rectangle, HDC hdc, int left, int top, int right, int bottom) {
    struct dc *dc = dc_find(hdc);
    struct region shape = {0}, inner = {0};
    if (!dc)
        return FALSE;
    if (is_pixel_exact(dc) && !is_styled(dc)) {
        RECT rect = shape_bounds(dc, left, top, right, bottom);
        LONG edge = has_pen(dc);
        bool good = region_set_rect(&shape, rect.left, rect.top, rect.right, rect.bottom) &&
                    region_set_rect(&inner, rect.left + edge, rect.top + edge, rect.right - edge, rect.bottom - edge) &&
                    draw_exactly(dc, &shape, &inner);
        region_clear(&shape);
        region_clear(&inner);
        return good;
    }
    int less = dc->now.graphics_mode == GM_COMPATIBLE;
    struct figure figure = new_figure(dc);
    add_rectangle(&figure, left, top, right - less, bottom - less);
    return finish(&figure, true);
}

/* A rounded shape less its outermost pixels, row by row, so that the outline has no holes. */
static bool inside_of(const struct region *shape, struct region *inner) {
    struct region moved = {0};
    static const POINT ways[] = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};
    bool good = region_copy(inner, shape);
    for (int i = 0; good && i < 4; i++) {
        good = region_copy(&moved, shape);
        region_offset(&moved, ways[i].x, ways[i].y);
        good = good && region_combine(inner, inner, &moved, RGN_AND);
    }
    region_clear(&moved);
    return good;
}

static bool draw_round(struct dc *dc, RECT bounds, LONG width, LONG height) {
    struct region shape = {0}, inner = {0};
    bool good = region_set_round_rect(&shape, &bounds, width, height);
    if (good && has_pen(dc))
        good = inside_of(&shape, &inner) && draw_exactly(dc, &shape, &inner);
    else if (good)
        good = dc_fill_region(dc, &shape);
    region_clear(&shape);
    region_clear(&inner);
    return good;
}

/* ---- arcs of ellipses, as Bezier curves ---- */

struct ellipse { double x, y, width, height; };      /* the middle, and half the diameters */

static struct ellipse ellipse_in(const struct dc *dc, int left, int top, int right, int bottom) {
    double less = dc->now.graphics_mode == GM_COMPATIBLE;
    double x1 = left < right ? left : right, x2 = (left < right ? right : left) - less;
    double y1 = top < bottom ? top : bottom, y2 = (top < bottom ? bottom : top) - less;
    return (struct ellipse){(x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / 2, (y2 - y1) / 2};
}

static void add_arc_point(struct figure *figure, const struct ellipse *of, double angle, BYTE type) {
    add_point(figure, of->x + of->width * cos(angle), of->y - of->height * sin(angle), type);
}

/* From `start` by `sweep`, which is positive counter-clockwise. */
static void add_arc(struct figure *figure, const struct ellipse *of, double start, double sweep, BYTE first_type) {
    int pieces = (int)ceil(fabs(sweep) / (M_PI / 2) - 1e-9);
    double step = pieces ? sweep / pieces : 0, reach = 4.0 / 3 * tan(step / 4);
    add_arc_point(figure, of, start, first_type);
    for (int i = 0; i < pieces; i++) {
        double a = start + i * step, b = a + step;
        add_point(figure, of->x + of->width * (cos(a) - reach * sin(a)), of->y - of->height * (sin(a) + reach * cos(a)), PT_BEZIERTO);
        add_point(figure, of->x + of->width * (cos(b) + reach * sin(b)), of->y - of->height * (sin(b) - reach * cos(b)), PT_BEZIERTO);
        add_arc_point(figure, of, b, PT_BEZIERTO);
    }
}

static double angle_of(const struct ellipse *of, int x, int y) {
    return atan2(-(y - of->y) / (of->height ? of->height : 1), (x - of->x) / (of->width ? of->width : 1));
}

/* All round where the two radials are one. */
static double sweep_between(const struct dc *dc, double start, double end) {
    double sweep = end - start;
    if (dc->now.arc_direction == AD_COUNTERCLOCKWISE)
        return sweep <= 1e-12 ? sweep + 2 * M_PI : sweep;
    return sweep >= -1e-12 ? sweep - 2 * M_PI : sweep;
}

API(gdi32, BOOL, Ellipse, HDC hdc, int left, int top, int right, int bottom) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    if (is_pixel_exact(dc) && !is_styled(dc)) {
        RECT bounds = shape_bounds(dc, left, top, right, bottom);
        return draw_round(dc, bounds, bounds.right - bounds.left, bounds.bottom - bounds.top);
    }
    struct figure figure = new_figure(dc);
    struct ellipse of = ellipse_in(dc, left, top, right, bottom);
    add_arc(&figure, &of, 0, 2 * M_PI, PT_MOVETO);
    path_close(&figure.path);
    return finish(&figure, true);
}

static void add_round_corners(struct figure *figure, const struct ellipse *all, double rx, double ry) {
    static const struct { int x, y; double start; } corners[] = {{1, -1, 0}, {-1, -1, M_PI / 2}, {-1, 1, M_PI}, {1, 1, 1.5 * M_PI}};
    for (int i = 0; i < 4; i++) {
        struct ellipse corner = {all->x + corners[i].x * (all->width - rx), all->y + corners[i].y * (all->height - ry), rx, ry};
        add_arc(figure, &corner, corners[i].start, M_PI / 2, i ? PT_LINETO : PT_MOVETO);
    }
    path_close(&figure->path);
}

API(gdi32, BOOL, RoundRect, HDC hdc, int left, int top, int right, int bottom, int width, int height) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    width = width < 0 ? -width : width;
    height = height < 0 ? -height : height;
    if (is_pixel_exact(dc) && !is_styled(dc)) {
        RECT bounds = shape_bounds(dc, left, top, right, bottom);
        LONG wide = dc_width_to_device(dc, width), high = dc_height_to_device(dc, height);
        return draw_round(dc, bounds, wide < 0 ? -wide : wide, high < 0 ? -high : high);
    }
    struct figure figure = new_figure(dc);
    struct ellipse all = ellipse_in(dc, left, top, right, bottom);
    add_round_corners(&figure, &all, fmin(width / 2.0, all.width), fmin(height / 2.0, all.height));
    return finish(&figure, true);
}

static struct figure arc_figure(struct dc *dc, const struct ellipse *of, int x1, int y1, int x2, int y2) {
    struct figure figure = new_figure(dc);
    double start = angle_of(of, x1, y1);
    add_arc(&figure, of, start, sweep_between(dc, start, angle_of(of, x2, y2)), PT_MOVETO);
    return figure;
}

API(gdi32, BOOL, Arc, HDC hdc, int x1, int y1, int x2, int y2, int x3, int y3, int x4, int y4) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    const struct ellipse of = ellipse_in(dc, x1, y1, x2, y2);
    struct figure figure = arc_figure(dc, &of, x3, y3, x4, y4);
    return finish(&figure, false);
}

API(gdi32, BOOL, Chord, HDC hdc, int x1, int y1, int x2, int y2, int x3, int y3, int x4, int y4) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    const struct ellipse of = ellipse_in(dc, x1, y1, x2, y2);
    struct figure figure = arc_figure(dc, &of, x3, y3, x4, y4);
    path_close(&figure.path);
    return finish(&figure, true);
}

API(gdi32, BOOL, Pie, HDC hdc, int left, int top, int right, int bottom, int xr1, int yr1, int xr2, int yr2) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    const struct ellipse of = ellipse_in(dc, left, top, right, bottom);
    struct figure figure = arc_figure(dc, &of, xr1, yr1, xr2, yr2);
    add_point(&figure, of.x, of.y, PT_LINETO);
    path_close(&figure.path);
    return finish(&figure, true);
}

static POINT logical_end(const struct ellipse *of, double angle) {
    return (POINT){(LONG)floor(of->x + of->width * cos(angle) + 0.5), (LONG)floor(of->y - of->height * sin(angle) + 0.5)};
}

API(gdi32, BOOL, ArcTo, HDC hdc, int left, int top, int right, int bottom, int xr1, int yr1, int xr2, int yr2) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    const struct ellipse of = ellipse_in(dc, left, top, right, bottom);
    double start = angle_of(&of, xr1, yr1), end = angle_of(&of, xr2, yr2);
    struct figure figure = new_figure(dc);
    begin_at_position(&figure);
    add_arc(&figure, &of, start, sweep_between(dc, start, end), PT_LINETO);
    dc->now.position = logical_end(&of, end);
    return finish(&figure, false);
}

/* A line from the current position, and part of a circle; degrees, counter-clockwise. */
API(gdi32, BOOL, AngleArc, HDC hdc, int x, int y, DWORD r, FLOAT StartAngle, FLOAT SweepAngle) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    if (r > 0x7fffffff)
        return fail(ERROR_INVALID_PARAMETER);
    const struct ellipse of = {x, y, r, r};
    double start = (double)StartAngle * M_PI / 180, sweep = (double)SweepAngle * M_PI / 180;
    struct figure figure = new_figure(dc);
    begin_at_position(&figure);
    add_arc(&figure, &of, start, sweep, PT_LINETO);
    dc->now.position = logical_end(&of, start + sweep);
    return finish(&figure, false);
}

/* ---- regions ---- */

/* The region, which is in logical coordinates, on the device. */
static bool region_on_device(const struct dc *dc, HRGN handle, struct region *device) {
    struct region_object *object = gdi_find(handle, OBJ_REGION);
    if (!object)
        return false;
    for (unsigned i = 0; i < object->region.count; i++) {
        RECT rect = object->region.rects[i];
        rect = dc_rect_to_device(dc, rect.left, rect.top, rect.right, rect.bottom);
        const struct region one = {rect.left < rect.right && rect.top < rect.bottom, 1, &rect};
        if (!region_combine(device, device, &one, RGN_OR))
            return false;
    }
    return true;
}

static bool paint_region_with(struct dc *dc, HRGN region, const struct brush *brush, int rop) {
    struct region device = {0};
    struct paint paint = {.is_hollow = true};
    bool good = region_on_device(dc, region, &device) && (brush ? paint_brush(&paint, dc, brush) : true);
    if (good && !brush)
        paint = (struct paint){.raw = 0};
    if (good) {
        good = dc_paint_region(dc, &device, &paint, rop);
        paint_done(&paint);
    }
    region_clear(&device);
    return good;
}

API(gdi32, BOOL, FillRgn, HDC hdc, HRGN hrgn, HBRUSH hbr) {
    struct dc *dc = dc_find(hdc);
    struct brush *brush = dc ? gdi_find(hbr, OBJ_BRUSH) : NULL;
    return brush && paint_region_with(dc, hrgn, brush, dc->now.rop);
}

API(gdi32, BOOL, PaintRgn, HDC hdc, HRGN hrgn) {
    struct dc *dc = dc_find(hdc);
    struct brush *brush = dc ? gdi_find(dc->now.brush, OBJ_BRUSH) : NULL;
    return brush && paint_region_with(dc, hrgn, brush, dc->now.rop);
}

API(gdi32, BOOL, InvertRgn, HDC hdc, HRGN hrgn) {
    struct dc *dc = dc_find(hdc);
    return dc && paint_region_with(dc, hrgn, NULL, R2_NOT);
}

/* A frame is what of the region lies within w and h of its outside. */
static bool frame_of(const struct region *region, int w, int h, struct region *frame) {
    struct region moved = {0}, inner = {0};
    const POINT ways[] = {{-w, 0}, {w, 0}, {0, -h}, {0, h}};
    bool good = region_copy(&inner, region);
    for (int i = 0; good && i < 4; i++) {
        good = region_copy(&moved, region);
        region_offset(&moved, ways[i].x, ways[i].y);
        good = good && region_combine(&inner, &inner, &moved, RGN_AND);
    }
    good = good && region_combine(frame, region, &inner, RGN_DIFF);
    region_clear(&moved);
    region_clear(&inner);
    return good;
}

API(gdi32, BOOL, FrameRgn, HDC hdc, HRGN hrgn, HBRUSH hbr, int w, int h) {
    struct dc *dc = dc_find(hdc);
    struct region_object *object = dc ? gdi_find(hrgn, OBJ_REGION) : NULL;
    struct brush *brush = object ? gdi_find(hbr, OBJ_BRUSH) : NULL;
    struct region frame = {0};
    if (!brush)
        return FALSE;
    if (!frame_of(&object->region, w, h, &frame))
        return FALSE;
    HRGN handle = region_add_object(&frame);
    bool good = handle && paint_region_with(dc, handle, brush, dc->now.rop);
    if (handle)
        api_DeleteObject(handle);
    return good;
}

/* ---- pixels ---- */

/* Where a logical point is on the surface; false outside of it or of the clip region. */
static bool visible_pixel(const struct dc *dc, int x, int y, POINT *at) {
    *at = (POINT){x, y};
    dc_to_device(dc, at, 1);
    const struct surface *surface = dc->surface;
    return surface && at->x >= 0 && at->y >= 0 && at->x < surface->width && at->y < surface->height &&
           (!dc->now.has_clip || region_has_point(&dc->now.clip, at->x, at->y)) &&
           (!dc->now.has_meta || region_has_point(&dc->now.meta, at->x, at->y));
}

API(gdi32, COLORREF, GetPixel, HDC hdc, int x, int y) {
    struct dc *dc = dc_find(hdc);
    POINT at;
    if (!dc || !visible_pixel(dc, x, y, &at))
        return CLR_INVALID;
    return colour_swap(surface_colour(dc->surface, surface_get(dc->surface, at.x, at.y)));
}

API(gdi32, BOOL, SetPixelV, HDC hdc, int x, int y, COLORREF color) {
    struct dc *dc = dc_find(hdc);
    POINT at;
    if (!dc)
        return FALSE;
    if (!visible_pixel(dc, x, y, &at))
        return FALSE;
    surface_put(dc->surface, at.x, at.y, surface_raw(dc->surface, dc_colour(dc, color)));
    return TRUE;
}

API(gdi32, COLORREF, SetPixel, HDC hdc, int x, int y, COLORREF color) {
    return api_SetPixelV(hdc, x, y, color) ? api_GetPixel(hdc, x, y) : CLR_INVALID;
}

/* ---- flooding ---- */

enum { FLOODFILLBORDER = 0, FLOODFILLSURFACE = 1 };

struct flood {
    struct dc *dc;
    struct region clip;
    RECT bounds;
    DWORD colour;                                    /* 0x00RRGGBB */
    UINT type;
    BYTE *seen;
    POINT *todo;
    size_t count, capacity;
};

static bool floods(const struct flood *flood, LONG x, LONG y) {
    const struct surface *surface = flood->dc->surface;
    if (!region_has_point(&flood->clip, x, y) || flood->seen[(size_t)y * (size_t)surface->width + (size_t)x])
        return false;
    bool same = surface_colour(surface, surface_get(surface, x, y)) == flood->colour;
    return same == (flood->type == FLOODFILLSURFACE);
}

static bool flood_later(struct flood *flood, LONG x, LONG y) {
    if (flood->count == flood->capacity) {
        size_t capacity = flood->capacity ? flood->capacity * 2 : 64;
        POINT *todo = realloc(flood->todo, capacity * sizeof *todo);
        if (!todo)
            return false;
        flood->todo = todo;
        flood->capacity = capacity;
    }
    flood->todo[flood->count++] = (POINT){x, y};
    return true;
}

/* One row around a point, and the points above and below it that begin further rows. */
static bool flood_row(struct flood *flood, POINT at) {
    LONG left = at.x, width = flood->dc->surface->width;
    if (!floods(flood, at.x, at.y))
        return true;
    while (left > 0 && floods(flood, left - 1, at.y))
        left--;
    bool above = false, below = false, good = true;
    for (LONG x = left; good && x < width && floods(flood, x, at.y); x++) {
        bool up = at.y > 0 && floods(flood, x, at.y - 1);
        bool down = at.y + 1 < flood->dc->surface->height && floods(flood, x, at.y + 1);
        flood->seen[(size_t)at.y * (size_t)width + (size_t)x] = 1;
        good = (!up || above || flood_later(flood, x, at.y - 1)) && (!down || below || flood_later(flood, x, at.y + 1));
        above = up;
        below = down;
    }
    return good;
}

/* What was flooded as a region, painted at the end: a pattern's own pixels must not stop the flood. */
static bool paint_flood(struct flood *flood) {
    struct region region = {0};
    LONG width = flood->dc->surface->width, height = flood->dc->surface->height;
    bool good = true;
    for (LONG y = 0; good && y < height; y++) {
        const BYTE *row = flood->seen + (size_t)y * (size_t)width;
        for (LONG x = 0; good && x < width; x++) {
            LONG begin = x;
            while (x < width && row[x])
                x++;
            RECT rect = {begin, y, x, y + 1};
            const struct region one = {1, 1, &rect};
            if (x > begin)
                good = region_combine(&region, &region, &one, RGN_OR);
        }
    }
    good = good && dc_fill_region(flood->dc, &region);
    region_clear(&region);
    return good;
}

API(gdi32, BOOL, ExtFloodFill, HDC hdc, int x, int y, COLORREF color, UINT type) {
    struct dc *dc = dc_find(hdc);
    struct flood flood = {.dc = dc, .type = type};
    POINT at;
    if (!dc)
        return FALSE;
    if (!visible_pixel(dc, x, y, &at))
        return FALSE;
    flood.colour = dc_colour(dc, color);
    flood.seen = calloc((size_t)dc->surface->width, (size_t)dc->surface->height);
    bool good = flood.seen && dc_clip(dc, &flood.clip);
    bool begins = good && floods(&flood, at.x, at.y);
    good = begins && flood_later(&flood, at.x, at.y);
    while (good && flood.count)
        good = flood_row(&flood, flood.todo[--flood.count]);
    good = good && paint_flood(&flood);
    free(flood.seen);
    free(flood.todo);
    region_clear(&flood.clip);
    return good;
}

API(gdi32, BOOL, FloodFill, HDC hdc, int x, int y, COLORREF color) {
    return api_ExtFloodFill(hdc, x, y, color, FLOODFILLBORDER);
}

typedef void(WINAPI *LINEDDAPROC)(int, int, LPARAM);

/* "LineDDA function": the points of a line but its last. */
API(gdi32, BOOL, LineDDA, int xStart, int yStart, int xEnd, int yEnd, LINEDDAPROC lpProc, LPARAM data) {
    LONGLONG dx = (LONGLONG)xEnd - xStart, dy = (LONGLONG)yEnd - yStart;
    LONGLONG wide = dx < 0 ? -dx : dx, high = dy < 0 ? -dy : dy, major = wide > high ? wide : high;
    LONGLONG minor = wide > high ? high : wide;
    for (LONGLONG step = 0; step < major; step++) {
        LONGLONG across = (2 * step * minor + major - 1) / (2 * major), x = wide > high ? step : across, y = wide > high ? across : step;
        lpProc((int)(xStart + (dx < 0 ? -x : x)), (int)(yStart + (dy < 0 ? -y : y)), data);
    }
    return TRUE;
}
