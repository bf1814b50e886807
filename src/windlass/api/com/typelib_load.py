"""Type libraries in files and in DLLs' resources, and which are registered.

Source: Microsoft, "LoadTypeLibEx function", "LoadRegTypeLib function", "RegisterTypeLib function",
"QueryPathOfRegTypeLib function", "Registering a Type Library".
"""

from __future__ import annotations

import ctypes
import os
import uuid

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com import typelib
from windlass.api.com.com_class import class_text
from windlass.api.com.com_objects import E_INVALIDARG, guid_at, put_bstr
from windlass.api.com.typelib import Library, LibraryId
from windlass.api.com.typelib_msft import MAGIC, BadLibrary, read
from windlass.api.com.typelib_views import TypeLib, required
from windlass.api.outputs import get_u32, get_u64, put_u64
from windlass.api.refused import Refused, code_of
from windlass.api.system import registry_keys as keys
from windlass.errors import BadImage
from windlass.pe.image import Image
from windlass.pe.resources import read_resources
from windlass.registry import export
from windlass.types import DWORD, HRESULT, INT, LPCSTR, LPCWSTR, LPGUID, PVOID, ULONG, VOID, WORD

__all__ = ["load_file", "load_referred"]

TYPE_E_CANTLOADLIBRARY, TYPE_E_LIBNOTREGISTERED, TYPE_E_UNSUPFORMAT = 0x80029C4A, 0x8002801D, 0x80028019
TYPE_E_REGISTRYACCESS, TYPE_E_IOERROR = 0x8002801C, 0x80028CA2
REGKIND_DEFAULT, REGKIND_REGISTER, REGKIND_NONE = range(3)
SLTG_MAGIC = b"SLTG"
STDOLE = uuid.UUID("00020430-0000-0000-c000-000000000046").bytes_le
PROXY_CLASS = "{00020424-0000-0000-C000-000000000046}"
"""PSOAInterface, the marshaler for interfaces that a type library describes."""

_open: dict[tuple[str, int], TypeLib] = {}
"""Libraries in use, by path and resource: a library that is loaded twice is one object."""


# ---- files ----


def _split(name: str) -> tuple[str, int]:
    r"""A path, and the number of the resource that "path\3" names."""
    head, _, last = name.replace("/", "\\").rpartition("\\")
    return (name[: len(head)], int(last)) if last.isdigit() and head else (name, 1)


def _find(name: str) -> str | None:
    """The host's path of a file, looked for as LoadLibrary does."""
    found = ctypes.create_string_buffer(2 * 1024)
    text = ctypes.create_string_buffer(_core.wide_bytes(name))
    length = windows(
        "kernel32.dll", "SearchPathW", 0, ctypes.addressof(text), 0, 1024, ctypes.addressof(found), 0
    )
    if not length & 0xFFFFFFFF:
        return None
    host = _core.path_to_host(_core.wide_string(ctypes.addressof(found)))
    return host if host and os.path.isfile(host) else None


def _bytes_of(path: str, resource: int) -> bytes:
    """The library in a file, which is one or has one as its resource."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        raise Refused(TYPE_E_CANTLOADLIBRARY) from None
    if data[:2] != b"MZ":
        return data
    try:
        with Image.open(path) as image:
            tree = read_resources(image)
            found = tree.find("TYPELIB", resource) if tree else None
            if found:
                return image.read(found.rva, found.size)
    except BadImage:
        pass
    raise Refused(TYPE_E_CANTLOADLIBRARY)


def _parse(data: bytes) -> Library:
    if data[:4] == SLTG_MAGIC:
        raise Refused(TYPE_E_UNSUPFORMAT)  # of compilers before MIDL 3
    if data[:4] != MAGIC:
        raise Refused(TYPE_E_CANTLOADLIBRARY)
    try:
        return read(data)
    except BadLibrary:
        raise Refused(TYPE_E_CANTLOADLIBRARY) from None


def load_file(name: str) -> TypeLib:
    """A library by the name of its file, with a reference. Refused if there is none."""
    path, resource = _split(name)
    if _find(name):
        path, resource = name, 1
    host = _find(path)
    if host is None:
        if os.path.basename(path.replace("\\", "/")).lower() == "stdole2.tlb":
            return standard_library()
        raise Refused(TYPE_E_CANTLOADLIBRARY)
    return _shared(host, resource, lambda: _parse(_bytes_of(host, resource)))


def _shared(path: str, resource: int, make: object) -> TypeLib:
    assert callable(make)
    key = path, resource
    if key in _open:
        _open[key]._add_ref()
        return _open[key]
    library = make()
    shown = _core.path_to_windows(path)
    library.path = shown if resource == 1 else f"{shown}\\{resource}"
    _open[key] = TypeLib(library, lambda: _forget(key))
    return _open[key]


def _forget(key: tuple[str, int]) -> None:
    _open.pop(key, None)


def standard_library() -> TypeLib:
    """stdole2.tlb, which every Windows has, and nearly every type library refers to."""
    from windlass.api.com.typelib_stdole import make_stdole

    return _shared("C:\\windows\\system32\\stdole2.tlb", 1, make_stdole)


def load_referred(wanted: LibraryId, by: Library) -> TypeLib:
    """The library that another one refers to, with a reference: registered, or by its file's name, beside the
    other or where libraries are found.
    """
    try:
        return load_registered(wanted.guid, wanted.major, wanted.minor, wanted.lcid)
    except Refused:
        pass
    beside = by.path.rpartition("\\")[0]
    for name in (wanted.file, f"{beside}\\{wanted.file}"):
        try:
            return load_file(name)
        except Refused:
            continue
    raise Refused(TYPE_E_CANTLOADLIBRARY)


# ---- the registry ----


def _braces(guid: bytes) -> str:
    return "{" + str(uuid.UUID(bytes_le=guid)).upper() + "}"


def _versions(place: str) -> list[tuple[int, int]]:
    """The versions of a library that are registered; their names are hexadecimal."""
    try:
        key = keys.open_key(keys.key_of(keys.HKEY_CLASSES_ROOT), place, 0)
    except Refused:
        return []
    found = []
    for name, _ in keys.subkeys(key):
        major, dot, minor = name.partition(".")
        try:
            found.append((int(major, 16), int(minor, 16) if dot else 0))
        except ValueError:
            continue
    return found


def registered_path(guid: bytes, major: int, minor: int, lcid: int) -> str:
    """The path of a library of this major version and at least the minor one, for the language or
    a more general
    one. Refused if none is registered.
    """
    place = rf"TypeLib\{_braces(guid)}"
    fitting = [each for each in _versions(place) if each[0] == major and each[1] >= minor]
    for found_major, found_minor in sorted(fitting, reverse=True):
        for language in dict.fromkeys((lcid, lcid & 0x3FF, 0)):
            for system in ("win64", "win32"):
                path = class_text(rf"{place}\{found_major:x}.{found_minor:x}\{language:x}\{system}")
                if path:
                    return path
    raise Refused(TYPE_E_LIBNOTREGISTERED)


def load_registered(guid: bytes, major: int, minor: int, lcid: int) -> TypeLib:
    """A registered library, with a reference."""
    try:
        path = registered_path(guid, major, minor, lcid)
    except Refused:
        if guid == STDOLE and major in (1, 2):
            return standard_library()
        raise
    return load_file(path)


def _put(path: str, name: str, text: str, root: int) -> None:
    key, _ = keys.make_key(keys.key_of(root), path, 0, volatile=False, class_="")
    keys.store().put(key.target(), name, keys.REG_SZ, text.encode("utf-16-le") + b"\0\0")


def _register(library: Library, path: str, help_folder: str | None, root: int, prefix: str) -> None:
    place = rf"{prefix}TypeLib\{_braces(library.guid)}\{library.major:x}.{library.minor:x}"
    system = "win64" if library.system == typelib.SYS_WIN64 else "win32"
    _put(place, "", library.doc or library.name, root)
    _put(rf"{place}\{library.lcid:x}\{system}", "", path, root)
    _put(rf"{place}\FLAGS", "", f"{library.flags & 7:x}", root)
    if help_folder is not None:
        _put(rf"{place}\HELPDIR", "", help_folder, root)
    for each in library.types:
        if _is_marshaled(each):
            _register_interface(each, library, root, prefix)


def _is_marshaled(kind: typelib.Type) -> bool:
    """Whether proxies can be made from a type's description."""
    if kind.kind == typelib.TKIND_DISPATCH:
        return True
    return kind.kind == typelib.TKIND_INTERFACE and bool(kind.flags & typelib.TYPEFLAG_FOLEAUTOMATION)


def _register_interface(kind: typelib.Type, library: Library, root: int, prefix: str) -> None:
    place = rf"{prefix}Interface\{_braces(kind.guid)}"
    _put(place, "", kind.name, root)
    _put(rf"{place}\ProxyStubClsid32", "", PROXY_CLASS, root)
    _put(rf"{place}\TypeLib", "", _braces(library.guid), root)
    _put(rf"{place}\TypeLib", "Version", f"{library.major:x}.{library.minor:x}", root)


def _library_of(pointer: int) -> Library:
    from windlass.api.com.com_objects import python_object

    found = python_object(pointer, TypeLib) if pointer else None
    if found is None:
        raise Refused(E_INVALIDARG)
    return found.library


def _register_pointer(
    pointer: int, path: str | None, help_folder: str | None, root: int, prefix: str
) -> None:
    if not path:
        raise Refused(E_INVALIDARG)
    _register(_library_of(pointer), path, help_folder, root, prefix)


USER_CLASSES = "Software\\Classes\\"


@export("oleaut32")
def RegisterTypeLib(ptlib: PVOID, szFullPath: LPCWSTR, szHelpDir: LPCWSTR) -> HRESULT:
    return code_of(_register_pointer, ptlib, szFullPath, szHelpDir, keys.HKEY_CLASSES_ROOT, "")


@export("oleaut32")
def RegisterTypeLibForUser(ptlib: PVOID, szFullPath: LPCWSTR, szHelpDir: LPCWSTR) -> HRESULT:
    return code_of(_register_pointer, ptlib, szFullPath, szHelpDir, keys.HKEY_CURRENT_USER, USER_CLASSES)


def _remove_tree(root: int, path: str) -> None:
    try:
        key = keys.open_key(keys.key_of(root), path, 0)
    except Refused:
        return
    for name, _ in keys.subkeys(key):
        _remove_tree(root, rf"{path}\{name}")
    keys.delete(key)


def _subkeys(root: int, path: str) -> list[str]:
    try:
        return [name for name, _ in keys.subkeys(keys.open_key(keys.key_of(root), path, 0))]
    except Refused:
        return []


def _unregister(guid: bytes, major: int, minor: int, lcid: int, system: int, root: int, prefix: str) -> None:
    library = rf"{prefix}TypeLib\{_braces(guid)}"
    version = rf"{library}\{major:x}.{minor:x}"
    name = "win64" if system == typelib.SYS_WIN64 else "win32"
    if name not in _subkeys(root, rf"{version}\{lcid:x}"):
        raise Refused(TYPE_E_REGISTRYACCESS)
    path = class_text(rf"TypeLib\{_braces(guid)}\{major:x}.{minor:x}\{lcid:x}\{name}")
    _unregister_interfaces(path, root, prefix)
    _remove_tree(root, rf"{version}\{lcid:x}\{name}")
    if not _subkeys(root, rf"{version}\{lcid:x}"):
        _remove_tree(root, rf"{version}\{lcid:x}")
    if not [each for each in _subkeys(root, version) if each.upper() not in ("FLAGS", "HELPDIR")]:
        _remove_tree(root, version)
    if not _subkeys(root, library):
        _remove_tree(root, library)


def _unregister_interfaces(path: str | None, root: int, prefix: str) -> None:
    """Those of a library that can still be read."""
    try:
        loaded = load_file(path or "")
    except Refused:
        return
    for each in loaded.library.types:
        if _is_marshaled(each):
            _remove_tree(root, rf"{prefix}Interface\{_braces(each.guid)}")
    loaded.Release()


@export("oleaut32")
def UnRegisterTypeLib(libID: LPGUID, wVerMajor: WORD, wVerMinor: WORD, lcid: DWORD, syskind: INT) -> HRESULT:
    if not libID:
        return E_INVALIDARG
    return code_of(
        _unregister, guid_at(libID), wVerMajor, wVerMinor, lcid, syskind, keys.HKEY_CLASSES_ROOT, ""
    )


@export("oleaut32")
def UnRegisterTypeLibForUser(
    libID: LPGUID, wMajorVerNum: WORD, wMinorVerNum: WORD, lcid: DWORD, syskind: INT
) -> HRESULT:
    if not libID:
        return E_INVALIDARG
    where = keys.HKEY_CURRENT_USER, USER_CLASSES
    return code_of(_unregister, guid_at(libID), wMajorVerNum, wMinorVerNum, lcid, syskind, *where)


# ---- loading ----


def _load(name: str | None, kind: int, result: int) -> None:
    if not name or not result or kind not in (REGKIND_DEFAULT, REGKIND_REGISTER, REGKIND_NONE):
        raise Refused(E_INVALIDARG)
    put_u64(result, 0)
    loaded = load_file(name)
    has_path = "\\" in name or "/" in name or ":" in name
    if kind == REGKIND_REGISTER or (
        kind == REGKIND_DEFAULT and not has_path and loaded.library.guid != STDOLE
    ):
        _register(loaded.library, loaded.library.path, None, keys.HKEY_CLASSES_ROOT, "")
    put_u64(result, loaded.pointer())


@export("oleaut32")
def LoadTypeLibEx(szFile: LPCWSTR, regkind: INT, pptlib: PVOID) -> HRESULT:
    return code_of(_load, szFile, regkind & 0xF, pptlib)


@export("oleaut32")
def LoadTypeLib(szFile: LPCWSTR, pptlib: PVOID) -> HRESULT:
    return code_of(_load, szFile, REGKIND_DEFAULT, pptlib)


def _load_registered(guid: int, major: int, minor: int, lcid: int, result: int) -> None:
    put_u64(required(result), 0)
    loaded = load_registered(guid_at(required(guid)), major, minor, lcid)
    put_u64(result, loaded.pointer())


@export("oleaut32")
def LoadRegTypeLib(rguid: LPGUID, wVerMajor: WORD, wVerMinor: WORD, lcid: DWORD, pptlib: PVOID) -> HRESULT:
    return code_of(_load_registered, rguid, wVerMajor, wVerMinor, lcid, pptlib)


def _query_path(guid: int, major: int, minor: int, lcid: int, result: int) -> None:
    found = registered_path(guid_at(required(guid)), major, minor, lcid)
    put_bstr(required(result), found)


@export("oleaut32")
def QueryPathOfRegTypeLib(
    guid: LPGUID, wMaj: WORD, wMin: WORD, lcid: DWORD, lpbstrPathName: PVOID
) -> HRESULT:
    return code_of(_query_path, guid, wMaj, wMin, lcid, lpbstrPathName)


@export("oleaut32")
def ClearCustData(pCustData: PVOID) -> VOID:
    count, items = get_u32(pCustData), get_u64(pCustData + 8)
    for index in range(count):
        windows("oleaut32.dll", "VariantClear", items + 40 * index + 16)
    windows("ole32.dll", "CoTaskMemFree", items)
    _core.write(pCustData, bytes(16))


# ---- hashes of names ----


def _hash(text: str) -> int:
    """Of names that differ in case alone it is the same. Nothing outside a type library compares it."""
    value = 0x1505
    for character in text.lower():
        value = (value * 33 + ord(character)) & 0xFFFFFFFF
    return value


@export("oleaut32")
def LHashValOfNameSys(syskind: INT, lcid: DWORD, szName: LPCWSTR) -> ULONG:
    return _hash(szName or "")


@export("oleaut32")
def LHashValOfNameSysA(syskind: INT, lcid: DWORD, szName: LPCSTR) -> ULONG:
    return _hash(_core.ansi_to_text(szName or b""))
