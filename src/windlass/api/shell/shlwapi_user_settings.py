"""Settings that are looked for with the user first, then with the machine ("SHReg*USValue").

Source: Microsoft, "SHRegOpenUSKeyW function", "SHRegGetUSValueW function", "SHRegWriteUSValueW function",
"SHREGSET flags", "SHREGDEL_FLAGS", "SHREGENUM_FLAGS".
"""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Callable
from typing import NamedTuple

from windlass import _core
from windlass.api.outputs import from_ansi, get_u32, put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.api.system import registry_keys as keys
from windlass.api.system import registry_win32 as registry
from windlass.registry import export
from windlass.types import (
    BOOL,
    DWORD,
    HANDLE,
    LONG,
    LPCSTR,
    LPCVOID,
    LPCWSTR,
    LPDWORD,
    LPSTR,
    LPWSTR,
    PHANDLE,
    PVOID,
    REGSAM,
)

__all__: list[str] = []

ERROR_FILE_NOT_FOUND, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER = 2, 6, 87
SHREGSET_HKCU, SHREGSET_FORCE_HKCU, SHREGSET_HKLM, SHREGSET_FORCE_HKLM = 1, 2, 4, 8
SHREG_DEFAULT, SHREG_HKCU, SHREG_HKLM, SHREG_BOTH = 0, 1, 0x10, 0x11
MAXIMUM_ALLOWED, KEY_QUERY_VALUE = 0x2000000, 1


class UserKey(NamedTuple):
    """A key with the user and the one with the machine; 0 for one that is not there."""

    path: str
    user: int
    machine: int


_open: dict[int, UserKey] = {}
_numbers = itertools.count(0x5501)


def _key(handle: int) -> UserKey:
    if handle not in _open:
        raise Refused(ERROR_INVALID_PARAMETER)
    return _open[handle]


def _opened(root: int, path: str, access: int) -> int:
    result = ctypes.c_uint64()
    code = registry.RegOpenKeyExW(root, path, 0, access, ctypes.addressof(result))
    return 0 if code else result.value


def _full(path: str | None, relative: int) -> str:
    if path is None:
        raise Refused(ERROR_INVALID_PARAMETER)
    return "\\".join(filter(None, (_key(relative).path if relative else "", path)))


def _kept(key: UserKey, result: int) -> None:
    number = next(_numbers)
    _open[number] = key
    put_u64(result, number)


def _open_key(path: str | None, access: int, relative: int, result: int, ignores_user: int) -> None:
    if not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    put_u64(result, 0)
    full = _full(path, relative)
    user = 0 if ignores_user else _opened(keys.HKEY_CURRENT_USER, full, access)
    machine = _opened(keys.HKEY_LOCAL_MACHINE, full, access)
    if not user and not machine:
        raise Refused(ERROR_FILE_NOT_FOUND)
    _kept(UserKey(full, user, machine), result)


def _made(root: int, path: str, access: int) -> int:
    result = ctypes.c_uint64()
    code = registry.RegCreateKeyExW(root, path, 0, None, 0, access, 0, ctypes.addressof(result), 0)
    if code:
        raise Refused(code)
    return result.value


def _create_key(path: str | None, access: int, relative: int, result: int, flags: int) -> None:
    if not result or not flags & (SHREGSET_HKCU | SHREGSET_FORCE_HKCU | SHREGSET_HKLM | SHREGSET_FORCE_HKLM):
        raise Refused(ERROR_INVALID_PARAMETER)
    put_u64(result, 0)
    full = _full(path, relative)
    user = machine = 0
    if flags & (SHREGSET_HKCU | SHREGSET_FORCE_HKCU):
        user = _made(keys.HKEY_CURRENT_USER, full, access)
    if flags & (SHREGSET_HKLM | SHREGSET_FORCE_HKLM):
        machine = _made(keys.HKEY_LOCAL_MACHINE, full, access)
    _kept(UserKey(full, user, machine), result)


def _close(handle: int) -> None:
    key = _key(handle)
    del _open[handle]
    for each in (key.user, key.machine):
        if each:
            registry.RegCloseKey(each)


@export("shlwapi", "kernelbase")
def SHRegCloseUSKey(hUSKey: HANDLE) -> LONG:
    return code_of(_close, hUSKey)


# ---- values ----


class Output(NamedTuple):
    """Where a value goes: its type, its data, the size in and out."""

    type: int
    data: int
    size: int
    wide: bool


def _read(key: int, name: str | None, out: Output) -> int:
    return code_of(registry.query_value, key, name, 0, out.type, out.data, out.size, out.wide)


def _query(
    handle: int, name: str | None, out: Output, ignores_user: int, default: int, default_size: int
) -> None:
    key = _key(handle)
    code = ERROR_FILE_NOT_FOUND
    capacity = get_u32(out.size) if out.size else 0
    for each in (0 if ignores_user else key.user, key.machine):
        if not each:
            continue
        put_u32(out.size, capacity)
        code = _read(each, name, out)
        if code != ERROR_FILE_NOT_FOUND:
            break
    if code and default and default_size:
        if out.data:
            if capacity < default_size:
                raise Refused(code)
            _core.write(out.data, _core.read(default, default_size))
        put_u32(out.size, default_size)
    elif code:
        raise Refused(code)


def _get(
    path: str | None, name: str | None, out: Output, ignores_user: int, default: int, default_size: int
) -> None:
    """Of a key that is opened for this; the default also where there is no such key."""
    place = ctypes.c_uint64()
    code = code_of(_open_key, path, KEY_QUERY_VALUE, 0, ctypes.addressof(place), ignores_user)
    if code and not (default and default_size):
        raise Refused(code)
    handle = place.value if not code else next(_numbers)
    if code:
        _open[handle] = UserKey("", 0, 0)
    try:
        _query(handle, name, out, ignores_user, default, default_size)
    finally:
        _close(handle)


class Value(NamedTuple):
    """What is to be stored."""

    type: int
    data: int
    size: int
    wide: bool


def _has(root: int, path: str, name: str | None) -> bool:
    key = _opened(root, path, KEY_QUERY_VALUE)
    if not key:
        return False
    found = code_of(registry.query_value, key, name, 0, 0, 0, 0, True) == 0
    registry.RegCloseKey(key)
    return found


def _store(root: int, path: str, name: str | None, value: Value) -> None:
    key = _made(root, path, MAXIMUM_ALLOWED)
    code = code_of(registry.set_value, key, None, name, value.type, value.data, value.size, value.wide)
    registry.RegCloseKey(key)
    if code:
        raise Refused(code)


def _write(handle: int, name: str | None, value: Value, flags: int) -> None:
    """Without FORCE only where there is no value yet."""
    path = _key(handle).path
    if not flags & (SHREGSET_HKCU | SHREGSET_FORCE_HKCU | SHREGSET_HKLM | SHREGSET_FORCE_HKLM):
        raise Refused(ERROR_INVALID_PARAMETER)
    for root, weak, strong in (
        (keys.HKEY_CURRENT_USER, SHREGSET_HKCU, SHREGSET_FORCE_HKCU),
        (keys.HKEY_LOCAL_MACHINE, SHREGSET_HKLM, SHREGSET_FORCE_HKLM),
    ):
        if flags & strong or (flags & weak and not _has(root, path, name)):
            _store(root, path, name, value)


def _set(path: str | None, name: str | None, value: Value, flags: int) -> None:
    handle = next(_numbers)
    _open[handle] = UserKey(_full(path, 0), 0, 0)
    try:
        _write(handle, name, value, flags)
    finally:
        _close(handle)


def _delete(handle: int, flags: int, act: Callable[[int], int]) -> None:
    """With the user, or where that has nothing with the machine; or with whom the flags say."""
    key = _key(handle)
    places = {
        SHREG_DEFAULT: (key.user, key.machine),
        SHREG_HKCU: (key.user,),
        SHREG_HKLM: (key.machine,),
        SHREG_BOTH: (key.user, key.machine),
    }.get(flags)
    if places is None:
        raise Refused(ERROR_INVALID_PARAMETER)
    code = ERROR_FILE_NOT_FOUND
    for each in places:
        code = act(each) if each else ERROR_FILE_NOT_FOUND
        if not code and flags == SHREG_DEFAULT:
            break
        if code and (code != ERROR_FILE_NOT_FOUND or flags == SHREG_BOTH):
            break
    if code:
        raise Refused(code)


def _delete_value(handle: int, name: str | None, flags: int) -> None:
    _delete(handle, flags, lambda key: registry.RegDeleteValueW(key, name))


def _delete_empty(handle: int, path: str | None, flags: int) -> None:
    from windlass.api.shell import shlwapi_registry

    _delete(handle, flags, lambda key: shlwapi_registry.SHDeleteEmptyKeyW(key, path))


def _of(handle: int, flags: int) -> int:
    """The key that an enumeration is of."""
    key = _key(handle)
    if flags in (SHREG_DEFAULT, SHREG_BOTH):
        found = key.user or key.machine
    else:
        found = {SHREG_HKCU: key.user, SHREG_HKLM: key.machine}.get(flags, 0)
    if not found:
        raise Refused(ERROR_FILE_NOT_FOUND if flags in (0, 1, 0x10, 0x11) else ERROR_INVALID_PARAMETER)
    return found


def _then(handle: int, flags: int, act: Callable[[int], int]) -> None:
    if code := act(_of(handle, flags)):
        raise Refused(code)


def _bool(path: str | None, name: str | None, ignores_user: int, default: int) -> int:
    """A text YES, TRUE, NO or FALSE, or a number."""
    kind, size = ctypes.c_uint32(), ctypes.c_uint32(64)
    data = ctypes.create_string_buffer(66)
    out = Output(ctypes.addressof(kind), ctypes.addressof(data), ctypes.addressof(size), True)
    if code_of(_get, path, name, out, ignores_user, 0, 0):
        return int(bool(default))
    if kind.value == keys.REG_SZ:
        text = _core.wide_string(ctypes.addressof(data)).upper()
        return {"YES": 1, "TRUE": 1, "NO": 0, "FALSE": 0}.get(text, int(bool(default)))
    if size.value <= 4:
        return int(any(data.raw[: size.value]))
    return int(bool(default))


# ---- the functions, in both encodings ----


@export("shlwapi", "kernelbase")
def SHRegOpenUSKeyW(
    pszPath: LPCWSTR, samDesired: REGSAM, hRelativeUSKey: HANDLE, phNewUSKey: PHANDLE, fIgnoreHKCU: BOOL
) -> LONG:
    return code_of(_open_key, pszPath, samDesired, hRelativeUSKey, phNewUSKey, fIgnoreHKCU)


@export("shlwapi", "kernelbase")
def SHRegCreateUSKeyW(
    pszPath: LPCWSTR, samDesired: REGSAM, hRelativeUSKey: HANDLE, phNewUSKey: PHANDLE, dwFlags: DWORD
) -> LONG:
    return code_of(_create_key, pszPath, samDesired, hRelativeUSKey, phNewUSKey, dwFlags)


@export("shlwapi", "kernelbase")
def SHRegQueryUSValueW(
    hUSKey: HANDLE,
    pszValue: LPCWSTR,
    pdwType: LPDWORD,
    pvData: PVOID,
    pcbData: LPDWORD,
    fIgnoreHKCU: BOOL,
    pvDefaultData: PVOID,
    dwDefaultDataSize: DWORD,
) -> LONG:
    out = Output(pdwType, pvData, pcbData, True)
    return code_of(_query, hUSKey, pszValue, out, fIgnoreHKCU, pvDefaultData, dwDefaultDataSize)


@export("shlwapi", "kernelbase")
def SHRegGetUSValueW(
    pszSubKey: LPCWSTR,
    pszValue: LPCWSTR,
    pdwType: LPDWORD,
    pvData: PVOID,
    pcbData: LPDWORD,
    fIgnoreHKCU: BOOL,
    pvDefaultData: PVOID,
    dwDefaultDataSize: DWORD,
) -> LONG:
    out = Output(pdwType, pvData, pcbData, True)
    return code_of(_get, pszSubKey, pszValue, out, fIgnoreHKCU, pvDefaultData, dwDefaultDataSize)


@export("shlwapi", "kernelbase")
def SHRegWriteUSValueW(
    hUSKey: HANDLE, pszValue: LPCWSTR, dwType: DWORD, pvData: LPCVOID, cbData: DWORD, dwFlags: DWORD
) -> LONG:
    return code_of(_write, hUSKey, pszValue, Value(dwType, pvData, cbData, True), dwFlags)


@export("shlwapi", "kernelbase")
def SHRegSetUSValueW(
    pszSubKey: LPCWSTR, pszValue: LPCWSTR, dwType: DWORD, pvData: LPCVOID, cbData: DWORD, dwFlags: DWORD
) -> LONG:
    value = Value(dwType, pvData, cbData, True)
    return code_of(_set, pszSubKey, pszValue, value, dwFlags)


@export("shlwapi", "kernelbase")
def SHRegDeleteUSValueW(hUSKey: HANDLE, pszValue: LPCWSTR, delRegFlags: DWORD) -> LONG:
    return code_of(_delete_value, hUSKey, pszValue, delRegFlags)


@export("shlwapi", "kernelbase")
def SHRegDeleteEmptyUSKeyW(hUSKey: HANDLE, pszSubKey: LPCWSTR, delRegFlags: DWORD) -> LONG:
    return code_of(_delete_empty, hUSKey, pszSubKey, delRegFlags)


@export("shlwapi", "kernelbase")
def SHRegEnumUSKeyW(
    hUSKey: HANDLE, dwIndex: DWORD, pszName: LPWSTR, pcchName: LPDWORD, enumRegFlags: DWORD
) -> LONG:
    return code_of(
        _then,
        hUSKey,
        enumRegFlags,
        lambda key: registry.RegEnumKeyExW(key, dwIndex, pszName, pcchName, 0, 0, 0, 0),
    )


@export("shlwapi", "kernelbase")
def SHRegEnumUSValueW(
    hUSkey: HANDLE,
    dwIndex: DWORD,
    pszValueName: LPWSTR,
    pcchValueName: LPDWORD,
    pdwType: LPDWORD,
    pvData: PVOID,
    pcbData: LPDWORD,
    enumRegFlags: DWORD,
) -> LONG:
    return code_of(
        _then,
        hUSkey,
        enumRegFlags,
        lambda key: registry.RegEnumValueW(
            key, dwIndex, pszValueName, pcchValueName, 0, pdwType, pvData, pcbData
        ),
    )


@export("shlwapi", "kernelbase")
def SHRegQueryInfoUSKeyW(
    hUSKey: HANDLE,
    pcSubKeys: LPDWORD,
    pcchMaxSubKeyLen: LPDWORD,
    pcValues: LPDWORD,
    pcchMaxValueNameLen: LPDWORD,
    enumRegFlags: DWORD,
) -> LONG:
    return code_of(
        _then,
        hUSKey,
        enumRegFlags,
        lambda key: registry.RegQueryInfoKeyW(
            key, 0, 0, 0, pcSubKeys, pcchMaxSubKeyLen, 0, pcValues, pcchMaxValueNameLen, 0, 0, 0
        ),
    )


@export("shlwapi", "kernelbase")
def SHRegGetBoolUSValueW(pszSubKey: LPCWSTR, pszValue: LPCWSTR, fIgnoreHKCU: BOOL, fDefault: BOOL) -> BOOL:
    return _bool(pszSubKey, pszValue, fIgnoreHKCU, fDefault)


@export("shlwapi", "kernelbase")
def SHRegOpenUSKeyA(
    pszPath: LPCSTR, samDesired: REGSAM, hRelativeUSKey: HANDLE, phNewUSKey: PHANDLE, fIgnoreHKCU: BOOL
) -> LONG:
    return code_of(_open_key, from_ansi(pszPath), samDesired, hRelativeUSKey, phNewUSKey, fIgnoreHKCU)


@export("shlwapi", "kernelbase")
def SHRegCreateUSKeyA(
    pszPath: LPCSTR, samDesired: REGSAM, hRelativeUSKey: HANDLE, phNewUSKey: PHANDLE, dwFlags: DWORD
) -> LONG:
    return code_of(_create_key, from_ansi(pszPath), samDesired, hRelativeUSKey, phNewUSKey, dwFlags)


@export("shlwapi", "kernelbase")
def SHRegQueryUSValueA(
    hUSKey: HANDLE,
    pszValue: LPCSTR,
    pdwType: LPDWORD,
    pvData: PVOID,
    pcbData: LPDWORD,
    fIgnoreHKCU: BOOL,
    pvDefaultData: PVOID,
    dwDefaultDataSize: DWORD,
) -> LONG:
    out = Output(pdwType, pvData, pcbData, False)
    return code_of(_query, hUSKey, from_ansi(pszValue), out, fIgnoreHKCU, pvDefaultData, dwDefaultDataSize)


@export("shlwapi", "kernelbase")
def SHRegGetUSValueA(
    pszSubKey: LPCSTR,
    pszValue: LPCSTR,
    pdwType: LPDWORD,
    pvData: PVOID,
    pcbData: LPDWORD,
    fIgnoreHKCU: BOOL,
    pvDefaultData: PVOID,
    dwDefaultDataSize: DWORD,
) -> LONG:
    out = Output(pdwType, pvData, pcbData, False)
    return code_of(
        _get, from_ansi(pszSubKey), from_ansi(pszValue), out, fIgnoreHKCU, pvDefaultData, dwDefaultDataSize
    )


@export("shlwapi", "kernelbase")
def SHRegWriteUSValueA(
    hUSKey: HANDLE, pszValue: LPCSTR, dwType: DWORD, pvData: LPCVOID, cbData: DWORD, dwFlags: DWORD
) -> LONG:
    return code_of(_write, hUSKey, from_ansi(pszValue), Value(dwType, pvData, cbData, False), dwFlags)


@export("shlwapi", "kernelbase")
def SHRegSetUSValueA(
    pszSubKey: LPCSTR, pszValue: LPCSTR, dwType: DWORD, pvData: LPCVOID, cbData: DWORD, dwFlags: DWORD
) -> LONG:
    value = Value(dwType, pvData, cbData, False)
    return code_of(_set, from_ansi(pszSubKey), from_ansi(pszValue), value, dwFlags)


@export("shlwapi", "kernelbase")
def SHRegDeleteUSValueA(hUSKey: HANDLE, pszValue: LPCSTR, delRegFlags: DWORD) -> LONG:
    return code_of(_delete_value, hUSKey, from_ansi(pszValue), delRegFlags)


@export("shlwapi", "kernelbase")
def SHRegDeleteEmptyUSKeyA(hUSKey: HANDLE, pszSubKey: LPCSTR, delRegFlags: DWORD) -> LONG:
    return code_of(_delete_empty, hUSKey, from_ansi(pszSubKey), delRegFlags)


@export("shlwapi", "kernelbase")
def SHRegEnumUSKeyA(
    hUSKey: HANDLE, dwIndex: DWORD, pszName: LPSTR, pcchName: LPDWORD, enumRegFlags: DWORD
) -> LONG:
    return code_of(
        _then,
        hUSKey,
        enumRegFlags,
        lambda key: registry.RegEnumKeyExA(key, dwIndex, pszName, pcchName, 0, 0, 0, 0),
    )


@export("shlwapi", "kernelbase")
def SHRegEnumUSValueA(
    hUSkey: HANDLE,
    dwIndex: DWORD,
    pszValueName: LPSTR,
    pcchValueName: LPDWORD,
    pdwType: LPDWORD,
    pvData: PVOID,
    pcbData: LPDWORD,
    enumRegFlags: DWORD,
) -> LONG:
    return code_of(
        _then,
        hUSkey,
        enumRegFlags,
        lambda key: registry.RegEnumValueA(
            key, dwIndex, pszValueName, pcchValueName, 0, pdwType, pvData, pcbData
        ),
    )


@export("shlwapi", "kernelbase")
def SHRegQueryInfoUSKeyA(
    hUSKey: HANDLE,
    pcSubKeys: LPDWORD,
    pcchMaxSubKeyLen: LPDWORD,
    pcValues: LPDWORD,
    pcchMaxValueNameLen: LPDWORD,
    enumRegFlags: DWORD,
) -> LONG:
    return code_of(
        _then,
        hUSKey,
        enumRegFlags,
        lambda key: registry.RegQueryInfoKeyA(
            key, 0, 0, 0, pcSubKeys, pcchMaxSubKeyLen, 0, pcValues, pcchMaxValueNameLen, 0, 0, 0
        ),
    )


@export("shlwapi", "kernelbase")
def SHRegGetBoolUSValueA(pszSubKey: LPCSTR, pszValue: LPCSTR, fIgnoreHKCU: BOOL, fDefault: BOOL) -> BOOL:
    return _bool(from_ansi(pszSubKey), from_ansi(pszValue), fIgnoreHKCU, fDefault)
