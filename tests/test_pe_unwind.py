"""The exception directory: function tables and UNWIND_INFO."""

from __future__ import annotations

import struct

import pytest

from tiny_image import ARM64, EXCEPTION, Body, Tiny
from windlass.pe import BadImage, Image, layout
from windlass.pe.unwind import RuntimeFunction, read_unwind_info

ARMNT = 0x1C4


def node(offset: int, operation: int, info: int = 0) -> int:
    return offset | operation << 8 | info << 12


def info(*nodes: int, version=1, flags=0, prolog=0, frame=0, tail=b"") -> bytes:
    """UNWIND_INFO with codes padded to an even number."""
    data = struct.pack(f"<BBBB{len(nodes)}H", version | flags << 3, prolog, len(nodes), frame, *nodes)
    return data + bytes(len(nodes) % 2 * 2) + tail


def unwind(data: bytes):
    """UNWIND_INFO read from those bytes."""
    return read_unwind_info(Image(Tiny(data).bytes()), RuntimeFunction(0x5000, 0x5100, 0x1000))


def table_image(*entries: tuple[int, ...], machine=0x8664, extra: bytes = b"") -> Image:
    table = b"".join(struct.pack(f"<{len(entry)}I", *entry) for entry in entries)
    return Image(Tiny(table.ljust(0x400, b"\0") + extra, {EXCEPTION: (0x1000, len(table))}, machine).bytes())


def test_no_function_table():
    assert Image(Tiny(b"x").bytes()).exceptions is None


def test_function_table():
    entries = [(0x2000 + 0x100 * i, 0x2080 + 0x100 * i, 0x1400) for i in range(50)]
    table = table_image(*entries).exceptions
    assert len(table) == 50
    assert list(table) == entries
    assert table[49] == entries[49]
    for entry in entries:
        assert table.find(entry[0]) == table.find(entry[1] - 1) == entry
        assert table.find(entry[1]) is None
    assert table.find(0) is None
    with pytest.raises(IndexError):
        table[50]


def test_prolog_codes():
    found = unwind(
        info(
            node(0x20, layout.UWOP_SAVE_XMM128, 6), 3,
            node(0x1C, layout.UWOP_SAVE_XMM128_FAR, 7), 0x5678, 0x0001,
            node(0x18, layout.UWOP_SAVE_NONVOL, 12), 4,
            node(0x14, layout.UWOP_SAVE_NONVOL_FAR, 13), 0x1234, 0x0002,
            node(0x10, layout.UWOP_SET_FPREG),
            node(0x0C, layout.UWOP_ALLOC_LARGE, 1), 0x0008, 0x0010,
            node(0x08, layout.UWOP_ALLOC_LARGE, 0), 0x200,
            node(0x06, layout.UWOP_ALLOC_SMALL, 3),
            node(0x02, layout.UWOP_PUSH_NONVOL, 5),
            node(0x00, layout.UWOP_PUSH_MACHFRAME, 1),
            prolog=0x20,
            frame=0x25,
        )
    )  # fmt: skip
    assert (found.version, found.size_of_prolog, found.frame_register, found.frame_offset) == (
        1,
        0x20,
        5,
        0x20,
    )
    assert found.codes == [
        (0x20, layout.UWOP_SAVE_XMM128, 6, 3 * 16),
        (0x1C, layout.UWOP_SAVE_XMM128_FAR, 7, 0x15678),
        (0x18, layout.UWOP_SAVE_NONVOL, 12, 4 * 8),
        (0x14, layout.UWOP_SAVE_NONVOL_FAR, 13, 0x21234),
        (0x10, layout.UWOP_SET_FPREG, 0, 0),
        (0x0C, layout.UWOP_ALLOC_LARGE, 1, 0x100008),
        (0x08, layout.UWOP_ALLOC_LARGE, 0, 0x200 * 8),
        (0x06, layout.UWOP_ALLOC_SMALL, 3, 32),
        (0x02, layout.UWOP_PUSH_NONVOL, 5, 0),
        (0x00, layout.UWOP_PUSH_MACHFRAME, 1, 0),
    ]
    assert (found.handler_rva, found.chained, found.epilogs) == (0, None, [])


@pytest.mark.parametrize("flags", [1, 2, 3])
def test_handler(flags):
    found = unwind(info(node(1, 0), flags=flags, tail=struct.pack("<I", 0x4444) + b"data"))
    assert (found.handler_rva, found.handler_data_rva) == (0x4444, 0x1000 + 4 + 4 + 4)


def test_version_2_has_epilogs():
    found = unwind(
        info(node(7, 6, 1), node(0x23, 6, 0x1), node(0, 6), node(2, layout.UWOP_PUSH_NONVOL, 3), version=2)
    )
    assert (found.epilog_size, found.epilogs) == (7, [7, 0x123])
    assert found.codes == [(2, layout.UWOP_PUSH_NONVOL, 3, 0)]
    elsewhere = unwind(info(node(7, 6, 0), node(0x23, 6, 0x1), version=2))
    assert elsewhere.epilogs == [0x123]


def test_chained():
    body = Body(0x1400)
    primary = body.add(info(node(4, layout.UWOP_PUSH_NONVOL, 3), prolog=4))
    second = body.add(info(flags=4, tail=struct.pack("<3I", 0x5000, 0x5100, primary)))
    table = table_image(
        (0x5000, 0x5100, primary), (0x5100, 0x5200, second), extra=bytes(body.data)
    ).exceptions
    assert table.unwind_info(table[1]).chained == table[0]
    assert [each.size_of_prolog for each in table.chain(table[1])] == [0, 4]


def test_a_chain_in_a_circle():
    loop = info(flags=4, tail=struct.pack("<3I", 0x5000, 0x5100, 0x1400))
    table = table_image((0x5000, 0x5100, 0x1400), extra=loop).exceptions
    with pytest.raises(BadImage, match="chain"):
        list(table.chain(table[0]))


def test_an_entry_may_stand_for_another():
    extra = info(prolog=9) + struct.pack("<3I", 0x5000, 0x5100, 0x1400)
    table = table_image((0x6000, 0x6100, 0x1404 | 1), extra=extra).exceptions
    assert table.unwind_info(table[0]).size_of_prolog == 9


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (info(version=3), "version 3"),
        (info(node(0, 7)), "unwind code 7"),
        (info(node(0, 6), version=1), "unwind code 6"),
        (info(node(0, 1, 2)), "unwind code 1"),
        (info(node(0, 5), 1), "unwind code 5 with 2 nodes left"),
    ],
)
def test_bad_unwind_info(data, reason):
    with pytest.raises(BadImage, match=reason) as caught:
        unwind(data)
    assert caught.value.offset == 0x200


def test_unwind_info_outside_the_image():
    table = table_image((0x5000, 0x5100, 0x90000)).exceptions
    with pytest.raises(BadImage, match="unwind information at RVA 0x90000"):
        table.unwind_info(table[0])


def test_arm64_functions():
    """Length 0x123 words, packed into the entry or in the word that it points to."""
    image = table_image(
        (0x2000, 0x123 << 2 | 1), (0x3000, 0x1400), machine=ARM64, extra=struct.pack("<I", 0xFFFC0123)
    )
    packed, full = image.exceptions
    assert packed == (0x2000, 0x2000 + 0x123 * 4, 0x123 << 2 | 1)
    assert full == (0x3000, 0x3000 + 0x123 * 4, 0x1400)
    assert image.exceptions[1] == full
    assert image.exceptions.find(0x3400) == full
    with pytest.raises(BadImage, match="does not use UNWIND_INFO"):
        image.exceptions.unwind_info(full)


def test_arm_functions():
    image = table_image((0x2001, 0x10 << 2 | 1), machine=ARMNT)
    assert list(image.exceptions) == [(0x2000, 0x2020, 0x10 << 2 | 1)]


def test_compiled_functions(write_dll):
    """A compiler's prolog, as it stands in the code and in the table."""
    path = write_dll(
        """
        int other(char *);
        __attribute__((noinline)) EXPORT int big(int n)
        {
            volatile char room[200];
            for (int i = 0; i < n; i++)
                room[i] = (char)i;
            return room[n / 2];
        }
        """,
        name="unwinding",
    )
    with Image.open(path) as image:
        function = image.exceptions.find(image.exports.find("big").rva)
        found = image.exceptions.unwind_info(function)
        allocated = sum(
            code.value
            for code in found.codes
            if code.operation in (layout.UWOP_ALLOC_SMALL, layout.UWOP_ALLOC_LARGE)
        )
        assert allocated >= 200
        prolog = image.read(function.begin_rva, found.size_of_prolog)
        assert struct.pack("<I", allocated) in prolog  # sub rsp, allocated
