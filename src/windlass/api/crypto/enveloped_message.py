"""Enveloped messages: content for those who have the private key of one of some certificates.

Source: RFC 5652, 6 (cryptographic message syntax), RFC 3370 and RFC 3565 (its algorithms).
"""

from __future__ import annotations

import secrets
from typing import Any, NamedTuple

from windlass.api.crypto import crypto_cipher, der, x509
from windlass.api.crypto.crypto_extra import padding, rsa
from windlass.api.crypto.der import decode_oid, elements, encode, encode_integer, encode_oid
from windlass.api.crypto.x509 import AlgorithmIdentifier

__all__ = ["EnvelopedMessage", "NoCipher", "Recipient", "decrypt", "encrypt", "parse"]

ENVELOPED_DATA, DATA, RSA = "1.2.840.113549.1.7.3", "1.2.840.113549.1.7.1", "1.2.840.113549.1.1.1"


class Cipher(NamedTuple):
    """name: as crypto_cipher has it; size: of the key in bytes."""

    name: str
    size: int


CIPHERS = {
    "1.3.14.3.2.7": Cipher("DES", 8),
    "1.2.840.113549.3.7": Cipher("3DES", 24),
    "2.16.840.1.101.3.4.1.2": Cipher("AES", 16),
    "2.16.840.1.101.3.4.1.22": Cipher("AES", 24),
    "2.16.840.1.101.3.4.1.42": Cipher("AES", 32),
}


class NoCipher(ValueError):
    """An algorithm that is not known, or not to be had for a key."""


class Recipient(NamedTuple):
    """serial: the content of the DER integer; key: the content's, encrypted."""

    issuer: bytes
    serial: bytes
    algorithm: AlgorithmIdentifier
    key: bytes


class EnvelopedMessage(NamedTuple):
    encoded: bytes
    version: int
    content_type: str
    algorithm: AlgorithmIdentifier
    content: bytes
    recipients: list[Recipient]


# ---- reading ----


def parse(data: bytes) -> EnvelopedMessage:
    """ValueError for what is no enveloped message; recipients who are known otherwise than by issuer and
    serial number are left out.
    """
    try:
        return _parse(data)
    except IndexError:
        raise ValueError("no enveloped message") from None


def _parse(data: bytes) -> EnvelopedMessage:
    whole = der.first(data)
    kind, body = elements(whole.content)
    if decode_oid(kind.content) != ENVELOPED_DATA:
        raise ValueError("no enveloped message")
    version, *parts = elements(elements(body.content)[0].content)
    if parts[0].tag == 0xA0:  # originatorInfo
        parts.pop(0)
    recipients, inner = parts[:2]
    content_type, algorithm, *content = elements(inner.content)
    return EnvelopedMessage(
        whole.encoded,
        int.from_bytes(version.content, "big"),
        decode_oid(content_type.content),
        x509.algorithm(algorithm),
        _octets(content[0]) if content else b"",
        [_recipient(each) for each in elements(recipients.content) if _has_serial(each)],
    )


def _octets(element: der.Element) -> bytes:
    """The content may be in several strings."""
    if element.tag & 0x20:
        return b"".join(each.content for each in elements(element.content))
    return element.content


def _has_serial(element: der.Element) -> bool:
    return element.tag == der.SEQUENCE and elements(element.content)[1].tag == der.SEQUENCE


def _recipient(element: der.Element) -> Recipient:
    _, identity, algorithm, key = elements(element.content)
    issuer, serial = elements(identity.content)
    return Recipient(issuer.encoded, serial.content, x509.algorithm(algorithm), key.content)


def decrypt(message: EnvelopedMessage, recipient: Recipient, key: Any) -> bytes:
    """With the recipient's private key; NoCipher, or ValueError for a key that is not the right one."""
    cipher = CIPHERS.get(message.algorithm.oid)
    if cipher is None or recipient.algorithm.oid != RSA or not isinstance(key, rsa.RSAPrivateKey):
        raise NoCipher("an unknown cipher")
    secret = key.decrypt(recipient.key, padding.PKCS1v15())
    iv = elements(message.algorithm.parameters)[0].content
    block = crypto_cipher.block_size(cipher.name)
    if len(secret) != cipher.size or len(iv) != block or len(message.content) % block:
        raise ValueError("not the right key")
    plain, _ = crypto_cipher.transform(cipher.name, secret, "CBC", iv, 0, message.content, encrypting=False)
    content = crypto_cipher.unpad(plain, block)
    if content is None:
        raise ValueError("not the right key")
    return content


# ---- writing ----


def _encode_recipient(certificate: x509.Certificate, secret: bytes) -> bytes:
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    key = load_der_public_key(certificate.key_info)
    if not isinstance(key, rsa.RSAPublicKey):
        raise NoCipher("a key that cannot encrypt")
    identity = encode(der.SEQUENCE, certificate.issuer + encode(der.INTEGER, certificate.serial))
    algorithm = encode(der.SEQUENCE, encode_oid(RSA) + encode(der.NULL, b""))
    wrapped = encode(der.OCTET_STRING, key.encrypt(secret, padding.PKCS1v15()))
    return encode(der.SEQUENCE, encode_integer(0) + identity + algorithm + wrapped)


def encrypt(
    content: bytes, algorithm: str, recipients: list[x509.Certificate], content_type: str = DATA
) -> bytes:
    """NoCipher for an algorithm or a recipient's key that will not do."""
    cipher = CIPHERS.get(algorithm)
    if cipher is None:
        raise NoCipher("an unknown cipher")
    block = crypto_cipher.block_size(cipher.name)
    secret, iv = secrets.token_bytes(cipher.size), secrets.token_bytes(block)
    padded = crypto_cipher.pad(content, block)
    hidden, _ = crypto_cipher.transform(cipher.name, secret, "CBC", iv, 0, padded, encrypting=True)
    identifier = encode(der.SEQUENCE, encode_oid(algorithm) + encode(der.OCTET_STRING, iv))
    inner = encode(der.SEQUENCE, encode_oid(content_type) + identifier + encode(0x80, hidden))
    infos = b"".join(sorted(_encode_recipient(each, secret) for each in recipients))
    body = encode(der.SEQUENCE, encode_integer(0) + encode(der.SET, infos) + inner)
    return encode(der.SEQUENCE, encode_oid(ENVELOPED_DATA) + encode(0xA0, body))
