/* Painting: regions with brushes, lines with pens ("Filled Shapes", "Lines and Curves"). */
#include "gdi.h"

#include <math.h>

enum { FIXED = 16 };

static POINT pixel_of(POINT fixed) { return (POINT){(fixed.x + 8) >> 4, (fixed.y + 8) >> 4}; }

/* A binary raster operation's number less one is its truth table of pen and target ("SetROP2 function"). */
DWORD rop2(int rop, DWORD pen, DWORD target) {
    switch (rop) {
    case R2_BLACK: return 0;
    case R2_COPYPEN: return pen;
    case R2_NOP: return target;
    case R2_WHITE: return 0xffffffff;
    }
    DWORD table = (DWORD)rop - 1;
    return (table & 1 ? ~pen & ~target : 0) | (table & 2 ? ~pen & target : 0) | (table & 4 ? pen & ~target : 0) |
           (table & 8 ? pen & target : 0);
}

static void paint_pixel(struct surface *surface, LONG x, LONG y, const struct paint *paint, int rop) {
    DWORD raw;
    if (paint_at(paint, x, y, &raw))
        surface_put(surface, x, y, rop == R2_COPYPEN ? raw : rop2(rop, raw, surface_get(surface, x, y)));
}

static void paint_row(struct surface *surface, LONG left, LONG right, LONG y, const struct paint *paint, int rop) {
    if (surface->bits == 32 && !paint->pattern && rop == R2_COPYPEN) {
        DWORD *row = (DWORD *)(void *)surface_row(surface, y);
        for (LONG x = left; x < right; x++)
            row[x] = paint->raw;
        return;
    }
    for (LONG x = left; x < right; x++)
        paint_pixel(surface, x, y, paint, rop);
}

bool dc_paint_region(struct dc *dc, const struct region *region, const struct paint *paint, int rop) {
    struct region clip = {0};
    if (!dc->surface || paint->is_hollow)
        return true;
    bool good = dc_clip(dc, &clip) && region_combine(&clip, &clip, region, RGN_AND);
    for (unsigned i = 0; good && i < clip.count; i++)
        for (LONG y = clip.rects[i].top; y < clip.rects[i].bottom; y++)
            paint_row(dc->surface, clip.rects[i].left, clip.rects[i].right, y, paint, rop);
    region_clear(&clip);
    return good;
}

bool dc_fill_region(struct dc *dc, const struct region *region) {
    struct paint paint;
    if (!paint_brush(&paint, dc, gdi_find(dc->now.brush, OBJ_BRUSH)))
        return false;
    bool good = dc_paint_region(dc, region, &paint, dc->now.rop);
    paint_done(&paint);
    return good;
}

/* ---- figures as polygons ---- */

static unsigned figure_end(const struct path *path, unsigned first) {
    unsigned end = first + 1;
    while (end < path->count && path->types[end] != PT_MOVETO)
        end++;
    return end;
}

bool path_region(const struct path *path, int mode, struct region *region) {
    INT *counts = malloc((path->count + 1) * sizeof *counts);
    unsigned figures = 0;
    if (!counts)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    for (unsigned first = 0, end; first < path->count; first = end) {
        end = figure_end(path, first);
        counts[figures++] = (INT)(end - first);
    }
    bool good = region_add_polygons(region, path->points, counts, figures, mode);
    free(counts);
    return good;
}

static bool flat_copy(struct path *copy, const struct path *path) {
    for (unsigned i = 0; i < path->count; i++)
        if (!path_add(copy, path->points[i].x, path->points[i].y, path->types[i]))
            return false;
    return path_flatten(copy);
}

bool dc_fill_path(struct dc *dc, const struct path *path) {
    struct path flat = {0};
    struct region region = {0};
    bool good = flat_copy(&flat, path) && path_region(&flat, dc->now.fill_mode, &region) && dc_fill_region(dc, &region);
    region_clear(&region);
    path_clear(&flat);
    return good;
}

/* ---- pens ---- */

struct pen *dc_pen(const struct dc *dc) {
    struct gdi_object *object = gdi_find(dc->now.pen, 0);
    return (struct pen *)object;
}

/* "CreatePen function": a width of 0 is one pixel whatever the transformation. */
double dc_pen_width(const struct dc *dc, const struct pen *pen) {
    const XFORM *xform = &dc->to_device;
    if (!pen->width || (pen->is_extended && !(pen->style & PS_GEOMETRIC)))
        return 1;
    double scale = sqrt(fabs((double)xform->eM11 * xform->eM22 - (double)xform->eM12 * xform->eM21));
    double width = pen->width * scale;
    return width < 1 ? 1 : width;
}

static bool paint_pen(struct paint *paint, const struct dc *dc, const struct pen *pen) {
    if (pen->brush)
        return paint_brush(paint, dc, pen->brush);
    paint_solid(paint, dc, pen->is_dc_pen ? dc->now.pen_colour : pen->colour);
    return true;
}

bool dc_paint_with_pen(struct dc *dc, const struct region *region) {
    struct paint paint;
    struct pen *pen = dc_pen(dc);
    if (!pen || (pen->style & PS_STYLE_MASK) == PS_NULL)
        return true;
    if (!paint_pen(&paint, dc, pen))
        return false;
    bool good = dc_paint_region(dc, region, &paint, dc->now.rop);
    paint_done(&paint);
    return good;
}

/* ---- lines of one pixel ---- */

struct stroke {
    struct surface *surface;
    struct region clip;
    RECT bounds;                                     /* of the clip region */
    struct paint ink, gap;
    bool has_gaps, fills_gaps;
    int rop;
    const DWORD *dash;
    unsigned dashes;
    DWORD period;
    LONGLONG done;                                   /* pixels of the figure until now */
};

/* The lengths of strokes and gaps, in pixels, of cosmetic pens. */
static const DWORD dash_dash[] = {18, 6}, dash_dot[] = {3, 3}, dash_dash_dot[] = {9, 6, 3, 6},
                   dash_dash_dot_dot[] = {9, 3, 3, 3, 3, 3}, dash_alternate[] = {1, 1};
static const struct { const DWORD *dash; unsigned count; } dash_styles[] = {
    [PS_DASH] = {dash_dash, 2}, [PS_DOT] = {dash_dot, 2}, [PS_DASHDOT] = {dash_dash_dot, 4},
    [PS_DASHDOTDOT] = {dash_dash_dot_dot, 6}, [PS_ALTERNATE] = {dash_alternate, 2},
};

static void choose_dashes(struct stroke *stroke, const struct pen *pen) {
    DWORD style = pen->style & PS_STYLE_MASK;
    if (style == PS_USERSTYLE) {
        stroke->dash = pen->dash;
        stroke->dashes = pen->dashes;
    } else if (style < sizeof dash_styles / sizeof *dash_styles) {
        stroke->dash = dash_styles[style].dash;
        stroke->dashes = dash_styles[style].count;
    }
    for (unsigned i = 0; i < stroke->dashes * (1 + stroke->dashes % 2); i++)
        stroke->period += stroke->dash[i % stroke->dashes];
    stroke->has_gaps = stroke->period != 0;
}

static bool is_gap(const struct stroke *stroke, LONGLONG at) {
    DWORD rest = (DWORD)(at % stroke->period);
    unsigned i = 0;
    while (rest >= stroke->dash[i % stroke->dashes])
        rest -= stroke->dash[i++ % stroke->dashes];
    return i % 2;
}

static void stroke_pixel(struct stroke *stroke, LONG x, LONG y, LONGLONG at) {
    bool gap = stroke->has_gaps && is_gap(stroke, at);
    if ((gap && !stroke->fills_gaps) || !region_has_point(&stroke->clip, x, y))
        return;
    paint_pixel(stroke->surface, x, y, gap ? &stroke->gap : &stroke->ink, stroke->rop);
}

/* The pixels nearest to the line; of two that are as near the upper or left one. The last is not drawn. */
static void stroke_line(struct stroke *stroke, POINT from, POINT to) {
    LONGLONG dx = (LONGLONG)to.x - from.x, dy = (LONGLONG)to.y - from.y;
    LONGLONG wide = dx < 0 ? -dx : dx, high = dy < 0 ? -dy : dy;
    bool is_flat = wide >= high;
    LONGLONG major = is_flat ? wide : high, minor = is_flat ? high : wide;
    bool is_forward = is_flat ? dx >= 0 : dy >= 0, minor_forward = is_flat ? dy >= 0 : dx >= 0;
    LONGLONG start = is_flat ? from.x : from.y;
    LONGLONG low = is_flat ? stroke->bounds.left : stroke->bounds.top, high_bound = is_flat ? stroke->bounds.right : stroke->bounds.bottom;
    LONGLONG first = is_forward ? low - start : start - high_bound + 1, last = is_forward ? high_bound - start : start - low + 1;
    first = first < 0 ? 0 : first;
    last = last > major ? major : last;
    for (LONGLONG step = first; step < last; step++) {
        LONGLONG across = (2 * step * minor + major - minor_forward) / (2 * major);
        LONGLONG along = start + (is_forward ? step : -step);
        LONGLONG other = (is_flat ? from.y : from.x) + (minor_forward ? across : -across);
        stroke_pixel(stroke, (LONG)(is_flat ? along : other), (LONG)(is_flat ? other : along), stroke->done + step);
    }
    stroke->done += major;
}

static void stroke_figure(struct stroke *stroke, const struct path *path, unsigned first, unsigned end) {
    stroke->done = 0;
    for (unsigned i = first; i + 1 < end; i++)
        stroke_line(stroke, pixel_of(path->points[i]), pixel_of(path->points[i + 1]));
    if (path->types[end - 1] & PT_CLOSEFIGURE)
        stroke_line(stroke, pixel_of(path->points[end - 1]), pixel_of(path->points[first]));
}

static bool stroke_thin(struct dc *dc, const struct path *path, const struct pen *pen) {
    struct stroke stroke = {.surface = dc->surface, .rop = dc->now.rop};
    bool good = dc_clip(dc, &stroke.clip) && paint_pen(&stroke.ink, dc, pen);
    if (good && !stroke.ink.is_hollow) {
        stroke.bounds = region_bounds(&stroke.clip);
        choose_dashes(&stroke, pen);
        paint_solid(&stroke.gap, dc, dc->now.background);
        stroke.fills_gaps = !pen->is_extended && dc->now.background_mode == OPAQUE;
        for (unsigned first = 0, end; first < path->count; first = end) {
            end = figure_end(path, first);
            stroke_figure(&stroke, path, first, end);
        }
        paint_done(&stroke.ink);
    }
    region_clear(&stroke.clip);
    return good;
}

/* ---- wide lines: every piece is a convex polygon that goes the same way round, so that WINDING is their union ---- */

struct pen_shape {
    struct path *wide;
    struct region *discs;                            /* the round ends and joins as pixels; NULL: as polygons */
    double half, miter_limit;
    DWORD cap, join;
    bool good;
};

static void add_polygon(struct pen_shape *shape, const double *corners, unsigned count) {
    double area = 0;
    for (unsigned i = 0; i < count; i++) {
        unsigned next = (i + 1) % count;
        area += corners[2 * i] * corners[2 * next + 1] - corners[2 * next] * corners[2 * i + 1];
    }
    for (unsigned i = 0; i < count; i++) {
        unsigned at = area < 0 ? count - 1 - i : i;
        BYTE type = i == 0 ? PT_MOVETO : i + 1 == count ? PT_LINETO | PT_CLOSEFIGURE : PT_LINETO;
        LONG x = (LONG)floor(corners[2 * at] + 0.5), y = (LONG)floor(corners[2 * at + 1] + 0.5);
        shape->good = shape->good && path_add(shape->wide, x, y, type);
    }
}

static void add_disc_of_pixels(struct pen_shape *shape, POINT at) {
    struct region disc = {0};
    LONG size = (LONG)(shape->half * 2 / FIXED + 0.5);
    at = pixel_of(at);
    const RECT bounds = {at.x - size / 2, at.y - size / 2, at.x - size / 2 + size, at.y - size / 2 + size};
    shape->good = shape->good && region_set_ellipse(&disc, &bounds) && region_combine(shape->discs, shape->discs, &disc, RGN_OR);
    region_clear(&disc);
}

static void add_disc(struct pen_shape *shape, POINT at) {
    if (shape->discs) {
        add_disc_of_pixels(shape, at);
        return;
    }
    enum { CORNERS = 48 };
    double corners[2 * CORNERS];
    for (unsigned i = 0; i < CORNERS; i++) {
        double angle = i * 2 * M_PI / CORNERS;
        corners[2 * i] = at.x + shape->half * cos(angle);
        corners[2 * i + 1] = at.y + shape->half * sin(angle);
    }
    add_polygon(shape, corners, CORNERS);
}

struct direction { double x, y; };

static bool direction_of(POINT from, POINT to, struct direction *way) {
    double dx = (double)to.x - from.x, dy = (double)to.y - from.y, length = sqrt(dx * dx + dy * dy);
    if (length == 0)
        return false;
    *way = (struct direction){dx / length, dy / length};
    return true;
}

static void add_segment(struct pen_shape *shape, POINT from, POINT to, struct direction way, double before, double after) {
    double nx = -way.y * shape->half, ny = way.x * shape->half;
    double x1 = from.x - way.x * before, y1 = from.y - way.y * before, x2 = to.x + way.x * after, y2 = to.y + way.y * after;
    const double corners[] = {x1 + nx, y1 + ny, x2 + nx, y2 + ny, x2 - nx, y2 - ny, x1 - nx, y1 - ny};
    add_polygon(shape, corners, 4);
}

/* The wedge outside the bend: cut off, or drawn out to the point where the edges meet. */
static void add_join(struct pen_shape *shape, POINT at, struct direction in, struct direction out) {
    double cross = in.x * out.y - in.y * out.x, dot = in.x * out.x + in.y * out.y;
    if (shape->join == 0) {
        add_disc(shape, at);
        return;
    }
    double side = cross > 0 ? -shape->half : shape->half;
    double corners[] = {at.x, at.y, at.x - in.y * side, at.y + in.x * side, 0, 0, at.x - out.y * side, at.y + out.x * side};
    double half_sine = sqrt((1 + dot) / 2);          /* of half the angle between the lines */
    if (shape->join == PS_JOIN_MITER && half_sine > 0 && 1 / half_sine <= shape->miter_limit) {
        double length = shape->half / half_sine, mx = in.x - out.x, my = in.y - out.y, norm = sqrt(mx * mx + my * my);
        if (norm > 0) {
            corners[4] = at.x + mx / norm * length;
            corners[5] = at.y + my / norm * length;
            add_polygon(shape, corners, 4);
        }
        return;
    }
    const double bevel[] = {corners[0], corners[1], corners[2], corners[3], corners[6], corners[7]};
    add_polygon(shape, bevel, 3);
}

static void add_dot(struct pen_shape *shape, POINT at) {
    if (shape->cap == 0)
        add_disc(shape, at);
    else if (shape->cap == PS_ENDCAP_SQUARE)
        add_segment(shape, at, at, (struct direction){1, 0}, shape->half, shape->half);
}

/* A polyline without points that repeat. */
static void widen_points(struct pen_shape *shape, const POINT *points, unsigned count, bool is_closed) {
    struct direction first = {0, 0}, before = {0, 0}, way;
    unsigned segments = 0, total = is_closed ? count : count - 1;
    double square = shape->cap == PS_ENDCAP_SQUARE && !is_closed ? shape->half : 0;
    for (unsigned i = 0; i < total; i++) {
        POINT from = points[i], to = points[(i + 1) % count];
        if (!direction_of(from, to, &way))
            continue;
        add_segment(shape, from, to, way, segments ? 0 : square, i + 1 == total ? square : 0);
        if (segments++)
            add_join(shape, from, before, way);
        else
            first = way;
        before = way;
    }
    if (!segments) {
        add_dot(shape, points[0]);
    } else if (is_closed) {
        add_join(shape, points[0], before, first);
    } else if (shape->cap == 0) {
        add_disc(shape, points[0]);
        add_disc(shape, points[count - 1]);
    }
}

/* A dashed geometric line is one of many, each with its caps; lengths are in units of the pen's width. */
static void widen_dashes(struct pen_shape *shape, const struct stroke *dashes, const POINT *points, unsigned count,
                         bool is_closed, double unit) {
    unsigned dash = 0;
    double left = dashes->dash[0] * unit;
    for (unsigned i = 0; i < (is_closed ? count : count - 1); i++) {
        POINT from = points[i], to = points[(i + 1) % count];
        struct direction way;
        if (!direction_of(from, to, &way))
            continue;
        double length = hypot((double)to.x - from.x, (double)to.y - from.y), at = 0;
        while (at < length) {
            double step = left < length - at ? left : length - at;
            const POINT ends[] = {{(LONG)(from.x + way.x * at), (LONG)(from.y + way.y * at)},
                                  {(LONG)(from.x + way.x * (at + step)), (LONG)(from.y + way.y * (at + step))}};
            if (dash % 2 == 0)
                widen_points(shape, ends, 2, false);
            at += step;
            left -= step;
            if (left <= 0)
                left = dashes->dash[++dash % dashes->dashes] * unit;
            if (left <= 0 && step <= 0)
                left = FIXED;                        /* a dash of no length must not stop the line */
        }
    }
}

static bool widen(const struct dc *dc, const struct path *path, const struct pen *pen, struct path *wide, struct region *discs) {
    double width = dc_pen_width(dc, pen);
    struct pen_shape shape = {wide, discs, width * FIXED / 2, (double)dc->now.miter_limit, pen->style & PS_ENDCAP_MASK,
                              pen->style & PS_JOIN_MASK, true};
    struct stroke dashes = {0};
    if (pen->is_extended)                            /* "PS_SOLID is used" for other pens that are wide */
        choose_dashes(&dashes, pen);
    bool by_user = (pen->style & PS_STYLE_MASK) == PS_USERSTYLE;
    for (unsigned first = 0, end; first < path->count; first = end) {
        end = figure_end(path, first);
        bool is_closed = path->types[end - 1] & PT_CLOSEFIGURE;
        if (dashes.has_gaps)
            widen_dashes(&shape, &dashes, path->points + first, end - first, is_closed, by_user ? FIXED : width * FIXED / 3);
        else
            widen_points(&shape, path->points + first, end - first, is_closed);
    }
    return shape.good;
}

bool path_widen(const struct dc *dc, const struct path *path, const struct pen *pen, struct path *wide) {
    return widen(dc, path, pen, wide, NULL);
}

static bool stroke_wide(struct dc *dc, const struct path *path, const struct pen *pen) {
    struct path wide = {0};
    struct region region = {0}, discs = {0};
    bool good = widen(dc, path, pen, &wide, &discs) && path_region(&wide, WINDING, &region) &&
                region_combine(&region, &region, &discs, RGN_OR) && dc_paint_with_pen(dc, &region);
    region_clear(&region);
    region_clear(&discs);
    path_clear(&wide);
    return good;
}

bool dc_stroke_path(struct dc *dc, const struct path *path) {
    const struct pen *pen = dc_pen(dc);
    struct path flat = {0};
    if (!pen || (pen->style & PS_STYLE_MASK) == PS_NULL || !dc->surface)
        return true;
    bool good = flat_copy(&flat, path);
    if (good)
        good = dc_pen_width(dc, pen) <= 1 ? stroke_thin(dc, &flat, pen) : stroke_wide(dc, &flat, pen);
    path_clear(&flat);
    return good;
}
