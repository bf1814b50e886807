"""ntdll's functions that load and unload, and tell of it.

Source: Microsoft, "LdrRegisterDllNotification function", "LdrDllNotification callback function".
"""

from __future__ import annotations

import ctypes
import struct

from windlass import _core, lifetime, loader
from windlass.api.outputs import put_u64
from windlass.light import TYPE_CHECKING, suppress
from windlass.process import modules
from windlass.registry import export
from windlass.types import HMODULE, LPCWSTR, NTSTATUS, PULONG, PVOID, ULONG

if TYPE_CHECKING:
    from windlass.module import Module

STATUS_SUCCESS = 0
STATUS_INVALID_PARAMETER = 0xC000000D
STATUS_DLL_NOT_FOUND = 0xC0000135
# By Win32 code.
STATUSES = {
    127: 0xC0000139,  # STATUS_ENTRYPOINT_NOT_FOUND
    193: 0xC000007B,  # STATUS_INVALID_IMAGE_FORMAT
    577: 0xC0000428,  # STATUS_INVALID_IMAGE_HASH
    998: 0xC0000005,  # STATUS_ACCESS_VIOLATION
    1114: 0xC0000142,  # STATUS_DLL_INIT_FAILED
}


def _text(unicode_string: int) -> str:
    length, _, buffer = struct.unpack("<HHxxxxQ", _core.read(unicode_string, 16))
    return _core.wide_string(buffer, length // 2)


@export("ntdll")
def LdrLoadDll(DllPath: LPCWSTR, DllCharacteristics: PULONG, DllName: PVOID, DllHandle: PVOID) -> NTSTATUS:
    """A search path instead of the system's own is not taken: Windows 10 passes flags in its place."""
    try:
        put_u64(DllHandle, loader.load(_text(DllName), 0).handle)
    except FileNotFoundError:
        return STATUS_DLL_NOT_FOUND
    except OSError as error:
        return STATUSES.get(getattr(error, "winerror", 0), STATUS_DLL_NOT_FOUND)
    return STATUS_SUCCESS


@export("ntdll")
def LdrUnloadDll(DllHandle: HMODULE) -> NTSTATUS:
    module = modules.by_handle(DllHandle)
    if module is None:
        return STATUS_DLL_NOT_FOUND
    try:
        module.free()
    except OSError:
        return STATUS_DLL_NOT_FOUND
    return STATUS_SUCCESS


# ---- notifications ----

# Of LDR_DATA_TABLE_ENTRY, which a module's record begins with.
FULL_DLL_NAME, BASE_DLL_NAME = 0x48, 0x58

_watchers: dict[int, lifetime.Watcher] = {}


@export("ntdll")
def LdrRegisterDllNotification(
    Flags: ULONG, NotificationFunction: PVOID, Context: PVOID, Cookie: PVOID
) -> NTSTATUS:
    if Flags or not NotificationFunction or not Cookie:
        return STATUS_INVALID_PARAMETER

    def tell(module: Module, reason: int) -> None:
        if reason == lifetime.BOUND:
            return
        names = module.record + FULL_DLL_NAME, module.record + BASE_DLL_NAME
        data = struct.pack("<IxxxxQQQIxxxx", 0, *names, module.handle, module.size)
        memory = ctypes.create_string_buffer(data, len(data))
        with suppress(OSError):  # what it raises is let go
            _core.call(NotificationFunction, reason, ctypes.addressof(memory), Context)

    cookie = max(_watchers, default=0x40000) + 0x10
    _watchers[cookie] = tell
    lifetime.watchers.append(tell)
    put_u64(Cookie, cookie)
    return STATUS_SUCCESS


@export("ntdll")
def LdrUnregisterDllNotification(Cookie: PVOID) -> NTSTATUS:
    watcher = _watchers.pop(Cookie, None)
    if watcher is None:
        return STATUS_DLL_NOT_FOUND
    lifetime.watchers.remove(watcher)
    return STATUS_SUCCESS
