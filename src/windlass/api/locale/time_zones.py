"""Windows' time zones by their names, with the rules of the host's zone database.

Source: Unicode CLDR, "windowsZones" (territory 001); Microsoft, "DYNAMIC_TIME_ZONE_INFORMATION structure" and
"TIME_ZONE_INFORMATION structure", which describe the values of a key below Time Zones.
"""

from __future__ import annotations

import calendar
import ctypes
import functools
import struct
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import fail
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPDWORD, PVOID

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


def zones(year: int) -> Iterator[Zone]:
    """All of Windows' zones that the host knows, with the rules of a year."""
    import zoneinfo

    for key, city in CITIES.items():
        try:
            zone = zoneinfo.ZoneInfo(city)
        except zoneinfo.ZoneInfoNotFoundError:
            continue
        standard = "Coordinated Universal Time" if key == "UTC" else key
        daylight = standard.replace("Standard", "Daylight")
        place = standard if key == "UTC" else city.rpartition("/")[2].replace("_", " ")
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


# A city that stands for each.
CITIES = {
    "AUS Central Standard Time": "Australia/Darwin",
    "AUS Eastern Standard Time": "Australia/Sydney",
    "Afghanistan Standard Time": "Asia/Kabul",
    "Alaskan Standard Time": "America/Anchorage",
    "Alberta Standard Time": "America/Edmonton",
    "Aleutian Standard Time": "America/Adak",
    "Altai Standard Time": "Asia/Barnaul",
    "Arab Standard Time": "Asia/Riyadh",
    "Arabian Standard Time": "Asia/Dubai",
    "Arabic Standard Time": "Asia/Baghdad",
    "Argentina Standard Time": "America/Buenos_Aires",
    "Astrakhan Standard Time": "Europe/Astrakhan",
    "Atlantic Standard Time": "America/Halifax",
    "Aus Central W. Standard Time": "Australia/Eucla",
    "Azerbaijan Standard Time": "Asia/Baku",
    "Azores Standard Time": "Atlantic/Azores",
    "Bahia Standard Time": "America/Bahia",
    "Bangladesh Standard Time": "Asia/Dhaka",
    "Belarus Standard Time": "Europe/Minsk",
    "Bougainville Standard Time": "Pacific/Bougainville",
    "British Columbia Standard Time": "America/Vancouver",
    "Canada Central Standard Time": "America/Regina",
    "Cape Verde Standard Time": "Atlantic/Cape_Verde",
    "Caucasus Standard Time": "Asia/Yerevan",
    "Cen. Australia Standard Time": "Australia/Adelaide",
    "Central America Standard Time": "America/Guatemala",
    "Central Asia Standard Time": "Asia/Bishkek",
    "Central Brazilian Standard Time": "America/Cuiaba",
    "Central Europe Standard Time": "Europe/Budapest",
    "Central European Standard Time": "Europe/Warsaw",
    "Central Pacific Standard Time": "Pacific/Guadalcanal",
    "Central Standard Time": "America/Chicago",
    "Central Standard Time (Mexico)": "America/Mexico_City",
    "Chatham Islands Standard Time": "Pacific/Chatham",
    "China Standard Time": "Asia/Shanghai",
    "Cuba Standard Time": "America/Havana",
    "Dateline Standard Time": "Etc/GMT+12",
    "E. Africa Standard Time": "Africa/Nairobi",
    "E. Australia Standard Time": "Australia/Brisbane",
    "E. Europe Standard Time": "Europe/Chisinau",
    "E. South America Standard Time": "America/Sao_Paulo",
    "Easter Island Standard Time": "Pacific/Easter",
    "Eastern Standard Time": "America/New_York",
    "Eastern Standard Time (Mexico)": "America/Cancun",
    "Egypt Standard Time": "Africa/Cairo",
    "Ekaterinburg Standard Time": "Asia/Yekaterinburg",
    "FLE Standard Time": "Europe/Kiev",
    "Fiji Standard Time": "Pacific/Fiji",
    "GMT Standard Time": "Europe/London",
    "GTB Standard Time": "Europe/Bucharest",
    "Georgian Standard Time": "Asia/Tbilisi",
    "Greenland Standard Time": "America/Godthab",
    "Greenwich Standard Time": "Atlantic/Reykjavik",
    "Haiti Standard Time": "America/Port-au-Prince",
    "Hawaiian Standard Time": "Pacific/Honolulu",
    "India Standard Time": "Asia/Calcutta",
    "Iran Standard Time": "Asia/Tehran",
    "Israel Standard Time": "Asia/Jerusalem",
    "Jordan Standard Time": "Asia/Amman",
    "Kaliningrad Standard Time": "Europe/Kaliningrad",
    "Korea Standard Time": "Asia/Seoul",
    "Libya Standard Time": "Africa/Tripoli",
    "Line Islands Standard Time": "Pacific/Kiritimati",
    "Lord Howe Standard Time": "Australia/Lord_Howe",
    "Magadan Standard Time": "Asia/Magadan",
    "Magallanes Standard Time": "America/Punta_Arenas",
    "Manitoba Standard Time": "America/Winnipeg",
    "Marquesas Standard Time": "Pacific/Marquesas",
    "Mauritius Standard Time": "Indian/Mauritius",
    "Middle East Standard Time": "Asia/Beirut",
    "Montevideo Standard Time": "America/Montevideo",
    "Morocco Standard Time": "Africa/Casablanca",
    "Mountain Standard Time": "America/Denver",
    "Mountain Standard Time (Mexico)": "America/Mazatlan",
    "Myanmar Standard Time": "Asia/Rangoon",
    "N. Central Asia Standard Time": "Asia/Novosibirsk",
    "Namibia Standard Time": "Africa/Windhoek",
    "Nepal Standard Time": "Asia/Katmandu",
    "New Zealand Standard Time": "Pacific/Auckland",
    "Newfoundland Standard Time": "America/St_Johns",
    "Norfolk Standard Time": "Pacific/Norfolk",
    "North Asia East Standard Time": "Asia/Irkutsk",
    "North Asia Standard Time": "Asia/Krasnoyarsk",
    "North Korea Standard Time": "Asia/Pyongyang",
    "Omsk Standard Time": "Asia/Omsk",
    "Pacific SA Standard Time": "America/Santiago",
    "Pacific Standard Time": "America/Los_Angeles",
    "Pacific Standard Time (Mexico)": "America/Tijuana",
    "Pakistan Standard Time": "Asia/Karachi",
    "Paraguay Standard Time": "America/Asuncion",
    "Qyzylorda Standard Time": "Asia/Qyzylorda",
    "Romance Standard Time": "Europe/Paris",
    "Russia Time Zone 10": "Asia/Srednekolymsk",
    "Russia Time Zone 11": "Asia/Kamchatka",
    "Russia Time Zone 3": "Europe/Samara",
    "Russian Standard Time": "Europe/Moscow",
    "SA Eastern Standard Time": "America/Cayenne",
    "SA Pacific Standard Time": "America/Bogota",
    "SA Western Standard Time": "America/La_Paz",
    "SE Asia Standard Time": "Asia/Bangkok",
    "Saint Pierre Standard Time": "America/Miquelon",
    "Sakhalin Standard Time": "Asia/Sakhalin",
    "Samoa Standard Time": "Pacific/Apia",
    "Sao Tome Standard Time": "Africa/Sao_Tome",
    "Saratov Standard Time": "Europe/Saratov",
    "Singapore Standard Time": "Asia/Singapore",
    "South Africa Standard Time": "Africa/Johannesburg",
    "South Sudan Standard Time": "Africa/Juba",
    "Sri Lanka Standard Time": "Asia/Colombo",
    "Sudan Standard Time": "Africa/Khartoum",
    "Syria Standard Time": "Asia/Damascus",
    "Taipei Standard Time": "Asia/Taipei",
    "Tasmania Standard Time": "Australia/Hobart",
    "Tocantins Standard Time": "America/Araguaina",
    "Tokyo Standard Time": "Asia/Tokyo",
    "Tomsk Standard Time": "Asia/Tomsk",
    "Tonga Standard Time": "Pacific/Tongatapu",
    "Transbaikal Standard Time": "Asia/Chita",
    "Turkey Standard Time": "Europe/Istanbul",
    "Turks And Caicos Standard Time": "America/Grand_Turk",
    "US Eastern Standard Time": "America/Indianapolis",
    "US Mountain Standard Time": "America/Phoenix",
    "UTC": "Etc/UTC",
    "UTC+12": "Etc/GMT-12",
    "UTC+13": "Etc/GMT-13",
    "UTC-02": "Etc/GMT+2",
    "UTC-08": "Etc/GMT+8",
    "UTC-09": "Etc/GMT+9",
    "UTC-11": "Etc/GMT+11",
    "Ulaanbaatar Standard Time": "Asia/Ulaanbaatar",
    "Venezuela Standard Time": "America/Caracas",
    "Vladivostok Standard Time": "Asia/Vladivostok",
    "Volgograd Standard Time": "Europe/Volgograd",
    "W. Australia Standard Time": "Australia/Perth",
    "W. Central Africa Standard Time": "Africa/Lagos",
    "W. Europe Standard Time": "Europe/Berlin",
    "W. Mongolia Standard Time": "Asia/Hovd",
    "West Asia Standard Time": "Asia/Tashkent",
    "West Bank Standard Time": "Asia/Hebron",
    "West Pacific Standard Time": "Pacific/Port_Moresby",
    "Yakutsk Standard Time": "Asia/Yakutsk",
    "Yukon Standard Time": "America/Whitehorse",
}
