"""Hash functions by Windows' names: hashlib's, and the two old ones that it has no more.

Source: Microsoft, "CNG Algorithm Identifiers".
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, NamedTuple, Protocol

from windlass.api.crypto import digests_old

__all__ = ["DIGESTS", "Buffer", "Digest", "DigestFacts", "hashlib_name", "new", "new_hmac"]

Buffer = Any
"""bytes or a memoryview."""


class Digest(Protocol):
    """A hash in progress, as hashlib has them."""

    def update(self, data: Buffer, /) -> None: ...
    def digest(self) -> bytes: ...
    def copy(self) -> Any: ...


class DigestFacts(NamedTuple):
    """size: of the value, block: of HMAC's, both in bytes; oid: "" if Windows names none."""

    size: int
    block: int
    oid: str


DIGESTS = {
    "MD2": DigestFacts(16, 16, "1.2.840.113549.2.2"),
    "MD4": DigestFacts(16, 64, "1.2.840.113549.2.4"),
    "MD5": DigestFacts(16, 64, "1.2.840.113549.2.5"),
    "SHA1": DigestFacts(20, 64, "1.3.14.3.2.26"),
    "SHA256": DigestFacts(32, 64, "2.16.840.1.101.3.4.2.1"),
    "SHA384": DigestFacts(48, 128, "2.16.840.1.101.3.4.2.2"),
    "SHA512": DigestFacts(64, 128, "2.16.840.1.101.3.4.2.3"),
    "SHA3-256": DigestFacts(32, 136, "2.16.840.1.101.3.4.2.8"),
    "SHA3-384": DigestFacts(48, 104, "2.16.840.1.101.3.4.2.9"),
    "SHA3-512": DigestFacts(64, 72, "2.16.840.1.101.3.4.2.10"),
}


def hashlib_name(name: str) -> str:
    return name.lower().replace("-", "_")


def new(name: str) -> Digest:
    """A hash in progress; `name` is one of DIGESTS."""
    old = _OLD.get(name)
    return old() if old else hashlib.new(hashlib_name(name), usedforsecurity=False)


def new_hmac(name: str, key: bytes) -> Digest:
    """An HMAC in progress (RFC 2104)."""
    digest: Any = _OLD.get(name) or hashlib_name(name)
    return hmac.new(key, digestmod=digest)


_OLD = {"MD2": digests_old.MD2, "MD4": digests_old.MD4}
