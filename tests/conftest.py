"""Fixtures that any test may use; CONTRIBUTING.md shows them at work."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

import compiler
import corpus

SECONDS = 60


class Failed(AssertionError):
    """A fresh Python process did not end well; the message holds what it printed."""


@pytest.fixture(scope="session")
def dll() -> Callable[..., Path]:
    """`dll("add.c")` is the DLL compiled from tests/fixtures/add.c; see compiler.build_dll."""
    return compiler.build_dll


@pytest.fixture(scope="session")
def exe() -> Callable[..., Path]:
    """`exe("hello.c")` is the EXE compiled from tests/fixtures/hello.c; see compiler.build_exe."""
    return compiler.build_exe


@pytest.fixture(scope="session")
def write_dll(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`write_dll("EXPORT int f(void) { ... }", name="f")` compiles C given as text, behind fixture.h."""

    def write(text: str, *flags: str, name: str = "inline", **options: object) -> Path:
        source = tmp_path_factory.mktemp("source") / f"{name}.c"
        source.write_text(f'// build: freestanding\n#include "fixture.h"\n{textwrap.dedent(text)}')
        return compiler.build_dll(source, *flags, **options)  # type: ignore[arg-type]

    return write


@pytest.fixture(scope="session")
def fresh_python() -> Callable[..., str]:
    """`fresh_python("print(1)", *arguments)` runs a snippet in a process of its own and returns its output.

    The process sees the same windlass as this one. It must exit with `exit_code` (0 unless given) within
    `seconds`; then what it wrote to standard output is returned, else Failed is raised with all it wrote.
    """

    def run(
        code: str,
        *arguments: object,
        exit_code: int = 0,
        seconds: float = SECONDS,
        env: dict[str, str] | None = None,
        options: tuple[str, ...] = (),
    ) -> str:
        command = [sys.executable, *options, "-c", textwrap.dedent(code), *map(str, arguments)]
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds, env=env
            )
        except subprocess.TimeoutExpired as error:
            raise Failed(f"still running after {seconds} s\n{error.stdout!r}\n{error.stderr!r}") from None
        if done.returncode != exit_code:
            raise Failed(f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    return run


@pytest.fixture(scope="session")
def real() -> Callable[[str], corpus.Package]:
    """`real("soundfile")` is a pinned real package, see corpus.Package; the test is skipped without it."""

    def get(name: str) -> corpus.Package:
        try:
            return corpus.package(name)
        except corpus.Unavailable as error:
            pytest.skip(str(error))

    return get


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("network"):
        reason = corpus.why_offline()
        if reason is not None:
            pytest.skip(f"needs the network: {reason}")
