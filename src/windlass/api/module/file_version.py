"""Version information in files: version.dll.

A version resource is a tree of records, each with a key, a value and children. GetFileVersionInfo copies it
into the caller's buffer, VerQueryValue gives addresses in there. The buffer has room behind the resource,
where VerQueryValueA puts the ANSI copies of texts; a mark tells that the room is there.

windlass's own DLLs are no files; they tell the version of Windows that programs see (version.c).

Source: Microsoft, "GetFileVersionInfoW function", "VerQueryValueW function", "VS_VERSIONINFO structure".
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import NamedTuple

from windlass import _core, registry, search
from windlass.api.locale import nls_facts, nls_locales
from windlass.api.outputs import fail, from_ansi, put_ansi, put_u32, put_u64, put_wide
from windlass.api.refused import Refused
from windlass.errors import ERROR_BAD_EXE_FORMAT, ERROR_FILE_NOT_FOUND, ERROR_INVALID_PARAMETER, BadImage
from windlass.pe import Image
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPCSTR, LPCVOID, LPCWSTR, LPDWORD, LPSTR, LPVOID, LPWSTR, PULONG

ERROR_PATH_NOT_FOUND = 3
ERROR_INVALID_DATA = 13
ERROR_RESOURCE_DATA_NOT_FOUND = 1812
ERROR_RESOURCE_TYPE_NOT_FOUND = 1813

RT_VERSION = 16
VS_VERSION_INFO = 1
# No language has files of its own here, so each of these finds the file itself.
FILE_VER_GET_LOCALISED, FILE_VER_GET_NEUTRAL, FILE_VER_GET_PREFETCHED = 1, 2, 4
FLAGS = FILE_VER_GET_LOCALISED | FILE_VER_GET_NEUTRAL | FILE_VER_GET_PREFETCHED

ANSI_ROOM = b"FE2X"


# ---- the resource of a file ----


def _resource(name: str | None) -> bytes:
    """The version resource of a file, named as for LoadLibraryEx; Refused if it has none."""
    if not name:
        raise Refused(ERROR_INVALID_PARAMETER)
    host = _core.path_to_host(name)
    if host is None or not os.path.isfile(host):
        host = _searched(name)
    if host is None:
        return _own(_base_name(name))
    try:
        with Image.open(host) as image:
            return _resource_of(image)
    except BadImage:
        raise Refused(ERROR_BAD_EXE_FORMAT) from None
    except OSError:
        raise Refused(ERROR_FILE_NOT_FOUND) from None


def _base_name(path: str) -> str:
    return path.replace("/", "\\").rpartition("\\")[2].lower()


def _searched(name: str) -> str | None:
    """The file that the search for DLLs finds; None for a DLL of windlass."""
    folder = name.replace("/", "\\").rpartition("\\")[0].lower()
    if folder and (folder != r"c:\windows\system32" or registry.builtin(_base_name(name)) is None):
        host = _core.path_to_host(folder)
        raise Refused(ERROR_FILE_NOT_FOUND if host and os.path.isdir(host) else ERROR_PATH_NOT_FOUND)
    try:
        return search.find(_base_name(name)).path
    except search.NotFound:
        raise Refused(ERROR_FILE_NOT_FOUND) from None


def _resource_of(image: Image) -> bytes:
    if image.resources is None:
        raise Refused(ERROR_RESOURCE_DATA_NOT_FOUND)
    if image.resources.get(RT_VERSION) is None:
        raise Refused(ERROR_RESOURCE_TYPE_NOT_FOUND)
    found = image.resources.find(RT_VERSION, VS_VERSION_INFO) or image.resources.find(RT_VERSION)
    if found is None:
        raise Refused(ERROR_RESOURCE_DATA_NOT_FOUND)
    return image.read(found.rva, found.size, "version resource")


# ---- the resource of windlass's own DLLs ----

SYSTEM_VERSION = (10, 0, 19045, 1)


def _record(
    key: str, value: bytes = b"", children: tuple[bytes, ...] = (), *, is_text: bool = False
) -> bytes:
    """A record; keys, values and children begin at multiples of four bytes."""
    data = _padded(bytes(6) + _core.wide_bytes(key)) + value
    for child in children:
        data = _padded(data) + child
    length = len(value) // 2 if is_text else len(value)
    return struct.pack("<HHH", len(data), length, is_text) + data[6:]


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _own(name: str) -> bytes:
    """The version resource of a DLL of windlass."""
    major, minor, build, revision = SYSTEM_VERSION
    number = (major << 16 | minor, build << 16 | revision)
    fixed = struct.pack(
        "<13I", FIXED_SIGNATURE, 0x10000, *number, *number, 0x3F, 0, VOS_NT_WINDOWS32, VFT_DLL, 0, 0, 0
    )
    version = ".".join(map(str, SYSTEM_VERSION))
    texts = {
        "CompanyName": "windlass",
        "FileDescription": f"windlass's {name}",
        "FileVersion": version,
        "InternalName": name,
        "OriginalFilename": name,
        "ProductName": "windlass",
        "ProductVersion": version,
    }
    strings = tuple(_record(key, _core.wide_bytes(text), is_text=True) for key, text in texts.items())
    table = _record("040904B0", b"", strings, is_text=True)
    translation = _record("Translation", struct.pack("<HH", 0x0409, 1200))
    return _record(
        "VS_VERSION_INFO",
        fixed,
        (
            _record("StringFileInfo", b"", (table,), is_text=True),
            _record("VarFileInfo", b"", (translation,), is_text=True),
        ),
    )


FIXED_SIGNATURE, VOS_NT_WINDOWS32, VFT_DLL = 0xFEEF04BD, 0x40004, 2


# ---- GetFileVersionInfo ----


def _buffer_of(resource: bytes) -> bytes:
    """What the caller's buffer gets, before it is cut to the buffer's size."""
    return resource + bytes(-len(resource) % 4) + ANSI_ROOM + bytes(len(resource))


def _size(flags: int, name: str | None, handle: int) -> int:
    put_u32(handle, 0)
    if flags & ~FLAGS:
        return fail(ERROR_INVALID_PARAMETER)
    try:
        size = len(_buffer_of(_resource(name)))
    except Refused as refused:
        return fail(refused.code)
    _core.set_last_error(0)
    return size


def _get(flags: int, name: str | None, size: int, data: int) -> int:
    if flags & ~FLAGS or not data:
        return fail(ERROR_INVALID_DATA if not data else ERROR_INVALID_PARAMETER)
    try:
        _core.write(data, _buffer_of(_resource(name))[:size])
    except Refused as refused:
        return fail(refused.code)
    _core.set_last_error(0)
    return 1


@export("version", "kernelbase")
def GetFileVersionInfoSizeW(lptstrFilename: LPCWSTR, lpdwHandle: LPDWORD) -> DWORD:
    return _size(0, lptstrFilename, lpdwHandle)


@export("version", "kernelbase")
def GetFileVersionInfoSizeA(lptstrFilename: LPCSTR, lpdwHandle: LPDWORD) -> DWORD:
    return _size(0, from_ansi(lptstrFilename), lpdwHandle)


@export("version", "kernelbase")
def GetFileVersionInfoSizeExW(dwFlags: DWORD, lpwstrFilename: LPCWSTR, lpdwHandle: LPDWORD) -> DWORD:
    return _size(dwFlags, lpwstrFilename, lpdwHandle)


@export("version", "kernelbase")
def GetFileVersionInfoSizeExA(dwFlags: DWORD, lpwstrFilename: LPCSTR, lpdwHandle: LPDWORD) -> DWORD:
    return _size(dwFlags, from_ansi(lpwstrFilename), lpdwHandle)


@export("version", "kernelbase")
def GetFileVersionInfoW(lptstrFilename: LPCWSTR, dwHandle: DWORD, dwLen: DWORD, lpData: LPVOID) -> BOOL:
    return _get(0, lptstrFilename, dwLen, lpData)


@export("version", "kernelbase")
def GetFileVersionInfoA(lptstrFilename: LPCSTR, dwHandle: DWORD, dwLen: DWORD, lpData: LPVOID) -> BOOL:
    return _get(0, from_ansi(lptstrFilename), dwLen, lpData)


@export("version", "kernelbase")
def GetFileVersionInfoExW(
    dwFlags: DWORD, lpwstrFilename: LPCWSTR, dwHandle: DWORD, dwLen: DWORD, lpData: LPVOID
) -> BOOL:
    return _get(dwFlags, lpwstrFilename, dwLen, lpData)


@export("version", "kernelbase")
def GetFileVersionInfoExA(
    dwFlags: DWORD, lpwstrFilename: LPCSTR, dwHandle: DWORD, dwLen: DWORD, lpData: LPVOID
) -> BOOL:
    return _get(dwFlags, from_ansi(lpwstrFilename), dwLen, lpData)


# ---- VerQueryValue ----


class Record(NamedTuple):
    """One record of a version resource; positions count from the resource's start.

    value:  where the value begins; `length` in bytes, in characters for text.
    end:    where the record ends.
    """

    key: str
    value: int
    length: int
    is_text: bool
    end: int

    @property
    def value_size(self) -> int:
        """Bytes of the value, as far as they lie in the record."""
        return min(self.length * (2 if self.is_text else 1), max(self.end - self.value, 0))


def _read_record(block: bytes, at: int, end: int) -> Record:
    """The record at a place; Refused if it does not lie before `end`."""
    if at + 6 > end:
        raise Refused(ERROR_INVALID_DATA)
    size, length, is_text = struct.unpack_from("<HHH", block, at)
    key_end = at + 6
    while block[key_end : key_end + 2] not in (b"\0\0", b""):
        key_end += 2
    if not 6 < size <= end - at or key_end + 2 > at + size:
        raise Refused(ERROR_INVALID_DATA)
    key = block[at + 6 : key_end].decode("utf-16-le", "surrogatepass")
    return Record(key, _aligned(key_end + 2), length, bool(is_text), at + size)


def _aligned(position: int) -> int:
    return (position + 3) & ~3


def _children(block: bytes, record: Record) -> Iterator[Record]:
    at = _aligned(record.value + record.value_size)
    while at + 6 <= record.end:
        child = _read_record(block, at, record.end)
        yield child
        at = _aligned(child.end)


def _find(block: bytes, path: str) -> Record:
    """The record at a path such as StringFileInfo, 040904B0, FileVersion; keys match in any case."""
    record = _read_record(block, 0, len(block))
    for key in filter(None, path.split("\\")):
        wanted = key.lower()
        found = next((child for child in _children(block, record) if child.key.lower() == wanted), None)
        if found is None:
            raise Refused(ERROR_RESOURCE_TYPE_NOT_FOUND)
        record = found
    return record


def _query(address: int, path: str | None, value_out: int, length_out: int, wide: bool) -> int:
    if not address:
        return fail(ERROR_INVALID_DATA)
    block = _core.read(address, int.from_bytes(_core.read(address, 2), "little"))
    try:
        record = _find(block, path or "")
        place = address + record.value
        if record.is_text and not wide:
            place = _ansi_copy(address, block, record)
    except Refused as refused:
        put_u32(length_out, 0)
        return fail(refused.code)
    put_u64(value_out, place)
    put_u32(length_out, record.length)
    return 1


def _ansi_copy(address: int, block: bytes, record: Record) -> int:
    """The text in the ANSI code page, put into the room as far in as the original is in the resource."""
    room = address + _aligned(len(block))
    if _core.read(room, len(ANSI_ROOM)) != ANSI_ROOM:
        raise Refused(ERROR_INVALID_DATA)
    text = block[record.value : record.value + record.value_size].decode("utf-16-le", "surrogatepass")
    place = room + len(ANSI_ROOM) + record.value
    limit = address + _aligned(len(block)) + len(ANSI_ROOM) + len(block)
    data = _core.ansi_from_text(text.partition("\0")[0])[: limit - place - 1]
    _core.write(place, data + b"\0")
    return place


@export("version", "kernelbase")
def VerQueryValueW(pBlock: LPCVOID, lpSubBlock: LPCWSTR, lplpBuffer: LPVOID, puLen: PULONG) -> BOOL:
    return _query(pBlock, lpSubBlock, lplpBuffer, puLen, True)


@export("version", "kernelbase")
def VerQueryValueA(pBlock: LPCVOID, lpSubBlock: LPCSTR, lplpBuffer: LPVOID, puLen: PULONG) -> BOOL:
    return _query(pBlock, from_ansi(lpSubBlock), lplpBuffer, puLen, False)


# ---- VerLanguageName ----

LOCALE_SLANGUAGE = 2


def _language(number: int) -> str:
    name = nls_locales.by_lcid(number) if number else None
    return (name and nls_facts.fact(name, LOCALE_SLANGUAGE)) or "Language Neutral"


@export("version", "kernel32", "kernelbase")
def VerLanguageNameW(wLang: DWORD, szLang: LPWSTR, cchLang: DWORD) -> DWORD:
    text = _language(wLang)
    if cchLang:
        put_wide(szLang, cchLang, text[: cchLang - 1])
    return len(text)


@export("version", "kernel32", "kernelbase")
def VerLanguageNameA(wLang: DWORD, szLang: LPSTR, cchLang: DWORD) -> DWORD:
    text = _language(wLang)
    if cchLang:
        put_ansi(szLang, cchLang, text[: cchLang - 1])
    return len(text)
