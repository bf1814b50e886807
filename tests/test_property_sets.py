"""Property sets are read and written as [MS-OLEPS] has them, and bad bytes are told from them."""

from __future__ import annotations

import contextlib
import struct

import pytest

from windlass.api.com.property_sets import BadPropertySet, PropertySet, parse, serialize

FORMAT = bytes(range(16))


def example() -> bytes:
    one = PropertySet(FORMAT, locale=0x409)
    one.values[2] = struct.pack("<II", 31, 3) + "ab\0".encode("utf-16-le") + bytes(2)
    one.values[3] = struct.pack("<Ii", 3, -5)
    one.names = {2: "first", 3: "second one"}
    return serialize(bytes(16), [one])


def test_a_set_has_the_documented_layout() -> None:
    data = example()
    assert struct.unpack_from("<HH", data) == (0xFFFE, 0)
    assert data[24:28] == b"\1\0\0\0" and data[28:44] == FORMAT
    start = struct.unpack_from("<I", data, 44)[0]
    size, count = struct.unpack_from("<II", data, start)
    assert start + size == len(data) and count == 5  # with the code page, the locale and the dictionary
    entries = struct.unpack_from(f"<{2 * count}I", data, start + 8)
    places = dict(zip(entries[::2], entries[1::2]))
    assert set(places) == {0, 1, 2, 3, 0x80000000}
    assert all(place % 4 == 0 for place in places.values())
    assert struct.unpack_from("<IH", data, start + places[1]) == (2, 1200)
    assert struct.unpack_from("<Ii", data, start + places[3]) == (3, -5)


def test_what_is_written_is_read_again() -> None:
    clsid, (one,) = parse(example())
    assert clsid == bytes(16) and one.format == FORMAT and one.locale == 0x409
    assert one.names == {2: "first", 3: "second one"}
    assert one.values[3][:8] == struct.pack("<Ii", 3, -5)


@pytest.mark.parametrize("size", range(0, len(example()), 7))
def test_a_cut_stream_is_bad(size: int) -> None:
    with pytest.raises(BadPropertySet):
        parse(example()[:size])


def test_bytes_of_any_value_are_read_or_bad() -> None:
    data = bytearray(example())
    for place in range(len(data)):
        for byte in (0, 0x7F, 0xFF):
            changed = bytes(data[:place]) + bytes([byte]) + bytes(data[place + 1 :])
            with contextlib.suppress(BadPropertySet):
                parse(changed)
