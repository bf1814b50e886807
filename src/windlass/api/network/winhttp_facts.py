"""WinHTTP's functions that need no session: URLs, times, the proxies that are configured.

Source: Microsoft, "WinHTTP Functions", one page each.
"""

from __future__ import annotations

import ctypes
import email.utils
import struct
import time
import urllib.request
from ctypes import c_int32, c_uint64

from windlass import _core
from windlass.api import blocks
from windlass.api.network.http_urls import WINHTTP_SCHEMES, Text, crack, create
from windlass.api.outputs import fail
from windlass.api.refused import Refused, done
from windlass.api.structures import put_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPCWSTR, LPDWORD, PVOID

ERROR_INVALID_PARAMETER = 87
ERROR_WINHTTP_AUTODETECTION_FAILED = 12180
ACCESS_NO_PROXY, ACCESS_NAMED_PROXY = 1, 3

WIDE = Text(wide=True)


@export("winhttp")
def WinHttpCrackUrl(pwszUrl: PVOID, dwUrlLength: DWORD, dwFlags: DWORD, lpUrlComponents: PVOID) -> BOOL:
    return done(crack, pwszUrl, dwUrlLength, dwFlags, lpUrlComponents, WINHTTP_SCHEMES, WIDE)


@export("winhttp")
def WinHttpCreateUrl(lpUrlComponents: PVOID, dwFlags: DWORD, pwszUrl: PVOID, pdwUrlLength: LPDWORD) -> BOOL:
    return done(create, lpUrlComponents, dwFlags, pwszUrl, pdwUrlLength, WINHTTP_SCHEMES, WIDE)


@export("winhttp")
def WinHttpCheckPlatform() -> BOOL:
    return 1


# ---- times as headers have them ----

_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def http_time(address: int) -> str:
    """A SYSTEMTIME as RFC 9110 writes it; Refused for what is no time."""
    year, month, weekday, day, hour, minute, second, _ = struct.unpack("<8H", _core.read(address, 16))
    if not (1 <= month <= 12 and weekday <= 6 and hour <= 23 and minute <= 59 and second <= 59):
        raise Refused(ERROR_INVALID_PARAMETER)
    name = time.strftime("%b", (2000, month, 1, 0, 0, 0, 0, 1, 0))
    return f"{_DAYS[weekday]}, {day:02} {name} {year:04} {hour:02}:{minute:02}:{second:02} GMT"


def put_system_time(text: str, output: int) -> None:
    parsed = email.utils.parsedate(text)
    if parsed is None:
        raise Refused(ERROR_INVALID_PARAMETER)
    weekday = (time.gmtime(time.mktime((*parsed[:3], 12, 0, 0, 0, 0, -1))).tm_wday + 1) % 7
    _core.write(output, struct.pack("<8H", *parsed[:2], weekday, *parsed[2:6], 0))


@export("winhttp")
def WinHttpTimeFromSystemTime(pst: PVOID, pwszTime: PVOID) -> BOOL:
    """The buffer has room for 62 bytes (WINHTTP_TIME_FORMAT_BUFSIZE)."""
    if not pst or not pwszTime:
        return fail(ERROR_INVALID_PARAMETER)
    return done(lambda: _core.write(pwszTime, _core.wide_bytes(http_time(pst))))


@export("winhttp")
def WinHttpTimeToSystemTime(pwszTime: LPCWSTR, pst: PVOID) -> BOOL:
    if not pwszTime or not pst:
        return fail(ERROR_INVALID_PARAMETER)
    return done(put_system_time, pwszTime, pst)


# ---- proxies: what the environment says ----


class IeProxyConfig(ctypes.Structure):
    """WINHTTP_CURRENT_USER_IE_PROXY_CONFIG"""

    _fields_ = [
        ("fAutoDetect", c_int32),
        ("lpszAutoConfigUrl", c_uint64),
        ("lpszProxy", c_uint64),
        ("lpszProxyBypass", c_uint64),
    ]


def _configured() -> tuple[str, str]:
    """The list of proxies, and of those whom they are not for."""
    found = urllib.request.getproxies()
    bypass = found.pop("no", "").replace(",", ";")
    addresses = {scheme: url.rpartition("//")[2].rstrip("/") for scheme, url in found.items()}
    known = [f"{scheme}={addresses[scheme]}" for scheme in ("http", "https", "ftp") if scheme in addresses]
    return ";".join(known), bypass


def _new_text(text: str) -> int:
    return blocks.new(_core.wide_bytes(text)) if text else 0


@export("winhttp")
def WinHttpGetIEProxyConfigForCurrentUser(pProxyConfig: PVOID) -> BOOL:
    if not pProxyConfig:
        return fail(ERROR_INVALID_PARAMETER)
    proxies, bypass = _configured()
    put_structure(pProxyConfig, IeProxyConfig(0, 0, _new_text(proxies), _new_text(bypass)))
    return 1


@export("winhttp")
def WinHttpGetDefaultProxyConfiguration(pProxyInfo: PVOID) -> BOOL:
    if not pProxyInfo:
        return fail(ERROR_INVALID_PARAMETER)
    proxies, bypass = _configured()
    access = ACCESS_NAMED_PROXY if proxies else ACCESS_NO_PROXY
    _core.write(pProxyInfo, struct.pack("<IxxxxQQ", access, _new_text(proxies), _new_text(bypass)))
    return 1


@export("winhttp")
def WinHttpDetectAutoProxyConfigUrl(dwAutoDetectFlags: DWORD, ppwstrAutoConfigUrl: PVOID) -> BOOL:
    """Nobody is asked for one."""
    if not ppwstrAutoConfigUrl or not dwAutoDetectFlags:
        return fail(ERROR_INVALID_PARAMETER)
    return fail(ERROR_WINHTTP_AUTODETECTION_FAILED)


@export("winhttp")
def WinHttpGetProxyForUrl(
    hSession: HANDLE, lpcwszUrl: LPCWSTR, pAutoProxyOptions: PVOID, pProxyInfo: PVOID
) -> BOOL:
    """Scripts for the configuration of proxies are not run."""
    if not lpcwszUrl or not pAutoProxyOptions or not pProxyInfo:
        return fail(ERROR_INVALID_PARAMETER)
    return fail(ERROR_WINHTTP_AUTODETECTION_FAILED)
