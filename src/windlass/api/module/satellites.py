"""The files with a module's translations (.mui), for the resource functions (resource.c).

Source: Microsoft, "MUI Resource Management", "GetFileMUIPath function".
"""

from __future__ import annotations

from windlass import datafile, lifetime
from windlass.api.locale import ui_languages
from windlass.datafile import Satellites
from windlass.module import Module
from windlass.process import modules

__all__ = ["satellite"]

_of_modules: dict[Module, Satellites] = {}


def satellite(handle: int, language: int, index: int) -> int:
    """The handle of the first, second ... file that there is with translations of a module; 0: no more.

    language: the one that is wanted, 0: those that the calling thread prefers.
    """
    owner = datafile.data_files.get(handle) or modules.by_handle(handle) or next(iter(modules))
    satellites = owner.satellites if isinstance(owner, datafile.DataFile) else _satellites_of(owner)
    found = (satellites.get(owner.path, name) for name in ui_languages.candidates(language))
    there = [each.handle for each in found if each is not None]
    return there[index] if index < len(there) else 0


def _satellites_of(module: Module) -> Satellites:
    if _on_change not in lifetime.watchers:
        lifetime.watchers.append(_on_change)
    return _of_modules.setdefault(module, Satellites())


def _on_change(module: Module, reason: int) -> None:
    if reason == lifetime.UNLOADED and module in _of_modules:
        _of_modules.pop(module).clear()
