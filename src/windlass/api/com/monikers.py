"""Monikers: names of objects, which they can bind to.

Source: Microsoft, "IMoniker interface", "MkParseDisplayName function", "CreateGenericComposite function";
"[MS-OSHARED]: Office Common Data Types and Objects Structures", "HyperlinkMoniker", for how they are kept
in streams.
"""

from __future__ import annotations

import base64
import ctypes
import ntpath
import os
import struct
import uuid
import zlib

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com.bind_context import BindContext, EnumMoniker, running
from windlass.api.com.com_class import class_text
from windlass.api.com.com_objects import (
    E_FAIL,
    E_INVALIDARG,
    E_NOTIMPL,
    E_OUTOFMEMORY,
    E_POINTER,
    FAILURE,
    ComObject,
    Interface,
    IUnknown,
    Reference,
    add_ref,
    call,
    check,
    guid_at,
    put_guid,
    python_object,
    release,
    task_text,
)
from windlass.api.outputs import put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.registry import export
from windlass.types import DWORD, HRESULT, LPCWSTR, LPDWORD, LPGUID, PVOID

__all__ = ["IMoniker", "ItemMoniker"]

S_FALSE = 1
MK_E_NEEDGENERIC, MK_E_UNAVAILABLE, MK_E_SYNTAX, MK_E_NOOBJECT = (
    0x800401E2,
    0x800401E3,
    0x800401E4,
    0x800401E5,
)
MK_E_NOTBINDABLE, MK_E_CANTOPENFILE, MK_E_NOINVERSE = 0x800401E8, 0x800401EA, 0x800401EC
MK_E_NOSTORAGE, MK_E_NOPREFIX = 0x800401ED, 0x800401EE
MK_S_REDUCED_TO_SELF, MK_S_ME, MK_S_HIM, MK_S_US = 0x000401E2, 0x000401E4, 0x000401E5, 0x000401E6
CO_E_CLASSSTRING = 0x800401F3
(
    MKSYS_NONE, MKSYS_GENERICCOMPOSITE, MKSYS_FILEMONIKER, MKSYS_ANTIMONIKER, MKSYS_ITEMMONIKER,
    MKSYS_POINTERMONIKER,
    MKSYS_URLMONIKER, MKSYS_CLASSMONIKER, MKSYS_OBJREFMONIKER,
) = range(9)  # fmt: skip
CLSCTX_ALL_SERVERS = 1 | 4 | 0x10
STREAM_READ, STREAM_WRITE = 3, 4
GET_CLASS_ID, SAVE, BIND_TO_OBJECT, BIND_TO_STORAGE = 3, 6, 8, 9
IS_EQUAL, GET_DISPLAY_NAME, PARSE_DISPLAY_NAME, IS_SYSTEM_MONIKER = 13, 20, 21, 22
PERSIST_FILE_LOAD = 5
ITEM_CONTAINER_GET_OBJECT = 6
PARSE_DISPLAY_NAME_OF_CLASS = 3
BINDSPEED_INDEFINITE = 1

IPersistStream = Interface(
    "00000109-0000-0000-c000-000000000046",
    Interface("0000010c-0000-0000-c000-000000000046", IUnknown, "GetClassID:P"),
    "IsDirty: Load:P Save:PI GetSizeMax:P",
)
IMoniker = Interface(
    "0000000f-0000-0000-c000-000000000046",
    IPersistStream,
    "BindToObject:PPPP BindToStorage:PPPP Reduce:PIPP ComposeWith:PIP Enum:IP IsEqual:P Hash:P IsRunning:PPP"
    " GetTimeOfLastChange:PPP Inverse:P CommonPrefixWith:PP RelativePathTo:PP GetDisplayName:PPP"
    " ParseDisplayName:PPPPP IsSystemMoniker:P",
)
IROTData = Interface("f29f6bc0-5021-11ce-aa15-00006901293f", IUnknown, "GetComparisonData:PIP")
IID_PERSIST_FILE = uuid.UUID("0000010b-0000-0000-c000-000000000046").bytes_le
IID_ITEM_CONTAINER = uuid.UUID("0000011c-0000-0000-c000-000000000046").bytes_le
IID_PARSE_DISPLAY_NAME = uuid.UUID("0000011a-0000-0000-c000-000000000046").bytes_le
_CLSID_TAIL = "-0000-0000-c000-000000000046"


def kind_of(moniker: int) -> int:
    """MKSYS_* of any moniker."""
    number = ctypes.c_uint32()
    return number.value if call(moniker, IS_SYSTEM_MONIKER, ctypes.addressof(number)) == 0 else MKSYS_NONE


def display_name(moniker: int, context: int = 0, left: int = 0) -> str:
    """The name of any moniker."""
    text = ctypes.c_uint64()
    made = None
    if not context:
        made = BindContext()
        context = made.pointer()
    try:
        check(call(moniker, GET_DISPLAY_NAME, context, left, ctypes.addressof(text)))
        name = _core.wide_string(text.value)
        windows("ole32.dll", "CoTaskMemFree", text.value)
        return name
    finally:
        if made:
            made.Release()


def write_stream(stream: int, data: bytes) -> None:
    buffer = ctypes.create_string_buffer(data, len(data))
    check(call(stream, STREAM_WRITE, ctypes.addressof(buffer), len(data), 0))


def read_stream(stream: int, size: int) -> bytes:
    """Refused if the stream has fewer bytes."""
    if size > 0x1000000:
        raise Refused(E_FAIL)
    buffer = ctypes.create_string_buffer(max(size, 1))
    count = ctypes.c_uint32()
    check(call(stream, STREAM_READ, ctypes.addressof(buffer), size, ctypes.addressof(count)))
    if count.value != size:
        raise Refused(E_FAIL)
    return buffer.raw[:size]


def read_number(stream: int, size: int = 4) -> int:
    return int.from_bytes(read_stream(stream, size), "little")


class Moniker(ComObject):
    """What all monikers have in common."""

    interfaces = (IMoniker, IROTData)
    kind = MKSYS_NONE
    clsid = ""

    def name(self) -> str:
        raise Refused(E_NOTIMPL)

    def same(self, other: Moniker) -> bool:
        """Whether it is equal to another one of its kind."""
        return self.name().lower() == other.name().lower()

    # ---- IPersistStream ----

    def class_id(self) -> bytes:
        return uuid.UUID(self.clsid + _CLSID_TAIL).bytes_le

    def GetClassID(self, pClassID: int) -> None:
        put_guid(pClassID, self.class_id())

    def IsDirty(self) -> int:
        return S_FALSE

    def data(self) -> bytes:
        """How it is kept in streams."""
        raise Refused(E_NOTIMPL)

    def Save(self, pStm: int, fClearDirty: int) -> None:
        write_stream(pStm, self.data())

    def GetSizeMax(self, pcbSize: int) -> int | None:
        put_u64(pcbSize, len(self.data()) + 16)
        return None

    # ---- IMoniker ----

    def BindToObject(self, pbc: int, pmkToLeft: int, riidResult: int, ppvResult: int) -> int:
        return E_NOTIMPL

    def BindToStorage(self, pbc: int, pmkToLeft: int, riid: int, ppvObj: int) -> int:
        return MK_E_NOSTORAGE

    def Reduce(self, pbc: int, how: int, ppmkToLeft: int, ppmkReduced: int) -> int:
        if not ppmkReduced:
            return E_INVALIDARG
        self.AddRef()
        put_u64(ppmkReduced, self.pointer())
        return MK_S_REDUCED_TO_SELF

    def ComposeWith(self, pmkRight: int, fOnlyIfNotGeneric: int, ppmkComposite: int) -> int:
        if not pmkRight or not ppmkComposite:
            return E_INVALIDARG
        put_u64(ppmkComposite, 0)
        if kind_of(pmkRight) == MKSYS_ANTIMONIKER:
            put_u64(ppmkComposite, shortened(pmkRight))
            return 0
        if fOnlyIfNotGeneric:
            return MK_E_NEEDGENERIC
        put_u64(ppmkComposite, composed([self.pointer(), *components(pmkRight)]))
        return 0

    def Enum(self, fForward: int, ppenumMoniker: int) -> int:
        if not ppenumMoniker:
            return E_INVALIDARG
        put_u64(ppenumMoniker, 0)
        return 0

    def IsEqual(self, pmkOtherMoniker: int) -> int:
        if not pmkOtherMoniker:
            return E_INVALIDARG
        other = python_object(pmkOtherMoniker, type(self))
        return 0 if other is not None and self.same(other) else S_FALSE

    def Hash(self, pdwHash: int) -> int:
        if not pdwHash:
            return E_INVALIDARG
        put_u32(pdwHash, zlib.crc32(self.comparison()))
        return 0

    def IsRunning(self, pbc: int, pmkToLeft: int, pmkNewlyRunning: int) -> int:
        if pmkNewlyRunning:
            return call(pmkNewlyRunning, IS_EQUAL, self.pointer())
        return 0 if running().entry(self.pointer()) else S_FALSE

    def GetTimeOfLastChange(self, pbc: int, pmkToLeft: int, pFileTime: int) -> int:
        return running().GetTimeOfLastChange(self.pointer(), pFileTime)

    def Inverse(self, ppmk: int) -> int:
        if not ppmk:
            return E_INVALIDARG
        put_u64(ppmk, AntiMoniker(1).pointer())
        return 0

    def CommonPrefixWith(self, pmkOther: int, ppmkPrefix: int) -> int:
        if not ppmkPrefix:
            return E_INVALIDARG
        return common_prefix(self.pointer(), pmkOther, ppmkPrefix)

    def RelativePathTo(self, pmkOther: int, ppmkRelPath: int) -> int:
        if not ppmkRelPath or not pmkOther:
            return E_INVALIDARG
        add_ref(pmkOther)
        put_u64(ppmkRelPath, pmkOther)
        return MK_S_HIM

    def GetDisplayName(self, pbc: int, pmkToLeft: int, ppszDisplayName: int) -> int:
        if not ppszDisplayName:
            return E_INVALIDARG
        put_u64(ppszDisplayName, 0)
        put_u64(ppszDisplayName, task_text(self.name()))
        return 0

    def ParseDisplayName(self, pbc: int, left: int, text: int, eaten: int, result: int) -> int:
        return E_NOTIMPL

    def IsSystemMoniker(self, pdwMksys: int) -> int:
        if not pdwMksys:
            return E_INVALIDARG
        put_u32(pdwMksys, self.kind)
        return 0 if self.kind else S_FALSE

    # ---- IROTData ----

    def comparison(self) -> bytes:
        """Bytes that are the same for equal monikers, and for those alone."""
        return self.class_id() + self.name().upper().encode("utf-16-le", "surrogatepass") + b"\0\0"

    def GetComparisonData(self, pbData: int, cbMax: int, pcbData: int) -> int:
        data = self.comparison()
        put_u32(pcbData, len(data))
        if cbMax < len(data):
            return E_OUTOFMEMORY
        _core.write(pbData, data)
        return 0

    def from_table(self, riid: int, result: int) -> int | None:
        """Bind to the running object of this name; None if there is none."""
        found = running().entry(self.pointer())
        return None if found is None else call(found[1].object, 0, riid, result)


def result_of(text: bytes) -> str:
    return text.split(b"\0")[0].decode("cp1252", "replace")


class FileMoniker(Moniker):
    """The path of a file; up: how many folders to leave first."""

    kind = MKSYS_FILEMONIKER
    clsid = "00000303"

    def __init__(self, path: str = "", up: int = 0) -> None:
        super().__init__()
        self.path, self.up = path, up

    def name(self) -> str:
        return "..\\" * self.up + self.path

    def host(self) -> str | None:
        found = _core.path_to_host(self.name())
        return found if found and os.path.exists(found) else None

    def data(self) -> bytes:
        ansi = _core.ansi_from_text(self.path) + b"\0"
        head = struct.pack("<HI", self.up, len(ansi)) + ansi + struct.pack("<HH", 0xFFFF, 0xDEAD) + bytes(20)
        if self.path.isascii():
            return head + struct.pack("<I", 0)
        wide = _core.wide_bytes(self.path)[:-2]
        return head + struct.pack("<IIH", len(wide) + 6, len(wide), 3) + wide

    def Load(self, pStm: int) -> None:
        self.up = read_number(pStm, 2)
        self.path = result_of(read_stream(pStm, read_number(pStm)))
        read_stream(pStm, 24)
        if read_number(pStm):
            size = read_number(pStm)
            read_stream(pStm, 2)
            self.path = read_stream(pStm, size).decode("utf-16-le", "surrogatepass")

    def BindToObject(self, pbc: int, pmkToLeft: int, riidResult: int, ppvResult: int) -> int:
        if not ppvResult:
            return E_INVALIDARG
        put_u64(ppvResult, 0)
        known = self.from_table(riidResult, ppvResult)
        if known is not None:
            return known
        if self.host() is None:
            return MK_E_CANTOPENFILE
        clsid = ctypes.create_string_buffer(16)
        with_path = ctypes.create_string_buffer(_core.wide_bytes(self.name()))
        check(
            windows("ole32.dll", "GetClassFile", ctypes.addressof(with_path), ctypes.addressof(clsid))
            & 0xFFFFFFFF
        )
        wanted = ctypes.create_string_buffer(IID_PERSIST_FILE, 16)
        with Reference(
            create_instance(ctypes.addressof(clsid), ctypes.addressof(wanted)), owned=True
        ) as file:
            check(call(file, PERSIST_FILE_LOAD, ctypes.addressof(with_path), 2))
            return call(file, 0, riidResult, ppvResult)

    def BindToStorage(self, pbc: int, pmkToLeft: int, riid: int, ppvObj: int) -> int:
        """The file as a storage or a stream."""
        put_u64(ppvObj, 0)
        with_path = ctypes.create_string_buffer(_core.wide_bytes(self.name()))
        STGM_TRANSACTED_DENY_NONE = 0x10000 | 0x20 | 0x2
        made = ctypes.c_uint64()
        code = windows(
            "ole32.dll",
            "StgOpenStorage",
            ctypes.addressof(with_path),
            0,
            STGM_TRANSACTED_DENY_NONE,
            0,
            0,
            ctypes.addressof(made),
        )
        if code & FAILURE:
            return code & 0xFFFFFFFF
        with Reference(made.value, owned=True) as storage:
            return call(storage, 0, riid, ppvObj)

    def ComposeWith(self, pmkRight: int, fOnlyIfNotGeneric: int, ppmkComposite: int) -> int:
        right = python_object(pmkRight, FileMoniker)
        if right is None or not ppmkComposite:
            return super().ComposeWith(pmkRight, fOnlyIfNotGeneric, ppmkComposite)
        drive, _ = ntpath.splitdrive(right.path)
        if drive or right.path.startswith("\\"):
            return MK_E_SYNTAX
        parts = [part for part in self.path.split("\\") if part]
        if right.up > len(parts) - (":" in self.path):
            return MK_E_SYNTAX
        kept = self.path.rstrip("\\")
        for _ in range(right.up):
            kept = kept.rpartition("\\")[0]
        put_u64(
            ppmkComposite, FileMoniker(kept + "\\" + right.path if kept else right.path, self.up).pointer()
        )
        return 0

    def RelativePathTo(self, pmkOther: int, ppmkRelPath: int) -> int:
        other = python_object(pmkOther, FileMoniker)
        if other is None or not ppmkRelPath:
            return super().RelativePathTo(pmkOther, ppmkRelPath)
        own, wanted = self.path.split("\\"), other.path.split("\\")
        same = 0
        while same < min(len(own), len(wanted)) and own[same].lower() == wanted[same].lower():
            same += 1
        if not same:
            return super().RelativePathTo(pmkOther, ppmkRelPath)
        put_u64(ppmkRelPath, FileMoniker("\\".join(wanted[same:]), len(own) - same).pointer())
        return 0

    def CommonPrefixWith(self, pmkOther: int, ppmkPrefix: int) -> int:
        other = python_object(pmkOther, FileMoniker)
        if other is None or not ppmkPrefix:
            return super().CommonPrefixWith(pmkOther, ppmkPrefix)
        own, theirs = self.path.split("\\"), other.path.split("\\")
        same = 0
        while same < min(len(own), len(theirs)) and own[same].lower() == theirs[same].lower():
            same += 1
        if not same or (same == 1 and own[0].endswith(":") and (len(own), len(theirs)) != (1, 1)):
            return MK_E_NOPREFIX
        both = same == len(own), same == len(theirs)
        text = "\\".join(own[:same])
        put_u64(ppmkPrefix, FileMoniker(text if any(both) else text + "\\").pointer())
        return {(True, True): MK_S_US, (True, False): MK_S_ME, (False, True): MK_S_HIM}.get(both, 0)

    def GetTimeOfLastChange(self, pbc: int, pmkToLeft: int, pFileTime: int) -> int:
        if running().GetTimeOfLastChange(self.pointer(), pFileTime) == 0:
            return 0
        host = self.host()
        if host is None:
            return MK_E_NOOBJECT
        ticks = os.stat(host).st_mtime_ns // 100 + 116444736000000000
        put_u64(pFileTime, ticks)
        return 0

    def ParseDisplayName(self, pbc: int, left: int, text: int, eaten: int, result: int) -> int:
        r"""The rest of a name behind a file's: "!item", for the file's class to parse."""
        return parse_by_object(self.pointer(), pbc, left, text, eaten, result)


class ItemMoniker(Moniker):
    """An item within what is to its left."""

    kind = MKSYS_ITEMMONIKER
    clsid = "00000304"

    def __init__(self, delimiter: str = "", item: str = "") -> None:
        super().__init__()
        self.delimiter, self.item = delimiter, item

    def name(self) -> str:
        return self.delimiter + self.item

    def same(self, other: Moniker) -> bool:
        return isinstance(other, ItemMoniker) and self.item.lower() == other.item.lower()

    def comparison(self) -> bytes:
        return self.class_id() + self.item.upper().encode("utf-16-le", "surrogatepass") + b"\0\0"

    def data(self) -> bytes:
        return b"".join(map(self._part, (self.delimiter, self.item)))

    def _part(self, text: str) -> bytes:
        """The text in the ANSI code page with its zero; behind that, where it has other
        characters, in UTF-16.
        """
        data = _core.ansi_from_text(text) + b"\0"
        if not text.isascii():
            data += _core.wide_bytes(text)[:-2]
        return struct.pack("<I", len(data)) + data

    def Load(self, pStm: int) -> None:
        self.delimiter, self.item = (self._read(read_stream(pStm, read_number(pStm))) for _ in range(2))

    def _read(self, data: bytes) -> str:
        ansi, _, wide = data.partition(b"\0")
        return wide.decode("utf-16-le", "surrogatepass") if wide else result_of(ansi)

    def _container(self, pbc: int, left: int) -> int:
        if not left:
            raise Refused(E_INVALIDARG)
        wanted = ctypes.create_string_buffer(IID_ITEM_CONTAINER, 16)
        found = ctypes.c_uint64()
        check(call(left, BIND_TO_OBJECT, pbc, 0, ctypes.addressof(wanted), ctypes.addressof(found)))
        return found.value

    def BindToObject(self, pbc: int, pmkToLeft: int, riidResult: int, ppvResult: int) -> int:
        if not ppvResult:
            return E_INVALIDARG
        put_u64(ppvResult, 0)
        if not pmkToLeft:
            known = self.from_table(riidResult, ppvResult)
            return E_INVALIDARG if known is None else known
        with Reference(self._container(pbc, pmkToLeft), owned=True) as container:
            text = ctypes.create_string_buffer(_core.wide_bytes(self.item))
            rest = BINDSPEED_INDEFINITE, pbc, riidResult, ppvResult
            return call(container, ITEM_CONTAINER_GET_OBJECT, ctypes.addressof(text), *rest)

    def ParseDisplayName(self, pbc: int, left: int, text: int, eaten: int, result: int) -> int:
        return parse_by_object(self.pointer(), pbc, left, text, eaten, result)


class AntiMoniker(Moniker):
    """What takes `count` monikers away that stand to its left."""

    kind = MKSYS_ANTIMONIKER
    clsid = "00000305"

    def __init__(self, count: int = 1) -> None:
        super().__init__()
        self.count = count

    def name(self) -> str:
        return "\\.." * self.count

    def data(self) -> bytes:
        return struct.pack("<I", self.count)

    def Load(self, pStm: int) -> None:
        self.count = read_number(pStm)

    def ComposeWith(self, pmkRight: int, fOnlyIfNotGeneric: int, ppmkComposite: int) -> int:
        if not pmkRight or not ppmkComposite:
            return E_INVALIDARG
        put_u64(ppmkComposite, 0)
        if fOnlyIfNotGeneric:
            return MK_E_NEEDGENERIC
        put_u64(ppmkComposite, composed([self.pointer(), *components(pmkRight)]))
        return 0

    def Inverse(self, ppmk: int) -> int:
        if not ppmk:
            return E_INVALIDARG
        put_u64(ppmk, 0)
        return MK_E_NOINVERSE


class PointerMoniker(Moniker):
    """An object itself."""

    kind = MKSYS_POINTERMONIKER
    clsid = "00000306"

    def __init__(self, object: int = 0) -> None:
        super().__init__()
        self.object = object
        if object:
            add_ref(object)

    def destroy(self) -> None:
        release(self.object)

    def same(self, other: Moniker) -> bool:
        return isinstance(other, PointerMoniker) and other.object == self.object

    def comparison(self) -> bytes:
        return self.class_id() + self.object.to_bytes(8, "little")

    def BindToObject(self, pbc: int, pmkToLeft: int, riidResult: int, ppvResult: int) -> int:
        if not self.object:
            return E_FAIL
        return call(self.object, 0, riidResult, ppvResult)

    def BindToStorage(self, pbc: int, pmkToLeft: int, riid: int, ppvObj: int) -> int:
        return self.BindToObject(pbc, pmkToLeft, riid, ppvObj)

    def GetTimeOfLastChange(self, pbc: int, pmkToLeft: int, pFileTime: int) -> int:
        return E_NOTIMPL


class ObjectReferenceMoniker(PointerMoniker):
    """A reference to an object of this process."""

    kind = MKSYS_OBJREFMONIKER
    clsid = "00000327"

    def name(self) -> str:
        data = struct.pack("<8sIQ", b"windlass", os.getpid(), self.object)
        return f"objref:{base64.b64encode(data).decode()}:"


class ClassMoniker(Moniker):
    """A class object, and text for it that is kept with the name."""

    kind = MKSYS_CLASSMONIKER
    clsid = "0000031a"

    def __init__(self, guid: bytes = bytes(16), parameters: str = "") -> None:
        super().__init__()
        self.guid, self.parameters = guid, parameters

    def name(self) -> str:
        return f"clsid:{str(uuid.UUID(bytes_le=self.guid)).upper()}{self.parameters}:"

    def data(self) -> bytes:
        rest = _core.wide_bytes(self.parameters) if self.parameters else b""
        return self.guid + struct.pack("<I", len(rest)) + rest

    def Load(self, pStm: int) -> None:
        self.guid = read_stream(pStm, 16)
        rest = read_stream(pStm, read_number(pStm))
        self.parameters = rest.decode("utf-16-le", "surrogatepass").rstrip("\0")

    def BindToObject(self, pbc: int, pmkToLeft: int, riidResult: int, ppvResult: int) -> int:
        if pmkToLeft:
            return E_NOTIMPL
        guid = ctypes.create_string_buffer(self.guid, 16)
        rest = CLSCTX_ALL_SERVERS, 0, riidResult, ppvResult
        return windows("ole32.dll", "CoGetClassObject", ctypes.addressof(guid), *rest) & 0xFFFFFFFF

    def BindToStorage(self, pbc: int, pmkToLeft: int, riid: int, ppvObj: int) -> int:
        return self.BindToObject(pbc, pmkToLeft, riid, ppvObj)

    def ParseDisplayName(self, pbc: int, left: int, text: int, eaten: int, result: int) -> int:
        return parse_by_object(self.pointer(), pbc, left, text, eaten, result)


class NewMoniker(ClassMoniker):
    """A new object of a class: "new:" and its name."""

    kind = MKSYS_NONE
    clsid = "0000031b"

    def name(self) -> str:
        return "new:{" + str(uuid.UUID(bytes_le=self.guid)).upper() + "}"

    def BindToObject(self, pbc: int, pmkToLeft: int, riidResult: int, ppvResult: int) -> int:
        guid = ctypes.create_string_buffer(self.guid, 16)
        put_u64(ppvResult, create_instance(ctypes.addressof(guid), riidResult))
        return 0


class CompositeMoniker(Moniker):
    """Two or more monikers in a row, to which it holds references."""

    kind = MKSYS_GENERICCOMPOSITE
    clsid = "00000309"

    def __init__(self, parts: list[int] | None = None) -> None:
        super().__init__()
        self.parts = parts or []
        for part in self.parts:
            add_ref(part)

    def destroy(self) -> None:
        for part in self.parts:
            release(part)

    def name(self) -> str:
        return "".join(map(display_name, self.parts))

    def same(self, other: Moniker) -> bool:
        if not isinstance(other, CompositeMoniker) or len(other.parts) != len(self.parts):
            return False
        return all(call(own, IS_EQUAL, theirs) == 0 for own, theirs in zip(self.parts, other.parts))

    def Save(self, pStm: int, fClearDirty: int) -> None:
        write_stream(pStm, struct.pack("<I", len(self.parts)))
        for part in self.parts:
            clsid = ctypes.create_string_buffer(16)
            check(call(part, GET_CLASS_ID, ctypes.addressof(clsid)))
            write_stream(pStm, clsid.raw)
            check(call(part, SAVE, pStm, fClearDirty))

    def Load(self, pStm: int) -> None:
        for _ in range(read_number(pStm)):
            self.parts.append(load_moniker(pStm))

    def GetSizeMax(self, pcbSize: int) -> int:
        total = 4
        size = ctypes.c_uint64()
        for part in self.parts:
            check(call(part, 7, ctypes.addressof(size)))
            total += size.value + 16
        put_u64(pcbSize, total)
        return 0

    def _bind(self, method: int, pbc: int, left: int, riid: int, result: int) -> int:
        """By the last of the row, which has the others to its left."""
        before = self.parts[:-1] if not left else [*components(left), *self.parts[:-1]]
        with Reference(composed(before), owned=True) as prefix:
            return call(self.parts[-1], method, pbc, prefix, riid, result)

    def BindToObject(self, pbc: int, pmkToLeft: int, riidResult: int, ppvResult: int) -> int:
        if not ppvResult:
            return E_INVALIDARG
        if not pmkToLeft:
            known = self.from_table(riidResult, ppvResult)
            if known is not None:
                return known
        return self._bind(BIND_TO_OBJECT, pbc, pmkToLeft, riidResult, ppvResult)

    def BindToStorage(self, pbc: int, pmkToLeft: int, riid: int, ppvObj: int) -> int:
        return self._bind(BIND_TO_STORAGE, pbc, pmkToLeft, riid, ppvObj)

    def ComposeWith(self, pmkRight: int, fOnlyIfNotGeneric: int, ppmkComposite: int) -> int:
        if not pmkRight or not ppmkComposite:
            return E_INVALIDARG
        put_u64(ppmkComposite, 0)
        if fOnlyIfNotGeneric:
            return MK_E_NEEDGENERIC
        put_u64(ppmkComposite, composed([*self.parts, *components(pmkRight)]))
        return 0

    def Enum(self, fForward: int, ppenumMoniker: int) -> int:
        if not ppenumMoniker:
            return E_INVALIDARG
        items = [part.to_bytes(8, "little") for part in (self.parts if fForward else self.parts[::-1])]
        put_u64(ppenumMoniker, EnumMoniker(items).pointer())
        return 0

    def Inverse(self, ppmk: int) -> int:
        if not ppmk:
            return E_INVALIDARG
        put_u64(ppmk, AntiMoniker(len(self.parts)).pointer())
        return 0

    def comparison(self) -> bytes:
        return self.class_id() + b"".join(_core.wide_bytes(display_name(part).upper()) for part in self.parts)

    def ParseDisplayName(self, pbc: int, left: int, text: int, eaten: int, result: int) -> int:
        return call(self.parts[-1], PARSE_DISPLAY_NAME, pbc, left, text, eaten, result)


LOADED_BY_CLASS: dict[bytes, type[Moniker]] = {
    uuid.UUID(each.clsid + _CLSID_TAIL).bytes_le: each
    for each in (FileMoniker, ItemMoniker, AntiMoniker, ClassMoniker, CompositeMoniker)
}


def load_moniker(stream: int) -> int:
    """A moniker from a stream, behind its class."""
    clsid = read_stream(stream, 16)
    if clsid not in LOADED_BY_CLASS:
        raise Refused(MK_E_NOTBINDABLE)
    made = LOADED_BY_CLASS[clsid]()
    check(made.Load(stream) or 0)  # type: ignore[attr-defined]
    return made.pointer()


# ---- rows of monikers ----


def components(moniker: int) -> list[int]:
    """The monikers that one consists of."""
    composite = python_object(moniker, CompositeMoniker)
    return composite.parts if composite else [moniker]


def shortened(anti: int) -> int:
    """What is left of an anti-moniker when one moniker to its left is gone; NULL for nothing."""
    own = python_object(anti, AntiMoniker)
    return AntiMoniker(own.count - 1).pointer() if own and own.count > 1 else 0


def composed(parts: list[int]) -> int:
    """One moniker for a row, with a reference; anti-monikers take away what is before them. NULL
    for an empty row.
    """
    row: list[int] = []
    made: list[int] = []
    for part in parts:
        anti = python_object(part, AntiMoniker)
        left = anti.count if anti else 0
        while left and row and python_object(row[-1], AntiMoniker) is None:
            row.pop()
            left -= 1
        if anti is None or (left and left == anti.count):
            row.append(part)
        elif left:
            made.append(AntiMoniker(left).pointer())
            row.append(made[-1])
    if len(row) > 1:
        result = CompositeMoniker(row).pointer()
    else:
        result = row[0] if row else 0
        if result:
            add_ref(result)
    for each in made:
        release(each)
    return result


def common_prefix(first: int, second: int, result: int) -> int:
    """IMoniker::CommonPrefixWith of system monikers."""
    put_u64(result, 0)
    if not second:
        return E_INVALIDARG
    one, other = components(first), components(second)
    same = 0
    while same < min(len(one), len(other)) and call(one[same], IS_EQUAL, other[same]) == 0:
        same += 1
    if not same:
        return MK_E_NOPREFIX
    put_u64(result, composed(one[:same]))
    both = same == len(one), same == len(other)
    return {(True, True): MK_S_US, (True, False): MK_S_ME, (False, True): MK_S_HIM}.get(both, 0)


# ---- making and parsing ----


def create_instance(clsid: int, riid: int) -> int:
    """A new object of a class; Refused if there is none."""
    made = ctypes.c_uint64()
    rest = 0, CLSCTX_ALL_SERVERS, riid, ctypes.addressof(made)
    check(windows("ole32.dll", "CoCreateInstance", clsid, *rest) & 0xFFFFFFFF)
    return made.value


def parse_by_object(moniker: int, pbc: int, left: int, text: int, eaten: int, result: int) -> int:
    """Let the object that a moniker names parse what follows its own name."""
    put_u64(result, 0)
    wanted = ctypes.create_string_buffer(IID_PARSE_DISPLAY_NAME, 16)
    found = ctypes.c_uint64()
    code = call(moniker, BIND_TO_OBJECT, pbc, left, ctypes.addressof(wanted), ctypes.addressof(found))
    if code & FAILURE:
        return code
    with Reference(found.value, owned=True) as parser:
        return call(parser, PARSE_DISPLAY_NAME_OF_CLASS, pbc, text, eaten, result)


def _create(result: int, made: object) -> int:
    if not result:
        return E_POINTER
    assert callable(made)
    put_u64(result, made().pointer())
    return 0


@export("ole32")
def CreateFileMoniker(lpszPathName: LPCWSTR, ppmk: PVOID) -> HRESULT:
    if lpszPathName is None:
        return MK_E_SYNTAX
    path = lpszPathName.replace("/", "\\") if ":" in lpszPathName else lpszPathName
    up = 0
    while path.startswith("..\\"):
        path, up = path[3:], up + 1
    return _create(ppmk, lambda: FileMoniker(path, up))


@export("ole32")
def CreateItemMoniker(lpszDelim: LPCWSTR, lpszItem: LPCWSTR, ppmk: PVOID) -> HRESULT:
    if lpszItem is None:
        return E_INVALIDARG
    return _create(ppmk, lambda: ItemMoniker(lpszDelim or "", lpszItem))


@export("ole32")
def CreateAntiMoniker(ppmk: PVOID) -> HRESULT:
    return _create(ppmk, AntiMoniker)


@export("ole32")
def CreatePointerMoniker(punk: PVOID, ppmk: PVOID) -> HRESULT:
    return _create(ppmk, lambda: PointerMoniker(punk))


@export("ole32", "combase")
def CreateObjrefMoniker(punk: PVOID, ppmk: PVOID) -> HRESULT:
    if not punk:
        return E_INVALIDARG
    return _create(ppmk, lambda: ObjectReferenceMoniker(punk))


@export("ole32")
def CreateClassMoniker(rclsid: LPGUID, ppmk: PVOID) -> HRESULT:
    if not rclsid:
        return E_INVALIDARG
    return _create(ppmk, lambda: ClassMoniker(guid_at(rclsid)))


@export("ole32")
def CreateGenericComposite(pmkFirst: PVOID, pmkRest: PVOID, ppmkComposite: PVOID) -> HRESULT:
    if not ppmkComposite:
        return E_INVALIDARG
    parts = [part for moniker in (pmkFirst, pmkRest) if moniker for part in components(moniker)]
    put_u64(ppmkComposite, composed(parts))
    return 0


@export("ole32")
def MonikerCommonPrefixWith(pmkThis: PVOID, pmkOther: PVOID, ppmkCommon: PVOID) -> HRESULT:
    return code_of(_common_prefix, pmkThis, pmkOther, ppmkCommon)


def _common_prefix(one: int, other: int, result: int) -> None:
    if not one or not other or not result:
        raise Refused(E_INVALIDARG)
    code = common_prefix(one, other, result)
    if code:
        raise Refused(code)


@export("ole32")
def MonikerRelativePathTo(pmkSrc: PVOID, pmkDest: PVOID, ppmkRelPath: PVOID, dwReserved: DWORD) -> HRESULT:
    if not ppmkRelPath or not pmkSrc or not pmkDest:
        return E_INVALIDARG
    put_u64(ppmkRelPath, 0)
    return call(pmkSrc, 19, pmkDest, ppmkRelPath)


def _file_prefix(name: str) -> str | None:
    """The longest beginning of a name that is a file."""
    ends = [len(name), *(at for at in range(len(name) - 1, 0, -1) if name[at] in "\\/!:")]
    for end in ends:
        host = _core.path_to_host(name[:end])
        if host and os.path.isfile(host):
            return name[:end]
    return None


def _class_by_name(name: str) -> bytes | None:
    """The class of a ProgID or of a GUID's text."""
    text = name if name.startswith("{") else class_text(rf"{name}\CLSID") or ""
    try:
        return uuid.UUID(text.strip("{}")).bytes_le if text else None
    except ValueError:
        return None


def _parse_start(context: int, name: str) -> tuple[int, int]:
    """The moniker that the beginning of a name stands for, and how many characters that is."""
    prefix, colon, rest = name.partition(":")
    if prefix.lower() == "clsid" and colon:
        text, _, _ = rest.partition(":")
        try:
            guid = uuid.UUID(text[:38].strip("{}") if text.startswith("{") else text[:36]).bytes_le
        except ValueError:
            raise Refused(MK_E_SYNTAX) from None
        parameters = text[38:] if text.startswith("{") else text[36:]
        return ClassMoniker(guid, parameters).pointer(), min(len(prefix) + len(text) + 2, len(name))
    if prefix.lower() == "new" and colon:
        found = _class_by_name(rest)
        if found is None:
            raise Refused(CO_E_CLASSSTRING)
        return NewMoniker(found).pointer(), len(name)
    path = _file_prefix(name)
    if path is not None:
        return FileMoniker(path.replace("/", "\\") if ":" in path else path).pointer(), len(path)
    if len(prefix) > 1 and colon:
        return _parse_by_class(context, name, prefix)
    raise Refused(MK_E_CANTOPENFILE if "\\" in name or "/" in name or len(prefix) == 1 else MK_E_SYNTAX)


def _parse_by_class(context: int, name: str, program: str) -> tuple[int, int]:
    """By the class whose ProgID stands before the colon."""
    found = _class_by_name(program)
    if found is None:
        raise Refused(MK_E_SYNTAX)
    guid = ctypes.create_string_buffer(found, 16)
    wanted = ctypes.create_string_buffer(IID_PARSE_DISPLAY_NAME, 16)
    made = ctypes.c_uint64()
    where = ctypes.addressof(guid), CLSCTX_ALL_SERVERS, 0, ctypes.addressof(wanted), ctypes.addressof(made)
    if windows("ole32.dll", "CoGetClassObject", *where) & FAILURE:
        made.value = create_instance(ctypes.addressof(guid), ctypes.addressof(wanted))
    text = ctypes.create_string_buffer(_core.wide_bytes(name))
    eaten = ctypes.c_uint32()
    moniker = ctypes.c_uint64()
    with Reference(made.value, owned=True) as parser:
        results = ctypes.addressof(eaten), ctypes.addressof(moniker)
        check(call(parser, PARSE_DISPLAY_NAME_OF_CLASS, context, ctypes.addressof(text), *results))
    return moniker.value, eaten.value


def _parse(context: int, name: str | None, eaten: int, result: int) -> None:
    if not context or not name or not eaten or not result:
        raise Refused(E_INVALIDARG)
    put_u64(result, 0)
    put_u32(eaten, 0)
    moniker, position = _parse_start(context, name)
    try:
        while position < len(name):
            text = ctypes.create_string_buffer(_core.wide_bytes(name[position:]))
            more = ctypes.c_uint32()
            part = ctypes.c_uint64()
            put_u32(eaten, position)
            results = ctypes.addressof(more), ctypes.addressof(part)
            check(call(moniker, PARSE_DISPLAY_NAME, context, 0, ctypes.addressof(text), *results))
            with Reference(part.value, owned=True), Reference(moniker, owned=True):
                moniker = composed([*components(moniker), *components(part.value)])
            position += more.value
    except Refused:
        release(moniker)
        raise
    put_u32(eaten, position)
    put_u64(result, moniker)


@export("ole32")
def MkParseDisplayName(pbc: PVOID, szUserName: LPCWSTR, pchEaten: LPDWORD, ppmk: PVOID) -> HRESULT:
    return code_of(_parse, pbc, szUserName, pchEaten, ppmk)


def _bind(context: int, moniker: int, riid: int, result: int) -> None:
    put_u64(result, 0)
    check(call(moniker, BIND_TO_OBJECT, context, 0, riid, result))


@export("ole32")
def BindMoniker(pmk: PVOID, grfOpt: DWORD, iidResult: LPGUID, ppvResult: PVOID) -> HRESULT:
    if not pmk or grfOpt or not ppvResult:
        return E_INVALIDARG
    context = BindContext()
    code = code_of(_bind, context.pointer(), pmk, iidResult, ppvResult)
    context.Release()
    return code


def _get_object(name: str | None, options: int, riid: int, result: int) -> None:
    if not name or not result:
        raise Refused(E_INVALIDARG)
    put_u64(result, 0)
    with Reference(BindContext().pointer(), owned=True) as context:
        if options:
            check(call(context, 6, options))
        eaten = ctypes.c_uint32()
        moniker = ctypes.c_uint64()
        _parse(context, name, ctypes.addressof(eaten), ctypes.addressof(moniker))
        with Reference(moniker.value, owned=True) as parsed:
            _bind(context, parsed, riid, result)


@export("ole32")
def CoGetObject(pszName: LPCWSTR, pBindOptions: PVOID, riid: LPGUID, ppv: PVOID) -> HRESULT:
    return code_of(_get_object, pszName, pBindOptions, riid, ppv)


# ---- objects in streams ----


def _save(persist: int, stream: int) -> None:
    """The class, and what the object writes."""
    clsid = ctypes.create_string_buffer(16)
    check(call(persist, GET_CLASS_ID, ctypes.addressof(clsid)))
    write_stream(stream, clsid.raw)
    check(call(persist, SAVE, stream, 1))


@export("ole32")
def OleSaveToStream(pPStm: PVOID, pStm: PVOID) -> HRESULT:
    if not pPStm or not pStm:
        return E_INVALIDARG
    return code_of(_save, pPStm, pStm)


def _load(stream: int, riid: int, result: int) -> None:
    put_u64(result, 0)
    clsid = read_stream(stream, 16)
    if clsid in LOADED_BY_CLASS:
        moniker = LOADED_BY_CLASS[clsid]()
        check(moniker.Load(stream) or 0)  # type: ignore[attr-defined]
        check(moniker.give(riid, result))
        return
    guid = ctypes.create_string_buffer(clsid, 16)
    wanted = ctypes.create_string_buffer(IPersistStream.iid, 16)
    with Reference(create_instance(ctypes.addressof(guid), ctypes.addressof(wanted)), owned=True) as persist:
        check(call(persist, 5, stream))
        check(call(persist, 0, riid, result))


@export("ole32")
def OleLoadFromStream(pStm: PVOID, iidInterface: LPGUID, ppvObj: PVOID) -> HRESULT:
    if not pStm or not ppvObj:
        return E_INVALIDARG
    return code_of(_load, pStm, iidInterface, ppvObj)


@export("ole32", "combase")
def WriteClassStm(pStm: PVOID, rclsid: LPGUID) -> HRESULT:
    if not pStm or not rclsid:
        return E_INVALIDARG
    return code_of(write_stream, pStm, guid_at(rclsid))


def _read_class(stream: int, result: int) -> None:
    put_guid(result, bytes(16))
    put_guid(result, read_stream(stream, 16))


@export("ole32", "combase")
def ReadClassStm(pStm: PVOID, pclsid: LPGUID) -> HRESULT:
    if not pStm or not pclsid:
        return E_INVALIDARG
    return code_of(_read_class, pStm, pclsid)
