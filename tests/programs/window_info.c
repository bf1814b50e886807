// flags: -luser32
// What windows know of themselves: information, properties, order, and which window is at a place.
#include <windows.h>

#include "fixture.h"

static BOOL CALLBACK property(HWND window, LPCSTR name, HANDLE data)
{
    (void)window;
    say("  %s %d", name, (int)(INT_PTR)data);
    return TRUE;
}

static BOOL CALLBACK property_ex(HWND window, LPWSTR name, HANDLE data, ULONG_PTR stop)
{
    (void)window;
    say("  %ls %d", name, (int)(INT_PTR)data);
    return data != (HANDLE)stop;
}

static HWND window(HWND parent, DWORD style, DWORD ex_style, int x, int y, int cx, int cy)
{
    HWND made = CreateWindowExW(ex_style, L"WindlassInfo", L"text", style, x, y, cx, cy, parent, NULL, NULL, NULL);
    check(made);
    return made;
}

static int place(HWND parent, int x, int y, UINT flags, HWND first, HWND second)
{
    HWND found = ChildWindowFromPointEx(parent, (POINT){x, y}, flags);
    return found == first ? 1 : found == second ? 2 : found == parent ? 0 : found ? 9 : -1;
}

PROGRAM
{
    WNDCLASSW class = {.lpfnWndProc = DefWindowProcW, .lpszClassName = L"WindlassInfo"};
    check(RegisterClassW(&class));
    HWND parent = window(NULL, WS_POPUP | WS_VISIBLE, WS_EX_LAYERED, 10, 20, 200, 100);
    HWND first = window(parent, WS_CHILD | WS_VISIBLE, 0, 0, 0, 50, 50);
    HWND second = window(parent, WS_CHILD | WS_VISIBLE | WS_DISABLED, 0, 40, 40, 50, 50);
    WINDOWINFO info = {.cbSize = sizeof info};
    check(GetWindowInfo(parent, &info));
    say("window %d %d %d %d", info.rcWindow.left, info.rcWindow.top, info.rcWindow.right, info.rcWindow.bottom);
    say("client %d %d %d %d", info.rcClient.left, info.rcClient.top, info.rcClient.right, info.rcClient.bottom);
    say("borders %u %u, atom %d", info.cxWindowBorders, info.cyWindowBorders, info.atomWindowType == GetClassLongW(parent, GCW_ATOM));
    say("none %d", GetWindowInfo((HWND)5, &info));
    say("order %d %d", GetWindow(parent, GW_CHILD) == first, GetWindow(first, GW_HWNDNEXT) == second);
    check(SetWindowPos(second, HWND_TOP, 0, 0, 0, 0, SWP_NOMOVE | SWP_NOSIZE));
    say("raised %d", GetWindow(parent, GW_CHILD) == second);
    check(SetWindowPos(second, HWND_BOTTOM, 0, 0, 0, 0, SWP_NOMOVE | SWP_NOSIZE));
    say("lowered %d", GetWindow(parent, GW_CHILD) == first);
    check(SetWindowPos(first, second, 0, 0, 0, 0, SWP_NOMOVE | SWP_NOSIZE));
    say("below %d", GetWindow(second, GW_HWNDNEXT) == first);
    check(SetWindowPos(first, HWND_TOP, 0, 0, 0, 0, SWP_NOMOVE | SWP_NOSIZE));
    say("places %d %d %d %d", place(parent, 10, 10, 0, first, second), place(parent, 45, 45, 0, first, second),
        place(parent, 80, 80, 0, first, second), place(parent, 150, 90, 0, first, second));
    say("outside %d, skipping %d", place(parent, 500, 10, 0, first, second), place(parent, 80, 80, CWP_SKIPDISABLED, first, second));
    say("on the screen %d %d", WindowFromPoint((POINT){15, 25}) == first, WindowFromPoint((POINT){100, 105}) == parent);
    check(SetPropW(parent, L"one", (HANDLE)1));
    EnumPropsA(parent, property);
    check(SetPropW(parent, L"two", (HANDLE)2));
    say("stopped %d", EnumPropsExW(parent, property_ex, 1) >= 0);
    RemovePropW(parent, L"one");
    RemovePropW(parent, L"two");
    say("none %d", EnumPropsW(parent, NULL));
    COLORREF key = 0;
    BYTE alpha = 0;
    DWORD flags = 0;
    say("no layer yet %d", GetLayeredWindowAttributes(parent, &key, &alpha, &flags));
    check(SetLayeredWindowAttributes(parent, RGB(1, 2, 3), 77, LWA_ALPHA));
    check(GetLayeredWindowAttributes(parent, &key, &alpha, &flags));
    say("layer %u %u", alpha, flags);
    say("not layered %d", SetLayeredWindowAttributes(first, 0, 0, LWA_ALPHA));
    check(SetWindowContextHelpId(parent, 5));
    say("help %u", GetWindowContextHelpId(parent));
    WCHAR text[8];
    say("text %d %ls", InternalGetWindowText(parent, text, 3), text);
    HWND popup = window(parent, WS_POPUP, 0, 0, 0, 10, 10);
    say("last active %d", GetLastActivePopup(first) == first);
    check(ShowOwnedPopups(parent, TRUE));
    say("gui %d", IsGUIThread(FALSE));
    say("scrolled %d", !!ScrollWindow(parent, 5, 7, NULL, NULL));
    RECT rect;
    GetWindowRect(first, &rect);
    say("moved %d %d", rect.left, rect.top);
    DestroyWindow(parent);
    say("gone with its owner %d", !IsWindow(popup));
    return 0;
}
