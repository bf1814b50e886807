"""The shares of this computer: it runs no server service, so there are none, and none can be made.

Source: Microsoft, "NetShareAdd function" and its kin, "Network Management Error Codes".
"""

from __future__ import annotations

from windlass.api.outputs import put_u32, put_u64
from windlass.registry import export
from windlass.types import DWORD, LPCWSTR, PVOID

NERR_ServerNotStarted = 2114


@export("netapi32", "srvcli")
def NetShareAdd(servername: LPCWSTR, level: DWORD, buf: PVOID, parm_err: PVOID) -> DWORD:
    if parm_err:
        put_u32(parm_err, 0)
    return NERR_ServerNotStarted


@export("netapi32", "srvcli")
def NetShareDel(servername: LPCWSTR, netname: LPCWSTR, reserved: DWORD) -> DWORD:
    return NERR_ServerNotStarted


@export("netapi32", "srvcli")
def NetShareCheck(servername: LPCWSTR, device: LPCWSTR, type: PVOID) -> DWORD:
    return NERR_ServerNotStarted


@export("netapi32", "srvcli")
def NetShareGetInfo(servername: LPCWSTR, netname: LPCWSTR, level: DWORD, bufptr: PVOID) -> DWORD:
    if bufptr:
        put_u64(bufptr, 0)
    return NERR_ServerNotStarted


@export("netapi32", "srvcli")
def NetShareSetInfo(
    servername: LPCWSTR, netname: LPCWSTR, level: DWORD, buf: PVOID, parm_err: PVOID
) -> DWORD:
    if parm_err:
        put_u32(parm_err, 0)
    return NERR_ServerNotStarted


@export("netapi32", "srvcli")
def NetShareEnum(
    servername: LPCWSTR,
    level: DWORD,
    bufptr: PVOID,
    prefmaxlen: DWORD,
    entriesread: PVOID,
    totalentries: PVOID,
    resume_handle: PVOID,
) -> DWORD:
    if bufptr:
        put_u64(bufptr, 0)
    for count in (entriesread, totalentries):
        if count:
            put_u32(count, 0)
    return NERR_ServerNotStarted
