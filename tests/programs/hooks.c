// flags: -luser32
// Accelerator tables, and hooks in the process: which are called, in which order, and what they can prevent.
#include <windows.h>

#include "fixture.h"

static HHOOK hooks[4];
static BOOL refuses;

static LRESULT CALLBACK window_procedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam)
{
    if (message == WM_COMMAND)
        say("  command %u from %u", LOWORD(wParam), HIWORD(wParam));
    if (message == WM_USER)
        say("  message");
    return message == WM_USER ? 5 : DefWindowProcW(window, message, wParam, lParam);
}

static LRESULT CALLBACK on_call(int code, WPARAM wParam, LPARAM lParam)
{
    CWPSTRUCT *message = (CWPSTRUCT *)lParam;
    if (code == HC_ACTION && message->message == WM_USER)
        say("  before");
    return CallNextHookEx(hooks[0], code, wParam, lParam);
}

static LRESULT CALLBACK older(int code, WPARAM wParam, LPARAM lParam)
{
    if (((CWPSTRUCT *)lParam)->message == WM_USER)
        say("  the older one");
    return CallNextHookEx(NULL, code, wParam, lParam);
}

static LRESULT CALLBACK on_return(int code, WPARAM wParam, LPARAM lParam)
{
    CWPRETSTRUCT *message = (CWPRETSTRUCT *)lParam;
    if (message->message == WM_USER)
        say("  after, %d", (int)message->lResult);
    return CallNextHookEx(hooks[1], code, wParam, lParam);
}

static LRESULT CALLBACK on_get(int code, WPARAM wParam, LPARAM lParam)
{
    MSG *message = (MSG *)lParam;
    if (message->message == WM_USER + 1) {
        say("  got, removed %d", (int)wParam);
        message->wParam = 77;
    }
    return CallNextHookEx(hooks[2], code, wParam, lParam);
}

static LRESULT CALLBACK on_window(int code, WPARAM wParam, LPARAM lParam)
{
    if (code == HCBT_CREATEWND)
        say("  create %ls", ((CBT_CREATEWNDW *)lParam)->lpcs->lpszName);
    if (code == HCBT_DESTROYWND)
        say("  destroy");
    return refuses ? 1 : CallNextHookEx(hooks[3], code, wParam, lParam);
}

static LRESULT CALLBACK filter(int code, WPARAM wParam, LPARAM lParam)
{
    (void)wParam;
    say("  filter %d of %u", code, ((MSG *)lParam)->message);
    return 1;
}

static HWND create(const WCHAR *name)
{
    return CreateWindowExW(0, L"WindlassHooked", name, WS_OVERLAPPEDWINDOW, 0, 0, 10, 10, NULL, NULL, NULL, NULL);
}

static void chains(void)
{
    DWORD thread = GetCurrentThreadId();
    HWND window = create(L"first");
    HHOOK other = SetWindowsHookExW(WH_CALLWNDPROC, older, NULL, thread);
    hooks[0] = SetWindowsHookExW(WH_CALLWNDPROC, on_call, NULL, thread);
    hooks[1] = SetWindowsHookExW(WH_CALLWNDPROCRET, on_return, NULL, thread);
    hooks[2] = SetWindowsHookExA(WH_GETMESSAGE, on_get, NULL, thread);
    hooks[3] = SetWindowsHookExW(WH_CBT, on_window, NULL, thread);
    check(other && hooks[0] && hooks[1] && hooks[2] && hooks[3]);
    say("sent %d", (int)SendMessageW(window, WM_USER, 0, 0));
    MSG message;
    PostMessageW(window, WM_USER + 1, 1, 0);
    check(PeekMessageW(&message, window, WM_USER + 1, WM_USER + 1, PM_REMOVE));
    say("changed to %d", (int)message.wParam);
    HWND second = create(L"second");
    check(second);
    DestroyWindow(second);
    refuses = TRUE;
    say("refused %d", create(L"third") == NULL);
    refuses = FALSE;
    say("removed %d %d", UnhookWindowsHookEx(hooks[0]), UnhookWindowsHookEx(other));
    say("again %d", UnhookWindowsHookEx(hooks[0]));
    say("error %u", GetLastError());
    SendMessageW(window, WM_USER, 0, 0);
    for (int i = 1; i < 4; i++)
        check(UnhookWindowsHookEx(hooks[i]));
    SendMessageW(window, WM_USER, 0, 0);
    HHOOK messages = SetWindowsHookExW(WH_MSGFILTER, filter, NULL, thread);
    message.message = WM_USER + 2;
    say("filtered %d", CallMsgFilterW(&message, MSGF_MENU));
    UnhookWindowsHookEx(messages);
    say("not filtered %d", CallMsgFilterW(&message, MSGF_MENU));
    say("no procedure %d", SetWindowsHookExW(WH_CBT, NULL, NULL, thread) == NULL);
    say("error %u", GetLastError());
    say("no module %d", SetWindowsHookExW(WH_CBT, on_window, NULL, 0) == NULL);
    say("error %u", GetLastError());
    say("no such hook %d", SetWindowsHookExW(55, on_window, NULL, thread) == NULL);
    // Wine reports: error 87
    // documented: error 1426     ("System Error Codes": ERROR_INVALID_HOOK_FILTER)
    say("error %u", GetLastError());
    DestroyWindow(window);
}

static void accelerators(void)
{
    ACCEL list[] = {{FVIRTKEY | FCONTROL, 'S', 100}, {FVIRTKEY, VK_F1, 101}, {0, 'x', 102}, {FVIRTKEY | FALT, 'A', 103}}, got[8];
    BYTE keys[256] = {0};
    HACCEL table = CreateAcceleratorTableW(list, 4);
    check(table);
    say("entries %d", CopyAcceleratorTableW(table, NULL, 0));
    say("copied %d", CopyAcceleratorTableW(table, got, 2));
    say("second %x %u %u", got[1].fVirt, got[1].key, got[1].cmd);
    HMENU bar = CreateMenu();
    AppendMenuW(bar, MF_STRING | MF_GRAYED, 101, L"off");
    HWND window = create(L"keys");
    MSG message = {.hwnd = window, .message = WM_KEYDOWN, .wParam = 'S'};
    say("without control %d", TranslateAcceleratorW(window, table, &message));
    keys[VK_CONTROL] = 0x80;
    SetKeyboardState(keys);
    say("with control %d", TranslateAcceleratorW(window, table, &message));
    keys[VK_CONTROL] = 0;
    SetKeyboardState(keys);
    message.wParam = VK_F1;
    say("help %d", TranslateAcceleratorW(window, table, &message));
    SetMenu(window, bar);
    say("help, off %d", TranslateAcceleratorW(window, table, &message));
    message.message = WM_CHAR;
    message.wParam = 'x';
    say("character %d", TranslateAcceleratorA(window, table, &message));
    message.message = WM_KEYUP;
    say("another message %d", TranslateAcceleratorW(window, table, &message));
    message.message = WM_SYSKEYDOWN;
    message.wParam = 'A';
    keys[VK_MENU] = 0x80;
    SetKeyboardState(keys);
    message.lParam = 1 << 29;
    say("alt %d", TranslateAcceleratorW(window, table, &message));
    check(DestroyAcceleratorTable(table));
    say("again %d", DestroyAcceleratorTable(table));
    say("no entries %d", CreateAcceleratorTableW(list, 0) == NULL);
    say("no resource %d", LoadAcceleratorsW(GetModuleHandleW(NULL), L"NOTHING") == NULL);
    DestroyWindow(window);
}

PROGRAM
{
    WNDCLASSW class = {.lpfnWndProc = window_procedure, .lpszClassName = L"WindlassHooked"};
    check(RegisterClassW(&class));
    chains();
    accelerators();
    return 0;
}
