"""Running Windows programs: an EXE as the program of this process.

Source: Microsoft, "Load-Time Dynamic Linking", "CreateProcessW function".
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from windlass import _core, errors, loader, mapping
from windlass.module import Module
from windlass.pe import BadImage, Image, layout

__all__ = ["StartFailure", "main", "run"]

STATUS_DLL_NOT_FOUND = 0xC0000135
STATUS_ENTRYPOINT_NOT_FOUND = 0xC0000139
STATUS_DLL_INIT_FAILED = 0xC0000142
STATUS_INVALID_IMAGE_FORMAT = 0xC000007B


class StartFailure(Exception):
    """A program cannot be started.

    status: the NTSTATUS that is the process's exit code on Windows.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def run(path: str, arguments: Sequence[str]) -> int:
    """Run a console EXE in this process and return its exit code, if it returns at all: most programs end in
    ExitProcess, which ends this process.

    path: the EXE. arguments: those behind the program's name.

    StartFailure when it cannot be started. Nothing may have been loaded in this process before.
    """
    check(path)
    _core.set_command_line(command_line(path, arguments).encode("utf-16-le", "surrogatepass"))
    module = start(path)
    for rva in module.image.tls.callbacks if module.image.tls else ():
        _core.call(module.handle + rva, module.handle, 1, 1)
    sys.stdout.flush()
    return _core.call(module.handle + module.image.entry_point, _core.peb) & 0xFFFFFFFF


def main(path: str, arguments: Sequence[str]) -> NoReturn:
    """Run a console EXE as the program of this process and end it with the program's exit code."""
    try:
        code = run(path, arguments)
    except StartFailure as failure:
        print(failure, file=sys.stderr)
        code = failure.status
    except OSError as error:  # an exception that nobody handled: Windows ends the process with its code
        print(f"{path}: {error}", file=sys.stderr)
        code = 1
    sys.stdout.flush()
    _core.exit_process(code & 0xFFFFFFFF)


def check(path: str) -> None:
    """Refuse what is no console program for here, before anything is mapped."""
    try:
        with Image.open(path) as image:
            mapping.check(image)
            if image.is_dll or not image.entry_point:
                raise image.bad("a DLL, not a program", 0)
            if image.subsystem != layout.SUBSYSTEM_WINDOWS_CUI:
                raise image.bad("a program with windows; only console programs can be run", 0)
    except FileNotFoundError:
        raise StartFailure(f"{path}: there is no such file", STATUS_DLL_NOT_FOUND) from None
    except (BadImage, OSError) as error:
        raise StartFailure(str(error), STATUS_INVALID_IMAGE_FORMAT) from None


def start(path: str) -> Module:
    """Map the program, bind it and attach its DLLs; failures in Windows' words, with all the names."""
    name = os.path.basename(path)
    try:
        return loader.start_program(os.path.abspath(path))
    except FileNotFoundError as error:
        text = f"{name}: The code execution cannot proceed because a DLL was not found. {error}"
        raise StartFailure(text, STATUS_DLL_NOT_FOUND) from None
    except OSError as error:
        code = getattr(error, "winerror", None)
        if code == errors.ERROR_PROC_NOT_FOUND:
            text = f"{name}: The procedure entry point could not be located. {error}"
            raise StartFailure(text, STATUS_ENTRYPOINT_NOT_FOUND) from None
        if code == errors.ERROR_BAD_EXE_FORMAT:
            raise StartFailure(f"{name}: {error}", STATUS_INVALID_IMAGE_FORMAT) from None
        text = f"{name}: The application was unable to start correctly. {error}"
        raise StartFailure(text, STATUS_DLL_INIT_FAILED) from None


def command_line(path: str, arguments: Sequence[str]) -> str:
    """What GetCommandLine gives: quoted so that a C run-time finds the same arguments again."""
    plain = all(argument and not set(argument) & set(' \t"') for argument in (path, *arguments))
    if plain:
        return " ".join((path, *arguments))
    from subprocess import list2cmdline  # Microsoft's rules; seldom needed, and slow to import

    return list2cmdline((path, *arguments))
