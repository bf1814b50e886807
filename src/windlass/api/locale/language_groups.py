"""Groups of languages, and the languages of the user interface, as lists for callbacks.

All groups are there, as on every Windows since Vista.

Source: Microsoft, "EnumSystemLanguageGroupsW function", "IsValidLanguageGroup function",
"EnumUILanguagesW function".
"""

from __future__ import annotations

from windlass import _core
from windlass.api.calls import is_true
from windlass.api.locale.nls_win32 import call_with_text
from windlass.api.outputs import fail
from windlass.registry import export
from windlass.types import BOOL, DWORD, LONG_PTR, PVOID, Calling

ERROR_INVALID_PARAMETER = 87
ERROR_INVALID_FLAGS = 1004
INSTALLED, SUPPORTED = 1, 2

GROUPS = [
    "Western Europe and United States", "Central Europe", "Baltic", "Greek", "Cyrillic", "Turkic", "Japanese",
    "Korean", "Traditional Chinese", "Simplified Chinese", "Thai", "Hebrew", "Arabic", "Vietnamese", "Indic",
    "Georgian", "Armenian",
]  # fmt: skip
"""By number, from 1 on."""


def _text(text: str, wide: bool) -> bytes:
    return _core.wide_bytes(text) if wide else _core.ansi_from_text(text) + b"\0"


def _call(callback: int, number: int, wide: bool, parameter: int) -> Calling[bool]:
    """Whether the callback wants more: it gets the group, its number as text, its name, and its flags."""
    import ctypes

    texts = [_text(f"{number:x}", wide), _text(GROUPS[number - 1], wide)]
    kept = [ctypes.create_string_buffer(text, len(text)) for text in texts]
    places = [ctypes.addressof(text) for text in kept]
    return (yield from is_true(callback, number, *places, INSTALLED, parameter))


def _enumerate_groups(callback: int, flags: int, parameter: int, wide: bool) -> Calling[int]:
    if not callback:
        return fail(ERROR_INVALID_PARAMETER)
    if flags not in (0, INSTALLED, SUPPORTED):
        return fail(ERROR_INVALID_FLAGS)
    for number in range(1, len(GROUPS) + 1):
        if not (yield from _call(callback, number, wide, parameter)):
            break
    return 1


@export("kernel32", "kernelbase")
def EnumSystemLanguageGroupsW(
    lpLanguageGroupEnumProc: PVOID, dwFlags: DWORD, lParam: LONG_PTR
) -> Calling[BOOL]:
    return _enumerate_groups(lpLanguageGroupEnumProc, dwFlags, lParam, True)


@export("kernel32")
def EnumSystemLanguageGroupsA(
    lpLanguageGroupEnumProc: PVOID, dwFlags: DWORD, lParam: LONG_PTR
) -> Calling[BOOL]:
    return _enumerate_groups(lpLanguageGroupEnumProc, dwFlags, lParam, False)


@export("kernel32", "kernelbase")
def IsValidLanguageGroup(LanguageGroup: DWORD, dwFlags: DWORD) -> BOOL:
    return dwFlags in (INSTALLED, SUPPORTED) and 1 <= LanguageGroup <= len(GROUPS)


# ---- languages of the user interface ----

MUI_LANGUAGE_ID, MUI_LANGUAGE_NAME = 4, 8
ENGLISH = {MUI_LANGUAGE_ID: "0409", MUI_LANGUAGE_NAME: "en-US"}


def _enumerate_languages(callback: int, flags: int, parameter: int, wide: bool) -> Calling[int]:
    """The system's own texts are English."""
    if not callback:
        return fail(ERROR_INVALID_PARAMETER)
    text = ENGLISH.get(flags or MUI_LANGUAGE_ID)
    if text is None:
        return fail(ERROR_INVALID_FLAGS)
    yield from call_with_text(callback, _text(text, wide), parameter)
    return 1


@export("kernel32", "kernelbase")
def EnumUILanguagesW(lpUILanguageEnumProc: PVOID, dwFlags: DWORD, lParam: LONG_PTR) -> Calling[BOOL]:
    return _enumerate_languages(lpUILanguageEnumProc, dwFlags, lParam, True)


@export("kernel32")
def EnumUILanguagesA(lpUILanguageEnumProc: PVOID, dwFlags: DWORD, lParam: LONG_PTR) -> Calling[BOOL]:
    return _enumerate_languages(lpUILanguageEnumProc, dwFlags, lParam, False)
