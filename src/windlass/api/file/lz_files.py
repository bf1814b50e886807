"""Files that COMPRESS.EXE has made, which setup programs expand ("Lempel-Ziv Library").

A handle of LZOpenFile is that of the file, or for a compressed one a number of its own. Compressed files are
small: one is expanded as a whole when it is opened.

Source: Microsoft, "LZOpenFileW function", "LZInit function", "LZRead function", "LZSeek function",
"LZCopy function", "GetExpandedNameW function"; the format is that of the heads and bodies of such files.
"""

from __future__ import annotations

import ctypes
import ntpath
import struct
from dataclasses import dataclass

from windlass import _core
from windlass.api.calls import windows
from windlass.registry import export
from windlass.types import INT, LONG, LPCSTR, LPCWSTR, PVOID, VOID, WORD

BAD_IN_HANDLE, WRITE_ERROR = -1, -4
NO_MORE_HANDLES, BAD_VALUE, UNKNOWN_ALGORITHM = -5, -7, -8

HEAD = struct.Struct("<8scBI")
MAGIC = b"SZDD\x88\xf0\x27\x33"
ALGORITHM = b"A"
WINDOW_SIZE, WINDOW_START, SHORTEST_MATCH = 4096, 4096 - 16, 3

FIRST_HANDLE, MOST_HANDLES = 0x400, 16
OF_PARSE, OF_DELETE, OF_CREATE = 0x100, 0x200, 0x1000
FILE_BEGIN, FILE_CURRENT, FILE_END = 0, 1, 2
OFSTRUCT_SIZE = 136
PIECE = 1 << 16


@dataclass
class _Expanded:
    """A compressed file that is open."""

    file: int
    data: bytes
    at: int = 0


_open: dict[int, _Expanded] = {}


def expand(packed: bytes, size: int) -> bytes:
    """The body of a compressed file: flags for eight items, each a byte or a copy from the window."""
    window, place = bytearray(b" " * WINDOW_SIZE), WINDOW_START
    result, at, flags = bytearray(), 0, 1
    while len(result) < size and at < len(packed):
        if flags == 1:
            flags, at = packed[at] | 0x100, at + 1
            continue
        if flags & 1:
            piece, at = packed[at : at + 1], at + 1
        else:
            start, length, at = _match(packed, at)
            piece = b""
            for i in range(length):  # it may begin in what it makes itself
                window[(place + i) % WINDOW_SIZE] = window[(start + i) % WINDOW_SIZE]
                piece += window[(place + i) % WINDOW_SIZE : (place + i) % WINDOW_SIZE + 1]
        for byte in piece:
            window[place] = byte
            place = (place + 1) % WINDOW_SIZE
        result += piece
        flags >>= 1
    return bytes(result[:size])


def _match(packed: bytes, at: int) -> tuple[int, int, int]:
    """Where in the window, how long, and what comes behind."""
    pair = packed[at : at + 2].ljust(2, b"\0")
    return pair[0] | (pair[1] & 0xF0) << 4, (pair[1] & 0xF) + SHORTEST_MATCH, at + 2


# ---- files ----


def _read(file: int, count: int) -> bytes | None:
    buffer, done = ctypes.create_string_buffer(count), ctypes.c_uint32()
    ok = windows("kernel32", "ReadFile", file, ctypes.addressof(buffer), count, ctypes.addressof(done), 0)
    return buffer.raw[: done.value] if ok & 0xFFFFFFFF else None


def _read_rest(file: int) -> bytes:
    pieces = []
    while piece := _read(file, PIECE):
        pieces.append(piece)
    return b"".join(pieces)


def _seek(file: int, offset: int, origin: int) -> int:
    """The new position; negative if there is none."""
    position = windows("kernel32", "SetFilePointer", file, offset & 0xFFFFFFFF, 0, origin) & 0xFFFFFFFF
    return -1 if position == 0xFFFFFFFF else position


def _head(file: int) -> tuple[bytes, int, int] | None:
    """The algorithm, the last character of the file's name and its size; None for what is not compressed."""
    _seek(file, 0, FILE_BEGIN)
    head = _read(file, HEAD.size) or b""
    if len(head) < HEAD.size or not head.startswith(MAGIC):
        return None
    _, algorithm, last, size = HEAD.unpack(head)
    return algorithm, last, size


@export("kernel32", "lz32")
def LZInit(hfSource: INT) -> INT:
    """The handle itself for what is not compressed."""
    if _seek(hfSource, 0, FILE_CURRENT) < 0:
        return BAD_IN_HANDLE
    head = _head(hfSource)
    if head is None:
        _seek(hfSource, 0, FILE_BEGIN)
        return hfSource
    algorithm, _, size = head
    if algorithm != ALGORITHM:
        return UNKNOWN_ALGORITHM
    free = (number for number in range(FIRST_HANDLE, FIRST_HANDLE + MOST_HANDLES) if number not in _open)
    handle = next(free, 0)
    if not handle:
        return NO_MORE_HANDLES
    _open[handle] = _Expanded(hfSource, expand(_read_rest(hfSource), size))
    return handle


@export("kernel32", "lz32")
def LZStart() -> INT:
    """Nothing is to be prepared for copying."""
    return 1


@export("kernel32", "lz32")
def LZDone() -> VOID:
    """Nothing is left of LZStart."""


@export("kernel32", "lz32")
def LZOpenFileA(lpFileName: LPCSTR, lpReOpenBuf: PVOID, wStyle: WORD) -> INT:
    return _open_file(_core.ansi_to_text(lpFileName or b""), lpReOpenBuf, wStyle)


@export("kernel32", "lz32")
def LZOpenFileW(lpFileName: LPCWSTR, lpReOpenBuf: PVOID, wStyle: WORD) -> INT:
    return _open_file(lpFileName or "", lpReOpenBuf, wStyle)


def _open_file(name: str, structure: int, style: int) -> int:
    file = _open_ordinary(name, structure, style)
    if file < 0 and not style & (OF_PARSE | OF_DELETE | OF_CREATE):
        file = _open_ordinary(_compressed_name(name), structure, style)
    if file < 0:
        return BAD_IN_HANDLE
    return file if style & (OF_PARSE | OF_DELETE | OF_CREATE) or style & 3 else LZInit(file)


def _open_ordinary(name: str, structure: int, style: int) -> int:
    text = ctypes.create_string_buffer(_core.ansi_from_text(name))
    file = windows("kernel32", "OpenFile", ctypes.addressof(text), structure, style) & 0xFFFFFFFF
    return file - ((file & 0x80000000) << 1)


def _compressed_name(name: str) -> str:
    """SETUP.DLL is packed as SETUP.DL_."""
    stem, extension = ntpath.splitext(name)
    if len(extension) < 4:
        return f"{stem}{extension or '.'}_"
    return stem + extension[:3] + "_"


@export("kernel32", "lz32")
def LZRead(hFile: INT, lpBuffer: PVOID, cbRead: INT) -> INT:
    if cbRead < 0:
        return BAD_VALUE
    packed = _open.get(hFile)
    if packed is None:
        data = _read(hFile, cbRead)
    else:
        data = packed.data[packed.at : packed.at + cbRead]
        packed.at += len(data)
    if data is None:
        return BAD_IN_HANDLE
    _core.write(lpBuffer, data)
    return len(data)


@export("kernel32", "lz32")
def LZSeek(hFile: INT, lOffset: LONG, iOrigin: INT) -> LONG:
    packed = _open.get(hFile)
    if packed is None:
        position = _seek(hFile, lOffset, iOrigin)
        return position if position >= 0 else BAD_IN_HANDLE
    start = {FILE_BEGIN: 0, FILE_CURRENT: packed.at}.get(iOrigin, len(packed.data))
    position = start - lOffset if iOrigin == FILE_END else start + lOffset
    if not 0 <= position <= len(packed.data):
        return BAD_VALUE
    packed.at = position
    return position


@export("kernel32", "lz32")
def LZClose(hFile: INT) -> VOID:
    packed = _open.pop(hFile, None)
    windows("kernel32", "CloseHandle", packed.file if packed else hFile)


# ---- copies ----


@export("kernel32", "lz32")
def LZCopy(hfSource: INT, hfDest: INT) -> LONG:
    """The size of the copy, which has the times of its source."""
    opened = hfSource if hfSource in _open else LZInit(hfSource)
    if opened < 0:
        return opened
    packed = _open.get(opened)
    data = packed.data[packed.at :] if packed else _read_rest(opened)
    if opened != hfSource:
        del _open[opened]
    if not _write_all(hfDest, data):
        return WRITE_ERROR
    _copy_times(packed.file if packed else opened, hfDest)
    return len(data)


@export("kernel32", "lz32")
def CopyLZFile(hfSource: INT, hfDest: INT) -> LONG:
    return LZCopy(hfSource, hfDest)


def _write_all(file: int, data: bytes) -> bool:
    text, done = ctypes.create_string_buffer(data, len(data) or 1), ctypes.c_uint32()
    ok = windows("kernel32", "WriteFile", file, ctypes.addressof(text), len(data), ctypes.addressof(done), 0)
    return bool(ok & 0xFFFFFFFF) and done.value == len(data)


def _copy_times(source: int, target: int) -> None:
    memory = ctypes.create_string_buffer(24)
    times = [ctypes.addressof(memory) + offset for offset in (0, 8, 16)]
    if windows("kernel32", "GetFileTime", source, *times) & 0xFFFFFFFF:
        windows("kernel32", "SetFileTime", target, *times)


# ---- names ----


def _expanded_name(name: str) -> str | None:
    """None: there is no such file."""
    structure = ctypes.create_string_buffer(OFSTRUCT_SIZE)
    file = _open_ordinary(name, ctypes.addressof(structure), 0)
    if file < 0:
        return None
    head = _head(file)
    windows("kernel32", "CloseHandle", file)
    if head is None or not name.endswith("_") or not head[1]:
        return name
    last = _core.ansi_to_text(bytes([head[1]]))
    return name[:-1] + (last.lower() if name[:-1] == name[:-1].lower() else last)


@export("kernel32", "lz32")
def GetExpandedNameA(lpszSource: LPCSTR, lpszBuffer: PVOID) -> INT:
    name = _expanded_name(_core.ansi_to_text(lpszSource or b""))
    if name is None:
        return BAD_IN_HANDLE
    _core.write(lpszBuffer, _core.ansi_from_text(name) + b"\0")
    return 1


@export("kernel32", "lz32")
def GetExpandedNameW(lpszSource: LPCWSTR, lpszBuffer: PVOID) -> INT:
    name = _expanded_name(lpszSource or "")
    if name is None:
        return BAD_IN_HANDLE
    _core.write(lpszBuffer, name.encode("utf-16-le", "surrogatepass") + b"\0\0")
    return 1
