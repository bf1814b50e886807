"""The command line: one file per command.

A command's file is imported when the command is called, so that each starts as fast as what it needs. A
Windows program should start as fast as a native one: `windlass run PROGRAM` does without the library behind
the rest.
"""

from __future__ import annotations

import io
import sys

__all__ = ["main"]


def main() -> None:
    """The `windlass` program."""
    words = sys.argv[1:]
    if words[:1] == ["run"] and len(words) > 1 and not words[1].startswith("-"):
        from windlass import application

        application.main(words[1], words[2:])
    from windlass.cli.group import group

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names in a DLL may be any bytes
            stream.reconfigure(errors="backslashreplace")
    group(prog_name="windlass")
