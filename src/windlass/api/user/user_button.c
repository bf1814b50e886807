/* Buttons and static controls ("Button Messages", "Static Control Messages"). */
#include "user_control.h"

enum { BM_GETCHECK = 0xF0, BM_SETCHECK, BM_GETSTATE, BM_SETSTATE, BM_SETSTYLE, BM_CLICK, BM_GETIMAGE, BM_SETIMAGE };
enum { BS_PUSHBUTTON, BS_DEFPUSHBUTTON, BS_CHECKBOX, BS_AUTOCHECKBOX, BS_RADIOBUTTON, BS_3STATE, BS_AUTO3STATE, BS_GROUPBOX,
       BS_USERBUTTON, BS_AUTORADIOBUTTON, BS_OWNERDRAW = 11, BS_TYPEMASK = 15 };
enum { BST_CHECKED = 1, BST_INDETERMINATE = 2, BST_CHECKS = 3, BST_PUSHED = 4, BST_FOCUS = 8 };
enum { BN_CLICKED = 0, BN_SETFOCUS = 6, BN_KILLFOCUS = 7, BS_NOTIFY = 0x4000 };
enum { WM_KEYUP = 0x101, WM_LBUTTONDOWN = 0x201, WM_LBUTTONUP = 0x202 };

struct button {
    UINT state;
    HANDLE font, image;
    UINT image_type;
};

API_USE(HWND, GetNextDlgGroupItem, HWND, HWND, BOOL);
API_USE(HWND, GetParent, HWND);
API_USE(LONG, SetWindowLongW, HWND, int, LONG);
API_USE(HWND, SetCapture, HWND);
API_USE(HWND, GetCapture, void);
API_USE(BOOL, ReleaseCapture, void);
API_USE(HWND, SetFocus, HWND);

static UINT type_of(HWND handle) { return control_style(handle) & BS_TYPEMASK; }

static bool has_check(UINT type) { return (type >= BS_CHECKBOX && type <= BS_AUTO3STATE) || type == BS_AUTORADIOBUTTON; }

/* A radio button that is checked is a tab stop, others are none. */
static LRESULT set_check(HWND handle, struct button *button, WPARAM check) {
    UINT type = type_of(handle);
    enum { GWL_STYLE = -16, WS_TABSTOP = 0x10000 };
    if (!has_check(type))
        return 0;
    UINT highest = type == BS_3STATE || type == BS_AUTO3STATE ? BST_INDETERMINATE : BST_CHECKED;
    check = check > highest ? highest : check;
    button->state = (button->state & ~(UINT)BST_CHECKS) | (UINT)check;
    if (type == BS_RADIOBUTTON || type == BS_AUTORADIOBUTTON) {
        DWORD style = control_style(handle);
        api_SetWindowLongW(handle, GWL_STYLE, (LONG)(check ? style | WS_TABSTOP : style & ~(DWORD)WS_TABSTOP));
    }
    return 0;
}

/* One of the radio buttons of its group is checked. */
static void check_in_group(HWND handle) {
    HWND parent = api_GetParent(handle), each = handle;
    window_send(handle, BM_SETCHECK, BST_CHECKED, 0, true);
    for (int steps = 0; parent && steps < 1000; steps++) {
        each = api_GetNextDlgGroupItem(parent, each, FALSE);
        if (!each || each == handle)
            return;
        if (window_send(each, WM_GETDLGCODE, 0, 0, true) == (DLGC_BUTTON | DLGC_RADIOBUTTON))
            window_send(each, BM_SETCHECK, 0, 0, true);
    }
}

static void click(HWND handle) {
    switch (type_of(handle)) {
    case BS_AUTOCHECKBOX: window_send(handle, BM_SETCHECK, !window_send(handle, BM_GETCHECK, 0, 0, true), 0, true); break;
    case BS_AUTO3STATE: window_send(handle, BM_SETCHECK, (WPARAM)(window_send(handle, BM_GETCHECK, 0, 0, true) + 1) % 3, 0, true); break;
    case BS_AUTORADIOBUTTON: check_in_group(handle); break;
    }
    control_notify(handle, BN_CLICKED);
}

/* A press and a release on it; a button that is off does nothing. */
static LRESULT press(HWND handle, struct button *button) {
    if (control_style(handle) & WS_DISABLED)
        return 0;
    api_SetFocus(handle);
    window_send(handle, BM_SETSTATE, TRUE, 0, true);
    button->state &= ~(UINT)BST_PUSHED;
    click(handle);
    return 0;
}

static LRESULT dialog_code(HWND handle) {
    switch (type_of(handle)) {
    case BS_PUSHBUTTON: return DLGC_BUTTON | DLGC_UNDEFPUSHBUTTON;
    case BS_DEFPUSHBUTTON: return DLGC_BUTTON | DLGC_DEFPUSHBUTTON;
    case BS_RADIOBUTTON:
    case BS_AUTORADIOBUTTON: return DLGC_BUTTON | DLGC_RADIOBUTTON;
    case BS_GROUPBOX: return DLGC_STATIC;
    case BS_OWNERDRAW: return DLGC_BUTTON | DLGC_UNDEFPUSHBUTTON;
    default: return DLGC_BUTTON;
    }
}

static LRESULT set_style(HWND handle, WPARAM style) {
    enum { GWL_STYLE = -16 };
    api_SetWindowLongW(handle, GWL_STYLE, (LONG)((control_style(handle) & ~(DWORD)BS_TYPEMASK) | (style & BS_TYPEMASK)));
    return 0;
}

static LRESULT focus_changed(HWND handle, struct button *button, bool has) {
    button->state = has ? button->state | BST_FOCUS : button->state & ~(UINT)BST_FOCUS;
    if (control_style(handle) & BS_NOTIFY)
        control_notify(handle, has ? BN_SETFOCUS : BN_KILLFOCUS);
    return 0;
}

static LRESULT release(HWND handle, struct button *button) {
    bool was_pushed = button->state & BST_PUSHED;
    button->state &= ~(UINT)BST_PUSHED;
    if (api_GetCapture() == handle)
        api_ReleaseCapture();
    if (was_pushed)
        click(handle);
    return 0;
}

static LRESULT swap_image(struct button *button, WPARAM type, LPARAM image) {
    HANDLE before = button->image;
    button->image = (HANDLE)image;
    button->image_type = (UINT)type;
    return (LRESULT)before;
}

LRESULT WINAPI button_procedure(HWND handle, UINT message, WPARAM wParam, LPARAM lParam) {
    struct button *button = control_state(handle, sizeof *button, free);
    LRESULT result;
    if (!button || control_font(&button->font, message, wParam, &result))
        return button ? result : 0;
    switch (message) {
    case BM_GETCHECK: return has_check(type_of(handle)) ? button->state & BST_CHECKS : 0;
    case BM_SETCHECK: return set_check(handle, button, wParam);
    case BM_GETSTATE: return button->state;
    case BM_SETSTATE: return button->state = wParam ? button->state | BST_PUSHED : button->state & ~(UINT)BST_PUSHED, 0;
    case BM_SETSTYLE: return set_style(handle, wParam);
    case BM_CLICK: return press(handle, button);
    case BM_GETIMAGE: return wParam == button->image_type ? (LRESULT)button->image : 0;
    case BM_SETIMAGE: return swap_image(button, wParam, lParam);
    case WM_GETDLGCODE: return dialog_code(handle);
    case WM_SETFOCUS: return focus_changed(handle, button, true);
    case WM_KILLFOCUS: return focus_changed(handle, button, false);
    case WM_LBUTTONDOWN:
        api_SetCapture(handle);
        api_SetFocus(handle);
        return window_send(handle, BM_SETSTATE, TRUE, 0, true);
    case WM_KEYDOWN: return wParam == VK_SPACE ? window_send(handle, BM_SETSTATE, TRUE, 0, true) : 0;
    case WM_LBUTTONUP: return release(handle, button);
    case WM_KEYUP: return wParam == VK_SPACE ? release(handle, button) : 0;
    default: return api_DefWindowProcW(handle, message, wParam, lParam);
    }
}

/* ---- static controls ---- */

enum { STM_SETICON = 0x170, STM_GETICON, STM_SETIMAGE, STM_GETIMAGE, SS_ICON = 3, SS_BITMAP = 14, SS_TYPEMASK = 31,
       IMAGE_BITMAP = 0, IMAGE_ICON = 1 };

struct picture { HANDLE font, image; };

static LRESULT swap_picture(struct picture *picture, HANDLE image) {
    HANDLE before = picture->image;
    picture->image = image;
    return (LRESULT)before;
}

/* A control for pictures of one kind has no others. */
static bool takes(HWND handle, WPARAM type) {
    DWORD kind = control_style(handle) & SS_TYPEMASK;
    return (kind == SS_ICON && (type == IMAGE_ICON || type == 2)) || (kind == SS_BITMAP && type == IMAGE_BITMAP);
}

LRESULT WINAPI static_procedure(HWND handle, UINT message, WPARAM wParam, LPARAM lParam) {
    struct picture *picture = control_state(handle, sizeof *picture, free);
    LRESULT result;
    if (!picture || control_font(&picture->font, message, wParam, &result))
        return picture ? result : 0;
    switch (message) {
    case STM_SETICON: return takes(handle, IMAGE_ICON) ? swap_picture(picture, (HANDLE)wParam) : 0;
    case STM_GETICON: return takes(handle, IMAGE_ICON) ? (LRESULT)picture->image : 0;
    case STM_SETIMAGE: return takes(handle, wParam) ? swap_picture(picture, (HANDLE)lParam) : 0;
    case STM_GETIMAGE: return takes(handle, wParam) ? (LRESULT)picture->image : 0;
    case WM_GETDLGCODE: return DLGC_STATIC;
    default: return api_DefWindowProcW(handle, message, wParam, lParam);
    }
}
