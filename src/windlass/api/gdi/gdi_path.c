/* Paths ("Paths"): figures of lines and Bezier curves, recorded between BeginPath and EndPath. */
#include "gdi.h"

#include <math.h>

enum { MAX_DEPTH = 12, FLATNESS = 4 };               /* in 1/16 pixels */

bool path_add(struct path *path, LONG x, LONG y, BYTE type) {
    if (path->count == path->capacity) {
        unsigned capacity = path->capacity ? path->capacity * 2 : 16;
        POINT *points = realloc(path->points, capacity * sizeof *points);
        if (points)
            path->points = points;
        BYTE *types = points ? realloc(path->types, capacity) : NULL;
        if (!types)
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        path->types = types;
        path->capacity = capacity;
    }
    path->points[path->count] = (POINT){x, y};
    path->types[path->count++] = type;
    return true;
}

void path_close(struct path *path) {
    if (path->count && path->types[path->count - 1] != PT_MOVETO)
        path->types[path->count - 1] |= PT_CLOSEFIGURE;
}

void path_clear(struct path *path) {
    free(path->points);
    free(path->types);
    *path = (struct path){0};
}

static POINT middle(POINT one, POINT other) { return (POINT){(one.x + other.x) / 2, (one.y + other.y) / 2}; }

/* How far a control point is from the chord, at most. */
static bool is_flat(const POINT *p) {
    double dx = p[3].x - p[0].x, dy = p[3].y - p[0].y, length = sqrt(dx * dx + dy * dy);
    for (int i = 1; i < 3; i++) {
        double px = p[i].x - p[0].x, py = p[i].y - p[0].y;
        double away = length > 0 ? fabs(px * dy - py * dx) / length : sqrt(px * px + py * py);
        double along = length > 0 ? (px * dx + py * dy) / length : 0;
        if (away > FLATNESS || along < -FLATNESS || along > length + FLATNESS)
            return false;
    }
    return true;
}

static bool add_curve(struct path *to, const POINT *p, BYTE last_type, int depth) {
    if (depth == MAX_DEPTH || is_flat(p))
        return path_add(to, p[3].x, p[3].y, last_type);
    POINT a = middle(p[0], p[1]), b = middle(p[1], p[2]), c = middle(p[2], p[3]), ab = middle(a, b), bc = middle(b, c);
    const POINT first[] = {p[0], a, ab, middle(ab, bc)}, second[] = {first[3], bc, c, p[3]};
    return add_curve(to, first, PT_LINETO, depth + 1) && add_curve(to, second, last_type, depth + 1);
}

bool path_flatten(struct path *path) {
    struct path flat = {0};
    bool good = true;
    for (unsigned i = 0; good && i < path->count; i++) {
        BYTE type = path->types[i] & (BYTE)~PT_CLOSEFIGURE;
        if (type == PT_BEZIERTO && i > 0 && i + 2 < path->count) {
            BYTE close = path->types[i + 2] & PT_CLOSEFIGURE;
            good = add_curve(&flat, path->points + i - 1, PT_LINETO | close, 0);
            i += 2;
        } else {
            good = path_add(&flat, path->points[i].x, path->points[i].y, path->types[i]);
        }
    }
    path_clear(path);
    *path = flat;
    return good;
}

/* ---- brackets ---- */

API(gdi32, BOOL, BeginPath, HDC hdc) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    path_clear(&dc->path);
    dc->is_path_open = true;
    dc->has_path = false;
    return TRUE;
}

API(gdi32, BOOL, EndPath, HDC hdc) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    if (!dc->is_path_open)
        return fail(ERROR_CAN_NOT_COMPLETE);
    dc->is_path_open = false;
    dc->has_path = true;
    return TRUE;
}

static void drop_path(struct dc *dc) {
    path_clear(&dc->path);
    dc->is_path_open = dc->has_path = false;
}

API(gdi32, BOOL, AbortPath, HDC hdc) {
    struct dc *dc = dc_find(hdc);
    if (dc)
        drop_path(dc);
    return dc != NULL;
}

API(gdi32, BOOL, CloseFigure, HDC hdc) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    if (!dc->is_path_open)
        return fail(ERROR_CAN_NOT_COMPLETE);
    path_close(&dc->path);
    return TRUE;
}

/* The DC with a path that is complete; NULL with ERROR_CAN_NOT_COMPLETE. */
static struct dc *find_with_path(HDC hdc) {
    struct dc *dc = dc_find(hdc);
    if (dc && !dc->has_path) {
        set_last_error(ERROR_CAN_NOT_COMPLETE);
        return NULL;
    }
    return dc;
}

API(gdi32, BOOL, FillPath, HDC hdc) {
    struct dc *dc = find_with_path(hdc);
    if (!dc)
        return FALSE;
    bool good = dc_fill_path(dc, &dc->path);
    drop_path(dc);
    return good;
}

API(gdi32, BOOL, StrokePath, HDC hdc) {
    struct dc *dc = find_with_path(hdc);
    if (!dc)
        return FALSE;
    bool good = dc_stroke_path(dc, &dc->path);
    drop_path(dc);
    return good;
}

/* "Closes any open figures in a path." */
static void close_figures(struct path *path) {
    for (unsigned i = 0; i < path->count; i++)
        if ((i + 1 == path->count || path->types[i + 1] == PT_MOVETO) && path->types[i] != PT_MOVETO)
            path->types[i] |= PT_CLOSEFIGURE;
}

API(gdi32, BOOL, StrokeAndFillPath, HDC hdc) {
    struct dc *dc = find_with_path(hdc);
    if (!dc)
        return FALSE;
    close_figures(&dc->path);
    bool good = dc_fill_path(dc, &dc->path) && dc_stroke_path(dc, &dc->path);
    drop_path(dc);
    return good;
}

API(gdi32, BOOL, FlattenPath, HDC hdc) {
    struct dc *dc = find_with_path(hdc);
    return dc && path_flatten(&dc->path);
}

API(gdi32, BOOL, WidenPath, HDC hdc) {
    struct dc *dc = find_with_path(hdc);
    struct path wide = {0};
    if (!dc)
        return FALSE;
    struct pen *pen = dc_pen(dc);
    if (!pen || (pen->width <= 1 && !(pen->style & PS_GEOMETRIC)))
        return fail(ERROR_CAN_NOT_COMPLETE);
    if (!path_flatten(&dc->path) || !path_widen(dc, &dc->path, pen, &wide)) {
        path_clear(&wide);
        return FALSE;
    }
    path_clear(&dc->path);
    dc->path = wide;
    return TRUE;
}

/* The figures in logical coordinates; with nSize 0 their number, -1 where there is not room enough. */
API(gdi32, int, GetPath, HDC hdc, POINT *apt, BYTE *aj, int cpt) {
    struct dc *dc = find_with_path(hdc);
    if (!dc)
        return -1;
    if (cpt == 0)
        return (int)dc->path.count;
    if (cpt < (int)dc->path.count) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return -1;
    }
    for (unsigned i = 0; i < dc->path.count; i++) {
        apt[i] = (POINT){(dc->path.points[i].x + 8) >> 4, (dc->path.points[i].y + 8) >> 4};
        aj[i] = dc->path.types[i];
    }
    return dc_to_logical(dc, apt, dc->path.count) ? (int)dc->path.count : -1;
}

static bool take_region(struct dc *dc, struct region *region) {
    bool good = path_flatten(&dc->path) && path_region(&dc->path, dc->now.fill_mode, region);
    drop_path(dc);
    return good;
}

API(gdi32, HRGN, PathToRegion, HDC hdc) {
    struct dc *dc = find_with_path(hdc);
    struct region region = {0};
    if (!dc)
        return NULL;
    return take_region(dc, &region) ? region_add_object(&region) : NULL;
}

API_USE(int, ExtSelectClipRgn, HDC, HRGN, int);

API(gdi32, BOOL, SelectClipPath, HDC hdc, int mode) {
    struct dc *dc = find_with_path(hdc);
    if (!dc)
        return FALSE;
    HRGN handle = api_PathToRegion(hdc);
    bool good = handle && api_ExtSelectClipRgn(hdc, handle, mode) != ERROR_REGION;
    if (handle)
        api_DeleteObject(handle);
    return good;
}
