"""Terminal Services' view of the one session that there is.

Source: Microsoft, "WTSEnumerateSessionsW function", "WTSQuerySessionInformationW function", "WTS_INFO_CLASS".
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from windlass import _core
from windlass.api import blocks
from windlass.api.outputs import fail, put_u32, put_u64
from windlass.api.refused import Refused, done
from windlass.api.security.tokens import SESSION
from windlass.api.shell.folders import user_name
from windlass.api.system.registry_seed import computer_name
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPCSTR, LPCWSTR, LPDWORD, PHANDLE, PVOID, ULONG, VOID

ERROR_FILE_NOT_FOUND = 2
ERROR_INVALID_PARAMETER = 87
ERROR_NOT_SUPPORTED = 50
ERROR_PRIVILEGE_NOT_HELD = 1314
RPC_S_SERVER_UNAVAILABLE = 1722

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
_NUMBERS = {4: struct.pack("<I", SESSION), 8: struct.pack("<I", ACTIVE), 16: bytes(2), 29: bytes(1)}


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
