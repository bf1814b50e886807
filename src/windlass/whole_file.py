"""Files that appear whole or not at all."""

from __future__ import annotations

import os

from windlass.light import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import BinaryIO

__all__ = ["WholeFile", "write_whole"]


class WholeFile:
    """A file to write in a `with` block, which replaces `path` at its end; after an exception nothing is
    changed.

    A device or a pipe is not replaced but written to, and a link stays one. OSError, which names `path`, if
    that cannot be.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = os.fspath(path)
        self._target = os.path.realpath(self._path)
        self._temporary: str | None = None
        if not os.path.exists(self._path) or os.path.isfile(self._path):
            self._temporary = os.path.join(os.path.dirname(self._target), f".new-{os.urandom(8).hex()}")
        self._file: BinaryIO

    def __enter__(self) -> BinaryIO:
        try:
            self._file = open(self._temporary or self._path, "xb" if self._temporary else "wb")
        except OSError as error:
            self._blame(error)
            raise
        return self._file

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.close()
            if self._temporary and error is None:
                os.replace(self._temporary, self._target)
                self._temporary = None
        except OSError as failure:
            self._blame(failure)
            raise
        finally:
            if self._temporary:
                os.unlink(self._temporary)

    def _blame(self, error: OSError) -> None:
        """Let an error name the file that was asked for, and not the temporary one."""
        error.filename, error.filename2 = self._path, None


def write_whole(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a file's bytes."""
    with WholeFile(path) as file:
        file.write(data)
