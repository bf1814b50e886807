/* Slim reader/writer locks and condition variables ("Slim Reader/Writer (SRW) Locks", "Condition Variables").
 *
 * A lock is one 32-bit word, zero when it is free. Both kinds of waiters sleep on it, told apart by their futex mask.
 * Waiting writers keep new readers out. After a release the lock's memory is not touched any more. */
#include "alone.h"
#include "futex.h"
#include "nt.h"
#include "process_end.h"
#include "spin.h"

typedef struct { atomic_uint word; DWORD unused; } SRWLOCK;

enum { WRITER = 1, READERS_WAIT = 2, WRITERS_WAIT = 4, WAITING = READERS_WAIT | WRITERS_WAIT, ONE_READER = 8 };
enum { WAKE_READERS = 1, WAKE_WRITERS = 2 };         /* futex masks */
enum { SPIN_COUNT = 1000 };

static bool change(SRWLOCK *lock, unsigned *expected, unsigned desired) {
    return atomic_compare_exchange_strong_explicit(&lock->word, expected, desired, memory_order_acq_rel,
                                                   memory_order_relaxed);
}

static unsigned load(SRWLOCK *lock) { return atomic_load_explicit(&lock->word, memory_order_relaxed); }

static bool may_write(unsigned word) { return (word & ~(unsigned)WAITING) == 0; }
static bool may_read(unsigned word) { return !(word & (WRITER | WRITERS_WAIT)); }

static unsigned spin_until(SRWLOCK *lock, bool (*may)(unsigned)) {
    unsigned word = load(lock);
    for (unsigned rounds = spin_rounds(SPIN_COUNT); rounds && !may(word) && !(word & WAITING); rounds--) {
        spin_pause();
        word = load(lock);
    }
    return word;
}

static void WINAPI __attribute__((noinline)) write_slowly(SRWLOCK *lock) {
    unsigned others = 0, word = spin_until(lock, may_write);
    for (;;) {
        if (may_write(word)) {
            if (change(lock, &word, word | WRITER | others))
                return;
        } else if (!(word & WRITERS_WAIT)) {
            if (change(lock, &word, word | WRITERS_WAIT))
                word |= WRITERS_WAIT;
        } else {
            process_end_when_stuck();
            futex_wait_masked(&lock->word, word, WAKE_WRITERS, INT64_MAX);
            others = WRITERS_WAIT;                   /* who woke this one took the mark away; more may sleep */
            word = load(lock);
        }
    }
}

static void WINAPI __attribute__((noinline)) read_slowly(SRWLOCK *lock) {
    unsigned word = spin_until(lock, may_read);
    for (;;) {
        if (may_read(word)) {
            if (change(lock, &word, word + ONE_READER))
                return;
        } else if (!(word & READERS_WAIT)) {
            if (change(lock, &word, word | READERS_WAIT))
                word |= READERS_WAIT;
        } else {
            process_end_when_stuck();
            futex_wait_masked(&lock->word, word, WAKE_READERS, INT64_MAX);
            word = load(lock);
        }
    }
}

/* The lock has been released and somebody waits: wakes one writer, or else all readers. Should another thread take the
 * lock meanwhile, the marks stay and waking is its duty. */
static void WINAPI __attribute__((noinline)) wake_waiters(SRWLOCK *lock) {
    unsigned word = load(lock);
    while (word & WAITING && may_write(word)) {
        if (word & WRITERS_WAIT) {
            if (!change(lock, &word, word & ~(unsigned)WRITERS_WAIT))
                continue;
            if (futex_wake_masked(&lock->word, 1, WAKE_WRITERS))
                return;
            word = load(lock);
        } else if (change(lock, &word, word & ~(unsigned)READERS_WAIT)) {
            futex_wake_masked(&lock->word, FUTEX_ALL, WAKE_READERS);
            return;
        }
    }
}

API(ntdll, void, RtlAcquireSRWLockExclusive, SRWLOCK *SRWLock) {
    if (!change_cheaply(&SRWLock->word, 0, WRITER))
        write_slowly(SRWLock);
}
API_ALIAS(api_RtlAcquireSRWLockExclusive, kernel32_name, kernel32 kernelbase, "AcquireSRWLockExclusive");

API(ntdll, void, RtlAcquireSRWLockShared, SRWLOCK *SRWLock) {
    unsigned word = load(SRWLock);
    if (!may_read(word) || !change_cheaply(&SRWLock->word, word, word + ONE_READER))
        read_slowly(SRWLock);
}
API_ALIAS(api_RtlAcquireSRWLockShared, kernel32_name, kernel32 kernelbase, "AcquireSRWLockShared");

API(ntdll, BOOLEAN, RtlTryAcquireSRWLockExclusive, SRWLOCK *SRWLock) {
    unsigned word = load(SRWLock);
    while (may_write(word))
        if (change(SRWLock, &word, word | WRITER))
            return TRUE;
    return FALSE;
}
API_ALIAS(api_RtlTryAcquireSRWLockExclusive, kernel32_name, kernel32 kernelbase, "TryAcquireSRWLockExclusive");

API(ntdll, BOOLEAN, RtlTryAcquireSRWLockShared, SRWLOCK *SRWLock) {
    unsigned word = load(SRWLock);
    while (may_read(word))
        if (change(SRWLock, &word, word + ONE_READER))
            return TRUE;
    return FALSE;
}
API_ALIAS(api_RtlTryAcquireSRWLockShared, kernel32_name, kernel32 kernelbase, "TryAcquireSRWLockShared");

API(ntdll, void, RtlReleaseSRWLockExclusive, SRWLOCK *SRWLock) {
    if (thread_is_alone() && change_cheaply(&SRWLock->word, WRITER, 0))
        return;
    if (atomic_fetch_sub_explicit(&SRWLock->word, WRITER, memory_order_release) != WRITER)
        wake_waiters(SRWLock);
}
API_ALIAS(api_RtlReleaseSRWLockExclusive, kernel32_name, kernel32 kernelbase, "ReleaseSRWLockExclusive");

API(ntdll, void, RtlReleaseSRWLockShared, SRWLOCK *SRWLock) {
    if (thread_is_alone() && change_cheaply(&SRWLock->word, ONE_READER, 0))
        return;
    unsigned was = atomic_fetch_sub_explicit(&SRWLock->word, ONE_READER, memory_order_release);
    if (was & WAITING && was < 2 * ONE_READER)
        wake_waiters(SRWLock);
}
API_ALIAS(api_RtlReleaseSRWLockShared, kernel32_name, kernel32 kernelbase, "ReleaseSRWLockShared");

/* Other readers may come in; the lock is never free meanwhile. */
API(ntdll, void, RtlConvertSRWLockExclusiveToShared, SRWLOCK *SRWLock) {
    unsigned word = atomic_fetch_add_explicit(&SRWLock->word, ONE_READER - WRITER, memory_order_acq_rel);
    word += ONE_READER - WRITER;
    while (may_read(word) && word & READERS_WAIT) {
        if (change(SRWLock, &word, word & ~(unsigned)READERS_WAIT)) {
            futex_wake_masked(&SRWLock->word, FUTEX_ALL, WAKE_READERS);
            return;
        }
    }
}

/* FALSE: there are other readers, and the caller is none any more. */
API(ntdll, BOOLEAN, RtlTryConvertSRWLockSharedToExclusiveOrRelease, SRWLOCK *SRWLock) {
    unsigned word = load(SRWLock);
    while ((word & ~(unsigned)WAITING) == ONE_READER)
        if (change(SRWLock, &word, word - ONE_READER + WRITER))
            return TRUE;
    api_RtlReleaseSRWLockShared(SRWLock);
    return FALSE;
}

/* Waits until whoever has the lock has released it. */
API(ntdll, void, RtlAcquireReleaseSRWLockExclusive, SRWLOCK *SRWLock) {
    api_RtlAcquireSRWLockExclusive(SRWLock);
    api_RtlReleaseSRWLockExclusive(SRWLock);
}

API(ntdll, void, RtlInitializeSRWLock, SRWLOCK *SRWLock) { memset(SRWLock, 0, sizeof *SRWLock); }
API_ALIAS(api_RtlInitializeSRWLock, kernel32_name, kernel32 kernelbase, "InitializeSRWLock");

/* ---- condition variables ----
 *
 * How often it was woken, which sleepers wait to see changed, and how many may sleep. Only a wake lets anybody return:
 * there are programs that wait without a condition, with all the threads of a pool at once. A sleeper does not touch
 * the variable after it was woken, so that it may be freed then; so those whose time ran out stay counted until a wake
 * finds nobody. */

typedef union {
    _Atomic uint64_t both;
    atomic_uint wakes; /* the lower half */
} CONDITION_VARIABLE;

static const uint64_t ONE_WAKE = 1, ONE_SLEEPER = 1ull << 32;

static uint64_t woken(uint64_t both) { return (both & ~0xFFFFFFFFull) | (uint32_t)(both + ONE_WAKE); }
static bool has_sleepers(CONDITION_VARIABLE *variable) { return atomic_load(&variable->both) >= ONE_SLEEPER; }

/* To be called before the lock is released; the result is what to sleep on. */
static unsigned prepare_to_sleep(CONDITION_VARIABLE *variable) {
    return (unsigned)atomic_fetch_add(&variable->both, ONE_SLEEPER);
}

API(ntdll, void, RtlInitializeConditionVariable, CONDITION_VARIABLE *ConditionVariable) {
    memset(ConditionVariable, 0, sizeof *ConditionVariable);
}
API_ALIAS(api_RtlInitializeConditionVariable, kernel32_name, kernel32 kernelbase, "InitializeConditionVariable");

static void WINAPI __attribute__((noinline)) wake_one(CONDITION_VARIABLE *variable) {
    uint64_t both = atomic_load(&variable->both), after;
    do {
        if (both < ONE_SLEEPER)
            return;
        after = woken(both) - ONE_SLEEPER;
    } while (!atomic_compare_exchange_weak(&variable->both, &both, after));
    if (futex_wake(&variable->wakes, 1) == 0)        /* nobody did sleep, unless one came since */
        atomic_compare_exchange_strong(&variable->both, &after, (uint32_t)after);
}

API(ntdll, void, RtlWakeConditionVariable, CONDITION_VARIABLE *ConditionVariable) {
    if (has_sleepers(ConditionVariable))
        wake_one(ConditionVariable);
}
API_ALIAS(api_RtlWakeConditionVariable, kernel32_name, kernel32 kernelbase, "WakeConditionVariable");

static void WINAPI __attribute__((noinline)) wake_all(CONDITION_VARIABLE *variable) {
    uint64_t both = atomic_load(&variable->both);
    while (!atomic_compare_exchange_weak(&variable->both, &both, (uint32_t)woken(both)))
        ;
    futex_wake(&variable->wakes, FUTEX_ALL);
}

API(ntdll, void, RtlWakeAllConditionVariable, CONDITION_VARIABLE *ConditionVariable) {
    if (has_sleepers(ConditionVariable))
        wake_all(ConditionVariable);
}
API_ALIAS(api_RtlWakeAllConditionVariable, kernel32_name, kernel32 kernelbase, "WakeAllConditionVariable");

API_USE(NTSTATUS, RtlEnterCriticalSection, CRITICAL_SECTION *section);
API_USE(NTSTATUS, RtlLeaveCriticalSection, CRITICAL_SECTION *section);

static NTSTATUS sleep_with_section(CONDITION_VARIABLE *variable, CRITICAL_SECTION *section, int64_t deadline) {
    unsigned word = prepare_to_sleep(variable);
    api_RtlLeaveCriticalSection(section);
    bool in_time = futex_wait_until(&variable->wakes, word, deadline);
    api_RtlEnterCriticalSection(section);
    return in_time ? STATUS_SUCCESS : STATUS_TIMEOUT;
}

enum { CONDITION_VARIABLE_LOCKMODE_SHARED = 1 };

static NTSTATUS sleep_with_srw(CONDITION_VARIABLE *variable, SRWLOCK *lock, int64_t deadline, ULONG flags) {
    bool shared = flags & CONDITION_VARIABLE_LOCKMODE_SHARED;
    unsigned word = prepare_to_sleep(variable);
    if (shared)
        api_RtlReleaseSRWLockShared(lock);
    else
        api_RtlReleaseSRWLockExclusive(lock);
    bool in_time = futex_wait_until(&variable->wakes, word, deadline);
    if (shared)
        api_RtlAcquireSRWLockShared(lock);
    else
        api_RtlAcquireSRWLockExclusive(lock);
    return in_time ? STATUS_SUCCESS : STATUS_TIMEOUT;
}

API(ntdll, NTSTATUS, RtlSleepConditionVariableCS, CONDITION_VARIABLE *ConditionVariable,
    CRITICAL_SECTION *CriticalSection, const LARGE_INTEGER *Timeout) {
    return sleep_with_section(ConditionVariable, CriticalSection, deadline_from_nt(Timeout));
}

API(ntdll, NTSTATUS, RtlSleepConditionVariableSRW, CONDITION_VARIABLE *ConditionVariable, SRWLOCK *SRWLock,
    const LARGE_INTEGER *Timeout, ULONG Flags) {
    return sleep_with_srw(ConditionVariable, SRWLock, deadline_from_nt(Timeout), Flags);
}

static BOOL awake_or_timeout(NTSTATUS status) { return status == STATUS_SUCCESS ? TRUE : fail(ERROR_TIMEOUT); }

API(kernel32 kernelbase, BOOL, SleepConditionVariableCS, CONDITION_VARIABLE *ConditionVariable,
    CRITICAL_SECTION *CriticalSection, DWORD dwMilliseconds) {
    return awake_or_timeout(
        sleep_with_section(ConditionVariable, CriticalSection, deadline_from_milliseconds(dwMilliseconds)));
}

API(kernel32 kernelbase, BOOL, SleepConditionVariableSRW, CONDITION_VARIABLE *ConditionVariable, SRWLOCK *SRWLock,
    DWORD dwMilliseconds, ULONG Flags) {
    return awake_or_timeout(
        sleep_with_srw(ConditionVariable, SRWLock, deadline_from_milliseconds(dwMilliseconds), Flags));
}
