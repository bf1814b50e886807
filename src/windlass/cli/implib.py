"""windlass implib SOURCE [-o TARGET]"""

from __future__ import annotations

import click

from windlass.cli import output
from windlass.cli.make_library import MACHINES, Refused, make, report
from windlass.errors import BadDefinition

__all__ = ["command"]


@click.command(cls=output.Command)
@click.argument("source")
@click.option("-o", "--output", "target", metavar="TARGET", help="The file to write: .lib, .a or .def.")
@click.option(
    "--kind", type=click.Choice(["msvc", "gnu", "def"]), help="What to write, if TARGET's end does not say."
)
@click.option("--dll", metavar="NAME", help="The DLL's name, if programs shall load it by another one.")
@click.option("--machine", type=click.Choice(list(MACHINES)), help="For a .def file; else x86-64.")
def command(
    source: str, target: str | None, kind: str | None, dll: str | None, machine: str | None, as_json: bool
) -> None:
    """Make what a linker needs to bind programs to a DLL.

    SOURCE is a .def file, a DLL, one of windlass's own DLLs (kernel32), or an import library of another kind.
    What is made is a .lib for Microsoft's and LLVM's linkers, a .a for mingw's, or a .def file. Without
    TARGET it is SOURCE's name with .lib, in the current folder.
    """
    try:
        made = make(source, target, kind=kind, dll=dll, machine=machine)
    except (Refused, BadDefinition) as error:
        raise output.Failure(str(error)) from None
    if as_json:
        output.show_json(made._asdict())
    else:
        output.line(report(made))
