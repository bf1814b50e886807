"""The export directory."""

from __future__ import annotations

import struct

import pytest

from tiny_image import EXPORT, Body, Tiny
from windlass.pe import BadImage, Image


def export_image(
    functions: list[int | str],
    names: list[tuple[str, int]],
    base: int = 1,
    dll: str = "tiny.dll",
    size: int | None = None,
    **fields: int,
) -> bytes:
    """functions: RVAs, or texts of forwarders; names: (name, index) in the table's order."""
    body = Body()
    body.add(bytes(40))
    rvas = [body.text(function) if isinstance(function, str) else function for function in functions]
    name_rvas = [body.text(each) for each, _ in names]
    values = {
        "flags": 0, "timestamp": 5, "version": 0, "name": body.text(dll), "base": base,
        "count": len(rvas), "name_count": len(names),
        "eat": body.words(*rvas), "name_table": body.words(*name_rvas),
        "ordinals": body.words(*(index for _, index in names), code="H"),
    }  # fmt: skip
    values.update(fields)
    body.data[:40] = struct.pack("<10I", *values.values())
    return Tiny(bytes(body.data), {EXPORT: (0x1000, len(body.data) if size is None else size)}).bytes()


def exports(*arguments, **fields):
    return Image(export_image(*arguments, **fields)).exports


def test_no_export_directory():
    assert Image(Tiny(b"x").bytes()).exports is None


def test_names_and_ordinals():
    found = exports([0x2000, 0x2010, 0x2020], [("alpha", 2), ("beta", 0)], base=100)
    assert found.name == "tiny.dll"
    assert (found.ordinal_base, found.timestamp) == (100, 5)
    assert list(found) == [
        (100, "beta", 0x2000, None),
        (101, None, 0x2010, None),  # NONAME
        (102, "alpha", 0x2020, None),
    ]
    assert len(found) == 3
    assert found.find("alpha") == (102, "alpha", 0x2020, None)
    assert found.find("beta").ordinal == 100
    assert found.find("gamma") is None and found.find("") is None
    assert found.by_ordinal(101) == (101, None, 0x2010, None)
    assert found.by_ordinal(99) is None and found.by_ordinal(103) is None


def test_unused_ordinals():
    found = exports([0x2000, 0, 0, 0x2010], [("a", 0), ("b", 1)])
    assert [(export.ordinal, export.name) for export in found] == [(1, "a"), (4, None)]
    assert found.find("b") is None
    assert found.by_ordinal(2) is None


def test_several_names_of_one_function():
    found = exports([0x2000], [("a", 0), ("b", 0)])
    assert [(export.ordinal, export.name) for export in found] == [(1, "a"), (1, "b")]
    assert found.find("a").rva == found.find("b").rva == 0x2000


def test_forwarders():
    found = exports(["ntdll.RtlAllocateHeap", "other.#7", 0x2000], [("ByName", 0), ("ByOrdinal", 1)])
    assert found.find("ByName").forwarder == "ntdll.RtlAllocateHeap"
    assert found.find("ByOrdinal").forwarder == "other.#7"
    assert found.by_ordinal(2).forwarder == "other.#7"
    assert [export.forwarder for export in found] == ["ntdll.RtlAllocateHeap", "other.#7", None]


def test_only_the_directory_size_tells_a_forwarder():
    """The directory's size is used for nothing else: with a small one the same RVA is an address."""
    found = exports(["ntdll.RtlAllocateHeap"], [("f", 0)], size=40)
    assert found.find("f").forwarder is None
    assert exports([0x2000], [("f", 0)], size=0).find("f").rva == 0x2000


def test_a_name_whose_index_is_beyond_the_table_is_no_export():
    found = exports([0x2000], [("a", 0), ("b", 7)])
    assert [export.name for export in found] == ["a"]
    assert found.find("b") is None


def test_unsorted_names_are_found():
    names = [(f"n{i * 7919 % 100:02}", i) for i in range(100)]
    found = exports([0x2000 + i for i in range(100)], names)
    for name, index in names:
        assert found.find(name).ordinal == index + 1
    assert found.find("nope") is None


def test_hints():
    names = [(f"n{i:03}", i) for i in range(200)]
    found = exports([0x2000 + i for i in range(200)], names)
    for hint in (0, 17, 199, 200, -1, 1 << 40):
        assert found.find("n017", hint).ordinal == 18


def test_names_are_any_bytes():
    """Names are compared by their bytes; those that are not UTF-8 can be asked for as they are listed."""
    data = export_image([0x2000, 0x2010], [("xy", 0), ("é", 1)]).replace(b"xy\0", b"\xff\xfe\0")
    found = Image(data).exports
    names = [export.name for export in found]
    assert names == ["\udcff\udcfe", "é"]
    for name in names:
        assert found.find(name).name == name


def test_tables_may_lie_outside_the_directory_range():
    found = exports([0x2000, 0x2010], [("a", 0), ("b", 1)], size=0)
    assert [export.name for export in found] == ["a", "b"]


def test_asking_again_and_again_goes_on_working():
    """What a walk over the directory may cost is bounded; questions about single exports are not."""
    found = exports(["x." + "f" * 200] * 50, [(f"n{i:02}", i) for i in range(50)])
    for _ in range(200):
        for i in range(50):
            assert found.find(f"n{i:02}").forwarder
            assert found.by_ordinal(i + 1).forwarder


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"name": 0x9000}, "DLL name at RVA 0x9000"),
        ({"eat": 0x9000}, "export address table at RVA 0x9000"),
        ({"name_table": 0x9000}, "export name table at RVA 0x9000"),
        ({"ordinals": 0x9000}, "export ordinal table at RVA 0x9000"),
        ({"count": 0x40000000}, "claims more data"),
        ({"name_count": 0xFFFFFFFF}, "claims more data"),
    ],
)
def test_bad_tables(fields, what):
    image = Image(export_image([0x2000], [("a", 0)], **fields))
    with pytest.raises(BadImage, match=what) as caught:
        assert image.exports.name and image.exports.entries
    assert caught.value.offset == 0x200  # of the directory, which holds the bad field


def test_directory_without_a_name():
    data = bytearray(export_image([0x2000], [("a", 0)]))
    data[0x200 + 12 : 0x200 + 16] = bytes(4)
    found = Image(bytes(data)).exports
    assert found.name == ""
    assert found.find("a")
