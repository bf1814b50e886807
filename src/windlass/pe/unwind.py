"""The exception directory: a sorted table of the image's functions, and how each is unwound.

x86-64 (and Itanium) entries name a function's begin, end and UNWIND_INFO. ARM and ARM64 entries name its
begin and either pack the unwinding into one word or point to it. 32-bit x86 has no such table.

Source: Microsoft, "PE Format", "The .pdata Section"; "x64 exception handling"; "ARM64 exception handling".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from windlass.pe import layout
from windlass.pe.image import Image
from windlass.pe.walk import Walk

__all__ = ["FunctionTable", "RuntimeFunction", "UnwindCode", "UnwindInfo", "read_unwind_info"]

# Windows follows this many chained entries.
LONGEST_CHAIN = 32


class RuntimeFunction(NamedTuple):
    """One function, or part of one.

    unwind_data: the RVA of its unwind information; on ARM and ARM64 a word that is odd or even twice if it
                 packs that information instead (its low two bits are not zero).
    """

    begin_rva: int
    end_rva: int
    unwind_data: int


class UnwindCode(NamedTuple):
    """One step of a prolog, undone in unwinding.

    prolog_offset: where in the prolog the step is done (its instruction's end).
    operation:     a layout.UWOP_ constant.
    info:          the operation's register or variant.
    value:         bytes allocated, or offset from the stack pointer; 0 if the operation has none.
    """

    prolog_offset: int
    operation: int
    info: int
    value: int


class UnwindInfo(NamedTuple):
    """UNWIND_INFO of one function.

    version:           1, or 2, which describes epilogs too.
    frame_register:    0 if the function has none; frame_offset is its distance from the stack pointer.
    codes:             in the order of the table, the prolog's last step first.
    epilogs:           of version 2: how far each epilog begins before the function's end.
    epilog_size:       of version 2: size of each.
    handler_rva:       of the language-specific handler, 0 if none; its data lies at handler_data_rva.
    chained:           the function whose unwinding goes on where this one's ends.
    """

    version: int
    flags: int
    size_of_prolog: int
    frame_register: int
    frame_offset: int
    codes: list[UnwindCode]
    epilog_size: int
    epilogs: list[int]
    handler_rva: int
    handler_data_rva: int
    chained: RuntimeFunction | None


class FunctionTable:
    """The function table; iterating gives its entries in their order, which is by address."""

    def __init__(self, image: Image, rva: int, size: int) -> None:
        self._image = image
        self._rva = rva
        two_words = image.machine in (layout.MACHINE_ARM64, layout.MACHINE_ARMNT)
        self._layout = layout.ArmRuntimeFunction if two_words else layout.RuntimeFunction
        self._count = size // self._layout.size_in_bytes

    @classmethod
    def of(cls, image: Image) -> FunctionTable | None:
        """The function table of an image, None if it has none."""
        rva, size = image.directory(layout.DIRECTORY_EXCEPTION)
        return cls(image, rva, size) if rva and size else None

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[RuntimeFunction]:
        walk = self._image.walk(layout.DIRECTORY_EXCEPTION)
        table = walk.read(self._rva, self._count * self._layout.size_in_bytes, "function table")
        if self._layout is layout.RuntimeFunction:
            return map(RuntimeFunction._make, struct.iter_unpack("<3I", table))
        return (self._arm(walk, *entry) for entry in struct.iter_unpack("<2I", table))

    def __getitem__(self, index: int) -> RuntimeFunction:
        if not 0 <= index < self._count:
            raise IndexError(index)
        walk = self._image.walk(layout.DIRECTORY_EXCEPTION)
        record = walk.record(self._layout, self._rva + index * self._layout.size_in_bytes, "function table")
        if isinstance(record, layout.ArmRuntimeFunction):
            return self._arm(walk, record.begin_rva, record.unwind_data)
        return RuntimeFunction(*record)

    def _arm(self, walk: Walk, begin: int, data: int) -> RuntimeFunction:
        """An entry of ARM or ARM64. The function's length is part of its unwind information."""
        unit = 4 if self._image.machine == layout.MACHINE_ARM64 else 2
        begin &= -unit  # on ARM bit 0 says that it is Thumb code
        if data & 3:
            length = data >> 2 & 0x7FF
        else:
            (header,) = walk.integers(data, 1, "I", "unwind information")
            length = header & 0x3FFFF
        return RuntimeFunction(begin, begin + length * unit, data)

    def find(self, rva: int) -> RuntimeFunction | None:
        """The entry that covers an RVA; None for a leaf function or no function."""
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            entry = self[middle]
            if rva < entry.begin_rva:
                high = middle
            elif rva >= entry.end_rva:
                low = middle + 1
            else:
                return entry
        return None

    def unwind_info(self, function: RuntimeFunction) -> UnwindInfo:
        """UNWIND_INFO of an x86-64 function."""
        return read_unwind_info(self._image, function)

    def chain(self, function: RuntimeFunction) -> Iterator[UnwindInfo]:
        """UNWIND_INFO of a function and of those that it is chained to; the last is the primary one."""
        link: RuntimeFunction | None = function
        for _ in range(LONGEST_CHAIN):
            if link is None:
                return
            info = self.unwind_info(link)
            yield info
            link = info.chained
        raise self._image.walk(layout.DIRECTORY_EXCEPTION).bad("a chain of unwind information without end")


def read_unwind_info(image: Image, function: RuntimeFunction) -> UnwindInfo:
    """UNWIND_INFO of an x86-64 function."""
    walk = image.walk(layout.DIRECTORY_EXCEPTION)
    if image.machine != layout.MACHINE_AMD64:
        raise walk.bad(f"machine {image.machine:#x} does not use UNWIND_INFO")
    function = _direct(walk, function)
    rva = function.unwind_data
    header = walk.record(layout.UnwindInfoHeader, rva, "unwind information")
    version, flags = header.version_and_flags & 7, header.version_and_flags >> 3
    if version not in (1, 2):
        raise walk.bad(f"unwind information of version {version}")
    rva += layout.UnwindInfoHeader.size_in_bytes
    nodes = walk.integers(rva, header.count_of_codes, "H", "unwind codes")
    codes, epilog_size, epilogs = _codes(walk, nodes, version)
    rva += (header.count_of_codes + 1) // 2 * 4

    handler_rva = handler_data_rva = 0
    chained = None
    if flags & layout.UNWIND_CHAINED:
        chained = RuntimeFunction(*walk.record(layout.RuntimeFunction, rva, "chained function"))
    elif flags & (layout.UNWIND_EXCEPTION_HANDLER | layout.UNWIND_TERMINATION_HANDLER):
        (handler_rva,) = walk.integers(rva, 1, "I", "exception handler")
        handler_data_rva = rva + 4
    return UnwindInfo(
        version,
        flags,
        header.size_of_prolog,
        header.frame & 15,
        (header.frame >> 4) * 16,
        codes,
        epilog_size,
        epilogs,
        handler_rva,
        handler_data_rva,
        chained,
    )


def _direct(walk: Walk, function: RuntimeFunction) -> RuntimeFunction:
    """An odd unwind_data is the RVA, plus one, of another entry that stands for this one."""
    if not function.unwind_data & 1:
        return function
    other = walk.record(layout.RuntimeFunction, function.unwind_data - 1, "indirect function entry")
    return RuntimeFunction(*other)


def _codes(walk: Walk, nodes: tuple[int, ...], version: int) -> tuple[list[UnwindCode], int, list[int]]:
    codes: list[UnwindCode] = []
    epilog_size, epilogs = 0, []
    rest = iter(range(len(nodes)))
    for index in rest:
        offset, operation, info = nodes[index] & 0xFF, nodes[index] >> 8 & 15, nodes[index] >> 12
        if operation == layout.UWOP_EPILOG and version == 2:
            # The first holds the epilogs' size, and whether one is at the function's very end; the others
            # hold 12-bit distances from that end, zero being padding. As .NET's unwinder reads them.
            if not epilog_size:
                epilog_size = offset
                distance = offset if info & 1 else 0
            else:
                distance = info << 8 | offset
            if distance:
                epilogs.append(distance)
            continue
        count = _node_count(operation, info)
        if count == 0 or index + count > len(nodes):
            raise walk.bad(f"unwind code {operation} with {len(nodes) - index} nodes left")
        parameters = [nodes[next(rest)] for _ in range(count - 1)]
        codes.append(UnwindCode(offset, operation, info, _value(operation, info, parameters)))
    return codes, epilog_size, epilogs


def _node_count(operation: int, info: int) -> int:
    """How many 16-bit nodes an operation takes; 0 if there is no such operation."""
    if operation == layout.UWOP_ALLOC_LARGE:
        return {0: 2, 1: 3}.get(info, 0)
    return {
        layout.UWOP_PUSH_NONVOL: 1,
        layout.UWOP_ALLOC_SMALL: 1,
        layout.UWOP_SET_FPREG: 1,
        layout.UWOP_SAVE_NONVOL: 2,
        layout.UWOP_SAVE_NONVOL_FAR: 3,
        layout.UWOP_SAVE_XMM128: 2,
        layout.UWOP_SAVE_XMM128_FAR: 3,
        layout.UWOP_PUSH_MACHFRAME: 1,
    }.get(operation, 0)


def _value(operation: int, info: int, parameters: list[int]) -> int:
    if operation == layout.UWOP_ALLOC_SMALL:
        return info * 8 + 8
    if not parameters:
        return 0
    if len(parameters) == 2:
        return parameters[0] | parameters[1] << 16
    return parameters[0] * (16 if operation == layout.UWOP_SAVE_XMM128 else 8)
