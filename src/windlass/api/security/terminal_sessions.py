"""Terminal Services' view of the one session that there is.

Source: Microsoft, "WTSEnumerateSessionsW function", "WTSQuerySessionInformationW function", "WTS_INFO_CLASS".
"""

from __future__ import annotations

import ctypes
import struct
import time
from collections.abc import Callable
from ctypes import c_uint16, c_uint32, c_uint64

from windlass import _core
from windlass.api import blocks
from windlass.api.calls import windows
from windlass.api.outputs import fail, get_u32, put_u32, put_u64
from windlass.api.refused import Refused, done
from windlass.api.security.tokens import SESSION
from windlass.api.shell.folders import user_name
from windlass.api.system.registry_seed import computer_name
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, HWND, LPCSTR, LPCWSTR, LPDWORD, PHANDLE, PVOID, ULONG, VOID

ERROR_FILE_NOT_FOUND, ERROR_ACCESS_DENIED = 2, 5
ERROR_INVALID_PARAMETER = 87
ERROR_NOT_SUPPORTED = 50
ERROR_PRIVILEGE_NOT_HELD = 1314
ERROR_INVALID_WINDOW_HANDLE = 1400
RPC_S_SERVER_UNAVAILABLE = 1722

UNIX_EPOCH = 116_444_736_000_000_000
CURRENT_SESSION = 0xFFFFFFFF
STATION = "Console"
ACTIVE = 0


def _enumerate(server: int, version: int, list_out: int, count_out: int, wide: bool) -> None:
    """WTS_SESSION_INFO: number, the station's name, state."""
    if server:
        raise Refused(RPC_S_SERVER_UNAVAILABLE)
    if version != 1 or not list_out or not count_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    name = _core.wide_bytes(STATION) if wide else STATION.encode() + b"\0"
    block = blocks.new(struct.pack("<IIQII", SESSION, 0, 0, ACTIVE, 0) + name)
    put_u64(block + 8, block + 24)
    put_u64(list_out, block)
    put_u32(count_out, 1)


@export("wtsapi32")
def WTSEnumerateSessionsW(
    hServer: HANDLE, Reserved: DWORD, Version: DWORD, ppSessionInfo: PVOID, pCount: LPDWORD
) -> BOOL:
    return done(_enumerate, hServer, Version, ppSessionInfo, pCount, True)


@export("wtsapi32")
def WTSEnumerateSessionsA(
    hServer: HANDLE, Reserved: DWORD, Version: DWORD, ppSessionInfo: PVOID, pCount: LPDWORD
) -> BOOL:
    return done(_enumerate, hServer, Version, ppSessionInfo, pCount, False)


_TEXTS: dict[int, Callable[[], str]] = {
    5: user_name,
    6: lambda: STATION,
    7: computer_name,
    0: str,
    1: str,
    2: str,
    3: str,
    10: str,
}
_NUMBERS = {
    4: struct.pack("<I", SESSION),
    8: struct.pack("<I", ACTIVE),
    14: bytes(24),  # WTS_CLIENT_ADDRESS and WTS_CLIENT_DISPLAY: nobody is connected from elsewhere
    15: bytes(12),
    16: bytes(2),
    29: bytes(1),
}
SESSION_INFO = 24


def _session_info(wide: bool) -> bytes:
    """WTSINFO: state, number, traffic; station, domain and user; times of connection and logon, and now."""
    texts = b""
    for text, units in ((STATION, 32), (computer_name(), 17), (user_name(), 21)):
        data = text.encode("utf-16-le", "surrogatepass") if wide else _core.ansi_from_text(text)
        size = units * (2 if wide else 1)
        texts += data[: size - (2 if wide else 1)].ljust(size, b"\0")
    head = struct.pack("<8I", ACTIVE, SESSION, *[0] * 6) + texts
    now = time.time_ns() // 100 + UNIX_EPOCH
    started = now - time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 100
    return head + bytes(-len(head) % 8) + struct.pack("<5Q", started, 0, now, started, now)


def _query(server: int, session: int, kind: int, data_out: int, size_out: int, wide: bool) -> None:
    if server:
        raise Refused(RPC_S_SERVER_UNAVAILABLE)
    if session not in (SESSION, CURRENT_SESSION):
        raise Refused(ERROR_FILE_NOT_FOUND)
    if kind in _TEXTS:
        text = _TEXTS[kind]()
        data = _core.wide_bytes(text) if wide else _core.ansi_from_text(text) + b"\0"
    elif kind in _NUMBERS:
        data = _NUMBERS[kind]
    elif kind == SESSION_INFO:
        data = _session_info(wide)
    else:
        raise Refused(ERROR_NOT_SUPPORTED)
    put_u64(data_out, blocks.new(data))
    put_u32(size_out, len(data))


@export("wtsapi32")
def WTSQuerySessionInformationW(
    hServer: HANDLE, SessionId: DWORD, WTSInfoClass: DWORD, ppBuffer: PVOID, pBytesReturned: LPDWORD
) -> BOOL:
    return done(_query, hServer, SessionId, WTSInfoClass, ppBuffer, pBytesReturned, True)


@export("wtsapi32")
def WTSQuerySessionInformationA(
    hServer: HANDLE, SessionId: DWORD, WTSInfoClass: DWORD, ppBuffer: PVOID, pBytesReturned: LPDWORD
) -> BOOL:
    return done(_query, hServer, SessionId, WTSInfoClass, ppBuffer, pBytesReturned, False)


# ---- more of sessions ----


def _enumerate_ex(level: int, list_out: int, count_out: int, wide: bool) -> None:
    """WTS_SESSION_INFO_1: environment, state, number, then the names of station, host, user, domain, farm."""
    if get_u32(level) != 1 or not list_out or not count_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    texts = (STATION, None, user_name(), computer_name(), None)
    size, tail, pointers = 16 + 8 * len(texts), b"", []
    for text in texts:
        pointers.append(None if text is None else size + len(tail))
        if text is not None:
            tail += _core.wide_bytes(text) if wide else _core.ansi_from_text(text) + b"\0"
    block = blocks.new(bytes(size + len(tail)))
    places = (0 if offset is None else block + offset for offset in pointers)
    _core.write(block, struct.pack("<IIII5Q", SESSION, ACTIVE, SESSION, 0, *places) + tail)
    put_u64(list_out, block)
    put_u32(count_out, 1)


@export("wtsapi32")
def WTSEnumerateSessionsExW(
    hServer: HANDLE, pLevel: LPDWORD, Filter: DWORD, ppSessionInfo: PVOID, pCount: LPDWORD
) -> BOOL:
    return done(_enumerate_ex, pLevel, ppSessionInfo, pCount, True)


@export("wtsapi32")
def WTSEnumerateSessionsExA(
    hServer: HANDLE, pLevel: LPDWORD, Filter: DWORD, ppSessionInfo: PVOID, pCount: LPDWORD
) -> BOOL:
    return done(_enumerate_ex, pLevel, ppSessionInfo, pCount, False)


@export("wtsapi32")
def WTSFreeMemoryExW(WTSTypeClass: DWORD, pMemory: PVOID, NumberOfEntries: ULONG) -> BOOL:
    blocks.free(pMemory)
    return 1


@export("wtsapi32")
def WTSFreeMemoryExA(WTSTypeClass: DWORD, pMemory: PVOID, NumberOfEntries: ULONG) -> BOOL:
    blocks.free(pMemory)
    return 1


def _register(window: int, flags: int) -> None:
    """The session never changes, so the window hears nothing."""
    if flags > 1:
        raise Refused(ERROR_INVALID_PARAMETER)
    if not windows("user32.dll", "IsWindow", window):
        raise Refused(ERROR_INVALID_WINDOW_HANDLE)


@export("wtsapi32")
def WTSRegisterSessionNotification(hWnd: HWND, dwFlags: DWORD) -> BOOL:
    return done(_register, hWnd, dwFlags)


@export("wtsapi32")
def WTSUnRegisterSessionNotification(hWnd: HWND) -> BOOL:
    return done(_register, hWnd, 0)


@export("wtsapi32")
def WTSRegisterSessionNotificationEx(hServer: HANDLE, hWnd: HWND, dwFlags: DWORD) -> BOOL:
    return done(_register, hWnd, dwFlags)


@export("wtsapi32")
def WTSUnRegisterSessionNotificationEx(hServer: HANDLE, hWnd: HWND) -> BOOL:
    return done(_register, hWnd, 0)


@export("wtsapi32")
def WTSDisconnectSession(hServer: HANDLE, SessionId: DWORD, bWait: BOOL) -> BOOL:
    """The session is the host's to end."""
    return fail(ERROR_ACCESS_DENIED)


@export("wtsapi32")
def WTSLogoffSession(hServer: HANDLE, SessionId: DWORD, bWait: BOOL) -> BOOL:
    return fail(ERROR_ACCESS_DENIED)


@export("wtsapi32")
def WTSShutdownSystem(hServer: HANDLE, ShutdownFlag: DWORD) -> BOOL:
    return fail(ERROR_ACCESS_DENIED)


# ---- processes ----


class ProcessEntry(ctypes.Structure):
    """PROCESSENTRY32W"""

    _fields_ = [
        ("dwSize", c_uint32),
        ("cntUsage", c_uint32),
        ("th32ProcessID", c_uint32),
        ("th32DefaultHeapID", c_uint64),
        ("th32ModuleID", c_uint32),
        ("cntThreads", c_uint32),
        ("th32ParentProcessID", c_uint32),
        ("pcPriClassBase", c_uint32),
        ("dwFlags", c_uint32),
        ("szExeFile", c_uint16 * 260),
    ]


SNAP_PROCESSES = 2


def _processes() -> list[tuple[int, str]]:
    """Numbers and names, as a snapshot has them."""
    snapshot = windows("kernel32.dll", "CreateToolhelp32Snapshot", SNAP_PROCESSES, 0)
    entry = ProcessEntry(dwSize=ctypes.sizeof(ProcessEntry))
    found, place, step = [], ctypes.addressof(entry), "Process32FirstW"
    while windows("kernel32.dll", step, snapshot, place) & 0xFFFFFFFF:
        name = _core.wide_string(place + ProcessEntry.szExeFile.offset)
        found.append((entry.th32ProcessID, name))
        step = "Process32NextW"
    windows("kernel32.dll", "CloseHandle", snapshot)
    return found


def _list_processes(server: int, version: int, list_out: int, count_out: int, wide: bool) -> None:
    """WTS_PROCESS_INFO: session, number, name, the user's SID, which is told of none."""
    if server:
        raise Refused(RPC_S_SERVER_UNAVAILABLE)
    if version != 1 or not list_out or not count_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    processes = _processes()
    texts = [_core.wide_bytes(name) if wide else _core.ansi_from_text(name) + b"\0" for _, name in processes]
    size = 24 * len(processes)
    block = blocks.new(bytes(size + sum(map(len, texts))))
    rows, at = b"", block + size
    for (number, _), text in zip(processes, texts):
        rows += struct.pack("<IIQQ", SESSION, number, at, 0)
        at += len(text)
    _core.write(block, rows + b"".join(texts))
    put_u64(list_out, block)
    put_u32(count_out, len(processes))


@export("wtsapi32")
def WTSEnumerateProcessesW(
    hServer: HANDLE, Reserved: DWORD, Version: DWORD, ppProcessInfo: PVOID, pCount: LPDWORD
) -> BOOL:
    return done(_list_processes, hServer, Version, ppProcessInfo, pCount, True)


@export("wtsapi32")
def WTSEnumerateProcessesA(
    hServer: HANDLE, Reserved: DWORD, Version: DWORD, ppProcessInfo: PVOID, pCount: LPDWORD
) -> BOOL:
    return done(_list_processes, hServer, Version, ppProcessInfo, pCount, False)


PROCESS_TERMINATE = 1


@export("wtsapi32")
def WTSTerminateProcess(hServer: HANDLE, ProcessId: DWORD, ExitCode: DWORD) -> BOOL:
    process = windows("kernel32.dll", "OpenProcess", PROCESS_TERMINATE, 0, ProcessId)
    if not process:
        return 0
    ended = windows("kernel32.dll", "TerminateProcess", process, ExitCode) & 0xFFFFFFFF
    windows("kernel32.dll", "CloseHandle", process)
    return ended


@export("wtsapi32")
def WTSFreeMemory(pMemory: PVOID) -> VOID:
    blocks.free(pMemory)


@export("wtsapi32")
def WTSOpenServerW(pServerName: LPCWSTR) -> HANDLE:
    return fail(RPC_S_SERVER_UNAVAILABLE)


@export("wtsapi32")
def WTSOpenServerA(pServerName: LPCSTR) -> HANDLE:
    return fail(RPC_S_SERVER_UNAVAILABLE)


@export("wtsapi32")
def WTSCloseServer(hServer: HANDLE) -> VOID:
    """Nobody has one to close."""


@export("wtsapi32")
def WTSQueryUserToken(SessionId: ULONG, phToken: PHANDLE) -> BOOL:
    """Only for the system's own account."""
    return fail(ERROR_PRIVILEGE_NOT_HELD)
