"""A Windows function declared by a Python function's annotations.

An annotation is a name of windlass.types (INT, HANDLE, LPCWSTR, ...), a type of ctypes (c_int, a Structure,
POINTER(...), a prototype for callbacks), or `Annotated[T, one of these]`, which type checkers take for T.
The result None is nothing.

Source: Microsoft, "x64 calling convention": there is one convention, so a declaration does not name any.
"""

from __future__ import annotations

import ctypes as host
import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from windlass import convention
from windlass.ctypes import c_wchar_p
from windlass.foreign import CFuncPtr

__all__ = ["Declaration", "Parameter", "caller_names", "declaration_of"]

# The codes of windlass.types. A pointer is an int in a Python function, and whatever points in a call.
_TYPES: dict[str, Any] = {
    "v": None,
    "?": host.c_bool,
    "b": host.c_int8,
    "B": host.c_uint8,
    "h": host.c_int16,
    "H": host.c_uint16,
    "i": host.c_int32,
    "I": host.c_uint32,
    "q": host.c_int64,
    "Q": host.c_uint64,
    "P": host.c_uint64,
    "f": host.c_float,
    "d": host.c_double,
    "A": host.c_char_p,
    "W": c_wchar_p,
}

# How the trace shows values, by ctypes' letters: see core/trace.c.
_C_NAMES = {
    "?": "BOOL", "b": "int", "h": "int", "i": "int", "B": "UINT", "H": "UINT", "I": "UINT",
    "q": "int64_t", "Q": "uint64_t", "f": "float", "d": "double", "z": "LPCSTR", "Z": "LPCWSTR",
}  # fmt: skip


class Parameter(NamedTuple):
    """One parameter.

    type:       of ctypes.
    is_pointer: declared as any pointer.
    default:    Parameter.empty of inspect when there is none.
    """

    name: str
    type: Any
    is_pointer: bool
    default: Any


class Declaration(NamedTuple):
    """What a Windows function takes and returns; `variadic` when more arguments may follow."""

    result: Any
    parameters: list[Parameter]
    variadic: bool

    @property
    def result_text(self) -> str:
        return _text(self.result)

    @property
    def parameters_text(self) -> str:
        return ", ".join(f"{_text(each.type)} {each.name}" for each in self.parameters)


def declaration_of(function: Callable[..., Any], names: Mapping[str, Any] | None = None) -> Declaration:
    """What a function's signature declares.

    names: the local names that its annotations may use beside those of its module.

    TypeError for an annotation that is missing or means no type.
    """
    signature = inspect.signature(function)
    given = [each for each in signature.parameters.values() if each.kind is not each.VAR_POSITIONAL]
    for each in given:
        if each.kind in (each.KEYWORD_ONLY, each.VAR_KEYWORD):
            raise TypeError(f"{_name(function)}: a Windows function has no keyword parameter {each.name!r}")
    result = _Annotation(function, names, "the result", signature.return_annotation).type
    return Declaration(
        result, [_parameter(function, names, each) for each in given], len(given) < len(signature.parameters)
    )


def caller_names(depth: int = 2) -> Mapping[str, Any]:
    """The local names where a decorator is applied: those of the caller of this function's caller."""
    return sys._getframe(depth).f_locals


def _parameter(
    function: Callable[..., Any], names: Mapping[str, Any] | None, given: inspect.Parameter
) -> Parameter:
    annotation = _Annotation(function, names, given.name, given.annotation)
    if annotation.type is None:
        raise TypeError(f"{_name(function)}: {given.name} cannot be None")
    return Parameter(given.name, annotation.type, annotation.code == "P", given.default)


class _Annotation:
    """One annotation, understood."""

    def __init__(
        self, function: Callable[..., Any], names: Mapping[str, Any] | None, what: str, annotation: Any
    ) -> None:
        if annotation is inspect.Parameter.empty:
            raise TypeError(f"{_name(function)}: {what} is not annotated")
        value = _evaluated(function, names, what, annotation)
        means = _meaning(value)
        self.code = means if isinstance(means, str) else ""
        self.type = _TYPES.get(means) if self.code else means
        if self.type is not None and convention.describe(self.type) is None:
            raise TypeError(
                f"{_name(function)}: {what} is annotated with {value!r}, which is neither a name of "
                "windlass.types nor a type of ctypes"
            )
        if _is_hosts_function(self.type):
            raise TypeError(
                f"{_name(function)}: {what} is annotated with {value!r}, which has the calling convention of "
                "Linux; windlass.ctypes has prototypes of Windows functions"
            )


def _evaluated(
    function: Callable[..., Any], names: Mapping[str, Any] | None, what: str, annotation: Any
) -> Any:
    """An annotation, also where it is still text (`from __future__ import annotations`)."""
    if not isinstance(annotation, str):
        return annotation
    module_names = getattr(inspect.unwrap(function), "__globals__", {})
    try:
        return eval(annotation, module_names, names or {})
    except Exception as error:
        raise TypeError(f"{_name(function)}: {what} is annotated with {annotation!r}: {error}") from error


def _meaning(value: Any) -> Any:
    """The code or the type of ctypes that an annotation stands for; None for nothing."""
    if value is None or value is type(None):
        return None
    for each in getattr(value, "__metadata__", ()):
        if (isinstance(each, str) and each in _TYPES) or convention.describe(each) is not None:
            return each
    return value


def _is_hosts_function(kind: Any) -> bool:
    function_type: Any = host._CFuncPtr  # type: ignore[attr-defined]
    return isinstance(kind, type) and issubclass(kind, function_type) and not issubclass(kind, CFuncPtr)


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__qualname__", repr(function))


def _text(kind: Any) -> str:
    shape = convention.describe(kind)
    if shape is None:
        return "void"
    return _C_NAMES.get(shape[0], str(kind.__name__))
