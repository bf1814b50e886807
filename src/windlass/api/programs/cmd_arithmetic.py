"""set /a: arithmetic on 32-bit numbers.

Source: Microsoft, "set" (the operators, in order of precedence).
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["ArithmeticProblem", "evaluate"]

_TOKEN = re.compile(r"\s*(0[xX][0-9a-fA-F]+|\d+|[^\W\d]\w*|<<=|>>=|<<|>>|[-+*/%&^|]=|[-+*/%&^|!~()=,])")
_ASSIGNMENTS = ("=", "+=", "-=", "*=", "/=", "%=", "&=", "^=", "|=", "<<=", ">>=")
_LEVELS = (("|",), ("^",), ("&",), ("<<", ">>"), ("+", "-"), ("*", "/", "%"))


class ArithmeticProblem(Exception):
    """The message that cmd prints."""


def _wrapped(value: int) -> int:
    return (value + (1 << 31)) % (1 << 32) - (1 << 31)


def _quotient(a: int, b: int) -> int:
    if not b:
        raise ArithmeticProblem("Divide by zero error.")
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "|": lambda a, b: a | b, "^": lambda a, b: a ^ b, "&": lambda a, b: a & b,
    "<<": lambda a, b: a << (b & 63) if b < 32 else 0, ">>": lambda a, b: a >> min(b & 63, 31),
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
    "/": _quotient, "%": lambda a, b: a - b * _quotient(a, b),
}  # fmt: skip


class _Expression:
    def __init__(self, text: str, get: Callable[[str], int], assign: Callable[[str, int], None]) -> None:
        self._tokens = self._split(text)
        self._at = 0
        self._get = get
        self._assign = assign

    @staticmethod
    def _split(text: str) -> list[str]:
        tokens, at = [], 0
        text = text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise ArithmeticProblem("Missing operator.")
            tokens.append(match.group(1))
            at = match.end()
        return tokens

    def _peek(self, ahead: int = 0) -> str:
        index = self._at + ahead
        return self._tokens[index] if index < len(self._tokens) else ""

    def whole(self) -> int:
        value = self._list()
        if self._peek():
            raise ArithmeticProblem("Unbalanced parenthesis." if self._peek() == ")" else "Missing operator.")
        return value

    def _list(self) -> int:
        value = self._assignment()
        while self._peek() == ",":
            self._at += 1
            value = self._assignment()
        return value

    def _assignment(self) -> int:
        name, operator = self._peek(), self._peek(1)
        if operator not in _ASSIGNMENTS or not re.match(r"[^\W\d]", name):
            return self._binary(0)
        self._at += 2
        value = self._assignment()
        if operator != "=":
            value = _OPERATIONS[operator[:-1]](self._get(name), value)
        value = _wrapped(value)
        self._assign(name, value)
        return value

    def _binary(self, level: int) -> int:
        if level == len(_LEVELS):
            return self._unary()
        value = self._binary(level + 1)
        while self._peek() in _LEVELS[level]:
            operator = self._peek()
            self._at += 1
            value = _wrapped(_OPERATIONS[operator](value, self._binary(level + 1)))
        return value

    def _unary(self) -> int:
        token = self._peek()
        self._at += 1
        if token in ("-", "+", "~", "!"):
            value = self._unary()
            return _wrapped({"-": -value, "+": value, "~": ~value, "!": int(not value)}[token])
        if token == "(":
            value = self._list()
            if self._peek() != ")":
                raise ArithmeticProblem("Unbalanced parenthesis.")
            self._at += 1
            return value
        if token[:1].isdigit():
            return _number(token)
        if re.match(r"[^\W\d]", token):
            return self._get(token)
        raise ArithmeticProblem("Missing operand.")


def _number(text: str) -> int:
    """Decimal, 0x hexadecimal or 0 octal."""
    try:
        value = int(text, 16 if text[:2].lower() == "0x" else 8 if text[0] == "0" and len(text) > 1 else 10)
    except ValueError:
        raise ArithmeticProblem(
            "Invalid number.  Numeric constants are either decimal (17),\nhexadecimal (0x11), or octal (021)."
        ) from None
    if value > 0xFFFFFFFF:
        raise ArithmeticProblem("Invalid number.  Numbers are limited to 32-bits of precision.")
    return _wrapped(value)


def evaluate(text: str, get: Callable[[str], str | None], assign: Callable[[str, int], None]) -> int:
    """The value of an expression; variables without a number in them are 0."""

    def number(name: str) -> int:
        try:
            return _number((get(name) or "0").strip().lstrip("+"))
        except ArithmeticProblem:
            value = (get(name) or "").strip()
            return -_number(value[1:]) if re.fullmatch(r"-\d+", value) else 0

    return _Expression(text, number, assign).whole()
