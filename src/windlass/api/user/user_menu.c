/* Menus and their items ("Menus"). */
#include "user_menu.h"

enum { NOT_FOUND = -1 };
enum { GMDI_USEDISABLED = 1, GMDI_GOINTOPOPUPS = 2 };

struct menu *menu_find(HMENU handle) {
    struct menu *menu = user_object_find(handle, USER_MENU);
    if (!menu)
        set_last_error(ERROR_INVALID_MENU_HANDLE);
    return menu;
}

static struct menu_item *find_id(struct menu *menu, UINT id, struct menu **owner) {
    struct menu_item *popup = NULL;     /* a submenu of this number, if no command has it */
    struct menu *popup_owner = menu;
    for (UINT i = 0; menu && i < menu->count; i++) {
        struct menu_item *item = &menu->items[i], *below = NULL;
        if (item->submenu)
            below = find_id(user_object_find(item->submenu, USER_MENU), id, owner);
        if (below && !below->submenu)
            return below;
        if (item->id == id && !item->submenu)
            return *owner = menu, item;
        if (!popup && (below || item->id == id)) {
            popup = below ? below : item;
            popup_owner = below ? *owner : menu;
        }
    }
    *owner = popup_owner;
    return popup;
}

struct menu_item *menu_item_find(HMENU handle, UINT item, bool by_position, struct menu **owner) {
    struct menu *menu = menu_find(handle), *other;
    owner = owner ? owner : &other;
    *owner = menu;
    if (!menu)
        return NULL;
    struct menu_item *found = by_position ? item < menu->count ? &menu->items[item] : NULL : find_id(menu, item, owner);
    if (!found)
        set_last_error(ERROR_MENU_ITEM_NOT_FOUND);
    return found;
}

bool menu_insert(struct menu *menu, UINT position, const struct menu_item *item) {
    if (menu->count == menu->capacity) {
        UINT capacity = menu->capacity ? menu->capacity * 2 : 8;
        struct menu_item *larger = realloc(menu->items, capacity * sizeof *larger);
        if (!larger)
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        menu->items = larger;
        menu->capacity = capacity;
    }
    position = position < menu->count ? position : menu->count;
    memmove(menu->items + position + 1, menu->items + position, (menu->count - position) * sizeof *item);
    menu->items[position] = *item;
    menu->count++;
    return true;
}

/* ---- creating and destroying ---- */

HMENU menu_create(bool is_popup) {
    struct menu *menu = calloc(1, sizeof *menu);
    user_lock();
    HMENU handle = menu ? user_object_add(&menu->head, USER_MENU) : NULL;
    if (handle)
        menu->is_popup = is_popup;
    user_unlock();
    if (!handle) {
        free(menu);
        set_last_error(ERROR_NOT_ENOUGH_MEMORY);
    }
    return handle;
}

API(user32, HMENU, CreateMenu, void) { return menu_create(false); }
API(user32, HMENU, CreatePopupMenu, void) { return menu_create(true); }

static void destroy(struct menu *menu) {
    user_object_remove(&menu->head);
    for (UINT i = 0; i < menu->count; i++) {
        struct menu *below = user_object_find(menu->items[i].submenu, USER_MENU);
        if (below)
            destroy(below);
        free(menu->items[i].text);
    }
    free(menu->items);
    free(menu);
}

API(user32, BOOL, DestroyMenu, HMENU hMenu) {
    user_lock();
    struct menu *menu = menu_find(hMenu);
    if (menu)
        destroy(menu);
    user_unlock();
    return menu != NULL;
}

API(user32, BOOL, IsMenu, HMENU hMenu) {
    user_lock();
    bool found = menu_find(hMenu) != NULL;
    user_unlock();
    return found;
}

/* ---- items of the older functions ("AppendMenuW function") ---- */

/* What flags, number and content describe; false out of memory. */
static bool item_from_flags(struct menu_item *item, UINT flags, UINT_PTR id, const void *content, bool is_unicode) {
    *item = (struct menu_item){.type = flags & MENU_TYPES & ~(UINT)MFT_RADIOCHECK, .state = flags & (MENU_STATES & ~MF_DEFAULT),
                               .id = (UINT)id, .submenu = flags & MF_POPUP ? (HMENU)id : NULL};
    if (flags & MF_OWNERDRAW) {
        item->data = (ULONG_PTR)content;
    } else if (flags & MF_BITMAP) {
        item->bitmap = (HBITMAP)(uintptr_t)content;
    } else if (flags & MF_SEPARATOR || !content) {
        item->type |= MF_SEPARATOR;
        item->state |= flags & MF_SEPARATOR ? MF_GRAYED | MF_DISABLED : 0;
    } else {
        item->text = is_unicode ? wide_duplicate(content) : wide_from_ansi(content);
        return item->text ? true : fail(ERROR_NOT_ENOUGH_MEMORY);
    }
    return true;
}

static BOOL insert_item(HMENU handle, UINT position, UINT flags, UINT_PTR id, const void *content, bool is_unicode) {
    struct menu_item item;
    if (!item_from_flags(&item, flags, id, content, is_unicode))
        return FALSE;
    bool done = false;
    user_lock();
    struct menu *menu = menu_find(handle), *owner = menu;
    if (menu && !(flags & MF_BYPOSITION)) {
        const struct menu_item *before = position == (UINT)-1 ? NULL : find_id(menu, position, &owner);
        owner = before ? owner : menu;
        position = before ? (UINT)(before - owner->items) : owner->count;
    }
    struct menu *below = flags & MF_POPUP ? user_object_find(item.submenu, USER_MENU) : NULL;
    if (menu)
        done = menu_insert(owner, position, &item);
    if (done && below)
        below->is_popup = true;
    user_unlock();
    if (!done)
        free(item.text);
    return done;
}

API(user32, BOOL, InsertMenuW, HMENU hMenu, UINT uPosition, UINT uFlags, UINT_PTR uIDNewItem, LPCWSTR lpNewItem) {
    return insert_item(hMenu, uPosition, uFlags, uIDNewItem, lpNewItem, true);
}
API(user32, BOOL, InsertMenuA, HMENU hMenu, UINT uPosition, UINT uFlags, UINT_PTR uIDNewItem, LPCSTR lpNewItem) {
    return insert_item(hMenu, uPosition, uFlags, uIDNewItem, lpNewItem, false);
}
API(user32, BOOL, AppendMenuW, HMENU hMenu, UINT uFlags, UINT_PTR uIDNewItem, LPCWSTR lpNewItem) {
    return insert_item(hMenu, (UINT)-1, uFlags | MF_BYPOSITION, uIDNewItem, lpNewItem, true);
}
API(user32, BOOL, AppendMenuA, HMENU hMenu, UINT uFlags, UINT_PTR uIDNewItem, LPCSTR lpNewItem) {
    return insert_item(hMenu, (UINT)-1, uFlags | MF_BYPOSITION, uIDNewItem, lpNewItem, false);
}

/* A submenu that is replaced by something else is destroyed. */
static BOOL modify_item(HMENU handle, UINT position, UINT flags, UINT_PTR id, const void *content, bool is_unicode) {
    struct menu_item fresh;
    if (!item_from_flags(&fresh, flags, id, content, is_unicode))
        return FALSE;
    user_lock();
    struct menu_item *item = menu_item_find(handle, position, flags & MF_BYPOSITION, NULL);
    WCHAR *unused = fresh.text;
    if (item) {
        struct menu *below = item->submenu != fresh.submenu ? user_object_find(item->submenu, USER_MENU) : NULL;
        unused = item->text;
        fresh.checked = item->checked;
        fresh.unchecked = item->unchecked;
        *item = fresh;
        if (below)
            destroy(below);
    }
    user_unlock();
    free(unused);
    return item != NULL;
}

API(user32, BOOL, ModifyMenuW, HMENU hMnu, UINT uPosition, UINT uFlags, UINT_PTR uIDNewItem, LPCWSTR lpNewItem) {
    return modify_item(hMnu, uPosition, uFlags, uIDNewItem, lpNewItem, true);
}
API(user32, BOOL, ModifyMenuA, HMENU hMnu, UINT uPosition, UINT uFlags, UINT_PTR uIDNewItem, LPCSTR lpNewItem) {
    return modify_item(hMnu, uPosition, uFlags, uIDNewItem, lpNewItem, false);
}

static BOOL remove_item(HMENU handle, UINT position, UINT flags, bool destroys) {
    struct menu *owner;
    user_lock();
    struct menu_item *item = menu_item_find(handle, position, flags & MF_BYPOSITION, &owner);
    if (item) {
        struct menu *below = destroys ? user_object_find(item->submenu, USER_MENU) : NULL;
        free(item->text);
        memmove(item, item + 1, (size_t)(owner->items + --owner->count - item) * sizeof *item);
        if (below)
            destroy(below);
    }
    user_unlock();
    return item != NULL;
}

API(user32, BOOL, RemoveMenu, HMENU hMenu, UINT uPosition, UINT uFlags) {
    return remove_item(hMenu, uPosition, uFlags, false);
}
API(user32, BOOL, DeleteMenu, HMENU hMenu, UINT uPosition, UINT uFlags) {
    return remove_item(hMenu, uPosition, uFlags, true);
}

/* ---- facts ---- */

API(user32, int, GetMenuItemCount, HMENU hMenu) {
    user_lock();
    const struct menu *menu = menu_find(hMenu);
    int count = menu ? (int)menu->count : NOT_FOUND;
    user_unlock();
    return count;
}

API(user32, UINT, GetMenuItemID, HMENU hMenu, int nPos) {
    user_lock();
    const struct menu_item *item = menu_item_find(hMenu, (UINT)nPos, true, NULL);
    UINT id = item && !item->submenu ? item->id : (UINT)NOT_FOUND;
    user_unlock();
    return id;
}

API(user32, HMENU, GetSubMenu, HMENU hMenu, int nPos) {
    user_lock();
    const struct menu_item *item = menu_item_find(hMenu, (UINT)nPos, true, NULL);
    HMENU submenu = item ? item->submenu : NULL;
    user_unlock();
    return submenu;
}

/* For a submenu: its number of items in the upper byte. */
API(user32, UINT, GetMenuState, HMENU hMenu, UINT uId, UINT uFlags) {
    user_lock();
    const struct menu_item *item = menu_item_find(hMenu, uId, uFlags & MF_BYPOSITION, NULL);
    const struct menu *below = item ? user_object_find(item->submenu, USER_MENU) : NULL;
    UINT state = item ? item->type | item->state : (UINT)NOT_FOUND;
    if (below)
        state = below->count << 8 | ((state | MF_POPUP) & 0xff);
    user_unlock();
    return state;
}

/* A copy of an item's text, the empty one when it has none; NULL: there is no such item. */
static WCHAR *copy_text(HMENU menu, UINT item, UINT flags) {
    user_lock();
    const struct menu_item *found = menu_item_find(menu, item, flags & MF_BYPOSITION, NULL);
    WCHAR *text = found ? wide_duplicate(found->text ? found->text : u"") : NULL;
    user_unlock();
    return text;
}

API(user32, int, GetMenuStringW, HMENU hMenu, UINT uIDItem, LPWSTR lpString, int cchMax, UINT flags) {
    if (lpString && cchMax > 0)
        lpString[0] = 0;
    WCHAR *text = copy_text(hMenu, uIDItem, flags);
    size_t length = text ? wide_length(text) : 0;
    if (text && lpString && cchMax > 0) {
        length = length < (size_t)cchMax ? length : (size_t)cchMax - 1;
        memcpy(lpString, text, length * sizeof *text);
        lpString[length] = 0;
    }
    free(text);
    return (int)length;
}

API(user32, int, GetMenuStringA, HMENU hMenu, UINT uIDItem, LPSTR lpString, int cchMax, UINT flags) {
    if (lpString && cchMax > 0)
        lpString[0] = 0;
    WCHAR *wide = copy_text(hMenu, uIDItem, flags);
    char *text = wide ? ansi_from_wide(wide) : NULL;
    size_t length = text ? strlen(text) : 0;
    if (text && lpString && cchMax > 0) {
        length = length < (size_t)cchMax ? length : (size_t)cchMax - 1;
        memcpy(lpString, text, length);
        lpString[length] = 0;
    }
    free(wide);
    free(text);
    return (int)length;
}

/* ---- states ---- */

/* Sets the bits of `mask` as given, and returns how they were; -1: no such item. */
static int change_state(HMENU menu, UINT item, UINT flags, UINT mask) {
    user_lock();
    struct menu_item *found = menu_item_find(menu, item, flags & MF_BYPOSITION, NULL);
    int old = found ? (int)(found->state & mask) : NOT_FOUND;
    if (found)
        found->state = (found->state & ~mask) | (flags & mask);
    user_unlock();
    return old;
}

API(user32, DWORD, CheckMenuItem, HMENU hMenu, UINT uIDCheckItem, UINT uCheck) {
    return (DWORD)change_state(hMenu, uIDCheckItem, uCheck, MF_CHECKED);
}

API(user32, BOOL, EnableMenuItem, HMENU hMenu, UINT uIDEnableItem, UINT uEnable) {
    return change_state(hMenu, uIDEnableItem, uEnable, MF_GRAYED | MF_DISABLED);
}

API(user32, BOOL, HiliteMenuItem, HWND hWnd, HMENU hMenu, UINT uIDHiliteItem, UINT uHilite) {
    (void)hWnd;
    return change_state(hMenu, uIDHiliteItem, uHilite, MF_HILITE) != NOT_FOUND;
}

/* The bullet moves to one item of a group in one menu. */
API(user32, BOOL, CheckMenuRadioItem, HMENU hmenu, UINT first, UINT last, UINT check, UINT flags) {
    bool by_position = flags & MF_BYPOSITION, done = false;
    struct menu *group = NULL;
    user_lock();
    for (UINT each = first; each <= last && menu_find(hmenu); each++) {
        struct menu *owner;
        struct menu_item *item = menu_item_find(hmenu, each, by_position, &owner);
        if (!item || (group && owner != group) || item->type & MF_SEPARATOR)
            continue;
        group = owner;
        item->state &= ~(UINT)MF_CHECKED;
        if (each == check) {
            item->type |= MFT_RADIOCHECK;
            item->state |= MF_CHECKED;
            done = true;
        }
        if (each == (UINT)-1)
            break;
    }
    user_unlock();
    return done;
}

API(user32, BOOL, SetMenuItemBitmaps, HMENU hMenu, UINT uPosition, UINT uFlags, HBITMAP hBitmapUnchecked,
    HBITMAP hBitmapChecked) {
    user_lock();
    struct menu_item *item = menu_item_find(hMenu, uPosition, uFlags & MF_BYPOSITION, NULL);
    if (item) {
        item->unchecked = hBitmapUnchecked;
        item->checked = hBitmapChecked;
    }
    user_unlock();
    return item != NULL;
}

API(user32, BOOL, SetMenuDefaultItem, HMENU hMenu, UINT uItem, UINT fByPos) {
    user_lock();
    struct menu *menu = menu_find(hMenu), *owner = menu;
    bool clears = uItem == (UINT)-1;
    struct menu_item *item = menu && !clears ? menu_item_find(hMenu, uItem, fByPos, &owner) : NULL;
    bool done = menu && (clears || (item && owner == menu));
    for (UINT i = 0; done && i < menu->count; i++)
        menu->items[i].state &= ~(UINT)MF_DEFAULT;
    if (done && item)
        item->state |= MF_DEFAULT;
    user_unlock();
    return done;
}

static UINT find_default(const struct menu *menu, bool by_position, UINT flags) {
    UINT i = 0;
    while (menu && i < menu->count && !(menu->items[i].state & MF_DEFAULT))
        i++;
    if (!menu || i == menu->count)
        return (UINT)NOT_FOUND;
    const struct menu_item *item = &menu->items[i];
    if (item->state & MF_DISABLED && !(flags & GMDI_USEDISABLED))
        return (UINT)NOT_FOUND;
    if (item->submenu && flags & GMDI_GOINTOPOPUPS) {
        UINT below = find_default(user_object_find(item->submenu, USER_MENU), by_position, flags);
        if (below != (UINT)NOT_FOUND)
            return below;
    }
    return by_position ? i : item->id;
}

API(user32, UINT, GetMenuDefaultItem, HMENU hMenu, UINT fByPos, UINT gmdiFlags) {
    user_lock();
    UINT found = find_default(menu_find(hMenu), fByPos, gmdiFlags);
    user_unlock();
    return found;
}

API_USE(int, GetSystemMetrics, int);

/* SM_CXMENUCHECK and SM_CYMENUCHECK. */
API(user32, LONG, GetMenuCheckMarkDimensions, void) {
    return (LONG)((DWORD)(WORD)api_GetSystemMetrics(71) | (DWORD)api_GetSystemMetrics(72) << 16);
}
