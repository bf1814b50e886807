"""The command line: one file per command.

A command's file is imported when the command is called, so that each starts as fast as what it needs. A
Windows program should start as fast as a native one, and a step of a build should not be felt: `windlass run
PROGRAM` and `windlass implib X.def -o TARGET` do without the library behind the rest.
"""

from __future__ import annotations

import io
import os
import sys

__all__ = ["main"]


def main() -> None:
    """The `windlass` program."""
    words = sys.argv[1:]
    if words[:1] == ["run"] and len(words) > 1 and not words[1].startswith("-"):
        from windlass import application

        application.start_main(words[1], words[2:])
    if words[:1] == ["implib"] and len(words) == 4 and words[1].endswith(".def") and words[2] == "-o":
        from windlass.cli import make_library

        make_library.main(words[1], words[3])
    if words and _is_script(words[0]):
        from windlass import script

        script.main(words)
    from windlass.cli.group import group

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names in a DLL may be any bytes
            stream.reconfigure(errors="backslashreplace")
    group(prog_name="windlass")


def _is_script(word: str) -> bool:
    """Whether the command line names a Python script, as `python` itself takes it, and no command."""
    if word in ("-m", "--windows", "--linux"):
        return True
    return not word.startswith("-") and (word.endswith((".py", ".pyw", ".pyz")) or os.sep in word)
