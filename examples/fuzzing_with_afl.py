"""Fuzz Microsoft's demangler (see undecorating.py) with AFL++ in persistent mode, guided by the DLL's code.

    apt-get install afl++
    mkdir in && printf '\\0\\0f@@YAHH@Z' > in/function
    AFL_SKIP_BIN_CHECK=1 afl-fuzz -i in -o out -- \\
        python examples/fuzzing_with_afl.py ~/.local/share/windlass/packages/msvc-runtime/vcruntime140.dll

The DLL is loaded once. AFL's fork server, which is this script, makes a child that runs ten thousand inputs,
each from the same state of the DLL, and stops itself after each ("Persistent mode", "Fork server" in AFL++'s
documentation). A breakpoint at the beginning of each of the DLL's functions counts in AFL's map how control
went from one to the next. An error of the DLL ends the child by a signal, which AFL takes for a crash.

Without afl-fuzz it runs what it finds on standard input once.
"""

# Tried by: test_examples.py

import ctypes
import os
import signal
import sys

from undecorating import Undecorator

CONTROL, STATUS = 198, 199
RUNS = 10_000
MAP_SIZE = 1 << 16
LARGEST = 1 << 16


class Coverage:
    """AFL's map, shared with the fuzzer: a byte for each pair of functions."""

    def __init__(self, segment):
        libc = ctypes.CDLL(None)
        libc.shmat.restype = ctypes.c_void_p
        self.map = (ctypes.c_ubyte * MAP_SIZE).from_address(libc.shmat(int(segment), None, 0))
        self.last = 0

    def visited(self, number, point):
        here = number * 0x9E3779B1 >> 8 & MAP_SIZE - 1
        place = here ^ self.last
        self.map[place] = self.map[place] + 1 & 0xFF
        self.last = here >> 1

    def begin(self):
        self.last = 0
        self.map[0] = 1


def run_one(target):
    os.lseek(0, 0, os.SEEK_SET)
    try:
        target.run(os.read(0, LARGEST))
    except Exception as error:
        print(error, file=sys.stderr)
        os.abort()


def run_many(target, coverage):
    """The child: a run each time the fork server wakes it."""
    for _ in range(RUNS):
        coverage.begin()
        run_one(target)
        os.kill(os.getpid(), signal.SIGSTOP)
    os._exit(0)


def tell(number):
    os.write(STATUS, (number & 0xFFFFFFFF).to_bytes(4, "little"))


def serve(target, coverage):
    """The fork server: for each run that the fuzzer asks for a child, and how it ended or that it stopped."""
    child = 0
    tell(0)
    while killed := os.read(CONTROL, 4):
        if child and any(killed):
            os.waitpid(child, 0)
            child = 0
        if child:
            os.kill(child, signal.SIGCONT)
        else:
            child = os.fork()
            if not child:
                os.close(CONTROL)
                os.close(STATUS)
                run_many(target, coverage)
        tell(child)
        _, status = os.waitpid(child, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            child = 0
        tell(status)


def main():
    target = Undecorator(sys.argv[1])
    segment = os.environ.get("__AFL_SHM_ID")
    if segment is None:
        target.watch(lambda number, point: point.remove())
        run_one(target)
        return
    coverage = Coverage(segment)
    target.watch(coverage.visited)
    serve(target, coverage)


if __name__ == "__main__":
    main()
