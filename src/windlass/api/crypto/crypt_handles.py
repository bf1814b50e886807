"""Handles of the cryptographic interfaces: addresses of a marked piece of memory, behind which Python keeps
the object.

Source: crypt.h, which has the marks that C asks for.
"""

from __future__ import annotations

import ctypes
from typing import Any, TypeVar

__all__ = ["CRYPT_ALGORITHM", "CRYPT_OTHER", "close", "new", "object_of"]

T = TypeVar("T")

CRYPT_ALGORITHM = 0x41434342
CRYPT_OTHER = 0x4F545943

_objects: dict[int, tuple[Any, Any]] = {}


def new(content: object, mark: int = CRYPT_OTHER, word: int = 0) -> int:
    """A handle for an object; `word` follows the mark in memory."""
    memory = (ctypes.c_uint32 * 4)(mark, word)
    handle = ctypes.addressof(memory)
    _objects[handle] = (content, memory)
    return handle


def object_of(handle: int, type: type[T]) -> T | None:
    """What is behind a handle, None if it is none or something else."""
    content = _objects.get(handle, (None,))[0]
    return content if isinstance(content, type) else None


def close(handle: int) -> None:
    del _objects[handle]
