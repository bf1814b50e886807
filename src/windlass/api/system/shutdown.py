"""Shutting the computer down, which is the host's to do, and the profile of its hardware.

Source: Microsoft, "InitiateSystemShutdownExW function", "InitiateShutdownW function",
"AbortSystemShutdownW function", "GetCurrentHwProfileW function", "HW_PROFILE_INFOW structure".
"""

from __future__ import annotations

import struct
import uuid

from windlass import _core
from windlass.api.outputs import fail
from windlass.api.system.registry_seed import machine_identity
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPCSTR, LPCWSTR, PVOID

ERROR_ACCESS_DENIED = 5
ERROR_INVALID_PARAMETER = 87
ERROR_NO_SHUTDOWN_IN_PROGRESS = 1116


@export("advapi32")
def InitiateSystemShutdownExW(
    lpMachineName: LPCWSTR,
    lpMessage: LPCWSTR,
    dwTimeout: DWORD,
    bForceAppsClosed: BOOL,
    bRebootAfterShutdown: BOOL,
    dwReason: DWORD,
) -> BOOL:
    return fail(ERROR_ACCESS_DENIED)


@export("advapi32")
def InitiateSystemShutdownExA(
    lpMachineName: LPCSTR,
    lpMessage: LPCSTR,
    dwTimeout: DWORD,
    bForceAppsClosed: BOOL,
    bRebootAfterShutdown: BOOL,
    dwReason: DWORD,
) -> BOOL:
    return fail(ERROR_ACCESS_DENIED)


@export("advapi32")
def InitiateSystemShutdownW(
    lpMachineName: LPCWSTR,
    lpMessage: LPCWSTR,
    dwTimeout: DWORD,
    bForceAppsClosed: BOOL,
    bRebootAfterShutdown: BOOL,
) -> BOOL:
    return fail(ERROR_ACCESS_DENIED)


@export("advapi32")
def InitiateSystemShutdownA(
    lpMachineName: LPCSTR,
    lpMessage: LPCSTR,
    dwTimeout: DWORD,
    bForceAppsClosed: BOOL,
    bRebootAfterShutdown: BOOL,
) -> BOOL:
    return fail(ERROR_ACCESS_DENIED)


@export("advapi32")
def InitiateShutdownW(
    lpMachineName: LPCWSTR, lpMessage: LPCWSTR, dwGracePeriod: DWORD, dwShutdownFlags: DWORD, dwReason: DWORD
) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("advapi32")
def InitiateShutdownA(
    lpMachineName: LPCSTR, lpMessage: LPCSTR, dwGracePeriod: DWORD, dwShutdownFlags: DWORD, dwReason: DWORD
) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("advapi32")
def AbortSystemShutdownW(lpMachineName: LPCWSTR) -> BOOL:
    return fail(ERROR_NO_SHUTDOWN_IN_PROGRESS)


@export("advapi32")
def AbortSystemShutdownA(lpMachineName: LPCSTR) -> BOOL:
    return fail(ERROR_NO_SHUTDOWN_IN_PROGRESS)


# ---- hardware profile ----

DOCKINFO_UNDOCKED = 1
NAME = "Undocked Profile"
GUID_SIZE, NAME_SIZE = 39, 80


def _profile(address: int, wide: bool) -> int:
    """HW_PROFILE_INFO: the profile's GUID is the machine's."""
    if not address:
        return fail(ERROR_INVALID_PARAMETER)
    unit = 2 if wide else 1
    encode = _core.wide_bytes if wide else _core.ansi_from_text
    guid = "{" + str(uuid.UUID(bytes=machine_identity())) + "}"
    texts = encode(guid).ljust(GUID_SIZE * unit, b"\0") + encode(NAME).ljust(NAME_SIZE * unit, b"\0")
    _core.write(address, struct.pack("<I", DOCKINFO_UNDOCKED) + texts)
    return 1


@export("advapi32")
def GetCurrentHwProfileW(lpHwProfileInfo: PVOID) -> BOOL:
    return _profile(lpHwProfileInfo, True)


@export("advapi32")
def GetCurrentHwProfileA(lpHwProfileInfo: PVOID) -> BOOL:
    return _profile(lpHwProfileInfo, False)
