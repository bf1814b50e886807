"""WinHTTP: sessions, connections, requests and what they bring.

Source: Microsoft, "WinHTTP Functions", one page each.
"""

from __future__ import annotations

import struct

from windlass import _core
from windlass.api.network.http_engine import Exchange, Proxies, Target, header_lines
from windlass.api.network.http_headers import add_headers, query_headers
from windlass.api.network.http_urls import escape
from windlass.api.network.winhttp_objects import (
    DATA_AVAILABLE,
    HEADERS_AVAILABLE,
    READ_COMPLETE,
    SEND_COMPLETE,
    WRITE_COMPLETE,
    Connection,
    Done,
    Handle,
    Request,
    Session,
    handle_of,
)
from windlass.api.outputs import fail, get_u64, put_u32
from windlass.api.refused import Refused, done
from windlass.registry import export
from windlass.types import BOOL, DWORD, DWORD_PTR, HANDLE, LPCWSTR, LPDWORD, LPVOID, PVOID, WORD

ERROR_INVALID_PARAMETER = 87
INVALID_URL, INCORRECT_HANDLE_STATE = 12005, 12019
CANNOT_CALL_BEFORE_SEND, CANNOT_CALL_AFTER_SEND = 12101, 12102

# What failed, for the callback: API_RECEIVE_RESPONSE and so on.
RECEIVE_RESPONSE, QUERY_DATA, READ_DATA, WRITE_DATA, SEND_REQUEST = range(1, 6)

NO_PROXY, NAMED_PROXY = 1, 3
ASYNC = 0x10000000
SECURE, ESCAPE_PERCENT, ESCAPE_DISABLE, ESCAPE_DISABLE_QUERY = 0x800000, 0x4, 0x40, 0x80
PRAGMA_NOCACHE = 0x100
WHOLE_LENGTH = 0xFFFFFFFF


def _opened(make: object) -> int:
    """The number of the handle that is made; 0 with the last error."""
    assert callable(make)
    try:
        handle: Handle = make()
    except Refused as refused:
        return fail(refused.code)
    return handle.created()


def proxies_of(access: int, names: str | None, bypass: str | None) -> Proxies:
    if access == NAMED_PROXY and not names:
        raise Refused(ERROR_INVALID_PARAMETER)
    named = access == NAMED_PROXY
    return Proxies(
        names if named else None,
        bypass if named else None,
        from_environment=access not in (NO_PROXY, NAMED_PROXY),
    )


@export("winhttp")
def WinHttpOpen(
    pszAgentW: LPCWSTR, dwAccessType: DWORD, pszProxyW: LPCWSTR, pszProxyBypassW: LPCWSTR, dwFlags: DWORD
) -> HANDLE:
    return _opened(
        lambda: Session(
            pszAgentW or "",
            proxies_of(dwAccessType, pszProxyW, pszProxyBypassW),
            asynchronous=bool(dwFlags & ASYNC),
        )
    )


def _connect(session: int, server: str | None, port: int) -> Connection:
    """Port 0 is the scheme's own."""
    found = handle_of(session, Session)
    if not server:
        raise Refused(ERROR_INVALID_PARAMETER)
    if any(character in server for character in "/?#@ "):
        raise Refused(INVALID_URL)
    return Connection(found, server.strip("[]"), port)


@export("winhttp")
def WinHttpConnect(hSession: HANDLE, pswzServerName: LPCWSTR, nServerPort: WORD, dwReserved: DWORD) -> HANDLE:
    return _opened(lambda: _connect(hSession, pswzServerName, nServerPort))


def _path(name: str | None, flags: int) -> str:
    path = name or "/"
    path = path if path.startswith("/") else "/" + path
    if flags & ESCAPE_DISABLE:
        return path
    before, mark, query = path.partition("?")
    if flags & ESCAPE_PERCENT:
        before = before.replace("%", "%25")
    return escape(before) + mark + (query if flags & ESCAPE_DISABLE_QUERY else escape(query))


def _accept_headers(types: int) -> list[tuple[str, str]]:
    """From an array of pointers that ends with NULL."""
    found = []
    while types and (place := get_u64(types)):
        found.append(_core.wide_string(place))
        types += 8
    return [("Accept", ", ".join(found))] if found else []


def _open_request(
    connection: int, verb: str, name: str | None, version: str, referrer: str | None, types: int, flags: int
) -> Request:
    parent = handle_of(connection, Connection)
    secure = bool(flags & SECURE)
    port = parent.port or (443 if secure else 80)
    target = Target(secure, parent.server, port, _path(name, flags))
    exchange = Exchange(verb, target, version.upper())
    exchange.headers += _accept_headers(types)
    if referrer:
        exchange.headers.append(("Referer", referrer))
    if flags & PRAGMA_NOCACHE:
        exchange.headers += [("Pragma", "no-cache")]
    return Request(parent, exchange)


@export("winhttp")
def WinHttpOpenRequest(
    hConnect: HANDLE,
    pwszVerb: LPCWSTR,
    pwszObjectName: LPCWSTR,
    pwszVersion: LPCWSTR,
    pwszReferrer: LPCWSTR,
    ppwszAcceptTypes: PVOID,
    dwFlags: DWORD,
) -> HANDLE:
    verb, version = pwszVerb or "GET", pwszVersion or "HTTP/1.1"
    return _opened(
        lambda: _open_request(
            hConnect, verb, pwszObjectName, version, pwszReferrer, ppwszAcceptTypes, dwFlags
        )
    )


@export("winhttp")
def WinHttpCloseHandle(hInternet: HANDLE) -> BOOL:
    return done(lambda: handle_of(hInternet, Handle).close())


# ---- requests ----


def _text(address: int, length: int) -> str:
    if not address:
        return ""
    return _core.wide_string(address, -1 if length == WHOLE_LENGTH else length)


def _add_headers(request: int, headers: int, length: int, modifiers: int) -> None:
    found = handle_of(request, Request)
    if not headers:
        raise Refused(ERROR_INVALID_PARAMETER)
    add_headers(found.exchange, header_lines(_text(headers, length)), modifiers)


@export("winhttp")
def WinHttpAddRequestHeaders(
    hRequest: HANDLE, lpszHeaders: PVOID, dwHeadersLength: DWORD, dwModifiers: DWORD
) -> BOOL:
    return done(_add_headers, hRequest, lpszHeaders, dwHeadersLength, dwModifiers)


def _send(
    request: int, headers: int, length: int, optional: int, size: int, total: int, context: int
) -> None:
    found = handle_of(request, Request)
    if context:
        found.context = context
    if headers:
        add_headers(found.exchange, header_lines(_text(headers, length)), 0x20000000)
    body = _core.read(optional, size) if optional and size else b""

    def send() -> Done:
        found.exchange.send(body, max(total, len(body)))
        return Done(SEND_COMPLETE)

    found.run(SEND_REQUEST, send)


@export("winhttp")
def WinHttpSendRequest(
    hRequest: HANDLE,
    lpszHeaders: PVOID,
    dwHeadersLength: DWORD,
    lpOptional: LPVOID,
    dwOptionalLength: DWORD,
    dwTotalLength: DWORD,
    dwContext: DWORD_PTR,
) -> BOOL:
    return done(
        _send, hRequest, lpszHeaders, dwHeadersLength, lpOptional, dwOptionalLength, dwTotalLength, dwContext
    )


def _write(request: int, buffer: int, size: int, written: int) -> None:
    found = handle_of(request, Request)
    data = _core.read(buffer, size) if size else b""

    def write() -> Done:
        found.exchange.write(data)
        return Done(WRITE_COMPLETE, struct.pack("<I", size))

    if found.run(WRITE_DATA, write) is not None:
        put_u32(written, size)


@export("winhttp")
def WinHttpWriteData(
    hRequest: HANDLE, lpBuffer: PVOID, dwNumberOfBytesToWrite: DWORD, lpdwNumberOfBytesWritten: LPDWORD
) -> BOOL:
    return done(_write, hRequest, lpBuffer, dwNumberOfBytesToWrite, lpdwNumberOfBytesWritten)


def _receive(request: int) -> None:
    found = handle_of(request, Request)

    def receive() -> Done:
        found.exchange.receive()
        return Done(HEADERS_AVAILABLE)

    found.run(RECEIVE_RESPONSE, receive)


@export("winhttp")
def WinHttpReceiveResponse(hRequest: HANDLE, lpReserved: LPVOID) -> BOOL:
    return done(_receive, hRequest)


def _query_headers(request: int, level: int, name: str | None, buffer: int, size: int, index: int) -> None:
    exchange = handle_of(request, Request).exchange
    query_headers(exchange, level, name, buffer, size, index, _core.wide_bytes)


@export("winhttp")
def WinHttpQueryHeaders(
    hRequest: HANDLE,
    dwInfoLevel: DWORD,
    pwszName: LPCWSTR,
    lpBuffer: PVOID,
    lpdwBufferLength: LPDWORD,
    lpdwIndex: LPDWORD,
) -> BOOL:
    return done(_query_headers, hRequest, dwInfoLevel, pwszName, lpBuffer, lpdwBufferLength, lpdwIndex)


def _query_data(request: int, available: int) -> None:
    found = handle_of(request, Request)

    def query() -> Done:
        count = found.exchange.available()
        if not found.is_asynchronous:
            put_u32(available, count)
        return Done(DATA_AVAILABLE, struct.pack("<I", count))

    found.run(QUERY_DATA, query)


@export("winhttp")
def WinHttpQueryDataAvailable(hRequest: HANDLE, lpdwNumberOfBytesAvailable: LPDWORD) -> BOOL:
    return done(_query_data, hRequest, lpdwNumberOfBytesAvailable)


def _read(request: int, buffer: int, size: int, read: int) -> None:
    found = handle_of(request, Request)

    def fill() -> Done:
        data = found.exchange.read(size)
        _core.write(buffer, data)
        if not found.is_asynchronous:
            put_u32(read, len(data))
        return Done(READ_COMPLETE, buffer, len(data))

    found.run(READ_DATA, fill)


@export("winhttp")
def WinHttpReadData(
    hRequest: HANDLE, lpBuffer: LPVOID, dwNumberOfBytesToRead: DWORD, lpdwNumberOfBytesRead: LPDWORD
) -> BOOL:
    return done(_read, hRequest, lpBuffer, dwNumberOfBytesToRead, lpdwNumberOfBytesRead)


# ---- notifications ----

INVALID_CALLBACK = 0xFFFFFFFFFFFFFFFF


@export("winhttp")
def WinHttpSetStatusCallback(
    hInternet: HANDLE, lpfnInternetCallback: PVOID, dwNotificationFlags: DWORD, dwReserved: DWORD_PTR
) -> PVOID:
    """The callback that there was before. Handles made later from this one take it over."""
    try:
        found = handle_of(hInternet, Handle)
    except Refused as refused:
        fail(refused.code)
        return INVALID_CALLBACK
    before = found.callback
    found.callback, found.notifications = lpfnInternetCallback, dwNotificationFlags
    return before


# ---- authentication ----

BASIC_SCHEME, NTLM_SCHEME, PASSPORT_SCHEME, DIGEST_SCHEME, NEGOTIATE_SCHEME = 0x1, 0x2, 0x4, 0x8, 0x10
_SCHEMES = {
    "basic": BASIC_SCHEME,
    "ntlm": NTLM_SCHEME,
    "digest": DIGEST_SCHEME,
    "negotiate": NEGOTIATE_SCHEME,
}
TARGET_SERVER, TARGET_PROXY = 0, 1
ERROR_NOT_SUPPORTED = 50


def _set_credentials(request: int, target: int, scheme: int, user: str | None, password: str | None) -> None:
    """Basic is what the engine can do; the others are refused rather than left out without a word."""
    found = handle_of(request, Request)
    if not scheme & (BASIC_SCHEME | NTLM_SCHEME | DIGEST_SCHEME | NEGOTIATE_SCHEME) or user is None:
        raise Refused(ERROR_INVALID_PARAMETER)
    if scheme != BASIC_SCHEME:
        raise Refused(ERROR_NOT_SUPPORTED)
    if target == TARGET_PROXY:
        found.exchange.proxy_credentials = (user, password or "")
    else:
        found.exchange.credentials = (user, password or "")


@export("winhttp")
def WinHttpSetCredentials(
    hRequest: HANDLE,
    AuthTargets: DWORD,
    AuthScheme: DWORD,
    pwszUserName: LPCWSTR,
    pwszPassword: LPCWSTR,
    pAuthParams: LPVOID,
) -> BOOL:
    return done(_set_credentials, hRequest, AuthTargets, AuthScheme, pwszUserName, pwszPassword)


def _query_schemes(request: int, supported_out: int, first_out: int, target_out: int) -> None:
    exchange = handle_of(request, Request).exchange
    status = exchange.answer().status
    if status not in (401, 407):
        raise Refused(INCORRECT_HANDLE_STATE)
    name = "www-authenticate" if status == 401 else "proxy-authenticate"
    offers = [value for own, value in exchange.answer_headers() if own.lower() == name]
    schemes = [_SCHEMES.get(offer.split()[0].lower(), 0) for offer in offers if offer.split()]
    put_u32(supported_out, sum(set(schemes)))
    put_u32(first_out, next((scheme for scheme in schemes if scheme), 0))
    put_u32(target_out, TARGET_SERVER if status == 401 else TARGET_PROXY)


@export("winhttp")
def WinHttpQueryAuthSchemes(
    hRequest: HANDLE, lpdwSupportedSchemes: LPDWORD, lpdwFirstScheme: LPDWORD, pdwAuthTarget: LPDWORD
) -> BOOL:
    return done(_query_schemes, hRequest, lpdwSupportedSchemes, lpdwFirstScheme, pdwAuthTarget)
