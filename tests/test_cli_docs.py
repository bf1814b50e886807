"""The console sessions in README.md and docs/*.md print what they say they print.

A session is run when a comment stands above it. `$ windlass ...` is a command; what follows up to the next
one is what it prints, where `...` stands for any text.

    <!-- console -->
    <!-- console: network -->       it needs the package index
    <!-- console: exit 1 -->        its commands end with this exit code
    <!-- program: hello.exe -->     C of a program for the page's sessions
    <!-- file: name.def -->         a text file for them

The current folder holds nothing but demo.dll, the programs and the files, and windlass's data folder is empty
when a page begins.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import compiler
import corpus
import windlass
from test_docs import PAGES, pattern

SESSION = re.compile(r"^<!-- console(?:: ([\w ]+))? -->\n+```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROGRAM = re.compile(r"^<!-- program: (\w+)\.exe -->\n+```c\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^<!-- file: ([\w.]+) -->\n+```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ windlass (.*)\n", re.MULTILINE)


def sessions(page: Path) -> list[tuple[str, str]]:
    """(condition, text) of each session of a page."""
    return SESSION.findall(page.read_text())


@pytest.mark.parametrize("page", list(filter(sessions, PAGES)), ids=lambda path: path.stem)
def test_console_sessions(page, tmp_path):
    work, home = tmp_path / "work", tmp_path / "home"
    work.mkdir()
    (work / "demo.dll").symlink_to(Path(windlass.__file__).parent / "demo" / "demo.dll")
    for name, source in PROGRAM.findall(page.read_text()):
        path = tmp_path / f"{name}.c"
        path.write_text(source)
        (work / f"{name}.exe").symlink_to(compiler.build_exe(path))
    for name, content in FILE.findall(page.read_text()):
        (work / name).write_text(content)
    environment = {**os.environ, "XDG_DATA_HOME": str(home), "COLUMNS": "100"}
    left_out = []
    for condition, text in sessions(page):
        if condition == "network" and (reason := corpus.why_offline()):
            left_out.append(reason)
            continue
        exit_code = int(condition.split()[1]) if condition.startswith("exit") else 0
        first, *parts = COMMAND.split(text)
        assert not first and parts, f"{page.name}: no command in\n{text}"
        for command, shown in zip(parts[::2], parts[1::2]):
            run_command(page, command, shown, exit_code, work, environment)
    if left_out:
        pytest.skip(f"in part: needs the network: {left_out[0]}")


def run_command(page, command, shown, exit_code, work, environment):
    done = subprocess.run(
        [sys.executable, "-m", "windlass", *shlex.split(command)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, timeout=120, cwd=work, env=environment,
    )  # fmt: skip
    assert done.returncode == exit_code, f"windlass {command}: exit code {done.returncode}\n{done.stdout}"
    right = re.fullmatch(pattern(shown), done.stdout.rstrip(), re.DOTALL)
    assert right, f"{page.name} shows for windlass {command}\n{shown}\nprinted is\n{done.stdout}"
