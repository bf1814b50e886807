"""The C run-time's own names for loading DLLs.

Source: Microsoft, "_loaddll", "_unloaddll", "_getdllprocaddr" (<process.h>).
"""

from __future__ import annotations

from windlass.api.library import FreeLibrary, LoadLibraryA
from windlass.registry import export
from windlass.types import HMODULE, INT, LPCSTR


@export("ucrtbase", "msvcrt", "msvcr100", "msvcr110", "msvcr120")
def _loaddll(szName: LPCSTR) -> HMODULE:
    return LoadLibraryA(szName)


@export("ucrtbase", "msvcrt", "msvcr100", "msvcr110", "msvcr120")
def _unloaddll(hMod: HMODULE) -> INT:
    """0, or a Win32 error code."""
    return 0 if FreeLibrary(hMod) else 6  # ERROR_INVALID_HANDLE
