"""Small pieces of ASN.1's distinguished encoding rules (X.690)."""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "Element",
    "decode_oid",
    "elements",
    "encode",
    "encode_integer",
    "encode_oid",
    "first",
    "oid_content",
]

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTF8_STRING, NUMERIC_STRING, PRINTABLE_STRING, T61_STRING, IA5_STRING = 0x0C, 0x12, 0x13, 0x14, 0x16
UTC_TIME, GENERALIZED_TIME, VISIBLE_STRING, UNIVERSAL_STRING, BMP_STRING = 0x17, 0x18, 0x1A, 0x1C, 0x1E
SEQUENCE, SET = 0x30, 0x31


class Element(NamedTuple):
    """content: without tag and length; encoded: with both."""

    tag: int
    content: bytes
    encoded: bytes


def encode(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def elements(data: bytes) -> list[Element]:
    """The elements one after the other; ValueError for what is no DER."""
    found, at = [], 0
    while at < len(data):
        element = _element(data, at)
        found.append(element)
        at += len(element.encoded)
    return found


def first(data: bytes) -> Element:
    """The first element, whatever follows it; ValueError."""
    return _element(data, 0)


def _element(data: bytes, at: int) -> Element:
    if len(data) - at < 2 or data[at] & 0x1F == 0x1F:
        raise ValueError("no DER element")
    start, size = at + 2, data[at + 1]
    if size & 0x80:
        count = size & 0x7F
        if not 1 <= count <= 4 or start + count > len(data):
            raise ValueError("no DER length")
        size = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + size > len(data):
        raise ValueError("a DER element ends too late")
    return Element(data[at], data[start : start + size], data[at : start + size])


def encode_integer(value: int) -> bytes:
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid_content(oid: str) -> bytes:
    """ValueError for what is no object identifier in dots."""
    first, second, *rest = (int(part) for part in oid.split("."))
    content = b""
    for number in [first * 40 + second, *rest]:
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        content += bytes(reversed(septets))
    return content


def encode_oid(oid: str) -> bytes:
    return encode(OID, oid_content(oid))


def decode_oid(content: bytes) -> str:
    """The dotted text of an object identifier's content."""
    numbers, number = [], 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(number)
            number = 0
    if not numbers or content[-1] & 0x80:
        raise ValueError("no object identifier")
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))
