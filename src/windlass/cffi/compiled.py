"""cffi's FFI as modules make it that `FFI.set_source(name, None)` wrote: their types are tables, in which
Windows' widths are put here.

Source: cffi's own cffi_opcode.py for the tables' format: four bytes each, an argument and an operation.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from functools import cache, wraps
from typing import TYPE_CHECKING, Any

from windlass.cffi import prototypes
from windlass.cffi.backend import WIDTHS, Library, dll_named, windows_cast, windows_error
from windlass.cffi.host import backend as host
from windlass.cffi.host import cffi_opcode as op

if TYPE_CHECKING:
    _FFI = Any
else:
    _FFI = host.FFI

__all__ = ["FFI"]


def __getattr__(name: str) -> Any:
    """This module stands for _cffi_backend; all but FFI is its own."""
    return getattr(host, name)


_INDICES = {op.PRIMITIVE_TO_INDEX[name]: op.PRIMITIVE_TO_INDEX[own] for name, own in WIDTHS.items()}

_PREFIX = b"_windlass_type_of_"
"""Before a function's or variable's name: a typedef of its type, through which Python gets at it."""


def _with_windows_widths(types: bytes) -> bytes:
    words = list(struct.unpack(f">{len(types) // 4}I", types))
    previous = None
    for position, word in enumerate(words):
        # An array's length follows it, as a bare number.
        if previous != op.OP_ARRAY and word & 0xFF == op.OP_PRIMITIVE:
            words[position] = _INDICES.get(word >> 8, word >> 8) << 8 | op.OP_PRIMITIVE
        previous = word & 0xFF if previous != op.OP_ARRAY else None
    return struct.pack(f">{len(words)}I", *words)


_SPECIFIERS = re.compile(r"\b(?:(?:unsigned|signed|char|short|int|long|float|double)\b\s*)+|\bwchar_t\b")


@cache
def _in_windows_widths(text: str) -> str:
    """A type as C writes it, for a parser that knows the host's widths."""
    return _SPECIFIERS.sub(_specifiers, text)


def _specifiers(found: re.Match[str]) -> str:
    words = found.group().split()
    if words == ["wchar_t"]:
        return WIDTHS["wchar_t"]
    if words.count("long") != 1:
        return found.group()
    name = "long double" if "double" in words else "unsigned long" if "unsigned" in words else "long"
    return WIDTHS[name] + " "


def _typed(name: str) -> Any:
    """A method of cffi's FFI whose first argument may be a type as text."""
    method = getattr(_FFI, name)

    @wraps(method)
    def call(self: FFI, kind: Any, *arguments: Any, **options: Any) -> Any:
        if isinstance(kind, str):
            kind = _in_windows_widths(kind)
        return method(self, kind, *arguments, **options)

    return call


def _symbols(entries: tuple[Any, ...]) -> Iterator[tuple[bytes, bytes, int]]:
    """(name, number of its type, operation) of each function and variable."""
    for entry in entries[::2]:
        operation = entry[3]
        if operation in (op.OP_DLOPEN_FUNC, op.OP_GLOBAL_VAR, op.OP_GLOBAL_VAR_F):
            yield entry[4:], b"\0" + entry[:3], operation


class FFI(_FFI):  # type: ignore[misc]
    """What such a module's `ffi` is made of; as windlass.cffi.FFI, but for declarations."""

    _operations: dict[str, int]

    def __new__(cls, name: str, **tables: Any) -> FFI:
        symbols = list(_symbols(tables.get("_globals", ())))
        typedefs = [number + _PREFIX + symbol for symbol, number, _ in symbols]
        tables["_typenames"] = tuple(
            sorted((*tables.get("_typenames", ()), *typedefs), key=lambda each: each[4:])
        )
        tables["_types"] = _with_windows_widths(tables.get("_types", b""))
        made: FFI = _FFI.__new__(cls, name, **tables)
        _FFI.__init__(made, name, **tables)
        made._operations = {symbol.decode(): operation for symbol, _, operation in symbols}
        return made

    def __init__(self, *arguments: Any, **tables: Any) -> None:
        """All is done."""

    def dlopen(self, name: Any, flags: int = 0) -> Any:
        module = dll_named(name)
        if module is None:
            return super().dlopen(name, flags)
        return _Lib(self, Library(module), super().dlopen(None))

    def dlclose(self, lib: Any) -> None:
        if isinstance(lib, _Lib):
            _Lib._close(lib)
        else:
            super().dlclose(lib)

    def addressof(self, thing: Any, *path: Any) -> Any:
        if isinstance(thing, _Lib):
            return _Lib._address_of(thing, *path)
        return super().addressof(thing, *path)

    alignof, from_buffer, getctype, new, offsetof, sizeof, typeof = map(
        _typed, ("alignof", "from_buffer", "getctype", "new", "offsetof", "sizeof", "typeof")
    )
    _host_callback = _typed("callback")

    def cast(self, kind: Any, source: Any) -> Any:
        return windows_cast(self.typeof(kind) if isinstance(kind, str) else kind, source)

    def callback(self, kind: Any, python_callable: Any = None, *rest: Any, **options: Any) -> Any:
        if python_callable is None:
            return lambda function: self.callback(kind, function, *rest, **options)
        return prototypes.callback(self._host_callback(kind, python_callable, *rest, **options))

    def getwinerror(self, code: int = -1) -> tuple[int, str]:
        return windows_error(code)

    def _pointer_type(self, name: str) -> Any:
        """Of a pointer to the function or variable."""
        return self.typeof(f"{_PREFIX.decode()}{name} *")


class _Lib:
    """A DLL with what the tables declare; constants are the host's, which needs no symbols for them."""

    def __init__(self, ffi: FFI, library: Library, constants: Any) -> None:
        self.__dict__.update(_ffi=ffi, _library=library, _constants=constants, _closed=False)

    def __getattr__(self, name: str) -> Any:
        self._check_open()
        operation = self._ffi._operations.get(name)
        if operation is None:
            return getattr(self._constants, name)
        kind = self._ffi._pointer_type(name)
        if operation != op.OP_DLOPEN_FUNC:
            return self._library.read_variable(kind.item, name)
        function = self.__dict__[name] = self._library.load_function(kind, name)
        return function

    def __setattr__(self, name: str, value: Any) -> None:
        self._check_open()
        if self._ffi._operations.get(name) not in (op.OP_GLOBAL_VAR, op.OP_GLOBAL_VAR_F):
            raise AttributeError(f"cannot write to function or constant '{name}'")
        self._library.write_variable(self._ffi._pointer_type(name).item, name, value)

    def __dir__(self) -> list[str]:
        return sorted({*self._ffi._operations, *dir(self._constants)})

    def _check_open(self) -> None:
        if self._closed:
            raise self._ffi.error("library has already been closed")

    def _close(self) -> None:
        if not self._closed:
            self._library.close_lib()
            cached = [name for name in self.__dict__ if name in self._ffi._operations]
            for name in cached:
                del self.__dict__[name]
            self.__dict__["_closed"] = True

    def _address_of(self, name: str) -> Any:
        """ffi.addressof(lib, name)."""
        if self._ffi._operations.get(name) == op.OP_DLOPEN_FUNC:
            return getattr(self, name)
        return self._library.load_function(self._ffi._pointer_type(name), name)
