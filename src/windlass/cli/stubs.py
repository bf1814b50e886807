"""windlass stubs DLL"""

from __future__ import annotations

import os
import sys

import click

from windlass.cli import exports, output
from windlass.cli.locate import locate, open_image
from windlass.pe.exports import Export
from windlass.search import Found
from windlass.stubs.exported import add_exports
from windlass.stubs.model import Contents, Names
from windlass.stubs.symbols import Symbols
from windlass.stubs.writer import module_text

__all__ = ["command"]

_Path = click.Path(exists=True, dir_okay=False)


@click.command(cls=output.Command)
@click.argument("dll")
@click.option("--header", "headers", multiple=True, type=_Path, help="A C or C++ header.")
@click.option("-I", "include", multiple=True, metavar="FOLDER", help="Search FOLDER for included headers.")
@click.option("-D", "define", multiple=True, metavar="NAME[=VALUE]", help="Define a macro.")
@click.option("-o", "--output", "target", type=click.Path(dir_okay=False), help="Write there, not to stdout.")
@click.option("--delay", is_flag=True, help="Bind functions when they are first called.")
def command(
    dll: str,
    headers: tuple[str, ...],
    include: tuple[str, ...],
    define: tuple[str, ...],
    target: str | None,
    delay: bool,
    as_json: bool,
) -> None:
    """Write a Python module that declares what DLL exports.

    With a header it has the functions' real parameters and results, structures, enumerations, callbacks and
    constants. Without, a PDB beside the DLL declares functions, or their names tell what they can: decorated
    names of C++ functions everything, others nothing.
    """
    found = locate(dll)
    contents, names = Contents(), Names()
    with open_image(found) as image:
        left = [(each, exports.kind(each, image)) for each in image.exports or ()]
        symbols = Symbols(image)
    if headers:
        declared = _read(contents, names, headers, left, include, define)
        left = [each for each in left if each[0].name not in declared]
    _add_others(contents, names, left, symbols)
    text = module_text(contents, dll=_loaded_as(found, target), command=_command_line(), delay=delay)
    if target:
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)
    if as_json:
        output.show_json(_summary(contents, target, text))
    elif not target:
        print(text, end="")


def _read(
    contents: Contents,
    names: Names,
    headers: tuple[str, ...],
    left: list[tuple[Export, str]],
    include: tuple[str, ...],
    define: tuple[str, ...],
) -> set[str]:
    try:
        from windlass.stubs.header import HeaderError, add_headers
    except ImportError as error:
        if error.name is None or error.name.partition(".")[0] != "clang":
            raise
        raise output.Failure("--header needs the package libclang: pip install 'windlass[stubs]'") from None
    wanted = {each.name for each, _ in left if each.name}
    try:
        return add_headers(contents, names, headers, wanted, include=include, define=define)
    except HeaderError as error:
        raise output.Failure(str(error)) from None


def _add_others(contents: Contents, names: Names, left: list[tuple[Export, str]], symbols: Symbols) -> None:
    """Declare what no header does."""
    data = [each for each, kind in left if kind == "data" and not (each.name or "").startswith("?")]
    contents.remarks += [
        f"{each.name or f'#{each.ordinal}'} is data, of a type that is not known" for each in data
    ]
    add_exports(contents, names, [each for each, _ in left if each not in data], symbols)


def _loaded_as(found: Found, target: str | None) -> str:
    """How the module names its DLL: by its file name if it will lie beside it, or is found anyway."""
    if found.path is None:
        return str(found.builtin)
    folder = os.path.dirname(os.path.abspath(target)) if target else None
    return os.path.basename(found.path) if folder == os.path.dirname(found.path) else found.path


def _command_line() -> str:
    return " ".join(["windlass", *sys.argv[1:]])


def _summary(contents: Contents, target: str | None, text: str) -> dict[str, object]:
    return {
        "module": target,
        "text": None if target else text,
        "functions": [each.name for each in contents.functions],
        "variables": [each.name for each in contents.variables],
        "constants": [name for name, _ in contents.constants],
        "remarks": contents.remarks,
    }
