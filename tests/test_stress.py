"""Many threads load, call, fault and unload at once: nothing deadlocks and nothing is lost."""

from __future__ import annotations

import os

SOURCE = """
__declspec(dllimport) void *CreateThread(void *, unsigned long long, void *, void *, unsigned, unsigned *);
__declspec(dllimport) unsigned WaitForSingleObject(void *, unsigned);
__declspec(dllimport) int CloseHandle(void *);
__declspec(dllimport) void *LoadLibraryA(const char *);
__declspec(dllimport) int FreeLibrary(void *);
static volatile int started;
static unsigned thread(void *parameter) { started++; return 0; }

FIXTURE_C int __stdcall DllMainCRTStartup(void *module, unsigned reason, void *reserved)
{
    if (reason == 1)
        FreeLibrary(LoadLibraryA("api-ms-win-core-synch-l1-2-0"));
    return 1;
}

EXPORT int call(int (*function)(int), int value)
{
    if (value == 7) {
        void *handle = CreateThread(0, 0, thread, 0, 0, 0);
        WaitForSingleObject(handle, -1);
        CloseHandle(handle);
    }
    return function(value) + 1;
}

EXPORT int fault(int *where) { return *where; }
"""

STRESS = """
import faulthandler, random, sys, threading, time
from windlass.ctypes import CDLL, CFUNCTYPE, c_char_p, c_int

seconds, driver, *paths = float(sys.argv[1]), *sys.argv[2:]
faulthandler.dump_traceback_later(seconds + 100, exit=True)
import windlass
from windlass import _core

end = time.monotonic() + seconds
failures = []
callback = CFUNCTYPE(c_int, c_int)(lambda value: value + 1)
address = windlass.ctypes.cast(callback, windlass.ctypes.c_void_p).value

def work():
    try:
        while time.monotonic() < end:
            with windlass.load(random.choice(paths)) as module:
                for value in range(10):
                    assert _core.call(module.export("call"), address, value) == value + 2
                try:
                    _core.call(module.export("fault"), 0)
                    failures.append("no fault")
                except OSError as error:
                    assert "access violation reading" in str(error), error
    except BaseException as error:
        failures.append(repr(error))

driver = CDLL(driver)
loaded = (c_char_p * len(paths))(*(path.encode() for path in paths))
threads = [threading.Thread(target=work) for _ in range(8)]
driver.start(8, loaded, len(paths), callback)
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(failures, driver.finish())
"""


def test_threads_of_both_kinds_load_call_fault_and_unload(dll, write_dll, fresh_python):
    """Sixteen, half of them made by a DLL. WINDLASS_STRESS_SECONDS makes it longer than three seconds."""
    seconds = float(os.environ.get("WINDLASS_STRESS_SECONDS", "3"))
    paths = [write_dll(SOURCE, "-DOWN_DLL_MAIN", name=f"stress{number}") for number in range(3)]
    arguments = seconds, dll("loading_threads.c"), *paths
    assert fresh_python(STRESS, *arguments, seconds=seconds + 120) == "[] 0\n"


def test_an_entry_point_may_create_threads(write_dll, fresh_python):
    path = write_dll(
        """
        __declspec(dllimport) void *CreateThread(void *, size_t, void *, void *, unsigned, unsigned *);
        __declspec(dllimport) unsigned WaitForSingleObject(void *, unsigned);
        static unsigned thread(void *parameter) { return 42; }
        static void *handle;
        FIXTURE_C int __stdcall DllMainCRTStartup(void *module, unsigned reason, void *reserved)
        {
            if (reason == 1)
                handle = CreateThread(0, 0, thread, 0, 0, 0);
            return 1;
        }
        EXPORT unsigned wait(void) { return WaitForSingleObject(handle, 20000); }
        """,
        "-DOWN_DLL_MAIN",
        name="creates_threads",
    )
    code = """
        import sys, windlass
        from windlass import _core
        print(_core.call(windlass.load(sys.argv[1]).export("wait")))
        """
    assert fresh_python(code, path) == "0\n"
