/* Bit-block transfers ("Bitmap Functions", "Ternary Raster Operations", "StretchBlt function", "AlphaBlend function",
 * "GradientFill function"). */
#include "gdi.h"

#include <math.h>

enum { STRETCH_ANDSCANS = 1, STRETCH_ORSCANS, STRETCH_DELETESCANS, STRETCH_HALFTONE };
#define SRCCOPY 0x00cc0020u
#define NOMIRRORBITMAP 0x80000000u
#define CAPTUREBLT 0x40000000u

/* Where pixels come from, in device coordinates; a size may be negative, which mirrors. */
struct source {
    const struct surface *surface;
    LONG x, y, width, height;
    DWORD background;                                /* the source DC's, 0x00RRGGBB */
};

/* Where they go to. */
struct target {
    struct dc *dc;
    LONG x, y, width, height;
};

/* For each column or row of the target those of the source that it shows: from `first` up to `last`, the middle one
 * being `only`; none where first is negative. */
struct span { LONG first, last, only; };

static void sort_range(LONG *start, LONG *size) {
    if (*size < 0) {
        *start += *size + 1;
        *size = -*size;
    }
}

static struct span *map_axis(LONG count, LONG start, LONG size, LONG limit, bool mirrored) {
    struct span *spans = malloc(((size_t)count + 1) * sizeof *spans);
    for (LONG i = 0; spans && i < count; i++) {
        LONG at = mirrored ? count - 1 - i : i;
        LONG first = (LONG)((LONGLONG)at * size / count), last = (LONG)(((LONGLONG)at + 1) * size / count);
        last = last > first ? last : first + 1;
        spans[i] = (struct span){start + first, start + last, start + (LONG)((2 * (LONGLONG)at + 1) * size / (2 * count))};
        if (spans[i].first < 0 || spans[i].only >= limit)
            spans[i].first = -1;
        else if (spans[i].last > limit)
            spans[i].last = limit;
    }
    return spans;
}

/* What a source's pixel is on the target. One bit without a colour table means the target's text and background colours;
 * and a target of one bit is 1 where the source has its background ("BitBlt function"). */
static DWORD converted(const struct target *to, const struct source *from, DWORD raw, bool same) {
    const struct surface *surface = to->dc->surface;
    if (same)
        return raw;
    if (from->surface->is_mono && !surface->is_mono)
        return surface_raw(surface, dc_colour(to->dc, raw ? to->dc->now.background : to->dc->now.text));
    DWORD colour = surface_colour(from->surface, raw);
    if (surface->is_mono)
        return colour == from->background;
    return surface_raw(surface, colour);
}

/* Several pixels as one, by the stretching mode: ANDed, ORed, the middle one, or their average. */
static DWORD merged(const struct source *from, struct span columns, struct span rows, int mode) {
    DWORD only = surface_get(from->surface, columns.only, rows.only), red = 0, green = 0, blue = 0, count = 0;
    DWORD result = surface_get(from->surface, columns.first, rows.first);
    if (mode == STRETCH_DELETESCANS || (mode == STRETCH_HALFTONE && from->surface->bits <= 8) ||
        (columns.last - columns.first == 1 && rows.last - rows.first == 1))
        return only;
    for (LONG y = rows.first; y < rows.last; y++) {
        for (LONG x = columns.first; x < columns.last; x++) {
            DWORD raw = surface_get(from->surface, x, y), colour = surface_colour(from->surface, raw);
            result = mode == STRETCH_ANDSCANS ? result & raw : result | raw;
            red += colour >> 16 & 255;
            green += colour >> 8 & 255;
            blue += colour & 255;
            count++;
        }
    }
    return mode == STRETCH_HALFTONE ? surface_raw(from->surface, red / count << 16 | green / count << 8 | blue / count) : result;
}

/* Pixels of a source at the target's size; read all at once, for the two may overlap. */
struct picture {
    struct span *columns, *rows;
    DWORD *pixels;                                   /* raw values of the source */
    const struct surface *from;
    LONG width, height;
};

static void picture_free(struct picture *picture) {
    free(picture->columns);
    free(picture->rows);
    free(picture->pixels);
}

static bool picture_take(struct picture *picture, const struct target *to, const struct source *from, int mode) {
    LONG sx = from->x, sy = from->y, sw = from->width, sh = from->height, dw = to->width, dh = to->height;
    bool mirror_x = (sw < 0) != (dw < 0), mirror_y = (sh < 0) != (dh < 0);
    sort_range(&sx, &sw);
    sort_range(&sy, &sh);
    *picture = (struct picture){.from = from->surface, .width = dw < 0 ? -dw : dw, .height = dh < 0 ? -dh : dh};
    picture->columns = map_axis(picture->width, sx, sw, from->surface->width, mirror_x);
    picture->rows = map_axis(picture->height, sy, sh, from->surface->height, mirror_y);
    picture->pixels = malloc(((size_t)picture->width * (size_t)picture->height + 1) * sizeof(DWORD));
    if (!picture->columns || !picture->rows || !picture->pixels) {
        picture_free(picture);
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    for (LONG y = 0; y < picture->height; y++)
        for (LONG x = 0; x < picture->width; x++)
            if (picture->rows[y].first >= 0 && picture->columns[x].first >= 0)
                picture->pixels[(size_t)y * (size_t)picture->width + (size_t)x] =
                    merged(from, picture->columns[x], picture->rows[y], mode);
    return true;
}

static bool picture_at(const struct picture *picture, LONG x, LONG y, DWORD *raw) {
    *raw = picture->pixels[(size_t)y * (size_t)picture->width + (size_t)x];
    return picture->rows[y].first >= 0 && picture->columns[x].first >= 0 &&
           surface_has(picture->from, picture->columns[x].only, picture->rows[y].only);
}

/* ---- ternary raster operations: the third byte is the truth table of pattern, source and target ---- */

static bool needs_source(DWORD rop) { return ((rop >> 16 & 0xcc) >> 2) != (rop >> 16 & 0x33); }
static bool needs_pattern(DWORD rop) { return ((rop >> 16 & 0xf0) >> 4) != (rop >> 16 & 0x0f); }

static DWORD rop3(DWORD rop, DWORD pattern, DWORD source, DWORD target) {
    DWORD table = rop >> 16 & 0xff, result = 0;
    if (table == 0xcc)
        return source;
    for (int i = 0; i < 8; i++)
        if (table >> i & 1)
            result |= (i & 4 ? pattern : ~pattern) & (i & 2 ? source : ~source) & (i & 1 ? target : ~target);
    return result;
}

/* Called for each pixel that shall be drawn; x and y are the target's, column and row the picture's. */
typedef void (*put_pixel)(void *context, LONG x, LONG y, LONG column, LONG row);

static bool each_pixel(const struct target *to, put_pixel put, void *context) {
    LONG left = to->x, top = to->y, width = to->width, height = to->height;
    struct region clip = {0};
    sort_range(&left, &width);
    sort_range(&top, &height);
    const RECT rect = {left, top, left + width, top + height};
    bool good = dc_clip(to->dc, &clip) && region_intersect_rect(&clip, &rect);
    for (unsigned i = 0; good && i < clip.count; i++)
        for (LONG y = clip.rects[i].top; y < clip.rects[i].bottom; y++)
            for (LONG x = clip.rects[i].left; x < clip.rects[i].right; x++)
                put(context, x, y, x - left, y - top);
    region_clear(&clip);
    return good;
}

struct transfer {
    const struct target *to;
    const struct source *from;
    struct picture picture;
    struct paint paint;
    bool has_source, same;
    DWORD rop, back_rop;
    const struct surface *mask;
    POINT mask_at;
};

static void transfer_pixel(void *context, LONG x, LONG y, LONG column, LONG row) {
    struct transfer *transfer = context;
    struct surface *surface = transfer->to->dc->surface;
    DWORD source = 0, pattern = 0, rop = transfer->rop;
    if (transfer->has_source) {
        if (!picture_at(&transfer->picture, column, row, &source))
            return;
        source = converted(transfer->to, transfer->from, source, transfer->same);
    }
    if (transfer->mask && !surface_get(transfer->mask, transfer->mask_at.x + column, transfer->mask_at.y + row))
        rop = transfer->back_rop;
    if (!transfer->paint.is_hollow && !paint_at(&transfer->paint, x, y, &pattern))
        return;
    surface_put(surface, x, y, rop3(rop, pattern, source, surface_get(surface, x, y)));
}

static bool transfer_all(struct transfer *transfer) {
    struct dc *dc = transfer->to->dc;
    bool patterned = needs_pattern(transfer->rop) || (transfer->mask && needs_pattern(transfer->back_rop));
    transfer->paint = (struct paint){.is_hollow = true};
    if (patterned && !paint_brush(&transfer->paint, dc, gdi_find(dc->now.brush, OBJ_BRUSH)))
        return false;
    if (patterned && transfer->paint.is_hollow)      /* a hollow brush paints nothing */
        return true;
    transfer->same = transfer->has_source && surface_same_format(transfer->from->surface, dc->surface);
    bool good = !transfer->has_source || picture_take(&transfer->picture, transfer->to, transfer->from, dc->now.stretch_mode);
    good = good && each_pixel(transfer->to, transfer_pixel, transfer);
    if (transfer->has_source)
        picture_free(&transfer->picture);
    paint_done(&transfer->paint);
    return good;
}

/* ---- copies of whole rows, what nearly every transfer is ---- */

static bool is_plain_copy(const struct target *to, const struct source *from, DWORD rop) {
    return rop == SRCCOPY && to->width == from->width && to->height == from->height && to->width >= 0 && to->height >= 0 &&
           from->surface->bits >= 8 && !from->surface->drawn && surface_same_format(to->dc->surface, from->surface);
}

static bool copy_rows(const struct target *to, const struct source *from) {
    struct surface *surface = to->dc->surface;
    LONG dx = to->x - from->x, dy = to->y - from->y;
    const RECT rect = {to->x, to->y, to->x + to->width, to->y + to->height};
    const RECT source = {dx, dy, from->surface->width + dx, from->surface->height + dy};
    struct region clip = {0};
    bool good = dc_clip(to->dc, &clip) && region_intersect_rect(&clip, &rect) && region_intersect_rect(&clip, &source);
    if (clip.count > 1 && surface->pixels == from->surface->pixels) {
        region_clear(&clip);
        return false;                                /* rows of several pieces may be read after they are written */
    }
    size_t bytes = surface->bits / 8;
    for (unsigned i = 0; good && i < clip.count; i++) {
        RECT piece = clip.rects[i];
        for (LONG line = 0; line < piece.bottom - piece.top; line++) {
            LONG y = dy > 0 ? piece.bottom - 1 - line : piece.top + line;
            memmove(surface_row(surface, y) + (size_t)piece.left * bytes,
                    surface_row(from->surface, y - dy) + (size_t)(piece.left - dx) * bytes, (size_t)(piece.right - piece.left) * bytes);
        }
    }
    region_clear(&clip);
    return good;
}

static bool transfer(const struct target *to, const struct source *from, DWORD rop) {
    struct transfer all = {.to = to, .from = from, .rop = rop, .has_source = from != NULL};
    if (!to->dc->surface || !to->width || !to->height)
        return true;
    if (from && is_plain_copy(to, from, rop) && copy_rows(to, from))
        return true;
    return transfer_all(&all);
}

/* ---- from DC to DC ---- */

static struct target target_at(struct dc *dc, int x, int y, int width, int height) {
    POINT corners[] = {{x, y}, {x + width, y + height}};
    dc_to_device(dc, corners, 2);
    return (struct target){dc, corners[0].x, corners[0].y, corners[1].x - corners[0].x, corners[1].y - corners[0].y};
}

/* False for a source that draws nowhere: there is nothing to be read. */
static bool source_at(struct source *source, const struct dc *dc, int x, int y, int width, int height) {
    POINT corners[] = {{x, y}, {x + width, y + height}};
    dc_to_device(dc, corners, 2);
    *source = (struct source){dc->surface, corners[0].x, corners[0].y, corners[1].x - corners[0].x,
                              corners[1].y - corners[0].y, dc_colour(dc, dc->now.background)};
    return dc->surface != NULL;
}

API(gdi32, BOOL, StretchBlt, HDC hdcDest, int xDest, int yDest, int wDest, int hDest, HDC hdcSrc, int xSrc, int ySrc,
    int wSrc, int hSrc, DWORD rop) {
    struct dc *to = dc_find(hdcDest), *from = NULL;
    struct source source;
    if (!to || (needs_source(rop) && !(from = dc_find(hdcSrc))))
        return FALSE;
    rop &= ~(NOMIRRORBITMAP | CAPTUREBLT);
    const struct target target = target_at(to, xDest, yDest, wDest, hDest);
    if (!from)
        return transfer(&target, NULL, rop);
    return !source_at(&source, from, xSrc, ySrc, wSrc, hSrc) || transfer(&target, &source, rop);
}

API(gdi32, BOOL, BitBlt, HDC hdc, int x, int y, int cx, int cy, HDC hdcSrc, int x1, int y1, DWORD rop) {
    return api_StretchBlt(hdc, x, y, cx, cy, hdcSrc, x1, y1, cx, cy, rop);
}

API(gdi32, BOOL, PatBlt, HDC hdc, int x, int y, int w, int h, DWORD rop) {
    return needs_source(rop) ? fail(ERROR_INVALID_PARAMETER) : api_StretchBlt(hdc, x, y, w, h, NULL, 0, 0, w, h, rop);
}

/* The high byte of a quaternary operation is that for zeros of the mask. */
API(gdi32, BOOL, MaskBlt, HDC hdcDest, int xDest, int yDest, int width, int height, HDC hdcSrc, int xSrc, int ySrc,
    HBITMAP hbmMask, int xMask, int yMask, DWORD rop) {
    if (!hbmMask)
        return api_BitBlt(hdcDest, xDest, yDest, width, height, hdcSrc, xSrc, ySrc, rop & 0xffffff);
    DWORD fore = rop & 0xff0000, back = rop >> 8 & 0xff0000;
    struct dc *to = dc_find(hdcDest), *from = NULL;
    struct bitmap *mask = to ? gdi_find(hbmMask, OBJ_BITMAP) : NULL;
    struct source source = {0};
    if (!mask || ((needs_source(fore) || needs_source(back)) && !(from = dc_find(hdcSrc))))
        return FALSE;
    if (mask->surface.bits != 1 || xMask < 0 || yMask < 0 || xMask + width > mask->surface.width ||
        yMask + height > mask->surface.height)
        return fail(ERROR_INVALID_PARAMETER);
    const struct target target = target_at(to, xDest, yDest, width, height);
    if (!to->surface || (from && !source_at(&source, from, xSrc, ySrc, width, height)))
        return TRUE;
    struct transfer all = {.to = &target, .from = &source, .has_source = from != NULL, .rop = fore, .back_rop = back,
                           .mask = &mask->surface, .mask_at = {xMask, yMask}};
    return transfer_all(&all);
}

/* ---- from the program's memory ---- */

/* ySrc counts from the lower left of a bottom-up DIB ("StretchDIBits function"). */
API(gdi32, int, StretchDIBits, HDC hdc, int xDest, int yDest, int DestWidth, int DestHeight, int xSrc, int ySrc,
    int SrcWidth, int SrcHeight, const void *lpBits, const BITMAPINFO *lpbmi, UINT iUsage, DWORD rop) {
    struct dc *dc = dc_find(hdc);
    struct surface view;
    void *allocated = NULL;
    if (!dc || !lpbmi || !lpBits || !dib_open(&view, lpbmi, lpBits, iUsage, dc, &allocated))
        return 0;
    const struct target target = target_at(dc, xDest, yDest, DestWidth, DestHeight);
    LONG top = view.top_down ? ySrc : view.height - ySrc - SrcHeight;
    const struct source source = {&view, xSrc, top, SrcWidth, SrcHeight, 0};
    bool good = transfer(&target, &source, rop);
    free(allocated);
    return good ? view.height : 0;
}

/* Of a picture whose scan lines come in several calls ("SetDIBitsToDevice function"). */
API(gdi32, int, SetDIBitsToDevice, HDC hdc, int xDest, int yDest, DWORD w, DWORD h, int xSrc, int ySrc, UINT StartScan,
    UINT cLines, const void *lpvBits, const BITMAPINFO *lpbmi, UINT ColorUse) {
    struct dc *dc = dc_find(hdc);
    struct surface view;
    void *allocated = NULL;
    if (!dc || !lpbmi || !lpvBits || !dib_open(&view, lpbmi, lpvBits, ColorUse, dc, &allocated))
        return 0;
    LONG all = view.height, start = (LONG)StartScan, lines = (LONG)cLines;
    if (start >= all) {
        free(allocated);
        return 0;
    }
    lines = lines > all - start ? all - start : lines;
    POINT at = {xDest, yDest};
    dc_to_device(dc, &at, 1);
    /* In rows of the whole picture, counted from its top; those of the buffer begin at first. */
    LONG top = view.top_down ? ySrc : all - ySrc - (LONG)h, first = view.top_down ? start : all - start - lines;
    view.height = lines;
    const struct target target = {dc, at.x, at.y, (LONG)w, (LONG)h};
    const struct source source = {&view, xSrc, top - first, (LONG)w, (LONG)h, 0};
    bool good = transfer(&target, &source, SRCCOPY);
    free(allocated);
    return good ? lines : 0;
}

/* ---- transparency ---- */

struct keyed { const struct target *to; const struct source *from; struct picture picture; DWORD key; bool same; };

static void put_keyed(void *context, LONG x, LONG y, LONG column, LONG row) {
    struct keyed *keyed = context;
    DWORD raw;
    if (picture_at(&keyed->picture, column, row, &raw) && surface_colour(keyed->from->surface, raw) != keyed->key)
        surface_put(keyed->to->dc->surface, x, y, converted(keyed->to, keyed->from, raw, keyed->same));
}

API(gdi32, BOOL, GdiTransparentBlt, HDC hdcDest, int xoriginDest, int yoriginDest, int wDest, int hDest, HDC hdcSrc,
    int xoriginSrc, int yoriginSrc, int wSrc, int hSrc, UINT crTransparent) {
    struct dc *to = dc_find(hdcDest), *from = to ? dc_find(hdcSrc) : NULL;
    struct source source;
    if (!from)
        return FALSE;
    if (wDest < 0 || hDest < 0 || wSrc < 0 || hSrc < 0)
        return fail(ERROR_INVALID_PARAMETER);
    const struct target target = target_at(to, xoriginDest, yoriginDest, wDest, hDest);
    if (!source_at(&source, from, xoriginSrc, yoriginSrc, wSrc, hSrc) || !to->surface)
        return TRUE;
    struct keyed keyed = {.to = &target, .from = &source, .key = dc_colour(from, crTransparent),
                          .same = surface_same_format(source.surface, to->surface)};
    if (!picture_take(&keyed.picture, &target, &source, STRETCH_DELETESCANS))
        return FALSE;
    bool good = each_pixel(&target, put_keyed, &keyed);
    picture_free(&keyed.picture);
    return good;
}
API_ALIAS(api_GdiTransparentBlt, msimg, msimg32, "TransparentBlt");

typedef struct { BYTE BlendOp, BlendFlags, SourceConstantAlpha, AlphaFormat; } BLENDFUNCTION;
enum { AC_SRC_OVER = 0, AC_SRC_ALPHA = 1 };

struct blended { const struct target *to; const struct source *from; struct picture picture; BLENDFUNCTION blend; };

static DWORD scale(DWORD value, DWORD alpha) { return (value * alpha + 127) / 255; }

/* Source colours are multiplied by their alpha already where they have one ("BLENDFUNCTION structure"). */
static DWORD blend(DWORD target, DWORD source, BLENDFUNCTION how) {
    DWORD result = 0, constant = how.SourceConstantAlpha;
    DWORD keep = 255 - (how.AlphaFormat & AC_SRC_ALPHA ? scale(source >> 24, constant) : constant);
    for (int shift = 0; shift < 32; shift += 8) {
        DWORD from = source >> shift & 255, to = target >> shift & 255, sum;
        if (how.AlphaFormat & AC_SRC_ALPHA)
            sum = scale(from, constant) + scale(to, keep);
        else
            sum = (from * constant + to * keep + 127) / 255;
        result |= (sum > 255 ? 255 : sum) << shift;
    }
    return result;
}

static void put_blended(void *context, LONG x, LONG y, LONG column, LONG row) {
    struct blended *blended = context;
    struct surface *surface = blended->to->dc->surface;
    DWORD raw;
    if (!picture_at(&blended->picture, column, row, &raw))
        return;
    const struct surface *from = blended->from->surface;
    DWORD target = surface_get(surface, x, y);
    DWORD source = surface_colour(from, raw) | (from->bits == 32 ? raw & 0xff000000 : 0xff000000);
    if (surface->bits == 32)
        surface_put(surface, x, y, blend(target, source, blended->blend));
    else
        surface_put(surface, x, y, surface_raw(surface, blend(surface_colour(surface, target), source, blended->blend) & 0xffffff));
}

API(gdi32, BOOL, GdiAlphaBlend, HDC hdcDest, int xoriginDest, int yoriginDest, int wDest, int hDest, HDC hdcSrc,
    int xoriginSrc, int yoriginSrc, int wSrc, int hSrc, BLENDFUNCTION ftn) {
    struct dc *to = dc_find(hdcDest), *from = to ? dc_find(hdcSrc) : NULL;
    struct source source;
    DWORD packed;
    if (!from)
        return FALSE;
    bool valid = source_at(&source, from, xoriginSrc, yoriginSrc, wSrc, hSrc);
    if (ftn.BlendOp != AC_SRC_OVER || ftn.BlendFlags || ftn.AlphaFormat & ~AC_SRC_ALPHA || wDest < 0 || hDest < 0 || wSrc < 0 ||
        hSrc < 0 || (valid && (source.x < 0 || source.y < 0 || source.x + source.width > source.surface->width ||
                               source.y + source.height > source.surface->height)) ||
        (valid && ftn.AlphaFormat & AC_SRC_ALPHA && source.surface->bits != 32))
        return fail(ERROR_INVALID_PARAMETER);
    memcpy(&packed, &ftn, sizeof packed);
    const struct target target = target_at(to, xoriginDest, yoriginDest, wDest, hDest);
    if (!valid || !to->surface)
        return TRUE;
    struct blended blended = {.to = &target, .from = &source, .blend = ftn};
    if (!picture_take(&blended.picture, &target, &source, STRETCH_DELETESCANS))
        return FALSE;
    bool good = each_pixel(&target, put_blended, &blended);
    picture_free(&blended.picture);
    return good;
}
API_ALIAS(api_GdiAlphaBlend, msimg, msimg32, "AlphaBlend");

/* ---- parallelograms ---- */

struct skewed {
    const struct target *to;
    struct source source;
    XFORM back;                                      /* from the target's pixels to the source's */
    const struct surface *mask;
    POINT mask_at;
    DWORD *copy;                                     /* of the source rectangle */
};

static void put_skewed(void *context, LONG x, LONG y, LONG column, LONG row) {
    struct skewed *skewed = context;
    const struct source *source = &skewed->source;
    (void)column, (void)row;
    LONG sx = (LONG)floor((double)skewed->back.eM11 * (x + 0.5) + (double)skewed->back.eM21 * (y + 0.5) + (double)skewed->back.eDx);
    LONG sy = (LONG)floor((double)skewed->back.eM12 * (x + 0.5) + (double)skewed->back.eM22 * (y + 0.5) + (double)skewed->back.eDy);
    if (sx < 0 || sy < 0 || sx >= source->width || sy >= source->height || source->x + sx < 0 || source->y + sy < 0 ||
        source->x + sx >= source->surface->width || source->y + sy >= source->surface->height)
        return;
    if (skewed->mask && !surface_get(skewed->mask, skewed->mask_at.x + sx, skewed->mask_at.y + sy))
        return;
    struct surface *surface = skewed->to->dc->surface;
    surface_put(surface, x, y, converted(skewed->to, source, skewed->copy[(size_t)sy * (size_t)source->width + (size_t)sx],
                                         surface_same_format(source->surface, surface)));
}

static bool copy_source(struct skewed *skewed) {
    const struct source *source = &skewed->source;
    skewed->copy = calloc((size_t)source->width * (size_t)source->height + 1, sizeof(DWORD));
    for (LONG y = 0; skewed->copy && y < source->height; y++)
        for (LONG x = 0; x < source->width; x++)
            if (source->x + x >= 0 && source->y + y >= 0 && source->x + x < source->surface->width && source->y + y < source->surface->height)
                skewed->copy[(size_t)y * (size_t)source->width + (size_t)x] = surface_get(source->surface, source->x + x, source->y + y);
    return skewed->copy || fail(ERROR_NOT_ENOUGH_MEMORY);
}

/* The three points are where the source's upper left, upper right and lower left corners go. */
API(gdi32, BOOL, PlgBlt, HDC hdcDest, const POINT *lpPoint, HDC hdcSrc, int xSrc, int ySrc, int width, int height,
    HBITMAP hbmMask, int xMask, int yMask) {
    struct dc *to = dc_find(hdcDest), *from = to ? dc_find(hdcSrc) : NULL;
    struct bitmap *mask = from && hbmMask ? gdi_find(hbmMask, OBJ_BITMAP) : NULL;
    struct skewed skewed = {.mask = mask ? &mask->surface : NULL, .mask_at = {xMask, yMask}};
    if (!from || (hbmMask && !mask))
        return FALSE;
    if (mask && (mask->surface.bits != 1 || xMask < 0 || yMask < 0 || xMask + width > mask->surface.width || yMask + height > mask->surface.height))
        return fail(ERROR_INVALID_PARAMETER);
    POINT p[4] = {lpPoint[0], lpPoint[1], lpPoint[2], {lpPoint[1].x + lpPoint[2].x - lpPoint[0].x, lpPoint[1].y + lpPoint[2].y - lpPoint[0].y}};
    dc_to_device(to, p, 4);
    double ax = p[1].x - p[0].x, ay = p[1].y - p[0].y, bx = p[2].x - p[0].x, by = p[2].y - p[0].y, area = ax * by - ay * bx;
    if (!source_at(&skewed.source, from, xSrc, ySrc, width, height) || !to->surface || area == 0 || skewed.source.width <= 0 || skewed.source.height <= 0)
        return TRUE;
    double w = skewed.source.width, h = skewed.source.height;
    skewed.back = (XFORM){(FLOAT)(by * w / area), (FLOAT)(-ay * h / area), (FLOAT)(-bx * w / area), (FLOAT)(ax * h / area),
                          (FLOAT)((bx * p[0].y - by * p[0].x) * w / area), (FLOAT)((ay * p[0].x - ax * p[0].y) * h / area)};
    RECT box = {p[0].x, p[0].y, p[0].x, p[0].y};
    for (int i = 1; i < 4; i++) {
        box.left = p[i].x < box.left ? p[i].x : box.left;
        box.top = p[i].y < box.top ? p[i].y : box.top;
        box.right = p[i].x > box.right ? p[i].x : box.right;
        box.bottom = p[i].y > box.bottom ? p[i].y : box.bottom;
    }
    const struct target target = {to, box.left, box.top, box.right - box.left, box.bottom - box.top};
    skewed.to = &target;
    bool good = copy_source(&skewed) && each_pixel(&target, put_skewed, &skewed);
    free(skewed.copy);
    return good;
}

/* ---- gradients ---- */

typedef struct { LONG x, y; WORD Red, Green, Blue, Alpha; } TRIVERTEX;
enum { GRADIENT_FILL_RECT_H = 0, GRADIENT_FILL_RECT_V, GRADIENT_FILL_TRIANGLE };

struct gradient { struct surface *surface; TRIVERTEX v[3]; ULONG mode; LONGLONG area; };

/* Of the weights w of the corners, in parts of `all`; the channels have 16 bits. */
static DWORD mixed(const struct gradient *gradient, const LONGLONG *w, int corners, LONGLONG all) {
    LONGLONG red = 0, green = 0, blue = 0;
    for (int i = 0; i < corners; i++) {
        red += gradient->v[i].Red * w[i];
        green += gradient->v[i].Green * w[i];
        blue += gradient->v[i].Blue * w[i];
    }
    return (DWORD)(red / all / 256) << 16 | (DWORD)(green / all / 256) << 8 | (DWORD)(blue / all / 256);
}

static void put_gradient(void *context, LONG x, LONG y, LONG column, LONG row) {
    struct gradient *gradient = context;
    const TRIVERTEX *v = gradient->v;
    LONGLONG w[3];
    (void)column, (void)row;
    if (gradient->mode == GRADIENT_FILL_TRIANGLE) {
        w[0] = (LONGLONG)(v[1].x - x) * (v[2].y - y) - (LONGLONG)(v[1].y - y) * (v[2].x - x);
        w[1] = (LONGLONG)(v[2].x - x) * (v[0].y - y) - (LONGLONG)(v[2].y - y) * (v[0].x - x);
        w[2] = gradient->area - w[0] - w[1];
    } else {
        LONG from = gradient->mode == GRADIENT_FILL_RECT_H ? v[0].x : v[0].y, to = gradient->mode == GRADIENT_FILL_RECT_H ? v[1].x : v[1].y;
        w[1] = (gradient->mode == GRADIENT_FILL_RECT_H ? x : y) - from;
        w[0] = to - from - w[1];
    }
    int corners = gradient->mode == GRADIENT_FILL_TRIANGLE ? 3 : 2;
    DWORD colour = mixed(gradient, w, corners, corners == 3 ? gradient->area : w[0] + w[1]);
    surface_put(gradient->surface, x, y, surface_raw(gradient->surface, colour));
}

static bool fill_gradient_rect(struct dc *dc, struct gradient *gradient) {
    TRIVERTEX *v = gradient->v;
    bool swap = gradient->mode == GRADIENT_FILL_RECT_H ? v[0].x > v[1].x : v[0].y > v[1].y;
    if (swap) {
        TRIVERTEX other = v[0];
        v[0] = v[1];
        v[1] = other;
    }
    LONG left = v[0].x < v[1].x ? v[0].x : v[1].x, top = v[0].y < v[1].y ? v[0].y : v[1].y;
    const struct target target = {dc, left, top, v[0].x + v[1].x - 2 * left, v[0].y + v[1].y - 2 * top};
    return !target.width || !target.height || each_pixel(&target, put_gradient, gradient);
}

static bool fill_gradient_triangle(struct dc *dc, struct gradient *gradient) {
    const TRIVERTEX *v = gradient->v;
    static const INT three = 3;
    POINT corners[3];
    struct region region = {0}, clip = {0};
    gradient->area = (LONGLONG)(v[1].x - v[0].x) * (v[2].y - v[0].y) - (LONGLONG)(v[1].y - v[0].y) * (v[2].x - v[0].x);
    if (!gradient->area)
        return true;
    for (int i = 0; i < 3; i++)
        corners[i] = (POINT){v[i].x * 16, v[i].y * 16};
    bool good = region_add_polygons(&region, corners, &three, 1, ALTERNATE) && dc_clip(dc, &clip) &&
                region_combine(&clip, &clip, &region, RGN_AND);
    for (unsigned i = 0; good && i < clip.count; i++)
        for (LONG y = clip.rects[i].top; y < clip.rects[i].bottom; y++)
            for (LONG x = clip.rects[i].left; x < clip.rects[i].right; x++)
                put_gradient(gradient, x, y, 0, 0);
    region_clear(&region);
    region_clear(&clip);
    return good;
}

static bool take_vertices(const struct dc *dc, struct gradient *gradient, const TRIVERTEX *vertices, ULONG count, const ULONG *indices) {
    for (int i = 0; i < (gradient->mode == GRADIENT_FILL_TRIANGLE ? 3 : 2); i++) {
        if (indices[i] >= count)
            return fail(ERROR_INVALID_PARAMETER);
        gradient->v[i] = vertices[indices[i]];
        POINT at = {gradient->v[i].x, gradient->v[i].y};
        dc_to_device(dc, &at, 1);
        gradient->v[i].x = at.x;
        gradient->v[i].y = at.y;
    }
    return true;
}

API(gdi32, BOOL, GdiGradientFill, HDC hdc, TRIVERTEX *pVertex, ULONG nVertex, PVOID pMesh, ULONG nCount, ULONG ulMode) {
    struct dc *dc = dc_find(hdc);
    if (!dc || !pVertex || !nVertex || !pMesh || !nCount || ulMode > GRADIENT_FILL_TRIANGLE)
        return fail(ERROR_INVALID_PARAMETER);
    const ULONG *mesh = pMesh;
    unsigned corners = ulMode == GRADIENT_FILL_TRIANGLE ? 3 : 2;
    for (ULONG i = 0; i < nCount; i++, mesh += corners) {
        struct gradient gradient = {.surface = dc->surface, .mode = ulMode};
        if (!take_vertices(dc, &gradient, pVertex, nVertex, mesh))
            return FALSE;
        if (dc->surface && !(corners == 3 ? fill_gradient_triangle(dc, &gradient) : fill_gradient_rect(dc, &gradient)))
            return FALSE;
    }
    return TRUE;
}
API_ALIAS(api_GdiGradientFill, msimg, msimg32, "GradientFill");
