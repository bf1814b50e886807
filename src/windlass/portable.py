"""Types of ctypes in pickles: POINTER(T), T * n and prototypes have no name by which another process could
import them; what they were made of has one.
"""

from __future__ import annotations

import ctypes as host
import operator
from collections.abc import Callable
from typing import Any

from windlass import foreign

__all__ = ["portable"]


class _Made:
    """Is pickled as a call, and so as what the call gives in the other process."""

    def __init__(self, call: Callable[..., Any], *arguments: Any) -> None:
        self.call = call
        self.arguments = arguments

    def __reduce__(self) -> Any:
        return self.call, self.arguments


def portable(value: Any) -> Any:
    """What to pickle for a type of ctypes, or for a tuple or list of such; anything else as it is."""
    if isinstance(value, (tuple, list)):
        return type(value)(map(portable, value))
    if not isinstance(value, type):
        return value
    kind: Any = value
    if issubclass(kind, host._Pointer) and host.POINTER(kind._type_) is kind:
        return _Made(host.POINTER, portable(kind._type_))
    if issubclass(kind, host.Array) and operator.mul(kind._type_, kind._length_) is kind:
        return _Made(operator.mul, portable(kind._type_), kind._length_)
    if kind in foreign.c_prototypes.values() or kind in foreign.windows_prototypes.values():
        made_of = (kind._restype_, kind._argtypes_)
        return _Made(foreign.prototype, kind.__name__, *portable(made_of), kind._flags_)
    return value
