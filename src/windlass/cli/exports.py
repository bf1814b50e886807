"""windlass exports DLL"""

from __future__ import annotations

from typing import Any

import click

from windlass.cli import output
from windlass.cli.locate import locate, open_image, title
from windlass.pe import Image, layout
from windlass.pe.exports import Export
from windlass.pe.import_library import ImportLibrary

__all__ = ["command"]


@click.command(cls=output.Command)
@click.argument("dll")
def command(dll: str, as_json: bool) -> None:
    """List what DLL offers: functions and data, by name and ordinal.

    32-bit and ARM64 DLLs are read too. Of an import library (.lib or .a) it is listed which symbol is bound
    to which export of which DLL.
    """
    found = locate(dll)
    if found.path is not None and is_archive(found.path):
        show_library(found.path, as_json)
        return
    with open_image(found) as image:
        exports = [describe(export, image) for export in image.exports or ()]
        name = image.exports.name if image.exports else None
    if as_json:
        output.show_json({"dll": title(found), "name": name, "exports": exports})
        return
    output.heading(title(found))
    if not exports:
        output.line("exports nothing")
        return
    rows = [
        (each["ordinal"], each["name"] or "", f"{each['rva']:#x}", each["forwarder"] or each["kind"])
        for each in exports
    ]
    output.table(("ordinal", "name", "RVA", "kind"), rows, right=("ordinal", "RVA"))


def is_archive(path: str) -> bool:
    """Whether a file is to be read as a library: it begins so, or is called so and is no image."""
    with open(path, "rb") as file:
        start = file.read(len(layout.ARCHIVE_SIGNATURE))
    is_called_so = path.lower().endswith((".lib", ".a"))
    return start == layout.ARCHIVE_SIGNATURE or (is_called_so and start[:2] != layout.DOS_SIGNATURE)


def show_library(path: str, as_json: bool) -> None:
    """List an import library."""
    imports = ImportLibrary.open(path).imports
    if as_json:
        machines = layout.MACHINE_NAMES
        described = [{**each._asdict(), "machine": machines.get(each.machine)} for each in imports]
        output.show_json({"library": path, "imports": described})
        return
    output.heading(path)
    if not imports:
        output.line("imports nothing")
        return
    rows = [
        (each.symbol, each.dll, each.name if each.name is not None else f"#{each.ordinal}", each.kind)
        for each in imports
    ]
    output.table(("symbol", "DLL", "export", "kind"), rows)


def describe(export: Export, image: Image) -> dict[str, Any]:
    """One export as plain data; `kind` is code, data or forwarder."""
    return {
        "ordinal": export.ordinal,
        "name": export.name,
        "rva": export.rva,
        "kind": kind(export, image),
        "forwarder": export.forwarder,
    }


def kind(export: Export, image: Image) -> str:
    if export.forwarder is not None:
        return "forwarder"
    section = image.section_at(export.rva)
    return "code" if section is not None and section.executable else "data"
