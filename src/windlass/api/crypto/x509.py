"""X.509 certificates, as far as crypt32's CERT_INFO tells of them.

Source: RFC 5280.
"""

from __future__ import annotations

import calendar
import functools
import hashlib
import time
from typing import NamedTuple

from windlass.api.crypto import der
from windlass.api.crypto.der import Element, decode_oid, elements

__all__ = [
    "AlgorithmIdentifier",
    "Attribute",
    "Certificate",
    "Extension",
    "algorithm",
    "attributes",
    "extensions",
    "filetime",
    "parse",
]

SUBJECT_ALT_NAME, EXTENDED_KEY_USAGE = "2.5.29.17", "2.5.29.37"
BASIC_CONSTRAINTS, KEY_USAGE, SUBJECT_KEY_IDENTIFIER = "2.5.29.19", "2.5.29.15", "2.5.29.14"

EPOCH = 116444736000000000
"""1970 as a FILETIME."""


class AlgorithmIdentifier(NamedTuple):
    oid: str
    parameters: bytes


class Extension(NamedTuple):
    oid: str
    critical: bool
    value: bytes


class Attribute(NamedTuple):
    """One part of a name."""

    oid: str
    tag: int
    value: bytes

    @property
    def text(self) -> str:
        if self.tag == der.BMP_STRING:
            return self.value.decode("utf-16-be", "replace")
        if self.tag == der.UNIVERSAL_STRING:
            return self.value.decode("utf-32-be", "replace")
        return self.value.decode("latin-1" if self.tag == der.T61_STRING else "utf-8", "replace")


class Certificate(NamedTuple):
    """Fields as they are encoded; times are FILETIMEs, integers the content of the DER integer."""

    encoded: bytes
    to_be_signed: bytes
    version: int
    serial: bytes
    signature_algorithm: AlgorithmIdentifier
    issuer: bytes
    not_before: int
    not_after: int
    subject: bytes
    key_info: bytes
    key_algorithm: AlgorithmIdentifier
    key: bytes
    extensions: tuple[Extension, ...]

    def extension(self, oid: str) -> bytes | None:
        return next((each.value for each in self.extensions if each.oid == oid), None)

    @property
    def usages(self) -> list[str] | None:
        """The extended key usages; None: any."""
        value = self.extension(EXTENDED_KEY_USAGE)
        if value is None:
            return None
        return [decode_oid(each.content) for each in elements(elements(value)[0].content)]

    @property
    def alternative_names(self) -> list[Element]:
        """GeneralNames: tag 0x81 a mail address, 0x82 a host's name, 0x86 a URL, 0x87 an address."""
        value = self.extension(SUBJECT_ALT_NAME)
        return elements(elements(value)[0].content) if value is not None else []

    @property
    def is_authority(self) -> bool:
        value = self.extension(BASIC_CONSTRAINTS)
        parts = elements(elements(value)[0].content) if value is not None else []
        return bool(parts) and parts[0].tag == der.BOOLEAN and parts[0].content != b"\0"

    @property
    def key_identifier(self) -> bytes:
        """The extension's, else the hash of the key."""
        value = self.extension(SUBJECT_KEY_IDENTIFIER)
        if value is not None:
            return elements(value)[0].content
        return hashlib.sha1(self.key, usedforsecurity=False).digest()


def algorithm(element: Element) -> AlgorithmIdentifier:
    oid, *parameters = elements(element.content)
    return AlgorithmIdentifier(decode_oid(oid.content), parameters[0].encoded if parameters else b"")


def filetime(element: Element) -> int:
    text = element.content.decode("ascii")
    if element.tag == der.UTC_TIME:
        text = ("20" if text[:2] < "50" else "19") + text
    seconds = calendar.timegm(time.strptime(text, "%Y%m%d%H%M%SZ"))
    return EPOCH + seconds * 10**7


def _extension(element: Element) -> Extension:
    oid, *rest = elements(element.content)
    critical = len(rest) == 2 and rest[0].content != b"\0"
    return Extension(decode_oid(oid.content), critical, rest[-1].content)


def extensions(content: bytes) -> tuple[Extension, ...]:
    """Those in the content of a sequence of them."""
    return tuple(map(_extension, elements(content)))


@functools.lru_cache(maxsize=512)
def parse(encoded: bytes) -> Certificate:
    """ValueError for what is no certificate."""
    try:
        return _parse(encoded)
    except (IndexError, UnicodeDecodeError) as error:
        raise ValueError(f"no certificate: {error}") from None


def _parse(data: bytes) -> Certificate:
    whole = elements(data)[0]
    to_be_signed = elements(whole.content)[0]
    fields = elements(to_be_signed.content)
    version = 0
    if fields[0].tag == 0xA0:
        version = elements(fields.pop(0).content)[0].content[0]
    serial, signature, issuer, validity, subject, key_info, *rest = fields
    before, after = elements(validity.content)
    key_algorithm, key = elements(key_info.content)
    found: tuple[Extension, ...] = ()
    for each in rest:
        if each.tag == 0xA3:
            found = extensions(elements(each.content)[0].content)
    return Certificate(
        whole.encoded,
        to_be_signed.encoded,
        version,
        serial.content,
        algorithm(signature),
        issuer.encoded,
        filetime(before),
        filetime(after),
        subject.encoded,
        key_info.encoded,
        algorithm(key_algorithm),
        key.content[1:],
        found,
    )


def attributes(name: bytes) -> list[list[Attribute]]:
    """A name's relative distinguished names, each of one attribute or more."""
    names = []
    for relative in elements(elements(name)[0].content):
        pairs = (elements(each.content) for each in elements(relative.content))
        names.append([Attribute(decode_oid(oid.content), value.tag, value.content) for oid, value in pairs])
    return names
