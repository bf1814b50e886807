"""An image: its headers, its sections and the checked access to its bytes.

Everything else in this package reads through `Image.read` and `Image.string`, or through a `Walk`, which
is the same with a bound on what a directory may cost. Both take RVAs and answer what the
mapped image would hold, whether the bytes come from a file or from memory.

What is read is what Windows would read, and the comments say so where that is not obvious. `Image` reads
headers generously, so that damaged files can be inspected; `Image.check` is as strict as the loader.
"""

from __future__ import annotations

import mmap
import os
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Union

from windlass.errors import BadImage
from windlass.pe import layout
from windlass.pe.record import text
from windlass.pe.walk import Walk

if TYPE_CHECKING:
    from types import TracebackType

    from windlass.pe.debug import DebugEntry
    from windlass.pe.exports import Exports
    from windlass.pe.imports import BoundImport, DelayImportedDll, ImportedDll
    from windlass.pe.load_config import LoadConfig
    from windlass.pe.record import R
    from windlass.pe.resources import ResourceDirectory
    from windlass.pe.signature import Certificate, RichHeader
    from windlass.pe.tls import Tls
    from windlass.pe.unwind import FunctionTable

__all__ = ["Image", "Section", "align_up", "text"]

Data = Union[bytes, bytearray, memoryview, mmap.mmap]

# No name that a linker writes is longer: MSVC and clang replace decorated names over 4,096 by a hash.
LONGEST_STRING = 0x10000


def align_up(value: int, alignment: int) -> int:
    return (value + alignment - 1) // alignment * alignment


def _is_power_of_two(value: int) -> bool:
    return value > 0 and value & (value - 1) == 0


class Extent(NamedTuple):
    """A range of the mapped image that is backed by one range of the data, the rest being zero."""

    rva: int
    size: int
    offset: int
    data_size: int


class Section(NamedTuple):
    """A named range of the image.

    name:         as in the header; a name "/123" is looked up in the symbols' string table (mingw-w64).
    virtual_size: bytes in memory. The header's zero means raw_size, and is replaced here.
    offset:       where its bytes begin in the file. Windows ignores the low nine bits.
    raw_size:     bytes in the file, as the header says; may be more or less than virtual_size.
    """

    name: str
    rva: int
    virtual_size: int
    offset: int
    raw_size: int
    characteristics: int

    @property
    def readable(self) -> bool:
        return bool(self.characteristics & layout.SECTION_READ)

    @property
    def writable(self) -> bool:
        return bool(self.characteristics & layout.SECTION_WRITE)

    @property
    def executable(self) -> bool:
        return bool(self.characteristics & layout.SECTION_EXECUTE)

    @property
    def shared(self) -> bool:
        """One copy for all processes that map the image."""
        return bool(self.characteristics & layout.SECTION_SHARED)

    @property
    def discardable(self) -> bool:
        return bool(self.characteristics & layout.SECTION_DISCARDABLE)


class Image:
    """A PE image in bytes.

    data:   the image: bytes, a memoryview of bytes, or a memory map.
    mapped: the bytes are laid out by RVA, as in memory, and not as in a file.
    base:   the address where a mapped image lies, if its headers no longer say so.
    path:   for error messages.

    Raises BadImage if the headers cannot be read. So does every other method and attribute whose
    part of the image cannot be read.

    Source: Microsoft, "PE Format".
    """

    # Headers, the same for PE32 and PE32+; see "Optional Header (Image Only)" in "PE Format".
    machine: int
    characteristics: int
    timestamp: int
    is_pe32plus: bool
    image_base: int
    entry_point: int  # RVA, 0 if none
    section_alignment: int
    file_alignment: int
    size_of_image: int
    size_of_headers: int
    checksum: int
    subsystem: int
    dll_characteristics: int
    stack_reserve: int
    stack_commit: int
    heap_reserve: int
    heap_commit: int
    sections: list[Section]  # in the order of the file

    dos_header: layout.DosHeader
    file_header: layout.FileHeader
    optional_header: layout.OptionalHeader32 | layout.OptionalHeader64

    def __init__(
        self, data: Data, *, mapped: bool = False, base: int | None = None, path: str | None = None
    ) -> None:
        self.path = path
        self.mapped = mapped
        self._data = data
        self._find = data.find if isinstance(data, (bytes, bytearray, mmap.mmap)) else None
        self._size = len(data)
        self._read_headers()
        self.base = self.image_base if base is None else base
        self.sections = self._read_sections()
        self._extents = self._lay_out()
        self._extent_rvas = [extent.rva for extent in self._extents]

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Image:
        """The image in a file, over a memory map. OSError if there is no such file."""
        name = os.fspath(path)
        with open(name, "rb") as file:
            if os.fstat(file.fileno()).st_size == 0:  # mmap refuses these
                return cls(b"", path=name)
            return cls(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), path=name)

    def close(self) -> None:
        """Let go of the memory map. What was read before stays valid."""
        data, self._data, self._size, self._find = self._data, b"", 0, None
        self._extents, self._extent_rvas = [], []
        if isinstance(data, mmap.mmap):
            data.close()

    def __enter__(self) -> Image:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __len__(self) -> int:
        """Size of the data: of the file, or of the mapped image."""
        return self._size

    def __repr__(self) -> str:
        machine = layout.MACHINE_NAMES.get(self.machine, hex(self.machine))
        return f"<Image {self.path or 'in memory'}, {machine}, {len(self.sections)} sections>"

    # Headers

    def bad(self, reason: str, offset: int) -> BadImage:
        """The error to raise for this image."""
        return BadImage(reason, offset, self.path)

    def _read_headers(self) -> None:
        if not self._size:
            raise self.bad("the file is empty", 0)
        magic = self._slice(0, 4)
        if magic and magic[:2] != layout.DOS_SIGNATURE:
            what = "a Linux file (ELF)" if magic == b"\x7fELF" else "no MZ at its start"
            raise self.bad(f"not a PE image: {what}", 0)
        self.dos_header = dos = self.record_at(layout.DosHeader, 0, "DOS header")
        # Any alignment is accepted, and an offset inside the DOS header too: tiny images overlap the two.
        if self._slice(dos.lfanew, dos.lfanew + 4) != layout.NT_SIGNATURE:
            raise self.bad("not a PE image: no PE signature", dos.lfanew)
        self._file_header_offset = dos.lfanew + 4
        self.file_header = self.record_at(layout.FileHeader, self._file_header_offset, "file header")
        self._optional_header_offset = self._file_header_offset + layout.FileHeader.size_in_bytes
        self.optional_header = header = self._read_optional_header()

        self.machine = self.file_header.machine
        self.characteristics = self.file_header.characteristics
        self.timestamp = self.file_header.timestamp
        for name in (
            "image_base", "entry_point", "section_alignment", "file_alignment", "size_of_image",
            "size_of_headers", "checksum", "subsystem", "dll_characteristics",
            "stack_reserve", "stack_commit", "heap_reserve", "heap_commit",
        ):  # fmt: skip
            setattr(self, name, getattr(header, name))
        self._directories = self._read_directories()

    def _read_optional_header(self) -> layout.OptionalHeader32 | layout.OptionalHeader64:
        offset = self._optional_header_offset
        magic = int.from_bytes(self.bytes_at(offset, 2, "optional header"), "little")
        # The magic decides the form, the machine does not.
        self.is_pe32plus = magic == layout.MAGIC_PE32PLUS
        if self.is_pe32plus:
            return self.record_at(layout.OptionalHeader64, offset, "optional header")
        if magic == layout.MAGIC_PE32:
            return self.record_at(layout.OptionalHeader32, offset, "optional header")
        raise self.bad(f"unknown optional header magic {magic:#x}", offset)

    def _read_directories(self) -> list[tuple[int, int]]:
        """The (rva, size) pairs; Windows takes the count in the header, at most 16."""
        count = min(self.optional_header.number_of_directories, layout.NUMBER_OF_DIRECTORIES)
        data = self.bytes_at(
            self._directory_offset(0), count * layout.DataDirectory.size_in_bytes, "data directories"
        )
        return [(entry.rva, entry.size) for entry in layout.DataDirectory.unpack_all(data)]

    def _read_sections(self) -> list[Section]:
        # The section table follows the optional header's declared size, whatever it really holds.
        offset = self._optional_header_offset + self.file_header.size_of_optional_header
        size = self.file_header.number_of_sections * layout.SectionHeader.size_in_bytes
        self._section_table_offset = offset
        table = self.bytes_at(offset, size, "section table")
        return [self._section(header) for header in layout.SectionHeader.unpack_all(table)]

    def _section(self, header: layout.SectionHeader) -> Section:
        return Section(
            self._section_name(header.name),
            header.rva,
            header.virtual_size or header.raw_size,
            header.offset,
            header.raw_size,
            header.characteristics,
        )

    def _section_name(self, raw: bytes) -> str:
        raw = raw.rstrip(b"\0")
        table = self.file_header.symbol_table
        if raw[:1] == b"/" and raw[1:].isdigit() and table and not self.mapped:
            strings = table + self.file_header.number_of_symbols * 18
            start = strings + int(raw[1:])
            found = self._slice(start, min(start + 256, self._size))
            if b"\0" in found:
                return text(found[: found.index(b"\0")])
        return text(raw)

    def _lay_out(self) -> list[Extent]:
        """The mapped image as extents in the order of their RVAs."""
        if self.mapped:
            return [Extent(0, self._size, 0, self._size)]
        if self.is_low_alignment:
            return [Extent(0, max(align_up(self._size, layout.PAGE_SIZE), self.size_of_image), 0, self._size)]
        alignment = self.section_alignment
        headers = min(self.size_of_headers, self._size)
        extents = [Extent(0, align_up(headers, alignment), 0, headers)]
        for section in self.sections:
            extents.append(self._section_extent(section, align_up(section.virtual_size, alignment)))
        return sorted(extent for extent in extents if extent.size)

    def _section_extent(self, section: Section, size: int) -> Extent:
        """Where a section's bytes come from.

        Bytes of the file after virtual_size are mapped as far as the last page goes; beyond
        raw_size memory is zero. What a truncated file lacks is missing, not zero.
        """
        offset = section.offset & -layout.SECTOR_SIZE
        raw_size = section.raw_size if section.offset else 0
        data_size = min(raw_size, size)
        available = max(0, self._size - offset)
        if data_size > available:
            return Extent(section.rva, available, offset, available)
        return Extent(section.rva, size, offset, data_size)

    def check(self) -> None:
        """Raise BadImage if Windows would refuse to map the file, for its layout.

        Images that break rules which mapping does not depend on (gaps between sections, sections without
        bytes) pass.
        """
        table = self._section_table_offset
        header = self._optional_header_offset
        if not self.characteristics & layout.FILE_EXECUTABLE_IMAGE:
            raise self.bad("not an executable image: its linker found errors", self._file_header_offset)
        if not _is_power_of_two(self.section_alignment) or not _is_power_of_two(self.file_alignment):
            raise self.bad(
                f"alignments {self.section_alignment:#x} and {self.file_alignment:#x} are not powers of two",
                header,
            )
        if self.file_alignment > self.section_alignment:
            raise self.bad("file alignment is larger than section alignment", header)
        if not 0 < self.size_of_headers <= min(self._size, self.size_of_image):
            raise self.bad(f"headers of {self.size_of_headers:#x} bytes", header)
        if table + len(self.sections) * layout.SectionHeader.size_in_bytes > self.size_of_headers:
            raise self.bad(f"headers of {self.size_of_headers:#x} bytes without the section table", header)
        if self.entry_point >= self.size_of_image:
            raise self.bad(f"entry point {self.entry_point:#x} is outside the image", header)
        end = self.size_of_headers
        for index, section in enumerate(self.sections):
            self._check_section(section, end, table + index * layout.SectionHeader.size_in_bytes)
            end = section.rva + section.virtual_size

    def _check_section(self, section: Section, end: int, source: int) -> None:
        """One section, which must begin after `end` and lie within the image and the file."""
        name = f"section {section.name!r}"
        if section.rva % self.section_alignment:
            raise self.bad(f"{name} is not aligned", source)
        if section.rva < end:
            raise self.bad(f"{name} overlaps what is before it", source)
        if section.rva + section.virtual_size > align_up(self.size_of_image, self.section_alignment):
            raise self.bad(f"{name} goes beyond the image's size {self.size_of_image:#x}", source)
        if self.is_low_alignment and section.raw_size and section.offset != section.rva:
            raise self.bad(f"{name} is not at its RVA in a file that is mapped as it is", source)
        if not self.mapped and section.offset and section.offset + section.raw_size > self._size:
            raise self.bad(f"{name} goes beyond the file's end at {self._size:#x}", source)

    @property
    def is_dll(self) -> bool:
        return bool(self.characteristics & layout.FILE_DLL)

    @property
    def is_low_alignment(self) -> bool:
        """Sections are aligned to less than a page.

        Then Windows maps the file as it is, RVAs being file offsets, and ignores the section table.
        """
        return self.section_alignment < layout.PAGE_SIZE

    def _directory_offset(self, index: int) -> int:
        size = self.optional_header.size_in_bytes
        return self._optional_header_offset + size + index * layout.DataDirectory.size_in_bytes

    def directory(self, index: int) -> tuple[int, int]:
        """(rva, size) of a data directory, a layout.DIRECTORY_ constant; (0, 0) if absent."""
        return self._directories[index] if index < len(self._directories) else (0, 0)

    def section_at(self, rva: int) -> Section | None:
        """The section that holds an RVA, None if none does."""
        for section in self.sections:
            if section.rva <= rva < section.rva + section.virtual_size:
                return section
        return None

    # Bytes

    def _slice(self, start: int, stop: int) -> bytes:
        return bytes(self._data[start:stop])

    def bytes_at(self, offset: int, size: int, what: str = "data") -> bytes:
        """Bytes at an offset of the data. BadImage if they are not all there; `what` names them then."""
        if offset < 0 or size < 0 or offset + size > self._size:
            raise self.bad(f"{what} of {size} bytes goes beyond the end at {self._size:#x}", offset)
        return self._slice(offset, offset + size)

    def record_at(self, layout_type: type[R], offset: int, what: str) -> R:
        """A record at an offset of the data."""
        return layout_type.unpack(self.bytes_at(offset, layout_type.size_in_bytes, what))

    def _extent(self, rva: int) -> Extent | None:
        index = bisect_right(self._extent_rvas, rva) - 1
        if index >= 0 and rva >= 0:
            extent = self._extents[index]
            if rva < extent.rva + extent.size:
                return extent
        return None

    def offset_of(self, rva: int) -> int | None:
        """The data offset that backs an RVA; None if none does (zero-filled or outside the image)."""
        extent = self._extent(rva)
        if extent is None or rva - extent.rva >= extent.data_size:
            return None
        return extent.offset + rva - extent.rva

    def rva_of(self, offset: int) -> int | None:
        """The lowest RVA backed by a data offset; None if it is not mapped."""
        for extent in self._extents:
            if extent.offset <= offset < extent.offset + extent.data_size:
                return extent.rva + offset - extent.offset
        return None

    def contiguous(self, rva: int) -> int:
        """How many bytes from an RVA on read() surely gives; 0 if the RVA is outside the image."""
        extent = self._extent(rva)
        return extent.rva + extent.size - rva if extent else 0

    def read(self, rva: int, size: int, what: str = "data", source: int | None = None) -> bytes:
        """Bytes of the mapped image, zeros where it is zero-filled.

        BadImage if they are not all inside the image and, when the file is truncated, inside the file.
        It calls them `what` and names the offset `source`, where the RVA was found.
        """
        extent = self._extent(rva)
        if extent is not None and size >= 0:
            start = rva - extent.rva
            if start + size <= extent.data_size:
                return self._slice(extent.offset + start, extent.offset + start + size)
        return self._assemble(rva, size, what, source)

    def _assemble(self, rva: int, size: int, what: str, source: int | None) -> bytes:
        """The slow way of read(): bytes from several extents, or zeros."""
        parts = []
        position, left = rva, size
        while left > 0:
            extent = self._extent(position)
            if extent is None:
                raise self._outside(what, rva, size, source)
            start = position - extent.rva
            count = min(left, extent.size - start)
            stored = max(0, min(count, extent.data_size - start))
            parts.append(self._slice(extent.offset + start, extent.offset + start + stored))
            parts.append(bytes(count - stored))
            position += count
            left -= count
        if left < 0:
            raise self._outside(what, rva, size, source)
        return b"".join(parts)

    def _outside(self, what: str, rva: int, size: int, source: int | None) -> BadImage:
        reason = f"{what} at RVA {rva:#x}, size {size:#x}, is outside the image"
        return self.bad(reason, self._directory_offset(0) if source is None else source)

    def string(self, rva: int, what: str = "string", source: int | None = None) -> bytes:
        """The zero-terminated string at an RVA, without its zero. BadImage as for read()."""
        extent = self._extent(rva)
        if extent is None:
            raise self._outside(what, rva, 1, source)
        start = extent.offset + rva - extent.rva
        stop = min(extent.offset + extent.data_size, start + LONGEST_STRING)
        if self._find is not None and start < stop:
            end = self._find(b"\0", start, stop)
            if end >= 0:
                return self._slice(start, end)
        return self._string_in_pieces(rva, what, source)

    def _string_in_pieces(self, rva: int, what: str, source: int | None) -> bytes:
        """The slow way of string(): data that cannot be searched, or a string that ends in another extent."""
        found = b""
        while len(found) < LONGEST_STRING:
            position = rva + len(found)
            extent = self._extent(position)
            if extent is None:
                raise self._outside(what, position, 1, source)
            piece = self.read(position, min(256, extent.rva + extent.size - position), what, source)
            end = piece.find(b"\0")
            if end >= 0:
                return found + piece[:end]
            found += piece
        offset = self.offset_of(rva) if source is None else source
        raise self.bad(f"{what} at RVA {rva:#x} has no end", offset or 0)

    def walk(self, index: int) -> Walk:
        """Begin to read a data directory."""
        return Walk(self, layout.DIRECTORY_NAMES[index], self._directory_offset(index))

    # Directories, each parsed when first asked for

    @cached_property
    def exports(self) -> Exports | None:
        from windlass.pe.exports import Exports

        return Exports.of(self)

    @cached_property
    def imports(self) -> list[ImportedDll]:
        from windlass.pe.imports import read_imports

        return read_imports(self)

    @cached_property
    def delay_imports(self) -> list[DelayImportedDll]:
        from windlass.pe.imports import read_delay_imports

        return read_delay_imports(self)

    @cached_property
    def bound_imports(self) -> list[BoundImport]:
        from windlass.pe.imports import read_bound_imports

        return read_bound_imports(self)

    @property
    def relocations(self) -> Iterator[tuple[int, int]]:
        """(rva, type) of each base relocation, without the padding; see windlass.pe.relocations."""
        from windlass.pe.relocations import read_relocations

        return read_relocations(self)

    @cached_property
    def tls(self) -> Tls | None:
        from windlass.pe.tls import read_tls

        return read_tls(self)

    @cached_property
    def exceptions(self) -> FunctionTable | None:
        from windlass.pe.unwind import FunctionTable

        return FunctionTable.of(self)

    @cached_property
    def resources(self) -> ResourceDirectory | None:
        from windlass.pe.resources import read_resources

        return read_resources(self)

    @cached_property
    def debug(self) -> list[DebugEntry]:
        from windlass.pe.debug import read_debug

        return read_debug(self)

    @cached_property
    def load_config(self) -> LoadConfig | None:
        from windlass.pe.load_config import LoadConfig

        return LoadConfig.of(self)

    @cached_property
    def certificates(self) -> list[Certificate]:
        from windlass.pe.signature import read_certificates

        return read_certificates(self)

    @cached_property
    def rich(self) -> RichHeader | None:
        from windlass.pe.signature import read_rich

        return read_rich(self)

    @cached_property
    def clr(self) -> layout.ClrHeader | None:
        """The header of .NET code, None if the image has none."""
        rva, _ = self.directory(layout.DIRECTORY_CLR)
        return self.walk(layout.DIRECTORY_CLR).record(layout.ClrHeader, rva, "CLR header") if rva else None

    def compute_checksum(self) -> int:
        """What `checksum` should be. Reads the whole file."""
        from windlass.pe.signature import compute_checksum

        return compute_checksum(self)
