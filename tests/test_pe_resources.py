"""The resource tree."""

from __future__ import annotations

import struct

import pytest

from tiny_image import RESOURCE, Tiny
from windlass.pe import BadImage, Image

FLAG = 0x80000000


def tree(node: dict | tuple[int, int, int], out: bytearray) -> int:
    """Append a resource tree to `out` and return its root's field: dicts are directories, tuples data."""
    if isinstance(node, tuple):
        offset = len(out)
        out += struct.pack("<4I", *node, 0)
        return offset
    offset = len(out)
    names = [key for key in node if isinstance(key, str)]
    keys = names + [key for key in node if not isinstance(key, str)]
    out += struct.pack("<IIHHHH", 0, 77, 4, 2, len(names), len(keys) - len(names))
    table = len(out)
    out += bytes(8 * len(keys))
    for index, key in enumerate(keys):
        field = key
        if isinstance(key, str):
            field = FLAG | len(out)
            raw = key.encode("utf-16-le", "surrogatepass")
            out += struct.pack("<H", len(raw) // 2) + raw
            out += bytes(-len(out) % 4)
        struct.pack_into("<II", out, table + 8 * index, field, tree(node[key], out))
    return FLAG | offset


def resources(node: dict, rva: int = 0x1100) -> bytes:
    out = bytearray()
    assert tree(node, out) == FLAG
    body = bytes(rva - 0x1000) + bytes(out)
    return Tiny(body, {RESOURCE: (rva, len(out))}).bytes()


TREE = {
    "TYPELIB": {1: {0: (0x1234, 5, 0)}},
    "Größe\ud800": {"Name": {1031: (0x1300, 6, 1252), 1033: (0x1310, 7, 1252)}},
    24: {2: {1033: (0x1200, 100, 0)}},
}


def test_no_resources():
    assert Image(Tiny(b"x").bytes()).resources is None


def test_all_resources():
    image = Image(resources(TREE))
    assert list(image.resources.walk()) == [
        (("TYPELIB", 1, 0), 0x1234, 5, 0),
        (("Größe\ud800", "Name", 1031), 0x1300, 6, 1252),
        (("Größe\ud800", "Name", 1033), 0x1310, 7, 1252),
        ((24, 2, 1033), 0x1200, 100, 0),
    ]
    assert list(image.resources.walk()) == list(image.resources.walk())


def test_directories_and_entries():
    root = Image(resources(TREE)).resources
    assert (root.timestamp, root.version, root.path, len(root)) == (77, (4, 2), (), 3)
    entry = root.get(24)
    assert (entry.key, entry.path, entry.is_directory, entry.resource) == (24, (24,), True, None)
    leaf = entry.directory.get(2).directory.get(1033)
    assert (leaf.is_directory, leaf.directory, leaf.resource.size) == (False, None, 100)
    assert root.get(25) is None and root.get("24") is None


def test_find():
    root = Image(resources(TREE)).resources
    assert root.find(24, 2, 1033).rva == 0x1200
    assert root.find(24).rva == root.find(24, 2).rva == 0x1200  # what is not said is the first
    assert root.find("typelib", 1).rva == 0x1234  # without case, as Windows finds it
    assert root.find("GRÖSSE") is None
    assert root.find("GRÖßE\ud800", "NAME", 1033).rva == 0x1310
    assert root.find(24, 3) is None
    assert root.find(24, 2, 1033, 9) is None  # deeper than the tree
    assert Image(resources({})).resources.find(24) is None


def test_find_goes_on_working():
    root = Image(resources(TREE)).resources
    for _ in range(20000):
        assert root.find(24, 2, 1033)


def test_other_depths():
    root = Image(resources({1: (0x1000, 1, 0), 2: {3: {4: {5: {6: (0x1000, 2, 0)}}}}})).resources
    assert [(each.path, each.size) for each in root.walk()] == [((1,), 1), ((2, 3, 4, 5, 6), 2)]
    assert root.find(2, 3).size == 2


def test_a_tree_in_a_circle():
    data = resources({1: {2: (0x1000, 1, 0)}})
    circle = data.replace(struct.pack("<II", 1, FLAG | 24), struct.pack("<II", 1, FLAG))
    assert circle != data
    root = Image(circle).resources
    with pytest.raises(BadImage, match="nested deeper"):
        list(root.walk())
    assert root.find(*[1] * 30) is None
    assert root.find(1) is None


def test_a_tree_that_multiplies():
    """Each of 15 levels names the next one a thousand times: 10 ** 45 resources in 120 kB."""
    level_size = 16 + 8 * 1000
    body = b""
    for level in range(15):
        body += struct.pack("<IIHHHH", 0, 0, 0, 0, 0, 1000)
        body += b"".join(struct.pack("<II", i, FLAG | (level + 1) * level_size) for i in range(1000))
    body += struct.pack("<IIHHHH", 0, 0, 0, 0, 0, 0)
    root = Image(Tiny(body, {RESOURCE: (0x1000, len(body))}).bytes()).resources
    with pytest.raises(BadImage, match="claims more data than the image can hold"):
        list(root.walk())


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (
            struct.pack("<II", 1, FLAG | 24),
            struct.pack("<II", 1, FLAG | 0x90000),
            "resource directory at RVA",
        ),
        (struct.pack("<II", 2, 48), struct.pack("<II", 2, 0x90000), "resource data entry at RVA"),
        (struct.pack("<II", 2, 48), struct.pack("<II", FLAG | 0x90000, 48), "resource name's length at RVA"),
        (
            struct.pack("<HH", 0, 1),
            struct.pack("<HH", 0xFFFF, 0xFFFF),
            "resource directory entries|claims more",
        ),
    ],
)
def test_bad_tree(old, new, what):
    data = resources({1: {2: (0x1000, 1, 0)}})
    assert data.count(old) >= 1
    with pytest.raises(BadImage, match=what) as caught:
        list(Image(data.replace(old, new)).resources.walk())
    assert 0x300 <= caught.value.offset < 0x400
