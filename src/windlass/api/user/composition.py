"""The Desktop Window Manager (dwmapi): "desktop composition is always enabled" since Windows 8, and
nothing is seen of it. What programs want to look like is taken and has no effect; thumbnails, which somebody
would have to look at, and times of a display's refresh are refused.

Source: Microsoft, "DWM Functions", "DWMWINDOWATTRIBUTE enumeration".
"""

from __future__ import annotations

import struct

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import put_u32
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, HRESULT, HWND, LPARAM, LPDWORD, LPVOID, UINT, WPARAM

S_OK = 0
E_INVALIDARG, E_HANDLE, E_NOTIMPL = -0x7FF8FFA9, -0x7FF8FFFA, -0x7FFFBFFF
DWMWA_NCRENDERING_ENABLED, DWMWA_CAPTION_BUTTON_BOUNDS, DWMWA_EXTENDED_FRAME_BOUNDS, DWMWA_CLOAKED = (
    1,
    5,
    9,
    14,
)
DWMWA_LAST = 41
SETTABLE = set(range(2, 5)) | {6, 7, 8} | set(range(10, 14)) | {15, 17, 19, 20} | set(range(33, DWMWA_LAST))
WINDOWS_10_BLUE = 0xC40078D7


def is_window(handle: int) -> bool:
    return bool(windows("user32", "IsWindow", handle) & 0xFFFFFFFF)


def accept(window: int) -> int:
    return S_OK if is_window(window) else E_HANDLE


@export("dwmapi")
def DwmIsCompositionEnabled(pfEnabled: LPDWORD) -> HRESULT:
    if not pfEnabled:
        return E_INVALIDARG
    put_u32(pfEnabled, 1)
    return S_OK


@export("dwmapi")
def DwmEnableComposition(uCompositionAction: UINT) -> HRESULT:
    return S_OK


@export("dwmapi")
def DwmEnableMMCSS(fEnableMMCSS: BOOL) -> HRESULT:
    return S_OK


@export("dwmapi")
def DwmFlush() -> HRESULT:
    return S_OK


@export("dwmapi")
def DwmExtendFrameIntoClientArea(hWnd: HWND, pMarInset: LPVOID) -> HRESULT:
    return accept(hWnd) if pMarInset else E_INVALIDARG


@export("dwmapi")
def DwmEnableBlurBehindWindow(hWnd: HWND, pBlurBehind: LPVOID) -> HRESULT:
    return accept(hWnd) if pBlurBehind else E_INVALIDARG


@export("dwmapi")
def DwmSetWindowAttribute(hwnd: HWND, dwAttribute: DWORD, pvAttribute: LPVOID, cbAttribute: DWORD) -> HRESULT:
    if dwAttribute not in SETTABLE or not pvAttribute:
        return E_INVALIDARG
    return accept(hwnd)


def attribute(window: int, which: int) -> bytes | None:
    if which == DWMWA_NCRENDERING_ENABLED:
        return struct.pack("<I", 1)
    if which == DWMWA_CLOAKED:
        return struct.pack("<I", 0)
    if which == DWMWA_CAPTION_BUTTON_BOUNDS:
        return bytes(16)
    if which == DWMWA_EXTENDED_FRAME_BOUNDS:
        rect = windows("ucrtbase", "malloc", 16)
        windows("user32", "GetWindowRect", window, rect)
        data = _core.read(rect, 16)
        windows("ucrtbase", "free", rect)
        return data
    return None


@export("dwmapi")
def DwmGetWindowAttribute(hwnd: HWND, dwAttribute: DWORD, pvAttribute: LPVOID, cbAttribute: DWORD) -> HRESULT:
    if not is_window(hwnd):
        return E_HANDLE
    data = attribute(hwnd, dwAttribute)
    if data is None or not pvAttribute or cbAttribute < len(data):
        return E_INVALIDARG
    _core.write(pvAttribute, data)
    return S_OK


@export("dwmapi")
def DwmGetColorizationColor(pcrColorization: LPDWORD, pfOpaqueBlend: LPDWORD) -> HRESULT:
    if not pcrColorization or not pfOpaqueBlend:
        return E_INVALIDARG
    put_u32(pcrColorization, WINDOWS_10_BLUE)
    put_u32(pfOpaqueBlend, 0)
    return S_OK


@export("dwmapi")
def DwmDefWindowProc(hWnd: HWND, msg: UINT, wParam: WPARAM, lParam: LPARAM, plResult: LPVOID) -> BOOL:
    return 0


@export("dwmapi")
def DwmInvalidateIconicBitmaps(hwnd: HWND) -> HRESULT:
    return accept(hwnd)


@export("dwmapi")
def DwmSetIconicThumbnail(hwnd: HWND, hbmp: HANDLE, dwSITFlags: DWORD) -> HRESULT:
    return accept(hwnd)


@export("dwmapi")
def DwmSetIconicLivePreviewBitmap(hwnd: HWND, hbmp: HANDLE, pptClient: LPVOID, dwSITFlags: DWORD) -> HRESULT:
    return accept(hwnd)


@export("dwmapi")
def DwmRegisterThumbnail(hwndDestination: HWND, hwndSource: HWND, phThumbnailId: LPVOID) -> HRESULT:
    return E_NOTIMPL if is_window(hwndDestination) and is_window(hwndSource) else E_INVALIDARG


@export("dwmapi")
def DwmUnregisterThumbnail(hThumbnailId: HANDLE) -> HRESULT:
    return E_INVALIDARG


@export("dwmapi")
def DwmUpdateThumbnailProperties(hThumbnailId: HANDLE, ptnProperties: LPVOID) -> HRESULT:
    return E_INVALIDARG


@export("dwmapi")
def DwmQueryThumbnailSourceSize(hThumbnail: HANDLE, pSize: LPVOID) -> HRESULT:
    return E_INVALIDARG


@export("dwmapi")
def DwmGetCompositionTimingInfo(hwnd: HWND, pTimingInfo: LPVOID) -> HRESULT:
    return E_NOTIMPL


@export("dwmapi")
def DwmGetTransportAttributes(
    pfIsRemoting: LPDWORD, pfIsConnected: LPDWORD, pDwGeneration: LPDWORD
) -> HRESULT:
    if not (pfIsRemoting and pfIsConnected and pDwGeneration):
        return E_INVALIDARG
    put_u32(pfIsRemoting, 0)
    put_u32(pfIsConnected, 0)
    put_u32(pDwGeneration, 0)
    return S_OK
