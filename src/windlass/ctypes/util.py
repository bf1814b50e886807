"""ctypes.util as it is on Windows.

Source: Python documentation, "ctypes", "Finding shared libraries".
"""

from __future__ import annotations

import os

from windlass import process, search

__all__ = ["dllist", "find_library", "find_msvcrt"]


def find_library(name: str) -> str | None:
    """The path of a DLL, in the folders of PATH and where windlass searches; ".dll" is appended when it is
    missing. A builtin DLL has the path that Windows programs see. None when there is none.
    """
    if name in ("c", "m"):
        return find_msvcrt()
    names = [name] if name.lower().endswith(".dll") else [name, f"{name}.dll"]
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        for each in names:
            path = os.path.join(folder, each)
            if os.path.isfile(path):
                return path
    return _searched(names[-1])


def _searched(name: str) -> str | None:
    try:
        found = search.find(name)
    except search.NotFound:
        return None
    if found.path is not None:
        return found.path
    return "C:\\Windows\\System32\\" + str(found.builtin)


def find_msvcrt() -> str | None:
    """The C run-time library of Python itself: the Universal CRT, which is not to be loaded by name."""
    return None


def dllist() -> list[str]:
    """The paths of the DLLs that are loaded, the builtin ones included, in the order in which they came."""
    return [module.path for module in process.modules]
