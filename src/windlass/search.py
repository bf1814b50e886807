"""From a name to a file or a builtin DLL: Windows' search order, API sets, known DLLs.

Source: Microsoft, "Dynamic-link library search order", "Windows API sets".
"""

from __future__ import annotations

import os
import stat
import sys
import time

from windlass import _core, registry
from windlass.light import TYPE_CHECKING, NamedTuple, cache
from windlass.user_folders import data_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Optional

    Redirect = Callable[[str], Optional[str]]
    """From a file name to the path that an activation context gives it."""

__all__ = [
    "Found",
    "NotFound",
    "Step",
    "add_directory",
    "api_set_hosts",
    "find",
    "settings",
    "system_directory",
    "walk",
]

# LoadLibraryEx's flags that say where to search.
SEARCH_DLL_LOAD_DIR = 0x00000100
SEARCH_APPLICATION_DIR = 0x00000200
SEARCH_USER_DIRS = 0x00000400
SEARCH_SYSTEM32 = 0x00000800
SEARCH_DEFAULT_DIRS = 0x00001000
WITH_ALTERED_SEARCH_PATH = 0x00000008
SAFE_CURRENT_DIRS = 0x00002000
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

    why = ""
    """Who needs it for what, where that is known; see errors.why_not_found."""

    def __init__(self, name: str, searched: list[str]) -> None:
        super().__init__(name, searched)
        self.name = name
        self.searched = searched


# Run-time libraries that compilers ship: the vendor's own file is preferred to the builtin one.
_MSVC = ("vcruntime", "msvcp", "msvcr", "vcomp", "concrt", "vccorlib", "vcamp", "mfc", "mfcm", "atl")
_GNU = ("libgcc_s", "libstdc++", "libgfortran", "libgomp", "libwinpthread", "libquadmath", "libssp")


def api_set_hosts(name: str) -> tuple[str, ...]:
    """The builtin DLLs behind an API set, () if the name is none. The version suffix does not matter.

    The first is the one whose handle the API set's name gives.
    """
    return _core.api_set_hosts(name)


def is_runtime(name: str) -> bool:
    """True for a compiler's run-time library, of which the vendor's own file is preferred."""
    stem, _, extension = name.lower().rpartition(".")
    versions = (stem[len(family) :] for family in _MSVC if stem.startswith(family))
    return extension == "dll" and (stem.startswith(_GNU) or any(each[:1].isdigit() for each in versions))


@cache
def is_known(name: str) -> bool:
    """True for a known DLL or an API set: no file takes the builtin DLL's place."""
    lower = name.lower()
    if api_set_hosts(lower):
        return True
    return registry.is_builtin(lower) and not is_runtime(lower)


# ---- what the process has set ----


class Settings:
    """How this process searches; changed by SetDllDirectory, AddDllDirectory and SetDefaultDllDirectories."""

    def __init__(self) -> None:
        self.user_directories: list[str] = []
        """Of AddDllDirectory, the last one is searched first."""
        self.dll_directory: str | None = None
        """Of SetDllDirectory; "" takes the current directory out of the search, None is the default."""
        self.default_flags = 0
        """Of SetDefaultDllDirectories; 0: the standard search order."""
        self.program: str | None = None
        """The EXE's path; None while Python itself is the program."""
        self.redirected = False
        """Whether there is a `PROGRAM.local`."""

    def set_program(self, path: str) -> None:
        """Say which EXE this process runs."""
        self.program = path
        self.redirected = os.path.exists(path + ".local")
        if self.redirected:
            _core.redirect_names()


settings = Settings()


def add_directory(path: str) -> None:
    """Search `path` (absolute) too, as AddDllDirectory says."""
    settings.user_directories.append(path)


def remove_directory(path: str) -> None:
    """Take back one `add_directory`; ValueError if there was none."""
    settings.user_directories.remove(path)


# ---- directories ----


class Place(NamedTuple):
    """A folder that is searched.

    what:  its part in the search order, as Microsoft calls it.
    owned: only searched where nobody but this user and root can write: nobody named it for a DLL.
    """

    directory: str
    what: str
    owned: bool = False


def windows_directory() -> str:
    """The folder that stands for C:\\Windows."""
    return data_folder() + "/drive_c/windows"


def system_directory() -> str:
    """The folder that stands for C:\\Windows\\System32: DLLs installed for all modules."""
    return data_folder() + "/drive_c/windows/system32"


def application_directory() -> str:
    """The folder of the program: of the EXE that this process runs, or of Python."""
    return os.path.dirname(settings.program or sys.executable)


def _environment_directories(variable: str) -> list[str]:
    return [path for path in _core.environment_variable(variable).split(os.pathsep) if path]


def places(load_directory: str | None, flags: int) -> Iterator[Place]:
    """The folders to search, in order.

    load_directory: the folder of the DLL whose load asks; see `find`.
    flags:          those of LoadLibraryEx.
    """
    if not flags & (SEARCH_FLAGS | WITH_ALTERED_SEARCH_PATH):
        flags |= settings.default_flags
    if flags & SEARCH_FLAGS:
        return _chosen_places(load_directory, flags)
    return _standard_places(load_directory, flags)


def _chosen_places(load_directory: str | None, flags: int) -> Iterator[Place]:
    """The order of LOAD_LIBRARY_SEARCH_*."""
    defaults = bool(flags & SEARCH_DEFAULT_DIRS)
    if load_directory is not None:
        yield Place(load_directory, "the loaded DLL's directory")
    if defaults or flags & SEARCH_APPLICATION_DIR:
        yield Place(application_directory(), "application directory")
    if defaults or flags & SEARCH_USER_DIRS:
        for path in reversed(settings.user_directories):
            yield Place(path, "AddDllDirectory")
        if settings.dll_directory:
            yield Place(settings.dll_directory, "SetDllDirectory")
        for path in _environment_directories("WINDLASS_PATH"):
            yield Place(path, "WINDLASS_PATH")
    if defaults or flags & SEARCH_SYSTEM32:
        yield Place(system_directory(), "system directory")


def _standard_places(load_directory: str | None, flags: int) -> Iterator[Place]:
    """The standard order for desktop applications, with safe search; LOAD_WITH_ALTERED_SEARCH_PATH puts the
    loaded DLL's folder in the application's place.
    """
    if not flags & WITH_ALTERED_SEARCH_PATH or load_directory is None:
        yield Place(application_directory(), "application directory")
    if load_directory is not None:
        yield Place(load_directory, "the loaded DLL's directory")
    for path in _environment_directories("WINDLASS_PATH"):
        yield Place(path, "WINDLASS_PATH")
    if settings.dll_directory:
        yield Place(settings.dll_directory, "SetDllDirectory")
    yield Place(system_directory(), "system directory")
    yield Place(os.path.join(windows_directory(), "system"), "16-bit system directory")
    yield Place(windows_directory(), "Windows directory")
    if settings.dll_directory is None and not flags & SAFE_CURRENT_DIRS:
        yield Place(os.curdir, "current directory", owned=True)
    for path in _environment_directories("PATH"):
        yield Place(path, "PATH", owned=True)


def for_imports(
    flags: int, load_directory: str | None, own: int, importer: str | None
) -> tuple[int, str | None]:
    """The flags, and the folder that comes first, by which what a DLL imports is searched for.

    flags, load_directory: those of the load that brings the DLL in.
    own:      the flags that its linker has put into it, which come before them.
    importer: the DLL's path.

    Source: Microsoft, "/DEPENDENTLOADFLAG (Set default dependent load flags)".
    """
    if not own & SEARCH_FLAGS:
        return flags | own & SAFE_CURRENT_DIRS, load_directory
    return own, os.path.dirname(importer) if importer and own & SEARCH_DLL_LOAD_DIR else None


def others_can_write(directory: str) -> bool:
    """Whether a user other than this one and root can put files into a folder, or replace it."""
    try:
        path = os.path.realpath(directory)
        status = os.stat(path)
        if status.st_uid not in (0, os.geteuid()) or _is_open(status):
            return True
        while path != (path := os.path.dirname(path)):
            if _is_open(status := os.stat(path)) and not status.st_mode & stat.S_ISVTX:
                return True
    except OSError:
        pass
    return False


def _is_open(status: os.stat_result) -> bool:
    """Whether a folder's mode lets others write to it."""
    foreign_group = status.st_mode & 0o020 and status.st_gid not in (0, os.getegid())
    return bool(status.st_mode & 0o002 or foreign_group)


def in_directory(directory: str, name: str) -> str | None:
    """The file of that name, or of that relative path, in a folder; on Windows names match in any case, an
    exact match comes first here.
    """
    path = os.path.join(directory, name)
    if os.path.isfile(path):
        return path
    folder, _, rest = name.partition("/")
    paths = (os.path.join(directory, match) for match in _matches(directory, folder))
    if rest:
        found = (in_directory(path, rest) for path in paths if os.path.isdir(path))
        return next((path for path in found if path is not None), None)
    return next((path for path in paths if os.path.isfile(path)), None)


def _matches(directory: str, name: str) -> list[str]:
    """The names in a folder that are this one in any case."""
    try:
        return _names_in(directory).get(name.lower(), [])
    except OSError:
        return []


def _names_in(directory: str) -> dict[str, list[str]]:
    """The names in a folder, by their lower case. Read once until the folder changes: that of the program may
    be /usr/bin.
    """
    status = os.stat(directory)
    folder = status.st_dev, status.st_ino, status.st_mtime_ns
    if (known := _listings.get(directory)) and known[0] == folder:
        return known[1]
    names: dict[str, list[str]] = {}
    for entry in sorted(os.listdir(directory)):
        names.setdefault(entry.lower(), []).append(entry)
    if time.time_ns() - status.st_mtime_ns > SETTLED:
        _listings[directory] = folder, names
    return names


_listings: dict[str, tuple[tuple[int, int, int], dict[str, list[str]]]] = {}
SETTLED = 3_000_000_000
"""Nanoseconds after which a further change of a folder gives it another time in any file system."""


# ---- the search ----


class Step(NamedTuple):
    """One step of a search: where it looked, why there, and what it found there or why it did not look."""

    where: str
    what: str
    found: Found | None = None
    refused: str | None = None


def with_extension(name: str) -> str:
    """Append ".dll" when the name has no extension; a trailing dot says that it has none."""
    base = name.replace("\\", "/").rpartition("/")[2]
    if base.endswith("."):
        return name[:-1]
    return name if "." in base else name + ".dll"


def find(
    name: str,
    *,
    load_directory: str | None = None,
    flags: int = SEARCH_DEFAULT_DIRS,
    redirect: Redirect | None = None,
) -> Found:
    """Find a DLL.

    name:           a host path, absolute or not, or a file name to search for.
    load_directory: the folder of the module whose load asked for this.
    flags:          those of LoadLibraryEx; 0 is the standard search order.
    redirect:       what an activation context says of the name: a path, or None.

    NotFound if no place has it.
    """
    searched = []
    for step in walk(name, load_directory=load_directory, flags=flags, redirect=redirect):
        if step.found is not None:
            return step.found
        searched.append(step.where if step.refused is None else f"not {step.where}: {step.refused}")
    raise NotFound(with_extension(name), searched)


def walk(
    name: str,
    *,
    load_directory: str | None = None,
    flags: int = SEARCH_DEFAULT_DIRS,
    redirect: Redirect | None = None,
) -> Iterator[Step]:
    """The steps of `find`, up to the one that finds; arguments as there."""
    name = with_extension(name)
    base = name.rpartition("/")[2]
    yield from _redirections(base, redirect if base == name else None)
    if os.path.isabs(name):
        directory = os.path.dirname(os.path.abspath(name))
        if lower := in_system_directory(name):
            yield Step("builtin DLLs", "system directory", Found(None, lower))
        path = in_directory(directory, base)
        yield Step(directory, "its path", Found(path, None) if path else None)
        return
    lower = name.lower()
    if registry.is_supplied(lower):
        yield Step("this process", "DLL of Python functions", Found(None, lower))
    if hosts := api_set_hosts(lower):
        yield Step(hosts[0], "API set", Found(None, hosts[0]))
    known = Found(None, lower) if registry.is_builtin(lower) else None
    if known and is_known(lower):
        yield Step("builtin DLLs", "known DLL", known)
    for place in places(load_directory, flags):
        yield _look(place, name)
    if "/" not in name:
        yield Step("builtin DLLs", "run-time library", known)


def in_system_directory(path: str) -> str | None:
    """The name in lower case of the builtin or supplied DLL that an absolute path means; None for a file's.

    Programs ask GetSystemDirectory where the system's DLLs are, to load no others. There are no files of
    builtin DLLs, but a run-time library's file may lie there, and is preferred.
    """
    directory, base = os.path.split(os.path.abspath(path))
    if directory.lower() != system_directory().lower():
        return None
    lower = base.lower()
    if not registry.is_supplied(lower) and not registry.is_builtin(lower):
        return None
    return None if is_runtime(lower) and in_directory(directory, base) else lower


def _look(place: Place, name: str) -> Step:
    if place.owned and others_can_write(place.directory):
        return Step(place.directory, place.what, refused="others can write there")
    path = in_directory(place.directory, name)
    return Step(place.directory, place.what, Found(os.path.abspath(path), None) if path else None)


def local_path(base: str) -> str | None:
    """The file that `PROGRAM.local` puts in place of all others of its name."""
    return in_directory(_local_directory(), base) if settings.redirected else None


def _local_directory() -> str:
    local = f"{settings.program}.local"
    return local if os.path.isdir(local) else application_directory()


def _redirections(base: str, redirect: Redirect | None) -> Iterator[Step]:
    """What comes before all searching: `.local`, then the activation context. Neither redirects a known DLL
    or an API set.

    Source: Microsoft, "Dynamic-link library redirection", "Activation contexts".
    """
    if not settings.redirected and redirect is None:
        return
    if is_known(base):
        return
    if settings.redirected:
        yield _look(Place(_local_directory(), ".local redirection"), base)
    if redirect is not None and (path := redirect(base)):
        yield Step(os.path.dirname(path), "activation context", Found(path, None))
