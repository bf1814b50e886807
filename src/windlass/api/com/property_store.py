"""Property stores in memory, and the keys of properties as texts and names.

Source: Microsoft, "PSCreateMemoryPropertyStore function", "IPropertyStore interface",
"INamedPropertyStore interface", "IPropertyStoreCache interface", "PSStringFromPropertyKey function",
"PSPropertyKeyFromString function".
"""

from __future__ import annotations

import ctypes
import re
import struct
import uuid

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com import property_names
from windlass.api.com.com_objects import (
    E_INVALIDARG,
    E_POINTER,
    FAILURE,
    ComObject,
    Interface,
    IUnknown,
    call,
    check,
    query,
    release,
    task_text,
)
from windlass.api.outputs import put_u32, put_u64, put_wide
from windlass.api.refused import Refused, code_of
from windlass.registry import export
from windlass.types import HRESULT, LPCWSTR, LPGUID, LPWSTR, PVOID, UINT

__all__ = ["IPropertyStore", "PropertyStore", "copied", "key_at", "put_value"]

E_INSUFFICIENT_BUFFER, TYPE_E_ELEMENTNOTFOUND, TYPE_E_TYPEMISMATCH = 0x8007007A, 0x8002802B, 0x80028CA0
STG_E_ACCESSDENIED, INPLACE_S_TRUNCATED = 0x80030005, 0x000401A0
PSC_NORMAL, PSC_NOTINSOURCE, PSC_DIRTY = 0, 1, 2
PROPVARIANT_SIZE = 24

IPropertyStore = Interface(
    "886d8eeb-8cf2-4446-8d02-cdba1dbdcf99",
    IUnknown,
    "GetCount:P GetAt:IP GetValue:PP SetValue:PP Commit:",
)
IPropertyStoreCache = Interface(
    "3017056d-9a91-4e90-937d-746c72abbf4f",
    IPropertyStore,
    "GetState:PP GetValueAndState:PPP SetState:PI SetValueAndState:PPI",
)
INamedPropertyStore = Interface(
    "71604b0f-97b0-4764-8577-2f13e98a1422",
    IUnknown,
    "GetNamedValue:WP SetNamedValue:WP GetNameCount:P GetNameAt:IP",
)
GET_VALUE, SET_VALUE = 5, 6

Key = tuple[bytes, int]


def key_at(address: int) -> Key:
    """A PROPERTYKEY."""
    data = _core.read(address, 20)
    return data[:16], int.from_bytes(data[16:], "little")


class Held:
    """A copy of a PROPVARIANT."""

    def __init__(self, value: int) -> None:
        self.place = ctypes.create_string_buffer(PROPVARIANT_SIZE)
        check(windows("ole32.dll", "PropVariantCopy", ctypes.addressof(self.place), value))

    def drop(self) -> None:
        windows("ole32.dll", "PropVariantClear", ctypes.addressof(self.place))


def copied(value: int) -> Held:
    return Held(value)


def put_value(held: Held | None, result: int) -> None:
    """A copy for the caller; VT_EMPTY for none."""
    if held is None:
        _core.write(result, bytes(PROPVARIANT_SIZE))
    else:
        check(windows("ole32.dll", "PropVariantCopy", result, ctypes.addressof(held.place)))


class PropertyStore(ComObject):
    """Properties by key and by name, as long as it lives."""

    interfaces = (IPropertyStoreCache, INamedPropertyStore)

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[Key, Held] = {}
        self.states: dict[Key, int] = {}
        self.named: dict[str, Held] = {}

    def destroy(self) -> None:
        for held in (*self.values.values(), *self.named.values()):
            held.drop()

    # -- IPropertyStore

    def GetCount(self, cProps: int) -> int | None:
        if not cProps:
            return E_POINTER
        put_u32(cProps, len(self.values))
        return None

    def GetAt(self, iProp: int, pkey: int) -> int | None:
        if not pkey:
            return E_POINTER
        if iProp >= len(self.values):
            return E_INVALIDARG
        guid, number = list(self.values)[iProp]
        _core.write(pkey, guid + struct.pack("<I", number))
        return None

    def GetValue(self, key: int, pv: int) -> int | None:
        """VT_EMPTY for what is not there."""
        if not key or not pv:
            return E_POINTER
        put_value(self.values.get(key_at(key)), pv)
        return None

    def SetValue(self, key: int, propvar: int) -> int | None:
        if not key or not propvar:
            return E_POINTER
        held = Held(propvar)
        if old := self.values.get(key_at(key)):
            old.drop()
        self.values[key_at(key)] = held
        self.states[key_at(key)] = PSC_DIRTY
        return None

    def Commit(self) -> None:
        """There is nothing that it is kept in."""

    # -- IPropertyStoreCache

    def GetState(self, key: int, pstate: int) -> int | None:
        if not key or not pstate:
            return E_POINTER
        put_u32(pstate, self.states.get(key_at(key), PSC_NORMAL))
        return None if key_at(key) in self.values else TYPE_E_ELEMENTNOTFOUND

    def GetValueAndState(self, key: int, ppropvar: int, pstate: int) -> int | None:
        self.GetValue(key, ppropvar)
        return self.GetState(key, pstate)

    def SetState(self, key: int, state: int) -> int | None:
        if state > PSC_DIRTY:
            return E_INVALIDARG
        if key_at(key) not in self.values:
            return TYPE_E_ELEMENTNOTFOUND
        self.states[key_at(key)] = state
        return None

    def SetValueAndState(self, key: int, ppropvar: int, state: int) -> int | None:
        if state > PSC_DIRTY:
            return E_INVALIDARG
        if code := self.SetValue(key, ppropvar):
            return code
        self.states[key_at(key)] = state
        return None

    # -- INamedPropertyStore

    def GetNamedValue(self, pszName: str | None, ppropvar: int) -> int | None:
        if pszName is None or not ppropvar:
            return E_POINTER
        put_value(self.named.get(pszName), ppropvar)
        return None

    def SetNamedValue(self, pszName: str | None, propvar: int) -> int | None:
        if pszName is None or not propvar:
            return E_POINTER
        held = Held(propvar)
        if old := self.named.get(pszName):
            old.drop()
        self.named[pszName] = held
        return None

    def GetNameCount(self, pdwCount: int) -> int | None:
        if not pdwCount:
            return E_POINTER
        put_u32(pdwCount, len(self.named))
        return None

    def GetNameAt(self, iProp: int, pbstrName: int) -> int | None:
        from windlass.api.com.com_objects import put_bstr

        if not pbstrName or iProp >= len(self.named):
            return E_INVALIDARG
        put_bstr(pbstrName, list(self.named)[iProp])
        return None


@export("propsys")
def PSCreateMemoryPropertyStore(riid: LPGUID, ppv: PVOID) -> HRESULT:
    if not ppv:
        return E_POINTER
    return PropertyStore().give(riid, ppv)


# ---- values of any store ----


def _of_store(store: int, method: int, key: int, value: int) -> None:
    if not store or not key or not value:
        raise Refused(E_INVALIDARG)
    own = query(store, IPropertyStore.iid)
    code = call(own, method, key, value)
    release(own)
    if code & FAILURE:
        raise Refused(code)


@export("propsys")
def PSGetPropertyValue(pps: PVOID, ppd: PVOID, ppropvar: PVOID) -> HRESULT:
    """The property is the one that a description is of."""
    return code_of(_by_description, pps, GET_VALUE, ppd, ppropvar)


@export("propsys")
def PSSetPropertyValue(pps: PVOID, ppd: PVOID, propvar: PVOID) -> HRESULT:
    return code_of(_by_description, pps, SET_VALUE, ppd, propvar)


GET_PROPERTY_KEY = 3


def _by_description(store: int, method: int, description: int, value: int) -> None:
    if not description:
        raise Refused(E_INVALIDARG)
    key = ctypes.create_string_buffer(20)
    check(call(description, GET_PROPERTY_KEY, ctypes.addressof(key)))
    _of_store(store, method, ctypes.addressof(key), value)


# ---- keys as texts ----


@export("propsys")
def PSStringFromPropertyKey(pkey: PVOID, psz: LPWSTR, cch: UINT) -> HRESULT:
    """As `{GUID} number`."""
    if not pkey or not psz:
        return E_POINTER
    guid, number = key_at(pkey)
    text = "{" + str(uuid.UUID(bytes_le=guid)).upper() + "} " + str(number)
    if len(text) >= cch:
        if cch:
            put_wide(psz, cch, text[: cch - 1])
        return E_INSUFFICIENT_BUFFER
    put_wide(psz, cch, text)
    return 0


@export("propsys")
def PSPropertyKeyFromString(pszString: LPCWSTR, pkey: PVOID) -> HRESULT:
    if pszString is None or not pkey:
        return E_POINTER
    match = re.match(r"\{([0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})\}[ ,]*(-?\d+)?", pszString)
    if match is None:
        _core.write(pkey, bytes(20))
        return E_INVALIDARG
    number = int(match[2]) & 0xFFFFFFFF if match[2] else 0
    _core.write(pkey, uuid.UUID(match[1]).bytes_le + struct.pack("<I", number))
    return 0 if match[2] else E_INVALIDARG


@export("propsys")
def PSGetPropertyKeyFromName(pszName: LPCWSTR, ppropkey: PVOID) -> HRESULT:
    if pszName is None or not ppropkey:
        return E_POINTER
    key = property_names.key_of(pszName)
    if key is None:
        return TYPE_E_ELEMENTNOTFOUND
    _core.write(ppropkey, key[0] + struct.pack("<I", key[1]))
    return 0


@export("propsys")
def PSGetNameFromPropertyKey(propkey: PVOID, ppszCanonicalName: PVOID) -> HRESULT:
    if not propkey or not ppszCanonicalName:
        return E_POINTER
    put_u64(ppszCanonicalName, 0)
    name = property_names.name_of(key_at(propkey))
    if name is None:
        return TYPE_E_ELEMENTNOTFOUND
    put_u64(ppszCanonicalName, task_text(name))
    return 0
