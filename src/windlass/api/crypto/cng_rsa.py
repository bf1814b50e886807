"""CNG's RSA keys.

Source: Microsoft, "BCRYPT_RSAKEY_BLOB structure", "BCRYPT_PKCS1_PADDING_INFO structure",
"BCRYPT_PSS_PADDING_INFO structure", "BCRYPT_OAEP_PADDING_INFO structure".
"""

from __future__ import annotations

import ctypes

from windlass import _core
from windlass.api.crypto.cng_objects import (
    STATUS_INVALID_PARAMETER,
    STATUS_NOT_SUPPORTED,
    Algorithm,
    dword,
)
from windlass.api.crypto.cng_pair import PAD_NONE, PAD_OAEP, PAD_PKCS1, PAD_PSS, KeyPair, big_endian, split
from windlass.api.crypto.cng_symmetric import Request
from windlass.api.crypto.crypto_extra import hash_algorithm, hashes
from windlass.api.crypto.crypto_rsa import PublicNumbers, RsaKey
from windlass.api.crypto.digests import DIGESTS
from windlass.api.refused import Refused
from windlass.api.structures import get_structure

PUBLIC_MAGIC, PRIVATE_MAGIC, FULL_PRIVATE_MAGIC = 0x31415352, 0x32415352, 0x33415352
BLOB_KINDS = {
    "RSAPUBLICBLOB": PUBLIC_MAGIC,
    "PUBLICBLOB": PUBLIC_MAGIC,
    "RSAPRIVATEBLOB": PRIVATE_MAGIC,
    "PRIVATEBLOB": PRIVATE_MAGIC,
    "RSAFULLPRIVATEBLOB": FULL_PRIVATE_MAGIC,
}


class RSAKEY_BLOB(ctypes.Structure):
    _fields_ = [
        ("Magic", ctypes.c_uint32),
        ("BitLength", ctypes.c_uint32),
        ("cbPublicExp", ctypes.c_uint32),
        ("cbModulus", ctypes.c_uint32),
        ("cbPrime1", ctypes.c_uint32),
        ("cbPrime2", ctypes.c_uint32),
    ]


class PSS_PADDING_INFO(ctypes.Structure):
    _fields_ = [("pszAlgId", ctypes.c_uint64), ("cbSalt", ctypes.c_uint32)]


class OAEP_PADDING_INFO(ctypes.Structure):
    _fields_ = [("pszAlgId", ctypes.c_uint64), ("pbLabel", ctypes.c_uint64), ("cbLabel", ctypes.c_uint32)]


class CngRsaKey(KeyPair):
    def __init__(self, algorithm: Algorithm, bits: int, key: RsaKey | None = None) -> None:
        super().__init__(algorithm, bits)
        self._key = key
        self.is_ready = key is not None

    @property
    def key(self) -> RsaKey:
        self.check_ready()
        assert self._key is not None
        return self._key

    @property
    def private(self) -> RsaKey:
        if self.key.private is None:
            raise Refused(STATUS_INVALID_PARAMETER)
        return self.key

    def generate(self) -> None:
        self._key = RsaKey.generate(self.bits)
        self.is_ready = True

    def copy(self) -> CngRsaKey:
        return CngRsaKey(self.algorithm, self.bits, self.key)

    @property
    def signature_size(self) -> int:
        return (self.bits + 7) // 8

    def get_property(self, name: str, at: int) -> bytes:
        if name == "BlockLength":
            return dword(self.signature_size)
        return super().get_property(name, at)

    # ---- blobs ----

    @classmethod
    def from_blob(cls, algorithm: Algorithm, kind: str, blob: bytes) -> CngRsaKey:
        if kind not in BLOB_KINDS:
            raise Refused(STATUS_NOT_SUPPORTED)
        split(blob, ctypes.sizeof(RSAKEY_BLOB))
        header = RSAKEY_BLOB.from_buffer_copy(blob)
        wanted = BLOB_KINDS[kind]
        if header.Magic != wanted and not (wanted == PRIVATE_MAGIC and header.Magic == FULL_PRIVATE_MAGIC):
            raise Refused(STATUS_INVALID_PARAMETER)
        sizes = [header.cbPublicExp, header.cbModulus]
        if header.Magic != PUBLIC_MAGIC:
            sizes += [header.cbPrime1, header.cbPrime2]
        pieces = split(blob[ctypes.sizeof(header) :], *sizes)
        exponent, modulus, *primes = (int.from_bytes(piece, "big") for piece in pieces)
        public = PublicNumbers(modulus, exponent)
        try:
            key = RsaKey.from_primes(public, *primes) if primes else RsaKey(public)
        except ValueError:
            raise Refused(STATUS_INVALID_PARAMETER) from None
        return cls(algorithm, modulus.bit_length(), key)

    def export(self, kind: str) -> bytes:
        magic = BLOB_KINDS.get(kind)
        if magic is None:
            raise Refused(STATUS_NOT_SUPPORTED)
        key = self.key if magic == PUBLIC_MAGIC else self.private
        exponent = key.numbers.exponent.to_bytes((key.numbers.exponent.bit_length() + 7) // 8, "big")
        body = exponent + big_endian(key.numbers.modulus, key.size)
        half = 0
        if magic != PUBLIC_MAGIC:
            numbers = key.private_numbers
            half = (max(numbers.p.bit_length(), numbers.q.bit_length()) + 7) // 8
            body += big_endian(numbers.p, half) + big_endian(numbers.q, half)
        if magic == FULL_PRIVATE_MAGIC:
            body += big_endian(numbers.dmp1, half) + big_endian(numbers.dmq1, half)
            body += big_endian(numbers.iqmp, half) + big_endian(numbers.d, key.size)
        return bytes(RSAKEY_BLOB(magic, self.bits, len(exponent), key.size, half, half)) + body

    # ---- signatures ----

    def sign(self, value: bytes, padding: int, flags: int) -> bytes:
        key = self.private
        try:
            if flags == PAD_PKCS1:
                return key.sign_pkcs1(_pkcs1_digest(padding, value), value)
            if flags == PAD_PSS:
                digest, salt = _pss_parameters(padding, value)
                return key.sign_pss(digest, value, salt)
        except ValueError:
            pass
        raise Refused(STATUS_INVALID_PARAMETER)

    def verify(self, value: bytes, signature: bytes, padding: int, flags: int) -> bool:
        try:
            if flags == PAD_PKCS1:
                return self.key.verify_pkcs1(_pkcs1_digest(padding, value), value, signature)
            if flags == PAD_PSS:
                digest, salt = _pss_parameters(padding, value)
                return self.key.verify_pss(digest, value, signature, salt)
        except ValueError:
            return False
        raise Refused(STATUS_INVALID_PARAMETER)

    # ---- encryption ----

    def size_after(self, request: Request, *, encrypting: bool) -> int:
        return self.key.size

    def encrypt(self, request: Request, capacity: int) -> bytes:
        data = _core.read(request.data, request.size)
        try:
            if request.flags == PAD_PKCS1:
                return self.key.encrypt_pkcs1(data)
            if request.flags == PAD_OAEP:
                return self.key.encrypt_oaep(data, *_oaep_parameters(request.padding))
            if request.flags in (0, PAD_NONE) and len(data) == self.key.size:
                return self.key.raw_public(data)
        except ValueError:
            pass
        raise Refused(STATUS_INVALID_PARAMETER)

    def decrypt(self, request: Request, capacity: int) -> bytes:
        data = _core.read(request.data, request.size)
        key = self.private
        try:
            if len(data) != key.size:
                raise ValueError("not the modulus' length")
            if request.flags == PAD_PKCS1:
                return key.decrypt_pkcs1(data)
            if request.flags == PAD_OAEP:
                return key.decrypt_oaep(data, *_oaep_parameters(request.padding))
            if request.flags in (0, PAD_NONE):
                return key.raw_private(data)
        except ValueError:
            pass
        raise Refused(STATUS_INVALID_PARAMETER)


def _digest_name(pointer: int) -> str:
    name = _core.wide_string(pointer) if pointer else ""
    if name not in DIGESTS:
        raise Refused(STATUS_NOT_SUPPORTED)
    return name


def _pkcs1_digest(padding: int, value: bytes) -> str | None:
    """The hash that a BCRYPT_PKCS1_PADDING_INFO names; None: only the value is to be signed."""
    if not padding:
        raise Refused(STATUS_INVALID_PARAMETER)
    pointer = int.from_bytes(_core.read(padding, 8), "little")
    if not pointer:
        return None
    name = _digest_name(pointer)
    if DIGESTS[name].size != len(value):
        raise Refused(STATUS_INVALID_PARAMETER)
    return name


def _pss_parameters(padding: int, value: bytes) -> tuple[hashes.HashAlgorithm, int]:
    if not padding:
        raise Refused(STATUS_INVALID_PARAMETER)
    info = get_structure(padding, PSS_PADDING_INFO)
    digest = hash_algorithm(_digest_name(info.pszAlgId))
    if digest is None:
        raise Refused(STATUS_NOT_SUPPORTED)
    if digest.digest_size != len(value):
        raise Refused(STATUS_INVALID_PARAMETER)
    return digest, info.cbSalt


def _oaep_parameters(padding: int) -> tuple[hashes.HashAlgorithm, bytes]:
    if not padding:
        raise Refused(STATUS_INVALID_PARAMETER)
    info = get_structure(padding, OAEP_PADDING_INFO)
    digest = hash_algorithm(_digest_name(info.pszAlgId))
    if digest is None:
        raise Refused(STATUS_NOT_SUPPORTED)
    return digest, _core.read(info.pbLabel, info.cbLabel) if info.pbLabel else b""
