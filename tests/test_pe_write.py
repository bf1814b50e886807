"""Builtin DLLs are images like any other: for windlass's reader, for other tools, for a Windows loader."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess

import lief
import pefile
import pytest

import compiler
import oracle
from windlass.pe import Image, layout
from windlass.pe.write import BuiltinExport, builtin_image

EXPORTS = [
    BuiltinExport("first", id=0x11),
    BuiltinExport("second", ordinal=40, id=0xFFFFFFFF),
    BuiltinExport("number", kind="data", data_size=4, data_align=4),
    BuiltinExport("table", kind="data", data_size=100, data_align=64),
    BuiltinExport(None, ordinal=41, id=0x33),
    BuiltinExport("Forwarded", forwarder="kernel32.Sleep"),
    BuiltinExport("ByNumber", forwarder="other.#7"),
    BuiltinExport("Alpha", id=0x44),
]


@pytest.fixture(scope="module")
def written():
    return builtin_image("sample.dll", EXPORTS)


@pytest.fixture
def image(written):
    image = Image(written.data)
    image.check()
    return image


def section(image: Image, name: str):
    return next(each for each in image.sections if each.name == name)


def test_headers(image):
    assert image.is_dll and image.is_pe32plus
    assert image.machine == layout.MACHINE_AMD64
    assert image.entry_point == 0
    assert image.subsystem == layout.SUBSYSTEM_WINDOWS_CUI
    wanted = layout.DLL_DYNAMIC_BASE | layout.DLL_NX_COMPAT
    assert image.dll_characteristics & wanted == wanted
    assert not image.characteristics & layout.FILE_RELOCS_STRIPPED
    assert (image.section_alignment, image.file_alignment) == (0x1000, 0x200)
    assert list(image.relocations) == []
    assert image.directory(layout.DIRECTORY_RELOCATION) != (0, 0)


def test_sections_have_their_rights(image):
    rights = {each.name: (each.readable, each.writable, each.executable) for each in image.sections}
    assert rights == {
        ".text": (True, False, True),
        ".rdata": (True, False, False),
        ".slots": (True, True, False),
        ".data": (True, True, False),
        ".reloc": (True, False, False),
    }


def test_exports(image, written):
    exports = image.exports
    assert exports.name == "sample.dll"
    assert len(exports) == len(EXPORTS)
    for wanted, rva, ordinal in zip(EXPORTS, written.rvas, written.ordinals):
        if wanted.name is not None:
            assert exports.find(wanted.name) == (ordinal, wanted.name, rva, wanted.forwarder)
        assert exports.by_ordinal(ordinal) == (ordinal, None, rva, wanted.forwarder)
    names = [image.string(rva) for rva in exports._names]
    assert names == sorted(names)


def test_ordinals(written):
    """An export keeps the ordinal that it asks for; the others take the lowest free ones."""
    assert written.ordinals == [1, 40, 2, 3, 41, 4, 5, 6]
    again = builtin_image("x.dll", [BuiltinExport("b"), BuiltinExport("a", ordinal=1), BuiltinExport("c")])
    assert again.ordinals == [2, 1, 3]


def test_stubs_jump_through_their_slots(image, written):
    functions = [(e, i) for i, e in enumerate(EXPORTS) if e.kind == "function" and not e.forwarder]
    text, slots = section(image, ".text"), section(image, ".slots")
    assert slots.virtual_size == 8 * len(functions)
    for position, (export, index) in enumerate(functions):
        rva = text.rva + 32 * position
        assert written.rvas[index] == rva
        assert written.cells[index] == slots.rva + 8 * position
        move, number, test, jump, displacement, rest = struct.unpack("<2sI6s2si14s", image.read(rva, 32))
        assert (move, number, jump) == (b"\x41\xbb", export.id, b"\xff\x25")
        assert rva + 18 + displacement == written.cells[index]
        assert test == bytes.fromhex("40f6c408 7406")
        assert rest == bytes.fromhex("65ff1425 38180000 cccccccccccc")
        assert image.read(written.cells[index], 8) == bytes(8)


def test_data_has_its_own_aligned_storage(image, written):
    number, table = written.cells[2:4]
    assert written.rvas[2:4] == [number, table]
    data = section(image, ".data")
    assert data.rva <= number and number + 4 <= table and table + 100 <= data.rva + data.virtual_size
    assert table % 64 == 0
    assert image.read(number, 4) == bytes(4)


def test_forwarders_have_no_cell(written):
    assert written.cells[5:7] == [0, 0]


@pytest.mark.parametrize(
    "exports",
    [
        [],
        [BuiltinExport("f")],
        [BuiltinExport("d", kind="data")],
        [BuiltinExport("f", forwarder="a.b")],
        [BuiltinExport(None, ordinal=0xFFFF)],
        [BuiltinExport(None, ordinal=0)],
    ],
)
def test_small_dlls(exports):
    image = Image(builtin_image("small.dll", exports).data)
    image.check()
    assert image.exports.name == "small.dll"
    assert [(export.name, export.forwarder) for export in image.exports] == [
        (export.name, export.forwarder) for export in exports
    ]
    assert all(each.virtual_size for each in image.sections)  # Windows refuses empty sections


def test_a_large_dll():
    exports = [BuiltinExport(f"Function{i}", id=i) for i in range(5000)]
    written = builtin_image("large.dll", exports, image_base=0x7FF800000000)
    image = Image(written.data)
    image.check()
    assert image.image_base == 0x7FF800000000
    for export, rva in zip(exports[::97], written.rvas[::97]):
        assert image.exports.find(export.name).rva == rva


def test_room_before_data():
    exports = [BuiltinExport(name, kind="data", data_size=16, data_lead=8) for name in ("a", "b")]
    first, second = builtin_image("tables.dll", exports).cells
    assert first % 16 == second % 16 == 0
    assert first % 4096 >= 8
    assert second - first >= 16 + 8


@pytest.mark.parametrize(
    ("exports", "reason"),
    [
        ([BuiltinExport("f"), BuiltinExport("f")], "exported twice"),
        ([BuiltinExport("f", ordinal=1), BuiltinExport("g", ordinal=1)], "exported twice"),
        ([BuiltinExport("f", ordinal=0x10000)], "16 bits"),
        ([BuiltinExport("f", kind="thing")], "unknown kind"),
        ([BuiltinExport("f", kind="data", data_align=0)], "alignment"),
        ([BuiltinExport("f\0g")], "zero"),
        ([BuiltinExport(f"f{i}") for i in range(0x10000)], "more exports than ordinals"),
    ],
)
def test_what_cannot_be_written(exports, reason):
    with pytest.raises(ValueError, match=reason):
        builtin_image("x.dll", exports)


def test_writing_is_reproducible(written):
    assert builtin_image("sample.dll", EXPORTS).data == written.data


def test_pefile_reads_it(written):
    pe = pefile.PE(data=written.data)
    # It has no entry point, and is mostly zeros.
    expected = ("AddressOfEntryPoint", "Byte 0x00")
    assert [each for each in pe.get_warnings() if not any(part in each for part in expected)] == []
    assert pe.is_dll()
    found = {
        (
            each.ordinal,
            each.name and each.name.decode(),
            each.address,
            each.forwarder and each.forwarder.decode(),
        )
        for each in pe.DIRECTORY_ENTRY_EXPORT.symbols
    }
    assert found == set(Image(written.data).exports)


def test_lief_reads_it(written):
    binary = lief.parse(list(written.data))
    assert binary.get_export().name == "sample.dll"
    assert {(each.ordinal, each.name) for each in binary.get_export().entries} == {
        (export.ordinal, export.name or "") for export in Image(written.data).exports
    }


@pytest.mark.skipif(shutil.which("objdump") is None, reason="objdump is not installed")
def test_objdump_reads_it(written, tmp_path):
    path = tmp_path / "sample.dll"
    path.write_bytes(written.data)
    done = subprocess.run(["objdump", "-p", "-d", str(path)], capture_output=True, text=True, check=True)
    assert "second" in done.stdout and "Forwarder RVA" in done.stdout
    assert "$0xffffffff,%r11d" in done.stdout
    assert done.stderr == ""


@pytest.mark.skipif(oracle.find_wine() is None, reason="wine64 is not installed")
def test_a_windows_loader_loads_it(written, exe, tmp_path):
    path = tmp_path / "sample.dll"
    path.write_bytes(written.data)
    prefix = compiler.CACHE / "wine"
    environment = {
        **os.environ,
        "WINEPREFIX": str(prefix),
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree=;mshtml=;winemenubuilder.exe=",
    }
    with compiler.locked(prefix):
        done = subprocess.run(
            [oracle.find_wine(), str(exe("use_builtin_image.c")), f"Z:{path}"],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
        )  # fmt: skip
    null = "0000000000000000"
    assert done.stdout.splitlines() == [
        "as data: 1",
        f"slots: {null} {null} {null}",
        "second: 0xffffffff",
        "same by ordinal: 1",
        "nameless: 1",
        "forwarded: 1",
        "number: 0",
        "number: 5",
        "missing: 0",
        "freed: 1",
    ]


def test_an_entry_point_has_a_stub_and_a_slot_after_the_exports():
    written = builtin_image("x.dll", [BuiltinExport("f", id=1), BuiltinExport("g", id=2)], entry=3)
    image = Image(written.data)
    assert image.entry_point == written.rvas[1] + 32
    assert image.read(image.entry_point, 6) == b"\x41\xbb\x03\0\0\0"
    (slots,) = (section for section in image.sections if section.name == ".slots")
    assert slots.virtual_size == 24


def test_data_begin_with_what_was_given():
    exports = [
        BuiltinExport("zero", kind="data", data_size=8),
        BuiltinExport("text", kind="data", data=b"hello"),
        BuiltinExport("more", kind="data", data_size=4, data=b"\1\0\2\0"),
    ]
    written = builtin_image("x.dll", exports)
    image = Image(written.data)
    assert [image.read(rva, 8) for rva in written.rvas] == [bytes(8), b"hello\0\0\0", b"\1\0\2\0\0\0\0\0"]
    assert [rva % 16 for rva in written.rvas] == [0, 0, 0]
