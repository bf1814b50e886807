"""Displays: one of 1920 by 1080 pixels at 96 dpi that nobody looks at, and what programs may set of it.

Source: Microsoft, "Multiple Display Monitors Functions", "SystemParametersInfoW function", "DPI and
device-independent pixels".
"""

from __future__ import annotations

import ctypes
import struct

from windlass import _core
from windlass.api.calls import is_true, windows
from windlass.api.outputs import fail, from_ansi, get_u32, put_u32
from windlass.api.user.system_fonts import icon_metrics, logical_font, nonclient_metrics
from windlass.registry import export
from windlass.types import (
    BOOL,
    DWORD,
    HANDLE,
    HDC,
    HMONITOR,
    HRESULT,
    HWND,
    INT,
    LONG,
    LPARAM,
    LPCSTR,
    LPCWSTR,
    LPDWORD,
    LPVOID,
    UINT,
    ULONGLONG,
    Calling,
)

ERROR_GEN_FAILURE, ERROR_NOT_SUPPORTED, ERROR_INVALID_PARAMETER = 31, 50, 87
AR_NOSENSOR = 0x10
ERROR_INVALID_MONITOR_HANDLE = 1461
E_INVALIDARG = -0x7FF8FFA9
WIDTH, HEIGHT = 1920, 1080
TASK_BAR = 40
MONITOR = 0x10001
DPI = 96
BITS_PER_PIXEL = 32
FREQUENCY = 60
DEVICE, DEVICE_STRING, DEVICE_ID = "\\\\.\\DISPLAY1", "Basic Display Adapter", "ROOT\\BASICDISPLAY"
MONITOR_DEFAULTTONULL = 0
MONITORINFOF_PRIMARY = 1
DISPLAY_DEVICE_ATTACHED_TO_DESKTOP, DISPLAY_DEVICE_PRIMARY_DEVICE = 1, 4
DISP_CHANGE_SUCCESSFUL, DISP_CHANGE_BADMODE = 0, -2
ENUM_CURRENT_SETTINGS, ENUM_REGISTRY_SETTINGS = 0xFFFFFFFF, 0xFFFFFFFE


def signed(pair: int) -> tuple[int, int]:
    """A POINT that was passed by value."""
    return struct.unpack("<ii", struct.pack("<Q", pair & 0xFFFFFFFFFFFFFFFF))


def text_field(text: str, units: int, wide: bool) -> bytes:
    data = text.encode("utf-16-le") if wide else text.encode("latin-1")
    size = units * 2 if wide else units
    return data[:size].ljust(size, b"\0")


# ---- monitors ----


@export("user32")
def EnumDisplayMonitors(hdc: HDC, lprcClip: LPVOID, lpfnEnum: LPVOID, dwData: LPARAM) -> Calling[BOOL]:
    if not lpfnEnum:
        return fail(ERROR_INVALID_PARAMETER)
    left, top, right, bottom = 0, 0, WIDTH, HEIGHT
    if lprcClip:
        clip = struct.unpack("<4i", _core.read(lprcClip, 16))
        left, top = max(left, clip[0]), max(top, clip[1])
        right, bottom = min(right, clip[2]), min(bottom, clip[3])
        if left >= right or top >= bottom:
            return 1
    rect = ctypes.create_string_buffer(struct.pack("<4i", left, top, right, bottom))
    return (yield from is_true(lpfnEnum, MONITOR, hdc, ctypes.addressof(rect), dwData))


def give_monitor_info(monitor: int, info: int, wide: bool) -> int:
    if monitor != MONITOR:
        return fail(ERROR_INVALID_MONITOR_HANDLE)
    size = get_u32(info)
    plain, extended = 40, 40 + (64 if wide else 32)
    if size not in (plain, extended):
        return fail(ERROR_INVALID_PARAMETER)
    data = struct.pack("<8iI", 0, 0, WIDTH, HEIGHT, 0, 0, WIDTH, HEIGHT - TASK_BAR, MONITORINFOF_PRIMARY)
    if size == extended:
        data += text_field(DEVICE, 32, wide)
    _core.write(info + 4, data)
    return 1


@export("user32")
def GetMonitorInfoW(hMonitor: HMONITOR, lpmi: LPVOID) -> BOOL:
    return give_monitor_info(hMonitor, lpmi, True)


@export("user32")
def GetMonitorInfoA(hMonitor: HMONITOR, lpmi: LPVOID) -> BOOL:
    return give_monitor_info(hMonitor, lpmi, False)


@export("user32")
def MonitorFromPoint(pt: ULONGLONG, dwFlags: DWORD) -> HMONITOR:
    x, y = signed(pt)
    inside = 0 <= x < WIDTH and 0 <= y < HEIGHT
    return MONITOR if inside or dwFlags != MONITOR_DEFAULTTONULL else 0


@export("user32")
def MonitorFromRect(lprc: LPVOID, dwFlags: DWORD) -> HMONITOR:
    left, top, right, bottom = struct.unpack("<4i", _core.read(lprc, 16))
    inside = left < WIDTH and right > 0 and top < HEIGHT and bottom > 0
    return MONITOR if inside or dwFlags != MONITOR_DEFAULTTONULL else 0


@export("user32")
def MonitorFromWindow(hwnd: HWND, dwFlags: DWORD) -> HMONITOR:
    return MONITOR


# ---- modes and devices ----


def give_mode(mode: int, info: int, wide: bool) -> int:
    """DEVMODE: its one display mode."""
    if mode not in (0, ENUM_CURRENT_SETTINGS, ENUM_REGISTRY_SETTINGS):
        return 0
    name = 64 if wide else 32
    fields = 0x00080000 | 0x00100000 | 0x00040000 | 0x00400000 | 0x00200000  # pels, bits, frequency, flags
    data = (
        bytes(name)
        + struct.pack("<4HI", 0x0401, 0x0401, get_u32(info + name + 4) & 0xFFFF, 0, fields)
        + struct.pack("<2i2I", 0, 0, 0, 0)
        + struct.pack("<5h", 0, 0, 0, 0, 0)
        + bytes(name)
        + struct.pack("<H5I", 0, BITS_PER_PIXEL, WIDTH, HEIGHT, 0, FREQUENCY)
    )
    _core.write(info, data)
    return 1


@export("user32")
def EnumDisplaySettingsExW(
    lpszDeviceName: LPCWSTR, iModeNum: DWORD, lpDevMode: LPVOID, dwFlags: DWORD
) -> BOOL:
    return give_mode(iModeNum, lpDevMode, True)


@export("user32")
def EnumDisplaySettingsExA(
    lpszDeviceName: LPCSTR, iModeNum: DWORD, lpDevMode: LPVOID, dwFlags: DWORD
) -> BOOL:
    return give_mode(iModeNum, lpDevMode, False)


@export("user32")
def EnumDisplaySettingsW(lpszDeviceName: LPCWSTR, iModeNum: DWORD, lpDevMode: LPVOID) -> BOOL:
    return give_mode(iModeNum, lpDevMode, True)


@export("user32")
def EnumDisplaySettingsA(lpszDeviceName: LPCSTR, iModeNum: DWORD, lpDevMode: LPVOID) -> BOOL:
    return give_mode(iModeNum, lpDevMode, False)


@export("user32")
def ChangeDisplaySettingsExW(
    lpszDeviceName: LPCWSTR, lpDevMode: LPVOID, hwnd: HWND, dwflags: DWORD, lParam: LPVOID
) -> LONG:
    return DISP_CHANGE_BADMODE if lpDevMode else DISP_CHANGE_SUCCESSFUL


@export("user32")
def ChangeDisplaySettingsExA(
    lpszDeviceName: LPCSTR, lpDevMode: LPVOID, hwnd: HWND, dwflags: DWORD, lParam: LPVOID
) -> LONG:
    return DISP_CHANGE_BADMODE if lpDevMode else DISP_CHANGE_SUCCESSFUL


@export("user32")
def ChangeDisplaySettingsW(lpDevMode: LPVOID, dwFlags: DWORD) -> LONG:
    return DISP_CHANGE_BADMODE if lpDevMode else DISP_CHANGE_SUCCESSFUL


@export("user32")
def ChangeDisplaySettingsA(lpDevMode: LPVOID, dwFlags: DWORD) -> LONG:
    return DISP_CHANGE_BADMODE if lpDevMode else DISP_CHANGE_SUCCESSFUL


@export("user32")
def DisplayConfigGetDeviceInfo(requestPacket: LPVOID) -> LONG:
    """QueryDisplayConfig names no path, so there is no adapter to ask about."""
    return ERROR_GEN_FAILURE if requestPacket else ERROR_INVALID_PARAMETER


@export("user32")
def SetDisplayConfig(
    numPathArrayElements: UINT,
    pathArray: LPVOID,
    numModeInfoArrayElements: UINT,
    modeInfoArray: LPVOID,
    flags: UINT,
) -> LONG:
    return ERROR_NOT_SUPPORTED


@export("user32")
def GetAutoRotationState(pState: LPDWORD) -> BOOL:
    if not pState:
        return fail(ERROR_INVALID_PARAMETER)
    put_u32(pState, AR_NOSENSOR)
    return 1


@export("user32")
def GetDisplayAutoRotationPreferences(pOrientation: LPDWORD) -> BOOL:
    put_u32(pOrientation, 0)
    return int(bool(pOrientation)) or fail(ERROR_INVALID_PARAMETER)


@export("user32")
def SetDisplayAutoRotationPreferences(orientation: DWORD) -> BOOL:
    return 1


def give_device(device: str | None, number: int, info: int, wide: bool) -> int:
    if number:
        return 0
    flags = DISPLAY_DEVICE_ATTACHED_TO_DESKTOP | DISPLAY_DEVICE_PRIMARY_DEVICE
    names = (DEVICE, DEVICE_STRING) if device is None else (DEVICE + "\\Monitor0", "Generic Monitor")
    data = (
        text_field(names[0], 32, wide)
        + text_field(names[1], 128, wide)
        + struct.pack("<I", flags)
        + text_field(DEVICE_ID, 128, wide)
        + text_field("", 128, wide)
    )
    _core.write(info + 4, data[: get_u32(info) - 4])
    return 1


@export("user32")
def EnumDisplayDevicesW(lpDevice: LPCWSTR, iDevNum: DWORD, lpDisplayDevice: LPVOID, dwFlags: DWORD) -> BOOL:
    return give_device(lpDevice, iDevNum, lpDisplayDevice, True)


@export("user32")
def EnumDisplayDevicesA(lpDevice: LPCSTR, iDevNum: DWORD, lpDisplayDevice: LPVOID, dwFlags: DWORD) -> BOOL:
    return give_device(from_ansi(lpDevice), iDevNum, lpDisplayDevice, False)


@export("user32")
def GetDisplayConfigBufferSizes(
    flags: DWORD, numPathArrayElements: LPDWORD, numModeInfoArrayElements: LPDWORD
) -> LONG:
    put_u32(numPathArrayElements, 0)
    put_u32(numModeInfoArrayElements, 0)
    return 0


@export("user32")
def QueryDisplayConfig(
    flags: DWORD,
    numPathArrayElements: LPDWORD,
    pathArray: LPVOID,
    numModeInfoArrayElements: LPDWORD,
    modeInfoArray: LPVOID,
    currentTopologyId: LPDWORD,
) -> LONG:
    put_u32(numPathArrayElements, 0)
    put_u32(numModeInfoArrayElements, 0)
    return 0


# ---- resolution: what programs say of their awareness is kept ----

UNAWARE, SYSTEM_AWARE, PER_MONITOR_AWARE, PER_MONITOR_AWARE_V2, UNAWARE_GDISCALED = -1, -2, -3, -4, -5
AWARENESS = {UNAWARE: 0, SYSTEM_AWARE: 1, PER_MONITOR_AWARE: 2, PER_MONITOR_AWARE_V2: 2, UNAWARE_GDISCALED: 0}
_context = SYSTEM_AWARE


def context_of(handle: int) -> int | None:
    number = handle - (1 << 64) if handle >> 63 else handle
    return number if number in AWARENESS else None


def set_context(handle: int) -> int:
    """The context before; 0 with the error set."""
    global _context
    fresh = context_of(handle)
    if fresh is None:
        return fail(ERROR_INVALID_PARAMETER)
    before, _context = _context, fresh
    return before & 0xFFFFFFFFFFFFFFFF


@export("user32")
def SetProcessDPIAware() -> BOOL:
    return int(bool(set_context(SYSTEM_AWARE & 0xFFFFFFFFFFFFFFFF)))


@export("user32")
def IsProcessDPIAware() -> BOOL:
    return int(AWARENESS[_context] > 0)


@export("user32")
def SetProcessDpiAwarenessContext(value: HANDLE) -> BOOL:
    return int(bool(set_context(value)))


@export("user32")
def SetThreadDpiAwarenessContext(dpiContext: HANDLE) -> HANDLE:
    return set_context(dpiContext)


@export("user32")
def GetThreadDpiAwarenessContext() -> HANDLE:
    return _context & 0xFFFFFFFFFFFFFFFF


@export("user32")
def GetWindowDpiAwarenessContext(hwnd: HWND) -> HANDLE:
    return _context & 0xFFFFFFFFFFFFFFFF


@export("user32")
def GetAwarenessFromDpiAwarenessContext(value: HANDLE) -> INT:
    context = context_of(value)
    return -1 if context is None else AWARENESS[context]


@export("user32")
def AreDpiAwarenessContextsEqual(dpiContextA: HANDLE, dpiContextB: HANDLE) -> BOOL:
    return int(context_of(dpiContextA) is not None and dpiContextA == dpiContextB)


@export("user32")
def IsValidDpiAwarenessContext(value: HANDLE) -> BOOL:
    return int(context_of(value) is not None)


@export("user32")
def EnableNonClientDpiScaling(hwnd: HWND) -> BOOL:
    return 1


@export("user32")
def GetDpiForSystem() -> UINT:
    return DPI


@export("user32")
def GetDpiForWindow(hwnd: HWND) -> UINT:
    return DPI if windows("user32", "IsWindow", hwnd) & 0xFFFFFFFF else 0


@export("user32")
def GetSystemMetricsForDpi(nIndex: INT, dpi: UINT) -> INT:
    return windows("user32", "GetSystemMetrics", nIndex & 0xFFFFFFFF) & 0xFFFFFFFF


@export("shcore")
def GetDpiForMonitor(hmonitor: HMONITOR, dpiType: DWORD, dpiX: LPDWORD, dpiY: LPDWORD) -> HRESULT:
    if hmonitor != MONITOR or dpiType > 2:
        return E_INVALIDARG
    put_u32(dpiX, DPI)
    put_u32(dpiY, DPI)
    return 0


@export("shcore")
def SetProcessDpiAwareness(value: DWORD) -> HRESULT:
    contexts = {0: UNAWARE, 1: SYSTEM_AWARE, 2: PER_MONITOR_AWARE}
    if value not in contexts:
        return E_INVALIDARG
    set_context(contexts[value] & 0xFFFFFFFFFFFFFFFF)
    return 0


@export("shcore")
def GetProcessDpiAwareness(hprocess: HANDLE, value: LPDWORD) -> HRESULT:
    put_u32(value, AWARENESS[_context])
    return 0


@export("shcore")
def GetScaleFactorForMonitor(hMon: HMONITOR, pScale: LPDWORD) -> HRESULT:
    put_u32(pScale, 100)
    return 0


# ---- parameters and colours ----

SPI_GETBEEP, SPI_GETBORDER, SPI_GETKEYBOARDSPEED, SPI_GETSCREENSAVETIMEOUT = 1, 5, 10, 14
SPI_GETSCREENSAVEACTIVE, SPI_GETKEYBOARDDELAY, SPI_GETWORKAREA, SPI_GETWHEELSCROLLLINES = 16, 22, 48, 104
SPI_GETDRAGFULLWINDOWS, SPI_GETFONTSMOOTHING, SPI_GETMOUSE, SPI_GETMOUSESPEED = 38, 74, 3, 112
SPI_GETFOREGROUNDLOCKTIMEOUT, SPI_GETCLIENTAREAANIMATION, SPI_GETSCREENREADER = 0x2000, 0x1042, 70
SPI_GETMENUDROPALIGNMENT, SPI_GETFONTSMOOTHINGTYPE, SPI_GETFONTSMOOTHINGCONTRAST = 27, 0x200A, 0x200C
SPI_GETICONTITLELOGFONT, SPI_GETNONCLIENTMETRICS, SPI_GETICONMETRICS = 31, 41, 45

NUMBERS = {
    SPI_GETBEEP: 0,
    SPI_GETBORDER: 1,
    SPI_GETKEYBOARDSPEED: 31,
    SPI_GETSCREENSAVETIMEOUT: 0,
    SPI_GETSCREENSAVEACTIVE: 0,
    SPI_GETKEYBOARDDELAY: 1,
    SPI_GETWHEELSCROLLLINES: 3,
    SPI_GETDRAGFULLWINDOWS: 1,
    SPI_GETFONTSMOOTHING: 1,
    SPI_GETMOUSESPEED: 10,
    SPI_GETFOREGROUNDLOCKTIMEOUT: 200000,
    SPI_GETCLIENTAREAANIMATION: 1,
    SPI_GETSCREENREADER: 0,
    SPI_GETMENUDROPALIGNMENT: 0,
    SPI_GETFONTSMOOTHINGTYPE: 2,
    SPI_GETFONTSMOOTHINGCONTRAST: 1400,
}


def font_parameter(action: int, address: int, wide: bool, dpi: int) -> int:
    """Those that tell fonts; the size is in the structure, which the caller gives."""
    told: bytes | None
    if action == SPI_GETICONTITLELOGFONT:
        told = logical_font(wide, dpi)
    elif action == SPI_GETNONCLIENTMETRICS:
        told = nonclient_metrics(get_u32(address), wide, dpi)
    else:
        told = icon_metrics(get_u32(address), wide, dpi)
    if told is None:
        return fail(ERROR_INVALID_PARAMETER)
    _core.write(address, told)
    return 1


def system_parameter(action: int, value: int, wide: bool, dpi: int = DPI) -> int:
    if action in NUMBERS:
        put_u32(value, NUMBERS[action])
        return 1
    if action in (SPI_GETICONTITLELOGFONT, SPI_GETNONCLIENTMETRICS, SPI_GETICONMETRICS) and value:
        return font_parameter(action, value, wide, dpi)
    if action == SPI_GETWORKAREA:
        _core.write(value, struct.pack("<4i", 0, 0, WIDTH, HEIGHT - TASK_BAR))
        return 1
    if action == SPI_GETMOUSE:
        _core.write(value, struct.pack("<3i", 6, 10, 1))
        return 1
    return fail(ERROR_INVALID_PARAMETER)


@export("user32")
def SystemParametersInfoW(uiAction: UINT, uiParam: UINT, pvParam: LPVOID, fWinIni: UINT) -> BOOL:
    return system_parameter(uiAction, pvParam, True)


@export("user32")
def SystemParametersInfoA(uiAction: UINT, uiParam: UINT, pvParam: LPVOID, fWinIni: UINT) -> BOOL:
    return system_parameter(uiAction, pvParam, False)


@export("user32")
def SystemParametersInfoForDpi(
    uiAction: UINT, uiParam: UINT, pvParam: LPVOID, fWinIni: UINT, dpi: UINT
) -> BOOL:
    return system_parameter(uiAction, pvParam, True, dpi)


@export("user32")
def SetSysColors(cElements: INT, lpaElements: LPVOID, lpaRgbValues: LPVOID) -> BOOL:
    return fail(5)  # ERROR_ACCESS_DENIED: they are everybody's


@export("user32")
def GetDoubleClickTime() -> UINT:
    return 500


@export("user32")
def SetDoubleClickTime(uInterval: UINT) -> BOOL:
    return 1


@export("user32")
def GetCaretBlinkTime() -> UINT:
    return 530


@export("user32")
def SetCaretBlinkTime(uMSeconds: UINT) -> BOOL:
    return 1


# ---- the direction of windows that have no parent ----

_layout = 0


@export("user32")
def GetProcessDefaultLayout(pdwDefaultLayout: LPDWORD) -> BOOL:
    if not pdwDefaultLayout:
        return fail(ERROR_INVALID_PARAMETER)
    put_u32(pdwDefaultLayout, _layout)
    return 1


@export("user32")
def SetProcessDefaultLayout(dwDefaultLayout: DWORD) -> BOOL:
    global _layout
    _layout = dwDefaultLayout
    return 1
