/* Coordinate spaces: world, page, device ("Coordinate Spaces and Transformations"). */
#include "gdi.h"

#include <math.h>

enum { FIXED = 16, WIDTH = 1920, HEIGHT = 1080, WIDTH_MM = 508, HEIGHT_MM = 286 };
enum { MWT_IDENTITY = 1, MWT_LEFTMULTIPLY, MWT_RIGHTMULTIPLY };

static const XFORM identity = {1, 0, 0, 1, 0, 0};

/* First one, then the other. */
static XFORM then(const XFORM *one, const XFORM *other) {
    return (XFORM){one->eM11 * other->eM11 + one->eM12 * other->eM21, one->eM11 * other->eM12 + one->eM12 * other->eM22,
                   one->eM21 * other->eM11 + one->eM22 * other->eM21, one->eM21 * other->eM12 + one->eM22 * other->eM22,
                   one->eDx * other->eM11 + one->eDy * other->eM21 + other->eDx,
                   one->eDx * other->eM12 + one->eDy * other->eM22 + other->eDy};
}

static XFORM page_to_device(const struct dc_state *now) {
    FLOAT x = (FLOAT)now->viewport_extent.cx / (FLOAT)now->window_extent.cx;
    FLOAT y = (FLOAT)now->viewport_extent.cy / (FLOAT)now->window_extent.cy;
    return (XFORM){x, 0, 0, y, (FLOAT)now->viewport_origin.x - x * (FLOAT)now->window_origin.x,
                   (FLOAT)now->viewport_origin.y - y * (FLOAT)now->window_origin.y};
}

void dc_update_transform(struct dc *dc) {
    XFORM page = page_to_device(&dc->now);
    dc->to_device = then(&dc->now.world, &page);
}

static LONG rounded(double value) {
    value = floor(value + 0.5);
    return value > 2147483647.0 ? 0x7fffffff : value < -2147483648.0 ? (LONG)-0x7fffffff - 1 : (LONG)value;
}

static void apply(const XFORM *xform, POINT *points, unsigned count) {
    for (unsigned i = 0; i < count; i++) {
        double x = points[i].x, y = points[i].y;
        points[i].x = rounded(x * xform->eM11 + y * xform->eM21 + xform->eDx);
        points[i].y = rounded(x * xform->eM12 + y * xform->eM22 + xform->eDy);
    }
}

void dc_to_device(const struct dc *dc, POINT *points, unsigned count) { apply(&dc->to_device, points, count); }

bool dc_to_logical(const struct dc *dc, POINT *points, unsigned count) {
    const XFORM *xform = &dc->to_device;
    double determinant = (double)xform->eM11 * xform->eM22 - (double)xform->eM12 * xform->eM21;
    if (fabs(determinant) < 1e-12)
        return false;
    for (unsigned i = 0; i < count; i++) {
        double x = points[i].x - (double)xform->eDx, y = points[i].y - (double)xform->eDy;
        points[i].x = rounded((x * xform->eM22 - y * xform->eM21) / determinant);
        points[i].y = rounded((y * xform->eM11 - x * xform->eM12) / determinant);
    }
    return true;
}

POINT dc_to_fixed(const struct dc *dc, double x, double y) {
    const XFORM *xform = &dc->to_device;
    return (POINT){rounded((x * xform->eM11 + y * xform->eM21 + xform->eDx) * FIXED),
                   rounded((x * xform->eM12 + y * xform->eM22 + xform->eDy) * FIXED)};
}

LONG dc_width_to_device(const struct dc *dc, LONG width) { return rounded(width * (double)dc->to_device.eM11); }
LONG dc_height_to_device(const struct dc *dc, LONG height) { return rounded(height * (double)dc->to_device.eM22); }

bool dc_is_axis_aligned(const struct dc *dc) { return dc->to_device.eM12 == 0 && dc->to_device.eM21 == 0; }

RECT dc_rect_to_device(const struct dc *dc, LONG left, LONG top, LONG right, LONG bottom) {
    POINT corners[] = {{left, top}, {right, bottom}};
    dc_to_device(dc, corners, 2);
    RECT rect = {corners[0].x, corners[0].y, corners[1].x, corners[1].y};
    if (rect.left > rect.right) {
        rect.left = corners[1].x;
        rect.right = corners[0].x;
    }
    if (rect.top > rect.bottom) {
        rect.top = corners[1].y;
        rect.bottom = corners[0].y;
    }
    return rect;
}

API(gdi32, BOOL, LPtoDP, HDC hdc, POINT *lppt, int c) {
    struct dc *dc = dc_find(hdc);
    if (dc && c > 0)
        dc_to_device(dc, lppt, (unsigned)c);
    return dc != NULL;
}

API(gdi32, BOOL, DPtoLP, HDC hdc, POINT *lppt, int c) {
    struct dc *dc = dc_find(hdc);
    return dc && (c <= 0 || dc_to_logical(dc, lppt, (unsigned)c));
}

/* ---- the page ---- */

/* Equal units on both axes: the viewport shrinks on one ("MM_ISOTROPIC"). */
static void keep_isotropic(struct dc_state *now) {
    if (now->map_mode != MM_ISOTROPIC)
        return;
    double x = fabs((double)now->viewport_extent.cx * WIDTH_MM / (WIDTH * (double)now->window_extent.cx));
    double y = fabs((double)now->viewport_extent.cy * HEIGHT_MM / (HEIGHT * (double)now->window_extent.cy));
    if (x > y) {
        LONG least = now->viewport_extent.cx >= 0 ? 1 : -1;
        now->viewport_extent.cx = (LONG)floor(now->viewport_extent.cx * y / x + 0.5);
        now->viewport_extent.cx = now->viewport_extent.cx ? now->viewport_extent.cx : least;
    } else {
        LONG least = now->viewport_extent.cy >= 0 ? 1 : -1;
        now->viewport_extent.cy = (LONG)floor(now->viewport_extent.cy * x / y + 0.5);
        now->viewport_extent.cy = now->viewport_extent.cy ? now->viewport_extent.cy : least;
    }
}

/* Units in a metre of the fixed modes that are not MM_TEXT, of which y points up. */
static void set_units(struct dc_state *now, double units_per_mm) {
    now->window_extent = (SIZE){rounded(WIDTH_MM * units_per_mm), rounded(HEIGHT_MM * units_per_mm)};
    now->viewport_extent = (SIZE){WIDTH, -HEIGHT};
}

API(gdi32, int, SetMapMode, HDC hdc, int iMode) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return 0;
    struct dc_state *now = &dc->now;
    int old = now->map_mode;
    switch (iMode) {
    case MM_TEXT: now->window_extent = now->viewport_extent = (SIZE){1, 1}; break;
    case MM_LOMETRIC: case MM_ISOTROPIC: set_units(now, 10); break;
    case MM_HIMETRIC: set_units(now, 100); break;
    case MM_LOENGLISH: set_units(now, 100 / 25.4); break;
    case MM_HIENGLISH: set_units(now, 1000 / 25.4); break;
    case MM_TWIPS: set_units(now, 1440 / 25.4); break;
    case MM_ANISOTROPIC: break;
    default: return (int)fail(ERROR_INVALID_PARAMETER);
    }
    now->map_mode = iMode;
    dc_update_transform(dc);
    return old;
}

API(gdi32, int, GetMapMode, HDC hdc) {
    struct dc *dc = dc_find(hdc);
    return dc ? dc->now.map_mode : 0;
}

static bool has_free_extents(const struct dc *dc) {
    return dc->now.map_mode == MM_ISOTROPIC || dc->now.map_mode == MM_ANISOTROPIC;
}

static BOOL set_extent(struct dc *dc, SIZE *extent, int x, int y, SIZE *old) {
    if (old)
        *old = *extent;
    if (!has_free_extents(dc))
        return TRUE;
    if (!x || !y)
        return fail(ERROR_INVALID_PARAMETER);
    *extent = (SIZE){x, y};
    keep_isotropic(&dc->now);
    dc_update_transform(dc);
    return TRUE;
}

API(gdi32, BOOL, SetWindowExtEx, HDC hdc, int x, int y, SIZE *lpsz) {
    struct dc *dc = dc_find(hdc);
    return dc && set_extent(dc, &dc->now.window_extent, x, y, lpsz);
}

API(gdi32, BOOL, SetViewportExtEx, HDC hdc, int x, int y, SIZE *lpsz) {
    struct dc *dc = dc_find(hdc);
    return dc && set_extent(dc, &dc->now.viewport_extent, x, y, lpsz);
}

static BOOL set_origin(struct dc *dc, POINT *origin, int x, int y, POINT *old) {
    if (old)
        *old = *origin;
    *origin = (POINT){x, y};
    dc_update_transform(dc);
    return TRUE;
}

API(gdi32, BOOL, SetWindowOrgEx, HDC hdc, int x, int y, POINT *lppt) {
    struct dc *dc = dc_find(hdc);
    return dc && set_origin(dc, &dc->now.window_origin, x, y, lppt);
}

API(gdi32, BOOL, SetViewportOrgEx, HDC hdc, int x, int y, POINT *lppt) {
    struct dc *dc = dc_find(hdc);
    return dc && set_origin(dc, &dc->now.viewport_origin, x, y, lppt);
}

API(gdi32, BOOL, OffsetWindowOrgEx, HDC hdc, int x, int y, POINT *lppt) {
    struct dc *dc = dc_find(hdc);
    return dc && api_SetWindowOrgEx(hdc, dc->now.window_origin.x + x, dc->now.window_origin.y + y, lppt);
}

API(gdi32, BOOL, OffsetViewportOrgEx, HDC hdc, int x, int y, POINT *lppt) {
    struct dc *dc = dc_find(hdc);
    return dc && api_SetViewportOrgEx(hdc, dc->now.viewport_origin.x + x, dc->now.viewport_origin.y + y, lppt);
}

static BOOL scale_extent(struct dc *dc, SIZE *extent, int xn, int xd, int yn, int yd, SIZE *old) {
    if (old)
        *old = *extent;
    if (!has_free_extents(dc))
        return TRUE;
    if (!xn || !xd || !yn || !yd)
        return fail(ERROR_INVALID_PARAMETER);
    extent->cx = extent->cx * xn / xd;
    extent->cy = extent->cy * yn / yd;
    extent->cx = extent->cx ? extent->cx : 1;
    extent->cy = extent->cy ? extent->cy : 1;
    keep_isotropic(&dc->now);
    dc_update_transform(dc);
    return TRUE;
}

API(gdi32, BOOL, ScaleWindowExtEx, HDC hdc, int xn, int xd, int yn, int yd, SIZE *lpsz) {
    struct dc *dc = dc_find(hdc);
    return dc && scale_extent(dc, &dc->now.window_extent, xn, xd, yn, yd, lpsz);
}

API(gdi32, BOOL, ScaleViewportExtEx, HDC hdc, int xn, int dx, int yn, int yd, SIZE *lpsz) {
    struct dc *dc = dc_find(hdc);
    return dc && scale_extent(dc, &dc->now.viewport_extent, xn, dx, yn, yd, lpsz);
}

#define GETTER(name, type, field)                                                                                \
    API(gdi32, BOOL, name, HDC hdc, type *out) {                                                                 \
        struct dc *dc = dc_find(hdc);                                                                            \
        if (dc && out)                                                                                           \
            *out = dc->now.field;                                                                                \
        return dc && out;                                                                                        \
    }
GETTER(GetWindowExtEx, SIZE, window_extent)
GETTER(GetViewportExtEx, SIZE, viewport_extent)
GETTER(GetWindowOrgEx, POINT, window_origin)
GETTER(GetViewportOrgEx, POINT, viewport_origin)
GETTER(GetWorldTransform, XFORM, world)

/* ---- the world ---- */

API(gdi32, int, SetGraphicsMode, HDC hdc, int iMode) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return 0;
    if (iMode != GM_COMPATIBLE && iMode != GM_ADVANCED)
        return (int)fail(ERROR_INVALID_PARAMETER);
    /* "The world transformation must be the identity" before the way back. */
    if (iMode == GM_COMPATIBLE && memcmp(&dc->now.world, &identity, sizeof identity) != 0)
        return (int)fail(ERROR_CAN_NOT_COMPLETE);
    int old = dc->now.graphics_mode;
    dc->now.graphics_mode = iMode;
    return old;
}

API(gdi32, int, GetGraphicsMode, HDC hdc) {
    struct dc *dc = dc_find(hdc);
    return dc ? dc->now.graphics_mode : 0;
}

static bool is_invertible(const XFORM *xform) {
    return fabs((double)xform->eM11 * xform->eM22 - (double)xform->eM12 * xform->eM21) > 1e-12;
}

static BOOL set_world(struct dc *dc, const XFORM *xform) {
    if (dc->now.graphics_mode != GM_ADVANCED)
        return fail(ERROR_CAN_NOT_COMPLETE);
    if (!is_invertible(xform))
        return fail(ERROR_INVALID_PARAMETER);
    dc->now.world = *xform;
    dc_update_transform(dc);
    return TRUE;
}

API(gdi32, BOOL, SetWorldTransform, HDC hdc, const XFORM *lpxf) {
    struct dc *dc = dc_find(hdc);
    return dc && set_world(dc, lpxf);
}

API(gdi32, BOOL, ModifyWorldTransform, HDC hdc, const XFORM *lpxf, DWORD mode) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    if (mode < MWT_IDENTITY || mode > MWT_RIGHTMULTIPLY || (mode != MWT_IDENTITY && !lpxf))
        return fail(ERROR_INVALID_PARAMETER);
    XFORM result = mode == MWT_IDENTITY       ? identity
                   : mode == MWT_LEFTMULTIPLY ? then(lpxf, &dc->now.world)
                                              : then(&dc->now.world, lpxf);
    return set_world(dc, &result);
}

API(gdi32, BOOL, CombineTransform, XFORM *lpxfOut, const XFORM *lpxf1, const XFORM *lpxf2) {
    if (!lpxfOut || !lpxf1 || !lpxf2)
        return FALSE;
    *lpxfOut = then(lpxf1, lpxf2);
    return TRUE;
}

enum { GT_WORLD_TO_PAGE = 0x203, GT_WORLD_TO_DEVICE = 0x204, GT_PAGE_TO_DEVICE = 0x304 };

API(gdi32, BOOL, GetTransform, HDC hdc, DWORD which, XFORM *xform) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    switch (which) {
    case GT_WORLD_TO_PAGE: *xform = dc->now.world; return TRUE;
    case GT_WORLD_TO_DEVICE: *xform = dc->to_device; return TRUE;
    case GT_PAGE_TO_DEVICE: *xform = page_to_device(&dc->now); return TRUE;
    default: return fail(ERROR_INVALID_PARAMETER);
    }
}
