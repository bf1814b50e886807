// Threads that wait for a condition variable at once, without a condition: none returns before it is woken.
#include <windows.h>

#include "fixture.h"

enum { THREADS = 6, ROUNDS = 2000 };

static SRWLOCK lock = SRWLOCK_INIT;
static CONDITION_VARIABLE start = CONDITION_VARIABLE_INIT, all_wait = CONDITION_VARIABLE_INIT;
static int waiting, started, early;

static DWORD CALLBACK work(void *context)
{
    (void)context;
    for (int each = 0; each < ROUNDS; each++) {
        AcquireSRWLockExclusive(&lock);
        if (++waiting == THREADS)
            WakeConditionVariable(&all_wait);
        int before = started;
        SleepConditionVariableSRW(&start, &lock, INFINITE, 0);
        for (; started == before; early++)
            SleepConditionVariableSRW(&start, &lock, INFINITE, 0);
        ReleaseSRWLockExclusive(&lock);
    }
    return 0;
}

PROGRAM
{
    HANDLE threads[THREADS];
    for (int each = 0; each < THREADS; each++)
        threads[each] = CreateThread(NULL, 0, work, NULL, 0, NULL);
    AcquireSRWLockExclusive(&lock);
    for (int each = 0; each < ROUNDS; each++) {
        while (waiting < THREADS)
            SleepConditionVariableSRW(&all_wait, &lock, INFINITE, 0);
        waiting = 0;
        started++;
        WakeAllConditionVariable(&start);
    }
    ReleaseSRWLockExclusive(&lock);
    WaitForMultipleObjects(THREADS, threads, TRUE, INFINITE);
    for (int each = 0; each < THREADS; each++)
        CloseHandle(threads[each]);
    say("returned early: %d", early);
    return 0;
}
