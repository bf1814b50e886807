"""Shortcuts are files of the documented format, and bad bytes are told from them."""

from __future__ import annotations

import contextlib
import random
import struct

import pytest

from windlass.api.shell import shell_items
from windlass.api.shell.shell_link_file import BadLink, Link, parse, serialize


def example() -> Link:
    items = shell_items.list_of(shell_items.items_of(r"C:\folder\a long name.txt", simple=True))
    return Link(
        attributes=0x20, times=(1, 2, 3), size=77, items=items, path=r"C:\folder\a long name.txt",
        name="words", arguments="-x", working_directory=r"C:\folder", icon_location="x.dll",
        icon_index=-4, show_command=7, hotkey=0x641, blocks=[struct.pack("<IIQ", 16, 0xA0000005, 9)],
    )  # fmt: skip


def test_what_is_written_is_read_again() -> None:
    link = example()
    again = parse(serialize(link))
    for field in vars(link):
        if field != "flags":
            assert getattr(again, field) == getattr(link, field), field


def test_the_header_is_the_documented_one() -> None:
    data = serialize(example())
    assert struct.unpack_from("<I", data)[0] == 0x4C
    assert data[4:20] == bytes.fromhex("0114020000000000c000000000000046")
    # HasLinkTargetIDList, HasLinkInfo, HasName, HasWorkingDir, HasArguments, HasIconLocation, IsUnicode
    assert struct.unpack_from("<I", data, 20)[0] == 0x1 | 0x2 | 0x4 | 0x10 | 0x20 | 0x40 | 0x80
    assert struct.unpack_from("<Ii", data, 52) == (77, -4)
    assert data.endswith(bytes(4))


def test_a_share_is_told_as_one() -> None:
    link = parse(serialize(Link(path=r"\\server\share\below\x.txt")))
    assert link.path == r"\\server\share\below\x.txt"


def test_items_have_the_forms_of_windows() -> None:
    computer, drive, folder, file = shell_items.items_of(r"C:\folder\a long name.txt", simple=True)
    assert computer[:4] == b"\x14\0\x1f\x50" and len(computer) == 20
    assert drive[:6] == b"\x19\0\x2fC:\\" and len(drive) == 25
    assert folder[2] == 0x31 and file[2] == 0x32
    at = int.from_bytes(file[-2:], "little")
    assert struct.unpack_from("<HHI", file, at)[1:] == (3, 0xBEEF0004)
    assert shell_items.name_of(file) == "a long name.txt"


@pytest.mark.parametrize("size", range(0, 0x4C + 200, 9))
def test_a_cut_file_is_bad_or_says_less(size: int) -> None:
    with contextlib.suppress(BadLink):
        parse(serialize(example())[:size])


def test_bytes_of_any_value_are_read_or_bad() -> None:
    data = serialize(example())
    numbers = random.Random(7)
    for _ in range(3000):
        changed = bytearray(data)
        for _ in range(numbers.randrange(1, 6)):
            changed[numbers.randrange(0x14, len(changed))] = numbers.choice((0, 1, 0x7F, 0xFF))
        with contextlib.suppress(BadLink):
            parse(bytes(changed))


def test_items_of_any_bytes_have_names() -> None:
    numbers = random.Random(5)
    for item in shell_items.items_of(r"C:\folder\a long name.txt", simple=True):
        for _ in range(500):
            changed = bytearray(item[: numbers.randrange(2, len(item) + 1)])
            changed[numbers.randrange(len(changed))] = numbers.randrange(256)
            assert isinstance(shell_items.name_of(bytes(changed)), str)
            assert isinstance(shell_items.path_of([bytes(changed)] * 2), str)
