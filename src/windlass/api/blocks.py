"""Memory that an API function hands out, for the program to give back with LocalFree."""

from __future__ import annotations

from windlass import _core
from windlass.api.calls import windows
from windlass.api.refused import Refused

__all__ = ["free", "new"]

ERROR_NOT_ENOUGH_MEMORY = 8
LMEM_ZEROINIT = 0x40


def new(data: bytes) -> int:
    """A new block with these bytes in it."""
    block = windows("kernel32.dll", "LocalAlloc", LMEM_ZEROINIT, max(len(data), 1))
    if not block:
        raise Refused(ERROR_NOT_ENOUGH_MEMORY)
    _core.write(block, data)
    return block


def free(block: int) -> None:
    windows("kernel32.dll", "LocalFree", block)
