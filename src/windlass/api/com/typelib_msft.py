"""Type libraries as bytes, in the format "MSFT" that MIDL and CreateTypeLib2 write.

A header, the offsets of the types, a directory of fifteen segments, and the segments: types, imports,
GUIDs, names, strings, descriptions of types, arrays, custom data. A type says where its members' records
are, which lie behind all segments. The format is not documented by Microsoft; the layouts here are read
off files that MIDL, mktyplib and widl wrote.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from windlass.api.com.typelib import (
    NIL,
    SYS_WIN64,
    TKIND_ALIAS,
    TKIND_COCLASS,
    TKIND_DISPATCH,
    TKIND_MODULE,
    TYPE_SIZE,
    VT_CARRAY,
    VT_PTR,
    VT_SAFEARRAY,
    VT_USERDEFINED,
    ArrayType,
    Custom,
    Export,
    Function,
    Implemented,
    Library,
    LibraryId,
    Outside,
    Parameter,
    PointerType,
    Type,
    TypeShape,
    UserType,
    Value,
    Variable,
)

__all__ = ["MAGIC", "BadLibrary", "read"]

MAGIC = b"MSFT"
HEADER = struct.Struct("<4sIiIIIIIIiiiIIiiiIIii")
HELP_DLL_FLAG = 0x100
SEGMENT = struct.Struct("<iiii")
(
    SEG_TYPES, SEG_IMPORTS, SEG_FILES, SEG_REFERENCES, SEG_GUID_HASH, SEG_GUIDS, SEG_NAME_HASH, SEG_NAMES,
    SEG_STRINGS, SEG_SHAPES, SEG_ARRAYS, SEG_CUSTOM, SEG_CUSTOM_GUIDS, SEG_13, SEG_14,
) = range(15)  # fmt: skip
SEGMENTS = 15
TYPE = struct.Struct("<11IiIiIiiiiHHIiIIi")
FUNCTION = struct.Struct("<HHiIHHIHH")
VARIABLE = struct.Struct("<HHiIHHi")
PARAMETER = struct.Struct("<iiI")
HAS_DEFAULTS, ENTRY_IS_ORDINAL, HAS_CUSTOM = 0x1000, 0x2000, 0x80
PARAMFLAG_FHASDEFAULT = 0x20
IMPORT_BY_GUID = 0x10000
VAR_CONST = 2
FUNC_DISPATCH = 4
LIBFLAG_FHASDISKIMAGE = 8
VT_TYPE_MASK = 0xFFF
MAX_DEPTH = 32
VT_I2, VT_I4, VT_R4, VT_R8, VT_CY, VT_DATE, VT_BSTR, VT_ERROR, VT_BOOL = 2, 3, 4, 5, 6, 7, 8, 10, 11
VT_I1, VT_UI1, VT_UI2, VT_UI4, VT_I8, VT_UI8, VT_INT, VT_UINT, VT_HRESULT = 16, 17, 18, 19, 20, 21, 22, 23, 25
WIDE_VALUES = {
    VT_R8: "<d", VT_DATE: "<d", VT_CY: "<q", VT_I8: "<q", VT_UI8: "<Q", VT_R4: "<f", VT_UI4: "<I",
    VT_UINT: "<I",
    VT_ERROR: "<I", VT_UI2: "<H", VT_UI1: "<B", VT_I2: "<h", VT_BOOL: "<h", VT_I1: "<b",
}  # fmt: skip


class BadLibrary(Exception):
    """The bytes are no type library of this format, or a damaged one."""


def read(data: bytes) -> Library:
    """The library in a file's bytes. BadLibrary if it is none."""
    try:
        return _Reader(data).library()
    except (struct.error, IndexError, UnicodeError, RecursionError):
        raise BadLibrary("a damaged type library") from None


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        (
            magic, _, self.guid, _, self.lcid, self.variant, self.version, self.flags, count, self.doc,
            self.help_string_context, self.help_context, _, _, self.name, self.help_file,
            self.custom, _, _, self.dispatch, _,
        ) = HEADER.unpack_from(data)  # fmt: skip
        if magic != MAGIC or count > len(data):
            raise BadLibrary("not a type library in the MSFT format")
        self.has_help_dll = bool(self.variant & HELP_DLL_FLAG)
        (self.help_dll,) = struct.unpack_from("<i", data, HEADER.size) if self.has_help_dll else (-1,)
        at = HEADER.size + 4 * self.has_help_dll
        self.types = struct.unpack_from(f"<{count}i", data, at)
        at += 4 * count
        self.segments = [SEGMENT.unpack_from(data, at + SEGMENT.size * i)[:2] for i in range(SEGMENTS)]
        self.pointer_size = 8 if self.variant & 0xF == SYS_WIN64 else 4
        self.references: dict[int, int | Outside] = {}

    def segment(self, number: int, offset: int, size: int) -> bytes:
        """Bytes of a segment."""
        start, length = self.segments[number]
        if offset < 0 or size < 0 or offset + size > length or start < 0:
            raise BadLibrary("an offset outside its segment")
        return self.data[start + offset : start + offset + size]

    def unpack(self, codes: str, segment: int, offset: int) -> tuple[int, ...]:
        return struct.unpack(f"<{codes}", self.segment(segment, offset, struct.calcsize(f"<{codes}")))

    # ---- the small parts ----

    def guid_at(self, offset: int) -> bytes:
        return NIL if offset < 0 else self.segment(SEG_GUIDS, offset, 16)

    def name_at(self, offset: int) -> str | None:
        if offset < 0:
            return None
        (length,) = self.unpack("B", SEG_NAMES, offset + 8)
        return self.segment(SEG_NAMES, offset + 12, length).decode("cp1252", "replace")

    def string_at(self, offset: int) -> str | None:
        if offset < 0:
            return None
        (length,) = self.unpack("H", SEG_STRINGS, offset)
        return self.segment(SEG_STRINGS, offset + 2, length).decode("cp1252", "replace")

    def shape(self, code: int, depth: int = 0) -> TypeShape:
        """A type: a VARTYPE where the highest bit is set, else an offset of a description."""
        if code < 0:
            return code & VT_TYPE_MASK
        if depth > MAX_DEPTH:
            raise BadLibrary("a type that refers to itself")
        vt, target = self.unpack("ii", SEG_SHAPES, code)
        vt &= VT_TYPE_MASK
        if vt in (VT_PTR, VT_SAFEARRAY):
            return PointerType(vt, self.shape(target, depth + 1))
        if vt == VT_CARRAY:
            element, dimensions, _ = self.unpack("iHH", SEG_ARRAYS, target)
            bounds = self.unpack(f"{2 * dimensions}i", SEG_ARRAYS, target + 8)
            return ArrayType(self.shape(element, depth + 1), tuple(zip(bounds[::2], bounds[1::2])))
        if vt == VT_USERDEFINED:
            return UserType(self.href(target))
        return vt

    def href(self, code: int) -> int:
        """Note what a handle stands for."""
        if code not in self.references:
            self.references[code] = self.outside(code & ~3) if code & 3 else code // TYPE_SIZE
        return code

    def outside(self, offset: int) -> Outside:
        facts, file, where = self.unpack("Iii", SEG_IMPORTS, offset)
        guid, lcid, major, minor, size = self.unpack("iIHHH", SEG_FILES, file)
        name = self.segment(SEG_FILES, file + 14, size >> 2).decode("cp1252", "replace")
        library = LibraryId(self.guid_at(guid), lcid, major, minor, name)
        by_guid = bool(facts & IMPORT_BY_GUID)
        return Outside(
            library,
            self.guid_at(where) if by_guid else None,
            -1 if by_guid else where // TYPE_SIZE,
            facts >> 24,
        )

    def value(self, code: int) -> Value:
        """A constant: in the number itself, or where that says."""
        if code & 0x80000000:
            number = code & 0x3FFFFFF
            return Value(code >> 26 & 0x1F, number - (number >> 25 << 26))
        (vt,) = self.unpack("H", SEG_CUSTOM, code)
        if vt == VT_BSTR:
            (size,) = self.unpack("i", SEG_CUSTOM, code + 2)
            return Value(
                vt, None if size < 0 else self.segment(SEG_CUSTOM, code + 6, size).decode("cp1252", "replace")
            )
        form = WIDE_VALUES.get(vt, "<i")
        return Value(vt, struct.unpack(form, self.segment(SEG_CUSTOM, code + 2, struct.calcsize(form)))[0])

    def custom_data(self, offset: int) -> Custom:
        found: Custom = {}
        while offset >= 0 and len(found) <= 0xFFFF:
            guid, value, offset = self.unpack("iIi", SEG_CUSTOM_GUIDS, offset)
            found[self.guid_at(guid)] = self.value(value)
        return found

    # ---- the library ----

    def library(self) -> Library:
        library = Library(
            name=self.name_at(self.name) or "",
            doc=self.string_at(self.doc),
            help_context=max(self.help_context, 0),
            help_string_context=max(self.help_string_context, 0),
            custom=self.custom_data(self.custom),
            guid=self.guid_at(self.guid),
            lcid=self.lcid,
            system=self.variant & 0xF,
            major=self.version & 0xFFFF,
            minor=self.version >> 16,
            flags=self.flags & 0xFFFF | LIBFLAG_FHASDISKIMAGE,
            help_file=self.string_at(self.help_file),
            help_dll=self.string_at(self.help_dll),
        )
        if self.dispatch >= 0:
            library.dispatch = self.href(self.dispatch)
        for offset in self.types:
            library.types.append(self.type(offset))
        library.references = self.references
        return library

    def type(self, offset: int) -> Type:
        (
            kind, members, _, _, _, _, counts, _, _, _, _, guid, flags, name, version, doc,
            help_string_context, help_context, custom,
            implemented, table_size, size, first, _, _, _,
        ) = TYPE.unpack(self.segment(SEG_TYPES, offset, TYPE.size))  # fmt: skip
        made = Type(
            name=self.name_at(name) or "",
            doc=self.string_at(doc),
            help_context=max(help_context, 0),
            help_string_context=max(help_string_context, 0),
            custom=self.custom_data(custom),
            kind=kind & 0xF,
            guid=self.guid_at(guid),
            flags=flags,
            major=version & 0xFFFF,
            minor=version >> 16,
            alignment=kind >> 11 & 0x1F,
            size=size,
            table_size=table_size,
        )
        if made.kind == TKIND_ALIAS:
            made.alias = self.shape(first)
        elif made.kind == TKIND_MODULE:
            made.dll = self.string_at(first)
        elif made.kind == TKIND_COCLASS:
            made.implemented = list(self.offered(first, implemented))
        elif made.kind == TKIND_DISPATCH and not made.is_dual:
            made.implemented = [Implemented(self.href(self.dispatch))] if self.dispatch >= 0 else []
        elif implemented and first != -1:
            made.implemented = [Implemented(self.href(first))]
        self.read_members(made, members, counts & 0xFFFF, counts >> 16)
        return made

    def offered(self, offset: int, count: int) -> Iterator[Implemented]:
        while offset >= 0 and count > 0:
            href, flags, custom, offset = self.unpack("iIii", SEG_REFERENCES, offset)
            yield Implemented(self.href(href), flags, self.custom_data(custom))
            count -= 1

    def read_members(self, made: Type, place: int, functions: int, variables: int) -> None:
        count = functions + variables
        if not count:
            return
        (size,) = struct.unpack_from("<I", self.data, place)
        behind = struct.unpack_from(f"<{3 * count}i", self.data, place + 4 + size)
        memids, names, offsets = behind[:count], behind[count : 2 * count], behind[2 * count :]
        for index in range(count):
            at = place + 4 + offsets[index]
            if index < functions:
                made.functions.append(self.function(at, memids[index], self.name_at(names[index]) or ""))
            else:
                made.variables.append(self.variable(at, memids[index], self.name_at(names[index]) or ""))

    def extras(self, start: int, end: int, names: str) -> dict[str, int]:
        """The optional numbers of a record, as many as there are."""
        count = max(end - start, 0) // 4
        keys = names.split()
        return dict(zip(keys, struct.unpack_from(f"<{min(count, len(keys))}i", self.data, start)))

    def function(self, at: int, memid: int, name: str) -> Function:
        size, _, result, flags, table_offset, _, bits, count, optional = FUNCTION.unpack_from(self.data, at)
        listed = at + size - PARAMETER.size * count
        defaults = listed - 4 * count if bits & HAS_DEFAULTS else listed
        extras = self.extras(
            at + FUNCTION.size, defaults, "help_context doc entry _ _ help_string_context custom"
        )
        parameters = [self.parameter(listed + PARAMETER.size * index) for index in range(count)]
        if bits & HAS_DEFAULTS:
            self.read_defaults(parameters, defaults)
        if bits & HAS_CUSTOM:
            self.read_parameters_custom(parameters, at + 0x34, defaults)
        return Function(
            name=name,
            doc=self.string_at(extras.get("doc", -1)),
            help_context=max(extras.get("help_context", 0), 0),
            help_string_context=max(extras.get("help_string_context", 0), 0),
            custom=self.custom_data(extras.get("custom", -1)) if bits & HAS_CUSTOM else {},
            memid=memid,
            kind=bits & 7,
            invoke=bits >> 3 & 0xF,
            convention=bits >> 8 & 0xF,
            flags=flags & 0xFFFF,
            vtable_offset=0 if bits & 7 == FUNC_DISPATCH else (table_offset & ~3) * 8 // self.pointer_size,
            result=self.shape(result),
            parameters=parameters,
            optional=optional - (optional >> 15 << 16),
            entry=self.entry(extras.get("entry", -1), bool(bits & ENTRY_IS_ORDINAL)),
        )

    def entry(self, code: int, is_ordinal: bool) -> Export | None:
        if is_ordinal:
            return Export(None, code & 0xFFFF)
        return None if code == -1 else Export(self.string_at(code), 0)

    def parameter(self, at: int) -> Parameter:
        shape, name, flags = PARAMETER.unpack_from(self.data, at)
        return Parameter(self.shape(shape), flags & 0xFFFF, self.name_at(name))

    def read_defaults(self, parameters: list[Parameter], at: int) -> None:
        for parameter, code in zip(parameters, struct.unpack_from(f"<{len(parameters)}I", self.data, at)):
            if parameter.flags & PARAMFLAG_FHASDEFAULT:
                parameter.default = self.value(code)

    def read_parameters_custom(self, parameters: list[Parameter], at: int, end: int) -> None:
        for index, parameter in enumerate(parameters):
            if at + 4 * index + 4 <= end:
                parameter.custom = self.custom_data(struct.unpack_from("<i", self.data, at + 4 * index)[0])

    def variable(self, at: int, memid: int, name: str) -> Variable:
        size, _, shape, flags, kind, _, value = VARIABLE.unpack_from(self.data, at)
        extras = self.extras(at + VARIABLE.size, at + size, "help_context doc _ custom help_string_context")
        is_constant = kind & 0xFF == VAR_CONST
        return Variable(
            name=name,
            doc=self.string_at(extras.get("doc", -1)),
            help_context=max(extras.get("help_context", 0), 0),
            help_string_context=max(extras.get("help_string_context", 0), 0),
            custom=self.custom_data(extras.get("custom", -1)),
            memid=memid,
            kind=kind & 0xFF,
            flags=flags & 0xFFFF,
            shape=self.shape(shape),
            offset=0 if is_constant else value,
            value=self.value(value & 0xFFFFFFFF) if is_constant else None,
        )
