"""Builds small PE images byte by byte, right or wrong as a test wants them.

It shares no code with windlass.pe, so that a slip there is not repeated here.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

AMD64, I386, ARM64 = 0x8664, 0x14C, 0xAA64
EXPORT, IMPORT, RESOURCE, EXCEPTION, CERTIFICATE, RELOCATION, DEBUG = range(7)
TLS, LOAD_CONFIG, BOUND_IMPORT, IAT, DELAY_IMPORT, CLR = range(9, 15)

CODE, DATA = 0x60000020, 0xC0000040
LFANEW = 0x80


def align(value: int, alignment: int) -> int:
    return -(-value // alignment) * alignment


def pad(data: bytes, alignment: int) -> bytes:
    return data.ljust(align(len(data), alignment), b"\0")


@dataclass
class Tiny:
    """One image, with all bytes in a single writable section at RVA 0x1000 unless `sections` says otherwise.

    sections: (name, rva, virtual size, file bytes, characteristics, file offset or None for the next one)
    headers:  replaces fields of the headers by their short names, see `bytes`.
    """

    body: bytes = b""
    directories: dict[int, tuple[int, int]] = field(default_factory=dict)
    machine: int = AMD64
    pe32: bool = False
    sections: Sequence[tuple[bytes, int, int, bytes, int, int | None]] | None = None
    headers: dict[str, int] = field(default_factory=dict)
    number_of_directories: int = 16
    base: int = 0x180000000
    dos_stub: bytes = b""

    def bytes(self) -> bytes:
        sections = self.sections
        if sections is None:
            sections = [(b".all", 0x1000, len(self.body), self.body, DATA, None)]
        get = self.headers.get
        file_alignment = get("file_alignment", 0x200)
        optional_size = (96 if self.pe32 else 112) + 8 * min(self.number_of_directories, 16)
        headers_size = align(LFANEW + 24 + optional_size + 40 * len(sections), 0x200)
        size_of_image = max([align(rva + size, 0x1000) for _, rva, size, *_ in sections], default=0x1000)
        size_of_image = min(size_of_image, 0xFFFFF000)

        table, contents, position = bytearray(), bytearray(), headers_size
        for name, rva, size, data, characteristics, offset in sections:
            if offset is None:
                data = pad(data, file_alignment or 1)
                offset = position if data else 0
                contents += data
                position += len(data)
            table += struct.pack("<8s4I12xI", name, size, rva, len(data), offset, characteristics)

        dos = (b"MZ" + self.dos_stub[2:]).ljust(LFANEW, b"\0")
        dos = dos[:60] + struct.pack("<I", LFANEW) + dos[64:]
        coff = struct.pack(
            "<4sHHIIIHH", b"PE\0\0", self.machine, get("sections", len(sections)),
            get("timestamp", 0x12345678), get("symbols", 0), get("number_of_symbols", 0),
            get("optional_size", optional_size), get("characteristics", 0x2022),
        )  # fmt: skip
        word = "I" if self.pe32 else "Q"
        base = self.base & 0xFFFFFFFF if self.pe32 else self.base
        optional = struct.pack(
            f"<HBBIIIII{'II' if self.pe32 else 'Q'}IIHHHHHHIIIIHH4{word}II",
            get("magic", 0x10B if self.pe32 else 0x20B), 14, 0, 0, 0, 0, get("entry_point", 0), 0x1000,
            *((0, base) if self.pe32 else (base,)),
            get("section_alignment", 0x1000), file_alignment, 6, 0, 0, 0, 6, 0, 0,
            get("size_of_image", size_of_image), get("size_of_headers", headers_size), get("checksum", 0),
            get("subsystem", 3), get("dll_characteristics", 0x160),
            0x100000, 0x1000, 0x200000, 0x2000, 0, self.number_of_directories,
        )  # fmt: skip
        for index in range(min(self.number_of_directories, 16)):
            optional += struct.pack("<II", *self.directories.get(index, (0, 0)))
        return (dos + coff + optional + bytes(table)).ljust(headers_size, b"\0") + bytes(contents)


class Body:
    """Bytes that grow, each piece at a known RVA."""

    def __init__(self, rva: int = 0x1000) -> None:
        self.start = rva
        self.data = bytearray()

    @property
    def rva(self) -> int:
        """Where the next piece will lie."""
        return self.start + len(self.data)

    def add(self, piece: bytes, alignment: int = 4) -> int:
        """Append a piece, and return its RVA."""
        self.data += bytes(align(len(self.data), alignment) - len(self.data))
        rva = self.rva
        self.data += piece
        return rva

    def text(self, text: str) -> int:
        return self.add(text.encode() + b"\0", 1)

    def words(self, *values: int, code: str = "I") -> int:
        return self.add(struct.pack(f"<{len(values)}{code}", *values), struct.calcsize(code))
