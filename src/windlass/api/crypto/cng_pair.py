"""What CNG's key pairs have in common."""

from __future__ import annotations

from windlass.api.crypto.cng_objects import (
    STATUS_INVALID_HANDLE,
    STATUS_INVALID_PARAMETER,
    STATUS_NOT_SUPPORTED,
    Algorithm,
    CngObject,
    dword,
)
from windlass.api.crypto.cng_symmetric import Request
from windlass.api.refused import Refused

__all__ = ["PAD_NONE", "PAD_OAEP", "PAD_PKCS1", "PAD_PSS", "KeyPair", "big_endian", "split"]

PAD_NONE, PAD_PKCS1, PAD_OAEP, PAD_PSS = 1, 2, 4, 8


class KeyPair(CngObject):
    """A public key, or a pair; it cannot be used before `generate` or an import has made it."""

    is_ready = False

    def __init__(self, algorithm: Algorithm, bits: int) -> None:
        self.algorithm = algorithm
        self.bits = bits

    def generate(self) -> None:
        """BCryptFinalizeKeyPair."""
        raise NotImplementedError

    def check_ready(self) -> None:
        if not self.is_ready:
            raise Refused(STATUS_INVALID_HANDLE)

    def export(self, kind: str) -> bytes:
        """A blob; Refused(STATUS_NOT_SUPPORTED) for a kind that is none of this key's,
        STATUS_INVALID_PARAMETER for a private one of a public key.
        """
        raise NotImplementedError

    # What the algorithm is not for stays as it is here.

    def sign(self, value: bytes, padding: int, flags: int) -> bytes:
        raise Refused(STATUS_NOT_SUPPORTED)

    def verify(self, value: bytes, signature: bytes, padding: int, flags: int) -> bool:
        raise Refused(STATUS_NOT_SUPPORTED)

    def size_after(self, request: Request, *, encrypting: bool) -> int:
        raise Refused(STATUS_NOT_SUPPORTED)

    def encrypt(self, request: Request, capacity: int) -> bytes:
        raise Refused(STATUS_NOT_SUPPORTED)

    def decrypt(self, request: Request, capacity: int) -> bytes:
        raise Refused(STATUS_NOT_SUPPORTED)

    def agree(self, peer: KeyPair) -> bytes:
        """The secret that both pairs make together, the highest byte first."""
        raise Refused(STATUS_NOT_SUPPORTED)

    @property
    def signature_size(self) -> int:
        raise Refused(STATUS_NOT_SUPPORTED)

    def get_property(self, name: str, at: int) -> bytes:
        if name in ("KeyLength", "KeyStrength", "PublicKeyLength"):
            return dword(self.bits)
        if name == "SignatureLength":
            return dword(self.signature_size)
        return self.algorithm.get_property(name, at)


def big_endian(number: int, size: int) -> bytes:
    return number.to_bytes(size, "big")


def split(blob: bytes, *sizes: int) -> list[bytes]:
    """The pieces of a blob, one after the other; Refused when it is too short."""
    if len(blob) < sum(sizes):
        raise Refused(STATUS_INVALID_PARAMETER)
    pieces, at = [], 0
    for size in sizes:
        pieces.append(blob[at : at + size])
        at += size
    return pieces
