"""Names resolved to addresses, at once or while the program goes on.

Source: Microsoft, "GetAddrInfoExW function", "GetAddrInfoExOverlappedResult function",
"GetAddrInfoExCancel function", "ADDRINFOEXW structure".
"""

from __future__ import annotations

import ctypes
import itertools
import struct
import threading
from ctypes import c_int32, c_uint64

from windlass import _core
from windlass.api import blocks
from windlass.api.calls import windows
from windlass.api.outputs import get_u64, put_u64
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import DWORD, INT, LPCWSTR, LPGUID, PHANDLE, PVOID, VOID

WSA_INVALID_HANDLE, WSA_IO_PENDING, WSAEINVAL, WSA_E_CANCELLED = 6, 997, 10022, 10111
NS_ALL, NS_DNS = 0, 12


class AddrInfo(ctypes.Structure):
    """ADDRINFOW"""

    _fields_ = [
        ("ai_flags", c_int32),
        ("ai_family", c_int32),
        ("ai_socktype", c_int32),
        ("ai_protocol", c_int32),
        ("ai_addrlen", c_uint64),
        ("ai_canonname", c_uint64),
        ("ai_addr", c_uint64),
        ("ai_next", c_uint64),
    ]


class AddrInfoEx(ctypes.Structure):
    _fields_ = [
        ("ai_flags", c_int32),
        ("ai_family", c_int32),
        ("ai_socktype", c_int32),
        ("ai_protocol", c_int32),
        ("ai_addrlen", c_uint64),
        ("ai_canonname", c_uint64),
        ("ai_addr", c_uint64),
        ("ai_blob", c_uint64),
        ("ai_bloblen", c_uint64),
        ("ai_provider", c_uint64),
        ("ai_next", c_uint64),
    ]


def _extended(first: int) -> int:
    """A copy of GetAddrInfoW's list, each entry a block with all that it points to."""
    head = before = 0
    while first:
        given = get_structure(first, AddrInfo)
        address = _core.read(given.ai_addr, given.ai_addrlen) if given.ai_addr else b""
        name = _core.wide_bytes(_core.wide_string(given.ai_canonname)) if given.ai_canonname else b""
        size = ctypes.sizeof(AddrInfoEx)
        block = blocks.new(bytes(size) + address + bytes(-len(address) % 8) + name)
        entry = AddrInfoEx(
            given.ai_flags, given.ai_family, given.ai_socktype, given.ai_protocol, given.ai_addrlen
        )
        entry.ai_addr = block + size if address else 0
        entry.ai_canonname = block + size + len(address) + -len(address) % 8 if name else 0
        _core.write(block, bytes(entry))
        if before:
            put_u64(before + AddrInfoEx.ai_next.offset, block)
        head, before, first = head or block, block, given.ai_next
    return head


def _resolve(name: str | None, service: str | None, hints: AddrInfo | None) -> tuple[int, int]:
    """The error, and the list."""
    texts = [
        None if text is None else ctypes.create_string_buffer(_core.wide_bytes(text))
        for text in (name, service)
    ]
    places = [0 if text is None else ctypes.addressof(text) for text in texts]
    found = c_uint64()
    wanted = ctypes.addressof(hints) if hints is not None else 0
    error = windows("ws2_32.dll", "GetAddrInfoW", *places, wanted, ctypes.addressof(found)) & 0xFFFFFFFF
    if error:
        return error, 0
    result = _extended(found.value)
    windows("ws2_32.dll", "FreeAddrInfoW", found.value)
    return 0, result


# ---- while the program goes on ----

EVENT_OFFSET, POINTER_OFFSET = 24, 16
_numbers = itertools.count(1)


class _Lookup:
    """Ends once: with what was found, or cancelled; whoever comes later is too late."""

    def __init__(self, overlapped: int, routine: int, result: int) -> None:
        self.overlapped = overlapped
        self.routine = routine
        self.result = result
        self.number = next(_numbers)
        self._lock = threading.Lock()
        self._is_done = False
        _lookups[self.number] = self

    def run(self, name: str | None, service: str | None, hints: AddrInfo | None) -> None:
        error, found = _resolve(name, service, hints)
        if not self.finish(error, found):
            _free(found)

    def finish(self, error: int, found: int) -> bool:
        with self._lock:
            if self._is_done:
                return False
            self._is_done = True
        _lookups.pop(self.number, None)
        put_u64(self.result, found)
        put_u64(self.overlapped + POINTER_OFFSET, self.result)
        put_u64(self.overlapped, error)
        event = get_u64(self.overlapped + EVENT_OFFSET)
        if self.routine:
            _core.call(self.routine, error, 0, self.overlapped)
        elif event:
            windows("kernel32.dll", "SetEvent", event)
        return True


_lookups: dict[int, _Lookup] = {}


@export("ws2_32")
def GetAddrInfoExW(
    pName: LPCWSTR,
    pServiceName: LPCWSTR,
    dwNameSpace: DWORD,
    lpNspId: LPGUID,
    hints: PVOID,
    ppResult: PVOID,
    timeout: PVOID,
    lpOverlapped: PVOID,
    lpCompletionRoutine: PVOID,
    lpHandle: PHANDLE,
) -> INT:
    """The timeout is the host's resolver's own. Without OVERLAPPED there is no routine and no handle."""
    if not ppResult or dwNameSpace not in (NS_ALL, NS_DNS) or (lpCompletionRoutine and not lpOverlapped):
        return WSAEINVAL
    put_u64(ppResult, 0)
    wanted = None
    if hints:
        given = get_structure(hints, AddrInfoEx)
        wanted = AddrInfo(given.ai_flags, given.ai_family, given.ai_socktype, given.ai_protocol)
    if not lpOverlapped:
        error, found = _resolve(pName, pServiceName, wanted)
        put_u64(ppResult, found)
        return error
    lookup = _Lookup(lpOverlapped, lpCompletionRoutine, ppResult)
    put_u64(lpOverlapped, WSA_IO_PENDING)
    if lpHandle:
        _core.write(lpHandle, struct.pack("<Q", lookup.number))
    threading.Thread(target=lookup.run, args=(pName, pServiceName, wanted), daemon=True).start()
    return WSA_IO_PENDING


@export("ws2_32")
def GetAddrInfoExOverlappedResult(lpOverlapped: PVOID) -> INT:
    return get_u64(lpOverlapped) & 0xFFFFFFFF if lpOverlapped else WSAEINVAL


@export("ws2_32")
def GetAddrInfoExCancel(lpHandle: PHANDLE) -> INT:
    """The lookup ends with WSA_E_CANCELLED, and its program is told."""
    lookup = _lookups.get(get_u64(lpHandle)) if lpHandle else None
    if lookup is None or not lookup.finish(WSA_E_CANCELLED, 0):
        return WSA_INVALID_HANDLE
    return 0


def _free(entry: int) -> None:
    while entry:
        following = get_structure(entry, AddrInfoEx).ai_next
        blocks.free(entry)
        entry = following


@export("ws2_32")
def FreeAddrInfoExW(pAddrInfoEx: PVOID) -> VOID:
    _free(pAddrInfoEx)
