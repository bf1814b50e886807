/* Playing enhanced metafiles ("PlayEnhMetaFile function", "[MS-EMF]: Enhanced Metafile Format"): each record is the call
 * that it was recorded from. Its coordinates go through the metafile's own mapping to the pixels of the device that it was
 * made for, from there through the picture's frame into the rectangle, and on as the DC has it. */
#include "metafile.h"

#include <math.h>

typedef HANDLE HENHMETAFILE;
typedef struct { HGDIOBJ objectHandle[1]; } HANDLETABLE;
typedef int(WINAPI *ENHMFENUMPROC)(HDC, HANDLETABLE *, const ENHMETARECORD *, int, LPARAM);

API_USE(BOOL, MoveToEx, HDC, int, int, POINT *);
API_USE(BOOL, LineTo, HDC, int, int);
API_USE(BOOL, Polyline, HDC, const POINT *, int);
API_USE(BOOL, PolylineTo, HDC, const POINT *, DWORD);
API_USE(BOOL, Polygon, HDC, const POINT *, int);
API_USE(BOOL, PolyBezier, HDC, const POINT *, DWORD);
API_USE(BOOL, PolyBezierTo, HDC, const POINT *, DWORD);
API_USE(BOOL, PolyDraw, HDC, const POINT *, const BYTE *, int);
API_USE(BOOL, PolyPolyline, HDC, const POINT *, const DWORD *, DWORD);
API_USE(BOOL, PolyPolygon, HDC, const POINT *, const INT *, int);
API_USE(BOOL, Rectangle, HDC, int, int, int, int);
API_USE(BOOL, Ellipse, HDC, int, int, int, int);
API_USE(BOOL, RoundRect, HDC, int, int, int, int, int, int);
API_USE(BOOL, Arc, HDC, int, int, int, int, int, int, int, int);
API_USE(BOOL, ArcTo, HDC, int, int, int, int, int, int, int, int);
API_USE(BOOL, Chord, HDC, int, int, int, int, int, int, int, int);
API_USE(BOOL, Pie, HDC, int, int, int, int, int, int, int, int);
API_USE(BOOL, AngleArc, HDC, int, int, DWORD, FLOAT, FLOAT);
API_USE(BOOL, SetPixelV, HDC, int, int, COLORREF);
API_USE(BOOL, ExtFloodFill, HDC, int, int, COLORREF, UINT);
API_USE(BOOL, FillRgn, HDC, HRGN, HBRUSH);
API_USE(BOOL, FrameRgn, HDC, HRGN, HBRUSH, int, int);
API_USE(BOOL, InvertRgn, HDC, HRGN);
API_USE(BOOL, PaintRgn, HDC, HRGN);
API_USE(HRGN, ExtCreateRegion, const XFORM *, DWORD, const void *);
API_USE(int, ExtSelectClipRgn, HDC, HRGN, int);
API_USE(int, IntersectClipRect, HDC, int, int, int, int);
API_USE(int, ExcludeClipRect, HDC, int, int, int, int);
API_USE(int, OffsetClipRgn, HDC, int, int);
API_USE(int, SetMetaRgn, HDC);
API_USE(BOOL, BeginPath, HDC);
API_USE(BOOL, EndPath, HDC);
API_USE(BOOL, AbortPath, HDC);
API_USE(BOOL, CloseFigure, HDC);
API_USE(BOOL, FillPath, HDC);
API_USE(BOOL, StrokePath, HDC);
API_USE(BOOL, StrokeAndFillPath, HDC);
API_USE(BOOL, FlattenPath, HDC);
API_USE(BOOL, WidenPath, HDC);
API_USE(BOOL, SelectClipPath, HDC, int);
API_USE(int, SetBkMode, HDC, int);
API_USE(int, SetPolyFillMode, HDC, int);
API_USE(int, SetROP2, HDC, int);
API_USE(int, SetStretchBltMode, HDC, int);
API_USE(int, SetArcDirection, HDC, int);
API_USE(UINT, SetTextAlign, HDC, UINT);
API_USE(COLORREF, SetTextColor, HDC, COLORREF);
API_USE(COLORREF, SetBkColor, HDC, COLORREF);
API_USE(DWORD, SetMapperFlags, HDC, DWORD);
API_USE(BOOL, SetMiterLimit, HDC, FLOAT, FLOAT *);
API_USE(BOOL, SetBrushOrgEx, HDC, int, int, POINT *);
API_USE(BOOL, SetTextJustification, HDC, int, int);
API_USE(int, SaveDC, HDC);
API_USE(BOOL, RestoreDC, HDC, int);
API_USE(HGDIOBJ, SelectObject, HDC, HGDIOBJ);
API_USE(HPEN, CreatePenIndirect, const LOGPEN *);
API_USE(HPEN, ExtCreatePen, DWORD, DWORD, const LOGBRUSH *, DWORD, const DWORD *);
API_USE(HBRUSH, CreateBrushIndirect, const LOGBRUSH *);
API_USE(HBRUSH, CreateDIBPatternBrushPt, const void *, UINT);
API_USE(HFONT, CreateFontIndirectW, const LOGFONTW *);
API_USE(BOOL, ExtTextOutW, HDC, int, int, UINT, const RECT *, LPCWSTR, UINT, const INT *);
API_USE(BOOL, ExtTextOutA, HDC, int, int, UINT, const RECT *, LPCSTR, UINT, const INT *);
API_USE(BOOL, PatBlt, HDC, int, int, int, int, DWORD);
API_USE(BOOL, StretchBlt, HDC, int, int, int, int, HDC, int, int, int, int, DWORD);
API_USE(BOOL, GdiAlphaBlend, HDC, int, int, int, int, HDC, int, int, int, int, DWORD);
API_USE(BOOL, GdiTransparentBlt, HDC, int, int, int, int, HDC, int, int, int, int, UINT);
API_USE(int, StretchDIBits, HDC, int, int, int, int, int, int, int, int, const void *, const BITMAPINFO *, UINT, DWORD);
API_USE(int, SetDIBitsToDevice, HDC, int, int, DWORD, DWORD, int, int, UINT, UINT, const void *, const BITMAPINFO *, UINT);
API_USE(BOOL, GdiGradientFill, HDC, const void *, ULONG, const void *, ULONG, ULONG);
API_USE(HBITMAP, CreateDIBitmap, HDC, const BITMAPINFOHEADER *, DWORD, const void *, const BITMAPINFO *, UINT);
API_USE(HDC, CreateCompatibleDC, HDC);
API_USE(BOOL, DeleteDC, HDC);
API_USE(BOOL, CombineTransform, XFORM *, const XFORM *, const XFORM *);

enum emr {
    EMR_HEADER = 1, EMR_POLYBEZIER, EMR_POLYGON, EMR_POLYLINE, EMR_POLYBEZIERTO, EMR_POLYLINETO, EMR_POLYPOLYLINE, EMR_POLYPOLYGON, EMR_SETWINDOWEXTEX,
    EMR_SETWINDOWORGEX, EMR_SETVIEWPORTEXTEX, EMR_SETVIEWPORTORGEX, EMR_SETBRUSHORGEX, EMR_EOF, EMR_SETPIXELV, EMR_SETMAPPERFLAGS, EMR_SETMAPMODE,
    EMR_SETBKMODE, EMR_SETPOLYFILLMODE, EMR_SETROP2, EMR_SETSTRETCHBLTMODE, EMR_SETTEXTALIGN, EMR_SETCOLORADJUSTMENT, EMR_SETTEXTCOLOR, EMR_SETBKCOLOR,
    EMR_OFFSETCLIPRGN, EMR_MOVETOEX, EMR_SETMETARGN, EMR_EXCLUDECLIPRECT, EMR_INTERSECTCLIPRECT, EMR_SCALEVIEWPORTEXTEX, EMR_SCALEWINDOWEXTEX, EMR_SAVEDC,
    EMR_RESTOREDC, EMR_SETWORLDTRANSFORM, EMR_MODIFYWORLDTRANSFORM, EMR_SELECTOBJECT, EMR_CREATEPEN, EMR_CREATEBRUSHINDIRECT, EMR_DELETEOBJECT,
    EMR_ANGLEARC, EMR_ELLIPSE, EMR_RECTANGLE, EMR_ROUNDRECT, EMR_ARC, EMR_CHORD, EMR_PIE, EMR_SELECTPALETTE, EMR_CREATEPALETTE, EMR_SETPALETTEENTRIES,
    EMR_RESIZEPALETTE, EMR_REALIZEPALETTE, EMR_EXTFLOODFILL, EMR_LINETO, EMR_ARCTO, EMR_POLYDRAW, EMR_SETARCDIRECTION, EMR_SETMITERLIMIT, EMR_BEGINPATH,
    EMR_ENDPATH, EMR_CLOSEFIGURE, EMR_FILLPATH, EMR_STROKEANDFILLPATH, EMR_STROKEPATH, EMR_FLATTENPATH, EMR_WIDENPATH, EMR_SELECTCLIPPATH, EMR_ABORTPATH,
    EMR_GDICOMMENT = 70, EMR_FILLRGN, EMR_FRAMERGN, EMR_INVERTRGN, EMR_PAINTRGN, EMR_EXTSELECTCLIPRGN, EMR_BITBLT, EMR_STRETCHBLT, EMR_MASKBLT, EMR_PLGBLT,
    EMR_SETDIBITSTODEVICE, EMR_STRETCHDIBITS, EMR_EXTCREATEFONTINDIRECTW, EMR_EXTTEXTOUTA, EMR_EXTTEXTOUTW, EMR_POLYBEZIER16, EMR_POLYGON16,
    EMR_POLYLINE16, EMR_POLYBEZIERTO16, EMR_POLYLINETO16, EMR_POLYPOLYLINE16, EMR_POLYPOLYGON16, EMR_POLYDRAW16, EMR_CREATEMONOBRUSH,
    EMR_CREATEDIBPATTERNBRUSHPT, EMR_EXTCREATEPEN, EMR_POLYTEXTOUTA, EMR_POLYTEXTOUTW, EMR_SETICMMODE, EMR_CREATECOLORSPACE, EMR_SETCOLORSPACE,
    EMR_DELETECOLORSPACE, EMR_ALPHABLEND = 114, EMR_SETLAYOUT, EMR_TRANSPARENTBLT, EMR_GRADIENTFILL = 118, EMR_SETTEXTJUSTIFICATION = 120,
};

/* ---- the mapping ---- */

struct mapping {
    int mode;
    POINT window_origin, viewport_origin;
    SIZE window_extent, viewport_extent;
    XFORM world;
};

/* One performance. The DC points to it, since a program that plays records one by one tells only the DC. */
struct playing {
    struct playing *outer;                           /* a metafile may be played while another is */
    struct mapping now, *saved;
    unsigned saves;
    SIZE device, millimetres;
    XFORM to_rect, own;                              /* from the recorded device's pixels; the DC's own from before */
};

static const XFORM identity = {1, 0, 0, 1, 0, 0};

static FLOAT ratio(LONG one, LONG other) { return other ? (FLOAT)one / (FLOAT)other : 1; }

static XFORM page_of(const struct mapping *now) {
    FLOAT x = ratio(now->viewport_extent.cx, now->window_extent.cx), y = ratio(now->viewport_extent.cy, now->window_extent.cy);
    return (XFORM){x, 0, 0, y, (FLOAT)now->viewport_origin.x - x * (FLOAT)now->window_origin.x, (FLOAT)now->viewport_origin.y - y * (FLOAT)now->window_origin.y};
}

static void apply_mapping(struct dc *dc) {
    const struct playing *playing = dc->playing;
    XFORM page = page_of(&playing->now), all;
    api_CombineTransform(&all, &playing->now.world, &page);
    api_CombineTransform(&all, &all, &playing->to_rect);
    api_CombineTransform(&dc->now.world, &all, &playing->own);
    dc_update_transform(dc);
}

/* Units of the recorded device in the fixed mapping modes, of which y points up ("SetMapMode function"). */
static void set_mode(struct playing *playing, int mode) {
    static const double per_millimetre[] = {[MM_LOMETRIC] = 10, [MM_HIMETRIC] = 100, [MM_LOENGLISH] = 100 / 25.4, [MM_HIENGLISH] = 1000 / 25.4, [MM_TWIPS] = 1440 / 25.4,
                                            [MM_ISOTROPIC] = 10};
    struct mapping *now = &playing->now;
    now->mode = mode;
    if (mode == MM_TEXT) {
        now->window_extent = now->viewport_extent = (SIZE){1, 1};
    } else if (mode > MM_TEXT && mode < MM_ANISOTROPIC) {
        now->window_extent = (SIZE){(LONG)(playing->millimetres.cx * per_millimetre[mode] + 0.5), (LONG)(playing->millimetres.cy * per_millimetre[mode] + 0.5)};
        now->viewport_extent = (SIZE){playing->device.cx, -playing->device.cy};
    }
}

static void scale_extent(SIZE *extent, const LONG *by) {
    if (!by[1] || !by[3])
        return;
    extent->cx = extent->cx * by[0] / by[1];
    extent->cy = extent->cy * by[2] / by[3];
}

static void modify_world(struct playing *playing, const XFORM *by, DWORD mode) {
    enum { MWT_IDENTITY = 1, MWT_LEFTMULTIPLY, MWT_RIGHTMULTIPLY, MWT_SET };
    XFORM *world = &playing->now.world;
    switch (mode) {
    case MWT_IDENTITY: *world = identity; return;
    case MWT_LEFTMULTIPLY: api_CombineTransform(world, by, world); return;
    case MWT_RIGHTMULTIPLY: api_CombineTransform(world, world, by); return;
    case MWT_SET: *world = *by; return;
    }
}

static bool save_state(HDC hdc, struct playing *playing) {
    struct mapping *grown = realloc(playing->saved, (playing->saves + 1) * sizeof *grown);
    if (!grown || !api_SaveDC(hdc))
        return false;
    playing->saved = grown;
    grown[playing->saves++] = playing->now;
    return true;
}

/* Only as far as the metafile itself has saved. */
static bool restore_state(HDC hdc, struct playing *playing, LONG relative) {
    if (relative >= 0 || (LONGLONG)-relative > playing->saves)
        return false;
    playing->saves -= (unsigned)-relative;
    playing->now = playing->saved[playing->saves];
    return api_RestoreDC(hdc, relative);
}

/* ---- one record ---- */

struct call {
    HDC hdc;
    struct dc *dc;
    HANDLETABLE *table;
    UINT handles;
    const ENHMETARECORD *record;
    const LONG *words;                               /* what follows type and size */
    size_t count;
};

static const void *part_of(const struct call *call, size_t offset, size_t size) {
    return offset <= call->record->nSize && size <= call->record->nSize - offset ? (const BYTE *)call->record + offset : NULL;
}

enum { AFTER_BOUNDS = 4 };                           /* words: drawing records begin with a rectangle */

/* Points of 32 or 16 bits from word `at` on; to be freed. */
static POINT *points_of(const struct call *call, size_t at, size_t count, bool is_short) {
    size_t size = is_short ? 2 * sizeof(SHORT) : sizeof(POINT);
    const BYTE *from = count < (1u << 26) ? part_of(call, 8 + at * 4, count * size) : NULL;
    POINT *points = from ? malloc((count + 1) * sizeof *points) : NULL;
    for (size_t i = 0; points && i < count; i++, from += size) {
        SHORT pair[2];
        if (is_short) {
            memcpy(pair, from, sizeof pair);
            points[i] = (POINT){pair[0], pair[1]};
        } else {
            memcpy(&points[i], from, sizeof *points);
        }
    }
    return points;
}

static bool play_points(const struct call *call, enum emr type, bool is_short) {
    DWORD count = (DWORD)call->words[AFTER_BOUNDS];
    POINT *points = points_of(call, AFTER_BOUNDS + 1, count, is_short);
    bool good = false;
    if (!points)
        return false;
    switch (type) {
    case EMR_POLYBEZIER: good = api_PolyBezier(call->hdc, points, count); break;
    case EMR_POLYGON: good = api_Polygon(call->hdc, points, (int)count); break;
    case EMR_POLYLINE: good = api_Polyline(call->hdc, points, (int)count); break;
    case EMR_POLYBEZIERTO: good = api_PolyBezierTo(call->hdc, points, count); break;
    case EMR_POLYLINETO: good = api_PolylineTo(call->hdc, points, count); break;
    default: break;
    }
    free(points);
    return good;
}

/* Numbers of points of each polygon, and then the points of all; false where the numbers are not what there is. */
static bool play_polygons(const struct call *call, bool is_filled, bool is_short) {
    DWORD polygons = (DWORD)call->words[AFTER_BOUNDS], points_told = (DWORD)call->words[AFTER_BOUNDS + 1];
    const DWORD *counts = polygons < (1u << 24) ? part_of(call, 8 + (AFTER_BOUNDS + 2) * 4, polygons * sizeof *counts) : NULL;
    ULONGLONG total = 0;
    for (DWORD i = 0; counts && i < polygons; i++)
        total += counts[i];
    POINT *points = counts && total == points_told ? points_of(call, AFTER_BOUNDS + 2 + polygons, total, is_short) : NULL;
    if (!points)
        return false;
    bool good = is_filled ? api_PolyPolygon(call->hdc, points, (const INT *)counts, (int)polygons) : api_PolyPolyline(call->hdc, points, counts, polygons);
    free(points);
    return good;
}

static bool play_draw(const struct call *call, bool is_short) {
    DWORD count = (DWORD)call->words[AFTER_BOUNDS];
    POINT *points = points_of(call, AFTER_BOUNDS + 1, count, is_short);
    const BYTE *types = points ? part_of(call, 8 + (AFTER_BOUNDS + 1) * 4 + (size_t)count * (is_short ? 4 : 8), count) : NULL;
    bool good = types && api_PolyDraw(call->hdc, points, types, (int)count);
    free(points);
    return good;
}

/* ---- objects: the table's first entry is the metafile's own ---- */

#define STOCK_OBJECT 0x80000000u

static HGDIOBJ *slot_of(const struct call *call, DWORD index) {
    return index && index < call->handles ? &call->table->objectHandle[index] : NULL;
}

static bool keep_object(const struct call *call, HGDIOBJ object) {
    HGDIOBJ *slot = slot_of(call, (DWORD)call->words[0]);
    if (!slot || !object) {
        if (object)
            api_DeleteObject(object);
        return false;
    }
    if (*slot)
        api_DeleteObject(*slot);
    *slot = object;
    return true;
}

static bool select_object(const struct call *call) {
    DWORD index = (DWORD)call->words[0];
    if (index & STOCK_OBJECT)
        return api_SelectObject(call->hdc, api_GetStockObject((int)(index & ~STOCK_OBJECT))) != NULL;
    HGDIOBJ *slot = slot_of(call, index);
    return slot && *slot && api_SelectObject(call->hdc, *slot) != NULL;
}

static bool delete_object(const struct call *call) {
    HGDIOBJ *slot = slot_of(call, (DWORD)call->words[0]);
    bool good = slot && *slot && api_DeleteObject(*slot);
    if (slot)
        *slot = NULL;
    return good;
}

/* LOGBRUSH32: lbHatch has four bytes. */
static LOGBRUSH brush_of(const LONG *words) {
    return (LOGBRUSH){(UINT)words[0], (COLORREF)words[1], (ULONG_PTR)(DWORD)words[2]};
}

static HGDIOBJ pattern_brush_of(const struct call *call) {
    DWORD usage = (DWORD)call->words[1], offset = (DWORD)call->words[2], size = (DWORD)call->words[3], bits = (DWORD)call->words[4], bits_size = (DWORD)call->words[5];
    const void *info = part_of(call, offset, size), *pixels = part_of(call, bits, bits_size);
    if (!info || !pixels || size < sizeof(BITMAPINFOHEADER) || dib_header_size(info, usage) > size)
        return NULL;
    BYTE *packed = malloc((size_t)size + bits_size);
    if (!packed)
        return NULL;
    memcpy(packed, info, size);
    memcpy(packed + dib_header_size(info, usage), pixels, bits_size);
    struct surface surface;
    void *allocated;
    bool fits = dib_open(&surface, (const BITMAPINFO *)(const void *)packed, NULL, usage, NULL, &allocated) &&
                (size_t)surface.stride * (size_t)surface.height <= bits_size;
    HGDIOBJ brush = fits ? api_CreateDIBPatternBrushPt(packed, usage) : NULL;
    free(packed);
    return brush;
}

static HGDIOBJ extended_pen_of(const struct call *call) {
    enum { PEN_WORDS = 12 };
    if (call->count < PEN_WORDS - 1)
        return NULL;
    const LOGBRUSH brush = brush_of(call->words + 7);
    DWORD dashes = (DWORD)call->words[10];
    if (dashes > call->count - (PEN_WORDS - 1))
        return NULL;
    return api_ExtCreatePen((DWORD)call->words[5], (DWORD)call->words[6], &brush, dashes, dashes ? (const DWORD *)call->words + PEN_WORDS - 1 : NULL);
}

static bool create_object(const struct call *call) {
    LOGPEN pen;
    LOGFONTW font;
    LOGBRUSH brush;
    switch (call->record->iType) {
    case EMR_CREATEPEN:
        memcpy(&pen, call->words + 1, sizeof pen);
        return keep_object(call, api_CreatePenIndirect(&pen));
    case EMR_CREATEBRUSHINDIRECT:
        brush = brush_of(call->words + 1);
        return keep_object(call, api_CreateBrushIndirect(&brush));
    case EMR_EXTCREATEFONTINDIRECTW:
        memcpy(&font, call->words + 1, sizeof font);
        return keep_object(call, api_CreateFontIndirectW(&font));
    case EMR_EXTCREATEPEN: return keep_object(call, extended_pen_of(call));
    default: return keep_object(call, pattern_brush_of(call));
    }
}

/* ---- text ---- */

/* EMRTEXT: reference, characters, where they are, options, rectangle, where the distances are. */
static bool play_text(const struct call *call, bool is_wide) {
    enum { TEXT = 7, ETO_PDY = 0x2000, ETO_NO_RECT = 0x100, ETO_RECT = 6 };
    const LONG *text = call->words + TEXT;
    DWORD count = (DWORD)text[2], options = (DWORD)text[4];
    size_t unit = is_wide ? sizeof(WCHAR) : 1, pairs = options & ETO_PDY ? 2 : 1;
    const void *characters = count < (1u << 24) ? part_of(call, (DWORD)text[3], count * unit) : NULL;
    const INT *distances = characters && text[9] ? part_of(call, (DWORD)text[9], count * pairs * sizeof *distances) : NULL;
    RECT rect;
    if (!characters || (text[9] && !distances))
        return false;
    memcpy(&rect, text + 5, sizeof rect);
    const RECT *used = options & ETO_RECT && !(options & ETO_NO_RECT) ? &rect : NULL;
    if (is_wide)
        return api_ExtTextOutW(call->hdc, text[0], text[1], options, used, characters, count, distances);
    return api_ExtTextOutA(call->hdc, text[0], text[1], options, used, characters, count, distances);
}

/* ---- pixels ---- */

/* A DIB in the record: its header, its bits and how to read its colours. */
struct recorded_dib { const BITMAPINFO *info; const void *bits; DWORD usage; };

static bool find_dib(const struct call *call, const LONG *where, DWORD usage, struct recorded_dib *dib) {
    struct surface surface;
    void *allocated;
    size_t info_size = (DWORD)where[1], bits_size = (DWORD)where[3];
    *dib = (struct recorded_dib){part_of(call, (DWORD)where[0], info_size), part_of(call, (DWORD)where[2], bits_size), usage};
    if (!dib->info || !dib->bits || info_size < sizeof(BITMAPINFOHEADER) || dib_header_size(dib->info, usage) > info_size)
        return false;
    if (dib->info->bmiHeader.biCompression != BI_RGB && dib->info->bmiHeader.biCompression != BI_BITFIELDS)
        return dib->info->bmiHeader.biSizeImage && dib->info->bmiHeader.biSizeImage <= bits_size;
    return dib_open(&surface, dib->info, NULL, usage, NULL, &allocated) &&
           (size_t)surface.stride * (size_t)surface.height <= bits_size;
}

static bool transfer(const struct call *call, HDC source) {
    const LONG *to = call->words + AFTER_BOUNDS, *words = call->words;
    DWORD rop = (DWORD)to[4];
    LONG wide = to[2], high = to[3];
    if (call->record->iType != EMR_BITBLT) {
        wide = words[23];
        high = words[24];
    }
    switch (call->record->iType) {
    case EMR_ALPHABLEND: return api_GdiAlphaBlend(call->hdc, to[0], to[1], to[2], to[3], source, to[5], to[6], wide, high, rop);
    case EMR_TRANSPARENTBLT: return api_GdiTransparentBlt(call->hdc, to[0], to[1], to[2], to[3], source, to[5], to[6], wide, high, rop);
    default: return api_StretchBlt(call->hdc, to[0], to[1], to[2], to[3], source, to[5], to[6], wide, high, rop);
    }
}

/* The source is a bitmap of the record's own; without one it is a pattern that is drawn. */
static bool play_transfer(const struct call *call) {
    enum { CBM_INIT = 4 };
    const LONG *to = call->words + AFTER_BOUNDS;
    struct recorded_dib dib;
    if (!call->words[20])
        return call->record->iType != EMR_ALPHABLEND && api_PatBlt(call->hdc, to[0], to[1], to[2], to[3], (DWORD)to[4]);
    if (!find_dib(call, call->words + 19, (DWORD)call->words[18], &dib))
        return false;
    HDC source = api_CreateCompatibleDC(call->hdc);
    HBITMAP bitmap = api_CreateDIBitmap(call->hdc, &dib.info->bmiHeader, CBM_INIT, dib.bits, dib.info, dib.usage);
    HGDIOBJ old = bitmap ? api_SelectObject(source, bitmap) : NULL;
    bool good = old && transfer(call, source);
    if (old)
        api_SelectObject(source, old);
    if (bitmap)
        api_DeleteObject(bitmap);
    api_DeleteDC(source);
    return good;
}

static bool play_stretched_dib(const struct call *call) {
    const LONG *w = call->words;
    struct recorded_dib dib;
    return find_dib(call, w + 10, (DWORD)w[14], &dib) &&
           api_StretchDIBits(call->hdc, w[4], w[5], w[16], w[17], w[6], w[7], w[8], w[9], dib.bits, dib.info, dib.usage,
                             (DWORD)w[15]) != (int)GDI_ERROR;
}

static bool play_dib(const struct call *call) {
    const LONG *w = call->words;
    struct recorded_dib dib;
    return find_dib(call, w + 10, (DWORD)w[14], &dib) &&
           api_SetDIBitsToDevice(call->hdc, w[4], w[5], (DWORD)w[8], (DWORD)w[9], w[6], w[7], (UINT)w[15], (UINT)w[16],
                                 dib.bits, dib.info, dib.usage) != 0;
}

static bool play_gradient(const struct call *call) {
    enum { VERTEX = 16, GRADIENT_TRIANGLE = 2, HEAD = 8 + 7 * 4 };
    DWORD vertices = (DWORD)call->words[4], meshes = (DWORD)call->words[5], mode = (DWORD)call->words[6];
    size_t mesh = mode == GRADIENT_TRIANGLE ? 12 : 8;
    const BYTE *data = vertices < (1u << 24) && meshes < (1u << 24) ? part_of(call, HEAD, (size_t)vertices * VERTEX + meshes * mesh) : NULL;
    const DWORD *corners = data ? (const DWORD *)(const void *)(data + (size_t)vertices * VERTEX) : NULL;
    for (size_t i = 0; corners && i < meshes * mesh / sizeof *corners; i++)
        if (corners[i] >= vertices)
            return false;
    return data && api_GdiGradientFill(call->hdc, data, vertices, corners, meshes, mode);
}

/* ---- regions ---- */

/* RGNDATA of so many bytes from word `at` on; the transformation may be NULL. */
static HRGN region_of(const struct call *call, size_t at, DWORD size, const XFORM *xform) {
    enum { HEAD = 32 };
    const DWORD *data = part_of(call, 8 + at * 4, size);
    if (!data || size < HEAD || data[2] > (size - HEAD) / sizeof(RECT))
        return NULL;
    return api_ExtCreateRegion(xform, size, data);
}

static bool play_region(const struct call *call) {
    enum emr type = (enum emr)call->record->iType;
    size_t at = AFTER_BOUNDS + (type == EMR_FILLRGN ? 2 : type == EMR_FRAMERGN ? 4 : 1);
    HRGN region = call->count >= at ? region_of(call, at, (DWORD)call->words[AFTER_BOUNDS], NULL) : NULL;
    const HGDIOBJ *brush = type == EMR_FILLRGN || type == EMR_FRAMERGN ? slot_of(call, (DWORD)call->words[AFTER_BOUNDS + 1]) : NULL;
    bool good = false;
    if (!region)
        return false;
    switch (type) {
    case EMR_FILLRGN: good = brush && api_FillRgn(call->hdc, region, *brush); break;
    case EMR_FRAMERGN: good = brush && api_FrameRgn(call->hdc, region, *brush, call->words[6], call->words[7]); break;
    case EMR_INVERTRGN: good = api_InvertRgn(call->hdc, region); break;
    default: good = api_PaintRgn(call->hdc, region); break;
    }
    api_DeleteObject(region);
    return good;
}

/* The region is in pixels of the recorded device; none at all takes the clip region away. */
static bool play_clip_region(const struct call *call) {
    const struct playing *playing = call->dc->playing;
    DWORD size = (DWORD)call->words[0];
    int mode = call->words[1];
    if (!size)
        return api_ExtSelectClipRgn(call->hdc, NULL, mode) != ERROR_REGION;
    XFORM outer = identity, all;
    if (playing) {
        struct dc own = *call->dc;
        own.now.world = playing->own;
        dc_update_transform(&own);
        api_CombineTransform(&outer, &playing->to_rect, &own.to_device);
    }
    all = outer;
    HRGN region = region_of(call, 2, size, &all);
    bool good = region && api_ExtSelectClipRgn(call->hdc, region, mode) != ERROR_REGION;
    if (region)
        api_DeleteObject(region);
    return good;
}

/* ---- which record ---- */

/* The mapping belongs to the performance. False: it is no such record. */
static bool play_mapping(const struct call *call) {
    struct playing *playing = call->dc->playing;
    const LONG *w = call->words;
    struct mapping *now = &playing->now;
    bool is_free = now->mode == MM_ISOTROPIC || now->mode == MM_ANISOTROPIC;
    XFORM by;
    switch (call->record->iType) {
    case EMR_SETWINDOWEXTEX: if (is_free) now->window_extent = (SIZE){w[0], w[1]}; break;
    case EMR_SETVIEWPORTEXTEX: if (is_free) now->viewport_extent = (SIZE){w[0], w[1]}; break;
    case EMR_SETWINDOWORGEX: now->window_origin = (POINT){w[0], w[1]}; break;
    case EMR_SETVIEWPORTORGEX: now->viewport_origin = (POINT){w[0], w[1]}; break;
    case EMR_SCALEWINDOWEXTEX: if (is_free) scale_extent(&now->window_extent, w); break;
    case EMR_SCALEVIEWPORTEXTEX: if (is_free) scale_extent(&now->viewport_extent, w); break;
    case EMR_SETMAPMODE: set_mode(playing, w[0]); break;
    case EMR_SETWORLDTRANSFORM: memcpy(&now->world, w, sizeof now->world); break;
    case EMR_MODIFYWORLDTRANSFORM:
        memcpy(&by, w, sizeof by);
        modify_world(playing, &by, (DWORD)w[6]);
        break;
    default: return false;
    }
    apply_mapping(call->dc);
    return true;
}

static bool play_state(const struct call *call) {
    const LONG *w = call->words;
    HDC hdc = call->hdc;
    FLOAT limit;
    switch (call->record->iType) {
    case EMR_SETBKMODE: return api_SetBkMode(hdc, w[0]);
    case EMR_SETPOLYFILLMODE: return api_SetPolyFillMode(hdc, w[0]);
    case EMR_SETROP2: return api_SetROP2(hdc, w[0]);
    case EMR_SETSTRETCHBLTMODE: return api_SetStretchBltMode(hdc, w[0]);
    case EMR_SETARCDIRECTION: return api_SetArcDirection(hdc, w[0]);
    case EMR_SETTEXTALIGN: return api_SetTextAlign(hdc, (UINT)w[0]) != GDI_ERROR;
    case EMR_SETTEXTCOLOR: return api_SetTextColor(hdc, (COLORREF)w[0]) != CLR_INVALID;
    case EMR_SETBKCOLOR: return api_SetBkColor(hdc, (COLORREF)w[0]) != CLR_INVALID;
    case EMR_SETMAPPERFLAGS: return api_SetMapperFlags(hdc, (DWORD)w[0]) != GDI_ERROR;
    case EMR_SETMITERLIMIT:
        memcpy(&limit, w, sizeof limit);
        return api_SetMiterLimit(hdc, limit, NULL);
    case EMR_SETBRUSHORGEX: return api_SetBrushOrgEx(hdc, w[0], w[1], NULL);
    case EMR_SETTEXTJUSTIFICATION: return api_SetTextJustification(hdc, w[0], w[1]);
    case EMR_MOVETOEX: return api_MoveToEx(hdc, w[0], w[1], NULL);
    case EMR_SELECTOBJECT: return select_object(call);
    case EMR_DELETEOBJECT: return delete_object(call);
    case EMR_SAVEDC: return call->dc->playing ? save_state(hdc, call->dc->playing) : api_SaveDC(hdc) != 0;
    case EMR_RESTOREDC: return call->dc->playing ? restore_state(hdc, call->dc->playing, w[0]) : api_RestoreDC(hdc, w[0]);
    default: return false;
    }
}

static bool play_clip_or_path(const struct call *call) {
    const LONG *w = call->words;
    HDC hdc = call->hdc;
    switch (call->record->iType) {
    case EMR_OFFSETCLIPRGN: return api_OffsetClipRgn(hdc, w[0], w[1]) != ERROR_REGION;
    case EMR_EXCLUDECLIPRECT: return api_ExcludeClipRect(hdc, w[0], w[1], w[2], w[3]) != ERROR_REGION;
    case EMR_INTERSECTCLIPRECT: return api_IntersectClipRect(hdc, w[0], w[1], w[2], w[3]) != ERROR_REGION;
    case EMR_EXTSELECTCLIPRGN: return play_clip_region(call);
    case EMR_SETMETARGN: return api_SetMetaRgn(hdc) != ERROR_REGION;
    case EMR_SELECTCLIPPATH: return api_SelectClipPath(hdc, w[0]);
    case EMR_BEGINPATH: return api_BeginPath(hdc);
    case EMR_ENDPATH: return api_EndPath(hdc);
    case EMR_CLOSEFIGURE: return api_CloseFigure(hdc);
    case EMR_FILLPATH: return api_FillPath(hdc);
    case EMR_STROKEANDFILLPATH: return api_StrokeAndFillPath(hdc);
    case EMR_STROKEPATH: return api_StrokePath(hdc);
    case EMR_FLATTENPATH: return api_FlattenPath(hdc);
    case EMR_WIDENPATH: return api_WidenPath(hdc);
    case EMR_ABORTPATH: return api_AbortPath(hdc);
    default: return false;
    }
}

static bool play_shape(const struct call *call) {
    const LONG *w = call->words;
    HDC hdc = call->hdc;
    FLOAT angles[2];
    switch (call->record->iType) {
    case EMR_LINETO: return api_LineTo(hdc, w[0], w[1]);
    case EMR_SETPIXELV: return api_SetPixelV(hdc, w[0], w[1], (COLORREF)w[2]), true; /* FALSE: it is clipped away */
    case EMR_EXTFLOODFILL: return api_ExtFloodFill(hdc, w[0], w[1], (COLORREF)w[2], (UINT)w[3]);
    case EMR_RECTANGLE: return api_Rectangle(hdc, w[0], w[1], w[2], w[3]);
    case EMR_ELLIPSE: return api_Ellipse(hdc, w[0], w[1], w[2], w[3]);
    case EMR_ROUNDRECT: return api_RoundRect(hdc, w[0], w[1], w[2], w[3], w[4], w[5]);
    case EMR_ARC: return api_Arc(hdc, w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]);
    case EMR_ARCTO: return api_ArcTo(hdc, w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]);
    case EMR_CHORD: return api_Chord(hdc, w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]);
    case EMR_PIE: return api_Pie(hdc, w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]);
    case EMR_ANGLEARC:
        memcpy(angles, w + 3, sizeof angles);
        return api_AngleArc(hdc, w[0], w[1], (DWORD)w[2], angles[0], angles[1]);
    default: return false;
    }
}

enum group { UNKNOWN, NOTHING, MAPPING, STATE, CLIP_OR_PATH, SHAPE, CREATION, POINTS, SHORT_POINTS, LINES, SHORT_LINES, POLYGONS, SHORT_POLYGONS, DRAW, SHORT_DRAW,
             REGION, TEXT_W, TEXT_A, TRANSFER, STRETCHED_DIB, DIB, GRADIENT };

/* What each record is, and how many words it has at least behind its size. */
struct kind { BYTE group, words; };
static const struct kind kinds[] = {
    [EMR_HEADER] = {NOTHING, 0}, [EMR_EOF] = {NOTHING, 0}, [EMR_GDICOMMENT] = {NOTHING, 0}, [EMR_SETCOLORADJUSTMENT] = {NOTHING, 0},
    [EMR_SELECTPALETTE] = {NOTHING, 0}, [EMR_CREATEPALETTE] = {NOTHING, 0}, [EMR_SETPALETTEENTRIES] = {NOTHING, 0}, [EMR_RESIZEPALETTE] = {NOTHING, 0},
    [EMR_REALIZEPALETTE] = {NOTHING, 0}, [EMR_SETICMMODE] = {NOTHING, 0}, [EMR_SETLAYOUT] = {NOTHING, 0},
    [EMR_SETWINDOWEXTEX] = {MAPPING, 2}, [EMR_SETWINDOWORGEX] = {MAPPING, 2}, [EMR_SETVIEWPORTEXTEX] = {MAPPING, 2}, [EMR_SETVIEWPORTORGEX] = {MAPPING, 2},
    [EMR_SCALEVIEWPORTEXTEX] = {MAPPING, 4}, [EMR_SCALEWINDOWEXTEX] = {MAPPING, 4}, [EMR_SETMAPMODE] = {MAPPING, 1}, [EMR_SETWORLDTRANSFORM] = {MAPPING, 6},
    [EMR_MODIFYWORLDTRANSFORM] = {MAPPING, 7},
    [EMR_SETBKMODE] = {STATE, 1}, [EMR_SETPOLYFILLMODE] = {STATE, 1}, [EMR_SETROP2] = {STATE, 1}, [EMR_SETSTRETCHBLTMODE] = {STATE, 1},
    [EMR_SETARCDIRECTION] = {STATE, 1}, [EMR_SETTEXTALIGN] = {STATE, 1}, [EMR_SETTEXTCOLOR] = {STATE, 1}, [EMR_SETBKCOLOR] = {STATE, 1},
    [EMR_SETMAPPERFLAGS] = {STATE, 1}, [EMR_SETMITERLIMIT] = {STATE, 1}, [EMR_SETBRUSHORGEX] = {STATE, 2}, [EMR_SETTEXTJUSTIFICATION] = {STATE, 2},
    [EMR_MOVETOEX] = {STATE, 2}, [EMR_SELECTOBJECT] = {STATE, 1}, [EMR_DELETEOBJECT] = {STATE, 1}, [EMR_SAVEDC] = {STATE, 0}, [EMR_RESTOREDC] = {STATE, 1},
    [EMR_OFFSETCLIPRGN] = {CLIP_OR_PATH, 2}, [EMR_EXCLUDECLIPRECT] = {CLIP_OR_PATH, 4}, [EMR_INTERSECTCLIPRECT] = {CLIP_OR_PATH, 4},
    [EMR_EXTSELECTCLIPRGN] = {CLIP_OR_PATH, 2}, [EMR_SETMETARGN] = {CLIP_OR_PATH, 0}, [EMR_SELECTCLIPPATH] = {CLIP_OR_PATH, 1},
    [EMR_BEGINPATH] = {CLIP_OR_PATH, 0}, [EMR_ENDPATH] = {CLIP_OR_PATH, 0}, [EMR_CLOSEFIGURE] = {CLIP_OR_PATH, 0}, [EMR_FILLPATH] = {CLIP_OR_PATH, 4},
    [EMR_STROKEANDFILLPATH] = {CLIP_OR_PATH, 4}, [EMR_STROKEPATH] = {CLIP_OR_PATH, 4}, [EMR_FLATTENPATH] = {CLIP_OR_PATH, 0},
    [EMR_WIDENPATH] = {CLIP_OR_PATH, 0}, [EMR_ABORTPATH] = {CLIP_OR_PATH, 0},
    [EMR_LINETO] = {SHAPE, 2}, [EMR_SETPIXELV] = {SHAPE, 3}, [EMR_EXTFLOODFILL] = {SHAPE, 4}, [EMR_RECTANGLE] = {SHAPE, 4}, [EMR_ELLIPSE] = {SHAPE, 4},
    [EMR_ROUNDRECT] = {SHAPE, 6}, [EMR_ARC] = {SHAPE, 8}, [EMR_ARCTO] = {SHAPE, 8}, [EMR_CHORD] = {SHAPE, 8}, [EMR_PIE] = {SHAPE, 8}, [EMR_ANGLEARC] = {SHAPE, 5},
    [EMR_CREATEPEN] = {CREATION, 5}, [EMR_CREATEBRUSHINDIRECT] = {CREATION, 4}, [EMR_EXTCREATEFONTINDIRECTW] = {CREATION, 24}, [EMR_EXTCREATEPEN] = {CREATION, 11},
    [EMR_CREATEMONOBRUSH] = {CREATION, 6}, [EMR_CREATEDIBPATTERNBRUSHPT] = {CREATION, 6},
    [EMR_POLYBEZIER] = {POINTS, 5}, [EMR_POLYGON] = {POINTS, 5}, [EMR_POLYLINE] = {POINTS, 5}, [EMR_POLYBEZIERTO] = {POINTS, 5}, [EMR_POLYLINETO] = {POINTS, 5},
    [EMR_POLYBEZIER16] = {SHORT_POINTS, 5}, [EMR_POLYGON16] = {SHORT_POINTS, 5}, [EMR_POLYLINE16] = {SHORT_POINTS, 5},
    [EMR_POLYBEZIERTO16] = {SHORT_POINTS, 5}, [EMR_POLYLINETO16] = {SHORT_POINTS, 5}, [EMR_POLYPOLYLINE] = {LINES, 6}, [EMR_POLYPOLYLINE16] = {SHORT_LINES, 6},
    [EMR_POLYPOLYGON] = {POLYGONS, 6}, [EMR_POLYPOLYGON16] = {SHORT_POLYGONS, 6}, [EMR_POLYDRAW] = {DRAW, 5}, [EMR_POLYDRAW16] = {SHORT_DRAW, 5},
    [EMR_FILLRGN] = {REGION, 6}, [EMR_FRAMERGN] = {REGION, 8}, [EMR_INVERTRGN] = {REGION, 5}, [EMR_PAINTRGN] = {REGION, 5},
    [EMR_EXTTEXTOUTW] = {TEXT_W, 17}, [EMR_EXTTEXTOUTA] = {TEXT_A, 17}, [EMR_BITBLT] = {TRANSFER, 23}, [EMR_STRETCHBLT] = {TRANSFER, 25},
    [EMR_ALPHABLEND] = {TRANSFER, 25}, [EMR_TRANSPARENTBLT] = {TRANSFER, 25}, [EMR_STRETCHDIBITS] = {STRETCHED_DIB, 18}, [EMR_SETDIBITSTODEVICE] = {DIB, 17},
    [EMR_GRADIENTFILL] = {GRADIENT, 7},
};

static bool play_record(const struct call *call) {
    DWORD type = call->record->iType;
    if (type >= sizeof kinds / sizeof *kinds || call->count < kinds[type].words)
        return false;
    switch ((enum group)kinds[type].group) {
    case UNKNOWN: return false;
    case NOTHING: return true;
    case MAPPING: return call->dc->playing && play_mapping(call);
    case STATE: return play_state(call);
    case CLIP_OR_PATH: return play_clip_or_path(call);
    case SHAPE: return play_shape(call);
    case CREATION: return create_object(call);
    case POINTS: return play_points(call, (enum emr)type, false);
    case SHORT_POINTS: return play_points(call, (enum emr)(type - EMR_POLYBEZIER16 + EMR_POLYBEZIER), true);
    case LINES: return play_polygons(call, false, false);
    case SHORT_LINES: return play_polygons(call, false, true);
    case POLYGONS: return play_polygons(call, true, false);
    case SHORT_POLYGONS: return play_polygons(call, true, true);
    case DRAW: return play_draw(call, false);
    case SHORT_DRAW: return play_draw(call, true);
    case REGION: return play_region(call);
    case TEXT_W: return play_text(call, true);
    case TEXT_A: return play_text(call, false);
    case TRANSFER: return play_transfer(call);
    case STRETCHED_DIB: return play_stretched_dib(call);
    case DIB: return play_dib(call);
    case GRADIENT: return play_gradient(call);
    }
    return false;
}

API(gdi32, BOOL, PlayEnhMetaFileRecord, HDC hdc, HANDLETABLE *pht, const ENHMETARECORD *pmr, UINT cht) {
    enum { HEAD = 8 };
    struct dc *dc = dc_find(hdc);
    if (!dc || !pmr || pmr->nSize < HEAD)
        return FALSE;
    const struct call call = {hdc, dc, pht, pht ? cht : 0, pmr, (const LONG *)pmr->dParm, (pmr->nSize - HEAD) / sizeof(LONG)};
    return play_record(&call);
}

/* ---- a whole metafile ---- */

/* Pixels of the recorded device in a hundredth of a millimetre. */
static double pixels_in(LONG hundredths, LONG pixels, LONG millimetres) {
    return millimetres ? (double)hundredths * pixels / (millimetres * 100.0) : hundredths;
}

/* The frame's place on the recorded device goes to the rectangle; without one all stays where it is. */
static XFORM frame_to_rect(const ENHMETAHEADER *header, const RECT *rect) {
    const RECT *frame = &header->rclFrame;
    double left = pixels_in(frame->left, header->szlDevice.cx, header->szlMillimeters.cx), right = pixels_in(frame->right, header->szlDevice.cx, header->szlMillimeters.cx);
    double top = pixels_in(frame->top, header->szlDevice.cy, header->szlMillimeters.cy), bottom = pixels_in(frame->bottom, header->szlDevice.cy, header->szlMillimeters.cy);
    if (!rect || right == left || bottom == top)
        return identity;
    double x = (rect->right - rect->left) / (right - left), y = (rect->bottom - rect->top) / (bottom - top);
    return (XFORM){(FLOAT)x, 0, 0, (FLOAT)y, (FLOAT)(rect->left - left * x), (FLOAT)(rect->top - top * y)};
}

/* "The function sets the DC's objects and modes to the defaults before, and restores them after." */
static void set_defaults(HDC hdc, struct dc *dc) {
    dc->now.graphics_mode = GM_ADVANCED;
    api_SetTextColor(hdc, 0);
    api_SetBkColor(hdc, 0xffffff);
    api_SetBkMode(hdc, OPAQUE);
    api_SetTextAlign(hdc, 0);
    api_SetROP2(hdc, R2_COPYPEN);
    api_SetPolyFillMode(hdc, ALTERNATE);
    api_SetStretchBltMode(hdc, 1);
    api_SetArcDirection(hdc, 1);
    api_SetMiterLimit(hdc, 10, NULL);
    api_SelectObject(hdc, api_GetStockObject(BLACK_PEN));
    api_SelectObject(hdc, api_GetStockObject(WHITE_BRUSH));
    api_SelectObject(hdc, api_GetStockObject(SYSTEM_FONT));
}

static bool begin(HDC hdc, struct dc *dc, struct playing *playing, const ENHMETAHEADER *header, const RECT *rect) {
    *playing = (struct playing){.outer = dc->playing, .now = {.mode = MM_TEXT, .window_extent = {1, 1}, .viewport_extent = {1, 1}, .world = identity},
                                .device = header->szlDevice, .millimetres = header->szlMillimeters, .to_rect = frame_to_rect(header, rect), .own = dc->now.world};
    if (!api_SaveDC(hdc))
        return false;
    dc->playing = playing;
    set_defaults(hdc, dc);
    apply_mapping(dc);
    return true;
}

static void end(HDC hdc, struct dc *dc, struct playing *playing, HANDLETABLE *table, UINT handles) {
    api_RestoreDC(hdc, -(int)playing->saves - 1);
    dc->playing = playing->outer;
    free(playing->saved);
    for (UINT i = 1; i < handles; i++)
        if (table->objectHandle[i])
            api_DeleteObject(table->objectHandle[i]);
    free(table);
}

/* All records until the callback says stop; its last result. Without a DC nothing is played, the callback only looks. */
static int go_through(HDC hdc, struct dc *dc, const struct metafile *metafile, ENHMFENUMPROC procedure,
                      LPARAM parameter, const RECT *rect) {
    const ENHMETAHEADER *header = (const ENHMETAHEADER *)(const void *)metafile->bits;
    UINT handles = header->nHandles ? header->nHandles : 1;
    HANDLETABLE *table = calloc(handles, sizeof *table);
    struct playing playing;
    int result = 1;
    if (!table || (dc && !begin(hdc, dc, &playing, header, rect))) {
        free(table);
        return (int)fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    for (const ENHMETARECORD *record = metafile_next(metafile, NULL); record && result; record = metafile_next(metafile, record))
        result = procedure(hdc, table, record, (int)handles, parameter);
    if (dc)
        end(hdc, dc, &playing, table, handles);
    else
        free(table);
    return result;
}

API(gdi32, BOOL, EnumEnhMetaFile, HDC hdc, HENHMETAFILE hmf, ENHMFENUMPROC proc, LPVOID param, const RECT *lpRect) {
    const struct metafile *metafile = gdi_find(hmf, OBJ_ENHMETAFILE);
    struct dc *dc = hdc ? dc_find(hdc) : NULL;
    if (!metafile || !proc || (hdc && !dc))
        return FALSE;
    if (hdc && !lpRect)
        return fail(ERROR_INVALID_PARAMETER);
    return go_through(hdc, dc, metafile, proc, (LPARAM)param, lpRect);
}

/* A record that cannot be played does not keep the others from it; the result says so. */
static int WINAPI play_each(HDC hdc, HANDLETABLE *table, const ENHMETARECORD *record, int handles, LPARAM parameter) {
    bool *is_whole = (bool *)parameter;
    *is_whole = api_PlayEnhMetaFileRecord(hdc, table, record, (UINT)handles) && *is_whole;
    return 1;
}

API(gdi32, BOOL, PlayEnhMetaFile, HDC hdc, HENHMETAFILE hmf, const RECT *lprect) {
    const struct metafile *metafile = gdi_find(hmf, OBJ_ENHMETAFILE);
    struct dc *dc = metafile ? dc_find(hdc) : NULL;
    bool is_whole = true;
    if (!dc)
        return FALSE;
    if (!lprect)
        return fail(ERROR_INVALID_PARAMETER);
    return go_through(hdc, dc, metafile, play_each, (LPARAM)&is_whole, lprect) && is_whole;
}
