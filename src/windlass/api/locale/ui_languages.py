"""The languages in which programs show themselves: the thread's choice, the process's, the user's.

Source: Microsoft, "User Interface Language Management", "SetThreadPreferredUILanguages function",
"GetThreadPreferredUILanguages function".
"""

from __future__ import annotations

from windlass import _core
from windlass.api.locale import nls_locales
from windlass.api.outputs import fail, put_u32
from windlass.registry import export
from windlass.types import BOOL, DWORD, LANGID, LPWSTR, PULONG, PVOID

__all__ = ["candidates"]

ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122

MUI_LANGUAGE_ID = 0x04
MUI_LANGUAGE_NAME = 0x08
MUI_MERGE_SYSTEM_FALLBACK = 0x10
MUI_MERGE_USER_FALLBACK = 0x20
MUI_THREAD_LANGUAGES = 0x40
MUI_RESET_FILTERS, MUI_CONSOLE_FILTER, MUI_COMPLEX_SCRIPT_FILTER = 0x001, 0x100, 0x200
FILTERS = MUI_RESET_FILTERS | MUI_CONSOLE_FILTER | MUI_COMPLEX_SCRIPT_FILTER
SYSTEM = "en-US"
MOST = 5

_of_process: list[str] = []
_of_threads: dict[int, list[str]] = {}
"""By thread identifier; a thread without an entry has made no choice."""

TEB_THREAD_ID = 0x48


def _thread() -> int:
    return int.from_bytes(_core.read(_core.teb() + TEB_THREAD_ID, 8), "little")


def _preferred() -> list[str]:
    """The calling thread's choice, the process's, the user's."""
    return _of_threads.get(_thread(), []) or _of_process or [nls_locales.user_default()]


def _with_parents(names: list[str]) -> list[str]:
    """Each language, and behind it the one that it is a form of: de-AT, de."""
    found: list[str] = []
    for name in names:
        found += [each for each in (name, name.split("-")[0]) if each not in found]
    return found


def candidates(language: int) -> list[str]:
    """The languages to look for a translation in, the best first.

    language: the one that is wanted; 0: those that the calling thread prefers.
    """
    if not language:
        own = _of_threads.get(_thread(), [])
        return _with_parents([*own, *_of_process, nls_locales.user_default(), SYSTEM])
    name = nls_locales.numbered_name(language)
    return _with_parents([name]) if name else []


# ---- lists of languages ----


def _give(names: list[str], flags: int, count: int, buffer: int, size: int) -> int:
    """A list that an empty text ends."""
    if flags & MUI_LANGUAGE_ID:
        names = [f"{nls_locales.lcid_of(name):04X}" for name in names]
    data = b"".join(map(_core.wide_bytes, names)) + b"\0\0"
    if not names:
        data += b"\0\0"
    capacity = int.from_bytes(_core.read(size, 4), "little") if size else 0
    put_u32(count, len(names))
    put_u32(size, len(data) // 2)
    if not buffer:
        return 1 if not capacity else fail(ERROR_INVALID_PARAMETER)
    if capacity * 2 < len(data):
        return fail(ERROR_INSUFFICIENT_BUFFER)
    _core.write(buffer, data)
    return 1


def _taken(flags: int, buffer: int) -> list[str] | None:
    """The languages of a list, less those that are none; None if there is nothing else in it."""
    texts: list[str] = []
    while buffer and (text := _core.wide_string(buffer)):
        texts.append(text)
        buffer += len(_core.wide_bytes(text))
    names = [_named(text, bool(flags & MUI_LANGUAGE_ID)) for text in texts]
    found = [name for name in names if name][:MOST]
    return found if found or not texts else None


def _named(text: str, by_number: bool) -> str | None:
    if not by_number:
        return nls_locales.numbered_name(nls_locales.lcid_of(text if "-" in text else text.lower()))
    try:
        return nls_locales.numbered_name(int(text, 16))
    except ValueError:
        return None


@export("kernel32", "kernelbase")
def SetThreadPreferredUILanguages(
    dwFlags: DWORD, pwszLanguagesBuffer: PVOID, pulNumLanguages: PULONG
) -> BOOL:
    if dwFlags & FILTERS:  # which languages a console can show is not asked here
        if pwszLanguagesBuffer or dwFlags & ~FILTERS:
            return fail(ERROR_INVALID_PARAMETER)
        put_u32(pulNumLanguages, 0)
        return 1
    names = _taken(dwFlags, pwszLanguagesBuffer)
    if dwFlags & ~(MUI_LANGUAGE_ID | MUI_LANGUAGE_NAME) or names is None:
        return fail(ERROR_INVALID_PARAMETER)
    _of_threads[_thread()] = names
    put_u32(pulNumLanguages, len(names))
    return 1


@export("kernel32", "kernelbase")
def SetProcessPreferredUILanguages(
    dwFlags: DWORD, pwszLanguagesBuffer: PVOID, pulNumLanguages: PULONG
) -> BOOL:
    names = _taken(dwFlags, pwszLanguagesBuffer)
    if dwFlags & ~(MUI_LANGUAGE_ID | MUI_LANGUAGE_NAME) or names is None:
        return fail(ERROR_INVALID_PARAMETER)
    _of_process[:] = names
    put_u32(pulNumLanguages, len(names))
    return 1


@export("kernel32", "kernelbase")
def GetThreadPreferredUILanguages(
    dwFlags: DWORD, pulNumLanguages: PULONG, pwszLanguagesBuffer: LPWSTR, pcchLanguagesBuffer: PULONG
) -> BOOL:
    names = _of_threads.get(_thread(), []) if dwFlags & MUI_THREAD_LANGUAGES else _preferred()
    if dwFlags & MUI_MERGE_USER_FALLBACK:
        names = [*names, nls_locales.user_default()]
    if dwFlags & MUI_MERGE_SYSTEM_FALLBACK:
        names = [*names, SYSTEM]
    if dwFlags & (MUI_MERGE_USER_FALLBACK | MUI_MERGE_SYSTEM_FALLBACK):
        names = _with_parents(names)
    return _give(names, dwFlags, pulNumLanguages, pwszLanguagesBuffer, pcchLanguagesBuffer)


@export("kernel32", "kernelbase")
def GetProcessPreferredUILanguages(
    dwFlags: DWORD, pulNumLanguages: PULONG, pwszLanguagesBuffer: LPWSTR, pcchLanguagesBuffer: PULONG
) -> BOOL:
    return _give(_of_process, dwFlags, pulNumLanguages, pwszLanguagesBuffer, pcchLanguagesBuffer)


@export("kernel32", "kernelbase")
def GetUserPreferredUILanguages(
    dwFlags: DWORD, pulNumLanguages: PULONG, pwszLanguagesBuffer: LPWSTR, pcchLanguagesBuffer: PULONG
) -> BOOL:
    names = [nls_locales.user_default()]
    return _give(names, dwFlags, pulNumLanguages, pwszLanguagesBuffer, pcchLanguagesBuffer)


@export("kernel32", "kernelbase")
def GetSystemPreferredUILanguages(
    dwFlags: DWORD, pulNumLanguages: PULONG, pwszLanguagesBuffer: LPWSTR, pcchLanguagesBuffer: PULONG
) -> BOOL:
    names = [nls_locales.user_default()]
    return _give(names, dwFlags, pulNumLanguages, pwszLanguagesBuffer, pcchLanguagesBuffer)


# ---- one language ----


@export("kernel32", "kernelbase")
def GetThreadUILanguage() -> LANGID:
    return nls_locales.lcid_of(_preferred()[0]) & 0xFFFF


@export("kernel32", "kernelbase")
def SetThreadUILanguage(LangId: LANGID) -> LANGID:
    """0 takes the thread's choice back, for what a console can show."""
    name = nls_locales.numbered_name(LangId) if LangId else None
    if name is not None:
        _of_threads[_thread()] = [name]
    elif not LangId:
        _of_threads.pop(_thread(), None)
    return GetThreadUILanguage()


@export("kernel32", "kernelbase")
def GetUserDefaultUILanguage() -> LANGID:
    return nls_locales.lcid_of(nls_locales.user_default()) & 0xFFFF


@export("kernel32", "kernelbase")
def GetSystemDefaultUILanguage() -> LANGID:
    return GetUserDefaultUILanguage()
