"""IRecordInfo: user-defined records in VARIANTs and arrays, by their type information.

Source: Microsoft, "IRecordInfo interface", "GetRecordInfoFromTypeInfo function",
"GetRecordInfoFromGuids function".
"""

from __future__ import annotations

import ctypes

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com import automation_types as types
from windlass.api.com import typelib
from windlass.api.com.automation_types import VT_BYREF, VT_RECORD, Variant, change_type, clear, vt_at
from windlass.api.com.com_objects import (
    E_INVALIDARG,
    E_OUTOFMEMORY,
    ComObject,
    Interface,
    IUnknown,
    bstr,
    check,
    guid_at,
    put_guid,
    python_object,
    query,
    release,
)
from windlass.api.com.typelib_views import ITypeInfo, TypeInfo, required
from windlass.api.outputs import get_u32, get_u64, put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.registry import export
from windlass.types import DWORD, HRESULT, LPGUID, PVOID, ULONG

__all__ = ["IRecordInfo", "record_of"]

TYPE_E_UNSUPFORMAT, DISP_E_UNKNOWNNAME = 0x80028019, 0x80020006

IRecordInfo = Interface(
    "0000002f-0000-0000-c000-000000000046",
    IUnknown,
    "RecordInit:P RecordClear:P RecordCopy:PP GetGuid:P GetName:P GetSize:P GetTypeInfo:P GetField:PWP"
    " GetFieldNoCopy:PWPP PutField:IPWP PutFieldNoCopy:IPWP GetFieldNames:PP IsMatchingType:P RecordCreate:"
    " RecordCreateCopy:PP RecordDestroy:P",
)
_POINTERS = (types.VT_BSTR, types.VT_UNKNOWN, types.VT_DISPATCH)


class RecordInfo(ComObject):
    """A record's description. kinds: VARTYPE and nested record, if it is one, of each field."""

    interfaces = (IRecordInfo,)

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        info.AddRef()
        self.info = info
        self.type = info.type
        self.kinds = {field.name: kind_of_field(info, field.shape) for field in self.type.variables}

    def destroy(self) -> None:
        for _, nested in self.kinds.values():
            if nested:
                nested.Release()
        self.info.Release()

    def field(self, data: int, name: str | None) -> tuple[int, int, RecordInfo | None]:
        """(address, VARTYPE, record) of a field."""
        for field in self.type.variables:
            if field.name.lower() == (name or "").lower():
                return data + field.offset, *self.kinds[field.name]
        raise Refused(DISP_E_UNKNOWNNAME)

    def fields(self, data: int) -> list[tuple[int, int, RecordInfo | None]]:
        return [(data + field.offset, *self.kinds[field.name]) for field in self.type.variables]

    # ---- whole records ----

    def RecordInit(self, pvNew: int) -> int | None:
        if not pvNew:
            return E_INVALIDARG
        _core.write(pvNew, bytes(self.type.size))
        return None

    def RecordClear(self, pvExisting: int) -> int | None:
        if not pvExisting:
            return E_INVALIDARG
        for address, vt, nested in self.fields(pvExisting):
            if nested:
                nested.RecordClear(address)
            elif vt == types.VT_VARIANT:
                clear(address)
            elif vt in _POINTERS or vt & types.VT_ARRAY:
                held = Variant(vt=vt, value=get_u64(address))
                clear(ctypes.addressof(held))
                put_u64(address, 0)
        return None

    def RecordCopy(self, pvExisting: int, pvNew: int) -> int | None:
        if not pvExisting or not pvNew:
            return E_INVALIDARG
        self.RecordClear(pvNew)
        _core.write(pvNew, _core.read(pvExisting, self.type.size))
        for (source, vt, nested), (target, _, _) in zip(self.fields(pvExisting), self.fields(pvNew)):
            if nested:
                _core.write(target, bytes(nested.type.size))
                nested.RecordCopy(source, target)
            elif vt == types.VT_VARIANT:
                _core.write(target, bytes(types.VARIANT_SIZE))
                check(windows("oleaut32.dll", "VariantCopy", target, source) & 0xFFFFFFFF)
            elif vt in _POINTERS or vt & types.VT_ARRAY:
                held, copy = Variant(vt=vt, value=get_u64(source)), Variant()
                pair = ctypes.addressof(copy), ctypes.addressof(held)
                check(windows("oleaut32.dll", "VariantCopy", *pair) & 0xFFFFFFFF)
                put_u64(target, copy.value)
        return None

    def RecordCreate(self) -> int:
        made = windows("ole32.dll", "CoTaskMemAlloc", self.type.size)
        if made:
            _core.write(made, bytes(self.type.size))
        return made

    def RecordCreateCopy(self, pvSource: int, ppvDest: int) -> int | None:
        made = self.RecordCreate()
        if not made:
            return E_OUTOFMEMORY
        put_u64(ppvDest, made)
        return self.RecordCopy(pvSource, made)

    def RecordDestroy(self, pvRecord: int) -> int | None:
        code = self.RecordClear(pvRecord)
        windows("ole32.dll", "CoTaskMemFree", pvRecord)
        return code

    # ---- facts ----

    def GetGuid(self, pguid: int) -> int | None:
        if not pguid:
            return E_INVALIDARG
        put_guid(pguid, self.type.guid)
        return None

    def GetName(self, pbstrName: int) -> int | None:
        if not pbstrName:
            return E_INVALIDARG
        put_u64(pbstrName, bstr(self.type.name))
        return None

    def GetSize(self, pcbSize: int) -> int | None:
        if not pcbSize:
            return E_INVALIDARG
        put_u32(pcbSize, self.type.size)
        return None

    def GetTypeInfo(self, ppTypeInfo: int) -> int | None:
        if not ppTypeInfo:
            return E_INVALIDARG
        self.info.AddRef()
        put_u64(ppTypeInfo, self.info.pointer())
        return None

    def IsMatchingType(self, pRecordInfo: int) -> int:
        """A BOOL, not an HRESULT."""
        other = python_object(pRecordInfo, RecordInfo)
        return int(other is not None and other.type.guid == self.type.guid)

    def GetFieldNames(self, pcNames: int, rgBstrNames: int) -> int | None:
        if not pcNames:
            return E_INVALIDARG
        names = [field.name for field in self.type.variables]
        if not rgBstrNames:
            put_u32(pcNames, len(names))
            return None
        count = min(get_u32(pcNames), len(names))
        for index, name in enumerate(names[:count]):
            put_u64(rgBstrNames + 8 * index, bstr(name))
        put_u32(pcNames, count)
        return None

    # ---- fields ----

    def reference(self, data: int, name: str | None) -> Variant:
        """A VARIANT that refers to a field where it lies."""
        address, vt, nested = self.field(data, name)
        if nested:
            return Variant(vt=VT_RECORD | VT_BYREF, value=address, second=nested.pointer())
        return Variant(vt=vt | VT_BYREF, value=address)

    def GetField(self, pvData: int, szFieldName: str | None, pvarField: int) -> int | None:
        if not pvData or not szFieldName or not pvarField:
            return E_INVALIDARG
        source = self.reference(pvData, szFieldName)
        check(windows("oleaut32.dll", "VariantCopyInd", pvarField, ctypes.addressof(source)) & 0xFFFFFFFF)
        return None

    def GetFieldNoCopy(self, pvData: int, szFieldName: str | None, pvarField: int, array: int) -> int | None:
        if not pvData or not szFieldName or not pvarField or not array:
            return E_INVALIDARG
        put_u64(array, 0)
        _core.write(pvarField, bytes(self.reference(pvData, szFieldName)))
        return None

    def PutField(self, wFlags: int, pvData: int, szFieldName: str | None, pvarField: int) -> int | None:
        if not pvData or not szFieldName or not pvarField:
            return E_INVALIDARG
        address, vt, nested = self.field(pvData, szFieldName)
        if nested:
            if vt_at(pvarField) & ~VT_BYREF != VT_RECORD:
                return E_INVALIDARG
            return nested.RecordCopy(get_u64(pvarField + 8), address)
        value = Variant()
        place = ctypes.addressof(value)
        if vt == types.VT_VARIANT:
            check(windows("oleaut32.dll", "VariantCopyInd", place, pvarField) & 0xFFFFFFFF)
            clear(address)
            _core.write(address, bytes(value))
            return None
        change_type(place, pvarField, vt)
        self._replace(address, vt, bytes(value)[8:])
        return None

    def _replace(self, address: int, vt: int, data: bytes) -> None:
        if vt in _POINTERS or vt & types.VT_ARRAY:
            old = Variant(vt=vt, value=get_u64(address))
            _core.write(address, data[:8])
            clear(ctypes.addressof(old))
        else:
            _core.write(address, data[: types.size_of(vt)])

    def PutFieldNoCopy(self, wFlags: int, pvData: int, szFieldName: str | None, pvarField: int) -> int | None:
        """The field takes over what the VARIANT holds, which must be of its type."""
        address, vt, nested = self.field(pvData, szFieldName)
        if nested or vt_at(pvarField) != vt:
            return E_INVALIDARG
        self._replace(address, vt, _core.read(pvarField + 8, 16))
        return None


def kind_of_field(info: TypeInfo, shape: typelib.TypeShape) -> tuple[int, RecordInfo | None]:
    """The VARTYPE of a field, and its record if it is one. Refused for what no VARIANT can hold."""
    resolved, named = info.resolved(shape)
    try:
        if isinstance(resolved, int):
            same = {types.VT_INT: types.VT_I4, types.VT_UINT: types.VT_UI4, types.VT_HRESULT: types.VT_ERROR}
            return same.get(resolved, resolved), None
        if isinstance(resolved, typelib.UserType) and named is not None:
            if named.type.kind == typelib.TKIND_ENUM:
                return types.VT_I4, None
            if named.type.kind == typelib.TKIND_RECORD:
                return VT_RECORD, RecordInfo(named)
        if isinstance(resolved, typelib.PointerType):
            return kind_of_pointer(named or info, resolved)
        raise Refused(TYPE_E_UNSUPFORMAT)
    finally:
        if named:
            named.Release()


def kind_of_pointer(info: TypeInfo, shape: typelib.PointerType) -> tuple[int, RecordInfo | None]:
    """An array's elements, or the interface that is pointed to."""
    if shape.vt == typelib.VT_SAFEARRAY:
        kind, nested = kind_of_field(info, shape.target)
        if nested:
            nested.Release()
        return kind | types.VT_ARRAY, None
    _, named = info.resolved(shape.target)
    if named is None:
        raise Refused(TYPE_E_UNSUPFORMAT)
    kind = named.type.kind
    named.Release()
    return types.VT_DISPATCH if kind == typelib.TKIND_DISPATCH else types.VT_UNKNOWN, None


def record_of(info: TypeInfo) -> RecordInfo:
    """The IRecordInfo of a record, or of another name for it, with a reference. Refused for other types."""
    if info.type.kind == typelib.TKIND_ALIAS and info.type.alias is not None:
        _, named = info.resolved(info.type.alias)
        if named:
            try:
                return record_of(named)
            finally:
                named.Release()
    if info.type.kind != typelib.TKIND_RECORD or info.type.guid == typelib.NIL:
        raise Refused(TYPE_E_UNSUPFORMAT)
    return RecordInfo(info)


def _from_info(pointer: int, result: int) -> None:
    put_u64(required(result), 0)
    found = query(required(pointer), ITypeInfo.iid)
    try:
        info = python_object(found, TypeInfo)
        if info is None:
            raise Refused(TYPE_E_UNSUPFORMAT)
        put_u64(result, record_of(info).pointer())
    finally:
        release(found)


@export("oleaut32")
def GetRecordInfoFromTypeInfo(pTypeInfo: PVOID, ppRecInfo: PVOID) -> HRESULT:
    return code_of(_from_info, pTypeInfo, ppRecInfo)


def _from_guids(library: int, major: int, minor: int, lcid: int, guid: int, result: int) -> None:
    from windlass.api.com.typelib_load import load_registered

    put_u64(required(result), 0)
    if not library or not guid:
        raise Refused(E_INVALIDARG)
    loaded = load_registered(guid_at(library), major, minor, lcid)
    try:
        index = loaded.library.index_of(guid_at(guid))
        if index is None:
            raise Refused(0x8002802B)  # TYPE_E_ELEMENTNOTFOUND
        info = TypeInfo(loaded, index)
        try:
            put_u64(result, record_of(info).pointer())
        finally:
            info.Release()
    finally:
        loaded.Release()


@export("oleaut32")
def GetRecordInfoFromGuids(
    rGuidTypeLib: LPGUID,
    uVerMajor: ULONG,
    uVerMinor: ULONG,
    lcid: DWORD,
    rGuidTypeInfo: LPGUID,
    ppRecInfo: PVOID,
) -> HRESULT:
    return code_of(_from_guids, rGuidTypeLib, uVerMajor, uVerMinor, lcid, rGuidTypeInfo, ppRecInfo)
