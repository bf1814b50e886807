"""Python functions in place of functions of builtin DLLs."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from ctypes import c_int

import pytest

import windlass
from windlass import override
from windlass.ctypes import c_char_p, c_void_p, wintypes
from windlass.types import DWORD, INT, LPCSTR, LPCWSTR, PVOID, SIZE_T


@pytest.fixture
def caller(dll):
    """A compiled DLL, bound before anything is overridden."""
    caller = windlass.CDLL(dll("overridden.c"))
    caller.tick_count.restype = wintypes.DWORD
    caller.find.argtypes = [c_char_p, c_char_p]
    yield caller
    windlass.FreeLibrary(caller._handle)


def test_modules_that_are_bound_already_call_it(caller):
    def GetTickCount() -> DWORD:
        return 77

    assert caller.tick_count() != 77
    with override("kernel32", GetTickCount) as standing:
        assert caller.tick_count() == 77
        assert windlass.WinDLL("kernel32").GetTickCount() == 77
        assert repr(standing) == "<Override of kernel32.dll!GetTickCount>"
    assert caller.tick_count() != 77
    standing.remove()
    assert "taken back" in repr(standing)


def test_modules_that_come_later_call_it(dll):
    @override("KERNEL32.DLL", name="GetTickCount")
    def seventy_eight() -> DWORD:
        return 78

    with seventy_eight, windlass.load(dll("overridden.c")) as module:
        assert windlass.CDLL(module.name, handle=module.handle).tick_count() == 78


def test_the_original_is_called_through():
    @override("ucrtbase")
    def strlen(text: LPCSTR) -> SIZE_T:
        return strlen.original(text) + 100

    library = windlass.CDLL("ucrtbase")
    assert library.strlen(b"four") == 104
    strlen.remove()
    assert library.strlen(b"four") == 4
    assert strlen.original(b"four") == 4


def test_a_python_functions_original():
    @override("kernel32")
    def FreeLibrary(module: PVOID) -> INT:
        calls.append(module)
        return FreeLibrary.original(module)

    calls = []
    with FreeLibrary:
        handle = windlass.load("user32").handle
        kernel32 = windlass.WinDLL("kernel32")
        kernel32.FreeLibrary.argtypes = [c_void_p]
        assert kernel32.FreeLibrary(handle) == 1
        assert kernel32.FreeLibrary(1) == 0
    assert calls == [handle, 1]


def test_one_over_another():
    def returning(number):
        def GetTickCount() -> DWORD:
            return number

        return override("kernel32", GetTickCount)

    kernel32 = windlass.WinDLL("kernel32")
    first, second = returning(1), returning(2)
    assert kernel32.GetTickCount() == 2 and second.original() == 1
    first.remove()
    assert kernel32.GetTickCount() == 2 and second.original() == 1
    second.remove()
    assert kernel32.GetTickCount() > 2


def test_a_function_that_windlass_lacks_is_supplied(caller):
    with pytest.raises(OSError, match="NoSuchKernelFunction is not implemented"):
        caller.lacking(4)

    @override("kernel32")
    def NoSuchKernelFunction(n: INT) -> INT:
        return 2 * n

    with NoSuchKernelFunction:
        assert NoSuchKernelFunction.original is None
        assert caller.lacking(4) == 8
        assert caller.find(b"kernel32", b"NoSuchKernelFunction") == 1
        assert caller.find(b"kernel32", b"GetTickCount") == 1
        kept = windlass.WinDLL("kernel32").NoSuchKernelFunction
        assert kept(5) == 10
    assert caller.find(b"kernel32", b"NoSuchKernelFunction") == 0
    with pytest.raises(OSError, match="NoSuchKernelFunction is not implemented"):
        caller.lacking(4)
    with pytest.raises(OSError, match=r"kernel32\.dll!NoSuchKernelFunction is not implemented"):
        kept(5)


def test_supplied_before_the_dll_is_mapped_and_after_it_was_unloaded(fresh_python):
    program = """
        import windlass
        from windlass import override
        from windlass.types import INT

        @override("winmm")
        def NoSuchSound(n: INT) -> INT:
            return n + 1

        for _ in range(3):
            with windlass.load("winmm") as module:
                print(windlass.WinDLL("winmm", handle=module.handle).NoSuchSound(4))
    """
    assert fresh_python(program) == "5\n5\n5\n"


def test_many_are_supplied(fresh_python):
    program = """
        import windlass
        from windlass import override
        from windlass.types import INT

        def same(n: INT) -> INT:
            return n

        with windlass.load("version") as module:
            own = [export.name for export in module.exports]
        assert not module.is_loaded
        for i in range(300):
            override("version", same, name=f"NoSuchFunction{i}")
        version = windlass.WinDLL("version")
        print([version[f"NoSuchFunction{i}"](i) for i in range(300)] == list(range(300)))
        print(all(windlass.GetProcAddress(version._handle, name) for name in own))
    """
    assert fresh_python(program) == "True\nTrue\n"


def test_taken_back_again_and_again_it_takes_no_memory():
    def nothing(n: INT) -> INT:
        return n

    def mappings() -> int:
        with open("/proc/self/maps") as maps:
            return sum(1 for _ in maps)

    override("kernel32", nothing, name="NoSuchToggled").remove()
    before = mappings()
    for _ in range(100):
        override("kernel32", nothing, name="NoSuchToggled").remove()
    assert mappings() <= before + 2


def test_an_api_set_names_its_dll():
    @override("api-ms-win-crt-string-l1-1-0", name="strlen")
    def always_nine(text: LPCSTR) -> SIZE_T:
        return 9

    with always_nine:
        assert always_nine.dll == "ucrtbase.dll"
        assert windlass.CDLL("ucrtbase").strlen(b"x") == 9


def test_while_other_threads_call_it(caller):
    def GetTickCount() -> DWORD:
        return 5

    stop = threading.Event()
    strange = []

    def call():
        while not stop.is_set():
            caller.tick_count()
            if not caller.find(b"kernel32", b"GetTickCount"):
                strange.append("not found")

    threads = [threading.Thread(target=call) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(50):
        with override("kernel32", GetTickCount), override("kernel32", GetTickCount, name="NoSuchCount"):
            assert caller.tick_count() == 5
    stop.set()
    for thread in threads:
        thread.join()
    assert not strange


def test_calls_are_traced_with_arguments():
    program = """
        import windlass
        from windlass import override
        from windlass.ctypes import c_wchar_p
        from windlass.types import INT, LPCWSTR

        @override("kernel32")
        def lstrlenW(text: LPCWSTR) -> INT:
            return 99

        @override("kernel32")
        def NoSuchLength(text: LPCWSTR) -> INT:
            return -1

        windlass.trace("kernel32.lstrlenW", "kernel32.NoSuchLength")
        kernel32 = windlass.WinDLL("kernel32")
        kernel32.lstrlenW("one")
        kernel32.NoSuchLength("two")
        lstrlenW.remove()
        kernel32.lstrlenW("three")
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    lines = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=True).stderr.splitlines()
    shown = [line.split(":", 1)[1].strip().split(" from ")[0] for line in lines]
    assert shown == [
        'kernel32.dll!lstrlenW(lpString=L"one")',
        "kernel32.dll!lstrlenW = 99",
        'kernel32.dll!NoSuchLength(text=L"two")',
        "kernel32.dll!NoSuchLength = -1",
        'kernel32.dll!lstrlenW(lpString=L"three")',
        "kernel32.dll!lstrlenW = 5",
    ]


def test_export_overrides_and_makes_dlls(fresh_python):
    program = """
        import windlass
        from windlass import export
        from windlass.types import DWORD, INT

        @export("kernel32", "kernelbase", name="GetTickCount")
        def fixed() -> DWORD:
            return 5

        @export("my_vendor")
        def one() -> INT:
            return 1

        @export("my_vendor.dll", "other_vendor", ordinal=9)
        def two() -> INT:
            return 2

        print(windlass.WinDLL("kernel32").GetTickCount(), windlass.WinDLL("kernelbase").GetTickCount())
        vendor = windlass.WinDLL("my_vendor")
        print(vendor.one(), vendor[9](), windlass.WinDLL("other_vendor").two(), fixed())
    """
    assert fresh_python(program) == "5 5\n1 2 2 5\n"


def test_mistakes_are_named():
    def f() -> INT:
        return 1

    with pytest.raises(ValueError, match="vendor is no builtin DLL"):
        override("vendor", f)
    with pytest.raises(ValueError, match=r"msvcrt\.dll exports _acmdln as data"):
        override("msvcrt", f, name="_acmdln")
    with pytest.raises(ValueError, match="reads its caller's registers"):
        override("ntdll", f, name="__chkstk")
    with pytest.raises(TypeError, match="the result is not annotated"):
        override("kernel32", lambda: 1)
    assert c_int(windlass.WinDLL("kernel32").GetTickCount()).value != 1


def test_text_arrives():
    seen = []

    @override("kernel32")
    def OutputDebugStringW(text: LPCWSTR) -> None:
        seen.append(text)

    with OutputDebugStringW:
        windlass.WinDLL("kernel32").OutputDebugStringW("größe")
    assert seen == ["größe"]
