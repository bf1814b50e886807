// flags: -luser32
// Dialogs from templates in memory: their controls, texts and numbers, what their procedure answers, and modal ones that
// end themselves.
#include <windows.h>

#include "fixture.h"

static BOOL tells;

static INT_PTR CALLBACK procedure(HWND dialog, UINT message, WPARAM wParam, LPARAM lParam)
{
    switch (message) {
    case WM_INITDIALOG:
        say("  init %d, focus on %d", (int)lParam, GetDlgCtrlID((HWND)wParam));
        SetWindowLongPtrW(dialog, DWLP_USER, 99);
        if (lParam == 1)
            EndDialog(dialog, 11);
        if (lParam == 2)
            PostMessageW(dialog, WM_COMMAND, IDCANCEL, 0);
        if (lParam == 3)
            SetTimer(dialog, 1, 10, NULL);
        if (lParam == 4)
            DestroyWindow(dialog);
        return lParam != 5;
    case WM_COMMAND:
        if (tells)
            say("  command %u of %u", HIWORD(wParam), LOWORD(wParam));
        if (LOWORD(wParam) == IDCANCEL)
            EndDialog(dialog, 22);
        return TRUE;
    case WM_TIMER:
        KillTimer(dialog, 1);
        EndDialog(dialog, 33);
        return TRUE;
    case WM_USER + 5:
        SetWindowLongPtrW(dialog, DWLP_MSGRESULT, 123);
        return wParam != 0;
    }
    return FALSE;
}

#define CONTROL(style, x, y, cx, cy, id, class) LOWORD(style), HIWORD(style), 0, 0, x, y, cx, cy, id, 0xffff, class
#define TABS (WS_CHILD | WS_VISIBLE | WS_TABSTOP)

static WORD template[] = {
    LOWORD(WS_POPUP | WS_CAPTION), HIWORD(WS_POPUP | WS_CAPTION), 0, 0, 6, 10, 20, 120, 80, 0, 0, 'T', 'i', 't', 0,
    0, // to a multiple of four bytes
    CONTROL(WS_CHILD | WS_VISIBLE, 4, 8, 40, 10, 100, 0x82), 'L', 'a', 'b', 'e', 'l', 0, 0,
    CONTROL(TABS | WS_BORDER | ES_AUTOHSCROLL, 48, 8, 60, 12, 101, 0x81), '4', '2', 0, 0, 0,
    CONTROL(TABS | WS_GROUP | BS_AUTORADIOBUTTON, 4, 30, 40, 10, 102, 0x80), 'A', 0, 0,
    CONTROL(WS_CHILD | WS_VISIBLE | BS_AUTORADIOBUTTON, 4, 40, 40, 10, 103, 0x80), 'B', 0, 0,
    CONTROL(TABS | WS_GROUP | BS_DEFPUSHBUTTON, 4, 60, 40, 14, IDOK, 0x80), 'O', 'K', 0, 0, 0,
    CONTROL(TABS | WS_DISABLED, 60, 60, 40, 14, 104, 0x80), 'X', 0, 0,
};

static void modeless(void)
{
    WCHAR text[32];
    char ansi[32];
    RECT rect = {4, 8, 12, 16};
    BOOL translated;
    HWND dialog = CreateDialogIndirectParamW(NULL, (DLGTEMPLATE *)template, NULL, procedure, 5);
    check(dialog);
    say("title %d %ls", GetWindowTextW(dialog, text, 32), text);
    say("class %d", GetClassNameW(dialog, text, 32));
    say("%ls, user %d", text, (int)GetWindowLongPtrW(dialog, DWLP_USER));
    say("label %d %ls", GetDlgItemTextW(dialog, 100, text, 32), text);
    say("number %d", (int)GetDlgItemInt(dialog, 101, &translated, TRUE));
    say("translated %d", translated);
    check(SetDlgItemInt(dialog, 101, (UINT)-7, TRUE));
    say("ansi %d %s", GetDlgItemTextA(dialog, 101, ansi, 32), ansi);
    say("signed %d", (int)GetDlgItemInt(dialog, 101, NULL, TRUE));
    check(SetDlgItemTextA(dialog, 101, "99999999999"));
    say("too large %u", GetDlgItemInt(dialog, 101, &translated, FALSE));
    say("translated %d", translated);
    say("no control %d", SetDlgItemTextW(dialog, 999, L"x"));
    // Wine reports: error 0
    // documented: error 1421     ("System Error Codes": ERROR_CONTROL_ID_NOT_FOUND)
    say("error %u", GetLastError());
    check(CheckRadioButton(dialog, 102, 103, 103));
    say("radio %u %u", IsDlgButtonChecked(dialog, 102), IsDlgButtonChecked(dialog, 103));
    check(CheckDlgButton(dialog, 102, BST_CHECKED));
    say("radio %u %u", IsDlgButtonChecked(dialog, 102), IsDlgButtonChecked(dialog, 103));
    say("sent %d", (int)SendDlgItemMessageW(dialog, 101, WM_GETTEXTLENGTH, 0, 0));
    HWND edit = GetDlgItem(dialog, 101);
    say("next %d %d", GetDlgCtrlID(GetNextDlgTabItem(dialog, edit, FALSE)), GetDlgCtrlID(GetNextDlgTabItem(dialog, edit, TRUE)));
    say("in the group %d %d", GetDlgCtrlID(GetNextDlgGroupItem(dialog, GetDlgItem(dialog, 102), FALSE)),
        GetDlgCtrlID(GetNextDlgGroupItem(dialog, GetDlgItem(dialog, 103), FALSE)));
    say("first %d", GetDlgCtrlID(GetWindow(dialog, GW_CHILD)));
    say("default %x", (int)SendMessageW(dialog, DM_GETDEFID, 0, 0));
    SendMessageW(dialog, DM_SETDEFID, 104, 0);
    say("default %x", (int)SendMessageW(dialog, DM_GETDEFID, 0, 0));
    say("answers %d %d", (int)SendMessageW(dialog, WM_USER + 5, 1, 0), (int)SendMessageW(dialog, WM_USER + 5, 0, 0));
    LONG units = GetDialogBaseUnits();
    check(MapDialogRect(dialog, &rect));
    say("mapped %d %d", rect.left == LOWORD(units), rect.bottom == HIWORD(units) * 2);
    MSG message = {.hwnd = edit, .message = WM_USER};
    say("message of a control %d", IsDialogMessageW(dialog, &message));
    message.hwnd = NULL;
    say("of nobody %d", IsDialogMessageW(dialog, &message));
    tells = TRUE;
    message.hwnd = edit;
    message.message = WM_KEYDOWN;
    message.wParam = VK_ESCAPE;
    say("escape %d", IsDialogMessageW(dialog, &message));
    tells = FALSE;
    say("still there %d", IsWindow(dialog));
    check(DestroyWindow(dialog));
}

static void modal(void)
{
    say("ended at once %d", (int)DialogBoxIndirectParamW(NULL, (DLGTEMPLATE *)template, NULL, procedure, 1));
    say("by a message %d", (int)DialogBoxIndirectParamA(NULL, (DLGTEMPLATE *)template, NULL, procedure, 2));
    say("by a timer %d", (int)DialogBoxIndirectParamW(NULL, (DLGTEMPLATE *)template, NULL, procedure, 3));
    say("no resource %d", (int)DialogBoxParamW(GetModuleHandleW(NULL), L"NOTHING", NULL, procedure, 1));
    MSG message;
    say("nothing left %d", PeekMessageW(&message, NULL, 0, 0, PM_REMOVE));
}

static void extended(void)
{
    static const WORD extended_template[] = {
        1, 0xffff, 0, 0, 0, 0, LOWORD(WS_POPUP | DS_SETFONT), HIWORD(WS_POPUP), 2, 0, 0, 50, 50, 0, 0, 'E', 0, 8, 400, 0x0100,
        'M', 'S', ' ', 'S', 'h', 'e', 'l', 'l', ' ', 'D', 'l', 'g', 0, 0,
        0, 0, 0, 0, LOWORD(TABS), HIWORD(TABS), 1, 1, 20, 10, 0x7777, 1, 'B', 'u', 't', 't', 'o', 'n', 0, 'G', 'o', 0, 0, 0,
        0, 0, 0, 0, LOWORD(TABS), HIWORD(TABS), 1, 20, 20, 30, 5, 0, 0xffff, 0x83, 0, 0};
    WCHAR text[32];
    HWND dialog = CreateDialogIndirectParamA(NULL, (DLGTEMPLATE *)extended_template, NULL, procedure, 7);
    check(dialog);
    say("title %d %ls", GetWindowTextW(dialog, text, 32), text);
    HWND button = GetDlgItem(dialog, 0x17777);
    say("button %d %ls", GetWindowTextW(button, text, 32), text);
    say("class %d", GetClassNameW(GetDlgItem(dialog, 5), text, 32));
    say("%ls", text);
    say("font %d", SendMessageW(button, WM_GETFONT, 0, 0) != 0 &&
        SendMessageW(button, WM_GETFONT, 0, 0) == SendMessageW(dialog, WM_GETFONT, 0, 0));
    DestroyWindow(dialog);
}

PROGRAM
{
    modeless();
    modal();
    extended();
    return 0;
}
