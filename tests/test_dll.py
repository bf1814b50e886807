"""DLLs made of Python functions."""

from __future__ import annotations

import ctypes
import gc
import os
import subprocess
import sys
import textwrap
import threading
from ctypes import POINTER, Structure, byref, c_char, c_double, c_int, create_string_buffer, memmove
from pathlib import Path

import pytest

import windlass
from windlass import DLL
from windlass.ctypes import WINFUNCTYPE, c_char_p, c_void_p, wintypes
from windlass.types import DOUBLE, FLOAT, HANDLE, INT, LPCSTR, LPCWSTR

DEMO = Path(os.path.dirname(windlass.__file__), "demo", "demo.dll")
Visitor = WINFUNCTYPE(c_int, c_int)


class Point(Structure):
    _fields_ = (("x", c_double), ("y", c_double))


class Box(Structure):
    _fields_ = (("left", c_int), ("top", c_int), ("right", c_int), ("bottom", c_int))


@pytest.fixture
def made():
    with DLL("made.dll") as made:
        yield made


def functions(module: windlass.Module) -> windlass.CDLL:
    """A module's functions, without another reference."""
    return windlass.CDLL(module.name, handle=module.handle)


@pytest.fixture
def lost(monkeypatch):
    """What was raised where nobody could catch it."""
    found = []
    monkeypatch.setattr(sys, "unraisablehook", lambda info: found.append(info.exc_value))
    return found


class Driver(DLL):
    """What device_client.c imports from, without CloseDevice."""

    def __init__(self) -> None:
        super().__init__("vendor_driver")
        self.threads: list[int] = []
        for function in (self.OpenDevice, self.ReadDevice, self.Describe, self.Center, self.Visit):
            self.export(function)
        self.counter = self.data("counter", c_int(5))

    def OpenDevice(self, index: INT) -> HANDLE:
        self.threads.append(threading.get_ident())
        return 0x100 + index

    def ReadDevice(self, device: HANDLE, buffer: POINTER(c_char), size: INT) -> INT:
        answer = f"device {device:x}".encode()[:size]
        memmove(buffer, answer, len(answer))
        return len(answer)

    def Describe(self, name: LPCWSTR, unit: LPCSTR, scale: FLOAT, offset: DOUBLE, fifth: c_double) -> INT:
        return (name, unit, scale, offset, fifth) == ("größe", b"mm", 0.5, 2.25, 5.0)

    def Center(self, box: Box) -> Point:
        return Point((box.left + box.right) / 2, (box.top + box.bottom) / 2)

    def Visit(self, visit: Visitor, count: INT) -> INT:
        return sum(visit(n) for n in range(count))


@pytest.fixture
def driver():
    with Driver() as driver:
        yield driver


@pytest.fixture
def client(driver, dll):
    """A compiled DLL that imports vendor_driver.dll when it is loaded."""
    client = windlass.CDLL(dll("device_client.c"))
    client.find.restype = c_void_p
    client.center.restype = c_double
    client.open_in_thread.restype = wintypes.DWORD
    yield client
    windlass.FreeLibrary(client._handle)


# ---- called by Windows code ----


def test_a_dll_imports_it_at_load_time(client):
    assert client.open_device(3) == 0x103


def test_memory_is_written_through_a_pointer(client):
    buffer = create_string_buffer(32)
    assert client.read_device(0x103, buffer, 8) == 8
    assert buffer.value == b"device 1"


def test_strings_and_floating_point_numbers_arrive(client):
    assert client.describe() == 1


def test_structures_are_passed_and_returned_by_value(client):
    assert client.center() == 203.5


def test_a_function_pointer_can_be_called(client):
    assert client.visit(4) == 12


def test_windows_code_and_python_share_exported_data(driver, client):
    assert client.count() == 6
    driver.counter.value = 40
    assert client.count() == 41
    assert driver.counter.value == 41


def test_data_begin_anew_at_each_load(driver):
    with driver.load():
        driver.counter.value = 40
    with driver.load():
        assert driver.counter.value == 5


def test_a_windows_thread_calls_it(driver, client):
    assert client.open_in_thread(4) == 0x104
    assert driver.threads[0] != threading.get_ident()


def test_python_threads_call_it_at_once(client):
    results = []
    threads = [
        threading.Thread(target=lambda: results.extend(client.open_device(i) for i in range(200)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == sorted(list(range(0x100, 0x100 + 200)) * 4)


def test_get_proc_address_finds_it(driver, client):
    address = client.find(b"VENDOR_DRIVER", b"OpenDevice")
    assert address == driver.module.export("OpenDevice")
    assert Visitor(address)(7) == 0x107
    assert client.find(b"vendor_driver.dll", b"CloseDevice") is None


def test_windows_code_loads_it_and_lets_it_go(dll, made, driver):
    opened = []
    reasons = []

    @made.export
    def Open(index: INT) -> HANDLE:
        opened.append(index)
        return 1

    @made.main
    def main(module, reason, reserved):
        reasons.append(reason)

    with windlass.load(dll("device_client.c")) as client:
        load_and_free = WINFUNCTYPE(c_int, c_char_p, c_char_p)(client.export("load_and_free"))
        assert load_and_free(b"made.dll", b"Open") == 1
    assert opened == [1]
    assert reasons == [DLL.PROCESS_ATTACH, DLL.PROCESS_DETACH]


def test_what_it_does_not_export_raises_when_it_is_called(client):
    with pytest.raises(
        OSError, match=r"vendor_driver\.dll!CloseDevice is not implemented; device_client\.dll"
    ):
        client.close_device(1)


def test_an_exception_is_reported_and_the_caller_gets_zero(made, lost):
    @made.export
    def Fails(index: INT) -> INT:
        raise ValueError(index)

    with made.load() as module:
        assert functions(module).Fails(3) == 0
    assert [str(error) for error in lost] == ["3"]


def test_a_result_that_does_not_fit_is_reported(made, lost):
    @made.export
    def Fails() -> INT:
        return "three"

    with made.load() as module:
        assert functions(module).Fails() == 0
    assert [type(error) for error in lost] == [TypeError]


def test_a_pointer_can_be_returned(made):
    points = (Point * 2)(Point(1, 2), Point(3, 4))

    @made.export
    def At(index: INT) -> POINTER(Point):
        return byref(points[index]) if index == 1 else None

    with made.load() as module:
        at = functions(module).At
        at.restype = POINTER(Point)
        assert at(1)[0].x == 3
        assert not at(0)


def test_an_exe_imports_it(exe, fresh_python, tmp_path):
    source = tmp_path / "client.c"
    source.write_text(
        "// imports: vendor_driver.dll OpenDevice\n"
        "#include <stdio.h>\n"
        "__declspec(dllimport) int OpenDevice(int);\n"
        'int main(void) { printf("%d\\n", OpenDevice(4)); return 0; }\n'
    )
    program = """
        import sys
        from windlass import DLL, application
        from windlass.types import INT
        device = DLL("vendor_driver.dll")

        @device.export
        def OpenDevice(index: INT) -> INT:
            return index * 100

        application.start_main(sys.argv[1], [])
    """
    assert fresh_python(program, exe(source)) == "400\n"


def test_a_script_makes_a_dll_for_a_program(exe, tmp_path, made):
    """The program is linked with the import library that the DLL writes."""

    @made.export
    def Scale(n: INT, factor: DOUBLE) -> INT:
        return int(n * factor)

    made.data("made_scale", c_int(3))

    @made.export(ordinal=8, noname=True)
    def Hidden() -> INT:
        return 5

    source = tmp_path / "scaled.c"
    source.write_text(
        "#include <stdio.h>\n"
        "__declspec(dllimport) int Scale(int, double);\n"
        "__declspec(dllimport) int Hidden(void);\n"
        "__declspec(dllimport) extern int made_scale;\n"
        'int main(void) { printf("%d %d %d\\n", Scale(4, 2.5), Hidden(), ++made_scale); return 0; }\n'
    )
    script = tmp_path / "made.py"
    script.write_text(
        "from ctypes import c_int\n"
        "from windlass import DLL\n"
        "from windlass.types import DOUBLE, INT\n"
        'made = DLL("made.dll")\n'
        "@made.export\n"
        "def Scale(n: INT, factor: DOUBLE) -> INT:\n"
        "    return int(n * factor)\n"
        'made.data("made_scale", c_int(3))\n'
        "@made.export(ordinal=8, noname=True)\n"
        "def Hidden() -> INT:\n"
        "    return 5\n"
    )
    for library in (tmp_path / "made.lib", tmp_path / "libmade.a"):
        made.save_import_library(library)
        program = exe(source, str(library))
        command = [sys.executable, "-m", "windlass", "run", "--with", str(script), str(program)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert (done.returncode, done.stdout) == (0, "10 5 4\n"), done.stderr
    with pytest.raises(ValueError, match="neither"):
        made.save_import_library(tmp_path / "made.txt")


# ---- a DLL like others ----


def test_it_is_a_module_like_others(made):
    @made.export
    def one() -> INT:
        return 1

    assert made.module is None and made.handle is None
    module = made.load()
    assert made.module is module and made.handle == module.handle
    assert windlass.GetModuleHandle("MADE.DLL") == module.handle
    assert windlass.load("made").reference_count == 2
    assert bytes((c_char * 2).from_address(module.handle)) == b"MZ"
    module.free()
    assert module.is_loaded
    module.free()
    assert not module.is_loaded
    assert made.handle is None
    with pytest.raises(OSError) as caught:
        module.free()
    assert caught.value.winerror == 126


def test_names_and_ordinals(made):
    @made.export(name="First", ordinal=7)
    def first() -> INT:
        return 1

    @made.export(ordinal=3, noname=True)
    def second() -> INT:
        return 2

    @made.export()
    def third() -> INT:
        return 3

    with made.load() as module:
        library = functions(module)
        assert [(export.name, export.ordinal) for export in module.exports] == [
            ("third", 1),
            (None, 3),
            ("First", 7),
        ]
        assert (library.First(), library[7](), library[3](), library.third()) == (1, 1, 2, 3)
        with pytest.raises(AttributeError, match="function 'second' not found"):
            _ = library.second


def test_the_decorated_function_stays_as_it_is(made):
    def twice(n: INT) -> INT:
        return 2 * n

    assert made.export(twice) is twice
    assert made.export(name="again")(twice) is twice


def test_forwarders_lead_to_other_dlls(made):
    made.forward("Sleeper", "kernel32.Sleep")
    made.forward("Length", "api-ms-win-crt-string-l1-1-0.strlen")
    made.forward("Nowhere", "no_such_dll.f")
    with made.load() as module:
        kernel32 = windlass.load("kernel32")
        assert module.export("Sleeper") == kernel32.export("Sleep")
        assert functions(module).Length(b"four") == 4
        with pytest.raises(AttributeError):
            module.export("Nowhere")


def test_native_code_is_exported(made):
    strlen = windlass.CDLL("ucrtbase").strlen
    made.native("by_function", strlen)
    made.native("by_address", windlass.load("ucrtbase").export("strlen"), ordinal=5)
    with made.load() as module:
        library = functions(module)
        assert (library.by_function(b"four"), library[5](b"fives")) == (4, 5)


def test_data_of_many_types(made):
    text = made.data("text", create_string_buffer(b"hello", 16))
    point = made.data("point", Point(1, 2))
    hidden = made.data("hidden", c_int(9), ordinal=4, noname=True)
    zero = made.data("zero", c_int())
    assert (text.value, point.contents.y, hidden.value, zero.value) == (b"hello", 2, 9, 0)
    with made.load() as module:
        assert (text.value, point.contents.y, hidden.value, zero.value) == (b"hello", 2, 9, 0)
        point.contents.y = 7
        assert Point.in_dll(functions(module), "point").y == 7
        assert all(module.export(name) % 16 == 0 for name in ("text", "point", "zero"))


def test_the_entry_point_can_refuse(made, lost):
    @made.main
    def main(module, reason, reserved):
        if reason == DLL.PROCESS_ATTACH:
            raise ValueError("no device")

    with pytest.raises(OSError) as caught:
        made.load()
    assert caught.value.winerror == 1114
    assert [str(error) for error in lost] == ["no device"]
    assert made.module is None


def test_the_entry_point_hears_of_threads(made):
    heard = []

    @made.main
    def main(module, reason, reserved):
        heard.append((reason, threading.get_ident()))

    with made.load() as module:
        assert heard == [(DLL.PROCESS_ATTACH, threading.get_ident())]
        heard.clear()
        thread = threading.Thread(target=lambda: windlass.WinDLL("kernel32").GetLastError())
        thread.start()
        thread.join()
        assert (DLL.THREAD_ATTACH, thread.ident) in heard
        assert module.handle == made.handle


def test_a_file_of_the_name_is_not_searched(made, tmp_path, monkeypatch):
    (tmp_path / "made.dll").write_bytes(DEMO.read_bytes())
    monkeypatch.setenv("WINDLASS_PATH", str(tmp_path))
    with windlass.load("made") as module:
        assert module is made.module
    with windlass.load(str(tmp_path / "made.dll")) as module:
        assert made.module is None
    made.close()
    with windlass.load("made") as module:
        assert module.path == str(tmp_path / "made.dll")


def test_closed_while_it_is_loaded_it_stays_until_it_is_let_go():
    made = DLL("closed.dll")

    @made.export
    def one() -> INT:
        return 1

    module = made.load()
    library = windlass.WinDLL("closed.dll")
    made.close()
    del made, one
    gc.collect()
    assert library.one() == 1
    windlass.FreeLibrary(library._handle)
    module.free()
    with pytest.raises(FileNotFoundError):
        windlass.load("closed.dll")
    DLL("closed.dll").close()


def test_many_loads_leave_no_mappings(made):
    @made.export
    def one() -> INT:
        return 1

    def mappings() -> int:
        with open("/proc/self/maps") as maps:
            return sum(1 for _ in maps)

    made.load().free()
    before = mappings()
    for _ in range(200):
        made.load().free()
    assert mappings() <= before


def test_every_call_is_traced():
    program = """
        import windlass
        from windlass import DLL
        from windlass.ctypes import c_double, c_float, c_int, c_wchar_p
        from windlass.types import DOUBLE, FLOAT, INT, LPCWSTR
        made = DLL("Made.dll")

        @made.export
        def Measure(name: LPCWSTR, count: INT, scale: DOUBLE, half: FLOAT) -> INT:
            return -count

        library = windlass.WinDLL("made")
        library.Measure.argtypes = [c_wchar_p, c_int, c_double, c_float]
        windlass.trace("made")
        library.Measure("size", 3, 0.5, 0.25)
        windlass.trace()
        library.Measure("size", 3, 0.5, 0.25)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], stderr=subprocess.PIPE, text=True, check=True
    )
    lines = done.stderr.splitlines()
    assert len(lines) == 2, done.stderr
    assert 'Made.dll!Measure(name=L"size", count=3, scale=0.5, half=0.25)' in lines[0]
    assert lines[1].split(":")[1].strip() == "Made.dll!Measure = -3"


# ---- mistakes ----


def test_mistakes_are_named(made):
    @made.export(ordinal=2)
    def f() -> INT:
        return 1

    def unannotated(a) -> INT:
        return a

    def wrong(a: str) -> INT:
        return 0

    def no_result(a: INT):
        return 0

    def keyword(*, a: INT) -> INT:
        return a

    def varying(*a: INT) -> INT:
        return 0

    with pytest.raises(ValueError, match=r"made\.dll exports f already"):
        made.export(f)
    with pytest.raises(ValueError, match="exports f already"):
        made.forward("g", "kernel32.Sleep", ordinal=2)
    with pytest.raises(ValueError, match=r"not written as 'dll\.function'"):
        made.forward("g", "Sleep")
    with pytest.raises(TypeError, match="unannotated: a is not annotated"):
        made.export(unannotated)
    with pytest.raises(TypeError, match=r"wrong: a is annotated with <class 'str'>, which is neither"):
        made.export(wrong)
    with pytest.raises(TypeError, match="no_result: the result is not annotated"):
        made.export(no_result)
    with pytest.raises(TypeError, match="no keyword parameter 'a'"):
        made.export(keyword)
    with pytest.raises(TypeError, match="number of arguments that varies"):
        made.export(varying)
    with pytest.raises(TypeError, match="no instance of a ctypes type"):
        made.data("number", 5)
    with pytest.raises(ValueError, match="needs an ordinal"):
        made.data("number", c_int(5), noname=True)
    host_function = ctypes.CFUNCTYPE(c_int)(lambda: 1)

    def hosts_callback(callback: type(host_function)) -> INT:
        return callback()

    with pytest.raises(TypeError, match=r"no function of windlass\.ctypes"):
        made.native("native", host_function)
    with pytest.raises(ValueError, match="the function is NULL"):
        made.native("native", Visitor(0))
    with pytest.raises(TypeError, match=r"hosts_callback: callback is annotated with .* of Linux"):
        made.export(hosts_callback)
    with pytest.raises(ValueError, match="a name and no path"):
        DLL("./made.dll")
    with pytest.raises(ValueError, match=r"MADE\.dll made of Python functions already"):
        DLL("MADE")
    with pytest.raises(ValueError, match=r"kernel32\.dll is in every process"):
        DLL("kernel32")
    with made.load(), pytest.raises(RuntimeError, match=r"made\.dll is loaded"):
        made.export(name="late")(f)
