"""WinHTTP's options and timeouts.

Source: Microsoft, "Option Flags" of WinHTTP, "WinHttpSetTimeouts function".
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable
from ctypes import c_uint32, c_uint64
from typing import Any

from windlass import _core
from windlass.api.network.http_engine import Limits
from windlass.api.network.winhttp import proxies_of
from windlass.api.network.winhttp_objects import Connection, Handle, Request, Session, handle_of
from windlass.api.outputs import get_u32, get_u64, put_u32
from windlass.api.refused import Refused, done
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, INT, LPDWORD, LPVOID

ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
INVALID_OPTION, INCORRECT_HANDLE_TYPE, INCORRECT_HANDLE_STATE = 12009, 12018, 12019

RESOLVE_TIMEOUT, CONNECT_TIMEOUT, CONNECT_RETRIES, SEND_TIMEOUT, RECEIVE_TIMEOUT = 2, 3, 4, 5, 6
RECEIVE_RESPONSE_TIMEOUT, HANDLE_TYPE, PARENT_HANDLE, SECURITY_FLAGS = 7, 9, 21, 31
URL, PROXY, USER_AGENT, CONTEXT, CLIENT_CERT, HTTP_VERSION = 34, 38, 41, 45, 47, 59
DISABLE_FEATURE, CODEPAGE, AUTOLOGON, SERVER_CERT, ENABLE_FEATURE = 63, 68, 77, 78, 79
SECURE_PROTOCOLS, REDIRECT_POLICY, MAX_REDIRECTS, DECOMPRESSION = 84, 88, 89, 118
USERNAME, PASSWORD, PROXY_USERNAME, PROXY_PASSWORD = 0x1000, 0x1001, 0x1002, 0x1003
UPGRADE_TO_WEB_SOCKET, HTTP_PROTOCOL_USED, ENABLE_HTTP_PROTOCOL = 114, 134, 133

DISABLE_COOKIES, DISABLE_REDIRECTS, DISABLE_AUTHENTICATION, DISABLE_KEEP_ALIVE = 1, 2, 4, 8

# Of buffers, numbers of connections, tracing and the like: what they tune is not there to be tuned.
_TUNING = (CONNECT_RETRIES, 12, 13, 58, CODEPAGE, 73, 74, AUTOLOGON, 80, 85, 90, 91, 92, 95, 100, 101,
           103, 110, 115, 116, 122, 123, 128, ENABLE_HTTP_PROTOCOL, 146, 152, 155)  # fmt: skip


class ProxyInfo(ctypes.Structure):
    """WINHTTP_PROXY_INFO"""

    _fields_ = [("dwAccessType", c_uint32), ("lpszProxy", c_uint64), ("lpszProxyBypass", c_uint64)]


def _limits(handle: Handle, **changes: Any) -> None:
    owner = handle if isinstance(handle, Session) else _request(handle).exchange
    owner.limits = owner.limits._replace(**changes)


def seconds(milliseconds: int) -> float | None:
    """0 and -1 are without end."""
    return None if milliseconds in (0, -1, 0xFFFFFFFF) else milliseconds / 1000


def _set_timeouts(handle: int, resolve: int, connect: int, send: int, receive: int) -> None:
    """Resolving a name takes as long as the host's resolver needs."""
    if min(resolve, connect, send, receive) < -1:
        raise Refused(ERROR_INVALID_PARAMETER)
    found = handle_of(handle, Handle)
    _limits(found, connecting=seconds(connect), sending=seconds(send), receiving=seconds(receive))


@export("winhttp")
def WinHttpSetTimeouts(
    hInternet: HANDLE,
    nResolveTimeout: INT,
    nConnectTimeout: INT,
    nSendTimeout: INT,
    nReceiveTimeout: INT,
) -> BOOL:
    return done(_set_timeouts, hInternet, nResolveTimeout, nConnectTimeout, nSendTimeout, nReceiveTimeout)


# ---- setting ----


def _request(handle: Handle) -> Request:
    if not isinstance(handle, Request):
        raise Refused(INCORRECT_HANDLE_TYPE)
    return handle


def _set_number(handle: Handle, option: int, value: int) -> None:
    if option == CONNECT_TIMEOUT:
        _limits(handle, connecting=seconds(value))
    elif option == SEND_TIMEOUT:
        _limits(handle, sending=seconds(value))
    elif option in (RECEIVE_TIMEOUT, RECEIVE_RESPONSE_TIMEOUT):
        _limits(handle, receiving=seconds(value))
    elif option == MAX_REDIRECTS:
        _limits(handle, redirects=value)
    elif option == SECURITY_FLAGS:
        _request(handle).exchange.ignored = value
    elif option == REDIRECT_POLICY and isinstance(handle, (Session, Request)):
        handle.redirect_policy = value
    elif option == DISABLE_FEATURE:
        _disable(_request(handle), value)
    elif option == DECOMPRESSION:
        _set_shared(handle, "decodes", value)
    elif option == SECURE_PROTOCOLS:
        _set_shared(handle, "protocols", value)
    elif option not in (*_TUNING, RESOLVE_TIMEOUT, ENABLE_FEATURE):
        raise Refused(INVALID_OPTION)


def _set_shared(handle: Handle, name: str, value: int) -> None:
    """Of a session for its later requests, or of a request."""
    if isinstance(handle, Connection):
        raise Refused(INCORRECT_HANDLE_TYPE)
    setattr(handle.exchange if isinstance(handle, Request) else handle, name, value)


def _disable(request: Request, features: int) -> None:
    exchange = request.exchange
    if features & DISABLE_COOKIES:
        exchange.cookies = None
    if features & DISABLE_REDIRECTS:
        request.redirect_policy = 0
    if features & DISABLE_AUTHENTICATION:
        exchange.credentials = None
    if features & DISABLE_KEEP_ALIVE:
        exchange.keeps_alive = False


def _set_login(handle: Handle, option: int, text: str) -> None:
    exchange = _request(handle).exchange
    is_proxy = option in (PROXY_USERNAME, PROXY_PASSWORD)
    user, password = (exchange.proxy_credentials if is_proxy else exchange.credentials) or ("", "")
    pair = (text, password) if option in (USERNAME, PROXY_USERNAME) else (user, text)
    if is_proxy:
        exchange.proxy_credentials = pair
    else:
        exchange.credentials = pair


def _set_proxy(handle: Handle, address: int) -> None:
    info = get_structure(address, ProxyInfo)
    names = _core.wide_string(info.lpszProxy) if info.lpszProxy else None
    bypass = _core.wide_string(info.lpszProxyBypass) if info.lpszProxyBypass else None
    proxies = proxies_of(info.dwAccessType, names, bypass)
    if isinstance(handle, Session):
        handle.proxies = proxies
    else:
        _request(handle).exchange.proxies = proxies


def _set_certificate(handle: Handle, address: int) -> None:
    """NULL: none."""
    from windlass.api.crypto.certificate_context import context_of

    _request(handle).exchange.client_certificate = context_of(address) if address else None


def _set_option(number: int, option: int, buffer: int, size: int) -> None:
    handle = handle_of(number, Handle)
    if option == CLIENT_CERT:
        _set_certificate(handle, buffer)
    elif option == UPGRADE_TO_WEB_SOCKET:
        _request(handle).ask_for_web_socket()
    elif not buffer:
        raise Refused(ERROR_INVALID_PARAMETER)
    elif option == CONTEXT:
        handle.context = get_u64(buffer)
    elif option == PROXY:
        _set_proxy(handle, buffer)
    elif option in (USERNAME, PASSWORD, PROXY_USERNAME, PROXY_PASSWORD):
        _set_login(handle, option, _core.wide_string(buffer))
    elif option == USER_AGENT:
        agent = _core.wide_string(buffer)
        if isinstance(handle, Session):
            handle.agent = agent
        else:
            _request(handle).exchange.agent = agent
    elif size < 4:
        raise Refused(ERROR_INVALID_PARAMETER)
    else:
        _set_number(handle, option, get_u32(buffer))


@export("winhttp")
def WinHttpSetOption(hInternet: HANDLE, dwOption: DWORD, lpBuffer: LPVOID, dwBufferLength: DWORD) -> BOOL:
    return done(_set_option, hInternet, dwOption, lpBuffer, dwBufferLength)


# ---- asking ----


def _milliseconds(limit: float | None) -> bytes:
    return struct.pack("<I", 0xFFFFFFFF if limit is None else int(limit * 1000))


def _server_certificate(handle: Handle) -> bytes:
    from windlass.api.crypto import x509
    from windlass.api.crypto.certificate_context import new_context

    encoded = _request(handle).exchange.certificate()
    if encoded is None:
        raise Refused(INCORRECT_HANDLE_STATE)
    return struct.pack("<Q", new_context(x509.parse(encoded)).address)


def _limits_of(handle: Handle) -> Limits:
    if isinstance(handle, Session):
        return handle.limits
    return _request(handle).exchange.limits


_GETTERS: dict[int, Callable[[Handle], bytes]] = {
    HANDLE_TYPE: lambda handle: struct.pack("<I", handle.type),
    PARENT_HANDLE: lambda handle: struct.pack("<Q", handle.parent.number if handle.parent else 0),
    CONTEXT: lambda handle: struct.pack("<Q", handle.context),
    RESOLVE_TIMEOUT: lambda handle: struct.pack("<I", 0),
    SECURITY_FLAGS: lambda handle: struct.pack(
        "<I", _request(handle).exchange.ignored | (1 if _request(handle).exchange.target.secure else 0)
    ),
    URL: lambda handle: _core.wide_bytes(_request(handle).exchange.target.url),
    USER_AGENT: lambda handle: _core.wide_bytes(
        handle.agent if isinstance(handle, Session) else _request(handle).exchange.agent
    ),
    SERVER_CERT: _server_certificate,
    HTTP_PROTOCOL_USED: lambda handle: struct.pack("<I", 0),
    REDIRECT_POLICY: lambda handle: struct.pack("<I", getattr(handle, "redirect_policy", 0)),
    CONNECT_TIMEOUT: lambda handle: _milliseconds(_limits_of(handle).connecting),
    SEND_TIMEOUT: lambda handle: _milliseconds(_limits_of(handle).sending),
    RECEIVE_TIMEOUT: lambda handle: _milliseconds(_limits_of(handle).receiving),
    RECEIVE_RESPONSE_TIMEOUT: lambda handle: _milliseconds(_limits_of(handle).receiving),
    MAX_REDIRECTS: lambda handle: struct.pack("<I", _limits_of(handle).redirects),
}


def _query_option(number: int, option: int, buffer: int, size_in_out: int) -> None:
    handle = handle_of(number, Handle)
    if not size_in_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    if option not in _GETTERS:
        raise Refused(INVALID_OPTION)
    data = _GETTERS[option](handle)
    if not buffer or get_u32(size_in_out) < len(data):
        put_u32(size_in_out, len(data))
        raise Refused(ERROR_INSUFFICIENT_BUFFER)
    _core.write(buffer, data)
    put_u32(size_in_out, len(data))


@export("winhttp")
def WinHttpQueryOption(
    hInternet: HANDLE, dwOption: DWORD, lpBuffer: LPVOID, lpdwBufferLength: LPDWORD
) -> BOOL:
    return done(_query_option, hInternet, dwOption, lpBuffer, lpdwBufferLength)
