"""The command processor's own commands.

Source: Microsoft, "Windows Commands", one page each.
"""

from __future__ import annotations

import os
import re

from windlass import _core
from windlass.api.programs import cmd_system as system
from windlass.api.programs.cmd_arithmetic import ArithmeticProblem, evaluate
from windlass.api.programs.cmd_expansion import expand_percent, unquoted
from windlass.api.programs.cmd_files import FILE_COMMANDS
from windlass.api.programs.cmd_runner import (
    Batch,
    Builtin,
    EndOfBatch,
    Exit,
    Goto,
    Shell,
    system_message,
    words_of,
)

__all__ = ["BUILTINS", "VERSION"]

VERSION = "Microsoft Windows [Version 10.0.19045.4529]"
PROCESSOR = r"C:\windows\system32\cmd.exe"


def argument(rest: str) -> str:
    return rest.strip(" \t,;=")


# ---- text ----


def do_echo(shell: Shell, name: str, rest: str) -> int | None:
    word = rest.strip().lower()
    if word in ("on", "off") and rest[:1] in " \t":
        shell.echo = word == "on"
    elif not rest.strip():
        shell.say(f"ECHO is {'on' if shell.echo else 'off'}.\n")
    else:
        shell.say(rest[1:] + "\n")
    return None


def do_rem(shell: Shell, name: str, rest: str) -> int | None:
    return None


def do_title(shell: Shell, name: str, rest: str) -> int | None:
    system.kernel32("SetConsoleTitleW", rest.strip())
    return 0


def do_ver(shell: Shell, name: str, rest: str) -> int | None:
    shell.say(f"\n{VERSION}\n")
    return 0


def do_cls(shell: Shell, name: str, rest: str) -> int | None:
    shell.say("\f" if not os.isatty(1) else "\x1b[2J\x1b[H")
    return None


def do_pause(shell: Shell, name: str, rest: str) -> int | None:
    shell.say("Press any key to continue . . . ")
    system.read_line(shell.streams.input)
    shell.say("\n")
    return 0


def do_date(shell: Shell, name: str, rest: str) -> int | None:
    what, value = ("date", shell.lookup("DATE")) if name == "date" else ("time", shell.lookup("TIME"))
    if argument(rest).lower() not in ("/t", ""):
        return shell.failed("A required privilege is not held by the client.")
    if argument(rest):
        shell.say(f"{value if name == 'date' else (value or '').strip()[:5]}\n")
    else:
        shell.say(f"The current {what} is: {value}\n")
    return 0


# ---- variables ----


def do_set(shell: Shell, name: str, rest: str) -> int | None:
    text = rest.lstrip(" \t,;=")
    option = text[:2].lower()
    if option == "/a":
        return _set_number(shell, text[2:].strip())
    if option == "/p":
        return _set_from_input(shell, text[2:].lstrip())
    if text.startswith('"'):
        end = text.rfind('"')
        text = text[1:end] if end > 0 else text[1:]
    variable, equals, value = text.partition("=")
    if not equals:
        return _list_variables(shell, text.strip())
    if not variable:
        return shell.failed("The syntax of the command is incorrect.")
    if not value and shell.lookup(variable) is None:
        return 1
    system.set_variable(variable, value or None)
    return 0 if value or not shell.batch else None


def _list_variables(shell: Shell, prefix: str) -> int:
    found = sorted((name, value) for name, value in system.environment())
    chosen = [pair for pair in found if pair[0].lower().startswith(prefix.lower())]
    shell.say("".join(f"{name}={value}\n" for name, value in chosen))
    if chosen:
        return 0
    return shell.failed(f"Environment variable {prefix} not defined")


def _set_number(shell: Shell, text: str) -> int:
    def assign(variable: str, value: int) -> None:
        system.set_variable(variable, str(value))

    try:
        value = evaluate(text.replace('"', ""), shell.lookup, assign)
    except ArithmeticProblem as problem:
        return shell.failed(str(problem), 1073750992)
    if shell.batch is None:
        shell.say(str(value))
    return 0


def _set_from_input(shell: Shell, text: str) -> int:
    if text.startswith('"'):
        text = text[1:].rpartition('"')[0]
    variable, _, prompt = text.partition("=")
    shell.say(unquoted(prompt))
    line = system.read_line(shell.streams.input)
    if not line:
        return 1
    system.set_variable(variable, line)
    return 0


def do_setlocal(shell: Shell, name: str, rest: str) -> int | None:
    if shell.batch is None:
        return 0
    shell.save(shell.batch)
    for word in rest.lower().split():
        if word.endswith("delayedexpansion"):
            shell.delayed = word.startswith("enable")
    return 0


def do_endlocal(shell: Shell, name: str, rest: str) -> int | None:
    if shell.batch and shell.batch.saved:
        shell.restore(shell.batch)
    return None


def do_path(shell: Shell, name: str, rest: str) -> int | None:
    value = argument(rest)
    if not value and ";" not in rest:
        current = shell.lookup("PATH")
        shell.say(f"PATH={current}\n" if current else "No Path\n")
    else:
        system.set_variable("PATH", value or None)
    return 0


def do_prompt(shell: Shell, name: str, rest: str) -> int | None:
    system.set_variable("PROMPT", rest.strip() or "$P$G")
    return 0


def do_nothing(shell: Shell, name: str, rest: str) -> int | None:
    """break, color, verify: nothing to see or to keep here."""
    return 0


# ---- flow ----


def do_call(shell: Shell, name: str, rest: str) -> int | None:
    arguments = shell.batch.arguments if shell.batch else None
    text = expand_percent(rest.strip(" \t,;="), shell.lookup, arguments)  # a second time
    if text.startswith(":"):
        return _call_label(shell, text)
    builtin, _ = shell.builtin_of(text)
    word = re.match(r'(?:"[^"]*"?|[^\s"/,;=])+', text)
    path = system.find_program(word.group().replace('"', "")) if word and not builtin else None
    if path and path.lower().endswith((".bat", ".cmd")) and word:
        shell.start_batch(path, [word.group(), *words_of(text[word.end() :])], True)
    else:
        shell.run_line(text.replace("%", "%%" if shell.batch else "%"), lambda: None)
    return None


def _call_label(shell: Shell, text: str) -> int | None:
    if shell.batch is None:
        return shell.failed("Invalid attempt to call batch label outside of batch script.")
    label, *given = words_of(text)
    routine = Batch(shell.batch.path, shell.batch.lines, [shell.batch.arguments[0], *given])
    routine.at = shell.batch.at
    if label.lower() == ":eof":
        return None
    if not routine.find_label(label):
        return shell.failed(f"The system cannot find the batch label specified - {label[1:]}")
    shell.run_batch(routine)
    return None


def do_goto(shell: Shell, name: str, rest: str) -> int | None:
    if shell.batch is None:
        return None
    label = argument(rest)
    raise Goto(":eof" if label.lower() == ":eof" else label.lstrip(":").split(" ")[0])


def do_exit(shell: Shell, name: str, rest: str) -> int | None:
    words = rest.lower().split()
    ends_batch = "/b" in words
    number = next((word for word in words if re.fullmatch(r"[+-]?\d+", word)), None)
    if number is not None:
        shell.code = int(number)
    if ends_batch and shell.batch:
        raise EndOfBatch
    raise Exit


def do_shift(shell: Shell, name: str, rest: str) -> int | None:
    if shell.batch is None:
        return None
    match = re.search(r"/(\d)", rest)
    start = int(match.group(1)) if match else 0
    del shell.batch.arguments[start : start + 1]
    return 0


# ---- folders ----


def do_cd(shell: Shell, name: str, rest: str) -> int | None:
    text = rest.strip()
    if text.lower().startswith("/d"):
        text = text[2:].strip()
    target = unquoted(text)
    here = _core.path_to_windows(os.getcwd())
    if not target:
        shell.say(here + "\n")
        return 0
    if re.fullmatch("[A-Za-z]:", target):
        shell.say((here if here[:2].upper() == target.upper() else target.upper() + "\\") + "\n")
        return 0
    if shell.change_folder(target):
        return 0
    return shell.failed(system_message(3 if _core.get_last_error() == 2 else _core.get_last_error()))


def do_pushd(shell: Shell, name: str, rest: str) -> int | None:
    target = unquoted(rest.strip())
    before = os.getcwd()
    if not target:
        shell.say("".join(_core.path_to_windows(each) + "\n" for each in reversed(shell.folders)))
        return None
    if not shell.change_folder(target):
        return shell.failed(system_message(3))
    shell.folders.append(before)
    return 0


def do_popd(shell: Shell, name: str, rest: str) -> int | None:
    if not shell.folders:
        return 1
    shell.change_folder(shell.folders.pop())
    return 0


# ---- programs ----


class _Start:
    """The options of start, and the command behind them; the first quoted word is a title."""

    def __init__(self, rest: str) -> None:
        self.command = rest.strip()
        self.waits = self.same_console = False
        self.folder = ""
        if self.command.startswith('"'):
            self.command = self.command[1:].partition('"')[2].lstrip()
        while self.command.startswith("/"):
            option = self._take_word()
            self.waits |= option in ("/wait", "/w")
            self.same_console |= option == "/b"
            if option.startswith("/d"):
                self.folder = unquoted(option[2:] or self._take_word())

    def _take_word(self) -> str:
        match = re.match(r'(?:"[^"]*"?|[^\s"])*', self.command)
        word = match.group() if match else ""
        self.command = self.command[len(word) :].lstrip()
        return word.lower()


def do_start(shell: Shell, name: str, rest: str) -> int | None:
    """A program in the background, or with /wait."""
    start = _Start(rest)
    match = re.match(r'(?:"[^"]*"?|[^\s"])+', start.command)
    if match is None:
        return shell.failed(system_message(2))
    path, line = system.find_program(match.group().replace('"', "")), start.command
    before = os.getcwd()
    if start.folder and not shell.change_folder(start.folder):
        return shell.failed(system_message(267))
    if path is None or path.lower().endswith((".bat", ".cmd")) or shell.builtin_of(line)[0]:
        path, line = PROCESSOR, f"cmd.exe /{'c' if start.same_console or start.waits else 'k'} {line}"
    code = system.run_program(path, line, shell.streams, start.waits)
    shell.change_folder(before)
    return shell.failed(system_message(_core.get_last_error()), 9059) if code is None else code


BUILTINS: dict[str, Builtin] = {
    "break": do_nothing, "call": do_call, "cd": do_cd, "chdir": do_cd, "cls": do_cls, "color": do_nothing,
    "date": do_date, "echo": do_echo, "endlocal": do_endlocal, "exit": do_exit, "goto": do_goto,
    "path": do_path, "pause": do_pause, "popd": do_popd, "prompt": do_prompt, "pushd": do_pushd,
    "rem": do_rem, "set": do_set, "setlocal": do_setlocal, "shift": do_shift, "start": do_start,
    "time": do_date, "title": do_title, "ver": do_ver, "verify": do_nothing, **FILE_COMMANDS,
}  # fmt: skip
