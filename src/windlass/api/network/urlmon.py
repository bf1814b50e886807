"""URL moniker functions: downloads, the agent's name, the kinds of data.

Source: Microsoft, "URL Monikers Functions", one page each; "MIME Type Detection in Windows Internet
Explorer".
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable

from windlass import _core
from windlass.api.calls import windows
from windlass.api.network.http_engine import Exchange, Limits, Proxies, Target
from windlass.api.outputs import from_ansi, get_u32, put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.registry import export
from windlass.types import DWORD, HRESULT, LPCSTR, LPCWSTR, LPDWORD, LPSTR, LPVOID, PVOID

E_FAIL, E_INVALIDARG, E_OUTOFMEMORY = 0x80004005, 0x80070057, 0x8007000E
INET_E_INVALID_URL, INET_E_RESOURCE_NOT_FOUND = 0x800C0002, 0x800C0005
INET_E_OBJECT_NOT_FOUND, INET_E_DOWNLOAD_FAILURE = 0x800C0006, 0x800C0008
INET_E_UNKNOWN_PROTOCOL, INET_E_SECURITY_PROBLEM = 0x800C000D, 0x800C000E
CONNECTION_TIMEOUT = 0x800C000B

AGENT = "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Win64; x64)"

# By WinINet's codes.
_CODES = {12002: CONNECTION_TIMEOUT, 12007: INET_E_RESOURCE_NOT_FOUND, 12029: INET_E_RESOURCE_NOT_FOUND}
_CODES.update(dict.fromkeys((12037, 12038, 12045, 12157), INET_E_SECURITY_PROBLEM))


def _download(url: str | None, path: str | None) -> None:
    """A file that is complete, or none."""
    if not url or not path:
        raise Refused(E_INVALIDARG)
    host_path = _core.path_to_host(path)
    scheme = url.partition(":")[0].lower()
    if scheme not in ("http", "https"):
        raise Refused(INET_E_UNKNOWN_PROTOCOL)
    if host_path is None or not os.path.isdir(os.path.dirname(host_path) or "."):
        raise Refused(INET_E_DOWNLOAD_FAILURE)
    exchange = _got(url)
    part = f"{host_path}.{os.getpid()}.part"
    try:
        with open(part, "wb") as file:
            while data := _checked(lambda: exchange.read(1 << 16)):
                file.write(data)
        shutil.move(part, host_path)
    except OSError:
        raise Refused(INET_E_DOWNLOAD_FAILURE) from None
    finally:
        exchange.close()
        if os.path.exists(part):
            os.unlink(part)


def _got(url: str) -> Exchange:
    """The answer, whose status is a good one."""
    target = Target.of_url(url)
    if not target.host:
        raise Refused(INET_E_INVALID_URL)
    exchange = Exchange("GET", target)
    exchange.agent, exchange.limits = AGENT, Limits()
    exchange.proxies = Proxies(None, None, from_environment=True)
    exchange.decodes = 3

    def get() -> bytes:
        exchange.send(b"", 0)
        exchange.receive()
        return b""

    _checked(get)
    if exchange.answer().status >= 400:
        exchange.close()
        raise Refused(INET_E_OBJECT_NOT_FOUND)
    return exchange


def _checked(body: Callable[[], bytes]) -> bytes:
    try:
        return body()
    except Refused as refused:
        raise Refused(_CODES.get(refused.code, INET_E_DOWNLOAD_FAILURE)) from None


@export("urlmon")
def URLDownloadToFileW(
    pCaller: PVOID, szURL: LPCWSTR, szFileName: LPCWSTR, dwReserved: DWORD, lpfnCB: PVOID
) -> HRESULT:
    """The callback's progress reports are left out, as the documentation allows."""
    return code_of(_download, szURL, szFileName)


@export("urlmon")
def URLDownloadToFileA(
    pCaller: PVOID, szURL: LPCSTR, szFileName: LPCSTR, dwReserved: DWORD, lpfnCB: PVOID
) -> HRESULT:
    return code_of(_download, from_ansi(szURL), from_ansi(szFileName))


def _agent(output: int, size_in_out: int) -> None:
    """The size is in characters, with the zero."""
    if not output or not size_in_out:
        raise Refused(E_INVALIDARG)
    needed, capacity = len(AGENT) + 1, get_u32(size_in_out)
    put_u32(size_in_out, needed)
    if capacity < needed:
        raise Refused(E_OUTOFMEMORY)
    _core.write(output, AGENT.encode() + b"\0")


@export("urlmon")
def ObtainUserAgentString(dwOption: DWORD, pszUAOut: LPSTR, cbSize: LPDWORD) -> HRESULT:
    return code_of(_agent, pszUAOut, cbSize)


# ---- kinds of data ----

_SIGNATURES = (
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"\xff\xd8", "image/pjpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/x-png"),
    (b"BM", "image/bmp"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"%PDF", "application/pdf"),
    (b"%!", "application/postscript"),
    (b"PK\x03\x04", "application/x-zip-compressed"),
    (b"\x1f\x8b", "application/x-gzip-compressed"),
    (b"MZ", "application/x-msdownload"),
    (b"{\\rtf", "text/richtext"),
    (b".snd", "audio/basic"),
)  # fmt: skip
_EXTENSIONS = {
    ".htm": "text/html", ".html": "text/html", ".txt": "text/plain", ".xml": "text/xml", ".css": "text/css",
    ".gif": "image/gif", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png",
    ".bmp": "image/bmp", ".pdf": "application/pdf", ".zip": "application/x-zip-compressed",
}  # fmt: skip
_KNOWN = {kind for _, kind in _SIGNATURES} | set(_EXTENSIONS.values()) | {"audio/wav", "video/avi"}
AMBIGUOUS = ("", "text/plain", "application/octet-stream")


def _kind_of_data(data: bytes) -> str:
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data[:4] == b"RIFF" and data[8:12] in (b"WAVE", b"AVI "):
        return "audio/wav" if data[8:12] == b"WAVE" else "video/avi"
    head = data[:256].lstrip().lower()
    if head.startswith(b"<?xml"):
        return "text/xml"
    if any(tag in head for tag in (b"<html", b"<head", b"<body", b"<title", b"<!doctype html", b"<script")):
        return "text/html"
    is_text = all(byte >= 0x20 or byte in b"\t\n\x0b\x0c\r\x1b" for byte in data)
    return "text/plain" if is_text else "application/octet-stream"


def _find_mime(url: str | None, buffer: int, size: int, proposed: str | None, result: int) -> None:
    """The data decide, unless the proposal is a kind that nobody knows; then the end of the name."""
    if not result or (url is None and not buffer):
        raise Refused(E_INVALIDARG)
    kind = (proposed or "").partition(";")[0].strip().lower()
    if buffer and kind in (*AMBIGUOUS, *_KNOWN):
        kind = _kind_of_data(_core.read(buffer, min(size, 256)))
    if kind in AMBIGUOUS and url:
        kind = _EXTENSIONS.get(os.path.splitext(url.partition("?")[0])[1].lower(), kind)
    if not kind:
        raise Refused(E_FAIL)
    data = _core.wide_bytes(kind)
    block = windows("ole32.dll", "CoTaskMemAlloc", len(data))
    if not block:
        raise Refused(E_OUTOFMEMORY)
    _core.write(block, data)
    put_u64(result, block)


@export("urlmon")
def FindMimeFromData(
    pBC: PVOID,
    pwzUrl: LPCWSTR,
    pBuffer: LPVOID,
    cbSize: DWORD,
    pwzMimeProposed: LPCWSTR,
    dwMimeFlags: DWORD,
    ppwzMimeOut: PVOID,
    dwReserved: DWORD,
) -> HRESULT:
    return code_of(_find_mime, pwzUrl, pBuffer, cbSize, pwzMimeProposed, ppwzMimeOut)
