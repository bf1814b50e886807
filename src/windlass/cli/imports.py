"""windlass imports DLL"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Union

import click

from windlass import search
from windlass.cli import output
from windlass.cli.locate import locate, open_image, title
from windlass.pe.imports import DelayImportedDll, ImportedDll, ImportedFunction

__all__ = ["command"]

Descriptor = Union[ImportedDll, DelayImportedDll]


@click.command(cls=output.Command)
@click.argument("dll")
def command(dll: str, as_json: bool) -> None:
    """List what DLL needs of other DLLs: at load time, and (delay) at the first call.

    For an API set (api-ms-win-...) the DLLs behind it are shown. 32-bit and ARM64 DLLs are read too.
    """
    found = locate(dll)
    with open_image(found) as image:
        imports = describe_all(image.imports, delay=False) + describe_all(image.delay_imports, delay=True)
    if as_json:
        output.show_json({"dll": title(found), "imports": imports})
        return
    output.heading(title(found))
    if not imports:
        output.line("imports nothing")
    for each in imports:
        output.line()
        show(each)


def describe_all(descriptors: Iterable[Descriptor], delay: bool) -> list[dict[str, Any]]:
    return [
        {
            "dll": dll.name,
            "delay": delay,
            "api_set_hosts": list(search.api_set_hosts(dll.name)),
            "functions": [describe(function) for function in dll.functions],
        }
        for dll in descriptors
    ]


def describe(function: ImportedFunction) -> dict[str, Any]:
    return {"name": function.name, "ordinal": function.ordinal, "hint": function.hint}


def show(dll: dict[str, Any]) -> None:
    behind = f" -> {', '.join(dll['api_set_hosts'])}" if dll["api_set_hosts"] else ""
    delay = " (delay)" if dll["delay"] else ""
    output.heading(dll["dll"] + behind + delay)
    for function in dll["functions"]:
        name = function["name"]
        output.line("  " + (name if name is not None else f"#{function['ordinal']}"))
