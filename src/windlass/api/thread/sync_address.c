/* Waits on addresses and barriers ("WaitOnAddress function", "Synchronization Barriers"). */
#include "nt.h"
#include "park.h"
#include "spin.h"

static bool is_size(SIZE_T size) { return size == 1 || size == 2 || size == 4 || size == 8; }

API(ntdll, NTSTATUS, RtlWaitOnAddress, const volatile void *Address, LPCVOID CompareAddress, SIZE_T AddressSize,
    const LARGE_INTEGER *Timeout) {
    if (!is_size(AddressSize))
        return STATUS_INVALID_PARAMETER;
    return park(Address, CompareAddress, AddressSize, deadline_from_nt(Timeout)) ? STATUS_SUCCESS : STATUS_TIMEOUT;
}

API(kernelbase, BOOL, WaitOnAddress, const volatile void *Address, PVOID CompareAddress, SIZE_T AddressSize,
    DWORD dwMilliseconds) {
    if (!is_size(AddressSize))
        return fail(ERROR_INVALID_PARAMETER);
    if (park(Address, CompareAddress, AddressSize, deadline_from_milliseconds(dwMilliseconds)))
        return TRUE;
    return fail(ERROR_TIMEOUT);
}

API(ntdll, void, RtlWakeAddressSingle, PVOID Address) { unpark_one(Address); }
API_ALIAS(api_RtlWakeAddressSingle, kernelbase_name, kernelbase, "WakeByAddressSingle");

API(ntdll, void, RtlWakeAddressAll, PVOID Address) { unpark_all(Address); }
API_ALIAS(api_RtlWakeAddressAll, kernelbase_name, kernelbase, "WakeByAddressAll");

/* ---- barriers ---- */

typedef struct {
    DWORD total;
    atomic_uint arrived;
    atomic_uint phase;
    atomic_uint inside;                              /* threads that have not left EnterSynchronizationBarrier */
    LONG spin_count;
    DWORD unused[3];
} SYNCHRONIZATION_BARRIER;
_Static_assert(sizeof(SYNCHRONIZATION_BARRIER) == 32, "SYNCHRONIZATION_BARRIER");

enum { SPIN_ONLY = 1, BLOCK_ONLY = 2, NO_DELETE = 4, DEFAULT_SPIN_COUNT = 2000 };

API(ntdll, NTSTATUS, RtlInitBarrier, SYNCHRONIZATION_BARRIER *Barrier, ULONG TotalThreads, LONG SpinCount) {
    if ((LONG)TotalThreads < 1 || SpinCount < -1)
        return STATUS_INVALID_PARAMETER;
    *Barrier = (SYNCHRONIZATION_BARRIER){.total = TotalThreads,
                                         .spin_count = SpinCount == -1 ? DEFAULT_SPIN_COUNT : SpinCount};
    return STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, InitializeSynchronizationBarrier, SYNCHRONIZATION_BARRIER *lpBarrier,
    LONG lTotalThreads, LONG lSpinCount) {
    return succeed_or_fail(api_RtlInitBarrier(lpBarrier, (ULONG)lTotalThreads, lSpinCount));
}

static void wait_for_phase(SYNCHRONIZATION_BARRIER *barrier, unsigned phase, ULONG flags) {
    unsigned rounds = flags & BLOCK_ONLY ? 0 : spin_rounds((unsigned)barrier->spin_count);
    while (atomic_load(&barrier->phase) == phase) {
        if (rounds) {
            rounds--;
            spin_pause();
        } else {
            futex_wait_until(&barrier->phase, phase, INT64_MAX);
        }
    }
}

/* TRUE for the thread that came last. */
API(ntdll, BOOLEAN, RtlBarrier, SYNCHRONIZATION_BARRIER *Barrier, ULONG Flags) {
    unsigned phase = atomic_load(&Barrier->phase);
    atomic_fetch_add(&Barrier->inside, 1);
    bool last = atomic_fetch_add(&Barrier->arrived, 1) + 1 == Barrier->total;
    if (last) {
        atomic_store(&Barrier->arrived, 0);
        atomic_fetch_add(&Barrier->phase, 1);
        futex_wake(&Barrier->phase, FUTEX_ALL);
    } else {
        wait_for_phase(Barrier, phase, Flags);
    }
    if (atomic_fetch_sub(&Barrier->inside, 1) == 1)
        futex_wake(&Barrier->inside, FUTEX_ALL);
    return last;
}

API(kernel32 kernelbase, BOOL, EnterSynchronizationBarrier, SYNCHRONIZATION_BARRIER *lpBarrier, DWORD dwFlags) {
    return api_RtlBarrier(lpBarrier, dwFlags);
}

/* "DeleteSynchronizationBarrier function": may be called as soon as one thread has left; waits for the others. */
API(ntdll, NTSTATUS, RtlDeleteBarrier, SYNCHRONIZATION_BARRIER *Barrier) {
    unsigned inside;
    while ((inside = atomic_load(&Barrier->inside)) != 0)
        futex_wait_until(&Barrier->inside, inside, INT64_MAX);
    return STATUS_SUCCESS;
}

API(kernel32 kernelbase, BOOL, DeleteSynchronizationBarrier, SYNCHRONIZATION_BARRIER *lpBarrier) {
    return succeed_or_fail(api_RtlDeleteBarrier(lpBarrier));
}
