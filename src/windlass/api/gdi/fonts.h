/* Fonts over FreeType, shared by the font_*.c and text_*.c files ("Fonts and Text").
 *
 * A face is one installed font, read from a TrueType or OpenType file. A DC's logical font and its transformation give
 * a scaled font: a face at a size in device pixels, perhaps stretched, slanted or emboldened. Both are used with the
 * fonts' lock held, and no memory of the Windows program is touched meanwhile: a fault there would leave it held. */
#ifndef WINDLASS_FONTS_H
#define WINDLASS_FONTS_H

#include "freetype.h"
#include "gdi.h"

enum { LF_FULLFACESIZE = 64, PANOSE_SIZE = 10 };
enum { ANSI_CHARSET = 0, DEFAULT_CHARSET = 1, SYMBOL_CHARSET = 2, OEM_CHARSET = 255 };
enum { FIXED_PITCH = 1, VARIABLE_PITCH = 2, FF_ROMAN = 0x10, FF_SWISS = 0x20, FF_MODERN = 0x30, FF_SCRIPT = 0x40,
       FF_DECORATIVE = 0x50, FAMILY_MASK = 0xf0 };
enum { TMPF_FIXED_PITCH = 1, TMPF_VECTOR = 2, TMPF_TRUETYPE = 4, TMPF_DEVICE = 8 };
enum { FW_NORMAL = 400, FW_BOLD = 700, FW_CANNOT_BE_BOLD = 550 };

typedef struct { DWORD fsUsb[4], fsCsb[2]; } FONTSIGNATURE;

/* ---- font objects (gdi_font.c) ---- */

struct font {
    struct gdi_object head;
    LOGFONTW like;
};

/* ---- faces (font_list.c) ---- */

/* What the tables head, hhea, OS/2 and post say, in font units. */
struct face_facts {
    LONG units, win_ascent, win_descent, ascent, descent, line_gap, typo_ascent, typo_descent, typo_gap;
    LONG average_width, max_advance, min_ppem, cap_height, x_height, type, selection, first_char, last_char, break_char;
    LONG slope_rise, slope_run, italic_angle;        /* the angle in 1/10 degrees */
    LONG strikeout_size, strikeout_position, underline_size, underline_position;
    LONG script[8];                                  /* subscript's and superscript's size x, y and offset x, y */
    RECT box;
    BYTE panose[PANOSE_SIZE];
};

struct face {
    struct face *next;
    char *path;                                      /* NULL: in memory */
    const BYTE *memory;
    size_t memory_size;
    long index;                                      /* in a collection */
    const void *resource;                            /* what added it; NULL: installed */
    bool is_hidden;                                  /* not enumerated (FR_NOT_ENUM) */
    bool is_bold, is_italic, is_fixed, is_truetype, is_symbol;
    LONG weight;
    BYTE family;                                     /* FF_ */
    FONTSIGNATURE signature;
    WCHAR family_name[LF_FACESIZE], style_name[LF_FACESIZE], full_name[LF_FULLFACESIZE], unique_name[LF_FULLFACESIZE];
    struct face_facts facts;
    FT_Face opened;                                  /* from when it is first used */
};

extern struct freetype freetype;

/* Take the lock once the installed fonts have been read. fonts_lock() ends the call in progress with an error where
 * there is no FreeType or no font at all; fonts_try_lock() returns false. */
void fonts_lock(void);
bool fonts_try_lock(void);
void fonts_unlock(void);

/* All of the following: with the lock held. */
extern struct face *installed_faces;
FT_Face face_open(struct face *face);                /* NULL: the file is gone */
/* Adds all faces of a file, or of bytes that stay where they are; how many. */
unsigned faces_add(const char *path, const BYTE *memory, size_t size, const void *resource, bool is_hidden);
/* Removes what a resource has added; how many faces. */
unsigned faces_remove(const void *resource);
/* What another name stands for ("FontSubstitutes"); NULL. */
const WCHAR *font_substitute(const WCHAR *name);
/* The n-th family that has the same metrics as one of Windows' or stands in for it; NULL. */
const WCHAR *font_stand_in(const WCHAR *name, unsigned n);
/* An sfnt table's bytes from malloc(); NULL. The tag as in FT_TAG. */
BYTE *face_table(struct face *face, unsigned tag, size_t *size);

static inline WORD read_be16(const BYTE *bytes) { return (WORD)(bytes[0] << 8 | bytes[1]); }
static inline SHORT read_be16_signed(const BYTE *bytes) { return (SHORT)read_be16(bytes); }
static inline DWORD read_be32(const BYTE *bytes) { return (DWORD)read_be16(bytes) << 16 | read_be16(bytes + 2); }
bool same_face_name(const WCHAR *one, const WCHAR *other);

/* ---- the font mapper (font_map.c) ---- */

/* The installed face that is nearest to what is asked for; never NULL. */
struct face *font_map(const LOGFONTW *like);
/* The character set that the face is used with. */
BYTE font_charset(const struct face *face, BYTE wanted);
/* The character sets that a face has, in the order of their bits; CHARSET_COUNT at most. */
enum { CHARSET_COUNT = 20 };
unsigned face_charsets(const struct face *face, BYTE *sets);
const char *charset_script(BYTE set);
UINT charset_code_page(BYTE set);

/* ---- scaled fonts (font_scale.c) ---- */

struct scaled_font {
    struct scaled_font *next;                        /* the latest used first */
    LOGFONTW like;
    FLOAT matrix[4];                                 /* of the DC */
    bool is_advanced;                                /* GM_ADVANCED */
    struct face *face;
    FT_Size size;
    LONG ppem;
    BYTE charset;
    bool is_emboldened, is_slanted, is_vertical;
    double stretch;                                  /* of the width */
    double to_logical_x, to_logical_y;               /* lengths */
    bool is_turned;
    FT_Matrix turn;                                  /* escapement, world rotation */
    double baseline_x, baseline_y;                   /* where text goes, in device units, y down */
    double up_x, up_y;                               /* from the baseline to the ascent */
    LONG ascent, descent;                            /* device pixels */
    SHORT *advances;                                 /* by glyph; below 0 not yet asked for */
};

/* The selected font of a DC; NULL where its file is gone. */
struct scaled_font *dc_font(const struct dc *dc);
/* All of a face, or all. */
void scaled_fonts_forget(const struct face *face);

/* Font units as device pixels. */
LONG scale_x(const struct scaled_font *font, LONG units);
LONG scale_y(const struct scaled_font *font, LONG units);
/* Device pixels as logical units. */
LONG logical_x(const struct scaled_font *font, LONG pixels);
LONG logical_y(const struct scaled_font *font, LONG pixels);

/* What separates words: the font's own ("OS/2 table: usBreakChar"), or else its first character. */
WCHAR face_break_char(const struct face *face);
unsigned glyph_of(const struct scaled_font *font, DWORD character);
LONG glyph_advance(struct scaled_font *font, unsigned glyph);
LONG stretched_advance(const struct scaled_font *font, const FT_GlyphSlotRec *slot);
/* Loads the outline into the face's slot, stretched, emboldened and slanted; the flags are FT_LOAD_. NULL. */
FT_GlyphSlotRec *glyph_load(struct scaled_font *font, unsigned glyph, int flags);

/* ---- runs of text (text_run.c) ---- */

/* Text of one line as glyphs with the width of each, in device pixels. */
struct text_run {
    int count;
    WORD *glyphs;
    LONG *advances;
    LONG width;
};

enum { RUN_IS_GLYPHS = 1 };
/* False out of memory. `text` is the caller's own copy. */
bool run_make(struct text_run *run, struct scaled_font *font, const struct dc *dc, const WCHAR *text, int count,
              unsigned flags);
void run_free(struct text_run *run);

/* A copy of the program's text, NULL with the last error; count -1: up to the zero. free() it. */
WCHAR *text_copy(LPCWSTR text, int count);
/* Text in the code page of the DC's font. */
WCHAR *text_copy_ansi(const struct dc *dc, LPCSTR text, int count, int *units);

#endif
