"""Logon sessions and authentication packages, as the Local Security Authority tells of them: one session, the
user's own.

Source: Microsoft, "LsaEnumerateLogonSessions function", "LsaGetLogonSessionData function",
"SECURITY_LOGON_SESSION_DATA structure", "LsaLookupAuthenticationPackage function",
"LsaRegisterLogonProcess function", "LogonUserW function", "TranslateNameW function".
"""

from __future__ import annotations

import struct

from windlass import _core
from windlass.api import blocks
from windlass.api.crypto import crypt_handles as handles
from windlass.api.outputs import fail, from_ansi, get_u64, put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.api.security import accounts
from windlass.api.security.tokens import SESSION, authentication_id
from windlass.api.shell.folders import user_name
from windlass.api.system.registry_seed import computer_name
from windlass.registry import export
from windlass.types import (
    BOOL,
    BOOLEAN,
    DWORD,
    HANDLE,
    INT,
    LPCSTR,
    LPCWSTR,
    LPSTR,
    LPWSTR,
    NTSTATUS,
    PHANDLE,
    PULONG,
    PVOID,
)

STATUS_INVALID_HANDLE, STATUS_INVALID_PARAMETER = 0xC0000008, 0xC000000D
STATUS_NO_SUCH_LOGON_SESSION, STATUS_PRIVILEGE_NOT_HELD = 0xC000005F, 0xC0000061
STATUS_NO_SUCH_PACKAGE = 0xC00000FE
ERROR_INVALID_PARAMETER, ERROR_LOGON_FAILURE, ERROR_CANT_ACCESS_DOMAIN_INFO = 87, 1326, 1351


class Connection:
    """To the authority, untrusted."""


@export("secur32", "sspicli")
def LsaConnectUntrusted(LsaHandle: PHANDLE) -> NTSTATUS:
    if not LsaHandle:
        return STATUS_INVALID_PARAMETER
    put_u64(LsaHandle, handles.new(Connection()))
    return 0


@export("secur32", "sspicli")
def LsaRegisterLogonProcess(LogonProcessName: PVOID, LsaHandle: PHANDLE, SecurityMode: PVOID) -> NTSTATUS:
    """For parts of the operating system, who have SeTcbPrivilege."""
    return STATUS_PRIVILEGE_NOT_HELD


@export("secur32", "sspicli")
def LsaDeregisterLogonProcess(LsaHandle: HANDLE) -> NTSTATUS:
    if handles.object_of(LsaHandle, Connection) is None:
        return STATUS_INVALID_HANDLE
    handles.close(LsaHandle)
    return 0


@export("secur32", "sspicli")
def LsaFreeReturnBuffer(Buffer: PVOID) -> NTSTATUS:
    blocks.free(Buffer)
    return 0


_PACKAGES = ("MICROSOFT_AUTHENTICATION_PACKAGE_V1_0", "Kerberos", "Negotiate", "NTLM", "Schannel")


def _package(handle: int, name: int, result: int) -> None:
    """By a LSA_STRING: length, capacity, bytes."""
    if handles.object_of(handle, Connection) is None:
        raise Refused(STATUS_INVALID_HANDLE)
    if not name or not result:
        raise Refused(STATUS_INVALID_PARAMETER)
    length = int.from_bytes(_core.read(name, 2), "little")
    text = _core.read(get_u64(name + 8), length).decode("ascii", "replace").lower()
    found = next((number for number, each in enumerate(_PACKAGES) if each.lower() == text), None)
    if found is None:
        raise Refused(STATUS_NO_SUCH_PACKAGE)
    put_u32(result, found)


@export("secur32", "sspicli")
def LsaLookupAuthenticationPackage(
    LsaHandle: HANDLE, PackageName: PVOID, AuthenticationPackage: PULONG
) -> NTSTATUS:
    return code_of(_package, LsaHandle, PackageName, AuthenticationPackage)


# ---- sessions ----


@export("secur32", "sspicli")
def LsaEnumerateLogonSessions(LogonSessionCount: PULONG, LogonSessionList: PVOID) -> NTSTATUS:
    if not LogonSessionCount or not LogonSessionList:
        return STATUS_INVALID_PARAMETER
    put_u64(LogonSessionList, blocks.new(struct.pack("<Q", authentication_id())))
    put_u32(LogonSessionCount, 1)
    return 0


INTERACTIVE_LOGON, NEVER = 2, 0x7FFFFFFFFFFFFFFF


class _Block:
    """A structure whose pointers lead behind it."""

    def __init__(self, size: int) -> None:
        self.size, self.tail = size, b""
        self.address = 0

    def put(self, data: bytes) -> int:
        place = self.address + self.size + len(self.tail)
        self.tail += data + bytes(-len(data) % 8)
        return place

    def string(self, text: str) -> bytes:
        """LSA_UNICODE_STRING"""
        data = _core.wide_bytes(text)
        return struct.pack("<HHIQ", len(data) - 2, len(data), 0, self.put(data))


# Up to DnsDomainName and Upn, which every version since Windows XP has.
SESSION_DATA_SIZE = 8 + 8 + 3 * 16 + 8 + 8 + 8 + 3 * 16


def _session_data(block: _Block) -> bytes:
    """SECURITY_LOGON_SESSION_DATA"""
    head = struct.pack("<IQI", SESSION_DATA_SIZE, authentication_id(), 0)
    names = b"".join(block.string(each) for each in (user_name(), computer_name(), "NTLM"))
    sid = block.put(accounts.current_user().pack())
    kind = struct.pack("<IIQQ", INTERACTIVE_LOGON, SESSION, sid, 0)
    return head + names + kind + b"".join(block.string(each) for each in (computer_name(), "", ""))


def _logon_session(luid: int, result: int) -> None:
    if not luid or not result:
        raise Refused(STATUS_INVALID_PARAMETER)
    if get_u64(luid) != authentication_id():
        raise Refused(STATUS_NO_SUCH_LOGON_SESSION)
    measured = _Block(SESSION_DATA_SIZE)
    _session_data(measured)
    block = _Block(SESSION_DATA_SIZE)
    block.address = blocks.new(bytes(SESSION_DATA_SIZE + len(measured.tail)))
    data = _session_data(block)
    _core.write(block.address, data + block.tail)
    put_u64(result, block.address)


@export("secur32", "sspicli")
def LsaGetLogonSessionData(LogonId: PVOID, ppLogonSessionData: PVOID) -> NTSTATUS:
    return code_of(_logon_session, LogonId, ppLogonSessionData)


# ---- logging on ----


def _log_on(user: str | None, token: int) -> int:
    """Nobody can log on as somebody else, whatever the password is."""
    put_u64(token, 0)
    return fail(ERROR_LOGON_FAILURE if user and token else ERROR_INVALID_PARAMETER)


@export("advapi32", "sechost")
def LogonUserW(
    lpszUsername: LPCWSTR,
    lpszDomain: LPCWSTR,
    lpszPassword: LPCWSTR,
    dwLogonType: DWORD,
    dwLogonProvider: DWORD,
    phToken: PHANDLE,
) -> BOOL:
    return _log_on(lpszUsername, phToken)


@export("advapi32", "sechost")
def LogonUserA(
    lpszUsername: LPCSTR,
    lpszDomain: LPCSTR,
    lpszPassword: LPCSTR,
    dwLogonType: DWORD,
    dwLogonProvider: DWORD,
    phToken: PHANDLE,
) -> BOOL:
    return _log_on(from_ansi(lpszUsername), phToken)


@export("advapi32", "sechost")
def LogonUserExW(
    lpszUsername: LPCWSTR,
    lpszDomain: LPCWSTR,
    lpszPassword: LPCWSTR,
    dwLogonType: DWORD,
    dwLogonProvider: DWORD,
    phToken: PHANDLE,
    ppLogonSid: PVOID,
    ppProfileBuffer: PVOID,
    pdwProfileLength: PVOID,
    pQuotaLimits: PVOID,
) -> BOOL:
    return _log_on(lpszUsername, phToken)


# ---- names of accounts in a directory ----


@export("secur32", "sspicli")
def TranslateNameW(
    lpAccountName: LPCWSTR,
    AccountNameFormat: INT,
    DesiredNameFormat: INT,
    lpTranslatedName: LPWSTR,
    nSize: PULONG,
) -> BOOLEAN:
    """Only a domain's directory knows names of several formats."""
    return fail(ERROR_CANT_ACCESS_DOMAIN_INFO)


@export("secur32", "sspicli")
def TranslateNameA(
    lpAccountName: LPCSTR,
    AccountNameFormat: INT,
    DesiredNameFormat: INT,
    lpTranslatedName: LPSTR,
    nSize: PULONG,
) -> BOOLEAN:
    return fail(ERROR_CANT_ACCESS_DOMAIN_INFO)
