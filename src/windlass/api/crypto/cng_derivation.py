"""Keys that CNG derives: from an agreed secret, and from a secret that is a key itself.

Source: Microsoft, "BCryptDeriveKey function", "BCryptKeyDerivation function"; NIST SP 800-56A
(concatenation), NIST SP 800-108 (counter mode); RFC 5869 (HKDF); RFC 2246 and RFC 5246 (the TLS PRF).
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable

from windlass import _core
from windlass.api.crypto import cng, digests
from windlass.api.crypto.cng_objects import (
    STATUS_INVALID_PARAMETER,
    STATUS_NOT_SUPPORTED,
    Algorithm,
    CngObject,
    dword,
    unwide,
)
from windlass.api.refused import Refused
from windlass.api.structures import get_structure

__all__ = ["Parameters", "SecretKey", "derive_from_secret", "parameters_of"]

# Types of parameters.
HASH_ALGORITHM, SECRET_PREPEND, SECRET_APPEND, HMAC_KEY, TLS_LABEL, TLS_SEED = range(6)
SECRET_HANDLE, TLS_PROTOCOL, ALGORITHMID, PARTYUINFO, PARTYVINFO, SUPPPUBINFO, SUPPPRIVINFO = range(6, 13)
LABEL, CONTEXT, SALT, ITERATION_COUNT, GENERIC_PARAMETER, KEYBITLENGTH = range(13, 19)
HKDF_SALT, HKDF_INFO = 0x13, 0x14

USE_SECRET_AS_HMAC_KEY = 1
TLS1_2 = 0x0303

Parameters = dict[int, list[bytes]]
"""The values by their type, in order."""


class Buffer(ctypes.Structure):
    """BCryptBuffer"""

    _fields_ = [
        ("cbBuffer", ctypes.c_uint32),
        ("BufferType", ctypes.c_uint32),
        ("pvBuffer", ctypes.c_uint64),
    ]


class BufferDesc(ctypes.Structure):
    _fields_ = [
        ("ulVersion", ctypes.c_uint32),
        ("cBuffers", ctypes.c_uint32),
        ("pBuffers", ctypes.c_uint64),
    ]


def parameters_of(address: int) -> Parameters:
    """What a BCryptBufferDesc has; NULL is an empty one."""
    found: Parameters = {}
    if address:
        description = get_structure(address, BufferDesc)
        for index in range(description.cBuffers):
            buffer = get_structure(description.pBuffers + index * ctypes.sizeof(Buffer), Buffer)
            found.setdefault(buffer.BufferType, []).append(_core.read(buffer.pvBuffer, buffer.cbBuffer))
    return found


def _joined(parameters: Parameters, type: int) -> bytes:
    return b"".join(parameters.get(type, []))


def _digest(parameters: Parameters, default: str | None = None) -> str:
    values = parameters.get(HASH_ALGORITHM)
    name = unwide(values[0]) if values else default
    if name not in digests.DIGESTS:
        raise Refused(STATUS_NOT_SUPPORTED if values else STATUS_INVALID_PARAMETER)
    return name


def _hash(digest: str, data: bytes) -> bytes:
    state = digests.new(digest)
    state.update(data)
    return state.digest()


def _hmac(digest: str, key: bytes, data: bytes) -> bytes:
    state = digests.new_hmac(digest, key)
    state.update(data)
    return state.digest()


# ---- from an agreed secret ----


def derive_from_secret(
    secret: bytes, kdf: str, parameters: Parameters, size: int | None, flags: int
) -> bytes:
    """secret: the highest byte first. size: how many bytes are wanted, None when only their number is."""
    derive = _SECRET_DERIVATIONS.get(kdf)
    if derive is None:
        raise Refused(STATUS_NOT_SUPPORTED)
    key = derive(secret, parameters, size, flags)
    return key if size is None else key[:size]


def _secret_hash(secret: bytes, parameters: Parameters, size: int | None, flags: int) -> bytes:
    around = _joined(parameters, SECRET_PREPEND) + secret + _joined(parameters, SECRET_APPEND)
    return _hash(_digest(parameters, "SHA1"), around)


def _secret_hmac(secret: bytes, parameters: Parameters, size: int | None, flags: int) -> bytes:
    key = secret if flags & USE_SECRET_AS_HMAC_KEY else _joined(parameters, HMAC_KEY)
    around = _joined(parameters, SECRET_PREPEND) + secret + _joined(parameters, SECRET_APPEND)
    return _hmac(_digest(parameters, "SHA1"), key, around)


def _secret_truncate(secret: bytes, parameters: Parameters, size: int | None, flags: int) -> bytes:
    """The secret itself, the lowest byte first."""
    return secret[::-1]


def _secret_concat(secret: bytes, parameters: Parameters, size: int | None, flags: int) -> bytes:
    digest = _digest(parameters, "SHA256")
    types = (ALGORITHMID, PARTYUINFO, PARTYVINFO, SUPPPUBINFO, SUPPPRIVINFO)
    return _concat(digest, secret, b"".join(_joined(parameters, type) for type in types), size)


def _concat(digest: str, secret: bytes, other: bytes, size: int | None) -> bytes:
    length = digests.DIGESTS[digest].size
    rounds = -(-(length if size is None else size) // length)
    blocks = (_hash(digest, index.to_bytes(4, "big") + secret + other) for index in range(1, rounds + 1))
    return b"".join(blocks)


def _secret_tls(secret: bytes, parameters: Parameters, size: int | None, flags: int) -> bytes:
    protocol = int.from_bytes(_joined(parameters, TLS_PROTOCOL)[:4], "little")
    label, seed = _joined(parameters, TLS_LABEL), _joined(parameters, TLS_SEED)
    if protocol >= TLS1_2:
        return _tls12(_digest(parameters, "SHA256"), secret, label + seed, size or 48)
    return _tls10(secret, label + seed, size or 48)


def _tls12(digest: str, secret: bytes, seed: bytes, size: int) -> bytes:
    """P_hash."""
    result, chain = b"", seed
    while len(result) < size:
        chain = _hmac(digest, secret, chain)
        result += _hmac(digest, secret, chain + seed)
    return result[:size]


def _tls10(secret: bytes, seed: bytes, size: int) -> bytes:
    half = (len(secret) + 1) // 2
    left = _tls12("MD5", secret[:half], seed, size)
    right = _tls12("SHA1", secret[-half:], seed, size)
    return bytes(a ^ b for a, b in zip(left, right))


def _secret_hkdf(secret: bytes, parameters: Parameters, size: int | None, flags: int) -> bytes:
    digest = _digest(parameters)
    length = digests.DIGESTS[digest].size if size is None else size
    extracted = _hmac(digest, _joined(parameters, HKDF_SALT), secret)
    return _expand(digest, extracted, _joined(parameters, HKDF_INFO), length)


def _expand(digest: str, key: bytes, info: bytes, size: int) -> bytes:
    if size > 255 * digests.DIGESTS[digest].size:
        raise Refused(STATUS_INVALID_PARAMETER)
    result, block, index = b"", b"", 0
    while len(result) < size:
        index += 1
        block = _hmac(digest, key, block + info + bytes([index]))
        result += block
    return result[:size]


_SECRET_DERIVATIONS: dict[str, Callable[[bytes, Parameters, int | None, int], bytes]] = {
    "HASH": _secret_hash,
    "HMAC": _secret_hmac,
    "TRUNCATE": _secret_truncate,
    "SP800_56A_CONCAT": _secret_concat,
    "TLS_PRF": _secret_tls,
    "HKDF": _secret_hkdf,
}


# ---- from a key of a derivation algorithm ----


class SecretKey(CngObject):
    """A key of PBKDF2, HKDF and their like; HKDF is told its hash and salt as properties."""

    def __init__(self, algorithm: Algorithm, secret: bytes) -> None:
        self.algorithm = algorithm
        self.secret = secret
        self.digest = ""
        self.extracted: bytes | None = None

    def copy(self) -> SecretKey:
        other = SecretKey(self.algorithm, self.secret)
        other.digest, other.extracted = self.digest, self.extracted
        return other

    def get_property(self, name: str, at: int) -> bytes:
        if name in ("KeyLength", "KeyStrength"):
            return dword(len(self.secret) * 8)
        return self.algorithm.get_property(name, at)

    def set_property(self, name: str, value: bytes) -> None:
        if self.algorithm.name != "HKDF" or not name.startswith("Hkdf"):
            super().set_property(name, value)
        elif name == "HkdfHashAlgorithm":
            self.digest = _digest({HASH_ALGORITHM: [value]})
        elif not self.digest:
            raise Refused(STATUS_INVALID_PARAMETER)
        elif name == "HkdfSaltAndFinalize":
            self.extracted = _hmac(self.digest, value, self.secret)
        elif name == "HkdfPrkAndFinalize":
            self.extracted = self.secret
        else:
            super().set_property(name, value)

    def derive(self, parameters: Parameters, size: int) -> bytes:
        return _KEY_DERIVATIONS[self.algorithm.name](self, parameters, size)


def _pbkdf2(key: SecretKey, parameters: Parameters, size: int) -> bytes:
    iterations = int.from_bytes(_joined(parameters, ITERATION_COUNT)[:8], "little") or 10000
    return cng.pbkdf2(_digest(parameters), key.secret, _joined(parameters, SALT), iterations, size)


def _hkdf(key: SecretKey, parameters: Parameters, size: int) -> bytes:
    if key.extracted is None:
        raise Refused(STATUS_INVALID_PARAMETER)
    return _expand(key.digest, key.extracted, _joined(parameters, HKDF_INFO), size)


def _capi(key: SecretKey, parameters: Parameters, size: int) -> bytes:
    digest = _digest(parameters)
    value = _hash(digest, key.secret)
    if size > 2 * len(value):
        raise Refused(STATUS_INVALID_PARAMETER)
    return (value if size <= len(value) else cng.capi_key(digest, value))[:size]


def _counter(key: SecretKey, parameters: Parameters, size: int) -> bytes:
    """SP 800-108: counter, label, a zero, context, length in bits."""
    digest = _digest(parameters)
    fixed = parameters.get(GENERIC_PARAMETER)
    if fixed is None:
        ends = (size * 8).to_bytes(4, "big")
        fixed = [_joined(parameters, LABEL) + b"\0" + _joined(parameters, CONTEXT) + ends]
    rounds = range(1, -(-size // digests.DIGESTS[digest].size) + 1)
    blocks = (_hmac(digest, key.secret, index.to_bytes(4, "big") + fixed[0]) for index in rounds)
    return b"".join(blocks)[:size]


def _concatenated(key: SecretKey, parameters: Parameters, size: int) -> bytes:
    """SP 800-56A."""
    fixed = parameters.get(GENERIC_PARAMETER)
    types = (ALGORITHMID, PARTYUINFO, PARTYVINFO, SUPPPUBINFO, SUPPPRIVINFO)
    other = fixed[0] if fixed else b"".join(_joined(parameters, type) for type in types)
    return _concat(_digest(parameters), key.secret, other, size)[:size]


_KEY_DERIVATIONS: dict[str, Callable[[SecretKey, Parameters, int], bytes]] = {
    "PBKDF2": _pbkdf2,
    "HKDF": _hkdf,
    "CAPI_KDF": _capi,
    "SP800_108_CTR_HMAC": _counter,
    "SP800_56A_CONCAT": _concatenated,
}
