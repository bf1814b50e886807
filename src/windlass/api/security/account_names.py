"""Names of accounts and security identifiers, and the user's own name.

Source: Microsoft, "LookupAccountSidW function", "LookupAccountNameW function", "CreateWellKnownSid function",
"ConvertSidToStringSidW function", "GetUserNameW function", "GetUserNameExW function".
"""

from __future__ import annotations

import functools

from windlass import _core
from windlass.api import blocks
from windlass.api.outputs import fail, from_ansi, get_u32, put_ansi, put_u32, put_u64, put_wide
from windlass.api.refused import Refused, code_of, done
from windlass.api.security import accounts
from windlass.api.security.sddl import parse_sid
from windlass.api.security.security_types import Sid
from windlass.api.shell.folders import user_name
from windlass.api.system.registry_seed import computer_name
from windlass.registry import export
from windlass.types import (
    BOOL,
    BOOLEAN,
    DWORD,
    INT,
    LPCSTR,
    LPCWSTR,
    LPDWORD,
    LPSTR,
    LPWSTR,
    NTSTATUS,
    PULONG,
    PVOID,
)

ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
ERROR_MORE_DATA = 234
ERROR_NON_ACCOUNT_SID = 1257
ERROR_NONE_MAPPED = 1332
ERROR_INVALID_SID = 1337
RPC_S_SERVER_UNAVAILABLE = 1722
STATUS_BUFFER_OVERFLOW = 0x80000005
STATUS_INVALID_SID = 0xC0000078


def _sid_at(address: int) -> Sid:
    sid = Sid.read(address) if address else None
    if sid is None:
        raise Refused(ERROR_INVALID_SID)
    return sid


# ---- as text ----


def _to_string(address: int, result: int, wide: bool) -> None:
    if not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    text = str(_sid_at(address))
    put_u64(result, blocks.new(_core.wide_bytes(text) if wide else text.encode() + b"\0"))


@export("advapi32", "sechost")
def ConvertSidToStringSidW(Sid: PVOID, StringSid: PVOID) -> BOOL:
    return done(_to_string, Sid, StringSid, True)


@export("advapi32", "sechost")
def ConvertSidToStringSidA(Sid: PVOID, StringSid: PVOID) -> BOOL:
    return done(_to_string, Sid, StringSid, False)


def _from_string(text: str | None, result: int) -> None:
    if not text or not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    try:
        sid = parse_sid(text)
    except ValueError:
        raise Refused(ERROR_INVALID_SID) from None
    put_u64(result, blocks.new(sid.pack()))


@export("advapi32", "sechost")
def ConvertStringSidToSidW(StringSid: LPCWSTR, Sid: PVOID) -> BOOL:
    return done(_from_string, StringSid, Sid)


@export("advapi32", "sechost")
def ConvertStringSidToSidA(StringSid: LPCSTR, Sid: PVOID) -> BOOL:
    return done(_from_string, from_ansi(StringSid), Sid)


def _to_unicode_string(result: int, address: int, allocate: int) -> None:
    """UNICODE_STRING: length and capacity in bytes, then the buffer at 8."""
    sid = Sid.read(address)
    if sid is None:
        raise Refused(STATUS_INVALID_SID)
    data = _core.wide_bytes(str(sid))
    if allocate:
        put_u64(result + 8, blocks.new(data))
        _core.write(result + 2, len(data).to_bytes(2, "little"))
    elif int.from_bytes(_core.read(result + 2, 2), "little") < len(data):
        raise Refused(STATUS_BUFFER_OVERFLOW)
    else:
        _core.write(int.from_bytes(_core.read(result + 8, 8), "little"), data)
    _core.write(result, (len(data) - 2).to_bytes(2, "little"))


@export("ntdll")
def RtlConvertSidToUnicodeString(
    UnicodeString: PVOID, Sid: PVOID, AllocateDestinationString: BOOLEAN
) -> NTSTATUS:
    return code_of(_to_unicode_string, UnicodeString, Sid, AllocateDestinationString)


# ---- well-known ones ----

# WELL_KNOWN_SID_TYPE from 0 on; a number alone is relative to the domain.
_WELL_KNOWN = """
S-1-0-0 S-1-1-0 S-1-2-0 S-1-3-0 S-1-3-1 S-1-3-2 S-1-3-3 S-1-5 S-1-5-1 S-1-5-2 S-1-5-3 S-1-5-4 S-1-5-6 S-1-5-7
S-1-5-8 S-1-5-9 S-1-5-10 S-1-5-11 S-1-5-12 S-1-5-13 S-1-5-14 S-1-5-5 S-1-5-18 S-1-5-19 S-1-5-20 S-1-5-32
S-1-5-32-544 S-1-5-32-545 S-1-5-32-546 S-1-5-32-547 S-1-5-32-548 S-1-5-32-549 S-1-5-32-550 S-1-5-32-551
S-1-5-32-552 S-1-5-32-554 S-1-5-32-555 S-1-5-32-556 500 501 502 512 513 514 515 516 517 518 519 520 553
S-1-5-64-10 S-1-5-64-21 S-1-5-64-14 S-1-5-15 S-1-5-1000 S-1-5-32-557 S-1-5-32-558 S-1-5-32-559 S-1-5-32-560
S-1-5-32-561 S-1-5-32-562 S-1-5-32-568 S-1-5-17 S-1-5-32-569 S-1-16-0 S-1-16-4096 S-1-16-8192 S-1-16-12288
S-1-16-16384 S-1-5-33 S-1-3-4 571 572 S-1-5-22 521 S-1-5-32-573 498 S-1-5-32-574 S-1-16-8448
"""


@functools.cache
def _well_known() -> tuple[str, ...]:
    return tuple(_WELL_KNOWN.split())


def _well_known_sid(type: int, domain: Sid | None) -> Sid:
    if type >= len(_well_known()):
        raise Refused(ERROR_INVALID_PARAMETER)
    text = _well_known()[type]
    if text == "S-1-5":
        return Sid(5, ())
    if text.startswith("S"):
        return Sid.parse(text)
    base = domain or accounts.machine_sid()
    return Sid(base.authority, (*base.parts, int(text)))


def _put_sid(sid: Sid, buffer: int, size_in_out: int) -> None:
    data = sid.pack()
    capacity = get_u32(size_in_out)
    put_u32(size_in_out, len(data))
    if capacity < len(data):
        raise Refused(ERROR_INSUFFICIENT_BUFFER)
    if not buffer:
        raise Refused(ERROR_INVALID_PARAMETER)
    _core.write(buffer, data)


def _create_well_known(type: int, domain: int, buffer: int, size_in_out: int) -> None:
    if not size_in_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    _put_sid(_well_known_sid(type, Sid.read(domain) if domain else None), buffer, size_in_out)


@export("advapi32", "kernelbase")
def CreateWellKnownSid(WellKnownSidType: DWORD, DomainSid: PVOID, pSid: PVOID, cbSid: LPDWORD) -> BOOL:
    return done(_create_well_known, WellKnownSidType, DomainSid, pSid, cbSid)


def _account_domain(sid: Sid) -> Sid | None:
    """S-1-5-21-a-b-c of such a SID or of an account in it."""
    is_domain = sid.authority == accounts.NT_AUTHORITY and sid.parts[:1] == (21,) and len(sid.parts) in (4, 5)
    return Sid(sid.authority, sid.parts[:4]) if is_domain else None


@export("advapi32", "kernelbase")
def IsWellKnownSid(pSid: PVOID, WellKnownSidType: DWORD) -> BOOL:
    sid = Sid.read(pSid) if pSid else None
    if sid is None or WellKnownSidType >= len(_well_known()):
        return 0
    text = _well_known()[WellKnownSidType]
    if text.startswith("S"):
        return _well_known_sid(WellKnownSidType, None) == sid
    domain = _account_domain(sid)
    return domain is not None and sid == Sid(domain.authority, (*domain.parts, int(text)))


def _domain_sid(address: int, buffer: int, size_in_out: int) -> None:
    domain = _account_domain(_sid_at(address))
    if domain is None:
        raise Refused(ERROR_NON_ACCOUNT_SID)
    _put_sid(domain, buffer, size_in_out)


@export("advapi32", "kernelbase")
def GetWindowsAccountDomainSid(pSid: PVOID, pDomainSid: PVOID, cbDomainSid: LPDWORD) -> BOOL:
    return done(_domain_sid, pSid, pDomainSid, cbDomainSid)


def _equal_domain(first: int, second: int, result: int) -> None:
    one, other = _account_domain(_sid_at(first)), _account_domain(_sid_at(second))
    if one is None or other is None:
        raise Refused(ERROR_NON_ACCOUNT_SID)
    put_u32(result, one == other)


@export("advapi32", "kernelbase")
def EqualDomainSid(pSid1: PVOID, pSid2: PVOID, pfEqual: PVOID) -> BOOL:
    return done(_equal_domain, pSid1, pSid2, pfEqual)


# ---- accounts ----


def _put_texts(texts: list[tuple[str, int, int]], wide: bool, has_room: bool = True) -> bool:
    """(text, buffer, size) each: sizes with the zero where something has no room, else without."""
    put = put_wide if wide else put_ansi
    lengths = [
        len(_core.wide_bytes(t)) // 2 - 1 if wide else len(_core.ansi_from_text(t)) for t, _, _ in texts
    ]
    enough = has_room and all(get_u32(size) > length for (_, _, size), length in zip(texts, lengths))
    for (text, buffer, size), length in zip(texts, lengths):
        if enough:
            put(buffer, get_u32(size), text)
        put_u32(size, length if enough else length + 1)
    return enough


def _lookup_sid(
    system: str | None,
    address: int,
    name: int,
    name_size: int,
    domain: int,
    domain_size: int,
    use: int,
    wide: bool,
) -> None:
    check_server(system)
    account = accounts.by_sid(_sid_at(address))
    if account is None:
        raise Refused(ERROR_NONE_MAPPED)
    if not _put_texts([(account.name, name, name_size), (account.domain, domain, domain_size)], wide):
        raise Refused(ERROR_INSUFFICIENT_BUFFER)
    put_u32(use, account.use)


def check_server(name: str | None) -> None:
    """Refused for another computer than this one."""
    if name and name.lstrip("\\").lower() not in (computer_name().lower(), "localhost", "."):
        raise Refused(RPC_S_SERVER_UNAVAILABLE)


@export("advapi32")
def LookupAccountSidW(
    lpSystemName: LPCWSTR,
    Sid: PVOID,
    Name: LPWSTR,
    cchName: LPDWORD,
    ReferencedDomainName: LPWSTR,
    cchReferencedDomainName: LPDWORD,
    peUse: PVOID,
) -> BOOL:
    return done(
        _lookup_sid,
        lpSystemName, Sid, Name, cchName, ReferencedDomainName, cchReferencedDomainName, peUse, True,
    )  # fmt: skip


@export("advapi32")
def LookupAccountSidA(
    lpSystemName: LPCSTR,
    Sid: PVOID,
    Name: LPSTR,
    cchName: LPDWORD,
    ReferencedDomainName: LPSTR,
    cchReferencedDomainName: LPDWORD,
    peUse: PVOID,
) -> BOOL:
    return done(
        _lookup_sid,
        from_ansi(lpSystemName), Sid, Name, cchName,
        ReferencedDomainName, cchReferencedDomainName, peUse, False,
    )  # fmt: skip


def _lookup_name(
    system: str | None,
    name: str | None,
    sid: int,
    sid_size: int,
    domain: int,
    domain_size: int,
    use: int,
    wide: bool,
) -> None:
    check_server(system)
    account = accounts.by_name(name) if name else accounts.by_sid(accounts.machine_sid())
    if account is None:
        raise Refused(ERROR_NONE_MAPPED)
    data = account.sid.pack()
    has_room = get_u32(sid_size) >= len(data)
    put_u32(sid_size, len(data))
    if not _put_texts([(account.domain, domain, domain_size)], wide, has_room):
        raise Refused(ERROR_INSUFFICIENT_BUFFER)
    _core.write(sid, data)
    put_u32(use, account.use)


@export("advapi32")
def LookupAccountNameW(
    lpSystemName: LPCWSTR,
    lpAccountName: LPCWSTR,
    Sid: PVOID,
    cbSid: LPDWORD,
    ReferencedDomainName: LPWSTR,
    cchReferencedDomainName: LPDWORD,
    peUse: PVOID,
) -> BOOL:
    return done(
        _lookup_name,
        lpSystemName, lpAccountName, Sid, cbSid, ReferencedDomainName, cchReferencedDomainName, peUse, True,
    )  # fmt: skip


@export("advapi32")
def LookupAccountNameA(
    lpSystemName: LPCSTR,
    lpAccountName: LPCSTR,
    Sid: PVOID,
    cbSid: LPDWORD,
    ReferencedDomainName: LPSTR,
    cchReferencedDomainName: LPDWORD,
    peUse: PVOID,
) -> BOOL:
    system, name = from_ansi(lpSystemName), from_ansi(lpAccountName)
    return done(
        _lookup_name,
        system, name, Sid, cbSid, ReferencedDomainName, cchReferencedDomainName, peUse, False,
    )  # fmt: skip


# ---- the user ----


def _user(buffer: int, size_in_out: int, wide: bool) -> None:
    """The size counts the zero, whether it was enough or not."""
    if not size_in_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    capacity = get_u32(size_in_out)
    length = (put_wide if wide else put_ansi)(buffer, capacity if buffer else 0, user_name())
    put_u32(size_in_out, length + 1)
    if length >= capacity or not buffer:
        raise Refused(ERROR_INSUFFICIENT_BUFFER)


@export("advapi32")
def GetUserNameW(lpBuffer: LPWSTR, pcbBuffer: LPDWORD) -> BOOL:
    return done(_user, lpBuffer, pcbBuffer, True)


@export("advapi32")
def GetUserNameA(lpBuffer: LPSTR, pcbBuffer: LPDWORD) -> BOOL:
    return done(_user, lpBuffer, pcbBuffer, False)


# EXTENDED_NAME_FORMAT
NAME_DISPLAY, NAME_SAM_COMPATIBLE = 3, 2


def _full_name() -> str:
    import os
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_gecos.split(",")[0]
    except KeyError:
        return ""


def _user_ex(format: int, buffer: int, size_in_out: int, wide: bool) -> None:
    """Other formats are a domain's."""
    if format == NAME_SAM_COMPATIBLE:
        text = f"{computer_name()}\\{user_name()}"
    elif format == NAME_DISPLAY and _full_name():
        text = _full_name()
    else:
        raise Refused(ERROR_NONE_MAPPED)
    if not _put_texts([(text, buffer, size_in_out)], wide):
        raise Refused(ERROR_MORE_DATA)


@export("secur32", "sspicli")
def GetUserNameExW(NameFormat: INT, lpNameBuffer: LPWSTR, nSize: PULONG) -> BOOLEAN:
    return done(_user_ex, NameFormat, lpNameBuffer, nSize, True)


@export("secur32", "sspicli")
def GetUserNameExA(NameFormat: INT, lpNameBuffer: LPSTR, nSize: PULONG) -> BOOLEAN:
    return done(_user_ex, NameFormat, lpNameBuffer, nSize, False)


ERROR_CANT_ACCESS_DOMAIN_INFO = 1351


def _computer_object(format: int, buffer: int, size_in_out: int) -> int:
    """The computer's account in a domain: there is none."""
    return fail(ERROR_CANT_ACCESS_DOMAIN_INFO)


@export("secur32", "sspicli")
def GetComputerObjectNameW(NameFormat: INT, lpNameBuffer: LPWSTR, nSize: PULONG) -> BOOLEAN:
    return _computer_object(NameFormat, lpNameBuffer, nSize)


@export("secur32", "sspicli")
def GetComputerObjectNameA(NameFormat: INT, lpNameBuffer: LPSTR, nSize: PULONG) -> BOOLEAN:
    return _computer_object(NameFormat, lpNameBuffer, nSize)
