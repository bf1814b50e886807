/* What user32 draws of its own: rectangles, frames, edges, control faces ("Painting and Drawing"). */
#include "gdi.h"

API_USE(BOOL, PatBlt, HDC, int, int, int, int, DWORD);
API_USE(HGDIOBJ, SelectObject, HDC, HGDIOBJ);
API_USE(HBRUSH, GetSysColorBrush, int);
API_USE(DWORD, GetSysColor, int);

#define PATCOPY 0x00f00021u
#define PATINVERT 0x005a0049u
#define DSTINVERT 0x00550009u

enum { COLOR_SCROLLBAR = 0, COLOR_WINDOW = 5, COLOR_BTNFACE = 15, COLOR_BTNSHADOW = 16, COLOR_BTNTEXT = 18, COLOR_BTNHIGHLIGHT = 20,
       COLOR_3DDKSHADOW = 21, COLOR_3DLIGHT = 22, COLOR_LAST = 30, COLOR_WINDOWFRAME = 6 };

/* A brush, or a system colour's number plus one. */
static HBRUSH brush_or_colour(HBRUSH brush) {
    uintptr_t number = (uintptr_t)brush;
    return number && number <= COLOR_LAST + 1 ? api_GetSysColorBrush((int)number - 1) : brush;
}

static bool fill_with(HDC hdc, const RECT *rect, HBRUSH brush) {
    HGDIOBJ old = api_SelectObject(hdc, brush);
    if (!old)
        return false;
    bool good = api_PatBlt(hdc, rect->left, rect->top, rect->right - rect->left, rect->bottom - rect->top, PATCOPY);
    api_SelectObject(hdc, old);
    return good;
}

API(user32, int, FillRect, HDC hDC, const RECT *lprc, HBRUSH hbr) {
    hbr = brush_or_colour(hbr);
    return gdi_find(hbr, OBJ_BRUSH) && dc_find(hDC) && fill_with(hDC, lprc, hbr);
}

API(user32, BOOL, InvertRect, HDC hDC, const RECT *lprc) {
    return api_PatBlt(hDC, lprc->left, lprc->top, lprc->right - lprc->left, lprc->bottom - lprc->top, DSTINVERT);
}

/* A frame one unit wide, inside the rectangle. */
API(user32, int, FrameRect, HDC hDC, const RECT *lprc, HBRUSH hbr) {
    if (!gdi_find(hbr, OBJ_BRUSH) || lprc->right <= lprc->left || lprc->bottom <= lprc->top)
        return 0;
    const RECT sides[] = {{lprc->left, lprc->top, lprc->left + 1, lprc->bottom}, {lprc->right - 1, lprc->top, lprc->right, lprc->bottom},
                          {lprc->left, lprc->top, lprc->right, lprc->top + 1}, {lprc->left, lprc->bottom - 1, lprc->right, lprc->bottom}};
    for (int i = 0; i < 4; i++)
        if (!fill_with(hDC, &sides[i], hbr))
            return 0;
    return 1;
}

API_USE(HBITMAP, CreateBitmap, int, int, UINT, UINT, const void *);
API_USE(HBRUSH, CreatePatternBrush, HBITMAP);
API_USE(COLORREF, SetTextColor, HDC, COLORREF);
API_USE(COLORREF, SetBkColor, HDC, COLORREF);

/* Every other pixel inverted, so that a second time takes it away again. */
API(user32, BOOL, DrawFocusRect, HDC hDC, const RECT *lprc) {
    static const WORD chequers[8] = {0x55, 0xaa, 0x55, 0xaa, 0x55, 0xaa, 0x55, 0xaa};
    HBITMAP bitmap = api_CreateBitmap(8, 8, 1, 1, chequers);
    HBRUSH brush = bitmap ? api_CreatePatternBrush(bitmap) : NULL;
    HGDIOBJ old = brush ? api_SelectObject(hDC, brush) : NULL;
    if (old) {
        COLORREF text = api_SetTextColor(hDC, 0), background = api_SetBkColor(hDC, 0xffffff);
        int width = lprc->right - lprc->left, height = lprc->bottom - lprc->top;
        api_PatBlt(hDC, lprc->left, lprc->top, width, 1, PATINVERT);
        api_PatBlt(hDC, lprc->left, lprc->bottom - 1, width, 1, PATINVERT);
        api_PatBlt(hDC, lprc->left, lprc->top + 1, 1, height - 2, PATINVERT);
        api_PatBlt(hDC, lprc->right - 1, lprc->top + 1, 1, height - 2, PATINVERT);
        api_SetTextColor(hDC, text);
        api_SetBkColor(hDC, background);
        api_SelectObject(hDC, old);
    }
    if (brush)
        api_DeleteObject(brush);
    if (bitmap)
        api_DeleteObject(bitmap);
    return old != NULL;
}

/* ---- edges ("DrawEdge function") ---- */

enum { BDR_RAISEDOUTER = 1, BDR_SUNKENOUTER = 2, BDR_RAISEDINNER = 4, BDR_SUNKENINNER = 8, BF_LEFT = 1, BF_TOP = 2, BF_RIGHT = 4,
       BF_BOTTOM = 8, BF_MIDDLE = 0x800, BF_SOFT = 0x1000, BF_ADJUST = 0x2000, BF_FLAT = 0x4000, BF_MONO = 0x8000, BF_RECT = 15 };

/* The colours of the upper left and the lower right of one of the two lines that an edge is. */
static void line_colours(UINT edge, UINT flags, bool is_outer, int *upper, int *lower) {
    bool is_raised = edge & (is_outer ? BDR_RAISEDOUTER : BDR_RAISEDINNER);
    if (flags & BF_MONO) {
        *upper = *lower = is_outer ? COLOR_WINDOWFRAME : COLOR_WINDOW;
    } else if (flags & BF_FLAT) {
        *upper = *lower = is_outer ? COLOR_BTNSHADOW : COLOR_BTNFACE;
    } else if (is_outer) {
        *upper = is_raised ? (flags & BF_SOFT ? COLOR_BTNHIGHLIGHT : COLOR_3DLIGHT) : (flags & BF_SOFT ? COLOR_3DDKSHADOW : COLOR_BTNSHADOW);
        *lower = is_raised ? COLOR_3DDKSHADOW : COLOR_BTNHIGHLIGHT;
    } else {
        *upper = is_raised ? (flags & BF_SOFT ? COLOR_3DLIGHT : COLOR_BTNHIGHLIGHT) : (flags & BF_SOFT ? COLOR_BTNSHADOW : COLOR_3DDKSHADOW);
        *lower = is_raised ? COLOR_BTNSHADOW : COLOR_3DLIGHT;
    }
}

static void draw_line_of_edge(HDC hdc, RECT *rect, UINT edge, UINT flags, bool is_outer) {
    int upper, lower;
    line_colours(edge, flags, is_outer, &upper, &lower);
    const RECT sides[] = {{rect->left, rect->top, rect->left + 1, rect->bottom}, {rect->left, rect->top, rect->right, rect->top + 1},
                          {rect->right - 1, rect->top, rect->right, rect->bottom}, {rect->left, rect->bottom - 1, rect->right, rect->bottom}};
    for (int i = 0; i < 4; i++)
        if (flags >> i & 1)
            fill_with(hdc, &sides[i], api_GetSysColorBrush(i < 2 ? upper : lower));
    rect->left += !!(flags & BF_LEFT);
    rect->top += !!(flags & BF_TOP);
    rect->right -= !!(flags & BF_RIGHT);
    rect->bottom -= !!(flags & BF_BOTTOM);
}

API(user32, BOOL, DrawEdge, HDC hdc, RECT *qrc, UINT edge, UINT grfFlags) {
    RECT rect = *qrc;
    if (!dc_find(hdc))
        return FALSE;
    if (edge & (BDR_RAISEDOUTER | BDR_SUNKENOUTER))
        draw_line_of_edge(hdc, &rect, edge, grfFlags, true);
    if (edge & (BDR_RAISEDINNER | BDR_SUNKENINNER))
        draw_line_of_edge(hdc, &rect, edge, grfFlags, false);
    if (grfFlags & BF_MIDDLE)
        fill_with(hdc, &rect, api_GetSysColorBrush(grfFlags & BF_MONO ? COLOR_WINDOW : COLOR_BTNFACE));
    if (grfFlags & BF_ADJUST)
        *qrc = rect;
    return TRUE;
}

enum { DFC_CAPTION = 1, DFC_POPUPMENU = 5, DFCS_PUSHED = 0x200, DFCS_FLAT = 0x4000, DFCS_MONO = 0x8000, DFCS_ADJUSTRECT = 0x2000 };

/* The button that every control is; symbols are not drawn on it ("DrawFrameControl function"). */
API(user32, BOOL, DrawFrameControl, HDC hdc, RECT *lprc, UINT uType, UINT uState) {
    if (uType < DFC_CAPTION || uType > DFC_POPUPMENU)
        return FALSE;
    UINT edge = uState & DFCS_PUSHED ? BDR_SUNKENOUTER | BDR_SUNKENINNER : BDR_RAISEDOUTER | BDR_RAISEDINNER;
    UINT flags = BF_RECT | BF_SOFT | BF_MIDDLE | (uState & DFCS_FLAT ? BF_FLAT : 0) | (uState & DFCS_MONO ? BF_MONO : 0) |
                 (uState & DFCS_ADJUSTRECT ? BF_ADJUST : 0);
    return api_DrawEdge(hdc, lprc, edge, flags);
}
