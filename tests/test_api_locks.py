"""Locks that the reference lacks; the others are in programs/locks.c."""

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
