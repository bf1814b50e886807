"""ntdll's own names for what kernel32 does with locales, normalisation and domain names.

Source: Microsoft, "RtlNormalizeString function", "RtlIsNormalizedString function", "RtlIdnToAscii function",
"RtlIdnToUnicode function", "RtlIdnToNameprepUnicode function", "RtlLocaleNameToLcid function",
"RtlLcidToLocaleName function".
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from windlass import _core
from windlass.api.calls import windows
from windlass.api.locale import nls_locales
from windlass.api.locale.nls_normalize import (
    ERROR_INSUFFICIENT_BUFFER,
    ERROR_INVALID_FLAGS,
    ERROR_INVALID_NAME,
    ERROR_NO_UNICODE_TRANSLATION,
    IdnToAscii,
    IdnToNameprepUnicode,
    IdnToUnicode,
    IsNormalizedString,
    NormalizeString,
)
from windlass.api.locale.nls_win32 import default_lcid
from windlass.api.outputs import get_u32, put_u32
from windlass.registry import export
from windlass.types import BOOLEAN, INT, LCID, LPCWSTR, LPWSTR, NTSTATUS, PVOID, ULONG

STATUS_SUCCESS = 0
STATUS_INVALID_PARAMETER = 0xC000000D
STATUS_INVALID_PARAMETER_1 = 0xC00000EF
STATUS_INVALID_PARAMETER_2 = 0xC00000F0
STATUS_INVALID_PARAMETER_3 = 0xC00000F1
STATUS_NO_MEMORY = 0xC0000017
STATUS_BUFFER_TOO_SMALL = 0xC0000023
STATUS_SOME_NOT_MAPPED = 0x00000107
STATUS_INVALID_IDN_NORMALIZATION = 0xC0000716

NEUTRAL_LOCALES_TOO = 2
UNICODE_STRING = struct.Struct("<HH4xQ")

STATUSES = {
    ERROR_INSUFFICIENT_BUFFER: STATUS_BUFFER_TOO_SMALL,
    ERROR_NO_UNICODE_TRANSLATION: STATUS_SOME_NOT_MAPPED,
    ERROR_INVALID_NAME: STATUS_INVALID_IDN_NORMALIZATION,
    ERROR_INVALID_FLAGS: STATUS_INVALID_PARAMETER,
}


def _status() -> int:
    return STATUSES.get(_core.get_last_error(), STATUS_INVALID_PARAMETER)


def _convert(function: Callable[..., int], first: int, source: int, length: int, to: int, room: int) -> int:
    """*room is the buffer's size, and then that of the result, in characters."""
    count = function(first, source, length, to, get_u32(room))
    put_u32(room, max(count, 0))
    return STATUS_SUCCESS if count > 0 or not length else _status()


# ---- normalisation and domain names ----


@export("ntdll")
def RtlNormalizeString(
    NormForm: ULONG,
    SourceString: PVOID,
    SourceStringLength: INT,
    DestinationString: LPWSTR,
    DestinationStringLength: PVOID,
) -> NTSTATUS:
    return _convert(
        NormalizeString,
        NormForm,
        SourceString,
        SourceStringLength,
        DestinationString,
        DestinationStringLength,
    )


@export("ntdll")
def RtlIsNormalizedString(
    NormForm: ULONG, SourceString: PVOID, SourceStringLength: INT, Normalized: PVOID
) -> NTSTATUS:
    _core.set_last_error(0)
    normal = IsNormalizedString(NormForm, SourceString, SourceStringLength)
    if not normal and _core.get_last_error():
        return _status()
    _core.write(Normalized, bytes([normal]))
    return STATUS_SUCCESS


@export("ntdll")
def RtlIdnToAscii(
    Flags: ULONG,
    SourceString: PVOID,
    SourceStringLength: INT,
    DestinationString: LPWSTR,
    DestinationStringLength: PVOID,
) -> NTSTATUS:
    return _convert(
        IdnToAscii, Flags, SourceString, SourceStringLength, DestinationString, DestinationStringLength
    )


@export("ntdll")
def RtlIdnToUnicode(
    Flags: ULONG,
    SourceString: PVOID,
    SourceStringLength: INT,
    DestinationString: LPWSTR,
    DestinationStringLength: PVOID,
) -> NTSTATUS:
    return _convert(
        IdnToUnicode, Flags, SourceString, SourceStringLength, DestinationString, DestinationStringLength
    )


@export("ntdll")
def RtlIdnToNameprepUnicode(
    Flags: ULONG,
    SourceString: PVOID,
    SourceStringLength: INT,
    DestinationString: LPWSTR,
    DestinationStringLength: PVOID,
) -> NTSTATUS:
    return _convert(
        IdnToNameprepUnicode,
        Flags,
        SourceString,
        SourceStringLength,
        DestinationString,
        DestinationStringLength,
    )


# ---- locales ----


def _is_neutral(name: str) -> bool:
    return bool(name) and "-" not in name


@export("ntdll")
def RtlIsValidLocaleName(LocaleName: LPCWSTR, Flags: ULONG) -> BOOLEAN:
    name = nls_locales.canonical(LocaleName) if LocaleName is not None else None
    return name is not None and (not _is_neutral(name) or bool(Flags & NEUTRAL_LOCALES_TOO))


@export("ntdll")
def RtlLocaleNameToLcid(LocaleName: LPCWSTR, lcid: PVOID, Flags: ULONG) -> NTSTATUS:
    name = nls_locales.canonical(LocaleName) if LocaleName is not None else None
    if name is None or (_is_neutral(name) and not Flags & NEUTRAL_LOCALES_TOO):
        return STATUS_INVALID_PARAMETER_1
    put_u32(lcid, nls_locales.lcid_of(name))
    return STATUS_SUCCESS


@export("ntdll")
def RtlLcidToLocaleName(
    lcid: LCID, LocaleName: PVOID, Flags: ULONG, AllocateDestinationString: BOOLEAN
) -> NTSTATUS:
    """Into the UNICODE_STRING's buffer, or one that is made for it and RtlFreeUnicodeString frees."""
    if not LocaleName:
        return STATUS_INVALID_PARAMETER_2
    if Flags & ~NEUTRAL_LOCALES_TOO:
        return STATUS_INVALID_PARAMETER_3
    name = nls_locales.by_lcid(lcid)
    if name is None or (_is_neutral(name) and not Flags & NEUTRAL_LOCALES_TOO):
        return STATUS_INVALID_PARAMETER_1
    data = name.encode("utf-16-le") + b"\0\0"
    _, room, buffer = UNICODE_STRING.unpack(_core.read(LocaleName, UNICODE_STRING.size))
    if AllocateDestinationString:
        heap = windows("kernel32", "GetProcessHeap")
        room, buffer = len(data), windows("ntdll", "RtlAllocateHeap", heap, 0, len(data))
        if not buffer:
            return STATUS_NO_MEMORY
    elif room < len(data):
        return STATUS_BUFFER_TOO_SMALL
    _core.write(buffer, data)
    _core.write(LocaleName, UNICODE_STRING.pack(len(data) - 2, room, buffer))
    return STATUS_SUCCESS


@export("ntdll")
def NtQueryDefaultLocale(UserProfile: BOOLEAN, DefaultLocaleId: PVOID) -> NTSTATUS:
    put_u32(DefaultLocaleId, default_lcid())
    return STATUS_SUCCESS


@export("ntdll")
def NtQueryDefaultUILanguage(DefaultUILanguageId: PVOID) -> NTSTATUS:
    _core.write(DefaultUILanguageId, struct.pack("<H", default_lcid() & 0xFFFF))
    return STATUS_SUCCESS


@export("ntdll")
def NtQueryInstallUILanguage(InstallUILanguageId: PVOID) -> NTSTATUS:
    return NtQueryDefaultUILanguage(InstallUILanguageId)
