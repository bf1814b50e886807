"""HKEY_PERFORMANCE_DATA: the performance counters of the system, of which none is installed.

A query gives the block that all answers begin with, and no object behind it.

Source: Microsoft, "Using the Registry Functions to Consume Counter Data", "PERF_DATA_BLOCK structure".
"""

from __future__ import annotations

import ctypes
import time

from windlass import _core
from windlass.api.outputs import get_u32, put_u32
from windlass.api.refused import Refused
from windlass.api.system.registry_seed import computer_name

__all__ = ["query"]

ERROR_MORE_DATA = 234
REG_BINARY = 3
TICKS_PER_SECOND = 10_000_000
UNIX_EPOCH = 116_444_736_000_000_000


class PERF_DATA_BLOCK(ctypes.Structure):
    _fields_ = [
        ("Signature", ctypes.c_char * 8),  # "PERF" in UTF-16
        ("LittleEndian", ctypes.c_uint32),
        ("Version", ctypes.c_uint32),
        ("Revision", ctypes.c_uint32),
        ("TotalByteLength", ctypes.c_uint32),
        ("HeaderLength", ctypes.c_uint32),
        ("NumObjectTypes", ctypes.c_uint32),
        ("DefaultObject", ctypes.c_int32),
        ("SystemTime", ctypes.c_uint16 * 8),
        ("PerfTime", ctypes.c_int64),
        ("PerfFreq", ctypes.c_int64),
        ("PerfTime100nSec", ctypes.c_int64),
        ("SystemNameLength", ctypes.c_uint32),
        ("SystemNameOffset", ctypes.c_uint32),
    ]


def _answer() -> bytes:
    name = _core.wide_bytes(computer_name())
    now = time.time()
    date = time.gmtime(now)
    length = (ctypes.sizeof(PERF_DATA_BLOCK) + len(name) + 7) & ~7
    block = PERF_DATA_BLOCK(
        "PERF".encode("utf-16-le"), 1, 1, 1, length, length, 0, -1, (ctypes.c_uint16 * 8)(
            date.tm_year, date.tm_mon, (date.tm_wday + 1) % 7, date.tm_mday,
            date.tm_hour, date.tm_min, date.tm_sec, int(now * 1000) % 1000,
        ),
        time.monotonic_ns() // 100, TICKS_PER_SECOND, int(now * TICKS_PER_SECOND) + UNIX_EPOCH,
        len(name), ctypes.sizeof(PERF_DATA_BLOCK),
    )  # fmt: skip
    return (bytes(block) + name).ljust(length, b"\0")


def query(type_out: int, data_out: int, size_in_out: int) -> None:
    """RegQueryValueEx with any of the key's values. One that has too small a buffer is not told the size
    needed: it tries with larger ones.
    """
    answer = _answer()
    put_u32(type_out, REG_BINARY)
    capacity = get_u32(size_in_out) if size_in_out else 0
    if not data_out or capacity < len(answer):
        raise Refused(ERROR_MORE_DATA)
    _core.write(data_out, answer)
    put_u32(size_in_out, len(answer))
