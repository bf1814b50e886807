"""What of locks and threads the reference lacks; the rest is in programs/locks.c, threads.c and others."""

from __future__ import annotations

import windlass
from windlass import _core

BARRIER = """
#include <windows.h>
enum { THREADS = 4, ROUNDS = 2000 };
static SYNCHRONIZATION_BARRIER barrier;
static volatile LONG arrived[2], last, wrong;

static DWORD WINAPI meet(void *p)
{
    int i;
    for (i = 0; i < ROUNDS; i++) {
        InterlockedIncrement(&arrived[i & 1]);
        if (EnterSynchronizationBarrier(&barrier, 0)) {
            InterlockedIncrement(&last);
            arrived[(i + 1) & 1] = 0;
        }
        if (arrived[i & 1] != THREADS)
            wrong++;
        EnterSynchronizationBarrier(&barrier, SYNCHRONIZATION_BARRIER_FLAGS_BLOCK_ONLY);
    }
    return (DWORD)(INT_PTR)p;
}

EXPORT int run(void)
{
    HANDLE threads[THREADS];
    int i;
    if (InitializeSynchronizationBarrier(&barrier, 0, -1) || GetLastError() != ERROR_INVALID_PARAMETER)
        return -1;
    if (!InitializeSynchronizationBarrier(&barrier, THREADS, -1))
        return -2;
    for (i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, meet, NULL, 0, NULL);
    if (WaitForMultipleObjects(THREADS, threads, TRUE, 60000) != WAIT_OBJECT_0)
        return -3;
    for (i = 0; i < THREADS; i++)
        CloseHandle(threads[i]);
    return DeleteSynchronizationBarrier(&barrier) ? wrong * 100000 + last : -4;
}
"""


def test_a_barrier_lets_threads_go_together_and_one_of_them_is_the_last(write_dll):
    with windlass.load(write_dll(BARRIER, name="barrier")) as module:
        assert _core.call(module.export("run")) == 2000


CONVERSIONS = """
// imports: ntdll.dll RtlConvertSRWLockExclusiveToShared RtlTryConvertSRWLockSharedToExclusiveOrRelease
// imports: ntdll.dll RtlInitializeResource RtlAcquireResourceShared RtlReleaseResource RtlDeleteResource
// imports: ntdll.dll RtlConvertSharedToExclusive RtlConvertExclusiveToShared
#include <windows.h>
__declspec(dllimport) void NTAPI RtlConvertSRWLockExclusiveToShared(SRWLOCK *);
__declspec(dllimport) BOOLEAN NTAPI RtlTryConvertSRWLockSharedToExclusiveOrRelease(SRWLOCK *);
__declspec(dllimport) void NTAPI RtlInitializeResource(void *);
__declspec(dllimport) BOOLEAN NTAPI RtlAcquireResourceShared(void *, BOOLEAN);
__declspec(dllimport) void NTAPI RtlReleaseResource(void *);
__declspec(dllimport) void NTAPI RtlConvertSharedToExclusive(void *);
__declspec(dllimport) void NTAPI RtlConvertExclusiveToShared(void *);
__declspec(dllimport) void NTAPI RtlDeleteResource(void *);
static SRWLOCK lock = SRWLOCK_INIT;

static DWORD WINAPI reads(void *unused)
{
    AcquireSRWLockShared(&lock);
    ReleaseSRWLockShared(&lock);
    return 1;
}

EXPORT int slim(void)
{
    HANDLE reader;
    AcquireSRWLockExclusive(&lock);
    reader = CreateThread(NULL, 0, reads, NULL, 0, NULL);
    if (WaitForSingleObject(reader, 20) != WAIT_TIMEOUT)
        return 1;
    RtlConvertSRWLockExclusiveToShared(&lock);
    if (WaitForSingleObject(reader, 20000) != WAIT_OBJECT_0 || TryAcquireSRWLockExclusive(&lock))
        return 2;
    if (!RtlTryConvertSRWLockSharedToExclusiveOrRelease(&lock) || TryAcquireSRWLockShared(&lock))
        return 3;
    RtlConvertSRWLockExclusiveToShared(&lock);
    AcquireSRWLockShared(&lock);
    if (RtlTryConvertSRWLockSharedToExclusiveOrRelease(&lock))
        return 4;
    ReleaseSRWLockShared(&lock);
    return TryAcquireSRWLockExclusive(&lock) ? 0 : 5;
}

EXPORT int resource(void)
{
    long long both[12];                  /* NumberOfActive lies at 0x44 */
    volatile int *active = (int *)both + 0x11;
    RtlInitializeResource(both);
    RtlAcquireResourceShared(both, TRUE);
    RtlConvertSharedToExclusive(both);
    if (*active != -1)
        return 1;
    RtlConvertExclusiveToShared(both);
    if (*active != 1)
        return 2;
    RtlReleaseResource(both);
    if (*active != 0)
        return 3;
    RtlDeleteResource(both);
    return 0;
}
"""


def test_locks_are_converted_between_shared_and_exclusive(write_dll):
    with windlass.load(write_dll(CONVERSIONS, name="conversions")) as module:
        assert _core.call(module.export("slim")) == 0
        assert _core.call(module.export("resource")) == 0


def test_processors_are_selected_by_their_sets():
    from windlass.ctypes import GetLastError, byref, c_ulong, c_void_p, create_string_buffer, windll

    kernel32 = windll.kernel32
    this_thread = c_void_p(-2)
    needed = c_ulong()
    assert not kernel32.GetSystemCpuSetInformation(None, 0, byref(needed), None, 0)
    assert needed.value > 0 and needed.value % 32 == 0
    information = create_string_buffer(needed.value)
    assert kernel32.GetSystemCpuSetInformation(information, needed, byref(needed), None, 0)
    first = c_ulong.from_buffer(information, 8)
    chosen, count = (c_ulong * 4)(), c_ulong()
    assert kernel32.GetThreadSelectedCpuSets(this_thread, chosen, 4, byref(count)) and count.value == 0
    assert kernel32.SetThreadSelectedCpuSets(this_thread, byref(first), 1)
    assert kernel32.GetThreadSelectedCpuSets(this_thread, chosen, 4, byref(count))
    assert (count.value, chosen[0]) == (1, first.value)
    assert not kernel32.GetThreadSelectedCpuSets(this_thread, chosen, 0, byref(count))
    assert GetLastError() == 122  # ERROR_INSUFFICIENT_BUFFER
    assert not kernel32.SetThreadSelectedCpuSets(this_thread, byref(c_ulong(1)), 1)
    assert GetLastError() == 87
    assert kernel32.SetThreadSelectedCpuSets(this_thread, None, 0)
    assert kernel32.GetThreadSelectedCpuSets(this_thread, chosen, 4, byref(count)) and count.value == 0


def test_what_cannot_be_had_is_refused():
    from windlass.ctypes import GetLastError, byref, c_void_p, windll

    kernel32 = windll.kernel32
    assert not kernel32.CreateUmsThreadContext(byref(c_void_p())) and GetLastError() == 50
    assert not kernel32.QueueUserAPC2(kernel32.GetTickCount, c_void_p(-2), c_void_p(0), 1)
    assert GetLastError() == 50  # ERROR_NOT_SUPPORTED
