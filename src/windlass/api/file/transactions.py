"""Files in transactions. No transaction can be made here (ktmw32's CreateTransaction), so that no handle that
these functions get is one.

Source: Microsoft, "Transactional NTFS (TxF)": applications are told to do without.
"""

from __future__ import annotations

from windlass import _core
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPCSTR, LPCWSTR, LPDWORD, LPSTR, LPWSTR, PVOID

ERROR_INVALID_HANDLE = 6
INVALID_HANDLE_VALUE = (1 << 64) - 1
INVALID = 0xFFFFFFFF


def refused(result: int = 0) -> int:
    _core.set_last_error(ERROR_INVALID_HANDLE)
    return result


@export("kernel32")
def CreateFileTransactedW(
    lpFileName: LPCWSTR,
    dwDesiredAccess: DWORD,
    dwShareMode: DWORD,
    lpSecurityAttributes: PVOID,
    dwCreationDisposition: DWORD,
    dwFlagsAndAttributes: DWORD,
    hTemplateFile: HANDLE,
    hTransaction: HANDLE,
    pusMiniVersion: PVOID,
    lpExtendedParameter: PVOID,
) -> HANDLE:
    return refused(INVALID_HANDLE_VALUE)


@export("kernel32")
def CreateFileTransactedA(
    lpFileName: LPCSTR,
    dwDesiredAccess: DWORD,
    dwShareMode: DWORD,
    lpSecurityAttributes: PVOID,
    dwCreationDisposition: DWORD,
    dwFlagsAndAttributes: DWORD,
    hTemplateFile: HANDLE,
    hTransaction: HANDLE,
    pusMiniVersion: PVOID,
    lpExtendedParameter: PVOID,
) -> HANDLE:
    return refused(INVALID_HANDLE_VALUE)


@export("kernel32")
def CopyFileTransactedW(
    lpExistingFileName: LPCWSTR,
    lpNewFileName: LPCWSTR,
    lpProgressRoutine: PVOID,
    lpData: PVOID,
    pbCancel: PVOID,
    dwCopyFlags: DWORD,
    hTransaction: HANDLE,
) -> BOOL:
    return refused()


@export("kernel32")
def CopyFileTransactedA(
    lpExistingFileName: LPCSTR,
    lpNewFileName: LPCSTR,
    lpProgressRoutine: PVOID,
    lpData: PVOID,
    pbCancel: PVOID,
    dwCopyFlags: DWORD,
    hTransaction: HANDLE,
) -> BOOL:
    return refused()


@export("kernel32")
def MoveFileTransactedW(
    lpExistingFileName: LPCWSTR,
    lpNewFileName: LPCWSTR,
    lpProgressRoutine: PVOID,
    lpData: PVOID,
    dwFlags: DWORD,
    hTransaction: HANDLE,
) -> BOOL:
    return refused()


@export("kernel32")
def MoveFileTransactedA(
    lpExistingFileName: LPCSTR,
    lpNewFileName: LPCSTR,
    lpProgressRoutine: PVOID,
    lpData: PVOID,
    dwFlags: DWORD,
    hTransaction: HANDLE,
) -> BOOL:
    return refused()


@export("kernel32")
def DeleteFileTransactedW(lpFileName: LPCWSTR, hTransaction: HANDLE) -> BOOL:
    return refused()


@export("kernel32")
def DeleteFileTransactedA(lpFileName: LPCSTR, hTransaction: HANDLE) -> BOOL:
    return refused()


@export("kernel32")
def CreateDirectoryTransactedW(
    lpTemplateDirectory: LPCWSTR, lpNewDirectory: LPCWSTR, lpSecurityAttributes: PVOID, hTransaction: HANDLE
) -> BOOL:
    return refused()


@export("kernel32")
def CreateDirectoryTransactedA(
    lpTemplateDirectory: LPCSTR, lpNewDirectory: LPCSTR, lpSecurityAttributes: PVOID, hTransaction: HANDLE
) -> BOOL:
    return refused()


@export("kernel32")
def RemoveDirectoryTransactedW(lpPathName: LPCWSTR, hTransaction: HANDLE) -> BOOL:
    return refused()


@export("kernel32")
def RemoveDirectoryTransactedA(lpPathName: LPCSTR, hTransaction: HANDLE) -> BOOL:
    return refused()


@export("kernel32")
def CreateHardLinkTransactedW(
    lpFileName: LPCWSTR, lpExistingFileName: LPCWSTR, lpSecurityAttributes: PVOID, hTransaction: HANDLE
) -> BOOL:
    return refused()


@export("kernel32")
def CreateHardLinkTransactedA(
    lpFileName: LPCSTR, lpExistingFileName: LPCSTR, lpSecurityAttributes: PVOID, hTransaction: HANDLE
) -> BOOL:
    return refused()


@export("kernel32")
def CreateSymbolicLinkTransactedW(
    lpSymlinkFileName: LPCWSTR, lpTargetFileName: LPCWSTR, dwFlags: DWORD, hTransaction: HANDLE
) -> BOOL:
    return refused()


@export("kernel32")
def CreateSymbolicLinkTransactedA(
    lpSymlinkFileName: LPCSTR, lpTargetFileName: LPCSTR, dwFlags: DWORD, hTransaction: HANDLE
) -> BOOL:
    return refused()


@export("kernel32")
def FindFirstFileTransactedW(
    lpFileName: LPCWSTR,
    fInfoLevelId: DWORD,
    lpFindFileData: PVOID,
    fSearchOp: DWORD,
    lpSearchFilter: PVOID,
    dwAdditionalFlags: DWORD,
    hTransaction: HANDLE,
) -> HANDLE:
    return refused(INVALID_HANDLE_VALUE)


@export("kernel32")
def FindFirstFileTransactedA(
    lpFileName: LPCSTR,
    fInfoLevelId: DWORD,
    lpFindFileData: PVOID,
    fSearchOp: DWORD,
    lpSearchFilter: PVOID,
    dwAdditionalFlags: DWORD,
    hTransaction: HANDLE,
) -> HANDLE:
    return refused(INVALID_HANDLE_VALUE)


@export("kernel32")
def GetCompressedFileSizeTransactedW(
    lpFileName: LPCWSTR, lpFileSizeHigh: LPDWORD, hTransaction: HANDLE
) -> DWORD:
    return refused(INVALID)


@export("kernel32")
def GetCompressedFileSizeTransactedA(
    lpFileName: LPCSTR, lpFileSizeHigh: LPDWORD, hTransaction: HANDLE
) -> DWORD:
    return refused(INVALID)


@export("kernel32")
def GetFileAttributesTransactedW(
    lpFileName: LPCWSTR, fInfoLevelId: DWORD, lpFileInformation: PVOID, hTransaction: HANDLE
) -> BOOL:
    return refused()


@export("kernel32")
def GetFileAttributesTransactedA(
    lpFileName: LPCSTR, fInfoLevelId: DWORD, lpFileInformation: PVOID, hTransaction: HANDLE
) -> BOOL:
    return refused()


@export("kernel32")
def SetFileAttributesTransactedW(lpFileName: LPCWSTR, dwFileAttributes: DWORD, hTransaction: HANDLE) -> BOOL:
    return refused()


@export("kernel32")
def SetFileAttributesTransactedA(lpFileName: LPCSTR, dwFileAttributes: DWORD, hTransaction: HANDLE) -> BOOL:
    return refused()


@export("kernel32")
def GetFullPathNameTransactedW(
    lpFileName: LPCWSTR, nBufferLength: DWORD, lpBuffer: LPWSTR, lpFilePart: PVOID, hTransaction: HANDLE
) -> DWORD:
    return refused()


@export("kernel32")
def GetFullPathNameTransactedA(
    lpFileName: LPCSTR, nBufferLength: DWORD, lpBuffer: LPSTR, lpFilePart: PVOID, hTransaction: HANDLE
) -> DWORD:
    return refused()


@export("kernel32")
def GetLongPathNameTransactedW(
    lpszShortPath: LPCWSTR, lpszLongPath: LPWSTR, cchBuffer: DWORD, hTransaction: HANDLE
) -> DWORD:
    return refused()


@export("kernel32")
def GetLongPathNameTransactedA(
    lpszShortPath: LPCSTR, lpszLongPath: LPSTR, cchBuffer: DWORD, hTransaction: HANDLE
) -> DWORD:
    return refused()
