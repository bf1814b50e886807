"""IPropertySetStorage and IPropertyStorage: property sets as streams of a storage.

Sets whose values are streams and storages themselves ("non-simple" ones) are refused.

Source: Microsoft, "IPropertySetStorage interface", "IPropertyStorage interface",
"StgCreatePropSetStg function", "StgCreatePropStg function", "FmtIdToPropStgName function",
"PROPSPEC structure".
"""

from __future__ import annotations

import ctypes
import struct
import uuid

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com.com_objects import (
    E_INVALIDARG,
    ComObject,
    Enumerator,
    Interface,
    IUnknown,
    Reference,
    call,
    check,
    guid_at,
    put_guid,
    task_text,
)
from windlass.api.com.property_sets import (
    ANSI_CODE_PAGE,
    PID_CODEPAGE,
    PID_FIRST_USABLE,
    PID_LOCALE,
    UNICODE_CODE_PAGE,
    VT_I2,
    VT_UI4,
    BadPropertySet,
    PropertySet,
    decode,
    encode,
    parse,
    serialize,
)
from windlass.api.outputs import get_u32, get_u64, put_u64, put_wide
from windlass.api.refused import Refused, code_of
from windlass.registry import export
from windlass.types import DWORD, HRESULT, LPCWSTR, LPGUID, LPWSTR, PVOID

__all__ = ["IPropertySetStorage", "PropertySets"]

S_FALSE = 1
STG_E_INVALIDFUNCTION, STG_E_FILENOTFOUND, STG_E_ACCESSDENIED = 0x80030001, 0x80030002, 0x80030005
STG_E_FILEALREADYEXISTS, STG_E_INVALIDPARAMETER = 0x80030050, 0x80030057
STG_E_INVALIDHEADER, STG_E_INVALIDNAME, STG_E_INVALIDFLAG = 0x800300FB, 0x800300FC, 0x800300FF
STGM_WRITE, STGM_READWRITE, STGM_ACCESS, STGM_SHARE_EXCLUSIVE, STGM_SHARE = 1, 2, 3, 0x10, 0x70
STGM_CREATE, STGM_TRANSACTED, STGM_DELETEONRELEASE = 0x1000, 0x10000, 0x4000000
PROPSETFLAG_NONSIMPLE, PROPSETFLAG_ANSI, PROPSETFLAG_CASE_SENSITIVE = 1, 2, 8
PRSPEC_LPWSTR, PRSPEC_PROPID = 0, 1
PROPSPEC_SIZE, PROPVARIANT_SIZE = 16, 24

# Methods of IStorage and of IStream.
CREATE_STREAM, OPEN_STREAM, ENUM_ELEMENTS, DESTROY_ELEMENT = 3, 4, 11, 12
READ, WRITE, SEEK, SET_SIZE = 3, 4, 5, 6
NEXT = 3

IPropertyStorage = Interface(
    "00000138-0000-0000-c000-000000000046",
    IUnknown,
    "ReadMultiple:IPP WriteMultiple:IPPI DeleteMultiple:IP ReadPropertyNames:IPP WritePropertyNames:IPP"
    " DeletePropertyNames:IP Commit:I Revert: Enum:P SetTimes:PPP SetClass:P Stat:P",
)
IPropertySetStorage = Interface(
    "0000013a-0000-0000-c000-000000000046",
    IUnknown,
    "CreatePropertySet:PPIIP OpenPropertySet:PIP DeletePropertySet:P EnumPropertySets:P",
)
IEnumSTATPROPSTG = Interface(
    "00000139-0000-0000-c000-000000000046", IUnknown, "Next:IPP Skip:I Reset: Clone:P"
)
IEnumSTATPROPSETSTG = Interface(
    "0000013b-0000-0000-c000-000000000046", IUnknown, "Next:IPP Skip:I Reset: Clone:P"
)
STATPROPSTG = struct.Struct("<QIH2x")
STATPROPSETSTG = struct.Struct("<16s16sI24sI")

SUMMARY = uuid.UUID("f29f85e0-4ff9-1068-ab91-08002b27b3d9").bytes_le
DOCUMENT_SUMMARY = uuid.UUID("d5cdd502-2e9c-101b-9397-08002b2cf9ae").bytes_le
USER_DEFINED = uuid.UUID("d5cdd505-2e9c-101b-9397-08002b2cf9ae").bytes_le
NAMES = {
    SUMMARY: "\5SummaryInformation",
    DOCUMENT_SUMMARY: "\5DocumentSummaryInformation",
    USER_DEFINED: "\5DocumentSummaryInformation",
}
DIGITS = "abcdefghijklmnopqrstuvwxyz012345"


# ---- names of sets ----


def name_of(format: bytes) -> str:
    """Of the stream that a set is kept in: five bits of the identifier in each character."""
    if format in NAMES:
        return NAMES[format]
    number = int.from_bytes(format, "little")
    digits = [DIGITS[number >> shift & 31] for shift in range(0, 128, 5)]
    return "\5" + "".join(digits)


def format_of(name: str) -> bytes | None:
    """The identifier that a stream's name stands for."""
    for format, known in NAMES.items():
        if name.lower() == known.lower():
            return format
    digits = name[1:].lower()
    if not name.startswith("\5") or len(digits) != 26 or set(digits) - set(DIGITS):
        return None
    number = sum(DIGITS.index(digit) << 5 * index for index, digit in enumerate(digits))
    return number.to_bytes(17, "little")[:16]


@export("ole32")
def FmtIdToPropStgName(pfmtid: LPGUID, oszName: LPWSTR) -> HRESULT:
    if not pfmtid or not oszName:
        return E_INVALIDARG
    put_wide(oszName, 32, name_of(guid_at(pfmtid)))
    return 0


@export("ole32")
def PropStgNameToFmtId(oszName: LPCWSTR, pfmtid: LPGUID) -> HRESULT:
    if oszName is None or not pfmtid:
        return E_INVALIDARG
    format = format_of(oszName)
    if format is None:
        return STG_E_INVALIDNAME
    put_guid(pfmtid, format)
    return 0


# ---- one set ----


class EnumProperties(Enumerator):
    """Of STATPROPSTG structures, whose names are the caller's."""

    interfaces = (IEnumSTATPROPSTG,)


class EnumSets(Enumerator):
    """Of STATPROPSETSTG structures."""

    interfaces = (IEnumSTATPROPSETSTG,)


def _read_all(stream: int) -> bytes:
    call(stream, SEEK, 0, 0, 0)
    data, count = b"", ctypes.c_uint32(1)
    buffer = ctypes.create_string_buffer(65536)
    while count.value:
        check(call(stream, READ, ctypes.addressof(buffer), 65536, ctypes.addressof(count)))
        data += buffer.raw[: count.value]
    return data


def _write_all(stream: int, data: bytes) -> None:
    check(call(stream, SEEK, 0, 0, 0))
    check(call(stream, SET_SIZE, len(data)))
    buffer = ctypes.create_string_buffer(data, len(data))
    check(call(stream, WRITE, ctypes.addressof(buffer), len(data), 0))


class PropertyStorage(ComObject):
    """One set, read from its stream when it is opened and written when it is committed or released."""

    interfaces = (IPropertyStorage,)

    def __init__(
        self, stream: Reference, clsid: bytes, sets: list[PropertySet], format: bytes, mode: int
    ) -> None:
        super().__init__()
        self.stream, self.clsid, self.sets, self.mode = stream, clsid, sets, mode
        self.own = next(one for one in sets if one.format == format)
        self.is_changed = False

    def destroy(self) -> None:
        if self.is_changed:
            code_of(self.save)
        self.stream.drop()

    def save(self) -> None:
        _write_all(self.stream.object, serialize(self.clsid, self.sets))
        self.is_changed = False

    def check_writing(self) -> None:
        if self.mode & STGM_ACCESS not in (STGM_WRITE, STGM_READWRITE):
            raise Refused(STG_E_ACCESSDENIED)
        self.is_changed = True

    # -- which property

    def _same(self, one: str, other: str) -> bool:
        return one == other if self.own.is_case_sensitive else one.lower() == other.lower()

    def number_of(self, spec: int) -> int | None:
        """The number of what a PROPSPEC names; None for a name that no property has."""
        kind = get_u32(spec)
        if kind == PRSPEC_PROPID:
            return get_u32(spec + 8)
        if kind != PRSPEC_LPWSTR:
            raise Refused(STG_E_INVALIDPARAMETER)
        name = _core.wide_string(get_u64(spec + 8))
        return next((number for number, known in self.own.names.items() if self._same(known, name)), None)

    def _specs(self, count: int, specs: int) -> list[int]:
        if count and not specs:
            raise Refused(STG_E_INVALIDPARAMETER)
        return [specs + PROPSPEC_SIZE * index for index in range(count)]

    def _value(self, number: int | None) -> bytes | None:
        if number == PID_CODEPAGE:
            return struct.pack("<IHH", VT_I2, self.own.code_page, 0)
        if number == PID_LOCALE:
            return struct.pack("<II", VT_UI4, self.own.locale)
        return None if number is None else self.own.values.get(number)

    # -- values

    def ReadMultiple(self, cpspec: int, rgpspec: int, rgpropvar: int) -> int:
        """S_FALSE if there is none of them."""
        found = 0
        for index, spec in enumerate(self._specs(cpspec, rgpspec)):
            value = self._value(self.number_of(spec))
            try:
                data = decode(value, self.own.code_page) if value is not None else bytes(PROPVARIANT_SIZE)
            except BadPropertySet:
                return STG_E_INVALIDHEADER
            _core.write(rgpropvar + PROPVARIANT_SIZE * index, data)
            found += value is not None
        return 0 if found else S_FALSE

    def _number_for(self, spec: int, first: int) -> int:
        """Of a property that is written: a new name gets the first number that is free."""
        number = self.number_of(spec)
        if number is None:
            number = max(first, PID_FIRST_USABLE)
            while number in self.own.values or number in self.own.names:
                number += 1
            self.own.names[number] = _core.wide_string(get_u64(spec + 8))
        return number

    def WriteMultiple(self, cpspec: int, rgpspec: int, rgpropvar: int, propidNameFirst: int) -> int | None:
        self.check_writing()
        for index, spec in enumerate(self._specs(cpspec, rgpspec)):
            self._write(self._number_for(spec, propidNameFirst), rgpropvar + PROPVARIANT_SIZE * index)
        return None

    def _write(self, number: int, value: int) -> None:
        if number == PID_CODEPAGE:
            if self.own.values or self.own.names or get_u32(value) & 0xFFFF != VT_I2:
                raise Refused(STG_E_INVALIDPARAMETER)
            self.own.code_page = get_u32(value + 8) & 0xFFFF
        elif number == PID_LOCALE:
            self.own.locale = get_u32(value + 8)
        elif number < PID_FIRST_USABLE or number > PID_LOCALE:
            raise Refused(STG_E_INVALIDPARAMETER)
        else:
            try:
                self.own.values[number] = encode(value, self.own.code_page)
            except BadPropertySet:
                raise Refused(STG_E_INVALIDPARAMETER) from None

    def DeleteMultiple(self, cpspec: int, rgpspec: int) -> int | None:
        self.check_writing()
        for spec in self._specs(cpspec, rgpspec):
            number = self.number_of(spec)
            if number is not None:
                self.own.values.pop(number, None)
                self.own.names.pop(number, None)
        return None

    # -- names

    def ReadPropertyNames(self, cpropid: int, rgpropid: int, rglpwstrName: int) -> int:
        found = 0
        for index in range(cpropid):
            name = self.own.names.get(get_u32(rgpropid + 4 * index))
            put_u64(rglpwstrName + 8 * index, task_text(name) if name is not None else 0)
            found += name is not None
        return 0 if found else S_FALSE

    def WritePropertyNames(self, cpropid: int, rgpropid: int, rglpwstrName: int) -> int | None:
        self.check_writing()
        for index in range(cpropid):
            number = get_u32(rgpropid + 4 * index)
            if number < PID_FIRST_USABLE or number >= PID_LOCALE:
                return STG_E_INVALIDPARAMETER
            self.own.names[number] = _core.wide_string(get_u64(rglpwstrName + 8 * index))
        return None

    def DeletePropertyNames(self, cpropid: int, rgpropid: int) -> int | None:
        self.check_writing()
        for index in range(cpropid):
            self.own.names.pop(get_u32(rgpropid + 4 * index), None)
        return None

    # -- the whole

    def Commit(self, grfCommitFlags: int) -> None:
        if self.is_changed:
            self.save()

    def Revert(self) -> int:
        """Only of transacted sets."""
        return 0 if not self.is_changed else STG_E_INVALIDFUNCTION

    def Enum(self, ppenum: int) -> int | None:
        if not ppenum:
            return E_INVALIDARG
        items = [number.to_bytes(STATPROPSTG.size, "little") for number in self.own.values]
        put_u64(ppenum, EnumProperties(items, self._statistics).pointer())
        return None

    def _statistics(self, item: bytes) -> bytes:
        number = int.from_bytes(item, "little")
        name = self.own.names.get(number)
        type = int.from_bytes(self.own.values[number][:2], "little") if number in self.own.values else 0
        return STATPROPSTG.pack(task_text(name) if name is not None else 0, number, type)

    def SetTimes(self, pctime: int, patime: int, pmtime: int) -> int:
        """A set in a stream has no times."""
        return 0

    def SetClass(self, clsid: int) -> None:
        self.check_writing()
        self.clsid = guid_at(clsid)

    def Stat(self, pstatpsstg: int) -> int | None:
        if not pstatpsstg:
            return E_INVALIDARG
        _core.write(pstatpsstg, _set_statistics(self.own, self.clsid))
        return None


def _set_statistics(one: PropertySet, clsid: bytes) -> bytes:
    flags = 0 if one.code_page == UNICODE_CODE_PAGE else PROPSETFLAG_ANSI
    flags |= PROPSETFLAG_CASE_SENSITIVE if one.is_case_sensitive else 0
    return STATPROPSETSTG.pack(one.format, clsid, flags, bytes(24), 0)


# ---- the sets of a storage ----


def _stream_of(storage: int, name: str, mode: int, creates: bool) -> Reference:
    text = ctypes.create_string_buffer(_core.wide_bytes(name))
    result = ctypes.c_uint64()
    at = ctypes.addressof(text), ctypes.addressof(result)
    if creates:
        code = call(storage, CREATE_STREAM, at[0], mode & ~STGM_TRANSACTED, 0, 0, at[1])
    else:
        code = call(storage, OPEN_STREAM, at[0], 0, mode & ~(STGM_CREATE | STGM_TRANSACTED), 0, at[1])
    check(code)
    return Reference(result.value, owned=True)


def _loaded(stream: Reference) -> tuple[bytes, list[PropertySet]]:
    try:
        return parse(_read_all(stream.object))
    except BadPropertySet:
        stream.drop()
        raise Refused(STG_E_INVALIDHEADER) from None


def _new_set(format: bytes, flags: int) -> PropertySet:
    if flags & PROPSETFLAG_NONSIMPLE:
        raise Refused(STG_E_INVALIDFLAG)
    code_page = ANSI_CODE_PAGE if flags & PROPSETFLAG_ANSI else UNICODE_CODE_PAGE
    return PropertySet(format, code_page, is_case_sensitive=bool(flags & PROPSETFLAG_CASE_SENSITIVE))


def _created(storage: int, format: bytes, clsid: bytes, flags: int, mode: int) -> PropertyStorage:
    new = _new_set(format, flags)
    if mode & STGM_SHARE != STGM_SHARE_EXCLUSIVE or mode & STGM_ACCESS == 0:
        raise Refused(STG_E_INVALIDFLAG)
    sets = [new]
    if format == USER_DEFINED:
        sets = [_document_summary(storage, flags), new]
        mode |= STGM_CREATE
    stream = _stream_of(storage, name_of(format), mode, creates=True)
    made = PropertyStorage(stream, clsid, sets, format, mode)
    made.save()
    return made


def _document_summary(storage: int, flags: int) -> PropertySet:
    """The set that stands before the user's own in their stream: that which is there, or a new one."""
    try:
        with _stream_of(storage, name_of(DOCUMENT_SUMMARY), STGM_SHARE_EXCLUSIVE, creates=False) as stream:
            return parse(_read_all(stream))[1][0]
    except (Refused, BadPropertySet):
        return _new_set(DOCUMENT_SUMMARY, flags)


def _opened(storage: int, format: bytes, mode: int) -> PropertyStorage:
    if mode & STGM_SHARE != STGM_SHARE_EXCLUSIVE:
        raise Refused(STG_E_INVALIDFLAG)
    stream = _stream_of(storage, name_of(format), mode, creates=False)
    clsid, sets = _loaded(stream)
    if all(one.format != format for one in sets):
        stream.drop()
        raise Refused(STG_E_FILENOTFOUND)
    return PropertyStorage(stream, clsid, sets, format, mode)


class PropertySets(ComObject):
    """IPropertySetStorage for an object that has `own_storage()`."""

    def own_storage(self) -> int:
        raise NotImplementedError

    def CreatePropertySet(
        self, rfmtid: int, pclsid: int, grfFlags: int, grfMode: int, ppprstg: int
    ) -> int | None:
        if not ppprstg or not rfmtid:
            return E_INVALIDARG
        put_u64(ppprstg, 0)
        clsid = guid_at(pclsid) if pclsid else bytes(16)
        put_u64(ppprstg, _created(self.own_storage(), guid_at(rfmtid), clsid, grfFlags, grfMode).pointer())
        return None

    def OpenPropertySet(self, rfmtid: int, grfMode: int, ppprstg: int) -> int | None:
        if not ppprstg or not rfmtid:
            return E_INVALIDARG
        put_u64(ppprstg, 0)
        put_u64(ppprstg, _opened(self.own_storage(), guid_at(rfmtid), grfMode).pointer())
        return None

    def DeletePropertySet(self, rfmtid: int) -> int | None:
        if not rfmtid:
            return E_INVALIDARG
        format = guid_at(rfmtid)
        if format == USER_DEFINED:
            mode = STGM_READWRITE | STGM_SHARE_EXCLUSIVE
            held = _opened(self.own_storage(), format, mode)
            held.sets = [one for one in held.sets if one.format != format]
            held.is_changed = True
            held.Release()
            return None
        text = ctypes.create_string_buffer(_core.wide_bytes(name_of(format)))
        return call(self.own_storage(), DESTROY_ELEMENT, ctypes.addressof(text))

    def EnumPropertySets(self, ppenum: int) -> int | None:
        """The user's own set is not told: it is part of the document's."""
        if not ppenum:
            return E_INVALIDARG
        items = []
        for name in _names_in(self.own_storage()):
            format = format_of(name)
            if format is not None:
                with _stream_of(self.own_storage(), name, STGM_SHARE_EXCLUSIVE, creates=False) as stream:
                    clsid, sets = parse(_read_all(stream))
                items.append(_set_statistics(sets[0], clsid))
        put_u64(ppenum, EnumSets(items, bytes).pointer())
        return None


STATSTG_SIZE = 80


def _names_in(storage: int) -> list[str]:
    result = ctypes.c_uint64()
    check(call(storage, ENUM_ELEMENTS, 0, 0, 0, ctypes.addressof(result)))
    names = []
    with Reference(result.value, owned=True) as elements:
        place = ctypes.create_string_buffer(STATSTG_SIZE)
        while call(elements, NEXT, 1, ctypes.addressof(place), 0) == 0:
            address = get_u64(ctypes.addressof(place))
            names.append(_core.wide_string(address))
            windows("ole32.dll", "CoTaskMemFree", address)
    return names


class PropertySetStorage(PropertySets):
    """Of any storage."""

    interfaces = (IPropertySetStorage,)

    def __init__(self, storage: int) -> None:
        super().__init__()
        self.storage = Reference(storage)

    def destroy(self) -> None:
        self.storage.drop()

    def own_storage(self) -> int:
        return self.storage.object


@export("ole32")
def StgCreatePropSetStg(pStorage: PVOID, dwReserved: DWORD, ppPropSetStg: PVOID) -> HRESULT:
    if not pStorage or dwReserved or not ppPropSetStg:
        return STG_E_INVALIDPARAMETER
    put_u64(ppPropSetStg, PropertySetStorage(pStorage).pointer())
    return 0


# ---- one set in a stream of its own ----


def _in_stream(stream: int, format: int, clsid: int, flags: int, result: int, creates: bool) -> None:
    if not stream or not format or not result:
        raise Refused(E_INVALIDARG)
    put_u64(result, 0)
    held = Reference(stream)
    if creates:
        new = _new_set(guid_at(format), flags)
        identifier = guid_at(clsid) if clsid else bytes(16)
        made = PropertyStorage(held, identifier, [new], new.format, STGM_READWRITE)
        made.save()
    else:
        identifier, sets = _loaded(held)
        if all(one.format != guid_at(format) for one in sets):
            held.drop()
            raise Refused(STG_E_FILENOTFOUND)
        made = PropertyStorage(held, identifier, sets, guid_at(format), STGM_READWRITE)
    put_u64(result, made.pointer())


@export("ole32")
def StgCreatePropStg(
    pUnk: PVOID, fmtid: LPGUID, pclsid: LPGUID, grfFlags: DWORD, dwReserved: DWORD, ppPropStg: PVOID
) -> HRESULT:
    return code_of(_in_stream, pUnk, fmtid, pclsid, grfFlags, ppPropStg, True)


@export("ole32")
def StgOpenPropStg(
    pUnk: PVOID, fmtid: LPGUID, grfFlags: DWORD, dwReserved: DWORD, ppPropStg: PVOID
) -> HRESULT:
    return code_of(_in_stream, pUnk, fmtid, 0, grfFlags, ppPropStg, False)
