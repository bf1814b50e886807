"""What a DLL's PDB says of its exports, where there is one."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from windlass.errors import BadImage
from windlass.pe import Image
from windlass.pe.exports import Export
from windlass.pe.pdb import Pdb, Procedure

__all__ = ["Symbols"]


class Symbols:
    """The symbols of an image; none, if it has no PDB."""

    def __init__(self, image: Image) -> None:
        self._sections = [(each.rva, each.virtual_size) for each in image.sections]
        self._pdb = _pdb_of(image)

    @property
    def path(self) -> str | None:
        """The PDB."""
        return self._pdb.path if self._pdb else None

    def procedure(self, export: Export) -> Procedure | None:
        """The function behind an export, with its types."""
        place = self._place(export)
        return self._pdb.procedures.get(place) if self._pdb and place else None

    def public_name(self, export: Export) -> str:
        """The name by which the linker knew what is exported; "" if it is not known."""
        place = self._place(export)
        return self._pdb.publics.get(place, "") if self._pdb and place else ""

    def _place(self, export: Export) -> tuple[int, int] | None:
        """Section, from 1 on, and offset in it."""
        for number, (rva, size) in enumerate(self._sections, 1):
            if export.forwarder is None and rva <= export.rva < rva + size:
                return number, export.rva - rva
        return None


def _pdb_of(image: Image) -> Pdb | None:
    """The image's own PDB: one that the linker has given the same GUID."""
    for path, guid in _candidates(image):
        if os.path.isfile(path):
            try:
                pdb = Pdb.open(path)
            except (BadImage, OSError):
                continue
            if pdb.guid == guid:
                return pdb
    return None


def _candidates(image: Image) -> Iterator[tuple[str, object]]:
    """Where the PDB may be, as debuggers look for it: beside the image, and where it was written."""
    folder = os.path.dirname(image.path or "")
    for entry in image.debug:
        if entry.codeview and entry.codeview.guid:
            written = entry.codeview.path
            yield os.path.join(folder, re.split(r"[\\/]", written)[-1]), entry.codeview.guid
            yield os.path.splitext(image.path or "")[0] + ".pdb", entry.codeview.guid
            yield written, entry.codeview.guid
