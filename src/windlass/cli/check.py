"""windlass check DLL"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from windlass.cli import output
from windlass.cli.dependencies import Dll, MissingDll, MissingFunction, Walk
from windlass.cli.locate import locate, title
from windlass.errors import how_to_get

__all__ = ["command"]


@click.command(cls=output.Command)
@click.argument("dll")
@click.pass_context
def command(context: click.Context, dll: str, as_json: bool) -> None:
    """Say whether DLL will load, and what it lacks; no code of it runs.

    All DLLs that it needs are followed. The exit code is 1 if a DLL is missing, if a DLL lacks a function
    that is imported from it, or if a file is no x86-64 DLL. Functions that windlass does not implement are
    listed; they do not keep a DLL from loading, but raise OSError when they are called.
    """
    found = locate(dll)
    walk = Walk(found)
    if as_json:
        output.show_json(describe(walk, title(found)))
    else:
        show(walk, title(found))
    context.exit(0 if walk.loads else 1)


def describe(walk: Walk, name: str) -> dict[str, Any]:
    """The whole answer as plain data."""
    return {
        "dll": name,
        "loads": walk.loads,
        "dlls": [
            {
                "name": dll.name,
                "path": dll.path,
                "builtin": dll.builtin is not None,
                "needed_by": dll.needed_by,
                "delay": dll.delay,
                "error": dll.bad,
            }
            for dll in walk.dlls
        ],
        "missing_dlls": [missing._asdict() for missing in walk.missing_dlls],
        "missing_functions": [m._asdict() for m in walk.missing_functions if not m.builtin],
        "not_implemented": [m._asdict() for m in walk.not_implemented],
    }


def show(walk: Walk, name: str) -> None:
    verdict = "loads" if walk.loads else "does not load"
    output.line(f"{name}: {verdict}", bold=True, fg="green" if walk.loads else "red")
    show_bad(walk.bad)
    show_missing_dlls(walk.missing_dlls)
    show_missing_functions(m for m in walk.missing_functions if not m.builtin)
    show_not_implemented(walk.not_implemented)
    if len(walk.dlls) > 1:
        output.line()
        rows = [
            (dll.name + (" (delay)" if dll.delay else ""), some(dll.needed_by, 2), dll.path or "builtin")
            for dll in walk.dlls[1:]
        ]
        output.table(("needed DLL", "by", "found"), rows)


def show_bad(dlls: Iterable[Dll]) -> None:
    for dll in dlls:
        output.line(f"  {dll.path or dll.name}: {dll.bad}", fg="red")


def show_missing_dlls(missing: Iterable[MissingDll]) -> None:
    for dll in missing:
        when = " when it first calls it" if dll.delay else ""
        output.line(f"  missing DLL {dll.name}, needed by {dll.needed_by}{when}", fg="red")
        if dll.functions:
            output.line(f"      for {some(dll.functions)}")
        output.line(f"      searched: {', '.join(dll.searched)}")
        if advice := how_to_get(dll.name):
            output.line(f"      {advice}")


def some(names: list[str], most: int = 8) -> str:
    """The first of many names; --json has all."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest


def show_missing_functions(missing: Iterable[MissingFunction]) -> None:
    for each in missing:
        when = " when it first calls it" if each.delay else ""
        name = f"{each.dll}!{each.function}"
        output.line(f"  missing function {name}, needed by {each.needed_by}{when}", fg="red")


def show_not_implemented(missing: list[MissingFunction]) -> None:
    if not missing:
        return
    count = f"{len(missing)} functions" if len(missing) > 1 else "one function"
    output.line(f"  {count} not implemented by windlass; calling raises OSError:", fg="yellow")
    groups: dict[tuple[str, str], list[str]] = {}
    for each in missing:
        groups.setdefault((each.dll, each.needed_by), []).append(each.function)
    for (dll, needed_by), functions in groups.items():
        output.line(f"    {dll}, needed by {needed_by}")
        output.line(f"        {', '.join(functions)}")
