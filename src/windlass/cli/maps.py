"""windlass maps PID|DLL|SCRIPT"""

from __future__ import annotations

import atexit
import os
from typing import Any

import click

from windlass.cli import output
from windlass.cli.address_space import AddressSpace, Area, LoadedImage, Memory, total

__all__ = ["command"]


@click.command(cls=output.Command)
@click.argument("target", metavar="PID|DLL|SCRIPT")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(target: str, arguments: tuple[str, ...], as_json: bool) -> None:
    """Show the address space of a process: its Windows modules with their sections, and how much memory each
    takes, alone or together with other processes.

    A number is the PID of a running process. A DLL is loaded to be looked at, its entry point included. A
    Python script is run, with its ARGUMENTS (options behind "--"), and looked at when it ends.
    """
    from windlass import loader

    if target.isdigit():
        show(space_of(int(target)), as_json)
    elif target.endswith((".py", ".pyw", ".pyz")):
        from windlass import script

        # Behind the loader's own, which takes the modules down: what is registered last is called first.
        atexit.register(lambda: show(own_space(), as_json))
        script.main([target, *arguments])
    else:
        from windlass.cli.locate import loadable, locate

        with loader.load(loadable(locate(target))):
            show(own_space(), as_json)


def space_of(pid: int) -> AddressSpace:
    try:
        return AddressSpace(pid)
    except (FileNotFoundError, ProcessLookupError):
        raise output.Failure(f"there is no process {pid}") from None
    except PermissionError:
        raise output.Failure(f"process {pid} is another user's, or must not be looked into") from None


def own_space() -> AddressSpace:
    """This process's, in which all modules are known by name."""
    from windlass import process

    return AddressSpace(os.getpid(), {module.handle: module.name for module in process.modules})


def show(space: AddressSpace, as_json: bool) -> None:
    if as_json:
        output.show_json(describe(space))
        return
    rows: list[tuple[str, ...]] = []
    for module in space.modules:
        rows.append((hex(module.image.base), "", *columns(module.memory), module.name))
        for area in module.areas:
            rows.append((hex(area.start), area.rights, *columns(area.memory), "  " + label(module, area)))
    rows.append(("", "", *columns(total(space.others)), "everything else"))
    numbers = ("size", "resident", "shared", "private", "PSS")
    output.table(("address", "rights", *numbers, "what"), rows, right=("address", *numbers))


def columns(memory: Memory) -> tuple[str, ...]:
    return tuple(kilobytes(each) for each in memory)


def kilobytes(count: int) -> str:
    return f"{count // 1024}K" if count else "-"


def label(module: LoadedImage, area: Area) -> str:
    """What of a module an area holds; the kernel joins neighbours that have the same rights."""
    return " ".join(module.sections_in(area)) or "nothing of the file"


def describe(space: AddressSpace) -> dict[str, Any]:
    """The whole as plain data, all sizes in bytes."""
    return {
        "pid": space.pid,
        "modules": [
            {
                "name": module.name,
                "base": module.image.base,
                **module.memory._asdict(),
                "areas": [
                    {
                        "start": area.start,
                        "end": area.end,
                        "rights": area.rights,
                        "path": area.path,
                        "sections": module.sections_in(area),
                        **area.memory._asdict(),
                    }
                    for area in module.areas
                ],
            }
            for module in space.modules
        ],
        "everything_else": total(space.others)._asdict(),
    }
