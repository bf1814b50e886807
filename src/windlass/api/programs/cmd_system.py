"""What the command processor needs of Windows: streams, variables, programs.

It is a Windows program that happens to be written in Python: all of this goes through kernel32.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator
from typing import NamedTuple

from windlass import _core
from windlass.api.calls import windows

__all__ = ["Streams", "close", "environment", "host_path", "open_stream", "pipe", "read_line", "run_program"]

GENERIC_READ, GENERIC_WRITE, FILE_APPEND_DATA, SYNCHRONIZE = 0x80000000, 0x40000000, 4, 0x100000
FILE_SHARE_READ_WRITE = 3
CREATE_ALWAYS, OPEN_EXISTING, OPEN_ALWAYS = 2, 3, 4
INVALID_HANDLE = 0xFFFFFFFFFFFFFFFF
STARTF_USESTDHANDLES, CREATE_UNICODE_ENVIRONMENT, INFINITE = 0x100, 0x400, 0xFFFFFFFF
HANDLE_FLAG_INHERIT = 1
ERROR_BAD_EXE_FORMAT = 193


class Streams(NamedTuple):
    """Handles of standard input, output and error output."""

    input: int
    output: int
    error: int

    @classmethod
    def standard(cls) -> Streams:
        return cls(*(_core.std_handle(number) for number in range(3)))

    def write(self, text: str) -> None:
        write(self.output, text)

    def complain(self, text: str) -> None:
        write(self.error, text + "\n")


def kernel32(name: str, *arguments: int | str | ctypes.Array[ctypes.c_char]) -> int:
    """Call a function of kernel32 with texts in UTF-16, buffers and numbers."""
    kept = [
        ctypes.create_string_buffer(_core.wide_bytes(each)) if isinstance(each, str) else each
        for each in arguments
    ]
    slots = [each if isinstance(each, int) else ctypes.addressof(each) for each in kept]
    return windows("kernel32.dll", name, *slots)


def host_path(name: str) -> str:
    """The host's path of a file that may or may not be there."""
    return _core.path_to_host(name) or name


# ---- streams ----


def write(handle: int, text: str) -> None:
    write_bytes(handle, _core.ansi_from_text(text.replace("\n", "\r\n")))


def write_bytes(handle: int, data: bytes) -> None:
    done = ctypes.create_string_buffer(4)
    while data:
        if not kernel32(
            "WriteFile", handle, ctypes.create_string_buffer(data, len(data)), len(data), done, 0
        ):
            return
        data = data[int.from_bytes(done.raw, "little") :]


def read_line(handle: int) -> str | None:
    """The next line without its end; None: there is none. What follows belongs to others, so byte by byte."""
    line = bytearray()
    byte, done = ctypes.create_string_buffer(1), ctypes.create_string_buffer(4)
    while kernel32("ReadFile", handle, byte, 1, done, 0) & 0xFF and done.raw[0]:
        if byte.raw == b"\n":
            return _core.ansi_to_text(bytes(line).rstrip(b"\r"))
        line += byte.raw
    return _core.ansi_to_text(bytes(line)) if line else None


_INHERITABLE = struct.pack("<Q8xQ", 24, 1)


def open_stream(name: str, mode: str) -> int:
    """A handle that programs inherit; 0: the last error says why not."""
    access = {"<": GENERIC_READ, ">": GENERIC_WRITE, ">>": FILE_APPEND_DATA | SYNCHRONIZE}[mode]
    how = {"<": OPEN_EXISTING, ">": CREATE_ALWAYS, ">>": OPEN_ALWAYS}[mode]
    security = ctypes.create_string_buffer(_INHERITABLE, 24)
    handle = kernel32("CreateFileW", name, access, FILE_SHARE_READ_WRITE, security, how, 0x80, 0)
    return 0 if handle == INVALID_HANDLE else handle


def pipe() -> tuple[int, int]:
    """The ends to read from and to write to."""
    ends = ctypes.create_string_buffer(16)
    kernel32("CreatePipe", ends, ctypes.addressof(ends) + 8, ctypes.create_string_buffer(_INHERITABLE, 24), 0)
    reads, writes = struct.unpack("<QQ", ends.raw)
    return reads, writes


def close(handle: int) -> None:
    _core.close_handle(handle)


# ---- variables ----


def environment() -> Iterator[tuple[str, str]]:
    """Names and values; not those whose names begin with an equals sign."""
    for entry in _core.environment().decode("utf-16-le", "surrogatepass").split("\0"):
        name, equals, value = entry.partition("=")
        if name and equals:
            yield name, value


def get_variable(name: str) -> str | None:
    return next((value for each, value in environment() if each.upper() == name.upper()), None)


def set_variable(name: str, value: str | None) -> None:
    kernel32("SetEnvironmentVariableW", name, value or 0)


# ---- programs ----


def find_program(name: str) -> str | None:
    """A program's path: in the current folder and those of PATH, with the extensions of PATHEXT."""
    extensions = (get_variable("PATHEXT") or ".COM;.EXE;.BAT;.CMD").lower().split(";")
    base = name.replace("/", "\\").rpartition("\\")[2]
    own = os.path.splitext(base)[1].lower()
    names = ([name] if own in extensions else []) + [name + extension for extension in extensions]
    has_folder = base != name or ":" in name
    folders = [""] if has_folder else ["", *(get_variable("PATH") or "").split(";"), "C:\\windows\\system32"]
    for folder in dict.fromkeys(folders):
        for each in names:
            path = f"{folder.rstrip(chr(92))}\\{each}" if folder else each
            if os.path.isfile(host_path(path)):
                return path
    return _program_of_the_host(name)


def _program_of_the_host(name: str) -> str | None:
    """One that CreateProcess would find; it has no extension."""
    from windlass.api.process.create_process import search

    host = search(name)
    return _core.path_to_windows(host) if host else None


def run_program(path: str, line: str, streams: Streams, waits: bool = True, flags: int = 0) -> int | None:
    """Run a program: its exit code, 0 when nobody waits for it; None: it cannot be started."""
    process = start_program(path, line, streams, flags)
    if process is None:
        return None
    code = wait_for(process) if waits else 0
    if not waits:
        close(process)
    return code


def start_program(path: str, line: str, streams: Streams, flags: int = 0) -> int | None:
    """Start a program on these streams: the process's handle."""
    startup = struct.pack("<I56xI16xQQQ", 104, STARTF_USESTDHANDLES, *streams)
    information = ctypes.create_string_buffer(24)
    for handle in streams:
        kernel32("SetHandleInformation", handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)
    started = kernel32("CreateProcessW", path, line, 0, 0, 1, flags, 0, 0,
                       ctypes.create_string_buffer(startup, 104), information)  # fmt: skip
    if not started & 0xFFFFFFFF:
        return None
    process, thread = struct.unpack_from("<QQ", information.raw)
    close(thread)
    return int(process)


def wait_for(process: int) -> int:
    """A process's exit code, when it has ended; its handle is closed."""
    code = ctypes.create_string_buffer(4)
    kernel32("WaitForSingleObject", process, INFINITE)
    kernel32("GetExitCodeProcess", process, code)
    close(process)
    return int.from_bytes(code.raw, "little", signed=True)
