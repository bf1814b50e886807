"""Initialization files (.ini), read and written as Windows does: comments, order and spelling of what is not
changed stay as they are.

Source: Microsoft, "WritePrivateProfileStringW function", "GetPrivateProfileSectionW function".
"""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from windlass import _core

__all__ = ["ProfileFile"]


def key_of(line: str) -> str | None:
    """The name of an entry, folded; None: a comment, an empty line or a line without "="."""
    text = line.strip()
    if not text or text.startswith(";") or "=" not in text:
        return None
    return text.partition("=")[0].strip().lower()


def unquoted(value: str) -> str:
    """A value in quotation marks of either kind is given without them."""
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value


@dataclass
class Section:
    name: str | None  # None: what stands before the first section
    lines: list[str] = field(default_factory=list)

    def entries(self) -> Iterator[str]:
        """Lines as GetPrivateProfileSection gives them, without comments."""
        for line in self.lines:
            text = line.strip()
            if text and not text.startswith(";"):
                name, equals, value = text.partition("=")
                yield name.rstrip() + equals + value.lstrip()

    def keys(self) -> list[str]:
        return [each.partition("=")[0] for each in self.entries() if "=" in each]

    def get(self, key: str) -> str | None:
        for line in self.lines:
            if key_of(line) == key.strip().lower():
                return unquoted(line.partition("=")[2])
        return None

    def set(self, key: str, value: str | None) -> None:
        """None deletes the entry."""
        folded = key.strip().lower()
        found = [index for index, line in enumerate(self.lines) if key_of(line) == folded]
        if value is None:
            for index in reversed(found[:1]):
                del self.lines[index]
        elif found:
            self.lines[found[0]] = f"{self.lines[found[0]].partition('=')[0].strip()}={value}"
        else:
            end = len(self.lines)
            while end and not self.lines[end - 1].strip():
                end -= 1
            self.lines.insert(end, f"{key.strip()}={value}")


class ProfileFile:
    """One file. Its byte order mark tells UTF-16 or UTF-8; without one it is in the ANSI code page."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.wide = False
        self.mark = b""
        self.sections: list[Section] = [Section(None)]
        try:
            with open(path, "rb") as file:
                data = file.read()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            data = b""
        for line in self._decode(data).splitlines():
            name = line.strip()
            if name.startswith("[") and "]" in name:
                self.sections.append(Section(name[1 : name.index("]")].strip()))
            else:
                self.sections[-1].lines.append(line)

    def _decode(self, data: bytes) -> str:
        if data.startswith(codecs.BOM_UTF16_LE):
            self.wide, self.mark = True, codecs.BOM_UTF16_LE
            return data[2:].decode("utf-16-le", "surrogatepass")
        if data.startswith(codecs.BOM_UTF8):
            self.mark = codecs.BOM_UTF8
            return data[3:].decode("utf-8", "replace")
        return _core.ansi_to_text(data)

    def _encode(self, text: str) -> bytes:
        if self.wide:
            return self.mark + text.encode("utf-16-le", "surrogatepass")
        return self.mark + (text.encode() if self.mark else _core.ansi_from_text(text))

    def names(self) -> list[str]:
        return [each.name for each in self.sections if each.name is not None]

    def section(self, name: str) -> Section | None:
        folded = name.strip().lower()
        return next((s for s in self.sections if s.name is not None and s.name.lower() == folded), None)

    def section_to_write(self, name: str) -> Section:
        found = self.section(name)
        if found is None:
            if self.sections[-1].lines and self.sections[-1].lines[-1].strip():
                self.sections[-1].lines.append("")
            found = Section(name.strip())
            self.sections.append(found)
        return found

    def remove_section(self, name: str) -> None:
        found = self.section(name)
        if found is not None:
            self.sections.remove(found)

    def save(self) -> None:
        """OSError when the host refuses it."""
        lines = []
        for section in self.sections:
            if section.name is not None:
                lines.append(f"[{section.name}]")
            lines += section.lines
        data = self._encode("".join(f"{line}\r\n" for line in lines))
        temporary = f"{self.path}.{os.getpid()}~"
        with open(temporary, "wb") as file:
            file.write(data)
        try:
            os.chmod(temporary, os.stat(self.path).st_mode & 0o777)
        except FileNotFoundError:
            os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, self.path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
