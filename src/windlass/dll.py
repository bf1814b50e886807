"""DLLs made of Python functions, and Python functions in place of builtin ones.

A `DLL` stands for a file that other modules import from or load: it is found by its name before any folder is
searched. What makes it one is a PE image, written when it is mapped, whose export directory leads through
jump stubs to the Python functions. So it has a handle, a reference count and an entry in the loader's lists,
and it is unloaded like any other DLL.

Source: Microsoft, "About Dynamic-Link Libraries", "DllMain entry point", "PE Format".
"""

from __future__ import annotations

import ctypes as host
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, overload

from windlass import _core, convention, loader, registry, search
from windlass.declaration import Declaration, caller_names, declaration_of
from windlass.foreign import CFuncPtr
from windlass.pe import write
from windlass.process import loader_lock, modules
from windlass.registry import EVERY_PROCESS

if TYPE_CHECKING:
    from types import TracebackType

    from windlass.module import Module

__all__ = ["DLL", "Data"]

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

PROCESS_DETACH, PROCESS_ATTACH, THREAD_ATTACH, THREAD_DETACH = range(4)


class _Export(NamedTuple):
    """One export. Code has an address, data have a value, a forwarder has a target.

    listed: by its name; False: by its ordinal only (NONAME).
    """

    name: str
    ordinal: int | None
    listed: bool = True
    result: str = "void"
    parameters: str = ""
    address: int = 0
    value: Any = None
    target: str | None = None

    def written(self, id: int) -> write.BuiltinExport:
        return write.BuiltinExport(
            self.name if self.listed else None,
            self.ordinal,
            kind="function" if self.value is None else "data",
            id=id,
            data_align=max(16, host.alignment(self.value)) if self.value is not None else 16,
            data=bytes(self.value) if self.value is not None else b"",
            forwarder=self.target,
        )


class Data(Generic[T]):
    """A variable that a DLL exports."""

    def __init__(self, dll: DLL, key: str | int, initial: T) -> None:
        self._dll = dll
        self._key = key
        self._initial = initial

    @property
    def contents(self) -> T:
        """The variable itself while the DLL is loaded, which Windows code reads and writes; else the value
        with which it will be loaded.
        """
        module = self._dll.module
        if module is None:
            return self._initial
        kind: Any = type(self._initial)
        found: T = kind.from_address(module.export(self._key))
        return found

    @property
    def value(self) -> Any:
        """The value of a simple type or of an array of characters."""
        contents: Any = self.contents
        return contents.value

    @value.setter
    def value(self, value: Any) -> None:
        contents: Any = self.contents
        contents.value = value

    def __repr__(self) -> str:
        return f"<Data {self._key!r} of {self._dll.name}: {self.contents!r}>"


class DLL:
    """A DLL made of Python functions.

    name: its file name; ".dll" is appended when it has no extension.

    Modules that import from it or load it find it by this name, until `close`. Exports are declared while it
    is not loaded. What other modules import from it and it does not export raises when it is called, as with
    builtin DLLs.

    ValueError for a path, for a name that another one has, and for DLLs that are in every process.
    """

    PROCESS_DETACH = PROCESS_DETACH
    PROCESS_ATTACH = PROCESS_ATTACH
    THREAD_ATTACH = THREAD_ATTACH
    THREAD_DETACH = THREAD_DETACH

    def __init__(self, name: str) -> None:
        if "/" in name or "\\" in name:
            raise ValueError(f"a DLL made of Python functions has a name and no path: {name!r}")
        self.name = search.with_extension(name)
        if self.name.lower() in EVERY_PROCESS:
            raise ValueError(f"{self.name} is in every process; windlass.override replaces its functions")
        self._exports: list[_Export] = []
        self._main: Any = None
        self._keep: list[Any] = []
        """Code that Windows code may call."""
        registry.supply(self.name, self._make)

    # ---- exports ----

    @overload
    def export(self, function: F) -> F: ...

    @overload
    def export(
        self,
        function: None = None,
        *,
        name: str | None = None,
        ordinal: int | None = None,
        noname: bool = False,
    ) -> Callable[[F], F]: ...

    def export(
        self,
        function: Any = None,
        *,
        name: str | None = None,
        ordinal: int | None = None,
        noname: bool = False,
    ) -> Any:
        """Export a Python function; a decorator, with or without arguments, that leaves it as it is.

        name:    the exported name, if it is not the function's own.
        ordinal: its public number; else the lowest that is free.
        noname:  exported by its ordinal only.

        The function's annotations declare its parameters and its result: names of windlass.types, or types
        of ctypes. It may be called by any thread. What it raises goes to sys.unraisablehook, as with all
        callbacks, and its caller gets 0.
        """
        names = caller_names()

        def declare(function: F) -> F:
            self.add_function(function, declaration_of(function, names), name, ordinal, noname)
            return function

        return declare if function is None else declare(function)

    def native(self, name: str, function: Any, *, ordinal: int | None = None, noname: bool = False) -> None:
        """Export code that is there.

        function: a function object of windlass.ctypes, or the address of a Windows function.

        TypeError for a function of Python's own ctypes, which has the calling convention of Linux.
        """
        address = function
        if isinstance(function, CFuncPtr):
            address = host.cast(function, host.c_void_p).value
        elif not isinstance(function, int):
            raise TypeError(f"{name}: {function!r} is no function of windlass.ctypes and no address")
        if not address:
            raise ValueError(f"{name}: the function is NULL")
        self._add(_Export(name, ordinal, not noname, address=address))
        self._keep.append(function)

    def data(self, name: str, initial: T, *, ordinal: int | None = None, noname: bool = False) -> Data[T]:
        """Export a variable.

        initial: an instance of a ctypes type: the variable's type, and its value whenever the DLL is loaded.
        """
        if convention.describe(type(initial)) is None:
            raise TypeError(f"{name}: {initial!r} is no instance of a ctypes type")
        if noname and ordinal is None:
            raise ValueError(f"{name}: a variable without a name needs an ordinal")
        self._add(_Export(name, ordinal, not noname, value=initial))
        return Data(self, name if not noname or ordinal is None else ordinal, initial)

    def forward(self, name: str, target: str, *, ordinal: int | None = None) -> None:
        """Export what another DLL has: "other.Function" or "other.#7"."""
        if not all(target.rpartition(".")):
            raise ValueError(f"{name}: {target!r} is not written as 'dll.function'")
        self._add(_Export(name, ordinal, target=target))

    def main(self, function: F) -> F:
        """Call a function as the entry point; a decorator.

        It gets the module's handle, the reason (DLL.PROCESS_ATTACH and so on), and `reserved` as DllMain
        does. False as the answer to PROCESS_ATTACH, or an exception, refuses the load.
        """
        self._check_not_loaded()

        def enter(module: int, reason: int, reserved: int) -> bool:
            return function(module, reason, reserved) is not False

        parameters = (host.c_uint64, host.c_uint32, host.c_uint64)
        self._main = convention.thunk_of(enter, 0, parameters, host.c_int)
        return function

    def add_function(
        self,
        function: Callable[..., Any],
        declared: Declaration,
        name: str | None,
        ordinal: int | None,
        noname: bool,
    ) -> None:
        """As `export` does."""
        thunk = thunk_of(function, declared)
        self._add(
            _Export(
                name or function.__name__,
                ordinal,
                not noname,
                declared.result_text,
                declared.parameters_text,
                thunk.address,
            )
        )
        self._keep.append(thunk)

    def save_import_library(self, path: str | os.PathLike[str]) -> None:
        """Write what a linker needs to bind programs to the DLL: a .lib, or a .a for mingw's linker."""
        from windlass.pe.definition import ExportDefinition
        from windlass.pe.write_library import write_import_library

        ordinals = self._image(0).ordinals
        exports = [
            ExportDefinition(each.name, each.target, ordinal, not each.listed, each.value is not None)
            for each, ordinal in zip(self._exports, ordinals)
        ]
        write_import_library(path, self.name, exports)

    def _add(self, export: _Export) -> None:
        self._check_not_loaded()
        for other in self._exports:
            if other.name == export.name or (other.ordinal == export.ordinal is not None):
                raise ValueError(f"{self.name} exports {other.name} already")
        self._exports.append(export)

    def _check_not_loaded(self) -> None:
        if self.module is not None:
            raise RuntimeError(f"{self.name} is loaded; its exports are fixed until it is unloaded")

    # ---- the image ----

    @property
    def _functions(self) -> list[_Export]:
        """In the order of their ids."""
        return [each for each in self._exports if each.address]

    def _image(self, number: int) -> write.BuiltinImage:
        ids = {id(each): number << 16 | position for position, each in enumerate(self._functions)}
        return write.builtin_image(
            self.name,
            [each.written(ids.get(id(each), 0)) for each in self._exports],
            entry=None if self._main is None else number << 16 | len(ids),
        )

    def _make(self, number: int) -> registry.Builtin:
        """The DLL for the loader, which is about to map it."""
        return registry.Builtin(
            self.name,
            number,
            [self._function(each) for each in self._functions],
            [],
            self._main.address if self._main else 0,
            self._image(number).data,
            self,
        )

    def _function(self, export: _Export) -> registry.Function:
        return registry.Function(
            self.name, export.name, export.result, export.parameters, "", export.address, 0
        )

    # ---- the module ----

    @property
    def module(self) -> Module | None:
        """The module that it is in this process; None while it is not loaded."""
        found = modules.by_name(self.name)
        if found is None or not found.builtin or registry.owner(found.name) is not self:
            return None
        return found

    @property
    def handle(self) -> int | None:
        """HMODULE; None while it is not loaded."""
        module = self.module
        return module.handle if module else None

    def load(self) -> Module:
        """Load it, as another module would: adds one to its reference count."""
        return loader.load(self.name)

    def close(self) -> None:
        """Let it be found no more. A module that is loaded stays until it is unloaded."""
        with loader_lock:
            registry.withdraw(self.name, self._make)

    def __enter__(self) -> DLL:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        exports = len(self._exports)
        return f"<DLL {self.name!r}, {exports} export{'s' * (exports != 1)}>"


def thunk_of(function: Callable[..., Any], declared: Declaration) -> _core.Thunk:
    """The code through which Windows calls a Python function."""
    if declared.variadic:
        raise TypeError(f"{function!r}: Windows code cannot pass a number of arguments that varies")
    result = declared.result
    shape = convention.describe(result)
    if shape is not None and shape[0] in "px":  # ctypes has no such callbacks
        function, result = _returning_address(function), host.c_uint64
    return convention.thunk_of(function, 0, tuple(each.type for each in declared.parameters), result)


def _returning_address(function: Callable[..., Any]) -> Callable[..., int]:
    """The function, giving an address in place of a pointer, whose target is the function's to keep."""

    def call(*arguments: Any) -> int:
        pointer = function(*arguments)
        if pointer is None or isinstance(pointer, int):
            return pointer or 0
        return host.cast(pointer, host.c_void_p).value or 0

    return call
