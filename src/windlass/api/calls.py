"""Calls of other API functions from Python, whatever language they are written in."""

from __future__ import annotations

import functools

from windlass import _core, loader
from windlass.process import modules
from windlass.registry import EVERY_PROCESS
from windlass.types import Calling

__all__ = ["address_of", "is_true", "windows"]


@functools.cache
def address_of(dll: str, name: str) -> int:
    """A DLL that is loaded for this stays loaded for good, so the address stays right."""
    module = modules.by_name(dll) if dll in EVERY_PROCESS else None
    return (module or loader.load(dll)).export(name)


def windows(dll: str, name: str, *arguments: int) -> int:
    """Call an API function with integers or pointers, as any DLL would; the result as 64 bits."""
    return _core.call(address_of(dll, name), *arguments)


def is_true(callback: int, *arguments: int) -> Calling[bool]:
    """Call a function of the program that returns a BOOL; as `yield from` of a function that calls back."""
    return bool((yield (callback, *arguments)) & 0xFFFFFFFF)
