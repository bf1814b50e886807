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
