"""windlass resources DLL"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from windlass.cli import output
from windlass.cli.locate import locate, open_image, title
from windlass.pe import Image
from windlass.pe.resource_files import files_of, type_name
from windlass.pe.resources import Resource
from windlass.whole_file import write_whole

__all__ = ["command"]


@click.command(cls=output.Command)
@click.argument("dll")
@click.option(
    "--extract",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write the resources to files in this folder.",
)
def command(dll: str, extract: Path | None, as_json: bool) -> None:
    """List the resources of DLL: icons, strings, version information, manifests and all others.

    With --extract they are written to files: icons as .ico, cursors as .cur, bitmaps as .bmp, manifests as
    they are, strings, messages and version information as text. 32-bit and ARM64 DLLs are read too.
    """
    found = locate(dll)
    with open_image(found) as image:
        if extract is not None:
            written = write_all(image, extract)
            if as_json:
                output.show_json([str(path) for path in written])
            else:
                for path in written:
                    output.line(str(path))
            return
        rows = [describe(each) for each in (image.resources.walk() if image.resources else ())]
    if as_json:
        output.show_json({"dll": title(found), "resources": rows})
        return
    output.heading(title(found))
    if not rows:
        output.line("has no resources")
        return
    output.table(
        ("type", "name", "language", "bytes"),
        [(row["type"], row["name"], row["language"], row["size"]) for row in rows],
        right=("bytes",),
    )


def describe(resource: Resource) -> dict[str, Any]:
    kind, *rest = resource.path
    name, language = (*rest, None, None)[:2]
    return {"type": type_name(kind), "name": name, "language": language, "size": resource.size}


def write_all(image: Image, folder: Path) -> list[Path]:
    """Write each resource to a file of its own; the files, in the order of the tree."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for file in files_of(image):
        path = folder / file.name
        for number in range(2, len(written) + 2):  # names that differ in what file systems mind
            if path not in written:
                break
            path = folder / f"{number}-{file.name}"
        write_whole(path, file.data)
        written.append(path)
    return written
