"""The version resource: numbers and texts that name a file's version and maker.

It is a tree of records, each with a key, a value and children.

Source: Microsoft, "VS_VERSIONINFO structure", "StringFileInfo structure", "VS_FIXEDFILEINFO structure".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from windlass.pe import layout
from windlass.pe.image import Image, align_up

__all__ = ["Version", "read_version"]

VERSION_RESOURCE = 16


class Version(NamedTuple):
    """What a version resource says.

    file, product: four numbers, None if the fixed part is missing.
    flags:         of VS_FIXEDFILEINFO, such as 1 for a debug build.
    texts:         by name, such as "CompanyName"; of the first language that has each.
    """

    file: tuple[int, int, int, int] | None
    product: tuple[int, int, int, int] | None
    flags: int
    texts: dict[str, str]


class _Record(NamedTuple):
    key: str
    value: bytes
    children: bytes


def read_version(image: Image) -> Version | None:
    """The version resource of an image, the first if it has several languages; None if it has none."""
    resource = image.resources.find(VERSION_RESOURCE) if image.resources else None
    if resource is None:
        return None
    walk = image.walk(layout.DIRECTORY_RESOURCE)
    data = walk.read(resource.rva, resource.size, "version resource")
    root = next(_records(data), None)
    if root is None or root.key != "VS_VERSION_INFO":
        raise walk.bad("the version resource is not one")
    fixed = None
    if len(root.value) >= layout.FixedFileInfo.size_in_bytes:
        fixed = layout.FixedFileInfo.unpack(root.value)
    if fixed is None or fixed.signature != layout.FIXED_FILE_INFO_SIGNATURE:
        return Version(None, None, 0, _texts(root.children))
    return Version(
        _numbers(fixed.file_version_high, fixed.file_version_low),
        _numbers(fixed.product_version_high, fixed.product_version_low),
        fixed.flags & fixed.flags_mask,
        _texts(root.children),
    )


def _numbers(high: int, low: int) -> tuple[int, int, int, int]:
    return high >> 16, high & 0xFFFF, low >> 16, low & 0xFFFF


def _records(data: bytes) -> Iterator[_Record]:
    """The records side by side in data; what is damaged ends them."""
    header_size = layout.VersionRecord.size_in_bytes
    offset = 0
    while offset + header_size <= len(data):
        header = layout.VersionRecord.unpack(data, offset)
        end = offset + header.length
        if header.length < header_size or end > len(data):
            return
        key_end = offset + header_size
        while key_end + 2 <= end and data[key_end : key_end + 2] != b"\0\0":
            key_end += 2
        key = data[offset + header_size : key_end].decode("utf-16-le", "replace")
        start = align_up(key_end + 2, 4)
        size = header.value_length * (2 if header.is_text else 1)
        yield _Record(key, data[start : min(start + size, end)], data[align_up(start + size, 4) : end])
        offset = align_up(end, 4)


def _texts(children: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for information in _records(children):
        if information.key != "StringFileInfo":
            continue
        for language in _records(information.children):
            for record in _records(language.children):
                found.setdefault(record.key, record.value.decode("utf-16-le", "replace").rstrip("\0"))
    return found
