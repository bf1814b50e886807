// build: freestanding
// Threads: creation, ends, exit codes, suspension, identity, asynchronous procedure calls.
#include <windows.h>
#include "fixture.h"

static volatile LONG counter;

static DWORD WINAPI add(void *parameter)
{
    InterlockedExchangeAdd(&counter, (LONG)(INT_PTR)parameter);
    return 0xdead0000u + (DWORD)(INT_PTR)parameter;
}

static DWORD WINAPI exits(void *parameter)
{
    ExitThread(77);
    return (DWORD)(INT_PTR)parameter;
}

static DWORD WINAPI waits(void *parameter)
{
    WaitForSingleObject((HANDLE)parameter, INFINITE);
    return 5;
}

static DWORD WINAPI counts(void *parameter)
{
    (void)parameter;
    for (;;)
        InterlockedIncrement(&counter);
    return 0;
}

static DWORD WINAPI reads_identity(void *parameter)
{
    DWORD *ids = parameter;
    HANDLE self = NULL;
    ids[0] = GetCurrentThreadId();
    ids[1] = GetThreadId(GetCurrentThread());
    DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &self, 0, FALSE,
                    DUPLICATE_SAME_ACCESS);
    ids[2] = GetThreadId(self);
    CloseHandle(self);
    return 0;
}

static void CALLBACK apc(ULONG_PTR parameter)
{
    counter = counter * 10 + (LONG)parameter;
}

static DWORD WINAPI sleeps_alertably(void *parameter)
{
    DWORD result;
    SetEvent((HANDLE)parameter);
    result = SleepEx(INFINITE, TRUE);
    return result == WAIT_IO_COMPLETION ? 1 : 2;
}

static DWORD end_of(HANDLE thread)
{
    DWORD code = 0;
    DWORD waited = WaitForSingleObject(thread, 20000);
    if (waited != WAIT_OBJECT_0)
        say("wait gave %u", waited);
    check(GetExitCodeThread(thread, &code));
    CloseHandle(thread);
    return code;
}

static HANDLE start(LPTHREAD_START_ROUTINE function, void *parameter, DWORD flags)
{
    HANDLE thread = CreateThread(NULL, 0, function, parameter, flags, NULL);
    check(thread != NULL);
    return thread;
}

static void suspension(void)
{
    HANDLE thread;
    LONG before;
    DWORD code;
    CONTEXT context;

    counter = 0;
    thread = start(add, (void *)3, CREATE_SUSPENDED);
    check(WaitForSingleObject(thread, 50) == WAIT_TIMEOUT);
    GetExitCodeThread(thread, &code);
    say("suspended: counter %d, exit code %u", (int)counter, code);
    say("suspend counts %u %u", SuspendThread(thread), ResumeThread(thread));
    say("resumed from %u, ended with %x, counter %d", ResumeThread(thread), end_of(thread), (int)counter);

    counter = 0;
    thread = start(counts, NULL, 0);
    while (counter < 1000)
        Sleep(1);
    check(SuspendThread(thread) == 0);
    context.ContextFlags = CONTEXT_CONTROL | CONTEXT_INTEGER;
    check(GetThreadContext(thread, &context));
    check((char *)context.Rip >= (char *)counts && (char *)context.Rip < (char *)counts + 200);
    before = counter;
    Sleep(30);
    say("stands still: %d", counter == before);
    check(ResumeThread(thread) == 1);
    Sleep(30);
    say("goes on: %d", counter != before);
    check(TerminateThread(thread, 99));
    say("terminated with %u", end_of(thread));
}

static void calls(void)
{
    HANDLE ready = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE thread;
    counter = 0;
    check(QueueUserAPC(apc, GetCurrentThread(), 1));
    check(QueueUserAPC(apc, GetCurrentThread(), 2));
    say("not alertable: %u, counter %d", SleepEx(1, FALSE), (int)counter);
    say("alertable: %x, counter %d", SleepEx(1000, TRUE), (int)counter);
    say("none left: %u", SleepEx(1, TRUE));
    counter = 0;
    thread = start(sleeps_alertably, ready, 0);
    WaitForSingleObject(ready, INFINITE);
    Sleep(20);
    check(QueueUserAPC(apc, thread, 7));
    say("the other thread: %u, counter %d", end_of(thread), (int)counter);
    check(QueueUserAPC(apc, GetCurrentThread(), 4));
    SetEvent(ready);
    say("signaled comes first: %x", WaitForSingleObjectEx(ready, 0, TRUE));
    say("then the call: %x, counter %d", WaitForSingleObjectEx(ready, 1000, TRUE), (int)counter);
    CloseHandle(ready);
}

static void identity(void)
{
    DWORD ids[3], id = 0;
    HANDLE thread = CreateThread(NULL, 0, reads_identity, ids, 0, &id);
    check(end_of(thread) == 0);
    check(ids[0] == id && ids[1] == id && ids[2] == id && id != GetCurrentThreadId());
    thread = OpenThread(SYNCHRONIZE, FALSE, GetCurrentThreadId());
    check(thread != NULL && WaitForSingleObject(thread, 0) == WAIT_TIMEOUT);
    CloseHandle(thread);
    SetLastError(0);
    check(OpenThread(SYNCHRONIZE, FALSE, 0xfffffff0) == NULL);
    say("no such thread: error %u", GetLastError());
    check(GetCurrentThread() == (HANDLE)(LONG_PTR)-2 && GetCurrentProcess() == (HANDLE)(LONG_PTR)-1);
    check(GetProcessIdOfThread(GetCurrentThread()) == GetCurrentProcessId());
}

PROGRAM
{
    HANDLE threads[8], event;
    int i;
    for (i = 0; i < 8; i++)
        threads[i] = start(add, (void *)(INT_PTR)(1 << i), 0);
    say("all ended: %u", WaitForMultipleObjects(8, threads, TRUE, 20000));
    say("counter %d, last exit code %x", (int)counter, end_of(threads[7]));
    for (i = 0; i < 7; i++)
        CloseHandle(threads[i]);
    say("ExitThread: %u", end_of(start(exits, NULL, 0)));
    event = CreateEventW(NULL, TRUE, FALSE, NULL);
    threads[0] = start(waits, event, 0);
    check(WaitForSingleObject(threads[0], 20) == WAIT_TIMEOUT);
    check(TerminateThread(threads[0], 6));
    say("terminated in a wait: %u", end_of(threads[0]));
    check(SetEvent(event));
    CloseHandle(event);
    suspension();
    calls();
    identity();
    SetLastError(0);
    check(!GetExitCodeThread((HANDLE)0x7ff8, (DWORD *)&i));
    say("bad handle: error %u", GetLastError());
    return 0;
}
