// build: freestanding
// A thread can be suspended at any time, and the one that suspends it can use the same objects before it resumes it.
#include <windows.h>
#include "fixture.h"

enum { ROUNDS = 300 };

static HANDLE timer, event;
static volatile LONG stop, spun;

static DWORD WINAPI calls(void *parameter)
{
    LARGE_INTEGER due = {.QuadPart = -600000000};
    (void)parameter;
    while (!stop) {
        SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE);
        SetEvent(event);
        HeapFree(GetProcessHeap(), 0, HeapAlloc(GetProcessHeap(), 0, 3000));
        for (int i = 0; i < 3000; i++)
            spun++;
    }
    return 0;
}

static int round(HANDLE thread)
{
    static CONTEXT context;
    LARGE_INTEGER due = {.QuadPart = -600000000};
    HANDLE made;
    context.ContextFlags = CONTEXT_CONTROL;
    if (SuspendThread(thread) != 0 || !GetThreadContext(thread, &context))
        return 0;
    SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE);
    ResetEvent(event);
    HeapFree(GetProcessHeap(), 0, HeapAlloc(GetProcessHeap(), 0, 3000));
    made = CreateEventW(NULL, FALSE, FALSE, NULL);
    CloseHandle(made);
    return ResumeThread(thread) == 1;
}

PROGRAM
{
    HANDLE threads[2];
    int done = 0;
    timer = CreateWaitableTimerW(NULL, FALSE, NULL);
    event = CreateEventW(NULL, FALSE, FALSE, NULL);
    for (int i = 0; i < 2; i++)
        threads[i] = CreateThread(NULL, 0, calls, NULL, 0, NULL);
    for (int i = 0; i < ROUNDS; i++)
        done += round(threads[i % 2]);
    stop = 1;
    say("rounds %d, ended %u", done, WaitForMultipleObjects(2, threads, TRUE, 30000));
    return 0;
}
