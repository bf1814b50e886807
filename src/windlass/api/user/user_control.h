/* The standard controls ("Button", "Edit", "Static", "List Box", "Combo Box", "Scroll Bar"): windows that answer their
 * messages and tell their parents, and are never drawn. All take messages in UTF-16. */
#ifndef WINDLASS_USER_CONTROL_H
#define WINDLASS_USER_CONTROL_H

#include "user.h"

/* The answers to WM_GETDLGCODE. */
enum { DLGC_WANTALLKEYS = 4, DLGC_HASSETSEL = 8, DLGC_DEFPUSHBUTTON = 0x10, DLGC_UNDEFPUSHBUTTON = 0x20,
       DLGC_RADIOBUTTON = 0x40, DLGC_WANTCHARS = 0x80, DLGC_STATIC = 0x100, DLGC_BUTTON = 0x2000 };
enum { VK_TAB = 9, VK_RETURN = 13, VK_ESCAPE = 27, VK_SPACE = 32, VK_LEFT = 37, VK_UP = 38, VK_RIGHT = 39, VK_DOWN = 40 };

LRESULT WINAPI button_procedure(HWND handle, UINT message, WPARAM wParam, LPARAM lParam);
LRESULT WINAPI edit_procedure(HWND handle, UINT message, WPARAM wParam, LPARAM lParam);
LRESULT WINAPI static_procedure(HWND handle, UINT message, WPARAM wParam, LPARAM lParam);
LRESULT WINAPI list_box_procedure(HWND handle, UINT message, WPARAM wParam, LPARAM lParam);
LRESULT WINAPI combo_box_procedure(HWND handle, UINT message, WPARAM wParam, LPARAM lParam);
LRESULT WINAPI scroll_bar_procedure(HWND handle, UINT message, WPARAM wParam, LPARAM lParam);

API_USE(LRESULT, DefWindowProcW, HWND, UINT, WPARAM, LPARAM);
API_USE(LRESULT, DefDlgProcW, HWND, UINT, WPARAM, LPARAM);

/* A control's own data, zeroed when first asked for; NULL when the window is gone. Only its thread uses it. */
void *control_state(HWND handle, size_t size, void (*free_state)(void *));
DWORD control_style(HWND handle);

/* WM_COMMAND to the parent with what happened. */
void control_notify(HWND handle, WORD code);

/* WM_SETFONT and WM_GETFONT of every control; false: another message. */
bool control_font(HANDLE *font, UINT message, WPARAM wParam, LRESULT *result);

/* ---- the clipboard (user_edit_clipboard.c) ---- */

void edit_copy(HWND window, const WCHAR *text, size_t length);
/* The text on it, from malloc(); NULL: none. */
WCHAR *edit_pasted(HWND window);

/* ---- items of list and combo boxes (user_items.c) ---- */

enum { ITEM_ERROR = -1, ITEM_NO_SPACE = -2 };

struct item {
    WCHAR *text;                        /* NULL: the owner draws, and there is none */
    ULONG_PTR data;
    bool is_selected;
};

struct items {
    struct item *list;
    int count, capacity;
    bool has_texts, is_sorted;
};

/* The new place, or ITEM_NO_SPACE. A place of -1 is the end; `sorts`: wherever the order wants it. */
int items_insert(struct items *items, int place, LPARAM content, bool sorts);
bool items_delete(struct items *items, int place);
void items_clear(struct items *items);
/* The next one after `start`, around the end, that begins with the text or is the text, in any case; ITEM_ERROR. */
int items_find(const struct items *items, int start, LPARAM content, bool exact);
/* The length, and the text or data where `out` is given; ITEM_ERROR. */
LRESULT items_text(const struct items *items, int place, void *out);

#endif
