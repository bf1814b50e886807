"""Locale functions of kernel32.

Source: Microsoft, "GetLocaleInfoEx function", "LCIDToLocaleName function", "EnumSystemLocalesEx function",
"GetUserDefaultLocaleName function".
"""

from __future__ import annotations

from windlass import _core
from windlass.api.calls import is_true
from windlass.api.locale import nls_facts, nls_locales
from windlass.api.outputs import fail, put_u32
from windlass.registry import export
from windlass.types import (
    BOOL,
    DWORD,
    INT,
    LANGID,
    LCID,
    LCTYPE,
    LPARAM,
    LPCWSTR,
    LPSTR,
    LPVOID,
    LPWSTR,
    PVOID,
    Calling,
)  # fmt: skip

ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
ERROR_INVALID_FLAGS = 1004
LOCALE_RETURN_NUMBER = 0x20000000
LOCALE_NAME_MAX_LENGTH = 85
LOCALE_SPECIFICDATA = 0x20


def give_wide(text: str, buffer: int, capacity: int) -> int:
    """The convention of these functions: units with the zero, which is also what a capacity of 0 asks for."""
    data = _core.wide_bytes(text)
    if capacity:
        if len(data) > capacity * 2:
            return fail(ERROR_INSUFFICIENT_BUFFER)
        _core.write(buffer, data)
    return len(data) // 2


def give_ansi(text: str, buffer: int, capacity: int) -> int:
    data = _core.ansi_from_text(text) + b"\0"
    if capacity:
        if len(data) > capacity:
            return fail(ERROR_INSUFFICIENT_BUFFER)
        _core.write(buffer, data)
    return len(data)


def info(name: str | None, kind: int, buffer: int, capacity: int, unit: int) -> int:
    """GetLocaleInfo; `unit` is the size of a character."""
    if capacity < 0 or (capacity and not buffer):
        return fail(ERROR_INVALID_PARAMETER)
    if name is None:
        return fail(ERROR_INVALID_PARAMETER)
    text = nls_facts.fact(name, kind & 0xFFFF)
    if text is None:
        return fail(ERROR_INVALID_FLAGS)
    if not kind & LOCALE_RETURN_NUMBER:
        return give_wide(text, buffer, capacity) if unit == 2 else give_ansi(text, buffer, capacity)
    try:
        number = int(text, 16 if kind & 0xFFFF in nls_facts.HEXADECIMAL else 10)
    except ValueError:
        return fail(ERROR_INVALID_FLAGS)
    needed = 4 // unit
    if capacity:
        if capacity < needed:
            return fail(ERROR_INSUFFICIENT_BUFFER)
        put_u32(buffer, number)
    return needed


@export("msvcr110", "msvcr120", name="__crtGetLocaleInfoEx")
@export("kernel32", "kernelbase")
def GetLocaleInfoEx(lpLocaleName: LPCWSTR, LCType: LCTYPE, lpLCData: LPWSTR, cchData: INT) -> INT:
    return info(nls_locales.canonical(lpLocaleName), LCType, lpLCData, cchData, 2)


@export("kernel32", "kernelbase")
def GetLocaleInfoW(Locale: LCID, LCType: LCTYPE, lpLCData: LPWSTR, cchData: INT) -> INT:
    return info(nls_locales.by_lcid(Locale), LCType, lpLCData, cchData, 2)


@export("kernel32", "kernelbase")
def GetLocaleInfoA(Locale: LCID, LCType: LCTYPE, lpLCData: LPSTR, cchData: INT) -> INT:
    return info(nls_locales.by_lcid(Locale), LCType, lpLCData, cchData, 1)


# ---- names and numbers ----


@export("kernel32", "kernelbase")
def LCIDToLocaleName(Locale: LCID, lpName: LPWSTR, cchName: INT, dwFlags: DWORD) -> INT:
    name = nls_locales.by_lcid(Locale)
    return fail(ERROR_INVALID_PARAMETER) if name is None else give_wide(name, lpName, cchName)


@export("kernel32", "kernelbase")
def LocaleNameToLCID(lpName: LPCWSTR, dwFlags: DWORD) -> LCID:
    name = nls_locales.canonical(lpName)
    return fail(ERROR_INVALID_PARAMETER) if name is None else nls_locales.lcid_of(name)


@export("msvcr110", "msvcr120", name="__crtIsValidLocaleName")
@export("kernel32", "kernelbase")
def IsValidLocaleName(lpLocaleName: LPCWSTR) -> BOOL:
    return int(lpLocaleName is not None and nls_locales.canonical(lpLocaleName) is not None)


@export("kernel32", "kernelbase")
def IsValidLocale(Locale: LCID, dwFlags: DWORD) -> BOOL:
    return int(Locale != 0 and nls_locales.by_lcid(Locale) is not None)


@export("kernel32", "kernelbase")
def ResolveLocaleName(lpNameToResolve: LPCWSTR, lpLocaleName: LPWSTR, cchLocaleName: INT) -> INT:
    name = nls_locales.canonical(lpNameToResolve)
    while name is None and lpNameToResolve and "-" in lpNameToResolve:
        lpNameToResolve = lpNameToResolve.rsplit("-", 1)[0]
        name = nls_locales.canonical(lpNameToResolve)
    return give_wide(name or "", lpLocaleName, cchLocaleName)


@export("kernel32", "kernelbase")
def ConvertDefaultLocale(Locale: LCID) -> LCID:
    name = nls_locales.by_lcid(Locale)
    return Locale if name is None else nls_locales.lcid_of(name)


# ---- the defaults: one for the user, the system and each thread ----


def default_lcid() -> int:
    return nls_locales.lcid_of(nls_locales.user_default())


@export("msvcr110", "msvcr120", name="__crtGetUserDefaultLocaleName")
@export("kernel32", "kernelbase")
def GetUserDefaultLocaleName(lpLocaleName: LPWSTR, cchLocaleName: INT) -> INT:
    return give_wide(nls_locales.user_default(), lpLocaleName, cchLocaleName)


@export("kernel32", "kernelbase")
def GetSystemDefaultLocaleName(lpLocaleName: LPWSTR, cchLocaleName: INT) -> INT:
    return give_wide(nls_locales.user_default(), lpLocaleName, cchLocaleName)


@export("kernel32", "kernelbase")
def GetUserDefaultLCID() -> LCID:
    return default_lcid()


@export("kernel32", "kernelbase")
def GetSystemDefaultLCID() -> LCID:
    return default_lcid()


@export("kernel32", "kernelbase")
def GetUserDefaultLangID() -> LANGID:
    return default_lcid() & 0xFFFF


@export("kernel32", "kernelbase")
def GetSystemDefaultLangID() -> LANGID:
    return default_lcid() & 0xFFFF


TEB_CURRENT_LOCALE = 0x108


@export("kernel32", "kernelbase")
def GetThreadLocale() -> LCID:
    return int.from_bytes(_core.read(_core.teb() + TEB_CURRENT_LOCALE, 4), "little") or default_lcid()


@export("kernel32", "kernelbase")
def SetThreadLocale(Locale: LCID) -> BOOL:
    name = nls_locales.by_lcid(Locale)
    if name is None:
        return fail(ERROR_INVALID_PARAMETER)
    put_u32(_core.teb() + TEB_CURRENT_LOCALE, nls_locales.lcid_of(name))
    return 1


# ---- enumeration ----


def call_with_text(callback: int, data: bytes, *rest: int) -> Calling[bool]:
    """Whether the callback wants more."""
    import ctypes

    text = ctypes.create_string_buffer(data, len(data))
    return (yield from is_true(callback, ctypes.addressof(text), *rest))


@export("msvcr110", "msvcr120", name="__crtEnumSystemLocalesEx")
@export("kernel32", "kernelbase")
def EnumSystemLocalesEx(
    lpLocaleEnumProcEx: PVOID, dwFlags: DWORD, lParam: LPARAM, lpReserved: LPVOID
) -> Calling[BOOL]:
    if not lpLocaleEnumProcEx or lpReserved:
        return fail(ERROR_INVALID_PARAMETER)
    for name in nls_locales.all_names():
        text = _core.wide_bytes(name)
        if not (yield from call_with_text(lpLocaleEnumProcEx, text, LOCALE_SPECIFICDATA, lParam)):
            break
    return 1


def numbered(callback: int, encode: str) -> Calling[int]:
    if not callback:
        return fail(ERROR_INVALID_PARAMETER)
    for name in nls_locales.all_names():
        text = f"{nls_locales.lcid_of(name):08X}\0"
        if not (yield from call_with_text(callback, text.encode(encode))):
            break
    return 1


@export("kernel32", "kernelbase")
def EnumSystemLocalesW(lpLocaleEnumProc: PVOID, dwFlags: DWORD) -> Calling[BOOL]:
    return numbered(lpLocaleEnumProc, "utf-16-le")


@export("kernel32", "kernelbase")
def EnumSystemLocalesA(lpLocaleEnumProc: PVOID, dwFlags: DWORD) -> Calling[BOOL]:
    return numbered(lpLocaleEnumProc, "ascii")
