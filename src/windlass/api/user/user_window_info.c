/* What else windows know of themselves, and which of them are at a place ("Window Functions"). */
#include "user.h"

#include <stddef.h>

enum { MAX_WINDOWS = 10000, WS_EX_TRANSPARENT_BIT = 0x20, WS_ACTIVECAPTION = 1 };

API_USE(BOOL, GetClientRect, HWND, RECT *);
API_USE(BOOL, ClientToScreen, HWND, POINT *);
API_USE(BOOL, IsWindow, HWND);
API_USE(BOOL, ShowWindow, HWND, int);
API_USE(BOOL, SetForegroundWindow, HWND);
API_USE(HWND, GetAncestor, HWND, UINT);
API_USE(BOOL, PtInRect, const RECT *, POINT);
API_USE(DWORD, GetModuleFileNameW, HMODULE, LPWSTR, DWORD);
API_USE(DWORD, GetModuleFileNameA, HMODULE, LPSTR, DWORD);

/* ---- structures ---- */

typedef struct {
    DWORD cbSize;
    RECT rcWindow, rcClient;
    DWORD dwStyle, dwExStyle, dwWindowStatus;
    UINT cxWindowBorders, cyWindowBorders;
    ATOM atomWindowType;
    WORD wCreatorVersion;
} WINDOWINFO;

API(user32, BOOL, GetWindowInfo, HWND hwnd, WINDOWINFO *pwi) {
    RECT client = {0, 0, 0, 0};
    POINT corner = {0, 0};
    if (!pwi)
        return fail(ERROR_INVALID_PARAMETER);
    if (!api_GetClientRect(hwnd, &client) || !api_ClientToScreen(hwnd, &corner))
        return no_window();
    user_lock();
    const struct window *window = window_find(hwnd);
    if (window)
        *pwi = (WINDOWINFO){.cbSize = sizeof *pwi, .rcWindow = window->rect, .dwStyle = window->style, .dwExStyle = window->ex_style,
                            .atomWindowType = window->class->atom, .wCreatorVersion = 0x0400};
    user_unlock();
    if (!window)
        return no_window();
    pwi->rcClient = (RECT){corner.x, corner.y, corner.x + client.right, corner.y + client.bottom};
    pwi->cxWindowBorders = (UINT)(pwi->rcClient.left - pwi->rcWindow.left);
    pwi->cyWindowBorders = (UINT)(pwi->rcWindow.bottom - pwi->rcClient.bottom);
    pwi->dwWindowStatus = thread_input()->active == hwnd ? WS_ACTIVECAPTION : 0;
    return TRUE;
}

typedef struct { DWORD cbSize; RECT rcTitleBar; DWORD rgstate[6]; } TITLEBARINFO;
enum { STATE_SYSTEM_INVISIBLE = 0x8000, STATE_SYSTEM_FOCUSABLE = 0x100000, CAPTION_HEIGHT = 23 };

API(user32, BOOL, GetTitleBarInfo, HWND hwnd, TITLEBARINFO *pti) {
    WINDOWINFO info;
    if (!pti || pti->cbSize != sizeof *pti)
        return fail(ERROR_INVALID_PARAMETER);
    if (!api_GetWindowInfo(hwnd, &info))
        return FALSE;
    bool has = (info.dwStyle & WS_CAPTION) == WS_CAPTION;
    LONG border = (LONG)info.cxWindowBorders;
    *pti = (TITLEBARINFO){.cbSize = sizeof *pti, .rgstate = {STATE_SYSTEM_FOCUSABLE | (has ? 0 : STATE_SYSTEM_INVISIBLE)}};
    if (has)
        pti->rcTitleBar = (RECT){info.rcWindow.left + border, info.rcWindow.top + border, info.rcWindow.right - border,
                                 info.rcWindow.top + border + CAPTION_HEIGHT};
    return TRUE;
}

API(user32, int, InternalGetWindowText, HWND hWnd, LPWSTR pString, int cchMaxCount) {
    if (cchMaxCount <= 0 || !api_IsWindow(hWnd))
        return 0;
    WCHAR *text = window_text(hWnd);
    size_t length = text ? wide_length(text) : 0;
    length = length < (size_t)cchMaxCount ? length : (size_t)cchMaxCount - 1;
    memcpy(pString, text, length * sizeof *text);
    pString[length] = 0;
    free(text);
    return (int)length;
}

static HINSTANCE module_of(HWND handle, bool *found) {
    user_lock();
    const struct window *window = window_find(handle);
    HINSTANCE module = window ? window->instance : NULL;
    user_unlock();
    *found = window || no_window();
    return module;
}

API(user32, UINT, GetWindowModuleFileNameW, HWND hwnd, LPWSTR pszFileName, UINT cchFileNameMax) {
    bool found;
    HINSTANCE module = module_of(hwnd, &found);
    return found ? api_GetModuleFileNameW(module, pszFileName, cchFileNameMax) : 0;
}
API(user32, UINT, GetWindowModuleFileNameA, HWND hwnd, LPSTR pszFileName, UINT cchFileNameMax) {
    bool found;
    HINSTANCE module = module_of(hwnd, &found);
    return found ? api_GetModuleFileNameA(module, pszFileName, cchFileNameMax) : 0;
}

/* ---- values that programs set and read back ---- */

static BOOL set_value(HWND handle, size_t offset, DWORD value) {
    user_lock();
    struct window *window = window_find(handle);
    if (window)
        memcpy((BYTE *)window + offset, &value, sizeof value);
    user_unlock();
    return window ? TRUE : no_window();
}

static BOOL get_value(HWND handle, size_t offset, DWORD *value) {
    user_lock();
    const struct window *window = window_find(handle);
    if (window)
        memcpy(value, (const BYTE *)window + offset, sizeof *value);
    user_unlock();
    return window ? TRUE : no_window();
}

API(user32, BOOL, SetWindowContextHelpId, HWND hwnd, DWORD id) { return set_value(hwnd, offsetof(struct window, help_id), id); }
API(user32, DWORD, GetWindowContextHelpId, HWND hwnd) {
    DWORD id = 0;
    get_value(hwnd, offsetof(struct window, help_id), &id);
    return id;
}

enum { WDA_NONE = 0, WDA_MONITOR = 1, WDA_EXCLUDEFROMCAPTURE = 0x11 };

API(user32, BOOL, SetWindowDisplayAffinity, HWND hWnd, DWORD dwAffinity) {
    if (dwAffinity != WDA_NONE && dwAffinity != WDA_MONITOR && dwAffinity != WDA_EXCLUDEFROMCAPTURE)
        return fail(ERROR_INVALID_PARAMETER);
    return set_value(hWnd, offsetof(struct window, affinity), dwAffinity);
}
API(user32, BOOL, GetWindowDisplayAffinity, HWND hWnd, DWORD *pdwAffinity) {
    return get_value(hWnd, offsetof(struct window, affinity), pdwAffinity);
}

enum { LWA_COLORKEY = 1, LWA_ALPHA = 2, WS_EX_LAYERED = 0x80000 };

API(user32, BOOL, SetLayeredWindowAttributes, HWND hwnd, COLORREF crKey, BYTE bAlpha, DWORD dwFlags) {
    user_lock();
    struct window *window = window_find(hwnd);
    bool is_layered = window && window->ex_style & WS_EX_LAYERED;
    if (is_layered) {
        window->colour_key = dwFlags & LWA_COLORKEY ? crKey : window->colour_key;
        window->alpha = dwFlags & LWA_ALPHA ? bAlpha : window->alpha;
        window->layer_flags = dwFlags & (LWA_COLORKEY | LWA_ALPHA);
        window->has_layer = true;
    }
    user_unlock();
    return is_layered ? TRUE : window ? fail(ERROR_INVALID_PARAMETER) : no_window();
}

/* "Only if SetLayeredWindowAttributes was called before". */
API(user32, BOOL, GetLayeredWindowAttributes, HWND hwnd, COLORREF *pcrKey, BYTE *pbAlpha, DWORD *pdwFlags) {
    user_lock();
    const struct window *window = window_find(hwnd);
    bool has = window && window->has_layer && window->ex_style & WS_EX_LAYERED;
    if (has && pcrKey)
        *pcrKey = window->colour_key;
    if (has && pbAlpha)
        *pbAlpha = window->alpha;
    if (has && pdwFlags)
        *pdwFlags = window->layer_flags;
    user_unlock();
    return has ? TRUE : window ? FALSE : no_window();
}

/* ---- properties ---- */

typedef BOOL(WINAPI *PROPENUMPROC)(HWND, const void *, HANDLE);
typedef BOOL(WINAPI *PROPENUMPROCEX)(HWND, const void *, HANDLE, ULONG_PTR);

/* A copy, for the callback may change the list; names are the callback's for its call. */
struct property_copy { WCHAR *name; HANDLE data; };
enum { MAX_PROPERTIES = 256, NO_PROPERTY = -1 };

static int copy_properties(HWND handle, struct property_copy *list) {
    int count = 0;
    user_lock();
    const struct window *window = window_find(handle);
    for (const struct window_property *each = window ? window->properties : NULL; each && count < MAX_PROPERTIES; each = each->next)
        list[count++] = (struct property_copy){is_atom(each->name) ? each->name : wide_duplicate(each->name), each->data};
    user_unlock();
    return count;
}

static BOOL tell_property(HWND handle, const struct property_copy *property, PROPENUMPROC plain, PROPENUMPROCEX extended,
                          ULONG_PTR parameter, bool is_unicode) {
    char *ansi = is_unicode || is_atom(property->name) ? NULL : ansi_from_wide(property->name);
    const void *name = ansi ? (const void *)ansi : property->name;
    BOOL go_on = plain ? plain(handle, name, property->data) : extended(handle, name, property->data, parameter);
    free(ansi);
    return go_on;
}

static int enumerate(HWND handle, PROPENUMPROC plain, PROPENUMPROCEX extended, ULONG_PTR parameter, bool is_unicode) {
    struct property_copy list[MAX_PROPERTIES];
    int count = copy_properties(handle, list), result = NO_PROPERTY;
    for (int i = 0; i < count && result; i++)
        result = tell_property(handle, &list[i], plain, extended, parameter, is_unicode);
    for (int i = 0; i < count; i++)
        user_free_name(list[i].name);
    return result;
}

API(user32, int, EnumPropsW, HWND hWnd, PROPENUMPROC lpEnumFunc) { return enumerate(hWnd, lpEnumFunc, NULL, 0, true); }
API(user32, int, EnumPropsA, HWND hWnd, PROPENUMPROC lpEnumFunc) { return enumerate(hWnd, lpEnumFunc, NULL, 0, false); }
API(user32, int, EnumPropsExW, HWND hWnd, PROPENUMPROCEX lpEnumFunc, LPARAM lParam) {
    return enumerate(hWnd, NULL, lpEnumFunc, (ULONG_PTR)lParam, true);
}
API(user32, int, EnumPropsExA, HWND hWnd, PROPENUMPROCEX lpEnumFunc, LPARAM lParam) {
    return enumerate(hWnd, NULL, lpEnumFunc, (ULONG_PTR)lParam, false);
}

/* ---- which window is there ---- */

enum { CWP_SKIPINVISIBLE = 1, CWP_SKIPDISABLED = 2, CWP_SKIPTRANSPARENT = 4 };

static bool is_skipped(const struct window *window, UINT flags) {
    return (flags & CWP_SKIPINVISIBLE && !(window->style & WS_VISIBLE)) ||
           (flags & CWP_SKIPDISABLED && window->style & WS_DISABLED) ||
           (flags & CWP_SKIPTRANSPARENT && window->ex_style & WS_EX_TRANSPARENT_BIT);
}

static const struct window *child_at(const struct window *parent, POINT point, UINT flags) {
    const struct window *each = parent->first_child;
    while (each && (is_skipped(each, flags) || !api_PtInRect(&each->rect, point)))
        each = each->next;
    return each;
}

/* Disabled children do not count: what is behind them is there. */
API(user32, HWND, WindowFromPoint, POINT Point) {
    HWND root = window_desktop();
    user_lock();
    const struct window *found = window_find(root), *below = found;
    while (below && (below = child_at(found, Point, CWP_SKIPINVISIBLE | CWP_SKIPDISABLED)))
        found = below;
    HWND handle = found && found->handle != root ? found->handle : NULL;
    user_unlock();
    return handle;
}
API_ALIAS(api_WindowFromPoint, physical, user32, "WindowFromPhysicalPoint");

/* The point is in the parent's client area; the parent itself where no child is, NULL outside of it. */
API(user32, HWND, ChildWindowFromPointEx, HWND hwnd, POINT pt, UINT flags) {
    RECT client;
    POINT corner = pt;
    if (!api_GetClientRect(hwnd, &client) || !api_ClientToScreen(hwnd, &corner))
        return NULL;
    user_lock();
    const struct window *parent = window_find(hwnd), *found = parent ? child_at(parent, corner, flags) : NULL;
    bool inside = parent && api_PtInRect(&client, pt);
    HWND handle = found && inside ? found->handle : inside ? hwnd : NULL;
    user_unlock();
    return handle;
}
API(user32, HWND, ChildWindowFromPoint, HWND hWndParent, POINT Point) {
    return api_ChildWindowFromPointEx(hWndParent, Point, 0);
}
API(user32, HWND, RealChildWindowFromPoint, HWND hwndParent, POINT ptParentClientCoords) {
    return api_ChildWindowFromPointEx(hwndParent, ptParentClientCoords, CWP_SKIPINVISIBLE | CWP_SKIPTRANSPARENT);
}

/* Logical points are physical ones at 96 dpi. */
API(user32, BOOL, LogicalToPhysicalPoint, HWND hWnd, POINT *lpPoint) { return (void)lpPoint, api_IsWindow(hWnd); }
API_ALIAS(api_LogicalToPhysicalPoint, back, user32, "PhysicalToLogicalPoint");
API(user32, BOOL, LogicalToPhysicalPointForPerMonitorDPI, HWND hWnd, POINT *lpPoint) {
    return (void)lpPoint, !hWnd || api_IsWindow(hWnd);
}
API_ALIAS(api_LogicalToPhysicalPointForPerMonitorDPI, back, user32, "PhysicalToLogicalPointForPerMonitorDPI");

/* ---- owned windows, minimizing, order ---- */

API(user32, HWND, GetLastActivePopup, HWND hWnd) {
    HWND active = thread_input()->active;
    if (!api_IsWindow(hWnd))
        return NULL;
    return active && api_GetAncestor(active, 3) == api_GetAncestor(hWnd, 3) ? active : hWnd; /* GA_ROOTOWNER */
}

static size_t owned_windows(HWND owner, HWND *list) {
    size_t count = 0;
    HWND root = window_desktop();
    user_lock();
    const struct window *desktop = window_find(root), *window = window_find(owner);
    for (const struct window *each = desktop && window ? desktop->first_child : NULL; each && count < MAX_WINDOWS; each = each->next)
        if (each->owner == window)
            list[count++] = each->handle;
    user_unlock();
    return count;
}

API(user32, BOOL, ShowOwnedPopups, HWND hWnd, BOOL fShow) {
    HWND *list = api_IsWindow(hWnd) ? calloc(MAX_WINDOWS, sizeof *list) : NULL;
    size_t count = list ? owned_windows(hWnd, list) : 0;
    for (size_t i = 0; i < count; i++)
        api_ShowWindow(list[i], fShow ? 5 : 0); /* SW_SHOW */
    free(list);
    return list != NULL;
}

API(user32, BOOL, AnyPopup, void) {
    bool found = false;
    HWND root = window_desktop();
    user_lock();
    const struct window *desktop = window_find(root);
    for (const struct window *each = desktop ? desktop->first_child : NULL; each && !found; each = each->next)
        found = each->owner && each->style & WS_VISIBLE;
    user_unlock();
    return found;
}

enum { AW_HIDE = 0x10000 };

API(user32, BOOL, AnimateWindow, HWND hWnd, DWORD dwTime, DWORD dwFlags) {
    (void)dwTime;
    if (!api_IsWindow(hWnd))
        return FALSE;
    api_ShowWindow(hWnd, dwFlags & AW_HIDE ? 0 : 4); /* SW_SHOWNOACTIVATE */
    return TRUE;
}

static BOOL minimize(HWND handle, bool on) {
    user_lock();
    struct window *window = window_find(handle);
    if (window)
        window->style = on ? window->style | WS_MINIMIZE : window->style & ~(DWORD)WS_MINIMIZE;
    user_unlock();
    return window ? TRUE : no_window();
}

API(user32, BOOL, CloseWindow, HWND hWnd) { return minimize(hWnd, true); }
API(user32, BOOL, OpenIcon, HWND hWnd) { return minimize(hWnd, false); }
API(user32, void, SwitchToThisWindow, HWND hwnd, BOOL fUnknown) { (void)fUnknown, api_SetForegroundWindow(hwnd); }

/* Everything has its place already. */
API(user32, UINT, ArrangeIconicWindows, HWND hWnd) { return (void)hWnd, 0; }
API(user32, WORD, CascadeWindows, HWND hwndParent, UINT wHow, const RECT *lpRect, UINT cKids, const HWND *lpKids) {
    return (void)hwndParent, (void)wHow, (void)lpRect, (void)cKids, (void)lpKids, 0;
}
API_ALIAS(api_CascadeWindows, tile, user32, "TileWindows");

/* ---- scrolling: children move with what they lie on ---- */

enum { SW_SCROLLCHILDREN = 1, NULLREGION = 1, ERROR_REGION = 0 };

static void move_children(HWND handle, int dx, int dy) {
    user_lock();
    struct window *window = window_find(handle);
    for (struct window *each = window ? window->first_child : NULL; each; each = each->next)
        each->rect = (RECT){each->rect.left + dx, each->rect.top + dy, each->rect.right + dx, each->rect.bottom + dy};
    user_unlock();
}

API(user32, BOOL, ScrollWindow, HWND hWnd, int XAmount, int YAmount, const RECT *lpRect, const RECT *lpClipRect) {
    (void)lpClipRect;
    if (!api_IsWindow(hWnd))
        return FALSE;
    if (!lpRect)
        move_children(hWnd, XAmount, YAmount);
    return TRUE;
}

API(user32, int, ScrollWindowEx, HWND hWnd, int dx, int dy, const RECT *prcScroll, const RECT *prcClip, HANDLE hrgnUpdate,
    RECT *prcUpdate, UINT flags) {
    (void)prcScroll, (void)prcClip, (void)hrgnUpdate;
    if (!api_IsWindow(hWnd))
        return ERROR_REGION;
    if (flags & SW_SCROLLCHILDREN)
        move_children(hWnd, dx, dy);
    if (prcUpdate)
        *prcUpdate = (RECT){0, 0, 0, 0};
    return NULLREGION;
}

/* ---- threads and messages ---- */

API(user32, BOOL, IsGUIThread, BOOL bConvert) { return (void)bConvert, thread_input() != NULL; }
API(user32, BOOL, SetMessageQueue, int cMessagesMax) { return (void)cMessagesMax, thread_input() != NULL; }

typedef BOOL(WINAPI *WNDENUMPROC)(HWND, LPARAM);
API_USE(BOOL, EnumWindows, WNDENUMPROC, LPARAM);
enum { BSF_QUERY = 1, BSF_POSTMESSAGE = 0x10, BROADCAST_QUERY_DENY = 0x424D5144 };

struct system_broadcast { UINT message; WPARAM wParam; LPARAM lParam; DWORD flags; bool is_denied, is_unicode; };

static BOOL WINAPI broadcast_to(HWND window, LPARAM parameter) {
    struct system_broadcast *what = (struct system_broadcast *)parameter;
    if (what->flags & BSF_POSTMESSAGE)
        return window_post(window, what->message, what->wParam, what->lParam), TRUE;
    LRESULT answer = window_send(window, what->message, what->wParam, what->lParam, what->is_unicode);
    what->is_denied = what->flags & BSF_QUERY && (answer == BROADCAST_QUERY_DENY || !answer);
    return !what->is_denied;
}

static LONG broadcast(DWORD flags, UINT message, WPARAM wParam, LPARAM lParam, bool is_unicode) {
    struct system_broadcast what = {message, wParam, lParam, flags, false, is_unicode};
    api_EnumWindows(broadcast_to, (LPARAM)&what);
    return what.is_denied ? 0 : 1;
}

API(user32, LONG, BroadcastSystemMessageW, DWORD flags, LPDWORD lpInfo, UINT Msg, WPARAM wParam, LPARAM lParam) {
    return (void)lpInfo, broadcast(flags, Msg, wParam, lParam, true);
}
API(user32, LONG, BroadcastSystemMessageA, DWORD flags, LPDWORD lpInfo, UINT Msg, WPARAM wParam, LPARAM lParam) {
    return (void)lpInfo, broadcast(flags, Msg, wParam, lParam, false);
}
API_ALIAS(api_BroadcastSystemMessageA, plain, user32, "BroadcastSystemMessage");
API(user32, LONG, BroadcastSystemMessageExW, DWORD flags, LPDWORD lpInfo, UINT Msg, WPARAM wParam, LPARAM lParam,
    PVOID pbsmInfo) {
    return (void)lpInfo, (void)pbsmInfo, broadcast(flags, Msg, wParam, lParam, true);
}
API(user32, LONG, BroadcastSystemMessageExA, DWORD flags, LPDWORD lpInfo, UINT Msg, WPARAM wParam, LPARAM lParam,
    PVOID pbsmInfo) {
    return (void)lpInfo, (void)pbsmInfo, broadcast(flags, Msg, wParam, lParam, false);
}
