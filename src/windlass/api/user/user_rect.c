/* Rectangles ("Rectangle Functions"): the right and bottom edges do not belong to them. */
#include "user.h"

API(user32, BOOL, SetRect, RECT *lprc, int xLeft, int yTop, int xRight, int yBottom) {
    if (!lprc)
        return FALSE;
    *lprc = (RECT){xLeft, yTop, xRight, yBottom};
    return TRUE;
}

API(user32, BOOL, SetRectEmpty, RECT *lprc) { return api_SetRect(lprc, 0, 0, 0, 0); }

API(user32, BOOL, CopyRect, RECT *lprcDst, const RECT *lprcSrc) {
    if (!lprcDst || !lprcSrc)
        return FALSE;
    *lprcDst = *lprcSrc;
    return TRUE;
}

API(user32, BOOL, IsRectEmpty, const RECT *lprc) {
    return !lprc || lprc->left >= lprc->right || lprc->top >= lprc->bottom;
}

API(user32, BOOL, EqualRect, const RECT *lprc1, const RECT *lprc2) {
    return lprc1 && lprc2 && memcmp(lprc1, lprc2, sizeof *lprc1) == 0;
}

API(user32, BOOL, PtInRect, const RECT *lprc, POINT pt) {
    return lprc && pt.x >= lprc->left && pt.x < lprc->right && pt.y >= lprc->top && pt.y < lprc->bottom;
}

API(user32, BOOL, OffsetRect, RECT *lprc, int dx, int dy) {
    return lprc && api_SetRect(lprc, lprc->left + dx, lprc->top + dy, lprc->right + dx, lprc->bottom + dy);
}

API(user32, BOOL, InflateRect, RECT *lprc, int dx, int dy) {
    return lprc && api_SetRect(lprc, lprc->left - dx, lprc->top - dy, lprc->right + dx, lprc->bottom + dy);
}

static LONG larger(LONG one, LONG other) { return one > other ? one : other; }
static LONG smaller(LONG one, LONG other) { return one < other ? one : other; }

API(user32, BOOL, IntersectRect, RECT *lprcDst, const RECT *lprcSrc1, const RECT *lprcSrc2) {
    if (!lprcDst || !lprcSrc1 || !lprcSrc2)
        return FALSE;
    if (api_IsRectEmpty(lprcSrc1) || api_IsRectEmpty(lprcSrc2))
        return api_SetRectEmpty(lprcDst), FALSE;
    const RECT both = {larger(lprcSrc1->left, lprcSrc2->left), larger(lprcSrc1->top, lprcSrc2->top),
                       smaller(lprcSrc1->right, lprcSrc2->right), smaller(lprcSrc1->bottom, lprcSrc2->bottom)};
    bool empty = api_IsRectEmpty(&both);
    *lprcDst = empty ? (RECT){0, 0, 0, 0} : both;
    return !empty;
}

API(user32, BOOL, UnionRect, RECT *lprcDst, const RECT *lprcSrc1, const RECT *lprcSrc2) {
    if (!lprcDst || !lprcSrc1 || !lprcSrc2)
        return FALSE;
    bool first_empty = api_IsRectEmpty(lprcSrc1), second_empty = api_IsRectEmpty(lprcSrc2);
    if (first_empty && second_empty)
        return api_SetRectEmpty(lprcDst), FALSE;
    if (first_empty || second_empty)
        return api_CopyRect(lprcDst, first_empty ? lprcSrc2 : lprcSrc1);
    return api_SetRect(lprcDst, smaller(lprcSrc1->left, lprcSrc2->left), smaller(lprcSrc1->top, lprcSrc2->top),
                       larger(lprcSrc1->right, lprcSrc2->right), larger(lprcSrc1->bottom, lprcSrc2->bottom));
}

/* Only what leaves a rectangle is taken away: where the second covers the first from edge to edge. */
API(user32, BOOL, SubtractRect, RECT *lprcDst, const RECT *lprcSrc1, const RECT *lprcSrc2) {
    RECT common;
    if (!lprcDst || !lprcSrc1 || !lprcSrc2)
        return FALSE;
    RECT rest = *lprcSrc1;
    if (api_IntersectRect(&common, lprcSrc1, lprcSrc2)) {
        if (common.top == rest.top && common.bottom == rest.bottom) {
            if (common.left == rest.left)
                rest.left = common.right;
            else if (common.right == rest.right)
                rest.right = common.left;
        } else if (common.left == rest.left && common.right == rest.right) {
            if (common.top == rest.top)
                rest.top = common.bottom;
            else if (common.bottom == rest.bottom)
                rest.bottom = common.top;
        }
    }
    bool empty = api_IsRectEmpty(&rest);
    *lprcDst = empty ? (RECT){0, 0, 0, 0} : rest;
    return !empty;
}
