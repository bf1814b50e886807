"""Headers by the numbers that winhttp and wininet ask for them with.

Source: Microsoft, "Query Info Flags".
"""

from __future__ import annotations

import email.utils
import struct
import time
from collections.abc import Callable

from windlass import _core
from windlass.api.network.http_engine import Exchange
from windlass.api.outputs import get_u32, put_u32
from windlass.api.refused import Refused

__all__ = ["add_headers", "query_headers"]

ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
HEADER_NOT_FOUND, INVALID_HEADER, INVALID_QUERY, HEADER_ALREADY_EXISTS = 12150, 12153, 12154, 12155

# By their numbers, from 0; a name with a star is made of the answer's first line.
_TABLE = """
Mime-Version Content-Type Content-Transfer-Encoding Content-ID Content-Description Content-Length
Content-Language Allow Public Date Expires Last-Modified Message-ID URI Derived-From Cost Link Pragma
*version *status *reason *raw *raw-lines Connection Accept Accept-Charset Accept-Encoding Accept-Language
Authorization Content-Encoding Forwarded From If-Modified-Since Location Orig-URI Referer Retry-After Server
Title User-Agent WWW-Authenticate Proxy-Authenticate Accept-Ranges Set-Cookie Cookie *method Refresh
Content-Disposition Age Cache-Control Content-Base Content-Location Content-MD5 Content-Range ETag Host
If-Match If-None-Match If-Range If-Unmodified-Since Max-Forwards Proxy-Authorization Range Transfer-Encoding
Upgrade Vary Via Warning Expect Proxy-Connection Unless-Modified-Since * * * * Proxy-Support
Authentication-Info PassportURLs PassportConfig
"""
_NAMES = _TABLE.split()
CUSTOM = 0xFFFF
NUMBER, SYSTEM_TIME, OF_REQUEST, NUMBER64 = 0x20000000, 0x40000000, 0x80000000, 0x08000000


def _special(exchange: Exchange, name: str, *, of_request: bool) -> str:
    if name == "*method":
        return exchange.verb
    if name in ("*raw", "*raw-lines"):
        separator = "\0" if name == "*raw" else "\r\n"
        if of_request:
            lines = [f"{exchange.verb} {exchange.target.path} {exchange.version}"]
            lines += [f"{name}: {value}" for name, value in exchange.headers]
            return separator.join([*lines, ""]) + ("" if name == "*raw" else separator)
        return exchange.raw_headers(separator) + ("" if name == "*raw" else separator)
    version, _, rest = exchange.status_line.partition(" ")
    status, _, reason = rest.partition(" ")
    values = {"*version": version, "*status": status, "*reason": reason}
    if name not in values:
        raise Refused(INVALID_QUERY)
    return values[name]


def _value(exchange: Exchange, level: int, name: str | None, index: int) -> str:
    number = level & 0xFFFF
    if number == CUSTOM:
        if not name:
            raise Refused(ERROR_INVALID_PARAMETER)
        wanted = name
    elif number < len(_NAMES):
        wanted = _NAMES[number]
    else:
        raise Refused(INVALID_QUERY)
    of_request = bool(level & OF_REQUEST)
    if wanted.startswith("*"):
        return _special(exchange, wanted, of_request=of_request)
    headers = exchange.headers if of_request else exchange.answer_headers()
    values = [value for own, value in headers if own.lower() == wanted.lower()]
    if index >= len(values):
        raise Refused(HEADER_NOT_FOUND)
    return values[index]


def _number(text: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise Refused(INVALID_HEADER) from None


def _system_time(text: str) -> bytes:
    """A SYSTEMTIME."""
    parsed = email.utils.parsedate(text)
    if parsed is None:
        raise Refused(INVALID_HEADER)
    year, month, day, hour, minute, second = parsed[:6]
    weekday = (time.strptime(f"{year}-{month}-{day}", "%Y-%m-%d").tm_wday + 1) % 7
    return struct.pack("<8H", year, month, weekday, day, hour, minute, second, 0)


def query_headers(
    exchange: Exchange,
    level: int,
    name: str | None,
    buffer: int,
    size_in_out: int,
    index_in_out: int,
    encode: Callable[[str], bytes],
) -> None:
    """encode: a text with its zero, as the program wants it."""
    if not size_in_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    index = get_u32(index_in_out) if index_in_out else 0
    text = _value(exchange, level, name, index)
    unit = len(encode(""))
    if level & NUMBER64:
        data = struct.pack("<Q", _number(text) & 0xFFFFFFFFFFFFFFFF)
    elif level & NUMBER:
        data = struct.pack("<I", _number(text) & 0xFFFFFFFF)
    elif level & SYSTEM_TIME:
        data = _system_time(text)
    else:
        data = encode(text)
    is_text = not level & (NUMBER | NUMBER64 | SYSTEM_TIME)
    if not buffer or get_u32(size_in_out) < len(data):
        put_u32(size_in_out, len(data))
        raise Refused(ERROR_INSUFFICIENT_BUFFER)
    _core.write(buffer, data)
    put_u32(size_in_out, len(data) - (unit if is_text else 0))
    put_u32(index_in_out, index + 1)


# ---- adding ----

ADD, ADD_IF_NEW, REPLACE = 0x20000000, 0x10000000, 0x80000000
COMMA, SEMICOLON = 0x40000000, 0x01000000


def add_headers(exchange: Exchange, headers: list[tuple[str, str]], modifiers: int) -> None:
    for name, value in headers:
        _add_header(exchange, name, value, modifiers)


def _add_header(exchange: Exchange, name: str, value: str, modifiers: int) -> None:
    existing = exchange.header(name)
    if modifiers & ADD_IF_NEW and existing is not None:
        raise Refused(HEADER_ALREADY_EXISTS)
    if modifiers & REPLACE:
        if existing is None and not modifiers & ADD:
            raise Refused(HEADER_NOT_FOUND)
        exchange.remove_header(name)
        if value:  # an empty one removes
            exchange.headers.append((name, value))
        return
    if existing is not None and modifiers & (COMMA | SEMICOLON):
        exchange.remove_header(name)
        value = f"{existing}{', ' if modifiers & COMMA else '; '}{value}"
    exchange.headers.append((name, value))
