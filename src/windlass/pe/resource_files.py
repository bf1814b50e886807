"""Resources as the files that they were made from: icons, cursors, bitmaps, manifests; strings, messages and
version information as text; everything else as the bytes that it is.

Source: Microsoft, "Resource File Formats", "Icons" (the ICO format), "Bitmap Storage", "VS_VERSIONINFO
structure", "MESSAGE_RESOURCE_DATA structure".
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple

from windlass.pe import layout
from windlass.pe.image import Image
from windlass.pe.resources import Key, Resource

__all__ = ["ResourceFile", "files_of", "type_name"]

CURSOR, BITMAP, ICON, STRING, MESSAGE_TABLE = 1, 2, 3, 6, 11
GROUP_CURSOR, GROUP_ICON, VERSION, HTML, MANIFEST = 12, 14, 16, 23, 24


class ResourceFile(NamedTuple):
    """One resource, or a group of them, as a file.

    name: made of type, name and language, with nothing in it that a file system minds.
    """

    name: str
    data: bytes


def type_name(kind: Key) -> str:
    """A resource's type as people call it."""
    return layout.RESOURCE_TYPE_NAMES.get(kind, str(kind)) if isinstance(kind, int) else kind


def files_of(image: Image) -> Iterator[ResourceFile]:
    """All resources as files; the pictures of a group of icons or cursors are in the group's.

    One whose bytes are not what its type says is given as it is. BadImage if the tree cannot be read.
    """
    read = _Reader(image)
    for resource in image.resources.walk() if image.resources else ():
        kind = resource.path[0] if len(resource.path) == 3 else None
        if kind in (ICON, CURSOR):
            continue
        data = read.data(resource)
        converter, extension = (
            _CONVERTERS.get(kind, (None, "bin")) if isinstance(kind, int) else (None, "bin")
        )
        try:
            converted = converter(read, resource, data) if converter else data
        except (struct.error, ValueError, IndexError):
            converted, extension = data, "bin"
        yield ResourceFile(f"{_file_name(resource)}.{extension}", converted)


def _file_name(resource: Resource) -> str:
    kind, *rest = resource.path
    parts = [type_name(kind).lower(), *map(str, rest)]
    return "_".join("".join(c if c.isalnum() else "-" for c in part)[:60] for part in parts)


class _Reader:
    """The data of resources, and the pictures that groups name by their IDs."""

    def __init__(self, image: Image) -> None:
        self._walk = image.walk(layout.DIRECTORY_RESOURCE)
        self._pictures: dict[tuple[Key, Key], Resource] = {}
        for resource in image.resources.walk() if image.resources else ():
            if len(resource.path) == 3 and resource.path[0] in (ICON, CURSOR):
                self._pictures.setdefault(resource.path[:2], resource)

    def data(self, resource: Resource) -> bytes:
        return self._walk.read(resource.rva, resource.size, "resource")

    def picture(self, kind: int, number: int) -> bytes:
        """ValueError if there is none."""
        found = self._pictures.get((kind, number))
        if found is None:
            raise ValueError(f"no picture {number}")
        return self.data(found)


# ---- pictures ----

_GROUP = struct.Struct("<HHH")
_GROUP_ENTRY = struct.Struct("<BBBBHHIH")
_CURSOR_ENTRY = struct.Struct("<HHHHIH")
_FILE_ENTRY = struct.Struct("<BBBBHHII")


def _icon(read: _Reader, resource: Resource, data: bytes) -> bytes:
    """An .ico file: the group's directory with offsets in place of IDs, then the pictures."""
    _, _, count = _GROUP.unpack_from(data)
    entries: list[tuple[int, ...]] = []
    pictures = []
    for index in range(count):
        *fields, _, number = _GROUP_ENTRY.unpack_from(data, _GROUP.size + index * _GROUP_ENTRY.size)
        entries.append(tuple(fields))
        pictures.append(read.picture(ICON, number))
    return _picture_file(1, entries, pictures)


def _cursor(read: _Reader, resource: Resource, data: bytes) -> bytes:
    """A .cur file: the hot spot, which is before the picture, moves into the directory."""
    _, _, count = _GROUP.unpack_from(data)
    entries: list[tuple[int, ...]] = []
    pictures = []
    for index in range(count):
        width, height, _, _, _, number = _CURSOR_ENTRY.unpack_from(
            data, _GROUP.size + index * _CURSOR_ENTRY.size
        )
        picture = read.picture(CURSOR, number)
        hot_x, hot_y = struct.unpack_from("<HH", picture)
        # The height counts picture and mask. 256 is written as 0.
        entries.append((width & 0xFF, height // 2 & 0xFF, 0, 0, hot_x, hot_y))
        pictures.append(picture[4:])
    return _picture_file(2, entries, pictures)


def _picture_file(kind: int, entries: list[tuple[int, ...]], pictures: list[bytes]) -> bytes:
    offset = _GROUP.size + len(entries) * _FILE_ENTRY.size
    written = _GROUP.pack(0, kind, len(entries))
    for entry, picture in zip(entries, pictures):
        written += _FILE_ENTRY.pack(*entry, len(picture), offset)
        offset += len(picture)
    return written + b"".join(pictures)


def _bitmap(read: _Reader, resource: Resource, data: bytes) -> bytes:
    """A .bmp file: a file header before what the resource holds."""
    core_header, info_header, bit_fields = 12, 40, 3
    (header,) = struct.unpack_from("<I", data)
    if header == core_header:
        (bits,) = struct.unpack_from("<H", data, 10)
        table = 3 * (1 << bits) if bits <= 8 else 0
    else:
        bits, compression, used = struct.unpack_from("<HI12xI", data, 14)
        table = 4 * (used or (1 << bits if bits <= 8 else 0))
        if compression == bit_fields and header == info_header:
            table += 12
    return struct.pack("<2sIII", b"BM", 14 + len(data), 0, 14 + header + table) + data


# ---- texts ----


def _as_is(read: _Reader, resource: Resource, data: bytes) -> bytes:
    return data


def _text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")


def strings(block: int, data: bytes) -> Iterator[tuple[int, str]]:
    """The strings of one block by their numbers; blocks are counted from 1 and have sixteen each."""
    offset = 0
    for index in range(16):
        (length,) = struct.unpack_from("<H", data, offset)
        text = data[offset + 2 : offset + 2 + 2 * length]
        if length:
            yield (block - 1) * 16 + index, text.decode("utf-16-le", "surrogatepass")
        offset += 2 + 2 * length


def _strings(read: _Reader, resource: Resource, data: bytes) -> bytes:
    block = resource.path[1]
    if not isinstance(block, int):
        raise ValueError("a block of strings has a number")
    return _text([f"{number}: {_on_one_line(text)}" for number, text in strings(block, data)])


def messages(data: bytes) -> Iterator[tuple[int, str]]:
    """The texts of a message table by their IDs."""
    (blocks,) = struct.unpack_from("<I", data)
    for block in range(blocks):
        low, high, offset = struct.unpack_from("<III", data, 4 + 12 * block)
        for number in range(low, high + 1):
            length, flags = struct.unpack_from("<HH", data, offset)
            if length < 4:
                raise ValueError("a message has no length")
            raw = data[offset + 4 : offset + length]
            text = raw.decode("utf-16-le", "replace") if flags & 1 else raw.decode("cp1252", "replace")
            yield number, text.rstrip("\0")
            offset += length


def _messages(read: _Reader, resource: Resource, data: bytes) -> bytes:
    return _text([f"{number:#x}: {_on_one_line(text)}" for number, text in messages(data)])


def _on_one_line(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\r")


# ---- version information ----


class _Node(NamedTuple):
    """A block of version information: VS_VERSIONINFO and what lies in it have all one shape."""

    key: str
    value: bytes
    is_text: bool
    children: list[_Node]


def _node(data: bytes, offset: int, depth: int = 0) -> tuple[_Node, int]:
    """The block at an offset, and where the next one begins."""
    length, value_length, kind = struct.unpack_from("<HHH", data, offset)
    end = offset + length
    if length < 6 or end > len(data) or depth > 4:
        raise ValueError("a block of version information has no end")
    at = offset + 6
    while data[at : at + 2] != b"\0\0":
        at += 2
        if at >= end:
            raise ValueError("a key has no end")
    key = data[offset + 6 : at].decode("utf-16-le", "replace")
    at = at + 2 + 3 & ~3
    size = value_length * 2 if kind == 1 else value_length
    value = data[at : min(at + size, end)]
    at = at + size + 3 & ~3
    children = []
    while at + 6 <= end:
        child, at = _node(data, at, depth + 1)
        children.append(child)
    return _Node(key, value, kind == 1, children), end + 3 & ~3


def version(data: bytes) -> dict[str, str]:
    """File and product version from the fixed part, and the texts of all languages."""
    root, _ = _node(data, 0)
    found: dict[str, str] = {}
    if len(root.value) >= 24:
        fields = struct.unpack_from("<6I", root.value)
        for name, high, low in (("FILEVERSION", *fields[2:4]), ("PRODUCTVERSION", *fields[4:6])):
            found[name] = f"{high >> 16}.{high & 0xFFFF}.{low >> 16}.{low & 0xFFFF}"
    tables = [table for block in root.children if block.key == "StringFileInfo" for table in block.children]
    for table in tables:
        for entry in table.children:
            name = entry.key if len(tables) == 1 else f"{table.key}.{entry.key}"
            found[name] = entry.value.decode("utf-16-le", "replace").rstrip("\0")
    return found


def _version(read: _Reader, resource: Resource, data: bytes) -> bytes:
    return _text([f"{name}: {_on_one_line(text)}" for name, text in version(data).items()])


_CONVERTERS: dict[Key, tuple[Callable[[_Reader, Resource, bytes], bytes], str]] = {
    GROUP_ICON: (_icon, "ico"),
    GROUP_CURSOR: (_cursor, "cur"),
    BITMAP: (_bitmap, "bmp"),
    STRING: (_strings, "txt"),
    MESSAGE_TABLE: (_messages, "txt"),
    VERSION: (_version, "txt"),
    HTML: (_as_is, "html"),
    MANIFEST: (_as_is, "manifest"),
}
