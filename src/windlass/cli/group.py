"""The `windlass` command and what it says of itself; one file per command beside this one."""

from __future__ import annotations

import importlib

import click

__all__ = ["COMMANDS", "group"]

# In the order in which `windlass --help` shows them; each has its file here, and in it its `command`.
COMMANDS = {
    "demo": "Load a small Windows DLL that comes with windlass, and show each stage.",
    "run": "Run a Windows console program.",
    "call": "Call one function of a DLL and print its result.",
    "exports": "List what a DLL offers, or what an import library binds.",
    "imports": "List what a DLL needs of other DLLs.",
    "stubs": "Write a Python module that declares what a DLL exports.",
    "check": "Say whether a DLL will load, and what it lacks.",
    "tree": "Show what a DLL needs as a tree, or draw it.",
    "inspect": "Show everything that is to be read in a DLL's file.",
    "resources": "List a DLL's resources, or write them to files.",
    "diff": "Show what changed from one DLL to another, and what of it breaks programs.",
    "where": "Show where a DLL is searched and found.",
    "maps": "Show the address space of a process: modules, sections, memory.",
    "implib": "Make an import library, or a .def file.",
    "fetch": "Take the DLLs out of a package's Windows wheel.",
    "api": "List the Windows API functions that windlass implements.",
}


class Commands(click.Group):
    """A group that imports a command only to run it or to show its own help."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"windlass.cli.{name}").command
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = arguments[0]
        if name not in COMMANDS and not name.startswith("-"):
            context.fail(f"There is no command {name!r}.{_near(name)}")
        return super().resolve_command(context, arguments)


def _near(name: str) -> str:
    import difflib

    close = difflib.get_close_matches(name, COMMANDS, 1)
    return f" Did you mean {close[0]!r}?" if close else ""


def _print_version(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"windlass {_version()}")
        context.exit()


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("windlass")
    except PackageNotFoundError:
        return "(from a source folder)"


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_print_version,
    help="Show the version and exit.",
)
def group() -> None:
    """Use Windows x86-64 DLLs on Linux.

    A DLL is named by its path, or by a file name, which is looked for in the current folder and then where
    windlass.WinDLL searches. Every command prints JSON with --json, and ends with exit code 1 when it fails.

    A Python script that was written for Windows is run by "windlass SCRIPT.py".
    """
