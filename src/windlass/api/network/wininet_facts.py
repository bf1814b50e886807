"""WinINet's functions that need no request: URLs, times, cookies, whether there is a network.

Source: Microsoft, "WinINet Functions", one page each.
"""

from __future__ import annotations

import os

from windlass import _core
from windlass.api.calls import windows
from windlass.api.network.http_engine import Target
from windlass.api.network.http_urls import WININET_SCHEMES, Text, crack, create
from windlass.api.network.winhttp_facts import http_time, put_system_time
from windlass.api.outputs import fail, from_ansi, put_cut, put_u32
from windlass.api.refused import Refused, done
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPCSTR, LPCWSTR, LPDWORD, LPSTR, LPVOID, LPWSTR, PVOID

ERROR_FILE_NOT_FOUND = 2
ERROR_INVALID_HANDLE = 6
ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
ERROR_NO_MORE_ITEMS = 259
ERROR_INTERNET_CANNOT_CONNECT = 12029

WIDE, ANSI = Text(wide=True), Text(wide=False)

# ---- URLs ----


@export("wininet")
def InternetCrackUrlW(lpszUrl: PVOID, dwUrlLength: DWORD, dwFlags: DWORD, lpUrlComponents: PVOID) -> BOOL:
    return done(crack, lpszUrl, dwUrlLength, dwFlags, lpUrlComponents, WININET_SCHEMES, WIDE)


@export("wininet")
def InternetCrackUrlA(lpszUrl: PVOID, dwUrlLength: DWORD, dwFlags: DWORD, lpUrlComponents: PVOID) -> BOOL:
    return done(crack, lpszUrl, dwUrlLength, dwFlags, lpUrlComponents, WININET_SCHEMES, ANSI)


@export("wininet")
def InternetCreateUrlW(
    lpUrlComponents: PVOID, dwFlags: DWORD, lpszUrl: LPWSTR, lpdwUrlLength: LPDWORD
) -> BOOL:
    return done(create, lpUrlComponents, dwFlags, lpszUrl, lpdwUrlLength, WININET_SCHEMES, WIDE)


@export("wininet")
def InternetCreateUrlA(
    lpUrlComponents: PVOID, dwFlags: DWORD, lpszUrl: LPSTR, lpdwUrlLength: LPDWORD
) -> BOOL:
    return done(create, lpUrlComponents, dwFlags, lpszUrl, lpdwUrlLength, WININET_SCHEMES, ANSI)


NO_ENCODE = 0x20000000
"""ICU_NO_ENCODE; for shlwapi the same bit asks to encode."""


def _from_hresult(code: int) -> int:
    """shlwapi's answer as a BOOL with a last error."""
    code &= 0xFFFFFFFF
    if code == 0x80004003:  # E_POINTER: the buffer is too small
        return fail(ERROR_INSUFFICIENT_BUFFER)
    return fail(code & 0xFFFF) if code else 1


@export("wininet")
def InternetCanonicalizeUrlW(
    lpszUrl: PVOID, lpszBuffer: LPWSTR, lpdwBufferLength: LPDWORD, dwFlags: DWORD
) -> BOOL:
    flags = dwFlags ^ NO_ENCODE
    return _from_hresult(
        windows("shlwapi.dll", "UrlCanonicalizeW", lpszUrl, lpszBuffer, lpdwBufferLength, flags)
    )


@export("wininet")
def InternetCanonicalizeUrlA(
    lpszUrl: PVOID, lpszBuffer: LPSTR, lpdwBufferLength: LPDWORD, dwFlags: DWORD
) -> BOOL:
    flags = dwFlags ^ NO_ENCODE
    return _from_hresult(
        windows("shlwapi.dll", "UrlCanonicalizeA", lpszUrl, lpszBuffer, lpdwBufferLength, flags)
    )


@export("wininet")
def InternetCombineUrlW(
    lpszBaseUrl: PVOID, lpszRelativeUrl: PVOID, lpszBuffer: LPWSTR, lpdwBufferLength: LPDWORD, dwFlags: DWORD
) -> BOOL:
    place = (lpszBuffer, lpdwBufferLength, dwFlags ^ NO_ENCODE)
    return _from_hresult(windows("shlwapi.dll", "UrlCombineW", lpszBaseUrl, lpszRelativeUrl, *place))


@export("wininet")
def InternetCombineUrlA(
    lpszBaseUrl: PVOID, lpszRelativeUrl: PVOID, lpszBuffer: LPSTR, lpdwBufferLength: LPDWORD, dwFlags: DWORD
) -> BOOL:
    place = (lpszBuffer, lpdwBufferLength, dwFlags ^ NO_ENCODE)
    return _from_hresult(windows("shlwapi.dll", "UrlCombineA", lpszBaseUrl, lpszRelativeUrl, *place))


# ---- times ----

RFC1123 = 0
BUFFER_SIZE = 30


def _from_system_time(time_at: int, format: int, output: int, size: int, unit: int, encoded: bytes) -> None:
    """The size is in bytes."""
    if not time_at or not output or format != RFC1123:
        raise Refused(ERROR_INVALID_PARAMETER)
    if size < BUFFER_SIZE * unit:
        raise Refused(ERROR_INSUFFICIENT_BUFFER)
    _core.write(output, encoded)


@export("wininet")
def InternetTimeFromSystemTimeW(pst: PVOID, dwRFC: DWORD, lpszTime: LPWSTR, cbTime: DWORD) -> BOOL:
    return done(
        lambda: _from_system_time(
            pst, dwRFC, lpszTime, cbTime, 2, _core.wide_bytes(http_time(pst)) if pst else b""
        )
    )


@export("wininet")
def InternetTimeFromSystemTimeA(pst: PVOID, dwRFC: DWORD, lpszTime: LPSTR, cbTime: DWORD) -> BOOL:
    return done(
        lambda: _from_system_time(
            pst, dwRFC, lpszTime, cbTime, 1, http_time(pst).encode() + b"\0" if pst else b""
        )
    )


@export("wininet")
def InternetTimeToSystemTimeW(lpszTime: LPCWSTR, pst: PVOID, dwReserved: DWORD) -> BOOL:
    if not lpszTime or not pst:
        return fail(ERROR_INVALID_PARAMETER)
    return done(put_system_time, lpszTime, pst)


@export("wininet")
def InternetTimeToSystemTimeA(lpszTime: LPCSTR, pst: PVOID, dwReserved: DWORD) -> BOOL:
    if not lpszTime or not pst:
        return fail(ERROR_INVALID_PARAMETER)
    return done(put_system_time, from_ansi(lpszTime), pst)


# ---- the network ----

CONNECTION_LAN, CONNECTION_OFFLINE = 0x2, 0x20


def _is_connected() -> bool:
    """Whether an interface beside the loopback one is up."""
    for name in os.listdir("/sys/class/net"):
        try:
            with open(f"/sys/class/net/{name}/operstate", encoding="ascii") as file:
                state = file.read().strip()
        except OSError:
            continue
        if name != "lo" and state in ("up", "unknown"):
            return True
    return False


@export("wininet")
def InternetGetConnectedState(lpdwFlags: LPDWORD, dwReserved: DWORD) -> BOOL:
    connected = _is_connected()
    put_u32(lpdwFlags, CONNECTION_LAN if connected else CONNECTION_OFFLINE)
    return connected


CONNECTION_NAME = "LAN Connection"


def _connected_state(flags: int, name: int, size: int, reserved: int, wide: bool) -> int:
    """The name of the connection too, as much of it as there is room for."""
    if reserved:
        return 0
    connected = InternetGetConnectedState(flags, 0)
    if name and size:
        put_cut(name, CONNECTION_NAME if connected else "", size, wide)
    return connected


@export("wininet")
def InternetGetConnectedStateExW(
    lpdwFlags: LPDWORD, lpszConnectionName: LPWSTR, dwBufLen: DWORD, dwReserved: DWORD
) -> BOOL:
    return _connected_state(lpdwFlags, lpszConnectionName, dwBufLen, dwReserved, True)


@export("wininet")
def InternetGetConnectedStateExA(
    lpdwFlags: LPDWORD, lpszConnectionName: LPSTR, dwBufLen: DWORD, dwReserved: DWORD
) -> BOOL:
    return _connected_state(lpdwFlags, lpszConnectionName, dwBufLen, dwReserved, False)


@export("wininet")
def InternetGetConnectedStateEx(
    lpdwFlags: LPDWORD, lpszConnectionName: LPSTR, dwBufLen: DWORD, dwReserved: DWORD
) -> BOOL:
    return _connected_state(lpdwFlags, lpszConnectionName, dwBufLen, dwReserved, False)


@export("wininet")
def InternetAttemptConnect(dwReserved: DWORD) -> DWORD:
    """There is nothing to dial."""
    return 0 if _is_connected() else ERROR_INTERNET_CANNOT_CONNECT


def _check_connection(url: str | None) -> int:
    import socket

    if not url:
        return _is_connected() or fail(ERROR_INTERNET_CANNOT_CONNECT)
    target = Target.of_url(url)
    try:
        socket.create_connection((target.host, target.port), timeout=10).close()
    except OSError:
        return fail(ERROR_INTERNET_CANNOT_CONNECT)
    return 1


@export("wininet")
def InternetCheckConnectionW(lpszUrl: LPCWSTR, dwFlags: DWORD, dwReserved: DWORD) -> BOOL:
    return _check_connection(lpszUrl)


@export("wininet")
def InternetCheckConnectionA(lpszUrl: LPCSTR, dwFlags: DWORD, dwReserved: DWORD) -> BOOL:
    return _check_connection(from_ansi(lpszUrl))


# ---- what FTP servers and the cache would have to say ----


# ---- the cache, in which there is nothing ----


def _not_cached(url: str | bytes | None) -> int:
    return fail(ERROR_FILE_NOT_FOUND if url else ERROR_INVALID_PARAMETER)


@export("wininet")
def DeleteUrlCacheEntryW(lpszUrlName: LPCWSTR) -> BOOL:
    return _not_cached(lpszUrlName)


@export("wininet")
def DeleteUrlCacheEntryA(lpszUrlName: LPCSTR) -> BOOL:
    return _not_cached(lpszUrlName)


@export("wininet")
def DeleteUrlCacheEntry(lpszUrlName: LPCSTR) -> BOOL:
    return _not_cached(lpszUrlName)


@export("wininet")
def FindFirstUrlCacheEntryW(
    lpszUrlSearchPattern: LPCWSTR, lpFirstCacheEntryInfo: LPVOID, lpcbCacheEntryInfo: LPDWORD
) -> PVOID:
    return fail(ERROR_NO_MORE_ITEMS)


@export("wininet")
def FindFirstUrlCacheEntryA(
    lpszUrlSearchPattern: LPCSTR, lpFirstCacheEntryInfo: LPVOID, lpcbCacheEntryInfo: LPDWORD
) -> PVOID:
    return fail(ERROR_NO_MORE_ITEMS)


@export("wininet")
def FindNextUrlCacheEntryW(
    hEnumHandle: HANDLE, lpNextCacheEntryInfo: LPVOID, lpcbCacheEntryInfo: LPDWORD
) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("wininet")
def FindNextUrlCacheEntryA(
    hEnumHandle: HANDLE, lpNextCacheEntryInfo: LPVOID, lpcbCacheEntryInfo: LPDWORD
) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("wininet")
def FindCloseUrlCache(hEnumHandle: HANDLE) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("wininet")
def GetUrlCacheEntryInfoW(
    lpszUrlName: LPCWSTR, lpCacheEntryInfo: LPVOID, lpcbCacheEntryInfo: LPDWORD
) -> BOOL:
    return _not_cached(lpszUrlName)


@export("wininet")
def GetUrlCacheEntryInfoA(lpszUrlName: LPCSTR, lpCacheEntryInfo: LPVOID, lpcbCacheEntryInfo: LPDWORD) -> BOOL:
    return _not_cached(lpszUrlName)


@export("wininet")
def RetrieveUrlCacheEntryFileW(
    lpszUrlName: LPCWSTR, lpCacheEntryInfo: LPVOID, lpcbCacheEntryInfo: LPDWORD, dwReserved: DWORD
) -> BOOL:
    return _not_cached(lpszUrlName)


@export("wininet")
def RetrieveUrlCacheEntryFileA(
    lpszUrlName: LPCSTR, lpCacheEntryInfo: LPVOID, lpcbCacheEntryInfo: LPDWORD, dwReserved: DWORD
) -> BOOL:
    return _not_cached(lpszUrlName)
