"""`windlass stubs`: modules that declare what a DLL exports."""

from __future__ import annotations

import ctypes
import importlib
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import compiler
from windlass.cli.group import group

FIXTURES = Path(__file__).parent / "fixtures"
GEAR = FIXTURES / "gear.h"


def stubs(*arguments, exit_code=0):
    done = CliRunner().invoke(group, ["stubs", *map(str, arguments)])
    assert done.exit_code == exit_code, done.output
    return done


@pytest.fixture
def written(tmp_path, monkeypatch):
    """`written("name", dll, *arguments)` imports what is written for a DLL."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name, *arguments):
        stubs(*arguments, "-o", tmp_path / f"{name}.py")
        importlib.invalidate_caches()
        monkeypatch.delitem(sys.modules, name, raising=False)
        return importlib.import_module(name)

    return write


def header_needs_libclang():
    pytest.importorskip("clang.cindex")


# ---- from a header ----


@pytest.fixture
def gear(dll, written):
    header_needs_libclang()
    return written("gear_module", dll("gear.c"), "--header", GEAR)


def test_functions_have_their_parameters_and_results(gear):
    options = gear.Options(area=gear.RECT(right=40))
    options.ticks.QuadPart = 2
    opened = gear.OpenGear(b"gear", "Getriebe", options)
    assert isinstance(opened, ctypes.POINTER(gear.Gear))
    assert gear.GearArea(gear=opened) == 42
    assert gear.Sum((ctypes.c_longlong * 3)(1, 2, 3), 3) == 6
    assert gear.IsNeutral(gear.NEUTRAL) is True
    assert gear.ByOrdinal() == 77
    with pytest.raises(TypeError):
        gear.GearArea()
    assert gear.GearArea.__doc__ == "int GearArea(const Gear *gear)"


def test_callbacks_are_prototypes(gear):
    wheels = gear.Wheel(5, ctypes.pointer(gear.Wheel(6)))
    seen = []
    visit = gear.Visitor(lambda wheel, context: seen.append(context) or wheel[0].teeth)
    assert gear.VisitWheels(wheels, visit, 9) == 11
    assert seen == [9, 9]
    assert gear.TurnBy(gear.Turned(lambda teeth: 2 * teeth), 21) == 42


def test_structures_lie_as_in_c(gear):
    plate = gear.Plate(tag=b"A", weight=3.5, turns=9, title="ab")
    plate.grid[1][2] = 100
    plate.code = 7
    plate.range.high = 1
    area = gear.PlateArea(plate, gear.Direction.REVERSE, 1)
    assert (area.left, area.top, area.right, area.bottom) == (65, 3, 6, 9 + 100 + 97)
    assert ctypes.sizeof(gear.Plate) == 1 + 8 + 4 + 4 + 4 + 16 + 16 + 24


def test_what_ctypes_cannot_lay_out_is_opaque(gear):
    assert ctypes.sizeof(gear.Aligned) == 64
    assert [name for name, _ in gear.Aligned._fields_] == ["opaque"]


def test_functions_with_more_arguments(gear):
    buffer = ctypes.create_string_buffer(8)
    assert gear.Describe(buffer, b"%c", ord("x")) == gear.turns.value
    assert buffer.value == b"x"


def test_constants_and_enumerations(gear):
    assert (gear.GEAR_VERSION, gear.GEAR_RATIO, gear.GEAR_TEETH) == (0x102, 1.5, 24)
    assert (gear.GEAR_NAME, gear.GEAR_TITLE) == (b"Gear 1.2", "Getriebe")
    assert (gear.GEAR_STATE, gear.GEAR_FAILED) == (0x80000003, -0x7FFFBFFB)
    assert list(gear.Direction) == [gear.FORWARD, gear.REVERSE, gear.NEUTRAL] == [0, 5, 6]
    assert not hasattr(gear, "GEAR_API") and not hasattr(gear, "GEAR_UNKNOWN")


def test_names_that_python_has_for_itself(gear):
    assert gear.print(lambda_=4) == 4


def test_what_the_header_does_not_declare_is_there_too(gear):
    assert gear.undeclared(5, 3) == 2
    assert not hasattr(gear, "NotExported")
    assert "# label is data, of a type that is not known" in Path(gear.__file__).read_text()


def test_exported_data(gear):
    gear.turns.value = 8
    assert gear.Describe(ctypes.create_string_buffer(8), b"", 1) == 8


def test_a_cxx_header(dll, written):
    header_needs_libclang()
    module = written("cxx_by_header", dll("decorated.cpp"), "--header", FIXTURES / "decorated.hpp")
    pair = module.Pair(1, 2)
    assert module.add(20, 22) == 42
    assert module.add_2(0.5, 0.25) == 0.75
    assert module.sum(pair, ctypes.pointer(pair)) == 4
    assert module.by_value(pair, 5) == 6
    assert module.counter.value == 5
    assert module.math_Counter_twice(4) == 8


# ---- from names ----


def test_decorated_names_say_everything(dll, written):
    module = written("cxx_by_name", dll("decorated.cpp"))
    assert module.math_add.__doc__ in (
        "int __cdecl math::add(int, int)",
        "double __cdecl math::add(double, double)",
    )
    sums = {type(f(1, 2)): f(1, 2) for f in (module.math_add, module.math_add_2)}
    assert sums == {int: 3, float: 3.0}
    assert module.math_length(b"four", "fours") == 4
    assert module.math_is_red(0) is True
    assert module.math_Counter_twice(21) == 42
    this = ctypes.c_int(5)
    assert module.math_Counter_next(ctypes.byref(this), 3) == 8
    other = ctypes.c_int(30)
    assert module.math_Counter_operator_add(ctypes.byref(this), ctypes.byref(other)) == 38
    assert module.plain(7) == 7
    assert module.math_by_value(1, 2) == 3
    assert "int math::counter" in Path(module.__file__).read_text()


def test_plain_names_are_callable(dll, written):
    module = written("by_name", dll("gear.c"))
    assert module.undeclared(5, 3) == 2
    assert module.print(4) == 4


def test_a_pdb_declares_functions(written, tmp_path):
    options = ["/export:add", "/export:scale", "/export:hidden,@30,NONAME", "/export:by_value"]
    options.append("/export:twice=?twice@math@@YAHH@Z")
    made = compiler.build_with_pdb("gadget.dll", ["gadget.c", "gadget_cxx.cpp"], *options)
    module = written("gadget_module", made)
    assert module.add(first=20, second=22) == 42
    assert module.scale(3, 0.5, unit=b"m") == 1.5
    assert module.hidden(x=1, name=b"\x05") == 6
    assert module.twice(number=4) == 8
    assert module.by_value.__doc__ == "int by_value(struct pair pair, int n)"
    moved = tmp_path / "gadget.dll"
    moved.write_bytes(made.read_bytes())
    (tmp_path / "gadget.pdb").write_bytes(b"this is none")
    alone = written("gadget_alone", moved)
    assert list(inspect.signature(alone.add).parameters) == ["arguments"]
    assert alone.add(1, 2) == 3


def test_a_builtin_dll(written):
    module = written("version_module", "version")
    assert callable(module.GetFileVersionInfoSizeW)


def test_delayed_functions_need_no_dll(dll, written, tmp_path):
    path = tmp_path / "moved.dll"
    path.write_bytes(dll("gear.c").read_bytes())
    stubs(path, "-o", tmp_path / "delayed_gear.py", "--delay")
    path.unlink()
    module = importlib.import_module("delayed_gear")
    with pytest.raises(ImportError, match=r"moved\.dll"):
        module.ByOrdinal()


# ---- the text ----


@pytest.mark.parametrize("source", ["gear.c", "decorated.cpp"])
@pytest.mark.parametrize("with_header", [True, False])
def test_it_is_clean(dll, tmp_path, source, with_header):
    target = tmp_path / "module.py"
    arguments = []
    if with_header:
        header_needs_libclang()
        arguments = ["--header", FIXTURES / source.replace(".cpp", ".hpp").replace(".c", ".h")]
    stubs(dll(source), *arguments, "-o", target)
    for check in (["ruff", "check", "--isolated"], ["ruff", "check", "--isolated", "--select=I,UP,RUF100"]):
        subprocess.run([sys.executable, "-m", *check, str(target)], check=True)
    mypy = pytest.importorskip("mypy.api")
    use = tmp_path / "use.py"
    call = "module.Sum(1, 2)" if source == "gear.c" and with_header else "1"
    use.write_text(f"import module\nreveal_type({call})\n")
    options = ["--strict", "--follow-imports=silent", "--cache-dir", str(tmp_path / "cache")]
    output, errors, code = mypy.run([*options, str(target), str(use)])
    assert not errors and code == 0, output
    assert 'Revealed type is "' in output


def test_it_names_its_dll_by_where_that_lies(dll, tmp_path):
    path = tmp_path / "gear.dll"
    path.write_bytes(dll("gear.c").read_bytes())
    assert f'_DLL = "{path}"' in stubs(path).output
    stubs(path, "-o", tmp_path / "beside.py")
    assert '_DLL = "gear.dll"' in (tmp_path / "beside.py").read_text()
    assert '_DLL = "kernel32.dll"' in stubs("kernel32").output


def test_json(dll, tmp_path):
    found = json.loads(stubs(dll("gear.c"), "--json").output)
    assert "undeclared" in found["functions"] and found["module"] is None
    assert found["text"].startswith('"""gear.dll for Python.')


# ---- bad input ----


def test_errors_of_a_header_name_file_line_and_reason(dll, tmp_path):
    header_needs_libclang()
    header = tmp_path / "bad.h"
    header.write_text("#pragma once\nint good(int);\nint bad(NoSuchType value);\n")
    done = stubs(dll("gear.c"), "--header", header, "-o", tmp_path / "out.py", exit_code=1)
    assert f"{header}:3: unknown type name 'NoSuchType'" in done.output
    assert not (tmp_path / "out.py").exists()
    header.write_text('#include "absent.h"\n')
    assert (
        f"{header}:1: 'absent.h' file not found"
        in stubs(dll("gear.c"), "--header", header, exit_code=1).output
    )


def test_windows_own_headers_say_the_same(dll):
    header_needs_libclang()
    arguments = [dll("gear.c"), "--header", GEAR]
    own = stubs(*arguments).output
    assert stubs(*arguments, "-I", compiler.WINDOWS_HEADERS).output.splitlines()[4:] == own.splitlines()[4:]


def test_sockets(dll, tmp_path):
    header_needs_libclang()
    header = tmp_path / "net.h"
    header.write_text(
        "#include <winsock2.h>\n#include <ws2tcpip.h>\n#include <sys/types.h>\n"
        "int undeclared(SOCKET s, const struct sockaddr_in *a);\n"
    )
    text = stubs(dll("gear.c"), "--header", header).output
    assert "def undeclared(s: ULONGLONG, a: Annotated[Any, POINTER(SOCKADDR_IN)]) -> INT:" in text


def test_folders_and_macros_of_the_header(dll, tmp_path):
    header_needs_libclang()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "types.h").write_text("typedef int Tooth;\n")
    header = tmp_path / "own" / "gear.h"
    header.parent.mkdir()
    header.write_text("#include <types.h>\n#ifdef WANTED\nTooth ByOrdinal(Tooth first[LENGTH]);\n#endif\n")
    done = stubs(dll("gear.c"), "--header", header, "-I", tmp_path / "deep", "-D", "WANTED", "-D", "LENGTH=4")
    assert "def ByOrdinal(first: Annotated[Any, POINTER(c_int)]) -> INT:" in done.output


def test_without_libclang_it_says_how_to_get_it(dll, monkeypatch):
    monkeypatch.setitem(sys.modules, "clang", None)
    monkeypatch.setitem(sys.modules, "clang.cindex", None)
    for name in [
        name for name in sys.modules if name.startswith(("windlass.stubs.header", "windlass.stubs.compiler"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    done = stubs(dll("gear.c"), "--header", GEAR, exit_code=1)
    assert "pip install 'windlass[stubs]'" in done.output


def test_there_is_no_such_dll():
    assert "cannot find no_such.dll" in stubs("no_such", exit_code=1).output
