"""What API functions take and give back: numbers and texts where a Windows program keeps them, and the last
error.
"""

from __future__ import annotations

import struct

from windlass import _core

__all__ = [
    "fail",
    "from_ansi",
    "get_u32",
    "get_u64",
    "put_ansi",
    "put_cut",
    "put_u32",
    "put_u64",
    "put_wide",
    "string_at",
    "wide_strings",
]


def fail(code: int) -> int:
    """Set the last error and return 0: `return fail(ERROR_INVALID_PARAMETER)`."""
    _core.set_last_error(code)
    return 0


def from_ansi(text: bytes | None) -> str | None:
    """An argument in the ANSI code page, decoded."""
    return None if text is None else _core.ansi_to_text(text)


def get_u32(address: int) -> int:
    return int.from_bytes(_core.read(address, 4), "little")


def get_u64(address: int) -> int:
    return int.from_bytes(_core.read(address, 8), "little")


def string_at(address: int, wide: bool) -> str | None:
    """The zero-terminated text at an address, in UTF-16 or in the ANSI code page; None at NULL."""
    if not address:
        return None
    return _core.wide_string(address) if wide else _core.ansi_to_text(_core.string(address))


def put_u32(address: int, value: int) -> None:
    """Write a DWORD; to NULL nothing is written, for most results are optional."""
    if address:
        _core.write(address, struct.pack("<I", value & 0xFFFFFFFF))


def put_u64(address: int, value: int) -> None:
    if address:
        _core.write(address, struct.pack("<Q", value & 0xFFFFFFFFFFFFFFFF))


def put_wide(buffer: int, capacity: int, text: str) -> int:
    """Write UTF-16 with its zero if `capacity` (in units) has room for it; the units of the text without
    its zero.
    """
    data = _core.wide_bytes(text)
    if len(data) <= capacity * 2:
        _core.write(buffer, data)
    return len(data) // 2 - 1


def put_ansi(buffer: int, capacity: int, text: str) -> int:
    """The same in the ANSI code page."""
    data = _core.ansi_from_text(text)
    if len(data) < capacity:
        _core.write(buffer, data + b"\0")
    return len(data)


def put_cut(buffer: int, text: str, capacity: int, wide: bool) -> None:
    """Write as much of a text as there is room for, with a zero; `capacity` in characters, above 0."""
    if wide:
        data = _core.wide_bytes(text)[: 2 * (capacity - 1)] + b"\0\0"
    else:
        data = _core.ansi_from_text(text)[: capacity - 1] + b"\0"
    _core.write(buffer, data)


def wide_strings(data: bytes) -> list[str]:
    """The strings of a REG_MULTI_SZ or a double-null-terminated list in UTF-16."""
    text = data.decode("utf-16-le", "surrogatepass")
    return [part for part in text.split("\0\0")[0].split("\0") if part]
