"""What GetLocaleInfo tells of a locale.

English (United States) and the invariant locale stand here; of the others Babel knows the language-dependent
facts, in the notation of Unicode's locale data, which is turned into Windows'.

Source: Microsoft, "Locale Information Constants", "Day, Month, Year, and Era Format Pictures".
"""

from __future__ import annotations

import functools
import importlib
import re
from typing import Any

from windlass.api.locale import nls_locales as locales
from windlass.api.locale.places import by_name as place_by_name

__all__ = ["HEXADECIMAL", "fact"]

# Constants whose text is a hexadecimal number.
HEXADECIMAL = frozenset({0x01, 0x09, 0x6B})

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]

# en-US; LCTYPE -> text.
US = {
    0x01: "0409", 0x02: "English (United States)", 0x03: "ENU", 0x04: "English", 0x05: "1",
    0x06: "United States", 0x07: "USA", 0x08: "United States", 0x09: "0409", 0x0A: "1", 0x0B: "437",
    0x0C: ",",
    0x0D: "1", 0x0E: ".", 0x0F: ",", 0x10: "3;0", 0x11: "2", 0x12: "1", 0x13: "0123456789", 0x14: "$",
    0x15: "USD", 0x16: ".", 0x17: ",", 0x18: "3;0", 0x19: "2", 0x1A: "2", 0x1B: "0", 0x1C: "0", 0x1D: "/",
    0x1E: ":", 0x1F: "M/d/yyyy", 0x20: "dddd, MMMM d, yyyy", 0x21: "0", 0x22: "0", 0x23: "0", 0x24: "1",
    0x25: "0", 0x26: "0", 0x27: "0", 0x28: "AM", 0x29: "PM", 0x50: "", 0x51: "-", 0x52: "3", 0x53: "0",
    0x54: "1", 0x55: "0", 0x56: "1", 0x57: "0", 0x59: "en", 0x5A: "US", 0x5B: "244", 0x5C: "en-US",
    0x69: "NaN", 0x6A: "\u221e", 0x6B: "-\u221e", 0x67: "eng", 0x68: "USA", 0x6D: "en", 0x6E: "0",
    0x6F: "English (United States)", 0x70: "0", 0x71: "3", 0x72: "English (United States)",
    0x73: "English (United States)",
    0x74: "%", 0x75: "\u2030", 0x76: "0", 0x77: "0", 0x78: "MMMM d", 0x79: "h:mm tt", 0x7A: "",
    0x1001: "English", 0x1002: "United States", 0x1003: "h:mm:ss tt", 0x1004: "1252", 0x1005: "0",
    0x1006: "MMMM yyyy", 0x1007: "US Dollar", 0x1008: "US Dollar", 0x1009: "1", 0x100A: "0", 0x100B: "0",
    0x100C: "6", 0x100D: "0", 0x100E: "1", 0x100F: "", 0x1010: "1", 0x1011: "10000", 0x1012: "037",
    0x1013: "",
    0x1014: "1", 0x5D: "PT", 0x1A0: "",
}  # fmt: skip
US.update({0x2A + day: name for day, name in enumerate(DAYS)})
US.update({0x31 + day: name[:3] for day, name in enumerate(DAYS)})
US.update({0x60 + day: name[:2] for day, name in enumerate(DAYS)})
US.update({0x38 + month: name for month, name in enumerate(MONTHS)})
US.update({0x44 + month: name[:3] for month, name in enumerate(MONTHS)})

INVARIANT = {
    **US,
    0x01: "007F", 0x02: "Invariant Language (Invariant Country)", 0x03: "IVL", 0x04: "Invariant Language",
    0x06: "Invariant Country", 0x07: "IVC", 0x08: "Invariant Country", 0x09: "007F", 0x14: "\u00a4",
    0x15: "XDR",
    0x1B: "0", 0x1C: "0", 0x1F: "MM/dd/yyyy", 0x20: "dddd, dd MMMM yyyy", 0x21: "1", 0x22: "1", 0x23: "1",
    0x24: "1", 0x25: "1", 0x26: "1", 0x27: "1", 0x59: "iv", 0x5A: "IV", 0x5C: "", 0x67: "ivl", 0x68: "IVC",
    0x6D: "", 0x6F: "Invariant Language (Invariant Country)", 0x72: "Invariant Language",
    0x73: "Invariant Language",
    0x78: "MMMM dd", 0x79: "HH:mm", 0x1001: "Invariant Language", 0x1002: "Invariant Country",
    0x1003: "HH:mm:ss",
    0x1005: "0", 0x1006: "yyyy MMMM", 0x1007: "International Monetary Fund",
    0x1008: "International Monetary Fund", 0x10: "3;0", 0x0D: "1",
}  # fmt: skip


def fact(name: str, kind: int) -> str | None:
    """The text for an LCTYPE without its flags; None for no such constant."""
    if name in (locales.US, "en"):
        return US.get(kind)
    if name == locales.INVARIANT:
        return INVARIANT.get(kind)
    own = _foreign(name).get(kind)
    return US.get(kind) if own is None else own


# Unicode's fields in date and time patterns -> Windows'.
FIELDS = {
    "EEEE": "dddd",
    "EEE": "ddd",
    "EE": "ddd",
    "E": "ddd",
    "cccc": "dddd",
    "ccc": "ddd",
    "y": "yyyy",
    "yyyy": "yyyy",
    "yy": "yy",
    "a": "tt",
    "LLLL": "MMMM",
    "LLL": "MMM",
    "LL": "MM",
    "L": "M",
    "G": "gg",
}
PATTERN = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+")


def windows_picture(pattern: str) -> str:
    """A date or time pattern in Windows' notation."""
    pieces = (match.group() for match in PATTERN.finditer(pattern))
    return "".join(FIELDS.get(piece, piece) for piece in pieces).replace("\u202f", " ")


def _grouping(pattern: Any) -> str:
    first, second = pattern.grouping
    if not 0 < first < 10:
        return "0"
    return f"{first};{second};0" if second != first and second < 10 else f"{first};0"


@functools.cache
def _foreign(name: str) -> dict[int, str]:
    """What Babel knows of a locale."""
    record = locales.babel_locale(name)
    lcid = locales.lcid_of(name)
    symbols = record.number_symbols.get("latn") or record.number_symbols
    decimal, group = symbols["decimal"], symbols["group"].replace("\u202f", "\u00a0")
    territory = record.territory or ""
    english = record.get_display_name("en") or name
    found = {
        0x01: f"{lcid:04X}", 0x02: english, 0x72: english, 0x04: record.get_language_name() or name,
        0x1001: record.get_language_name("en") or name, 0x6F: english,
        0x73: record.get_display_name() or name,
        0x1002: record.get_territory_name("en") or "", 0x06: record.get_territory_name("en") or "",
        0x08: record.get_territory_name() or "", 0x59: record.language, 0x5A: territory, 0x5C: name,
        0x6D: name.rsplit("-", 1)[0] if "-" in name else "", 0x0E: decimal, 0x0F: group, 0x16: decimal,
        0x17: group, 0x10: _grouping(record.decimal_formats[None]), 0x0C: ";" if decimal == "," else ",",
        0x18: _grouping(record.currency_formats["standard"]), 0x0D: "0", 0x51: symbols.get("minusSign", "-"),
        0x1F: windows_picture(record.date_formats["short"].pattern),
        0x20: windows_picture(record.date_formats["full"].pattern),
        0x1003: windows_picture(record.time_formats["medium"].pattern),
        0x79: windows_picture(record.time_formats["short"].pattern),
        0x28: record.day_periods["format"]["abbreviated"].get("am", ""),
        0x29: record.day_periods["format"]["abbreviated"].get("pm", ""),
        0x100C: str(record.first_week_day), 0x0A: "1",
    }  # fmt: skip
    found.update(_names(record))
    found.update(_currency(record, territory))
    if place := place_by_name(territory):
        found.update({0x5B: place.geoid, 0x68: place.iso3, 0x07: place.iso3})
    date, time = found[0x1F], found[0x1003]
    found[0x1D] = next((char for char in date if not char.isalpha()), "/")
    found[0x1E] = next((char for char in time if not char.isalpha()), ":")
    found[0x21] = {"M": "0", "d": "1"}.get(date[0], "2")
    found[0x23] = "1" if "H" in time else "0"
    found[0x25] = "1" if "HH" in time or "hh" in time else "0"
    if "H" in time:
        found[0x28] = found[0x29] = ""
    return found


def _names(record: Any) -> dict[int, str]:
    days, months = record.days["format"], record.months["format"]
    found = {}
    for day in range(7):
        found[0x2A + day] = days["wide"][day]
        found[0x31 + day] = days["abbreviated"][day]
        found[0x60 + day] = record.days["format"].get("short", days["abbreviated"])[day]
    for month in range(12):
        found[0x38 + month] = months["wide"][month + 1]
        found[0x44 + month] = months["abbreviated"][month + 1]
    return found


def _currency(record: Any, territory: str) -> dict[int, str]:
    if not territory:
        return {}
    codes = importlib.import_module("babel.numbers").get_territory_currencies(territory)
    if not codes:
        return {}
    code = codes[-1]
    symbol_first = record.currency_formats["standard"].pattern.lstrip("\u200e\u200f").startswith("\u00a4")
    return {
        0x14: record.currency_symbols.get(code, code),
        0x15: code,
        0x1007: locales.babel_locale("en").currencies.get(code, code) if locales.babel_locale("en") else code,
        0x1008: record.currencies.get(code, code),
        0x1B: "0" if symbol_first else "3",
        0x1C: "1" if symbol_first else "8",
    }
