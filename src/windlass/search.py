"""From a name to a file or a builtin DLL: Windows' search order, API sets, known DLLs.

Source: Microsoft, "Dynamic-link library search order", "Windows API sets".
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from windlass import registry

__all__ = ["Found", "NotFound", "add_directory", "api_set_hosts", "find", "system_directory"]

# LoadLibraryEx's flags that say where to search.
SEARCH_DLL_LOAD_DIR = 0x00000100
SEARCH_APPLICATION_DIR = 0x00000200
SEARCH_USER_DIRS = 0x00000400
SEARCH_SYSTEM32 = 0x00000800
SEARCH_DEFAULT_DIRS = 0x00001000
WITH_ALTERED_SEARCH_PATH = 0x00000008
SEARCH_FLAGS = 0x00001F00


class Found(NamedTuple):
    """Where a DLL is: `path` for a file, `builtin` (its name in lower case) for one of windlass's own, or one
    that the user supplies.
    """

    path: str | None
    builtin: str | None


class NotFound(Exception):
    """No place has the DLL.

    name:     as it was asked for.
    searched: the places, in order.
    """

    def __init__(self, name: str, searched: list[str]) -> None:
        super().__init__(name, searched)
        self.name = name
        self.searched = searched


# Run-time libraries that compilers ship: the vendor's own file is preferred to the builtin one.
_RUNTIME = re.compile(
    r"(vcruntime|msvcp|msvcr|vcomp|concrt|vccorlib|vcamp|mfc|mfcm|atl)\d+\w*\.dll"
    r"|(libgcc_s|libstdc\+\+|libgfortran|libgomp|libwinpthread|libquadmath|libssp)[-_.\w]*\.dll"
)

# Which DLLs implement an API set. The first is the one whose handle the set's name gives.
_API_SETS = (
    ("api-ms-win-crt-", ("ucrtbase.dll",)),
    ("api-ms-win-core-com-", ("ole32.dll", "combase.dll")),
    ("api-ms-win-core-winrt-", ("combase.dll", "ole32.dll")),
    ("api-ms-win-core-registry-", ("advapi32.dll",)),
    ("api-ms-win-core-shlwapi-", ("shlwapi.dll", "kernelbase.dll")),
    ("api-ms-win-core-version-", ("version.dll", "kernelbase.dll")),
    ("api-ms-win-core-path-", ("kernelbase.dll", "shlwapi.dll")),
    ("api-ms-win-core-url-", ("shlwapi.dll",)),
    ("api-ms-win-core-psapi-", ("kernel32.dll", "psapi.dll")),
    ("api-ms-win-core-", ("kernelbase.dll", "kernel32.dll", "ntdll.dll")),
    ("api-ms-win-security-", ("advapi32.dll",)),
    ("api-ms-win-eventing-", ("advapi32.dll",)),
    ("api-ms-win-service-", ("advapi32.dll",)),
    ("api-ms-win-mm-", ("winmm.dll",)),
    ("api-ms-win-shcore-", ("shcore.dll", "shlwapi.dll")),
    ("api-ms-win-", ("kernelbase.dll", "kernel32.dll", "ntdll.dll", "advapi32.dll")),
    ("ext-ms-win-", ("user32.dll", "gdi32.dll")),
    ("ext-ms-", ("kernel32.dll",)),
)


def api_set_hosts(name: str) -> tuple[str, ...]:
    """The builtin DLLs behind an API set, () if the name is none. The version suffix does not matter."""
    lower = name.lower()
    if not lower.startswith(("api-", "ext-")):
        return ()
    for prefix, hosts in _API_SETS:
        if lower.startswith(prefix):
            return tuple(host for host in hosts if registry.builtin(host) is not None)
    return ()


def is_runtime(name: str) -> bool:
    """True for a compiler's run-time library, of which the vendor's own file is preferred."""
    return _RUNTIME.fullmatch(name.lower()) is not None


# ---- directories ----

_user_directories: list[str] = []


def add_directory(path: str) -> None:
    """Search `path` (absolute) too, as AddDllDirectory says."""
    _user_directories.append(path)


def remove_directory(path: str) -> None:
    """Take back one `add_directory`; ValueError if there was none."""
    _user_directories.remove(path)


def data_home() -> str:
    """windlass's own files: `$XDG_DATA_HOME/windlass`."""
    return os.path.join(os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share"), "windlass")


def system_directory() -> str:
    """The folder that stands for C:\\Windows\\System32: DLLs installed for all modules."""
    return os.path.join(data_home(), "drive_c", "windows", "system32")


def _environment_directories() -> list[str]:
    return [path for path in os.environ.get("WINDLASS_PATH", "").split(os.pathsep) if path]


def _directories(load_directory: str | None, flags: int) -> Iterator[str]:
    """The folders to search, in Windows' order, WINDLASS_PATH after the module's own folder."""
    flags = flags & SEARCH_FLAGS or SEARCH_DEFAULT_DIRS
    if load_directory is not None:
        yield load_directory
    if flags & (SEARCH_DEFAULT_DIRS | SEARCH_USER_DIRS):
        yield from reversed(_user_directories)
        yield from _environment_directories()
    if flags & (SEARCH_DEFAULT_DIRS | SEARCH_SYSTEM32):
        yield system_directory()


def in_directory(directory: str, name: str) -> str | None:
    """The file of that name in a folder; on Windows names match in any case, an exact match comes first
    here.
    """
    path = os.path.join(directory, name)
    if os.path.isfile(path):
        return path
    wanted = name.lower()
    try:
        with os.scandir(directory) as entries:
            matches = sorted(entry.name for entry in entries if entry.name.lower() == wanted)
    except OSError:
        return None
    paths = (os.path.join(directory, match) for match in matches)
    return next((path for path in paths if os.path.isfile(path)), None)


# ---- the search ----


def with_extension(name: str) -> str:
    """Append ".dll" when the name has no extension; a trailing dot says that it has none."""
    base = re.split(r"[\\/]", name)[-1]
    if base.endswith("."):
        return name[:-1]
    return name if "." in base else name + ".dll"


def find(name: str, *, load_directory: str | None = None, flags: int = 0) -> Found:
    """Find a DLL.

    name:           a host path, or a file name to search for.
    load_directory: the folder of the module whose load asked for this.
    flags:          LOAD_LIBRARY_SEARCH_* of LoadLibraryEx.

    NotFound if no place has it.
    """
    name = with_extension(name)
    if "/" in name:
        return _find_path(name)
    lower = name.lower()
    if registry.is_supplied(lower):
        return Found(None, lower)
    if hosts := api_set_hosts(lower):
        return Found(None, hosts[0])
    known = registry.builtin(lower) is not None
    if known and not is_runtime(lower):
        return Found(None, lower)
    searched = []
    for directory in _directories(load_directory, flags):
        searched.append(directory)
        if path := in_directory(directory, name):
            return Found(os.path.abspath(path), None)
    if known:
        return Found(None, lower)
    raise NotFound(name, [*searched, "builtin DLLs"])


def _find_path(name: str) -> Found:
    path = os.path.abspath(name)
    directory, base = os.path.split(path)
    if found := in_directory(directory, base):
        return Found(found, None)
    raise NotFound(name, [directory])
