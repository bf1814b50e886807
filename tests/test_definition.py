"""Module-definition files: what they say, what is wrong with them, and writing them.

Every .def file of mingw-w64 that ziglang brings is read, written and read again.
"""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import compiler
from windlass.pe import (
    BadDefinition,
    Definition,
    ExportDefinition,
    Image,
    format_definition,
    parse_definition,
    read_definition,
)
from windlass.pe.write import BuiltinExport, builtin_image

MINGW = compiler.WINDOWS_HEADERS.parents[1] / "mingw"


def exports(text: str) -> list[ExportDefinition]:
    return parse_definition("EXPORTS\n" + text).exports


# ---- EXPORTS ----


@pytest.mark.parametrize(
    "text, expected",
    [
        ("add", ExportDefinition("add")),
        ("add @7", ExportDefinition("add", ordinal=7)),
        ("add @ 7", ExportDefinition("add", ordinal=7)),
        ("add @0x10", None),
        ("add @7 NONAME", ExportDefinition("add", ordinal=7, noname=True)),
        ("add @7 NONAME PRIVATE", ExportDefinition("add", ordinal=7, noname=True, private=True)),
        ("value DATA", ExportDefinition("value", data=True)),
        ("value CONSTANT", ExportDefinition("value", constant=True)),
        ("start PRIVATE", ExportDefinition("start", private=True)),
        ("add = internal_add", ExportDefinition("add", "internal_add")),
        ("add=internal_add@8 @3", ExportDefinition("add", "internal_add@8", 3)),
        ("Sleep=KERNEL32.Sleep", ExportDefinition("Sleep", "KERNEL32.Sleep")),
        ("seven = other.#7 @1 DATA", ExportDefinition("seven", "other.#7", 1, data=True)),
        ("again == add", ExportDefinition("again", import_name="add")),
        ("again = real @2 DATA == add", ExportDefinition("again", "real", 2, data=True, import_name="add")),
        ("again EXPORTAS add", ExportDefinition("again", import_name="add")),
        ("add @7, NONAME, DATA", ExportDefinition("add", ordinal=7, noname=True, data=True)),
        ("stdcall@8 @1", ExportDefinition("stdcall@8", ordinal=1)),
        ("@fast@8 @1", ExportDefinition("@fast@8", ordinal=1)),
        ("?f@@YAHH@Z", ExportDefinition("?f@@YAHH@Z")),
        ('"with space" @4', ExportDefinition("with space", ordinal=4)),
        ('"DATA"', ExportDefinition("DATA")),
        ('"VERSION" DATA', ExportDefinition("VERSION", data=True)),
        ("data private", None),
    ],
)
def test_one_export(text, expected):
    if expected is not None:
        assert exports(text) == [expected]
    elif text == "data private":  # keywords are upper-case, so these are two names
        assert [each.name for each in exports(text)] == ["data", "private"]
    else:
        assert [each.name for each in exports(text)] == ["add", "@0x10"]


def test_line_ends_mean_nothing():
    assert exports("one\n  @1\n NONAME two three\n=\nKERNEL32.Three") == [
        ExportDefinition("one", ordinal=1, noname=True),
        ExportDefinition("two"),
        ExportDefinition("three", "KERNEL32.Three"),
    ]


def test_comments_and_carriage_returns():
    text = '; first\r\nEXPORTS ; second\r\n;third = x\r\n  a ; = b\r\n  ";not this" @1\r\n'
    assert parse_definition(text).exports == [ExportDefinition("a"), ExportDefinition(";not this", ordinal=1)]


def test_exports_may_be_several_statements():
    assert [each.name for each in exports("a\nEXPORTS b c\nEXPORTS\nd")] == ["a", "b", "c", "d"]


def test_an_export_repeated_alike_counts_once():
    assert exports("a @1\nb\na @1") == [ExportDefinition("a", ordinal=1), ExportDefinition("b")]


def test_forwarders():
    forwarders = {each.name: each.forwarder for each in exports("a=b.c d=e f=.g h=i.#2 j")}
    assert forwarders == {"a": "b.c", "d": None, "f": None, "h": "i.#2", "j": None}


# ---- the other statements ----


def test_every_statement():
    made = parse_definition(
        """
        LIBRARY "vendor device.dll" BASE=0x10000000
        DESCRIPTION "the; device"
        VERSION 3.14
        STACKSIZE 0x100000,4096
        HEAPSIZE:65536
        STUB "dos.exe"
        SECTIONS
            .shared READ WRITE SHARED
            .fast CLASS 'CODE' EXECUTE READ
        EXETYPE WINDOWS
        CODE PRELOAD MOVEABLE
        EXPORTS
            a
        """
    )
    assert (made.name, made.base, made.is_program) == ("vendor device.dll", 0x10000000, False)
    assert (made.description, made.version, made.stub) == ("the; device", (3, 14), "dos.exe")
    assert (made.stack, made.heap) == ((0x100000, 4096), (65536, None))
    assert made.sections == {".shared": ("READ", "WRITE", "SHARED"), ".fast": ("EXECUTE", "READ")}
    assert made.exports == [ExportDefinition("a")]


@pytest.mark.parametrize(
    "text, name, is_program, base",
    [
        ("LIBRARY", None, False, None),
        ("LIBRARY sample", "sample.dll", False, None),
        ("LIBRARY winspool.drv", "winspool.drv", False, None),
        ("LIBRARY BASE = 65536", None, False, 65536),
        ("NAME tool BASE=0x400000", "tool.exe", True, 0x400000),
        ("LIBRARY\nEXPORTS a", None, False, None),
    ],
)
def test_the_module(text, name, is_program, base):
    made = parse_definition(text)
    assert (made.name, made.is_program, made.base) == (name, is_program, base)


def test_a_description_in_the_old_quotation_marks():
    made = parse_definition("DESCRIPTION 'a text, with = \"all\"'\nEXPORTS b")
    assert made.description == 'a text, with = "all"'
    assert made.exports == [ExportDefinition("b")]


def test_exports_may_be_called_as_old_statements():
    """No export may vanish because 16-bit Windows had a statement of its name."""
    before = "EXETYPE WINDOWS\nCODE PRELOAD MOVEABLE\n"
    made = parse_definition(before + "EXPORTS\n CODE\n REALMODE @5\n a\n SEGMENTS = b\n")
    assert [each.name for each in made.exports] == ["CODE", "REALMODE", "a", "SEGMENTS"]
    made = parse_definition("EXPORTS\n a\nCODE PRELOAD\nEXPORTS b")
    assert [each.name for each in made.exports] == ["a", "b"]


# ---- what is wrong ----


@pytest.mark.parametrize(
    "text, line, reason",
    [
        ("EXPORTS\n a\n b =", 3, "the name after '=' is missing: there is the file's end"),
        ("EXPORTS\n a = = c", 2, "the name after '=' is missing: there is '='"),
        ("EXPORTS\n\n = c", 3, "an export's name is missing: there is '='"),
        ("EXPORTS\n a @1\n b @x1\n c @70000", 4, "an ordinal must be 1 through 65535, not 70000"),
        ("EXPORTS a @0", 1, "an ordinal must be 1 through 65535, not 0"),
        ("EXPORTS a\n @ b", 2, "an ordinal is no number: 'b'"),
        ("EXPORTS\na NONAME", 2, "a is NONAME, but has no ordinal"),
        ("EXPORTS\na @1 @2", 2, "'@2' a second time for a"),
        ("EXPORTS\na @1\nb\na @2", 4, "a is exported otherwise in line 2"),
        ('EXPORTS\n"a', 2, "a quotation mark without its partner"),
        ('EXPORTS ""', 1, "an export's name is empty"),
        ("exports\n a", 1, "unknown statement 'exports'; keywords are upper-case"),
        ("; text\nLIBRARIES x", 2, "unknown statement 'LIBRARIES'"),
        ("IMPORTS\n a=b.c", 1, "unknown statement 'IMPORTS'"),
        ("EXPORTS a\nLIBRARY b", 2, "LIBRARY must come before EXPORTS"),
        ("LIBRARY a BASE 3", 1, "BASE needs '=' and an address"),
        ("LIBRARY a BASE=here", 1, "BASE is no number: 'here'"),
        ("STACKSIZE", 1, "STACKSIZE is no number: ''"),
        ("HEAPSIZE 1,", 1, "the second number of HEAPSIZE is no number: ''"),
        ("VERSION one", 1, "a version is a number or two with a point between, not 'one'"),
        ("DESCRIPTION text", 1, "DESCRIPTION needs a text in quotation marks"),
        ("SECTIONS\n .a\n .b READ", 3, "section .a has no attributes"),
    ],
)
def test_what_is_wrong(text, line, reason):
    with pytest.raises(BadDefinition) as caught:
        parse_definition(text, path="x.def")
    assert caught.value.line == line
    assert caught.value.reason.startswith(reason)
    assert str(caught.value).startswith(f"x.def:{line}: {reason}")


words = st.sampled_from(
    ["EXPORTS", "LIBRARY", "SECTIONS", "a", "b.c", "@1", "@", "=", "==", ",", '"', "'", ";", "\n", "NONAME",
     "DATA", "BASE", "0x", "HEAPSIZE:", "VERSION", "EXPORTAS", "\x00", "\u00fc"]
)  # fmt: skip


@given(st.lists(words | st.text(max_size=6), max_size=30).map(" ".join))
@example("NAME")
@settings(max_examples=1000, deadline=None)
def test_any_text_is_read_or_refused(text):
    try:
        made = parse_definition(text)
    except BadDefinition as error:
        assert 1 <= error.line <= text.count("\n") + 1
        return
    try:
        written = format_definition(made)
    except ValueError:
        return
    assert vars(parse_definition(written)) == vars(made)


# ---- files ----


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(tmp_path, encoding):
    path = tmp_path / "x.def"
    path.write_bytes("LIBRARY grüße.dll\nEXPORTS\n naïve".encode(encoding))
    made = read_definition(path)
    assert (made.name, made.exports[0].name) == ("grüße.dll", "naïve")


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "x.def"
    path.write_bytes(b"EXPORTS\n a\xff\n")
    assert read_definition(path).exports[0].name.encode("utf-8", "surrogateescape") == b"a\xff"
    path.write_bytes(b"\xff\xfea")
    with pytest.raises(BadDefinition, match="UTF-16"):
        read_definition(path)


def test_all_of_mingw():
    paths = [*MINGW.glob("lib-common/*.def"), *MINGW.glob("lib64/*.def")]
    assert len(paths) > 500
    for path in paths:
        made = read_definition(path)
        assert made.name, path
        assert vars(parse_definition(format_definition(made))) == vars(made), path


# ---- of an image ----


def test_the_definition_of_an_image():
    written = builtin_image(
        "sample.dll",
        [
            BuiltinExport("add", ordinal=5),
            BuiltinExport("counter", kind="data"),
            BuiltinExport(None, ordinal=9),
            BuiltinExport("Sleep", forwarder="kernel32.Sleep"),
        ],
    )
    made = Definition.of(Image(written.data))
    assert made.name == "sample.dll"
    assert made.exports == [
        ExportDefinition("counter", None, 1, data=True),
        ExportDefinition("Sleep", "kernel32.Sleep", 2),
        ExportDefinition("add", None, 5),
        ExportDefinition("ordinal_9", None, 9, noname=True),
    ]
    assert Definition.of(Image(written.data, path="/lib/other.dll")).name == "other.dll"


def test_a_definition_as_text():
    made = Definition("my device.dll", [ExportDefinition("a", "B.c", 3, data=True), ExportDefinition("NAME")])
    made.base, made.heap, made.stack, made.version = 0x10000, (1, 2), (4096, None), (1, 0)
    made.description = ""
    assert format_definition(made) == (
        'LIBRARY "my device.dll" BASE=0x10000\n'
        'DESCRIPTION ""\n'
        "VERSION 1.0\n"
        "STACKSIZE 0x1000\n"
        "HEAPSIZE 0x1, 0x2\n"
        "EXPORTS\n"
        "    a = B.c @3 DATA\n"
        '    "NAME"\n'
    )


@pytest.mark.parametrize("name", [" space before", "a b", "EXPORTS", "@7", "it's", "a;b", "\x85"])
def test_a_name_that_needs_quotation_marks(name):
    made = Definition("a.dll", [ExportDefinition(name)])
    assert f'"{name}"' in format_definition(made)
    assert parse_definition(format_definition(made)).exports == made.exports


@pytest.mark.parametrize("name", ['with"quote', "with\nline", ""])
def test_a_name_that_no_file_can_hold(name):
    with pytest.raises(ValueError, match="cannot hold"):
        format_definition(Definition("a.dll", [ExportDefinition(name)]))
