"""Records: fixed layouts of little-endian fields, declared as annotated classes.

    class BaseRelocationBlock(Record):
        page_rva: U32
        size: U32

    BaseRelocationBlock.size_in_bytes                 # 8
    block = BaseRelocationBlock.unpack(data, offset)  # data must hold enough bytes
    block.page_rva
    BaseRelocationBlock.pack(page_rva=0x1000, size=12)

A record is a tuple of its fields, so a table of a million of them costs what a million tuples cost.
Fields follow each other without padding; Windows' own padding is declared as a field.
"""
# Annotations of records are read when their class is made, so they must not be strings in layout.py.

from __future__ import annotations

import struct
from operator import itemgetter

from windlass.light import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, ClassVar, TypeVar, Union

    Buffer = Union[bytes, bytearray, memoryview]
    R = TypeVar("R", bound="Record")
    Items = tuple[Any, ...]
else:
    Items = tuple

U8 = Annotated[int, "B"]
U16 = Annotated[int, "H"]
U32 = Annotated[int, "I"]
U64 = Annotated[int, "Q"]
Bytes2 = Annotated[bytes, "2s"]
Bytes4 = Annotated[bytes, "4s"]
Bytes6 = Annotated[bytes, "6s"]
Bytes8 = Annotated[bytes, "8s"]
Bytes10 = Annotated[bytes, "10s"]
Bytes12 = Annotated[bytes, "12s"]
Bytes16 = Annotated[bytes, "16s"]
Bytes20 = Annotated[bytes, "20s"]


def text(raw: bytes) -> str:
    """A name in an image as str. Any bytes survive: `name.encode("utf-8", "surrogateescape")`."""
    return raw.decode("utf-8", "surrogateescape")


class Record(Items):
    """Base of all layouts; see the module's text."""

    __slots__ = ()
    fields: ClassVar[tuple[str, ...]] = ()
    size_in_bytes: ClassVar[int] = 0
    _struct: ClassVar[struct.Struct]
    _offsets: ClassVar[dict[str, int]]

    def __init_subclass__(cls) -> None:
        codes = {name: hint.__metadata__[0] for name, hint in cls.__annotations__.items()}
        cls.fields = tuple(codes)
        cls._struct = struct.Struct("<" + "".join(codes.values()))
        cls.size_in_bytes = cls._struct.size
        cls._offsets = {}
        offset = 0
        for index, (name, code) in enumerate(codes.items()):
            cls._offsets[name] = offset
            offset += struct.calcsize("<" + code)
            setattr(cls, name, property(itemgetter(index)))

    @classmethod
    def unpack(cls: type[R], data: Buffer, offset: int = 0) -> R:
        """The record at an offset of data, which must hold all of it."""
        return cls(cls._struct.unpack_from(data, offset))

    @classmethod
    def unpack_all(cls: type[R], data: Buffer) -> Iterator[R]:
        """The records of a table; data's length must be a multiple of the record's size."""
        return map(cls, cls._struct.iter_unpack(data))

    @classmethod
    def pack(cls, **values: int | bytes) -> bytes:
        """The bytes of a record; a field not named is zero."""
        unknown = values.keys() - cls._offsets.keys()
        if unknown:
            raise TypeError(f"{cls.__name__} has no field {sorted(unknown)[0]}")
        zero: Record = cls.unpack(bytes(cls.size_in_bytes))
        return cls._struct.pack(*(values.get(name, zero[i]) for i, name in enumerate(cls.fields)))

    @classmethod
    def pack_fields(cls, *values: int | bytes) -> bytes:
        """The bytes of a record, all fields given in their order: for records by the thousand."""
        return cls._struct.pack(*values)

    @classmethod
    def offset_of(cls, field: str) -> int:
        """Where a field lies in the record."""
        return cls._offsets[field]

    def __repr__(self) -> str:
        inside = ", ".join(
            f"{name}={value:#x}" if isinstance(value, int) else f"{name}={value!r}"
            for name, value in zip(self.fields, self)
        )
        return f"{type(self).__name__}({inside})"
