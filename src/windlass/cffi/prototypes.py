"""How values of cffi's types travel, and function pointers made of that; see core/bridge.c.

Source: "System V Application Binary Interface, AMD64 Architecture Processor Supplement", "Parameter
Passing".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from windlass import _core
from windlass.cffi.host import backend as host

__all__ = ["callback", "function"]

_EIGHTBYTE = 8
_FLOATING = ("float", "double")
_COMPLEX = {"_cffi_float_complex_t": "s", "_cffi_double_complex_t": "ss"}


def _value(ctype: Any) -> tuple[str, int, bool]:
    """(classes, size, whether it is a structure or union) for the core."""
    if ctype.kind == "void":
        return "", 0, False
    size = host.sizeof(ctype)
    if ctype.kind in ("struct", "union"):
        return _classes(ctype, size), size, True
    if ctype.kind == "primitive" and ctype.cname.endswith("complex"):
        return "s" * (size // _EIGHTBYTE), size, True
    if ctype.kind == "function":
        return "x", size, False
    return "s" if ctype.cname in _FLOATING else "i", size, False


def _classes(ctype: Any, size: int) -> str:
    """The classes of a structure's eightbytes."""
    if size > 2 * _EIGHTBYTE:
        return "m"
    classes = ["s"] * -(-size // _EIGHTBYTE)
    for offset, item in _scalars(ctype, 0):
        if offset % host.alignof(item):
            return "m"
        if item.cname not in _FLOATING:
            classes[offset // _EIGHTBYTE] = "i"
    return "".join(classes)


def _scalars(ctype: Any, offset: int) -> Iterator[tuple[int, Any]]:
    """(offset, type) of all that a value consists of."""
    if ctype.kind in ("struct", "union"):
        for _, field in ctype.fields:
            yield from _scalars(field.type, offset + field.offset)
    elif ctype.kind == "array":
        for index in range(ctype.length or 0):
            yield from _scalars(ctype.item, offset + index * host.sizeof(ctype.item))
    else:
        yield offset, ctype


def _bridge(ctype: Any, address: int, *, to_windows: bool) -> _core.Bridge:
    return _core.Bridge(to_windows, address, tuple(map(_value, ctype.args)), _value(ctype.result))


def _address(pointer: Any) -> int:
    return int(host.cast(host.new_primitive_type("uintptr_t"), pointer))


def _pointer(ctype: Any, bridge: _core.Bridge, *keep: object) -> Any:
    """The bridge as a function pointer that keeps it, and what is behind it."""
    return host.gcp(host.cast(ctype, bridge.address), lambda _: (bridge, keep))


def function(ctype: Any, address: int) -> Any:
    """A Windows function as one of cffi's: a function pointer, or a Python function where the prototype does
    not say all (`...`), or the result is a function pointer itself.

    ctype:   a function pointer type.
    address: of the function.
    """
    if ctype.ellipsis:
        return _variadic(ctype, address)
    made = _pointer(ctype, _bridge(ctype, address, to_windows=True))
    if ctype.result.kind == "function":
        return lambda *arguments: function(ctype.result, _address(made(*arguments)))
    return made


def _variadic(ctype: Any, address: int) -> Callable[..., Any]:
    known: dict[tuple[Any, ...], Any] = {}

    def call(*arguments: Any) -> Any:
        fixed = len(ctype.args)
        types = tuple(map(_promoted, arguments[fixed:]))
        if types not in known:
            prototype = host.new_function_type(tuple(ctype.args) + types, ctype.result, False)
            known[types] = function(prototype, address)
        return known[types](*arguments)

    return call


def _promoted(argument: Any) -> Any:
    """The type in which C passes an argument that no prototype declares."""
    try:
        ctype = host.typeof(argument)
    except TypeError:
        if argument is None:
            return host.new_pointer_type(host.new_void_type())
        raise TypeError(
            f"argument {argument!r} passed in the variadic part needs to be a cdata object"
        ) from None
    if ctype.kind == "array":
        return host.new_pointer_type(ctype.item)
    if ctype.kind == "primitive" and host.sizeof(ctype) < 4:
        return host.new_primitive_type("int")
    return host.new_primitive_type("double") if ctype.cname == "float" else ctype


def callback(made: Any) -> Any:
    """A callback of cffi's as a function pointer for Windows code."""
    ctype = host.typeof(made)
    return _pointer(ctype, _bridge(ctype, _address(made), to_windows=False), made)
