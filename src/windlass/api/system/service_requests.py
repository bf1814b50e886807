"""What else is asked of services, and of their manager, on a system that runs none.

Source: Microsoft, "Service Functions", "GetServiceDisplayNameW function", "LockServiceDatabase function",
"QueryServiceLockStatusW function", "EnumServiceGroup", "NotifyServiceStatusChangeW function".
"""

from __future__ import annotations

from windlass import _core
from windlass.api.outputs import fail, put_u32
from windlass.api.system.services import (
    ERROR_ACCESS_DENIED,
    ERROR_INVALID_HANDLE,
    ERROR_SERVICE_DOES_NOT_EXIST,
    enumerate_none,
    is_manager,
    refuse_service,
)
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPCSTR, LPCWSTR, LPDWORD, LPVOID, PVOID, SC_HANDLE

ERROR_INSUFFICIENT_BUFFER = 122
ERROR_INVALID_SERVICE_LOCK = 1071

LOCK_STATUS_SIZE = 24
"""QUERY_SERVICE_LOCK_STATUS: whether it is locked, by whom and for how long."""


# ---- by name: there are no names ----


@export("advapi32", "sechost")
def GetServiceDisplayNameW(
    hSCManager: SC_HANDLE, lpServiceName: LPCWSTR, lpDisplayName: PVOID, lpcchBuffer: LPDWORD
) -> BOOL:
    return refuse_service(hSCManager, lpServiceName, ERROR_SERVICE_DOES_NOT_EXIST)


@export("advapi32", "sechost")
def GetServiceDisplayNameA(
    hSCManager: SC_HANDLE, lpServiceName: LPCSTR, lpDisplayName: PVOID, lpcchBuffer: LPDWORD
) -> BOOL:
    return refuse_service(hSCManager, lpServiceName, ERROR_SERVICE_DOES_NOT_EXIST)


@export("advapi32", "sechost")
def GetServiceKeyNameW(
    hSCManager: SC_HANDLE, lpDisplayName: LPCWSTR, lpServiceName: PVOID, lpcchBuffer: LPDWORD
) -> BOOL:
    return refuse_service(hSCManager, lpDisplayName, ERROR_SERVICE_DOES_NOT_EXIST)


@export("advapi32", "sechost")
def GetServiceKeyNameA(
    hSCManager: SC_HANDLE, lpDisplayName: LPCSTR, lpServiceName: PVOID, lpcchBuffer: LPDWORD
) -> BOOL:
    return refuse_service(hSCManager, lpDisplayName, ERROR_SERVICE_DOES_NOT_EXIST)


@export("advapi32")
def EnumServiceGroupW(
    hSCManager: SC_HANDLE,
    dwServiceType: DWORD,
    dwServiceState: DWORD,
    lpServices: PVOID,
    cbBufSize: DWORD,
    pcbBytesNeeded: LPDWORD,
    lpServicesReturned: LPDWORD,
    lpResumeHandle: LPDWORD,
    pszGroupName: LPCWSTR,
) -> BOOL:
    return enumerate_none(hSCManager, 0, pcbBytesNeeded, lpServicesReturned, lpResumeHandle)


# ---- of the manager: an administrator's, and users are none here ----


@export("advapi32")
def LockServiceDatabase(hSCManager: SC_HANDLE) -> PVOID:
    return fail(ERROR_ACCESS_DENIED if is_manager(hSCManager) else ERROR_INVALID_HANDLE)


@export("advapi32")
def UnlockServiceDatabase(ScLock: PVOID) -> BOOL:
    return fail(ERROR_INVALID_SERVICE_LOCK)


def _lock_status(manager: int, status: int, size: int, needed: int) -> int:
    if not is_manager(manager):
        return fail(ERROR_INVALID_HANDLE)
    put_u32(needed, LOCK_STATUS_SIZE)
    if size < LOCK_STATUS_SIZE:
        return fail(ERROR_INSUFFICIENT_BUFFER)
    _core.write(status, bytes(LOCK_STATUS_SIZE))
    return 1


@export("advapi32")
def QueryServiceLockStatusW(
    hSCManager: SC_HANDLE, lpLockStatus: PVOID, cbBufSize: DWORD, pcbBytesNeeded: LPDWORD
) -> BOOL:
    return _lock_status(hSCManager, lpLockStatus, cbBufSize, pcbBytesNeeded)


@export("advapi32")
def QueryServiceLockStatusA(
    hSCManager: SC_HANDLE, lpLockStatus: PVOID, cbBufSize: DWORD, pcbBytesNeeded: LPDWORD
) -> BOOL:
    return _lock_status(hSCManager, lpLockStatus, cbBufSize, pcbBytesNeeded)


@export("advapi32")
def NotifyBootConfigStatus(BootAcceptable: BOOL) -> BOOL:
    return fail(ERROR_ACCESS_DENIED)


@export("advapi32", "sechost")
def NotifyServiceStatusChangeW(hService: SC_HANDLE, dwNotifyMask: DWORD, pNotifyBuffer: PVOID) -> DWORD:
    """Of a manager it would tell of services that are made and deleted: none ever is."""
    return 0 if is_manager(hService) else ERROR_INVALID_HANDLE


@export("advapi32", "sechost")
def NotifyServiceStatusChangeA(hService: SC_HANDLE, dwNotifyMask: DWORD, pNotifyBuffer: PVOID) -> DWORD:
    return 0 if is_manager(hService) else ERROR_INVALID_HANDLE


# ---- of a service: nobody can have a handle of one ----


@export("advapi32", "sechost")
def ChangeServiceConfigW(
    hService: SC_HANDLE,
    dwServiceType: DWORD,
    dwStartType: DWORD,
    dwErrorControl: DWORD,
    lpBinaryPathName: LPCWSTR,
    lpLoadOrderGroup: LPCWSTR,
    lpdwTagId: LPDWORD,
    lpDependencies: LPVOID,
    lpServiceStartName: LPCWSTR,
    lpPassword: LPCWSTR,
    lpDisplayName: LPCWSTR,
) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def ChangeServiceConfigA(
    hService: SC_HANDLE,
    dwServiceType: DWORD,
    dwStartType: DWORD,
    dwErrorControl: DWORD,
    lpBinaryPathName: LPCSTR,
    lpLoadOrderGroup: LPCSTR,
    lpdwTagId: LPDWORD,
    lpDependencies: LPVOID,
    lpServiceStartName: LPCSTR,
    lpPassword: LPCSTR,
    lpDisplayName: LPCSTR,
) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def EnumDependentServicesW(
    hService: SC_HANDLE,
    dwServiceState: DWORD,
    lpServices: PVOID,
    cbBufSize: DWORD,
    pcbBytesNeeded: LPDWORD,
    lpServicesReturned: LPDWORD,
) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def EnumDependentServicesA(
    hService: SC_HANDLE,
    dwServiceState: DWORD,
    lpServices: PVOID,
    cbBufSize: DWORD,
    pcbBytesNeeded: LPDWORD,
    lpServicesReturned: LPDWORD,
) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def QueryServiceConfig2W(
    hService: SC_HANDLE, dwInfoLevel: DWORD, lpBuffer: PVOID, cbBufSize: DWORD, pcbBytesNeeded: LPDWORD
) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def QueryServiceConfig2A(
    hService: SC_HANDLE, dwInfoLevel: DWORD, lpBuffer: PVOID, cbBufSize: DWORD, pcbBytesNeeded: LPDWORD
) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def ControlServiceExW(
    hService: SC_HANDLE, dwControl: DWORD, dwInfoLevel: DWORD, pControlParams: PVOID
) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def ControlServiceExA(
    hService: SC_HANDLE, dwControl: DWORD, dwInfoLevel: DWORD, pControlParams: PVOID
) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def QueryServiceObjectSecurity(
    hService: SC_HANDLE,
    dwSecurityInformation: DWORD,
    lpSecurityDescriptor: PVOID,
    cbBufSize: DWORD,
    pcbBytesNeeded: LPDWORD,
) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def SetServiceObjectSecurity(
    hService: SC_HANDLE, dwSecurityInformation: DWORD, lpSecurityDescriptor: PVOID
) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32")
def SetServiceBits(
    hServiceStatus: HANDLE, dwServiceBits: DWORD, bSetBitsOn: BOOL, bUpdateImmediately: BOOL
) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)
