/* The locks on futexes, compiled for the host with ThreadSanitizer: threads race for them, and what they guard is plain
 * memory. tests/test_locks_tsan.py compiles and runs this; `locks_host [ROUNDS]` prints "good". */
#include <asm/prctl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "api.h"
#include "process_end.h"

enum { THREADS = 4 };

typedef struct { DWORD word, unused; } SLIM;
typedef struct { ULONG_PTR value; } ONCE;
typedef struct { DWORD words[8]; } BARRIER;

API_USE(NTSTATUS, RtlInitializeCriticalSection, CRITICAL_SECTION *section);
API_USE(NTSTATUS, RtlEnterCriticalSection, CRITICAL_SECTION *section);
API_USE(NTSTATUS, RtlLeaveCriticalSection, CRITICAL_SECTION *section);
API_USE(BOOL, RtlTryEnterCriticalSection, CRITICAL_SECTION *section);
API_USE(void, RtlAcquireSRWLockExclusive, SLIM *lock);
API_USE(void, RtlReleaseSRWLockExclusive, SLIM *lock);
API_USE(void, RtlAcquireSRWLockShared, SLIM *lock);
API_USE(void, RtlReleaseSRWLockShared, SLIM *lock);
API_USE(BOOLEAN, RtlTryAcquireSRWLockExclusive, SLIM *lock);
API_USE(BOOL, SleepConditionVariableCS, SLIM *variable, CRITICAL_SECTION *section, DWORD milliseconds);
API_USE(BOOL, SleepConditionVariableSRW, SLIM *variable, SLIM *lock, DWORD milliseconds, ULONG flags);
API_USE(void, RtlWakeConditionVariable, SLIM *variable);
API_USE(void, RtlWakeAllConditionVariable, SLIM *variable);
API_USE(NTSTATUS, RtlRunOnceBeginInitialize, ONCE *once, ULONG flags, PVOID *context);
API_USE(NTSTATUS, RtlRunOnceComplete, ONCE *once, ULONG flags, PVOID context);
API_USE(BOOL, WaitOnAddress, const volatile void *address, PVOID compare, SIZE_T size, DWORD milliseconds);
API_USE(void, RtlWakeAddressSingle, PVOID address);
API_USE(NTSTATUS, RtlInitBarrier, BARRIER *barrier, ULONG threads, LONG spin_count);
API_USE(BOOL, RtlBarrier, BARRIER *barrier, ULONG flags);

/* What the locks need of the rest of windlass. */
DWORD win32_from_status(NTSTATUS status) { return (DWORD)status; }
void process_end_when_stuck(void) {}
__thread volatile unsigned locks_held;

static long rounds = 20000;
static int failures;

static void must(bool condition, const char *what) {
    if (!condition) {
        printf("failed: %s\n", what);
        __atomic_fetch_add(&failures, 1, __ATOMIC_RELAXED);
    }
}

/* ---- critical sections ---- */

static CRITICAL_SECTION section;
static long counted;

static void count_in_section(int number) {
    for (long i = 0; i < rounds; i++) {
        if (!(i % 8 == 0 && api_RtlTryEnterCriticalSection(&section)))
            api_RtlEnterCriticalSection(&section);
        if (i % 4 == number)
            api_RtlEnterCriticalSection(&section);
        counted++;
        if (i % 4 == number)
            api_RtlLeaveCriticalSection(&section);
        api_RtlLeaveCriticalSection(&section);
    }
}

/* ---- slim locks ---- */

static SLIM slim;
static long one, other;

static void read_and_write(int number) {
    for (long i = 0; i < rounds; i++) {
        if (i % THREADS == number) {
            if (!(i & 1 && api_RtlTryAcquireSRWLockExclusive(&slim)))
                api_RtlAcquireSRWLockExclusive(&slim);
            one++;
            other--;
            api_RtlReleaseSRWLockExclusive(&slim);
        } else {
            api_RtlAcquireSRWLockShared(&slim);
            must(one == -other, "a reader sees half a change");
            api_RtlReleaseSRWLockShared(&slim);
        }
    }
}

/* ---- condition variables: half the threads put, the others take ---- */

enum { ROOM = 3 };
static SLIM not_empty, not_full;
static int queued;
static long taken;

static void hand_over_in_section(int number) {
    bool puts = number % 2;
    for (long i = 0; i < rounds; i++) {
        api_RtlEnterCriticalSection(&section);
        while (puts ? queued == ROOM : queued == 0)
            api_SleepConditionVariableCS(puts ? &not_full : &not_empty, &section, INFINITE);
        queued += puts ? 1 : -1;
        taken += !puts;
        if (i % 2)
            api_RtlWakeAllConditionVariable(puts ? &not_empty : &not_full);
        else
            api_RtlWakeConditionVariable(puts ? &not_empty : &not_full);
        api_RtlLeaveCriticalSection(&section);
    }
}

static void hand_over_in_slim(int number) {
    bool puts = number % 2;
    for (long i = 0; i < rounds; i++) {
        api_RtlAcquireSRWLockExclusive(&slim);
        while (puts ? queued == ROOM : queued == 0)
            api_SleepConditionVariableSRW(puts ? &not_full : &not_empty, &slim, INFINITE, 0);
        queued += puts ? 1 : -1;
        taken += !puts;
        api_RtlReleaseSRWLockExclusive(&slim);
        api_RtlWakeConditionVariable(puts ? &not_empty : &not_full);
    }
}

/* ---- one-time initialisation, again and again ---- */

enum { ONCES = 512 };
static ONCE onces[ONCES];
static long initialised[ONCES];

static void initialise_once(int number) {
    for (long i = 0; i < ONCES; i++) {
        long index = (i + number) % ONCES;
        if (api_RtlRunOnceBeginInitialize(&onces[index], 0, NULL) == STATUS_PENDING) {
            initialised[index]++;
            must(api_RtlRunOnceComplete(&onces[index], 0, NULL) == STATUS_SUCCESS, "completing an initialisation");
        }
        must(initialised[index] == 1, "initialised once");
    }
}

/* ---- addresses: each thread waits for its turn ---- */

static int turn;

static void take_turns(int number) {
    for (long i = 0; i < rounds / 8; i++) {
        for (int now; (now = __atomic_load_n(&turn, __ATOMIC_ACQUIRE)) % THREADS != number;)
            api_WaitOnAddress(&turn, &now, sizeof now, INFINITE);
        counted++;
        __atomic_fetch_add(&turn, 1, __ATOMIC_RELEASE);
        for (int wakes = 0; wakes < THREADS; wakes++)
            api_RtlWakeAddressSingle(&turn);
    }
}

/* ---- barriers ---- */

static BARRIER barrier;
static long arrived[THREADS];

static void meet(int number) {
    for (long i = 0; i < rounds / 8; i++) {
        arrived[number] = i;
        api_RtlBarrier(&barrier, 0);
        for (int each = 0; each < THREADS; each++)
            must(arrived[each] == i, "all have arrived");
        api_RtlBarrier(&barrier, 0);
    }
}

/* ---- running them ---- */

struct runner {
    void (*function)(int);
    int number;
};

static void *run(void *argument) {
    struct runner *runner = argument;
    TEB *teb = calloc(1, sizeof *teb);
    teb->Self = teb;
    teb->ThreadId = (HANDLE)(uintptr_t)(runner->number + 1);
    syscall(SYS_arch_prctl, ARCH_SET_GS, teb);
    runner->function(runner->number);
    return NULL;
}

static void in_all_threads(void (*function)(int)) {
    pthread_t threads[THREADS];
    struct runner runners[THREADS];
    for (int i = 0; i < THREADS; i++) {
        runners[i] = (struct runner){function, i};
        pthread_create(&threads[i], NULL, run, &runners[i]);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

int main(int count, char **arguments) {
    if (count > 1)
        rounds = atol(arguments[1]);
    api_RtlInitializeCriticalSection(&section);
    in_all_threads(count_in_section);
    must(counted == THREADS * rounds, "all is counted in a critical section");
    in_all_threads(read_and_write);
    must(one == rounds, "all is counted under a slim lock");
    in_all_threads(hand_over_in_section);
    in_all_threads(hand_over_in_slim);
    must(queued == 0 && taken == THREADS * rounds, "all that was put was taken");
    in_all_threads(initialise_once);
    counted = 0;
    in_all_threads(take_turns);
    must(counted == rounds / 8 * THREADS, "all had their turns");
    api_RtlInitBarrier(&barrier, THREADS, -1);
    in_all_threads(meet);
    if (failures == 0)
        puts("good");
    return failures != 0;
}
