// flags: -luser32
// Events that programs raise: which hooks get them, at once or with the thread's messages.
#include <windows.h>

#include "fixture.h"

static void CALLBACK on_event(HWINEVENTHOOK hook, DWORD event, HWND window, LONG object, LONG child, DWORD thread, DWORD time)
{
    (void)hook, (void)window, (void)time;
    say("  event %x of %d, %d, of this thread %d", event, object, child, thread == GetCurrentThreadId());
}

static void look(void)
{
    MSG message;
    while (PeekMessageW(&message, NULL, 0, 0, PM_REMOVE))
        DispatchMessageW(&message);
}

PROGRAM
{
    WNDCLASSW class = {.lpfnWndProc = DefWindowProcW, .lpszClassName = L"WindlassEvents"};
    check(RegisterClassW(&class));
    HWND window = CreateWindowExW(0, L"WindlassEvents", L"", WS_OVERLAPPEDWINDOW, 0, 0, 9, 9, NULL, NULL, NULL, NULL);
    check(window);
    HWINEVENTHOOK later = SetWinEventHook(EVENT_OBJECT_ACCELERATORCHANGE, EVENT_OBJECT_ACCELERATORCHANGE, NULL, on_event,
        GetCurrentProcessId(), 0, WINEVENT_OUTOFCONTEXT);
    HWINEVENTHOOK other = SetWinEventHook(EVENT_OBJECT_HELPCHANGE, EVENT_OBJECT_HELPCHANGE, NULL, on_event, GetCurrentProcessId(), 0,
        WINEVENT_OUTOFCONTEXT | WINEVENT_SKIPOWNPROCESS);
    check(later && other);
    NotifyWinEvent(EVENT_OBJECT_ACCELERATORCHANGE, window, OBJID_CLIENT, 5);
    NotifyWinEvent(EVENT_OBJECT_HELPCHANGE, window, OBJID_CLIENT, 6);
    say("not yet");
    look();
    say("unhooked %d, again %d", UnhookWinEvent(later), UnhookWinEvent(later));
    NotifyWinEvent(EVENT_OBJECT_ACCELERATORCHANGE, window, OBJID_CLIENT, 7);
    look();
    check(UnhookWinEvent(other));
    say("no procedure %d", SetWinEventHook(1, 2, NULL, NULL, 0, 0, WINEVENT_OUTOFCONTEXT) == NULL);
    say("wrong order %d", SetWinEventHook(2, 1, NULL, on_event, 0, 0, WINEVENT_OUTOFCONTEXT) == NULL);
    say("no module %d", SetWinEventHook(1, 2, NULL, on_event, 0, 0, WINEVENT_INCONTEXT) == NULL);
    DestroyWindow(window);
    return 0;
}
