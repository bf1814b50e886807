r"""cmd.exe: what C:\windows\system32\cmd.exe calls when it starts (core/system_programs.c).

Source: Microsoft, "cmd" (the options, and what becomes of quotation marks behind /c).
"""

from __future__ import annotations

import re

from windlass import _core
from windlass.api.programs.cmd_builtins import BUILTINS, VERSION
from windlass.api.programs.cmd_runner import EndOfBatch, Exit, Shell
from windlass.api.programs.cmd_system import Streams, find_program, kernel32, read_line
from windlass.registry import export
from windlass.types import DWORD

_OPTION = re.compile(r"[\s,;=]*(\"?)/(?:([ckr])|([sqdaux])|([tefv])(?::\s*(\w+))?)", re.I)
# cmd/c, too; and /c alone, where a program has forgotten the name
_PROGRAM = re.compile(
    r'(?=\s*/[A-Z](?:\s|$))|\s*(?:"[^"]*"?|\S*?cmd(?:\.exe)?(?=\s|$|/[A-Z](?:[\s:]|$))|\S*)', re.I
)
SPECIAL = "&<>()@^|"


def without_quotes(text: str, always: bool) -> str:
    """What is to run: the first and the last quotation mark go, unless these two quote a program's name."""
    text = text.strip()
    if not text.startswith('"'):
        return text
    inside = text[1:].partition('"')[0]
    names_program = (
        not always
        and text.count('"') == 2
        and not set(inside) & set(SPECIAL)
        and " " in inside
        and find_program(inside) is not None
    )
    if names_program:
        return text
    before, _, behind = text[1:].rpartition('"')
    return before + behind if '"' in text[1:] else text[1:]


class _Options:
    """The command line taken apart. `kind`: "c", "k" or "" for neither; `command`: the rest."""

    def __init__(self, line: str) -> None:
        program = _PROGRAM.match(line)
        at = program.end() if program else 0
        self.kind = ""
        quoted = False
        self.strips = self.quiet = self.delayed = False
        while not self.kind and (match := _OPTION.match(line, at)):
            at = match.end()
            quote, kind, plain, valued, value = (group.lower() if group else "" for group in match.groups())
            quoted |= bool(quote)
            self.kind = {"r": "c"}.get(kind, kind)
            self.strips |= plain == "s"
            self.quiet |= plain == "q"
            if valued == "v":
                self.delayed = value != "off"
        self.command = line[at:].replace('"', "", 1) if quoted else line[at:]  # as in cmd "/c ver"


def _interact(shell: Shell) -> None:
    """Lines from standard input, each with a prompt, to its end."""

    def ask(prompt: str) -> str | None:
        shell.say(prompt)
        return read_line(shell.streams.input)

    while (line := ask(f"\n{shell.prompt()}" if shell.echo else "")) is not None:
        shell.run_line(line, lambda: ask("More? "))


@export("windlass_programs")
def RunCommandProcessor() -> DWORD:
    """The entry point of cmd.exe; its result is the exit code."""
    line = _core.wide_string(kernel32("GetCommandLineW"))
    options = _Options(line)
    shell = Shell(Streams.standard(), BUILTINS)
    shell.command_line, shell.delayed = line, options.delayed
    shell.echo = not options.quiet
    try:
        if options.kind:
            shell.run_line(without_quotes(options.command, options.strips), lambda: None)
        else:
            shell.say(f"{VERSION}\n")
        if options.kind != "c":
            _interact(shell)
        if options.kind == "c" and shell.is_lost:
            return 1  # only batch files end with the 9009 that %errorlevel% has
    except (Exit, EndOfBatch):
        pass
    return shell.code & 0xFFFFFFFF
