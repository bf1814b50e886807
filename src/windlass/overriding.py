"""Python functions in place of functions of the builtin DLLs, or beside them.

A builtin DLL's exports jump through slots, so a slot is all that has to change, for modules that were bound
to it long ago and for those that come. A function that the DLL lacks is added to its export directory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, overload

from windlass import additions, foreign, loader, registry, search
from windlass.declaration import Declaration, caller_names, declaration_of
from windlass.dll import DLL, thunk_of
from windlass.process import loader_lock
from windlass.registry import Addition
from windlass.tracing import UNTRACEABLE

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Override", "export", "override"]

F = TypeVar("F", bound=Callable[..., Any])

_active: dict[tuple[str, str], list[Override]] = {}
"""By DLL and function; the last one is in force."""
_thunks: list[Any] = []
"""All that ever were: a thread may be on its way into one that is no longer in force."""


class Override:
    """A function that stands in for a builtin DLL's; also a context manager that takes it back on exit.

    dll, name: what it stands in for.
    original:  the function that was called before, to be called through; None if there was none.
    """

    def __init__(self, dll: str, name: str, function: Callable[..., Any], declared: Declaration) -> None:
        self.dll = dll
        self.name = name
        self.function = function
        if name in UNTRACEABLE:
            raise ValueError(f"{dll}!{name} reads its caller's registers; nothing can stand in for it")
        thunk = thunk_of(function, declared)
        _thunks.append(thunk)
        self._addition = Addition(thunk.address, declared.result_text, declared.parameters_text)
        with loader_lock:
            before = self._address_in_force()
            kinds = [each.type for each in declared.parameters]
            self.original = foreign.WINFUNCTYPE(declared.result, *kinds)(before) if before else None
            _active.setdefault((dll, name), []).append(self)
            self._take_effect()

    def remove(self) -> None:
        """Take it back: what was called before is called again. Does nothing the second time."""
        with loader_lock:
            standing = _active.get((self.dll, self.name), [])
            if self in standing:
                standing.remove(self)
                self._take_effect()

    def _address_in_force(self) -> int:
        """Where a call goes now; 0 if the DLL has no such function."""
        if standing := _active.get((self.dll, self.name)):
            return standing[-1]._addition.address
        if registry.has_function(self.dll, self.name):
            return registry.own_address(self.dll, self.name)
        return 0

    def _take_effect(self) -> None:
        standing = _active[self.dll, self.name]
        function = standing[-1]._addition if standing else None
        if registry.has_function(self.dll, self.name):
            registry.replace(self.dll, self.name, function.address if function else None)
        else:
            additions.supply(self.dll, self.name, function)
            loader.rebind(self.dll, self.name)

    def __enter__(self) -> Override:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def __repr__(self) -> str:
        state = "" if self in _active.get((self.dll, self.name), []) else ", taken back"
        return f"<Override of {self.dll}!{self.name}{state}>"


@overload
def override(dll: str, function: Callable[..., Any], *, name: str | None = None) -> Override: ...


@overload
def override(
    dll: str, function: None = None, *, name: str | None = None
) -> Callable[[Callable[..., Any]], Override]: ...


def override(dll: str, function: Any = None, *, name: str | None = None) -> Any:
    """Let a Python function stand in for a function of a builtin DLL, or add one that the DLL lacks.

    dll:      "kernel32", "ucrtbase.dll", or an API set.
    function: annotated as for DLL.export; without it the result is a decorator.
    name:     what it stands in for, if that is not its own name.

    Modules that are loaded already call it as well as those that come. It stands in for the function of this
    one DLL: where several export the same, as kernel32 and kernelbase do, each is a function of its own.

    ValueError if there is no such builtin DLL, if what it exports by that name is data, and for setjmp,
    __chkstk and their like, which read their caller's registers.
    """
    names = caller_names()

    def stand_in(function: Callable[..., Any]) -> Override:
        declared = declaration_of(function, names)
        return Override(_builtin_name(dll), name or function.__name__, function, declared)

    return stand_in if function is None else stand_in(function)


def _builtin_name(dll: str) -> str:
    lower = search.with_extension(dll).lower()
    hosts = search.api_set_hosts(lower)
    lower = hosts[0] if hosts else lower
    if not registry.is_builtin(lower):
        raise ValueError(f"{dll} is no builtin DLL; `windlass api` lists them")
    return lower


def export(
    *dlls: str, name: str | None = None, ordinal: int | None = None, noname: bool = False
) -> Callable[[F], F]:
    """Export a Python function from DLLs; a decorator that leaves it as it is.

    dlls: a builtin DLL's function of that name is overridden for the rest of the process; a DLL of any other
          name is made of the functions that are exported from it so (see `DLL`).
    name, ordinal, noname: as for DLL.export; an override has a name only.
    """
    names = caller_names()

    def declare(function: F) -> F:
        declared = declaration_of(function, names)
        for dll in dlls:
            key = search.with_extension(dll).lower()
            if registry.is_builtin(key):
                Override(key, name or function.__name__, function, declared)
            else:
                if key not in _made:
                    _made[key] = DLL(dll)
                _made[key].add_function(function, declared, name, ordinal, noname)
        return function

    return declare


_made: dict[str, DLL] = {}
"""Those of `export`, by name in lower case."""
