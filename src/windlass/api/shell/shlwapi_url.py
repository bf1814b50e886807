"""The Shell's functions for URLs.

Source: Microsoft, "UrlCanonicalizeW function", "UrlCombineW function", "UrlEscapeW function",
"UrlUnescapeW function", "UrlGetPartW function", "UrlIsW function", "ParseURLW function",
"PathCreateFromUrlW function", "UrlCreateFromPathW function", "PARSEDURL structure".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, Union

from windlass import _core
from windlass.api.outputs import from_ansi, get_u32, put_u32, put_u64
from windlass.registry import export
from windlass.types import BOOL, DWORD, HRESULT, INT, LPCSTR, LPCWSTR, LPDWORD, LPSTR, LPWSTR, PVOID

S_OK, S_FALSE = 0, 1
E_POINTER = 0x80004003
E_INVALIDARG = 0x80070057
URL_E_INVALID_SYNTAX = 0x80041001

# Flags of several functions, shlwapi.h's URL_*.
UNESCAPE_INPLACE = 0x00100000
ESCAPE_PERCENT = 0x00001000
ESCAPE_SEGMENT_ONLY = 0x00002000
ESCAPE_AS_UTF8 = 0x00040000
ESCAPE_SPACES_ONLY = 0x04000000
DONT_SIMPLIFY = 0x08000000
ESCAPE_UNSAFE = 0x20000000
UNESCAPE = 0x10000000
DONT_ESCAPE_EXTRA_INFO = 0x02000000
FILE_USE_PATHURL = 0x00010000

# URL_SCHEME by name.
SCHEMES = {
    "ftp": 1, "http": 2, "gopher": 3, "mailto": 4, "news": 5, "nntp": 6, "telnet": 7, "wais": 8, "file": 9,
    "mk": 10, "https": 11, "shell": 12, "snews": 13, "local": 14, "javascript": 15, "vbscript": 16,
    "about": 17, "res": 18, "ms-shell-rooted": 19, "ms-shell-idlist": 20, "hcp": 21,
}  # fmt: skip
SCHEME_UNKNOWN = 0
OPAQUE = {"mailto", "shell", "javascript", "vbscript", "about", "mk"}
NO_HISTORY = {"javascript", "vbscript", "mailto", "shell", "about"}

Text = Union[str, None]
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")


class Url(NamedTuple):
    """A URL taken apart; joined again the parts are the text. `authority` has its slashes."""

    scheme: str
    authority: str
    path: str
    query: str
    fragment: str

    @property
    def is_opaque(self) -> bool:
        return self.scheme.lower() in OPAQUE

    def text(self) -> str:
        scheme = self.scheme + ":" if self.scheme else ""
        return scheme + self.authority + self.path + self.query + self.fragment


def scheme_of(text: str) -> str:
    """The scheme in front, "" if there is none: one letter is a drive."""
    match = _SCHEME.match(text)
    return match[1] if match else ""


def split(text: str) -> Url:
    scheme = scheme_of(text)
    rest = text[len(scheme) + 1 :] if scheme else text
    if scheme.lower() in OPAQUE:
        return Url(scheme, "", rest, "", "")
    rest, hash, fragment = rest.partition("#")
    rest, mark, query = rest.partition("?")
    match = re.match(r"//[^/\\]*", rest.replace("\\", "/") if scheme else rest)
    authority = rest[: match.end()] if match else ""
    return Url(scheme, authority.replace("\\", "/"), rest[len(authority) :], mark + query, hash + fragment)


def simplified(path: str) -> str:
    """Without "." and ".." segments."""
    result: list[str] = []
    segments = path.split("/")
    for position, segment in enumerate(segments):
        is_last = position == len(segments) - 1
        if segment == "..":
            if len(result) > 1 or (result and result[0]):
                result.pop()
            if is_last:
                result.append("")
        elif segment == ".":
            if is_last:
                result.append("")
        else:
            result.append(segment)
    return "/".join(result)


# ---- escapes ----

UNSAFE = set(' "<>^`{|}\\[]')


def _escaped(text: str, unsafe: Callable[[str], bool], *, as_utf8: bool) -> str:
    def escape(character: str) -> str:
        if not unsafe(character):
            return character
        if ord(character) < 0x80 or as_utf8:
            return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
        return f"%{ord(character):02X}" if ord(character) < 0x100 else character

    return "".join(map(escape, text))


def escape(text: str, flags: int) -> str:
    """UrlEscape. What stands behind "?" or "#" is left as it is, except that blanks may be escaped."""
    as_utf8 = bool(flags & ESCAPE_AS_UTF8)
    if flags & ESCAPE_SPACES_ONLY:
        head, tail = _without_extra(text) if flags & DONT_ESCAPE_EXTRA_INFO else (text, "")
        return head.replace(" ", "%20") + tail

    def unsafe(character: str) -> bool:
        return (
            character in UNSAFE
            or not 0x20 <= ord(character) < 0x7F
            or (character == "%" and bool(flags & ESCAPE_PERCENT))
            or (character in "#?/;" and bool(flags & ESCAPE_SEGMENT_ONLY))
        )

    if flags & ESCAPE_SEGMENT_ONLY:
        return _escaped(text, unsafe, as_utf8=as_utf8)
    url = split(text)
    if url.is_opaque:
        return text
    path = url.path.replace("\\", "/") if url.scheme else url.path
    return url._replace(path=_escaped(path, unsafe, as_utf8=as_utf8)).text()


def _without_extra(text: str) -> tuple[str, str]:
    """The part before "?" or "#", and the rest."""
    match = re.search(r"[?#]", text)
    return (text[: match.start()], text[match.start() :]) if match else (text, "")


def unescape(text: str, flags: int) -> str:
    head, tail = _without_extra(text) if flags & DONT_ESCAPE_EXTRA_INFO else (text, "")
    if flags & ESCAPE_AS_UTF8:
        return (
            re.sub(
                r"(%[0-9A-Fa-f]{2})+",
                lambda match: bytes.fromhex(match[0].replace("%", "")).decode("utf-8", "replace"),
                head,
            )
            + tail
        )
    return re.sub(r"%([0-9A-Fa-f]{2})", lambda match: chr(int(match[1], 16)), head) + tail


# ---- canonical and combined URLs ----


def canonical(text: str, flags: int) -> str:
    text = text.strip(" \t\r\n")
    url = split(text)
    if url.is_opaque:
        return text
    if url.scheme:
        is_file = url.scheme.lower() == "file"
        path = url.path.replace("\\", "/")
        if url.authority and not path and not is_file:
            path = "/"
        url = url._replace(path=path)
        if not flags & DONT_SIMPLIFY:
            url = url._replace(path=simplified(path))
    elif re.match(r"[A-Za-z]:|\\\\", text):
        return canonical(from_path(text), flags)
    if flags & UNESCAPE:
        url = url._replace(path=unescape(url.path, 0))
    if flags & ESCAPE_UNSAFE:
        url = url._replace(path=escape(url.path, 0))
    elif flags & ESCAPE_SPACES_ONLY:
        url = url._replace(path=url.path.replace(" ", "%20"))
    return url.text()


def combine(base: str, relative: str, flags: int) -> str:
    """RFC 2396."""
    if not base or scheme_of(relative) or re.match(r"[A-Za-z]:|\\\\", relative):
        return canonical(relative, flags)
    root, other = split(base), split(relative)
    other = other._replace(path=other.path.replace("\\", "/"))
    if root.is_opaque:
        return canonical(relative or base, flags)
    if other.authority:
        joined = other._replace(scheme=root.scheme)
    elif not other.path and not other.query:
        joined = root._replace(fragment=other.fragment)
    else:
        folder = "" if other.path.startswith("/") else root.path.replace("\\", "/").rpartition("/")[0] + "/"
        joined = root._replace(path=folder + other.path, query=other.query, fragment=other.fragment)
    return canonical(joined.text(), flags)


# ---- paths ----


def from_path(path: str) -> str:
    """The file URL of a path."""
    path = path.replace("\\", "/")
    prefix = "file:" if path.startswith("//") else "file:///"

    def unsafe(character: str) -> bool:
        return character in UNSAFE or character in "%#?" or ord(character) < 0x20

    return prefix + _escaped(path, unsafe, as_utf8=False)


def to_path(url: str) -> str | None:
    """The path of a file URL; None for others."""
    if scheme_of(url).lower() != "file":
        return None
    rest = url[5:].replace("/", "\\")
    slashes = len(rest) - len(rest.lstrip("\\"))
    path = rest.lstrip("\\")
    if re.match(r"localhost\\", path, re.IGNORECASE) and slashes == 2:
        path, slashes = path[10:], 3
    drive = re.match(r"([A-Za-z])[:|]", path)
    if drive:
        path = drive[1] + ":" + path[2:]
    elif slashes == 2 or slashes >= 4:
        path = "\\\\" + path
    elif slashes:
        path = "\\" + path
    return unescape(path, 0)


# ---- results ----


def give(text: str, buffer: int, size: int, wide: bool) -> int:
    """The count without the zero; for too small a buffer E_POINTER and the count with it."""
    data = _core.wide_bytes(text) if wide else _core.ansi_from_text(text) + b"\0"
    count = len(data) // (2 if wide else 1)
    if count > get_u32(size):
        put_u32(size, count)
        return E_POINTER
    _core.write(buffer, data)
    put_u32(size, count - 1)
    return S_OK


def _canonicalize(url: Text, buffer: int, size: int, flags: int, wide: bool) -> int:
    if url is None or not buffer or not size or not get_u32(size):
        return E_INVALIDARG
    return give(canonical(url, flags), buffer, size, wide)


@export("shlwapi", "kernelbase")
def UrlCanonicalizeW(
    pszUrl: LPCWSTR, pszCanonicalized: LPWSTR, pcchCanonicalized: LPDWORD, dwFlags: DWORD
) -> HRESULT:
    return _canonicalize(pszUrl, pszCanonicalized, pcchCanonicalized, dwFlags, True)


@export("shlwapi", "kernelbase")
def UrlCanonicalizeA(
    pszUrl: LPCSTR, pszCanonicalized: LPSTR, pcchCanonicalized: LPDWORD, dwFlags: DWORD
) -> HRESULT:
    return _canonicalize(from_ansi(pszUrl), pszCanonicalized, pcchCanonicalized, dwFlags, False)


def _combine(base: Text, relative: Text, buffer: int, size: int, flags: int, wide: bool) -> int:
    if base is None or relative is None or not size or (get_u32(size) and not buffer):
        return E_INVALIDARG
    return give(combine(base, relative, flags), buffer, size, wide)


@export("shlwapi", "kernelbase")
def UrlCombineW(
    pszBase: LPCWSTR, pszRelative: LPCWSTR, pszCombined: LPWSTR, pcchCombined: LPDWORD, dwFlags: DWORD
) -> HRESULT:
    return _combine(pszBase, pszRelative, pszCombined, pcchCombined, dwFlags, True)


@export("shlwapi", "kernelbase")
def UrlCombineA(
    pszBase: LPCSTR, pszRelative: LPCSTR, pszCombined: LPSTR, pcchCombined: LPDWORD, dwFlags: DWORD
) -> HRESULT:
    return _combine(from_ansi(pszBase), from_ansi(pszRelative), pszCombined, pcchCombined, dwFlags, False)


def _escape(url: Text, buffer: int, size: int, flags: int, wide: bool) -> int:
    if url is None or not buffer or not size or not get_u32(size):
        return E_INVALIDARG
    return give(escape(url, flags), buffer, size, wide)


@export("shlwapi", "kernelbase")
def UrlEscapeW(pszUrl: LPCWSTR, pszEscaped: LPWSTR, pcchEscaped: LPDWORD, dwFlags: DWORD) -> HRESULT:
    return _escape(pszUrl, pszEscaped, pcchEscaped, dwFlags, True)


@export("shlwapi", "kernelbase")
def UrlEscapeA(pszUrl: LPCSTR, pszEscaped: LPSTR, pcchEscaped: LPDWORD, dwFlags: DWORD) -> HRESULT:
    return _escape(from_ansi(pszUrl), pszEscaped, pcchEscaped, dwFlags, False)


@export("shlwapi", "kernelbase")
def UrlUnescapeW(pszUrl: LPWSTR, pszUnescaped: LPWSTR, pcchUnescaped: LPDWORD, dwFlags: DWORD) -> HRESULT:
    if not pszUrl:
        return E_INVALIDARG
    text = unescape(_core.wide_string(pszUrl), dwFlags)
    if dwFlags & UNESCAPE_INPLACE:
        _core.write(pszUrl, _core.wide_bytes(text))
        return S_OK
    return give(text, pszUnescaped, pcchUnescaped, True) if pszUnescaped and pcchUnescaped else E_INVALIDARG


@export("shlwapi", "kernelbase")
def UrlUnescapeA(pszUrl: LPSTR, pszUnescaped: LPSTR, pcchUnescaped: LPDWORD, dwFlags: DWORD) -> HRESULT:
    if not pszUrl:
        return E_INVALIDARG
    text = unescape(_core.ansi_to_text(_core.string(pszUrl)), dwFlags)
    if dwFlags & UNESCAPE_INPLACE:
        _core.write(pszUrl, _core.ansi_from_text(text) + b"\0")
        return S_OK
    return give(text, pszUnescaped, pcchUnescaped, False) if pszUnescaped and pcchUnescaped else E_INVALIDARG


# ---- facts ----

URLIS_URL, URLIS_OPAQUE, URLIS_NOHISTORY, URLIS_FILEURL, URLIS_APPLIABLE, URLIS_DIRECTORY, URLIS_HASQUERY = (
    range(7)
)


def _is(url: Text, kind: int) -> int:
    if not url:
        return 0
    parts = split(url)
    name = parts.scheme.lower()
    answers = {
        URLIS_URL: bool(name),
        URLIS_OPAQUE: parts.is_opaque,
        URLIS_NOHISTORY: name in NO_HISTORY,
        URLIS_FILEURL: name == "file",
        URLIS_APPLIABLE: bool(name),
        URLIS_DIRECTORY: bool(name) and parts.path.endswith(("/", "\\")),
        URLIS_HASQUERY: bool(parts.query),
    }
    return int(answers.get(kind, False))


@export("shlwapi", "kernelbase")
def UrlIsW(pszUrl: LPCWSTR, UrlIs: INT) -> BOOL:
    return _is(pszUrl, UrlIs)


@export("shlwapi", "kernelbase")
def UrlIsA(pszUrl: LPCSTR, UrlIs: INT) -> BOOL:
    return _is(from_ansi(pszUrl), UrlIs)


@export("shlwapi", "kernelbase")
def UrlIsOpaqueW(pszURL: LPCWSTR) -> BOOL:
    return _is(pszURL, URLIS_OPAQUE)


@export("shlwapi", "kernelbase")
def UrlIsOpaqueA(pszURL: LPCSTR) -> BOOL:
    return _is(from_ansi(pszURL), URLIS_OPAQUE)


@export("shlwapi", "kernelbase")
def UrlIsNoHistoryW(pszURL: LPCWSTR) -> BOOL:
    return _is(pszURL, URLIS_NOHISTORY)


@export("shlwapi", "kernelbase")
def UrlIsNoHistoryA(pszURL: LPCSTR) -> BOOL:
    return _is(from_ansi(pszURL), URLIS_NOHISTORY)


@export("shlwapi", "kernelbase")
def PathIsURLW(pszPath: LPCWSTR) -> BOOL:
    return _is(pszPath, URLIS_URL)


@export("shlwapi", "kernelbase")
def PathIsURLA(pszPath: LPCSTR) -> BOOL:
    return _is(from_ansi(pszPath), URLIS_URL)


PARSEDURL_SIZE = 40


def _parse(text: Text, address: int, out: int, unit: int) -> int:
    """PARSEDURL points into the text."""
    if text is None or not out or get_u32(out) != PARSEDURL_SIZE:
        return E_INVALIDARG
    scheme = scheme_of(text)
    if not scheme:
        return URL_E_INVALID_SYNTAX
    rest = text[len(scheme) + 1 :]
    count = len(_core.wide_bytes(rest)) // 2 - 1 if unit == 2 else len(_core.ansi_from_text(rest))
    put_u64(out + 8, address)
    put_u32(out + 16, len(scheme))
    put_u64(out + 24, address + (len(scheme) + 1) * unit)
    put_u32(out + 32, count)
    put_u32(out + 36, SCHEMES.get(scheme.lower(), SCHEME_UNKNOWN))
    return S_OK


@export("shlwapi", "kernelbase")
def ParseURLW(pcszURL: PVOID, ppu: PVOID) -> HRESULT:
    return _parse(_core.wide_string(pcszURL) if pcszURL else None, pcszURL, ppu, 2)


@export("shlwapi", "kernelbase")
def ParseURLA(pcszURL: PVOID, ppu: PVOID) -> HRESULT:
    return _parse(_core.ansi_to_text(_core.string(pcszURL)) if pcszURL else None, pcszURL, ppu, 1)


PART_SCHEME, PART_HOSTNAME, PART_USERNAME, PART_PASSWORD, PART_PORT, PART_QUERY = range(1, 7)
PARTFLAG_KEEPSCHEME = 1
_AUTHORITY = re.compile(
    r"(?://)?(?:(?P<user>[^:@]*)(?::(?P<password>[^@]*))?@)?(?P<host>\[[^]]*\]|[^:]*)(?::(?P<port>.*))?"
)


def part(text: str, kind: int) -> str | None:
    """One part of a URL; None if it has none."""
    url = split(text)
    if kind == PART_SCHEME:
        return url.scheme or None
    if kind == PART_QUERY:
        return url.query[1:] if url.query else None
    match = _AUTHORITY.fullmatch(url.authority)
    names = {PART_HOSTNAME: "host", PART_USERNAME: "user", PART_PASSWORD: "password", PART_PORT: "port"}
    if match is None or url.is_opaque:
        return None
    if kind != PART_HOSTNAME and url.scheme.lower() == "file":
        return None
    found: str | None = match[names[kind]]
    return found


def _get_part(url: Text, buffer: int, size: int, kind: int, flags: int, wide: bool) -> int:
    if url is None or not buffer or not size or not get_u32(size) or not PART_SCHEME <= kind <= PART_QUERY:
        return E_INVALIDARG
    found = part(url, kind)
    if not found:
        give("", buffer, size, wide)
        return S_FALSE if kind in (PART_SCHEME, PART_HOSTNAME) else E_INVALIDARG
    if flags & PARTFLAG_KEEPSCHEME and kind not in (PART_SCHEME, PART_QUERY):
        found = f"{scheme_of(url)}:{found}"
    return give(found, buffer, size, wide)


@export("shlwapi", "kernelbase")
def UrlGetPartW(pszIn: LPCWSTR, pszOut: LPWSTR, pcchOut: LPDWORD, dwPart: DWORD, dwFlags: DWORD) -> HRESULT:
    return _get_part(pszIn, pszOut, pcchOut, dwPart, dwFlags, True)


@export("shlwapi", "kernelbase")
def UrlGetPartA(pszIn: LPCSTR, pszOut: LPSTR, pcchOut: LPDWORD, dwPart: DWORD, dwFlags: DWORD) -> HRESULT:
    return _get_part(from_ansi(pszIn), pszOut, pcchOut, dwPart, dwFlags, False)


def _location(text: str) -> str:
    """The text before the fragment; all of it if there is none."""
    url = split(text)
    return text[: len(text) - len(url.fragment)]


@export("shlwapi", "kernelbase")
def UrlGetLocationW(pszURL: PVOID) -> PVOID:
    text = _core.wide_string(pszURL) if pszURL else ""
    before = _location(text)
    return 0 if before == text else pszURL + len(_core.wide_bytes(before)) - 2


@export("shlwapi", "kernelbase")
def UrlGetLocationA(pszURL: PVOID) -> PVOID:
    text = _core.ansi_to_text(_core.string(pszURL)) if pszURL else ""
    before = _location(text)
    return 0 if before == text else pszURL + len(_core.ansi_from_text(before))


def _compare(a: Text, b: Text, ignores_slash: int) -> int:
    first, second = (canonical(each or "", ESCAPE_UNSAFE) for each in (a, b))
    if ignores_slash:
        first, second = first.rstrip("/"), second.rstrip("/")
    return (first > second) - (first < second)


@export("shlwapi", "kernelbase")
def UrlCompareW(psz1: LPCWSTR, psz2: LPCWSTR, fIgnoreSlash: BOOL) -> INT:
    return _compare(psz1, psz2, fIgnoreSlash)


@export("shlwapi", "kernelbase")
def UrlCompareA(psz1: LPCSTR, psz2: LPCSTR, fIgnoreSlash: BOOL) -> INT:
    return _compare(from_ansi(psz1), from_ansi(psz2), fIgnoreSlash)


# ---- paths and URLs ----


def _path_to_url(path: Text, buffer: int, size: int, wide: bool) -> int:
    """S_FALSE: it is a URL already."""
    if path is None or not buffer or not size or not get_u32(size):
        return E_INVALIDARG
    if scheme_of(path):
        code = give(path, buffer, size, wide)
        return code if code else S_FALSE
    return give(from_path(path), buffer, size, wide)


@export("shlwapi", "kernelbase")
def UrlCreateFromPathW(pszPath: LPCWSTR, pszUrl: LPWSTR, pcchUrl: LPDWORD, dwFlags: DWORD) -> HRESULT:
    return _path_to_url(pszPath, pszUrl, pcchUrl, True)


@export("shlwapi", "kernelbase")
def UrlCreateFromPathA(pszPath: LPCSTR, pszUrl: LPSTR, pcchUrl: LPDWORD, dwFlags: DWORD) -> HRESULT:
    return _path_to_url(from_ansi(pszPath), pszUrl, pcchUrl, False)


def _url_to_path(url: Text, buffer: int, size: int, wide: bool) -> int:
    if url is None or not buffer or not size or not get_u32(size):
        return E_INVALIDARG
    path = to_path(url)
    return E_INVALIDARG if path is None else give(path, buffer, size, wide)


@export("shlwapi", "kernelbase")
def PathCreateFromUrlW(pszUrl: LPCWSTR, pszPath: LPWSTR, pcchPath: LPDWORD, dwFlags: DWORD) -> HRESULT:
    return _url_to_path(pszUrl, pszPath, pcchPath, True)


@export("shlwapi", "kernelbase")
def PathCreateFromUrlA(pszUrl: LPCSTR, pszPath: LPSTR, pcchPath: LPDWORD, dwFlags: DWORD) -> HRESULT:
    return _url_to_path(from_ansi(pszUrl), pszPath, pcchPath, False)


@export("shlwapi", "kernelbase")
def PathCreateFromUrlAlloc(pszIn: LPCWSTR, ppszOut: PVOID, dwFlags: DWORD) -> HRESULT:
    """A path is taken as well, with S_FALSE. The copy is from the task allocator."""
    from windlass.api.shell.shell_items import allocated

    if pszIn is None or not ppszOut:
        return E_INVALIDARG
    path = to_path(pszIn)
    put_u64(ppszOut, allocated(_core.wide_bytes(pszIn if path is None else path)))
    return S_FALSE if path is None else S_OK
