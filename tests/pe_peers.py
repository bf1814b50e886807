"""Compares what windlass.pe reads of an image with what pefile, LIEF and objdump read of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import lief
import pefile
import pytest

from windlass.pe import Image, layout

MANY = 1_000_000

# pefile


def pefile_image(path: Path) -> pefile.PE:
    # pefile takes larger tables for corrupt.
    pefile.MAX_IMPORT_SYMBOLS = MANY
    pe = pefile.PE(str(path), fast_load=True, max_symbol_exports=MANY)
    wanted = set(range(16)) - {layout.DIRECTORY_EXCEPTION, layout.DIRECTORY_CERTIFICATE}
    pe.parse_data_directories(sorted(wanted))
    return pe


def text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("utf-8", "surrogateescape")


def compare_headers_with_pefile(image: Image, pe: pefile.PE) -> None:
    theirs = pe.OPTIONAL_HEADER
    assert image.machine == pe.FILE_HEADER.Machine
    assert image.characteristics == pe.FILE_HEADER.Characteristics
    assert image.timestamp == pe.FILE_HEADER.TimeDateStamp
    assert image.is_dll == pe.is_dll()
    assert image.image_base == theirs.ImageBase
    assert image.entry_point == theirs.AddressOfEntryPoint
    assert image.size_of_image == theirs.SizeOfImage
    assert image.size_of_headers == theirs.SizeOfHeaders
    assert image.dll_characteristics == theirs.DllCharacteristics
    assert (image.checksum, image.compute_checksum()) == (theirs.CheckSum, pe.generate_checksum())
    assert [image.directory(i) for i in range(16)] == [
        (each.VirtualAddress, each.Size) for each in theirs.DATA_DIRECTORY
    ]
    assert [(each.rva, each.offset, each.raw_size, each.characteristics) for each in image.sections] == [
        (each.VirtualAddress, each.PointerToRawData, each.SizeOfRawData, each.Characteristics)
        for each in pe.sections
    ]


def compare_exports_with_pefile(image: Image, pe: pefile.PE) -> None:
    directory = getattr(pe, "DIRECTORY_ENTRY_EXPORT", None)
    if directory is None:
        assert image.exports is None or len(image.exports) == 0
        return
    assert image.exports.name == text(directory.name)
    ours = sorted(image.exports, key=repr)
    theirs = [(e.ordinal, text(e.name), e.address, text(e.forwarder)) for e in directory.symbols]
    assert ours == sorted(theirs, key=repr)


def pefile_functions(image: Image, dll: object) -> list[tuple]:
    return [
        (None, e.ordinal, e.address - image.image_base)
        if e.import_by_ordinal
        else (text(e.name), None, e.address - image.image_base)
        for e in dll.imports
    ]


def compare_imports_with_pefile(image: Image, pe: pefile.PE) -> None:
    for ours, name in (
        (image.imports, "DIRECTORY_ENTRY_IMPORT"),
        (image.delay_imports, "DIRECTORY_ENTRY_DELAY_IMPORT"),
    ):
        theirs = getattr(pe, name, [])
        assert [dll.name for dll in ours] == [text(dll.dll) for dll in theirs]
        for our_dll, their_dll in zip(ours, theirs):
            functions = [(f.name, f.ordinal, f.iat_rva) for f in our_dll.functions]
            assert functions == pefile_functions(image, their_dll)
            hints = [f.hint for f in our_dll.functions if f.name is not None]
            assert hints == [f.hint for f in their_dll.imports if not f.import_by_ordinal]
    bound = getattr(pe, "DIRECTORY_ENTRY_BOUND_IMPORT", [])
    assert [each.name for each in image.bound_imports] == [text(each.name) for each in bound]


def compare_relocations_with_pefile(image: Image, pe: pefile.PE) -> None:
    blocks = getattr(pe, "DIRECTORY_ENTRY_BASERELOC", [])
    theirs = [(entry.rva, entry.type) for block in blocks for entry in block.entries]
    assert list(image.relocations) == [each for each in theirs if each[1] != layout.REL_ABSOLUTE]


def compare_structures_with_pefile(image: Image, pe: pefile.PE) -> None:
    tls = getattr(pe, "DIRECTORY_ENTRY_TLS", None)
    assert (image.tls is None) == (tls is None)
    if tls is not None:
        assert image.tls.template_rva == tls.struct.StartAddressOfRawData - image.image_base
        assert image.tls.index_rva == tls.struct.AddressOfIndex - image.image_base
        assert image.tls.template_size == tls.struct.EndAddressOfRawData - tls.struct.StartAddressOfRawData
    config = getattr(pe, "DIRECTORY_ENTRY_LOAD_CONFIG", None)
    assert (image.load_config is None) == (config is None)
    if config is not None:
        record = image.load_config.record
        assert image.load_config.size == config.struct.Size
        assert record.security_cookie_address == config.struct.SecurityCookie
        assert record.guard_cf_function_count == (config.struct.GuardCFFunctionCount or 0)
        assert record.guard_flags == (config.struct.GuardFlags or 0)
    theirs = getattr(pe, "DIRECTORY_ENTRY_DEBUG", [])
    assert [(each.type, each.rva, each.offset, each.size) for each in image.debug] == [
        (d.struct.Type, d.struct.AddressOfRawData, d.struct.PointerToRawData, d.struct.SizeOfData)
        for d in theirs
    ]
    for entry, d in zip(image.debug, theirs):
        if entry.codeview is not None and entry.codeview.guid is not None:
            assert entry.codeview.path == text(d.entry.PdbFileName.rstrip(b"\0"))
            assert entry.codeview.age == d.entry.Age
    rich = pe.parse_rich_header()
    assert (image.rich is None) == (rich is None)
    if rich is not None:
        values = iter(rich["values"])
        assert [(e.product << 16 | e.build, e.objects) for e in image.rich.entries] == list(
            zip(values, values)
        )
        assert image.rich.is_valid


def pefile_resources(directory: object, path: tuple = ()) -> Iterator[tuple]:
    for entry in directory.entries:
        key = entry.id if entry.name is None else str(entry.name)
        if hasattr(entry, "directory"):
            yield from pefile_resources(entry.directory, (*path, key))
        else:
            yield (
                (*path, key),
                entry.data.struct.OffsetToData,
                entry.data.struct.Size,
                entry.data.struct.CodePage,
            )


def compare_with_pefile(path: Path) -> None:
    pe = pefile_image(path)
    with Image.open(path) as image:
        image.check()
        compare_headers_with_pefile(image, pe)
        compare_exports_with_pefile(image, pe)
        compare_imports_with_pefile(image, pe)
        compare_relocations_with_pefile(image, pe)
        compare_structures_with_pefile(image, pe)
        root = getattr(pe, "DIRECTORY_ENTRY_RESOURCE", None)
        theirs = list(pefile_resources(root)) if root else []
        assert list(image.resources.walk() if image.resources else []) == theirs


# LIEF


def compare_with_lief(path: Path) -> None:
    binary = lief.PE.parse(str(path))
    with Image.open(path) as image:
        assert image.compute_checksum() == binary.compute_checksum()
        if binary.has_exports:
            theirs = binary.get_export()
            assert image.exports.name == theirs.name
            assert {(e.ordinal, e.name or "") for e in image.exports} == {
                (e.ordinal, e.name) for e in theirs.entries
            }
            forwarders = {e.name: e.forward_information for e in theirs.entries if e.is_forwarded}
            assert {e.name: e.forwarder for e in image.exports if e.forwarder} == {
                name: f"{information.library}.{information.function}"
                for name, information in forwarders.items()
            }
        compare_imports_with_lief(image.imports, binary.imports)
        compare_imports_with_lief(image.delay_imports, binary.delay_imports)
        relocations = [(e.address, int(e.type)) for block in binary.relocations for e in block.entries]
        assert list(image.relocations) == [each for each in relocations if each[1] & 15]
        if binary.has_tls:
            callbacks = [rva + image.image_base for rva in image.tls.callbacks]
            assert callbacks == list(binary.tls.callbacks)
            assert image.tls.zero_fill_size == binary.tls.sizeof_zero_fill
        assert len(image.certificates) == len(binary.signatures)
        if binary.has_configuration:
            assert image.load_config.size == binary.load_configuration.size
            assert {each.rva for each in image.load_config.guard_functions} == {
                each.rva for each in binary.load_configuration.guard_cf_functions
            }
            assert len(image.load_config.guard_eh_continuations) == len(
                binary.load_configuration.guard_eh_continuation_functions
            )


def compare_imports_with_lief(ours: list, theirs: object) -> None:
    theirs = list(theirs)
    assert [dll.name for dll in ours] == [dll.name for dll in theirs]
    for our_dll, their_dll in zip(ours, theirs):
        assert [(f.name or "", f.ordinal) for f in our_dll.functions] == [
            ("", e.ordinal) if e.is_ordinal else (e.name, None) for e in their_dll.entries
        ]


# objdump

UNWIND_ENTRY = re.compile(r"^ ?([0-9a-f]{16}):?\t([0-9a-f]{16}) ([0-9a-f]{16}) ([0-9a-f]{16})", re.MULTILINE)
EXPORTED_NAME = re.compile(r"^\t\[ *(\d+)\](?: \+base\[ *\d+\])? +(?:[0-9a-f]+ )?(\S+)$", re.MULTILINE)
IMPORTED_DLL = re.compile(r"^\tDLL Name: (.+)$", re.MULTILINE)


def objdump(path: Path) -> str:
    done = subprocess.run(
        ["objdump", "-p", str(path)], capture_output=True, text=True, errors="surrogateescape"
    )
    return done.stdout


def compare_with_objdump(path: Path) -> None:
    printed = objdump(path)
    if not printed:
        pytest.skip("objdump does not know this machine")
    with Image.open(path) as image:
        exported = printed.partition("[Ordinal/Name Pointer] Table")[2].partition("\nThe ")[0]
        names = [name for _, name in EXPORTED_NAME.findall(exported)]
        assert sorted(names) == sorted(e.name for e in image.exports or () if e.name is not None)
        # objdump stops at a descriptor whose name is in another section, where delvewheel puts new names.
        imported = IMPORTED_DLL.findall(printed)
        assert imported == [dll.name for dll in image.imports][: len(imported)]
        assert bool(imported) == bool(image.imports)
        if image.machine == layout.MACHINE_AMD64 and image.exceptions:
            table = [tuple(int(each, 16) for each in row) for row in UNWIND_ENTRY.findall(printed)]
            base = image.image_base
            ours = [(f.begin_rva + base, f.end_rva + base, f.unwind_data + base) for f in image.exceptions]
            assert [row[1:] for row in table[: len(ours)]] == ours


needs_objdump = pytest.mark.skipif(shutil.which("objdump") is None, reason="objdump is not installed")
each_peer = pytest.mark.parametrize(
    "comparison",
    [compare_with_pefile, compare_with_lief, pytest.param(compare_with_objdump, marks=needs_objdump)],
    ids=["pefile", "lief", "objdump"],
)
