"""Structures with pointers to what follows them in the same block."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Union

from windlass import _core
from windlass.api import blocks

__all__ = ["Field", "new_record", "record"]

Field = Union[int, bytes, str, "list[Any]"]
"""A DWORD; what a pointer points to (a text is written in UTF-16); an array of pointers,
or of other fields. b"" and an empty array are NULL, an empty text is not."""


def record(at: int, fields: Sequence[Field]) -> bytes:
    """The structure for the address `at`, and all that it points to; the size is the same for any address."""
    head, pointers = b"", []
    for field in fields:
        if isinstance(field, int):
            head += struct.pack("<I", field & 0xFFFFFFFF)
            continue
        head += bytes(-len(head) % 8)
        pointers.append((len(head), field))
        head += bytes(8)
    result = bytearray(head + bytes(-len(head) % 8))
    for place, target in pointers:
        if target or isinstance(target, str):
            struct.pack_into("<Q", result, place, at + len(result))
            result += _target(at + len(result), target)
    return bytes(result)


def _target(at: int, field: bytes | str | list[Any]) -> bytes:
    if isinstance(field, list):
        return record(at, field)
    data = _core.wide_bytes(field) if isinstance(field, str) else field
    return data + bytes(-len(data) % 8)


def new_record(fields: Sequence[Field]) -> int:
    """A block of its own for the program to free."""
    block = blocks.new(bytes(len(record(0, fields))))
    _core.write(block, record(block, fields))
    return block
