"""Load-time linking for Python modules: @dllimport."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
import textwrap
from pathlib import Path

import pytest

import windlass
from windlass import DLL, dllimport
from windlass.ctypes import POINTER, Structure, c_double, c_int, create_string_buffer, get_last_error
from windlass.types import BOOL, DOUBLE, DWORD, INT, LPCSTR, LPCWSTR, PVOID, SIZE_T, ULONGLONG

DEMO = os.path.join(os.path.dirname(windlass.__file__), "demo", "demo.dll")

HEAD = """
    from windlass import dllimport
    from windlass.types import DOUBLE, DWORD, HANDLE, INT, LPCSTR

"""


@pytest.fixture
def write_module(tmp_path, monkeypatch):
    """`write_module("name", text)` imports a module of that text."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name, text, directory=tmp_path):
        (directory / f"{name}.py").write_text(textwrap.dedent(HEAD) + textwrap.dedent(text))
        importlib.invalidate_caches()
        monkeypatch.delitem(sys.modules, name, raising=False)
        return importlib.import_module(name)

    return write


# ---- bound ----


def test_a_declared_function_is_the_dlls():
    @dllimport(DEMO)
    def add(a: c_int, b: c_int) -> c_int:
        """The sum."""

    assert add(20, 22) == 42
    assert (add.__name__, add.__doc__) == ("add", "The sum.")
    assert list(inspect.signature(add).parameters) == ["a", "b"]
    assert isinstance(add, windlass.foreign.CFuncPtr)


def test_keywords_and_defaults():
    @dllimport(DEMO)
    def add(a: INT, b: INT = 5) -> INT: ...

    assert (add(1), add(a=2), add(1, b=1), add(b=3, a=4)) == (6, 7, 2, 7)
    with pytest.raises(TypeError):
        add()
    with pytest.raises(TypeError):
        add(1, 2, 3)
    with pytest.raises(TypeError):
        add(1, c=2)


def test_types_of_windows_and_of_ctypes():
    @dllimport(DEMO)
    def mean(numbers: POINTER(c_double), count: INT) -> DOUBLE: ...

    @dllimport("ucrtbase")
    def strlen(text: LPCSTR) -> SIZE_T: ...

    @dllimport("kernel32")
    def lstrlenW(text: LPCWSTR) -> INT: ...

    @dllimport("ucrtbase")
    def memcpy(target: PVOID, source: PVOID, size: SIZE_T) -> PVOID: ...

    @dllimport("kernel32")
    def GetTickCount64() -> ULONGLONG: ...

    assert mean((c_double * 3)(1, 2, 6), 3) == 3.0
    assert (strlen(b"four"), lstrlenW("grüße")) == (4, 5)
    buffer = create_string_buffer(6)
    assert isinstance(memcpy(buffer, b"hello", 5), int)
    assert buffer.value == b"hello"
    assert GetTickCount64() > 0


def test_a_structure_that_is_local():
    class Time(Structure):
        _fields_ = (("words", windlass.ctypes.c_uint16 * 8),)

    @dllimport("kernel32")
    def GetSystemTime(time: POINTER(Time)) -> None: ...

    time = Time()
    assert GetSystemTime(time) is None
    assert time.words[0] >= 2024


def test_more_arguments_than_declared():
    @dllimport("msvcrt")
    def sprintf(buffer: PVOID, format: LPCSTR, *arguments: object) -> INT: ...

    buffer = create_string_buffer(32)
    assert sprintf(buffer, b"%d %s %.1f", 5, b"text", c_double(2.5)) == 10
    assert buffer.value == b"5 text 2.5"


def test_by_name_and_by_ordinal():
    @dllimport(DEMO, name="add")
    def plus(a: INT, b: INT) -> INT: ...

    @dllimport(DEMO, ordinal=100)
    def by_number() -> INT: ...

    assert (plus(1, 2), by_number()) == (3, 42)
    with pytest.raises(TypeError, match="not by both"):
        dllimport(DEMO, name="add", ordinal=100)


def test_one_decorator_for_many():
    demo = dllimport(DEMO)

    @demo
    def add(a: INT, b: INT) -> INT: ...

    @demo
    def process_id() -> DWORD: ...

    assert (add(1, 2), process_id()) == (3, os.getpid())


def test_last_error_and_errcheck():
    seen = []

    @dllimport(DEMO, use_last_error=True)
    def fail_with(code: DWORD) -> BOOL: ...

    def checked(result, function, arguments):
        seen.append((result, arguments))
        return result + 100

    @dllimport(DEMO, errcheck=checked)
    def add(a: INT, b: INT) -> INT: ...

    fail_with(5)
    assert get_last_error() == 5
    assert add(1, 2) == 103
    assert seen == [(3, (1, 2))]


def test_the_modules_own_folder_is_searched_first(write_module, tmp_path):
    (tmp_path / "beside.dll").write_bytes(Path(DEMO).read_bytes())
    module = write_module(
        "beside_user",
        """
        @dllimport("beside")
        def add(a: INT, b: INT) -> INT: ...
        """,
    )
    assert module.add(2, 3) == 5
    assert windlass.GetModuleFileName(windlass.GetModuleHandle("beside.dll")) == str(tmp_path / "beside.dll")


def test_a_dll_made_of_python_functions_is_imported():
    with DLL("made_for_import.dll") as made:

        @made.export
        def OpenDevice(index: INT) -> INT:
            return index + 1

        @dllimport("made_for_import", name="OpenDevice")
        def open_device(index: INT) -> INT: ...

        assert open_device(4) == 5


# ---- missing ----


def test_one_error_names_everything_that_is_missing(write_module):
    with pytest.raises(ImportError) as caught:
        write_module(
            "lacking",
            f"""
            demo = dllimport({DEMO!r})

            @demo
            def add(a: INT, b: INT) -> INT: ...

            @demo
            def subtract(a: INT, b: INT) -> INT: ...

            @dllimport("no_such_dll")
            def one(a: INT) -> INT: ...

            @dllimport(
                "no_such_dll",
                name="Two",
            )
            def two(a: INT) -> INT: ...

            @dllimport("kernel32")
            def GetTickCount() -> DWORD: ...

            @dllimport(demo.dll, ordinal=999)
            def by_number() -> DWORD: ...

            @dllimport("no_such_dll", delay=True)
            def later() -> DWORD: ...
            """,
        )
    error = caught.value
    assert "demo.dll does not export subtract, #999" in str(error)
    assert "Could not find module 'no_such_dll'" in str(error)
    assert "(for one, Two)" in str(error)
    assert "later" not in str(error) and "add" not in str(error) and "GetTickCount" not in str(error)
    assert (error.name, os.path.basename(error.path)) == ("lacking", "lacking.py")
    assert "lacking" not in sys.modules


def test_a_file_that_is_no_dll_is_an_import_error(write_module, tmp_path):
    (tmp_path / "broken.dll").write_bytes(b"MZ")
    with pytest.raises(ImportError, match="WinError 193"):
        write_module(
            "with_broken",
            """
            @dllimport("broken.dll")
            def add(a: INT, b: INT) -> INT: ...
            """,
        )


def test_a_module_may_go_on_without_a_function(write_module):
    module = write_module(
        "optional",
        f"""
        try:
            @dllimport({DEMO!r})
            def subtract(a: INT, b: INT) -> INT: ...
        except ImportError:
            def subtract(a, b):
                return a - b
        """,
    )
    assert module.subtract(5, 3) == 2


def test_without_source_the_first_that_is_missing_is_named():
    code = compile(
        f"@dllimport({DEMO!r})\ndef subtract(a: INT) -> INT: ...\n", "<no file>", "exec", dont_inherit=True
    )
    names = {"dllimport": dllimport, "INT": INT, "__name__": "made_up"}
    with pytest.raises(ImportError, match=r"made_up cannot be linked: .*demo\.dll does not export subtract"):
        exec(code, names)


# ---- delayed ----


def test_a_delayed_function_is_bound_at_its_first_call():
    with DLL("delayed_made.dll") as made:

        @dllimport("delayed_made", delay=True)
        def Twice(n: INT, more: INT = 1) -> INT: ...

        assert made.module is None and not Twice

        @made.export(name="Twice")
        def twice(n: INT, more: INT) -> INT:
            return 2 * n + more

        assert Twice(4, more=3) == 11
        assert made.module is not None and Twice
        assert Twice(5) == 11


def test_a_delayed_function_that_is_missing_raises_at_each_call():
    @dllimport("no_such_dll", delay=True)
    def nothing(n: INT) -> INT: ...

    for _ in range(2):
        with pytest.raises(ImportError, match=r"Could not find module 'no_such_dll'.*\(for nothing\)"):
            nothing(1)


# ---- mistakes ----


def test_mistakes_are_named():
    with pytest.raises(TypeError, match="f: a is annotated with 'NoSuchType'"):

        @dllimport(DEMO)
        def f(a: NoSuchType) -> INT: ...  # type: ignore # noqa: F821

    with pytest.raises(TypeError, match="g: the result is not annotated"):

        @dllimport(DEMO)
        def g(a: INT): ...


def test_type_checkers_see_the_declaration(tmp_path):
    mypy = pytest.importorskip("mypy.api")
    source = tmp_path / "checked.py"
    source.write_text(
        "from windlass import DLL, dllimport\n"
        "from windlass.types import DOUBLE, INT\n"
        "from windlass.ctypes import c_int\n"
        "@dllimport('user.dll')\n"
        "def half(n: INT) -> DOUBLE: ...  # type: ignore[empty-body]\n"
        "reveal_type(half(1))\n"
        "half('one')\n"
        "made = DLL('made.dll')\n"
        "@made.export(ordinal=3)\n"
        "def twice(n: INT) -> INT:\n"
        "    return 2 * n\n"
        "reveal_type(twice(1))\n"
        "reveal_type(made.data('count', c_int(5)).contents)\n"
    )
    output, errors, _ = mypy.run(["--strict", "--cache-dir", str(tmp_path / "cache"), str(source)])
    assert not errors
    lines = [line.split(": ", 1)[1] for line in output.splitlines() if ": " in line]
    assert 'note: Revealed type is "float"' in "\n".join(lines).replace("builtins.", "")
    assert 'note: Revealed type is "int"' in "\n".join(lines).replace("builtins.", "")
    assert 'note: Revealed type is "ctypes.c_int"' in lines
    assert [line for line in lines if line.startswith("error")] == [
        'error: Argument 1 to "half" has incompatible type "str"; expected "int"  [arg-type]'
    ]
