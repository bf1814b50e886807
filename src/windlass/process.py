"""This process, as Windows code sees it: its modules and its loader lock. All process state of the loader
is here.

Source: Microsoft, "About Dynamic-Link Libraries", "DLLs and Memory Management": every process maps the DLL
into its own address space and keeps a reference count for it.
"""

from __future__ import annotations

import os

from windlass import _core
from windlass.light import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from windlass.module import Module

__all__ = ["loader_lock", "modules"]


class LoaderLock:
    """Held while modules come and go and while their entry points run. Recursive.

    The GIL is released while waiting for it, so that its owner can run Python code.
    """

    def __enter__(self) -> None:
        _core.loader_lock_acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _core.loader_lock_release()


class ModuleTable:
    """The modules of this process, in the order in which they were mapped."""

    def __init__(self) -> None:
        self._by_handle: dict[int, Module] = {}
        self._by_name: dict[str, list[Module]] = {}
        self.attached: list[Module] = []
        """In the order in which their entry points were called."""
        self.being_loaded: list[list[Module]] = []
        """What the loads in progress have mapped: nothing counts these modules yet."""
        self.hidden: list[Module] = []
        """Freed, but still mapped: threads run in them."""
        self.unloading = False
        """Whether modules are being unloaded just now."""

    def __iter__(self) -> Iterator[Module]:
        return iter(list(self._by_handle.values()))

    def __getitem__(self, handle: int) -> Module:
        return self._by_handle[handle]

    def __len__(self) -> int:
        return len(self._by_handle)

    def add(self, module: Module) -> None:
        self._by_handle[module.handle] = module
        self._by_name.setdefault(module.name.lower(), []).append(module)

    def remove(self, module: Module) -> None:
        if self._by_handle.pop(module.handle, None) is module:
            self._by_name[module.name.lower()].remove(module)

    def by_handle(self, handle: int) -> Module | None:
        return self._by_handle.get(handle)

    def by_name(self, name: str) -> Module | None:
        """By file name, in any case; the one mapped first."""
        named = self._by_name.get(name.lower())
        return named[0] if named else None

    def known_as(self, name: str) -> Module | None:
        """A known DLL or an API set: what such a name means does not depend on who asks."""
        return self._by_handle.get(_core.module_known_as(name))

    def by_path(self, path: str) -> Module | None:
        """By the file itself, whatever it is called."""
        return self._by_handle.get(_core.module_from_file(path))


_core.claim_process()
loader_lock = LoaderLock()
modules = ModuleTable()

# The child of a fork has only the forking thread: wait until no other one is in the middle of a load. The
# child's lock is new (core/module.c).
os.register_at_fork(before=_core.loader_lock_acquire, after_in_parent=_core.loader_lock_release)
