"""`windlass demo`, and the DLL that it loads."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import windlass
from windlass.pe import Image

FOLDER = Path(windlass.__file__).parent / "demo"
SHIPPED = FOLDER / "demo.dll"
STAGES = [
    "search",
    "map",
    "relocate",
    "bind",
    "attach",
    "call",
    "data",
    "callback",
    "fault",
    "count",
    "unload",
]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "windlass", "demo", *arguments],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        env={**os.environ, **environment},
    )  # fmt: skip


def test_the_demo_shows_each_stage():
    done = run()
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^([a-z]+) ", done.stdout, re.MULTILINE) == STAGES
    assert "add(20, 22) = 42" in done.stdout


def test_the_demo_in_json():
    shown = json.loads(run("--json").stdout)
    assert list(shown) == STAGES
    assert all(shown.values())


def test_the_demo_needs_no_home(tmp_path):
    """Neither a cache nor a home that can be written to."""
    nowhere = "/proc/nowhere"
    done = run(HOME=nowhere, XDG_CACHE_HOME=nowhere, XDG_DATA_HOME=nowhere)
    assert done.returncode == 0, done.stderr


def test_the_demo_fails_where_the_dll_is_not_what_it_was(tmp_path, monkeypatch):
    from click.testing import CliRunner

    from windlass.cli import demo

    changed = bytearray(SHIPPED.read_bytes())
    changed[changed.index(b"drum")] = ord("D")
    changed = changed.replace(b"\0process_id\0", b"\0process_ie\0")
    path = tmp_path / "demo.dll"
    path.write_bytes(changed)
    monkeypatch.setattr(demo, "PATH", str(path))
    result = CliRunner().invoke(demo.command)
    assert result.exit_code == 1


# ---- the DLL ----


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory) -> Path:
    """demo.c compiled by the command at its head."""
    source = (FOLDER / "demo.c").read_text()
    command = re.search(r"python (-m ziglang cc .*? -o demo\.dll)", source, re.DOTALL)[1]
    arguments = shlex.split(command.replace("\n *", ""))
    folder = tmp_path_factory.mktemp("demo")
    arguments[arguments.index("demo.c")] = str(FOLDER / "demo.c")
    subprocess.run([sys.executable, *arguments], check=True, cwd=folder, capture_output=True, timeout=300)
    return folder / "demo.dll"


def test_the_shipped_dll_is_small():
    assert SHIPPED.stat().st_size < 20_000


def test_the_shipped_dll_is_made_of_its_source(rebuilt):
    with Image.open(SHIPPED) as shipped, Image.open(rebuilt) as made:
        assert offers(shipped) == offers(made)
        assert needs(shipped) == needs(made)
        assert shipped.read(shipped.entry_point, 16) == made.read(made.entry_point, 16)


def offers(image: Image):
    return [(e.ordinal, e.name, e.forwarder) for e in image.exports]


def needs(image: Image):
    return [(dll.name, [function.name for function in dll.functions]) for dll in image.imports]


def test_the_rebuilt_dll_behaves_alike(rebuilt, monkeypatch):
    from click.testing import CliRunner

    from windlass.cli import demo

    monkeypatch.setattr(demo, "PATH", str(rebuilt))
    result = CliRunner().invoke(demo.command)
    assert result.exit_code == 0, result.output
