"""Paths made shorter to be shown, dates and times as the Shell shows them, and schemes for URLs without one.

Source: Microsoft, "PathCompactPathExW function", "PathCompactPathW function", "SHFormatDateTimeW function",
"UrlApplySchemeW function", "SHRegGetPathW function".
"""

from __future__ import annotations

import ctypes
import re

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import from_ansi, get_u32, get_u64, put_cut, string_at
from windlass.api.refused import Refused, code_of
from windlass.api.shell import shlwapi_url
from windlass.api.shell.shlwapi_text import with_variables
from windlass.api.system import registry_keys as keys
from windlass.api.system import registry_win32 as registry
from windlass.registry import export
from windlass.types import (
    BOOL,
    DWORD,
    HDC,
    HKEY,
    HRESULT,
    INT,
    LPCSTR,
    LPCWSTR,
    LPDWORD,
    LPSTR,
    LPWSTR,
    LSTATUS,
    PVOID,
    UINT,
)

__all__: list[str] = []

E_INVALIDARG, S_FALSE, MAX_PATH = 0x80070057, 1, 260
DOTS = "..."


# ---- paths made shorter ----


def compacted(path: str, capacity: int) -> str:
    r"""At most capacity - 1 characters, as `c:\pro...\name.txt`: the name is kept as long as it can be."""
    room = capacity - 1
    if len(path) <= room:
        return path
    start, separator, name = path[:-1].rpartition("\\")
    name = separator + name + path[-1:]
    if not start:
        return name[: max(room - len(DOTS), 0)] + DOTS[: min(room, len(DOTS))]
    if len(name) + len(DOTS) <= room:
        return start[: room - len(name) - len(DOTS)] + DOTS + name
    left = room - len(DOTS)
    if left <= len(DOTS):
        return (DOTS + separator + DOTS)[:room]
    return DOTS + name[: left - len(DOTS)] + DOTS


def _compact(out: int, path: str | None, capacity: int, wide: bool) -> int:
    if not out or path is None:
        return 0
    if capacity:
        put_cut(out, compacted(path, capacity), capacity, wide)
    return 1


@export("shlwapi")
def PathCompactPathExW(pszOut: LPWSTR, pszSrc: LPCWSTR, cchMax: UINT, dwFlags: DWORD) -> BOOL:
    return _compact(pszOut, pszSrc, cchMax, True)


@export("shlwapi")
def PathCompactPathExA(pszOut: LPSTR, pszSrc: LPCSTR, cchMax: UINT, dwFlags: DWORD) -> BOOL:
    return _compact(pszOut, from_ansi(pszSrc), cchMax, False)


def _width(dc: int, text: str) -> int:
    units = _core.wide_bytes(text)
    buffer = ctypes.create_string_buffer(units)
    size = ctypes.create_string_buffer(8)
    at = ctypes.addressof(buffer), len(units) // 2 - 1, ctypes.addressof(size)
    windows("gdi32.dll", "GetTextExtentPoint32W", dc, *at)
    return get_u32(ctypes.addressof(size))


def _compact_width(dc: int, buffer: int, width: int, wide: bool) -> int:
    """As wide as `width` pixels in the context's font; the name is never made shorter."""
    path = string_at(buffer, wide)
    if path is None:
        return 0
    own = 0 if dc else windows("gdi32.dll", "CreateCompatibleDC", 0)
    start, separator, name = path.rpartition("\\")
    shown = path
    while _width(dc or own, shown) > width and start:
        start = start[:-1]
        shown = start + DOTS + separator + name
    if own:
        windows("gdi32.dll", "DeleteDC", own)
    put_cut(buffer, shown, MAX_PATH, wide)
    return 1


@export("shlwapi")
def PathCompactPathW(hDC: HDC, pszPath: LPWSTR, dx: UINT) -> BOOL:
    return _compact_width(hDC, pszPath, dx, True)


@export("shlwapi")
def PathCompactPathA(hDC: HDC, pszPath: LPSTR, dx: UINT) -> BOOL:
    return _compact_width(hDC, pszPath, dx, False)


# ---- dates and times ----

FDTF_SHORTTIME, FDTF_SHORTDATE, FDTF_LONGDATE, FDTF_LONGTIME = 1, 2, 4, 8
FDTF_DEFAULT = FDTF_SHORTTIME | FDTF_SHORTDATE
FDTF_LTRDATE, FDTF_RTLDATE = 0x100, 0x200
LOCALE_USER_DEFAULT, TIME_NOSECONDS, DATE_SHORTDATE, DATE_LONGDATE = 0x400, 2, 1, 2
DATE_LTRREADING, DATE_RTLREADING = 0x10, 0x20


def _format(function: str, flags: int, moment: int) -> str:
    text = ctypes.create_string_buffer(400)
    windows("kernel32.dll", function, LOCALE_USER_DEFAULT, flags, moment, 0, ctypes.addressof(text), 200)
    return _core.wide_string(ctypes.addressof(text))


def date_and_time(time: int, flags: int) -> str:
    """Of the FILETIME at an address, in local time; a time of zero stands for none, and is empty."""
    if not get_u64(time):
        return ""
    local, moment = ctypes.create_string_buffer(8), ctypes.create_string_buffer(16)
    windows("kernel32.dll", "FileTimeToLocalFileTime", time, ctypes.addressof(local))
    windows("kernel32.dll", "FileTimeToSystemTime", ctypes.addressof(local), ctypes.addressof(moment))
    at = ctypes.addressof(moment)
    reading = DATE_LTRREADING if flags & FDTF_LTRDATE else DATE_RTLREADING if flags & FDTF_RTLDATE else 0
    parts = []
    if flags & (FDTF_SHORTDATE | FDTF_LONGDATE):
        form = DATE_LONGDATE if flags & FDTF_LONGDATE else DATE_SHORTDATE
        parts.append(_format("GetDateFormatW", form | reading, at))
    if flags & (FDTF_SHORTTIME | FDTF_LONGTIME):
        form = 0 if flags & FDTF_LONGTIME else TIME_NOSECONDS
        parts.append(_format("GetTimeFormatW", form, at))
    return (", " if flags & FDTF_LONGDATE else " ").join(parts)


def _put_date(time: int, flags: int, buffer: int, capacity: int, wide: bool) -> int:
    """The characters with the zero."""
    if not time or not buffer or not capacity:
        return 0
    text = date_and_time(time, get_u32(flags) if flags else FDTF_DEFAULT)
    put_cut(buffer, text, capacity, wide)
    return min(len(text) + 1, capacity)


@export("shlwapi")
def SHFormatDateTimeW(pft: PVOID, pdwFlags: LPDWORD, pszBuf: LPWSTR, cchBuf: UINT) -> INT:
    return _put_date(pft, pdwFlags, pszBuf, cchBuf, True)


@export("shlwapi")
def SHFormatDateTimeA(pft: PVOID, pdwFlags: LPDWORD, pszBuf: LPSTR, cchBuf: UINT) -> INT:
    return _put_date(pft, pdwFlags, pszBuf, cchBuf, False)


# ---- schemes ----

URL_APPLY_DEFAULT, URL_APPLY_GUESSSCHEME, URL_APPLY_GUESSFILE, URL_APPLY_FORCEAPPLY = 1, 2, 4, 8
PREFIXES = {"ftp": "ftp://", "gopher": "gopher://", "home": "http://", "mosaic": "http://", "www": "http://"}


def _with_scheme(url: str, flags: int) -> str | None:
    """None for a URL that has a scheme, or gets none."""
    if shlwapi_url.scheme_of(url) and not flags & URL_APPLY_FORCEAPPLY:
        return None
    if flags & URL_APPLY_GUESSFILE and re.match(r"[A-Za-z]:|\\", url):
        return shlwapi_url.from_path(url)
    if flags & URL_APPLY_GUESSSCHEME:
        for start, scheme in PREFIXES.items():
            if url.lower().startswith(start + "."):
                return scheme + url
    return "http://" + url if flags & (URL_APPLY_DEFAULT | URL_APPLY_FORCEAPPLY) else None


def _apply_scheme(url: str | None, buffer: int, size: int, flags: int, wide: bool) -> int:
    if url is None or not buffer or not size:
        return E_INVALIDARG
    text = _with_scheme(url, flags)
    return S_FALSE if text is None else shlwapi_url.give(text, buffer, size, wide)


@export("shlwapi", "kernelbase")
def UrlApplySchemeW(pszIn: LPCWSTR, pszOut: LPWSTR, pcchOut: LPDWORD, dwFlags: DWORD) -> HRESULT:
    return _apply_scheme(pszIn, pszOut, pcchOut, dwFlags, True)


@export("shlwapi", "kernelbase")
def UrlApplySchemeA(pszIn: LPCSTR, pszOut: LPSTR, pcchOut: LPDWORD, dwFlags: DWORD) -> HRESULT:
    return _apply_scheme(from_ansi(pszIn), pszOut, pcchOut, dwFlags, False)


# ---- paths in the registry ----


def _get_path(hkey: int, path: str | None, name: str | None, buffer: int, wide: bool) -> int:
    size = ctypes.c_uint32(MAX_PATH * (2 if wide else 1))
    at = 0, buffer, ctypes.addressof(size)
    return code_of(registry.get_value, hkey, path, name, 0xFFFF, *at, wide)


@export("shlwapi", "shcore")
def SHRegGetPathW(
    hKey: HKEY, pcszSubKey: LPCWSTR, pcszValue: LPCWSTR, pszPath: LPWSTR, dwFlags: DWORD
) -> LSTATUS:
    """With its variables expanded."""
    return _get_path(hKey, pcszSubKey, pcszValue, pszPath, True)


@export("shlwapi", "shcore")
def SHRegGetPathA(
    hKey: HKEY, pcszSubKey: LPCSTR, pcszValue: LPCSTR, pszPath: LPSTR, dwFlags: DWORD
) -> LSTATUS:
    return _get_path(hKey, from_ansi(pcszSubKey), from_ansi(pcszValue), pszPath, False)


def _set_path(hkey: int, below: str | None, name: str | None, path: str | None) -> int:
    data = _core.wide_bytes(with_variables(path or "") or path or "")
    buffer = ctypes.create_string_buffer(data, len(data))
    at = ctypes.addressof(buffer)
    return registry.RegSetKeyValueW(hkey, below, name, keys.REG_EXPAND_SZ, at, len(data))


@export("shlwapi", "shcore")
def SHRegSetPathW(
    hKey: HKEY, pcszSubKey: LPCWSTR, pcszValue: LPCWSTR, pcszPath: LPCWSTR, dwFlags: DWORD
) -> LSTATUS:
    """With the variables that stand for its start."""
    return _set_path(hKey, pcszSubKey, pcszValue, pcszPath)


@export("shlwapi", "shcore")
def SHRegSetPathA(
    hKey: HKEY, pcszSubKey: LPCSTR, pcszValue: LPCSTR, pcszPath: LPCSTR, dwFlags: DWORD
) -> LSTATUS:
    return _set_path(hKey, from_ansi(pcszSubKey), from_ansi(pcszValue), from_ansi(pcszPath))


@export("shlwapi", "shcore")
def SHRegDuplicateHKey(hkey: HKEY) -> HKEY:
    try:
        return keys.handle_of(keys.key_of(hkey), 0x2000000)
    except Refused:
        return 0
