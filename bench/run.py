"""Times windlass on Windows DLLs against ctypes on the same code compiled for Linux, in one run.

    python bench/run.py            everything
    python bench/run.py add aes    the measurements whose names begin so
    python bench/run.py --wine     with Wine as a third column, for loading and for programs
    python bench/run.py --json     machine-readable

Every measurement is one function below that is given a side, either (windlass.ctypes, DLL) or (ctypes, Linux
library), and returns what is to be timed. The two sides take turns and the best round of each counts, so a
noisy machine hits both. The ratio is windlass's time divided by that of ctypes. The goal beside it is the
highest ratio that windlass wants to have.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

BENCH = Path(__file__).parent
sys.path.insert(0, str(BENCH.parent / "tests"))

import compiler  # noqa: E402
import corpus  # noqa: E402
import oracle  # noqa: E402
from windlass.pe import read_definition, write_import_library  # noqa: E402

ROUNDS = 7
CALLS = 100_000
LOADS = 1_000
MEGABYTE = bytes(range(256)) * 4096
MEGABYTES = 16


@dataclass
class Side:
    """One of the two that are compared."""

    module: str
    windows: bool

    @property
    def ctypes(self) -> ModuleType:
        return importlib.import_module(self.module)

    def path(self, package: str, dll: str, twin: str) -> str:
        """A library of a real package."""
        found = corpus.package(package)
        return str(found.dll(dll) if self.windows else found.twin(twin))

    def built(self, name: str) -> str:
        """A source of this folder, compiled."""
        source = BENCH / f"{name}.c"
        return str(compiler.build_dll(source) if self.windows else linux_library(source))

    def native(self) -> str:
        return self.built("native")

    def function(self, name: str, result: Any, *arguments: Any) -> Any:
        """A function of native.c with its prototype declared."""
        function = getattr(self.ctypes.CDLL(self.native()), name)
        function.restype = result
        function.argtypes = arguments
        return function


SIDES = (Side("windlass.ctypes", True), Side("ctypes", False))

Timed = Callable[[], object]


@dataclass
class Measurement:
    """A name, what is to be timed, how many things one run of it does, the ratio wanted, and the unit.

    wine: the Windows program that does the same under Wine, and its arguments; it prints what it measures.
    """

    name: str
    prepare: Callable[[Side], Timed]
    count: int
    goal: float
    unit: str
    wine: Callable[[], list[str]] | None


MEASUREMENTS: list[Measurement] = []


def measurement(
    name: str, count: int, goal: float, unit: str = "ns", wine: Callable[[], list[str]] | None = None
) -> Callable[[Callable[[Side], Timed]], Callable[[Side], Timed]]:
    """Register a function that prepares one side; what that returns does `count` things when called."""

    def register(prepare: Callable[[Side], Timed]) -> Callable[[Side], Timed]:
        MEASUREMENTS.append(Measurement(name, prepare, count, goal, unit, wine))
        return prepare

    return register


def linux_library(source: Path) -> Path:
    """A source as a Linux library, compiled by the system's compiler, else by zig."""
    output = compiler.CACHE / f"{source.stem}.so"
    cc = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    command = [cc] if cc else [sys.executable, "-m", "ziglang", "cc"]
    command += ["-O1", "-shared", "-fPIC", str(source), "-o", str(output), "-ldl"]
    output.parent.mkdir(parents=True, exist_ok=True)
    if not output.exists() or output.stat().st_mtime < source.stat().st_mtime:
        subprocess.run(command, check=True)
    return output


@measurement("add(int, int)", CALLS, 1 / 3)
def add(side: Side) -> Timed:
    function = side.function("add", side.ctypes.c_int, side.ctypes.c_int, side.ctypes.c_int)

    def run() -> None:
        for _ in range(CALLS):
            function(20, 22)

    return run


@measurement("add without argtypes", CALLS, 1)
def add_undeclared(side: Side) -> Timed:
    function = side.ctypes.CDLL(side.native()).add

    def run() -> None:
        for _ in range(CALLS):
            function(20, 22)

    return run


@measurement("double scale(double, double)", CALLS, 1 / 3)
def scale(side: Side) -> Timed:
    function = side.function("scale", side.ctypes.c_double, side.ctypes.c_double, side.ctypes.c_double)

    def run() -> None:
        for _ in range(CALLS):
            function(1.5, 2.0)

    return run


@measurement("struct by reference", CALLS, 1 / 3)
def struct_by_reference(side: Side) -> Timed:
    ct = side.ctypes

    class Point(ct.Structure):  # type: ignore[misc,name-defined]
        _fields_ = [("x", ct.c_int), ("y", ct.c_int), ("weight", ct.c_double)]  # noqa: RUF012

    function = side.function("weigh", ct.c_double, ct.POINTER(Point))
    point = Point(1, 2, 0.5)

    def run() -> None:
        for _ in range(CALLS):
            function(point)

    return run


@measurement("struct as void pointer", CALLS, 1 / 3)
def struct_as_pointer(side: Side) -> Timed:
    ct = side.ctypes

    class Point(ct.Structure):  # type: ignore[misc,name-defined]
        _fields_ = [("x", ct.c_int), ("y", ct.c_int), ("weight", ct.c_double)]  # noqa: RUF012

    function = side.function("weigh", ct.c_double, ct.c_void_p)
    point = Point(1, 2, 0.5)
    address = ct.addressof(point)

    def run() -> None:
        for _ in range(CALLS):
            function(address)
        assert point.x == 1

    return run


@measurement("count(char *)", CALLS, 1 / 3)
def count(side: Side) -> Timed:
    function = side.function("count", side.ctypes.c_int, side.ctypes.c_char_p)

    def run() -> None:
        for _ in range(CALLS):
            function(b"text")

    return run


@measurement("callback", CALLS, 1)
def callback(side: Side) -> Timed:
    ct = side.ctypes
    prototype = ct.CFUNCTYPE(ct.c_int, ct.c_int)
    function = side.function("call_back", ct.c_int, prototype, ct.c_int)
    increment = prototype(lambda value: value & 1)
    return lambda: function(increment, CALLS)


@measurement("GetProcAddress, dlsym", CALLS, 1)
def look_up(side: Side) -> Timed:
    ct = side.ctypes
    function = side.function("look_up", ct.c_void_p, ct.c_char_p, ct.c_char_p, ct.c_int)
    path = side.native().encode()
    return lambda: function(path, b"call_back", CALLS)


@measurement("second LoadLibrary, dlopen", LOADS, 1)
def load_again(side: Side) -> Timed:
    ct = side.ctypes
    function = side.function("load_again", ct.c_int, ct.c_char_p, ct.c_int)
    path = side.native().encode()
    return lambda: function(path, LOADS)


@measurement("second CDLL(path)", LOADS, 1)
def open_again(side: Side) -> Timed:
    path = side.native()
    kept = side.ctypes.CDLL(path)

    def run() -> None:
        for _ in range(LOADS):
            side.ctypes.CDLL(path)
        assert kept

    return run


def inside(name: str, function: str, goal: float, *arguments: Any) -> None:
    """Register what a function of native.c does CALLS times by itself: windlass's system against Linux's."""

    @measurement(name, CALLS, goal)
    def prepare(side: Side) -> Timed:
        timed = getattr(side.ctypes.CDLL(side.native()), function)
        return lambda: timed(CALLS, *arguments)


inside("EnterCriticalSection, mutex", "critical_section", 1.2)
inside("AcquireSRWLockShared, rwlock", "shared_lock", 1.2)
inside("TlsGetValue, getspecific", "thread_local_value", 1.2)
inside("QueryPerformanceCounter, clock", "clock_time", 1.2)
inside("HeapAlloc, malloc", "heap_block", 1.5)
inside("malloc", "crt_block", 1)
inside("memcpy of 64 bytes", "copy", 1.5, 64)
inside("memcpy of 4 KB", "copy", 1.1, 4096)
inside("strlen of 64 bytes", "measure", 2, 64)
inside("strlen of 4 KB", "measure", 1.2, 4096)
inside("exp", "mathematics", 1.5, b"exp")
inside("log", "mathematics", 1.5, b"log")


LOAD = """
import importlib, sys, time
ctypes = importlib.import_module(sys.argv[1])
*before, path = sys.argv[2:]
kept = [ctypes.CDLL(each) for each in before]
start = time.perf_counter()
library = ctypes.CDLL(path)
print(time.perf_counter() - start)
"""


def load(side: Side, *paths: str) -> Timed:
    """The last path's load, timed in a fresh process that has loaded the others, when all caches are warm."""
    command = [sys.executable, "-c", LOAD, side.module, *paths]

    def run() -> float:
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment(side))
        return float(done.stdout)

    run()
    return run


def environment(side: Side) -> dict[str, str]:
    """Where libraries find their companions: Microsoft's run-time for the Windows ones. Python keeps what it
    compiles, or each run would compile windlass anew.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if not side.windows:
        return kept
    runtime = corpus.package("msvc-runtime").dll("Scripts/msvcp140.dll").parent
    return {**kept, "WINDLASS_PATH": str(runtime)}


def libsndfile(side: Side) -> str:
    return side.path("soundfile", "libsndfile_x64.dll", "libsndfile*.so")


def libclang(side: Side) -> str:
    return side.path("libclang", "libclang.dll", "libclang.so")


def loader_program(dll: Callable[[Side], str]) -> Callable[[], list[str]]:
    """load.c for a DLL, after another one."""
    side = SIDES[0]
    return lambda: [str(compiler.build_exe(BENCH / "load.c")), side.native(), dll(side)]


@measurement("load libsndfile, the first DLL", 1, 1)
def load_first(side: Side) -> Timed:
    return load(side, libsndfile(side))


@measurement("load libsndfile, a further DLL", 1, 2, wine=loader_program(libsndfile))
def load_further(side: Side) -> Timed:
    return load(side, side.native(), libsndfile(side))


@measurement("load libclang (84 MB)", 1, 1, wine=loader_program(libclang))
def load_libclang(side: Side) -> Timed:
    return load(side, side.native(), libclang(side))


@measurement("load 131,072 relocations", 1, 1, wine=loader_program(lambda side: side.built("relocated")))
def load_relocated(side: Side) -> Timed:
    return load(side, side.native(), side.built("relocated"))


MEMORY = """
import importlib, sys
ctypes = importlib.import_module(sys.argv[1])

def pss():
    lines = open("/proc/self/smaps_rollup").read().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))

*before, path = sys.argv[2:]
kept = [ctypes.CDLL(each) for each in before]
start = pss()
library = ctypes.CDLL(path)
print(pss() - start, flush=True)
sys.stdin.read()
"""


@measurement("memory of one more libclang", 1, 1, "bytes")
def memory_of_libclang(side: Side) -> Timed:
    """What a load adds to the proportional set size of a process, while another one has the DLL too."""
    command = [sys.executable, "-c", MEMORY, side.module, side.native(), libclang(side)]

    def run() -> float:
        started = []
        for _ in range(2):
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(side)
            )
            assert process.stdout is not None
            started.append((process, float(process.stdout.readline())))
        for process, _ in started:
            process.communicate()
        return started[-1][1]

    return run


def hello() -> str:
    return str(compiler.build_exe(BENCH / "hello.c"))


@measurement("hello.exe, python3 -S", 1, 31 / 11, wine=lambda: [hello()])
def start_program(side: Side) -> Timed:
    """A console program from start to end, beside a Python that does nothing."""
    command = [sys.executable, "-S", "-c", ""]
    if side.windows:
        entrance = "import sys; from windlass.cli import main; main()"
        command = [sys.executable, "-c", entrance, "run", hello()]

    def run() -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    run()
    return run


def cipher(side: Side, name: str) -> Any:
    """A module of pycryptodome that is a plain C library."""
    return side.ctypes.CDLL(side.path("pycryptodome", f"{name}.pyd", f"{name}.abi3.so"))


@measurement("AES-256-CBC, per MB", MEGABYTES, 1)
def aes(side: Side) -> Timed:
    return encryption(side, "_raw_aes", "AES")


@measurement("AES-256-CBC (AES-NI), per MB", MEGABYTES, 1)
def aes_ni(side: Side) -> Timed:
    return encryption(side, "_raw_aesni", "AESNI")


def encryption(side: Side, library: str, prefix: str) -> Timed:
    """Encrypt some megabytes in CBC mode with the block cipher that `library` holds."""
    ct = side.ctypes
    aes_library, cbc_library = kept = cipher(side, library), cipher(side, "_raw_cbc")
    state, operation = ct.c_void_p(), ct.c_void_p()
    start = getattr(aes_library, f"{prefix}_start_operation")
    assert start(bytes(32), ct.c_size_t(32), ct.byref(state)) == 0
    assert cbc_library.CBC_start_operation(state, bytes(16), ct.c_size_t(16), ct.byref(operation)) == 0
    encrypt = cbc_library.CBC_encrypt
    encrypt.argtypes = [ct.c_void_p, ct.c_char_p, ct.c_void_p, ct.c_size_t]
    output = ct.create_string_buffer(len(MEGABYTE))

    def run() -> None:
        for _ in range(MEGABYTES):
            assert encrypt(operation, MEGABYTE, output, len(MEGABYTE)) == 0
        assert all(kept)

    return run


@measurement("SHA-256, per MB", MEGABYTES, 1)
def sha256(side: Side) -> Timed:
    ct = side.ctypes
    library = cipher(side, "_SHA256")
    state = ct.c_void_p()
    assert library.SHA256_init(ct.byref(state)) == 0
    update = library.SHA256_update
    update.argtypes = [ct.c_void_p, ct.c_char_p, ct.c_size_t]

    def run() -> None:
        for _ in range(MEGABYTES):
            assert update(state, MEGABYTE, len(MEGABYTE)) == 0

    return run


@measurement("import library, llvm-dlltool's", 1, 1)
def import_library(side: Side) -> Timed:
    """A .lib for 5,000 exports, from their .def file; the other side is LLVM's tool as a process."""
    folder = Path(tempfile.mkdtemp())
    definition, library = folder / "big.def", folder / "big.lib"
    names = "".join(f"    SomeFunctionName{number}\n" for number in range(5000))
    definition.write_text(f"LIBRARY big.dll\nEXPORTS\n{names}")
    if side.windows:
        return lambda: write_import_library(library, "big.dll", read_definition(definition).exports)
    tool = shutil.which("llvm-dlltool")
    if tool is None:
        raise corpus.Unavailable("llvm-dlltool is not installed")
    command = [tool, "-m", "i386:x86-64", "-d", str(definition), "-l", str(library)]
    return lambda: subprocess.run(command, check=True)


@dataclass
class Result:
    """Nanoseconds, or bytes, for one thing on each side; of Wine, where it was asked."""

    name: str
    unit: str
    windlass: float
    ctypes: float
    ratio: float
    goal: float
    wine: float | None = None


def seconds(timed: Timed) -> float:
    """How long one run takes; a function that measures by itself, elsewhere, returns what it measured."""
    start = time.perf_counter()
    result = timed()
    elapsed = time.perf_counter() - start
    return result if isinstance(result, float) else elapsed


def take(each: Measurement) -> Result:
    """Time both sides in turns."""
    timed = [each.prepare(side) for side in SIDES]
    best = [float("inf")] * len(timed)
    for _ in range(ROUNDS):
        for index, run in enumerate(timed):
            best[index] = min(best[index], seconds(run))
    scale = 1e9 if each.unit == "ns" else 1
    ours, theirs = (value / each.count * scale for value in best)
    return Result(each.name, each.unit, ours, theirs, ours / theirs, each.goal)


def take_wine(each: Measurement, wine: str) -> float | None:
    """The best of some runs under Wine, in nanoseconds."""
    if each.wine is None:
        return None
    command = [wine, *each.wine()]

    def run() -> float | None:
        with tempfile.TemporaryFile(
            "w+"
        ) as output:  # a pipe would end with Wine's services, not with the program
            subprocess.run(command, check=True, env=oracle.environment(), stdout=output, stderr=output)
            output.seek(0)
            text = output.read()
        return float(text) if text[:1].isdigit() else None

    return min(seconds(run) for _ in range(ROUNDS)) * 1e9


def chosen(prefixes: Iterable[str]) -> list[Measurement]:
    wanted = tuple(prefix.lower() for prefix in prefixes)
    return [each for each in MEASUREMENTS if not wanted or each.name.lower().startswith(wanted)]


def show(value: float, unit: str) -> str:
    if unit == "bytes":
        return f"{value / 1024:7.0f} KiB"
    if value < 1e4:
        return f"{value:8.1f} ns"
    return f"{value / 1e3:8.1f} us" if value < 1e7 else f"{value / 1e6:8.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--wine", action="store_true", help="ask Wine as well")
    parser.add_argument("name", nargs="*", help="how the measurements wanted begin")
    arguments = parser.parse_args()
    wine = oracle.find_wine() if arguments.wine else None
    if not arguments.json:
        print(f"{'':32}{'windlass':>11}{'ctypes':>12}{'ratio':>8}{'goal':>7}{'Wine' if wine else '':>12}")
    for each in chosen(arguments.name):
        try:
            result = take(each)
            result.wine = take_wine(each, wine) if wine else None
        except corpus.Unavailable as error:
            print(f"{each.name}: left out, {error}", file=sys.stderr)
            continue
        if arguments.json:
            print(json.dumps(asdict(result)), flush=True)
        else:
            print(
                f"{result.name:32}{show(result.windlass, result.unit)}"
                f"{show(result.ctypes, result.unit):>12}"
                f"{result.ratio:8.2f}{result.goal:7.2f}"
                f"{show(result.wine, result.unit) if result.wine else '':>12}",
                flush=True,
            )


if __name__ == "__main__":
    main()
