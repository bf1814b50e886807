"""Programs linked against import libraries that windlass made, with each linker there is, and run.

What the program prints is what it prints under Wine; where that is installed, it is asked again.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

import compiler
import oracle
from windlass.pe import Image, layout

GAUGE = """
// build: freestanding
#define EXPORT __declspec(dllexport)
int _fltused;
EXPORT int level = 40;
EXPORT int raise(int by) { return level += by; }
EXPORT double scale(double value, int factor) { return value * factor; }
int secret(int a, int b, int c, int d, int e) { return a + 10 * b + 100 * c + 1000 * d + 10000 * e; }
int stop(void) { return -level; }
int __stdcall DllMainCRTStartup(void *module, unsigned reason, void *reserved) { return 1; }
"""
GAUGE_DEFINITION = """
LIBRARY gauge.dll
EXPORTS
    level DATA
    raise
    scale
    secret @77 NONAME
    halt = stop
"""
LEDGER = """
// build: freestanding
#define EXPORT __declspec(dllexport)
EXPORT const char *const title = "ledger";
EXPORT int entries(const char *const *list) { int n = 0; while (list[n]) n++; return n; }
int __stdcall DllMainCRTStartup(void *module, unsigned reason, void *reserved) { return 1; }
"""
PROGRAM = """
#include <stdio.h>
__declspec(dllimport) extern int level;
__declspec(dllimport) int raise(int);       /* through the cell */
double scale(double, int);                  /* through a jump */
int secret(int, int, int, int, int);        /* by its ordinal */
int halt(void);
__declspec(dllimport) extern const char *const title;
int entries(const char *const *);
int main(int argc, char **argv)
{
    const char *const list[] = {"one", "two", 0};
    printf("level %d", level);
    printf(", raised to %d", raise(2));
    printf(", now %d\\n", level);
    printf("scaled %g, secret %d, halted at %d\\n", scale(1.5, 4), secret(1, 2, 3, 4, 5), halt());
    printf("%s has %d entries\\n", title, entries(list));
    return argc > 1 ? raise(1) : 0;
}
"""
PRINTED = """\
level 40, raised to 42, now 42
scaled 6, secret 54321, halted at -42
ledger has 2 entries
"""


class Linker(NamedTuple):
    """A way to make program.exe of program.c and libraries: a command line, and what must be installed."""

    command: Callable[..., list[str]]
    needs: str | None = None


ZIG = [sys.executable, "-m", "ziglang"]
LINKERS = {
    "zig": Linker(
        lambda source, libraries, exe: [
            *(*ZIG, "cc", *compiler.COMMON_FLAGS, "-Wno-builtin-requires-header"),
            *(source, *libraries, "-o", exe),
        ]
    ),
    "gnu": Linker(
        lambda source, libraries, exe: ["x86_64-w64-mingw32-gcc", "-O1", source, *libraries, "-o", exe],
        "x86_64-w64-mingw32-gcc",
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with gauge.dll and ledger.dll."""
    folder = tmp_path_factory.mktemp("linking")
    (folder / "gauge.def").write_text(GAUGE_DEFINITION)
    for name, text in ("gauge", GAUGE), ("ledger", LEDGER):
        (folder / f"{name}.c").write_text(text)
        shutil.copy2(compiler.build_dll(folder / f"{name}.c"), folder)
    (folder / "program.c").write_text(PROGRAM)
    return folder


def windlass(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "windlass", *map(str, arguments)]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, cwd=cwd
    )


def make_library(folder: Path, source: str, target: str) -> Path:
    done = windlass("implib", source, "-o", target, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / target


def link(linker: str, folder: Path, libraries: list[Path], exe: str) -> Path:
    chosen = LINKERS[linker]
    if chosen.needs and shutil.which(chosen.needs) is None:
        pytest.skip(f"{chosen.needs} is not installed")
    command = chosen.command("program.c", list(map(str, libraries)), exe)
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / exe


@pytest.mark.parametrize("kind", [".lib", ".a"])
@pytest.mark.parametrize("linker", LINKERS)
def test_a_program_of_two_dlls(folder, linker, kind):
    """One library from a .def file, one from the DLL itself."""
    libraries = [
        make_library(folder, "gauge.def", f"gauge-{linker}{kind}"),
        make_library(folder, "ledger.dll", f"ledger-{linker}{kind}"),
    ]
    exe = link(linker, folder, libraries, f"{linker}{kind}.exe")
    done = windlass("run", exe)
    assert (done.stdout, done.returncode) == (PRINTED, 0), done.stderr
    assert windlass("run", exe, "more").returncode == 43
    if wine := oracle.find_wine():
        assert oracle.run_under_wine(wine, [str(exe)]).stdout == PRINTED


def test_both_kinds_in_one_program(folder):
    libraries = [make_library(folder, "gauge.def", "g.lib"), make_library(folder, "ledger.dll", "l.a")]
    exe = link("zig", folder, libraries, "both.exe")
    assert windlass("run", exe).stdout == PRINTED


def test_a_library_made_over_again(folder):
    """From the DLL a .def, from that a .a, from that a .lib: the program does not notice."""
    make_library(folder, "ledger.dll", "one.def")
    make_library(folder, "one.def", "two.a")
    ledger = make_library(folder, "two.a", "three.lib")
    gauge = make_library(folder, "gauge.def", "four.lib")
    exe = link("zig", folder, [gauge, ledger], "again.exe")
    assert windlass("run", exe).stdout == PRINTED


def test_data_without_dllimport(folder):
    """GNU's linker lets a program use a DLL's variable as if it were its own (auto-import)."""
    if shutil.which("x86_64-w64-mingw32-gcc") is None:
        pytest.skip("x86_64-w64-mingw32-gcc is not installed")
    (folder / "auto.c").write_text("extern int level;\nint main(void) { return level + 2; }\n")
    library = make_library(folder, "gauge.def", "auto.a")
    command = ["x86_64-w64-mingw32-gcc", "auto.c", str(library), "-o", "auto.exe"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    assert windlass("run", folder / "auto.exe").returncode == 42


# ---- Microsoft's ABI, without any other library ----

MSVC_PROGRAM = """
__declspec(dllimport) void *__stdcall GetStdHandle(unsigned);
__declspec(dllimport) int __stdcall WriteFile(void *, const void *, unsigned, unsigned *, void *);
__declspec(dllimport) __declspec(noreturn) void __stdcall ExitProcess(unsigned);
__declspec(dllimport) extern int level;
__declspec(dllimport) int raise(int);
int secret(int, int, int, int, int);
void entry(void)
{
    unsigned written;
    WriteFile(GetStdHandle((unsigned)-11), "linked\\n", 7, &written, 0);
    ExitProcess(raise(2) + level + (secret(0, 1, 0, 0, 0) == 10));
}
"""


@pytest.mark.parametrize("kind", [".lib", ".a"])
@pytest.mark.parametrize("linker", ["zig lld-link", "lld-link"])
def test_lld_link_and_builtin_libraries(folder, linker, kind):
    """kernel32's library is windlass's own, too."""
    command = [*ZIG, "lld-link"] if linker.startswith("zig") else [linker]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{linker} is not installed")
    source = folder / "msvc.c"
    source.write_text(MSVC_PROGRAM)
    flags = [flag for flag in compiler.MSVC_COMPILER_FLAGS if flag != "-fexceptions"]
    compiler.run_zig("cc", *flags, "-c", str(source), "-o", str(folder / "msvc.obj"))
    libraries = [
        make_library(folder, "kernel32", f"kernel32{kind}"),
        make_library(folder, "gauge.def", f"gauge-msvc{kind}"),
    ]
    exe = folder / f"msvc{kind}.exe"
    options = ["/nodefaultlib", "/entry:entry", "/subsystem:console", f"/out:{exe}", str(folder / "msvc.obj")]
    subprocess.run([*command, *options, *map(str, libraries)], check=True, capture_output=True)
    done = windlass("run", exe)
    assert (done.stdout, done.returncode) == ("linked\n", 85), done.stderr


@pytest.mark.parametrize("kind", [".lib", ".a"])
@pytest.mark.parametrize("exports", ["lift == raise", "raise\n lift == raise"], ids=["alone", "besides"])
def test_a_renamed_import(folder, exports, kind):
    """`==`: programs link with another name than the DLL exports."""
    (folder / "rename.def").write_text(f"LIBRARY gauge.dll\nEXPORTS\n {exports}\n")
    (folder / "rename.c").write_text("int lift(int);\nint main(void) { return lift(3); }\n")
    library, exe = make_library(folder, "rename.def", f"rename{kind}"), folder / "rename.exe"
    compiler.run_zig("cc", *compiler.COMMON_FLAGS, str(folder / "rename.c"), str(library), "-o", str(exe))
    assert windlass("run", exe).returncode == 43


@pytest.mark.parametrize("kind", [".lib", ".a"])
@pytest.mark.parametrize("machine, target", [("x86", "x86"), ("arm64", "aarch64"), ("x86-64", "x86_64")])
def test_other_machines(folder, machine, target, kind):
    """Nothing here runs these, but their imports are those that were linked."""
    (folder / "other.def").write_text("LIBRARY gauge.dll\nEXPORTS\n raise\n secret @77 NONAME\n level DATA\n")
    (folder / "other.c").write_text(
        "__declspec(dllimport) extern int level;\nint raise(int), secret(void);\n"
        "int start(void) { return raise(1) + secret() + level; }\n"
    )
    library, exe = folder / f"{machine}{kind}", folder / f"{machine}{kind}.exe"
    assert windlass("implib", folder / "other.def", "-o", library, "--machine", machine).returncode == 0
    compiler.run_zig(
        "cc", "-target", f"{target}-windows-gnu", "-O1", "-fno-sanitize=undefined", "-nostdlib",
        "-Wl,-e,start", str(folder / "other.c"), str(library), "-o", str(exe),
    )  # fmt: skip
    with Image.open(exe) as image:
        assert layout.MACHINE_NAMES[image.machine].replace("ARM", "arm") == machine
        [dll] = image.imports
        assert dll.name == "gauge.dll"
        imports = {(each.name, each.ordinal): each.hint for each in dll.functions}
    assert imports == {("level", None): 0, ("raise", None): 1, (None, 77): 0}
