"""Profile strings: entries of initialization files.

Source: Microsoft, "GetPrivateProfileStringW function", "GetPrivateProfileIntW function",
"WritePrivateProfileSectionW function", "GetPrivateProfileStructW function" ...

The profile without a name, win.ini, is a file in the Windows directory; registry mappings
(IniFileMapping) are not looked up.
"""

from __future__ import annotations

import os
import re

from windlass import _core
from windlass.api.file.profile_file import ProfileFile
from windlass.api.outputs import fail, from_ansi
from windlass.registry import export
from windlass.types import BOOL, DWORD, INT, LPCSTR, LPCVOID, LPCWSTR, LPSTR, LPVOID, LPWSTR, UINT

ERROR_FILE_NOT_FOUND = 2
ERROR_ACCESS_DENIED = 5
ERROR_INVALID_PARAMETER = 87
ERROR_BAD_LENGTH = 24
ERROR_INVALID_DATA = 13
ERROR_MORE_DATA = 234
WIN_INI = "win.ini"


def host_path(name: str) -> str | None:
    """A name without a path is that of a file in the Windows directory."""
    if "\\" not in name and "/" not in name and ":" not in name:
        name = "C:\\windows\\" + name
    return _core.path_to_host(name)


def profile(name: str | None) -> ProfileFile | None:
    path = host_path(WIN_INI if name is None else name)
    return None if path is None else ProfileFile(path)


def encoded(text: str, wide: bool) -> bytes:
    return _core.wide_bytes(text)[:-2] if wide else _core.ansi_from_text(text)


def give(text: str, buffer: int, size: int, wide: bool) -> int:
    """Write a string, cut to `size` characters with its zero; the characters without it."""
    unit = 2 if wide else 1
    data = encoded(text, wide)
    if not buffer or size <= 0:
        return 0
    kept = data[: (size - 1) * unit]
    _core.write(buffer, kept + bytes(unit))
    if len(kept) < len(data):
        _core.set_last_error(ERROR_MORE_DATA)
    return len(kept) // unit


def give_list(items: list[str], buffer: int, size: int, wide: bool) -> int:
    """Write strings, each with its zero, and one more zero; cut, it ends in two zeros and counts size - 2."""
    unit = 2 if wide else 1
    data = b"".join(encoded(item, wide) + bytes(unit) for item in items)
    if not buffer or size <= 0:
        return 0
    if len(data) + unit <= size * unit:
        _core.write(buffer, (data or bytes(unit)) + bytes(unit) if size > 1 else bytes(unit))
        return len(data) // unit
    kept = data[: max(size - 2, 0) * unit]
    _core.write(buffer, (kept + bytes(2 * unit))[: size * unit])
    _core.set_last_error(ERROR_MORE_DATA)
    return max(size - 2, 0)


def read_string(
    section: str | None,
    key: str | None,
    default: str | None,
    buffer: int,
    size: int,
    file: str | None,
    wide: bool,
) -> int:
    found = profile(file)
    if found is None:
        return give((default or "").rstrip(" "), buffer, size, wide)
    if not os.path.exists(found.path):
        _core.set_last_error(ERROR_FILE_NOT_FOUND)
    if section is None:
        return give_list(found.names(), buffer, size, wide)
    entries = found.section(section)
    if key is None:
        return give_list(entries.keys() if entries else [], buffer, size, wide)
    value = entries.get(key) if entries else None
    return give((default or "").rstrip(" ") if value is None else value, buffer, size, wide)


def read_int(section: str | None, key: str | None, default: int, file: str | None) -> int:
    found = profile(file)
    if found is None or section is None or key is None:
        return default & 0xFFFFFFFF
    entries = found.section(section)
    value = entries.get(key) if entries else None
    if value is None:
        return default & 0xFFFFFFFF
    hexadecimal = re.match(r"0[xX]([0-9a-fA-F]+)", value)
    if hexadecimal:
        return int(hexadecimal[1], 16) & 0xFFFFFFFF
    number = re.match(r"[+-]?[0-9]+", value)
    return int(number[0]) & 0xFFFFFFFF if number else 0


def read_section(section: str | None, buffer: int, size: int, file: str | None, wide: bool) -> int:
    found = profile(file) if section is not None else None
    entries = found.section(section) if found is not None and section is not None else None
    return give_list(list(entries.entries()) if entries else [], buffer, size, wide)


def saved(found: ProfileFile) -> int:
    try:
        found.save()
    except PermissionError:
        return fail(ERROR_ACCESS_DENIED)
    except OSError:
        return fail(3)  # ERROR_PATH_NOT_FOUND
    return 1


def write_string(section: str | None, key: str | None, value: str | None, file: str | None) -> int:
    found = profile(file)
    if found is None:
        return fail(ERROR_FILE_NOT_FOUND)
    if section is None:
        return fail(ERROR_FILE_NOT_FOUND)  # flushes a cache, which there is none of
    if key is None:
        found.remove_section(section)
    elif value is not None:
        found.section_to_write(section).set(key, value)
    else:
        entries = found.section(section)
        if entries is not None:
            entries.set(key, None)
    return saved(found)


def write_section(section: str | None, lines: list[str] | None, file: str | None) -> int:
    found = profile(file)
    if found is None or section is None:
        return fail(ERROR_INVALID_PARAMETER if section is None else ERROR_FILE_NOT_FOUND)
    if lines is None:
        found.remove_section(section)
    else:
        found.section_to_write(section).lines = [line.strip() for line in lines]
    return saved(found)


def strings_at(address: int, wide: bool) -> list[str] | None:
    """A double-null-terminated list."""
    if not address:
        return None
    items: list[str] = []
    while True:
        if wide:
            text = _core.wide_string(address)
            address += len(_core.wide_bytes(text))
        else:
            data = _core.string(address)
            address += len(data) + 1
            text = _core.ansi_to_text(data)
        if not text:
            return items
        items.append(text)


# ---- structures: their bytes in hexadecimal, and the low byte of the bytes' sum ----


def write_struct(section: str | None, key: str | None, address: int, size: int, file: str | None) -> int:
    if not address:
        return write_string(section, key, None, file)
    data = _core.read(address, size)
    return write_string(section, key, (data + bytes([sum(data) & 0xFF])).hex().upper(), file)


def read_struct(section: str | None, key: str | None, address: int, size: int, file: str | None) -> int:
    found = profile(file)
    entries = found.section(section) if found is not None and section is not None else None
    text = entries.get(key) if entries is not None and key is not None else None
    try:
        data = bytes.fromhex(text or "")
    except ValueError:
        return fail(ERROR_INVALID_DATA)
    if len(data) != size + 1:
        return fail(ERROR_BAD_LENGTH)
    if sum(data[:-1]) & 0xFF != data[-1]:
        return fail(ERROR_INVALID_DATA)
    _core.write(address, data[:-1])
    return 1


@export("kernel32")
def GetPrivateProfileStringW(
    lpAppName: LPCWSTR,
    lpKeyName: LPCWSTR,
    lpDefault: LPCWSTR,
    lpReturnedString: LPWSTR,
    nSize: DWORD,
    lpFileName: LPCWSTR,
) -> DWORD:
    return read_string(lpAppName, lpKeyName, lpDefault, lpReturnedString, nSize, lpFileName, True)


@export("kernel32")
def GetPrivateProfileStringA(
    lpAppName: LPCSTR,
    lpKeyName: LPCSTR,
    lpDefault: LPCSTR,
    lpReturnedString: LPSTR,
    nSize: DWORD,
    lpFileName: LPCSTR,
) -> DWORD:
    section, key, default, file = map(from_ansi, (lpAppName, lpKeyName, lpDefault, lpFileName))
    return read_string(section, key, default, lpReturnedString, nSize, file, False)


@export("kernel32")
def GetProfileStringW(
    lpAppName: LPCWSTR, lpKeyName: LPCWSTR, lpDefault: LPCWSTR, lpReturnedString: LPWSTR, nSize: DWORD
) -> DWORD:
    return read_string(lpAppName, lpKeyName, lpDefault, lpReturnedString, nSize, None, True)


@export("kernel32")
def GetProfileStringA(
    lpAppName: LPCSTR, lpKeyName: LPCSTR, lpDefault: LPCSTR, lpReturnedString: LPSTR, nSize: DWORD
) -> DWORD:
    section, key, default = map(from_ansi, (lpAppName, lpKeyName, lpDefault))
    return read_string(section, key, default, lpReturnedString, nSize, None, False)


@export("kernel32")
def GetPrivateProfileIntW(lpAppName: LPCWSTR, lpKeyName: LPCWSTR, nDefault: INT, lpFileName: LPCWSTR) -> UINT:
    return read_int(lpAppName, lpKeyName, nDefault, lpFileName)


@export("kernel32")
def GetPrivateProfileIntA(lpAppName: LPCSTR, lpKeyName: LPCSTR, nDefault: INT, lpFileName: LPCSTR) -> UINT:
    return read_int(from_ansi(lpAppName), from_ansi(lpKeyName), nDefault, from_ansi(lpFileName))


@export("kernel32")
def GetProfileIntW(lpAppName: LPCWSTR, lpKeyName: LPCWSTR, nDefault: INT) -> UINT:
    return read_int(lpAppName, lpKeyName, nDefault, None)


@export("kernel32")
def GetProfileIntA(lpAppName: LPCSTR, lpKeyName: LPCSTR, nDefault: INT) -> UINT:
    return read_int(from_ansi(lpAppName), from_ansi(lpKeyName), nDefault, None)


@export("kernel32")
def GetPrivateProfileSectionW(
    lpAppName: LPCWSTR, lpReturnedString: LPWSTR, nSize: DWORD, lpFileName: LPCWSTR
) -> DWORD:
    return read_section(lpAppName, lpReturnedString, nSize, lpFileName, True)


@export("kernel32")
def GetPrivateProfileSectionA(
    lpAppName: LPCSTR, lpReturnedString: LPSTR, nSize: DWORD, lpFileName: LPCSTR
) -> DWORD:
    return read_section(from_ansi(lpAppName), lpReturnedString, nSize, from_ansi(lpFileName), False)


@export("kernel32")
def GetProfileSectionW(lpAppName: LPCWSTR, lpReturnedString: LPWSTR, nSize: DWORD) -> DWORD:
    return read_section(lpAppName, lpReturnedString, nSize, None, True)


@export("kernel32")
def GetProfileSectionA(lpAppName: LPCSTR, lpReturnedString: LPSTR, nSize: DWORD) -> DWORD:
    return read_section(from_ansi(lpAppName), lpReturnedString, nSize, None, False)


@export("kernel32")
def GetPrivateProfileSectionNamesW(lpszReturnBuffer: LPWSTR, nSize: DWORD, lpFileName: LPCWSTR) -> DWORD:
    return read_string(None, None, None, lpszReturnBuffer, nSize, lpFileName, True)


@export("kernel32")
def GetPrivateProfileSectionNamesA(lpszReturnBuffer: LPSTR, nSize: DWORD, lpFileName: LPCSTR) -> DWORD:
    return read_string(None, None, None, lpszReturnBuffer, nSize, from_ansi(lpFileName), False)


@export("kernel32")
def WritePrivateProfileStringW(
    lpAppName: LPCWSTR, lpKeyName: LPCWSTR, lpString: LPCWSTR, lpFileName: LPCWSTR
) -> BOOL:
    return write_string(lpAppName, lpKeyName, lpString, lpFileName)


@export("kernel32")
def WritePrivateProfileStringA(
    lpAppName: LPCSTR, lpKeyName: LPCSTR, lpString: LPCSTR, lpFileName: LPCSTR
) -> BOOL:
    return write_string(
        from_ansi(lpAppName), from_ansi(lpKeyName), from_ansi(lpString), from_ansi(lpFileName)
    )


@export("kernel32")
def WriteProfileStringW(lpAppName: LPCWSTR, lpKeyName: LPCWSTR, lpString: LPCWSTR) -> BOOL:
    return write_string(lpAppName, lpKeyName, lpString, None)


@export("kernel32")
def WriteProfileStringA(lpAppName: LPCSTR, lpKeyName: LPCSTR, lpString: LPCSTR) -> BOOL:
    return write_string(from_ansi(lpAppName), from_ansi(lpKeyName), from_ansi(lpString), None)


@export("kernel32")
def WritePrivateProfileSectionW(lpAppName: LPCWSTR, lpString: LPCVOID, lpFileName: LPCWSTR) -> BOOL:
    return write_section(lpAppName, strings_at(lpString, True), lpFileName)


@export("kernel32")
def WritePrivateProfileSectionA(lpAppName: LPCSTR, lpString: LPCVOID, lpFileName: LPCSTR) -> BOOL:
    return write_section(from_ansi(lpAppName), strings_at(lpString, False), from_ansi(lpFileName))


@export("kernel32")
def WriteProfileSectionW(lpAppName: LPCWSTR, lpString: LPCVOID) -> BOOL:
    return write_section(lpAppName, strings_at(lpString, True), None)


@export("kernel32")
def WriteProfileSectionA(lpAppName: LPCSTR, lpString: LPCVOID) -> BOOL:
    return write_section(from_ansi(lpAppName), strings_at(lpString, False), None)


@export("kernel32")
def WritePrivateProfileStructW(
    lpszSection: LPCWSTR, lpszKey: LPCWSTR, lpStruct: LPVOID, uSizeStruct: UINT, szFile: LPCWSTR
) -> BOOL:
    return write_struct(lpszSection, lpszKey, lpStruct, uSizeStruct, szFile)


@export("kernel32")
def WritePrivateProfileStructA(
    lpszSection: LPCSTR, lpszKey: LPCSTR, lpStruct: LPVOID, uSizeStruct: UINT, szFile: LPCSTR
) -> BOOL:
    return write_struct(from_ansi(lpszSection), from_ansi(lpszKey), lpStruct, uSizeStruct, from_ansi(szFile))


@export("kernel32")
def GetPrivateProfileStructW(
    lpszSection: LPCWSTR, lpszKey: LPCWSTR, lpStruct: LPVOID, uSizeStruct: UINT, szFile: LPCWSTR
) -> BOOL:
    return read_struct(lpszSection, lpszKey, lpStruct, uSizeStruct, szFile)


@export("kernel32")
def GetPrivateProfileStructA(
    lpszSection: LPCSTR, lpszKey: LPCSTR, lpStruct: LPVOID, uSizeStruct: UINT, szFile: LPCSTR
) -> BOOL:
    return read_struct(from_ansi(lpszSection), from_ansi(lpszKey), lpStruct, uSizeStruct, from_ansi(szFile))
