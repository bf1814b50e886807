/* Menus and items as structures ("MENUITEMINFOW structure", "MENUINFO structure"). */
#include "user_menu.h"

#include <stddef.h>

typedef struct {
    UINT cbSize, fMask, fType, fState, wID;
    HMENU hSubMenu;
    HBITMAP hbmpChecked, hbmpUnchecked;
    ULONG_PTR dwItemData;
    void *dwTypeData;
    UINT cch;
    HBITMAP hbmpItem;
} MENUITEMINFO;

typedef struct {
    DWORD cbSize, fMask, dwStyle;
    UINT cyMax;
    HBRUSH hbrBack;
    DWORD dwContextHelpID;
    ULONG_PTR dwMenuData;
} MENUINFO;

enum { MIIM_STATE = 1, MIIM_ID = 2, MIIM_SUBMENU = 4, MIIM_CHECKMARKS = 8, MIIM_TYPE = 0x10, MIIM_DATA = 0x20,
       MIIM_STRING = 0x40, MIIM_BITMAP = 0x80, MIIM_FTYPE = 0x100 };
enum { MIM_MAXHEIGHT = 1, MIM_BACKGROUND = 2, MIM_HELPID = 4, MIM_MENUDATA = 8, MIM_STYLE = 0x10,
       MIM_APPLYTOSUBMENUS = (int)0x80000000 };

/* Programs for Windows 95 do not know hbmpItem. */
static bool is_info(const MENUITEMINFO *info) {
    bool known = info && (info->cbSize == sizeof *info || info->cbSize == offsetof(MENUITEMINFO, hbmpItem));
    if (!known || (info->fMask & MIIM_TYPE && info->fMask & (MIIM_STRING | MIIM_BITMAP | MIIM_FTYPE)))
        return fail(ERROR_INVALID_PARAMETER);
    return true;
}

static bool has_text(UINT type) { return !(type & (MF_BITMAP | MF_SEPARATOR)); }

/* What MIIM_TYPE does in one: the kind of an item and its content. */
static void set_type(struct menu_item *item, const MENUITEMINFO *info, WCHAR **text) {
    item->type = info->fType & MENU_TYPES;
    if (item->type & MF_BITMAP)
        item->bitmap = info->dwTypeData;
    if (!has_text(item->type))
        return;
    WCHAR *old = item->text;
    item->text = *text;
    *text = old;
}

/* Changes an item; *text is the new text, and the old one afterwards. */
static void set_item(struct menu_item *item, const MENUITEMINFO *info, WCHAR **text) {
    if (info->fMask & MIIM_FTYPE)
        item->type = info->fType & MENU_TYPES;
    if (info->fMask & MIIM_TYPE)
        set_type(item, info, text);
    if (info->fMask & MIIM_STRING) {
        WCHAR *old = item->text;
        item->text = *text;
        *text = old;
    }
    if (info->fMask & MIIM_BITMAP)
        item->bitmap = info->cbSize == sizeof *info ? info->hbmpItem : NULL;
    if (info->fMask & MIIM_STATE)
        item->state = info->fState & MENU_STATES;
    if (info->fMask & MIIM_ID)
        item->id = info->wID;
    if (info->fMask & MIIM_SUBMENU) {
        struct menu *below = user_object_find(info->hSubMenu, USER_MENU);
        item->submenu = info->hSubMenu;
        if (below)
            below->is_popup = true;
    }
    if (info->fMask & MIIM_CHECKMARKS) {
        item->checked = info->hbmpChecked;
        item->unchecked = info->hbmpUnchecked;
    }
    if (info->fMask & MIIM_DATA)
        item->data = info->dwItemData;
    if (!item->text && !item->bitmap && !(item->type & MF_OWNERDRAW)) /* "a separator" is what has no content */
        item->type |= info->fMask & (MIIM_TYPE | MIIM_STRING) ? MF_SEPARATOR : 0;
}

/* A copy of the text that an item is to have; NULL: none, *failed: out of memory. */
static WCHAR *new_text(const MENUITEMINFO *info, bool is_unicode, bool *failed) {
    bool wanted = info->fMask & MIIM_STRING || (info->fMask & MIIM_TYPE && has_text(info->fType) && !(info->fType & MF_OWNERDRAW));
    *failed = false;
    if (!wanted || !info->dwTypeData)
        return NULL;
    WCHAR *text = is_unicode ? wide_duplicate(info->dwTypeData) : wide_from_ansi(info->dwTypeData);
    *failed = !text;
    return text;
}

static BOOL change_item(HMENU menu, UINT item, bool by_position, const MENUITEMINFO *info, bool is_unicode) {
    bool failed;
    if (!is_info(info))
        return FALSE;
    WCHAR *text = new_text(info, is_unicode, &failed);
    if (failed)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    user_lock();
    struct menu_item *found = menu_item_find(menu, item, by_position, NULL);
    if (found)
        set_item(found, info, &text);
    user_unlock();
    free(text);
    return found != NULL;
}

API(user32, BOOL, SetMenuItemInfoW, HMENU hmenu, UINT item, BOOL fByPositon, const MENUITEMINFO *lpmii) {
    return change_item(hmenu, item, fByPositon, lpmii, true);
}
API(user32, BOOL, SetMenuItemInfoA, HMENU hmenu, UINT item, BOOL fByPositon, const MENUITEMINFO *lpmii) {
    return change_item(hmenu, item, fByPositon, lpmii, false);
}

static BOOL insert_item(HMENU handle, UINT item, bool by_position, const MENUITEMINFO *info, bool is_unicode) {
    bool failed, done = false;
    struct menu_item fresh = {0};
    if (!is_info(info))
        return FALSE;
    WCHAR *text = new_text(info, is_unicode, &failed);
    if (failed)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    user_lock();
    struct menu *menu = menu_find(handle), *owner = menu;
    const struct menu_item *before = menu ? menu_item_find(handle, item, by_position, &owner) : NULL;
    if (menu) {
        set_item(&fresh, info, &text);
        owner = before ? owner : menu;
        done = menu_insert(owner, before ? (UINT)(before - owner->items) : owner->count, &fresh);
    }
    user_unlock();
    free(text);
    if (!done)
        free(fresh.text);
    return done;
}

API(user32, BOOL, InsertMenuItemW, HMENU hmenu, UINT item, BOOL fByPosition, const MENUITEMINFO *lpmi) {
    return insert_item(hmenu, item, fByPosition, lpmi, true);
}
API(user32, BOOL, InsertMenuItemA, HMENU hmenu, UINT item, BOOL fByPosition, const MENUITEMINFO *lpmi) {
    return insert_item(hmenu, item, fByPosition, lpmi, false);
}

/* The text, as much as fits; without a buffer its length alone. */
static void give_text(const WCHAR *text, MENUITEMINFO *info, bool is_unicode) {
    char *ansi = is_unicode ? NULL : ansi_from_wide(text ? text : u"");
    size_t unit = is_unicode ? sizeof *text : 1;
    size_t length = is_unicode ? text ? wide_length(text) : 0 : ansi ? strlen(ansi) : 0;
    if (info->dwTypeData && info->cch) {
        length = length < info->cch ? length : info->cch - 1;
        memcpy(info->dwTypeData, is_unicode ? (const void *)(text ? text : u"") : ansi ? ansi : "", length * unit);
        memset((BYTE *)info->dwTypeData + length * unit, 0, unit);
    }
    info->cch = (UINT)length;
    free(ansi);
}

static void get_type(const struct menu_item *item, MENUITEMINFO *info, bool is_unicode) {
    info->fType = item->type;
    if (item->bitmap) {
        info->fType |= MF_BITMAP;
        info->dwTypeData = item->bitmap;
    } else if (has_text(item->type)) {
        give_text(item->text, info, is_unicode);
    } else {
        info->dwTypeData = NULL;
        info->cch = 0;
    }
}

static void get_item(const struct menu_item *item, MENUITEMINFO *info, bool is_unicode) {
    if (info->fMask & MIIM_TYPE)
        get_type(item, info, is_unicode);
    if (info->fMask & MIIM_FTYPE)
        info->fType = item->type;
    if (info->fMask & MIIM_STRING)
        give_text(item->text, info, is_unicode);
    if (info->fMask & MIIM_BITMAP && info->cbSize == sizeof *info)
        info->hbmpItem = item->bitmap;
    if (info->fMask & MIIM_STATE)
        info->fState = item->state;
    if (info->fMask & MIIM_ID)
        info->wID = item->id;
    info->hSubMenu = info->fMask & MIIM_SUBMENU ? item->submenu : NULL;
    if (info->fMask & MIIM_CHECKMARKS) {
        info->hbmpChecked = item->checked;
        info->hbmpUnchecked = item->unchecked;
    }
    if (info->fMask & MIIM_DATA)
        info->dwItemData = item->data;
}

static BOOL give_item(HMENU menu, UINT item, bool by_position, MENUITEMINFO *info, bool is_unicode) {
    if (!is_info(info))
        return FALSE;
    user_lock();
    const struct menu_item *found = menu_item_find(menu, item, by_position, NULL);
    if (found)
        get_item(found, info, is_unicode);
    user_unlock();
    return found != NULL;
}

API(user32, BOOL, GetMenuItemInfoW, HMENU hmenu, UINT item, BOOL fByPosition, MENUITEMINFO *lpmii) {
    return give_item(hmenu, item, fByPosition, lpmii, true);
}
API(user32, BOOL, GetMenuItemInfoA, HMENU hmenu, UINT item, BOOL fByPosition, MENUITEMINFO *lpmii) {
    return give_item(hmenu, item, fByPosition, lpmii, false);
}

/* ---- whole menus ---- */

static void set_menu(struct menu *menu, const MENUINFO *info) {
    if (info->fMask & MIM_MAXHEIGHT)
        menu->max_height = info->cyMax;
    if (info->fMask & MIM_BACKGROUND)
        menu->background = info->hbrBack;
    if (info->fMask & MIM_HELPID)
        menu->help_id = info->dwContextHelpID;
    if (info->fMask & MIM_MENUDATA)
        menu->data = info->dwMenuData;
    if (info->fMask & MIM_STYLE)
        menu->style = info->dwStyle;
    for (UINT i = 0; info->fMask & (DWORD)MIM_APPLYTOSUBMENUS && i < menu->count; i++) {
        struct menu *below = user_object_find(menu->items[i].submenu, USER_MENU);
        if (below)
            set_menu(below, info);
    }
}

API(user32, BOOL, SetMenuInfo, HMENU hMenu, const MENUINFO *lpcmi) {
    if (!lpcmi || lpcmi->cbSize != sizeof *lpcmi)
        return fail(ERROR_INVALID_PARAMETER);
    user_lock();
    struct menu *menu = menu_find(hMenu);
    if (menu)
        set_menu(menu, lpcmi);
    user_unlock();
    return menu != NULL;
}

API(user32, BOOL, GetMenuInfo, HMENU hMenu, MENUINFO *lpcmi) {
    if (!lpcmi || lpcmi->cbSize != sizeof *lpcmi)
        return fail(ERROR_INVALID_PARAMETER);
    user_lock();
    const struct menu *menu = menu_find(hMenu);
    DWORD mask = menu ? lpcmi->fMask : 0;
    if (mask & MIM_MAXHEIGHT)
        lpcmi->cyMax = menu->max_height;
    if (mask & MIM_BACKGROUND)
        lpcmi->hbrBack = menu->background;
    if (mask & MIM_HELPID)
        lpcmi->dwContextHelpID = menu->help_id;
    if (mask & MIM_MENUDATA)
        lpcmi->dwMenuData = menu->data;
    if (mask & MIM_STYLE)
        lpcmi->dwStyle = menu->style;
    user_unlock();
    return menu != NULL;
}

API(user32, BOOL, SetMenuContextHelpId, HMENU hmenu, DWORD id) {
    const MENUINFO info = {.cbSize = sizeof info, .fMask = MIM_HELPID, .dwContextHelpID = id};
    return api_SetMenuInfo(hmenu, &info);
}

API(user32, DWORD, GetMenuContextHelpId, HMENU hmenu) {
    MENUINFO info = {.cbSize = sizeof info, .fMask = MIM_HELPID};
    return api_GetMenuInfo(hmenu, &info) ? info.dwContextHelpID : 0;
}
