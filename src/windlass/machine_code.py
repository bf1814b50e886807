"""x86-64 machine code: where instructions end, and how they are moved to another address.

Enough of a decoder to take a function's first instructions away and run them elsewhere: lengths, operands
that are relative to the instruction pointer, and branches. What an instruction does it does not know.

Source: Intel, "Intel 64 and IA-32 Architectures Software Developer's Manual", volume 2, chapter 2 and
appendix A.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["BadCode", "Instruction", "Moved", "absolute_jump", "decode", "jump", "move"]

LONGEST = 15


class BadCode(ValueError):
    """The bytes are no instruction, or one that cannot be moved; the message says why."""


class Instruction(NamedTuple):
    """One instruction.

    length:       in bytes.
    opcode:       with the number of its map above it: 0xC3 is `ret`, 0x184 is `je` (0F 84).
    displacement: where a 32-bit displacement relative to the next instruction lies in it; 0 without one.
    branch:       where a relative branch's offset lies in it, and its size; (0, 0) for others.
    """

    length: int
    opcode: int
    displacement: int
    branch: tuple[int, int]

    @property
    def ends(self) -> bool:
        """Nothing goes on behind it: ret and jmp."""
        return self.opcode in (0xC2, 0xC3, 0xE9, 0xEB, JUMP_INDIRECT)


# ff /4 is told from its brothers.
JUMP_INDIRECT = 0xFF4
NOP = 0x11F

_PREFIXES = frozenset(b"\x66\x67\xf0\xf2\xf3\x2e\x36\x3e\x26\x64\x65")
_SIZE_PREFIX, _ADDRESS_PREFIX = 0x66, 0x67

# Opcodes of the first map: without ModR/M byte, with it, and what immediate follows.
_INVALID = frozenset(b"\x06\x07\x0e\x16\x17\x1e\x1f\x27\x2f\x37\x3f\x60\x61\x82\x9a\xce\xd4\xd5\xd6\xea")
_MODRM = frozenset(
    [op for op in range(0x40) if op & 7 < 4]
    + [0x63, 0x69, 0x6B, *range(0x80, 0x90), 0xC0, 0xC1, 0xC6, 0xC7, *range(0xD0, 0xD4)]
    + [*range(0xD8, 0xE0), 0xF6, 0xF7, 0xFE, 0xFF]
)
_BYTE = frozenset(
    [op for op in range(0x40) if op & 7 == 4]
    + [0x6A, 0x6B, *range(0x70, 0x80), 0x80, 0x83, 0xA8, *range(0xB0, 0xB8), 0xC0, 0xC1, 0xC6, 0xCD]
    + [*range(0xE0, 0xE8), 0xEB]
)
_FULL = frozenset([op for op in range(0x40) if op & 7 == 5] + [0x68, 0x69, 0x81, 0xA9, 0xC7])
_BRANCHES_8 = frozenset([*range(0x70, 0x80), *range(0xE0, 0xE4), 0xEB])
_LOOPS = frozenset(range(0xE0, 0xE4))

# The second map, 0f: everything has a ModR/M byte but these.
_BARE_2 = frozenset(
    b"\x05\x06\x07\x08\x09\x0b\x0e\x30\x31\x32\x33\x34\x35\x37\x77\xa0\xa1\xa2\xa8\xa9\xaa"
    b"\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf"
)
_BYTE_2 = frozenset([0x0F, 0x70, 0x71, 0x72, 0x73, 0xA4, 0xAC, 0xBA, 0xC2, 0xC4, 0xC5, 0xC6])


def decode(code: bytes, offset: int = 0) -> Instruction:
    """The instruction at an offset. BadCode if there is none, or its end is missing."""
    try:
        found = _Decoder(code, offset).read()
    except IndexError:
        raise BadCode("the code ends inside an instruction") from None
    if found.length > LONGEST or offset + found.length > len(code):
        raise BadCode("the code ends inside an instruction")
    return found


class _Decoder:
    def __init__(self, code: bytes, offset: int) -> None:
        self.code = code
        self.start = offset
        self.at = offset
        self.displacement = 0
        self.extension = 0

    def next(self) -> int:
        self.at += 1
        return self.code[self.at - 1]

    def read(self) -> Instruction:
        prefixes: set[int] = set()
        byte = self.next()
        while byte in _PREFIXES and len(prefixes) < LONGEST:
            prefixes.add(byte)
            byte = self.next()
        wide = False
        if byte & 0xF0 == 0x40:
            wide = bool(byte & 8)
            byte = self.next()
        full = 2 if _SIZE_PREFIX in prefixes and not wide else 4
        if byte in (0xC4, 0xC5, 0x62):
            return self.vector(byte)
        if byte == 0x0F:
            return self.second_map()
        return self.first_map(byte, wide, full, short_address=_ADDRESS_PREFIX in prefixes)

    def first_map(self, opcode: int, wide: bool, full: int, short_address: bool) -> Instruction:
        if opcode in _INVALID:
            raise BadCode(f"opcode {opcode:#04x} is none")
        if opcode in _MODRM:
            self.modrm()
        if opcode == 0x8F and self.extension:
            raise BadCode("XOP instructions are not known")
        if opcode in (0xE8, 0xE9):
            return self.branch(opcode, 4)
        if opcode in _BRANCHES_8:
            return self.branch(opcode, 1)
        self.at += self.immediate(opcode, wide, full, short_address)
        if opcode == 0xFF and self.extension in (4, 5):
            opcode = JUMP_INDIRECT
        return self.done(opcode)

    def immediate(self, opcode: int, wide: bool, full: int, short_address: bool) -> int:
        if opcode in _BYTE:
            return 1
        if opcode in _FULL:
            return full
        if 0xB8 <= opcode <= 0xBF:
            return 8 if wide else full
        if 0xA0 <= opcode <= 0xA3:
            return 4 if short_address else 8
        if opcode in (0xC2, 0xCA):
            return 2
        if opcode == 0xC8:
            return 3
        if opcode in (0xF6, 0xF7) and self.extension < 2:
            return 1 if opcode == 0xF6 else full
        return 0

    def second_map(self) -> Instruction:
        opcode = self.next()
        if opcode in (0x38, 0x3A):
            return self.with_modrm(opcode << 8 | self.next(), byte=opcode == 0x3A)
        if 0x80 <= opcode <= 0x8F:
            return self.branch(0x100 | opcode, 4)
        if opcode in _BARE_2:
            return self.done(0x100 | opcode)
        return self.with_modrm(0x100 | opcode, byte=opcode in _BYTE_2)

    def vector(self, prefix: int) -> Instruction:
        """VEX and EVEX: the prefix says which map the opcode is of."""
        table = 1
        if prefix == 0xC4:
            table = self.next() & 0x1F
        elif prefix == 0x62:
            table = self.next() & 7
            self.at += 1
        self.at += 1
        opcode = self.next()
        if table == 1 and opcode == 0x77:
            return self.done(0x100 | opcode)
        if table not in (1, 2, 3, 5, 6):
            raise BadCode(f"no instructions are in map {table}")
        return self.with_modrm(table << 8 | opcode, byte=table == 3 or (table == 1 and opcode in _BYTE_2))

    def with_modrm(self, opcode: int, byte: bool) -> Instruction:
        self.modrm()
        self.at += byte
        return self.done(opcode)

    def modrm(self) -> None:
        modrm = self.next()
        mode, self.extension, low = modrm >> 6, modrm >> 3 & 7, modrm & 7
        if mode == 3:
            return
        size = (0, 1, 4)[mode]
        if low == 4:
            if self.next() & 7 == 5 and mode == 0:
                size = 4
        elif low == 5 and mode == 0:
            self.displacement = self.at - self.start
            size = 4
        self.at += size

    def branch(self, opcode: int, size: int) -> Instruction:
        place = self.at - self.start
        self.at += size
        return Instruction(self.at - self.start, opcode, 0, (place, size))

    def done(self, opcode: int) -> Instruction:
        return Instruction(self.at - self.start, opcode, self.displacement, (0, 0))


# ---- moving ----


class Moved(NamedTuple):
    """Instructions at their new address, how many bytes they had, and whether the last one lets nothing
    follow.
    """

    code: bytes
    length: int
    ends: bool


def move(code: bytes, address: int, target: int, size: int) -> Moved:
    """The first instructions, at least `size` bytes of them, as they must read at another address.

    code:    the bytes from `address` on, more than are needed.
    target:  where they are to lie, less than 2 GiB away.

    Code that ends before is made up with the padding behind it. BadCode if the instructions cannot be moved.
    """
    moved, at, ends = b"", 0, False
    while at < size and not ends:
        instruction = decode(code, at)
        original = code[at : at + instruction.length]
        moved += _moved(
            instruction, original, address + at, target + len(moved), range(address, address + size)
        )
        at += instruction.length
        ends = instruction.ends
    return Moved(moved, at + _padding(code, at, size - at, address), ends)


def _padding(code: bytes, at: int, size: int, address: int) -> int:
    """How many bytes of padding are behind a function's end, at least `size`."""
    start = at
    while at - start < size:
        instruction = decode(code, at)
        if instruction.opcode not in (0x90, 0xCC, NOP):
            raise BadCode(f"the code at {address:#x} is only {start} bytes long")
        at += instruction.length
    return at - start


def _moved(instruction: Instruction, code: bytes, old: int, new: int, gone: range) -> bytes:
    """One instruction at its new address. gone: what is overwritten, where no branch may lead."""
    place, size = instruction.branch
    if size:
        offset = int.from_bytes(code[place : place + size], "little", signed=True)
        goal = old + instruction.length + offset
        if goal in gone:
            raise BadCode(f"a branch at {old:#x} leads into the instructions that are to be moved")
        return _branch(instruction, code, new, goal)
    if instruction.displacement:
        at = instruction.displacement
        value = int.from_bytes(code[at : at + 4], "little", signed=True) + old - new
        return code[:at] + _offset(value) + code[at + 4 :]
    return code


def _branch(instruction: Instruction, code: bytes, new: int, goal: int) -> bytes:
    """A branch in its longest form; those that have none jump over a jump."""
    opcode = instruction.opcode
    if opcode in _LOOPS:
        place, _ = instruction.branch
        return code[:place] + b"\x02\xeb\x05" + jump(new + place + 3, goal)
    if opcode in (0xE8, 0xE9, 0xEB):
        near = b"\xe8" if opcode == 0xE8 else b"\xe9"
    else:  # a condition
        near = bytes([0x0F, 0x80 | (opcode & 0xF)])
    return near + _offset(goal - (new + len(near) + 4))


def jump(address: int, goal: int) -> bytes:
    """`jmp goal`, five bytes, at an address."""
    return b"\xe9" + _offset(goal - (address + 5))


def absolute_jump(goal: int) -> bytes:
    """`jmp [rip]` and the goal behind it: from anywhere to anywhere."""
    return b"\xff\x25\0\0\0\0" + goal.to_bytes(8, "little")


def _offset(value: int) -> bytes:
    try:
        return value.to_bytes(4, "little", signed=True)
    except OverflowError:
        raise BadCode("the new place is more than 2 GiB away") from None
