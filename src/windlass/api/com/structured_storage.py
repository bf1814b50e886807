"""IStorage and IStream over compound files.

A file is read when it is opened and written when its root storage is committed or released. A transacted
storage works on a copy, which a commit puts into what it is part of.

Source: Microsoft, "IStorage interface", "IStream interface", "STGM Constants", "StgCreateDocfile function",
"StgOpenStorage function", "StgCreateStorageEx function".
"""

from __future__ import annotations

import ctypes
import os
import struct
import tempfile
import time

from windlass import _core
from windlass.api.com.com_class import class_text, put_class
from windlass.api.com.com_objects import (
    E_INVALIDARG,
    E_NOTIMPL,
    ComObject,
    Enumerator,
    Interface,
    IUnknown,
    call,
    check,
    guid_at,
    put_guid,
    python_object,
    task_text,
)
from windlass.api.com.compound_file import SIGNATURE, BadCompoundFile, Storage, Stream, parse, serialize
from windlass.api.com.property_set_storage import IPropertySetStorage, PropertySets
from windlass.api.outputs import put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.registry import export
from windlass.types import DWORD, HRESULT, LPCWSTR, LPGUID, PVOID

__all__ = ["StorageObject"]

S_FALSE = 1
STG_E_INVALIDFUNCTION, STG_E_FILENOTFOUND, STG_E_PATHNOTFOUND = 0x80030001, 0x80030002, 0x80030003
STG_E_ACCESSDENIED, STG_E_INVALIDPOINTER = 0x80030005, 0x80030009
STG_E_FILEALREADYEXISTS, STG_E_INVALIDPARAMETER = 0x80030050, 0x80030057
STG_E_INVALIDHEADER, STG_E_INVALIDNAME, STG_E_INVALIDFLAG = 0x800300FB, 0x800300FC, 0x800300FF
STG_E_REVERTED = 0x80030102
STGM_WRITE, STGM_READWRITE, STGM_ACCESS, STGM_SHARE_EXCLUSIVE, STGM_SHARE = 1, 2, 3, 0x10, 0x70
STGM_CREATE, STGM_TRANSACTED, STGM_PRIORITY, STGM_DELETEONRELEASE = 0x1000, 0x10000, 0x40000, 0x4000000
STGFMT_STORAGE, STGFMT_ANY, STGFMT_DOCFILE = 0, 4, 5
STGTY_STORAGE, STGTY_STREAM = 1, 2
STATFLAG_NONAME = 1
STREAM_SEEK_END = 2
STREAM_WRITE = 4
LONGEST_NAME = 31
LARGEST_STREAM = 0x7FFFFFFF

IStream = Interface(
    "0000000c-0000-0000-c000-000000000046",
    Interface("0c733a30-2a1c-11ce-ade5-00aa0044773d", IUnknown, "Read:PIP Write:PIP"),
    "Seek:qIP SetSize:Q CopyTo:PQPP Commit:I Revert: LockRegion:QQI UnlockRegion:QQI Stat:PI Clone:P",
)
IStorage = Interface(
    "0000000b-0000-0000-c000-000000000046",
    IUnknown,
    "CreateStream:WIIIP OpenStream:WPIIP CreateStorage:WIIIP OpenStorage:WPIPIP CopyTo:IPPP"
    " MoveElementTo:WPWI Commit:I Revert: EnumElements:IPIP DestroyElement:W RenameElement:WW"
    " SetElementTimes:WPPP SetClass:P SetStateBits:II Stat:PI",
)
IEnumSTATSTG = Interface("0000000d-0000-0000-c000-000000000046", IUnknown, "Next:IPP Skip:I Reset: Clone:P")
STATSTG = struct.Struct("<QI4xQQQQII16sII")


class EnumElements(Enumerator):
    """Of STATSTG structures, whose names are the caller's."""

    interfaces = (IEnumSTATSTG,)


def now() -> int:
    return time.time_ns() // 100 + 116444736000000000


def statistics(node: Storage | Stream, mode: int, with_name: bool) -> bytes:
    """A STATSTG."""
    name = task_text(node.name) if with_name else 0
    if isinstance(node, Stream):
        return STATSTG.pack(name, STGTY_STREAM, len(node.data), 0, 0, 0, mode, 0, bytes(16), 0, 0)
    times = node.modified, node.created, 0
    return STATSTG.pack(name, STGTY_STORAGE, 0, *times, mode, 0, node.clsid, node.state, 0)


def checked_name(name: str | None) -> str:
    if not name or len(name) > LONGEST_NAME or set(name) & set("/\\:!"):
        raise Refused(STG_E_INVALIDNAME)
    return name


# ---- streams ----


class StreamObject(ComObject):
    """A stream that is open, at a position of its own."""

    interfaces = (IStream,)

    def __init__(self, owner: StorageObject, stream: Stream, mode: int, position: int = 0) -> None:
        super().__init__()
        owner._add_ref()
        self.owner, self.stream, self.mode, self.position = owner, stream, mode, position

    def destroy(self) -> None:
        self.owner._release()

    def check(self, writing: bool = False) -> None:
        if self.owner.is_reverted:
            raise Refused(STG_E_REVERTED)
        if writing and self.mode & STGM_ACCESS not in (STGM_WRITE, STGM_READWRITE):
            raise Refused(STG_E_ACCESSDENIED)

    def Read(self, pv: int, cb: int, pcbRead: int) -> int | None:
        put_u32(pcbRead, 0)
        self.check()
        if self.mode & STGM_ACCESS == STGM_WRITE:
            return STG_E_ACCESSDENIED
        if not pv:
            return STG_E_INVALIDPOINTER
        data = bytes(self.stream.data[self.position : self.position + cb])
        _core.write(pv, data)
        self.position += len(data)
        put_u32(pcbRead, len(data))
        return None

    def Write(self, pv: int, cb: int, pcbWritten: int) -> int | None:
        put_u32(pcbWritten, 0)
        self.check(writing=True)
        if not pv:
            return STG_E_INVALIDPOINTER
        self.put(_core.read(pv, cb))
        put_u32(pcbWritten, cb)
        return None

    def put(self, data: bytes) -> None:
        held = self.stream.data
        if data and self.position > len(held):
            held += bytes(self.position - len(held))
        held[self.position : self.position + len(data)] = data
        self.position += len(data)
        self.owner.changed()

    def Seek(self, dlibMove: int, dwOrigin: int, plibNewPosition: int) -> int | None:
        self.check()
        if dwOrigin > STREAM_SEEK_END:
            return STG_E_INVALIDFUNCTION
        target = (0, self.position, len(self.stream.data))[dwOrigin] + dlibMove
        if target < 0:
            return STG_E_INVALIDFUNCTION
        self.position = target
        put_u64(plibNewPosition, target)
        return None

    def SetSize(self, libNewSize: int) -> int | None:
        self.check(writing=True)
        if libNewSize > LARGEST_STREAM:
            return STG_E_INVALIDFUNCTION
        data = self.stream.data
        del data[libNewSize:]
        data += bytes(libNewSize - len(data))
        self.owner.changed()
        return None

    def CopyTo(self, pstm: int, cb: int, pcbRead: int, pcbWritten: int) -> int | None:
        self.check()
        if not pstm:
            return STG_E_INVALIDPOINTER
        data = bytes(self.stream.data[self.position : self.position + cb])
        buffer = ctypes.create_string_buffer(data, max(len(data), 1))
        check(call(pstm, STREAM_WRITE, ctypes.addressof(buffer), len(data), 0))
        self.position += len(data)
        put_u64(pcbRead, len(data))
        put_u64(pcbWritten, len(data))
        return None

    def Commit(self, grfCommitFlags: int) -> None:
        self.check()

    def Revert(self) -> None:
        self.check()

    def LockRegion(self, libOffset: int, cb: int, dwLockType: int) -> int:
        return STG_E_INVALIDFUNCTION

    def UnlockRegion(self, libOffset: int, cb: int, dwLockType: int) -> int:
        return STG_E_INVALIDFUNCTION

    def Stat(self, pstatstg: int, grfStatFlag: int) -> int | None:
        self.check()
        if not pstatstg:
            return STG_E_INVALIDPOINTER
        _core.write(pstatstg, statistics(self.stream, self.mode, not grfStatFlag & STATFLAG_NONAME))
        return None

    def Clone(self, ppstm: int) -> int | None:
        self.check()
        if not ppstm:
            return STG_E_INVALIDPOINTER
        put_u64(ppstm, StreamObject(self.owner, self.stream, self.mode, self.position).pointer())
        return None


# ---- storages ----


class StorageObject(PropertySets):
    """A storage that is open. parent: None for the root, whose file is at `path` on the host.

    original: what a transacted one was made of, and puts its copy into when it is committed.
    """

    interfaces = (IStorage, IPropertySetStorage)

    def __init__(self, node: Storage, mode: int, parent: StorageObject | None = None, path: str = "") -> None:
        super().__init__()
        self.mode, self.parent, self.path = mode, parent, path
        self.original = node
        self.node = node.copy() if self.is_transacted else node
        self.is_reverted = False
        self.is_changed = False
        self.opened: list[StorageObject] = []
        if parent:
            parent._add_ref()
            parent.opened.append(self)

    def own_storage(self) -> int:
        return self.pointer()

    @property
    def is_transacted(self) -> bool:
        return bool(self.mode & STGM_TRANSACTED)

    def destroy(self) -> None:
        if self.parent:
            self.parent.opened.remove(self)
            self.parent._release()
        elif not self.is_transacted and not self.mode & STGM_DELETEONRELEASE:
            self.save()
        if not self.parent and self.mode & STGM_DELETEONRELEASE and os.path.exists(self.path):
            os.unlink(self.path)

    def changed(self) -> None:
        self.is_changed = True
        if self.parent and not self.is_transacted:
            self.parent.changed()

    def save(self) -> None:
        """Write the file, by a rename: whoever reads it meanwhile has the old one."""
        if not self.is_changed:
            return
        written = f"{self.path}.{os.getpid()}.new"
        try:
            with open(written, "wb") as file:
                file.write(serialize(self.original))
            os.replace(written, self.path)
        except OSError:
            raise Refused(STG_E_ACCESSDENIED) from None
        self.is_changed = False

    def check(self, writing: bool = False) -> None:
        if self.is_reverted:
            raise Refused(STG_E_REVERTED)
        if writing and self.mode & STGM_ACCESS not in (STGM_WRITE, STGM_READWRITE):
            raise Refused(STG_E_ACCESSDENIED)

    def child(self, name: str | None) -> Storage | Stream:
        found = self.node.children.get(checked_name(name).upper())
        if found is None:
            raise Refused(STG_E_FILENOTFOUND)
        return found

    def new_name(self, name: str | None, mode: int) -> str:
        """Room for a new element. Refused if one has the name and the program does not say to replace it."""
        self.check(writing=True)
        if mode & STGM_SHARE != STGM_SHARE_EXCLUSIVE or mode & STGM_DELETEONRELEASE:
            raise Refused(STG_E_INVALIDFLAG)
        text = checked_name(name)
        if text.upper() in self.node.children:
            if not mode & STGM_CREATE:
                raise Refused(STG_E_FILEALREADYEXISTS)
            self.DestroyElement(text)
        return text

    def may_open(self, mode: int) -> None:
        self.check()
        if mode & STGM_SHARE != STGM_SHARE_EXCLUSIVE or mode & STGM_CREATE:
            raise Refused(STG_E_INVALIDFLAG)
        if mode & STGM_ACCESS and self.mode & STGM_ACCESS == 0:
            raise Refused(STG_E_ACCESSDENIED)

    def CreateStream(
        self, pwcsName: str | None, grfMode: int, reserved1: int, reserved2: int, ppstm: int
    ) -> int | None:
        if not ppstm:
            return STG_E_INVALIDPOINTER
        put_u64(ppstm, 0)
        made = Stream(self.new_name(pwcsName, grfMode))
        self.node.children[made.name.upper()] = made
        self.changed()
        put_u64(ppstm, StreamObject(self, made, grfMode).pointer())
        return None

    def OpenStream(
        self, pwcsName: str | None, reserved1: int, grfMode: int, reserved2: int, ppstm: int
    ) -> int | None:
        if not ppstm:
            return STG_E_INVALIDPOINTER
        put_u64(ppstm, 0)
        self.may_open(grfMode)
        found = self.child(pwcsName)
        if not isinstance(found, Stream):
            return STG_E_FILENOTFOUND
        put_u64(ppstm, StreamObject(self, found, grfMode).pointer())
        return None

    def CreateStorage(
        self, pwcsName: str | None, grfMode: int, reserved1: int, reserved2: int, ppstg: int
    ) -> int | None:
        if not ppstg:
            return STG_E_INVALIDPOINTER
        put_u64(ppstg, 0)
        made = Storage(self.new_name(pwcsName, grfMode), created=now(), modified=now())
        self.node.children[made.name.upper()] = made
        self.changed()
        put_u64(ppstg, StorageObject(made, grfMode, self).pointer())
        return None

    def OpenStorage(
        self, pwcsName: str | None, priority: int, grfMode: int, exclude: int, reserved: int, ppstg: int
    ) -> int | None:
        if not ppstg:
            return STG_E_INVALIDPOINTER
        put_u64(ppstg, 0)
        if priority or exclude:
            return STG_E_INVALIDFUNCTION
        self.may_open(grfMode)
        found = self.child(pwcsName)
        if not isinstance(found, Storage):
            return STG_E_FILENOTFOUND
        put_u64(ppstg, StorageObject(found, grfMode, self).pointer())
        return None

    def CopyTo(self, ciidExclude: int, rgiidExclude: int, snbExclude: int, pstgDest: int) -> int | None:
        self.check()
        target = python_object(pstgDest, StorageObject)
        if target is None or snbExclude:
            return E_NOTIMPL if pstgDest else STG_E_INVALIDPOINTER
        excluded = [guid_at(rgiidExclude + 16 * index) for index in range(ciidExclude)]
        target.check(writing=True)
        for key, child in self.node.copy().children.items():
            if (IStream.iid if isinstance(child, Stream) else IStorage.iid) not in excluded:
                target.node.children[key] = child
        target.node.clsid, target.node.state = self.node.clsid, self.node.state
        target.changed()
        return None

    def MoveElementTo(
        self, pwcsName: str | None, pstgDest: int, pwcsNewName: str | None, grfFlags: int
    ) -> int | None:
        self.check()
        target = python_object(pstgDest, StorageObject)
        if target is None:
            return E_NOTIMPL if pstgDest else STG_E_INVALIDPOINTER
        if grfFlags > 1:
            return STG_E_INVALIDFLAG
        found = self.child(pwcsName)
        name = target.new_name(pwcsNewName, STGM_SHARE_EXCLUSIVE)
        copy = found.copy() if isinstance(found, Storage) else Stream(name, bytearray(found.data))
        copy.name = name
        target.node.children[name.upper()] = copy
        target.changed()
        if not grfFlags:
            self.DestroyElement(pwcsName)
        return None

    def Commit(self, grfCommitFlags: int) -> int | None:
        self.check()
        if self.mode & STGM_ACCESS == 0:
            return STG_E_ACCESSDENIED
        if self.is_transacted:
            copy = self.node.copy()
            self.original.children = copy.children
            self.original.clsid, self.original.state = copy.clsid, copy.state
            if self.parent and self.is_changed:
                self.parent.changed()
        if not self.parent:
            self.save()
        return None

    def Revert(self) -> None:
        self.check()
        if self.is_transacted:
            self.node = self.original.copy()
            self.is_changed = False
            for each in self.opened:
                each.is_reverted = True

    def EnumElements(self, reserved1: int, reserved2: int, reserved3: int, ppenum: int) -> int | None:
        self.check()
        if not ppenum:
            return STG_E_INVALIDPOINTER
        listed = [
            child for _, child in sorted(self.node.children.items(), key=lambda each: (len(each[0]), each[0]))
        ]
        nodes = {index.to_bytes(80, "little"): child for index, child in enumerate(listed)}
        made = EnumElements(list(nodes), lambda item: statistics(nodes[item], 0, True))
        put_u64(ppenum, made.pointer())
        return None

    def DestroyElement(self, pwcsName: str | None) -> None:
        self.check(writing=True)
        found = self.child(pwcsName)
        for each in self.opened:
            each.is_reverted |= each.original is found
        del self.node.children[found.name.upper()]
        self.changed()

    def RenameElement(self, pwcsOldName: str | None, pwcsNewName: str | None) -> int | None:
        self.check(writing=True)
        found = self.child(pwcsOldName)
        name = checked_name(pwcsNewName)
        if name.upper() in self.node.children:
            return STG_E_FILEALREADYEXISTS
        del self.node.children[found.name.upper()]
        found.name = name
        self.node.children[name.upper()] = found
        self.changed()
        return None

    def SetElementTimes(self, pwcsName: str | None, pctime: int, patime: int, pmtime: int) -> None:
        self.check(writing=True)
        found = self.child(pwcsName) if pwcsName else self.node
        if isinstance(found, Storage):
            for attribute, place in (("created", pctime), ("modified", pmtime)):
                if place:
                    setattr(found, attribute, int.from_bytes(_core.read(place, 8), "little"))
            self.changed()

    def SetClass(self, clsid: int) -> None:
        self.check(writing=True)
        self.node.clsid = guid_at(clsid)
        self.changed()

    def SetStateBits(self, grfStateBits: int, grfMask: int) -> None:
        self.check(writing=True)
        self.node.state = (self.node.state & ~grfMask) | (grfStateBits & grfMask)
        self.changed()

    def Stat(self, pstatstg: int, grfStatFlag: int) -> int | None:
        self.check()
        if not pstatstg:
            return STG_E_INVALIDPOINTER
        shown = self.node
        if not self.parent:
            name = _core.path_to_windows(self.path)
            shown = Storage(name, {}, self.node.clsid, self.node.state, self.node.created, self.node.modified)
        _core.write(pstatstg, statistics(shown, self.mode, not grfStatFlag & STATFLAG_NONAME))
        return None


# ---- files ----


def _host(name: str) -> str:
    host = _core.path_to_host(name)
    if host is None:
        raise Refused(STG_E_INVALIDNAME)
    return host


def _check_sharing(mode: int) -> None:
    """What is not transacted says what others may do meanwhile ("STGM Constants")."""
    if not mode & (STGM_SHARE | STGM_TRANSACTED | STGM_PRIORITY):
        raise Refused(STG_E_INVALIDFLAG)


def _create(name: str | None, mode: int) -> StorageObject:
    if mode & STGM_ACCESS == 0:
        raise Refused(STG_E_INVALIDFLAG)
    _check_sharing(mode)
    if name is None:
        handle, path = tempfile.mkstemp(prefix="~df", suffix=".tmp")
        os.close(handle)
    else:
        path = _host(name)
        if not os.path.isdir(os.path.dirname(path) or "."):
            raise Refused(STG_E_PATHNOTFOUND)
        if os.path.exists(path) and not mode & STGM_CREATE:
            raise Refused(STG_E_FILEALREADYEXISTS)
    made = StorageObject(Storage(created=now(), modified=now()), mode, path=path)
    made.is_changed = True
    made.save()
    return made


def _open(name: str, mode: int) -> StorageObject:
    if mode & STGM_CREATE:
        raise Refused(STG_E_INVALIDFLAG)
    _check_sharing(mode)
    path = _host(name)
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        there = os.path.isdir(os.path.dirname(path) or ".")
        raise Refused(STG_E_FILENOTFOUND if there else STG_E_PATHNOTFOUND) from None
    except OSError:
        raise Refused(STG_E_ACCESSDENIED) from None
    if not data.startswith(SIGNATURE):
        raise Refused(STG_E_FILEALREADYEXISTS)  # "the file exists but is not a storage object"
    try:
        return StorageObject(parse(data), mode, path=path)
    except BadCompoundFile:
        raise Refused(STG_E_INVALIDHEADER) from None


def _give(made: StorageObject, riid: int, result: int) -> None:
    check(made.give(riid, result))


def _create_file(name: str | None, mode: int, result: int) -> None:
    if not result:
        raise Refused(STG_E_INVALIDPOINTER)
    put_u64(result, 0)
    put_u64(result, _create(name, mode).pointer())


@export("ole32")
def StgCreateDocfile(pwcsName: LPCWSTR, grfMode: DWORD, reserved: DWORD, ppstgOpen: PVOID) -> HRESULT:
    return STG_E_INVALIDPARAMETER if reserved else code_of(_create_file, pwcsName, grfMode, ppstgOpen)


def _open_file(name: str | None, mode: int, exclude: int, result: int) -> None:
    if not result:
        raise Refused(STG_E_INVALIDPOINTER)
    put_u64(result, 0)
    if not name:
        raise Refused(STG_E_INVALIDNAME)
    if exclude:
        raise Refused(STG_E_INVALIDPARAMETER)
    put_u64(result, _open(name, mode).pointer())


@export("ole32")
def StgOpenStorage(
    pwcsName: LPCWSTR,
    pstgPriority: PVOID,
    grfMode: DWORD,
    snbExclude: PVOID,
    reserved: DWORD,
    ppstgOpen: PVOID,
) -> HRESULT:
    if reserved or pstgPriority:
        return STG_E_INVALIDPARAMETER
    return code_of(_open_file, pwcsName, grfMode, snbExclude, ppstgOpen)


def _extended(name: str | None, mode: int, form: int, creates: bool, riid: int, result: int) -> None:
    if not result:
        raise Refused(STG_E_INVALIDPOINTER)
    put_u64(result, 0)
    if form not in (STGFMT_STORAGE, STGFMT_DOCFILE, STGFMT_ANY) or (creates and form == STGFMT_ANY):
        raise Refused(STG_E_INVALIDPARAMETER)
    _give(_create(name, mode) if creates else _open(name or "", mode), riid, result)


@export("ole32")
def StgCreateStorageEx(
    pwcsName: LPCWSTR,
    grfMode: DWORD,
    stgfmt: DWORD,
    grfAttrs: DWORD,
    pStgOptions: PVOID,
    pSecurityDescriptor: PVOID,
    riid: LPGUID,
    ppObjectOpen: PVOID,
) -> HRESULT:
    return code_of(_extended, pwcsName, grfMode, stgfmt, True, riid, ppObjectOpen)


@export("ole32")
def StgOpenStorageEx(
    pwcsName: LPCWSTR,
    grfMode: DWORD,
    stgfmt: DWORD,
    grfAttrs: DWORD,
    pStgOptions: PVOID,
    pSecurityDescriptor: PVOID,
    riid: LPGUID,
    ppObjectOpen: PVOID,
) -> HRESULT:
    return code_of(_extended, pwcsName, grfMode, stgfmt, False, riid, ppObjectOpen)


@export("ole32")
def StgIsStorageFile(pwcsName: LPCWSTR) -> HRESULT:
    if not pwcsName:
        return STG_E_INVALIDNAME
    try:
        with open(_core.path_to_host(pwcsName) or "", "rb") as file:
            return 0 if file.read(8) == SIGNATURE else S_FALSE
    except FileNotFoundError:
        return STG_E_FILENOTFOUND
    except OSError:
        return STG_E_ACCESSDENIED


# ---- classes of storages and files ----

STAT, SET_CLASS = 17, 15


@export("ole32")
def WriteClassStg(pStg: PVOID, rclsid: LPGUID) -> HRESULT:
    return call(pStg, SET_CLASS, rclsid) if pStg and rclsid else E_INVALIDARG


def _class_of(storage: int, result: int) -> None:
    place = ctypes.create_string_buffer(STATSTG.size)
    check(call(storage, STAT, ctypes.addressof(place), STATFLAG_NONAME))
    put_guid(result, STATSTG.unpack(place.raw)[8])


@export("ole32")
def ReadClassStg(pStg: PVOID, pclsid: LPGUID) -> HRESULT:
    return code_of(_class_of, pStg, pclsid) if pStg and pclsid else E_INVALIDARG


MK_E_CANTOPENFILE, MK_E_INVALIDEXTENSION = 0x800401EA, 0x800401E6


def _class_of_file(name: str | None, result: int) -> None:
    """Of the storage that the file is, or registered for its extension."""
    host = _core.path_to_host(name or "")
    if not name or not host or not os.path.exists(host):
        raise Refused(MK_E_CANTOPENFILE)
    if StgIsStorageFile(name) == 0:
        found = _open(name, 0)
        clsid = found.node.clsid
        found.Release()
        if clsid != bytes(16):
            put_guid(result, clsid)
            return
    extension = os.path.splitext(host)[1]
    program = class_text(extension) if extension else None
    text = class_text(rf"{program}\CLSID") if program else None
    if not text:
        raise Refused(MK_E_INVALIDEXTENSION)
    put_class(text, result, MK_E_INVALIDEXTENSION)


@export("ole32")
def GetClassFile(szFilename: LPCWSTR, pclsid: LPGUID) -> HRESULT:
    return code_of(_class_of_file, szFilename, pclsid)
