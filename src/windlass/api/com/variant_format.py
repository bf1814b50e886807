"""Values as texts, in the forms of Visual Basic's Format function and in the locale's own.

What VarTokenizeFormatString makes is this module's business; VarFormatFromTokens gets the format beside it.

Source: Microsoft, "VarFormat function", "VarTokenizeFormatString function", "VarFormatNumber function",
"Format function (Visual Basic for Applications)" with its lists of named and of user-defined formats.
"""

from __future__ import annotations

import ctypes
import datetime
import re
import struct
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import NamedTuple

from windlass import _core
from windlass.api.calls import windows
from windlass.api.com.automation_types import bstr_text, change_type, vt_at
from windlass.api.com.com_objects import E_INVALIDARG, bstr, put_bstr
from windlass.api.outputs import put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.registry import export
from windlass.types import HRESULT, INT, LCID, LPCWSTR, PVOID, ULONG

__all__: list[str] = []

DISP_E_TYPEMISMATCH, TYPE_E_BUFFERTOOSMALL = 0x80020005, 0x80028016
VT_EMPTY, VT_NULL, VT_R8, VT_DATE, VT_BSTR, VT_BOOL, VT_BYREF = 0, 1, 5, 7, 8, 11, 0x4000
LOCALE_INVARIANT, LOCALE_USER_DEFAULT = 0x7F, 0x400
(LOCALE_SDECIMAL, LOCALE_STHOUSAND, LOCALE_SDATE, LOCALE_STIME) = 0x0E, 0x0F, 0x1D, 0x1E
LOCALE_S1159, LOCALE_S2359, LOCALE_SDAYNAME1, LOCALE_SABBREVDAYNAME1 = 0x28, 0x29, 0x2A, 0x31
LOCALE_SMONTHNAME1, LOCALE_SABBREVMONTHNAME1, LOCALE_IFIRSTDAYOFWEEK = 0x38, 0x44, 0x100C
LOCALE_IDIGITS, LOCALE_ILZERO, LOCALE_SGROUPING, LOCALE_INEGNUMBER = 0x11, 0x12, 0x10, 0x1010
LOCALE_ICURRDIGITS, LOCALE_INEGCURR, LOCALE_ICURRENCY, LOCALE_SCURRENCY = 0x19, 0x1C, 0x1B, 0x14
LOCALE_SMONDECIMALSEP, LOCALE_SMONTHOUSANDSEP, LOCALE_SMONGROUPING = 0x16, 0x17, 0x18
DATE_SHORTDATE, DATE_LONGDATE, TIME_NOSECONDS = 1, 2, 2

_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)


def _locale(number: int, lcid: int = LOCALE_USER_DEFAULT) -> str:
    text = ctypes.create_string_buffer(200)
    windows("kernel32.dll", "GetLocaleInfoW", lcid, number, ctypes.addressof(text), 100)
    return _core.wide_string(ctypes.addressof(text))


# ---- values ----


def _converted(value: int, type: int, lcid: int) -> bytes:
    """The eight bytes of a value as another type; the caller frees a text. Refused if it cannot be."""
    place = ctypes.create_string_buffer(24)
    change_type(ctypes.addressof(place), value, type, lcid)
    return place.raw[8:16]


def _text(value: int, lcid: int = LOCALE_USER_DEFAULT) -> str:
    if vt_at(value) in (VT_EMPTY, VT_NULL):
        return ""
    data = int.from_bytes(_converted(value, VT_BSTR, lcid), "little")
    text = bstr_text(data) or ""
    windows("oleaut32.dll", "SysFreeString", data)
    return text


def _number(value: int) -> Decimal | None:
    """None for what is no number."""
    if vt_at(value) == VT_EMPTY:
        return Decimal(0)
    try:
        if vt_at(value) in (VT_BSTR, VT_DATE, VT_BOOL, VT_BYREF | VT_BSTR):
            real = struct.unpack("<d", _converted(value, VT_R8, LOCALE_USER_DEFAULT))[0]
            return Decimal(repr(real))
        return Decimal(_text(value, LOCALE_INVARIANT))
    except (Refused, InvalidOperation):
        return None


def _date(value: int) -> float | None:
    try:
        return float(struct.unpack("<d", _converted(value, VT_DATE, LOCALE_USER_DEFAULT))[0])
    except Refused:
        return None


# ---- a format and its parts ----


class Form(NamedTuple):
    """Where a format is used."""

    first_day: int
    first_week: int
    lcid: int


_PIECE = re.compile(r'"[^"]*"?|\\.|\\$|.', re.DOTALL)


def _pieces(form: str) -> list[str]:
    """Its characters; what is quoted or escaped is one piece."""
    return _PIECE.findall(form)


def _literal(piece: str) -> str | None:
    """What a quoted or escaped piece stands for; None for other pieces."""
    if piece.startswith('"'):
        return piece[1:].rstrip('"')
    return piece[1:] if piece.startswith("\\") else None


def _shown(piece: str) -> str:
    literal = _literal(piece)
    return piece if literal is None else literal


def _sections(form: str) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for piece in _pieces(form):
        if piece == ";":
            found.append([])
        else:
            found[-1].append(piece)
    return found


# ---- numbers ----

PLACES = "0#"


def _grouped(digits: str, separator: str) -> str:
    return re.sub(r"(?<=\d)(?=(?:\d{3})+$)", lambda _: separator, digits)


def _round(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), context=_EXACT)


class _Pattern(NamedTuple):
    """What a numeric section asks for."""

    before: int  # places before the point
    zeros: int  # of them, those that are always shown
    after: int
    after_zeros: int
    groups: bool
    thousands: int
    percents: int


def _pattern(pieces: list[str]) -> _Pattern:
    before, after, in_fraction = "", "", False
    groups, commas, percents = False, 0, 0
    for index, piece in enumerate(pieces):
        if piece in PLACES:
            if in_fraction:
                after += piece
            else:
                before += piece
        elif piece == "." and not in_fraction:
            in_fraction = True
        elif piece == "," and before and not in_fraction:
            follows = next((p for p in pieces[index + 1 :] if p in "0#.," and len(p) == 1), ".")
            if follows in PLACES:
                groups = True
            else:
                commas += 1
        elif piece == "%":
            percents += 1
    zero = before.find("0")
    zeros = len(before) - zero if zero >= 0 else 0
    return _Pattern(len(before), zeros, len(after), after.rfind("0") + 1, groups, commas, percents)


def _digits(number: Decimal, pattern: _Pattern) -> tuple[str, str]:
    """Before and behind the point."""
    text = f"{_round(abs(number), pattern.after):f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction[:1000].rstrip("0").ljust(pattern.after_zeros, "0")
    return whole.lstrip("0").rjust(pattern.zeros, "0"), fraction


def _numeric(number: Decimal, pieces: list[str], form: Form) -> str:
    """One section of a numeric format; the sign is the caller's."""
    if any(piece in "Ee" for piece in pieces):
        found = _scientific(number, pieces, form)
        if found is not None:
            return found
    pattern = _pattern(pieces)
    scaled = number * 100**pattern.percents / Decimal(1000) ** pattern.thousands
    whole, fraction = _digits(scaled, pattern)
    missing = max(len(whole), pattern.before)
    whole = whole.rjust(missing)
    extra = missing - pattern.before
    separator = _locale(LOCALE_STHOUSAND, form.lcid) if pattern.groups else ""
    shown = []
    at, in_fraction, started = 0, False, False
    for piece in pieces:
        literal = _literal(piece)
        if literal is not None:
            shown.append(literal)
        elif piece in PLACES and not in_fraction:
            count = 1 + (0 if started else extra)
            started = True
            for digit in whole[at : at + count]:
                at += 1
                if digit != " ":
                    left = missing - at
                    shown.append(digit + (separator if left and left % 3 == 0 else ""))
        elif piece in PLACES:
            shown.append(fraction[:1])
            fraction = fraction[1:]
        elif piece == "." and not in_fraction:
            if not started:
                shown.append(_grouped(whole.strip(), separator))
                started = True
            in_fraction = True
            shown.append(_locale(LOCALE_SDECIMAL, form.lcid))
        elif piece != ",":
            shown.append(piece)
    return "".join(shown)


def _scientific(number: Decimal, pieces: list[str], form: Form) -> str | None:
    """With the exponent behind E+ or E-; None if no such part is in the section."""
    at = next((i for i, piece in enumerate(pieces) if piece in "Ee"), -1)
    if at + 1 >= len(pieces) or pieces[at + 1] not in "+-":
        return None
    end = at + 2
    while end < len(pieces) and pieces[end] in PLACES:
        end += 1
    pattern = _pattern(pieces[:at])
    width = max(pattern.before, 1)
    exponent = number.adjusted() - width + 1 if number else 0
    mantissa = _round(number.scaleb(-exponent), pattern.after)
    if mantissa.adjusted() >= width and mantissa:
        exponent += 1
        mantissa = _round(number.scaleb(-exponent), pattern.after)
    sign = "-" if exponent < 0 else "+" if pieces[at + 1] == "+" else ""
    power = str(abs(exponent)).rjust(sum(piece == "0" for piece in pieces[at + 2 : end]), "0")
    start = _numeric(mantissa, [p for p in pieces[:at] if p != "%"], form)
    return start + pieces[at] + sign + power + _numeric(Decimal(0), pieces[end:], form)


def _format_number(number: Decimal, form: str, use: Form) -> str:
    sections = _sections(form)
    is_negative = number < 0
    if number == 0 and len(sections) > 2 and sections[2]:
        return _numeric(abs(number), sections[2], use)
    if is_negative and len(sections) > 1 and sections[1]:
        return _numeric(abs(number), sections[1], use)
    shown = _numeric(abs(number), sections[0], use)
    return "-" + shown if is_negative else shown


# ---- dates ----


class Moment(NamedTuple):
    """A DATE taken apart, and as a SYSTEMTIME; the day that counts as 0 is none."""

    date: datetime.date
    seconds: int
    system_time: bytes
    has_date: bool


FIRST_DATE = datetime.date(1899, 12, 30)


def _moment(value: float) -> Moment:
    """Before 1899-12-30 the days count back and the fraction still forward."""
    days = int(value)
    seconds = round(abs(value - days) * 86400)
    try:
        date = FIRST_DATE + datetime.timedelta(days + seconds // 86400)
    except OverflowError:
        raise Refused(E_INVALIDARG) from None
    seconds %= 86400
    time = seconds // 3600, seconds // 60 % 60, seconds % 60
    system_time = struct.pack("<8H", date.year, date.month, date.isoweekday() % 7, date.day, *time, 0)
    return Moment(date, seconds, system_time, date != FIRST_DATE)


def _in_locale(function: str, flags: int, moment: Moment, lcid: int, picture: str = "") -> str:
    text, time = ctypes.create_string_buffer(400), ctypes.create_string_buffer(moment.system_time, 16)
    form = ctypes.create_string_buffer(_core.wide_bytes(picture))
    at = ctypes.addressof(form) if picture else 0
    windows("kernel32.dll", function, lcid, flags, ctypes.addressof(time), at, ctypes.addressof(text), 200)
    return _core.wide_string(ctypes.addressof(text))


def _short_date(moment: Moment, use: Form) -> str:
    return _in_locale("GetDateFormatW", DATE_SHORTDATE, moment, use.lcid)


def _long_time(moment: Moment, use: Form) -> str:
    return _in_locale("GetTimeFormatW", 0, moment, use.lcid)


def _general(moment: Moment, use: Form) -> str:
    """The date, if it has one, and the time unless it is midnight of a date."""
    date = _short_date(moment, use) if moment.has_date else ""
    time = _long_time(moment, use) if moment.seconds or not moment.has_date else ""
    return " ".join(filter(None, (date, time)))


def _day_name(date: datetime.date, abbreviated: bool, lcid: int) -> str:
    return _locale((LOCALE_SABBREVDAYNAME1 if abbreviated else LOCALE_SDAYNAME1) + date.weekday(), lcid)


def _month_name(month: int, abbreviated: bool, lcid: int) -> str:
    return _locale((LOCALE_SABBREVMONTHNAME1 if abbreviated else LOCALE_SMONTHNAME1) + month - 1, lcid)


def _first_day(use: Form) -> int:
    """1 is Sunday."""
    return use.first_day or (int(_locale(LOCALE_IFIRSTDAYOFWEEK, use.lcid) or 6) + 1) % 7 + 1


def _weekday(date: datetime.date, use: Form) -> int:
    return (date.isoweekday() % 7 + 1 - _first_day(use)) % 7 + 1


def _week(date: datetime.date, use: Form) -> int:
    """Week 1 has January 1 (first_week 1), has four days at least (2), or is a whole one (3)."""
    start = datetime.date(date.year, 1, 1)
    before = _weekday(start, use) - 1
    days = 7 - before
    skipped = use.first_week in (2, 3) and days < (4 if use.first_week == 2 else 7)
    week = (date.toordinal() - start.toordinal() + before) // 7 + (0 if skipped else 1)
    return week or _week(datetime.date(date.year - 1, 12, 31), use)


_DATE_PIECE = re.compile(
    r'"[^"]*"?|\\.|\\$|AM/PM|A/P|AMPM|t{5}|d{1,6}|m{1,4}|y+|h{1,2}|n{1,2}|s{1,2}|w{1,2}|q|c|.',
    re.DOTALL | re.IGNORECASE,
)


def _year(piece: str, date: datetime.date) -> str:
    if len(piece) >= 3:
        return f"{date.year:04d}"
    return f"{date.year % 100:02d}" if len(piece) == 2 else str(date.timetuple().tm_yday)


def _day(piece: str, moment: Moment, use: Form) -> str:
    date = moment.date
    if len(piece) == 5:
        return _short_date(moment, use)
    if len(piece) == 6:
        return _in_locale("GetDateFormatW", DATE_LONGDATE, moment, use.lcid)
    return (
        str(date.day),
        f"{date.day:02d}",
        _day_name(date, True, use.lcid),
        _day_name(date, False, use.lcid),
    )[len(piece) - 1]


def _month(piece: str, month: int, lcid: int) -> str:
    if len(piece) > 2:
        return _month_name(month, len(piece) == 3, lcid)
    return str(month).rjust(len(piece), "0")


def _noon(piece: str, is_afternoon: bool, lcid: int) -> str:
    """A marker in the case that it has in the format, or the locale's own."""
    if piece.upper() == "AMPM":
        return _locale(LOCALE_S2359 if is_afternoon else LOCALE_S1159, lcid)
    first, second = piece.split("/")
    return second if is_afternoon else first


def _format_date(value: float, form: str, use: Form) -> str:
    moment = _moment(value)
    pieces = _DATE_PIECE.findall(form)
    markers = [piece for piece in pieces if piece.upper() in ("AM/PM", "A/P", "AMPM")]
    hour, minute, second = moment.seconds // 3600, moment.seconds // 60 % 60, moment.seconds % 60
    shown_hour = (hour + 11) % 12 + 1 if markers else hour
    shown, after_hour = [], False
    for piece in pieces:
        kind = piece[:1].lower()
        literal = _literal(piece)
        if literal is not None:
            shown.append(literal)
        elif piece in markers:
            shown.append(_noon(piece, hour >= 12, use.lcid))
        elif kind == "d":
            shown.append(_day(piece, moment, use))
        elif kind == "m" and after_hour and len(piece) < 3:
            shown.append(str(minute).rjust(len(piece), "0"))
        elif kind == "m":
            shown.append(_month(piece, moment.date.month, use.lcid))
        elif kind == "y":
            shown.append(_year(piece, moment.date))
        elif kind in "hns" and piece.isalpha():
            number = {"h": shown_hour, "n": minute, "s": second}[kind]
            shown.append(str(number).rjust(len(piece), "0"))
        elif kind == "t" and len(piece) == 5:
            shown.append(_long_time(moment, use))
        elif kind == "w":
            shown.append(str(_week(moment.date, use) if len(piece) == 2 else _weekday(moment.date, use)))
        elif kind == "q":
            shown.append(str((moment.date.month + 2) // 3))
        elif kind == "c":
            shown.append(_general(moment, use))
        elif piece in "/:":
            shown.append(_locale(LOCALE_SDATE if piece == "/" else LOCALE_STIME, use.lcid))
        else:
            shown.append(piece)
        if piece.isalpha() and kind in "hdmynstwqc":
            after_hour = kind == "h"
    return "".join(shown)


# ---- texts ----


def _format_text(text: str, form: str) -> str:
    sections = _sections(form)
    pieces = sections[1] if not text and len(sections) > 1 else sections[0]
    places = sum(piece in "@&" for piece in pieces)
    if "<" in pieces:
        text = text.lower()
    elif ">" in pieces:
        text = text.upper()
    fills_from_left = "!" in pieces
    missing = max(places - len(text), 0)
    characters: Iterator[str | None] = iter(
        [*text, *[None] * missing] if fills_from_left else [*[None] * missing, *text]
    )
    shown = []
    for piece in pieces:
        literal = _literal(piece)
        if literal is not None:
            shown.append(literal)
        elif piece in "@&":
            character = next(characters)
            shown.append(character if character is not None else " " if piece == "@" else "")
        elif piece not in "<>!":
            shown.append(piece)
    return "".join(shown) + "".join(character or "" for character in characters)


# ---- named formats ----


def _truth(yes: str, no: str) -> Callable[[Decimal], str]:
    return lambda number: yes if number else no


NAMED_NUMBERS: dict[str, Callable[[Decimal], str] | str] = {
    "fixed": "0.00",
    "standard": "#,##0.00",
    "percent": "0.00%",
    "scientific": "0.00E+00",
    "yes/no": _truth("Yes", "No"),
    "true/false": _truth("True", "False"),
    "on/off": _truth("On", "Off"),
}
NAMED_DATES = {
    "general date": "c",
    "long date": "dddddd",
    "medium date": "dd-mmm-yy",
    "short date": "ddddd",
    "long time": "ttttt",
    "medium time": "hh:nn AM/PM",
    "short time": "hh:nn",
}


class _Kind(NamedTuple):
    is_date: bool
    is_number: bool
    is_text: bool


def _kind(form: str) -> _Kind:
    """By the first piece that only one kind of format has."""
    for piece in _pieces(form):
        if piece in "0#%" or (piece in "Ee" and re.search(r"[Ee][+-][0#]", form)):
            return _Kind(False, True, False)
        if piece in "@&<>!":
            return _Kind(False, False, True)
        if piece.lower() in "dmyhnswqct" and piece.isalpha():
            return _Kind(True, False, False)
        if piece.upper() == "A" and re.search("AM/PM|A/P|AMPM", form, re.IGNORECASE):
            return _Kind(True, False, False)
    return _Kind(False, False, False)


def _format(value: int, form: str | None, use: Form) -> str:
    if not form:
        return _text(value, use.lcid)
    name = form.lower()
    if name == "general number":
        number = _number(value)
        return _text(value, use.lcid) if number is None else _plain(number, use.lcid)
    if name == "currency":
        if _number(value) is None:
            return _text(value, use.lcid)
        return _in_money(value, Digits(-1, -2, -2, -2), use.lcid)
    if name in NAMED_NUMBERS:
        named, number = NAMED_NUMBERS[name], _number(value)
        if number is None:
            return _text(value, use.lcid)
        return _format_number(number, named, use) if isinstance(named, str) else named(number)
    if name in NAMED_DATES:
        form = NAMED_DATES[name]
    return _user_defined(value, form, use)


def _plain(number: Decimal, lcid: int) -> str:
    return f"{number.normalize():f}".replace(".", _locale(LOCALE_SDECIMAL, lcid))


def _user_defined(value: int, form: str, use: Form) -> str:
    if vt_at(value) == VT_NULL:
        sections = _sections(form)
        return _numeric(Decimal(0), sections[3], use) if len(sections) > 3 else ""
    kind = _kind(form)
    if kind.is_number:
        number = _number(value)
        return _text(value, use.lcid) if number is None else _format_number(number, form, use)
    if kind.is_date:
        date = _date(value)
        return _text(value, use.lcid) if date is None else _format_date(date, form, use)
    if kind.is_text:
        return _format_text(_text(value, use.lcid), form)
    return "".join(_shown(piece) for piece in _pieces(form))


# ---- VarFormat ----


def _check_week(first_day: int, first_week: int) -> None:
    if not 0 <= first_day <= 7 or not 0 <= first_week <= 3:
        raise Refused(E_INVALIDARG)


def _put_format(value: int, form: str | None, use: Form, result: int) -> None:
    if not value or not result:
        raise Refused(E_INVALIDARG)
    put_u64(result, 0)
    _check_week(use.first_day, use.first_week)
    put_bstr(result, _format(value, form, use))


@export("oleaut32")
def VarFormat(
    pvarIn: PVOID, pstrFormat: LPCWSTR, iFirstDay: INT, iFirstWeek: INT, dwFlags: ULONG, pbstrOut: PVOID
) -> HRESULT:
    use = Form(iFirstDay, iFirstWeek, LOCALE_USER_DEFAULT)
    return code_of(_put_format, pvarIn, pstrFormat, use, pbstrOut)


TOKENS = struct.Struct("<BBBB")
TOKENS_MARK = 0x46


def _tokenize(form: str | None, tokens: int, size: int, first_day: int, first_week: int, actual: int) -> None:
    if not tokens:
        raise Refused(E_INVALIDARG)
    _check_week(first_day, first_week)
    put_u32(actual, TOKENS.size)
    if size < TOKENS.size:
        raise Refused(TYPE_E_BUFFERTOOSMALL)
    _core.write(tokens, TOKENS.pack(TOKENS.size, TOKENS_MARK, first_day, first_week))


@export("oleaut32")
def VarTokenizeFormatString(
    pstrFormat: LPCWSTR,
    rgbTok: PVOID,
    cbTok: INT,
    iFirstDay: INT,
    iFirstWeek: INT,
    lcid: LCID,
    pcbActual: PVOID,
) -> HRESULT:
    return code_of(_tokenize, pstrFormat, rgbTok, cbTok, iFirstDay, iFirstWeek, pcbActual)


def _from_tokens(value: int, form: str | None, tokens: int, result: int, lcid: int) -> None:
    if not result:
        raise Refused(E_INVALIDARG)
    put_u64(result, 0)
    if not tokens:
        put_bstr(result, _text(value, lcid))
        return
    size, mark, first_day, first_week = TOKENS.unpack(_core.read(tokens, TOKENS.size))
    if size != TOKENS.size or mark != TOKENS_MARK:
        raise Refused(E_INVALIDARG)
    _put_format(value, form, Form(first_day, first_week, lcid), result)


@export("oleaut32")
def VarFormatFromTokens(
    pvarIn: PVOID, pstrFormat: LPCWSTR, pbTokCur: PVOID, dwFlags: ULONG, pbstrOut: PVOID, lcid: LCID
) -> HRESULT:
    return code_of(_from_tokens, pvarIn, pstrFormat, pbTokCur, pbstrOut, lcid)


# ---- numbers, money and percentages in the locale's forms ----


class Digits(NamedTuple):
    """How a number is shown; digits -1 and others -2 leave it to the locale, -1 is true, 0 is false."""

    digits: int
    leading: int
    parentheses: int
    grouping: int


def _check_digits(digits: Digits) -> None:
    choices = (digits.leading, digits.parentheses, digits.grouping)
    if digits.digits < -1 or any(choice not in (-2, -1, 0) for choice in choices):
        raise Refused(E_INVALIDARG)


def _choice(chosen: int, number: int, lcid: int) -> int:
    return int(_locale(number, lcid).split(";")[0] or 0) if chosen == -2 else int(chosen != 0)


def _exact(value: int) -> Decimal:
    number = _number(value)
    if number is None:
        raise Refused(DISP_E_TYPEMISMATCH)
    return number


def _grouping(chosen: int, number: int, lcid: int) -> int:
    """NUMBERFMT's number: 3 for thousands."""
    if chosen != -2:
        return 3 if chosen else 0
    sizes = [part for part in _locale(number, lcid).split(";") if part]
    return int("".join(part for part in sizes if part != "0") + ("" if sizes[-1:] == ["0"] else "0") or 0)


def _in_locale_form(
    number: Decimal, fields: tuple[int, ...], texts: tuple[str, ...], function: str, lcid: int
) -> str:
    """NUMBERFMT or CURRENCYFMT: numbers, two separators, the form of negative ones and what else it has."""
    held = [ctypes.create_string_buffer(_core.wide_bytes(text)) for text in texts]
    places = list(map(ctypes.addressof, held))
    order = struct.pack("<III4xQQI", *fields[:3], places[0], places[1], fields[3])
    if len(places) > 2:
        order += struct.pack("<IQ", fields[4], places[2])
    form = ctypes.create_string_buffer(order.ljust(64, b"\0"))
    source = ctypes.create_string_buffer(_core.wide_bytes(f"{number:f}"))
    result = ctypes.create_string_buffer(2000)
    windows(
        "kernel32.dll", function, lcid, 0, ctypes.addressof(source), ctypes.addressof(form),
        ctypes.addressof(result), 1000,
    )  # fmt: skip
    return _core.wide_string(ctypes.addressof(result))


def _in_number(number: Decimal, digits: Digits, lcid: int) -> str:
    count = int(_locale(LOCALE_IDIGITS, lcid)) if digits.digits == -1 else digits.digits
    negative = {-2: int(_locale(LOCALE_INEGNUMBER, lcid) or 1), -1: 0, 0: 1}[digits.parentheses]
    leading = _choice(digits.leading, LOCALE_ILZERO, lcid)
    grouping = _grouping(digits.grouping, LOCALE_SGROUPING, lcid)
    texts = _locale(LOCALE_SDECIMAL, lcid), _locale(LOCALE_STHOUSAND, lcid)
    return _in_locale_form(number, (count, leading, grouping, negative), texts, "GetNumberFormatW", lcid)


# The forms of negative money with parentheses, and those without, which stand for each other.
WITH_PARENTHESES = {0: 0, 1: 0, 2: 0, 3: 0, 11: 0, 4: 4, 5: 4, 6: 4, 7: 4, 9: 0, 12: 0, 14: 0, 8: 15, 10: 15}
WITHOUT_PARENTHESES = {0: 1, 4: 5, 14: 9, 15: 8}


def _in_money(value: int, digits: Digits, lcid: int) -> str:
    count = int(_locale(LOCALE_ICURRDIGITS, lcid)) if digits.digits == -1 else digits.digits
    negative = int(_locale(LOCALE_INEGCURR, lcid) or 0)
    if digits.parentheses == -1:
        negative = WITH_PARENTHESES.get(negative, negative)
    elif digits.parentheses == 0:
        negative = WITHOUT_PARENTHESES.get(negative, negative)
    leading = _choice(digits.leading, LOCALE_ILZERO, lcid)
    grouping = _grouping(digits.grouping, LOCALE_SMONGROUPING, lcid)
    positive = int(_locale(LOCALE_ICURRENCY, lcid) or 0)
    texts = tuple(_locale(n, lcid) for n in (LOCALE_SMONDECIMALSEP, LOCALE_SMONTHOUSANDSEP, LOCALE_SCURRENCY))
    fields = (count, leading, grouping, negative, positive)
    return _in_locale_form(_exact(value), fields, texts, "GetCurrencyFormatW", lcid)


def _put_number(value: int, digits: Digits, result: int, show: Callable[[int, Digits, int], str]) -> None:
    if not value or not result:
        raise Refused(E_INVALIDARG)
    put_u64(result, 0)
    _check_digits(digits)
    put_bstr(result, show(value, digits, LOCALE_USER_DEFAULT))


@export("oleaut32")
def VarFormatNumber(
    pvarIn: PVOID,
    iNumDig: INT,
    iIncLead: INT,
    iUseParens: INT,
    iGroup: INT,
    dwFlags: ULONG,
    pbstrOut: PVOID,
) -> HRESULT:
    digits = Digits(iNumDig, iIncLead, iUseParens, iGroup)
    return code_of(_put_number, pvarIn, digits, pbstrOut, lambda v, d, lcid: _in_number(_exact(v), d, lcid))


@export("oleaut32")
def VarFormatCurrency(
    pvarIn: PVOID,
    iNumDig: INT,
    iIncLead: INT,
    iUseParens: INT,
    iGroup: INT,
    dwFlags: ULONG,
    pbstrOut: PVOID,
) -> HRESULT:
    return code_of(_put_number, pvarIn, Digits(iNumDig, iIncLead, iUseParens, iGroup), pbstrOut, _in_money)


def _in_percents(value: int, digits: Digits, lcid: int) -> str:
    shown = _in_number(_exact(value) * 100, digits, lcid)
    return shown[:-1] + "%)" if shown.endswith(")") else shown + "%"


@export("oleaut32")
def VarFormatPercent(
    pvarIn: PVOID,
    iNumDig: INT,
    iIncLead: INT,
    iUseParens: INT,
    iGroup: INT,
    dwFlags: ULONG,
    pbstrOut: PVOID,
) -> HRESULT:
    return code_of(_put_number, pvarIn, Digits(iNumDig, iIncLead, iUseParens, iGroup), pbstrOut, _in_percents)


# ---- dates by number, and names of days and months ----

NAMED_BY_NUMBER = ("c", "dddddd", "ddddd", "ttttt", "hh:nn")


def _date_time(value: int, number: int, result: int) -> None:
    if not value or not result or not 0 <= number < len(NAMED_BY_NUMBER):
        raise Refused(E_INVALIDARG)
    put_u64(result, 0)
    date = _date(value)
    if date is None:
        raise Refused(DISP_E_TYPEMISMATCH)
    put_bstr(result, _format_date(date, NAMED_BY_NUMBER[number], Form(0, 0, LOCALE_USER_DEFAULT)))


@export("oleaut32")
def VarFormatDateTime(pvarIn: PVOID, iNamedFormat: INT, dwFlags: ULONG, pbstrOut: PVOID) -> HRESULT:
    return code_of(_date_time, pvarIn, iNamedFormat, pbstrOut)


@export("oleaut32")
def VarWeekdayName(iWeekday: INT, fAbbrev: INT, iFirstDay: INT, dwFlags: ULONG, pbstrOut: PVOID) -> HRESULT:
    if not 1 <= iWeekday <= 7 or not 0 <= iFirstDay <= 7 or not pbstrOut:
        return E_INVALIDARG
    first = _first_day(Form(iFirstDay, 0, LOCALE_USER_DEFAULT))
    from_monday = (iWeekday + first - 3) % 7
    start = LOCALE_SABBREVDAYNAME1 if fAbbrev else LOCALE_SDAYNAME1
    put_u64(pbstrOut, bstr(_locale(start + from_monday)))
    return 0


@export("oleaut32")
def VarMonthName(iMonth: INT, fAbbrev: INT, dwFlags: ULONG, pbstrOut: PVOID) -> HRESULT:
    if not 1 <= iMonth <= 12 or not pbstrOut:
        return E_INVALIDARG
    put_u64(pbstrOut, bstr(_month_name(iMonth, bool(fAbbrev), LOCALE_USER_DEFAULT)))
    return 0
