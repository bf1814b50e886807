"""Structures in either byte order: the names of the standard library's ctypes._endian."""

from windlass.ctypes._aggregates import (
    BigEndianStructure,
    BigEndianUnion,
    LittleEndianStructure,
    LittleEndianUnion,
)

__all__ = ["BigEndianStructure", "BigEndianUnion", "LittleEndianStructure", "LittleEndianUnion"]
