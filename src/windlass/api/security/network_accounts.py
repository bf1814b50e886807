"""What netapi32 tells of this computer and its users: it is in a workgroup, in no domain.

Source: Microsoft, "NetGetJoinInformation function", "NetWkstaGetInfo function", "NetUserGetInfo function",
"NetServerGetInfo function", "DsGetDcNameW function".
"""

from __future__ import annotations

import pwd

from windlass import _core
from windlass.api import blocks
from windlass.api.outputs import put_u32, put_u64
from windlass.api.records import Field, new_record
from windlass.api.refused import Refused, code_of
from windlass.api.security import accounts
from windlass.api.security.account_names import check_server
from windlass.api.system.registry_seed import computer_name
from windlass.registry import export
from windlass.types import DWORD, LPBYTE, LPCSTR, LPCWSTR, PVOID, ULONG

ERROR_INVALID_PARAMETER = 87
ERROR_INVALID_LEVEL = 124
ERROR_NO_SUCH_DOMAIN = 1355
NERR_UserNotFound = 2221
NERR_DCNotFound = 2453

WORKGROUP = "WORKGROUP"
SETUP_WORKGROUP_NAME = 2


@export("netapi32", "netutils")
def NetApiBufferAllocate(ByteCount: DWORD, Buffer: PVOID) -> DWORD:
    if not Buffer:
        return ERROR_INVALID_PARAMETER
    put_u64(Buffer, blocks.new(bytes(ByteCount)))
    return 0


@export("netapi32", "netutils")
def NetApiBufferFree(Buffer: PVOID) -> DWORD:
    blocks.free(Buffer)
    return 0


def _join(server: str | None, name: int, status: int) -> None:
    check_server(server)
    if not name or not status:
        raise Refused(ERROR_INVALID_PARAMETER)
    put_u64(name, blocks.new(_core.wide_bytes(WORKGROUP)))
    put_u32(status, SETUP_WORKGROUP_NAME)


@export("netapi32", "wkscli")
def NetGetJoinInformation(lpServer: LPCWSTR, lpNameBuffer: PVOID, BufferType: PVOID) -> DWORD:
    return code_of(_join, lpServer, lpNameBuffer, BufferType)


PLATFORM_NT, MAJOR, MINOR = 500, 10, 0


def _workstation(server: str | None, level: int, result: int) -> None:
    check_server(server)
    if level not in (100, 101, 102):
        raise Refused(ERROR_INVALID_LEVEL)
    values: list[Field] = [PLATFORM_NT, computer_name(), WORKGROUP, MAJOR, MINOR]
    if level >= 101:
        values.append("")
    if level == 102:
        values.append(1)
    put_u64(result, new_record(values))


@export("netapi32", "wkscli")
def NetWkstaGetInfo(servername: LPCWSTR, level: DWORD, bufptr: PVOID) -> DWORD:
    return code_of(_workstation, servername, level, bufptr)


SV_TYPE_WORKSTATION, SV_TYPE_NT = 1, 0x1000


def _server(server: str | None, level: int, result: int) -> None:
    check_server(server)
    if level not in (100, 101):
        raise Refused(ERROR_INVALID_LEVEL)
    values: list[Field] = [PLATFORM_NT, computer_name()]
    if level == 101:
        values += [MAJOR, MINOR, SV_TYPE_WORKSTATION | SV_TYPE_NT, ""]
    put_u64(result, new_record(values))


@export("netapi32", "srvcli")
def NetServerGetInfo(servername: LPCWSTR, level: DWORD, bufptr: PVOID) -> DWORD:
    return code_of(_server, servername, level, bufptr)


PRIVILEGE_USER, PRIVILEGE_ADMINISTRATOR = 1, 2
UF_SCRIPT, UF_NORMAL_ACCOUNT = 0x1, 0x200
NEVER, HOURS_A_WEEK, PRIMARY_GROUP = 0xFFFFFFFF, 168, 513


def user_record(entry: pwd.struct_passwd, level: int) -> list[Field]:
    """USER_INFO_0, _1, _2, _3, _10, _11, _20 or _23"""
    full_name = entry.pw_gecos.split(",")[0]
    flags = UF_SCRIPT | UF_NORMAL_ACCOUNT
    privilege = PRIVILEGE_USER if entry.pw_uid else PRIVILEGE_ADMINISTRATOR
    home = _core.path_to_windows(entry.pw_dir)
    number = 1000 + entry.pw_uid
    # Of the logon: last, last off, expiry, quota, hours a week, which hours, bad passwords, logons.
    times: list[Field] = [0, 0, NEVER, NEVER, HOURS_A_WEEK, b"\xff" * (HOURS_A_WEEK // 8)]
    basic: list[Field] = [entry.pw_name, "", 0, privilege, home, "", flags, ""]
    more: list[Field] = [*basic, 0, full_name, "", "", "", *times, 0, 0, "", 0, 0]
    records: dict[int, list[Field]] = {
        0: [entry.pw_name],
        1: basic,
        2: more,
        3: [*more, number, PRIMARY_GROUP, "", "", 0],
        10: [entry.pw_name, "", "", full_name],
        11: [
            entry.pw_name,
            "",
            "",
            full_name,
            privilege,
            0,
            0,
            home,
            "",
            0,
            0,
            0,
            0,
            "",
            0,
            "",
            NEVER,
            *times[4:],
            0,
        ],
        20: [entry.pw_name, full_name, "", flags, number],
        23: [entry.pw_name, full_name, "", flags, accounts.user_sid(entry.pw_uid).pack()],
    }
    if level not in records:
        raise Refused(ERROR_INVALID_LEVEL)
    return records[level]


def _user(server: str | None, name: str | None, level: int, result: int) -> None:
    check_server(server)
    try:
        entry = pwd.getpwnam(name or "")
    except KeyError:
        raise Refused(NERR_UserNotFound) from None
    put_u64(result, new_record(user_record(entry, level)))


@export("netapi32", "samcli")
def NetUserGetInfo(servername: LPCWSTR, username: LPCWSTR, level: DWORD, bufptr: PVOID) -> DWORD:
    return code_of(_user, servername, username, level, bufptr)


@export("netapi32")
def DsGetDcNameW(
    ComputerName: LPCWSTR,
    DomainName: LPCWSTR,
    DomainGuid: PVOID,
    SiteName: LPCWSTR,
    Flags: ULONG,
    DomainControllerInfo: LPBYTE,
) -> DWORD:
    return ERROR_NO_SUCH_DOMAIN


@export("netapi32")
def DsGetDcNameA(
    ComputerName: LPCSTR,
    DomainName: LPCSTR,
    DomainGuid: PVOID,
    SiteName: LPCSTR,
    Flags: ULONG,
    DomainControllerInfo: LPBYTE,
) -> DWORD:
    return ERROR_NO_SUCH_DOMAIN


@export("netapi32")
def NetGetDCName(ServerName: LPCWSTR, DomainName: LPCWSTR, Buffer: PVOID) -> DWORD:
    return NERR_DCNotFound
