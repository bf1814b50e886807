"""What the registry says of classes of objects that are embedded in documents, and which class stands for
another.

Source: Microsoft, "OleRegEnumVerbs function", "OleRegGetMiscStatus function", "CoTreatAsClass function",
"OleSetAutoConvert function", "CoGetInstanceFromFile function", "CLSID Key".
"""

from __future__ import annotations

import ctypes
import re
import struct
import uuid

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com.com_class import class_text, guid_text, put_class
from windlass.api.com.com_objects import (
    E_INVALIDARG,
    FAILURE,
    Enumerator,
    Interface,
    IUnknown,
    Reference,
    call,
    check,
    guid_at,
    put_guid,
    query,
    task_text,
)
from windlass.api.outputs import get_u64, put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.api.system import registry_keys as keys
from windlass.api.system import registry_win32 as registry
from windlass.registry import export
from windlass.types import DWORD, HRESULT, LPCWSTR, LPDWORD, LPGUID, PVOID

__all__: list[str] = []

REGDB_E_CLASSNOTREG, REGDB_E_KEYMISSING, REGDB_E_WRITEREGDB = 0x80040154, 0x80040152, 0x80040151
OLEOBJ_E_NOVERBS, CO_E_CLASSSTRING = 0x80040180, 0x800401F3
IID_PERSIST_FILE = uuid.UUID("0000010b-0000-0000-c000-000000000046").bytes_le
PERSIST_FILE_LOAD = 5
OLEVERB = struct.Struct("<i4xQII")

IEnumOLEVERB = Interface("00000104-0000-0000-c000-000000000046", IUnknown, "Next:IPP Skip:I Reset: Clone:P")


class EnumVerbs(Enumerator):
    """Of OLEVERB structures, whose names are the caller's. An item has a number, two flags and the name."""

    interfaces = (IEnumOLEVERB,)


def _new_verb(item: bytes) -> bytes:
    number, menu, attributes = struct.unpack_from("<iII", item)
    return OLEVERB.pack(number, task_text(item[12:].decode("utf-16-le", "surrogatepass")), menu, attributes)


def _is_registered(name: str) -> bool:
    try:
        keys.open_key(keys.key_of(keys.HKEY_CLASSES_ROOT), rf"CLSID\{name}", 0)
    except Refused:
        return False
    return True


def _verbs(name: str) -> list[bytes]:
    r"""Of `CLSID\...\Verb\NUMBER`: a name, flags of the menu, and attributes."""
    try:
        below = keys.subkeys(keys.open_key(keys.key_of(keys.HKEY_CLASSES_ROOT), rf"CLSID\{name}\Verb", 0))
    except Refused:
        return []
    found = []
    for number, _ in below:
        text = class_text(rf"CLSID\{name}\Verb\{number}")
        if text is None or not re.fullmatch(r"-?\d+", number):
            continue
        title, menu, attributes, *_ = [*text.split(","), "0", "0"]
        head = struct.pack("<iII", int(number), int(menu or 0), int(attributes or 0))
        found.append(head + title.encode("utf-16-le", "surrogatepass"))
    return found


def _enum_verbs(clsid: int, result: int) -> None:
    if not clsid or not result:
        raise Refused(E_INVALIDARG)
    put_u64(result, 0)
    name = guid_text(clsid)
    if not _is_registered(name):
        raise Refused(REGDB_E_CLASSNOTREG)
    found = _verbs(name)
    if not found:
        raise Refused(OLEOBJ_E_NOVERBS)
    put_u64(result, EnumVerbs(found, _new_verb).pointer())


@export("ole32")
def OleRegEnumVerbs(clsid: LPGUID, ppenum: PVOID) -> HRESULT:
    return code_of(_enum_verbs, clsid, ppenum)


def _misc_status(clsid: int, aspect: int, result: int) -> None:
    """For the aspect, or else for all; 0 if none is given."""
    if not result:
        raise Refused(E_INVALIDARG)
    put_u32(result, 0)
    name = guid_text(clsid)
    if not _is_registered(name):
        raise Refused(REGDB_E_CLASSNOTREG)
    place = rf"CLSID\{name}\MiscStatus"
    text = class_text(rf"{place}\{aspect}") or class_text(place) or "0"
    put_u32(result, int(text) if text.isdigit() else 0)


@export("ole32")
def OleRegGetMiscStatus(clsid: LPGUID, dwAspect: DWORD, pdwStatus: LPDWORD) -> HRESULT:
    return code_of(_misc_status, clsid, dwAspect, pdwStatus)


# ---- one class for another ----


def _set_other(clsid: int, other: int, name: str) -> None:
    """The null identifier, or the class itself, takes the mark away."""
    own = guid_text(clsid)
    if not _is_registered(own):
        raise Refused(REGDB_E_CLASSNOTREG)
    path = rf"CLSID\{own}\{name}"
    if guid_at(other) in (bytes(16), guid_at(clsid)):
        registry.RegDeleteTreeW(keys.HKEY_CLASSES_ROOT, path)
        return
    data = _core.wide_bytes(guid_text(other))
    buffer = ctypes.create_string_buffer(data, len(data))
    at = ctypes.addressof(buffer)
    if registry.RegSetKeyValueW(keys.HKEY_CLASSES_ROOT, path, None, keys.REG_SZ, at, len(data)):
        raise Refused(REGDB_E_WRITEREGDB)


@export("ole32", "combase")
def CoTreatAsClass(clsidOld: LPGUID, clsidNew: LPGUID) -> HRESULT:
    return code_of(_set_other, clsidOld, clsidNew, "TreatAs")


@export("ole32")
def OleSetAutoConvert(clsidOld: LPGUID, clsidNew: LPGUID) -> HRESULT:
    return code_of(_set_other, clsidOld, clsidNew, "AutoConvertTo")


def _get_auto_convert(clsid: int, result: int) -> None:
    if not result:
        raise Refused(E_INVALIDARG)
    put_guid(result, bytes(16))
    name = guid_text(clsid)
    if not _is_registered(name):
        raise Refused(REGDB_E_CLASSNOTREG)
    other = class_text(rf"CLSID\{name}\AutoConvertTo")
    if other is None:
        raise Refused(REGDB_E_KEYMISSING)
    put_class(other, result, CO_E_CLASSSTRING)


@export("ole32")
def OleGetAutoConvert(clsidOld: LPGUID, pClsidNew: LPGUID) -> HRESULT:
    return code_of(_get_auto_convert, clsidOld, pClsidNew)


# ---- an object of a file ----


def _instance(clsid: int, outer: int, context: int, file: str, mode: int, count: int, results: int) -> None:
    class_of_file = ctypes.create_string_buffer(16)
    text = ctypes.create_string_buffer(_core.wide_bytes(file))
    if not clsid:
        clsid = ctypes.addressof(class_of_file)
        check(windows("ole32.dll", "GetClassFile", ctypes.addressof(text), clsid) & 0xFFFFFFFF)
    iid, made = ctypes.create_string_buffer(IUnknown.iid, 16), ctypes.c_uint64()
    at = ctypes.addressof(iid), ctypes.addressof(made)
    check(windows("ole32.dll", "CoCreateInstance", clsid, outer, context, *at) & 0xFFFFFFFF)
    with Reference(made.value, owned=True) as object:
        with Reference(query(object, IID_PERSIST_FILE), owned=True) as persist:
            check(call(persist, PERSIST_FILE_LOAD, ctypes.addressof(text), mode))
        found = 0
        for index in range(count):
            place = results + 24 * index  # MULTI_QI: identifier, interface, result
            code = call(object, 0, get_u64(place), place + 8)
            put_u32(place + 16, code)
            found += not code & FAILURE
    if found < count:
        raise Refused(CO_S_NOTALLINTERFACES if found else E_NOINTERFACE)


CO_S_NOTALLINTERFACES, E_NOINTERFACE = 0x00080012, 0x80004002


@export("ole32")
def CoGetInstanceFromFile(
    pServerInfo: PVOID,
    pClsid: LPGUID,
    punkOuter: PVOID,
    dwClsCtx: DWORD,
    grfMode: DWORD,
    pwszName: LPCWSTR,
    dwCount: DWORD,
    pResults: PVOID,
) -> HRESULT:
    if not pwszName or not dwCount or not pResults:
        return E_INVALIDARG
    return code_of(_instance, pClsid, punkOuter, dwClsCtx, pwszName, grfMode, dwCount, pResults)
