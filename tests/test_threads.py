"""Threads of DLLs and of Python, and what ends or copies the process while they run.

WINDLASS_STRESS_SECONDS makes the tests that race against time run for longer than their few seconds.
"""

from __future__ import annotations

import os

import pytest

SECONDS = float(os.environ.get("WINDLASS_STRESS_SECONDS", "3"))

# A child that inherits a lock from another thread of its parent hangs, until the alarm ends it. Python 3.11
# and older have such a lock themselves, for threads that enter Python, so the DLL's threads keep out of it.
FORKS = """
import os, signal, sys, time
from windlass.ctypes import CDLL

dll = CDLL(sys.argv[1])
if sys.version_info >= (3, 12):
    dll.load_too()
assert dll.once(16) == 0
dll.start(3)
end = time.monotonic() + float(sys.argv[2])
statuses = set()
while time.monotonic() < end:
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        os._exit(dll.once(16) or dll.once(1))
    statuses.add(os.waitpid(child, 0)[1])
print(statuses, dll.finish())
"""


def test_fork_copies_no_lock_that_is_held(dll, fresh_python):
    assert fresh_python(FORKS, dll("churn.c"), SECONDS, seconds=SECONDS + 60) == "{0} 0\n"


MULTIPROCESSING = """
import multiprocessing, sys
from windlass.ctypes import CDLL

def work(number):
    dll = CDLL(sys.argv[1])
    return dll.once(16) or number + 1

if __name__ == "__main__":
    dll = CDLL(sys.argv[1])
    dll.start(2)
    with multiprocessing.get_context(sys.argv[2]).Pool(2) as pool:
        print(sum(pool.map(work, range(20))), dll.finish())
"""


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(dll, fresh_python, tmp_path, method):
    script = tmp_path / "script.py"
    script.write_text(MULTIPROCESSING)
    code = "import subprocess, sys; subprocess.run([sys.executable, *sys.argv[1:]], check=True)"
    assert fresh_python(code, script, dll("churn.c"), method) == "210 0\n"


KINDS = ["computes", "waits", "sleeps on an address", "calls back", "churns"]

SHUTDOWN = """
import sys, threading, time
from windlass.ctypes import CDLL, CFUNCTYPE, c_int

dll = CDLL(sys.argv[1])
dll.load_too()
kind, by_python = int(sys.argv[2]), int(sys.argv[3])
callback = CFUNCTYPE(c_int, c_int)(lambda value: time.sleep(0.001) or value)
for _ in range(3):
    if by_python:
        threading.Thread(target=dll.forever, args=(kind, callback, 1), daemon=True).start()
    else:
        dll.forever(kind, callback, 0)
time.sleep(0.2)
print("ends")
"""


@pytest.mark.parametrize("by_python", [False, True], ids=["DLL's", "daemons"])
@pytest.mark.parametrize("kind", range(len(KINDS)), ids=KINDS)
def test_the_process_ends_though_threads_run_in_windows_code(dll, fresh_python, kind, by_python):
    for _ in range(3):
        assert fresh_python(SHUTDOWN, dll("churn.c"), kind, int(by_python), seconds=30) == "ends\n"


WIDE = """
#include <immintrin.h>
#include <windows.h>
EXPORT volatile LONG ready, leave;
EXPORT float seen;
static DWORD WINAPI body(void *parameter)
{
    __m256 wide = _mm256_set1_ps(7);
    ready = 1;
    while (!leave)
        __asm__ volatile("" : "+x"(wide));
    seen = _mm256_cvtss_f32(_mm256_permute2f128_ps(wide, wide, 1));
    return 0;
}
EXPORT HANDLE start(void) { return CreateThread(NULL, 0, body, NULL, 0, NULL); }
/* The upper half of the register that holds sevens; it is changed to `other`. */
EXPORT float exchange(HANDLE thread, float other)
{
    static char memory[8192];
    DWORD length = sizeof memory;
    DWORD64 mask = 0;
    CONTEXT *context;
    float found = 0;
    while (!ready)
        Sleep(1);
    SuspendThread(thread);
    InitializeContext(memory, CONTEXT_FULL | CONTEXT_XSTATE, &context, &length);
    SetXStateFeaturesMask(context, XSTATE_MASK_AVX);
    GetThreadContext(thread, context);
    GetXStateFeaturesMask(context, &mask);
    float *upper = LocateXStateFeature(context, XSTATE_AVX, &length);
    for (DWORD i = 0; mask & XSTATE_MASK_AVX && i < length / sizeof *upper; i++) {
        if (upper[i] == 7) {
            found = upper[i];
            upper[i] = other;
        }
    }
    SetThreadContext(thread, context);
    ResumeThread(thread);
    leave = 1;
    WaitForSingleObject(thread, 20000);
    return found;
}
"""


def test_a_stopped_threads_wide_registers_are_read_and_written(write_dll):
    from windlass.ctypes import CDLL, c_float, c_void_p, windll

    if not windll.kernel32.GetEnabledXStateFeatures() & 4:
        pytest.skip("no AVX")
    dll = CDLL(str(write_dll(WIDE, "-mavx", name="wide")))
    dll.start.restype, dll.exchange.restype, dll.exchange.argtypes = c_void_p, c_float, [c_void_p, c_float]
    assert dll.exchange(dll.start(), 9.0) == 7.0
    assert c_float.in_dll(dll, "seen").value == 9.0


# Wine has no alerts and no NtSetTimerEx: these are what "Alertable I/O" and the status codes say.

ALERTS = """
import sys, threading, time
from windlass.ctypes import *

ntdll, kernel32 = WinDLL("ntdll"), WinDLL("kernel32")
event = kernel32.CreateEventA(None, True, False, None)
soon = byref(c_longlong(-10000))
process, own = c_void_p(-1), c_void_p(-2)

def alerted(wait):
    def work():
        kernel32.DuplicateHandle(process, own, process, byref(thread), 0, False, 2)
        seen.append(wait())
    seen, thread = [], c_void_p()
    worker = threading.Thread(target=work)
    worker.start()
    while not seen:
        if thread:
            ntdll.NtAlertThread(thread)
        time.sleep(0.001)
    worker.join()
    return hex(seen[0])

print(alerted(lambda: ntdll.NtWaitForSingleObject(event, True, None)))
print(alerted(lambda: ntdll.NtDelayExecution(True, byref(c_longlong(-6 * 10**9)))))
print(hex(ntdll.NtTestAlert()), ntdll.NtAlertThread(own), hex(ntdll.NtTestAlert()), ntdll.NtTestAlert())
ntdll.NtAlertThread(own)
waits = [ntdll.NtWaitForSingleObject(event, alertable, soon) for alertable in (0, 1, 1)]
print(*map(hex, waits))
ntdll.NtAlertThread(own)
print(kernel32.SleepEx(1, True), hex(ntdll.NtTestAlert()))
print(hex(ntdll.NtAlertThread(event) & 0xffffffff), hex(ntdll.NtAlertThread(0x1234564) & 0xffffffff))
"""


def test_alerts_end_native_alertable_waits(fresh_python):
    assert fresh_python(ALERTS).splitlines() == [
        "0x101", "0x101", "0x0 0 0x101 0", "0x102 0x101 0x102", "0 0x101", "0xc0000024 0xc0000008",
    ]  # fmt: skip


TIMERS = """
from windlass.ctypes import *

class Info(Structure):
    _fields_ = [("due", c_longlong), ("routine", c_void_p), ("context", c_void_p), ("wake", c_void_p),
                ("period", c_uint), ("delay", c_uint), ("previous", c_void_p)]

ntdll, kernel32 = WinDLL("ntdll"), WinDLL("kernel32")
timer, state = c_void_p(kernel32.CreateWaitableTimerA(None, True, None)), c_ubyte(7)
info = Info(-10000, previous=addressof(state), delay=5)
size = sizeof(info)
print(size, [hex(ntdll.NtSetTimerEx(timer, *rest) & 0xffffffff) for rest in
             ((1, byref(info), size), (0, byref(info), size - 1), (0, byref(info), size))], state.value)
print(kernel32.WaitForSingleObject(timer, 20000), end=" ")
print(ntdll.NtSetTimerEx(timer, 0, byref(info), size), state.value)
"""


def test_timers_are_set_with_a_tolerable_delay(fresh_python):
    out = ["48 ['0xc0000003', '0xc0000004', '0x0'] 0", "0 0 1"]
    assert fresh_python(TIMERS).splitlines() == out


NATIVE_IO = """
#include <windows.h>
#include <winternl.h>
typedef VOID (NTAPI *io_callback)(void *instance, void *context, void *apc, IO_STATUS_BLOCK *block, void *io);
NTSTATUS NTAPI TpAllocIoCompletion(void **, HANDLE, io_callback, void *context, void *environment);
VOID NTAPI TpStartAsyncIoOperation(void *io);
VOID NTAPI TpWaitForIoCompletion(void *io, BOOL cancel);
VOID NTAPI TpReleaseIoCompletion(void *io);
static OVERLAPPED overlapped;
static int seen;
static VOID NTAPI ended(void *instance, void *context, void *apc, IO_STATUS_BLOCK *block, void *io)
{
    seen = apc == &overlapped && block->Status == 0 && block->Information == 5 ? (int)(INT_PTR)context : -1;
}
EXPORT int write_it(const char *path)
{
    void *io = NULL;
    HANDLE file = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_OVERLAPPED, NULL);
    if (TpAllocIoCompletion(&io, file, ended, (void *)42, NULL))
        return -2;
    TpStartAsyncIoOperation(io);
    WriteFile(file, "12345", 5, NULL, &overlapped);
    TpWaitForIoCompletion(io, FALSE);
    CloseHandle(file);
    TpReleaseIoCompletion(io);
    return seen;
}
EXPORT unsigned refused(void)
{
    void *io;
    return TpAllocIoCompletion(&io, (HANDLE)0x1234564, ended, NULL, NULL);
}
"""


def test_native_thread_pool_io(write_dll, tmp_path):
    from windlass.ctypes import CDLL, c_uint

    dll = CDLL(str(write_dll(NATIVE_IO, name="native_io")))
    dll.refused.restype = c_uint
    assert dll.write_it(str(tmp_path / "file").encode()) == 42
    assert dll.refused() == 0xC0000008


POOL_FAULT = """
#include <windows.h>
static char *guarded;
static volatile LONG seen, done;
static HANDLE worker;
static LONG CALLBACK handler(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode != STATUS_GUARD_PAGE_VIOLATION)
        return EXCEPTION_CONTINUE_SEARCH;
    seen++;
    return EXCEPTION_CONTINUE_EXECUTION;
}
static VOID CALLBACK expired(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_TIMER timer)
{
    *(volatile char *)guarded = 7;
    DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &worker, 0, FALSE,
                    DUPLICATE_SAME_ACCESS);
    done = 1;
    while (done == 1)
        Sleep(1);
}
EXPORT int run(void)
{
    ULARGE_INTEGER due = {.QuadPart = (ULONGLONG)-10000};
    static CONTEXT context;
    PTP_TIMER timer = CreateThreadpoolTimer(expired, NULL, NULL);
    AddVectoredExceptionHandler(1, handler);
    guarded = VirtualAlloc(NULL, 4096, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE | PAGE_GUARD);
    SetThreadpoolTimer(timer, (FILETIME *)&due, 0, 0);
    while (!done)
        Sleep(1);
    context.ContextFlags = CONTEXT_CONTROL;
    SuspendThread(worker);
    BOOL got = GetThreadContext(worker, &context);
    ResumeThread(worker);
    done = 2;
    WaitForThreadpoolTimerCallbacks(timer, FALSE);
    return seen * 10 + (got && context.Rip);
}
"""


def test_a_pools_thread_that_a_timer_started_has_faults_and_is_suspended(write_dll, fresh_python):
    code = "import sys; from windlass.ctypes import CDLL; print(CDLL(sys.argv[1]).run())"
    assert fresh_python(code, write_dll(POOL_FAULT, name="pool_fault")) == "11\n"
