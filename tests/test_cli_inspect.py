"""`windlass inspect` and `windlass diff`: what is in a DLL's file, and what changed from one to another."""

from __future__ import annotations

import struct
from pathlib import Path

import pefile
import pytest

import compiler
import pe_seeds
from test_cli import answer, windlass
from windlass.cli.inspect import PARTS
from windlass.pe import Image
from windlass.pe.version import read_version

VERSION = """
1 VERSIONINFO
FILEVERSION 1,2,3,4
PRODUCTVERSION 5,6,7,8
FILEFLAGSMASK 0x3f
FILEFLAGS 0x2
BEGIN
    BLOCK "StringFileInfo"
    BEGIN
        BLOCK "040904b0"
        BEGIN
            VALUE "CompanyName", "Gr\\xfc\\xdfe & Co"
            VALUE "FileVersion", "one"
            VALUE "Empty", ""
        END
        BLOCK "040704b0"
        BEGIN
            VALUE "FileVersion", "eins"
            VALUE "Comments", "only here"
        END
    END
    BLOCK "VarFileInfo"
    BEGIN
        VALUE "Translation", 0x409, 1200
    END
END
"""


@pytest.fixture(scope="module")
def versioned(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("versioned")
    (folder / "v.rc").write_text("#pragma code_page(65001)\n" + VERSION.replace("\\xfc\\xdf", "üß"))
    (folder / "v.c").write_text("int __stdcall start(void *m, int r, void *p) { return 1; }\n")
    compiler.run_zig(
        "cc", "-target", compiler.TARGET, "-O1", "-shared", "-nostdlib", "-Wl,-e,start",
        str(folder / "v.c"), str(folder / "v.rc"), "-o", str(folder / "v.dll"),
    )  # fmt: skip
    return folder / "v.dll"


@pytest.fixture(scope="module", params=pe_seeds.all_seeds())
def everything(request, tmp_path_factory) -> Path:
    """An image with one of everything."""
    path = tmp_path_factory.mktemp("seeds") / request.param
    path.write_bytes(pe_seeds.all_seeds()[request.param])
    return path


# ---- inspect ----


def test_every_part_is_read(everything):
    found = answer("inspect", everything)
    assert set(found) == {"dll", *PARTS}
    absent = {name for name, part in found.items() if not part}
    assert absent == {"overlay"} | ({"functions"} if everything.name == "everything-x86.dll" else set())
    bad = {name for name, part in found.items() if isinstance(part, dict) and "error" in part}
    assert bad == {"version"}  # four bytes that are no version
    shown = windlass("inspect", everything)
    for name in set(PARTS) - absent:
        assert f"\n\n{name.replace('_', ' ')}\n" in shown


def test_the_headers_are_those_that_pefile_reads(everything):
    theirs = pefile.PE(str(everything), fast_load=True)
    header, optional = theirs.FILE_HEADER, theirs.OPTIONAL_HEADER
    ours = answer("inspect", everything, "headers", "sections", "directories")
    assert set(ours) == {"dll", "headers", "sections", "directories"}
    assert ours["headers"]["timestamp"] == header.TimeDateStamp
    assert ours["headers"]["image_base"] == optional.ImageBase
    assert ours["headers"]["size_of_image"] == optional.SizeOfImage
    assert ours["headers"]["computed_checksum"] == theirs.generate_checksum()
    assert [section["rva"] for section in ours["sections"]] == [s.VirtualAddress for s in theirs.sections]
    there = [(d.VirtualAddress, d.Size) for d in optional.DATA_DIRECTORY if d.VirtualAddress or d.Size]
    assert [(each["rva"], each["size"]) for each in ours["directories"]] == there


def test_flags_have_names(versioned):
    headers = answer("inspect", versioned, "headers")["headers"]
    assert {"dll", "executable_image"} <= set(headers["characteristics"])
    assert (headers["machine"], headers["format"], headers["kind"]) == ("x86-64", "PE32+", "DLL")
    sections = {each["name"]: each for each in answer("inspect", versioned, "sections")["sections"]}
    assert sections[".text"]["characteristics"] == ["code", "execute", "read"]


def test_all_lists_what_is_else_counted(everything):
    counted = answer("inspect", everything, "relocations", "functions")
    listed = answer("inspect", everything, "relocations", "functions", "--all")
    assert counted["relocations"]["count"] == len(listed["relocations"]) == 3
    if counted["functions"]:
        assert counted["functions"]["functions"] == len(listed["functions"])


def test_unwind_codes_are_named(tmp_path):
    path = tmp_path / "x.dll"
    path.write_bytes(pe_seeds.all_seeds()["everything-x86-64.dll"])
    first = answer("inspect", path, "functions", "--all")["functions"][0]
    assert first["flags"] == ["exception_handler"]
    assert "PUSH_NONVOL@0x2" in first["codes"]


def test_a_damaged_part_leaves_the_others(tmp_path):
    path = tmp_path / "x.dll"
    data = bytearray(pe_seeds.all_seeds()["everything-x86-64.dll"])
    image = Image(bytes(data))
    struct.pack_into("<I", data, image._directory_offset(2), 0x7FFFFFFF)
    path.write_bytes(data)
    found = answer("inspect", path)
    assert "outside the image" in found["resources"]["error"]
    assert found["exports"] and found["debug"]


def test_a_part_that_there_is_not():
    assert "'colours' is not one of" in windlass("inspect", "kernel32", "colours", exit_code=2)
    assert windlass("inspect", "kernel32", "rich").splitlines()[-2:] == ["rich", "  none"]


def test_the_version(versioned):
    found = answer("inspect", versioned, "version")["version"]
    assert (found["file"], found["product"], found["flags"]) == ("1.2.3.4", "5.6.7.8", 2)
    assert found["CompanyName"] == "Grüße & Co"
    assert (found["FileVersion"], found["Comments"], found["Empty"]) == ("one", "only here", "")


def test_a_damaged_version_is_none_or_bad(versioned):
    data = versioned.read_bytes()
    with Image.open(versioned) as image:
        resource = image.resources.find(16)
        start = image.offset_of(resource.rva)
        size = resource.size
    for offset in range(start, start + size):
        for value in (0, 1, 0x7F, 0xFF):
            changed = bytearray(data)
            changed[offset] = value
            try:
                read_version(Image(bytes(changed)))
            except ValueError as error:
                assert "version resource" in str(error)
