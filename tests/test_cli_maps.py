"""`windlass maps`: modules, sections and memory of this process and of others."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from test_cli import answer, windlass

WORKER = """
    import sys
    from windlass import CDLL
    dll = CDLL(sys.argv[1])
    print(dll.touch(int(sys.argv[2])), flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def large(write_dll) -> Path:
    """A DLL with 64 KiB each of code, constants and variables, all of which `touch` reads."""
    return write_dll(
        r"""
        EXPORT int numbers[0x4000] = {1};
        EXPORT const int constants[0x4000] = {2};
        __attribute__((used, section(".text"), aligned(4096))) static const char code[0x10000] = {3};
        EXPORT int touch(int value)
        {
            int sum = 0;
            for (int i = 0; i < 0x4000; i += 0x400)
                sum += ((const volatile int *)constants)[i] + ((const volatile char *)code)[4 * i];
            numbers[0] = value;
            return sum;
        }
        """,
        name="large",
    )


@contextmanager
def worker(dll: Path, value: int) -> Iterator[subprocess.Popen[str]]:
    """A process that has loaded the DLL and written a variable of it, until the block ends."""
    command = [sys.executable, "-c", textwrap.dedent(WORKER), str(dll), str(value)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "5\n"
        yield process
        process.stdin.close()


def areas_of(space: dict, name: str) -> dict[str, dict]:
    """The areas of a module by the sections that they hold."""
    module = next(each for each in space["modules"] if each["name"] == name)
    return {" ".join(area["sections"]): area for area in module["areas"]}


def test_a_dll_is_loaded_and_looked_at(large):
    space = answer("maps", large)
    areas = areas_of(space, "large.dll")
    assert areas[".text"]["rights"] == "r-xp" and areas[".data"]["rights"] == "rw-p"
    module = next(each for each in space["modules"] if each["name"] == "large.dll")
    assert module["size"] == sum(area["size"] for area in areas.values())
    assert module["resident"] == module["shared"] + module["private"]
    assert {"ntdll.dll", "kernel32.dll"} <= {each["name"] for each in space["modules"]}
    assert space["everything_else"]["resident"] > 1 << 20


def test_for_people(large):
    lines = [line.split() for line in windlass("maps", large).splitlines()]
    assert lines[0] == ["address", "rights", "size", "resident", "shared", "private", "PSS", "what"]
    assert any(line[-1] == "large.dll" for line in lines)
    assert any(line[1] == "r-xp" and line[-1] == ".text" for line in lines)
    assert lines[-1][-2:] == ["everything", "else"]


def test_processes_share_code_and_have_their_own_data(large):
    """Microsoft, "About Dynamic-Link Libraries", "DLLs and Memory Management"."""
    with worker(large, 7) as one, worker(large, 8) as other:
        spaces = [answer("maps", process.pid) for process in (one, other)]
        for space in spaces:
            areas = areas_of(space, "large.dll")
            assert areas[".text"]["shared"] >= 0x10000
            assert areas[".text"]["private"] == 0
            assert areas[".data"]["private"] >= 0x1000
        starts = [areas_of(space, "large.dll")[".text"]["start"] for space in spaces]
        assert starts[0] == starts[1]


def test_a_process_that_is_no_windows_program():
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as process:
        space = answer("maps", process.pid)
        process.stdin.close()
    assert space["modules"] == []
    assert space["everything_else"]["size"] > 0


def test_a_script_is_looked_at_when_it_ends(large, tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import sys, windlass\nkept = windlass.load(sys.argv[1])\nprint(sys.argv[2])\n")
    printed = windlass("maps", script, large, "--", "--option")
    assert printed.startswith("--option\n")
    assert "large.dll" in printed


@pytest.mark.parametrize(
    "target, message",
    [("4194304999", "there is no process 4194304999"), ("nope.dll", "cannot find nope.dll")],
)
def test_what_cannot_be_looked_at(target, message):
    assert message in windlass("maps", target, exit_code=1)


def test_a_program_has_its_name(exe, tmp_path):
    source = tmp_path / "waiting.c"
    main = 'int main(void) { puts("up"); fflush(stdout); return getchar(); }'
    source.write_text(f"#include <stdio.h>\n{main}\n")
    command = [sys.executable, "-m", "windlass", "run", str(exe(source))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().strip() == "up"
        names = {module["name"] for module in answer("maps", process.pid)["modules"]}
        process.stdin.close()
    assert {"waiting.exe", "ntdll.dll"} <= names
