/* Bitmaps and what lies between them and the program's memory ("Bitmaps", "Device-Independent Bitmaps"). */
#include "gdi.h"

enum { DIB_RGB_COLORS = 0, DIB_PAL_COLORS = 1, CBM_INIT = 4, FILE_MAP_WRITE = 2 };
typedef struct { BITMAP dsBm; BITMAPINFOHEADER dsBmih; DWORD dsBitfields[3]; HANDLE dshSection; DWORD dsOffset; } DIBSECTION;

static HBITMAP add_bitmap(struct bitmap *bitmap) {
    if (!bitmap)
        return (HBITMAP)(LONG_PTR)fail(ERROR_INVALID_PARAMETER);
    return gdi_add(bitmap);
}

/* Rows of device bitmaps are padded to 16 bits. */
static LONG device_stride(const struct surface *surface) { return (LONG)(((LONGLONG)surface->width * surface->bits + 15) / 16 * 2); }

/* ---- making ---- */

static WORD real_depth(UINT bits) { return bits <= 1 ? 1 : bits <= 4 ? 4 : bits <= 8 ? 8 : bits <= 16 ? 16 : bits <= 24 ? 24 : 32; }

API(gdi32, LONG, SetBitmapBits, HBITMAP hbm, DWORD cb, const void *pvBits) {
    struct bitmap *bitmap = gdi_find(hbm, OBJ_BITMAP);
    if (!bitmap || !pvBits)
        return 0;
    struct surface *surface = &bitmap->surface;
    DWORD stride = (DWORD)device_stride(surface), all = stride * (DWORD)surface->height, done = 0;
    cb = (LONG)cb < 0 ? (DWORD)-(LONG)cb : cb;
    cb = cb < all ? cb : all;
    for (LONG y = 0; done < cb; y++) {
        DWORD piece = cb - done < stride ? cb - done : stride;
        memcpy(surface_row(surface, y), (const BYTE *)pvBits + done, piece);
        done += piece;
    }
    return (LONG)done;
}

API(gdi32, LONG, GetBitmapBits, HBITMAP hbit, LONG cb, LPVOID lpvBits) {
    struct bitmap *bitmap = gdi_find(hbit, OBJ_BITMAP);
    if (!bitmap)
        return 0;
    struct surface *surface = &bitmap->surface;
    LONG stride = device_stride(surface), all = stride * surface->height, done = 0;
    if (!lpvBits)
        return all;
    cb = cb < 0 || cb > all ? all : cb;
    for (LONG y = 0; done < cb; y++) {
        LONG piece = cb - done < stride ? cb - done : stride;
        memcpy((BYTE *)lpvBits + done, surface_row(surface, y), (size_t)piece);
        done += piece;
    }
    return done;
}

/* No size at all makes the single pixel that a memory DC begins with ("CreateBitmap function"). */
API(gdi32, HBITMAP, CreateBitmap, int nWidth, int nHeight, UINT nPlanes, UINT nBitCount, const void *lpBits) {
    if (nPlanes != 1 || nBitCount > 32)
        return (HBITMAP)(LONG_PTR)fail(ERROR_INVALID_PARAMETER);
    if (!nWidth || !nHeight) {
        nWidth = nHeight = 1;
        nBitCount = 1;
    }
    struct bitmap *bitmap = bitmap_new(nWidth < 0 ? -nWidth : nWidth, nHeight < 0 ? -nHeight : nHeight, real_depth(nBitCount), true);
    HBITMAP handle = add_bitmap(bitmap);
    if (handle && lpBits)
        api_SetBitmapBits(handle, 0x7fffffff, lpBits);
    return handle;
}

API(gdi32, HBITMAP, CreateBitmapIndirect, const BITMAP *pbm) {
    HBITMAP handle = api_CreateBitmap(pbm->bmWidth, pbm->bmHeight, pbm->bmPlanes, pbm->bmBitsPixel, pbm->bmBits);
    return handle;
}

/* Of the depth of what is selected into a memory DC; the display has 32 bits. */
API(gdi32, HBITMAP, CreateCompatibleBitmap, HDC hdc, int cx, int cy) {
    struct dc *dc = dc_find(hdc);
    if (!dc)
        return NULL;
    if (!cx || !cy)
        return api_CreateBitmap(1, 1, 1, 1, NULL);
    struct bitmap *like = dc->head.kind == OBJ_MEMDC ? gdi_find(dc->now.bitmap, OBJ_BITMAP) : NULL;
    struct bitmap *made = bitmap_new(cx, cy, like ? like->surface.bits : 32, !like || !like->is_section);
    if (made && like && like->is_section) {          /* "the bitmap has the same attributes as the DIB section" */
        memcpy(made->surface.palette, like->surface.palette, sizeof made->surface.palette);
        memcpy(made->surface.masks, like->surface.masks, sizeof made->surface.masks);
        made->surface.colours = like->surface.colours;
        made->surface.is_mono = like->surface.is_mono;
        made->is_section = true;
    }
    return add_bitmap(made);
}

API(gdi32, HBITMAP, CreateDiscardableBitmap, HDC hdc, int cx, int cy) { return api_CreateCompatibleBitmap(hdc, cx, cy); }

API_USE(LPVOID, MapViewOfFile, HANDLE, DWORD, DWORD, DWORD, SIZE_T);

/* The pixels are a file mapping's: the view must begin at a multiple of 64 KB, the pixels need not. */
static bool use_section(struct bitmap *bitmap, HANDLE section, DWORD offset) {
    DWORD start = offset & ~0xffffu;
    size_t size = (size_t)bitmap->surface.stride * (size_t)bitmap->surface.height;
    bitmap->view = api_MapViewOfFile(section, FILE_MAP_WRITE, 0, start, offset - start + size);
    if (!bitmap->view)
        return false;
    heap_free(bitmap->surface.pixels);
    bitmap->owns_pixels = false;
    bitmap->surface.pixels = (BYTE *)bitmap->view + (offset - start);
    bitmap->section = section;
    bitmap->section_offset = offset;
    return true;
}

static struct bitmap *new_section(const struct surface *format, const BITMAPINFO *info) {
    struct bitmap *bitmap = bitmap_new(format->width, format->height, format->bits, format->top_down);
    if (!bitmap)
        return NULL;
    BYTE *pixels = bitmap->surface.pixels;
    bitmap->surface = *format;
    bitmap->surface.pixels = pixels;
    bitmap->is_section = true;
    bitmap->compression = info->bmiHeader.biSize >= sizeof info->bmiHeader ? info->bmiHeader.biCompression : BI_RGB;
    return bitmap;
}

API(gdi32, HBITMAP, CreateDIBSection, HDC hdc, const BITMAPINFO *pbmi, UINT usage, void **ppvBits, HANDLE hSection,
    DWORD offset) {
    struct surface format;
    void *allocated;
    if (ppvBits)
        *ppvBits = NULL;
    struct dc *dc = usage == DIB_PAL_COLORS ? dc_find(hdc) : NULL;
    if (!pbmi || !dib_open(&format, pbmi, NULL, usage, dc, &allocated))
        return (HBITMAP)(LONG_PTR)fail(ERROR_INVALID_PARAMETER);
    struct bitmap *bitmap = new_section(&format, pbmi);
    if (bitmap && hSection && !use_section(bitmap, hSection, offset)) {
        bitmap_free(bitmap);
        return NULL;
    }
    BYTE *pixels = bitmap ? bitmap->surface.pixels : NULL;
    HBITMAP handle = add_bitmap(bitmap);
    if (handle && ppvBits)
        *ppvBits = pixels;
    return handle;
}

/* ---- what a bitmap is ---- */

static BITMAPINFOHEADER header_of(const struct bitmap *bitmap) {
    const struct surface *surface = &bitmap->surface;
    return (BITMAPINFOHEADER){.biSize = sizeof(BITMAPINFOHEADER), .biWidth = surface->width, .biHeight = surface->height,
                              .biPlanes = 1, .biBitCount = surface->bits, .biCompression = bitmap->compression,
                              .biSizeImage = (DWORD)(surface->stride * surface->height),
                              .biClrUsed = bitmap->is_section ? surface->colours : 0};
}

int bitmap_describe(const struct bitmap *bitmap, int size, void *to) {
    const struct surface *surface = &bitmap->surface;
    bool is_section = bitmap->is_section;
    DIBSECTION section = {
        .dsBm = {0, surface->width, surface->height, is_section ? surface->stride : device_stride(surface), 1, surface->bits,
                 is_section ? surface->pixels : NULL},
        .dsBmih = header_of(bitmap), .dshSection = bitmap->section, .dsOffset = bitmap->section_offset,
    };
    if (bitmap->compression == BI_BITFIELDS)
        memcpy(section.dsBitfields, surface->masks, sizeof section.dsBitfields);
    if (!to)
        return sizeof section.dsBm;
    size = is_section && size >= (int)sizeof section ? (int)sizeof section : size < (int)sizeof section.dsBm ? 0 : (int)sizeof section.dsBm;
    memcpy(to, &section, (size_t)size);
    return size;
}

API(gdi32, BOOL, GetBitmapDimensionEx, HBITMAP hbit, SIZE *lpsize) {
    struct bitmap *bitmap = gdi_find(hbit, OBJ_BITMAP);
    if (bitmap && lpsize)
        *lpsize = bitmap->dimension;
    return bitmap && lpsize;
}

API(gdi32, BOOL, SetBitmapDimensionEx, HBITMAP hbm, int w, int h, SIZE *lpsz) {
    struct bitmap *bitmap = gdi_find(hbm, OBJ_BITMAP);
    if (!bitmap)
        return FALSE;
    if (lpsz)
        *lpsz = bitmap->dimension;
    bitmap->dimension = (SIZE){w, h};
    return TRUE;
}

/* The DIB section in a memory DC; entries are RGBQUADs. */
static struct surface *table_of(HDC hdc) {
    struct dc *dc = dc_find(hdc);
    struct bitmap *bitmap = dc && dc->head.kind == OBJ_MEMDC ? gdi_find(dc->now.bitmap, OBJ_BITMAP) : NULL;
    return bitmap && bitmap->is_section && bitmap->surface.bits <= 8 ? &bitmap->surface : NULL;
}

static UINT clip_entries(const struct surface *surface, UINT first, UINT entries) {
    UINT all = 1u << surface->bits;
    return first >= all ? 0 : entries < all - first ? entries : all - first;
}

API(gdi32, UINT, GetDIBColorTable, HDC hdc, UINT iStart, UINT cEntries, DWORD *prgbq) {
    struct surface *surface = table_of(hdc);
    if (!surface)
        return 0;
    cEntries = clip_entries(surface, iStart, cEntries);
    memcpy(prgbq, surface->palette + iStart, cEntries * sizeof *prgbq);
    return cEntries;
}

API(gdi32, UINT, SetDIBColorTable, HDC hdc, UINT iStart, UINT cEntries, const DWORD *prgbq) {
    struct surface *surface = table_of(hdc);
    if (!surface)
        return 0;
    cEntries = clip_entries(surface, iStart, cEntries);
    for (UINT i = 0; i < cEntries; i++)
        surface->palette[iStart + i] = prgbq[i] & 0xffffff;
    return cEntries;
}

/* ---- to and from DIBs ---- */

static void convert_row(struct surface *to, LONG to_y, const struct surface *from, LONG from_y, bool same) {
    LONG width = to->width < from->width ? to->width : from->width;
    if (same && to->bits >= 8 && !from->drawn) {
        memcpy(surface_row(to, to_y), surface_row(from, from_y), (size_t)width * to->bits / 8);
        return;
    }
    for (LONG x = 0; x < width; x++) {
        DWORD raw = surface_get(from, x, from_y);
        if (surface_has(from, x, from_y))
            surface_put(to, x, to_y, same ? raw : surface_raw(to, surface_colour(from, raw)));
    }
}

static int describe_format(const struct bitmap *bitmap, BITMAPINFOHEADER *header) {
    DWORD size = header->biSize;
    BITMAPINFOHEADER facts = header_of(bitmap);
    if (facts.biBitCount == 16 || facts.biBitCount == 32)
        facts.biCompression = BI_BITFIELDS;
    facts.biClrUsed = 0;
    memcpy((BYTE *)header + sizeof size, (BYTE *)&facts + sizeof size, sizeof facts - sizeof size);
    header->biSize = size;
    return bitmap->surface.height;
}

/* The colours that the pixels mean: the bitmap's own where the depths are the same, else Windows' defaults. */
static void write_table(BITMAPINFO *info, struct surface *view, const struct surface *from, UINT usage) {
    if (view->bits > 8)
        return;
    unsigned count = 1u << view->bits;
    if (view->bits == from->bits)
        memcpy(view->palette, from->palette, sizeof view->palette);
    else
        surface_default_palette(view);
    view->colours = count;
    info->bmiHeader.biClrUsed = 0;
    BYTE *table = (BYTE *)info + info->bmiHeader.biSize;
    for (unsigned i = 0; i < count; i++) {
        WORD index = (WORD)i;
        if (usage == DIB_PAL_COLORS)
            memcpy(table + i * sizeof index, &index, sizeof index);
        else
            memcpy(table + i * sizeof(DWORD), &view->palette[i], sizeof(DWORD));
    }
}

/* "GetDIBits function": scan lines count from the bottom of a bottom-up DIB. */
API(gdi32, int, GetDIBits, HDC hdc, HBITMAP hbm, UINT start, UINT cLines, LPVOID lpvBits, BITMAPINFO *lpbmi, UINT usage) {
    struct bitmap *bitmap = gdi_find(hbm, OBJ_BITMAP);
    struct dc *dc = bitmap ? dc_find(hdc) : NULL;
    struct surface view;
    void *allocated;
    if (!dc || !lpbmi)
        return 0;
    BITMAPINFOHEADER *header = &lpbmi->bmiHeader;
    if (header->biSize >= sizeof *header && !header->biBitCount)
        return describe_format(bitmap, header);
    if (header->biSize < sizeof *header || (header->biCompression != BI_RGB && header->biCompression != BI_BITFIELDS) ||
        !dib_open(&view, lpbmi, lpvBits, usage, dc, &allocated)) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return 0;
    }
    write_table(lpbmi, &view, &bitmap->surface, usage);
    header->biSizeImage = (DWORD)(view.stride * view.height);
    if (!lpvBits)
        return bitmap->surface.height;
    LONG height = bitmap->surface.height, told = view.height, lines = (LONG)cLines;
    if (start >= (UINT)told || lines <= 0)
        return 0;
    if (lines > told - (LONG)start)
        lines = told - (LONG)start;
    bool same = surface_same_format(&view, &bitmap->surface);
    view.height = lines;
    for (LONG y = 0; y < lines; y++) {
        /* Bottom-up lines count from the bottom of the bitmap, top-down ones from its top. */
        LONG from = view.top_down ? (LONG)start + y : height - (LONG)start - lines + y;
        memset(surface_row(&view, y), 0, (size_t)view.stride);
        if (from >= 0 && from < height)
            convert_row(&view, y, &bitmap->surface, from, same);
    }
    return lines;
}

API(gdi32, int, SetDIBits, HDC hdc, HBITMAP hbm, UINT start, UINT cLines, const void *lpBits, const BITMAPINFO *lpbmi,
    UINT ColorUse) {
    struct bitmap *bitmap = gdi_find(hbm, OBJ_BITMAP);
    struct surface view;
    void *allocated;
    struct dc *dc = ColorUse == DIB_PAL_COLORS ? dc_find(hdc) : NULL;
    if (!bitmap || !lpbmi || !lpBits || !dib_open(&view, lpbmi, lpBits, ColorUse, dc, &allocated))
        return 0;
    LONG told = view.height, height = bitmap->surface.height, lines = (LONG)cLines;
    if (allocated)
        start = 0, lines = told;                     /* compressed data is all of it */
    if (start >= (UINT)told || lines <= 0)
        lines = 0;
    else if (lines > told - (LONG)start)
        lines = told - (LONG)start;
    bool same = surface_same_format(&view, &bitmap->surface);
    view.height = lines;
    for (LONG y = 0; y < lines; y++) {
        /* Lines of a top-down DIB are placed from its end, too. */
        LONG to = (view.top_down ? told : height) - (LONG)start - lines + y;
        if (to >= 0 && to < height)
            convert_row(&bitmap->surface, to, &view, y, same);
    }
    free(allocated);
    return lines;
}

API(gdi32, HBITMAP, CreateDIBitmap, HDC hdc, const BITMAPINFOHEADER *pbmih, DWORD flInit, const void *pjBits,
    const BITMAPINFO *pbmi, UINT iUsage) {
    struct surface format;
    void *allocated;
    if (!dc_find(hdc) || !pbmih || !dib_open(&format, (const BITMAPINFO *)pbmih, NULL, DIB_RGB_COLORS, NULL, &allocated))
        return NULL;
    HBITMAP handle = api_CreateCompatibleBitmap(hdc, format.width, format.height);
    if (handle && flInit & CBM_INIT && pbmi && pjBits)
        api_SetDIBits(hdc, handle, 0, (UINT)format.height, pjBits, pbmi, iUsage);
    return handle;
}
