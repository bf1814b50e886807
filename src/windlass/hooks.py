"""Patching loaded DLLs, and taking it back: imports and functions replaced, breakpoints, snapshots of data.

    from windlass import WINFUNCTYPE, hooks
    from windlass.ctypes import c_uint32

    with hooks.hook_import("kernel32", "GetTickCount", lambda: 42, WINFUNCTYPE(c_uint32), module=dll):
        ...

A replacement is a Python function with a prototype, a ctypes function, or an address. Patching code is for
moments in which no other thread runs the few bytes that change.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, Union

from windlass import _core, lifetime, search
from windlass.foreign import WINFUNCTYPE
from windlass.machine_code import BadCode, absolute_jump, jump, move
from windlass.module import Module
from windlass.plan import EXECUTE, PAGE, READ, WRITE, functions, page_up
from windlass.process import loader_lock, modules

__all__ = [
    "BadCode",
    "Breakpoint",
    "Hook",
    "Registers",
    "Snapshot",
    "breakpoint",
    "hook_function",
    "hook_import",
]

Replacement = Union[int, Callable[..., Any]]

NEAR = 1 << 30
"""How far from a function its moved instructions may lie: a 32-bit offset reaches twice as far."""


# ---- what all hooks have in common ----


class Hook:
    """A replacement that is in place until `remove`; also a context manager.

    original: what was replaced: its address, or with a prototype a function to call it by.
    """

    def __init__(self, replacement: Replacement, prototype: Any) -> None:
        if prototype is None and hasattr(type(replacement), "_flags_"):
            prototype = type(replacement)
        self._prototype = prototype
        self._keep: Any = replacement
        if isinstance(replacement, int):
            self._target = replacement
        elif prototype is None:
            raise TypeError("a Python function needs a prototype, such as WINFUNCTYPE(c_int, c_int)")
        else:
            self._keep = replacement if isinstance(replacement, prototype) else prototype(replacement)
            self._target = _address_of(self._keep)
        self.original: Any = None
        self.is_active = False

    def _show_original(self, address: int) -> None:
        self.original = self._prototype(address) if self._prototype is not None else address

    def remove(self) -> None:
        """Put back what was there. Does nothing when that has been done, or when the DLL is gone.

        RuntimeError when something else has been put over the hook since; remove that first.
        """
        with loader_lock:
            if self.is_active:
                self._take_back()
                self.is_active = False

    def _take_back(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Hook:
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()


def _address_of(function: Any) -> int:
    from windlass.ctypes import c_void_p, cast

    return int(cast(function, c_void_p).value or 0)


def _module_at(address: int) -> Module:
    module = modules.by_handle(_core.module_from_address(address))
    if module is None:
        raise ValueError(f"{address:#x} is in no loaded module")
    return module


def _resolve(module: Module | None, place: str | int) -> int:
    """The address of an export by its name, or an address."""
    if isinstance(place, int):
        return place
    if module is None:
        raise TypeError("a name needs a module")
    return module.export(place)


class _Writable:
    """Makes a range of a module writable for a while, beside what it is already."""

    def __init__(self, module: Module, address: int, size: int) -> None:
        rva = address - module.handle
        self.start = address & -PAGE
        self.length = page_up(address + size) - self.start
        regions = module.plan.regions
        self.protection = next((p for start, length, p, _ in regions if start <= rva < start + length), READ)

    def __enter__(self) -> None:
        _core.protect(self.start, self.length, self.protection | WRITE)

    def __exit__(self, *exception: object) -> None:
        _core.protect(self.start, self.length, self.protection)


def _patch(module: Module, address: int, data: bytes) -> None:
    with _Writable(module, address, len(data)):
        _core.write(address, data)


# ---- imports ----


def hook_import(
    dll: str,
    name: str | int,
    replacement: Replacement,
    prototype: Any = None,
    *,
    module: Module | None = None,
) -> Hook:
    """Replace a function as other modules import it, delayed imports too.

    dll, name: the function as import tables name it; an ordinal where it is imported by that. API sets that
               stand for the DLL are meant as well.
    module:    the one module whose imports change; None: all, those that are loaded later too.

    What GetProcAddress gives stays; see `hook_function`. LookupError if no module imports it; without
    `module` that is not an error.
    """
    hook = _ImportHook(dll, name, replacement, prototype, module)
    with loader_lock:
        hook.put_in_place()
    return hook


class _ImportHook(Hook):
    def __init__(
        self, dll: str, name: str | int, replacement: Replacement, prototype: Any, module: Module | None
    ) -> None:
        super().__init__(replacement, prototype)
        self.dll = search.with_extension(dll).lower()
        self.name = name
        self.module = module
        self._replaced: list[tuple[Module, int, bytes]] = []

    def put_in_place(self) -> None:
        for module in [self.module] if self.module is not None else modules:
            self._replace_in(module)
        if self.module is None:
            lifetime.watchers.append(self._on_change)
        elif not self._replaced:
            raise LookupError(f"{self.module.name} does not import {self.name} from {self.dll}")
        if self.original is None:
            self._show_original(self._of_provider())
        self.is_active = True

    def _of_provider(self) -> int:
        """The function itself, where no module imports it yet."""
        provider = modules.by_name((search.api_set_hosts(self.dll) or (self.dll,))[0])
        name, ordinal = (self.name, 0) if isinstance(self.name, str) else (None, self.name)
        return _core.export(provider.handle, name, ordinal) if provider is not None else 0

    def _on_change(self, module: Module, reason: int) -> None:
        if reason == lifetime.BOUND:
            self._replace_in(module)

    def _replace_in(self, module: Module) -> None:
        for slot in self._slots(module):
            before = _core.read(slot, 8)
            if self.original is None:
                self._show_original(int.from_bytes(before, "little"))
            self._replaced.append((module, slot, before))
            _patch(module, slot, self._target.to_bytes(8, "little"))

    def _slots(self, module: Module) -> list[int]:
        slots = [
            module.handle + iat_rva + 8 * index
            for dll, iat_rva, imported in module.plan.imports
            if self._means(dll)
            for index, function in enumerate(functions(imported))
            if function == self.name
        ]
        if not module.builtin:
            for delayed in module.image.delay_imports:
                wanted = [f for f in delayed.functions if self.name in (f.name, f.ordinal)]
                slots += [module.handle + f.iat_rva for f in wanted if self._means(delayed.name)]
        return slots

    def _means(self, dll: str) -> bool:
        lower = dll.lower()
        return lower == self.dll or self.dll in search.api_set_hosts(lower)

    def _take_back(self) -> None:
        mine = self._target.to_bytes(8, "little")
        loaded = [each for each in self._replaced if each[0].is_loaded]
        if any(_core.read(slot, 8) != mine for _, slot, _ in loaded):
            raise RuntimeError(f"another hook of {self.name} lies over this one")
        for module, slot, before in loaded:
            _patch(module, slot, before)
        if self.module is None:
            lifetime.watchers.remove(self._on_change)


# ---- functions ----


def hook_function(
    module: Module | None, function: str | int, replacement: Replacement, prototype: Any = None
) -> Hook:
    """Replace a function for all who call it: its code begins with a jump to the replacement.

    module, function: an export by its name; or None and any address of a function's beginning.

    `original` of the result calls the function as it was. BadCode if its first instructions cannot be moved,
    ValueError if the address is in no module.
    """
    with loader_lock:
        return _FunctionHook(_resolve(module, function), replacement, prototype)


JUMP_SIZE = 5
NOP = b"\x90"


class _FunctionHook(Hook):
    def __init__(self, address: int, replacement: Replacement, prototype: Any) -> None:
        super().__init__(replacement, prototype)
        self.address = address
        self.module = _module_at(address)
        island = _Island(self.module, address, JUMP_SIZE, self._target)
        self._show_original(island.moved)
        self._before = _core.read(address, JUMP_SIZE)
        self._written = jump(address, island.entry)
        self._island = island
        _patch(self.module, address, self._written)
        self.is_active = True

    def _take_back(self) -> None:
        if not self.module.is_loaded:
            return
        if _core.read(self.address, JUMP_SIZE) != self._written:
            raise RuntimeError(f"another hook lies over this one, at {self.address:#x}")
        _patch(self.module, self.address, self._before)


class _Island:
    """A page near a function, with its first instructions and a jump to anywhere.

    moved: the address of the instructions, behind which the function goes on.
    entry: of the jump, which a short jump at the function's beginning reaches.

    It stays for good: a thread may be in it. To the unwinder the moved instructions are a piece of the
    function, so exceptions pass them.
    """

    ENTRY, PIECE, UNWIND = 0x100, 0x200, 0x20C

    def __init__(self, module: Module, address: int, size: int, target: int) -> None:
        code = _code_at(module, address)
        self.moved = _reserve_near(address)
        try:
            first = move(code, address, self.moved, size)
            # The nop keeps the unwinder from taking a jump behind a call for an epilogue.
            behind = b"" if first.ends else NOP + absolute_jump(address + first.length)
            body = (first.code + behind).ljust(self.ENTRY, b"\xcc") + absolute_jump(target)
            if function := _unwind_entry(address):
                body = body.ljust(self.PIECE, b"\xcc")
                body += self._piece(module, function)
            _core.map(self.moved, PAGE, READ | WRITE, -1, 0, False)
            _core.write(self.moved, body)
            _core.protect(self.moved, PAGE, READ | EXECUTE)
            if function:
                _ntdll("RtlAddFunctionTable", self.moved + self.PIECE, 1, module.handle)
        except BaseException:
            _core.unmap(self.moved, PAGE)
            raise
        self.entry = self.moved + self.ENTRY

    def _piece(self, module: Module, function: bytes) -> bytes:
        """A RUNTIME_FUNCTION for the moved instructions, and its UNWIND_INFO, chained to the function's.

        Source: Microsoft, "x64 exception handling", "Chained unwind info structures".
        """
        version_1_chained = 0x21
        frame_register = _core.read(module.handle + int.from_bytes(function[8:], "little") + 3, 1)
        begin = self.moved - module.handle
        own = struct.pack("<III", begin, begin + self.ENTRY, begin + self.UNWIND)
        return own + struct.pack("<BBB", version_1_chained, 0, 0) + frame_register + function


def _ntdll(name: str, *arguments: int) -> int:
    ntdll = modules.by_name("ntdll.dll")
    assert ntdll is not None
    return _core.call(ntdll.export(name), *arguments)


def _unwind_entry(address: int) -> bytes | None:
    """The RUNTIME_FUNCTION of a function; None for one that needs none."""
    from windlass.ctypes import addressof, c_uint64

    base = c_uint64()
    found = _ntdll("RtlLookupFunctionEntry", address, addressof(base), 0)
    return _core.read(found, 12) if found else None


def _code_at(module: Module, address: int) -> bytes:
    """As much code as may have to be moved, up to the end of its section."""
    rva = address - module.handle
    for start, size, protection, _ in module.plan.regions:
        if start <= rva < start + size and protection & EXECUTE:
            return _core.read(address, min(64, start + size - rva))
    raise ValueError(f"there is no code at {address:#x}")


def _reserve_near(address: int) -> int:
    """A page of address space above an address, in reach of 32-bit offsets from it."""
    for place in range(address & -PAGE, address + NEAR, 0x10000):
        try:
            _core.reserve(place, PAGE)
        except OSError:
            continue
        return place
    raise MemoryError(f"no address space is left near {address:#x}")


# ---- breakpoints ----

_LOW_REGISTERS = ("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi")
_OFFSETS = {
    **{name: 0x78 + 8 * i for i, name in enumerate(_LOW_REGISTERS)},
    **{f"r{number}": 0xB8 + 8 * (number - 8) for number in range(8, 16)},
    "rip": 0xF8,
    "eflags": 0x44,
}
_XMM = 0x1A0
_ARGUMENTS = ("rcx", "rdx", "r8", "r9")


class Registers:
    """A thread's registers where it was stopped: rax ... r15, rip and eflags, to read and to change."""

    __slots__ = ("_context",)

    def __init__(self, context: int) -> None:
        object.__setattr__(self, "_context", context)

    def __getattr__(self, name: str) -> int:
        if name not in _OFFSETS:
            raise AttributeError(name)
        size = 4 if name == "eflags" else 8
        return int.from_bytes(_core.read(self._context + _OFFSETS[name], size), "little")

    def __setattr__(self, name: str, value: int) -> None:
        if name not in _OFFSETS:
            raise AttributeError(name)
        size = 4 if name == "eflags" else 8
        _core.write(self._context + _OFFSETS[name], (value & (1 << 8 * size) - 1).to_bytes(size, "little"))

    def argument(self, index: int) -> int:
        """An integer argument, counted from 0, at a function's first instruction."""
        if index < len(_ARGUMENTS):
            return int(getattr(self, _ARGUMENTS[index]))
        return int.from_bytes(_core.read(self.rsp + 8 + 8 * index, 8), "little")

    def xmm(self, index: int) -> bytes:
        """The 16 bytes of a vector register."""
        return _core.read(self._context + _XMM + 16 * index, 16)

    def set_xmm(self, index: int, value: bytes) -> None:
        _core.write(self._context + _XMM + 16 * index, value.ljust(16, b"\0")[:16])

    def __repr__(self) -> str:
        return f"Registers({', '.join(f'{name}={getattr(self, name):#x}' for name in _OFFSETS)})"


class Breakpoint(Hook):
    """A place where a Python function is called with the registers; see `breakpoint`.

    hits: how often that was.
    """

    def __init__(self, address: int, callback: Callable[[Registers], object]) -> None:
        super().__init__(0, None)
        if address in _breakpoints:
            raise ValueError(f"there is a breakpoint at {address:#x} already")
        self.address = address
        self.callback = callback
        self.hits = 0
        self.module = _module_at(address)
        self._island = _Island(self.module, address, 1, 0)
        self._before = _core.read(address, 1)
        _install_handler()
        _breakpoints[address] = self
        _patch(self.module, address, b"\xcc")
        self.is_active = True

    def hit(self, registers: Registers) -> None:
        """Call the function, then go on with the instruction, unless rip leads elsewhere."""
        self.hits += 1
        self.callback(registers)
        if registers.rip == self.address:
            registers.rip = self._island.moved

    def _take_back(self) -> None:
        del _breakpoints[self.address]
        if self.module.is_loaded:
            _patch(self.module, self.address, self._before)


_breakpoints: dict[int, Breakpoint] = {}
_handlers: list[Any] = []
"""The vectored handler, once there is one; it stays."""


def breakpoint(
    module: Module | None, place: str | int, callback: Callable[[Registers], object]
) -> Breakpoint:
    """Call a Python function whenever a thread comes by a place in a DLL's code.

    module, place: an export by its name; or None and the address of any instruction.
    callback:      gets the Registers, which it may change; the thread goes on with the instruction, or where
                   `rip` has been set to. What it raises is reported and let go.

    The place is undisturbed for all who only read it by calling, but not for code that reads itself.
    """
    with loader_lock:
        return Breakpoint(_resolve(module, place), callback)


def _install_handler() -> None:
    """Be the first to see exceptions."""
    if _handlers:
        return
    from windlass.ctypes import c_int32, c_void_p

    handler = WINFUNCTYPE(c_int32, c_void_p)(_on_exception)
    _ntdll("RtlAddVectoredExceptionHandler", 1, _address_of(handler))
    _handlers.append(handler)


STATUS_BREAKPOINT = 0x80000003
CONTINUE_EXECUTION, CONTINUE_SEARCH = -1, 0


def _on_exception(pointers: int) -> int:
    record, context = struct.unpack("<QQ", _core.read(pointers, 16))
    code = int.from_bytes(_core.read(record, 4), "little")
    registers = Registers(context)
    found = _breakpoints.get(registers.rip) if code == STATUS_BREAKPOINT else None
    if found is None:
        return CONTINUE_SEARCH
    try:
        found.hit(registers)
    except BaseException as error:
        _report(error)
        if registers.rip == found.address:
            registers.rip = found._island.moved
    return CONTINUE_EXECUTION


def _report(error: BaseException) -> None:
    import sys
    import traceback

    print("windlass: a breakpoint's function failed:", file=sys.stderr)
    traceback.print_exception(type(error), error, error.__traceback__)


# ---- snapshots ----


class Snapshot:
    """The writable data of modules as they are now, to go back to as often as one likes.

    Sections that other processes share are left alone. Static thread-local data are those of the calling
    thread, which is the one to call `restore`. Memory that the modules have allocated is not part of it, nor
    are open files: a function that keeps them cannot be taken back.

    `restore` costs as much as was written since, not as there is: pages are told apart by the kernel. While a
    snapshot is taken no other thread may run the modules' code.
    """

    def __init__(self, *of: Module) -> None:
        self._modules = of
        self._ranges = [each for module in of for each in _data(module)]
        self._saved = _core.snapshot_take(self._ranges)

    @property
    def size(self) -> int:
        """Bytes that the snapshot holds."""
        return sum(size for _, size in self._ranges)

    def restore(self) -> None:
        """Write all data back. RuntimeError when one of the modules is gone."""
        for module in self._modules:
            if not module.is_loaded:
                raise RuntimeError(f"{module.name} has been unloaded")
        _core.snapshot_restore(self._saved)

    def changed(self) -> list[int]:
        """The addresses of the bytes that are not what they were."""
        return [
            address + offset
            for index, (address, size) in enumerate(self._ranges)
            for offset, (now, then) in enumerate(
                zip(_core.read(address, size), _core.snapshot_saved(self._saved, index, size))
            )
            if now != then
        ]


def _data(module: Module) -> list[tuple[int, int]]:
    """Addresses and sizes of what a module's code can write to."""
    shared = {rva for rva, _, _ in module.plan.shared}
    found = [
        (module.handle + rva, size)
        for rva, size, protection, _ in module.plan.regions
        if protection & WRITE and rva not in shared
    ]
    template = module.plan.tls_template
    if template is not None and module.tls_index is not None:
        blocks = int.from_bytes(_core.read(_core.teb() + 0x58, 8), "little")
        block = int.from_bytes(_core.read(blocks + 8 * module.tls_index, 8), "little")
        found.append((block, template[1] + template[2]))
    return found
