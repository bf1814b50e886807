"""Keyboard, mouse and touch: there are none, so no key is down and nothing moves.

Source: Microsoft, "Keyboard Input Reference", "Mouse Input Reference", "Raw Input Reference".
"""

from __future__ import annotations

import struct

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import fail, put_u32
from windlass.registry import export
from windlass.types import (
    BOOL,
    BYTE,
    DWORD,
    HANDLE,
    HKL,
    HWND,
    INT,
    LPCWSTR,
    LPDWORD,
    LPVOID,
    LPWSTR,
    SHORT,
    UINT,
    VOID,
    WCHAR,
)

ERROR_ACCESS_DENIED = 5
ERROR_INVALID_PARAMETER = 87
ENGLISH = 0x04090409  # language and layout: English (United States)
FAILED = 0xFFFFFFFF

# Virtual keys and scan codes of the US layout, in the order of the scan codes.
ROWS = {
    0x02: "1234567890\xbd\xbb\x08\x09QWERTYUIOP\xdb\xdd\x0d",
    0x1E: "ASDFGHJKL\xba\xde\xc0",
    0x2B: "\xdcZXCVBNM\xbc\xbe\xbf",
}
SCAN_CODES = {ord(key): first + i for first, keys in ROWS.items() for i, key in enumerate(keys)}
SCAN_CODES.update(
    {0x1B: 0x01, 0x20: 0x39, 0x10: 0x2A, 0xA0: 0x2A, 0xA1: 0x36, 0x11: 0x1D, 0x12: 0x38, 0x14: 0x3A}
)
SCAN_CODES.update({0x70 + i: 0x3B + i for i in range(10)})  # F1 to F10
SCAN_CODES.update({0x7A: 0x57, 0x7B: 0x58, 0x21: 0x49, 0x22: 0x51, 0x23: 0x4F, 0x24: 0x47})
SCAN_CODES.update({0x25: 0x4B, 0x26: 0x48, 0x27: 0x4D, 0x28: 0x50, 0x2D: 0x52, 0x2E: 0x53})
KEYS = {scan: key for key, scan in reversed(list(SCAN_CODES.items()))}
# What the keys type without and with Shift.
PLAIN = dict(zip(b"\xbd\xbb\xdb\xdd\xba\xde\xc0\xdc\xbc\xbe\xbf \b\t\r\x1b", "-=[];'`\\,./ \b\t\r\x1b"))
SHIFTED = {**dict(zip(PLAIN, '_+{}:"~|<>? \b\t\r\x1b')), **dict(zip(range(0x30, 0x3A), ")!@#$%^&*("))}
VK_SHIFT, VK_CAPITAL, VK_CONTROL = 0x10, 0x14, 0x11
MAPVK_VK_TO_VSC, MAPVK_VSC_TO_VK, MAPVK_VK_TO_CHAR, MAPVK_VSC_TO_VK_EX, MAPVK_VK_TO_VSC_EX = range(5)


def character(key: int, shift: bool, capitals: bool = False) -> str:
    if 0x41 <= key <= 0x5A:
        return chr(key) if shift != capitals else chr(key).lower()
    if shift:
        return SHIFTED.get(key, "")
    return PLAIN.get(key) or (chr(key) if 0x30 <= key <= 0x39 else "")


def map_key(code: int, kind: int) -> int:
    if kind in (MAPVK_VK_TO_VSC, MAPVK_VK_TO_VSC_EX):
        return SCAN_CODES.get(code, 0)
    if kind in (MAPVK_VSC_TO_VK, MAPVK_VSC_TO_VK_EX):
        return KEYS.get(code & 0xFF, 0)
    if kind == MAPVK_VK_TO_CHAR:
        text = character(code, False)
        return ord(text.upper()) if text else 0
    return 0


@export("user32")
def MapVirtualKeyW(uCode: UINT, uMapType: UINT) -> UINT:
    return map_key(uCode, uMapType)


@export("user32")
def MapVirtualKeyA(uCode: UINT, uMapType: UINT) -> UINT:
    return map_key(uCode, uMapType)


@export("user32")
def MapVirtualKeyExW(uCode: UINT, uMapType: UINT, dwhkl: HKL) -> UINT:
    return map_key(uCode, uMapType)


@export("user32")
def MapVirtualKeyExA(uCode: UINT, uMapType: UINT, dwhkl: HKL) -> UINT:
    return map_key(uCode, uMapType)


def typed(key: int, state: int) -> str:
    """What a key types in the keyboard state at an address."""
    keys = _core.read(state, 256) if state else bytes(256)
    if keys[VK_CONTROL] & 0x80 and 0x41 <= key <= 0x5A:
        return chr(key - 0x40)
    return character(key, bool(keys[VK_SHIFT] & 0x80), bool(keys[VK_CAPITAL] & 1))


@export("user32")
def ToUnicodeEx(
    wVirtKey: UINT,
    wScanCode: UINT,
    lpKeyState: LPVOID,
    pwszBuff: LPWSTR,
    cchBuff: INT,
    wFlags: UINT,
    dwhkl: HKL,
) -> INT:
    text = typed(wVirtKey, lpKeyState)
    if text and cchBuff > 0:
        _core.write(pwszBuff, _core.wide_bytes(text)[: cchBuff * 2])
    return len(text)


@export("user32")
def ToUnicode(
    wVirtKey: UINT, wScanCode: UINT, lpKeyState: LPVOID, pwszBuff: LPWSTR, cchBuff: INT, wFlags: UINT
) -> INT:
    return ToUnicodeEx(wVirtKey, wScanCode, lpKeyState, pwszBuff, cchBuff, wFlags, ENGLISH)


@export("user32")
def ToAscii(uVirtKey: UINT, uScanCode: UINT, lpKeyState: LPVOID, lpChar: LPVOID, uFlags: UINT) -> INT:
    text = typed(uVirtKey, lpKeyState)
    if text:
        _core.write(lpChar, struct.pack("<H", ord(text)))
    return len(text)


@export("user32")
def VkKeyScanW(ch: WCHAR) -> SHORT:
    for shift in (False, True):
        for key in SCAN_CODES:
            if character(key, shift) == chr(ch):
                return key | (0x100 if shift else 0)
    return -1


@export("user32")
def GetKeyboardLayout(idThread: DWORD) -> HKL:
    return ENGLISH


@export("user32")
def GetKeyboardLayoutList(nBuff: INT, lpList: LPVOID) -> INT:
    if nBuff > 0:
        _core.write(lpList, struct.pack("<Q", ENGLISH))
    return 1


@export("user32")
def GetKeyboardLayoutNameW(pwszKLID: LPWSTR) -> BOOL:
    _core.write(pwszKLID, _core.wide_bytes("00000409"))
    return 1


@export("user32")
def ActivateKeyboardLayout(hkl: HKL, Flags: UINT) -> HKL:
    return ENGLISH


@export("user32")
def LoadKeyboardLayoutW(pwszKLID: LPCWSTR, Flags: UINT) -> HKL:
    return ENGLISH


@export("user32")
def GetKeyboardType(nTypeFlag: INT) -> INT:
    return {0: 4, 1: 0, 2: 12}.get(nTypeFlag, 0)


@export("user32")
def SendInput(cInputs: UINT, pInputs: LPVOID, cbSize: INT) -> UINT:
    return fail(ERROR_ACCESS_DENIED)


@export("user32")
def keybd_event(bVk: BYTE, bScan: BYTE, dwFlags: DWORD, dwExtraInfo: LPVOID) -> VOID:
    """Nobody reads the keyboard."""


@export("user32")
def mouse_event(dwFlags: DWORD, dx: DWORD, dy: DWORD, dwData: DWORD, dwExtraInfo: LPVOID) -> VOID:
    """Nobody follows the mouse."""


@export("user32")
def BlockInput(fBlockIt: BOOL) -> BOOL:
    return fail(ERROR_ACCESS_DENIED)


@export("user32")
def GetLastInputInfo(plii: LPVOID) -> BOOL:
    """No input since the system's start."""
    put_u32(plii + 4, 0)
    return 1


# ---- the mouse: its place is remembered ----

_place = (0, 0)


@export("user32")
def GetCursorPos(lpPoint: LPVOID) -> BOOL:
    _core.write(lpPoint, struct.pack("<2i", *_place))
    return 1


@export("user32")
def GetPhysicalCursorPos(lpPoint: LPVOID) -> BOOL:
    return GetCursorPos(lpPoint)


@export("user32")
def SetCursorPos(X: INT, Y: INT) -> BOOL:
    global _place
    _place = (X, Y)
    return 1


@export("user32")
def ClipCursor(lpRect: LPVOID) -> BOOL:
    return 1


@export("user32")
def GetClipCursor(lpRect: LPVOID) -> BOOL:
    size = [windows("user32", "GetSystemMetrics", i) & 0xFFFFFFFF for i in (0, 1)]
    _core.write(lpRect, struct.pack("<4i", 0, 0, *size))
    return 1


@export("user32")
def SwapMouseButton(fSwap: BOOL) -> BOOL:
    return 0


@export("user32")
def TrackMouseEvent(lpEventTrack: LPVOID) -> BOOL:
    return 1


@export("user32")
def DragDetect(hwnd: HWND, pt: LPVOID) -> BOOL:
    return 0


# ---- what is in front ----


@export("user32")
def BringWindowToTop(hWnd: HWND) -> BOOL:
    return windows("user32", "IsWindow", hWnd) & 0xFFFFFFFF


@export("user32")
def AllowSetForegroundWindow(dwProcessId: DWORD) -> BOOL:
    return 1


@export("user32")
def LockSetForegroundWindow(uLockCode: UINT) -> BOOL:
    return 1


@export("user32")
def AttachThreadInput(idAttach: DWORD, idAttachTo: DWORD, fAttach: BOOL) -> BOOL:
    return int(idAttach != idAttachTo) or fail(ERROR_INVALID_PARAMETER)


@export("user32")
def WindowFromPoint(Point: LPVOID) -> HWND:
    return 0


@export("user32")
def ChildWindowFromPointEx(hwnd: HWND, pt: LPVOID, flags: UINT) -> HWND:
    return 0


# ---- raw input and touch: no devices ----


@export("user32")
def GetRawInputDeviceList(pRawInputDeviceList: LPVOID, puiNumDevices: LPDWORD, cbSize: UINT) -> UINT:
    put_u32(puiNumDevices, 0)
    return 0


@export("user32")
def RegisterRawInputDevices(pRawInputDevices: LPVOID, uiNumDevices: UINT, cbSize: UINT) -> BOOL:
    return 1


@export("user32")
def GetRegisteredRawInputDevices(pRawInputDevices: LPVOID, puiNumDevices: LPDWORD, cbSize: UINT) -> UINT:
    put_u32(puiNumDevices, 0)
    return 0


@export("user32")
def GetRawInputData(
    hRawInput: HANDLE, uiCommand: UINT, pData: LPVOID, pcbSize: LPDWORD, cbSizeHeader: UINT
) -> UINT:
    fail(6)  # ERROR_INVALID_HANDLE: no message ever carried one
    return FAILED


@export("user32")
def GetRawInputDeviceInfoW(hDevice: HANDLE, uiCommand: UINT, pData: LPVOID, pcbSize: LPDWORD) -> UINT:
    fail(6)
    return FAILED


@export("user32")
def GetRawInputDeviceInfoA(hDevice: HANDLE, uiCommand: UINT, pData: LPVOID, pcbSize: LPDWORD) -> UINT:
    fail(6)
    return FAILED


@export("user32")
def RegisterTouchWindow(hwnd: HWND, ulFlags: DWORD) -> BOOL:
    return 1


@export("user32")
def UnregisterTouchWindow(hwnd: HWND) -> BOOL:
    return 1


@export("user32")
def IsTouchWindow(hwnd: HWND, pulFlags: LPDWORD) -> BOOL:
    put_u32(pulFlags, 0)
    return 0


@export("user32")
def RegisterHotKey(hWnd: HWND, id: INT, fsModifiers: UINT, vk: UINT) -> BOOL:
    return 1


@export("user32")
def UnregisterHotKey(hWnd: HWND, id: INT) -> BOOL:
    return 1
