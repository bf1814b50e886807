"""Keyboard, mouse and touch: there are none, so nothing is typed and nothing moves.

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
    HWND,
    INT,
    LPDWORD,
    LPVOID,
    LRESULT,
    UINT,
    VOID,
)

ERROR_ACCESS_DENIED = 5
ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_POINT_NOT_FOUND = 6, 87, 1171
RAWINPUTHEADER_SIZE = 24
FAILED = 0xFFFFFFFF


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


@export("user32")
def GetRawInputBuffer(pData: LPVOID, pcbSize: LPDWORD, cbSizeHeader: UINT) -> UINT:
    if not pData:
        put_u32(pcbSize, 0)
    return 0


@export("user32")
def DefRawInputProc(paRawInput: LPVOID, nInput: INT, cbSizeHeader: UINT) -> LRESULT:
    return 0 if cbSizeHeader == RAWINPUTHEADER_SIZE else -1


@export("user32")
def GetMouseMovePointsEx(
    cbSize: UINT, lppt: LPVOID, lpptBuf: LPVOID, nBufPoints: INT, resolution: DWORD
) -> INT:
    fail(ERROR_POINT_NOT_FOUND)
    return -1


@export("user32")
def SetPhysicalCursorPos(X: INT, Y: INT) -> BOOL:
    return SetCursorPos(X, Y)


@export("user32")
def SetSystemCursor(hcur: HANDLE, id: DWORD) -> BOOL:
    """The system takes the cursor over."""
    return windows("user32", "DestroyCursor", hcur) & 0xFFFFFFFF


@export("user32")
def GetCurrentInputMessageSource(inputMessageSource: LPVOID) -> BOOL:
    """No message came of a device."""
    _core.write(inputMessageSource, bytes(8))
    return 1


# ---- pointers, touch and gestures: no message ever carried one ----


@export("user32")
def GetPointerDevices(deviceCount: LPDWORD, pointerDevices: LPVOID) -> BOOL:
    put_u32(deviceCount, 0)
    return 1


@export("user32")
def GetPointerDeviceRects(device: HANDLE, pointerDeviceRect: LPVOID, displayRect: LPVOID) -> BOOL:
    return fail(ERROR_INVALID_PARAMETER)


@export("user32")
def GetPointerType(pointerId: DWORD, pointerType: LPVOID) -> BOOL:
    return fail(ERROR_INVALID_PARAMETER)


@export("user32")
def GetPointerInfo(pointerId: DWORD, pointerInfo: LPVOID) -> BOOL:
    return fail(ERROR_INVALID_PARAMETER)


@export("user32")
def GetPointerInfoHistory(pointerId: DWORD, entriesCount: LPDWORD, pointerInfo: LPVOID) -> BOOL:
    return fail(ERROR_INVALID_PARAMETER)


@export("user32")
def GetPointerFrameInfo(pointerId: DWORD, pointerCount: LPDWORD, pointerInfo: LPVOID) -> BOOL:
    return fail(ERROR_INVALID_PARAMETER)


@export("user32")
def GetPointerTouchInfo(pointerId: DWORD, touchInfo: LPVOID) -> BOOL:
    return fail(ERROR_INVALID_PARAMETER)


@export("user32")
def GetPointerTouchInfoHistory(pointerId: DWORD, entriesCount: LPDWORD, touchInfo: LPVOID) -> BOOL:
    return fail(ERROR_INVALID_PARAMETER)


@export("user32")
def GetPointerFrameTouchInfo(pointerId: DWORD, pointerCount: LPDWORD, touchInfo: LPVOID) -> BOOL:
    return fail(ERROR_INVALID_PARAMETER)


@export("user32")
def GetPointerFrameTouchInfoHistory(
    pointerId: DWORD, entriesCount: LPDWORD, pointerCount: LPDWORD, touchInfo: LPVOID
) -> BOOL:
    return fail(ERROR_INVALID_PARAMETER)


@export("user32")
def GetPointerPenInfo(pointerId: DWORD, penInfo: LPVOID) -> BOOL:
    return fail(ERROR_INVALID_PARAMETER)


@export("user32")
def GetPointerPenInfoHistory(pointerId: DWORD, entriesCount: LPDWORD, penInfo: LPVOID) -> BOOL:
    return fail(ERROR_INVALID_PARAMETER)


@export("user32")
def GetPointerFramePenInfo(pointerId: DWORD, pointerCount: LPDWORD, penInfo: LPVOID) -> BOOL:
    return fail(ERROR_INVALID_PARAMETER)


@export("user32")
def SkipPointerFrameMessages(pointerId: DWORD) -> BOOL:
    return fail(ERROR_INVALID_PARAMETER)


@export("user32")
def RegisterPointerDeviceNotifications(window: HWND, notifyRange: BOOL) -> BOOL:
    return windows("user32", "IsWindow", window) & 0xFFFFFFFF


@export("user32")
def EnableMouseInPointer(fEnable: BOOL) -> BOOL:
    """What a process says first holds."""
    global _mouse_in_pointer
    if _mouse_in_pointer not in (None, bool(fEnable)):
        return fail(ERROR_ACCESS_DENIED)
    _mouse_in_pointer = bool(fEnable)
    return 1


@export("user32")
def IsMouseInPointerEnabled() -> BOOL:
    return int(bool(_mouse_in_pointer))


_mouse_in_pointer: bool | None = None


@export("user32")
def GetTouchInputInfo(hTouchInput: HANDLE, cInputs: UINT, pInputs: LPVOID, cbSize: INT) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("user32")
def CloseTouchInputHandle(hTouchInput: HANDLE) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("user32")
def GetGestureInfo(hGestureInfo: HANDLE, pGestureInfo: LPVOID) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("user32")
def GetGestureExtraArgs(hGestureInfo: HANDLE, cbExtraArgs: UINT, pExtraArgs: LPVOID) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("user32")
def CloseGestureInfoHandle(hGestureInfo: HANDLE) -> BOOL:
    return fail(ERROR_INVALID_HANDLE)


@export("user32")
def SetGestureConfig(hwnd: HWND, dwReserved: DWORD, cIDs: UINT, pGestureConfig: LPVOID, cbSize: UINT) -> BOOL:
    return windows("user32", "IsWindow", hwnd) & 0xFFFFFFFF
