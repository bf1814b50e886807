"""Load-time linking for Python modules: functions of DLLs declared by Python functions.

    @dllimport("user.dll")
    def add(a: INT, b: INT) -> INT: ...

binds `add` when the module that says so is imported; what is missing fails the import, as a missing DLL
fails the start of a program.

Source: Microsoft, "Load-Time Dynamic Linking", "Linker support for delay-loaded DLLs".
"""

from __future__ import annotations

import ast
import ctypes as host
import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any, TypeVar

from windlass import foreign, loader
from windlass.declaration import Declaration, declaration_of

__all__ = ["dllimport"]

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


class dllimport:
    """Declare functions of a DLL; a decorator for as many as there are.

    dll:            its path or name; searched for in the folder of the Python module first.
    name:           the exported name, if it is not the function's own.
    ordinal:        import by this number, not by name.
    delay:          load the DLL and find the function when it is first called.
    use_last_error: keep a private copy of the last error; see windlass.ctypes.get_last_error().
    errcheck:       called with the result, the function and the arguments; what it returns is the result.

    The function's annotations are names of windlass.types or types of ctypes; its body is not used. Defaults
    and keyword arguments are as declared; `*arguments` takes more of them, as printf does.

    ImportError names all that is missing: the function, and those that the rest of the Python module
    declares.
    """

    def __init__(
        self,
        dll: str | os.PathLike[str],
        *,
        name: str | None = None,
        ordinal: int | None = None,
        delay: bool = False,
        use_last_error: bool = False,
        errcheck: Callable[..., Any] | None = None,
    ) -> None:
        if name is not None and ordinal is not None:
            raise TypeError("a function is imported by its name or by its ordinal, not by both")
        self.dll = os.fspath(dll)
        self.name = name
        self.ordinal = ordinal
        self.delay = delay
        self.use_last_error = use_last_error
        self.errcheck = errcheck

    def __call__(self, function: F) -> F:
        caller = sys._getframe(1)
        bound = self._unbound(function, declaration_of(function, caller.f_locals))
        link = _Link(self, function.__name__, caller.f_globals)
        if self.delay:
            bound._delayed = link.bind
        elif link.failure:
            raise _import_error([link, *_missing_below(caller)], caller.f_globals)
        else:
            link.bind(bound)
        return bound  # type: ignore[no-any-return]

    def data(self, name: str | int, type: type[T]) -> T:
        """A variable that the DLL exports, as an instance of this type of ctypes; see ctypes' in_dll().

        name: the exported name, or the ordinal.

        ImportError if it is missing.
        """
        link = _Link(self, name, sys._getframe(1).f_globals)
        if link.failure:
            raise _import_error([link], link.names)
        kind: Any = type
        found: T = kind.from_address(foreign.export_address(link.library._handle, name))
        return found

    def _unbound(self, function: Callable[..., Any], declared: Declaration) -> Any:
        """The function object, which leads nowhere yet."""
        kind = _prototype(declared, self.use_last_error)
        names = tuple((1, each.name, *_default(each.default)) for each in declared.parameters)
        bound = foreign.unbound(kind, None if declared.variadic else names)
        if self.errcheck is not None:
            bound.errcheck = self.errcheck
        return functools.update_wrapper(bound, function)


def _default(value: Any) -> tuple[Any, ...]:
    return () if value is inspect.Parameter.empty else (value,)


def _prototype(declared: Declaration, use_last_error: bool) -> Any:
    types = [host.c_void_p if each.is_pointer else each.type for each in declared.parameters]
    make = foreign.CFUNCTYPE if declared.variadic else foreign.WINFUNCTYPE
    return make(declared.result, *types, use_last_error=use_last_error)


class _Link:
    """One declared import: what it wants, and of which DLL.

    name:  of the function, if `wanted` has no other.
    names: of the Python module that declares it.
    """

    def __init__(self, wanted: dllimport, name: str | int, names: dict[str, Any]) -> None:
        self.dll = wanted.dll
        self.export = wanted.name or name if wanted.ordinal is None else wanted.ordinal
        self.names = names

    @property
    def library(self) -> Any:
        file = self.names.get("__file__")
        return _library(self.dll, os.path.dirname(os.path.abspath(file)) if file else None)

    @property
    def failure(self) -> str:
        """Why it cannot be bound; "" if it can."""
        try:
            foreign.export_address(self.library._handle, self.export)
        except (OSError, AttributeError) as error:
            return str(error)
        return ""

    def bind(self, function: Any) -> None:
        """Let a function object lead to the export. ImportError if there is none."""
        if self.failure:
            raise _import_error([self], self.names)
        foreign.bind(function, self.library, self.export)


@functools.cache
def _library(dll: str, directory: str | None) -> Any:
    """A DLL, loaded for the rest of the process as for a program that was linked with it."""
    return foreign.WinDLL(dll, handle=loader.load(dll, directory=directory).handle)


# ---- what is missing ----


def _import_error(links: list[_Link], names: dict[str, Any]) -> ImportError:
    """One error for all that is missing."""
    by_dll: dict[str, list[_Link]] = {}
    for link in links:
        by_dll.setdefault(link.dll, []).append(link)
    module = names.get("__name__", "?")
    text = "; ".join(_lacks(dll, missing) for dll, missing in by_dll.items())
    return ImportError(f"{module} cannot be linked: {text}", name=module, path=names.get("__file__"))


def _lacks(dll: str, links: list[_Link]) -> str:
    wanted = ", ".join(f"#{link.export}" if isinstance(link.export, int) else link.export for link in links)
    try:
        library = links[0].library
    except OSError as error:
        return f"{error} (for {wanted})"
    return f"{library._name} does not export {wanted}"


def _missing_below(frame: FrameType) -> Iterator[_Link]:
    """What else is missing of the functions that a Python module declares below the line where it is."""
    if frame.f_code.co_name != "<module>":
        return
    functions = (node for node in _source_of(frame).body if isinstance(node, ast.FunctionDef))
    for node in functions:
        for decorator in node.decorator_list:
            if decorator.lineno > frame.f_lineno and (wanted := _evaluated(decorator, frame.f_globals)):
                link = _Link(wanted, node.name, frame.f_globals)
                if not wanted.delay and link.failure:
                    yield link


def _source_of(frame: FrameType) -> ast.Module:
    try:
        return ast.parse("".join(inspect.findsource(frame.f_code)[0]))
    except (OSError, SyntaxError):  # there is no source, or not this one
        return ast.Module([], [])


def _evaluated(decorator: ast.expr, names: dict[str, Any]) -> dllimport | None:
    """The dllimport that a decorator stands for, None if it is none. Nothing else is run."""
    try:
        if isinstance(decorator, ast.Call) and eval(_code(decorator.func), names) is not dllimport:
            return None
        value = eval(_code(decorator), names)
    except Exception:  # it needs what the module has not defined yet
        return None
    return value if isinstance(value, dllimport) else None


def _code(expression: ast.expr) -> CodeType:
    return compile(ast.Expression(expression), "<decorator>", "eval")
