"""Base relocations: the places to change when an image does not lie at its preferred base.

The directory is a row of blocks, one per page that has any: the page's RVA, the block's size, and 16-bit
entries of a type (4 bits) and an offset into the page (12 bits). On x86-64 the type is DIR64, with
ABSOLUTE as padding.

Source: Microsoft, "PE Format", "The .reloc Section (Image Only)".
"""

from __future__ import annotations

from collections.abc import Iterator

from windlass.pe import layout
from windlass.pe.image import Image

__all__ = ["read_blocks", "read_relocations"]


def read_blocks(image: Image) -> Iterator[tuple[int, tuple[int, ...]]]:
    """(page rva, 16-bit entries as they are in the file) of each block."""
    rva, size = image.directory(layout.DIRECTORY_RELOCATION)
    if not rva:
        return
    walk = image.walk(layout.DIRECTORY_RELOCATION)
    header_size = layout.BaseRelocationBlock.size_in_bytes
    end = rva + size
    while end - rva >= header_size:
        block = walk.record(layout.BaseRelocationBlock, rva, "base relocation block")
        if block.size == 0 and block.page_rva == 0:
            return  # zeros up to the directory's end
        if block.size < header_size or block.size > end - rva:
            raise walk.bad(f"block of size {block.size:#x}")
        count = (block.size - header_size) // 2
        yield block.page_rva, walk.integers(rva + header_size, count, "H", "base relocations")
        rva += block.size


def read_relocations(image: Image) -> Iterator[tuple[int, int]]:
    """(rva, type) of each relocation, in the order of the directory.

    Padding (type ABSOLUTE) is left out, and so is the second entry of a HIGHADJ, which is no
    relocation but the low half of the value.
    """
    for page, entries in read_blocks(image):
        if layout.REL_HIGHADJ in {entry >> 12 for entry in entries}:
            entries = tuple(_without_parameters(entries))
        for entry in entries:
            if entry >= 0x1000:
                yield page + (entry & 0xFFF), entry >> 12


def _without_parameters(entries: tuple[int, ...]) -> Iterator[int]:
    rest = iter(entries)
    for entry in rest:
        yield entry
        if entry >> 12 == layout.REL_HIGHADJ:
            next(rest, None)
