"""Unicode normalisation and internationalised domain names (kernel32, normaliz).

Source: Microsoft, "NormalizeString function", "IsNormalizedString function", "IdnToAscii function",
"IdnToUnicode function", "IdnToNameprepUnicode function"; RFC 3490, RFC 3491.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Literal

from windlass import _core
from windlass.api.outputs import fail
from windlass.registry import export
from windlass.types import BOOL, DWORD, INT, LPWSTR, PVOID

ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
ERROR_INVALID_NAME = 123
ERROR_INVALID_FLAGS = 1004
ERROR_NO_UNICODE_TRANSLATION = 1113

# NORM_FORM.
Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
FORMS: dict[int, Form] = {1: "NFC", 2: "NFD", 5: "NFKC", 6: "NFKD"}
_SURROGATE = re.compile("[\ud800-\udfff]")


def _source(address: int, length: int) -> str | None:
    """The text; with length -1 up to its zero, which then belongs to it. None if there is none."""
    if not address or length < -1:
        return None
    return _core.wide_string(address) + "\0" if length == -1 else _core.wide_string(address, length)


def _units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _deliver(text: str, buffer: int, capacity: int) -> int:
    """The number of units, which is also what a capacity of 0 asks for."""
    data = _units(text)
    if capacity:
        if len(data) > capacity * 2:
            return fail(ERROR_INSUFFICIENT_BUFFER)
        _core.write(buffer, data)
    return len(data) // 2


# ---- normalisation ----


@export("kernel32", "kernelbase", "normaliz")
def NormalizeString(
    NormForm: INT, lpSrcString: PVOID, cwSrcLength: INT, lpDstString: LPWSTR, cwDstLength: INT
) -> INT:
    """Fails with minus what is needed, or minus the place of a lone surrogate."""
    text = _source(lpSrcString, cwSrcLength)
    form = FORMS.get(NormForm)
    if text is None or form is None or cwDstLength < 0 or (cwDstLength and not lpDstString):
        return fail(ERROR_INVALID_PARAMETER)
    lone = _SURROGATE.search(text)
    if lone:
        _core.set_last_error(ERROR_NO_UNICODE_TRANSLATION)
        return -(len(_units(text[: lone.start()])) // 2)
    normal = unicodedata.normalize(form, text)
    return _deliver(normal, lpDstString, cwDstLength) or -(len(_units(normal)) // 2 if cwDstLength else 0)


@export("kernel32", "kernelbase", "normaliz")
def IsNormalizedString(NormForm: INT, lpString: PVOID, cwLength: INT) -> BOOL:
    text = _source(lpString, cwLength)
    form = FORMS.get(NormForm)
    if text is None or form is None:
        return fail(ERROR_INVALID_PARAMETER)
    if _SURROGATE.search(text):
        return fail(ERROR_NO_UNICODE_TRANSLATION)
    _core.set_last_error(0)
    return int(unicodedata.normalize(form, text) == text)


# ---- domain names ----

IDN_ALLOW_UNASSIGNED, IDN_USE_STD3_ASCII_RULES = 1, 2
IDN_FLAGS = 0x3F
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_LONGEST_LABEL = 63


def _check_label(ascii: str, flags: int) -> None:
    """ValueError for a label that is no host name's: STD 3 allows letters, digits and inner hyphens."""
    if not 0 < len(ascii) <= _LONGEST_LABEL:
        raise ValueError(ascii)
    std3 = re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?", ascii)
    if flags & IDN_USE_STD3_ASCII_RULES and not std3:
        raise ValueError(ascii)


def _each_label(text: str, flags: int, convert: Callable[[str], str]) -> str:
    """A name converted label by label; it may end with a dot."""
    zero = "\0" if text.endswith("\0") else ""
    labels = _DOTS.split(text[: len(text) - len(zero)])
    last = [""] if len(labels) > 1 and not labels[-1] else []
    done = [_converted(label, flags, convert) for label in labels[: len(labels) - len(last)]]
    return ".".join(done + last) + zero


def _converted(label: str, flags: int, convert: Callable[[str], str]) -> str:
    result = convert(label)
    _check_label(_to_ascii(result), flags)
    return result


def _to_ascii(label: str) -> str:
    from encodings import idna

    return label if label.isascii() else idna.ToASCII(label).decode("ascii")


def _to_unicode(label: str) -> str:
    from encodings import idna

    return idna.ToUnicode(label)


def _nameprep(label: str) -> str:
    from encodings import idna

    return label if label.isascii() else idna.nameprep(label)


def _convert(
    flags: int, source: int, length: int, buffer: int, capacity: int, convert: Callable[[str], str]
) -> int:
    text = _source(source, length)
    if not text or text == "\0" or capacity < 0 or (capacity and not buffer):
        return fail(ERROR_INVALID_NAME if text == "\0" else ERROR_INVALID_PARAMETER)
    if flags & ~IDN_FLAGS:
        return fail(ERROR_INVALID_FLAGS)
    try:
        return _deliver(_each_label(text, flags, convert), buffer, capacity)
    except (UnicodeError, ValueError):
        return fail(ERROR_INVALID_NAME)


@export("kernel32", "kernelbase", "normaliz")
def IdnToAscii(
    dwFlags: DWORD, lpUnicodeCharStr: PVOID, cchUnicodeChar: INT, lpASCIICharStr: LPWSTR, cchASCIIChar: INT
) -> INT:
    return _convert(dwFlags, lpUnicodeCharStr, cchUnicodeChar, lpASCIICharStr, cchASCIIChar, _to_ascii)


@export("kernel32", "kernelbase", "normaliz")
def IdnToUnicode(
    dwFlags: DWORD, lpASCIICharStr: PVOID, cchASCIIChar: INT, lpUnicodeCharStr: LPWSTR, cchUnicodeChar: INT
) -> INT:
    return _convert(dwFlags, lpASCIICharStr, cchASCIIChar, lpUnicodeCharStr, cchUnicodeChar, _to_unicode)


@export("kernel32", "kernelbase", "normaliz")
def IdnToNameprepUnicode(
    dwFlags: DWORD,
    lpUnicodeCharStr: PVOID,
    cchUnicodeChar: INT,
    lpNameprepCharStr: LPWSTR,
    cchNameprepChar: INT,
) -> INT:
    return _convert(dwFlags, lpUnicodeCharStr, cchUnicodeChar, lpNameprepCharStr, cchNameprepChar, _nameprep)
