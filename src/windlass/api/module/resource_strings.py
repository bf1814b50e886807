"""Texts in modules' string tables (LoadString, "@file,-id").

Source: Microsoft, "STRINGTABLE resource", "LoadStringW function".
"""

from __future__ import annotations

import struct

from windlass import _core
from windlass.pe import Image

__all__ = ["from_block", "indirect_string"]

RT_STRING = 6


def from_block(block: bytes, number: int) -> str | None:
    """The text of this number in its block of sixteen, each with its length before it."""
    offset = 0
    for _ in range(number & 15):
        offset += 2 + 2 * struct.unpack_from("<H", block, offset)[0]
    (length,) = struct.unpack_from("<H", block, offset)
    return (
        block[offset + 2 : offset + 2 + 2 * length].decode("utf-16-le", "surrogatepass") if length else None
    )


def indirect_string(path: str, number: int) -> str | None:
    """The text that "@path,-number" means; None if there is no such file or text."""
    host = _core.path_to_host(path)
    if host is None or number > 0:
        return None
    try:
        image = Image.open(host)
        found = image.resources.find(RT_STRING, (-number >> 4) + 1) if image.resources else None
        return from_block(image.read(found.rva, found.size), -number) if found else None
    except (OSError, ValueError, struct.error):
        return None
