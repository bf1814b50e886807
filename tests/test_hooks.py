"""Hooks, breakpoints and snapshots, tried on DLLs compiled for it and on windlass's own."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import struct
import subprocess
import threading
from pathlib import Path

import pytest

import windlass
from windlass import CFUNCTYPE, WINFUNCTYPE, _core, ctypes, hooks
from windlass.ctypes import CDLL, byref, c_double, c_int, c_uint32, c_void_p, cast
from windlass.machine_code import BadCode, decode, move
from windlass.process import modules

ADD = CFUNCTYPE(c_int, c_int, c_int)
TICKS = WINFUNCTYPE(c_uint32)

SOURCE = """
#include <windows.h>
EXPORT int counter = 5;
int hidden = 7;
EXPORT __declspec(noinline) int add(int a, int b) { counter++; return a + b + 0 * hidden; }
EXPORT int twice(int a) { return add(a, a); }
EXPORT unsigned ticks(void) { return GetTickCount(); }
EXPORT double scale(double x, int by) { return x * by; }
EXPORT int tail(int a) { return add(a, 1); }
EXPORT __declspec(noinline) int choose(int a) { if (a) return counter; return hidden; }
__asm__(".globl jumpy\\n jumpy: test %ecx, %ecx; jz 1f; mov $1, %eax; ret; 1: mov $2, %eax; ret");
__asm__(".globl looping\\n looping: xor %eax, %eax; 1: inc %eax; loop 1b; ret");
__asm__(".globl counts\\n counts: jrcxz 1f; mov $1, %eax; ret; 1: mov $2, %eax; ret");
__asm__(".globl brief\\n brief: ret; .byte 0xb8, 0, 0, 0, 0, 0xc3");
__asm__(".globl padded\\n padded: mov %ecx, %eax; ret; int3; int3; int3; int3; int3");
__asm__(".globl relative\\n relative: lea hidden(%rip), %rax; mov (%rax), %eax; ret");
__asm__(".section .drectve,\\"yn\\"; .ascii \\" -export:jumpy -export:looping -export:counts -export:brief"
        " -export:padded -export:relative -export:hidden,DATA\\"; .text");
"""


@pytest.fixture(scope="module")
def path(write_dll) -> Path:
    return write_dll(SOURCE, name="hooked")


@pytest.fixture
def module(path):
    with windlass.load(path) as loaded:
        before = list(modules)
        yield loaded
        assert list(modules) == before


@pytest.fixture
def hooked(module):
    return CDLL(module.path)


@pytest.fixture(autouse=True)
def code_is_as_it_was(path):
    """All bytes of code are the file's again after a test."""
    with windlass.load(path) as loaded:
        code = [r for r in loaded.plan.regions if r[2] & 4]
        before = [_core.read(loaded.handle + rva, size) for rva, size, _, _ in code]
        yield
        assert [_core.read(loaded.handle + rva, size) for rva, size, _, _ in code] == before


# ---- imports ----


def test_an_import_of_one_module_is_replaced(module, hooked):
    real = windlass.WinDLL("kernel32").GetTickCount
    with hooks.hook_import("kernel32", "GetTickCount", lambda: 42, TICKS, module=module) as hook:
        assert hooked.ticks() == 42
        assert real() != 42
        assert abs(hook.original() - real()) < 10_000
    assert hooked.ticks() != 42


def test_an_import_is_replaced_in_modules_that_come_later_too(path, tmp_path):
    copy = shutil.copy(path, tmp_path / "later.dll")
    with hooks.hook_import("KERNEL32.DLL", "GetTickCount", lambda: 43, TICKS), windlass.load(copy):
        assert CDLL(str(copy)).ticks() == 43
        assert CDLL(str(path)).ticks() == 43
    assert CDLL(str(path)).ticks() != 43


def test_an_import_that_is_none():
    with windlass.load("kernel32") as kernel32, pytest.raises(LookupError, match="does not import Nothing"):
        hooks.hook_import("ntdll", "Nothing", 0x1000, module=kernel32)


def test_imports_hooked_twice_go_back_in_turn(module, hooked):
    first = hooks.hook_import("kernel32", "GetTickCount", lambda: 1, TICKS, module=module)
    second = hooks.hook_import(
        "kernel32", "GetTickCount", lambda: second.original() + 10, TICKS, module=module
    )
    assert hooked.ticks() == 11
    with pytest.raises(RuntimeError, match="another hook"):
        first.remove()
    second.remove()
    assert hooked.ticks() == 1
    first.remove()
    first.remove()
    assert hooked.ticks() != 1


# ---- functions ----


def test_a_function_is_replaced_for_all_callers_and_calls_the_original(module, hooked):
    seen = []

    def replacement(a: int, b: int) -> int:
        seen.append((a, b))
        return hook.original(a, b) * 100

    with hooks.hook_function(module, "add", replacement, ADD) as hook:
        assert hooked.add(1, 2) == 300
        assert hooked.twice(4) == 800
        assert hooked.tail(1) == 200
    assert seen == [(1, 2), (4, 4), (1, 1)]
    assert hooked.add(1, 2) == 3


def test_a_function_is_replaced_by_one_of_a_dll(module, hooked):
    with hooks.hook_function(module, "add", module.export("twice")) as hook:
        assert isinstance(hook.original, int)
        # twice(a) calls add, which is twice now: the original is needed to get out of that.
        hook.remove()
    assert hooked.add(20, 22) == 42


def test_vector_registers_pass(module, hooked):
    prototype = CFUNCTYPE(c_double, c_double, c_int)
    hooked.scale.restype, hooked.scale.argtypes = c_double, [c_double, c_int]
    with hooks.hook_function(module, "scale", lambda x, by: hook.original(x, by) + 0.5, prototype) as hook:
        assert hooked.scale(1.25, 4) == 5.5


@pytest.mark.parametrize("name", ["choose", "jumpy", "counts", "padded", "relative"])
def test_moved_instructions_do_what_they_did(module, hooked, name):
    function = hooked[name]
    before = [function(argument) for argument in (0, 1, 5)]
    prototype = CFUNCTYPE(c_int, c_int)
    with hooks.hook_function(module, name, lambda a: hook.original(a), prototype) as hook:
        assert [function(argument) for argument in (0, 1, 5)] == before


@pytest.mark.parametrize(("name", "why"), [("looping", "leads into"), ("brief", "only 1 bytes")])
def test_what_cannot_be_moved_is_refused(module, name, why):
    with pytest.raises(BadCode, match=why):
        hooks.hook_function(module, name, 0x1000)


def test_a_builtin_function_is_replaced(hooked):
    with windlass.load("kernel32") as kernel32:
        with hooks.hook_function(kernel32, "GetTickCount", lambda: 44, TICKS):
            assert hooked.ticks() == 44
            assert windlass.WinDLL("kernel32").GetTickCount() == 44
        assert hooked.ticks() != 44


def test_hooks_of_one_function_lie_one_upon_another(module, hooked):
    first = hooks.hook_function(module, "add", lambda a, b: first.original(a, b) + 10, ADD)
    second = hooks.hook_function(module, "add", lambda a, b: second.original(a, b) * 2, ADD)
    assert hooked.add(1, 2) == 26
    with pytest.raises(RuntimeError, match="another hook"):
        first.remove()
    second.remove()
    assert hooked.add(1, 2) == 13
    first.remove()


def test_an_address_is_hooked(module, hooked):
    with hooks.hook_function(None, module.export("add"), lambda a, b: -1, ADD):
        assert hooked.add(1, 2) == -1


def test_a_hook_of_a_dll_that_is_gone_is_let_go(path, tmp_path):
    copy = shutil.copy(path, tmp_path / "gone.dll")
    module = windlass.load(copy)
    hook = hooks.hook_function(module, "add", lambda a, b: 0, ADD)
    imported = hooks.hook_import("kernel32", "GetTickCount", lambda: 0, TICKS, module=module)
    module.free()
    hook.remove()
    imported.remove()


def test_what_makes_no_hook(module):
    with pytest.raises(TypeError, match="prototype"):
        hooks.hook_function(module, "add", lambda a, b: 0)
    with pytest.raises(ValueError, match="no code"):
        hooks.hook_function(module, "counter", 0x1000)
    with pytest.raises(ValueError, match="no loaded module"):
        hooks.hook_function(None, 0x10, 0x1000)
    with pytest.raises(AttributeError):
        hooks.hook_function(module, "nothing", 0x1000)


@pytest.fixture
def guarded(dll):
    with windlass.load(dll("hooked_seh.c")) as module:
        yield module


def test_exceptions_pass_moved_instructions(guarded):
    """A call that is moved returns to where it was moved to, and the unwinder comes by there."""
    start = guarded.export("between")
    code, at = _core.read(start, 64), 0
    while code[at] != 0xE8:  # call faulting
        at += decode(code, at).length
    guard = CFUNCTYPE(c_int, c_void_p)(guarded.export("guard"))
    five = c_int(5)
    with hooks.breakpoint(None, start + at, lambda registers: None) as point:
        assert guard(cast(byref(five), c_void_p)) == 6
        assert guard(None) == 77
        assert point.hits == 2


# ---- breakpoints ----


def test_a_breakpoint_sees_and_changes_arguments(module, hooked):
    seen = []

    def stop(registers: hooks.Registers) -> None:
        seen.append((registers.rcx & 0xFFFFFFFF, registers.argument(1) & 0xFFFFFFFF))
        registers.rdx = 100

    with hooks.breakpoint(module, "add", stop) as point:
        assert hooked.add(1, 2) == 101
        assert hooked.twice(7) == 107
    assert seen == [(1, 2), (7, 7)]
    assert point.hits == 2
    assert hooked.add(1, 2) == 3
    assert point.hits == 2


def test_a_breakpoint_leads_elsewhere(module, hooked):
    """At the first instruction: back to the caller, with a result of its own."""

    def skip(registers: hooks.Registers) -> None:
        registers.rip = struct.unpack("<Q", _core.read(registers.rsp, 8))[0]
        registers.rsp += 8
        registers.rax = 99

    with hooks.breakpoint(module, "add", skip):
        assert hooked.add(1, 2) == 99
        assert hooked.twice(1) == 99


def test_vector_registers_of_a_breakpoint(module, hooked):
    hooked.scale.restype, hooked.scale.argtypes = c_double, [c_double, c_int]

    def stop(registers: hooks.Registers) -> None:
        assert struct.unpack_from("<d", registers.xmm(0)) == (1.5,)
        registers.set_xmm(0, struct.pack("<d", 2.5))

    with hooks.breakpoint(module, "scale", stop):
        assert hooked.scale(1.5, 2) == 5.0


def test_breakpoints_in_many_threads(module, hooked):
    with hooks.breakpoint(module, "add", lambda registers: None) as point:
        threads = [threading.Thread(target=lambda: [hooked.add(1, 2) for _ in range(100)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert point.hits == 400


def test_a_breakpoint_whose_function_fails_goes_on(module, hooked, capfd):
    def fail(registers: hooks.Registers) -> None:
        raise ZeroDivisionError("on purpose")

    with hooks.breakpoint(module, "add", fail):
        assert hooked.add(1, 2) == 3
    assert "ZeroDivisionError: on purpose" in capfd.readouterr().err


def test_one_breakpoint_in_one_place(module):
    with (
        hooks.breakpoint(module, "add", print),
        pytest.raises(ValueError, match="already"),
    ):
        hooks.breakpoint(module, "add", print)


def test_registers_have_names(module, hooked):
    shown = []

    def stop(registers: hooks.Registers) -> None:
        shown.append(repr(registers))
        with pytest.raises(AttributeError):
            _ = registers.nothing
        with pytest.raises(AttributeError):
            registers.nothing = 1

    with hooks.breakpoint(module, "add", stop):
        hooked.add(3, 4)
    assert "rcx=0x3, " in shown[0]
    assert "eflags=" in shown[0]


# ---- snapshots ----


def test_a_snapshot_takes_data_back(module, hooked):
    snapshot = hooks.Snapshot(module)
    before = c_int.in_dll(hooked, "counter").value
    for _ in range(1000):
        hooked.add(1, 1)
        assert c_int.in_dll(hooked, "counter").value == before + 1
        snapshot.restore()
    assert c_int.in_dll(hooked, "counter").value == before
    assert snapshot.changed() == []
    hooked.add(1, 1)
    assert snapshot.changed()[0] == module.export("counter")
    snapshot.restore()
    assert snapshot.size >= 4


def test_a_snapshot_holds_the_threads_own_data(write_dll):
    path = write_dll(
        """
        #include <windows.h>
        unsigned _tls_index;
        __attribute__((section(".tls"))) long long tls_start;
        __attribute__((section(".tls$M"))) long long local = 5;
        __attribute__((section(".tls$ZZZ"))) long long tls_end;
        const IMAGE_TLS_DIRECTORY64 _tls_used = {
            (ULONGLONG)&tls_start, (ULONGLONG)&tls_end, (ULONGLONG)&_tls_index, 0, 0, 0};
        static long long *own(void)
        {
            char **blocks;
            __asm__("mov %%gs:0x58, %0" : "=r"(blocks));
            return (long long *)(blocks[_tls_index] + ((char *)&local - (char *)&tls_start));
        }
        EXPORT int next(void) { return (int)++*own(); }
        """,
        name="snapshot_tls",
    )
    with windlass.load(path) as module:
        following = CDLL(module.path).next
        snapshot = hooks.Snapshot(module)
        first = following()
        snapshot.restore()
        assert following() == first


PAGE = 4096


@pytest.fixture
def large(write_dll, tmp_path):
    """A module with 2 MB of data: one byte in each page is set and asked for."""
    path = write_dll(
        """
        static unsigned char table[512 * 4096] = {7}, zeros[512 * 4096];
        EXPORT void *where(void) { return table; }
        EXPORT void set(int page, char value) { table[page * 4096] = zeros[page * 4096] = value; }
        EXPORT int get(int page) { return table[page * 4096] << 8 | zeros[page * 4096]; }
        """,
        name="snapshot_large",
    )
    with windlass.load(shutil.copy(path, tmp_path)) as module:
        yield module, CDLL(module.path)


def test_a_snapshot_finds_the_pages_that_were_written(large):
    module, functions = large
    functions.set(3, 9)
    snapshot = hooks.Snapshot(module)
    assert snapshot.size >= 1024 * PAGE
    for written in ([], [3, 5], range(512), [5], range(100, 200), [0, 511]):
        for page in written:
            functions.set(page, 0x42)
            assert functions.get(page) == 0x4242
        snapshot.restore()
        assert [functions.get(page) for page in (0, 3, 5, 511)] == [7 << 8, 0x909, 0, 0]
        assert snapshot.changed() == []


def test_snapshots_of_one_module_lie_one_upon_another(large):
    module, functions = large
    first = hooks.Snapshot(module)
    functions.set(10, 1)
    second = hooks.Snapshot(module)
    functions.set(20, 2)
    for _ in range(2):
        first.restore()
        assert [functions.get(page) for page in (10, 20)] == [0, 0]
        second.restore()
        assert [functions.get(page) for page in (10, 20)] == [0x101, 0]
        functions.set(10, 3)
        functions.set(30, 3)
    del second
    first.restore()
    assert [functions.get(page) for page in (10, 20, 30)] == [0, 0, 0]


def test_a_snapshot_takes_back_what_system_calls_wrote(large, tmp_path):
    module, functions = large
    functions.where.restype = c_void_p
    snapshot = hooks.Snapshot(module)
    (tmp_path / "data").write_bytes(b"x" * (PAGE * 3))
    kernel32 = ctypes.windll.kernel32
    file = kernel32.CreateFileW(str(tmp_path / "data"), 0x80000000, 1, None, 3, 0, None)
    assert kernel32.ReadFile(file, c_void_p(functions.where() + 6 * PAGE), PAGE * 3, byref(c_uint32()), None)
    kernel32.CloseHandle(file)
    assert functions.get(8) >> 8 == ord("x")
    snapshot.restore()
    assert functions.get(8) == 0


def test_a_snapshot_is_gone_back_to_in_a_fork(large):
    module, functions = large
    snapshot = hooks.Snapshot(module)
    functions.set(4, 4)
    child = os.fork()
    if not child:
        functions.set(5, 5)
        snapshot.restore()
        os._exit(functions.get(4) | functions.get(5))
    assert os.waitpid(child, 0)[1] == 0
    assert functions.get(4) == 0x404
    snapshot.restore()
    assert functions.get(4) == 0


def test_pages_that_became_read_only_are_not_taken_back(large):
    module, functions = large
    functions.where.restype = c_void_p
    protect = ctypes.windll.kernel32.VirtualProtect
    snapshot = hooks.Snapshot(module)
    functions.set(9, 9)
    page, old = c_void_p(functions.where() + 9 * PAGE), c_uint32()
    assert protect(page, PAGE, 2, byref(old))  # PAGE_READONLY
    with pytest.raises(_core.AccessViolation) as caught:
        snapshot.restore()
    assert caught.value.args == (True, page.value)
    assert protect(page, PAGE, old, byref(old))
    snapshot.restore()
    assert functions.get(9) == 0


def test_a_snapshot_of_a_module_that_is_gone(path, tmp_path):
    copy = shutil.copy(path, tmp_path / "gone.dll")
    module = windlass.load(copy)
    snapshot = hooks.Snapshot(module)
    module.free()
    with pytest.raises(RuntimeError, match="unloaded"):
        snapshot.restore()


# ---- the decoder ----


@pytest.mark.parametrize(
    "code",
    [
        "90", "c3", "c20800", "55", "4155", "4889e5", "4883ec28", "4881ec28010000", "488b05aabbccdd",
        "48b80102030405060708", "b801020304", "66b80102", "c7442420aabbccdd", "66c744242001ff", "f6c101",
        "f7c101020304", "66f7c10102", "f7d8", "0f1f8400aabbccdd", "0f84aabbccdd", "7405", "e8aabbccdd",
        "ff15aabbccdd", "ff25aabbccdd", "48ff6008", "c8100001", "0fbae103", "660f3a0fc108", "f30f6f06",
        "c5f877", "c5f96fc8", "c4e37d06c131", "c5e9c6c201", "62f17c48100424", "62f36d4825c2ff",
        "6a10", "6801020304", "6bc003", "69c001020304", "a80f", "48a10102030405060708", "64488b042528000000",
        "f0480fb10d01020304", "4c8d1c24", "488d4c2420", "488d8424aabbccdd", "e3fe", "cc", "0f0b", "0f05",
        "f3a4", "dd0424", "0f0f060d", "660f70c01b", "0fc8", "d1e0", "c1e004", "8f0424", "0f38f006",
        "f20f38f1c1",
    ],
)  # fmt: skip
def test_lengths_of_instructions(code):
    data = bytes.fromhex(code)
    assert decode(data + bytes(15)).length == len(data)
    for cut in range(len(data)):
        with pytest.raises(BadCode):
            decode(data[:cut])


@pytest.mark.parametrize("code", ["06", "60", "82", "9a", "ce", "d6", "ea", "66" * 15 + "90", "c4e8"])
def test_what_is_no_instruction(code):
    with pytest.raises(BadCode):
        decode(bytes.fromhex(code))


def test_all_bytes_end_in_typed_errors():
    chosen = random.Random(1)
    for _ in range(20_000):
        code = chosen.randbytes(20)
        with contextlib.suppress(BadCode):
            assert 1 <= decode(code).length <= 15


def test_moving_too_far_is_refused():
    with pytest.raises(BadCode, match="2 GiB"):
        move(bytes.fromhex("488d05aabbccdd") + bytes(20), 0x10000, 0x2_0000_0000, 5)


@pytest.mark.skipif(shutil.which("objdump") is None, reason="there is no objdump")
def test_lengths_are_those_of_objdump(real):
    dll = real("msvc-runtime").windows
    dll = next(iter(dll.rglob("msvcp140_1.dll")))
    listing = subprocess.run(
        ["objdump", "-d", "-w", "--insn-width=16", "-j", ".text", str(dll)], capture_output=True, text=True
    ).stdout
    compared = 0
    for line in listing.splitlines():
        fields = line.split("\t")
        if len(fields) == 3 and "(bad)" not in fields[2] and ".byte" not in fields[2]:
            data = bytes.fromhex(fields[1])
            assert decode(data + bytes(15)).length == len(data), line
            compared += 1
    assert compared > 1000


def test_a_ctypes_function_brings_its_prototype(module, hooked):
    thunk = ADD(lambda a, b: a * b)
    with hooks.hook_function(module, "add", thunk) as hook:
        assert hooked.add(6, 7) == 42
        assert hook.original(6, 7) == 13
    assert cast(thunk, c_void_p).value
