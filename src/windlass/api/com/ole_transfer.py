"""OLE's clipboard, storage media, and drag and drop, for which there is no pointing device: nothing is ever
dragged.

Source: Microsoft, "OleSetClipboard function", "OleGetClipboard function", "ReleaseStgMedium function",
"FORMATETC structure", "STGMEDIUM structure", "RegisterDragDrop function", "DoDragDrop function".
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from ctypes import c_int32, c_uint16, c_uint32, c_uint64

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com.com_objects import (
    E_INVALIDARG,
    E_NOTIMPL,
    E_OUTOFMEMORY,
    FAILURE,
    ComObject,
    Enumerator,
    Interface,
    IUnknown,
    Reference,
    add_ref,
    call,
    release,
)
from windlass.api.outputs import put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.api.structures import get_structure, put_structure
from windlass.registry import export
from windlass.types import DWORD, HRESULT, HWND, LPDWORD, PVOID, VOID

__all__ = [
    "DV_E_FORMATETC",
    "DV_E_TYMED",
    "TYMED_HGLOBAL",
    "EnumFormats",
    "FormatEtc",
    "IDataObject",
    "MemoryData",
    "StorageMedium",
    "copied_memory",
]

CO_E_NOTINITIALIZED, CLIPBRD_E_CANT_OPEN = 0x800401F0, 0x800401D0
DV_E_FORMATETC, DV_E_TYMED, DV_E_LINDEX, OLE_E_ADVISENOTSUPPORTED = (
    0x80040064,
    0x80040069,
    0x80040068,
    0x80040003,
)
DATA_S_SAMEFORMATETC = 0x00040130
DRAGDROP_E_NOTREGISTERED, DRAGDROP_E_ALREADYREGISTERED, DRAGDROP_E_INVALIDHWND = (
    0x80040100,
    0x80040101,
    0x80040102,
)
DRAGDROP_S_CANCEL = 0x00040101
TYMED_NULL, TYMED_HGLOBAL, TYMED_FILE, TYMED_ISTREAM, TYMED_ISTORAGE, TYMED_GDI, TYMED_MFPICT, TYMED_ENHMF = (
    0, 1, 2, 4, 8, 16, 32, 64,
)  # fmt: skip
DATADIR_GET, DVASPECT_CONTENT = 1, 1
GET_DATA, ENUM_FORMAT_ETC, NEXT = 3, 8, 3
GMEM_MOVEABLE = 2
CF_BITMAP, CF_METAFILEPICT, CF_PALETTE, CF_ENHMETAFILE = 2, 3, 9, 14
S_FALSE = 1


class FormatEtc(ctypes.Structure):
    _fields_ = (
        ("cfFormat", c_uint16),
        ("ptd", c_uint64),
        ("dwAspect", c_uint32),
        ("lindex", c_int32),
        ("tymed", c_uint32),
    )


class StorageMedium(ctypes.Structure):
    """handle: of whatever `tymed` says."""

    _fields_ = (("tymed", c_uint32), ("handle", c_uint64), ("pUnkForRelease", c_uint64))


IDataObject = Interface(
    "0000010e-0000-0000-c000-000000000046",
    IUnknown,
    "GetData:PP GetDataHere:PP QueryGetData:P GetCanonicalFormatEtc:PP SetData:PPI EnumFormatEtc:IP"
    " DAdvise:PIPP DUnadvise:I EnumDAdvise:P",
)
IEnumFORMATETC = Interface("00000103-0000-0000-c000-000000000046", IUnknown, "Next:IPP Skip:I Reset: Clone:P")


# ---- media ----


@export("ole32")
def ReleaseStgMedium(pmedium: PVOID) -> VOID:
    if not pmedium:
        return
    medium = get_structure(pmedium, StorageMedium)
    if not medium.pUnkForRelease:
        _free(medium.tymed, medium.handle)
    elif medium.tymed in (TYMED_ISTREAM, TYMED_ISTORAGE):
        release(medium.handle)
    elif medium.tymed == TYMED_FILE:
        windows("ole32.dll", "CoTaskMemFree", medium.handle)
    put_u32(pmedium, TYMED_NULL)
    release(medium.pUnkForRelease)


def _free(kind: int, handle: int) -> None:
    """What nobody else frees."""
    if kind in (TYMED_ISTREAM, TYMED_ISTORAGE):
        release(handle)
    elif kind == TYMED_FILE:
        windows("kernel32.dll", "DeleteFileW", handle)
        windows("ole32.dll", "CoTaskMemFree", handle)
    elif kind in (TYMED_HGLOBAL, TYMED_MFPICT):
        windows("kernel32.dll", "GlobalFree", handle)
    elif kind == TYMED_GDI:
        windows("gdi32.dll", "DeleteObject", handle)
    elif kind == TYMED_ENHMF:
        windows("gdi32.dll", "DeleteEnhMetaFile", handle)


def copied_memory(handle: int) -> bytes:
    """What a global memory block holds. Refused when there is none."""
    source = windows("kernel32.dll", "GlobalLock", handle)
    if not source:
        raise Refused(E_INVALIDARG)
    data = _core.read(source, windows("kernel32.dll", "GlobalSize", handle))
    windows("kernel32.dll", "GlobalUnlock", handle)
    return data


def _copied(handle: int) -> int:
    """A copy of a global memory block. Refused when there is no memory."""
    size = windows("kernel32.dll", "GlobalSize", handle)
    made = windows("kernel32.dll", "GlobalAlloc", GMEM_MOVEABLE, size)
    source, target = (
        (windows("kernel32.dll", "GlobalLock", each) for each in (handle, made)) if made else (0, 0)
    )
    if not source or not target:
        raise Refused(E_OUTOFMEMORY)
    _core.write(target, _core.read(source, size))
    windows("kernel32.dll", "GlobalUnlock", made)
    windows("kernel32.dll", "GlobalUnlock", handle)
    return made


# ---- the clipboard as an object ----


class EnumFormats(Enumerator):
    """Of FORMATETC structures."""

    interfaces = (IEnumFORMATETC,)


class MemoryData(ComObject):
    """A data object whose formats are all to be had in global memory, and that tells nobody of changes."""

    interfaces = (IDataObject,)

    def formats(self) -> Iterable[int]:
        raise NotImplementedError

    def GetCanonicalFormatEtc(self, pformatectIn: int, pformatetcOut: int) -> int:
        if not pformatectIn or not pformatetcOut:
            return E_INVALIDARG
        same = get_structure(pformatectIn, FormatEtc)
        same.ptd = 0
        put_structure(pformatetcOut, same)
        return DATA_S_SAMEFORMATETC

    def EnumFormatEtc(self, dwDirection: int, ppenumFormatEtc: int) -> int | None:
        if dwDirection != DATADIR_GET:
            return E_NOTIMPL
        items = [bytes(FormatEtc(each, 0, DVASPECT_CONTENT, -1, TYMED_HGLOBAL)) for each in self.formats()]
        put_u64(ppenumFormatEtc, EnumFormats(items, lambda item: item).pointer())
        return None

    def DAdvise(self, pformatetc: int, advf: int, sink: int, connection: int) -> int:
        return OLE_E_ADVISENOTSUPPORTED

    def DUnadvise(self, connection: int) -> int:
        return OLE_E_ADVISENOTSUPPORTED

    def EnumDAdvise(self, ppenumAdvise: int) -> int:
        return OLE_E_ADVISENOTSUPPORTED


class ClipboardData(MemoryData):
    """What the clipboard holds, for OleGetClipboard."""

    def formats(self) -> list[int]:
        """Of those that are global memory."""
        found, number = [], 0
        _open_clipboard()
        try:
            while number := windows("user32.dll", "EnumClipboardFormats", number) & 0xFFFFFFFF:
                if number not in (CF_BITMAP, CF_METAFILEPICT, CF_PALETTE, CF_ENHMETAFILE):
                    found.append(number)
        finally:
            windows("user32.dll", "CloseClipboard")
        return found

    def check(self, wanted: FormatEtc) -> None:
        if wanted.lindex != -1:
            raise Refused(DV_E_LINDEX)
        if wanted.dwAspect != DVASPECT_CONTENT or wanted.cfFormat not in self.formats():
            raise Refused(DV_E_FORMATETC)
        if not wanted.tymed & TYMED_HGLOBAL:
            raise Refused(DV_E_TYMED)

    def GetData(self, pformatetcIn: int, pmedium: int) -> int | None:
        if not pformatetcIn or not pmedium:
            return E_INVALIDARG
        wanted = get_structure(pformatetcIn, FormatEtc)
        put_structure(pmedium, StorageMedium())
        self.check(wanted)
        _open_clipboard()
        try:
            held = windows("user32.dll", "GetClipboardData", wanted.cfFormat)
            if not held:
                return DV_E_FORMATETC
            put_structure(pmedium, StorageMedium(TYMED_HGLOBAL, _copied(held), 0))
        finally:
            windows("user32.dll", "CloseClipboard")
        return None

    def QueryGetData(self, pformatetc: int) -> int | None:
        if not pformatetc:
            return E_INVALIDARG
        self.check(get_structure(pformatetc, FormatEtc))
        return None


_own: list[tuple[int, int]] = []
"""The data object that was put on the clipboard last, with a reference, and the clipboard's number since."""


def _open_clipboard() -> None:
    if not windows("user32.dll", "OpenClipboard", 0) & 0xFFFFFFFF:
        raise Refused(CLIPBRD_E_CANT_OPEN)


def _sequence() -> int:
    return windows("user32.dll", "GetClipboardSequenceNumber") & 0xFFFFFFFF


def _check_initialized() -> None:
    kinds = (c_uint32 * 2)()
    start = ctypes.addressof(kinds)
    if windows("ole32.dll", "CoGetApartmentType", start, start + 4) & FAILURE:
        raise Refused(CO_E_NOTINITIALIZED)


def _offered(data: int) -> list[FormatEtc]:
    """The formats that an object can give as global memory."""
    found: list[FormatEtc] = []
    pointer = c_uint64()
    if call(data, ENUM_FORMAT_ETC, DATADIR_GET, ctypes.addressof(pointer)) & FAILURE or not pointer.value:
        return found
    with Reference(pointer.value, owned=True) as formats:
        each, count = FormatEtc(), c_uint32()
        while call(formats, NEXT, 1, ctypes.addressof(each), ctypes.addressof(count)) == 0:
            if each.tymed & TYMED_HGLOBAL:
                found.append(FormatEtc(each.cfFormat, 0, each.dwAspect, each.lindex, TYMED_HGLOBAL))
    return found


def _render(data: int) -> None:
    """Put what an object has on the clipboard; a copy where the object keeps its own."""
    for wanted in _offered(data):
        medium = StorageMedium()
        if call(data, GET_DATA, ctypes.addressof(wanted), ctypes.addressof(medium)) & FAILURE:
            continue
        held = _copied(medium.handle) if medium.pUnkForRelease else medium.handle
        windows("user32.dll", "SetClipboardData", wanted.cfFormat, held)
        release(medium.pUnkForRelease)


def _set_clipboard(data: int) -> None:
    _check_initialized()
    _open_clipboard()
    try:
        windows("user32.dll", "EmptyClipboard")
        while _own:
            release(_own.pop()[0])
        if data:
            _render(data)
    finally:
        windows("user32.dll", "CloseClipboard")
    if data:
        add_ref(data)
        _own.append((data, _sequence()))


@export("ole32")
def OleSetClipboard(pDataObj: PVOID) -> HRESULT:
    return code_of(_set_clipboard, pDataObj)


@export("ole32")
def OleGetClipboard(ppDataObj: PVOID) -> HRESULT:
    if not ppDataObj:
        return E_INVALIDARG
    put_u64(ppDataObj, ClipboardData().pointer())
    return 0


@export("ole32")
def OleIsCurrentClipboard(pDataObj: PVOID) -> HRESULT:
    return 0 if pDataObj and (pDataObj, _sequence()) in _own else S_FALSE


def _flush() -> None:
    """What the object has was put there already; now the object goes."""
    _check_initialized()
    while _own:
        release(_own.pop()[0])


@export("ole32")
def OleFlushClipboard() -> HRESULT:
    return code_of(_flush)


# ---- drag and drop ----

_targets: dict[int, int] = {}
"""The drop targets of windows, with a reference each."""


@export("ole32")
def RegisterDragDrop(hwnd: HWND, pDropTarget: PVOID) -> HRESULT:
    if code := code_of(_check_initialized):
        return E_OUTOFMEMORY if code == CO_E_NOTINITIALIZED else code
    if not pDropTarget:
        return E_INVALIDARG
    if not windows("user32.dll", "IsWindow", hwnd) & 0xFFFFFFFF:
        return DRAGDROP_E_INVALIDHWND
    if hwnd in _targets:
        return DRAGDROP_E_ALREADYREGISTERED
    add_ref(pDropTarget)
    _targets[hwnd] = pDropTarget
    return 0


@export("ole32")
def RevokeDragDrop(hwnd: HWND) -> HRESULT:
    if not windows("user32.dll", "IsWindow", hwnd) & 0xFFFFFFFF:
        return DRAGDROP_E_INVALIDHWND
    target = _targets.pop(hwnd, 0)
    if not target:
        return DRAGDROP_E_NOTREGISTERED
    release(target)
    return 0


@export("ole32")
def DoDragDrop(pDataObj: PVOID, pDropSource: PVOID, dwOKEffects: DWORD, pdwEffect: LPDWORD) -> HRESULT:
    """No button of a mouse is held down, which ends dragging at once."""
    if not pDataObj or not pDropSource or not pdwEffect:
        return E_INVALIDARG
    if code := code_of(_check_initialized):
        return E_OUTOFMEMORY if code == CO_E_NOTINITIALIZED else code
    put_u32(pdwEffect, 0)
    return DRAGDROP_S_CANCEL
