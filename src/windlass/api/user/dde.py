"""The DDE Management Library: its strings and data. There is no other program to have a conversation with, so
none is ever established.

Source: Microsoft, "DDEML Functions".
"""

from __future__ import annotations

import itertools
import threading

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import from_ansi, get_u32, put_ansi, put_u32, put_wide
from windlass.registry import export
from windlass.types import (
    BOOL,
    DWORD,
    HANDLE,
    INT,
    LPBYTE,
    LPCSTR,
    LPCWSTR,
    LPDWORD,
    LPSTR,
    LPVOID,
    LPWSTR,
    UINT,
)

DMLERR_NO_ERROR, DMLERR_DLL_NOT_INITIALIZED, DMLERR_INVALIDPARAMETER = 0, 0x4003, 0x4006
DMLERR_NO_CONV_ESTABLISHED = 0x400A
MOST_CHARACTERS = 255
SERVICE_DONE = 1


class Text:
    """A string handle of an instance, alike for texts that differ in case only."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.uses = 1


class Data:
    """A data object: its bytes lie at an address for as long as it exists."""

    def __init__(self, instance: int, content: bytes) -> None:
        self.instance = instance
        self.size = len(content)
        self.address = windows("ucrtbase", "malloc", max(1, self.size))
        _core.write(self.address, content)

    def resize(self, size: int) -> None:
        self.address = windows("ucrtbase", "realloc", self.address, size)
        _core.write(self.address + self.size, bytes(size - self.size))
        self.size = size


_lock = threading.Lock()
_numbers = itertools.count(1)
_handles = itertools.count(0xC001)
_errors: dict[int, int] = {}  # by instance
_texts: dict[int, Text] = {}
_data: dict[int, Data] = {}


def refuse(instance: int, code: int) -> int:
    """Set the instance's error; 0."""
    if instance in _errors:
        _errors[instance] = code
    return 0


# ---- instances ----


def initialize(instance: int) -> int:
    number = get_u32(instance)
    if number:
        return DMLERR_NO_ERROR if number in _errors else DMLERR_INVALIDPARAMETER
    number = next(_numbers)
    _errors[number] = DMLERR_NO_ERROR
    put_u32(instance, number)
    return DMLERR_NO_ERROR


@export("user32")
def DdeInitializeW(pidInst: LPDWORD, pfnCallback: LPVOID, afCmd: DWORD, ulRes: DWORD) -> UINT:
    return initialize(pidInst) if pidInst else DMLERR_INVALIDPARAMETER


@export("user32")
def DdeInitializeA(pidInst: LPDWORD, pfnCallback: LPVOID, afCmd: DWORD, ulRes: DWORD) -> UINT:
    return initialize(pidInst) if pidInst else DMLERR_INVALIDPARAMETER


@export("user32")
def DdeUninitialize(idInst: DWORD) -> BOOL:
    if _errors.pop(idInst, None) is None:
        return 0
    for handle in [handle for handle, data in _data.items() if data.instance == idInst]:
        DdeFreeDataHandle(handle)
    return 1


@export("user32")
def DdeGetLastError(idInst: DWORD) -> UINT:
    """The error, which is cleared by being read."""
    if idInst not in _errors:
        return DMLERR_DLL_NOT_INITIALIZED
    code, _errors[idInst] = _errors[idInst], DMLERR_NO_ERROR
    return code


# ---- strings ----


def create_text(instance: int, text: str | None) -> int:
    if not text:
        return 0
    if instance not in _errors or len(text) > MOST_CHARACTERS:
        return refuse(instance, DMLERR_INVALIDPARAMETER)
    with _lock:
        for handle, each in _texts.items():
            if each.text.casefold() == text.casefold():
                each.uses += 1
                return handle
        handle = next(_handles)
        _texts[handle] = Text(text)
    return handle


@export("user32")
def DdeCreateStringHandleW(idInst: DWORD, psz: LPCWSTR, iCodePage: INT) -> HANDLE:
    return create_text(idInst, psz)


@export("user32")
def DdeCreateStringHandleA(idInst: DWORD, psz: LPCSTR, iCodePage: INT) -> HANDLE:
    return create_text(idInst, from_ansi(psz))


@export("user32")
def DdeKeepStringHandle(idInst: DWORD, hsz: HANDLE) -> BOOL:
    with _lock:
        if hsz in _texts:
            _texts[hsz].uses += 1
    return int(hsz in _texts)


@export("user32")
def DdeFreeStringHandle(idInst: DWORD, hsz: HANDLE) -> BOOL:
    with _lock:
        text = _texts.get(hsz)
        if text is None:
            return 0
        text.uses -= 1
        if not text.uses:
            del _texts[hsz]
    return 1


@export("user32")
def DdeCmpStringHandles(hsz1: HANDLE, hsz2: HANDLE) -> INT:
    one, other = (_texts[each].text.casefold() if each in _texts else "" for each in (hsz1, hsz2))
    return (one > other) - (one < other)


def cut(text: str, room: int) -> str:
    return text[: max(0, room - 1)]


@export("user32")
def DdeQueryStringW(idInst: DWORD, hsz: HANDLE, psz: LPWSTR, cchMax: DWORD, iCodePage: INT) -> DWORD:
    text = _texts[hsz].text if hsz in _texts else ""
    if not psz:
        return len(text)
    return put_wide(psz, cchMax, cut(text, cchMax))


@export("user32")
def DdeQueryStringA(idInst: DWORD, hsz: HANDLE, psz: LPSTR, cchMax: DWORD, iCodePage: INT) -> DWORD:
    text = _texts[hsz].text if hsz in _texts else ""
    if not psz:
        return len(_core.ansi_from_text(text))
    return put_ansi(psz, cchMax, cut(text, cchMax))


# ---- data ----


@export("user32")
def DdeCreateDataHandle(
    idInst: DWORD, pSrc: LPVOID, cb: DWORD, cbOff: DWORD, hszItem: HANDLE, wFmt: UINT, afCmd: UINT
) -> HANDLE:
    if idInst not in _errors:
        return 0
    content = bytes(cbOff) + (_core.read(pSrc, cb) if pSrc else bytes(cb))
    handle = next(_handles)
    _data[handle] = Data(idInst, content)
    return handle


@export("user32")
def DdeAddData(hData: HANDLE, pSrc: LPVOID, cb: DWORD, cbOff: DWORD) -> HANDLE:
    data = _data.get(hData)
    if data is None:
        return 0
    if cbOff + cb > data.size:
        data.resize(cbOff + cb)
    _core.write(data.address + cbOff, _core.read(pSrc, cb))
    return hData


@export("user32")
def DdeGetData(hData: HANDLE, pDst: LPVOID, cbMax: DWORD, cbOff: DWORD) -> DWORD:
    data = _data.get(hData)
    if data is None:
        return 0
    if not pDst:
        return data.size
    size = min(cbMax, max(0, data.size - cbOff))
    _core.write(pDst, _core.read(data.address + cbOff, size))
    return size


@export("user32")
def DdeAccessData(hData: HANDLE, pcbDataSize: LPDWORD) -> LPBYTE:
    data = _data.get(hData)
    put_u32(pcbDataSize, data.size if data else 0)
    return data.address if data else 0


@export("user32")
def DdeUnaccessData(hData: HANDLE) -> BOOL:
    return int(hData in _data)


@export("user32")
def DdeFreeDataHandle(hData: HANDLE) -> BOOL:
    data = _data.pop(hData, None)
    if data is not None:
        windows("ucrtbase", "free", data.address)
    return int(data is not None)


# ---- conversations: nobody answers ----


@export("user32")
def DdeConnect(idInst: DWORD, hszService: HANDLE, hszTopic: HANDLE, pCC: LPVOID) -> HANDLE:
    return refuse(idInst, DMLERR_NO_CONV_ESTABLISHED)


@export("user32")
def DdeConnectList(
    idInst: DWORD, hszService: HANDLE, hszTopic: HANDLE, hConvList: HANDLE, pCC: LPVOID
) -> HANDLE:
    return refuse(idInst, DMLERR_NO_CONV_ESTABLISHED)


@export("user32")
def DdeDisconnect(hConv: HANDLE) -> BOOL:
    return 0


@export("user32")
def DdeClientTransaction(
    pData: LPBYTE,
    cbData: DWORD,
    hConv: HANDLE,
    hszItem: HANDLE,
    wFmt: UINT,
    wType: UINT,
    dwTimeout: DWORD,
    pdwResult: LPDWORD,
) -> HANDLE:
    return 0


@export("user32")
def DdeNameService(idInst: DWORD, hsz1: HANDLE, hsz2: HANDLE, afCmd: UINT) -> HANDLE:
    """The name is registered, with nobody to ask for it."""
    return SERVICE_DONE if idInst in _errors else 0


@export("user32")
def DdePostAdvise(idInst: DWORD, hszTopic: HANDLE, hszItem: HANDLE) -> BOOL:
    return int(idInst in _errors)


@export("user32")
def DdeEnableCallback(idInst: DWORD, hConv: HANDLE, wCmd: UINT) -> BOOL:
    return int(idInst in _errors and not hConv)
