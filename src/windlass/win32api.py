"""Run-time linking by the names and in the manner of pywin32's `win32api`: handles are integers, failures
OSError.

Source: Microsoft, "Run-Time Dynamic Linking"; pywin32, "Module win32api".
"""

from __future__ import annotations

from windlass import errors, loader
from windlass.module import Module
from windlass.process import modules

__all__ = [
    "FreeLibrary",
    "GetModuleFileName",
    "GetModuleHandle",
    "GetProcAddress",
    "LoadLibrary",
    "LoadLibraryEx",
]


def _module(handle: int) -> Module:
    module = modules.by_handle(handle)
    if module is None:
        raise errors.win_error(errors.ERROR_MOD_NOT_FOUND)
    return module


def LoadLibrary(fileName: str) -> int:
    """Load a DLL and return its handle; each call adds one to the reference count."""
    return loader.load(fileName).handle


def LoadLibraryEx(fileName: str, handle: int, flags: int) -> int:
    """LoadLibrary with LOAD_LIBRARY_* flags; `handle` is reserved and must be 0."""
    if handle:
        raise errors.win_error(errors.ERROR_INVALID_PARAMETER)
    return loader.load(fileName, flags).handle


def FreeLibrary(hModule: int) -> None:
    """Give one reference back; OSError with winerror 126 when the module is not loaded."""
    _module(hModule).free()


def GetProcAddress(hModule: int, functionName: str | int) -> int:
    """The address of an export by name or ordinal; OSError with winerror 127 or 182 when there is none."""
    try:
        return _module(hModule).export(functionName)
    except AttributeError:
        by_ordinal = isinstance(functionName, int)
        raise errors.win_error(
            errors.ERROR_INVALID_ORDINAL if by_ordinal else errors.ERROR_PROC_NOT_FOUND
        ) from None


def GetModuleHandle(fileName: str | None = None) -> int:
    """The handle of a loaded module, without a new reference; None: of the program itself."""
    module = loader.loaded(fileName) if fileName is not None else loader.program()
    if module is None:
        raise errors.win_error(errors.ERROR_MOD_NOT_FOUND)
    return module.handle


def GetModuleFileName(hModule: int) -> str:
    """The path of a module; 0: of the program itself."""
    return (_module(hModule) if hModule else loader.program()).path
