"""Console aliases: words that stand for others at the beginning of a line, by the program that reads it.

They belong to this process. Lines that are read from the host's terminal do not know them.

Source: Microsoft, "Console Aliases", "AddConsoleAlias function", "GetConsoleAliases function".
"""

from __future__ import annotations

from windlass import _core
from windlass.api.outputs import fail, from_ansi
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPCSTR, LPCWSTR, LPSTR, LPWSTR

ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
ERROR_GEN_FAILURE = 31

_aliases: dict[str, dict[str, str]] = {}
"""By program and word, both in lower case."""


def _add(source: str | None, target: str | None, program: str | None) -> int:
    """Without a target the alias goes."""
    if not source or not program:
        return fail(ERROR_INVALID_PARAMETER)
    words = _aliases.setdefault(program.lower(), {})
    if target:
        words[source.lower()] = target
    elif words.pop(source.lower(), None) is None:
        return fail(ERROR_INVALID_PARAMETER)
    if not words:
        del _aliases[program.lower()]
    return 1


@export("kernel32", "kernelbase")
def AddConsoleAliasW(Source: LPCWSTR, Target: LPCWSTR, ExeName: LPCWSTR) -> BOOL:
    return _add(Source, Target, ExeName)


@export("kernel32", "kernelbase")
def AddConsoleAliasA(Source: LPCSTR, Target: LPCSTR, ExeName: LPCSTR) -> BOOL:
    return _add(from_ansi(Source), from_ansi(Target), from_ansi(ExeName))


def _bytes(text: str, wide: bool) -> bytes:
    return _core.wide_bytes(text) if wide else _core.ansi_from_text(text) + b"\0"


def _give(data: bytes, buffer: int, size: int) -> int:
    """Sizes are in bytes, whatever the characters; the number of them that were written."""
    if size < len(data) or not buffer:
        return fail(ERROR_INSUFFICIENT_BUFFER)
    _core.write(buffer, data)
    return len(data)


def _get(source: str | None, buffer: int, size: int, program: str | None, wide: bool) -> int:
    target = _aliases.get((program or "").lower(), {}).get((source or "").lower())
    return fail(ERROR_GEN_FAILURE) if target is None else _give(_bytes(target, wide), buffer, size)


@export("kernel32", "kernelbase")
def GetConsoleAliasW(
    lpSource: LPCWSTR, lpTargetBuffer: LPWSTR, TargetBufferLength: DWORD, lpExeName: LPCWSTR
) -> DWORD:
    return _get(lpSource, lpTargetBuffer, TargetBufferLength, lpExeName, True)


@export("kernel32", "kernelbase")
def GetConsoleAliasA(
    lpSource: LPCSTR, lpTargetBuffer: LPSTR, TargetBufferLength: DWORD, lpExeName: LPCSTR
) -> DWORD:
    return _get(from_ansi(lpSource), lpTargetBuffer, TargetBufferLength, from_ansi(lpExeName), False)


def _list(program: str | None, wide: bool) -> bytes:
    """word=target, each with its zero."""
    words = _aliases.get((program or "").lower(), {})
    return b"".join(_bytes(f"{word}={target}", wide) for word, target in words.items())


@export("kernel32", "kernelbase")
def GetConsoleAliasesLengthW(ExeName: LPCWSTR) -> DWORD:
    return len(_list(ExeName, True))


@export("kernel32", "kernelbase")
def GetConsoleAliasesLengthA(ExeName: LPCSTR) -> DWORD:
    return len(_list(from_ansi(ExeName), False))


@export("kernel32", "kernelbase")
def GetConsoleAliasesW(AliasBuffer: LPWSTR, AliasBufferLength: DWORD, ExeName: LPCWSTR) -> DWORD:
    return _give(_list(ExeName, True), AliasBuffer, AliasBufferLength)


@export("kernel32", "kernelbase")
def GetConsoleAliasesA(AliasBuffer: LPSTR, AliasBufferLength: DWORD, ExeName: LPCSTR) -> DWORD:
    return _give(_list(from_ansi(ExeName), False), AliasBuffer, AliasBufferLength)


def _programs(wide: bool) -> bytes:
    return b"".join(_bytes(program, wide) for program in _aliases)


@export("kernel32", "kernelbase")
def GetConsoleAliasExesLengthW() -> DWORD:
    return len(_programs(True))


@export("kernel32", "kernelbase")
def GetConsoleAliasExesLengthA() -> DWORD:
    return len(_programs(False))


@export("kernel32", "kernelbase")
def GetConsoleAliasExesW(ExeNameBuffer: LPWSTR, ExeNameBufferLength: DWORD) -> DWORD:
    return _give(_programs(True), ExeNameBuffer, ExeNameBufferLength)


@export("kernel32", "kernelbase")
def GetConsoleAliasExesA(ExeNameBuffer: LPSTR, ExeNameBufferLength: DWORD) -> DWORD:
    return _give(_programs(False), ExeNameBuffer, ExeNameBufferLength)
