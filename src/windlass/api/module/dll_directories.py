"""Where DLLs are searched for, as Windows code says.

Source: Microsoft, "SetDllDirectoryW function", "AddDllDirectory function", "SetDefaultDllDirectories
function", "Dynamic-link library search order".
"""

from __future__ import annotations

import os

from windlass import _core, search
from windlass.api.outputs import fail, put_ansi, put_wide
from windlass.errors import ERROR_FILE_NOT_FOUND, ERROR_INVALID_PARAMETER
from windlass.registry import export
from windlass.search import settings
from windlass.types import BOOL, DWORD, LPCSTR, LPCWSTR, LPSTR, LPWSTR, PVOID

BASE_SEARCH_PATH_ENABLE_SAFE_SEARCHMODE = 0x00001
BASE_SEARCH_PATH_DISABLE_SAFE_SEARCHMODE = 0x10000
BASE_SEARCH_PATH_PERMANENT = 0x08000
ERROR_ACCESS_DENIED = 5

_cookies: dict[int, str] = {}


@export("kernel32", "kernelbase")
def AddDllDirectory(NewDirectory: LPCWSTR) -> PVOID:
    if not NewDirectory or not (NewDirectory[1:2] == ":" or NewDirectory.startswith(("\\", "/"))):
        return fail(ERROR_INVALID_PARAMETER)
    path = _core.path_to_host(NewDirectory)
    if path is None:
        return fail(ERROR_INVALID_PARAMETER)
    if not os.path.isdir(path):
        return fail(ERROR_FILE_NOT_FOUND)
    search.add_directory(path)
    cookie = max(_cookies, default=0x10000) + 0x10
    _cookies[cookie] = path
    return cookie


@export("kernel32", "kernelbase")
def RemoveDllDirectory(Cookie: PVOID) -> BOOL:
    path = _cookies.pop(Cookie, None)
    if path is None:
        return fail(ERROR_INVALID_PARAMETER)
    search.remove_directory(path)
    return 1


@export("kernel32", "kernelbase")
def SetDefaultDllDirectories(DirectoryFlags: DWORD) -> BOOL:
    allowed = search.SEARCH_FLAGS & ~search.SEARCH_DLL_LOAD_DIR
    if not DirectoryFlags or DirectoryFlags & ~allowed:
        return fail(ERROR_INVALID_PARAMETER)
    settings.default_flags = DirectoryFlags
    return 1


@export("kernel32", "kernelbase")
def SetDllDirectoryW(lpPathName: LPCWSTR) -> BOOL:
    if lpPathName is not None and ";" in lpPathName:
        return fail(ERROR_INVALID_PARAMETER)
    settings.dll_directory = lpPathName and (_core.path_to_host(lpPathName) or lpPathName)
    return 1


@export("kernel32", "kernelbase")
def SetDllDirectoryA(lpPathName: LPCSTR) -> BOOL:
    return SetDllDirectoryW(None if lpPathName is None else _core.ansi_to_text(lpPathName))


@export("kernel32", "kernelbase")
def GetDllDirectoryW(nBufferLength: DWORD, lpBuffer: LPWSTR) -> DWORD:
    text = _dll_directory()
    length = put_wide(lpBuffer, nBufferLength, text)
    return length if length < nBufferLength else length + 1


@export("kernel32", "kernelbase")
def GetDllDirectoryA(nBufferLength: DWORD, lpBuffer: LPSTR) -> DWORD:
    length = put_ansi(lpBuffer, nBufferLength, _dll_directory())
    return length if length < nBufferLength else length + 1


def _dll_directory() -> str:
    return _core.path_to_windows(settings.dll_directory) if settings.dll_directory else ""


@export("kernel32", "kernelbase")
def SetSearchPathMode(Flags: DWORD) -> BOOL:
    """Safe search, which is the mode here, can be affirmed; for good it cannot be left any more."""
    if Flags in (
        BASE_SEARCH_PATH_ENABLE_SAFE_SEARCHMODE,
        BASE_SEARCH_PATH_ENABLE_SAFE_SEARCHMODE | BASE_SEARCH_PATH_PERMANENT,
    ):
        return 1
    disable = Flags == BASE_SEARCH_PATH_DISABLE_SAFE_SEARCHMODE
    return fail(ERROR_ACCESS_DENIED if disable else ERROR_INVALID_PARAMETER)
