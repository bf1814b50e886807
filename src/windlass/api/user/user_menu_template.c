/* Menus from resources ("MENUHEADER structure", "MENUEX_TEMPLATE_HEADER structure"). A template in memory has no length;
 * one in a resource is read no further than the resource goes. */
#include "user_menu.h"

enum { RT_MENU = 4, MF_END = 0x80, MFR_POPUP = 1, MFR_END = 0x80 };
API_USE(BOOL, DestroyMenu, HMENU);

struct template {
    const BYTE *start, *at, *end;
};

static bool take(struct template *template, void *to, size_t size) {
    if ((size_t)(template->end - template->at) < size)
        return false;
    memcpy(to, template->at, size);
    template->at += size;
    return true;
}

/* The zero-terminated text; NULL when it does not end, or out of memory. */
static WCHAR *take_text(struct template *template) {
    const BYTE *start = template->at;
    for (WCHAR unit = 1; unit;)
        if (!take(template, &unit, sizeof unit))
            return NULL;
    WCHAR *copy = malloc((size_t)(template->at - start));
    if (copy)
        memcpy(copy, start, (size_t)(template->at - start));
    return copy;
}

static void align(struct template *template) {
    size_t odd = (size_t)(template->at - template->start) & 3;
    template->at += odd && (size_t)(template->end - template->at) >= 4 - odd ? 4 - odd : 0;
}

static bool add_item(HMENU menu, const struct menu_item *item) {
    user_lock();
    struct menu *found = menu_find(menu);
    bool done = found && menu_insert(found, found->count, item);
    user_unlock();
    if (!done)
        free(item->text);
    return done;
}

static bool read_items(struct template *template, HMENU menu, unsigned depth);
static bool read_extended_items(struct template *template, HMENU menu, unsigned depth);
enum { MAX_DEPTH = 64 };

static HMENU read_submenu(struct template *template, unsigned depth, bool extended) {
    HMENU below = depth < MAX_DEPTH ? menu_create(true) : NULL;
    if (below && !(extended ? read_extended_items : read_items)(template, below, depth + 1)) {
        api_DestroyMenu(below);
        return NULL;
    }
    return below;
}

/* Items of the first version: flags, a number but for submenus, text. */
static bool read_items(struct template *template, HMENU menu, unsigned depth) {
    for (WORD flags = 0; !(flags & MF_END);) {
        WORD id = 0;
        if (!take(template, &flags, sizeof flags) || (!(flags & MF_POPUP) && !take(template, &id, sizeof id)))
            return false;
        WCHAR *text = take_text(template);
        if (!text)
            return false;
        UINT rest = flags & ~(UINT)MF_END;
        struct menu_item item = {.type = rest & MENU_TYPES, .state = rest & MENU_STATES, .id = id, .text = text};
        if (flags & MF_POPUP)
            item.submenu = read_submenu(template, depth, false);
        if (!*text && !(flags & MF_POPUP)) {
            item.type |= MF_SEPARATOR;
            item.state |= MF_GRAYED | MF_DISABLED;
            item.text = (free(text), NULL);
        }
        if (flags & MF_POPUP && !item.submenu)
            return free(item.text), false;
        if (item.submenu)
            item.id = (UINT)(uintptr_t)item.submenu;
        if (!add_item(menu, &item))
            return false;
    }
    return true;
}

static bool read_extended_items(struct template *template, HMENU menu, unsigned depth) {
    for (WORD flags = 0; !(flags & MFR_END);) {
        struct { DWORD type, state, id; } head;
        DWORD help_id;
        align(template);
        if (!take(template, &head, sizeof head) || !take(template, &flags, sizeof flags))
            return false;
        WCHAR *text = take_text(template);
        if (!text)
            return false;
        struct menu_item item = {.type = head.type & MENU_TYPES, .state = head.state & MENU_STATES, .id = head.id, .text = text};
        align(template);
        if (flags & MFR_POPUP) {
            item.submenu = take(template, &help_id, sizeof help_id) ? read_submenu(template, depth, true) : NULL;
            if (!item.submenu)
                return free(text), false;
        } else if (!*text) {
            item.type |= MF_SEPARATOR;
            item.text = (free(text), NULL);
        }
        if (!add_item(menu, &item))
            return false;
    }
    return true;
}

static HMENU read_menu(const void *data, size_t size) {
    struct template template = {data, data, (const BYTE *)data + size};
    WORD version, offset;
    if (!data || !take(&template, &version, sizeof version) || !take(&template, &offset, sizeof offset) || version > 1 ||
        (size_t)(template.end - template.at) < offset) {
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    template.at += offset;
    HMENU menu = menu_create(false);
    if (menu && !(version ? read_extended_items : read_items)(&template, menu, 0)) {
        api_DestroyMenu(menu);
        set_last_error(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return menu;
}

API(user32, HMENU, LoadMenuIndirectW, const void *lpMenuTemplate) { return read_menu(lpMenuTemplate, PTRDIFF_MAX >> 16); }
API_ALIAS(api_LoadMenuIndirectW, ansi, user32, "LoadMenuIndirectA");

API(user32, HMENU, LoadMenuW, HINSTANCE hInstance, LPCWSTR lpMenuName) {
    DWORD size;
    const void *data = user_resource(hInstance, lpMenuName, RT_MENU, &size);
    return data ? read_menu(data, size) : NULL;
}

API(user32, HMENU, LoadMenuA, HINSTANCE hInstance, LPCSTR lpMenuName) {
    WCHAR *name = user_wide_name(lpMenuName);
    HMENU menu = api_LoadMenuW(hInstance, name);
    user_free_name(name);
    return menu;
}
