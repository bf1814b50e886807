"""Security descriptors as text.

Source: Microsoft, "Security Descriptor String Format", "ACE Strings", "SID Strings".
"""

from __future__ import annotations

import functools
import re
import uuid

from windlass import _core
from windlass.api import blocks
from windlass.api.outputs import put_u32, put_u64
from windlass.api.refused import Refused, done
from windlass.api.security import accounts
from windlass.api.security import security_types as types
from windlass.api.security.security_types import Ace, Acl, Descriptor, Sid
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPCSTR, LPCWSTR, PULONG, PVOID

__all__ = ["parse_sid"]

ERROR_INVALID_PARAMETER = 87
ERROR_UNKNOWN_REVISION = 1305
ERROR_INVALID_ACL = 1336
ERROR_INVALID_SID = 1337
ERROR_INVALID_SECURITY_DESCR = 1338
SDDL_REVISION = 1

# Two letters and the SID; a number alone is relative to the machine's or the domain's SID.
_SIDS = """
AN S-1-5-7    AO S-1-5-32-548 AU S-1-5-11     BA S-1-5-32-544 BG S-1-5-32-546 BO S-1-5-32-551 BU S-1-5-32-545
CA 517        CD S-1-5-32-574 CG S-1-3-1      CO S-1-3-0      CY S-1-5-32-569 DA 512          DC 515
DD 516        DG 514          DU 513          EA 519          ED S-1-5-9      ER S-1-5-32-573 ES S-1-5-32-576
HI S-1-16-12288               HO S-1-5-32-578 IS S-1-5-32-568 IU S-1-5-4      LA 500          LG 501
LS S-1-5-19   LU S-1-5-32-559 LW S-1-16-4096  ME S-1-16-8192  MP S-1-16-8448  MU S-1-5-32-558 NO S-1-5-32-556
NS S-1-5-20   NU S-1-5-2      OW S-1-3-4      PA 520          PO S-1-5-32-550 PS S-1-5-10     PU S-1-5-32-547
RC S-1-5-12   RD S-1-5-32-555 RE S-1-5-32-552 RO 498          RS 553          RU S-1-5-32-554 SA 518
SI S-1-16-16384               SO S-1-5-32-549 SU S-1-5-6      SY S-1-5-18     WD S-1-1-0      WR S-1-5-33
AC S-1-15-2-1
"""


@functools.cache
def _by_letters() -> dict[str, Sid]:
    words = _SIDS.split()
    return {letters: _well_known(text) for letters, text in zip(words[::2], words[1::2])}


def _well_known(text: str) -> Sid:
    if text.startswith("S"):
        return Sid.parse(text)
    machine = accounts.machine_sid()
    return Sid(machine.authority, (*machine.parts, int(text)))


@functools.cache
def _letters_of() -> dict[Sid, str]:
    return {sid: letters for letters, sid in _by_letters().items()}


def parse_sid(text: str) -> Sid:
    """S-1-... or two letters; ValueError."""
    found = _by_letters().get(text.upper())
    return found if found is not None else Sid.parse(text)


def _sid_text(sid: Sid) -> str:
    return _letters_of().get(sid) or str(sid)


# ---- entries ----

_TYPES = {
    "A": types.ALLOWED,
    "D": types.DENIED,
    "AU": types.AUDIT,
    "AL": types.ALARM,
    "OA": types.ALLOWED_OBJECT,
    "OD": types.DENIED_OBJECT,
    "OU": types.AUDIT_OBJECT,
    "OL": types.ALARM_OBJECT,
    "ML": types.MANDATORY_LABEL,
}
_FLAGS = {"OI": 1, "CI": 2, "NP": 4, "IO": 8, "ID": 0x10, "SA": 0x40, "FA": 0x80}
_WHOLE_RIGHTS = {
    "GA": 0x10000000, "GR": 0x80000000, "GW": 0x40000000, "GX": 0x20000000,
    "FA": 0x1F01FF, "FR": 0x120089, "FW": 0x120116, "FX": 0x1200A0,
    "KA": 0xF003F, "KR": 0x20019, "KW": 0x20006, "KX": 0x20019,
}  # fmt: skip
_SINGLE_RIGHTS = {
    "CC": 0x1, "DC": 0x2, "LC": 0x4, "SW": 0x8, "RP": 0x10, "WP": 0x20, "DT": 0x40, "LO": 0x80, "CR": 0x100,
    "SD": 0x10000, "RC": 0x20000, "WD": 0x40000, "WO": 0x80000,
    "GA": 0x10000000, "GX": 0x20000000, "GW": 0x40000000, "GR": 0x80000000,
}  # fmt: skip
_LABEL_RIGHTS = {"NW": 1, "NR": 2, "NX": 4}


def _pairs(text: str, table: dict[str, int]) -> int:
    """The sum of two-letter words."""
    if len(text) % 2:
        raise ValueError(text)
    total = 0
    for at in range(0, len(text), 2):
        if text[at : at + 2] not in table:
            raise ValueError(text)
        total |= table[text[at : at + 2]]
    return total


def _parse_rights(text: str) -> int:
    if re.fullmatch(r"0[xX][0-9a-fA-F]{1,8}|\d{1,10}", text):
        return int(text, 16 if text[:2].lower() == "0x" else 10) & 0xFFFFFFFF
    return _pairs(text, {**_SINGLE_RIGHTS, **_WHOLE_RIGHTS, **_LABEL_RIGHTS})


def _parse_guid(text: str) -> bytes:
    return uuid.UUID(text).bytes_le if text else b""


def _parse_ace(text: str) -> Ace:
    fields = [field.strip() for field in text.split(";")]
    if len(fields) != 6 or fields[0] not in _TYPES:
        raise ValueError(text)  # conditional and resource entries among them
    type, flags, rights, object_type, inherited_type, sid = fields
    return Ace(
        _TYPES[type],
        _pairs(flags, _FLAGS),
        _parse_rights(rights),
        parse_sid(sid),
        _parse_guid(object_type),
        _parse_guid(inherited_type),
    )


def _rights_text(ace: Ace) -> str:
    table = _LABEL_RIGHTS if ace.type == types.MANDATORY_LABEL else _SINGLE_RIGHTS
    if table is _SINGLE_RIGHTS:
        for name, mask in _WHOLE_RIGHTS.items():
            if ace.mask == mask:
                return name
    named = [name for name, bit in table.items() if ace.mask & bit]
    if _pairs("".join(named), table) == ace.mask:
        return "".join(named)
    return f"0x{ace.mask:x}"


def _ace_text(ace: Ace) -> str:
    letters = {number: name for name, number in _TYPES.items()}
    if ace.type not in letters:
        raise Refused(ERROR_INVALID_ACL)
    flags = "".join(name for name, bit in _FLAGS.items() if ace.flags & bit)
    guids = [str(uuid.UUID(bytes_le=each)) if each else "" for each in (ace.object_type, ace.inherited_type)]
    return "(" + ";".join([letters[ace.type], flags, _rights_text(ace), *guids, _sid_text(ace.sid)]) + ")"


# ---- lists and descriptors ----

_DACL_FLAGS = {
    "P": types.SE_DACL_PROTECTED,
    "AR": types.SE_DACL_AUTO_INHERIT_REQ,
    "AI": types.SE_DACL_AUTO_INHERITED,
}
_SACL_FLAGS = {
    "P": types.SE_SACL_PROTECTED,
    "AR": types.SE_SACL_AUTO_INHERIT_REQ,
    "AI": types.SE_SACL_AUTO_INHERITED,
}
NULL_LIST = "NO_ACCESS_CONTROL"


def _parse_list(text: str, flags: dict[str, int]) -> tuple[int, Acl | None]:
    """Control bits, and the list; None for NO_ACCESS_CONTROL."""
    match = re.fullmatch(rf"((?:{NULL_LIST}|P|AR|AI)*)\s*((?:\([^()]*\)\s*)*)", text)
    if match is None:
        raise ValueError(text)
    words = re.findall(rf"{NULL_LIST}|P|AR|AI", match[1])
    control = sum({flags[word] for word in words if word != NULL_LIST})
    if NULL_LIST in words:
        return control, None
    aces = tuple(_parse_ace(each) for each in re.findall(r"\(([^()]*)\)", match[2]))
    return control, Acl(aces)


def parse(text: str) -> Descriptor:
    """ValueError for what is none."""
    parts = re.split(r"([OGDS]):", "".join(text.split("\n")).strip())
    if parts[0].strip() or len(parts) % 2 == 0:
        raise ValueError(text)
    given = dict(zip(parts[1::2], (part.strip() for part in parts[2::2])))
    if len(given) != len(parts) // 2:
        raise ValueError(text)
    control, lists = 0, {}
    for letter, flags, present in (
        ("D", _DACL_FLAGS, types.SE_DACL_PRESENT),
        ("S", _SACL_FLAGS, types.SE_SACL_PRESENT),
    ):
        if letter in given:
            bits, lists[letter] = _parse_list(given[letter], flags)
            control |= bits | present
    owner, group = (parse_sid(given[letter]) if given.get(letter) else None for letter in "OG")
    return Descriptor(control, owner, group, lists.get("S"), lists.get("D"))


def _list_text(letter: str, control: int, flags: dict[str, int], acl: Acl | None) -> str:
    words = "".join(name for name, bit in flags.items() if control & bit)
    if acl is None:
        return f"{letter}:{words}{NULL_LIST}"
    return f"{letter}:{words}" + "".join(map(_ace_text, acl.aces))


def text_of(descriptor: Descriptor) -> str:
    text = ""
    if descriptor.owner is not None:
        text += "O:" + _sid_text(descriptor.owner)
    if descriptor.group is not None:
        text += "G:" + _sid_text(descriptor.group)
    if descriptor.control & types.SE_DACL_PRESENT:
        text += _list_text("D", descriptor.control, _DACL_FLAGS, descriptor.dacl)
    if descriptor.control & types.SE_SACL_PRESENT:
        text += _list_text("S", descriptor.control, _SACL_FLAGS, descriptor.sacl)
    return text


# ---- the API ----


def _from_text(text: str | None, revision: int, result: int, size_out: int) -> None:
    if text is None or not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    if revision != SDDL_REVISION:
        raise Refused(ERROR_UNKNOWN_REVISION)
    try:
        data = parse(text).pack()
    except ValueError:
        is_list = re.search(r"[DS]:", text)
        raise Refused(ERROR_INVALID_ACL if is_list else ERROR_INVALID_PARAMETER) from None
    put_u64(result, blocks.new(data))
    put_u32(size_out, len(data))


@export("advapi32", "sechost")
def ConvertStringSecurityDescriptorToSecurityDescriptorW(
    StringSecurityDescriptor: LPCWSTR,
    StringSDRevision: DWORD,
    SecurityDescriptor: PVOID,
    SecurityDescriptorSize: PULONG,
) -> BOOL:
    return done(
        _from_text, StringSecurityDescriptor, StringSDRevision, SecurityDescriptor, SecurityDescriptorSize
    )


@export("advapi32", "sechost")
def ConvertStringSecurityDescriptorToSecurityDescriptorA(
    StringSecurityDescriptor: LPCSTR,
    StringSDRevision: DWORD,
    SecurityDescriptor: PVOID,
    SecurityDescriptorSize: PULONG,
) -> BOOL:
    text = None if StringSecurityDescriptor is None else _core.ansi_to_text(StringSecurityDescriptor)
    return done(_from_text, text, StringSDRevision, SecurityDescriptor, SecurityDescriptorSize)


def _to_text(address: int, revision: int, information: int, result: int, size_out: int, wide: bool) -> None:
    if revision != SDDL_REVISION:
        raise Refused(ERROR_UNKNOWN_REVISION)
    try:
        text = text_of(Descriptor.read(address).only(information))
    except ValueError:
        raise Refused(ERROR_INVALID_SECURITY_DESCR) from None
    data = _core.wide_bytes(text) if wide else text.encode() + b"\0"
    put_u64(result, blocks.new(data))
    put_u32(size_out, len(text) + 1)


@export("advapi32", "sechost")
def ConvertSecurityDescriptorToStringSecurityDescriptorW(
    SecurityDescriptor: PVOID,
    RequestedStringSDRevision: DWORD,
    SecurityInformation: DWORD,
    StringSecurityDescriptor: PVOID,
    StringSecurityDescriptorLen: PULONG,
) -> BOOL:
    return done(
        _to_text,
        SecurityDescriptor,
        RequestedStringSDRevision,
        SecurityInformation,
        StringSecurityDescriptor,
        StringSecurityDescriptorLen,
        True,
    )


@export("advapi32", "sechost")
def ConvertSecurityDescriptorToStringSecurityDescriptorA(
    SecurityDescriptor: PVOID,
    RequestedStringSDRevision: DWORD,
    SecurityInformation: DWORD,
    StringSecurityDescriptor: PVOID,
    StringSecurityDescriptorLen: PULONG,
) -> BOOL:
    return done(
        _to_text,
        SecurityDescriptor,
        RequestedStringSDRevision,
        SecurityInformation,
        StringSecurityDescriptor,
        StringSecurityDescriptorLen,
        False,
    )
