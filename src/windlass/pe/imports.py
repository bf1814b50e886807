"""What an image needs from other DLLs: imports, delay imports and bound imports.

An import descriptor names a DLL and two parallel tables that a zero ends: the import name table (INT), which
stays, and the import address table (IAT), which the loader overwrites with addresses. Before that both hold
the same: an ordinal, or the RVA of a hint and a name.

Source: Microsoft, "PE Format", "The .idata Section" and "Delay-Load Import Tables (Image Only)".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from windlass.pe import layout
from windlass.pe.image import Image, text
from windlass.pe.walk import Walk

__all__ = [
    "BoundImport",
    "DelayImportedDll",
    "ImportedDll",
    "ImportedFunction",
    "read_bound_imports",
    "read_delay_imports",
    "read_imports",
]


class ImportedFunction(NamedTuple):
    """One imported function or variable: by name with a hint, or by ordinal."""

    name: str | None
    ordinal: int | None
    hint: int
    iat_rva: int


class ImportedDll:
    """One import descriptor.

    timestamp:       0 as linked; 0xFFFFFFFF if the image is bound (see Image.bound_imports), else the time
                     stamp of the DLL that it was bound to in the old style.
    forwarder_chain: index of the first forwarder of an old-style bound IAT; 0 or 0xFFFFFFFF if none.
    """

    def __init__(self, walk: Walk, record: layout.ImportDescriptor) -> None:
        self._walk = walk
        self._source = walk.source
        self.name = text(walk.string(record.name_rva, "imported DLL's name"))
        self.iat_rva: int = record.address_table_rva
        self.int_rva: int = self._name_table(record)
        self.timestamp: int = record.timestamp
        self.forwarder_chain: int = record.forwarder_chain

    def _name_table(self, record: layout.ImportDescriptor) -> int:
        # Borland's linker leaves this field zero or wrong; Windows then takes the IAT in its place.
        image = self._walk.image
        rva = record.lookup_table_rva
        return rva if image.size_of_headers <= rva < image.size_of_image else record.address_table_rva

    @cached_property
    def functions(self) -> list[ImportedFunction]:
        """What is imported, in the order of the tables."""
        self._walk.source = self._source
        return list(_functions(self._walk, self.int_rva, self.iat_rva, 0))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


class DelayImportedDll:
    """One delay-load descriptor: imports that the image binds itself, at the first call.

    attributes:        1 in all images since Visual C++ 7 (fields are RVAs); 0 in older ones (addresses).
    module_handle_rva: where the image keeps the DLL's handle.
    bound_table_rva, unload_table_rva: optional copies of the IAT; 0 if absent.
    """

    def __init__(self, walk: Walk, record: layout.DelayDescriptor) -> None:
        self._walk = walk
        self._source = walk.source
        # Version 1 descriptors hold 32-bit addresses, and so do their INT's entries.
        self._base = 0 if record.attributes & layout.DELAY_RVA_BASED else walk.image.base
        self.attributes: int = record.attributes
        self.name = text(walk.string(self._rva(record.name_rva), "delay-loaded DLL's name"))
        self.module_handle_rva = self._rva(record.module_handle_rva)
        self.iat_rva = self._rva(record.address_table_rva)
        self.int_rva = self._rva(record.name_table_rva)
        self.bound_table_rva = self._rva(record.bound_table_rva)
        self.unload_table_rva = self._rva(record.unload_table_rva)
        self.timestamp: int = record.timestamp

    def _rva(self, field: int) -> int:
        return field - self._base if field else 0

    @cached_property
    def functions(self) -> list[ImportedFunction]:
        """What is imported, in the order of the tables."""
        self._walk.source = self._source
        return list(_functions(self._walk, self.int_rva, self.iat_rva, self._base))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


class BoundImport(NamedTuple):
    """A DLL whose addresses were written into the IAT in advance, valid for its time stamp only."""

    name: str
    timestamp: int
    forwarders: list[BoundImport]


def read_imports(image: Image) -> list[ImportedDll]:
    """The DLLs that the image needs, in the order of the directory."""
    rva, _ = image.directory(layout.DIRECTORY_IMPORT)
    if not rva:
        return []
    walk = image.walk(layout.DIRECTORY_IMPORT)
    found: list[ImportedDll] = []
    while True:
        record = walk.record(layout.ImportDescriptor, rva, "import descriptor")
        # The directory's size is ignored by Windows; either of these two fields being zero ends the table.
        if not record.name_rva or not record.address_table_rva:
            return found
        found.append(ImportedDll(walk, record))
        rva += layout.ImportDescriptor.size_in_bytes


def read_delay_imports(image: Image) -> list[DelayImportedDll]:
    """The DLLs that the image loads when it first calls them."""
    rva, _ = image.directory(layout.DIRECTORY_DELAY_IMPORT)
    if not rva:
        return []
    walk = image.walk(layout.DIRECTORY_DELAY_IMPORT)
    found: list[DelayImportedDll] = []
    while True:
        record = walk.record(layout.DelayDescriptor, rva, "delay-load descriptor")
        if not record.name_rva:
            return found
        found.append(DelayImportedDll(walk, record))
        rva += layout.DelayDescriptor.size_in_bytes


def read_bound_imports(image: Image) -> list[BoundImport]:
    """The DLLs that the image was bound to. Names are at offsets from the directory's start."""
    start, _ = image.directory(layout.DIRECTORY_BOUND_IMPORT)
    if not start:
        return []
    walk = image.walk(layout.DIRECTORY_BOUND_IMPORT)
    rva = start
    found: list[BoundImport] = []
    while True:
        record = walk.record(layout.BoundImportDescriptor, rva, "bound import descriptor")
        rva += layout.BoundImportDescriptor.size_in_bytes
        if not record.offset_of_name:
            return found
        forwarders = []
        for _ in range(record.number_of_forwarder_references):
            reference = walk.record(layout.BoundForwarderReference, rva, "bound forwarder reference")
            rva += layout.BoundForwarderReference.size_in_bytes
            name = text(walk.string(start + reference.offset_of_name, "bound DLL's name"))
            forwarders.append(BoundImport(name, reference.timestamp, []))
        name = text(walk.string(start + record.offset_of_name, "bound DLL's name"))
        found.append(BoundImport(name, record.timestamp, forwarders))


def _functions(walk: Walk, int_rva: int, iat_rva: int, base: int) -> Iterator[ImportedFunction]:
    is_64 = walk.image.is_pe32plus
    code, size = ("Q", 8) if is_64 else ("I", 4)
    ordinal_flag = layout.ORDINAL_FLAG64 if is_64 else layout.ORDINAL_FLAG32
    slot = iat_rva
    for thunk in walk.integers_to_zero(int_rva, code, "import name table"):
        if thunk & ordinal_flag:
            yield ImportedFunction(None, thunk & 0xFFFF, 0, slot)
        else:
            rva = (thunk & 0xFFFFFFFF) - base
            hint = int.from_bytes(walk.read(rva, 2, "import hint"), "little")
            yield ImportedFunction(text(walk.string(rva + 2, "import name")), None, hint, slot)
        slot += size
