"""Lists of users and groups as netapi32 has them.

Users are those of the host who log on. The builtin groups Administrators and Users are the local groups, the
host's groups the global ones. None of them can be changed from here.

Source: Microsoft, "NetUserEnum function", "NetLocalGroupEnum function", "NetLocalGroupGetMembers function",
"NetUserGetLocalGroups function", "NetUserGetGroups function", "NetGroupEnum function",
"NetUserModalsGet function".
"""

from __future__ import annotations

import grp
import os
import pwd

from windlass.api.outputs import put_u32, put_u64
from windlass.api.records import Field, new_record
from windlass.api.refused import Refused, code_of
from windlass.api.security import accounts
from windlass.api.security.account_names import check_server
from windlass.api.security.network_accounts import NERR_UserNotFound, user_record
from windlass.api.security.security_types import Sid
from windlass.api.system.registry_seed import computer_name
from windlass.registry import export
from windlass.types import DWORD, LPCWSTR, PVOID

ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, ERROR_INVALID_LEVEL = 5, 87, 124
ERROR_NO_SUCH_ALIAS = 1376
NERR_GroupNotFound = 2220
SE_GROUP_ENABLED = 7
"""Mandatory, enabled by default and enabled."""

_COMMENTS = {
    "Administrators": "Administrators have complete and unrestricted access to the computer/domain",
    "Users": "Users are prevented from making accidental or intentional system-wide changes and can run most "
    "applications",
}
_LOCAL_GROUPS = {"Administrators": accounts.ADMINISTRATORS, "Users": accounts.USERS}
NOBODY, FIRST_PERSON = 65534, 1000


def _users() -> list[pwd.struct_passwd]:
    """Root, the people, and who runs this."""
    wanted = (0, os.geteuid())
    return [
        entry
        for entry in pwd.getpwall()
        if entry.pw_uid in wanted or (entry.pw_uid >= FIRST_PERSON and entry.pw_uid != NOBODY)
    ]


def _user(name: str | None) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam((name or "").rpartition("\\")[2])
    except KeyError:
        raise Refused(NERR_UserNotFound) from None


def _put_list(rows: list[list[Field]], buffer: int, read: int, total: int) -> None:
    """An array of structures; NULL for an empty one."""
    put_u64(buffer, new_record([field for row in rows for field in row]) if rows else 0)
    put_u32(read, len(rows))
    put_u32(total, len(rows))


# ---- users ----


def _enumerate_users(server: str | None, level: int, accounts_of: int, outputs: tuple[int, int, int]) -> None:
    """accounts_of: FILTER_..., 0 for all; here are only normal accounts."""
    normal = 2
    check_server(server)
    users = _users() if not accounts_of or accounts_of & normal else []
    _put_list([user_record(entry, level) for entry in users], *outputs)


@export("netapi32", "samcli")
def NetUserEnum(
    servername: LPCWSTR,
    level: DWORD,
    filter: DWORD,
    bufptr: PVOID,
    prefmaxlen: DWORD,
    entriesread: PVOID,
    totalentries: PVOID,
    resume_handle: PVOID,
) -> DWORD:
    return code_of(_enumerate_users, servername, level, filter, (bufptr, entriesread, totalentries))


def _local_groups_of(entry: pwd.struct_passwd) -> list[str]:
    return ["Users"] if entry.pw_uid else ["Administrators", "Users"]


def _user_local_groups(
    server: str | None, name: str | None, level: int, outputs: tuple[int, int, int]
) -> None:
    check_server(server)
    if level != 0:
        raise Refused(ERROR_INVALID_LEVEL)
    _put_list([[each] for each in _local_groups_of(_user(name))], *outputs)


@export("netapi32", "samcli")
def NetUserGetLocalGroups(
    servername: LPCWSTR,
    username: LPCWSTR,
    level: DWORD,
    flags: DWORD,
    bufptr: PVOID,
    prefmaxlen: DWORD,
    entriesread: PVOID,
    totalentries: PVOID,
) -> DWORD:
    return code_of(_user_local_groups, servername, username, level, (bufptr, entriesread, totalentries))


def _groups_of(entry: pwd.struct_passwd) -> list[str]:
    names = []
    for gid in os.getgrouplist(entry.pw_name, entry.pw_gid):
        try:
            names.append(grp.getgrgid(gid).gr_name)
        except KeyError:
            continue  # a number without a name
    return names


def _user_groups(server: str | None, name: str | None, level: int, outputs: tuple[int, int, int]) -> None:
    check_server(server)
    if level not in (0, 1):
        raise Refused(ERROR_INVALID_LEVEL)
    rows: list[list[Field]] = [
        [each, SE_GROUP_ENABLED] if level else [each] for each in _groups_of(_user(name))
    ]
    _put_list(rows, *outputs)


@export("netapi32", "samcli")
def NetUserGetGroups(
    servername: LPCWSTR,
    username: LPCWSTR,
    level: DWORD,
    bufptr: PVOID,
    prefmaxlen: DWORD,
    entriesread: PVOID,
    totalentries: PVOID,
) -> DWORD:
    return code_of(_user_groups, servername, username, level, (bufptr, entriesread, totalentries))


# ---- local groups ----


def _local_group(name: str, level: int) -> list[Field]:
    if level not in (0, 1):
        raise Refused(ERROR_INVALID_LEVEL)
    return [name, _COMMENTS[name]] if level else [name]


def _enumerate_local(server: str | None, level: int, outputs: tuple[int, int, int]) -> None:
    check_server(server)
    _put_list([_local_group(name, level) for name in _LOCAL_GROUPS], *outputs)


@export("netapi32", "samcli")
def NetLocalGroupEnum(
    servername: LPCWSTR,
    level: DWORD,
    bufptr: PVOID,
    prefmaxlen: DWORD,
    entriesread: PVOID,
    totalentries: PVOID,
    resumehandle: PVOID,
) -> DWORD:
    return code_of(_enumerate_local, servername, level, (bufptr, entriesread, totalentries))


def _local_name(name: str | None, error: int) -> str:
    plain = (name or "").rpartition("\\")[2].lower()
    found = next((each for each in _LOCAL_GROUPS if each.lower() == plain), None)
    if found is None:
        raise Refused(error)
    return found


def _local_info(server: str | None, name: str | None, level: int, result: int) -> None:
    check_server(server)
    put_u64(result, new_record(_local_group(_local_name(name, NERR_GroupNotFound), level)))


@export("netapi32", "samcli")
def NetLocalGroupGetInfo(servername: LPCWSTR, groupname: LPCWSTR, level: DWORD, bufptr: PVOID) -> DWORD:
    return code_of(_local_info, servername, groupname, level, bufptr)


def _member(sid: Sid, name: str, level: int) -> list[Field]:
    """LOCALGROUP_MEMBERS_INFO_0 to _3"""
    whole = f"{computer_name()}\\{name}"
    rows: dict[int, list[Field]] = {
        0: [sid.pack()],
        1: [sid.pack(), accounts.USER, name],
        2: [sid.pack(), accounts.USER, whole],
        3: [whole],
    }
    if level not in rows:
        raise Refused(ERROR_INVALID_LEVEL)
    return rows[level]


def _members(server: str | None, name: str | None, level: int, outputs: tuple[int, int, int]) -> None:
    check_server(server)
    group = _local_name(name, ERROR_NO_SUCH_ALIAS)
    members = [entry for entry in _users() if group in _local_groups_of(entry)]
    rows = [_member(accounts.user_sid(entry.pw_uid), entry.pw_name, level) for entry in members]
    _put_list(rows, *outputs)


@export("netapi32", "samcli")
def NetLocalGroupGetMembers(
    servername: LPCWSTR,
    localgroupname: LPCWSTR,
    level: DWORD,
    bufptr: PVOID,
    prefmaxlen: DWORD,
    entriesread: PVOID,
    totalentries: PVOID,
    resumehandle: PVOID,
) -> DWORD:
    return code_of(_members, servername, localgroupname, level, (bufptr, entriesread, totalentries))


# ---- global groups ----


def _group(entry: grp.struct_group, level: int) -> list[Field]:
    """GROUP_INFO_0 to _3"""
    number = (accounts.FIRST_RID + entry.gr_gid) & 0xFFFFFFFF
    rows: dict[int, list[Field]] = {
        0: [entry.gr_name],
        1: [entry.gr_name, ""],
        2: [entry.gr_name, "", number, SE_GROUP_ENABLED],
        3: [entry.gr_name, "", accounts.group_sid(entry.gr_gid).pack(), SE_GROUP_ENABLED],
    }
    if level not in rows:
        raise Refused(ERROR_INVALID_LEVEL)
    return rows[level]


def _enumerate_groups(server: str | None, level: int, outputs: tuple[int, int, int]) -> None:
    check_server(server)
    _put_list([_group(entry, level) for entry in grp.getgrall()], *outputs)


@export("netapi32", "samcli")
def NetGroupEnum(
    servername: LPCWSTR,
    level: DWORD,
    bufptr: PVOID,
    prefmaxlen: DWORD,
    entriesread: PVOID,
    totalentries: PVOID,
    resume_handle: PVOID,
) -> DWORD:
    return code_of(_enumerate_groups, servername, level, (bufptr, entriesread, totalentries))


def _global_group(name: str | None) -> grp.struct_group:
    try:
        return grp.getgrnam(name or "")
    except KeyError:
        raise Refused(NERR_GroupNotFound) from None


def _group_info(server: str | None, name: str | None, level: int, result: int) -> None:
    check_server(server)
    put_u64(result, new_record(_group(_global_group(name), level)))


@export("netapi32", "samcli")
def NetGroupGetInfo(servername: LPCWSTR, groupname: LPCWSTR, level: DWORD, bufptr: PVOID) -> DWORD:
    return code_of(_group_info, servername, groupname, level, bufptr)


def _group_users(server: str | None, name: str | None, level: int, outputs: tuple[int, int, int]) -> None:
    check_server(server)
    if level not in (0, 1):
        raise Refused(ERROR_INVALID_LEVEL)
    group = _global_group(name)
    first = [entry.pw_name for entry in pwd.getpwall() if entry.pw_gid == group.gr_gid]
    names = list(dict.fromkeys([*first, *group.gr_mem]))
    rows: list[list[Field]] = [[each, SE_GROUP_ENABLED] if level else [each] for each in names]
    _put_list(rows, *outputs)


@export("netapi32", "samcli")
def NetGroupGetUsers(
    servername: LPCWSTR,
    groupname: LPCWSTR,
    level: DWORD,
    bufptr: PVOID,
    prefmaxlen: DWORD,
    entriesread: PVOID,
    totalentries: PVOID,
    ResumeHandle: PVOID,
) -> DWORD:
    return code_of(_group_users, servername, groupname, level, (bufptr, entriesread, totalentries))


# ---- rules for all users ----

FOREVER = 0xFFFFFFFF
DAY = 24 * 60 * 60
STANDALONE_ROLE = 3
"""UAS_ROLE_PRIMARY: the computer keeps its own accounts."""


def _modals(server: str | None, level: int, result: int) -> None:
    check_server(server)
    records: dict[int, list[Field]] = {
        0: [0, 42 * DAY, 0, FOREVER, 0],
        1: [STANDALONE_ROLE, ""],
        2: [computer_name(), accounts.machine_sid().pack()],
        3: [30 * 60, 30 * 60, 0],
    }
    if level not in records:
        raise Refused(ERROR_INVALID_LEVEL)
    put_u64(result, new_record(records[level]))


@export("netapi32", "samcli")
def NetUserModalsGet(servername: LPCWSTR, level: DWORD, bufptr: PVOID) -> DWORD:
    """Windows' defaults for passwords and lockout."""
    return code_of(_modals, servername, level, bufptr)


# ---- changes, which only the host's own tools can make ----


@export("netapi32", "samcli")
def NetUserAdd(servername: LPCWSTR, level: DWORD, buf: PVOID, parm_err: PVOID) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("netapi32", "samcli")
def NetUserDel(servername: LPCWSTR, username: LPCWSTR) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("netapi32", "samcli")
def NetUserSetInfo(
    servername: LPCWSTR, username: LPCWSTR, level: DWORD, buf: PVOID, parm_err: PVOID
) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("netapi32", "samcli")
def NetUserChangePassword(
    domainname: LPCWSTR, username: LPCWSTR, oldpassword: LPCWSTR, newpassword: LPCWSTR
) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("netapi32", "samcli")
def NetUserModalsSet(servername: LPCWSTR, level: DWORD, buf: PVOID, parm_err: PVOID) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("netapi32", "samcli")
def NetGroupAdd(servername: LPCWSTR, level: DWORD, buf: PVOID, parm_err: PVOID) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("netapi32", "samcli")
def NetGroupDel(servername: LPCWSTR, groupname: LPCWSTR) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("netapi32", "samcli")
def NetGroupAddUser(servername: LPCWSTR, GroupName: LPCWSTR, username: LPCWSTR) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("netapi32", "samcli")
def NetGroupDelUser(servername: LPCWSTR, GroupName: LPCWSTR, Username: LPCWSTR) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("netapi32", "samcli")
def NetLocalGroupAdd(servername: LPCWSTR, level: DWORD, buf: PVOID, parm_err: PVOID) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("netapi32", "samcli")
def NetLocalGroupDel(servername: LPCWSTR, groupname: LPCWSTR) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("netapi32", "samcli")
def NetLocalGroupAddMembers(
    servername: LPCWSTR, groupname: LPCWSTR, level: DWORD, buf: PVOID, totalentries: DWORD
) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("netapi32", "samcli")
def NetLocalGroupDelMembers(
    servername: LPCWSTR, groupname: LPCWSTR, level: DWORD, buf: PVOID, totalentries: DWORD
) -> DWORD:
    return ERROR_ACCESS_DENIED
