"""FormatMessage: system messages, message tables and inserts.

Source: Microsoft, "FormatMessageW function", "MESSAGE_RESOURCE_DATA structure".
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import fail, get_u64, put_u64, string_at
from windlass.messages import message
from windlass.module import Module
from windlass.process import modules
from windlass.registry import export
from windlass.types import DWORD, LPSTR, LPVOID, LPWSTR, PVOID

ALLOCATE_BUFFER = 0x100
IGNORE_INSERTS = 0x200
FROM_STRING = 0x400
FROM_HMODULE = 0x800
FROM_SYSTEM = 0x1000
ARGUMENT_ARRAY = 0x2000
MAX_WIDTH_MASK = 0xFF

ERROR_NOT_ENOUGH_MEMORY = 8
ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
ERROR_RESOURCE_TYPE_NOT_FOUND = 1813
ERROR_MR_MID_NOT_FOUND = 317

RT_MESSAGETABLE = 11


class Failure(Exception):
    """FormatMessage fails with this Win32 error."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


# ---- where the text comes from ----


def definition(flags: int, source: int, id: int, wide: bool) -> str:
    """The message text before inserts are put in."""
    if flags & FROM_STRING:
        text = string_at(source, wide)
        if text is None:
            raise Failure(ERROR_INVALID_PARAMETER)
        return text
    if flags & FROM_HMODULE:
        found = module_message(source, id)
        if found is not None or not flags & FROM_SYSTEM:
            if found is None:
                raise Failure(ERROR_MR_MID_NOT_FOUND)
            return found
    if not flags & FROM_SYSTEM:
        raise Failure(ERROR_INVALID_PARAMETER)
    text = message(id)
    if text is None:
        raise Failure(ERROR_MR_MID_NOT_FOUND)
    return text + "\r\n"


def module_message(handle: int, id: int) -> str | None:
    """A message of a module's message table; of the program's when the handle is 0."""
    module = modules.by_handle(handle) if handle else next(iter(modules), None)
    if module is None:
        raise Failure(ERROR_RESOURCE_TYPE_NOT_FOUND)
    for table in message_tables(module):
        text = table_message(table, id)
        if text is not None:
            return text
    return None


def message_tables(module: Module) -> Iterator[bytes]:
    """The module's message tables, in the order of the image."""
    directory = module.image.resources
    for resource in directory.walk() if directory else ():
        if resource.path[0] == RT_MESSAGETABLE:
            yield _core.read(module.handle + resource.rva, resource.size)


def table_message(table: bytes, id: int) -> str | None:
    count = struct.unpack_from("<I", table)[0]
    for index in range(count):
        low, high, offset = struct.unpack_from("<III", table, 4 + 12 * index)
        if not low <= id <= high:
            continue
        for _ in range(id - low):
            offset += struct.unpack_from("<H", table, offset)[0]
        length, is_wide = struct.unpack_from("<HH", table, offset)
        raw = table[offset + 4 : offset + length]
        text = raw.decode("utf-16-le", "replace") if is_wide & 1 else _core.ansi_to_text(raw)
        return text.split("\0", 1)[0]
    return None


# ---- inserts ----


class Arguments:
    """The caller's arguments by number, from 1; a va_list or an array of 8-byte values."""

    def __init__(self, address: int, is_array: bool) -> None:
        self.address = address if is_array or not address else get_u64(address)

    def value(self, number: int) -> int:
        if not self.address:
            raise Failure(ERROR_INVALID_PARAMETER)
        return get_u64(self.address + 8 * (number - 1))


_CONVERSION = re.compile(r"([-+ #0]*)(\*|\d*)(?:\.(\*|\d*))?(I64|I32|I|ll|l|h|w)?([a-zA-Z])")


def insert(number: int, form: str, arguments: Arguments, wide: bool) -> str:
    """One insert, by its printf conversion without the percent sign."""
    match = _CONVERSION.fullmatch(form)
    if match is None:
        raise Failure(ERROR_INVALID_PARAMETER)
    flags, width, precision, size, kind = match.groups()
    if width == "*":
        width = str(_signed(arguments.value(number), 32))
        number += 1
    if precision == "*":
        precision = str(_signed(arguments.value(number), 32))
        number += 1
    value = arguments.value(number)
    if kind in "sS":
        is_wide = {"h": False, "l": True, "w": True}.get(size or "", wide == (kind == "s"))
        found = string_at(value, is_wide)
        text = "(null)" if found is None else found
        return _padded(text[: int(precision)] if precision else text, flags, width)
    if kind in "cC":
        return _padded(chr(value & 0xFFFF), flags, width)
    bits = 64 if size in ("I64", "ll", "I") or kind == "p" else 16 if size == "h" else 32
    if kind == "p":
        return _padded(f"{value:016X}", flags, width)
    spec = "%" + flags + width + (f".{precision}" if precision is not None else "")
    if kind in "di":
        return (spec + "d") % _signed(value, bits)
    if kind in "uxXo":
        return (spec + ("d" if kind == "u" else kind)) % (value & (1 << bits) - 1)
    raise Failure(ERROR_INVALID_PARAMETER)


def _signed(value: int, bits: int) -> int:
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> bits - 1 else value


def _padded(text: str, flags: str, width: str) -> str:
    size = int(width or 0)
    return text.ljust(size) if "-" in flags else text.rjust(size)


_ESCAPE = re.compile(r"%(?:([1-9]\d?)(?:!([^!]*)!)?|(.))|(\r\n|\n|\r)", re.DOTALL)
_LITERAL = {"n": "\r\n", "r": "\r", "t": "\t", "b": " ", ".": ".", "!": "!", "%": "%", " ": " "}


def formatted(text: str, flags: int, arguments: Arguments, wide: bool) -> str:
    """The message with its escapes carried out. Line breaks of the definition count only without a width."""
    width = flags & MAX_WIDTH_MASK
    parts: list[str] = []
    end = 0
    for match in _ESCAPE.finditer(text):
        parts.append(text[end : match.start()])
        end = match.end()
        number, form, escape, line_end = match.groups()
        if line_end is not None:
            parts.append(" " if width else "\r\n")
        elif number is not None:
            if flags & IGNORE_INSERTS:
                parts.append(match.group())
            else:
                parts.append(insert(int(number), form or "s", arguments, wide))
        elif escape == "0":
            return _wrapped("".join(parts), width)
        elif escape in _LITERAL and not (flags & IGNORE_INSERTS and escape not in "nrtb"):
            parts.append(_LITERAL[escape])
        else:
            parts.append(match.group() if flags & IGNORE_INSERTS else escape)
    parts.append(text[end:])
    return _wrapped("".join(parts), width)


def _wrapped(text: str, width: int) -> str:
    """Lines of at most `width` characters, broken at blanks; 0xFF is no width but only joins lines."""
    if not width or width == MAX_WIDTH_MASK:
        return text
    lines = []
    for line in text.split("\r\n"):
        while len(line) > width:
            at = line.rfind(" ", 0, width + 1)
            at = at if at > 0 else width
            lines.append(line[:at])
            line = line[at:].lstrip(" ")
        lines.append(line)
    return "\r\n".join(lines)


# ---- the functions ----


def format_message(
    flags: int, source: int, id: int, buffer: int, size: int, arguments: int, wide: bool
) -> int:
    """What both functions do; the buffer's size is in characters of theirs."""
    unit = 2 if wide else 1
    try:
        if not buffer:
            raise Failure(ERROR_INVALID_PARAMETER)
        text = definition(flags, source, id, wide)
        text = formatted(text, flags, Arguments(arguments, bool(flags & ARGUMENT_ARRAY)), wide)
        data = _core.wide_bytes(text) if wide else _core.ansi_from_text(text) + b"\0"
        count = len(data) // unit
        if flags & ALLOCATE_BUFFER:
            put_u64(buffer, 0)
            target = windows("kernel32.dll", "LocalAlloc", 0x40, max(count, size) * unit)
            if not target:
                raise Failure(ERROR_NOT_ENOUGH_MEMORY)
            put_u64(buffer, target)
        elif count > size:
            raise Failure(ERROR_INSUFFICIENT_BUFFER)
        else:
            target = buffer
        _core.write(target, data)
        return count - 1
    except Failure as failure:
        return fail(failure.code)


@export("kernel32", "kernelbase")
def FormatMessageW(
    dwFlags: DWORD,
    lpSource: LPVOID,
    dwMessageId: DWORD,
    dwLanguageId: DWORD,
    lpBuffer: LPWSTR,
    nSize: DWORD,
    Arguments: PVOID,
) -> DWORD:
    return format_message(dwFlags, lpSource, dwMessageId, lpBuffer, nSize, Arguments, True)


@export("kernel32", "kernelbase")
def FormatMessageA(
    dwFlags: DWORD,
    lpSource: LPVOID,
    dwMessageId: DWORD,
    dwLanguageId: DWORD,
    lpBuffer: LPSTR,
    nSize: DWORD,
    Arguments: PVOID,
) -> DWORD:
    return format_message(dwFlags, lpSource, dwMessageId, lpBuffer, nSize, Arguments, False)
