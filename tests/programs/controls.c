// flags: -luser32
// The standard controls: what buttons, edit controls, list boxes, combo boxes and scroll bars answer and tell their parent.
#include <windows.h>

#include "fixture.h"

static BOOL tells;

static LRESULT CALLBACK parent_procedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam)
{
    if (message == WM_COMMAND && tells)
        say("  command %u of %u", HIWORD(wParam), LOWORD(wParam));
    return DefWindowProcW(window, message, wParam, lParam);
}

static HWND parent;

static HWND control(const WCHAR *class, const WCHAR *text, DWORD style, int id)
{
    HWND window = CreateWindowExW(0, class, text, WS_CHILD | style, 0, 0, 100, 60, parent, (HMENU)(INT_PTR)id, NULL, NULL);
    check(window);
    return window;
}

static void buttons(void)
{
    HWND box = control(L"BUTTON", L"box", WS_VISIBLE | BS_AUTOCHECKBOX, 1);
    HWND three = control(L"BUTTON", L"three", WS_VISIBLE | BS_AUTO3STATE, 2);
    HWND first = control(L"BUTTON", L"first", WS_VISIBLE | WS_GROUP | BS_AUTORADIOBUTTON, 3);
    HWND second = control(L"BUTTON", L"second", WS_VISIBLE | BS_AUTORADIOBUTTON, 4);
    HWND push = control(L"BUTTON", L"push", WS_VISIBLE | WS_GROUP | BS_DEFPUSHBUTTON, 5);
    tells = TRUE;
    say("codes %x %x %x", (int)SendMessageW(box, WM_GETDLGCODE, 0, 0), (int)SendMessageW(first, WM_GETDLGCODE, 0, 0),
        (int)SendMessageW(push, WM_GETDLGCODE, 0, 0));
    SendMessageW(box, BM_CLICK, 0, 0);
    say("checked %d", (int)SendMessageW(box, BM_GETCHECK, 0, 0));
    SendMessageW(box, BM_CLICK, 0, 0);
    say("checked %d", (int)SendMessageW(box, BM_GETCHECK, 0, 0));
    for (int i = 0; i < 3; i++) {
        SendMessageW(three, BM_CLICK, 0, 0);
        say("state %d", (int)SendMessageW(three, BM_GETCHECK, 0, 0));
    }
    SendMessageW(push, BM_CLICK, 0, 0);
    SendMessageW(push, BM_SETCHECK, 1, 0);
    say("push %d", (int)SendMessageW(push, BM_GETCHECK, 0, 0));
    SendMessageW(first, BM_SETCHECK, 1, 0);
    SendMessageW(second, BM_CLICK, 0, 0);
    say("radio %d %d", (int)SendMessageW(first, BM_GETCHECK, 0, 0), (int)SendMessageW(second, BM_GETCHECK, 0, 0));
    say("tab stops %d %d", !!(GetWindowLongW(first, GWL_STYLE) & WS_TABSTOP), !!(GetWindowLongW(second, GWL_STYLE) & WS_TABSTOP));
    SendMessageW(push, BM_SETSTYLE, BS_PUSHBUTTON, 0);
    say("code %x", (int)SendMessageW(push, WM_GETDLGCODE, 0, 0));
    say("font %d", SendMessageW(push, WM_GETFONT, 0, 0) == 0);
    tells = FALSE;
}

static void edits(void)
{
    WCHAR text[64], line[16];
    char ansi[64];
    DWORD start, end;
    HWND edit = control(L"EDIT", L"hello", 0, 11);
    tells = TRUE;
    say("text %d %ls", GetWindowTextW(edit, text, 64), text);
    say("limit %d", (int)SendMessageW(edit, EM_GETLIMITTEXT, 0, 0));
    SendMessageW(edit, EM_SETSEL, 1, 3);
    SendMessageW(edit, EM_GETSEL, (WPARAM)&start, (LPARAM)&end);
    say("selected %u %u, %x", start, end, (int)SendMessageW(edit, EM_GETSEL, 0, 0));
    SendMessageW(edit, EM_REPLACESEL, TRUE, (LPARAM)L"XYZ");
    say("replaced %d %ls, modified %d", GetWindowTextW(edit, text, 64), text, (int)SendMessageW(edit, EM_GETMODIFY, 0, 0));
    tells = FALSE;
    say("undo %d %d", (int)SendMessageW(edit, EM_CANUNDO, 0, 0), (int)SendMessageW(edit, EM_UNDO, 0, 0));
    say("undone %d %ls", GetWindowTextW(edit, text, 64), text);
    tells = TRUE;
    say("set %d", SetWindowTextA(edit, "other"));
    say("ansi %d %s, modified %d", GetWindowTextA(edit, ansi, 64), ansi, (int)SendMessageW(edit, EM_GETMODIFY, 0, 0));
    SendMessageW(edit, EM_SETSEL, 0, -1);
    SendMessageA(edit, EM_REPLACESEL, FALSE, (LPARAM)"typed");
    SendMessageW(edit, WM_CHAR, '!', 0);
    SendMessageW(edit, WM_CHAR, '?', 0);
    SendMessageW(edit, WM_CHAR, '\b', 0);
    say("typed %d %ls", GetWindowTextW(edit, text, 64), text);
    SendMessageW(edit, EM_SETLIMITTEXT, 7, 0);
    SendMessageW(edit, EM_REPLACESEL, TRUE, (LPARAM)L"1234");
    say("limited %d %ls", GetWindowTextW(edit, text, 64), text);
    tells = FALSE;
    HWND pasted = control(L"EDIT", L"[]", 0, 14);
    SendMessageW(edit, EM_SETSEL, 1, 4);
    SendMessageW(edit, WM_COPY, 0, 0);
    SendMessageW(pasted, EM_SETSEL, 1, 1);
    SendMessageW(pasted, WM_PASTE, 0, 0);
    say("pasted %d %ls", GetWindowTextW(pasted, text, 64), text);
    SendMessageW(pasted, EM_SETSEL, 0, 2);
    SendMessageW(pasted, WM_CUT, 0, 0);
    SendMessageW(pasted, WM_PASTE, 0, 0);
    SendMessageW(pasted, WM_PASTE, 0, 0);
    say("cut and pasted %d %ls", GetWindowTextW(pasted, text, 64), text);
    HWND lines = control(L"EDIT", L"one\r\ntwo\r\n\r\nfour", ES_MULTILINE | ES_AUTOHSCROLL | ES_AUTOVSCROLL, 12);
    say("lines %d", (int)SendMessageW(lines, EM_GETLINECOUNT, 0, 0));
    say("starts %d %d %d %d", (int)SendMessageW(lines, EM_LINEINDEX, 0, 0), (int)SendMessageW(lines, EM_LINEINDEX, 1, 0),
        (int)SendMessageW(lines, EM_LINEINDEX, 3, 0), (int)SendMessageW(lines, EM_LINEINDEX, 4, 0));
    say("line of %d %d %d", (int)SendMessageW(lines, EM_LINEFROMCHAR, 3, 0), (int)SendMessageW(lines, EM_LINEFROMCHAR, 5, 0),
        (int)SendMessageW(lines, EM_LINEFROMCHAR, 100, 0));
    say("lengths %d %d %d", (int)SendMessageW(lines, EM_LINELENGTH, 6, 0), (int)SendMessageW(lines, EM_LINELENGTH, 10, 0),
        (int)SendMessageW(lines, EM_LINELENGTH, 12, 0));
    line[0] = 15;
    say("line %d", (int)SendMessageW(lines, EM_GETLINE, 1, (LPARAM)line));
    say("%.3ls", line);
    SendMessageW(lines, EM_SETSEL, 3, 3);
    SendMessageW(lines, WM_CHAR, '\r', 0);
    say("broken %d", (int)SendMessageW(lines, EM_GETLINECOUNT, 0, 0));
    HWND upper = control(L"EDIT", L"", ES_UPPERCASE | ES_PASSWORD, 13);
    SetWindowTextW(upper, L"abc");
    say("upper %d %ls", GetWindowTextW(upper, text, 64), text);
    SendMessageW(upper, EM_SETPASSWORDCHAR, '*', 0);
    say("password %c", (int)SendMessageW(upper, EM_GETPASSWORDCHAR, 0, 0));
    SendMessageW(upper, EM_SETREADONLY, TRUE, 0);
    SendMessageW(upper, WM_CHAR, 'x', 0);
    say("read only %d", GetWindowTextLengthW(upper));
}

static void lists(void)
{
    WCHAR text[32];
    char ansi[32];
    int places[4] = {0};
    HWND list = control(L"LISTBOX", L"", LBS_SORT | LBS_NOTIFY, 21);
    say("added %d %d %d", (int)SendMessageW(list, LB_ADDSTRING, 0, (LPARAM)L"pear"), (int)SendMessageA(list, LB_ADDSTRING, 0, (LPARAM)"apple"),
        (int)SendMessageW(list, LB_ADDSTRING, 0, (LPARAM)L"Orange"));
    say("inserted %d", (int)SendMessageW(list, LB_INSERTSTRING, -1, (LPARAM)L"aaa"));
    say("count %d", (int)SendMessageW(list, LB_GETCOUNT, 0, 0));
    say("text %d", (int)SendMessageW(list, LB_GETTEXT, 1, (LPARAM)text));
    say("%ls", text);
    say("ansi %d", (int)SendMessageA(list, LB_GETTEXT, 2, (LPARAM)ansi));
    say("%s", ansi);
    say("length %d, none %d", (int)SendMessageW(list, LB_GETTEXTLEN, 0, 0), (int)SendMessageW(list, LB_GETTEXTLEN, 9, 0));
    say("found %d %d %d", (int)SendMessageW(list, LB_FINDSTRING, -1, (LPARAM)L"OR"), (int)SendMessageW(list, LB_FINDSTRINGEXACT, -1, (LPARAM)L"or"),
        (int)SendMessageW(list, LB_FINDSTRING, 0, (LPARAM)L"a"));
    say("select %d %d", (int)SendMessageW(list, LB_SETCURSEL, 2, 0), (int)SendMessageW(list, LB_GETCURSEL, 0, 0));
    say("by text %d", (int)SendMessageW(list, LB_SELECTSTRING, -1, (LPARAM)L"Or"));
    say("is selected %d %d", (int)SendMessageW(list, LB_GETSEL, 1, 0), (int)SendMessageW(list, LB_GETSEL, 2, 0));
    say("data %d %d", (int)SendMessageW(list, LB_SETITEMDATA, 1, 77), (int)SendMessageW(list, LB_GETITEMDATA, 1, 0));
    say("deleted %d, current %d", (int)SendMessageW(list, LB_DELETESTRING, 0, 0), (int)SendMessageW(list, LB_GETCURSEL, 0, 0));
    say("deleted %d, current %d", (int)SendMessageW(list, LB_DELETESTRING, 0, 0), (int)SendMessageW(list, LB_GETCURSEL, 0, 0));
    say("none %d", (int)SendMessageW(list, LB_DELETESTRING, 9, 0));
    // Wine reports: not multiple -1 0
    // documented: not multiple -1 -1     ("LB_SETSEL message": for multiple-selection list boxes only)
    say("not multiple %d %d", (int)SendMessageW(list, LB_GETSELCOUNT, 0, 0), (int)SendMessageW(list, LB_SETSEL, TRUE, 0));
    SendMessageW(list, LB_RESETCONTENT, 0, 0);
    say("reset %d", (int)SendMessageW(list, LB_GETCOUNT, 0, 0));
    HWND many = control(L"LISTBOX", L"", LBS_MULTIPLESEL, 22);
    for (int i = 0; i < 4; i++)
        SendMessageW(many, LB_ADDSTRING, 0, (LPARAM)L"item");
    say("set %d %d", (int)SendMessageW(many, LB_SETSEL, TRUE, 1), (int)SendMessageW(many, LB_SETSEL, TRUE, 3));
    say("selected %d", (int)SendMessageW(many, LB_GETSELITEMS, 4, (LPARAM)places));
    say("%d %d", places[0], places[1]);
    SendMessageW(many, LB_SETSEL, TRUE, -1);
    say("all %d", (int)SendMessageW(many, LB_GETSELCOUNT, 0, 0));
}

static void combos(void)
{
    WCHAR text[32];
    HWND combo = control(L"COMBOBOX", L"", CBS_DROPDOWNLIST, 31);
    say("added %d %d", (int)SendMessageW(combo, CB_ADDSTRING, 0, (LPARAM)L"one"), (int)SendMessageA(combo, CB_ADDSTRING, 0, (LPARAM)"two"));
    say("none %d", (int)SendMessageW(combo, CB_GETCURSEL, 0, 0));
    say("chosen %d", (int)SendMessageW(combo, CB_SETCURSEL, 1, 0));
    say("text %d %ls", GetWindowTextW(combo, text, 32), text);
    say("of list %d", (int)SendMessageW(combo, CB_GETLBTEXT, 0, (LPARAM)text));
    say("%ls", text);
    say("found %d", (int)SendMessageW(combo, CB_FINDSTRINGEXACT, -1, (LPARAM)L"TWO"));
    say("data %d", (int)SendMessageW(combo, CB_SETITEMDATA, 1, 5) >= 0);
    say("data %d", (int)SendMessageW(combo, CB_GETITEMDATA, 1, 0));
    say("selected %d", (int)SendMessageW(combo, CB_SELECTSTRING, -1, (LPARAM)L"o"));
    say("beyond %d", (int)SendMessageW(combo, CB_SETCURSEL, 5, 0));
    say("deleted %d, count %d", (int)SendMessageW(combo, CB_DELETESTRING, 0, 0), (int)SendMessageW(combo, CB_GETCOUNT, 0, 0));
    HWND typed = control(L"COMBOBOX", L"", CBS_DROPDOWN, 32);
    SendMessageW(typed, CB_ADDSTRING, 0, (LPARAM)L"first");
    SetWindowTextW(typed, L"free text");
    say("typed %d %ls, chosen %d", GetWindowTextW(typed, text, 32), text, (int)SendMessageW(typed, CB_GETCURSEL, 0, 0));
}

static void bars(void)
{
    SCROLLINFO info = {.cbSize = sizeof info, .fMask = SIF_ALL, .nMin = 0, .nMax = 99, .nPage = 10, .nPos = 95};
    HWND bar = control(L"SCROLLBAR", L"", SBS_VERT, 41);
    say("kept in range %d", SetScrollInfo(bar, SB_CTL, &info, FALSE));
    SCROLLINFO got = {.cbSize = sizeof got, .fMask = SIF_ALL};
    check(GetScrollInfo(bar, SB_CTL, &got));
    say("info %d %d %u %d", got.nMin, got.nMax, got.nPage, got.nPos);
    say("set %d, is %d", SetScrollPos(bar, SB_CTL, 30, FALSE), GetScrollPos(bar, SB_CTL));
    say("parent %d", SetScrollInfo(parent, SB_VERT, &info, FALSE));
    check(GetScrollInfo(parent, SB_VERT, &got));
    say("info %d %d %u %d, shown %d", got.nMin, got.nMax, got.nPage, got.nPos, !!(GetWindowLongW(parent, GWL_STYLE) & WS_VSCROLL));
    int first, last;
    check(SetScrollRange(parent, SB_HORZ, 5, 50, FALSE));
    check(GetScrollRange(parent, SB_HORZ, &first, &last));
    say("range %d %d at %d", first, last, GetScrollPos(parent, SB_HORZ));
    info.cbSize = 3;
    say("bad size %d", GetScrollInfo(parent, SB_VERT, &info));
}

static WNDPROC original;

static LRESULT CALLBACK replaced(HWND window, UINT message, WPARAM wParam, LPARAM lParam)
{
    if (message == WM_SETTEXT)
        say("  text %s", (char *)lParam);
    return CallWindowProcA(original, window, message, wParam, lParam);
}

static void subclassing(void)
{
    WCHAR text[16];
    HWND window = control(L"STATIC", L"before", 0, 51);
    original = (WNDPROC)SetWindowLongPtrA(window, GWLP_WNDPROC, (LONG_PTR)replaced);
    SetWindowTextW(window, L"after");
    say("now %d %ls", GetWindowTextW(window, text, 16), text);
    say("class %d", GetClassNameW(window, text, 16));
    WNDCLASSW class;
    say("known %d", GetClassInfoW(NULL, L"button", &class) && class.lpfnWndProc);
    say("not to be removed %d", UnregisterClassW(L"BUTTON", NULL));
}

PROGRAM
{
    WNDCLASSW class = {.lpfnWndProc = parent_procedure, .lpszClassName = L"WindlassParent"};
    check(RegisterClassW(&class));
    parent = CreateWindowExW(0, L"WindlassParent", L"", WS_OVERLAPPEDWINDOW | WS_VISIBLE, 0, 0, 400, 300, NULL, NULL, NULL, NULL);
    check(parent);
    buttons();
    edits();
    lists();
    combos();
    bars();
    subclassing();
    return 0;
}
