"""What CryptoAPI's handles stand for, and its algorithms' numbers.

Source: Microsoft, "ALG_ID", "CryptoAPI Cryptographic Service Providers", "Cryptographic Provider Types".
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from windlass import _core
from windlass.api.crypto import crypt_handles as handles
from windlass.api.crypto import digests
from windlass.api.outputs import get_u32
from windlass.api.refused import Refused

ERROR_INVALID_HANDLE = 6
ERROR_INVALID_PARAMETER = 87
ERROR_MORE_DATA = 234

NTE_BAD_HASH = 0x80090002
NTE_BAD_KEY = 0x80090003
NTE_BAD_LEN = 0x80090004
NTE_BAD_DATA = 0x80090005
NTE_BAD_SIGNATURE = 0x80090006
NTE_BAD_VER = 0x80090007
NTE_BAD_ALGID = 0x80090008
NTE_BAD_FLAGS = 0x80090009
NTE_BAD_TYPE = 0x8009000A
NTE_BAD_KEY_STATE = 0x8009000B
NTE_BAD_HASH_STATE = 0x8009000C
NTE_NO_KEY = 0x8009000D

CALG_SSL3_SHAMD5, CALG_HMAC = 0x8008, 0x8009
CALG_RSA_SIGN, CALG_RSA_KEYX = 0x2400, 0xA400
CALG_RC4, CALG_3DES, CALG_AES_128, CALG_AES_192, CALG_AES_256 = 0x6801, 0x6603, 0x660E, 0x660F, 0x6610

HASHES = {
    0x8001: "MD2",
    0x8002: "MD4",
    0x8003: "MD5",
    0x8004: "SHA1",
    0x800C: "SHA256",
    0x800D: "SHA384",
    0x800E: "SHA512",
}


class CipherFacts(NamedTuple):
    """name: as crypto_cipher has it; size: of the key in bytes; block: 0 for a stream cipher."""

    name: str
    size: int
    block: int


CIPHERS = {
    0x6601: CipherFacts("DES", 8, 8),
    0x6602: CipherFacts("RC2", 16, 8),
    CALG_3DES: CipherFacts("3DES", 24, 8),
    0x6609: CipherFacts("3DES_112", 16, 8),
    CALG_RC4: CipherFacts("RC4", 16, 0),
    CALG_AES_128: CipherFacts("AES", 16, 16),
    CALG_AES_192: CipherFacts("AES", 24, 16),
    CALG_AES_256: CipherFacts("AES", 32, 16),
}

PROV_RSA_AES = 24
CRYPT_PROVIDER = 0x50595243
NEED_NEW_PROVIDER = {0x800C, 0x800D, 0x800E, CALG_AES_128, CALG_AES_192, CALG_AES_256}


class Provider(NamedTuple):
    """struct crypt_provider's first fields."""

    type: int
    serial: int

    def check(self, algorithm: int) -> None:
        """AES and SHA-2 are not the old providers'."""
        if algorithm in NEED_NEW_PROVIDER and self.type != PROV_RSA_AES:
            raise Refused(NTE_BAD_ALGID)


def provider_of(handle: int) -> Provider:
    try:
        mark, type, serial = struct.unpack("<IIQ", _core.read(handle, 16))
    except _core.AccessViolation:
        raise Refused(ERROR_INVALID_PARAMETER) from None
    if mark != CRYPT_PROVIDER:
        raise Refused(ERROR_INVALID_PARAMETER)
    return Provider(type, serial)


class Hash:
    """A hash in progress. `key` is an HMAC's, which must be told its digest (HP_HMAC_INFO) first. Reading the
    value, or setting it, ends the hash.
    """

    def __init__(self, provider: Provider, algorithm: int, key: bytes = b"") -> None:
        self.provider = provider
        self.algorithm = algorithm
        self.key = key
        self.digest = HASHES.get(algorithm, "")
        self.state: digests.Digest | None = digests.new(self.digest) if self.digest else None
        self.value: bytes | None = None

    def copy(self) -> Hash:
        other = Hash(self.provider, self.algorithm, self.key)
        other.digest, other.value = self.digest, self.value
        other.state = self.state.copy() if self.state else None
        return other

    @property
    def size(self) -> int:
        if self.algorithm == CALG_SSL3_SHAMD5:
            return 36
        return digests.DIGESTS[self.digest].size if self.digest else 0

    def set_hmac(self, digest: str) -> None:
        self.digest = digest
        self.state = digests.new_hmac(digest, self.key)

    def update(self, data: digests.Buffer) -> None:
        if self.value is not None or self.state is None:
            raise Refused(NTE_BAD_HASH_STATE)
        self.state.update(data)

    def finish(self) -> bytes:
        if self.value is None:
            if self.state is None:
                raise Refused(NTE_BAD_HASH_STATE)
            self.value = self.state.digest()
        return self.value


def hash_of(handle: int) -> Hash:
    found = handles.object_of(handle, Hash)
    if found is None:
        raise Refused(ERROR_INVALID_PARAMETER)
    return found


def deliver(data: bytes, output: int, size_in_out: int) -> None:
    """Give data back in the manner of CryptoAPI: ERROR_MORE_DATA and the size for a buffer too small."""
    if not size_in_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    capacity = get_u32(size_in_out)
    _core.write(size_in_out, struct.pack("<I", len(data)))
    if not output:
        return
    if capacity < len(data):
        raise Refused(ERROR_MORE_DATA)
    _core.write(output, data)
