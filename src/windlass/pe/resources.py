"""Resources: a tree of directories, by convention three deep: type, name, language.

A directory's entries have a name (UTF-16) or an ID, and lead to another directory or to data. Offsets in the
tree count from its root; only the data has an RVA.

Source: Microsoft, "PE Format", "The .rsrc Section".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple, Union

from windlass.pe import layout
from windlass.pe.image import Image
from windlass.pe.walk import Walk

__all__ = ["Resource", "ResourceDirectory", "ResourceEntry", "read_resources"]

Key = Union[int, str]

# Windows uses three levels. A tree that is deeper than this runs in a circle.
DEEPEST = 16


class Resource(NamedTuple):
    """One resource's data.

    path:      its IDs and names from the root: (type, name, language).
    code_page: of text in it; mostly 0.
    """

    path: tuple[Key, ...]
    rva: int
    size: int
    code_page: int


class ResourceEntry:
    """An entry of a directory. Either `directory` or `resource` is not None."""

    def __init__(self, walk: Walk, root_rva: int, path: tuple[Key, ...], offset: int) -> None:
        self._walk = walk
        self._root_rva = root_rva
        self._offset = offset
        self.path = path

    @property
    def key(self) -> Key:
        """The entry's ID or name."""
        return self.path[-1]

    @property
    def is_directory(self) -> bool:
        return bool(self._offset & layout.RESOURCE_FLAG)

    @cached_property
    def directory(self) -> ResourceDirectory | None:
        if not self.is_directory:
            return None
        return ResourceDirectory(self._walk, self._root_rva, self._offset & ~layout.RESOURCE_FLAG, self.path)

    @cached_property
    def resource(self) -> Resource | None:
        if self.is_directory:
            return None
        record = self._walk.record(
            layout.ResourceDataEntry, self._root_rva + self._offset, "resource data entry"
        )
        return Resource(self.path, record.rva, record.size, record.code_page)


class ResourceDirectory:
    """A directory of the tree; iterating gives its entries, names before IDs."""

    def __init__(self, walk: Walk, root_rva: int, offset: int, path: tuple[Key, ...]) -> None:
        if len(path) > DEEPEST:
            raise walk.bad(f"nested deeper than {DEEPEST}")
        self._walk = walk
        self._root_rva = root_rva
        self._rva = root_rva + offset
        self.path = path
        self._record = record = walk.record(layout.ResourceDirectory, self._rva, "resource directory")
        self.timestamp: int = record.timestamp
        self.version: tuple[int, int] = (record.major_version, record.minor_version)

    @cached_property
    def entries(self) -> list[ResourceEntry]:
        count = self._record.number_of_named_entries + self._record.number_of_id_entries
        rva = self._rva + layout.ResourceDirectory.size_in_bytes
        size = layout.ResourceDirectoryEntry.size_in_bytes
        table = self._walk.read(rva, count * size, "resource directory entries")
        return [
            ResourceEntry(self._walk, self._root_rva, (*self.path, self._key(record.name)), record.offset)
            for record in layout.ResourceDirectoryEntry.unpack_all(table)
        ]

    def _key(self, field: int) -> Key:
        if not field & layout.RESOURCE_FLAG:
            return field
        rva = self._root_rva + (field & ~layout.RESOURCE_FLAG)
        (length,) = self._walk.integers(rva, 1, "H", "resource name's length")
        return self._walk.read(rva + 2, 2 * length, "resource name").decode("utf-16-le", "surrogatepass")

    def __iter__(self) -> Iterator[ResourceEntry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def get(self, key: Key) -> ResourceEntry | None:
        """The entry of an ID or a name, None if there is none. Windows compares names without case."""
        wanted = key.upper() if isinstance(key, str) else key
        for entry in self.entries:
            found = entry.key.upper() if isinstance(entry.key, str) else entry.key
            if found == wanted:
                return entry
        return None

    def find(self, *path: Key) -> Resource | None:
        """The resource of a path such as (type, name, language); None if there is none.

        Where the path is shorter than the tree is deep, the first entry stands for what it does not say.
        """
        directory: ResourceDirectory | None = self
        for depth in range(DEEPEST):
            if directory is None:
                return None
            entry = directory.get(path[depth]) if depth < len(path) else next(iter(directory), None)
            if entry is None:
                return None
            if not entry.is_directory:
                return entry.resource if depth + 1 >= len(path) else None
            directory = entry.directory
        return None

    def walk(self) -> Iterator[Resource]:
        """All resources below this directory, in the order of the tree."""
        for entry in self.entries:
            if entry.directory is not None:
                yield from entry.directory.walk()
            elif entry.resource is not None:
                yield entry.resource


def read_resources(image: Image) -> ResourceDirectory | None:
    """The root of an image's resources, None if it has none."""
    rva, _ = image.directory(layout.DIRECTORY_RESOURCE)
    if not rva:
        return None
    return ResourceDirectory(image.walk(layout.DIRECTORY_RESOURCE), rva, 0, ())
