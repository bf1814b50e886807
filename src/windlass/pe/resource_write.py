"""Writing resources: the same file with another tree of resources.

The tree is written as linkers do it: directories, then names, then data entries, then data, all of it in the
section that holds resources. Where that section cannot grow because another one lies behind it, base
relocations are moved out of the way, which nothing but their directory points at; else the file gets a new
section at its end.

Source: Microsoft, "PE Format", "The .rsrc Section"; "UpdateResourceW function".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Union

from windlass.pe import layout
from windlass.pe.image import Image, Section, align_up
from windlass.pe.resources import Key
from windlass.pe.signature import compute_checksum

__all__ = ["ResourceKey", "read_all", "with_resources", "write_tree"]

ResourceKey = tuple[Key, Key, int]
"""Type, name and language."""

_Tree = dict[Key, Union["_Tree", bytes]]

READABLE_DATA = layout.SECTION_READ | layout.SECTION_INITIALIZED_DATA


def read_all(image: Image) -> dict[ResourceKey, bytes]:
    """The data of all resources that have a type, a name and a language."""
    found: dict[ResourceKey, bytes] = {}
    data = image.walk(layout.DIRECTORY_RESOURCE)
    for resource in image.resources.walk() if image.resources else ():
        if len(resource.path) != 3:
            continue
        type_, name, language = resource.path
        if isinstance(language, int):
            found[type_, name, language] = data.read(resource.rva, resource.size, "resource")
    return found


# ---- the tree ----


def write_tree(resources: Mapping[ResourceKey, bytes], rva: int) -> bytes:
    """A resource section that is to lie at `rva`. Names are kept as they are; Windows' are in capitals."""
    return _TreeWriter(resources).write(rva)


class _TreeWriter:
    def __init__(self, resources: Mapping[ResourceKey, bytes]) -> None:
        self.tree: _Tree = {}
        for (type_, name, language), data in resources.items():
            names = self.tree.setdefault(type_, {})
            assert isinstance(names, dict)
            languages = names.setdefault(name, {})
            assert isinstance(languages, dict)
            languages[language] = data
        self.directories: list[_Tree] = []
        self.leaves: list[bytes] = []
        self.names: dict[str, int] = {}
        self._collect(self.tree)

    def _collect(self, root: _Tree) -> None:
        """Number directories, leaves and names, level by level."""
        self.directories.append(root)
        for directory in self.directories:  # grows as it goes
            for key, below in _sorted(directory):
                if isinstance(key, str):
                    self.names.setdefault(key, 0)
                if isinstance(below, bytes):
                    self.leaves.append(below)
                else:
                    self.directories.append(below)

    def write(self, rva: int) -> bytes:
        entry, data_entry = layout.ResourceDirectoryEntry, layout.ResourceDataEntry
        offsets = []
        position = 0
        for directory in self.directories:
            offsets.append(position)
            position += layout.ResourceDirectory.size_in_bytes + len(directory) * entry.size_in_bytes
        texts = b""
        for name in self.names:
            self.names[name] = position + len(texts)
            units = name.encode("utf-16-le", "surrogatepass")
            texts += (len(units) // 2).to_bytes(2, "little") + units
        texts += bytes(-len(texts) % 4)
        entries_at = position + len(texts)
        data_at = align_up(entries_at + len(self.leaves) * data_entry.size_in_bytes, 8)

        leaf_entries, contents = b"", bytearray()
        for leaf in self.leaves:
            leaf_entries += data_entry.pack(rva=rva + data_at + len(contents), size=len(leaf))
            contents += leaf + bytes(-len(leaf) % 8)
        head = self._directories(offsets, entries_at) + texts + leaf_entries
        return head.ljust(data_at, b"\0") + bytes(contents)

    def _directories(self, offsets: list[int], entries_at: int) -> bytes:
        written = b""
        next_directory, next_leaf = 1, 0
        for directory in self.directories:
            named = sum(isinstance(key, str) for key in directory)
            counts = {"number_of_named_entries": named, "number_of_id_entries": len(directory) - named}
            written += layout.ResourceDirectory.pack(**counts)
            for key, below in _sorted(directory):
                name = self.names[key] | layout.RESOURCE_FLAG if isinstance(key, str) else key
                if isinstance(below, bytes):
                    offset = entries_at + next_leaf * layout.ResourceDataEntry.size_in_bytes
                    next_leaf += 1
                else:
                    offset = offsets[next_directory] | layout.RESOURCE_FLAG
                    next_directory += 1
                written += layout.ResourceDirectoryEntry.pack(name=name, offset=offset)
        return written


def _sorted(directory: _Tree) -> list[tuple[Key, _Tree | bytes]]:
    """Names before IDs, each in ascending order."""
    return sorted(directory.items(), key=lambda item: (isinstance(item[0], int), item[0]))


# ---- the file ----


class _Header(NamedTuple):
    """One section header, and which one it is."""

    number: int
    section: Section


def with_resources(image: Image, resources: Mapping[ResourceKey, bytes]) -> bytes:
    """The image's file with these resources in place of its own.

    BadImage if the file cannot be loaded anyway, or has no room for a section header that it needs. A
    signature in the file does not fit any more afterwards.
    """
    image.check()
    return _FileWriter(image).write(resources)


class _FileWriter:
    def __init__(self, image: Image) -> None:
        self.image = image
        self.data = bytearray(image.bytes_at(0, len(image)))
        header = image.dos_header.lfanew + 4
        self.optional_header = header + layout.FileHeader.size_in_bytes
        self.section_table = self.optional_header + image.file_header.size_of_optional_header
        self.file_header = header

    def write(self, resources: Mapping[ResourceKey, bytes]) -> bytes:
        rva, _ = self.image.directory(layout.DIRECTORY_RESOURCE)
        size = len(write_tree(resources, 0))
        own = next((h for h in self._headers() if rva and h.section.rva == rva), None)
        if own is not None and not self._has_room(own.section, size):
            own = self._without_relocations_behind(own, size)
        if own is None:
            own = self._new_section()
        self._fill(own, write_tree(resources, own.section.rva))
        self._set_directory(layout.DIRECTORY_RESOURCE, own.section.rva, size)
        self._finish()
        return bytes(self.data)

    def _headers(self) -> list[_Header]:
        return [_Header(index, section) for index, section in enumerate(self.image.sections)]

    def _has_room(self, section: Section, size: int) -> bool:
        behind = [other.rva for other in self.image.sections if other.rva > section.rva]
        return not behind or section.rva + size <= min(behind)

    def _without_relocations_behind(self, own: _Header, size: int) -> _Header | None:
        """The section, when only base relocations lie behind it, which then make room; else None."""
        behind = [header for header in self._headers() if header.section.rva > own.section.rva]
        directory, length = self.image.directory(layout.DIRECTORY_RELOCATION)
        if len(behind) != 1 or behind[0].section.rva != directory:
            return None
        moved = align_up(own.section.rva + size, self.image.section_alignment)
        self._set_section(behind[0].number, rva=moved)
        self._set_directory(layout.DIRECTORY_RELOCATION, moved, length)
        return own

    def _new_section(self) -> _Header:
        """An empty section at the end of the image and of its sections' data."""
        count = len(self.image.sections)
        at = self.section_table + count * layout.SectionHeader.size_in_bytes
        first_data = min((s.offset for s in self.image.sections if s.raw_size and s.offset), default=at)
        if at + layout.SectionHeader.size_in_bytes > min(self.image.size_of_headers, first_data):
            raise self.image.bad("its headers have no room for one more section", at)
        rva = max(align_up(s.rva + s.virtual_size, self.image.section_alignment) for s in self.image.sections)
        end = max((s.offset + s.raw_size for s in self.image.sections if s.offset), default=0)
        offset = align_up(end, self.image.file_alignment)
        if padding := offset - end:
            self._insert(end, padding)
        place = {"rva": rva, "offset": offset}
        header = layout.SectionHeader.pack(name=b".rsrc", **place, characteristics=READABLE_DATA)
        self.data[at : at + len(header)] = header
        self._put(self.file_header + layout.FileHeader.offset_of("number_of_sections"), count + 1, 2)
        return _Header(count, Section(".rsrc", rva, 0, offset, 0, READABLE_DATA))

    def _fill(self, header: _Header, content: bytes) -> None:
        """Give a section its content; what lies behind it in the file moves."""
        section = header.section
        raw_size = align_up(len(content), self.image.file_alignment)
        end = section.offset + section.raw_size
        self._insert(end, raw_size - section.raw_size)
        self.data[section.offset : section.offset + raw_size] = content.ljust(raw_size, b"\0")
        self._set_section(header.number, virtual_size=len(content), raw_size=raw_size)

    def _insert(self, offset: int, size: int) -> None:
        """Insert bytes at an offset, or remove some before it (size below 0); tell all that points behind."""
        now = Image(bytes(self.data))
        if size >= 0:
            self.data[offset:offset] = bytes(size)
        else:
            del self.data[offset + size : offset]
        for index, section in enumerate(now.sections):
            if section.offset >= offset and section.raw_size:
                self._set_section(index, offset=self._moved(section.offset, size))
        symbols = now.file_header.symbol_table
        if symbols >= offset:
            field = self.file_header + layout.FileHeader.offset_of("symbol_table")
            self._put(field, self._moved(symbols, size), 4)
        certificates, length = now.directory(layout.DIRECTORY_CERTIFICATE)
        if certificates >= offset:
            self._set_directory(layout.DIRECTORY_CERTIFICATE, self._moved(certificates, size), length)

    def _moved(self, offset: int, size: int) -> int:
        """Where a file offset comes to lie. A damaged file's may be in what goes."""
        if not 0 <= offset + size < 1 << 32:
            raise self.image.bad("something else lies in its resources", offset)
        return offset + size

    def _finish(self) -> None:
        """Sizes and the checksum."""
        now = Image(bytes(self.data))
        end = max(section.rva + section.virtual_size for section in now.sections)
        field = type(now.optional_header).offset_of
        size = align_up(end, now.section_alignment)
        self._put(self.optional_header + field("size_of_image"), size, 4)
        if now.checksum:
            checksum = compute_checksum(Image(bytes(self.data)))
            self._put(self.optional_header + field("checksum"), checksum, 4)

    # The fields

    def _put(self, offset: int, value: int, size: int) -> None:
        self.data[offset : offset + size] = value.to_bytes(size, "little")

    def _set_section(self, index: int, **fields: int) -> None:
        header = self.section_table + index * layout.SectionHeader.size_in_bytes
        for name, value in fields.items():
            self._put(header + layout.SectionHeader.offset_of(name), value, 4)

    def _set_directory(self, index: int, rva: int, size: int) -> None:
        at = self.optional_header + self.image.optional_header.size_in_bytes
        entry = layout.DataDirectory.pack(rva=rva, size=size)
        at += index * len(entry)
        self.data[at : at + len(entry)] = entry
