"""Loading and unloading, seen from Python and from inside the DLLs."""

from __future__ import annotations

import ctypes
import os
import shutil
import struct
import threading
from pathlib import Path

import pytest

import windlass
from windlass import _core, loader
from windlass.pe import Image
from windlass.process import modules

pytestmark = pytest.mark.usefixtures("nothing_left")


@pytest.fixture
def nothing_left():
    """A test leaves the process with the modules that it began with."""
    windlass.load("kernel32").free()
    before = list(modules)
    yield
    assert list(modules) == before


@pytest.fixture(scope="module")
def journal_dll(dll):
    return dll("journal.c")


@pytest.fixture
def journal(journal_dll):
    """`journal()` gives what DLLs noted since the last call."""
    with windlass.load(journal_dll) as module:
        length = module.export("journal_length")

        def read() -> str:
            found = _core.string(module.export("journal")).decode()
            _core.write(length, bytes(4))
            _core.write(module.export("journal"), b"\0")
            return found

        yield read


NOTING_MAIN = """
    __declspec(dllimport) void note(char who, unsigned reason, void *reserved);
    FIXTURE_C int __stdcall DllMainCRTStartup(void *module, unsigned reason, void *reserved)
    {{
        note('{who}', reason, reserved);
        return {result};
    }}
"""


@pytest.fixture(scope="module")
def noting(write_dll, journal_dll):
    """`noting("a", uses=[...])` is a.dll, which notes each call of its entry point."""

    def write(who: str, body: str = "", *, result: int = 1, uses=()) -> Path:
        text = "#define OWN\n" + NOTING_MAIN.format(who=who, result=result) + body
        return write_dll(text, "-DOWN_DLL_MAIN", name=who, uses=[journal_dll, *uses])

    return write


# ---- references ----


def test_same_file_gives_the_same_module(write_dll, tmp_path):
    path = write_dll("EXPORT int f(void) { return 1; }", name="same")
    link = tmp_path / "link.dll"
    link.symlink_to(path)
    first, second, third = (
        windlass.load(path),
        windlass.load(str(path).replace("/", "//")),
        windlass.load(link),
    )
    assert first is second is third
    assert first.reference_count == 3
    for _ in range(3):
        assert first.is_loaded
        first.free()
    assert not first.is_loaded


def test_freeing_once_too_often_is_error_126(write_dll):
    module = windlass.load(write_dll("EXPORT int f(void) { return 1; }", name="once"))
    module.free()
    with pytest.raises(OSError, match="module could not be found") as caught:
        module.free()
    assert caught.value.winerror == 126
    with pytest.raises(OSError, match="unloaded"):
        module.export("f")


def test_data_starts_anew_after_unloading(write_dll):
    path = write_dll("EXPORT int value = 5;", name="anew")
    for _ in range(2):
        with windlass.load(path) as module:
            address = module.export("value")
            assert _core.read(address, 4) == struct.pack("<i", 5)
            _core.write(address, struct.pack("<i", 6))


def test_found_by_base_name_once_loaded(write_dll):
    path = write_dll("EXPORT int f(void) { return 1; }", name="named")
    with windlass.load(path) as module:
        assert windlass.load("NAMED.DLL") is module
        assert windlass.load("named") is module
        assert loader.loaded("named.dll") is module
        module.free()
        module.free()


def test_two_files_of_one_name_are_two_modules(write_dll, tmp_path):
    path = write_dll("EXPORT int value;", name="twin")
    copy = tmp_path / "twin.dll"
    shutil.copy(path, copy)
    with windlass.load(path) as one, windlass.load(copy) as other:
        assert one is not other
        assert one.export("value") != other.export("value")


def test_a_file_that_was_replaced_is_another_dll(write_dll, tmp_path):
    path, new = tmp_path / "replaced.dll", tmp_path / "new.dll"
    shutil.copy(write_dll("EXPORT int f(void) { return 1; }", name="old"), path)
    shutil.copy(write_dll("EXPORT int f(void) { return 2; } EXPORT int g;", name="new"), new)
    windlass.load(path).free()  # so that the next load takes the laid-out copy
    with windlass.load(path) as first:
        os.replace(new, path)
        with windlass.load(path) as second, windlass.load(path) as again:
            assert second is again is not first
            assert [_core.call(each.export("f")) for each in (first, second)] == [1, 2]
            assert [len(list(each.exports)) for each in (first, second)] == [1, 2]


def test_windows_code_and_python_count_the_same_references(write_dll):
    path = write_dll("EXPORT int f(void) { return 1; }", name="counted")
    kernel32 = windlass.WinDLL("kernel32")
    kernel32.LoadLibraryA.restype = ctypes.c_void_p
    kernel32.FreeLibrary.argtypes = [ctypes.c_void_p]
    module = windlass.load(path)
    for count in (2, 3):
        assert kernel32.LoadLibraryA(os.fsencode(path)) == module.handle
        assert module.reference_count == count
    module.free()
    for left in (1, 0):
        assert kernel32.FreeLibrary(module.handle)
        assert module.reference_count == left
    assert not module.is_loaded
    assert not kernel32.FreeLibrary(module.handle)


@pytest.mark.parametrize(
    ("name", "dll"),
    [
        (b"kernel32", "kernel32.dll"),
        (b"KERNEL32.DLL", "kernel32.dll"),
        (b"api-ms-win-core-synch-l1-2-0.dll", "kernelbase.dll"),
        (b"API-MS-Win-Core-Synch-L1-2-0", "kernelbase.dll"),
        (b"kernel32.", None),  # a name without extension
        (b"kernel32.exe", None),
    ],
)
def test_windows_code_asks_for_known_dlls(name, dll):
    kernel32 = windlass.WinDLL("kernel32")
    kernel32.LoadLibraryExA.restype = ctypes.c_void_p
    handle = kernel32.LoadLibraryExA(name, None, 0x800)
    assert handle == (loader.loaded(dll).handle if dll else None)


def test_a_bad_name_leaves_the_loader_free(write_dll):
    path = write_dll("EXPORT int f(void) { return 1; }", name="free")
    with pytest.raises(OSError, match="access violation reading 0x0000000000000010"):
        windlass.WinDLL("kernel32").LoadLibraryW(0x10)
    loaded = []
    thread = threading.Thread(target=lambda: loaded.append(windlass.load(path)), daemon=True)
    thread.start()
    thread.join(30)
    loaded.pop().free()


def test_many_cycles_leave_no_mappings(write_dll):
    path = write_dll("EXPORT int value = 5;", name="cycles")
    windlass.load(path).free()
    before = len(Path("/proc/self/maps").read_text().splitlines())
    for _ in range(300):
        windlass.load(path).free()
    assert len(Path("/proc/self/maps").read_text().splitlines()) <= before + 2


# ---- exports ----


def test_exports_by_name_ordinal_and_forwarder(write_dll, journal_dll):
    path = write_dll(
        """
        EXPORT int one(void) { return 1; }
        int two(void) { return 2; }
        int hidden(void) { return 3; }
        LINKER("-export:two,@77,NONAME");
        LINKER("-export:length=journal.journal_length");
        """,
        name="exporting",
    )
    with windlass.load(path) as module, windlass.load(journal_dll) as journal:
        assert _core.call(module.export("one")) == 1
        assert _core.call(module.export(77)) == 2
        assert module.export("length") == journal.export("journal_length")
        with pytest.raises(AttributeError, match=r"^function 'hidden' not found$"):
            module.export("hidden")
        with pytest.raises(AttributeError, match=r"^function 'two' not found$"):
            module.export("two")
        with pytest.raises(AttributeError, match=r"^function ordinal 9999 not found$"):
            module.export(9999)


def test_a_forwarder_loads_its_target_and_keeps_it(write_dll):
    target = write_dll("EXPORT int answer(void) { return 42; }", name="target")
    path = write_dll('LINKER("-export:ask=target.answer");', name="forwarding", uses=[target])
    with windlass.load(path) as module:
        assert loader.loaded("target.dll") is None
        assert _core.call(module.export("ask")) == 42
        assert loader.loaded("target.dll").reference_count == 1
    assert loader.loaded("target.dll") is None


def test_a_forwarder_to_itself_is_not_found(write_dll):
    path = write_dll('LINKER("-export:loop=looping.loop");', name="looping")
    with windlass.load(path) as module, pytest.raises(AttributeError, match="'loop' not found"):
        module.export("loop")


def test_another_dll_reads_and_writes_exported_data(write_dll):
    owner = write_dll(
        "EXPORT int shared_value = 7; EXPORT int get(void) { return shared_value; }", name="owner"
    )
    user = write_dll(
        "__declspec(dllimport) int shared_value; EXPORT int bump(void) { return ++shared_value; }",
        name="user",
        uses=[owner],
    )
    with windlass.load(user) as module, windlass.load(module.dependencies[0].path) as owned:
        assert _core.call(module.export("bump")) == 8
        assert _core.call(owned.export("get")) == 8
        _core.write(owned.export("shared_value"), struct.pack("<i", 20))
        assert _core.call(module.export("bump")) == 21


# ---- attach and detach ----


def test_dependencies_attach_first_and_detach_last(noting, journal):
    base = noting("b", "EXPORT int b(void) { return 1; }")
    top = noting("a", "__declspec(dllimport) int b(void); EXPORT int a(void) { return b(); }", uses=[base])
    module = windlass.load(top)
    assert journal() == "b1.a1."
    assert _core.call(module.export("a")) == 1
    module.free()
    assert journal() == "a0.b0."


def test_a_dependency_stays_while_it_is_used(noting, journal):
    base = noting("b", "EXPORT int b(void) { return 1; }")
    user = "__declspec(dllimport) int b(void); EXPORT int {0}(void) {{ return b(); }}"
    top = windlass.load(noting("a", user.format("a"), uses=[base]))
    shared = loader.loaded("b.dll")
    assert shared.reference_count == 1
    again = windlass.load(shared.path)
    assert again is shared
    assert shared.reference_count == 2
    journal()
    top.free()
    assert journal() == "a0."
    assert shared.reference_count == 1
    shared.free()
    assert journal() == "b0."


def test_circular_dependencies_load_and_unload_together(write_dll, tmp_path):
    # Each is first linked against a stand-in for the other.
    stand_in = write_dll("EXPORT int ring_b(void) { return 0; }", name="ring_b")
    a = write_dll(
        "__declspec(dllimport) int ring_b(void); EXPORT int ring_a(void) { return 5; }"
        "EXPORT int through(void) { return ring_b(); }",
        name="ring_a",
        uses=[stand_in],
    )
    b = write_dll(
        "__declspec(dllimport) int ring_a(void); EXPORT int ring_b(void) { return ring_a() + 1; }",
        name="ring_b",
        uses=[a],
    )
    for path in (a, b):
        shutil.copy(path, tmp_path)
    module = windlass.load(tmp_path / "ring_a.dll")
    other = loader.loaded("ring_b.dll")
    assert _core.call(module.export("through")) == 6
    assert (module.reference_count, other.reference_count) == (2, 1)
    module.free()
    assert not module.is_loaded
    assert not other.is_loaded


def test_an_entry_point_that_refuses_fails_the_load_with_1114(noting, journal):
    base = noting("b", "EXPORT int b(void) { return 1; }")
    bad = noting(
        "r", "__declspec(dllimport) int b(void); EXPORT int r(void) { return b(); }", result=0, uses=[base]
    )
    with pytest.raises(OSError, match="initialization routine failed") as caught:
        windlass.load(bad)
    assert caught.value.winerror == 1114
    assert "r.dll" in str(caught.value)
    assert journal() == "b1.r1.r0.b0."
    assert loader.loaded("b.dll") is None


TELLING = """
    #include <windows.h>
    __declspec(dllimport) extern char journal[];
    __declspec(dllimport) extern int journal_length;
    FIXTURE_C BOOL __stdcall DllMainCRTStartup(HINSTANCE self, DWORD reason, LPVOID reserved)
    {
        DWORD wrote;
        if (reason == DLL_PROCESS_DETACH)
            WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), journal, journal_length, &wrote, NULL);
        return TRUE;
    }
"""


def test_all_modules_are_detached_at_process_end(noting, journal_dll, write_dll, fresh_python):
    """In the opposite order of their attachment; the one attached first tells what was noted."""
    base = noting("b", "EXPORT int b(void) { return 1; }")
    top = noting("a", "__declspec(dllimport) int b(void); EXPORT int a(void) { return b(); }", uses=[base])
    telling = write_dll(TELLING, "-DOWN_DLL_MAIN", name="telling", uses=[journal_dll])
    code = """
        import sys
        import windlass
        for path in sys.argv[1:]:
            windlass.load(path)
        """
    # The copy that lies beside the DLL is the one that it is bound to.
    assert fresh_python(code, top.parent / journal_dll.name, telling, top) == "b1.a1.a0!b0!"


def test_threads_attach_and_detach(noting, journal):
    with windlass.load(noting("t", "EXPORT int f(void) { return 1; }")) as module:
        journal()
        thread = threading.Thread(target=_core.call, args=(module.export("f"),))
        thread.start()
        thread.join()
        for _ in range(100):  # the thread's last act comes after join returns
            found = journal()
            if found:
                break
        assert found.startswith("t2.")
    assert journal().endswith("t0.")


# ---- static thread-local storage ----


def test_static_tls_is_each_threads_own(write_dll):
    path = write_dll(
        """
        unsigned _tls_index;
        __thread int counter __attribute__((tls_model("initial-exec"))) = 10;
        """
        + TLS_DIRECTORY
        + "EXPORT int bump(void) { return ++counter; }",
        name="tls",
    )
    with windlass.load(path) as module:
        bump = module.export("bump")
        assert [_core.call(bump), _core.call(bump)] == [11, 12]
        seen = []
        thread = threading.Thread(target=lambda: seen.append(_core.call(bump)))
        thread.start()
        thread.join()
        assert seen == [11]
        assert _core.call(bump) == 13


TLS_DIRECTORY = """
        __attribute__((section(".tls"))) char _tls_start = 0;
        __attribute__((section(".tls$ZZZ"))) char _tls_end = 0;
        struct { void *start, *end; unsigned *index; void *callbacks; unsigned zero_fill, characteristics; }
        _tls_used = { &_tls_start, &_tls_end, &_tls_index, 0, 0, 0 };
"""


def test_threads_that_exist_before_the_load_get_tls(write_dll):
    path = write_dll(
        "unsigned _tls_index; __thread int counter = 10;"
        + TLS_DIRECTORY
        + "EXPORT int bump(void) { return ++counter; }",
        name="tls_late",
    )
    go, done, seen = threading.Event(), threading.Event(), []

    def work() -> None:
        _core.teb()  # a Windows thread from now on
        done.set()
        go.wait()
        seen.append(_core.call(bump))

    thread = threading.Thread(target=work)
    thread.start()
    done.wait()
    with windlass.load(path) as module:
        bump = module.export("bump")
        go.set()
        thread.join()
    assert seen == [11]


# ---- memory ----


def protections(module) -> dict[int, str]:
    """The protection of each page of a module, by RVA."""
    found = {}
    for line in Path("/proc/self/maps").read_text().splitlines():
        span, rights = line.split()[:2]
        low, high = (int(each, 16) for each in span.split("-"))
        for address in range(max(low, module.handle), min(high, module.handle + module.size), 4096):
            found[address - module.handle] = rights[:3]
    return found


def test_sections_have_their_own_protection(write_dll):
    path = write_dll("EXPORT int value = 5; EXPORT int f(void) { return value; }", name="sections")
    with windlass.load(path) as module:
        pages = protections(module)
        assert pages[0] == "r--"
        for section in module.image.sections:
            expected = ("r" if section.readable else "-") + ("w" if section.writable else "-")
            assert pages[section.rva] == expected + ("x" if section.executable else "-"), section.name
        assert not [rva for rva, rights in pages.items() if "wx" in rights]


def test_headers_in_memory_say_where_the_image_lies(write_dll):
    with windlass.load(write_dll("EXPORT int value;", name="headers")) as module:
        mapped = Image(_core.read(module.handle, 4096), mapped=True)
        assert mapped.image_base == module.handle
        assert mapped.size_of_image == module.image.size_of_image


def test_addresses_in_data_are_relocated(write_dll):
    path = write_dll("EXPORT int target; EXPORT int *pointer = &target;", name="relocated")
    with windlass.load(path) as module:
        assert module.handle != module.image.image_base
        pointer = struct.unpack("<Q", _core.read(module.export("pointer"), 8))[0]
        assert pointer == module.export("target")


def test_an_image_that_is_not_to_be_moved_lies_at_its_preferred_base(write_dll, tmp_path):
    data = bytearray(
        write_dll("EXPORT int target; EXPORT int *pointer = &target;", name="relocated").read_bytes()
    )
    at = struct.unpack_from("<I", data, 0x3C)[0] + 24
    struct.pack_into("<H", data, at + 70, 0)  # DllCharacteristics, without DYNAMIC_BASE
    for name in ("fixed.dll", "also_fixed.dll"):
        (tmp_path / name).write_bytes(data)
    with windlass.load(tmp_path / "fixed.dll") as module:
        assert module.handle == module.image.image_base
        with windlass.load(tmp_path / "also_fixed.dll") as other:  # whose place is taken
            assert other.handle != other.image.image_base
            pointer = struct.unpack("<Q", _core.read(other.export("pointer"), 8))[0]
            assert pointer == other.export("target")


def test_every_process_maps_at_the_same_base(write_dll, fresh_python):
    path = write_dll("EXPORT int value;", name="based")
    code = "import sys, windlass; print(windlass.load(sys.argv[1]).handle)"
    with windlass.load(path) as module:
        assert {int(fresh_python(code, path)), int(fresh_python(code, path))} == {module.handle}


def test_the_loader_lists_name_every_module(write_dll):
    path = write_dll("EXPORT int value;", name="listed")
    with windlass.load(path) as module:
        listed = list(loaded_modules())
        assert (module.handle, "listed.dll") in listed
        names = [name for _, name in listed]
        assert names[1:4] == ["ntdll.dll", "kernelbase.dll", "kernel32.dll"]
        assert listed[0][0] == loader.program().handle
    assert module.handle not in [base for base, _ in loaded_modules()]


def loaded_modules():
    """(base, name) of PEB.Ldr.InLoadOrderModuleList, as a debugger walks it."""

    def pointer(address: int) -> int:
        return struct.unpack("<Q", _core.read(address, 8))[0]

    teb = _core.teb()
    assert pointer(teb + 0x30) == teb
    peb = pointer(teb + 0x60)
    head = pointer(peb + 0x18) + 0x10
    entry = pointer(head)
    while entry != head:
        length = struct.unpack("<H", _core.read(entry + 0x58, 2))[0]
        yield pointer(entry + 0x30), _core.read(pointer(entry + 0x60), length).decode("utf-16-le")
        entry = pointer(entry)


# ---- failures ----


def test_missing_dll():
    with pytest.raises(FileNotFoundError) as caught:
        windlass.load("/nowhere/nope.dll")
    assert str(caught.value).startswith(
        "Could not find module '/nowhere/nope.dll' (or one of its dependencies). "
        "Try using the full path with constructor syntax."
    )
    assert caught.value.errno is None
    assert "searched: /nowhere" in str(caught.value)


def test_missing_dependency_says_who_needs_what(write_dll):
    path = write_dll(
        "__declspec(dllimport) int lost(void);\n"
        "EXPORT int f(void) { return lost(); }\n"
        "// imports: away.dll lost\n",
        name="needy",
    )
    with pytest.raises(FileNotFoundError) as caught:
        windlass.load(path)
    assert "needy.dll needs away.dll (for lost); searched: " in str(caught.value)
    assert str(path.parent) in str(caught.value)


def test_missing_function_of_a_native_dll_is_error_127(write_dll, tmp_path):
    full = write_dll("EXPORT int f(void) { return 1; } EXPORT int g(void) { return 2; }", name="shrunk")
    user = write_dll(
        "__declspec(dllimport) int g(void); EXPORT int h(void) { return g(); }", name="wants_g", uses=[full]
    )
    shutil.copy(user, tmp_path)
    shutil.copy(write_dll("EXPORT int f(void) { return 1; }", name="shrunk"), tmp_path)
    with pytest.raises(OSError, match=r": g in .*shrunk\.dll, needed by .*wants_g\.dll") as caught:
        windlass.load(tmp_path / "wants_g.dll")
    assert caught.value.winerror == 127


def test_missing_function_of_a_builtin_dll_is_named_when_called(write_dll):
    path = write_dll(
        "__declspec(dllimport) int NoSuchFunction(void); EXPORT int f(void) { return NoSuchFunction(); }"
        "EXPORT int g(void) { return 3; }\n// imports: kernel32.dll NoSuchFunction\n",
        name="partly",
    )
    with windlass.load(path) as module:
        assert _core.call(module.export("g")) == 3
        with pytest.raises(
            OSError, match=r"kernel32\.dll!NoSuchFunction is not implemented; partly\.dll called it"
        ):
            _core.call(module.export("f"))
        assert _core.call(module.export("g")) == 3


def test_missing_function_is_named_on_stderr_once_though_the_dll_swallows_the_exception(dll, capfd):
    with windlass.load(dll("missing_swallowed.c")) as module:
        assert [_core.call(module.export("f")) for _ in range(3)] == [7, 7, 7]
    line = "windlass: kernel32.dll!NoSuchFunction is not implemented; missing_swallowed.dll called it\n"
    assert capfd.readouterr().err == line


def test_chkstk_changes_no_register(write_dll):
    path = write_dll(
        """
        // imports: ntdll.dll __chkstk
        __declspec(dllimport) void __chkstk(void);
        EXPORT int f(void)
        {
            unsigned long long rax = 64, r10 = 0x1122334455667788, r11 = 0x99AABBCCDDEEFF00;
            void (*chkstk)(void) = __chkstk;
            __asm__ volatile("movq %1, %%r10; movq %2, %%r11; callq *%3; movq %%r10, %1; movq %%r11, %2"
                             : "+a"(rax), "+S"(r10), "+D"(r11) : "b"(chkstk) : "r10", "r11", "memory");
            return rax == 64 && r10 == 0x1122334455667788 && r11 == 0x99AABBCCDDEEFF00;
        }
        """,
        name="chkstk",
    )
    with windlass.load(path) as module:
        assert _core.call(module.export("f")) == 1


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda data: b"", "the file is empty"),
        (lambda data: b"\x7fELF" + bytes(2000), r"a Linux file \(ELF\)"),
        (lambda data: data[:600], "section|headers"),
        (lambda data: patched(data, 4, struct.pack("<H", 0x14C)), "i386|x86"),
        (lambda data: patched(data, 4, struct.pack("<H", 0xAA64)), "ARM64|arm64"),
    ],
    ids=["empty", "elf", "truncated", "i386", "arm64"],
)
def test_no_image_for_here_is_error_193(write_dll, tmp_path, damage, reason):
    data = write_dll("EXPORT int f(void) { return 1; }", name="whole").read_bytes()
    bad = tmp_path / "bad.dll"
    bad.write_bytes(damage(data))
    with pytest.raises(OSError, match=reason) as caught:
        windlass.load(bad)
    assert caught.value.winerror == 193
    assert str(bad) in str(caught.value)


def patched(data: bytes, offset: int, value: bytes) -> bytes:
    """The image with bytes at an offset from its PE signature replaced."""
    at = struct.unpack_from("<I", data, 0x3C)[0] + offset
    return data[:at] + value + data[at + len(value) :]


# ---- from inside ----


def test_windows_code_loads_and_frees(write_dll):
    inner = write_dll("EXPORT int seven(void) { return 7; }", name="inner")
    outer = write_dll(
        """
        typedef void *HMODULE;
        __declspec(dllimport) HMODULE LoadLibraryA(const char *);
        __declspec(dllimport) void *GetProcAddress(HMODULE, const char *);
        __declspec(dllimport) int FreeLibrary(HMODULE);
        EXPORT int through(const char *path)
        {
            HMODULE module = LoadLibraryA(path);
            if (!module)
                return -1;
            int (*seven)(void) = (int (*)(void))GetProcAddress(module, "seven");
            int result = seven ? seven() : -2;
            return FreeLibrary(module) ? result : -3;
        }
        """,
        name="outer",
    )
    windows = b"Z:" + os.fsencode(inner).replace(b"/", b"\\")
    with windlass.load(outer) as module:
        for path, expected in ((os.fsencode(inner), 7), (windows, 7), (b"no.dll", -1)):
            text = ctypes.create_string_buffer(path)
            result = _core.call(module.export("through"), ctypes.addressof(text))
            assert ctypes.c_int(result).value == expected
        assert loader.loaded("inner.dll") is None


def test_names_of_pywin32(write_dll):
    path = write_dll("EXPORT int f(void) { return 9; }", name="win32")
    handle = windlass.LoadLibrary(str(path))
    assert windlass.GetModuleHandle("win32.dll") == handle
    assert windlass.GetModuleFileName(handle) == str(path)
    assert _core.call(windlass.GetProcAddress(handle, "f")) == 9
    with pytest.raises(OSError, match="procedure") as caught:
        windlass.GetProcAddress(handle, "g")
    assert caught.value.winerror == 127
    windlass.FreeLibrary(handle)
    with pytest.raises(OSError, match="module") as caught:
        windlass.GetModuleHandle("win32.dll")
    assert caught.value.winerror == 126


FORK_BEFORE_ANY_CALL = """
import os
import threading
import windlass.ctypes

def fork():
    child = os.fork()
    if child == 0:
        os._exit(windlass.ctypes.WinDLL("kernel32").lstrlenA(b"abc"))
    print(os.waitpid(child, 0)[1] >> 8)

fork()
windlass.ctypes.CDLL("ucrtbase").abs(1)
thread = threading.Thread(target=fork)
thread.start()
thread.join()
"""


def test_a_thread_that_called_no_function_yet_can_fork(fresh_python):
    assert fresh_python(FORK_BEFORE_ANY_CALL) == "3\n3\n"


def test_the_child_of_a_fork_can_use_and_load(write_dll):
    path = write_dll("EXPORT int value = 1; EXPORT int f(void) { return ++value; }", name="forked")
    other = write_dll("EXPORT int f(void) { return 5; }", name="forked_other")
    with windlass.load(path) as module:
        child = os.fork()
        if child == 0:
            ok = _core.call(module.export("f")) == 2 and _core.call(windlass.load(other).export("f")) == 5
            os._exit(0 if ok else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert _core.call(module.export("f")) == 2


def test_traced_calls_show_arguments_result_and_caller(write_dll, fresh_python):
    path = write_dll(
        """
        __declspec(dllimport) void *LoadLibraryA(const char *);
        EXPORT int f(void) { return LoadLibraryA("no\\x01such.dll") == 0; }
        """,
        name="traced",
    )
    code = """
        import os, sys
        os.dup2(1, 2)
        import windlass
        from windlass import _core
        module = windlass.load(sys.argv[1])
        windlass.trace("kernel32.LoadLibraryA")
        _core.call(module.export("f"))
        windlass.trace()
        _core.call(module.export("f"))
        """
    called, returned = fresh_python(code, path).splitlines()
    assert r'kernel32.dll!LoadLibraryA(lpLibFileName="no\x01such.dll") from traced.dll+0x' in called
    assert returned.endswith("kernel32.dll!LoadLibraryA = 0 (last error 126)")


def test_builtin_dlls_are_loaded_by_their_paths_in_the_system_directory():
    kernel32 = windlass.load("kernel32")
    for path in (r"C:\Windows\System32\kernel32.dll", r"c:\windows\system32\KERNEL32", kernel32.path):
        assert windlass.load(path) is kernel32
    with windlass.load(r"C:\Windows\System32\version.dll") as module:
        assert module.builtin and windlass.GetModuleHandle(module.windows_path) == module.handle
        assert windlass.load("version") is module
        module.free()
    path = r"C:\Windows\System32\made_for_system32.dll"
    with windlass.DLL("made_for_system32.dll") as made, windlass.load(path) as module:
        assert module is made.module
    with pytest.raises(FileNotFoundError):
        windlass.load(r"C:\Windows\System32\no_such_dll.dll")
