"""The command processor at work: runs parsed commands, batch files, pipes and loops.

Source: Microsoft, "cmd", "call", "for", "if", "goto", "setlocal", "Using command redirection operators".
"""

from __future__ import annotations

import fnmatch
import os
import re
import threading
from collections.abc import Callable, Iterator

from windlass import _core
from windlass.api.programs import cmd_expansion as expansion
from windlass.api.programs import cmd_system as system
from windlass.api.programs.cmd_parser import (
    Block,
    Chain,
    Command,
    For,
    If,
    Node,
    Parser,
    Redirection,
    SyntaxProblem,
)
from windlass.api.programs.cmd_system import Streams
from windlass.messages import message

__all__ = ["Batch", "EndOfBatch", "Exit", "Goto", "Shell"]

NOT_FOUND = 9009
BATCH = (".bat", ".cmd")


class Exit(Exception):
    """`exit`: ends the processor."""


class EndOfBatch(Exception):
    """`exit /b`, `goto :eof`, or a batch file that another one has taken over."""


class Goto(Exception):
    """`goto`: the label."""


class Batch:
    """A batch file that runs, or a subroutine of it.

    arguments: its name and those that it was given. saved: the variables and settings at each setlocal.
    """

    def __init__(self, path: str, lines: list[str], arguments: list[str]) -> None:
        self.path = path
        self.lines = lines
        self.arguments = arguments
        self.at = 0
        self.saved: list[tuple[dict[str, str], str, bool]] = []

    @classmethod
    def open(cls, path: str, arguments: list[str]) -> Batch:
        with open(system.host_path(path), "rb") as file:
            return cls(path, _core.ansi_to_text(file.read()).replace("\r\n", "\n").split("\n"), arguments)

    def find_label(self, label: str) -> bool:
        """Go on behind a label, looked for from here to the end and then from the beginning."""
        wanted = label.lstrip(":").strip().lower()
        order = [*range(self.at, len(self.lines)), *range(min(self.at, len(self.lines)))]
        for index in order:
            match = re.match(r"[\s,;=]*:\s*([^\s:+,;=&|<>]*)", self.lines[index])
            if match and match.group(1).lower() == wanted:
                self.at = index + 1
                return True
        return False


Builtin = Callable[["Shell", str, str], "int | None"]
"""A command of the processor's own: gets the shell, its name and what stands behind it; the new error level,
None: it stays."""


class Shell:
    """The state of a command processor.

    for_variables: of the loops around. delayed: exclamation marks are expanded. builtins: by name.
    """

    def __init__(
        self, streams: Streams, builtins: dict[str, Callable[[Shell, str, str], int | None]]
    ) -> None:
        self.streams = streams
        self.builtins = builtins
        self.for_variables: dict[str, str] = {}
        self.batch: Batch | None = None
        self.code = 0
        self.is_lost = False  # the last program of the command line, not of a batch file, was not found
        self.echo = True
        self.delayed = False
        self.command_line = ""
        self.folders: list[str] = []

    def copy(self, streams: Streams) -> Shell:
        """For one side of a pipe, whose changes nobody sees."""
        other = Shell(streams, self.builtins)
        other.__dict__.update(self.__dict__, streams=streams, for_variables=dict(self.for_variables))
        return other

    def lookup(self, name: str) -> str | None:
        value = system.get_variable(name)
        if value is not None:
            return value
        if name.upper() == "ERRORLEVEL":
            return str(self.code)
        return self.command_line if name.upper() == "CMDCMDLINE" else expansion.dynamic(name)

    def say(self, text: str) -> None:
        self.streams.write(text)

    def complain(self, text: str) -> None:
        self.streams.complain(text)

    def failed(self, text: str, code: int = 1) -> int:
        self.complain(text)
        return code

    # ---- lines ----

    def run_line(self, line: str, more: Callable[[], str | None]) -> None:
        """Parse and run a line; `more` gives the raw lines behind it."""
        arguments = self.batch.arguments if self.batch else None

        def expanded() -> str | None:
            text = more()
            return None if text is None else expansion.expand_percent(text, self.lookup, arguments)

        try:
            node = Parser(expansion.expand_percent(line, self.lookup, arguments), expanded).parse()
        except SyntaxProblem as problem:
            what = f"{problem} was unexpected at this time." if str(problem) else ""
            self.code = self.failed(what or "The syntax of the command is incorrect.", 255 if what else 1)
            if self.batch:
                raise EndOfBatch from None
            return
        if node is not None:
            self._echo_command(node, line)
            self.run(node)

    def _echo_command(self, node: Node, line: str) -> None:
        if self.echo and self.batch and not line.lstrip(" \t,;=").startswith("@"):
            self.say(f"\n{self.prompt()}{line.strip()} \n")

    def prompt(self) -> str:
        folder = _core.path_to_windows(os.getcwd())
        codes = {"p": folder, "g": ">", "l": "<", "n": folder[:1], "s": " ", "q": "=", "$": "$", "a": "&",
                 "b": "|", "c": "(", "f": ")", "_": "\n", "e": "\x1b", "h": "\b", "v": "",
                 "d": self.lookup("DATE") or "", "t": self.lookup("TIME") or ""}  # fmt: skip
        text = system.get_variable("PROMPT") or "$P$G"
        return re.sub(r"\$(.)", lambda match: codes.get(match.group(1).lower(), ""), text)

    # ---- batch files ----

    def run_batch(self, batch: Batch) -> None:
        """Run a batch file or a subroutine to its end; settings of setlocal end with it."""
        outer, variables = self.batch, self.for_variables
        self.batch, self.for_variables = batch, {}
        try:
            self._run_lines(batch)
        except EndOfBatch:
            pass
        finally:
            while batch.saved:
                self.restore(batch)
            self.batch, self.for_variables = outer, variables

    def _run_lines(self, batch: Batch) -> None:
        def next_line() -> str | None:
            if batch.at >= len(batch.lines):
                return None
            batch.at += 1
            return batch.lines[batch.at - 1]

        while (line := next_line()) is not None:
            try:
                self.run_line(line, next_line)
            except Goto as goto:
                label = str(goto)
                self.for_variables = {}
                if label.lower() == ":eof":
                    return
                if not batch.find_label(label):
                    self.code = self.failed(f"The system cannot find the batch label specified - {label}")
                    return

    def save(self, batch: Batch) -> None:
        """setlocal"""
        batch.saved.append((dict(system.environment()), os.getcwd(), self.delayed))

    def restore(self, batch: Batch) -> None:
        """endlocal"""
        variables, folder, self.delayed = batch.saved.pop()
        for name, _ in list(system.environment()):
            if name not in variables:
                system.set_variable(name, None)
        for name, value in variables.items():
            system.set_variable(name, value)
        self.change_folder(folder)

    def change_folder(self, name: str) -> bool:
        return bool(system.kernel32("SetCurrentDirectoryW", name) & 0xFFFFFFFF)

    # ---- commands ----

    def run(self, node: Node) -> None:
        if isinstance(node, Command):
            self._redirected(node.redirections, lambda: self.run_command(node))
        elif isinstance(node, Block):
            self._redirected(node.redirections, lambda: self._run_all(node.commands))
        elif isinstance(node, Chain):
            self._run_chain(node)
        elif isinstance(node, If):
            self._run_if(node)
        else:
            self._run_for(node)

    def _run_all(self, nodes: list[Node]) -> None:
        for node in nodes:
            self.run(node)

    def _run_chain(self, node: Chain) -> None:
        if node.operator == "|":
            self._run_pipe(node)
            return
        self.run(node.left)
        if node.operator == "&" or (node.operator == "&&") == (self.code == 0):
            self.run(node.right)

    def _run_pipe(self, node: Chain) -> None:
        """Both sides at the same time; the code is the right one's."""
        reads, writes = system.pipe()
        left = self.copy(self.streams._replace(output=writes))
        right = self.copy(self.streams._replace(input=reads))

        def write_side() -> None:
            try:
                left.run(node.left)
            except (Exit, EndOfBatch, Goto):
                pass
            finally:
                system.close(writes)

        thread = threading.Thread(target=write_side)
        thread.start()
        try:
            right.run(node.right)
        except (Exit, EndOfBatch, Goto):
            pass
        finally:
            system.close(reads)
            thread.join()
        self.code = right.code

    def expand(self, text: str) -> str:
        text = expansion.expand_for(text, self.for_variables, self.lookup)
        return expansion.expand_delayed(text, self.lookup) if self.delayed and "!" in text else text

    def _redirected(self, redirections: tuple[Redirection, ...], body: Callable[[], None]) -> None:
        if not redirections:
            body()
            return
        before, opened = self.streams, []
        try:
            for redirection in redirections:
                handle, is_new = self._target(redirection)
                if not handle:
                    self.code = 1
                    return
                if is_new:
                    opened.append(handle)
                streams = list(self.streams)
                streams[redirection.fd] = handle
                self.streams = Streams(*streams)
            body()
        finally:
            self.streams = before
            for handle in opened:
                system.close(handle)

    def _target(self, redirection: Redirection) -> tuple[int, bool]:
        """The handle, and whether it has been opened for this."""
        if redirection.mode == "&":
            return self.streams[int(redirection.target)], False
        handle = system.open_stream(expansion.unquoted(self.expand(redirection.target)), redirection.mode)
        if not handle:
            self.complain(system_message(_core.get_last_error()))
        return handle, True

    def run_command(self, command: Command) -> None:
        text = self.expand(command.text).lstrip(" \t,;=")
        if not text.strip():
            return
        name, rest = self.builtin_of(text)
        self.is_lost = False
        if name:
            code = self.builtins[name](self, name, rest)
            if code is not None:
                self.code = code
        else:
            self._run_program(text)

    def builtin_of(self, text: str) -> tuple[str, str]:
        r"""The builtin command that a text begins with, and what follows: "cd..", "echo.x", "dir/b"."""
        match = re.match(r"[A-Za-z]+", text)
        name = match.group().lower() if match else ""
        rest = text[len(name) :]
        if name not in self.builtins or (rest and rest[0] not in ' \t,;=/\\.:+[]()"<>'):
            return "", ""
        if rest[:1] in (".", ":", "\\") and name not in (
            "echo",
            "cd",
            "chdir",
            "md",
            "mkdir",
            "rd",
            "dir",
            "type",
        ):
            return "", ""
        return name, rest

    def _run_program(self, text: str) -> None:
        match = re.match(r'(?:"[^"]*"?|[^\s"/,;=])+', text)
        word = match.group() if match else text
        rest = text[len(word) :]
        name = word.replace('"', "")
        path = system.find_program(name)
        self.is_lost = path is None and self.batch is None
        if path is None:
            message = f"'{name}' is not recognized as an internal or external command,"
            self.code = self.failed(f"{message}\noperable program or batch file.", NOT_FOUND)
        elif path.lower().endswith(BATCH):
            self.start_batch(path, [name, *words_of(rest)], False)
        else:
            code = system.run_program(path, word + rest, self.streams)
            self.code = (
                self.failed(system_message(_core.get_last_error()), NOT_FOUND) if code is None else code
            )

    def start_batch(self, path: str, arguments: list[str], is_called: bool) -> None:
        """A batch file that is not called takes the place of the one that runs."""
        self.run_batch(Batch.open(path, arguments))
        if self.batch and not is_called:
            raise EndOfBatch

    # ---- if ----

    def _run_if(self, node: If) -> None:
        if self._holds(node) != node.negated:
            self.run(node.body)
        elif node.otherwise is not None:
            self.run(node.otherwise)

    def _holds(self, node: If) -> bool:
        words = [self.expand(word) for word in node.words]
        first = words[0].lower()
        if len(words) == 2:
            if first == "exist":
                return any(True for _ in matching(expansion.unquoted(words[1]), True))
            if first == "defined":
                return self.lookup(words[1]) is not None
            level = int(words[1]) if words[1].lstrip("-").isdigit() else 0
            return (self.code if first == "errorlevel" else 2) >= level
        left, operator, right = words
        if node.any_case:
            left, right = left.lower(), right.lower()
        if operator == "==":
            return left == right
        return _compare(left, operator, right)

    # ---- for ----

    def _run_for(self, node: For) -> None:
        before = self.for_variables.get(node.variable)
        for values in self._values(node):
            for offset, value in enumerate(values):
                self.for_variables[chr(ord(node.variable) + offset)] = value
            self.run(node.body)
        if before is None:
            self.for_variables.pop(node.variable, None)
        else:
            self.for_variables[node.variable] = before

    def _values(self, node: For) -> Iterator[list[str]]:
        items = self.expand(node.items)
        if node.kind == "L":
            yield from ([str(number)] for number in counted(items))
        elif node.kind == "F":
            yield from self._parsed(items.strip(), expansion.unquoted(self.expand(node.option)))
        elif node.kind == "R":
            yield from self._recursive(expansion.unquoted(self.expand(node.option)) or ".", items)
        else:
            for word in words_of(items):
                if "*" not in word and "?" not in word:
                    yield [word]
                else:
                    yield from ([found] for found in matching(expansion.unquoted(word), node.kind == "D")
                                if os.path.isdir(system.host_path(found)) == (node.kind == "D"))  # fmt: skip

    def _recursive(self, root: str, items: str) -> Iterator[list[str]]:
        start = _core.path_to_windows(os.path.abspath(system.host_path(root)))
        for folder, _, _ in os.walk(system.host_path(start)):
            place = _core.path_to_windows(folder).rstrip("\\")
            for word in words_of(items):
                if "*" not in word and "?" not in word:
                    yield [f"{place}\\{expansion.unquoted(word)}"]
                else:
                    found = matching(f"{place}\\{expansion.unquoted(word)}", False)
                    yield from ([each] for each in found)

    def _parsed(self, items: str, options: str) -> Iterator[list[str]]:
        """for /f: the lines of files, of a text or of a command's output, taken apart."""
        rules = LineRules(options)
        for line in self._lines(items, rules)[rules.skip :]:
            values = rules.split(line)
            if values is not None:
                yield values

    def _lines(self, items: str, rules: LineRules) -> list[str]:
        if items[:1] == items[-1:] == ("`" if rules.back_quotes else "'"):
            return self.output_of(items[1:-1]).splitlines()
        if items[:1] == items[-1:] == ("'" if rules.back_quotes else '"'):
            return [items[1:-1]]
        lines: list[str] = []
        for word in words_of(items):
            try:
                with open(system.host_path(expansion.unquoted(word)), "rb") as file:
                    lines += _core.ansi_to_text(file.read()).splitlines()
            except OSError:
                self.code = self.failed(f"The system cannot find the file {expansion.unquoted(word)}.")
        return lines

    def output_of(self, text: str) -> str:
        """What a command writes."""
        reads, writes = system.pipe()
        collected = bytearray()

        def collect() -> None:
            import ctypes

            buffer, done = ctypes.create_string_buffer(4096), ctypes.create_string_buffer(4)
            while system.kernel32("ReadFile", reads, buffer, 4096, done, 0) & 0xFF:
                count = int.from_bytes(done.raw, "little")
                if not count:
                    break
                collected.extend(buffer.raw[:count])

        thread = threading.Thread(target=collect)
        thread.start()
        inner = self.copy(self.streams._replace(output=writes))
        inner.batch = None
        try:
            inner.run_line(text, lambda: None)
        except (Exit, EndOfBatch, Goto):
            pass
        finally:
            system.close(writes)
            thread.join()
            system.close(reads)
        return _core.ansi_to_text(bytes(collected))


# ---- words ----


def words_of(text: str) -> list[str]:
    """%1 to %9, a loop's items: separated by blanks, commas, semicolons and equals signs."""
    return re.findall(r'(?:"[^"]*"?|[^\s,;="])+', text)


def counted(items: str) -> Iterator[int]:
    numbers = [int(word) if re.fullmatch(r"[+-]?\d+", word) else 0 for word in words_of(items)]
    start, step, end = [*numbers, 0, 0, 0][:3]
    while step and (start <= end if step > 0 else start >= end):
        yield start
        start += step


class LineRules:
    """The options of for /f: "eol=; skip=1 delims=, tokens=1,3-4* usebackq"."""

    def __init__(self, options: str) -> None:
        self.end_of_line, self.skip, self.delimiters = ";", 0, " \t"
        self.back_quotes = bool(re.search(r"\busebackq\b", options, re.I))
        self.tokens, self.rest = [1], False
        if match := re.search(r"\beol=(.)", options, re.I):
            self.end_of_line = match.group(1)
        if match := re.search(r"\bskip=(\d+)", options, re.I):
            self.skip = int(match.group(1))
        if match := re.search(r"\bdelims=(.*)$", options, re.I):
            self.delimiters = re.sub(
                r" (?=(?:tokens|eol|skip|usebackq)\b).*$", "", match.group(1), flags=re.I
            )
        if match := re.search(r"\btokens=([\d,*-]+)", options, re.I):
            self._read_tokens(match.group(1))

    def _read_tokens(self, text: str) -> None:
        self.rest = text.endswith("*")
        self.tokens = []
        for part in filter(None, text.rstrip("*").split(",")):
            first, _, last = part.partition("-")
            self.tokens += range(int(first), int(last or first) + 1)
        self.tokens.sort()

    def split(self, line: str) -> list[str] | None:
        """The wanted tokens; None for a line that is passed over."""
        delimiters = re.escape(self.delimiters)
        text = re.sub(f"^[{delimiters}]+", "", line) if delimiters else line
        if not text or (self.end_of_line and text.startswith(self.end_of_line)):
            return None
        wanted = max(self.tokens, default=0)
        if not delimiters:
            pieces, rest = [text], ""
        else:
            pieces = re.split(f"[{delimiters}]+", text, maxsplit=wanted)
            rest = pieces.pop() if len(pieces) > wanted else ""
        values = [pieces[token - 1] if token <= len(pieces) else "" for token in self.tokens]
        return values + ([rest] if self.rest else [])


# ---- files and comparisons ----


def in_folder(path: str) -> tuple[str, str, str]:
    """The folder, what separates it, and the name."""
    match = re.search(r"[\\/:](?=[^\\/:]*$)", path)
    return (path[: match.start()], match.group(), path[match.end() :]) if match else ("", "", path)


def matching(pattern: str, with_folders: bool) -> Iterator[str]:
    """The files that a name with or without wildcards stands for, spelled with its folder."""
    name = pattern.rstrip("\\/") or pattern
    folder, slash, base = in_folder(name)
    if "*" not in base and "?" not in base:
        host = _core.path_to_host(name)
        if host and os.path.exists(host) and (with_folders or not os.path.isdir(host)):
            yield pattern
        return
    place = system.host_path(folder + slash if folder or slash else ".")
    wanted = "*" if base == "*.*" else base
    for name in sorted(os.listdir(place) if os.path.isdir(place) else [], key=str.lower):
        fits = fnmatch.fnmatch(name.lower(), wanted.lower().replace("[", "[[]"))
        if fits and (with_folders or not os.path.isdir(os.path.join(place, name))):
            yield folder + slash + name


def _compare(left: str, operator: str, right: str) -> bool:
    """EQU and its kin compare numbers where both sides are numbers."""
    number = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|\d+)")
    a: int | str = left
    b: int | str = right
    if number.fullmatch(left) and number.fullmatch(right):
        a, b = (_numeric(each) for each in (left, right))
    order = (a > b) - (a < b)  # type: ignore[operator]
    return {"EQU": order == 0, "NEQ": order != 0, "LSS": order < 0, "LEQ": order <= 0, "GTR": order > 0,
            "GEQ": order >= 0}[operator]  # fmt: skip


def _numeric(text: str) -> int:
    digits = text.lstrip("+-")
    base = 16 if digits[:2].lower() == "0x" else 8 if digits[0] == "0" and digits.isdigit() else 10
    try:
        value = int(digits, base)
    except ValueError:
        value = int(digits)
    return -value if text.startswith("-") else value


def system_message(code: int) -> str:
    """Windows' text for an error."""
    return message(code) or f"The system cannot find message text for message number 0x{code:x}."
