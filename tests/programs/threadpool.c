// build: freestanding
// The thread pool: work, timers, waits, groups, what is done when a callback returns; and the older functions.
#include <windows.h>
#include "fixture.h"

static volatile LONG count, concurrent, most, finalized;
static HANDLE event, gate;

static void CALLBACK work(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WORK task)
{
    (void)instance, (void)task;
    InterlockedExchangeAdd(&count, *(int *)context);
}

static void CALLBACK blocks(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WORK task)
{
    LONG now = InterlockedIncrement(&concurrent);
    (void)task, (void)context;
    CallbackMayRunLong(instance);
    if (now == 4)
        SetEvent(gate);
    WaitForSingleObject(gate, 20000);
    InterlockedIncrement(&count);
}

static void CALLBACK sets_event(PTP_CALLBACK_INSTANCE instance, void *context)
{
    SetEventWhenCallbackReturns(instance, event);
    (*(volatile LONG *)context)++;
}

static void CALLBACK releases_mutex(PTP_CALLBACK_INSTANCE instance, void *context)
{
    WaitForSingleObject(context, INFINITE);
    ReleaseMutexWhenCallbackReturns(instance, context);
    SetEventWhenCallbackReturns(instance, event);
}

static void CALLBACK ticks(PTP_CALLBACK_INSTANCE instance, void *context, PTP_TIMER timer)
{
    (void)instance, (void)timer;
    if (InterlockedIncrement((volatile LONG *)context) == 3)
        SetEvent(event);
}

static void CALLBACK waited(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WAIT wait, TP_WAIT_RESULT result)
{
    (void)instance, (void)wait;
    *(volatile LONG *)context = (LONG)result;
    SetEvent(event);
}

static void CALLBACK finalize(PTP_CALLBACK_INSTANCE instance, void *context)
{
    (void)instance, (void)context;
    InterlockedIncrement(&finalized);
}

static volatile LONG cancelled;

static void CALLBACK was_cancelled(void *object_context, void *cleanup_context)
{
    cancelled += *(int *)object_context + *(int *)cleanup_context;
}

static void waits_for_event(const char *what)
{
    DWORD result = WaitForSingleObject(event, 20000);
    if (result != WAIT_OBJECT_0)
        say("%s: %x", what, result);
}

static void tasks(void)
{
    int one = 1, i;
    volatile LONG value = 0;
    PTP_WORK task = CreateThreadpoolWork(work, &one, NULL);
    PTP_TIMER timer;
    PTP_WAIT wait;
    HANDLE object;
    FILETIME due;
    LARGE_INTEGER time;
    for (i = 0; i < 1000; i++)
        SubmitThreadpoolWork(task);
    WaitForThreadpoolWorkCallbacks(task, FALSE);
    say("work %d", (int)count);
    CloseThreadpoolWork(task);

    count = 0;
    task = CreateThreadpoolWork(blocks, NULL, NULL);
    for (i = 0; i < 4; i++)
        SubmitThreadpoolWork(task);
    WaitForThreadpoolWorkCallbacks(task, FALSE);
    say("at once %d, done %d", (int)concurrent, (int)count);
    CloseThreadpoolWork(task);

    check(TrySubmitThreadpoolCallback(sets_event, (void *)&value, NULL));
    waits_for_event("simple");
    say("simple %d", (int)value);
    object = CreateMutexW(NULL, FALSE, NULL);
    check(TrySubmitThreadpoolCallback(releases_mutex, object, NULL));
    waits_for_event("mutex");
    say("mutex is free: %x", WaitForSingleObject(object, 0));
    CloseHandle(object);

    value = 0;
    timer = CreateThreadpoolTimer(ticks, (void *)&value, NULL);
    say("set: %d", IsThreadpoolTimerSet(timer));
    time.QuadPart = -100000;
    due.dwLowDateTime = time.LowPart;
    due.dwHighDateTime = (DWORD)time.HighPart;
    SetThreadpoolTimer(timer, &due, 5, 0);
    say("set: %d", IsThreadpoolTimerSet(timer));
    waits_for_event("timer");
    SetThreadpoolTimer(timer, NULL, 0, 0);
    WaitForThreadpoolTimerCallbacks(timer, TRUE);
    say("set: %d, ticks %d", IsThreadpoolTimerSet(timer), value >= 3);
    CloseThreadpoolTimer(timer);

    value = 99;
    object = CreateEventW(NULL, FALSE, FALSE, NULL);
    wait = CreateThreadpoolWait(waited, (void *)&value, NULL);
    SetThreadpoolWait(wait, object, NULL);
    SetEvent(object);
    waits_for_event("wait");
    say("waited %x, taken %x", (unsigned)value, WaitForSingleObject(object, 0));
    SetThreadpoolWait(wait, object, &due);
    waits_for_event("timeout");
    say("waited %x", (unsigned)value);
    value = 99;
    SetThreadpoolWait(wait, object, NULL);
    SetThreadpoolWait(wait, NULL, NULL);
    SetEvent(object);
    Sleep(20);
    WaitForThreadpoolWaitCallbacks(wait, FALSE);
    say("not waited %d, still set %x", (int)value, WaitForSingleObject(object, 0));
    CloseThreadpoolWait(wait);
    CloseHandle(object);
}

static void pools(void)
{
    TP_CALLBACK_ENVIRON environment;
    PTP_POOL pool = CreateThreadpool(NULL);
    PTP_CLEANUP_GROUP group = CreateThreadpoolCleanupGroup();
    PTP_WORK task;
    PTP_TIMER timer;
    int hundred = 100, thousand = 1000, i;
    SetThreadpoolThreadMaximum(pool, 1);
    check(SetThreadpoolThreadMinimum(pool, 1));
    InitializeThreadpoolEnvironment(&environment);
    SetThreadpoolCallbackPool(&environment, pool);
    SetThreadpoolCallbackCleanupGroup(&environment, group, was_cancelled);
    count = concurrent = 0;
    ResetEvent(gate);
    task = CreateThreadpoolWork(blocks, &hundred, &environment);
    SubmitThreadpoolWork(task);
    for (i = 0; i < 500 && concurrent == 0; i++)
        Sleep(10);
    for (i = 0; i < 5; i++)
        SubmitThreadpoolWork(task);
    timer = CreateThreadpoolTimer(ticks, (void *)&count, &environment);
    check(timer != NULL);
    Sleep(20);
    say("one thread: %d at once", (int)concurrent);
    WaitForThreadpoolWorkCallbacks(task, concurrent == 1 && SetEvent(gate));
    count = 0;
    ResetEvent(gate);
    concurrent = 0;
    SubmitThreadpoolWork(task);
    for (i = 0; i < 500 && concurrent == 0; i++)
        Sleep(10);
    SubmitThreadpoolWork(task);
    SetEvent(gate);
    CloseThreadpoolCleanupGroupMembers(group, FALSE, &thousand);
    say("group waited: %d", (int)count);
    CloseThreadpoolCleanupGroup(group);
    CloseThreadpool(pool);

    InitializeThreadpoolEnvironment(&environment);
    environment.FinalizationCallback = finalize;
    task = CreateThreadpoolWork(work, &hundred, &environment);
    SubmitThreadpoolWork(task);
    WaitForThreadpoolWorkCallbacks(task, FALSE);
    CloseThreadpoolWork(task);
}

static DWORD WINAPI item(void *context)
{
    InterlockedExchangeAdd(&count, *(int *)context);
    SetEvent(event);
    return 0;
}

static void CALLBACK registered(void *context, BOOLEAN timed_out)
{
    LONG now = InterlockedIncrement((volatile LONG *)context);
    if (timed_out)
        InterlockedExchangeAdd((volatile LONG *)context, 100);
    (void)now;
    SetEvent(event);
}

static void legacy(void)
{
    int seven = 7;
    volatile LONG value = 0;
    HANDLE wait, object = CreateEventW(NULL, FALSE, FALSE, NULL), queue, timer;
    count = 0;
    check(QueueUserWorkItem(item, &seven, WT_EXECUTEDEFAULT));
    waits_for_event("item");
    say("item %d", (int)count);
    check(RegisterWaitForSingleObject(&wait, object, registered, (void *)&value, INFINITE, WT_EXECUTEDEFAULT));
    SetEvent(object);
    waits_for_event("registered");
    SetEvent(object);
    waits_for_event("registered again");
    say("registered %d", (int)value);
    check(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
    Sleep(100); /* Wine goes on waiting for a moment */
    SetEvent(object);
    Sleep(20);
    say("unregistered %d, still set %x", (int)value, WaitForSingleObject(object, 0));
    value = 0;
    check(RegisterWaitForSingleObject(&wait, object, registered, (void *)&value, 10, WT_EXECUTEONLYONCE));
    waits_for_event("timed out");
    say("timed out %d", (int)value);
    Sleep(10);
    check(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
    SetLastError(0);
    say("no wait: %d error %u", UnregisterWait(NULL), GetLastError());
    queue = CreateTimerQueue();
    value = 0;
    check(CreateTimerQueueTimer(&timer, queue, registered, (void *)&value, 5, 5, 0));
    waits_for_event("queue timer");
    waits_for_event("queue timer again");
    check(ChangeTimerQueueTimer(queue, timer, 1000000, 0));
    check(DeleteTimerQueueTimer(queue, timer, INVALID_HANDLE_VALUE));
    check(value >= 202);
    check(CreateTimerQueueTimer(&timer, queue, registered, (void *)&value, 0, 0, WT_EXECUTEONLYONCE));
    check(DeleteTimerQueueEx(queue, INVALID_HANDLE_VALUE));
    value = 0;
    ResetEvent(event);
    check(CreateTimerQueueTimer(&timer, NULL, registered, (void *)&value, 0, 0, 0));
    waits_for_event("default queue");
    say("default queue %d", (int)value);
    check(DeleteTimerQueueTimer(NULL, timer, INVALID_HANDLE_VALUE));
    CloseHandle(object);
}

PROGRAM
{
    event = CreateEventW(NULL, FALSE, FALSE, NULL);
    gate = CreateEventW(NULL, TRUE, FALSE, NULL);
    tasks();
    pools();
    legacy();
    say("finalized %d", (int)finalized);
    return 0;
}
