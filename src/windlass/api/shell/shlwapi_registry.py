"""The Shell's shortcuts to the registry.

Source: Microsoft, "SHGetValueW function", "SHSetValueW function", "SHRegGetValueW function",
"SHDeleteKeyW function", "SHDeleteEmptyKeyW function", "SHCopyKeyW function", "SHRegGetPathW function" ...
"""

from __future__ import annotations

from windlass.api.outputs import from_ansi
from windlass.api.refused import Refused, code_of
from windlass.api.system import registry_keys as keys
from windlass.api.system import registry_win32 as registry
from windlass.registry import export
from windlass.types import (
    DWORD,
    HKEY,
    INT,
    LPCSTR,
    LPCVOID,
    LPCWSTR,
    LPDWORD,
    LPSTR,
    LPWSTR,
    LSTATUS,
    PVOID,
)  # fmt: skip

RRF_RT_ANY = 0xFFFF
RRF_RT_REG_SZ = 2
SRRF_RT_EXPAND = 4
ERROR_KEY_HAS_CHILDREN = 1020
MAX_PATH = 260


# ---- values ----


@export("shlwapi", "shcore")
def SHGetValueW(
    hkey: HKEY, pszSubKey: LPCWSTR, pszValue: LPCWSTR, pdwType: LPDWORD, pvData: PVOID, pcbData: LPDWORD
) -> LSTATUS:
    """Texts with variables are expanded, and are of type REG_SZ then."""
    return registry.RegGetValueW(hkey, pszSubKey, pszValue, RRF_RT_ANY, pdwType, pvData, pcbData)


@export("shlwapi", "shcore")
def SHGetValueA(
    hkey: HKEY, pszSubKey: LPCSTR, pszValue: LPCSTR, pdwType: LPDWORD, pvData: PVOID, pcbData: LPDWORD
) -> LSTATUS:
    return registry.RegGetValueA(hkey, pszSubKey, pszValue, RRF_RT_ANY, pdwType, pvData, pcbData)


@export("shlwapi", "shcore")
def SHQueryValueExW(
    hkey: HKEY, pszValue: LPCWSTR, pdwReserved: PVOID, pdwType: LPDWORD, pvData: PVOID, pcbData: LPDWORD
) -> LSTATUS:
    return registry.RegGetValueW(hkey, None, pszValue, RRF_RT_ANY, pdwType, pvData, pcbData)


@export("shlwapi", "shcore")
def SHQueryValueExA(
    hkey: HKEY, pszValue: LPCSTR, pdwReserved: PVOID, pdwType: LPDWORD, pvData: PVOID, pcbData: LPDWORD
) -> LSTATUS:
    return registry.RegGetValueA(hkey, None, pszValue, RRF_RT_ANY, pdwType, pvData, pcbData)


@export("shlwapi", "shcore")
def SHRegGetValueW(
    hkey: HKEY,
    pszSubKey: LPCWSTR,
    pszValue: LPCWSTR,
    srrfFlags: INT,
    pdwType: LPDWORD,
    pvData: PVOID,
    pcbData: LPDWORD,
) -> LSTATUS:
    """SRRF_* are RegGetValue's RRF_*."""
    return registry.RegGetValueW(hkey, pszSubKey, pszValue, srrfFlags, pdwType, pvData, pcbData)


@export("shlwapi", "shcore")
def SHRegGetValueA(
    hkey: HKEY,
    pszSubKey: LPCSTR,
    pszValue: LPCSTR,
    srrfFlags: INT,
    pdwType: LPDWORD,
    pvData: PVOID,
    pcbData: LPDWORD,
) -> LSTATUS:
    return registry.RegGetValueA(hkey, pszSubKey, pszValue, srrfFlags, pdwType, pvData, pcbData)


@export("shlwapi", "shcore")
def SHSetValueW(
    hkey: HKEY, pszSubKey: LPCWSTR, pszValue: LPCWSTR, dwType: DWORD, pvData: LPCVOID, cbData: DWORD
) -> LSTATUS:
    return registry.RegSetKeyValueW(hkey, pszSubKey, pszValue, dwType, pvData, cbData)


@export("shlwapi", "shcore")
def SHSetValueA(
    hkey: HKEY, pszSubKey: LPCSTR, pszValue: LPCSTR, dwType: DWORD, pvData: LPCVOID, cbData: DWORD
) -> LSTATUS:
    return registry.RegSetKeyValueA(hkey, pszSubKey, pszValue, dwType, pvData, cbData)


@export("shlwapi", "shcore")
def SHDeleteValueW(hkey: HKEY, pszSubKey: LPCWSTR, pszValue: LPCWSTR) -> LSTATUS:
    return registry.RegDeleteKeyValueW(hkey, pszSubKey, pszValue)


@export("shlwapi", "shcore")
def SHDeleteValueA(hkey: HKEY, pszSubKey: LPCSTR, pszValue: LPCSTR) -> LSTATUS:
    return registry.RegDeleteKeyValueA(hkey, pszSubKey, pszValue)


@export("shlwapi", "shcore")
def SHEnumValueW(
    hkey: HKEY,
    dwIndex: DWORD,
    pszValueName: LPWSTR,
    pcchValueName: LPDWORD,
    pdwType: LPDWORD,
    pvData: PVOID,
    pcbData: LPDWORD,
) -> LSTATUS:
    return registry.RegEnumValueW(hkey, dwIndex, pszValueName, pcchValueName, 0, pdwType, pvData, pcbData)


@export("shlwapi", "shcore")
def SHEnumValueA(
    hkey: HKEY,
    dwIndex: DWORD,
    pszValueName: LPSTR,
    pcchValueName: LPDWORD,
    pdwType: LPDWORD,
    pvData: PVOID,
    pcbData: LPDWORD,
) -> LSTATUS:
    return registry.RegEnumValueA(hkey, dwIndex, pszValueName, pcchValueName, 0, pdwType, pvData, pcbData)


# ---- keys ----


@export("shlwapi", "shcore")
def SHEnumKeyExW(hkey: HKEY, dwIndex: DWORD, pszName: LPWSTR, pcchName: LPDWORD) -> LSTATUS:
    return registry.RegEnumKeyExW(hkey, dwIndex, pszName, pcchName, 0, 0, 0, 0)


@export("shlwapi", "shcore")
def SHEnumKeyExA(hkey: HKEY, dwIndex: DWORD, pszName: LPSTR, pcchName: LPDWORD) -> LSTATUS:
    return registry.RegEnumKeyExA(hkey, dwIndex, pszName, pcchName, 0, 0, 0, 0)


@export("shlwapi", "shcore")
def SHQueryInfoKeyW(
    hkey: HKEY, pcSubKeys: LPDWORD, pcchMaxSubKeyLen: LPDWORD, pcValues: LPDWORD, pcchMaxValueNameLen: LPDWORD
) -> LSTATUS:
    return registry.RegQueryInfoKeyW(
        hkey, 0, 0, 0, pcSubKeys, pcchMaxSubKeyLen, 0, pcValues, pcchMaxValueNameLen, 0, 0, 0
    )


@export("shlwapi", "shcore")
def SHQueryInfoKeyA(
    hkey: HKEY, pcSubKeys: LPDWORD, pcchMaxSubKeyLen: LPDWORD, pcValues: LPDWORD, pcchMaxValueNameLen: LPDWORD
) -> LSTATUS:
    return registry.RegQueryInfoKeyA(
        hkey, 0, 0, 0, pcSubKeys, pcchMaxSubKeyLen, 0, pcValues, pcchMaxValueNameLen, 0, 0, 0
    )


@export("shlwapi", "shcore")
def SHDeleteKeyW(hkey: HKEY, pszSubKey: LPCWSTR) -> LSTATUS:
    return registry.RegDeleteTreeW(hkey, pszSubKey)


@export("shlwapi", "shcore")
def SHDeleteKeyA(hkey: HKEY, pszSubKey: LPCSTR) -> LSTATUS:
    return registry.RegDeleteTreeA(hkey, pszSubKey)


def _delete_empty(hkey: int, path: str | None) -> None:
    key = keys.open_key(keys.key_of(hkey), path, 0)
    if keys.subkeys(key):
        raise Refused(ERROR_KEY_HAS_CHILDREN)
    keys.delete(key)


@export("shlwapi", "shcore")
def SHDeleteEmptyKeyW(hkey: HKEY, pszSubKey: LPCWSTR) -> LSTATUS:
    """Empty means without subkeys."""
    return code_of(_delete_empty, hkey, pszSubKey)


@export("shlwapi", "shcore")
def SHDeleteEmptyKeyA(hkey: HKEY, pszSubKey: LPCSTR) -> LSTATUS:
    return code_of(_delete_empty, hkey, from_ansi(pszSubKey))


@export("shlwapi", "shcore")
def SHCopyKeyW(hkeySrc: HKEY, pszSrcSubKey: LPCWSTR, hkeyDest: HKEY, fReserved: DWORD) -> LSTATUS:
    return registry.RegCopyTreeW(hkeySrc, pszSrcSubKey, hkeyDest)


@export("shlwapi", "shcore")
def SHCopyKeyA(hkeySrc: HKEY, pszSrcSubKey: LPCSTR, hkeyDest: HKEY, fReserved: DWORD) -> LSTATUS:
    return registry.RegCopyTreeA(hkeySrc, pszSrcSubKey, hkeyDest)
