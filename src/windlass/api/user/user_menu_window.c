/* The menus of windows ("About Menus": menu bars, the window menu). */
#include "user_menu.h"

enum { WS_SYSMENU = 0x00080000 };
enum { SC_SIZE = 0xF000, SC_MOVE = 0xF010, SC_MINIMIZE = 0xF020, SC_MAXIMIZE = 0xF030, SC_CLOSE = 0xF060, SC_RESTORE = 0xF120 };
API_USE(BOOL, DestroyMenu, HMENU);
API_USE(BOOL, AppendMenuW, HMENU, UINT, UINT_PTR, LPCWSTR);

API(user32, HMENU, GetMenu, HWND hWnd) {
    user_lock();
    const struct window *window = window_find(hWnd);
    HMENU menu = !window ? NULL : window->style & WS_CHILD ? (HMENU)window->id : window->menu;
    user_unlock();
    if (!window)
        no_window();
    return menu;
}

/* The menu before is not destroyed. */
API(user32, BOOL, SetMenu, HWND hWnd, HMENU hMenu) {
    DWORD error = ERROR_SUCCESS;
    user_lock();
    struct window *window = window_find(hWnd);
    if (!window)
        error = ERROR_INVALID_WINDOW_HANDLE;
    else if (window->style & WS_CHILD)
        error = ERROR_INVALID_PARAMETER;
    else if (hMenu && !user_object_find(hMenu, USER_MENU))
        error = ERROR_INVALID_MENU_HANDLE;
    else
        window->menu = hMenu;
    user_unlock();
    return error ? fail(error) : TRUE;
}

API_USE(BOOL, IsWindow, HWND);
API(user32, BOOL, DrawMenuBar, HWND hWnd) { return api_IsWindow(hWnd); }

/* The window menu of every window with a title bar, as it is before a program changes it. */
static HMENU new_system_menu(void) {
    static const struct { UINT flags, id; const WCHAR *text; } items[] = {
        {0, SC_RESTORE, u"&Restore"}, {0, SC_MOVE, u"&Move"}, {0, SC_SIZE, u"&Size"}, {0, SC_MINIMIZE, u"Mi&nimize"},
        {0, SC_MAXIMIZE, u"Ma&ximize"}, {MF_SEPARATOR, 0, NULL}, {0, SC_CLOSE, u"&Close\tAlt+F4"},
    };
    HMENU menu = menu_create(true);
    for (size_t i = 0; menu && i < sizeof items / sizeof *items; i++)
        api_AppendMenuW(menu, items[i].flags, items[i].id, items[i].text);
    return menu;
}

static HMENU swap_system_menu(HWND handle, HMENU fresh, bool *has) {
    user_lock();
    struct window *window = window_find(handle);
    HMENU old = window ? window->system_menu : NULL;
    *has = window && window->style & WS_SYSMENU;
    if (*has)
        window->system_menu = fresh;
    user_unlock();
    if (!window)
        no_window();
    return old;
}

/* A copy that the program may change; bRevert throws it away. */
API(user32, HMENU, GetSystemMenu, HWND hWnd, BOOL bRevert) {
    bool has;
    HMENU old = swap_system_menu(hWnd, NULL, &has);
    if (bRevert) {
        if (has && old)
            api_DestroyMenu(old);
        return NULL;
    }
    HMENU menu = has ? old ? old : new_system_menu() : NULL;
    swap_system_menu(hWnd, menu, &has);
    return menu;
}

/* ---- where items are on the screen: nowhere ---- */

API(user32, BOOL, GetMenuItemRect, HWND hWnd, HMENU hMenu, UINT uItem, RECT *lprcItem) {
    user_lock();
    bool found = menu_item_find(hMenu, uItem, true, NULL) != NULL;
    user_unlock();
    *lprcItem = (RECT){0, 0, 0, 0};
    return (void)hWnd, found ? fail(ERROR_NOT_SUPPORTED) : FALSE;
}

API(user32, int, MenuItemFromPoint, HWND hWnd, HMENU hMenu, POINT ptScreen) {
    return (void)hWnd, (void)hMenu, (void)ptScreen, -1;
}

typedef struct { DWORD cbSize; RECT rcBar; HMENU hMenu; HWND hwndMenu; DWORD focus; } MENUBARINFO;
enum { OBJID_MENU = -3, OBJID_CLIENT = -4, OBJID_SYSMENU = -1 };

API(user32, BOOL, GetMenuBarInfo, HWND hwnd, LONG idObject, LONG idItem, MENUBARINFO *pmbi) {
    (void)idItem;
    if (!pmbi || pmbi->cbSize != sizeof *pmbi || idObject > OBJID_SYSMENU || idObject < OBJID_CLIENT)
        return fail(ERROR_INVALID_PARAMETER);
    HMENU menu = idObject == OBJID_MENU ? api_GetMenu(hwnd) : idObject == OBJID_SYSMENU ? api_GetSystemMenu(hwnd, FALSE) : NULL;
    *pmbi = (MENUBARINFO){.cbSize = sizeof *pmbi, .hMenu = menu};
    return menu != NULL;
}

API(user32, BOOL, EndMenu, void) { return FALSE; }
