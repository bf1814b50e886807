/* Accelerator tables ("Keyboard Accelerators"): keys that stand for commands. */
#include "user_menu.h"

enum { RT_ACCELERATOR = 9, LAST_ENTRY = 0x80, FVIRTKEY = 1, FSHIFT = 4, FCONTROL = 8, FALT = 0x10, MAX_ENTRIES = 32767 };
enum { VK_SHIFT = 16, VK_CONTROL = 17, VK_MENU = 18, WM_SYSKEYDOWN = 0x104, WM_SYSCHAR = 0x106,
       CONTEXT_CODE = 1 << 29 };
#define ERROR_INVALID_ACCEL_HANDLE 1403u

typedef struct {
    BYTE fVirt;
    WORD key, cmd;
} ACCEL;

struct accelerators {
    struct user_object head;
    int count;
    ACCEL list[];
};
typedef HANDLE HACCEL;

API_USE(SHORT, GetKeyState, int);

static HACCEL add(struct accelerators *table) {
    user_lock();
    HACCEL handle = table ? user_object_add(&table->head, USER_ACCELERATORS) : NULL;
    user_unlock();
    if (!handle) {
        free(table);
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    }
    return handle;
}

static struct accelerators *table_new(int count) {
    struct accelerators *table = calloc(1, sizeof *table + (size_t)count * sizeof *table->list);
    if (table)
        table->count = count;
    return table;
}

API(user32, HACCEL, CreateAcceleratorTableW, const ACCEL *paccel, int cAccel) {
    if (!paccel || cAccel < 1 || cAccel > MAX_ENTRIES) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    struct accelerators *table = table_new(cAccel);
    for (int i = 0; table && i < cAccel; i++) {
        table->list[i] = paccel[i];
        table->list[i].fVirt &= (BYTE)~LAST_ENTRY;
    }
    return add(table);
}

static WORD wide_key(BYTE key) {
    const char text[2] = {(char)key, 0};
    WCHAR *wide = wide_from_ansi(text);
    WORD unit = wide ? wide[0] : key;
    free(wide);
    return unit;
}

API(user32, HACCEL, CreateAcceleratorTableA, const ACCEL *paccel, int cAccel) {
    HACCEL handle = api_CreateAcceleratorTableW(paccel, cAccel);
    user_lock();
    struct accelerators *table = user_object_find(handle, USER_ACCELERATORS);
    for (int i = 0; table && i < table->count; i++)
        if (!(table->list[i].fVirt & FVIRTKEY))
            table->list[i].key = wide_key((BYTE)table->list[i].key);
    user_unlock();
    return handle;
}

/* Entries of eight bytes, of which the last is marked. */
API(user32, HACCEL, LoadAcceleratorsW, HINSTANCE hInstance, LPCWSTR lpTableName) {
    DWORD size;
    const WORD *data = user_resource(hInstance, lpTableName, RT_ACCELERATOR, &size);
    if (!data)
        return NULL;
    int count = 0, fit = (int)(size / 8);
    while (count < fit && !(data[count++ * 4] & LAST_ENTRY)) {
    }
    struct accelerators *table = table_new(count);
    for (int i = 0; table && i < count; i++)
        table->list[i] = (ACCEL){(BYTE)(data[i * 4] & ~LAST_ENTRY), data[i * 4 + 1], data[i * 4 + 2]};
    return add(table);
}

API(user32, HACCEL, LoadAcceleratorsA, HINSTANCE hInstance, LPCSTR lpTableName) {
    WCHAR *name = user_wide_name(lpTableName);
    HACCEL handle = api_LoadAcceleratorsW(hInstance, name);
    user_free_name(name);
    return handle;
}

API(user32, BOOL, DestroyAcceleratorTable, HACCEL hAccel) {
    user_lock();
    struct accelerators *table = user_object_find(hAccel, USER_ACCELERATORS);
    if (table)
        user_object_remove(&table->head);
    user_unlock();
    free(table);
    return table ? TRUE : fail(ERROR_INVALID_ACCEL_HANDLE);
}

API(user32, int, CopyAcceleratorTableW, HACCEL hAccelSrc, ACCEL *lpAccelDst, int cAccelEntries) {
    user_lock();
    const struct accelerators *table = user_object_find(hAccelSrc, USER_ACCELERATORS);
    int count = table ? table->count : 0;
    if (lpAccelDst && count > cAccelEntries)
        count = cAccelEntries < 0 ? 0 : cAccelEntries;
    for (int i = 0; lpAccelDst && i < count; i++)
        lpAccelDst[i] = table->list[i];
    user_unlock();
    return table ? count : fail(ERROR_INVALID_ACCEL_HANDLE);
}
API_ALIAS(api_CopyAcceleratorTableW, ansi, user32, "CopyAcceleratorTableA");

/* ---- translating ---- */

static bool is_down(int key) { return api_GetKeyState(key) < 0; }

static bool matches(const ACCEL *entry, const MSG *message) {
    bool is_character = message->message == WM_CHAR || message->message == WM_SYSCHAR;
    if (entry->key != (WORD)message->wParam || is_character == (bool)(entry->fVirt & FVIRTKEY))
        return false;
    bool alt = message->lParam & CONTEXT_CODE;
    if (is_character)
        return alt == (bool)(entry->fVirt & FALT);
    return is_down(VK_SHIFT) == (bool)(entry->fVirt & FSHIFT) && is_down(VK_CONTROL) == (bool)(entry->fVirt & FCONTROL) &&
           (is_down(VK_MENU) || alt) == (bool)(entry->fVirt & FALT);
}

static bool find_command(HACCEL handle, const MSG *message, WORD *command) {
    user_lock();
    const struct accelerators *table = user_object_find(handle, USER_ACCELERATORS);
    int i = 0;
    while (table && i < table->count && !matches(&table->list[i], message))
        i++;
    bool found = table && i < table->count;
    if (found)
        *command = table->list[i].cmd;
    user_unlock();
    return found;
}

/* Whether the menu has an item of this number; *enabled: and it can be chosen. */
static bool menu_has(HMENU menu, WORD command, bool *enabled) {
    user_lock();
    const struct menu_item *item = menu && user_object_find(menu, USER_MENU) ? menu_item_find(menu, command, false, NULL) : NULL;
    if (item)
        *enabled = !(item->state & (MF_GRAYED | MF_DISABLED));
    user_unlock();
    return item != NULL;
}

/* "The message is WM_SYSCOMMAND for a command of the window menu"; nothing is sent for an item that is off. */
static void send_command(HWND handle, WORD command) {
    bool enabled = true;
    user_lock();
    const struct window *window = window_find(handle);
    HMENU menu = window && !(window->style & WS_CHILD) ? window->menu : NULL, system = window ? window->system_menu : NULL;
    bool is_off = !window || window->style & WS_DISABLED;
    user_unlock();
    bool is_system = menu_has(system, command, &enabled);
    if (!is_system)
        menu_has(menu, command, &enabled);
    if (is_off || !enabled)
        return;
    if (is_system)
        window_send(handle, WM_SYSCOMMAND, command, 1 << 16, true);
    else
        window_send(handle, WM_COMMAND, command | 1 << 16, 0, true);
}

API(user32, int, TranslateAcceleratorW, HWND hWnd, HACCEL hAccTable, const MSG *lpMsg) {
    WORD command;
    struct window_target target;
    if (!lpMsg || !hWnd || !window_target(hWnd, &target))
        return 0;
    if (lpMsg->message != WM_KEYDOWN && lpMsg->message != WM_SYSKEYDOWN && lpMsg->message != WM_CHAR &&
        lpMsg->message != WM_SYSCHAR)
        return 0;
    if (!find_command(hAccTable, lpMsg, &command))
        return 0;
    send_command(hWnd, command);
    return 1;
}
API_ALIAS(api_TranslateAcceleratorW, ansi, user32, "TranslateAcceleratorA");
API_ALIAS(api_TranslateAcceleratorW, plain, user32, "TranslateAccelerator");
