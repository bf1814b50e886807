// flags: -luser32
// Windows for messages only: classes, creation, text, values, properties, queues, timers, other threads.
#include <windows.h>

#include "fixture.h"

static const char *name_of(UINT message)
{
    switch (message) {
    case WM_CREATE: return "CREATE";
    case WM_DESTROY: return "DESTROY";
    case WM_NCCREATE: return "NCCREATE";
    case WM_NCDESTROY: return "NCDESTROY";
    case WM_SETTEXT: return "SETTEXT";
    case WM_GETTEXT: return "GETTEXT";
    case WM_GETTEXTLENGTH: return "GETTEXTLENGTH";
    case WM_CLOSE: return "CLOSE";
    case WM_ENABLE: return "ENABLE";
    case WM_TIMER: return "TIMER";
    default: return NULL;
    }
}

static BOOL quiet;
static DWORD main_thread;

static LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam)
{
    if (name_of(message) && !quiet)
        say("  %s", name_of(message));
    if (message == WM_NCCREATE) {
        CREATESTRUCTW *facts = (CREATESTRUCTW *)lParam;
        SetWindowLongPtrW(window, GWLP_USERDATA, (LONG_PTR)facts->lpCreateParams);
    }
    if (message == WM_USER)
        return (LRESULT)(wParam * 2 + lParam);
    if (message == WM_USER + 1)
        return InSendMessage();
    if (message == WM_USER + 2) {
        ReplyMessage(5);
        return 6;
    }
    if (message == WM_USER + 3)
        return GetCurrentThreadId() == main_thread;
    if (message == WM_TIMER)
        PostQuitMessage((int)wParam);
    return DefWindowProcW(window, message, wParam, lParam);
}

static LRESULT CALLBACK ansi_procedure(HWND window, UINT message, WPARAM wParam, LPARAM lParam)
{
    if (message == WM_NCCREATE)
        say("  ansi create %s of %s", ((CREATESTRUCTA *)lParam)->lpszName, ((CREATESTRUCTA *)lParam)->lpszClass);
    if (message == WM_SETTEXT)
        say("  ansi text %s", (char *)lParam);
    return DefWindowProcA(window, message, wParam, lParam);
}

static void classes(void)
{
    WNDCLASSEXW class = {.cbSize = sizeof class, .lpfnWndProc = procedure, .cbWndExtra = 16, .hInstance = (HINSTANCE)1,
                         .lpszClassName = L"WindlassTest"};
    WNDCLASSEXW found = {.cbSize = sizeof found};
    ATOM atom = RegisterClassExW(&class);
    check(atom >= 0xC000);
    SetLastError(0);
    say("again %u", RegisterClassExW(&class));
    say("error %u", GetLastError());
    check(GetClassInfoExW((HINSTANCE)1, L"windlasstest", &found));
    say("same %d %d", found.lpfnWndProc == procedure, found.cbWndExtra);
    class.cbSize = 3;
    say("bad size %u", RegisterClassExW(&class));
    WNDCLASSA ansi = {.lpfnWndProc = ansi_procedure, .hInstance = (HINSTANCE)1, .lpszClassName = "WindlassAnsi"};
    check(RegisterClassA(&ansi));
    SetLastError(0);
    HWND none = CreateWindowExW(0, L"NoSuchClass", L"", 0, 0, 0, 1, 1, HWND_MESSAGE, NULL, (HINSTANCE)1, NULL);
    // Wine reports: no class 1 1411
    // documented: no class 1 1407     ("System Error Codes": ERROR_CANNOT_FIND_WND_CLASS)
    say("no class %d %u", none == NULL, GetLastError());
}

static HWND create(const WCHAR *text)
{
    HWND window = CreateWindowExW(0, L"WindlassTest", text, 0, 10, 20, 200, 100, HWND_MESSAGE, NULL, (HINSTANCE)1,
                                  (void *)77);
    check(window);
    return window;
}

static void facts(void)
{
    WCHAR text[32], short_text[4];
    char ansi[32];
    say("creating");
    HWND window = create(L"title");
    say("created");
    say("user data %d", (int)GetWindowLongPtrW(window, GWLP_USERDATA));
    say("text %d", GetWindowTextW(window, text, 32));
    say("%ls", text);
    say("short %d", GetWindowTextW(window, short_text, 4));
    say("%ls", short_text);
    check(SetWindowTextW(window, L"changed"));
    say("ansi %d %s", GetWindowTextA(window, ansi, 32), ansi);
    say("length %d", GetWindowTextLengthW(window));
    say("class %d", GetClassNameW(window, text, 32));
    say("%ls", text);
    SetWindowLongPtrW(window, 8, 0x123456789abc);
    say("extra %llx", (unsigned long long)GetWindowLongPtrW(window, 8));
    SetLastError(0);
    say("beyond %d", (int)GetWindowLongPtrW(window, 16));
    say("error %u", GetLastError());
    check(SetPropW(window, L"one", (HANDLE)11));
    say("property %d", (int)(LONG_PTR)GetPropW(window, L"ONE"));
    say("removed %d, then %d", (int)(LONG_PTR)RemovePropW(window, L"one"), (int)(LONG_PTR)GetPropW(window, L"one"));
    say("unicode %d visible %d enabled %d", IsWindowUnicode(window), IsWindowVisible(window), IsWindowEnabled(window));
    say("disable %d", EnableWindow(window, FALSE));
    say("enabled %d", IsWindowEnabled(window));
    DWORD process = 0;
    check(GetWindowThreadProcessId(window, &process) == GetCurrentThreadId() && process == GetCurrentProcessId());
    say("parent %d", GetParent(window) == NULL);
    say("found %d", FindWindowExW(HWND_MESSAGE, NULL, L"WindlassTest", L"changed") == window);
    say("found among all %d", FindWindowW(L"WindlassTest", NULL) == window);
    say("destroying");
    check(DestroyWindow(window));
    say("gone %d", IsWindow(window));
    say("again %d", DestroyWindow(window));
}

static void forms(void)
{
    char text[32];
    say("an ANSI window");
    HWND window = CreateWindowExW(0, L"WindlassAnsi", L"wide", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, (HINSTANCE)1, NULL);
    check(window);
    SetWindowTextW(window, L"wide again");
    say("%d %s", GetWindowTextA(window, text, 32), text);
    say("unicode %d", IsWindowUnicode(window));
    DestroyWindow(window);
}

static void queue(void)
{
    MSG message;
    quiet = TRUE;
    HWND window = create(L"");
    say("sent %d", (int)SendMessageW(window, WM_USER, 20, 2));
    say("in send %d", (int)SendMessageW(window, WM_USER + 1, 0, 0));
    check(PostMessageW(window, WM_USER + 10, 1, 2));
    check(PostThreadMessageW(GetCurrentThreadId(), WM_USER + 11, 3, 4));
    check(PostMessageW(window, WM_USER + 12, 5, 6));
    say("status %x", GetQueueStatus(QS_POSTMESSAGE));
    check(PeekMessageW(&message, NULL, 0, 0, PM_NOREMOVE));
    say("peeked %u", message.message - WM_USER);
    check(PeekMessageW(&message, NULL, WM_USER + 12, WM_USER + 12, PM_REMOVE));
    say("filtered %u %d %d", message.message - WM_USER, (int)message.wParam, message.hwnd == window);
    check(PeekMessageW(&message, (HWND)-1, 0, 0, PM_REMOVE));
    say("the thread's own %u %d", message.message - WM_USER, message.hwnd == NULL);
    PostQuitMessage(9);
    check(GetMessageW(&message, NULL, 0, 0));
    say("before the end %u", message.message - WM_USER);
    say("get %d", GetMessageW(&message, NULL, 0, 0));
    say("quit %d %d", message.message == WM_QUIT, (int)message.wParam);
    say("empty %d", PeekMessageW(&message, NULL, 0, 0, PM_REMOVE));
    say("timer %d", (int)SetTimer(window, 5, 10, NULL));
    while (GetMessageW(&message, NULL, 0, 0))
        DispatchMessageW(&message);
    say("timer ended it %d", (int)message.wParam);
    say("killed %d", KillTimer(window, 5));
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    say("nothing %x", MsgWaitForMultipleObjects(1, &event, FALSE, 10, QS_ALLINPUT));
    SetEvent(event);
    say("event %x", MsgWaitForMultipleObjects(1, &event, FALSE, 1000, QS_ALLINPUT));
    PostMessageW(window, WM_USER, 0, 0);
    say("message %x", MsgWaitForMultipleObjects(1, &event, FALSE, 1000, QS_ALLINPUT));
    CloseHandle(event);
    say("no thread %d", PostThreadMessageW(0x7ffffff0, WM_USER, 0, 0));
    // Wine reports: error 87
    // documented: error 1444     ("PostThreadMessageW function": ERROR_INVALID_THREAD_ID)
    say("error %u", GetLastError());
    UINT first = RegisterWindowMessageW(L"Windlass message"), again = RegisterWindowMessageA("WINDLASS MESSAGE");
    say("registered %d %d", first >= 0xC000, first == again);
    DestroyWindow(window);
}

static HWND shared;
static HANDLE ready;

static DWORD WINAPI owner(void *unused)
{
    MSG message;
    (void)unused;
    shared = create(L"of a thread");
    SetEvent(ready);
    while (GetMessageW(&message, NULL, 0, 0))
        DispatchMessageW(&message);
    return (DWORD)message.wParam;
}

static void threads(void)
{
    DWORD code = 0;
    DWORD_PTR answer = 0;
    ready = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, owner, NULL, 0, NULL);
    check(WaitForSingleObject(ready, 5000) == 0);
    say("across %d", (int)SendMessageW(shared, WM_USER, 4, 1));
    say("in send there %d", (int)SendMessageW(shared, WM_USER + 1, 0, 0));
    say("replied %d", (int)SendMessageW(shared, WM_USER + 2, 0, 0));
    say("on its own thread %d", (int)!SendMessageW(shared, WM_USER + 3, 0, 0));
    check(SendMessageTimeoutW(shared, WM_USER, 10, 0, SMTO_NORMAL, 5000, &answer));
    say("in time %d", (int)answer);
    SetLastError(0);
    say("not mine to destroy %d", DestroyWindow(shared));
    say("error %u", GetLastError());
    PostMessageW(shared, WM_TIMER, 33, 0);
    check(WaitForSingleObject(thread, 5000) == 0);
    check(GetExitCodeThread(thread, &code));
    say("ended with %u, its window %d", code, IsWindow(shared));
    CloseHandle(thread);
    CloseHandle(ready);
}

PROGRAM
{
    main_thread = GetCurrentThreadId();
    classes();
    facts();
    forms();
    queue();
    threads();
    say("unregister %d", UnregisterClassW(L"WindlassTest", (HINSTANCE)1));
    return 0;
}
