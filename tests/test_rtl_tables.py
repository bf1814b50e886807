"""ntdll's generic tables, against a sorted list."""

from __future__ import annotations

import random

from windlass.ctypes import (
    POINTER,
    WINFUNCTYPE,
    byref,
    c_int,
    c_ubyte,
    c_uint32,
    c_void_p,
    cast,
    create_string_buffer,
    windll,
)

LESS, GREATER, EQUAL = range(3)

ntdll = windll.ntdll
compare_type = WINFUNCTYPE(c_int, c_void_p, POINTER(c_uint32), POINTER(c_uint32))
allocate_type = WINFUNCTYPE(c_void_p, c_void_p, c_uint32)
free_type = WINFUNCTYPE(None, c_void_p, c_void_p)
for name in ("InsertElement", "LookupElement", "GetElement", "Enumerate"):
    function = f"Rtl{name}GenericTableAvl"
    getattr(ntdll, function).restype = POINTER(c_uint32)


class Table:
    """An AVL table of numbers, whose nodes are Python's buffers."""

    def __init__(self) -> None:
        self.blocks: dict[int, object] = {}
        self.memory = create_string_buffer(200)
        self.routines = compare_type(self.compare), allocate_type(self.allocate), free_type(self.free)
        ntdll.RtlInitializeGenericTableAvl(self.memory, *self.routines, None)

    def compare(self, table, first, second) -> int:
        return LESS if first[0] < second[0] else GREATER if first[0] > second[0] else EQUAL

    def allocate(self, table, size: int) -> int:
        block = create_string_buffer(size)
        address = cast(block, c_void_p).value
        self.blocks[address] = block
        return address

    def free(self, table, address: int) -> None:
        del self.blocks[address]

    def insert(self, value: int) -> bool:
        is_new = c_ubyte()
        element = ntdll.RtlInsertElementGenericTableAvl(self.memory, byref(c_uint32(value)), 4, byref(is_new))
        assert element[0] == value
        return bool(is_new.value)

    def delete(self, value: int) -> bool:
        return bool(ntdll.RtlDeleteElementGenericTableAvl(self.memory, byref(c_uint32(value))) & 0xFF)

    def has(self, value: int) -> bool:
        return bool(ntdll.RtlLookupElementGenericTableAvl(self.memory, byref(c_uint32(value))))

    def values(self) -> list[int]:
        found = []
        element = ntdll.RtlEnumerateGenericTableAvl(self.memory, True)
        while element:
            found.append(element[0])
            element = ntdll.RtlEnumerateGenericTableAvl(self.memory, False)
        return found

    def depth(self) -> int:
        return int.from_bytes(self.memory.raw[48:52], "little")


def test_an_avl_table_holds_what_a_set_does():
    table, numbers, chance = Table(), set(), random.Random(1)
    for _ in range(3000):
        value = chance.randrange(400)
        if chance.random() < 0.55:
            assert table.insert(value) == (value not in numbers)
            numbers.add(value)
        else:
            assert table.delete(value) == (value in numbers)
            numbers.discard(value)
        assert ntdll.RtlNumberGenericTableElementsAvl(table.memory) == len(numbers) == len(table.blocks)
    assert table.values() == sorted(numbers)
    for index, value in enumerate(sorted(numbers)):
        assert ntdll.RtlGetElementGenericTableAvl(table.memory, index)[0] == value
    assert not ntdll.RtlGetElementGenericTableAvl(table.memory, len(numbers))
    assert all(table.has(value) == (value in numbers) for value in range(400))


def test_an_avl_table_stays_flat():
    table = Table()
    for value in range(1000):
        table.insert(value)
    assert table.depth() <= 14
    for value in range(0, 1000, 2):
        assert table.delete(value)
    assert table.depth() <= 13
    assert table.values() == list(range(1, 1000, 2))
    for value in range(1, 1000, 2):
        assert table.delete(value)
    assert ntdll.RtlIsGenericTableEmptyAvl(table.memory) & 0xFF
    assert (table.depth(), table.blocks) == (0, {})
