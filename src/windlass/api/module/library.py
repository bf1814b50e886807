"""LoadLibrary and FreeLibrary, where Windows code needs the loader for them (see module_load.c).

Source: Microsoft, "LoadLibraryExW function", "FreeLibrary function".
"""

from __future__ import annotations

import ctypes

from windlass import _core, datafile, loader
from windlass.api.calls import windows
from windlass.api.outputs import fail
from windlass.errors import (
    ERROR_BAD_EXE_FORMAT,
    ERROR_FILE_NOT_FOUND,
    ERROR_MOD_NOT_FOUND,
    win_error,
)
from windlass.process import modules

ERROR_INVALID_HANDLE = 6
GENERIC_READ = 0x80000000
FILE_SHARE_READ = 1
OPEN_EXISTING = 3
INVALID_HANDLE_VALUE = (1 << 64) - 1


def load_library(name: str, flags: int) -> int:
    """LoadLibraryEx for Windows code, when the DLL is not loaded yet: its handle, or 0 and the last error."""
    if not name:
        return fail(ERROR_MOD_NOT_FOUND)
    as_data = flags & datafile.FLAGS
    try:
        if as_data:
            return _load_data(name, flags)
        return loader.load(name, flags).handle
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


NOT_LOADED = 1


def redirected_module(name: str) -> int:
    """For GetModuleHandle, where names are redirected: the handle of the module that a file name means,
    NOT_LOADED, or 0 if the name means what it says.
    """
    found = loader.redirected(name)
    if found is None:
        return 0
    _, module = found
    return module.handle if module is not None else NOT_LOADED


def satellite(handle: int, language: int, which: int, index: int) -> int:
    """For the resource functions, where a module says that it has translations; see satellites.py."""
    from windlass.api.module import satellites

    return satellites.satellite(handle, language, which, index)


def free_library(handle: int) -> bool:
    """FreeLibrary for Windows code, when it may be the last reference; else False and the last error."""
    if not handle:
        return bool(fail(ERROR_INVALID_HANDLE))
    tagged = handle & datafile.TAGS
    module = datafile.data_files.get(handle) if tagged else modules.by_handle(handle)
    if module is None:
        return bool(fail(ERROR_BAD_EXE_FORMAT if tagged else ERROR_MOD_NOT_FOUND))
    try:
        module.free()
    except OSError as error:
        return bool(fail(getattr(error, "winerror", None) or ERROR_MOD_NOT_FOUND))
    return True
