"""Security descriptors of objects, named or open.

Files have what the host's mode says (file_security.py). Registry keys and kernel objects belong to the user,
who may do everything, as may the system; what a program sets for a kernel object is kept with it.

Source: Microsoft, "GetNamedSecurityInfoW function", "GetSecurityInfo function", "GetFileSecurityW function",
"GetKernelObjectSecurity function", "AccessCheck function".
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable

from windlass import _core
from windlass.api import blocks
from windlass.api.outputs import from_ansi, get_u32, put_u32, put_u64
from windlass.api.refused import Refused, code_of, done, win32_of_status
from windlass.api.security import accounts, file_security
from windlass.api.security import security_types as types
from windlass.api.security.security_types import ALLOWED, DENIED, SE_DACL_PRESENT, Ace, Acl, Descriptor, Sid
from windlass.api.security.tokens import QUERY, enabled_sids, open_token
from windlass.registry import export
from windlass.types import (
    BOOL,
    DWORD,
    HANDLE,
    LPBOOL,
    LPCSTR,
    LPCWSTR,
    LPDWORD,
    NTSTATUS,
    PDWORD,
    PULONG,
    PVOID,
    ULONG,
)

ERROR_FILE_NOT_FOUND = 2
ERROR_INVALID_HANDLE = 6
ERROR_NOT_SUPPORTED = 50
ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
ERROR_ACCESS_DENIED = 5
ERROR_PRIVILEGE_NOT_HELD = 1314
ERROR_INVALID_SECURITY_DESCR = 1338
ERROR_NO_IMPERSONATION_TOKEN = 1309
STATUS_BUFFER_TOO_SMALL = 0xC0000023

SE_FILE_OBJECT, SE_SERVICE, SE_PRINTER, SE_REGISTRY_KEY, SE_LMSHARE, SE_KERNEL_OBJECT = range(1, 7)

READ_CONTROL, WRITE_DAC, WRITE_OWNER, ACCESS_SYSTEM_SECURITY = 0x20000, 0x40000, 0x80000, 0x1000000


def _read_access(information: int) -> int:
    return READ_CONTROL | (ACCESS_SYSTEM_SECURITY if information & types.SACL else 0)


def _write_access(information: int) -> int:
    access = WRITE_OWNER if information & (types.OWNER | types.GROUP | types.LABEL) else 0
    return access | (WRITE_DAC if information & types.DACL else 0)


# ---- getting and setting, whatever the object ----

KEY_ALL_ACCESS, GENERIC_ALL = 0xF003F, 0x10000000


def users_own(mask: int) -> Descriptor:
    """What belongs to the user: all for it, the system and the administrators."""
    sids = (accounts.current_user(), accounts.SYSTEM, accounts.ADMINISTRATORS)
    dacl = Acl(tuple(Ace(ALLOWED, 0, mask, sid) for sid in sids))
    return Descriptor(SE_DACL_PRESENT, accounts.current_user(), accounts.current_group(), None, dacl)


def _refuse_status(status: int) -> None:
    if status:
        raise Refused(win32_of_status(status))


def _of_handle(handle: int, information: int) -> Descriptor:
    if information & types.SACL:
        raise Refused(ERROR_PRIVILEGE_NOT_HELD)
    access = _read_access(information)
    path = _core.object_file(handle, access)
    if path:
        return file_security.descriptor_of(path)
    status, kept = _core.object_security(handle, access)
    _refuse_status(status)
    if kept is None:
        return users_own(KEY_ALL_ACCESS if _core.key_of_handle(handle) else GENERIC_ALL)
    return _unpacked(kept)


def _unpacked(data: bytes) -> Descriptor:
    buffer = ctypes.create_string_buffer(data, len(data))
    return Descriptor.read(ctypes.addressof(buffer))


def _set_handle(handle: int, information: int, given: Descriptor) -> None:
    if information & types.SACL:
        raise Refused(ERROR_PRIVILEGE_NOT_HELD)
    access = _write_access(information)
    path = _core.object_file(handle, access)
    if path:
        file_security.set_descriptor(path, information, given)
        return
    status, kept = _core.object_security(handle, access)
    _refuse_status(status)
    old = _unpacked(kept) if kept is not None else users_own(GENERIC_ALL)
    _refuse_status(_core.object_set_security(handle, access, _merged(old, given, information).pack()))


def _merged(old: Descriptor, new: Descriptor, information: int) -> Descriptor:
    """The parts that are named from the new one."""
    lists = types.SE_DACL_PRESENT | types.SE_DACL_PROTECTED | types.SE_DACL_AUTO_INHERITED
    control = old.control
    if information & types.DACL:
        control = control & ~lists | new.control & lists | types.SE_DACL_PRESENT
    if information & types.LABEL:
        control |= types.SE_SACL_PRESENT
    return Descriptor(
        control,
        new.owner if information & types.OWNER else old.owner,
        new.group if information & types.GROUP else old.group,
        new.sacl if information & types.LABEL else old.sacl,
        new.dacl if information & types.DACL else old.dacl,
    )


def _host_path(name: str | None) -> str:
    host = _core.path_to_host(name) if name else None
    if host is None:
        raise Refused(ERROR_FILE_NOT_FOUND if name else ERROR_INVALID_PARAMETER)
    return host


def _of_name(name: str | None, kind: int, information: int) -> Descriptor:
    if information & types.SACL:
        raise Refused(ERROR_PRIVILEGE_NOT_HELD)
    if kind == SE_FILE_OBJECT:
        return file_security.descriptor_of(_host_path(name))
    if kind == SE_REGISTRY_KEY:
        _open_named_key(name)
        return users_own(KEY_ALL_ACCESS)
    raise Refused(ERROR_NOT_SUPPORTED)


_KEY_ROOTS = {
    "CLASSES_ROOT": 0x80000000,
    "CURRENT_USER": 0x80000001,
    "MACHINE": 0x80000002,
    "USERS": 0x80000003,
}


def _open_named_key(name: str | None) -> None:
    from windlass.api.system import registry_keys as keys

    root, _, path = (name or "").partition("\\")
    if root.upper() not in _KEY_ROOTS:
        raise Refused(ERROR_INVALID_PARAMETER)
    keys.open_key(keys.key_of(_KEY_ROOTS[root.upper()]), path, 0)


def _set_name(name: str | None, kind: int, information: int, given: Descriptor) -> None:
    if kind != SE_FILE_OBJECT:
        raise Refused(ERROR_NOT_SUPPORTED)
    file_security.set_descriptor(_host_path(name), information, given)


# ---- GetSecurityInfo and its kin ----


def _hand_out(
    descriptor: Descriptor, information: int, owner: int, group: int, dacl: int, sacl: int, whole: int
) -> None:
    """One block, and pointers into it."""
    if not whole and (owner or group or dacl or sacl):
        raise Refused(ERROR_INVALID_PARAMETER)
    data = descriptor.only(information).pack()
    block = blocks.new(data)
    offsets = struct.unpack_from("<4I", data, 4)
    for place, offset in zip((owner, group, sacl, dacl), offsets):
        if place:
            put_u64(place, block + offset if offset else 0)
    put_u64(whole, block)


def _given(owner: int, group: int, dacl: int, sacl: int, information: int) -> Descriptor:
    try:
        return Descriptor(
            SE_DACL_PRESENT if information & types.DACL else 0,
            Sid.read(owner) if owner else None,
            Sid.read(group) if group else None,
            Acl.read(sacl) if sacl else None,
            Acl.read(dacl) if dacl and information & types.DACL else None,
        )
    except ValueError:
        raise Refused(ERROR_INVALID_PARAMETER) from None


def _named_info(
    name: str | None, kind: int, information: int, owner: int, group: int, dacl: int, sacl: int, whole: int
) -> None:
    descriptor = _of_name(name, kind, information)
    _hand_out(descriptor, information, owner, group, dacl, sacl, whole)


@export("advapi32")
def GetNamedSecurityInfoW(
    pObjectName: LPCWSTR,
    ObjectType: DWORD,
    SecurityInfo: DWORD,
    ppsidOwner: PVOID,
    ppsidGroup: PVOID,
    ppDacl: PVOID,
    ppSacl: PVOID,
    ppSecurityDescriptor: PVOID,
) -> DWORD:
    return code_of(
        _named_info,
        pObjectName, ObjectType, SecurityInfo, ppsidOwner, ppsidGroup, ppDacl, ppSacl, ppSecurityDescriptor,
    )  # fmt: skip


@export("advapi32")
def GetNamedSecurityInfoA(
    pObjectName: LPCSTR,
    ObjectType: DWORD,
    SecurityInfo: DWORD,
    ppsidOwner: PVOID,
    ppsidGroup: PVOID,
    ppDacl: PVOID,
    ppSacl: PVOID,
    ppSecurityDescriptor: PVOID,
) -> DWORD:
    name = from_ansi(pObjectName)
    return code_of(
        _named_info,
        name, ObjectType, SecurityInfo, ppsidOwner, ppsidGroup, ppDacl, ppSacl, ppSecurityDescriptor,
    )  # fmt: skip


def _set_named_info(
    name: str | None, kind: int, information: int, owner: int, group: int, dacl: int, sacl: int
) -> None:
    _set_name(name, kind, information, _given(owner, group, dacl, sacl, information))


@export("advapi32")
def SetNamedSecurityInfoW(
    pObjectName: LPCWSTR,
    ObjectType: DWORD,
    SecurityInfo: DWORD,
    psidOwner: PVOID,
    psidGroup: PVOID,
    pDacl: PVOID,
    pSacl: PVOID,
) -> DWORD:
    return code_of(_set_named_info, pObjectName, ObjectType, SecurityInfo, psidOwner, psidGroup, pDacl, pSacl)


@export("advapi32")
def SetNamedSecurityInfoA(
    pObjectName: LPCSTR,
    ObjectType: DWORD,
    SecurityInfo: DWORD,
    psidOwner: PVOID,
    psidGroup: PVOID,
    pDacl: PVOID,
    pSacl: PVOID,
) -> DWORD:
    return code_of(
        _set_named_info, from_ansi(pObjectName), ObjectType, SecurityInfo, psidOwner, psidGroup, pDacl, pSacl
    )


def _check_handle_type(kind: int) -> None:
    if kind not in (SE_FILE_OBJECT, SE_REGISTRY_KEY, SE_KERNEL_OBJECT):
        raise Refused(ERROR_NOT_SUPPORTED)


def _info(
    handle: int, kind: int, information: int, owner: int, group: int, dacl: int, sacl: int, whole: int
) -> None:
    _check_handle_type(kind)
    _hand_out(_of_handle(handle, information), information, owner, group, dacl, sacl, whole)


@export("advapi32")
def GetSecurityInfo(
    handle: HANDLE,
    ObjectType: DWORD,
    SecurityInfo: DWORD,
    ppsidOwner: PVOID,
    ppsidGroup: PVOID,
    ppDacl: PVOID,
    ppSacl: PVOID,
    ppSecurityDescriptor: PVOID,
) -> DWORD:
    return code_of(
        _info,
        handle, ObjectType, SecurityInfo, ppsidOwner, ppsidGroup, ppDacl, ppSacl, ppSecurityDescriptor,
    )  # fmt: skip


def _set_info(handle: int, kind: int, information: int, owner: int, group: int, dacl: int, sacl: int) -> None:
    _check_handle_type(kind)
    _set_handle(handle, information, _given(owner, group, dacl, sacl, information))


@export("advapi32")
def SetSecurityInfo(
    handle: HANDLE,
    ObjectType: DWORD,
    SecurityInfo: DWORD,
    psidOwner: PVOID,
    psidGroup: PVOID,
    pDacl: PVOID,
    pSacl: PVOID,
) -> DWORD:
    return code_of(_set_info, handle, ObjectType, SecurityInfo, psidOwner, psidGroup, pDacl, pSacl)


# ---- into the program's buffer ----


def _deliver(descriptor: Descriptor, information: int, buffer: int, size: int, needed: int) -> None:
    data = descriptor.only(information).pack()
    put_u32(needed, len(data))
    if size < len(data):
        raise Refused(ERROR_INSUFFICIENT_BUFFER)
    _core.write(buffer, data)


def _file_security(name: str | None, information: int, buffer: int, size: int, needed: int) -> None:
    _deliver(_of_name(name, SE_FILE_OBJECT, information), information, buffer, size, needed)


@export("advapi32", "kernelbase")
def GetFileSecurityW(
    lpFileName: LPCWSTR,
    RequestedInformation: DWORD,
    pSecurityDescriptor: PVOID,
    nLength: DWORD,
    lpnLengthNeeded: LPDWORD,
) -> BOOL:
    return done(
        _file_security, lpFileName, RequestedInformation, pSecurityDescriptor, nLength, lpnLengthNeeded
    )


@export("advapi32")
def GetFileSecurityA(
    lpFileName: LPCSTR,
    RequestedInformation: DWORD,
    pSecurityDescriptor: PVOID,
    nLength: DWORD,
    lpnLengthNeeded: LPDWORD,
) -> BOOL:
    name = from_ansi(lpFileName)
    return done(_file_security, name, RequestedInformation, pSecurityDescriptor, nLength, lpnLengthNeeded)


def _descriptor_at(address: int) -> Descriptor:
    try:
        return Descriptor.read(address)
    except ValueError:
        raise Refused(ERROR_INVALID_SECURITY_DESCR) from None


def _set_file_security(name: str | None, information: int, descriptor: int) -> None:
    _set_name(name, SE_FILE_OBJECT, information, _descriptor_at(descriptor))


@export("advapi32", "kernelbase")
def SetFileSecurityW(lpFileName: LPCWSTR, SecurityInformation: DWORD, pSecurityDescriptor: PVOID) -> BOOL:
    return done(_set_file_security, lpFileName, SecurityInformation, pSecurityDescriptor)


@export("advapi32")
def SetFileSecurityA(lpFileName: LPCSTR, SecurityInformation: DWORD, pSecurityDescriptor: PVOID) -> BOOL:
    return done(_set_file_security, from_ansi(lpFileName), SecurityInformation, pSecurityDescriptor)


def _kernel_security(handle: int, information: int, buffer: int, size: int, needed: int) -> None:
    _deliver(_of_handle(handle, information), information, buffer, size, needed)


@export("advapi32", "kernelbase")
def GetKernelObjectSecurity(
    Handle: HANDLE,
    RequestedInformation: DWORD,
    pSecurityDescriptor: PVOID,
    nLength: DWORD,
    lpnLengthNeeded: LPDWORD,
) -> BOOL:
    return done(_kernel_security, Handle, RequestedInformation, pSecurityDescriptor, nLength, lpnLengthNeeded)


def _set_kernel_security(handle: int, information: int, descriptor: int) -> None:
    _set_handle(handle, information, _descriptor_at(descriptor))


@export("advapi32", "kernelbase")
def SetKernelObjectSecurity(Handle: HANDLE, SecurityInformation: DWORD, SecurityDescriptor: PVOID) -> BOOL:
    return done(_set_kernel_security, Handle, SecurityInformation, SecurityDescriptor)


# NTSTATUS of the codes that the two functions below end with.
_STATUSES = {
    2: 0xC0000034,
    ERROR_ACCESS_DENIED: 0xC0000022,
    ERROR_INVALID_HANDLE: 0xC0000008,
    ERROR_INSUFFICIENT_BUFFER: STATUS_BUFFER_TOO_SMALL,
    1307: 0xC000005A,
    1308: 0xC000005B,
    ERROR_PRIVILEGE_NOT_HELD: 0xC0000061,
    ERROR_INVALID_SECURITY_DESCR: 0xC0000079,
}
STATUS_UNSUCCESSFUL = 0xC0000001


def _status_of(body: Callable[..., None], *arguments: int) -> int:
    code = code_of(body, *arguments)
    return _STATUSES.get(code, STATUS_UNSUCCESSFUL) if code else 0


@export("ntdll")
def NtQuerySecurityObject(
    Handle: HANDLE,
    SecurityInformation: DWORD,
    SecurityDescriptor: PVOID,
    Length: ULONG,
    LengthNeeded: PULONG,
) -> NTSTATUS:
    return _status_of(_kernel_security, Handle, SecurityInformation, SecurityDescriptor, Length, LengthNeeded)


@export("ntdll")
def NtSetSecurityObject(Handle: HANDLE, SecurityInformation: DWORD, SecurityDescriptor: PVOID) -> NTSTATUS:
    return _status_of(_set_kernel_security, Handle, SecurityInformation, SecurityDescriptor)


# ---- access checks ----

MAXIMUM_ALLOWED = 0x02000000
IMPERSONATION = 2


def granted(descriptor: Descriptor, sids: set[Sid], wanted: int) -> int:
    """What of the wanted access a descriptor gives to whom these stand for; MAXIMUM_ALLOWED asks for all.

    The entries are read in their order until everything is granted or something is denied.
    """
    everything = bool(wanted & MAXIMUM_ALLOWED)
    remaining, allowed, denied = wanted & ~MAXIMUM_ALLOWED, 0, 0
    if descriptor.dacl is None:
        return 0x1FFFFF if everything else remaining
    if descriptor.owner in sids:
        allowed |= READ_CONTROL | WRITE_DAC
    for ace in descriptor.dacl.aces:
        if ace.sid not in sids or ace.flags & types.INHERIT_ONLY:
            continue
        if ace.type == ALLOWED:
            allowed |= ace.mask & ~denied
        elif ace.type == DENIED:
            denied |= ace.mask & ~allowed
    if everything:
        return allowed
    return remaining if remaining & ~allowed == 0 else 0


def _mapped(mask: int, mapping: int) -> int:
    """MapGenericMask"""
    specific = struct.unpack("<4I", _core.read(mapping, 16))
    result = mask & 0x0FFFFFFF
    for bit, rights in zip((0x80000000, 0x40000000, 0x20000000, 0x10000000), specific):
        result |= rights if mask & bit else 0
    return result


def _access_check(
    descriptor: int, token: int, wanted: int, mapping: int, granted_out: int, result: int
) -> None:
    found = _descriptor_at(descriptor)
    if open_token(token, QUERY).type != IMPERSONATION:
        raise Refused(ERROR_NO_IMPERSONATION_TOKEN)
    if found.owner is None or found.group is None:
        raise Refused(ERROR_INVALID_SECURITY_DESCR)
    if found.dacl is not None:
        aces = tuple(ace._replace(mask=_mapped(ace.mask, mapping)) for ace in found.dacl.aces)
        found = found._replace(dacl=Acl(aces))
    access = granted(found, enabled_sids(), wanted)
    put_u32(granted_out, access)
    put_u32(result, access != 0)
    if not access:
        _core.set_last_error(ERROR_ACCESS_DENIED)


@export("advapi32", "kernelbase")
def AccessCheck(
    pSecurityDescriptor: PVOID,
    ClientToken: HANDLE,
    DesiredAccess: DWORD,
    GenericMapping: PVOID,
    PrivilegeSet: PVOID,
    PrivilegeSetLength: LPDWORD,
    GrantedAccess: LPDWORD,
    AccessStatus: LPBOOL,
) -> BOOL:
    """No privilege is used: what it would give (the audit list) nobody can be given."""
    if get_u32(PrivilegeSetLength) < 20:
        put_u32(PrivilegeSetLength, 20)
        _core.set_last_error(ERROR_INSUFFICIENT_BUFFER)
        return 0
    _core.write(PrivilegeSet, bytes(8))
    return done(
        _access_check,
        pSecurityDescriptor, ClientToken, DesiredAccess, GenericMapping, GrantedAccess, AccessStatus,
    )  # fmt: skip


def _effective_rights(acl: int, trustee: int, result: int) -> None:
    from windlass.api.security.trustees import sid_of_trustee

    sid = sid_of_trustee(trustee, wide=True)
    found = Descriptor(SE_DACL_PRESENT, None, None, None, Acl.read(acl) if acl else None)
    put_u32(result, granted(found, {sid, accounts.EVERYONE}, MAXIMUM_ALLOWED))


@export("advapi32")
def GetEffectiveRightsFromAclW(pacl: PVOID, pTrustee: PVOID, pAccessRights: PDWORD) -> DWORD:
    return code_of(_effective_rights, pacl, pTrustee, pAccessRights)
