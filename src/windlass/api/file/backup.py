"""Files as sequences of streams, each with a head of its own: for programs that save and restore them.

The host's files have their data and their protection. Data may come back in blocks of a sparse file; streams
that the host cannot keep (alternate data, extended attributes, reparse points) are refused.

Source: Microsoft, "BackupRead function", "BackupWrite function", "BackupSeek function",
"WIN32_STREAM_ID structure".
"""

from __future__ import annotations

import ctypes
import itertools
import struct
from dataclasses import dataclass, field

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import fail, get_u64, put_u32, put_u64
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPDWORD, PVOID

ERROR_INVALID_PARAMETER = 87
ERROR_SEEK = 25
ERROR_NOT_SUPPORTED = 50

HEAD = struct.Struct("<IIqI")
DATA, SECURITY, LINK, OBJECT_ID, SPARSE_BLOCK = 1, 3, 5, 7, 9
KEEPS_SECURITY = 2
"""STREAM_CONTAINS_SECURITY"""
LONGEST_NAME = 1024

OWNER_GROUP_AND_LIST = 7
DIRECTORY = 0x10
FACTS_SIZE, SIZE_AT = 52, 32
"""BY_HANDLE_FILE_INFORMATION."""


class _Failed(Exception):
    """The last error says why."""


@dataclass
class _Stream:
    head: bytes
    size: int
    data: bytes | None = None
    """None: the file's own."""
    at: int = 0
    """In the head, and behind it in the data."""

    @property
    def end(self) -> int:
        return len(self.head) + self.size


@dataclass
class _Reading:
    streams: list[_Stream]


@dataclass
class _Writing:
    head: bytearray = field(default_factory=bytearray)
    kind: int = 0
    left: int = 0
    """Bytes of the stream that are still to come."""
    at: int = 0
    """Where in the file they belong."""
    kept: bytearray = field(default_factory=bytearray)
    """What is needed as a whole: protection, and a sparse block's place."""


_contexts: dict[int, _Reading | _Writing] = {}
_numbers = itertools.count(16, 16)


def _end(context: int) -> int:
    _contexts.pop(get_u64(context), None)
    put_u64(context, 0)
    return 1


def _begin(context: int, state: _Reading | _Writing) -> None:
    number = next(_numbers)
    _contexts[number] = state
    put_u64(context, number)


# ---- reading ----


def _protection(file: int) -> bytes:
    needed = ctypes.c_uint32()
    windows(
        "kernelbase", "GetKernelObjectSecurity", file, OWNER_GROUP_AND_LIST, 0, 0, ctypes.addressof(needed)
    )
    buffer = ctypes.create_string_buffer(needed.value)
    place, size = ctypes.addressof(buffer), ctypes.addressof(needed)
    if not windows(
        "kernelbase", "GetKernelObjectSecurity", file, OWNER_GROUP_AND_LIST, place, needed.value, size
    ):
        raise _Failed
    return buffer.raw[: needed.value]


def _streams(file: int, security: bool) -> list[_Stream]:
    facts = ctypes.create_string_buffer(FACTS_SIZE)
    if not windows("kernel32", "GetFileInformationByHandle", file, ctypes.addressof(facts)) & 0xFFFFFFFF:
        raise _Failed
    found = []
    if security:
        data = _protection(file)
        found.append(_Stream(HEAD.pack(SECURITY, KEEPS_SECURITY, len(data), 0), len(data), data))
    attributes = int.from_bytes(facts.raw[:4], "little")
    high, low = struct.unpack_from("<II", facts.raw, SIZE_AT)
    if not attributes & DIRECTORY:
        size = high << 32 | low
        found.append(_Stream(HEAD.pack(DATA, 0, size, 0), size))
    return found


def _transfer(function: str, file: int, buffer: int, count: int, offset: int) -> int:
    """ReadFile or WriteFile at an offset; how much."""
    place = ctypes.create_string_buffer(struct.pack("<QQQQ", 0, 0, offset, 0), 32)
    done = ctypes.c_uint32()
    ok = windows("kernel32", function, file, buffer, count, ctypes.addressof(done), ctypes.addressof(place))
    if not ok & 0xFFFFFFFF:
        raise _Failed
    return done.value


def _read_some(file: int, stream: _Stream, buffer: int, room: int) -> int:
    """As much of one stream as there is room for."""
    if stream.at < len(stream.head):
        part = stream.head[stream.at : stream.at + room]
        _core.write(buffer, part)
        count = len(part)
    else:
        offset = stream.at - len(stream.head)
        count = min(room, stream.size - offset)
        if stream.data is None:
            count = _transfer("ReadFile", file, buffer, count, offset)
        else:
            _core.write(buffer, stream.data[offset : offset + count])
    stream.at += count
    return count


def _read(file: int, state: _Reading, buffer: int, size: int) -> int:
    done = 0
    while state.streams and done < size:
        stream = state.streams[0]
        count = _read_some(file, stream, buffer + done, size - done) if stream.at < stream.end else 0
        if not count:  # it has ended, or the file has become shorter
            del state.streams[0]
        done += count
    return done


@export("kernel32")
def BackupRead(
    hFile: HANDLE,
    lpBuffer: PVOID,
    nNumberOfBytesToRead: DWORD,
    lpNumberOfBytesRead: LPDWORD,
    bAbort: BOOL,
    bProcessSecurity: BOOL,
    lpContext: PVOID,
) -> BOOL:
    """0 bytes: that was all."""
    if not lpContext:
        return fail(ERROR_INVALID_PARAMETER)
    if bAbort:
        return _end(lpContext)
    put_u32(lpNumberOfBytesRead, 0)
    try:
        if not get_u64(lpContext):
            _begin(lpContext, _Reading(_streams(hFile, bool(bProcessSecurity))))
        state = _contexts.get(get_u64(lpContext))
        if not isinstance(state, _Reading):
            return fail(ERROR_INVALID_PARAMETER)
        put_u32(lpNumberOfBytesRead, _read(hFile, state, lpBuffer, nNumberOfBytesToRead))
    except _Failed:
        return 0
    return 1


@export("kernel32")
def BackupSeek(
    hFile: HANDLE,
    dwLowBytesToSeek: DWORD,
    dwHighBytesToSeek: DWORD,
    lpdwLowByteSeeked: LPDWORD,
    lpdwHighByteSeeked: LPDWORD,
    lpContext: PVOID,
) -> BOOL:
    """Forward in the data of the stream that is being read, as far as that goes: ERROR_SEEK at its end."""
    state = _contexts.get(get_u64(lpContext)) if lpContext else None
    if not isinstance(state, _Reading):
        return fail(ERROR_INVALID_PARAMETER)
    wanted, moved = dwHighBytesToSeek << 32 | dwLowBytesToSeek, 0
    if state.streams and state.streams[0].at >= len(state.streams[0].head):
        stream = state.streams[0]
        moved = min(wanted, stream.end - stream.at)
        stream.at += moved
    put_u32(lpdwLowByteSeeked, moved & 0xFFFFFFFF)
    put_u32(lpdwHighByteSeeked, moved >> 32)
    return 1 if moved == wanted else fail(ERROR_SEEK)


# ---- writing ----


def _take_head(state: _Writing, data: bytes) -> int:
    """What of the data belongs to the head; with all of it the stream begins."""
    wanted = HEAD.size - len(state.head)
    if wanted <= 0:
        wanted = HEAD.size + HEAD.unpack_from(state.head)[3] - len(state.head)
    part = data[:wanted]
    state.head += part
    if len(state.head) >= HEAD.size:
        kind, _, size, name = HEAD.unpack_from(state.head)
        if name > LONGEST_NAME or size < 0:
            _core.set_last_error(ERROR_INVALID_PARAMETER)
            raise _Failed
        if len(state.head) == HEAD.size + name:
            _begin_stream(state, kind, size)
    return len(part)


def _begin_stream(state: _Writing, kind: int, size: int) -> None:
    if kind not in (DATA, SECURITY, LINK, OBJECT_ID, SPARSE_BLOCK):
        _core.set_last_error(ERROR_NOT_SUPPORTED)
        raise _Failed
    state.kind, state.left, state.at = kind, size, 0
    state.kept.clear()
    if not size:
        state.head.clear()


def _put_data(file: int, state: _Writing, data: bytes) -> None:
    memory = ctypes.create_string_buffer(data, len(data) or 1)
    done = 0
    while done < len(data):
        done += _transfer(
            "WriteFile", file, ctypes.addressof(memory) + done, len(data) - done, state.at + done
        )
    state.at += len(data)


def _put_sparse(file: int, state: _Writing, data: bytes) -> None:
    """The place in the file comes first."""
    missing = max(0, 8 - len(state.kept))
    state.kept += data[:missing]
    if missing and len(state.kept) == 8:
        (state.at,) = struct.unpack("<q", state.kept)
    _put_data(file, state, data[missing:])


def _put(file: int, state: _Writing, data: bytes, security: bool) -> None:
    state.left -= len(data)
    if state.kind == DATA:
        _put_data(file, state, data)
    elif state.kind == SPARSE_BLOCK:
        _put_sparse(file, state, data)
    elif state.kind == SECURITY and security:
        state.kept += data
        if not state.left:
            memory = ctypes.create_string_buffer(bytes(state.kept), len(state.kept))
            place = ctypes.addressof(memory)
            if not windows("kernelbase", "SetKernelObjectSecurity", file, OWNER_GROUP_AND_LIST, place):
                raise _Failed
    if not state.left:
        state.head.clear()


@export("kernel32")
def BackupWrite(
    hFile: HANDLE,
    lpBuffer: PVOID,
    nNumberOfBytesToWrite: DWORD,
    lpNumberOfBytesWritten: LPDWORD,
    bAbort: BOOL,
    bProcessSecurity: BOOL,
    lpContext: PVOID,
) -> BOOL:
    """The pieces need not be those that were read."""
    if not lpContext:
        return fail(ERROR_INVALID_PARAMETER)
    if bAbort:
        return _end(lpContext)
    if not get_u64(lpContext):
        _begin(lpContext, _Writing())
    state = _contexts.get(get_u64(lpContext))
    if not isinstance(state, _Writing):
        return fail(ERROR_INVALID_PARAMETER)
    data, done = _core.read(lpBuffer, nNumberOfBytesToWrite), 0
    try:
        while done < len(data):
            if state.left:
                part = data[done : done + state.left]
                _put(hFile, state, part, bool(bProcessSecurity))
                done += len(part)
            else:
                done += _take_head(state, data[done:])
    except _Failed:
        put_u32(lpNumberOfBytesWritten, done)
        return 0
    put_u32(lpNumberOfBytesWritten, done)
    return 1
