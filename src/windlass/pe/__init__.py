"""The PE format: reading and writing images, and what is linked with them, as bytes. Nothing here loads or
runs anything.

    with Image.open("vendor.dll") as image:
        for export in image.exports or ():
            print(export.ordinal, export.name)

`layout` is the format's vocabulary, `image` the access to an image, and there is one module per directory.
Import libraries are read by `import_library` and written by `write_library`, out of `archive`, `coff` and
`import_object`; `definition` is about .def files, `decorated` about names of C++, `pdb` about the symbols
that a linker writes beside an image.
"""

from __future__ import annotations

from windlass.light import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from windlass.errors import BadDefinition, BadImage, BadLibrary
    from windlass.pe.decorated import undecorate
    from windlass.pe.definition import (
        Definition,
        ExportDefinition,
        format_definition,
        parse_definition,
        read_definition,
    )
    from windlass.pe.image import Image, Section
    from windlass.pe.import_library import ImportLibrary
    from windlass.pe.pdb import Pdb
    from windlass.pe.write_library import import_library_bytes, write_import_library

_HOMES = {
    "BadDefinition": "windlass.errors",
    "BadImage": "windlass.errors",
    "BadLibrary": "windlass.errors",
    "Definition": "windlass.pe.definition",
    "ExportDefinition": "windlass.pe.definition",
    "Image": "windlass.pe.image",
    "ImportLibrary": "windlass.pe.import_library",
    "Pdb": "windlass.pe.pdb",
    "Section": "windlass.pe.image",
    "format_definition": "windlass.pe.definition",
    "import_library_bytes": "windlass.pe.write_library",
    "parse_definition": "windlass.pe.definition",
    "read_definition": "windlass.pe.definition",
    "undecorate": "windlass.pe.decorated",
    "write_import_library": "windlass.pe.write_library",
}

__all__ = [
    "BadDefinition",
    "BadImage",
    "BadLibrary",
    "Definition",
    "ExportDefinition",
    "Image",
    "ImportLibrary",
    "Pdb",
    "Section",
    "format_definition",
    "import_library_bytes",
    "parse_definition",
    "read_definition",
    "undecorate",
    "write_import_library",
]


def __getattr__(name: str) -> Any:
    """Names are imported from their modules when first used."""
    if name in _HOMES:
        value = getattr(__import__(_HOMES[name], fromlist=[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
