"""The examples and the marked code blocks of README.md and docs/*.md run, and print what they say they print.

A block is run when a comment stands above it. Those of a page run in order in one process.

    <!-- test -->             Python code
    <!-- test: soundfile -->  the same, with that real package's DLLs on windlass's search path
    <!-- output -->           what all blocks since the last such block print; `...` stands for any text

An example says in a comment which real package it wants, with the DLL in it and the twin in the Linux wheel:

    # Runs on: soundfile libsndfile_x64.dll libsndfile_x86_64.so
    # Needs: msvc-runtime

The second line, if it is there, names a package whose DLLs are to be found as well. The example is then an
ordinary ctypes script that gets the library's path as argument. It runs once under `python -m windlass` with
the DLL and once in plain Python with the twin, and prints the same both times. An example that says `# Tried
by: test_examples.py` has its test there.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md"))]
EXAMPLES = sorted(ROOT.glob("examples/*.py"))
BLOCK = re.compile(r"^<!-- (test|output)(?:: (\S+))? -->\n+```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NEEDS = re.compile(r"^# Needs: (\S+)$", re.MULTILINE)
RUNS_ON = re.compile(r"^# Runs on: (\S+) (\S+) (\S+)$", re.MULTILINE)
TRIED_ELSEWHERE = "# Tried by: test_examples.py"
# Printed behind each output to be compared; it occurs in no page.
END = "\x1eend of output\n"


@dataclass
class Block:
    kind: str
    package: str
    text: str


def blocks(page: Path) -> list[Block]:
    return [Block(*found.groups("")) for found in BLOCK.finditer(page.read_text())]


def script(page_blocks: list[Block]) -> str:
    """One Python program of all blocks; where the page shows output, the program marks its place."""
    mark = f"print({END!r}, end='', flush=True)\n"
    return "".join(block.text if block.kind == "test" else mark for block in page_blocks)


def pattern(shown: str) -> str:
    """A regular expression for output as a page shows it."""
    return ".*?".join(map(re.escape, shown.rstrip().split("...")))


@pytest.mark.parametrize("page", list(filter(blocks, PAGES)), ids=lambda path: path.stem)
def test_page(page, real, fresh_python, tmp_path):
    page_blocks = blocks(page)
    packages = [real(block.package) for block in page_blocks if block.package]
    code = tmp_path / "page.py"
    code.write_text(script(page_blocks))
    run = f"import runpy; runpy.run_path({str(code)!r}, run_name='__main__')"
    printed = fresh_python(run, env=environment(packages)).split(END)
    shown = [block.text for block in page_blocks if block.kind == "output"]
    for expected, actual in zip(shown, printed):
        right = re.fullmatch(pattern(expected), actual.rstrip(), re.DOTALL)
        assert right, f"{page.name} shows\n{expected}\nprinted is\n{actual}"


def environment(packages) -> dict[str, str]:
    """The environment in which the packages' DLLs are found."""
    folders = sorted({str(dll.parent) for package in packages for dll in package.windows.rglob("*.dll")})
    return {**os.environ, "WINDLASS_PATH": os.pathsep.join(folders)}


def run_example(*command: object, packages=()) -> str:
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, env=environment(packages),
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example(example, real):
    wanted = RUNS_ON.search(example.read_text())
    if TRIED_ELSEWHERE in example.read_text():
        return
    if wanted is None:
        assert run_example(example)
        return
    package = real(wanted[1])
    twin = package.twin(wanted[3])
    load = [sys.executable, "-c", "import ctypes, sys; ctypes.CDLL(sys.argv[1])", str(twin)]
    if subprocess.run(load, capture_output=True).returncode:
        pytest.skip(f"{twin.name} needs a library that this system lacks")
    needed = [real(name) for name in NEEDS.findall(example.read_text())]
    assert run_example("-m", "windlass", example, package.dll(wanted[2]), packages=needed) == run_example(
        example, twin
    )
