"""Exports added to a mapped builtin DLL: functions that windlass lacks and its user supplies.

The image stays as it was written. What is added lies behind it: stubs and slots like its own, and an export
directory with the old exports and the new, to which the image's header leads from then on. So GetProcAddress
and whatever else walks export directories finds them.

Source: Microsoft, "PE Format".
"""

from __future__ import annotations

from windlass import _core, registry, tracing
from windlass.light import TYPE_CHECKING
from windlass.plan import EXECUTE, PAGE, READ, WRITE, page_up
from windlass.process import modules

if TYPE_CHECKING:
    from windlass.module import Module
    from windlass.registry import Addition

__all__ = ["Additions", "apply", "supply"]

STUB_SIZE, SLOT_SIZE = 32, 8
STUBS = PAGE // STUB_SIZE
"""Stubs of one block: a page, with a page of slots behind it."""

LFANEW = 0x3C
"""Where IMAGE_DOS_HEADER says where the other headers are."""
SIZE_OF_IMAGE = 4 + 20 + 56
DIRECTORIES = 4 + 20 + 112
"""How far behind that the image's size lies and the data directories begin: after the signature and the file
header, in the optional header of PE32+ images.
"""

ALLOCATION_GRANULARITY = 0x10000


def supply(dll: str, name: str, function: Addition | None) -> None:
    """Add a function to a builtin DLL that lacks it, mapped or not; None takes it back.

    The loader lock must be held.
    """
    functions = registry.additions.setdefault(dll, {})
    if function is None:
        functions.pop(name, None)
    else:
        functions[name] = function
    module = modules.by_name(dll)
    if module is not None and module.builtin:
        apply(module)


def apply(module: Module) -> None:
    """Let a mapped builtin DLL export what there is to add to it."""
    if registry.owner(module.name) is None:
        if module.additions is None:
            module.additions = Additions(module)
        module.additions.apply()


class Additions:
    """What is added to one module."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._dll = registry.builtin(module.name.lower())
        self._blocks: list[int] = []
        self._names: list[str] = []
        """Everything that was ever added, in the order of the stubs; a stub's address stays its name's."""
        self._directories: dict[frozenset[str], tuple[int, int]] = {}
        self._missing: dict[str, _core.MissingFunction] = {}
        """Where the stubs of functions that were taken back lead."""
        self._regions: list[tuple[int, int]] = []

    @property
    def _functions(self) -> dict[str, Addition]:
        return registry.additions[self._module.name.lower()]

    def apply(self) -> None:
        """Export what is to be added now, and nothing else of it."""
        self._names += [name for name in self._functions if name not in self._names]
        while len(self._blocks) * STUBS < len(self._names):
            self._blocks.append(self._new_block(len(self._blocks)))
        self.connect()
        names = frozenset(self._functions)
        if names not in self._directories:
            self._directories[names] = self._new_directory(sorted(names))
        self._lead_to(*self._directories[names])

    def connect(self) -> None:
        """Fill the slots, with trace_entry for what is traced."""
        for position, name in enumerate(self._names):
            function = self._functions.get(name)
            target = self._target(position, name, function) if function else self._stand_in(name)
            _core.write(self._slot(position), target.to_bytes(8, "little"))

    def _target(self, position: int, name: str, function: Addition) -> int:
        dll = self._module.name.lower()
        if not tracing.selection.has_function(dll, name):
            return function.address
        _core.trace_add(self._id(position), f"{dll}!{name}", *function[1:], function.address)
        return _core.trace_entry

    def _stand_in(self, name: str) -> int:
        if name not in self._missing:
            missing = f"{self._module.name}!{name}"
            self._missing[name] = _core.MissingFunction(missing, "a module that kept its address")
        return self._missing[name].address

    def unmap(self) -> None:
        """The module has gone."""
        for address, size in self._regions:
            _core.unmap(address, size)

    def _id(self, position: int) -> int:
        """The ids after those of the DLL's own exports."""
        assert self._dll is not None
        return self._dll.number << 16 | len(self._dll.exports) + position

    def _stub(self, position: int) -> int:
        return self._blocks[position // STUBS] + STUB_SIZE * (position % STUBS)

    def _slot(self, position: int) -> int:
        return self._blocks[position // STUBS] + PAGE + SLOT_SIZE * (position % STUBS)

    def _new_block(self, index: int) -> int:
        """Stubs for the next names, each leading through its slot."""
        from windlass.pe.write import stubs

        address = self._room(2 * PAGE)
        ids = [self._id(index * STUBS + position) for position in range(STUBS)]
        _core.write(address, stubs(ids, 0, PAGE))
        _core.protect(address, PAGE, READ | EXECUTE)
        return address

    def _new_directory(self, names: list[str]) -> tuple[int, int]:
        """The RVA and the size of an export directory with these names too."""
        from windlass.pe.write import BuiltinExport, export_directory

        base = self._module.handle
        old = list(self._module.exports or ())
        exports = [BuiltinExport(each.name) for each in old] + [BuiltinExport(name) for name in names]
        ordinals = [each.ordinal for each in old]
        ordinals += range(max(ordinals, default=0) + 1, max(ordinals, default=0) + 1 + len(names))
        rvas = [each.rva for each in old] + [self._stub(self._names.index(name)) - base for name in names]
        size = len(export_directory(self._module.name, exports, ordinals, rvas, 0))
        address = self._room(page_up(size))
        _core.write(address, export_directory(self._module.name, exports, ordinals, rvas, address - base))
        _core.protect(address, page_up(size), READ)
        return address - base, size

    def _lead_to(self, rva: int, size: int) -> None:
        """Let the header name this export directory. Other threads see the old one or the new."""
        base = self._module.handle
        headers = int.from_bytes(_core.read(base + LFANEW, 4), "little")
        entry = headers + DIRECTORIES
        end = max(address - base + length for address, length in self._regions)
        _core.protect(base, PAGE, READ | WRITE)
        # Whoever reads the directory expects it, and the names in it, within the image.
        _core.write(base + headers + SIZE_OF_IMAGE, end.to_bytes(4, "little"))
        _core.write(base + entry, rva.to_bytes(4, "little") + size.to_bytes(4, "little"))
        _core.protect(base, PAGE, READ)

    def _room(self, size: int) -> int:
        """Zeroed memory that RVAs of the module reach."""
        base = self._module.handle
        first = base + -(-self._module.size // ALLOCATION_GRANULARITY) * ALLOCATION_GRANULARITY
        for address in range(first, base + (1 << 32) - size, ALLOCATION_GRANULARITY):
            try:
                _core.reserve(address, size)
            except OSError:  # it is taken
                continue
            _core.map(address, size, READ | WRITE, -1, 0, False)
            self._regions.append((address, size))
            return address
        raise MemoryError(f"no address space is left near {self._module.name}")
