"""The calendars of a locale: the Gregorian one, as the locale writes it.

Source: Microsoft, "EnumCalendarInfoExW function", "GetCalendarInfoEx function", "Calendar Type Information".
"""

from __future__ import annotations

from windlass import _core
from windlass.api.locale import nls_facts, nls_locales
from windlass.api.locale.nls_win32 import (
    ERROR_INVALID_FLAGS,
    ERROR_INVALID_PARAMETER,
    call_with_text,
    give_ansi,
    give_wide,
)
from windlass.api.outputs import fail, put_u32
from windlass.registry import export
from windlass.types import BOOL, DWORD, INT, LCID, LPARAM, LPCWSTR, LPDWORD, LPSTR, LPWSTR, PVOID, Calling

CAL_GREGORIAN = 1
ENUM_ALL_CALENDARS = 0xFFFFFFFF
CAL_RETURN_NUMBER = 0x20000000

# Flags of a CALTYPE that say how to read it, not what.
FLAGS = 0xF0000000 | 0x00FF0000

CAL_ITWODIGITYEARMAX = 0x30
NUMBERS = frozenset({0x01, 0x03, CAL_ITWODIGITYEARMAX})

# What is the same everywhere: CAL_ICALINTVALUE, CAL_IYEAROFFSETRANGE, CAL_SMONTHNAME13,
# CAL_SABBREVMONTHNAME13, CAL_ITWODIGITYEARMAX.
FACTS = {0x01: "1", 0x03: "0", 0x21: "", 0x2E: "", CAL_ITWODIGITYEARMAX: "2049"}

# English: CAL_SCALNAME, CAL_SERASTRING, CAL_SABBREVERASTRING.
ENGLISH = {0x02: "Gregorian Calendar", 0x04: "A.D.", 0x39: "AD"}

# CALTYPE -> LCTYPE: the dates' pictures, and the first of the names of days and months.
PICTURES = {0x05: 0x1F, 0x06: 0x20, 0x2F: 0x1006, 0x38: 0x78}
NAMES = ((0x07, 7, 0x2A), (0x0E, 7, 0x31), (0x31, 7, 0x60), (0x15, 12, 0x38), (0x22, 12, 0x44))


def _own_words(name: str) -> dict[int, str]:
    """The calendar's and the era's name in the locale's language."""
    record = nls_locales.babel_locale(name) if name else None
    if record is None or record.language == "en":
        return {}
    eras = record.eras
    return {0x04: eras["abbreviated"][1], 0x39: eras["narrow"][1]}


def calendar_fact(name: str, type: int) -> str | None:
    """The text for a CALTYPE; None for one that there is not."""
    for first, count, source in NAMES:
        if first <= type < first + count:
            return nls_facts.fact(name, source + type - first)
    if type in PICTURES:
        return nls_facts.fact(name, PICTURES[type])
    return FACTS.get(type) or _own_words(name).get(type) or ENGLISH.get(type, FACTS.get(type))


# ---- one fact ----


def _info(
    name: str | None, calendar: int, type: int, buffer: int, capacity: int, value: int, unit: int
) -> int:
    text = None if name is None else calendar_fact(name, type & ~FLAGS)
    wants_number = bool(type & CAL_RETURN_NUMBER)
    if calendar != CAL_GREGORIAN or wants_number != bool(value) or (wants_number and (buffer or capacity)):
        return fail(ERROR_INVALID_PARAMETER)
    if text is None or (wants_number and type & ~FLAGS not in NUMBERS):
        return fail(ERROR_INVALID_FLAGS)
    if wants_number:
        put_u32(value, int(text))
        return 4 // unit
    if capacity < 0 or (capacity and not buffer):
        return fail(ERROR_INVALID_PARAMETER)
    return give_wide(text, buffer, capacity) if unit == 2 else give_ansi(text, buffer, capacity)


@export("kernel32", "kernelbase")
def GetCalendarInfoEx(
    lpLocaleName: LPCWSTR,
    Calendar: DWORD,
    lpReserved: LPCWSTR,
    CalType: DWORD,
    lpCalData: LPWSTR,
    cchData: INT,
    lpValue: LPDWORD,
) -> INT:
    if lpReserved is not None:
        return fail(ERROR_INVALID_PARAMETER)
    return _info(nls_locales.canonical(lpLocaleName), Calendar, CalType, lpCalData, cchData, lpValue, 2)


@export("kernel32", "kernelbase")
def GetCalendarInfoW(
    Locale: LCID, Calendar: DWORD, CalType: DWORD, lpCalData: LPWSTR, cchData: INT, lpValue: LPDWORD
) -> INT:
    return _info(nls_locales.by_lcid(Locale), Calendar, CalType, lpCalData, cchData, lpValue, 2)


@export("kernel32")
def GetCalendarInfoA(
    Locale: LCID, Calendar: DWORD, CalType: DWORD, lpCalData: LPSTR, cchData: INT, lpValue: LPDWORD
) -> INT:
    return _info(nls_locales.by_lcid(Locale), Calendar, CalType, lpCalData, cchData, lpValue, 1)


# ---- enumeration ----


def _enumerate(
    callback: int, name: str | None, calendar: int, type: int, wide: bool, *rest: int
) -> Calling[int]:
    """Give the callback the one calendar's fact, if it is among the wanted ones."""
    if not callback or name is None:
        return fail(ERROR_INVALID_PARAMETER)
    text = calendar_fact(name, type & ~FLAGS)
    if text is None:
        return fail(ERROR_INVALID_FLAGS)
    if calendar not in (CAL_GREGORIAN, ENUM_ALL_CALENDARS):
        return fail(ERROR_INVALID_PARAMETER)
    data = _core.wide_bytes(text) if wide else _core.ansi_from_text(text) + b"\0"
    yield from call_with_text(callback, data, *rest)
    return 1


@export("kernel32", "kernelbase")
def EnumCalendarInfoW(
    lpCalInfoEnumProc: PVOID, Locale: LCID, Calendar: DWORD, CalType: DWORD
) -> Calling[BOOL]:
    return _enumerate(lpCalInfoEnumProc, nls_locales.by_lcid(Locale), Calendar, CalType, True)


@export("kernel32")
def EnumCalendarInfoA(
    lpCalInfoEnumProc: PVOID, Locale: LCID, Calendar: DWORD, CalType: DWORD
) -> Calling[BOOL]:
    return _enumerate(lpCalInfoEnumProc, nls_locales.by_lcid(Locale), Calendar, CalType, False)


@export("kernel32", "kernelbase")
def EnumCalendarInfoExW(
    pCalInfoEnumProcEx: PVOID, Locale: LCID, Calendar: DWORD, CalType: DWORD
) -> Calling[BOOL]:
    name = nls_locales.by_lcid(Locale)
    return _enumerate(pCalInfoEnumProcEx, name, Calendar, CalType, True, CAL_GREGORIAN)


@export("kernel32")
def EnumCalendarInfoExA(
    pCalInfoEnumProcEx: PVOID, Locale: LCID, Calendar: DWORD, CalType: DWORD
) -> Calling[BOOL]:
    name = nls_locales.by_lcid(Locale)
    return _enumerate(pCalInfoEnumProcEx, name, Calendar, CalType, False, CAL_GREGORIAN)


@export("kernel32", "kernelbase")
def EnumCalendarInfoExEx(
    pCalInfoEnumProcExEx: PVOID,
    lpLocaleName: LPCWSTR,
    Calendar: DWORD,
    lpReserved: LPCWSTR,
    CalType: DWORD,
    lParam: LPARAM,
) -> Calling[BOOL]:
    name = nls_locales.canonical(lpLocaleName)
    return _enumerate(pCalInfoEnumProcExEx, name, Calendar, CalType, True, CAL_GREGORIAN, 0, lParam)
