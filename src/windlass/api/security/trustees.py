"""Whom an access control entry is for, and lists made of what is wanted for whom.

Source: Microsoft, "SetEntriesInAclW function", "EXPLICIT_ACCESS_W structure", "TRUSTEE_W structure",
"BuildExplicitAccessWithNameW function", "Order of ACEs in a DACL".
"""

from __future__ import annotations

import ctypes
from ctypes import c_uint32, c_uint64
from typing import NamedTuple

from windlass import _core
from windlass.api import blocks
from windlass.api.outputs import put_u32, put_u64, string_at
from windlass.api.refused import Refused, code_of
from windlass.api.security import accounts
from windlass.api.security.security_types import (
    ALLOWED,
    AUDIT,
    DENIED,
    FAILED_ACCESS,
    INHERITED,
    SUCCESSFUL_ACCESS,
    Ace,
    Acl,
    Sid,
)
from windlass.api.structures import get_structure, put_structure
from windlass.registry import export
from windlass.types import DWORD, LPSTR, LPWSTR, PULONG, PVOID, ULONG, VOID

__all__ = ["sid_of_trustee"]

ERROR_INVALID_PARAMETER = 87
ERROR_NONE_MAPPED = 1332
ERROR_INVALID_ACL = 1336
ERROR_INVALID_SID = 1337

IS_SID, IS_NAME, BAD_FORM = 0, 1, 2
NOT_USED, GRANT, SET, DENY, REVOKE, AUDIT_SUCCESS, AUDIT_FAILURE = range(7)


class Trustee(ctypes.Structure):
    _fields_ = [
        ("pMultipleTrustee", c_uint64),
        ("MultipleTrusteeOperation", c_uint32),
        ("TrusteeForm", c_uint32),
        ("TrusteeType", c_uint32),
        ("ptstrName", c_uint64),
    ]


class ExplicitAccess(ctypes.Structure):
    _fields_ = [
        ("grfAccessPermissions", c_uint32),
        ("grfAccessMode", c_uint32),
        ("grfInheritance", c_uint32),
        ("Trustee", Trustee),
    ]


class Wish(NamedTuple):
    """An EXPLICIT_ACCESS."""

    mask: int
    mode: int
    flags: int
    sid: Sid


def sid_of_trustee(address: int, *, wide: bool) -> Sid:
    return _sid(get_structure(address, Trustee), wide=wide)


def _sid(trustee: Trustee, *, wide: bool) -> Sid:
    if trustee.pMultipleTrustee or not trustee.ptstrName:
        raise Refused(ERROR_INVALID_PARAMETER)
    if trustee.TrusteeForm == IS_SID:
        sid = Sid.read(trustee.ptstrName)
        if sid is None:
            raise Refused(ERROR_INVALID_SID)
        return sid
    if trustee.TrusteeForm != IS_NAME:
        raise Refused(ERROR_INVALID_PARAMETER)
    name = string_at(trustee.ptstrName, wide) or ""
    if name.upper() == "CURRENT_USER":
        return accounts.current_user()
    account = accounts.by_name(name)
    if account is None:
        raise Refused(ERROR_NONE_MAPPED)
    return account.sid


def _wishes(count: int, address: int, *, wide: bool) -> list[Wish]:
    size = ctypes.sizeof(ExplicitAccess)
    entries = (get_structure(address + size * index, ExplicitAccess) for index in range(count))
    return [
        Wish(e.grfAccessPermissions, e.grfAccessMode, e.grfInheritance & 0x1F, _sid(e.Trustee, wide=wide))
        for e in entries
    ]


def _applied(old: list[Ace], wish: Wish) -> list[Ace]:
    """The explicit entries after one wish more."""
    if wish.mode in (AUDIT_SUCCESS, AUDIT_FAILURE):
        bit = SUCCESSFUL_ACCESS if wish.mode == AUDIT_SUCCESS else FAILED_ACCESS
        return [*old, Ace(AUDIT, wish.flags | bit, wish.mask, wish.sid)]
    others = [ace for ace in old if ace.sid != wish.sid or ace.flags & INHERITED]
    if wish.mode == REVOKE:
        return others
    if wish.mode == SET:
        return [*others, Ace(ALLOWED, wish.flags, wish.mask, wish.sid)]
    if wish.mode == DENY:
        return [Ace(DENIED, wish.flags, wish.mask, wish.sid), *old]
    if wish.mode != GRANT:
        raise Refused(ERROR_INVALID_PARAMETER)
    return _granted(old, wish)


def _granted(old: list[Ace], wish: Wish) -> list[Ace]:
    """Added to an entry like it; what was denied is no more."""
    result, merged = [], False
    for ace in old:
        if ace.sid == wish.sid and not ace.flags & INHERITED:
            if ace.type == ALLOWED and ace.flags == wish.flags and not merged:
                ace, merged = ace._replace(mask=ace.mask | wish.mask), True
            elif ace.type == DENIED:
                ace = ace._replace(mask=ace.mask & ~wish.mask)
        if ace.mask:
            result.append(ace)
    return result if merged else [*result, Ace(ALLOWED, wish.flags, wish.mask, wish.sid)]


def _order(ace: Ace) -> tuple[bool, bool]:
    """Explicit entries first, and of them those that deny."""
    inherited = bool(ace.flags & INHERITED)
    return inherited, not inherited and ace.type != DENIED


def _set_entries(count: int, entries: int, old: int, result: int, wide: bool) -> None:
    if not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    try:
        aces = list(Acl.read(old).aces) if old else []
    except ValueError:
        raise Refused(ERROR_INVALID_ACL) from None
    for wish in _wishes(count, entries, wide=wide):
        aces = _applied(aces, wish)
    put_u64(result, blocks.new(Acl(tuple(sorted(aces, key=_order))).pack()))


@export("advapi32")
def SetEntriesInAclW(
    cCountOfExplicitEntries: ULONG, pListOfExplicitEntries: PVOID, OldAcl: PVOID, NewAcl: PVOID
) -> DWORD:
    return code_of(_set_entries, cCountOfExplicitEntries, pListOfExplicitEntries, OldAcl, NewAcl, True)


@export("advapi32")
def SetEntriesInAclA(
    cCountOfExplicitEntries: ULONG, pListOfExplicitEntries: PVOID, OldAcl: PVOID, NewAcl: PVOID
) -> DWORD:
    return code_of(_set_entries, cCountOfExplicitEntries, pListOfExplicitEntries, OldAcl, NewAcl, False)


def _modes(ace: Ace) -> list[int]:
    if ace.type == ALLOWED:
        return [GRANT]
    if ace.type == DENIED:
        return [DENY]
    pairs = ((SUCCESSFUL_ACCESS, AUDIT_SUCCESS), (FAILED_ACCESS, AUDIT_FAILURE))
    return [mode for bit, mode in pairs if ace.type == AUDIT and ace.flags & bit]


def _explicit_entries(acl: int, count: int, result: int) -> None:
    """An EXPLICIT_ACCESS for each entry, and behind them the SIDs."""
    try:
        aces = Acl.read(acl).aces
    except ValueError:
        raise Refused(ERROR_INVALID_ACL) from None
    entries = [(ace, mode) for ace in aces for mode in _modes(ace)]
    size = ctypes.sizeof(ExplicitAccess)
    sids = [ace.sid.pack() for ace, _ in entries]
    block = blocks.new(bytes(size * len(entries) + sum(map(len, sids))))
    place = block + size * len(entries)
    for index, ((ace, mode), sid) in enumerate(zip(entries, sids)):
        trustee = Trustee(0, 0, IS_SID, 0, place)
        put_structure(block + size * index, ExplicitAccess(ace.mask, mode, ace.flags & 0x1F, trustee))
        _core.write(place, sid)
        place += len(sid)
    put_u32(count, len(entries))
    put_u64(result, block if entries else 0)


@export("advapi32")
def GetExplicitEntriesFromAclW(
    pacl: PVOID, pcCountOfExplicitEntries: PULONG, pListOfExplicitEntries: PVOID
) -> DWORD:
    return code_of(_explicit_entries, pacl, pcCountOfExplicitEntries, pListOfExplicitEntries)


# ---- filling the structures: the name is kept as a pointer ----


def _build(address: int, form: int, name: int) -> None:
    put_structure(address, Trustee(0, 0, form, 0, name))


def _build_access(address: int, name: int, mask: int, mode: int, flags: int) -> None:
    put_structure(address, ExplicitAccess(mask, mode, flags, Trustee(0, 0, IS_NAME, 0, name)))


@export("advapi32")
def BuildExplicitAccessWithNameW(
    pExplicitAccess: PVOID,
    pTrusteeName: LPWSTR,
    AccessPermissions: DWORD,
    AccessMode: DWORD,
    Inheritance: DWORD,
) -> VOID:
    _build_access(pExplicitAccess, pTrusteeName, AccessPermissions, AccessMode, Inheritance)


@export("advapi32")
def BuildExplicitAccessWithNameA(
    pExplicitAccess: PVOID,
    pTrusteeName: LPSTR,
    AccessPermissions: DWORD,
    AccessMode: DWORD,
    Inheritance: DWORD,
) -> VOID:
    _build_access(pExplicitAccess, pTrusteeName, AccessPermissions, AccessMode, Inheritance)


@export("advapi32")
def BuildTrusteeWithNameW(pTrustee: PVOID, pName: LPWSTR) -> VOID:
    _build(pTrustee, IS_NAME, pName)


@export("advapi32")
def BuildTrusteeWithNameA(pTrustee: PVOID, pName: LPSTR) -> VOID:
    _build(pTrustee, IS_NAME, pName)


@export("advapi32")
def BuildTrusteeWithSidW(pTrustee: PVOID, pSid: PVOID) -> VOID:
    _build(pTrustee, IS_SID, pSid)


@export("advapi32")
def BuildTrusteeWithSidA(pTrustee: PVOID, pSid: PVOID) -> VOID:
    _build(pTrustee, IS_SID, pSid)


def _field(address: int, name: str, absent: int) -> int:
    return int(getattr(get_structure(address, Trustee), name)) if address else absent


@export("advapi32")
def GetTrusteeFormW(pTrustee: PVOID) -> DWORD:
    return _field(pTrustee, "TrusteeForm", BAD_FORM)


@export("advapi32")
def GetTrusteeFormA(pTrustee: PVOID) -> DWORD:
    return _field(pTrustee, "TrusteeForm", BAD_FORM)


@export("advapi32")
def GetTrusteeTypeW(pTrustee: PVOID) -> DWORD:
    return _field(pTrustee, "TrusteeType", 0)


@export("advapi32")
def GetTrusteeTypeA(pTrustee: PVOID) -> DWORD:
    return _field(pTrustee, "TrusteeType", 0)


@export("advapi32")
def GetTrusteeNameW(pTrustee: PVOID) -> LPWSTR:
    return _field(pTrustee, "ptstrName", 0)


@export("advapi32")
def GetTrusteeNameA(pTrustee: PVOID) -> LPSTR:
    return _field(pTrustee, "ptstrName", 0)
