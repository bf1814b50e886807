"""What the Shell's lists of item identifiers stand for: paths, an item for the drive and for each name below.

Programs get such lists from the Shell and give them back to it; only the Shell knows what is in an item.

Source: Microsoft, "ITEMIDLIST structure", "SHParseDisplayName function", "SHGetPathFromIDListW function".
"""

from __future__ import annotations

import os
import re
import struct

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import from_ansi, put_ansi, put_u32, put_u64, put_wide
from windlass.registry import export
from windlass.types import BOOL, DWORD, HRESULT, LPCSTR, LPCWSTR, LPDWORD, LPSTR, LPVOID, LPWSTR, PVOID

MAX_PATH = 260
E_INVALIDARG = 0x80070057
ERROR_FILE_NOT_FOUND = 0x80070002

SFGAO_CANCOPY, SFGAO_CANMOVE, SFGAO_CANRENAME, SFGAO_CANDELETE = 1, 2, 0x10, 0x20
SFGAO_READONLY, SFGAO_FILESYSANCESTOR, SFGAO_FOLDER = 0x40000, 0x10000000, 0x20000000
SFGAO_FILESYSTEM, SFGAO_HASSUBFOLDER = 0x40000000, 0x80000000

FOLDER_ITEM, FILE_ITEM = 0x31, 0x32


def full_path(path: str) -> str:
    """GetFullPathNameW."""
    import ctypes

    source = ctypes.create_string_buffer(_core.wide_bytes(path))
    target = ctypes.create_string_buffer(65536)
    windows("kernel32.dll", "GetFullPathNameW", ctypes.addressof(source), 32768, ctypes.addressof(target), 0)
    return _core.wide_string(ctypes.addressof(target))


def encode(path: str) -> bytes:
    """The list for a full path; an empty path is the desktop."""
    names = re.findall(r"\\\\[^\\]+\\[^\\]+|[A-Za-z]:\\?|[^\\]+", path)
    items = b""
    for name in names:
        data = struct.pack("<H", FOLDER_ITEM if name.endswith("\\") else FILE_ITEM) + _core.wide_bytes(name)
        items += struct.pack("<H", len(data) + 2) + data
    return items + b"\0\0"


def decode(address: int) -> str:
    """The path that a list stands for, "" for the desktop."""
    path = ""
    while size := int.from_bytes(_core.read(address, 2), "little"):
        name = _core.read(address + 4, size - 4).decode("utf-16-le", "surrogatepass").rstrip("\0")
        path += name if not path or path.endswith("\\") else "\\" + name
        address += size
    return path


def allocated(list: bytes) -> int:
    """A copy from the task allocator; 0 out of memory."""
    address = windows("ole32.dll", "CoTaskMemAlloc", len(list))
    if address:
        _core.write(address, list)
    return address


def exists(path: str) -> bool:
    host = _core.path_to_host(path)
    return host is not None and os.path.exists(host)


def attributes(path: str) -> int:
    """SFGAO_* of a file or folder."""
    host = _core.path_to_host(path) or ""
    found = SFGAO_FILESYSTEM | SFGAO_CANCOPY | SFGAO_CANMOVE | SFGAO_CANRENAME | SFGAO_CANDELETE
    if os.path.isdir(host):
        found |= SFGAO_FOLDER | SFGAO_FILESYSANCESTOR
        with os.scandir(host) as entries:
            found |= SFGAO_HASSUBFOLDER if any(entry.is_dir() for entry in entries) else 0
    if not os.access(host, os.W_OK):
        found |= SFGAO_READONLY
    return found


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
    return allocated(encode(full_path(pszPath))) if pszPath else 0


@export("shell32")
def SHParseDisplayName(
    pszName: LPCWSTR, pbc: PVOID, ppidl: PVOID, sfgaoIn: DWORD, psfgaoOut: LPDWORD
) -> HRESULT:
    put_u64(ppidl, 0)
    if not pszName or not ppidl:
        return E_INVALIDARG
    path = full_path(pszName)
    if not exists(path):
        return ERROR_FILE_NOT_FOUND
    put_u32(psfgaoOut, attributes(path) & sfgaoIn)
    put_u64(ppidl, allocated(encode(path)))
    return 0


# ---- lists to paths ----


def _path(pidl: int) -> str | None:
    from windlass.api.shell import folders

    return (decode(pidl) or folders.windows_path("Desktop")) if pidl else None


@export("shell32")
def SHGetPathFromIDListEx(pidl: PVOID, pszPath: LPWSTR, cchPath: DWORD, uOpts: DWORD) -> BOOL:
    path = _path(pidl)
    return int(path is not None and put_wide(pszPath, cchPath, path) < cchPath)


@export("shell32")
def SHGetPathFromIDListW(pidl: PVOID, pszPath: LPWSTR) -> BOOL:
    return SHGetPathFromIDListEx(pidl, pszPath, MAX_PATH, 0)


@export("shell32")
def SHGetPathFromIDListA(pidl: PVOID, pszPath: LPSTR) -> BOOL:
    path = _path(pidl)
    return int(path is not None and put_ansi(pszPath, MAX_PATH, path) < MAX_PATH)


SIGDN_NORMALDISPLAY, SIGDN_PARENTRELATIVEPARSING = 0, 0x80018001
SIGDN_DESKTOPABSOLUTEPARSING, SIGDN_FILESYSPATH = 0x80028000, 0x80058000


@export("shell32")
def SHGetNameFromIDList(pidl: PVOID, sigdnName: DWORD, ppszName: LPVOID) -> HRESULT:
    put_u64(ppszName, 0)
    path = _path(pidl)
    if path is None or not ppszName:
        return E_INVALIDARG
    if sigdnName in (SIGDN_NORMALDISPLAY, SIGDN_PARENTRELATIVEPARSING):
        path = path.rstrip("\\").rpartition("\\")[2] or path
    elif sigdnName not in (SIGDN_DESKTOPABSOLUTEPARSING, SIGDN_FILESYSPATH):
        return E_INVALIDARG
    put_u64(ppszName, allocated(_core.wide_bytes(path)))
    return 0
