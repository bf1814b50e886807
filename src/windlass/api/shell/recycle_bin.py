"""The recycle bin: the trash folder of the host's user.

Source: Microsoft, "SHQueryRecycleBinW function", "SHEmptyRecycleBinW function", "SHQUERYRBINFO structure";
freedesktop.org, "The FreeDesktop.org Trash specification".
"""

from __future__ import annotations

import os
import shutil
import struct
import time
import urllib.parse

from windlass import _core
from windlass.api.outputs import get_u32
from windlass.api.refused import code_of
from windlass.api.shell import shell_transfer
from windlass.registry import export
from windlass.types import DWORD, HRESULT, HWND, LPCSTR, LPCWSTR, PVOID

__all__ = ["recycle"]

E_INVALIDARG, E_ABORT, HRESULT_OF_WIN32 = 0x80070057, 0x80004004, 0x80070000
SHERB_NOCONFIRMATION = 1
INFO = struct.Struct("<I4xqq")


def _folder() -> str:
    data = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return os.path.join(data, "Trash")


def recycle(path: str) -> str:
    """Put a file or folder of the host's into the trash; where it is then. OSError."""
    if not os.path.lexists(path):
        raise FileNotFoundError(2, "no such file", path)
    files, notes = (os.path.join(_folder(), each) for each in ("files", "info"))
    for folder in (files, notes):
        os.makedirs(folder, mode=0o700, exist_ok=True)
    start, extension = os.path.splitext(os.path.basename(path))
    name, number = start + extension, 2
    while True:
        try:
            # Whoever makes the note first has the name.
            with open(os.path.join(notes, name + ".trashinfo"), "x", encoding="ascii") as note:
                where = urllib.parse.quote(os.fsencode(os.path.abspath(path)))
                note.write(f"[Trash Info]\nPath={where}\nDeletionDate={time.strftime('%Y-%m-%dT%H:%M:%S')}\n")
            break
        except FileExistsError:
            name, number = f"{start}.{number}{extension}", number + 1
    try:
        shutil.move(path, os.path.join(files, name))
    except BaseException:
        os.unlink(os.path.join(notes, name + ".trashinfo"))
        raise
    return os.path.join(files, name)


def _size(path: str) -> int:
    if os.path.islink(path) or not os.path.isdir(path):
        return os.lstat(path).st_size
    return sum(_size(entry.path) for entry in os.scandir(path))


def _entries() -> list[str]:
    files = os.path.join(_folder(), "files")
    return [entry.path for entry in os.scandir(files)] if os.path.isdir(files) else []


@export("shell32")
def SHQueryRecycleBinW(pszRootPath: LPCWSTR, pSHQueryRBInfo: PVOID) -> HRESULT:
    """There is one bin for all drives."""
    if not pSHQueryRBInfo or get_u32(pSHQueryRBInfo) < INFO.size:
        return E_INVALIDARG
    found = _entries()
    _core.write(pSHQueryRBInfo, INFO.pack(INFO.size, sum(map(_size, found)), len(found)))
    return 0


@export("shell32")
def SHQueryRecycleBinA(pszRootPath: LPCSTR, pSHQueryRBInfo: PVOID) -> HRESULT:
    return SHQueryRecycleBinW(None, pSHQueryRBInfo)


def _empty() -> None:
    with shell_transfer.errors():
        for path in _entries():
            shell_transfer.delete(path)
            note = os.path.join(_folder(), "info", os.path.basename(path) + ".trashinfo")
            if os.path.exists(note):
                os.unlink(note)


@export("shell32")
def SHEmptyRecycleBinW(hwnd: HWND, pszRootPath: LPCWSTR, dwFlags: DWORD) -> HRESULT:
    """There is nobody to confirm it."""
    if _entries() and not dwFlags & SHERB_NOCONFIRMATION:
        return E_ABORT
    code = code_of(_empty)
    return HRESULT_OF_WIN32 | code if code else 0


@export("shell32")
def SHEmptyRecycleBinA(hwnd: HWND, pszRootPath: LPCSTR, dwFlags: DWORD) -> HRESULT:
    return SHEmptyRecycleBinW(hwnd, None, dwFlags)
