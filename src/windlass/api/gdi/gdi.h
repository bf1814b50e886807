/* GDI without a screen, shared by the gdi_*.c files ("Windows GDI").
 *
 * A device context draws into the bitmap that is selected into it, or is the display's, which nobody sees. Everything drawn becomes a region or single pixels of the device, is clipped, and painted with a brush
 * and a raster operation on the bitmap's own pixel values.
 *
 * GDI handles are numbers of a table of their own, as on Windows, and not kernel handles. An object is used by one
 * thread at a time; the table is for all. */
#ifndef WINDLASS_GDI_H
#define WINDLASS_GDI_H

#include "api.h"
#include "heap.h"
#include "user/user_types.h"

typedef HANDLE HGDIOBJ, HBITMAP, HRGN, HPEN, HFONT, HPALETTE;
typedef struct { LONG cx, cy; } SIZE;
typedef struct { FLOAT eM11, eM12, eM21, eM22, eDx, eDy; } XFORM;
typedef struct { LONG bmType, bmWidth, bmHeight, bmWidthBytes; WORD bmPlanes, bmBitsPixel; LPVOID bmBits; } BITMAP;
typedef struct {
    DWORD biSize;
    LONG biWidth, biHeight;
    WORD biPlanes, biBitCount;
    DWORD biCompression, biSizeImage;
    LONG biXPelsPerMeter, biYPelsPerMeter;
    DWORD biClrUsed, biClrImportant;
} BITMAPINFOHEADER;
typedef struct {
    BITMAPINFOHEADER bmiHeader;
    DWORD bmiColors[1];                              /* 0x00RRGGBB */
} BITMAPINFO;
typedef struct { UINT lbStyle; COLORREF lbColor; ULONG_PTR lbHatch; } LOGBRUSH;
typedef struct { UINT lopnStyle; POINT lopnWidth; COLORREF lopnColor; } LOGPEN;
enum { LF_FACESIZE = 32 };
typedef struct {
    LONG lfHeight, lfWidth, lfEscapement, lfOrientation, lfWeight;
    BYTE lfItalic, lfUnderline, lfStrikeOut, lfCharSet, lfOutPrecision, lfClipPrecision, lfQuality, lfPitchAndFamily;
    WCHAR lfFaceName[LF_FACESIZE];
} LOGFONTW;
typedef struct {
    LONG lfHeight, lfWidth, lfEscapement, lfOrientation, lfWeight;
    BYTE lfItalic, lfUnderline, lfStrikeOut, lfCharSet, lfOutPrecision, lfClipPrecision, lfQuality, lfPitchAndFamily;
    CHAR lfFaceName[LF_FACESIZE];
} LOGFONTA;

enum { OBJ_PEN = 1, OBJ_BRUSH, OBJ_DC, OBJ_METADC, OBJ_PAL, OBJ_FONT, OBJ_BITMAP, OBJ_REGION, OBJ_METAFILE, OBJ_MEMDC,
       OBJ_EXTPEN, OBJ_ENHMETADC, OBJ_ENHMETAFILE };
enum { BI_RGB = 0, BI_RLE8, BI_RLE4, BI_BITFIELDS };
enum { ERROR_REGION = 0, NULLREGION, SIMPLEREGION, COMPLEXREGION };
enum { RGN_AND = 1, RGN_OR, RGN_XOR, RGN_DIFF, RGN_COPY };
enum { ALTERNATE = 1, WINDING };
enum { TRANSPARENT = 1, OPAQUE };
enum { R2_BLACK = 1, R2_NOT = 6, R2_NOP = 11, R2_COPYPEN = 13, R2_WHITE = 16 };
enum { MM_TEXT = 1, MM_LOMETRIC, MM_HIMETRIC, MM_LOENGLISH, MM_HIENGLISH, MM_TWIPS, MM_ISOTROPIC, MM_ANISOTROPIC };
enum { GM_COMPATIBLE = 1, GM_ADVANCED };
enum { BS_SOLID = 0, BS_NULL, BS_HATCHED, BS_PATTERN, BS_INDEXED, BS_DIBPATTERN, BS_DIBPATTERNPT };
enum { PS_SOLID = 0, PS_DASH, PS_DOT, PS_DASHDOT, PS_DASHDOTDOT, PS_NULL, PS_INSIDEFRAME, PS_USERSTYLE, PS_ALTERNATE,
       PS_STYLE_MASK = 15, PS_ENDCAP_SQUARE = 0x100, PS_ENDCAP_FLAT = 0x200, PS_ENDCAP_MASK = 0xF00,
       PS_JOIN_BEVEL = 0x1000, PS_JOIN_MITER = 0x2000, PS_JOIN_MASK = 0xF000, PS_GEOMETRIC = 0x10000 };
enum { PT_CLOSEFIGURE = 1, PT_LINETO = 2, PT_BEZIERTO = 4, PT_MOVETO = 6 };
enum { WHITE_BRUSH, LTGRAY_BRUSH, GRAY_BRUSH, DKGRAY_BRUSH, BLACK_BRUSH, NULL_BRUSH, WHITE_PEN, BLACK_PEN, NULL_PEN,
       OEM_FIXED_FONT = 10, ANSI_FIXED_FONT, ANSI_VAR_FONT, SYSTEM_FONT, DEVICE_DEFAULT_FONT, DEFAULT_PALETTE,
       SYSTEM_FIXED_FONT, DEFAULT_GUI_FONT, DC_BRUSH, DC_PEN, STOCK_COUNT };
#define CLR_INVALID 0xffffffffu
#define GDI_ERROR 0xffffffffu
#define ERROR_CAN_NOT_COMPLETE 1003u

/* ---- objects (gdi_object.c) ---- */

/* The head of every object. */
struct gdi_object {
    int kind;                                        /* OBJ_ */
    bool is_stock;
    bool is_deleted;                                 /* while selected: goes when the last DC lets go of it */
    unsigned selected;                               /* into how many DCs */
};

/* A zeroed object of this size; NULL with ERROR_NOT_ENOUGH_MEMORY. */
void *gdi_new(int kind, size_t size);
/* The object's handle; NULL with the last error, and the object is freed then. */
HGDIOBJ gdi_add(void *object);
/* NULL with ERROR_INVALID_HANDLE; kind 0: any. */
void *gdi_find(HGDIOBJ handle, int kind);
/* Takes the handle away and frees the object, whatever it owns included. */
void gdi_destroy(HGDIOBJ handle);
/* For pens, brushes, fonts and palettes in a DC's care. */
void gdi_hold(HGDIOBJ handle);
void gdi_release(HGDIOBJ handle);

struct bitmap;
struct brush;
struct pen;
/* The bodies of GetObjectW by kind: the size, or 0; pv NULL asks for the size alone. */
int bitmap_describe(const struct bitmap *bitmap, int size, void *to);
int brush_describe(const struct brush *brush, int size, void *to);
int pen_describe(const struct pen *pen, int size, void *to);
int font_describe(const void *font, int size, void *to);
int palette_describe(const void *palette, int size, void *to);
void *palette_stock(void);
void *font_stock(int which);

API_USE(HGDIOBJ, GetStockObject, int);
API_USE(BOOL, DeleteObject, HGDIOBJ);

/* ---- pixels (gdi_surface.c) ---- */

/* Rows of pixels: a bitmap's, or a DIB in the program's memory. */
struct surface {
    LONG width, height, stride;
    WORD bits;                                       /* a pixel: 1, 4, 8, 16, 24, 32 */
    bool top_down, is_mono;                          /* is_mono: no colour table, a device bitmap of one bit */
    BYTE *pixels;
    BYTE *drawn;                                     /* a byte a pixel: what a run-length encoded DIB has; NULL: all */
    DWORD masks[3];                                  /* red, green, blue, where bits are 16 or 32 */
    unsigned colours;                                /* entries of the palette that are in use */
    DWORD palette[256];                              /* 0x00RRGGBB */
};

struct bitmap {
    struct gdi_object head;
    struct surface surface;
    bool is_section, owns_pixels;
    DWORD compression;
    HANDLE section;
    DWORD section_offset;
    void *view;                                      /* of the section, from MapViewOfFile */
    SIZE dimension;
};

LONG dib_stride(LONG width, WORD bits);
/* Colours are 0x00RRGGBB, raw values are what the pixel holds. */
DWORD surface_get(const struct surface *surface, LONG x, LONG y);
void surface_put(struct surface *surface, LONG x, LONG y, DWORD raw);
DWORD surface_colour(const struct surface *surface, DWORD raw);
DWORD surface_raw(const struct surface *surface, DWORD colour);
BYTE *surface_row(const struct surface *surface, LONG y);
/* Whether a DIB has that pixel at all. */
static inline bool surface_has(const struct surface *surface, LONG x, LONG y) {
    return !surface->drawn || surface->drawn[(size_t)(surface->height - 1 - y) * (size_t)surface->width + (size_t)x];
}
bool surface_same_format(const struct surface *one, const struct surface *other);
void surface_default_palette(struct surface *surface);
/* Masks for 16 and 32 bits of BI_RGB. */
void surface_default_masks(struct surface *surface);

struct bitmap *bitmap_new(LONG width, LONG height, WORD bits, bool top_down);
void bitmap_free(struct bitmap *bitmap);

/* A DIB in the program's memory, expanded from RLE into *allocated where need be (free() it); false with
 * ERROR_INVALID_PARAMETER. `bits` may be NULL where only the format matters. */
struct dc;
bool dib_open(struct surface *surface, const BITMAPINFO *info, const void *bits, UINT usage, const struct dc *dc,
              void **allocated);
/* The bytes of header, masks and colour table; 0 for a header that is none. */
size_t dib_header_size(const BITMAPINFO *info, UINT usage);

/* ---- regions (gdi_region.c) ---- */

/* Rectangles from top to bottom, and from left to right in bands of one height; bands that could be one are. */
struct region {
    unsigned count, capacity;
    RECT *rects;
};

struct region_object {
    struct gdi_object head;
    struct region region;
};

void region_clear(struct region *region);            /* and frees */
bool region_set_rect(struct region *region, LONG left, LONG top, LONG right, LONG bottom);
bool region_copy(struct region *to, const struct region *from);
/* The result may be one of the operands. False out of memory. */
bool region_combine(struct region *result, const struct region *one, const struct region *other, int mode);
bool region_intersect_rect(struct region *region, const RECT *rect);
bool region_has_point(const struct region *region, LONG x, LONG y);
void region_offset(struct region *region, LONG dx, LONG dy);
RECT region_bounds(const struct region *region);
int region_type(const struct region *region);
/* Adds to `region`, which is empty at first, what lies inside polygons; the corners are in 1/16 pixels. */
bool region_add_polygons(struct region *region, const POINT *points, const INT *counts, unsigned polygons, int mode);
bool region_set_ellipse(struct region *region, const RECT *bounds);
bool region_set_round_rect(struct region *region, const RECT *bounds, LONG width, LONG height);
HRGN region_add_object(struct region *region);       /* takes the rectangles; NULL */

/* ---- pens and brushes (gdi_brush.c) ---- */

struct brush {
    struct gdi_object head;
    UINT style;                                      /* BS_SOLID, BS_NULL, BS_HATCHED, BS_PATTERN, BS_DIBPATTERN */
    COLORREF colour;
    ULONG_PTR hatch;
    struct bitmap *pattern;                          /* a copy of its own */
    BITMAPINFO *dib;                                 /* the packed DIB of a DIB pattern, as it came */
    size_t dib_size;
    UINT usage;
    bool is_dc_brush;
};

struct pen {
    struct gdi_object head;
    DWORD style;
    LONG width;
    COLORREF colour;
    struct brush *brush;                             /* what a geometric pen is filled with, a copy of its own */
    DWORD dashes;
    DWORD *dash;
    bool is_extended, is_dc_pen;
};

void brush_free(struct brush *brush);
void pen_free(struct pen *pen);

/* What a brush looks like on a surface: pixel values, in a pattern that begins at the brush origin. */
struct paint {
    bool is_hollow;
    LONG width, height, x, y;                        /* the pattern, and where it begins */
    DWORD raw;                                       /* a pattern of one pixel */
    DWORD *pattern;
    BYTE *opaque;                                    /* NULL: everywhere */
};

bool paint_brush(struct paint *paint, const struct dc *dc, const struct brush *brush);
void paint_solid(struct paint *paint, const struct dc *dc, COLORREF colour);
void paint_done(struct paint *paint);
static inline bool paint_at(const struct paint *paint, LONG x, LONG y, DWORD *raw) {
    if (!paint->pattern) {
        *raw = paint->raw;
        return true;
    }
    LONG column = (x - paint->x) % paint->width, row = (y - paint->y) % paint->height;
    size_t index = (size_t)((row < 0 ? row + paint->height : row) * paint->width + (column < 0 ? column + paint->width : column));
    *raw = paint->pattern[index];
    return !paint->opaque || paint->opaque[index];
}

/* ---- paths (gdi_path.c) ---- */

/* Figures in 1/16 device pixels, as GDI holds them. */
struct path {
    unsigned count, capacity;
    POINT *points;
    BYTE *types;
};

/* All are false out of memory. */
bool path_add(struct path *path, LONG x, LONG y, BYTE type);
bool path_flatten(struct path *path);                /* Bezier curves become lines */
void path_close(struct path *path);
void path_clear(struct path *path);                  /* and frees */

/* ---- device contexts (gdi_dc.c) ---- */

struct dc_state {
    HGDIOBJ bitmap, brush, pen, font, palette;
    COLORREF text, background, brush_colour, pen_colour;
    int background_mode, fill_mode, stretch_mode, rop, map_mode, graphics_mode, arc_direction;
    UINT text_align;
    int character_extra, break_extra, break_count;
    DWORD mapper_flags, layout;
    FLOAT miter_limit;
    POINT brush_origin, position;
    POINT window_origin, viewport_origin;
    SIZE window_extent, viewport_extent;
    XFORM world;
    bool has_clip, has_meta;
    struct region clip, meta;
};

struct playing;
struct dc {
    struct gdi_object head;                          /* OBJ_DC or OBJ_MEMDC */
    struct dc_state now;
    struct dc_state *saved;
    unsigned saves;
    struct surface *surface;                         /* NULL: nothing to be seen */
    bool is_path_open, has_path;
    struct path path;
    XFORM to_device;                                 /* from logical coordinates */
    struct playing *playing;                         /* the metafile that is being played into it; see metafile_play.c */
};

struct dc *dc_find(HANDLE hdc);
HDC dc_new(int kind);
/* To be called when a mapping has changed. */
void dc_update_transform(struct dc *dc);
void dc_to_device(const struct dc *dc, POINT *points, unsigned count);
bool dc_to_logical(const struct dc *dc, POINT *points, unsigned count);
/* The same into 1/16 pixels. */
POINT dc_to_fixed(const struct dc *dc, double x, double y);
/* Lengths, with a sign. */
LONG dc_width_to_device(const struct dc *dc, LONG width);
LONG dc_height_to_device(const struct dc *dc, LONG height);
bool dc_is_axis_aligned(const struct dc *dc);
/* A logical rectangle as pixels, in order. */
RECT dc_rect_to_device(const struct dc *dc, LONG left, LONG top, LONG right, LONG bottom);
/* Where a DC may draw: on the surface, inside its clip region. False out of memory. */
bool dc_clip(const struct dc *dc, struct region *clip);
/* 0x00RRGGBB of an RGB value, a palette index or a palette's colour. */
DWORD dc_colour(const struct dc *dc, COLORREF colour);
COLORREF colour_swap(DWORD colour);                  /* COLORREF is 0x00BBGGRR */

/* ---- drawing (gdi_draw.c) ---- */

/* Paints a region of device pixels with a brush and the DC's raster operation; the region is clipped. */
bool dc_paint_region(struct dc *dc, const struct region *region, const struct paint *paint, int rop);
/* With the selected brush and pen. */
bool dc_fill_region(struct dc *dc, const struct region *region);
bool dc_fill_path(struct dc *dc, const struct path *path);
bool dc_stroke_path(struct dc *dc, const struct path *path);
/* The pixels of a line's or curve's width of one. */
bool dc_paint_with_pen(struct dc *dc, const struct region *region);
struct pen *dc_pen(const struct dc *dc);
/* Pixels; 1 where the pen is as thin as can be. */
double dc_pen_width(const struct dc *dc, const struct pen *pen);
DWORD rop2(int rop, DWORD pen, DWORD target);
/* The outline of a path as a pen draws it, as polygons for WINDING. */
bool path_widen(const struct dc *dc, const struct path *path, const struct pen *pen, struct path *wide);
/* The polygons of a flattened path. */
bool path_region(const struct path *path, int mode, struct region *region);

#endif
