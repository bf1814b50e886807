/* What the standard controls have in common, and their classes. */
#include "user_control.h"

enum { CS_DBLCLKS = 8, CS_SAVEBITS = 0x800, CS_PARENTDC = 0x80, CS_VREDRAW = 1, CS_HREDRAW = 2, DIALOG_EXTRA = 30 };

const struct system_class user_controls[] = {
    {u"Button", 0, button_procedure, CS_DBLCLKS | CS_VREDRAW | CS_HREDRAW | CS_PARENTDC, 8},
    {u"Edit", 0, edit_procedure, CS_DBLCLKS | CS_PARENTDC, 8},
    {u"Static", 0, static_procedure, CS_DBLCLKS | CS_PARENTDC, 8},
    {u"ListBox", 0, list_box_procedure, CS_DBLCLKS, 8},
    {u"ScrollBar", 0, scroll_bar_procedure, CS_DBLCLKS | CS_VREDRAW | CS_HREDRAW | CS_PARENTDC, 8},
    {u"ComboBox", 0, combo_box_procedure, CS_DBLCLKS | CS_VREDRAW | CS_HREDRAW | CS_PARENTDC, 8},
    {u"#32770", 0x8002, api_DefDlgProcW, CS_SAVEBITS | CS_DBLCLKS, DIALOG_EXTRA},
};
const unsigned user_control_count = sizeof user_controls / sizeof *user_controls;

void *control_state(HWND handle, size_t size, void (*free_state)(void *)) {
    user_lock();
    struct window *window = window_find(handle);
    if (window && !window->state && (window->state = calloc(1, size)))
        window->free_state = free_state;
    void *state = window ? window->state : NULL;
    user_unlock();
    return state;
}

DWORD control_style(HWND handle) {
    user_lock();
    const struct window *window = window_find(handle);
    DWORD style = window ? window->style : 0;
    user_unlock();
    return style;
}

void control_notify(HWND handle, WORD code) {
    user_lock();
    const struct window *window = window_find(handle), *parent = window ? window->parent : NULL;
    HWND to = window && window->style & WS_CHILD && parent ? parent->handle : NULL;
    WORD id = window ? (WORD)window->id : 0;
    user_unlock();
    if (to)
        window_send(to, WM_COMMAND, id | (WPARAM)code << 16, (LPARAM)handle, true);
}

bool control_font(HANDLE *font, UINT message, WPARAM wParam, LRESULT *result) {
    *result = 0;
    if (message == WM_SETFONT)
        *font = (HANDLE)wParam;
    else if (message == WM_GETFONT)
        *result = (LRESULT)*font;
    return message == WM_SETFONT || message == WM_GETFONT;
}
