"""Writing import libraries: what a linker needs to bind programs to a DLL.

Two forms say the same. `.lib` is Microsoft's: three objects of sections make the import descriptor, the end
of the descriptors and the end of the DLL's tables, and each export is a short import object, from which the
linker makes the table entries itself. `.a` is the form of mingw's dlltool, in which every export is an object
with its table entries and its jump. It is longer, but the only one in which GNU's linker knows every kind of
export: a library with one short import object that has a name of its own (IMPORT_NAME_EXPORTAS) it refuses
as a whole.

    .idata$2  the import descriptor      .idata$5  the import address table (IAT)
    .idata$3  the end of descriptors     .idata$6  hints and names, and Microsoft's DLL name
    .idata$4  the import name table      .idata$7  mingw: the DLL name, and references to the descriptor

Linkers put these sections one behind the other in the order of their names, and those of one name in the
order of the archive and its members' names.

Source: Microsoft, "PE Format", "Import Library Format".
"""

from __future__ import annotations

import os
import struct

from windlass.light import TYPE_CHECKING, NamedTuple
from windlass.pe import layout
from windlass.pe.archive import NewMember, archive_bytes
from windlass.pe.coff import NewSection, NewSymbol, Relocation, object_bytes
from windlass.pe.definition import ExportDefinition
from windlass.pe.import_object import name_type_of, short_import_bytes
from windlass.pe.record import text
from windlass.whole_file import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["KINDS", "import_library_bytes", "write_import_library"]

KINDS = {"msvc": ".lib", "gnu": ".a"}
"""The forms of import libraries, with the extension that is customary for each."""


def write_import_library(
    path: str | os.PathLike[str],
    dll_name: str,
    exports: Sequence[ExportDefinition],
    *,
    kind: str | None = None,
    machine: int = layout.MACHINE_AMD64,
) -> None:
    """Write an import library; it appears whole or not at all.

    path:     of the library.
    dll_name: the file name by which programs will load the DLL, such as "vendor.dll".
    exports:  what programs can link with; those that are private are left out.
    kind:     "msvc" for a .lib or "gnu" for a .a, which also MSVC-style linkers take; None goes by the path's
              extension.
    machine:  a layout.MACHINE_ constant: x86-64, x86 or ARM64.

    ValueError for a kind or a machine that there is none of, for exports that contradict each other, and for
    names that no library can hold. OSError if the file cannot be written.
    """
    name = os.fspath(path)
    if kind is None:
        kind = next((kind for kind, extension in KINDS.items() if name.lower().endswith(extension)), None)
        if kind is None:
            raise ValueError(f"{name} ends neither in .lib nor in .a, so its kind has to be given")
    write_whole(name, import_library_bytes(dll_name, exports, kind=kind, machine=machine))


def import_library_bytes(
    dll_name: str,
    exports: Sequence[ExportDefinition],
    *,
    kind: str = "msvc",
    machine: int = layout.MACHINE_AMD64,
) -> bytes:
    """The bytes of an import library; the arguments are those of write_import_library."""
    if machine not in _MACHINES:
        raise ValueError(f"no import libraries for {layout.MACHINE_NAMES.get(machine, hex(machine))}")
    if kind not in KINDS:
        raise ValueError(f"no kind of import library: {kind!r}; there are {', '.join(KINDS)}")
    library = _Library(_encoded(dll_name), _imports(exports, machine), machine)
    members = library.short_members() if kind == "msvc" else library.long_members()
    return archive_bytes(members, microsoft=kind == "msvc")


# ---- what is imported ----


class _Import(NamedTuple):
    """One export as a program imports it.

    symbol:  what the compiler calls it.
    name:    what the DLL calls it; None imports by the ordinal.
    ordinal: None if it has none; hint: its index among the names.
    type:    a layout.IMPORT_ type.
    """

    symbol: bytes
    name: bytes | None
    ordinal: int | None
    hint: int
    type: int


def _encoded(name: str) -> bytes:
    if not name or "\0" in name:
        raise ValueError(f"no import library can hold the name {name!r}")
    return name.encode("utf-8", "surrogateescape")


def _imports(exports: Sequence[ExportDefinition], machine: int) -> list[_Import]:
    # The linker of the DLL sorts the names; so the hints of a DLL made from the same definition are known.
    names = [_encoded(each.import_name or each.name) for each in exports]
    in_order = sorted({name for name, each in zip(names, exports) if not each.noname})
    hints = {name: hint for hint, name in enumerate(in_order)}
    made = [_import(each, name, hints, machine) for each, name in zip(exports, names) if not each.private]
    by_symbol: dict[bytes, _Import] = {}
    for each in made:
        if by_symbol.setdefault(each.symbol, each) != each:
            raise ValueError(f"{text(each.symbol)} is exported twice, and not alike")
    return list(by_symbol.values())


def _import(export: ExportDefinition, name: bytes, hints: dict[bytes, int], machine: int) -> _Import:
    """name: that in the DLL, if it has one there."""
    symbol = _symbol(_encoded(export.name) if export.import_name else name, machine)
    if not export.noname:
        return _Import(symbol, name, export.ordinal, hints[name], _type(export))
    if export.ordinal is None:
        raise ValueError(f"{export.name} has neither a name nor an ordinal in the DLL")
    return _Import(symbol, None, export.ordinal, 0, _type(export))


def _type(export: ExportDefinition) -> int:
    if export.data:
        return layout.IMPORT_DATA
    return layout.IMPORT_CONST if export.constant else layout.IMPORT_CODE


def _symbol(name: bytes, machine: int) -> bytes:
    """The symbol of a C function; only x86 decorates them, and not C++ and fastcall names, which begin so."""
    if machine != layout.MACHINE_I386 or name[:1] in b"?@":
        return name
    # "_name@8" is decorated already, with the size of the arguments of a stdcall function.
    is_decorated = name[:1] == b"_" and name.rpartition(b"@")[2].isdigit()
    return name if is_decorated else b"_" + name


def _symbols(each: _Import) -> list[bytes]:
    """What a member defines: the cell, and unless it is a variable something by the plain name."""
    cell = b"__imp_" + each.symbol
    return [cell] if each.type == layout.IMPORT_DATA else [cell, each.symbol]


# ---- machines ----


class _Machine(NamedTuple):
    """How objects for a machine look.

    cell_size:   of a table entry. rva: the relocation type of an RVA.
    jump:        a jump through the IAT's cell; jump_relocations: (offset, type) of its references to that.
    """

    cell_size: int
    rva: int
    jump: bytes
    jump_relocations: tuple[tuple[int, int], ...]

    @property
    def cell_alignment(self) -> int:
        return layout.SECTION_ALIGN_8BYTES if self.cell_size == 8 else layout.SECTION_ALIGN_4BYTES

    def ordinal_cell(self, ordinal: int) -> bytes:
        return (1 << (8 * self.cell_size - 1) | ordinal).to_bytes(self.cell_size, "little")


_MACHINES = {
    # jmp [rip + cell]
    layout.MACHINE_AMD64: _Machine(
        8, layout.REL_AMD64_ADDR32NB, b"\xff\x25\0\0\0\0\x90\x90", ((2, layout.REL_AMD64_REL32),)
    ),
    # jmp [cell]
    layout.MACHINE_I386: _Machine(
        4, layout.REL_I386_DIR32NB, b"\xff\x25\0\0\0\0\x90\x90", ((2, layout.REL_I386_DIR32),)
    ),
    # adrp x16, cell; ldr x16, [x16, cell]; br x16
    layout.MACHINE_ARM64: _Machine(
        8,
        layout.REL_ARM64_ADDR32NB,
        struct.pack("<3I", 0x90000010, 0xF9400210, 0xD61F0200),
        ((0, layout.REL_ARM64_PAGEBASE_REL21), (4, layout.REL_ARM64_PAGEOFFSET_12L)),
    ),
}

_DATA = layout.SECTION_INITIALIZED_DATA | layout.SECTION_READ | layout.SECTION_WRITE
_CODE = layout.SECTION_CODE | layout.SECTION_READ | layout.SECTION_EXECUTE | layout.SECTION_ALIGN_4BYTES


# ---- libraries ----

_TO_IDENTIFIER = bytes(byte if byte < 128 and chr(byte).isalnum() else ord("_") for byte in range(256))


class _Library:
    """A library of one DLL, in either form."""

    def __init__(self, dll: bytes, imports: Sequence[_Import], machine: int) -> None:
        self.dll = dll
        self.imports = imports
        self.number = machine
        self.machine = _MACHINES[machine]
        self._dll_string = b"\0" + dll + b"\0"
        self._by_symbol = {each.symbol: each for each in imports}
        self._shapes: dict[tuple[int, int | None, int], tuple[bytes, bytes]] = {}

    def _object(self, sections: Iterable[NewSection], symbols: Sequence[NewSymbol]) -> bytes:
        return object_bytes(self.number, sections, symbols)

    # Microsoft's form

    def short_members(self) -> list[NewMember]:
        """Three objects, and a short import object for each export; all are called as the DLL."""
        stem = os.path.splitext(self.dll)[0]
        descriptor, end = b"__IMPORT_DESCRIPTOR_" + stem, b"__NULL_IMPORT_DESCRIPTOR"
        thunks_end = b"\x7f" + stem + b"_NULL_THUNK_DATA"
        return [
            NewMember(self.dll, self._descriptor(descriptor, end, thunks_end), [descriptor]),
            NewMember(self.dll, self._object([_null_descriptor()], [NewSymbol(end, 1)]), [end]),
            NewMember(self.dll, self._object(self._null_thunks(), [NewSymbol(thunks_end, 1)]), [thunks_end]),
            *(NewMember(self.dll, self._short_member(each), _symbols(each)) for each in self.imports),
        ]

    def _descriptor(self, descriptor: bytes, end: bytes, thunks_end: bytes) -> bytes:
        """The import descriptor. The symbols that it leaves undefined bring in the ends of the tables."""
        symbols = [
            NewSymbol(descriptor, 1),
            NewSymbol(b".idata$2", 1, layout.CLASS_SECTION),
            NewSymbol(b".idata$6", 2, layout.CLASS_STATIC),
            NewSymbol(b".idata$4", 0, layout.CLASS_SECTION),
            NewSymbol(b".idata$5", 0, layout.CLASS_SECTION),
            NewSymbol(end, 0),
            NewSymbol(thunks_end, 0),
        ]
        name = NewSection(b".idata$6", _DATA | layout.SECTION_ALIGN_2BYTES, _to_even(self.dll + b"\0"))
        return self._object([self._descriptor_section(tables=3, addresses=4, name=2), name], symbols)

    def _descriptor_section(self, *, tables: int, addresses: int, name: int) -> NewSection:
        """An import descriptor that refers to these symbols."""
        record = layout.ImportDescriptor
        relocations = [
            Relocation(record.offset_of(field), symbol, self.machine.rva)
            for field, symbol in (
                ("name_rva", name),
                ("lookup_table_rva", tables),
                ("address_table_rva", addresses),
            )
        ]
        return NewSection(b".idata$2", _DATA | layout.SECTION_ALIGN_4BYTES, record.pack(), relocations)

    def _null_thunks(self) -> list[NewSection]:
        flags = _DATA | self.machine.cell_alignment
        zero = bytes(self.machine.cell_size)
        return [NewSection(b".idata$5", flags, zero), NewSection(b".idata$4", flags, zero)]

    def _short_member(self, each: _Import) -> bytes:
        name_type = name_type_of(each.symbol, each.name)
        strings = each.symbol + self._dll_string
        if name_type == layout.IMPORT_NAME_EXPORTAS:
            assert each.name is not None
            other = self._by_symbol.get(each.name)
            if other is not None and (other.name, other.type) == (each.name, each.type):
                return self._alias(each, other)
            strings += each.name + b"\0"
        number = each.hint if each.name is not None else each.ordinal or 0
        return short_import_bytes(self.number, strings, number, each.type, name_type)

    def _alias(self, each: _Import, other: _Import) -> bytes:
        """An object whose symbols are only other names of another import's: all linkers know these."""
        symbols: list[NewSymbol] = []
        for name, default in zip(_symbols(each), _symbols(other)):
            alias = NewSymbol(name, 0, layout.CLASS_WEAK_EXTERNAL, weak_default=3 * len(symbols) // 2)
            symbols += [NewSymbol(default, 0), alias]
        nothing = NewSection(b".drectve", layout.SECTION_LINK_INFO | layout.SECTION_LINK_REMOVE, b"")
        return self._object([nothing], symbols)

    # mingw's form

    def long_members(self) -> list[NewMember]:
        """The descriptor, an object for each export, and the end of the tables with the DLL's name.

        Linkers sort the members' sections by the members' names.
        """
        stem = self.dll.translate(_TO_IDENTIFIER)
        head, name = b"_head_" + stem, b"__" + stem + b"_iname"
        self._head = head
        return [
            NewMember(stem + b"_h.o", self._head_object(head, name), [head]),
            *(
                NewMember(b"%s_s%05d.o" % (stem, index), self._long_import(each), _symbols(each))
                for index, each in enumerate(self.imports)
            ),
            NewMember(stem + b"_t.o", self._tail_object(name), [name]),
        ]

    def _head_object(self, head: bytes, name: bytes) -> bytes:
        flags = _DATA | self.machine.cell_alignment
        sections = [
            self._descriptor_section(tables=2, addresses=1, name=3),
            NewSection(b".idata$5", flags, b""),
            NewSection(b".idata$4", flags, b""),
        ]
        symbols = [
            NewSymbol(head, 1),
            NewSymbol(b".idata$5", 2, layout.CLASS_STATIC),
            NewSymbol(b".idata$4", 3, layout.CLASS_STATIC),
            NewSymbol(name, 0),
        ]
        return self._object(sections, symbols)

    def _tail_object(self, name: bytes) -> bytes:
        dll = NewSection(b".idata$7", _DATA | layout.SECTION_ALIGN_4BYTES, _to_even(self.dll + b"\0"))
        return self._object([*self._null_thunks(), dll], [NewSymbol(name, 3)])

    def _long_import(self, each: _Import) -> bytes:
        hint_and_name = b""
        if each.name is not None:
            hint_and_name = _to_even(each.hint.to_bytes(2, "little") + each.name + b"\0")
        before, behind = self._shape(each.type, None if each.name else each.ordinal, len(hint_and_name))
        strings = self._head + b"\0__imp_" + each.symbol + b"\0"
        return b"".join((before, hint_and_name, behind, (4 + len(strings)).to_bytes(4, "little"), strings))

    def _shape(self, type: int, ordinal: int | None, size: int) -> tuple[bytes, bytes]:
        """An export's object before and behind its hint and name, without its string table.

        Thousands of exports share few shapes: all that differs is the length of the name.
        """
        key = type, ordinal, size
        if key not in self._shapes:
            made = self._object(self._import_sections(type, ordinal, size), self._import_symbols(type))
            symbols_offset: int = layout.FileHeader.unpack(made).symbol_table
            self._shapes[key] = made[: symbols_offset - size], made[symbols_offset:-4]
        return self._shapes[key]

    # The symbols by their index: the descriptor's, which brings it into the program, then .idata$6, the cell
    # and the plain name. Of the sections, .idata$5 is the second, .idata$6 the last.

    def _import_symbols(self, type: int) -> list[NewSymbol]:
        cell = 4 + len(self._head) + 1  # in the string table
        symbols = [
            NewSymbol(4, 0),
            NewSymbol(b".idata$6", 5 if type == layout.IMPORT_CODE else 4, layout.CLASS_STATIC),
            NewSymbol(cell, 2),
        ]
        if type != layout.IMPORT_DATA:
            symbols.append(NewSymbol(cell + len(b"__imp_"), 4 if type == layout.IMPORT_CODE else 2))
        return symbols

    def _import_sections(self, type: int, ordinal: int | None, size: int) -> Iterator[NewSection]:
        machine = self.machine
        table = _DATA | machine.cell_alignment
        four = _DATA | layout.SECTION_ALIGN_4BYTES
        cell = bytes(machine.cell_size) if ordinal is None else machine.ordinal_cell(ordinal)
        to_name = [Relocation(0, 1, machine.rva)] if ordinal is None else []
        yield NewSection(b".idata$7", four, bytes(4), [Relocation(0, 0, machine.rva)])
        yield NewSection(b".idata$5", table, cell, to_name)
        yield NewSection(b".idata$4", table, cell, to_name)
        if type == layout.IMPORT_CODE:
            to_cell = [Relocation(offset, 2, type) for offset, type in machine.jump_relocations]
            yield NewSection(b".text", _CODE, machine.jump, to_cell)
        yield NewSection(b".idata$6", _DATA | layout.SECTION_ALIGN_2BYTES, bytes(size))


def _null_descriptor() -> NewSection:
    return NewSection(b".idata$3", _DATA | layout.SECTION_ALIGN_4BYTES, layout.ImportDescriptor.pack())


def _to_even(data: bytes) -> bytes:
    return data + bytes(len(data) % 2)
