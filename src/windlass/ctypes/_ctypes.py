"""The names of the extension module `_ctypes` as it is on Windows, which some packages import directly."""

from __future__ import annotations

import _ctypes as _host
from typing import Any

from windlass import foreign as _foreign
from windlass.ctypes import (
    POINTER,
    ArgumentError,
    Array,
    FormatError,
    Structure,
    Union,
    _text,
    addressof,
    alignment,
    byref,
    c_int,
    c_uint,
    c_void_p,
    cast,
    get_errno,
    get_last_error,
    pointer,
    resize,
    set_errno,
    set_last_error,
    sizeof,
)

__all__ = [
    "POINTER",
    "ArgumentError",
    "Array",
    "COMError",
    "CopyComPointer",
    "FormatError",
    "FreeLibrary",
    "LoadLibrary",
    "Structure",
    "Union",
    "addressof",
    "alignment",
    "byref",
    "call_cdeclfunction",
    "call_function",
    "get_errno",
    "get_last_error",
    "pointer",
    "resize",
    "set_errno",
    "set_last_error",
    "sizeof",
]

__version__ = getattr(_host, "__version__", "1.1.0")

FUNCFLAG_STDCALL = _foreign.FUNCFLAG_STDCALL
FUNCFLAG_CDECL = _foreign.FUNCFLAG_CDECL
FUNCFLAG_HRESULT = _foreign.FUNCFLAG_HRESULT
FUNCFLAG_PYTHONAPI = _foreign.FUNCFLAG_PYTHONAPI
FUNCFLAG_USE_ERRNO = _foreign.FUNCFLAG_USE_ERRNO
FUNCFLAG_USE_LASTERROR = _foreign.FUNCFLAG_USE_LASTERROR
E_POINTER = -2147467261
RTLD_LOCAL = 0
RTLD_GLOBAL = 0

CFuncPtr = _foreign.CFuncPtr
_Pointer = _text._Pointer
_SimpleCData = _text._SimpleCData
COMError = _foreign.COMError
LoadLibrary = _foreign.load_library
FreeLibrary = _foreign.free_library
_check_HRESULT = _foreign.check_hresult


def call_function(address: int, arguments: tuple[Any, ...]) -> int:
    """Call a stdcall function by its address; the result is an int."""
    result: int = _foreign.undeclared(FUNCFLAG_STDCALL, c_int)(address)(*arguments)
    return result


def call_cdeclfunction(address: int, arguments: tuple[Any, ...]) -> int:
    """Call a cdecl function by its address; the result is an int."""
    result: int = _foreign.undeclared(FUNCFLAG_CDECL, c_int)(address)(*arguments)
    return result


def CopyComPointer(source: Any, destination: Any) -> int:
    """Copy a COM interface pointer to where destination points, and add a reference to it."""
    pointer, target = cast(source, c_void_p), cast(destination, c_void_p).value
    if target is None:
        return E_POINTER
    if pointer.value:
        _foreign.WINFUNCTYPE(c_uint)(1, "AddRef")(pointer)
    c_void_p.from_address(target).value = pointer.value
    return 0


for _name, _value in vars(_host).items():
    if not _name.startswith("__") and _name not in globals():
        globals()[_name] = _value
del _name, _value
