"""Fuzzes the readers of import libraries and module-definition files: whatever the bytes, they answer or
raise BadLibrary and BadDefinition, in bounded time and memory.

    python fuzz/guided.py libraries corpus fuzz/library_seeds -max_len=65536 -timeout=20 -rss_limit_mb=1024
"""

from __future__ import annotations

from windlass.pe import (
    BadDefinition,
    BadLibrary,
    Definition,
    ImportLibrary,
    format_definition,
    import_library_bytes,
    parse_definition,
)
from windlass.pe.archive import Archive


def read_library(data: bytes) -> None:
    """Read it; what is read and can be written is the same when it is read again."""
    try:
        archive = Archive(data)
        imports = ImportLibrary(archive).imports
        assert archive.symbols is not None
    except BadLibrary as error:
        assert error.reason and error.offset >= 0
        return
    dlls = {each.dll for each in imports}
    if len(dlls) == 1:
        definition = Definition(dlls.pop(), [each.definition for each in imports])
        write(definition)


def read_definition(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    try:
        definition = parse_definition(text)
    except BadDefinition as error:
        assert 1 <= error.line <= text.count("\n") + 1
        return
    try:
        assert vars(parse_definition(format_definition(definition))) == vars(definition)
    except ValueError as error:
        assert not isinstance(error, BadDefinition), error
    write(definition)


def write(definition: Definition) -> None:
    """Make both kinds of library; contradictions and names that none can hold are ValueError."""
    for kind in ("msvc", "gnu"):
        try:
            made = import_library_bytes(definition.name or "x.dll", definition.exports, kind=kind)
        except ValueError:
            return
        symbols = {each.symbol for each in ImportLibrary(Archive(made)).imports}
        assert symbols == {each.name for each in definition.exports if not each.private}


def run(data: bytes) -> None:
    """The fuzzer's entry: the bytes as a library, and as text."""
    read_library(data)
    read_definition(data)
