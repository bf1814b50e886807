/* Which window has the keyboard and the mouse ("Keyboard Input", "SetCapture function"). Each thread has a focus, an
 * active window and a capture of its own; the foreground is one thread's. Nobody types and points, but programs ask. */
#include "user.h"

#include "user/user_hook.h"

enum { WA_INACTIVE = 0, WA_ACTIVE = 1 };

/* Process state, as the display would have it: the window that was activated last. */
static HWND foreground;

API_USE(BOOL, IsWindow, HWND);
API_USE(HWND, GetAncestor, HWND, UINT);
enum { GA_ROOT = 2 };

static bool is_mine(HWND window) {
    struct window_target target;
    if (!window_target(window, &target))
        return false;
    return target.thread_id == (DWORD)(uintptr_t)teb_self()->ThreadId || fail(ERROR_ACCESS_DENIED);
}

typedef struct { BOOL fMouse; HWND hWndActive; } CBTACTIVATESTRUCT;

/* Activation goes to a top-level window; returns the one before. */
static HWND activate(HWND window) {
    struct thread_input *input = thread_input();
    HWND before = input->active;
    if (before == window)
        return before;
    CBTACTIVATESTRUCT facts = {FALSE, before};
    if (window && hooks_call(WH_CBT, HCBT_ACTIVATE, (WPARAM)window, (LPARAM)&facts))
        return before;
    input->active = window;
    __atomic_store_n(&foreground, window, __ATOMIC_RELAXED);
    if (before && api_IsWindow(before))
        window_send(before, WM_ACTIVATE, WA_INACTIVE, (LPARAM)window, true);
    if (window && api_IsWindow(window))
        window_send(window, WM_ACTIVATE, WA_ACTIVE, (LPARAM)before, true);
    return before;
}

static HWND focus_on(HWND window) {
    struct thread_input *input = thread_input();
    HWND before = input->focus;
    if (before == window)
        return before;
    if (hooks_call(WH_CBT, HCBT_SETFOCUS, (WPARAM)window, (LPARAM)before))
        return NULL;
    input->focus = window;
    if (before && api_IsWindow(before))
        window_send(before, WM_KILLFOCUS, (WPARAM)window, 0, true);
    if (window && input->focus == window)
        window_send(window, WM_SETFOCUS, (WPARAM)before, 0, true);
    return before;
}

static bool is_enabled(HWND handle) {
    user_lock();
    const struct window *window = window_find(handle);
    bool enabled = true;
    for (; window && enabled; window = window->style & WS_CHILD ? window->parent : NULL)
        enabled = !(window->style & (WS_DISABLED | WS_MINIMIZE));
    user_unlock();
    return enabled;
}

API(user32, HWND, GetFocus, void) { return thread_input()->focus; }

API(user32, HWND, SetFocus, HWND hWnd) {
    if (!hWnd)
        return focus_on(NULL);
    if (!is_mine(hWnd))
        return NULL;
    if (!is_enabled(hWnd)) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    activate(api_GetAncestor(hWnd, GA_ROOT));
    return api_IsWindow(hWnd) ? focus_on(hWnd) : NULL;
}

API(user32, HWND, GetActiveWindow, void) { return thread_input()->active; }

API(user32, HWND, SetActiveWindow, HWND hWnd) {
    if (!hWnd || !is_mine(hWnd))
        return NULL;
    HWND before = activate(hWnd);
    if (thread_input()->active == hWnd && api_IsWindow(hWnd))
        focus_on(hWnd);
    return before;
}

API(user32, HWND, GetForegroundWindow, void) {
    HWND window = __atomic_load_n(&foreground, __ATOMIC_RELAXED);
    user_lock();
    bool exists = window_find(window) != NULL;
    user_unlock();
    return exists ? window : NULL;
}

API(user32, BOOL, SetForegroundWindow, HWND hWnd) {
    struct window_target target;
    if (!window_target(hWnd, &target))
        return FALSE;
    if (target.thread_id == (DWORD)(uintptr_t)teb_self()->ThreadId)
        api_SetActiveWindow(hWnd);
    __atomic_store_n(&foreground, hWnd, __ATOMIC_RELAXED);
    return TRUE;
}

API(user32, HWND, GetCapture, void) { return thread_input()->capture; }

API(user32, HWND, SetCapture, HWND hWnd) {
    if (hWnd && !is_mine(hWnd))
        return NULL;
    struct thread_input *input = thread_input();
    HWND before = input->capture;
    input->capture = hWnd;
    if (before && before != hWnd && api_IsWindow(before))
        window_send(before, WM_CAPTURECHANGED, 0, (LPARAM)hWnd, true);
    return before;
}

API(user32, BOOL, ReleaseCapture, void) {
    api_SetCapture(NULL);
    return TRUE;
}

typedef struct {
    DWORD cbSize, flags;
    HWND hwndActive, hwndFocus, hwndCapture, hwndMenuOwner, hwndMoveSize, hwndCaret;
    RECT rcCaret;
} GUITHREADINFO;

API(user32, BOOL, GetGUIThreadInfo, DWORD idThread, GUITHREADINFO *pgui) {
    if (!pgui || pgui->cbSize != sizeof *pgui)
        return fail(ERROR_INVALID_PARAMETER);
    *pgui = (GUITHREADINFO){.cbSize = sizeof *pgui};
    if (idThread && idThread != (DWORD)(uintptr_t)teb_self()->ThreadId)
        return TRUE;
    const struct thread_input *input = thread_input();
    pgui->hwndActive = input->active;
    pgui->hwndFocus = input->focus;
    pgui->hwndCapture = input->capture;
    return TRUE;
}

/* ---- keys: those that the program itself says are down ---- */

enum { IS_DOWN = 0x80, IS_ON = 1 };

API(user32, SHORT, GetKeyState, int nVirtKey) {
    BYTE key = thread_input()->keys[nVirtKey & 0xff];
    return (SHORT)((key & IS_DOWN ? 0xff80 : 0) | (key & IS_ON));
}

/* Of the keyboard itself, which nobody touches. */
API(user32, SHORT, GetAsyncKeyState, int vKey) { return (void)vKey, 0; }

API(user32, BOOL, GetKeyboardState, BYTE *lpKeyState) {
    memcpy(lpKeyState, thread_input()->keys, sizeof thread_input()->keys);
    return TRUE;
}

API(user32, BOOL, SetKeyboardState, const BYTE *lpKeyState) {
    memcpy(thread_input()->keys, lpKeyState, sizeof thread_input()->keys);
    return TRUE;
}
