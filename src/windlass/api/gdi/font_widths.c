/* Widths of single characters and glyphs ("Character Widths", "ABC structure"). */
#include "fonts.h"

typedef struct { int abcA; UINT abcB; int abcC; } ABC;
typedef struct { FLOAT abcfA, abcfB, abcfC; } ABCFLOAT;

/* Characters of a range or, where there is an array, of that; as glyphs or as characters, perhaps of the code page. */
struct characters {
    UINT first, count;
    const WORD *array;                               /* the caller's own copy */
    bool are_glyphs;
};

struct width { LONG advance, left, black; };         /* device pixels */

/* What a blank paints is one pixel wide. */
static void measure_box(struct scaled_font *font, unsigned glyph, struct width *width) {
    const FT_GlyphSlotRec *slot = glyph_load(font, glyph, 0);
    FT_BBox box = {0, 0, 64, 0};
    if (slot && slot->outline.n_points)
        freetype.Outline_Get_CBox(&slot->outline, &box);
    width->left = (LONG)(box.xMin >> 6);
    width->black = (LONG)((box.xMax + 63) >> 6) - width->left;
}

static void measure(struct scaled_font *font, const struct characters *characters, bool with_boxes, struct width *widths) {
    for (UINT i = 0; i < characters->count; i++) {
        UINT which = characters->array ? characters->array[i] : characters->first + i;
        unsigned glyph = characters->are_glyphs ? which : glyph_of(font, which);
        widths[i] = (struct width){.advance = glyph_advance(font, glyph)};
        if (with_boxes)
            measure_box(font, glyph, &widths[i]);
    }
}

/* The widths, to be freed, and how pixels become logical units; NULL with the last error. */
static struct width *measure_selected(HDC hdc, const struct characters *characters, bool with_boxes, double *to_logical) {
    struct dc *dc = dc_find(hdc);
    struct width *widths = dc ? malloc((characters->count + 1) * sizeof *widths) : NULL;
    if (!widths)
        return NULL;
    fonts_lock();
    struct scaled_font *font = dc_font(dc);
    if (font) {
        measure(font, characters, with_boxes, widths);
        *to_logical = font->to_logical_x;
    }
    fonts_unlock();
    if (font)
        return widths;
    free(widths);
    return NULL;
}

static int rounded(double value) { return (int)(value < 0 ? value - 0.5 : value + 0.5); }

static BOOL give_widths(HDC hdc, const struct characters *characters, INT *out) {
    double to_logical;
    struct width *widths = out ? measure_selected(hdc, characters, false, &to_logical) : NULL;
    for (UINT i = 0; widths && i < characters->count; i++)
        out[i] = rounded(widths[i].advance * to_logical);
    free(widths);
    return widths != NULL;
}

/* Sixteenths of a pixel's, says "GetCharWidthFloat function": a width in pixels is as many sixteenths. */
static BOOL give_float_widths(HDC hdc, const struct characters *characters, FLOAT *out) {
    enum { PARTS = 16 };
    double to_logical;
    struct width *widths = out ? measure_selected(hdc, characters, false, &to_logical) : NULL;
    for (UINT i = 0; widths && i < characters->count; i++)
        out[i] = (FLOAT)(widths[i].advance * to_logical / PARTS);
    free(widths);
    return widths != NULL;
}

static BOOL give_abc(HDC hdc, const struct characters *characters, ABC *out) {
    double to_logical;
    struct width *widths = out ? measure_selected(hdc, characters, true, &to_logical) : NULL;
    for (UINT i = 0; widths && i < characters->count; i++) {
        const struct width *width = &widths[i];
        out[i] = (ABC){rounded(width->left * to_logical), (UINT)rounded(width->black * to_logical),
                       rounded((width->advance - width->left - width->black) * to_logical)};
    }
    free(widths);
    return widths != NULL;
}

static BOOL give_float_abc(HDC hdc, const struct characters *characters, ABCFLOAT *out) {
    double to_logical;
    struct width *widths = out ? measure_selected(hdc, characters, true, &to_logical) : NULL;
    for (UINT i = 0; widths && i < characters->count; i++) {
        const struct width *width = &widths[i];
        out[i] = (ABCFLOAT){(FLOAT)(width->left * to_logical), (FLOAT)(width->black * to_logical),
                            (FLOAT)((width->advance - width->left - width->black) * to_logical)};
    }
    free(widths);
    return widths != NULL;
}

/* ---- characters ---- */

enum { CHARACTERS = 0x10000 };

static bool range_of(struct characters *characters, UINT first, UINT last) {
    if (last < first || last >= CHARACTERS)
        return fail(ERROR_INVALID_PARAMETER);
    *characters = (struct characters){.first = first, .count = last - first + 1};
    return true;
}

#define OF_CHARACTERS(name, type, give)                                                                          \
    API(gdi32, BOOL, name, HDC hdc, UINT first, UINT last, type *out) {                                          \
        struct characters characters;                                                                            \
        return range_of(&characters, first, last) && give(hdc, &characters, out);                                \
    }

OF_CHARACTERS(GetCharWidth32W, INT, give_widths)
API_ALIAS(api_GetCharWidth32W, old, gdi32, "GetCharWidthW");
OF_CHARACTERS(GetCharWidthFloatW, FLOAT, give_float_widths)
OF_CHARACTERS(GetCharABCWidthsW, ABC, give_abc)
OF_CHARACTERS(GetCharABCWidthsFloatW, ABCFLOAT, give_float_abc)

/* Bytes of the code page of the font's character set: one of two bytes has the lead byte above. */
static WCHAR *range_of_bytes(const struct dc *dc, UINT first, UINT last, struct characters *characters) {
    if (!dc || last < first || last > 0xffff || last - first > 0xff) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    WCHAR *array = malloc((last - first + 1) * sizeof *array);
    for (UINT i = 0; array && i <= last - first; i++) {
        const char bytes[] = {(char)((first + i) >> 8), (char)(first + i)};
        int units = 0, is_double = first + i > 0xff;
        WCHAR *wide = text_copy_ansi(dc, bytes + !is_double, 1 + is_double, &units);
        array[i] = units ? wide[0] : 0;
        free(wide);
    }
    *characters = (struct characters){.count = last - first + 1, .array = array};
    return array;
}

#define OF_BYTES(name, type, give)                                                                               \
    API(gdi32, BOOL, name, HDC hdc, UINT first, UINT last, type *out) {                                          \
        struct characters characters;                                                                            \
        WCHAR *array = range_of_bytes(dc_find(hdc), first, last, &characters);                                   \
        BOOL good = array && give(hdc, &characters, out);                                                        \
        free(array);                                                                                             \
        return good;                                                                                             \
    }

OF_BYTES(GetCharWidth32A, INT, give_widths)
API_ALIAS(api_GetCharWidth32A, old, gdi32, "GetCharWidthA");
OF_BYTES(GetCharWidthFloatA, FLOAT, give_float_widths)
OF_BYTES(GetCharABCWidthsA, ABC, give_abc)
OF_BYTES(GetCharABCWidthsFloatA, ABCFLOAT, give_float_abc)

/* ---- glyphs ---- */

/* "If this parameter is NULL, the function calculates the widths of consecutive glyph indices." */
static bool glyphs_of(struct characters *characters, UINT first, UINT count, const WORD *array) {
    *characters = (struct characters){.first = first, .count = count, .are_glyphs = true};
    if (!array || !count)
        return true;
    characters->array = text_copy(array, (int)count);
    return characters->array != NULL;
}

API(gdi32, BOOL, GetCharWidthI, HDC hdc, UINT giFirst, UINT cgi, WORD *pgi, INT *piWidths) {
    struct characters characters;
    BOOL good = glyphs_of(&characters, giFirst, cgi, pgi) && give_widths(hdc, &characters, piWidths);
    free((void *)(uintptr_t)characters.array);
    return good;
}

API(gdi32, BOOL, GetCharABCWidthsI, HDC hdc, UINT giFirst, UINT cgi, WORD *pgi, ABC *pabc) {
    struct characters characters;
    BOOL good = glyphs_of(&characters, giFirst, cgi, pgi) && give_abc(hdc, &characters, pabc);
    free((void *)(uintptr_t)characters.array);
    return good;
}
