"""Known folders (shell32, shfolder), and who the user is.

A profile on Windows has all of its folders, so one that is missing here is made when it is asked for, unless
the caller says that it need not be there.

Source: Microsoft, "SHGetKnownFolderPath function", "SHGetFolderPathW function", "CSIDL".
"""

from __future__ import annotations

import os
import struct

from windlass import _core
from windlass.api.outputs import from_ansi, put_ansi, put_u64, put_wide
from windlass.api.refused import Refused, code_of
from windlass.api.shell import folders, shell_items
from windlass.registry import export
from windlass.types import (
    BOOL,
    DWORD,
    HANDLE,
    HRESULT,
    HWND,
    INT,
    LPCSTR,
    LPCWSTR,
    LPGUID,
    LPSTR,
    LPWSTR,
    PVOID,
)

MAX_PATH = 260
E_FAIL = 0x80004005
E_INVALIDARG = 0x80070057
ERROR_FILE_NOT_FOUND = 0x80070002
ERROR_PATH_NOT_FOUND = 0x80070003
ERROR_FILENAME_EXCED_RANGE = 0x800700CE

# KF_FLAG_DONT_VERIFY is CSIDL_FLAG_DONT_VERIFY; the other flags choose between forms that are the same here.
DONT_VERIFY = 0x4000
CSIDL_NUMBER = 0xFF
SHGFP_TYPE_CURRENT, SHGFP_TYPE_DEFAULT = 0, 1


def _path(folder: folders.Folder | None, flags: int, unknown: int) -> str:
    """Where a folder is; Refused with `unknown` if there is no such folder."""
    if folder is None:
        raise Refused(unknown)
    if folder.is_virtual:
        raise Refused(E_FAIL)
    path = folders.windows_path(folder.name)
    if not flags & DONT_VERIFY:
        _make(path)
    return path


def _make(path: str) -> None:
    host = _core.path_to_host(path)
    try:
        os.makedirs(host or "", exist_ok=True)
    except OSError:
        raise Refused(ERROR_PATH_NOT_FOUND) from None


def _by_id(rfid: int) -> folders.Folder | None:
    data = _core.read(rfid, 16)
    first, second, third = struct.unpack_from("<IHH", data)
    last = data[8:].hex().upper()
    return folders.by_guid(f"{first:08X}-{second:04X}-{third:04X}-{last[:4]}-{last[4:]}")


# ---- by KNOWNFOLDERID ----


@export("shell32")
def SHGetKnownFolderPath(rfid: LPGUID, dwFlags: DWORD, hToken: HANDLE, ppszPath: PVOID) -> HRESULT:
    return code_of(_known_path, rfid, dwFlags, ppszPath)


def _known_path(rfid: int, flags: int, result: int) -> None:
    if not result or not rfid:
        raise Refused(E_INVALIDARG)
    put_u64(result, 0)
    path = _path(_by_id(rfid), flags, ERROR_FILE_NOT_FOUND)
    put_u64(result, shell_items.allocated(_core.wide_bytes(path)))


@export("shell32")
def SHGetFolderPathEx(
    rfid: LPGUID, dwFlags: DWORD, hToken: HANDLE, pszPath: LPWSTR, cchPath: DWORD
) -> HRESULT:
    return code_of(_known_path_in_buffer, rfid, dwFlags, pszPath, cchPath)


def _known_path_in_buffer(rfid: int, flags: int, buffer: int, capacity: int) -> None:
    if not rfid or not buffer:
        raise Refused(E_INVALIDARG)
    if put_wide(buffer, capacity, _path(_by_id(rfid), flags, ERROR_FILE_NOT_FOUND)) >= capacity:
        raise Refused(ERROR_FILENAME_EXCED_RANGE)


@export("shell32")
def SHGetKnownFolderIDList(rfid: LPGUID, dwFlags: DWORD, hToken: HANDLE, ppidl: PVOID) -> HRESULT:
    return code_of(_known_list, rfid, dwFlags, ppidl)


def _known_list(rfid: int, flags: int, result: int) -> None:
    if not result or not rfid:
        raise Refused(E_INVALIDARG)
    put_u64(result, 0)
    shell_items.put_list(result, known_items(rfid, flags))


def known_items(rfid: int, flags: int) -> list[bytes]:
    """The list of a known folder. Refused if there is none."""
    return _items(_by_id(rfid), flags, ERROR_FILE_NOT_FOUND)


def _items(folder: folders.Folder | None, flags: int, unknown: int) -> list[bytes]:
    if folder is not None and folder.name == "Desktop":
        return []
    if folder is not None and folder.name in VIRTUAL_PLACES:
        return [shell_items.root_item(VIRTUAL_PLACES[folder.name])]
    return shell_items.items_of(_path(folder, flags, unknown), simple=bool(flags & DONT_VERIFY))


VIRTUAL_PLACES = {"ComputerFolder": shell_items.COMPUTER, "NetworkFolder": shell_items.NETWORK}


# ---- by CSIDL ----


def _old_path(csidl: int, kind: int) -> str:
    if kind not in (SHGFP_TYPE_CURRENT, SHGFP_TYPE_DEFAULT):
        raise Refused(E_INVALIDARG)
    return _path(folders.by_csidl(csidl & CSIDL_NUMBER), csidl, E_INVALIDARG)


def _old_path_wide(csidl: int, kind: int, below: str, buffer: int) -> None:
    if not buffer:
        raise Refused(E_INVALIDARG)
    put_wide(buffer, 1, "")
    path = _old_path(csidl, kind) + below
    if below:
        _make(path)
    put_wide(buffer, MAX_PATH, path)


def _old_path_ansi(csidl: int, kind: int, below: str, buffer: int) -> None:
    if not buffer:
        raise Refused(E_INVALIDARG)
    put_ansi(buffer, 1, "")
    path = _old_path(csidl, kind) + below
    if below:
        _make(path)
    put_ansi(buffer, MAX_PATH, path)


@export("shell32", "shfolder")
def SHGetFolderPathW(hwnd: HWND, csidl: INT, hToken: HANDLE, dwFlags: DWORD, pszPath: LPWSTR) -> HRESULT:
    return code_of(_old_path_wide, csidl, dwFlags, "", pszPath)


@export("shell32", "shfolder")
def SHGetFolderPathA(hwnd: HWND, csidl: INT, hToken: HANDLE, dwFlags: DWORD, pszPath: LPSTR) -> HRESULT:
    return code_of(_old_path_ansi, csidl, dwFlags, "", pszPath)


def _below(subfolder: str | None) -> str:
    return "\\" + subfolder if subfolder else ""


@export("shell32")
def SHGetFolderPathAndSubDirW(
    hwnd: HWND, csidl: INT, hToken: HANDLE, dwFlags: DWORD, pszSubDir: LPCWSTR, pszPath: LPWSTR
) -> HRESULT:
    return code_of(_old_path_wide, csidl, dwFlags, _below(pszSubDir), pszPath)


@export("shell32")
def SHGetFolderPathAndSubDirA(
    hwnd: HWND, csidl: INT, hToken: HANDLE, dwFlags: DWORD, pszSubDir: LPCSTR, pszPath: LPSTR
) -> HRESULT:
    return code_of(_old_path_ansi, csidl, dwFlags, _below(from_ansi(pszSubDir)), pszPath)


@export("shell32")
def SHGetSpecialFolderPathW(hwnd: HWND, pszPath: LPWSTR, csidl: INT, fCreate: BOOL) -> BOOL:
    return int(code_of(_old_path_wide, csidl, 0, "", pszPath) == 0)


@export("shell32")
def SHGetSpecialFolderPathA(hwnd: HWND, pszPath: LPSTR, csidl: INT, fCreate: BOOL) -> BOOL:
    return int(code_of(_old_path_ansi, csidl, 0, "", pszPath) == 0)


@export("shell32")
def SHGetFolderLocation(hwnd: HWND, csidl: INT, hToken: HANDLE, dwFlags: DWORD, ppidl: PVOID) -> HRESULT:
    return code_of(_old_list, csidl, ppidl)


@export("shell32")
def SHGetSpecialFolderLocation(hwnd: HWND, csidl: INT, ppidl: PVOID) -> HRESULT:
    return code_of(_old_list, csidl, ppidl)


def _old_list(csidl: int, result: int) -> None:
    if not result:
        raise Refused(E_INVALIDARG)
    put_u64(result, 0)
    number = csidl & CSIDL_NUMBER
    if number == folders.CSIDL_DESKTOPDIRECTORY:
        shell_items.put_list(result, shell_items.items_of(_old_path(csidl, SHGFP_TYPE_CURRENT)))
    else:
        shell_items.put_list(result, _items(folders.by_csidl(number), csidl, E_INVALIDARG))


@export("shell32")
def IsUserAnAdmin() -> BOOL:
    return int(os.geteuid() == 0)
