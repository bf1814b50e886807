"""Module: one image in this process."""

from __future__ import annotations

import os

from windlass import _core, activation, lifetime
from windlass.light import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any, Literal

    from windlass.additions import Additions
    from windlass.pe import Image
    from windlass.pe.exports import Exports
    from windlass.pe.imports import ImportedDll
    from windlass.plan import Plan

__all__ = ["Module"]


class Module:
    """A DLL that is mapped into this process.

    path:    the file it was mapped from; for a builtin DLL the path that Windows programs see.
    name:    the file's name, which is what other modules import it by.
    handle:  HMODULE: the address where the image lies.
    size:    bytes of address space.

    Each load of the same file gives the same object and adds one to its reference count; `free` takes one
    away. It is also a context manager that frees on exit.

    Source: Microsoft, "About Dynamic-Link Libraries".
    """

    def __init__(self, path: str, plan: Plan, read: Callable[[], Image], builtin: bool) -> None:
        self.path = path
        self.windows_path = _core.path_to_windows(path)
        self.name = os.path.basename(path)
        self.plan = plan
        self.handle = plan.base
        self.size = plan.size
        self._read = read
        self._image: Image | None = None
        self._context: activation.Context | Literal[False] | None = None
        """None: not looked for yet; False: there is none."""
        self.builtin = builtin
        self.dependencies: list[Module] = []
        self.dependants = 0
        """Modules that were bound to this one."""
        self.pinned = False
        self.record = 0
        """The C core's record, 0 when the module is gone."""
        self.tls_index: int | None = None
        self.attached = False
        self.descriptors: list[int] = []
        """Open files that hold sections shared between processes."""
        self.keep: list[Any] = []
        """What must live as long as the mapping: stubs of missing functions."""
        self.additions: Additions | None = None
        """What a user has added to a builtin DLL."""

    @property
    def base(self) -> int:
        """The address where the image lies; the same as `handle`."""
        return self.handle

    @property
    def image(self) -> Image:
        """The image's bytes. Loading itself does not need them, so they are read when asked for."""
        if self._image is None:
            self._image = self._read()
        return self._image

    @property
    def loads(self) -> int:
        """LoadLibrary calls not yet matched by FreeLibrary. Windows code changes it without Python."""
        return _core.module_loads(self.record) if self.record else 0

    @loads.setter
    def loads(self, count: int) -> None:
        _core.module_set_loads(self.record, count)

    @property
    def is_loaded(self) -> bool:
        """False after the last reference was freed."""
        return self.record != 0

    @property
    def reference_count(self) -> int:
        """This process's reference count of the module: loads, and modules that were bound to it."""
        return self.loads + self.dependants

    @property
    def exports(self) -> Exports | None:
        """The export directory; None if the image has none."""
        return self.image.exports

    @property
    def imports(self) -> list[ImportedDll]:
        """The DLLs that the module needs and what it needs of each."""
        return self.image.imports

    def close_image(self) -> None:
        """Let go of what `image` opened."""
        if self._image is not None:
            self._image.close()

    @property
    def context(self) -> activation.Context | None:
        """The activation context of the manifest that the module brings; None without one. OSError when it
        is first asked for, while the module is being loaded, if that cannot be made.
        """
        if self._context is None and not self.builtin:
            self._context = False  # if this fails
            self._context = activation.of_module(self.plan.manifest, self.path)
        return self._context or None

    def export(self, name: str | int) -> int:
        """The address of an exported function or variable.

        name: the exported name, or the ordinal.

        AttributeError if the module does not export it. Internal functions are not to be had.
        """
        if not self.record:
            raise OSError(f"{self.name} has been unloaded")
        if isinstance(name, int):
            if address := _core.export(self.handle, None, name):
                return address
            raise AttributeError(f"function ordinal {name} not found")
        if address := _core.export(self.handle, name, 0):
            return address
        raise AttributeError(f"function {name!r} not found")

    def free(self) -> None:
        """Give one reference back; at the last one the DLL is detached and unmapped.

        OSError (winerror 126) if it is not loaded any more.
        """
        lifetime.free(self)

    def __enter__(self) -> Module:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.free()

    def __repr__(self) -> str:
        state = f"handle {self.handle:x}" if self.record else "unloaded"
        return f"<Module {self.name!r}, {state}>"
