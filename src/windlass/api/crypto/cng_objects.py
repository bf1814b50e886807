"""What CNG's handles stand for: algorithm providers, and what every object made with one has.

Source: Microsoft, "CNG Algorithm Identifiers", "CNG Algorithm Pseudo-handles", "CNG Property Identifiers".
"""

from __future__ import annotations

import itertools
import struct
from typing import NamedTuple

from windlass import _core
from windlass.api.crypto import crypt_handles as handles
from windlass.api.crypto.der import encode_oid
from windlass.api.crypto.digests import DIGESTS
from windlass.api.refused import Refused

STATUS_INVALID_HANDLE = 0xC0000008
STATUS_INVALID_PARAMETER = 0xC000000D
STATUS_BUFFER_TOO_SMALL = 0xC0000023
STATUS_NOT_SUPPORTED = 0xC00000BB
STATUS_INVALID_BUFFER_SIZE = 0xC0000206
STATUS_NOT_FOUND = 0xC0000225
STATUS_INVALID_SIGNATURE = 0xC000A000
STATUS_AUTH_TAG_MISMATCH = 0xC000A002
STATUS_UNSUCCESSFUL = 0xC0000001
STATUS_DATA_ERROR = 0xC000003E

# Interfaces.
CIPHER, HASH, ASYMMETRIC, AGREEMENT, SIGNATURE, RNG, DERIVATION = range(1, 8)

# Flags of BCryptOpenAlgorithmProvider.
PROV_DISPATCH, HMAC_FLAG, HASH_REUSABLE, MULTI_FLAG = 0x01, 0x08, 0x20, 0x40

PROVIDER = "Microsoft Primitive Provider"

OBJECT_LENGTH = 1024
"""What the object's buffer must have room for: nothing is kept in it."""


class KeySizes(NamedTuple):
    """In bits; BCRYPT_KEY_LENGTHS_STRUCT."""

    minimum: int
    maximum: int
    step: int


class Family(NamedTuple):
    """An algorithm: block in bytes, 0 for what has none."""

    interface: int
    block: int = 0
    keys: KeySizes | None = None


FAMILIES = {
    **{name: Family(HASH) for name in DIGESTS},
    "AES-CMAC": Family(HASH),
    "RNG": Family(RNG),
    "FIPS186DSARNG": Family(RNG),
    "DUALECRNG": Family(RNG),
    "AES": Family(CIPHER, 16, KeySizes(128, 256, 64)),
    "3DES": Family(CIPHER, 8, KeySizes(192, 192, 0)),
    "3DES_112": Family(CIPHER, 8, KeySizes(128, 128, 0)),
    "DES": Family(CIPHER, 8, KeySizes(64, 64, 0)),
    "RC2": Family(CIPHER, 8, KeySizes(128, 128, 0)),
    "RC4": Family(CIPHER, 1, KeySizes(40, 256, 8)),
    "CHACHA20_POLY1305": Family(CIPHER, 1, KeySizes(256, 256, 0)),
    "RSA": Family(ASYMMETRIC, 0, KeySizes(1024, 16384, 64)),
    "RSA_SIGN": Family(SIGNATURE, 0, KeySizes(1024, 16384, 64)),
    "DH": Family(AGREEMENT, 0, KeySizes(512, 4096, 64)),
    "DSA": Family(SIGNATURE, 0, KeySizes(1024, 3072, 64)),
    "ECDH": Family(AGREEMENT, 0, KeySizes(160, 521, 1)),
    "ECDH_P256": Family(AGREEMENT, 0, KeySizes(256, 256, 0)),
    "ECDH_P384": Family(AGREEMENT, 0, KeySizes(384, 384, 0)),
    "ECDH_P521": Family(AGREEMENT, 0, KeySizes(521, 521, 0)),
    "ECDSA": Family(SIGNATURE, 0, KeySizes(160, 521, 1)),
    "ECDSA_P256": Family(SIGNATURE, 0, KeySizes(256, 256, 0)),
    "ECDSA_P384": Family(SIGNATURE, 0, KeySizes(384, 384, 0)),
    "ECDSA_P521": Family(SIGNATURE, 0, KeySizes(521, 521, 0)),
    "PBKDF2": Family(DERIVATION, 0, KeySizes(0, 16384, 8)),
    "HKDF": Family(DERIVATION, 0, KeySizes(0, 16384, 8)),
    "CAPI_KDF": Family(DERIVATION, 0, KeySizes(0, 16384, 8)),
    "SP800_108_CTR_HMAC": Family(DERIVATION, 0, KeySizes(0, 16384, 8)),
    "SP800_56A_CONCAT": Family(DERIVATION, 0, KeySizes(0, 16384, 8)),
}

# The chaining modes' names as ChainingMode has them.
MODES = {
    name: f"ChainingMode{name}" for name in ("ECB", "CBC", "CFB", "GCM", "CCM", "N/A")
}  # BCRYPT_CHAIN_MODE_NA is spelt with the slash


class CngObject:
    """Anything behind a BCRYPT_HANDLE."""

    def get_property(self, name: str, at: int) -> bytes:
        """Its value as Windows lays it out, its pointers for the address `at`;
        Refused(STATUS_NOT_SUPPORTED) for one that there is not.
        """
        raise Refused(STATUS_NOT_SUPPORTED)

    def set_property(self, name: str, value: bytes) -> None:
        raise Refused(STATUS_NOT_SUPPORTED)


class Algorithm(CngObject):
    """A provider of one algorithm. `mode` is the chaining mode ("CBC") that its keys begin with."""

    def __init__(self, name: str, *, keyed: bool = False, mode: str = "", reusable: bool = False) -> None:
        self.name = name
        self.family = FAMILIES[name]
        self.keyed = keyed or name == "AES-CMAC"
        self.mode = mode or default_mode(name)
        self.reusable = reusable
        self.curve = CURVE_OF.get(name, "")
        self.feedback = 1
        self.handle = 0

    @property
    def digest_size(self) -> int:
        return 16 if self.name == "AES-CMAC" else DIGESTS[self.name].size

    def get_property(self, name: str, at: int) -> bytes:
        if name == "AlgorithmName":
            return wide(self.name)
        if name == "ObjectLength":
            return dword(OBJECT_LENGTH)
        if name == "ProviderHandle":
            return struct.pack("<Q", self.handle)
        if name == "PrimitiveType":
            return dword(self.family.interface)
        if self.family.interface == HASH:
            return self._hash_property(name, at)
        if self.family.interface == CIPHER:
            return self._cipher_property(name, at)
        return self._key_property(name, at)

    def _hash_property(self, name: str, at: int) -> bytes:
        if name == "HashDigestLength":
            return dword(self.digest_size)
        if name == "IsKeyedHash":
            return bytes([self.keyed])
        if name == "IsReusableHash":
            return bytes([1])
        if name == "HashBlockLength":
            return dword(16 if self.name == "AES-CMAC" else DIGESTS[self.name].block)
        if name == "HashOIDList" and self.name in DIGESTS and not self.keyed:
            return oid_list([DIGESTS[self.name].oid], at)
        return super().get_property(name, at)

    def _cipher_property(self, name: str, at: int) -> bytes:
        if name == "ChainingMode":
            return wide(MODES[self.mode])
        if name == "BlockLength":
            return dword(self.family.block)
        if name == "BlockSizeList":
            return dword(self.family.block)
        if name == "MessageBlockLength":
            return dword(self.feedback if self.mode == "CFB" else self.family.block)
        if name == "AuthTagLength" and self.mode in ("GCM", "CCM"):
            shortest, step = (12, 1) if self.mode == "GCM" else (4, 2)
            return struct.pack("<III", shortest, 16, step)
        return self._key_property(name, at)

    def _key_property(self, name: str, at: int) -> bytes:
        if name == "KeyLengths" and self.family.keys:
            return struct.pack("<III", *self.family.keys)
        if name == "KeyObjectLength" and self.family.interface == CIPHER:
            return dword(OBJECT_LENGTH)
        if name == "PaddingSchemes" and self.name.startswith("RSA"):
            return dword(PADDING_ROUTER | PADDING_PKCS1 | PADDING_OAEP | PADDING_PSS)
        if name == "ECCCurveName" and self.curve:
            return wide(self.curve)
        if name == "ECCCurveNameList" and self.name in ("ECDH", "ECDSA"):
            return curve_list(at)
        return super().get_property(name, at)

    def set_property(self, name: str, value: bytes) -> None:
        if name == "ChainingMode" and self.family.interface == CIPHER:
            self.mode = mode_of(self.name, value)
        elif name == "MessageBlockLength" and self.mode == "CFB":
            self.feedback = feedback_of(self.family.block, value)
        elif name == "ECCCurveName" and self.name in ("ECDH", "ECDSA"):
            self.curve = curve_of(value)
        else:
            super().set_property(name, value)


PADDING_ROUTER, PADDING_PKCS1, PADDING_OAEP, PADDING_PSS = 1, 2, 4, 8

# "CNG Named Elliptic Curves", as far as the cryptography package has them.
CURVES = {
    "curve25519": 255,
    "nistP256": 256,
    "nistP384": 384,
    "nistP521": 521,
    "secP256r1": 256,
    "secP384r1": 384,
    "secP521r1": 521,
    "secP256k1": 256,
    "brainpoolP256r1": 256,
    "brainpoolP384r1": 384,
    "brainpoolP512r1": 512,
}
CURVE_OF = {f"{family}_P{bits}": f"nistP{bits}" for family in ("ECDH", "ECDSA") for bits in (256, 384, 521)}


def curve_of(value: bytes) -> str:
    wanted = unwide(value).lower()
    for name in CURVES:
        if name.lower() == wanted:
            return name
    raise Refused(STATUS_INVALID_PARAMETER)


def default_mode(algorithm: str) -> str:
    if FAMILIES[algorithm].interface != CIPHER:
        return ""
    return "N/A" if algorithm in ("RC4", "CHACHA20_POLY1305") else "CBC"


def mode_of(algorithm: str, value: bytes) -> str:
    """The chaining mode that a ChainingMode property names."""
    text = unwide(value)
    mode = next((mode for mode, name in MODES.items() if name == text), None)
    if mode is None:
        raise Refused(STATUS_NOT_SUPPORTED)
    fixed = default_mode(algorithm)
    if (fixed == "N/A") != (mode == "N/A") or (mode in ("GCM", "CCM") and algorithm != "AES"):
        raise Refused(STATUS_NOT_SUPPORTED)
    return mode


def feedback_of(block: int, value: bytes) -> int:
    """The bytes of one step of CFB: 1, or a whole block."""
    size = int.from_bytes(value[:4], "little")
    if size not in (1, block):
        raise Refused(STATUS_INVALID_PARAMETER)
    return size


# ---- pseudo handles ----

_HASHES = ("MD2", "MD4", "MD5", "SHA1", "SHA256", "SHA384", "SHA512")


def _pseudo_handles() -> dict[int, Algorithm]:
    plain = dict(zip(range(0x01, 0x71, 0x10), _HASHES))
    plain.update({0x71: "RC4", 0x81: "RNG", 0xE1: "RSA", 0xF1: "ECDSA", 0x101: "AES-CMAC"})
    plain.update({0x281: "DH", 0x291: "ECDH", 0x2A1: "ECDH_P256", 0x2B1: "ECDH_P384", 0x2C1: "ECDH_P521"})
    plain.update({0x2D1: "DSA", 0x2E1: "ECDSA_P256", 0x2F1: "ECDSA_P384", 0x301: "ECDSA_P521"})
    plain.update({0x311: "RSA_SIGN", 0x321: "CAPI_KDF", 0x331: "PBKDF2", 0x341: "SP800_108_CTR_HMAC"})
    plain.update({0x351: "SP800_56A_CONCAT", 0x391: "HKDF", 0x3A1: "CHACHA20_POLY1305"})
    plain.update({0x3B1: "SHA3-256", 0x3C1: "SHA3-384", 0x3D1: "SHA3-512"})
    found = {handle: Algorithm(name) for handle, name in plain.items()}
    keyed = dict(zip(range(0x91, 0xE1, 0x10), ("MD5", "SHA1", "SHA256", "SHA384", "SHA512")))
    keyed.update({0x121: "MD2", 0x131: "MD4", 0x3E1: "SHA3-256", 0x3F1: "SHA3-384", 0x401: "SHA3-512"})
    found.update({handle: Algorithm(name, keyed=True) for handle, name in keyed.items()})
    ciphers = {0x141: "3DES", 0x171: "3DES_112", 0x1A1: "AES", 0x1F1: "DES", 0x251: "RC2"}
    for first, name in ciphers.items():
        for position, mode in enumerate(("CBC", "ECB", "CFB")):
            found[first + position * 0x10] = Algorithm(name, mode=mode)
    found[0x1D1] = Algorithm("AES", mode="CCM")
    found[0x1E1] = Algorithm("AES", mode="GCM")
    return found


PSEUDO_HANDLES = _pseudo_handles()


def algorithm_of(handle: int) -> Algorithm:
    found = PSEUDO_HANDLES.get(handle) or handles.object_of(handle, Algorithm)
    if found is None:
        raise Refused(STATUS_INVALID_HANDLE)
    return found


def object_of(handle: int) -> CngObject:
    found = PSEUDO_HANDLES.get(handle) or handles.object_of(handle, CngObject)
    if found is None:
        raise Refused(STATUS_INVALID_HANDLE)
    return found


# ---- values ----


def dword(value: int) -> bytes:
    return struct.pack("<I", value)


def wide(text: str) -> bytes:
    return _core.wide_bytes(text)


def unwide(value: bytes) -> str:
    """A property's text, with or without its zero."""
    return value[: len(value) & ~1].decode("utf-16-le", "surrogatepass").split("\0")[0]


def oid_list(oids: list[str], at: int) -> bytes:
    """BCRYPT_OID_LIST: a count, a pointer to BCRYPT_OIDs, and what those point to."""
    entries = [encode_oid(oid) for oid in oids]
    places = itertools.accumulate(map(len, entries), initial=at + 16 + 16 * len(entries))
    table = b"".join(struct.pack("<IIQ", len(oid), 0, place) for oid, place in zip(entries, places))
    return struct.pack("<IIQ", len(entries), 0, at + 16) + table + b"".join(entries)


def curve_list(at: int) -> bytes:
    """BCRYPT_ECC_CURVE_NAMES: a count, a pointer to pointers, and the names that those point to."""
    names = [wide(name) for name in CURVES]
    places = itertools.accumulate(map(len, names), initial=at + 16 + 8 * len(names))
    table = b"".join(struct.pack("<Q", place) for _, place in zip(names, places))
    return struct.pack("<IIQ", len(names), 0, at + 16) + table + b"".join(names)


def deliver(data: bytes, output: int, capacity: int, size_out: int) -> None:
    """Give data back in the manner of CNG: its size always, the bytes if a buffer is given."""
    if not size_out:
        raise Refused(STATUS_INVALID_PARAMETER)
    _core.write(size_out, dword(len(data)))
    if not output:
        return
    if capacity < len(data):
        raise Refused(STATUS_BUFFER_TOO_SMALL)
    _core.write(output, data)
