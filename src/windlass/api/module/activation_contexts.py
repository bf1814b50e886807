"""Activation contexts, as Windows code makes and uses them.

Source: Microsoft, "CreateActCtxW function", "ActivateActCtx function", "FindActCtxSectionStringW function",
"QueryActCtxW function".
"""

from __future__ import annotations

import os
import struct
import uuid
from typing import NamedTuple

from windlass import _core
from windlass.activation import Assembly, Context, MissingAssembly, contexts, from_file
from windlass.api.calls import windows
from windlass.api.outputs import fail, put_u64, string_at
from windlass.errors import (
    ERROR_BAD_EXE_FORMAT,
    ERROR_FILE_NOT_FOUND,
    ERROR_INVALID_PARAMETER,
    ERROR_RESOURCE_NAME_NOT_FOUND,
    ERROR_SXS_CANT_GEN_ACTCTX,
    BadImage,
)
from windlass.process import modules
from windlass.registry import export
from windlass.types import (
    BOOL,
    BOOLEAN,
    DWORD,
    HANDLE,
    LPCSTR,
    LPCWSTR,
    LPGUID,
    NTSTATUS,
    PVOID,
    SIZE_T,
    ULONG,
    ULONG_PTR,
    VOID,
)

ERROR_PATH_NOT_FOUND = 3
ERROR_INSUFFICIENT_BUFFER = 122
ERROR_INVALID_HANDLE = 6
ERROR_SXS_KEY_NOT_FOUND = 14007
ERROR_SXS_PROCESS_DEFAULT_ALREADY_SET = 14011
STATUS_SXS_EARLY_DEACTIVATION = 0xC015000F
STATUS_SXS_INVALID_DEACTIVATION = 0xC0150010
INVALID_HANDLE_VALUE = (1 << 64) - 1

# ---- making them ----

# Flags of ACTCTX.
ASSEMBLY_DIRECTORY_VALID = 0x04
RESOURCE_NAME_VALID = 0x08
SET_PROCESS_DEFAULT = 0x10
HMODULE_VALID = 0x80
KNOWN_FLAGS = 0xFF


class _Wanted(NamedTuple):
    """An ACTCTX: architecture and language say nothing that is not so here, the name is for messages only."""

    flags: int
    source: str | None
    directory: str | None
    resource: int
    module: int


_ACTCTX = struct.Struct("<IIQHHxxxxQQQQ")
_SMALLEST = 24  # up to and with lpSource and the two words behind it


def _read(address: int, wide: bool) -> _Wanted | None:
    """The structure; None if it cannot be one."""
    if not address:
        return None
    size, flags = struct.unpack("<II", _core.read(address, 8))
    if not _SMALLEST <= size <= _ACTCTX.size or flags & ~KNOWN_FLAGS:
        return None
    fields = _ACTCTX.unpack(_core.read(address, size).ljust(_ACTCTX.size, b"\0"))
    source, directory, resource, module = fields[2], fields[5], fields[6], fields[8]
    return _Wanted(
        flags,
        string_at(source, wide),
        string_at(directory, wide) if flags & ASSEMBLY_DIRECTORY_VALID else None,
        resource if flags & RESOURCE_NAME_VALID else 0,
        module if flags & HMODULE_VALID else 0,
    )


def _create(wanted: _Wanted | None) -> int:
    if wanted is None or not (wanted.source or wanted.module):
        fail(ERROR_INVALID_PARAMETER)
        return INVALID_HANDLE_VALUE
    error, context = _made(wanted)
    if context is None:
        fail(error)
        return INVALID_HANDLE_VALUE
    if wanted.flags & SET_PROCESS_DEFAULT:
        if contexts.process_default is not None:
            fail(ERROR_SXS_PROCESS_DEFAULT_ALREADY_SET)
            return INVALID_HANDLE_VALUE
        contexts.set_process_default(context)
    return contexts.add(context)


def _made(wanted: _Wanted) -> tuple[int, Context | None]:
    """The context, or why there is none."""
    path = _source(wanted)
    if path is None or not os.path.isfile(path):
        folder = os.path.dirname(path) if path else ""
        return ERROR_FILE_NOT_FOUND if os.path.isdir(folder) else ERROR_PATH_NOT_FOUND, None
    base = _core.path_to_host(wanted.directory) if wanted.directory else None
    from windlass.manifest import BadManifest

    try:
        return 0, from_file(path, base, _resource(wanted, path))
    except (BadManifest, MissingAssembly):
        return ERROR_SXS_CANT_GEN_ACTCTX, None
    except LookupError:
        return ERROR_RESOURCE_NAME_NOT_FOUND, None
    except BadImage:
        return ERROR_BAD_EXE_FORMAT, None
    except OSError as error:
        return getattr(error, "winerror", None) or ERROR_FILE_NOT_FOUND, None


def _source(wanted: _Wanted) -> str | None:
    if wanted.source:
        return _core.path_to_host(wanted.source)
    module = modules.by_handle(wanted.module)
    return module.path if module is not None else None


def _resource(wanted: _Wanted, path: str) -> int | None:
    """Which resource the manifest is; None: the file itself."""
    if wanted.resource:
        return wanted.resource
    with open(path, "rb") as file:
        return 1 if file.read(2) == b"MZ" else None


@export("kernel32", "kernelbase")
def CreateActCtxW(pActCtx: PVOID) -> HANDLE:
    return _create(_read(pActCtx, wide=True))


@export("kernel32")
def CreateActCtxA(pActCtx: PVOID) -> HANDLE:
    return _create(_read(pActCtx, wide=False))


@export("kernel32", "kernelbase")
def AddRefActCtx(hActCtx: HANDLE) -> VOID:
    contexts.change_references(hActCtx, +1)


@export("kernel32", "kernelbase")
def ReleaseActCtx(hActCtx: HANDLE) -> VOID:
    contexts.change_references(hActCtx, -1)


@export("kernel32", "kernelbase")
def ZombifyActCtx(hActCtx: HANDLE) -> BOOL:
    return int(hActCtx in contexts.by_handle) or fail(ERROR_INVALID_PARAMETER)


# ---- the calling thread's ----


@export("kernel32", "kernelbase")
def ActivateActCtx(hActCtx: HANDLE, lpCookie: PVOID) -> BOOL:
    if not lpCookie or (hActCtx and hActCtx not in contexts.by_handle):
        return fail(ERROR_INVALID_PARAMETER if not lpCookie else ERROR_INVALID_HANDLE)
    put_u64(lpCookie, contexts.activate(hActCtx))
    return 1


@export("kernel32", "kernelbase")
def DeactivateActCtx(dwFlags: DWORD, ulCookie: ULONG_PTR) -> BOOL:
    """An activation that is not the innermost one is an error of the program, which exceptions report."""
    force_early = 1
    if dwFlags & ~force_early:
        return fail(ERROR_INVALID_PARAMETER)
    cookies = [each.cookie for each in contexts.stack]
    if ulCookie not in cookies:
        return _raise(STATUS_SXS_INVALID_DEACTIVATION)
    if cookies[-1] != ulCookie and not dwFlags & force_early:
        return _raise(STATUS_SXS_EARLY_DEACTIVATION)
    for _ in cookies[cookies.index(ulCookie) :]:
        contexts.deactivate()
    return 1


def _raise(status: int) -> int:
    windows("kernel32", "RaiseException", status, 0, 0, 0)
    return 0


@export("kernel32", "kernelbase")
def GetCurrentActCtx(lphActCtx: PVOID) -> BOOL:
    if not lphActCtx:
        return fail(ERROR_INVALID_PARAMETER)
    handle = contexts.active_handle() or 0
    contexts.change_references(handle, +1)
    put_u64(lphActCtx, handle)
    return 1


# ---- the same in ntdll, by statuses ----

STATUS_SUCCESS = 0
STATUS_INVALID_PARAMETER = -0x3FFFFFF3


@export("ntdll")
def RtlGetActiveActivationContext(ActivationContext: PVOID) -> NTSTATUS:
    return STATUS_SUCCESS if GetCurrentActCtx(ActivationContext) else STATUS_INVALID_PARAMETER


@export("ntdll")
def RtlAddRefActivationContext(ActivationContext: HANDLE) -> VOID:
    contexts.change_references(ActivationContext, +1)


@export("ntdll")
def RtlReleaseActivationContext(ActivationContext: HANDLE) -> VOID:
    contexts.change_references(ActivationContext, -1)


@export("ntdll")
def RtlActivateActivationContext(Flags: ULONG, ActivationContext: HANDLE, Cookie: PVOID) -> NTSTATUS:
    done = not Flags and ActivateActCtx(ActivationContext, Cookie)
    return STATUS_SUCCESS if done else STATUS_INVALID_PARAMETER


@export("ntdll")
def RtlActivateActivationContextEx(
    Flags: ULONG, Teb: PVOID, ActivationContext: HANDLE, Cookie: PVOID
) -> NTSTATUS:
    """For the calling thread, which is the one that a thread's start asks for."""
    return STATUS_SUCCESS if ActivateActCtx(ActivationContext, Cookie) else STATUS_INVALID_PARAMETER


@export("ntdll")
def RtlDeactivateActivationContext(Flags: ULONG, Cookie: ULONG_PTR) -> VOID:
    DeactivateActCtx(Flags & 1, Cookie)


@export("ntdll")
def RtlIsActivationContextActive(ActivationContext: HANDLE) -> BOOLEAN:
    return int(any(each.handle == ActivationContext for each in contexts.stack))


# ---- looking things up ----

SECTION_DLL_REDIRECTION = 2
SECTION_COM_SERVER_REDIRECTION = 4
RETURN_HCONTEXT = 1

_KEYED_DATA = struct.Struct("<IIQIxxxxQIxxxxQIxxxxQI")
_SMALLEST_KEYED_DATA = 64  # without hActCtx and what follows it


def _found(data: int, flags: int, roster_index: int) -> int:
    """Fill an ACTCTX_SECTION_KEYED_DATA. What a key leads to is Windows' own affair and not shown."""
    size = int.from_bytes(_core.read(data, 4), "little")
    handle = contexts.active_handle() or 0
    if flags & RETURN_HCONTEXT:
        contexts.change_references(handle, +1)
    full = _KEYED_DATA.pack(size, 1, 0, 0, 0, 0, 0, 0, handle if flags & RETURN_HCONTEXT else 0, roster_index)
    _core.write(data, full[:size])
    return 1


def _is_result(data: int, flags: int) -> bool:
    if not data or flags & ~RETURN_HCONTEXT:
        return False
    size = int.from_bytes(_core.read(data, 4), "little")
    return size >= (_KEYED_DATA.size if flags else _SMALLEST_KEYED_DATA)


def _find_string(flags: int, extension: int, section: int, text: str | None, data: int) -> int:
    if extension or text is None or not _is_result(data, flags):
        return fail(ERROR_INVALID_PARAMETER)
    context = contexts.current()
    if context is None or section != SECTION_DLL_REDIRECTION or not context.has_file(text):
        return fail(ERROR_SXS_KEY_NOT_FOUND)
    return _found(data, flags, 1 + context.index_of_file(text))


@export("kernel32", "kernelbase")
def FindActCtxSectionStringW(
    dwFlags: DWORD,
    lpExtensionGuid: LPGUID,
    ulSectionId: ULONG,
    lpStringToFind: LPCWSTR,
    ReturnedData: PVOID,
) -> BOOL:
    return _find_string(dwFlags, lpExtensionGuid, ulSectionId, lpStringToFind, ReturnedData)


@export("kernel32")
def FindActCtxSectionStringA(
    dwFlags: DWORD, lpExtensionGuid: LPGUID, ulSectionId: ULONG, lpStringToFind: LPCSTR, ReturnedData: PVOID
) -> BOOL:
    text = None if lpStringToFind is None else _core.ansi_to_text(lpStringToFind)
    return _find_string(dwFlags, lpExtensionGuid, ulSectionId, text, ReturnedData)


@export("kernel32", "kernelbase")
def FindActCtxSectionGuid(
    dwFlags: DWORD, lpExtensionGuid: LPGUID, ulSectionId: ULONG, lpGuidToFind: LPGUID, ReturnedData: PVOID
) -> BOOL:
    if lpExtensionGuid or not lpGuidToFind or not _is_result(ReturnedData, dwFlags):
        return fail(ERROR_INVALID_PARAMETER)
    context = contexts.current()
    guid = f"{{{uuid.UUID(bytes_le=_core.read(lpGuidToFind, 16))}}}".upper()
    if context is None or ulSectionId != SECTION_COM_SERVER_REDIRECTION or guid not in context.com_classes:
        return fail(ERROR_SXS_KEY_NOT_FOUND)
    return _found(ReturnedData, dwFlags, 1)


# ---- asking about them ----

BASIC_INFORMATION = 1
DETAILED_INFORMATION = 2
ASSEMBLY_DETAILED_INFORMATION = 3
FILE_INFORMATION = 4
USE_ACTIVE = 4
IS_HMODULE = 8
IS_ADDRESS = 0x10
NO_ADDREF = 0x80000000
PATH_TYPE_NONE, PATH_TYPE_WIN32_FILE = 1, 2


class _Answer:
    """A structure with pointers to texts that lie behind it in the same buffer."""

    def __init__(self, address: int) -> None:
        self.address = address
        self.fields: list[bytes | str | None] = []

    def number(self, format: str, *values: int) -> None:
        self.fields.append(struct.pack("<" + format, *values))

    def pointer(self, text: str | None) -> None:
        self.fields.append(text)

    def packed(self) -> bytes:
        size = sum(len(each) if isinstance(each, bytes) else 8 for each in self.fields)
        head, texts = b"", b""
        for each in self.fields:
            if isinstance(each, bytes):
                head += each
            else:
                head += struct.pack("<Q", self.address + size + len(texts) if each is not None else 0)
                texts += _core.wide_bytes(each) if each is not None else b""
        return head + texts


def _text_size(text: str | None) -> int:
    return len(_core.wide_bytes(text)) - 2 if text is not None else 0


def _detailed(context: Context, answer: _Answer) -> None:
    root = context.assemblies[0]
    path = _core.path_to_windows(root.path)
    answer.number("III", 0, 1, len(context.assemblies))
    answer.number("III", PATH_TYPE_WIN32_FILE, _text_size(path), PATH_TYPE_NONE)
    answer.number("IIIxxxx", 0, PATH_TYPE_NONE, 0)
    answer.pointer(path)
    answer.pointer(None)
    answer.pointer(None)


def _assembly(assembly: Assembly, is_root: bool, answer: _Answer) -> None:
    identity = assembly.manifest.identity
    encoded = identity.encoded if identity is not None else None
    path = _core.path_to_windows(assembly.path)
    directory = None if is_root else os.path.basename(assembly.directory)
    answer.number("IIIIqIIq", 0, _text_size(encoded), PATH_TYPE_WIN32_FILE, _text_size(path), 0, 1, 0, 0)
    answer.number("IIIIII", 0, 1, 0, 0, 0, _text_size(directory))
    for text in (encoded, path, None, directory):
        answer.pointer(text)
    answer.number("Ixxxx", len(assembly.manifest.files))


def _file(name: str, answer: _Answer) -> None:
    answer.number("III", 0, _text_size(name), 0)
    answer.number("xxxx")
    answer.pointer(name)
    answer.pointer(None)


def _context_of(flags: int, handle: int) -> tuple[int, Context | None]:
    """The handle and the context that a query is about."""
    if flags & USE_ACTIVE:
        handle = contexts.active_handle() or 0
        return handle, contexts.current()
    if flags & (IS_HMODULE | IS_ADDRESS):
        module = modules.by_handle(_core.module_from_address(handle) if flags & IS_ADDRESS else handle)
        context = module.context if module is not None else None
        return contexts.handle_of(context) if context is not None else 0, context
    return handle, contexts.by_handle.get(handle)


@export("kernel32", "kernelbase")
def QueryActCtxW(
    dwFlags: DWORD,
    hActCtx: HANDLE,
    pvSubInstance: PVOID,
    ulInfoClass: ULONG,
    pvBuffer: PVOID,
    cbBuffer: SIZE_T,
    pcbWrittenOrRequired: PVOID,
) -> BOOL:
    handle, context = _context_of(dwFlags, hActCtx)
    if ulInfoClass == BASIC_INFORMATION:
        if not dwFlags & NO_ADDREF:
            contexts.change_references(handle, +1)
        return _give(struct.pack("<QIxxxx", handle, 0), pvBuffer, cbBuffer, pcbWrittenOrRequired)
    if context is None:
        return fail(ERROR_INVALID_PARAMETER)
    answer = _Answer(pvBuffer)
    if ulInfoClass == DETAILED_INFORMATION:
        _detailed(context, answer)
    elif not _sub_instance(context, ulInfoClass, pvSubInstance, answer):
        return fail(ERROR_INVALID_PARAMETER)
    return _give(answer.packed(), pvBuffer, cbBuffer, pcbWrittenOrRequired)


def _sub_instance(context: Context, kind: int, address: int, answer: _Answer) -> bool:
    """Describe an assembly (counted from 1) or one of its files; False: there is none of that number."""
    if not address or kind not in (ASSEMBLY_DETAILED_INFORMATION, FILE_INFORMATION):
        return False
    size = 4 if kind == ASSEMBLY_DETAILED_INFORMATION else 8
    number, *file = struct.unpack(f"<{size // 4}I", _core.read(address, size))
    if kind == FILE_INFORMATION:  # assemblies are counted from 0 there
        number += 1
    if not 1 <= number <= len(context.assemblies):
        return False
    assembly = context.assemblies[number - 1]
    if kind == ASSEMBLY_DETAILED_INFORMATION:
        _assembly(assembly, number == 1, answer)
    elif file[0] < len(assembly.manifest.files):
        _file(assembly.manifest.files[file[0]], answer)
    else:
        return False
    return True


def _give(data: bytes, buffer: int, capacity: int, written: int) -> int:
    """The information, or the error for a buffer that is too short; its size in either case."""
    put_u64(written, len(data))
    if not buffer or capacity < len(data):
        return fail(ERROR_INSUFFICIENT_BUFFER)
    _core.write(buffer, data)
    return 1
