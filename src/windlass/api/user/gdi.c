/* GDI without a screen: memory device contexts and bitmaps ("Bitmaps", "Device Contexts").
 *
 * A device context here is a memory DC: it draws into the bitmap selected into it, and what it says of its device is a
 * 96-dpi display of 32 bits a pixel. Bitmaps are kept as 32-bit rows, bottom-up or top-down as their creator asked;
 * DIB sections give the program those very bytes. Text, paths and pens are not here: calling them stops with their
 * names.
 *
 * GDI handles are numbers of a table of their own, as on Windows, and not kernel handles. */
#include <pthread.h>

#include "api.h"
#include "fork.h"
#include "heap.h"

typedef HANDLE HDC, HGDIOBJ, HBITMAP, HBRUSH, HRGN, HPEN, HFONT, HPALETTE, HWND;
typedef DWORD COLORREF;
typedef struct { LONG x, y; } POINT;
typedef struct { LONG left, top, right, bottom; } RECT;
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
typedef struct { BITMAP dsBm; BITMAPINFOHEADER dsBmih; DWORD dsBitfields[3]; HANDLE dshSection; DWORD dsOffset; } DIBSECTION;
typedef struct { UINT lbStyle; COLORREF lbColor; ULONG_PTR lbHatch; } LOGBRUSH;
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

enum { OBJ_PEN = 1, OBJ_BRUSH = 2, OBJ_DC = 3, OBJ_PAL = 5, OBJ_FONT = 6, OBJ_BITMAP = 7, OBJ_REGION = 8, OBJ_MEMDC = 10 };
enum { BI_RGB = 0, BI_BITFIELDS = 3 };

struct gdi_object {
    int kind;                                        /* OBJ_ */
    bool is_stock;
    unsigned selected;                               /* into how many DCs */
    union {
        struct {
            LONG width, height;
            WORD bits;                               /* a pixel */
            bool top_down, is_section;
            LONG stride;
            BYTE *pixels;
            bool owns_pixels;
            DWORD palette[256];
        } bitmap;
        struct { COLORREF colour; bool hollow; } brush;
        struct { struct gdi_object *bitmap, *brush; HGDIOBJ bitmap_handle, brush_handle, pen, font;
                 COLORREF text, background; int mode, stretch, rop; POINT origin; int saved; } dc;
        LOGFONTW font;
        RECT region;
    };
};

/* ---- the table ---- */

enum { CAPACITY = 1 << 14, FIRST_HANDLE = 0x01000000 };
static struct gdi_object *objects[CAPACITY];
static unsigned used = 1, free_slots;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
SURVIVES_FORK(lock);

static HGDIOBJ handle_of(unsigned index) { return (HGDIOBJ)(uintptr_t)(FIRST_HANDLE + index); }

static HGDIOBJ add(struct gdi_object *object) {
    HGDIOBJ handle = NULL;
    pthread_mutex_lock(&lock);
    unsigned index = used;
    if (free_slots)
        for (index = 1; index < used && objects[index];)
            index++;
    if (object && index < CAPACITY) {
        free_slots -= index < used;
        used += index == used;
        objects[index] = object;
        handle = handle_of(index);
    }
    pthread_mutex_unlock(&lock);
    if (!handle) {
        heap_free(object);
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    }
    return handle;
}

static struct gdi_object *find(HGDIOBJ handle, int kind) {
    uintptr_t index = (uintptr_t)handle - FIRST_HANDLE;
    struct gdi_object *object = index < CAPACITY ? __atomic_load_n(&objects[index], __ATOMIC_ACQUIRE) : NULL;
    if (!object || (kind && object->kind != kind)) {
        set_last_error(ERROR_INVALID_HANDLE);
        return NULL;
    }
    return object;
}

static struct gdi_object *new_object(int kind) {
    struct gdi_object *object = heap_alloc_zeroed(sizeof *object);
    if (object)
        object->kind = kind;
    return object;
}

static void destroy(HGDIOBJ handle, struct gdi_object *object) {
    pthread_mutex_lock(&lock);
    objects[(uintptr_t)handle - FIRST_HANDLE] = NULL;
    free_slots++;
    pthread_mutex_unlock(&lock);
    if (object->kind == OBJ_BITMAP && object->bitmap.owns_pixels)
        heap_free(object->bitmap.pixels);
    heap_free(object);
}

/* ---- stock objects ("GetStockObject function") ---- */

enum { WHITE_BRUSH, LTGRAY_BRUSH, GRAY_BRUSH, DKGRAY_BRUSH, BLACK_BRUSH, NULL_BRUSH, WHITE_PEN, BLACK_PEN, NULL_PEN,
       OEM_FIXED_FONT = 10, ANSI_FIXED_FONT, ANSI_VAR_FONT, SYSTEM_FONT, DEVICE_DEFAULT_FONT, DEFAULT_PALETTE,
       SYSTEM_FIXED_FONT, DEFAULT_GUI_FONT, DC_BRUSH, DC_PEN, STOCK_COUNT };

static HGDIOBJ make_stock(int which) {
    static const COLORREF greys[] = {0xffffff, 0xc0c0c0, 0x808080, 0x404040, 0};
    int kind = which <= NULL_BRUSH || which == DC_BRUSH           ? OBJ_BRUSH
               : which <= NULL_PEN || which == DC_PEN             ? OBJ_PEN
               : which == DEFAULT_PALETTE                         ? OBJ_PAL
                                                                  : OBJ_FONT;
    struct gdi_object *object = new_object(kind);
    if (object) {
        object->is_stock = true;
        if (kind == OBJ_BRUSH) {
            object->brush.colour = which < NULL_BRUSH ? greys[which] : 0xffffff;
            object->brush.hollow = which == NULL_BRUSH;
        }
    }
    return add(object);
}

API(gdi32, HGDIOBJ, GetStockObject, int i) {
    static HGDIOBJ stock[STOCK_COUNT];               /* made once, like Windows' own */
    static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
    SURVIVES_FORK(making);
    if (i < 0 || i >= STOCK_COUNT || i == 9) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    pthread_mutex_lock(&making);
    if (!stock[i])
        stock[i] = make_stock(i);
    pthread_mutex_unlock(&making);
    return stock[i];
}

/* ---- bitmaps ---- */

static LONG dib_stride(LONG width, WORD bits) { return (LONG)(((LONGLONG)width * bits + 31) / 32 * 4); }

static struct gdi_object *new_bitmap(LONG width, LONG height, WORD bits, bool top_down) {
    if (width <= 0 || height <= 0 || (LONGLONG)width * height > 0x10000000)
        return NULL;
    struct gdi_object *object = new_object(OBJ_BITMAP);
    if (!object)
        return NULL;
    object->bitmap.width = width;
    object->bitmap.height = height;
    object->bitmap.bits = bits;
    object->bitmap.top_down = top_down;
    object->bitmap.stride = dib_stride(width, bits);
    object->bitmap.pixels = heap_alloc_zeroed((size_t)object->bitmap.stride * (size_t)height);
    object->bitmap.owns_pixels = true;
    if (bits == 1)
        object->bitmap.palette[1] = 0xffffff;
    if (!object->bitmap.pixels) {
        heap_free(object);
        return NULL;
    }
    return object;
}

static HBITMAP add_bitmap(struct gdi_object *object) {
    if (!object) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return add(object);
}

API(gdi32, HBITMAP, CreateCompatibleBitmap, HDC hdc, int cx, int cy) {
    if (!find(hdc, OBJ_MEMDC))
        return NULL;
    return add_bitmap(new_bitmap(cx, cy, 32, true));
}

/* "CreateBitmap function": rows of device bitmaps are padded to 16 bits. */
API(gdi32, HBITMAP, CreateBitmap, int nWidth, int nHeight, UINT nPlanes, UINT nBitCount, const void *lpBits) {
    UINT bits = nPlanes * nBitCount;
    if (bits != 1 && bits != 8 && bits != 16 && bits != 24 && bits != 32) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    struct gdi_object *object = new_bitmap(nWidth, nHeight, (WORD)bits, true);
    LONG source_stride = (LONG)((nWidth * (LONG)bits + 15) / 16 * 2);
    for (int y = 0; object && lpBits && y < nHeight; y++)
        memcpy(object->bitmap.pixels + (size_t)y * (size_t)object->bitmap.stride,
               (const BYTE *)lpBits + (size_t)y * (size_t)source_stride, (size_t)source_stride);
    return add_bitmap(object);
}

static bool supported(const BITMAPINFOHEADER *header) {
    WORD bits = header->biBitCount;
    return header->biSize >= sizeof *header && (bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32) &&
           (header->biCompression == BI_RGB || (header->biCompression == BI_BITFIELDS && bits >= 16));
}

static LONG absolute(LONG value) { return value < 0 ? -value : value; }

static void take_palette(struct gdi_object *object, const BITMAPINFO *info) {
    if (info->bmiHeader.biBitCount > 8)
        return;
    DWORD count = info->bmiHeader.biClrUsed ? info->bmiHeader.biClrUsed : 1u << info->bmiHeader.biBitCount;
    for (DWORD i = 0; i < count && i < 256; i++)
        object->bitmap.palette[i] = ((const DWORD *)((const BYTE *)info + info->bmiHeader.biSize))[i];
}

/* With a file-mapping section the pixels would be the section's; that is not supported. */
API(gdi32, HBITMAP, CreateDIBSection, HDC hdc, const BITMAPINFO *pbmi, UINT usage, void **ppvBits, HANDLE hSection,
    DWORD offset) {
    (void)hdc, (void)usage, (void)offset;
    if (ppvBits)
        *ppvBits = NULL;
    if (!pbmi || !supported(&pbmi->bmiHeader) || hSection) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    const BITMAPINFOHEADER *header = &pbmi->bmiHeader;
    struct gdi_object *object =
        new_bitmap(header->biWidth, absolute(header->biHeight), header->biBitCount, header->biHeight < 0);
    if (object) {
        object->bitmap.is_section = true;
        take_palette(object, pbmi);
    }
    BYTE *pixels = object ? object->bitmap.pixels : NULL;
    HBITMAP handle = add_bitmap(object);
    if (handle && ppvBits)
        *ppvBits = pixels;
    return handle;
}

/* ---- pixels ---- */

static BYTE *row_of(const struct gdi_object *object, LONG y) {
    LONG row = object->bitmap.top_down ? y : object->bitmap.height - 1 - y;
    return object->bitmap.pixels + (size_t)row * (size_t)object->bitmap.stride;
}

/* 0xAARRGGBB */
static DWORD read_pixel(const struct gdi_object *object, LONG x, LONG y) {
    const BYTE *row = row_of(object, y);
    DWORD value;
    WORD word;
    switch (object->bitmap.bits) {
    case 1: return object->bitmap.palette[row[x / 8] >> (7 - x % 8) & 1];
    case 4: return object->bitmap.palette[x % 2 ? row[x / 2] & 15 : row[x / 2] >> 4];
    case 8: return object->bitmap.palette[row[x]];
    case 16:
        memcpy(&word, row + 2 * x, 2);
        return (DWORD)(word >> 10 & 31) * 255 / 31 << 16 | (DWORD)(word >> 5 & 31) * 255 / 31 << 8 | (DWORD)(word & 31) * 255 / 31;
    case 24: return (DWORD)row[3 * x + 2] << 16 | (DWORD)row[3 * x + 1] << 8 | row[3 * x];
    default: memcpy(&value, row + 4 * x, 4); return value;
    }
}

static unsigned nearest(const struct gdi_object *object, DWORD colour, unsigned count) {
    unsigned best = 0, best_distance = ~0u;
    for (unsigned i = 0; i < count; i++) {
        int red = (int)(object->bitmap.palette[i] >> 16 & 255) - (int)(colour >> 16 & 255);
        int green = (int)(object->bitmap.palette[i] >> 8 & 255) - (int)(colour >> 8 & 255);
        int blue = (int)(object->bitmap.palette[i] & 255) - (int)(colour & 255);
        unsigned distance = (unsigned)(red * red + green * green + blue * blue);
        if (distance < best_distance) {
            best = i;
            best_distance = distance;
        }
    }
    return best;
}

static void write_pixel(struct gdi_object *object, LONG x, LONG y, DWORD colour) {
    BYTE *row = row_of(object, y);
    unsigned index;
    WORD word;
    switch (object->bitmap.bits) {
    case 1:
        index = nearest(object, colour, 2);
        row[x / 8] = (BYTE)((row[x / 8] & ~(0x80 >> x % 8)) | (index ? 0x80 >> x % 8 : 0));
        break;
    case 4:
        index = nearest(object, colour, 16);
        row[x / 2] = (BYTE)(x % 2 ? (row[x / 2] & 0xf0) | index : (row[x / 2] & 0x0f) | index << 4);
        break;
    case 8: row[x] = (BYTE)nearest(object, colour, 256); break;
    case 16:
        word = (WORD)((colour >> 19 & 31) << 10 | (colour >> 11 & 31) << 5 | (colour >> 3 & 31));
        memcpy(row + 2 * x, &word, 2);
        break;
    case 24:
        row[3 * x] = (BYTE)colour;
        row[3 * x + 1] = (BYTE)(colour >> 8);
        row[3 * x + 2] = (BYTE)(colour >> 16);
        break;
    default: memcpy(row + 4 * x, &colour, 4);
    }
}

/* COLORREF is 0x00BBGGRR. */
static DWORD from_colorref(COLORREF colour) {
    return (colour & 255) << 16 | (colour & 0xff00) | (colour >> 16 & 255);
}

static bool inside(const struct gdi_object *bitmap, LONG x, LONG y) {
    return bitmap && x >= 0 && y >= 0 && x < bitmap->bitmap.width && y < bitmap->bitmap.height;
}

/* ---- device contexts ---- */

API(gdi32, HDC, CreateCompatibleDC, HDC hdc) {
    if (hdc && !find(hdc, OBJ_MEMDC))
        return NULL;
    struct gdi_object *dc = new_object(OBJ_MEMDC), *pixel = new_bitmap(1, 1, 1, true);
    HGDIOBJ bitmap = dc && pixel ? add(pixel) : NULL;
    if (!bitmap) {
        heap_free(dc);
        return NULL;
    }
    pixel->is_stock = true;                          /* "a single monochrome pixel", which belongs to the DC */
    dc->dc.bitmap = pixel;
    dc->dc.bitmap_handle = bitmap;
    dc->dc.brush_handle = api_GetStockObject(WHITE_BRUSH);
    dc->dc.brush = find(dc->dc.brush_handle, OBJ_BRUSH);
    dc->dc.pen = api_GetStockObject(BLACK_PEN);
    dc->dc.font = api_GetStockObject(SYSTEM_FONT);
    dc->dc.background = 0xffffff;
    dc->dc.mode = 2;                                 /* OPAQUE */
    dc->dc.stretch = 1;                              /* BLACKONWHITE */
    dc->dc.rop = 13;                                 /* R2_COPYPEN */
    return add(dc);
}

API(gdi32, BOOL, DeleteDC, HDC hdc) {
    struct gdi_object *dc = find(hdc, OBJ_MEMDC);
    if (!dc)
        return FALSE;
    if (dc->dc.bitmap->is_stock)
        destroy(dc->dc.bitmap_handle, dc->dc.bitmap);
    else
        dc->dc.bitmap->selected--;
    destroy(hdc, dc);
    return TRUE;
}

/* The screen's DC: a memory DC that nothing shows. */
API(user32, HDC, GetDC, HWND hWnd) {
    (void)hWnd;
    return api_CreateCompatibleDC(NULL);
}

API(user32, int, ReleaseDC, HWND hWnd, HDC hDC) {
    (void)hWnd;
    return api_DeleteDC(hDC);
}

static HGDIOBJ select_bitmap(struct gdi_object *dc, HGDIOBJ handle, struct gdi_object *bitmap) {
    HGDIOBJ old = dc->dc.bitmap_handle;
    if (bitmap->selected && bitmap != dc->dc.bitmap)  /* "a bitmap can be selected into only one DC at a time" */
        return NULL;
    if (!dc->dc.bitmap->is_stock)
        dc->dc.bitmap->selected--;
    if (!bitmap->is_stock)
        bitmap->selected++;
    dc->dc.bitmap = bitmap;
    dc->dc.bitmap_handle = handle;
    return old;
}

API(gdi32, HGDIOBJ, SelectObject, HDC hdc, HGDIOBJ h) {
    struct gdi_object *dc = find(hdc, OBJ_MEMDC), *object = dc ? find(h, 0) : NULL;
    HGDIOBJ old = NULL;
    if (!object)
        return NULL;
    switch (object->kind) {
    case OBJ_BITMAP: return select_bitmap(dc, h, object);
    case OBJ_BRUSH:
        old = dc->dc.brush_handle;
        dc->dc.brush_handle = h;
        dc->dc.brush = object;
        break;
    case OBJ_PEN:
        old = dc->dc.pen;
        dc->dc.pen = h;
        break;
    case OBJ_FONT:
        old = dc->dc.font;
        dc->dc.font = h;
        break;
    default: set_last_error(ERROR_INVALID_HANDLE);
    }
    return old;
}

API(gdi32, BOOL, DeleteObject, HGDIOBJ ho) {
    struct gdi_object *object = find(ho, 0);
    if (!object)
        return FALSE;
    if (object->kind == OBJ_MEMDC)
        return api_DeleteDC(ho);
    if (object->is_stock)
        return TRUE;                                 /* "it is not necessary (but it is not harmful)" */
    if (object->selected)
        return FALSE;
    destroy(ho, object);
    return TRUE;
}

API(gdi32, DWORD, GetObjectType, HGDIOBJ h) {
    struct gdi_object *object = find(h, 0);
    return object ? (DWORD)object->kind : 0;
}

API(gdi32, HGDIOBJ, GetCurrentObject, HDC hdc, UINT type) {
    struct gdi_object *dc = find(hdc, OBJ_MEMDC);
    if (!dc)
        return NULL;
    switch (type) {
    case OBJ_BITMAP: return dc->dc.bitmap_handle;
    case OBJ_BRUSH: return dc->dc.brush_handle;
    case OBJ_PEN: return dc->dc.pen;
    case OBJ_FONT: return dc->dc.font;
    default: return NULL;
    }
}

/* A 96-dpi display of 1920 by 1080 ("GetDeviceCaps function"). */
API(gdi32, int, GetDeviceCaps, HDC hdc, int index) {
    if (!find(hdc, OBJ_MEMDC))
        return 0;
    switch (index) {
    case 0: return 0x4000;                           /* DRIVERVERSION */
    case 2: return 1;                                /* TECHNOLOGY: DT_RASDISPLAY */
    case 4: return 508;                              /* HORZSIZE */
    case 6: return 286;                              /* VERTSIZE */
    case 8: case 118: return 1920;                   /* HORZRES, DESKTOPHORZRES */
    case 10: case 117: return 1080;                  /* VERTRES, DESKTOPVERTRES */
    case 12: return 32;                              /* BITSPIXEL */
    case 14: return 1;                               /* PLANES */
    case 24: return -1;                              /* NUMCOLORS */
    case 36: return 1;                               /* CLIPCAPS */
    case 38: return 0x7e99;                          /* RASTERCAPS */
    case 88: case 90: return 96;                     /* LOGPIXELSX, LOGPIXELSY */
    case 108: return 32;                             /* COLORRES */
    case 116: return 60;                             /* VREFRESH */
    default: return 0;
    }
}

API(gdi32, COLORREF, SetTextColor, HDC hdc, COLORREF color) {
    struct gdi_object *dc = find(hdc, OBJ_MEMDC);
    COLORREF old = dc ? dc->dc.text : 0xffffffff;
    if (dc)
        dc->dc.text = color;
    return old;
}

API(gdi32, COLORREF, SetBkColor, HDC hdc, COLORREF color) {
    struct gdi_object *dc = find(hdc, OBJ_MEMDC);
    COLORREF old = dc ? dc->dc.background : 0xffffffff;
    if (dc)
        dc->dc.background = color;
    return old;
}

API(gdi32, int, SetBkMode, HDC hdc, int mode) {
    struct gdi_object *dc = find(hdc, OBJ_MEMDC);
    int old = dc ? dc->dc.mode : 0;
    if (dc)
        dc->dc.mode = mode;
    return old;
}

API(gdi32, int, SetStretchBltMode, HDC hdc, int mode) {
    struct gdi_object *dc = find(hdc, OBJ_MEMDC);
    int old = dc ? dc->dc.stretch : 0;
    if (dc)
        dc->dc.stretch = mode;
    return old;
}

API(gdi32, BOOL, GdiFlush, void) { return TRUE; }

/* ---- brushes ---- */

API(gdi32, HBRUSH, CreateSolidBrush, COLORREF color) {
    struct gdi_object *brush = new_object(OBJ_BRUSH);
    if (brush)
        brush->brush.colour = color;
    return add(brush);
}

API(gdi32, HBRUSH, CreateBrushIndirect, const LOGBRUSH *plbrush) {
    if (plbrush->lbStyle > 1) {                      /* BS_SOLID, BS_NULL */
        set_last_error(ERROR_NOT_SUPPORTED);
        return NULL;
    }
    struct gdi_object *brush = new_object(OBJ_BRUSH);
    if (brush) {
        brush->brush.colour = plbrush->lbColor;
        brush->brush.hollow = plbrush->lbStyle == 1;
    }
    return add(brush);
}

/* ---- drawing ---- */

static void fill(struct gdi_object *bitmap, LONG left, LONG top, LONG right, LONG bottom, DWORD colour) {
    for (LONG y = top < 0 ? 0 : top; y < bottom && y < bitmap->bitmap.height; y++)
        for (LONG x = left < 0 ? 0 : left; x < right && x < bitmap->bitmap.width; x++)
            write_pixel(bitmap, x, y, colour);
}

API(user32, int, FillRect, HDC hDC, const RECT *lprc, HBRUSH hbr) {
    struct gdi_object *dc = find(hDC, OBJ_MEMDC), *brush = dc ? find(hbr, OBJ_BRUSH) : NULL;
    if (!brush)
        return 0;
    if (!brush->brush.hollow)
        fill(dc->dc.bitmap, lprc->left, lprc->top, lprc->right, lprc->bottom, from_colorref(brush->brush.colour));
    return 1;
}

API(gdi32, COLORREF, GetPixel, HDC hdc, int x, int y) {
    struct gdi_object *dc = find(hdc, OBJ_MEMDC);
    return dc && inside(dc->dc.bitmap, x, y) ? from_colorref(read_pixel(dc->dc.bitmap, x, y) & 0xffffff) : 0xffffffff;
}

API(gdi32, BOOL, SetPixelV, HDC hdc, int x, int y, COLORREF color) {
    struct gdi_object *dc = find(hdc, OBJ_MEMDC);
    if (!dc || !inside(dc->dc.bitmap, x, y))
        return FALSE;
    write_pixel(dc->dc.bitmap, x, y, from_colorref(color));
    return TRUE;
}

API(gdi32, COLORREF, SetPixel, HDC hdc, int x, int y, COLORREF color) {
    return api_SetPixelV(hdc, x, y, color) ? api_GetPixel(hdc, x, y) : 0xffffffff;
}

enum { SRCCOPY = 0x00cc0020, SRCPAINT = 0x00ee0086, SRCAND = 0x008800c6, SRCINVERT = 0x00660046, NOTSRCCOPY = 0x00330008,
       PATCOPY = 0x00f00021, DSTINVERT = 0x00550009, BLACKNESS = 0x00000042, WHITENESS = 0x00ff0062 };

/* A raster operation's third byte is the truth table of pattern, source and destination. */
static DWORD combine(DWORD rop, DWORD pattern, DWORD source, DWORD target) {
    DWORD table = rop >> 16 & 0xff, result = 0;
    for (int i = 0; i < 8; i++)
        if (table >> i & 1)
            result |= (i & 4 ? pattern : ~pattern) & (i & 2 ? source : ~source) & (i & 1 ? target : ~target);
    return result;
}

static bool needs_source(DWORD rop) { return ((rop >> 16 & 0xcc) >> 2) != (rop >> 16 & 0x33); }

API(gdi32, BOOL, StretchBlt, HDC hdcDest, int xDest, int yDest, int wDest, int hDest, HDC hdcSrc, int xSrc, int ySrc,
    int wSrc, int hSrc, DWORD rop) {
    struct gdi_object *to = find(hdcDest, OBJ_MEMDC), *from = NULL;
    if (!to || (needs_source(rop) && !(from = find(hdcSrc, OBJ_MEMDC))))
        return FALSE;
    if (wDest < 0 || hDest < 0 || wSrc < 0 || hSrc < 0)
        return fail(ERROR_NOT_SUPPORTED);            /* mirroring */
    DWORD pattern = from_colorref(to->dc.brush->brush.colour);
    size_t count = (size_t)wDest * (size_t)hDest;
    DWORD *copy = from ? malloc((count ? count : 1) * sizeof *copy) : NULL; /* the two may overlap */
    if (from && !copy)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    for (int y = 0; from && y < hDest; y++) {
        for (int x = 0; x < wDest; x++) {
            LONG sx = xSrc + (LONG)((LONGLONG)x * wSrc / wDest), sy = ySrc + (LONG)((LONGLONG)y * hSrc / hDest);
            copy[(size_t)y * (size_t)wDest + (size_t)x] = inside(from->dc.bitmap, sx, sy) ? read_pixel(from->dc.bitmap, sx, sy) : 0;
        }
    }
    for (int y = 0; y < hDest; y++) {
        for (int x = 0; x < wDest; x++) {
            if (!inside(to->dc.bitmap, xDest + x, yDest + y))
                continue;
            DWORD source = copy ? copy[(size_t)y * (size_t)wDest + (size_t)x] : 0;
            DWORD colour = rop == SRCCOPY ? source : combine(rop, pattern, source, read_pixel(to->dc.bitmap, xDest + x, yDest + y));
            write_pixel(to->dc.bitmap, xDest + x, yDest + y, colour);
        }
    }
    free(copy);
    return TRUE;
}

API(gdi32, BOOL, BitBlt, HDC hdc, int x, int y, int cx, int cy, HDC hdcSrc, int x1, int y1, DWORD rop) {
    return api_StretchBlt(hdc, x, y, cx, cy, hdcSrc, x1, y1, cx, cy, rop);
}

API(gdi32, BOOL, PatBlt, HDC hdc, int x, int y, int w, int h, DWORD rop) {
    return needs_source(rop) ? fail(ERROR_INVALID_PARAMETER) : api_StretchBlt(hdc, x, y, w, h, NULL, 0, 0, w, h, rop);
}

/* ---- between bitmaps and the program's memory ---- */

API(gdi32, int, GetObjectW, HANDLE h, int c, LPVOID pv) {
    struct gdi_object *object = find(h, 0);
    if (!object)
        return 0;
    if (object->kind != OBJ_BITMAP) {
        set_last_error(ERROR_NOT_SUPPORTED);
        return 0;
    }
    DIBSECTION section = {
        .dsBm = {0, object->bitmap.width, object->bitmap.height, object->bitmap.stride, 1, object->bitmap.bits,
                 object->bitmap.is_section ? object->bitmap.pixels : NULL},
        .dsBmih = {.biSize = sizeof section.dsBmih, .biWidth = object->bitmap.width,
                   .biHeight = object->bitmap.top_down ? -object->bitmap.height : object->bitmap.height, .biPlanes = 1,
                   .biBitCount = object->bitmap.bits,
                   .biSizeImage = (DWORD)(object->bitmap.stride * object->bitmap.height)},
    };
    int size = object->bitmap.is_section && c >= (int)sizeof section ? (int)sizeof section : (int)sizeof section.dsBm;
    if (!pv)
        return size;
    if (c < (int)sizeof section.dsBm)
        return 0;
    memcpy(pv, &section, (size_t)size);
    return size;
}
API_ALIAS(api_GetObjectW, ansi, gdi32, "GetObjectA");

/* A view of DIB bits in the program's memory as a bitmap. */
static struct gdi_object dib_view(const BITMAPINFO *info, void *bits, LONG lines) {
    struct gdi_object view = {.kind = OBJ_BITMAP};
    view.bitmap.width = info->bmiHeader.biWidth;
    view.bitmap.height = lines;
    view.bitmap.bits = info->bmiHeader.biBitCount;
    view.bitmap.top_down = info->bmiHeader.biHeight < 0;
    view.bitmap.stride = dib_stride(info->bmiHeader.biWidth, info->bmiHeader.biBitCount);
    view.bitmap.pixels = bits;
    take_palette(&view, info);
    return view;
}

API(gdi32, int, GetDIBits, HDC hdc, HBITMAP hbm, UINT start, UINT cLines, LPVOID lpvBits, BITMAPINFO *lpbmi, UINT usage) {
    struct gdi_object *bitmap = find(hbm, OBJ_BITMAP);
    (void)usage;
    if (!bitmap || !find(hdc, OBJ_MEMDC) || !lpbmi)
        return 0;
    BITMAPINFOHEADER *header = &lpbmi->bmiHeader;
    if (!header->biBitCount) {                       /* asks for the format */
        *header = (BITMAPINFOHEADER){.biSize = header->biSize, .biWidth = bitmap->bitmap.width,
                                     .biHeight = bitmap->bitmap.height, .biPlanes = 1, .biBitCount = bitmap->bitmap.bits,
                                     .biSizeImage = (DWORD)(bitmap->bitmap.stride * bitmap->bitmap.height)};
        return 1;
    }
    if (!supported(header) || header->biBitCount <= 8) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return 0;
    }
    LONG height = absolute(header->biHeight), lines = (LONG)cLines;
    header->biSizeImage = (DWORD)(dib_stride(header->biWidth, header->biBitCount) * height);
    if (!lpvBits)
        return bitmap->bitmap.height;
    if (start >= (UINT)height)
        return 0;
    if (lines > height - (LONG)start)
        lines = height - (LONG)start;
    struct gdi_object view = dib_view(lpbmi, lpvBits, lines);
    /* Scan lines count from the bottom of a bottom-up DIB. */
    LONG first = view.bitmap.top_down ? (LONG)start : height - (LONG)start - lines;
    for (LONG y = 0; y < lines; y++)
        for (LONG x = 0; x < view.bitmap.width; x++)
            if (inside(bitmap, x, first + y))
                write_pixel(&view, x, y, read_pixel(bitmap, x, first + y));
    return lines;
}

API(gdi32, int, StretchDIBits, HDC hdc, int xDest, int yDest, int DestWidth, int DestHeight, int xSrc, int ySrc,
    int SrcWidth, int SrcHeight, const void *lpBits, const BITMAPINFO *lpbmi, UINT iUsage, DWORD rop) {
    struct gdi_object *dc = find(hdc, OBJ_MEMDC);
    (void)iUsage;
    if (!dc || !lpbmi || !lpBits || !supported(&lpbmi->bmiHeader) || DestWidth < 0 || DestHeight < 0 || SrcWidth < 0 ||
        SrcHeight < 0) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return 0;
    }
    LONG height = absolute(lpbmi->bmiHeader.biHeight);
    struct gdi_object view = dib_view(lpbmi, (void *)(uintptr_t)lpBits, height);
    DWORD pattern = from_colorref(dc->dc.brush->brush.colour);
    LONG top = view.bitmap.top_down ? ySrc : height - ySrc - SrcHeight; /* ySrc counts from the DIB's lower left */
    for (int y = 0; y < DestHeight; y++) {
        for (int x = 0; x < DestWidth; x++) {
            LONG sx = xSrc + (LONG)((LONGLONG)x * SrcWidth / DestWidth), sy = top + (LONG)((LONGLONG)y * SrcHeight / DestHeight);
            if (!inside(dc->dc.bitmap, xDest + x, yDest + y) || !inside(&view, sx, sy))
                continue;
            DWORD target = read_pixel(dc->dc.bitmap, xDest + x, yDest + y);
            write_pixel(dc->dc.bitmap, xDest + x, yDest + y, combine(rop, pattern, read_pixel(&view, sx, sy), target));
        }
    }
    return height;
}

API(gdi32, int, SetDIBitsToDevice, HDC hdc, int xDest, int yDest, DWORD w, DWORD h, int xSrc, int ySrc, UINT StartScan,
    UINT cLines, const void *lpvBits, const BITMAPINFO *lpbmi, UINT ColorUse) {
    if (StartScan != 0) {
        set_last_error(ERROR_NOT_SUPPORTED);
        return 0;
    }
    int drawn = api_StretchDIBits(hdc, xDest, yDest, (int)w, (int)h, xSrc, ySrc, (int)w, (int)h, lpvBits, lpbmi, ColorUse,
                                  SRCCOPY);
    return drawn ? (int)cLines : 0;
}

/* ---- fonts ----
 *
 * A font can be made and selected, but none is installed: there is nothing to enumerate and no font data. Programs that
 * draw text bring fonts of their own, and ask GDI for others first. */

typedef int(WINAPI *FONTENUMPROC)(const void *font, const void *metric, DWORD type, LONG_PTR parameter);

#define GDI_ERROR 0xffffffffu

API(gdi32, HFONT, CreateFontIndirectW, const LOGFONTW *lplf) {
    struct gdi_object *font = new_object(OBJ_FONT);
    if (font)
        font->font = *lplf;
    return add(font);
}

API(gdi32, HFONT, CreateFontIndirectA, const LOGFONTA *lplf) {
    LOGFONTW wide;
    memcpy(&wide, lplf, offsetof(LOGFONTW, lfFaceName));
    for (int i = 0; i < LF_FACESIZE; i++)            /* faces have ASCII names */
        wide.lfFaceName[i] = (BYTE)lplf->lfFaceName[i];
    return api_CreateFontIndirectW(&wide);
}

static LOGFONTW font_of(int height, int width, int escapement, int orientation, int weight, DWORD italic,
                        DWORD underline, DWORD strike_out, DWORD character_set, DWORD pitch) {
    return (LOGFONTW){.lfHeight = height, .lfWidth = width, .lfEscapement = escapement, .lfOrientation = orientation,
                      .lfWeight = weight, .lfItalic = (BYTE)italic, .lfUnderline = (BYTE)underline,
                      .lfStrikeOut = (BYTE)strike_out, .lfCharSet = (BYTE)character_set,
                      .lfPitchAndFamily = (BYTE)pitch};
}

API(gdi32, HFONT, CreateFontW, int cHeight, int cWidth, int cEscapement, int cOrientation, int cWeight, DWORD bItalic,
    DWORD bUnderline, DWORD bStrikeOut, DWORD iCharSet, DWORD iOutPrecision, DWORD iClipPrecision, DWORD iQuality,
    DWORD iPitchAndFamily, LPCWSTR pszFaceName) {
    LOGFONTW font = font_of(cHeight, cWidth, cEscapement, cOrientation, cWeight, bItalic, bUnderline, bStrikeOut,
                            iCharSet, iPitchAndFamily);
    (void)iOutPrecision, (void)iClipPrecision, (void)iQuality;
    for (int i = 0; pszFaceName && i < LF_FACESIZE - 1 && pszFaceName[i]; i++)
        font.lfFaceName[i] = pszFaceName[i];
    return api_CreateFontIndirectW(&font);
}

API(gdi32, HFONT, CreateFontA, int cHeight, int cWidth, int cEscapement, int cOrientation, int cWeight, DWORD bItalic,
    DWORD bUnderline, DWORD bStrikeOut, DWORD iCharSet, DWORD iOutPrecision, DWORD iClipPrecision, DWORD iQuality,
    DWORD iPitchAndFamily, LPCSTR pszFaceName) {
    LOGFONTW font = font_of(cHeight, cWidth, cEscapement, cOrientation, cWeight, bItalic, bUnderline, bStrikeOut,
                            iCharSet, iPitchAndFamily);
    (void)iOutPrecision, (void)iClipPrecision, (void)iQuality;
    for (int i = 0; pszFaceName && i < LF_FACESIZE - 1 && pszFaceName[i]; i++)
        font.lfFaceName[i] = (BYTE)pszFaceName[i];
    return api_CreateFontIndirectW(&font);
}

/* The face of the selected font; Windows names the installed face that it chose instead, which here is none. The length
 * counts the terminating zero. */
API(gdi32, int, GetTextFaceW, HDC hdc, int c, LPWSTR lpName) {
    struct gdi_object *dc = find(hdc, OBJ_MEMDC), *font = dc ? find(dc->dc.font, OBJ_FONT) : NULL;
    int length = 0;
    if (!font)
        return 0;
    while (font->font.lfFaceName[length])
        length++;
    if (!lpName)
        return length + 1;
    if (c <= 0)
        return 0;
    int copied = length < c ? length : c - 1;
    memcpy(lpName, font->font.lfFaceName, (size_t)copied * sizeof *lpName);
    lpName[copied] = 0;
    return copied + 1;
}

API(gdi32, int, GetTextFaceA, HDC hdc, int c, LPSTR lpName) {
    WCHAR wide[LF_FACESIZE];
    int length = api_GetTextFaceW(hdc, LF_FACESIZE, wide);
    if (!lpName || !length)
        return length;
    int copied = length <= c ? length : c;
    for (int i = 0; i < copied; i++)
        lpName[i] = (CHAR)wide[i];
    if (copied > 0)
        lpName[copied - 1] = 0;
    return copied;
}

API(gdi32, DWORD, GetFontData, HDC hdc, DWORD dwTable, DWORD dwOffset, PVOID pvBuffer, DWORD cjBuffer) {
    (void)hdc, (void)dwTable, (void)dwOffset, (void)pvBuffer, (void)cjBuffer;
    return GDI_ERROR;
}

/* "EnumFontFamiliesExW function": the result is the callback's last one; it is never called here. */
API(gdi32, int, EnumFontFamiliesExW, HDC hdc, const void *lpLogfont, FONTENUMPROC lpProc, LONG_PTR lParam,
    DWORD dwFlags) {
    (void)lpLogfont, (void)lpProc, (void)lParam, (void)dwFlags;
    return find(hdc, OBJ_MEMDC) != NULL;
}
API_ALIAS(api_EnumFontFamiliesExW, ansi, gdi32, "EnumFontFamiliesExA");

API(gdi32, int, EnumFontFamiliesW, HDC hdc, LPCWSTR lpLogfont, FONTENUMPROC lpProc, LONG_PTR lParam) {
    (void)lpLogfont, (void)lpProc, (void)lParam;
    return find(hdc, OBJ_MEMDC) != NULL;
}
API_ALIAS(api_EnumFontFamiliesW, ansi, gdi32, "EnumFontFamiliesA");
API_ALIAS(api_EnumFontFamiliesW, fonts, gdi32, "EnumFontsW");
API_ALIAS(api_EnumFontFamiliesW, fonts_ansi, gdi32, "EnumFontsA");
