"""Security identifiers, access control lists and security descriptors as Python values.

Source: Microsoft, "SID structure", "ACL structure", "ACE_HEADER structure", "SECURITY_DESCRIPTOR structure".
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from windlass import _core
from windlass.api.outputs import get_u32, get_u64

__all__ = ["Ace", "Acl", "Descriptor", "Sid"]

# SECURITY_INFORMATION
OWNER, GROUP, DACL, SACL, LABEL = 1, 2, 4, 8, 0x10

# SECURITY_DESCRIPTOR_CONTROL
SE_OWNER_DEFAULTED, SE_GROUP_DEFAULTED, SE_DACL_PRESENT, SE_DACL_DEFAULTED = 1, 2, 4, 8
SE_SACL_PRESENT, SE_SACL_DEFAULTED = 0x10, 0x20
SE_DACL_AUTO_INHERIT_REQ, SE_SACL_AUTO_INHERIT_REQ = 0x0100, 0x0200
SE_DACL_AUTO_INHERITED, SE_SACL_AUTO_INHERITED = 0x0400, 0x0800
SE_DACL_PROTECTED, SE_SACL_PROTECTED, SE_SELF_RELATIVE = 0x1000, 0x2000, 0x8000

# ACE types.
ALLOWED, DENIED, AUDIT, ALARM = 0, 1, 2, 3
ALLOWED_OBJECT, DENIED_OBJECT, AUDIT_OBJECT, ALARM_OBJECT = 5, 6, 7, 8
ALLOWED_CALLBACK, DENIED_CALLBACK = 9, 10
MANDATORY_LABEL = 17
OBJECT_TYPES = (ALLOWED_OBJECT, DENIED_OBJECT, AUDIT_OBJECT, ALARM_OBJECT)

# ACE flags.
OBJECT_INHERIT, CONTAINER_INHERIT, NO_PROPAGATE, INHERIT_ONLY, INHERITED = 1, 2, 4, 8, 0x10
SUCCESSFUL_ACCESS, FAILED_ACCESS = 0x40, 0x80


class Sid(NamedTuple):
    authority: int
    parts: tuple[int, ...]

    @classmethod
    def read(cls, address: int) -> Sid | None:
        """The one there; None if it is not a valid one."""
        revision, count = _core.read(address, 2)
        if revision != 1 or count > 15:
            return None
        return cls.unpack(_core.read(address, 8 + 4 * count))

    @classmethod
    def unpack(cls, data: bytes) -> Sid:
        return cls(int.from_bytes(data[2:8], "big"), struct.unpack_from(f"<{data[1]}I", data, 8))

    @classmethod
    def parse(cls, text: str) -> Sid:
        """From "S-1-5-32-544"; ValueError."""
        letter, revision, authority, *parts = text.split("-")
        if letter.upper() != "S" or revision != "1" or not 1 <= len(parts) <= 15:
            raise ValueError(text)
        sid = cls(int(authority, 0), tuple(int(part, 0) for part in parts))
        if sid.authority >> 48 or any(part >> 32 for part in sid.parts):
            raise ValueError(text)
        return sid

    def pack(self) -> bytes:
        head = struct.pack("<BB", 1, len(self.parts)) + self.authority.to_bytes(6, "big")
        return head + struct.pack(f"<{len(self.parts)}I", *self.parts)

    def __str__(self) -> str:
        authority = str(self.authority) if self.authority < 1 << 32 else f"0x{self.authority:012x}"
        return "-".join(["S-1", authority, *map(str, self.parts)])


class Ace(NamedTuple):
    """An entry. object_type, inherited_type: 16 bytes each, or b""; rest: what follows the SID."""

    type: int
    flags: int
    mask: int
    sid: Sid
    object_type: bytes = b""
    inherited_type: bytes = b""
    rest: bytes = b""

    @classmethod
    def unpack(cls, data: bytes) -> Ace:
        """ValueError for an entry that has no SID where it should."""
        type, flags, _, mask = struct.unpack_from("<BBHI", data)
        at, types = 8, [b"", b""]
        if type in OBJECT_TYPES:
            present = int.from_bytes(data[8:12], "little")
            at = 12
            for index in (0, 1):
                if present & 1 << index:
                    types[index] = data[at : at + 16]
                    at += 16
        if len(data) < at + 8 or data[at + 1] > 15 or len(data) < at + 8 + 4 * data[at + 1]:
            raise ValueError("an access control entry without a SID")
        end = at + 8 + 4 * data[at + 1]
        return cls(type, flags, mask, Sid.unpack(data[at:end]), types[0], types[1], data[end:])

    def pack(self) -> bytes:
        body = b""
        if self.type in OBJECT_TYPES:
            present = bool(self.object_type) | bool(self.inherited_type) << 1
            body = struct.pack("<I", present) + self.object_type + self.inherited_type
        body += self.sid.pack() + self.rest
        return struct.pack("<BBHI", self.type, self.flags, 8 + len(body), self.mask) + body


class Acl(NamedTuple):
    aces: tuple[Ace, ...] = ()
    revision: int = 2

    @classmethod
    def read(cls, address: int) -> Acl:
        """ValueError for what is none."""
        revision, _, size, count = struct.unpack("<BBHH", _core.read(address, 6))
        data = _core.read(address, size)
        aces, at = [], 8
        for _ in range(count):
            if at + 8 > size:
                raise ValueError("an access control list that is too short")
            length = int.from_bytes(data[at + 2 : at + 4], "little")
            aces.append(Ace.unpack(data[at : at + length]))
            at += max(length, 8)
        return cls(tuple(aces), revision)

    def pack(self) -> bytes:
        body = b"".join(ace.pack() for ace in self.aces)
        revision = 4 if any(ace.type in OBJECT_TYPES for ace in self.aces) else self.revision
        return struct.pack("<BBHHH", revision, 0, 8 + len(body), len(self.aces), 0) + body


class Descriptor(NamedTuple):
    """A list is None where it is not there; `control` says whether it is present and empty (NULL)."""

    control: int = 0
    owner: Sid | None = None
    group: Sid | None = None
    sacl: Acl | None = None
    dacl: Acl | None = None

    @classmethod
    def read(cls, address: int) -> Descriptor:
        """Of either form; ValueError for what is none."""
        revision, _, control = struct.unpack("<BBH", _core.read(address, 4))
        if revision != 1:
            raise ValueError("no security descriptor")
        if control & SE_SELF_RELATIVE:
            offsets = [get_u32(address + 4 + 4 * index) for index in range(4)]
            places = [offset and address + offset for offset in offsets]
        else:
            places = [get_u64(address + 8 + 8 * index) for index in range(4)]
        owner, group, sacl, dacl = places
        return cls(
            control & ~SE_SELF_RELATIVE,
            Sid.read(owner) if owner else None,
            Sid.read(group) if group else None,
            Acl.read(sacl) if sacl and control & SE_SACL_PRESENT else None,
            Acl.read(dacl) if dacl and control & SE_DACL_PRESENT else None,
        )

    def pack(self) -> bytes:
        """In self-relative form."""
        offsets, body = [], b""
        for part in (self.owner, self.group, self.sacl, self.dacl):
            offsets.append(20 + len(body) if part is not None else 0)
            data = part.pack() if part is not None else b""
            body += data + bytes(-len(data) % 4)
        return struct.pack("<BBH4I", 1, 0, self.control | SE_SELF_RELATIVE, *offsets) + body

    def only(self, information: int) -> Descriptor:
        """The parts that a SECURITY_INFORMATION asks for."""
        control = self.control
        if not information & DACL:
            control &= ~(SE_DACL_PRESENT | SE_DACL_DEFAULTED | SE_DACL_PROTECTED | SE_DACL_AUTO_INHERITED)
        if not information & (SACL | LABEL):
            control &= ~(SE_SACL_PRESENT | SE_SACL_DEFAULTED | SE_SACL_PROTECTED | SE_SACL_AUTO_INHERITED)
        return Descriptor(
            control,
            self.owner if information & OWNER else None,
            self.group if information & GROUP else None,
            self.sacl if information & (SACL | LABEL) else None,
            self.dacl if information & DACL else None,
        )
