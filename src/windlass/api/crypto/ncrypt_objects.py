"""What the handles of the key storage functions stand for.

Source: Microsoft, "Key Storage Property Identifiers", "CNG Key Storage Functions".
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from windlass.api.crypto import crypt_handles as handles
from windlass.api.crypto import ncrypt_storage as storage
from windlass.api.crypto.cng_dh import DhKey, DsaKey
from windlass.api.crypto.cng_ecc import EccKey
from windlass.api.crypto.cng_key import pair_from_blob
from windlass.api.crypto.cng_objects import (
    STATUS_BUFFER_TOO_SMALL,
    STATUS_DATA_ERROR,
    STATUS_INVALID_HANDLE,
    STATUS_INVALID_PARAMETER,
    STATUS_INVALID_SIGNATURE,
    STATUS_NOT_FOUND,
    STATUS_NOT_SUPPORTED,
    Algorithm,
    dword,
    wide,
)
from windlass.api.crypto.cng_pair import KeyPair
from windlass.api.crypto.cng_rsa import CngRsaKey
from windlass.api.refused import Refused

__all__ = ["NKey", "Provider", "key_of", "provider_of", "status_of"]

NTE_BAD_SIGNATURE, NTE_BAD_DATA, NTE_BAD_FLAGS, NTE_EXISTS = 0x80090006, 0x80090005, 0x80090009, 0x8009000F
NTE_BAD_KEYSET, NTE_FAIL, NTE_INVALID_HANDLE = 0x80090016, 0x80090020, 0x80090026
NTE_INVALID_PARAMETER, NTE_BUFFER_TOO_SMALL, NTE_NOT_SUPPORTED = 0x80090027, 0x80090028, 0x80090029
NTE_NO_MORE_ITEMS, NTE_NOT_FOUND, NTE_PERM = 0x8009002A, 0x80090011, 0x80090010
NTE_BAD_KEY_STATE = 0x8009000B

SOFTWARE_PROVIDER = "Microsoft Software Key Storage Provider"
SOFTWARE = 2
MACHINE_KEY, SILENT, OVERWRITE, PERSIST, PERSIST_ONLY = 0x20, 0x40, 0x80, 0x80000000, 0x40000000

ALLOW_EXPORT, ALLOW_PLAINTEXT_EXPORT, ALLOW_ARCHIVING, ALLOW_PLAINTEXT_ARCHIVING = 1, 2, 4, 8
ALL_USAGES = 0xFFFFFF

_CODES = {
    STATUS_INVALID_HANDLE: NTE_INVALID_HANDLE,
    STATUS_INVALID_PARAMETER: NTE_INVALID_PARAMETER,
    STATUS_NOT_SUPPORTED: NTE_NOT_SUPPORTED,
    STATUS_BUFFER_TOO_SMALL: NTE_BUFFER_TOO_SMALL,
    STATUS_INVALID_SIGNATURE: NTE_BAD_SIGNATURE,
    STATUS_NOT_FOUND: NTE_NOT_FOUND,
    STATUS_DATA_ERROR: NTE_BAD_DATA,
}


def status_of(body: Callable[..., None], *arguments: Any) -> int:
    """Run the body of a function: 0, or its SECURITY_STATUS, also for CNG's own NTSTATUS codes."""
    try:
        body(*arguments)
    except Refused as refused:
        if refused.code >> 28 == 0xC:
            return _CODES.get(refused.code, NTE_FAIL)
        return refused.code
    return 0


class Provider:
    """The storage of keys in software: the only one there is."""

    handle = 0

    def get_property(self, name: str) -> bytes:
        values = {
            "Name": wide(SOFTWARE_PROVIDER),
            "Impl Type": dword(SOFTWARE),
            "Version": dword(0x10000),
            "Max Name Length": dword(260),
            "Use Context": wide(""),
        }
        if name not in values:
            raise Refused(NTE_NOT_SUPPORTED)
        return values[name]


# The blob that a key is stored as.
_STORED = {
    CngRsaKey: "RSAPRIVATEBLOB",
    EccKey: "ECCPRIVATEBLOB",
    DhKey: "DHPRIVATEBLOB",
    DsaKey: "DSAPRIVATEBLOB",
}
_GROUPS = (("RSA", "RSA"), ("ECDSA", "ECDSA"), ("ECDH", "ECDH"), ("DSA", "DSA"), ("DH", "DH"))


class NKey:
    """A key pair and what the storage knows of it; without a name it is in no storage."""

    def __init__(self, provider: Provider, pair: KeyPair, name: str = "", *, machine: bool = False) -> None:
        self.provider = provider
        self.pair = pair
        self.name = name
        self.machine = machine
        self.spec = 0
        self.policy = 0
        self.usage = ALL_USAGES
        self.overwrites = False
        self.properties: dict[str, bytes] = {}
        self.kept: dict[str, bytes] = {}

    @classmethod
    def of_record(cls, provider: Provider, record: storage.KeyRecord, *, machine: bool) -> NKey:
        algorithm = Algorithm(record.algorithm)
        algorithm.curve = record.curve or algorithm.curve
        key = cls(provider, pair_from_blob(algorithm, record.kind, record.blob), record.name, machine=machine)
        key.policy, key.usage, key.spec = record.policy, record.usage, record.spec
        key.kept = dict(record.properties)
        return key

    def store(self) -> None:
        """Refused(NTE_EXISTS) for a name that is taken."""
        kind = _STORED[type(self.pair)]
        curve = self.pair.curve if isinstance(self.pair, EccKey) else ""
        record = storage.KeyRecord(
            self.name,
            self.pair.algorithm.name,
            curve,
            kind,
            self.pair.export(kind),
            self.policy,
            self.usage,
            self.spec,
            self.kept,
        )
        if not storage.save(record, machine=self.machine, overwrite=self.overwrites):
            raise Refused(NTE_EXISTS)
        self.overwrites = True

    # ---- properties ----

    def get_property(self, name: str) -> bytes:
        if name in self.properties or name in self.kept:
            return self.properties.get(name) or self.kept[name]
        algorithm = self.pair.algorithm
        values: dict[str, Callable[[], bytes]] = {
            "Algorithm Name": lambda: wide(algorithm.name),
            "Algorithm Group": lambda: wide(self.group),
            "Length": lambda: dword(self.pair.bits),
            "Lengths": lambda: self._lengths(),
            "Name": lambda: wide(self._named()),
            "Unique Name": lambda: wide(self._named()),
            "Export Policy": lambda: dword(self.policy),
            "Key Usage": lambda: dword(self.usage),
            "Key Type": lambda: dword(MACHINE_KEY if self.machine else 0),
            "Impl Type": lambda: dword(SOFTWARE),
            "Provider Handle": lambda: struct.pack("<Q", self.provider.handle),
            "KeySpec": lambda: dword(self.spec),
            "Block Length": lambda: dword((self.pair.bits + 7) // 8),
        }
        if name in values:
            return values[name]()
        return self.pair.get_property(name, 0)

    @property
    def group(self) -> str:
        name = self.pair.algorithm.name
        return next(group for start, group in _GROUPS if name.startswith(start))

    def _named(self) -> str:
        if not self.name:
            raise Refused(NTE_NOT_SUPPORTED)
        return self.name

    def _lengths(self) -> bytes:
        """NCRYPT_SUPPORTED_LENGTHS: the least, the most, the step, the default."""
        sizes = self.pair.algorithm.family.keys
        if sizes is None:
            raise Refused(NTE_NOT_SUPPORTED)
        default = 2048 if self.group in ("RSA", "DH", "DSA") else self.pair.bits
        return struct.pack("<4I", *sizes, default)

    def set_property(self, name: str, value: bytes, *, persist: bool) -> None:
        number = int.from_bytes(value[:4], "little")
        if name == "Length":
            self._set_length(number)
        elif name == "Export Policy":
            self.policy = number
        elif name == "Key Usage":
            self.usage = number
        elif name == "ECCCurveName" and not self.pair.is_ready and isinstance(self.pair, EccKey):
            self.pair.algorithm.set_property(name, value)
            self.pair = EccKey(self.pair.algorithm, self.pair.algorithm.curve)
        elif name == "DHParameters":
            self.pair.set_property(name, value)
        elif name in ("Algorithm Name", "Algorithm Group", "Name", "Unique Name", "Key Type"):
            raise Refused(NTE_NOT_SUPPORTED)
        else:
            (self.kept if persist else self.properties)[name] = value
        if persist and self.name and self.pair.is_ready:
            self.store()

    def _set_length(self, bits: int) -> None:
        if self.pair.is_ready:
            raise Refused(NTE_BAD_KEY_STATE)
        sizes = self.pair.algorithm.family.keys
        if sizes is None or not sizes.minimum <= bits <= sizes.maximum:
            raise Refused(NTE_NOT_SUPPORTED)
        if isinstance(self.pair, EccKey):
            if bits != self.pair.bits:
                raise Refused(NTE_NOT_SUPPORTED)
        else:
            self.pair = type(self.pair)(self.pair.algorithm, bits)

    def check_exportable(self) -> None:
        """Of the private half in the clear."""
        if not self.policy & ALLOW_PLAINTEXT_EXPORT:
            raise Refused(NTE_NOT_SUPPORTED if not self.policy & ALLOW_EXPORT else NTE_PERM)


def key_of(handle: int) -> NKey:
    found = handles.object_of(handle, NKey)
    if found is None:
        raise Refused(NTE_INVALID_HANDLE)
    return found


def provider_of(handle: int) -> Provider:
    found = handles.object_of(handle, Provider)
    if found is None:
        raise Refused(NTE_INVALID_HANDLE)
    return found
