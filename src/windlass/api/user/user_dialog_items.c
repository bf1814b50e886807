/* The controls of a dialog, or of any window: texts, numbers, checks, and which comes next ("Dialog Box Functions"). */
#include "user_dialog.h"

#include <stdio.h>
#include <stdlib.h>

enum { BM_GETCHECK = 0xF0, BM_SETCHECK = 0xF1, BST_CHECKED = 1, BST_UNCHECKED = 0 };
API_USE(HWND, GetDlgItem, HWND, int);
API_USE(int, GetWindowTextW, HWND, LPWSTR, int);
API_USE(int, GetWindowTextA, HWND, LPSTR, int);
API_USE(BOOL, SetWindowTextW, HWND, LPCWSTR);
API_USE(BOOL, SetWindowTextA, HWND, LPCSTR);

API(user32, LRESULT, SendDlgItemMessageW, HWND hDlg, int nIDDlgItem, UINT Msg, WPARAM wParam, LPARAM lParam) {
    HWND control = api_GetDlgItem(hDlg, nIDDlgItem);
    return control ? window_send(control, Msg, wParam, lParam, true) : 0;
}
API(user32, LRESULT, SendDlgItemMessageA, HWND hDlg, int nIDDlgItem, UINT Msg, WPARAM wParam, LPARAM lParam) {
    HWND control = api_GetDlgItem(hDlg, nIDDlgItem);
    return control ? window_send(control, Msg, wParam, lParam, false) : 0;
}

/* ---- texts and numbers ---- */

API(user32, UINT, GetDlgItemTextW, HWND hDlg, int nIDDlgItem, LPWSTR lpString, int cchMax) {
    HWND control = api_GetDlgItem(hDlg, nIDDlgItem);
    if (!control && lpString && cchMax > 0)
        lpString[0] = 0;
    return control ? (UINT)api_GetWindowTextW(control, lpString, cchMax) : 0;
}
API(user32, UINT, GetDlgItemTextA, HWND hDlg, int nIDDlgItem, LPSTR lpString, int cchMax) {
    HWND control = api_GetDlgItem(hDlg, nIDDlgItem);
    if (!control && lpString && cchMax > 0)
        lpString[0] = 0;
    return control ? (UINT)api_GetWindowTextA(control, lpString, cchMax) : 0;
}
API(user32, BOOL, SetDlgItemTextW, HWND hDlg, int nIDDlgItem, LPCWSTR lpString) {
    HWND control = api_GetDlgItem(hDlg, nIDDlgItem);
    return control && api_SetWindowTextW(control, lpString);
}
API(user32, BOOL, SetDlgItemTextA, HWND hDlg, int nIDDlgItem, LPCSTR lpString) {
    HWND control = api_GetDlgItem(hDlg, nIDDlgItem);
    return control && api_SetWindowTextA(control, lpString);
}

API(user32, BOOL, SetDlgItemInt, HWND hDlg, int nIDDlgItem, UINT uValue, BOOL bSigned) {
    char text[16];
    if (bSigned)
        snprintf(text, sizeof text, "%d", (int)uValue);
    else
        snprintf(text, sizeof text, "%u", uValue);
    return api_SetDlgItemTextA(hDlg, nIDDlgItem, text);
}

/* Blanks before the digits are skipped; what is no number at all, or too large, is 0 and not translated. */
static bool number_of(const char *text, bool is_signed, UINT *value) {
    char *end;
    while (*text == ' ' || (*text >= '\t' && *text <= '\r'))
        text++;
    bool negative = *text == '-', has_digits = text[negative] >= '0' && text[negative] <= '9';
    if (!has_digits || (negative && !is_signed))
        return false;
    unsigned long long size = strtoull(text + negative, &end, 10);
    unsigned long long limit = !is_signed ? 0xffffffffu : negative ? 0x80000000u : 0x7fffffffu;
    if (size > limit || end - text > 20)
        return false;
    *value = negative ? 0u - (UINT)size : (UINT)size;
    return true;
}

API(user32, UINT, GetDlgItemInt, HWND hDlg, int nIDDlgItem, BOOL *lpTranslated, BOOL bSigned) {
    char text[64];
    UINT value = 0;
    bool done = api_GetDlgItemTextA(hDlg, nIDDlgItem, text, sizeof text) && number_of(text, bSigned, &value);
    if (lpTranslated)
        *lpTranslated = done;
    return done ? value : 0;
}

/* ---- checks ---- */

API(user32, BOOL, CheckDlgButton, HWND hDlg, int nIDButton, UINT uCheck) {
    HWND button = api_GetDlgItem(hDlg, nIDButton);
    if (button)
        window_send(button, BM_SETCHECK, uCheck, 0, true);
    return button != NULL;
}

API(user32, UINT, IsDlgButtonChecked, HWND hDlg, int nIDButton) {
    return (UINT)api_SendDlgItemMessageW(hDlg, nIDButton, BM_GETCHECK, 0, 0);
}

/* ---- enumeration ---- */

/* The child after `id`'s handle at any depth that WS_EX_CONTROLPARENT opens; a copy, for messages may change the tree. */
enum { MAX_CONTROLS = 4096 };

struct controls {
    HWND handles[MAX_CONTROLS];
    DWORD styles[MAX_CONTROLS];
    int count;
};

static void add_controls(struct controls *controls, const struct window *parent) {
    for (const struct window *each = parent->first_child; each && controls->count < MAX_CONTROLS; each = each->next) {
        if (each->ex_style & WS_EX_CONTROLPARENT && each->first_child) {
            add_controls(controls, each);
            continue;
        }
        controls->handles[controls->count] = each->handle;
        controls->styles[controls->count++] = each->style;
    }
}

/* To be freed; NULL with the last error. */
static struct controls *controls_of(HWND handle) {
    struct controls *controls = malloc(sizeof *controls);
    if (!controls)
        return (struct controls *)(LONG_PTR)fail(ERROR_NOT_ENOUGH_MEMORY);
    controls->count = 0;
    user_lock();
    const struct window *window = window_find(handle);
    if (window)
        add_controls(controls, window);
    user_unlock();
    if (window)
        return controls;
    free(controls);
    return (struct controls *)(LONG_PTR)fail(ERROR_INVALID_WINDOW_HANDLE);
}

static int index_of(const struct controls *controls, HWND handle) {
    int i = 0;
    while (i < controls->count && controls->handles[i] != handle)
        i++;
    return i < controls->count ? i : -1;
}

static bool can_be_used(DWORD style) { return style & WS_VISIBLE && !(style & WS_DISABLED); }

API(user32, HWND, GetNextDlgTabItem, HWND hDlg, HWND hCtl, BOOL bPrevious) {
    struct controls *controls = controls_of(hDlg);
    if (!controls)
        return NULL;
    HWND found = NULL;
    int count = controls->count, start = index_of(controls, hCtl);
    if (start < 0)
        start = bPrevious ? 0 : count - 1;
    for (int i = 1; i <= count && !found; i++) {
        int place = bPrevious ? (start - i + 2 * count) % count : (start + i) % count;
        if (can_be_used(controls->styles[place]) && controls->styles[place] & WS_TABSTOP)
            found = controls->handles[place];
    }
    free(controls);
    return found ? found : hCtl;
}

/* A group begins at a control with WS_GROUP and ends before the next. */
API(user32, HWND, GetNextDlgGroupItem, HWND hDlg, HWND hCtl, BOOL bPrevious) {
    struct controls *controls = controls_of(hDlg);
    if (!controls)
        return NULL;
    int count = controls->count, place = index_of(controls, hCtl), first, last;
    HWND found = hCtl;
    if (place < 0)
        place = 0;
    for (first = place; first > 0 && !(controls->styles[first] & WS_GROUP);)
        first--;
    for (last = place; last + 1 < count && !(controls->styles[last + 1] & WS_GROUP);)
        last++;
    for (int i = 1, size = last - first + 1; count && i <= size; i++) {
        int each = first + ((place - first) + (bPrevious ? size - i : i)) % size;
        if (!can_be_used(controls->styles[each]))
            continue;
        found = controls->handles[each];
        break;
    }
    free(controls);
    return found;
}

/* Those of the group that are radio buttons, whatever their numbers' order. */
API(user32, BOOL, CheckRadioButton, HWND hDlg, int nIDFirstButton, int nIDLastButton, int nIDCheckButton) {
    struct controls *controls = controls_of(hDlg);
    API_USE(int, GetDlgCtrlID, HWND);
    if (!controls)
        return FALSE;
    for (int i = 0; i < controls->count; i++) {
        int id = api_GetDlgCtrlID(controls->handles[i]);
        if (id >= nIDFirstButton && id <= nIDLastButton)
            window_send(controls->handles[i], BM_SETCHECK, id == nIDCheckButton ? BST_CHECKED : BST_UNCHECKED, 0, true);
    }
    free(controls);
    return TRUE;
}
