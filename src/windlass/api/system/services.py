"""The service control manager of a system that runs no services.

It can be asked: it knows of none. A service cannot be made, and this process was not started as one.

Source: Microsoft, "OpenSCManagerW function", "OpenServiceW function", "CreateServiceW function",
"EnumServicesStatusExW function", "StartServiceCtrlDispatcherW function".
"""

from __future__ import annotations

from windlass.api.crypto import crypt_handles as handles
from windlass.api.outputs import fail, from_ansi, put_u32
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPCSTR, LPCWSTR, LPDWORD, LPVOID, PVOID, SC_HANDLE

ERROR_ACCESS_DENIED = 5
ERROR_INVALID_HANDLE = 6
ERROR_INVALID_PARAMETER = 87
ERROR_INVALID_NAME = 123
ERROR_INVALID_LEVEL = 124
ERROR_SERVICE_DOES_NOT_EXIST = 1060
ERROR_FAILED_SERVICE_CONTROLLER_CONNECT = 1063
ERROR_DATABASE_DOES_NOT_EXIST = 1065
RPC_S_SERVER_UNAVAILABLE = 1722

DATABASES = ("", "servicesactive")


class Manager:
    """The manager's database."""


def _open_manager(machine: str | None, database: str | None) -> int:
    if machine and machine.lstrip("\\"):
        return fail(RPC_S_SERVER_UNAVAILABLE)
    if (database or "").lower() not in DATABASES:
        is_other = (database or "").lower() == "servicesfailed"
        return fail(ERROR_DATABASE_DOES_NOT_EXIST if is_other else ERROR_INVALID_NAME)
    return handles.new(Manager())


@export("advapi32", "sechost")
def OpenSCManagerW(lpMachineName: LPCWSTR, lpDatabaseName: LPCWSTR, dwDesiredAccess: DWORD) -> SC_HANDLE:
    return _open_manager(lpMachineName, lpDatabaseName)


@export("advapi32", "sechost")
def OpenSCManagerA(lpMachineName: LPCSTR, lpDatabaseName: LPCSTR, dwDesiredAccess: DWORD) -> SC_HANDLE:
    return _open_manager(from_ansi(lpMachineName), from_ansi(lpDatabaseName))


@export("advapi32", "sechost")
def CloseServiceHandle(hSCObject: SC_HANDLE) -> BOOL:
    if not is_manager(hSCObject):
        return fail(ERROR_INVALID_HANDLE)
    handles.close(hSCObject)
    return 1


def is_manager(handle: int) -> bool:
    return handles.object_of(handle, Manager) is not None


def refuse_service(manager: int, name: object, code: int) -> int:
    """Whatever is asked for a service ends in `code`, if the question is a good one."""
    if not is_manager(manager):
        return fail(ERROR_INVALID_HANDLE)
    return fail(code if name else ERROR_INVALID_NAME)


@export("advapi32", "sechost")
def OpenServiceW(hSCManager: SC_HANDLE, lpServiceName: LPCWSTR, dwDesiredAccess: DWORD) -> SC_HANDLE:
    return refuse_service(hSCManager, lpServiceName, ERROR_SERVICE_DOES_NOT_EXIST)


@export("advapi32", "sechost")
def OpenServiceA(hSCManager: SC_HANDLE, lpServiceName: LPCSTR, dwDesiredAccess: DWORD) -> SC_HANDLE:
    return refuse_service(hSCManager, lpServiceName, ERROR_SERVICE_DOES_NOT_EXIST)


@export("advapi32", "sechost")
def CreateServiceW(
    hSCManager: SC_HANDLE,
    lpServiceName: LPCWSTR,
    lpDisplayName: LPCWSTR,
    dwDesiredAccess: DWORD,
    dwServiceType: DWORD,
    dwStartType: DWORD,
    dwErrorControl: DWORD,
    lpBinaryPathName: LPCWSTR,
    lpLoadOrderGroup: LPCWSTR,
    lpdwTagId: LPDWORD,
    lpDependencies: LPVOID,
    lpServiceStartName: LPCWSTR,
    lpPassword: LPCWSTR,
) -> SC_HANDLE:
    return refuse_service(hSCManager, lpServiceName, ERROR_ACCESS_DENIED)


@export("advapi32", "sechost")
def CreateServiceA(
    hSCManager: SC_HANDLE,
    lpServiceName: LPCSTR,
    lpDisplayName: LPCSTR,
    dwDesiredAccess: DWORD,
    dwServiceType: DWORD,
    dwStartType: DWORD,
    dwErrorControl: DWORD,
    lpBinaryPathName: LPCSTR,
    lpLoadOrderGroup: LPCSTR,
    lpdwTagId: LPDWORD,
    lpDependencies: LPVOID,
    lpServiceStartName: LPCSTR,
    lpPassword: LPCSTR,
) -> SC_HANDLE:
    return refuse_service(hSCManager, lpServiceName, ERROR_ACCESS_DENIED)


def enumerate_none(manager: int, level: int, needed: int, returned: int, resume: int) -> int:
    if not is_manager(manager):
        return fail(ERROR_INVALID_HANDLE)
    if level:
        return fail(ERROR_INVALID_LEVEL)
    if not needed or not returned:
        return fail(ERROR_INVALID_PARAMETER)
    for place in (needed, returned, resume):
        put_u32(place, 0)
    return 1


@export("advapi32", "sechost")
def EnumServicesStatusExW(
    hSCManager: SC_HANDLE,
    InfoLevel: DWORD,
    dwServiceType: DWORD,
    dwServiceState: DWORD,
    lpServices: PVOID,
    cbBufSize: DWORD,
    pcbBytesNeeded: LPDWORD,
    lpServicesReturned: LPDWORD,
    lpResumeHandle: LPDWORD,
    pszGroupName: LPCWSTR,
) -> BOOL:
    return enumerate_none(hSCManager, InfoLevel, pcbBytesNeeded, lpServicesReturned, lpResumeHandle)


@export("advapi32", "sechost")
def EnumServicesStatusExA(
    hSCManager: SC_HANDLE,
    InfoLevel: DWORD,
    dwServiceType: DWORD,
    dwServiceState: DWORD,
    lpServices: PVOID,
    cbBufSize: DWORD,
    pcbBytesNeeded: LPDWORD,
    lpServicesReturned: LPDWORD,
    lpResumeHandle: LPDWORD,
    pszGroupName: LPCSTR,
) -> BOOL:
    return enumerate_none(hSCManager, InfoLevel, pcbBytesNeeded, lpServicesReturned, lpResumeHandle)


@export("advapi32", "sechost")
def EnumServicesStatusW(
    hSCManager: SC_HANDLE,
    dwServiceType: DWORD,
    dwServiceState: DWORD,
    lpServices: PVOID,
    cbBufSize: DWORD,
    pcbBytesNeeded: LPDWORD,
    lpServicesReturned: LPDWORD,
    lpResumeHandle: LPDWORD,
) -> BOOL:
    return enumerate_none(hSCManager, 0, pcbBytesNeeded, lpServicesReturned, lpResumeHandle)


@export("advapi32", "sechost")
def EnumServicesStatusA(
    hSCManager: SC_HANDLE,
    dwServiceType: DWORD,
    dwServiceState: DWORD,
    lpServices: PVOID,
    cbBufSize: DWORD,
    pcbBytesNeeded: LPDWORD,
    lpServicesReturned: LPDWORD,
    lpResumeHandle: LPDWORD,
) -> BOOL:
    return enumerate_none(hSCManager, 0, pcbBytesNeeded, lpServicesReturned, lpResumeHandle)


# ---- for a process that is a service; this one is none ----


@export("advapi32", "sechost")
def StartServiceCtrlDispatcherW(lpServiceStartTable: PVOID) -> BOOL:
    return fail(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT)


@export("advapi32", "sechost")
def StartServiceCtrlDispatcherA(lpServiceStartTable: PVOID) -> BOOL:
    return fail(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT)


@export("advapi32", "sechost")
def RegisterServiceCtrlHandlerW(lpServiceName: LPCWSTR, lpHandlerProc: PVOID) -> SC_HANDLE:
    return fail(ERROR_SERVICE_DOES_NOT_EXIST)


@export("advapi32", "sechost")
def RegisterServiceCtrlHandlerA(lpServiceName: LPCSTR, lpHandlerProc: PVOID) -> SC_HANDLE:
    return fail(ERROR_SERVICE_DOES_NOT_EXIST)


@export("advapi32", "sechost")
def RegisterServiceCtrlHandlerExW(
    lpServiceName: LPCWSTR, lpHandlerProc: PVOID, lpContext: LPVOID
) -> SC_HANDLE:
    return fail(ERROR_SERVICE_DOES_NOT_EXIST)


@export("advapi32", "sechost")
def RegisterServiceCtrlHandlerExA(
    lpServiceName: LPCSTR, lpHandlerProc: PVOID, lpContext: LPVOID
) -> SC_HANDLE:
    return fail(ERROR_SERVICE_DOES_NOT_EXIST)


# ---- of a service: nobody can have a handle of one ----


@export("advapi32", "sechost")
def SetServiceStatus(hServiceStatus: SC_HANDLE, lpServiceStatus: PVOID) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def QueryServiceStatus(hService: SC_HANDLE, lpServiceStatus: PVOID) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def QueryServiceStatusEx(
    hService: SC_HANDLE, InfoLevel: DWORD, lpBuffer: PVOID, cbBufSize: DWORD, pcbBytesNeeded: LPDWORD
) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def QueryServiceConfigW(
    hService: SC_HANDLE, lpServiceConfig: PVOID, cbBufSize: DWORD, pcbBytesNeeded: LPDWORD
) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def QueryServiceConfigA(
    hService: SC_HANDLE, lpServiceConfig: PVOID, cbBufSize: DWORD, pcbBytesNeeded: LPDWORD
) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def StartServiceW(hService: SC_HANDLE, dwNumServiceArgs: DWORD, lpServiceArgVectors: PVOID) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def StartServiceA(hService: SC_HANDLE, dwNumServiceArgs: DWORD, lpServiceArgVectors: PVOID) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def ControlService(hService: SC_HANDLE, dwControl: DWORD, lpServiceStatus: PVOID) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def DeleteService(hService: SC_HANDLE) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def ChangeServiceConfig2W(hService: SC_HANDLE, dwInfoLevel: DWORD, lpInfo: LPVOID) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("advapi32", "sechost")
def ChangeServiceConfig2A(hService: SC_HANDLE, dwInfoLevel: DWORD, lpInfo: LPVOID) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)
