"""RSA for both cryptographic interfaces.

Source: RFC 8017 (PKCS #1).
"""

from __future__ import annotations

import math
import secrets
from typing import NamedTuple

from windlass.api.crypto.crypto_extra import InvalidSignature, hash_algorithm, hashes, padding, rsa, utils
from windlass.api.crypto.der import NULL, OCTET_STRING, SEQUENCE, encode, encode_oid
from windlass.api.crypto.digests import DIGESTS

__all__ = ["PublicNumbers", "RsaKey"]


class PublicNumbers(NamedTuple):
    modulus: int
    exponent: int


class RsaKey:
    """A public key, with its private half if that is known."""

    def __init__(self, public: PublicNumbers, private: rsa.RSAPrivateKey | None = None) -> None:
        self.numbers = public
        self.private = private
        self.size = (public.modulus.bit_length() + 7) // 8
        self.public = rsa.RSAPublicNumbers(public.exponent, public.modulus).public_key()

    @classmethod
    def generate(cls, bits: int, exponent: int = 65537) -> RsaKey:
        return cls.from_private_key(rsa.generate_private_key(exponent, bits))

    @classmethod
    def from_private_key(cls, key: rsa.RSAPrivateKey) -> RsaKey:
        public = key.public_key().public_numbers()
        return cls(PublicNumbers(public.n, public.e), key)

    @classmethod
    def from_primes(cls, public: PublicNumbers, p: int, q: int) -> RsaKey:
        """ValueError when the numbers do not make a key."""
        if p * q != public.modulus or p <= 1 or q <= 1:
            raise ValueError("the primes do not make the modulus")
        d = pow(public.exponent, -1, math.lcm(p - 1, q - 1))
        numbers = rsa.RSAPublicNumbers(public.exponent, public.modulus)
        private = rsa.RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), numbers)
        return cls(public, private.private_key())

    @property
    def private_numbers(self) -> rsa.RSAPrivateNumbers:
        assert self.private is not None
        return self.private.private_numbers()

    # ---- the operation itself ----

    def raw_public(self, data: bytes) -> bytes:
        """ValueError for a number that is not below the modulus."""
        number = int.from_bytes(data, "big")
        if number >= self.numbers.modulus:
            raise ValueError("not below the modulus")
        return pow(number, self.numbers.exponent, self.numbers.modulus).to_bytes(self.size, "big")

    def raw_private(self, data: bytes) -> bytes:
        """Blinded, so that the time it takes tells nothing about the key."""
        n, e = self.numbers
        number = int.from_bytes(data, "big")
        if number >= n:
            raise ValueError("not below the modulus")
        blind = secrets.randbelow(n - 2) + 2
        result = pow(number * pow(blind, e, n), self.private_numbers.d, n) * pow(blind, -1, n) % n
        return result.to_bytes(self.size, "big")

    # ---- signatures ----

    def sign_pkcs1(self, digest: str | None, value: bytes) -> bytes:
        """digest None: the value is signed without the name of its hash."""
        assert self.private is not None
        algorithm = digest and hash_algorithm(digest)
        if algorithm:
            return self.private.sign(value, padding.PKCS1v15(), utils.Prehashed(algorithm))
        return self.raw_private(self._padded(digest, value))

    def verify_pkcs1(self, digest: str | None, value: bytes, signature: bytes) -> bool:
        if len(signature) != self.size:
            return False
        try:
            return self.raw_public(signature) == self._padded(digest, value)
        except ValueError:
            return False

    def _padded(self, digest: str | None, value: bytes) -> bytes:
        """EMSA-PKCS1-v1_5; ValueError when the key is too short for it."""
        if digest is not None:
            name = encode(SEQUENCE, encode_oid(DIGESTS[digest].oid) + encode(NULL, b""))
            value = encode(SEQUENCE, name + encode(OCTET_STRING, value))
        if len(value) + 11 > self.size:
            raise ValueError("the key is too short")
        return b"\0\1" + b"\xff" * (self.size - len(value) - 3) + b"\0" + value

    def sign_pss(self, digest: hashes.HashAlgorithm, value: bytes, salt: int) -> bytes:
        assert self.private is not None
        scheme = padding.PSS(padding.MGF1(digest), salt)
        return self.private.sign(value, scheme, utils.Prehashed(digest))

    def verify_pss(self, digest: hashes.HashAlgorithm, value: bytes, signature: bytes, salt: int) -> bool:
        scheme = padding.PSS(padding.MGF1(digest), salt)
        try:
            self.public.verify(signature, value, scheme, utils.Prehashed(digest))
        except InvalidSignature:
            return False
        return True

    # ---- encryption; ValueError for data that are too long, or that do not decrypt ----

    def encrypt_pkcs1(self, data: bytes) -> bytes:
        return self.public.encrypt(data, padding.PKCS1v15())

    def decrypt_pkcs1(self, data: bytes) -> bytes:
        assert self.private is not None
        return self.private.decrypt(data, padding.PKCS1v15())

    def encrypt_oaep(self, data: bytes, digest: hashes.HashAlgorithm, label: bytes) -> bytes:
        return self.public.encrypt(data, _oaep(digest, label))

    def decrypt_oaep(self, data: bytes, digest: hashes.HashAlgorithm, label: bytes) -> bytes:
        assert self.private is not None
        return self.private.decrypt(data, _oaep(digest, label))


def _oaep(digest: hashes.HashAlgorithm, label: bytes) -> padding.OAEP:
    return padding.OAEP(padding.MGF1(digest), digest, label or None)
