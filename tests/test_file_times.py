"""The times of a file that a symbolic link of the host's leads to."""

from __future__ import annotations

import pytest

from windlass.ctypes import WinDLL, byref, c_uint64, create_string_buffer
from windlass.ctypes.wintypes import HANDLE

GENERIC_WRITE = 0x40000000
OPEN_EXISTING = 3
DAY = 24 * 3600 * 10_000_000
CREATED, READ, WRITTEN = (0x1D0_AAAA_1234_5678 + day * DAY for day in range(3))


@pytest.fixture(scope="module")
def kernel32():
    dll = WinDLL("kernel32")
    dll.CreateFileW.restype = HANDLE
    return dll


def set_times(kernel32, path) -> None:
    file = HANDLE(kernel32.CreateFileW(str(path), GENERIC_WRITE, 0, None, OPEN_EXISTING, 0, None))
    times = (c_uint64(time) for time in (CREATED, READ, WRITTEN))
    assert kernel32.SetFileTime(file, *map(byref, times))
    kernel32.CloseHandle(file)


def times_by_name(kernel32, path) -> tuple[int, ...]:
    """WIN32_FILE_ATTRIBUTE_DATA has them behind the attributes."""
    data = create_string_buffer(36)
    assert kernel32.GetFileAttributesExW(str(path), 0, data)
    return tuple(int.from_bytes(data.raw[at : at + 8], "little") for at in (4, 12, 20))


def test_a_link_is_told_with_its_targets_times_whoever_set_them(kernel32, tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.touch()
    link.symlink_to("target")
    set_times(kernel32, link)
    told = times_by_name(kernel32, target)
    assert told[1:] == (READ, WRITTEN)
    assert times_by_name(kernel32, link) == told
