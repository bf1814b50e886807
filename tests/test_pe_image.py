"""Headers, sections and the mapped view of an image's bytes."""

from __future__ import annotations

import mmap
import struct

import pytest

from tiny_image import AMD64, ARM64, CODE, DATA, I386, LFANEW, Tiny, pad
from windlass.pe import BadImage, Image, layout

SIZE_OF_HEADERS = 0x200


def sections_image(*sections, **headers) -> bytes:
    return Tiny(sections=sections, headers=headers).bytes()


def test_headers_of_a_dll():
    image = Image(
        Tiny(
            b"code",
            {3: (0x1000, 4)},
            headers={"entry_point": 0x1001, "checksum": 0x99, "timestamp": 7, "dll_characteristics": 0x4160},
        ).bytes()
    )
    assert image.machine == layout.MACHINE_AMD64
    assert image.is_pe32plus and image.is_dll
    assert image.characteristics == layout.FILE_DLL | layout.FILE_EXECUTABLE_IMAGE | 0x20
    assert image.dll_characteristics & layout.DLL_GUARD_CF
    assert image.image_base == image.base == 0x180000000
    assert image.entry_point == 0x1001
    assert (image.section_alignment, image.file_alignment) == (0x1000, 0x200)
    assert (image.size_of_image, image.size_of_headers) == (0x2000, SIZE_OF_HEADERS)
    assert (image.stack_reserve, image.stack_commit) == (0x100000, 0x1000)
    assert (image.heap_reserve, image.heap_commit) == (0x200000, 0x2000)
    assert (image.subsystem, image.timestamp, image.checksum) == (3, 7, 0x99)
    assert image.directory(3) == (0x1000, 4)
    assert image.directory(0) == image.directory(15) == (0, 0)


@pytest.mark.parametrize(
    ("machine", "pe32"), [(I386, True), (AMD64, False), (ARM64, False), (0x1C4, True), (0x7777, False)]
)
def test_other_machines_are_read(machine, pe32):
    image = Image(Tiny(b"x", machine=machine, pe32=pe32, base=0x10000000).bytes())
    assert (image.machine, image.is_pe32plus, image.image_base) == (machine, not pe32, 0x10000000)
    assert image.stack_reserve == 0x100000
    assert image.read(0x1000, 1) == b"x"


@pytest.mark.parametrize("make", [bytes, bytearray, memoryview])
def test_any_kind_of_bytes(make):
    image = Image(make(Tiny(b"some text\0").bytes()))
    assert image.string(0x1000) == b"some text"
    assert image.read(0x1005, 4) == b"text"


def test_open_maps_the_file(tmp_path):
    path = tmp_path / "tiny.dll"
    path.write_bytes(Tiny(b"some text\0").bytes())
    with Image.open(path) as image:
        assert image.path == str(path)
        assert image.string(0x1000) == b"some text"
        assert isinstance(image._data, mmap.mmap)
    with pytest.raises(BadImage):
        image.read(0x1000, 1)


def test_errors_name_the_file(tmp_path):
    path = tmp_path / "not.dll"
    path.write_bytes(b"#!/bin/sh\n" * 20)
    with pytest.raises(BadImage, match=r"not\.dll: not a PE image: no MZ at its start$") as caught:
        Image.open(path)
    assert (caught.value.offset, caught.value.path) == (0, str(path))
    assert caught.value.reason == "not a PE image: no MZ at its start"
    with pytest.raises(FileNotFoundError):
        Image.open(tmp_path / "none.dll")


def test_an_empty_file_is_no_image(tmp_path):
    path = tmp_path / "empty.dll"
    path.touch()
    with pytest.raises(BadImage, match=r"empty\.dll: the file is empty$"):
        Image.open(path)
    path.write_bytes(b"MZ")
    with pytest.raises(BadImage, match="DOS header of 64 bytes goes beyond the end"):
        Image.open(path)


@pytest.mark.parametrize(
    ("position", "value", "reason"),
    [
        (0, b"ZM", "no MZ"),
        (60, b"\xff\xff\xff\xff", "not a PE image: no PE signature"),
        (60, b"\0\0\0\0", "no PE signature"),
        (LFANEW, b"NE\0\0", "no PE signature"),
        (LFANEW + 24, b"\x07\x01", "unknown optional header magic 0x107"),
        (LFANEW + 6, b"\xff\xff", "section table"),
        (LFANEW + 20, b"\xff\xff", "section table"),
    ],
)
def test_broken_headers(position, value, reason):
    data = bytearray(Tiny(b"x").bytes())
    data[position : position + len(value)] = value
    with pytest.raises(BadImage, match=reason):
        Image(bytes(data))


@pytest.mark.parametrize("count", [0, 5, 16, 17, 0xFFFFFFFF])
def test_number_of_directories(count):
    """Windows believes the count up to 16; directories behind it do not exist, whatever the bytes."""
    directories = {index: (0x1000 + index, index) for index in range(16)}
    image = Image(Tiny(b"x", directories, number_of_directories=count).bytes())
    for index in range(16):
        assert image.directory(index) == (directories[index] if index < count else (0, 0))
    assert image.directory(16) == (0, 0)


def test_optional_header_size_places_the_section_table():
    data = Tiny(b"x", number_of_directories=16, headers={"optional_size": 240 + 8}).bytes()
    shifted = data[: LFANEW + 24 + 240] + bytes(8) + data[LFANEW + 24 + 240 : 0x1F8] + data[0x200:]
    assert [section.name for section in Image(shifted).sections] == [".all"]


def test_sections():
    image = Image(
        sections_image(
            (b".text", 0x1000, 0x123, b"\x90" * 0x123, CODE, None),
            (b".bss\0xyz", 0x2000, 0x5000, b"", 0xC0000080, None),
            (b"12345678", 0x7000, 8, b"x", 0xD2000040, None),
        )
    )
    text, bss, last = image.sections
    assert text == (".text", 0x1000, 0x123, 0x200, 0x200, CODE)
    assert (text.readable, text.writable, text.executable, text.shared) == (True, False, True, False)
    assert (bss.name, bss.virtual_size, bss.raw_size) == (".bss\0xyz", 0x5000, 0)
    assert (last.name, last.writable, last.executable) == ("12345678", True, False)
    assert last.shared and last.discardable


def test_long_section_names_are_in_the_string_table():
    """Only mingw-w64 writes such images: debug sections, named "/4" for offset 4 of the string table."""
    data = sections_image((b"/4", 0x1000, 4, b"data", DATA, None), (b"/999", 0x2000, 4, b"data", DATA, None))
    with_symbols = sections_image(
        (b"/4", 0x1000, 4, b"data", DATA, None),
        (b"/999", 0x2000, 4, b"data", DATA, None),
        symbols=len(data),
        number_of_symbols=1,
    )
    table = b"s" * 18 + struct.pack("<I", 30) + b".debug_abbrev\0"
    assert [section.name for section in Image(with_symbols + table).sections] == [".debug_abbrev", "/999"]
    assert [section.name for section in Image(data).sections] == ["/4", "/999"]


def test_memory_beyond_raw_size_is_zero():
    image = Image(sections_image((b".data", 0x1000, 0x2100, b"A" * 0x200, DATA, None)))
    assert image.read(0x11FF, 3) == b"A\0\0"
    assert image.read(0x30FF, 0xF01) == bytes(0xF01)  # virtual_size is rounded up to the page
    with pytest.raises(BadImage):
        image.read(0x3FFF, 2)


def test_file_bytes_beyond_virtual_size_are_mapped_to_the_end_of_the_page():
    image = Image(sections_image((b".data", 0x1000, 4, b"A" * 0x1200, DATA, None)))
    assert image.read(0x1FFF, 1) == b"A"
    with pytest.raises(BadImage):
        image.read(0x2000, 1)
    assert image.offset_of(0x1FFF) == 0x200 + 0xFFF
    assert image.rva_of(0x200 + 0xFFF) == 0x1FFF
    assert image.rva_of(0x200 + 0x1000) is None


def test_virtual_size_zero_means_raw_size():
    image = Image(sections_image((b".text", 0x1000, 0, b"B" * 0x400, CODE, None)))
    assert image.sections[0].virtual_size == 0x400
    assert image.read(0x13FF, 2) == b"B\0"


def test_raw_offset_is_rounded_down_to_a_sector():
    data = sections_image((b".text", 0x1000, 0x10, pad(b"first", 0x200), CODE, 0x3F0))
    assert Image(data + b"C" * 0x400).read(0x1000, 1) == b"C"


def test_raw_offset_zero_means_no_file_bytes():
    data = sections_image((b".bss", 0x1000, 0x10, b"M" * 0x200, DATA, 0))
    assert Image(data).read(0x1000, 2) == b"\0\0"


def test_reads_cross_sections():
    image = Image(
        sections_image(
            (b".a", 0x1000, 0x1000, b"A" * 0x1000, DATA, None),
            (b".b", 0x2000, 0x1000, b"B" * 0x200, DATA, None),
        )
    )
    assert image.read(0x1FFE, 4) == b"AABB"
    assert image.read(0x1000, 0x2000) == b"A" * 0x1000 + pad(b"B" * 0x200, 0x1000)


def test_headers_are_mapped():
    data = Tiny(b"x").bytes()
    image = Image(data)
    assert image.read(0, 0x1000) == pad(data[:SIZE_OF_HEADERS], 0x1000)
    assert image.rva_of(0x3C) == 0x3C


@pytest.mark.parametrize(
    ("rva", "size"), [(0x2000, 1), (-1, 1), (0x1000, -1), (0x1000, 1 << 40), (1 << 63, 1)]
)
def test_reads_outside_the_image(rva, size):
    with pytest.raises(BadImage, match="outside the image"):
        Image(Tiny(b"x").bytes()).read(rva, size)


def test_strings():
    image = Image(
        sections_image(
            (b".a", 0x1000, 0x1000, b"a" * 0x1000, DATA, None),
            (b".b", 0x2000, 0x1000, b"bc\0" + b"d" * 0x1FD, DATA, None),
            (b".c", 0x3000, 0x1000, b"e" * 0x1000, DATA, None),
        )
    )
    assert image.string(0x2001) == b"c"
    assert image.string(0x1FFE) == b"aabc"  # goes on in the next section
    assert image.string(0x21FF) == b"d"  # ended by zero-filled memory
    assert image.string(0x2200) == b""
    with pytest.raises(BadImage):
        image.string(0x3000)  # ends nowhere


def test_strings_have_a_longest_length():
    endless = Image(sections_image((b".a", 0x1000, 0x40000, b"a" * 0x40000, DATA, None)))
    with pytest.raises(BadImage, match="has no end"):
        endless.string(0x1000)


def test_strings_in_bytes_that_cannot_be_searched():
    long = b"n" * 1000
    image = Image(memoryview(Tiny(long + b"\0" + b"rest").bytes()))
    assert image.string(0x1000) == long
    assert image.string(0x1000 + 1001) == b"rest"


def test_low_alignment_maps_the_file_as_it_is():
    """Where sections are aligned to less than a page, RVAs are file offsets."""
    data = sections_image(
        (b".text", 0x200, 0x10, b"first", CODE, None), section_alignment=0x200, size_of_image=0x400
    )
    image = Image(data)
    assert image.is_low_alignment
    assert image.read(0x200, 5) == b"first"
    assert image.read(0, len(data)) == data
    assert image.offset_of(0x3FF) == 0x3FF
    image.check()
    moved = sections_image(
        (b".text", 0x400, 0x10, b"first", CODE, None), section_alignment=0x200, size_of_image=0x600
    )
    with pytest.raises(BadImage, match="not at its RVA"):
        Image(moved).check()


def test_mapped_image():
    data = sections_image(
        (b".text", 0x1000, 0x10, b"code", CODE, None), (b".d", 0x2000, 9, b"data", DATA, None)
    )
    file = Image(data)
    memory = b"".join(file.read(rva, 0x1000) for rva in range(0, 0x3000, 0x1000))
    image = Image(memory, mapped=True, base=0x7FF000000000)
    assert image.read(0x2000, 4) == b"data"
    assert image.offset_of(0x2000) == 0x2000
    assert image.base == 0x7FF000000000
    assert image.image_base == 0x180000000
    assert image.sections == file.sections
    with pytest.raises(BadImage):
        image.read(0x3000, 1)


def test_a_truncated_section_is_missing_not_zero():
    data = sections_image((b".text", 0x1000, 0x1000, b"T" * 0x1000, CODE, None))
    image = Image(data[:0x600])
    assert image.read(0x1000, 0x400) == b"T" * 0x400
    with pytest.raises(BadImage, match="outside the image"):
        image.read(0x1000, 0x401)


def test_check_accepts_what_windows_maps():
    Image(Tiny(b"x").bytes()).check()
    Image(
        sections_image(
            (b".text", 0x1000, 0x123, b"\x90", CODE, None),
            (b".bss", 0x2000, 0x5000, b"", 0xC0000080, None),
            (b".rsrc", 0x7000, 0x5, b"r", DATA, None),
        )
    ).check()


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"characteristics": 0x2000}, "not an executable image"),
        ({"section_alignment": 0x1800}, "not powers of two"),
        ({"file_alignment": 0}, "not powers of two"),
        ({"file_alignment": 0x2000}, "larger than section alignment"),
        ({"size_of_headers": 0}, "headers of 0x0 bytes"),
        ({"size_of_headers": 0x100000}, "headers of 0x100000 bytes"),
        ({"entry_point": 0x2000}, "entry point 0x2000 is outside"),
        ({"size_of_image": 0x1000}, "section '.all' goes beyond the image's size"),
    ],
)
def test_check_of_headers(headers, reason):
    image = Image(Tiny(b"x", headers=headers).bytes())
    with pytest.raises(BadImage, match=reason):
        image.check()


@pytest.mark.parametrize(
    ("sections", "reason"),
    [
        ([(b".a", 0x1004, 4, b"x", DATA, None)], "'.a' is not aligned"),
        ([(b".a", 0x1000, 0x1001, b"x", DATA, None), (b".b", 0x2000, 4, b"x", DATA, None)], "'.b' overlaps"),
        ([(b".a", 0x2000, 4, b"x", DATA, None), (b".b", 0x1000, 4, b"x", DATA, None)], "'.b' overlaps"),
        ([(b".a", 0, 4, b"x", DATA, None)], "'.a' overlaps"),
        ([(b".a", 0x1000, 4, b"x" * 0x200, DATA, 0x100000)], "'.a' goes beyond the file's end"),
    ],
)
def test_check_of_sections(sections, reason):
    image = Image(sections_image(*sections))
    with pytest.raises(BadImage, match=reason):
        image.check()


def test_check_says_which_header_is_wrong():
    image = Image(
        sections_image((b".a", 0x1000, 4, b"x", DATA, None), (b".b", 0x2000, 4, b"x" * 0x200, DATA, 0x100000))
    )
    with pytest.raises(BadImage) as caught:
        image.check()
    assert caught.value.offset == LFANEW + 24 + 240 + 40


def test_check_of_a_truncated_file():
    data = Tiny(b"x" * 0x400).bytes()
    Image(data).check()
    with pytest.raises(BadImage, match="beyond the file's end"):
        Image(data[:-1]).check()
