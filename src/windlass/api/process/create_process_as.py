"""Processes with a token of their own, or of other users. A token here is always the user's, though it may
grant less than the process's; names and passwords of others cannot be checked, and are refused as wrong
ones are.

Source: Microsoft, "CreateProcessAsUserW function", "CreateProcessWithTokenW function",
"CreateProcessWithLogonW function".
"""

from __future__ import annotations

from windlass.api.outputs import fail
from windlass.api.process.create_process import Request, ansi_request, create, wide_request
from windlass.api.refused import Refused, code_of, win32_of_status
from windlass.api.security.tokens import open_token, pass_on
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPCSTR, LPCWSTR, PVOID

ERROR_INVALID_HANDLE = 6
ERROR_INVALID_PARAMETER = 87
ERROR_LOGON_FAILURE = 1326
ASSIGN_PRIMARY, DUPLICATE, QUERY = 0x01, 0x02, 0x08
PRIMARY = 1
LOGON_WITH_PROFILE, LOGON_NETCREDENTIALS_ONLY = 1, 2


def _check(handle: int, access: int) -> None:
    token = open_token(handle, access)
    if token.type != PRIMARY:
        raise Refused(0xC00000A8)  # STATUS_BAD_TOKEN_TYPE


def _create(token: int, access: int, request: Request, information: int) -> int:
    """The process; `token`: its own, opened for this access, or 0 for this process's."""
    status = code_of(_check, token, access) if token else 0
    if status:
        return fail(win32_of_status(status))
    return create(request._replace(token=pass_on(token)), information)


@export("advapi32", "kernelbase", "kernel32")
def CreateProcessAsUserW(
    hToken: HANDLE,
    lpApplicationName: LPCWSTR,
    lpCommandLine: LPCWSTR,
    lpProcessAttributes: PVOID,
    lpThreadAttributes: PVOID,
    bInheritHandles: BOOL,
    dwCreationFlags: DWORD,
    lpEnvironment: PVOID,
    lpCurrentDirectory: LPCWSTR,
    lpStartupInfo: PVOID,
    lpProcessInformation: PVOID,
) -> BOOL:
    request = wide_request(
        lpApplicationName, lpCommandLine, lpProcessAttributes, lpThreadAttributes, bInheritHandles,
        dwCreationFlags, lpEnvironment, lpCurrentDirectory, lpStartupInfo,
    )  # fmt: skip
    return _create(hToken, ASSIGN_PRIMARY | QUERY, request, lpProcessInformation)


@export("advapi32", "kernelbase", "kernel32")
def CreateProcessAsUserA(
    hToken: HANDLE,
    lpApplicationName: LPCSTR,
    lpCommandLine: LPCSTR,
    lpProcessAttributes: PVOID,
    lpThreadAttributes: PVOID,
    bInheritHandles: BOOL,
    dwCreationFlags: DWORD,
    lpEnvironment: PVOID,
    lpCurrentDirectory: LPCSTR,
    lpStartupInfo: PVOID,
    lpProcessInformation: PVOID,
) -> BOOL:
    request = ansi_request(
        lpApplicationName, lpCommandLine, lpProcessAttributes, lpThreadAttributes, bInheritHandles,
        dwCreationFlags, lpEnvironment, lpCurrentDirectory, lpStartupInfo,
    )  # fmt: skip
    return _create(hToken, ASSIGN_PRIMARY | QUERY, request, lpProcessInformation)


@export("advapi32")
def CreateProcessWithTokenW(
    hToken: HANDLE,
    dwLogonFlags: DWORD,
    lpApplicationName: LPCWSTR,
    lpCommandLine: LPCWSTR,
    dwCreationFlags: DWORD,
    lpEnvironment: PVOID,
    lpCurrentDirectory: LPCWSTR,
    lpStartupInfo: PVOID,
    lpProcessInformation: PVOID,
) -> BOOL:
    if dwLogonFlags & ~(LOGON_WITH_PROFILE | LOGON_NETCREDENTIALS_ONLY):
        return fail(ERROR_INVALID_PARAMETER)
    if not hToken:
        return fail(ERROR_INVALID_HANDLE)
    request = wide_request(
        lpApplicationName, lpCommandLine, 0, 0, 0,
        dwCreationFlags, lpEnvironment, lpCurrentDirectory, lpStartupInfo,
    )  # fmt: skip
    return _create(hToken, ASSIGN_PRIMARY | DUPLICATE | QUERY, request, lpProcessInformation)


@export("advapi32")
def CreateProcessWithLogonW(
    lpUsername: LPCWSTR,
    lpDomain: LPCWSTR,
    lpPassword: LPCWSTR,
    dwLogonFlags: DWORD,
    lpApplicationName: LPCWSTR,
    lpCommandLine: LPCWSTR,
    dwCreationFlags: DWORD,
    lpEnvironment: PVOID,
    lpCurrentDirectory: LPCWSTR,
    lpStartupInfo: PVOID,
    lpProcessInformation: PVOID,
) -> BOOL:
    if not lpUsername or dwLogonFlags & ~(LOGON_WITH_PROFILE | LOGON_NETCREDENTIALS_ONLY):
        return fail(ERROR_INVALID_PARAMETER)
    return fail(ERROR_LOGON_FAILURE)
