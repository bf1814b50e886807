"""Running Windows programs: an EXE as the program of this process.

Source: Microsoft, "Load-Time Dynamic Linking", "CreateProcessW function".
"""

from __future__ import annotations

import os
import sys

from windlass import _core, errors, loader, search
from windlass.errors import BadImage
from windlass.light import TYPE_CHECKING, suppress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from windlass.module import Module
    from windlass.plan import Plan

__all__ = ["StartFailure", "main", "run", "start_main"]

STATUS_DLL_NOT_FOUND = 0xC0000135
STATUS_ENTRYPOINT_NOT_FOUND = 0xC0000139
STATUS_DLL_INIT_FAILED = 0xC0000142
STATUS_THREAD_IS_TERMINATING = 0xC000004B
STATUS_INVALID_IMAGE_FORMAT = 0xC000007B
STATUS_SXS_CANT_GEN_ACTCTX = 0xC0150002

COMMAND_PROCESSOR = "C:\\windows\\system32\\cmd.exe"
BATCH_FILES = (".bat", ".cmd")

SUBSYSTEM_WINDOWS_CUI = 3
SUBSYSTEMS = {1: "a driver or another part of Windows' kernel", 2: "a program with windows"}


class StartFailure(Exception):
    """A program cannot be started.

    status: the NTSTATUS that is the process's exit code on Windows.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def run(path: str, line: str) -> int:
    """Run a console EXE in this process and return its exit code, if it returns at all: most programs end in
    ExitProcess, which ends this process.

    path: the EXE. line: what GetCommandLine gives.

    StartFailure when it cannot be started. Nothing may have been loaded in this process before.
    """
    _core.set_command_line(line)
    _core.own_std_handles()
    module = start(path)
    for rva in module.plan.tls_callbacks:
        _core.call(module.handle + rva, module.handle, 1, 1)
    sys.stdout.flush()
    return _core.call(module.handle + module.plan.entry_point, _core.peb) & 0xFFFFFFFF


def start_main(program: str, arguments: Sequence[str]) -> NoReturn:
    """Run a console EXE or a batch file from the command line, as a process that others can find; does not
    return.

    program: as in `locate`.
    """
    path = locate(program)
    if path.lower().endswith(BATCH_FILES):
        batch = command_line(_core.path_to_windows(os.path.abspath(path)), arguments)
        path = _core.path_to_host(COMMAND_PROCESSOR) or COMMAND_PROCESSOR
        line = f'{COMMAND_PROCESSOR} /d /c "{batch}"'
    else:
        line = command_line(path, arguments)
    with suppress(OSError):
        block, _ = _core.process_block(_core.path_to_windows(os.path.abspath(path)), 0)
        _core.process_begin(block, True)
    main(path, line)


def locate(program: str) -> str:
    """The file that a program's name means: a path, of the host or of Windows; or a file name, looked for
    here, in the system directory and along PATH, with the extensions of programs if it has none.
    """
    if os.path.isfile(program):
        return program
    path = _core.path_to_host(program) if "\\" in program or program[1:2] == ":" else program
    if path is None or "/" in path:
        return path or program
    names = [path] if "." in path else [path + each for each in (".exe", *BATCH_FILES)]
    system = _core.path_to_host(os.path.dirname(COMMAND_PROCESSOR.replace("\\", "/")))
    folders = [os.curdir, system or "", *os.environ.get("PATH", "").split(os.pathsep)]
    found = (search.in_directory(folder, name) for folder in folders if folder for name in names)
    return next((each for each in found if each is not None), program)


def main(path: str, line: str) -> NoReturn:
    """Run a console EXE as the program of this process and end it with the program's exit code.

    When its main thread ends otherwise than by ExitProcess, its other threads go on, and the last one's code
    is the program's.
    """
    try:
        code = run(path, line)
        sys.stdout.flush()
        _core.exit_main_thread(code)
    except StartFailure as failure:
        print(failure, file=sys.stderr)
        code = failure.status
    except OSError as error:  # an exception that nobody handled: Windows ends the process with its code
        code = _core.unhandled_exception()
        if code == STATUS_THREAD_IS_TERMINATING:
            sys.stdout.flush()
            _core.exit_main_thread(0)
        if not _core.process_ends_quietly() or errors.is_own_exception(code):
            print(f"{path}: {error}", file=sys.stderr)
        if not code and not hasattr(error, "windows_exception"):
            code = 1
    sys.stdout.flush()
    _core.exit_process(code & 0xFFFFFFFF)


def check(plan: Plan) -> None:
    """Refuse what is no console program, before anything else is mapped; BadImage says why."""
    if plan.is_dll:
        raise BadImage("a DLL, not a program", 0)
    if plan.subsystem != SUBSYSTEM_WINDOWS_CUI:
        what = SUBSYSTEMS.get(plan.subsystem, f"a program for the subsystem {plan.subsystem}")
        raise BadImage(f"{what}; only console programs can be run", 0)
    if not plan.entry_point:
        raise BadImage("a program without an entry point", 0)


def start(path: str) -> Module:
    """Map the program, bind it and attach its DLLs; failures in Windows' words, with all the names."""
    name = os.path.basename(path)
    if not os.path.isfile(path):
        what = "it is a folder, not a program" if os.path.isdir(path) else "there is no such file"
        raise StartFailure(f"{path}: {what}", STATUS_DLL_NOT_FOUND)
    try:
        return loader.start_program(os.path.abspath(path), check)
    except BadImage as error:
        raise StartFailure(f"{path}: {error.detail}", STATUS_INVALID_IMAGE_FORMAT) from None
    except FileNotFoundError as error:
        missing = error.__context__
        if not isinstance(missing, search.NotFound):  # the program itself has just gone
            raise StartFailure(f"{path}: {error.strerror}", STATUS_DLL_NOT_FOUND) from None
        text = (
            f"{name}: The code execution cannot proceed because {missing.name} was not found. [{missing.why}]"
        )
        raise StartFailure(text, STATUS_DLL_NOT_FOUND) from None
    except OSError as error:
        code = getattr(error, "winerror", None)
        if code == errors.ERROR_PROC_NOT_FOUND:
            text = f"{name}: The procedure entry point could not be located. {error}"
            raise StartFailure(text, STATUS_ENTRYPOINT_NOT_FOUND) from None
        if code == errors.ERROR_SXS_CANT_GEN_ACTCTX:
            raise StartFailure(f"{name}: {error}", STATUS_SXS_CANT_GEN_ACTCTX) from None
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
