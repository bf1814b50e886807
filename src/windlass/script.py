"""Running scripts that were written for Python on Windows, as they are.

`install()` lets every `import ctypes` of the process get windlass.ctypes, and `import cffi` windlass.cffi.
For code that also asks which system it runs on, `install("package")` and `python -m windlass SCRIPT` show
chosen modules a Windows Python: their own `import sys`, `os`, `platform`, `ctypes` and `cffi` get modules
that answer as on Windows, and everybody else's get the host's. So the standard library, and packages that
care for the system, go on as on Linux.

Only what is asked to tell systems apart differs: sys.platform, os.name, platform.system() and their like.
Files, paths and processes are the host's.
"""

from __future__ import annotations

import builtins
import codecs
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import platform
import runpy
import sys
import sysconfig
import types
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any, NoReturn

__all__ = ["install", "main", "uninstall"]

_REPLACED = {
    "ctypes": "windlass.ctypes",
    "ctypes._endian": "windlass.ctypes._endian",
    "ctypes.util": "windlass.ctypes.util",
    "ctypes.wintypes": "windlass.ctypes.wintypes",
    "_ctypes": "windlass.ctypes._ctypes",
}

_CFFI = {"cffi": "windlass.cffi", "_cffi_backend": "windlass.cffi.compiled"}


class _Later(types.ModuleType):
    """A module of windlass under a host module's name, imported when something of it is wanted."""

    def __init__(self, name: str, own: str) -> None:
        super().__init__(name)
        self.__dict__["_own_"] = own

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.__dict__["_own_"]), name)


# ---- for the whole process ----

_host_modules: dict[str, types.ModuleType | None] = {}
"""What `install()` replaced in sys.modules; empty when it has not been called."""


def install(*packages: str) -> None:
    """Let scripts written for Windows import what they expect.

    packages: names of modules and packages, not imported yet, that are to see a Windows Python.

    Without packages, `import ctypes` gives windlass.ctypes in the whole process from now on, and `import
    cffi` windlass.cffi; modules that have imported them before keep theirs. The host's own libraries (None,
    "libc.so.6") still load. `os.add_dll_directory` exists in either case.
    """
    if not hasattr(os, "add_dll_directory"):
        os.add_dll_directory = add_dll_directory  # type: ignore[attr-defined]
    if packages:
        _finder().packages.update(packages)
        return
    if _host_modules:
        return
    from windlass import foreign

    foreign.host_libraries = True
    own = {name: importlib.import_module(own_name) for name, own_name in _REPLACED.items()}
    if importlib.util.find_spec("cffi"):
        own.update({name: _Later(name, own_name) for name, own_name in _CFFI.items()})
    for name, module in own.items():
        _host_modules[name] = sys.modules.get(name)
        sys.modules[name] = module


def uninstall() -> None:
    """Take back what `install` did; modules imported since keep what they imported."""
    if _host_modules:
        from windlass import foreign

        foreign.host_libraries = False
    for name, module in _host_modules.items():
        if module is None:
            del sys.modules[name]
        else:
            sys.modules[name] = module
    _host_modules.clear()
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    if getattr(os, "add_dll_directory", None) is add_dll_directory:
        del os.add_dll_directory  # type: ignore[attr-defined]


def _windows_codec(name: str) -> codecs.CodecInfo | None:
    """The codecs that Python has on Windows alone: "mbcs" is the ANSI code page, "oem" the console's."""
    if name not in ("mbcs", "ansi", "dbcs", "oem"):
        return None
    page = os.environ.get("WINDLASS_CODEPAGE", "")
    found = codecs.lookup(f"cp{page}" if page.isdigit() and page != "65001" else "utf-8")
    return codecs.CodecInfo(
        found.encode,
        found.decode,
        found.streamreader,
        found.streamwriter,
        found.incrementalencoder,
        found.incrementaldecoder,
        name=name,
    )


class _AddedDirectory:
    """What os.add_dll_directory returns: close() takes the folder back."""

    def __init__(self, path: str) -> None:
        self.path: str | None = path

    def close(self) -> None:
        from windlass import search

        if self.path is not None:
            search.remove_directory(self.path)
            self.path = None

    def __enter__(self) -> _AddedDirectory:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<AddedDllDirectory({self.path!r})>" if self.path else "<AddedDllDirectory()>"


def add_dll_directory(path: str | os.PathLike[str]) -> _AddedDirectory:
    """os.add_dll_directory as on Windows: search a folder for DLLs too, until the result is closed."""
    from windlass import search

    absolute = os.path.abspath(os.fspath(path))
    if not os.path.isdir(absolute):
        from windlass import errors

        raise errors.win_error(errors.ERROR_FILE_NOT_FOUND)
    search.add_directory(absolute)
    return _AddedDirectory(absolute)


# ---- what a Windows Python shows ----


class _Shown(types.ModuleType):
    """A module with some names of its own; all others are the host module's."""

    def __init__(self, module: types.ModuleType, names: Mapping[str, Any]) -> None:
        super().__init__(module.__name__, module.__doc__)
        self.__dict__.update({name: value for name, value in vars(module).items() if name[:2] == "__"})
        self.__dict__.update(names)
        self.__dict__["_host_module_"] = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_host_module_"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__:
            self.__dict__[name] = value
        else:
            setattr(self.__dict__["_host_module_"], name, value)

    def __delattr__(self, name: str) -> None:
        if name in self.__dict__:
            del self.__dict__[name]
        else:
            delattr(self.__dict__["_host_module_"], name)

    def __dir__(self) -> list[str]:
        return sorted({*dir(self.__dict__["_host_module_"]), *self.__dict__})


class _Environment(MutableMapping[str, str]):
    """os.environ with names in any case, and with what every Windows process has."""

    def __init__(self, defaults: Mapping[str, str]) -> None:
        self._defaults = {name.upper(): value for name, value in defaults.items()}

    def _host_name(self, name: str) -> str:
        if name in os.environ:
            return name
        wanted = name.upper()
        return next((each for each in os.environ if each.upper() == wanted), name)

    def __getitem__(self, name: str) -> str:
        found = os.environ.get(self._host_name(name))
        return self._defaults[name.upper()] if found is None else found

    def __setitem__(self, name: str, value: str) -> None:
        os.environ[self._host_name(name)] = value

    def __delitem__(self, name: str) -> None:
        del os.environ[self._host_name(name)]

    def __iter__(self) -> Iterator[str]:
        yield from os.environ
        yield from (name for name in self._defaults if self._host_name(name) not in os.environ)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"environ({dict(self)!r})"

    def copy(self) -> dict[str, str]:
        return dict(self)


def _environment() -> _Environment:
    home = os.path.expanduser("~")
    return _Environment(
        {
            "APPDATA": os.path.join(home, ".config"),
            "COMPUTERNAME": platform.node(),
            "ComSpec": "C:\\windows\\system32\\cmd.exe",
            "LOCALAPPDATA": os.path.join(home, ".local", "share"),
            "NUMBER_OF_PROCESSORS": str(os.cpu_count() or 1),
            "OS": "Windows_NT",
            "PATHEXT": ".COM;.EXE;.BAT;.CMD",
            "PROCESSOR_ARCHITECTURE": "AMD64",
            "ProgramFiles": "C:\\Program Files",
            "SystemDrive": "C:",
            "SystemRoot": "C:\\windows",
            "TEMP": os.environ.get("TMPDIR", "/tmp"),
            "TMP": os.environ.get("TMPDIR", "/tmp"),
            "USERNAME": os.environ.get("USER", ""),
            "USERPROFILE": home,
            "windir": "C:\\windows",
        }
    )


class _WindowsVersion(tuple[Any, ...]):
    """What sys.getwindowsversion() returns."""

    major, minor, build, platform, service_pack = 10, 0, 19045, 2, ""
    service_pack_major = service_pack_minor = 0
    suite_mask, product_type = 256, 1
    platform_version = (10, 0, 19045)


def _shown_modules() -> dict[str, types.ModuleType]:
    environment = _environment()
    version = _WindowsVersion((10, 0, 19045, 2, ""))
    uname = platform.uname_result("Windows", platform.node(), "10", "10.0.19045", "AMD64")
    return {
        "sys": _Shown(
            sys,
            {
                "platform": "win32",
                "getwindowsversion": lambda: version,
                "winver": f"{sys.version_info.major}.{sys.version_info.minor}",
                "dllhandle": 0,
            },
        ),
        "os": _Shown(
            os,
            {
                "name": "nt",
                "environ": environment,
                "getenv": lambda key, default=None: environment.get(key, default),
                "add_dll_directory": add_dll_directory,
            },
        ),
        "platform": _Shown(
            platform,
            {
                "system": lambda: "Windows",
                "release": lambda: uname.release,
                "version": lambda: uname.version,
                "machine": lambda: uname.machine,
                "uname": lambda: uname,
                "platform": lambda aliased=False, terse=False: (
                    "Windows-10" if terse else "Windows-10-10.0.19045-SP0"
                ),
                "win32_ver": lambda release="", version="", csd="", ptype="": (
                    "10",
                    "10.0.19045",
                    "SP0",
                    "Multiprocessor Free",
                ),
                "win32_edition": lambda: "Professional",
                "architecture": lambda *arguments, **keywords: ("64bit", "WindowsPE"),
            },
        ),
        "sysconfig": _Shown(sysconfig, {"get_platform": lambda: "win-amd64"}),
        "importlib": _Shown(importlib, {"import_module": _import_module}),
    }


_shown: dict[str, types.ModuleType] = {}


def _shown_module(name: str) -> types.ModuleType | None:
    """What a module that sees Windows gets for a name; None: what everybody gets."""
    if name in _CFFI:
        try:
            return importlib.import_module(_CFFI[name])
        except ModuleNotFoundError:
            return None
    if name.partition(".")[0] in ("ctypes", "_ctypes"):
        try:
            return importlib.import_module(
                "windlass.ctypes._ctypes" if name == "_ctypes" else f"windlass.{name}"
            )
        except ModuleNotFoundError:
            return None
    if name == "winreg":
        return importlib.import_module("windlass.winreg")
    if not _shown:
        _shown.update(_shown_modules())
    return _shown.get(name)


def _import(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> Any:
    """__import__ of the modules that see Windows."""
    if level == 0:
        shown = _shown_module(name)
        if shown is not None and fromlist:
            for each in fromlist:  # a submodule, perhaps
                if not hasattr(shown, each):
                    _import_submodule(shown, each)
            return shown
        top = name.partition(".")[0]
        if not fromlist and _shown_module(top) is not None:
            if shown is None:
                builtins.__import__(name)
            return _shown_module(top)
    return builtins.__import__(name, globals, locals, fromlist or (), level)


def _import_submodule(package: types.ModuleType, name: str) -> None:
    """Import one that `from package import name` names, if there is one."""
    full_name = f"{package.__name__}.{name}"
    if _shown_module(full_name) is None and hasattr(package, "__path__"):
        try:
            importlib.import_module(full_name)
        except ModuleNotFoundError as error:
            if error.name != full_name:
                raise


def _import_module(name: str, package: str | None = None) -> types.ModuleType:
    """importlib.import_module for them."""
    shown = None if name.startswith(".") else _shown_module(name)
    return shown if shown is not None else importlib.import_module(name, package)


_builtins = {**vars(builtins), "__import__": _import, "WindowsError": OSError}
"""What the modules that see Windows have as builtins; functions keep those that their module began with."""


# ---- which modules see it ----


class _Loader(importlib.machinery.SourceFileLoader):
    def exec_module(self, module: types.ModuleType) -> None:
        module.__dict__["__builtins__"] = _builtins
        super().exec_module(module)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds as the path finder does, and lets modules of the named packages and below the named folders see
    Windows.
    """

    def __init__(self) -> None:
        self.packages: set[str] = set()
        self.folders: list[str] = []

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return None
        if not self.sees_windows(name, spec.origin or ""):
            return None
        spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec

    def sees_windows(self, name: str, origin: str) -> bool:
        if name.partition(".")[0] in self.packages:
            return True
        if "site-packages" in origin or "dist-packages" in origin or _is_standard(origin):
            return False
        return any(origin.startswith(folder) for folder in self.folders)


def _is_standard(origin: str) -> bool:
    return origin.startswith(os.path.dirname(os.__file__) + os.sep)


def _finder() -> _Finder:
    for finder in sys.meta_path:
        if isinstance(finder, _Finder):
            return finder
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        codecs.lookup("mbcs")
    except LookupError:
        codecs.register(_windows_codec)
    return finder


# ---- scripts ----

USAGE = """\
usage: python -m windlass [--windows PACKAGE]... [--linux] (SCRIPT | -m MODULE) [ARGUMENT]...

Run a Python script that was written for Windows: `import ctypes` gives it windlass.ctypes, and it sees
sys.platform 'win32', os.name 'nt' and so on, as do the modules beside it.

  --windows PACKAGE  an installed package is to see Windows as well
  --linux            only ctypes and cffi are Windows', for all modules; sys.platform stays 'linux'
  -m MODULE          run an installed module, which with its package sees Windows
"""


def main(words: Sequence[str]) -> NoReturn:
    """Run a script or module; `words` are the command line behind `python -m windlass`."""
    words = list(words)
    packages: list[str] = []
    as_linux = False
    while words and words[0] in ("--windows", "--linux"):
        option = words.pop(0)
        if option == "--linux":
            as_linux = True
        elif words:
            packages += words.pop(0).split(",")
    if not words or words == ["-m"]:
        sys.exit(USAGE)
    _finder().packages.update(packages)
    try:
        if words[0] == "-m":
            _run_module(words[1], words[2:], as_linux)
        else:
            _run_script(words[0], words[1:], as_linux)
    except Exception as error:
        _show(error)
        sys.exit(1)
    sys.exit(0)


def _start(folder: str | None, as_linux: bool) -> dict[str, Any] | None:
    """Prepare the process; the globals that the program begins with."""
    if as_linux:
        install()
        return None
    finder = _finder()
    if folder is not None:
        finder.folders.append(folder + os.sep)
    return {"__builtins__": _builtins}


def _run_script(path: str, arguments: list[str], as_linux: bool) -> None:
    if not os.path.exists(path):
        print(f"windlass: there is no script {path}", file=sys.stderr)
        sys.exit(2)
    folder = os.path.dirname(os.path.realpath(path))
    sys.argv[:] = [path, *arguments]
    sys.path[0] = folder
    runpy.run_path(path, _start(folder, as_linux), "__main__")


def _run_module(name: str, arguments: list[str], as_linux: bool) -> None:
    sys.argv[:] = [name, *arguments]
    sys.path[0] = os.getcwd()
    if not as_linux:
        _finder().packages.add(name.partition(".")[0])
    runpy.run_module(name, _start(os.getcwd(), as_linux), "__main__", alter_sys=True)


def _show(error: BaseException) -> None:
    """The traceback as Python prints it, from the script's first frame on."""
    trace = error.__traceback__
    own = {__file__, runpy.__file__, "<frozen runpy>"}
    first = trace
    while first is not None and first.tb_frame.f_code.co_filename in own:
        first = first.tb_next
    error.__traceback__ = first or trace
    sys.excepthook(type(error), error, error.__traceback__)
