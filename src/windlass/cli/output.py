"""How commands print: JSON, text for people, and failures.

A command first makes its whole answer as plain data, then prints it. Colours and boxes are for terminals
only; a pipe or a file gets plain aligned text that no width cuts.
"""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from windlass.errors import BadImage

__all__ = ["Command", "Failure", "heading", "line", "printable", "show_json", "table"]


class Failure(click.ClickException):
    """What a command was asked for cannot be done: the message says who, what and where. Exit code 1."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        context = click.get_current_context(silent=True)
        self.as_json = context is not None and context.params.get("as_json", False)

    def show(self, file: Any = None) -> None:
        if self.as_json:
            show_json({"error": self.message})
        mark = click.style("error:", fg="red", bold=True)
        message = "\n".join(map(printable, self.message.split("\n")))
        click.echo(f"windlass: {mark} {message}", err=True)


class Command(click.Command):
    """A command with --json, whose failures are messages and no tracebacks."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params.append(click.Option(["--json", "as_json"], is_flag=True, help="Print JSON."))

    def invoke(self, context: click.Context) -> Any:
        try:
            result = super().invoke(context)
            sys.stdout.flush()
            return result
        except BrokenPipeError:
            raise  # click ends quietly
        except (BadImage, OSError) as error:
            raise Failure(message_of(error)) from None


def message_of(error: Exception) -> str:
    """An exception's text as one reads it, with what caused it: a name says more than an errno."""
    message = str(error) or type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        code = getattr(error, "winerror", None)
        who = f"{error.filename}: " if error.filename is not None else ""
        message = f"{who}[WinError {code}] {error.strerror}" if code else f"{who}{error.strerror}"
    return f"{message}: {error.__cause__}" if error.__cause__ else message


def show_json(answer: Any) -> None:
    print(json.dumps(answer, indent=2))


def printable(text: str) -> str:
    """Text of a DLL with anything that a terminal could obey written as an escape."""
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    return character if character.isprintable() else repr(character)[1:-1]


@functools.cache
def colours() -> bool:
    """Whether output goes to a terminal that shows colours, and its user wants them (no-color.org)."""
    terminal = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return terminal and not os.environ.get("NO_COLOR")


def line(text: str = "", **style: Any) -> None:
    """Print one line, as `printable` makes it; `style` as for click.style."""
    text = printable(text)
    print(click.style(text, **style) if style and colours() else text)


def heading(text: str) -> None:
    line(text, bold=True)


def table(headings: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> None:
    """Print a table; the columns named in `right` are aligned there."""
    cells = [[printable(str(cell)) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _terminal_table(headings, cells, right)
    else:
        _plain_table(headings, cells, right)


def _terminal_table(headings: Sequence[str], cells: list[list[str]], right: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Table

    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in headings:
        made.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in cells:
        made.add_row(*row)
    Console(highlight=False, markup=False, emoji=False).print(made)


def _plain_table(headings: Sequence[str], cells: list[list[str]], right: Sequence[str]) -> None:
    widths = [max(map(len, column)) for column in zip(headings, *cells)]
    for row in [list(headings), *cells]:
        aligned = [
            cell.rjust(width) if name in right else cell.ljust(width)
            for name, cell, width in zip(headings, row, widths)
        ]
        print("  ".join(aligned).rstrip())
