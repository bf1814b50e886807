"""Control Flow Guard: what tests/fixtures/guarded.c may call indirectly, and what ends it.

Wine enforces none of it, and lacks SetProcessValidCallTargets; the calls that are let through were tried
there.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import compiler
import windlass
from windlass import _core, ctypes

KERNEL32 = (
    "ExitProcess", "GetCommandLineA", "GetLastError", "GetProcAddress", "GetModuleHandleA", "LoadLibraryA",
    "FreeLibrary", "VirtualAlloc", "VirtualProtect", "VirtualFree", "GetCurrentProcess",
    "GetProcessMitigationPolicy",
)  # fmt: skip


def build(folder: Path, name: str, defines: list[str], options: list[str]) -> Path:
    libraries = [
        str(compiler.import_library("kernel32.dll", KERNEL32, folder)),
        str(compiler.import_library("vcruntime140.dll", ["__intrinsic_setjmp", "longjmp"], folder)),
        str(compiler.import_library("kernelbase.dll", ["SetProcessValidCallTargets"], folder)),
    ]
    source, made = compiler.FIXTURES / "guarded.c", folder / f"{name}.obj"
    flags = [*compiler.MSVC_COMPILER_FLAGS, "-Xclang", "-cfguard", f"-I{compiler.FIXTURES}", *defines]
    compiler.run_zig("cc", *flags, "-c", str(source), "-o", str(made))
    compiler.run_zig("lld-link", "/nodefaultlib", *options, f"/out:{folder / name}", str(made), *libraries)
    return folder / name


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("guarded")


@pytest.fixture(scope="module")
def program(folder) -> Path:
    return build(folder, "guarded.exe", ["-DPROGRAM"], ["/entry:start", "/subsystem:console", "/guard:cf"])


@pytest.fixture(scope="module")
def unguarded(folder) -> Path:
    """The same program without the linker's option: nothing is enforced."""
    return build(folder, "plain.exe", ["-DPROGRAM"], ["/entry:start", "/subsystem:console"])


@pytest.fixture(scope="module")
def library(folder) -> Path:
    return build(folder, "guarded.dll", [], ["/dll", "/noentry", "/guard:cf"])


def run(program: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "windlass", "run", str(program), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=program.parent)


ALLOWED = {
    "l": 21,  # functions whose addresses the program takes
    "a": 12,  # a function of a DLL that is not guarded
    "p": 1,  # GetProcessMitigationPolicy
    "e": 12,  # memory that can be executed, anywhere
    "v": 6,  # a declared function in memory of PAGE_TARGETS_INVALID
    "w": 13,  # a function that is not aligned cannot be declared: error 87
    "u": 14,  # nor one beyond the region
    "n": 15,
    "k": 16,  # what VirtualProtect makes executable
    "j": 18,  # longjmp to where setjmp was called
    "x": 2,  # a function by the dispatch of eXtended Flow Guard
}


@pytest.mark.parametrize("what", ALLOWED)
def test_what_may_be_called(program, what):
    done = run(program, what)
    assert (done.returncode, done.stderr) == (ALLOWED[what], "")


REFUSED = {
    "H": "guarded.exe",  # a function whose address was never taken
    "M": "guarded.exe",  # the middle of one
    "X": "guarded.exe",  # the same by the dispatch of eXtended Flow Guard
    "I": "",  # memory of PAGE_TARGETS_INVALID
    "R": "",  # what was declared no target any more
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_ends_the_process(program, what):
    done = run(program, what)
    assert done.returncode < 0
    assert "fast fail, code 10: an indirect call to" in done.stderr
    assert REFUSED[what] in done.stderr


def test_a_jump_to_where_setjmp_was_not_called_ends_the_process(program):
    done = run(program, "J")
    assert done.returncode < 0
    assert "fast fail, code 38: a longjmp to guarded.exe" in done.stderr


def test_the_dlls_of_a_guarded_program_are_guarded(program, library):
    assert run(program, "d", library.name).returncode == 21
    assert "guarded.dll" in run(program, "D", library.name).stderr


@pytest.mark.parametrize(("what", "code"), [("H", 4), ("p", 0), ("l", 21), ("d guarded.dll", 21)])
def test_nothing_is_enforced_in_a_program_that_does_not_ask_for_it(unguarded, library, what, code):
    assert run(unguarded, *what.split()).returncode == code


def test_a_guarded_dll_in_python_calls_what_it_likes(library):
    with windlass.load(library) as module:
        functions = ctypes.CDLL(module.path)
        assert functions.listed() == 21
        assert functions.call(ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 5)) == 5
    assert not _core.guard_is_on()


def test_targets_may_be_declared_where_nothing_is_enforced():
    class Target(ctypes.Structure):
        _fields_ = [("offset", ctypes.c_size_t), ("flags", ctypes.c_size_t)]  # noqa: RUF012

    kernel32, kernelbase = ctypes.WinDLL("kernel32"), ctypes.WinDLL("kernelbase", use_last_error=True)
    kernel32.VirtualAlloc.restype = ctypes.c_void_p
    at = ctypes.c_void_p(kernel32.VirtualAlloc(None, 0x1000, 0x3000, 0x40000040))
    targets = (Target * 2)(Target(16, 1), Target(8, 1))
    declare = kernelbase.SetProcessValidCallTargets
    own = ctypes.c_void_p(-1)
    assert declare(own, at, ctypes.c_size_t(0x1000), 1, targets) and targets[0].flags == 3
    assert not declare(own, at, ctypes.c_size_t(0x1000), 2, targets) and ctypes.get_last_error() == 87
    assert not declare(own, at, ctypes.c_size_t(0x2000), 1, targets) and ctypes.get_last_error() == 87
    assert kernel32.VirtualFree(at, ctypes.c_size_t(0), 0x8000)
