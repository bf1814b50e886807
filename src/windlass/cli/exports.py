"""windlass exports DLL"""

from __future__ import annotations

from typing import Any

import click

from windlass.cli import output
from windlass.cli.locate import locate, open_image, title
from windlass.pe import Image
from windlass.pe.exports import Export

__all__ = ["command"]


@click.command(cls=output.Command)
@click.argument("dll")
def command(dll: str, as_json: bool) -> None:
    """List what DLL offers: functions and data, by name and ordinal.

    32-bit and ARM64 DLLs are read too.
    """
    found = locate(dll)
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
    for section in image.sections:
        if section.rva <= export.rva < section.rva + section.virtual_size:
            return "code" if section.executable else "data"
    return "data"
