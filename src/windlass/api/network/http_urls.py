"""URLs taken apart and put together, as winhttp and wininet do it.

Source: Microsoft, "URL_COMPONENTS structure", "WinHttpCrackUrl function", "InternetCrackUrlW function",
"WinHttpCreateUrl function".
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Mapping
from ctypes import c_uint16, c_uint32, c_uint64
from typing import NamedTuple
from urllib.parse import quote, unquote

from windlass import _core
from windlass.api.outputs import put_u32
from windlass.api.refused import Refused
from windlass.api.structures import get_structure, put_structure

__all__ = ["WINHTTP_SCHEMES", "WININET_SCHEMES", "Text", "crack", "create"]

ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
INVALID_URL, UNRECOGNIZED_SCHEME = 12005, 12006

DECODE, ESCAPE, REJECT_USER = 0x10000000, 0x80000000, 0x00004000

WINHTTP_SCHEMES = {"http": 1, "https": 2}
WININET_SCHEMES = {
    "ftp": 1, "gopher": 2, "http": 3, "https": 4, "file": 5, "news": 6, "mailto": 7, "socks": 8,
    "javascript": 9, "vbscript": 10, "res": 11,
}  # fmt: skip
PORTS = {"http": 80, "https": 443, "ftp": 21, "gopher": 70}


class UrlComponents(ctypes.Structure):
    _fields_ = [
        ("dwStructSize", c_uint32),
        ("lpszScheme", c_uint64),
        ("dwSchemeLength", c_uint32),
        ("nScheme", c_uint32),
        ("lpszHostName", c_uint64),
        ("dwHostNameLength", c_uint32),
        ("nPort", c_uint16),
        ("lpszUserName", c_uint64),
        ("dwUserNameLength", c_uint32),
        ("lpszPassword", c_uint64),
        ("dwPasswordLength", c_uint32),
        ("lpszUrlPath", c_uint64),
        ("dwUrlPathLength", c_uint32),
        ("lpszExtraInfo", c_uint64),
        ("dwExtraInfoLength", c_uint32),
    ]


_PARTS = ("Scheme", "HostName", "UserName", "Password", "UrlPath", "ExtraInfo")


class Text(NamedTuple):
    """How the program's characters are kept: in UTF-16 or in the ANSI code page."""

    wide: bool

    @property
    def unit(self) -> int:
        return 2 if self.wide else 1

    def read(self, address: int, length: int) -> str:
        """One character for one unit, so that places in the text are places in memory."""
        if not length:
            length = -1
        if self.wide:
            data = _core.wide_string(address, length).encode("utf-16-le", "surrogatepass")
            return "".join(chr(unit) for unit in memoryview(data).cast("H"))
        return (_core.string(address) if length < 0 else _core.read(address, length)).decode("latin-1")

    def write(self, address: int, text: str) -> None:
        codes = [ord(character) for character in text] + [0]
        _core.write(address, b"".join(code.to_bytes(self.unit, "little") for code in codes))


_URL = re.compile(
    r"(?P<Scheme>[A-Za-z][\w+.-]*):(?://(?:(?P<UserName>[^:@/?#]*)(?::(?P<Password>[^@/?#]*))?@)?"
    r"(?P<HostName>\[[^\]/?#]*\]|[^:/?#]*)(?::(?P<Port>\d*))?)?(?P<UrlPath>[^?#]*)(?P<ExtraInfo>.*)",
    re.DOTALL,
)


def crack(url: int, length: int, flags: int, components: int, schemes: Mapping[str, int], text: Text) -> None:
    """Each part is copied to the program's buffer, or pointed at in the URL, or left out."""
    if not url or not components:
        raise Refused(ERROR_INVALID_PARAMETER)
    given = get_structure(components, UrlComponents)
    if given.dwStructSize != ctypes.sizeof(UrlComponents):
        raise Refused(ERROR_INVALID_PARAMETER)
    whole = text.read(url, length)
    found = _URL.match(whole.rstrip("\0"))
    if found is None:
        raise Refused(UNRECOGNIZED_SCHEME if ":" not in whole else INVALID_URL)
    scheme = found["Scheme"].lower()
    if scheme not in schemes:
        raise Refused(UNRECOGNIZED_SCHEME)
    if (found["UserName"] is not None and flags & REJECT_USER) or (scheme in PORTS and not found["HostName"]):
        raise Refused(INVALID_URL)
    given.nScheme = schemes[scheme]
    given.nPort = _port(found["Port"], scheme)
    for part in _PARTS:
        _put_part(given, part, found, url, flags, text)
    put_structure(components, given)


def _port(text: str | None, scheme: str) -> int:
    if not text:
        return PORTS.get(scheme, 0)
    if int(text) > 0xFFFF:
        raise Refused(INVALID_URL)
    return int(text)


def _put_part(
    given: UrlComponents, part: str, found: re.Match[str], url: int, flags: int, text: Text
) -> None:
    pointer, capacity = getattr(given, f"lpsz{part}"), getattr(given, f"dw{part}Length")
    start, end = found.span(part)
    if part == "UrlPath" and not given.lpszExtraInfo and not given.dwExtraInfoLength:
        end = found.end("ExtraInfo")
    if start < 0:
        start = end = 0
    value = found.string[start:end]
    if part == "HostName" and value.startswith("["):
        value, start = value[1:-1], start + 1
    if not pointer and not capacity:
        return
    if pointer:
        value = _converted(value, part, flags)
        if capacity <= len(value):
            raise Refused(ERROR_INSUFFICIENT_BUFFER)
        text.write(pointer, value)
    else:
        setattr(given, f"lpsz{part}", url + start * text.unit if value or part == "UrlPath" else 0)
    setattr(given, f"dw{part}Length", len(value))


def _converted(value: str, part: str, flags: int) -> str:
    if part not in ("UrlPath", "ExtraInfo"):
        return value
    if flags & DECODE:
        value = unquote(value, "latin-1")
    if flags & ESCAPE:
        value = escape(value)
    return value


def escape(text: str) -> str:
    """What is not allowed in a URL, as %XX; what is escaped already stays."""
    return quote(text, safe="/?#%&=+,;:@!$'()*~-._[]", encoding="utf-8")


def create(
    components: int, flags: int, output: int, size_in_out: int, schemes: Mapping[str, int], text: Text
) -> None:
    """The URL of components; the size is in characters, and on success without the zero."""
    if not components or not size_in_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    given = get_structure(components, UrlComponents)
    if given.dwStructSize != ctypes.sizeof(UrlComponents):
        raise Refused(ERROR_INVALID_PARAMETER)

    def part(name: str) -> str:
        pointer, length = getattr(given, f"lpsz{name}"), getattr(given, f"dw{name}Length")
        return text.read(pointer, length) if pointer else ""

    by_number = {number: name for name, number in schemes.items()}
    scheme = part("Scheme") or by_number.get(given.nScheme, "http")
    user, password = part("UserName"), part("Password")
    if password and not user:
        raise Refused(ERROR_INVALID_PARAMETER)
    login = (f"{user}:{password}@" if password else f"{user}@") if user else ""
    host = part("HostName")
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    port = f":{given.nPort}" if given.nPort and given.nPort != PORTS.get(scheme.lower()) else ""
    path, extra = part("UrlPath"), part("ExtraInfo")
    if flags & ESCAPE:
        path, extra = escape(path), escape(extra)
    url = f"{scheme}://{login}{host}{port}{'' if not path or path.startswith('/') else '/'}{path}{extra}"
    capacity = int.from_bytes(_core.read(size_in_out, 4), "little")
    if not output or capacity < len(url) + 1:
        put_u32(size_in_out, len(url) + 1)
        raise Refused(ERROR_INSUFFICIENT_BUFFER)
    text.write(output, url)
    put_u32(size_in_out, len(url))
