/* Dialogs: what their windows do by themselves, their keys, and the loop of modal ones ("Dialog Boxes").
 *
 * A modal dialog waits for messages, which its timers, its own posts or other threads may send. Where none of these is
 * left, only a person could end it: it is then refused as message boxes are. */
#include "user_dialog.h"

#include <stdio.h>

#include "gdi/gdi.h"

enum { RT_DIALOG = 5, DC_HASDEFID = 0x534B, SYSTEM_WIDTH = 8, SYSTEM_HEIGHT = 16, MSGF_DIALOGBOX = 0, PM_REMOVE = 1 };
enum { WM_COMPAREITEM = 0x39, WM_VKEYTOITEM = 0x2E, WM_CHARTOITEM = 0x2F, WM_QUERYDRAGICON = 0x37, WM_CTLCOLORMSGBOX = 0x132,
       WM_CTLCOLORSTATIC = 0x138, EM_SETSEL = 0xB1, BM_SETSTYLE = 0xF4, BM_CLICK = 0xF5, BS_PUSHBUTTON = 0, BS_DEFPUSHBUTTON = 1 };

API_USE(LRESULT, DefWindowProcA, HWND, UINT, WPARAM, LPARAM);
API_USE(LONG_PTR, GetWindowLongPtrW, HWND, int);
API_USE(LONG_PTR, SetWindowLongPtrW, HWND, int, LONG_PTR);
API_USE(HWND, GetDlgItem, HWND, int);
API_USE(int, GetDlgCtrlID, HWND);
API_USE(HWND, GetNextDlgTabItem, HWND, HWND, BOOL);
API_USE(HWND, GetNextDlgGroupItem, HWND, HWND, BOOL);
API_USE(HWND, SetFocus, HWND);
API_USE(HWND, GetFocus, void);
API_USE(BOOL, IsWindow, HWND);
API_USE(BOOL, IsChild, HWND, HWND);
API_USE(BOOL, IsWindowEnabled, HWND);
API_USE(BOOL, EnableWindow, HWND, BOOL);
API_USE(BOOL, ShowWindow, HWND, int);
API_USE(BOOL, DestroyWindow, HWND);
API_USE(HWND, GetAncestor, HWND, UINT);
API_USE(BOOL, PeekMessageW, MSG *, HWND, UINT, UINT, UINT);
API_USE(BOOL, TranslateMessage, const MSG *);
API_USE(LRESULT, DispatchMessageW, const MSG *);
API_USE(LRESULT, DispatchMessageA, const MSG *);
API_USE(void, PostQuitMessage, int);
API_USE(SHORT, GetKeyState, int);
API_USE(int, MulDiv, int, int, int);

static void free_dialog(void *state) {
    struct dialog *dialog = state;
    if (dialog->font)
        api_DeleteObject(dialog->font);
    free(dialog);
}

struct dialog *dialog_of(HWND handle) { return control_state(handle, sizeof(struct dialog), free_dialog); }

/* ---- units ---- */

/* Those of the system font. */
API(user32, LONG, GetDialogBaseUnits, void) { return SYSTEM_WIDTH | SYSTEM_HEIGHT << 16; }

API(user32, BOOL, MapDialogRect, HWND hDlg, RECT *lpRect) {
    if (!api_IsWindow(hDlg))
        return FALSE;
    const struct dialog *dialog = dialog_of(hDlg);
    int x = dialog && dialog->base_x ? dialog->base_x : SYSTEM_WIDTH, y = dialog && dialog->base_y ? dialog->base_y : SYSTEM_HEIGHT;
    *lpRect = (RECT){api_MulDiv(lpRect->left, x, 4), api_MulDiv(lpRect->top, y, 8), api_MulDiv(lpRect->right, x, 4),
                     api_MulDiv(lpRect->bottom, y, 8)};
    return TRUE;
}

/* ---- the window procedure ("DefDlgProcW function") ---- */

void dialog_focus(HWND control) {
    if (window_send(control, WM_GETDLGCODE, 0, 0, true) & DLGC_HASSETSEL)
        window_send(control, EM_SETSEL, 0, -1, true);
    api_SetFocus(control);
}

static LRESULT default_id(HWND handle, const struct dialog *dialog) {
    (void)handle;
    return dialog->default_id ? (LRESULT)((WORD)dialog->default_id | (DWORD)DC_HASDEFID << 16) : 0;
}

/* The border of the default button moves. */
static LRESULT set_default_id(HWND handle, struct dialog *dialog, UINT id) {
    HWND before = dialog->default_id ? api_GetDlgItem(handle, (int)dialog->default_id) : NULL;
    HWND after = api_GetDlgItem(handle, (int)id);
    if (before && window_send(before, WM_GETDLGCODE, 0, 0, true) & DLGC_DEFPUSHBUTTON)
        window_send(before, BM_SETSTYLE, BS_PUSHBUTTON, TRUE, true);
    if (after && window_send(after, WM_GETDLGCODE, 0, 0, true) & DLGC_UNDEFPUSHBUTTON)
        window_send(after, BM_SETSTYLE, BS_DEFPUSHBUTTON, TRUE, true);
    dialog->default_id = id;
    return TRUE;
}

static LRESULT next_control(HWND handle, WPARAM wParam, LPARAM lParam) {
    HWND to = (WORD)lParam ? (HWND)wParam : api_GetNextDlgTabItem(handle, api_GetFocus(), wParam != 0);
    if (to)
        dialog_focus(to);
    return 0;
}

/* The focus comes back to where it was. */
static LRESULT activated(HWND handle, struct dialog *dialog, bool is_active) {
    HWND focus = api_GetFocus();
    if (!is_active)
        dialog->focus = focus && api_IsChild(handle, focus) ? focus : NULL;
    else if (dialog->focus && api_IsWindow(dialog->focus))
        api_SetFocus(dialog->focus);
    return 0;
}

static LRESULT default_dialog(HWND handle, struct dialog *dialog, UINT message, WPARAM wParam, LPARAM lParam, bool is_unicode) {
    HWND cancel;
    switch (message) {
    case DM_GETDEFID: return default_id(handle, dialog);
    case DM_SETDEFID: return set_default_id(handle, dialog, (UINT)wParam);
    case WM_NEXTDLGCTL: return next_control(handle, wParam, lParam);
    case WM_ACTIVATE: return activated(handle, dialog, (WORD)wParam);
    case WM_INITDIALOG: return FALSE;
    case WM_GETFONT: return (LRESULT)dialog->font;
    case WM_SETFONT: return 0;
    case WM_CLOSE:
        cancel = api_GetDlgItem(handle, IDCANCEL);
        if (!cancel || api_IsWindowEnabled(cancel))
            window_post(handle, WM_COMMAND, IDCANCEL, (LPARAM)cancel);
        return 0;
    default: return (is_unicode ? api_DefWindowProcW : api_DefWindowProcA)(handle, message, wParam, lParam);
    }
}

/* Whose result is the procedure's own, and not DWLP_MSGRESULT ("DialogProc callback function"). */
static bool returns_directly(UINT message) {
    return message == WM_INITDIALOG || message == WM_COMPAREITEM || message == WM_VKEYTOITEM || message == WM_CHARTOITEM ||
           message == WM_QUERYDRAGICON || (message >= WM_CTLCOLORMSGBOX && message <= WM_CTLCOLORSTATIC);
}

static LRESULT dialog_procedure(HWND handle, UINT message, WPARAM wParam, LPARAM lParam, bool is_unicode) {
    struct dialog *dialog = dialog_of(handle);
    if (!dialog)
        return 0;
    struct window_target target = {.procedure = (WNDPROC)(LONG_PTR)api_GetWindowLongPtrW(handle, DWLP_DLGPROC), .is_unicode = dialog->is_unicode};
    if (target.procedure) {
        api_SetWindowLongPtrW(handle, DWLP_MSGRESULT, 0);
        LRESULT handled = (INT)window_call(&target, handle, message, wParam, lParam, is_unicode) ? TRUE : FALSE;
        if (handled && !returns_directly(message))
            return api_IsWindow(handle) ? api_GetWindowLongPtrW(handle, DWLP_MSGRESULT) : 0;
        if (handled)
            return handled;
        if (!(dialog = dialog_of(handle)))
            return 0;
    }
    return default_dialog(handle, dialog, message, wParam, lParam, is_unicode);
}

API(user32, LRESULT, DefDlgProcW, HWND hDlg, UINT Msg, WPARAM wParam, LPARAM lParam) {
    return dialog_procedure(hDlg, Msg, wParam, lParam, true);
}
API(user32, LRESULT, DefDlgProcA, HWND hDlg, UINT Msg, WPARAM wParam, LPARAM lParam) {
    return dialog_procedure(hDlg, Msg, wParam, lParam, false);
}

/* ---- keys ("IsDialogMessageW function") ---- */

static void press_default(HWND handle) {
    LRESULT answer = window_send(handle, DM_GETDEFID, 0, 0, true);
    int id = answer >> 16 == DC_HASDEFID ? (WORD)answer : IDOK;
    HWND button = api_GetDlgItem(handle, id);
    if (!button || api_IsWindowEnabled(button))
        window_send(handle, WM_COMMAND, (WPARAM)id, (LPARAM)button, true);
}

/* An arrow that reaches a radio button chooses it. */
static void move_to(HWND control) {
    dialog_focus(control);
    if (window_send(control, WM_GETDLGCODE, 0, 0, true) & DLGC_RADIOBUTTON)
        window_send(control, BM_CLICK, 0, 0, true);
}

enum { VK_SHIFT = 16, BACKWARD = 0x8000 };

/* Whether the key was one that moves the focus or presses a button. */
static bool use_key(HWND handle, const MSG *message) {
    LRESULT wants = window_send(message->hwnd, WM_GETDLGCODE, message->wParam, (LPARAM)message, true);
    bool back = api_GetKeyState(VK_SHIFT) & BACKWARD;
    enum { WANTARROWS = 1, WANTTAB = 2 };
    if (wants & DLGC_WANTALLKEYS && message->wParam != VK_TAB && message->wParam != VK_ESCAPE)
        return false;
    switch (message->wParam) {
    case VK_TAB:
        if (wants & WANTTAB)
            return false;
        return window_send(handle, WM_NEXTDLGCTL, back, 0, true), true;
    case VK_LEFT:
    case VK_UP:
    case VK_RIGHT:
    case VK_DOWN: {
        if (wants & WANTARROWS)
            return false;
        HWND next = api_GetNextDlgGroupItem(handle, api_GetFocus(), message->wParam == VK_LEFT || message->wParam == VK_UP);
        if (next)
            move_to(next);
        return true;
    }
    case VK_ESCAPE: return window_send(handle, WM_COMMAND, IDCANCEL, (LPARAM)api_GetDlgItem(handle, IDCANCEL), true), true;
    case VK_RETURN: return press_default(handle), true;
    default: return false;
    }
}

static BOOL is_dialog_message(HWND handle, MSG *message, bool is_unicode) {
    if (!message || !handle || !api_IsWindow(handle) || (message->hwnd != handle && !api_IsChild(handle, message->hwnd)))
        return FALSE;
    if (message->message == WM_KEYDOWN && use_key(handle, message))
        return TRUE;
    api_TranslateMessage(message);
    (is_unicode ? api_DispatchMessageW : api_DispatchMessageA)(message);
    return TRUE;
}

API(user32, BOOL, IsDialogMessageW, HWND hDlg, MSG *lpMsg) { return is_dialog_message(hDlg, lpMsg, true); }
API(user32, BOOL, IsDialogMessageA, HWND hDlg, MSG *lpMsg) { return is_dialog_message(hDlg, lpMsg, false); }
API_ALIAS(api_IsDialogMessageA, plain, user32, "IsDialogMessage");

/* ---- modeless dialogs ---- */

API(user32, HWND, CreateDialogIndirectParamW, HINSTANCE hInstance, const void *lpTemplate, HWND hWndParent,
    DLGPROC lpDialogFunc, LPARAM dwInitParam) {
    return lpTemplate ? dialog_create(hInstance, lpTemplate, 0, hWndParent, lpDialogFunc, dwInitParam, true, false) : NULL;
}
API(user32, HWND, CreateDialogIndirectParamA, HINSTANCE hInstance, const void *lpTemplate, HWND hWndParent,
    DLGPROC lpDialogFunc, LPARAM dwInitParam) {
    return lpTemplate ? dialog_create(hInstance, lpTemplate, 0, hWndParent, lpDialogFunc, dwInitParam, false, false) : NULL;
}
API(user32, HWND, CreateDialogIndirectParamAorW, HINSTANCE hInstance, const void *lpTemplate, HWND hWndParent,
    DLGPROC lpDialogFunc, LPARAM dwInitParam, DWORD flags) {
    enum { IS_ANSI = 2 };
    return lpTemplate ? dialog_create(hInstance, lpTemplate, 0, hWndParent, lpDialogFunc, dwInitParam, !(flags & IS_ANSI), false) : NULL;
}

API(user32, HWND, CreateDialogParamW, HINSTANCE hInstance, LPCWSTR lpTemplateName, HWND hWndParent, DLGPROC lpDialogFunc,
    LPARAM dwInitParam) {
    DWORD size;
    const void *data = user_resource(hInstance, lpTemplateName, RT_DIALOG, &size);
    return data ? dialog_create(hInstance, data, size, hWndParent, lpDialogFunc, dwInitParam, true, false) : NULL;
}
API(user32, HWND, CreateDialogParamA, HINSTANCE hInstance, LPCSTR lpTemplateName, HWND hWndParent, DLGPROC lpDialogFunc,
    LPARAM dwInitParam) {
    DWORD size;
    WCHAR *name = user_wide_name(lpTemplateName);
    const void *data = user_resource(hInstance, name, RT_DIALOG, &size);
    user_free_name(name);
    return data ? dialog_create(hInstance, data, size, hWndParent, lpDialogFunc, dwInitParam, false, false) : NULL;
}

/* ---- modal dialogs ---- */

API(user32, BOOL, EndDialog, HWND hDlg, INT_PTR nResult) {
    struct dialog *dialog = api_IsWindow(hDlg) ? dialog_of(hDlg) : NULL;
    if (!dialog)
        return fail(ERROR_INVALID_WINDOW_HANDLE);
    dialog->has_ended = true;
    dialog->result = nResult;
    api_ShowWindow(hDlg, 0);
    window_post(hDlg, WM_NULL, 0, 0);
    return TRUE;
}

/* What nobody can answer, on standard error. */
static void say_what_waits(HWND handle) {
    WCHAR *text = window_text(handle);
    char *title = text ? utf8_copy_of_wide(text) : NULL;
    fprintf(stderr, "windlass: dialog '%s': nobody to answer it\n", title ? title : "");
    free(title);
    free(text);
}

/* Until EndDialog, or the end of the thread's messages, or of the window; false: it was refused. */
static bool run_loop(HWND handle, HWND owner, bool tells_idle) {
    bool has_spoken = false;
    MSG message;
    for (;;) {
        const struct dialog *dialog = api_IsWindow(handle) ? dialog_of(handle) : NULL;
        if (!dialog || dialog->has_ended)
            return true;
        if (api_PeekMessageW(&message, NULL, 0, 0, PM_REMOVE)) {
            if (message.message == WM_QUIT)
                return api_PostQuitMessage((int)message.wParam), true;
            if (!is_dialog_message(handle, &message, true)) {
                api_TranslateMessage(&message);
                api_DispatchMessageW(&message);
            }
            continue;
        }
        if (!(dialog = api_IsWindow(handle) ? dialog_of(handle) : NULL) || dialog->has_ended)
            return true;
        if (owner && tells_idle)
            window_send(owner, WM_ENTERIDLE, MSGF_DIALOGBOX, (LPARAM)handle, true);
        bool is_hopeless = message_wait_is_hopeless();
        if (!has_spoken && (is_hopeless || control_style(handle) & WS_VISIBLE))
            say_what_waits(handle);
        has_spoken = true;
        if (is_hopeless)
            return false;
        message_wait();
    }
}

static INT_PTR run_dialog(HINSTANCE instance, const void *template, size_t size, HWND owner, DLGPROC procedure,
                          LPARAM parameter, bool is_unicode) {
    if (owner && !api_IsWindow(owner))
        return 0;
    HWND top = owner ? api_GetAncestor(owner, 2) : NULL;
    bool was_enabled = top && api_IsWindowEnabled(top);
    HWND handle = template ? dialog_create(instance, template, size, owner, procedure, parameter, is_unicode, true) : NULL;
    if (!handle)
        return -1;
    if (was_enabled)
        api_EnableWindow(top, FALSE);
    bool is_done = run_loop(handle, top, !(control_style(handle) & DS_NOIDLEMSG));
    const struct dialog *dialog = api_IsWindow(handle) ? dialog_of(handle) : NULL;
    INT_PTR result = dialog && is_done ? dialog->result : is_done ? 0 : -1;
    if (was_enabled)
        api_EnableWindow(top, TRUE);
    if (dialog)
        api_DestroyWindow(handle);
    if (!is_done)
        set_last_error(ERROR_NOT_SUPPORTED);
    return result;
}

API(user32, INT_PTR, DialogBoxIndirectParamW, HINSTANCE hInstance, const void *hDialogTemplate, HWND hWndParent,
    DLGPROC lpDialogFunc, LPARAM dwInitParam) {
    return run_dialog(hInstance, hDialogTemplate, 0, hWndParent, lpDialogFunc, dwInitParam, true);
}
API(user32, INT_PTR, DialogBoxIndirectParamA, HINSTANCE hInstance, const void *hDialogTemplate, HWND hWndParent,
    DLGPROC lpDialogFunc, LPARAM dwInitParam) {
    return run_dialog(hInstance, hDialogTemplate, 0, hWndParent, lpDialogFunc, dwInitParam, false);
}

API(user32, INT_PTR, DialogBoxParamW, HINSTANCE hInstance, LPCWSTR lpTemplateName, HWND hWndParent, DLGPROC lpDialogFunc,
    LPARAM dwInitParam) {
    DWORD size;
    const void *data = user_resource(hInstance, lpTemplateName, RT_DIALOG, &size);
    return run_dialog(hInstance, data, size, hWndParent, lpDialogFunc, dwInitParam, true);
}
API(user32, INT_PTR, DialogBoxParamA, HINSTANCE hInstance, LPCSTR lpTemplateName, HWND hWndParent, DLGPROC lpDialogFunc,
    LPARAM dwInitParam) {
    DWORD size;
    WCHAR *name = user_wide_name(lpTemplateName);
    const void *data = user_resource(hInstance, name, RT_DIALOG, &size);
    user_free_name(name);
    return run_dialog(hInstance, data, size, hWndParent, lpDialogFunc, dwInitParam, false);
}
