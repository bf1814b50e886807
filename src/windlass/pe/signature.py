"""What vouches for a file: its checksum, its certificates, and the Rich header of Microsoft's linker.

Source: Microsoft, "PE Format", "The Attribute Certificate Table (Image Only)" and "CheckSum"; the Rich header
is not documented.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from windlass.pe import layout
from windlass.pe.image import Image, align_up

__all__ = ["Certificate", "RichEntry", "RichHeader", "compute_checksum", "read_certificates", "read_rich"]


class Certificate(NamedTuple):
    """One entry of the certificate table, which is never mapped.

    type:   2 (PKCS#7 signed data) for Authenticode.
    offset: of the certificate's own bytes in the file; size: theirs.
    """

    revision: int
    type: int
    offset: int
    size: int


class RichEntry(NamedTuple):
    """How many objects one tool contributed to an image."""

    product: int
    build: int
    objects: int


class RichHeader(NamedTuple):
    """The tools that made an image, as Microsoft's linker notes them between the DOS and the PE header.

    is_valid: its key is the checksum of the DOS header and the entries, as it should be.
    """

    key: int
    entries: list[RichEntry]
    is_valid: bool


def read_certificates(image: Image) -> list[Certificate]:
    """The certificates of a file. Their directory holds a file offset in place of an RVA."""
    offset, size = image.directory(layout.DIRECTORY_CERTIFICATE)
    if not offset or image.mapped:
        return []
    walk = image.walk(layout.DIRECTORY_CERTIFICATE)
    end = offset + size
    if end > len(image):
        raise walk.bad(f"at {offset:#x}, size {size:#x}, goes beyond the file's end")
    found = []
    header_size = layout.CertificateHeader.size_in_bytes
    while end - offset >= header_size:
        record = image.record_at(layout.CertificateHeader, offset, "certificate")
        if not header_size <= record.length <= end - offset:
            raise image.bad(f"certificate of {record.length} bytes", offset)
        found.append(
            Certificate(record.revision, record.type, offset + header_size, record.length - header_size)
        )
        offset += align_up(record.length, 8)
    return found


def compute_checksum(image: Image) -> int:
    """What the optional header's checksum should be; Windows checks it for drivers and boot-time DLLs.

    It is the sum of the file's 16-bit words, the checksum itself left out, with carries added to the low
    end, plus the file's size.
    """
    # Adding carries to the low end is arithmetic modulo 0xFFFF, as is taking a big number's remainder.
    total = 0
    for offset in range(0, len(image), 0x100000):
        chunk = int.from_bytes(image.bytes_at(offset, min(0x100000, len(image) - offset)), "little")
        total += chunk % 0xFFFF
    total -= (image.checksum & 0xFFFF) + (image.checksum >> 16)
    # A sum of words that are not all zero never becomes zero by adding carries.
    return (total % 0xFFFF or 0xFFFF) + len(image)


def read_rich(image: Image) -> RichHeader | None:
    """The Rich header, None if there is none."""
    size = min(image.dos_header.lfanew, 0x10000)
    head = image.bytes_at(0, size // 4 * 4, "DOS stub")
    words = [word for (word,) in struct.iter_unpack("<I", head)]
    mark = int.from_bytes(b"Rich", "little")
    start_mark = int.from_bytes(b"DanS", "little")
    if mark not in words[:-1]:
        return None
    end = words.index(mark)
    key = words[end + 1]
    plain = [word ^ key for word in words[:end]]
    if start_mark not in plain:
        return None
    start = end - 1 - plain[::-1].index(start_mark)
    body = plain[start + 4 : end]  # three words of padding follow the mark
    entries = [
        RichEntry(product_and_build >> 16, product_and_build & 0xFFFF, count)
        for product_and_build, count in zip(body[::2], body[1::2])
    ]
    return RichHeader(key, entries, key == _rich_checksum(head[: start * 4], entries))


def _rich_checksum(stub: bytes, entries: list[RichEntry]) -> int:
    total = len(stub)
    lfanew = layout.DosHeader.offset_of("lfanew")
    for index, byte in enumerate(stub):
        if not lfanew <= index < lfanew + 4:
            total += _rotate_left(byte, index)
    for product, build, count in entries:
        total += _rotate_left(product << 16 | build, count)
    return total & 0xFFFFFFFF


def _rotate_left(value: int, count: int) -> int:
    count %= 32
    return (value << count | value >> (32 - count)) & 0xFFFFFFFF
