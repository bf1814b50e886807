"""Tokens as programs change them: SetTokenInformation, restricted tokens, groups.

The host decides by its own user what a process may do: what is set here is what the functions for tokens of
this process answer by.

Source: Microsoft, "SetTokenInformation function", "CreateRestrictedToken function", "AdjustTokenGroups
function", "Mandatory Integrity Control".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from windlass import _core
from windlass.api.outputs import get_u32, get_u64, put_u64
from windlass.api.refused import Refused, code_of, succeed_or_fail
from windlass.api.security import accounts, tokens
from windlass.api.security.security_types import Acl, Sid
from windlass.api.security.tokens import Settings, Token, open_token, settings_of
from windlass.registry import export
from windlass.types import (
    BOOL,
    BOOLEAN,
    DWORD,
    HANDLE,
    LPVOID,
    NTSTATUS,
    PDWORD,
    PHANDLE,
    PULONG,
    PVOID,
    ULONG,
)

STATUS_INVALID_INFO_CLASS = 0xC0000003
STATUS_INFO_LENGTH_MISMATCH = 0xC0000004
STATUS_INVALID_PARAMETER = 0xC000000D
STATUS_ACCESS_DENIED = 0xC0000022
STATUS_INVALID_OWNER = 0xC000005A
STATUS_INVALID_PRIMARY_GROUP = 0xC000005B
STATUS_PRIVILEGE_NOT_HELD = 0xC0000061
STATUS_INVALID_ACL = 0xC0000077
STATUS_INVALID_SID = 0xC0000078
STATUS_CANT_DISABLE_MANDATORY = 0xC000005D

ASSIGN_PRIMARY, DUPLICATE, QUERY = 0x01, 0x02, 0x08
ADJUST_GROUPS, ADJUST_DEFAULT, ADJUST_SESSION = 0x40, 0x80, 0x100


@dataclass
class Change:
    """What a class of SetTokenInformation does: `make` gets the settings and the structure's address."""

    size: int
    make: Callable[[Settings, int], Settings]
    access: int = ADJUST_DEFAULT


def _sid_through(address: int) -> Sid:
    """The SID that the structure's first member points to."""
    place = get_u64(address)
    sid = Sid.read(place) if place else None
    if sid is None:
        raise Refused(STATUS_INVALID_SID)
    return sid


def _owner(settings: Settings, address: int) -> Settings:
    """The user, or a group of the token's that may own."""
    sid = _sid_through(address)
    if sid != accounts.current_user() and not (sid == accounts.ADMINISTRATORS and accounts.is_elevated()):
        raise Refused(STATUS_INVALID_OWNER)
    return settings._replace(owner=sid)


def _group(settings: Settings, address: int) -> Settings:
    sid = _sid_through(address)
    if sid != accounts.current_user() and sid not in accounts.current_groups():
        raise Refused(STATUS_INVALID_PRIMARY_GROUP)
    return settings._replace(group=sid)


def _dacl(settings: Settings, address: int) -> Settings:
    place = get_u64(address)
    try:
        return settings._replace(dacl=Acl.read(place) if place else None, has_dacl=place != 0)
    except ValueError:
        raise Refused(STATUS_INVALID_ACL) from None


def _level(settings: Settings, address: int) -> Settings:
    """Integrity goes down, not up."""
    sid = _sid_through(address)
    if sid.authority != accounts.integrity_level().authority or len(sid.parts) != 1:
        raise Refused(STATUS_INVALID_SID)
    if sid.parts > (settings.level or accounts.integrity_level()).parts:
        raise Refused(STATUS_PRIVILEGE_NOT_HELD)
    return settings._replace(level=sid)


def _policy(settings: Settings, address: int) -> Settings:
    if get_u32(address) & ~3:
        raise Refused(STATUS_INVALID_PARAMETER)
    return settings._replace(policy=get_u32(address))


def _refused(settings: Settings, address: int) -> Settings:
    """What only the operating system's own processes may set."""
    raise Refused(STATUS_PRIVILEGE_NOT_HELD)


def _unchanged(settings: Settings, address: int) -> Settings:
    """Switches for what there is not: virtualization of files and keys."""
    return settings


CHANGES = {
    4: Change(8, _owner),
    5: Change(8, _group),
    6: Change(8, _dacl),
    12: Change(4, _refused, ADJUST_SESSION | ADJUST_DEFAULT),
    15: Change(4, _refused),
    17: Change(8, _refused),
    23: Change(4, _unchanged),
    24: Change(4, _unchanged),
    25: Change(16, _level),
    26: Change(4, _refused),
    27: Change(4, _policy),
}


def _set(handle: int, kind: int, address: int, size: int) -> None:
    change = CHANGES.get(kind)
    if change is None:
        raise Refused(STATUS_INVALID_INFO_CLASS)
    if size < change.size or not address:
        raise Refused(STATUS_INFO_LENGTH_MISMATCH)
    token = open_token(handle, change.access)
    tokens.settings[token.id] = change.make(settings_of(token), address)


@export("ntdll")
def NtSetInformationToken(
    TokenHandle: HANDLE, TokenInformationClass: DWORD, TokenInformation: PVOID, TokenInformationLength: ULONG
) -> NTSTATUS:
    return code_of(_set, TokenHandle, TokenInformationClass, TokenInformation, TokenInformationLength)


@export("advapi32", "kernelbase")
def SetTokenInformation(
    TokenHandle: HANDLE, TokenInformationClass: DWORD, TokenInformation: LPVOID, TokenInformationLength: DWORD
) -> BOOL:
    return succeed_or_fail(
        code_of(_set, TokenHandle, TokenInformationClass, TokenInformation, TokenInformationLength)
    )


# ---- restricted tokens ----

DISABLE_MAX_PRIVILEGE, SANDBOX_INERT, LUA_TOKEN, WRITE_RESTRICTED = 1, 2, 4, 8
SE_CHANGE_NOTIFY = 23


def _sids(count: int, address: int) -> list[Sid]:
    """An array of SID_AND_ATTRIBUTES."""
    found = [Sid.read(get_u64(address + 16 * index)) for index in range(count)]
    if any(sid is None for sid in found):
        raise Refused(STATUS_INVALID_SID)
    return [sid for sid in found if sid is not None]


def _left(token: Token, flags: int, count: int, deleted: int) -> int:
    """The privileges that stay, as bits."""
    if flags & DISABLE_MAX_PRIVILEGE:
        return token.present & 1 << SE_CHANGE_NOTIFY
    left = token.present
    for index in range(count):
        left &= ~(1 << get_u64(deleted + 12 * index))
    return left


def _restrict(
    handle: int,
    flags: int,
    disabled: list[Sid],
    privileges: tuple[int, int],
    restricting: list[Sid],
    result: int,
) -> None:
    if flags & ~(DISABLE_MAX_PRIVILEGE | SANDBOX_INERT | LUA_TOKEN | WRITE_RESTRICTED) or not result:
        raise Refused(STATUS_INVALID_PARAMETER)
    token = open_token(handle, DUPLICATE)
    if flags & LUA_TOKEN:
        disabled = [*disabled, accounts.ADMINISTRATORS]
    present = _left(token, flags, *privileges)
    old = settings_of(token)
    restricted = [*old.restricted, *(sid for sid in restricting if sid not in old.restricted)]
    made = _core.token_new(token.type, token.level, present, token.enabled & present, token.access)
    given = old._replace(denied=old.denied | frozenset(disabled), restricted=tuple(restricted))
    tokens.give_settings(made, given)
    put_u64(result, made)


@export("advapi32", "kernelbase")
def CreateRestrictedToken(
    ExistingTokenHandle: HANDLE,
    Flags: DWORD,
    DisableSidCount: DWORD,
    SidsToDisable: PVOID,
    DeletePrivilegeCount: DWORD,
    PrivilegesToDelete: PVOID,
    RestrictedSidCount: DWORD,
    SidsToRestrict: PVOID,
    NewTokenHandle: PHANDLE,
) -> BOOL:
    return succeed_or_fail(
        code_of(
            lambda: _restrict(
                ExistingTokenHandle,
                Flags,
                _sids(DisableSidCount, SidsToDisable),
                (DeletePrivilegeCount, PrivilegesToDelete),
                _sids(RestrictedSidCount, SidsToRestrict),
                NewTokenHandle,
            )
        )
    )


@export("ntdll")
def NtFilterToken(
    ExistingTokenHandle: HANDLE,
    Flags: ULONG,
    SidsToDisable: PVOID,
    PrivilegesToDelete: PVOID,
    RestrictedSids: PVOID,
    NewTokenHandle: PHANDLE,
) -> NTSTATUS:
    """TOKEN_GROUPS and TOKEN_PRIVILEGES, each optional."""

    def groups(address: int) -> list[Sid]:
        return _sids(get_u32(address), address + 8) if address else []

    count = get_u32(PrivilegesToDelete) if PrivilegesToDelete else 0
    deleted = (count, PrivilegesToDelete + 4)
    return code_of(
        lambda: _restrict(
            ExistingTokenHandle, Flags, groups(SidsToDisable), deleted, groups(RestrictedSids), NewTokenHandle
        )
    )


# ---- groups ----


def _adjust_groups(handle: int, reset: int, state: int) -> None:
    """All groups of a token are mandatory here: what they are, they stay."""
    open_token(handle, ADJUST_GROUPS)
    if reset or not state:
        return
    for index in range(get_u32(state)):
        attributes = get_u32(state + 8 + 16 * index + 8)
        if not attributes & tokens.SE_GROUP_ENABLED:
            raise Refused(STATUS_CANT_DISABLE_MANDATORY)


@export("ntdll")
def NtAdjustGroupsToken(
    TokenHandle: HANDLE,
    ResetToDefault: BOOLEAN,
    NewState: PVOID,
    BufferLength: ULONG,
    PreviousState: PVOID,
    ReturnLength: PULONG,
) -> NTSTATUS:
    return code_of(_adjust_groups, TokenHandle, ResetToDefault, NewState)


@export("advapi32", "kernelbase")
def AdjustTokenGroups(
    TokenHandle: HANDLE,
    ResetToDefault: BOOL,
    NewState: PVOID,
    BufferLength: DWORD,
    PreviousState: PVOID,
    ReturnLength: PDWORD,
) -> BOOL:
    return succeed_or_fail(code_of(_adjust_groups, TokenHandle, ResetToDefault, NewState))


# ---- others to be ----


def _refuse_anonymous(thread: int) -> None:
    """There is no anonymous user to be."""
    raise Refused(STATUS_ACCESS_DENIED)


@export("advapi32", "kernelbase")
def ImpersonateAnonymousToken(ThreadHandle: HANDLE) -> BOOL:
    return succeed_or_fail(code_of(_refuse_anonymous, ThreadHandle))


@export("ntdll")
def NtImpersonateAnonymousToken(ThreadHandle: HANDLE) -> NTSTATUS:
    return code_of(_refuse_anonymous, ThreadHandle)
