// build: freestanding
// Waitable timers, threads' properties, and the same objects by NT's names.
#include <windows.h>
#include <winternl.h>
#include "fixture.h"

NTSTATUS NTAPI NtCreateEvent(PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES, int, BOOLEAN);
NTSTATUS NTAPI NtSetEvent(HANDLE, PLONG);
NTSTATUS NTAPI NtQueryEvent(HANDLE, int, void *, ULONG, PULONG);
NTSTATUS NTAPI NtCreateSemaphore(PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES, LONG, LONG);
NTSTATUS NTAPI NtReleaseSemaphore(HANDLE, LONG, PLONG);
NTSTATUS NTAPI NtQuerySemaphore(HANDLE, int, void *, ULONG, PULONG);
NTSTATUS NTAPI NtCreateMutant(PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES, BOOLEAN);
NTSTATUS NTAPI NtReleaseMutant(HANDLE, PLONG);
NTSTATUS NTAPI NtQueryMutant(HANDLE, int, void *, ULONG, PULONG);
NTSTATUS NTAPI NtCreateKeyedEvent(PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES, ULONG);
NTSTATUS NTAPI NtWaitForKeyedEvent(HANDLE, const void *, BOOLEAN, const LARGE_INTEGER *);
NTSTATUS NTAPI NtReleaseKeyedEvent(HANDLE, const void *, BOOLEAN, const LARGE_INTEGER *);
NTSTATUS NTAPI NtDelayExecution(BOOLEAN, const LARGE_INTEGER *);
HRESULT WINAPI SetThreadDescription(HANDLE, PCWSTR);
HRESULT WINAPI GetThreadDescription(HANDLE, PWSTR *);

static volatile LONG calls;

static void CALLBACK tick(void *argument, DWORD low, DWORD high)
{
    calls += *(int *)argument;
    check(low || high);
}

static DWORD poll_of(HANDLE handle)
{
    return WaitForSingleObject(handle, 0);
}

static void timers(void)
{
    HANDLE manual = CreateWaitableTimerW(NULL, TRUE, NULL), automatic = CreateWaitableTimerW(NULL, FALSE, L"windlass-timer");
    HANDLE same = OpenWaitableTimerW(TIMER_ALL_ACCESS, FALSE, L"windlass-timer");
    LARGE_INTEGER due;
    FILETIME now;
    int one = 1, i;
    say("not set: %x %x", poll_of(manual), poll_of(automatic));
    due.QuadPart = -200000;
    check(SetWaitableTimer(manual, &due, 0, NULL, NULL, FALSE));
    say("waits: %x", WaitForSingleObject(manual, 20000));
    say("stays: %x", poll_of(manual));
    check(SetWaitableTimer(manual, &due, 0, NULL, NULL, FALSE));
    say("set again: %x", poll_of(manual));
    check(CancelWaitableTimer(manual));
    say("cancelled: %x", WaitForSingleObject(manual, 50));
    GetSystemTimeAsFileTime(&now);
    due.LowPart = now.dwLowDateTime;
    due.HighPart = (LONG)now.dwHighDateTime;
    due.QuadPart += 200000;
    check(SetWaitableTimer(same, &due, 10, NULL, NULL, FALSE));
    for (i = 0; i < 3; i++)
        say("period: %x", WaitForSingleObject(automatic, 20000));
    check(CancelWaitableTimer(automatic));
    due.QuadPart = -1;
    check(SetWaitableTimer(automatic, &due, 5, tick, &one, FALSE));
    while (calls < 3)
        say("sleep: %x", calls < 3 ? SleepEx(20000, TRUE) : 0);
    CloseHandle(automatic);
    CloseHandle(same);
    SleepEx(50, TRUE);
    calls = 0;
    say("closed: sleep %x, calls %d", SleepEx(50, TRUE), (int)calls);
    CloseHandle(manual);
    SetLastError(0);
    say("no time: %d error %u", SetWaitableTimer(manual, NULL, 0, NULL, NULL, FALSE), GetLastError());
    manual = CreateEventW(NULL, TRUE, FALSE, NULL);
    say("an event: %d error %u", SetWaitableTimer(manual, &due, 0, NULL, NULL, FALSE), GetLastError());
    CloseHandle(manual);
}

static DWORD WINAPI wakes(void *event)
{
    static int key;
    return (DWORD)NtReleaseKeyedEvent(event, &key + 0 * key, FALSE, NULL);
}

static void native(void)
{
    HANDLE event, semaphore, mutant, keyed, thread;
    LONG was = 9, state[2];
    LARGE_INTEGER time;
    BYTE mutant_state[8];
    ULONG size = 0;
    static int key;
    time.QuadPart = -100000;
    check(NtCreateEvent(&event, EVENT_ALL_ACCESS, NULL, 0, FALSE) == 0);
    say("wait %x", (unsigned)NtWaitForSingleObject(event, FALSE, &time));
    check(NtSetEvent(event, &was) == 0);
    say("was %d", (int)was);
    say("query %x: %d %d", (unsigned)NtQueryEvent(event, 0, state, 8, &size), (int)state[0], (int)state[1]);
    say("short query %x, bad class %x", (unsigned)NtQueryEvent(event, 0, state, 4, &size),
        (unsigned)NtQueryEvent(event, 1, state, 8, &size));
    say("bad type %x", (unsigned)NtCreateEvent(&keyed, EVENT_ALL_ACCESS, NULL, 2, FALSE));
    say("closed %x, again %x", (unsigned)NtClose(event), (unsigned)NtClose(event));
    check(NtCreateSemaphore(&semaphore, SEMAPHORE_ALL_ACCESS, NULL, 2, 5) == 0);
    check(NtReleaseSemaphore(semaphore, 2, &was) == 0);
    say("was %d, query %x: %d %d", (int)was, (unsigned)NtQuerySemaphore(semaphore, 0, state, 8, NULL), (int)state[0],
        (int)state[1]);
    say("too many %x", (unsigned)NtReleaseSemaphore(semaphore, 2, &was));
    NtClose(semaphore);
    check(NtCreateMutant(&mutant, MUTEX_ALL_ACCESS, NULL, TRUE) == 0);
    check(NtQueryMutant(mutant, 0, mutant_state, 8, NULL) == 0);
    say("mutant %d %d %d", *(int *)mutant_state, mutant_state[4], mutant_state[5]);
    check(NtReleaseMutant(mutant, &was) == 0);
    say("was %d, again %x", (int)was, (unsigned)NtReleaseMutant(mutant, &was));
    NtClose(mutant);
    check(NtCreateKeyedEvent(&keyed, GENERIC_ALL, NULL, 0) == 0);
    say("nobody %x", (unsigned)NtWaitForKeyedEvent(keyed, &key, FALSE, &time));
    say("odd key %x", (unsigned)NtWaitForKeyedEvent(keyed, (char *)&key + 1, FALSE, &time));
    thread = CreateThread(NULL, 0, wakes, keyed, 0, NULL);
    Sleep(20);
    say("the other key %x", (unsigned)NtWaitForKeyedEvent(keyed, &key, FALSE, &time));
    TerminateThread(thread, 0);
    CloseHandle(thread);
    NtClose(keyed);
    // Wine reports: delay 102
    // documented: delay 0     (Microsoft, "KeDelayExecutionThread routine")
    say("delay %x", (unsigned)NtDelayExecution(TRUE, &time));
}

static DWORD WINAPI idle(void *event)
{
    WaitForSingleObject(event, INFINITE);
    return 0;
}

static void properties(void)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL), thread = CreateThread(NULL, 0, idle, event, 0, NULL);
    FILETIME created, ended, kernel, user;
    WCHAR *name = NULL;
    BOOL disabled = 9;
    ULONG_PTR low, high;
    int here;
    say("priority %d", GetThreadPriority(thread));
    check(SetThreadPriority(thread, THREAD_PRIORITY_HIGHEST));
    say("priority %d", GetThreadPriority(thread));
    SetLastError(0);
    say("bad priority %d error %u", SetThreadPriority(thread, 77), GetLastError());
    check(GetThreadPriorityBoost(thread, &disabled));
    say("boost disabled %d", disabled);
    check(SetThreadPriorityBoost(thread, TRUE) && GetThreadPriorityBoost(thread, &disabled));
    // Wine reports: boost then 0
    // documented: boost then 1     (Microsoft, "SetThreadPriorityBoost function")
    say("boost then %d", disabled);
    check(SetThreadAffinityMask(thread, 1) != 0);
    say("affinity %llx", (unsigned long long)SetThreadAffinityMask(thread, 1));
    SetLastError(0);
    check(SetThreadAffinityMask(thread, 0) == 0);
    say("no processor: error %u", GetLastError());
    check(SetThreadIdealProcessor(thread, 0) != (DWORD)-1);
    check(SetThreadIdealProcessor(thread, 65) == (DWORD)-1);
    check(GetThreadTimes(thread, &created, &ended, &kernel, &user));
    check(created.dwHighDateTime != 0);
    say("ended %u", ended.dwHighDateTime);
    SetEvent(event);
    WaitForSingleObject(thread, INFINITE);
    check(GetThreadTimes(thread, &created, &ended, &kernel, &user) && ended.dwHighDateTime != 0);
    CloseHandle(thread);
    CloseHandle(event);
    check(SetThreadDescription(GetCurrentThread(), L"my name") >= 0);
    check(GetThreadDescription(GetCurrentThread(), &name) >= 0);
    say("name %ls", name);
    LocalFree(name);
    check(GetThreadDescription((HANDLE)0x7ffc, &name) < 0);
    GetCurrentThreadStackLimits(&low, &high);
    check((ULONG_PTR)&here > low && (ULONG_PTR)&here < high);
}

PROGRAM
{
    timers();
    native();
    properties();
    return 0;
}
