"""Files as a data object, for the clipboard and for dropping: lists of items, and names.

Source: Microsoft, "Shell Clipboard Formats", "CIDA structure", "DROPFILES structure",
"SHCreateDataObject function", "SHCreateStdEnumFmtEtc function".
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterable, Sequence

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com.com_objects import E_INVALIDARG, E_NOTIMPL, E_OUTOFMEMORY, each
from windlass.api.com.ole_transfer import (
    DV_E_FORMATETC,
    DV_E_TYMED,
    TYMED_HGLOBAL,
    EnumFormats,
    FormatEtc,
    IDataObject,
    MemoryData,
    StorageMedium,
    copied_memory,
)
from windlass.api.outputs import put_u64
from windlass.api.shell import shell_items
from windlass.api.shell.shell_items import items_at, list_of
from windlass.api.structures import get_structure, put_structure
from windlass.registry import export
from windlass.types import HRESULT, LPGUID, PVOID, UINT

__all__ = ["IDataObject", "ShellData", "clipboard_format", "memory_block"]

CF_HDROP, DVASPECT_CONTENT, GMEM_MOVEABLE = 15, 1, 2
MAX_PATH = 260


def memory_block(data: bytes) -> int:
    """A global memory block. 0 out of memory."""
    block = windows("kernel32.dll", "GlobalAlloc", GMEM_MOVEABLE, len(data))
    if block:
        _core.write(windows("kernel32.dll", "GlobalLock", block), data)
        windows("kernel32.dll", "GlobalUnlock", block)
    return block


def clipboard_format(name: str) -> int:
    text = ctypes.create_string_buffer(_core.wide_bytes(name))
    return windows("user32.dll", "RegisterClipboardFormatW", ctypes.addressof(text)) & 0xFFFF


def array_of_lists(folder: Sequence[bytes], children: Sequence[Sequence[bytes]]) -> bytes:
    """A CIDA: where each list begins, that of the folder first, and the lists."""
    lists = [list_of(folder), *map(list_of, children)]
    at, starts = 4 + 4 * len(lists), []
    for one in lists:
        starts.append(at)
        at += len(one)
    return struct.pack(f"<I{len(lists)}I", len(children), *starts) + b"".join(lists)


def dropped_files(paths: Sequence[str]) -> bytes:
    """DROPFILES with names in UTF-16."""
    return struct.pack("<IiiII", 20, 0, 0, 0, 1) + b"".join(map(_core.wide_bytes, paths)) + b"\0\0"


class ShellData(MemoryData):
    """Some of the items of a folder, and what programs add to them."""

    def __init__(self, folder: Sequence[bytes], children: Sequence[Sequence[bytes]]) -> None:
        super().__init__()
        self.held: dict[int, bytes] = {}
        if not children:
            return
        self.held[clipboard_format("Shell IDList Array")] = array_of_lists(folder, children)
        paths = [shell_items.path_of([*folder, *child]) for child in children]
        if all(paths):
            self.held[CF_HDROP] = dropped_files(paths)
            self.held[clipboard_format("FileName")] = _core.ansi_from_text(paths[0]) + b"\0"
            self.held[clipboard_format("FileNameW")] = _core.wide_bytes(paths[0])

    def _refusal(self, wanted: FormatEtc) -> int:
        if wanted.cfFormat not in self.held or wanted.dwAspect != DVASPECT_CONTENT:
            return DV_E_FORMATETC
        return 0 if wanted.tymed & TYMED_HGLOBAL else DV_E_TYMED

    def GetData(self, pformatetcIn: int, pmedium: int) -> int:
        if not pformatetcIn or not pmedium:
            return E_INVALIDARG
        wanted = get_structure(pformatetcIn, FormatEtc)
        if refused := self._refusal(wanted):
            return refused
        block = memory_block(self.held[wanted.cfFormat])
        put_structure(pmedium, StorageMedium(TYMED_HGLOBAL if block else 0, block, 0))
        return 0 if block else E_OUTOFMEMORY

    def GetDataHere(self, pformatetc: int, pmedium: int) -> int:
        return E_NOTIMPL

    def QueryGetData(self, pformatetc: int) -> int:
        return self._refusal(get_structure(pformatetc, FormatEtc)) if pformatetc else E_INVALIDARG

    def SetData(self, pformatetc: int, pmedium: int, fRelease: int) -> int | None:
        if not pformatetc or not pmedium:
            return E_INVALIDARG
        wanted, medium = get_structure(pformatetc, FormatEtc), get_structure(pmedium, StorageMedium)
        if medium.tymed != TYMED_HGLOBAL:
            return DV_E_TYMED
        self.held[wanted.cfFormat] = copied_memory(medium.handle)
        if fRelease:
            windows("ole32.dll", "ReleaseStgMedium", pmedium)
        return None

    def formats(self) -> Iterable[int]:
        return self.held

    def EnumFormatEtc(self, dwDirection: int, ppenumFormatEtc: int) -> int | None:
        put_u64(ppenumFormatEtc, 0)
        return super().EnumFormatEtc(dwDirection, ppenumFormatEtc)


# ---- functions ----


@export("shell32")
def SHCreateDataObject(
    pidlFolder: PVOID, cidl: UINT, apidl: PVOID, pdtInner: PVOID, riid: LPGUID, ppv: PVOID
) -> HRESULT:
    """An inner data object, which would have more formats, is refused."""
    put_u64(ppv, 0)
    if not ppv or (cidl and not apidl):
        return E_INVALIDARG
    if pdtInner:
        return E_NOTIMPL
    children = [items_at(list) for list in each(apidl, cidl)]
    return ShellData(items_at(pidlFolder), children).give(riid, ppv)


@export("shell32")
def CIDLData_CreateFromIDArray(pidlFolder: PVOID, cidl: UINT, apidl: PVOID, ppdtobj: PVOID) -> HRESULT:
    if not ppdtobj or (cidl and not apidl):
        return E_INVALIDARG
    children = [items_at(list) for list in each(apidl, cidl)]
    put_u64(ppdtobj, ShellData(items_at(pidlFolder), children).pointer())
    return 0


@export("shell32")
def SHCreateStdEnumFmtEtc(cfmt: UINT, afmt: PVOID, ppenumFormatEtc: PVOID) -> HRESULT:
    if not ppenumFormatEtc or not afmt:
        return E_INVALIDARG
    size = ctypes.sizeof(FormatEtc)
    items = [_core.read(afmt + size * index, size) for index in range(cfmt)]
    put_u64(ppenumFormatEtc, EnumFormats(items, bytes).pointer())
    return 0
