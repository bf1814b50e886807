"""Mapping an image: where it lies, how it is laid out and relocated, and how its pages are protected.

A laid-out copy of the file (see image_cache) is mapped privately, section by section, at a base that is the
same in every process.

Source: Microsoft, "PE Format".
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib

from windlass import _core, image_cache
from windlass.pe import Image, Section, layout

__all__ = ["check", "map_image", "mapped_sections", "page_up", "protect", "writable"]

PAGE = mmap.PAGESIZE
READ, WRITE, EXECUTE = mmap.PROT_READ, mmap.PROT_WRITE, mmap.PROT_EXEC


def check(image: Image) -> None:
    """Refuse what cannot run here; BadImage says why."""
    if image.machine != layout.MACHINE_AMD64 or not image.is_pe32plus:
        machine = layout.MACHINE_NAMES.get(image.machine, hex(image.machine))
        raise image.bad(f"an image for {machine}; only x86-64 images can be loaded", 0)
    image.check()


def map_image(image: Image, key: str, cached: bool = True) -> int:
    """Map the image at a base chosen from its key, laid out and relocated; returns the base.

    cached: keep the laid-out image for other processes.
    """
    size = page_up(image.size_of_image)
    for attempt, base in enumerate(_bases(image, key, size)):
        try:
            _core.reserve(base, size)
        except OSError:  # taken, or below what the system gives to programs
            continue
        try:
            # Where another image lies at the first choice, this process relocates privately.
            map_reserved(image, base, size, f"{key}-{base:x}.image" if cached and attempt == 0 else None)
        except BaseException:
            _core.unmap(base, size)
            raise
        return base
    raise image.bad(f"the address space at {image.image_base:#x} is taken and the image cannot be moved", 0)


def map_shared_sections(image: Image, base: int, key: str) -> list[int]:
    """Map the sections that are one for all processes; returns descriptors that hold them.

    The first process sets a section's initial data. A lock on the section's file, which ends with its
    holder, tells whether there is another one.
    """
    held = []
    for section in image.sections:
        if section.shared and section.writable:
            start, length = section_pages(section)
            fd = image_cache.open_shared(f"{key}-{start:x}.shared", length, _core.read(base + start, length))
            _core.map(base + start, length, READ | WRITE, fd, 0, True)
            held.append(fd)
    return held


def relocatable(image: Image) -> bool:
    return not image.characteristics & layout.FILE_RELOCS_STRIPPED


def _bases(image: Image, key: str, size: int) -> list[int]:
    """Bases to try, the same in every process.

    As on Windows, an image that prefers to lie below 4 GiB stays there: it may hold 32-bit addresses.
    """
    if not relocatable(image):
        return [image.image_base]
    chosen = _places(key, size, low=image.image_base < 1 << 32)
    # Without DYNAMIC_BASE an image lies where it wants to: its code may never have been tried elsewhere.
    return chosen if image.dll_characteristics & layout.DLL_DYNAMIC_BASE else [image.image_base, *chosen]


def _places(key: str, size: int, low: bool = False) -> list[int]:
    """Addresses that a key chooses, below 4 GiB or in a range that little else uses."""
    begin, end = (0x1000_0000, 0x7000_0000) if low else (0x2000_0000_0000, 0x3000_0000_0000)
    places = max(1, (end - begin - size) // 0x10000)
    first = zlib.crc32(key.encode()) * 0x9E3779B1
    return [begin + (first + attempt * 0x61C9) % places * 0x10000 for attempt in range(64)]


def map_data(fd: int, size: int) -> int:
    """Map a file as it is, readable only; returns where."""
    status = os.fstat(fd)
    for base in _places(f"{status.st_dev:x}-{status.st_ino:x}-data", page_up(size)):
        try:
            _core.reserve(base, page_up(size))
        except OSError:
            continue
        _core.map(base, page_up(size), READ, fd, 0, False)
        return base
    raise MemoryError("no address space is left")


def map_reserved(image: Image, base: int, size: int, entry: str | None) -> None:
    fd = image_cache.open_entry(entry, size) if entry else None
    if fd is None:
        fd = image_cache.make_entry(entry, size, lambda new: lay_out(image, base, size, new))
    try:
        _core.map(base, page_up(image.size_of_headers), READ, fd, 0, False)
        for section in mapped_sections(image):
            start, length = section_pages(section)
            _core.map(base + start, length, READ | WRITE if section.writable else READ, fd, start, False)
    finally:
        os.close(fd)


def lay_out(image: Image, base: int, size: int, fd: int) -> None:
    """Write the image to the file as it lies in memory at `base`."""
    _core.map(base, size, READ | WRITE, fd, 0, True)
    try:
        os.pwrite(fd, image.read(0, min(image.size_of_headers, size)), 0)
        for section in mapped_sections(image):
            # The file's bytes go on to the end of the last page, whatever the virtual size is.
            stored = min(page_up(section.virtual_size), section.raw_size if section.offset else 0)
            if stored:
                os.pwrite(fd, image.read(section.rva, stored), section.rva)
        relocate(image, base, size)
    finally:
        # Away with the shared mapping, before the cache marks the file as complete.
        _core.map(base, size, 0, -1, 0, False)


def relocate(image: Image, base: int, size: int) -> None:
    """Apply the base relocations to a writable laid-out image at `base`, and tell its header."""
    if not image.is_pe32plus:  # mapped for its resources
        return
    rva, length = image.directory(layout.DIRECTORY_RELOCATION)
    delta = base - image.image_base
    if delta and rva and relocatable(image):
        bad_rva = _core.relocate(base, size, rva, length, delta & (1 << 64) - 1)
        if bad_rva >= 0:
            raise image.bad(f"bad base relocation at RVA {bad_rva:#x}", image.offset_of(bad_rva) or 0)
    _core.write(base + image.dos_header.lfanew + 24 + 24, struct.pack("<Q", base))


def mapped_sections(image: Image) -> list[Section]:
    """The sections to map. A low-alignment image is one piece with its headers, as the file is."""
    if image.is_low_alignment:
        everything = 0
        for section in image.sections:
            everything |= section.characteristics
        size = image.size_of_image
        return [Section("", 0, size, 0, min(size, len(image)), everything | layout.SECTION_READ)]
    return image.sections


def section_pages(section: Section) -> tuple[int, int]:
    return section.rva & -PAGE, page_up(section.rva + section.virtual_size) - (section.rva & -PAGE)


def page_up(size: int) -> int:
    return size + PAGE - 1 & -PAGE


def protection_of(section: Section) -> int:
    return (
        (READ if section.readable or section.executable else 0)
        | (WRITE if section.writable else 0)
        | (EXECUTE if section.executable else 0)
    )


def protect(image: Image, base: int) -> None:
    """Give each section its own protection."""
    for section in mapped_sections(image):
        start, length = section_pages(section)
        _core.protect(base + start, length, protection_of(section))


class writable:
    """Makes a range of a module writable for a while; never executable at the same time, unless its section
    is.
    """

    def __init__(self, image: Image, base: int, rva: int, size: int) -> None:
        self.image = image
        self.base = base
        self.start = rva & -PAGE
        self.length = page_up(rva + size) - self.start

    def __enter__(self) -> None:
        _core.protect(self.base + self.start, self.length, READ | WRITE)

    def __exit__(self, *exception: object) -> None:
        for section in mapped_sections(self.image):
            start, length = section_pages(section)
            low, high = max(start, self.start), min(start + length, self.start + self.length)
            if low < high:
                _core.protect(self.base + low, high - low, protection_of(section))
