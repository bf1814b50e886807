"""The names of ctypes on Windows: wintypes, errors, loaders, ctypes.util. Expectations were seen on Python
3.11 for Windows; message texts are Microsoft's.
"""

from __future__ import annotations

import ctypes as host
import os
import pickle
import sys

import pytest

from windlass import ctypes, errors, messages
from windlass.ctypes import util, wintypes

# Names, size, alignment.
SIZES = {
    "BYTE BOOLEAN CHAR": (1, 1),
    "WORD ATOM LANGID SHORT USHORT WCHAR VARIANT_BOOL": (2, 2),
    "DWORD UINT INT LONG ULONG BOOL FLOAT COLORREF LGRPID LCTYPE LCID HFILE HRESULT": (4, 4),
    "DOUBLE LARGE_INTEGER ULARGE_INTEGER WPARAM LPARAM _LARGE_INTEGER _ULARGE_INTEGER": (8, 8),
    "HANDLE HWND HMODULE HINSTANCE HKEY HDC HGDIOBJ HGLOBAL HLOCAL HRSRC HSTR SC_HANDLE HACCEL HBITMAP "
    "HBRUSH HCOLORSPACE HDESK HDWP HENHMETAFILE HFONT HHOOK HICON HKL HMENU HMETAFILE HMONITOR HPALETTE "
    "HPEN HRGN HTASK HWINSTA SERVICE_STATUS_HANDLE": (8, 8),
    "HCONV HCONVLIST HCURSOR HDDEDATA HDROP HSZ": (8, 8),
    "LPSTR LPCSTR LPWSTR LPCWSTR LPVOID LPCVOID OLESTR LPOLESTR LPCOLESTR": (8, 8),
    "LPDWORD PDWORD LPHANDLE PHANDLE PLARGE_INTEGER LPWIN32_FIND_DATAW PWCHAR PSMALL_RECT LPSC_HANDLE": (
        8,
        8,
    ),
    "RECT tagRECT RECTL _RECTL": (16, 4),
    "SMALL_RECT _SMALL_RECT": (8, 2),
    "_COORD": (4, 2),
    "POINT tagPOINT POINTL _POINTL SIZE tagSIZE SIZEL FILETIME _FILETIME": (8, 4),
    "MSG tagMSG": (48, 8),
    "WIN32_FIND_DATAA": (320, 4),
    "WIN32_FIND_DATAW": (592, 4),
}


@pytest.mark.parametrize(
    ("name", "size"), [(name, size) for names, size in SIZES.items() for name in names.split()]
)
def test_sizes(name, size):
    kind = getattr(wintypes, name)
    assert (ctypes.sizeof(kind), ctypes.alignment(kind)) == size


def test_no_name_of_wintypes_is_missing():
    from ctypes import wintypes as host_wintypes

    assert {name for name in dir(host_wintypes) if name[0] != "_"} <= {*dir(wintypes), "ctypes", "sys"}
    assert (wintypes.MAX_PATH, wintypes.RGB(1, 2, 3)) == (260, 0x030201)


def test_structures():
    fields = [(name, getattr(wintypes.MSG, name).offset) for name, _ in wintypes.MSG._fields_]
    assert fields == [("hWnd", 0), ("message", 8), ("wParam", 16), ("lParam", 24), ("time", 32), ("pt", 36)]
    data = wintypes.WIN32_FIND_DATAW(cFileName="name.txt")
    assert data.cFileName == "name.txt" and wintypes.WIN32_FIND_DATAW.cAlternateFileName.offset == 564
    assert bytes(wintypes.VARIANT_BOOL(5)) == b"\xff\xff" and wintypes.VARIANT_BOOL(-1).value is True


def test_no_name_of_ctypes_is_missing():
    assert {name for name in dir(host) if not name.startswith("__")} <= set(dir(ctypes))
    namespace = {}
    exec("from windlass.ctypes import *", namespace)
    public = {name for name in dir(host) if name[0] != "_"} - {"util", "wintypes", "macholib"}
    windows = {"WinDLL", "OleDLL", "WINFUNCTYPE", "windll", "oledll", "HRESULT", "WinError", "FormatError"}
    assert public | windows | {"GetLastError", "get_last_error", "set_last_error"} <= set(namespace)


def test_flags_and_constants():
    assert (ctypes.RTLD_LOCAL, ctypes.RTLD_GLOBAL, ctypes.DEFAULT_MODE) == (0, 0, 0)
    assert (ctypes._FUNCFLAG_STDCALL, ctypes._FUNCFLAG_CDECL, ctypes._FUNCFLAG_PYTHONAPI) == (0, 1, 4)
    assert (ctypes._FUNCFLAG_USE_ERRNO, ctypes._FUNCFLAG_USE_LASTERROR) == (8, 16)
    for kind, flags in ((ctypes.CDLL, 1), (ctypes.WinDLL, 0), (ctypes.OleDLL, 0), (ctypes.PyDLL, 5)):
        assert kind._func_flags_ == flags and issubclass(kind, ctypes.CDLL)
    assert ctypes.OleDLL._func_restype_ is ctypes.HRESULT
    assert ctypes.pythonapi is host.pythonapi


def test_types_shared_with_the_host():
    for name in ("c_int", "c_void_p", "c_char_p", "c_double", "c_longlong", "py_object", "c_size_t"):
        assert getattr(ctypes, name) is getattr(host, name)
    assert ctypes.c_long is ctypes.c_int and ctypes.c_longdouble is ctypes.c_double


def test_cached_and_uncached_loading():
    kernel32 = ctypes.windll.kernel32
    assert ctypes.windll["kernel32"] is kernel32 and ctypes.cdll.kernel32 is not kernel32
    again = ctypes.windll.LoadLibrary("kernel32")
    assert again is not kernel32 and again._handle == kernel32._handle
    assert repr(kernel32).startswith(f"<WinDLL 'kernel32', handle {kernel32._handle:x} at 0x")
    for access in ("__no_such__", "_no_such"):
        with pytest.raises(AttributeError, match=access):
            getattr(ctypes.windll, access)


def test_loading_failures():
    for name in ("no_such_library", "no_such_library.dll"):
        with pytest.raises(FileNotFoundError, match=f"Could not find module '{name}'") as caught:
            ctypes.WinDLL(name)
        assert caught.value.errno is None
    with pytest.raises(TypeError):
        ctypes.CDLL(None)
    with pytest.raises(TypeError):
        ctypes.CDLL(5)


def test_an_existing_handle():
    kernel32 = ctypes.windll.kernel32
    other = ctypes.WinDLL("anything", handle=kernel32._handle)
    assert other._name == "anything" and other._handle == kernel32._handle


def test_win_error():
    error = ctypes.WinError(2)
    assert isinstance(error, FileNotFoundError) and type(error).__name__ == "FileNotFoundError"
    assert (error.errno, error.winerror, error.filename) == (2, 2, None)
    assert error.strerror == "The system cannot find the file specified."
    assert str(error) == "[WinError 2] The system cannot find the file specified."
    assert repr(error) == "FileNotFoundError(2, 'The system cannot find the file specified.', None, 2)"
    assert str(ctypes.WinError(5, "mine")) == "[WinError 5] mine"
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.winerror, type(again)) == (str(error), 2, type(error))


@pytest.mark.parametrize(
    ("code", "kind", "number"),
    [
        (1, OSError, 22),
        (3, FileNotFoundError, 2),
        (5, PermissionError, 13),
        (6, OSError, 9),
        (8, OSError, 12),
        (32, PermissionError, 13),
        (80, FileExistsError, 17),
        (109, BrokenPipeError, 32),
        (183, FileExistsError, 17),
        (193, OSError, 8),
        (267, NotADirectoryError, 20),
        (10060, TimeoutError, None),
        (10061, ConnectionRefusedError, None),
        (123456, OSError, 22),
        (-2147024894, FileNotFoundError, 2),
        (-2147024891, PermissionError, 13),
        (-2147467259, OSError, 22),
    ],
)
def test_exceptions_by_code(code, kind, number):
    error = ctypes.WinError(code)
    assert kind in type(error).__mro__ and type(error).__name__ == kind.__name__
    assert error.winerror == code
    assert number is None or error.errno == number


def test_messages():
    assert ctypes.FormatError(0) == "The operation completed successfully."
    assert ctypes.FormatError(-2147024894) == ctypes.FormatError(2)
    assert ctypes.FormatError(1256) == (
        "The remote system is not available. For information about network troubleshooting, see Windows Help."
    )
    assert ctypes.FormatError(123456) == "<no description>"
    assert all(text == text.strip() and text for text in messages.MESSAGES.values())
    assert str(errors.win_error(123456)) == "[WinError 123456] Windows Error 0x1e240"


def test_the_last_error():
    ctypes.set_last_error(7)
    assert ctypes.get_last_error() == 7
    assert ctypes.set_last_error(-1) == 7 and ctypes.get_last_error() == -1
    assert ctypes.set_last_error(0) == -1
    with pytest.raises(TypeError):
        ctypes.set_last_error("text")
    kernel32 = ctypes.windll.kernel32
    kernel32.SetLastError(42)
    assert ctypes.GetLastError() == kernel32.GetLastError() == 42
    assert ctypes.WinError().winerror == 42
    private = ctypes.WinDLL("kernel32", use_last_error=True)
    private.SetLastError(43)
    assert ctypes.get_last_error() == 43 and ctypes.GetLastError() == 42


def test_hresult():
    assert ctypes._check_HRESULT(5) == 5
    with pytest.raises(OSError) as caught:
        ctypes._check_HRESULT(-2147024809)
    assert caught.value.winerror == -2147024809
    assert repr(ctypes.HRESULT(-1)) == "HRESULT(-1)"


def test_com_server_functions():
    assert ctypes.DllCanUnloadNow() == 0
    assert ctypes.DllGetClassObject(None, None, None) == -2147221231


def test_find_library(monkeypatch, tmp_path):
    (tmp_path / "Own.dll").write_bytes(b"")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert util.find_library("Own") == util.find_library("Own.dll") == str(tmp_path / "Own.dll")
    assert util.find_library("kernel32").lower() == "c:\\windows\\system32\\kernel32.dll"
    for name in ("c", "m", "no_such_library"):
        assert util.find_library(name) is None
    assert util.find_msvcrt() is None


def test_list_of_libraries(dll):
    library = ctypes.WinDLL(str(dll("calls.c")))
    listed = util.dllist()
    assert library._name in listed and "kernel32.dll" in map(os.path.basename, listed)


def test_cast():
    buffer = ctypes.create_unicode_buffer("abc")
    assert ctypes.cast(buffer, ctypes.POINTER(ctypes.c_wchar))[1] == "b"
    assert ctypes.cast("text", ctypes.c_wchar_p).value == "text"
    address = ctypes.cast(ctypes.windll.kernel32.GetLastError, ctypes.c_void_p).value
    assert ctypes.WINFUNCTYPE(ctypes.c_uint)(address)() == ctypes.GetLastError() & 0xFFFFFFFF


RESET_CACHE = """
import windlass.ctypes as ctypes

before = ctypes.POINTER(ctypes.c_wchar)
ctypes._reset_cache()
assert ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 3)() == 3
assert ctypes.POINTER(ctypes.c_wchar)(ctypes.c_wchar("x"))[0] == "x"
assert before is not None
"""


def test_reset_cache(fresh_python):
    fresh_python(RESET_CACHE)  # elsewhere: pointer types made before it are not POINTER's any more


def test_simple_values_are_pickled():
    for value in (ctypes.c_wchar("x"), ctypes.c_long(-5), wintypes.RECT(1, 2, 3, 4)):
        again = pickle.loads(pickle.dumps(value))
        assert type(again) is type(value) and bytes(again) == bytes(value)
    with pytest.raises(ValueError, match="containing pointers cannot be pickled"):
        pickle.dumps(ctypes.c_wchar_p("x"))


def test_numpy_goes_together_with_it():
    numpy = pytest.importorskip("numpy")
    array = numpy.arange(3, dtype=numpy.int32)
    pointer = array.ctypes.data_as(ctypes.POINTER(ctypes.c_long))
    assert pointer[2] == 2
    assert numpy.ctypeslib.as_array((ctypes.c_long * 3)(4, 5, 6)).tolist() == [4, 5, 6]
    kind = numpy.ctypeslib.ndpointer(numpy.int32)
    assert kind.from_param(array) is not None


@pytest.mark.skipif(sys.version_info < (3, 12), reason="signed before")
def test_bytes_are_unsigned_in_later_versions():
    assert wintypes.BYTE(-1).value == 255
