"""IShellFolder over the Shell's namespace, and the functions that lead into it.

There is no desktop: folders have no views, menus or icons, so objects for these are refused.

Source: Microsoft, "IShellFolder interface", "IShellFolder2 interface", "IPersistFolder2 interface",
"IEnumIDList interface", "SHGetDesktopFolder function", "SHBindToParent function",
"SHParseDisplayName function".
"""

from __future__ import annotations

import ctypes
import ntpath
import os
import struct
import uuid
from collections.abc import Sequence

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com.com_objects import (
    E_FAIL,
    E_INVALIDARG,
    E_OUTOFMEMORY,
    FAILURE,
    ComObject,
    Enumerator,
    Interface,
    IUnknown,
    call,
    each,
    guid_at,
    put_guid,
    query,
    release,
    task_text,
)
from windlass.api.outputs import get_u32, put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.api.shell import shell_items, shell_namespace
from windlass.api.shell.shell_items import items_at, list_of
from windlass.registry import export
from windlass.types import DWORD, HRESULT, LPCWSTR, LPDWORD, LPGUID, PVOID

__all__ = ["ShellFolder", "bind", "bind_context_attributes", "folder_items"]

S_FALSE = 1
E_NOINTERFACE = 0x80004002
ERROR_FILE_NOT_FOUND, ERROR_ALREADY_EXISTS = 0x80070002, 0x800700B7

IPersist = Interface("0000010c-0000-0000-c000-000000000046", IUnknown, "GetClassID:P")
IPersistFolder = Interface("000214ea-0000-0000-c000-000000000046", IPersist, "Initialize:P")
IPersistFolder2 = Interface("1ac3d9f0-175c-11d1-95be-00609797ea4f", IPersistFolder, "GetCurFolder:P")
IShellFolder = Interface(
    "000214e6-0000-0000-c000-000000000046",
    IUnknown,
    "ParseDisplayName:QPWPPP EnumObjects:QIP BindToObject:PPPP BindToStorage:PPPP CompareIDs:qPP"
    " CreateViewObject:QPP GetAttributesOf:IPP GetUIObjectOf:QIPPPP GetDisplayNameOf:PIP SetNameOf:QPWIP",
)
IShellFolder2 = Interface(
    "93f2f68c-1d1b-11d3-a30e-00c04f79abd1",
    IShellFolder,
    "GetDefaultSearchGUID:P EnumSearches:P GetDefaultColumn:IPP GetDefaultColumnState:IP GetDetailsEx:PPP"
    " GetDetailsOf:PIP MapColumnToSCID:IP",
)
IEnumIDList = Interface("000214f2-0000-0000-c000-000000000046", IUnknown, "Next:IPP Skip:I Reset: Clone:P")

CLSID_SHELL_DESKTOP = uuid.UUID("00021400-0000-0000-c000-000000000046").bytes_le
CLSID_FILE_SYSTEM_FOLDER = uuid.UUID("f3364ba0-65b9-11ce-a9ba-00aa004ae837").bytes_le
IID_STREAM = uuid.UUID("0000000c-0000-0000-c000-000000000046").bytes_le
IID_DATA_OBJECT = uuid.UUID("0000010e-0000-0000-c000-000000000046").bytes_le

STRRET_WSTR = 0
STRRET_TEXT = 8
GET_OBJECT_PARAM = 10
FIND_DATA_GET = 4


def put_text_result(address: int, text: str) -> None:
    """A STRRET."""
    put_u32(address, STRRET_WSTR)
    put_u64(address + STRRET_TEXT, task_text(text))


def bind_context_attributes(context: int) -> int | None:
    """The attributes that a bind context has for a file that need not be there ("IFileSystemBindData")."""
    if not context:
        return None
    key = ctypes.create_string_buffer(_core.wide_bytes("File System Bind Data"))
    found = ctypes.c_uint64()
    if call(context, GET_OBJECT_PARAM, ctypes.addressof(key), ctypes.addressof(found)) & FAILURE:
        return None
    try:
        data = query(found.value, uuid.UUID("01e18d10-4d8b-11d2-855d-006008059367").bytes_le)
    except Refused:
        return None
    finally:
        release(found.value)
    place = ctypes.create_string_buffer(592)  # WIN32_FIND_DATAW
    code = call(data, FIND_DATA_GET, ctypes.addressof(place))
    release(data)
    return None if code & FAILURE else get_u32(ctypes.addressof(place))


class EnumLists(Enumerator):
    """Of lists of one item each, which the caller frees."""

    interfaces = (IEnumIDList,)


def _new_list(item: bytes) -> bytes:
    return struct.pack("<Q", shell_items.allocated(list_of([item])))


# The columns of a folder: title, format identifier and number of the property, width in characters, state.
STORAGE_PROPERTIES = uuid.UUID("b725f130-47ef-101a-a5f1-02608c9eebac").bytes_le
SHCOLSTATE_TYPE_STR, SHCOLSTATE_TYPE_INT, SHCOLSTATE_TYPE_DATE, SHCOLSTATE_ONBYDEFAULT = 1, 2, 3, 0x10
LVCFMT_LEFT, LVCFMT_RIGHT = 0, 1
COLUMNS = (
    ("Name", 10, LVCFMT_LEFT, 30, SHCOLSTATE_TYPE_STR),
    ("Size", 12, LVCFMT_RIGHT, 14, SHCOLSTATE_TYPE_INT),
    ("Type", 4, LVCFMT_LEFT, 20, SHCOLSTATE_TYPE_STR),
    ("Date modified", 14, LVCFMT_LEFT, 20, SHCOLSTATE_TYPE_DATE),
)
NAME, SIZE, TYPE, MODIFIED = range(4)


class ShellFolder(ComObject):
    """A place that has others in it."""

    interfaces = (IShellFolder2, IPersistFolder2)

    def __init__(self, items: Sequence[bytes]) -> None:
        super().__init__()
        self.items = list(items)

    def absolute(self, pidl: int) -> list[bytes]:
        return [*self.items, *items_at(pidl)]

    # -- IPersistFolder2

    def GetClassID(self, pClassID: int) -> None:
        if not self.items:
            put_guid(pClassID, CLSID_SHELL_DESKTOP)
        elif shell_items.is_root(self.items[-1]):
            put_guid(pClassID, self.items[-1][4:20])
        else:
            put_guid(pClassID, CLSID_FILE_SYSTEM_FOLDER)

    def Initialize(self, pidl: int) -> None:
        self.items = items_at(pidl)

    def GetCurFolder(self, ppidl: int) -> int | None:
        if not ppidl:
            return E_INVALIDARG
        shell_items.put_list(ppidl, self.items)
        return None

    # -- IShellFolder

    def ParseDisplayName(
        self, hwnd: int, pbc: int, pszDisplayName: str | None, pchEaten: int, ppidl: int, pdwAttributes: int
    ) -> int | None:
        put_u64(ppidl, 0)
        if pszDisplayName is None or not ppidl:
            return E_INVALIDARG
        found = shell_namespace.parse(self.items, pszDisplayName, bind_context_attributes(pbc))
        if pdwAttributes and (wanted := get_u32(pdwAttributes)):
            put_u32(pdwAttributes, shell_namespace.attributes(found) & wanted)
        shell_items.put_list(ppidl, found[len(self.items) :])
        put_u32(pchEaten, len(pszDisplayName))
        return None

    def EnumObjects(self, hwnd: int, grfFlags: int, ppenumIDList: int) -> int | None:
        if not ppenumIDList:
            return E_INVALIDARG
        found = shell_namespace.children(self.items, grfFlags)
        put_u64(ppenumIDList, EnumLists(found, _new_list).pointer())
        return None

    def BindToObject(self, pidl: int, pbc: int, riid: int, ppv: int) -> int:
        put_u64(ppv, 0)
        if not pidl or not ppv:
            return E_INVALIDARG
        return bind(self.absolute(pidl), riid, ppv)

    def BindToStorage(self, pidl: int, pbc: int, riid: int, ppv: int) -> int:
        return self.BindToObject(pidl, pbc, riid, ppv)

    def CompareIDs(self, lParam: int, pidl1: int, pidl2: int) -> int:
        first, second = items_at(pidl1), items_at(pidl2)
        for one, other in zip(first, second):
            if difference := shell_namespace.order(one, other):
                return difference & 0xFFFF
        return ((len(first) > len(second)) - (len(first) < len(second))) & 0xFFFF

    def CreateViewObject(self, hwndOwner: int, riid: int, ppv: int) -> int:
        put_u64(ppv, 0)
        return E_NOINTERFACE

    def GetAttributesOf(self, cidl: int, apidl: int, rgfInOut: int) -> int | None:
        if not rgfInOut or (cidl and not apidl):
            return E_INVALIDARG
        wanted = get_u32(rgfInOut)
        for list in each(apidl, cidl):
            wanted &= shell_namespace.attributes(self.absolute(list))
        put_u32(rgfInOut, wanted if cidl else wanted & shell_namespace.attributes(self.items))
        return None

    def GetUIObjectOf(
        self, hwndOwner: int, cidl: int, apidl: int, riid: int, rgfReserved: int, ppv: int
    ) -> int:
        put_u64(ppv, 0)
        if not cidl or not apidl or not ppv:
            return E_INVALIDARG
        if guid_at(riid) != IID_DATA_OBJECT:
            return E_NOINTERFACE
        from windlass.api.shell import shell_data_objects

        children = [items_at(list) for list in each(apidl, cidl)]
        return shell_data_objects.ShellData(self.items, children).give(riid, ppv)

    def GetDisplayNameOf(self, pidl: int, uFlags: int, pName: int) -> int | None:
        if not pName or not pidl:
            return E_INVALIDARG
        put_text_result(pName, shell_namespace.name(self.absolute(pidl), uFlags))
        return None

    def SetNameOf(self, hwnd: int, pidl: int, pszName: str | None, uFlags: int, ppidlOut: int) -> int | None:
        put_u64(ppidlOut, 0)
        if not pszName or not pidl:
            return E_INVALIDARG
        old = shell_items.path_of(self.absolute(pidl))
        if not old or set(pszName) & set('\\/:*?"<>|'):
            return E_INVALIDARG
        new = ntpath.join(ntpath.dirname(old), pszName)
        if shell_items.exists(new) and new.lower() != old.lower():
            return ERROR_ALREADY_EXISTS
        try:
            os.rename(_core.path_to_host(old) or "", _core.path_to_host(new) or "")
        except OSError:
            return E_FAIL
        if ppidlOut:
            shell_items.put_list(ppidlOut, [shell_items.file_item(new)])
        return None

    # -- IShellFolder2

    def GetDefaultColumn(self, dwRes: int, pSort: int, pDisplay: int) -> None:
        put_u32(pSort, NAME)
        put_u32(pDisplay, NAME)

    def GetDefaultColumnState(self, iColumn: int, pcsFlags: int) -> int | None:
        if not pcsFlags or iColumn >= len(COLUMNS):
            return E_INVALIDARG
        put_u32(pcsFlags, COLUMNS[iColumn][4] | SHCOLSTATE_ONBYDEFAULT)
        return None

    def MapColumnToSCID(self, iColumn: int, pscid: int) -> int | None:
        if not pscid or iColumn >= len(COLUMNS):
            return E_INVALIDARG
        _core.write(pscid, STORAGE_PROPERTIES + struct.pack("<I", COLUMNS[iColumn][1]))
        return None

    def GetDetailsOf(self, pidl: int, iColumn: int, psd: int) -> int | None:
        """SHELLDETAILS: the alignment, a width, and the text at 8."""
        if not psd or iColumn >= len(COLUMNS):
            return E_INVALIDARG
        title, _, alignment, width, _ = COLUMNS[iColumn]
        _core.write(psd, struct.pack("<ii", alignment, width))
        put_text_result(psd + 8, detail(self.absolute(pidl), iColumn) if pidl else title)
        return None


def detail(items: Sequence[bytes], column: int) -> str:
    """What a list of files shows of one."""
    from windlass.api.shell import shell_files, shlwapi_text

    path = shell_items.path_of(items)
    if column == NAME:
        return shell_namespace.name(items, shell_namespace.SHGDN_INFOLDER)
    if column == TYPE:
        return shell_files.type_name(path, shell_namespace.is_folder(items))
    if not path or (column == SIZE and shell_items.is_folder(path)):
        return ""
    status = os.stat(_core.path_to_host(path) or "")
    if column == SIZE:
        return shlwapi_text.kilobytes(status.st_size)
    return _date_text(status.st_mtime_ns // 100 + 116444736000000000)


def _date_text(time: int) -> str:
    moment = ctypes.c_uint64(time)
    text = ctypes.create_string_buffer(200)
    windows("shlwapi.dll", "SHFormatDateTimeW", ctypes.addressof(moment), 0, ctypes.addressof(text), 100)
    return _core.wide_string(ctypes.addressof(text))


def bind(items: list[bytes], riid: int, result: int) -> int:
    """The object of a place: a folder, or the stream of a file."""
    if shell_namespace.is_folder(items):
        return ShellFolder(items).give(riid, result)
    path = shell_items.path_of(items)
    if not shell_items.exists(path):
        return ERROR_FILE_NOT_FOUND
    if guid_at(riid) != IID_STREAM:
        return E_NOINTERFACE
    name = ctypes.create_string_buffer(_core.wide_bytes(path))
    return windows("shlwapi.dll", "SHCreateStreamOnFileW", ctypes.addressof(name), 0, result) & 0xFFFFFFFF


# ---- functions ----


@export("shell32")
def SHGetDesktopFolder(ppshf: PVOID) -> HRESULT:
    if not ppshf:
        return E_INVALIDARG
    put_u64(ppshf, ShellFolder([]).pointer())
    return 0


def _parse(text: str | None, context: int, result: int, wanted: int, found: int) -> None:
    put_u64(result, 0)
    put_u32(found, 0)
    if not text or not result:
        raise Refused(E_INVALIDARG)
    items = shell_namespace.parse([], text, bind_context_attributes(context))
    if found and wanted:
        put_u32(found, shell_namespace.attributes(items) & wanted)
    shell_items.put_list(result, items)


@export("shell32")
def SHParseDisplayName(
    pszName: LPCWSTR, pbc: PVOID, ppidl: PVOID, sfgaoIn: DWORD, psfgaoOut: LPDWORD
) -> HRESULT:
    return code_of(_parse, pszName, pbc, ppidl, sfgaoIn, psfgaoOut)


@export("shell32")
def SHILCreateFromPath(pszPath: LPCWSTR, ppidl: PVOID, rgfInOut: LPDWORD) -> HRESULT:
    return code_of(_parse, pszPath, 0, ppidl, get_u32(rgfInOut) if rgfInOut else 0, rgfInOut)


@export("shell32")
def SHGetNameFromIDList(pidl: PVOID, sigdnName: DWORD, ppszName: PVOID) -> HRESULT:
    put_u64(ppszName, 0)
    return code_of(_put_name, pidl, sigdnName, ppszName) if pidl and ppszName else E_INVALIDARG


def _put_name(list: int, form: int, result: int) -> None:
    put_u64(result, task_text(shell_namespace.sigdn_name(items_at(list), form)))


def folder_items(folder: int) -> list[bytes]:
    """Of somebody's IShellFolder; the desktop's for NULL. Refused if it has no place."""
    if not folder:
        return []
    persist = query(folder, IPersistFolder2.iid)
    result = ctypes.c_uint64()
    code = call(persist, 5, ctypes.addressof(result))
    release(persist)
    if code & FAILURE or not result.value:
        raise Refused(E_FAIL)
    items = items_at(result.value)
    windows("ole32.dll", "CoTaskMemFree", result.value)
    return items


BIND_TO_OBJECT = 5


def _bind_in(folder: int, pidl: int, context: int, riid: int, result: int) -> None:
    put_u64(result, 0)
    if not pidl or not result:
        raise Refused(E_INVALIDARG)
    if not items_at(pidl):
        code = call(folder, 0, riid, result) if folder else ShellFolder([]).give(riid, result)
    elif folder:
        code = call(folder, BIND_TO_OBJECT, pidl, context, riid, result)
    else:
        code = bind(items_at(pidl), riid, result)
    if code:
        raise Refused(code)


@export("shell32")
def SHBindToObject(psf: PVOID, pidl: PVOID, pbc: PVOID, riid: LPGUID, ppv: PVOID) -> HRESULT:
    return code_of(_bind_in, psf, pidl, pbc, riid, ppv)


def _parent(root: int, pidl: int, riid: int, result: int, last: int) -> None:
    put_u64(result, 0)
    put_u64(last, 0)
    if not pidl or not result:
        raise Refused(E_INVALIDARG)
    items = items_at(pidl)
    if not items:
        raise Refused(E_INVALIDARG)
    if code := bind([*folder_items(root), *items[:-1]], riid, result):
        raise Refused(code)
    put_u64(last, pidl + sum(map(len, items[:-1])))


@export("shell32")
def SHBindToParent(pidl: PVOID, riid: LPGUID, ppv: PVOID, ppidlLast: PVOID) -> HRESULT:
    """The last item stays part of the list that was given."""
    return code_of(_parent, 0, pidl, riid, ppv, ppidlLast)


@export("shell32")
def SHBindToFolderIDListParent(
    psfRoot: PVOID, pidl: PVOID, riid: LPGUID, ppv: PVOID, ppidlLast: PVOID
) -> HRESULT:
    return code_of(_parent, psfRoot, pidl, riid, ppv, ppidlLast)


@export("shell32")
def SHGetRealIDL(psf: PVOID, pidlSimple: PVOID, ppidlReal: PVOID) -> HRESULT:
    return code_of(_real_list, psf, pidlSimple, ppidlReal)


def _real_list(folder: int, simple: int, result: int) -> None:
    """The list again, with what the file has."""
    put_u64(result, 0)
    if not simple or not result:
        raise Refused(E_INVALIDARG)
    items = items_at(simple)
    path = shell_items.path_of([*folder_items(folder), *items])
    if path and shell_items.exists(path) and len(items) == 1:
        items = shell_items.items_of(path)[-1:]
    shell_items.put_list(result, items)


SHGDFIL_FINDDATA = 1
FIND_DATA_SIZES = {True: 592, False: 320}


def _find_data(folder: int, pidl: int, format: int, result: int, size: int, wide: bool) -> None:
    if not pidl or not result:
        raise Refused(E_INVALIDARG)
    if format != SHGDFIL_FINDDATA or size < FIND_DATA_SIZES[wide]:
        raise Refused(E_INVALIDARG)
    path = shell_items.path_of([*folder_items(folder), *items_at(pidl)])
    if not path:
        raise Refused(E_INVALIDARG)
    text = _core.wide_bytes(path) if wide else _core.ansi_from_text(path) + b"\0"
    name = ctypes.create_string_buffer(text)
    search = windows("kernel32.dll", f"FindFirstFile{'W' if wide else 'A'}", ctypes.addressof(name), result)
    if search == 0xFFFFFFFFFFFFFFFF:
        raise Refused(ERROR_FILE_NOT_FOUND)
    windows("kernel32.dll", "FindClose", search)


@export("shell32")
def SHGetDataFromIDListW(psf: PVOID, pidl: PVOID, nFormat: DWORD, pv: PVOID, cb: DWORD) -> HRESULT:
    """WIN32_FIND_DATA; files have no other description."""
    return code_of(_find_data, psf, pidl, nFormat, pv, cb, True)


@export("shell32")
def SHGetDataFromIDListA(psf: PVOID, pidl: PVOID, nFormat: DWORD, pv: PVOID, cb: DWORD) -> HRESULT:
    return code_of(_find_data, psf, pidl, nFormat, pv, cb, False)


@export("shell32")
def ILSaveToStream(pstm: PVOID, pidl: PVOID) -> HRESULT:
    return code_of(_save, pstm, pidl) if pstm and pidl else E_INVALIDARG


STREAM_READ, STREAM_WRITE = 3, 4


def _save(stream: int, pidl: int) -> None:
    data = list_of(items_at(pidl))
    buffer = ctypes.create_string_buffer(struct.pack("<H", len(data)) + data)
    if call(stream, STREAM_WRITE, ctypes.addressof(buffer), len(data) + 2, 0) & FAILURE:
        raise Refused(E_FAIL)


def _load(stream: int, result: int) -> None:
    from windlass.api.com.monikers import read_number, read_stream

    put_u64(result, 0)
    data = read_stream(stream, read_number(stream, 2))
    address = shell_items.allocated(data)
    if not address:
        raise Refused(E_OUTOFMEMORY)
    put_u64(result, address)


@export("shell32")
def ILLoadFromStreamEx(pstm: PVOID, ppidl: PVOID) -> HRESULT:
    return code_of(_load, pstm, ppidl) if pstm and ppidl else E_INVALIDARG
