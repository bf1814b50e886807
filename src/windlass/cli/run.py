"""`windlass run`: a Windows console program as a process of its own."""

from __future__ import annotations

import runpy

import click

from windlass import application, tracing

__all__ = ["command"]

WITH_PROGRAM = "windlass.with_program"
"""What `__name__` is in a script that is run before a program."""


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--trace", metavar="WHAT", help="DLLs, functions or 'loader' to trace, separated by commas.")
@click.option(
    "--with",
    "scripts",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    metavar="SCRIPT",
    help="A Python script to run first, which makes or overrides DLLs.",
)
@click.argument("program", type=click.Path())
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(trace: str | None, scripts: tuple[str, ...], program: str, arguments: tuple[str, ...]) -> None:
    """Run a Windows x86-64 console PROGRAM with its ARGUMENTS.

    PROGRAM is a path, or a name that is looked for here, in the system directory and along PATH. A batch file
    is run by cmd.exe.

    The exit code is the program's, as far as eight bits go. A program that cannot be started ends with the
    NTSTATUS that Windows would give, and says which DLLs or functions are missing.
    """
    if trace:
        tracing.select(trace)
    for script in scripts:
        runpy.run_path(script, run_name=WITH_PROGRAM)
    application.start_main(program, arguments)
