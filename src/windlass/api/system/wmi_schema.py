"""The classes of Windows Management Instrumentation: what their properties are called, and of which types.

Source: Microsoft, "CIMTYPE_ENUMERATION enumeration", "WMI System Properties", "Win32 Provider", and the page
of each class.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Union

__all__ = [
    "CIM_FLAG_ARRAY",
    "Class",
    "Property",
    "Row",
    "Scalar",
    "all_classes",
    "class_of",
    "declare",
    "subclasses",
]

CIM_SINT16, CIM_SINT32, CIM_REAL32, CIM_STRING, CIM_BOOLEAN = 2, 3, 4, 8, 11
CIM_SINT8, CIM_UINT8, CIM_UINT16, CIM_UINT32, CIM_SINT64, CIM_UINT64, CIM_DATETIME = (
    16,
    17,
    18,
    19,
    20,
    21,
    101,
)
CIM_FLAG_ARRAY = 0x2000

_TYPES = {
    "s": CIM_STRING,
    "b": CIM_BOOLEAN,
    "u8": CIM_UINT8,
    "u16": CIM_UINT16,
    "u32": CIM_UINT32,
    "u64": CIM_UINT64,
    "i16": CIM_SINT16,
    "i32": CIM_SINT32,
    "t": CIM_DATETIME,
}

Scalar = Union[None, bool, int, float, str]
Row = dict[str, Union[Scalar, list[str], list[int]]]
"""The properties that an instance has; all others of its class are NULL."""


class Property(NamedTuple):
    name: str
    type: int
    is_key: bool = False


class Class(NamedTuple):
    """A class.

    bases:     those it derives from, the next one first.
    rows:      what there is of it now; it has no instances of its own without.
    is_single: there is one instance, which needs no key.
    """

    name: str
    name_space: str
    bases: tuple[str, ...]
    properties: tuple[Property, ...]
    rows: Callable[[], list[Row]] | None
    is_single: bool = False

    def find(self, name: str) -> Property | None:
        wanted = name.lower()
        return next((each for each in self.properties if each.name.lower() == wanted), None)


_classes: dict[tuple[str, str], Class] = {}


def _property(text: str) -> Property:
    name, _, kind = text.partition(":")
    is_key = name.startswith("*")
    is_array = kind.endswith("[]")
    type = _TYPES[kind.removesuffix("[]") if is_array else kind or "s"] | (CIM_FLAG_ARRAY if is_array else 0)
    return Property(name.lstrip("*"), type, is_key)


def declare(
    name: str,
    bases: str,
    properties: str,
    rows: Callable[[], list[Row]] | None = None,
    *,
    name_space: str = r"root\cimv2",
    is_single: bool = False,
) -> None:
    """Make a class known.

    bases:      the names of those it derives from, separated by blanks.
    properties: "Name:type" of each, separated by blanks, a key with a star before it. The type is `s` for a
                text (or left out), `b` boolean, `t` date and time, `u8` `u16` `u32` `u64` `i16` `i32`;
                with `[]` behind it for an array.
    """
    declared = tuple(_property(each) for each in properties.split())
    made = Class(name, name_space, tuple(bases.split()), declared, rows, is_single)
    _classes[name_space, name.lower()] = made
    for place, base in enumerate(made.bases):
        key = (name_space, base.lower())
        if key not in _classes:
            _classes[key] = Class(base, name_space, made.bases[place + 1 :], (), None)


def class_of(name_space: str, name: str) -> Class | None:
    return _classes.get((name_space, name.lower()))


def subclasses(of: Class) -> list[Class]:
    """The class and all that derive from it."""
    others = (
        each for each in _classes.values() if each.name_space == of.name_space and of.name in each.bases
    )
    return [of, *others]


def all_classes(name_space: str) -> list[Class]:
    return [each for each in _classes.values() if each.name_space == name_space]
