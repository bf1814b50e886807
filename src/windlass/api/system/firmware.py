"""What the firmware has left in memory: ACPI and SMBIOS tables, as far as the host shows them.

Source: Microsoft, "GetSystemFirmwareTable function", "EnumSystemFirmwareTables function", "GetFirmwareType
function", "GetFirmwareEnvironmentVariableW function".
"""

from __future__ import annotations

import os
import struct

from windlass import _core
from windlass.api.outputs import fail, put_u32
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPCSTR, LPCWSTR, LPDWORD, PVOID, UINT

ERROR_INVALID_FUNCTION = 1
ERROR_PRIVILEGE_NOT_HELD = 1314
ERROR_NOT_FOUND = 1168

ACPI, FIRM, RSMB = (int.from_bytes(name, "big") for name in (b"ACPI", b"FIRM", b"RSMB"))
FIRMWARE_BIOS, FIRMWARE_UEFI = 1, 2
_FOLDER = "/sys/firmware"


def _read(path: str) -> bytes | None:
    try:
        with open(os.path.join(_FOLDER, path), "rb") as file:
            return file.read()
    except OSError:
        return None


def _acpi_names() -> list[bytes]:
    """Four letters each; the host counts tables of one name."""
    try:
        names = os.listdir(os.path.join(_FOLDER, "acpi/tables"))
    except OSError:
        return []
    return [name.encode() for name in sorted(names) if len(name) == 4 and name.isupper()]


def _smbios() -> bytes | None:
    """RawSMBIOSData: the version from the entry point, which has one form for each major version."""
    entry, table = _read("dmi/tables/smbios_entry_point"), _read("dmi/tables/DMI")
    if entry is None or table is None:
        return None
    major, minor, revision = entry[7:10] if entry.startswith(b"_SM3_") else (*entry[6:8], 0)
    return struct.pack("<BBBBI", 0, major, minor, revision, len(table)) + table


def _table(provider: int, name: int) -> bytes | None:
    if provider == RSMB:
        return _smbios() if name == 0 else None
    letters = name.to_bytes(4, "little")
    return _read("acpi/tables/" + letters.decode()) if letters in _acpi_names() else None


def _give(data: bytes, buffer: int, capacity: int) -> int:
    if len(data) <= capacity:
        _core.write(buffer, data)
    return len(data)


@export("kernel32", "kernelbase")
def GetSystemFirmwareTable(
    FirmwareTableProviderSignature: DWORD,
    FirmwareTableID: DWORD,
    pFirmwareTableBuffer: PVOID,
    BufferSize: DWORD,
) -> UINT:
    if FirmwareTableProviderSignature not in (ACPI, FIRM, RSMB):
        return fail(ERROR_INVALID_FUNCTION)
    data = _table(FirmwareTableProviderSignature, FirmwareTableID)
    return fail(ERROR_NOT_FOUND) if data is None else _give(data, pFirmwareTableBuffer, BufferSize)


@export("kernel32", "kernelbase")
def EnumSystemFirmwareTables(
    FirmwareTableProviderSignature: DWORD, pFirmwareTableEnumBuffer: PVOID, BufferSize: DWORD
) -> UINT:
    if FirmwareTableProviderSignature not in (ACPI, FIRM, RSMB):
        return fail(ERROR_INVALID_FUNCTION)
    if FirmwareTableProviderSignature == RSMB:
        data = bytes(4) if _smbios() else b""
    else:
        data = b"".join(_acpi_names()) if FirmwareTableProviderSignature == ACPI else b""
    return _give(data, pFirmwareTableEnumBuffer, BufferSize) if data else fail(ERROR_NOT_FOUND)


@export("kernel32")
def GetFirmwareType(FirmwareType: LPDWORD) -> BOOL:
    put_u32(FirmwareType, FIRMWARE_UEFI if os.path.isdir(_FOLDER + "/efi") else FIRMWARE_BIOS)
    return 1


def _variable_refused() -> int:
    """Only those may see firmware variables who hold SE_SYSTEM_ENVIRONMENT_NAME; a BIOS has none."""
    has_variables = os.path.isdir(_FOLDER + "/efi")
    return fail(ERROR_PRIVILEGE_NOT_HELD if has_variables else ERROR_INVALID_FUNCTION)


@export("kernel32")
def GetFirmwareEnvironmentVariableW(lpName: LPCWSTR, lpGuid: LPCWSTR, pBuffer: PVOID, nSize: DWORD) -> DWORD:
    return _variable_refused()


@export("kernel32")
def GetFirmwareEnvironmentVariableA(lpName: LPCSTR, lpGuid: LPCSTR, pBuffer: PVOID, nSize: DWORD) -> DWORD:
    return _variable_refused()


@export("kernel32")
def GetFirmwareEnvironmentVariableExW(
    lpName: LPCWSTR, lpGuid: LPCWSTR, pBuffer: PVOID, nSize: DWORD, pdwAttribubutes: LPDWORD
) -> DWORD:
    return _variable_refused()


@export("kernel32")
def GetFirmwareEnvironmentVariableExA(
    lpName: LPCSTR, lpGuid: LPCSTR, pBuffer: PVOID, nSize: DWORD, pdwAttribubutes: LPDWORD
) -> DWORD:
    return _variable_refused()


@export("kernel32")
def SetFirmwareEnvironmentVariableW(lpName: LPCWSTR, lpGuid: LPCWSTR, pValue: PVOID, nSize: DWORD) -> BOOL:
    return _variable_refused()


@export("kernel32")
def SetFirmwareEnvironmentVariableA(lpName: LPCSTR, lpGuid: LPCSTR, pValue: PVOID, nSize: DWORD) -> BOOL:
    return _variable_refused()
