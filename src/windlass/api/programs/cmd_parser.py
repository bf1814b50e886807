"""The command processor's grammar: from lines to commands.

    line     : chain
    chain    : either { "&" either }
    either   : both { "||" both }
    both     : pipeline { "&&" pipeline }
    pipeline : command { "|" command }
    command  : "(" lines ")" | "if" ... | "for" ... | text, each with redirections

The body of "if" and of "for" is a chain: it takes the rest of the line. Percent signs have been expanded
before; variables of "for" and delayed ones are when a command is run.

Source: Microsoft, "cmd", "if", "for", "Using command redirection operators".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, Union

__all__ = ["Block", "Chain", "Command", "For", "If", "Node", "Parser", "Redirection", "SyntaxProblem"]

DELIMITERS = " \t,;="
COMPARISONS = ("EQU", "NEQ", "LSS", "LEQ", "GTR", "GEQ")


class SyntaxProblem(Exception):
    """What stands at a place where it cannot; the text is empty where the line ends too early."""


class Redirection(NamedTuple):
    """`fd`: which stream. `mode`: ">", ">>", "<" or "&" for another stream. `target`: a file or a number."""

    fd: int
    mode: str
    target: str


class Command(NamedTuple):
    """A builtin command or a program with its arguments, as written but for carets."""

    text: str
    redirections: tuple[Redirection, ...] = ()
    quiet: bool = False


class Chain(NamedTuple):
    operator: str
    left: Node
    right: Node


class Block(NamedTuple):
    commands: list[Node]
    redirections: tuple[Redirection, ...] = ()


class If(NamedTuple):
    """`words`: the condition, without "/i" and "not"."""

    words: list[str]
    negated: bool
    any_case: bool
    body: Node
    otherwise: Node | None


class For(NamedTuple):
    """`kind`: "", "L", "D", "R" or "F". `option`: the folder of "R", the options of "F"."""

    kind: str
    option: str
    variable: str
    items: str
    body: Node


Node = Union[Command, Chain, Block, If, For]

_REDIRECTION = re.compile(r"(\d?)(>>|>|<)(?:&(\d))?")


class Parser:
    """Reads one command from a line and, in parentheses, from those that follow.

    more: gives the next line, None where there is none.
    """

    def __init__(self, line: str, more: Callable[[], str | None]) -> None:
        self._text = line
        self._at = 0
        self._more = more
        self._depth = 0

    def parse(self) -> Node | None:
        """The line's command; None for an empty line or a label."""
        self._skip(DELIMITERS)
        if self._text[self._at : self._at + 1] in ("", ":"):
            return None
        node = self._chain()
        self._skip(" \t")
        if self._at < len(self._text):
            raise SyntaxProblem(self._text[self._at])
        return node

    # ---- characters ----

    def _peek(self, length: int = 1) -> str:
        return self._text[self._at : self._at + length]

    def _skip(self, characters: str) -> None:
        while self._at < len(self._text) and self._text[self._at] in characters:
            self._at += 1

    def _word_ahead(self) -> str:
        match = re.compile(r"[A-Za-z]+(?![A-Za-z0-9_.:\\])").match(self._text, self._at)
        return match.group().lower() if match else ""

    def _next_line(self) -> bool:
        """Go on with the next line, in parentheses or behind a caret."""
        line = self._more()
        if line is None:
            return False
        self._text = self._text[: self._at] + "\n" + line
        return True

    # ---- operators ----

    def _chain(self) -> Node:
        left = self._either()
        while self._operator("&"):
            if self._at_end():
                break
            left = Chain("&", left, self._either())
        return left

    def _either(self) -> Node:
        left = self._both()
        while self._operator("||"):
            left = Chain("||", left, self._both())
        return left

    def _both(self) -> Node:
        left = self._pipeline()
        while self._operator("&&"):
            left = Chain("&&", left, self._pipeline())
        return left

    def _pipeline(self) -> Node:
        left = self._command()
        while self._operator("|"):
            left = Chain("|", left, self._command())
        return left

    def _operator(self, operator: str) -> bool:
        """Take the operator if it stands here, and is not the beginning of a longer one."""
        self._skip(" \t")
        ahead = self._peek(2).rstrip(" ")
        if ahead[: len(operator)] != operator or (len(operator) == 1 and ahead == operator * 2):
            return False
        self._at += len(operator)
        return True

    def _at_end(self) -> bool:
        self._skip(" \t")
        return self._peek() in ("", "\n") or (self._peek() == ")" and self._depth > 0)

    # ---- commands ----

    def _command(self) -> Node:
        self._skip(DELIMITERS)
        quiet = False
        while self._peek() == "@":
            quiet = True
            self._at += 1
            self._skip(DELIMITERS)
        if self._peek() == "(":
            return self._block()
        word = self._word_ahead()
        if word == "if":
            return self._if()
        if word == "for":
            return self._for()
        return self._simple(quiet, word == "rem")

    def _block(self) -> Node:
        self._at += 1
        self._depth += 1
        commands: list[Node] = []
        while True:
            self._skip(DELIMITERS + "\n")
            if self._peek() == ")":
                break
            if self._at >= len(self._text):
                if not self._next_line():
                    raise SyntaxProblem("")
            elif self._peek() == ":":
                self._at = (self._text + "\n").index("\n", self._at)
            else:
                commands.append(self._chain())
        self._at += 1
        self._depth -= 1
        redirections: list[Redirection] = []
        self._skip(" \t")
        while redirection := self._redirection():
            redirections.append(redirection)
            self._skip(" \t")
        return Block(commands, tuple(redirections))

    def _simple(self, quiet: bool, is_remark: bool) -> Node:
        if self._peek() in ("&", "|", ")", "") and not is_remark:
            raise SyntaxProblem(self._peek(2).strip())
        taken: list[str] = []
        redirections: list[Redirection] = []
        quoted = False
        while self._at < len(self._text) and self._text[self._at] != "\n":
            char = self._text[self._at]
            if char == "^" and not quoted:
                taken.append(self._escaped())
                continue
            if not quoted and not is_remark:
                if char in "&|" or (char == ")" and self._depth):
                    break
                if char in "<>" or (char.isdigit() and (not taken or taken[-1] in DELIMITERS)):
                    redirection = self._redirection()
                    if redirection:
                        redirections.append(redirection)
                        continue
            quoted ^= char == '"'
            taken.append(char)
            self._at += 1
        return Command("".join(taken), tuple(redirections), quiet)

    def _escaped(self) -> str:
        """The character behind a caret; at a line's end, the first of the next line."""
        self._at += 1
        if self._at >= len(self._text) or self._text[self._at] == "\n":
            if self._at >= len(self._text) and not self._next_line():
                return ""
            self._at += 1
        char = self._peek()
        self._at += len(char)
        return char

    def _redirection(self) -> Redirection | None:
        match = _REDIRECTION.match(self._text, self._at)
        if match is None:
            return None
        number, mode, other = match.groups()
        fd = int(number) if number else (0 if mode == "<" else 1)
        self._at = match.end()
        if other is not None:
            return Redirection(fd, "&", other)
        self._skip(" \t")
        target = self._target()
        if not target:
            raise SyntaxProblem(self._peek())
        return Redirection(fd, mode, target)

    def _target(self) -> str:
        """A file's name, quotes and all."""
        start, quoted = self._at, False
        while self._at < len(self._text):
            char = self._text[self._at]
            if char == "\n" or (not quoted and char in DELIMITERS + "&|<>)"):
                break
            quoted ^= char == '"'
            self._at += 1
        return self._text[start : self._at]

    # ---- if ----

    def _take_word(self, ends: str = " \t,;\n") -> str:
        """The next word of a condition; a pair of quotes holds it together."""
        self._skip(" \t,;=")
        start, quoted = self._at, False
        while self._at < len(self._text):
            char = self._text[self._at]
            if not quoted and (char in ends or self._text.startswith("==", self._at)):
                break
            quoted ^= char == '"'
            self._at += 1
        return self._text[start : self._at].replace("^", "")

    def _if(self) -> Node:
        self._at += 2
        negated = any_case = False
        while True:
            word = self._take_word()
            if word.lower() == "/i":
                any_case = True
            elif word.lower() == "not":
                negated = not negated
            else:
                break
        words = [word]
        if word.lower() in ("exist", "defined", "errorlevel", "cmdextversion"):
            words.append(self._take_word())
        else:
            words += self._comparison()
        self._skip(" \t")
        if self._peek() in ("", "\n"):
            raise SyntaxProblem("")
        body = self._chain()
        otherwise = None
        self._skip(" \t")
        if _ends_in_block(body) and self._word_ahead() == "else":
            self._at += 4
            otherwise = self._chain()
        return If(words, negated, any_case, body, otherwise)

    def _comparison(self) -> list[str]:
        self._skip(" \t")
        if self._peek(2) == "==":
            self._at += 2
            return ["==", self._take_word()]
        operator = self._take_word().upper()
        if operator not in COMPARISONS:
            raise SyntaxProblem(operator)
        return [operator, self._take_word()]

    # ---- for ----

    def _for(self) -> Node:
        self._at += 3
        kind = option = ""
        word = self._take_word()
        while word.startswith("/"):
            kind = word[1:].upper()
            word = self._take_word()
            if not word.startswith(("%", "/")) and kind in ("R", "F"):
                option = word
                word = self._take_word()
        if not re.fullmatch("%[^ ]", word) or self._take_word(" \t(\n").lower() != "in":
            raise SyntaxProblem(word)
        items = self._items()
        if self._take_word(" \t(\n").lower() != "do":
            raise SyntaxProblem(self._peek())
        return For(kind, option, word[1], items, self._chain())

    def _items(self) -> str:
        """What stands between the parentheses, line ends included."""
        self._skip(" \t")
        if self._peek() != "(":
            raise SyntaxProblem(self._peek())
        self._at += 1
        taken, quoted, depth = [], "", 1
        while depth:
            if self._at >= len(self._text) and not self._next_line():
                raise SyntaxProblem("")
            char = self._text[self._at]
            if char == "^" and not quoted:
                taken.append(self._escaped())
                continue
            if char == '"':
                quoted = "" if quoted else char
            depth += (not quoted) * ((char == "(") - (char == ")"))
            taken.append(char)
            self._at += 1
        return "".join(taken[:-1])


def _ends_in_block(node: Node) -> bool:
    while isinstance(node, (Chain, For)):
        node = node.right if isinstance(node, Chain) else node.body
    return isinstance(node, Block) or (isinstance(node, If) and node.otherwise is None)
