"""Base relocations and static TLS."""

from __future__ import annotations

import struct

import pytest

from tiny_image import RELOCATION, TLS, Body, Tiny
from windlass.pe import BadImage, Image, layout
from windlass.pe.relocations import read_blocks

BASE = 0x180000000


def block(page: int, *entries: tuple[int, int], size: int | None = None) -> bytes:
    """One block of (type, offset) entries."""
    data = struct.pack(f"<{len(entries)}H", *(kind << 12 | offset for kind, offset in entries))
    return struct.pack("<II", page, len(data) + 8 if size is None else size) + data


def relocations(data: bytes, size: int | None = None) -> Image:
    return Image(Tiny(data, {RELOCATION: (0x1000, len(data) if size is None else size)}).bytes())


def test_no_relocations():
    assert list(Image(Tiny(b"x").bytes()).relocations) == []


def test_relocations():
    image = relocations(block(0x3000, (10, 0), (10, 0xFF8)) + block(0x8000, (3, 4), (0, 0)))
    assert list(image.relocations) == [
        (0x3000, layout.REL_DIR64),
        (0x3FF8, layout.REL_DIR64),
        (0x8004, layout.REL_HIGHLOW),
    ]
    assert list(read_blocks(image)) == [(0x3000, (0xA000, 0xAFF8)), (0x8000, (0x3004, 0))]
    assert list(image.relocations) == list(image.relocations)  # it can be read again


@pytest.mark.parametrize("kind", [kind for kind in range(1, 16) if kind != layout.REL_HIGHADJ])
def test_all_types_are_given(kind):
    assert list(relocations(block(0x3000, (kind, 0x10), (kind, 0x20))).relocations) == [
        (0x3010, kind),
        (0x3020, kind),
    ]


def test_highadj_takes_two_entries():
    image = relocations(block(0x3000, (4, 0x10), (10, 0x555), (3, 0x20), (4, 0x30)))
    assert list(image.relocations) == [(0x3010, 4), (0x3020, 3), (0x3030, 4)]


def test_zeros_end_the_table():
    assert list(relocations(block(0x3000, (10, 1)) + bytes(16)).relocations) == [(0x3001, 10)]


def test_the_directory_size_ends_the_table():
    data = block(0x3000, (10, 1), (0, 0)) + block(0x4000, (10, 2), (0, 0))
    assert list(relocations(data, 12).relocations) == [(0x3001, 10)]
    assert list(relocations(data, 15).relocations) == [(0x3001, 10)]


def test_empty_blocks():
    assert list(relocations(block(0x3000) + block(0x4000, (10, 2))).relocations) == [(0x4002, 10)]


@pytest.mark.parametrize("size", [1, 7, 0x10000, 0xFFFFFFFF])
def test_bad_block_size(size):
    good = block(0x3000, (10, 1), (10, 2))
    image = relocations(good + block(0x4000, (10, 2), size=size))
    found = []
    with pytest.raises(BadImage, match=f"block of size {size:#x}") as caught:
        for each in image.relocations:
            found.append(each)
    assert found == [(0x3001, 10), (0x3002, 10)]
    assert caught.value.offset == 0x200 + len(good)


def tls_image(start=0, end=0, index=0, callbacks=0, zero_fill=0, characteristics=0, extra=b"", pe32=False):
    code = "<4I2I" if pe32 else "<4Q2I"
    body = (
        struct.pack(code, start, end, index, callbacks, zero_fill, characteristics).ljust(0x40, b"\0") + extra
    )
    return Image(Tiny(body, {TLS: (0x1000, 40)}, pe32=pe32, base=0x10000000 if pe32 else BASE).bytes())


def test_no_tls():
    assert Image(Tiny(b"x").bytes()).tls is None


@pytest.mark.parametrize("pe32", [False, True])
def test_tls(pe32):
    base = 0x10000000 if pe32 else BASE
    body = Body(0x1040)
    body.words(base + 0x1111, base + 0x2222, 0, code="I" if pe32 else "Q")
    tls = tls_image(
        base + 0x1800, base + 0x1810, base + 0x1900, base + 0x1040, 32, 0x00500000, bytes(body.data), pe32
    ).tls
    assert tls == (0x1800, 0x10, 32, 16, 0x1900, 0x1040, [0x1111, 0x2222])


def test_tls_of_a_moved_image():
    """In memory the directory's addresses are relocated: they count from where the image lies."""
    file = tls_image(BASE + 0x1800, BASE + 0x1810, BASE + 0x1900)
    delta = 0x7000_0000_0000
    memory = bytearray(file.read(0, 0x2000))
    memory[0x1000:0x1018] = struct.pack("<3Q", *(BASE + delta + rva for rva in (0x1800, 0x1810, 0x1900)))
    moved = Image(bytes(memory), mapped=True, base=BASE + delta).tls
    assert moved == file.tls
    assert moved.template_rva == 0x1800


def test_tls_without_anything():
    assert tls_image().tls == (0, 0, 0, 0, 0, 0, [])


@pytest.mark.parametrize(("code", "alignment"), [(0, 0), (1, 1), (2, 2), (5, 16), (14, 8192)])
def test_tls_alignment(code, alignment):
    assert tls_image(characteristics=code << 20).tls.alignment == alignment


def test_bad_tls():
    with pytest.raises(BadImage, match="ends before it starts"):
        assert tls_image(BASE + 0x1810, BASE + 0x1800).tls
    with pytest.raises(BadImage, match="TLS callbacks"):
        assert tls_image(callbacks=BASE + 0x90000).tls
    with pytest.raises(BadImage, match="TLS callbacks"):
        assert tls_image(callbacks=1).tls
