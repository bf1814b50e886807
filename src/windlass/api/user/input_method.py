"""Input method editors (imm32): no language is installed that needs one. Input contexts exist and keep what
programs tell them; nothing is ever being composed in them.

Source: Microsoft, "Input Method Manager Functions".
"""

from __future__ import annotations

import itertools
import struct

from windlass import _core
from windlass.api.calls import is_true, windows
from windlass.api.outputs import put_u32
from windlass.registry import export
from windlass.types import (
    BOOL,
    DWORD,
    HANDLE,
    HKL,
    HWND,
    INT,
    LONG,
    LPARAM,
    LPCSTR,
    LPCWSTR,
    LPDWORD,
    LPSTR,
    LPVOID,
    LPWSTR,
    LRESULT,
    UINT,
    WPARAM,
    Calling,
)

VK_PROCESSKEY = 0xE5
IMM_ERROR_NODATA = -1
IACE_DEFAULT, IACE_IGNORENOCONTEXT = 0x10, 0x20
COMPOSITION_FORM, CANDIDATE_FORM, POINT_SIZE, LOGFONTA_SIZE, LOGFONTW_SIZE = 28, 32, 8, 60, 92
CANDIDATE_LISTS = 4


class Context:
    """What a program has set in an input context, as the bytes of its structures."""

    def __init__(self) -> None:
        self.is_open = 0
        self.conversion = self.sentence = 0
        self.composition = bytes(COMPOSITION_FORM)
        self.candidates: dict[int, bytes] = {}
        self.status = bytes(POINT_SIZE)
        self.font: dict[int, bytes] = {}


_numbers = itertools.count(0x80001, 2)
_contexts: dict[int, Context] = {}
_of_window: dict[int, int] = {}  # 0: the window was given none
_default = 0


def create() -> int:
    handle = next(_numbers)
    _contexts[handle] = Context()
    return handle


def default() -> int:
    """The context of all windows that were not given another."""
    global _default
    _default = _default or create()
    return _default


def is_window(handle: int) -> bool:
    return bool(windows("user32", "IsWindow", handle) & 0xFFFFFFFF)


# ---- contexts ----


@export("imm32")
def ImmCreateContext() -> HANDLE:
    return create()


@export("imm32")
def ImmDestroyContext(hIMC: HANDLE) -> BOOL:
    if hIMC == _default:
        return 0
    return int(_contexts.pop(hIMC, None) is not None)


@export("imm32")
def ImmGetContext(hWnd: HWND) -> HANDLE:
    return _of_window.get(hWnd, default()) if is_window(hWnd) else 0


@export("imm32")
def ImmReleaseContext(hWnd: HWND, hIMC: HANDLE) -> BOOL:
    return 1


@export("imm32")
def ImmAssociateContext(hWnd: HWND, hIMC: HANDLE) -> HANDLE:
    if not is_window(hWnd) or (hIMC and hIMC not in _contexts):
        return 0
    before = _of_window.get(hWnd, default())
    _of_window[hWnd] = hIMC
    return before


@export("imm32")
def ImmAssociateContextEx(hWnd: HWND, hIMC: HANDLE, dwFlags: DWORD) -> BOOL:
    if not is_window(hWnd) or (hIMC and hIMC not in _contexts):
        return 0
    if dwFlags & IACE_DEFAULT:
        _of_window.pop(hWnd, None)
    elif not (dwFlags & IACE_IGNORENOCONTEXT and _of_window.get(hWnd) == 0):
        _of_window[hWnd] = hIMC
    return 1


@export("imm32")
def ImmEnumInputContext(idThread: DWORD, lpfn: LPVOID, lParam: LPARAM) -> Calling[BOOL]:
    """Of the contexts that there are now, whatever the callback makes and destroys."""
    default()
    for handle in list(_contexts):
        if not (yield from is_true(lpfn, handle, lParam)):
            return 0
    return 1


@export("imm32")
def ImmDisableIME(idThread: DWORD) -> BOOL:
    return 1


@export("imm32")
def ImmDisableLegacyIME() -> BOOL:
    return 1


@export("imm32")
def ImmDisableTextFrameService(idThread: DWORD) -> BOOL:
    return 1


# ---- what is kept in a context ----


@export("imm32")
def ImmGetOpenStatus(hIMC: HANDLE) -> BOOL:
    context = _contexts.get(hIMC)
    return context.is_open if context else 0


@export("imm32")
def ImmSetOpenStatus(hIMC: HANDLE, fOpen: BOOL) -> BOOL:
    context = _contexts.get(hIMC)
    if context:
        context.is_open = int(bool(fOpen))
    return int(context is not None)


@export("imm32")
def ImmGetConversionStatus(hIMC: HANDLE, lpfdwConversion: LPDWORD, lpfdwSentence: LPDWORD) -> BOOL:
    context = _contexts.get(hIMC)
    if context:
        put_u32(lpfdwConversion, context.conversion)
        put_u32(lpfdwSentence, context.sentence)
    return int(context is not None)


@export("imm32")
def ImmSetConversionStatus(hIMC: HANDLE, fdwConversion: DWORD, fdwSentence: DWORD) -> BOOL:
    context = _contexts.get(hIMC)
    if context:
        context.conversion, context.sentence = fdwConversion, fdwSentence
    return int(context is not None)


@export("imm32")
def ImmGetCompositionWindow(hIMC: HANDLE, lpCompForm: LPVOID) -> BOOL:
    context = _contexts.get(hIMC)
    if context:
        _core.write(lpCompForm, context.composition)
    return int(context is not None)


@export("imm32")
def ImmSetCompositionWindow(hIMC: HANDLE, lpCompForm: LPVOID) -> BOOL:
    context = _contexts.get(hIMC)
    if context:
        context.composition = _core.read(lpCompForm, COMPOSITION_FORM)
    return int(context is not None)


@export("imm32")
def ImmGetCandidateWindow(hIMC: HANDLE, dwIndex: DWORD, lpCandidate: LPVOID) -> BOOL:
    context = _contexts.get(hIMC)
    if not context or dwIndex not in context.candidates:
        return 0
    _core.write(lpCandidate, context.candidates[dwIndex])
    return 1


@export("imm32")
def ImmSetCandidateWindow(hIMC: HANDLE, lpCandidate: LPVOID) -> BOOL:
    context = _contexts.get(hIMC)
    form = _core.read(lpCandidate, CANDIDATE_FORM)
    (index,) = struct.unpack_from("<I", form)
    if not context or index >= CANDIDATE_LISTS:
        return 0
    context.candidates[index] = form
    return 1


@export("imm32")
def ImmGetStatusWindowPos(hIMC: HANDLE, lpptPos: LPVOID) -> BOOL:
    context = _contexts.get(hIMC)
    if context:
        _core.write(lpptPos, context.status)
    return int(context is not None)


@export("imm32")
def ImmSetStatusWindowPos(hIMC: HANDLE, lpptPos: LPVOID) -> BOOL:
    context = _contexts.get(hIMC)
    if context:
        context.status = _core.read(lpptPos, POINT_SIZE)
    return int(context is not None)


def give_font(handle: int, font: int, size: int) -> int:
    context = _contexts.get(handle)
    if not context or size not in context.font:
        return 0
    _core.write(font, context.font[size])
    return 1


def take_font(handle: int, font: int, size: int) -> int:
    context = _contexts.get(handle)
    if context:
        context.font = {size: _core.read(font, size)}
    return int(context is not None)


@export("imm32")
def ImmGetCompositionFontW(hIMC: HANDLE, lplf: LPVOID) -> BOOL:
    return give_font(hIMC, lplf, LOGFONTW_SIZE)


@export("imm32")
def ImmGetCompositionFontA(hIMC: HANDLE, lplf: LPVOID) -> BOOL:
    return give_font(hIMC, lplf, LOGFONTA_SIZE)


@export("imm32")
def ImmSetCompositionFontW(hIMC: HANDLE, lplf: LPVOID) -> BOOL:
    return take_font(hIMC, lplf, LOGFONTW_SIZE)


@export("imm32")
def ImmSetCompositionFontA(hIMC: HANDLE, lplf: LPVOID) -> BOOL:
    return take_font(hIMC, lplf, LOGFONTA_SIZE)


# ---- what an editor would do: there is none ----


@export("imm32")
def ImmGetCompositionStringW(hIMC: HANDLE, dwIndex: DWORD, lpBuf: LPVOID, dwBufLen: DWORD) -> LONG:
    return 0 if hIMC in _contexts else IMM_ERROR_NODATA


@export("imm32")
def ImmGetCompositionStringA(hIMC: HANDLE, dwIndex: DWORD, lpBuf: LPVOID, dwBufLen: DWORD) -> LONG:
    return 0 if hIMC in _contexts else IMM_ERROR_NODATA


@export("imm32")
def ImmSetCompositionStringW(
    hIMC: HANDLE, dwIndex: DWORD, lpComp: LPVOID, dwCompLen: DWORD, lpRead: LPVOID, dwReadLen: DWORD
) -> BOOL:
    return 0


@export("imm32")
def ImmSetCompositionStringA(
    hIMC: HANDLE, dwIndex: DWORD, lpComp: LPVOID, dwCompLen: DWORD, lpRead: LPVOID, dwReadLen: DWORD
) -> BOOL:
    return 0


@export("imm32")
def ImmNotifyIME(hIMC: HANDLE, dwAction: DWORD, dwIndex: DWORD, dwValue: DWORD) -> BOOL:
    return 0


@export("imm32")
def ImmGetCandidateListW(hIMC: HANDLE, deIndex: DWORD, lpCandList: LPVOID, dwBufLen: DWORD) -> DWORD:
    return 0


@export("imm32")
def ImmGetCandidateListA(hIMC: HANDLE, deIndex: DWORD, lpCandList: LPVOID, dwBufLen: DWORD) -> DWORD:
    return 0


@export("imm32")
def ImmGetCandidateListCountW(hIMC: HANDLE, lpdwListCount: LPDWORD) -> DWORD:
    put_u32(lpdwListCount, 0)
    return 0


@export("imm32")
def ImmGetCandidateListCountA(hIMC: HANDLE, lpdwListCount: LPDWORD) -> DWORD:
    put_u32(lpdwListCount, 0)
    return 0


@export("imm32")
def ImmGetGuideLineW(hIMC: HANDLE, dwIndex: DWORD, lpBuf: LPWSTR, dwBufLen: DWORD) -> DWORD:
    return 0


@export("imm32")
def ImmGetGuideLineA(hIMC: HANDLE, dwIndex: DWORD, lpBuf: LPSTR, dwBufLen: DWORD) -> DWORD:
    return 0


@export("imm32")
def ImmGetDefaultIMEWnd(hWnd: HWND) -> HWND:
    return 0


@export("imm32")
def ImmIsIME(hKL: HKL) -> BOOL:
    return 0


@export("imm32")
def ImmGetDescriptionW(hKL: HKL, lpszDescription: LPWSTR, uBufLen: UINT) -> UINT:
    return 0


@export("imm32")
def ImmGetDescriptionA(hKL: HKL, lpszDescription: LPSTR, uBufLen: UINT) -> UINT:
    return 0


@export("imm32")
def ImmGetIMEFileNameW(hKL: HKL, lpszFileName: LPWSTR, uBufLen: UINT) -> UINT:
    return 0


@export("imm32")
def ImmGetIMEFileNameA(hKL: HKL, lpszFileName: LPSTR, uBufLen: UINT) -> UINT:
    return 0


@export("imm32")
def ImmGetProperty(hKL: HKL, fdwIndex: DWORD) -> DWORD:
    return 0


@export("imm32")
def ImmGetVirtualKey(hWnd: HWND) -> UINT:
    return VK_PROCESSKEY


@export("imm32")
def ImmEscapeW(hKL: HKL, hIMC: HANDLE, uSubFunc: UINT, lpData: LPVOID) -> LRESULT:
    return 0


@export("imm32")
def ImmEscapeA(hKL: HKL, hIMC: HANDLE, uSubFunc: UINT, lpData: LPVOID) -> LRESULT:
    return 0


@export("imm32")
def ImmConfigureIMEW(hKL: HKL, hWnd: HWND, dwMode: DWORD, lpData: LPVOID) -> BOOL:
    return 0


@export("imm32")
def ImmConfigureIMEA(hKL: HKL, hWnd: HWND, dwMode: DWORD, lpData: LPVOID) -> BOOL:
    return 0


@export("imm32")
def ImmGetConversionListW(
    hKL: HKL, hIMC: HANDLE, lpSrc: LPCWSTR, lpDst: LPVOID, dwBufLen: DWORD, uFlag: UINT
) -> DWORD:
    return 0


@export("imm32")
def ImmGetConversionListA(
    hKL: HKL, hIMC: HANDLE, lpSrc: LPCSTR, lpDst: LPVOID, dwBufLen: DWORD, uFlag: UINT
) -> DWORD:
    return 0


@export("imm32")
def ImmGetImeMenuItemsW(
    hIMC: HANDLE, dwFlags: DWORD, dwType: DWORD, lpParent: LPVOID, lpMenu: LPVOID, dwSize: DWORD
) -> DWORD:
    return 0


@export("imm32")
def ImmGetImeMenuItemsA(
    hIMC: HANDLE, dwFlags: DWORD, dwType: DWORD, lpParent: LPVOID, lpMenu: LPVOID, dwSize: DWORD
) -> DWORD:
    return 0


@export("imm32")
def ImmRegisterWordW(hKL: HKL, lpszReading: LPCWSTR, dwStyle: DWORD, lpszRegister: LPCWSTR) -> BOOL:
    return 0


@export("imm32")
def ImmRegisterWordA(hKL: HKL, lpszReading: LPCSTR, dwStyle: DWORD, lpszRegister: LPCSTR) -> BOOL:
    return 0


@export("imm32")
def ImmUnregisterWordW(hKL: HKL, lpszReading: LPCWSTR, dwStyle: DWORD, lpszUnregister: LPCWSTR) -> BOOL:
    return 0


@export("imm32")
def ImmUnregisterWordA(hKL: HKL, lpszReading: LPCSTR, dwStyle: DWORD, lpszUnregister: LPCSTR) -> BOOL:
    return 0


@export("imm32")
def ImmGetRegisterWordStyleW(hKL: HKL, nItem: UINT, lpStyleBuf: LPVOID) -> UINT:
    return 0


@export("imm32")
def ImmGetRegisterWordStyleA(hKL: HKL, nItem: UINT, lpStyleBuf: LPVOID) -> UINT:
    return 0


@export("imm32")
def ImmEnumRegisterWordW(
    hKL: HKL, proc: LPVOID, lpszReading: LPCWSTR, dwStyle: DWORD, lpszRegister: LPCWSTR, lpData: LPVOID
) -> UINT:
    return 0


@export("imm32")
def ImmEnumRegisterWordA(
    hKL: HKL, proc: LPVOID, lpszReading: LPCSTR, dwStyle: DWORD, lpszRegister: LPCSTR, lpData: LPVOID
) -> UINT:
    return 0


@export("imm32")
def ImmIsUIMessageW(hWndIME: HWND, msg: UINT, wParam: WPARAM, lParam: LPARAM) -> BOOL:
    return 0


@export("imm32")
def ImmIsUIMessageA(hWndIME: HWND, msg: UINT, wParam: WPARAM, lParam: LPARAM) -> BOOL:
    return 0


@export("imm32")
def ImmSimulateHotKey(hWnd: HWND, dwHotKeyID: DWORD) -> BOOL:
    return 0


@export("imm32")
def ImmGetHotKey(dwHotKeyID: DWORD, lpuModifiers: LPDWORD, lpuVKey: LPDWORD, phKL: LPVOID) -> BOOL:
    return 0


@export("imm32")
def ImmInstallIMEW(lpszIMEFileName: LPCWSTR, lpszLayoutText: LPCWSTR) -> HKL:
    return 0


@export("imm32")
def ImmInstallIMEA(lpszIMEFileName: LPCSTR, lpszLayoutText: LPCSTR) -> HKL:
    return 0


@export("imm32")
def ImmShowSoftKeyboard(hSoftKeyboardWnd: HWND, nCmdShow: INT) -> BOOL:
    return 0
