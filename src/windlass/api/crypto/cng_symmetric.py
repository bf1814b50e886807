"""CNG's keys of symmetric ciphers.

Source: Microsoft, "BCryptEncrypt function", "BCryptDecrypt function",
"BCRYPT_AUTHENTICATED_CIPHER_MODE_INFO structure", "BCRYPT_KEY_DATA_BLOB_HEADER structure".
"""

from __future__ import annotations

import ctypes
import struct
from typing import Any, NamedTuple

from windlass import _core
from windlass.api.crypto import crypto_cipher
from windlass.api.crypto.cng_objects import (
    STATUS_AUTH_TAG_MISMATCH,
    STATUS_BUFFER_TOO_SMALL,
    STATUS_DATA_ERROR,
    STATUS_INVALID_BUFFER_SIZE,
    STATUS_INVALID_PARAMETER,
    STATUS_NOT_SUPPORTED,
    Algorithm,
    CngObject,
    dword,
    feedback_of,
    mode_of,
)
from windlass.api.crypto.crypto_extra import AES, Cipher, InvalidTag, aead, keywrap, modes
from windlass.api.refused import Refused
from windlass.api.structures import get_structure

KEY_DATA_MAGIC, KEY_DATA_VERSION = 0x4D42444B, 1

BLOCK_PADDING = 1

CHAIN_CALLS, IN_PROGRESS = 1, 2


class Request(NamedTuple):
    """The arguments of BCryptEncrypt and BCryptDecrypt: addresses, and the sizes behind them."""

    data: int
    size: int
    padding: int
    iv: int
    iv_size: int
    flags: int


class AUTHENTICATED_CIPHER_MODE_INFO(ctypes.Structure):
    _fields_ = [
        ("cbSize", ctypes.c_uint32),
        ("dwInfoVersion", ctypes.c_uint32),
        ("pbNonce", ctypes.c_uint64),
        ("cbNonce", ctypes.c_uint32),
        ("pbAuthData", ctypes.c_uint64),
        ("cbAuthData", ctypes.c_uint32),
        ("pbTag", ctypes.c_uint64),
        ("cbTag", ctypes.c_uint32),
        ("pbMacContext", ctypes.c_uint64),
        ("cbMacContext", ctypes.c_uint32),
        ("cbAAD", ctypes.c_uint32),
        ("cbData", ctypes.c_uint64),
        ("dwFlags", ctypes.c_uint32),
    ]


class SymmetricKey(CngObject):
    """`mode` and the IV are the key's own from its making on. `stream` is RC4's state."""

    def __init__(self, algorithm: Algorithm, secret: bytes) -> None:
        self.algorithm = algorithm
        self.name = algorithm.name
        self.secret = secret
        self.mode = algorithm.mode
        self.feedback = algorithm.feedback
        self.block = algorithm.family.block
        self.iv = bytes(self.block)
        self.stream = crypto_cipher.stream(secret) if self.name == "RC4" else None
        self.chains: dict[int, Any] = {}  # calls in progress, by the program's pbMacContext

    @classmethod
    def from_secret(cls, algorithm: Algorithm, secret: bytes) -> SymmetricKey:
        if len(secret) not in crypto_cipher.KEY_SIZES[algorithm.name]:
            raise Refused(STATUS_INVALID_PARAMETER)
        return cls(algorithm, secret)

    def copy(self) -> SymmetricKey:
        other = SymmetricKey(self.algorithm, self.secret)
        other.mode, other.feedback, other.iv = self.mode, self.feedback, self.iv
        return other

    # ---- properties ----

    def get_property(self, name: str, at: int) -> bytes:
        if name == "ChainingMode":
            return self._as_algorithm().get_property(name, at)
        if name == "KeyLength":
            return dword(len(self.secret) * 8)
        if name == "KeyStrength":
            return dword(len(self.secret) * 8)
        if name == "IV" and self.mode in ("CBC", "CFB"):
            return self.iv
        return self._as_algorithm().get_property(name, at)

    def _as_algorithm(self) -> Algorithm:
        same = Algorithm(self.name, mode=self.mode)
        same.feedback, same.handle = self.feedback, self.algorithm.handle
        return same

    def set_property(self, name: str, value: bytes) -> None:
        if name == "ChainingMode":
            self.mode = mode_of(self.name, value)
        elif name == "IV":
            if len(value) < self.block:
                raise Refused(STATUS_INVALID_PARAMETER)
            self.iv = value[: self.block]
        elif name == "MessageBlockLength" and self.mode == "CFB":
            self.feedback = feedback_of(self.block, value)
        else:
            super().set_property(name, value)

    # ---- blobs ----

    def export(self, kind: str) -> bytes:
        if kind not in ("KeyDataBlob", "OpaqueKeyBlob"):
            raise Refused(STATUS_NOT_SUPPORTED)
        return struct.pack("<III", KEY_DATA_MAGIC, KEY_DATA_VERSION, len(self.secret)) + self.secret

    def wrap(self, key: SymmetricKey) -> bytes:
        """Another key, encrypted with this one (RFC 3565)."""
        if self.name != "AES" or len(key.secret) % 8:
            raise Refused(STATUS_NOT_SUPPORTED)
        return keywrap.aes_key_wrap(self.secret, key.secret)

    def unwrap(self, blob: bytes) -> bytes:
        if self.name != "AES":
            raise Refused(STATUS_NOT_SUPPORTED)
        try:
            return keywrap.aes_key_unwrap(self.secret, blob)
        except (keywrap.InvalidUnwrap, ValueError):
            raise Refused(STATUS_INVALID_PARAMETER) from None

    # ---- encryption ----

    def size_after(self, request: Request, *, encrypting: bool) -> int:
        """The bytes that the output needs room for, before anything is done."""
        if encrypting and request.flags & BLOCK_PADDING and self.is_block_mode:
            return (request.size // self.block + 1) * self.block
        return request.size

    @property
    def is_block_mode(self) -> bool:
        return self.mode in ("ECB", "CBC", "CFB")

    def encrypt(self, request: Request, capacity: int) -> bytes:
        return self._transform(request, capacity, encrypting=True)

    def decrypt(self, request: Request, capacity: int) -> bytes:
        return self._transform(request, capacity, encrypting=False)

    def _transform(self, request: Request, capacity: int, *, encrypting: bool) -> bytes:
        if request.flags & ~BLOCK_PADDING:
            raise Refused(STATUS_INVALID_PARAMETER)
        if self.stream is not None:
            return self.stream.update(_core.view(request.data, request.size))
        if self.is_block_mode:
            return self._in_blocks(request, capacity, encrypting=encrypting)
        return self._authenticated(request, encrypting=encrypting)

    def _in_blocks(self, request: Request, capacity: int, *, encrypting: bool) -> bytes:
        padded = bool(request.flags & BLOCK_PADDING)
        step = self.feedback if self.mode == "CFB" else self.block
        if not (padded and encrypting) and request.size % step:
            raise Refused(STATUS_INVALID_BUFFER_SIZE)
        iv = self._initial(request)
        data = _core.view(request.data, request.size)
        given = crypto_cipher.pad(data, self.block) if padded and encrypting else data
        result, next_iv = crypto_cipher.transform(
            self.name, self.secret, self.mode, iv, self.feedback, given, encrypting=encrypting
        )
        if padded and not encrypting:
            stripped = crypto_cipher.unpad(result, self.block)
            if stripped is None:
                raise Refused(STATUS_DATA_ERROR)
            result = stripped
        if len(result) > capacity:
            raise Refused(STATUS_BUFFER_TOO_SMALL)
        if request.iv:
            _core.write(request.iv, next_iv)
        return result

    def _initial(self, request: Request) -> bytes:
        if not request.iv:
            return self.iv
        if self.mode == "ECB" or request.iv_size != self.block:
            raise Refused(STATUS_INVALID_PARAMETER)
        return _core.read(request.iv, self.block)

    # ---- authenticated encryption ----

    def _authenticated(self, request: Request, *, encrypting: bool) -> bytes:
        if not request.padding or request.flags & BLOCK_PADDING:
            raise Refused(STATUS_INVALID_PARAMETER)
        info = get_structure(request.padding, AUTHENTICATED_CIPHER_MODE_INFO)
        if info.cbSize != ctypes.sizeof(info) or info.dwInfoVersion != 1:
            raise Refused(STATUS_INVALID_PARAMETER)
        if info.dwFlags & CHAIN_CALLS or info.pbMacContext in self.chains:
            return self._chained(request, info, encrypting=encrypting)
        self._check_lengths(info)
        data = _core.view(request.data, request.size)
        nonce, known = _core.read(info.pbNonce, info.cbNonce), _core.read(info.pbAuthData, info.cbAuthData)
        if encrypting:
            result, tag = self._seal(nonce, data, known, info.cbTag)
            _core.write(info.pbTag, tag)
            return result
        try:
            return self._unseal(nonce, data, _core.read(info.pbTag, info.cbTag), known)
        except InvalidTag:
            raise Refused(STATUS_AUTH_TAG_MISMATCH) from None

    def _check_lengths(self, info: AUTHENTICATED_CIPHER_MODE_INFO) -> None:
        if self.mode == "CCM":
            good = 7 <= info.cbNonce <= 13 and 4 <= info.cbTag <= 16 and info.cbTag % 2 == 0
        else:
            shortest = 12 if self.mode == "GCM" else 16
            good = info.cbNonce == 12 and shortest <= info.cbTag <= 16
        if not good or not info.pbNonce or not info.pbTag:
            raise Refused(STATUS_INVALID_PARAMETER)

    def _seal(self, nonce: bytes, data: memoryview, known: bytes, tag_size: int) -> tuple[bytes, bytes]:
        if self.mode == "GCM":
            context = Cipher(AES(self.secret), modes.GCM(nonce)).encryptor()
            context.authenticate_additional_data(known)
            return context.update(data) + context.finalize(), context.tag[:tag_size]
        sealed = self._sealer(tag_size).encrypt(nonce, data, known)
        return sealed[: len(data)], sealed[len(data) :]

    def _unseal(self, nonce: bytes, data: memoryview, tag: bytes, known: bytes) -> bytes:
        if self.mode == "GCM":
            context = Cipher(AES(self.secret), modes.GCM(nonce, tag, min_tag_length=12)).decryptor()
            context.authenticate_additional_data(known)
            return context.update(data) + context.finalize()
        return self._sealer(len(tag)).decrypt(nonce, bytes(data) + tag, known)

    def _sealer(self, tag_size: int) -> aead.AESCCM | aead.ChaCha20Poly1305:
        if self.mode == "CCM":
            return aead.AESCCM(self.secret, tag_size)
        return aead.ChaCha20Poly1305(self.secret)

    def _chained(self, request: Request, info: AUTHENTICATED_CIPHER_MODE_INFO, *, encrypting: bool) -> bytes:
        """One of several calls for one message. The last has no CHAIN_CALLS; the first has no IN_PROGRESS,
        which Windows sets itself.
        """
        if self.mode != "GCM":
            raise Refused(STATUS_NOT_SUPPORTED)  # CCM must know the whole length before
        place = info.pbMacContext
        context = self.chains.get(place)
        last = not info.dwFlags & CHAIN_CALLS
        if context is None:
            self._check_lengths(info)
            cipher = Cipher(AES(self.secret), modes.GCM(_core.read(info.pbNonce, info.cbNonce)))
            context = self.chains[place] = cipher.encryptor() if encrypting else cipher.decryptor()
        if not last and request.size % self.block:
            raise Refused(STATUS_INVALID_BUFFER_SIZE)
        if info.cbAuthData:
            context.authenticate_additional_data(_core.read(info.pbAuthData, info.cbAuthData))
        result: bytes = context.update(_core.view(request.data, request.size))
        flags = request.padding + AUTHENTICATED_CIPHER_MODE_INFO.dwFlags.offset
        _core.write(flags, dword(info.dwFlags | IN_PROGRESS))
        if last:
            del self.chains[place]
            result += self._finish_chain(context, info, encrypting=encrypting)
        return result

    def _finish_chain(self, context: Any, info: AUTHENTICATED_CIPHER_MODE_INFO, *, encrypting: bool) -> bytes:
        if encrypting:
            rest: bytes = context.finalize()
            _core.write(info.pbTag, context.tag[: info.cbTag])
            return rest
        try:
            return bytes(context.finalize_with_tag(_core.read(info.pbTag, info.cbTag)))
        except InvalidTag:
            raise Refused(STATUS_AUTH_TAG_MISMATCH) from None


def secret_of_blob(blob: bytes) -> bytes:
    """What a KeyDataBlob holds."""
    if len(blob) < 12:
        raise Refused(STATUS_INVALID_PARAMETER)
    magic, version, size = struct.unpack_from("<III", blob)
    if magic != KEY_DATA_MAGIC or version != KEY_DATA_VERSION or size > len(blob) - 12:
        raise Refused(STATUS_INVALID_PARAMETER)
    return blob[12 : 12 + size]
