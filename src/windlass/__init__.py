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
    "BadImage": "errors",
    "load": "loader",
    "Module": "module",
    "FreeLibrary": "win32api",
    "GetModuleFileName": "win32api",
    "GetModuleHandle": "win32api",
    "GetProcAddress": "win32api",
    "LoadLibrary": "win32api",
    "LoadLibraryEx": "win32api",
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
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
