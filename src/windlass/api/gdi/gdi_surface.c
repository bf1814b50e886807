/* Pixels of all depths ("Device-Independent Bitmaps", "BITMAPINFOHEADER structure"). */
#include "gdi.h"

LONG dib_stride(LONG width, WORD bits) { return (LONG)(((LONGLONG)width * bits + 31) / 32 * 4); }

BYTE *surface_row(const struct surface *surface, LONG y) {
    LONG row = surface->top_down ? y : surface->height - 1 - y;
    return surface->pixels + (ptrdiff_t)row * surface->stride;
}

DWORD surface_get(const struct surface *surface, LONG x, LONG y) {
    const BYTE *row = surface_row(surface, y);
    DWORD value;
    WORD word;
    switch (surface->bits) {
    case 1: return row[x / 8] >> (7 - x % 8) & 1;
    case 4: return x % 2 ? row[x / 2] & 15 : row[x / 2] >> 4;
    case 8: return row[x];
    case 16: memcpy(&word, row + 2 * (size_t)x, 2); return word;
    case 24: row += 3 * (size_t)x; return (DWORD)row[2] << 16 | (DWORD)row[1] << 8 | row[0];
    default: memcpy(&value, row + 4 * (size_t)x, 4); return value;
    }
}

void surface_put(struct surface *surface, LONG x, LONG y, DWORD raw) {
    BYTE *row = surface_row(surface, y);
    WORD word = (WORD)raw;
    switch (surface->bits) {
    case 1: row[x / 8] = (BYTE)((row[x / 8] & ~(0x80 >> x % 8)) | (raw & 1 ? 0x80 >> x % 8 : 0)); break;
    case 4: row[x / 2] = (BYTE)(x % 2 ? (row[x / 2] & 0xf0) | (raw & 15) : (row[x / 2] & 0x0f) | (raw & 15) << 4); break;
    case 8: row[x] = (BYTE)raw; break;
    case 16: memcpy(row + 2 * (size_t)x, &word, 2); break;
    case 24:
        row += 3 * (size_t)x;
        row[0] = (BYTE)raw;
        row[1] = (BYTE)(raw >> 8);
        row[2] = (BYTE)(raw >> 16);
        break;
    default: memcpy(row + 4 * (size_t)x, &raw, 4);
    }
}

/* ---- colours ---- */

/* A channel as 8 bits: the high bits repeat in the low ones, so that all bits set are 255. */
static DWORD widen_channel(DWORD raw, DWORD mask) {
    if (!mask)
        return 0;
    int shift = __builtin_ctz(mask), width = 32 - __builtin_clz(mask) - shift;
    DWORD value = (raw & mask) >> shift;
    if (width >= 8)
        return value >> (width - 8);
    DWORD result = 0;
    for (int filled = 0; filled < 8; filled += width)
        result |= 8 - filled >= width ? value << (8 - filled - width) : value >> (width - (8 - filled));
    return result & 255;
}

static DWORD narrow_channel(DWORD value, DWORD mask) {
    if (!mask)
        return 0;
    int shift = __builtin_ctz(mask), width = 32 - __builtin_clz(mask) - shift;
    return (width >= 8 ? value << (width - 8) : value >> (8 - width)) << shift & mask;
}

static bool is_plain(const struct surface *surface) {
    return surface->bits == 24 ||
           (surface->bits == 32 && surface->masks[0] == 0xff0000 && surface->masks[1] == 0xff00 && surface->masks[2] == 0xff);
}

DWORD surface_colour(const struct surface *surface, DWORD raw) {
    if (surface->bits <= 8)
        return surface->palette[raw & 255] & 0xffffff;
    if (is_plain(surface))
        return raw & 0xffffff;
    return widen_channel(raw, surface->masks[0]) << 16 | widen_channel(raw, surface->masks[1]) << 8 |
           widen_channel(raw, surface->masks[2]);
}

static unsigned nearest(const struct surface *surface, DWORD colour) {
    unsigned best = 0, best_distance = ~0u, count = surface->colours ? surface->colours : 1u << surface->bits;
    for (unsigned i = 0; i < count; i++) {
        int red = (int)(surface->palette[i] >> 16 & 255) - (int)(colour >> 16 & 255);
        int green = (int)(surface->palette[i] >> 8 & 255) - (int)(colour >> 8 & 255);
        int blue = (int)(surface->palette[i] & 255) - (int)(colour & 255);
        unsigned distance = (unsigned)(red * red + green * green + blue * blue);
        if (distance < best_distance) {
            best = i;
            best_distance = distance;
        }
    }
    return best;
}

DWORD surface_raw(const struct surface *surface, DWORD colour) {
    if (surface->bits <= 8)
        return nearest(surface, colour);
    if (is_plain(surface))
        return colour & 0xffffff;
    return narrow_channel(colour >> 16 & 255, surface->masks[0]) | narrow_channel(colour >> 8 & 255, surface->masks[1]) |
           narrow_channel(colour & 255, surface->masks[2]);
}

bool surface_same_format(const struct surface *one, const struct surface *other) {
    if (one->bits != other->bits)
        return false;
    if (one->bits <= 8)
        return one->is_mono == other->is_mono && memcmp(one->palette, other->palette, sizeof(DWORD) << one->bits) == 0;
    return one->bits == 24 || memcmp(one->masks, other->masks, sizeof one->masks) == 0;
}

void surface_default_masks(struct surface *surface) {
    static const DWORD masks16[] = {0x7c00, 0x3e0, 0x1f}, masks32[] = {0xff0000, 0xff00, 0xff};
    memcpy(surface->masks, surface->bits == 16 ? masks16 : masks32, sizeof surface->masks);
}

/* The colours of a device bitmap, or of a DIB without a table: black and white, the 16 of VGA, and for 8 bits 3-3-2
 * steps between the 20 of the default palette. */
void surface_default_palette(struct surface *surface) {
    static const DWORD vga[16] = {0x000000, 0x800000, 0x008000, 0x808000, 0x000080, 0x800080, 0x008080, 0x808080,
                                  0xc0c0c0, 0xff0000, 0x00ff00, 0xffff00, 0x0000ff, 0xff00ff, 0x00ffff, 0xffffff};
    static const DWORD low[4] = {0xc0c0c0, 0xc0dcc0, 0xa6caf0, 0}, high[4] = {0, 0, 0xfffbf0, 0xa0a0a4};
    surface->colours = surface->bits <= 8 ? 1u << surface->bits : 0;
    if (surface->bits == 1) {
        surface->palette[1] = 0xffffff;
    } else if (surface->bits == 4) {
        memcpy(surface->palette, vga, sizeof vga);
        surface->palette[7] = 0xc0c0c0;
        surface->palette[8] = 0x808080;
    } else if (surface->bits == 8) {
        for (unsigned i = 0; i < 256; i++)
            surface->palette[i] = (i & 7) << 5 << 16 | (i >> 3 & 7) << 5 << 8 | (i >> 6) << 6;
        memcpy(surface->palette, vga, 7 * sizeof *vga);
        memcpy(surface->palette + 7, low, 3 * sizeof *low);
        surface->palette[246] = high[2];
        surface->palette[247] = high[3];
        surface->palette[248] = 0x808080;
        memcpy(surface->palette + 249, vga + 9, 7 * sizeof *vga);
    }
}

/* ---- bitmaps ---- */

struct bitmap *bitmap_new(LONG width, LONG height, WORD bits, bool top_down) {
    if (width <= 0 || height <= 0 || (LONGLONG)width * height > 0x10000000)
        return NULL;
    struct bitmap *bitmap = gdi_new(OBJ_BITMAP, sizeof *bitmap);
    if (!bitmap)
        return NULL;
    bitmap->surface = (struct surface){.width = width, .height = height, .bits = bits, .top_down = top_down,
                                       .is_mono = bits == 1, .stride = dib_stride(width, bits)};
    surface_default_masks(&bitmap->surface);
    surface_default_palette(&bitmap->surface);
    bitmap->surface.pixels = heap_alloc_zeroed((size_t)bitmap->surface.stride * (size_t)height);
    bitmap->owns_pixels = true;
    if (!bitmap->surface.pixels) {
        heap_free(bitmap);
        return NULL;
    }
    return bitmap;
}

API_USE(BOOL, UnmapViewOfFile, LPCVOID);

void bitmap_free(struct bitmap *bitmap) {
    if (bitmap->owns_pixels)
        heap_free(bitmap->surface.pixels);
    if (bitmap->view)
        api_UnmapViewOfFile(bitmap->view);
    heap_free(bitmap);
}

/* ---- DIBs in memory ---- */

typedef struct { DWORD bcSize; WORD bcWidth, bcHeight, bcPlanes, bcBitCount; } BITMAPCOREHEADER;
enum { DIB_RGB_COLORS = 0, DIB_PAL_COLORS = 1, MAX_COLOURS = 256 };

static bool is_core(const BITMAPINFO *info) { return info->bmiHeader.biSize == sizeof(BITMAPCOREHEADER); }

static bool is_depth(WORD bits) { return bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32; }

/* The entries that the header says follow it. */
static unsigned table_size(const BITMAPINFO *info) {
    if (is_core(info))
        return ((const BITMAPCOREHEADER *)info)->bcBitCount <= 8 ? 1u << ((const BITMAPCOREHEADER *)info)->bcBitCount : 0;
    unsigned most = info->bmiHeader.biBitCount <= 8 ? 1u << info->bmiHeader.biBitCount : 0, told = info->bmiHeader.biClrUsed;
    if (!most)
        return told <= MAX_COLOURS ? told : MAX_COLOURS;
    return told && told < most ? told : most;
}

size_t dib_header_size(const BITMAPINFO *info, UINT usage) {
    size_t size = info->bmiHeader.biSize;
    if (is_core(info))
        return size + table_size(info) * (usage == DIB_PAL_COLORS ? 2 : 3);
    if (size < sizeof info->bmiHeader)
        return 0;
    if (size == sizeof info->bmiHeader && info->bmiHeader.biCompression == BI_BITFIELDS)
        size += 3 * sizeof(DWORD);
    return size + table_size(info) * (usage == DIB_PAL_COLORS ? 2 : 4);
}

static void read_table(struct surface *surface, const BITMAPINFO *info, UINT usage, const struct dc *dc) {
    const BYTE *table = (const BYTE *)info + dib_header_size(info, usage);
    unsigned entries = table_size(info);
    size_t entry = usage == DIB_PAL_COLORS ? 2 : is_core(info) ? 3 : 4;
    table -= entries * entry;
    surface->colours = entries;
    for (unsigned i = 0; i < entries; i++, table += entry) {
        if (usage == DIB_PAL_COLORS)
            surface->palette[i] = dc ? dc_colour(dc, 0x01000000u | table[0] | (DWORD)table[1] << 8) : 0;
        else
            surface->palette[i] = (DWORD)table[2] << 16 | (DWORD)table[1] << 8 | table[0];
    }
}

static bool read_masks(struct surface *surface, const BITMAPINFO *info) {
    surface_default_masks(surface);
    if (is_core(info) || info->bmiHeader.biCompression != BI_BITFIELDS)
        return true;
    if (surface->bits != 16 && surface->bits != 32)
        return false;
    memcpy(surface->masks, (const BYTE *)info + sizeof info->bmiHeader, sizeof surface->masks); /* also in V4 and V5 */
    return surface->masks[0] && surface->masks[1] && surface->masks[2];
}

static bool read_format(struct surface *surface, const BITMAPINFO *info) {
    const BITMAPCOREHEADER *core = (const BITMAPCOREHEADER *)info;
    *surface = (struct surface){.width = 0};
    if (is_core(info)) {
        *surface = (struct surface){.width = core->bcWidth, .height = core->bcHeight, .bits = core->bcBitCount};
    } else if (info->bmiHeader.biSize >= sizeof info->bmiHeader) {
        LONG height = info->bmiHeader.biHeight;
        *surface = (struct surface){.width = info->bmiHeader.biWidth, .height = height < 0 ? -height : height,
                                    .bits = info->bmiHeader.biBitCount, .top_down = height < 0};
    }
    surface->stride = dib_stride(surface->width, surface->bits);
    return is_depth(surface->bits) && surface->width > 0 && surface->height >= 0 &&
           (LONGLONG)surface->stride * surface->height < 0x7fffffff;
}

/* ---- run-length encoding ("Bitmap Compression") ---- */

struct rle { const BYTE *next, *end; LONG x, y; struct surface *to; };

static void rle_put(struct rle *rle, DWORD raw) {
    if (rle->x < rle->to->width && rle->y < rle->to->height) {
        surface_put(rle->to, rle->x, rle->to->height - 1 - rle->y, raw);
        rle->to->drawn[(size_t)rle->y * (size_t)rle->to->width + (size_t)rle->x] = 1;
    }
    rle->x++;
}

static DWORD nibble(const BYTE *bytes, unsigned i) { return i % 2 ? bytes[i / 2] & 15 : bytes[i / 2] >> 4; }

static void rle_run(struct rle *rle, unsigned count, const BYTE *value) {
    for (unsigned i = 0; i < count; i++)
        rle_put(rle, rle->to->bits == 8 ? *value : nibble(value, i % 2));
}

static bool rle_absolute(struct rle *rle, unsigned count) {
    size_t size = (rle->to->bits == 8 ? count + 1u : (count + 1u) / 2 + 1u) & ~(size_t)1;
    if ((size_t)(rle->end - rle->next) < (rle->to->bits == 8 ? count : (count + 1u) / 2))
        return false;
    for (unsigned i = 0; i < count; i++)
        rle_put(rle, rle->to->bits == 8 ? rle->next[i] : nibble(rle->next, i));
    rle->next += size < (size_t)(rle->end - rle->next) ? size : (size_t)(rle->end - rle->next);
    return true;
}

/* False at the end of the bitmap, or of the bytes. */
static bool rle_escape(struct rle *rle, BYTE code) {
    switch (code) {
    case 0: rle->x = 0; rle->y++; return true;
    case 1: return false;
    case 2:
        if (rle->end - rle->next < 2)
            return false;
        rle->x += rle->next[0];
        rle->y += rle->next[1];
        rle->next += 2;
        return true;
    default: return rle_absolute(rle, code);
    }
}

static void rle_expand(struct surface *to, const BYTE *bits, size_t size) {
    struct rle rle = {bits, bits + size, 0, 0, to};
    while (rle.end - rle.next >= 2 && rle.y < to->height) {
        BYTE count = rle.next[0];
        const BYTE *value = rle.next + 1;
        rle.next += 2;
        if (count)
            rle_run(&rle, count, value);
        else if (!rle_escape(&rle, *value))
            return;
    }
}

/* Without a size the data ends where its own end mark is. */
static bool open_rle(struct surface *surface, const BITMAPINFO *info, const void *bits, void **allocated) {
    size_t size = info->bmiHeader.biSizeImage ? info->bmiHeader.biSizeImage : (size_t)1 << 30;
    if (surface->top_down || surface->bits != (info->bmiHeader.biCompression == BI_RLE8 ? 8 : 4))
        return false;
    if (!bits)
        return true;
    *allocated = calloc((size_t)surface->height + 1, (size_t)surface->stride + (size_t)surface->width);
    surface->pixels = *allocated;
    if (surface->pixels) {
        surface->drawn = surface->pixels + (size_t)surface->stride * (size_t)surface->height;
        rle_expand(surface, bits, size);
    }
    return surface->pixels != NULL;
}

bool dib_open(struct surface *surface, const BITMAPINFO *info, const void *bits, UINT usage, const struct dc *dc,
              void **allocated) {
    *allocated = NULL;
    bool good = read_format(surface, info) && read_masks(surface, info);
    if (good && surface->bits <= 8)
        read_table(surface, info, usage, dc);
    surface->pixels = (BYTE *)(uintptr_t)bits;
    DWORD compression = good && !is_core(info) ? info->bmiHeader.biCompression : BI_RGB;
    if (compression == BI_RLE8 || compression == BI_RLE4)
        good = good && open_rle(surface, info, bits, allocated);
    else
        good = good && (compression == BI_RGB || compression == BI_BITFIELDS);
    if (!good)
        set_last_error(ERROR_INVALID_PARAMETER);
    return good;
}
