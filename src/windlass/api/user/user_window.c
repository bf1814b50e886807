/* Windows ("About Windows"): creating and destroying them, their places in the tree, text, styles and properties. */
#include "user.h"

#include <pthread.h>

#include "user/user_hook.h"

enum { MAX_WINDOWS = 10000, FIRST_HANDLE = 0x10002, HANDLE_STEP = 2 };
enum { GWL_STYLE = -16, GWL_EXSTYLE = -20, GWLP_WNDPROC = -4, GWLP_HINSTANCE = -6, GWLP_HWNDPARENT = -8, GWLP_ID = -12,
       GWLP_USERDATA = -21 };
enum { GW_HWNDFIRST, GW_HWNDLAST, GW_HWNDNEXT, GW_HWNDPREV, GW_OWNER, GW_CHILD, GW_ENABLEDPOPUP };
enum { GA_PARENT = 1, GA_ROOT, GA_ROOTOWNER };
enum { SW_HIDE = 0, SWP_NOSIZE = 1, SWP_NOMOVE = 2, SWP_NOZORDER = 4, SWP_SHOWWINDOW = 0x40, SWP_HIDEWINDOW = 0x80 };

typedef struct { HWND hwnd, hwndInsertAfter; int x, y, cx, cy; UINT flags; } WINDOWPOS;

/* Process state, under the lock. Handles are the even numbers from FIRST_HANDLE on; a freed place is used again last. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct window *windows[MAX_WINDOWS];
static unsigned places_used, next_place;
static struct window *desktop, *message_root;

void user_lock(void) { pthread_mutex_lock(&lock); }
void user_unlock(void) { pthread_mutex_unlock(&lock); }

struct window *window_find(HWND handle) {
    uintptr_t number = ((uintptr_t)handle & 0xffffffff) - FIRST_HANDLE;
    return number % HANDLE_STEP == 0 && number / HANDLE_STEP < places_used ? windows[number / HANDLE_STEP] : NULL;
}

/* ---- the tree ---- */

static void unlink_window(struct window *window) {
    struct window **at = window->parent ? &window->parent->first_child : NULL;
    while (at && *at && *at != window)
        at = &(*at)->next;
    if (at && *at)
        *at = window->next;
    window->next = NULL;
}

/* On top of its siblings, or below them all. */
static void link_window(struct window *window, struct window *parent, bool at_the_bottom) {
    struct window **at = &parent->first_child;
    while (at_the_bottom && *at)
        at = &(*at)->next;
    window->parent = parent;
    window->next = *at;
    *at = window;
}

/* "SetWindowPos function", hWndInsertAfter: HWND_BOTTOM, a sibling to be below of, or the top. */
static void restack(struct window *window, HWND after) {
    struct window *parent = window->parent, *above = window_find(after);
    if (!parent)
        return;
    unlink_window(window);
    if (above && above->parent == parent && above != window) {
        window->next = above->next;
        above->next = window;
    } else {
        link_window(window, parent, after == (HWND)(LONG_PTR)1);
    }
}

static bool take_place(struct window *window) {
    for (unsigned tried = 0; tried < MAX_WINDOWS; tried++) {
        unsigned place = (next_place + tried) % MAX_WINDOWS;
        if (windows[place])
            continue;
        windows[place] = window;
        next_place = place + 1;
        places_used = place >= places_used ? place + 1 : places_used;
        window->handle = (HWND)(uintptr_t)(FIRST_HANDLE + place * HANDLE_STEP);
        return true;
    }
    return false;
}

static LRESULT WINAPI root_procedure(HWND handle, UINT message, WPARAM wParam, LPARAM lParam) {
    (void)handle, (void)message, (void)wParam, (void)lParam;
    return 0;
}

static struct window *root_new(const WCHAR *name, RECT rect) {
    struct user_class *class = calloc(1, sizeof *class);
    struct window *root = calloc(1, sizeof *root);
    if (!class || !root)
        windlass_fatal("out of memory for windows");
    *class = (struct user_class){.name = (WCHAR *)(uintptr_t)name, .is_unicode = true, .windows = 1};
    *root = (struct window){.class = class, .procedure = root_procedure, .is_unicode = true, .rect = rect,
                            .style = WS_POPUP | WS_VISIBLE | WS_CLIPSIBLINGS};
    take_place(root);
    return root;
}

API_USE(int, GetSystemMetrics, int);

/* The lock is held. */
static void make_roots(void) {
    if (desktop)
        return;
    desktop = root_new(u"#32769", (RECT){0, 0, api_GetSystemMetrics(0), api_GetSystemMetrics(1)});
    message_root = root_new(u"Message", (RECT){0, 0, 100, 100});
}

HWND window_desktop(void) {
    user_lock();
    make_roots();
    HWND handle = desktop->handle;
    user_unlock();
    return handle;
}

API(user32, HWND, GetDesktopWindow, void) { return window_desktop(); }
API(user32, HWND, GetShellWindow, void) { return NULL; }

bool window_target(HWND handle, struct window_target *target) {
    user_lock();
    const struct window *window = window_find(handle);
    if (window)
        *target = (struct window_target){window->procedure, window->is_unicode, window->thread_id};
    user_unlock();
    return window ? true : no_window();
}

/* ---- creating ---- */

static struct window *window_new(struct user_class *class, const CREATESTRUCT *facts) {
    size_t extra = (size_t)class->facts.cbWndExtra;
    struct window *window = calloc(1, sizeof *window + extra);
    if (!window || !(window->text = wide_duplicate(u""))) {
        free(window);
        return NULL;
    }
    window->class = class;
    window->procedure = class->facts.lpfnWndProc;
    window->is_unicode = class->is_unicode;
    window->thread_id = current_thread();
    window->style = (DWORD)facts->style & ~(DWORD)WS_VISIBLE;
    window->ex_style = facts->dwExStyle;
    window->instance = facts->hInstance;
    window->extra_size = extra;
    if (facts->style & WS_CHILD)
        window->id = (UINT_PTR)facts->hMenu;
    else
        window->menu = facts->hMenu;
    window->rect = (RECT){facts->x, facts->y, facts->x + facts->cx, facts->y + facts->cy};
    return window;
}

/* CW_USEDEFAULT as a system would choose it. */
static void resolve_place(CREATESTRUCT *facts) {
    bool is_child = facts->style & WS_CHILD;
    if (facts->x == CW_USEDEFAULT)
        facts->x = facts->y = 0;
    if (facts->cx == CW_USEDEFAULT) {
        facts->cx = is_child ? 0 : api_GetSystemMetrics(0) * 3 / 4;
        facts->cy = is_child ? 0 : api_GetSystemMetrics(1) * 3 / 4;
    }
    facts->cx = facts->cx < 0 ? 0 : facts->cx;
    facts->cy = facts->cy < 0 ? 0 : facts->cy;
}

/* Enters the window into the tree; its handle, or NULL with the error set. The lock is held. */
static HWND insert(const WCHAR *class_name, const CREATESTRUCT *facts) {
    make_roots();
    bool is_message_only = facts->hwndParent == HWND_MESSAGE;
    struct window *parent = is_message_only ? message_root : facts->hwndParent ? window_find(facts->hwndParent) : desktop;
    struct user_class *class = class_name ? user_class_find(class_name, facts->hInstance) : NULL;
    if (!parent || !class) {
        set_last_error(class ? ERROR_INVALID_WINDOW_HANDLE : ERROR_CANNOT_FIND_WND_CLASS);
        return NULL;
    }
    struct window *window = window_new(class, facts);
    if (!window || !take_place(window)) {
        free(window);
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    bool is_child = facts->style & WS_CHILD || is_message_only;
    if (!is_child && parent != desktop)
        window->owner = parent;
    link_window(window, is_child ? parent : desktop, facts->style & WS_CHILD); /* controls are in the order they are made */
    if (facts->style & WS_CHILD && parent != desktop && !is_message_only) { /* its place is the parent's */
        LONG dx = parent->rect.left, dy = parent->rect.top;
        window->rect = (RECT){window->rect.left + dx, window->rect.top + dy, window->rect.right + dx, window->rect.bottom + dy};
    }
    class->windows++;
    return window->handle;
}

static void free_window(struct window *window) {
    while (window->properties) {
        struct window_property *property = window->properties;
        window->properties = property->next;
        user_free_name(property->name);
        free(property);
    }
    window->class->windows--;
    if (window->free_state)
        window->free_state(window->state);
    free(window->text);
    free(window);
}

/* Takes the window out of the tree; the lock is held. */
static void drop(struct window *window) {
    unlink_window(window);
    for (unsigned i = 0; i < places_used; i++) {
        if (windows[i] == window)
            windows[i] = NULL;
        else if (windows[i] && windows[i]->owner == window)
            windows[i]->owner = NULL;
    }
    free_window(window);
}

static void drop_handle(HWND handle) {
    queues_forget(handle);
    user_lock();
    struct window *window = window_find(handle);
    if (window)
        drop(window);
    user_unlock();
}

API_USE(BOOL, DestroyWindow, HWND);
API_USE(BOOL, ShowWindow, HWND, int);
API_USE(BOOL, SetMenu, HWND, HMENU);
API_USE(BOOL, DestroyMenu, HMENU);
API_USE(HMENU, LoadMenuW, HINSTANCE, LPCWSTR);
API_USE(HMENU, LoadMenuA, HINSTANCE, LPCSTR);

typedef struct { RECT rgrc[3]; WINDOWPOS *lppos; } NCCALCSIZE_PARAMS;
typedef struct { POINT ptReserved, ptMaxSize, ptMaxPosition, ptMinTrackSize, ptMaxTrackSize; } MINMAXINFO;

static void ask_sizes(HWND handle, const CREATESTRUCT *facts, bool is_unicode) {
    POINT screen = {api_GetSystemMetrics(0), api_GetSystemMetrics(1)};
    MINMAXINFO sizes = {.ptMaxSize = screen, .ptMinTrackSize = {api_GetSystemMetrics(34), api_GetSystemMetrics(35)},
                        .ptMaxTrackSize = {api_GetSystemMetrics(59), api_GetSystemMetrics(60)}};
    if (!(facts->style & WS_CHILD) && (!(facts->style & (LONG)WS_POPUP) || facts->style & WS_THICKFRAME))
        window_send(handle, WM_GETMINMAXINFO, 0, (LPARAM)&sizes, is_unicode);
}

/* The messages of a new window; false: it refused to be. */
static bool announce(HWND handle, const CREATESTRUCT *facts, bool is_unicode) {
    ask_sizes(handle, facts, is_unicode);
    if (!window_send(handle, WM_NCCREATE, 0, (LPARAM)facts, is_unicode))
        return false;
    RECT rect = {facts->x, facts->y, facts->x + facts->cx, facts->y + facts->cy};
    window_send(handle, WM_NCCALCSIZE, 0, (LPARAM)&rect, is_unicode);
    if (window_send(handle, WM_CREATE, 0, (LPARAM)facts, is_unicode) == -1)
        return false;
    window_send(handle, WM_SIZE, 0, (WORD)facts->cx | (LPARAM)(WORD)facts->cy << 16, is_unicode);
    window_send(handle, WM_MOVE, 0, (WORD)facts->x | (LPARAM)(WORD)facts->y << 16, is_unicode);
    return true;
}

/* A class may name the menu that its windows get. */
static void load_class_menu(HWND handle) {
    user_lock();
    const struct window *window = window_find(handle);
    const struct user_class *class = window && !(window->style & WS_CHILD) ? window->class : NULL;
    const void *name = class ? class->facts.lpszMenuName : NULL;
    HINSTANCE instance = class ? class->facts.hInstance : NULL;
    bool is_unicode = class && class->is_unicode;
    user_unlock();
    if (name)
        api_SetMenu(handle, is_unicode ? api_LoadMenuW(instance, name) : api_LoadMenuA(instance, name));
}

typedef struct { CREATESTRUCT *lpcs; HWND hwndInsertAfter; } CBT_CREATEWND;

static HWND create_window(const WCHAR *class_name, CREATESTRUCT *facts, bool is_unicode) {
    if (!(facts->style & WS_CHILD) && !(facts->style & (LONG)WS_POPUP) && facts->hwndParent != HWND_MESSAGE)
        facts->style |= WS_CAPTION | WS_CLIPSIBLINGS; /* an overlapped window always has a caption */
    resolve_place(facts);
    user_lock();
    HWND handle = insert(class_name, facts);
    user_unlock();
    if (!handle)
        return NULL;
    CBT_CREATEWND hooked = {facts, NULL};
    if (hooks_call(WH_CBT, HCBT_CREATEWND, (WPARAM)handle, (LPARAM)&hooked)) {
        drop_handle(handle);
        return NULL;
    }
    if (!facts->hMenu)
        load_class_menu(handle);
    if (!announce(handle, facts, is_unicode)) {
        drop_handle(handle);
        return NULL;
    }
    if (facts->style & WS_VISIBLE)
        api_ShowWindow(handle, 1);
    user_lock();
    bool survived = window_find(handle) != NULL;
    user_unlock();
    return survived ? handle : NULL;
}

API(user32, HWND, CreateWindowExW, DWORD dwExStyle, LPCWSTR lpClassName, LPCWSTR lpWindowName, DWORD dwStyle, int X, int Y,
    int nWidth, int nHeight, HWND hWndParent, HMENU hMenu, HINSTANCE hInstance, LPVOID lpParam) {
    CREATESTRUCT facts = {lpParam, hInstance, hMenu, hWndParent, nHeight, nWidth, Y, X, (LONG)dwStyle, lpWindowName,
                          lpClassName, dwExStyle};
    return create_window(lpClassName, &facts, true);
}

API(user32, HWND, CreateWindowExA, DWORD dwExStyle, LPCSTR lpClassName, LPCSTR lpWindowName, DWORD dwStyle, int X, int Y,
    int nWidth, int nHeight, HWND hWndParent, HMENU hMenu, HINSTANCE hInstance, LPVOID lpParam) {
    CREATESTRUCT facts = {lpParam, hInstance, hMenu, hWndParent, nHeight, nWidth, Y, X, (LONG)dwStyle, lpWindowName,
                          lpClassName, dwExStyle};
    WCHAR *name = user_wide_name(lpClassName);
    HWND handle = create_window(name, &facts, false);
    user_free_name(name);
    return handle;
}

/* ---- destroying ---- */

/* The first child that is not going already; NULL. */
static HWND next_child(HWND handle) {
    user_lock();
    const struct window *window = window_find(handle);
    const struct window *child = window ? window->first_child : NULL;
    HWND found = child ? child->handle : NULL;
    user_unlock();
    return found;
}

static HWND next_owned(HWND handle) {
    HWND found = NULL;
    user_lock();
    const struct window *window = window_find(handle);
    for (unsigned i = 0; window && i < places_used && !found; i++)
        if (windows[i] && windows[i]->owner == window && !windows[i]->is_being_destroyed)
            found = windows[i]->handle;
    user_unlock();
    return found;
}

static void destroy_menus(HWND handle) {
    user_lock();
    const struct window *window = window_find(handle);
    HMENU menus[] = {window ? window->menu : NULL, window ? window->system_menu : NULL};
    user_unlock();
    for (int i = 0; i < 2; i++)
        if (menus[i])
            api_DestroyMenu(menus[i]);
}

/* The parent is told first, then its children, then that nothing comes any more. */
static void destroy(HWND handle) {
    HWND child;
    window_send(handle, WM_DESTROY, 0, 0, true);
    while ((child = next_child(handle)))
        destroy(child);
    window_send(handle, WM_NCDESTROY, 0, 0, true);
    destroy_menus(handle);
    drop_handle(handle);
}

/* A hook does not let the window go. */
static BOOL stay(HWND handle) {
    user_lock();
    struct window *window = window_find(handle);
    if (window)
        window->is_being_destroyed = false;
    user_unlock();
    return FALSE;
}

API(user32, BOOL, DestroyWindow, HWND hWnd) {
    HWND owned;
    user_lock();
    struct window *window = window_find(hWnd);
    DWORD error = !window || window == desktop || window == message_root ? ERROR_INVALID_WINDOW_HANDLE
                  : window->thread_id != current_thread()                ? ERROR_ACCESS_DENIED
                                                                         : ERROR_SUCCESS;
    bool is_going = !error && window->is_being_destroyed;
    if (!error)
        window->is_being_destroyed = true;
    user_unlock();
    if (error || is_going)
        return error ? fail(error) : TRUE;
    if (hooks_call(WH_CBT, HCBT_DESTROYWND, (WPARAM)hWnd, 0))
        return stay(hWnd);
    while ((owned = next_owned(hWnd)))
        if (!api_DestroyWindow(owned))
            drop_handle(owned);
    destroy(hWnd);
    return TRUE;
}

void windows_abandon(DWORD thread_id) {
    user_lock();
    for (unsigned i = 0; i < places_used; i++)
        if (windows[i] && windows[i]->thread_id == thread_id && !windows[i]->first_child) {
            drop(windows[i]);
            i = (unsigned)-1; /* its parent may have no child left */
        }
    user_unlock();
}

/* ---- facts ---- */

API(user32, BOOL, IsWindow, HWND hWnd) {
    user_lock();
    bool found = window_find(hWnd) != NULL;
    user_unlock();
    return found ? TRUE : no_window();
}

API(user32, BOOL, IsWindowUnicode, HWND hWnd) {
    struct window_target target;
    return window_target(hWnd, &target) && target.is_unicode;
}

API(user32, DWORD, GetWindowThreadProcessId, HWND hWnd, LPDWORD lpdwProcessId) {
    struct window_target target;
    if (!window_target(hWnd, &target))
        return 0;
    if (lpdwProcessId)
        *lpdwProcessId = (DWORD)(uintptr_t)teb_self()->ProcessId;
    return target.thread_id;
}

static bool chain_has(const struct window *window, DWORD style) {
    for (; window && window != desktop && window != message_root; window = window->parent)
        if (!(window->style & style))
            return false;
    return true;
}

static bool style_has(HWND handle, DWORD style) {
    user_lock();
    const struct window *window = window_find(handle);
    bool has = window && window->style & style;
    user_unlock();
    return window ? has : no_window();
}

API(user32, BOOL, IsWindowVisible, HWND hWnd) {
    user_lock();
    const struct window *window = window_find(hWnd);
    bool visible = window && chain_has(window, WS_VISIBLE);
    user_unlock();
    return window ? visible : no_window();
}

API(user32, BOOL, IsWindowEnabled, HWND hWnd) {
    return api_IsWindow(hWnd) && !style_has(hWnd, WS_DISABLED);
}
API(user32, BOOL, IsIconic, HWND hWnd) { return style_has(hWnd, WS_MINIMIZE); }
API(user32, BOOL, IsZoomed, HWND hWnd) { return style_has(hWnd, WS_MAXIMIZE); }
API(user32, BOOL, IsHungAppWindow, HWND hwnd) { return (void)hwnd, FALSE; }

static BOOL change_style(HWND handle, DWORD bits, bool on, bool *was) {
    user_lock();
    struct window *window = window_find(handle);
    *was = window && window->style & bits;
    if (window)
        window->style = on ? window->style | bits : window->style & ~bits;
    user_unlock();
    return window ? TRUE : no_window();
}

API(user32, BOOL, EnableWindow, HWND hWnd, BOOL bEnable) {
    bool was;
    if (!change_style(hWnd, WS_DISABLED, !bEnable, &was))
        return FALSE;
    if (was != !bEnable)
        window_send(hWnd, WM_ENABLE, (WPARAM)!!bEnable, 0, true);
    return was;
}

API(user32, BOOL, ShowWindow, HWND hWnd, int nCmdShow) {
    bool was;
    if (!api_IsWindow(hWnd))
        return FALSE;
    bool shows = nCmdShow != SW_HIDE;
    if (style_has(hWnd, WS_VISIBLE) == shows)
        return shows;
    window_send(hWnd, WM_SHOWWINDOW, shows, 0, true);
    return change_style(hWnd, WS_VISIBLE, shows, &was) && was;
}
API_ALIAS(api_ShowWindow, async, user32, "ShowWindowAsync");

/* ---- the tree, for programs ---- */

API(user32, HWND, GetParent, HWND hWnd) {
    user_lock();
    const struct window *window = window_find(hWnd), *found = NULL;
    if (window && window->style & WS_CHILD)
        found = window->parent;
    else if (window && window->style & WS_POPUP)
        found = window->owner;
    HWND handle = found && found != message_root ? found->handle : NULL;
    user_unlock();
    if (!window)
        no_window();
    return handle;
}

API(user32, HWND, GetAncestor, HWND hwnd, UINT gaFlags) {
    user_lock();
    const struct window *window = window_find(hwnd), *found = window;
    if (window == desktop) {
        found = NULL;
    } else if (window && gaFlags == GA_PARENT) {
        found = window->parent;
    } else if (window && (gaFlags == GA_ROOT || gaFlags == GA_ROOTOWNER)) {
        while (found->parent && found->parent != desktop && found->parent != message_root)
            found = found->parent;
        while (gaFlags == GA_ROOTOWNER && found->owner)
            found = found->owner;
    } else {
        found = NULL;
    }
    HWND handle = found ? found->handle : NULL;
    user_unlock();
    return handle;
}

API(user32, HWND, SetParent, HWND hWndChild, HWND hWndNewParent) {
    user_lock();
    make_roots();
    struct window *window = window_find(hWndChild);
    struct window *parent = hWndNewParent == HWND_MESSAGE ? message_root : hWndNewParent ? window_find(hWndNewParent) : desktop;
    HWND old = NULL;
    bool is_below = false;
    for (const struct window *each = parent; each; each = each->parent)
        is_below = is_below || each == window;
    if (window && parent && !is_below && window->parent) {
        old = window->parent->handle;
        unlink_window(window);
        link_window(window, parent, false);
    }
    user_unlock();
    if (!window || !parent)
        no_window();
    else if (!old)
        set_last_error(ERROR_INVALID_PARAMETER);
    return old;
}

API(user32, BOOL, IsChild, HWND hWndParent, HWND hWnd) {
    user_lock();
    const struct window *parent = window_find(hWndParent), *window = window_find(hWnd);
    bool found = false;
    while (parent && window && window->style & WS_CHILD && !found) {
        window = window->parent;
        found = window == parent;
    }
    user_unlock();
    return found;
}

API(user32, HWND, GetWindow, HWND hWnd, UINT uCmd) {
    user_lock();
    const struct window *window = window_find(hWnd), *found = NULL;
    const struct window *first = window && window->parent ? window->parent->first_child : NULL;
    switch (window ? uCmd : ~0u) {
    case GW_HWNDFIRST: found = first; break;
    case GW_HWNDLAST:
        for (found = window; found && found->next;)
            found = found->next;
        break;
    case GW_HWNDNEXT: found = window->next; break;
    case GW_HWNDPREV:
        for (; first && first != window; first = first->next)
            found = first;
        break;
    case GW_OWNER: found = window->owner; break;
    case GW_CHILD: found = window->first_child; break;
    case GW_ENABLEDPOPUP: found = window; break;
    }
    HWND handle = found ? found->handle : NULL;
    user_unlock();
    if (!window)
        no_window();
    return handle;
}

API(user32, HWND, GetTopWindow, HWND hWnd) {
    return api_GetWindow(hWnd ? hWnd : window_desktop(), GW_CHILD);
}

/* ---- enumeration: a copy of the handles, for the callback may change the tree ---- */

typedef BOOL(WINAPI *WNDENUMPROC)(HWND, LPARAM);

static size_t add_children(const struct window *window, bool deep, DWORD thread_id, HWND *list, size_t count) {
    for (const struct window *each = window ? window->first_child : NULL; each; each = each->next) {
        if (!thread_id || each->thread_id == thread_id)
            list[count++] = each->handle;
        if (deep)
            count = add_children(each, true, thread_id, list, count);
    }
    return count;
}

static BOOL enumerate(HWND parent, bool deep, DWORD thread_id, WNDENUMPROC function, LPARAM parameter) {
    HWND *list = calloc(MAX_WINDOWS, sizeof *list);
    if (!list || !function) {
        free(list);
        return fail(ERROR_INVALID_PARAMETER);
    }
    user_lock();
    make_roots();
    size_t count = add_children(parent ? window_find(parent) : desktop, deep, thread_id, list, 0);
    user_unlock();
    BOOL go_on = TRUE;
    for (size_t i = 0; i < count && go_on; i++)
        if (api_IsWindow(list[i]))
            go_on = function(list[i], parameter);
    free(list);
    return go_on;
}

API(user32, BOOL, EnumWindows, WNDENUMPROC lpEnumFunc, LPARAM lParam) { return enumerate(NULL, false, 0, lpEnumFunc, lParam); }
API(user32, BOOL, EnumDesktopWindows, HANDLE hDesktop, WNDENUMPROC lpfn, LPARAM lParam) {
    (void)hDesktop;
    return enumerate(NULL, false, 0, lpfn, lParam);
}
API(user32, BOOL, EnumThreadWindows, DWORD dwThreadId, WNDENUMPROC lpfn, LPARAM lParam) {
    return enumerate(NULL, false, dwThreadId, lpfn, lParam);
}
API(user32, BOOL, EnumChildWindows, HWND hWndParent, WNDENUMPROC lpEnumFunc, LPARAM lParam) {
    enumerate(hWndParent, true, 0, lpEnumFunc, lParam);
    return TRUE; /* "The return value is not used." */
}

static bool matches(const struct window *window, const WCHAR *class_name, const WCHAR *text) {
    if (class_name && is_atom(class_name) && window->class->atom != (ATOM)(UINT_PTR)class_name)
        return false;
    if (class_name && !is_atom(class_name) &&
        wide_compare_no_case(window->class->name, wide_length(window->class->name), class_name, wide_length(class_name)) != 0)
        return false;
    return !text || wide_compare_no_case(window->text, wide_length(window->text), text, wide_length(text)) == 0;
}

API(user32, HWND, FindWindowExW, HWND hWndParent, HWND hWndChildAfter, LPCWSTR lpszClass, LPCWSTR lpszWindow) {
    user_lock();
    make_roots();
    const struct window *parent = hWndParent == HWND_MESSAGE ? message_root : hWndParent ? window_find(hWndParent) : desktop;
    const struct window *after = hWndChildAfter ? window_find(hWndChildAfter) : NULL;
    const struct window *each = after ? after->next : parent && !hWndChildAfter ? parent->first_child : NULL;
    while (each && !matches(each, lpszClass, lpszWindow))
        each = each->next;
    if (!each && !hWndParent && !hWndChildAfter) /* "all top-level and message-only windows" */
        for (each = message_root->first_child; each && !matches(each, lpszClass, lpszWindow);)
            each = each->next;
    HWND handle = each ? each->handle : NULL;
    user_unlock();
    if (!parent || (hWndChildAfter && !after))
        no_window();
    return handle;
}

API(user32, HWND, FindWindowExA, HWND hWndParent, HWND hWndChildAfter, LPCSTR lpszClass, LPCSTR lpszWindow) {
    WCHAR *class_name = user_wide_name(lpszClass), *text = lpszWindow ? wide_from_ansi(lpszWindow) : NULL;
    HWND handle = api_FindWindowExW(hWndParent, hWndChildAfter, class_name, text);
    user_free_name(class_name);
    free(text);
    return handle;
}

API(user32, HWND, FindWindowW, LPCWSTR lpClassName, LPCWSTR lpWindowName) {
    return api_FindWindowExW(NULL, NULL, lpClassName, lpWindowName);
}

API(user32, HWND, FindWindowA, LPCSTR lpClassName, LPCSTR lpWindowName) {
    return api_FindWindowExA(NULL, NULL, lpClassName, lpWindowName);
}

API(user32, HWND, GetDlgItem, HWND hDlg, int nIDDlgItem) {
    user_lock();
    const struct window *dialog = window_find(hDlg), *each = dialog ? dialog->first_child : NULL;
    while (each && (int)each->id != nIDDlgItem)
        each = each->next;
    HWND handle = each ? each->handle : NULL;
    user_unlock();
    if (!handle)
        set_last_error(dialog ? 1421u : ERROR_INVALID_WINDOW_HANDLE); /* ERROR_CONTROL_ID_NOT_FOUND */
    return handle;
}

API(user32, int, GetDlgCtrlID, HWND hWnd) {
    user_lock();
    const struct window *window = window_find(hWnd);
    int id = window ? (int)window->id : 0;
    user_unlock();
    return window ? id : no_window();
}

/* ---- text ---- */

void window_set_text(HWND handle, const WCHAR *text) {
    WCHAR *copy = wide_duplicate(text ? text : u"");
    user_lock();
    struct window *window = copy ? window_find(handle) : NULL;
    if (window) {
        WCHAR *old = window->text;
        window->text = copy;
        copy = old;
    }
    user_unlock();
    free(copy);
}

WCHAR *window_text(HWND handle) {
    user_lock();
    const struct window *window = window_find(handle);
    WCHAR *copy = wide_duplicate(window ? window->text : u"");
    user_unlock();
    return copy;
}

API(user32, BOOL, SetWindowTextW, HWND hWnd, LPCWSTR lpString) {
    return api_IsWindow(hWnd) && window_send(hWnd, WM_SETTEXT, 0, (LPARAM)lpString, true) >= 0;
}

API(user32, BOOL, SetWindowTextA, HWND hWnd, LPCSTR lpString) {
    return api_IsWindow(hWnd) && window_send(hWnd, WM_SETTEXT, 0, (LPARAM)lpString, false) >= 0;
}

API(user32, int, GetWindowTextW, HWND hWnd, LPWSTR lpString, int nMaxCount) {
    if (nMaxCount <= 0 || !api_IsWindow(hWnd))
        return 0;
    lpString[0] = 0;
    return (int)window_send(hWnd, WM_GETTEXT, (WPARAM)nMaxCount, (LPARAM)lpString, true);
}

API(user32, int, GetWindowTextA, HWND hWnd, LPSTR lpString, int nMaxCount) {
    if (nMaxCount <= 0 || !api_IsWindow(hWnd))
        return 0;
    lpString[0] = 0;
    return (int)window_send(hWnd, WM_GETTEXT, (WPARAM)nMaxCount, (LPARAM)lpString, false);
}

API(user32, int, GetWindowTextLengthW, HWND hWnd) {
    return api_IsWindow(hWnd) ? (int)window_send(hWnd, WM_GETTEXTLENGTH, 0, 0, true) : 0;
}

API(user32, int, GetWindowTextLengthA, HWND hWnd) {
    return api_IsWindow(hWnd) ? (int)window_send(hWnd, WM_GETTEXTLENGTH, 0, 0, false) : 0;
}

/* ---- values ("GetWindowLongPtrW function") ---- */

/* Where a value lies; NULL: a bad index. *size is 0 for the window's own bytes. */
static void *value_at(struct window *window, int index, size_t *size) {
    *size = sizeof(LONG_PTR);
    switch (index) {
    case GWLP_WNDPROC: return &window->procedure;
    case GWLP_HINSTANCE: return &window->instance;
    case GWLP_ID: return &window->id;
    case GWLP_USERDATA: return &window->user_data;
    case GWL_STYLE: return *size = sizeof(DWORD), &window->style;
    case GWL_EXSTYLE: return *size = sizeof(DWORD), &window->ex_style;
    }
    *size = 0;
    return index >= 0 && (size_t)index < window->extra_size ? window->extra + index : NULL;
}

static LONG_PTR window_value(HWND handle, int index, const LONG_PTR *fresh, size_t wanted, bool is_unicode) {
    LONG_PTR old = 0;
    size_t size;
    DWORD error = ERROR_SUCCESS;
    user_lock();
    struct window *window = window_find(handle);
    void *at = window ? value_at(window, index, &size) : NULL;
    if (!window)
        error = ERROR_INVALID_WINDOW_HANDLE;
    else if (index == GWLP_HWNDPARENT)
        old = (LONG_PTR)(window->style & WS_CHILD ? window->parent : window->owner ? window->owner : desktop)->handle;
    else if (!at || (!size && (size_t)index + wanted > window->extra_size))
        error = ERROR_INVALID_INDEX;
    if (at && !error) {
        size = size && size < wanted ? size : wanted;
        memcpy(&old, at, size);
        if (fresh)
            memcpy(at, fresh, size);
        if (fresh && index == GWLP_WNDPROC)
            window->is_unicode = is_unicode;
    }
    if (!error && fresh && index == GWLP_HWNDPARENT && !(window->style & WS_CHILD)) {
        window->owner = *fresh ? window_find((HWND)*fresh) : NULL;
    }
    user_unlock();
    if (error)
        set_last_error(error);
    return old;
}

API(user32, LONG_PTR, GetWindowLongPtrW, HWND hWnd, int nIndex) { return window_value(hWnd, nIndex, NULL, 8, true); }
API_ALIAS(api_GetWindowLongPtrW, ansi, user32, "GetWindowLongPtrA");
API(user32, LONG_PTR, SetWindowLongPtrW, HWND hWnd, int nIndex, LONG_PTR dwNewLong) {
    return window_value(hWnd, nIndex, &dwNewLong, 8, true);
}
API(user32, LONG_PTR, SetWindowLongPtrA, HWND hWnd, int nIndex, LONG_PTR dwNewLong) {
    return window_value(hWnd, nIndex, &dwNewLong, 8, false);
}
API(user32, LONG, GetWindowLongW, HWND hWnd, int nIndex) { return (LONG)window_value(hWnd, nIndex, NULL, 4, true); }
API_ALIAS(api_GetWindowLongW, ansi, user32, "GetWindowLongA");
API(user32, LONG, SetWindowLongW, HWND hWnd, int nIndex, LONG dwNewLong) {
    return (LONG)window_value(hWnd, nIndex, &(LONG_PTR){dwNewLong}, 4, true);
}
API_ALIAS(api_SetWindowLongW, ansi, user32, "SetWindowLongA");
API(user32, WORD, GetWindowWord, HWND hWnd, int nIndex) { return (WORD)window_value(hWnd, nIndex, NULL, 2, true); }
API(user32, WORD, SetWindowWord, HWND hWnd, int nIndex, WORD wNewWord) {
    return (WORD)window_value(hWnd, nIndex, &(LONG_PTR){wNewWord}, 2, true);
}

/* ---- properties ---- */

static struct window_property **property_at(struct window *window, const WCHAR *name) {
    struct window_property **at = &window->properties;
    while (*at && !is_same_name((*at)->name, name))
        at = &(*at)->next;
    return at;
}

API(user32, BOOL, SetPropW, HWND hWnd, LPCWSTR lpString, HANDLE hData) {
    struct window_property *fresh = calloc(1, sizeof *fresh);
    WCHAR *name = is_atom(lpString) ? (WCHAR *)(uintptr_t)lpString : wide_duplicate(lpString);
    if (!fresh || !name) {
        free(fresh);
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    user_lock();
    struct window *window = window_find(hWnd);
    struct window_property **at = window ? property_at(window, name) : NULL;
    bool is_used = at && !*at;
    if (is_used) {
        *fresh = (struct window_property){NULL, name, NULL};
        *at = fresh;
    }
    if (at)
        (*at)->data = hData;
    user_unlock();
    if (!is_used) {
        user_free_name(name);
        free(fresh);
    }
    return window ? TRUE : no_window();
}

API(user32, HANDLE, GetPropW, HWND hWnd, LPCWSTR lpString) {
    user_lock();
    struct window *window = window_find(hWnd);
    struct window_property *property = window ? *property_at(window, lpString) : NULL;
    HANDLE data = property ? property->data : NULL;
    user_unlock();
    return data;
}

API(user32, HANDLE, RemovePropW, HWND hWnd, LPCWSTR lpString) {
    user_lock();
    struct window *window = window_find(hWnd);
    struct window_property **at = window ? property_at(window, lpString) : NULL, *property = at ? *at : NULL;
    HANDLE data = property ? property->data : NULL;
    if (property)
        *at = property->next;
    user_unlock();
    if (property) {
        user_free_name(property->name);
        free(property);
    }
    return data;
}

API(user32, BOOL, SetPropA, HWND hWnd, LPCSTR lpString, HANDLE hData) {
    WCHAR *name = user_wide_name(lpString);
    BOOL done = api_SetPropW(hWnd, name, hData);
    user_free_name(name);
    return done;
}

API(user32, HANDLE, GetPropA, HWND hWnd, LPCSTR lpString) {
    WCHAR *name = user_wide_name(lpString);
    HANDLE data = api_GetPropW(hWnd, name);
    user_free_name(name);
    return data;
}

API(user32, HANDLE, RemovePropA, HWND hWnd, LPCSTR lpString) {
    WCHAR *name = user_wide_name(lpString);
    HANDLE data = api_RemovePropW(hWnd, name);
    user_free_name(name);
    return data;
}

/* ---- places ---- */

static BOOL window_rect(HWND handle, RECT *rect) {
    user_lock();
    const struct window *window = window_find(handle);
    if (window)
        *rect = window->rect;
    user_unlock();
    return window ? TRUE : no_window();
}

API(user32, BOOL, GetWindowRect, HWND hWnd, RECT *lpRect) { return window_rect(hWnd, lpRect); }

/* What AdjustWindowRectEx adds on each side at 96 dpi. */
static RECT frame_of(DWORD style, DWORD ex_style, bool has_menu) {
    LONG border = style & WS_THICKFRAME ? 8 : (style & WS_CAPTION) == WS_CAPTION || ex_style & 1 ? 3
                  : style & (WS_DLGFRAME | WS_BORDER)                                            ? 1 : 0;
    LONG edge = ex_style & 0x200 ? 2 : 0;                /* WS_EX_CLIENTEDGE */
    LONG caption = (style & WS_CAPTION) == WS_CAPTION ? 23 : 0;
    return (RECT){border + edge, border + edge + caption + (has_menu ? 20 : 0), border + edge, border + edge};
}

API(user32, BOOL, AdjustWindowRectEx, RECT *lpRect, DWORD dwStyle, BOOL bMenu, DWORD dwExStyle) {
    RECT frame = frame_of(dwStyle, dwExStyle, bMenu);
    *lpRect = (RECT){lpRect->left - frame.left, lpRect->top - frame.top, lpRect->right + frame.right,
                     lpRect->bottom + frame.bottom};
    return TRUE;
}

API(user32, BOOL, AdjustWindowRect, RECT *lpRect, DWORD dwStyle, BOOL bMenu) {
    return api_AdjustWindowRectEx(lpRect, dwStyle, bMenu, 0);
}

API(user32, BOOL, AdjustWindowRectExForDpi, RECT *lpRect, DWORD dwStyle, BOOL bMenu, DWORD dwExStyle, UINT dpi) {
    (void)dpi;                                           /* all is 96 dpi here */
    return api_AdjustWindowRectEx(lpRect, dwStyle, bMenu, dwExStyle);
}

static BOOL client_on_screen(HWND handle, RECT *client) {
    user_lock();
    const struct window *window = window_find(handle);
    if (window) {
        RECT frame = frame_of(window->style, window->ex_style, window->menu);
        *client = (RECT){window->rect.left + frame.left, window->rect.top + frame.top, window->rect.right - frame.right,
                         window->rect.bottom - frame.bottom};
        if (client->right < client->left)
            client->right = client->left;
        if (client->bottom < client->top)
            client->bottom = client->top;
    }
    user_unlock();
    return window ? TRUE : no_window();
}

API(user32, BOOL, GetClientRect, HWND hWnd, RECT *lpRect) {
    RECT client;
    if (!client_on_screen(hWnd, &client))
        return FALSE;
    *lpRect = (RECT){0, 0, client.right - client.left, client.bottom - client.top};
    return TRUE;
}

/* Where the client area begins on the screen; a NULL handle is the screen. */
static bool origin(HWND handle, POINT *point) {
    RECT client = {0, 0, 0, 0};
    if (handle && !client_on_screen(handle, &client))
        return false;
    *point = (POINT){client.left, client.top};
    return true;
}

API(user32, int, MapWindowPoints, HWND hWndFrom, HWND hWndTo, POINT *lpPoints, UINT cPoints) {
    POINT from, to;
    if (!origin(hWndFrom, &from) || !origin(hWndTo, &to))
        return 0;
    LONG dx = from.x - to.x, dy = from.y - to.y;
    for (UINT i = 0; i < cPoints; i++)
        lpPoints[i] = (POINT){lpPoints[i].x + dx, lpPoints[i].y + dy};
    return (int)((DWORD)(WORD)dx | (DWORD)(WORD)dy << 16);
}

API(user32, BOOL, ClientToScreen, HWND hWnd, POINT *lpPoint) {
    return api_IsWindow(hWnd) && (api_MapWindowPoints(hWnd, NULL, lpPoint, 1), TRUE);
}

API(user32, BOOL, ScreenToClient, HWND hWnd, POINT *lpPoint) {
    return api_IsWindow(hWnd) && (api_MapWindowPoints(NULL, hWnd, lpPoint, 1), TRUE);
}

/* Stores the place that the window itself may have changed in WM_WINDOWPOSCHANGING. */
static void place(const WINDOWPOS *position) {
    user_lock();
    struct window *window = window_find(position->hwnd);
    if (window) {
        RECT rect = window->rect;
        POINT corner = {position->x, position->y}, size = {position->cx, position->cy};
        if (window->style & WS_CHILD && window->parent && window->parent != desktop) {
            RECT frame = frame_of(window->parent->style, window->parent->ex_style, window->parent->menu);
            corner.x += window->parent->rect.left + frame.left;
            corner.y += window->parent->rect.top + frame.top;
        }
        if (position->flags & SWP_NOMOVE)
            corner = (POINT){rect.left, rect.top};
        if (position->flags & SWP_NOSIZE)
            size = (POINT){rect.right - rect.left, rect.bottom - rect.top};
        window->rect = (RECT){corner.x, corner.y, corner.x + size.x, corner.y + size.y};
        if (!(position->flags & SWP_NOZORDER) && position->hwndInsertAfter != position->hwnd)
            restack(window, position->hwndInsertAfter);
        if (position->flags & SWP_SHOWWINDOW)
            window->style |= WS_VISIBLE;
        if (position->flags & SWP_HIDEWINDOW)
            window->style &= ~(DWORD)WS_VISIBLE;
    }
    user_unlock();
}

API(user32, BOOL, SetWindowPos, HWND hWnd, HWND hWndInsertAfter, int X, int Y, int cx, int cy, UINT uFlags) {
    WINDOWPOS position = {hWnd, hWndInsertAfter, X, Y, cx < 0 ? 0 : cx, cy < 0 ? 0 : cy, uFlags};
    if (!api_IsWindow(hWnd))
        return FALSE;
    window_send(hWnd, WM_WINDOWPOSCHANGING, 0, (LPARAM)&position, true);
    place(&position);
    window_send(hWnd, WM_WINDOWPOSCHANGED, 0, (LPARAM)&position, true);
    return TRUE;
}

API(user32, BOOL, MoveWindow, HWND hWnd, int X, int Y, int nWidth, int nHeight, BOOL bRepaint) {
    (void)bRepaint;
    return api_SetWindowPos(hWnd, NULL, X, Y, nWidth, nHeight, SWP_NOZORDER);
}

API(user32, HANDLE, BeginDeferWindowPos, int nNumWindows) {
    return nNumWindows < 0 ? (HANDLE)(LONG_PTR)fail(ERROR_INVALID_PARAMETER) : (HANDLE)(uintptr_t)1;
}

API(user32, HANDLE, DeferWindowPos, HANDLE hWinPosInfo, HWND hWnd, HWND hWndInsertAfter, int x, int y, int cx, int cy,
    UINT uFlags) {
    return api_SetWindowPos(hWnd, hWndInsertAfter, x, y, cx, cy, uFlags) ? hWinPosInfo : NULL;
}

API(user32, BOOL, EndDeferWindowPos, HANDLE hWinPosInfo) { return hWinPosInfo != NULL; }

typedef struct { UINT length, flags, showCmd; POINT ptMinPosition, ptMaxPosition; RECT rcNormalPosition; } WINDOWPLACEMENT;

API(user32, BOOL, GetWindowPlacement, HWND hWnd, WINDOWPLACEMENT *lpwndpl) {
    RECT rect;
    if (!window_rect(hWnd, &rect))
        return FALSE;
    *lpwndpl = (WINDOWPLACEMENT){sizeof *lpwndpl, 0, 1, {-1, -1}, {-1, -1}, rect}; /* SW_SHOWNORMAL */
    return TRUE;
}

API(user32, BOOL, SetWindowPlacement, HWND hWnd, const WINDOWPLACEMENT *lpwndpl) {
    const RECT *rect = &lpwndpl->rcNormalPosition;
    return api_MoveWindow(hWnd, rect->left, rect->top, rect->right - rect->left, rect->bottom - rect->top, FALSE) &&
           (api_ShowWindow(hWnd, (int)lpwndpl->showCmd), TRUE);
}
