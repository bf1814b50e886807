// build: freestanding
// flags: -lapi-ms-win-core-synch-l1-2-0
// Locks under contention: several threads count with plain variables, so a lock that fails shows as a wrong sum. And
// the fields and states that programs look at.
#include <windows.h>
#include "fixture.h"

enum { THREADS = 4, ROUNDS = 20000 };

static volatile int sum, inside, wrong;
static CRITICAL_SECTION section;
static SRWLOCK srw = SRWLOCK_INIT;
static CONDITION_VARIABLE not_empty = CONDITION_VARIABLE_INIT, not_full = CONDITION_VARIABLE_INIT;
static HANDLE handle;
static int values[2];

static void run_threads(const char *what, LPTHREAD_START_ROUTINE function)
{
    HANDLE threads[THREADS];
    int i;
    sum = wrong = inside = 0;
    for (i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, function, (void *)(INT_PTR)i, 0, NULL);
    if (WaitForMultipleObjects(THREADS, threads, TRUE, 60000) != WAIT_OBJECT_0)
        say("%s: threads hang", what);
    for (i = 0; i < THREADS; i++)
        CloseHandle(threads[i]);
    say("%s: sum %d, wrong %d", what, sum, wrong);
}

static void count(void)
{
    if (++inside != 1)
        wrong++;
    sum++;
    --inside;
}

static DWORD WINAPI with_section(void *p)
{
    int i;
    for (i = 0; i < ROUNDS; i++) {
        EnterCriticalSection(&section);
        if (i % 16 == 0) {
            EnterCriticalSection(&section);
            LeaveCriticalSection(&section);
        }
        count();
        LeaveCriticalSection(&section);
    }
    return (DWORD)(INT_PTR)p;
}

static DWORD WINAPI with_try(void *p)
{
    int i;
    for (i = 0; i < ROUNDS; i++) {
        while (!TryEnterCriticalSection(&section))
            SwitchToThread();
        count();
        LeaveCriticalSection(&section);
    }
    return (DWORD)(INT_PTR)p;
}

static DWORD WINAPI with_srw(void *p)
{
    int i;
    for (i = 0; i < ROUNDS; i++) {
        if (i % 4 == (INT_PTR)p) {
            AcquireSRWLockExclusive(&srw);
            values[0]++;
            count();
            values[1]++;
            ReleaseSRWLockExclusive(&srw);
        } else {
            AcquireSRWLockShared(&srw);
            if (values[0] != values[1])
                wrong++;
            ReleaseSRWLockShared(&srw);
        }
    }
    return 0;
}

static int queue[8], queued, closed;

static DWORD WINAPI with_queue(void *p)
{
    int i;
    if ((INT_PTR)p < 2) {
        for (i = 0; i < ROUNDS; i++) {
            EnterCriticalSection(&section);
            while (queued == 8)
                SleepConditionVariableCS(&not_full, &section, INFINITE);
            queue[queued++] = i;
            LeaveCriticalSection(&section);
            WakeConditionVariable(&not_empty);
        }
        EnterCriticalSection(&section);
        closed++;
        LeaveCriticalSection(&section);
        WakeAllConditionVariable(&not_empty);
        return 0;
    }
    for (;;) {
        EnterCriticalSection(&section);
        while (queued == 0 && closed < 2)
            SleepConditionVariableCS(&not_empty, &section, INFINITE);
        if (queued == 0) {
            LeaveCriticalSection(&section);
            return 0;
        }
        queued--;
        count();
        LeaveCriticalSection(&section);
        WakeConditionVariable(&not_full);
    }
}

static DWORD WINAPI with_handle(void *p)
{
    int i;
    for (i = 0; i < ROUNDS / 4; i++) {
        if (WaitForSingleObject(handle, INFINITE) != WAIT_OBJECT_0)
            wrong++;
        count();
        switch ((INT_PTR)values[0]) {
        case 0: ReleaseMutex(handle); break;
        case 1: ReleaseSemaphore(handle, 1, NULL); break;
        default: SetEvent(handle);
        }
    }
    return (DWORD)(INT_PTR)p;
}

static volatile LONG word;

static DWORD WINAPI with_address(void *p)
{
    int i;
    for (i = 0; i < ROUNDS; i++) {
        LONG seen = InterlockedCompareExchange(&word, 1, 0), contended = 2;
        if (seen != 0) {
            while (InterlockedExchange(&word, 2) != 0)
                WaitOnAddress(&word, &contended, sizeof word, INFINITE);
        }
        count();
        if (InterlockedExchange(&word, 0) == 2)
            WakeByAddressSingle((void *)&word);
    }
    return (DWORD)(INT_PTR)p;
}

static SLIST_HEADER *list;
typedef struct { SLIST_ENTRY entry; LONG value; } ITEM;

static DWORD WINAPI with_list(void *p)
{
    int i;
    for (i = 0; i < ROUNDS; i++) {
        ITEM *item = (ITEM *)InterlockedPopEntrySList(list);
        if (!item)
            continue;
        if (InterlockedIncrement(&item->value) != 1)
            wrong++;
        InterlockedDecrement(&item->value);
        InterlockedPushEntrySList(list, &item->entry);
    }
    return (DWORD)(INT_PTR)p;
}

static void section_fields(void)
{
    CRITICAL_SECTION fresh = {0, -1, 0, 0, 0, 0};
    EnterCriticalSection(&fresh);
    LeaveCriticalSection(&fresh);
    say("free: %d %d %d", (int)fresh.LockCount, (int)fresh.RecursionCount, fresh.OwningThread != NULL);
    check(InitializeCriticalSectionAndSpinCount(&fresh, 400));
    EnterCriticalSection(&fresh);
    EnterCriticalSection(&fresh);
    check(TryEnterCriticalSection(&fresh));
    say("recursion %d", (int)fresh.RecursionCount);
    check((DWORD)(ULONG_PTR)fresh.OwningThread == GetCurrentThreadId());
    LeaveCriticalSection(&fresh);
    LeaveCriticalSection(&fresh);
    LeaveCriticalSection(&fresh);
    say("released: %d %d %d", (int)fresh.LockCount, (int)fresh.RecursionCount, fresh.OwningThread != NULL);
    say("spin count was %u", SetCriticalSectionSpinCount(&fresh, 7));
    DeleteCriticalSection(&fresh);
    check(InitializeCriticalSectionEx(&fresh, 0, CRITICAL_SECTION_NO_DEBUG_INFO));
    DeleteCriticalSection(&fresh);
    check(InitializeCriticalSectionEx(&fresh, 0, 1)); /* libcurl's; the upper byte has the flags */
    EnterCriticalSection(&fresh);
    LeaveCriticalSection(&fresh);
    DeleteCriticalSection(&fresh);
}

static void once(void)
{
    INIT_ONCE init = INIT_ONCE_STATIC_INIT;
    BOOL pending = 9;
    void *context = NULL;
    SetLastError(0);
    say("check: %d error %u", InitOnceBeginInitialize(&init, INIT_ONCE_CHECK_ONLY, &pending, &context), GetLastError());
    check(InitOnceBeginInitialize(&init, 0, &pending, &context));
    say("pending %d", pending);
    check(InitOnceComplete(&init, INIT_ONCE_INIT_FAILED, NULL));
    check(InitOnceBeginInitialize(&init, 0, &pending, &context) && pending);
    check(!InitOnceComplete(&init, 0, (void *)1));
    say("unaligned context: error %u", GetLastError());
    check(InitOnceComplete(&init, 0, (void *)0x1230));
    check(InitOnceBeginInitialize(&init, INIT_ONCE_CHECK_ONLY, &pending, &context));
    say("complete: pending %d, context %p", pending, context);
    InitOnceInitialize(&init);
    check(InitOnceBeginInitialize(&init, INIT_ONCE_ASYNC, &pending, &context) && pending);
    check(InitOnceBeginInitialize(&init, INIT_ONCE_ASYNC, &pending, &context) && pending);
    check(!InitOnceBeginInitialize(&init, 0, &pending, &context));
    say("not asynchronous: error %u", GetLastError());
    check(InitOnceComplete(&init, INIT_ONCE_ASYNC, (void *)0x10));
    check(!InitOnceComplete(&init, INIT_ONCE_ASYNC, (void *)0x20));
    say("second to complete: error %u", GetLastError());
    check(InitOnceBeginInitialize(&init, INIT_ONCE_ASYNC, &pending, &context));
    say("asynchronous: pending %d, context %p", pending, context);
}

static void timeouts(void)
{
    LONG value = 3, same = 3, other = 4;
    BYTE bytes[8] = {1, 2, 3, 4, 5, 6, 7, 8}, eight[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    SRWLOCK lock = SRWLOCK_INIT;
    CONDITION_VARIABLE variable = CONDITION_VARIABLE_INIT;
    SetLastError(0);
    say("address: %d error %u", WaitOnAddress(&value, &same, 4, 10), GetLastError());
    say("differs: %d", WaitOnAddress(&value, &other, 4, INFINITE));
    say("bad size: %d error %u", WaitOnAddress(&value, &other, 3, INFINITE), GetLastError());
    say("one byte: %d, eight: %d", WaitOnAddress(&bytes[1], &bytes[2], 1, 0), WaitOnAddress(bytes, eight, 8, 1));
    AcquireSRWLockExclusive(&lock);
    check(!TryAcquireSRWLockExclusive(&lock) && !TryAcquireSRWLockShared(&lock));
    SetLastError(0);
    say("variable: %d error %u", SleepConditionVariableSRW(&variable, &lock, 10, 0), GetLastError());
    check(!TryAcquireSRWLockShared(&lock));
    ReleaseSRWLockExclusive(&lock);
    AcquireSRWLockShared(&lock);
    check(TryAcquireSRWLockShared(&lock) && !TryAcquireSRWLockExclusive(&lock));
    check(!SleepConditionVariableSRW(&variable, &lock, 10, CONDITION_VARIABLE_LOCKMODE_SHARED));
    ReleaseSRWLockShared(&lock);
    ReleaseSRWLockShared(&lock);
    check(*(void **)&lock == NULL);
}

static ITEM items[3];

PROGRAM
{
    int i;
    InitializeCriticalSection(&section);
    run_threads("section", with_section);
    run_threads("try", with_try);
    run_threads("srw", with_srw);
    run_threads("condition variable", with_queue);
    check(*(void **)&srw == NULL);
    values[0] = 0;
    handle = CreateMutexW(NULL, FALSE, NULL);
    run_threads("mutex", with_handle);
    CloseHandle(handle);
    values[0] = 1;
    handle = CreateSemaphoreW(NULL, 1, 1, NULL);
    run_threads("semaphore", with_handle);
    CloseHandle(handle);
    values[0] = 2;
    handle = CreateEventW(NULL, FALSE, TRUE, NULL);
    run_threads("event", with_handle);
    CloseHandle(handle);
    run_threads("address", with_address);
    list = VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    InitializeSListHead(list);
    for (i = 0; i < 3; i++)
        InterlockedPushEntrySList(list, &items[i].entry);
    run_threads("list", with_list);
    say("depth %u", QueryDepthSList(list));
    check(InterlockedFlushSList(list) != NULL && InterlockedPopEntrySList(list) == NULL);
    section_fields();
    once();
    timeouts();
    DeleteCriticalSection(&section);
    return 0;
}
