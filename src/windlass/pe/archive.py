"""Archives: the files with many members that linkers search, `.lib` and `.a`.

An archive is a signature and then members, each behind a header of text and at an even offset. The first
members are the archive's own:

    /    the first linker member: the symbols and the offset of the member that defines each, big-endian
    /    the second linker member, Microsoft's: the same sorted by name, little-endian
    //   the names that are longer than the 15 characters for which a header has room

GNU's archives lack the second linker member and end long names with a slash and a line feed, where
Microsoft's end them with a zero. Readers of each kind take the other, too.

Source: Microsoft, "PE Format", "Archive (Library) File Format".
"""

from __future__ import annotations

import os
import struct
from itertools import accumulate

from windlass.errors import BadLibrary
from windlass.light import TYPE_CHECKING, NamedTuple
from windlass.pe import layout
from windlass.pe.record import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Archive", "Member", "NewMember", "archive_bytes"]

_HEADER_SIZE = layout.ArchiveMemberHeader.size_in_bytes
_THIN_SIGNATURE = b"!<thin>\n"
LONGEST_NAME = 0x1000
MOST_MEMBERS = 0xFFFF
"""The second linker member counts members in 16 bits."""


class Member(NamedTuple):
    """One member. offset: of its header, by which the symbols find it."""

    name: str
    offset: int
    data: bytes

    @property
    def data_offset(self) -> int:
        return self.offset + _HEADER_SIZE


class Archive:
    """An archive in bytes. BadLibrary, here and when members or symbols are read, if it is damaged.

    path: for error messages.
    """

    def __init__(self, data: bytes, *, path: str | None = None) -> None:
        self.path = path
        self._data = data
        if data[: len(_THIN_SIGNATURE)] == _THIN_SIGNATURE:
            raise self.bad("a thin archive, whose members are files of their own", 0)
        if not data.startswith(layout.ARCHIVE_SIGNATURE):
            raise self.bad("not an archive: no !<arch> at its start", 0)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Archive:
        """The archive in a file. OSError if there is no such file."""
        with open(path, "rb") as file:
            return cls(file.read(), path=os.fspath(path))

    def bad(self, reason: str, offset: int) -> BadLibrary:
        """The error to raise for this archive."""
        return BadLibrary(reason, offset, self.path)

    def _raw_members(self) -> Iterator[tuple[str, int, int]]:
        """(name as in the header, offset, size) of everything, the archive's own members included."""
        offset, end = len(layout.ARCHIVE_SIGNATURE), len(self._data)
        while offset < end:
            if offset + _HEADER_SIZE > end:
                raise self.bad("the header of a member goes beyond the end", offset)
            header = layout.ArchiveMemberHeader.unpack(self._data, offset)
            if header.end != layout.ARCHIVE_MEMBER_END:
                raise self.bad("no header of a member is where one should be", offset)
            size = header.size.rstrip()
            if not size.isdigit():
                raise self.bad(f"the size of a member is {text(size)!r}", offset)
            if offset + _HEADER_SIZE + int(size) > end:
                raise self.bad(f"a member of {int(size)} bytes goes beyond the end", offset)
            yield text(header.name.rstrip()), offset, int(size)
            offset += _HEADER_SIZE + int(size) + int(size) % 2

    def _body(self, offset: int, size: int) -> bytes:
        return self._data[offset + _HEADER_SIZE : offset + _HEADER_SIZE + size]

    @property
    def members(self) -> list[Member]:
        """The members in the order of the file, without the archive's own; read each time."""
        long_names = b""
        found = []
        for raw, offset, size in self._raw_members():
            if raw == "//":
                long_names = self._body(offset, size)
            elif not (raw in ("/", "/SYM64/") or raw.startswith("/<")):
                found.append(Member(self._name(raw, long_names, offset), offset, self._body(offset, size)))
        return found

    def _name(self, raw: str, long_names: bytes, offset: int) -> str:
        if not raw.startswith("/"):
            return raw[:-1] if raw.endswith("/") else raw
        if not raw[1:].isdigit() or int(raw[1:]) >= len(long_names):
            raise self.bad(f"a member's name {raw!r} leads nowhere", offset)
        name = long_names[int(raw[1:]) : int(raw[1:]) + LONGEST_NAME]
        return text(name.partition(b"\0")[0].partition(b"/\n")[0])

    @property
    def symbols(self) -> list[tuple[str, int]]:
        """(name, offset of the member that defines it), in the order of the first linker member; read each
        time.
        """
        for raw, offset, size in self._raw_members():
            if raw == "/":
                return self._first_linker_member(offset, self._body(offset, size))
            break
        return []

    def _first_linker_member(self, offset: int, data: bytes) -> list[tuple[str, int]]:
        count = int.from_bytes(data[:4], "big")
        if 4 + 4 * count > len(data):
            raise self.bad(f"a table of {count} symbols in {len(data)} bytes", offset)
        offsets = struct.unpack_from(f">{count}I", data, 4)
        names = data[4 + 4 * count :].split(b"\0")
        if len(names) <= count:
            raise self.bad("a symbol table with less names than symbols", offset)
        return [(text(name), where) for name, where in zip(names, offsets)]


class NewMember(NamedTuple):
    """A member to write, and the symbols that it defines."""

    name: bytes
    data: bytes
    symbols: Sequence[bytes]


def archive_bytes(members: Sequence[NewMember], *, microsoft: bool) -> bytes:
    """An archive of members, in their order, with time stamps of zero.

    microsoft: with the second linker member, and long names as Microsoft's tools end them.

    ValueError for more members than an archive can have.
    """
    if len(members) > MOST_MEMBERS:
        raise ValueError(f"{len(members)} members; an archive can have {MOST_MEMBERS}")
    headers, long_names = _member_headers(members, b"\0" if microsoft else b"/\n")
    symbols = [symbol for member in members for symbol in member.symbols]
    strings = b"\0".join(symbols) + b"\0" if symbols else b""

    start = len(layout.ARCHIVE_SIGNATURE) + _span(4 + 4 * len(symbols) + len(strings))
    if microsoft:
        start += _span(8 + 4 * len(members) + 2 * len(symbols) + len(strings))
    if long_names:
        start += _span(len(long_names))
    offsets = list(accumulate([_span(len(member.data)) for member in members], initial=start))[:-1]

    parts = [layout.ARCHIVE_SIGNATURE]
    defined_at = [where for where, member in zip(offsets, members) for _ in member.symbols]
    _add(parts, _header(b"/"), struct.pack(f">I{len(symbols)}I", len(symbols), *defined_at) + strings)
    if microsoft:
        _add(parts, _header(b"/"), _second_linker_member(members, offsets))
    if long_names:
        _add(parts, _header(b"//"), long_names)
    for header, member in zip(headers, members):
        _add(parts, header, member.data)
    return b"".join(parts)


def _span(size: int) -> int:
    """What a member of that size takes in the file."""
    return _HEADER_SIZE + size + size % 2


def _header(name: bytes) -> bytes:
    """A member's header up to the size; the time stamp is zero, so that equal inputs make equal archives."""
    return b"%-16s0           0     0     644     " % name


def _add(parts: list[bytes], header: bytes, data: bytes) -> None:
    size = len(data)
    parts += (header, b"%-10d`\n" % size, data, b"\n" if size % 2 else b"")


def _member_headers(members: Sequence[NewMember], end: bytes) -> tuple[list[bytes], bytes]:
    """The headers of the members, and what holds the long ones of their names."""
    written: dict[bytes, bytes] = {}
    long_names: list[bytes] = []
    position = 0
    for member in members:
        name = member.name
        if name in written:
            continue
        if len(name) < 16 and not name.startswith(b"/"):  # with which the archive's own members begin
            written[name] = _header(name + b"/")
        else:
            written[name] = _header(b"/%d" % position)
            long_names.append(name + end)
            position += len(name) + len(end)
    return [written[member.name] for member in members], b"".join(long_names)


def _second_linker_member(members: Sequence[NewMember], offsets: Sequence[int]) -> bytes:
    symbols = [symbol for member in members for symbol in member.symbols]
    indices = [index for index, member in enumerate(members, 1) for _ in member.symbols]
    order = sorted(range(len(symbols)), key=symbols.__getitem__)
    return (
        struct.pack(f"<I{len(offsets)}II", len(offsets), *offsets, len(symbols))
        + struct.pack(f"<{len(symbols)}H", *[indices[position] for position in order])
        + b"".join([symbols[position] + b"\0" for position in order])
    )
