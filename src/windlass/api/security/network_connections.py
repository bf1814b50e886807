"""Network drives and printers (mpr): there is no network provider, so nothing is or can be connected.

Paths of other computers are the host's to mount.

Source: Microsoft, "WNetGetConnectionW function", "WNetGetUniversalNameW function",
"WNetAddConnection2W function", "WNetOpenEnumW function", "WNetGetUserW function",
"WNetGetLastErrorW function".
"""

from __future__ import annotations

import re

from windlass import _core
from windlass.api.crypto import crypt_handles as handles
from windlass.api.outputs import from_ansi, get_u32, put_ansi, put_u32, put_wide
from windlass.api.refused import Refused, code_of
from windlass.api.shell.folders import user_name
from windlass.registry import export
from windlass.types import (
    BOOL,
    DWORD,
    HANDLE,
    HWND,
    LPCSTR,
    LPCWSTR,
    LPDWORD,
    LPSTR,
    LPVOID,
    LPWSTR,
    PHANDLE,
    PVOID,
)

ERROR_INVALID_HANDLE, ERROR_BAD_NET_NAME, ERROR_INVALID_PARAMETER, ERROR_INVALID_LEVEL = 6, 67, 87, 124
ERROR_MORE_DATA, ERROR_NO_MORE_ITEMS, ERROR_BAD_DEVICE, ERROR_BAD_PROVIDER = 234, 259, 1200, 1204
ERROR_NO_NETWORK, ERROR_NOT_CONNECTED = 1222, 2250

RESOURCE_CONNECTED, RESOURCE_GLOBALNET, RESOURCE_REMEMBERED, RESOURCE_RECENT, RESOURCE_CONTEXT = range(1, 6)


class Enumeration:
    """Of resources, of which there are none."""


_DEVICE = re.compile(r"([A-Za-z]:|LPT[1-9]:?|COM[1-9]:?)", re.IGNORECASE)


def _connection(device: str | None) -> int:
    if not device or not _DEVICE.fullmatch(device):
        return ERROR_BAD_DEVICE
    return ERROR_NOT_CONNECTED


@export("mpr")
def WNetGetConnectionW(lpLocalName: LPCWSTR, lpRemoteName: LPWSTR, lpnLength: LPDWORD) -> DWORD:
    return _connection(lpLocalName)


@export("mpr")
def WNetGetConnectionA(lpLocalName: LPCSTR, lpRemoteName: LPSTR, lpnLength: LPDWORD) -> DWORD:
    return _connection(from_ansi(lpLocalName))


UNIVERSAL_NAME, REMOTE_NAME = 1, 2


def _universal(path: str | None, level: int) -> int:
    """The path of a local drive has no universal name."""
    if level not in (UNIVERSAL_NAME, REMOTE_NAME):
        return ERROR_INVALID_LEVEL
    return ERROR_NOT_CONNECTED if path and path[1:2] == ":" else ERROR_BAD_DEVICE


@export("mpr")
def WNetGetUniversalNameW(
    lpLocalPath: LPCWSTR, dwInfoLevel: DWORD, lpBuffer: LPVOID, lpBufferSize: LPDWORD
) -> DWORD:
    return _universal(lpLocalPath, dwInfoLevel)


@export("mpr")
def WNetGetUniversalNameA(
    lpLocalPath: LPCSTR, dwInfoLevel: DWORD, lpBuffer: LPVOID, lpBufferSize: LPDWORD
) -> DWORD:
    return _universal(from_ansi(lpLocalPath), dwInfoLevel)


# ---- connecting ----


def _connect(resource: int) -> int:
    return ERROR_BAD_NET_NAME if resource else ERROR_INVALID_PARAMETER


@export("mpr")
def WNetAddConnection2W(
    lpNetResource: PVOID, lpPassword: LPCWSTR, lpUserName: LPCWSTR, dwFlags: DWORD
) -> DWORD:
    return _connect(lpNetResource)


@export("mpr")
def WNetAddConnection2A(
    lpNetResource: PVOID, lpPassword: LPCSTR, lpUserName: LPCSTR, dwFlags: DWORD
) -> DWORD:
    return _connect(lpNetResource)


@export("mpr")
def WNetAddConnection3W(
    hwndOwner: HWND, lpNetResource: PVOID, lpPassword: LPCWSTR, lpUserName: LPCWSTR, dwFlags: DWORD
) -> DWORD:
    return _connect(lpNetResource)


@export("mpr")
def WNetAddConnection3A(
    hwndOwner: HWND, lpNetResource: PVOID, lpPassword: LPCSTR, lpUserName: LPCSTR, dwFlags: DWORD
) -> DWORD:
    return _connect(lpNetResource)


@export("mpr")
def WNetAddConnectionW(lpRemoteName: LPCWSTR, lpPassword: LPCWSTR, lpLocalName: LPCWSTR) -> DWORD:
    return ERROR_BAD_NET_NAME


@export("mpr")
def WNetAddConnectionA(lpRemoteName: LPCSTR, lpPassword: LPCSTR, lpLocalName: LPCSTR) -> DWORD:
    return ERROR_BAD_NET_NAME


@export("mpr")
def WNetUseConnectionW(
    hwndOwner: HWND,
    lpNetResource: PVOID,
    lpPassword: LPCWSTR,
    lpUserID: LPCWSTR,
    dwFlags: DWORD,
    lpAccessName: LPWSTR,
    lpBufferSize: LPDWORD,
    lpResult: LPDWORD,
) -> DWORD:
    return _connect(lpNetResource)


@export("mpr")
def WNetUseConnectionA(
    hwndOwner: HWND,
    lpNetResource: PVOID,
    lpPassword: LPCSTR,
    lpUserID: LPCSTR,
    dwFlags: DWORD,
    lpAccessName: LPSTR,
    lpBufferSize: LPDWORD,
    lpResult: LPDWORD,
) -> DWORD:
    return _connect(lpNetResource)


@export("mpr")
def WNetCancelConnection2W(lpName: LPCWSTR, dwFlags: DWORD, fForce: BOOL) -> DWORD:
    return ERROR_NOT_CONNECTED


@export("mpr")
def WNetCancelConnection2A(lpName: LPCSTR, dwFlags: DWORD, fForce: BOOL) -> DWORD:
    return ERROR_NOT_CONNECTED


@export("mpr")
def WNetCancelConnectionW(lpName: LPCWSTR, fForce: BOOL) -> DWORD:
    return ERROR_NOT_CONNECTED


@export("mpr")
def WNetCancelConnectionA(lpName: LPCSTR, fForce: BOOL) -> DWORD:
    return ERROR_NOT_CONNECTED


# ---- looking around ----


def _open(scope: int, resource: int, result: int) -> None:
    """Connections can be listed without a network; the network itself cannot."""
    if not result or not RESOURCE_CONNECTED <= scope <= RESOURCE_CONTEXT:
        raise Refused(ERROR_INVALID_PARAMETER)
    if scope == RESOURCE_GLOBALNET:
        raise Refused(ERROR_NO_NETWORK)
    if resource:
        raise Refused(ERROR_INVALID_PARAMETER)
    _core.write(result, handles.new(Enumeration()).to_bytes(8, "little"))


@export("mpr")
def WNetOpenEnumW(
    dwScope: DWORD, dwType: DWORD, dwUsage: DWORD, lpNetResource: PVOID, lphEnum: PHANDLE
) -> DWORD:
    return code_of(_open, dwScope, lpNetResource, lphEnum)


@export("mpr")
def WNetOpenEnumA(
    dwScope: DWORD, dwType: DWORD, dwUsage: DWORD, lpNetResource: PVOID, lphEnum: PHANDLE
) -> DWORD:
    return code_of(_open, dwScope, lpNetResource, lphEnum)


def _enumerate(handle: int, count: int) -> int:
    if handles.object_of(handle, Enumeration) is None:
        return ERROR_INVALID_HANDLE
    put_u32(count, 0)
    return ERROR_NO_MORE_ITEMS


@export("mpr")
def WNetEnumResourceW(hEnum: HANDLE, lpcCount: LPDWORD, lpBuffer: LPVOID, lpBufferSize: LPDWORD) -> DWORD:
    return _enumerate(hEnum, lpcCount)


@export("mpr")
def WNetEnumResourceA(hEnum: HANDLE, lpcCount: LPDWORD, lpBuffer: LPVOID, lpBufferSize: LPDWORD) -> DWORD:
    return _enumerate(hEnum, lpcCount)


@export("mpr")
def WNetCloseEnum(hEnum: HANDLE) -> DWORD:
    if handles.object_of(hEnum, Enumeration) is None:
        return ERROR_INVALID_HANDLE
    handles.close(hEnum)
    return 0


@export("mpr")
def WNetGetResourceInformationW(
    lpNetResource: PVOID, lpBuffer: LPVOID, lpcbBuffer: LPDWORD, lplpSystem: PVOID
) -> DWORD:
    return ERROR_NO_NETWORK


@export("mpr")
def WNetGetResourceInformationA(
    lpNetResource: PVOID, lpBuffer: LPVOID, lpcbBuffer: LPDWORD, lplpSystem: PVOID
) -> DWORD:
    return ERROR_NO_NETWORK


@export("mpr")
def WNetGetResourceParentW(lpNetResource: PVOID, lpBuffer: LPVOID, lpcbBuffer: LPDWORD) -> DWORD:
    return ERROR_NO_NETWORK


@export("mpr")
def WNetGetResourceParentA(lpNetResource: PVOID, lpBuffer: LPVOID, lpcbBuffer: LPDWORD) -> DWORD:
    return ERROR_NO_NETWORK


@export("mpr")
def WNetGetProviderNameW(dwNetType: DWORD, lpProviderName: LPWSTR, lpBufferSize: LPDWORD) -> DWORD:
    return ERROR_NO_NETWORK


@export("mpr")
def WNetGetProviderNameA(dwNetType: DWORD, lpProviderName: LPSTR, lpBufferSize: LPDWORD) -> DWORD:
    return ERROR_NO_NETWORK


@export("mpr")
def WNetGetNetworkInformationW(lpProvider: LPCWSTR, lpNetInfoStruct: PVOID) -> DWORD:
    return ERROR_BAD_PROVIDER


@export("mpr")
def WNetGetNetworkInformationA(lpProvider: LPCSTR, lpNetInfoStruct: PVOID) -> DWORD:
    return ERROR_BAD_PROVIDER


# ---- the user, errors ----


def _user(name: str | None, buffer: int, length: int, wide: bool) -> int:
    """The process's own user for no name; a connection's, of which there is none."""
    if name:
        return ERROR_NOT_CONNECTED
    if not length:
        return ERROR_INVALID_PARAMETER
    text = user_name()
    capacity = get_u32(length)
    needed = put_wide(buffer, capacity, text) if wide else put_ansi(buffer, capacity, text)
    if needed < capacity:
        return 0
    put_u32(length, needed + 1)
    return ERROR_MORE_DATA


@export("mpr")
def WNetGetUserW(lpName: LPCWSTR, lpUserName: LPWSTR, lpnLength: LPDWORD) -> DWORD:
    return _user(lpName, lpUserName, lpnLength, True)


@export("mpr")
def WNetGetUserA(lpName: LPCSTR, lpUserName: LPSTR, lpnLength: LPDWORD) -> DWORD:
    return _user(from_ansi(lpName), lpUserName, lpnLength, False)


@export("mpr")
def WNetGetLastErrorW(
    lpError: LPDWORD, lpErrorBuf: LPWSTR, nErrorBufSize: DWORD, lpNameBuf: LPWSTR, nNameBufSize: DWORD
) -> DWORD:
    """No provider has left an error."""
    put_u32(lpError, 0)
    put_wide(lpErrorBuf, nErrorBufSize, "")
    put_wide(lpNameBuf, nNameBufSize, "")
    return 0


@export("mpr")
def WNetGetLastErrorA(
    lpError: LPDWORD, lpErrorBuf: LPSTR, nErrorBufSize: DWORD, lpNameBuf: LPSTR, nNameBufSize: DWORD
) -> DWORD:
    put_u32(lpError, 0)
    put_ansi(lpErrorBuf, nErrorBufSize, "")
    put_ansi(lpNameBuf, nNameBufSize, "")
    return 0
