"""Run-time linking by the names and in the manner of pywin32's `win32api`: handles are integers, failures
OSError.

Source: Microsoft, "Run-Time Dynamic Linking"; pywin32, "Module win32api".
"""

from __future__ import annotations

from windlass import datafile, errors, loader
from windlass.datafile import DataFile
from windlass.light import TYPE_CHECKING
from windlass.module import Module
from windlass.process import modules

if TYPE_CHECKING:
    from windlass.pe.resources import Key, ResourceDirectory

__all__ = [
    "EnumResourceLanguages",
    "EnumResourceNames",
    "EnumResourceTypes",
    "FreeLibrary",
    "GetModuleFileName",
    "GetModuleHandle",
    "GetProcAddress",
    "LoadLibrary",
    "LoadLibraryEx",
    "LoadResource",
    "LoadString",
]


def _module(handle: int) -> Module:
    module = modules.by_handle(handle)
    if module is None:
        raise errors.win_error(errors.ERROR_MOD_NOT_FOUND)
    return module


def _any(handle: int) -> Module | DataFile:
    """What a handle means, be it tagged or not; 0 is the program."""
    found = datafile.data_files.get(handle)
    return found or (_module(handle) if handle else loader.program())


def LoadLibrary(fileName: str) -> int:
    """Load a DLL and return its handle; each call adds one to the reference count."""
    return loader.load(fileName).handle


def LoadLibraryEx(fileName: str, handle: int, flags: int) -> int:
    """LoadLibrary with LOAD_LIBRARY_* flags; `handle` is reserved and must be 0."""
    if handle:
        raise errors.win_error(errors.ERROR_INVALID_PARAMETER)
    load = loader.load_data if flags & datafile.FLAGS else loader.load
    return load(fileName, flags).handle


def FreeLibrary(hModule: int) -> None:
    """Give one reference back; OSError with winerror 126 when the module is not loaded."""
    _any(hModule).free()


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


# ---- resources ----

RT_STRING = 6
DIRECTORY_RESOURCE = 2


def LoadResource(handle: int, type: Key, name: Key, language: int = 0) -> bytes:
    """The data of a resource. OSError with winerror 1813, 1814 or 1815 when there is none of that type, name
    or language. Language 0 stands for any.
    """
    languages = _below(handle, type, name)
    found = next((entry for entry in languages if language in (0, entry.key)), None)
    resource = found.resource if found is not None else None
    if resource is None:
        raise errors.win_error(errors.ERROR_RESOURCE_LANG_NOT_FOUND)
    return _any(handle).image.walk(DIRECTORY_RESOURCE).read(resource.rva, resource.size, "resource")


def LoadString(handle: int, stringId: int, numChars: int = 1024) -> str:
    """A string of a module's string tables, at most so many characters of it."""
    from windlass.pe.resource_files import strings

    block = (stringId >> 4) + 1
    found = dict(strings(block, LoadResource(handle, RT_STRING, block)))
    return found.get(stringId, "")[:numChars]


def EnumResourceTypes(hmodule: int) -> list[Key]:
    """The types of a module's resources: numbers and names."""
    return [entry.key for entry in _below(hmodule)]


def EnumResourceNames(hmodule: int, resType: Key) -> list[Key]:
    """The names of the resources of one type."""
    return [entry.key for entry in _below(hmodule, resType)]


def EnumResourceLanguages(hmodule: int, resType: Key, resName: Key) -> list[Key]:
    """The languages of one resource."""
    return [entry.key for entry in _below(hmodule, resType, resName)]


def _below(handle: int, *path: Key) -> ResourceDirectory:
    """A directory of a module's resources."""
    directory = _any(handle).image.resources
    if directory is None:
        raise errors.win_error(errors.ERROR_RESOURCE_DATA_NOT_FOUND)
    for depth, key in enumerate(path):
        entry = directory.get(key)
        if entry is None or entry.directory is None:
            raise errors.win_error(errors.ERROR_RESOURCE_TYPE_NOT_FOUND + depth)
        directory = entry.directory
    return directory
