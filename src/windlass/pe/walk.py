"""Reading one directory's structures, with a bound on what they may cost."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from windlass.errors import BadImage
    from windlass.pe.image import Image
    from windlass.pe.record import R

__all__ = ["Walk"]


class Walk:
    """Reads the records, tables and strings of one directory.

    Structures of an honest image hardly overlap, so what a walk reads is in all a small multiple of the
    image. A hostile image can let a million records name the same megabyte; a walk stops it with BadImage.

    It also remembers the offset of the record read last, which errors name when an RVA leads nowhere.

    what:   the directory's name for messages.
    source: the offset of what led to the directory.
    """

    def __init__(self, image: Image, what: str, source: int) -> None:
        self.image = image
        self.what = what
        self.source = source
        self._left = 4 * len(image) + 0x10000

    def bad(self, reason: str) -> BadImage:
        """The error to raise for the record read last."""
        return self.image.bad(f"{self.what} directory: {reason}", self.source)

    def spend(self, size: int) -> None:
        """Account for size bytes, before they are read where that is possible."""
        self._left -= max(size, 0) + 1
        if self._left < 0:
            raise self.bad("claims more data than the image can hold")

    def read(self, rva: int, size: int, what: str) -> bytes:
        """Bytes at an RVA; `what` names them in an error."""
        self.spend(size)
        return self.image.read(rva, size, what, self.source)

    def read_at(self, offset: int, size: int, what: str) -> bytes:
        """Bytes at a file offset."""
        self.spend(size)
        return self.image.bytes_at(offset, size, what)

    def string(self, rva: int, what: str) -> bytes:
        """The zero-terminated string at an RVA."""
        found = self.image.string(rva, what, self.source)
        self.spend(len(found))
        return found

    def record(self, layout_type: type[R], rva: int, what: str) -> R:
        """The record at an RVA."""
        record = layout_type.unpack(self.read(rva, layout_type.size_in_bytes, what))
        offset = self.image.offset_of(rva)
        if offset is not None:
            self.source = offset
        return record

    def integers(self, rva: int, count: int, code: str, what: str) -> tuple[int, ...]:
        """A table of count integers of struct's format code."""
        data = self.read(rva, count * struct.calcsize("<" + code), what)
        return struct.unpack(f"<{count}{code}", data)

    def integers_to_zero(self, rva: int, code: str, what: str) -> Iterator[int]:
        """The integers of a table that a zero ends."""
        size = struct.calcsize("<" + code)
        count = 32  # in one read; as a table goes on, more
        while True:
            available = self.image.contiguous(rva) // size
            count = max(1, min(count, available))
            for value in self.integers(rva, count, code, what):
                if value == 0:
                    return
                yield value
            rva += count * size
            count = min(count * 2, 0x1000)
