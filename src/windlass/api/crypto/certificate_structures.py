"""The larger structures of certificates, decoded and encoded: names, extensions, certificates, requests.

Source: Microsoft, "Constants for CryptEncodeObject and CryptDecodeObject", "CERT_NAME_INFO structure",
"CERT_ALT_NAME_ENTRY structure", "CERT_AUTHORITY_KEY_ID2_INFO structure", "CRL_DIST_POINTS_INFO structure",
"CERT_POLICIES_INFO structure", "CERT_SIGNED_CONTENT_INFO structure", "CERT_REQUEST_INFO structure"; RFC 5280,
RFC 2986.
"""

from __future__ import annotations

import ctypes
import struct
import time
from collections.abc import Callable
from ctypes import c_uint32, c_uint64
from typing import TypeVar

from windlass import _core
from windlass.api.crypto import der, x509
from windlass.api.crypto.certificate_context import (
    AlgorithmIdentifier,
    BitBlob,
    Blob,
    CertInfo,
    Extension,
    PublicKeyInfo,
)
from windlass.api.crypto.der import Element, decode_oid, elements, encode, encode_integer, encode_oid
from windlass.api.outputs import get_u32, get_u64
from windlass.api.records import Field
from windlass.api.structures import get_structure

__all__ = ["DECODERS", "ENCODERS", "encode_algorithm", "encode_public_key"]

S = TypeVar("S", bound=ctypes.Structure)

# lpszStructType's numbers.
CERT, CERT_TO_BE_SIGNED, CERT_REQUEST_TO_BE_SIGNED, EXTENSIONS, NAME_VALUE, NAME = 1, 2, 4, 5, 6, 7
ALTERNATE_NAME, POLICIES, UTC_TIME, UNICODE_NAME, ATTRIBUTE, UNICODE_NAME_VALUE = 12, 16, 17, 20, 22, 24
CHOICE_OF_TIME, AUTHORITY_KEY_ID2, AUTHORITY_INFO_ACCESS, DIST_POINTS = 30, 31, 32, 35
ECC_SIGNATURE, ALGORITHM = 47, 74

# ---- small parts, read ----


def blob_at(blob: Blob) -> bytes:
    return _core.read(blob.pbData, blob.cbData) if blob.cbData else b""


def _array(address: int, count: int, type: type[S]) -> list[S]:
    return [get_structure(address + index * ctypes.sizeof(type), type) for index in range(count)]


def _text_at(address: int) -> str:
    return _core.string(address).decode("ascii", "replace")


def _oid_field(content: bytes) -> bytes:
    return decode_oid(content).encode() + b"\0"


def _blob_fields(data: bytes) -> list[Field]:
    return [len(data), data]


def _bit_fields(element: Element) -> list[Field]:
    return [len(element.content) - 1, element.content[1:], element.content[0], 0]


NO_BITS: list[Field] = [0, b"", 0, 0]


def _algorithm_fields(element: Element) -> list[Field]:
    oid, *parameters = elements(element.content)
    return [_oid_field(oid.content), *_blob_fields(parameters[0].encoded if parameters else b"")]


def _time_fields(element: Element) -> list[Field]:
    value = x509.filetime(element)
    return [value & 0xFFFFFFFF, value >> 32]


# ---- small parts, written ----


_WITHOUT_NULL = ("1.2.840.10045.4.", "1.2.840.10040.4.3", "1.3.101.")


def encode_algorithm(algorithm: AlgorithmIdentifier) -> bytes:
    """Without parameters there is an explicit NULL, but for signatures that must have none (RFC 5758)."""
    oid = _text_at(algorithm.pszObjId)
    nothing = b"" if oid.startswith(_WITHOUT_NULL) else encode(der.NULL, b"")
    return encode(der.SEQUENCE, encode_oid(oid) + (blob_at(algorithm.Parameters) or nothing))


def _encode_bits(bits: BitBlob) -> bytes:
    data = _core.read(bits.pbData, bits.cbData) if bits.cbData else b""
    return encode(der.BIT_STRING, bytes([bits.cUnusedBits & 7]) + data)


def encode_public_key(info: PublicKeyInfo) -> bytes:
    return encode(der.SEQUENCE, encode_algorithm(info.Algorithm) + _encode_bits(info.PublicKey))


def encode_little(data: bytes) -> bytes:
    """An integer that is not negative, from its lowest byte on."""
    return encode_integer(int.from_bytes(data, "little"))


def _encode_serial(data: bytes) -> bytes:
    """As it is, for a serial number may be negative."""
    return encode(der.INTEGER, data[::-1] or b"\0")


def encode_time(filetime: int) -> bytes:
    """UTCTime up to 2049, GeneralizedTime from then on."""
    moment = time.gmtime((filetime - x509.EPOCH) // 10**7)
    if 1950 <= moment.tm_year < 2050:
        return encode(der.UTC_TIME, time.strftime("%y%m%d%H%M%SZ", moment).encode())
    text = f"{moment.tm_year:04}" + time.strftime("%m%d%H%M%SZ", moment)
    return encode(der.GENERALIZED_TIME, text.encode())


def _filetime(halves: ctypes.Array[c_uint32]) -> int:
    return halves[0] | halves[1] << 32


# ---- names ----

# CERT_RDN_...: the numbers of the kinds of text, by ASN.1's tags.
_TEXT_KINDS = {
    der.OCTET_STRING: 2,
    der.NUMERIC_STRING: 3,
    der.PRINTABLE_STRING: 4,
    der.T61_STRING: 5,
    0x15: 6,
    der.IA5_STRING: 7,
    0x19: 8,
    der.VISIBLE_STRING: 9,
    0x1B: 10,
    der.UNIVERSAL_STRING: 11,
    der.BMP_STRING: 12,
    der.UTF8_STRING: 13,
}
_TAGS = {kind: tag for tag, kind in _TEXT_KINDS.items()}
ENCODED_KIND, OCTETS_KIND, UNIVERSAL_KIND, BMP_KIND, UTF8_KIND = 1, 2, 11, 12, 13


class RdnAttribute(ctypes.Structure):
    _fields_ = [("pszObjId", c_uint64), ("dwValueType", c_uint32), ("Value", Blob)]


class Counted(ctypes.Structure):
    """A count and an array, as many structures are."""

    _fields_ = [("count", c_uint32), ("items", c_uint64)]


def _value_fields(element: Element, *, unicode: bool) -> list[Field]:
    """CERT_NAME_VALUE: wide texts are UTF-16, others as they are encoded. With `unicode` all texts are
    UTF-16, ended by a zero that is not counted.
    """
    kind = _TEXT_KINDS.get(element.tag, ENCODED_KIND)
    if kind == ENCODED_KIND:
        return [kind, 0, *_blob_fields(element.encoded)]
    if kind == OCTETS_KIND:
        return [kind, 0, *_blob_fields(element.content)]
    text = x509.Attribute("", element.tag, element.content).text
    if unicode:
        data = _core.wide_bytes(text)
        return [kind, 0, len(data) - 2, data]
    if kind in (BMP_KIND, UTF8_KIND):
        return [kind, 0, *_blob_fields(text.encode("utf-16-le"))]
    if kind == UNIVERSAL_KIND:
        return [kind, 0, *_blob_fields(text.encode("utf-32-le"))]
    return [kind, 0, *_blob_fields(element.content)]


def _encode_value(kind: int, data: bytes, *, unicode: bool) -> bytes:
    if kind == ENCODED_KIND:
        return data
    tag = _TAGS.get(kind)
    if tag is None:
        raise ValueError("no kind of text")
    if (unicode and kind != OCTETS_KIND) or kind in (BMP_KIND, UTF8_KIND):
        text = data.decode("utf-16-le").rstrip("\0")
    elif kind == UNIVERSAL_KIND:
        text = data.decode("utf-32-le")
    else:
        return encode(tag, data)
    codec = {BMP_KIND: "utf-16-be", UNIVERSAL_KIND: "utf-32-be", UTF8_KIND: "utf-8"}.get(kind, "latin-1")
    return encode(tag, text.encode(codec))


def _decode_name(data: bytes, *, unicode: bool) -> list[Field]:
    rows: list[Field] = []
    parts = elements(elements(data)[0].content)
    for part in parts:
        attributes: list[Field] = []
        pairs = [elements(each.content) for each in elements(part.content)]
        for oid, value in pairs:
            attributes += [_oid_field(oid.content), *_value_fields(value, unicode=unicode)]
        rows += [len(pairs), attributes]
    return [len(parts), rows]


def _value_at(blob: Blob, unicode: bool) -> bytes:
    """A wide text may be without a size, ended by a zero."""
    if unicode and not blob.cbData and blob.pbData:
        return _core.wide_string(blob.pbData).encode("utf-16-le")
    return blob_at(blob)


def _encode_rdn_attribute(attribute: RdnAttribute, *, unicode: bool) -> bytes:
    value = _encode_value(attribute.dwValueType, _value_at(attribute.Value, unicode), unicode=unicode)
    return encode(der.SEQUENCE, encode_oid(_text_at(attribute.pszObjId)) + value)


def _encode_name(address: int, *, unicode: bool) -> bytes:
    info, parts = get_structure(address, Counted), []
    for part in _array(info.items, info.count, Counted):
        attributes = _array(part.items, part.count, RdnAttribute)
        encoded = sorted(_encode_rdn_attribute(each, unicode=unicode) for each in attributes)
        parts.append(encode(der.SET, b"".join(encoded)))
    return encode(der.SEQUENCE, b"".join(parts))


def _encode_name_value(address: int, *, unicode: bool) -> bytes:
    kind, blob = get_u32(address), get_structure(address + 8, Blob)
    return _encode_value(kind, _value_at(blob, unicode), unicode=unicode)


# ---- extensions ----


def _decode_extensions(data: bytes) -> list[Field]:
    found = x509.extensions(elements(data)[0].content)
    rows: list[Field] = []
    for each in found:
        rows += [each.oid.encode() + b"\0", each.critical, 0, *_blob_fields(each.value)]
    return [len(found), rows]


def _encode_extension(extension: Extension) -> bytes:
    critical = encode(der.BOOLEAN, b"\xff") if extension.fCritical else b""
    value = encode(der.OCTET_STRING, blob_at(extension.Value))
    return encode(der.SEQUENCE, encode_oid(_text_at(extension.pszObjId)) + critical + value)


def encode_extensions(count: int, address: int) -> bytes:
    return encode(der.SEQUENCE, b"".join(map(_encode_extension, _array(address, count, Extension))))


def _encode_extensions_at(address: int) -> bytes:
    info = get_structure(address, Counted)
    return encode_extensions(info.count, info.items)


# CERT_ALT_NAME_ENTRY's choices are one more than ASN.1's tags.
OTHER_NAME, MAIL, DNS, X400, DIRECTORY, EDI, URL, IP_ADDRESS, REGISTERED_ID = range(1, 10)
_TEXT_CHOICES = (MAIL, DNS, URL)


class AltNameEntry(ctypes.Structure):
    """`blob` is a pointer and nothing else for the choices that are a text or a structure."""

    _fields_ = [("dwAltNameChoice", c_uint32), ("value", c_uint64), ("pbData", c_uint64)]


def _alternative_fields(element: Element) -> list[Field]:
    choice = (element.tag & 0x1F) + 1
    if choice in _TEXT_CHOICES:
        return [choice, 0, element.content.decode("latin-1"), 0, 0]
    if choice == REGISTERED_ID:
        return [choice, 0, _oid_field(element.content), 0, 0]
    if choice == OTHER_NAME:
        oid, value = elements(element.content)
        return [choice, 0, [_oid_field(oid.content), *_blob_fields(value.content)], 0, 0]
    if choice == IP_ADDRESS:
        return [choice, 0, *_blob_fields(element.content)]
    if choice == DIRECTORY:
        return [choice, 0, *_blob_fields(element.content)]
    raise ValueError("an alternative name that no structure has")


def _alternatives_fields(content: bytes) -> list[Field]:
    """CERT_ALT_NAME_INFO"""
    found = elements(content)
    return [len(found), [field for each in found for field in _alternative_fields(each)]]


NO_ALTERNATIVES: list[Field] = [0, b""]


def _encode_alternative(entry: AltNameEntry) -> bytes:
    choice = entry.dwAltNameChoice
    tag = 0x80 | choice - 1
    if choice in _TEXT_CHOICES:
        return encode(tag, _core.wide_string(entry.value).encode("ascii"))
    if choice == REGISTERED_ID:
        return encode(tag, der.oid_content(_text_at(entry.value)))
    if choice == OTHER_NAME:
        value = encode(0xA0, blob_at(get_structure(entry.value + 8, Blob)))
        return encode(0xA0, encode_oid(_text_at(get_u64(entry.value))) + value)
    data = _core.read(entry.pbData, entry.value & 0xFFFFFFFF)
    if choice == IP_ADDRESS:
        return encode(tag, data)
    if choice == DIRECTORY:
        return encode(0x20 | tag, data)
    raise ValueError("an alternative name that cannot be encoded")


def _encode_alternatives(info: Counted) -> bytes:
    return b"".join(map(_encode_alternative, _array(info.items, info.count, AltNameEntry)))


class AuthorityKeyId2(ctypes.Structure):
    _fields_ = [("KeyId", Blob), ("AuthorityCertIssuer", Counted), ("AuthorityCertSerialNumber", Blob)]


def _decode_key_id(data: bytes) -> list[Field]:
    parts = {part.tag: part.content for part in elements(elements(data)[0].content)}
    issuer = _alternatives_fields(parts[0xA1]) if 0xA1 in parts else NO_ALTERNATIVES
    return [*_blob_fields(parts.get(0x80, b"")), *issuer, *_blob_fields(parts.get(0x82, b"")[::-1])]


def _encode_key_id(address: int) -> bytes:
    info = get_structure(address, AuthorityKeyId2)
    content = encode(0x80, blob_at(info.KeyId)) if info.KeyId.cbData else b""
    if info.AuthorityCertIssuer.count:
        content += encode(0xA1, _encode_alternatives(info.AuthorityCertIssuer))
    if info.AuthorityCertSerialNumber.cbData:
        content += encode(0x82, blob_at(info.AuthorityCertSerialNumber)[::-1])
    return encode(der.SEQUENCE, content)


class AccessDescription(ctypes.Structure):
    _fields_ = [("pszAccessMethod", c_uint64), ("AccessLocation", AltNameEntry)]


def _decode_access(data: bytes) -> list[Field]:
    rows: list[Field] = []
    descriptions = [elements(each.content) for each in elements(elements(data)[0].content)]
    for method, location in descriptions:
        rows += [_oid_field(method.content), *_alternative_fields(location)]
    return [len(descriptions), rows]


def _encode_access(address: int) -> bytes:
    info, content = get_structure(address, Counted), b""
    for each in _array(info.items, info.count, AccessDescription):
        location = _encode_alternative(each.AccessLocation)
        content += encode(der.SEQUENCE, encode_oid(_text_at(each.pszAccessMethod)) + location)
    return encode(der.SEQUENCE, content)


class DistributionPoint(ctypes.Structure):
    _fields_ = [
        ("dwDistPointNameChoice", c_uint32),
        ("FullName", Counted),
        ("ReasonFlags", BitBlob),
        ("CRLIssuer", Counted),
    ]


FULL_NAME = 1


def _point_fields(element: Element) -> list[Field]:
    parts = {part.tag: part for part in elements(element.content)}
    choice, names, reasons, issuer = 0, NO_ALTERNATIVES, NO_BITS, NO_ALTERNATIVES
    if 0xA0 in parts:
        name = elements(parts[0xA0].content)[0]
        choice = (name.tag & 0x1F) + 1
        names = _alternatives_fields(name.content) if choice == FULL_NAME else NO_ALTERNATIVES
    if 0x81 in parts:
        reasons = _bit_fields(parts[0x81])
    if 0xA2 in parts:
        issuer = _alternatives_fields(parts[0xA2].content)
    return [choice, 0, *names, *reasons, *issuer]


def _decode_points(data: bytes) -> list[Field]:
    points = elements(elements(data)[0].content)
    return [len(points), [field for each in points for field in _point_fields(each)]]


def _encode_point(point: DistributionPoint) -> bytes:
    content = b""
    if point.dwDistPointNameChoice == FULL_NAME:
        content += encode(0xA0, encode(0xA0, _encode_alternatives(point.FullName)))
    if point.ReasonFlags.cbData:
        content += encode(0x81, elements(_encode_bits(point.ReasonFlags))[0].content)
    if point.CRLIssuer.count:
        content += encode(0xA2, _encode_alternatives(point.CRLIssuer))
    return encode(der.SEQUENCE, content)


def _encode_points(address: int) -> bytes:
    info = get_structure(address, Counted)
    points = _array(info.items, info.count, DistributionPoint)
    return encode(der.SEQUENCE, b"".join(map(_encode_point, points)))


class PolicyInfo(ctypes.Structure):
    _fields_ = [
        ("pszPolicyIdentifier", c_uint64),
        ("cPolicyQualifier", c_uint32),
        ("rgPolicyQualifier", c_uint64),
    ]


class Qualifier(ctypes.Structure):
    _fields_ = [("pszPolicyQualifierId", c_uint64), ("Qualifier", Blob)]


def _decode_policies(data: bytes) -> list[Field]:
    rows: list[Field] = []
    policies = elements(elements(data)[0].content)
    for policy in policies:
        oid, *rest = elements(policy.content)
        pairs = [elements(each.content) for each in elements(rest[0].content)] if rest else []
        qualifiers: list[Field] = []
        for kind, value in pairs:
            qualifiers += [_oid_field(kind.content), *_blob_fields(value.encoded)]
        rows += [_oid_field(oid.content), len(pairs), qualifiers]
    return [len(policies), rows]


def _encode_policy(policy: PolicyInfo) -> bytes:
    content = encode_oid(_text_at(policy.pszPolicyIdentifier))
    qualifiers = _array(policy.rgPolicyQualifier, policy.cPolicyQualifier, Qualifier)
    encoded = [
        encode(der.SEQUENCE, encode_oid(_text_at(each.pszPolicyQualifierId)) + blob_at(each.Qualifier))
        for each in qualifiers
    ]
    return encode(der.SEQUENCE, content + (encode(der.SEQUENCE, b"".join(encoded)) if encoded else b""))


def _encode_policies(address: int) -> bytes:
    info = get_structure(address, Counted)
    return encode(der.SEQUENCE, b"".join(map(_encode_policy, _array(info.items, info.count, PolicyInfo))))


# ---- attributes and requests ----


class Attribute(ctypes.Structure):
    """CRYPT_ATTRIBUTE"""

    _fields_ = [("pszObjId", c_uint64), ("cValue", c_uint32), ("rgValue", c_uint64)]


def _attribute_fields(element: Element) -> list[Field]:
    oid, values = elements(element.content)
    found = elements(values.content)
    return [
        _oid_field(oid.content),
        len(found),
        [field for each in found for field in _blob_fields(each.encoded)],
    ]


def _decode_attribute(data: bytes) -> list[Field]:
    return _attribute_fields(elements(data)[0])


def encode_attribute(attribute: Attribute) -> bytes:
    values = sorted(blob_at(each) for each in _array(attribute.rgValue, attribute.cValue, Blob))
    return encode(der.SEQUENCE, encode_oid(_text_at(attribute.pszObjId)) + encode(der.SET, b"".join(values)))


def encode_attributes(count: int, address: int) -> bytes:
    """Those of an array, in the order of a set."""
    return b"".join(sorted(map(encode_attribute, _array(address, count, Attribute))))


class RequestInfo(ctypes.Structure):
    """CERT_REQUEST_INFO"""

    _fields_ = [
        ("dwVersion", c_uint32),
        ("Subject", Blob),
        ("SubjectPublicKeyInfo", PublicKeyInfo),
        ("cAttribute", c_uint32),
        ("rgAttribute", c_uint64),
    ]


def key_fields(element: Element) -> list[Field]:
    """CERT_PUBLIC_KEY_INFO"""
    algorithm, key = elements(element.content)
    return [*_algorithm_fields(algorithm), *_bit_fields(key)]


def _decode_request(data: bytes) -> list[Field]:
    version, subject, key, *rest = elements(elements(data)[0].content)
    attributes = elements(rest[0].content) if rest else []
    rows = [field for each in attributes for field in _attribute_fields(each)]
    number = int.from_bytes(version.content, "big")
    return [number, 0, *_blob_fields(subject.encoded), *key_fields(key), len(attributes), rows]


def _encode_request(address: int) -> bytes:
    info = get_structure(address, RequestInfo)
    content = (
        encode_integer(info.dwVersion) + blob_at(info.Subject) + encode_public_key(info.SubjectPublicKeyInfo)
    )
    attributes = encode(0xA0, encode_attributes(info.cAttribute, info.rgAttribute))
    return encode(der.SEQUENCE, content + attributes)


# ---- certificates ----


def _decode_certificate_info(data: bytes) -> list[Field]:
    """CERT_INFO, of a part to be signed or of a whole certificate."""
    inner = elements(elements(data)[0].content)
    if inner[0].tag == der.SEQUENCE:
        inner = elements(inner[0].content)
    version = 0
    if inner[0].tag == 0xA0:
        version = elements(inner.pop(0).content)[0].content[0]
    serial, signature, issuer, validity, subject, key, *rest = inner
    before, after = elements(validity.content)
    parts = {part.tag: part for part in rest}
    extensions: list[Field] = [0, b""]
    if 0xA3 in parts:
        extensions = _decode_extensions(parts[0xA3].content)
    return [
        version,
        0,
        *_blob_fields(serial.content[::-1]),
        *_algorithm_fields(signature),
        *_blob_fields(issuer.encoded),
        *_time_fields(before),
        *_time_fields(after),
        *_blob_fields(subject.encoded),
        *key_fields(key),
        *(_bit_fields(parts[0x81]) if 0x81 in parts else NO_BITS),
        *(_bit_fields(parts[0x82]) if 0x82 in parts else NO_BITS),
        *extensions,
    ]


def _encode_certificate_info(address: int) -> bytes:
    info = get_structure(address, CertInfo)
    content = encode(0xA0, encode_integer(info.dwVersion)) if info.dwVersion else b""
    content += _encode_serial(blob_at(info.SerialNumber)) + encode_algorithm(info.SignatureAlgorithm)
    validity = encode_time(_filetime(info.NotBefore)) + encode_time(_filetime(info.NotAfter))
    content += blob_at(info.Issuer) + encode(der.SEQUENCE, validity) + blob_at(info.Subject)
    content += encode_public_key(info.SubjectPublicKeyInfo)
    for tag, bits in ((0x81, info.IssuerUniqueId), (0x82, info.SubjectUniqueId)):
        if bits.cbData:
            content += encode(tag, elements(_encode_bits(bits))[0].content)
    if info.cExtension:
        content += encode(0xA3, encode_extensions(info.cExtension, info.rgExtension))
    return encode(der.SEQUENCE, content)


class SignedContent(ctypes.Structure):
    """CERT_SIGNED_CONTENT_INFO"""

    _fields_ = [("ToBeSigned", Blob), ("SignatureAlgorithm", AlgorithmIdentifier), ("Signature", BitBlob)]


def decode_signed(data: bytes, *, turned: bool = True) -> list[Field]:
    """The signature comes with its lowest byte first, unless the program says that it is not to be turned."""
    content, algorithm, signature = elements(elements(data)[0].content)
    bits = signature.content
    signed = [*_blob_fields(content.encoded), *_algorithm_fields(algorithm)]
    return [*signed, len(bits) - 1, bits[:0:-1] if turned else bits[1:], bits[0]]


def encode_signed_at(address: int, *, turned: bool = True) -> bytes:
    info = get_structure(address, SignedContent)
    signature = _core.read(info.Signature.pbData, info.Signature.cbData)
    algorithm = encode_algorithm(info.SignatureAlgorithm)
    return encode_signed(blob_at(info.ToBeSigned), algorithm, signature[::-1] if turned else signature)


def encode_signed(content: bytes, algorithm: bytes, signature: bytes) -> bytes:
    return encode(der.SEQUENCE, content + algorithm + encode(der.BIT_STRING, b"\0" + signature))


# ---- numbers and times ----


def _decode_ecc_signature(data: bytes) -> list[Field]:
    numbers = (each.content.lstrip(b"\0")[::-1] for each in elements(elements(data)[0].content))
    return [field for number in numbers for field in _blob_fields(number)]


def _encode_ecc_signature(address: int) -> bytes:
    parts = (blob_at(get_structure(address + offset, Blob)) for offset in (0, 16))
    return encode(der.SEQUENCE, b"".join(map(encode_little, parts)))


def _decode_time(data: bytes) -> list[Field]:
    return _time_fields(elements(data)[0])


def _encode_time_at(address: int) -> bytes:
    return encode_time(struct.unpack("<Q", _core.read(address, 8))[0])


DECODERS: dict[int, Callable[[bytes], list[Field]]] = {
    CERT: decode_signed,
    CERT_TO_BE_SIGNED: _decode_certificate_info,
    CERT_REQUEST_TO_BE_SIGNED: _decode_request,
    EXTENSIONS: _decode_extensions,
    NAME: lambda data: _decode_name(data, unicode=False),
    UNICODE_NAME: lambda data: _decode_name(data, unicode=True),
    NAME_VALUE: lambda data: _value_fields(elements(data)[0], unicode=False),
    UNICODE_NAME_VALUE: lambda data: _value_fields(elements(data)[0], unicode=True),
    ALTERNATE_NAME: lambda data: _alternatives_fields(elements(data)[0].content),
    AUTHORITY_KEY_ID2: _decode_key_id,
    AUTHORITY_INFO_ACCESS: _decode_access,
    DIST_POINTS: _decode_points,
    POLICIES: _decode_policies,
    ATTRIBUTE: _decode_attribute,
    UTC_TIME: _decode_time,
    CHOICE_OF_TIME: _decode_time,
    ECC_SIGNATURE: _decode_ecc_signature,
    ALGORITHM: lambda data: _algorithm_fields(elements(data)[0]),
}

ENCODERS: dict[int, Callable[[int], bytes]] = {
    CERT: encode_signed_at,
    CERT_TO_BE_SIGNED: _encode_certificate_info,
    CERT_REQUEST_TO_BE_SIGNED: _encode_request,
    EXTENSIONS: _encode_extensions_at,
    NAME: lambda address: _encode_name(address, unicode=False),
    UNICODE_NAME: lambda address: _encode_name(address, unicode=True),
    NAME_VALUE: lambda address: _encode_name_value(address, unicode=False),
    UNICODE_NAME_VALUE: lambda address: _encode_name_value(address, unicode=True),
    ALTERNATE_NAME: lambda address: encode(
        der.SEQUENCE, _encode_alternatives(get_structure(address, Counted))
    ),
    AUTHORITY_KEY_ID2: _encode_key_id,
    AUTHORITY_INFO_ACCESS: _encode_access,
    DIST_POINTS: _encode_points,
    POLICIES: _encode_policies,
    ATTRIBUTE: lambda address: encode_attribute(get_structure(address, Attribute)),
    UTC_TIME: _encode_time_at,
    CHOICE_OF_TIME: _encode_time_at,
    ECC_SIGNATURE: _encode_ecc_signature,
    ALGORITHM: lambda address: encode_algorithm(get_structure(address, AlgorithmIdentifier)),
}
