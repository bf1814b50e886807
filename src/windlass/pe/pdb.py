"""PDB files: what a linker wrote beside an image of its functions and their types.

A PDB is a file of streams (MSF), each spread over blocks. Of these are read here: the types (TPI and IPI),
the symbols of each compiled file (by DBI), and the public symbols. Streams that are not needed are not
touched; whatever is in the file, what is wrong with it is a BadImage.

Source: Microsoft, "microsoft-pdb" (the declarations of cvinfo.h are facts); LLVM, "The PDB File Format".
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from windlass.errors import BadImage
from windlass.pe.decorated import Type

__all__ = ["Pdb", "Procedure"]

_SIGNATURE = b"Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0"
_STREAM_PDB, _STREAM_TYPES, _STREAM_DBI, _STREAM_IDS = 1, 2, 3, 4
_NO_STREAM = 0xFFFF
_FIRST_TYPE = 0x1000
_DBI_HEADER, _MODULE_HEADER = 64, 64

# Kinds of symbols and types.
S_END, S_REGREL32, S_LOCAL, S_PUB32, S_LPROC32, S_GPROC32 = 0x0006, 0x1111, 0x113E, 0x110E, 0x110F, 0x1110
S_LPROC32_ID, S_GPROC32_ID, S_PROC_ID_END = 0x1146, 0x1147, 0x114F
LF_MODIFIER, LF_POINTER, LF_PROCEDURE, LF_MFUNCTION, LF_ARGLIST = 0x1001, 0x1002, 0x1008, 0x1009, 0x1201
LF_ARRAY, LF_CLASS, LF_STRUCTURE, LF_UNION, LF_ENUM = 0x1503, 0x1504, 0x1505, 0x1506, 0x1507

_SIMPLE = {
    0x03: "void", 0x08: "long", 0x10: "signed char", 0x11: "short", 0x12: "long", 0x13: "__int64",
    0x20: "unsigned char", 0x21: "unsigned short", 0x22: "unsigned long", 0x23: "unsigned __int64",
    0x30: "bool", 0x40: "float", 0x41: "double", 0x42: "long double", 0x68: "__int8",
    0x69: "unsigned __int8", 0x70: "char", 0x71: "wchar_t", 0x72: "short", 0x73: "unsigned short",
    0x74: "int", 0x75: "unsigned int", 0x76: "__int64", 0x77: "unsigned __int64", 0x7A: "char16_t",
    0x7B: "char32_t", 0x7C: "char8_t",
}  # fmt: skip
_MAX_DEPTH = 64


@dataclass
class Procedure:
    """A function. parameters: (name, type) each, the object of a method left out; a name may be ""."""

    name: str
    result: Type
    parameters: list[tuple[str, Type]]
    variadic: bool
    is_method: bool

    def __str__(self) -> str:
        shown = [f"{kind.text} {name}".rstrip().replace("* ", "*") for name, kind in self.parameters]
        shown += ["..."] * self.variadic
        return f"{self.result.text} {self.name}({', '.join(shown) or 'void'})".replace("* ", "*")


class Pdb:
    """A PDB file.

    guid, age: tell for which image it was written; see pe.debug.CodeView.

    BadImage if it is none, or damaged.
    """

    def __init__(self, data: bytes, path: str | None = None) -> None:
        self._data = data
        self.path = path
        if not data.startswith(_SIGNATURE):
            raise self._bad("not a PDB file")
        self._block_size, _, blocks, size, _, at = self._unpack("6I", data, len(_SIGNATURE))
        if self._block_size not in (512, 1024, 2048, 4096, 8192, 16384, 32768) or blocks == 0:
            raise self._bad("not a PDB file: bad block size")
        count = -(-size // self._block_size)
        listed = self._unpack(f"{count}I", data, at * self._block_size)
        self._streams = list(self._directory(self._joined(listed, size)))
        _, _, self.age = self._unpack("3I", self.stream(_STREAM_PDB), 0)
        self.guid = UUID(bytes_le=bytes(self.stream(_STREAM_PDB)[12:28]).ljust(16, b"\0"))

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Pdb:
        """The PDB file of that path."""
        with open(path, "rb") as file:
            return cls(file.read(), os.fspath(path))

    def _bad(self, reason: str) -> BadImage:
        return BadImage(reason, 0, self.path)

    def _unpack(self, codes: str, data: bytes, offset: int) -> tuple[int, ...]:
        try:
            return struct.unpack_from(f"<{codes}", data, offset)
        except struct.error:
            raise self._bad("a PDB file that ends too early") from None

    # ---- streams ----

    def _joined(self, blocks: tuple[int, ...], size: int) -> bytes:
        step = self._block_size
        if size > len(self._data):
            raise self._bad("a PDB file with a stream longer than the file")
        return b"".join(self._data[block * step : (block + 1) * step] for block in blocks)[:size]

    def _directory(self, data: bytes) -> Iterator[tuple[tuple[int, ...], int]]:
        """The blocks and the size of each stream."""
        (count,) = self._unpack("I", data, 0)
        sizes = self._unpack(f"{count}I", data, 4)
        at = 4 + 4 * count
        for size in sizes:
            size = 0 if size == 0xFFFFFFFF else size
            blocks = -(-size // self._block_size)
            yield self._unpack(f"{blocks}I", data, at), size
            at += 4 * blocks

    def stream(self, number: int) -> bytes:
        """The bytes of a stream."""
        if number >= len(self._streams):
            raise self._bad(f"a PDB file without stream {number}")
        return self._joined(*self._streams[number])

    def _records(self, data: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
        """(kind, what follows) of each record of symbols or types."""
        while start + 4 <= end:
            length, kind = self._unpack("HH", data, start)
            if length < 2:
                raise self._bad("a PDB file with an empty record")
            yield kind, data[start + 4 : start + 2 + length]
            start += 2 + length

    # ---- types ----

    def _type_records(self, number: int) -> tuple[int, list[tuple[int, bytes]]]:
        """The index of the first record of a stream of types, and the records."""
        data = self.stream(number)
        _, header, first, _, size = self._unpack("5I", data, 0)
        return first, list(self._records(data, header, min(header + size, len(data))))

    @cached_property
    def _types(self) -> tuple[int, list[tuple[int, bytes]]]:
        return self._type_records(_STREAM_TYPES)

    @cached_property
    def _ids(self) -> tuple[int, list[tuple[int, bytes]]]:
        return self._type_records(_STREAM_IDS)

    def _record(self, index: int, of_ids: bool = False) -> tuple[int, bytes]:
        first, records = self._ids if of_ids else self._types
        if not first <= index < first + len(records):
            raise self._bad(f"a PDB file without type {index:#x}")
        return records[index - first]

    def type(self, index: int, depth: int = 0) -> Type:
        """A type by its index."""
        if index < _FIRST_TYPE:
            return self._simple(index)
        if depth > _MAX_DEPTH:
            raise self._bad("a PDB file whose types refer to themselves")
        kind, data = self._record(index)
        if kind == LF_MODIFIER:
            return self.type(self._unpack("I", data, 0)[0], depth + 1)
        if kind == LF_POINTER:
            return self._pointer(data, depth)
        if kind in (LF_STRUCTURE, LF_CLASS, LF_UNION):
            word = "union" if kind == LF_UNION else "struct"
            return Type("class", f"{word} {self._name(data, 8 if kind == LF_UNION else 16, True)}")
        if kind == LF_ENUM:
            return Type("enum", f"enum {self._name(data, 12, False)}")
        if kind in (LF_PROCEDURE, LF_MFUNCTION):
            return Type("function", "function")
        return Type("class", "array" if kind == LF_ARRAY else "type")

    def _simple(self, index: int) -> Type:
        """Types that need no record: the lowest byte is the type, the next says whether it is a pointer."""
        text = _SIMPLE.get(index & 0xFF, "void")
        target = Type("basic", text)
        return Type("pointer", f"{text} *", target) if index >> 8 & 7 else target

    def _pointer(self, data: bytes, depth: int) -> Type:
        (index,) = self._unpack("I", data, 0)
        target = self.type(index, depth + 1)
        const = index >= _FIRST_TYPE and self._is_const(index)
        text = f"{'const ' if const and target.kind != 'pointer' else ''}{target.text}"
        return Type("pointer", f"{text}*" if text.endswith("*") else f"{text} *", target, const)

    def _is_const(self, index: int) -> bool:
        kind, data = self._record(index)
        return kind == LF_MODIFIER and bool(self._unpack("IH", data, 0)[1] & 1)

    def _name(self, data: bytes, at: int, sized: bool) -> str:
        """The name at the end of a record, behind its size, which is a number or says what kind of one."""
        if sized:
            (size,) = self._unpack("H", data, at)
            wide = {0x8000: 1, 0x8001: 2, 0x8002: 2, 0x8003: 4, 0x8004: 4, 0x8009: 8, 0x800A: 8}
            at += 2 + wide.get(size, 0)
        return _text(data[at:])

    # ---- functions ----

    @cached_property
    def _dbi(self) -> bytes:
        return self.stream(_STREAM_DBI)

    def _modules(self) -> Iterator[tuple[int, int]]:
        """(stream, bytes of symbols in it) of each compiled file."""
        data = self._dbi
        (size,) = self._unpack("I", data, 24)
        at, end = _DBI_HEADER, min(_DBI_HEADER + size, len(data))
        while at + _MODULE_HEADER <= end:
            stream, symbols = self._unpack("HI", data, at + 34)
            if stream != _NO_STREAM:
                yield stream, symbols
            name = self._behind_text(data, at + _MODULE_HEADER)
            at = -(-self._behind_text(data, name) // 4) * 4

    def _behind_text(self, data: bytes, at: int) -> int:
        end = data.find(b"\0", at)
        if end < 0:
            raise self._bad("a PDB file with a name that does not end")
        return end + 1

    @cached_property
    def publics(self) -> dict[tuple[int, int], str]:
        """Public names, which are decorated, by section (from 1) and offset in it."""
        (stream,) = self._unpack("H", self._dbi, 20)
        if stream == _NO_STREAM:
            return {}
        data = self.stream(stream)
        found = {}
        for kind, record in self._records(data, 0, len(data)):
            if kind == S_PUB32:
                _, offset, section = self._unpack("IIH", record, 0)
                found[section, offset] = _text(record[10:])
        return found

    @cached_property
    def procedures(self) -> dict[tuple[int, int], Procedure]:
        """Functions with their types, by section (from 1) and offset in it."""
        found = {}
        for stream, size in self._modules():
            data = self.stream(stream)
            inside: list[tuple[int, bytes]] = []
            for kind, record in self._records(data, 4, min(size, len(data))):
                if kind in (S_GPROC32, S_LPROC32, S_GPROC32_ID, S_LPROC32_ID):
                    inside = [(kind, record)]
                elif kind in (S_LOCAL, S_REGREL32):
                    inside.append((kind, record))
                elif kind in (S_END, S_PROC_ID_END) and inside:
                    place, procedure = self._procedure(*inside[0], inside[1:])
                    if procedure:
                        found[place] = procedure
                    inside = []
        return found

    def _procedure(
        self, kind: int, record: bytes, locals: list[tuple[int, bytes]]
    ) -> tuple[tuple[int, int], Procedure | None]:
        type_index, offset, section = self._unpack("IIH", record, 24)
        if kind in (S_GPROC32_ID, S_LPROC32_ID) and type_index:
            type_index = self._unpack("II", self._record(type_index, of_ids=True)[1], 0)[1]
        if type_index < _FIRST_TYPE:
            return (section, offset), None
        shape, data = self._record(type_index)
        if shape == LF_PROCEDURE:
            result, _, _, _, listed = self._unpack("IBBHI", data, 0)
            this = 0
        elif shape == LF_MFUNCTION:
            result, _, this, _, _, _, listed = self._unpack("IIIBBHI", data, 0)
        else:
            return (section, offset), None
        types = self._arguments(listed)
        names = [name for name in map(self._parameter_name, locals) if name is not None][this != 0 :]
        variadic = bool(types) and types[-1] == 0
        types = types[:-1] if variadic else types
        names += [""] * (len(types) - len(names))
        parameters = [(name, self.type(index)) for name, index in zip(names, types)]
        name = _text(record[35:])
        return (section, offset), Procedure(name, self.type(result), parameters, variadic, this != 0)

    def _arguments(self, index: int) -> list[int]:
        kind, data = self._record(index)
        if kind != LF_ARGLIST:
            raise self._bad("a PDB file in which a function has no parameters")
        (count,) = self._unpack("I", data, 0)
        return list(self._unpack(f"{count}I", data, 4))

    def _parameter_name(self, local: tuple[int, bytes]) -> str | None:
        """The name of a parameter; None for another variable, as far as that can be told."""
        kind, record = local
        if kind == S_LOCAL:
            _, flags = self._unpack("IH", record, 0)
            return _text(record[6:]) if flags & 1 else None
        return _text(record[10:])


def _text(data: bytes) -> str:
    return data.split(b"\0", 1)[0].decode("utf-8", "replace")
