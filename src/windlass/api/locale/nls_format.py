"""Dates, times, numbers and amounts of money as text.

Source: Microsoft, "GetDateFormatEx function", "GetTimeFormatEx function", "GetNumberFormatEx function",
"GetCurrencyFormatEx function", "Day, Month, Year, and Era Format Pictures", "Hour, Minute, and Second Format
Pictures".
"""

from __future__ import annotations

import datetime
import re
import struct
from collections.abc import Callable
from typing import NamedTuple

from windlass import _core
from windlass.api.locale import nls_facts, nls_locales
from windlass.api.locale.nls_win32 import give_ansi, give_wide
from windlass.api.outputs import fail, from_ansi, string_at
from windlass.registry import export
from windlass.types import DWORD, INT, LCID, LPCSTR, LPCVOID, LPCWSTR, LPSTR, LPWSTR

ERROR_INVALID_PARAMETER = 87
ERROR_INVALID_FLAGS = 1004

DATE_SHORTDATE = 0x01
DATE_LONGDATE = 0x02
DATE_YEARMONTH = 0x08
DATE_MONTHDAY = 0x80
TIME_NOMINUTESORSECONDS = 0x01
TIME_NOSECONDS = 0x02
TIME_NOTIMEMARKER = 0x04
TIME_FORCE24HOURFORMAT = 0x08

SSHORTDATE, SLONGDATE, STIMEFORMAT, SYEARMONTH, SMONTHDAY = 0x1F, 0x20, 0x1003, 0x1006, 0x78
S1159, S2359, SDAYNAME1, SABBREVDAYNAME1, SMONTHNAME1, SABBREVMONTHNAME1 = 0x28, 0x29, 0x2A, 0x31, 0x38, 0x44
SDECIMAL, STHOUSAND, SGROUPING, IDIGITS, ILZERO, INEGNUMBER = 0x0E, 0x0F, 0x10, 0x11, 0x12, 0x1010
SCURRENCY, SMONDECIMALSEP, SMONTHOUSANDSEP, SMONGROUPING, ICURRDIGITS = 0x14, 0x16, 0x17, 0x18, 0x19
ICURRENCY, INEGCURR = 0x1B, 0x1C

# The quoted text, a run of one letter, or one other character of a picture.
PIECE = re.compile(r"'((?:[^']|'')*)(?:'|$)|([dMyghHmst])\2*|(?s:.)")


class Moment(NamedTuple):
    """A SYSTEMTIME."""

    year: int
    month: int
    weekday: int
    day: int
    hour: int
    minute: int
    second: int
    millisecond: int


def moment(address: int) -> Moment:
    """The SYSTEMTIME at an address; the local time of now for NULL."""
    if address:
        return Moment(*struct.unpack("<8H", _core.read(address, 16)))
    now = datetime.datetime.now()
    return Moment(now.year, now.month, now.isoweekday() % 7, now.day, now.hour, now.minute, now.second, 0)


def fact(name: str, kind: int) -> str:
    return nls_facts.fact(name, kind) or ""


def picture(text: str, letters: str, field: Callable[[str], str]) -> str:
    """Replace the runs of the given letters by what `field` makes of them, and take quotes away."""
    made = []
    for match in PIECE.finditer(text):
        piece = match.group()
        if piece.startswith("'"):
            made.append(match.group(1).replace("''", "'"))
        elif piece[0] in letters and match.group(2):
            made.append(field(piece))
        else:
            made.append(piece)
    return "".join(made)


# ---- dates ----


def date_text(name: str, flags: int, at: Moment, pattern: str | None) -> str | None:
    """None: no such date."""
    try:
        day = datetime.date(at.year, at.month, at.day)
    except ValueError:
        return None
    if pattern is None:
        kinds = {DATE_LONGDATE: SLONGDATE, DATE_YEARMONTH: SYEARMONTH, DATE_MONTHDAY: SMONTHDAY}
        pattern = fact(name, kinds.get(flags & (DATE_LONGDATE | DATE_YEARMONTH | DATE_MONTHDAY), SSHORTDATE))
    weekday = day.weekday()

    def field(run: str) -> str:
        letter, count = run[0], len(run)
        if letter == "d":
            names = {3: SABBREVDAYNAME1}.get(count, SDAYNAME1)
            return str(at.day).zfill(count) if count < 3 else fact(name, names + weekday)
        if letter == "M":
            names = {3: SABBREVMONTHNAME1}.get(count, SMONTHNAME1)
            return str(at.month).zfill(count) if count < 3 else fact(name, names + at.month - 1)
        if letter == "y":
            return str(at.year).zfill(4) if count > 2 else str(at.year % 100).zfill(count)
        return "A.D." if letter == "g" else run

    return picture(pattern, "dMyg", field)


# ---- times ----


def without(pattern: str, letters: str) -> str:
    """The picture without these fields and the separators before them."""
    for letter in letters:
        pattern = re.sub(rf"[^dMyghHmst']*{letter}+", "", pattern)
    return pattern


def time_text(name: str, flags: int, at: Moment, pattern: str | None) -> str | None:
    if at.hour > 23 or at.minute > 59 or at.second > 59 or at.millisecond > 999:
        return None
    pattern = fact(name, STIMEFORMAT) if pattern is None else pattern
    if flags & TIME_NOMINUTESORSECONDS:
        pattern = without(pattern, "ms")
    elif flags & TIME_NOSECONDS:
        pattern = without(pattern, "s")
    if flags & TIME_NOTIMEMARKER:
        pattern = without(pattern, "t")
    if flags & TIME_FORCE24HOURFORMAT:
        pattern = pattern.replace("h", "H")

    def field(run: str) -> str:
        count = min(len(run), 2)
        if run[0] == "h":
            return str(at.hour % 12 or 12).zfill(count)
        if run[0] == "t":
            marker = fact(name, S2359 if at.hour >= 12 else S1159)
            return marker[:1] if count == 1 else marker
        return str({"H": at.hour, "m": at.minute, "s": at.second}[run[0]]).zfill(count)

    return picture(pattern, "hHmst", field)


def check_flags(flags: int, pattern: object) -> bool:
    """A picture of the program's own and a flag that chooses the locale's exclude one another."""
    chosen = flags & (DATE_SHORTDATE | DATE_LONGDATE | DATE_YEARMONTH | DATE_MONTHDAY)
    return not (pattern is not None and chosen) and bin(chosen).count("1") <= 1


@export("msvcr110", "msvcr120", name="__crtGetDateFormatEx")
@export("kernel32", "kernelbase")
def GetDateFormatEx(
    lpLocaleName: LPCWSTR,
    dwFlags: DWORD,
    lpDate: LPCVOID,
    lpFormat: LPCWSTR,
    lpDateStr: LPWSTR,
    cchDate: INT,
    lpCalendar: LPCWSTR,
) -> INT:
    name = nls_locales.canonical(lpLocaleName)
    if not check_flags(dwFlags, lpFormat):
        return fail(ERROR_INVALID_FLAGS)
    text = None if name is None else date_text(name, dwFlags, moment(lpDate), lpFormat)
    return fail(ERROR_INVALID_PARAMETER) if text is None else give_wide(text, lpDateStr, cchDate)


@export("kernel32", "kernelbase")
def GetDateFormatW(
    Locale: LCID, dwFlags: DWORD, lpDate: LPCVOID, lpFormat: LPCWSTR, lpDateStr: LPWSTR, cchDate: INT
) -> INT:
    return GetDateFormatEx(nls_locales.by_lcid(Locale), dwFlags, lpDate, lpFormat, lpDateStr, cchDate, None)


@export("kernel32", "kernelbase")
def GetDateFormatA(
    Locale: LCID, dwFlags: DWORD, lpDate: LPCVOID, lpFormat: LPCSTR, lpDateStr: LPSTR, cchDate: INT
) -> INT:
    name = nls_locales.by_lcid(Locale)
    if not check_flags(dwFlags, lpFormat):
        return fail(ERROR_INVALID_FLAGS)
    pattern = None if lpFormat is None else _core.ansi_to_text(lpFormat)
    text = None if name is None else date_text(name, dwFlags, moment(lpDate), pattern)
    return fail(ERROR_INVALID_PARAMETER) if text is None else give_ansi(text, lpDateStr, cchDate)


@export("msvcr110", "msvcr120", name="__crtGetTimeFormatEx")
@export("kernel32", "kernelbase")
def GetTimeFormatEx(
    lpLocaleName: LPCWSTR, dwFlags: DWORD, lpTime: LPCVOID, lpFormat: LPCWSTR, lpTimeStr: LPWSTR, cchTime: INT
) -> INT:
    name = nls_locales.canonical(lpLocaleName)
    text = None if name is None else time_text(name, dwFlags, moment(lpTime), lpFormat)
    return fail(ERROR_INVALID_PARAMETER) if text is None else give_wide(text, lpTimeStr, cchTime)


@export("kernel32", "kernelbase")
def GetTimeFormatW(
    Locale: LCID, dwFlags: DWORD, lpTime: LPCVOID, lpFormat: LPCWSTR, lpTimeStr: LPWSTR, cchTime: INT
) -> INT:
    return GetTimeFormatEx(nls_locales.by_lcid(Locale), dwFlags, lpTime, lpFormat, lpTimeStr, cchTime)


@export("kernel32", "kernelbase")
def GetTimeFormatA(
    Locale: LCID, dwFlags: DWORD, lpTime: LPCVOID, lpFormat: LPCSTR, lpTimeStr: LPSTR, cchTime: INT
) -> INT:
    name = nls_locales.by_lcid(Locale)
    pattern = None if lpFormat is None else _core.ansi_to_text(lpFormat)
    text = None if name is None else time_text(name, dwFlags, moment(lpTime), pattern)
    return fail(ERROR_INVALID_PARAMETER) if text is None else give_ansi(text, lpTimeStr, cchTime)


# ---- numbers ----


class Style(NamedTuple):
    """NUMBERFMT, and of CURRENCYFMT what it has in common with it."""

    digits: int
    leading_zero: bool
    sizes: list[int]  # of the groups, from the right; 0 at the end: the last but one repeats
    decimal: str
    group: str


def sizes_of(text: str) -> list[int]:
    return [int(part) for part in text.split(";") if part.isdigit()]


def rounded(digits: str, places: int) -> tuple[str, str]:
    """The whole and the fractional part, rounded half away from zero."""
    whole, _, fraction = digits.partition(".")
    if len(fraction) <= places:
        return whole or "0", fraction.ljust(places, "0")
    number = int((whole or "0") + fraction[:places]) + (fraction[places] >= "5")
    text = str(number).rjust(places + 1, "0")
    return (text[:-places], text[-places:]) if places else (text, "")


def grouped(whole: str, style: Style) -> str:
    parts: list[str] = []
    sizes = list(style.sizes)
    size = 0
    while whole:
        if sizes:
            following = sizes.pop(0)
            if following == 0 and not sizes and size:
                pass  # the size stays
            else:
                size = following
        elif style.sizes and style.sizes[-1] != 0:
            size = 0
        if not size or len(whole) <= size:
            parts.append(whole)
            break
        parts.append(whole[-size:])
        whole = whole[:-size]
    return style.group.join(reversed(parts))


VALUE = re.compile(r"(-?)(\d*(?:\.\d*)?)")


def number_text(value: str | None, style: Style) -> tuple[bool, str] | None:
    """Whether it is negative, and its digits; None: no number."""
    match = VALUE.fullmatch(value or "")
    if match is None or not any(char.isdigit() for char in match.group(2)):
        return None
    whole, fraction = rounded(match.group(2), style.digits)
    whole = whole.lstrip("0") or ("0" if style.leading_zero or not fraction else "")
    text = grouped(whole, style) + (style.decimal + fraction if fraction else "")
    return bool(match.group(1)), text


NEGATIVE_NUMBER = ["({})", "-{}", "- {}", "{}-", "{} -"]
POSITIVE_MONEY = ["${}", "{}$", "$ {}", "{} $"]
NEGATIVE_MONEY = ["(${})", "-${}", "$-{}", "${}-", "({}$)", "-{}$", "{}-$", "{}$-", "-{} $", "-$ {}", "{} $-",
                  "$ {}-", "$ -{}", "{}- $", "($ {})", "({} $)"]  # fmt: skip


def number_style(name: str, address: int, wide: bool) -> tuple[Style, int]:
    """The NUMBERFMT at the address, or the locale's own, and how negative numbers look."""
    if not address:
        own = Style(int(fact(name, IDIGITS)), fact(name, ILZERO) == "1", sizes_of(fact(name, SGROUPING)),
                    fact(name, SDECIMAL), fact(name, STHOUSAND))  # fmt: skip
        return own, int(fact(name, INEGNUMBER) or 1)
    return given_style(address, wide)


def given_style(address: int, wide: bool) -> tuple[Style, int]:
    """What NUMBERFMT and CURRENCYFMT begin with."""
    digits, zero, grouping, decimal, group, negative = struct.unpack("<IIIxxxxQQI", _core.read(address, 36))
    sizes = [int(char) for char in str(grouping)] if grouping else []
    if sizes:  # 3 means that 3 repeats, 30 that it does not
        sizes = sizes[:-1] if sizes[-1] == 0 else [*sizes, 0]
    texts = [string_at(place, wide) or "" for place in (decimal, group)]
    return Style(digits, bool(zero), sizes, *texts), negative


def format_number(name: str | None, value: str | None, address: int, wide: bool = True) -> str | None:
    """`wide` says which of the two NUMBERFMTs is at the address."""
    if name is None:
        return None
    style, negative = number_style(name, address, wide)
    found = number_text(value, style)
    if found is None or negative >= len(NEGATIVE_NUMBER):
        return None
    return NEGATIVE_NUMBER[negative].format(found[1]) if found[0] else found[1]


class Money(NamedTuple):
    """How amounts look: the digits, the forms of negative and of positive ones, and the symbol."""

    style: Style
    negative: int
    positive: int
    symbol: str


def money_style(name: str, address: int, wide: bool) -> Money:
    """The CURRENCYFMT at the address, or the locale's own."""
    if address:
        style, negative = given_style(address, wide)
        positive, symbol = struct.unpack("<IQ", _core.read(address + 36, 12))
        return Money(style, negative, positive, string_at(symbol, wide) or "")
    style = Style(
        int(fact(name, ICURRDIGITS)),
        True,
        sizes_of(fact(name, SMONGROUPING)),
        fact(name, SMONDECIMALSEP),
        fact(name, SMONTHOUSANDSEP),
    )
    negative, positive = (int(fact(name, kind) or 0) for kind in (INEGCURR, ICURRENCY))
    return Money(style, negative, positive, fact(name, SCURRENCY))


def format_money(name: str | None, value: str | None, address: int, wide: bool = True) -> str | None:
    """`wide` says which of the two CURRENCYFMTs is at the address."""
    if name is None:
        return None
    money = money_style(name, address, wide)
    found = number_text(value, money.style)
    if found is None or money.negative >= len(NEGATIVE_MONEY) or money.positive >= len(POSITIVE_MONEY):
        return None
    shape = NEGATIVE_MONEY[money.negative] if found[0] else POSITIVE_MONEY[money.positive]
    return shape.format(found[1]).replace("$", money.symbol)


@export("kernel32", "kernelbase")
def GetNumberFormatEx(
    lpLocaleName: LPCWSTR,
    dwFlags: DWORD,
    lpValue: LPCWSTR,
    lpFormat: LPCVOID,
    lpNumberStr: LPWSTR,
    cchNumber: INT,
) -> INT:
    text = format_number(nls_locales.canonical(lpLocaleName), lpValue, lpFormat)
    return fail(ERROR_INVALID_PARAMETER) if text is None else give_wide(text, lpNumberStr, cchNumber)


@export("kernel32", "kernelbase")
def GetNumberFormatW(
    Locale: LCID, dwFlags: DWORD, lpValue: LPCWSTR, lpFormat: LPCVOID, lpNumberStr: LPWSTR, cchNumber: INT
) -> INT:
    text = format_number(nls_locales.by_lcid(Locale), lpValue, lpFormat)
    return fail(ERROR_INVALID_PARAMETER) if text is None else give_wide(text, lpNumberStr, cchNumber)


@export("kernel32")
def GetNumberFormatA(
    Locale: LCID, dwFlags: DWORD, lpValue: LPCSTR, lpFormat: LPCVOID, lpNumberStr: LPSTR, cchNumber: INT
) -> INT:
    text = format_number(nls_locales.by_lcid(Locale), from_ansi(lpValue), lpFormat, False)
    return fail(ERROR_INVALID_PARAMETER) if text is None else give_ansi(text, lpNumberStr, cchNumber)


@export("kernel32")
def GetCurrencyFormatA(
    Locale: LCID, dwFlags: DWORD, lpValue: LPCSTR, lpFormat: LPCVOID, lpCurrencyStr: LPSTR, cchCurrency: INT
) -> INT:
    text = format_money(nls_locales.by_lcid(Locale), from_ansi(lpValue), lpFormat, False)
    return fail(ERROR_INVALID_PARAMETER) if text is None else give_ansi(text, lpCurrencyStr, cchCurrency)


@export("kernel32", "kernelbase")
def GetCurrencyFormatEx(
    lpLocaleName: LPCWSTR,
    dwFlags: DWORD,
    lpValue: LPCWSTR,
    lpFormat: LPCVOID,
    lpCurrencyStr: LPWSTR,
    cchCurrency: INT,
) -> INT:
    text = format_money(nls_locales.canonical(lpLocaleName), lpValue, lpFormat)
    return fail(ERROR_INVALID_PARAMETER) if text is None else give_wide(text, lpCurrencyStr, cchCurrency)


@export("kernel32", "kernelbase")
def GetCurrencyFormatW(
    Locale: LCID, dwFlags: DWORD, lpValue: LPCWSTR, lpFormat: LPCVOID, lpCurrencyStr: LPWSTR, cchCurrency: INT
) -> INT:
    text = format_money(nls_locales.by_lcid(Locale), lpValue, lpFormat)
    return fail(ERROR_INVALID_PARAMETER) if text is None else give_wide(text, lpCurrencyStr, cchCurrency)
