"""OpenFile, which 16-bit programs have left behind.

Source: Microsoft, "OpenFile function", "OFSTRUCT structure".
"""

from __future__ import annotations

import ctypes
import os
import struct

from windlass import _core
from windlass.api.calls import windows
from windlass.registry import export
from windlass.types import DWORD, LPCSTR, PVOID, UINT

HFILE_ERROR = 0xFFFFFFFF
LONGEST_PATH = 128
ERROR_FILENAME_EXCED_RANGE = 206

OF_WRITE, OF_READWRITE = 1, 2
OF_SHARE_EXCLUSIVE, OF_SHARE_DENY_WRITE, OF_SHARE_DENY_READ = 0x10, 0x20, 0x30
OF_PARSE, OF_DELETE, OF_CREATE, OF_EXIST, OF_REOPEN = 0x100, 0x200, 0x1000, 0x4000, 0x8000

GENERIC_READ, GENERIC_WRITE = 0x80000000, 0x40000000
SHARE_READ, SHARE_WRITE = 1, 2
CREATE_ALWAYS, OPEN_EXISTING = 2, 3
INVALID_HANDLE_VALUE = (1 << 64) - 1


def _fill(structure: int, error: int, path: str) -> None:
    """OFSTRUCT: cBytes, fFixedDisk, nErrCode, two reserved words, szPathName."""
    name = _core.ansi_from_text(path)[: LONGEST_PATH - 1]
    _core.write(structure, struct.pack(f"<BBHHH{LONGEST_PATH}s", 136, 1, error, 0, 0, name))


def _searched(name: str) -> str:
    """The folders of SearchPath are looked into for a name alone."""
    text, found = ctypes.create_string_buffer(_core.wide_bytes(name)), ctypes.create_string_buffer(2 * 260)
    length = windows(
        "kernel32.dll", "SearchPathW", 0, ctypes.addressof(text), 0, 260, ctypes.addressof(found), 0
    )
    return _core.wide_string(ctypes.addressof(found)) if 0 < length & 0xFFFFFFFF < 260 else name


def _opened(path: str, style: int) -> int:
    """The handle, INVALID_HANDLE_VALUE with the last error."""
    access = {OF_WRITE: GENERIC_WRITE, OF_READWRITE: GENERIC_READ | GENERIC_WRITE}.get(
        style & 3, GENERIC_READ
    )
    share = {OF_SHARE_EXCLUSIVE: 0, OF_SHARE_DENY_WRITE: SHARE_READ, OF_SHARE_DENY_READ: SHARE_WRITE}
    mode = share.get(style & 0x70, SHARE_READ | SHARE_WRITE)
    how = CREATE_ALWAYS if style & OF_CREATE else OPEN_EXISTING
    text = ctypes.create_string_buffer(_core.wide_bytes(path))
    return windows("kernel32.dll", "CreateFileW", ctypes.addressof(text), access, mode, 0, how, 0x80, 0)


@export("kernel32")
def OpenFile(lpFileName: LPCSTR, lpReOpenBuff: PVOID, uStyle: UINT) -> DWORD:
    if uStyle & OF_REOPEN:
        path = _core.ansi_to_text(_core.string(lpReOpenBuff + 8))
    else:
        name = _core.ansi_to_text(lpFileName or b"")
        path = name if uStyle & OF_CREATE else _searched(name)
    full = _core.path_to_windows(os.path.abspath(_core.path_to_host(path) or path))
    if len(full) >= LONGEST_PATH:
        _core.set_last_error(ERROR_FILENAME_EXCED_RANGE)
        _fill(lpReOpenBuff, ERROR_FILENAME_EXCED_RANGE, "")
        return HFILE_ERROR
    _fill(lpReOpenBuff, 0, full)
    if uStyle & OF_PARSE:
        return 0
    if uStyle & OF_DELETE:
        text = ctypes.create_string_buffer(_core.wide_bytes(full))
        done = bool(windows("kernel32.dll", "DeleteFileW", ctypes.addressof(text)) & 0xFFFFFFFF)
        return _result(lpReOpenBuff, full, 1 if done else INVALID_HANDLE_VALUE)
    handle = _opened(full, uStyle)
    if handle != INVALID_HANDLE_VALUE and uStyle & OF_EXIST:
        _core.close_handle(handle)
    return _result(lpReOpenBuff, full, handle)


def _result(structure: int, path: str, handle: int) -> int:
    if handle == INVALID_HANDLE_VALUE:
        _fill(structure, _core.get_last_error(), path)
        return HFILE_ERROR
    return handle & 0xFFFFFFFF
