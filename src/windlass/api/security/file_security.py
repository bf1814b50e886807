"""Security descriptors of files: what the host's owner, group and mode are for Windows programs.

The owner, the group and everyone have what the mode gives them; besides, the owner can always change the
rights, as on the host. A list that a program sets becomes the mode that gives owner, group and everyone else
what the list does. What a mode cannot express (a single other user's rights, inheritance) is lost.

Source: Microsoft, "File Security and Access Rights", "Order of ACEs in a DACL"; POSIX, "chmod".
"""

from __future__ import annotations

import errno
import os
import stat

from windlass.api.refused import Refused
from windlass.api.security import accounts
from windlass.api.security import security_types as types
from windlass.api.security.accounts import EVERYONE, USERS, gid_of, uid_of
from windlass.api.security.security_types import ALLOWED, DENIED, Ace, Acl, Descriptor, Sid

__all__ = ["descriptor_of", "set_descriptor"]

ERROR_FILE_NOT_FOUND = 2
ERROR_PATH_NOT_FOUND = 3
ERROR_ACCESS_DENIED = 5
ERROR_WRITE_PROTECT = 19
ERROR_INVALID_OWNER = 1307
ERROR_INVALID_PRIMARY_GROUP = 1308
ERROR_PRIVILEGE_NOT_HELD = 1314

READ_DATA, WRITE_DATA, EXECUTE, DELETE_CHILD, DELETE = 0x01, 0x02, 0x20, 0x40, 0x10000
GENERIC_READ, GENERIC_WRITE, GENERIC_EXECUTE, ALL_ACCESS = 0x120089, 0x120116, 0x1200A0, 0x1F01FF
OWNER_ALWAYS = 0x1F0000 | 0x188
"""The standard rights, and to read and write the attributes."""


def _status(path: str) -> os.stat_result:
    try:
        return os.stat(path)
    except OSError as error:
        raise Refused(_code_of(error, path)) from None


def _code_of(error: OSError, path: str) -> int:
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return ERROR_FILE_NOT_FOUND if os.path.isdir(os.path.dirname(path)) else ERROR_PATH_NOT_FOUND
    return ERROR_WRITE_PROTECT if error.errno == errno.EROFS else ERROR_ACCESS_DENIED


def _rights(bits: int, *, directory: bool) -> int:
    """What one digit of a mode gives."""
    if bits == 7 and directory:
        return GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | DELETE_CHILD | DELETE
    mask = 0
    for bit, rights in ((4, GENERIC_READ), (2, GENERIC_WRITE), (1, GENERIC_EXECUTE)):
        mask |= rights if bits & bit else 0
    return mask | (DELETE_CHILD if directory and bits & 2 else 0)


_DATA_RIGHTS = ((4, READ_DATA), (2, WRITE_DATA), (1, EXECUTE))


def _denied(bits: int) -> int:
    """The rights that make a digit's bits."""
    return sum(right for bit, right in _DATA_RIGHTS if bits & bit)


def _dacl(status: os.stat_result) -> Acl:
    directory = stat.S_ISDIR(status.st_mode)
    user, group, other = (status.st_mode >> shift & 7 for shift in (6, 3, 0))
    owner, owning_group = accounts.user_sid(status.st_uid), accounts.group_sid(status.st_gid)
    aces = []
    if (group | other) & ~user:
        aces.append(Ace(DENIED, 0, _denied((group | other) & ~user), owner))
    owners = ALL_ACCESS if user == 7 else _rights(user, directory=directory) | OWNER_ALWAYS
    aces.append(Ace(ALLOWED, 0, owners, owner))
    if other & ~group:
        aces.append(Ace(DENIED, 0, _denied(other & ~group), owning_group))
    if group:
        aces.append(Ace(ALLOWED, 0, _rights(group, directory=directory), owning_group))
    if other:
        aces.append(Ace(ALLOWED, 0, _rights(other, directory=directory), EVERYONE))
    return Acl(tuple(aces))


def descriptor_of(path: str) -> Descriptor:
    """Of a host path; Refused with a Win32 code."""
    status = _status(path)
    return Descriptor(
        types.SE_DACL_PRESENT,
        accounts.user_sid(status.st_uid),
        accounts.group_sid(status.st_gid),
        None,
        _dacl(status),
    )


# ---- the other way ----

_GENERIC = ((0x80000000, GENERIC_READ), (0x40000000, GENERIC_WRITE), (0x20000000, GENERIC_EXECUTE),
            (0x10000000, ALL_ACCESS))  # fmt: skip


def _granted(acl: Acl, sids: set[Sid]) -> int:
    """The bits of a mode that a list gives to whom these stand for: the first entry that says so decides."""
    allowed = denied = 0
    for ace in acl.aces:
        if ace.sid not in sids or ace.flags & types.INHERIT_ONLY:
            continue
        mask = ace.mask
        for generic, specific in _GENERIC:
            mask |= specific if ace.mask & generic else 0
        if ace.type == ALLOWED:
            allowed |= mask & ~denied
        elif ace.type == DENIED:
            denied |= mask & ~allowed
    return sum(bit for bit, right in _DATA_RIGHTS if allowed & right)


def _mode(acl: Acl | None, uid: int, gid: int) -> int:
    """No list at all lets everyone do everything."""
    if acl is None:
        return 0o777
    all_of = {EVERYONE, USERS, accounts.AUTHENTICATED}
    creator_owner, creator_group = Sid(3, (0,)), Sid(3, (1,))
    group = {accounts.group_sid(gid), creator_group, *all_of}
    owner = {accounts.user_sid(uid), creator_owner, Sid(3, (4,)), *group}
    if uid == 0:
        owner |= {accounts.ADMINISTRATORS, accounts.SYSTEM}
    return _granted(acl, owner) << 6 | _granted(acl, group) << 3 | _granted(acl, all_of)


def set_descriptor(path: str, information: int, descriptor: Descriptor) -> None:
    """Change the parts that a SECURITY_INFORMATION names; Refused with a Win32 code."""
    if information & (types.SACL | types.LABEL):
        raise Refused(ERROR_PRIVILEGE_NOT_HELD)
    status = _status(path)
    uid, gid = status.st_uid, status.st_gid
    if information & types.OWNER:
        uid = _owner(descriptor.owner)
    if information & types.GROUP:
        gid = _group(descriptor.group)
    try:
        if (uid, gid) != (status.st_uid, status.st_gid):
            os.chown(path, uid, gid)
        if information & types.DACL:
            special = stat.S_IMODE(status.st_mode) & ~0o777
            os.chmod(path, special | _mode(descriptor.dacl, uid, gid))
    except OSError as error:
        raise Refused(_code_of(error, path)) from None


def _owner(sid: Sid | None) -> int:
    """Administrators own what root owns."""
    if sid in (accounts.ADMINISTRATORS, accounts.SYSTEM):
        return 0
    uid = uid_of(sid) if sid is not None else None
    if uid is None:
        raise Refused(ERROR_INVALID_OWNER)
    return uid


def _group(sid: Sid | None) -> int:
    gid = gid_of(sid) if sid is not None else None
    if gid is None:
        raise Refused(ERROR_INVALID_PRIMARY_GROUP)
    return gid
