"""Property sets as bytes: values, dictionaries of names, and the stream that holds one or two sets.

A value is kept as it stands in the stream, a TypedPropertyValue, and becomes a PROPVARIANT when it is read.

Source: Microsoft, "[MS-OLEPS]: Object Linking and Embedding (OLE) Property Set Data Structures",
"PROPVARIANT structure".
"""

from __future__ import annotations

import codecs
import struct
from dataclasses import dataclass, field

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com.automation_types import bstr_text
from windlass.api.com.com_objects import bstr, task_text
from windlass.api.outputs import get_u32, get_u64

__all__ = [
    "ANSI_CODE_PAGE",
    "UNICODE_CODE_PAGE",
    "BadPropertySet",
    "PropertySet",
    "decode",
    "encode",
    "parse",
    "serialize",
]

UNICODE_CODE_PAGE, ANSI_CODE_PAGE = 1200, 1252
(
    VT_EMPTY, VT_NULL, VT_BSTR, VT_ERROR, VT_BOOL, VT_VARIANT, VT_LPSTR, VT_LPWSTR, VT_BLOB, VT_BLOB_OBJECT,
    VT_CF, VT_CLSID, VT_DECIMAL,
) = (0, 1, 8, 10, 11, 12, 30, 31, 65, 70, 71, 72, 14)  # fmt: skip
VT_VECTOR = 0x1000
# The types that are only bytes, and how many.
PLAIN = {
    2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 2, 16: 1, 17: 1, 18: 2, 19: 4, 20: 8, 21: 8, 22: 4, 23: 4,
    64: 8,
}  # fmt: skip
# The bytes of an element of a vector in memory.
IN_MEMORY = {VT_BSTR: 8, VT_LPSTR: 8, VT_LPWSTR: 8, VT_CLSID: 16, VT_VARIANT: 24, VT_CF: 16, **PLAIN}
LARGEST = 0x10000000


class BadPropertySet(Exception):
    """The bytes are no property set, or a value has a type that none has."""


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def _codec(code_page: int) -> str:
    names = {UNICODE_CODE_PAGE: "utf-16-le", 65001: "utf-8", 10000: "mac_roman"}
    name = names.get(code_page, f"cp{code_page}")
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name


# ---- from memory to bytes ----


def encode(address: int, code_page: int) -> bytes:
    """The PROPVARIANT at an address as a TypedPropertyValue."""
    type = get_u32(address) & 0xFFFF
    return struct.pack("<I", type) + _padded(_payload(type, address + 8, code_page))


def _payload(type: int, at: int, code_page: int) -> bytes:
    if type & VT_VECTOR:
        return _vector(type & ~VT_VECTOR, get_u32(at), get_u64(at + 8), code_page)
    if type in (VT_EMPTY, VT_NULL):
        return b""
    if type in (VT_BLOB, VT_BLOB_OBJECT):
        size = get_u32(at)
        return struct.pack("<I", size) + _core.read(get_u64(at + 8), size)
    if type == VT_CLSID:
        return _core.read(get_u64(at), 16)
    if type == VT_CF:
        return _clipboard_data(get_u64(at))
    if type == VT_DECIMAL:
        return _core.read(at - 8, 16)
    return _element(type, at, code_page)


def _clipboard_data(at: int) -> bytes:
    """CLIPDATA: its size, which counts the format, the format and the bytes."""
    size = get_u32(at)
    if size < 4:
        raise BadPropertySet
    return _core.read(at, 8) + _core.read(get_u64(at + 8), size - 4)


def _element(type: int, at: int, code_page: int) -> bytes:
    if type in PLAIN:
        return _core.read(at, PLAIN[type])
    if type == VT_BSTR:
        return _string(bstr_text(get_u64(at)) or "", code_page)
    if type == VT_LPSTR:
        place = get_u64(at)
        return _string(_core.ansi_to_text(_core.string(place)) if place else "", code_page)
    if type == VT_LPWSTR:
        place = get_u64(at)
        data = _core.wide_bytes(_core.wide_string(place) if place else "")
        return struct.pack("<I", len(data) // 2) + _padded(data)
    if type == VT_CLSID:
        return _core.read(at, 16)
    if type == VT_VARIANT:
        return encode(at, code_page)
    raise BadPropertySet


def _string(text: str, code_page: int) -> bytes:
    """A CodePageString: its bytes with the zero are counted."""
    data = (text + "\0").encode(_codec(code_page), "replace")
    return struct.pack("<I", len(data)) + _padded(data)


def _vector(type: int, count: int, start: int, code_page: int) -> bytes:
    if type not in IN_MEMORY or type == VT_CF or count * IN_MEMORY[type] > LARGEST:
        raise BadPropertySet
    size = IN_MEMORY[type]
    parts = (_element(type, start + size * index, code_page) for index in range(count))
    return struct.pack("<I", count) + b"".join(parts)


# ---- from bytes to memory ----


class _Reader:
    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def take(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self.data):
            raise BadPropertySet
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def align(self, start: int) -> None:
        self.at += -(self.at - start) % 4


def _block(data: bytes) -> int:
    address = windows("ole32.dll", "CoTaskMemAlloc", max(len(data), 1))
    _core.write(address, data)
    return address


def decode(value: bytes, code_page: int) -> bytes:
    """A new PROPVARIANT, with memory of the caller's for what it refers to."""
    reader = _Reader(value)
    return _variant(reader, code_page)


def _variant(reader: _Reader, code_page: int) -> bytes:
    start = reader.at
    type = reader.number() & 0xFFFF
    if type == VT_DECIMAL:
        return struct.pack("<H", type) + reader.take(16)[2:] + bytes(8)
    body = _in_memory(type, reader, code_page)
    reader.align(start)
    return struct.pack("<H6x", type) + body.ljust(16, b"\0")


def _in_memory(type: int, reader: _Reader, code_page: int) -> bytes:
    if type & VT_VECTOR:
        element = type & ~VT_VECTOR
        count = reader.number()
        if element not in IN_MEMORY or count > len(reader.data):
            raise BadPropertySet
        items = b"".join(_read_element(element, reader, code_page) for _ in range(count))
        return struct.pack("<I4xQ", count, _block(items))
    if type in (VT_EMPTY, VT_NULL):
        return b""
    if type in (VT_BLOB, VT_BLOB_OBJECT):
        size = reader.number()
        return struct.pack("<I4xQ", size, _block(reader.take(size)))
    if type == VT_CLSID:
        return struct.pack("<Q", _block(reader.take(16)))
    if type == VT_CF:
        size = reader.number()
        head = struct.pack("<I", size) + reader.take(4)
        return struct.pack("<Q", _block(head + struct.pack("<Q", _block(reader.take(size - 4)))))
    return _read_element(type, reader, code_page)


def _read_element(type: int, reader: _Reader, code_page: int) -> bytes:
    start = reader.at
    if type in PLAIN:
        return reader.take(PLAIN[type])
    if type in (VT_BSTR, VT_LPSTR):
        text = reader.take(reader.number()).decode(_codec(code_page), "replace").split("\0")[0]
        reader.align(start)
        made = bstr(text) if type == VT_BSTR else _block(_core.ansi_from_text(text) + b"\0")
        return struct.pack("<Q", made)
    if type == VT_LPWSTR:
        text = reader.take(2 * reader.number()).decode("utf-16-le", "surrogatepass").split("\0")[0]
        reader.align(start)
        return struct.pack("<Q", task_text(text))
    if type == VT_CLSID:
        return reader.take(16)
    if type == VT_VARIANT:
        return _variant(reader, code_page)
    raise BadPropertySet


# ---- sets ----

PID_DICTIONARY, PID_CODEPAGE, PID_FIRST_USABLE = 0, 1, 2
PID_LOCALE, PID_BEHAVIOR = 0x80000000, 0x80000003
VT_I2, VT_UI4 = 2, 19


@dataclass
class PropertySet:
    """One set. values: the typed bytes of each property; is_case_sensitive: of names."""

    format: bytes
    code_page: int = UNICODE_CODE_PAGE
    locale: int = 0x0400
    is_case_sensitive: bool = False
    values: dict[int, bytes] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)


_HEADER = struct.Struct("<HHI16sI")
BYTE_ORDER, OS_WINDOWS_10 = 0xFFFE, 0x0002000A


def parse(data: bytes) -> tuple[bytes, list[PropertySet]]:
    """The class identifier of a stream, and its sets."""
    reader = _Reader(data)
    order, version, _, clsid, count = _HEADER.unpack(reader.take(_HEADER.size))
    if order != BYTE_ORDER or version > 1 or not 1 <= count <= 2:
        raise BadPropertySet
    places = [(reader.take(16), reader.number()) for _ in range(count)]
    return clsid, [_parse_set(data, format, at) for format, at in places]


def _parse_set(data: bytes, format: bytes, start: int) -> PropertySet:
    reader = _Reader(data, start)
    size, count = reader.number(), reader.number()
    if count > size // 8 or start + size > len(data):
        raise BadPropertySet
    entries = [(reader.number(), reader.number()) for _ in range(count)]
    ends = sorted({at for _, at in entries} | {size})
    found = PropertySet(format)
    raw = {number: data[start + at : start + ends[ends.index(at) + 1]] for number, at in entries if at < size}
    found.code_page = _number(raw, PID_CODEPAGE, "<4xH", UNICODE_CODE_PAGE)
    found.locale = _number(raw, PID_LOCALE, "<4xI", 0)
    found.is_case_sensitive = _number(raw, PID_BEHAVIOR, "<4xI", 0) == 1
    if PID_DICTIONARY in raw:
        found.names = _parse_names(raw[PID_DICTIONARY], found.code_page)
    special = (PID_DICTIONARY, PID_CODEPAGE, PID_LOCALE, PID_BEHAVIOR)
    found.values = {number: value for number, value in raw.items() if number not in special}
    return found


def _number(raw: dict[int, bytes], number: int, form: str, default: int) -> int:
    value = raw.get(number, b"")
    return int(struct.unpack_from(form, value)[0]) if len(value) >= struct.calcsize(form) else default


def _parse_names(data: bytes, code_page: int) -> dict[int, str]:
    reader = _Reader(data)
    names = {}
    for _ in range(reader.number()):
        start = reader.at
        number, length = reader.number(), reader.number()
        is_wide = code_page == UNICODE_CODE_PAGE
        raw = reader.take(2 * length if is_wide else length)
        names[number] = raw.decode(_codec(code_page), "replace").split("\0")[0]
        if is_wide:
            reader.align(start)
    return names


def _names(names: dict[int, str], code_page: int) -> bytes:
    parts = [struct.pack("<I", len(names))]
    for number, name in names.items():
        data = (name + "\0").encode(_codec(code_page), "replace")
        if code_page == UNICODE_CODE_PAGE:
            parts.append(struct.pack("<II", number, len(data) // 2) + _padded(data))
        else:
            parts.append(struct.pack("<II", number, len(data)) + data)
    return _padded(b"".join(parts))


def _serialize_set(one: PropertySet) -> bytes:
    raw = {PID_CODEPAGE: struct.pack("<IHH", VT_I2, one.code_page, 0)}
    if one.locale:
        raw[PID_LOCALE] = struct.pack("<II", VT_UI4, one.locale)
    if one.is_case_sensitive:
        raw[PID_BEHAVIOR] = struct.pack("<II", VT_UI4, 1)
    if one.names:
        raw[PID_DICTIONARY] = _names(one.names, one.code_page)
    raw.update(one.values)
    at = 8 + 8 * len(raw)
    entries, body = b"", b""
    for number, value in raw.items():
        entries += struct.pack("<II", number, at + len(body))
        body += _padded(value)
    return struct.pack("<II", at + len(body), len(raw)) + entries + body


def serialize(clsid: bytes, sets: list[PropertySet]) -> bytes:
    version = int(any(one.is_case_sensitive for one in sets))
    head = _HEADER.pack(BYTE_ORDER, version, OS_WINDOWS_10, clsid, len(sets))
    bodies = [_serialize_set(one) for one in sets]
    at = len(head) + 20 * len(sets)
    places = b""
    for one, body in zip(sets, bodies):
        places += one.format + struct.pack("<I", at)
        at += len(body)
    return head + places + b"".join(bodies)
