"""What a type library says: its types, their functions and variables, as they are in memory.

msft.py reads it from a file's bytes and writes it; typelib_objects.py shows it to programs as ITypeLib and
ITypeInfo, typelib_create.py makes it at their orders.

Source: Microsoft, "TYPEATTR structure", "FUNCDESC structure", "VARDESC structure", "TYPEDESC structure",
"LHashValOfNameSys".
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import NamedTuple, Union

__all__ = [
    "ArrayType",
    "Custom",
    "Export",
    "Function",
    "Implemented",
    "Library",
    "LibraryId",
    "Outside",
    "Parameter",
    "PointerType",
    "Reference",
    "Type",
    "TypeShape",
    "Value",
    "Variable",
]

(
    TKIND_ENUM,
    TKIND_RECORD,
    TKIND_MODULE,
    TKIND_INTERFACE,
    TKIND_DISPATCH,
    TKIND_COCLASS,
    TKIND_ALIAS,
    TKIND_UNION,
) = range(8)
TYPEFLAG_FDUAL, TYPEFLAG_FDISPATCHABLE, TYPEFLAG_FOLEAUTOMATION = 0x40, 0x1000, 0x100
SYS_WIN16, SYS_WIN32, SYS_MAC, SYS_WIN64 = range(4)
VT_PTR, VT_SAFEARRAY, VT_CARRAY, VT_USERDEFINED = 26, 27, 28, 29
NIL = b"\0" * 16


class LibraryId(NamedTuple):
    """Which library: its GUID, language and version, and the file that it was seen in."""

    guid: bytes
    lcid: int
    major: int
    minor: int
    file: str


class Outside(NamedTuple):
    """A type in another library: by GUID, or by its number there."""

    library: LibraryId
    guid: bytes | None
    number: int
    kind: int


Reference = Union[int, Outside]
"""What a type refers to: the number of a type in the same library, or one outside."""


class PointerType(NamedTuple):
    """VT_PTR or VT_SAFEARRAY."""

    vt: int
    target: TypeShape


class ArrayType(NamedTuple):
    """VT_CARRAY; bounds: (elements, lower bound) of each dimension."""

    element: TypeShape
    bounds: tuple[tuple[int, int], ...]


class UserType(NamedTuple):
    """VT_USERDEFINED, with the handle that its type info knows the other type by."""

    href: int


TypeShape = Union[int, PointerType, ArrayType, UserType]
"""A type as TYPEDESC tells it: a VARTYPE alone, or one of the others."""


class Value(NamedTuple):
    """A constant: its VARTYPE, and a number, a text or None."""

    vt: int
    value: int | float | str | None


Custom = dict[bytes, Value]
"""Custom data by GUID."""


class Export(NamedTuple):
    """Where a module's function is in its DLL."""

    name: str | None
    ordinal: int


@dataclass
class Parameter:
    """A parameter; name: None where the library has none."""

    shape: TypeShape
    flags: int = 0
    name: str | None = None
    default: Value | None = None
    custom: Custom = field(default_factory=dict)


@dataclass
class Described:
    """What all members, types and libraries have."""

    name: str = ""
    doc: str | None = None
    help_context: int = 0
    help_string_context: int = 0
    custom: Custom = field(default_factory=dict)


@dataclass
class Function(Described):
    """A function: as FUNCDESC."""

    memid: int = 0
    kind: int = 0
    invoke: int = 1
    convention: int = 4
    flags: int = 0
    vtable_offset: int = 0
    result: TypeShape = 24
    parameters: list[Parameter] = field(default_factory=list)
    optional: int = 0
    entry: Export | None = None


@dataclass
class Variable(Described):
    """A variable or constant: as VARDESC."""

    memid: int = 0
    kind: int = 0
    flags: int = 0
    shape: TypeShape = 0
    offset: int = 0
    value: Value | None = None


@dataclass
class Implemented:
    """An interface that a class offers or an interface derives from."""

    href: int
    flags: int = 0
    custom: Custom = field(default_factory=dict)


@dataclass
class Type(Described):
    """A type: as TYPEATTR, with its members.

    references: what the handles stand for that its members hold.
    """

    kind: int = TKIND_INTERFACE
    guid: bytes = NIL
    flags: int = 0
    major: int = 0
    minor: int = 0
    alignment: int = 8
    size: int = 0
    table_size: int = 0
    alias: TypeShape | None = None
    dll: str | None = None
    functions: list[Function] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    implemented: list[Implemented] = field(default_factory=list)

    @property
    def is_dual(self) -> bool:
        return bool(self.flags & TYPEFLAG_FDUAL)


@dataclass
class Library(Described):
    """A type library.

    references: what handles stand for, for all of its types.
    dispatch:   the handle of IDispatch, if anything derives from it.
    """

    guid: bytes = NIL
    lcid: int = 0
    system: int = SYS_WIN64
    major: int = 0
    minor: int = 0
    flags: int = 0
    help_file: str | None = None
    help_dll: str | None = None
    path: str = ""
    types: list[Type] = field(default_factory=list)
    references: dict[int, Reference] = field(default_factory=dict)
    dispatch: int | None = None

    def index_of(self, guid: bytes) -> int | None:
        """The number of the type with this GUID."""
        found = (index for index, each in enumerate(self.types) if each.guid == guid != NIL)
        return next(found, None)

    def refer(self, target: Reference) -> int:
        """The handle for a type, which may be new."""
        for href, known in self.references.items():
            if known == target:
                return href
        mark = 1 if isinstance(target, Outside) else 0
        used = set(self.references)
        href = next(each for each in itertools.count(mark, 4) if each not in used)
        if mark == 0:
            assert isinstance(target, int)
            href = target * TYPE_SIZE
        self.references[href] = target
        return href


TYPE_SIZE = 0x64
"""Bytes of a type in an MSFT file: handles of types in the same library are multiples of it."""
