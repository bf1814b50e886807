/* Menus, shared by the user_menu*.c files ("About Menus"). A menu belongs to the window or the menu that shows it, and
 * goes with that. */
#ifndef WINDLASS_USER_MENU_H
#define WINDLASS_USER_MENU_H

#include "user.h"

typedef HANDLE HBITMAP;

/* Types (MFT_), states (MFS_) and what the older functions take (MF_) share their bits. */
enum {
    MF_GRAYED = 1, MF_DISABLED = 2, MF_BITMAP = 4, MF_CHECKED = 8, MF_POPUP = 0x10, MF_MENUBARBREAK = 0x20,
    MF_MENUBREAK = 0x40, MF_HILITE = 0x80, MF_OWNERDRAW = 0x100, MFT_RADIOCHECK = 0x200, MF_BYPOSITION = 0x400,
    MF_SEPARATOR = 0x800, MF_DEFAULT = 0x1000, MFT_RIGHTORDER = 0x2000, MFT_RIGHTJUSTIFY = 0x4000,
    MENU_TYPES = MF_BITMAP | MF_MENUBARBREAK | MF_MENUBREAK | MF_OWNERDRAW | MFT_RADIOCHECK | MF_SEPARATOR |
                 MFT_RIGHTORDER | MFT_RIGHTJUSTIFY,
    MENU_STATES = MF_GRAYED | MF_DISABLED | MF_CHECKED | MF_HILITE | MF_DEFAULT,
};

struct menu_item {
    UINT type, state;
    UINT id;
    HMENU submenu;
    HBITMAP checked, unchecked, bitmap;
    ULONG_PTR data;
    WCHAR *text;                        /* NULL: none */
};

struct menu {
    struct user_object head;
    bool is_popup;
    DWORD style, help_id;
    UINT max_height;
    HBRUSH background;
    ULONG_PTR data;
    struct menu_item *items;
    UINT count, capacity;
};

#define ERROR_INVALID_MENU_HANDLE 1401u
#define ERROR_MENU_ITEM_NOT_FOUND 1456u

HMENU menu_create(bool is_popup);

/* All under the user lock. NULL with ERROR_INVALID_MENU_HANDLE. */
struct menu *menu_find(HMENU handle);

/* By number in the menu and those below it, or by place in this one. *owner is the menu that has it. NULL with
 * ERROR_MENU_ITEM_NOT_FOUND or ERROR_INVALID_MENU_HANDLE. */
struct menu_item *menu_item_find(HMENU handle, UINT item, bool by_position, struct menu **owner);

/* Takes the text of `item` over; a place beyond the end is the end. False with ERROR_NOT_ENOUGH_MEMORY. */
bool menu_insert(struct menu *menu, UINT position, const struct menu_item *item);

#endif
