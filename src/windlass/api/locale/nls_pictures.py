"""The dates' and times' format pictures that a locale has: the usual one first.

English (United States) has the list of Windows' settings; of other locales Unicode's data has a few.

Source: Microsoft, "EnumDateFormatsExEx function", "EnumTimeFormatsEx function".
"""

from __future__ import annotations

from windlass import _core
from windlass.api.locale import nls_facts, nls_locales
from windlass.api.locale.nls_win32 import ERROR_INVALID_FLAGS, ERROR_INVALID_PARAMETER, call_with_text
from windlass.api.outputs import fail
from windlass.registry import export
from windlass.types import BOOL, DWORD, LCID, LPARAM, LPCWSTR, PVOID, Calling

DATE_SHORTDATE, DATE_LONGDATE, DATE_YEARMONTH, DATE_MONTHDAY = 1, 2, 8, 0x80
TIME_NOSECONDS = 2
NO_USER_OVERRIDE = 0x80000000
CAL_GREGORIAN = 1

# Flag -> LCTYPE of the usual picture, further ones of en-US, and what Babel calls those of others.
DATES = {
    DATE_SHORTDATE: (
        0x1F,
        ["M/d/yy", "MM/dd/yy", "MM/dd/yyyy", "yy/MM/dd", "yyyy-MM-dd", "dd-MMM-yy"],
        ["medium"],
    ),
    DATE_LONGDATE: (0x20, ["MMMM d, yyyy", "dddd, d MMMM, yyyy", "d MMMM, yyyy"], ["long"]),
    DATE_YEARMONTH: (0x1006, [], []),
    DATE_MONTHDAY: (0x78, [], []),
}
TIMES = {
    0: (0x1003, ["hh:mm:ss tt", "H:mm:ss", "HH:mm:ss"]),
    TIME_NOSECONDS: (0x79, ["hh:mm tt", "H:mm", "HH:mm"]),
}


def _unique(pictures: list[str | None]) -> list[str]:
    return list(dict.fromkeys(picture for picture in pictures if picture))


def dates(name: str, flag: int) -> list[str]:
    kind, american, others = DATES[flag]
    record = None if name in (nls_locales.INVARIANT, nls_locales.US) else nls_locales.babel_locale(name)
    more: list[str | None] = []
    if name == nls_locales.US:
        more += american
    elif record is not None:
        more += [nls_facts.windows_picture(record.date_formats[each].pattern) for each in others]
    return _unique([nls_facts.fact(name, kind), *more])


def times(name: str, flag: int) -> list[str]:
    kind, american = TIMES[flag]
    return _unique([nls_facts.fact(name, kind), *(american if name == nls_locales.US else [])])


def _give(
    callback: int, name: str | None, flags: int, wide: bool, of_dates: bool, *rest: int
) -> Calling[int]:
    flags &= ~NO_USER_OVERRIDE
    if not callback or name is None:
        return fail(ERROR_INVALID_PARAMETER)
    flags = flags or (DATE_SHORTDATE if of_dates else 0)
    if flags not in (DATES if of_dates else TIMES):
        return fail(ERROR_INVALID_FLAGS)
    for picture in dates(name, flags) if of_dates else times(name, flags):
        text = _core.wide_bytes(picture) if wide else _core.ansi_from_text(picture) + b"\0"
        if not (yield from call_with_text(callback, text, *rest)):
            break
    return 1


@export("kernel32", "kernelbase")
def EnumDateFormatsW(lpDateFmtEnumProc: PVOID, Locale: LCID, dwFlags: DWORD) -> Calling[BOOL]:
    return _give(lpDateFmtEnumProc, nls_locales.by_lcid(Locale), dwFlags, True, True)


@export("kernel32")
def EnumDateFormatsA(lpDateFmtEnumProc: PVOID, Locale: LCID, dwFlags: DWORD) -> Calling[BOOL]:
    return _give(lpDateFmtEnumProc, nls_locales.by_lcid(Locale), dwFlags, False, True)


@export("kernel32", "kernelbase")
def EnumDateFormatsExW(lpDateFmtEnumProcEx: PVOID, Locale: LCID, dwFlags: DWORD) -> Calling[BOOL]:
    return _give(lpDateFmtEnumProcEx, nls_locales.by_lcid(Locale), dwFlags, True, True, CAL_GREGORIAN)


@export("kernel32")
def EnumDateFormatsExA(lpDateFmtEnumProcEx: PVOID, Locale: LCID, dwFlags: DWORD) -> Calling[BOOL]:
    return _give(lpDateFmtEnumProcEx, nls_locales.by_lcid(Locale), dwFlags, False, True, CAL_GREGORIAN)


@export("kernel32", "kernelbase")
def EnumDateFormatsExEx(
    lpDateFmtEnumProcExEx: PVOID, lpLocaleName: LPCWSTR, dwFlags: DWORD, lParam: LPARAM
) -> Calling[BOOL]:
    name = nls_locales.canonical(lpLocaleName)
    return _give(lpDateFmtEnumProcExEx, name, dwFlags, True, True, CAL_GREGORIAN, lParam)


@export("kernel32", "kernelbase")
def EnumTimeFormatsW(lpTimeFmtEnumProc: PVOID, Locale: LCID, dwFlags: DWORD) -> Calling[BOOL]:
    return _give(lpTimeFmtEnumProc, nls_locales.by_lcid(Locale), dwFlags, True, False)


@export("kernel32")
def EnumTimeFormatsA(lpTimeFmtEnumProc: PVOID, Locale: LCID, dwFlags: DWORD) -> Calling[BOOL]:
    return _give(lpTimeFmtEnumProc, nls_locales.by_lcid(Locale), dwFlags, False, False)


@export("kernel32", "kernelbase")
def EnumTimeFormatsEx(
    lpTimeFmtEnumProcEx: PVOID, lpLocaleName: LPCWSTR, dwFlags: DWORD, lParam: LPARAM
) -> Calling[BOOL]:
    return _give(lpTimeFmtEnumProcEx, nls_locales.canonical(lpLocaleName), dwFlags, True, False, lParam)
