"""What the Shell's lists of item identifiers stand for: the desktop, this computer below it, its drives, and
files and folders by their names.

The items have the forms that Windows gives them, for they are kept in shortcuts, and programs look into them.

Source: Microsoft, "ITEMIDLIST structure", "SHParseDisplayName function", "SHGetPathFromIDListW function",
"SFGAO"; the libfwsi project, "Windows Shell Item format specification".
"""

from __future__ import annotations

import ctypes
import ntpath
import os
import re
import struct
import time
import uuid
from collections.abc import Sequence

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import from_ansi, put_ansi, put_u64, put_wide
from windlass.api.shell import folders
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPCSTR, LPCWSTR, LPSTR, LPWSTR, PVOID

MAX_PATH = 260
E_INVALIDARG = 0x80070057
ERROR_FILE_NOT_FOUND = 0x80070002

SFGAO_CANCOPY, SFGAO_CANMOVE, SFGAO_CANLINK, SFGAO_CANRENAME, SFGAO_CANDELETE = 1, 2, 4, 0x10, 0x20
SFGAO_DROPTARGET, SFGAO_SYSTEM, SFGAO_LINK, SFGAO_READONLY, SFGAO_HIDDEN = (
    0x100, 0x1000, 0x10000, 0x40000, 0x80000,
)  # fmt: skip
SFGAO_STREAM, SFGAO_FILESYSANCESTOR, SFGAO_FOLDER = 0x400000, 0x10000000, 0x20000000
SFGAO_FILESYSTEM, SFGAO_HASSUBFOLDER = 0x40000000, 0x80000000

FILE_ATTRIBUTE_READONLY, FILE_ATTRIBUTE_HIDDEN, FILE_ATTRIBUTE_SYSTEM = 1, 2, 4
FILE_ATTRIBUTE_DIRECTORY, FILE_ATTRIBUTE_NORMAL = 0x10, 0x80
INVALID_FILE_ATTRIBUTES = 0xFFFFFFFF


def full_path(path: str) -> str:
    """GetFullPathNameW."""
    source = ctypes.create_string_buffer(_core.wide_bytes(path))
    target = ctypes.create_string_buffer(65536)
    windows("kernel32.dll", "GetFullPathNameW", ctypes.addressof(source), 32768, ctypes.addressof(target), 0)
    return _core.wide_string(ctypes.addressof(target))


def exists(path: str) -> bool:
    host = _core.path_to_host(path)
    return host is not None and os.path.exists(host)


def is_folder(path: str) -> bool:
    return os.path.isdir(_core.path_to_host(path) or "")


def file_attributes(path: str) -> int:
    """FILE_ATTRIBUTE_*; 0 for a file that is not there."""
    name = ctypes.create_string_buffer(_core.wide_bytes(path))
    found = windows("kernel32.dll", "GetFileAttributesW", ctypes.addressof(name)) & 0xFFFFFFFF
    return 0 if found == INVALID_FILE_ATTRIBUTES else found


# ---- items ----

ROOT_ITEM, DRIVE_ITEM, FOLDER_ITEM, FILE_ITEM, SHARE_ITEM = 0x1F, 0x2F, 0x31, 0x32, 0xC3
UNICODE_NAME = 4  # in the type of a file's item
COMPUTER = uuid.UUID("20d04fe0-3aea-1069-a2d8-08002b30309d")
NETWORK = uuid.UUID("208d2c60-3aea-1069-a2d7-08002b30309d")
_ORDER = {COMPUTER: 0x50, NETWORK: 0x58}
"""Where Explorer sorts them."""

_FILE = struct.Struct("<BxIIH")
_EXTENSION = struct.Struct("<HHIIIHH")
EXTENSION_SIGNATURE, EXTENSION_VERSION, EXTENSION_MARK = 0xBEEF0004, 3, 0x14


def _item(data: bytes) -> bytes:
    return struct.pack("<H", len(data) + 2) + data


def root_item(guid: uuid.UUID) -> bytes:
    """A place that is no folder on a disk."""
    return _item(bytes((ROOT_ITEM, _ORDER.get(guid, 0x80))) + guid.bytes_le)


def drive_item(root: str) -> bytes:
    r"""Of `C:\`."""
    return _item(bytes((DRIVE_ITEM,)) + root.encode("ascii").ljust(22, b"\0"))


def _share_item(name: str) -> bytes:
    r"""Of `\\server\share`."""
    return _item(bytes((SHARE_ITEM, 1, 0xC1)) + _core.ansi_from_text(name) + b"\0\0")


def _dos_time(seconds: float) -> int:
    at = time.localtime(seconds)
    if at.tm_year < 1980:
        return 0
    date = (at.tm_year - 1980) << 9 | at.tm_mon << 5 | at.tm_mday
    return (at.tm_hour << 11 | at.tm_min << 5 | at.tm_sec // 2) << 16 | date


def file_item(path: str, simple_attributes: int | None = None) -> bytes:
    """Of a file or folder by its full path; simple_attributes: of one that is not looked for."""
    name = path.rstrip("\\").rpartition("\\")[2]
    size = modified = created = accessed = 0
    attributes = simple_attributes
    if attributes is None:
        status = os.stat(_core.path_to_host(path) or "")
        attributes = file_attributes(path)
        size = 0 if attributes & FILE_ATTRIBUTE_DIRECTORY else status.st_size & 0xFFFFFFFF
        modified, created, accessed = map(_dos_time, (status.st_mtime, status.st_ctime, status.st_atime))
    kind = FOLDER_ITEM if attributes & FILE_ATTRIBUTE_DIRECTORY else FILE_ITEM
    short = _core.ansi_from_text(name) + b"\0"
    head = _FILE.pack(kind, size, modified, attributes & 0xFFFF) + short
    head += bytes(len(head) % 2)
    long = _core.wide_bytes(name)
    extension = _EXTENSION.pack(
        _EXTENSION.size + len(long) + 2,
        EXTENSION_VERSION,
        EXTENSION_SIGNATURE,
        created,
        accessed,
        EXTENSION_MARK,
        0,
    )
    return _item(head + extension + long + struct.pack("<H", len(head) + 2))


def _file_name(item: bytes) -> str:
    """The long name if there is one."""
    at = int.from_bytes(item[-2:], "little")
    if 14 <= at <= len(item) - _EXTENSION.size - 2:
        _, version, signature, *_ = _EXTENSION.unpack_from(item, at)
        if signature == EXTENSION_SIGNATURE and version >= EXTENSION_VERSION:
            # Later versions have the file's number, two more fields, and a localized name's length before it.
            skipped = (18 if version >= 7 else 0) + (4 if version >= 8 else 0) + (4 if version >= 9 else 0)
            return _text(item[at + _EXTENSION.size + skipped : -2])
    short = item[14:]
    return _text(short) if item[2] & UNICODE_NAME else _core.ansi_to_text(short.split(b"\0")[0])


def _text(data: bytes) -> str:
    return data[: len(data) & ~1].decode("utf-16-le", "surrogatepass").split("\0")[0]


def kind_of(item: bytes) -> int:
    """0 for what is too short to be of any."""
    return item[2] if len(item) > 2 else 0


def name_of(item: bytes) -> str:
    r"""The name of an item: `C:\`, `\\server\share`, a file's, or `::{GUID}`."""
    kind = kind_of(item)
    if kind == ROOT_ITEM and len(item) >= 20:
        return "::{" + str(uuid.UUID(bytes_le=item[4:20])).upper() + "}"
    if kind & 0xF0 == DRIVE_ITEM & 0xF0:
        return _core.ansi_to_text(item[3:].split(b"\0")[0])
    if kind == SHARE_ITEM:
        return _core.ansi_to_text(item[5:].split(b"\0")[0])
    return _file_name(item) if kind & 0x70 == FOLDER_ITEM & 0x70 and len(item) > 14 else ""


def is_root(item: bytes) -> bool:
    return kind_of(item) == ROOT_ITEM and len(item) >= 20


# ---- lists ----


def items_at(address: int) -> list[bytes]:
    """The items of a list, each with its size before it; none at NULL."""
    found = []
    while address and (size := int.from_bytes(_core.read(address, 2), "little")):
        found.append(_core.read(address, max(size, 2)))
        address += max(size, 2)
    return found


def list_of(items: Sequence[bytes]) -> bytes:
    return b"".join(items) + b"\0\0"


def allocated(list: bytes) -> int:
    """A copy from the task allocator; 0 out of memory."""
    address = windows("ole32.dll", "CoTaskMemAlloc", len(list))
    if address:
        _core.write(address, list)
    return address


def items_of(path: str, simple: bool = False) -> list[bytes]:
    """The items for a full path; an empty path is the desktop. simple: the file need not be there."""
    if not path:
        return []
    share = re.match(r"\\\\[^\\]+\\[^\\]+", path)
    if share:
        items, at = [root_item(NETWORK), _share_item(share[0])], share[0]
    else:
        items, at = [root_item(COMPUTER), drive_item(path[0].upper() + ":\\")], path[:2]
    names = [name for name in path[len(at) :].split("\\") if name]
    for index, name in enumerate(names):
        at += "\\" + name
        last = index == len(names) - 1
        items.append(file_item(at, (0 if last else FILE_ATTRIBUTE_DIRECTORY) if simple else None))
    return items


def path_of(items: Sequence[bytes]) -> str:
    """The path that items stand for; "" for the desktop and what else is no file."""
    path = ""
    for item in items:
        name = name_of(item)
        if is_root(item):
            path = ""
        elif kind_of(item) & ~UNICODE_NAME in (FOLDER_ITEM, FILE_ITEM):
            path = ntpath.join(path or folders.windows_path("Desktop"), name)
        else:
            path = name
    return path


def encode(path: str) -> bytes:
    """The list for a full path of a file that is there; an empty path is the desktop."""
    return list_of(items_of(path))


def decode(address: int) -> str:
    """The path that a list stands for, "" for what is no file."""
    return path_of(items_at(address))


# ---- attributes ----


def attributes(path: str) -> int:
    """SFGAO_* of a file or folder."""
    host = _core.path_to_host(path) or ""
    flags = file_attributes(path)
    found = SFGAO_FILESYSTEM | SFGAO_CANLINK
    if len(path.rstrip("\\")) > 2:
        found |= SFGAO_CANCOPY | SFGAO_CANMOVE | SFGAO_CANRENAME | SFGAO_CANDELETE
    if os.path.isdir(host):
        found |= SFGAO_FOLDER | SFGAO_FILESYSANCESTOR | SFGAO_DROPTARGET
        found |= SFGAO_HASSUBFOLDER if _has_folders(host) else 0
    else:
        found |= SFGAO_STREAM | (SFGAO_LINK if path.lower().endswith(".lnk") else 0)
    if not os.access(host, os.W_OK):
        found |= SFGAO_READONLY
    found |= SFGAO_HIDDEN if flags & FILE_ATTRIBUTE_HIDDEN else 0
    return found | (SFGAO_SYSTEM if flags & FILE_ATTRIBUTE_SYSTEM else 0)


def _has_folders(host: str) -> bool:
    try:
        with os.scandir(host) as entries:
            return any(entry.is_dir() for entry in entries)
    except OSError:
        return False


# ---- paths to lists ----


@export("shell32")
def ILCreateFromPathW(pszPath: LPCWSTR) -> PVOID:
    path = full_path(pszPath) if pszPath else ""
    return allocated(encode(path)) if path and exists(path) else 0


@export("shell32")
def ILCreateFromPathA(pszPath: LPCSTR) -> PVOID:
    return ILCreateFromPathW(from_ansi(pszPath))


@export("shell32")
def SHSimpleIDListFromPath(pszPath: LPCWSTR) -> PVOID:
    """The file need not exist."""
    return allocated(list_of(items_of(full_path(pszPath), simple=True))) if pszPath else 0


# ---- lists to paths ----


def file_system_path(pidl: int) -> str | None:
    """Of a list; None for what is no file."""
    if not pidl:
        return None
    items = items_at(pidl)
    return path_of(items) or None if items else folders.windows_path("Desktop")


@export("shell32")
def SHGetPathFromIDListEx(pidl: PVOID, pszPath: LPWSTR, cchPath: DWORD, uOpts: DWORD) -> BOOL:
    path = file_system_path(pidl)
    if path is None and pszPath and cchPath:
        put_wide(pszPath, cchPath, "")
    return int(path is not None and put_wide(pszPath, cchPath, path) < cchPath)


@export("shell32")
def SHGetPathFromIDListW(pidl: PVOID, pszPath: LPWSTR) -> BOOL:
    return SHGetPathFromIDListEx(pidl, pszPath, MAX_PATH, 0)


@export("shell32")
def SHGetPathFromIDListA(pidl: PVOID, pszPath: LPSTR) -> BOOL:
    path = file_system_path(pidl)
    if path is None and pszPath:
        put_ansi(pszPath, MAX_PATH, "")
    return int(path is not None and put_ansi(pszPath, MAX_PATH, path) < MAX_PATH)


def put_list(result: int, items: Sequence[bytes]) -> None:
    """A new list for the caller."""
    put_u64(result, allocated(list_of(items)))
