"""The commands that take a DLL, on files that are none, are for other machines, or are damaged: each ends
with an exit code and one line that says what is wrong.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

import click.testing
import pytest

import pe_seeds
import tiny_image
from windlass.cli import group

READING = ("inspect", "tree", "check", "exports", "imports", "resources", "stubs", "implib", "diff")
"""Commands that answer for whatever they can read."""
LOADING = ("tree", "check", "call")
"""Commands that say why a DLL cannot be loaded."""


def run(*arguments: object) -> click.testing.Result:
    return click.testing.CliRunner().invoke(group.group, [str(each) for each in arguments])


def told(command: str, path: Path) -> str:
    """What a command says that fails, in one line that holds nothing that a terminal obeys."""
    second = {"diff": [path], "call": ["f"], "implib": ["-o", path.with_name("x.lib")]}
    result = run(command, path, *second.get(command, []))
    assert result.exit_code == 1, (command, result.output)
    assert isinstance(result.exception, SystemExit), (command, result.exception)
    assert all(character.isprintable() or character == "\n" for character in result.output)
    return result.output


def image_for(machine: int) -> bytes:
    image = pe_seeds.Everything(machine)
    del image.directories[pe_seeds.CLR]
    return image.bytes()


WHOLE = image_for(pe_seeds.AMD64)


def damaged(offset: int, value: int) -> bytes:
    """The image with another number in its file or optional header."""
    data = bytearray(WHOLE)
    struct.pack_into("<I", data, tiny_image.LFANEW + offset, value)
    return bytes(data)


NO_IMAGES = {
    "empty": (b"", "is empty"),
    "text": (b"Not a DLL at all.\n", "no MZ"),
    "two bytes": (b"MZ", "beyond the end"),
    "MS-DOS": (b"MZ" + bytes(62), "no PE signature"),
    "header far away": (b"MZ" + bytes(58) + b"\xff\xff\xff\x7f", "no PE signature"),
    "ELF": (b"\x7fELF" + bytes(60), "ELF"),
    "many sections": (damaged(6, 0xFFFF), "section table"),
}


@pytest.mark.parametrize("command", dict.fromkeys(READING + LOADING))
@pytest.mark.parametrize("data, reason", NO_IMAGES.values(), ids=NO_IMAGES)
def test_no_image(tmp_path, command, data, reason):
    path = tmp_path / "strange.dll"
    path.write_bytes(data)
    said = told(command, path)
    assert reason in said
    assert said.count("\n") == 1 or command == "check"


@pytest.mark.parametrize("command", LOADING)
@pytest.mark.parametrize("machine, name", [(tiny_image.I386, "x86"), (tiny_image.ARM64, "ARM64")])
def test_for_another_machine(tmp_path, command, machine, name):
    path = tmp_path / "other.dll"
    path.write_bytes(image_for(machine))
    assert f"an image for {name}; only x86-64 images can be loaded" in told(command, path)


@pytest.mark.parametrize("machine", [tiny_image.I386, tiny_image.ARM64])
def test_for_another_machine_is_read_all_the_same(tmp_path, machine):
    path = tmp_path / "other.dll"
    path.write_bytes(image_for(machine))
    for command in ("inspect", "exports", "imports", "resources"):
        assert run(command, path).exit_code == 0


@pytest.mark.parametrize("command", LOADING)
def test_dotnet(tmp_path, command):
    path = tmp_path / "assembly.dll"
    path.write_bytes(pe_seeds.Everything(tiny_image.I386).bytes())
    assert "a .NET assembly" in told(command, path)


def make_folder(path: Path) -> None:
    path.mkdir()


def make_loop(path: Path) -> None:
    path.symlink_to(path)


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


def make_nothing(path: Path) -> None:
    pass


@pytest.mark.parametrize("command", dict.fromkeys(READING + LOADING))
@pytest.mark.parametrize(
    "make, reason",
    [
        (make_folder, "is a folder"),
        (make_loop, "a symbolic link that leads nowhere"),
        (make_pipe, "no ordinary file"),
        (make_nothing, "there is no file"),
    ],
)
def test_no_file(tmp_path, command, make, reason):
    path = tmp_path / "strange.dll"
    make(path)
    said = told(command, path)
    assert reason in said and said.count("\n") == 1


@pytest.mark.parametrize("command", READING)
def test_names_cannot_command_the_terminal(tmp_path, command):
    """Neither a file's name nor an error that repeats it."""
    path = Path(os.fsdecode(os.fsencode(tmp_path / "red\x1b[31m") + b"\xff.dll"))
    path.write_bytes(b"text")
    assert r"red\x1b[31m" in told(command, path)
    path.write_bytes(WHOLE)
    arguments = [path, path] if command == "diff" else [path]
    if command == "implib":
        arguments += ["-o", tmp_path / "x.lib"]
    assert "\x1b" not in run(command, *arguments).output
