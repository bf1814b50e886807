"""Reading import libraries: which symbol is bound to which export of which DLL.

Two forms are read. In a short import object everything stands in a header. In an object of sections the
symbol `__imp_NAME` is a cell of .idata$5, whose ordinal, or whose hint and name in .idata$6, is that of the
import; the object also refers, by a symbol, to the import descriptor, which names the DLL. mingw's dlltool
makes these, as did Microsoft's linkers before Visual C++ 6.

Source: Microsoft, "PE Format", "Import Library Format".
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import NamedTuple

from windlass.errors import BadLibrary
from windlass.pe import layout
from windlass.pe.archive import Archive, Member
from windlass.pe.coff import CoffObject, CoffSection, Symbol
from windlass.pe.definition import ExportDefinition
from windlass.pe.import_object import ShortImport, is_short_import
from windlass.pe.record import text

__all__ = ["ImportLibrary", "LibraryImport"]

_CELL_PREFIX = "__imp_"
_TYPES = {layout.IMPORT_CODE: "code", layout.IMPORT_DATA: "data", layout.IMPORT_CONST: "const"}
_ORDINAL_FLAGS = {4: layout.ORDINAL_FLAG32, 8: layout.ORDINAL_FLAG64}


class LibraryImport(NamedTuple):
    """One symbol that a library binds.

    symbol:  as the compiler has it, without "__imp_"; on x86 with its underscore.
    dll:     the DLL's file name.
    name:    of the export; None if it is bound by its ordinal, which is None otherwise.
    hint:    a guess at the name's index.
    kind:    "code", for which the library also has a jump by the plain symbol; "data"; or "const", whose
             plain symbol is the cell itself.
    machine: a layout.MACHINE_ constant.
    """

    symbol: str
    dll: str
    name: str | None
    ordinal: int | None
    hint: int
    kind: str
    machine: int

    @property
    def definition(self) -> ExportDefinition:
        """The export that makes this import."""
        symbol = self.symbol
        if self.machine == layout.MACHINE_I386 and symbol.startswith("_"):
            symbol = symbol[1:]
        return ExportDefinition(
            symbol,
            ordinal=self.ordinal,
            noname=self.name is None,
            data=self.kind == "data",
            constant=self.kind == "const",
            import_name=None if self.name in (None, symbol) else self.name,
        )


class ImportLibrary:
    """An archive of imports.

    Members that import nothing, as the C runtime's libraries have many, are left aside. BadLibrary, when
    imports are read, for any damaged one.
    """

    def __init__(self, archive: Archive) -> None:
        self.path = archive.path
        self._archive = archive

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> ImportLibrary:
        """The library in a file. OSError if there is no such file."""
        return cls(Archive.open(path))

    @property
    def dlls(self) -> list[str]:
        """The DLLs that the library binds to, in the order of their first import."""
        return list(dict.fromkeys(each.dll for each in self.imports))

    @cached_property
    def imports(self) -> list[LibraryImport]:
        """Every import, in the order of the members."""
        objects = _Objects(self.path)
        found: list[LibraryImport] = []
        for member in self._archive.members:
            if is_short_import(member.data):
                found.append(self._short_import(member))
            elif int.from_bytes(member.data[:2], "little") in layout.MACHINE_NAMES:
                objects.add(member)
        return found + objects.imports(found)

    def _short_import(self, member: Member) -> LibraryImport:
        try:
            each = ShortImport.unpack(member.data)
        except ValueError as error:
            raise BadLibrary(str(error), member.data_offset, self.path) from None
        symbol, dll, kind = text(each.symbol), text(each.dll), _TYPES[each.type]
        if each.name is None:
            return LibraryImport(symbol, dll, None, each.number, 0, kind, each.machine)
        return LibraryImport(symbol, dll, text(each.name), None, each.number, kind, each.machine)


class _Objects:
    """The objects of sections in a library, which explain each other."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._objects: list[CoffObject] = []
        self._definitions: dict[str, tuple[CoffObject, Symbol]] = {}

    def add(self, member: Member) -> None:
        made = CoffObject(member.data, path=self._path, offset=member.data_offset)
        self._objects.append(made)
        for symbol in made.symbols:
            if symbol is not None and symbol.section and symbol.storage_class == layout.CLASS_EXTERNAL:
                self._definitions.setdefault(symbol.name, (made, symbol))

    def imports(self, others: list[LibraryImport]) -> list[LibraryImport]:
        """What the objects import, and the weak symbols that stand for an import, be it one of `others`."""
        dlls = self._dlls()
        found = [made for each in self._objects for made in self._imports_of(each, dlls)]
        by_symbol = {each.symbol: each for each in [*others, *found]}
        aliases = [
            by_symbol[default]._replace(symbol=name)
            for name, default in self._weak_symbols()
            if default in by_symbol and name not in by_symbol
        ]
        return found + aliases

    def _dlls(self) -> dict[str, str]:
        """The DLL that each symbol of an import descriptor stands for."""
        found = {}
        name_offset = layout.ImportDescriptor.offset_of("name_rva")
        for each in self._objects:
            for symbol in each.symbols:
                if symbol is None or symbol.storage_class != layout.CLASS_EXTERNAL:
                    continue
                section = each.section_of(symbol)
                if section is not None and section.name == ".idata$2":
                    name = self._string_at(each, each.target(section, symbol.value + name_offset))
                    if name:
                        found[symbol.name] = text(name)
        return found

    def _string_at(self, where: CoffObject, symbol: Symbol | None) -> bytes | None:
        """The zero-terminated string that a symbol, of that object or of another, stands for."""
        if symbol is not None and symbol.section == layout.SYMBOL_UNDEFINED:
            where, symbol = self._definitions.get(symbol.name, (where, symbol))
        section = where.section_of(symbol) if symbol is not None else None
        if symbol is None or section is None:
            return None
        return where.string_at(section, symbol.value)

    def _imports_of(self, each: CoffObject, dlls: dict[str, str]) -> list[LibraryImport]:
        referred = (symbol for symbol in each.symbols if symbol is not None and not symbol.section)
        dll = next((dlls[symbol.name] for symbol in referred if symbol.name in dlls), None)
        if dll is None:
            return []
        plain = {symbol.name: symbol for symbol in each.symbols if symbol is not None and symbol.section}
        found = []
        for name, cell in plain.items():
            section = each.section_of(cell)
            if name.startswith(_CELL_PREFIX) and section is not None and section.name == ".idata$5":
                symbol = name[len(_CELL_PREFIX) :]
                made = self._import(each, section, cell)
                if made is not None:
                    kind = _kind(plain.get(symbol), cell)
                    found.append(LibraryImport(symbol, dll, *made, kind, each.machine))
        return found

    def _import(
        self, each: CoffObject, section: CoffSection, cell: Symbol
    ) -> tuple[str | None, int | None, int] | None:
        """(name, ordinal, hint) that a cell of .idata$5 imports."""
        target = each.target(section, cell.value)
        if target is not None:
            names = each.section_of(target)
            if names is None:
                return None
            hint = int.from_bytes(names.data[target.value : target.value + 2], "little")
            return text(each.string_at(names, target.value + 2)), None, hint
        size = 4 if each.machine in _MACHINES_OF_32_BITS else 8
        value = int.from_bytes(section.data[cell.value : cell.value + size], "little")
        return (None, value & 0xFFFF, 0) if value & _ORDINAL_FLAGS[size] else None

    def _weak_symbols(self) -> list[tuple[str, str]]:
        found = []
        for each in self._objects:
            for symbol in each.symbols:
                index = symbol.weak_default if symbol is not None else None
                default = each.symbols[index] if index is not None and index < len(each.symbols) else None
                if symbol is not None and default is not None:
                    found.append((symbol.name, default.name))
        return found


_MACHINES_OF_32_BITS = (layout.MACHINE_I386, layout.MACHINE_ARMNT)


def _kind(plain: Symbol | None, cell: Symbol) -> str:
    if plain is None:
        return "data"
    return "const" if plain.section == cell.section else "code"
