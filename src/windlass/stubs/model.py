"""What is known of a DLL's exports before it is written as a Python module."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, field

import windlass.ctypes
import windlass.types

__all__ = ["WINDOWS_TYPES", "Contents", "Function", "Names", "Variable", "literal"]

WINDOWS_TYPES = frozenset(
    name for name, value in vars(windlass.types).items() if hasattr(value, "__metadata__")
)


@dataclass
class Function:
    """A function. Annotations and `undeclared` are as they will be written.

    name:       in Python.
    export:     its exported name, or its ordinal.
    parameters: (name, annotation) each.
    variadic:   more arguments may follow; with no parameters: nothing is known of them.
    text:       its declaration in C or C++, "" if none is known.
    """

    name: str
    export: str | int
    parameters: list[tuple[str, str]] = field(default_factory=list)
    result: str = "INT"
    variadic: bool = False
    text: str = ""


@dataclass
class Variable:
    """Exported data. type: an expression of ctypes."""

    name: str
    export: str | int
    type: str


@dataclass
class Contents:
    """A module's contents.

    constants:   (name, value as it is written).
    definitions: classes and prototypes, each after those that it uses.
    remarks:     what could not be declared, and why.
    """

    constants: list[tuple[str, str]] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


IMPORTED = frozenset(
    [*windlass.ctypes.__all__, *WINDOWS_TYPES, "Annotated", "Any", "IntEnum", "dllimport", "bool"]
)
"""What a module may import, and so cannot define."""


def literal(value: object) -> str:
    """A value as formatters write it: text in double quotes."""
    shown = repr(value)
    if isinstance(value, (str, bytes)) and shown[-1] == "'" and '"' not in shown and "\\'" not in shown:
        return shown.replace("'", '"')
    return shown


class Names:
    """Names of which no two are alike.

    taken: what they cannot be, beside keywords.
    """

    def __init__(self, taken: frozenset[str] = IMPORTED) -> None:
        self._taken = taken
        self._used: set[str] = set()

    def new(self, wanted: str) -> str:
        """This name, or one that is like it."""
        plain = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in wanted) or "_"
        if plain[0].isdigit():
            plain = f"_{plain}"
        if keyword.iskeyword(plain) or plain in self._taken:
            plain += "_"
        name, number = plain, 2
        while name in self._used:
            name, number = f"{plain}_{number}", number + 1
        self._used.add(name)
        return name
