"""WQL: the SELECT statements that Windows Management Instrumentation is asked.

Source: Microsoft, "WQL (SQL for WMI)", "SELECT Statement for Data Queries", "WHERE Clause", "LIKE Operator",
"ISA Operator for Data Queries", "WQL-Supported Date Formats".
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Union

from windlass.api.refused import Refused

__all__ = ["Query", "parse"]

WBEM_E_INVALID_QUERY = 0x80041017

Scalar = Union[None, bool, int, float, str]
Condition = Callable[[Callable[[str], object]], bool]
"""Whether an object meets it, whose properties the function tells by their names."""

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<number>[+-]?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?))
      | (?P<name>[A-Za-z_][\w.]*)
      | (?P<sign><=|>=|<>|!=|[<>=*,()])
    )""",
    re.VERBOSE,
)


class Query(NamedTuple):
    """A parsed statement.

    properties: the names to be selected; empty for `*`.
    condition:  whether an object is wanted; None for all.
    """

    properties: tuple[str, ...]
    class_name: str
    condition: Condition | None


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    text = text.rstrip().rstrip(";").rstrip()
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if not found or not found.lastgroup:
            raise Refused(WBEM_E_INVALID_QUERY)
        place = found.end()
        yield found.lastgroup, found.group(found.lastgroup)


def parse(text: str) -> Query:
    """Refused with WBEM_E_INVALID_QUERY if it is no SELECT statement."""
    return _Parser(text).statement()


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.place = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("", "")

    def take(self, kind: str) -> str:
        found, text = self.peek()
        if found != kind:
            raise Refused(WBEM_E_INVALID_QUERY)
        self.place += 1
        return text

    def accept(self, word: str) -> bool:
        """Take a keyword or a sign if it comes next."""
        found, text = self.peek()
        if found not in ("name", "sign") or text.upper() != word:
            return False
        self.place += 1
        return True

    def expect(self, word: str) -> None:
        if not self.accept(word):
            raise Refused(WBEM_E_INVALID_QUERY)

    def statement(self) -> Query:
        self.expect("SELECT")
        properties = [] if self.accept("*") else [self.take("name")]
        while properties and self.accept(","):
            properties.append(self.take("name"))
        self.expect("FROM")
        name = self.take("name")
        condition = self.alternatives() if self.accept("WHERE") else None
        if self.place != len(self.tokens):
            raise Refused(WBEM_E_INVALID_QUERY)
        return Query(tuple(properties), name, condition)

    def alternatives(self) -> Condition:
        found = [self.conjunction()]
        while self.accept("OR"):
            found.append(self.conjunction())
        return lambda value: any(each(value) for each in found)

    def conjunction(self) -> Condition:
        found = [self.negation()]
        while self.accept("AND"):
            found.append(self.negation())
        return lambda value: all(each(value) for each in found)

    def negation(self) -> Condition:
        if self.accept("NOT"):
            denied = self.negation()
            return lambda value: not denied(value)
        if self.accept("("):
            inner = self.alternatives()
            self.expect(")")
            return inner
        return self.comparison()

    def comparison(self) -> Condition:
        """A property and a constant, in either order."""
        if self.peek()[0] in ("text", "number") or self.peek()[1].upper() in ("TRUE", "FALSE"):
            constant, sign, name = self.constant(), self.take("sign"), self.take("name")
            return _compared(name, _TURNED.get(sign, sign), constant)
        name = self.take("name")
        if self.accept("IS"):
            is_denied = self.accept("NOT")
            self.expect("NULL")
            return lambda value: (value(name) is None) != is_denied
        is_denied = self.accept("NOT")
        if self.accept("LIKE"):
            pattern = _pattern(self.take_text())
            return lambda value: _is_like(value(name), pattern) != is_denied
        if is_denied:
            raise Refused(WBEM_E_INVALID_QUERY)
        if self.accept("ISA"):
            wanted = self.take_text().lower()
            return lambda value: wanted in _lineage(value)
        return _compared(name, self.take("sign"), self.constant())

    def take_text(self) -> str:
        return re.sub(r"\\(.)", r"\1", self.take("text")[1:-1])

    def constant(self) -> Scalar:
        kind, text = self.peek()
        if kind == "text":
            return self.take_text()
        self.place += 1
        if kind == "number":
            return float(text) if "." in text else int(text, 0 if "x" in text.lower() else 10)
        named = {"TRUE": True, "FALSE": False, "NULL": None}
        if kind != "name" or text.upper() not in named:
            raise Refused(WBEM_E_INVALID_QUERY)
        return named[text.upper()]


_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}


def _compared(name: str, sign: str, constant: Scalar) -> Condition:
    if sign not in _SIGNS:
        raise Refused(WBEM_E_INVALID_QUERY)
    compare = _SIGNS[sign]

    def holds(value: Callable[[str], object]) -> bool:
        own = value(name)
        if constant is None:
            return compare(own is None, True) if sign in ("=", "<>", "!=") else False
        if own is None:
            return False
        left, right = _alike(own, constant)
        return left is not None and right is not None and compare(left, right)

    return holds


def _alike(own: object, constant: Scalar) -> tuple[object, object]:
    """Both as numbers or both as texts, in which the case of letters does not matter."""
    if isinstance(own, str):
        return own.lower(), str(constant).lower()
    if isinstance(own, (bool, int, float)):
        return _as_number(own), _as_number(constant)
    return own, constant


def _as_number(value: Scalar) -> float | None:
    if isinstance(value, str):
        try:
            return float({"true": "1", "false": "0"}.get(value.lower(), value))
        except ValueError:
            return None
    return None if value is None else value + 0


def _pattern(text: str) -> re.Pattern[str]:
    """LIKE's: % is any text, _ any character, [a-f] and [^a-f] one of a range."""
    result = ""
    place = 0
    while place < len(text):
        end = text.find("]", place + 2) if text[place] == "[" else -1
        if end > 0:
            inner = re.escape(text[place + 1 : end]).replace("\\-", "-").replace("=", "-")
            result += f"[^{inner[2:]}]" if inner.startswith("\\^") else f"[{inner}]"
            place = end
        else:
            result += {"%": ".*", "_": "."}.get(text[place], re.escape(text[place]))
        place += 1
    return re.compile(result, re.IGNORECASE | re.DOTALL)


def _is_like(value: object, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _lineage(value: Callable[[str], object]) -> list[str]:
    derivation = value("__DERIVATION")
    names = [value("__CLASS"), *(derivation if isinstance(derivation, list) else [])]
    return [str(each).lower() for each in names]
