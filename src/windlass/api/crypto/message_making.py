"""Signed and hashed messages put together.

Source: RFC 5652, 5 and 7 (cryptographic message syntax), RFC 2315 (PKCS #7).
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from windlass.api.crypto import der
from windlass.api.crypto.certificate_signing import sign
from windlass.api.crypto.crypto_extra import ec, rsa
from windlass.api.crypto.der import encode, encode_integer, encode_oid
from windlass.api.crypto.digests import DIGESTS, hashlib_name

__all__ = ["DATA", "Signature", "UnknownHash", "content_info", "hashed", "signed"]

DATA, SIGNED_DATA = (f"1.2.840.113549.1.7.{number}" for number in (1, 2))
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
RSA = "1.2.840.113549.1.1.1"
_ECDSA = {
    "SHA1": "1.2.840.10045.4.1",
    "SHA256": "1.2.840.10045.4.3.2",
    "SHA384": "1.2.840.10045.4.3.3",
    "SHA512": "1.2.840.10045.4.3.4",
}
_NAMES = {facts.oid: name for name, facts in DIGESTS.items()}


class UnknownHash(ValueError):
    pass


class Signature(NamedTuple):
    """Who signs, and how. serial: the content of the DER integer; digest: the hash's identifier; attributes
    and others: encoded ones that are signed, and that are not.
    """

    issuer: bytes
    serial: bytes
    key: Any
    digest: str
    attributes: list[bytes]
    others: list[bytes]


def _digest(oid: str, content: bytes) -> bytes:
    name = _NAMES.get(oid)
    if name is None or name in ("MD2", "MD4"):
        raise UnknownHash("an unknown hash")
    return hashlib.new(hashlib_name(name), content, usedforsecurity=False).digest()


def _algorithm(oid: str, *, has_null: bool = True) -> bytes:
    return encode(der.SEQUENCE, encode_oid(oid) + (encode(der.NULL, b"") if has_null else b""))


def _attribute(oid: str, value: bytes) -> bytes:
    return encode(der.SEQUENCE, encode_oid(oid) + encode(der.SET, value))


def _signature_algorithm(signature: Signature) -> bytes:
    if isinstance(signature.key, rsa.RSAPrivateKey):
        return _algorithm(RSA)
    found = _ECDSA.get(_NAMES.get(signature.digest, ""))
    if found is None or not isinstance(signature.key, ec.EllipticCurvePrivateKey):
        raise UnknownHash("no signature of this kind")
    return _algorithm(found, has_null=False)


def _signer_info(signature: Signature, content: bytes, content_type: str) -> bytes:
    """With attributes of the program's own, those of the content's type and hash are added."""
    digest = _digest(signature.digest, content)
    data, implicit = content, b""
    if signature.attributes or content_type != DATA:
        attributes = [
            _attribute(CONTENT_TYPE, encode_oid(content_type)),
            _attribute(MESSAGE_DIGEST, encode(der.OCTET_STRING, digest)),
            *signature.attributes,
        ]
        together = b"".join(sorted(attributes))
        data, implicit = encode(der.SET, together), encode(0xA0, together)
    identity = encode(der.SEQUENCE, signature.issuer + encode(der.INTEGER, signature.serial))
    made = encode_integer(1) + identity + _algorithm(signature.digest) + implicit
    made += _signature_algorithm(signature)
    made += encode(der.OCTET_STRING, sign(signature.key, signature.digest, data))
    if signature.others:
        made += encode(0xA1, b"".join(sorted(signature.others)))
    return encode(der.SEQUENCE, made)


def content_info(oid: str, body: bytes) -> bytes:
    return encode(der.SEQUENCE, encode_oid(oid) + encode(0xA0, body))


def _inner(content: bytes, content_type: str, *, detached: bool) -> bytes:
    body = b"" if detached else encode(0xA0, encode(der.OCTET_STRING, content))
    return encode(der.SEQUENCE, encode_oid(content_type) + body)


def signed(
    content: bytes,
    signatures: list[Signature],
    certificates: list[bytes],
    lists: list[bytes],
    *,
    detached: bool = False,
    content_type: str = DATA,
) -> bytes:
    """SignedData, without a ContentInfo around it."""
    digests = sorted({_algorithm(each.digest) for each in signatures})
    made = encode_integer(1) + encode(der.SET, b"".join(digests))
    made += _inner(content, content_type, detached=detached)
    made += encode(0xA0, b"".join(certificates)) if certificates else b""
    made += encode(0xA1, b"".join(lists)) if lists else b""
    infos = sorted(_signer_info(each, content, content_type) for each in signatures)
    return encode(der.SEQUENCE, made + encode(der.SET, b"".join(infos)))


def hashed(content: bytes, digest: str, *, detached: bool) -> bytes:
    """DigestedData, without a ContentInfo around it."""
    value = encode(der.OCTET_STRING, _digest(digest, content))
    made = encode_integer(0) + _algorithm(digest) + _inner(content, DATA, detached=detached) + value
    return encode(der.SEQUENCE, made)
