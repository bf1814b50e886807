/* Text that is drawn ("ExtTextOutW function", "SetTextAlign function", "Character Path"): the line's glyphs become one
 * mask of how much of each pixel they cover, which is painted in the text's colour. */
#include "fonts.h"

#include "codepage.h"

#include <math.h>

enum { ETO_OPAQUE = 2, ETO_CLIPPED = 4, ETO_GLYPH_INDEX = 0x10, ETO_PDY = 0x2000 };
enum { TA_UPDATECP = 1, TA_RIGHT = 2, TA_CENTER = 6, TA_BOTTOM = 8, TA_BASELINE = 24, HORIZONTAL = 6, VERTICAL = 24 };
enum { NONANTIALIASED_QUALITY = 3, PARTS = 16, NO_GLYPH = 0xffff };

struct line {
    struct dc *dc;
    int count;
    WCHAR *text;                                     /* the caller's own copies */
    INT *distances;                                  /* NULL: the glyphs' own widths */
    UINT options;
    POINT at;                                        /* logical */
    RECT clip;                                       /* device pixels, where ETO_CLIPPED */
    bool is_mono, has_text;
    LONG width;                                      /* device pixels */
    LONG logical_width;
    struct path cell, rules;                         /* what is behind the text; underline and strikeout */
    RECT bounds;                                     /* of the mask */
    BYTE *mask;
};

/* ---- where the glyphs go ---- */

/* The program's own distances, rounded so that errors do not add up. */
static void apply_distances(struct line *line, struct text_run *run, const struct scaled_font *font) {
    double sum = 0;
    LONG at = 0;
    int step = line->options & ETO_PDY ? 2 : 1;
    for (int i = 0; i < run->count; i++) {
        sum += line->distances[i * step];
        LONG next = (LONG)floor(sum / font->to_logical_x + 0.5);
        run->advances[i] = next - at;
        at = next;
    }
    run->width = at;
}

struct point { double x, y; };

static struct point along(struct point from, const struct scaled_font *font, double across, double up) {
    return (struct point){from.x + font->baseline_x * across + font->up_x * up, from.y + font->baseline_y * across + font->up_y * up};
}

/* Where the baseline begins. */
static struct point find_start(const struct line *line, const struct scaled_font *font) {
    UINT align = line->dc->now.text_align;
    POINT fixed = dc_to_fixed(line->dc, line->at.x, line->at.y);
    struct point start = {floor((double)fixed.x / PARTS + 0.5), floor((double)fixed.y / PARTS + 0.5)};
    double back = (align & HORIZONTAL) == TA_CENTER ? line->width / 2 : (align & HORIZONTAL) == TA_RIGHT ? line->width : 0;
    double up = (align & VERTICAL) == TA_BASELINE ? 0 : (align & VERTICAL) == TA_BOTTOM ? font->descent : -font->ascent;
    return along(start, font, -back, up);
}

/* A rectangle of the line's own directions. */
static void add_quadrangle(struct path *path, struct point start, const struct scaled_font *font, double width,
                           double top, double bottom) {
    const struct point corners[] = {along(start, font, 0, top), along(start, font, width, top), along(start, font, width, bottom), along(start, font, 0, bottom)};
    for (int i = 0; i < 4; i++)
        path_add(path, (LONG)floor(corners[i].x * PARTS + 0.5), (LONG)floor(corners[i].y * PARTS + 0.5),
                 i == 0 ? PT_MOVETO : i == 3 ? PT_LINETO | PT_CLOSEFIGURE : PT_LINETO);
}

static void add_rule(struct line *line, struct point start, const struct scaled_font *font, LONG position, LONG size) {
    LONG top = scale_y(font, position), height = scale_y(font, size);
    add_quadrangle(&line->rules, start, font, line->width, top, top - (height > 0 ? height : 1));
}

static void add_rules(struct line *line, struct point start, const struct scaled_font *font) {
    const struct face_facts *facts = &font->face->facts;
    if (font->like.lfUnderline)
        add_rule(line, start, font, facts->underline_position, facts->underline_size);
    if (font->like.lfStrikeOut)
        add_rule(line, start, font, facts->strikeout_position, facts->strikeout_size);
}

/* ---- glyphs as pixels ---- */

struct raster { LONG left, top, width, height; size_t pitch; BYTE *pixels; };

static bool render(struct raster *raster, FT_Outline *outline, bool is_mono) {
    FT_BBox box;
    freetype.Outline_Get_CBox(outline, &box);
    LONG left = (LONG)(box.xMin >> 6), bottom = (LONG)(box.yMin >> 6);
    raster->width = (LONG)((box.xMax + 63) >> 6) - left;
    raster->height = (LONG)((box.yMax + 63) >> 6) - bottom;
    raster->left = left;
    raster->top = bottom + raster->height;
    raster->pitch = is_mono ? ((size_t)raster->width + 7) / 8 : (size_t)raster->width;
    raster->pixels = raster->width > 0 && raster->height > 0 ? calloc((size_t)raster->height, raster->pitch) : NULL;
    if (!raster->pixels)
        return false;
    const FT_Bitmap bitmap = {.rows = (unsigned)raster->height, .width = (unsigned)raster->width, .pitch = (int)raster->pitch, .buffer = raster->pixels,
                              .num_grays = 256, .pixel_mode = is_mono ? FT_PIXEL_MODE_MONO : FT_PIXEL_MODE_GRAY};
    freetype.Outline_Translate(outline, -left * 64L, -bottom * 64L);
    freetype.Outline_Get_Bitmap(freetype.library, outline, &bitmap);
    return true;
}

static unsigned coverage(const struct raster *raster, LONG x, LONG y, bool is_mono) {
    const BYTE *row = raster->pixels + (size_t)y * raster->pitch;
    return is_mono ? (row[x / 8] >> (7 - x % 8) & 1) * 255 : row[x];
}

static void add_to_mask(struct line *line, const struct raster *raster, LONG x, LONG y) {
    LONG left = x + raster->left, top = y - raster->top, width = line->bounds.right - line->bounds.left;
    for (LONG row = 0; row < raster->height; row++) {
        LONG to_y = top + row;
        if (to_y < line->bounds.top || to_y >= line->bounds.bottom)
            continue;
        BYTE *mask = line->mask + (size_t)(to_y - line->bounds.top) * (size_t)width;
        for (LONG column = 0; column < raster->width; column++) {
            LONG to_x = left + column;
            if (to_x < line->bounds.left || to_x >= line->bounds.right)
                continue;
            unsigned sum = mask[to_x - line->bounds.left] + coverage(raster, column, row, line->is_mono);
            mask[to_x - line->bounds.left] = (BYTE)(sum > 255 ? 255 : sum);
        }
    }
}

static void draw_glyph(struct line *line, struct scaled_font *font, unsigned glyph, struct point at) {
    struct raster raster;
    FT_GlyphSlotRec *slot = glyph_load(font, glyph, line->is_mono ? FT_LOAD_TARGET_MONO : 0);
    if (!slot || !slot->outline.n_points)
        return;
    if (font->is_turned)
        freetype.Outline_Transform(&slot->outline, &font->turn);
    if (!render(&raster, &slot->outline, line->is_mono))
        return;
    add_to_mask(line, &raster, (LONG)floor(at.x + 0.5), (LONG)floor(at.y + 0.5));
    free(raster.pixels);
}

/* ---- glyphs as figures of a path ---- */

struct outliner { struct path *path; struct point origin; FT_Vector last; unsigned first; };

static int add_figure_point(struct outliner *outliner, const FT_Vector *to, BYTE type) {
    LONG x = (LONG)floor(outliner->origin.x * PARTS + (double)to->x / 4 + 0.5);
    LONG y = (LONG)floor(outliner->origin.y * PARTS - (double)to->y / 4 + 0.5);
    outliner->last = *to;
    return !path_add(outliner->path, x, y, type);
}

/* A line back to where the contour began is what closing it draws. */
static void close_contour(struct outliner *outliner) {
    struct path *path = outliner->path;
    unsigned last = path->count - 1;
    if (path->count > outliner->first + 1 && path->types[last] == PT_LINETO &&
        path->points[last].x == path->points[outliner->first].x && path->points[last].y == path->points[outliner->first].y)
        path->count--;
    path_close(path);
}

static int outline_move(const FT_Vector *to, void *context) {
    struct outliner *outliner = context;
    if (outliner->path->count > outliner->first)
        close_contour(outliner);
    outliner->first = outliner->path->count;
    return add_figure_point(outliner, to, PT_MOVETO);
}

static int outline_line(const FT_Vector *to, void *context) { return add_figure_point(context, to, PT_LINETO); }

static int outline_cubic(const FT_Vector *control, const FT_Vector *other, const FT_Vector *to, void *context) {
    return add_figure_point(context, control, PT_BEZIERTO) || add_figure_point(context, other, PT_BEZIERTO) ||
           add_figure_point(context, to, PT_BEZIERTO);
}

static int outline_conic(const FT_Vector *control, const FT_Vector *to, void *context) {
    const struct outliner *outliner = context;
    const FT_Vector first = {(outliner->last.x + 2 * control->x) / 3, (outliner->last.y + 2 * control->y) / 3};
    const FT_Vector second = {(to->x + 2 * control->x) / 3, (to->y + 2 * control->y) / 3};
    return outline_cubic(&first, &second, to, context);
}

static void add_glyph_to_path(struct line *line, struct scaled_font *font, unsigned glyph, struct point at) {
    static const FT_Outline_Funcs functions = {outline_move, outline_line, outline_conic, outline_cubic, 0, 0};
    struct outliner outliner = {.path = &line->dc->path, .origin = at, .first = line->dc->path.count};
    FT_GlyphSlotRec *slot = glyph_load(font, glyph, 0);
    if (!slot || !slot->outline.n_points)
        return;
    if (font->is_turned)
        freetype.Outline_Transform(&slot->outline, &font->turn);
    freetype.Outline_Decompose(&slot->outline, &functions, &outliner);
    close_contour(&outliner);
}

/* ---- a line ---- */

/* How far the next character is above this one. */
static double rise_of(const struct line *line, const struct scaled_font *font, int i) {
    return line->distances && line->options & ETO_PDY ? floor(line->distances[2 * i + 1] / font->to_logical_y + 0.5) : 0;
}

static void set_glyphs(struct line *line, struct scaled_font *font, const struct text_run *run, struct point start,
                       void (*set)(struct line *, struct scaled_font *, unsigned, struct point)) {
    double across = 0, up = 0;
    for (int i = 0; i < run->count; i++) {
        if (run->glyphs[i] != NO_GLYPH)
            set(line, font, run->glyphs[i], along(start, font, across, up));
        across += run->advances[i];
        up += rise_of(line, font, i);
    }
}

/* No glyph is larger than the face's box, and what is done to its outline. */
static double reach_of(const struct scaled_font *font) {
    const RECT *box = &font->face->facts.box;
    LONG across = labs(box->left) > labs(box->right) ? labs(box->left) : labs(box->right), up = labs(box->top) > labs(box->bottom) ? labs(box->top) : labs(box->bottom);
    return hypot(scale_x(font, across), scale_y(font, up)) + font->ppem + 2;
}

static LONG clamped(double value, LONG low, LONG high) { return value < low ? low : value > high ? high : (LONG)value; }

/* The mask is for the glyphs' pixels, as far as these may be drawn on. */
static bool make_mask(struct line *line, const struct scaled_font *font, const struct text_run *run, struct point start) {
    double across = 0, up = 0, reach = reach_of(font);
    RECT *bounds = &line->bounds;
    struct point least = start, most = start;
    for (int i = 0; i < run->count; i++) {
        across += run->advances[i];
        up += rise_of(line, font, i);
        struct point at = along(start, font, across, up);
        least = (struct point){fmin(least.x, at.x), fmin(least.y, at.y)};
        most = (struct point){fmax(most.x, at.x), fmax(most.y, at.y)};
    }
    *bounds = (RECT){clamped(least.x - reach, bounds->left, bounds->right), clamped(least.y - reach, bounds->top, bounds->bottom),
                     clamped(most.x + reach, bounds->left, bounds->right), clamped(most.y + reach, bounds->top, bounds->bottom)};
    line->mask = calloc((size_t)(bounds->right - bounds->left) + 1, (size_t)(bounds->bottom - bounds->top) + 1);
    return line->mask || fail(ERROR_NOT_ENOUGH_MEMORY);
}

/* With the fonts' lock held. */
static bool lay_out(struct line *line, struct scaled_font *font) {
    struct text_run run;
    if (!run_make(&run, font, line->dc, line->text, line->count, line->options & ETO_GLYPH_INDEX ? RUN_IS_GLYPHS : 0))
        return false;
    if (line->distances)
        apply_distances(line, &run, font);
    line->width = run.width;
    line->logical_width = logical_x(font, run.width);
    struct point start = find_start(line, font);
    bool good = true;
    add_quadrangle(&line->cell, start, font, line->width, font->ascent, -font->descent);
    if (line->dc->is_path_open) {
        set_glyphs(line, font, &run, start, add_glyph_to_path);
    } else {
        add_rules(line, start, font);
        line->is_mono = line->is_mono || font->like.lfQuality == NONANTIALIASED_QUALITY;
        good = make_mask(line, font, &run, start);
        if (good)
            set_glyphs(line, font, &run, start, draw_glyph);
    }
    run_free(&run);
    return good;
}

/* ---- painting ---- */

static DWORD blend_channel(DWORD from, DWORD to, unsigned part, int shift) {
    int one = (int)(from >> shift & 255), other = (int)(to >> shift & 255);
    return (DWORD)(one + ((other - one) * (int)part + (other > one ? 127 : -127)) / 255) << shift;
}

static void paint_pixel(struct surface *surface, LONG x, LONG y, DWORD colour, DWORD raw, unsigned part) {
    if (part < 255) {
        DWORD under = surface_colour(surface, surface_get(surface, x, y));
        raw = surface_raw(surface, blend_channel(under, colour, part, 16) | blend_channel(under, colour, part, 8) | blend_channel(under, colour, part, 0));
    }
    surface_put(surface, x, y, raw);
}

static void paint_mask(const struct line *line, const struct region *clip) {
    struct surface *surface = line->dc->surface;
    DWORD colour = dc_colour(line->dc, line->dc->now.text), raw = surface_raw(surface, colour);
    const RECT *bounds = &line->bounds;
    LONG width = bounds->right - bounds->left;
    for (unsigned i = 0; i < clip->count; i++) {
        const RECT *rect = &clip->rects[i];
        LONG left = rect->left > bounds->left ? rect->left : bounds->left, right = rect->right < bounds->right ? rect->right : bounds->right;
        LONG top = rect->top > bounds->top ? rect->top : bounds->top, bottom = rect->bottom < bounds->bottom ? rect->bottom : bounds->bottom;
        for (LONG y = top; y < bottom; y++) {
            const BYTE *mask = line->mask + (size_t)(y - bounds->top) * (size_t)width;
            for (LONG x = left; x < right; x++)
                if (mask[x - bounds->left])
                    paint_pixel(surface, x, y, colour, raw, mask[x - bounds->left]);
        }
    }
}

/* In one colour, over what is there. */
static bool paint_path(struct line *line, const struct path *path, COLORREF colour, const struct region *clip) {
    struct region region = {0};
    struct paint paint;
    paint_solid(&paint, line->dc, colour);
    bool good = path_region(path, WINDING, &region) && region_combine(&region, &region, clip, RGN_AND) &&
                dc_paint_region(line->dc, &region, &paint, R2_COPYPEN);
    paint_done(&paint);
    region_clear(&region);
    return good;
}

static bool paint_rect(struct line *line, const struct region *clip) {
    struct region region = {0};
    struct paint paint;
    const RECT *rect = &line->clip;
    paint_solid(&paint, line->dc, line->dc->now.background);
    bool good = region_set_rect(&region, rect->left, rect->top, rect->right, rect->bottom) &&
                (!clip || region_combine(&region, &region, clip, RGN_AND)) &&
                dc_paint_region(line->dc, &region, &paint, R2_COPYPEN);
    paint_done(&paint);
    region_clear(&region);
    return good;
}

static bool paint(struct line *line, const struct region *clip) {
    bool good = true;
    if (line->dc->now.background_mode == OPAQUE && line->has_text)
        good = paint_path(line, &line->cell, line->dc->now.background, clip);
    if (good && line->mask)
        paint_mask(line, clip);
    return good && (!line->rules.count || paint_path(line, &line->rules, line->dc->now.text, clip));
}

/* ---- the function ---- */

static void advance_position(struct line *line) {
    struct dc_state *now = &line->dc->now;
    if (!(now->text_align & TA_UPDATECP))
        return;
    if ((now->text_align & HORIZONTAL) == TA_RIGHT)
        now->position.x -= line->logical_width;
    else if ((now->text_align & HORIZONTAL) == 0)
        now->position.x += line->logical_width;
}

static bool find_clip(struct line *line, struct region *clip) {
    line->is_mono = line->dc->surface && line->dc->surface->bits <= 4;
    return dc_clip(line->dc, clip) && (!(line->options & ETO_CLIPPED) || region_intersect_rect(clip, &line->clip));
}

static bool draw_text(struct line *line, const struct region *clip) {
    line->bounds = region_bounds(clip);
    fonts_lock();
    struct scaled_font *font = dc_font(line->dc);
    bool good = font && lay_out(line, font);
    fonts_unlock();
    good = good && (line->dc->is_path_open || !line->dc->surface || paint(line, clip));
    if (good)
        advance_position(line);
    free(line->mask);
    path_clear(&line->cell);
    path_clear(&line->rules);
    return good;
}

static bool draw_line(struct line *line) {
    struct region clip = {0};
    bool good = find_clip(line, &clip);
    if (good && line->options & ETO_OPAQUE && line->dc->surface && !line->dc->is_path_open)
        good = paint_rect(line, NULL);
    if (good && line->has_text)
        good = draw_text(line, &clip);
    region_clear(&clip);
    return good;
}

/* ETO_PDY: a pair for each character. */
static INT *copy_distances(const INT *distances, int count, UINT options) {
    size_t size = (size_t)count * (options & ETO_PDY ? 2 : 1) * sizeof *distances;
    INT *copy = malloc(size + 1);
    if (copy)
        memcpy(copy, distances, size);
    return copy;
}

/* Takes the text. */
static BOOL text_out(struct dc *dc, int x, int y, UINT options, const RECT *rect, WCHAR *text, int count,
                     const INT *distances) {
    struct line line = {.dc = dc, .count = count, .text = text, .options = options, .at = {x, y}, .has_text = count > 0};
    if (!text)
        return FALSE;
    if (dc->now.text_align & TA_UPDATECP)
        line.at = dc->now.position;
    if (!rect)
        line.options &= ~(UINT)(ETO_OPAQUE | ETO_CLIPPED);
    else
        line.clip = dc_rect_to_device(dc, rect->left, rect->top, rect->right, rect->bottom);
    if (distances && count)
        line.distances = copy_distances(distances, count, options);
    bool good = (!distances || !count || line.distances) && draw_line(&line);
    free(line.distances);
    free(text);
    return good;
}

API(gdi32, BOOL, ExtTextOutW, HDC hdc, int x, int y, UINT options, const RECT *lprect, LPCWSTR lpString, UINT c,
    const INT *lpDx) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return FALSE;
    if ((int)c < 0 || (c && !lpString))
        return fail(ERROR_INVALID_PARAMETER);
    return text_out(dc, x, y, options, lprect, text_copy(lpString, (int)c), (int)c, lpDx);
}

/* With a distance for each byte: those of the further bytes of a character come to its first. */
static INT *distances_of_units(const char *text, int count, const INT *distances) {
    INT *units = calloc((size_t)count + 1, sizeof *units);
    int unit = 0;
    for (int i = 0, size; units && i < count; i += size, unit++) {
        WCHAR wide[2];
        int parts = 1;
        size = codepage_decode_one(codepage_ansi(), text + i, (size_t)(count - i), wide, &parts);
        size = size < 1 ? 1 : size;
        for (int byte = 0; byte < size; byte++)
            units[unit] += distances[i + byte];
        unit += parts - 1;
    }
    return units;
}

API(gdi32, BOOL, ExtTextOutA, HDC hdc, int x, int y, UINT options, const RECT *lprect, LPCSTR lpString, UINT c,
    const INT *lpDx) {
    struct dc *dc = dc_find(hdc);
    int units;
    if (!dc)
        return FALSE;
    if (options & ETO_GLYPH_INDEX)                   /* indices are words here too */
        return api_ExtTextOutW(hdc, x, y, options, lprect, (LPCWSTR)(const void *)lpString, c, lpDx);
    if ((int)c < 0 || (c && !lpString))
        return fail(ERROR_INVALID_PARAMETER);
    WCHAR *text = text_copy_ansi(dc, lpString, (int)c, &units);
    INT *distances = lpDx && text && units != (int)c ? distances_of_units(lpString, (int)c, lpDx) : NULL;
    BOOL good = text_out(dc, x, y, options, lprect, text, units, distances ? distances : lpDx);
    free(distances);
    return good;
}

API(gdi32, BOOL, TextOutW, HDC hdc, int x, int y, LPCWSTR lpString, int c) {
    return api_ExtTextOutW(hdc, x, y, 0, NULL, lpString, (UINT)c, NULL);
}

API(gdi32, BOOL, TextOutA, HDC hdc, int x, int y, LPCSTR lpString, int c) {
    return api_ExtTextOutA(hdc, x, y, 0, NULL, lpString, (UINT)c, NULL);
}

typedef struct { int x, y; UINT n; LPCWSTR lpstr; UINT uiFlags; RECT rcl; INT *pdx; } POLYTEXTW;
typedef struct { int x, y; UINT n; LPCSTR lpstr; UINT uiFlags; RECT rcl; INT *pdx; } POLYTEXTA;

API(gdi32, BOOL, PolyTextOutW, HDC hdc, const POLYTEXTW *ppt, int nstrings) {
    for (; nstrings > 0; nstrings--, ppt++)
        if (!api_ExtTextOutW(hdc, ppt->x, ppt->y, ppt->uiFlags, &ppt->rcl, ppt->lpstr, ppt->n, ppt->pdx))
            return FALSE;
    return TRUE;
}

API(gdi32, BOOL, PolyTextOutA, HDC hdc, const POLYTEXTA *ppt, int nstrings) {
    for (; nstrings > 0; nstrings--, ppt++)
        if (!api_ExtTextOutA(hdc, ppt->x, ppt->y, ppt->uiFlags, &ppt->rcl, ppt->lpstr, ppt->n, ppt->pdx))
            return FALSE;
    return TRUE;
}
