"""Who is logged on, sessions, connections and servers as netapi32 lists them: this computer runs no server
service, and its workstation service has no connections.

Source: Microsoft, "NetWkstaUserEnum function", "NetSessionEnum function", "NetUseEnum function",
"NetServerEnum function", "NetRemoteTOD function", "DsRoleGetPrimaryDomainInformation function",
"Network Management Error Codes".
"""

from __future__ import annotations

import time

from windlass.api import blocks
from windlass.api.calls import windows
from windlass.api.outputs import put_u32, put_u64
from windlass.api.records import Field, new_record
from windlass.api.refused import Refused, code_of
from windlass.api.security.account_names import check_server
from windlass.api.security.network_accounts import WORKGROUP
from windlass.api.shell.folders import user_name
from windlass.api.system.registry_seed import computer_name
from windlass.registry import export
from windlass.types import DWORD, INT, LPCWSTR, LPDWORD, LPVOID, PVOID, VOID

ERROR_ACCESS_DENIED, ERROR_BAD_NETPATH, ERROR_INVALID_PARAMETER, ERROR_INVALID_LEVEL = 5, 53, 87, 124
ERROR_NO_SUCH_DOMAIN, ERROR_NO_SITENAME, ERROR_NO_BROWSER_SERVERS_FOUND = 1355, 1919, 6118
ERROR_INSUFFICIENT_BUFFER = 122
NERR_ServerNotStarted, NERR_UseNotFound = 2114, 2250

# ---- who is logged on ----


def _logged_on(level: int) -> list[Field]:
    """WKSTA_USER_INFO_0 or _1"""
    if level not in (0, 1):
        raise Refused(ERROR_INVALID_LEVEL)
    return [user_name(), computer_name(), "", computer_name()] if level else [user_name()]


def _put_array(fields: list[Field], count: int, buffer: int, read: int, total: int) -> None:
    put_u64(buffer, new_record(fields) if count else 0)
    put_u32(read, count)
    put_u32(total, count)


def _enumerate_users(server: str | None, level: int, outputs: tuple[int, int, int]) -> None:
    check_server(server)
    _put_array(_logged_on(level), 1, *outputs)


@export("netapi32", "wkscli")
def NetWkstaUserEnum(
    servername: LPCWSTR,
    level: DWORD,
    bufptr: PVOID,
    prefmaxlen: DWORD,
    entriesread: PVOID,
    totalentries: PVOID,
    resumehandle: PVOID,
) -> DWORD:
    return code_of(_enumerate_users, servername, level, (bufptr, entriesread, totalentries))


def _own_user(level: int, result: int) -> None:
    """Of the level 1101 only: the other domains."""
    put_u64(result, new_record([""] if level == 1101 else _logged_on(level)))


@export("netapi32", "wkscli")
def NetWkstaUserGetInfo(reserved: LPCWSTR, level: DWORD, bufptr: PVOID) -> DWORD:
    return code_of(_own_user, level, bufptr)


# ---- connections to other computers: none ----


def _no_uses(server: str | None, level: int, outputs: tuple[int, int, int]) -> None:
    check_server(server)
    if level > 3:
        raise Refused(ERROR_INVALID_LEVEL)
    _put_array([], 0, *outputs)


@export("netapi32", "wkscli")
def NetUseEnum(
    UncServerName: LPCWSTR,
    LevelFlags: DWORD,
    BufPtr: PVOID,
    PreferedMaximumSize: DWORD,
    EntriesRead: LPDWORD,
    TotalEntries: LPDWORD,
    ResumeHandle: LPDWORD,
) -> DWORD:
    return code_of(_no_uses, UncServerName, LevelFlags, (BufPtr, EntriesRead, TotalEntries))


@export("netapi32", "wkscli")
def NetUseGetInfo(UncServerName: LPCWSTR, UseName: LPCWSTR, LevelFlags: DWORD, bufptr: PVOID) -> DWORD:
    return NERR_UseNotFound


@export("netapi32", "wkscli")
def NetUseDel(UncServerName: LPCWSTR, UseName: LPCWSTR, ForceLevelFlags: DWORD) -> DWORD:
    return NERR_UseNotFound


@export("netapi32", "wkscli")
def NetUseAdd(servername: PVOID, LevelFlags: DWORD, buf: PVOID, parm_err: LPDWORD) -> DWORD:
    """There is no network file system to connect to."""
    put_u32(parm_err, 0)
    return ERROR_BAD_NETPATH


# ---- what the server service would tell ----


def _nothing_served(outputs: tuple[int, int, int]) -> int:
    _put_array([], 0, *outputs)
    return NERR_ServerNotStarted


@export("netapi32", "srvcli")
def NetSessionEnum(
    servername: LPCWSTR,
    UncClientName: LPCWSTR,
    username: LPCWSTR,
    level: DWORD,
    bufptr: PVOID,
    prefmaxlen: DWORD,
    entriesread: PVOID,
    totalentries: PVOID,
    resume_handle: PVOID,
) -> DWORD:
    return _nothing_served((bufptr, entriesread, totalentries))


@export("netapi32", "srvcli")
def NetSessionGetInfo(
    servername: LPCWSTR, UncClientName: LPCWSTR, username: LPCWSTR, level: DWORD, bufptr: PVOID
) -> DWORD:
    return NERR_ServerNotStarted


@export("netapi32", "srvcli")
def NetSessionDel(servername: LPCWSTR, UncClientName: LPCWSTR, username: LPCWSTR) -> DWORD:
    return NERR_ServerNotStarted


@export("netapi32", "srvcli")
def NetFileEnum(
    servername: LPCWSTR,
    basepath: LPCWSTR,
    username: LPCWSTR,
    level: DWORD,
    bufptr: PVOID,
    prefmaxlen: DWORD,
    entriesread: PVOID,
    totalentries: PVOID,
    resume_handle: PVOID,
) -> DWORD:
    return _nothing_served((bufptr, entriesread, totalentries))


@export("netapi32", "srvcli")
def NetFileGetInfo(servername: LPCWSTR, fileid: DWORD, level: DWORD, bufptr: PVOID) -> DWORD:
    return NERR_ServerNotStarted


@export("netapi32", "srvcli")
def NetFileClose(servername: LPCWSTR, fileid: DWORD) -> DWORD:
    return NERR_ServerNotStarted


@export("netapi32", "srvcli")
def NetConnectionEnum(
    servername: LPCWSTR,
    qualifier: LPCWSTR,
    level: DWORD,
    bufptr: PVOID,
    prefmaxlen: DWORD,
    entriesread: PVOID,
    totalentries: PVOID,
    resume_handle: PVOID,
) -> DWORD:
    return _nothing_served((bufptr, entriesread, totalentries))


@export("netapi32", "srvcli")
def NetServerDiskEnum(
    servername: LPCWSTR,
    level: DWORD,
    bufptr: PVOID,
    prefmaxlen: DWORD,
    entriesread: PVOID,
    totalentries: PVOID,
    resume_handle: PVOID,
) -> DWORD:
    return _nothing_served((bufptr, entriesread, totalentries))


@export("netapi32", "srvcli")
def NetServerSetInfo(servername: LPCWSTR, level: DWORD, buf: PVOID, ParmError: PVOID) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("netapi32")
def NetServerEnum(
    servername: LPCWSTR,
    level: DWORD,
    bufptr: PVOID,
    prefmaxlen: DWORD,
    entriesread: PVOID,
    totalentries: PVOID,
    servertype: DWORD,
    domain: LPCWSTR,
    resume_handle: PVOID,
) -> DWORD:
    """Nobody keeps a list of computers."""
    _put_array([], 0, bufptr, entriesread, totalentries)
    return ERROR_NO_BROWSER_SERVERS_FOUND


def _time_of_day(server: str | None, result: int) -> None:
    """TIME_OF_DAY_INFO: in UTC, with how many minutes local time is behind it."""
    check_server(server)
    now = time.time()
    utc, local = time.gmtime(now), time.localtime(now)
    weekday = (utc.tm_wday + 1) % 7  # from Sunday
    clock = (utc.tm_hour, utc.tm_min, utc.tm_sec, int(now * 100) % 100)
    fields: list[Field] = [
        int(now), int(time.monotonic() * 1000), *clock, -(local.tm_gmtoff // 60), 310,
        utc.tm_mday, utc.tm_mon, utc.tm_year, weekday,
    ]  # fmt: skip
    put_u64(result, new_record(fields))


@export("netapi32", "srvcli")
def NetRemoteTOD(UncServerName: LPCWSTR, BufferPtr: PVOID) -> DWORD:
    return code_of(_time_of_day, UncServerName, BufferPtr)


# ---- buffers ----


@export("netapi32", "netutils")
def NetApiBufferSize(Buffer: LPVOID, ByteCount: LPDWORD) -> DWORD:
    if not ByteCount:
        return ERROR_INVALID_PARAMETER
    put_u32(ByteCount, windows("kernel32.dll", "LocalSize", Buffer) if Buffer else 0)
    return 0


@export("netapi32", "netutils")
def NetApiBufferReallocate(OldBuffer: LPVOID, NewByteCount: DWORD, NewBuffer: PVOID) -> DWORD:
    """A size of 0 frees the buffer."""
    if not NewByteCount:
        if OldBuffer:
            blocks.free(OldBuffer)
        put_u64(NewBuffer, 0)
        return 0
    movable = 2
    if OldBuffer:
        put_u64(NewBuffer, windows("kernel32.dll", "LocalReAlloc", OldBuffer, NewByteCount, movable))
    else:
        put_u64(NewBuffer, blocks.new(bytes(NewByteCount)))
    return 0


# ---- domains: none ----

ROLE_INFO, UPGRADE_INFO, OPERATION_INFO = 1, 2, 3


def _role(server: str | None, level: int, result: int) -> None:
    """DSROLE_PRIMARY_DOMAIN_INFO_BASIC of a workstation alone, no upgrade, no operation in progress."""
    check_server(server)
    no_guid: list[Field] = [0, 0, 0, 0]
    records: dict[int, list[Field]] = {
        ROLE_INFO: [0, 0, WORKGROUP, b"", b"", *no_guid],
        UPGRADE_INFO: [0, 0],
        OPERATION_INFO: [0],
    }
    if level not in records or not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    put_u64(result, new_record(records[level]))


@export("netapi32")
def DsRoleGetPrimaryDomainInformation(lpServer: LPCWSTR, InfoLevel: INT, Buffer: PVOID) -> DWORD:
    return code_of(_role, lpServer, InfoLevel, Buffer)


@export("netapi32")
def DsRoleFreeMemory(Buffer: PVOID) -> VOID:
    blocks.free(Buffer)


@export("netapi32", "logoncli")
def DsGetSiteNameW(ComputerName: LPCWSTR, SiteName: PVOID) -> DWORD:
    return ERROR_NO_SITENAME


@export("netapi32", "logoncli")
def DsGetSiteNameA(ComputerName: PVOID, SiteName: PVOID) -> DWORD:
    return ERROR_NO_SITENAME


@export("netapi32", "logoncli")
def NetGetAnyDCName(ServerName: LPCWSTR, DomainName: LPCWSTR, Buffer: PVOID) -> DWORD:
    return ERROR_NO_SUCH_DOMAIN
