"""The end of the process: DLLs serve Python to its last object, and are detached after that.

Source: Microsoft, "DllMain entry point", "ExitProcess function", "Dynamic-Link Library Best Practices".
"""

from __future__ import annotations

import subprocess
import sys

import pytest

SOURCE = """
#include <windows.h>
static int state;
static char report[260];
static HANDLE thread;
static volatile LONG counter;
static CRITICAL_SECTION section;
int __cdecl puts(const char *);
BOOLEAN NTAPI RtlDllShutdownInProgress(void);

static int (*callback)(int);
static HKEY key;

static DWORD WINAPI compute(void *parameter) { for (;;) counter++; }
static DWORD WINAPI hold(void *parameter)
{
    EnterCriticalSection(&section);
    counter = 1;
    for (;;)
        Sleep(1000);
}
static DWORD WINAPI wait(void *parameter) { counter = 1; for (;;) Sleep(1000); }

EXPORT int use(void) { return state; }
EXPORT int call(int (*function)(int)) { return function(state); }
EXPORT void keep(int (*function)(int)) { callback = function; }
EXPORT int open_key(void) { return RegOpenKeyExA(HKEY_CURRENT_USER, NULL, 0, KEY_READ, &key); }
EXPORT int close_key(void) { return RegCloseKey(key); }
EXPORT void report_to(const char *path) { lstrcpyA(report, path); }
EXPORT void start(int kind)
{
    LPTHREAD_START_ROUTINE kinds[] = { compute, hold, wait };
    InitializeCriticalSection(&section);
    thread = CreateThread(NULL, 0, kinds[kind], NULL, 0, NULL);
    while (!counter)
        Sleep(1);
}

static void detach(BOOL at_end)
{
    DWORD code = 0, wrote;
    char text[200];
    if (thread) {
        WaitForSingleObject(thread, INFINITE);
        GetExitCodeThread(thread, &code);
    }
    HANDLE file = CreateFileA(report, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    int length = wsprintfA(text, "%d %d %d %lu", state, at_end, RtlDllShutdownInProgress(), code);
    WriteFile(file, text, length, &wrote, NULL);
    CloseHandle(file);
    if (callback)
        state = callback(1);
    wsprintfA(text, "%d %ld", state, key ? RegCloseKey(key) : 0);
    puts(text);
}

FIXTURE_C BOOL __stdcall DllMainCRTStartup(HINSTANCE self, DWORD reason, LPVOID reserved)
{
    if (reason == DLL_PROCESS_ATTACH)
        state = 42;
    if (reason == DLL_PROCESS_DETACH) {
        if (report[0])
            detach(reserved != NULL);
        state = -1;
    }
    return TRUE;
}
"""

PRELUDE = """
import sys, threading, time
from windlass.ctypes import CDLL, CFUNCTYPE, c_int
dll = CDLL(sys.argv[1])
dll.report_to(sys.argv[2].encode())
"""


@pytest.fixture
def ending(write_dll):
    libraries = ["-lntdll", "-ladvapi32", "-luser32", "-lapi-ms-win-crt-stdio-l1-1-0"]
    return write_dll(SOURCE, "-DOWN_DLL_MAIN", *libraries, name="ending")


@pytest.fixture
def run(ending, tmp_path):
    """`run(code)` is the exit code, the output and what the DLL reported at its detach."""

    def run_one(code: str, *options: str, before: str = PRELUDE) -> tuple[int, str, str]:
        script, report = tmp_path / "script.py", tmp_path / "report"
        script.write_text(before + code)
        command = [sys.executable, *options, str(script), str(ending), str(report)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        assert done.stderr == "" or "Traceback" in done.stderr, done.stderr
        return done.returncode, done.stdout, report.read_text() if report.exists() else ""

    return run_one


FINALIZER = """
class Owner:
    def __init__(self, dll):
        self.use, self.dll = dll.use, dll

    def __del__(self):
        twice = CFUNCTYPE(c_int, c_int)(lambda value: 2 * value)
        print(self.use(), self.dll.call(twice), self.dll.close_key(), flush=True)

assert dll.open_key() == 0
"""


def test_objects_of_main_call_their_dll_when_they_go(run):
    assert run(FINALIZER + "owner = Owner(dll)\n") == (0, "42 84 0\n42 1115\n", "42 1 1 0")


def test_objects_of_a_module_call_their_dll_when_they_go(run, tmp_path):
    (tmp_path / "owning.py").write_text(PRELUDE + FINALIZER + "owner = Owner(dll)\nclass Other: pass\n")
    assert run("import owning\n", before="") == (0, "42 84 0\n42 1115\n", "42 1 1 0")


def test_objects_in_a_circle_call_their_dll_when_they_go(run):
    code = FINALIZER + "owner = Owner(dll)\nowner.itself = owner\n"
    assert run(code) == (0, "42 84 0\n42 1115\n", "42 1 1 0")


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("", 0),
        ("sys.exit(7)", 7),
        ("raise ValueError", 1),
        ("threading.Thread(target=lambda: time.sleep(0.2)).start(); sys.exit(3)", 3),
        ("import windlass; windlass.WinDLL('kernel32').ExitProcess(9)", 9),
    ],
)
def test_the_exit_code_is_kept(run, end, expected):
    code, _, report = run(end)
    assert (code, report) == (expected, "42 1 1 0")


def test_nothing_is_detached_by_os_exit(run):
    assert run("import os; os._exit(4)") == (4, "", "")


def test_what_the_c_runtime_buffers_at_detach_is_written(run):
    assert run("")[1] == "42 0\n"


@pytest.mark.parametrize(("kind", "what"), [(0, "computes"), (1, "holds a lock"), (2, "sleeps")])
def test_threads_are_gone_at_detach(run, kind, what):
    """So that a DLL may wait for its own there. They ended with the process's exit code."""
    code, _, report = run(f"dll.start({kind})\nsys.exit(5)\n")
    assert (code, report) == (5, "42 1 1 5")


def test_daemon_threads_in_windows_code_are_gone_at_detach(run):
    daemon = "threading.Thread(target=dll.compute, daemon=True).start()\ntime.sleep(0.1)\nsys.exit(6)\n"
    code, _, report = run(daemon.replace("dll.compute", "CDLL('kernel32').Sleep, args=(100000,)"))
    assert (code, report) == (6, "42 1 1 0")


def test_a_callback_after_python_has_ended_returns_0(run):
    code, out, _ = run("callback = CFUNCTYPE(c_int, c_int)(lambda value: 99)\ndll.keep(callback)\n")
    assert (code, out) == (0, "0 0\n")


def test_a_function_written_in_python_fails_after_python_has_ended(run):
    code, out, _ = run("assert dll.open_key() == dll.close_key() == dll.open_key() == 0\n")
    assert (code, out) == (0, "42 1115\n")  # ERROR_SHUTDOWN_IN_PROGRESS


def test_a_function_written_in_python_that_was_never_called_gives_0_after_python_has_ended(run):
    code, out, _ = run("assert dll.open_key() == 0\n")
    assert (code, out) == (0, "42 0\n")


STUCK = """
#include <windows.h>
static CRITICAL_SECTION section;
static volatile LONG held;
static DWORD WINAPI hold(void *parameter) { EnterCriticalSection(&section); held = 1; for (;;) Sleep(1000); }
EXPORT void start(void)
{
    InitializeCriticalSection(&section);
    CreateThread(NULL, 0, hold, NULL, 0, NULL);
    while (!held)
        Sleep(1);
}
FIXTURE_C BOOL __stdcall DllMainCRTStartup(HINSTANCE self, DWORD reason, LPVOID reserved)
{
    if (reason == DLL_PROCESS_DETACH)
        EnterCriticalSection(&section);
    return TRUE;
}
"""


def test_a_lock_whose_owner_is_gone_ends_the_process_at_once(write_dll, fresh_python):
    code = """
        import sys
        from windlass.ctypes import CDLL
        CDLL(sys.argv[1]).start()
        print("ends", end="")
        sys.exit(8)
        """
    stuck = write_dll(STUCK, "-DOWN_DLL_MAIN", name="stuck")
    assert fresh_python(code, stuck, exit_code=8, seconds=30) == "ends"


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_workers_of_multiprocessing_end(run, method):
    code = f"""
import multiprocessing
def work(number):
    return dll.use() + number
if __name__ == "__main__":
    with multiprocessing.get_context("{method}").Pool(2) as pool:
        print(sum(pool.map(work, range(4))))
"""
    assert run(code)[:2] == (0, "174\n42 0\n")


def test_a_forked_child_that_exits_detaches_its_own(run, tmp_path):
    code = """
import os
if os.fork() == 0:
    dll.report_to(sys.argv[2].encode() + b".child")
    sys.exit(0)
os.wait()
"""
    assert run(code)[2] == "42 1 1 0"
    assert (tmp_path / "report.child").read_text() == "42 1 1 0"


def test_a_subinterpreter_is_refused_and_leaves_the_dlls_attached(run):
    code = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
other = interpreters.create()
try:
    failed = interpreters.run_string(other, "import windlass.ctypes")
    assert failed.type.__name__ == "ImportError", failed
except interpreters.RunFailedError as error:
    assert "ImportError" in str(error), error
interpreters.destroy(other)
twice = CFUNCTYPE(c_int, c_int)(lambda value: 2 * value)
assert dll.use() == 42 and dll.call(twice) == 84
"""
    assert run(code) == (0, "42 0\n", "42 1 1 0")
