"""CNG's keys on elliptic curves.

Source: Microsoft, "BCRYPT_ECCKEY_BLOB structure", "CNG Named Elliptic Curves"; RFC 7748 (curve25519).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from windlass.api.crypto.cng_objects import (
    CURVES,
    SIGNATURE,
    STATUS_INVALID_PARAMETER,
    STATUS_NOT_SUPPORTED,
    Algorithm,
    wide,
)
from windlass.api.crypto.cng_pair import KeyPair, big_endian, split
from windlass.api.crypto.crypto_extra import InvalidSignature, ec, hashes, utils, x25519
from windlass.api.refused import Refused

CURVE_TYPES: dict[str, type[ec.EllipticCurve]] = {
    "nistP256": ec.SECP256R1,
    "nistP384": ec.SECP384R1,
    "nistP521": ec.SECP521R1,
    "secP256r1": ec.SECP256R1,
    "secP384r1": ec.SECP384R1,
    "secP521r1": ec.SECP521R1,
    "secP256k1": ec.SECP256K1,
    "brainpoolP256r1": ec.BrainpoolP256R1,
    "brainpoolP384r1": ec.BrainpoolP384R1,
    "brainpoolP512r1": ec.BrainpoolP512R1,
}


class Magic(NamedTuple):
    public: int
    private: int


# ECK1 to ECK6 and ECS1 to ECS6; ECKP, ECKV, ECDP and ECDV for any other curve.
AGREEMENT_MAGIC = {
    256: Magic(0x314B4345, 0x324B4345),
    384: Magic(0x334B4345, 0x344B4345),
    521: Magic(0x354B4345, 0x364B4345),
}
SIGNATURE_MAGIC = {
    256: Magic(0x31534345, 0x32534345),
    384: Magic(0x33534345, 0x34534345),
    521: Magic(0x35534345, 0x36534345),
}
GENERIC_AGREEMENT_MAGIC = Magic(0x504B4345, 0x564B4345)
GENERIC_SIGNATURE_MAGIC = Magic(0x50444345, 0x56444345)
PUBLIC_KINDS, PRIVATE_KINDS = ("ECCPUBLICBLOB", "PUBLICBLOB"), ("ECCPRIVATEBLOB", "PRIVATEBLOB")


class EccKey(KeyPair):
    """`public` and `private` are keys of the cryptography package, of its two families."""

    def __init__(self, algorithm: Algorithm, curve: str) -> None:
        super().__init__(algorithm, CURVES[curve])
        if curve == "curve25519" and algorithm.family.interface == SIGNATURE:
            raise Refused(STATUS_NOT_SUPPORTED)
        self.curve = curve
        self.size = (self.bits + 7) // 8
        self.public: ec.EllipticCurvePublicKey | x25519.X25519PublicKey | None = None
        self.private: ec.EllipticCurvePrivateKey | x25519.X25519PrivateKey | None = None

    @property
    def is_montgomery(self) -> bool:
        return self.curve == "curve25519"

    def adopt(self, private: ec.EllipticCurvePrivateKey | x25519.X25519PrivateKey) -> None:
        self.private = private
        self.public = private.public_key()
        self.is_ready = True

    def generate(self) -> None:
        if self.is_montgomery:
            self.adopt(x25519.X25519PrivateKey.generate())
        else:
            self.adopt(ec.generate_private_key(CURVE_TYPES[self.curve]()))

    def copy(self) -> EccKey:
        self.check_ready()
        other = EccKey(self.algorithm, self.curve)
        other.public, other.private, other.is_ready = self.public, self.private, True
        return other

    @property
    def signature_size(self) -> int:
        return 2 * self.size

    def get_property(self, name: str, at: int) -> bytes:
        if name == "ECCCurveName":
            return wide(self.curve)
        return super().get_property(name, at)

    # ---- blobs: x, y and, of a pair, the private number ----

    @classmethod
    def from_blob(cls, algorithm: Algorithm, kind: str, blob: bytes) -> EccKey:
        if kind not in PUBLIC_KINDS + PRIVATE_KINDS:
            raise Refused(STATUS_NOT_SUPPORTED)
        magic, size = struct.unpack("<II", split(blob, 8)[0])
        key = cls(algorithm, algorithm.curve or _curve_of_magic(magic))
        is_private = kind in PRIVATE_KINDS
        allowed = {magics[is_private] for magics in key._magics()}
        if magic not in allowed or size != key.size:
            raise Refused(STATUS_INVALID_PARAMETER)
        x, y, *private = split(blob[8:], *[size] * (3 if is_private else 2))
        try:
            key._import(x, y, private[0] if private else None)
        except ValueError:
            raise Refused(STATUS_INVALID_PARAMETER) from None
        return key

    def _import(self, x: bytes, y: bytes, private: bytes | None) -> None:
        if self.is_montgomery:
            if private is not None:
                self.adopt(x25519.X25519PrivateKey.from_private_bytes(private))
            else:
                self.public = x25519.X25519PublicKey.from_public_bytes(x)
        else:
            curve = CURVE_TYPES[self.curve]()
            public = ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), curve)
            if private is not None:
                numbers = ec.EllipticCurvePrivateNumbers(int.from_bytes(private, "big"), public)
                self.adopt(numbers.private_key())
            else:
                self.public = public.public_key()
        self.is_ready = True

    def _magics(self) -> list[Magic]:
        """The one to write, then others that may be read."""
        signing = self.algorithm.family.interface == SIGNATURE
        named = (SIGNATURE_MAGIC if signing else AGREEMENT_MAGIC).get(self.bits)
        generic = GENERIC_SIGNATURE_MAGIC if signing else GENERIC_AGREEMENT_MAGIC
        is_nist = self.curve.startswith(("nist", "secP")) and self.curve != "secP256k1"
        return [named, generic] if named and is_nist else [generic]

    def export(self, kind: str) -> bytes:
        if kind not in PUBLIC_KINDS + PRIVATE_KINDS:
            raise Refused(STATUS_NOT_SUPPORTED)
        self.check_ready()
        is_private = kind in PRIVATE_KINDS
        if is_private and self.private is None:
            raise Refused(STATUS_INVALID_PARAMETER)
        header = struct.pack("<II", self._magics()[0][is_private], self.size)
        return header + self._public_bytes() + (self._private_bytes() if is_private else b"")

    def _public_bytes(self) -> bytes:
        if isinstance(self.public, x25519.X25519PublicKey):
            return self.public.public_bytes_raw() + bytes(self.size)
        assert self.public is not None
        numbers = self.public.public_numbers()
        return big_endian(numbers.x, self.size) + big_endian(numbers.y, self.size)

    def _private_bytes(self) -> bytes:
        if isinstance(self.private, x25519.X25519PrivateKey):
            return self.private.private_bytes_raw()
        assert self.private is not None
        return big_endian(self.private.private_numbers().private_value, self.size)

    # ---- ECDSA: r and s, one after the other ----

    def sign(self, value: bytes, padding: int, flags: int) -> bytes:
        self._check_signing(flags)
        if not isinstance(self.private, ec.EllipticCurvePrivateKey):
            raise Refused(STATUS_INVALID_PARAMETER)
        encoded = self.private.sign(value, ec.ECDSA(utils.Prehashed(_AnyHash(len(value)))))
        r, s = utils.decode_dss_signature(encoded)
        return big_endian(r, self.size) + big_endian(s, self.size)

    def verify(self, value: bytes, signature: bytes, padding: int, flags: int) -> bool:
        self._check_signing(flags)
        if len(signature) != self.signature_size or not isinstance(self.public, ec.EllipticCurvePublicKey):
            return False
        r, s = (int.from_bytes(half, "big") for half in split(signature, self.size, self.size))
        try:
            algorithm = ec.ECDSA(utils.Prehashed(_AnyHash(len(value))))
            self.public.verify(utils.encode_dss_signature(r, s), value, algorithm)
        except InvalidSignature:
            return False
        return True

    def _check_signing(self, flags: int) -> None:
        self.check_ready()
        if self.algorithm.family.interface != SIGNATURE:
            raise Refused(STATUS_NOT_SUPPORTED)
        if flags:
            raise Refused(STATUS_INVALID_PARAMETER)

    # ---- ECDH ----

    def agree(self, peer: KeyPair) -> bytes:
        if self.algorithm.family.interface == SIGNATURE:
            raise Refused(STATUS_NOT_SUPPORTED)
        if not isinstance(peer, EccKey) or peer.bits != self.bits:
            raise Refused(STATUS_INVALID_PARAMETER)
        try:
            if isinstance(self.private, x25519.X25519PrivateKey):
                if isinstance(peer.public, x25519.X25519PublicKey):
                    return self.private.exchange(peer.public)
            elif self.private is not None and isinstance(peer.public, ec.EllipticCurvePublicKey):
                return self.private.exchange(ec.ECDH(), peer.public)
        except ValueError:
            pass
        raise Refused(STATUS_INVALID_PARAMETER)


def _curve_of_magic(magic: int) -> str:
    """The curve of a blob that is imported without a curve's name."""
    for table in (AGREEMENT_MAGIC, SIGNATURE_MAGIC):
        for bits, magics in table.items():
            if magic in magics:
                return f"nistP{bits}"
    raise Refused(STATUS_INVALID_PARAMETER)


class _AnyHash(hashes.HashAlgorithm):
    """ECDSA signs whatever it is given: only the length of the value counts."""

    name = "sha256"
    block_size = 64
    digest_size = 0

    def __init__(self, size: int) -> None:
        self.digest_size = size
