"""The Shell's functions that need the system to make or find a text: sizes, durations, files on the path,
texts in resources.

Source: Microsoft, "StrFormatByteSizeEx function", "StrFormatKBSizeW function", "StrFromTimeIntervalW
function", "PathFindOnPathW function", "PathSearchAndQualifyW function", "PathUnExpandEnvStringsW function",
"SHLoadIndirectString function".
"""

from __future__ import annotations

import os

from windlass import _core
from windlass.api.module import resource_strings
from windlass.api.outputs import from_ansi, get_u64, put_ansi, put_wide
from windlass.api.shell import shell_items
from windlass.api.system.registry_win32 import expand
from windlass.registry import export
from windlass.types import BOOL, DWORD, HRESULT, INT, LONGLONG, LPCSTR, LPCWSTR, LPSTR, LPWSTR, PVOID, UINT

E_INVALIDARG = 0x80070057
E_INSUFFICIENT_BUFFER = 0x8007007A
E_FAIL = 0x80004005
MAX_PATH = 260


# ---- sizes ----

UNITS = ("KB", "MB", "GB", "TB", "PB", "EB")


def byte_size(count: int, rounds: bool = False) -> str:
    """Three digits, as "1.17 KB" or "98.3 MB"; further ones are cut off."""
    if count < 1024:
        return f"{count} bytes"
    unit = 0
    while count >= 1024 * 1000 and unit < len(UNITS) - 1:
        count >>= 10
        unit += 1
    places = 2 if count < 10 * 1024 else 1 if count < 100 * 1024 else 0
    scaled = count * 10**places
    number = (scaled + 512) // 1024 if rounds else scaled // 1024
    whole, rest = divmod(number, 10**places)
    return f"{whole}{f'.{rest:0{places}d}' if places else ''} {UNITS[unit]}"


def kilobytes(count: int) -> str:
    return f"{(count + 1023) // 1024:,} KB"


def _give(text: str, buffer: int, capacity: int, wide: bool) -> int:
    """The buffer's address; 0 when it has no room at all. A longer text is cut off."""
    if not buffer or not capacity:
        return 0
    if wide:
        put_wide(buffer, capacity, text[: capacity - 1])
    else:
        put_ansi(buffer, capacity, text[: capacity - 1])
    return buffer


@export("shlwapi")
def StrFormatByteSizeW(qdw: LONGLONG, pszBuf: LPWSTR, cchBuf: UINT) -> PVOID:
    return _give(byte_size(qdw), pszBuf, cchBuf, True)


@export("shlwapi")
def StrFormatByteSizeA(dw: DWORD, pszBuf: LPSTR, cchBuf: UINT) -> PVOID:
    return _give(byte_size(dw), pszBuf, cchBuf, False)


@export("shlwapi")
def StrFormatByteSize64A(qdw: LONGLONG, pszBuf: LPSTR, cchBuf: UINT) -> PVOID:
    return _give(byte_size(qdw), pszBuf, cchBuf, False)


SFBS_ROUND_TO_NEAREST, SFBS_TRUNCATE = 1, 2


@export("shlwapi")
def StrFormatByteSizeEx(ull: LONGLONG, flags: INT, pszBuf: LPWSTR, cchBuf: UINT) -> HRESULT:
    if flags not in (SFBS_ROUND_TO_NEAREST, SFBS_TRUNCATE) or not pszBuf:
        return E_INVALIDARG
    text = byte_size(ull, flags == SFBS_ROUND_TO_NEAREST)
    return 0 if put_wide(pszBuf, cchBuf, text) < cchBuf else E_INSUFFICIENT_BUFFER


@export("shlwapi")
def StrFormatKBSizeW(qdw: LONGLONG, pszBuf: LPWSTR, cchBuf: UINT) -> PVOID:
    return _give(kilobytes(qdw), pszBuf, cchBuf, True)


@export("shlwapi")
def StrFormatKBSizeA(qdw: LONGLONG, pszBuf: LPSTR, cchBuf: UINT) -> PVOID:
    return _give(kilobytes(qdw), pszBuf, cchBuf, False)


# ---- durations ----


def interval(milliseconds: int, digits: int) -> str:
    """Hours, minutes and seconds with so many digits in all that are not 0; what stands before is rounded."""
    seconds = (milliseconds + 500) // 1000
    amounts = ((seconds // 3600, "hr"), (seconds // 60 % 60, "min"), (seconds % 60, "sec"))
    text = ""
    for amount, name in amounts:
        if name != "sec" and not amount:
            continue
        if digits <= 0:
            break
        shown = str(amount)
        if len(shown) > digits:
            shown = shown[:digits] + "0" * (len(shown) - digits)
        digits -= len(shown)
        text += f" {shown} {name}"
    return text


def _give_interval(buffer: int, capacity: int, milliseconds: int, digits: int, wide: bool) -> int:
    text = interval(milliseconds, digits)
    if buffer and capacity:
        _give(text, buffer, capacity, wide)
    return len(text)


@export("shlwapi")
def StrFromTimeIntervalW(pszOut: LPWSTR, cchMax: UINT, dwTimeMS: DWORD, digits: INT) -> INT:
    return _give_interval(pszOut, cchMax, dwTimeMS, digits, True)


@export("shlwapi")
def StrFromTimeIntervalA(pszOut: LPSTR, cchMax: UINT, dwTimeMS: DWORD, digits: INT) -> INT:
    return _give_interval(pszOut, cchMax, dwTimeMS, digits, False)


# ---- files on the path ----


def _is_file(path: str) -> bool:
    host = _core.path_to_host(path)
    return host is not None and os.path.isfile(host)


def _directories(address: int, wide: bool) -> list[str]:
    """A list of pointers to names that ends with NULL."""
    found = []
    while address and (name := get_u64(address)):
        found.append(_core.wide_string(name) if wide else _core.ansi_to_text(_core.string(name)))
        address += 8
    return found


def find_on_path(name: str, directories: list[str]) -> str | None:
    """In the given folders first, then in the system's and in those of PATH."""
    if not name or set("\\/:") & set(name):
        return None
    system = [r"C:\windows\system32", r"C:\windows"]
    for directory in directories + system + expand("%PATH%").split(";"):
        path = directory.rstrip("\\") + "\\" + name
        if directory and _is_file(path):
            return path
    return None


@export("shlwapi")
def PathFindOnPathW(pszPath: LPWSTR, ppszOtherDirs: PVOID) -> BOOL:
    found = find_on_path(_core.wide_string(pszPath), _directories(ppszOtherDirs, True)) if pszPath else None
    return int(found is not None and put_wide(pszPath, MAX_PATH, found) < MAX_PATH)


@export("shlwapi")
def PathFindOnPathA(pszPath: LPSTR, ppszOtherDirs: PVOID) -> BOOL:
    name = _core.ansi_to_text(_core.string(pszPath)) if pszPath else ""
    found = find_on_path(name, _directories(ppszOtherDirs, False))
    return int(found is not None and put_ansi(pszPath, MAX_PATH, found) < MAX_PATH)


def _qualified(path: str | None) -> str:
    return "" if not path else find_on_path(path, []) or shell_items.full_path(path)


@export("shlwapi", "kernelbase")
def PathSearchAndQualifyW(pszPath: LPCWSTR, pszBuf: LPWSTR, cchBuf: UINT) -> BOOL:
    path = _qualified(pszPath)
    return int(bool(path) and put_wide(pszBuf, cchBuf, path) < cchBuf)


@export("shlwapi", "kernelbase")
def PathSearchAndQualifyA(pszPath: LPCSTR, pszBuf: LPSTR, cchBuf: UINT) -> BOOL:
    path = _qualified(from_ansi(pszPath))
    return int(bool(path) and put_ansi(pszBuf, cchBuf, path) < cchBuf)


# In the order in which they are tried.
_VARIABLES = ("ALLUSERSPROFILE", "APPDATA", "ProgramFiles", "SystemRoot", "SystemDrive", "USERPROFILE")


def with_variables(path: str) -> str | None:
    """The path with a variable for the folder that it begins with; None if there is none."""
    for variable in _VARIABLES:
        value = expand(f"%{variable}%")
        starts = path.lower().startswith(value.lower()) and not value.startswith("%")
        if starts and path[len(value) : len(value) + 1] in ("", "\\"):
            return f"%{variable}%{path[len(value) :]}"
    return None


@export("shlwapi", "kernelbase")
def PathUnExpandEnvStringsW(pszPath: LPCWSTR, pszBuf: LPWSTR, cchBuf: UINT) -> BOOL:
    text = with_variables(pszPath) if pszPath else None
    return int(text is not None and put_wide(pszBuf, cchBuf, text) < cchBuf)


@export("shlwapi", "kernelbase")
def PathUnExpandEnvStringsA(pszPath: LPCSTR, pszBuf: LPSTR, cchBuf: UINT) -> BOOL:
    text = with_variables(_core.ansi_to_text(pszPath)) if pszPath else None
    return int(text is not None and put_ansi(pszBuf, cchBuf, text) < cchBuf)


# ---- texts in resources ----


@export("shlwapi", "kernelbase")
def SHLoadIndirectString(
    pszSource: LPCWSTR, pszOutBuf: LPWSTR, cchOutBuf: UINT, ppvReserved: PVOID
) -> HRESULT:
    """ "@file,-number" is a text of the file's, anything else itself."""
    if pszSource is None or not pszOutBuf or not cchOutBuf:
        return E_INVALIDARG
    text: str | None = pszSource
    if pszSource.startswith("@"):
        path, _, number = expand(pszSource[1:]).partition(";")[0].rpartition(",")
        number = number.strip()
        text = resource_strings.indirect_string(path, int(number)) if number.lstrip("-").isdigit() else None
    if text is None:
        put_wide(pszOutBuf, cchOutBuf, "")
        return E_FAIL
    _give(text, pszOutBuf, cchOutBuf, True)
    return 0
