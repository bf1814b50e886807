"""MD2 and MD4, which hashlib has no more, with hashlib's methods.

Source: RFC 1319 (MD2), RFC 1320 (MD4).
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Iterator
from typing import Any

__all__ = ["MD2", "MD4"]


class BlockDigest:
    """What MD2 and MD4 share: whole blocks are mixed in as they come."""

    digest_size = 16
    block_size: int
    initial: tuple[int, ...]

    def __init__(self, data: Any = b"") -> None:
        self._state = list(self.initial)
        self._rest = b""
        self._length = 0
        self.update(data)

    def update(self, data: Any, /) -> None:
        data = self._rest + bytes(data)
        whole = len(data) // self.block_size * self.block_size
        for start in range(0, whole, self.block_size):
            self._mix(data[start : start + self.block_size])
        self._rest = data[whole:]
        self._length += whole

    def copy(self) -> BlockDigest:
        other = type(self)()
        other._state, other._rest, other._length = list(self._state), self._rest, self._length
        return other

    def digest(self) -> bytes:
        last = self.copy()
        last._finish(last._length + len(last._rest))
        return last._value()

    def _mix(self, block: bytes) -> None:
        raise NotImplementedError

    def _finish(self, length: int) -> None:
        raise NotImplementedError

    def _value(self) -> bytes:
        raise NotImplementedError


class MD4(BlockDigest):
    name = "md4"
    block_size = 64
    initial = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)

    # Of each round: the added constant, the shifts, the order of the words.
    _ROUNDS = (
        (0, (3, 7, 11, 19), tuple(range(16))),
        (0x5A827999, (3, 5, 9, 13), (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)),
        (0x6ED9EBA1, (3, 9, 11, 15), (0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15)),
    )

    def _mix(self, block: bytes) -> None:
        words = struct.unpack("<16I", block)
        a, b, c, d = self._state
        for number, (constant, shifts, order) in enumerate(self._ROUNDS):
            for step, word in enumerate(order):
                mixed = (b & c | ~b & d, b & c | b & d | c & d, b ^ c ^ d)[number]
                total = (a + mixed + words[word] + constant) & 0xFFFFFFFF
                shift = shifts[step % 4]
                a, b, c, d = d, (total << shift | total >> (32 - shift)) & 0xFFFFFFFF, b, c
        self._state = [(x + y) & 0xFFFFFFFF for x, y in zip(self._state, (a, b, c, d))]

    def _finish(self, length: int) -> None:
        padding = b"\x80" + bytes((55 - length) % 64)
        self.update(padding + struct.pack("<Q", length * 8))

    def _value(self) -> bytes:
        return struct.pack("<4I", *self._state)


class MD2(BlockDigest):
    """The state is the 16 bytes of the value and the 16 of the checksum."""

    name = "md2"
    block_size = 16
    initial = (0,) * 32

    def _mix(self, block: bytes) -> None:
        table = _md2_bytes()
        value, checksum = self._state[:16], self._state[16:]
        last = checksum[15]
        for i, byte in enumerate(block):
            last = checksum[i] = checksum[i] ^ table[byte ^ last]
        mixed = value + list(block) + [a ^ b for a, b in zip(value, block)]
        carry = 0
        for round in range(18):
            for i in range(48):
                carry = mixed[i] = mixed[i] ^ table[carry]
            carry = (carry + round) % 256
        self._state = mixed[:16] + checksum

    def _finish(self, length: int) -> None:
        missing = 16 - length % 16
        self.update(bytes([missing]) * missing)
        self.update(bytes(self._state[16:]))

    def _value(self) -> bytes:
        return bytes(self._state[:16])


@functools.cache
def _md2_bytes() -> bytes:
    """A permutation that pi decides: RFC 1319 prints it, and says that it is made "from the digits of pi"."""
    digits = _digits_of_pi()
    table = list(range(256))

    def below(limit: int) -> int:
        while True:
            count = 1 if limit <= 10 else 2 if limit <= 100 else 3
            value = functools.reduce(lambda number, _: number * 10 + next(digits), range(count), 0)
            if value < 10**count // limit * limit:
                return value % limit

    for i in range(2, 257):
        j = below(i)
        table[j], table[i - 1] = table[i - 1], table[j]
    return bytes(table)


def _digits_of_pi() -> Iterator[int]:
    """3, 1, 4, 1, 5 ... (Gibbons' spigot)."""
    q, r, t, k, n, s = 1, 0, 1, 1, 3, 3
    while True:
        if 4 * q + r - t < n * t:
            yield n
            q, r, n = q * 10, 10 * (r - n * t), 10 * (3 * q + r) // t - 10 * n
        else:
            q, r, t, n = q * k, (2 * q + r) * s, t * s, (q * (7 * k) + 2 + r * s) // (t * s)
            k, s = k + 1, s + 2
