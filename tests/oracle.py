"""Writes what the programs in tests/programs and tests/executables report under Wine into tests/expected,
where tests compare it. Those in tests/executables are processes of their own; the others report through
tests/host.c.

    python tests/oracle.py                 write the expectations of all programs
    python tests/oracle.py heap strings    of some
    python tests/oracle.py --check         write nothing; fail where Wine and the expectations differ

Where Wine differs from Microsoft's documentation, the documentation wins: the program says so with two
comment lines, and the second line replaces the first in what Wine reported.

    // Wine reports: result 0
    // documented: result 3     (Microsoft, "Name of the page")
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from compiler import CACHE, TESTS, build_dll, build_exe, host_exe, locked

PROGRAMS = TESTS / "programs"
EXECUTABLES = TESTS / "executables"
EXPECTED = TESTS / "expected"
# Debian keeps the 64-bit loader out of PATH.
WINE_PLACES = ("wine64", "/usr/lib/wine/wine64", "wine")
CORRECTION = re.compile(r"^ *// Wine reports: (.*)\n *// documented: (.*?)(?:  +\(.*\))?$", re.MULTILINE)


def programs() -> list[Path]:
    """The sources of all programs."""
    found = [*PROGRAMS.iterdir(), *EXECUTABLES.iterdir()]
    return sorted((each for each in found if each.suffix in (".c", ".cpp")), key=lambda each: each.stem)


def is_executable(program: Path) -> bool:
    """Whether the program is a process of its own."""
    return program.parent == EXECUTABLES


def expectation(program: Path) -> Path:
    """Where the lines that `program` must report are written down."""
    return EXPECTED / f"{program.stem}.txt"


def find_wine() -> str | None:
    return next(filter(None, map(shutil.which, WINE_PLACES)), None)


PREFIX = CACHE / "wine"


def environment() -> dict[str, str]:
    """What Wine runs in: a prefix of the tests' own."""
    return {
        **os.environ,
        "WINEPREFIX": str(PREFIX),
        "WINEDEBUG": "-all",
        "WINDLASS_TEST": str(os.getpid()),
        # Neither asks for its installer's download nor puts entries into the desktop's menus.
        "WINEDLLOVERRIDES": "mscoree=;mshtml=;winemenubuilder.exe=",
    }


def use_no_display(wine: str) -> None:
    """Let windows be created where there is no display, by Wine's driver that shows nothing."""
    settings = PREFIX / "user.reg"
    if settings.exists() and '"Graphics"="null"' in settings.read_text(errors="replace"):
        return
    key = ["reg", "add", r"HKCU\Software\Wine\Drivers", "/v", "Graphics", "/d", "null", "/f"]
    subprocess.run([wine, *key], env=environment(), capture_output=True, timeout=300, check=True)


def run_under_wine(wine: str, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run an EXE with its arguments, one at a time."""
    with locked(PREFIX), tempfile.TemporaryDirectory() as folder:
        use_no_display(wine)
        return subprocess.run(
            [wine, *command],
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            cwd=folder,
        )


def reported_by_wine(wine: str, program: Path) -> str:
    """What `program` reports under Wine, with the documented corrections."""
    if is_executable(program):
        command = [str(build_exe(program))]
    else:
        command = [str(host_exe()), str(build_dll(program))]
    done = run_under_wine(wine, command)
    if done.returncode != 0:
        raise SystemExit(f"{program.name} under Wine: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return corrected(done.stdout, program)


def corrected(report: str, program: Path) -> str:
    """`report` with the lines replaced that the program says Microsoft documents otherwise."""
    lines = report.splitlines()
    for wrong, right in CORRECTION.findall(program.read_text()):
        if wrong not in lines:
            raise SystemExit(f"{program.name}: Wine does not report {wrong!r}")
        lines = [right if line == wrong else line for line in lines]
    return "".join(f"{line}\n" for line in lines)


def difference(program: Path, report: str) -> str:
    """A diff of the expectation and `report`; empty if they are equal."""
    path = expectation(program)
    expected = path.read_text() if path.exists() else ""
    lines = difflib.unified_diff(
        expected.splitlines(), report.splitlines(), f"{path.parent.name}/{path.name}", "reported", lineterm=""
    )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("name", nargs="*", help="a program's name, without folder and suffix")
    arguments = parser.parse_args()
    wine = find_wine()
    if wine is None:
        raise SystemExit("no wine64 here; on Debian: apt-get install wine64")
    unknown = set(arguments.name) - {program.stem for program in programs()}
    if unknown:
        parser.error(f"no such program: {', '.join(sorted(unknown))}")
    chosen = [each for each in programs() if not arguments.name or each.stem in arguments.name]
    failed = 0
    for program in chosen:
        if "// Without Wine: " in program.read_text():
            print(f"{program.stem}: without Wine, as it says")
            continue
        try:
            report = reported_by_wine(wine, program)
            if arguments.check and difference(program, report):  # on a busy machine Wine is late at times
                report = reported_by_wine(wine, program)
        except subprocess.TimeoutExpired:  # now and then Wine hangs where it has passed before
            print(f"{program.stem}: Wine did not end; left out")
            continue
        changes = difference(program, report)
        if changes:
            print(changes)
            failed += 1
        if not arguments.check:
            expectation(program).write_text(report)
    print(f"{len(chosen)} programs, {failed} {'differ' if arguments.check else 'changed'}")
    return 1 if arguments.check and failed else 0


if __name__ == "__main__":
    sys.exit(main())
