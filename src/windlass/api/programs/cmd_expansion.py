"""What the command processor puts in place of percent signs and exclamation marks.

Source: Microsoft, "call" (%1, %*, %~dp0), "for" (%~nxi), "set" (%NAME:a=b%, %NAME:~1,2%), "setlocal"
(!NAME!), "Command shell overview".
"""

from __future__ import annotations

import datetime
import os
import random
import re
from collections.abc import Callable, Mapping

from windlass import _core

__all__ = ["Lookup", "expand_delayed", "expand_for", "expand_percent", "modified", "unquoted"]

Lookup = Callable[[str], "str | None"]
"""A variable's value by name; None if there is none."""

_SUBSTRING = re.compile(r"~\s*(-?\d*)\s*(?:,\s*(-?\d*))?\s*$")


def unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text.strip('"')


def shaped(value: str, form: str) -> str:
    """A value by what follows the colon: "~2,3" or "from=to"; "*from=to" takes all up to it."""
    match = _SUBSTRING.match(form)
    if match:
        start, length = int(match.group(1) or 0), match.group(2)
        rest = value[start:] if start < 0 or start <= len(value) else ""
        return rest if not length else rest[: int(length)]
    pattern, _, replacement = form.partition("=")
    if pattern.startswith("*"):
        at = value.lower().find(pattern[1:].lower())
        return value if at < 0 else replacement + value[at + len(pattern) - 1 :]
    return re.sub(re.escape(pattern), lambda _: replacement, value, flags=re.I) if pattern else value


def dynamic(name: str) -> str | None:
    """The variables that are made when they are asked for."""
    now = datetime.datetime.now()
    makers: dict[str, Callable[[], str]] = {
        "CD": lambda: _core.path_to_windows(os.getcwd()),
        "DATE": lambda: now.strftime("%a %m/%d/%Y"),
        "TIME": lambda: now.strftime("%H:%M:%S.%f")[:-4].rjust(11),
        "RANDOM": lambda: str(random.randrange(32768)),
        "CMDEXTVERSION": lambda: "2",
    }
    made = makers.get(name.upper())
    return made() if made else None


def _value(inside: str, lookup: Lookup) -> str | None:
    """What stands between two percent signs or exclamation marks."""
    value = lookup(inside)
    if value is None and ":" in inside:
        name, _, form = inside.partition(":")
        value = lookup(name)
        if value is not None and form:
            value = shaped(value, form)
    return value


# ---- percent signs ----

_ARGUMENT = re.compile(r"%(?:(\*)|(~[fdpnxsatzFDPNXSATZ]*)?(?:\$([^:%]+):)?(\d))")


def expand_percent(line: str, lookup: Lookup, arguments: list[str] | None) -> str:
    """A line with its variables and, in a batch file, its arguments.

    arguments: of the batch file, its name first; None on a command line, where a name without a variable
    stays as it is.
    """
    out: list[str] = []
    at = 0
    while (sign := line.find("%", at)) >= 0:
        out.append(line[at:sign])
        text, at = _percent(line, sign, lookup, arguments)
        out.append(text)
    return "".join(out) + line[at:]


def _percent(line: str, at: int, lookup: Lookup, arguments: list[str] | None) -> tuple[str, int]:
    """What stands for the percent sign there, and where to go on."""
    if arguments is not None:
        if line.startswith("%%", at):
            return "%", at + 2
        match = _ARGUMENT.match(line, at)
        if match:
            return _argument(match, arguments, lookup), match.end()
    end = line.find("%", at + 1)
    if end < 0:
        return ("" if arguments is not None else "%"), at + 1
    value = _value(line[at + 1 : end], lookup)
    if value is not None:
        return value, end + 1
    return ("", end + 1) if arguments is not None else ("%", at + 1)


def _argument(match: re.Match[str], arguments: list[str], lookup: Lookup) -> str:
    everything, modifiers, search, number = match.groups()
    if everything:
        return " ".join(arguments[1:])
    text = arguments[int(number)] if int(number) < len(arguments) else ""
    return text if modifiers is None else modified(text, modifiers[1:], search, lookup)


def modified(text: str, modifiers: str, search: str | None = None, lookup: Lookup | None = None) -> str:
    """%~1: without quotes; and the parts of a path that the letters name."""
    text = unquoted(text)
    letters = modifiers.lower()
    if search and lookup:
        text = _found_in(text, lookup(search) or "")
    if not letters or not text:
        return text
    host = os.path.abspath(_core.path_to_host(text) or text)
    path = _core.path_to_windows(host)
    drive, rest = path[:2], path[2:]
    folder, _, base = rest.rpartition("\\")
    dot = base.rfind(".")
    name, extension = (base, "") if dot < 0 else (base[:dot], base[dot:])
    facts = " ".join(filter(None, (_file_fact(host, letter) for letter in letters if letter in "atz")))
    if "f" in letters:
        return f"{facts} {path}".strip()
    parts = {"d": drive, "p": folder + "\\", "n": name, "x": extension}
    picked = "".join(part for letter, part in parts.items() if letter in letters)
    return f"{facts} {picked}".strip() if picked or facts else path


def _file_fact(host: str, letter: str) -> str:
    try:
        status = os.stat(host)
    except OSError:
        return ""
    if letter == "z":
        return str(status.st_size)
    if letter == "t":
        return datetime.datetime.fromtimestamp(status.st_mtime).strftime("%m/%d/%Y %I:%M %p")
    return ("d" if os.path.isdir(host) else "-") + ("-" if os.access(host, os.W_OK) else "r") + "a------"


def _found_in(name: str, folders: str) -> str:
    for folder in folders.split(";"):
        candidate = f"{folder}\\{name}"
        host = _core.path_to_host(candidate) if folder else None
        if host and os.path.exists(host):
            return candidate
    return ""


# ---- variables of "for" ----


def expand_for(text: str, variables: Mapping[str, str], lookup: Lookup) -> str:
    if not variables or "%" not in text:
        return text
    out: list[str] = []
    at = 0
    while (sign := text.find("%", at)) >= 0:
        out.append(text[at:sign])
        value, at = _for_variable(text, sign, variables, lookup)
        out.append(value)
    return "".join(out) + text[at:]


_MODIFIERS = re.compile(r"~([fdpnxsatzFDPNXSATZ]*)(?:\$([^:%]+):)?")


def _for_variable(text: str, at: int, variables: Mapping[str, str], lookup: Lookup) -> tuple[str, int]:
    name = text[at + 1 : at + 2]
    if name in variables:
        return variables[name], at + 2
    match = _MODIFIERS.match(text, at + 1)
    if match is None:
        return "%", at + 1
    letters, search = match.groups()
    name = text[match.end() : match.end() + 1]
    if name in variables:  # what looks like a modifier may be the variable: the longest list wins
        return modified(variables[name], letters, search, lookup), match.end() + 1
    for length in range(len(letters) - 1, -1, -1):
        if not search and letters[length] in variables:
            end = match.start() + 1 + length
            return modified(variables[letters[length]], letters[:length]), end + 1
    return "%", at + 1


# ---- exclamation marks ----


def expand_delayed(text: str, lookup: Lookup) -> str:
    out: list[str] = []
    at = 0
    while (mark := text.find("!", at)) >= 0:
        end = text.find("!", mark + 1)
        if end < 0:
            return "".join(out) + text[at:mark] + text[mark + 1 :]
        out.append(text[at:mark] + (_value(text[mark + 1 : end], lookup) or ""))
        at = end + 1
    return "".join(out) + text[at:]
