"""Bind contexts, and the table of running objects, which is this process's: no other process could call them.

Source: Microsoft, "IBindCtx interface", "BIND_OPTS structure", "IRunningObjectTable interface",
"RegisterActiveObject function".
"""

from __future__ import annotations

import ctypes
import itertools
import struct
from typing import NamedTuple

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com.com_objects import (
    E_FAIL,
    E_INVALIDARG,
    ComObject,
    Enumerator,
    Interface,
    IUnknown,
    add_ref,
    call,
    query,
    release,
    task_text,
)
from windlass.api.outputs import get_u32, put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.registry import export
from windlass.types import DWORD, HRESULT, LPDWORD, LPGUID, PVOID

__all__ = ["BindContext", "IBindCtx", "IEnumMoniker", "running"]

MK_E_UNAVAILABLE, MK_S_MONIKERALREADYREGISTERED = 0x800401E3, 0x000401E7
S_FALSE = 1
CLSCTX_ALL_SERVERS = 1 | 4 | 0x10
STGM_READWRITE = 2
LOCALE_USER_DEFAULT = 0x400

IBindCtx = Interface(
    "0000000e-0000-0000-c000-000000000046",
    IUnknown,
    "RegisterObjectBound:P RevokeObjectBound:P ReleaseBoundObjects: SetBindOptions:P GetBindOptions:P"
    " GetRunningObjectTable:P RegisterObjectParam:WP GetObjectParam:WP EnumObjectParam:P RevokeObjectParam:W",
)
IRunningObjectTable = Interface(
    "00000010-0000-0000-c000-000000000046",
    IUnknown,
    "Register:IPPP Revoke:I IsRunning:P GetObject:PP NoteChangeTime:IP GetTimeOfLastChange:PP EnumRunning:P",
)
IEnumMoniker = Interface("00000102-0000-0000-c000-000000000046", IUnknown, "Next:IPP Skip:I Reset: Clone:P")
IEnumString = Interface("00000101-0000-0000-c000-000000000046", IUnknown, "Next:IPP Skip:I Reset: Clone:P")


class EnumString(Enumerator):
    """Of texts; each item is UTF-16 with its zero."""

    interfaces = (IEnumString,)


def copied_text(item: bytes) -> bytes:
    return task_text(item.decode("utf-16-le")[:-1]).to_bytes(8, "little")


class EnumMoniker(Enumerator):
    """Of monikers, to which it holds references."""

    interfaces = (IEnumMoniker,)

    def __init__(self, items: list[bytes], copy: object = None, position: int = 0) -> None:
        super().__init__(items, referenced, position)
        for item in items:
            referenced(item)

    def destroy(self) -> None:
        for item in self.items:
            release(int.from_bytes(item, "little"))


def referenced(item: bytes) -> bytes:
    add_ref(int.from_bytes(item, "little"))
    return item


class BindContext(ComObject):
    """What a binding operation carries along: options, objects that it keeps alive, and objects by name."""

    interfaces = (IBindCtx,)
    PLAIN = struct.Struct("<IIII")
    WHOLE = struct.Struct("<IIIIIIIIQQ")

    def __init__(self) -> None:
        super().__init__()
        self.options = bytearray(
            self.WHOLE.pack(
                self.WHOLE.size, 0, STGM_READWRITE, 0, 0, CLSCTX_ALL_SERVERS, LOCALE_USER_DEFAULT, 0, 0, 0
            )
        )
        self.bound: list[int] = []
        self.named: dict[str, tuple[str, int]] = {}

    def destroy(self) -> None:
        self.ReleaseBoundObjects()
        for _, object in self.named.values():
            release(object)

    def RegisterObjectBound(self, punk: int) -> None:
        if punk:
            add_ref(punk)
            self.bound.append(punk)

    def RevokeObjectBound(self, punk: int) -> int | None:
        if not punk:
            return E_INVALIDARG
        if punk not in self.bound:
            return MK_E_NOTBOUND
        self.bound.remove(punk)
        release(punk)
        return None

    def ReleaseBoundObjects(self) -> None:
        objects, self.bound = self.bound, []
        for object in objects:
            release(object)

    def SetBindOptions(self, pbindopts: int) -> int | None:
        if not pbindopts:
            return E_INVALIDARG
        size = get_u32(pbindopts)
        if not self.PLAIN.size <= size <= self.WHOLE.size:
            return E_INVALIDARG
        self.options[4:size] = _core.read(pbindopts + 4, size - 4)
        return None

    def GetBindOptions(self, pbindopts: int) -> int | None:
        if not pbindopts:
            return E_INVALIDARG
        size = min(get_u32(pbindopts), self.WHOLE.size)
        if size < self.PLAIN.size:
            return E_INVALIDARG
        _core.write(pbindopts + 4, bytes(self.options[4:size]))
        return None

    def GetRunningObjectTable(self, pprot: int) -> int | None:
        if not pprot:
            return E_INVALIDARG
        put_u64(pprot, running().pointer())
        running().AddRef()
        return None

    def RegisterObjectParam(self, pszKey: str | None, punk: int) -> int | None:
        if not punk:
            return E_INVALIDARG
        add_ref(punk)
        self.RevokeObjectParam(pszKey)
        self.named[(pszKey or "").lower()] = pszKey or "", punk
        return None

    def GetObjectParam(self, pszKey: str | None, ppunk: int) -> int | None:
        if not ppunk:
            return E_INVALIDARG
        put_u64(ppunk, 0)
        found = self.named.get((pszKey or "").lower())
        if found is None:
            return E_FAIL
        add_ref(found[1])
        put_u64(ppunk, found[1])
        return None

    def EnumObjectParam(self, ppenum: int) -> int | None:
        if not ppenum:
            return E_INVALIDARG
        names = [_core.wide_bytes(name) for name, _ in self.named.values()]
        put_u64(ppenum, EnumString(names, copied_text).pointer())
        return None

    def RevokeObjectParam(self, pszKey: str | None) -> int | None:
        found = self.named.pop((pszKey or "").lower(), None)
        if found is None:
            return E_FAIL
        release(found[1])
        return None


MK_E_NOTBOUND = 0x800401E9


@export("ole32")
def CreateBindCtx(reserved: DWORD, ppbc: PVOID) -> HRESULT:
    if not ppbc or reserved:
        return E_INVALIDARG
    put_u64(ppbc, BindContext().pointer())
    return 0


# ---- running objects ----


class Entry(NamedTuple):
    """A running object: it and its moniker, with references to both, and when it changed."""

    object: int
    moniker: int
    changed: bytes


MONIKER_IS_EQUAL = 13


def now() -> bytes:
    """The time as a FILETIME."""
    place = ctypes.create_string_buffer(8)
    windows("kernel32.dll", "GetSystemTimeAsFileTime", ctypes.addressof(place))
    return place.raw


class RunningObjectTable(ComObject):
    """The table of running objects, which is there to the end."""

    interfaces = (IRunningObjectTable,)

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[int, Entry] = {}
        self.cookies = itertools.count(0x10000)

    def entry(self, moniker: int) -> tuple[int, Entry] | None:
        for cookie, entry in list(self.entries.items()):
            if entry.moniker == moniker or call(entry.moniker, MONIKER_IS_EQUAL, moniker) == 0:
                return cookie, entry
        return None

    def Register(self, grfFlags: int, punkObject: int, pmk: int, pdwRegister: int) -> int:
        if not punkObject or not pmk or not pdwRegister or grfFlags & ~3:
            return E_INVALIDARG
        known = self.entry(pmk) is not None
        add_ref(punkObject)
        add_ref(pmk)
        cookie = next(self.cookies)
        self.entries[cookie] = Entry(punkObject, pmk, now())
        put_u32(pdwRegister, cookie)
        return MK_S_MONIKERALREADYREGISTERED if known else 0

    def Revoke(self, dwRegister: int) -> int:
        entry = self.entries.pop(dwRegister, None)
        if entry is None:
            return E_INVALIDARG
        release(entry.object)
        release(entry.moniker)
        return 0

    def IsRunning(self, pmk: int) -> int:
        return 0 if self.entry(pmk) else S_FALSE

    def GetObject(self, pmk: int, ppunkObject: int) -> int:
        if not ppunkObject:
            return E_INVALIDARG
        put_u64(ppunkObject, 0)
        found = self.entry(pmk)
        if found is None:
            return MK_E_UNAVAILABLE
        add_ref(found[1].object)
        put_u64(ppunkObject, found[1].object)
        return 0

    def NoteChangeTime(self, dwRegister: int, pfiletime: int) -> int:
        if dwRegister not in self.entries or not pfiletime:
            return E_INVALIDARG
        self.entries[dwRegister] = self.entries[dwRegister]._replace(changed=_core.read(pfiletime, 8))
        return 0

    def GetTimeOfLastChange(self, pmk: int, pfiletime: int) -> int:
        if not pmk or not pfiletime:
            return E_INVALIDARG
        found = self.entry(pmk)
        if found is None:
            return MK_E_UNAVAILABLE
        _core.write(pfiletime, found[1].changed)
        return 0

    def EnumRunning(self, ppenumMoniker: int) -> int:
        if not ppenumMoniker:
            return E_INVALIDARG
        items = [entry.moniker.to_bytes(8, "little") for entry in self.entries.values()]
        put_u64(ppenumMoniker, EnumMoniker(items).pointer())
        return 0


_running: list[RunningObjectTable] = []


def running() -> RunningObjectTable:
    """The process's table."""
    if not _running:
        _running.append(RunningObjectTable())
    return _running[0]


@export("ole32")
def GetRunningObjectTable(reserved: DWORD, pprot: PVOID) -> HRESULT:
    if reserved or not pprot:
        return E_INVALIDARG
    running().AddRef()
    put_u64(pprot, running().pointer())
    return 0


# ---- active objects: known by their class ----


def _class_moniker(guid: int) -> int:
    from windlass.api.com.com_class import guid_text
    from windlass.api.com.monikers import ItemMoniker

    return ItemMoniker("!", guid_text(guid)).pointer()


@export("oleaut32")
def RegisterActiveObject(punk: PVOID, rclsid: LPGUID, dwFlags: DWORD, pdwRegister: LPDWORD) -> HRESULT:
    if not punk or not rclsid or not pdwRegister:
        return E_INVALIDARG
    moniker = _class_moniker(rclsid)
    strong = 0 if dwFlags & 1 else 1  # ACTIVEOBJECT_WEAK
    code = running().Register(strong, punk, moniker, pdwRegister)
    release(moniker)
    return code & 0x80000000 and code


@export("oleaut32")
def RevokeActiveObject(dwRegister: DWORD, pvReserved: PVOID) -> HRESULT:
    if pvReserved:
        return E_INVALIDARG
    return running().Revoke(dwRegister)


def _get_active(rclsid: int, ppunk: int) -> None:
    put_u64(ppunk, 0)
    moniker = _class_moniker(rclsid)
    found = running().entry(moniker)
    release(moniker)
    if found is None:
        raise Refused(MK_E_UNAVAILABLE)
    put_u64(ppunk, query(found[1].object, IUnknown.iid))


@export("oleaut32")
def GetActiveObject(rclsid: LPGUID, pvReserved: PVOID, ppunk: PVOID) -> HRESULT:
    if pvReserved or not ppunk or not rclsid:
        return E_INVALIDARG
    return code_of(_get_active, rclsid, ppunk)
