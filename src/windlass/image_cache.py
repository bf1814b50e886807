"""Laid-out images, kept between processes.

A PE file's sections are mostly not page-aligned on disk, so what is mapped is a copy laid out by RVA and
relocated to the base where it will lie. Every process maps the same copy privately at the same base: code
pages are shared, and loading costs nothing per relocation. Copies lie in `$XDG_CACHE_HOME/windlass`, a
folder that only its owner can enter. With each lies a note: what the loader has to know of the image.

An entry's name holds the identity of its source and its base; its modification time is set to a value
derived from that name, so that any later write to it is noticed. What does not fit is not used.
"""

from __future__ import annotations

import itertools
import os
import stat
import time

from windlass import _core
from windlass.light import TYPE_CHECKING, cache, suppress
from windlass.user_folders import cache_folder

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["make_entry", "open_entry", "open_shared", "read_bytes", "write_bytes"]


@cache
def folder() -> str | None:
    """The cache folder; None when there is none that belongs to this user alone, and from which code may be
    mapped.
    """
    path = cache_folder()
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        status = os.lstat(path)
        if os.statvfs(path).f_flag & os.ST_NOEXEC:
            return None
    except OSError:
        return None
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        return None
    return path


def _mark(name: str) -> int:
    """The modification time that an entry of this name must have, in nanoseconds."""
    return (1_000_000_000 + _core.hash(name.encode()) % 500_000_000) * 1_000_000_000


def open_entry(name: str) -> tuple[int, bytes] | None:
    """A file descriptor of an entry that is exactly what `make_entry` left, and its note; or None."""
    where = folder()
    if where is None:
        return None
    try:
        fd = os.open(where + "/" + name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    status = os.fstat(fd)
    if (
        stat.S_ISREG(status.st_mode)
        and status.st_uid == os.geteuid()
        and not status.st_mode & 0o022
        and status.st_mtime_ns == _mark(name)
        and (note := _read_note(fd, status.st_size))
    ):
        return fd, note
    os.close(fd)
    return None


# An entry's file is the image, the note, and the image's size in 8 bytes.


def _read_note(fd: int, file_size: int) -> bytes:
    """b"" for what is no entry."""
    size = int.from_bytes(os.pread(fd, 8, max(0, file_size - 8)), "little")
    return os.pread(fd, file_size - 8 - size, size) if size < file_size - 8 else b""


def make_entry(name: str | None, size: int, produce: Callable[[int], None], note: bytes) -> int:
    """Write an entry and return a file descriptor of it; -1 where no file can be had, not even in memory.

    produce: gets a descriptor of an empty file of `size` bytes to write to.
    note:    what to keep with the image, not empty.
    name:    None for a file that no other process shall find; so also where there is no cache folder.
    """

    def write(fd: int) -> None:
        os.ftruncate(fd, size)
        produce(fd)
        os.pwrite(fd, note + size.to_bytes(8, "little"), size)

    where = folder() if name is not None else None
    if where is not None and name is not None:
        prune(where, size)
        with suppress(OSError):  # a full disk, a read-only home: do without
            return _make_named(os.path.join(where, name), name, write)
    with suppress(OSError):  # a system call filter, a limit of files' sizes
        return _make_nameless(write)
    return -1


def _make_nameless(write: Callable[[int], None]) -> int:
    fd = os.memfd_create("windlass-image", os.MFD_CLOEXEC)
    try:
        write(fd)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _new_file(where: str) -> tuple[int, str]:
    """A descriptor and the path of a new file under a name that nobody looks for."""
    path = os.path.join(where, f"new-{os.getpid()}-{next(_serial)}-{time.monotonic_ns():x}")
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), path


_serial = itertools.count()


def _make_named(path: str, name: str, write: Callable[[int], None]) -> int:
    fd, temporary = _new_file(os.path.dirname(path))
    try:
        write(fd)
        os.utime(fd, ns=(time.time_ns(), _mark(name)))  # the access time says when it was last of use
        os.rename(temporary, path)
        os.close(fd)
    except BaseException:
        os.close(fd)
        os.unlink(temporary)
        raise
    return os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)


DAY = 24 * 3600


LARGEST = 4 << 30
"""Bytes of the images that are kept."""


def prune(where: str, added: int) -> None:
    """Remove what no process has used for a month, and beyond LARGEST the images that were not used longest.

    added: how many bytes are about to be added. Looks through the folder once a day, and whenever an eighth
        of LARGEST has been added.
    """
    if not _is_due(os.path.join(where, "pruned"), added):
        return
    oldest, left = time.time() - 30 * DAY, LARGEST
    with suppress(OSError):
        for path, status in _by_use(where):
            is_image = path.endswith(".image")
            left -= status.st_blocks * 512 if is_image else 0
            if status.st_atime < oldest or (is_image and left < 0):
                os.unlink(path)


def _by_use(where: str) -> list[tuple[str, os.stat_result]]:
    """The entries, the one that was used last first."""
    with os.scandir(where) as entries:
        found = [(entry.path, entry.stat(follow_symlinks=False)) for entry in entries]
    files = [each for each in found if stat.S_ISREG(each[1].st_mode)]
    return sorted(files, key=lambda each: each[1].st_atime, reverse=True)


def _is_due(marker: str, added: int) -> bool:
    """The marker, a file without data, says by its time when this was last so, by its size what has come."""
    with suppress(OSError):
        fd = os.open(marker, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            status = os.fstat(fd)
            size = status.st_size + added
            due = not status.st_size or status.st_mtime < time.time() - DAY or size > LARGEST // 8
            os.ftruncate(fd, 1 if due else size)  # 0 is that of a new one
            os.utime(fd, None if due else (status.st_atime, status.st_mtime))
        finally:
            os.close(fd)
        return due
    return False


def open_shared(name: str, size: int, initial: bytes) -> int | None:
    """A descriptor of a file that all processes of this user share while any of them has it open.

    The one that finds no other writes the initial data. None where there is no such file, for want of a
    folder or of space: then the data is this process's own.
    """
    where = folder()
    if where is None:
        return None
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        fd = os.open(os.path.join(where, name), flags, 0o600)
    except OSError:
        return None
    try:
        _share(fd, size, initial)
    except OSError:
        os.close(fd)
        return None
    return fd


def _share(fd: int, size: int, initial: bytes) -> None:
    import fcntl  # few images have such sections

    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pass
    else:
        os.ftruncate(fd, size)
        os.pwrite(fd, initial, 0)
    fcntl.flock(fd, fcntl.LOCK_SH)


def read_bytes(name: str) -> bytes | None:
    """Small cached data, or None."""
    where = folder()
    if where is None:
        return None
    try:
        with open(os.path.join(where, name), "rb") as file:
            return file.read()
    except OSError:
        return None


def write_bytes(name: str, data: bytes) -> None:
    """Keep small data; silently not, where there is no cache folder."""
    where = folder()
    if where is None:
        return
    with suppress(OSError):
        fd, temporary = _new_file(where)
        try:
            with open(fd, "wb") as file:
                file.write(data)
            os.rename(temporary, os.path.join(where, name))
        except OSError:
            os.unlink(temporary)
