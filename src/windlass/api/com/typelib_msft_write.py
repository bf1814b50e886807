"""Type libraries written in the format "MSFT"; typelib_msft.py has its layouts."""

from __future__ import annotations

import struct

from windlass.api.com.typelib import (
    NIL,
    SYS_WIN64,
    TKIND_ALIAS,
    TKIND_COCLASS,
    TKIND_DISPATCH,
    TKIND_INTERFACE,
    TKIND_MODULE,
    TYPE_SIZE,
    VT_CARRAY,
    VT_USERDEFINED,
    ArrayType,
    Custom,
    Function,
    Implemented,
    Library,
    Outside,
    Parameter,
    PointerType,
    Type,
    TypeShape,
    Value,
    Variable,
)
from windlass.api.com.typelib_msft import (
    ENTRY_IS_ORDINAL,
    FUNCTION,
    HAS_CUSTOM,
    HAS_DEFAULTS,
    HEADER,
    HELP_DLL_FLAG,
    IMPORT_BY_GUID,
    LIBFLAG_FHASDISKIMAGE,
    MAGIC,
    MAX_DEPTH,
    PARAMETER,
    SEG_ARRAYS,
    SEG_CUSTOM,
    SEG_CUSTOM_GUIDS,
    SEG_FILES,
    SEG_GUID_HASH,
    SEG_GUIDS,
    SEG_IMPORTS,
    SEG_NAME_HASH,
    SEG_NAMES,
    SEG_REFERENCES,
    SEG_SHAPES,
    SEG_STRINGS,
    SEG_TYPES,
    SEGMENT,
    SEGMENTS,
    TYPE,
    VARIABLE,
    VT_BSTR,
    WIDE_VALUES,
)

__all__ = ["write"]

FORMAT_VERSION = 0x00010002
SIMPLE = -0x80000000
COMPOUND = 0x7FFE0000
IN_PLACE_BITS = 26
GUID_BUCKETS, NAME_BUCKETS = 32, 128
HELP_FILE_FLAG = 0x10
NAMES_TYPE = 0x38
TYPE_MARK = 0x220
"""Bits that all writers set beside a type's kind."""


def write(library: Library) -> bytes:
    """The bytes of a library's file."""
    return _Writer(library).file()


def _padded(data: bytes, least: int = 0) -> bytes:
    """The format fills gaps with "W"."""
    return data.ljust(max(-(-len(data) // 4) * 4, least), b"W")


def is_plain_dispatch(kind: Type) -> bool:
    """Whether a type is a dispatch interface alone, which derives from IDispatch without saying so."""
    return kind.kind == TKIND_DISPATCH and not kind.is_dual


class _Writer:
    def __init__(self, library: Library) -> None:
        self.library = library
        self.segments = [bytearray() for _ in range(SEGMENTS)]
        self.known: dict[tuple[int, object], int] = {}
        self.name_chains = [-1] * NAME_BUCKETS
        self.guid_chains = [-1] * GUID_BUCKETS
        self.name_count = 0
        self.name_characters = 0
        self.scale = 1 if library.system == SYS_WIN64 else 2
        self.members: list[bytes] = []

    # ---- the small parts: an offset in a segment each ----

    def append(self, segment: int, data: bytes) -> int:
        offset = len(self.segments[segment])
        self.segments[segment] += data
        return offset

    def once(self, segment: int, data: bytes) -> int:
        """What is there already is not written again."""
        key = segment, data
        if key not in self.known:
            self.known[key] = self.append(segment, data)
        return self.known[key]

    def guid(self, guid: bytes, href: int = -1) -> int:
        if guid == NIL:
            return -1
        key = SEG_GUIDS, guid
        if key not in self.known:
            bucket = 0
            for word in struct.unpack("<8H", guid):
                bucket ^= word
            bucket %= GUID_BUCKETS
            record = guid + struct.pack("<ii", href, self.guid_chains[bucket])
            self.known[key] = self.guid_chains[bucket] = self.append(SEG_GUIDS, record)
        return self.known[key]

    def name(self, name: str | None, href: int = -1, mark: int = 0) -> int:
        """href: of the type that has the name, or has a member of that name; mark: NAMES_TYPE for
        the first.
        """
        if name is None:
            return -1
        key = SEG_NAMES, name
        if key not in self.known:
            data = name.encode("cp1252", "replace")[:255]
            bucket = sum(name.lower().encode("cp1252", "replace")) % NAME_BUCKETS
            record = struct.pack("<iiBBH", href, self.name_chains[bucket], len(data), mark, 0) + _padded(data)
            self.known[key] = self.name_chains[bucket] = self.append(SEG_NAMES, record)
            self.name_count += 1
            self.name_characters += len(data)
        return self.known[key]

    def string(self, text: str | None) -> int:
        if text is None:
            return -1
        data = text.encode("cp1252", "replace")
        return self.once(SEG_STRINGS, _padded(struct.pack("<H", len(data)) + data, 8))

    def shape(self, shape: TypeShape) -> int:
        if isinstance(shape, int):
            code: int = SIMPLE | shape << 16 | shape
            return code
        if isinstance(shape, PointerType):
            return self.once(SEG_SHAPES, struct.pack("<ii", COMPOUND | shape.vt, self.shape(shape.target)))
        if isinstance(shape, ArrayType):
            bounds = b"".join(struct.pack("<ii", *bound) for bound in shape.bounds)
            dimensions = len(shape.bounds)
            head = struct.pack("<iHH", self.shape(shape.element), dimensions, 8 * dimensions)
            place = self.append(SEG_ARRAYS, head + bounds)
            return self.append(SEG_SHAPES, struct.pack("<ii", COMPOUND | VT_CARRAY, place))
        return self.once(SEG_SHAPES, struct.pack("<ii", COMPOUND | VT_USERDEFINED, self.href(shape.href)))

    def href(self, href: int) -> int:
        """The handle that the file uses for what one stands for in memory."""
        target = self.library.references[href]
        if not isinstance(target, Outside):
            return target * TYPE_SIZE
        library = target.library
        name = library.file.encode("cp1252", "replace")
        facts = self.guid(library.guid, 2), library.lcid, library.major, library.minor, len(name) << 2 | 1
        file = self.once(SEG_FILES, _padded(struct.pack("<iIHHH", *facts) + name))
        by_guid = target.guid is not None
        where = self.guid(target.guid, 1) if target.guid is not None else target.number * TYPE_SIZE
        bits = target.kind << 24 | (IMPORT_BY_GUID if by_guid else 0)
        return self.once(SEG_IMPORTS, struct.pack("<Iii", bits, file, where)) | 1

    def value(self, value: Value) -> int:
        number = value.value
        limit = 1 << (IN_PLACE_BITS - 1)
        if isinstance(number, int) and value.vt < 32 and -limit <= number < limit:
            return 0x80000000 | value.vt << IN_PLACE_BITS | number & (2 * limit - 1)
        if value.vt == VT_BSTR:
            text = str(number or "").encode("cp1252", "replace")
            data = struct.pack("<Hi", value.vt, len(text)) + text
        else:
            data = struct.pack("<H", value.vt) + struct.pack(WIDE_VALUES.get(value.vt, "<i"), number or 0)
        return self.once(SEG_CUSTOM, _padded(data))

    def custom(self, custom: Custom) -> int:
        """The first record of a list, which is written from its end."""
        following = -1
        for guid, value in reversed(list(custom.items())):
            record = struct.pack("<iIi", self.guid(guid), self.value(value), following)
            following = self.append(SEG_CUSTOM_GUIDS, record)
        return following

    # ---- types ----

    def type(self, index: int, kind: Type) -> None:
        """Append a type; where its members lie is put in when the size of all segments is known."""
        record = TYPE.pack(
            kind.kind | TYPE_MARK | kind.alignment << 11 | index << 16,
            *(0, 0, 0, 3, 0),
            len(kind.functions) | len(kind.variables) << 16,
            *(0, 0, 0, 0),
            self.guid(kind.guid, index * TYPE_SIZE),
            kind.flags,
            self.name(kind.name),
            kind.major | kind.minor << 16,
            self.string(kind.doc),
            kind.help_string_context,
            kind.help_context,
            self.custom(kind.custom),
            0 if is_plain_dispatch(kind) else len(kind.implemented),
            kind.table_size,
            kind.size,
            self.first_facts(kind),
            self.depth(kind),
            *(0, -1),
        )
        self.append(SEG_TYPES, record)
        self.members.append(self.member_records(kind, index * TYPE_SIZE))

    def depth(self, kind: Type) -> int:
        """Of an interface, how many functions it inherits, and from how many others, of this library."""
        functions, bases = 0, 0
        while kind.kind in (TKIND_INTERFACE, TKIND_DISPATCH) and kind.implemented and bases < MAX_DEPTH:
            bases += 1
            target = self.library.references.get(kind.implemented[0].href)
            if not isinstance(target, int):
                return (functions + 7) << 16 | (bases + 1)  # nearly always IDispatch
            kind = self.library.types[target]
            functions += len(kind.functions)
        return functions << 16 | bases

    def first_facts(self, kind: Type) -> int:
        """What is said of a type first depends on its kind."""
        if kind.kind == TKIND_ALIAS:
            return self.shape(kind.alias or 0)
        if kind.kind == TKIND_MODULE:
            return self.string(kind.dll)
        if kind.kind == TKIND_COCLASS:
            return self.offered(kind.implemented)
        return self.href(kind.implemented[0].href) if kind.implemented and not is_plain_dispatch(kind) else -1

    def offered(self, implemented: list[Implemented]) -> int:
        """A row of references, each with the offset of the next."""
        start = len(self.segments[SEG_REFERENCES])
        for number, each in enumerate(implemented):
            following = start + 16 * (number + 1) if number + 1 < len(implemented) else -1
            facts = self.href(each.href), each.flags, self.custom(each.custom), following
            self.append(SEG_REFERENCES, struct.pack("<iIii", *facts))
        return start if implemented else -1

    def member_records(self, kind: Type, href: int) -> bytes:
        """The records of all members, and behind them their identifiers, names and places."""
        if not kind.functions and not kind.variables:
            return b""
        records = [self.function(number, each) for number, each in enumerate(kind.functions)]
        records += [self.variable(number, each) for number, each in enumerate(kind.variables)]
        listed: list[Function | Variable] = [*kind.functions, *kind.variables]
        places, at = [], 0
        for record in records:
            places.append(at)
            at += len(record)
        numbers = [each.memid for each in listed], [self.name(each.name, href) for each in listed], places
        tables = b"".join(struct.pack(f"<{len(listed)}i", *each) for each in numbers)
        return struct.pack("<I", at) + b"".join(records) + tables

    def extras(self, values: list[tuple[int, int]]) -> bytes:
        """Optional numbers up to the last that is not what it would be without."""
        used = [place + 1 for place, (value, absent) in enumerate(values) if value != absent]
        return struct.pack(
            f"<{max(used, default=0)}i", *(value for value, _ in values[: max(used, default=0)])
        )

    def function(self, index: int, function: Function) -> bytes:
        entry, is_ordinal = -1, 0
        if function.entry is not None:
            by_name = function.entry.name is not None
            entry = self.string(function.entry.name) if by_name else function.entry.ordinal
            is_ordinal = 0 if by_name else ENTRY_IS_ORDINAL
        with_defaults = any(each.default is not None for each in function.parameters)
        of_parameters = [self.custom(each.custom) for each in function.parameters]
        with_custom = function.custom or any(each != -1 for each in of_parameters)
        extras = [
            (function.help_context, 0),
            (self.string(function.doc), -1),
            (entry, -1),
            (-1, -1),
            (-1, -1),
            (function.help_string_context, 0),
            (self.custom(function.custom), -1),
        ]
        tail = self.extras([*extras, *((each, -1) for each in of_parameters)] if with_custom else extras)
        bits = function.kind | function.invoke << 3 | function.convention << 8 | is_ordinal
        bits |= (HAS_DEFAULTS if with_defaults else 0) | (HAS_CUSTOM if with_custom else 0)
        if with_defaults:
            tail += b"".join(self.default(each) for each in function.parameters)
        for each in function.parameters:
            tail += PARAMETER.pack(self.shape(each.shape), self.name(each.name), each.flags)
        return (
            FUNCTION.pack(
                FUNCTION.size + len(tail),
                index,
                self.shape(function.result),
                function.flags,
                function.vtable_offset // self.scale,
                88 + 32 * len(function.parameters),
                bits,
                len(function.parameters),
                function.optional & 0xFFFF,
            )
            + tail
        )

    def default(self, parameter: Parameter) -> bytes:
        return struct.pack("<I", 0xFFFFFFFF if parameter.default is None else self.value(parameter.default))

    def variable(self, index: int, variable: Variable) -> bytes:
        where = variable.offset if variable.value is None else self.value(variable.value)
        tail = self.extras(
            [
                (variable.help_context, 0),
                (self.string(variable.doc), -1),
                (-1, -1),
                (self.custom(variable.custom), -1),
                (variable.help_string_context, 0),
            ]
        )
        facts = (
            VARIABLE.size + len(tail),
            index,
            self.shape(variable.shape),
            variable.flags,
            variable.kind,
            64,
        )
        return VARIABLE.pack(*facts, where - (where >> 31 << 32)) + tail

    # ---- the file ----

    def file(self) -> bytes:
        library = self.library
        guid = self.guid(library.guid, -2)
        name = self.name(library.name)
        help_dll = self.string(library.help_dll)
        facts = self.string(library.doc), library.help_string_context, library.help_context
        rest = self.string(library.help_file), self.custom(library.custom)
        for index, each in enumerate(library.types):
            self.name(each.name, index * TYPE_SIZE, NAMES_TYPE)
        uses_dispatch = any(each.kind == TKIND_DISPATCH for each in library.types)
        dispatch = self.href(library.dispatch) if uses_dispatch and library.dispatch is not None else -1
        for index, each in enumerate(library.types):
            self.type(index, each)
        self.segments[SEG_GUID_HASH] += struct.pack(f"<{GUID_BUCKETS}i", *self.guid_chains)
        self.segments[SEG_NAME_HASH] += struct.pack(f"<{NAME_BUCKETS}i", *self.name_chains)
        variant = (
            library.system
            | (HELP_DLL_FLAG if help_dll != -1 else 0)
            | (HELP_FILE_FLAG if rest[0] != -1 else 0)
        )
        header = HEADER.pack(
            MAGIC, FORMAT_VERSION, guid, library.lcid, library.lcid, variant | 0x40,
            library.major | library.minor << 16, library.flags & ~LIBFLAG_FHASDISKIMAGE,
            len(library.types), *facts,
            self.name_count, self.name_characters, name, *rest, 0x20, 0x80, dispatch,
            len(self.segments[SEG_IMPORTS]) // 12,
        )  # fmt: skip
        header += struct.pack("<i", help_dll) * (help_dll != -1)
        header += b"".join(struct.pack("<i", index * TYPE_SIZE) for index in range(len(library.types)))
        return self.assembled(header)

    def assembled(self, header: bytes) -> bytes:
        at = len(header) + SEGMENT.size * SEGMENTS
        directory = b""
        for segment in self.segments:
            segment += b"W" * (-len(segment) % 4)
            directory += SEGMENT.pack(at if segment else -1, len(segment), -1, 0xF)
            at += len(segment)
        for index, members in enumerate(self.members):
            struct.pack_into(
                "<I", self.segments[SEG_TYPES], index * TYPE_SIZE + 4, at if members else 0xFFFFFFFF
            )
            at += len(members)
        return header + directory + b"".join(self.segments) + b"".join(self.members)
