// A thread that waits at a completion port when its last handle is closed ("GetQueuedCompletionStatus function").
#include <windows.h>

#include "fixture.h"

#ifndef ERROR_ABANDONED_WAIT_0
#define ERROR_ABANDONED_WAIT_0 735
#endif

static HANDLE port, ready;

static DWORD outcome(BOOL done, OVERLAPPED *overlapped)
{
    DWORD error = GetLastError();
    if (error == ERROR_INVALID_HANDLE) // it was closed before this thread had come to wait
        error = ERROR_ABANDONED_WAIT_0;
    return done || overlapped ? 0 : error;
}

static DWORD WINAPI wait_for_one(void *context)
{
    DWORD bytes;
    ULONG_PTR key;
    OVERLAPPED *overlapped;
    (void)context;
    while (GetQueuedCompletionStatus(port, &bytes, &key, &overlapped, INFINITE))
        SetEvent(ready);
    return outcome(FALSE, overlapped);
}

static DWORD WINAPI wait_for_several(void *context)
{
    OVERLAPPED_ENTRY entries[4];
    ULONG count;
    (void)context;
    while (GetQueuedCompletionStatusEx(port, entries, 4, &count, INFINITE, FALSE))
        SetEvent(ready);
    return outcome(FALSE, NULL);
}

static void close_while(const char *what, LPTHREAD_START_ROUTINE waits)
{
    HANDLE other, thread;
    DWORD code;
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    DuplicateHandle(GetCurrentProcess(), port, GetCurrentProcess(), &other, 0, FALSE, DUPLICATE_SAME_ACCESS);
    thread = CreateThread(NULL, 0, waits, NULL, 0, NULL);
    for (int i = 0; i < 3; i++) {
        PostQueuedCompletionStatus(port, 0, 0, NULL);
        WaitForSingleObject(ready, INFINITE);
    }
    CloseHandle(other); // not the last one
    PostQueuedCompletionStatus(port, 0, 0, NULL);
    WaitForSingleObject(ready, INFINITE);
    CloseHandle(port);
    say("%s: ended %lu", what, WaitForSingleObject(thread, 30000));
    GetExitCodeThread(thread, &code);
    say("%s: %lu", what, code);
    CloseHandle(thread);
}

PROGRAM
{
    ready = CreateEventW(NULL, FALSE, FALSE, NULL);
    close_while("one", wait_for_one);
    close_while("several", wait_for_several);
    CloseHandle(ready);
    return 0;
}
