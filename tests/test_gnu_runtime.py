"""C++ of the GNU compiler with its run-time in DLLs, as MinGW's programs come: libstdc++-6, libgcc_s_seh-1,
whose unwinder stands on the system's Rtl functions, and libwinpthread-1. Debian's mingw-w64 has all three.
"""

from __future__ import annotations

import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from compiler import FIXTURES
from windlass.foreign import CDLL

COMPILER = shutil.which("x86_64-w64-mingw32-g++-posix")
RUN_TIME = ["libstdc++-6.dll", "libgcc_s_seh-1.dll", "libwinpthread-1.dll"]

pytestmark = pytest.mark.skipif(not COMPILER, reason="no mingw-w64 compiler with POSIX threads")


@pytest.fixture(scope="module")
def catcher(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gnu")
    for name in RUN_TIME:
        shutil.copy(command("-print-file-name=" + name), folder)
    library = folder / "gnu_thrower.lib"
    compile_dll = ["-O1", "-shared", "-o"]
    source = FIXTURES / "gnu_thrower.cpp"
    command(*compile_dll, folder / "gnu_thrower.dll", source, f"-Wl,--out-implib,{library}")
    command(*compile_dll, folder / "gnu_catcher.dll", FIXTURES / "gnu_catcher.cpp", library)
    return CDLL(str(folder / "gnu_catcher.dll"))


def command(*arguments: str | Path) -> str:
    done = subprocess.run([COMPILER, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_base_class_catches_what_another_dll_throws(catcher):
    assert catcher.across(5) == 1


def test_frames_of_another_dll_are_cleaned_up(catcher):
    assert catcher.through(7) == 1


def test_an_exception_crosses_qsort(catcher):
    assert catcher.through_qsort() == 20


def test_in_threads_of_the_run_time(catcher):
    assert catcher.in_threads(4) == 200


def test_from_one_thread_to_another(catcher):
    assert catcher.through_future(9) == 9


def test_in_threads_of_python(catcher):
    results = []
    threads = [
        threading.Thread(target=lambda: results.append([catcher.across(number) for number in range(100)]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[1] * 100] * 4


def test_winpthreads(catcher):
    """300 turns under a condition variable, one call_once, three objects that end with their threads, and the
    main thread's own object as it was."""
    assert catcher.pthreads() == 131300


def test_what_nobody_catches_ends_the_call(catcher):
    with pytest.raises(OSError, match="0x20474343"):
        catcher.leave_uncaught()
    with pytest.raises(OSError, match="access violation reading 0x0000000000000000"):
        catcher.fault(None)
    assert catcher.across(6) == 1
