/* Logical palettes ("Color Basics"): the display has 32 bits and no palette of its own, so that a palette only says what
 * colours its indices mean. */
#include "gdi.h"

typedef struct { BYTE peRed, peGreen, peBlue, peFlags; } PALETTEENTRY;
typedef struct { WORD palVersion, palNumEntries; PALETTEENTRY palPalEntry[]; } LOGPALETTE;
enum { PALETTE_VERSION = 0x300, MAX_ENTRIES = 1024, SYSPAL_NOSTATIC = 2, SYSPAL_STATIC = 1 };

struct palette {
    struct gdi_object head;
    unsigned count;
    PALETTEENTRY entries[MAX_ENTRIES];
};

/* The 20 colours of the system. */
void *palette_stock(void) {
    static const PALETTEENTRY colours[20] = {
        {0, 0, 0, 0}, {128, 0, 0, 0}, {0, 128, 0, 0}, {128, 128, 0, 0}, {0, 0, 128, 0}, {128, 0, 128, 0}, {0, 128, 128, 0},
        {192, 192, 192, 0}, {192, 220, 192, 0}, {166, 202, 240, 0}, {255, 251, 240, 0}, {160, 160, 164, 0},
        {128, 128, 128, 0}, {255, 0, 0, 0}, {0, 255, 0, 0}, {255, 255, 0, 0}, {0, 0, 255, 0}, {255, 0, 255, 0},
        {0, 255, 255, 0}, {255, 255, 255, 0}};
    struct palette *palette = gdi_new(OBJ_PAL, sizeof *palette);
    if (palette) {
        palette->count = 20;
        memcpy(palette->entries, colours, sizeof colours);
    }
    return palette;
}

int palette_describe(const void *palette, int size, void *to) {
    WORD count = (WORD)((const struct palette *)palette)->count;
    if (to && size < (int)sizeof count)
        return 0;
    if (to)
        memcpy(to, &count, sizeof count);
    return sizeof count;
}

API(gdi32, HPALETTE, CreatePalette, const LOGPALETTE *plpal) {
    if (!plpal || plpal->palVersion != PALETTE_VERSION || !plpal->palNumEntries || plpal->palNumEntries > MAX_ENTRIES)
        return (HPALETTE)(LONG_PTR)fail(ERROR_INVALID_PARAMETER);
    struct palette *palette = gdi_new(OBJ_PAL, sizeof *palette);
    if (!palette)
        return NULL;
    palette->count = plpal->palNumEntries;
    memcpy(palette->entries, plpal->palPalEntry, palette->count * sizeof *palette->entries);
    return gdi_add(palette);
}

/* Black, white and, in between, a grey scale or the colours of a half-tone display. */
API(gdi32, HPALETTE, CreateHalftonePalette, HDC hdc) {
    static const BYTE steps[] = {0, 51, 102, 153, 204, 255};
    if (hdc && !dc_find(hdc))
        return NULL;
    struct palette *palette = gdi_new(OBJ_PAL, sizeof *palette);
    if (!palette)
        return NULL;
    palette->count = 256;
    for (unsigned i = 0; i < 216; i++)
        palette->entries[i] = (PALETTEENTRY){steps[i / 36], steps[i / 6 % 6], steps[i % 6], 0};
    for (unsigned i = 216; i < 256; i++)
        palette->entries[i] = (PALETTEENTRY){(BYTE)((i - 215) * 6), (BYTE)((i - 215) * 6), (BYTE)((i - 215) * 6), 0};
    return gdi_add(palette);
}

static UINT clip_count(const struct palette *palette, UINT start, UINT count) {
    if (start >= palette->count)
        return 0;
    return count < palette->count - start ? count : palette->count - start;
}

/* Without room for them the number of entries there are. */
API(gdi32, UINT, GetPaletteEntries, HPALETTE hpal, UINT iStart, UINT cEntries, PALETTEENTRY *pPalEntries) {
    struct palette *palette = gdi_find(hpal, OBJ_PAL);
    if (!palette)
        return 0;
    if (!pPalEntries)
        return palette->count;
    UINT count = clip_count(palette, iStart, cEntries);
    memcpy(pPalEntries, palette->entries + iStart, count * sizeof *pPalEntries);
    return count;
}

API(gdi32, UINT, SetPaletteEntries, HPALETTE hpal, UINT iStart, UINT cEntries, const PALETTEENTRY *pPalEntries) {
    struct palette *palette = gdi_find(hpal, OBJ_PAL);
    if (!palette || palette->head.is_stock)
        return 0;
    UINT count = clip_count(palette, iStart, cEntries);
    memcpy(palette->entries + iStart, pPalEntries, count * sizeof *pPalEntries);
    return count;
}

API(gdi32, BOOL, AnimatePalette, HPALETTE hPal, UINT iStartIndex, UINT cEntries, const PALETTEENTRY *ppe) {
    return api_SetPaletteEntries(hPal, iStartIndex, cEntries, ppe) != 0;
}

API(gdi32, BOOL, ResizePalette, HPALETTE hpal, UINT n) {
    struct palette *palette = gdi_find(hpal, OBJ_PAL);
    if (!palette || !n || n > MAX_ENTRIES || palette->head.is_stock)
        return FALSE;
    if (n > palette->count)
        memset(palette->entries + palette->count, 0, (n - palette->count) * sizeof *palette->entries);
    palette->count = n;
    return TRUE;
}

API(gdi32, UINT, GetNearestPaletteIndex, HPALETTE h, COLORREF color) {
    struct palette *palette = gdi_find(h, OBJ_PAL);
    UINT best = CLR_INVALID, best_distance = ~0u;
    for (UINT i = 0; palette && i < palette->count; i++) {
        int red = palette->entries[i].peRed - (int)(color & 255), green = palette->entries[i].peGreen - (int)(color >> 8 & 255);
        int blue = palette->entries[i].peBlue - (int)(color >> 16 & 255);
        UINT distance = (UINT)(red * red + green * green + blue * blue);
        if (distance < best_distance) {
            best = i;
            best_distance = distance;
        }
    }
    return best;
}

API(gdi32, HPALETTE, SelectPalette, HDC hdc, HPALETTE hPal, BOOL bForceBkgd) {
    struct dc *dc = dc_find(hdc);
    (void)bForceBkgd;
    if (!dc || !gdi_find(hPal, OBJ_PAL))
        return NULL;
    HPALETTE old = dc->now.palette;
    dc->now.palette = hPal;
    return old;
}

/* Nothing is mapped where the device has no palette. */
API(gdi32, UINT, RealizePalette, HDC hdc) { return dc_find(hdc) ? 0 : GDI_ERROR; }
API(gdi32, BOOL, UpdateColors, HDC hdc) { return dc_find(hdc) != NULL; }
API(gdi32, UINT, GetSystemPaletteEntries, HDC hdc, UINT iStart, UINT cEntries, PALETTEENTRY *pPalEntries) {
    (void)iStart, (void)cEntries, (void)pPalEntries;
    return (void)dc_find(hdc), 0;
}
API(gdi32, UINT, GetSystemPaletteUse, HDC hdc) { return dc_find(hdc) ? SYSPAL_STATIC : 0; }
API(gdi32, UINT, SetSystemPaletteUse, HDC hdc, UINT use) { return (void)use, dc_find(hdc) ? SYSPAL_STATIC : 0; }
