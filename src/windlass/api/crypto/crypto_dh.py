"""The safe primes of Diffie-Hellman groups.

Source: RFC 3526 and RFC 2409, which define each prime by a formula over pi.
"""

from __future__ import annotations

import functools

__all__ = ["GROUP_SIZES", "safe_prime"]

# Bits, and the smallest number that makes the formula's value a safe prime.
_OFFSETS = {768: 149686, 1024: 129093, 1536: 741804, 2048: 124476, 3072: 1690314, 4096: 240904}
GROUP_SIZES = tuple(_OFFSETS)


@functools.cache
def safe_prime(bits: int) -> int:
    """2^n - 2^(n-64) - 1 + 2^64 * (floor(2^(n-130) * pi) + offset)."""
    part = _pi(bits - 130) + _OFFSETS[bits]
    return (1 << bits) - (1 << (bits - 64)) - 1 + (part << 64)


def _pi(bits: int) -> int:
    """floor(2^bits * pi), by Machin's formula."""
    guard = 64
    one = 1 << (bits + guard)
    return 4 * (4 * _arc_cotangent(5, one) - _arc_cotangent(239, one)) >> guard


def _arc_cotangent(x: int, one: int) -> int:
    total, power, divisor, sign = 0, one // x, 1, 1
    while power:
        total += sign * (power // divisor)
        power //= x * x
        divisor, sign = divisor + 2, -sign
    return total
