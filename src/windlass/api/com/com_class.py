"""Classes and who makes their objects: in-process servers that the registry names, and class objects that
the program registers itself.

Source: Microsoft, "CoGetClassObject function", "InprocServer32", "CLSID Key", "CoRegisterClassObject
function", "CLSIDFromProgID function".
"""

from __future__ import annotations

import ctypes
import itertools
import os
import uuid

from windlass import _core, activation, loader
from windlass.api.calls import windows
from windlass.api.com.com_objects import ADD_REF, QUERY_INTERFACE, RELEASE, call
from windlass.api.outputs import put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.api.system import registry_keys as keys
from windlass.api.system.registry_win32 import expand
from windlass.process import modules
from windlass.registry import export
from windlass.types import (
    BOOL,
    DWORD,
    HINSTANCE,
    HRESULT,
    LPCWSTR,
    LPDWORD,
    LPGUID,
    LPVOID,
    PVOID,
    VOID,
)

E_INVALIDARG = 0x80070057
E_OUTOFMEMORY = 0x8007000E
CO_E_NOTINITIALIZED = 0x800401F0
CO_E_CLASSSTRING = 0x800401F3
CO_E_DLLNOTFOUND = 0x800401F8
CO_E_ERRORINDLL = 0x800401F9
CO_E_SERVER_EXEC_FAILURE = 0x80080005
REGDB_E_CLASSNOTREG = 0x80040154
REGDB_E_IIDNOTREG = 0x80040155

CLSCTX_INPROC_SERVER, CLSCTX_INPROC_HANDLER, CLSCTX_LOCAL_SERVER = 1, 2, 4
LOAD_WITH_ALTERED_SEARCH_PATH = 8
HRESULT_FAILURE = 0x80000000


def guid_text(address: int) -> str:
    """As the registry spells it: in upper case and braces."""
    return "{" + str(uuid.UUID(bytes_le=_core.read(address, 16))).upper() + "}"


def _check_initialized() -> None:
    token = ctypes.c_uint64()
    code = windows("ole32.dll", "CoGetContextToken", ctypes.addressof(token))
    if code & HRESULT_FAILURE:
        raise Refused(CO_E_NOTINITIALIZED)


def class_text(path: str, name: str = "") -> str | None:
    """A text value below HKEY_CLASSES_ROOT, None if there is none."""
    try:
        value = keys.find_value(keys.open_key(keys.key_of(keys.HKEY_CLASSES_ROOT), path, 0), name)
    except Refused:
        return None
    if value.type not in (keys.REG_SZ, keys.REG_EXPAND_SZ):
        return None
    text = value.data.decode("utf-16-le", "surrogatepass").split("\0")[0]
    return expand(text) if value.type == keys.REG_EXPAND_SZ else text


# ---- class objects of the program ----

_registered: dict[int, tuple[str, int, int]] = {}
_cookies = itertools.count(1)


@export("ole32", "combase")
def CoRegisterClassObject(
    rclsid: LPGUID, pUnk: PVOID, dwClsContext: DWORD, flags: DWORD, lpdwRegister: LPDWORD
) -> HRESULT:
    if not lpdwRegister or not pUnk:
        return E_INVALIDARG
    call(pUnk, ADD_REF)
    cookie = next(_cookies)
    _registered[cookie] = (guid_text(rclsid), pUnk, dwClsContext)
    put_u32(lpdwRegister, cookie)
    return 0


@export("ole32", "combase")
def CoRevokeClassObject(dwRegister: DWORD) -> HRESULT:
    entry = _registered.pop(dwRegister, None)
    if entry is None:
        return E_INVALIDARG
    call(entry[1], RELEASE)
    return 0


# ---- servers ----

_servers: set[int] = set()


def _get_class_object(rclsid: int, context: int, riid: int, result: int) -> None:
    if not result:
        raise Refused(E_INVALIDARG)
    put_u64(result, 0)
    _check_initialized()
    name = guid_text(rclsid)
    for wanted, factory, served in list(_registered.values()):
        if wanted == name and served & context:
            code = call(factory, QUERY_INTERFACE, riid, result)
            if code:
                raise Refused(code)
            return
    server = _in_process_server(name) if context & CLSCTX_INPROC_SERVER else None
    if server is None and context & CLSCTX_INPROC_HANDLER:
        server = class_text(rf"CLSID\{name}\InprocHandler32")
    if not server:
        local = context & CLSCTX_LOCAL_SERVER and class_text(rf"CLSID\{name}\LocalServer32")
        raise Refused(CO_E_SERVER_EXEC_FAILURE if local else REGDB_E_CLASSNOTREG)
    code = _core.call(_entry_point(server), rclsid, riid, result) & 0xFFFFFFFF
    if code & HRESULT_FAILURE:
        raise Refused(code)


def _in_process_server(name: str) -> str | None:
    """The DLL that serves a class: the active context's ("Creating Registration-Free COM Objects"), or the
    registered one.
    """
    active = activation.contexts.current()
    if active is not None and name in active.com_classes:
        directory, served = active.com_classes[name]
        return os.path.join(directory, served.file)
    return class_text(rf"CLSID\{name}\InprocServer32")


def _entry_point(server: str) -> int:
    """DllGetClassObject of a server, which stays loaded."""
    try:
        module = loader.load(server.strip('"'), LOAD_WITH_ALTERED_SEARCH_PATH)
    except OSError:
        raise Refused(CO_E_DLLNOTFOUND) from None
    if module.handle in _servers:
        module.free()
    _servers.add(module.handle)
    try:
        return module.export("DllGetClassObject")
    except AttributeError:
        raise Refused(CO_E_ERRORINDLL) from None


@export("ole32", "combase")
def CoGetClassObject(
    rclsid: LPGUID, dwClsContext: DWORD, pvReserved: LPVOID, riid: LPGUID, ppv: PVOID
) -> HRESULT:
    return code_of(_get_class_object, rclsid, dwClsContext, riid, ppv)


@export("ole32", "combase")
def CoFreeUnusedLibraries() -> VOID:
    CoFreeUnusedLibrariesEx(0, 0)


@export("ole32", "combase")
def CoFreeUnusedLibrariesEx(dwUnloadDelay: DWORD, dwReserved: DWORD) -> VOID:
    """Free the servers that say they can be: DllCanUnloadNow returns S_OK."""
    for handle in list(_servers):
        module = modules.by_handle(handle)
        try:
            can_unload = module is not None and _core.call(module.export("DllCanUnloadNow")) & 0xFFFFFFFF == 0
        except AttributeError:
            can_unload = False
        if module is not None and can_unload:
            _servers.discard(handle)
            module.free()


@export("ole32")
def CoLoadLibrary(lpszLibName: LPCWSTR, bAutoFree: BOOL) -> HINSTANCE:
    try:
        return loader.load(lpszLibName or "", LOAD_WITH_ALTERED_SEARCH_PATH).handle
    except OSError:
        return 0


@export("ole32")
def CoFreeLibrary(hInst: HINSTANCE) -> VOID:
    module = modules.by_handle(hInst)
    if module is not None:
        module.free()


# ---- names of classes ----


def put_class(text: str, result: int, code: int) -> None:
    """The GUID of a text in braces."""
    try:
        if len(text) != 38 or text[0] != "{" or text[-1] != "}" or text[9::5][:4] != "----":
            raise ValueError
        _core.write(result, uuid.UUID(text[1:-1]).bytes_le)
    except ValueError:
        raise Refused(code) from None


def _class_from_program(name: str, result: int) -> None:
    text = class_text(rf"{name}\CLSID")
    if text is None:
        current = class_text(rf"{name}\CurVer")
        text = current and class_text(rf"{current}\CLSID")
    if not text:
        raise Refused(CO_E_CLASSSTRING)
    put_class(text, result, CO_E_CLASSSTRING)


def _class_from_text(text: str | None, result: int) -> None:
    if not result:
        raise Refused(E_INVALIDARG)
    _core.write(result, bytes(16))
    if text is None:
        return  # the null class
    if text.startswith("{"):
        put_class(text, result, CO_E_CLASSSTRING)
    else:
        _class_from_program(text, result)


@export("ole32", "combase")
def CLSIDFromString(lpsz: LPCWSTR, pclsid: LPGUID) -> HRESULT:
    return code_of(_class_from_text, lpsz, pclsid)


@export("ole32", "combase")
def CLSIDFromProgID(lpszProgID: LPCWSTR, lpclsid: LPGUID) -> HRESULT:
    if not lpszProgID or not lpclsid:
        return E_INVALIDARG
    _core.write(lpclsid, bytes(16))
    return code_of(_class_from_program, lpszProgID, lpclsid)


@export("ole32")
def CLSIDFromProgIDEx(lpszProgID: LPCWSTR, lpclsid: LPGUID) -> HRESULT:
    return CLSIDFromProgID(lpszProgID, lpclsid)


@export("ole32", "combase")
def ProgIDFromCLSID(clsid: LPGUID, lplpszProgID: PVOID) -> HRESULT:
    if not lplpszProgID:
        return E_INVALIDARG
    put_u64(lplpszProgID, 0)
    name = class_text(rf"CLSID\{guid_text(clsid)}\ProgID")
    return REGDB_E_CLASSNOTREG if name is None else _put_task_text(name, lplpszProgID)


def _put_task_text(text: str, result: int) -> int:
    """A copy that the caller frees with CoTaskMemFree."""
    data = _core.wide_bytes(text)
    copy = windows("ole32.dll", "CoTaskMemAlloc", len(data))
    if not copy:
        return E_OUTOFMEMORY
    _core.write(copy, data)
    put_u64(result, copy)
    return 0


@export("ole32")
def OleRegGetUserType(clsid: LPGUID, dwFormOfType: DWORD, pszUserType: PVOID) -> HRESULT:
    path = rf"CLSID\{guid_text(clsid)}"
    forms = {1: "", 2: r"\AuxUserType\2", 3: r"\AuxUserType\3"}
    name = class_text(path + forms.get(dwFormOfType, "")) or class_text(path)
    return REGDB_E_CLASSNOTREG if name is None else _put_task_text(name, pszUserType)


@export("ole32", "combase")
def CoGetTreatAsClass(clsidOld: LPGUID, pClsidNew: LPGUID) -> HRESULT:
    other = class_text(rf"CLSID\{guid_text(clsidOld)}\TreatAs")
    if other is None:
        _core.write(pClsidNew, _core.read(clsidOld, 16))
        return 1  # S_FALSE: none but itself
    return code_of(put_class, other, pClsidNew, CO_E_CLASSSTRING)


@export("ole32", "combase")
def CoGetPSClsid(riid: LPGUID, pClsid: LPGUID) -> HRESULT:
    name = class_text(rf"Interface\{guid_text(riid)}\ProxyStubClsid32")
    return REGDB_E_IIDNOTREG if name is None else code_of(put_class, name, pClsid, REGDB_E_IIDNOTREG)
