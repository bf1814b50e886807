"""The exceptions of windlass that are not Python's own."""

from __future__ import annotations

__all__ = ["BadImage"]


class BadImage(ValueError):
    """The bytes are not the image that they should be.

    The only exception that reading an image raises, whatever the bytes.

    reason: what is wrong, in words.
    offset: where, as a file offset: the bytes at fault, or the record that led to a place which
            does not exist. In an image read from memory it counts from the image's base.
    path:   the file, if the image was opened by its path.
    """

    def __init__(self, reason: str, offset: int, path: str | None = None) -> None:
        super().__init__(reason, offset, path)
        self.reason = reason
        self.offset = offset
        self.path = path

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{where}{self.reason} (at offset {self.offset:#x})"
