"""Dial-up and VPN connections (rasapi32): there is no modem, no entry in the phone book and no connection.

Source: Microsoft, "RasEnumConnectionsW function", "RasEnumEntriesW function", "RasEnumDevicesW function",
"RasDialW function", "Routing and Remote Access Error Codes".
"""

from __future__ import annotations

from windlass.api.outputs import put_u32
from windlass.registry import export
from windlass.types import DWORD, HANDLE, LPCSTR, LPCWSTR, LPDWORD, LPVOID, PVOID

ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER = 6, 87
ERROR_CANNOT_FIND_PHONEBOOK_ENTRY = 623


def _none(size: int, count: int) -> int:
    if not size or not count:
        return ERROR_INVALID_PARAMETER
    put_u32(size, 0)
    put_u32(count, 0)
    return 0


@export("rasapi32")
def RasEnumConnectionsW(lprasconn: PVOID, lpcb: LPDWORD, lpcConnections: LPDWORD) -> DWORD:
    return _none(lpcb, lpcConnections)


@export("rasapi32")
def RasEnumConnectionsA(lprasconn: PVOID, lpcb: LPDWORD, lpcConnections: LPDWORD) -> DWORD:
    return _none(lpcb, lpcConnections)


@export("rasapi32")
def RasEnumEntriesW(
    reserved: LPCWSTR, lpszPhonebook: LPCWSTR, lprasentryname: PVOID, lpcb: LPDWORD, lpcEntries: LPDWORD
) -> DWORD:
    return _none(lpcb, lpcEntries)


@export("rasapi32")
def RasEnumEntriesA(
    reserved: LPCSTR, lpszPhonebook: LPCSTR, lprasentryname: PVOID, lpcb: LPDWORD, lpcEntries: LPDWORD
) -> DWORD:
    return _none(lpcb, lpcEntries)


@export("rasapi32")
def RasEnumDevicesW(lpRasDevInfo: PVOID, lpcb: LPDWORD, lpcDevices: LPDWORD) -> DWORD:
    return _none(lpcb, lpcDevices)


@export("rasapi32")
def RasEnumDevicesA(lpRasDevInfo: PVOID, lpcb: LPDWORD, lpcDevices: LPDWORD) -> DWORD:
    return _none(lpcb, lpcDevices)


@export("rasapi32")
def RasGetConnectStatusW(hrasconn: HANDLE, lprasconnstatus: PVOID) -> DWORD:
    return ERROR_INVALID_HANDLE


@export("rasapi32")
def RasGetConnectStatusA(hrasconn: HANDLE, lprasconnstatus: PVOID) -> DWORD:
    return ERROR_INVALID_HANDLE


@export("rasapi32")
def RasHangUpW(hrasconn: HANDLE) -> DWORD:
    return ERROR_INVALID_HANDLE


@export("rasapi32")
def RasHangUpA(hrasconn: HANDLE) -> DWORD:
    return ERROR_INVALID_HANDLE


@export("rasapi32")
def RasDialW(
    lpRasDialExtensions: PVOID,
    lpszPhonebook: LPCWSTR,
    lpRasDialParams: PVOID,
    dwNotifierType: DWORD,
    lpvNotifier: LPVOID,
    lphRasConn: PVOID,
) -> DWORD:
    return ERROR_CANNOT_FIND_PHONEBOOK_ENTRY


@export("rasapi32")
def RasDialA(
    lpRasDialExtensions: PVOID,
    lpszPhonebook: LPCSTR,
    lpRasDialParams: PVOID,
    dwNotifierType: DWORD,
    lpvNotifier: LPVOID,
    lphRasConn: PVOID,
) -> DWORD:
    return ERROR_CANNOT_FIND_PHONEBOOK_ENTRY


@export("rasapi32")
def RasGetEntryPropertiesW(
    lpszPhonebook: LPCWSTR,
    lpszEntry: LPCWSTR,
    lpRasEntry: PVOID,
    lpcbRasEntry: LPDWORD,
    lpbDeviceInfo: PVOID,
    lpcbDeviceInfo: LPDWORD,
) -> DWORD:
    return ERROR_CANNOT_FIND_PHONEBOOK_ENTRY


@export("rasapi32")
def RasGetEntryPropertiesA(
    lpszPhonebook: LPCSTR,
    lpszEntry: LPCSTR,
    lpRasEntry: PVOID,
    lpcbRasEntry: LPDWORD,
    lpbDeviceInfo: PVOID,
    lpcbDeviceInfo: LPDWORD,
) -> DWORD:
    return ERROR_CANNOT_FIND_PHONEBOOK_ENTRY


@export("rasapi32")
def RasGetEntryDialParamsW(lpszPhonebook: LPCWSTR, lpRasDialParams: PVOID, lpfPassword: PVOID) -> DWORD:
    return ERROR_CANNOT_FIND_PHONEBOOK_ENTRY


@export("rasapi32")
def RasGetEntryDialParamsA(lpszPhonebook: LPCSTR, lpRasDialParams: PVOID, lpfPassword: PVOID) -> DWORD:
    return ERROR_CANNOT_FIND_PHONEBOOK_ENTRY


@export("rasapi32")
def RasDeleteEntryW(lpszPhonebook: LPCWSTR, lpszEntry: LPCWSTR) -> DWORD:
    return ERROR_CANNOT_FIND_PHONEBOOK_ENTRY


@export("rasapi32")
def RasDeleteEntryA(lpszPhonebook: LPCSTR, lpszEntry: LPCSTR) -> DWORD:
    return ERROR_CANNOT_FIND_PHONEBOOK_ENTRY
