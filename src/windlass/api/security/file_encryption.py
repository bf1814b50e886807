"""The encrypting file system, which no file system here is.

Source: Microsoft, "EncryptFile function", "FileEncryptionStatus function" and the others of their kind.
"""

from __future__ import annotations

import os

from windlass import _core
from windlass.api.outputs import fail, from_ansi, put_u32
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPCSTR, LPCWSTR, LPDWORD, PVOID, ULONG, VOID

ERROR_FILE_NOT_FOUND, ERROR_NOT_SUPPORTED, ERROR_INVALID_PARAMETER = 2, 50, 87

FILE_SYSTEM_NOT_SUPPORT = 6
"""FileEncryptionStatus: the file system has no encryption."""


def _refusal(name: str | None) -> int:
    if not name:
        return ERROR_INVALID_PARAMETER
    host = _core.path_to_host(name)
    return ERROR_NOT_SUPPORTED if host and os.path.exists(host) else ERROR_FILE_NOT_FOUND


def _status(name: str | None, status: int) -> int:
    code = _refusal(name)
    if code != ERROR_NOT_SUPPORTED:
        return fail(code)
    put_u32(status, FILE_SYSTEM_NOT_SUPPORT)
    return 1


@export("advapi32")
def EncryptFileW(lpFileName: LPCWSTR) -> BOOL:
    return fail(_refusal(lpFileName))


@export("advapi32")
def EncryptFileA(lpFileName: LPCSTR) -> BOOL:
    return fail(_refusal(from_ansi(lpFileName)))


@export("advapi32")
def DecryptFileW(lpFileName: LPCWSTR, dwReserved: DWORD) -> BOOL:
    return fail(_refusal(lpFileName))


@export("advapi32")
def DecryptFileA(lpFileName: LPCSTR, dwReserved: DWORD) -> BOOL:
    return fail(_refusal(from_ansi(lpFileName)))


@export("advapi32")
def FileEncryptionStatusW(lpFileName: LPCWSTR, lpStatus: LPDWORD) -> BOOL:
    return _status(lpFileName, lpStatus)


@export("advapi32")
def FileEncryptionStatusA(lpFileName: LPCSTR, lpStatus: LPDWORD) -> BOOL:
    return _status(from_ansi(lpFileName), lpStatus)


@export("advapi32")
def EncryptionDisable(DirPath: LPCWSTR, Disable: BOOL) -> BOOL:
    return fail(_refusal(DirPath))


@export("advapi32")
def QueryUsersOnEncryptedFile(lpFileName: LPCWSTR, pUsers: PVOID) -> DWORD:
    return _refusal(lpFileName)


@export("advapi32")
def QueryRecoveryAgentsOnEncryptedFile(lpFileName: LPCWSTR, pRecoveryAgents: PVOID) -> DWORD:
    return _refusal(lpFileName)


@export("advapi32")
def AddUsersToEncryptedFile(lpFileName: LPCWSTR, pEncryptionCertificates: PVOID) -> DWORD:
    return _refusal(lpFileName)


@export("advapi32")
def RemoveUsersFromEncryptedFile(lpFileName: LPCWSTR, pHashes: PVOID) -> DWORD:
    return _refusal(lpFileName)


@export("advapi32")
def FreeEncryptionCertificateHashList(pUsers: PVOID) -> VOID:
    """No list was ever given."""


@export("advapi32")
def OpenEncryptedFileRawW(lpFileName: LPCWSTR, ulFlags: ULONG, pvContext: PVOID) -> DWORD:
    return _refusal(lpFileName)


@export("advapi32")
def OpenEncryptedFileRawA(lpFileName: LPCSTR, ulFlags: ULONG, pvContext: PVOID) -> DWORD:
    return _refusal(from_ansi(lpFileName))
