"""DLLs by compilers other than C's and C++'s: loaded, called, freed. docs/loader.md lists them.

Those that cannot be made here come from wheels of PyPI; test_packages.py has more, by MSVC, clang, mingw,
gfortran, Rust, Go and Free Pascal.
"""

from __future__ import annotations

import math
import shutil
import subprocess
from pathlib import Path

import pytest

import compiler
import windlass
from windlass import ctypes

ZIG = r"""
const std = @import("std");
threadlocal var turns: u32 = 0;
export fn turn() u32 { turns += 1; return turns; }
export fn sum(numbers: [*]const u32, count: usize) u32 {
    var total: u32 = 0;
    for (numbers[0..count]) |number| total +%= number;
    return total;
}
export fn write(buffer: [*]u8, size: usize, value: f64) usize {
    const text = std.fmt.bufPrint(buffer[0..size], "value {d:.3}", .{value}) catch return 0;
    return text.len;
}
"""


@pytest.fixture
def loaded():
    """Loads DLLs, and sees that each goes when it is freed."""
    modules = []

    def load(path: Path) -> ctypes.CDLL:
        modules.append(windlass.load(path))
        return ctypes.CDLL(str(path), handle=modules[-1].handle)

    yield load
    for module in modules:
        module.free()
    assert not any(module.is_loaded for module in modules)


@pytest.mark.parametrize("system", ["gnu", "msvc"])
def test_zig(tmp_path, loaded, system):
    source = tmp_path / "zig_made.zig"
    source.write_text(ZIG)
    options = ["-dynamic", "-O", "ReleaseSmall", "-target", f"x86_64-windows-{system}"]
    compiler.run_zig("build-lib", *options, str(source), f"-femit-bin={tmp_path / 'zig_made.dll'}")
    dll = loaded(tmp_path / "zig_made.dll")
    assert dll.sum((ctypes.c_uint32 * 3)(1, 2, 3), ctypes.c_size_t(3)) == 6
    assert [dll.turn(), dll.turn()] == [1, 2]
    text = ctypes.create_string_buffer(40)
    assert dll.write(text, ctypes.c_size_t(40), ctypes.c_double(2.5)) == len("value 2.500")
    assert text.value == b"value 2.500"


def test_dotnet_native_aot(real, fresh_python):
    """A whole .NET run-time in a DLL, driven by its own package: garbage collection, managed exceptions."""
    code = """
import gc, sys, windlass
sys.path.insert(0, sys.argv[1])
windlass.install("geopack")
import geopack
context = geopack.recalc(1997, 12, 16, 21, 0, 0, vx=-304, vy=13.78, vz=4)
print(*(round(each, 6) for each in context.gsw_to_geo(1, 1, 1)))
back = context.gsw_to_geo(1, 1, 1)
print(*(round(each, 6) for each in context.geo_to_gsw(*back)))
context.close()
try:
    context.igrf_gsw(1, 1, 1)
except Exception as error:
    print(type(error).__name__)
"""
    forward, back, error = fresh_python(code, real("geopack-2008").windows).splitlines()
    assert forward == "-0.170342 -1.692007 0.328779" and back == "1.0 1.0 1.0" and error


def test_delphi(real, loaded):
    """The VCL, which looks for what the system has of windows, styles and printers when it is attached."""
    module = loaded(real("delphivcl").dll("Win64/DelphiVCL.pyd"))
    assert module.PyInit_DelphiVCL


def test_intel_fortran(real, loaded, monkeypatch):
    runtime = real("intel-cmplr-lib-rt").dll("libmmd.dll").parent
    monkeypatch.setenv("WINDLASS_PATH", str(runtime))
    loaded(real("intel-fortran-rt").dll("libifcoremd.dll"))
    mathematics = loaded(runtime / "libmmd.dll")
    for name in ("sin", "erf", "lgamma", "exp"):
        function = mathematics[name]
        function.restype, function.argtypes = ctypes.c_double, [ctypes.c_double]
        assert function(0.75) == pytest.approx(getattr(math, name)(0.75), rel=1e-14)


def test_swift(real, loaded):
    dll = loaded(real("peregrine-server").dll("_swift/swiftCore.dll"))
    dll.swift_slowAlloc.restype = ctypes.c_void_p
    block = dll.swift_slowAlloc(ctypes.c_size_t(64), ctypes.c_size_t(15))
    assert block and block % 16 == 0
    dll.swift_slowDealloc(ctypes.c_void_p(block), ctypes.c_size_t(64), ctypes.c_size_t(15))
    find = dll.swift_getTypeByMangledNameInEnvironment
    find.restype, find.argtypes = ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_size_t, *[ctypes.c_void_p] * 2]
    integer = ctypes.addressof(ctypes.c_char.in_dll(dll, "$sSiN"))
    assert find(b"Si", 2, None, None) == integer
    loaded(real("peregrine-server").dll("_swift/swift_Concurrency.dll"))


def cross_compiler(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def test_nim(tmp_path, loaded):
    source = tmp_path / "nim_made.nim"
    source.write_text("""
import std/[tables, strutils]
proc words*(text: cstring): cint {.exportc, dynlib, cdecl.} =
  var counts = initCountTable[string]()
  for word in ($text).splitWhitespace(): counts.inc(word)
  return cint(counts.len)
proc caught*(n: cint): cint {.exportc, dynlib, cdecl.} =
  try:
    if n > 2: raise newException(ValueError, "too large")
    return n
  except ValueError: return -1
""")
    gcc, cache = cross_compiler("x86_64-w64-mingw32-gcc"), tmp_path / "cache"
    target = ["--os:windows", "--cpu:amd64", "-d:mingw", f"--gcc.exe:{gcc}", f"--gcc.linkerexe:{gcc}"]
    nim = [
        cross_compiler("nim"),
        "c",
        *target,
        "--app:lib",
        "-d:release",
        "--hints:off",
        f"--nimcache:{cache}",
    ]
    subprocess.run([*nim, f"-o:{tmp_path / 'nim_made.dll'}", str(source)], check=True, timeout=300)
    dll = loaded(tmp_path / "nim_made.dll")
    assert dll.words(b"a b a c") == 3
    assert [dll.caught(1), dll.caught(3)] == [1, -1]


def test_d(tmp_path, loaded):
    source = tmp_path / "d_made.d"
    source.write_text("""
extern(C) __gshared int _fltused;
extern(C) export int triple(int x) { return 3 * x; }
extern(Windows) export double half(double x) { return x / 2; }
""")
    made = tmp_path / "d_made.obj"
    ldc = [cross_compiler("ldc2"), "-betterC", "-mtriple=x86_64-windows-msvc"]
    subprocess.run([*ldc, "-c", str(source), f"-of={made}"], check=True, timeout=120)
    options = ["/dll", "/noentry", "/nodefaultlib", f"/out:{tmp_path / 'd_made.dll'}"]
    compiler.run_zig("lld-link", *options, str(made))
    dll = loaded(tmp_path / "d_made.dll")
    dll.half.restype = ctypes.c_double
    assert dll.triple(4) == 12
    assert dll.half(ctypes.c_double(5)) == 2.5
