"""The Shell's namespace: the desktop with this computer and the files of its folder, the computer with its
drives, and folders. What stands in it is named by lists of items (shell_items.py).

Source: Microsoft, "IShellFolder interface", "SHGDNF", "SHCONTF", "SIGDN enumeration", "SFGAO".
"""

from __future__ import annotations

import ntpath
import os
import re
import stat
import uuid
from collections.abc import Sequence

from windlass import _core
from windlass.api.calls import windows
from windlass.api.refused import Refused
from windlass.api.shell import folders, shell_items
from windlass.api.shell.shell_items import (
    COMPUTER,
    FILE_ATTRIBUTE_DIRECTORY,
    FILE_ATTRIBUTE_HIDDEN,
    FILE_ATTRIBUTE_SYSTEM,
    NETWORK,
    drive_item,
    file_item,
    is_root,
    items_of,
    kind_of,
    name_of,
    path_of,
    root_item,
)

__all__ = ["attributes", "children", "is_folder", "name", "order", "parse", "sigdn_name"]

E_INVALIDARG, ERROR_FILE_NOT_FOUND = 0x80070057, 0x80070002

SHGDN_INFOLDER, SHGDN_FOREDITING, SHGDN_FORADDRESSBAR, SHGDN_FORPARSING = 1, 0x1000, 0x4000, 0x8000
SHCONTF_FOLDERS, SHCONTF_NONFOLDERS, SHCONTF_INCLUDEHIDDEN = 0x20, 0x40, 0x80
SHCONTF_INCLUDESUPERHIDDEN = 0x10000
SIGDN_FILESYSPATH, SIGDN_URL = 0x80058000, 0x80068000

Items = Sequence[bytes]

TITLES = {COMPUTER: "This PC", NETWORK: "Network"}


def directory_of(items: Items) -> str:
    """The folder on the disk that a place shows; "" if it is none."""
    return path_of(items) if items else folders.windows_path("Desktop")


def is_root_of(items: Items, guid: uuid.UUID) -> bool:
    return bool(items) and is_root(items[-1]) and items[-1][4:20] == guid.bytes_le


def is_folder(items: Items) -> bool:
    """Whether a place can have others in it."""
    if not items or is_root(items[-1]):
        return True
    return shell_items.is_folder(path_of(items))


# ---- what is there ----


def _drives() -> list[bytes]:
    mask = windows("kernel32.dll", "GetLogicalDrives")
    return [drive_item(f"{chr(ord('A') + number)}:\\") for number in range(26) if mask >> number & 1]


def _is_listed(host: str, path: str, flags: int) -> bool:
    """Whether an enumeration shows a file."""
    try:
        mode = os.stat(host).st_mode
    except OSError:
        return False
    if not flags & (SHCONTF_FOLDERS if stat.S_ISDIR(mode) else SHCONTF_NONFOLDERS):
        return False
    found = shell_items.file_attributes(path)
    if found & FILE_ATTRIBUTE_HIDDEN and not flags & SHCONTF_INCLUDEHIDDEN:
        return False
    both = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM
    return found & both != both or bool(flags & SHCONTF_INCLUDESUPERHIDDEN)


def children(items: Items, flags: int) -> list[bytes]:
    """The items in a place that an enumeration with SHCONTF_* shows."""
    if is_root_of(items, COMPUTER):
        return _drives() if flags & SHCONTF_FOLDERS else []
    found = [root_item(COMPUTER)] if not items and flags & SHCONTF_FOLDERS else []
    directory = directory_of(items)
    host = _core.path_to_host(directory) if directory else None
    try:
        names = sorted(os.listdir(host)) if host else []
    except OSError:
        names = []
    for each in names:
        path = ntpath.join(directory, each)
        if _is_listed(os.path.join(host or "", each), path, flags):
            found.append(file_item(path))
    return found


# ---- names ----


def _title(items: Items) -> str:
    """As people read it."""
    if not items:
        return "Desktop"
    if is_root(items[-1]):
        return TITLES.get(uuid.UUID(bytes_le=items[-1][4:20]), name_of(items[-1]))
    text = name_of(items[-1])
    if text[1:] == ":\\":
        return f"({text[:2]})"
    return text.lstrip("\\")


def name(items: Items, flags: int) -> str:
    """What a place is called: SHGDN_*."""
    if not flags & SHGDN_FORPARSING:
        in_full = flags & SHGDN_FORADDRESSBAR and not flags & SHGDN_INFOLDER
        return (path_of(items) if in_full else "") or _title(items)
    if not items:
        return folders.windows_path("Desktop")
    if flags & SHGDN_INFOLDER or is_root(items[-1]):
        return name_of(items[-1])
    return path_of(items)


def sigdn_name(items: Items, form: int) -> str:
    """What a place is called: SIGDN_*, whose lower half is SHGDN_*."""
    if form in (SIGDN_FILESYSPATH, SIGDN_URL):
        path = directory_of(items)
        if not path:
            raise Refused(E_INVALIDARG)
        if form == SIGDN_FILESYSPATH:
            return path
        from windlass.api.shell import shlwapi_url

        return shlwapi_url.from_path(path)
    return name(items, form & 0xFFFF)


def order(first: bytes, second: bytes) -> int:
    """-1, 0 or 1: roots, then drives, then folders, then files, by name."""
    keys = []
    for item in (first, second):
        keys.append((item[2:20] if is_root(item) else b"", kind_of(item) & 0x7F, name_of(item).lower()))
    if is_root(first) != is_root(second):
        return -1 if is_root(first) else 1
    return (keys[0] > keys[1]) - (keys[0] < keys[1])


# ---- attributes ----


def attributes(items: Items) -> int:
    """SFGAO_* of a place; Refused for a file that is not there."""
    if not items or is_root(items[-1]):
        found = shell_items.SFGAO_FOLDER | shell_items.SFGAO_FILESYSANCESTOR | shell_items.SFGAO_HASSUBFOLDER
        return found | (shell_items.SFGAO_CANLINK if items else shell_items.SFGAO_FILESYSTEM)
    path = path_of(items)
    if not shell_items.exists(path):
        raise Refused(ERROR_FILE_NOT_FOUND)
    return shell_items.attributes(path)


# ---- parsing ----


def _by_guid(text: str) -> tuple[list[bytes], str]:
    r"""`::{GUID}` at the start of a text, and what follows it."""
    match = re.match(r"::\{([0-9A-Fa-f-]{36})\}", text)
    if match is None:
        raise Refused(E_INVALIDARG)
    guid = uuid.UUID(match[1])
    if guid not in TITLES:
        raise Refused(ERROR_FILE_NOT_FOUND)
    return [root_item(guid)], text[match.end() :].lstrip("\\")


def _known_folder(text: str) -> list[bytes]:
    r"""`shell:Name\below`."""
    start, _, rest = text[len("shell:") :].partition("\\")
    known = folders.by_name(start)
    if known is None or known.is_virtual:
        raise Refused(ERROR_FILE_NOT_FOUND)
    return _of_file(
        ntpath.join(folders.windows_path(known.name), rest) if rest else folders.windows_path(known.name)
    )


def _of_file(path: str, found: int | None = None) -> list[bytes]:
    """The items of a full path. found: the attributes of a file that is not looked for."""
    if found is not None:
        items = items_of(path, simple=True)
        return items if not found & FILE_ATTRIBUTE_DIRECTORY else [*items[:-1], file_item(path, found)]
    if not shell_items.exists(path):
        raise Refused(ERROR_FILE_NOT_FOUND)
    return items_of(path)


def _from_desktop(text: str, found: int | None) -> list[bytes]:
    if text.startswith("::"):
        items, rest = _by_guid(text)
        return parse(items, rest, found) if rest else items
    if text.lower().startswith("shell:"):
        return _known_folder(text)
    if text.lower().startswith("file:"):
        from windlass.api.shell import shlwapi_url

        text = shlwapi_url.to_path(text) or text
    if re.match(r"[A-Za-z]:|\\\\|/", text):
        return _of_file(shell_items.full_path(text), found)
    return [_child(folders.windows_path("Desktop"), text, found)]


def _child(directory: str, text: str, found: int | None) -> bytes:
    path = ntpath.join(directory, text)
    if found is None and not shell_items.exists(path):
        raise Refused(ERROR_FILE_NOT_FOUND)
    return file_item(path, found)


def parse(items: Items, text: str, found: int | None = None) -> list[bytes]:
    """The absolute items that a text names in a place; found: the attributes of a file not looked for."""
    if not text:
        return list(items)
    text = text.replace("/", "\\") if not re.match(r"[A-Za-z]{2,}:", text) else text
    if not items:
        return _from_desktop(text, found)
    if is_root(items[-1]):
        if not re.match(r"[A-Za-z]:(\\|$)" if is_root_of(items, COMPUTER) else r"\\\\", text):
            raise Refused(E_INVALIDARG)
        return _of_file(shell_items.full_path(text if len(text) > 2 else text + "\\"), found)
    result = list(items)
    names = [each for each in text.split("\\") if each]
    for index, each in enumerate(names):
        is_last = index == len(names) - 1
        known = found if is_last or found is None else FILE_ATTRIBUTE_DIRECTORY
        result.append(_child(path_of(result), each, known))
    return result
