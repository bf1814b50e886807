"""Windows' time zones by their names, with the rules of the host's zone database.

Source: Microsoft, "DYNAMIC_TIME_ZONE_INFORMATION structure" and "TIME_ZONE_INFORMATION structure", which
describe the values of a key below Time Zones.
"""

from __future__ import annotations

import calendar
import ctypes
import functools
import struct
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import fail
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPDWORD, PVOID

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

__all__ = ["OwnZone", "Zone", "own", "zones"]

ERROR_FILE_NOT_FOUND, ERROR_INVALID_PARAMETER = 2, 87
ERROR_NO_MORE_ITEMS, ERROR_PRIVILEGE_NOT_HELD = 259, 1314


class Zone(NamedTuple):
    """What a key below Time Zones holds."""

    key: str
    display: str
    standard: str
    daylight: str
    rules: bytes
    """A REG_TZI_FORMAT."""


class OwnZone(ctypes.Structure):
    """DYNAMIC_TIME_ZONE_INFORMATION."""

    _fields_ = [
        ("Bias", ctypes.c_int32),
        ("_standard_name", ctypes.c_uint16 * 32),
        ("StandardDate", ctypes.c_uint16 * 8),
        ("StandardBias", ctypes.c_int32),
        ("_daylight_name", ctypes.c_uint16 * 32),
        ("DaylightDate", ctypes.c_uint16 * 8),
        ("DaylightBias", ctypes.c_int32),
        ("_key_name", ctypes.c_uint16 * 128),
        ("DynamicDaylightTimeDisabled", ctypes.c_uint8),
    ]
    Bias: int
    StandardBias: int
    DaylightBias: int

    @property
    def StandardName(self) -> str:
        return _text(self._standard_name)

    @property
    def DaylightName(self) -> str:
        return _text(self._daylight_name)

    @property
    def TimeZoneKeyName(self) -> str:
        return _text(self._key_name)

    def rules(self) -> bytes:
        """A REG_TZI_FORMAT."""
        biases = struct.pack("<3l", self.Bias, self.StandardBias, self.DaylightBias)
        return biases + bytes(self.StandardDate) + bytes(self.DaylightDate)


def _text(units: ctypes.Array[ctypes.c_uint16]) -> str:
    return bytes(units).decode("utf-16-le", "replace").split("\0")[0]


def own() -> tuple[OwnZone, int]:
    """The host's zone, and its bias in minutes at present."""
    zone = OwnZone()
    daylight = 2  # TIME_ZONE_ID_DAYLIGHT
    result = windows("kernel32.dll", "GetDynamicTimeZoneInformation", ctypes.addressof(zone))
    return zone, zone.Bias + (zone.DaylightBias if result == daylight else zone.StandardBias)


def _first_known(cities: list[str]) -> ZoneInfo | None:
    import zoneinfo

    for city in cities:
        with suppress(zoneinfo.ZoneInfoNotFoundError):
            return zoneinfo.ZoneInfo(city)
    return None


def zones(year: int) -> Iterator[Zone]:
    """All of Windows' zones that the host knows, with the rules of a year."""
    for key, cities in _core.time_zone_cities():
        zone = _first_known(cities.split())
        if zone is None:
            continue
        standard = "Coordinated Universal Time" if key == "UTC" else key
        daylight = standard.replace("Standard", "Daylight")
        place = standard if key == "UTC" else str(zone.key).rpartition("/")[2].replace("_", " ")
        bias, rules = _rules(zone, year, unused_daylight_bias=0 if key.startswith("UTC") else -60)
        yield Zone(key, f"({_offset(bias)}) {place}", standard, daylight, rules)


@functools.cache
def _enumerated() -> tuple[Zone, ...]:
    found = zones(datetime.now(timezone.utc).year)
    return tuple(sorted(found, key=lambda zone: zone.key.upper()))


@export("advapi32", "kernelbase")
def EnumDynamicTimeZoneInformation(dwIndex: DWORD, lpTimeZoneInformation: PVOID) -> DWORD:
    if not lpTimeZoneInformation:
        return ERROR_INVALID_PARAMETER
    found = _enumerated()
    if dwIndex >= len(found):
        return ERROR_NO_MORE_ITEMS
    zone = found[dwIndex]
    bias, standard_bias, daylight_bias = struct.unpack_from("<3l", zone.rules)
    names = (zone.standard, 32), (zone.daylight, 32), (zone.key, 128)
    standard, daylight, key = (name.encode("utf-16-le").ljust(units * 2, b"\0") for name, units in names)
    data = struct.pack("<l", bias) + standard + zone.rules[12:28] + struct.pack("<l", standard_bias)
    data += daylight + zone.rules[28:44] + struct.pack("<l", daylight_bias) + key + bytes(4)
    _core.write(lpTimeZoneInformation, data)
    return 0


@export("advapi32", "kernelbase")
def GetDynamicTimeZoneInformationEffectiveYears(
    lpTimeZoneInformation: PVOID, FirstYear: LPDWORD, LastYear: LPDWORD
) -> DWORD:
    """No zone here has rules of single years."""
    return (
        ERROR_FILE_NOT_FOUND if lpTimeZoneInformation and FirstYear and LastYear else ERROR_INVALID_PARAMETER
    )


@export("kernel32", "kernelbase")
def SetTimeZoneInformation(lpTimeZoneInformation: PVOID) -> BOOL:
    """The zone is the host's."""
    return fail(ERROR_PRIVILEGE_NOT_HELD if lpTimeZoneInformation else ERROR_INVALID_PARAMETER)


@export("kernel32", "kernelbase")
def SetDynamicTimeZoneInformation(lpTimeZoneInformation: PVOID) -> BOOL:
    return fail(ERROR_PRIVILEGE_NOT_HELD if lpTimeZoneInformation else ERROR_INVALID_PARAMETER)


def _offset(bias: int) -> str:
    hours, minutes = divmod(abs(bias), 60)
    return f"UTC{'-' if bias > 0 else '+'}{hours:02}:{minutes:02}" if bias else "UTC"


class _Change(NamedTuple):
    at: datetime
    """In UTC."""
    before: timedelta
    after: timedelta

    def rule(self) -> bytes:
        """A SYSTEMTIME: week, of which 5 is the last, and weekday of a month, in the time right before."""
        local = self.at + self.before
        week = (local.day + 6) // 7
        if local.day > calendar.monthrange(local.year, local.month)[1] - 7:
            week = 5
        weekday = (local.weekday() + 1) % 7
        return struct.pack("<8H", 0, local.month, weekday, week, local.hour, local.minute, local.second, 0)


def _rules(zone: tzinfo, year: int, unused_daylight_bias: int) -> tuple[int, bytes]:
    """The bias in minutes and the REG_TZI_FORMAT; standard time is the earlier of two."""
    changes = _changes(zone, year)
    if len(changes) != 2:  # none, or one for good
        bias = -_minutes(_utc_offset(zone, datetime(year, 12, 31)))
        return bias, struct.pack("<3l32x", bias, 0, unused_daylight_bias)
    first, second = changes
    to_standard, to_daylight = (first, second) if first.after < first.before else (second, first)
    bias = -_minutes(to_standard.after)
    daylight_bias = -_minutes(to_daylight.after) - bias
    return bias, struct.pack("<3l", bias, 0, daylight_bias) + to_standard.rule() + to_daylight.rule()


def _minutes(offset: timedelta) -> int:
    return int(offset.total_seconds()) // 60


def _utc_offset(zone: tzinfo, at: datetime) -> timedelta:
    return at.replace(tzinfo=timezone.utc).astimezone(zone).utcoffset() or timedelta()


def _changes(zone: tzinfo, year: int) -> list[_Change]:
    months = [datetime(year, month, 1) for month in range(1, 13)] + [datetime(year + 1, 1, 1)]
    offsets = [_utc_offset(zone, month) for month in months]
    return [
        _change(zone, months[i], months[i + 1], offsets[i], offsets[i + 1])
        for i in range(12)
        if offsets[i] != offsets[i + 1]
    ]


def _change(zone: tzinfo, low: datetime, high: datetime, before: timedelta, after: timedelta) -> _Change:
    """The change between two moments, to the second."""
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        if _utc_offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return _Change(high, before, after)
