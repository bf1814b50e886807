"""Registry keys in transactions: there are no transactions (api/file/transactions.py), so no handle is one.

Source: Microsoft, "RegCreateKeyTransactedW function".
"""

from __future__ import annotations

from windlass.registry import export
from windlass.types import DWORD, HANDLE, HKEY, LPCSTR, LPCWSTR, LPDWORD, LSTATUS, PHKEY, PVOID, REGSAM

ERROR_INVALID_HANDLE = 6


@export("advapi32")
def RegCreateKeyTransactedW(
    hKey: HKEY,
    lpSubKey: LPCWSTR,
    Reserved: DWORD,
    lpClass: LPCWSTR,
    dwOptions: DWORD,
    samDesired: REGSAM,
    lpSecurityAttributes: PVOID,
    phkResult: PHKEY,
    lpdwDisposition: LPDWORD,
    hTransaction: HANDLE,
    pExtendedParemeter: PVOID,
) -> LSTATUS:
    return ERROR_INVALID_HANDLE


@export("advapi32")
def RegOpenKeyTransactedW(
    hKey: HKEY,
    lpSubKey: LPCWSTR,
    ulOptions: DWORD,
    samDesired: REGSAM,
    phkResult: PHKEY,
    hTransaction: HANDLE,
    pExtendedParemeter: PVOID,
) -> LSTATUS:
    return ERROR_INVALID_HANDLE


@export("advapi32")
def RegDeleteKeyTransactedW(
    hKey: HKEY,
    lpSubKey: LPCWSTR,
    samDesired: REGSAM,
    Reserved: DWORD,
    hTransaction: HANDLE,
    pExtendedParameter: PVOID,
) -> LSTATUS:
    return ERROR_INVALID_HANDLE


@export("advapi32")
def RegCreateKeyTransactedA(
    hKey: HKEY,
    lpSubKey: LPCSTR,
    Reserved: DWORD,
    lpClass: LPCSTR,
    dwOptions: DWORD,
    samDesired: REGSAM,
    lpSecurityAttributes: PVOID,
    phkResult: PHKEY,
    lpdwDisposition: LPDWORD,
    hTransaction: HANDLE,
    pExtendedParemeter: PVOID,
) -> LSTATUS:
    return ERROR_INVALID_HANDLE


@export("advapi32")
def RegOpenKeyTransactedA(
    hKey: HKEY,
    lpSubKey: LPCSTR,
    ulOptions: DWORD,
    samDesired: REGSAM,
    phkResult: PHKEY,
    hTransaction: HANDLE,
    pExtendedParemeter: PVOID,
) -> LSTATUS:
    return ERROR_INVALID_HANDLE


@export("advapi32")
def RegDeleteKeyTransactedA(
    hKey: HKEY,
    lpSubKey: LPCSTR,
    samDesired: REGSAM,
    Reserved: DWORD,
    hTransaction: HANDLE,
    pExtendedParameter: PVOID,
) -> LSTATUS:
    return ERROR_INVALID_HANDLE
