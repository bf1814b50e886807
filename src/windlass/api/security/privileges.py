"""Privileges: their names and numbers, and which of them a user holds.

Source: Microsoft, "Privilege Constants", "LookupPrivilegeValueW function", "LookupPrivilegeNameW function",
"LookupPrivilegeDisplayNameW function".
"""

from __future__ import annotations

from windlass import _core
from windlass.api.outputs import get_u32, get_u64, put_ansi, put_u32, put_u64, put_wide
from windlass.api.refused import Refused, done
from windlass.api.security.accounts import is_elevated
from windlass.registry import export
from windlass.types import BOOL, LPCSTR, LPCWSTR, LPDWORD, LPSTR, LPWSTR, PVOID

__all__ = ["ENABLED_BY_DEFAULT", "SE_CHANGE_NOTIFY", "held", "known"]

ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
ERROR_NO_SUCH_PRIVILEGE = 1313
RPC_S_SERVER_UNAVAILABLE = 1722

FIRST = 2
_TABLE = """
SeCreateTokenPrivilege|Create a token object
SeAssignPrimaryTokenPrivilege|Replace a process level token
SeLockMemoryPrivilege|Lock pages in memory
SeIncreaseQuotaPrivilege|Adjust memory quotas for a process
SeMachineAccountPrivilege|Add workstations to domain
SeTcbPrivilege|Act as part of the operating system
SeSecurityPrivilege|Manage auditing and security log
SeTakeOwnershipPrivilege|Take ownership of files or other objects
SeLoadDriverPrivilege|Load and unload device drivers
SeSystemProfilePrivilege|Profile system performance
SeSystemtimePrivilege|Change the system time
SeProfileSingleProcessPrivilege|Profile single process
SeIncreaseBasePriorityPrivilege|Increase scheduling priority
SeCreatePagefilePrivilege|Create a pagefile
SeCreatePermanentPrivilege|Create permanent shared objects
SeBackupPrivilege|Back up files and directories
SeRestorePrivilege|Restore files and directories
SeShutdownPrivilege|Shut down the system
SeDebugPrivilege|Debug programs
SeAuditPrivilege|Generate security audits
SeSystemEnvironmentPrivilege|Modify firmware environment values
SeChangeNotifyPrivilege|Bypass traverse checking
SeRemoteShutdownPrivilege|Force shutdown from a remote system
SeUndockPrivilege|Remove computer from docking station
SeSyncAgentPrivilege|Synchronize directory service data
SeEnableDelegationPrivilege|Enable computer and user accounts to be trusted for delegation
SeManageVolumePrivilege|Perform volume maintenance tasks
SeImpersonatePrivilege|Impersonate a client after authentication
SeCreateGlobalPrivilege|Create global objects
SeTrustedCredManAccessPrivilege|Access Credential Manager as a trusted caller
SeRelabelPrivilege|Modify an object label
SeIncreaseWorkingSetPrivilege|Increase a process working set
SeTimeZonePrivilege|Change the time zone
SeCreateSymbolicLinkPrivilege|Create symbolic links
SeDelegateSessionUserImpersonatePrivilege|Obtain an impersonation token for another user in the same session
"""
NAMES = {FIRST + index: tuple(line.split("|")) for index, line in enumerate(_TABLE.strip().splitlines())}
_NUMBERS = {name.lower(): number for number, (name, _) in NAMES.items()}

SE_CHANGE_NOTIFY, SE_IMPERSONATE, SE_CREATE_GLOBAL = 23, 29, 30
USER = (19, SE_CHANGE_NOTIFY, 25, 33, 34)
ADMINISTRATOR = (
    *(5, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 22, SE_CHANGE_NOTIFY, 24, 25, 28),
    *(SE_IMPERSONATE, SE_CREATE_GLOBAL, 33, 34, 35, 36),
)


def mask(numbers: tuple[int, ...]) -> int:
    return sum(1 << number for number in numbers)


ENABLED_BY_DEFAULT = mask((SE_CHANGE_NOTIFY, SE_IMPERSONATE, SE_CREATE_GLOBAL))


def held() -> int:
    """One bit for each privilege of the user."""
    return mask(ADMINISTRATOR if is_elevated() else USER)


def known(luid: int) -> bool:
    return luid in NAMES


# ---- the API ----


def _value(system: str | None, name: str | None, luid: int) -> None:
    if system:
        raise Refused(RPC_S_SERVER_UNAVAILABLE)
    if not luid:
        raise Refused(ERROR_INVALID_PARAMETER)
    number = _NUMBERS.get((name or "").lower())
    if number is None:
        raise Refused(ERROR_NO_SUCH_PRIVILEGE)
    put_u64(luid, number)


@export("advapi32")
def LookupPrivilegeValueW(lpSystemName: LPCWSTR, lpName: LPCWSTR, lpLuid: PVOID) -> BOOL:
    return done(_value, lpSystemName, lpName, lpLuid)


@export("advapi32")
def LookupPrivilegeValueA(lpSystemName: LPCSTR, lpName: LPCSTR, lpLuid: PVOID) -> BOOL:
    system = _core.ansi_to_text(lpSystemName) if lpSystemName else None
    return done(_value, system, _core.ansi_to_text(lpName or b""), lpLuid)


def _deliver(text: str, buffer: int, size_in_out: int, wide: bool) -> None:
    """The size counts the zero when it was too small, and does not when it was enough."""
    capacity = get_u32(size_in_out)
    length = (put_wide if wide else put_ansi)(buffer, capacity if buffer else 0, text)
    put_u32(size_in_out, length if length < capacity else length + 1)
    if length >= capacity:
        raise Refused(ERROR_INSUFFICIENT_BUFFER)


def _name(system: str | bytes | None, luid: int, buffer: int, size: int, wide: bool) -> None:
    if system:
        raise Refused(RPC_S_SERVER_UNAVAILABLE)
    if not luid:
        raise Refused(ERROR_INVALID_PARAMETER)
    found = NAMES.get(get_u64(luid))
    if found is None:
        raise Refused(ERROR_NO_SUCH_PRIVILEGE)
    _deliver(found[0], buffer, size, wide)


@export("advapi32")
def LookupPrivilegeNameW(lpSystemName: LPCWSTR, lpLuid: PVOID, lpName: LPWSTR, cchName: LPDWORD) -> BOOL:
    return done(_name, lpSystemName, lpLuid, lpName, cchName, True)


@export("advapi32")
def LookupPrivilegeNameA(lpSystemName: LPCSTR, lpLuid: PVOID, lpName: LPSTR, cchName: LPDWORD) -> BOOL:
    return done(_name, lpSystemName, lpLuid, lpName, cchName, False)


LANG_ENGLISH = 0x0409


def _display_name(
    system: str | bytes | None, name: str | None, buffer: int, size: int, language: int, wide: bool
) -> None:
    if system:
        raise Refused(RPC_S_SERVER_UNAVAILABLE)
    number = _NUMBERS.get((name or "").lower())
    if number is None:
        raise Refused(ERROR_NO_SUCH_PRIVILEGE)
    _deliver(NAMES[number][1], buffer, size, wide)
    put_u32(language, LANG_ENGLISH)


@export("advapi32")
def LookupPrivilegeDisplayNameW(
    lpSystemName: LPCWSTR,
    lpName: LPCWSTR,
    lpDisplayName: LPWSTR,
    cchDisplayName: LPDWORD,
    lpLanguageId: LPDWORD,
) -> BOOL:
    return done(_display_name, lpSystemName, lpName, lpDisplayName, cchDisplayName, lpLanguageId, True)


@export("advapi32")
def LookupPrivilegeDisplayNameA(
    lpSystemName: LPCSTR, lpName: LPCSTR, lpDisplayName: LPSTR, cchDisplayName: LPDWORD, lpLanguageId: LPDWORD
) -> BOOL:
    name = _core.ansi_to_text(lpName or b"")
    return done(_display_name, lpSystemName, name, lpDisplayName, cchDisplayName, lpLanguageId, False)
