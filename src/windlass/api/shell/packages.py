"""Packaged applications: a process here has no package identity.

Source: Microsoft, "Packaging, deployment, and query of Windows apps reference", "AppPolicyGet..." functions.
"""

from __future__ import annotations

from windlass.api.outputs import put_u32
from windlass.registry import export
from windlass.types import DWORD, HANDLE, LONG, LPCWSTR, LPDWORD, LPVOID, LPWSTR

ERROR_SUCCESS = 0
ERROR_INVALID_PARAMETER = 87
APPMODEL_ERROR_NO_PACKAGE = 15700
APPMODEL_ERROR_NO_APPLICATION = 15703


def without_identity(length: int, error: int) -> int:
    if not length:
        return ERROR_INVALID_PARAMETER
    put_u32(length, 0)
    return error


@export("kernel32", "kernelbase")
def GetCurrentPackageFullName(packageFullNameLength: LPDWORD, packageFullName: LPWSTR) -> LONG:
    return without_identity(packageFullNameLength, APPMODEL_ERROR_NO_PACKAGE)


@export("kernel32", "kernelbase")
def GetCurrentPackageFamilyName(packageFamilyNameLength: LPDWORD, packageFamilyName: LPWSTR) -> LONG:
    return without_identity(packageFamilyNameLength, APPMODEL_ERROR_NO_PACKAGE)


@export("kernel32", "kernelbase")
def GetCurrentPackageId(bufferLength: LPDWORD, buffer: LPVOID) -> LONG:
    return without_identity(bufferLength, APPMODEL_ERROR_NO_PACKAGE)


@export("kernel32", "kernelbase")
def GetCurrentPackagePath(pathLength: LPDWORD, path: LPWSTR) -> LONG:
    return without_identity(pathLength, APPMODEL_ERROR_NO_PACKAGE)


@export("kernel32", "kernelbase")
def GetCurrentPackageInfo(flags: DWORD, bufferLength: LPDWORD, buffer: LPVOID, count: LPDWORD) -> LONG:
    put_u32(count, 0)
    return without_identity(bufferLength, APPMODEL_ERROR_NO_PACKAGE)


@export("kernel32", "kernelbase")
def GetCurrentApplicationUserModelId(length: LPDWORD, applicationUserModelId: LPWSTR) -> LONG:
    return without_identity(length, APPMODEL_ERROR_NO_APPLICATION)


@export("kernel32", "kernelbase")
def GetPackageFullName(hProcess: HANDLE, packageFullNameLength: LPDWORD, packageFullName: LPWSTR) -> LONG:
    return without_identity(packageFullNameLength, APPMODEL_ERROR_NO_PACKAGE)


@export("kernel32", "kernelbase")
def GetPackageFamilyName(hProcess: HANDLE, packageFamilyNameLength: LPDWORD, name: LPWSTR) -> LONG:
    return without_identity(packageFamilyNameLength, APPMODEL_ERROR_NO_PACKAGE)


@export("kernel32", "kernelbase")
def GetPackageId(hProcess: HANDLE, bufferLength: LPDWORD, buffer: LPVOID) -> LONG:
    return without_identity(bufferLength, APPMODEL_ERROR_NO_PACKAGE)


@export("kernel32", "kernelbase")
def GetApplicationUserModelId(hProcess: HANDLE, length: LPDWORD, applicationUserModelId: LPWSTR) -> LONG:
    return without_identity(length, APPMODEL_ERROR_NO_APPLICATION)


@export("kernel32", "kernelbase")
def GetPackagePathByFullName(packageFullName: LPCWSTR, pathLength: LPDWORD, path: LPWSTR) -> LONG:
    return without_identity(pathLength, 1168)  # ERROR_NOT_FOUND


# ---- what the policy of an ordinary desktop program says: the first value of each enumeration but these ----

AppPolicyWindowingModel_ClassicDesktop = 2
AppPolicyLifecycleManagement_Unmanaged = 0
AppPolicyProcessTerminationMethod_ExitProcess = 0
AppPolicyThreadInitializationType_None = 0
AppPolicyShowDeveloperDiagnostic_ShowUI = 1
AppPolicyCreateFileAccess_Full = 0
AppPolicyMediaFoundationCodecLoading_All = 0


@export("kernelbase")
def AppPolicyGetWindowingModel(processToken: HANDLE, policy: LPDWORD) -> LONG:
    put_u32(policy, AppPolicyWindowingModel_ClassicDesktop)
    return ERROR_SUCCESS


@export("kernelbase")
def AppPolicyGetLifecycleManagement(processToken: HANDLE, policy: LPDWORD) -> LONG:
    put_u32(policy, AppPolicyLifecycleManagement_Unmanaged)
    return ERROR_SUCCESS


@export("kernelbase")
def AppPolicyGetProcessTerminationMethod(processToken: HANDLE, policy: LPDWORD) -> LONG:
    put_u32(policy, AppPolicyProcessTerminationMethod_ExitProcess)
    return ERROR_SUCCESS


@export("kernelbase")
def AppPolicyGetThreadInitializationType(processToken: HANDLE, policy: LPDWORD) -> LONG:
    put_u32(policy, AppPolicyThreadInitializationType_None)
    return ERROR_SUCCESS


@export("kernelbase")
def AppPolicyGetShowDeveloperDiagnostic(processToken: HANDLE, policy: LPDWORD) -> LONG:
    put_u32(policy, AppPolicyShowDeveloperDiagnostic_ShowUI)
    return ERROR_SUCCESS


@export("kernelbase")
def AppPolicyGetCreateFileAccess(processToken: HANDLE, policy: LPDWORD) -> LONG:
    put_u32(policy, AppPolicyCreateFileAccess_Full)
    return ERROR_SUCCESS


@export("kernelbase", "kernel32")
def AppPolicyGetMediaFoundationCodecLoading(processToken: HANDLE, policy: LPDWORD) -> LONG:
    put_u32(policy, AppPolicyMediaFoundationCodecLoading_All)
    return ERROR_SUCCESS
