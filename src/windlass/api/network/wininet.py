"""WinINet's sessions, and its HTTP: connections, requests, and what they bring.

Source: Microsoft, "WinINet Functions", one page each.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from windlass import _core
from windlass.api.network import wininet_cookies, wininet_ftp
from windlass.api.network.http_engine import Exchange, Target, header_lines
from windlass.api.network.http_headers import add_headers, query_headers
from windlass.api.network.wininet_objects import (
    FileHandle,
    Handle,
    Session,
    announce,
    handle_of,
    opened,
    start,
)
from windlass.api.outputs import fail, from_ansi, get_u32, get_u64, put_u32, string_at
from windlass.api.refused import Refused, done
from windlass.registry import export
from windlass.types import BOOL, DWORD, DWORD_PTR, HANDLE, LPCSTR, LPCWSTR, LPDWORD, LPVOID, PVOID, WORD

ERROR_NOT_SUPPORTED = 50
ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
INVALID_URL, UNRECOGNIZED_SCHEME, INVALID_OPTION = 12005, 12006, 12009

SERVICE_FTP, SERVICE_HTTP = 1, 3
SECURE, NO_REDIRECT, NO_COOKIES, PRAGMA_NOCACHE = 0x800000, 0x200000, 0x80000, 0x100
RELOAD = 0x80000000
IGNORED_ERRORS = 0x1000 | 0x2000
WHOLE_LENGTH = 0xFFFFFFFF

# INTERNET_STATUS_... by the engine's names.
_EVENTS = {
    "resolving": 10, "resolved": 11, "connecting": 20, "connected": 21, "sending": 30, "sent": 31,
    "receiving": 40, "received": 41, "closing": 50, "closed": 51, "redirect": 110,
}  # fmt: skip


class Connection(Handle):
    type = 4

    def __init__(
        self,
        session: Session,
        server: str,
        port: int,
        login: tuple[str, str] | None,
        context: int,
    ) -> None:
        super().__init__(session, context or session.context)
        self.session = session
        self.server = server
        self.port = port
        self.login = login


class Request(FileHandle):
    type = 13

    def __init__(self, connection: Connection, exchange: Exchange, flags: int, context: int) -> None:
        super().__init__(connection, context or connection.context)
        session = connection.session
        self.connection = connection
        self.exchange = exchange
        self.flags = flags
        exchange.agent, exchange.proxies, exchange.limits = session.agent, session.proxies, self.limits
        exchange.cookies = None if flags & NO_COOKIES else wininet_cookies.jar
        exchange.credentials = connection.login
        exchange.ignored = flags & IGNORED_ERRORS
        exchange.follows = lambda old, new: not flags & NO_REDIRECT
        exchange.notify = self._event

    def _event(self, event: str, detail: Any = None) -> None:
        data = detail.encode() + b"\0" if isinstance(detail, str) else struct.pack("<I", detail or 0)
        self.tell(_EVENTS[event], data)

    def read(self, size: int) -> bytes:
        return self.exchange.read(size)

    def write(self, data: bytes) -> None:
        self.exchange.write(data)

    def available(self) -> int:
        return self.exchange.available()

    def stop(self) -> None:
        self.exchange.abort()

    def end(self) -> None:
        self.exchange.close()


# ---- opening and closing ----


@export("wininet")
def InternetOpenW(
    lpszAgent: LPCWSTR, dwAccessType: DWORD, lpszProxy: LPCWSTR, lpszProxyBypass: LPCWSTR, dwFlags: DWORD
) -> HANDLE:
    return opened(lambda: Session(lpszAgent or "", dwAccessType, lpszProxy, lpszProxyBypass, dwFlags))


@export("wininet")
def InternetOpenA(
    lpszAgent: LPCSTR, dwAccessType: DWORD, lpszProxy: LPCSTR, lpszProxyBypass: LPCSTR, dwFlags: DWORD
) -> HANDLE:
    agent, proxy, bypass = from_ansi(lpszAgent), from_ansi(lpszProxy), from_ansi(lpszProxyBypass)
    return opened(lambda: Session(agent or "", dwAccessType, proxy, bypass, dwFlags))


def _connect(
    session: int,
    server: str | None,
    port: int,
    user: str | None,
    password: str | None,
    service: int,
    flags: int,
    context: int,
) -> Handle:
    found = handle_of(session, Session)
    if not server:
        raise Refused(ERROR_INVALID_PARAMETER)
    if service == SERVICE_FTP:
        return wininet_ftp.connect(found, server.strip("[]"), port, user, password, flags, context)
    if service != SERVICE_HTTP:
        raise Refused(ERROR_NOT_SUPPORTED)
    return Connection(found, server.strip("[]"), port, (user, password or "") if user else None, context)


@export("wininet")
def InternetConnectW(
    hInternet: HANDLE,
    lpszServerName: LPCWSTR,
    nServerPort: WORD,
    lpszUserName: LPCWSTR,
    lpszPassword: LPCWSTR,
    dwService: DWORD,
    dwFlags: DWORD,
    dwContext: DWORD_PTR,
) -> HANDLE:
    login = (lpszUserName, lpszPassword)
    return opened(
        lambda: _connect(hInternet, lpszServerName, nServerPort, *login, dwService, dwFlags, dwContext)
    )


@export("wininet")
def InternetConnectA(
    hInternet: HANDLE,
    lpszServerName: LPCSTR,
    nServerPort: WORD,
    lpszUserName: LPCSTR,
    lpszPassword: LPCSTR,
    dwService: DWORD,
    dwFlags: DWORD,
    dwContext: DWORD_PTR,
) -> HANDLE:
    login, server = (from_ansi(lpszUserName), from_ansi(lpszPassword)), from_ansi(lpszServerName)
    return opened(lambda: _connect(hInternet, server, nServerPort, *login, dwService, dwFlags, dwContext))


def _accepted(types: int, wide: bool) -> list[tuple[str, str]]:
    """The Accept header of an array of pointers that ends with NULL."""
    found = []
    while types and (place := get_u64(types)):
        found.append(string_at(place, wide) or "")
        types += 8
    return [("Accept", ", ".join(found))] if found else []


def _request(connection: Connection, target: Target, verb: str | None, flags: int, context: int) -> Request:
    exchange = Exchange(verb or "GET", target)
    if flags & (PRAGMA_NOCACHE | RELOAD):
        exchange.headers.append(("Pragma", "no-cache"))
    return Request(connection, exchange, flags, context)


def _open_request(
    number: int,
    verb: str | None,
    name: str | None,
    referrer: str | None,
    accepted: list[tuple[str, str]],
    flags: int,
    context: int,
) -> Request:
    connection = handle_of(number, Connection)
    secure = bool(flags & SECURE)
    path = name or "/"
    target = Target(
        secure,
        connection.server,
        connection.port or (443 if secure else 80),
        path if path.startswith("/") else "/" + path,
    )
    request = _request(connection, target, verb, flags, context)
    request.exchange.headers += accepted
    if referrer:
        request.exchange.headers.append(("Referer", referrer))
    return request


@export("wininet")
def HttpOpenRequestW(
    hConnect: HANDLE,
    lpszVerb: LPCWSTR,
    lpszObjectName: LPCWSTR,
    lpszVersion: LPCWSTR,
    lpszReferrer: LPCWSTR,
    lplpszAcceptTypes: PVOID,
    dwFlags: DWORD,
    dwContext: DWORD_PTR,
) -> HANDLE:
    accepted = _accepted(lplpszAcceptTypes, True)
    return opened(
        lambda: _open_request(hConnect, lpszVerb, lpszObjectName, lpszReferrer, accepted, dwFlags, dwContext)
    )


@export("wininet")
def HttpOpenRequestA(
    hConnect: HANDLE,
    lpszVerb: LPCSTR,
    lpszObjectName: LPCSTR,
    lpszVersion: LPCSTR,
    lpszReferrer: LPCSTR,
    lplpszAcceptTypes: PVOID,
    dwFlags: DWORD,
    dwContext: DWORD_PTR,
) -> HANDLE:
    texts = (from_ansi(lpszVerb), from_ansi(lpszObjectName), from_ansi(lpszReferrer))
    accepted = _accepted(lplpszAcceptTypes, False)
    return opened(lambda: _open_request(hConnect, *texts, accepted, dwFlags, dwContext))


def _open_url(found: Session, url: str | None, headers: str, flags: int, context: int) -> FileHandle:
    """A connection and a request of their own, sent and answered."""
    scheme = (url or "").partition(":")[0].lower()
    if scheme == "ftp":
        return wininet_ftp.open_url(found, url or "", flags, context)
    if scheme not in ("http", "https"):
        raise Refused(UNRECOGNIZED_SCHEME)
    target = Target.of_url(url or "")
    if not target.host:
        raise Refused(INVALID_URL)
    connection = Connection(found, target.host, target.port, None, context)
    request = _request(connection, target, "GET", flags, context)
    announce(request)
    try:
        add_headers(request.exchange, header_lines(headers), ADD)
        _exchange(request, b"")
    except Refused:
        request.close()
        raise
    return request


def _start_url(session: int, url: str | None, headers: str, flags: int, context: int) -> int:
    return start(session, Session, lambda found: _open_url(found, url, headers, flags, context), context)


@export("wininet")
def InternetOpenUrlW(
    hInternet: HANDLE,
    lpszUrl: LPCWSTR,
    lpszHeaders: PVOID,
    dwHeadersLength: DWORD,
    dwFlags: DWORD,
    dwContext: DWORD_PTR,
) -> HANDLE:
    headers = _text(lpszHeaders, dwHeadersLength, True)
    return _start_url(hInternet, lpszUrl, headers, dwFlags, dwContext)


@export("wininet")
def InternetOpenUrlA(
    hInternet: HANDLE,
    lpszUrl: LPCSTR,
    lpszHeaders: PVOID,
    dwHeadersLength: DWORD,
    dwFlags: DWORD,
    dwContext: DWORD_PTR,
) -> HANDLE:
    headers = _text(lpszHeaders, dwHeadersLength, False)
    return _start_url(hInternet, from_ansi(lpszUrl), headers, dwFlags, dwContext)


@export("wininet")
def InternetCloseHandle(hInternet: HANDLE) -> BOOL:
    return done(lambda: handle_of(hInternet, Handle).close())


# ---- requests ----

ADD = 0x20000000


def _text(address: int, length: int, wide: bool) -> str:
    if not address:
        return ""
    if wide:
        return _core.wide_string(address, -1 if length == WHOLE_LENGTH else length)
    data = _core.string(address) if length == WHOLE_LENGTH else _core.read(address, length)
    return _core.ansi_to_text(data)


def _add_headers(number: int, headers: str, modifiers: int) -> None:
    add_headers(handle_of(number, Request).exchange, header_lines(headers), modifiers)


@export("wininet")
def HttpAddRequestHeadersW(
    hRequest: HANDLE, lpszHeaders: PVOID, dwHeadersLength: DWORD, dwModifiers: DWORD
) -> BOOL:
    return done(_add_headers, hRequest, _text(lpszHeaders, dwHeadersLength, True), dwModifiers)


@export("wininet")
def HttpAddRequestHeadersA(
    hRequest: HANDLE, lpszHeaders: PVOID, dwHeadersLength: DWORD, dwModifiers: DWORD
) -> BOOL:
    return done(_add_headers, hRequest, _text(lpszHeaders, dwHeadersLength, False), dwModifiers)


def _exchange(request: Request, body: bytes) -> int:
    request.exchange.send(body, len(body))
    request.exchange.receive()
    return 1


def _send(number: int, headers: str, optional: int, size: int) -> None:
    request = handle_of(number, Request)
    add_headers(request.exchange, header_lines(headers), ADD)
    body = _core.read(optional, size) if optional and size else b""
    request.run(lambda: _exchange(request, body))


@export("wininet")
def HttpSendRequestW(
    hRequest: HANDLE, lpszHeaders: PVOID, dwHeadersLength: DWORD, lpOptional: LPVOID, dwOptionalLength: DWORD
) -> BOOL:
    headers = _text(lpszHeaders, dwHeadersLength, True)
    return done(_send, hRequest, headers, lpOptional, dwOptionalLength)


@export("wininet")
def HttpSendRequestA(
    hRequest: HANDLE, lpszHeaders: PVOID, dwHeadersLength: DWORD, lpOptional: LPVOID, dwOptionalLength: DWORD
) -> BOOL:
    headers = _text(lpszHeaders, dwHeadersLength, False)
    return done(_send, hRequest, headers, lpOptional, dwOptionalLength)


# INTERNET_BUFFERS: size, next; header, its length and total; buffer, its length and total; offset.
_BUFFERS = struct.Struct("<IxxxxQQIIQIIII")


def _send_parts(number: int, buffers: int, wide: bool) -> None:
    """The head, and what there is of the body; InternetWriteFile brings the rest."""
    request = handle_of(number, Request)
    body, total = b"", 0
    if buffers:
        _, _, header, length, _, place, size, total, _, _ = _BUFFERS.unpack(
            _core.read(buffers, _BUFFERS.size)
        )
        add_headers(request.exchange, header_lines(_text(header, length or WHOLE_LENGTH, wide)), ADD)
        body = _core.read(place, size) if place and size else b""

    def send() -> int:
        request.exchange.send(body, max(total, len(body)))
        return 1

    request.run(send)


@export("wininet")
def HttpSendRequestExW(
    hRequest: HANDLE, lpBuffersIn: PVOID, lpBuffersOut: PVOID, dwFlags: DWORD, dwContext: DWORD_PTR
) -> BOOL:
    return done(_send_parts, hRequest, lpBuffersIn, True)


@export("wininet")
def HttpSendRequestExA(
    hRequest: HANDLE, lpBuffersIn: PVOID, lpBuffersOut: PVOID, dwFlags: DWORD, dwContext: DWORD_PTR
) -> BOOL:
    return done(_send_parts, hRequest, lpBuffersIn, False)


def _end(number: int) -> None:
    request = handle_of(number, Request)

    def receive() -> int:
        request.exchange.receive()
        return 1

    request.run(receive)


@export("wininet")
def HttpEndRequestW(hRequest: HANDLE, lpBuffersOut: PVOID, dwFlags: DWORD, dwContext: DWORD_PTR) -> BOOL:
    return done(_end, hRequest)


@export("wininet")
def HttpEndRequestA(hRequest: HANDLE, lpBuffersOut: PVOID, dwFlags: DWORD, dwContext: DWORD_PTR) -> BOOL:
    return done(_end, hRequest)


def _write(number: int, buffer: int, size: int, written: int) -> None:
    file = handle_of(number, FileHandle)
    data = _core.read(buffer, size) if size else b""

    def write() -> int:
        file.write(data)
        put_u32(written, size)
        return 1

    file.run(write)


@export("wininet")
def InternetWriteFile(
    hFile: HANDLE, lpBuffer: LPVOID, dwNumberOfBytesToWrite: DWORD, lpdwNumberOfBytesWritten: LPDWORD
) -> BOOL:
    return done(_write, hFile, lpBuffer, dwNumberOfBytesToWrite, lpdwNumberOfBytesWritten)


def _read(number: int, buffer: int, size: int, read: int) -> None:
    file = handle_of(number, FileHandle)

    def fill() -> int:
        data = file.read(size)
        _core.write(buffer, data)
        put_u32(read, len(data))
        return 1

    file.run(fill)


@export("wininet")
def InternetReadFile(
    hFile: HANDLE, lpBuffer: LPVOID, dwNumberOfBytesToRead: DWORD, lpdwNumberOfBytesRead: LPDWORD
) -> BOOL:
    return done(_read, hFile, lpBuffer, dwNumberOfBytesToRead, lpdwNumberOfBytesRead)


def _read_ex(number: int, buffers: int) -> None:
    """Into the one buffer that the structure names."""
    place = _BUFFERS.unpack(_core.read(buffers, _BUFFERS.size))
    _read(number, place[5], place[6], buffers + SIZE_OFFSET)


SIZE_OFFSET = 40


@export("wininet")
def InternetReadFileExW(hFile: HANDLE, lpBuffersOut: PVOID, dwFlags: DWORD, dwContext: DWORD_PTR) -> BOOL:
    return done(_read_ex, hFile, lpBuffersOut)


@export("wininet")
def InternetReadFileExA(hFile: HANDLE, lpBuffersOut: PVOID, dwFlags: DWORD, dwContext: DWORD_PTR) -> BOOL:
    return done(_read_ex, hFile, lpBuffersOut)


def _query_available(number: int, result: int) -> None:
    file = handle_of(number, FileHandle)

    def query() -> int:
        put_u32(result, file.available())
        return 1

    file.run(query)


@export("wininet")
def InternetQueryDataAvailable(
    hFile: HANDLE, lpdwNumberOfBytesAvailable: LPDWORD, dwFlags: DWORD, dwContext: DWORD_PTR
) -> BOOL:
    return done(_query_available, hFile, lpdwNumberOfBytesAvailable)


def _query_info(
    number: int, level: int, buffer: int, size: int, index: int, encode: Callable[[str], bytes], wide: bool
) -> None:
    """The name of a header of one's own is in the buffer."""
    exchange = handle_of(number, Request).exchange
    name = string_at(buffer, wide) if level & 0xFFFF == 0xFFFF else None
    query_headers(exchange, level, name, buffer, size, index, encode)


@export("wininet")
def HttpQueryInfoW(
    hRequest: HANDLE, dwInfoLevel: DWORD, lpBuffer: LPVOID, lpdwBufferLength: LPDWORD, lpdwIndex: LPDWORD
) -> BOOL:
    place = (lpBuffer, lpdwBufferLength, lpdwIndex)
    return done(_query_info, hRequest, dwInfoLevel, *place, _core.wide_bytes, True)


@export("wininet")
def HttpQueryInfoA(
    hRequest: HANDLE, dwInfoLevel: DWORD, lpBuffer: LPVOID, lpdwBufferLength: LPDWORD, lpdwIndex: LPDWORD
) -> BOOL:
    place = (lpBuffer, lpdwBufferLength, lpdwIndex)
    return done(_query_info, hRequest, dwInfoLevel, *place, _ansi, False)


def _ansi(text: str) -> bytes:
    return _core.ansi_from_text(text) + b"\0"


# ---- notifications and options ----

INVALID_CALLBACK = 0xFFFFFFFFFFFFFFFF


def _set_callback(number: int, callback: int) -> int:
    """The callback that there was before."""
    try:
        found = handle_of(number, Handle)
    except Refused as refused:
        fail(refused.code)
        return INVALID_CALLBACK
    before, found.callback = found.callback, callback
    return before


@export("wininet")
def InternetSetStatusCallbackW(hInternet: HANDLE, lpfnInternetCallback: PVOID) -> PVOID:
    return _set_callback(hInternet, lpfnInternetCallback)


@export("wininet")
def InternetSetStatusCallbackA(hInternet: HANDLE, lpfnInternetCallback: PVOID) -> PVOID:
    return _set_callback(hInternet, lpfnInternetCallback)


@export("wininet")
def InternetSetStatusCallback(hInternet: HANDLE, lpfnInternetCallback: PVOID) -> PVOID:
    return _set_callback(hInternet, lpfnInternetCallback)


CALLBACK, CONNECT_TIMEOUT, CONNECT_RETRIES, SEND_TIMEOUT, RECEIVE_TIMEOUT = 1, 2, 3, 5, 6
HANDLE_TYPE, PARENT, SECURITY_FLAGS, URL, USER_AGENT, CONTEXT = 9, 21, 31, 34, 41, 45
USERNAME, PASSWORD, REFRESH, SETTINGS_CHANGED, DECODING = 28, 29, 37, 39, 65
# Of caches, buffers and numbers of connections: what they tune is not there to be tuned.
_TUNING = (CONNECT_RETRIES, 4, 12, 13, REFRESH, SETTINGS_CHANGED, 73, 74, 81, 91)


def _seconds(milliseconds: int) -> float | None:
    return None if milliseconds in (0, 0xFFFFFFFF) else milliseconds / 1000


def _set_option(number: int, option: int, buffer: int, size: int, wide: bool) -> None:
    handle = handle_of(number, Handle) if number else None
    if option in _TUNING:
        return
    if handle is None or option not in (*_LIMITS, *_REQUEST_OPTIONS, CONTEXT):
        raise Refused(INVALID_OPTION)
    if not buffer or (size < 4 and option not in (USERNAME, PASSWORD)):
        raise Refused(ERROR_INVALID_PARAMETER)
    if option == CONTEXT:
        handle.context = get_u64(buffer)
    elif option in _LIMITS:
        change: dict[str, Any] = {_LIMITS[option]: _seconds(get_u32(buffer))}
        handle.limits = handle.limits._replace(**change)
        if isinstance(handle, Request):
            handle.exchange.limits = handle.limits
    else:
        _set_of_request(handle_of(number, Request).exchange, option, buffer, wide)


_LIMITS = {CONNECT_TIMEOUT: "connecting", SEND_TIMEOUT: "sending", RECEIVE_TIMEOUT: "receiving"}
_REQUEST_OPTIONS = (SECURITY_FLAGS, USERNAME, PASSWORD, DECODING)


def _set_of_request(exchange: Exchange, option: int, buffer: int, wide: bool) -> None:
    user, password = exchange.credentials or ("", "")
    if option == SECURITY_FLAGS:
        exchange.ignored = get_u32(buffer)
    elif option == DECODING:
        exchange.decodes = 3 if get_u32(buffer) else 0
    elif option == USERNAME:
        exchange.credentials = (string_at(buffer, wide) or "", password)
    else:
        exchange.credentials = (user, string_at(buffer, wide) or "")


@export("wininet")
def InternetSetOptionW(hInternet: HANDLE, dwOption: DWORD, lpBuffer: LPVOID, dwBufferLength: DWORD) -> BOOL:
    return done(_set_option, hInternet, dwOption, lpBuffer, dwBufferLength, True)


@export("wininet")
def InternetSetOptionA(hInternet: HANDLE, dwOption: DWORD, lpBuffer: LPVOID, dwBufferLength: DWORD) -> BOOL:
    return done(_set_option, hInternet, dwOption, lpBuffer, dwBufferLength, False)


def _option(handle: Handle, option: int, encode: Callable[[str], bytes]) -> bytes:
    if option == HANDLE_TYPE:
        return struct.pack("<I", handle.type)
    if option == PARENT:
        return struct.pack("<Q", handle.parent.number if handle.parent else 0)
    if option == CONTEXT:
        return struct.pack("<Q", handle.context)
    if option == CALLBACK:
        return struct.pack("<Q", handle.callback)
    if option in _LIMITS:
        limit = getattr(handle.limits, _LIMITS[option])
        return struct.pack("<I", 0xFFFFFFFF if limit is None else int(limit * 1000))
    if option == USER_AGENT and isinstance(handle, Session):
        return encode(handle.agent)
    if option in (URL, SECURITY_FLAGS) and isinstance(handle, Request):
        exchange = handle.exchange
        if option == URL:
            return encode(exchange.target.url)
        return struct.pack("<I", exchange.ignored | (1 if exchange.target.secure else 0))
    raise Refused(INVALID_OPTION)


def _query_option(
    number: int, option: int, buffer: int, size_in_out: int, encode: Callable[[str], bytes]
) -> None:
    if not size_in_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    data = _option(handle_of(number, Handle), option, encode)
    capacity = get_u32(size_in_out)
    put_u32(size_in_out, len(data))
    if not buffer or capacity < len(data):
        raise Refused(ERROR_INSUFFICIENT_BUFFER)
    _core.write(buffer, data)


@export("wininet")
def InternetQueryOptionW(
    hInternet: HANDLE, dwOption: DWORD, lpBuffer: LPVOID, lpdwBufferLength: LPDWORD
) -> BOOL:
    return done(_query_option, hInternet, dwOption, lpBuffer, lpdwBufferLength, _core.wide_bytes)


@export("wininet")
def InternetQueryOptionA(
    hInternet: HANDLE, dwOption: DWORD, lpBuffer: LPVOID, lpdwBufferLength: LPDWORD
) -> BOOL:
    return done(_query_option, hInternet, dwOption, lpBuffer, lpdwBufferLength, _ansi)
