"""Places: what is known of a country or region, and which is the user's.

Their names in other languages, and the user's languages and currencies of a country, are Babel's, if it is
installed.

Source: Microsoft, "SYSGEOTYPE enumeration", "GetGeoInfoEx function".
"""

from __future__ import annotations

import importlib

from windlass import _core
from windlass.api.calls import is_true
from windlass.api.locale import nls_locales
from windlass.api.locale.nls_win32 import (
    ERROR_INSUFFICIENT_BUFFER,
    ERROR_INVALID_FLAGS,
    ERROR_INVALID_PARAMETER,
    call_with_text,
    give_ansi,
    give_wide,
)
from windlass.api.locale.places import Place, by_geoid, by_name, places
from windlass.api.outputs import fail
from windlass.registry import export
from windlass.types import BOOL, DWORD, INT, LANGID, LPARAM, LPCWSTR, LPSTR, LPWSTR, PVOID, Calling

GEOID_NOT_AVAILABLE = -1 & 0xFFFFFFFF
GEOCLASS_NATION, GEOCLASS_REGION, GEOCLASS_ALL = 16, 14, 0

GEO_NATION, GEO_ISO2, GEO_ISO3, GEO_RFC1766, GEO_LCID = 1, 4, 5, 6, 7
GEO_FRIENDLYNAME, GEO_OFFICIALNAME, GEO_ISO_UN_NUMBER = 8, 9, 12
GEO_CURRENCYCODE, GEO_CURRENCYSYMBOL, GEO_NAME, GEO_ID = 15, 16, 17, 18


def of_user() -> Place | None:
    return by_name(nls_locales.user_default().rpartition("-")[2])


# ---- what is known of a place ----


def _friendly_name(place: Place, language: int) -> str | None:
    """In a language, by default the user's."""
    name = nls_locales.by_lcid(language) if language else nls_locales.user_default()
    record = nls_locales.babel_locale(name or "en")
    found = record.territories.get(place.iso2) if record else None
    return found or ("United States" if place.iso2 == "US" else None)


def _currency(place: Place, symbol: bool) -> str | None:
    record = nls_locales.babel_locale("en-" + place.iso2) or nls_locales.babel_locale("en")
    if record is None:
        return ("$" if symbol else "USD") if place.iso2 == "US" else None
    codes: list[str] = importlib.import_module("babel.numbers").get_territory_currencies(place.iso2)
    if not codes:
        return None
    return str(record.currency_symbols.get(codes[-1], codes[-1])) if symbol else codes[-1]


def place_fact(place: Place, kind: int, language: int) -> str | None:
    """The text for a SYSGEOTYPE; None for one that is not known."""
    if kind in (GEO_FRIENDLYNAME, GEO_OFFICIALNAME):
        return _friendly_name(place, language)
    if kind in (GEO_CURRENCYCODE, GEO_CURRENCYSYMBOL):
        return _currency(place, kind == GEO_CURRENCYSYMBOL)
    if kind == GEO_RFC1766:
        name = nls_locales.by_lcid(language)
        return f"{name.split('-')[0]}-{place.iso2}".lower() if name else None
    if kind == GEO_LCID:
        return f"{language:08x}"
    plain = {GEO_NATION: place.geoid, GEO_ID: place.geoid, GEO_ISO2: place.iso2, GEO_ISO3: place.iso3,
             GEO_NAME: place.iso2, GEO_ISO_UN_NUMBER: place.un_number.zfill(3)}  # fmt: skip
    return plain.get(kind)


def _put(place: Place | None, kind: int, language: int, buffer: int, capacity: int, wide: bool) -> int:
    if place is None or capacity < 0:
        return fail(ERROR_INVALID_PARAMETER)
    text = place_fact(place, kind, language)
    if text is None:
        return fail(ERROR_INVALID_FLAGS)
    return give_wide(text, buffer, capacity) if wide else give_ansi(text, buffer, capacity)


@export("kernel32", "kernelbase")
def GetGeoInfoW(Location: DWORD, GeoType: DWORD, lpGeoData: LPWSTR, cchData: INT, LangId: LANGID) -> INT:
    return _put(by_geoid(Location), GeoType, LangId, lpGeoData, cchData, True)


@export("kernel32")
def GetGeoInfoA(Location: DWORD, GeoType: DWORD, lpGeoData: LPSTR, cchData: INT, LangId: LANGID) -> INT:
    return _put(by_geoid(Location), GeoType, LangId, lpGeoData, cchData, False)


@export("kernel32", "kernelbase")
def GetGeoInfoEx(location: LPCWSTR, geoType: DWORD, geoData: LPWSTR, geoDataCount: INT) -> INT:
    if geoType in (GEO_LCID, GEO_NATION, GEO_RFC1766):  # not with this function
        return fail(ERROR_INVALID_FLAGS)
    return _put(by_name(location), geoType, 0, geoData, geoDataCount, True)


# ---- the user's place ----

_chosen: list[Place] = []
"""What SetUserGeoID set, for this process."""


def _user_place() -> Place | None:
    return _chosen[-1] if _chosen else of_user()


@export("kernel32", "kernelbase")
def GetUserGeoID(GeoClass: DWORD) -> DWORD:
    place = _user_place()
    return int(place.geoid) if place and GeoClass == GEOCLASS_NATION else GEOID_NOT_AVAILABLE


@export("kernel32", "kernelbase")
def SetUserGeoID(GeoId: DWORD) -> BOOL:
    return _choose(by_geoid(GeoId))


@export("kernel32", "kernelbase")
def SetUserGeoName(geoName: LPWSTR) -> BOOL:
    return _choose(by_name(_core.wide_string(geoName) if geoName else None))


def _choose(place: Place | None) -> int:
    if place is None:
        return fail(ERROR_INVALID_PARAMETER)
    _chosen[:] = [place]
    return 1


@export("kernel32", "kernelbase")
def GetUserDefaultGeoName(geoName: LPWSTR, geoNameCount: INT) -> INT:
    place = _user_place()
    text = place.iso2 if place else "001"
    if geoNameCount and geoNameCount <= len(text):
        return fail(ERROR_INSUFFICIENT_BUFFER)
    return give_wide(text, geoName, geoNameCount)


# ---- enumeration ----


@export("kernel32", "kernelbase")
def EnumSystemGeoID(GeoClass: DWORD, ParentGeoId: DWORD, lpGeoEnumProc: PVOID) -> Calling[BOOL]:
    if not lpGeoEnumProc:
        return fail(ERROR_INVALID_PARAMETER)
    if GeoClass not in (GEOCLASS_NATION, GEOCLASS_ALL):
        return fail(ERROR_INVALID_FLAGS)
    for place in sorted(places(), key=lambda each: int(each.geoid)):
        if not (yield from is_true(lpGeoEnumProc, int(place.geoid))):
            break
    return 1


@export("kernel32", "kernelbase")
def EnumSystemGeoNames(geoClass: DWORD, geoEnumProc: PVOID, data: LPARAM) -> Calling[BOOL]:
    if not geoEnumProc:
        return fail(ERROR_INVALID_PARAMETER)
    if geoClass not in (GEOCLASS_NATION, GEOCLASS_ALL):
        return fail(ERROR_INVALID_FLAGS)
    for place in places():
        if not (yield from call_with_text(geoEnumProc, _core.wide_bytes(place.iso2), data)):
            break
    return 1
