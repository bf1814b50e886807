"""The export directory: what an image offers, by name, by ordinal, or by forwarding to another DLL.

The export address table (EAT) holds an RVA per ordinal, from the ordinal base on; zero means that the
ordinal is not used. The name table is sorted, and a table beside it gives the EAT index of each name. An
RVA inside the export directory itself is not an address but a forwarder: the string "dll.name" or
"dll.#ordinal".

Source: Microsoft, "PE Format", "The .edata Section (Image Only)".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from windlass.pe import layout
from windlass.pe.image import Image, text

__all__ = ["Export", "Exports"]


class Export(NamedTuple):
    """One export. An ordinal with several names is several exports.

    name:      None if it has only an ordinal (NONAME).
    rva:       of the code or data; of the forwarder's text if it is one.
    forwarder: "dll.name" or "dll.#ordinal"; None if the image itself holds what it exports.
    """

    ordinal: int
    name: str | None
    rva: int
    forwarder: str | None


class Exports:
    """The exports of an image; iterating gives them by ordinal, those of one ordinal by name."""

    def __init__(self, image: Image) -> None:
        self._walk = walk = image.walk(layout.DIRECTORY_EXPORT)
        self._rva, self._size = image.directory(layout.DIRECTORY_EXPORT)
        self._directory = record = walk.record(layout.ExportDirectory, self._rva, "export directory")
        self.ordinal_base: int = record.base
        self.timestamp: int = record.timestamp
        self.number_of_functions: int = record.number_of_functions
        self.number_of_names: int = record.number_of_names
        self._image = image

    @classmethod
    def of(cls, image: Image) -> Exports | None:
        """The exports of an image, None if it has no export directory."""
        rva, _ = image.directory(layout.DIRECTORY_EXPORT)
        # Windows takes a directory for absent if its RVA is zero; its size only tells forwarders.
        return cls(image) if rva else None

    @cached_property
    def name(self) -> str:
        """The DLL's name as its linker knew it; "" if the directory gives none."""
        rva = self._directory.name_rva
        return text(self._walk.string(rva, "DLL name")) if rva else ""

    @cached_property
    def functions(self) -> tuple[int, ...]:
        """The EAT: RVAs by index, which is the ordinal minus ordinal_base; 0 where unused."""
        record = self._directory
        return self._table(record.functions_rva, record.number_of_functions, "I", "export address table")

    @cached_property
    def _names(self) -> tuple[int, ...]:
        record = self._directory
        return self._table(record.names_rva, record.number_of_names, "I", "export name table")

    @cached_property
    def _name_indices(self) -> tuple[int, ...]:
        record = self._directory
        return self._table(record.name_ordinals_rva, record.number_of_names, "H", "export ordinal table")

    def _table(self, rva: int, count: int, code: str, what: str) -> tuple[int, ...]:
        return self._walk.integers(rva, count, code, what) if count else ()

    @cached_property
    def _strings(self) -> list[bytes]:
        """The names of the name table in its order.

        Linkers put them into the directory's own range, so one read gives nearly all.
        """
        walk = self._walk
        low = self._rva
        block = walk.read(low, min(self._size, self._image.contiguous(low)), "export directory")
        find, high = block.find, low + len(block)
        strings = []
        for rva in self._names:
            end = find(b"\0", rva - low) if low <= rva < high else -1
            if end >= 0:
                strings.append(block[rva - low : end])
                walk.spend(len(strings[-1]))
            else:
                strings.append(walk.string(rva, "export name"))
        return strings

    @cached_property
    def entries(self) -> list[Export]:
        """All exports, in the order of iteration."""
        names: dict[int, list[str | None]] = {}
        for index, raw in zip(self._name_indices, self._strings):
            names.setdefault(index, []).append(text(raw))
        nameless: list[str | None] = [None]
        found = []
        for index, rva in enumerate(self.functions):
            if rva == 0:
                continue
            ordinal = self.ordinal_base + index
            forwarder = text(self._walk.string(rva, "forwarder")) if self._is_forwarder(rva) else None
            for name in names.get(index, nameless):
                found.append(Export(ordinal, name, rva, forwarder))
        return found

    def _is_forwarder(self, rva: int) -> bool:
        return self._rva <= rva < self._rva + self._size

    def __iter__(self) -> Iterator[Export]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def find(self, name: str, hint: int | None = None) -> Export | None:
        """The export of a name, None if there is none. Reads only the names it compares.

        hint: an index into the name table, looked at first; a wrong one costs nothing.

        Windows searches the name table by halves, so it does not find all names of an unsorted table;
        this does.
        """
        wanted = name.encode("utf-8", "surrogateescape")
        if hint is not None and 0 <= hint < self.number_of_names and self._name(hint) == wanted:
            return self._named(hint, name)
        low, high = 0, self.number_of_names
        while low < high:
            middle = (low + high) // 2
            found = self._name(middle)
            if found == wanted:
                return self._named(middle, name)
            if found < wanted:
                low = middle + 1
            else:
                high = middle
        if not self._sorted:
            position = self._positions.get(wanted)
            return None if position is None else self._named(position, name)
        return None

    def _name(self, position: int) -> bytes:
        return self._image.string(self._names[position])

    @cached_property
    def _sorted(self) -> bool:
        names = self._strings
        return all(one <= other for one, other in zip(names, names[1:]))

    @cached_property
    def _positions(self) -> dict[bytes, int]:
        return {name: position for position, name in enumerate(self._strings)}

    def _named(self, position: int, name: str) -> Export | None:
        # A name whose index lies beyond the EAT names nothing.
        return self._at(self._name_indices[position], name)

    def by_ordinal(self, ordinal: int) -> Export | None:
        """The export of an ordinal, without its name; None if there is none."""
        return self._at(ordinal - self.ordinal_base, None)

    def _at(self, index: int, name: str | None) -> Export | None:
        if not 0 <= index < self.number_of_functions or not self.functions[index]:
            return None
        rva = self.functions[index]
        forwarder = text(self._image.string(rva, "forwarder")) if self._is_forwarder(rva) else None
        return Export(self.ordinal_base + index, name, rva, forwarder)
