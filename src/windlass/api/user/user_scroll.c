/* Scroll bars: what they would show ("Scroll Bars"). The bars of a window, and scroll bars that are windows. */
#include "user.h"
#include "user/user_control.h"

enum { SB_HORZ, SB_VERT, SB_CTL, SB_BOTH };
enum { SIF_RANGE = 1, SIF_PAGE = 2, SIF_POS = 4, SIF_DISABLENOSCROLL = 8, SIF_TRACKPOS = 16 };
enum { SBM_SETPOS = 0xE0, SBM_GETPOS, SBM_SETRANGE, SBM_GETRANGE, SBM_SETRANGEREDRAW = 0xE6, SBM_SETSCROLLINFO = 0xE9,
       SBM_GETSCROLLINFO };
enum { WS_VSCROLL = 0x00200000, WS_HSCROLL = 0x00100000, DLGC_WANTARROWS = 1 };

typedef struct {
    UINT cbSize, fMask;
    int nMin, nMax;
    UINT nPage;
    int nPos, nTrackPos;
} SCROLLINFO;

static int clamp(int value, int minimum, int maximum) { return value > maximum ? maximum : value < minimum ? minimum : value; }

/* The last position shows the last page. */
static void keep_in_range(struct scroll_bar *bar) {
    LONGLONG length = (LONGLONG)bar->maximum - bar->minimum + 1;
    if ((LONGLONG)bar->page > length)
        bar->page = length > 0 ? (UINT)length : 0;
    int last = bar->maximum - (bar->page > 1 ? (int)bar->page - 1 : 0);
    bar->position = clamp(bar->position, bar->minimum, last);
}

static void set_info(struct scroll_bar *bar, const SCROLLINFO *info) {
    if (info->fMask & SIF_PAGE)
        bar->page = info->nPage;
    if (info->fMask & SIF_POS)
        bar->position = info->nPos;
    if (info->fMask & SIF_RANGE) {
        bool valid = info->nMin <= info->nMax && (LONGLONG)info->nMax - info->nMin < 0x80000000LL;
        bar->minimum = valid ? info->nMin : 0;
        bar->maximum = valid ? info->nMax : 0;
    }
    bar->is_set = true;
    keep_in_range(bar);
}

static bool give_info(const struct scroll_bar *bar, SCROLLINFO *info) {
    if (info->fMask & SIF_PAGE)
        info->nPage = bar->page;
    if (info->fMask & SIF_POS)
        info->nPos = bar->position;
    if (info->fMask & SIF_TRACKPOS && info->cbSize >= sizeof *info)
        info->nTrackPos = bar->track;
    if (info->fMask & SIF_RANGE) {
        info->nMin = bar->minimum;
        info->nMax = bar->maximum;
    }
    return bar->is_set && info->fMask & (SIF_RANGE | SIF_PAGE | SIF_POS | SIF_TRACKPOS);
}

/* Under the lock; NULL with the last error. */
static struct scroll_bar *bar_of(HWND handle, int which) {
    struct window *window = window_find(handle);
    if (!window || which < SB_HORZ || which > SB_CTL) {
        set_last_error(window ? ERROR_INVALID_PARAMETER : ERROR_INVALID_WINDOW_HANDLE);
        return NULL;
    }
    return &window->bars[which];
}

/* A window's bar is there while it has something to scroll. */
static void show_or_hide(HWND handle, int which, const struct scroll_bar *bar, UINT mask) {
    struct window *window = window_find(handle);
    DWORD style = which == SB_HORZ ? WS_HSCROLL : which == SB_VERT ? WS_VSCROLL : 0;
    if (!window || !style || !(mask & (SIF_RANGE | SIF_PAGE)))
        return;
    bool needed = bar->maximum - bar->minimum + 1 > (int)bar->page && bar->maximum > bar->minimum;
    if (needed || mask & SIF_DISABLENOSCROLL)
        window->style |= style;
    else
        window->style &= ~style;
}

API(user32, int, SetScrollInfo, HWND hwnd, int nBar, const SCROLLINFO *lpsi, BOOL redraw) {
    if (!lpsi || lpsi->cbSize > sizeof *lpsi || lpsi->cbSize < sizeof *lpsi - sizeof(int))
        return fail(ERROR_INVALID_PARAMETER);
    if (nBar == SB_CTL)
        return (int)window_send(hwnd, SBM_SETSCROLLINFO, (WPARAM)redraw, (LPARAM)lpsi, true);
    user_lock();
    struct scroll_bar *bar = bar_of(hwnd, nBar);
    if (bar) {
        set_info(bar, lpsi);
        show_or_hide(hwnd, nBar, bar, lpsi->fMask);
    }
    int position = bar ? bar->position : 0;
    user_unlock();
    return position;
}

API(user32, BOOL, GetScrollInfo, HWND hwnd, int nBar, SCROLLINFO *lpsi) {
    if (!lpsi || lpsi->cbSize > sizeof *lpsi || lpsi->cbSize < sizeof *lpsi - sizeof(int))
        return fail(ERROR_INVALID_PARAMETER);
    if (nBar == SB_CTL)
        return (BOOL)window_send(hwnd, SBM_GETSCROLLINFO, 0, (LPARAM)lpsi, true);
    user_lock();
    const struct scroll_bar *bar = bar_of(hwnd, nBar);
    bool done = bar && give_info(bar, lpsi);
    user_unlock();
    return done;
}

API(user32, int, SetScrollPos, HWND hWnd, int nBar, int nPos, BOOL bRedraw) {
    if (nBar == SB_CTL)
        return (int)window_send(hWnd, SBM_SETPOS, (WPARAM)nPos, bRedraw, true);
    user_lock();
    struct scroll_bar *bar = bar_of(hWnd, nBar);
    int before = bar ? bar->position : 0;
    if (bar) {
        bar->position = nPos;
        bar->is_set = true;
        keep_in_range(bar);
    }
    user_unlock();
    return before;
}

API(user32, int, GetScrollPos, HWND hWnd, int nBar) {
    if (nBar == SB_CTL)
        return (int)window_send(hWnd, SBM_GETPOS, 0, 0, true);
    user_lock();
    const struct scroll_bar *bar = bar_of(hWnd, nBar);
    int position = bar ? bar->position : 0;
    user_unlock();
    return position;
}

API(user32, BOOL, SetScrollRange, HWND hWnd, int nBar, int nMinPos, int nMaxPos, BOOL bRedraw) {
    const SCROLLINFO info = {.cbSize = sizeof info, .fMask = SIF_RANGE, .nMin = nMinPos, .nMax = nMaxPos};
    struct window_target target;
    if (!window_target(hWnd, &target))
        return FALSE;
    api_SetScrollInfo(hWnd, nBar, &info, bRedraw);
    return TRUE;
}

API(user32, BOOL, GetScrollRange, HWND hWnd, int nBar, int *lpMinPos, int *lpMaxPos) {
    if (nBar == SB_CTL)
        return window_send(hWnd, SBM_GETRANGE, (WPARAM)lpMinPos, (LPARAM)lpMaxPos, true), TRUE;
    user_lock();
    const struct scroll_bar *bar = bar_of(hWnd, nBar);
    if (bar) {
        *lpMinPos = bar->minimum;
        *lpMaxPos = bar->maximum;
    }
    user_unlock();
    return bar != NULL;
}

API_USE(BOOL, ShowWindow, HWND, int);
API_USE(BOOL, EnableWindow, HWND, BOOL);

API(user32, BOOL, ShowScrollBar, HWND hWnd, int wBar, BOOL bShow) {
    if (wBar == SB_CTL)
        return api_ShowWindow(hWnd, bShow), TRUE;
    DWORD style = (wBar == SB_HORZ || wBar == SB_BOTH ? WS_HSCROLL : 0u) | (wBar == SB_VERT || wBar == SB_BOTH ? WS_VSCROLL : 0u);
    user_lock();
    struct window *window = window_find(hWnd);
    if (window)
        window->style = bShow ? window->style | style : window->style & ~style;
    user_unlock();
    return window ? TRUE : fail(ERROR_INVALID_WINDOW_HANDLE);
}

/* Nobody presses the arrows, so only a control's state is to be kept. */
API(user32, BOOL, EnableScrollBar, HWND hWnd, UINT wSBflags, UINT wArrows) {
    struct window_target target;
    if (!window_target(hWnd, &target))
        return FALSE;
    if (wSBflags == SB_CTL)
        api_EnableWindow(hWnd, wArrows != 3); /* ESB_DISABLE_BOTH */
    return TRUE;
}

typedef struct { DWORD cbSize; RECT rcScrollBar; int dxyLineButton, xyThumbTop, xyThumbBottom, reserved; DWORD rgstate[6]; } SCROLLBARINFO;
enum { STATE_SYSTEM_INVISIBLE = 0x8000 };

API(user32, BOOL, GetScrollBarInfo, HWND hwnd, LONG idObject, SCROLLBARINFO *psbi) {
    int which = idObject == -4 ? SB_CTL : idObject == -5 ? SB_VERT : idObject == -6 ? SB_HORZ : -1; /* OBJID_ */
    if (!psbi || psbi->cbSize != sizeof *psbi || which < 0)
        return fail(ERROR_INVALID_PARAMETER);
    user_lock();
    const struct window *window = window_find(hwnd);
    bool shown = window && (which == SB_CTL || window->style & (which == SB_VERT ? WS_VSCROLL : WS_HSCROLL));
    RECT rect = window ? window->rect : (RECT){0, 0, 0, 0};
    user_unlock();
    if (!window)
        return fail(ERROR_INVALID_WINDOW_HANDLE);
    *psbi = (SCROLLBARINFO){.cbSize = sizeof *psbi, .rcScrollBar = shown ? rect : (RECT){0, 0, 0, 0}, .dxyLineButton = 17,
                            .rgstate = {shown ? 0 : STATE_SYSTEM_INVISIBLE}};
    return TRUE;
}

/* ---- the control ---- */

static LRESULT set_range(HWND handle, WPARAM wParam, LPARAM lParam) {
    const SCROLLINFO info = {.cbSize = sizeof info, .fMask = SIF_RANGE, .nMin = (int)wParam, .nMax = (int)lParam};
    user_lock();
    struct scroll_bar *bar = bar_of(handle, SB_CTL);
    int before = bar ? bar->position : 0;
    if (bar)
        set_info(bar, &info);
    bool moved = bar && bar->position != before;
    user_unlock();
    return moved ? before : 0;
}

static LRESULT bar_message(HWND handle, UINT message, WPARAM wParam, LPARAM lParam) {
    LRESULT result = 0;
    user_lock();
    struct scroll_bar *bar = bar_of(handle, SB_CTL);
    switch (bar ? message : 0) {
    case SBM_SETPOS:
        result = bar->position;
        bar->position = (int)wParam;
        bar->is_set = true;
        keep_in_range(bar);
        break;
    case SBM_GETPOS: result = bar->position; break;
    case SBM_GETRANGE:
        if (wParam)
            *(int *)wParam = bar->minimum;
        if (lParam)
            *(int *)lParam = bar->maximum;
        break;
    case SBM_SETSCROLLINFO:
        set_info(bar, (const SCROLLINFO *)lParam);
        result = bar->position;
        break;
    case SBM_GETSCROLLINFO: result = give_info(bar, (SCROLLINFO *)lParam); break;
    }
    user_unlock();
    return result;
}

LRESULT WINAPI scroll_bar_procedure(HWND handle, UINT message, WPARAM wParam, LPARAM lParam) {
    switch (message) {
    case SBM_SETPOS:
    case SBM_GETPOS:
    case SBM_GETRANGE:
    case SBM_SETSCROLLINFO:
    case SBM_GETSCROLLINFO: return bar_message(handle, message, wParam, lParam);
    case SBM_SETRANGE:
    case SBM_SETRANGEREDRAW: return set_range(handle, wParam, lParam);
    case WM_GETDLGCODE: return DLGC_WANTARROWS;
    default: return api_DefWindowProcW(handle, message, wParam, lParam);
    }
}
