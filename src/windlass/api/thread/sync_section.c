/* Critical sections ("Critical Section Objects").
 *
 * Programs set the structure up statically ({0, -1, 0, 0, 0, 0}) and read its fields, so they keep their meaning since
 * Windows Vista ("Displaying a Critical Section"): in LockCount, bit 0 is 0 while the section is locked, bit 1 is 0 while
 * a waiting thread has been woken and has not taken the section yet, and the other bits are the ones' complement of the
 * number of waiting threads. -1 is free, -2 is owned and nobody waits.
 *
 * Waiting threads sleep on LockCount itself, so after a section is released its memory is not touched any more: its
 * next owner may delete it. A thread that comes by may take the section before the one that was woken. */
#include "alone.h"
#include "futex.h"
#include "nt.h"
#include "process_end.h"
#include "spin.h"

enum { UNLOCKED = 1, NONE_WOKEN = 2, ONE_WAITER = 4 };

#define SPIN_COUNT_MASK 0x00ffffffu
#define DEFAULT_SPIN_COUNT 0x020007d0u               /* 2000, adjusted dynamically */
#define FLAG_FORCE_DEBUG_INFO 0x10000000u
#define RESERVED_FLAGS 0xe0000000u                   /* RTL_CRITICAL_SECTION_FLAG_RESERVED; the lower 24 bits are ignored */

static atomic_uint *word_of(CRITICAL_SECTION *section) { return (atomic_uint *)&section->LockCount; }

static bool compare_exchange(CRITICAL_SECTION *section, unsigned *expected, unsigned desired) {
    return atomic_compare_exchange_strong_explicit(word_of(section), expected, desired, memory_order_acq_rel,
                                                   memory_order_relaxed);
}

static unsigned load(CRITICAL_SECTION *section) {
    return atomic_load_explicit(word_of(section), memory_order_relaxed);
}

/* Threads that do not own the section read this, too: it is never theirs then, whatever it is. */
static void set_owner(CRITICAL_SECTION *section, HANDLE thread) {
    __atomic_store_n(&section->OwningThread, thread, __ATOMIC_RELAXED);
}

static bool is_owner(CRITICAL_SECTION *section) {
    return __atomic_load_n(&section->OwningThread, __ATOMIC_RELAXED) == teb_self()->ThreadId;
}

static void own(CRITICAL_SECTION *section) {
    set_owner(section, teb_self()->ThreadId);
    section->RecursionCount = 1;
}

/* Takes the section while it is free, whoever waits. */
static bool try_take(CRITICAL_SECTION *section) {
    unsigned count = load(section);
    while (count & UNLOCKED)
        if (compare_exchange(section, &count, count & ~(unsigned)UNLOCKED))
            return true;
    return false;
}

static bool spin(CRITICAL_SECTION *section) {
    for (unsigned rounds = spin_rounds(section->SpinCount & SPIN_COUNT_MASK); rounds; rounds--) {
        if (try_take(section))
            return true;
        if (~load(section) >= ONE_WAITER)            /* others sleep: so will this one */
            return false;
        spin_pause();
    }
    return false;
}

static void sleep_and_take(CRITICAL_SECTION *section) {
    unsigned count = atomic_fetch_sub(word_of(section), ONE_WAITER) - ONE_WAITER;
    for (;;) {
        if (count & UNLOCKED) {
            /* One waiter fewer. Whether this thread was the one that was woken, or was not asleep yet: nobody needs
             * waiting for any more. */
            if (compare_exchange(section, &count, ((count & ~(unsigned)UNLOCKED) + ONE_WAITER) | NONE_WOKEN))
                return;
        } else if (!(count & NONE_WOKEN)) {
            /* Woken too late: the next owner is to wake somebody again. */
            if (compare_exchange(section, &count, count | NONE_WOKEN))
                count |= NONE_WOKEN;
        } else {
            process_end_when_stuck();
            futex_wait_until(word_of(section), count, INT64_MAX);
            count = load(section);
        }
    }
}

static NTSTATUS WINAPI __attribute__((noinline)) enter_slowly(CRITICAL_SECTION *section) {
    if (is_owner(section)) {
        section->RecursionCount++;
        return STATUS_SUCCESS;
    }
    if (!try_take(section) && !spin(section))
        sleep_and_take(section);
    own(section);
    return STATUS_SUCCESS;
}

static NTSTATUS WINAPI __attribute__((noinline)) wake_next(CRITICAL_SECTION *section) {
    unsigned count = load(section), desired;
    bool wake;
    do {
        wake = ~count >= ONE_WAITER && count & NONE_WOKEN;
        desired = (count | UNLOCKED) & ~(wake ? (unsigned)NONE_WOKEN : 0);
    } while (!compare_exchange(section, &count, desired));
    if (wake)
        futex_wake(word_of(section), 1);
    return STATUS_SUCCESS;
}

/* The usual cases call nothing, so that the compiler need not save xmm6 to xmm15 around a System V function. */
API(ntdll, NTSTATUS, RtlEnterCriticalSection, CRITICAL_SECTION *CriticalSection) {
    if (!change_cheaply(word_of(CriticalSection), (unsigned)-1, (unsigned)-2))
        return enter_slowly(CriticalSection);
    own(CriticalSection);
    return STATUS_SUCCESS;
}
API_ALIAS(api_RtlEnterCriticalSection, kernel32_name, kernel32 kernelbase, "EnterCriticalSection");

API(ntdll, NTSTATUS, RtlLeaveCriticalSection, CRITICAL_SECTION *CriticalSection) {
    if (--CriticalSection->RecursionCount)
        return STATUS_SUCCESS;
    set_owner(CriticalSection, NULL);
    if (!change_cheaply(word_of(CriticalSection), (unsigned)-2, (unsigned)-1))
        return wake_next(CriticalSection);
    return STATUS_SUCCESS;
}
API_ALIAS(api_RtlLeaveCriticalSection, kernel32_name, kernel32 kernelbase, "LeaveCriticalSection");

API(ntdll, BOOL, RtlTryEnterCriticalSection, CRITICAL_SECTION *CriticalSection) {
    if (try_take(CriticalSection)) {
        own(CriticalSection);
        return TRUE;
    }
    if (!is_owner(CriticalSection))
        return FALSE;
    CriticalSection->RecursionCount++;
    return TRUE;
}
API_ALIAS(api_RtlTryEnterCriticalSection, kernel32_name, kernel32 kernelbase, "TryEnterCriticalSection");

/* ---- life ---- */

/* RTL_CRITICAL_SECTION_DEBUG; made only on request, as since Windows 8. */
struct debug_information {
    WORD Type, CreatorBackTraceIndex;
    CRITICAL_SECTION *CriticalSection;
    LIST_ENTRY ProcessLocksList;
    DWORD EntryCount, ContentionCount, Flags;
    WORD CreatorBackTraceIndexHigh, Identifier;
};

#define NO_DEBUG_INFORMATION ((PVOID)(LONG_PTR)-1)

static PVOID new_debug_information(CRITICAL_SECTION *section) {
    struct debug_information *information = calloc(1, sizeof *information);
    if (!information)
        return NO_DEBUG_INFORMATION;
    information->CriticalSection = section;
    information->ProcessLocksList = (LIST_ENTRY){&information->ProcessLocksList, &information->ProcessLocksList};
    return information;
}

API(ntdll, NTSTATUS, RtlInitializeCriticalSectionEx, CRITICAL_SECTION *CriticalSection, ULONG SpinCount,
    ULONG Flags) {
    if (Flags & RESERVED_FLAGS)
        return STATUS_INVALID_PARAMETER_3;
    if (SpinCount & ~SPIN_COUNT_MASK)
        return STATUS_INVALID_PARAMETER_2;
    *CriticalSection = (CRITICAL_SECTION){.DebugInfo = NO_DEBUG_INFORMATION, .LockCount = -1, .SpinCount = SpinCount};
    if (Flags & FLAG_FORCE_DEBUG_INFO)
        CriticalSection->DebugInfo = new_debug_information(CriticalSection);
    return STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, InitializeCriticalSectionEx, CRITICAL_SECTION *lpCriticalSection, DWORD dwSpinCount,
    DWORD Flags) {
    return succeed_or_fail(api_RtlInitializeCriticalSectionEx(lpCriticalSection, dwSpinCount, Flags));
}

/* The upper bits of the count are ignored here. */
API(ntdll, NTSTATUS, RtlInitializeCriticalSectionAndSpinCount, CRITICAL_SECTION *CriticalSection, ULONG SpinCount) {
    return api_RtlInitializeCriticalSectionEx(CriticalSection, SpinCount & SPIN_COUNT_MASK, 0);
}

API(kernel32 kernelbase, BOOL, InitializeCriticalSectionAndSpinCount, CRITICAL_SECTION *lpCriticalSection,
    DWORD dwSpinCount) {
    return succeed_or_fail(api_RtlInitializeCriticalSectionAndSpinCount(lpCriticalSection, dwSpinCount));
}

API(ntdll, NTSTATUS, RtlInitializeCriticalSection, CRITICAL_SECTION *CriticalSection) {
    NTSTATUS status = api_RtlInitializeCriticalSectionEx(CriticalSection, 0, 0);
    CriticalSection->SpinCount = DEFAULT_SPIN_COUNT;
    return status;
}
API_ALIAS(api_RtlInitializeCriticalSection, kernel32_name, kernel32 kernelbase, "InitializeCriticalSection");

API(ntdll, NTSTATUS, RtlDeleteCriticalSection, CRITICAL_SECTION *CriticalSection) {
    if (CriticalSection->DebugInfo != NO_DEBUG_INFORMATION)
        free(CriticalSection->DebugInfo);
    *CriticalSection = (CRITICAL_SECTION){.LockCount = -1};
    return STATUS_SUCCESS;
}
API_ALIAS(api_RtlDeleteCriticalSection, kernel32_name, kernel32 kernelbase, "DeleteCriticalSection");

/* ---- properties ---- */

API(ntdll, ULONG, RtlSetCriticalSectionSpinCount, CRITICAL_SECTION *CriticalSection, ULONG SpinCount) {
    ULONG was = (ULONG)CriticalSection->SpinCount & SPIN_COUNT_MASK;
    CriticalSection->SpinCount = SpinCount & SPIN_COUNT_MASK;
    return was;
}
API_ALIAS(api_RtlSetCriticalSectionSpinCount, kernel32_name, kernel32 kernelbase, "SetCriticalSectionSpinCount");

/* Of the calling thread. */
API(ntdll, ULONG, RtlGetCriticalSectionRecursionCount, CRITICAL_SECTION *CriticalSection) {
    return is_owner(CriticalSection) ? (ULONG)CriticalSection->RecursionCount : 0;
}

API(ntdll, BOOL, RtlIsCriticalSectionLocked, CRITICAL_SECTION *CriticalSection) {
    return CriticalSection->RecursionCount > 0;
}

API(ntdll, BOOL, RtlIsCriticalSectionLockedByThread, CRITICAL_SECTION *CriticalSection) {
    return is_owner(CriticalSection) && CriticalSection->RecursionCount > 0;
}
