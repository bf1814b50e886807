"""Structures and unions as on Windows. Sizes and offsets were seen on Python 3.11 for Windows."""

from __future__ import annotations

import ctypes as host

import pytest

from windlass.ctypes import (
    POINTER,
    BigEndianStructure,
    BigEndianUnion,
    LittleEndianStructure,
    Structure,
    Union,
    addressof,
    alignment,
    c_byte,
    c_char,
    c_double,
    c_int,
    c_long,
    c_longdouble,
    c_longlong,
    c_short,
    c_ubyte,
    c_uint,
    c_ulong,
    c_ushort,
    c_wchar,
    c_wchar_p,
    sizeof,
)


def layout(kind):
    """Size, and of each field where it lies; the size of a bit field is its width and its first bit."""
    places = [(getattr(kind, field[0]).offset, getattr(kind, field[0]).size) for field in kind._fields_]
    return sizeof(kind), places


def structure(*fields, base=Structure, **namespace):
    return type(base)("Made", (base,), {"_fields_": list(fields), **namespace})


def test_widths():
    assert (sizeof(c_long), sizeof(c_ulong), sizeof(c_longdouble)) == (4, 4, 8)
    made = structure(("a", c_byte), ("b", c_long), ("c", c_longdouble), ("d", c_wchar * 3))
    assert layout(made) == (24, [(0, 1), (4, 4), (8, 8), (16, 6)])


def bits(width, first):
    return width << 16 | first


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        # Types of one size share a unit, of different sizes never.
        ([("a", c_int, 3), ("b", c_uint, 4)], (4, [(0, bits(3, 0)), (0, bits(4, 3))])),
        ([("a", c_int, 3), ("b", c_short, 4)], (8, [(0, bits(3, 0)), (4, bits(4, 0))])),
        ([("a", c_byte, 3), ("b", c_int, 4)], (8, [(0, bits(3, 0)), (4, bits(4, 0))])),
        ([("a", c_short, 4), ("b", c_short, 12)], (2, [(0, bits(4, 0)), (0, bits(12, 4))])),
        ([("a", c_int, 20), ("b", c_int, 20)], (8, [(0, bits(20, 0)), (4, bits(20, 0))])),
        ([("a", c_byte, 1), ("b", c_byte), ("c", c_byte, 1)], (3, [(0, 0x10000), (1, 1), (2, 0x10000)])),
        ([("a", c_longlong, 40), ("b", c_int, 3)], (16, [(0, bits(40, 0)), (8, bits(3, 0))])),
    ],
)  # fmt: skip
def test_bit_fields(fields, expected):
    made = structure(*fields)
    assert layout(made) == expected
    assert made._fields_ == fields
    assert len(made._fields_) == len(fields)
    assert not [name for name in vars(made) if "separator" in name]


def test_values_of_bit_fields():
    made = structure(("a", c_int, 3), ("b", c_short, 5), ("c", c_ubyte, 7), ("d", c_ubyte, 1))
    value = made(-1, 7, 100, 1)
    assert (value.a, value.b, value.c, value.d) == (-1, 7, 100, 1)
    assert bytes(value).hex() == "070000000700e400"
    value.c = 255
    assert value.c == 127


def test_packed_bit_fields():
    made = structure(("a", c_byte), ("b", c_int, 3), ("c", c_longlong, 5), _pack_=1)
    assert layout(made) == (13, [(0, 1), (1, bits(3, 0)), (5, bits(5, 0))])


def test_bit_fields_in_unions():
    made = structure(("a", c_int, 3), ("b", c_short, 5), ("c", c_int), base=Union)
    assert layout(made) == (4, [(0, bits(3, 0)), (0, bits(5, 0)), (0, 4)])
    value = made()
    value.b = 7
    assert value.c == 7 and value.a == -1


def test_bit_fields_in_derived_structures():
    base = structure(("a", c_int, 3), ("b", c_byte, 2))
    derived = structure(("c", c_byte, 2), base=base)
    assert (sizeof(base), sizeof(derived), derived.c.offset) == (8, 12, 8)


def test_bad_fields_get_ctypes_own_errors():
    for fields in (5, [5], [("a",)], [("a", 5)]):
        with pytest.raises((TypeError, AttributeError, ValueError)):
            structure(_fields_=fields)
    with pytest.raises(TypeError, match="bit fields not allowed for type c_wchar"):
        structure(("a", c_wchar, 1))
    with pytest.raises(ValueError, match="number of bits invalid for bit field"):
        structure(("a", c_int, 33))
    made = structure(("a", c_int))
    with pytest.raises(AttributeError):
        made._fields_ = [("b", c_int)]
    with pytest.raises(TypeError, match="too many initializers"):
        made(1, 2)


def test_abstract_bases():
    for base in (Structure, Union):
        with pytest.raises(TypeError, match="abstract class"):
            base()


def test_they_are_ctypes_structures():
    made = structure(("a", c_int))
    assert issubclass(made, host.Structure) and isinstance(made(), host.Structure)
    pointer = host.pointer(made(5))
    assert pointer.contents.a == 5 and POINTER(made) is host.POINTER(made)
    assert host.sizeof(host.c_long) == 8 if host.c_long is not c_long else True


def test_slots_and_dictionaries():
    class Without(Structure):
        __slots__ = ()
        _fields_ = (("a", c_int),)

    with pytest.raises(AttributeError):
        Without().other = 1

    class With(Structure):
        _fields_ = (("a", c_int),)

    value = With()
    value.other = 1
    assert value.other == 1


def test_big_endian():
    class Header(BigEndianStructure):
        _pack_ = 1
        _fields_ = (("a", c_ushort), ("b", c_uint), ("c", c_ubyte), ("d", c_short * 2))

    header = Header(0x0102, 0x03040506, 7, (8, 9))
    assert bytes(header).hex() == "01020304050607" + "00080009"
    assert (header.a, header.b, header.d[1]) == (0x0102, 0x03040506, 9)

    class Word(BigEndianUnion):
        _fields_ = (("word", c_uint), ("bytes", c_ubyte * 4))

    assert list(Word(1).bytes) == [0, 0, 0, 1]
    assert LittleEndianStructure is Structure
    with pytest.raises(TypeError, match="does not support other endian"):

        class Text(BigEndianStructure):
            _fields_ = (("a", c_wchar_p),)


def test_later_definition_and_recursion():
    class Node(Structure):
        pass

    Node._fields_ = [("next", POINTER(Node)), ("value", c_int)]
    second = Node(None, 2)
    first = Node(host.pointer(second), 1)
    assert first.next.contents.value == 2
    with pytest.raises(AttributeError, match="cannot contain itself"):

        class Itself(Structure):
            pass

        Itself._fields_ = [("inner", Itself)]


def test_anonymous_members():
    class Parts(Structure):
        _fields_ = (("low", c_ulong), ("high", c_long))

    class Large(Union):
        _anonymous_ = ("parts",)
        _fields_ = (("parts", Parts), ("quad", c_longlong))

    value = Large(quad=-2)
    assert (value.low, value.high) == (2**32 - 2, -1)


def test_nested_arrays_and_alignment():
    inner = structure(("a", c_char * 3), ("b", c_double))
    outer = structure(("x", c_byte), ("inner", inner * 2), ("y", c_byte))
    assert (sizeof(inner), alignment(inner), sizeof(outer), outer.inner.offset) == (16, 8, 48, 8)
    value = outer()
    value.inner[1].b = 0.5
    assert c_double.from_address(addressof(value) + 32).value == 0.5
