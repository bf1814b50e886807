"""LoadLibrary, FreeLibrary and what goes with them, called by Windows code.

Source: Microsoft, "LoadLibraryExW function", "FreeLibrary function".
"""

from __future__ import annotations

import ctypes
import os

from windlass import _core, datafile, loader
from windlass.api.calls import windows
from windlass.api.outputs import fail
from windlass.errors import (
    ERROR_BAD_EXE_FORMAT,
    ERROR_FILE_NOT_FOUND,
    ERROR_INVALID_PARAMETER,
    ERROR_MOD_NOT_FOUND,
    win_error,
)
from windlass.process import modules
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, HMODULE, LPCSTR, LPCWSTR

ERROR_INVALID_HANDLE = 6
GENERIC_READ = 0x80000000
FILE_SHARE_READ = 1
OPEN_EXISTING = 3
INVALID_HANDLE_VALUE = (1 << 64) - 1


@export("kernel32", "kernelbase")
def LoadLibraryExW(lpLibFileName: LPCWSTR, hFile: HANDLE, dwFlags: DWORD) -> HMODULE:
    if lpLibFileName is None or hFile:
        return fail(ERROR_INVALID_PARAMETER)
    if not lpLibFileName:
        return fail(ERROR_MOD_NOT_FOUND)
    as_data = dwFlags & datafile.FLAGS
    try:
        if as_data:
            return _load_data(lpLibFileName, dwFlags)
        return loader.load(lpLibFileName, dwFlags).handle
    except FileNotFoundError:
        return fail(ERROR_FILE_NOT_FOUND if as_data else ERROR_MOD_NOT_FOUND)
    except OSError as error:
        return fail(getattr(error, "winerror", None) or ERROR_FILE_NOT_FOUND)


def _load_data(name: str, flags: int) -> int:
    """The handle of a DLL mapped as data. The exclusive one keeps its file open, so that nobody can open it
    for writing.
    """
    module = loader.load_data(name, flags)
    if flags & datafile.AS_DATAFILE_EXCLUSIVE and isinstance(module, datafile.DataFile) and module.from_file:
        path = ctypes.create_string_buffer(_core.wide_bytes(_core.path_to_windows(module.path)))
        share = (FILE_SHARE_READ, 0, OPEN_EXISTING, 0, 0)
        file = windows("kernel32", "CreateFileW", ctypes.addressof(path), GENERIC_READ, *share)
        if file == INVALID_HANDLE_VALUE:
            module.free()
            raise win_error(_core.get_last_error())
        module.on_close = lambda: _core.close_handle(file)
    return module.handle


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
    if not hLibModule:
        return fail(ERROR_INVALID_HANDLE)
    tagged = hLibModule & datafile.TAGS
    module = datafile.data_files.get(hLibModule) if tagged else modules.by_handle(hLibModule)
    if module is None:
        return fail(ERROR_BAD_EXE_FORMAT if tagged else ERROR_MOD_NOT_FOUND)
    try:
        module.free()
    except OSError as error:
        return fail(getattr(error, "winerror", None) or ERROR_MOD_NOT_FOUND)
    return 1
