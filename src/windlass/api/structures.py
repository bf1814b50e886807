"""Windows' structures in the memory of the program, declared with ctypes."""

from __future__ import annotations

import ctypes
from typing import TypeVar

from windlass import _core

__all__ = ["get_structure", "put_structure"]

S = TypeVar("S", bound=ctypes.Structure)


def get_structure(address: int, type: type[S]) -> S:
    """A copy of the structure there."""
    return type.from_buffer_copy(_core.read(address, ctypes.sizeof(type)))


def put_structure(address: int, structure: ctypes.Structure) -> None:
    _core.write(address, bytes(structure))
