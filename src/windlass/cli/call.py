"""windlass call DLL FUNCTION ARGUMENTS..."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable
from typing import Any

import click

from windlass import ctypes, search
from windlass.cli import output
from windlass.cli.exports import kind
from windlass.cli.locate import loadable, locate, open_image, title
from windlass.cli.output import Failure
from windlass.pe.exports import Export

__all__ = ["command"]

# By the names that --returns and TYPE:VALUE take.
TYPES: dict[str, Any] = {
    "void": None,
    "bool": ctypes.c_int,  # BOOL; a C++ bool is a byte
    "byte": ctypes.c_ubyte,
    "short": ctypes.c_short,
    "ushort": ctypes.c_ushort,
    "int": ctypes.c_int,
    "uint": ctypes.c_uint,
    "int64": ctypes.c_int64,
    "uint64": ctypes.c_uint64,
    "float": ctypes.c_float,
    "double": ctypes.c_double,
    "str": ctypes.c_char_p,
    "wstr": ctypes.c_wchar_p,
    "pointer": ctypes.c_void_p,
}

INTEGER = re.compile(r"[+-]?(0[xX][0-9a-fA-F]+|\d+)")
REAL = re.compile(r"(?P<number>[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)(?P<single>[fF])?")


@click.command(cls=output.Command, context_settings={"ignore_unknown_options": True})
@click.argument("dll")
@click.argument("function")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--returns", type=click.Choice(list(TYPES)), default="int", help="The result's type; int if not said."
)
def command(dll: str, function: str, arguments: tuple[str, ...], returns: str, as_json: bool) -> None:
    """Call FUNCTION of DLL and print its result.

    FUNCTION is an exported name, or #12 for an ordinal. Each argument is one of

    \b
      42, -1, 0x10   an integer of any width
      1.5, 1e3       a double
      1.5f           a float
      NULL           a null pointer
      hello          a narrow string, in UTF-8
      TYPE:VALUE     any type of --returns: wstr:hello (UTF-16), uint64:1, str:42

    \b
    Example: windlass call ucrtbase pow 2.0 10.0 --returns double
    """
    slots = [parse(text) for text in arguments]
    found = locate(dll)
    called = look_up(ctypes.WinDLL(loadable(found)), function, found)
    called.restype = TYPES[returns]
    try:
        result = called(*slots)
    except OSError as error:
        raise Failure(f"{function} of {title(found)} raised: {error}") from None
    if as_json:
        output.show_json({"result": plain(result)})
    elif returns != "void":
        output.line(readable(result, returns))


# ---- arguments ----


def parse(text: str) -> Any:
    """The ctypes value that an argument of the command line stands for."""
    kind, colon, value = text.partition(":")
    if colon and kind in TYPES and kind != "void":
        return convert(kind, value)
    if text == "NULL":
        return ctypes.c_void_p()
    if INTEGER.fullmatch(text):
        return integer(text)
    if matched := REAL.fullmatch(text):
        number = float(matched["number"])
        return ctypes.c_float(number) if matched["single"] else ctypes.c_double(number)
    return ctypes.c_char_p(os.fsencode(text))


def integer(text: str) -> Any:
    """A whole slot: a function that takes fewer bits does not look at the others."""
    value = int(text, 0 if "x" in text.lower() else 10)
    if not -(1 << 63) <= value < 1 << 64:
        raise Failure(f"{text} does not fit into 64 bits")
    return ctypes.c_int64(value)


def convert(kind: str, text: str) -> Any:
    """The value of TYPE:VALUE."""
    made = TYPES[kind]
    if kind == "str":
        return made(os.fsencode(text))
    if kind == "wstr":
        return made(text)
    try:
        return made(float(text) if kind in ("float", "double") else int(text, 0))
    except ValueError:
        raise Failure(f"{text!r} is no {kind}") from None


# ---- the function and its result ----


def look_up(library: Any, function: str, found: search.Found) -> Any:
    """The function of that name or #ordinal; Failure says which name is like it, or that it is data."""
    by_ordinal = re.fullmatch(r"#\d+", function)
    with open_image(found) as image:
        exports = image.exports
        export = None
        if exports is not None:
            export = exports.by_ordinal(int(function[1:])) if by_ordinal else exports.find(function)
        if export is None:
            raise Failure(f"{title(found)} does not export {function}{near(function, exports)}")
        if kind(export, image) == "data":
            raise Failure(f"{function} of {title(found)} is data, not a function")
    return library[int(function[1:]) if by_ordinal else function]


def near(function: str, exports: Iterable[Export] | None) -> str:
    names = [export.name for export in exports or () if export.name is not None]
    close = difflib.get_close_matches(function, names, 1)
    return f"; did you mean {close[0]}?" if close else ""


def plain(result: Any) -> Any:
    """A result as JSON has it."""
    return result.decode("utf-8", "surrogateescape") if isinstance(result, bytes) else result


def readable(result: Any, returns: str) -> str:
    """A result as people read it."""
    if result is None:
        return "NULL"
    if returns == "pointer":
        return f"{result:#x}"
    if returns == "bool":
        return "TRUE" if result else "FALSE"
    return str(plain(result))
