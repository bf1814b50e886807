"""ShellExecute: programs are started, everything else is given to the desktop's opener.

Source: Microsoft, "ShellExecuteW function", "ShellExecuteExW function", "SHELLEXECUTEINFOW structure";
freedesktop.org, "xdg-open".
"""

from __future__ import annotations

import ctypes
import os
import shutil
import struct
import subprocess
from typing import NamedTuple

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import fail, from_ansi, get_u32, put_u64, string_at
from windlass.api.refused import Refused
from windlass.api.shell import shell_items
from windlass.api.shell.shlwapi_text import find_on_path
from windlass.api.shell.shlwapi_url import scheme_of
from windlass.registry import export
from windlass.types import BOOL, HINSTANCE, HWND, INT, LPCSTR, LPCWSTR, PVOID

ERROR_FILE_NOT_FOUND = 2
ERROR_PATH_NOT_FOUND = 3
ERROR_ACCESS_DENIED = 5
ERROR_INVALID_PARAMETER = 87
ERROR_NO_ASSOCIATION = 1155

# What ShellExecute returns: an error up to 32, else this.
SUCCESS = 42
SE_ERR_NOASSOC = 31

PROGRAM_EXTENSIONS = (".exe", ".com", ".bat", ".cmd")
# "runas" asks for an administrator's rights on Windows; here the user's own are all there are.
VERBS = (None, "", "open", "runas")


class Request(NamedTuple):
    """What is to be opened."""

    verb: str | None
    file: str
    parameters: str
    directory: str | None
    show: int


def _found(request: Request) -> str:
    """The full path of the file; Refused if there is none."""
    name = request.file.strip('"')
    candidates = [name] if os.path.splitext(name)[1] else [name, name + ".exe"]
    for candidate in candidates:
        folder = request.directory.rstrip("\\") + "\\" + candidate if request.directory else candidate
        for place in (folder, candidate):
            path = shell_items.full_path(place)
            if shell_items.exists(path):
                return path
        on_path = find_on_path(candidate, [])
        if on_path:
            return on_path
    parent = shell_items.full_path(name).rpartition("\\")[0]
    raise Refused(ERROR_FILE_NOT_FOUND if shell_items.exists(parent + "\\") else ERROR_PATH_NOT_FOUND)


STARTF_USESHOWWINDOW = 1


def _start_program(path: str, request: Request) -> int:
    """The process's handle."""
    line = f'"{path}" {request.parameters}'.rstrip()
    texts = [
        ctypes.create_string_buffer(_core.wide_bytes(text)) for text in (path, line, request.directory or "")
    ]
    startup = ctypes.create_string_buffer(
        struct.pack("<I56xIH38x", 104, STARTF_USESHOWWINDOW, request.show & 0xFFFF), 104
    )
    process = ctypes.create_string_buffer(24)
    started = windows(
        "kernel32.dll",
        "CreateProcessW",
        ctypes.addressof(texts[0]),
        ctypes.addressof(texts[1]),
        0,
        0,
        0,
        0,
        0,
        ctypes.addressof(texts[2]) if request.directory else 0,
        ctypes.addressof(startup),
        ctypes.addressof(process),
    )
    if not started & 0xFFFFFFFF:
        raise Refused(_core.get_last_error())
    handle, thread = struct.unpack_from("<QQ", process.raw)
    _core.close_handle(thread)
    return int(handle)


def _open_by_desktop(target: str) -> None:
    opener = shutil.which("xdg-open")
    if opener is None:
        raise Refused(ERROR_NO_ASSOCIATION)
    try:
        subprocess.Popen(
            [opener, target],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        raise Refused(ERROR_ACCESS_DENIED) from None


def execute(request: Request) -> int:
    """The handle of the started process, 0 for what the desktop opens; Refused with a Win32 error."""
    if (request.verb or "").lower() not in VERBS:
        raise Refused(ERROR_NO_ASSOCIATION)
    if scheme_of(request.file) and not request.file.lower().startswith("file:"):
        _open_by_desktop(request.file)
        return 0
    path = _found(request)
    if path.lower().endswith(PROGRAM_EXTENSIONS):
        return _start_program(path, request)
    _open_by_desktop(_core.path_to_host(path) or path)
    return 0


def _shell_execute(request: Request) -> int:
    try:
        handle = execute(request)
    except Refused as refused:
        _core.set_last_error(refused.code)
        return SE_ERR_NOASSOC if refused.code == ERROR_NO_ASSOCIATION else min(refused.code, 32)
    if handle:
        _core.close_handle(handle)
    return SUCCESS


@export("shell32")
def ShellExecuteW(
    hwnd: HWND,
    lpOperation: LPCWSTR,
    lpFile: LPCWSTR,
    lpParameters: LPCWSTR,
    lpDirectory: LPCWSTR,
    nShowCmd: INT,
) -> HINSTANCE:
    return _shell_execute(Request(lpOperation, lpFile or "", lpParameters or "", lpDirectory, nShowCmd))


@export("shell32")
def ShellExecuteA(
    hwnd: HWND, lpOperation: LPCSTR, lpFile: LPCSTR, lpParameters: LPCSTR, lpDirectory: LPCSTR, nShowCmd: INT
) -> HINSTANCE:
    return ShellExecuteW(
        hwnd,
        from_ansi(lpOperation),
        from_ansi(lpFile),
        from_ansi(lpParameters),
        from_ansi(lpDirectory),
        nShowCmd,
    )


# ---- ShellExecuteEx ----

INFO_SIZE = 112
SEE_MASK_NOCLOSEPROCESS, SEE_MASK_IDLIST = 0x40, 0x4
INSTANCE, PROCESS = 56, 104


def _execute_info(info: int, wide: bool) -> int:
    if not info or get_u32(info) != INFO_SIZE:
        return fail(ERROR_INVALID_PARAMETER)
    _, mask, _, verb, file, parameters, directory, show = struct.unpack("<IIQQQQQi", _core.read(info, 52))
    list = int.from_bytes(_core.read(info + 64, 8), "little")
    name = shell_items.decode(list) if mask & SEE_MASK_IDLIST and list else string_at(file, wide) or ""
    arguments = string_at(parameters, wide) or ""
    request = Request(string_at(verb, wide), name, arguments, string_at(directory, wide), show)
    put_u64(info + PROCESS, 0)
    try:
        handle = execute(request)
    except Refused as refused:
        put_u64(info + INSTANCE, min(refused.code, SE_ERR_NOASSOC))
        return fail(refused.code)
    put_u64(info + INSTANCE, SUCCESS)
    if handle and mask & SEE_MASK_NOCLOSEPROCESS:
        put_u64(info + PROCESS, handle)
    elif handle:
        _core.close_handle(handle)
    return 1


@export("shell32")
def ShellExecuteExW(pExecInfo: PVOID) -> BOOL:
    return _execute_info(pExecInfo, True)


@export("shell32")
def ShellExecuteExA(pExecInfo: PVOID) -> BOOL:
    return _execute_info(pExecInfo, False)
