"""Access tokens: what they tell, their privileges, and impersonation.

Source: Microsoft, "Access Tokens", "TOKEN_INFORMATION_CLASS enumeration", "OpenProcessToken function",
"AdjustTokenPrivileges function", "DuplicateTokenEx function", "CheckTokenMembership function".
"""

from __future__ import annotations

import os
import pickle
import struct
from collections.abc import Callable
from typing import NamedTuple

from windlass import _core, child
from windlass.api.outputs import get_u32, get_u64, put_u32, put_u64
from windlass.api.refused import Refused, code_of, succeed_or_fail
from windlass.api.security import accounts, privileges
from windlass.api.security.security_types import ALLOWED, Ace, Acl, Sid
from windlass.registry import export
from windlass.types import (
    BOOL,
    BOOLEAN,
    DWORD,
    HANDLE,
    NTSTATUS,
    PBOOL,
    PDWORD,
    PHANDLE,
    PULONG,
    PVOID,
    ULONG,
)

__all__ = [
    "Settings",
    "Token",
    "effective",
    "enabled_sids",
    "open_token",
    "pass_on",
    "process_token",
    "settings_of",
]

STATUS_NOT_ALL_ASSIGNED = 0x00000106
STATUS_INVALID_INFO_CLASS = 0xC0000003
STATUS_INFO_LENGTH_MISMATCH = 0xC0000004
STATUS_INVALID_HANDLE = 0xC0000008
STATUS_INVALID_PARAMETER = 0xC000000D
STATUS_ACCESS_DENIED = 0xC0000022
STATUS_BUFFER_TOO_SMALL = 0xC0000023
STATUS_NO_IMPERSONATION_TOKEN = 0xC000005C
STATUS_NO_SUCH_LOGON_SESSION = 0xC000005F
STATUS_PRIVILEGE_NOT_HELD = 0xC0000061
STATUS_INVALID_SID = 0xC0000078
STATUS_NO_TOKEN = 0xC000007C
STATUS_BAD_IMPERSONATION_LEVEL = 0xC00000A5
STATUS_BAD_TOKEN_TYPE = 0xC00000A8
ERROR_SUCCESS, ERROR_NOT_ALL_ASSIGNED = 0, 1300

ASSIGN_PRIMARY, DUPLICATE, IMPERSONATE, QUERY, QUERY_SOURCE, ADJUST_PRIVILEGES, ADJUST_GROUPS = (
    1 << bit for bit in range(7)
)
ALL_ACCESS = 0xF01FF

PRIMARY, IMPERSONATION = 1, 2
ANONYMOUS_LEVEL, IDENTIFICATION_LEVEL, IMPERSONATION_LEVEL, DELEGATION_LEVEL = range(4)

# "GetCurrentProcessToken function" and its two kin give these.
PSEUDO_PROCESS, PSEUDO_THREAD, PSEUDO_EFFECTIVE = (0xFFFFFFFFFFFFFFFF - below for below in (3, 4, 5))
CURRENT_THREAD = 0xFFFFFFFFFFFFFFFE

MANDATORY_POLICY_NO_WRITE_UP = 1

SESSION = 1
"""An interactive session's number; ProcessIdToSessionId says the same."""


class Token(NamedTuple):
    """What `_core.token_facts` tells."""

    id: int
    modified_id: int
    type: int
    level: int
    present: int
    enabled: int
    access: int


class Settings(NamedTuple):
    """What programs have set for a token (token_settings.py); None where nothing was set."""

    owner: Sid | None = None
    group: Sid | None = None
    dacl: Acl | None = None
    has_dacl: bool = True
    level: Sid | None = None
    policy: int = MANDATORY_POLICY_NO_WRITE_UP
    denied: frozenset[Sid] = frozenset()
    restricted: tuple[Sid, ...] = ()


settings: dict[int, Settings] = {}
"""By token identifier; a token without an entry is as it was made."""

NOTHING_SET = Settings()


def settings_of(token: Token) -> Settings:
    return settings.get(token.id, NOTHING_SET)


class _ProcessToken:
    """The process's own token lives as long as the process does; it is made when it is first asked for."""

    handle = 0


def process_token() -> int:
    """A handle with all access, which is not to be closed."""
    if _core.token_facts(_ProcessToken.handle) is None:
        present, enabled, given = _beginning()
        _ProcessToken.handle = _core.token_new(PRIMARY, ANONYMOUS_LEVEL, present, enabled, ALL_ACCESS)
        give_settings(_ProcessToken.handle, given)
    return _ProcessToken.handle


def _usual() -> tuple[int, int, Settings]:
    """The privileges that a process of the user's has, those that are enabled, and nothing set."""
    held = privileges.held()
    return held, held & privileges.ENABLED_BY_DEFAULT, NOTHING_SET


def _beginning() -> tuple[int, int, Settings]:
    """The token that this process has begun with: a copy of its parent's, or one chosen for it."""
    told = child.inherited_token()
    return pickle.loads(told) if told else _usual()  # the parent is trusted


def pass_on(handle: int) -> bytes:
    """Of what a child process's token is made: as the one behind the handle, or for 0 as this process's.

    b"" stands for the usual one.
    """
    if not handle and _core.token_facts(_ProcessToken.handle) is None:
        return child.inherited_token()
    token = open_token(handle or process_token(), QUERY)
    told = (token.present, token.enabled, settings_of(token))
    return b"" if told == _usual() else pickle.dumps(told)


def effective() -> int:
    """A handle for the thread's token, else for the process's; the caller closes it."""
    status, handle = _core.thread_token(CURRENT_THREAD, ALL_ACCESS)
    return handle if status == 0 else _core.token_reopen(process_token(), ALL_ACCESS)


def open_token(handle: int, access: int) -> Token:
    """The facts of a token that a handle or a pseudo handle with this access names."""
    if handle == PSEUDO_PROCESS:
        handle = process_token()
    elif handle in (PSEUDO_THREAD, PSEUDO_EFFECTIVE):
        status, own = _core.thread_token(CURRENT_THREAD, ALL_ACCESS)
        if status == 0:
            facts = _core.token_facts(own)
            _core.close_handle(own)
            assert facts is not None
            return Token(*facts)
        if handle == PSEUDO_THREAD:
            raise Refused(STATUS_NO_TOKEN)
        handle = process_token()
    facts = _core.token_facts(handle)
    if facts is None:
        raise Refused(STATUS_INVALID_HANDLE)
    token = Token(*facts)
    if token.access & access != access:
        raise Refused(STATUS_ACCESS_DENIED)
    return token


# ---- opening ----


def _open_process(process: int, access: int, result: int) -> None:
    status, pid = _core.process_of_handle(process)
    if status:
        raise Refused(status & 0xFFFFFFFF)
    if pid:
        try:
            if os.stat(f"/proc/{pid}").st_uid != os.geteuid():
                raise Refused(STATUS_ACCESS_DENIED)
        except OSError:
            raise Refused(STATUS_INVALID_HANDLE) from None
    put_u64(result, _core.token_reopen(process_token(), access))


@export("ntdll")
def NtOpenProcessToken(ProcessHandle: HANDLE, DesiredAccess: ULONG, TokenHandle: PHANDLE) -> NTSTATUS:
    return code_of(_open_process, ProcessHandle, DesiredAccess, TokenHandle)


@export("ntdll")
def NtOpenProcessTokenEx(
    ProcessHandle: HANDLE, DesiredAccess: ULONG, HandleAttributes: ULONG, TokenHandle: PHANDLE
) -> NTSTATUS:
    return code_of(_open_process, ProcessHandle, DesiredAccess, TokenHandle)


@export("advapi32", "kernelbase", "kernel32")
def OpenProcessToken(ProcessHandle: HANDLE, DesiredAccess: DWORD, TokenHandle: PHANDLE) -> BOOL:
    return succeed_or_fail(code_of(_open_process, ProcessHandle, DesiredAccess, TokenHandle))


def _open_thread(thread: int, access: int, result: int) -> None:
    put_u64(result, 0)
    status, handle = _core.thread_token(thread, access)
    if status:
        raise Refused(status & 0xFFFFFFFF)
    put_u64(result, handle)


@export("ntdll")
def NtOpenThreadToken(
    ThreadHandle: HANDLE, DesiredAccess: ULONG, OpenAsSelf: BOOLEAN, TokenHandle: PHANDLE
) -> NTSTATUS:
    return code_of(_open_thread, ThreadHandle, DesiredAccess, TokenHandle)


@export("ntdll")
def NtOpenThreadTokenEx(
    ThreadHandle: HANDLE,
    DesiredAccess: ULONG,
    OpenAsSelf: BOOLEAN,
    HandleAttributes: ULONG,
    TokenHandle: PHANDLE,
) -> NTSTATUS:
    return code_of(_open_thread, ThreadHandle, DesiredAccess, TokenHandle)


@export("advapi32", "kernelbase", "kernel32")
def OpenThreadToken(
    ThreadHandle: HANDLE, DesiredAccess: DWORD, OpenAsSelf: BOOL, TokenHandle: PHANDLE
) -> BOOL:
    return succeed_or_fail(code_of(_open_thread, ThreadHandle, DesiredAccess, TokenHandle))


# ---- information ----

SE_GROUP_MANDATORY, SE_GROUP_ENABLED_BY_DEFAULT, SE_GROUP_ENABLED, SE_GROUP_OWNER = 1, 2, 4, 8
SE_GROUP_USE_FOR_DENY_ONLY = 0x10
SE_GROUP_INTEGRITY, SE_GROUP_INTEGRITY_ENABLED, SE_GROUP_LOGON_ID = 0x20, 0x40, 0xC0000000
PLAIN_GROUP = SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED


class Member(NamedTuple):
    """SID_AND_ATTRIBUTES"""

    sid: Sid
    attributes: int


def _groups(of: Settings = NOTHING_SET) -> list[Member]:
    members = [
        Member(sid, PLAIN_GROUP | (SE_GROUP_OWNER if sid == accounts.ADMINISTRATORS else 0))
        for sid in accounts.current_groups()
    ]
    members.append(Member(accounts.logon_sid(), PLAIN_GROUP | SE_GROUP_LOGON_ID))
    members = [Member(m.sid, SE_GROUP_USE_FOR_DENY_ONLY) if m.sid in of.denied else m for m in members]
    level = of.level or accounts.integrity_level()
    return [*members, Member(level, SE_GROUP_INTEGRITY | SE_GROUP_INTEGRITY_ENABLED)]


def enabled_sids(of: Settings = NOTHING_SET) -> set[Sid]:
    """Whom the token answers for."""
    groups = (member.sid for member in _groups(of) if member.attributes != SE_GROUP_USE_FOR_DENY_ONLY)
    return {accounts.current_user(), *groups} - of.denied


def _members(members: list[Member], at: int, header: bytes) -> bytes:
    """SID_AND_ATTRIBUTES behind `header`, and behind them the SIDs that they point to."""
    place = at + len(header) + 16 * len(members)
    table, sids = b"", b""
    for member in members:
        table += struct.pack("<QII", place + len(sids), member.attributes, 0)
        sids += member.sid.pack()
    return header + table + sids


def _group_list(members: list[Member], at: int) -> bytes:
    """TOKEN_GROUPS"""
    return _members(members, at, struct.pack("<II", len(members), 0))


SE_PRIVILEGE_ENABLED_BY_DEFAULT, SE_PRIVILEGE_ENABLED, SE_PRIVILEGE_REMOVED = 1, 2, 4


def _privilege_attributes(token: Token, number: int) -> int:
    enabled = SE_PRIVILEGE_ENABLED if token.enabled >> number & 1 else 0
    default = privileges.ENABLED_BY_DEFAULT >> number & 1
    return enabled | (SE_PRIVILEGE_ENABLED_BY_DEFAULT if default else 0)


def _numbers(bits: int) -> list[int]:
    return [number for number in range(64) if bits >> number & 1]


def _privilege_list(token: Token, numbers: list[int]) -> bytes:
    """TOKEN_PRIVILEGES"""
    entries = (struct.pack("<QI", number, _privilege_attributes(token, number)) for number in numbers)
    return struct.pack("<I", len(numbers)) + b"".join(entries)


def _pointer_to(data: bytes, at: int) -> bytes:
    return struct.pack("<Q", at + 8) + data


def _user(token: Token, at: int) -> bytes:
    return _members([Member(accounts.current_user(), 0)], at, b"")


def _owner(token: Token, at: int) -> bytes:
    chosen = settings_of(token).owner
    if chosen:
        return _pointer_to(chosen.pack(), at)
    owner = accounts.ADMINISTRATORS if accounts.is_elevated() else accounts.current_user()
    return _pointer_to(owner.pack(), at)


def _default_dacl(token: Token, at: int) -> bytes:
    of = settings_of(token)
    return _pointer_to((of.dacl or default_dacl()).pack(), at) if of.has_dacl else bytes(8)


def _restricted(token: Token, at: int) -> bytes:
    return _group_list([Member(sid, PLAIN_GROUP) for sid in settings_of(token).restricted], at)


def _integrity(token: Token, at: int) -> bytes:
    level = settings_of(token).level or accounts.integrity_level()
    return _members([Member(level, SE_GROUP_INTEGRITY | SE_GROUP_INTEGRITY_ENABLED)], at, b"")


GENERIC_ALL = 0x10000000


def default_dacl() -> Acl:
    """What new objects get: all for the user (for Administrators, if it is one) and the system."""
    owner = accounts.ADMINISTRATORS if accounts.is_elevated() else accounts.current_user()
    return Acl(tuple(Ace(ALLOWED, 0, GENERIC_ALL, sid) for sid in (owner, accounts.SYSTEM)))


def _statistics(token: Token, at: int) -> bytes:
    never = 0x7FFFFFFFFFFFFFFF
    counts = (len(_groups()), len(_numbers(token.present)))
    numbers = (token.id, authentication_id(), never, token.type, token.level, 4096, 4096, *counts)
    return struct.pack("<QQq6IQ", *numbers, token.modified_id)


def authentication_id() -> int:
    return 0x3E7 if accounts.is_elevated() else 0x10000 + os.getsid(0)


def _level(token: Token, at: int) -> bytes:
    if token.type != IMPERSONATION:
        raise Refused(STATUS_INVALID_PARAMETER)
    return _dword(token.level)


def _linked(token: Token, at: int) -> bytes:
    """Nobody's token is split in two."""
    raise Refused(STATUS_NO_SUCH_LOGON_SESSION)


def _dword(value: int) -> bytes:
    return struct.pack("<I", value)


ELEVATION_TYPE_DEFAULT = 1

# Classes of the size that the caller needs to find out, and those of a fixed one.
_VARIABLE: dict[int, Callable[[Token, int], bytes]] = {
    1: _user,
    2: lambda token, at: _group_list(_groups(settings_of(token)), at),
    3: lambda token, at: _privilege_list(token, _numbers(token.present)),
    4: _owner,
    5: lambda token, at: _pointer_to((settings_of(token).group or accounts.current_group()).pack(), at),
    6: _default_dacl,
    7: lambda token, at: b"User32 \0" + struct.pack("<Q", 0),
    8: lambda token, at: _dword(token.type),
    9: _level,
    10: _statistics,
    11: _restricted,
    25: _integrity,
    28: lambda token, at: _group_list([Member(accounts.logon_sid(), PLAIN_GROUP | SE_GROUP_LOGON_ID)], at),
    30: lambda token, at: _group_list([], at),
    31: lambda token, at: bytes(8),
    37: lambda token, at: _group_list([], at),
}
_FIXED: dict[int, Callable[[Token, int], bytes]] = {
    12: lambda token, at: _dword(SESSION),
    15: lambda token, at: _dword(0),
    17: lambda token, at: struct.pack("<Q", 0x3E7),
    18: lambda token, at: _dword(ELEVATION_TYPE_DEFAULT),
    19: _linked,
    20: lambda token, at: _dword(accounts.is_elevated()),
    21: lambda token, at: _dword(bool(settings_of(token).restricted)),
    23: lambda token, at: _dword(0),
    24: lambda token, at: _dword(0),
    26: lambda token, at: _dword(0),
    27: lambda token, at: _dword(settings_of(token).policy),
    29: lambda token, at: _dword(0),
    32: lambda token, at: _dword(0),
    40: lambda token, at: _dword(0),
}
TOKEN_SOURCE = 7


def _query(handle: int, kind: int, buffer: int, size: int, size_out: int) -> None:
    token = open_token(handle, QUERY_SOURCE if kind == TOKEN_SOURCE else QUERY)
    make = _VARIABLE.get(kind) or _FIXED.get(kind)
    if make is None:
        raise Refused(STATUS_INVALID_INFO_CLASS)
    data = make(token, buffer)
    put_u32(size_out, len(data))
    if kind in _FIXED and size != len(data):
        raise Refused(STATUS_INFO_LENGTH_MISMATCH)
    if size < len(data):
        raise Refused(STATUS_BUFFER_TOO_SMALL)
    _core.write(buffer, data)


@export("ntdll")
def NtQueryInformationToken(
    TokenHandle: HANDLE,
    TokenInformationClass: DWORD,
    TokenInformation: PVOID,
    TokenInformationLength: ULONG,
    ReturnLength: PULONG,
) -> NTSTATUS:
    return code_of(
        _query, TokenHandle, TokenInformationClass, TokenInformation, TokenInformationLength, ReturnLength
    )


@export("advapi32", "kernelbase")
def GetTokenInformation(
    TokenHandle: HANDLE,
    TokenInformationClass: DWORD,
    TokenInformation: PVOID,
    TokenInformationLength: DWORD,
    ReturnLength: PDWORD,
) -> BOOL:
    size = TokenInformationLength if TokenInformation else 0
    status = code_of(_query, TokenHandle, TokenInformationClass, TokenInformation, size, ReturnLength)
    return succeed_or_fail(status)


# ---- privileges ----


def _read_privileges(address: int) -> list[tuple[int, int]]:
    """(LUID, attributes) of each entry of a TOKEN_PRIVILEGES or what it begins with."""
    count = get_u32(address)
    return [struct.unpack("<QI", _core.read(address + 4 + 12 * index, 12)) for index in range(count)]


def _adjust(handle: int, disable_all: int, new: int, size: int, previous: int, size_out: int) -> None:
    token = open_token(handle, ADJUST_PRIVILEGES | (QUERY if previous else 0))
    if not disable_all and not new:
        raise Refused(STATUS_INVALID_PARAMETER)
    wanted = [(n, 0) for n in _numbers(token.present)] if disable_all else _read_privileges(new)
    present, enabled = token.present, token.enabled
    missing = False
    for number, attributes in wanted:
        bit = 1 << number if number < 64 else 0
        if not present & bit:
            missing = True
        elif attributes & SE_PRIVILEGE_REMOVED:
            present, enabled = present & ~bit, enabled & ~bit
        else:
            enabled = enabled | bit if attributes & SE_PRIVILEGE_ENABLED else enabled & ~bit
    changed = _numbers(present ^ token.present | enabled ^ token.enabled)
    if previous:
        old = _privilege_list(token, changed)
        put_u32(size_out, len(old))
        if size < len(old):
            raise Refused(STATUS_BUFFER_TOO_SMALL)
        _core.write(previous, old)
    _core.token_set_privileges(_real(handle), present, enabled)
    if missing:
        raise Refused(STATUS_NOT_ALL_ASSIGNED)


def _real(handle: int) -> int:
    return process_token() if handle in (PSEUDO_PROCESS, PSEUDO_EFFECTIVE) else handle


@export("ntdll")
def NtAdjustPrivilegesToken(
    TokenHandle: HANDLE,
    DisableAllPrivileges: BOOLEAN,
    NewState: PVOID,
    BufferLength: ULONG,
    PreviousState: PVOID,
    ReturnLength: PULONG,
) -> NTSTATUS:
    return code_of(
        _adjust, TokenHandle, DisableAllPrivileges, NewState, BufferLength, PreviousState, ReturnLength
    )


@export("advapi32", "kernelbase")
def AdjustTokenPrivileges(
    TokenHandle: HANDLE,
    DisableAllPrivileges: BOOL,
    NewState: PVOID,
    BufferLength: DWORD,
    PreviousState: PVOID,
    ReturnLength: PDWORD,
) -> BOOL:
    status = code_of(
        _adjust, TokenHandle, DisableAllPrivileges, NewState, BufferLength, PreviousState, ReturnLength
    )
    if succeed_or_fail(status):
        _core.set_last_error(ERROR_NOT_ALL_ASSIGNED if status else ERROR_SUCCESS)
        return 1
    return 0


PRIVILEGE_SET_ALL_NECESSARY = 1
SE_PRIVILEGE_USED_FOR_ACCESS = 0x80000000


def _privilege_check(handle: int, required: int, result: int) -> None:
    """PRIVILEGE_SET: count, whether all are needed, entries."""
    token = open_token(handle, QUERY)
    count, control = get_u32(required), get_u32(required + 4)
    enabled = 0
    for index in range(count):
        place = required + 8 + 12 * index
        number = get_u64(place)
        if number < 64 and token.enabled >> number & 1:
            enabled += 1
            put_u32(place + 8, get_u32(place + 8) | SE_PRIVILEGE_USED_FOR_ACCESS)
    put_u32(result, enabled == count if control & PRIVILEGE_SET_ALL_NECESSARY else enabled > 0)


@export("advapi32", "kernelbase")
def PrivilegeCheck(ClientToken: HANDLE, RequiredPrivileges: PVOID, pfResult: PBOOL) -> BOOL:
    return succeed_or_fail(code_of(_privilege_check, ClientToken, RequiredPrivileges, pfResult))


def _adjust_one(privilege: int, enable: int, current_thread: int, was_enabled: int) -> None:
    """RtlAdjustPrivilege"""
    handle = effective() if current_thread else process_token()
    try:
        token = open_token(handle, ADJUST_PRIVILEGES)
        bit = 1 << privilege if privilege < 64 else 0
        if not token.present & bit:
            raise Refused(STATUS_PRIVILEGE_NOT_HELD)
        enabled = token.enabled | bit if enable else token.enabled & ~bit
        _core.token_set_privileges(handle, token.present, enabled)
        _core.write(was_enabled, bytes([bool(token.enabled & bit)]))
    finally:
        if current_thread:
            _core.close_handle(handle)


@export("ntdll")
def RtlAdjustPrivilege(
    Privilege: ULONG, Enable: BOOLEAN, CurrentThread: BOOLEAN, WasEnabled: PVOID
) -> NTSTATUS:
    return code_of(_adjust_one, Privilege, Enable, CurrentThread, WasEnabled)


# ---- more tokens, and threads that use them ----


def _duplicate(handle: int, access: int, level: int, type: int, result: int) -> None:
    token = open_token(handle, DUPLICATE)
    if type not in (PRIMARY, IMPERSONATION) or level > DELEGATION_LEVEL or not result:
        raise Refused(STATUS_INVALID_PARAMETER)
    if token.type == IMPERSONATION:
        if type == IMPERSONATION and level > token.level:
            raise Refused(STATUS_BAD_IMPERSONATION_LEVEL)
        if type == PRIMARY and token.level < IMPERSONATION_LEVEL:
            raise Refused(STATUS_BAD_IMPERSONATION_LEVEL)
    given = access or token.access
    made = _core.token_new(type, level if type == IMPERSONATION else 0, token.present, token.enabled, given)
    give_settings(made, settings_of(token))
    put_u64(result, made)


def give_settings(handle: int, given: Settings) -> None:
    """Make the settings those of the token behind a handle."""
    facts = _core.token_facts(handle)
    if facts is not None and given != NOTHING_SET:
        settings[Token(*facts).id] = given


@export("advapi32", "kernelbase")
def DuplicateTokenEx(
    hExistingToken: HANDLE,
    dwDesiredAccess: DWORD,
    lpTokenAttributes: PVOID,
    ImpersonationLevel: DWORD,
    TokenType: DWORD,
    phNewToken: PHANDLE,
) -> BOOL:
    return succeed_or_fail(
        code_of(_duplicate, hExistingToken, dwDesiredAccess, ImpersonationLevel, TokenType, phNewToken)
    )


@export("advapi32", "kernelbase")
def DuplicateToken(
    ExistingTokenHandle: HANDLE, ImpersonationLevel: DWORD, DuplicateTokenHandle: PHANDLE
) -> BOOL:
    status = code_of(
        _duplicate,
        ExistingTokenHandle,
        IMPERSONATE | QUERY,
        ImpersonationLevel,
        IMPERSONATION,
        DuplicateTokenHandle,
    )
    return succeed_or_fail(status)


QOS_LEVEL, ATTRIBUTES_QOS = 4, 40


@export("ntdll")
def NtDuplicateToken(
    ExistingTokenHandle: HANDLE,
    DesiredAccess: ULONG,
    ObjectAttributes: PVOID,
    EffectiveOnly: BOOLEAN,
    TokenType: DWORD,
    NewTokenHandle: PHANDLE,
) -> NTSTATUS:
    """The level stands in the SECURITY_QUALITY_OF_SERVICE of the OBJECT_ATTRIBUTES."""
    quality = get_u64(ObjectAttributes + ATTRIBUTES_QOS) if ObjectAttributes else 0
    level = get_u32(quality + QOS_LEVEL) if quality else ANONYMOUS_LEVEL
    return code_of(_duplicate, ExistingTokenHandle, DesiredAccess, level, TokenType, NewTokenHandle)


def impersonate_self(level: int) -> None:
    if level > DELEGATION_LEVEL:
        raise Refused(STATUS_INVALID_PARAMETER)
    token = open_token(process_token(), DUPLICATE)
    handle = _core.token_new(IMPERSONATION, level, token.present, token.enabled, ALL_ACCESS)
    _set_thread(CURRENT_THREAD, handle)
    _core.close_handle(handle)


def _set_thread(thread: int, handle: int) -> None:
    if handle and open_token(handle, IMPERSONATE).type != IMPERSONATION:
        raise Refused(STATUS_BAD_TOKEN_TYPE)
    status = _core.thread_impersonate(thread, handle)
    if status:
        raise Refused(status & 0xFFFFFFFF)


@export("advapi32", "kernelbase")
def ImpersonateSelf(ImpersonationLevel: DWORD) -> BOOL:
    return succeed_or_fail(code_of(impersonate_self, ImpersonationLevel))


@export("ntdll")
def RtlImpersonateSelf(ImpersonationLevel: DWORD) -> NTSTATUS:
    return code_of(impersonate_self, ImpersonationLevel)


@export("advapi32", "kernelbase")
def RevertToSelf() -> BOOL:
    return succeed_or_fail(code_of(_set_thread, CURRENT_THREAD, 0))


def _set_thread_at(thread: int, handle: int) -> None:
    _set_thread(get_u64(thread) if thread else CURRENT_THREAD, handle)


@export("advapi32", "kernelbase", "kernel32")
def SetThreadToken(Thread: PHANDLE, Token: HANDLE) -> BOOL:
    return succeed_or_fail(code_of(_set_thread_at, Thread, Token))


def _impersonate(handle: int) -> None:
    """ImpersonateLoggedOnUser: with a primary token a copy is made."""
    token = open_token(handle, QUERY)
    if token.type == IMPERSONATION:
        _set_thread(CURRENT_THREAD, handle)
        return
    open_token(handle, DUPLICATE | QUERY)
    made = _core.token_new(IMPERSONATION, IMPERSONATION_LEVEL, token.present, token.enabled, ALL_ACCESS)
    give_settings(made, settings_of(token))
    _set_thread(CURRENT_THREAD, made)
    _core.close_handle(made)


@export("advapi32", "kernelbase")
def ImpersonateLoggedOnUser(hToken: HANDLE) -> BOOL:
    return succeed_or_fail(code_of(_impersonate, hToken))


# ---- membership ----


def _is_member(handle: int, address: int, result: int) -> None:
    token = open_token(handle or PSEUDO_EFFECTIVE, QUERY)
    if handle and token.type != IMPERSONATION:
        raise Refused(STATUS_NO_IMPERSONATION_TOKEN)
    sid = Sid.read(address)
    if sid is None:
        raise Refused(STATUS_INVALID_SID)
    put_u32(result, sid in enabled_sids(settings_of(token)))


@export("advapi32", "kernelbase")
def CheckTokenMembership(TokenHandle: HANDLE, SidToCheck: PVOID, IsMember: PBOOL) -> BOOL:
    return succeed_or_fail(code_of(_is_member, TokenHandle, SidToCheck, IsMember))


@export("advapi32", "kernelbase")
def IsTokenRestricted(TokenHandle: HANDLE) -> BOOL:
    """A bad handle sets the last error."""
    try:
        return bool(settings_of(open_token(TokenHandle, QUERY)).restricted)
    except Refused as refused:
        return succeed_or_fail(refused.code)


@export("ntdll")
def NtCompareTokens(FirstTokenHandle: HANDLE, SecondTokenHandle: HANDLE, Equal: PVOID) -> NTSTATUS:
    return code_of(_compare, FirstTokenHandle, SecondTokenHandle, Equal)


def _compare(first: int, second: int, result: int) -> None:
    one, other = open_token(first, QUERY), open_token(second, QUERY)
    if result:
        _core.write(result, bytes([one.present == other.present]))
