"""Metafiles that are not what they say; tests/programs/metafile_play.c has those that are."""

from __future__ import annotations

import struct

import pytest

from windlass.ctypes import POINTER, c_int, c_uint, c_void_p, create_string_buffer, windll

SETPIXELV, POLYGON16, POLYPOLYGON16, EXTTEXTOUTW, STRETCHDIBITS, RESTOREDC, EXTSELECTCLIPRGN = (
    15,
    86,
    91,
    84,
    81,
    34,
    75,
)
BOUNDS = (0, 0, 9, 9)

gdi = windll.gdi32
gdi.CreateCompatibleDC.restype = gdi.SetEnhMetaFileBits.restype = c_void_p
gdi.PlayEnhMetaFile.argtypes = [c_void_p, c_void_p, POINTER(c_int * 4)]
gdi.SetEnhMetaFileBits.argtypes = [c_uint, c_void_p]
gdi.DeleteEnhMetaFile.argtypes = gdi.DeleteDC.argtypes = [c_void_p]


def record(kind: int, *words: int) -> bytes:
    return struct.pack(f"<II{len(words)}I", kind, 8 + 4 * len(words), *words)


def play(*records: bytes) -> bool:
    """Play a metafile of 10 pixels by 10 with these records; whether every one could be played."""
    body = b"".join(records) + record(14, 0, 16, 20)
    facts = (0x464D4520, 0x10000, 88 + len(body), 2 + len(records), 2, 0, 0, 0)
    metafile = record(1, *BOUNDS, 0, 0, 1000, 1000, *facts, 100, 100, 100, 100) + body
    buffer = create_string_buffer(metafile, len(metafile))
    handle = gdi.SetEnhMetaFileBits(len(metafile), buffer)
    assert handle
    dc = gdi.CreateCompatibleDC(None)
    try:
        return bool(gdi.PlayEnhMetaFile(dc, handle, (c_int * 4)(0, 0, 10, 10)))
    finally:
        gdi.DeleteDC(dc)
        gdi.DeleteEnhMetaFile(handle)


def test_good_records_are_played():
    assert play(record(SETPIXELV, 1, 1, 0))


@pytest.mark.parametrize(
    "bad",
    [
        record(POLYGON16, *BOUNDS, 3000, 0),
        record(POLYGON16, *BOUNDS, 0xFFFFFFFF, 0),
        record(POLYPOLYGON16, *BOUNDS, 2, 4, 2, 0xFFFFFFFF, 0, 0),
        record(EXTTEXTOUTW, *BOUNDS, 1, 0, 0, 0, 0, 4, 0xFFFFFFF0, 0, 0, 0, 0, 0, 0),
        record(STRETCHDIBITS, *BOUNDS, 0, 0, 0, 0, 9, 9, 80, 40, 4000, 4, 0, 0, 9, 9),
        record(RESTOREDC, 0xFFFFFFFF),
        record(EXTSELECTCLIPRGN, 48, 5, 32, 1, 1000, 16, 0, 0, 9, 9),
        record(SETPIXELV, 1),
        record(999),
    ],
)
def test_a_record_that_reaches_beyond_itself_is_refused(bad):
    assert not play(bad)
    assert not play(bad, record(SETPIXELV, 1, 1, 0))


def test_a_record_that_is_longer_than_the_file_ends_it():
    assert play(struct.pack("<III", SETPIXELV, 4000, 0))
