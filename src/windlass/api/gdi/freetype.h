/* The part of FreeType's public interface that GDI's text needs ("FreeType API Reference"). It is declared here: the
 * library is found when text is first asked for, and its headers are not there where windlass is built.
 *
 * A library object and its faces are used by one thread at a time; the lock is that of fonts.h. */
#ifndef WINDLASS_FREETYPE_H
#define WINDLASS_FREETYPE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct FT_LibraryRec_ *FT_Library;
typedef struct FT_FaceRec_ *FT_Face;
typedef struct FT_SizeRec_ *FT_Size;
typedef struct { long x, y; } FT_Vector;
typedef struct { long xx, xy, yx, yy; } FT_Matrix;   /* 16.16 */
typedef struct { long xMin, yMin, xMax, yMax; } FT_BBox;
typedef struct { short height, width; long size, x_ppem, y_ppem; } FT_Bitmap_Size;
typedef struct { void *data; void (*finalizer)(void *); } FT_Generic;

typedef struct {
    unsigned rows, width;
    int pitch;
    unsigned char *buffer;
    unsigned short num_grays;
    unsigned char pixel_mode, palette_mode;
    void *palette;
} FT_Bitmap;

typedef struct {
    unsigned short n_contours, n_points;
    FT_Vector *points;
    unsigned char *tags;
    unsigned short *contours;
    int flags;
} FT_Outline;

typedef struct {
    long width, height, horiBearingX, horiBearingY, horiAdvance, vertBearingX, vertBearingY, vertAdvance;
} FT_Glyph_Metrics;

typedef struct {
    FT_Library library;
    FT_Face face;
    void *next;
    unsigned glyph_index;
    FT_Generic generic;
    FT_Glyph_Metrics metrics;
    long linearHoriAdvance, linearVertAdvance;       /* 16.16 */
    FT_Vector advance;
    unsigned format;
    FT_Bitmap bitmap;
    int bitmap_left, bitmap_top;
    FT_Outline outline;
} FT_GlyphSlotRec;

typedef struct {
    unsigned short x_ppem, y_ppem;
    long x_scale, y_scale, ascender, descender, height, max_advance;
} FT_Size_Metrics;

struct FT_SizeRec_ {
    FT_Face face;
    FT_Generic generic;
    FT_Size_Metrics metrics;
};

typedef struct {
    FT_Face face;
    unsigned encoding;
    unsigned short platform_id, encoding_id;
} FT_CharMapRec;

struct FT_FaceRec_ {
    long num_faces, face_index, face_flags, style_flags, num_glyphs;
    char *family_name, *style_name;
    int num_fixed_sizes;
    FT_Bitmap_Size *available_sizes;
    int num_charmaps;
    FT_CharMapRec **charmaps;
    FT_Generic generic;
    FT_BBox bbox;
    unsigned short units_per_EM;
    short ascender, descender, height, max_advance_width, max_advance_height, underline_position, underline_thickness;
    FT_GlyphSlotRec *glyph;
    FT_Size size;
    FT_CharMapRec *charmap;
};

typedef struct {
    unsigned short platform_id, encoding_id, language_id, name_id;
    unsigned char *string;                           /* not terminated */
    unsigned string_len;
} FT_SfntName;

typedef struct { int type; long width, height; unsigned horiResolution, vertResolution; } FT_Size_RequestRec;

/* What an outline is made of, point by point. */
typedef struct {
    int (*move_to)(const FT_Vector *to, void *context);
    int (*line_to)(const FT_Vector *to, void *context);
    int (*conic_to)(const FT_Vector *control, const FT_Vector *to, void *context);
    int (*cubic_to)(const FT_Vector *control, const FT_Vector *other, const FT_Vector *to, void *context);
    int shift;
    long delta;
} FT_Outline_Funcs;

enum { FT_FACE_FLAG_SCALABLE = 1, FT_FACE_FLAG_SFNT = 8 };
enum { FT_LOAD_NO_HINTING = 2, FT_LOAD_NO_BITMAP = 8, FT_LOAD_NO_AUTOHINT = 0x8000, FT_LOAD_TARGET_MONO = 2 << 16 };
enum { FT_PIXEL_MODE_MONO = 1, FT_PIXEL_MODE_GRAY = 2 };
enum { FT_CURVE_TAG_ON = 1, FT_CURVE_TAG_CUBIC = 2 };
enum { FT_SIZE_REQUEST_TYPE_NOMINAL = 0 };
#define FT_TAG(a, b, c, d) ((unsigned)(a) << 24 | (unsigned)(b) << 16 | (unsigned)(c) << 8 | (unsigned)(d))
#define FT_GLYPH_FORMAT_OUTLINE FT_TAG('o', 'u', 't', 'l')
#define FT_ENCODING_MS_SYMBOL FT_TAG('s', 'y', 'm', 'b')

/* Results are 0 for success where they are FT_Error. */
#define FREETYPE_FUNCTIONS(F)                                                                  \
    F(int, Init_FreeType, FT_Library *library)                                                 \
    F(int, New_Face, FT_Library library, const char *path, long index, FT_Face *face)          \
    F(int, New_Memory_Face, FT_Library library, const unsigned char *bytes, long size, long index, FT_Face *face) \
    F(int, Done_Face, FT_Face face)                                                            \
    F(int, New_Size, FT_Face face, FT_Size *size)                                              \
    F(int, Activate_Size, FT_Size size)                                                        \
    F(int, Done_Size, FT_Size size)                                                            \
    F(int, Request_Size, FT_Face face, FT_Size_RequestRec *request)                            \
    F(int, Load_Glyph, FT_Face face, unsigned index, int flags)                                \
    F(int, Set_Charmap, FT_Face face, FT_CharMapRec *map)                                      \
    F(unsigned, Get_Char_Index, FT_Face face, unsigned long code)                              \
    F(unsigned long, Get_First_Char, FT_Face face, unsigned *index)                            \
    F(unsigned long, Get_Next_Char, FT_Face face, unsigned long code, unsigned *index)         \
    F(unsigned, Get_Sfnt_Name_Count, FT_Face face)                                             \
    F(int, Get_Sfnt_Name, FT_Face face, unsigned index, FT_SfntName *name)                     \
    F(int, Load_Sfnt_Table, FT_Face face, unsigned long tag, long offset, unsigned char *to, unsigned long *size) \
    F(void, Outline_Transform, const FT_Outline *outline, const FT_Matrix *matrix)             \
    F(void, Outline_Translate, const FT_Outline *outline, long x, long y)                      \
    F(int, Outline_Embolden, FT_Outline *outline, long strength)                               \
    F(int, Outline_Decompose, FT_Outline *outline, const FT_Outline_Funcs *functions, void *context) \
    F(void, Outline_Get_CBox, const FT_Outline *outline, FT_BBox *box)                         \
    F(int, Outline_Get_Bitmap, FT_Library library, FT_Outline *outline, const FT_Bitmap *bitmap)

struct freetype {
    FT_Library library;
#define FREETYPE_MEMBER(result_, name_, ...) result_ (*name_)(__VA_ARGS__);
    FREETYPE_FUNCTIONS(FREETYPE_MEMBER)
#undef FREETYPE_MEMBER
};

/* False where the library is not installed. To be called once, with the fonts' lock held. */
bool freetype_load(const char *path, struct freetype *freetype);

#endif
