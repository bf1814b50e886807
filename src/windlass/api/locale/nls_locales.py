"""The locales that there are, their names and numbers.

A locale has a name ("de-DE") and, for those that Windows knew before it used names, a number (LCID). The
invariant locale and en-US are always there; the others are those that Babel knows, if it is installed.

Source: Microsoft, "Locale Names", "Windows Language Code Identifier (LCID) Reference".
"""

from __future__ import annotations

import functools
import importlib
import os
from typing import Any

from windlass.api.locale import nls_numbers

__all__ = [
    "INVARIANT",
    "US",
    "all_names",
    "babel_locale",
    "by_lcid",
    "canonical",
    "lcid_of",
    "numbered_name",
    "user_default",
]

INVARIANT = ""
US = "en-US"
LCID_INVARIANT = 0x007F
LCID_USER_DEFAULT = 0x0400
LCID_SYSTEM_DEFAULT = 0x0800
LCID_CUSTOM_DEFAULT = 0x0C00
LCID_CUSTOM_UNSPECIFIED = 0x1000
NEUTRAL = frozenset({0x0000, LCID_USER_DEFAULT, LCID_SYSTEM_DEFAULT, LCID_CUSTOM_DEFAULT})


# Babel has these languages by other codes.
_OTHER_CODES = {"no": "nb", "prs": "fa", "quz": "qu"}


def _for_babel(name: str) -> str:
    """Without the sort order behind the name (de-DE_phoneb)."""
    language, *rest = name.split("_")[0].split("-")
    return "_".join([_OTHER_CODES.get(language.lower(), language), *rest])


@functools.cache
def babel_locale(name: str) -> Any:
    """Babel's record of the locale, or None."""
    try:
        core = importlib.import_module("babel.core")
    except ImportError:
        return None
    try:
        return core.Locale.parse(_for_babel(name))
    except (core.UnknownLocaleError, ValueError, TypeError):
        return None


@functools.cache
def canonical(name: str | None) -> str | None:
    """The locale's own spelling of its name; None if there is no such locale. None is the user's default,
    "" the invariant locale, "!x-sys-default-locale" the system's.
    """
    if name is None or name.lower() == "!x-sys-default-locale":
        return user_default()
    if name == INVARIANT or name.lower() == US.lower():
        return US if name else INVARIANT
    if name.lower() == "en":
        return "en"
    record = babel_locale(name)
    if record is None:
        return None
    number = nls_numbers.numbers().get(name.lower()) or nls_numbers.numbers().get(name.split("_")[0].lower())
    if number:
        return nls_numbers.names()[number]
    script = record.script if record.script and record.script.lower() in name.lower() else None
    return "-".join(part for part in (record.language, script, record.territory) if part)


@functools.cache
def user_default() -> str:
    """The locale that the host's settings name, if it is one of these; else en-US."""
    for variable in ("LC_ALL", "LC_CTYPE", "LANG"):
        value = os.environ.get(variable, "").split(".")[0].split("@")[0]
        if value:
            name = value.replace("_", "-")
            return (canonical(name) if "-" in name else None) or US
    return US


def by_lcid(lcid: int) -> str | None:
    """The name of a numbered locale; None if there is none."""
    lcid &= 0xFFFF
    if lcid == LCID_INVARIANT:
        return INVARIANT
    if lcid in NEUTRAL or lcid == LCID_CUSTOM_UNSPECIFIED:
        return user_default()
    return canonical(nls_numbers.names()[lcid]) if lcid in nls_numbers.names() else None


def numbered_name(lcid: int) -> str | None:
    """The name of a locale or language that Windows numbers, whether Babel is there to tell more or not."""
    return nls_numbers.names().get(lcid & 0xFFFF)


def lcid_of(name: str) -> int:
    """The locale's number; LOCALE_CUSTOM_UNSPECIFIED for one that has none."""
    if name == INVARIANT:
        return LCID_INVARIANT
    return nls_numbers.numbers().get(name.lower(), LCID_CUSTOM_UNSPECIFIED)


def all_names() -> list[str]:
    """The names of all numbered locales that there are, languages alone not among them."""
    locales = (lcid for lcid in nls_numbers.names() if not nls_numbers.is_language(lcid))
    return sorted({name for lcid in locales if (name := by_lcid(lcid))})
