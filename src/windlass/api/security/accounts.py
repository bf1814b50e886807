"""Whom the host's users and groups are for Windows programs.

A user is S-1-5-21-(machine)-(1000 + user number), in the domain that has this computer's name; a group is
S-1-22-2-(group number), the SID that Samba gives Unix groups, in the domain "Unix Group". Who runs the
program is a member of Users; root is one of Administrators, too, and its token is elevated.

Source: Microsoft, "Well-known SIDs", "SID_NAME_USE enumeration", "LookupAccountNameW function".
"""

from __future__ import annotations

import functools
import grp
import os
import pwd
import struct
from typing import NamedTuple

from windlass.api.security.security_types import Sid
from windlass.api.system.registry_seed import computer_name, machine_identity

__all__ = ["Account", "by_name", "by_sid", "gid_of", "group_sid", "uid_of", "user_sid"]

NT_AUTHORITY, UNIX_AUTHORITY = 5, 22
UNIX_USERS, UNIX_GROUPS = 1, 2
FIRST_RID = 1000

# SID_NAME_USE
USER, GROUP, DOMAIN, ALIAS, WELL_KNOWN_GROUP, DELETED, INVALID, UNKNOWN, COMPUTER, LABEL = range(1, 11)


class Account(NamedTuple):
    sid: Sid
    name: str
    domain: str
    use: int


@functools.cache
def machine_sid() -> Sid:
    return Sid(NT_AUTHORITY, (21, *struct.unpack("<3I", machine_identity()[:12])))


def user_sid(uid: int) -> Sid:
    return Sid(NT_AUTHORITY, (*machine_sid().parts, (FIRST_RID + uid) & 0xFFFFFFFF))


def group_sid(gid: int) -> Sid:
    return Sid(UNIX_AUTHORITY, (UNIX_GROUPS, gid))


def uid_of(sid: Sid) -> int | None:
    """The host's user, if the SID stands for one: in one of windlass's own or in Samba's way."""
    if sid.authority == NT_AUTHORITY and sid.parts[:-1] == machine_sid().parts and sid.parts[-1] >= FIRST_RID:
        return sid.parts[-1] - FIRST_RID
    if sid.authority == UNIX_AUTHORITY and sid.parts[:1] == (UNIX_USERS,) and len(sid.parts) == 2:
        return sid.parts[1]
    return None


def gid_of(sid: Sid) -> int | None:
    if sid.authority == UNIX_AUTHORITY and sid.parts[:1] == (UNIX_GROUPS,) and len(sid.parts) == 2:
        return sid.parts[1]
    return None


_WELL_KNOWN = """
S-1-0-0|NULL SID||5
S-1-1-0|Everyone||5
S-1-2-0|LOCAL||5
S-1-2-1|CONSOLE LOGON||5
S-1-3-0|CREATOR OWNER||5
S-1-3-1|CREATOR GROUP||5
S-1-3-4|OWNER RIGHTS||5
S-1-5-1|DIALUP|NT AUTHORITY|5
S-1-5-2|NETWORK|NT AUTHORITY|5
S-1-5-3|BATCH|NT AUTHORITY|5
S-1-5-4|INTERACTIVE|NT AUTHORITY|5
S-1-5-6|SERVICE|NT AUTHORITY|5
S-1-5-7|ANONYMOUS LOGON|NT AUTHORITY|5
S-1-5-9|ENTERPRISE DOMAIN CONTROLLERS|NT AUTHORITY|5
S-1-5-10|SELF|NT AUTHORITY|5
S-1-5-11|Authenticated Users|NT AUTHORITY|5
S-1-5-12|RESTRICTED|NT AUTHORITY|5
S-1-5-13|TERMINAL SERVER USER|NT AUTHORITY|5
S-1-5-14|REMOTE INTERACTIVE LOGON|NT AUTHORITY|5
S-1-5-15|This Organization|NT AUTHORITY|5
S-1-5-17|IUSR|NT AUTHORITY|5
S-1-5-18|SYSTEM|NT AUTHORITY|5
S-1-5-19|LOCAL SERVICE|NT AUTHORITY|5
S-1-5-20|NETWORK SERVICE|NT AUTHORITY|5
S-1-5-32|BUILTIN|BUILTIN|3
S-1-5-32-544|Administrators|BUILTIN|4
S-1-5-32-545|Users|BUILTIN|4
S-1-5-32-546|Guests|BUILTIN|4
S-1-5-32-547|Power Users|BUILTIN|4
S-1-5-32-551|Backup Operators|BUILTIN|4
S-1-5-32-552|Replicator|BUILTIN|4
S-1-5-32-555|Remote Desktop Users|BUILTIN|4
S-1-5-32-556|Network Configuration Operators|BUILTIN|4
S-1-5-32-558|Performance Monitor Users|BUILTIN|4
S-1-5-32-559|Performance Log Users|BUILTIN|4
S-1-5-32-562|Distributed COM Users|BUILTIN|4
S-1-5-32-568|IIS_IUSRS|BUILTIN|4
S-1-5-32-569|Cryptographic Operators|BUILTIN|4
S-1-5-32-573|Event Log Readers|BUILTIN|4
S-1-5-32-578|Hyper-V Administrators|BUILTIN|4
S-1-5-32-580|Remote Management Users|BUILTIN|4
S-1-5-64-10|NTLM Authentication|NT AUTHORITY|5
S-1-5-80-0|ALL SERVICES|NT SERVICE|5
S-1-5-113|Local account|NT AUTHORITY|5
S-1-5-114|Local account and member of Administrators group|NT AUTHORITY|5
S-1-15-2-1|ALL APPLICATION PACKAGES|APPLICATION PACKAGE AUTHORITY|5
S-1-16-0|Untrusted Mandatory Level|Mandatory Label|10
S-1-16-4096|Low Mandatory Level|Mandatory Label|10
S-1-16-8192|Medium Mandatory Level|Mandatory Label|10
S-1-16-8448|Medium Plus Mandatory Level|Mandatory Label|10
S-1-16-12288|High Mandatory Level|Mandatory Label|10
S-1-16-16384|System Mandatory Level|Mandatory Label|10
"""


@functools.cache
def _well_known() -> dict[Sid, Account]:
    rows = (line.split("|") for line in _WELL_KNOWN.strip().splitlines())
    accounts = (Account(Sid.parse(text), name, domain, int(use)) for text, name, domain, use in rows)
    return {account.sid: account for account in accounts}


def _user(uid: int, name: str) -> Account:
    return Account(user_sid(uid), name, computer_name(), USER)


def _group(gid: int, name: str) -> Account:
    return Account(group_sid(gid), name, "Unix Group", GROUP)


def _domain() -> Account:
    return Account(machine_sid(), computer_name(), computer_name(), DOMAIN)


def by_sid(sid: Sid) -> Account | None:
    known = _well_known().get(sid)
    if known is not None or sid == machine_sid():
        return known or _domain()
    uid, gid = uid_of(sid), gid_of(sid)
    try:
        if uid is not None:
            return _user(uid, pwd.getpwuid(uid).pw_name)
        if gid is not None:
            return _group(gid, grp.getgrgid(gid).gr_name)
    except KeyError:
        pass
    return None


def by_name(name: str) -> Account | None:
    """`name` is NAME, DOMAIN\\NAME or NAME@DOMAIN, in any case but for the host's own names."""
    domain, _, account = name.rpartition("\\")
    if not domain and "@" in account:
        account, _, domain = account.partition("@")
    for known in _well_known().values():
        if known.name.lower() == account.lower() and domain.lower() in ("", known.domain.lower()):
            return known
    here = computer_name().lower()
    if domain.lower() in ("", here, "."):
        if account.lower() == here and not domain:
            return _domain()
        try:
            return _user(pwd.getpwnam(account).pw_uid, account)
        except KeyError:
            pass
    if domain.lower() in ("", "unix group"):
        try:
            return _group(grp.getgrnam(account).gr_gid, account)
        except KeyError:
            pass
    return None


# ---- the user of this process ----

EVERYONE, LOCAL = Sid(1, (0,)), Sid(2, (0,))
SYSTEM, INTERACTIVE, AUTHENTICATED, THIS_ORGANIZATION = (Sid(NT_AUTHORITY, (n,)) for n in (18, 4, 11, 15))
ADMINISTRATORS, USERS = Sid(NT_AUTHORITY, (32, 544)), Sid(NT_AUTHORITY, (32, 545))
MEDIUM_LEVEL, HIGH_LEVEL = Sid(16, (8192,)), Sid(16, (12288,))


def is_elevated() -> bool:
    return os.geteuid() == 0


def current_user() -> Sid:
    return user_sid(os.geteuid())


def current_group() -> Sid:
    return group_sid(os.getegid())


def logon_sid() -> Sid:
    """S-1-5-5-0-X: a session of its own for each of the host's."""
    return Sid(NT_AUTHORITY, (5, 0, os.getsid(0)))


def integrity_level() -> Sid:
    return HIGH_LEVEL if is_elevated() else MEDIUM_LEVEL


def current_groups() -> list[Sid]:
    groups = [current_group()]
    groups += [group_sid(gid) for gid in os.getgroups() if gid != os.getegid()]
    groups += [EVERYONE, USERS, INTERACTIVE, AUTHENTICATED, THIS_ORGANIZATION, LOCAL]
    return groups + ([ADMINISTRATORS] if is_elevated() else [])
