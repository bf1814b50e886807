"""Signed messages as they are encoded, and whether a signature is good.

Source: RFC 5652 (cryptographic message syntax), RFC 2315 (PKCS #7, whose content may be any element).
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from windlass.api.crypto import der, x509
from windlass.api.crypto.crypto_extra import InvalidSignature, ec, hash_algorithm, padding, rsa
from windlass.api.crypto.der import Element, decode_oid, elements
from windlass.api.crypto.digests import DIGESTS
from windlass.api.crypto.x509 import AlgorithmIdentifier

__all__ = ["Attribute", "SignedMessage", "Signer", "parse", "verify"]

SIGNED_DATA, DATA = "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.1"
MESSAGE_DIGEST = "1.2.840.113549.1.9.4"

_NAMES = {facts.oid: name for name, facts in DIGESTS.items()}


class Attribute(NamedTuple):
    """values: each encoded."""

    oid: str
    values: list[bytes]


class Signer(NamedTuple):
    """signed: the attributes as they are signed, in a set; b"": the content itself is signed."""

    encoded: bytes
    version: int
    issuer: bytes
    serial: bytes
    digest: AlgorithmIdentifier
    algorithm: AlgorithmIdentifier
    signature: bytes
    signed: bytes
    attributes: list[Attribute]
    others: list[Attribute]


class SignedMessage(NamedTuple):
    """content: None in a message that is apart from it; to_be_hashed: what of it is signed."""

    encoded: bytes
    version: int
    content_type: str
    content: bytes | None
    to_be_hashed: bytes | None
    certificates: list[x509.Certificate]
    lists: list[bytes]
    signers: list[Signer]


def _attributes(content: bytes) -> list[Attribute]:
    found = []
    for each in elements(content):
        oid, values = elements(each.content)
        found.append(
            Attribute(decode_oid(oid.content), [value.encoded for value in elements(values.content)])
        )
    return found


def _signer(element: Element) -> Signer:
    version, identity, digest, *rest = elements(element.content)
    issuer, serial = elements(identity.content)
    signed = rest.pop(0) if rest[0].tag == 0xA0 else None
    algorithm, signature, *others = rest
    return Signer(
        element.encoded,
        int.from_bytes(version.content, "big"),
        issuer.encoded,
        serial.content,
        x509.algorithm(digest),
        x509.algorithm(algorithm),
        signature.content,
        der.encode(der.SET, signed.content) if signed else b"",
        _attributes(signed.content) if signed else [],
        _attributes(others[0].content) if others else [],
    )


def parse(data: bytes) -> SignedMessage:
    """ValueError for what is no signed message; signers who are known by their key alone are none, too."""
    try:
        return _parse(data)
    except IndexError:
        raise ValueError("no signed message") from None


def _parse(data: bytes) -> SignedMessage:
    whole = der.first(data)  # in a PE file zeros up to the alignment follow
    kind, body, *_ = elements(whole.content)
    if kind.tag != der.OID or decode_oid(kind.content) != SIGNED_DATA:
        raise ValueError("no signed message")
    version, _, inner, *rest = elements(elements(body.content)[0].content)
    content_type, *content = elements(inner.content)
    element = elements(content[0].content)[0] if content else None
    certificates, lists = [], []
    for part in rest:
        if part.tag == 0xA0:
            certificates = [x509.parse(e.encoded) for e in elements(part.content) if e.tag == der.SEQUENCE]
        elif part.tag == 0xA1:
            lists = [each.encoded for each in elements(part.content)]
    plain = None
    if element is not None:
        plain = element.content if element.tag == der.OCTET_STRING else element.encoded
    return SignedMessage(
        whole.encoded,
        int.from_bytes(version.content, "big"),
        decode_oid(content_type.content),
        plain,
        element.content if element is not None else None,
        certificates,
        lists,
        [_signer(each) for each in elements(rest[-1].content)],
    )


class WrongDigest(ValueError):
    """The content is not what the attributes say."""


def digest_name(signer: Signer) -> str:
    """ValueError for one that is not known."""
    name = _NAMES.get(signer.digest.oid)
    if name is None:
        raise ValueError("an unknown hash")
    return name


def verify(signer: Signer, content: bytes, key_info: bytes) -> bool:
    """Whether the key (its SubjectPublicKeyInfo) has made the signature; WrongDigest, or ValueError for
    algorithms that are not known.
    """
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    name = digest_name(signer)
    algorithm = hash_algorithm(name)
    if algorithm is None:
        raise ValueError("an unknown hash")
    if signer.signed:
        value = hashlib.new(name.lower().replace("-", "_"), content, usedforsecurity=False).digest()
        told = next((each.values[0] for each in signer.attributes if each.oid == MESSAGE_DIGEST), b"")
        if not told or elements(told)[0].content != value:
            raise WrongDigest("the content has been changed")
    data = signer.signed or content
    key = load_der_public_key(key_info)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signer.signature, data, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signer.signature, data, ec.ECDSA(algorithm))
        else:
            raise ValueError("an unknown kind of key")
    except InvalidSignature:
        return False
    return True
