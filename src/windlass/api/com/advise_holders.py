"""Holders of the connections of those who want to be told when an object's data or its name change.

Source: Microsoft, "CreateDataAdviseHolder function", "IDataAdviseHolder interface",
"CreateOleAdviseHolder function", "IOleAdviseHolder interface", "ADVF enumeration", "STATDATA structure".
"""

from __future__ import annotations

import ctypes
import itertools
import struct
import uuid
from typing import NamedTuple

from windlass.api.calls import windows
from windlass.api.com.com_objects import (
    E_INVALIDARG,
    FAILURE,
    ComObject,
    Enumerator,
    Interface,
    IUnknown,
    add_ref,
    call,
    query,
    release,
)
from windlass.api.com.ole_transfer import FormatEtc, StorageMedium
from windlass.api.outputs import put_u32, put_u64
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import HRESULT, PVOID

__all__: list[str] = []

OLE_E_NOCONNECTION = 0x80040004
ADVF_NODATA, ADVF_PRIMEFIRST, ADVF_ONLYONCE, ADVF_DATAONSTOP = 1, 2, 4, 0x40
GET_DATA = 3
ON_DATA_CHANGE, ON_RENAME, ON_SAVE, ON_CLOSE = 3, 5, 6, 7  # methods of IAdviseSink
IID_ADVISE_SINK = uuid.UUID("0000010f-0000-0000-c000-000000000046").bytes_le

IEnumSTATDATA = Interface("00000105-0000-0000-c000-000000000046", IUnknown, "Next:IPP Skip:I Reset: Clone:P")
IDataAdviseHolder = Interface(
    "00000110-0000-0000-c000-000000000046",
    IUnknown,
    "Advise:PPIPP Unadvise:I EnumAdvise:P SendOnDataChange:PII",
)
IOleAdviseHolder = Interface(
    "00000111-0000-0000-c000-000000000046",
    IUnknown,
    "Advise:PP Unadvise:I EnumAdvise:P SendOnRename:P SendOnSave: SendOnClose:",
)
STATDATA = struct.Struct("<32sI4xQI4x")


class Connection(NamedTuple):
    """Somebody who is to be told; sink with a reference."""

    format: FormatEtc
    flags: int
    sink: int


class EnumConnections(Enumerator):
    """Of STATDATA structures, with references to their sinks."""

    interfaces = (IEnumSTATDATA,)

    def destroy(self) -> None:
        for item in self.items:
            release(STATDATA.unpack(item)[2])

    def Clone(self, ppenum: int) -> int:
        for item in self.items:
            _referenced(item)
        return super().Clone(ppenum)


def _referenced(item: bytes) -> bytes:
    add_ref(STATDATA.unpack(item)[2])
    return item


class Holder(ComObject):
    """What both kinds have in common. Numbers of connections begin with 1."""

    def __init__(self) -> None:
        super().__init__()
        self.connections: dict[int, Connection] = {}
        self.numbers = itertools.count(1)

    def destroy(self) -> None:
        for connection in self.connections.values():
            release(connection.sink)

    def connect(self, format: FormatEtc, flags: int, sink: int) -> int:
        number = next(self.numbers)
        self.connections[number] = Connection(format, flags, query(sink, IID_ADVISE_SINK))
        return number

    def Unadvise(self, dwConnection: int) -> int | None:
        if dwConnection not in self.connections:
            return OLE_E_NOCONNECTION
        release(self.connections.pop(dwConnection).sink)
        return None

    def EnumAdvise(self, ppenumAdvise: int) -> int | None:
        """NULL if there are none."""
        if not ppenumAdvise:
            return E_INVALIDARG
        items = [
            _referenced(STATDATA.pack(bytes(each.format), each.flags, each.sink, number))
            for number, each in self.connections.items()
        ]
        put_u64(ppenumAdvise, EnumConnections(items, _referenced).pointer() if items else 0)
        return None


class DataAdviseHolder(Holder):
    interfaces = (IDataAdviseHolder,)

    def Advise(self, pDataObject: int, pFetc: int, advf: int, pAdvise: int, pdwConnection: int) -> int | None:
        if not pAdvise or not pdwConnection or not pFetc:
            return E_INVALIDARG
        number = self.connect(get_structure(pFetc, FormatEtc), advf & ~ADVF_PRIMEFIRST, pAdvise)
        put_u32(pdwConnection, number)
        if advf & ADVF_PRIMEFIRST and pDataObject:
            self._tell(number, pDataObject)
            if advf & ADVF_ONLYONCE:
                put_u32(pdwConnection, 0)
        return None

    def _tell(self, number: int, data: int) -> None:
        connection = self.connections[number]
        format, medium = FormatEtc.from_buffer_copy(bytes(connection.format)), StorageMedium()
        at = ctypes.addressof(format), ctypes.addressof(medium)
        if not connection.flags & ADVF_NODATA and call(data, GET_DATA, *at) & FAILURE:
            return
        add_ref(connection.sink)
        call(connection.sink, ON_DATA_CHANGE, *at)
        if medium.tymed:
            windows("ole32.dll", "ReleaseStgMedium", at[1])
        if connection.flags & ADVF_ONLYONCE:
            self.Unadvise(number)
        release(connection.sink)

    def SendOnDataChange(self, pDataObject: int, dwReserved: int, advf: int) -> None:
        """With ADVF_DATAONSTOP only those are told the data who asked for them at the end."""
        for number in list(self.connections):
            connection = self.connections.get(number)
            if connection is None:
                continue
            if advf & ADVF_DATAONSTOP and not connection.flags & ADVF_DATAONSTOP:
                continue
            self._tell(number, pDataObject)


class OleAdviseHolder(Holder):
    interfaces = (IOleAdviseHolder,)

    def Advise(self, pAdvise: int, pdwConnection: int) -> int | None:
        if not pAdvise or not pdwConnection:
            return E_INVALIDARG
        put_u32(pdwConnection, self.connect(FormatEtc(), 0, pAdvise))
        return None

    def _send(self, method: int, *arguments: int) -> None:
        for connection in list(self.connections.values()):
            call(connection.sink, method, *arguments)

    def SendOnRename(self, pmk: int) -> None:
        self._send(ON_RENAME, pmk)

    def SendOnSave(self) -> None:
        self._send(ON_SAVE)

    def SendOnClose(self) -> None:
        self._send(ON_CLOSE)


@export("ole32")
def CreateDataAdviseHolder(ppDAHolder: PVOID) -> HRESULT:
    if not ppDAHolder:
        return E_INVALIDARG
    put_u64(ppDAHolder, DataAdviseHolder().pointer())
    return 0


@export("ole32")
def CreateOleAdviseHolder(ppOAHolder: PVOID) -> HRESULT:
    if not ppOAHolder:
        return E_INVALIDARG
    put_u64(ppOAHolder, OleAdviseHolder().pointer())
    return 0
