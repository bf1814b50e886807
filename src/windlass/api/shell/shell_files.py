"""Copying, moving and deleting files as the Shell does, without asking and without showing anything; folders;
what kind of thing a file is.

Source: Microsoft, "SHFileOperationW function", "SHFILEOPSTRUCTW structure", "SHCreateDirectoryExW function",
"SHGetFileInfoW function".
"""

from __future__ import annotations

import errno
import fnmatch
import os
import struct
from typing import NamedTuple

from windlass import _core
from windlass.api import blocks
from windlass.api.outputs import from_ansi, put_cut, put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.api.shell import recycle_bin, shell_items, shell_transfer
from windlass.api.shell.shell_transfer import ERROR_FILE_NOT_FOUND
from windlass.registry import export
from windlass.types import DWORD, DWORD_PTR, HANDLE, HWND, INT, LPCSTR, LPCWSTR, PVOID, UINT, VOID

ERROR_PATH_NOT_FOUND = 3
ERROR_INVALID_PARAMETER = 87
ERROR_BAD_PATHNAME = 161
ERROR_ALREADY_EXISTS = 183


# ---- folders ----


@export("shell32")
def SHCreateDirectoryExW(hwnd: HWND, pszPath: LPCWSTR, psa: PVOID) -> INT:
    """With all the folders above it. The path must be a full one."""
    return code_of(_create_folder, pszPath)


@export("shell32")
def SHCreateDirectoryExA(hwnd: HWND, pszPath: LPCSTR, psa: PVOID) -> INT:
    return code_of(_create_folder, from_ansi(pszPath))


@export("shell32")
def SHCreateDirectory(hwnd: HWND, pszPath: LPCWSTR) -> INT:
    return code_of(_create_folder, pszPath)


def _create_folder(path: str | None) -> None:
    if not path or not (path[1:3] in (":\\", ":/") or path.startswith("\\\\")):
        raise Refused(ERROR_BAD_PATHNAME)
    host = _core.path_to_host(path)
    if host is None:
        raise Refused(ERROR_PATH_NOT_FOUND)
    if os.path.exists(host):
        raise Refused(ERROR_ALREADY_EXISTS)
    try:
        os.makedirs(host)
    except OSError as error:
        raise Refused(
            ERROR_PATH_NOT_FOUND if error.errno == errno.ENOTDIR else shell_transfer.code_for(error)
        ) from None


# ---- SHFileOperation ----

FO_MOVE, FO_COPY, FO_DELETE, FO_RENAME = 1, 2, 3, 4
FOF_MULTIDESTFILES, FOF_RENAMEONCOLLISION, FOF_WANTMAPPINGHANDLE = 0x1, 0x8, 0x20
FOF_ALLOWUNDO, FOF_FILESONLY, FOF_NORECURSION = 0x40, 0x80, 0x1000

# What SHFileOperation returns is no Win32 error for these ("SHFileOperationW function", remarks).
DE_SAMEFILE, DE_MANYSRC1DEST, DE_DESTSUBTREE, DE_INVALIDFILES = 0x71, 0x72, 0x7D, 0x7C
DE_FILEDESTISFLD = 0x7E


class Operation(NamedTuple):
    """SHFILEOPSTRUCT; file names are host paths."""

    kind: int
    sources: list[str]
    targets: list[str]
    flags: int


def _names(address: int, wide: bool) -> list[str]:
    """The strings of a list that ends with an empty one."""
    names = []
    while address:
        if wide:
            name = _core.wide_string(address)
            address += len(_core.wide_bytes(name))
        else:
            raw = _core.string(address)
            name = _core.ansi_to_text(raw)
            address += len(raw) + 1
        if not name:
            break
        names.append(name)
    return names


def _host(name: str) -> str:
    host = _core.path_to_host(shell_items.full_path(name))
    if host is None:
        raise Refused(DE_INVALIDFILES)
    return host


def _expanded(name: str, flags: int) -> list[str]:
    """The files that a name with "*" or "?" in its last part means."""
    folder, separator, pattern = name.replace("/", "\\").rpartition("\\")
    if not set("*?") & set(pattern):
        return [_host(name)]
    directory = _host(folder + separator if folder else ".")
    try:
        entries = sorted(os.listdir(directory))
    except OSError as error:
        raise Refused(shell_transfer.code_for(error)) from None
    pattern = "*" if pattern == "*.*" else pattern.replace("[", "[[]").lower()
    found = [os.path.join(directory, each) for each in entries if fnmatch.fnmatchcase(each.lower(), pattern)]
    return [each for each in found if not flags & FOF_FILESONLY or not os.path.isdir(each)]


def _read_operation(address: int, wide: bool) -> Operation:
    _, kind, _, sources, targets, flags = struct.unpack("<QIIQQH", _core.read(address, 34))
    if not sources:
        raise Refused(ERROR_INVALID_PARAMETER)
    return Operation(
        kind,
        [file for name in _names(sources, wide) for file in _expanded(name, flags)],
        [_host(name) for name in _names(targets, wide)],
        flags,
    )


def _pairs(operation: Operation) -> list[tuple[str, str]]:
    """Each source with the name that it gets."""
    if not operation.targets:
        raise Refused(DE_INVALIDFILES)
    if operation.flags & FOF_MULTIDESTFILES and len(operation.targets) > 1:
        if len(operation.targets) != len(operation.sources):
            raise Refused(DE_MANYSRC1DEST)
        return list(zip(operation.sources, operation.targets))
    target = operation.targets[0]
    if operation.kind == FO_RENAME and len(operation.sources) > 1:
        raise Refused(DE_MANYSRC1DEST)
    into = operation.kind != FO_RENAME and (os.path.isdir(target) or len(operation.sources) > 1)
    if into and not operation.flags & FOF_MULTIDESTFILES:
        os.makedirs(target, exist_ok=True)
        return [(source, os.path.join(target, os.path.basename(source))) for source in operation.sources]
    return [(source, target) for source in operation.sources]


def _mappings(renamed: list[tuple[str, str]], wide: bool) -> int:
    """The block that SHFreeNameMappings frees: how many, and where the SHNAMEMAPPINGs are; 0 for none."""
    if not renamed:
        return 0
    encode = _core.wide_bytes if wide else lambda text: _core.ansi_from_text(text) + b"\0"
    unit = 2 if wide else 1
    texts = [encode(_core.path_to_windows(path)) for pair in renamed for path in pair]
    sizes = [len(text) // unit - 1 for text in texts]
    start = MAPPINGS.size
    block = blocks.new(bytes(start + MAPPING.size * len(renamed) + sum(map(len, texts))))
    at, places = block + start + MAPPING.size * len(renamed), []
    for text in texts:
        places.append(at)
        at += len(text)
    rows = [
        MAPPING.pack(places[each], places[each + 1], sizes[each], sizes[each + 1])
        for each in range(0, len(texts), 2)
    ]
    _core.write(block, MAPPINGS.pack(len(renamed), block + start) + b"".join(rows) + b"".join(texts))
    return block


@export("shell32")
def SHFreeNameMappings(hNameMappings: HANDLE) -> VOID:
    if hNameMappings:
        blocks.free(hNameMappings)


def _transfer(operation: Operation) -> list[tuple[str, str]]:
    """What was given another name than asked for."""
    renamed = []
    for source, target in _pairs(operation):
        if not os.path.lexists(source):
            raise Refused(ERROR_FILE_NOT_FOUND)
        if operation.flags & FOF_RENAMEONCOLLISION and os.path.lexists(target):
            free = shell_transfer.free_name(target)
            renamed.append((target, free))
            target = free
        if source == target:
            raise Refused(DE_SAMEFILE)
        if os.path.isdir(source) and target.startswith(source + "/"):
            raise Refused(DE_DESTSUBTREE)
        if os.path.isfile(source) and os.path.isdir(target):
            raise Refused(DE_FILEDESTISFLD)
        if operation.kind == FO_RENAME and os.path.lexists(target):
            raise Refused(ERROR_ALREADY_EXISTS)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if operation.kind == FO_COPY:
            shell_transfer.copy(source, target, recursive=not operation.flags & FOF_NORECURSION)
        else:
            shell_transfer.move(source, target)
    return renamed


def _delete(operation: Operation) -> None:
    for path in operation.sources:
        if operation.flags & FOF_ALLOWUNDO:
            recycle_bin.recycle(path)
        else:
            shell_transfer.delete(path)


def _perform(address: int, wide: bool) -> None:
    operation = _read_operation(address, wide)
    if operation.kind not in (FO_MOVE, FO_COPY, FO_DELETE, FO_RENAME):
        raise Refused(ERROR_INVALID_PARAMETER)
    with shell_transfer.errors():
        if operation.kind == FO_DELETE:
            _delete(operation)
            return
        renamed = _transfer(operation)
    if operation.flags & FOF_WANTMAPPINGHANDLE:
        put_u64(address + NAME_MAPPINGS, _mappings(renamed, wide))


def _operate(address: int, wide: bool) -> int:
    """What has been changed before an error stays so."""
    if not address:
        return ERROR_INVALID_PARAMETER
    code = code_of(_perform, address, wide)
    put_u32(address + ANY_OPERATIONS_ABORTED, int(code != 0))
    return code


ANY_OPERATIONS_ABORTED, NAME_MAPPINGS = 36, 40
MAPPINGS, MAPPING = struct.Struct("<I4xQ"), struct.Struct("<QQii")


@export("shell32")
def SHFileOperationW(lpFileOp: PVOID) -> INT:
    return _operate(lpFileOp, True)


@export("shell32")
def SHFileOperationA(lpFileOp: PVOID) -> INT:
    return _operate(lpFileOp, False)


# ---- SHGetFileInfo ----

SHGFI_ICON, SHGFI_DISPLAYNAME, SHGFI_TYPENAME, SHGFI_ATTRIBUTES = 0x100, 0x200, 0x400, 0x800
SHGFI_EXETYPE, SHGFI_PIDL, SHGFI_USEFILEATTRIBUTES, SHGFI_ATTR_SPECIFIED = 0x2000, 8, 0x10, 0x20000
SHGFI_ICONLOCATION, SHGFI_SYSICONINDEX = 0x1000, 0x4000
FILE_ATTRIBUTE_DIRECTORY = 0x10
# SHFILEINFO: an icon, its index, attributes, the display name in 260 characters and the type's in 80.
ATTRIBUTES, DISPLAY_NAME, DISPLAY_NAME_SIZE, TYPE_NAME_SIZE = 12, 16, 260, 80


def type_name(path: str, is_folder: bool) -> str:
    if is_folder:
        return "File folder"
    extension = os.path.splitext(path.rpartition("\\")[2])[1]
    return f"{extension[1:].upper()} File" if extension else "File"


def _file_info(path: str, attributes: int, info: int, flags: int, wide: bool) -> int:
    """There are no icons."""
    if flags & (SHGFI_ICON | SHGFI_ICONLOCATION | SHGFI_SYSICONINDEX | SHGFI_EXETYPE) or not path:
        return 0
    if flags & SHGFI_USEFILEATTRIBUTES:
        is_folder = bool(attributes & FILE_ATTRIBUTE_DIRECTORY)
    elif shell_items.exists(path):
        is_folder = os.path.isdir(_core.path_to_host(path) or "")
    else:
        return 0
    unit = 2 if wide else 1
    if flags & SHGFI_ATTRIBUTES:
        put_u32(info + ATTRIBUTES, 0 if flags & SHGFI_USEFILEATTRIBUTES else shell_items.attributes(path))
    if flags & SHGFI_DISPLAYNAME:
        name = path.rstrip("\\").rpartition("\\")[2] or path
        put_cut(info + DISPLAY_NAME, name, DISPLAY_NAME_SIZE, wide)
    if flags & SHGFI_TYPENAME:
        place = info + DISPLAY_NAME + DISPLAY_NAME_SIZE * unit
        put_cut(place, type_name(path, is_folder), TYPE_NAME_SIZE, wide)
    return 1


@export("shell32")
def SHGetFileInfoW(
    pszPath: PVOID, dwFileAttributes: DWORD, psfi: PVOID, cbFileInfo: UINT, uFlags: UINT
) -> DWORD_PTR:
    path = shell_items.decode(pszPath) if uFlags & SHGFI_PIDL else _core.wide_string(pszPath)
    return _file_info(shell_items.full_path(path), dwFileAttributes, psfi, uFlags, True)


@export("shell32")
def SHGetFileInfoA(
    pszPath: PVOID, dwFileAttributes: DWORD, psfi: PVOID, cbFileInfo: UINT, uFlags: UINT
) -> DWORD_PTR:
    is_list = uFlags & SHGFI_PIDL
    path = shell_items.decode(pszPath) if is_list else _core.ansi_to_text(_core.string(pszPath))
    return _file_info(shell_items.full_path(path), dwFileAttributes, psfi, uFlags, False)
