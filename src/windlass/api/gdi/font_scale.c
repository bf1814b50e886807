/* Faces at a size: what a logical font is on a device ("About Fonts: Font-mapping", "Rotated text", "SetGraphicsMode
 * function"). */
#include "fonts.h"

#include <math.h>

enum { KEPT = 48, DEFAULT_HEIGHT = 16, BOLD_PART = 24, LARGEST_ADVANCE = 0x7fff, NOT_ASKED = -0x8000 };
enum { AS_WINDOWS = FT_LOAD_NO_BITMAP | FT_LOAD_NO_AUTOHINT }; /* it fits to the grid only by a font's own instructions */
#define SLANT 0.25

static struct scaled_font *scaled_fonts;             /* the latest used first; the lock is fonts.h's */

static void free_scaled(struct scaled_font *font) {
    if (font->size)
        freetype.Done_Size(font->size);
    free(font->advances);
    free(font);
}

void scaled_fonts_forget(const struct face *face) {
    for (struct scaled_font **place = &scaled_fonts; *place;) {
        struct scaled_font *font = *place;
        if (!face || font->face == face) {
            *place = font->next;
            free_scaled(font);
        } else {
            place = &font->next;
        }
    }
}

static void drop_oldest(void) {
    struct scaled_font **place = &scaled_fonts;
    for (unsigned i = 0; *place && i < KEPT; i++)
        place = &(*place)->next;
    while (*place) {
        struct scaled_font *font = *place;
        *place = font->next;
        free_scaled(font);
    }
}

/* ---- sizes ---- */

static double length(double x, double y) { return sqrt(x * x + y * y); }

static LONG nearest(double value) { return (LONG)floor(value + 0.5); }

/* "The font mapper transforms this value into device units": above zero the cell's height, below that of the em square;
 * it "looks for the largest font that does not exceed the requested size". */
static LONG choose_ppem(const struct face_facts *facts, LONG height, double scale) {
    LONG wanted = nearest(labs(height ? height : DEFAULT_HEIGHT) * scale), pixels = wanted;
    LONG cell = facts->win_ascent + facts->win_descent;
    if (height >= 0 && cell > 0) {
        pixels = nearest((double)wanted * facts->units / cell);
        pixels -= nearest((double)pixels * cell / facts->units) > wanted;
    }
    return pixels < 1 ? 1 : pixels > 0x2000 ? 0x2000 : pixels;
}

static double part(const struct scaled_font *font, LONG units) {
    return (double)units * font->ppem / font->face->facts.units;
}

LONG scale_y(const struct scaled_font *font, LONG units) { return nearest(part(font, units)); }
LONG scale_x(const struct scaled_font *font, LONG units) { return nearest(scale_y(font, units) * font->stretch); }
LONG logical_x(const struct scaled_font *font, LONG pixels) { return nearest(pixels * font->to_logical_x); }
LONG logical_y(const struct scaled_font *font, LONG pixels) { return nearest(pixels * font->to_logical_y); }

static void choose_style(struct scaled_font *font) {
    const struct face *face = font->face;
    const LOGFONTW *like = &font->like;
    font->is_emboldened = like->lfWeight > FW_CANNOT_BE_BOLD && face->weight <= FW_CANNOT_BE_BOLD;
    font->is_slanted = like->lfItalic && !face->is_italic;
    font->is_vertical = like->lfFaceName[0] == '@';
    font->charset = font_charset(face, like->lfCharSet);
}

/* A width is that of the average character. Without one GM_COMPATIBLE keeps the shape that the face has on the device. */
static void choose_size(struct scaled_font *font, double across, double down) {
    const struct face_facts *facts = &font->face->facts;
    font->ppem = choose_ppem(facts, font->like.lfHeight, down);
    font->stretch = font->is_advanced ? across / down : 1;
    LONG average = scale_y(font, facts->average_width);
    if (font->like.lfWidth && average > 0)
        font->stretch = labs(font->like.lfWidth) * across / average;
    font->ascent = scale_y(font, facts->win_ascent);
    font->descent = scale_y(font, facts->win_descent);
    font->to_logical_x = 1 / across;
    font->to_logical_y = 1 / down;
}

/* The escapement turns the line within the page in GM_COMPATIBLE, on the device; in GM_ADVANCED in the world, which
 * turns and mirrors on its part. */
static void choose_direction(struct scaled_font *font) {
    double angle = font->like.lfEscapement * M_PI / 1800, c = cos(angle), s = sin(angle);
    double ax = c, ay = -s, ux = -s, uy = -c;        /* along the line and up from it, y down */
    if (font->is_advanced) {
        const FLOAT *m = font->matrix;
        double across = length(m[0], m[1]), down = length(m[2], m[3]);
        double x = ax * m[0] + ay * m[2], y = ax * m[1] + ay * m[3];
        ax = x / across;
        ay = y / across;
        x = ux * m[0] + uy * m[2];
        y = ux * m[1] + uy * m[3];
        ux = x / down;
        uy = y / down;
    }
    font->baseline_x = ax;
    font->baseline_y = ay;
    font->up_x = ux;
    font->up_y = uy;
    font->is_turned = fabs(ax - 1) > 1e-6 || fabs(ay) > 1e-6 || fabs(ux) > 1e-6 || fabs(uy + 1) > 1e-6;
    font->turn = (FT_Matrix){(long)(ax * 0x10000), (long)(ux * 0x10000), (long)(-ay * 0x10000), (long)(-uy * 0x10000)};
}

static bool make_size(struct scaled_font *font) {
    FT_Face opened = face_open(font->face);
    FT_Size_RequestRec request = {FT_SIZE_REQUEST_TYPE_NOMINAL, (long)font->ppem * 64, (long)font->ppem * 64, 0, 0};
    if (!opened || freetype.New_Size(opened, &font->size))
        return false;
    freetype.Activate_Size(font->size);
    if (freetype.Request_Size(opened, &request))
        return false;
    font->advances = malloc((size_t)opened->num_glyphs * sizeof *font->advances);
    for (long i = 0; font->advances && i < opened->num_glyphs; i++)
        font->advances[i] = NOT_ASKED;
    return font->advances != NULL;
}

static void read_matrix(const struct dc *dc, FLOAT *matrix) {
    const XFORM *to = &dc->to_device;
    matrix[0] = to->eM11;
    matrix[1] = to->eM12;
    matrix[2] = to->eM21;
    matrix[3] = to->eM22;
}

static struct scaled_font *new_scaled(const LOGFONTW *like, const FLOAT *matrix, bool is_advanced) {
    struct scaled_font *font = calloc(1, sizeof *font);
    if (!font)
        return NULL;
    font->like = *like;
    memcpy(font->matrix, matrix, sizeof font->matrix);
    font->is_advanced = is_advanced;
    font->face = font_map(like);
    choose_style(font);
    choose_size(font, length(matrix[0], matrix[1]), length(matrix[2], matrix[3]));
    choose_direction(font);
    if (!make_size(font)) {
        free_scaled(font);
        return NULL;
    }
    font->next = scaled_fonts;
    scaled_fonts = font;
    drop_oldest();
    return font;
}

static void bring_to_front(struct scaled_font **place) {
    struct scaled_font *font = *place;
    *place = font->next;
    font->next = scaled_fonts;
    scaled_fonts = font;
}

static bool is_same(const struct scaled_font *font, const LOGFONTW *like, const FLOAT *matrix, bool is_advanced) {
    return font->is_advanced == is_advanced && memcmp(&font->like, like, sizeof *like) == 0 &&
           memcmp(font->matrix, matrix, sizeof font->matrix) == 0;
}

struct scaled_font *dc_font(const struct dc *dc) {
    const struct font *font = gdi_find(dc->now.font, OBJ_FONT);
    FLOAT matrix[4];
    bool is_advanced = dc->now.graphics_mode == GM_ADVANCED;
    if (!font)
        return NULL;
    read_matrix(dc, matrix);
    for (struct scaled_font **place = &scaled_fonts; *place; place = &(*place)->next)
        if (is_same(*place, &font->like, matrix, is_advanced)) {
            bring_to_front(place);
            return scaled_fonts;
        }
    return new_scaled(&font->like, matrix, is_advanced);
}

/* ---- glyphs ---- */

WCHAR face_break_char(const struct face *face) {
    LONG first = face->facts.first_char;
    if (face->facts.break_char)
        return (WCHAR)face->facts.break_char;
    return first <= 1 ? (WCHAR)(first + 2) : first > 0xff ? ' ' : (WCHAR)first;
}

/* Symbol fonts have their characters in the private area from U+F000 on. */
unsigned glyph_of(const struct scaled_font *font, DWORD character) {
    FT_Face opened = font->face->opened;
    unsigned glyph = freetype.Get_Char_Index(opened, character);
    if (!glyph && font->face->is_symbol && character < 0x100)
        glyph = freetype.Get_Char_Index(opened, character + 0xf000);
    return glyph;
}

static long fixed(double value) { return (long)floor(value * 0x10000 + 0.5); }

FT_GlyphSlotRec *glyph_load(struct scaled_font *font, unsigned glyph, int flags) {
    FT_Face opened = font->face->opened;
    freetype.Activate_Size(font->size);
    if (freetype.Load_Glyph(opened, glyph, flags | AS_WINDOWS) || opened->glyph->format != FT_GLYPH_FORMAT_OUTLINE)
        return NULL;
    if (font->is_emboldened)
        freetype.Outline_Embolden(&opened->glyph->outline, (long)font->ppem * 64 / BOLD_PART);
    if (font->stretch != 1 || font->is_slanted) {
        const FT_Matrix matrix = {fixed(font->stretch), fixed(font->is_slanted ? SLANT : 0), 0, 0x10000};
        freetype.Outline_Transform(&opened->glyph->outline, &matrix);
    }
    return opened->glyph;
}

/* Rounded to pixels, and again upwards where it is stretched. */
LONG stretched_advance(const struct scaled_font *font, const FT_GlyphSlotRec *slot) {
    LONG advance = (LONG)((slot->metrics.horiAdvance + 32) >> 6) + font->is_emboldened;
    return font->stretch == 1 ? advance : (LONG)ceil(advance * font->stretch - 1e-6);
}

LONG glyph_advance(struct scaled_font *font, unsigned glyph) {
    FT_Face opened = font->face->opened;
    if (glyph >= (unsigned long)opened->num_glyphs)
        return 0;
    if (font->advances[glyph] == NOT_ASKED) {
        freetype.Activate_Size(font->size);
        bool has = freetype.Load_Glyph(opened, glyph, AS_WINDOWS) == 0;
        LONG advance = has ? stretched_advance(font, opened->glyph) : 0;
        font->advances[glyph] = (SHORT)(advance > LARGEST_ADVANCE ? LARGEST_ADVANCE : advance);
    }
    return font->advances[glyph];
}
