"""windlass.cffi: the same script with a DLL, and with its source compiled for Linux and cffi itself."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import threading

import cffi
import pytest

import windlass
import windlass.cffi
import windlass.cffi.compiled
import windlass.cffi.host
from compiler import FIXTURES

DECLARATIONS = """
typedef struct { char c[3]; } bytes3; typedef struct { float x, y; } floats8;
typedef struct { double v; } double8;
typedef struct { double a; int b; } mixed16; typedef struct { int a; double b; } mixed16b;
typedef struct { float a, b, c; } floats12; typedef struct { double d[4]; } doubles32;
typedef int (*binary)(int, int); struct operation { binary function; int left; };
extern int counter; extern int table[3]; int next(void);
int add(int, int); signed char add_chars(signed char, signed char);
double many(int, double, float, long long, double, float, int, double, short, double, double, double, double,
            double, int, unsigned char);
bytes3 turn(bytes3); floats8 swap(floats8); double8 half(double8); mixed16 mix(int, mixed16, double);
mixed16b mix_b(double, mixed16b, int); floats12 scale12(floats12, float);
doubles32 scale32(doubles32, double);
double spilled(int, int, int, int, int, mixed16, mixed16, int); double sum(int, ...);
typedef double (*many_values)(int, double, float, mixed16, doubles32, bytes3, floats8, int, double, mixed16);
typedef mixed16 (*gives_mixed16)(int); typedef floats8 (*gives_floats8)(float);
typedef doubles32 (*gives_doubles32)(int); typedef float (*gives_float)(float);
double call_many(many_values); double call_mixed16(gives_mixed16); double call_floats8(gives_floats8);
double call_doubles32(gives_doubles32); float call_float(gives_float);
int run(const struct operation *); int apply(binary, int, int); binary get_add(void);
int length(const wchar_t *); const wchar_t *greeting(void); long shift(long); int read(const int *);
enum color { RED, BLUE = 5 };
#define LIMIT 42
struct widths { long a[9]; unsigned long b; wchar_t c[3]; };
"""


def work(ffi, lib):
    """What calls, variables and callbacks give."""
    zero = ffi.new("mixed16 *")[0]
    structure = ffi.new("struct operation *", {"left": 21})

    @ffi.callback("many_values")
    def total(a, b, c, mixed, big, small, floats, d, e, last):
        small = sum(each[0] for each in small.c)
        return (
            a + b + c + mixed.a + mixed.b + sum(big.d) + small + floats.x + floats.y + d + e + last.a * last.b
        )

    mixed = ffi.callback("gives_mixed16", lambda n: ffi.new("mixed16 *", {"a": n * 1.5, "b": n})[0])
    floats = ffi.callback("gives_floats8", lambda n: ffi.new("floats8 *", {"x": n * 1.5, "y": n})[0])
    big = ffi.callback("gives_doubles32", lambda n: ffi.new("doubles32 *", ([n, 2, 3, 4],))[0])
    single = ffi.callback("gives_float", lambda n: n + 1)
    product = ffi.callback("int(int, int)", lambda a, b: a * b)
    structure.function = product
    lib.counter = 7
    before = lib.next()
    lib.counter = 100
    return [
        lib.add(20, 22),
        lib.add_chars(100, 100),
        lib.many(*range(1, 17)),
        list(lib.turn((b"abc",)).c),
        [lib.swap((1, 2)).x, lib.half((5,)).v],
        [(v := lib.mix(3, (1.5, 4), 2.25)).a, v.b],
        [(v := lib.mix_b(2.25, (4, 1.5), 3)).a, v.b],
        [(v := lib.scale12((1, 2, 3), 0.5)).a, v.b, v.c],
        list(lib.scale32(([1, 2, 3, 4],), 2.5).d),
        lib.spilled(1, 2, 3, 4, 5, (6, 7), (8, 9), 10),
        lib.spilled(0, 0, 0, 0, 0, zero, zero, 1),
        lib.sum(4, *(ffi.cast("int" if i % 2 else "double", i * 1.5) for i in (1, 2, 3, 4))),
        [before, lib.next(), lib.counter, list(lib.table), ffi.addressof(lib, "counter")[0]],
        lib.call_many(total),
        [lib.call_mixed16(mixed), lib.call_floats8(floats), lib.call_doubles32(big), lib.call_float(single)],
        [lib.run(structure), lib.apply(product, 3, 4)],
        [lib.apply(lib.add, 3, 4), lib.get_add()(5, 6), lib.apply(lib.get_add(), 5, 7)],
        [lib.length("h\u00e4llo"), ffi.string(lib.greeting())],
        [lib.BLUE, lib.LIMIT],
    ]


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler for the host")
    path = tmp_path_factory.mktemp("twin") / "values.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", FIXTURES / "values.c", "-o", path], check=True)
    return str(path)


@pytest.fixture(scope="module")
def values(dll):
    return str(dll("values.c"))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The folder of a module that cffi wrote for the declarations."""
    folder = tmp_path_factory.mktemp("written")
    ffi = cffi.FFI()
    ffi.cdef(DECLARATIONS)
    ffi.set_source("_values", None)
    ffi.compile(tmpdir=str(folder))
    return folder


def declared(FFI):
    ffi = FFI()
    ffi.cdef(DECLARATIONS)
    return ffi


def imported(folder, backend):
    """The `ffi` of the written module, where `_cffi_backend` is that."""
    spec = importlib.util.spec_from_file_location("_values", folder / "_values.py")
    module = importlib.util.module_from_spec(spec)
    before = sys.modules["_cffi_backend"]
    sys.modules["_cffi_backend"] = backend
    try:
        spec.loader.exec_module(module)
    finally:
        sys.modules["_cffi_backend"] = before
    return module.ffi


def test_declarations(values, twin):
    ffi, host = declared(windlass.cffi.FFI), declared(cffi.FFI)
    assert work(ffi, ffi.dlopen(values)) == work(host, host.dlopen(twin))


def test_tables(values, twin, written):
    ffi, host = (imported(written, each) for each in (windlass.cffi.compiled, windlass.cffi.host.backend))
    assert work(ffi, ffi.dlopen(values)) == work(host, host.dlopen(twin))


@pytest.fixture(params=["declarations", "tables"])
def ffi(request, written):
    if request.param == "declarations":
        return declared(windlass.cffi.FFI)
    return imported(written, windlass.cffi.compiled)


def test_widths_are_windows(ffi, values):
    sizes = {
        "long": 4,
        "unsigned long int": 4,
        "long long": 8,
        "long double": 8,
        "wchar_t": 2,
        "struct widths": 48,
    }
    assert {each: ffi.sizeof(each) for each in sizes} == sizes
    assert ffi.sizeof("long[3]") == 12 and ffi.typeof("long(*)(wchar_t *)") == ffi.typeof(
        "int(*)(char16_t *)"
    )
    assert ffi.new("long[]", [-1, 5])[0] == -1 and ffi.cast("unsigned long", -1) == 0xFFFFFFFF
    assert ffi.string(ffi.new("wchar_t[]", "\U0001d11e\u00e4")) == "\U0001d11e\u00e4"
    assert ffi.dlopen(values).shift(-8) == -4


def test_windows_types_are_known():
    ffi = windlass.cffi.FFI()
    ffi.cdef("DWORD f(HANDLE, LPCWSTR, LPDWORD); struct bits { char a : 4; int b : 4; };")
    assert ffi.sizeof("DWORD") == 4 and ffi.typeof("LPCWSTR").item.cname == "char16_t"
    assert ffi.sizeof("struct bits") == 8  # MSVC begins a new unit for another type


def test_functions_of_windows():
    ffi = windlass.cffi.FFI()
    ffi.cdef("""
        DWORD GetCurrentProcessId(void); BOOL CloseHandle(HANDLE); void *GetProcAddress(HMODULE, LPCSTR);
        HMODULE GetModuleHandleW(LPCWSTR); int lstrlenW(LPCWSTR); typedef int (*length)(LPCWSTR);
    """)
    kernel32 = ffi.dlopen("kernel32.dll")
    assert kernel32.lstrlenW("four") == 4
    assert kernel32.CloseHandle(ffi.cast("HANDLE", 0x1234560)) == 0
    assert ffi.getwinerror() == ffi.getwinerror(6) == (6, "The handle is invalid.")
    found = ffi.cast("length", kernel32.GetProcAddress(kernel32.GetModuleHandleW("kernel32"), b"lstrlenW"))
    assert found("three") == 5


def test_faults_are_the_cause_of_system_errors(ffi, values):
    lib = ffi.dlopen(values)
    for _ in range(3):
        with pytest.raises(SystemError) as caught:
            lib.read(ffi.NULL)
        assert str(caught.value.__cause__) == "exception: access violation reading 0x0000000000000000"
    assert lib.add(1, 2) == 3


def test_errors_in_callbacks_are_cffis_affair(ffi, values):
    errors = []
    fails = ffi.callback("int(int, int)", lambda a, b: a // 0, -7, lambda kind, *rest: errors.append(kind))
    assert ffi.dlopen(values).apply(fails, 1, 2) == -7
    assert errors == [ZeroDivisionError]


def test_threads_call_at_once(ffi, values):
    lib = ffi.dlopen(values)
    product = ffi.callback("int(int, int)", lambda a, b: a * b)
    results = []
    threads = [
        threading.Thread(target=lambda n=n: results.append(sum(lib.apply(product, n, i) for i in range(200))))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [n * 19900 for n in range(8)]


def test_libraries_that_are_not_there(ffi, values):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.dll"):
        ffi.dlopen("nowhere.dll")
    with pytest.raises(TypeError):
        ffi.dlopen(42)
    with pytest.raises(AttributeError):
        _ = ffi.dlopen(values).nonesuch


def test_a_declared_function_that_the_dll_lacks(values):
    ffi = windlass.cffi.FFI()
    ffi.cdef("int absent(void);")
    with pytest.raises(AttributeError, match=r"'absent' not found in library '.*values\.dll'"):
        _ = ffi.dlopen(values).absent


def test_closing_gives_the_reference_back(ffi, values):
    lib = ffi.dlopen(values)
    module = windlass.load(values)
    count = module.reference_count
    ffi.dlclose(lib)
    assert module.reference_count == count - 1
    module.free()


SCRIPT = """
import sys
if "ctypes" in sys.argv:
    import ctypes
    print(ctypes.sizeof(ctypes.c_long))
from cffi import FFI
import cffi
sys.path.insert(0, sys.argv[1])
ffi = FFI()
ffi.cdef("long shift(long);")
print(ffi.dlopen(sys.argv[2]).shift(8), ffi.sizeof("long"), cffi.CDefError.__name__, cffi.cparser.__name__)
from _values import ffi
print(ffi.dlopen(sys.argv[2]).add(1, 2), ffi.sizeof("long"))
"""


@pytest.mark.parametrize("options", [[], ["--linux"]], ids=str)
@pytest.mark.parametrize("also", [[], ["ctypes"]], ids=str)
def test_scripts_get_it_as_cffi(options, also, values, written, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    (tmp_path / "_values.py").write_text((written / "_values.py").read_text())
    command = [sys.executable, "-m", "windlass", *options, script, tmp_path, values, *also]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    expected = ["4"] * len(also) + ["4 4 CDefError cffi.cparser", "3 4"]
    assert done.stdout.splitlines() == expected, done.stderr


@pytest.mark.skipif(sys.version_info < (3, 10), reason="the package wants Python 3.10")
def test_a_package_that_uses_it(real, fresh_python):
    """soundfile reads and writes through callbacks in a structure."""
    pytest.importorskip("typing_extensions")
    shown = fresh_python(
        """
        import io, sys, windlass
        sys.path.insert(0, sys.argv[1])
        windlass.install("soundfile", "_soundfile")
        import numpy, soundfile

        wave = numpy.sin(numpy.arange(4410) / 20)
        for kind in ("WAV", "FLAC", "OGG"):
            buffer = io.BytesIO()
            soundfile.write(buffer, wave, 44100, format=kind)
            buffer.seek(0)
            again, rate = soundfile.read(buffer)
            print(kind, rate, again.shape, bool(abs(again - wave).max() < 0.05))
        try:
            soundfile.read("/nowhere.wav")
        except soundfile.LibsndfileError as error:
            print(error)
        """,
        real("soundfile").windows,
    )
    lines = shown.splitlines()
    assert lines[:3] == [f"{kind} 44100 (4410,) True" for kind in ("WAV", "FLAC", "OGG")]
    assert lines[3] == "Error opening '/nowhere.wav': System error."
