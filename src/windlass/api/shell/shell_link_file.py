"""Shortcuts as files: reading and writing.

Source: Microsoft, "[MS-SHLLINK]: Shell Link (.LNK) Binary File Format".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from windlass import _core

__all__ = ["BadLink", "Link", "parse", "serialize"]

CLASS_IDENTIFIER = bytes.fromhex("0114020000000000c000000000000046")
HAS_ID_LIST, HAS_LINK_INFO, HAS_NAME, HAS_RELATIVE_PATH, HAS_WORKING_DIRECTORY = 1, 2, 4, 8, 0x10
HAS_ARGUMENTS, HAS_ICON_LOCATION, IS_UNICODE, FORCE_NO_LINK_INFO = 0x20, 0x40, 0x80, 0x100
DERIVED = 0xFF
"""The flags that say what follows."""

VOLUME_ID_AND_LOCAL_PATH, NETWORK_LINK = 1, 2
DRIVE_FIXED = 3

_HEADER = struct.Struct("<I16sII3QIiIH10x")
_INFO = struct.Struct("<7I")
_VOLUME = struct.Struct("<4I")


class BadLink(Exception):
    """The bytes are no shortcut."""


@dataclass
class Link:
    """What a shortcut says. items: the list of its target with its final zero; empty if it has none.

    path:   of the target, where a list may be missing or stand for something else.
    blocks: the data blocks, each with its size and signature.
    times:  the target's FILETIMEs of creation, of the last access and of the last change.
    """

    flags: int = 0
    attributes: int = 0
    times: tuple[int, int, int] = (0, 0, 0)
    size: int = 0
    items: bytes = b""
    path: str = ""
    name: str = ""
    relative_path: str = ""
    working_directory: str = ""
    arguments: str = ""
    icon_location: str = ""
    icon_index: int = 0
    show_command: int = 1
    hotkey: int = 0
    blocks: list[bytes] = field(default_factory=list)


TEXTS = (
    (HAS_NAME, "name"),
    (HAS_RELATIVE_PATH, "relative_path"),
    (HAS_WORKING_DIRECTORY, "working_directory"),
    (HAS_ARGUMENTS, "arguments"),
    (HAS_ICON_LOCATION, "icon_location"),
)
"""The texts that follow, in their order."""


# ---- reading ----


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self.data):
            raise BadLink
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")


def parse(data: bytes) -> Link:
    """BadLink if the bytes are none."""
    reader = _Reader(data)
    header = _HEADER.unpack(reader.take(_HEADER.size))
    if header[0] != _HEADER.size or header[1] != CLASS_IDENTIFIER:
        raise BadLink
    flags = header[2]
    link = Link(flags & ~DERIVED, header[3], (header[4], header[5], header[6]), header[7])
    link.icon_index, link.show_command, link.hotkey = header[8:11]
    if flags & HAS_ID_LIST:
        link.items = _checked_items(reader.take(reader.number(2)))
    if flags & HAS_LINK_INFO:
        size = reader.number(4)
        info = struct.pack("<I", size) + reader.take(size - 4)
        link.path = "" if flags & FORCE_NO_LINK_INFO else _info_path(info)
    for flag, name in TEXTS:
        if flags & flag:
            setattr(link, name, _text(reader, bool(flags & IS_UNICODE)))
    link.blocks = _blocks(reader)
    return link


def _text(reader: _Reader, is_unicode: bool) -> str:
    count = reader.number(2)
    if is_unicode:
        return reader.take(2 * count).decode("utf-16-le", "surrogatepass")
    return _core.ansi_to_text(reader.take(count))


def _checked_items(data: bytes) -> bytes:
    """A list whose items lie in it."""
    at = 0
    while at + 2 <= len(data):
        size = int.from_bytes(data[at : at + 2], "little")
        if not size:
            return data[: at + 2]
        if size < 2:
            break
        at += size
    raise BadLink


def _blocks(reader: _Reader) -> list[bytes]:
    found = []
    while reader.at + 4 <= len(reader.data):
        size = reader.number(4)
        if size < 8:
            break
        found.append(struct.pack("<I", size) + reader.take(size - 4))
    return found


def _ansi_at(info: bytes, at: int) -> str:
    return _core.ansi_to_text(info[at:].split(b"\0")[0]) if 0 < at < len(info) else ""


def _wide_at(info: bytes, at: int) -> str:
    data = info[at : at + (len(info) - at & ~1)] if 0 < at < len(info) else b""
    return data.decode("utf-16-le", "surrogatepass").split("\0")[0]


def _info_path(info: bytes) -> str:
    """The path in a LinkInfo: a local one, or one of a share."""
    if len(info) < _INFO.size:
        raise BadLink
    _, header_size, flags, _, local, network, suffix = _INFO.unpack_from(info)
    end = _ansi_at(info, suffix)
    start = _ansi_at(info, local) if flags & VOLUME_ID_AND_LOCAL_PATH else ""
    if header_size >= 0x24 and len(info) >= 0x24:
        wide_local, wide_suffix = struct.unpack_from("<II", info, _INFO.size)
        end = _wide_at(info, wide_suffix) or end
        start = (_wide_at(info, wide_local) if flags & VOLUME_ID_AND_LOCAL_PATH else "") or start
    if flags & NETWORK_LINK and not flags & VOLUME_ID_AND_LOCAL_PATH:
        start = _share(info[network:])
        return start + "\\" + end if end else start
    return start + end


def _share(link: bytes) -> str:
    r"""A CommonNetworkRelativeLink: `\\server\share`."""
    if len(link) < 20:
        raise BadLink
    at = int.from_bytes(link[8:12], "little")
    if at > 0x14 and len(link) >= 28:
        return _wide_at(link, int.from_bytes(link[20:24], "little"))
    return _ansi_at(link, at)


# ---- writing ----


def serialize(link: Link) -> bytes:
    flags = link.flags & ~DERIVED | IS_UNICODE
    body = b""
    if link.items:
        flags |= HAS_ID_LIST
        body += struct.pack("<H", len(link.items)) + link.items
    if link.path and not flags & FORCE_NO_LINK_INFO:
        flags |= HAS_LINK_INFO
        body += _network_info(link.path) if link.path.startswith("\\\\") else _local_info(link.path)
    for flag, name in TEXTS:
        if text := getattr(link, name):
            flags |= flag
            data = _core.wide_bytes(text)[:-2]
            body += struct.pack("<H", len(data) // 2) + data
    header = _HEADER.pack(
        _HEADER.size,
        CLASS_IDENTIFIER,
        flags,
        link.attributes,
        *link.times,
        link.size & 0xFFFFFFFF,
        link.icon_index,
        link.show_command,
        link.hotkey,
    )
    return header + body + b"".join(link.blocks) + bytes(4)


def _local_info(path: str) -> bytes:
    """A LinkInfo with the path in both encodings."""
    volume = _VOLUME.pack(_VOLUME.size + 1, DRIVE_FIXED, 0, _VOLUME.size) + b"\0"
    narrow, wide = _core.ansi_from_text(path) + b"\0", _core.wide_bytes(path)
    local = 0x24 + len(volume)
    suffix = local + len(narrow)
    wide_local = suffix + 1
    wide_suffix = wide_local + len(wide)
    head = _INFO.pack(wide_suffix + 2, 0x24, VOLUME_ID_AND_LOCAL_PATH, 0x24, local, 0, suffix)
    return head + struct.pack("<II", wide_local, wide_suffix) + volume + narrow + b"\0" + wide + b"\0\0"


def _network_info(path: str) -> bytes:
    server, _, rest = path[2:].partition("\\")
    share, _, below = rest.partition("\\")
    name = _core.ansi_from_text(f"\\\\{server}\\{share}") + b"\0"
    link = struct.pack("<5I", 0x14 + len(name), 0, 0x14, 0, 0) + name
    suffix = _INFO.size + len(link)
    narrow = _core.ansi_from_text(below) + b"\0"
    return (
        _INFO.pack(suffix + len(narrow), _INFO.size, NETWORK_LINK, 0, 0, _INFO.size, suffix) + link + narrow
    )
