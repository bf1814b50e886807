"""The files with a module's translations (.mui), for the resource functions (resource.c).

Source: Microsoft, "MUI Resource Management", "GetFileMUIPath function".
"""

from __future__ import annotations

import contextlib
import os

from windlass import datafile, lifetime
from windlass.api.locale import nls_locales, ui_languages
from windlass.datafile import Satellites
from windlass.module import Module
from windlass.process import modules

__all__ = ["satellite"]

_of_modules: dict[Module, Satellites] = {}


# core/module.h
PREFERRED, OF_LANGUAGE, ALL = range(3)


def satellite(handle: int, language: int, which: int, index: int) -> int:
    """The handle of the first, second ... file that there is with translations of a module; 0: no more.

    language: the one that is wanted, 0: those that the calling thread prefers.
    which:    PREFERRED: for the language and its parents; OF_LANGUAGE: for it only; ALL: for any.
    """
    owner = datafile.data_files.get(handle) or modules.by_handle(handle) or next(iter(modules))
    satellites = owner.satellites if isinstance(owner, datafile.DataFile) else _satellites_of(owner)
    if which == OF_LANGUAGE:
        names = list(filter(None, [nls_locales.numbered_name(language)]))
    else:
        names = ui_languages.candidates(language) + (_languages_beside(owner.path) if which == ALL else [])
    names = list({name.lower(): name for name in names}.values())
    found = (satellites.get(owner.path, name) for name in names)
    there = [each.handle for each in found if each is not None]
    return there[index] if index < len(there) else 0


def _languages_beside(path: str) -> list[str]:
    """The folders beside a module that are named as languages are."""
    with contextlib.suppress(OSError), os.scandir(os.path.dirname(path)) as entries:
        folders = [entry.name for entry in entries if entry.is_dir()]
        unknown = nls_locales.LCID_CUSTOM_UNSPECIFIED
        return sorted((name for name in folders if nls_locales.lcid_of(name) != unknown), key=str.lower)
    return []


def _satellites_of(module: Module) -> Satellites:
    if _on_change not in lifetime.watchers:
        lifetime.watchers.append(_on_change)
    return _of_modules.setdefault(module, Satellites())


def _on_change(module: Module, reason: int) -> None:
    if reason == lifetime.UNLOADED and module in _of_modules:
        _of_modules.pop(module).clear()
