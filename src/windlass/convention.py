"""How ctypes' types meet the Windows calling convention: what the C core has to know of a function before
it can call it.

The data types are those of the standard library's ctypes, so the core reads their instances in place. Where
ctypes keeps what differs between versions of Python, and is found out here on objects whose values are known.

Source: Microsoft, "x64 calling convention"; Python documentation, "ctypes".
"""

from __future__ import annotations

import _ctypes
import ctypes as host
import sys
import types

from windlass import _core
from windlass.light import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

__all__ = ["argument_error", "describe", "is_plain", "parameters_of", "result_of", "thunk_of"]

# How values travel; see core/foreign.h. ctypes' letters for integers depend on the host's `long`.
_SIGNED = {1: "b", 2: "h", 4: "i", 8: "q"}
_UNSIGNED = {1: "B", 2: "H", 4: "I", 8: "Q"}
_INTEGERS = {**dict.fromkeys("bhilq", _SIGNED), **dict.fromkeys("BHILQ", _UNSIGNED)}

_Simple: Any = host._SimpleCData
_Pointer: Any = _ctypes._Pointer
_Function: Any = _ctypes.CFuncPtr

NOTHING = ("n", 0, None, None, False)
"""The result of a function whose restype is None."""
INT = ("i", 4, None, None, False)


def describe(kind: Any) -> tuple[str, int] | None:
    """How values of a type travel: (letter, size), or None when it is no type of ctypes."""
    if not isinstance(kind, type):
        return None
    own = getattr(kind, "_shape_", None)
    if own is not None:
        return own, host.sizeof(kind)
    if issubclass(kind, _Simple):
        letter, size = kind._type_, host.sizeof(kind)  # type: ignore[attr-defined]
        if letter in _INTEGERS:
            return _INTEGERS[letter][size], size
        return ("s" if letter == "g" else letter), size
    for base, letter in (
        (_Pointer, "p"),
        (host.Structure, "s"),
        (host.Union, "s"),
        (_Function, "x"),
        (host.Array, "a"),
    ):
        if issubclass(kind, base):
            return letter, host.sizeof(kind)
    return None


def is_plain(kind: Any) -> bool:
    """Whether ctypes shows values of a type as Python's own (int, str, ...): c_int yes, its subclasses no."""
    return _Simple in kind.__bases__ and not _is_swapped(kind)


def _is_swapped(kind: Any) -> bool:
    """Whether values of a simple type are kept in the other byte order."""
    own, other = "__ctype_le__", "__ctype_be__"
    if sys.byteorder == "big":
        own, other = other, own
    return getattr(kind, other, None) is kind and getattr(kind, own, None) is not kind


def _converts_as_ctypes_does(kind: Any) -> bool:
    """Whether a type's from_param is ctypes' own, which the core knows; a user's must be called."""
    for each in kind.__mro__:
        if "from_param" in vars(each):
            return _is_standard(vars(each)["from_param"])
    for each in type(kind).__mro__:
        if "from_param" in vars(each):
            return isinstance(vars(each)["from_param"], types.MethodDescriptorType)
    return False


def _is_standard(from_param: Any) -> bool:
    return isinstance(from_param, types.ClassMethodDescriptorType) or hasattr(
        getattr(from_param, "__func__", None), "_is_standard_"
    )


def parameters_of(argtypes: tuple[Any, ...]) -> tuple[tuple[str, int, Any, Any, Any], ...]:
    """For the core: (letter, size, type, T of POINTER(T), from_param) of each parameter."""
    return tuple(_parameter(kind) for kind in argtypes)


def _parameter(kind: Any) -> tuple[str, int, Any, Any, Any]:
    shape = describe(kind)
    if text := _text_letter(kind):
        return text, 8, kind, None, kind.from_param
    if shape is None or not _converts_as_ctypes_does(kind) or _is_swapped(kind):
        return "*", 0, None, None, kind.from_param
    letter, size = shape
    return letter, size, kind, kind._type_ if letter == "p" else None, kind.from_param


def _text_letter(kind: Any) -> str:
    """Pointers to characters take what c_char_p and c_wchar_p take."""
    own = vars(kind).get("from_param") if isinstance(kind, type) and issubclass(kind, _Pointer) else None
    if own == host.c_char_p.from_param:
        return "z"
    return "Z" if hasattr(getattr(own, "__func__", None), "_is_standard_") else ""


def result_of(restype: Any) -> tuple[str, int, Any, Any, bool]:
    """For the core: (letter, size, type, checker, result is an instance) of a function's result."""
    if restype is None:
        return NOTHING
    shape = describe(restype)
    if shape is None:
        return "r", 4, restype, None, False
    checker = getattr(restype, "_check_retval_", None)
    if issubclass(restype, _Simple) and _is_swapped(restype):
        return (*shape, restype, _in_order(checker), True)
    return (*shape, restype, checker, not is_plain(restype))


def _in_order(checker: Any) -> Any:
    return lambda instance: checker(instance.value) if checker else instance.value


def thunk_of(callable: Any, flags: int, argtypes: tuple[Any, ...], restype: Any) -> _core.Thunk:
    """The code through which Windows calls a Python callable; TypeError as ctypes for impossible types."""
    return _core.Thunk(callable, flags, tuple(map(_callback_parameter, argtypes)), callback_result(restype))


def _callback_parameter(kind: Any) -> tuple[str, int, Any]:
    shape = describe(kind)
    if shape is None:
        raise TypeError("cannot build parameter")
    plain = issubclass(kind, _Simple) and is_plain(kind)
    return (*shape, None if plain else kind)


def callback_result(restype: Any) -> tuple[str, int, Any]:
    """(letter, size, type) of a callback's result."""
    if restype is None:
        return "n", 0, None
    shape = describe(restype)
    if shape is None or shape[0] in "apx":
        raise TypeError("invalid result type for callback function")
    return (*shape, restype)


# ---- errors ----


class _Passes:
    @staticmethod
    def from_param(value: Any) -> Any:
        return 0


def argument_error(position: int, error: BaseException) -> None:
    """Raise ctypes.ArgumentError for an argument; position 0: for all of them.

    This version's ctypes words it: one of its own functions gets an argument that fails in the same way.
    """
    if position == 0:
        raise host.ArgumentError(str(error))

    class Fails:
        @staticmethod
        def from_param(value: Any) -> Any:
            raise error

    class Prototype(_Function):  # type: ignore[misc]
        _flags_ = _ctypes.FUNCFLAG_CDECL
        _argtypes_ = (*[_Passes] * (position - 1), Fails)
        _restype_ = None

    Prototype(("PyErr_Clear", host.pythonapi))(*[0] * position)


_LOST = {
    3: ("on calling ctypes callback function", "on converting result of ctypes callback function"),
    13: (
        "Exception ignored on calling ctypes callback function %R",
        "Exception ignored on converting result of ctypes callback function %R",
    ),
    14: (
        "Exception ignored while calling ctypes callback function %R",
        "Exception ignored while converting result of ctypes callback function %R",
    ),
}
"""How Python reports exceptions of callbacks, by the minor version since which it does."""


def lost_exception_texts() -> tuple[str, str]:
    return _LOST[max(minor for minor in _LOST if minor <= sys.version_info.minor)]


# ---- layout ----


def _memory(instance: Any) -> bytes:
    return host.string_at(id(instance), type(instance).__basicsize__)


def _position(memory: bytes, value: int, what: str) -> int:
    """Where a word lies in an object."""
    word = value.to_bytes(8, sys.byteorder)
    for offset in range(16, len(memory) - 7, 8):
        if memory[offset : offset + 8] == word:
            return offset
    raise ImportError(f"windlass does not find {what} in the ctypes of Python {sys.version}")


def _tag_position(*arguments: tuple[Any, str]) -> int:
    memories = [_memory(argument) for argument, _ in arguments]
    tags = bytes(ord(tag) for _, tag in arguments)
    for offset in range(16, len(memories[0])):
        if bytes(memory[offset] for memory in memories) == tags:
            return offset
    raise ImportError(f"windlass does not find an argument's letter in the ctypes of Python {sys.version}")


def layout_of(function_type: Any) -> tuple[int, int, int, int, int]:
    """Where ctypes' instances keep what: see core/foreign.h."""
    number = host.c_short(1)
    pointer = host.byref(number)
    function = function_type()
    function._signature = number
    return (
        _position(_memory(number), host.addressof(number), "an instance's value"),
        _tag_position(
            (pointer, "P"),
            (host.c_short.from_param(1), "h"),
            (host.c_double.from_param(1), "d"),
        ),
        _position(_memory(pointer), host.addressof(number), "an argument's value"),
        _position(_memory(pointer), id(number), "an argument's object"),
        _position(_memory(function), id(number), "a function's signature"),
    )


def vectorcall_positions() -> tuple[int, int, int] | None:
    """For the vectorcall protocol: where types keep their flags, where they keep the offset of an instance's
    vectorcall function, and what that offset is to be. None when any of that is not to be found: then calls
    go the longer way by tp_call.

    Every instance of ctypes has room for a small value, at least 16 bytes, of which a function's address
    takes the first 8; the next are free.
    """
    small, large = host.CFUNCTYPE(None)(), host.c_longdouble()
    inline = host.addressof(small) - id(small)
    if host.sizeof(large) < 16 or host.addressof(large) - id(large) != inline:
        return None
    basic_size, offset = 0x5A8, 0x478
    sample = _core.vectorcall_sample(basic_size, offset)
    memory = host.string_at(id(sample), vars(type)["__basicsize__"].__get__(type))
    words = [memory[i : i + 8] for i in range(0, len(memory) - 7, 8)]
    found = [
        [i * 8 for i, word in enumerate(words) if word == value.to_bytes(8, sys.byteorder)]
        for value in (sample.__flags__, offset)
    ]
    if any(len(positions) != 1 for positions in found):
        return None
    return found[0][0], found[1][0], inline + 8


class _Sample(host.Structure):
    """Has the tp_new of all types of ctypes."""

    _fields_ = ()


def set_up(function_type: Any, prepare: Any, result_error: Any) -> None:
    """Tell the core what it has to know. Once, before the first call."""
    _core.foreign_setup(
        layout_of(function_type),
        type(host.byref(host.c_short())),
        _Sample,
        prepare,
        describe,
        argument_error,
        result_error,
        lost_exception_texts(),
    )
