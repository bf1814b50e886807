"""The registry's functions: advapi32, and kernelbase behind its API sets.

A and W functions share one body; only names and the data of text values differ.

Source: Microsoft, "Registry Functions", one page each.
"""

from __future__ import annotations

import os
import struct
import threading
from typing import NamedTuple

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import from_ansi, get_u32, put_ansi, put_u32, put_u64, put_wide, string_at
from windlass.api.refused import Refused, code_of
from windlass.api.system import performance_data
from windlass.api.system import registry_keys as keys
from windlass.api.system.registry_keys import (
    ERROR_ACCESS_DENIED,
    ERROR_BAD_NETPATH,
    ERROR_DATATYPE_MISMATCH,
    ERROR_FILE_NOT_FOUND,
    ERROR_INVALID_DATA,
    ERROR_INVALID_HANDLE,
    ERROR_INVALID_PARAMETER,
    ERROR_MORE_DATA,
    ERROR_NO_MORE_ITEMS,
    ERROR_PRIVILEGE_NOT_HELD,
    ERROR_UNSUPPORTED_TYPE,
    KEY_ALL_ACCESS,
    KEY_ENUMERATE_SUB_KEYS,
    KEY_NOTIFY,
    KEY_QUERY_VALUE,
    KEY_SET_VALUE,
    KEY_WOW64_32KEY,
    KEY_WOW64_64KEY,
    MAXIMUM_ALLOWED,
    REG_BINARY,
    REG_DWORD,
    REG_EXPAND_SZ,
    REG_MULTI_SZ,
    REG_QWORD,
    REG_SZ,
    TEXT_TYPES,
    key_of,
)
from windlass.api.system.registry_seed import computer_name
from windlass.api.system.registry_store import Value
from windlass.registry import export
from windlass.types import (
    BOOL,
    DWORD,
    HANDLE,
    HKEY,
    LPBYTE,
    LPCSTR,
    LPCVOID,
    LPCWSTR,
    LPDWORD,
    LPFILETIME,
    LPLONG,
    LPSTR,
    LPWSTR,
    LSTATUS,
    PHKEY,
    PVOID,
    REGSAM,
)

# ---- data of values: kept in UTF-16, seen in the ANSI code page by the A functions ----


def _to_ansi(type: int, data: bytes) -> bytes:
    if type not in TEXT_TYPES:
        return data
    return _core.ansi_from_text(data[: len(data) & ~1].decode("utf-16-le", "surrogatepass"))


def _from_ansi(type: int, data: bytes) -> bytes:
    if type not in TEXT_TYPES:
        return data
    return _core.ansi_to_text(data).encode("utf-16-le", "surrogatepass")


def _terminator(type: int, data: bytes, wide: bool) -> bytes:
    """The zero that a text was stored without."""
    zero = b"\0\0" if wide else b"\0"
    missing = type in TEXT_TYPES and not data.endswith(zero)
    return zero if missing else b""


def _deliver(value: Value, wide: bool, type_out: int, data_out: int, size_in_out: int) -> None:
    """A value's type and data to where a query wants them."""
    put_u32(type_out, value.type)
    data = value.data if wide else _to_ansi(value.type, value.data)
    if not size_in_out:
        return
    capacity = get_u32(size_in_out) if data_out else 0
    put_u32(size_in_out, len(data))
    if not data_out:
        return
    if len(data) > capacity:
        raise Refused(ERROR_MORE_DATA)
    terminator = _terminator(value.type, data, wide)
    _core.write(data_out, data + terminator if len(data + terminator) <= capacity else data)


def _put_name(text: str, buffer: int, size_in_out: int, wide: bool) -> None:
    """A name, its capacity and length in characters."""
    capacity = get_u32(size_in_out)
    length = put_wide(buffer, capacity, text) if wide else put_ansi(buffer, capacity, text)
    if length >= capacity:
        raise Refused(ERROR_MORE_DATA)
    put_u32(size_in_out, length)


# ---- opening and closing ----


def _open(hkey: int, path: str | None, access: int, result: int) -> None:
    if not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    key = key_of(hkey)
    put_u64(result, 0)
    if not path and _core.key_of_handle(hkey) is None:
        put_u64(result, hkey)  # a predefined key, again
        return
    put_u64(result, keys.handle_of(keys.open_key(key, path, access), access))


@export("advapi32", "kernelbase", "kernel32")
def RegOpenKeyExW(
    hKey: HKEY, lpSubKey: LPCWSTR, ulOptions: DWORD, samDesired: REGSAM, phkResult: PHKEY
) -> LSTATUS:
    return code_of(_open, hKey, lpSubKey, samDesired, phkResult)


@export("advapi32", "kernelbase", "kernel32")
def RegOpenKeyExA(
    hKey: HKEY, lpSubKey: LPCSTR, ulOptions: DWORD, samDesired: REGSAM, phkResult: PHKEY
) -> LSTATUS:
    return code_of(_open, hKey, from_ansi(lpSubKey), samDesired, phkResult)


@export("advapi32")
def RegOpenKeyW(hKey: HKEY, lpSubKey: LPCWSTR, phkResult: PHKEY) -> LSTATUS:
    return code_of(_open, hKey, lpSubKey, MAXIMUM_ALLOWED, phkResult)


@export("advapi32")
def RegOpenKeyA(hKey: HKEY, lpSubKey: LPCSTR, phkResult: PHKEY) -> LSTATUS:
    return code_of(_open, hKey, from_ansi(lpSubKey), MAXIMUM_ALLOWED, phkResult)


@export("advapi32", "kernelbase", "kernel32")
def RegCloseKey(hKey: HKEY) -> LSTATUS:
    if _core.key_of_handle(hKey) is not None:
        _core.close_handle(hKey)
        return 0
    return 0 if hKey & 0xFFFFFF00 == 0x80000000 else ERROR_INVALID_HANDLE


def _create(
    hkey: int, path: str | None, class_: str | None, options: int, access: int, result: int, disposition: int
) -> None:
    if path is None or not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    if options & (keys.REG_OPTION_CREATE_LINK | keys.REG_OPTION_OPEN_LINK):
        raise Refused(ERROR_ACCESS_DENIED)  # links between keys belong to the system
    volatile = bool(options & keys.REG_OPTION_VOLATILE)
    key, created = keys.make_key(key_of(hkey), path, access, volatile=volatile, class_=class_ or "")
    put_u32(disposition, keys.REG_CREATED_NEW_KEY if created else keys.REG_OPENED_EXISTING_KEY)
    put_u64(result, keys.handle_of(key, access))


@export("advapi32", "kernelbase", "kernel32")
def RegCreateKeyExW(
    hKey: HKEY,
    lpSubKey: LPCWSTR,
    Reserved: DWORD,
    lpClass: LPCWSTR,
    dwOptions: DWORD,
    samDesired: REGSAM,
    lpSecurityAttributes: PVOID,
    phkResult: PHKEY,
    lpdwDisposition: LPDWORD,
) -> LSTATUS:
    if Reserved:
        return ERROR_INVALID_PARAMETER
    return code_of(_create, hKey, lpSubKey, lpClass, dwOptions, samDesired, phkResult, lpdwDisposition)


@export("advapi32", "kernelbase", "kernel32")
def RegCreateKeyExA(
    hKey: HKEY,
    lpSubKey: LPCSTR,
    Reserved: DWORD,
    lpClass: LPCSTR,
    dwOptions: DWORD,
    samDesired: REGSAM,
    lpSecurityAttributes: PVOID,
    phkResult: PHKEY,
    lpdwDisposition: LPDWORD,
) -> LSTATUS:
    if Reserved:
        return ERROR_INVALID_PARAMETER
    return code_of(
        _create,
        hKey,
        from_ansi(lpSubKey),
        from_ansi(lpClass),
        dwOptions,
        samDesired,
        phkResult,
        lpdwDisposition,
    )


@export("advapi32")
def RegCreateKeyW(hKey: HKEY, lpSubKey: LPCWSTR, phkResult: PHKEY) -> LSTATUS:
    return code_of(_create, hKey, lpSubKey or "", None, 0, MAXIMUM_ALLOWED, phkResult, 0)


@export("advapi32")
def RegCreateKeyA(hKey: HKEY, lpSubKey: LPCSTR, phkResult: PHKEY) -> LSTATUS:
    return code_of(_create, hKey, from_ansi(lpSubKey) or "", None, 0, MAXIMUM_ALLOWED, phkResult, 0)


def _connect(machine: str | None, hkey: int, result: int) -> None:
    """Only this machine's registry can be reached."""
    own = (computer_name(), "localhost", "127.0.0.1")
    if machine and machine.lstrip("\\").lower() not in (name.lower() for name in own):
        raise Refused(ERROR_BAD_NETPATH)
    put_u64(result, keys.handle_of(key_of(hkey), KEY_ALL_ACCESS))


@export("advapi32")
def RegConnectRegistryW(lpMachineName: LPCWSTR, hKey: HKEY, phkResult: PHKEY) -> LSTATUS:
    return code_of(_connect, lpMachineName, hKey, phkResult)


@export("advapi32")
def RegConnectRegistryA(lpMachineName: LPCSTR, hKey: HKEY, phkResult: PHKEY) -> LSTATUS:
    return code_of(_connect, from_ansi(lpMachineName), hKey, phkResult)


@export("advapi32", "kernelbase", "kernel32")
def RegOpenCurrentUser(samDesired: REGSAM, phkResult: PHKEY) -> LSTATUS:
    return code_of(_open_again, keys.HKEY_CURRENT_USER, samDesired, phkResult)


def _open_again(hkey: int, access: int, result: int) -> None:
    put_u64(result, keys.handle_of(key_of(hkey), access))


@export("advapi32", "kernelbase", "kernel32")
def RegOpenUserClassesRoot(hToken: HANDLE, dwOptions: DWORD, samDesired: REGSAM, phkResult: PHKEY) -> LSTATUS:
    return code_of(_open_again, keys.HKEY_CLASSES_ROOT, samDesired, phkResult)


@export("advapi32")
def RegOverridePredefKey(hKey: HKEY, hNewHKey: HKEY) -> LSTATUS:
    return code_of(_override, hKey, hNewHKey)


def _override(hkey: int, new: int) -> None:
    if _core.key_of_handle(hkey) is not None or hkey & 0xFFFFFF00 != 0x80000000:
        raise Refused(ERROR_INVALID_HANDLE)
    keys.override(hkey & 0xFFFFFFFF, key_of(new) if new else None)


# Every look-up of a predefined key is made anew: there is no cache to be turned off.
@export("advapi32", "kernelbase")
def RegDisablePredefinedCache() -> LSTATUS:
    return 0


@export("advapi32", "kernelbase")
def RegDisablePredefinedCacheEx() -> LSTATUS:
    return 0


# Since Windows 7 there is no reflection between the views, and these do nothing.
@export("advapi32")
def RegDisableReflectionKey(hBase: HKEY) -> LSTATUS:
    return code_of(_check, hBase)


def _check(hkey: int) -> None:
    key_of(hkey)


@export("advapi32")
def RegEnableReflectionKey(hBase: HKEY) -> LSTATUS:
    return code_of(_check, hBase)


@export("advapi32")
def RegQueryReflectionKey(hBase: HKEY, bIsReflectionDisabled: PVOID) -> LSTATUS:
    put_u32(bIsReflectionDisabled, 1)
    return code_of(_check, hBase)


@export("advapi32", "kernelbase", "kernel32")
def RegFlushKey(hKey: HKEY) -> LSTATUS:
    return code_of(_check, hKey)  # every change is in the file when its function returns


# ---- reading ----


def query_value(
    hkey: int, name: str | None, reserved: int, type_out: int, data_out: int, size_in_out: int, wide: bool
) -> None:
    if reserved or (data_out and not size_in_out):
        raise Refused(ERROR_INVALID_PARAMETER)
    if hkey & 0xFFFFFFFF == keys.HKEY_PERFORMANCE_DATA:
        performance_data.query(type_out, data_out, size_in_out)
        return
    value = keys.find_value(key_of(hkey, KEY_QUERY_VALUE), name)
    _deliver(value, wide, type_out, data_out, size_in_out)


@export("advapi32", "kernelbase", "kernel32")
def RegQueryValueExW(
    hKey: HKEY, lpValueName: LPCWSTR, lpReserved: LPDWORD, lpType: LPDWORD, lpData: LPBYTE, lpcbData: LPDWORD
) -> LSTATUS:
    return code_of(query_value, hKey, lpValueName, lpReserved, lpType, lpData, lpcbData, True)


@export("advapi32", "kernelbase", "kernel32")
def RegQueryValueExA(
    hKey: HKEY, lpValueName: LPCSTR, lpReserved: LPDWORD, lpType: LPDWORD, lpData: LPBYTE, lpcbData: LPDWORD
) -> LSTATUS:
    return code_of(query_value, hKey, from_ansi(lpValueName), lpReserved, lpType, lpData, lpcbData, False)


def _query_default(hkey: int, path: str | None, data_out: int, size_in_out: int, wide: bool) -> None:
    """RegQueryValue: the text of a key's unnamed value, empty if there is none."""
    key = keys.open_key(key_of(hkey), path, 0) if path else key_of(hkey)
    try:
        value = keys.find_value(key, None)
    except Refused:
        value = Value("", REG_SZ, b"\0\0")
    if value.type != REG_SZ:
        raise Refused(ERROR_INVALID_DATA)
    _deliver(value, wide, 0, data_out, size_in_out)


@export("advapi32")
def RegQueryValueW(hKey: HKEY, lpSubKey: LPCWSTR, lpData: LPWSTR, lpcbData: LPLONG) -> LSTATUS:
    return code_of(_query_default, hKey, lpSubKey, lpData, lpcbData, True)


@export("advapi32")
def RegQueryValueA(hKey: HKEY, lpSubKey: LPCSTR, lpData: LPSTR, lpcbData: LPLONG) -> LSTATUS:
    return code_of(_query_default, hKey, from_ansi(lpSubKey), lpData, lpcbData, False)


RRF_RT_REG_EXPAND_SZ, RRF_RT_ANY = 0x00000004, 0x0000FFFF
RRF_SUBKEY_WOW6464KEY, RRF_SUBKEY_WOW6432KEY = 0x00010000, 0x00020000
RRF_NOEXPAND, RRF_ZEROONFAILURE = 0x10000000, 0x20000000
RRF_BIT = {0: 0x01, REG_SZ: 0x02, REG_EXPAND_SZ: 0x04, REG_BINARY: 0x08, REG_DWORD: 0x10, REG_MULTI_SZ: 0x20}
RRF_BIT[REG_QWORD] = 0x40


def _check_type(flags: int, value: Value) -> None:
    """REG_BINARY passes for a number of its size where numbers are asked for ("RRF_RT_DWORD")."""
    allowed = flags & RRF_RT_ANY
    if allowed != RRF_RT_ANY and not allowed & RRF_BIT.get(value.type, 0):
        raise Refused(ERROR_UNSUPPORTED_TYPE)
    if value.type == REG_BINARY:
        expected = {0x18: 4, 0x48: 8}.get(allowed)
        if expected is not None and len(value.data) != expected:
            raise Refused(ERROR_DATATYPE_MISMATCH)


def expand(text: str) -> str:
    """ExpandEnvironmentStrings."""
    import ctypes

    source = ctypes.create_string_buffer(_core.wide_bytes(text))
    needed = windows("kernel32.dll", "ExpandEnvironmentStringsW", ctypes.addressof(source), 0, 0) & 0xFFFFFFFF
    target = ctypes.create_string_buffer(2 * max(needed, 1))
    windows(
        "kernel32.dll",
        "ExpandEnvironmentStringsW",
        ctypes.addressof(source),
        ctypes.addressof(target),
        needed,
    )
    return _core.wide_string(ctypes.addressof(target))


def _completed(value: Value, flags: int) -> Value:
    """Expanded if it is to be, and with all of its zeros."""
    if value.type not in TEXT_TYPES:
        return value
    text = value.data[: len(value.data) & ~1].decode("utf-16-le", "surrogatepass")
    if value.type == REG_MULTI_SZ:
        text = text if text.endswith("\0\0") else text.rstrip("\0") + "\0\0" if text.strip("\0") else "\0"
    elif not text.endswith("\0"):
        text += "\0"
    type = value.type
    if type == REG_EXPAND_SZ and not flags & RRF_NOEXPAND:
        type, text = REG_SZ, expand(text.split("\0")[0]) + "\0"
    return Value(value.name, type, text.encode("utf-16-le", "surrogatepass"))


def get_value(
    hkey: int,
    path: str | None,
    name: str | None,
    flags: int,
    type_out: int,
    data_out: int,
    size_in_out: int,
    wide: bool,
) -> None:
    expands = flags & RRF_RT_REG_EXPAND_SZ and not flags & RRF_NOEXPAND
    views = flags & (RRF_SUBKEY_WOW6432KEY | RRF_SUBKEY_WOW6464KEY)
    if data_out and not size_in_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    if expands and flags & RRF_RT_ANY != RRF_RT_ANY:
        raise Refused(ERROR_INVALID_PARAMETER)
    if views == RRF_SUBKEY_WOW6432KEY | RRF_SUBKEY_WOW6464KEY:
        raise Refused(ERROR_INVALID_PARAMETER)
    capacity = get_u32(size_in_out) if data_out else 0
    try:
        access = KEY_WOW64_32KEY if views == RRF_SUBKEY_WOW6432KEY else 0
        key = keys.open_key(key_of(hkey), path, access) if path else key_of(hkey, KEY_QUERY_VALUE)
        stored = keys.find_value(key, name)
        value = _completed(stored, flags)
        put_u32(type_out, value.type)
        _check_type(flags, value)
        _deliver(value, wide, 0, data_out, size_in_out)
    except Refused:
        if flags & RRF_ZEROONFAILURE and data_out:
            _core.write(data_out, bytes(capacity))
        raise


@export("advapi32", "kernelbase", "kernel32")
def RegGetValueW(
    hkey: HKEY,
    lpSubKey: LPCWSTR,
    lpValue: LPCWSTR,
    dwFlags: DWORD,
    pdwType: LPDWORD,
    pvData: PVOID,
    pcbData: LPDWORD,
) -> LSTATUS:
    return code_of(get_value, hkey, lpSubKey, lpValue, dwFlags, pdwType, pvData, pcbData, True)


@export("advapi32", "kernelbase", "kernel32")
def RegGetValueA(
    hkey: HKEY,
    lpSubKey: LPCSTR,
    lpValue: LPCSTR,
    dwFlags: DWORD,
    pdwType: LPDWORD,
    pvData: PVOID,
    pcbData: LPDWORD,
) -> LSTATUS:
    return code_of(
        get_value, hkey, from_ansi(lpSubKey), from_ansi(lpValue), dwFlags, pdwType, pvData, pcbData, False
    )


VALENT = struct.Struct("<QI4xQI4x")


def _query_several(hkey: int, entries: int, count: int, buffer: int, size_in_out: int, wide: bool) -> None:
    """RegQueryMultipleValues: all data behind one another."""
    key = key_of(hkey, KEY_QUERY_VALUE)
    found = []
    for index in range(count):
        place = entries + index * VALENT.size
        name_at = VALENT.unpack(_core.read(place, VALENT.size))[0]
        name = string_at(name_at, wide) or ""
        value = keys.find_value(key, name)
        found.append((place, name_at, value.type, value.data if wide else _to_ansi(value.type, value.data)))
    needed = sum(len(data) for *_, data in found)
    capacity = get_u32(size_in_out)
    put_u32(size_in_out, needed)
    if needed > capacity or not buffer:
        raise Refused(ERROR_MORE_DATA)
    for place, name_at, type, data in found:
        _core.write(buffer, data)
        _core.write(place, VALENT.pack(name_at, len(data), buffer, type))
        buffer += len(data)


@export("advapi32")
def RegQueryMultipleValuesW(
    hKey: HKEY, val_list: PVOID, num_vals: DWORD, lpValueBuf: LPWSTR, ldwTotsize: LPDWORD
) -> LSTATUS:
    return code_of(_query_several, hKey, val_list, num_vals, lpValueBuf, ldwTotsize, True)


@export("advapi32")
def RegQueryMultipleValuesA(
    hKey: HKEY, val_list: PVOID, num_vals: DWORD, lpValueBuf: LPSTR, ldwTotsize: LPDWORD
) -> LSTATUS:
    return code_of(_query_several, hKey, val_list, num_vals, lpValueBuf, ldwTotsize, False)


# ---- enumerating ----


def _enumerate_key(
    hkey: int,
    index: int,
    name_out: int,
    name_size: int,
    class_out: int,
    class_size: int,
    time_out: int,
    wide: bool,
) -> None:
    below = keys.subkeys(key_of(hkey, KEY_ENUMERATE_SUB_KEYS))
    if index >= len(below):
        raise Refused(ERROR_NO_MORE_ITEMS)
    name, number = below[index]
    _put_name(name, name_out, name_size, wide)
    info = keys.store().info(number)
    if class_out and class_size:
        _put_name(info.class_, class_out, class_size, wide)
    put_u64(time_out, info.written)


@export("advapi32", "kernelbase", "kernel32")
def RegEnumKeyExW(
    hKey: HKEY,
    dwIndex: DWORD,
    lpName: LPWSTR,
    lpcchName: LPDWORD,
    lpReserved: LPDWORD,
    lpClass: LPWSTR,
    lpcchClass: LPDWORD,
    lpftLastWriteTime: LPFILETIME,
) -> LSTATUS:
    if lpReserved or not lpName or not lpcchName:
        return ERROR_INVALID_PARAMETER
    return code_of(
        _enumerate_key, hKey, dwIndex, lpName, lpcchName, lpClass, lpcchClass, lpftLastWriteTime, True
    )


@export("advapi32", "kernelbase", "kernel32")
def RegEnumKeyExA(
    hKey: HKEY,
    dwIndex: DWORD,
    lpName: LPSTR,
    lpcchName: LPDWORD,
    lpReserved: LPDWORD,
    lpClass: LPSTR,
    lpcchClass: LPDWORD,
    lpftLastWriteTime: LPFILETIME,
) -> LSTATUS:
    if lpReserved or not lpName or not lpcchName:
        return ERROR_INVALID_PARAMETER
    return code_of(
        _enumerate_key, hKey, dwIndex, lpName, lpcchName, lpClass, lpcchClass, lpftLastWriteTime, False
    )


def _enumerate_plain(hkey: int, index: int, name_out: int, capacity: int, wide: bool) -> None:
    below = keys.subkeys(key_of(hkey, KEY_ENUMERATE_SUB_KEYS))
    if index >= len(below):
        raise Refused(ERROR_NO_MORE_ITEMS)
    put = put_wide if wide else put_ansi
    if put(name_out, capacity, below[index][0]) >= capacity:
        raise Refused(ERROR_MORE_DATA)


@export("advapi32")
def RegEnumKeyW(hKey: HKEY, dwIndex: DWORD, lpName: LPWSTR, cchName: DWORD) -> LSTATUS:
    return code_of(_enumerate_plain, hKey, dwIndex, lpName, cchName, True)


@export("advapi32")
def RegEnumKeyA(hKey: HKEY, dwIndex: DWORD, lpName: LPSTR, cchName: DWORD) -> LSTATUS:
    return code_of(_enumerate_plain, hKey, dwIndex, lpName, cchName, False)


def _enumerate_value(
    hkey: int,
    index: int,
    name_out: int,
    name_size: int,
    type_out: int,
    data_out: int,
    size_in_out: int,
    wide: bool,
) -> None:
    if data_out and not size_in_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    found = keys.values(key_of(hkey, KEY_QUERY_VALUE))
    if index >= len(found):
        raise Refused(ERROR_NO_MORE_ITEMS)
    _put_name(found[index].name, name_out, name_size, wide)
    _deliver(found[index], wide, type_out, data_out, size_in_out)


@export("advapi32", "kernelbase", "kernel32")
def RegEnumValueW(
    hKey: HKEY,
    dwIndex: DWORD,
    lpValueName: LPWSTR,
    lpcchValueName: LPDWORD,
    lpReserved: LPDWORD,
    lpType: LPDWORD,
    lpData: LPBYTE,
    lpcbData: LPDWORD,
) -> LSTATUS:
    if lpReserved or not lpValueName or not lpcchValueName:
        return ERROR_INVALID_PARAMETER
    return code_of(
        _enumerate_value, hKey, dwIndex, lpValueName, lpcchValueName, lpType, lpData, lpcbData, True
    )


@export("advapi32", "kernelbase", "kernel32")
def RegEnumValueA(
    hKey: HKEY,
    dwIndex: DWORD,
    lpValueName: LPSTR,
    lpcchValueName: LPDWORD,
    lpReserved: LPDWORD,
    lpType: LPDWORD,
    lpData: LPBYTE,
    lpcbData: LPDWORD,
) -> LSTATUS:
    if lpReserved or not lpValueName or not lpcchValueName:
        return ERROR_INVALID_PARAMETER
    return code_of(
        _enumerate_value, hKey, dwIndex, lpValueName, lpcchValueName, lpType, lpData, lpcbData, False
    )


class Totals(NamedTuple):
    """What RegQueryInfoKey tells of a key, each with the place where it is to go."""

    class_text: int
    class_size: int
    subkeys: int
    longest_subkey: int
    longest_class: int
    values: int
    longest_name: int
    longest_data: int
    descriptor: int
    written: int


def _query_info(hkey: int, out: Totals, wide: bool) -> None:
    key = key_of(hkey, KEY_QUERY_VALUE)
    if out.class_text and not out.class_size:
        raise Refused(ERROR_INVALID_PARAMETER)
    info = keys.store().info(key.number or key.over)
    below, found = keys.subkeys(key), keys.values(key)
    put_u32(out.subkeys, len(below))
    put_u32(out.longest_subkey, max((_units(name) for name, _ in below), default=0))
    put_u32(out.longest_class, max((_units(keys.store().info(n).class_) for _, n in below), default=0))
    put_u32(out.values, len(found))
    put_u32(out.longest_name, max((_units(value.name) for value in found), default=0))
    put_u32(out.longest_data, max((len(value.data) for value in found), default=0))
    put_u32(out.descriptor, 0)
    put_u64(out.written, info.written)
    if out.class_size and out.class_text:
        _put_name(info.class_, out.class_text, out.class_size, wide)
    else:
        put_u32(out.class_size, _units(info.class_))


def _units(text: str) -> int:
    return len(_core.wide_bytes(text)) // 2 - 1


@export("advapi32", "kernelbase", "kernel32")
def RegQueryInfoKeyW(
    hKey: HKEY,
    lpClass: LPWSTR,
    lpcchClass: LPDWORD,
    lpReserved: LPDWORD,
    lpcSubKeys: LPDWORD,
    lpcbMaxSubKeyLen: LPDWORD,
    lpcbMaxClassLen: LPDWORD,
    lpcValues: LPDWORD,
    lpcbMaxValueNameLen: LPDWORD,
    lpcbMaxValueLen: LPDWORD,
    lpcbSecurityDescriptor: LPDWORD,
    lpftLastWriteTime: LPFILETIME,
) -> LSTATUS:
    places = (lpcSubKeys, lpcbMaxSubKeyLen, lpcbMaxClassLen, lpcValues, lpcbMaxValueNameLen, lpcbMaxValueLen)
    totals = Totals(lpClass, lpcchClass, *places, lpcbSecurityDescriptor, lpftLastWriteTime)
    return code_of(_query_info, hKey, totals, True)


@export("advapi32", "kernelbase", "kernel32")
def RegQueryInfoKeyA(
    hKey: HKEY,
    lpClass: LPSTR,
    lpcchClass: LPDWORD,
    lpReserved: LPDWORD,
    lpcSubKeys: LPDWORD,
    lpcbMaxSubKeyLen: LPDWORD,
    lpcbMaxClassLen: LPDWORD,
    lpcValues: LPDWORD,
    lpcbMaxValueNameLen: LPDWORD,
    lpcbMaxValueLen: LPDWORD,
    lpcbSecurityDescriptor: LPDWORD,
    lpftLastWriteTime: LPFILETIME,
) -> LSTATUS:
    places = (lpcSubKeys, lpcbMaxSubKeyLen, lpcbMaxClassLen, lpcValues, lpcbMaxValueNameLen, lpcbMaxValueLen)
    totals = Totals(lpClass, lpcchClass, *places, lpcbSecurityDescriptor, lpftLastWriteTime)
    return code_of(_query_info, hKey, totals, False)


# ---- writing ----


def set_value(
    hkey: int, path: str | None, name: str | None, type: int, address: int, size: int, wide: bool
) -> None:
    key = key_of(hkey, 0 if path else KEY_SET_VALUE)
    if path:
        key, _ = keys.make_key(key, path, 0, volatile=False, class_="")
    if name and _units(name) > keys.LONGEST_VALUE_NAME:
        raise Refused(ERROR_INVALID_PARAMETER)
    keys.store().put(key.target(), name or "", type, _data_to_set(type, address, size, wide))
    keys.changed(key.target(), keys.CHANGE_LAST_SET)


def _data_to_set(type: int, address: int, size: int, wide: bool) -> bytes:
    """A text is stored with its zero even if the size leaves it out, when it is there."""
    if size and not address:
        raise Refused(keys.ERROR_NOACCESS)
    data = _core.read(address, size) if size else b""
    unit = 2 if wide else 1
    if (
        type in TEXT_TYPES
        and size >= unit
        and any(data[-unit:])
        and not any(_core.read(address + size, unit))
    ):
        data += bytes(unit)
    return data if wide else _from_ansi(type, data)


@export("advapi32", "kernelbase", "kernel32")
def RegSetValueExW(
    hKey: HKEY, lpValueName: LPCWSTR, Reserved: DWORD, dwType: DWORD, lpData: LPCVOID, cbData: DWORD
) -> LSTATUS:
    return code_of(set_value, hKey, None, lpValueName, dwType, lpData, cbData, True)


@export("advapi32", "kernelbase", "kernel32")
def RegSetValueExA(
    hKey: HKEY, lpValueName: LPCSTR, Reserved: DWORD, dwType: DWORD, lpData: LPCVOID, cbData: DWORD
) -> LSTATUS:
    return code_of(set_value, hKey, None, from_ansi(lpValueName), dwType, lpData, cbData, False)


@export("advapi32", "kernelbase")
def RegSetKeyValueW(
    hKey: HKEY, lpSubKey: LPCWSTR, lpValueName: LPCWSTR, dwType: DWORD, lpData: LPCVOID, cbData: DWORD
) -> LSTATUS:
    return code_of(set_value, hKey, lpSubKey, lpValueName, dwType, lpData, cbData, True)


@export("advapi32", "kernelbase")
def RegSetKeyValueA(
    hKey: HKEY, lpSubKey: LPCSTR, lpValueName: LPCSTR, dwType: DWORD, lpData: LPCVOID, cbData: DWORD
) -> LSTATUS:
    return code_of(
        set_value, hKey, from_ansi(lpSubKey), from_ansi(lpValueName), dwType, lpData, cbData, False
    )


@export("advapi32")
def RegSetValueW(hKey: HKEY, lpSubKey: LPCWSTR, dwType: DWORD, lpData: LPCWSTR, cbData: DWORD) -> LSTATUS:
    return code_of(_set_default, hKey, lpSubKey, dwType, lpData)


@export("advapi32")
def RegSetValueA(hKey: HKEY, lpSubKey: LPCSTR, dwType: DWORD, lpData: LPCSTR, cbData: DWORD) -> LSTATUS:
    return code_of(_set_default, hKey, from_ansi(lpSubKey), dwType, from_ansi(lpData))


def _set_default(hkey: int, path: str | None, type: int, text: str | None) -> None:
    """The size is not looked at: the text ends with its zero."""
    if type != REG_SZ or text is None:
        raise Refused(ERROR_INVALID_PARAMETER)
    key = key_of(hkey)
    if path:
        key, _ = keys.make_key(key, path, 0, volatile=False, class_="")
    keys.store().put(key.target(), "", REG_SZ, _core.wide_bytes(text))
    keys.changed(key.target(), keys.CHANGE_LAST_SET)


# ---- deleting ----


def _delete_value(hkey: int, path: str | None, name: str | None) -> None:
    key = keys.open_key(key_of(hkey), path, 0) if path else key_of(hkey, KEY_SET_VALUE)
    if not any(keys.store().remove(layer, name or "") for layer in list(key.layers())):
        raise Refused(ERROR_FILE_NOT_FOUND)
    keys.changed(key.target(), keys.CHANGE_LAST_SET)


@export("advapi32", "kernelbase", "kernel32")
def RegDeleteValueW(hKey: HKEY, lpValueName: LPCWSTR) -> LSTATUS:
    return code_of(_delete_value, hKey, None, lpValueName)


@export("advapi32", "kernelbase", "kernel32")
def RegDeleteValueA(hKey: HKEY, lpValueName: LPCSTR) -> LSTATUS:
    return code_of(_delete_value, hKey, None, from_ansi(lpValueName))


@export("advapi32", "kernelbase")
def RegDeleteKeyValueW(hKey: HKEY, lpSubKey: LPCWSTR, lpValueName: LPCWSTR) -> LSTATUS:
    return code_of(_delete_value, hKey, lpSubKey, lpValueName)


@export("advapi32", "kernelbase")
def RegDeleteKeyValueA(hKey: HKEY, lpSubKey: LPCSTR, lpValueName: LPCSTR) -> LSTATUS:
    return code_of(_delete_value, hKey, from_ansi(lpSubKey), from_ansi(lpValueName))


def _delete_key(hkey: int, path: str | None, access: int) -> None:
    if path is None:
        raise Refused(ERROR_INVALID_PARAMETER)
    key = keys.open_key(key_of(hkey), path, access)
    if keys.subkeys(key):
        raise Refused(ERROR_ACCESS_DENIED)
    keys.delete(key)


@export("advapi32", "kernelbase", "kernel32")
def RegDeleteKeyExW(hKey: HKEY, lpSubKey: LPCWSTR, samDesired: REGSAM, Reserved: DWORD) -> LSTATUS:
    if Reserved:
        return ERROR_INVALID_PARAMETER
    return code_of(_delete_key, hKey, lpSubKey, samDesired & (KEY_WOW64_32KEY | KEY_WOW64_64KEY))


@export("advapi32", "kernelbase", "kernel32")
def RegDeleteKeyExA(hKey: HKEY, lpSubKey: LPCSTR, samDesired: REGSAM, Reserved: DWORD) -> LSTATUS:
    if Reserved:
        return ERROR_INVALID_PARAMETER
    return code_of(_delete_key, hKey, from_ansi(lpSubKey), samDesired & (KEY_WOW64_32KEY | KEY_WOW64_64KEY))


@export("advapi32")
def RegDeleteKeyW(hKey: HKEY, lpSubKey: LPCWSTR) -> LSTATUS:
    return code_of(_delete_key, hKey, lpSubKey, 0)


@export("advapi32")
def RegDeleteKeyA(hKey: HKEY, lpSubKey: LPCSTR) -> LSTATUS:
    return code_of(_delete_key, hKey, from_ansi(lpSubKey), 0)


def _delete_tree(hkey: int, path: str | None) -> None:
    """With no path all that the key contains; with one the key there, too."""
    key = keys.open_key(key_of(hkey), path, 0) if path else key_of(hkey)
    for layer in list(key.layers()):
        keys.store().delete_tree(layer, keep=not path)
    keys.changed(key.target(), keys.CHANGE_NAME | keys.CHANGE_LAST_SET)


@export("advapi32", "kernelbase", "kernel32")
def RegDeleteTreeW(hKey: HKEY, lpSubKey: LPCWSTR) -> LSTATUS:
    return code_of(_delete_tree, hKey, lpSubKey)


@export("advapi32", "kernelbase", "kernel32")
def RegDeleteTreeA(hKey: HKEY, lpSubKey: LPCSTR) -> LSTATUS:
    return code_of(_delete_tree, hKey, from_ansi(lpSubKey))


# ---- trees ----


def _copy_tree(source: int, path: str | None, target: int) -> None:
    key = key_of(source)
    if path:
        key = keys.open_key(key, path, 0)
    to = key_of(target, KEY_SET_VALUE).target()
    for layer in reversed(list(key.layers())):
        keys.store().copy_tree(layer, to)
    keys.changed(to, keys.CHANGE_NAME | keys.CHANGE_LAST_SET)


@export("advapi32", "kernelbase")
def RegCopyTreeW(hKeySrc: HKEY, lpSubKey: LPCWSTR, hKeyDest: HKEY) -> LSTATUS:
    return code_of(_copy_tree, hKeySrc, lpSubKey, hKeyDest)


@export("advapi32")
def RegCopyTreeA(hKeySrc: HKEY, lpSubKey: LPCSTR, hKeyDest: HKEY) -> LSTATUS:
    return code_of(_copy_tree, hKeySrc, from_ansi(lpSubKey), hKeyDest)


@export("advapi32")
def RegRenameKey(hKey: HKEY, lpSubKeyName: LPCWSTR, lpNewKeyName: LPCWSTR) -> LSTATUS:
    return code_of(_rename, hKey, lpSubKeyName, lpNewKeyName)


def _rename(hkey: int, path: str | None, name: str | None) -> None:
    key = keys.open_key(key_of(hkey), path, 0) if path else key_of(hkey)
    if not name or "\\" in name:
        raise Refused(ERROR_INVALID_PARAMETER)
    if not keys.store().rename(key.target(), name):
        raise Refused(ERROR_ACCESS_DENIED)
    keys.changed(keys.store().parent(key.target()), keys.CHANGE_NAME)


# Hives are saved and loaded by those who hold SE_BACKUP_NAME and SE_RESTORE_NAME: no ordinary user does.
@export("advapi32", "kernelbase", "kernel32")
def RegSaveKeyExW(hKey: HKEY, lpFile: LPCWSTR, lpSecurityAttributes: PVOID, Flags: DWORD) -> LSTATUS:
    return ERROR_PRIVILEGE_NOT_HELD


@export("advapi32", "kernelbase", "kernel32")
def RegSaveKeyExA(hKey: HKEY, lpFile: LPCSTR, lpSecurityAttributes: PVOID, Flags: DWORD) -> LSTATUS:
    return ERROR_PRIVILEGE_NOT_HELD


@export("advapi32")
def RegSaveKeyW(hKey: HKEY, lpFile: LPCWSTR, lpSecurityAttributes: PVOID) -> LSTATUS:
    return ERROR_PRIVILEGE_NOT_HELD


@export("advapi32")
def RegSaveKeyA(hKey: HKEY, lpFile: LPCSTR, lpSecurityAttributes: PVOID) -> LSTATUS:
    return ERROR_PRIVILEGE_NOT_HELD


@export("advapi32", "kernelbase", "kernel32")
def RegRestoreKeyW(hKey: HKEY, lpFile: LPCWSTR, dwFlags: DWORD) -> LSTATUS:
    return ERROR_PRIVILEGE_NOT_HELD


@export("advapi32", "kernelbase", "kernel32")
def RegRestoreKeyA(hKey: HKEY, lpFile: LPCSTR, dwFlags: DWORD) -> LSTATUS:
    return ERROR_PRIVILEGE_NOT_HELD


@export("advapi32", "kernelbase", "kernel32")
def RegLoadKeyW(hKey: HKEY, lpSubKey: LPCWSTR, lpFile: LPCWSTR) -> LSTATUS:
    return ERROR_PRIVILEGE_NOT_HELD


@export("advapi32", "kernelbase", "kernel32")
def RegLoadKeyA(hKey: HKEY, lpSubKey: LPCSTR, lpFile: LPCSTR) -> LSTATUS:
    return ERROR_PRIVILEGE_NOT_HELD


@export("advapi32", "kernelbase", "kernel32")
def RegUnLoadKeyW(hKey: HKEY, lpSubKey: LPCWSTR) -> LSTATUS:
    return ERROR_PRIVILEGE_NOT_HELD


@export("advapi32", "kernelbase", "kernel32")
def RegUnLoadKeyA(hKey: HKEY, lpSubKey: LPCSTR) -> LSTATUS:
    return ERROR_PRIVILEGE_NOT_HELD


@export("advapi32")
def RegReplaceKeyW(hKey: HKEY, lpSubKey: LPCWSTR, lpNewFile: LPCWSTR, lpOldFile: LPCWSTR) -> LSTATUS:
    return ERROR_PRIVILEGE_NOT_HELD


@export("advapi32")
def RegReplaceKeyA(hKey: HKEY, lpSubKey: LPCSTR, lpNewFile: LPCSTR, lpOldFile: LPCSTR) -> LSTATUS:
    return ERROR_PRIVILEGE_NOT_HELD


# ---- changes ----


@export("advapi32", "kernelbase", "kernel32")
def RegNotifyChangeKeyValue(
    hKey: HKEY, bWatchSubtree: BOOL, dwNotifyFilter: DWORD, hEvent: HANDLE, fAsynchronous: BOOL
) -> LSTATUS:
    return code_of(watch, hKey, bool(bWatchSubtree), dwNotifyFilter, hEvent, bool(fAsynchronous))


THIS_THREAD = (1 << 64) - 2


def watch(
    hkey: int,
    subtree: bool,
    filter: int,
    handle: int,
    asynchronous: bool,
    routine: int = 0,
    context: int = 0,
    block: int = 0,
) -> None:
    """Changes that other processes make are not seen.

    routine: called in this thread by an APC, with `context` and `block`, instead of setting the event.
    block: the IO_STATUS_BLOCK, or 0.
    """
    key = key_of(hkey, KEY_NOTIFY)
    if filter & ~keys.CHANGE_FILTERS or not filter & 0xF:
        raise Refused(ERROR_INVALID_PARAMETER)
    event: int | threading.Event | keys.Routine
    if not asynchronous:
        event = threading.Event()
    elif routine:
        event = keys.Routine(_duplicate(THIS_THREAD), routine, context, block)
    else:
        event = _duplicate(handle)
    keys.watches.append(keys.Watch(key.target(), subtree, filter, event, block))
    if isinstance(event, threading.Event):
        event.wait()


def _duplicate(handle: int) -> int:
    import ctypes

    copy = ctypes.c_uint64()
    place = ctypes.addressof(copy)
    this_process = (1 << 64) - 1
    if not handle or not windows(
        "kernel32.dll", "DuplicateHandle", this_process, handle, this_process, place, 0, 0, 2
    ):
        raise Refused(ERROR_INVALID_HANDLE)
    return copy.value


# ---- texts in resources ----


def _mui_text(hkey: int, name: str | None, directory: str | None) -> str:
    """A value of the form "@file,-id" names a text in a DLL's string table."""
    from windlass.api.module.resource_strings import indirect_string

    value = keys.find_value(key_of(hkey, KEY_QUERY_VALUE), name)
    if value.type not in (REG_SZ, REG_EXPAND_SZ):
        raise Refused(ERROR_FILE_NOT_FOUND)
    text = expand(value.data.decode("utf-16-le", "surrogatepass").split("\0")[0])
    if not text.startswith("@"):
        return text
    path, _, number = text[1:].rpartition(",")
    if directory and "\\" not in path:
        path = os.path.join(directory, path)
    found = indirect_string(path, int(number)) if number.lstrip("-").isdigit() else None
    if found is None:
        raise Refused(ERROR_FILE_NOT_FOUND)
    return found


def _load_mui(
    hkey: int, name: str | None, out: int, capacity: int, needed: int, directory: str | None
) -> None:
    data = _core.wide_bytes(_mui_text(hkey, name, directory))
    put_u32(needed, len(data))
    if len(data) > capacity:
        raise Refused(ERROR_MORE_DATA)
    _core.write(out, data)


@export("advapi32", "kernelbase", "kernel32")
def RegLoadMUIStringW(
    hKey: HKEY,
    pszValue: LPCWSTR,
    pszOutBuf: LPWSTR,
    cbOutBuf: DWORD,
    pcbData: LPDWORD,
    Flags: DWORD,
    pszDirectory: LPCWSTR,
) -> LSTATUS:
    return code_of(_load_mui, hKey, pszValue, pszOutBuf, cbOutBuf, pcbData, pszDirectory)


# The A function is there but not implemented, on Windows as well.
@export("advapi32", "kernelbase", "kernel32")
def RegLoadMUIStringA(
    hKey: HKEY,
    pszValue: LPCSTR,
    pszOutBuf: LPSTR,
    cbOutBuf: DWORD,
    pcbData: LPDWORD,
    Flags: DWORD,
    pszDirectory: LPCSTR,
) -> LSTATUS:
    return keys.ERROR_CALL_NOT_IMPLEMENTED
