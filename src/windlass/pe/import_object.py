"""Short import objects: one import in a header and two strings, where an object would need sections.

Source: Microsoft, "PE Format", "Import Library Format".
"""

from __future__ import annotations

from windlass.light import NamedTuple
from windlass.pe import layout

__all__ = ["ShortImport", "imported_name", "is_short_import", "name_type_of", "short_import_bytes"]

_SIGNATURE = b"\0\0\xff\xff"  # MACHINE_UNKNOWN and 0xFFFF, where an object has its machine and its sections


class ShortImport(NamedTuple):
    """One import.

    symbol: as the compiler has it, without "__imp_". dll: the DLL's file name.
    name:   of the export; None if it is bound by its ordinal.
    number: the ordinal, or the hint, if there is a name.
    type:   a layout.IMPORT_ type.
    """

    symbol: bytes
    dll: bytes
    name: bytes | None
    number: int
    type: int
    machine: int

    @classmethod
    def unpack(cls, data: bytes) -> ShortImport:
        """The import of an object's bytes. ValueError, whose text says why, if they are damaged."""
        header_type = layout.ImportObjectHeader
        if len(data) < header_type.size_in_bytes:
            raise ValueError("an import object without its header")
        header = header_type.unpack(data)
        type, name_type = header.type_and_name_type & 3, header.type_and_name_type >> 2 & 7
        if type > layout.IMPORT_CONST or name_type > layout.IMPORT_NAME_EXPORTAS:
            raise ValueError(f"an import object of unknown type {header.type_and_name_type:#x}")
        wanted = 3 if name_type == layout.IMPORT_NAME_EXPORTAS else 2
        strings = data[header_type.size_in_bytes :][: header.size_of_data].split(b"\0")
        if len(strings) <= wanted or not strings[0] or not strings[1]:
            raise ValueError("an import object without its strings")
        name = None
        if name_type == layout.IMPORT_NAME_EXPORTAS:
            name = strings[2]
        elif name_type != layout.IMPORT_ORDINAL:
            name = imported_name(strings[0], name_type)
        return cls(strings[0], strings[1], name, header.ordinal_or_hint, type, header.machine)


def is_short_import(data: bytes) -> bool:
    """Whether a member is one. Large and anonymous objects begin alike, but have a version."""
    return data[:4] == _SIGNATURE and data[4:6] == b"\0\0"


def imported_name(symbol: bytes, name_type: int) -> bytes:
    """The exported name that belongs to a symbol, for the name types that derive it."""
    if name_type == layout.IMPORT_NAME:
        return symbol
    bare = symbol[1:] if symbol[:1] in (b"?", b"@", b"_") else symbol
    return bare if name_type == layout.IMPORT_NAME_NOPREFIX else bare.partition(b"@")[0]


def name_type_of(symbol: bytes, name: bytes | None) -> int:
    """How a name in the DLL follows from the symbol; where it does not, it has to be written down.

    Linkers before 2024 do not know the last form.
    """
    if name == symbol:
        return layout.IMPORT_NAME
    if name is None:
        return layout.IMPORT_ORDINAL
    for name_type in (layout.IMPORT_NAME_NOPREFIX, layout.IMPORT_NAME_UNDECORATE):
        if imported_name(symbol, name_type) == name:
            return name_type
    return layout.IMPORT_NAME_EXPORTAS


def short_import_bytes(machine: int, strings: bytes, number: int, type: int, name_type: int) -> bytes:
    """A short import object.

    strings: the symbol, the DLL, and for IMPORT_NAME_EXPORTAS the name, each ending in a zero.
    """
    fields = 0, layout.IMPORT_OBJECT_SIGNATURE, 0, machine, 0, len(strings), number
    return layout.ImportObjectHeader.pack_fields(*fields, type | name_type << 2) + strings
