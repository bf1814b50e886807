"""windlass api [DLL]"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from windlass import registry, search
from windlass.cli import output
from windlass.cli.output import Failure

__all__ = ["command"]


@click.command(cls=output.Command)
@click.argument("dll", required=False)
def command(dll: str | None, as_json: bool) -> None:
    """List the Windows API functions that windlass implements: how many in each DLL, or those of DLL with
    their declarations and the files that hold them.
    """
    if dll is None:
        show_dlls(as_json)
    else:
        show_functions(dll, as_json)


def show_dlls(as_json: bool) -> None:
    dlls = [describe(name, functions_of(name)) for name in sorted(registry.builtin_names())]
    if as_json:
        output.show_json(dlls)
        return
    rows = [(each["dll"], each["functions"], each["data"], each["in_c"], each["in_python"]) for each in dlls]
    titles = ("DLL", "functions", "data", "in C", "in Python")
    output.table(titles, (row for row in rows if row[1] or row[2]), right=titles[1:])
    empty = sum(1 for row in rows if not row[1] and not row[2])
    output.line()
    output.line(f"{empty} further system DLLs exist without functions, so that what imports them loads.")


def describe(name: str, functions: Iterable[registry.Function]) -> dict[str, Any]:
    """Counts of what a builtin DLL exports."""
    functions = list(functions)
    code = [function for function in functions if function.result is not None]
    in_c = sum(1 for function in code if function.address)
    return {
        "dll": name,
        "functions": len(code),
        "data": len(functions) - len(code),
        "in_c": in_c,
        "in_python": len(code) - in_c,
    }


def show_functions(dll: str, as_json: bool) -> None:
    names = search.api_set_hosts(dll) or (search.with_extension(dll.lower()),)
    functions = [function for name in names for function in functions_of(name)]
    if as_json:
        output.show_json(
            [
                {"dll": f.dll, "name": f.name, "declaration": declaration(f), "file": f.file, "size": f.size}
                for f in functions
            ]
        )
        return
    output.table(("file", "declaration"), [(f.file, declaration(f)) for f in functions])


def functions_of(name: str) -> list[registry.Function]:
    """What a builtin DLL exports; Failure if there is no such DLL."""
    builtin = registry.builtin(name)
    if builtin is None:
        raise Failure(f"{name} is no builtin DLL; `windlass api` lists them")
    return builtin.exports


def declaration(function: registry.Function) -> str:
    """As in C: "BOOL FreeLibrary(HMODULE hLibModule)"; of data, its size."""
    if function.result is None:
        return f"{function.name}: {function.size} bytes of data"
    if function.result == "=":  # one function under two names
        return f"{function.name} = {function.parameters[len('api_') :]}"
    return f"{function.result} {function.name}({function.parameters or 'void'})"
