"""Component categories: what classes of objects do, or need. Their manager is a server in a DLL, comcat.dll.

Source: Microsoft, "Component Categories Manager Implementation", "ICatRegister interface", "ICatInformation
interface", "CATEGORYINFO structure".
"""

from __future__ import annotations

import contextlib
import struct
import uuid

from windlass import _core
from windlass.api.com.class_factory import class_object
from windlass.api.com.com_class import guid_text
from windlass.api.com.com_objects import (
    E_INVALIDARG,
    E_POINTER,
    ComObject,
    Enumerator,
    Interface,
    IUnknown,
    task_text,
)
from windlass.api.outputs import put_u64
from windlass.api.refused import Refused
from windlass.api.system import registry_keys as keys
from windlass.registry import export
from windlass.types import HRESULT, LPGUID, PVOID

S_FALSE = 1
CAT_E_CATIDNOEXIST, CAT_E_NODESCRIPTION = 0x80040160, 0x80040161

MANAGER = uuid.UUID("0002e005-0000-0000-c000-000000000046")
CATEGORIES = "Component Categories"
IMPLEMENTED, REQUIRED = "Implemented Categories", "Required Categories"

ICatRegister = Interface(
    "0002e012-0000-0000-c000-000000000046",
    IUnknown,
    "RegisterCategories:IP UnRegisterCategories:IP RegisterClassImplCategories:PIP"
    " UnRegisterClassImplCategories:PIP RegisterClassReqCategories:PIP UnRegisterClassReqCategories:PIP",
)
ICatInformation = Interface(
    "0002e013-0000-0000-c000-000000000046",
    IUnknown,
    "EnumCategories:IP GetCategoryDesc:PIP EnumClassesOfCategories:IPIPP IsClassOfCategories:PIPIP"
    " EnumImplCategoriesOfClass:PP EnumReqCategoriesOfClass:PP",
)
IEnumGUID = Interface("0002e000-0000-0000-c000-000000000046", IUnknown, "Next:IPP Skip:I Reset: Clone:P")
IEnumCATEGORYINFO = Interface(
    "0002e011-0000-0000-c000-000000000046", IUnknown, "Next:IPP Skip:I Reset: Clone:P"
)

CATEGORYINFO = struct.Struct("<16sI256s")
ANY = 0xFFFFFFFF
"""As the count of categories that a class implements: whichever it does."""


class EnumGUID(Enumerator):
    interfaces = (IEnumGUID,)


class EnumCategoryInfo(Enumerator):
    interfaces = (IEnumCATEGORYINFO,)


# ---- the registry's keys ----


def _classes(path: str) -> keys.Key:
    return keys.open_key(keys.key_of(keys.HKEY_CLASSES_ROOT), path, 0)


def _make(path: str) -> keys.Key:
    return keys.make_key(keys.key_of(keys.HKEY_CLASSES_ROOT), path, 0, volatile=False, class_="")[0]


def _names(path: str) -> list[str]:
    """The keys below one; none where it is not."""
    try:
        return [name for name, _ in keys.subkeys(_classes(path))]
    except Refused:
        return []


def _delete(path: str) -> None:
    with contextlib.suppress(Refused):
        keys.delete(_classes(path))


def _guids(count: int, address: int) -> list[str]:
    return [guid_text(address + 16 * index) for index in range(count)]


def _identifier(text: str) -> bytes:
    return uuid.UUID(text).bytes_le


def _descriptions(category: str) -> dict[int, str]:
    """The texts by their locale's number, which names the value."""
    found = {}
    for value in keys.values(_classes(rf"{CATEGORIES}\{category}")):
        if value.type == keys.REG_SZ:
            found[int(value.name, 16)] = value.data.decode("utf-16-le", "replace").rstrip("\0")
    return found


def _description(category: str, locale: int) -> tuple[int, str]:
    """For the locale, else for its language, else whichever there is."""
    try:
        found = _descriptions(category)
    except Refused:
        raise Refused(CAT_E_CATIDNOEXIST) from None
    for wanted in (locale, locale & 0x3FF, *found):
        if wanted in found:
            return wanted, found[wanted]
    raise Refused(CAT_E_NODESCRIPTION)


# ---- the manager ----


class Manager(ComObject):
    interfaces = (ICatRegister, ICatInformation)

    def RegisterCategories(self, cCategories: int, rgCategoryInfo: int) -> None:
        for index in range(cCategories):
            data = _core.read(rgCategoryInfo + CATEGORYINFO.size * index, CATEGORYINFO.size)
            category, locale, text = CATEGORYINFO.unpack(data)
            key = _make(rf"{CATEGORIES}\{_text_of(category)}")
            text = text.decode("utf-16-le", "replace").split("\0")[0]
            keys.store().put(key.target(), f"{locale:X}", keys.REG_SZ, _core.wide_bytes(text))

    def UnRegisterCategories(self, cCategories: int, rgcatid: int) -> None:
        for category in _guids(cCategories, rgcatid):
            _delete(rf"{CATEGORIES}\{category}")

    def _add(self, rclsid: int, count: int, ids: int, kind: str) -> None:
        for category in _guids(count, ids):
            _make(rf"CLSID\{guid_text(rclsid)}\{kind}\{category}")

    def _remove(self, rclsid: int, count: int, ids: int, kind: str) -> None:
        place = rf"CLSID\{guid_text(rclsid)}\{kind}"
        for category in _guids(count, ids):
            _delete(rf"{place}\{category}")
        if not _names(place):
            _delete(place)

    def RegisterClassImplCategories(self, rclsid: int, cCategories: int, rgcatid: int) -> None:
        self._add(rclsid, cCategories, rgcatid, IMPLEMENTED)

    def UnRegisterClassImplCategories(self, rclsid: int, cCategories: int, rgcatid: int) -> None:
        self._remove(rclsid, cCategories, rgcatid, IMPLEMENTED)

    def RegisterClassReqCategories(self, rclsid: int, cCategories: int, rgcatid: int) -> None:
        self._add(rclsid, cCategories, rgcatid, REQUIRED)

    def UnRegisterClassReqCategories(self, rclsid: int, cCategories: int, rgcatid: int) -> None:
        self._remove(rclsid, cCategories, rgcatid, REQUIRED)

    def EnumCategories(self, lcid: int, ppenumCategoryInfo: int) -> int | None:
        if not ppenumCategoryInfo:
            return E_POINTER
        items = []
        for category in _names(CATEGORIES):
            try:
                locale, text = _description(category, lcid)
            except Refused:
                locale, text = lcid, ""
            wide = text[:127].encode("utf-16-le", "surrogatepass")
            items.append(CATEGORYINFO.pack(_identifier(category), locale, wide))
        put_u64(ppenumCategoryInfo, EnumCategoryInfo(items, bytes).pointer())
        return None

    def GetCategoryDesc(self, rcatid: int, lcid: int, pszDesc: int) -> int | None:
        if not pszDesc:
            return E_POINTER
        put_u64(pszDesc, 0)
        put_u64(pszDesc, task_text(_description(guid_text(rcatid), lcid)[1]))
        return None

    def _is_of(self, name: str, implemented: list[str] | None, required: list[str] | None) -> bool:
        """Whether a class implements one of those, and needs none but these; None does not ask."""
        does = {each.upper() for each in _names(rf"CLSID\{name}\{IMPLEMENTED}")}
        needs = {each.upper() for each in _names(rf"CLSID\{name}\{REQUIRED}")}
        return (implemented is None or not does.isdisjoint(implemented)) and (
            required is None or needs <= set(required)
        )

    def EnumClassesOfCategories(
        self, cImplemented: int, rgcatidImpl: int, cRequired: int, rgcatidReq: int, ppenumClsid: int
    ) -> int | None:
        if not ppenumClsid or cImplemented == 0:
            return E_INVALIDARG
        implemented = None if cImplemented == ANY else _guids(cImplemented, rgcatidImpl)
        required = None if cRequired == ANY else _guids(cRequired, rgcatidReq)
        found = [
            name for name in _names("CLSID") if _is_guid(name) and self._is_of(name, implemented, required)
        ]
        put_u64(ppenumClsid, EnumGUID([_identifier(name) for name in found], bytes).pointer())
        return None

    def IsClassOfCategories(
        self, rclsid: int, cImplemented: int, rgcatidImpl: int, cRequired: int, rgcatidReq: int
    ) -> int:
        implemented = None if cImplemented == ANY else _guids(cImplemented, rgcatidImpl)
        required = None if cRequired == ANY else _guids(cRequired, rgcatidReq)
        return 0 if self._is_of(guid_text(rclsid), implemented, required) else S_FALSE

    def _of_class(self, rclsid: int, kind: str, result: int) -> int | None:
        if not result:
            return E_POINTER
        found = [_identifier(name) for name in _names(rf"CLSID\{guid_text(rclsid)}\{kind}")]
        put_u64(result, EnumGUID(found, bytes).pointer())
        return None

    def EnumImplCategoriesOfClass(self, rclsid: int, ppenumCatid: int) -> int | None:
        return self._of_class(rclsid, IMPLEMENTED, ppenumCatid)

    def EnumReqCategoriesOfClass(self, rclsid: int, ppenumCatid: int) -> int | None:
        return self._of_class(rclsid, REQUIRED, ppenumCatid)


def _text_of(identifier: bytes) -> str:
    return "{" + str(uuid.UUID(bytes_le=identifier)).upper() + "}"


def _is_guid(name: str) -> bool:
    """Programs keep other keys below CLSID, too."""
    try:
        return bool(uuid.UUID(name))
    except ValueError:
        return False


# ---- the server ----


@export("comcat")
def DllGetClassObject(rclsid: LPGUID, riid: LPGUID, ppv: PVOID) -> HRESULT:
    return class_object({MANAGER.bytes_le: Manager}, rclsid, riid, ppv)


@export("comcat")
def DllCanUnloadNow() -> HRESULT:
    return S_FALSE
