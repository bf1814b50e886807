"""From whatever knows the exports of a DLL to what a linker reads: the work behind `windlass implib`."""

from __future__ import annotations

import gc
import os
import sys

from windlass.errors import BadDefinition, BadImage
from windlass.light import TYPE_CHECKING, NamedTuple
from windlass.pe import layout
from windlass.pe.definition import Definition, format_definition, read_definition
from windlass.pe.write_library import KINDS, import_library_bytes
from windlass.whole_file import write_whole

if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["MACHINES", "Made", "Refused", "main", "make", "report"]

DEFINITION = "def"
_EXTENSIONS = {**KINDS, DEFINITION: ".def"}
MACHINES = {
    "x86-64": layout.MACHINE_AMD64,
    "x86": layout.MACHINE_I386,
    "arm64": layout.MACHINE_ARM64,
}


class Refused(Exception):
    """What was asked for cannot be made; the message says why."""


class Made(NamedTuple):
    """What was written. kind: "msvc", "gnu" or "def"; exports: how many a program can link with."""

    path: str
    kind: str
    dll: str
    exports: int


def make(
    source: str,
    target: str | None = None,
    *,
    kind: str | None = None,
    dll: str | None = None,
    machine: str | None = None,
) -> Made:
    """Write an import library or a module-definition file; it appears whole or not at all.

    source:  a .def file, a DLL, an import library, or the name of a DLL that search finds.
    target:  the file to write; None puts it into the current folder, named as the source.
    kind:    "msvc", "gnu" or "def"; None goes by the target's extension.
    dll:     by which name programs will load the DLL; None leaves it as the source has it.
    machine: one of MACHINES; None is the source's, and x86-64 for a .def file.

    Refused where that cannot be done, BadDefinition or BadImage for a damaged source, OSError if a file
    cannot be read or written.
    """
    definition, number = _read(source)
    if machine is not None:
        number = MACHINES[machine]
    if dll is not None:
        definition.name = dll
    if definition.name is None:
        definition.name = _stem(source) + (".exe" if definition.is_program else ".dll")
    if not definition.exports:
        raise Refused(f"{source} exports nothing")
    kind = kind or _kind_of(target)
    target = target or _stem(source) + _EXTENSIONS[kind]
    if os.path.exists(target) and os.path.exists(source) and os.path.samefile(source, target):
        raise Refused(f"{target} is the source itself")
    try:
        if kind == DEFINITION:
            data = format_definition(definition).encode("utf-8", "surrogateescape")
        else:
            data = import_library_bytes(definition.name, definition.exports, kind=kind, machine=number)
    except ValueError as error:
        raise Refused(f"{source}: {error}") from None
    write_whole(target, data)
    return Made(target, kind, definition.name, sum(not each.private for each in definition.exports))


def _stem(path: str) -> str:
    return os.path.splitext(os.path.basename(path))[0]


def _kind_of(target: str | None) -> str:
    if target is None:
        return "msvc"
    for kind, extension in _EXTENSIONS.items():
        if target.lower().endswith(extension):
            return kind
    raise Refused(f"{target} ends neither in .lib, .a nor .def, so --kind has to say what it shall be")


def _read(source: str) -> tuple[Definition, int]:
    """The exports of a source, and its machine."""
    if source.lower().endswith(".def"):
        return read_definition(source), layout.MACHINE_AMD64
    # What needs neither is faster without these.
    from windlass.cli.exports import is_archive
    from windlass.cli.locate import locate, open_image

    found = locate(source)
    if found.path is not None and is_archive(found.path):
        return _read_library(found.path)
    with open_image(found) as image:
        return Definition.of(image), image.machine


def _read_library(path: str) -> tuple[Definition, int]:
    from windlass.pe.import_library import ImportLibrary

    library = ImportLibrary.open(path)
    if not library.imports:
        raise Refused(f"{path} is no import library: nothing in it binds to a DLL")
    if len(library.dlls) > 1:
        raise Refused(f"{path} binds to {len(library.dlls)} DLLs: {', '.join(library.dlls)}")
    exports = [each.definition for each in library.imports]
    return Definition(library.dlls[0], exports), library.imports[0].machine


def main(source: str, target: str) -> NoReturn:
    """Do the work as a process of its own: print what was made, or why it was not, and end."""
    gc.disable()  # what is made here has no circles, and looking for some takes a tenth of the time
    try:
        made = make(source, target)
    except (Refused, BadDefinition, BadImage, OSError) as error:
        print(f"windlass: error: {_message(error)}", file=sys.stderr)
        sys.exit(1)
    print(report(made))
    sys.exit(0)


def _message(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def report(made: Made) -> str:
    """One line for people."""
    count = f"{made.exports} exports" if made.exports != 1 else "one export"
    return f"{made.path}: {count} of {made.dll}"
