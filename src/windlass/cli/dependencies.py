"""What loading a DLL would bring in, found out without running any of its code.

The walk goes as the loader goes: depth first in the order of the import directories, by the same search, each
name looked up once. What is missing it notes, and goes on. Delay-loaded DLLs come after all others.
"""

from __future__ import annotations

import os
import re
from collections import deque
from typing import NamedTuple, Union

from windlass import preparing, search
from windlass.cli.locate import open_image
from windlass.errors import BadImage
from windlass.loader import text
from windlass.pe import Image
from windlass.pe.exports import Export
from windlass.pe.imports import DelayImportedDll, ImportedDll, ImportedFunction

__all__ = ["Dll", "Edge", "MissingDll", "MissingFunction", "Walk"]

Descriptor = Union[ImportedDll, DelayImportedDll]

# Forwarders that lead to forwarders; Windows' own DLLs have chains of two.
LONGEST_CHAIN = 16


def key_of(function: ImportedFunction) -> str | int:
    """What it is imported by: its name, or its ordinal."""
    return function.name if function.name is not None else function.ordinal or 0


class Dll:
    """One DLL that the walk came by.

    path, builtin: where it was found; one of them is None.
    delay:         nothing needs it before the first call of a delay-loaded function.
    image:         None if the file is none that can be loaded, for the reason in `bad`.
    needed_by:     the names of the DLLs that import it.
    why:           the part of the search order that has it, "" for the one asked for.
    """

    def __init__(self, found: search.Found, delay: bool, why: str) -> None:
        self.path = found.path
        self.builtin = found.builtin
        self.delay = delay
        self.why = why
        self.name = found.builtin or os.path.basename(found.path or "")
        self.image: Image | None = None
        self.bad: str | None = None
        self.needed_by: list[str] = []
        try:
            image = open_image(found)
            preparing.check(image)
        except BadImage as error:
            self.bad = error.detail
        else:
            self.image = image


class Edge(NamedTuple):
    """One DLL needs another, or would, if that were there.

    importer, dll: their names; dll as it is found, or as it is asked for if it is missing.
    asked:         the name in the import descriptor, which may be an API set, or before a forwarder's dot.
    functions:     what is imported; [] of a forwarder.
    lacking:       those of them that the DLL does not have.
    """

    importer: str
    dll: str
    asked: str
    functions: list[str]
    lacking: list[str]
    delay: bool
    forwarded: bool


class MissingDll(NamedTuple):
    """A DLL that no place has, and which of its functions are needed by whom."""

    name: str
    needed_by: str
    functions: list[str]
    searched: list[str]
    delay: bool


class MissingFunction(NamedTuple):
    """A function that is not in the DLL where it should be. builtin: that DLL is windlass's own, so that a
    load succeeds and only calling the function fails.
    """

    dll: str
    function: str
    needed_by: str
    builtin: bool
    delay: bool


def load_flags(image: Image | None) -> int:
    """The flags that a linker has put into a DLL for what it imports; see search.for_imports."""
    config = image.load_config if image is not None else None
    return config.record.dependent_load_flags if config is not None else 0


class Walk:
    """A DLL with everything that loading it brings in."""

    def __init__(self, found: search.Found) -> None:
        self.dlls: list[Dll] = []
        """In the order in which they are mapped; the first is the one asked for."""
        self.missing_dlls: list[MissingDll] = []
        self.missing_functions: list[MissingFunction] = []
        self.edges: list[Edge] = []
        """In the order of the import directories."""
        self._by_name: dict[str, Dll] = {}
        self._not_found: dict[str, search.NotFound] = {}
        self._delayed: deque[tuple[Dll, DelayImportedDll]] = deque()
        self._directory = os.path.dirname(found.path) if found.path is not None else None
        self._visit(found, delay=False, why="")
        while self._delayed:
            needed_by, descriptor = self._delayed.popleft()
            self._bind(needed_by, descriptor, delay=True)

    @property
    def bad(self) -> list[Dll]:
        """Files that are no images which can be loaded."""
        return [dll for dll in self.dlls if dll.bad is not None]

    @property
    def not_implemented(self) -> list[MissingFunction]:
        """Functions that windlass's own DLLs lack: calling them raises OSError."""
        return [each for each in self.missing_functions if each.builtin]

    @property
    def loads(self) -> bool:
        """Whether a load gets as far as to run entry points."""
        return (
            all(missing.delay for missing in self.missing_dlls)
            and all(missing.delay or missing.builtin for missing in self.missing_functions)
            and all(dll.delay for dll in self.bad)
        )

    def _visit(self, found: search.Found, delay: bool, why: str) -> Dll:
        dll = Dll(found, delay, why)
        self.dlls.append(dll)
        self._by_name.setdefault(dll.name.lower(), dll)
        if dll.image is None:
            return dll
        try:
            for descriptor in dll.image.imports:
                self._bind(dll, descriptor, delay)
            self._delayed.extend((dll, descriptor) for descriptor in dll.image.delay_imports)
        except BadImage as error:
            dll.bad = error.detail
        return dll

    def _bind(self, dll: Dll, descriptor: Descriptor, delay: bool) -> None:
        """Find the DLLs behind a descriptor and look the functions up in them."""
        functions = descriptor.functions
        names = [text(key_of(function), descriptor.name) for function in functions]
        providers = []
        for name in search.api_set_hosts(descriptor.name) or (descriptor.name,):
            provider = self._need(name, dll, delay)
            if isinstance(provider, search.NotFound):
                self.missing_dlls.append(MissingDll(name, dll.name, names, provider.searched, delay))
                self.edges.append(Edge(dll.name, name, descriptor.name, names, [], delay, False))
                return
            if dll.name not in provider.needed_by:
                provider.needed_by.append(dll.name)
            providers.append(provider)
        lacking = []
        if all(provider.image is not None for provider in providers):
            lacking = [
                name
                for name, each in zip(names, functions)
                if not any(self._has(provider, each.name, each.ordinal, delay) for provider in providers)
            ]
        self.edges += [
            Edge(dll.name, provider.name, descriptor.name, names, lacking, delay, False)
            for provider in providers
        ]
        builtin = providers[0].builtin is not None
        self.missing_functions += [
            MissingFunction(descriptor.name, name, dll.name, builtin, delay) for name in lacking
        ]

    def _need(self, name: str, needed_by: Dll, delay: bool) -> Dll | search.NotFound:
        key = search.with_extension(name).lower()
        if key in self._by_name:
            return self._by_name[key]
        if key in self._not_found:
            return self._not_found[key]
        flags, directory = search.for_imports(
            search.SEARCH_DEFAULT_DIRS, self._directory, load_flags(needed_by.image), needed_by.path
        )
        try:
            found = search.find(name, load_directory=directory, flags=flags)
        except search.NotFound as missing:
            self._not_found[key] = missing
            return missing
        steps = search.walk(name, load_directory=directory, flags=flags)
        why = next(step.what for step in steps if step.found == found)
        return self._visit(found, delay, why)

    def _has(self, dll: Dll, name: str | None, ordinal: int | None, delay: bool, chain: int = 0) -> bool:
        exports = dll.image.exports if dll.image is not None else None
        if exports is None:
            return False
        export = exports.find(name) if name is not None else exports.by_ordinal(ordinal or 0)
        if export is None or export.forwarder is None:
            return export is not None
        return chain < LONGEST_CHAIN and self._forwards(dll, export, delay, chain)

    def _forwards(self, dll: Dll, export: Export, delay: bool, chain: int) -> bool:
        library, _, function = (export.forwarder or "").rpartition(".")
        for name in search.api_set_hosts(library + ".dll") or (library + ".dll",):
            target = self._need(name, dll, delay)
            if isinstance(target, search.NotFound):
                continue
            if dll.name not in target.needed_by:
                target.needed_by.append(dll.name)
                self.edges.append(Edge(dll.name, target.name, name, [], [], delay, True))
            ordinal = int(function[1:]) if re.fullmatch(r"#\d+", function) else None
            if self._has(target, function if ordinal is None else None, ordinal, delay, chain + 1):
                return True
        return False
