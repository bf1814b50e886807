/* Painting, carets and the cursor: windows are never seen, so nothing ever needs painting. What a program draws at a
 * time of its own goes to a memory device context (gdi.c). */
#include "user.h"

typedef HANDLE HRGN;
typedef struct { HDC hdc; BOOL fErase; RECT rcPaint; BOOL fRestore, fIncUpdate; BYTE rgbReserved[32]; } PAINTSTRUCT;
enum { NULLREGION = 1 };

API_USE(HDC, GetDC, HWND);
API_USE(int, ReleaseDC, HWND, HDC);
API_USE(BOOL, IsWindow, HWND);

API(user32, HDC, BeginPaint, HWND hWnd, PAINTSTRUCT *lpPaint) {
    if (!api_IsWindow(hWnd))
        return NULL;
    *lpPaint = (PAINTSTRUCT){.hdc = api_GetDC(hWnd)};
    return lpPaint->hdc;
}

API(user32, BOOL, EndPaint, HWND hWnd, const PAINTSTRUCT *lpPaint) {
    api_ReleaseDC(hWnd, lpPaint->hdc);
    return TRUE;
}

API(user32, HDC, GetWindowDC, HWND hWnd) { return api_GetDC(hWnd); }
API(user32, HDC, GetDCEx, HWND hWnd, HRGN hrgnClip, DWORD flags) {
    (void)hrgnClip, (void)flags;
    return api_GetDC(hWnd);
}

API(user32, BOOL, InvalidateRect, HWND hWnd, const RECT *lpRect, BOOL bErase) {
    (void)lpRect, (void)bErase;
    return !hWnd || api_IsWindow(hWnd);
}
API(user32, BOOL, InvalidateRgn, HWND hWnd, HRGN hRgn, BOOL bErase) {
    (void)hRgn, (void)bErase;
    return !hWnd || api_IsWindow(hWnd);
}
API(user32, BOOL, ValidateRect, HWND hWnd, const RECT *lpRect) { return (void)lpRect, !hWnd || api_IsWindow(hWnd); }
API(user32, BOOL, ValidateRgn, HWND hWnd, HRGN hRgn) { return (void)hRgn, !hWnd || api_IsWindow(hWnd); }
API(user32, BOOL, UpdateWindow, HWND hWnd) { return api_IsWindow(hWnd); }
API(user32, BOOL, RedrawWindow, HWND hWnd, const RECT *lprcUpdate, HRGN hrgnUpdate, UINT flags) {
    (void)lprcUpdate, (void)hrgnUpdate, (void)flags;
    return !hWnd || api_IsWindow(hWnd);
}
API(user32, BOOL, GetUpdateRect, HWND hWnd, RECT *lpRect, BOOL bErase) {
    (void)hWnd, (void)bErase;
    if (lpRect)
        *lpRect = (RECT){0, 0, 0, 0};
    return FALSE;
}
API(user32, int, GetUpdateRgn, HWND hWnd, HRGN hRgn, BOOL bErase) { return (void)hWnd, (void)hRgn, (void)bErase, NULLREGION; }
API(user32, BOOL, LockWindowUpdate, HWND hWndLock) { return (void)hWndLock, TRUE; }
API(user32, int, SetWindowRgn, HWND hWnd, HRGN hRgn, BOOL bRedraw) { return (void)hRgn, (void)bRedraw, api_IsWindow(hWnd); }
API(user32, BOOL, UpdateLayeredWindow, HWND hWnd, HDC hdcDst, POINT *pptDst, PVOID psize, HDC hdcSrc, POINT *pptSrc,
    DWORD crKey, PVOID pblend, DWORD dwFlags) {
    (void)hdcDst, (void)pptDst, (void)psize, (void)hdcSrc, (void)pptSrc, (void)crKey, (void)pblend, (void)dwFlags;
    return api_IsWindow(hWnd);
}
typedef struct { DWORD cbSize; HDC hdcDst; const POINT *pptDst; const void *psize; HDC hdcSrc; const POINT *pptSrc; COLORREF crKey;
                 const void *pblend; DWORD dwFlags; const RECT *prcDirty; } UPDATELAYEREDWINDOWINFO;

API(user32, BOOL, UpdateLayeredWindowIndirect, HWND hwnd, const UPDATELAYEREDWINDOWINFO *pULWInfo) {
    return pULWInfo && pULWInfo->cbSize == sizeof *pULWInfo ? api_IsWindow(hwnd) : fail(ERROR_INVALID_PARAMETER);
}
API(user32, int, ExcludeUpdateRgn, HDC hDC, HWND hWnd) { return (void)hDC, api_IsWindow(hWnd) ? NULLREGION : 0; }

/* No window has a shape of its own. */
API(user32, int, GetWindowRgn, HWND hWnd, HRGN hRgn) { return (void)hWnd, (void)hRgn, 0; }
API(user32, int, GetWindowRgnBox, HWND hWnd, RECT *lprc) {
    *lprc = (RECT){0, 0, 0, 0};
    return (void)hWnd, 0;
}

API(user32, BOOL, PrintWindow, HWND hwnd, HDC hdcBlt, UINT nFlags) {
    (void)hwnd, (void)hdcBlt, (void)nFlags;
    return fail(ERROR_NOT_SUPPORTED);
}

/* ---- the caret ---- */

API(user32, BOOL, CreateCaret, HWND hWnd, HANDLE hBitmap, int nWidth, int nHeight) {
    (void)hBitmap, (void)nWidth, (void)nHeight;
    return api_IsWindow(hWnd);
}
API(user32, BOOL, DestroyCaret, void) { return TRUE; }
API(user32, BOOL, ShowCaret, HWND hWnd) { return (void)hWnd, TRUE; }
API(user32, BOOL, HideCaret, HWND hWnd) { return (void)hWnd, TRUE; }
API(user32, BOOL, SetCaretPos, int X, int Y) { return (void)X, (void)Y, TRUE; }
API(user32, BOOL, GetCaretPos, POINT *lpPoint) { return *lpPoint = (POINT){0, 0}, TRUE; }

/* ---- the cursor ---- */

static HCURSOR current_cursor;

API(user32, HCURSOR, SetCursor, HCURSOR hCursor) { return __atomic_exchange_n(&current_cursor, hCursor, __ATOMIC_RELAXED); }
API(user32, HCURSOR, GetCursor, void) { return __atomic_load_n(&current_cursor, __ATOMIC_RELAXED); }

/* Shown when not negative; without a mouse it begins at -1. */
API(user32, int, ShowCursor, BOOL bShow) {
    static int count = -1;
    return __atomic_add_fetch(&count, bShow ? 1 : -1, __ATOMIC_RELAXED);
}

typedef struct { DWORD cbSize, flags; HCURSOR hCursor; POINT ptScreenPos; } CURSORINFO;

API(user32, BOOL, GetCursorInfo, CURSORINFO *pci) {
    if (pci->cbSize != sizeof *pci)
        return fail(ERROR_INVALID_PARAMETER);
    *pci = (CURSORINFO){sizeof *pci, 0, api_GetCursor(), {0, 0}};
    return TRUE;
}
