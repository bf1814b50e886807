"""LoadLibrary, FreeLibrary and what goes with them, called by Windows code.

Source: Microsoft, "LoadLibraryExW function", "FreeLibrary function", "AddDllDirectory function".
"""

from __future__ import annotations

import os

from windlass import _core, loader, search
from windlass.api.outputs import fail
from windlass.process import modules
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, HMODULE, LPCSTR, LPCWSTR, PVOID

ERROR_INVALID_PARAMETER = 87
ERROR_MOD_NOT_FOUND = 126
ERROR_FILE_NOT_FOUND = 2


@export("kernel32", "kernelbase")
def LoadLibraryExW(lpLibFileName: LPCWSTR, hFile: HANDLE, dwFlags: DWORD) -> HMODULE:
    if not lpLibFileName or hFile:
        return fail(ERROR_INVALID_PARAMETER)
    try:
        return loader.load(lpLibFileName, dwFlags).handle
    except FileNotFoundError:
        return fail(ERROR_MOD_NOT_FOUND)
    except OSError as error:
        return fail(getattr(error, "winerror", None) or ERROR_FILE_NOT_FOUND)


@export("kernel32", "kernelbase")
def LoadLibraryExA(lpLibFileName: LPCSTR, hFile: HANDLE, dwFlags: DWORD) -> HMODULE:
    return LoadLibraryExW(_decoded(lpLibFileName), hFile, dwFlags)


@export("kernel32", "kernelbase")
def LoadLibraryW(lpLibFileName: LPCWSTR) -> HMODULE:
    return LoadLibraryExW(lpLibFileName, 0, 0)


@export("kernel32", "kernelbase")
def LoadLibraryA(lpLibFileName: LPCSTR) -> HMODULE:
    return LoadLibraryExW(_decoded(lpLibFileName), 0, 0)


def _decoded(name: bytes | None) -> str | None:
    return None if name is None else os.fsdecode(name)


@export("kernel32", "kernelbase")
def FreeLibrary(hLibModule: HMODULE) -> BOOL:
    module = modules.by_handle(hLibModule)
    if module is None:
        return fail(ERROR_MOD_NOT_FOUND)
    try:
        module.free()
    except OSError as error:
        return fail(getattr(error, "winerror", None) or ERROR_MOD_NOT_FOUND)
    return 1


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
