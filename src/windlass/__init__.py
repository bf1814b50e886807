"""windlass: use Windows DLLs in ordinary Python on Linux.

    from windlass import WinDLL
    dll = WinDLL("vendor.dll")

Names are imported from their modules when first used.
"""

from __future__ import annotations

from windlass.light import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from windlass.dll import DLL
    from windlass.errors import BadImage
    from windlass.foreign import (
        CDLL,
        CFUNCTYPE,
        PYFUNCTYPE,
        WINFUNCTYPE,
        OleDLL,
        PyDLL,
        WinDLL,
        cdll,
        oledll,
        windll,
    )
    from windlass.linking import dllimport
    from windlass.loader import load, load_bytes, load_data
    from windlass.loader import trace_calls as trace
    from windlass.module import Module
    from windlass.overriding import export, override
    from windlass.script import install, uninstall
    from windlass.win32api import (
        FreeLibrary,
        GetModuleFileName,
        GetModuleHandle,
        GetProcAddress,
        LoadLibrary,
        LoadLibraryEx,
    )

_HOMES = {
    "DLL": "dll.DLL",
    "CDLL": "foreign.CDLL",
    "CFUNCTYPE": "foreign.CFUNCTYPE",
    "PYFUNCTYPE": "foreign.PYFUNCTYPE",
    "WINFUNCTYPE": "foreign.WINFUNCTYPE",
    "BadImage": "errors.BadImage",
    "FreeLibrary": "win32api.FreeLibrary",
    "GetModuleFileName": "win32api.GetModuleFileName",
    "GetModuleHandle": "win32api.GetModuleHandle",
    "GetProcAddress": "win32api.GetProcAddress",
    "LoadLibrary": "win32api.LoadLibrary",
    "LoadLibraryEx": "win32api.LoadLibraryEx",
    "Module": "module.Module",
    "OleDLL": "foreign.OleDLL",
    "PyDLL": "foreign.PyDLL",
    "WinDLL": "foreign.WinDLL",
    "cdll": "foreign.cdll",
    "dllimport": "linking.dllimport",
    "export": "overriding.export",
    "override": "overriding.override",
    "load": "loader.load",
    "load_bytes": "loader.load_bytes",
    "load_data": "loader.load_data",
    "oledll": "foreign.oledll",
    "trace": "loader.trace_calls",
    "install": "script.install",
    "uninstall": "script.uninstall",
    "windll": "foreign.windll",
}

__all__ = [
    "CDLL",
    "CFUNCTYPE",
    "DLL",
    "PYFUNCTYPE",
    "WINFUNCTYPE",
    "BadImage",
    "FreeLibrary",
    "GetModuleFileName",
    "GetModuleHandle",
    "GetProcAddress",
    "LoadLibrary",
    "LoadLibraryEx",
    "Module",
    "OleDLL",
    "PyDLL",
    "WinDLL",
    "cdll",
    "dllimport",
    "export",
    "install",
    "load",
    "load_bytes",
    "load_data",
    "oledll",
    "override",
    "trace",
    "uninstall",
    "windll",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        module, _, attribute = _HOMES[name].partition(".")
        value = getattr(__import__(f"{__name__}.{module}", fromlist=[attribute]), attribute)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
