"""The `windlass` program: help, listing, checking, and how failures are reported."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

import pe_seeds
from windlass import load
from windlass.cli.dependencies import Walk
from windlass.cli.group import COMMANDS
from windlass.cli.locate import locate
from windlass.pe import ExportDefinition, import_library_bytes
from windlass.pe.archive import Archive, NewMember, archive_bytes


def windlass(*arguments: object, exit_code: int = 0, **options) -> str:
    """What `windlass ARGUMENTS...` prints; on failure, what it says on standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "windlass", *map(str, arguments)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, **options,
    )  # fmt: skip
    assert done.returncode == exit_code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr if exit_code == 1 and not done.stdout else done.stdout or done.stderr


def answer(*arguments: object, **options):
    """What the command answers with --json."""
    return json.loads(windlass(*arguments, "--json", **options))


def in_terminal(columns: int, *arguments: object, **environment: str) -> str:
    """What the command shows in a terminal of that width."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", 40, columns, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "windlass", *map(str, arguments)],
        stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "TERM": "xterm-256color", **environment},
    )  # fmt: skip
    os.close(slave)
    shown = b""
    try:
        while piece := os.read(master, 65536):
            shown += piece
    except OSError:  # the other side is closed
        pass
    os.close(master)
    process.wait(60)
    return shown.decode()


@pytest.fixture(scope="module")
def mixed(write_dll) -> Path:
    """A DLL with each kind of export."""
    return write_dll(
        """
        LINKER("-export:hidden,@9,NONAME");
        LINKER("-export:tick=KERNEL32.GetTickCount64");
        EXPORT int value = 5;
        EXPORT int add(int a, int b) { return a + b; }
        int hidden(void) { return 9; }
        """,
        name="mixed",
    )


# ---- the program ----


def test_help_names_every_command():
    shown = windlass("--help")
    assert all(f"  {name} " in shown for name in COMMANDS)


@pytest.mark.parametrize(
    "name", [name for name in COMMANDS if name != "run"]
)  # whose output is the program's
def test_every_command_has_help_and_json(name):
    assert "--json" in windlass(name, "--help")


def test_help_imports_no_command(fresh_python):
    loaded = fresh_python("""
        import sys
        from windlass.cli.group import group
        group(["--help"], standalone_mode=False)
        print(*[name for name in sys.modules if name.startswith(("windlass.", "rich"))])
    """)
    assert loaded.splitlines()[-1].split() == ["windlass.light", "windlass.cli", "windlass.cli.group"]


def test_a_mistyped_command_gets_a_hint():
    assert "Did you mean 'check'?" in windlass("chek", exit_code=2)


def test_the_version():
    assert windlass("--version").startswith("windlass ")


# ---- exports ----


def test_exports_lists_each_kind(mixed):
    exports = answer("exports", mixed)["exports"]
    assert {each["name"]: each["kind"] for each in exports} == {
        "add": "code",
        "value": "data",
        "tick": "forwarder",
        None: "code",
    }
    assert next(each for each in exports if each["name"] is None)["ordinal"] == 9
    assert next(each for each in exports if each["forwarder"])["forwarder"] == "KERNEL32.GetTickCount64"


def test_exports_of_a_builtin():
    assert "LoadLibraryExW" in {each["name"] for each in answer("exports", "kernel32")["exports"]}


def test_exports_in_a_pipe_are_plain_aligned_lines(mixed):
    lines = windlass("exports", mixed).splitlines()
    assert lines[1].split() == ["ordinal", "name", "RVA", "kind"]
    assert "\x1b" not in "".join(lines)
    assert any(line.endswith("KERNEL32.GetTickCount64") for line in lines)


def test_a_reader_that_stops_is_no_error(mixed):
    command = f"{sys.executable} -m windlass exports kernel32 | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""


def test_a_narrow_terminal_cuts_nothing(mixed):
    shown = in_terminal(30, "exports", mixed)
    assert "\x1b[1m" in shown
    column = "".join(line.split()[-1] for line in shown.splitlines()[1:] if line.split())
    assert "KERNEL32.GetTickCount64" in column


def test_no_color_is_respected(mixed):
    assert "\x1b[3" not in in_terminal(80, "check", mixed, NO_COLOR="1")


def test_names_cannot_command_the_terminal(write_dll, tmp_path):
    dll = write_dll("EXPORT int evil(void) { return 0; }", name="escape")
    patched = dll.read_bytes().replace(b"evil\0", b"e\x1b[l\0")
    path = tmp_path / "patched.dll"
    path.write_bytes(patched)
    assert "\x1b" not in windlass("exports", path)
    assert r"e\x1b[l" in windlass("exports", path)


# ---- imports ----


def test_imports_lists_functions_and_api_sets(write_dll):
    dll = write_dll(
        """
        // imports: api-ms-win-core-synch-l1-2-0.dll WaitOnAddress
        __declspec(dllimport) unsigned GetTickCount(void);
        __declspec(dllimport) int WaitOnAddress(void);
        EXPORT int both(void) { return (int)GetTickCount() + WaitOnAddress(); }
        """,
        name="importer",
    )
    imports = {each["dll"].lower(): each for each in answer("imports", dll)["imports"]}
    assert [f["name"] for f in imports["kernel32.dll"]["functions"]] == ["GetTickCount"]
    assert imports["kernel32.dll"]["api_set_hosts"] == []
    assert "kernelbase.dll" in imports["api-ms-win-core-synch-l1-2-0.dll"]["api_set_hosts"]
    assert "  GetTickCount" in windlass("imports", dll).splitlines()


def test_imports_of_a_dll_that_needs_nothing(write_dll):
    dll = write_dll("EXPORT int one(void) { return 1; }", name="alone")
    assert "imports nothing" in windlass("imports", dll)


# ---- check ----


def test_check_follows_dependencies(write_dll):
    inner = write_dll("EXPORT int inner(void) { return 1; }", name="inner")
    outer = write_dll(
        "__declspec(dllimport) int inner(void); EXPORT int outer(void) { return inner(); }",
        name="outer",
        uses=[inner],
    )
    checked = answer("check", outer)
    assert checked["loads"]
    assert [(each["name"], each["needed_by"]) for each in checked["dlls"]][:2] == [
        ("outer.dll", []),
        ("inner.dll", ["outer.dll"]),
    ]


def test_check_names_only_the_first_of_many_that_need_a_dll(write_dll):
    inner = [
        write_dll(
            "__declspec(dllimport) int GetTickCount(void);"
            f"EXPORT int {name}(void) {{ return GetTickCount(); }}",
            name=name,
        )
        for name in ("one", "two", "three")
    ]
    outer = write_dll(
        "__declspec(dllimport) int one(void), two(void), three(void);"
        "EXPORT int outer(void) { return one() + two() + three(); }",
        name="needs_three",
        uses=inner,
    )
    (row,) = (line for line in windlass("check", outer).splitlines() if line.startswith("kernel32.dll "))
    assert re.fullmatch(r"kernel32\.dll +\w+\.dll, \w+\.dll and 1 more +builtin", row)
    needed_by = {each["name"]: each["needed_by"] for each in answer("check", outer)["dlls"]}
    assert sorted(needed_by["kernel32.dll"]) == ["one.dll", "three.dll", "two.dll"]


def test_check_names_a_missing_dll_and_who_needs_it_for_what(write_dll):
    dll = write_dll(
        """
        // imports: nowhere.dll lost
        __declspec(dllimport) int lost(void);
        EXPORT int f(void) { return lost(); }
        """,
        name="lonely",
    )
    checked = answer("check", dll, exit_code=1)
    (missing,) = checked["missing_dlls"]
    assert not checked["loads"]
    assert (missing["name"], missing["needed_by"], missing["functions"]) == (
        "nowhere.dll",
        "lonely.dll",
        ["lost"],
    )
    assert str(dll.parent) in missing["searched"]
    assert "missing DLL nowhere.dll, needed by lonely.dll" in windlass("check", dll, exit_code=1)


def test_what_needs_the_msvc_runtime_is_told_how_to_get_it(write_dll):
    dll = write_dll(
        """
        // imports: msvcp140_9.dll lost
        __declspec(dllimport) int lost(void);
        EXPORT int f(void) { return lost(); }
        """,
        name="needs_runtime",
    )
    assert "`windlass fetch msvc-runtime` gets it" in windlass("check", dll, exit_code=1)
    with pytest.raises(FileNotFoundError, match="windlass fetch msvc-runtime"):
        load(dll)


def test_check_tells_a_missing_function_of_a_native_dll_from_one_of_a_builtin(write_dll, tmp_path):
    old = write_dll(
        "EXPORT int there(void) { return 1; } EXPORT int gone(void) { return 2; }", name="library"
    )
    user = write_dll(
        """
        // imports: kernel32.dll NoSuchFunctionAtAll
        __declspec(dllimport) int there(void);
        __declspec(dllimport) int gone(void);
        __declspec(dllimport) int NoSuchFunctionAtAll(void);
        EXPORT int f(void) { return there() + gone() + NoSuchFunctionAtAll(); }
        """,
        name="user",
        uses=[old],
    )
    complete = answer("check", user)
    assert complete["loads"]
    assert [each["function"] for each in complete["not_implemented"]] == ["NoSuchFunctionAtAll"]

    newer = write_dll("EXPORT int there(void) { return 1; }", name="library")
    for path in (user, newer):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    checked = answer("check", tmp_path / "user.dll", exit_code=1)
    assert not checked["loads"]
    assert [(m["dll"], m["function"], m["needed_by"]) for m in checked["missing_functions"]] == [
        ("library.dll", "gone", "user.dll")
    ]


def test_check_follows_forwarders(write_dll):
    dll = write_dll(
        """
        LINKER("-export:fine=KERNEL32.LoadLibraryW");
        EXPORT int f(void) { return 0; }
        """,
        name="forwarding",
    )
    user = write_dll(
        "__declspec(dllimport) void *fine(void); EXPORT void *g(void) { return fine(); }",
        name="user_of_forwarder",
        uses=[dll],
    )
    checked = answer("check", user)
    assert checked["loads"]
    assert "kernel32.dll" in [each["name"] for each in checked["dlls"]]


@pytest.fixture
def everything(tmp_path) -> Path:
    """A DLL that delay-loads delayed.dll, for a function by name and one by ordinal."""
    image = pe_seeds.Everything(pe_seeds.AMD64)
    del image.directories[pe_seeds.CLR]  # no .NET assembly can be loaded
    path = tmp_path / "everything.dll"
    path.write_bytes(image.bytes())
    return path


def test_imports_shows_delay_loading_and_ordinals(everything):
    delayed = answer("imports", everything)["imports"][-1]
    assert (delayed["dll"], delayed["delay"]) == ("delayed.dll", True)
    assert [(f["name"], f["ordinal"]) for f in delayed["functions"]] == [("Sleep", None), (None, 12)]
    lines = windlass("imports", everything).splitlines()
    assert lines[lines.index("delayed.dll (delay)") :] == ["delayed.dll (delay)", "  Sleep", "  #12"]


def test_a_missing_dll_that_is_delay_loaded_does_not_keep_from_loading(everything):
    checked = answer("check", everything)
    (missing,) = checked["missing_dlls"]
    assert checked["loads"]
    assert (missing["name"], missing["delay"]) == ("delayed.dll", True)
    assert "needed by everything.dll when it first calls it" in windlass("check", everything)


def test_check_is_right_about_real_dlls(real):
    """What it says loads does load, with nothing left unresolved but what it lists."""
    dlls = [*real("pycryptodome").windows.rglob("*.pyd"), real("soundfile").dll("libsndfile_x64.dll")]
    for dll in dlls:
        walk = Walk(locate(str(dll)))
        assert walk.loads, dll
        with load(dll) as module:
            listed = [each for each in walk.not_implemented if each.needed_by == dll.name]
            assert len(module.keep) == len(listed), dll


# ---- files that cannot be used ----


@pytest.mark.parametrize("command", ["exports", "imports", "check"])
def test_an_unknown_dll_is_one_message(command):
    said = windlass(command, "no_such.dll", exit_code=1)
    assert said.startswith("windlass: error: cannot find no_such.dll; searched: ")
    assert len(said.splitlines()) == 1


def test_a_failure_is_json_too():
    assert "no_such.dll" in answer("exports", "no_such.dll", exit_code=1)["error"]


def test_a_linux_library_is_called_what_it_is():
    import _ctypes

    assert "ELF" in windlass("exports", _ctypes.__file__, exit_code=1)


def test_a_folder_is_no_dll(tmp_path):
    assert "is a folder" in windlass("exports", tmp_path, exit_code=1)


def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "secret.dll"
    path.write_bytes(b"MZ")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert "Permission denied" in windlass("exports", path, exit_code=1)


@pytest.mark.parametrize("machine, name", [(0x14C, "x86"), (0xAA64, "ARM64")])
def test_images_for_other_machines_are_read_but_do_not_load(write_dll, tmp_path, machine, name):
    dll = write_dll("EXPORT int f(void) { return 1; }", name="elsewhere")
    data = bytearray(dll.read_bytes())
    header = struct.unpack_from("<I", data, 0x3C)[0]
    struct.pack_into("<H", data, header + 4, machine)
    path = tmp_path / "elsewhere.dll"
    path.write_bytes(data)
    assert [each["name"] for each in answer("exports", path)["exports"]] == ["f"]
    checked = answer("check", path, exit_code=1)
    assert f"for {name};" in checked["dlls"][0]["error"]


def test_a_real_32_bit_dll(tmp_path):
    source = tmp_path / "old.c"
    source.write_text("__declspec(dllexport) int __stdcall f(int a) { return a; }\n"
                      "int __stdcall start(void *m, unsigned r, void *p) { return 1; }\n")  # fmt: skip
    path = tmp_path / "old.dll"
    command = [sys.executable, "-m", "ziglang", "cc", "-target", "x86-windows-gnu", "-O1", "-s", "-shared",
               "-nostdlib", "-Wl,-e,start", str(source), "-o", str(path)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    assert answer("exports", path)["exports"][0]["kind"] == "code"
    assert answer("imports", path)["imports"] == []
    assert "only x86-64 images can be loaded" in windlass("check", path, exit_code=1)


# ---- api ----


def test_api_counts_and_declares():
    counts = {each["dll"]: each for each in answer("api")}
    functions = answer("api", "kernel32")
    assert counts["kernel32.dll"]["functions"] == sum(1 for each in functions if not each["size"])
    load_library = next(each for each in functions if each["name"] == "LoadLibraryW")
    assert load_library["declaration"] == "HMODULE LoadLibraryW(LPCWSTR lpLibFileName)"
    assert load_library["file"] == "api/module/module_load.c"


def test_api_of_an_api_set():
    assert {each["dll"] for each in answer("api", "api-ms-win-crt-heap-l1-1-0.dll")} == {"ucrtbase.dll"}


def test_api_of_what_is_no_builtin():
    assert "vendor.dll is no builtin DLL" in windlass("api", "vendor", exit_code=1)


# ---- call ----


@pytest.fixture(scope="module")
def callee(write_dll) -> Path:
    return write_dll(
        r"""
        LINKER("-export:by_number,@7,NONAME");
        int _fltused = 1;
        EXPORT int value = 5;
        EXPORT int subtract(int a, int b) { return a - b; }
        EXPORT unsigned long long big(unsigned long long a) { return a; }
        EXPORT double half(double a) { return a / 2; }
        EXPORT float third(float a) { return a / 3; }
        EXPORT int length(const volatile char *text) { int n = 0; while (text && text[n]) n++; return n; }
        EXPORT int wide_length(const volatile wchar_t *text) { int n = 0; while (text[n]) n++; return n; }
        EXPORT const char *echo(const char *text) { return text; }
        EXPORT const unsigned short *wide_echo(const unsigned short *text) { return text; }
        EXPORT void nothing(void) {}
        int by_number(void) { return 77; }
        """,
        name="callee",
    )


@pytest.mark.parametrize(
    "arguments, printed",
    [
        (["subtract", "1", "3"], "-2"),
        (["subtract", "-1", "0x10"], "-17"),
        (["#7"], "77"),
        (["big", "18446744073709551615", "--returns", "uint64"], "18446744073709551615"),
        (["big", "-1", "--returns", "int64"], "-1"),
        (["half", "5.0", "--returns", "double"], "2.5"),
        (["half", "1e3", "--returns", "double"], "500.0"),
        (["half", "double:3", "--returns", "double"], "1.5"),
        (["third", "1.5f", "--returns", "float"], "0.5"),
        (["length", "hello"], "5"),
        (["length", "str:42"], "2"),
        (["length", "ü"], "2"),
        (["length", "NULL"], "0"),
        (["wide_length", "wstr:ü€𝄞"], "4"),
        (["echo", "grüße", "--returns", "str"], "grüße"),
        (["wide_echo", "wstr:grüße 𝄞", "--returns", "wstr"], "grüße 𝄞"),
        (["echo", "NULL", "--returns", "str"], "NULL"),
        (["echo", "pointer:0x1234", "--returns", "pointer"], "0x1234"),
        (["subtract", "3", "1", "--returns", "bool"], "TRUE"),
    ],
)
def test_call(callee, arguments, printed):
    assert windlass("call", callee, *arguments) == printed + "\n"


def test_call_of_a_function_without_result(callee):
    assert windlass("call", callee, "nothing", "--returns", "void") == ""


def test_call_in_json(callee):
    assert answer("call", callee, "subtract", "1", "3") == {"result": -2}
    assert answer("call", callee, "echo", "text", "--returns", "str") == {"result": "text"}


def test_call_of_a_file_without_extension(callee, tmp_path):
    plain = tmp_path / "plain"
    plain.write_bytes(callee.read_bytes())
    assert windlass("call", plain, "subtract", "3", "1") == "2\n"


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["subtrakt"], "does not export subtrakt; did you mean subtract?"),
        (["#99"], "does not export #99"),
        (["value"], "value of {dll} is data, not a function"),
        (["half", "double:many"], "'many' is no double"),
        (["big", "99999999999999999999"], "does not fit into 64 bits"),
    ],
)
def test_call_says_what_is_wrong(callee, arguments, message):
    assert message.format(dll=callee) in windlass("call", callee, *arguments, exit_code=1)


def test_call_of_a_function_that_raises(write_dll):
    dll = write_dll(
        """
        // imports: kernel32.dll NoSuchFunctionAtAll
        __declspec(dllimport) int NoSuchFunctionAtAll(void);
        EXPORT int f(void) { return NoSuchFunctionAtAll(); }
        """,
        name="raising",
    )
    said = windlass("call", dll, "f", exit_code=1)
    assert "f of " in said and "kernel32.dll!NoSuchFunctionAtAll is not implemented; raising.dll" in said


def test_call_of_a_dll_that_does_not_load(tmp_path):
    path = tmp_path / "text.dll"
    path.write_text("not a DLL at all")
    assert "not a PE image" in windlass("call", path, "f", exit_code=1)


# ---- implib ----


def test_implib_of_a_dll(mixed, tmp_path):
    made = answer("implib", mixed, cwd=tmp_path)
    assert made == {"path": "mixed.lib", "kind": "msvc", "dll": "mixed.dll", "exports": 4}
    listed = answer("exports", tmp_path / "mixed.lib")["imports"]
    assert {(each["symbol"], each["name"], each["ordinal"], each["kind"]) for each in listed} == {
        ("add", "add", None, "code"),
        ("value", "value", None, "data"),
        ("tick", "tick", None, "code"),
        ("ordinal_9", None, 9, "code"),
    }
    assert {each["machine"] for each in listed} == {"x86-64"}


def test_a_library_is_listed_for_people(mixed, tmp_path):
    assert windlass("implib", mixed, "-o", tmp_path / "m.a") == f"{tmp_path}/m.a: 4 exports of mixed.dll\n"
    lines = [line.split() for line in windlass("exports", tmp_path / "m.a").splitlines()]
    assert lines[1] == ["symbol", "DLL", "export", "kind"]
    assert ["ordinal_9", "mixed.dll", "#9", "code"] in lines


def test_implib_writes_a_definition(mixed, tmp_path):
    windlass("implib", mixed, "-o", tmp_path / "m.def", "--dll", "other.dll")
    text = (tmp_path / "m.def").read_text()
    assert text.startswith("LIBRARY other.dll\nEXPORTS\n")
    assert "    ordinal_9 @9 NONAME\n" in text
    assert "    tick = KERNEL32.GetTickCount64 @" in text


def test_implib_of_a_builtin_by_name(tmp_path):
    made = answer("implib", "kernel32", "--kind", "gnu", cwd=tmp_path)
    assert (made["path"], made["dll"]) == ("kernel32.a", "kernel32.dll")
    symbols = {each["symbol"] for each in answer("exports", tmp_path / "kernel32.a")["imports"]}
    assert "LoadLibraryExW" in symbols


def test_implib_names_the_dll_after_the_definition_file(tmp_path):
    (tmp_path / "gauge.def").write_text("EXPORTS\n a\n")
    assert answer("implib", "gauge.def", cwd=tmp_path)["dll"] == "gauge.dll"


def test_implib_for_another_machine(tmp_path):
    (tmp_path / "gauge.def").write_text("EXPORTS\n a\n")
    windlass("implib", tmp_path / "gauge.def", "--machine", "x86", "-o", tmp_path / "x.lib")
    assert answer("exports", tmp_path / "x.lib")["imports"][0]["symbol"] == "_a"


@pytest.mark.parametrize("options", [[], ["--json"]], ids=["plain", "json"])
@pytest.mark.parametrize(
    "text, target, message",
    [
        ("EXPORTS\n a\n b =\n", "x.lib", "x.def:3: the name after '=' is missing: there is the file's end"),
        ("LIBRARY x\n", "x.lib", "x.def exports nothing"),
        ("EXPORTS\n a\n", "x.obj", "x.obj ends neither in .lib, .a nor .def"),
        ("EXPORTS\n a\n", "no/x.lib", "no/x.lib: No such file or directory"),
        (None, "x.lib", "x.def: No such file or directory"),
    ],
)
def test_implib_says_what_is_wrong_and_writes_nothing(tmp_path, text, target, message, options):
    if text is not None:
        (tmp_path / "x.def").write_text(text)
    before = sorted(tmp_path.iterdir())
    done = subprocess.run(
        [sys.executable, "-m", "windlass", "implib", "x.def", "-o", target, *options],
        capture_output=True, text=True, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("windlass: error: ") and message in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_implib_does_not_write_over_its_source(tmp_path):
    (tmp_path / "x.lib").write_bytes(import_library_bytes("a.dll", [ExportDefinition("f")]))
    said = windlass("implib", "x.lib", exit_code=1, cwd=tmp_path)
    assert said == "windlass: error: x.lib is the source itself\n"


def test_a_library_without_its_signature(tmp_path):
    path = tmp_path / "x.lib"
    path.write_bytes(b"?" + import_library_bytes("a.dll", [ExportDefinition("f")])[1:])
    assert "not an archive: no !<arch> at its start" in windlass("exports", path, exit_code=1)


def test_implib_of_what_is_no_library(tmp_path):
    path = tmp_path / "x.lib"
    path.write_bytes(b"!<arch>\n" + b"x" * 60)
    said = windlass("implib", path, "-o", tmp_path / "y.a", exit_code=1)
    assert f"{path}: no header of a member is where one should be (at offset 0x8)" in said
    assert "no header of a member" in windlass("exports", path, exit_code=1)
    path.write_bytes(b"!<arch>\n")
    assert "nothing in it binds to a DLL" in windlass("implib", path, "-o", tmp_path / "y.a", exit_code=1)


def test_implib_of_a_library_of_two_dlls(tmp_path):
    one, other = (Archive(import_library_bytes(dll, [ExportDefinition("f")])) for dll in ("a.dll", "b.dll"))
    members = [NewMember(b"x", member.data, []) for member in [*one.members, *other.members]]
    (tmp_path / "x.lib").write_bytes(archive_bytes(members, microsoft=True))
    said = windlass("implib", tmp_path / "x.lib", "-o", tmp_path / "y.a", exit_code=1)
    assert "binds to 2 DLLs: a.dll, b.dll" in said


def test_implib_of_a_definition_starts_without_the_command_line_library(tmp_path, fresh_python):
    (tmp_path / "x.def").write_text("EXPORTS\n a\n")
    loaded = fresh_python(
        """
        import atexit, sys
        sys.argv = ["windlass", "implib", sys.argv[1], "-o", sys.argv[2]]
        atexit.register(lambda: print({"click", "windlass._core"} & set(sys.modules)))
        from windlass.cli import main
        main()
        """,
        tmp_path / "x.def",
        tmp_path / "x.lib",
    )
    assert loaded.splitlines()[-1] == "set()"


# ---- scripts ----


def test_a_script_that_is_not_there(tmp_path):
    assert windlass("nothere.py", exit_code=2, cwd=tmp_path) == "windlass: there is no script nothere.py\n"


def test_a_script_gets_windows_ctypes(tmp_path):
    (tmp_path / "script.py").write_text("import ctypes, sys; print(ctypes.WinDLL, *sys.argv)")
    printed = windlass("script.py", "a", cwd=tmp_path)
    assert printed == "<class 'windlass.foreign.WinDLL'> script.py a\n"
