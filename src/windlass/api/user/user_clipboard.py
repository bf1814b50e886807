"""The clipboard: one for the process, for there is no desktop to share it with.

Source: Microsoft, "Clipboard Functions", "Standard Clipboard Formats".
"""

from __future__ import annotations

import threading

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import fail, get_u32, put_u32
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, HWND, INT, LPVOID, UINT

ERROR_ACCESS_DENIED = 5
ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
ERROR_CLIPBOARD_NOT_OPEN = 1418
CF_TEXT, CF_OEMTEXT, CF_UNICODETEXT, CF_LOCALE = 1, 7, 13, 16
TEXTS = (CF_TEXT, CF_OEMTEXT, CF_UNICODETEXT)
ENGLISH = 0x0409
GMEM_MOVEABLE = 2
FIRST_REGISTERED = 0xC000
WM_RENDERFORMAT, WM_DESTROYCLIPBOARD, WM_DRAWCLIPBOARD, WM_CHANGECBCHAIN = 0x305, 0x307, 0x308, 0x30D
WM_CLIPBOARDUPDATE = 0x31D


class Clipboard:
    """What is on it, and which thread has it open. Handles belong to the clipboard once they are on it; 0
    stands for what the owner renders when it is asked for.
    """

    def __init__(self) -> None:
        self.opener: int | None = None
        self.window = 0
        self.owner = 0
        self.data: dict[int, int] = {}
        self.made: set[int] = set()  # forms of a text that nobody put there, and are made when asked for
        self.sequence = 0
        self.has_changed = False
        self.listeners: list[int] = []
        self.viewer = 0

    def is_mine(self) -> bool:
        return self.opener == threading.get_ident()

    def change(self) -> None:
        self.sequence = self.sequence + 1 & 0xFFFFFFFF
        self.has_changed = True

    def empty(self) -> None:
        if is_window(self.owner):
            windows("user32", "SendMessageW", self.owner, WM_DESTROYCLIPBOARD, 0, 0)
        for format, handle in self.data.items():
            if handle and (format in TEXTS or format == CF_LOCALE or format >= FIRST_REGISTERED):
                windows("kernel32", "GlobalFree", handle)
        self.data.clear()
        self.made.clear()
        self.change()

    def complete(self) -> None:
        """A text is there in all its forms from the closing on, in the order Windows makes them."""
        if any(format in self.data for format in TEXTS):
            for format in (CF_LOCALE, CF_TEXT, CF_OEMTEXT, CF_UNICODETEXT):
                if format not in self.data:
                    self.data[format] = 0
                    self.made.add(format)

    def tell(self) -> None:
        """Those who follow the clipboard, once for all changes since it was opened."""
        if not self.has_changed:
            return
        self.has_changed = False
        for listener in self.listeners:
            windows("user32", "PostMessageW", listener, WM_CLIPBOARDUPDATE, 0, 0)
        if is_window(self.viewer):
            windows("user32", "SendMessageW", self.viewer, WM_DRAWCLIPBOARD, 0, 0)

    def get(self, format: int) -> int:
        """The handle of a format, rendered by the owner or made of another form of the text; 0."""
        if not self.data.get(format):
            if format in self.made:
                self.data[format] = self.converted(format)
            elif format in self.data and is_window(self.owner):
                windows("user32", "SendMessageW", self.owner, WM_RENDERFORMAT, format, 0)
        return self.data.get(format, 0)

    def converted(self, format: int) -> int:
        """Text in another form than it was put there; 0."""
        if format == CF_LOCALE:
            return global_copy(ENGLISH.to_bytes(4, "little"))
        source = next((each for each in TEXTS if each in self.data and each not in self.made), 0)
        handle = self.get(source) if source else 0
        if not handle:
            return 0
        raw = global_bytes(handle)
        if source == CF_UNICODETEXT:
            text = raw.decode("utf-16-le", "replace").split("\0")[0]
        else:
            text = _core.ansi_to_text(raw.split(b"\0")[0])
        return global_copy(
            _core.wide_bytes(text) if format == CF_UNICODETEXT else _core.ansi_from_text(text) + b"\0"
        )


def is_window(handle: int) -> bool:
    return bool(handle and windows("user32", "IsWindow", handle) & 0xFFFFFFFF)


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
    clipboard.complete()
    clipboard.opener = None
    clipboard.tell()
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
    """The owner renders a format outside of OpenClipboard, when it is asked for it."""
    if not clipboard.is_mine() and uFormat not in clipboard.data:
        return fail(ERROR_CLIPBOARD_NOT_OPEN)
    if not uFormat:
        return fail(ERROR_INVALID_PARAMETER)
    clipboard.data[uFormat] = hMem
    clipboard.made.discard(uFormat)
    clipboard.change()
    return hMem


@export("user32")
def GetClipboardData(uFormat: UINT) -> HANDLE:
    if not clipboard.is_mine():
        return fail(ERROR_CLIPBOARD_NOT_OPEN)
    return clipboard.get(uFormat)


@export("user32")
def IsClipboardFormatAvailable(format: UINT) -> BOOL:
    return int(format in clipboard.data)


@export("user32")
def GetUpdatedClipboardFormats(lpuiFormats: LPVOID, cFormats: UINT, pcFormatsOut: LPVOID) -> BOOL:
    formats = list(clipboard.data)
    if pcFormatsOut:
        put_u32(pcFormatsOut, len(formats))
    if cFormats < len(formats):
        return fail(ERROR_INSUFFICIENT_BUFFER)
    for i, format in enumerate(formats):
        put_u32(lpuiFormats + 4 * i, format)
    return 1


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


# ---- those who follow it ----


@export("user32")
def AddClipboardFormatListener(hwnd: HWND) -> BOOL:
    if not is_window(hwnd) or hwnd in clipboard.listeners:
        return fail(ERROR_INVALID_PARAMETER)
    clipboard.listeners.append(hwnd)
    return 1


@export("user32")
def RemoveClipboardFormatListener(hwnd: HWND) -> BOOL:
    if hwnd not in clipboard.listeners:
        return fail(ERROR_INVALID_PARAMETER)
    clipboard.listeners.remove(hwnd)
    return 1


@export("user32")
def SetClipboardViewer(hWndNewViewer: HWND) -> HWND:
    """The window before in the chain, which this one passes the messages on to."""
    before, clipboard.viewer = clipboard.viewer, hWndNewViewer
    if is_window(hWndNewViewer):
        windows("user32", "SendMessageW", hWndNewViewer, WM_DRAWCLIPBOARD, 0, 0)
    return before


@export("user32")
def ChangeClipboardChain(hWndRemove: HWND, hWndNewNext: HWND) -> BOOL:
    if clipboard.viewer == hWndRemove:
        clipboard.viewer = hWndNewNext
        return 1
    if is_window(clipboard.viewer):
        windows("user32", "SendMessageW", clipboard.viewer, WM_CHANGECBCHAIN, hWndRemove, hWndNewNext)
    return 0


@export("user32")
def GetClipboardViewer() -> HWND:
    return clipboard.viewer
