"""Import libraries: written, read, and compared member by member with those of LLVM's and GNU's dlltool."""

from __future__ import annotations

import contextlib
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import compiler
from windlass.pe import (
    BadImage,
    BadLibrary,
    ExportDefinition,
    ImportLibrary,
    import_library_bytes,
    layout,
    parse_definition,
    write_import_library,
)
from windlass.pe.archive import Archive, NewMember, archive_bytes
from windlass.pe.coff import CoffObject, NewSection, NewSymbol, Relocation, object_bytes

# No tool pads an odd name alike, so the name is even with its zero.
DEFINITION = """
LIBRARY devices.dll
EXPORTS
    open
    close @7
    hidden @9 NONAME
    hidden_value @10 NONAME DATA
    version DATA
    start PRIVATE
    begin = internal_begin
    Sleep = KERNEL32.Sleep
    reopen == open
    restart == start_anew
    ?method@Class@@QEAAXXZ
    a_name_that_is_much_longer_than_the_sixteen_bytes_of_a_header
    x
"""
EXPORTS = parse_definition(DEFINITION).exports
NAMES = sorted({each.import_name or each.name for each in EXPORTS if not each.noname})
PUBLIC = [each for each in EXPORTS if not each.private]
KINDS = ("msvc", "gnu")


def library(kind: str, **options) -> bytes:
    return import_library_bytes("devices.dll", EXPORTS, kind=kind, **options)


def imports(data: bytes):
    return ImportLibrary(Archive(data)).imports


# ---- what is written is read ----


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("machine", [layout.MACHINE_AMD64, layout.MACHINE_ARM64, layout.MACHINE_I386])
def test_written_and_read(kind, machine):
    found = imports(library(kind, machine=machine))
    # A forwarder is an export like any other; of an ordinal only those know who are bound by it.
    expected = [each if each.noname else each._replace(internal=None, ordinal=None) for each in PUBLIC]
    assert sorted(each.definition.name for each in found) == sorted(each.name for each in expected)
    assert {each.definition for each in found} == set(expected)
    assert {each.machine for each in found} == {machine}
    assert {each.dll for each in found} == {"devices.dll"}


@pytest.mark.parametrize("kind", KINDS)
def test_hints_are_those_of_the_dll(kind):
    for each in imports(library(kind)):
        assert each.name is None or NAMES[each.hint] == each.name


@pytest.mark.parametrize(
    "symbol, name, name_type",
    [
        ("f", "f", layout.IMPORT_NAME),
        ("_f", "f", layout.IMPORT_NAME_NOPREFIX),
        ("?f@@YAXXZ", "f@@YAXXZ", layout.IMPORT_NAME_NOPREFIX),
        ("_f@8", "f", layout.IMPORT_NAME_UNDECORATE),
        ("@f@8", "f", layout.IMPORT_NAME_UNDECORATE),
        ("f@8", "f", layout.IMPORT_NAME_UNDECORATE),
        ("f", "g", layout.IMPORT_NAME_EXPORTAS),
    ],
)
def test_name_types(symbol, name, name_type):
    data = import_library_bytes("a.dll", [ExportDefinition(symbol, import_name=name)])
    member = Archive(data).members[3].data
    assert struct.unpack_from("<H", member, 18)[0] == layout.IMPORT_CODE | name_type << 2
    assert [(each.symbol, each.name) for each in imports(data)] == [(symbol, name)]


def test_x86_decorates_c_names_only():
    names = ["plain", "stdcall@8", "_decorated@8", "@fast@8", "?cxx@@YAXXZ"]
    data = import_library_bytes("a.dll", list(map(ExportDefinition, names)), machine=layout.MACHINE_I386)
    assert [each.symbol for each in imports(data)] == ["_plain", "_stdcall@8", *names[2:]]
    assert [each.name for each in imports(data)] == names


def test_a_constant_is_the_cell_itself():
    exports = [ExportDefinition("k", constant=True), ExportDefinition("f")]
    for kind in KINDS:
        data = import_library_bytes("a.dll", exports, kind=kind)
        assert [each.kind for each in imports(data)] == ["const", "code"]
        assert {"k", "__imp_k", "f", "__imp_f"} <= {name for name, _ in Archive(data).symbols}


@pytest.mark.parametrize("kind", KINDS)
def test_all_symbols_lead_to_their_members(kind):
    archive = Archive(library(kind))
    members = {member.offset for member in archive.members}
    assert {offset for _, offset in archive.symbols} <= members
    names = [name for name, _ in archive.symbols]
    assert len(set(names)) == len(names)
    for each in PUBLIC:
        assert f"__imp_{each.name}" in names
        assert (each.name in names) != each.data


def test_the_second_linker_member():
    """Microsoft, "PE Format", "Second Linker Member"."""
    data = library("msvc")
    first, second = members_by_hand(data)[:2]
    assert first[0] == second[0] == "/"
    count = struct.unpack_from("<I", second[2])[0]
    offsets = struct.unpack_from(f"<{count}I", second[2], 4)
    symbols = struct.unpack_from("<I", second[2], 4 + 4 * count)[0]
    indices = struct.unpack_from(f"<{symbols}H", second[2], 8 + 4 * count)
    names = second[2][8 + 4 * count + 2 * symbols :].split(b"\0")[:-1]
    assert names == sorted(names)
    archive = Archive(data)
    assert list(offsets) == [member.offset for member in archive.members]
    assert {(name.decode(), offsets[i - 1]) for name, i in zip(names, indices)} == set(archive.symbols)


def test_the_first_members_of_each_kind():
    long_name = "a-name-of-more-than-15.dll"
    for kind, first in (("msvc", ["/", "/", "//", "/0"]), ("gnu", ["/", "//", "/0"])):
        data = import_library_bytes(long_name, PUBLIC, kind=kind)
        assert [name for name, _, _ in members_by_hand(data)][: len(first)] == first
    members = Archive(import_library_bytes(long_name, PUBLIC)).members
    assert {member.name for member in members} == {long_name}


# ---- what cannot be written ----


@pytest.mark.parametrize(
    "exports, message",
    [
        ([ExportDefinition("f"), ExportDefinition("f", data=True)], "f is exported twice, and not alike"),
        ([ExportDefinition("f", noname=True)], "f has neither a name nor an ordinal"),
        ([ExportDefinition("a\0b")], "can hold the name"),
        ([ExportDefinition("")], "can hold the name"),
        ([ExportDefinition(f"f{i}") for i in range(0x10000)], "members; an archive can have 65535"),
    ],
)
def test_what_no_library_can_hold(tmp_path, exports, message):
    path = tmp_path / "x.lib"
    path.write_text("before")
    with pytest.raises(ValueError, match=message):
        write_import_library(path, "a.dll", exports)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_kinds_and_machines_that_there_are_not(tmp_path):
    with pytest.raises(ValueError, match="its kind has to be given"):
        write_import_library(tmp_path / "x.out", "a.dll", PUBLIC)
    with pytest.raises(ValueError, match="no kind of import library: 'omf'"):
        write_import_library(tmp_path / "x.lib", "a.dll", PUBLIC, kind="omf")
    with pytest.raises(ValueError, match="no import libraries for Itanium"):
        write_import_library(tmp_path / "x.lib", "a.dll", PUBLIC, machine=layout.MACHINE_IA64)
    assert not list(tmp_path.iterdir())


def test_the_extension_says_the_kind(tmp_path):
    for name, kind in ("x.lib", "msvc"), ("x.A", "gnu"):
        write_import_library(tmp_path / name, "devices.dll", EXPORTS)
        assert (tmp_path / name).read_bytes() == library(kind)


def test_a_library_that_cannot_be_put_in_place_leaves_nothing(tmp_path):
    with pytest.raises(OSError):
        write_import_library(tmp_path / "nowhere" / "x.lib", "a.dll", PUBLIC)
    (tmp_path / "folder.lib").mkdir()
    with pytest.raises(OSError):
        write_import_library(tmp_path / "folder.lib", "a.dll", PUBLIC)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.lib"]


# ---- member by member ----


def members_by_hand(data: bytes) -> list[tuple[str, int, bytes]]:
    """(name, offset, bytes) of each member, read without windlass."""
    found, offset = [], 8
    while offset < len(data):
        size = int(data[offset + 48 : offset + 58])
        found.append((data[offset : offset + 16].decode().rstrip(), offset, data[offset + 60 :][:size]))
        offset += 60 + size + size % 2
    return found


def tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def made_by(command: list[str], tmp_path: Path, definition: str = DEFINITION) -> bytes:
    source, target = tmp_path / "theirs.def", tmp_path / "theirs.a"
    source.write_text(definition.lstrip())
    subprocess.run([*command, "-d", str(source), "-l", str(target)], check=True, capture_output=True)
    return target.read_bytes()


def compare_with_llvm(theirs: bytes, ours: bytes) -> None:
    """Every member but the archive's own is the same to the byte, hints apart, which LLVM leaves zero."""

    def aliases(made: CoffObject) -> dict[str, str]:
        weak = [symbol for symbol in made.symbols if symbol and symbol.weak_default is not None]
        return {symbol.name: made.symbols[symbol.weak_default].name for symbol in weak}

    def comparable(data: bytes) -> dict[str, object]:
        found = {}
        for _, _, body in members_by_hand(data):
            if body[:4] == b"\0\0\xff\xff":
                by_name = struct.unpack_from("<H", body, 18)[0] >> 2
                hint = b"\0\0" if by_name else body[16:18]
                found[body[20:].split(b"\0")[0].decode()] = body[:16] + hint + body[18:]
            elif body[:2] == b"\x64\x86":
                made = CoffObject(body)
                if made.sections[0].name == ".drectve":
                    found.update(aliases(made))
                else:
                    found[made.symbols[0].name] = body
        return found

    assert comparable(ours) == comparable(theirs)


def test_same_members_as_zig_dlltool(tmp_path):
    (tmp_path / "theirs.def").write_text(DEFINITION.lstrip())
    target = tmp_path / "theirs.a"
    compiler.run_zig("dlltool", "-m", "i386:x86-64", "-d", str(tmp_path / "theirs.def"), "-l", str(target))
    compare_with_llvm(target.read_bytes(), library("msvc"))


def test_same_members_as_llvm_dlltool(tmp_path):
    # Before LLVM 18 every rename becomes a weak alias, though nothing defines what it leads to.
    definition = DEFINITION.replace("    restart == start_anew\n", "")
    theirs = made_by([tool("llvm-dlltool"), "-m", "i386:x86-64"], tmp_path, definition)
    ours = import_library_bytes("devices.dll", parse_definition(definition).exports)
    compare_with_llvm(theirs, ours)


def test_a_weak_alias_of_llvm_dlltool_is_read(tmp_path):
    theirs = made_by([tool("llvm-dlltool"), "-m", "i386:x86-64"], tmp_path)
    found = {each.symbol: each for each in imports(theirs)}
    assert found["reopen"]._replace(hint=0) == found["open"]._replace(symbol="reopen", hint=0)


def described(data: bytes) -> dict:
    """What an object of an import is to a linker: its tables' bytes, references and symbols."""
    made = CoffObject(data)
    sections = {}
    for section in made.sections:
        if not section.data:
            continue
        body = section.data
        if section.name == ".idata$6":
            body = body[2:].rstrip(b"\0")  # without the hint, in place of which dlltool puts an ordinal
        references = {
            (each.offset, each.type, _target(made.symbols[each.symbol].name))
            for each in section.relocations.values()
        }
        sections[section.name] = body, references
    symbols = {
        (symbol.name, made.section_of(symbol).name)
        for symbol in made.symbols
        if symbol is not None and symbol.storage_class == layout.CLASS_EXTERNAL and symbol.section
    }
    return {"sections": sections, "symbols": symbols}


def _target(name: str) -> str:
    """dlltool calls the descriptor and the DLL's name after the library, windlass after the DLL."""
    if name.startswith("_head_"):
        return "_head_"
    return "_iname" if name.endswith("_iname") else name


def test_same_members_as_gnu_dlltool(tmp_path):
    theirs = made_by([tool("x86_64-w64-mingw32-dlltool"), "-m", "i386:x86-64"], tmp_path)

    def by_symbol(data: bytes) -> dict[str, dict]:
        objects = [body for _, _, body in members_by_hand(data) if body[:2] == b"\x64\x86"]
        found = {}
        for each in map(described, objects):
            cells = [name for name, _ in each["symbols"] if name.startswith("__imp_")]
            if cells:
                found[cells[0]] = each
        return found

    expected = by_symbol(theirs)
    assert len(expected) == len(PUBLIC)
    assert by_symbol(library("gnu")) == expected


def test_same_imports_as_gnu_dlltool(tmp_path):
    theirs = imports(made_by([tool("x86_64-w64-mingw32-dlltool"), "-m", "i386:x86-64"], tmp_path))
    ours = imports(library("gnu"))
    assert {each._replace(hint=0) for each in ours} == {each._replace(hint=0) for each in theirs}


def test_the_libraries_of_mingw_are_read():
    folder = Path("/usr/x86_64-w64-mingw32/lib")
    if not folder.exists():
        pytest.skip("mingw-w64 is not installed")
    by_dll = {path.name: ImportLibrary.open(path) for path in sorted(folder.glob("lib[kmuw]*.a"))}
    assert by_dll["libkernel32.a"].dlls == ["KERNEL32.dll"]
    found = {each.symbol: each for each in by_dll["libkernel32.a"].imports}
    assert found["CreateFileW"].name == "CreateFileW"
    assert by_dll["libm.a"].imports == []


# ---- damaged libraries ----

SEEDS = {kind: library(kind) for kind in KINDS}
SEEDS["x86"] = library("gnu", machine=layout.MACHINE_I386)


def read_everything(data: bytes) -> None:
    """Answers, or BadLibrary."""
    for read in (lambda: Archive(data).symbols, lambda: imports(data)):
        try:
            read()
        except BadLibrary as error:
            assert error.reason
            assert error.offset >= 0


@pytest.mark.parametrize("name", SEEDS)
def test_truncated_anywhere(name):
    data = SEEDS[name]
    complete = len(imports(data))
    for length in range(len(data)):
        read_everything(data[:length])
        if length % 16 == 0:
            with contextlib.suppress(BadLibrary):
                assert len(imports(data[:length])) < complete or length >= len(data) - 2


INTERESTING = [0, 1, 2, 7, 8, 0xFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]
numbers = st.sampled_from(INTERESTING) | st.integers(0, 0x2000) | st.integers(0, 0xFFFFFFFF)


@given(st.sampled_from(list(SEEDS.values())), st.data())
@settings(max_examples=800, deadline=None)
def test_words_replaced(seed, data):
    changed = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 8))):
        offset = data.draw(st.integers(0, len(seed) - 4))
        size = data.draw(st.sampled_from([1, 2, 4]))
        value = data.draw(numbers) & ((1 << 8 * size) - 1)
        changed[offset : offset + size] = value.to_bytes(size, "little")
    read_everything(bytes(changed))


@given(st.binary(max_size=300))
@settings(max_examples=500, deadline=None)
def test_any_bytes(data):
    read_everything(data)
    read_everything(layout.ARCHIVE_SIGNATURE + data)
    for start in (b"", b"d\x86", b"\0\0\xff\xff"):
        read_everything(archive_of(start + data))


@pytest.mark.parametrize(
    "data, message",
    [
        (b"", "not an archive"),
        (b"MZ" + bytes(100), "not an archive"),
        (b"!<thin>\n", "a thin archive"),
        (b"!<arch>\nshort", "goes beyond the end"),
        (b"!<arch>\n" + b"x" * 60, "no header of a member"),
        (b"!<arch>\n" + b"x/".ljust(48) + b"abc       `\n", "the size of a member is 'abc'"),
        (b"!<arch>\n" + b"x/".ljust(48) + b"9         `\n", "a member of 9 bytes goes beyond the end"),
        (b"!<arch>\n" + b"/7".ljust(48) + b"0         `\n", "a member's name '/7' leads nowhere"),
    ],
)
def test_what_is_wrong_with_an_archive(data, message):
    with pytest.raises(BadLibrary, match=message) as caught:
        assert imports(data)
    assert isinstance(caught.value, BadImage)


def archive_of(body: bytes, count: int = 1) -> bytes:
    return archive_bytes([NewMember(b"x.o", body, [])] * count, microsoft=False)


def sections_of_the_whole_object() -> bytes:
    """50,000 section headers, each of which claims the same two megabytes."""
    header = layout.SectionHeader.pack(name=b".idata$5", raw_size=2_000_000, offset=20)
    return layout.FileHeader.pack(machine=0x8664, number_of_sections=50000) + header * 50000


def names_of_the_whole_table() -> bytes:
    """100,000 symbols, all with the same name of a megabyte."""
    symbol = layout.CoffSymbol.pack(name=struct.pack("<II", 0, 4), section=1, storage_class=2)
    header = layout.FileHeader.pack(machine=0x8664, symbol_table=20, number_of_symbols=100000)
    return header + symbol * 100000 + struct.pack("<I", 1_000_005) + b"x" * 1_000_000 + b"\0"


def imports_of_one_long_name() -> bytes:
    """50,000 cells that all lead to the same megabyte of a name."""
    count = 50000
    cells = [Relocation(8 * index, 0, 3) for index in range(count)]
    head = NewSection(b".idata$2", 0, bytes(20), [Relocation(12, 0, 3)])
    sections = [
        NewSection(b".idata$6", 0, b"ab" + b"n" * 1_000_000),
        NewSection(b".idata$5", 0, bytes(8 * count), cells[:60000]),
        head,
    ]
    names = [NewSymbol(b"__imp_%d" % index, 2) for index in range(count)]
    return object_bytes(0x8664, sections, [NewSymbol(b".i", 1), NewSymbol(b"head", 3), *names])


HOSTILE = (sections_of_the_whole_object, names_of_the_whole_table, imports_of_one_long_name)

READ_WITHIN_LIMITS = """
    import resource, sys
    from windlass.pe import BadLibrary, ImportLibrary
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
    try:
        print(len(ImportLibrary.open(sys.argv[1]).imports))
    except BadLibrary as error:
        print(error.reason)
"""


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_cost_is_bounded(make, fresh_python, tmp_path):
    """Each of these would take minutes or gigabytes if it were believed."""
    path = tmp_path / "hostile.lib"
    path.write_bytes(archive_of(make()))
    assert fresh_python(READ_WITHIN_LIMITS, path).strip()


def test_a_symbol_table_of_more_symbols_than_bytes():
    data = b"!<arch>\n" + b"/".ljust(48) + b"4         `\n" + b"\xff\xff\xff\xff"
    with pytest.raises(BadLibrary, match="a table of 4294967295 symbols in 4 bytes"):
        assert Archive(data).symbols
