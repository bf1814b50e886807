"""The HINTERNETs of WinHTTP and of WinINet: each has a table of its own."""

from __future__ import annotations

import builtins
import itertools
from typing import Generic, TypeVar

from windlass.api.refused import Refused

__all__ = ["Handles"]

ERROR_INVALID_HANDLE = 6
INCORRECT_HANDLE_TYPE = 12018

H = TypeVar("H")
T = TypeVar("T")


class Handles(Generic[H]):
    def __init__(self, first: int, step: int) -> None:
        self._numbers = itertools.count(first, step)
        self._handles: dict[int, H] = {}

    def add(self, handle: H) -> int:
        number = next(self._numbers)
        self._handles[number] = handle
        return number

    def remove(self, number: int) -> None:
        del self._handles[number]

    def __contains__(self, number: int) -> bool:
        return number in self._handles

    def find(self, number: int, type: builtins.type[T]) -> T:
        """Refused for what is no handle, or one of another type."""
        found = self._handles.get(number)
        if found is None:
            raise Refused(ERROR_INVALID_HANDLE)
        if not isinstance(found, type):
            raise Refused(INCORRECT_HANDLE_TYPE)
        return found
