"""Symmetric ciphers for both cryptographic interfaces.

Source: NIST SP 800-38A (modes), SP 800-38B (CMAC), SP 800-67 (Triple DES); RFC 2268 (RC2).
"""

from __future__ import annotations

from typing import Union

from windlass.api.crypto.crypto_extra import AES, CFB, CFB8, Cipher, CipherContext, cmac, modes, old_ciphers
from windlass.api.crypto.digests import Buffer, Digest

__all__ = ["KEY_SIZES", "block_size", "new_cmac", "pad", "stream", "transform", "unpad"]

# In bytes.
KEY_SIZES = {
    "AES": (16, 24, 32),
    "3DES": (24,),
    "3DES_112": (16,),
    "DES": (8,),
    "RC2": (16,),
    "RC4": (5, 7, 8, 10, 16, 20, 24, 32),
    "CHACHA20_POLY1305": (32,),
}


def block_size(algorithm: str) -> int:
    return 16 if algorithm == "AES" else 8


BlockMode = Union[modes.ECB, modes.CBC, CFB, CFB8]


def _cipher(algorithm: str, key: bytes, mode: BlockMode) -> Cipher[BlockMode]:
    if algorithm == "AES":
        return Cipher(AES(key), mode)
    if algorithm == "RC2":
        return Cipher(old_ciphers.RC2(key), mode)
    # One DES key stands for three equal ones, two for the first, the second and the first again.
    return Cipher(old_ciphers.TripleDES((key * 3)[:24]), mode)


def _mode(name: str, iv: bytes, feedback: int) -> BlockMode:
    if name == "CBC":
        return modes.CBC(iv)
    if name == "CFB":
        return CFB8(iv) if feedback == 1 else CFB(iv)
    return modes.ECB()


def transform(
    algorithm: str, key: bytes, mode: str, iv: bytes, feedback: int, data: Buffer, *, encrypting: bool
) -> tuple[bytes, bytes]:
    """Encrypt or decrypt whole steps of a mode ("ECB", "CBC", "CFB"): the bytes, and the next call's IV.

    feedback: the bytes of one step of CFB.
    """
    cipher = _cipher(algorithm, key, _mode(mode, iv, feedback))
    context = cipher.encryptor() if encrypting else cipher.decryptor()
    result = context.update(data) + context.finalize()
    if mode == "ECB":
        return result, iv
    encrypted = result if encrypting else bytes(data[-len(iv) :])
    return result, (iv + encrypted)[-len(iv) :]


def stream(key: bytes) -> CipherContext:
    """RC4, which encrypts and decrypts alike."""
    return Cipher(old_ciphers.ARC4(key), None).encryptor()


def pad(data: Buffer, block: int) -> bytes:
    """PKCS #7."""
    missing = block - len(data) % block
    return bytes(data) + bytes([missing]) * missing


def unpad(data: bytes, block: int) -> bytes | None:
    """None where the padding is wrong."""
    count = data[-1] if data else 0
    if not 1 <= count <= block or data[-count:] != bytes([count]) * count:
        return None
    return data[:-count]


class _Cmac:
    """CMAC with hashlib's methods."""

    def __init__(self, state: cmac.CMAC) -> None:
        self._state = state

    def update(self, data: Buffer, /) -> None:
        self._state.update(bytes(data))

    def digest(self) -> bytes:
        return self._state.copy().finalize()

    def copy(self) -> _Cmac:
        return _Cmac(self._state.copy())


def new_cmac(key: bytes) -> Digest:
    return _Cmac(cmac.CMAC(AES(key)))
