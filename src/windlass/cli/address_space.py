"""The address space of a process: which modules lie where in it, and what memory they take.

/proc/PID/smaps says of each mapping how much of it is in memory, and how much of that no other process has.
Modules are found as what begins with the headers of an image; that works from outside of the process, too.

Source: proc(5), "/proc/pid/smaps"; Microsoft, "PE Format".
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

from windlass.errors import BadImage
from windlass.pe import Image, layout

__all__ = ["AddressSpace", "Area", "LoadedImage", "Memory"]

_HEAD = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S{4}) [0-9a-f]+ \S+ \d+ *(.*)")
_KILOBYTES = re.compile(r"(\w+): +(\d+) kB")
# Linkers align images to more; mappings of files in Python are shared, those of images are not.
_PRIVATE = "p"
# The cache's files hold images as they lie in memory.
_LAID_OUT = ".image"


class Memory(NamedTuple):
    """Bytes: of address space, of those in memory, and of these in this process alone or in others too.

    proportional: the process's part of what it shares, each page divided among all who have it (PSS).
    """

    size: int = 0
    resident: int = 0
    shared: int = 0
    private: int = 0
    proportional: int = 0

    def plus(self, other: Memory) -> Memory:
        return Memory(*(one + another for one, another in zip(self, other)))


class Area(NamedTuple):
    """One mapping. rights: as "r-xp". path: of the file behind it, "[heap]" and its like, or ""."""

    start: int
    end: int
    rights: str
    path: str
    memory: Memory


class LoadedImage:
    """A module: an image, and the areas that it lies in.

    name: as its export directory has it, or its file, or its program.
    """

    def __init__(self, image: Image, name: str, areas: list[Area]) -> None:
        self.image = image
        self.name = name
        self.areas = areas

    @property
    def memory(self) -> Memory:
        return total(self.areas)

    def sections_in(self, area: Area) -> list[str]:
        """The sections, and the headers, that an area holds something of."""
        base = self.image.base
        ranges = [("headers", 0, self.image.size_of_headers)]
        ranges += [(s.name, s.rva, s.rva + s.virtual_size) for s in self.image.sections]
        low, high = area.start - base, area.end - base
        return [name for name, start, end in ranges if start < high and low < end]


def total(areas: list[Area]) -> Memory:
    memory = Memory()
    for area in areas:
        memory = memory.plus(area.memory)
    return memory


class AddressSpace:
    """A process's modules, in the order of their addresses, and the areas that belong to none.

    pid:   of the process. OSError if there is none, or if it may not be looked into.
    names: the modules' names by their base, where they are known.
    """

    def __init__(self, pid: int, names: Mapping[int, str] | None = None) -> None:
        self.pid = pid
        areas = list(read_areas(pid))
        self.modules: list[LoadedImage] = []
        self.others: list[Area] = []
        with _memory_of(pid) as descriptor:
            self._assign(areas, descriptor, names or {})

    def _assign(self, areas: list[Area], descriptor: int | None, names: Mapping[int, str]) -> None:
        end = 0
        for area in areas:
            if area.start < end:
                self.modules[-1].areas.append(area)
                continue
            image = _image_at(area, descriptor)
            if image is None:
                self.others.append(area)
                continue
            name = names.get(area.start) or self._name(image, area)
            self.modules.append(LoadedImage(image, name, [area]))
            end = area.start + image.size_of_image

    def _name(self, image: Image, area: Area) -> str:
        try:
            if image.exports is not None and image.exports.name:
                return image.exports.name
        except (BadImage, OSError):
            pass
        if not image.is_dll and (program := _program_of(self.pid)):
            return program
        return os.path.basename(area.path) or hex(area.start)


def read_areas(pid: int) -> Iterator[Area]:
    """The mappings of a process, in the order of their addresses."""
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="surrogateescape") as lines:
        head, counts = None, {}
        for line in lines:
            if match := _KILOBYTES.match(line):
                counts[match[1]] = 1024 * int(match[2])
            elif match := _HEAD.match(line):
                if head is not None:
                    yield _area(head, counts)
                head, counts = match, {}
        if head is not None:
            yield _area(head, counts)


def _area(head: re.Match[str], counts: dict[str, int]) -> Area:
    memory = Memory(
        counts.get("Size", 0),
        counts.get("Rss", 0),
        counts.get("Shared_Clean", 0) + counts.get("Shared_Dirty", 0),
        counts.get("Private_Clean", 0) + counts.get("Private_Dirty", 0),
        counts.get("Pss", 0),
    )
    return Area(int(head[1], 16), int(head[2], 16), head[3], head[4].rstrip("\n"), memory)


@contextmanager
def _memory_of(pid: int) -> Iterator[int | None]:
    """A descriptor of a process's memory; None where the kernel lets only debuggers read it. Images that lie
    in the cache are found all the same.
    """
    try:
        descriptor = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
    except PermissionError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


class _ProcessMemory:
    """A range of a process's memory, as far as Image needs it to be bytes."""

    def __init__(self, descriptor: int, start: int, size: int) -> None:
        self._descriptor = descriptor
        self._start = start
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, range: slice) -> bytes:
        start, stop, _ = range.indices(self._size)
        return os.pread(self._descriptor, stop - start, self._start + start)


def _image_at(area: Area, descriptor: int | None) -> Image | None:
    """The image whose headers an area begins with, None if none is there."""
    if area.rights[0] != "r" or area.rights[3] != _PRIVATE:
        return None
    try:
        if area.path.endswith(_LAID_OUT):
            with open(area.path, "rb") as file:
                return Image(file.read(), mapped=True, base=area.start)
        if descriptor is None or os.pread(descriptor, 2, area.start) != layout.DOS_SIGNATURE:
            return None
        headers = os.pread(descriptor, min(area.end - area.start, layout.PAGE_SIZE), area.start)
        size = Image(headers, mapped=True).size_of_image
        memory = cast(Any, _ProcessMemory(descriptor, area.start, size))
        return Image(memory, mapped=True, base=area.start)
    except (BadImage, OSError):
        return None


def _program_of(pid: int) -> str | None:
    """The Windows program that a process runs, by its command line."""
    with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="surrogateescape") as file:
        words = file.read().split("\0")
    return next((os.path.basename(word) for word in words if word.lower().endswith(".exe")), None)
