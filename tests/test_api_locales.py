"""Other locales than English (United States), which Babel knows."""

from __future__ import annotations

import pytest

from windlass.ctypes import WinDLL, c_uint16, create_unicode_buffer

pytest.importorskip("babel", reason="the extra `locales` is not installed")

LOCALE_SDECIMAL, LOCALE_SMONTHNAME1, LOCALE_SNATIVELANGNAME, LOCALE_SNAME = 0x0E, 0x38, 0x04, 0x5C
LOCALE_ALLOW_NEUTRAL_NAMES, LOCALE_CUSTOM_UNSPECIFIED = 0x08000000, 0x1000
DATE_LONGDATE = 2

kernel32 = WinDLL("kernel32")


def text(function: str, *arguments: object, behind: tuple[object, ...] = ()) -> str:
    buffer = create_unicode_buffer(200)
    count = getattr(kernel32, function)(*arguments, buffer, 200, *behind)
    return buffer.value if count else ""


@pytest.mark.parametrize(
    ("name", "decimal", "january", "language"),
    [
        ("de-DE", ",", "Januar", "Deutsch"),
        ("fr-FR", ",", "janvier", "français"),
        ("ja-JP", ".", "1月", "日本語"),
    ],
)
def test_facts(name, decimal, january, language):
    facts = [
        text("GetLocaleInfoEx", name, fact)
        for fact in (LOCALE_SDECIMAL, LOCALE_SMONTHNAME1, LOCALE_SNATIVELANGNAME)
    ]
    assert facts == [decimal, january, language]


def test_numbers_and_dates_are_written_as_there():
    assert text("GetNumberFormatEx", "de-DE", 0, "-1234567.891", None) == "-1.234.567,89"
    assert text("GetNumberFormatEx", "hi-IN", 0, "1234567", None) == "12,34,567.00"
    monday = (c_uint16 * 8)(2026, 11, 1, 23)
    assert (
        text("GetDateFormatEx", "de-DE", DATE_LONGDATE, monday, None, behind=(None,))
        == "Montag, 23. November 2026"
    )


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (0x0404, "zh-TW"),
        (0x0407, "de-DE"),
        (0x040A, "es-ES_tradnl"),
        (0x0446, "pa-IN"),
        (0x0804, "zh-CN"),
        (0x0C0A, "es-ES"),
        (0x141A, "bs-Latn-BA"),
        (0x241A, "sr-Latn-RS"),
    ],
)
def test_numbers_of_locales(number, name):
    """ "[MS-LCID]: Windows Language Code Identifier (LCID) Reference"."""
    assert text("LCIDToLocaleName", number, behind=(0,)) == name
    assert kernel32.LocaleNameToLCID(name.upper(), 0) == number


def test_a_locale_that_babel_has_by_another_name():
    assert text("GetLocaleInfoEx", "prs-AF", LOCALE_SMONTHNAME1) == "جنوری"


@pytest.mark.parametrize(("number", "name"), [(0x0007, "de"), (0x0004, "zh-Hans"), (0x7C04, "zh-Hant")])
def test_numbers_of_languages(number, name):
    assert text("LCIDToLocaleName", number, behind=(LOCALE_ALLOW_NEUTRAL_NAMES,)) == name


def test_a_locale_without_a_number():
    assert kernel32.LocaleNameToLCID("de-BE", 0) == LOCALE_CUSTOM_UNSPECIFIED
    assert text("GetLocaleInfoEx", "de-BE", LOCALE_SNAME) == "de-BE"
    assert kernel32.IsValidLocaleName("xx-XX") == 0
