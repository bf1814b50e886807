"""Compound files: a file that holds a tree of storages and streams, read from bytes and written.

Source: Microsoft, "[MS-CFB]: Compound File Binary File Format".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["SIGNATURE", "BadCompoundFile", "Storage", "Stream", "parse", "serialize"]

SIGNATURE = bytes.fromhex("D0CF11E0A1B11AE1")
HEADER = struct.Struct("<8s16xHHHHH6xIIIIIIIII")
ENTRY = struct.Struct("<64sHBBIII16sIQQIQ")
FREE, END_OF_CHAIN, FAT_SECTOR, DIFAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC
NO_STREAM = 0xFFFFFFFF
STORAGE, STREAM, ROOT = 1, 2, 5
RED, BLACK = 0, 1
SECTOR, MINI_SECTOR, CUTOFF = 512, 64, 4096
IN_HEADER = 109
PER_SECTOR = SECTOR // 4
NIL = b"\0" * 16


class BadCompoundFile(Exception):
    """The bytes are no compound file, or a damaged one."""


@dataclass
class Stream:
    """A named row of bytes."""

    name: str
    data: bytearray = field(default_factory=bytearray)


@dataclass
class Storage:
    """A folder of storages and streams, by name in upper case; times are FILETIME numbers."""

    name: str = "Root Entry"
    children: dict[str, Storage | Stream] = field(default_factory=dict)
    clsid: bytes = NIL
    state: int = 0
    created: int = 0
    modified: int = 0

    def copy(self) -> Storage:
        """Of the whole tree."""
        made = Storage(self.name, {}, self.clsid, self.state, self.created, self.modified)
        for key, child in self.children.items():
            made.children[key] = (
                child.copy() if isinstance(child, Storage) else Stream(child.name, bytearray(child.data))
            )
        return made


# ---- reading ----


def parse(data: bytes) -> Storage:
    """The root of a compound file. BadCompoundFile if it is none."""
    try:
        return _Reader(data).root()
    except struct.error:
        raise BadCompoundFile("a compound file that ends too early") from None


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        facts = HEADER.unpack_from(data)
        signature, _, major, order, shift, mini_shift = facts[:6]
        fats, directory, _, self.cutoff, mini_fat, _, difat, _ = facts[7:]
        if (
            signature != SIGNATURE
            or order != 0xFFFE
            or (major, shift) not in ((3, 9), (4, 12))
            or mini_shift != 6
        ):
            raise BadCompoundFile("not a compound file")
        self.size = 1 << shift
        self.fat = self.table(self.fat_sectors(fats, difat))
        self.entries = self.joined(self.chain(directory))
        root = self.entry(0)
        self.mini_fat = self.table(list(self.chain(mini_fat)))
        self.mini = self.joined(self.chain(root[11]))

    def sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        if start >= len(self.data):
            raise BadCompoundFile("a sector outside the file")
        return self.data[start : start + self.size].ljust(self.size, b"\0")

    def numbers(self, data: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(data) // 4}I", data)

    def fat_sectors(self, count: int, difat: int) -> list[int]:
        """The numbers of the sectors of the FAT: the first in the header, others in sectors of their own."""
        found = list(struct.unpack_from(f"<{IN_HEADER}I", self.data, 76))
        seen = set()
        while difat < DIFAT_SECTOR and difat not in seen:
            seen.add(difat)
            *more, difat = self.numbers(self.sector(difat))
            found += more
        return [number for number in found[:count] if number < DIFAT_SECTOR]

    def table(self, sectors: list[int]) -> list[int]:
        return [number for each in sectors for number in self.numbers(self.sector(each))]

    def chain(self, start: int, table: list[int] | None = None) -> Iterator[int]:
        """The numbers of a stream's sectors."""
        table = self.fat if table is None else table
        left = len(table)
        while start < DIFAT_SECTOR:
            if start >= len(table) or not left:
                raise BadCompoundFile("a chain of sectors that leads nowhere")
            yield start
            start, left = table[start], left - 1

    def joined(self, sectors: Iterator[int]) -> bytes:
        return b"".join(map(self.sector, sectors))

    def entry(
        self, number: int
    ) -> tuple[bytes, int, int, int, int, int, int, bytes, int, int, int, int, int]:
        if (number + 1) * ENTRY.size > len(self.entries):
            raise BadCompoundFile("an entry outside the directory")
        found: tuple[bytes, int, int, int, int, int, int, bytes, int, int, int, int, int]
        found = ENTRY.unpack_from(self.entries, number * ENTRY.size)
        return found

    def contents(self, start: int, size: int) -> bytearray:
        """Of a stream; small ones lie in the mini stream."""
        if size > len(self.data):
            raise BadCompoundFile("a stream larger than the file")
        if size >= self.cutoff:
            found = self.joined(self.chain(start))
        else:
            places = (number * MINI_SECTOR for number in self.chain(start, self.mini_fat))
            found = b"".join(self.mini[place : place + MINI_SECTOR] for place in places)
        return bytearray(found[:size].ljust(size, b"\0"))

    def root(self) -> Storage:
        self.seen: set[int] = set()
        return self.storage(0)

    def storage(self, number: int) -> Storage:
        facts = self.entry(number)
        made = Storage(_name(facts), {}, facts[7], facts[8], facts[9], facts[10])
        waiting = [facts[6]]
        while waiting:
            each = waiting.pop()
            if each == NO_STREAM:
                continue
            if each in self.seen or len(self.seen) > len(self.data) // ENTRY.size:
                raise BadCompoundFile("a directory that runs in a circle")
            self.seen.add(each)
            child = self.entry(each)
            waiting += [child[4], child[5]]
            if child[2] == STORAGE:
                made.children[_name(child).upper()] = self.storage(each)
            elif child[2] == STREAM:
                made.children[_name(child).upper()] = Stream(
                    _name(child), self.contents(child[11], child[12])
                )
        return made


def _name(facts: tuple[bytes, int, int, int, int, int, int, bytes, int, int, int, int, int]) -> str:
    return facts[0][: max(facts[1] - 2, 0)].decode("utf-16-le", "surrogatepass")


# ---- writing ----


def serialize(root: Storage) -> bytes:
    """The bytes of a compound file of version 3."""
    return _Writer(root).file()


def _order(node: Storage | Stream) -> tuple[int, str]:
    """Entries are sorted by the lengths of their names first."""
    return len(node.name.encode("utf-16-le", "surrogatepass")), node.name.upper()


@dataclass
class _Entry:
    node: Storage | Stream
    kind: int
    left: int = NO_STREAM
    right: int = NO_STREAM
    child: int = NO_STREAM
    color: int = BLACK
    start: int = END_OF_CHAIN
    size: int = 0


class _Writer:
    def __init__(self, root: Storage) -> None:
        self.sectors: list[bytes] = []
        self.fat: list[int] = []
        self.mini = bytearray()
        self.mini_fat: list[int] = []
        self.entries = [_Entry(root, ROOT)]
        self.add_children(0)

    def add_children(self, parent: int) -> None:
        storage = self.entries[parent].node
        assert isinstance(storage, Storage)
        children = sorted(storage.children.values(), key=_order)
        first = len(self.entries)
        for child in children:
            self.entries.append(_Entry(child, STORAGE if isinstance(child, Storage) else STREAM))
        depth = len(children).bit_length() - 1
        self.entries[parent].child = top = self.balanced(first, first + len(children), depth)
        if top != NO_STREAM:
            self.entries[top].color = BLACK
        for number in range(first, first + len(children)):
            if self.entries[number].kind == STORAGE:
                self.add_children(number)

    def balanced(self, start: int, end: int, depth: int) -> int:
        """A search tree of the entries in a row; those of the last, incomplete level are red."""
        if start >= end:
            return NO_STREAM
        middle = (start + end) // 2
        entry = self.entries[middle]
        entry.color = RED if depth == 0 else BLACK
        entry.left = self.balanced(start, middle, depth - 1)
        entry.right = self.balanced(middle + 1, end, depth - 1)
        return middle

    def put(self, data: bytes) -> int:
        """Append a chain of sectors; the number of the first."""
        if not data:
            return END_OF_CHAIN
        first = len(self.sectors)
        for at in range(0, len(data), SECTOR):
            self.sectors.append(data[at : at + SECTOR].ljust(SECTOR, b"\0"))
            self.fat.append(len(self.sectors))
        self.fat[-1] = END_OF_CHAIN
        return first

    def put_mini(self, data: bytes) -> int:
        if not data:
            return END_OF_CHAIN
        first = len(self.mini_fat)
        for at in range(0, len(data), MINI_SECTOR):
            self.mini += data[at : at + MINI_SECTOR].ljust(MINI_SECTOR, b"\0")
            self.mini_fat.append(len(self.mini_fat) + 1)
        self.mini_fat[-1] = END_OF_CHAIN
        return first

    def put_streams(self) -> None:
        for entry in self.entries:
            if isinstance(entry.node, Stream):
                entry.size = len(entry.node.data)
                put = self.put if entry.size >= CUTOFF else self.put_mini
                entry.start = put(bytes(entry.node.data))

    def directory(self) -> bytes:
        empty = ENTRY.pack(b"", 0, 0, 0, NO_STREAM, NO_STREAM, NO_STREAM, NIL, 0, 0, 0, 0, 0)
        data = b"".join(map(self.record, self.entries))
        return data + empty * (-len(self.entries) % (SECTOR // ENTRY.size))

    def record(self, entry: _Entry) -> bytes:
        node = entry.node
        name = node.name.encode("utf-16-le", "surrogatepass")
        facts = (
            (node.clsid, node.state, node.created, node.modified)
            if isinstance(node, Storage)
            else (NIL, 0, 0, 0)
        )
        tree = entry.kind, entry.color, entry.left, entry.right, entry.child
        return ENTRY.pack(name, len(name) + 2, *tree, *facts, entry.start, entry.size)

    def file(self) -> bytes:
        self.put_streams()
        self.entries[0].start = self.put(bytes(self.mini))
        self.entries[0].size = len(self.mini)
        mini_fat = struct.pack(f"<{len(self.mini_fat)}I", *self.mini_fat)
        mini_fat += b"\xff" * (-len(mini_fat) % SECTOR)
        first_mini = self.put(mini_fat)
        directory = self.put(self.directory())
        fats, difats = self.reserve_fat()
        header = HEADER.pack(
            SIGNATURE, 0x3E, 3, 0xFFFE, 9, 6, 0, len(fats), directory, 0, CUTOFF, first_mini,
            len(mini_fat) // SECTOR, difats[0] if difats else END_OF_CHAIN, len(difats),
        )  # fmt: skip
        listed = fats[:IN_HEADER] + [FREE] * (IN_HEADER - len(fats))
        return header + struct.pack(f"<{IN_HEADER}I", *listed) + b"".join(self.sectors)

    def reserve_fat(self) -> tuple[list[int], list[int]]:
        """Append the FAT, which has entries for its own sectors, and the sectors that list those."""
        fat_count = difat_count = 0
        while True:
            total = len(self.sectors) + fat_count + difat_count
            wanted = -(-total // PER_SECTOR)
            listing = -(-max(wanted - IN_HEADER, 0) // (PER_SECTOR - 1))
            if (wanted, listing) == (fat_count, difat_count):
                break
            fat_count, difat_count = wanted, listing
        start = len(self.sectors)
        fats = list(range(start, start + fat_count))
        difats = list(range(start + fat_count, start + fat_count + difat_count))
        self.fat += [FAT_SECTOR] * fat_count + [DIFAT_SECTOR] * difat_count
        table = struct.pack(f"<{len(self.fat)}I", *self.fat).ljust(fat_count * SECTOR, b"\xff")
        self.sectors += [table[at : at + SECTOR] for at in range(0, len(table), SECTOR)]
        rest = fats[IN_HEADER:]
        for index in range(difat_count):
            listed = rest[index * (PER_SECTOR - 1) : (index + 1) * (PER_SECTOR - 1)]
            listed += [FREE] * (PER_SECTOR - 1 - len(listed))
            following = difats[index + 1] if index + 1 < difat_count else END_OF_CHAIN
            self.sectors.append(struct.pack(f"<{PER_SECTOR}I", *listed, following))
        return fats, difats
