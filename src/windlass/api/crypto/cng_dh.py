"""CNG's Diffie-Hellman and DSA keys.

Source: Microsoft, "BCRYPT_DH_KEY_BLOB structure", "BCRYPT_DH_PARAMETER_HEADER structure",
"BCRYPT_DSA_KEY_BLOB structure", "BCRYPT_DSA_KEY_BLOB_V2 structure".
"""

from __future__ import annotations

import ctypes
import secrets
import struct

from windlass.api.crypto.cng_objects import STATUS_INVALID_PARAMETER, STATUS_NOT_SUPPORTED, Algorithm
from windlass.api.crypto.cng_pair import KeyPair, big_endian, split
from windlass.api.crypto.crypto_dh import GROUP_SIZES, safe_prime
from windlass.api.crypto.crypto_extra import InvalidSignature, dsa, hashes, utils
from windlass.api.refused import Refused

DH_PUBLIC_MAGIC, DH_PRIVATE_MAGIC, DH_PARAMETERS_MAGIC = 0x42504844, 0x56504844, 0x4D504844
DSA_PUBLIC_MAGIC, DSA_PRIVATE_MAGIC = 0x42505344, 0x56505344
DSA_PUBLIC_MAGIC_V2, DSA_PRIVATE_MAGIC_V2 = 0x32425044, 0x32565044


class DhKey(KeyPair):
    """Numbers: modulus, generator, the public one and, of a pair, the private one."""

    def __init__(self, algorithm: Algorithm, bits: int) -> None:
        super().__init__(algorithm, bits)
        self.size = (bits + 7) // 8
        self.modulus = safe_prime(bits) if bits in GROUP_SIZES else 0
        self.generator = 2
        self.public = 0
        self.private: int | None = None

    def generate(self) -> None:
        if not self.modulus:  # a prime of this size would have to be searched for
            raise Refused(STATUS_NOT_SUPPORTED)
        self.private = secrets.randbelow(self.modulus - 3) + 2
        self.public = pow(self.generator, self.private, self.modulus)
        self.is_ready = True

    def copy(self) -> DhKey:
        self.check_ready()
        return DhKey.from_blob(
            self.algorithm,
            "DHPUBLICBLOB" if self.private is None else "DHPRIVATEBLOB",
            self.export("DHPUBLICBLOB" if self.private is None else "DHPRIVATEBLOB"),
        )

    def get_property(self, name: str, at: int) -> bytes:
        if name == "DHParameters" and self.modulus:
            header = struct.pack("<III", 12 + 2 * self.size, DH_PARAMETERS_MAGIC, self.size)
            return header + self._group()
        return super().get_property(name, at)

    def set_property(self, name: str, value: bytes) -> None:
        if name != "DHParameters" or self.is_ready:
            super().set_property(name, value)
        length, magic, size = struct.unpack("<III", split(value, 12)[0])
        if magic != DH_PARAMETERS_MAGIC or size != self.size or length != 12 + 2 * size:
            raise Refused(STATUS_INVALID_PARAMETER)
        modulus, generator = split(value[12:], size, size)
        self.modulus = int.from_bytes(modulus, "big")
        self.generator = int.from_bytes(generator, "big")

    def _group(self) -> bytes:
        return big_endian(self.modulus, self.size) + big_endian(self.generator, self.size)

    @classmethod
    def from_blob(cls, algorithm: Algorithm, kind: str, blob: bytes) -> DhKey:
        is_private = kind in ("DHPRIVATEBLOB", "PRIVATEBLOB")
        if not is_private and kind not in ("DHPUBLICBLOB", "PUBLICBLOB"):
            raise Refused(STATUS_NOT_SUPPORTED)
        magic, size = struct.unpack("<II", split(blob, 8)[0])
        if magic != (DH_PRIVATE_MAGIC if is_private else DH_PUBLIC_MAGIC):
            raise Refused(STATUS_INVALID_PARAMETER)
        numbers = [int.from_bytes(n, "big") for n in split(blob[8:], *[size] * (4 if is_private else 3))]
        key = cls(algorithm, size * 8)
        key.modulus, key.generator, key.public = numbers[:3]
        if key.modulus < 5 or not 1 < key.public < key.modulus - 1:
            raise Refused(STATUS_INVALID_PARAMETER)
        key.private = numbers[3] if is_private else None
        key.is_ready = True
        return key

    def export(self, kind: str) -> bytes:
        self.check_ready()
        public = big_endian(self.public, self.size)
        if kind in ("DHPUBLICBLOB", "PUBLICBLOB"):
            return struct.pack("<II", DH_PUBLIC_MAGIC, self.size) + self._group() + public
        if kind not in ("DHPRIVATEBLOB", "PRIVATEBLOB"):
            raise Refused(STATUS_NOT_SUPPORTED)
        if self.private is None:
            raise Refused(STATUS_INVALID_PARAMETER)
        header = struct.pack("<II", DH_PRIVATE_MAGIC, self.size)
        return header + self._group() + public + big_endian(self.private, self.size)

    def agree(self, peer: KeyPair) -> bytes:
        if not isinstance(peer, DhKey) or peer.modulus != self.modulus or self.private is None:
            raise Refused(STATUS_INVALID_PARAMETER)
        return big_endian(pow(peer.public, self.private, self.modulus), self.size)


class DSA_KEY_BLOB(ctypes.Structure):
    """Up to 1024 bits; then the modulus, the generator, the public and the private number."""

    _pack_ = 1
    _fields_ = [
        ("dwMagic", ctypes.c_uint32),
        ("cbKey", ctypes.c_uint32),
        ("Count", ctypes.c_uint8 * 4),
        ("Seed", ctypes.c_uint8 * 20),
        ("q", ctypes.c_uint8 * 20),
    ]


class DSA_KEY_BLOB_V2(ctypes.Structure):
    """More than 1024 bits; then seed, group order, modulus, generator, the public and the private number."""

    _fields_ = [
        ("dwMagic", ctypes.c_uint32),
        ("cbKey", ctypes.c_uint32),
        ("hashAlgorithm", ctypes.c_uint32),
        ("standardVersion", ctypes.c_uint32),
        ("cbSeedLength", ctypes.c_uint32),
        ("cbGroupSize", ctypes.c_uint32),
        ("Count", ctypes.c_uint8 * 4),
    ]


HASH_SHA256, STANDARD_FIPS186_3 = 1, 1
UNKNOWN = 0xFF
"""In each byte of the seed and the count of parameters that nobody can check."""


class DsaKey(KeyPair):
    def __init__(self, algorithm: Algorithm, bits: int) -> None:
        super().__init__(algorithm, bits)
        self.size = (bits + 7) // 8
        self.public: dsa.DSAPublicKey | None = None
        self.private: dsa.DSAPrivateKey | None = None

    def adopt(self, private: dsa.DSAPrivateKey) -> None:
        self.private, self.public, self.is_ready = private, private.public_key(), True

    def generate(self) -> None:
        if self.bits not in (1024, 2048, 3072):
            raise Refused(STATUS_NOT_SUPPORTED)
        self.adopt(dsa.generate_private_key(self.bits))

    def copy(self) -> DsaKey:
        self.check_ready()
        other = DsaKey(self.algorithm, self.bits)
        other.public, other.private, other.is_ready = self.public, self.private, True
        return other

    @property
    def _order_size(self) -> int:
        return 20 if self.bits <= 1024 else 32

    @property
    def signature_size(self) -> int:
        return 2 * self._order_size

    @classmethod
    def from_blob(cls, algorithm: Algorithm, kind: str, blob: bytes) -> DsaKey:
        is_private = kind in ("DSAPRIVATEBLOB", "V2DSAPRIVATEBLOB", "PRIVATEBLOB")
        if not is_private and kind not in ("DSAPUBLICBLOB", "V2DSAPUBLICBLOB", "PUBLICBLOB"):
            raise Refused(STATUS_NOT_SUPPORTED)
        magic, size = struct.unpack("<II", split(blob, 8)[0])
        if magic == (DSA_PRIVATE_MAGIC if is_private else DSA_PUBLIC_MAGIC):
            header, body = split(blob, ctypes.sizeof(DSA_KEY_BLOB))[0], blob[ctypes.sizeof(DSA_KEY_BLOB) :]
            order = bytes(DSA_KEY_BLOB.from_buffer_copy(header).q)
        elif magic == (DSA_PRIVATE_MAGIC_V2 if is_private else DSA_PUBLIC_MAGIC_V2):
            header = split(blob, ctypes.sizeof(DSA_KEY_BLOB_V2))[0]
            facts = DSA_KEY_BLOB_V2.from_buffer_copy(header)
            _, order = split(blob[len(header) :], facts.cbSeedLength, facts.cbGroupSize)
            body = blob[len(header) + facts.cbSeedLength + facts.cbGroupSize :]
        else:
            raise Refused(STATUS_INVALID_PARAMETER)
        numbers = [int.from_bytes(n, "big") for n in split(body, *[size] * 3)]
        private = split(body[3 * size :], len(order))[0] if is_private else None
        key = cls(algorithm, size * 8)
        try:
            key._import(int.from_bytes(order, "big"), numbers, private)
        except ValueError:
            raise Refused(STATUS_INVALID_PARAMETER) from None
        return key

    def _import(self, order: int, numbers: list[int], private: bytes | None) -> None:
        modulus, generator, public = numbers
        parameters = dsa.DSAParameterNumbers(modulus, order, generator)
        public_numbers = dsa.DSAPublicNumbers(public, parameters)
        if private is None:
            self.public, self.is_ready = public_numbers.public_key(), True
        else:
            numbers_ = dsa.DSAPrivateNumbers(int.from_bytes(private, "big"), public_numbers)
            self.adopt(numbers_.private_key())

    def export(self, kind: str) -> bytes:
        self.check_ready()
        is_private = kind in ("DSAPRIVATEBLOB", "V2DSAPRIVATEBLOB", "PRIVATEBLOB")
        if not is_private and kind not in ("DSAPUBLICBLOB", "V2DSAPUBLICBLOB", "PUBLICBLOB"):
            raise Refused(STATUS_NOT_SUPPORTED)
        if is_private and self.private is None:
            raise Refused(STATUS_INVALID_PARAMETER)
        assert self.public is not None
        numbers = self.public.public_numbers()
        parameters = numbers.parameter_numbers
        order = big_endian(parameters.q, self._order_size)
        body = b"".join(big_endian(n, self.size) for n in (parameters.p, parameters.g, numbers.y))
        if is_private and self.private is not None:
            body += big_endian(self.private.private_numbers().x, self._order_size)
        return self._header(order, is_private=is_private) + body

    def _header(self, order: bytes, *, is_private: bool) -> bytes:
        size = self._order_size
        count, seed = bytes([UNKNOWN]) * 4, bytes([UNKNOWN]) * size
        if size == 20:
            magic = DSA_PRIVATE_MAGIC if is_private else DSA_PUBLIC_MAGIC
            return struct.pack("<II", magic, self.size) + count + seed + order
        magic = DSA_PRIVATE_MAGIC_V2 if is_private else DSA_PUBLIC_MAGIC_V2
        facts = (magic, self.size, HASH_SHA256, STANDARD_FIPS186_3, size, size)
        return struct.pack("<6I", *facts) + count + seed + order

    def sign(self, value: bytes, padding: int, flags: int) -> bytes:
        self.check_ready()
        if flags or self.private is None or len(value) != self._order_size:
            raise Refused(STATUS_INVALID_PARAMETER)
        encoded = self.private.sign(value, utils.Prehashed(self._digest()))
        return b"".join(big_endian(n, self._order_size) for n in utils.decode_dss_signature(encoded))

    def verify(self, value: bytes, signature: bytes, padding: int, flags: int) -> bool:
        self.check_ready()
        if flags or len(value) != self._order_size:
            raise Refused(STATUS_INVALID_PARAMETER)
        if len(signature) != self.signature_size:
            return False
        assert self.public is not None
        r, s = (int.from_bytes(half, "big") for half in split(signature, *[self._order_size] * 2))
        try:
            self.public.verify(utils.encode_dss_signature(r, s), value, utils.Prehashed(self._digest()))
        except InvalidSignature:
            return False
        return True

    def _digest(self) -> hashes.HashAlgorithm:
        return hashes.SHA1() if self._order_size == 20 else hashes.SHA256()
