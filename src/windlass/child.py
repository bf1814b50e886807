"""What a process that CreateProcess starts gets from its parent, and how it begins.

The parent writes a record into memory of the host's that both see; the child is a new Python interpreter
whose first act is `begin`.

Source: Microsoft, "CreateProcessW function", "Inheritance".
"""

from __future__ import annotations

import marshal
import os
import sys

from windlass import _core
from windlass.light import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, NoReturn

__all__ = ["begin", "command", "inherited_token", "record"]

_inherited = {"token": b""}
"""What this process was told about its own token, for when that is made."""


def inherited_token() -> bytes:
    """What the parent has said of this process's token (api/security/tokens.py); b"" for nothing."""
    return _inherited["token"]


def command(fd: int) -> list[bytes]:
    """The command line of a Python that begins with the record behind the descriptor.

    The interpreter pays no heed to the environment, which is the Windows program's.
    """
    path = [os.path.abspath(entry) for entry in sys.path]
    code = f"import sys;sys.path[:]={path!r};from windlass import child;child.begin({fd})"
    return [os.fsencode(sys.executable), b"-I", b"-c", code.encode("utf-8", "surrogateescape")]


def record(
    *,
    program: str,
    arguments: list[bytes] | None,
    command_line: str,
    block: int,
    handles: list[tuple[Any, ...]],
    std: list[int | None],
    startup: tuple[Any, ...],
    environment: bytes,
    token: bytes,
    error_mode: int,
) -> int:
    """Write down what the child is to know; the descriptor that it reads.

    program:      the host path of the EXE, or of a program of the host's that is to wait for ResumeThread.
    arguments:    of a program of the host's; None for an EXE.
    command_line: what GetCommandLine gives.
    block:        the descriptor of the process's block.
    handles:      the inherited ones: each its value and what `_core.give_handle` has told of it.
    std:          the values of the standard handles; None: made of the descriptors 0 to 2.
    startup:      the arguments of `_core.set_startup`.
    environment:  the variables in UTF-16, as CreateProcess takes them.
    token:        of what the process's token is made; b"" for the usual one.
    error_mode:   what GetErrorMode gives.
    """
    fd = os.memfd_create("windlass start")
    told = (program, arguments, command_line, block, handles, std, startup, environment, token, error_mode)
    with open(os.dup(fd), "wb") as file:
        file.write(marshal.dumps(told))
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


def begin(fd: int) -> NoReturn:
    """Become the process that the parent wants."""
    with open(fd, "rb") as file:
        told = marshal.loads(file.read())
    program, arguments, command_line, block, handles, std, startup, environment, token, error_mode = told
    _inherited["token"] = token
    for handle in handles:
        _core.take_handle(*handle)
    _core.process_begin(block, False)
    if arguments is not None:
        os.execve(program, arguments, _host_variables(environment))
    from windlass import application

    _core.path_to_host("C:\\")  # where windlass keeps it is for the parent's environment to say
    _core.set_environment(environment)
    for number, handle in enumerate(std):
        if handle is not None:
            _core.choose_std_handle(number, handle)
    _core.set_startup(*startup)
    _core.set_error_mode(error_mode)
    application.main(program, command_line)


def _host_variables(environment: bytes) -> dict[bytes, bytes]:
    pairs = (entry.partition(b"=") for entry in _core.host_environment(environment))
    return {name: value for name, _, value in pairs}
