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


# ---- diff ----

OLD = """
LINKER("-export:hidden,@9,NONAME");
LINKER("-export:kept,@10");
LINKER("-export:sleep=KERNEL32.Sleep");
LINKER("-export:value,DATA");
__declspec(dllimport) unsigned GetTickCount(void), GetLastError(void);
int value = 1;
int hidden(void) { return 9; }
int kept(void) { return GetTickCount(); }
EXPORT int gone(void) { return GetLastError(); }
"""
NEW = """
// imports: newly.dll needed
LINKER("-export:kept,@11");
LINKER("-export:sleep=KERNEL32.SleepEx");
__declspec(dllimport) unsigned GetTickCount(void), GetVersion(void);
__declspec(dllimport) int needed(void);
EXPORT int value(void) { return GetVersion(); }
int kept(void) { return GetTickCount(); }
EXPORT int added(void) { return needed(); }
"""


@pytest.fixture(scope="module")
def versions(write_dll) -> tuple[Path, Path]:
    return write_dll(OLD, name="old"), write_dll(NEW, name="new")


def changes(*arguments: object, exit_code: int = 0) -> dict[tuple[str, str], tuple]:
    found = answer("diff", *arguments, exit_code=exit_code)
    assert found["breaks"] == bool(exit_code)
    return {(c["part"], c["what"]): (c["before"], c["after"], c["breaks"]) for c in found["changes"]}


def test_diff_of_a_dll_and_itself(versions):
    assert windlass("diff", versions[0], versions[0]) == "no differences\n"
    assert changes(versions[0], versions[0]) == {}


def test_diff_shows_what_breaks(versions):
    found = changes(*versions, exit_code=1)
    assert found["exports", "gone"] == ("code", None, "it is gone")
    assert found["exports", "#9"] == ("code", None, "the ordinal is gone")
    assert found["exports", "value"] == ("data", "code", "programs call the one and read the other")
    assert found["exports", "sleep"] == ("KERNEL32.Sleep", "KERNEL32.SleepEx", None)
    assert found["ordinals", "kept"] == ("#10", "#11", None)
    assert found["exports", "added"] == (None, "code", None)
    assert found["imports", "newly.dll"] == (None, "1 functions", "no place has newly.dll")
    assert found["imports", "kernel32.dll!GetLastError"] == ("load", None, None)
    assert found["imports", "kernel32.dll!GetVersion"] == (None, "load", None)
    assert found["file", "DLL name"] == ("old.dll", "new.dll", None)
    assert ("imports", "kernel32.dll!GetTickCount") not in found


def test_diff_by_ordinals(versions):
    assert changes(*versions, "--ordinals", exit_code=1)["ordinals", "kept"][2] == "another ordinal"


def test_diff_backwards_breaks_as_well(versions):
    found = changes(versions[1], versions[0], exit_code=1)
    assert found["exports", "added"] == ("code", None, "it is gone")
    assert found["imports", "newly.dll"] == ("1 functions", None, None)


def test_diff_for_people(versions):
    lines = windlass("diff", *versions, exit_code=1).splitlines()
    assert "  - gone: code  BREAKS: it is gone" in lines
    assert "  + added: code" in lines
    assert "    kept: #10 -> #11" in lines
    assert lines[-1].startswith("4 of ") and lines[-1].endswith(" break programs that use the old DLL")


def test_diff_of_machines(tmp_path):
    paths = []
    for name, data in pe_seeds.all_seeds().items():
        paths.append(tmp_path / name)
        paths[-1].write_bytes(data)
    found = changes(tmp_path / "everything-x86-64.dll", tmp_path / "everything-arm64.dll", exit_code=1)
    assert found["file", "machine"][:2] == ("x86-64", "ARM64")
    found = changes(tmp_path / "everything-x86-64.dll", tmp_path / "everything-x86.dll", exit_code=1)
    assert found["file", "format"][:2] == ("PE32+", "PE32")


def test_an_update_that_only_adds(write_dll):
    old = write_dll("EXPORT int a(void) { return 1; }", name="same")
    new = write_dll("EXPORT int a(void) { return 1; } EXPORT int b(void) { return 2; }", name="same")
    assert changes(old, new)["exports", "b"] == (None, "code", None)
    assert windlass("diff", old, new).splitlines()[-1].startswith("nothing that would break programs")


def test_diff_of_versions(versioned, tmp_path):
    data = versioned.read_bytes()
    newer = tmp_path / "v.dll"
    newer.write_bytes(
        data.replace(struct.pack("<II", 0x10002, 0x30004), struct.pack("<II", 0x10002, 0x30005))
    )
    assert changes(versioned, newer)["version", "file"] == ("1.2.3.4", "1.2.3.5", None)
