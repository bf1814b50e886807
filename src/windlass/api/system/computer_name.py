"""The computer's names.

Source: Microsoft, "GetComputerNameExW function", "GetComputerNameW function", "DnsHostnameToComputerNameW
function".
"""

from __future__ import annotations

import socket

from windlass import _core
from windlass.api.outputs import fail, from_ansi, get_u32, put_u32
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPCSTR, LPCWSTR, LPDWORD, LPSTR, LPWSTR

ERROR_ACCESS_DENIED = 5
ERROR_INVALID_PARAMETER = 87
ERROR_BUFFER_OVERFLOW = 111
ERROR_MORE_DATA = 234
MAX_COMPUTERNAME_LENGTH = 15
NET_BIOS, DNS_HOSTNAME, DNS_DOMAIN, DNS_FULLY_QUALIFIED = range(4)
PHYSICAL = 4  # a cluster has other physical names than logical ones; here they are the same


def net_bios_name(host: str) -> str:
    return host.partition(".")[0][:MAX_COMPUTERNAME_LENGTH].upper()


def name_of(kind: int) -> str:
    full = socket.gethostname()
    host, _, domain = full.partition(".")
    kind %= PHYSICAL
    if kind == NET_BIOS:
        return net_bios_name(host)
    return {DNS_HOSTNAME: host, DNS_DOMAIN: domain, DNS_FULLY_QUALIFIED: full}[kind]


def give(text: str, buffer: int, size: int, wide: bool, error: int) -> int:
    """Write the text where the DWORD at `size` says that there is room, and its length."""
    data = _core.wide_bytes(text) if wide else _core.ansi_from_text(text) + b"\0"
    unit = 2 if wide else 1
    length = len(data) // unit
    if not buffer or get_u32(size) < length:
        put_u32(size, length)
        return fail(error)
    _core.write(buffer, data)
    put_u32(size, length - 1)
    return 1


@export("kernel32", "kernelbase")
def GetComputerNameExW(NameType: DWORD, lpBuffer: LPWSTR, nSize: LPDWORD) -> BOOL:
    if NameType >= 2 * PHYSICAL or not nSize:
        return fail(ERROR_INVALID_PARAMETER)
    return give(name_of(NameType), lpBuffer, nSize, True, ERROR_MORE_DATA)


@export("kernel32", "kernelbase")
def GetComputerNameExA(NameType: DWORD, lpBuffer: LPSTR, nSize: LPDWORD) -> BOOL:
    if NameType >= 2 * PHYSICAL or not nSize:
        return fail(ERROR_INVALID_PARAMETER)
    return give(name_of(NameType), lpBuffer, nSize, False, ERROR_MORE_DATA)


@export("kernel32")
def GetComputerNameW(lpBuffer: LPWSTR, nSize: LPDWORD) -> BOOL:
    return give(name_of(NET_BIOS), lpBuffer, nSize, True, ERROR_BUFFER_OVERFLOW)


@export("kernel32")
def GetComputerNameA(lpBuffer: LPSTR, nSize: LPDWORD) -> BOOL:
    return give(name_of(NET_BIOS), lpBuffer, nSize, False, ERROR_BUFFER_OVERFLOW)


@export("kernel32")
def DnsHostnameToComputerNameW(Hostname: LPCWSTR, ComputerName: LPWSTR, nSize: LPDWORD) -> BOOL:
    if Hostname is None:
        return fail(ERROR_INVALID_PARAMETER)
    return give(net_bios_name(Hostname), ComputerName, nSize, True, ERROR_MORE_DATA)


@export("kernel32")
def DnsHostnameToComputerNameA(Hostname: LPCSTR, ComputerName: LPSTR, nSize: LPDWORD) -> BOOL:
    name = from_ansi(Hostname)
    if name is None:
        return fail(ERROR_INVALID_PARAMETER)
    return give(net_bios_name(name), ComputerName, nSize, False, ERROR_MORE_DATA)


# The host's name is the administrator's to change.
@export("kernel32", "kernelbase")
def SetComputerNameW(lpComputerName: LPCWSTR) -> BOOL:
    return fail(ERROR_ACCESS_DENIED)


@export("kernel32", "kernelbase")
def SetComputerNameA(lpComputerName: LPCSTR) -> BOOL:
    return fail(ERROR_ACCESS_DENIED)


@export("kernel32", "kernelbase")
def SetComputerNameExW(NameType: DWORD, lpBuffer: LPCWSTR) -> BOOL:
    return fail(ERROR_ACCESS_DENIED)


@export("kernel32", "kernelbase")
def SetComputerNameExA(NameType: DWORD, lpBuffer: LPCSTR) -> BOOL:
    return fail(ERROR_ACCESS_DENIED)
