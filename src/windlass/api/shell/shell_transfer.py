"""Copying, moving and deleting files and whole folders on the host, with Windows' errors."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
from collections.abc import Iterator

from windlass.api.refused import Refused

__all__ = ["code_for", "copy", "delete", "errors", "free_name", "move"]

ERROR_FILE_NOT_FOUND = 2
ERROR_PATH_NOT_FOUND = 3
ERROR_ACCESS_DENIED = 5
ERROR_DISK_FULL = 112
ERROR_ALREADY_EXISTS = 183
ERROR_FILENAME_EXCED_RANGE = 206


def code_for(error: OSError) -> int:
    """The Win32 error."""
    codes = {
        errno.ENOENT: ERROR_FILE_NOT_FOUND,
        errno.ENOTDIR: ERROR_PATH_NOT_FOUND,
        errno.EEXIST: ERROR_ALREADY_EXISTS,
        errno.ENOSPC: ERROR_DISK_FULL,
        errno.ENAMETOOLONG: ERROR_FILENAME_EXCED_RANGE,
    }
    return codes.get(error.errno or 0, ERROR_ACCESS_DENIED)


@contextlib.contextmanager
def errors() -> Iterator[None]:
    """Refused with a Win32 error for what fails inside."""
    try:
        yield
    except shutil.Error:
        raise Refused(ERROR_ACCESS_DENIED) from None
    except OSError as error:
        raise Refused(code_for(error)) from None


def copy(source: str, target: str, recursive: bool = True) -> None:
    """A folder is merged with one that is there."""
    if os.path.isdir(source):
        ignored = None if recursive else shutil.ignore_patterns("*")
        shutil.copytree(source, target, symlinks=True, ignore=ignored, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)


def move(source: str, target: str) -> None:
    if os.path.isfile(source) or not os.path.exists(target):
        shutil.move(source, target)
    else:
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        shutil.rmtree(source)


def delete(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def free_name(path: str) -> str:
    """A name beside one that is taken, as "name (2).txt"."""
    start, extension = (path, "") if os.path.isdir(path) else os.path.splitext(path)
    number = 2
    while os.path.lexists(f"{start} ({number}){extension}"):
        number += 1
    return f"{start} ({number}){extension}"
