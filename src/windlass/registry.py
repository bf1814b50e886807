"""The Windows API functions that windlass implements, and the builtin DLLs made of them.

A function is declared once: in C by the macros of core/api.h, in Python by `export`. From the declarations
come the builtin images, the trace, import libraries, coverage tables and documentation.

A builtin DLL is a PE image whose exports are jump stubs through slots. A stub puts the function's id into
R11 and jumps to what its slot holds: the C function, or at first `_core.lazy_entry`, which asks `resolve`
here. So Python modules of the API are imported when one of their functions is first called.
"""

from __future__ import annotations

import functools
import importlib
import os
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar, Union

from windlass import _core, image_cache, tracing
from windlass.system_dlls import ordinals as fixed_ordinals
from windlass.system_dlls import system_dlls
from windlass.types import signature_of

__all__ = ["Builtin", "Function", "builtin", "builtin_names", "export", "resolve", "supply", "withdraw"]

F = TypeVar("F", bound=Callable[..., Any])


class Function(NamedTuple):
    """One exported function or variable of a builtin DLL.

    dll:        "kernel32.dll".
    result, parameters: as written in the declaration; result None for data.
    file:       where it is declared, relative to the package.
    address:    of the C function; of the C pointer to a variable's storage; 0 for a Python function.
    size:       of a variable; 0 for functions.
    """

    dll: str
    name: str
    result: str | None
    parameters: str
    file: str
    address: int
    size: int


class Builtin(NamedTuple):
    """A builtin DLL, or one that a user supplies.

    number:  its ids' upper half.
    exports: in the order of its ids.
    starts:  C functions to call when it is mapped.
    entry:   what its entry point leads to; 0: it has none. Its id comes after those of the exports.
    image:   of a supplied DLL, as a file; a builtin one's is written when it is needed.
    owner:   of a supplied DLL, what keeps its functions alive.
    """

    name: str
    number: int
    exports: list[Function]
    starts: list[int]
    entry: int = 0
    image: bytes = b""
    owner: object = None

    def ids(self) -> Iterator[int]:
        return (self.number << 16 | position for position in range(len(self.exports)))


def export(*dlls: str, name: str | None = None) -> Callable[[F], F]:
    """Declare a Python function as an API function of the named DLLs (without ".dll").

    The parameters and the result are annotated with names of windlass.types. `name` is the exported name,
    if it is not the function's own. Arguments are literals, for the declarations are read without importing
    the module.
    """

    def declare(function: F) -> F:
        for dll in dlls:
            _python_functions[_file_name(dll), name or function.__name__] = function
        return function

    return declare


_python_functions: dict[tuple[str, str], Callable[..., Any]] = {}
_callbacks: dict[Callable[..., Any], _core.Callback] = {}


def _file_name(dll: str) -> str:
    return dll if "." in dll else dll + ".dll"


# ---- collecting the declarations ----

# What every Windows process has mapped, in this order.
EVERY_PROCESS = ("ntdll.dll", "kernelbase.dll", "kernel32.dll")


Declaration = tuple[str, Union[str, None], Union[str, None], Union[str, None], str, int, int]
"""What `_core.api_records` gives: dlls, name, result, parameters, file, address, size."""


@functools.cache
def _declarations() -> dict[str, list[Declaration]]:
    """The declarations by DLL, start hooks among them; in the order of the DLLs' names, which numbers them.

    A process needs few of the DLLs, so that what is made of them waits in `builtin`.
    """
    found: dict[str, list[Declaration]] = {_file_name(name): [] for name in system_dlls()}
    lists: dict[str, list[list[Declaration]]] = {}
    for declaration in _declared():
        dlls = declaration[0]
        if dlls not in lists:
            lists[dlls] = [found.setdefault(_file_name(dll), []) for dll in dlls.split()]
        for each in lists[dlls]:
            each.append(declaration)
    return dict(sorted(found.items()))


def _declared() -> Iterator[Declaration]:
    yield from _core.api_records()
    for dll, name, result, parameters, file in _declared_in_python():
        yield dll, name, result, parameters, file, 0, 0


def _function(dll: str, declaration: Declaration) -> Function:
    _, name, result, parameters, file, address, size = declaration
    short = file.rpartition("windlass/")[2]
    return Function(dll, name or "", result, parameters or "", short, address, size)


def _api_sources() -> list[str]:
    folder = os.path.join(os.path.dirname(__file__), "api")
    return [
        os.path.join(folder, name)
        for name in sorted(os.listdir(folder))
        if name.endswith(".py") and name != "__init__.py"
    ]


_WRITER = os.path.join(os.path.dirname(__file__), "pe", "write.py")


@functools.cache
def fingerprint() -> str:
    """Changes whenever a declaration may have changed: part of the names of all cached data derived from
    them.
    """
    stamps = []
    for path in [str(_core.__file__), __file__, _WRITER, *_api_sources()]:
        status = os.stat(path)
        stamps.append(f"{path}:{status.st_size}:{status.st_mtime_ns}:{status.st_ino}")
    text = ";".join(stamps).encode()
    return f"{zlib.crc32(text):08x}{zlib.adler32(text):08x}"


def _declared_in_python() -> list[list[str]]:
    """[dll, name, result, parameters, file] of each @export, from the cache or the sources' syntax trees."""
    cached = image_cache.read_bytes(f"api-{fingerprint()}.txt")
    if cached is None:
        found = ["\t".join(entry) for path in _api_sources() for entry in _read_source(path)]
        cached = "\n".join(found).encode()
        image_cache.write_bytes(f"api-{fingerprint()}.txt", cached)
    return [line.split("\t") for line in cached.decode().splitlines()]


def _read_source(path: str) -> Iterator[list[str]]:
    import ast  # only when the sources have changed

    file = "api/" + os.path.basename(path)
    with open(path, encoding="utf-8") as source:
        tree = ast.parse(source.read(), path)
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            if (
                isinstance(decorator, ast.Call)
                and isinstance(decorator.func, ast.Name)
                and decorator.func.id == "export"
            ):
                given = {k.arg: ast.literal_eval(k.value) for k in decorator.keywords}
                name = given.get("name", node.name)
                result = ast.unparse(node.returns) if node.returns else "VOID"
                parameters = ", ".join(
                    f"{ast.unparse(a.annotation)} {a.arg}" for a in node.args.args if a.annotation
                )
                for dll in decorator.args:
                    yield [ast.literal_eval(dll), name, result, parameters, file]


# ---- builtin DLLs ----


def builtin_names() -> list[str]:
    """The builtin DLLs' file names."""
    return list(_declarations())


@functools.cache
def builtin(name: str) -> Builtin | None:
    """A builtin DLL by its file name in lower case."""
    declarations = _declarations().get(name)
    if declarations is None:
        return None
    functions = sorted((d for d in declarations if d[1]), key=lambda d: d[1] or "")
    starts = [address for _, export, _, _, _, address, _ in declarations if not export]
    number = builtin_names().index(name)
    return Builtin(name, number, [_function(name, each) for each in functions], starts)


def _by_id(id: int) -> tuple[Builtin, int]:
    """The DLL and the position among its exports that an id means."""
    dll = builtin(builtin_names()[id >> 16])
    assert dll is not None
    return dll, id & 0xFFFF


# ---- supplied DLLs ----

_suppliers: dict[str, Callable[[int], Builtin]] = {}
_supplied_numbers: dict[str, int] = {}
_supplied: dict[str, Builtin] = {}
"""Those that are mapped."""


def supply(name: str, make: Callable[[int], Builtin]) -> None:
    """Let a DLL be found by its file name, before all others. See windlass.dll.

    make: gives the DLL when it is mapped; gets the number that it shall have.

    ValueError if there is one of that name already.
    """
    if is_supplied(name):
        raise ValueError(f"there is a {name} made of Python functions already")
    _suppliers[name.lower()] = make


def withdraw(name: str, make: Callable[[int], Builtin]) -> None:
    """Take back one `supply`, if it still holds; a DLL that is mapped stays until it is unloaded."""
    if _suppliers.get(name.lower()) == make:
        del _suppliers[name.lower()]


def is_supplied(name: str) -> bool:
    return name.lower() in _suppliers


def owner(name: str) -> object:
    """Who made the supplied DLL of that name that is mapped; None if there is none."""
    dll = _supplied.get(name.lower())
    return dll.owner if dll else None


def to_map(name: str) -> Builtin:
    """The DLL of that name that is about to be mapped: supplied, else builtin."""
    lower = name.lower()
    if lower in _suppliers:
        number = _supplied_numbers.setdefault(lower, len(builtin_names()) + len(_supplied_numbers))
        _supplied[lower] = _suppliers[lower](number)
    dll = mapped(name)
    assert dll is not None
    return dll


def mapped(name: str) -> Builtin | None:
    """What a mapped module of that name was made of; None for a name that is neither supplied nor builtin."""
    lower = name.lower()
    return _supplied.get(lower) or builtin(lower)


# ---- images ----


def image_bytes(dll: Builtin) -> bytes:
    """The builtin DLL as a PE file."""
    return dll.image or _written(dll.name, dll)


def program_image() -> bytes:
    """An image without exports for the program that this process runs."""
    return _written("python.exe", None)


def _written(name: str, dll: Builtin | None) -> bytes:
    """The image, from the cache when it has been written before."""
    entry = f"{name}-{fingerprint()}.pe"
    data = image_cache.read_bytes(entry)
    if data is None:
        data = _write(name, dll)
        image_cache.write_bytes(entry, data)
    return data


def _write(name: str, dll: Builtin | None) -> bytes:
    from windlass.pe import write  # not needed when the image is in the cache

    ordinals = fixed_ordinals(name)
    exports = [
        write.BuiltinExport(f.name, kind="data", data_size=f.size)
        if f.result is None
        else write.BuiltinExport(
            f.name, ordinals.get(f.name), id=None if f.name in tracing.UNTRACEABLE else id
        )
        for id, f in (zip(dll.ids(), dll.exports) if dll else ())
    ]
    return write.builtin_image(name, exports).data


def fill(dll: Builtin, base: int, slots: int, size: int) -> None:
    """Connect a mapped builtin image: fill its slots, tell C where its variables lie, run its start hooks.

    slots, size: address and size of the section that holds the slots.
    """
    connect(dll, slots, size)
    for variable in dll.exports:
        if variable.result is None:
            storage = _core.export(base, variable.name, 0)
            _core.write(variable.address, struct.pack("<Q", storage))
    for start in dll.starts:
        _core.call(start)


def forget(name: str) -> None:
    """A builtin image goes: its variables are nowhere until it is mapped again."""
    if _supplied.pop(name.lower(), None):
        return
    dll = builtin(name)
    for variable in dll.exports if dll else ():
        if variable.result is None:
            _core.write(variable.address, bytes(8))


def connect(dll: Builtin, slots: int, size: int) -> None:
    """Fill the slots of a mapped builtin image, with trace_entry for what is traced."""
    _slots[dll.number] = slots
    targets = [
        _target(id, function) for id, function in zip(dll.ids(), dll.exports) if function.result is not None
    ]
    targets += [dll.entry] * (dll.entry != 0)
    _core.write(slots, struct.pack(f"<{len(targets)}Q", *targets)[:size])


_slots: dict[int, int] = {}


def _target(id: int, function: Function) -> int:
    """What a function's slot holds before its first call."""
    if tracing.selection.names and tracing.selection.has_function(function.dll.lower(), function.name):
        name = f"{function.dll}!{function.name}"
        _core.trace_add(id, name, function.result or "", function.parameters, function.address)
        return _core.trace_entry
    return function.address or _core.lazy_entry


def resolve(id: int) -> int:
    """The address of the Python function with this id; the hook behind `_core.lazy_entry`.

    Its slot leads there directly from now on.
    """
    dll, position = _by_id(id)
    function = dll.exports[position]
    importlib.import_module("windlass." + function.file[:-3].replace("/", "."))
    address = _callback(_python_functions[function.dll, function.name]).address
    if not tracing.selection.has_function(function.dll, function.name):
        before = dll.exports[:position]
        slot = _slots[id >> 16] + 8 * sum(each.result is not None for each in before)
        _core.write(slot, struct.pack("<Q", address))
    return address


def _callback(function: Callable[..., Any]) -> _core.Callback:
    if function not in _callbacks:
        _callbacks[function] = _core.Callback(function, signature_of(function))
    return _callbacks[function]
