"""IShellItem: one place in the Shell's namespace as an object; arrays and enumerations of them.

Source: Microsoft, "IShellItem interface", "IShellItem2 interface", "IShellItemArray interface",
"SHCreateItemFromParsingName function", "SHCreateShellItemArray function", "SICHINTF".
"""

from __future__ import annotations

import ctypes
import struct
import uuid
from collections.abc import Sequence

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com.com_objects import (
    E_FAIL,
    E_INVALIDARG,
    E_NOINTERFACE,
    FAILURE,
    ComObject,
    Enumerator,
    Interface,
    IUnknown,
    add_ref,
    call,
    check,
    each,
    guid_at,
    query,
    release,
    task_text,
)
from windlass.api.com.ole_transfer import TYMED_HGLOBAL, FormatEtc, StorageMedium
from windlass.api.outputs import put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.api.shell import shell_folder_objects, shell_folders, shell_items, shell_namespace
from windlass.api.shell.shell_data_objects import IDataObject, ShellData, clipboard_format
from windlass.api.shell.shell_folder_objects import ShellFolder, bind_context_attributes
from windlass.api.shell.shell_items import items_at
from windlass.registry import export
from windlass.types import DWORD, HANDLE, HRESULT, LPCWSTR, LPGUID, PVOID, UINT

__all__ = ["IShellItemArray", "ShellItem", "ShellItemArray", "items_of_object", "lists_of_data"]

S_FALSE = 1
MK_E_NOOBJECT = 0x800401E5
SHCNE_CANONICAL = 0x10000000
SICHINT_CANONICAL, SICHINT_TEST_FILESYSPATH_IF_NOT_EQUAL = 0x10000000, 0x20000000
SIATTRIBFLAGS_AND, SIATTRIBFLAGS_OR, SIATTRIBFLAGS_MASK = 1, 2, 3

IShellItem = Interface(
    "43826d1e-e718-42ee-bc55-a1e261c37bfe",
    IUnknown,
    "BindToHandler:PPPP GetParent:P GetDisplayName:IP GetAttributes:IP Compare:PIP",
)
IPersist = shell_folder_objects.IPersist
IPersistIDList = Interface("1079acfc-29bd-11d3-8e0d-00c04f6837d5", IPersist, "SetIDList:P GetIDList:P")
IParentAndItem = Interface(
    "b3a4b685-b685-4805-99d9-5dead2873236", IUnknown, "SetParentAndItem:PPP GetParentAndItem:PPP"
)
IShellItemArray = Interface(
    "b63ea76d-1f85-456f-a19c-48159efa858b",
    IUnknown,
    "BindToHandler:PPPP GetPropertyStore:IPP GetPropertyDescriptionList:PPP GetAttributes:IIP GetCount:P"
    " GetItemAt:IP EnumItems:P",
)
IEnumShellItems = Interface(
    "70629033-e363-4a28-a567-0db78006e6d7", IUnknown, "Next:IPP Skip:I Reset: Clone:P"
)


def _handler(text: str) -> bytes:
    return uuid.UUID(text).bytes_le


BHID_SF_OBJECT = _handler("3981e224-f559-11d3-8e3a-00c04f6837d5")
BHID_SF_UI_OBJECT = _handler("3981e225-f559-11d3-8e3a-00c04f6837d5")
BHID_SF_VIEW_OBJECT = _handler("3981e226-f559-11d3-8e3a-00c04f6837d5")
BHID_STORAGE = _handler("3981e227-f559-11d3-8e3a-00c04f6837d5")
BHID_STREAM = _handler("1cebb3ab-7c10-499a-a417-92ca16c4cb83")
BHID_STORAGE_ENUM = _handler("4621a4e3-f0d6-4773-8a9c-46e77b174840")
BHID_ENUM_ITEMS = _handler("94f60519-2850-4924-aa5a-d15e84868039")
BHID_DATA_OBJECT = _handler("b8c0bd9f-ed24-455c-83e6-d5390c4fe8c4")
CLSID_SHELL_ITEM = _handler("9ac9fbe1-e0a2-4ad6-b4ee-e212013ea917")


class EnumItems(Enumerator):
    """Of interface pointers, which the enumerator holds."""

    interfaces = (IEnumShellItems,)

    def destroy(self) -> None:
        for item in self.items:
            release(int.from_bytes(item, "little"))

    def Clone(self, ppenum: int) -> int:
        for item in self.items:
            _referenced(item)
        return super().Clone(ppenum)


def _referenced(item: bytes) -> bytes:
    add_ref(int.from_bytes(item, "little"))
    return item


def enumerate_items(lists: Sequence[list[bytes]]) -> EnumItems:
    return EnumItems([struct.pack("<Q", ShellItem(items).pointer()) for items in lists], _referenced)


class ShellItem(ComObject):
    """One place."""

    interfaces = (IShellItem, IPersistIDList, IParentAndItem)

    def __init__(self, items: Sequence[bytes]) -> None:
        super().__init__()
        self.items = list(items)

    # -- IShellItem

    def BindToHandler(self, pbc: int, bhid: int, riid: int, ppv: int) -> int:
        put_u64(ppv, 0)
        if not ppv or not bhid:
            return E_INVALIDARG
        handler = guid_at(bhid)
        if handler in (BHID_SF_OBJECT, BHID_STORAGE, BHID_STREAM):
            return shell_folder_objects.bind(self.items, riid, ppv)
        if handler in (BHID_ENUM_ITEMS, BHID_STORAGE_ENUM) and shell_namespace.is_folder(self.items):
            flags = shell_namespace.SHCONTF_FOLDERS | shell_namespace.SHCONTF_NONFOLDERS
            found = [[*self.items, child] for child in shell_namespace.children(self.items, flags)]
            return enumerate_items(found).give(riid, ppv)
        if handler in (BHID_DATA_OBJECT, BHID_SF_UI_OBJECT) and self.items:
            return ShellData(self.items[:-1], [self.items[-1:]]).give(riid, ppv)
        return E_NOINTERFACE if handler == BHID_SF_VIEW_OBJECT else MK_E_NOOBJECT

    def GetParent(self, ppsi: int) -> int | None:
        put_u64(ppsi, 0)
        if not ppsi:
            return E_INVALIDARG
        if not self.items:
            return MK_E_NOOBJECT
        put_u64(ppsi, ShellItem(self.items[:-1]).pointer())
        return None

    def GetDisplayName(self, sigdnName: int, ppszName: int) -> int | None:
        put_u64(ppszName, 0)
        if not ppszName:
            return E_INVALIDARG
        put_u64(ppszName, task_text(shell_namespace.sigdn_name(self.items, sigdnName)))
        return None

    def GetAttributes(self, sfgaoMask: int, psfgaoAttribs: int) -> int:
        """S_FALSE if it has not all that are asked for."""
        found = shell_namespace.attributes(self.items) & sfgaoMask
        put_u32(psfgaoAttribs, found)
        return 0 if found == sfgaoMask else S_FALSE

    def Compare(self, psi: int, hint: int, piOrder: int) -> int:
        if not psi or not piOrder:
            return E_INVALIDARG
        difference = self.difference(items_of_object(psi), hint)
        put_u32(piOrder, difference)
        return S_FALSE if difference else 0

    def difference(self, other: list[bytes], hint: int) -> int:
        if hint & SICHINT_TEST_FILESYSPATH_IF_NOT_EQUAL:
            paths = [shell_namespace.directory_of(items).lower() for items in (self.items, other)]
            if paths[0] and paths[0] == paths[1]:
                return 0
        for one, two in zip(self.items, other):
            if found := shell_namespace.order(one, two):
                return found
        return (len(self.items) > len(other)) - (len(self.items) < len(other))

    # -- IPersistIDList

    def GetClassID(self, pClassID: int) -> None:
        _core.write(pClassID, CLSID_SHELL_ITEM)

    def SetIDList(self, pidl: int) -> int | None:
        if not pidl:
            return E_INVALIDARG
        self.items = items_at(pidl)
        return None

    def GetIDList(self, ppidl: int) -> int | None:
        if not ppidl:
            return E_INVALIDARG
        shell_items.put_list(ppidl, self.items)
        return None

    # -- IParentAndItem

    def SetParentAndItem(self, pidlParent: int, psf: int, pidlChild: int) -> int | None:
        if not pidlChild:
            return E_INVALIDARG
        parent = items_at(pidlParent) if pidlParent else shell_folder_objects.folder_items(psf)
        self.items = [*parent, *items_at(pidlChild)]
        return None

    def GetParentAndItem(self, ppidlParent: int, ppsf: int, ppidlChild: int) -> int | None:
        if not self.items:
            return E_FAIL
        if ppidlParent:
            shell_items.put_list(ppidlParent, self.items[:-1])
        put_u64(ppsf, ShellFolder(self.items[:-1]).pointer() if ppsf else 0)
        if ppidlChild:
            shell_items.put_list(ppidlChild, self.items[-1:])
        return None


class ShellItemArray(ComObject):
    """Several places, not necessarily of one folder."""

    interfaces = (IShellItemArray,)

    def __init__(self, lists: Sequence[list[bytes]]) -> None:
        super().__init__()
        self.lists = list(lists)

    def BindToHandler(self, pbc: int, bhid: int, riid: int, ppv: int) -> int:
        put_u64(ppv, 0)
        if not ppv or not bhid:
            return E_INVALIDARG
        if guid_at(bhid) not in (BHID_DATA_OBJECT, BHID_SF_UI_OBJECT) or not self.lists:
            return MK_E_NOOBJECT
        folder = self.lists[0][:-1]
        if any(items[:-1] != folder for items in self.lists):
            folder = []
        return ShellData(folder, [items[len(folder) :] for items in self.lists]).give(riid, ppv)

    def GetAttributes(self, AttribFlags: int, sfgaoMask: int, psfgaoAttribs: int) -> int:
        if not psfgaoAttribs:
            return E_INVALIDARG
        found = [shell_namespace.attributes(items) & sfgaoMask for items in self.lists] or [0]
        result = found[0]
        for flags in found:
            result = (
                result | flags if AttribFlags & SIATTRIBFLAGS_MASK == SIATTRIBFLAGS_OR else result & flags
            )
        put_u32(psfgaoAttribs, result)
        return 0 if result == sfgaoMask else S_FALSE

    def GetCount(self, pdwNumItems: int) -> int | None:
        if not pdwNumItems:
            return E_INVALIDARG
        put_u32(pdwNumItems, len(self.lists))
        return None

    def GetItemAt(self, dwIndex: int, ppsi: int) -> int | None:
        put_u64(ppsi, 0)
        if not ppsi or dwIndex >= len(self.lists):
            return E_FAIL
        put_u64(ppsi, ShellItem(self.lists[dwIndex]).pointer())
        return None

    def EnumItems(self, ppenumShellItems: int) -> int | None:
        if not ppenumShellItems:
            return E_INVALIDARG
        put_u64(ppenumShellItems, enumerate_items(self.lists).pointer())
        return None


def items_of_object(object: int) -> list[bytes]:
    """The items of whatever object has them. Refused with E_NOINTERFACE for others."""
    for interface, method in ((IPersistIDList, 5), (shell_folder_objects.IPersistFolder2, 5)):
        try:
            persist = query(object, interface.iid)
        except Refused:
            continue
        result = ctypes.c_uint64()
        code = call(persist, method, ctypes.addressof(result))
        release(persist)
        check(code)
        items = items_at(result.value)
        windows("ole32.dll", "CoTaskMemFree", result.value)
        return items
    return lists_of_data(object)[0]


# ---- items of paths and lists ----


def _give(items: list[bytes], riid: int, result: int) -> None:
    check(ShellItem(items).give(riid, result))


def _from_name(items: list[bytes], text: str | None, context: int, riid: int, result: int) -> None:
    if not result:
        raise Refused(E_INVALIDARG)
    put_u64(result, 0)
    if text is None:
        raise Refused(E_INVALIDARG)
    _give(shell_namespace.parse(items, text, bind_context_attributes(context)), riid, result)


@export("shell32")
def SHCreateItemFromParsingName(pszPath: LPCWSTR, pbc: PVOID, riid: LPGUID, ppv: PVOID) -> HRESULT:
    return code_of(_from_name, [], pszPath, pbc, riid, ppv)


def _from_relative(parent: int, text: str | None, context: int, riid: int, result: int) -> None:
    put_u64(result, 0)
    if not parent:
        raise Refused(E_INVALIDARG)
    _from_name(items_of_object(parent), text, context, riid, result)


@export("shell32")
def SHCreateItemFromRelativeName(
    psiParent: PVOID, pszName: LPCWSTR, pbc: PVOID, riid: LPGUID, ppv: PVOID
) -> HRESULT:
    return code_of(_from_relative, psiParent, pszName, pbc, riid, ppv)


def _in_known_folder(folder: int, flags: int, text: str | None, riid: int, result: int) -> None:
    put_u64(result, 0)
    if not folder or not result:
        raise Refused(E_INVALIDARG)
    items = shell_folders.known_items(folder, flags)
    _give(shell_namespace.parse(items, text) if text else items, riid, result)


@export("shell32")
def SHCreateItemInKnownFolder(
    kfid: LPGUID, dwKFFlags: DWORD, pszItem: LPCWSTR, riid: LPGUID, ppv: PVOID
) -> HRESULT:
    return code_of(_in_known_folder, kfid, dwKFFlags, pszItem, riid, ppv)


@export("shell32")
def SHGetKnownFolderItem(rfid: LPGUID, flags: DWORD, hToken: HANDLE, riid: LPGUID, ppv: PVOID) -> HRESULT:
    return code_of(_in_known_folder, rfid, flags, None, riid, ppv)


def _from_list(list: int, riid: int, result: int) -> None:
    put_u64(result, 0)
    if not list or not result:
        raise Refused(E_INVALIDARG)
    _give(items_at(list), riid, result)


@export("shell32")
def SHCreateItemFromIDList(pidl: PVOID, riid: LPGUID, ppv: PVOID) -> HRESULT:
    return code_of(_from_list, pidl, riid, ppv)


def _with_parent(list: int, folder: int, child: int, riid: int, result: int) -> None:
    put_u64(result, 0)
    if not child or not result:
        raise Refused(E_INVALIDARG)
    parent = items_at(list) if list or not folder else shell_folder_objects.folder_items(folder)
    _give([*parent, *items_at(child)], riid, result)


@export("shell32")
def SHCreateItemWithParent(
    pidlParent: PVOID, psfParent: PVOID, pidl: PVOID, riid: LPGUID, ppvItem: PVOID
) -> HRESULT:
    return code_of(_with_parent, pidlParent, psfParent, pidl, riid, ppvItem)


@export("shell32")
def SHCreateShellItem(pidlParent: PVOID, psfParent: PVOID, pidl: PVOID, ppsi: PVOID) -> HRESULT:
    put_u64(ppsi, 0)
    if not pidl or not ppsi:
        return E_INVALIDARG
    if not pidlParent and not psfParent:
        put_u64(ppsi, ShellItem(items_at(pidl)).pointer())
        return 0
    iid = ctypes.create_string_buffer(IShellItem.iid, 16)
    return code_of(_with_parent, pidlParent, psfParent, pidl, ctypes.addressof(iid), ppsi)


def _from_object(object: int, riid: int, result: int) -> None:
    put_u64(result, 0)
    if not object or not result:
        raise Refused(E_INVALIDARG)
    _give(items_of_object(object), riid, result)


@export("shell32")
def SHGetItemFromObject(punk: PVOID, riid: LPGUID, ppv: PVOID) -> HRESULT:
    return code_of(_from_object, punk, riid, ppv)


@export("shell32")
def SHGetItemFromDataObject(pdtobj: PVOID, dwFlags: DWORD, riid: LPGUID, ppv: PVOID) -> HRESULT:
    return code_of(_from_object, pdtobj, riid, ppv)


def _list_of_object(object: int, result: int) -> None:
    put_u64(result, 0)
    if not object or not result:
        raise Refused(E_INVALIDARG)
    shell_items.put_list(result, items_of_object(object))


@export("shell32")
def SHGetIDListFromObject(punk: PVOID, ppidl: PVOID) -> HRESULT:
    return code_of(_list_of_object, punk, ppidl)


# ---- arrays ----


def lists_of_data(object: int) -> list[list[bytes]]:
    """The items of a data object's "Shell IDList Array"."""
    data = query(object, IDataObject.iid)
    wanted = FormatEtc(clipboard_format("Shell IDList Array"), 0, 1, -1, TYMED_HGLOBAL)
    medium = StorageMedium()
    code = call(data, 3, ctypes.addressof(wanted), ctypes.addressof(medium))
    release(data)
    if code & FAILURE:
        raise Refused(E_NOINTERFACE)
    at = windows("kernel32.dll", "GlobalLock", medium.handle)
    count = int.from_bytes(_core.read(at, 4), "little")
    starts = struct.unpack(f"<{count + 1}I", _core.read(at + 4, 4 * count + 4))
    folder = items_at(at + starts[0])
    lists = [[*folder, *items_at(at + start)] for start in starts[1:]]
    windows("kernel32.dll", "GlobalUnlock", medium.handle)
    windows("ole32.dll", "ReleaseStgMedium", ctypes.addressof(medium))
    if not lists:
        raise Refused(E_FAIL)
    return lists


def _array(lists: Sequence[list[bytes]], riid: int, result: int) -> None:
    check(ShellItemArray(lists).give(riid, result))


def _array_in_folder(list: int, folder: int, count: int, lists: int, result: int) -> None:
    if not result:
        raise Refused(E_INVALIDARG)
    put_u64(result, 0)
    if (not list and not folder) or (count and not lists):
        raise Refused(E_INVALIDARG)
    parent = items_at(list) if list else shell_folder_objects.folder_items(folder)
    put_u64(result, ShellItemArray([[*parent, *items_at(one)] for one in each(lists, count)]).pointer())


@export("shell32")
def SHCreateShellItemArray(
    pidlParent: PVOID, psf: PVOID, cidl: UINT, ppidl: PVOID, ppsiItemArray: PVOID
) -> HRESULT:
    return code_of(_array_in_folder, pidlParent, psf, cidl, ppidl, ppsiItemArray)


@export("shell32")
def SHCreateShellItemArrayFromIDLists(cidl: UINT, rgpidl: PVOID, ppsiItemArray: PVOID) -> HRESULT:
    put_u64(ppsiItemArray, 0)
    if not cidl or not rgpidl or not ppsiItemArray:
        return E_INVALIDARG
    put_u64(ppsiItemArray, ShellItemArray([items_at(list) for list in each(rgpidl, cidl)]).pointer())
    return 0


def _array_from_item(item: int, riid: int, result: int) -> None:
    put_u64(result, 0)
    if not item or not result:
        raise Refused(E_INVALIDARG)
    _array([items_of_object(item)], riid, result)


@export("shell32")
def SHCreateShellItemArrayFromShellItem(psi: PVOID, riid: LPGUID, ppv: PVOID) -> HRESULT:
    return code_of(_array_from_item, psi, riid, ppv)


def _array_from_data(data: int, riid: int, result: int) -> None:
    put_u64(result, 0)
    if not data or not result:
        raise Refused(E_INVALIDARG)
    _array(lists_of_data(data), riid, result)


@export("shell32")
def SHCreateShellItemArrayFromDataObject(pdo: PVOID, riid: LPGUID, ppv: PVOID) -> HRESULT:
    return code_of(_array_from_data, pdo, riid, ppv)
