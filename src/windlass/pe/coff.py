"""Object files: sections, symbols and relocations, as a linker takes them.

Source: Microsoft, "PE Format".
"""

from __future__ import annotations

import struct

from windlass.errors import BadLibrary
from windlass.light import TYPE_CHECKING, NamedTuple
from windlass.pe import layout
from windlass.pe.record import text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from windlass.pe.record import R

__all__ = ["CoffObject", "CoffSection", "NewSection", "NewSymbol", "Relocation", "Symbol", "object_bytes"]

_RECORD_SIZE = layout.CoffSymbol.size_in_bytes


class Relocation(NamedTuple):
    """Where a section refers to a symbol; symbol is its index."""

    offset: int
    symbol: int
    type: int


class CoffSection(NamedTuple):
    """A section of an object, its relocations by their offset. A .bss section has no data."""

    name: str
    characteristics: int
    data: bytes
    relocations: dict[int, Relocation]


class Symbol(NamedTuple):
    """A symbol. section: from 1 on; 0 if another object defines it, more than 0xFFF0 if it has none.

    weak_default: of a weak external, the index of the symbol that stands in for it.
    """

    name: str
    value: int
    section: int
    storage_class: int
    weak_default: int | None


class CoffObject:
    """An object file in bytes. BadLibrary if it is damaged.

    symbols: by their index in the file; auxiliary entries are None.
    path:    for error messages; offset: of the data in that file.
    """

    def __init__(self, data: bytes, *, path: str | None = None, offset: int = 0) -> None:
        self._data = data
        self._path = path
        self._offset = offset
        # Honest sections and names do not overlap: what is read is in all little more than the object.
        self._left = 2 * len(data) + 0x1000
        header = self._record(layout.FileHeader, 0, "file header")
        self.machine: int = header.machine
        self._strings_offset = header.symbol_table + header.number_of_symbols * _RECORD_SIZE
        self._strings = self._read_strings() if header.symbol_table else b""
        first = layout.FileHeader.size_in_bytes + header.size_of_optional_header
        self.sections = [
            self._section(first + index * layout.SectionHeader.size_in_bytes)
            for index in range(header.number_of_sections)
        ]
        self.symbols = self._read_symbols(header.symbol_table, header.number_of_symbols)

    def _bad(self, reason: str, offset: int) -> BadLibrary:
        return BadLibrary(reason, self._offset + offset, self._path)

    def _bytes(self, offset: int, size: int, what: str) -> bytes:
        if offset + size > len(self._data):
            raise self._bad(f"{what} of {size} bytes goes beyond the object's end", offset)
        self._spend(size, offset)
        return self._data[offset : offset + size]

    def _spend(self, size: int, source: int) -> None:
        self._left -= size
        if self._left < 0:
            raise self._bad("claims more data than the object can hold", source)

    def _record(self, layout_type: type[R], offset: int, what: str) -> R:
        return layout_type.unpack(self._bytes(offset, layout_type.size_in_bytes, what))

    def _read_strings(self) -> bytes:
        if self._strings_offset == len(self._data):  # some tools leave an empty table out
            return b""
        size = int.from_bytes(self._bytes(self._strings_offset, 4, "string table"), "little")
        return self._bytes(self._strings_offset, max(size, 4), "string table")

    def _string(self, offset: int, source: int) -> str:
        end = self._strings.find(b"\0", offset)
        if offset < 4 or end < 0:
            raise self._bad(f"a name at {offset:#x} of the string table, which ends before", source)
        self._spend(end - offset, source)
        return text(self._strings[offset:end])

    def _section(self, offset: int) -> CoffSection:
        header = self._record(layout.SectionHeader, offset, "section header")
        name = header.name.rstrip(b"\0")
        shown = self._string(int(name[1:]), offset) if name[:1] == b"/" and name[1:].isdigit() else text(name)
        has_data = header.offset and not header.characteristics & layout.SECTION_UNINITIALIZED_DATA
        data = self._bytes(header.offset, header.raw_size, "section") if has_data else b""
        size = header.number_of_relocations * layout.CoffRelocation.size_in_bytes
        table = self._bytes(header.relocations_offset, size, "relocations")
        records = layout.CoffRelocation.unpack_all(table)
        relocations = {record.rva: Relocation(*record) for record in records}
        return CoffSection(shown, header.characteristics, data, relocations)

    def _read_symbols(self, offset: int, count: int) -> list[Symbol | None]:
        table = self._bytes(offset, count * _RECORD_SIZE, "symbol table")
        symbols: list[Symbol | None] = []
        while len(symbols) < count:
            where = len(symbols) * _RECORD_SIZE
            record = layout.CoffSymbol.unpack(table, where)
            auxiliary = min(record.number_of_aux_symbols, count - len(symbols) - 1)
            default = None
            if record.storage_class == layout.CLASS_WEAK_EXTERNAL and auxiliary:
                default = layout.CoffWeakExternal.unpack(table, where + _RECORD_SIZE).default
            name = self._symbol_name(record.name, offset + where)
            symbols.append(Symbol(name, record.value, record.section, record.storage_class, default))
            symbols += [None] * auxiliary
        return symbols

    def _symbol_name(self, raw: bytes, source: int) -> str:
        if raw[:4] == bytes(4):
            return self._string(int.from_bytes(raw[4:], "little"), source)
        return text(raw.rstrip(b"\0"))

    def section_of(self, symbol: Symbol) -> CoffSection | None:
        """The section that defines a symbol, None if none does."""
        return self.sections[symbol.section - 1] if 0 < symbol.section <= len(self.sections) else None

    def string_at(self, section: CoffSection, offset: int) -> bytes:
        """The string at an offset in a section, up to a zero or the section's end."""
        end = section.data.find(b"\0", offset)
        found = section.data[offset : end if end >= 0 else None]
        self._spend(len(found) + 1, 0)
        return found

    def target(self, section: CoffSection, offset: int) -> Symbol | None:
        """The symbol to which a section refers at an offset, None if it does not."""
        relocation = section.relocations.get(offset)
        if relocation is None or relocation.symbol >= len(self.symbols):
            return None
        return self.symbols[relocation.symbol]


class NewSection(NamedTuple):
    """A section to write."""

    name: bytes
    characteristics: int
    data: bytes
    relocations: Sequence[Relocation] = ()


class NewSymbol(NamedTuple):
    """A symbol to write; section is its number, from 1 on, 0 if another object defines it.

    name:         or its offset in the string table, if the caller makes that.
    weak_default: of a weak external, the index of the symbol that stands in for it. Such a symbol has two
                  indices.
    """

    name: bytes | int
    section: int
    storage_class: int = layout.CLASS_EXTERNAL
    weak_default: int | None = None


def object_bytes(machine: int, sections: Iterable[NewSection], symbols: Sequence[NewSymbol]) -> bytes:
    """An object file.

    Each section's bytes are followed by its relocations, then come the symbols, then the string table.
    """
    sections = list(sections)
    headers, bodies = b"", b""
    start = layout.FileHeader.size_in_bytes + len(sections) * layout.SectionHeader.size_in_bytes
    for section in sections:
        offset = start + len(bodies)
        relocations = b"".join(
            layout.CoffRelocation.pack(rva=each.offset, symbol=each.symbol, type=each.type)
            for each in section.relocations
        )
        headers += layout.SectionHeader.pack(
            name=section.name,
            raw_size=len(section.data),
            offset=offset if section.data else 0,
            relocations_offset=offset + len(section.data) if relocations else 0,
            number_of_relocations=len(section.relocations),
            characteristics=section.characteristics,
        )
        bodies += section.data + relocations
    file_header = layout.FileHeader.pack(
        machine=machine,
        number_of_sections=len(sections),
        symbol_table=start + len(bodies),
        number_of_symbols=sum(1 if symbol.weak_default is None else 2 for symbol in symbols),
        characteristics=layout.FILE_32BIT_MACHINE if machine == layout.MACHINE_I386 else 0,
    )
    return file_header + headers + bodies + _symbol_table(symbols)


def _symbol_table(symbols: Sequence[NewSymbol]) -> bytes:
    table, strings = b"", b""
    for symbol in symbols:
        name = symbol.name
        if isinstance(name, int):
            name = struct.pack("<II", 0, name)
        elif len(name) > 8:
            offset = 4 + len(strings)
            strings += name + b"\0"
            name = struct.pack("<II", 0, offset)
        weak = b""
        if symbol.weak_default is not None:
            weak = layout.CoffWeakExternal.pack(
                default=symbol.weak_default, characteristics=layout.WEAK_EXTERNAL_ALIAS
            )
        table += layout.CoffSymbol.pack(
            name=name,
            section=symbol.section,
            storage_class=symbol.storage_class,
            number_of_aux_symbols=1 if weak else 0,
        )
        table += weak
    return table + struct.pack("<I", 4 + len(strings)) + strings
