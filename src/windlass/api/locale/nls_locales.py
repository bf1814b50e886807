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


@functools.cache
def _numbers() -> dict[int, str]:
    """LCID -> name, from the standard library's table."""
    import locale

    found = {}
    for number, name in locale.windows_locale.items():
        parts = name.replace("_", "-")
        if 0x0400 < number < 0x10000 and "-" in parts:
            found[number] = parts
    found[0x0409] = US
    return found


@functools.cache
def _by_name() -> dict[str, int]:
    return {name.lower(): number for number, name in sorted(_numbers().items(), reverse=True)}


@functools.cache
def babel_locale(name: str) -> Any:
    """Babel's record of the locale, or None."""
    try:
        core = importlib.import_module("babel.core")
    except ImportError:
        return None
    try:
        return core.Locale.parse(name.replace("-", "_"))
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
    name = name.split("_")[0]  # a sort order behind the name: de-DE_phoneb
    if name.lower() == "en":
        return "en"
    record = babel_locale(name)
    if record is None:
        return None
    parts = [record.language, record.script, record.territory]
    return "-".join(part for part in parts if part)


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
    if lcid in _numbers():
        return canonical(_numbers()[lcid])
    if lcid < LCID_USER_DEFAULT:  # a language alone
        first = _numbers().get(lcid | LCID_USER_DEFAULT)
        return canonical(first.split("-")[0]) if first else None
    return None


def numbered_name(lcid: int) -> str | None:
    """The name of a locale or language that Windows numbers, whether Babel is there to tell more or not."""
    lcid &= 0xFFFF
    if lcid < LCID_USER_DEFAULT and (of_default := _numbers().get(lcid | LCID_USER_DEFAULT)):
        return of_default.split("-")[0]
    return _numbers().get(lcid)


def lcid_of(name: str) -> int:
    """The locale's number; LOCALE_CUSTOM_UNSPECIFIED for one that has none."""
    if name == INVARIANT:
        return LCID_INVARIANT
    if name.lower() in _by_name():
        return _by_name()[name.lower()]
    if "-" not in name:
        for number, full in sorted(_numbers().items()):
            if full.split("-")[0] == name:
                return number & 0x03FF
    return LCID_CUSTOM_UNSPECIFIED


def all_names() -> list[str]:
    """The names of all numbered locales that there are."""
    return sorted({name for number in _numbers() if (name := by_lcid(number))})
