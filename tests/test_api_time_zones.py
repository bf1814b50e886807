"""The zones that Windows knows by name, as functions tell them."""

from __future__ import annotations

import struct
import zoneinfo
from collections.abc import Callable
from pathlib import Path

import pytest

from windlass.api.locale import time_zones
from windlass.ctypes import WinDLL, byref, c_uint32, create_string_buffer, get_last_error

ERROR_FILE_NOT_FOUND, ERROR_NO_MORE_ITEMS, ERROR_PRIVILEGE_NOT_HELD = 2, 259, 1314

advapi32 = WinDLL("advapi32")


def zones() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    while True:
        buffer = create_string_buffer(432)
        code = advapi32.EnumDynamicTimeZoneInformation(len(found), buffer)
        if code:
            assert code == ERROR_NO_MORE_ITEMS
            return found
        found[buffer.raw[172:428].decode("utf-16").partition("\0")[0]] = buffer.raw


def test_zones_are_enumerated_in_the_registrys_order():
    found = zones()
    assert len(found) > 100
    assert list(found) == sorted(found, key=str.upper)
    europe = found["W. Europe Standard Time"]
    assert struct.unpack_from("<l", europe) + struct.unpack_from("<l", europe, 168) == (-60, -60)
    assert europe[4:68].decode("utf-16").rstrip("\0") == "W. Europe Standard Time"
    assert europe[88:152].decode("utf-16").rstrip("\0") == "W. Europe Daylight Time"
    assert struct.unpack_from("<5H", europe, 68) == (0, 10, 0, 5, 3)  # the last Sunday of October at 3
    assert struct.unpack_from("<5H", europe, 152) == (0, 3, 0, 5, 2)


def test_no_zone_has_rules_of_single_years():
    zone, years = create_string_buffer(432), (c_uint32 * 2)()
    assert (
        advapi32.GetDynamicTimeZoneInformationEffectiveYears(zone, byref(years), byref(years, 4))
        == ERROR_FILE_NOT_FOUND
    )


def test_the_zone_cannot_be_set():
    kernel32 = WinDLL("kernel32", use_last_error=True)
    for function in kernel32.SetTimeZoneInformation, kernel32.SetDynamicTimeZoneInformation:
        assert function(create_string_buffer(432)) == 0
        assert get_last_error() == ERROR_PRIVILEGE_NOT_HELD


OWN_ZONE = """
import sys
from windlass.ctypes import WinDLL, create_string_buffer
buffer = create_string_buffer(432)
WinDLL("kernel32").GetDynamicTimeZoneInformation(buffer)
places = (4, 68), (88, 152), (172, 428)
texts = [buffer.raw[start:end].decode("utf-16").partition(chr(0))[0] for start, end in places]
print("; ".join(texts))
"""


@pytest.mark.parametrize(
    ("zone", "names"),
    [
        ("Europe/Vienna", "W. Europe Standard Time; W. Europe Daylight Time; W. Europe Standard Time"),
        (":America/New_York", "Eastern Standard Time; Eastern Daylight Time; Eastern Standard Time"),
        ("/usr/share/zoneinfo/Asia/Kolkata", "India Standard Time; India Daylight Time; India Standard Time"),
        ("Etc/UTC", "Coordinated Universal Time; Coordinated Universal Time; UTC"),
        ("", "Coordinated Universal Time; Coordinated Universal Time; UTC"),
        ("ABC-3", "ABC; ABC; ABC"),
    ],
)
def test_the_hosts_zone_has_windows_names(
    zone: str, names: str, fresh_python: Callable[..., str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TZ", zone)
    assert fresh_python(OWN_ZONE).strip() == names
    assert names.rpartition("; ")[2] in zones() or zone == "ABC-3"


def test_a_host_without_the_old_names_of_cities(tmp_path: Path):
    """As Debian since 13, unless tzdata-legacy is installed."""
    (tmp_path / "Asia").mkdir()
    (tmp_path / "Asia" / "Kolkata").write_bytes(Path("/usr/share/zoneinfo/Asia/Kolkata").read_bytes())
    zoneinfo.reset_tzpath(to=[str(tmp_path)])
    try:
        india = next(zone for zone in time_zones.zones(2026) if zone.key == "India Standard Time")
    finally:
        zoneinfo.reset_tzpath()
    assert india.display == "(UTC+05:30) Kolkata"
