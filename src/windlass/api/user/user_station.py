"""Window stations and desktops: the one of the session, which cannot be left.

Source: Microsoft, "Window Stations and Desktops", "GetUserObjectInformationW function", "ExitWindowsEx
function".
"""

from __future__ import annotations

import ctypes
import struct

from windlass import _core
from windlass.api.outputs import fail, put_u32
from windlass.registry import export
from windlass.types import (
    BOOL,
    DWORD,
    HANDLE,
    HDESK,
    HWINSTA,
    INT,
    LPARAM,
    LPCSTR,
    LPCWSTR,
    LPDWORD,
    LPVOID,
    UINT,
    Calling,
)

ERROR_ACCESS_DENIED = 5
ERROR_FILE_NOT_FOUND = 2
ERROR_INVALID_HANDLE = 6
ERROR_NOT_SUPPORTED = 50
ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
ERROR_PRIVILEGE_NOT_HELD = 1314
STATION, DESKTOP = 0x3C, 0x40
NAMES = {STATION: ("WinSta0", "WindowStation"), DESKTOP: ("Default", "Desktop")}
UOI_FLAGS, UOI_NAME, UOI_TYPE, UOI_USER_SID, UOI_HEAPSIZE, UOI_IO = range(1, 7)
UOI_TIMERPROC_EXCEPTION_SUPPRESSION = 7
CURRENT_PROCESS = (1 << 64) - 1
WSF_VISIBLE = 1


@export("user32")
def GetProcessWindowStation() -> HWINSTA:
    return STATION


@export("user32")
def SetProcessWindowStation(hWinSta: HWINSTA) -> BOOL:
    return 1 if hWinSta == STATION else fail(ERROR_INVALID_HANDLE)


@export("user32")
def OpenWindowStationW(lpszWinSta: LPCWSTR, fInherit: BOOL, dwDesiredAccess: DWORD) -> HWINSTA:
    return STATION if (lpszWinSta or "").lower() == "winsta0" else fail(ERROR_FILE_NOT_FOUND)


@export("user32")
def OpenWindowStationA(lpszWinSta: LPCSTR, fInherit: BOOL, dwDesiredAccess: DWORD) -> HWINSTA:
    return STATION if (lpszWinSta or b"").lower() == b"winsta0" else fail(ERROR_FILE_NOT_FOUND)


@export("user32")
def CreateWindowStationW(lpwinsta: LPCWSTR, dwFlags: DWORD, dwDesiredAccess: DWORD, lpsa: LPVOID) -> HWINSTA:
    return fail(ERROR_ACCESS_DENIED)


@export("user32")
def CloseWindowStation(hWinSta: HWINSTA) -> BOOL:
    return 1 if hWinSta == STATION else fail(ERROR_INVALID_HANDLE)


@export("user32")
def GetThreadDesktop(dwThreadId: DWORD) -> HDESK:
    return DESKTOP


@export("user32")
def SetThreadDesktop(hDesktop: HDESK) -> BOOL:
    return 1 if hDesktop == DESKTOP else fail(ERROR_INVALID_HANDLE)


@export("user32")
def OpenInputDesktop(dwFlags: DWORD, fInherit: BOOL, dwDesiredAccess: DWORD) -> HDESK:
    return DESKTOP


@export("user32")
def OpenDesktopW(lpszDesktop: LPCWSTR, dwFlags: DWORD, fInherit: BOOL, dwDesiredAccess: DWORD) -> HDESK:
    return DESKTOP if (lpszDesktop or "").lower() == "default" else fail(ERROR_FILE_NOT_FOUND)


@export("user32")
def CreateDesktopW(
    lpszDesktop: LPCWSTR,
    lpszDevice: LPCWSTR,
    pDevmode: LPVOID,
    dwFlags: DWORD,
    dwDesiredAccess: DWORD,
    lpsa: LPVOID,
) -> HDESK:
    return fail(ERROR_ACCESS_DENIED)


@export("user32")
def SwitchDesktop(hDesktop: HDESK) -> BOOL:
    return 1 if hDesktop == DESKTOP else fail(ERROR_INVALID_HANDLE)


@export("user32")
def CloseDesktop(hDesktop: HDESK) -> BOOL:
    return 1 if hDesktop == DESKTOP else fail(ERROR_INVALID_HANDLE)


@export("user32")
def OpenDesktopA(lpszDesktop: LPCSTR, dwFlags: DWORD, fInherit: BOOL, dwDesiredAccess: DWORD) -> HDESK:
    return DESKTOP if (lpszDesktop or b"").lower() == b"default" else fail(ERROR_FILE_NOT_FOUND)


@export("user32")
def CreateDesktopA(
    lpszDesktop: LPCSTR,
    lpszDevice: LPCSTR,
    pDevmode: LPVOID,
    dwFlags: DWORD,
    dwDesiredAccess: DWORD,
    lpsa: LPVOID,
) -> HDESK:
    return fail(ERROR_ACCESS_DENIED)


@export("user32")
def CreateWindowStationA(lpwinsta: LPCSTR, dwFlags: DWORD, dwDesiredAccess: DWORD, lpsa: LPVOID) -> HWINSTA:
    return fail(ERROR_ACCESS_DENIED)


def tell_name(function: int, parameter: int, name: str, wide: bool) -> Calling[int]:
    """The callback's result is that of the enumeration."""
    data = _core.wide_bytes(name) if wide else name.encode() + b"\0"
    text = ctypes.create_string_buffer(data, len(data))
    return (yield function, ctypes.addressof(text), parameter)


@export("user32")
def EnumWindowStationsW(lpEnumFunc: LPVOID, lParam: LPARAM) -> Calling[BOOL]:
    return tell_name(lpEnumFunc, lParam, NAMES[STATION][0], True)


@export("user32")
def EnumWindowStationsA(lpEnumFunc: LPVOID, lParam: LPARAM) -> Calling[BOOL]:
    return tell_name(lpEnumFunc, lParam, NAMES[STATION][0], False)


@export("user32")
def EnumDesktopsW(hwinsta: HWINSTA, lpEnumFunc: LPVOID, lParam: LPARAM) -> Calling[BOOL]:
    if hwinsta not in (0, STATION):
        return fail(ERROR_INVALID_HANDLE)
    return (yield from tell_name(lpEnumFunc, lParam, NAMES[DESKTOP][0], True))


@export("user32")
def EnumDesktopsA(hwinsta: HWINSTA, lpEnumFunc: LPVOID, lParam: LPARAM) -> Calling[BOOL]:
    if hwinsta not in (0, STATION):
        return fail(ERROR_INVALID_HANDLE)
    return (yield from tell_name(lpEnumFunc, lParam, NAMES[DESKTOP][0], False))


def object_information(handle: int, kind: int, wide: bool) -> bytes | None:
    """What GetUserObjectInformation gives; None: there is no such kind."""
    if kind in (UOI_NAME, UOI_TYPE):
        text = NAMES[handle][kind - UOI_NAME]
        return _core.wide_bytes(text) if wide else text.encode() + b"\0"
    if kind == UOI_FLAGS:
        return struct.pack("<3I", 0, 0, WSF_VISIBLE if handle == STATION else 0)
    if kind == UOI_USER_SID:
        return b""
    if kind == UOI_IO:
        return struct.pack("<I", 1)
    return None


def give_information(handle: int, kind: int, info: int, size: int, needed: int, wide: bool) -> int:
    if handle not in NAMES:
        return fail(ERROR_INVALID_HANDLE)
    data = object_information(handle, kind, wide)
    if data is None:
        return fail(ERROR_INVALID_PARAMETER)
    put_u32(needed, len(data))
    if len(data) > size:
        return fail(ERROR_INSUFFICIENT_BUFFER)
    _core.write(info, data)
    return 1


@export("user32")
def GetUserObjectInformationW(
    hObj: HANDLE, nIndex: INT, pvInfo: LPVOID, nLength: DWORD, lpnLengthNeeded: LPDWORD
) -> BOOL:
    return give_information(hObj, nIndex, pvInfo, nLength, lpnLengthNeeded, True)


@export("user32")
def GetUserObjectInformationA(
    hObj: HANDLE, nIndex: INT, pvInfo: LPVOID, nLength: DWORD, lpnLengthNeeded: LPDWORD
) -> BOOL:
    return give_information(hObj, nIndex, pvInfo, nLength, lpnLengthNeeded, False)


def set_information(handle: int, kind: int, info: int, size: int) -> int:
    """The station and its desktop stay as they are. Exceptions of timer functions are never suppressed here,
    as Microsoft advises every program to ask for ("SetUserObjectInformationW function", remarks).
    """
    if kind == UOI_TIMERPROC_EXCEPTION_SUPPRESSION:
        if handle != CURRENT_PROCESS:
            return fail(ERROR_INVALID_HANDLE)
        if size != 4:
            return fail(ERROR_INVALID_PARAMETER)
        return 1 if not any(_core.read(info, 4)) else fail(ERROR_NOT_SUPPORTED)
    if handle not in NAMES:
        return fail(ERROR_INVALID_HANDLE)
    if kind != UOI_FLAGS or size != 12:
        return fail(ERROR_INVALID_PARAMETER)
    return (
        1
        if _core.read(info, 12) == object_information(handle, UOI_FLAGS, True)
        else fail(ERROR_ACCESS_DENIED)
    )


@export("user32")
def SetUserObjectInformationW(hObj: HANDLE, nIndex: INT, pvInfo: LPVOID, nLength: DWORD) -> BOOL:
    return set_information(hObj, nIndex, pvInfo, nLength)


@export("user32")
def SetUserObjectInformationA(hObj: HANDLE, nIndex: INT, pvInfo: LPVOID, nLength: DWORD) -> BOOL:
    return set_information(hObj, nIndex, pvInfo, nLength)


@export("user32")
def ExitWindowsEx(uFlags: UINT, dwReason: DWORD) -> BOOL:
    return fail(ERROR_PRIVILEGE_NOT_HELD)


@export("user32")
def LockWorkStation() -> BOOL:
    return fail(ERROR_ACCESS_DENIED)


@export("user32")
def ShutdownBlockReasonCreate(hWnd: HANDLE, pwszReason: LPCWSTR) -> BOOL:
    return 1


@export("user32")
def ShutdownBlockReasonDestroy(hWnd: HANDLE) -> BOOL:
    return 1


# ---- notifications of devices and power, which never come ----

NOTIFICATION = 0x60001


@export("user32")
def RegisterDeviceNotificationW(hRecipient: HANDLE, NotificationFilter: LPVOID, Flags: DWORD) -> HANDLE:
    return NOTIFICATION


@export("user32")
def RegisterDeviceNotificationA(hRecipient: HANDLE, NotificationFilter: LPVOID, Flags: DWORD) -> HANDLE:
    return NOTIFICATION


@export("user32")
def UnregisterDeviceNotification(Handle: HANDLE) -> BOOL:
    return 1 if Handle == NOTIFICATION else fail(ERROR_INVALID_HANDLE)


@export("user32")
def RegisterPowerSettingNotification(hRecipient: HANDLE, PowerSettingGuid: LPVOID, Flags: DWORD) -> HANDLE:
    return NOTIFICATION


@export("user32")
def UnregisterPowerSettingNotification(Handle: HANDLE) -> BOOL:
    return 1 if Handle == NOTIFICATION else fail(ERROR_INVALID_HANDLE)


@export("user32")
def RegisterSuspendResumeNotification(hRecipient: HANDLE, Flags: DWORD) -> HANDLE:
    return NOTIFICATION


@export("user32")
def UnregisterSuspendResumeNotification(Handle: HANDLE) -> BOOL:
    return 1 if Handle == NOTIFICATION else fail(ERROR_INVALID_HANDLE)
