"""Changing the resources of a file.

Source: Microsoft, "BeginUpdateResourceW function", "UpdateResourceW function", "EndUpdateResourceW function".
"""

from __future__ import annotations

import os

from windlass import _core
from windlass.api.outputs import fail
from windlass.errors import (
    ERROR_BAD_EXE_FORMAT,
    ERROR_FILE_NOT_FOUND,
    ERROR_INVALID_PARAMETER,
    BadImage,
)
from windlass.pe import Image
from windlass.pe.resource_write import ResourceKey, read_all, with_resources
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPCSTR, LPCWSTR, LPVOID, PVOID, WORD
from windlass.whole_file import write_whole

ERROR_INVALID_HANDLE = 6
ERROR_WRITE_FAULT = 29


class Update:
    """A file's resources while they are changed."""

    def __init__(self, path: str, resources: dict[ResourceKey, bytes]) -> None:
        self.path = path
        self.resources = resources

    def write(self) -> None:
        """Write the file anew; who has it mapped keeps the old one."""
        with Image.open(self.path) as image:
            data = with_resources(image, self.resources)
        write_whole(self.path, data)


_updates: dict[int, Update] = {}


@export("kernel32")
def BeginUpdateResourceW(pFileName: LPCWSTR, bDeleteExistingResources: BOOL) -> HANDLE:
    path = _core.path_to_host(pFileName) if pFileName else None
    if path is None or not os.path.isfile(path):
        return fail(ERROR_FILE_NOT_FOUND)
    try:
        with Image.open(path) as image:
            resources = {} if bDeleteExistingResources else read_all(image)
    except BadImage:
        return fail(ERROR_BAD_EXE_FORMAT)
    handle = max(_updates, default=0x20000) + 0x10
    _updates[handle] = Update(path, resources)
    return handle


@export("kernel32")
def BeginUpdateResourceA(pFileName: LPCSTR, bDeleteExistingResources: BOOL) -> HANDLE:
    name = None if pFileName is None else _core.ansi_to_text(pFileName)
    return BeginUpdateResourceW(name, bDeleteExistingResources)


@export("kernel32")
def UpdateResourceW(
    hUpdate: HANDLE, lpType: PVOID, lpName: PVOID, wLanguage: WORD, lpData: LPVOID, cb: DWORD
) -> BOOL:
    return _update(hUpdate, _wide_key(lpType), _wide_key(lpName), wLanguage, lpData, cb)


@export("kernel32")
def UpdateResourceA(
    hUpdate: HANDLE, lpType: PVOID, lpName: PVOID, wLanguage: WORD, lpData: LPVOID, cb: DWORD
) -> BOOL:
    return _update(hUpdate, _ansi_key(lpType), _ansi_key(lpName), wLanguage, lpData, cb)


def _update(handle: int, type_: int | str, name: int | str, language: int, data: int, size: int) -> int:
    update = _updates.get(handle)
    if update is None:
        return fail(ERROR_INVALID_HANDLE)
    if data and size:
        update.resources[type_, name, language] = _core.read(data, size)
    elif update.resources.pop((type_, name, language), None) is None:
        return fail(ERROR_INVALID_PARAMETER)
    return 1


def _wide_key(name: int) -> int | str:
    """A number or a name of a resource, as its pointer says it; names are kept in capitals."""
    return name if name < 0x10000 else _key(_core.wide_string(name))


def _ansi_key(name: int) -> int | str:
    return name if name < 0x10000 else _key(_core.ansi_to_text(_core.string(name)))


def _key(text: str) -> int | str:
    return int(text[1:]) & 0xFFFF if text.startswith("#") and text[1:].isdigit() else text.upper()


@export("kernel32")
def EndUpdateResourceW(hUpdate: HANDLE, fDiscard: BOOL) -> BOOL:
    update = _updates.pop(hUpdate, None)
    if update is None:
        return fail(ERROR_INVALID_HANDLE)
    if fDiscard:
        return 1
    try:
        update.write()
    except BadImage:
        return fail(ERROR_BAD_EXE_FORMAT)
    except OSError:
        return fail(ERROR_WRITE_FAULT)
    return 1


@export("kernel32")
def EndUpdateResourceA(hUpdate: HANDLE, fDiscard: BOOL) -> BOOL:
    return EndUpdateResourceW(hUpdate, fDiscard)
