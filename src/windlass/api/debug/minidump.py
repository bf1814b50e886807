"""MiniDumpWriteDump and MiniDumpReadDumpStream: this process on file, for debuggers.

A dump begins with a header and a directory of streams; all else is found by offsets ("RVAs") in the file.
The structures are packed to 4 bytes.

Source: Microsoft, "MiniDumpWriteDump function", "MINIDUMP_STREAM_TYPE enumeration", "MINIDUMP_HEADER
structure" and those of the streams.
"""

from __future__ import annotations

import ctypes
import os
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import get_u32, get_u64, put_u32, put_u64
from windlass.errors import BadImage
from windlass.module import Module
from windlass.pe.debug import read_debug
from windlass.process import modules
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, PVOID, ULONG

THREAD_LIST, MODULE_LIST, MEMORY_LIST, EXCEPTION, SYSTEM_INFO = 3, 4, 5, 6, 7
MEMORY64_LIST, MISC_INFO, MEMORY_INFO_LIST = 9, 15, 16

WITH_FULL_MEMORY, WITH_FULL_MEMORY_INFO = 0x2, 0x800

# MINIDUMP_CALLBACK_TYPE
INCLUDE_THREAD, INCLUDE_MODULE, MEMORY = 3, 4, 5

HRESULT_ACCESS_DENIED = 0x80070005
HRESULT_WRITE_FAULT = 0x8007001D
HRESULT_INVALID_PARAMETER = 0x80070057
ERROR_NOT_FOUND = 1168

CONTEXT_SIZE, CONTEXT_FLAGS_AT, CONTEXT_RSP_AT, CONTEXT_ALL = 1232, 0x30, 0x98, 0x10001F
TEB_STACK_BASE = 8
MOST_STACK = 1 << 20
THREAD_ACCESS = 0x40 | 0x8 | 0x2  # query, context, suspend

_HEADER, _DIRECTORY = struct.Struct("<4sIIIIIQ"), struct.Struct("<III")


class Range(NamedTuple):
    """Memory in the process."""

    start: int
    data: bytes


class ThreadState(NamedTuple):
    id: int
    teb: int
    context: bytes
    stack: Range


# ---- what is written ----


class _Writer:
    """The dump as it grows, behind the header and room for the directory.

    streams: how many there will be at the most.
    """

    def __init__(self, streams: int) -> None:
        self.parts: list[bytes] = []
        self.start = self.size = _HEADER.size + _DIRECTORY.size * streams
        self.directory: list[bytes] = []

    def next_offset(self) -> int:
        return self.size + -self.size % 8

    def put(self, data: bytes) -> int:
        """Its offset in the file, a multiple of 8."""
        offset = self.next_offset()
        self.parts.append(bytes(offset - self.size) + data)
        self.size = offset + len(data)
        return offset

    def put_text(self, text: str) -> int:
        """MINIDUMP_STRING"""
        data = text.encode("utf-16-le", "surrogatepass")
        return self.put(struct.pack("<I", len(data)) + data + b"\0\0")

    def stream(self, kind: int, data: bytes) -> None:
        self.directory.append(_DIRECTORY.pack(kind, len(data), self.put(data)))

    def head(self, flags: int) -> bytes:
        count, now = len(self.directory), int(time.time())
        header = _HEADER.pack(b"MDMP", 0xA793, count, _HEADER.size, 0, now, flags)
        return (header + b"".join(self.directory)).ljust(self.start, b"\0")


def _system_info(writer: _Writer) -> bytes:
    version = struct.pack("<IIIIIHH", 10, 0, 19045, 2, writer.put_text(""), 0x100, 0)
    processors = len(os.sched_getaffinity(0))
    return struct.pack("<HHHBB", 9, 6, 0, min(processors, 255), 1) + version + bytes(24)


def _misc_info() -> bytes:
    """The process's number and times, in seconds."""
    times, created = os.times(), int(os.stat("/proc/self").st_mtime)
    return struct.pack("<6I", 24, 3, os.getpid(), created, int(times.user), int(times.system))


def _code_view(module: Module) -> bytes:
    """What names the module's PDB."""
    with suppress(BadImage, OSError):
        for entry in read_debug(module.image):
            if entry.codeview is not None:
                return bytes(entry.data)
    return b""


def _module_entry(writer: _Writer, module: Module) -> bytes:
    headers = _core.read(module.handle, 0x1000)
    pe = int.from_bytes(headers[60:64], "little")
    (stamp,) = struct.unpack_from("<I", headers, pe + 8)
    (checksum,) = struct.unpack_from("<I", headers, pe + 24 + 64)
    name, record = writer.put_text(module.windows_path), _code_view(module)
    place = writer.put(record) if record else 0
    head = struct.pack("<QIIII", module.handle, module.size, checksum, stamp, name)
    return head + bytes(52) + struct.pack("<IIII", len(record), place, 0, 0) + bytes(16)


def _thread_entry(writer: _Writer, thread: ThreadState) -> bytes:
    stack, context = writer.put(thread.stack.data), writer.put(thread.context)
    head = struct.pack("<IIIIQ", thread.id, 0, 0x20, 0, thread.teb)
    places = (thread.stack.start, len(thread.stack.data), stack, len(thread.context), context)
    return head + struct.pack("<QIIII", *places)


def _exception(writer: _Writer, parameter: int) -> tuple[bytes, int, bytes]:
    """The stream for a MINIDUMP_EXCEPTION_INFORMATION, with the thread and its context."""
    thread, pointers = get_u32(parameter), get_u64(parameter + 4)
    record, context_at = get_u64(pointers), get_u64(pointers + 8)
    context = _core.read(context_at, CONTEXT_SIZE)
    place = writer.put(context)
    code, flags, nested, address, count = struct.unpack("<IIQQI", _core.read(record, 28))
    information = _core.read(record + 32, 15 * 8)
    body = struct.pack("<IIIIQQII", thread, 0, code, flags, nested, address, count, 0) + information
    return body + struct.pack("<II", len(context), place), thread, context


# ---- what there is ----


def _thread_ids() -> list[int]:
    snapshot = windows("kernel32.dll", "CreateToolhelp32Snapshot", 4, 0)
    entry = ctypes.create_string_buffer(struct.pack("<I24x", 28), 28)
    found = []
    step = "Thread32First"
    while windows("kernel32.dll", step, snapshot, ctypes.addressof(entry)) & 0xFFFFFFFF:
        _, _, number, owner = struct.unpack_from("<IIII", entry.raw)
        if owner == os.getpid():
            found.append(number)
        step = "Thread32Next"
    _core.close_handle(snapshot)
    return found


def _teb_of(thread: int) -> int:
    basic = ctypes.create_string_buffer(48)
    windows("ntdll.dll", "NtQueryInformationThread", thread, 0, ctypes.addressof(basic), 48, 0)
    return int.from_bytes(basic.raw[8:16], "little")


def _stack(teb: int, context: bytes) -> Range:
    """From the stack pointer to the stack's base."""
    pointer = int.from_bytes(context[CONTEXT_RSP_AT : CONTEXT_RSP_AT + 8], "little")
    base = get_u64(teb + TEB_STACK_BASE) if teb else 0
    size = min(base - pointer, MOST_STACK) if pointer < base else 0
    with suppress(OSError):
        return Range(pointer, _core.read(pointer, size))
    return Range(pointer, b"")


def _other_thread(number: int) -> ThreadState | None:
    """A thread that stands still while it is looked at; None for one that has just ended."""
    thread = windows("kernel32.dll", "OpenThread", THREAD_ACCESS, 0, number)
    if not thread:
        return None
    try:
        if windows("kernel32.dll", "SuspendThread", thread) & 0xFFFFFFFF == 0xFFFFFFFF:
            return None
        try:
            return _state(number, thread)
        finally:
            windows("kernel32.dll", "ResumeThread", thread)
    finally:
        _core.close_handle(thread)


def _state(number: int, thread: int) -> ThreadState:
    space = ctypes.create_string_buffer(CONTEXT_SIZE + 16)
    place = ctypes.addressof(space) + (-ctypes.addressof(space) & 15)
    put_u32(place + CONTEXT_FLAGS_AT, CONTEXT_ALL)
    windows("kernel32.dll", "GetThreadContext", thread, place)
    context, teb = _core.read(place, CONTEXT_SIZE), _teb_of(thread)
    return ThreadState(number, teb, context, _stack(teb, context))


def _this_thread() -> tuple[int, bytes]:
    space = ctypes.create_string_buffer(CONTEXT_SIZE + 16)
    place = ctypes.addressof(space) + (-ctypes.addressof(space) & 15)
    windows("ntdll.dll", "RtlCaptureContext", place)
    return windows("kernel32.dll", "GetCurrentThreadId") & 0xFFFFFFFF, _core.read(place, CONTEXT_SIZE)


def _regions() -> Iterator[tuple[int, int, str]]:
    """Start, end and rights of the process's memory."""
    with open("/proc/self/maps") as file:
        for line in file:
            span, rights, *rest = line.split(None, 5)
            start, _, end = span.partition("-")
            if rest[-1:] != ["[vsyscall]\n"]:
                yield int(start, 16), int(end, 16), rights


PROTECTIONS = {"---": 0x01, "r--": 0x02, "rw-": 0x04, "--x": 0x10, "r-x": 0x20, "rwx": 0x40, "-w-": 0x04}


def _memory_info() -> bytes:
    entries = []
    for start, end, rights in _regions():
        protection = PROTECTIONS.get(rights[:3], 0x01)
        kind = 0x20000 if rights[3] == "p" else 0x40000  # MEM_PRIVATE, MEM_MAPPED
        entries.append(
            struct.pack("<QQIIQIIII", start, start, protection, 0, end - start, 0x1000, protection, kind, 0)
        )
    return struct.pack("<IIQ", 16, 48, len(entries)) + b"".join(entries)


# ---- callbacks ----


class _Callback:
    """MINIDUMP_CALLBACK_INFORMATION: what the program wants of it all. Without one, everything."""

    def __init__(self, information: int) -> None:
        self._routine = get_u64(information) if information else 0
        self._parameter = get_u64(information + 8) if information else 0

    def asks(self, kind: int, data: bytes) -> tuple[bool, bytes]:
        """The routine's answer, and the output structure's first bytes."""
        if not self._routine:
            return kind != MEMORY, b""
        head = struct.pack("<IQI", os.getpid(), (1 << 64) - 1, kind)
        given = ctypes.create_string_buffer(head + data, 256)
        output = ctypes.create_string_buffer(64)
        slots = (self._parameter, ctypes.addressof(given), ctypes.addressof(output))
        return bool(_core.call(self._routine, *slots) & 0xFFFFFFFF), output.raw

    def memory(self) -> Iterator[Range]:
        """The ranges that the program adds: it is asked until it has no more."""
        while True:
            more, output = self.asks(MEMORY, b"")
            base, size = struct.unpack_from("<QI", output) if output else (0, 0)
            if not more or not size:
                return
            with suppress(OSError):
                yield Range(base, _core.read(base, size))


# ---- the whole dump ----


def _threads(exception: tuple[int, bytes] | None, callback: _Callback) -> list[ThreadState]:
    """All that the program wants; the one of the exception as it was then, the calling one as it is now."""
    here, context = _this_thread()
    known = {here: context}
    if exception is not None:
        known[exception[0]] = exception[1]
    found = []
    for number in _thread_ids():
        if not callback.asks(INCLUDE_THREAD, struct.pack("<I", number))[0]:
            continue
        if number in known:
            teb = _core.teb() if number == here else 0
            found.append(ThreadState(number, teb, known[number], _stack(teb, known[number])))
        elif state := _other_thread(number):
            found.append(state)
    return found


def _user_streams(information: int) -> Iterator[tuple[int, bytes]]:
    count, array = (get_u32(information), get_u64(information + 4)) if information else (0, 0)
    for index in range(count):
        kind, size, buffer = struct.unpack("<IIQ", _core.read(array + 16 * index, 16))
        yield kind, _core.read(buffer, size)


def _put_modules(writer: _Writer, callback: _Callback) -> None:
    wanted = [m for m in list(modules) if callback.asks(INCLUDE_MODULE, struct.pack("<Q", m.handle))[0]]
    entries = [_module_entry(writer, module) for module in wanted]
    writer.stream(MODULE_LIST, struct.pack("<I", len(entries)) + b"".join(entries))


def _put_threads(writer: _Writer, exception: tuple[int, bytes] | None, callback: _Callback) -> list[Range]:
    """The threads, and the memory that belongs to a dump without all of it."""
    threads = _threads(exception, callback)
    entries = [_thread_entry(writer, thread) for thread in threads]
    writer.stream(THREAD_LIST, struct.pack("<I", len(entries)) + b"".join(entries))
    return [thread.stack for thread in threads if thread.stack.data] + list(callback.memory())


MOST_STREAMS = 8


def dump(kind: int, exception: int, user: int, callback: _Callback) -> _Writer:
    """All but the full memory."""
    streams = list(_user_streams(user))
    writer = _Writer(MOST_STREAMS + len(streams))
    writer.stream(SYSTEM_INFO, _system_info(writer))
    writer.stream(MISC_INFO, _misc_info())
    _put_modules(writer, callback)
    crashed = None
    if exception:
        body, thread, context = _exception(writer, exception)
        writer.stream(EXCEPTION, body)
        crashed = thread, context
    memory = _put_threads(writer, crashed, callback)
    if not kind & WITH_FULL_MEMORY:
        places = [struct.pack("<QII", each.start, len(each.data), writer.put(each.data)) for each in memory]
        writer.stream(MEMORY_LIST, struct.pack("<I", len(places)) + b"".join(places))
    if kind & WITH_FULL_MEMORY_INFO:
        writer.stream(MEMORY_INFO_LIST, _memory_info())
    for number, data in streams:
        writer.stream(number, data)
    return writer


class _WriteFailed(Exception):
    pass


def _write(handle: int, address: int, size: int) -> None:
    done = ctypes.create_string_buffer(4)
    while size:
        part = min(size, 1 << 24)
        if not windows("kernel32.dll", "WriteFile", handle, address, part, ctypes.addressof(done), 0) & 0xFF:
            raise _WriteFailed
        address, size = address + part, size - part


def _readable_regions() -> Iterator[tuple[int, int]]:
    """Not what lies behind the end of a mapped file."""
    for start, end, rights in list(_regions()):
        if rights[0] == "r":
            with suppress(OSError):
                _core.read(start, 1)
                _core.read(end - 1, 1)
                yield start, end - start


def _save(handle: int, writer: _Writer, has_memory: bool) -> None:
    """The file; full memory comes last, straight from where it is."""
    regions = list(_readable_regions()) if has_memory else []
    if has_memory:
        entries = b"".join(struct.pack("<QQ", *region) for region in regions)
        behind = writer.next_offset() + 16 + len(entries)
        writer.stream(MEMORY64_LIST, struct.pack("<QQ", len(regions), behind) + entries)
    data = writer.head(WITH_FULL_MEMORY * has_memory) + b"".join(writer.parts)
    buffer = ctypes.create_string_buffer(data, len(data))
    _write(handle, ctypes.addressof(buffer), len(data))
    for start, size in regions:
        _write(handle, start, size)


@export("dbghelp", "dbgcore")
def MiniDumpWriteDump(
    hProcess: HANDLE,
    ProcessId: DWORD,
    hFile: HANDLE,
    DumpType: DWORD,
    ExceptionParam: PVOID,
    UserStreamParam: PVOID,
    CallbackParam: PVOID,
) -> BOOL:
    """Of this process only; the last error is an HRESULT."""
    if not _core.is_this_process(hProcess):
        return _failed(HRESULT_ACCESS_DENIED)
    writer = dump(DumpType, ExceptionParam, UserStreamParam, _Callback(CallbackParam))
    try:
        _save(hFile, writer, bool(DumpType & WITH_FULL_MEMORY))
    except _WriteFailed:
        return _failed(HRESULT_WRITE_FAULT)
    return 1


def _failed(code: int) -> int:
    _core.set_last_error(code)
    return 0


@export("dbghelp", "dbgcore")
def MiniDumpReadDumpStream(
    BaseOfDump: PVOID, StreamNumber: ULONG, Dir: PVOID, StreamPointer: PVOID, StreamSize: PVOID
) -> BOOL:
    """Finds a stream of a dump that is mapped into memory."""
    magic, _, count, directory, *_ = _HEADER.unpack(_core.read(BaseOfDump, _HEADER.size))
    if magic != b"MDMP":
        return _failed(HRESULT_INVALID_PARAMETER)
    for index in range(count):
        place = BaseOfDump + directory + index * _DIRECTORY.size
        kind, size, offset = _DIRECTORY.unpack(_core.read(place, _DIRECTORY.size))
        if kind == StreamNumber:
            put_u64(Dir, place)
            put_u64(StreamPointer, BaseOfDump + offset)
            put_u32(StreamSize, size)
            return 1
    return _failed(ERROR_NOT_FOUND)
