"""ctypes as it is on Windows: `import windlass.ctypes as ctypes`.

All names of the standard library's ctypes, with Windows' widths: a long has 32 bits, a wchar_t has 16 and
holds UTF-16, a long double is a double, bit fields lie as MSVC lays them. Types that do not differ are the
standard library's own, so that other packages' types and functions go together with these.

Source: Python documentation, "ctypes".
"""

from __future__ import annotations

import ctypes as _host
import sys as _sys
from _operator import index as _index
from ctypes import (
    ARRAY,
    POINTER,
    ArgumentError,
    addressof,
    alignment,
    byref,
    c_bool,
    c_buffer,
    c_byte,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_int8,
    c_int16,
    c_int32,
    c_int64,
    c_longlong,
    c_short,
    c_size_t,
    c_ssize_t,
    c_ubyte,
    c_uint,
    c_uint8,
    c_uint16,
    c_uint32,
    c_uint64,
    c_ulonglong,
    c_ushort,
    c_void_p,
    c_voidp,
    create_string_buffer,
    pointer,
    py_object,
    pythonapi,
    resize,
    sizeof,
)

from windlass import _core
from windlass import foreign as _foreign
from windlass._core import get_errno, set_errno
from windlass.ctypes import _text
from windlass.ctypes._aggregates import (
    BigEndianStructure,
    BigEndianUnion,
    LittleEndianStructure,
    LittleEndianUnion,
    Structure,
    Union,
)
from windlass.ctypes._text import Array, c_wchar, c_wchar_p
from windlass.foreign import (
    CDLL,
    CFUNCTYPE,
    HRESULT,
    PYFUNCTYPE,
    WINFUNCTYPE,
    LibraryLoader,
    OleDLL,
    PyDLL,
    WinDLL,
    cdll,
    oledll,
    pydll,
    windll,
)
from windlass.light import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

__version__ = "1.1.0"
__all__ = [
    "ARRAY",
    "CDLL",
    "CFUNCTYPE",
    "DEFAULT_MODE",
    "HRESULT",
    "POINTER",
    "PYFUNCTYPE",
    "RTLD_GLOBAL",
    "RTLD_LOCAL",
    "SIZEOF_TIME_T",
    "WINFUNCTYPE",
    "ArgumentError",
    "Array",
    "BigEndianStructure",
    "BigEndianUnion",
    "DllCanUnloadNow",
    "DllGetClassObject",
    "FormatError",
    "GetLastError",
    "LibraryLoader",
    "LittleEndianStructure",
    "LittleEndianUnion",
    "OleDLL",
    "PyDLL",
    "Structure",
    "Union",
    "WinDLL",
    "WinError",
    "addressof",
    "alignment",
    "byref",
    "c_bool",
    "c_buffer",
    "c_byte",
    "c_char",
    "c_char_p",
    "c_double",
    "c_float",
    "c_int",
    "c_int8",
    "c_int16",
    "c_int32",
    "c_int64",
    "c_long",
    "c_longdouble",
    "c_longlong",
    "c_short",
    "c_size_t",
    "c_ssize_t",
    "c_time_t",
    "c_ubyte",
    "c_uint",
    "c_uint8",
    "c_uint16",
    "c_uint32",
    "c_uint64",
    "c_ulong",
    "c_ulonglong",
    "c_ushort",
    "c_void_p",
    "c_voidp",
    "c_wchar",
    "c_wchar_p",
    "cast",
    "cdll",
    "create_string_buffer",
    "create_unicode_buffer",
    "get_errno",
    "get_last_error",
    "memmove",
    "memset",
    "oledll",
    "pointer",
    "py_object",
    "pydll",
    "pythonapi",
    "resize",
    "set_errno",
    "set_last_error",
    "sizeof",
    "string_at",
    "windll",
    "wstring_at",
]

__path__ += _host.__path__  # ctypes.macholib and the like, which are the same everywhere

# ---- types whose width differs ----

c_long = c_int
c_ulong = c_uint
c_longdouble = c_double
c_time_t = c_int64
RTLD_LOCAL = RTLD_GLOBAL = DEFAULT_MODE = 0
SIZEOF_TIME_T = 8

# ---- private names that scripts use ----

_FUNCFLAG_STDCALL = _foreign.FUNCFLAG_STDCALL
_FUNCFLAG_CDECL = _foreign.FUNCFLAG_CDECL
_FUNCFLAG_PYTHONAPI = _foreign.FUNCFLAG_PYTHONAPI
_FUNCFLAG_USE_ERRNO = _foreign.FUNCFLAG_USE_ERRNO
_FUNCFLAG_USE_LASTERROR = _foreign.FUNCFLAG_USE_LASTERROR
_CFuncPtr = _foreign.CFuncPtr
_Pointer = _text._Pointer
_SimpleCData = _text._SimpleCData
_check_HRESULT = _foreign.check_hresult
_dlopen = _foreign.load_library
_c_functype_cache: Any = _foreign.c_prototypes
_win_functype_cache: Any = _foreign.windows_prototypes
_pointer_type_cache: Any = getattr(_host, "_pointer_type_cache", None)

for _name, _value in vars(_host).items():  # the others, and what later versions of Python add
    if not _name.startswith("__") and _name not in globals():
        globals()[_name] = _value
        if not _name.startswith("_"):
            __all__.append(_name)
del _name, _value


# ---- text ----


def create_unicode_buffer(init: Any, size: int | None = None) -> Any:
    """A mutable array of WCHAR: of the length `init`, or holding the text `init` in `size` units."""
    if isinstance(init, str):
        if size is None:
            size = len(_text.units_of(init)) // 2 + 1
        _sys.audit("ctypes.create_unicode_buffer", init, size)
        buffer = (c_wchar * size)()
        buffer.value = init
        return buffer
    if isinstance(init, int):
        _sys.audit("ctypes.create_unicode_buffer", init, None)
        return (c_wchar * init)()
    raise TypeError(init)


def cast(obj: Any, typ: Any) -> Any:
    """`obj`, which is a pointer or can be one, as an instance of the pointer type `typ`."""
    return _host.cast(c_wchar_p(obj) if isinstance(obj, str) else obj, typ)


# ---- memory ----

_memmove_addr = _core.memmove_address
_memset_addr = _core.memset_address
_string_at_addr = _core.string_at_address
_wstring_at_addr = _core.wstring_at_address

memmove = CFUNCTYPE(c_void_p, c_void_p, c_void_p, c_size_t)(_memmove_addr)
memset = CFUNCTYPE(c_void_p, c_void_p, c_int, c_size_t)(_memset_addr)
_string_at = PYFUNCTYPE(py_object, c_void_p, c_ssize_t)(_string_at_addr)
_wstring_at = PYFUNCTYPE(py_object, c_void_p, c_ssize_t)(_wstring_at_addr)


def string_at(ptr: Any, size: int = -1) -> bytes:
    """The bytes at an address: `size` of them, or up to the zero. OSError where there is no memory."""
    _sys.audit("ctypes.string_at", ptr, size)
    result: bytes = _string_at(ptr, size)
    return result


def wstring_at(ptr: Any, size: int = -1) -> str:
    """The UTF-16 text at an address: `size` units, or up to the zero. OSError where there is no memory."""
    _sys.audit("ctypes.wstring_at", ptr, size)
    result: str = _wstring_at(ptr, size)
    return result


# ---- types ----


def _reset_cache() -> None:
    if _pointer_type_cache is not None:
        _host._reset_cache()  # type: ignore[attr-defined]
        for kind in (c_wchar, c_wchar_p):
            _text.register_pointer(kind)
    _c_functype_cache.clear()
    _win_functype_cache.clear()


def _check_size(typ: Any, typecode: str | None = None) -> None:
    """ctypes checks itself by this; the sizes here are Windows' by definition."""


# ---- errors ----


def GetLastError() -> int:
    """The calling thread's last error, as Windows code sees it."""
    code = _core.get_last_error()
    return code - (1 << 32) if code >> 31 else code


def get_last_error() -> int:
    """This thread's private copy of the last error, which functions with use_last_error exchange."""
    return _core.get_private_last_error()


def set_last_error(value: int) -> int:
    """Set the private copy; returns the old one."""
    return _core.set_private_last_error(_index(value) & 0xFFFFFFFF)


def FormatError(code: int | None = None) -> str:
    """The system's text for an error code, of the last error by default."""
    from windlass import messages

    text = messages.message(GetLastError() if code is None else code)
    return text if text is not None else "<no description>"


def WinError(code: int | None = None, descr: str | None = None) -> OSError:
    """The exception for an error code, of the last error by default. It is returned, not raised."""
    if code is None:
        code = GetLastError()
    from windlass import errors

    return errors.win_error(code, FormatError(code).strip() if descr is None else descr)


# ---- COM servers ----


def _com_server() -> Any:
    import importlib

    try:
        return importlib.import_module("comtypes.server.inprocserver")
    except ImportError:
        return None


def DllGetClassObject(rclsid: Any, riid: Any, ppv: Any) -> int:
    """The class object of an in-process server written in Python, by the package comtypes."""
    inprocserver = _com_server()
    if inprocserver is None:
        return -2147221231  # CLASS_E_CLASSNOTAVAILABLE
    return int(inprocserver.DllGetClassObject(rclsid, riid, ppv))


def DllCanUnloadNow() -> int:
    """Whether such a server is in use no more: S_OK or S_FALSE."""
    inprocserver = _com_server()
    return 0 if inprocserver is None else int(inprocserver.DllCanUnloadNow())
