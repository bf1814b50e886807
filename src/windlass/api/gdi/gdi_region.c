/* Regions ("Regions", "RGNDATA structure"): sets of device pixels. */
#include "gdi.h"

#include <math.h>

/* ---- rectangles in bands ---- */

void region_clear(struct region *region) {
    free(region->rects);
    *region = (struct region){0};
}

static bool append(struct region *region, LONG left, LONG top, LONG right, LONG bottom) {
    if (region->count == region->capacity) {
        unsigned capacity = region->capacity ? region->capacity * 2 : 8;
        RECT *rects = realloc(region->rects, capacity * sizeof *rects);
        if (!rects)
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        region->rects = rects;
        region->capacity = capacity;
    }
    region->rects[region->count++] = (RECT){left, top, right, bottom};
    return true;
}

bool region_set_rect(struct region *region, LONG left, LONG top, LONG right, LONG bottom) {
    region->count = 0;
    return left >= right || top >= bottom || append(region, left, top, right, bottom);
}

bool region_copy(struct region *to, const struct region *from) {
    if (to == from)
        return true;
    to->count = 0;
    for (unsigned i = 0; i < from->count; i++)
        if (!append(to, from->rects[i].left, from->rects[i].top, from->rects[i].right, from->rects[i].bottom))
            return false;
    return true;
}

void region_offset(struct region *region, LONG dx, LONG dy) {
    for (unsigned i = 0; i < region->count; i++) {
        region->rects[i].left += dx;
        region->rects[i].right += dx;
        region->rects[i].top += dy;
        region->rects[i].bottom += dy;
    }
}

RECT region_bounds(const struct region *region) {
    if (!region->count)
        return (RECT){0, 0, 0, 0};
    RECT bounds = {region->rects[0].left, region->rects[0].top, region->rects[0].right,
                   region->rects[region->count - 1].bottom};
    for (unsigned i = 1; i < region->count; i++) {
        if (region->rects[i].left < bounds.left)
            bounds.left = region->rects[i].left;
        if (region->rects[i].right > bounds.right)
            bounds.right = region->rects[i].right;
    }
    return bounds;
}

int region_type(const struct region *region) {
    return region->count == 0 ? NULLREGION : region->count == 1 ? SIMPLEREGION : COMPLEXREGION;
}

/* The first rectangle whose band reaches below y. */
static unsigned first_below(const struct region *region, LONG y) {
    unsigned low = 0, high = region->count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (region->rects[middle].bottom > y)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

bool region_has_point(const struct region *region, LONG x, LONG y) {
    for (unsigned i = first_below(region, y); i < region->count && region->rects[i].top <= y; i++)
        if (x >= region->rects[i].left && x < region->rects[i].right)
            return true;
    return false;
}

/* ---- combination: band by band, and in a band from edge to edge ---- */

struct bands {                                       /* a walk over a region's bands */
    const RECT *next, *end, *band_end;
};

static void find_band(struct bands *bands) {
    bands->band_end = bands->next;
    while (bands->band_end < bands->end && bands->band_end->top == bands->next->top)
        bands->band_end++;
}

static bool is_inside(int mode, bool one, bool other) {
    switch (mode) {
    case RGN_AND: return one && other;
    case RGN_OR: return one || other;
    case RGN_XOR: return one != other;
    default: return one && !other;
    }
}

static LONG edge(const RECT *rect, bool inside) { return inside ? rect->right : rect->left; }

/* Appends the combination of two rows of intervals as the band from top to bottom. */
static bool combine_rows(struct region *result, const RECT *one, const RECT *one_end, const RECT *other,
                         const RECT *other_end, LONG top, LONG bottom, int mode) {
    bool in_one = false, in_other = false, in_result = false;
    LONG begin = 0;
    while (one < one_end || other < other_end) {
        LONG x = one < one_end ? edge(one, in_one) : edge(other, in_other);
        if (other < other_end && edge(other, in_other) < x)
            x = edge(other, in_other);
        while (one < one_end && edge(one, in_one) == x) {
            one += in_one;
            in_one = !in_one;
        }
        while (other < other_end && edge(other, in_other) == x) {
            other += in_other;
            in_other = !in_other;
        }
        bool now = is_inside(mode, in_one, in_other);
        if (in_result && !now && !append(result, begin, top, x, bottom))
            return false;
        if (now && !in_result)
            begin = x;
        in_result = now;
    }
    return true;
}

/* Joins the last band, which begins at `band`, with the one before it if they are alike; where the last begins. */
static unsigned coalesce(struct region *region, unsigned previous, unsigned band) {
    unsigned count = region->count - band;
    if (!count || band - previous != count || region->rects[previous].bottom != region->rects[band].top)
        return band;
    for (unsigned i = 0; i < count; i++)
        if (region->rects[previous + i].left != region->rects[band + i].left ||
            region->rects[previous + i].right != region->rects[band + i].right)
            return band;
    for (unsigned i = 0; i < count; i++)
        region->rects[previous + i].bottom = region->rects[band].bottom;
    region->count = band;
    return previous;
}

static bool has_band_at(const struct bands *bands, LONG y) { return bands->next < bands->end && bands->next->top <= y; }

/* Where the next band of either begins or ends after y. */
static LONG next_edge(const struct bands *bands, LONG y, LONG until) {
    if (bands->next == bands->end)
        return until;
    LONG at = bands->next->top > y ? bands->next->top : bands->next->bottom;
    return at < until ? at : until;
}

static void leave_bands(struct bands *bands, LONG y) {
    if (bands->next < bands->end && bands->next->bottom <= y) {
        bands->next = bands->band_end;
        find_band(bands);
    }
}

static bool combine_bands(struct region *out, struct bands one, struct bands other, int mode) {
    unsigned previous = 0;
    find_band(&one);
    find_band(&other);
    LONG y = one.next < one.end ? one.next->top : 0;
    if (other.next < other.end && (one.next == one.end || other.next->top < y))
        y = other.next->top;
    while (one.next < one.end || other.next < other.end) {
        LONG bottom = next_edge(&other, y, next_edge(&one, y, 0x7fffffff));
        bool first = has_band_at(&one, y), second = has_band_at(&other, y);
        unsigned band = out->count;
        if (!combine_rows(out, first ? one.next : NULL, first ? one.band_end : NULL, second ? other.next : NULL,
                          second ? other.band_end : NULL, y, bottom, mode))
            return false;
        if (out->count > band)
            previous = coalesce(out, previous, band);
        y = bottom;
        leave_bands(&one, y);
        leave_bands(&other, y);
    }
    return true;
}

bool region_combine(struct region *result, const struct region *one, const struct region *other, int mode) {
    if (mode == RGN_COPY)
        return region_copy(result, one);
    struct region out = {0};
    if (!combine_bands(&out, (struct bands){one->rects, one->rects + one->count, NULL},
                       (struct bands){other->rects, other->rects + other->count, NULL}, mode)) {
        region_clear(&out);
        return false;
    }
    region_clear(result);
    *result = out;
    return true;
}

bool region_intersect_rect(struct region *region, const RECT *rect) {
    RECT copy = *rect;
    const struct region other = {copy.left < copy.right && copy.top < copy.bottom, 1, &copy};
    if (region->count == 1) {
        RECT *only = region->rects;
        return region_set_rect(region, only->left > copy.left ? only->left : copy.left,
                               only->top > copy.top ? only->top : copy.top,
                               only->right < copy.right ? only->right : copy.right,
                               only->bottom < copy.bottom ? only->bottom : copy.bottom);
    }
    return region_combine(region, region, &other, RGN_AND);
}

/* Sorted rows that may be made one by one: closes the band that begins at `band`. */
static bool add_row(struct region *region, unsigned *previous, unsigned band) {
    if (region->count > band)
        *previous = coalesce(region, *previous, band);
    return true;
}

/* ---- polygons ----
 *
 * A pixel belongs to a polygon if its centre, which is where its coordinates say, lies inside; or on the left edge, or
 * the upper one ("Filled Shapes" excludes the right and the bottom ones). */

struct polygon_edge { LONG top, bottom; LONGLONG x, dx, dy, y; int winding; };
struct crossing { LONG x; int winding; };

enum { FIXED = 16 };

static LONGLONG ceiling_divide(LONGLONG value, LONGLONG by) { return value >= 0 ? (value + by - 1) / by : -(-value / by); }

static int compare_edges(const void *one, const void *other) {
    LONG a = ((const struct polygon_edge *)one)->top, b = ((const struct polygon_edge *)other)->top;
    return (a > b) - (a < b);
}

static int compare_crossings(const void *one, const void *other) {
    LONG a = ((const struct crossing *)one)->x, b = ((const struct crossing *)other)->x;
    return (a > b) - (a < b);
}

static unsigned add_edge(struct polygon_edge *edges, unsigned count, POINT from, POINT to) {
    int winding = 1;
    if (from.y > to.y) {
        POINT swap = from;
        from = to;
        to = swap;
        winding = -1;
    }
    LONG top = (LONG)ceiling_divide(from.y, FIXED), bottom = (LONG)ceiling_divide(to.y, FIXED);
    if (top >= bottom)
        return count;
    edges[count] = (struct polygon_edge){top, bottom, from.x, (LONGLONG)to.x - from.x, (LONGLONG)to.y - from.y, from.y, winding};
    return count + 1;
}

static LONG edge_at(const struct polygon_edge *edge, LONG y) {
    LONGLONG below = (LONGLONG)y * FIXED - edge->y;
    return (LONG)ceiling_divide(edge->x * edge->dy + below * edge->dx, edge->dy * FIXED);
}

static bool add_crossings(struct region *region, struct crossing *at, unsigned count, LONG y, int mode) {
    int winding = 0;
    qsort(at, count, sizeof *at, compare_crossings);
    for (unsigned i = 0; i + 1 < count; i++) {
        winding += mode == WINDING ? at[i].winding : 1;
        bool inside = mode == WINDING ? winding != 0 : winding % 2 != 0;
        if (!inside || at[i].x >= at[i + 1].x)
            continue;
        RECT *last = region->count ? &region->rects[region->count - 1] : NULL;
        if (last && last->top == y && last->right == at[i].x)
            last->right = at[i + 1].x;
        else if (!append(region, at[i].x, y, at[i + 1].x, y + 1))
            return false;
    }
    return true;
}

static bool scan_edges(struct region *region, struct polygon_edge *edges, unsigned count, int mode) {
    struct crossing *at = malloc((count + 1) * sizeof *at);
    struct polygon_edge **active = malloc((count + 1) * sizeof *active);
    unsigned next = 0, live = 0, previous = 0;
    bool good = at && active;
    qsort(edges, count, sizeof *edges, compare_edges);
    for (LONG y = count ? edges[0].top : 0; good && (next < count || live); y++) {
        unsigned kept = 0, band = region->count;
        if (!live && edges[next].top > y)
            y = edges[next].top;
        while (next < count && edges[next].top <= y)
            active[live++] = &edges[next++];
        for (unsigned i = 0; i < live; i++)
            if (active[i]->bottom > y)
                active[kept++] = active[i];
        live = kept;
        for (unsigned i = 0; i < live; i++)
            at[i] = (struct crossing){edge_at(active[i], y), active[i]->winding};
        good = add_crossings(region, at, live, y, mode) && add_row(region, &previous, band);
    }
    free(at);
    free(active);
    return good || fail(ERROR_NOT_ENOUGH_MEMORY);
}

bool region_add_polygons(struct region *region, const POINT *points, const INT *counts, unsigned polygons, int mode) {
    size_t total = 0;
    for (unsigned i = 0; i < polygons; i++)
        total += (size_t)counts[i];
    struct polygon_edge *edges = malloc((total + 1) * sizeof *edges);
    if (!edges)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    unsigned used = 0;
    for (unsigned i = 0; i < polygons; points += counts[i++])
        for (int corner = 0; corner < counts[i]; corner++)
            used = add_edge(edges, used, points[corner], points[corner + 1 < counts[i] ? corner + 1 : 0]);
    bool good = scan_edges(region, edges, used, mode);
    free(edges);
    return good;
}

/* ---- ellipses ----
 *
 * The outermost pixels are those nearest to the ellipse through the centres of the bounds' edge pixels: nearest in their
 * row, where it is steep, or in their column. */

/* How far the ellipse is from the edge of its bounds, `along` pixels from the middle's end of the other axis. */
static double ellipse_depth(LONG size, LONG other, LONG along) {
    double a = (size - 1) / 2.0, b = (other - 1) / 2.0, off = b > 0 ? (along - b) / b : 0;
    return a - a * sqrt(1 - off * off > 0 ? 1 - off * off : 0);
}

static LONG nearest_pixel(double depth) { return (LONG)floor(depth + 0.5 + 1e-9); }

/* By how many pixels a row is shorter on either side. */
static LONG ellipse_inset(LONG width, LONG height, LONG row) {
    LONG by_row = nearest_pixel(ellipse_depth(width, height, row)), by_column = 0;
    while (by_column < by_row && nearest_pixel(ellipse_depth(height, width, by_column)) > row)
        by_column++;
    return by_column < (width - 1) / 2 ? by_column : (width - 1) / 2;
}

bool region_set_round_rect(struct region *region, const RECT *bounds, LONG width, LONG height) {
    LONG wide = bounds->right - bounds->left, high = bounds->bottom - bounds->top;
    unsigned previous = 0;
    region->count = 0;
    if (wide <= 0 || high <= 0)
        return true;
    width = width > wide ? wide : width < 1 ? 1 : width;
    height = height > high ? high : height < 1 ? 1 : height;
    for (LONG y = 0; y < high; y++) {
        LONG from_edge = y < high - 1 - y ? y : high - 1 - y, inset = 0;
        unsigned band = region->count;
        if (from_edge < height / 2)
            inset = ellipse_inset(width, height, from_edge);
        if (wide > 2 * inset && !append(region, bounds->left + inset, bounds->top + y, bounds->right - inset, bounds->top + y + 1))
            return false;
        add_row(region, &previous, band);
    }
    return true;
}

bool region_set_ellipse(struct region *region, const RECT *bounds) {
    return region_set_round_rect(region, bounds, bounds->right - bounds->left, bounds->bottom - bounds->top);
}

/* ---- region objects ---- */

HRGN region_add_object(struct region *region) {
    struct region_object *object = gdi_new(OBJ_REGION, sizeof *object);
    if (!object) {
        region_clear(region);
        return NULL;
    }
    object->region = *region;
    *region = (struct region){0};
    return gdi_add(object);
}

static struct region *find_region(HRGN handle) {
    struct region_object *object = gdi_find(handle, OBJ_REGION);
    return object ? &object->region : NULL;
}

static LONG smaller(LONG one, LONG other) { return one < other ? one : other; }
static LONG larger(LONG one, LONG other) { return one > other ? one : other; }

API(gdi32, HRGN, CreateRectRgn, int x1, int y1, int x2, int y2) {
    struct region region = {0};
    region_set_rect(&region, smaller(x1, x2), smaller(y1, y2), larger(x1, x2), larger(y1, y2));
    return region_add_object(&region);
}

API(gdi32, HRGN, CreateRectRgnIndirect, const RECT *lprect) {
    return api_CreateRectRgn(lprect->left, lprect->top, lprect->right, lprect->bottom);
}

API(gdi32, BOOL, SetRectRgn, HRGN hrgn, int left, int top, int right, int bottom) {
    struct region *region = find_region(hrgn);
    return region && region_set_rect(region, smaller(left, right), smaller(top, bottom), larger(left, right), larger(top, bottom));
}

API(gdi32, HRGN, CreateRoundRectRgn, int x1, int y1, int x2, int y2, int w, int h) {
    struct region region = {0};
    /* As on Windows the last column and row are missing. */
    const RECT bounds = {smaller(x1, x2), smaller(y1, y2), larger(x1, x2) - 1, larger(y1, y2) - 1};
    region_set_round_rect(&region, &bounds, w < 0 ? -w : w, h < 0 ? -h : h);
    return region_add_object(&region);
}

API(gdi32, HRGN, CreateEllipticRgn, int x1, int y1, int x2, int y2) {
    return api_CreateRoundRectRgn(x1, y1, x2, y2, x1 < x2 ? x2 - x1 : x1 - x2, y1 < y2 ? y2 - y1 : y1 - y2);
}

API(gdi32, HRGN, CreateEllipticRgnIndirect, const RECT *lprect) {
    return api_CreateEllipticRgn(lprect->left, lprect->top, lprect->right, lprect->bottom);
}

API(gdi32, HRGN, CreatePolyPolygonRgn, const POINT *pptl, const INT *pc, int cPoly, int iMode) {
    struct region region = {0};
    size_t total = 0;
    for (int i = 0; i < cPoly; i++) {
        if (pc[i] < 2)
            cPoly = 0;
        else
            total += (size_t)pc[i];
    }
    if (cPoly <= 0 || (iMode != ALTERNATE && iMode != WINDING))
        return (HRGN)(LONG_PTR)fail(ERROR_INVALID_PARAMETER);
    POINT *fixed = malloc((total + 1) * sizeof *fixed);
    for (size_t i = 0; fixed && i < total; i++)
        fixed[i] = (POINT){pptl[i].x * FIXED, pptl[i].y * FIXED};
    bool good = fixed && region_add_polygons(&region, fixed, pc, (unsigned)cPoly, iMode);
    free(fixed);
    return good ? region_add_object(&region) : (region_clear(&region), (HRGN)NULL);
}

API(gdi32, HRGN, CreatePolygonRgn, const POINT *pptl, int cPoint, int iMode) {
    return api_CreatePolyPolygonRgn(pptl, &cPoint, 1, iMode);
}

/* "CombineRgn function": the destination must exist, and may be a source. */
API(gdi32, int, CombineRgn, HRGN hrgnDst, HRGN hrgnSrc1, HRGN hrgnSrc2, int iMode) {
    struct region *to = find_region(hrgnDst), *one = to ? find_region(hrgnSrc1) : NULL;
    struct region *other = one && iMode != RGN_COPY ? find_region(hrgnSrc2) : one;
    if (!other)
        return ERROR_REGION;
    if (iMode < RGN_AND || iMode > RGN_COPY)
        return (int)fail(ERROR_INVALID_PARAMETER);
    return region_combine(to, one, other, iMode) ? region_type(to) : ERROR_REGION;
}

API(gdi32, int, OffsetRgn, HRGN hrgn, int x, int y) {
    struct region *region = find_region(hrgn);
    if (!region)
        return ERROR_REGION;
    region_offset(region, x, y);
    return region_type(region);
}

API(gdi32, int, GetRgnBox, HRGN hrgn, RECT *lprc) {
    struct region *region = find_region(hrgn);
    if (!region)
        return ERROR_REGION;
    *lprc = region_bounds(region);
    return region_type(region);
}

API(gdi32, BOOL, EqualRgn, HRGN hrgn1, HRGN hrgn2) {
    struct region *one = find_region(hrgn1), *other = one ? find_region(hrgn2) : NULL;
    return other && one->count == other->count &&
           (!one->count || memcmp(one->rects, other->rects, one->count * sizeof *one->rects) == 0);
}

API(gdi32, BOOL, PtInRegion, HRGN hrgn, int x, int y) {
    struct region *region = find_region(hrgn);
    return region && region_has_point(region, x, y);
}

API(gdi32, BOOL, RectInRegion, HRGN hrgn, const RECT *lprect) {
    struct region *region = find_region(hrgn);
    const RECT rect = {smaller(lprect->left, lprect->right), smaller(lprect->top, lprect->bottom),
                       larger(lprect->left, lprect->right), larger(lprect->top, lprect->bottom)};
    for (unsigned i = region ? first_below(region, rect.top) : 0; region && i < region->count; i++)
        if (region->rects[i].top < rect.bottom && region->rects[i].left < rect.right && region->rects[i].right > rect.left)
            return TRUE;
    return FALSE;
}

typedef struct { DWORD dwSize, iType, nCount, nRgnSize; RECT rcBound; } RGNDATAHEADER;
typedef struct { RGNDATAHEADER rdh; RECT rects[]; } RGNDATA;
enum { RDH_RECTANGLES = 1 };

API(gdi32, DWORD, GetRegionData, HRGN hrgn, DWORD nCount, RGNDATA *lpRgnData) {
    struct region *region = find_region(hrgn);
    if (!region)
        return 0;
    DWORD rects = (DWORD)(region->count * sizeof(RECT)), size = (DWORD)sizeof(RGNDATAHEADER) + rects;
    if (!lpRgnData)
        return size;
    if (nCount < size)
        return (DWORD)fail(ERROR_INVALID_PARAMETER);
    lpRgnData->rdh = (RGNDATAHEADER){sizeof(RGNDATAHEADER), RDH_RECTANGLES, region->count, rects, region_bounds(region)};
    if (rects)
        memcpy(lpRgnData->rects, region->rects, rects);
    return size;
}

/* A transformed rectangle is a polygon, but where it stays a rectangle. */
static bool add_transformed(struct region *region, const RECT *rect, const XFORM *xform) {
    const LONG xs[] = {rect->left, rect->right, rect->right, rect->left}, ys[] = {rect->top, rect->top, rect->bottom, rect->bottom};
    POINT corners[4];
    static const INT four = 4;
    struct region one = {0};
    for (int i = 0; i < 4; i++) {
        double x = xs[i] * (double)xform->eM11 + ys[i] * (double)xform->eM21 + xform->eDx;
        double y = xs[i] * (double)xform->eM12 + ys[i] * (double)xform->eM22 + xform->eDy;
        corners[i] = (POINT){(LONG)floor(x + 0.5) * FIXED, (LONG)floor(y + 0.5) * FIXED};
    }
    bool good = region_add_polygons(&one, corners, &four, 1, WINDING) && region_combine(region, region, &one, RGN_OR);
    region_clear(&one);
    return good;
}

API(gdi32, HRGN, ExtCreateRegion, const XFORM *lpx, DWORD nCount, const RGNDATA *lpData) {
    struct region region = {0};
    if (!lpData || nCount < sizeof lpData->rdh || lpData->rdh.dwSize < sizeof lpData->rdh ||
        lpData->rdh.iType != RDH_RECTANGLES || (nCount - sizeof lpData->rdh) / sizeof(RECT) < lpData->rdh.nCount)
        return (HRGN)(LONG_PTR)fail(ERROR_INVALID_PARAMETER);
    bool good = true;
    for (DWORD i = 0; good && i < lpData->rdh.nCount; i++) {
        RECT rect = lpData->rects[i];
        const struct region one = {rect.left < rect.right && rect.top < rect.bottom, 1, &rect};
        good = lpx ? add_transformed(&region, &rect, lpx) : region_combine(&region, &region, &one, RGN_OR);
    }
    return good ? region_add_object(&region) : (region_clear(&region), (HRGN)NULL);
}
