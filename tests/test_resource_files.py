"""Resources written into images and taken out as files."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import windlass
from pe_seeds import AMD64, Everything
from tiny_image import CERTIFICATE, RELOCATION, Body, Tiny
from windlass import ctypes, loader
from windlass.errors import BadImage
from windlass.pe import Image
from windlass.pe.resource_files import files_of, messages, strings, version
from windlass.pe.resource_write import read_all, with_resources

pefile = pytest.importorskip("pefile")

SAMPLE = {
    (10, 1, 1033): b"one",
    (10, 1, 0): b"neutral",
    (10, "NAME", 0): b"x" * 5000,
    ("OWN", "NAME", 1031): b"",
    (24, 1, 1033): b"<assembly/>",
}


def with_sections(*sections: tuple[bytes, int, bytes], **fields: object) -> bytes:
    listed = [(name, rva, len(data), data, 0x40000040, None) for name, rva, data in sections]
    return Tiny(b"", sections=listed, **fields).bytes()  # type: ignore[arg-type]


def peer(data: bytes) -> dict[tuple[object, ...], bytes]:
    """What pefile reads."""
    binary = pefile.PE(data=data)
    found: dict[tuple[object, ...], bytes] = {}
    for kind in binary.DIRECTORY_ENTRY_RESOURCE.entries:
        for name in kind.directory.entries:
            for language in name.directory.entries:
                key = [str(each.name) if each.name is not None else each.id for each in (kind, name)]
                at = language.data.struct
                found[(*key, language.id)] = binary.get_data(at.OffsetToData, at.Size)
    return found


# ---- writing ----


@pytest.mark.parametrize(
    "data",
    [
        with_sections((b".data", 0x1000, b"d" * 100)),
        with_sections((b".data", 0x1000, b"d" * 100)) + b"overlay",
        with_resources(Image(with_sections((b".data", 0x1000, b"d"))), {(1, 1, 1): b"old" * 4000}),
    ],
    ids=["without", "overlay", "larger before"],
)
def test_what_is_written_is_read_by_others_too(data):
    written = with_resources(Image(data), SAMPLE)
    assert peer(written) == SAMPLE
    image = Image(written)
    image.check()
    assert read_all(image) == SAMPLE
    assert image.read(0x1000, 1) == b"d"
    assert written.endswith(b"overlay") == data.endswith(b"overlay")


def test_writing_again_gives_the_same_bytes():
    once = with_resources(Image(with_sections((b".data", 0x1000, b"d"))), SAMPLE)
    assert with_resources(Image(once), SAMPLE) == once
    larger = with_resources(Image(once), {**SAMPLE, (10, 2, 0): b"y" * 10_000})
    assert with_resources(Image(larger), SAMPLE) == once


def test_relocations_behind_the_resources_make_room():
    table = struct.pack("<IIHH", 0x1000, 12, 0xA000, 0)
    first = with_resources(Image(with_sections((b".data", 0x1000, bytes(16)))), {(10, 1, 0): b"small"})
    image = Image(first)
    sections = [
        (b".data", 0x1000, 16, bytes(16), 0xC0000040, None),
        (b".rsrc", 0x2000, 0x1000, image.read(0x2000, 0x200), 0x40000040, None),
        (b".reloc", 0x3000, len(table), table, 0x42000040, None),
    ]
    data = Tiny(b"", {2: image.directory(2), RELOCATION: (0x3000, len(table))}, sections=sections).bytes()
    written = Image(with_resources(Image(data), {**SAMPLE, (10, 5, 0): b"z" * 20_000}))
    written.check()
    assert list(written.relocations) == list(Image(data).relocations)
    assert [section.name for section in written.sections] == [".data", ".rsrc", ".reloc"]
    with windlass.load_bytes(written.bytes_at(0, len(written))) as module:
        assert module.is_loaded


def test_resources_before_other_sections_get_a_new_section():
    first = with_resources(Image(with_sections((b".data", 0x1000, b"d"))), {(10, 1, 0): b"small"})
    rsrc = Image(first).read(0x2000, 0x200)
    sections = [
        (b".rsrc", 0x2000, 0x1000, rsrc, 0x40000040, None),
        (b".last", 0x3000, 4, b"last", 0x40000040, None),
    ]
    data = Tiny(b"", {2: Image(first).directory(2)}, sections=sections).bytes()
    big = {**SAMPLE, (10, 5, 0): b"z" * 20_000}
    written = Image(with_resources(Image(data), big))
    written.check()
    assert read_all(written) == big
    assert written.read(0x3000, 4) == b"last"


def test_a_signature_and_the_checksum_follow():
    data = Everything(AMD64).bytes()
    before = Image(data)
    rva = before.directory(CERTIFICATE)[0]
    written = Image(with_resources(before, SAMPLE))
    moved = written.directory(CERTIFICATE)[0]
    assert written.bytes_at(moved, 16) == before.bytes_at(rva, 16)
    stamped = bytearray(with_sections((b".data", 0x1000, b"d")))
    at = 0x80 + 24 + 64
    stamped[at : at + 4] = b"\1\0\0\0"
    again = Image(with_resources(Image(bytes(stamped)), SAMPLE))
    assert again.checksum == again.compute_checksum()


def test_headers_without_room_for_a_section_are_refused():
    sections = [(b".s%d" % n, 0x1000 * (n + 1), 1, b"x", 0x40000040, None) for n in range(3)]
    data = Tiny(b"", sections=sections).bytes()
    lfanew = struct.unpack_from("<I", data, 60)[0]
    image = Image(data)
    full = (image.size_of_headers - (lfanew + 24 + 240)) // 40
    sections = [(b".s%d" % n, 0x1000 * (n + 1), 1, b"x", 0x40000040, None) for n in range(full)]
    with pytest.raises(BadImage, match="no room"):
        with_resources(Image(Tiny(b"", sections=sections).bytes()), SAMPLE)


# ---- as files ----


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le")


def string_block(*texts: str) -> bytes:
    padded = [*texts, *[""] * (16 - len(texts))]
    return b"".join(struct.pack("<H", len(text)) + utf16(text) for text in padded)


def version_block(key: str, value: bytes, kind: int, *children: bytes) -> bytes:
    head = utf16(key) + b"\0\0"
    head += bytes(-(6 + len(head)) % 4)
    body = value
    for child in children:
        body += bytes(-len(body) % 4) + child
    length = 6 + len(head) + len(body)
    return struct.pack("<HHH", length, len(value) // (2 if kind else 1), kind) + head + body


FIXED = struct.pack("<13I", 0xFEEF04BD, 0x10000, 0x00010002, 0x00030004, 0x00050006, 0x00070008, *[0] * 7)
VERSION = version_block(
    "VS_VERSION_INFO",
    FIXED,
    0,
    version_block(
        "StringFileInfo",
        b"",
        1,
        version_block("040904B0", b"", 1, version_block("CompanyName", utf16("Some & Co") + b"\0\0", 1)),
    ),
)
ICON_PICTURE = b"\x89PNG icon"
CURSOR_PICTURE = struct.pack("<HH", 3, 4) + struct.pack("<IiiHHI", 40, 16, 32, 1, 1, 0) + b"bits"
DIB = struct.pack("<IiiHHIIiiII", 40, 1, 1, 1, 8, 0, 4, 0, 0, 2, 0) + bytes(8) + b"pix!"
TABLE = struct.pack("<I3I", 1, 0x10, 0x11, 16) + b"".join(
    struct.pack("<HH", 4 + len(text), 1) + text for text in (utf16("first\r\n\0\0"), utf16("second\r\n"))
)
PICTURES = {
    (3, 7, 1033): ICON_PICTURE,
    (14, "APP", 1033): struct.pack("<HHHBBBBHHIH", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(ICON_PICTURE), 7),
    (1, 8, 1033): CURSOR_PICTURE,
    (12, 2, 1033): struct.pack("<HHHHHHHIH", 0, 2, 1, 16, 32, 1, 1, len(CURSOR_PICTURE), 8),
    (2, 3, 1033): DIB,
    (6, 2, 1033): string_block("sixteen", "a\nb"),
    (11, 1, 1033): TABLE,
    (16, 1, 1033): VERSION,
    (24, 1, 1033): b"<assembly/>",
    (10, 5, 0): b"raw",
    ("../..", "/etc/passwd", 0): b"hostile",
}


@pytest.fixture(scope="module")
def pictured() -> bytes:
    return with_resources(Image(with_sections((b".data", 0x1000, b"d"))), PICTURES)


def test_resources_become_files(pictured):
    files = {file.name: file.data for file in files_of(Image(pictured))}
    assert files["group-icon_APP_1033.ico"] == (
        struct.pack("<HHHBBBBHHII", 0, 1, 1, 16, 16, 0, 0, 1, 32, len(ICON_PICTURE), 22) + ICON_PICTURE
    )
    cursor = files["group-cursor_2_1033.cur"]
    assert struct.unpack_from("<HHHBBBBHHII", cursor) == (
        0,
        2,
        1,
        16,
        16,
        0,
        0,
        3,
        4,
        len(CURSOR_PICTURE) - 4,
        22,
    )
    assert cursor[22:] == CURSOR_PICTURE[4:]
    bitmap = files["bitmap_3_1033.bmp"]
    assert struct.unpack_from("<2sIII", bitmap) == (b"BM", 14 + len(DIB), 0, 14 + 40 + 8)
    assert bitmap[14:] == DIB
    assert files["string_2_1033.txt"] == b"16: sixteen\n17: a\\nb\n"
    assert files["messagetable_1_1033.txt"] == b"0x10: first\\n\n0x11: second\\n\n"
    assert files["version_1_1033.txt"].splitlines() == [
        b"FILEVERSION: 1.2.3.4",
        b"PRODUCTVERSION: 5.6.7.8",
        b"CompanyName: Some & Co",
    ]
    assert files["manifest_1_1033.manifest"] == b"<assembly/>"
    assert files["rcdata_5_0.bin"] == b"raw"
    assert len(files) == len(PICTURES) - 2


def test_names_of_files_lead_nowhere(pictured):
    for file in files_of(Image(pictured)):
        assert "/" not in file.name
        assert not file.name.startswith(".")


@pytest.mark.parametrize("cut", [0, 1, 5, 20])
@pytest.mark.parametrize("key", sorted(PICTURES, key=str), ids=str)
def test_damaged_resources_are_given_as_they_are(key, cut):
    damaged = {**PICTURES, key: PICTURES[key][:cut]}
    data = with_resources(Image(with_sections((b".data", 0x1000, b"d"))), damaged)
    assert len(list(files_of(Image(data)))) == len(PICTURES) - 2


def test_readers_by_themselves():
    assert dict(strings(2, string_block("x"))) == {16: "x"}
    assert dict(messages(TABLE)) == {16: "first\r\n", 17: "second\r\n"}
    assert version(VERSION)["FILEVERSION"] == "1.2.3.4"
    for reader in (lambda data: dict(messages(data)), version, lambda data: dict(strings(1, data))):
        for size in range(40):
            with pytest.raises((ValueError, struct.error)):
                reader(b"\xff" * size)


def test_windows_code_reads_the_messages_and_strings(pictured):
    kernel32, user32 = windlass.WinDLL("kernel32"), windlass.WinDLL("user32")
    with windlass.load_bytes(pictured) as module:
        handle = ctypes.c_void_p(module.handle)
        buffer = ctypes.create_unicode_buffer(100)
        from_module, ignore_inserts = 0x800, 0x200
        flags = from_module | ignore_inserts
        assert kernel32.FormatMessageW(flags, handle, 0x11, 0, buffer, 100, None) == 8
        assert buffer.value == "second\r\n"
        assert user32.LoadStringW(handle, 16, buffer, 100) == 7
        assert buffer.value == "sixteen"


# ---- windlass resources ----


def run(*arguments: object) -> str:
    command = [sys.executable, "-m", "windlass", "resources", *map(str, arguments)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_lists_and_extracts(pictured, tmp_path: Path):
    dll = tmp_path / "pictured.dll"
    dll.write_bytes(pictured)
    assert "GROUP_ICON    APP" in run(dll)
    rows = json.loads(run(dll, "--json"))["resources"]
    assert {"type": "STRING", "name": 2, "language": 1033, "size": 52} in rows
    run(dll, "--extract", tmp_path / "out")
    assert (tmp_path / "out" / "group-icon_APP_1033.ico").read_bytes().endswith(ICON_PICTURE)
    assert len(list((tmp_path / "out").iterdir())) == len(PICTURES) - 2
    assert not (tmp_path / "etc").exists()


def test_a_dll_without_resources(tmp_path: Path):
    dll = tmp_path / "plain.dll"
    dll.write_bytes(Tiny(bytes(Body().data), sections=[]).bytes())
    assert "has no resources" in run(dll)


# ---- as pywin32 has them ----


def test_the_functions_of_win32api(pictured, tmp_path: Path):
    from windlass import win32api

    as_datafile, as_image = 2, 0x20
    dll = tmp_path / "pictured.dll"
    dll.write_bytes(pictured)
    for flags in (as_datafile, as_image, 0):
        handle = win32api.LoadLibraryEx(str(dll), 0, flags)
        assert handle & 3 == {as_datafile: 1, as_image: 2, 0: 0}[flags]
        assert win32api.EnumResourceTypes(handle)[1:] == [1, 2, 3, 6, 10, 11, 12, 14, 16, 24]
        assert win32api.EnumResourceNames(handle, 14) == ["APP"]
        assert win32api.EnumResourceLanguages(handle, 24, 1) == [1033]
        assert win32api.LoadResource(handle, 24, 1) == b"<assembly/>"
        assert win32api.LoadString(handle, 17) == "a\nb"
        for path, code in (((99, 1), 1813), ((24, 99), 1814), ((24, 1, 1031), 1815)):
            with pytest.raises(OSError, match="resource") as caught:
                win32api.LoadResource(handle, *path)
            assert caught.value.winerror == code
        win32api.FreeLibrary(handle)
        with pytest.raises(OSError, match=r"module|application"):
            win32api.FreeLibrary(handle)


def test_ctypes_loads_data_files_by_winmode(pictured, tmp_path: Path):
    dll = tmp_path / "pictured.dll"
    dll.write_bytes(pictured)
    data = ctypes.CDLL(str(dll), winmode=2)
    assert data._handle & 3 == 1
    with pytest.raises(AttributeError):
        _ = data.anything
    from windlass.ctypes import _ctypes

    _ctypes.FreeLibrary(data._handle)


def test_an_image_that_cannot_be_moved_is_mapped_for_its_resources_anywhere(write_dll, tmp_path):
    """Nothing of it runs, so its relocations do not matter, whether there are none or bad ones."""
    data = bytearray(write_dll("EXPORT int f(void) { return 1; }", name="immovable").read_bytes())
    signature = int.from_bytes(data[0x3C:0x40], "little")
    data[signature + 22] |= 1  # IMAGE_FILE_RELOCS_STRIPPED
    path = tmp_path / "immovable.dll"
    path.write_bytes(with_resources(Image(bytes(data)), {(10, 1, 0): b"text"}))
    with windlass.load(path), loader.load_data(shutil.copy(path, tmp_path / "other.dll"), 0x20) as file:
        assert file.handle & 3 == 2
