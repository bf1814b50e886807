"""Binding delay-loaded functions for images that leave it to the system.

Images linked with Visual C++'s delayimp.lib do it themselves, with LoadLibraryEx and GetProcAddress.

Source: Microsoft, "ResolveDelayLoadedAPI function", "DelayLoadFailureHook"; "PE Format", "Delay-Load Import
Tables".
"""

from __future__ import annotations

import ctypes
import os
import struct

from windlass import _core, lifetime, loader
from windlass.api.calls import windows
from windlass.api.outputs import get_u64, put_u64
from windlass.light import TYPE_CHECKING, NamedTuple
from windlass.pe.layout import DelayDescriptor
from windlass.process import modules
from windlass.registry import export
from windlass.types import BOOL, HMODULE, LPCSTR, LPVOID, PVOID, ULONG, Calling

if TYPE_CHECKING:
    from windlass.module import Module

DELAYLOAD_GPA_FAILURE = 4
ERROR_MOD_NOT_FOUND = 126
ERROR_PROC_NOT_FOUND = 127
ORDINAL_FLAG = 1 << 63

# What delayimp.lib and the system raise: VcppException(ERROR_SEVERITY_ERROR, code).
VCPP_EXCEPTION = 0xC06D0000


class _Wanted(NamedTuple):
    """A delay-loaded function: its DLL, its name or number, and the number of its slot."""

    dll: str
    name: str | None
    name_address: int
    ordinal: int
    slot: int


def _wanted(base: int, descriptor: int, slot: int) -> tuple[_Wanted, DelayDescriptor]:
    record = DelayDescriptor.unpack(_core.read(descriptor, DelayDescriptor.size_in_bytes))
    dll = _core.string(base + record.name_rva).decode("utf-8", "surrogateescape")
    index = slot - (base + record.address_table_rva)
    entry = get_u64(base + record.name_table_rva + index)
    if entry & ORDINAL_FLAG:
        return _Wanted(dll, None, 0, entry & 0xFFFF, slot), record
    name = base + entry + 2  # behind the hint
    return _Wanted(dll, _core.string(name).decode("utf-8", "surrogateescape"), name, 0, slot), record


def _module(base: int, record: DelayDescriptor, dll: str) -> Module | None:
    """The DLL, loaded if it is not yet; it stays as long as the module that needs it."""
    place = base + record.module_handle_rva
    known = modules.by_handle(get_u64(place))
    if known is not None:
        return known
    parent = modules.by_handle(base)
    try:
        module = loader.load(dll, 0, directory=os.path.dirname(parent.path) if parent else None)
    except OSError:
        return None
    if parent is not None:  # which holds it from now on
        lifetime.depend(parent, module)
        module.loads -= 1
    put_u64(place, module.handle)
    return module


@export("ntdll")
def LdrResolveDelayLoadedAPI(
    ParentModuleBase: PVOID,
    DelayloadDescriptor: PVOID,
    FailureDllHook: PVOID,
    FailureSystemHook: PVOID,
    ThunkAddress: PVOID,
    Flags: ULONG,
) -> Calling[PVOID]:
    wanted, record = _wanted(ParentModuleBase, DelayloadDescriptor, ThunkAddress)
    module = _module(ParentModuleBase, record, wanted.dll)
    address = _core.export(module.handle, wanted.name, wanted.ordinal) if module is not None else 0
    if not address and FailureDllHook:
        address = yield from _ask_hook(FailureDllHook, DelayloadDescriptor, wanted, module)
    if not address and FailureSystemHook:
        dll = _core.read(ParentModuleBase + record.name_rva, len(wanted.dll.encode()) + 1)
        memory = ctypes.create_string_buffer(dll)
        function = wanted.name_address or wanted.ordinal
        address = yield FailureSystemHook, ctypes.addressof(memory), function
    if address:
        put_u64(ThunkAddress, address)
    return address


def _ask_hook(hook: int, descriptor: int, wanted: _Wanted, module: Module | None) -> Calling[int]:
    """What the image's own hook gives in place of the function; it gets a DELAYLOAD_INFO."""
    dll = ctypes.create_string_buffer(wanted.dll.encode("utf-8", "surrogateescape"))
    info = ctypes.create_string_buffer(
        struct.pack(
            "<IxxxxQQQIxxxxQQQIxxxx",
            72,
            descriptor,
            wanted.slot,
            ctypes.addressof(dll),
            wanted.name is not None,
            wanted.name_address or wanted.ordinal,
            module.handle if module is not None else 0,
            0,
            ERROR_PROC_NOT_FOUND if module is not None else ERROR_MOD_NOT_FOUND,
        )
    )
    return (yield hook, DELAYLOAD_GPA_FAILURE, ctypes.addressof(info))


@export("kernel32", "kernelbase")
def ResolveDelayLoadedAPI(
    ParentModuleBase: PVOID,
    DelayloadDescriptor: PVOID,
    FailureDllHook: PVOID,
    FailureSystemHook: PVOID,
    ThunkAddress: PVOID,
    Flags: ULONG,
) -> Calling[PVOID]:
    return LdrResolveDelayLoadedAPI(
        ParentModuleBase, DelayloadDescriptor, FailureDllHook, FailureSystemHook, ThunkAddress, Flags
    )


@export("kernel32", "kernelbase", "shlwapi")
def DelayLoadFailureHook(pszDllName: LPCSTR, pszProcName: PVOID) -> LPVOID:
    """The system's hook has nothing to give here, so it raises what delayimp.lib would."""
    missing = loader.loaded(_core.ansi_to_text(pszDllName or b"")) is None
    code = VCPP_EXCEPTION | (ERROR_MOD_NOT_FOUND if missing else ERROR_PROC_NOT_FOUND)
    windows("kernel32", "RaiseException", code, 0, 0, 0)
    return 0


def _descriptor_of(parent: Module, dll: str) -> int:
    """The address of a module's delay-load descriptor for a DLL; 0 without one."""
    rva, _ = parent.image.directory(13)
    for index, each in enumerate(parent.image.delay_imports):
        if each.name.lower() == dll.lower():
            return parent.handle + rva + index * DelayDescriptor.size_in_bytes
    return 0


@export("kernel32", "kernelbase")
def QueryOptionalDelayLoadedAPI(
    hParentModule: HMODULE, lpDllName: LPCSTR, lpProcName: LPCSTR, Reserved: ULONG
) -> BOOL:
    """Whether a function that a module delay-loads is there, found out by binding its DLL."""
    parent = modules.by_handle(hParentModule)
    dll = _core.ansi_to_text(lpDllName or b"")
    descriptor = _descriptor_of(parent, dll) if parent is not None and not Reserved else 0
    if not descriptor:
        _core.set_last_error(ERROR_MOD_NOT_FOUND)
        return 0
    record = DelayDescriptor.unpack(_core.read(descriptor, DelayDescriptor.size_in_bytes))
    module = _module(hParentModule, record, dll)
    name = (lpProcName or b"").decode("utf-8", "surrogateescape")
    if module is None or not _core.export(module.handle, name, 0):
        _core.set_last_error(ERROR_PROC_NOT_FOUND if module else ERROR_MOD_NOT_FOUND)
        return 0
    return 1
