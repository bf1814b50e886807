"""The clipboard: one for the process, for there is no desktop to share it with.

Source: Microsoft, "Clipboard Functions", "Standard Clipboard Formats".
"""

from __future__ import annotations

import threading

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import fail, get_u32
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, HWND, INT, LPVOID, UINT

ERROR_ACCESS_DENIED = 5
ERROR_INVALID_PARAMETER = 87
ERROR_CLIPBOARD_NOT_OPEN = 1418
CF_TEXT, CF_OEMTEXT, CF_UNICODETEXT = 1, 7, 13
GMEM_MOVEABLE = 2
FIRST_REGISTERED = 0xC000


class Clipboard:
    """What is on it, and which thread has it open. Handles belong to the clipboard once they are on it."""

    def __init__(self) -> None:
        self.opener: int | None = None
        self.window = 0
        self.owner = 0
        self.data: dict[int, int] = {}
        self.sequence = 0

    def is_mine(self) -> bool:
        return self.opener == threading.get_ident()

    def empty(self) -> None:
        for format, handle in self.data.items():
            if handle and (format in (CF_TEXT, CF_OEMTEXT, CF_UNICODETEXT) or format >= FIRST_REGISTERED):
                windows("kernel32", "GlobalFree", handle)
        self.data.clear()
        self.sequence += 1

    def converted(self, format: int) -> int:
        """Text in another form than it was put there; 0."""
        if format == CF_UNICODETEXT and self.data.get(CF_TEXT):
            text = _core.ansi_to_text(global_bytes(self.data[CF_TEXT]).split(b"\0")[0])
            return global_copy(_core.wide_bytes(text))
        if format == CF_TEXT and self.data.get(CF_UNICODETEXT):
            raw = global_bytes(self.data[CF_UNICODETEXT])
            text = raw.decode("utf-16-le", "replace").split("\0")[0]
            return global_copy(_core.ansi_from_text(text) + b"\0")
        return 0


def global_bytes(handle: int) -> bytes:
    address = windows("kernel32", "GlobalLock", handle)
    data = _core.read(address, windows("kernel32", "GlobalSize", handle)) if address else b""
    windows("kernel32", "GlobalUnlock", handle)
    return data


def global_copy(data: bytes) -> int:
    handle = windows("kernel32", "GlobalAlloc", GMEM_MOVEABLE, len(data))
    _core.write(windows("kernel32", "GlobalLock", handle), data)
    windows("kernel32", "GlobalUnlock", handle)
    return handle


clipboard = Clipboard()


@export("user32")
def OpenClipboard(hWndNewOwner: HWND) -> BOOL:
    if clipboard.opener is not None and not clipboard.is_mine():
        return fail(ERROR_ACCESS_DENIED)
    clipboard.opener, clipboard.window = threading.get_ident(), hWndNewOwner
    return 1


@export("user32")
def CloseClipboard() -> BOOL:
    if not clipboard.is_mine():
        return fail(ERROR_CLIPBOARD_NOT_OPEN)
    clipboard.opener = None
    return 1


@export("user32")
def EmptyClipboard() -> BOOL:
    if not clipboard.is_mine():
        return fail(ERROR_CLIPBOARD_NOT_OPEN)
    clipboard.empty()
    clipboard.owner = clipboard.window
    return 1


@export("user32")
def SetClipboardData(uFormat: UINT, hMem: HANDLE) -> HANDLE:
    if not clipboard.is_mine():
        return fail(ERROR_CLIPBOARD_NOT_OPEN)
    if not uFormat:
        return fail(ERROR_INVALID_PARAMETER)
    clipboard.data[uFormat] = hMem
    clipboard.sequence += 1
    return hMem


@export("user32")
def GetClipboardData(uFormat: UINT) -> HANDLE:
    if not clipboard.is_mine():
        return fail(ERROR_CLIPBOARD_NOT_OPEN)
    if uFormat not in clipboard.data:
        made = clipboard.converted(uFormat)
        if not made:
            return 0
        clipboard.data[uFormat] = made
    return clipboard.data[uFormat]


@export("user32")
def IsClipboardFormatAvailable(format: UINT) -> BOOL:
    texts = {CF_TEXT, CF_UNICODETEXT}
    return int(format in clipboard.data or (format in texts and bool(texts & clipboard.data.keys())))


@export("user32")
def CountClipboardFormats() -> INT:
    return len(clipboard.data)


@export("user32")
def EnumClipboardFormats(format: UINT) -> UINT:
    if not clipboard.is_mine():
        return fail(ERROR_CLIPBOARD_NOT_OPEN)
    formats = list(clipboard.data)
    fail(0)
    if not format:
        return formats[0] if formats else 0
    place = formats.index(format) + 1 if format in formats else len(formats)
    return formats[place] if place < len(formats) else 0


@export("user32")
def GetPriorityClipboardFormat(paFormatPriorityList: LPVOID, cFormats: INT) -> INT:
    if not clipboard.data:
        return 0
    wanted = [get_u32(paFormatPriorityList + 4 * i) for i in range(cFormats)]
    return next((format for format in wanted if IsClipboardFormatAvailable(format)), -1)


@export("user32")
def GetClipboardOwner() -> HWND:
    return clipboard.owner


@export("user32")
def GetOpenClipboardWindow() -> HWND:
    return clipboard.window if clipboard.opener is not None else 0


@export("user32")
def GetClipboardSequenceNumber() -> DWORD:
    return clipboard.sequence


@export("user32")
def AddClipboardFormatListener(hwnd: HWND) -> BOOL:
    return 1


@export("user32")
def RemoveClipboardFormatListener(hwnd: HWND) -> BOOL:
    return 1


@export("user32")
def SetClipboardViewer(hWndNewViewer: HWND) -> HWND:
    return 0


@export("user32")
def ChangeClipboardChain(hWndRemove: HWND, hWndNewNext: HWND) -> BOOL:
    return 0


@export("user32")
def GetClipboardViewer() -> HWND:
    return 0
