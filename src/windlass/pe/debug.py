"""The debug directory: where the symbols are, and what the tools that made the image left in it.

Source: Microsoft, "PE Format", "The .debug Section". The contents of CodeView, POGO and feature entries
are as Microsoft's linker writes them.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from windlass.pe import layout
from windlass.pe.image import Image, text
from windlass.pe.walk import Walk

__all__ = ["CodeView", "DebugEntry", "PogoEntry", "VcFeature", "read_debug"]

_RSDS = int.from_bytes(b"RSDS", "little")
_NB10 = int.from_bytes(b"NB10", "little")


class CodeView(NamedTuple):
    """Where the symbols are: a PDB file, and how to know the right one.

    guid: None in the old form NB10, which has a time stamp instead.
    """

    path: str
    age: int
    guid: UUID | None
    timestamp: int | None


class PogoEntry(NamedTuple):
    """A part of a section as the linker merged it, such as ".text$mn"."""

    rva: int
    size: int
    name: str


class VcFeature(NamedTuple):
    """How many objects were compiled in each way."""

    before_vc11: int
    c_and_cpp: int
    security_checks: int
    sdl: int
    guard_n: int


class DebugEntry:
    """One entry of the debug directory.

    type: a layout.DEBUG_ constant.
    rva:  of its data if it is mapped, else 0; offset: of its data in the file; size: of its data.

    What the data says is an attribute per type, None for entries of other types.
    """

    def __init__(self, walk: Walk, record: layout.DebugDirectory) -> None:
        self._walk = walk
        self.type: int = record.type
        self.timestamp: int = record.timestamp
        self.version: tuple[int, int] = (record.major_version, record.minor_version)
        self.rva: int = record.rva
        self.offset: int = record.offset
        self.size: int = record.size

    def __repr__(self) -> str:
        return f"<DebugEntry {layout.DEBUG_NAMES.get(self.type, self.type)}, {self.size} bytes>"

    @cached_property
    def data(self) -> bytes:
        """The entry's bytes."""
        if self._walk.image.mapped or not self.offset:
            return self._walk.read(self.rva, self.size, "debug data")
        return self._walk.read_at(self.offset, self.size, "debug data")

    @cached_property
    def codeview(self) -> CodeView | None:
        if self.type != layout.DEBUG_CODEVIEW or self.size < 4:
            return None
        data = self.data
        signature = int.from_bytes(data[:4], "little")
        if signature == _RSDS and len(data) >= layout.CodeViewRsds.size_in_bytes:
            rsds = layout.CodeViewRsds.unpack(data)
            path = data[rsds.size_in_bytes :].split(b"\0")[0]
            return CodeView(text(path), rsds.age, UUID(bytes_le=rsds.guid), None)
        if signature == _NB10 and len(data) >= layout.CodeViewNb10.size_in_bytes:
            nb10 = layout.CodeViewNb10.unpack(data)
            path = data[nb10.size_in_bytes :].split(b"\0")[0]
            return CodeView(text(path), nb10.age, None, nb10.timestamp)
        return None

    @cached_property
    def repro(self) -> bytes | None:
        """The hash that a reproducible build has in place of time stamps; b"" if only the mark is there."""
        if self.type != layout.DEBUG_REPRO:
            return None
        data = self.data
        return data[4 : 4 + int.from_bytes(data[:4], "little")]

    @cached_property
    def pogo(self) -> list[PogoEntry] | None:
        """The contributions to the sections."""
        if self.type != layout.DEBUG_POGO:
            return None
        data = self.data
        entries = []
        position = 4  # behind a signature such as "LTCG"
        while position + 8 < len(data):
            rva = int.from_bytes(data[position : position + 4], "little")
            size = int.from_bytes(data[position + 4 : position + 8], "little")
            end = data.find(b"\0", position + 8)
            end = len(data) if end < 0 else end
            entries.append(PogoEntry(rva, size, text(data[position + 8 : end])))
            position = end // 4 * 4 + 4
        return entries

    @cached_property
    def vc_feature(self) -> VcFeature | None:
        if self.type != layout.DEBUG_VC_FEATURE or self.size < 20:
            return None
        data = self.data
        return VcFeature(*(int.from_bytes(data[i : i + 4], "little") for i in range(0, 20, 4)))

    @cached_property
    def ex_dll_characteristics(self) -> int | None:
        """More DLL characteristics; bit 0: compatible with shadow stacks (CET)."""
        if self.type != layout.DEBUG_EX_DLLCHARACTERISTICS:
            return None
        return int.from_bytes(self.data[:4], "little")


def read_debug(image: Image) -> list[DebugEntry]:
    """The entries of an image's debug directory."""
    rva, size = image.directory(layout.DIRECTORY_DEBUG)
    if not rva:
        return []
    walk = image.walk(layout.DIRECTORY_DEBUG)
    count = size // layout.DebugDirectory.size_in_bytes
    table = walk.read(rva, count * layout.DebugDirectory.size_in_bytes, "debug directory")
    return [DebugEntry(walk, record) for record in layout.DebugDirectory.unpack_all(table)]
