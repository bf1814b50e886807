"""DLLs mapped as data: for their resources, not to be called.

LOAD_LIBRARY_AS_DATAFILE maps the file as it is, LOAD_LIBRARY_AS_IMAGE_RESOURCE lays it out as a module; the
handle's low bits tell which. No list of modules has them, and nothing is relocated, bound or attached.

Source: Microsoft, "LoadLibraryExW function".
"""

from __future__ import annotations

import os

from windlass import _core, errors, mapping, registry, search
from windlass.errors import BadImage
from windlass.light import TYPE_CHECKING
from windlass.plan import page_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from windlass.pe import Image

__all__ = ["DataFile", "data_files", "map_found"]

AS_DATAFILE = 0x00000002
AS_IMAGE_RESOURCE = 0x00000020
AS_DATAFILE_EXCLUSIVE = 0x00000040
FLAGS = AS_DATAFILE | AS_IMAGE_RESOURCE | AS_DATAFILE_EXCLUSIVE

# The low bits of a handle.
IS_DATAFILE, IS_IMAGE_MAPPING = 1, 2
TAGS = IS_DATAFILE | IS_IMAGE_MAPPING


class DataFile:
    """A DLL mapped for its resources.

    path:   the file, or the name of a builtin DLL.
    handle: its address with the tag in the low bits: what the resource functions take.
    image:  its contents, read from the file.
    from_file: False for a builtin DLL.
    """

    def __init__(self, path: str, image: Image, base: int, size: int, tag: int) -> None:
        self.path = path
        self.name = os.path.basename(path)
        self.image = image
        self.handle = base | tag
        self.from_file = os.path.isabs(path)
        self.on_close: Callable[[], object] | None = None
        """Ends what else is held while the file is mapped."""
        self.satellites = Satellites()
        """Files with its translations."""
        self._size = size

    @property
    def is_loaded(self) -> bool:
        return data_files.get(self.handle) is self

    def free(self) -> None:
        """Unmap it. OSError with winerror 193 when it is not mapped any more, as Windows has it."""
        if not self.is_loaded:
            raise errors.win_error(errors.ERROR_BAD_EXE_FORMAT)
        del data_files[self.handle]
        _core.data_file_remove(self.handle)
        self.satellites.clear()
        self.image.close()
        _core.unmap(self.handle & ~TAGS, page_up(self._size))
        if self.on_close is not None:
            self.on_close()

    def __enter__(self) -> DataFile:
        return self

    def __exit__(self, *exception: object) -> None:
        self.free()

    def __repr__(self) -> str:
        state = f"handle {self.handle:x}" if self.is_loaded else "unloaded"
        return f"<DataFile {self.name!r}, {state}>"


class Satellites:
    """The files with a module's translations, as far as they have been asked for; they go with it."""

    def __init__(self) -> None:
        self._by_language: dict[str, DataFile | None] = {}

    def get(self, path: str, language: str) -> DataFile | None:
        """`LANGUAGE/NAME.mui` beside the module of that path; None if that is no image.

        Source: Microsoft, "MUI Resource Management", "Resource Loader".
        """
        key = language.lower()
        if key not in self._by_language:
            directory, name = os.path.split(path)
            file = search.in_directory(directory, f"{language}/{name}.mui")
            self._by_language[key] = _map_satellite(file) if file else None
        return self._by_language[key]

    def clear(self) -> None:
        for each in filter(None, self._by_language.values()):
            each.free()
        self._by_language.clear()


def _map_satellite(path: str) -> DataFile | None:
    try:
        return map_found(search.Found(path, None), AS_IMAGE_RESOURCE)
    except (OSError, BadImage):
        return None


data_files: dict[int, DataFile] = {}
"""Those of this process, by handle."""


def map_found(found: search.Found, flags: int) -> DataFile:
    """Map what a search found; BadImage if it is no image."""
    name = found.path or found.builtin or ""
    fd = os.open(found.path, os.O_RDONLY | os.O_CLOEXEC) if found.path else _builtin_file(name)
    try:
        size = os.fstat(fd).st_size
        image = _image_of(found)
        if flags & AS_IMAGE_RESOURCE:
            plan = mapping.map_image(_key(found, fd), lambda: _image_of(found), for_resources=True)
            base, size, tag = plan.base, plan.size, IS_IMAGE_MAPPING
        else:
            base, tag = mapping.map_data(fd, size), IS_DATAFILE
    finally:
        os.close(fd)
    made = DataFile(name, image, base, size, tag)
    data_files[made.handle] = made
    _core.data_file_add(made.handle, size)
    return made


def _key(found: search.Found, fd: int) -> str:
    """Names an image in the cache, apart from those that are mapped as modules."""
    if found.builtin is not None:
        return f"{found.builtin}-{registry.fingerprint()}-resources"
    status = os.fstat(fd)
    return f"{status.st_dev:x}-{status.st_ino:x}-{status.st_size:x}-{status.st_mtime_ns:x}-resources"


def _image_of(found: search.Found) -> Image:
    from windlass.pe import Image

    return Image.open(found.path) if found.path else registry.image(found.builtin or "")


def _builtin_file(name: str) -> int:
    dll = registry.builtin(name)
    assert dll is not None
    fd = os.memfd_create(name, os.MFD_CLOEXEC)
    os.write(fd, registry.image_bytes(dll))
    return fd
