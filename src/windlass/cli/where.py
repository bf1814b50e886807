"""windlass where NAME"""

from __future__ import annotations

import os

import click

from windlass import _core, search
from windlass.cli import output
from windlass.cli.dependencies import load_flags
from windlass.cli.locate import locate, open_image

__all__ = ["command"]


@click.command(cls=output.Command)
@click.argument("name")
@click.option("--from", "importer", metavar="DLL", help="Search as for an import of this DLL.")
@click.option(
    "--standard", is_flag=True, help="The standard order of LoadLibrary without flags, PATH and all."
)
@click.pass_context
def command(context: click.Context, name: str, importer: str | None, standard: bool, as_json: bool) -> None:
    """Show where a DLL of that NAME is searched, place by place, until one has it.

    Nothing is loaded. The order is the one of ctypes (LOAD_LIBRARY_SEARCH_DEFAULT_DIRS). The exit code is 1
    if no place has it.
    """
    steps = list(walk(name, importer, 0 if standard else search.SEARCH_DEFAULT_DIRS))
    if as_json:
        output.show_json([describe(step) for step in steps])
    else:
        output.table(("place", "as", ""), [(step.where, step.what, outcome(step)) for step in steps])
    context.exit(0 if steps and steps[-1].found else 1)


def walk(name: str, importer: str | None, flags: int) -> list[search.Step]:
    """The steps of the search, the last one is what it found, if it did."""
    directory = None
    if importer is not None:
        found = locate(importer)
        directory = os.path.dirname(found.path) if found.path else None
        with open_image(found) as image:
            flags, directory = search.for_imports(flags, directory, load_flags(image), found.path)
    if "\\" in name or name[1:2] == ":":
        name = _core.path_to_host(name) or name
    if "/" in name:
        name = os.path.abspath(name)
    steps = []
    for step in search.walk(name, load_directory=directory, flags=flags):
        steps.append(step)
        if step.found is not None:
            break
    return steps


def outcome(step: search.Step) -> str:
    if step.refused is not None:
        return f"not searched: {step.refused}"
    if step.found is None:
        return "not there"
    return f"found {step.found.path}" if step.found.path else f"found builtin {step.found.builtin}"


def describe(step: search.Step) -> dict[str, str | None]:
    """A step as plain data."""
    found = step.found
    return {
        "place": step.where,
        "as": step.what,
        "path": found.path if found else None,
        "builtin": found.builtin if found else None,
        "refused": step.refused,
    }
