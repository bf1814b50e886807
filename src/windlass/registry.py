"""The Windows API functions that windlass implements, and the builtin DLLs made of them.

A function is declared once: in C by the macros of core/api.h, in Python by `export`. From the declarations
come the builtin images, the trace, import libraries, coverage tables and documentation. What mapping a
builtin image takes of them, its wiring, is kept in the cache, so that a process that only runs programs
reads no declarations.

A builtin DLL is a PE image whose exports are jump stubs through slots. A stub puts the function's id into
R11 and jumps to what its slot holds: the C function, or at first `_core.lazy_entry`, which asks `resolve`
here. So Python modules of the API are imported when one of their functions is first called.
"""

from __future__ import annotations

import marshal
import os

from windlass import _core, image_cache, tracing
from windlass.light import TYPE_CHECKING, NamedTuple, cache
from windlass.second_names import second_names, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, TypeVar, Union

    from windlass.pe import Image

    F = TypeVar("F", bound=Callable[..., Any])
    Declaration = tuple[str, Union[str, None], Union[str, None], Union[str, None], str, int, int, int]
    """dlls, name, result, parameters, file, address, size, as from `_core.api_records`; record's number."""

__all__ = [
    "Builtin",
    "Function",
    "builtin",
    "builtin_names",
    "export",
    "image",
    "is_builtin",
    "resolve",
    "supply",
    "withdraw",
]

NO_RECORD = 0xFFFFFFFF


class Function(NamedTuple):
    """One exported function or variable of a builtin DLL.

    dll:        "kernel32.dll".
    result, parameters: as written in the declaration; result None for data.
    file:       where it is declared, relative to the package.
    address:    of the C function; of the C pointer to a variable's storage; 0 for a Python function.
    size:       of a variable; 0 for functions.
    record:     its number among the C declarations; NO_RECORD for a Python function.
    """

    dll: str
    name: str
    result: str | None
    parameters: str
    file: str
    address: int
    size: int
    record: int = NO_RECORD


class Builtin(NamedTuple):
    """A builtin DLL, or one that a user supplies.

    number:  its ids' upper half.
    exports: in the order of its ids.
    starts:  the records of C functions to call when it is mapped.
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


@cache
def _declarations() -> dict[str, list[Declaration]]:
    """The declarations by DLL, start hooks among them; in the order of the DLLs' names, which numbers them.

    A process needs few of the DLLs, so that what is made of them waits in `builtin`.
    """
    from windlass.system_dlls import system_dlls

    found: dict[str, list[Declaration]] = {_file_name(name): [] for name in system_dlls()}
    lists: dict[str, list[list[Declaration]]] = {}
    for declaration in _declared():
        dlls = declaration[0]
        if dlls not in lists:
            lists[dlls] = [found.setdefault(_file_name(dll), []) for dll in dlls.split()]
        for each in lists[dlls]:
            each.append(declaration)
    _add_second_names(found)
    return dict(sorted(found.items()))


def _add_second_names(found: dict[str, list[Declaration]]) -> None:
    """Declare for its other names what a DLL exports under several, unless that is declared by itself."""
    functions = {dll: {each[1]: each for each in found[dll] if each[1] and each[2]} for dll in found}
    for dll, name, source in second_names(functions):
        if name not in functions[dll]:
            dlls, _, result, parameters, file, address, size, record = functions[source.dll][source.name]
            found[dll].append((dlls, name, result, parameters, file, address, size, record))


def _declared() -> Iterator[Declaration]:
    for number, record in enumerate(_core.api_records()):
        yield (*record, number)
    for dll, name, result, parameters, file in _declared_in_python():
        yield dll, name, result, parameters, file, 0, 0, NO_RECORD


def _function(dll: str, declaration: Declaration) -> Function:
    _, name, result, parameters, file, address, size, record = declaration
    short = file.rpartition("windlass/")[2]
    return Function(dll, name or "", result, parameters or "", short, address, size, record)


def _api_sources() -> list[str]:
    """The Python sources of all rooms of the API."""
    folder = os.path.join(os.path.dirname(__file__), "api")
    rooms = [room.path for room in os.scandir(folder) if room.name.isidentifier()]
    return sorted(
        os.path.join(room, name)
        for room in rooms
        for name in os.listdir(room)
        if name.endswith(".py") and name != "__init__.py"
    )


_WRITER = os.path.join(os.path.dirname(__file__), "pe", "write.py")
_SECOND_NAMES = os.path.join(os.path.dirname(__file__), "second_names.py")


@cache
def fingerprint() -> str:
    """Changes whenever a declaration may have changed: part of the names of all cached data derived from
    them.
    """
    stamps = []
    for path in [str(_core.__file__), __file__, _WRITER, _SECOND_NAMES, *_api_sources()]:
        status = os.stat(path)
        stamps.append(f"{path}:{status.st_size}:{status.st_mtime_ns}:{status.st_ino}")
    return f"{_core.hash(';'.join(stamps).encode()):016x}"


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

    room, name = path.split(os.sep)[-2:]
    file = f"api/{room}/{name}"
    with open(path, encoding="utf-8") as source:
        tree = ast.parse(_headers(source.read()), path)
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
                result = _types().called_result(ast.unparse(node.returns)) if node.returns else "VOID"
                parameters = ", ".join(
                    f"{ast.unparse(a.annotation)} {a.arg}" for a in node.args.args if a.annotation
                )
                for dll in decorator.args:
                    yield [ast.literal_eval(dll), name, result, parameters, file]


def _headers(source: str) -> str:
    """The decorated functions of a source without their bodies, which would take most of the time."""
    kept = []
    inside = False
    for line in source.splitlines():
        inside = inside or line.startswith("@")
        if inside and line.partition("  #")[0].endswith(":"):
            kept.append(line.partition("  #")[0] + " ...")
            inside = False
        elif inside:
            kept.append(line)
    return "\n".join(kept)


# ---- builtin DLLs ----


def builtin_names() -> list[str]:
    """The builtin DLLs' file names."""
    return list(_declarations())


@cache
def builtin(name: str) -> Builtin | None:
    """A builtin DLL by its file name in lower case."""
    declarations = _declarations().get(name)
    if declarations is None:
        return None
    functions = sorted((d for d in declarations if d[1]), key=lambda d: d[1] or "")
    starts = [record for _, export, _, _, _, _, _, record in declarations if not export]
    number = builtin_names().index(name)
    return Builtin(name, number, [_function(name, each) for each in functions], starts)


def is_builtin(name: str) -> bool:
    """Whether there is a builtin DLL of that file name, in lower case."""
    return name in _wirings()


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


def prepare(name: str) -> str:
    """Make the supplied DLL of that name, which is about to be mapped. Returns how it is spelled; a builtin
    DLL's name needs no more.
    """
    lower = name.lower()
    if lower not in _suppliers:
        return name
    number = _supplied_numbers.setdefault(lower, len(_wirings()) + len(_supplied_numbers))
    _supplied[lower] = _suppliers[lower](number)
    return _supplied[lower].name


def mapped(name: str) -> Builtin | None:
    """What a mapped module of that name was made of; None for a name that is neither supplied nor builtin."""
    lower = name.lower()
    return _supplied.get(lower) or builtin(lower)


# ---- images ----


def image(name: str) -> Image:
    """A builtin DLL, or the supplied one that is mapped, as a PE file."""
    from windlass.pe import Image  # not needed when a laid-out copy is in the cache

    dll = mapped(name)
    assert dll is not None
    return Image(image_bytes(dll), path=name)


def image_bytes(dll: Builtin) -> bytes:
    """The builtin DLL as a PE file."""
    return dll.image or _write(dll.name, dll)


def program_image() -> Image:
    """An image without exports for the program that this process runs."""
    from windlass.pe import Image

    return Image(_write("python.exe", None), path="python.exe")


def _write(name: str, dll: Builtin | None) -> bytes:
    from windlass.pe import write
    from windlass.system_dlls import ordinals as fixed_ordinals

    ordinals = fixed_ordinals(name)
    exports = [
        write.BuiltinExport(f.name, kind="data", data_size=f.size, data_lead=_lead(f.name))
        if f.result is None
        else write.BuiltinExport(
            f.name, ordinals.get(f.name), id=None if f.name in tracing.UNTRACEABLE else id
        )
        for id, f in (zip(dll.ids(), dll.exports) if dll else ())
    ]
    return write.builtin_image(name, exports).data


def _lead(name: str) -> int:
    """The room before exported data: a table of virtual functions has its locator's address there."""
    return 8 if name.startswith("??_7") else 0


# ---- wiring ----


class Wiring(NamedTuple):
    """What mapping a builtin image has to know of its DLL. Records stand for C declarations by number.

    number:    of the DLL: the upper half of its functions' ids.
    functions: the record behind each slot, 32 bits each; NO_RECORD for a Python function.
    variables: the records of exported variables, 32 bits each.
    starts:    the records of start hooks.
    python:    by position among the exports: the slot, the file and the name of a Python function.
    """

    number: int
    functions: bytes
    variables: bytes
    starts: tuple[int, ...]
    python: dict[int, tuple[int, str, str]]


@cache
def _wirings() -> dict[str, bytes]:
    """The fields of each builtin DLL's wiring, from the cache or the declarations. Few DLLs' are looked
    at.
    """
    entry = f"wirings-{fingerprint()}"
    cached = image_cache.read_bytes(entry)
    if cached is None:
        dlls = ((name, builtin(name)) for name in builtin_names())
        made = {name: marshal.dumps(tuple(_wiring_of(dll)), 2) for name, dll in dlls if dll}
        cached = marshal.dumps(made, 2)
        image_cache.write_bytes(entry, cached)
    wirings: dict[str, bytes] = marshal.loads(cached)
    return wirings


@cache
def _wiring(name: str) -> Wiring:
    return Wiring(*marshal.loads(_wirings()[name]))


def _wiring_of(dll: Builtin) -> Wiring:
    functions = [(position, f) for position, f in enumerate(dll.exports) if f.result is not None]
    return Wiring(
        dll.number,
        _packed(function.record for _, function in functions),
        _packed(variable.record for variable in dll.exports if variable.result is None),
        tuple(dll.starts),
        {
            position: (slot, function.file, function.name)
            for slot, (position, function) in enumerate(functions)
            if function.record == NO_RECORD
        },
    )


def _packed(records: Iterable[int]) -> bytes:
    return b"".join(record.to_bytes(4, "little") for record in records)


def fill(name: str, base: int, slots: int) -> None:
    """Connect a mapped image: fill its slots, tell C where its variables lie, run its start hooks.

    slots: the address of its first slot.
    """
    connect(name, slots)
    if name.lower() not in _supplied:
        wiring = _wiring(name)
        _core.connect_variables(base, wiring.variables)
        for record in wiring.starts:
            _core.call(_core.api_address(record))


def forget(name: str) -> None:
    """A builtin image goes: its variables are nowhere until it is mapped again."""
    if _supplied.pop(name.lower(), None):
        return
    if is_builtin(name):
        wiring = _wiring(name)
        _slots.pop(wiring.number, None)
        _core.connect_variables(0, wiring.variables)


def connect(name: str, slots: int) -> None:
    """Fill the slots of a mapped builtin or supplied image, with trace_entry for what is traced."""
    if dll := _supplied.get(name.lower()):
        addresses = [function.address for function in dll.exports] + [dll.entry] * (dll.entry != 0)
        _core.write(slots, b"".join(address.to_bytes(8, "little") for address in addresses))
    else:
        wiring = _wiring(name)
        _slots[wiring.number] = name, slots
        _core.connect_functions(slots, wiring.functions)
        for function, address in _replacements.get(name, {}).items():
            _write_slot(slots, _slot_of(name, function), address)
    if tracing.selection.names:
        _trace(name, slots)


_slots: dict[int, tuple[str, int]] = {}
"""By number, of the builtin DLLs that have been mapped: the name and the address of the first slot."""


def _trace(name: str, slots: int) -> None:
    """Put trace_entry into the slots of traced functions."""
    dll = mapped(name)
    functions = [each for each in zip(dll.ids(), dll.exports) if each[1].result is not None] if dll else []
    for slot, (id, function) in enumerate(functions):
        if tracing.selection.has_function(name.lower(), function.name):
            shown = f"{function.dll}!{function.name}"
            address = _replacements.get(name, {}).get(function.name, function.address)
            _core.trace_add(id, shown, function.result or "", function.parameters, address)
            _write_slot(slots, slot, _core.trace_entry)


def _write_slot(slots: int, slot: int, address: int) -> None:
    _core.write(slots + 8 * slot, address.to_bytes(8, "little"))


def resolve(id: int) -> int:
    """The address of the Python function with this id; the hook behind `_core.lazy_entry`.

    Its slot leads there directly from now on.
    """
    dll, slots = _slots[id >> 16]
    slot, file, name = _wiring(dll).python[id & 0xFFFF]
    address = _python_address(dll, file, name)
    if not tracing.selection.has_function(dll, name) and name not in _replacements.get(dll, {}):
        _write_slot(slots, slot, address)
    return address


def _python_address(dll: str, file: str, name: str) -> int:
    if (dll, name) not in _python_functions:  # else its file is there, though Python ends and imports no more
        __import__("windlass." + file[:-3].replace("/", "."))
    while (dll, name) not in _python_functions:
        source = source_of(dll, name)
        assert source is not None
        dll, name = source
    return _callback(_python_functions[dll, name]).address


# ---- replacements and additions ----


class Addition(NamedTuple):
    """A function that a builtin DLL exports beside its own.

    result, parameters: declare it, for the trace.
    """

    address: int
    result: str
    parameters: str


additions: dict[str, dict[str, Addition]] = {}
"""By DLL and name; see windlass.additions."""

_replacements: dict[str, dict[str, int]] = {}
"""By DLL and function: the address to which its slot leads."""


def has_function(dll: str, name: str) -> bool:
    """Whether a builtin DLL exports a function of that name. ValueError if the name is that of data."""
    made = builtin(dll)
    found = [each for each in made.exports if each.name == name] if made else []
    if found and found[0].result is None:
        raise ValueError(f"{dll} exports {name} as data, not as a function")
    return bool(found)


def own_address(dll: str, name: str) -> int:
    """The address of the code that windlass has for a builtin DLL's function."""
    made = builtin(dll)
    assert made is not None
    function = next(each for each in made.exports if each.name == name)
    return function.address or _python_address(dll, function.file, name)


def replace(dll: str, name: str, address: int | None) -> None:
    """Let calls of a builtin DLL's function, from modules that are bound to it and from later ones, go to an
    address; None: to its own code again. The loader lock must be held.
    """
    functions = _replacements.setdefault(dll, {})
    if address is None:
        functions.pop(name, None)
    else:
        functions[name] = address
    number = _wiring(dll).number
    if number in _slots:
        slots = _slots[number][1]
        _write_slot(slots, _slot_of(dll, name), address or own_address(dll, name))
        if tracing.selection.names:
            _trace(dll, slots)


def _slot_of(dll: str, name: str) -> int:
    made = builtin(dll)
    functions = [each.name for each in made.exports if each.result is not None] if made else []
    return functions.index(name)


def _callback(function: Callable[..., Any]) -> _core.Callback:
    if function not in _callbacks:
        types = _types()
        signature = types.signature_of(function)
        at_end, calls_back = types.result_at_end(function), types.calls_back(function)
        _callbacks[function] = _core.Callback(function, signature, at_end, calls_back)
    return _callbacks[function]


@cache
def _types() -> Any:
    from windlass import types

    return types
