"""WinINet's cookies: those of this process, which all its sessions share.

Source: Microsoft, "InternetSetCookieExW function", "InternetGetCookieExW function",
"Managing Cookies (Windows Internet)".
"""

from __future__ import annotations

import email.message
import http.cookiejar
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from windlass import _core
from windlass.api.outputs import fail, from_ansi, get_u32, put_u32
from windlass.api.refused import Refused, done
from windlass.registry import export
from windlass.types import BOOL, DWORD, DWORD_PTR, LPCSTR, LPCWSTR, LPDWORD, LPSTR, LPVOID, LPWSTR

__all__ = ["jar"]

ERROR_INVALID_PARAMETER, ERROR_INSUFFICIENT_BUFFER, ERROR_NO_MORE_ITEMS = 87, 122, 259
UNRECOGNIZED_SCHEME = 12006
COOKIE_STATE_ACCEPT = 1
HTTP_ONLY = 0x2000

jar = http.cookiejar.CookieJar()


class _Answer:
    """What a cookie jar takes cookies from: an answer with one header."""

    def __init__(self, cookie: str) -> None:
        self._headers = email.message.Message()
        self._headers["Set-Cookie"] = cookie

    def info(self) -> email.message.Message:
        return self._headers


def _request(url: str | None) -> urllib.request.Request:
    parts = urlsplit(url or "")
    if not parts.hostname:
        raise Refused(ERROR_INVALID_PARAMETER)
    if parts.scheme.lower() not in ("http", "https"):
        raise Refused(UNRECOGNIZED_SCHEME)
    return urllib.request.Request(url or "")


def _set(url: str | None, name: str | None, data: str | None) -> None:
    """Without a name the data has it, "name=value"; what follows are the cookie's attributes."""
    request = _request(url)
    if not data or (name is not None and not name):
        raise Refused(ERROR_INVALID_PARAMETER)
    answer: Any = _Answer(f"{name}={data}" if name else data)
    jar.extract_cookies(answer, request)


@export("wininet")
def InternetSetCookieW(lpszUrl: LPCWSTR, lpszCookieName: LPCWSTR, lpszCookieData: LPCWSTR) -> BOOL:
    return done(_set, lpszUrl, lpszCookieName, lpszCookieData)


@export("wininet")
def InternetSetCookieA(lpszUrl: LPCSTR, lpszCookieName: LPCSTR, lpszCookieData: LPCSTR) -> BOOL:
    return done(_set, from_ansi(lpszUrl), from_ansi(lpszCookieName), from_ansi(lpszCookieData))


def _set_ex(url: str | None, name: str | None, data: str | None) -> int:
    """The cookie's state; 0 with the error."""
    return COOKIE_STATE_ACCEPT if done(_set, url, name, data) else 0


@export("wininet")
def InternetSetCookieExW(
    lpszUrl: LPCWSTR, lpszCookieName: LPCWSTR, lpszCookieData: LPCWSTR, dwFlags: DWORD, dwReserved: DWORD_PTR
) -> DWORD:
    return _set_ex(lpszUrl, lpszCookieName, lpszCookieData)


@export("wininet")
def InternetSetCookieExA(
    lpszUrl: LPCSTR, lpszCookieName: LPCSTR, lpszCookieData: LPCSTR, dwFlags: DWORD, dwReserved: DWORD_PTR
) -> DWORD:
    return _set_ex(from_ansi(lpszUrl), from_ansi(lpszCookieName), from_ansi(lpszCookieData))


def _cookies(url: str | None, name: str | None, flags: int) -> str:
    """Those that a request would carry, in its order; those for HTTP alone are told only to who asks."""
    request = _request(url)
    jar.add_cookie_header(request)
    pairs = [each for each in (request.get_header("Cookie") or "").split("; ") if each]
    hidden = {
        cookie.name
        for cookie in jar
        if cookie.has_nonstandard_attr("HttpOnly") or cookie.has_nonstandard_attr("httponly")
    }
    found = [
        pair
        for pair in pairs
        if (not name or pair.partition("=")[0] == name)
        and (flags & HTTP_ONLY or pair.partition("=")[0] not in hidden)
    ]
    return "; ".join(found)


def _get(url: str | None, name: str | None, buffer: int, size: int, flags: int, wide: bool) -> int:
    """The size counts characters with the zero."""
    try:
        text = _cookies(url, name, flags)
    except Refused as refused:
        return fail(refused.code)
    if not size:
        return fail(ERROR_INVALID_PARAMETER)
    if not text:
        return fail(ERROR_NO_MORE_ITEMS)
    data = _core.wide_bytes(text) if wide else _core.ansi_from_text(text) + b"\0"
    needed, capacity = len(data) // (2 if wide else 1), get_u32(size)
    put_u32(size, needed)
    if not buffer:
        return 1
    if capacity < needed:
        return fail(ERROR_INSUFFICIENT_BUFFER)
    _core.write(buffer, data)
    return 1


@export("wininet")
def InternetGetCookieW(
    lpszUrl: LPCWSTR, lpszCookieName: LPCWSTR, lpszCookieData: LPWSTR, lpdwSize: LPDWORD
) -> BOOL:
    """All of the URL; the name is not looked at."""
    return _get(lpszUrl, None, lpszCookieData, lpdwSize, 0, True)


@export("wininet")
def InternetGetCookieA(
    lpszUrl: LPCSTR, lpszCookieName: LPCSTR, lpszCookieData: LPSTR, lpdwSize: LPDWORD
) -> BOOL:
    return _get(from_ansi(lpszUrl), None, lpszCookieData, lpdwSize, 0, False)


@export("wininet")
def InternetGetCookieExW(
    lpszURL: LPCWSTR,
    lpszCookieName: LPCWSTR,
    lpszCookieData: LPWSTR,
    lpdwSize: LPDWORD,
    dwFlags: DWORD,
    lpReserved: LPVOID,
) -> BOOL:
    return _get(lpszURL, lpszCookieName, lpszCookieData, lpdwSize, dwFlags, True)


@export("wininet")
def InternetGetCookieExA(
    lpszURL: LPCSTR,
    lpszCookieName: LPCSTR,
    lpszCookieData: LPSTR,
    lpdwSize: LPDWORD,
    dwFlags: DWORD,
    lpReserved: LPVOID,
) -> BOOL:
    return _get(from_ansi(lpszURL), from_ansi(lpszCookieName), lpszCookieData, lpdwSize, dwFlags, False)
