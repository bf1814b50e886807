"""Which version of Unicode's data comparisons go by, and which strings it defines.

Source: Microsoft, "GetNLSVersionEx function", "NLSVERSIONINFOEX structure", "IsNLSDefinedString function",
"Handling Sorting in Your Applications".
"""

from __future__ import annotations

import struct
import unicodedata

from windlass import _core
from windlass.api.locale import nls_locales
from windlass.api.locale.nls_win32 import (
    ERROR_INSUFFICIENT_BUFFER,
    ERROR_INVALID_FLAGS,
    ERROR_INVALID_PARAMETER,
)
from windlass.api.outputs import fail, get_u32
from windlass.registry import export
from windlass.types import BOOL, DWORD, INT, LCID, LPCWSTR, PVOID

COMPARE_STRING = 1
SIZE, SIZE_EX = 12, 32

# "The major version increments when strings sort differently": it is the Unicode data's.
_MAJOR, _MINOR, _ = (int(part) for part in unicodedata.unidata_version.split("."))
VERSION = 6 << 16 | _MAJOR << 8 | _MINOR
DEFINED = _MAJOR << 8 | _MINOR


def _put_version(function: int, name: str | None, address: int) -> int:
    if function != COMPARE_STRING:
        return fail(ERROR_INVALID_FLAGS)
    if name is None or not address:
        return fail(ERROR_INVALID_PARAMETER)
    size = get_u32(address)
    if size not in (SIZE, SIZE_EX):
        return fail(ERROR_INSUFFICIENT_BUFFER)
    effective = nls_locales.lcid_of(name)
    data = struct.pack("<IIII", size, VERSION, DEFINED, effective) + bytes(12) + struct.pack(">I", effective)
    _core.write(address, data[:size])
    return 1


@export("kernel32", "kernelbase")
def GetNLSVersion(Function: DWORD, Locale: LCID, lpVersionInformation: PVOID) -> BOOL:
    return _put_version(Function, nls_locales.by_lcid(Locale), lpVersionInformation)


@export("kernel32", "kernelbase")
def GetNLSVersionEx(function: DWORD, lpLocaleName: LPCWSTR, lpVersionInformation: PVOID) -> BOOL:
    return _put_version(function, nls_locales.canonical(lpLocaleName), lpVersionInformation)


@export("kernel32", "kernelbase")
def IsValidNLSVersion(function: DWORD, lpLocaleName: LPCWSTR, lpVersionInformation: PVOID) -> DWORD:
    if function != COMPARE_STRING or nls_locales.canonical(lpLocaleName) is None or not lpVersionInformation:
        return fail(ERROR_INVALID_PARAMETER)
    size, version, _ = struct.unpack("<III", _core.read(lpVersionInformation, SIZE))
    if size != SIZE_EX:
        return fail(ERROR_INSUFFICIENT_BUFFER)
    return int(version == VERSION)


def is_defined(text: str) -> bool:
    """Whether all characters are assigned; half a surrogate pair is none, private ones are."""
    return all(unicodedata.category(char) not in ("Cn", "Cs") for char in text)


@export("kernel32", "kernelbase")
def IsNLSDefinedString(
    Function: DWORD, dwFlags: DWORD, lpVersionInformation: PVOID, lpString: PVOID, cchStr: INT
) -> BOOL:
    if Function != COMPARE_STRING or dwFlags:
        return fail(ERROR_INVALID_FLAGS)
    if not lpString or cchStr == 0 or cchStr < -1:
        return fail(ERROR_INVALID_PARAMETER)
    if cchStr == -1:
        return int(is_defined(_core.wide_string(lpString)))
    return int(is_defined(_core.read(lpString, 2 * cchStr).decode("utf-16-le", "surrogatepass")))
