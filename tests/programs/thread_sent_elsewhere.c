// build: freestanding
// A thread that waits is sent to a function by its Rip alone, as libraries for POSIX threads cancel one: the stack is
// as at a function's beginning, and a walk from there finds those who called the wait.
#include "fixture.h"
#include <windows.h>

static HANDLE event;
static volatile LONG waits;
static volatile int misaligned = -1, found;

static DWORD WINAPI wait(void *unused);

static const void *function_of(const void *address)
{
    DWORD64 base;
    return RtlLookupFunctionEntry((DWORD64)address, &base, NULL);
}

static void elsewhere(void)
{
    void *callers[32];
    misaligned = (ULONG_PTR)__builtin_frame_address(0) & 15;
    USHORT count = RtlCaptureStackBackTrace(0, 32, callers, NULL);
    for (int i = 0; i < count; i++)
        found |= function_of(callers[i]) == function_of((const void *)wait);
    ExitThread(7);
}

static DWORD WINAPI wait(void *unused)
{
    waits = 1;
    WaitForSingleObject(event, INFINITE);
    waits = 2;
    return 1;
}

/* Until it stands in the wait: what it calls then does not change. */
static void let_wait(HANDLE thread)
{
    while (!waits || WaitForSingleObject(thread, 20) != WAIT_TIMEOUT)
        Sleep(1);
}

PROGRAM
{
    static CONTEXT context;
    DWORD result = 0;
    event = CreateEventW(NULL, TRUE, FALSE, NULL);
    HANDLE thread = CreateThread(NULL, 0, wait, NULL, 0, NULL);
    let_wait(thread);
    check(SuspendThread(thread) == 0);
    context.ContextFlags = CONTEXT_CONTROL;
    check(GetThreadContext(thread, &context));
    context.Rip = (ULONG_PTR)elsewhere;
    check(SetThreadContext(thread, &context));
    SetEvent(event);
    check(ResumeThread(thread) == 1);
    check(WaitForSingleObject(thread, 20000) == 0);
    check(GetExitCodeThread(thread, &result));
    say("misaligned by %d, caller found %d, result %u", misaligned, found, (unsigned)result);
    return 0;
}
