"""DLLs and their functions, by the names and in the manner of ctypes on Windows.

A function is a genuine function object of ctypes: it can be a structure's field, an array's item, `cast`,
passed as an argument, given another type. What differs is the call (core/call.c) and that its address comes
from a Windows DLL. Data types are the standard library's.

Source: Python documentation, "ctypes"; read off Python 3.11 for Windows.
"""

from __future__ import annotations

import _ctypes
import ctypes as host
import gc
import os
import sys

from windlass import _core, convention, faults
from windlass.light import TYPE_CHECKING, cache

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = [
    "CDLL",
    "CFUNCTYPE",
    "HRESULT",
    "PYFUNCTYPE",
    "WINFUNCTYPE",
    "CFuncPtr",
    "LibraryLoader",
    "OleDLL",
    "PyDLL",
    "WinDLL",
    "cdll",
    "oledll",
    "pydll",
    "windll",
]

FUNCFLAG_STDCALL = 0
FUNCFLAG_CDECL = 1
FUNCFLAG_HRESULT = 2
FUNCFLAG_PYTHONAPI = 4
FUNCFLAG_USE_ERRNO = 8
FUNCFLAG_USE_LASTERROR = 16

PARAMFLAG_OUT = 2

# LoadLibraryEx's flags.
LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR = 0x00000100
LOAD_LIBRARY_SEARCH_DEFAULT_DIRS = 0x00001000

_HostFunction: Any = _ctypes.CFuncPtr
_VECTORCALL = convention.vectorcall_positions()
_at_address = _HostFunction.__new__
_host_argtypes: Any = vars(_HostFunction)["argtypes"]
_host_restype: Any = vars(_HostFunction)["restype"]
_host_errcheck: Any = vars(_HostFunction)["errcheck"]


# ---- functions ----


class _Code(bytearray):
    """The memory of a function object made of a Python callable: the code's address, and what owns it.

    ctypes keeps a buffer alive wherever it copies an instance to that lives in it.
    """

    __slots__ = ("thunk",)
    thunk: _core.Thunk


class CFuncPtr(_core.Call, _HostFunction):  # type: ignore[misc]
    """A function of a Windows DLL, or a Python callable that Windows code can call. The base of all
    prototypes.

    CFuncPtr(address), CFuncPtr(callable), CFuncPtr((name or ordinal, dll)[, paramflags]) and, for a COM
    interface's method, CFuncPtr(index, name[, paramflags[, interface id]]).
    """

    __slots__ = (
        "_argtypes",
        "_delayed",
        "_interface_id",
        "_method",
        "_origin",
        "_paramflags",
        "_restype_is_set",
        "_signature",
    )

    _flags_ = FUNCFLAG_CDECL
    _class_signature: _core.Signature | None = None
    _callback: tuple[Any, ...] | None = None

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        cls._class_signature = None
        _inherit_vectorcall(cls)

    def __new__(cls, *args: Any, **keywords: Any) -> Any:
        if cls is CFuncPtr:
            raise TypeError("abstract class")
        if not args:
            return _HostFunction.__new__(cls)
        first = args[0]
        if isinstance(first, tuple):
            return _from_dll(cls, *args, **keywords)
        if isinstance(first, int):
            if len(args) > 1:
                return _from_interface(cls, *args, **keywords)
        elif callable(first) and len(args) == 1:
            return _from_callable(cls, first)
        return _HostFunction.__new__(cls, *args)

    @property
    def argtypes(self) -> Any:
        """The types of the parameters, or None."""
        return _host_argtypes.__get__(self)

    @argtypes.setter
    def argtypes(self, value: Any) -> None:
        _host_argtypes.__set__(self, value)
        self._argtypes = None if value is None else tuple(value)
        self._signature = None

    @argtypes.deleter
    def argtypes(self) -> None:
        _host_argtypes.__delete__(self)
        self._argtypes = None
        self._signature = None

    @property
    def restype(self) -> Any:
        """The type of the result; None for none; or a callable that gets it as an int."""
        return _host_restype.__get__(self)

    @restype.setter
    def restype(self, value: Any) -> None:
        _host_restype.__set__(self, value)
        self._restype_is_set = True
        self._signature = None

    @restype.deleter
    def restype(self) -> None:
        _host_restype.__delete__(self)
        self._restype_is_set = False
        self._signature = None

    @property
    def errcheck(self) -> Any:
        """Called with the result, the function and the arguments; what it returns is the result."""
        return _host_errcheck.__get__(self)

    @errcheck.setter
    def errcheck(self, value: Any) -> None:
        _host_errcheck.__set__(self, value)
        self._signature = None

    @errcheck.deleter
    def errcheck(self) -> None:
        _host_errcheck.__delete__(self)
        self._signature = None

    def __bool__(self) -> bool:
        return hasattr(self, "_method") or bool(_address_cell(self).value)

    def __repr__(self) -> str:
        if hasattr(self, "_method"):
            name = type(self).__name__
            return f"<COM method offset {self._method}: {name} at 0x{id(self):016X}>"
        return str(_HostFunction.__repr__(self))

    def __reduce__(self) -> Any:
        """A function that a Python module declares is pickled as that module's, any other function of a DLL
        by reference to the DLL: the other process loads it. No other function can be, as in ctypes.
        """
        from windlass.portable import portable

        if _is_in_its_module(self):
            return self.__qualname__
        if hasattr(self, "_delayed"):
            self._delayed(self)
        if not hasattr(self, "_origin"):
            return _HostFunction.__reduce__(self)
        dll, name = self._origin
        cls = type(self)
        own = vars(cls)
        kind = (own.get("_restype_"), own.get("_argtypes_"), cls._flags_, getattr(self, "_paramflags", None))
        declared = {name: getattr(self, name) for name in ("argtypes", "errcheck") if getattr(self, name)}
        if getattr(self, "_restype_is_set", False):
            declared["restype"] = self.restype
        types = {attribute: portable(value) for attribute, value in declared.items()}
        return _unpickled_function, (dll, name, None if cls is dll._FuncPtr else portable(kind), types)


def _is_in_its_module(function: Any) -> bool:
    """Whether a function can be had by import: __main__ is another module in another process."""
    name = getattr(function, "__qualname__", None)
    if name is None or function.__module__ == "__main__":
        return False
    return getattr(sys.modules.get(function.__module__), name, None) is function


def _inherit_vectorcall(cls: Any) -> None:
    """A class with a __call__ of its own is called by that."""
    if _VECTORCALL is not None and cls.__call__ is _core.Call.__call__:
        _core.enable_vectorcall(cls, *_VECTORCALL)


_inherit_vectorcall(CFuncPtr)


def _unpickled_function(dll: Any, name: str | int, kind: Any, declared: dict[str, Any]) -> Any:
    function = dll[name] if kind is None else prototype("CFunctionType", *kind[:3])((name, dll), kind[3])
    for attribute, value in declared.items():
        setattr(function, attribute, value)
    return function


def _address_cell(function: Any) -> host.c_size_t:
    """A function object's memory."""
    return host.c_size_t.from_address(host.addressof(function))


def _from_callable(cls: Any, function: Callable[..., Any]) -> Any:
    """The function object through which Windows code calls a Python callable."""
    argtypes = vars(cls).get("_argtypes_")
    if argtypes is None:
        raise TypeError("cannot construct instance of this class: no argtypes")
    thunk = convention.thunk_of(function, cls._flags_, tuple(argtypes), vars(cls).get("_restype_"))
    code = _Code(thunk.address.to_bytes(8, "little"))
    code.thunk = thunk
    made = cls.from_buffer(code)
    if cls._class_signature is None:
        prepare(made)
    return made


def export_address(handle: int, name: str | int) -> int:
    """The address of a DLL's export; AttributeError as ctypes words it."""
    if isinstance(name, int):
        if address := _core.export(handle, None, name):
            return address
        raise AttributeError(f"function ordinal {name} not found")
    if address := _core.export(handle, name, 0):
        return address
    raise AttributeError(f"function '{name}' not found")


def _from_dll(cls: Any, function: tuple[Any, ...], paramflags: Any = None) -> Any:
    """A function by name or ordinal."""
    if len(function) != 2:
        raise TypeError("illegal func_spec argument")
    name, dll = function
    if isinstance(dll, host.CDLL):
        return _of_host(cls)(function, paramflags)
    if isinstance(name, bytes):
        name = name.decode()
    if not isinstance(name, (str, int)):
        raise TypeError("illegal func_spec argument")
    handle = dll._handle
    if not isinstance(handle, int):
        raise TypeError("the _handle attribute of the second argument must be an integer")
    made = _with_paramflags(cls, export_address(handle, name), paramflags)
    made._origin = dll, name
    return made


def _with_paramflags(cls: Any, address: int, paramflags: Any) -> Any:
    """A function at an address; ctypes checks paramflags, but shows them to nobody afterwards."""
    if paramflags is None:
        return _HostFunction.__new__(cls, address)
    made = _HostFunction.__new__(cls, ("PyErr_Clear", host.pythonapi), paramflags)
    _address_cell(made).value = address
    made._paramflags = paramflags
    made._signature = None  # not the class's
    return made


def unbound(cls: Any, paramflags: Any) -> Any:
    """A function that leads nowhere yet; see `bind`. With `_delayed` set, that is called with it first."""
    made = _with_paramflags(cls, 0, paramflags)
    made._signature = None
    return made


def bind(function: Any, dll: Any, name: str | int) -> None:
    """Let a function lead to a DLL's export; AttributeError if there is none."""
    _address_cell(function).value = export_address(dll._handle, name)
    function._origin = dll, name


def _from_interface(cls: Any, index: int, name: str, paramflags: Any = None, iid: Any = None) -> Any:
    """A method of a COM interface: called with a pointer to the interface first."""
    made = _with_paramflags(cls, 0, paramflags)
    made._method, made._interface_id = index, iid
    made._signature = None  # not the class's
    return made


def _of_host(cls: Any) -> Any:
    """The prototype for a function of the host's own: of `pythonapi`."""

    class Prototype(_HostFunction):  # type: ignore[misc]
        _flags_ = cls._flags_
        _argtypes_ = vars(cls).get("_argtypes_", ())
        _restype_ = vars(cls).get("_restype_")

    return Prototype


# ---- signatures ----


def _has_own_signature(function: Any) -> bool:
    return any(hasattr(function, name) for name in ("_signature", "_paramflags", "_method"))


def prepare(function: Any) -> _core.Signature:
    """What the core has to know to call a function. Asked for at its first call, and after a change."""
    if hasattr(function, "_delayed") and not _address_cell(function).value:
        function._delayed(function)
    cls = type(function)
    argtypes = getattr(function, "_argtypes", None) or function.argtypes
    signature = _core.Signature(
        cls._flags_,
        None if argtypes is None else convention.parameters_of(argtypes),
        _result_of(function),
        function.errcheck,
        _paramflags_of(function, argtypes),
        getattr(function, "_method", -1),
        getattr(function, "_interface_id", None),
    )
    if not _has_own_signature(function):
        cls._class_signature = signature
    return signature


def _result_of(function: Any) -> tuple[str, int, Any, Any, bool]:
    restype = function.restype
    is_set = getattr(function, "_restype_is_set", False) or "_restype_" in vars(type(function))
    if restype is None and not is_set:
        return convention.INT
    return convention.result_of(restype)


def _paramflags_of(function: Any, argtypes: Any) -> tuple[Any, ...] | None:
    paramflags = getattr(function, "_paramflags", None)
    if paramflags is None or not argtypes:
        return None
    return tuple(_paramflag(kind, *item) for kind, item in zip(argtypes, paramflags))


def _paramflag(kind: Any, flags: int, name: str | None = None, *default: Any) -> tuple[Any, ...]:
    return (flags, name, _factory(kind) if flags & PARAMFLAG_OUT else None, *default)


def _factory(kind: Any) -> Any:
    """What makes the argument for an 'out' parameter; a str says why there is none."""
    if issubclass(kind, host.Array):
        return kind
    if isinstance(kind._type_, str):
        return f"{kind.__name__} 'out' parameter must be passed as default value"
    return kind._type_


class COMError(Exception):
    """Raised when a COM method call failed."""

    def __init__(self, hresult: int, text: Any, details: Any) -> None:
        super().__init__(text, details)
        self.hresult = hresult
        self.text = text
        self.details = details


def result_error(hresult: int, iid: Any, interface: int) -> None:
    """Raise OSError for a failing HRESULT; COMError for a COM method declared with an interface id."""
    from windlass import errors, messages

    if iid is not None:
        raise COMError(hresult, messages.message(hresult), (None, None, None, 0, None))
    raise errors.win_error(hresult)


def check_hresult(hresult: int) -> int:
    if hresult < 0:
        result_error(hresult, None, 0)
    return hresult


class HRESULT(host._SimpleCData):  # type: ignore[type-arg]
    """A COM result: a function with this restype raises OSError when it fails."""

    _type_ = "i"
    _check_retval_ = staticmethod(check_hresult)


# ---- prototypes ----

c_prototypes: dict[tuple[Any, ...], Any] = {}
windows_prototypes: dict[tuple[Any, ...], Any] = {}
"""ctypes gives the same prototype for the same types."""


def prototype(name: str, restype: Any, argtypes: tuple[Any, ...], flags: int) -> Any:
    """The class of functions of these types; `name` is what it is called."""
    known = c_prototypes if flags & FUNCFLAG_CDECL else windows_prototypes
    key = (restype, argtypes, flags)
    made = known.get(key)
    if made is None:
        members = {"_argtypes_": argtypes, "_restype_": restype, "_flags_": flags, "__module__": __name__}
        made = known[key] = _new_class(name, members)
    return made


def _new_class(name: str, members: dict[str, Any]) -> Any:
    metaclass: Any = type(CFuncPtr)
    return metaclass(name, (CFuncPtr,), members)


@cache
def undeclared(flags: int, restype: Any) -> Any:
    """The class of functions whose parameters are not declared."""
    return _new_class("_FuncPtr", {"_flags_": flags, "_restype_": restype, "__module__": __name__})


def _flags(flags: int, use_errno: bool, use_last_error: bool, unexpected: dict[str, Any]) -> int:
    if unexpected:
        raise ValueError(f"unexpected keyword argument(s) {unexpected.keys()}")
    return (
        flags | (FUNCFLAG_USE_ERRNO if use_errno else 0) | (FUNCFLAG_USE_LASTERROR if use_last_error else 0)
    )


def CFUNCTYPE(
    restype: Any, *argtypes: Any, use_errno: bool = False, use_last_error: bool = False, **unexpected: Any
) -> Any:
    """A prototype of functions in the C calling convention: call it with what CFuncPtr takes."""
    flags = _flags(FUNCFLAG_CDECL, use_errno, use_last_error, unexpected)
    return prototype("CFunctionType", restype, argtypes, flags)


def WINFUNCTYPE(
    restype: Any, *argtypes: Any, use_errno: bool = False, use_last_error: bool = False, **unexpected: Any
) -> Any:
    """A prototype of functions in the stdcall convention; on x64 it differs only in that the number of
    arguments must be exact.
    """
    flags = _flags(FUNCFLAG_STDCALL, use_errno, use_last_error, unexpected)
    return prototype("WinFunctionType", restype, argtypes, flags)


def PYFUNCTYPE(restype: Any, *argtypes: Any) -> Any:
    """A prototype of functions that are called with the GIL held and may raise Python exceptions."""
    members = {"_argtypes_": argtypes, "_restype_": restype, "__module__": __name__}
    return _new_class("CFunctionType", {**members, "_flags_": FUNCFLAG_CDECL | FUNCFLAG_PYTHONAPI})


# ---- DLLs ----

host_libraries = False
"""Whether CDLL also loads the host's shared libraries, which other packages of a process still ask for when
every `import ctypes` gives windlass's.
"""


def is_host_library(name: Any) -> bool:
    return name is None or ".so" in os.path.basename(os.fspath(name))


def load_library(name: str, mode: int = 0) -> int:
    """LoadLibraryEx: the handle of a DLL, with one more reference."""
    from windlass import datafile, loader

    load = loader.load_data if mode & datafile.FLAGS else loader.load
    return load(name, mode).handle


def free_library(handle: int) -> None:
    """FreeLibrary; OSError when there is no such module."""
    from windlass import win32api

    win32api.FreeLibrary(handle)


def in_dll(cls: Any, dll: Any, name: str) -> Any:
    """in_dll(dll, name): the exported variable of that name, as an instance of this type."""
    if isinstance(dll, host.CDLL):
        return _host_in_dll(cls, dll, name)
    if not isinstance(name, str):
        raise TypeError(f"in_dll() argument 2 must be str, not {type(name).__name__}")
    handle = dll._handle
    if not isinstance(handle, int):
        raise TypeError("the _handle attribute of the second argument must be an integer")
    if _core.module_from_address(handle) != handle:
        return _host_in_dll(cls, dll, name)
    address = _core.export(handle, name, 0)
    if not address:
        raise ValueError(f"symbol '{name}' not found")
    return cls.from_address(address)


_host_in_dll_of: dict[Any, Any] = {}


def _host_in_dll(cls: Any, dll: Any, name: str) -> Any:
    kind = next(each for each in type(cls).__mro__ if each in _host_in_dll_of)
    return _host_in_dll_of[kind](cls, dll, name)


def _take_over_in_dll() -> None:
    """Let every ctypes type find data in Windows DLLs too.

    in_dll is a method of the types' metaclasses, which are the host's and hand any handle to dlsym. They
    refuse assignment, so their dictionary is changed; for the host's own libraries nothing changes.
    """
    samples: tuple[Any, ...] = (
        host.c_int,
        host.Structure,
        host.Union,
        host.Array,
        host._Pointer,
        _HostFunction,
    )
    for sample in samples:
        for metaclass in type.mro(type(sample)):
            if "in_dll" in vars(metaclass) and metaclass not in _host_in_dll_of:
                _host_in_dll_of[metaclass] = vars(metaclass)["in_dll"]
                (members,) = (each for each in gc.get_referents(vars(metaclass)) if isinstance(each, dict))
                members["in_dll"] = in_dll
                _core.type_modified(metaclass)


_take_over_in_dll()


class CDLL:
    """A loaded DLL, whose functions are its attributes (cached) and, by name or ordinal, its items.

    name:           a path, or a file name to search for; ".dll" is appended when it has no extension.
    mode:           ignored, as on Windows.
    handle:         take this module, which is loaded already, and load nothing.
    use_errno:      keep a private copy of errno for each thread; see get_errno().
    use_last_error: keep a private copy of the last error for each thread; see get_last_error().
    winmode:        LoadLibraryEx's flags.

    FileNotFoundError when the DLL or a dependency is missing, else OSError with `winerror`.
    """

    _func_flags_ = FUNCFLAG_CDECL
    _func_restype_: Any = host.c_int
    _name = "<uninitialized>"
    _handle: Any = 0
    _FuncPtr: Any = None

    def __new__(cls, name: Any = None, *args: Any, **keywords: Any) -> Any:
        if host_libraries and is_host_library(name):
            return (host.PyDLL if issubclass(cls, PyDLL) else host.CDLL)(name, *args, **keywords)
        return super().__new__(cls)

    def __init__(
        self,
        name: Any,
        mode: int = 0,
        handle: int | None = None,
        use_errno: bool = False,
        use_last_error: bool = False,
        winmode: int | None = None,
    ) -> None:
        self._name = os.fspath(name) if name else name
        flags = _flags(self._func_flags_, use_errno, use_last_error, {})
        self._FuncPtr = undeclared(flags, self._func_restype_)
        self._handle = self._load(winmode) if handle is None else handle

    def _load(self, winmode: int | None) -> int:
        if not isinstance(self._name, str):
            raise TypeError(f"LoadLibrary() argument 1 must be str, not {type(self._name).__name__}")
        flags = winmode
        if flags is None:
            flags = LOAD_LIBRARY_SEARCH_DEFAULT_DIRS
            if "/" in self._name or "\\" in self._name:
                flags |= LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR
                if "\\" not in self._name:
                    self._name = os.path.abspath(self._name)
        return load_library(self._name, flags)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} '{self._name}', handle {self._handle:x} at {id(self):#x}>"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        function = self[name]
        setattr(self, name, function)
        return function

    def __getitem__(self, name_or_ordinal: str | int) -> Any:
        kind = self._FuncPtr
        if type(name_or_ordinal) is str and kind.__new__ is CFuncPtr.__new__:  # the short way to the same
            function = _at_address(kind, export_address(self._handle, name_or_ordinal))
            function._origin = self, name_or_ordinal
        else:
            function = kind((name_or_ordinal, self))
        if not isinstance(name_or_ordinal, int):
            function.__name__ = name_or_ordinal
        return function

    def __reduce__(self) -> Any:
        """Pickled by reference: the other process loads the DLL from the same path."""
        from windlass.process import modules

        module = modules.by_handle(self._handle)
        path = self._name if module is None or module.builtin else module.path
        flags = self._FuncPtr._flags_
        return _unpickled_dll, (
            type(self),
            path,
            bool(flags & FUNCFLAG_USE_ERRNO),
            bool(flags & FUNCFLAG_USE_LASTERROR),
        )


def _unpickled_dll(cls: Any, path: str, use_errno: bool, use_last_error: bool) -> Any:
    return cls(path, use_errno=use_errno, use_last_error=use_last_error)


class PyDLL(CDLL):
    """A DLL whose functions use Python: they are called with the GIL held, and may raise exceptions."""

    _func_flags_ = FUNCFLAG_CDECL | FUNCFLAG_PYTHONAPI


class WinDLL(CDLL):
    """A DLL whose functions use the stdcall convention, as the Windows API does."""

    _func_flags_ = FUNCFLAG_STDCALL


class OleDLL(CDLL):
    """A DLL whose functions use the stdcall convention and return HRESULT: failures raise OSError."""

    _func_flags_ = FUNCFLAG_STDCALL
    _func_restype_ = HRESULT


class LibraryLoader:
    """Loads DLLs as attributes, which are cached, and by LoadLibrary(), which are not."""

    def __init__(self, dlltype: type[CDLL]) -> None:
        self._dlltype = dlltype

    def __getattr__(self, name: str) -> Any:
        if name[0] == "_":
            raise AttributeError(name)
        dll = self._dlltype(name)
        setattr(self, name, dll)
        return dll

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    def LoadLibrary(self, name: Any) -> Any:
        return self._dlltype(name)


cdll = LibraryLoader(CDLL)
windll = LibraryLoader(WinDLL)
oledll = LibraryLoader(OleDLL)
pydll = LibraryLoader(PyDLL)


def _exception(code: int, address: int, parameters: tuple[int, ...], frames: list[str]) -> OSError:
    from windlass import errors

    return errors.from_exception(code, address, parameters, frames)


# A function need not come from a DLL, so these cannot wait for the first load.
_core.claim_process()
faults.install()
_core.set_hook("exception", _exception)
convention.set_up(WINFUNCTYPE(None), prepare, result_error)
