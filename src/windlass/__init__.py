"""windlass: use Windows DLLs in ordinary Python on Linux.

    from windlass import WinDLL
    dll = WinDLL("vendor.dll")

Names are imported from their modules when first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from windlass.errors import BadImage
    from windlass.loader import load
    from windlass.loader import trace_calls as trace
    from windlass.module import Module
    from windlass.win32api import (
        FreeLibrary,
        GetModuleFileName,
        GetModuleHandle,
        GetProcAddress,
        LoadLibrary,
        LoadLibraryEx,
    )

_HOMES = {
    "BadImage": "errors.BadImage",
    "FreeLibrary": "win32api.FreeLibrary",
    "GetModuleFileName": "win32api.GetModuleFileName",
    "GetModuleHandle": "win32api.GetModuleHandle",
    "GetProcAddress": "win32api.GetProcAddress",
    "LoadLibrary": "win32api.LoadLibrary",
    "LoadLibraryEx": "win32api.LoadLibraryEx",
    "Module": "module.Module",
    "load": "loader.load",
    "trace": "loader.trace_calls",
}

__all__ = [
    "BadImage",
    "FreeLibrary",
    "GetModuleFileName",
    "GetModuleHandle",
    "GetProcAddress",
    "LoadLibrary",
    "LoadLibraryEx",
    "Module",
    "load",
    "trace",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        module, _, attribute = _HOMES[name].partition(".")
        value = getattr(importlib.import_module(f"{__name__}.{module}"), attribute)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
