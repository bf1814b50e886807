/* Single glyphs as a program gets them: metrics, bitmaps, outlines ("GetGlyphOutlineW function", "TTPOLYGONHEADER
 * structure"). */
#include "fonts.h"

enum { GGO_METRICS = 0, GGO_BITMAP = 1, GGO_NATIVE = 2, GGO_BEZIER = 3, GGO_GRAY2_BITMAP = 4, GGO_GRAY4_BITMAP = 5,
       GGO_GRAY8_BITMAP = 6, GGO_GLYPH_INDEX = 0x80, GGO_UNHINTED = 0x100 };

typedef struct { WORD fract; SHORT value; } FIXED;
typedef struct { FIXED eM11, eM12, eM21, eM22; } MAT2;
typedef struct { UINT gmBlackBoxX, gmBlackBoxY; POINT gmptGlyphOrigin; SHORT gmCellIncX, gmCellIncY; } GLYPHMETRICS;
typedef struct { FIXED x, y; } POINTFX;

/* A growing block of bytes. */
struct bytes { BYTE *data; size_t size, capacity; bool failed; };

static void put(struct bytes *bytes, const void *data, size_t size) {
    if (bytes->size + size > bytes->capacity) {
        size_t capacity = (bytes->size + size) * 2;
        BYTE *grown = realloc(bytes->data, capacity);
        bytes->failed = bytes->failed || !grown;
        if (!grown)
            return;
        bytes->data = grown;
        bytes->capacity = capacity;
    }
    memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

/* ---- outlines ---- */

enum { TT_PRIM_LINE = 1, TT_PRIM_QSPLINE = 2, TT_PRIM_CSPLINE = 3, TT_POLYGON_TYPE = 24 };

/* Points of one contour; `bytes` also holds the head of the curve that is being written. */
struct contour {
    struct bytes *bytes;
    size_t curve;                                    /* where the curve's head is; its count grows */
    WORD type;
};

static POINTFX fixed_point(FT_Vector point) {
    return (POINTFX){{(WORD)((point.x & 63) << 10), (SHORT)(point.x >> 6)}, {(WORD)((point.y & 63) << 10), (SHORT)(point.y >> 6)}};
}

static void put_point(struct contour *contour, FT_Vector point) {
    POINTFX fixed = fixed_point(point);
    put(contour->bytes, &fixed, sizeof fixed);
    if (contour->bytes->failed)
        return;
    WORD count;
    memcpy(&count, contour->bytes->data + contour->curve + sizeof(WORD), sizeof count);
    count++;
    memcpy(contour->bytes->data + contour->curve + sizeof(WORD), &count, sizeof count);
}

/* Points of one type that follow each other are one curve. */
static void begin_curve(struct contour *contour, WORD type) {
    if (contour->type == type)
        return;
    const WORD head[] = {type, 0};
    contour->type = type;
    contour->curve = contour->bytes->size;
    put(contour->bytes, head, sizeof head);
}

static FT_Vector between(FT_Vector one, FT_Vector other) { return (FT_Vector){(one.x + other.x) / 2, (one.y + other.y) / 2}; }

static FT_Vector third(FT_Vector end, FT_Vector control) {
    return (FT_Vector){(end.x + 2 * control.x) / 3, (end.y + 2 * control.y) / 3};
}

static void put_quadratic_as_cubic(struct contour *contour, FT_Vector from, FT_Vector control, FT_Vector to) {
    begin_curve(contour, TT_PRIM_CSPLINE);
    put_point(contour, third(from, control));
    put_point(contour, third(to, control));
    put_point(contour, to);
}

/* A contour's points in a circle, from a point that is on it. */
struct circle {
    const FT_Outline *outline;
    unsigned first, count, start;
    FT_Vector begin;
};

static unsigned index_of(const struct circle *circle, unsigned i) {
    return circle->first + (circle->start + i) % circle->count;
}
static FT_Vector point_of(const struct circle *circle, unsigned i) { return circle->outline->points[index_of(circle, i)]; }
static unsigned tag_of(const struct circle *circle, unsigned i) { return circle->outline->tags[index_of(circle, i)] & 3; }

/* Where no point is on a contour it begins between the last and the first. */
static void find_begin(struct circle *circle) {
    while (circle->start < circle->count && tag_of(circle, 0) != FT_CURVE_TAG_ON)
        circle->start++;
    if (circle->start < circle->count) {
        circle->begin = point_of(circle, 0);
        circle->start = (circle->start + 1) % circle->count;
        return;
    }
    circle->start = 0;
    circle->begin = between(point_of(circle, circle->count - 1), point_of(circle, 0));
}

/* What follows a control point: itself if it is on the curve, the middle to the next control point, or the beginning. */
static FT_Vector end_of_quadratic(const struct circle *circle, unsigned i, unsigned total) {
    if (i + 1 >= total)
        return circle->begin;
    return tag_of(circle, i + 1) == FT_CURVE_TAG_ON ? point_of(circle, i + 1) : between(point_of(circle, i), point_of(circle, i + 1));
}

/* A spline of TrueType's is its control points, with the last point at its end; the points between are implied. */
static void put_spline(struct contour *contour, const struct circle *circle, unsigned i, unsigned total, FT_Vector at,
                       bool as_cubic) {
    FT_Vector end = end_of_quadratic(circle, i, total);
    bool goes_on = i + 1 < total && tag_of(circle, i + 1) != FT_CURVE_TAG_ON;
    if (as_cubic) {
        put_quadratic_as_cubic(contour, at, point_of(circle, i), end);
    } else {
        begin_curve(contour, TT_PRIM_QSPLINE);
        put_point(contour, point_of(circle, i));
        if (!goes_on)
            put_point(contour, end);
    }
    if (!goes_on)
        contour->type = 0;                           /* the next spline is a curve of its own */
}

static void put_contour(struct bytes *bytes, const FT_Outline *outline, unsigned first, unsigned end, bool as_cubic) {
    struct circle circle = {.outline = outline, .first = first, .count = end - first};
    struct contour contour = {.bytes = bytes};
    size_t head = bytes->size;
    find_begin(&circle);
    bool has_on = tag_of(&circle, circle.count - 1) == FT_CURVE_TAG_ON;
    unsigned total = circle.count - has_on;          /* the beginning itself is not drawn to again */
    const DWORD header[] = {0, TT_POLYGON_TYPE};
    POINTFX begin = fixed_point(circle.begin);
    put(bytes, header, sizeof header);
    put(bytes, &begin, sizeof begin);
    FT_Vector at = circle.begin;
    for (unsigned i = 0; i < total && !bytes->failed; i++) {
        unsigned tag = tag_of(&circle, i);
        if (tag == FT_CURVE_TAG_ON) {
            begin_curve(&contour, TT_PRIM_LINE);
            put_point(&contour, at = point_of(&circle, i));
        } else if (tag == FT_CURVE_TAG_CUBIC && i + 1 < total) {
            FT_Vector to = i + 2 < total ? point_of(&circle, i + 2) : circle.begin;
            begin_curve(&contour, TT_PRIM_CSPLINE);
            put_point(&contour, point_of(&circle, i));
            put_point(&contour, point_of(&circle, i + 1));
            put_point(&contour, at = to);
            i += 2;
        } else {
            FT_Vector to = end_of_quadratic(&circle, i, total);
            put_spline(&contour, &circle, i, total, at, as_cubic);
            at = to;
            if (i + 1 < total && tag_of(&circle, i + 1) == FT_CURVE_TAG_ON)
                i++;
        }
    }
    if (!bytes->failed) {
        DWORD size = (DWORD)(bytes->size - head);
        memcpy(bytes->data + head, &size, sizeof size);
    }
}

static void put_outline(struct bytes *bytes, const FT_Outline *outline, bool as_cubic) {
    for (unsigned i = 0, first = 0; i < outline->n_contours; first = outline->contours[i++] + 1u)
        if (outline->contours[i] + 1u > first + 1)
            put_contour(bytes, outline, first, outline->contours[i] + 1u, as_cubic);
}

/* ---- bitmaps ---- */

struct box { LONG left, top, right, bottom; };       /* pixels, y up */

/* Rows are of 32 bits each; grey pixels have a byte, from 0 to the level that is black. */
static void put_bitmap(struct bytes *bytes, FT_Outline *outline, const struct box *box, UINT format) {
    unsigned width = (unsigned)(box->right - box->left), height = (unsigned)(box->top - box->bottom);
    bool is_mono = format == GGO_BITMAP;
    size_t pitch = is_mono ? (width + 31) / 32 * 4 : (width + 3) / 4 * 4;
    BYTE *pixels = calloc(height, pitch);
    FT_Bitmap bitmap = {.rows = height, .width = width, .pitch = (int)pitch, .buffer = pixels, .num_grays = 256,
                        .pixel_mode = is_mono ? FT_PIXEL_MODE_MONO : FT_PIXEL_MODE_GRAY};
    unsigned levels = format == GGO_GRAY2_BITMAP ? 4 : format == GGO_GRAY4_BITMAP ? 16 : 64;
    bytes->failed = bytes->failed || !pixels;
    if (!pixels)
        return;
    freetype.Outline_Translate(outline, -box->left * 64L, -box->bottom * 64L);
    freetype.Outline_Get_Bitmap(freetype.library, outline, &bitmap);
    for (size_t i = 0; !is_mono && i < height * pitch; i++)
        pixels[i] = (BYTE)(pixels[i] * (levels + 1) / 256);
    put(bytes, pixels, height * pitch);
    free(pixels);
}

/* ---- the function ---- */

struct glyph {
    GLYPHMETRICS metrics;
    struct bytes bytes;
    bool found;
};

static long fixed16(FIXED value) { return value.value * 0x10000L + value.fract; }

static void apply_matrix(FT_Outline *outline, const MAT2 *matrix) {
    const FT_Matrix wanted = {fixed16(matrix->eM11), fixed16(matrix->eM21), fixed16(matrix->eM12), fixed16(matrix->eM22)};
    if (wanted.xx != 0x10000 || wanted.xy || wanted.yx || wanted.yy != 0x10000)
        freetype.Outline_Transform(outline, &wanted);
}

static struct box box_of(const FT_Outline *outline) {
    FT_BBox box = {0, 0, 64, 64};                    /* a blank's is one pixel */
    if (outline->n_points)
        freetype.Outline_Get_CBox(outline, &box);
    return (struct box){(LONG)(box.xMin >> 6), (LONG)((box.yMax + 63) >> 6), (LONG)((box.xMax + 63) >> 6), (LONG)(box.yMin >> 6)};
}

/* How far to go on: with the glyph's own matrix and the line's turn. */
static void find_increment(struct scaled_font *font, unsigned index, UINT format, const FT_GlyphSlotRec *slot,
                           const MAT2 *matrix, GLYPHMETRICS *metrics) {
    double advance = format == GGO_BITMAP ? stretched_advance(font, slot) : glyph_advance(font, index);
    double x = advance * font->baseline_x, y = -advance * font->baseline_y;
    double xx = (double)fixed16(matrix->eM11) / 65536, xy = (double)fixed16(matrix->eM21) / 65536;
    double yx = (double)fixed16(matrix->eM12) / 65536, yy = (double)fixed16(matrix->eM22) / 65536;
    double to_x = x * xx + y * xy, to_y = x * yx + y * yy;
    metrics->gmCellIncX = (SHORT)(to_x < 0 ? to_x - 0.5 : to_x + 0.5);
    metrics->gmCellIncY = (SHORT)(to_y < 0 ? to_y - 0.5 : to_y + 0.5);
}

static int load_flags(UINT format, bool is_unhinted) {
    return format == GGO_BITMAP ? FT_LOAD_TARGET_MONO : is_unhinted ? FT_LOAD_NO_HINTING : 0;
}

static void make_glyph(struct glyph *glyph, struct scaled_font *font, UINT character, UINT format, const MAT2 *matrix) {
    UINT kind = format & 15;
    unsigned index = format & GGO_GLYPH_INDEX ? character : glyph_of(font, character);
    FT_GlyphSlotRec *slot = glyph_load(font, index, load_flags(kind, format & GGO_UNHINTED));
    if (!slot)
        return;
    find_increment(font, index, kind, slot, matrix, &glyph->metrics);
    if (font->is_turned)
        freetype.Outline_Transform(&slot->outline, &font->turn);
    apply_matrix(&slot->outline, matrix);
    struct box box = box_of(&slot->outline);
    glyph->metrics.gmBlackBoxX = (UINT)(box.right - box.left);
    glyph->metrics.gmBlackBoxY = (UINT)(box.top - box.bottom);
    glyph->metrics.gmptGlyphOrigin = (POINT){box.left, slot->outline.n_points ? box.top : 0};
    glyph->found = true;
    if (!slot->outline.n_points)
        return;
    if (kind == GGO_NATIVE || kind == GGO_BEZIER)
        put_outline(&glyph->bytes, &slot->outline, kind == GGO_BEZIER);
    else if (kind != GGO_METRICS)
        put_bitmap(&glyph->bytes, &slot->outline, &box, kind);
}

static bool is_format(UINT format) {
    return (format & ~(UINT)(GGO_GLYPH_INDEX | GGO_UNHINTED)) <= GGO_GRAY8_BITMAP;
}

API(gdi32, DWORD, GetGlyphOutlineW, HDC hdc, UINT uChar, UINT fuFormat, GLYPHMETRICS *lpgm, DWORD cjBuffer,
    LPVOID pvBuffer, const MAT2 *lpmat2) {
    struct dc *dc = dc_find(hdc);
    struct glyph glyph = {.found = false};
    if (!dc || !lpmat2 || !lpgm || !is_format(fuFormat))
        return GDI_ERROR;
    const MAT2 matrix = *lpmat2;
    fonts_lock();
    struct scaled_font *font = dc_font(dc);
    if (font)
        make_glyph(&glyph, font, uChar, fuFormat, &matrix);
    fonts_unlock();
    DWORD size = (DWORD)glyph.bytes.size;
    bool good = glyph.found && !glyph.bytes.failed && (!pvBuffer || !cjBuffer || cjBuffer >= size);
    if (good)
        *lpgm = glyph.metrics;
    if (good && pvBuffer && cjBuffer && size)
        memcpy(pvBuffer, glyph.bytes.data, size);
    free(glyph.bytes.data);
    if (!good)
        return GDI_ERROR;
    return (fuFormat & 15) == GGO_METRICS ? 1 : size;
}

API(gdi32, DWORD, GetGlyphOutlineA, HDC hdc, UINT uChar, UINT fuFormat, GLYPHMETRICS *lpgm, DWORD cjBuffer,
    LPVOID pvBuffer, const MAT2 *lpmat2) {
    struct dc *dc = dc_find(hdc);
    const char bytes[] = {(char)(uChar >> 8), (char)uChar};
    int units, is_double = uChar > 0xff;
    if (!dc)
        return GDI_ERROR;
    if (!(fuFormat & GGO_GLYPH_INDEX)) {
        WCHAR *wide = text_copy_ansi(dc, bytes + !is_double, 1 + is_double, &units);
        uChar = wide && units ? wide[0] : 0;
        free(wide);
    }
    return api_GetGlyphOutlineW(hdc, uChar, fuFormat, lpgm, cjBuffer, pvBuffer, lpmat2);
}
API_ALIAS(api_GetGlyphOutlineA, old, gdi32, "GetGlyphOutline");

/* ---- glyph indices and the characters there are ---- */

enum { GGI_MARK_NONEXISTING_GLYPHS = 1, MISSING = 0xffff };

API(gdi32, DWORD, GetGlyphIndicesW, HDC hdc, LPCWSTR lpstr, int c, WORD *pgi, DWORD fl) {
    struct dc *dc = dc_find(hdc);
    WCHAR *text = dc && c >= 0 && pgi ? text_copy(lpstr, c) : NULL;
    if (!text)
        return GDI_ERROR;
    fonts_lock();
    struct scaled_font *font = dc_font(dc);
    for (int i = 0; font && i < c; i++) {
        unsigned glyph = glyph_of(font, text[i]);
        text[i] = (WCHAR)(!glyph && fl & GGI_MARK_NONEXISTING_GLYPHS ? MISSING : glyph);
    }
    fonts_unlock();
    if (font)
        memcpy(pgi, text, (size_t)c * sizeof *pgi);
    free(text);
    return font ? (DWORD)c : GDI_ERROR;
}

API(gdi32, DWORD, GetGlyphIndicesA, HDC hdc, LPCSTR lpstr, int c, WORD *pgi, DWORD fl) {
    struct dc *dc = dc_find(hdc);
    int units;
    WCHAR *text = dc && c >= 0 ? text_copy_ansi(dc, lpstr, c, &units) : NULL;
    DWORD result = text ? api_GetGlyphIndicesW(hdc, text, units, pgi, fl) : GDI_ERROR;
    free(text);
    return result;
}

typedef struct { WCHAR wcLow; USHORT cGlyphs; } WCRANGE;
typedef struct { DWORD cbThis, flAccel, cGlyphsSupported, cRanges; WCRANGE ranges[1]; } GLYPHSET;

/* Characters in order become ranges; `characters` is how many there are. */
static void find_ranges(FT_Face face, struct bytes *ranges, DWORD *characters) {
    unsigned glyph;
    WCRANGE range = {0, 0};
    for (unsigned long code = freetype.Get_First_Char(face, &glyph); glyph && code <= 0xffff; code = freetype.Get_Next_Char(face, code, &glyph)) {
        ++*characters;
        if (range.cGlyphs && code == (unsigned long)range.wcLow + range.cGlyphs && range.cGlyphs < 0xffff) {
            range.cGlyphs++;
            continue;
        }
        if (range.cGlyphs)
            put(ranges, &range, sizeof range);
        range = (WCRANGE){(WCHAR)code, 1};
    }
    if (range.cGlyphs)
        put(ranges, &range, sizeof range);
}

API(gdi32, DWORD, GetFontUnicodeRanges, HDC hdc, GLYPHSET *lpgs) {
    struct dc *dc = dc_find(hdc);
    struct bytes ranges = {NULL, 0, 0, false};
    DWORD characters = 0;
    if (!dc)
        return 0;
    fonts_lock();
    struct scaled_font *font = dc_font(dc);
    if (font)
        find_ranges(font->face->opened, &ranges, &characters);
    fonts_unlock();
    DWORD size = (DWORD)(offsetof(GLYPHSET, ranges) + ranges.size);
    if (font && lpgs) {
        const GLYPHSET head = {.cbThis = size, .cGlyphsSupported = characters, .cRanges = (DWORD)(ranges.size / sizeof(WCRANGE))};
        memcpy(lpgs, &head, offsetof(GLYPHSET, ranges));
        if (ranges.size)
            memcpy(lpgs->ranges, ranges.data, ranges.size);
    }
    free(ranges.data);
    return font && !ranges.failed ? size : 0;
}
