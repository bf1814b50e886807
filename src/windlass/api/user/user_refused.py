"""Message boxes and menus that pop up: nobody could answer them. What they would have said goes to standard
error, and the function fails.

Source: Microsoft, "MessageBoxW function", "TaskDialog function", "TrackPopupMenu function",
"FatalAppExitW function".
"""

from __future__ import annotations

import sys

from windlass.api.calls import windows
from windlass.api.outputs import fail, from_ansi, get_u32, get_u64, string_at
from windlass.registry import export
from windlass.types import (
    BOOL,
    DWORD,
    HANDLE,
    HMENU,
    HRESULT,
    HWND,
    INT,
    LPCSTR,
    LPCWSTR,
    LPVOID,
    UINT,
    VOID,
    WORD,
)

ERROR_NOT_SUPPORTED = 50
E_FAIL, E_INVALIDARG = -0x7FFFBFFB, -0x7FF8FFA9
TASKDIALOGCONFIG_SIZE = 160


def refuse(what: str, text: str | None, caption: str | None) -> int:
    """Print the text; 0 with the error set."""
    head = f"windlass: {what}" + (f" {caption!r}" if caption else "")
    print(f"{head}: {text or ''}", file=sys.stderr, flush=True)
    return fail(ERROR_NOT_SUPPORTED)


@export("user32")
def MessageBoxW(hWnd: HWND, lpText: LPCWSTR, lpCaption: LPCWSTR, uType: UINT) -> INT:
    return refuse("message box", lpText, lpCaption)


@export("user32")
def MessageBoxA(hWnd: HWND, lpText: LPCSTR, lpCaption: LPCSTR, uType: UINT) -> INT:
    return refuse("message box", from_ansi(lpText), from_ansi(lpCaption))


@export("user32")
def MessageBoxExW(hWnd: HWND, lpText: LPCWSTR, lpCaption: LPCWSTR, uType: UINT, wLanguageId: WORD) -> INT:
    return refuse("message box", lpText, lpCaption)


@export("user32")
def MessageBoxExA(hWnd: HWND, lpText: LPCSTR, lpCaption: LPCSTR, uType: UINT, wLanguageId: WORD) -> INT:
    return refuse("message box", from_ansi(lpText), from_ansi(lpCaption))


@export("user32")
def MessageBoxTimeoutW(
    hWnd: HWND, lpText: LPCWSTR, lpCaption: LPCWSTR, uType: UINT, wLanguageId: WORD, dwMilliseconds: DWORD
) -> INT:
    return refuse("message box", lpText, lpCaption)


@export("user32")
def MessageBoxTimeoutA(
    hWnd: HWND, lpText: LPCSTR, lpCaption: LPCSTR, uType: UINT, wLanguageId: WORD, dwMilliseconds: DWORD
) -> INT:
    return refuse("message box", from_ansi(lpText), from_ansi(lpCaption))


def parameter_text(address: int, wide: bool) -> str:
    """A text of MSGBOXPARAMS; "" for the number of one in the program's resources."""
    return string_at(address, wide) or "" if address >> 16 else ""


def refuse_indirect(parameters: int, wide: bool) -> int:
    text, caption = get_u64(parameters + 24), get_u64(parameters + 32)
    return refuse("message box", parameter_text(text, wide), parameter_text(caption, wide))


@export("user32")
def MessageBoxIndirectW(lpmbp: LPVOID) -> INT:
    return refuse_indirect(lpmbp, True)


@export("user32")
def MessageBoxIndirectA(lpmbp: LPVOID) -> INT:
    return refuse_indirect(lpmbp, False)


@export("comctl32")
def TaskDialog(
    hwndOwner: HWND,
    hInstance: HANDLE,
    pszWindowTitle: LPVOID,
    pszMainInstruction: LPVOID,
    pszContent: LPVOID,
    dwCommonButtons: DWORD,
    pszIcon: LPVOID,
    pnButton: LPVOID,
) -> HRESULT:
    texts = [parameter_text(each, True) for each in (pszMainInstruction, pszContent)]
    refuse("task dialog", ": ".join(filter(None, texts)), parameter_text(pszWindowTitle, True))
    return E_FAIL


@export("comctl32")
def TaskDialogIndirect(
    pTaskConfig: LPVOID, pnButton: LPVOID, pnRadioButton: LPVOID, pfVerificationFlagChecked: LPVOID
) -> HRESULT:
    """TASKDIALOGCONFIG is packed: its title, main instruction and content are at 28, 44 and 52."""
    if not pTaskConfig or get_u32(pTaskConfig) != TASKDIALOGCONFIG_SIZE:
        return E_INVALIDARG
    title, instruction, content = (parameter_text(get_u64(pTaskConfig + at), True) for at in (28, 44, 52))
    refuse("task dialog", ": ".join(filter(None, (instruction, content))), title)
    return E_FAIL


@export("kernel32", "kernelbase")
def FatalAppExitW(uAction: UINT, lpMessageText: LPCWSTR) -> VOID:
    refuse("the program ends itself", lpMessageText, None)
    windows("kernel32", "ExitProcess", 1)


@export("kernel32", "kernelbase")
def FatalAppExitA(uAction: UINT, lpMessageText: LPCSTR) -> VOID:
    refuse("the program ends itself", from_ansi(lpMessageText), None)
    windows("kernel32", "ExitProcess", 1)


@export("user32")
def TrackPopupMenu(
    hMenu: HMENU, uFlags: UINT, x: INT, y: INT, nReserved: INT, hWnd: HWND, prcRect: LPVOID
) -> BOOL:
    return refuse("menu", "nobody to choose from it", None)


@export("user32")
def TrackPopupMenuEx(hMenu: HMENU, uFlags: UINT, x: INT, y: INT, hwnd: HWND, lptpm: LPVOID) -> BOOL:
    return refuse("menu", "nobody to choose from it", None)


@export("user32")
def MessageBeep(uType: UINT) -> BOOL:
    return 1


@export("kernel32", "kernelbase")
def Beep(dwFreq: DWORD, dwDuration: DWORD) -> BOOL:
    """Silence, as long as the tone would last."""
    if not 37 <= dwFreq <= 32767:
        return fail(87)  # ERROR_INVALID_PARAMETER
    windows("kernel32", "Sleep", dwDuration)
    return 1


@export("user32")
def FlashWindow(hWnd: HWND, bInvert: BOOL) -> BOOL:
    return 0


@export("user32")
def FlashWindowEx(pfwi: LPVOID) -> BOOL:
    return 0
