"""Calendars of a locale: the Gregorian one, as English (United States) writes it.

Source: Microsoft, "EnumCalendarInfoExW function", "Calendar Type Information".
"""

from __future__ import annotations

import calendar
from collections.abc import Callable

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import fail
from windlass.registry import export
from windlass.types import BOOL, DWORD, LCID, PVOID

CAL_GREGORIAN = 1
ENUM_ALL_CALENDARS = 0xFFFFFFFF
ERROR_INVALID_FLAGS = 1004
ERROR_INVALID_PARAMETER = 87

# Flags of a CALTYPE that say how to read it, not what.
FLAGS = 0xF0000000 | 0x00FF0000

CAL_SDAYNAME1, CAL_SABBREVDAYNAME1, CAL_SMONTHNAME1, CAL_SABBREVMONTHNAME1 = 0x07, 0x0E, 0x15, 0x22

FACTS = {
    0x01: "1",  # CAL_ICALINTVALUE
    0x02: "Gregorian Calendar",  # CAL_SCALNAME
    0x03: "0",  # CAL_IYEAROFFSETRANGE
    0x04: "A.D.",  # CAL_SERASTRING
    0x05: "M/d/yyyy",  # CAL_SSHORTDATE
    0x06: "dddd, MMMM d, yyyy",  # CAL_SLONGDATE
    0x21: "",  # CAL_SMONTHNAME13
    0x2E: "",  # CAL_SABBREVMONTHNAME13
    0x2F: "MMMM yyyy",  # CAL_SYEARMONTH
    0x30: "2049",  # CAL_ITWODIGITYEARMAX
    0x38: "MMMM d",  # CAL_SMONTHDAY
    0x39: "AD",  # CAL_SABBREVERASTRING
}


def fact(type: int) -> str | None:
    """The text for a CALTYPE; None for one that there is not."""
    for first, names in (
        (CAL_SDAYNAME1, list(calendar.day_name)),
        (CAL_SABBREVDAYNAME1, list(calendar.day_abbr)),
        (CAL_SMONTHNAME1, list(calendar.month_name)[1:]),
        (CAL_SABBREVMONTHNAME1, list(calendar.month_abbr)[1:]),
    ):
        if first <= type < first + len(names):
            return names[type - first]
    return FACTS.get(type)


def enumerate_calendars(wanted: int, type: int, give: Callable[[int], int], wide: bool) -> int:
    """Give the callback the one calendar's fact, if it is among the wanted ones."""
    text = fact(type & ~FLAGS)
    if text is None:
        return fail(ERROR_INVALID_FLAGS)
    if wanted not in (CAL_GREGORIAN, ENUM_ALL_CALENDARS):
        return fail(ERROR_INVALID_PARAMETER)
    data = text.encode("utf-16-le") + b"\0\0" if wide else text.encode() + b"\0"
    buffer = windows("kernel32.dll", "LocalAlloc", 0, len(data))
    _core.write(buffer, data)
    try:
        give(buffer)
    finally:
        windows("kernel32.dll", "LocalFree", buffer)
    return 1


@export("kernel32", "kernelbase")
def EnumCalendarInfoW(lpCalInfoEnumProc: PVOID, Locale: LCID, Calendar: DWORD, CalType: DWORD) -> BOOL:
    return enumerate_calendars(Calendar, CalType, lambda text: _core.call(lpCalInfoEnumProc, text), True)


@export("kernel32")
def EnumCalendarInfoA(lpCalInfoEnumProc: PVOID, Locale: LCID, Calendar: DWORD, CalType: DWORD) -> BOOL:
    return enumerate_calendars(Calendar, CalType, lambda text: _core.call(lpCalInfoEnumProc, text), False)


@export("kernel32", "kernelbase")
def EnumCalendarInfoExW(pCalInfoEnumProcEx: PVOID, Locale: LCID, Calendar: DWORD, CalType: DWORD) -> BOOL:
    def give(text: int) -> int:
        return _core.call(pCalInfoEnumProcEx, text, CAL_GREGORIAN)

    return enumerate_calendars(Calendar, CalType, give, True)


@export("kernel32")
def EnumCalendarInfoExA(pCalInfoEnumProcEx: PVOID, Locale: LCID, Calendar: DWORD, CalType: DWORD) -> BOOL:
    def give(text: int) -> int:
        return _core.call(pCalInfoEnumProcEx, text, CAL_GREGORIAN)

    return enumerate_calendars(Calendar, CalType, give, False)
