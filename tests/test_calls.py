"""Calls of Windows functions: every kind of argument and result. Expectations were seen on Python 3.11 for
Windows unless they follow from the C source.
"""

from __future__ import annotations

import ctypes
import pickle
import sys
from ctypes import (
    POINTER,
    Structure,
    Union,
    byref,
    c_byte,
    c_double,
    c_float,
    c_int,
    c_longlong,
    c_short,
    pointer,
)

import pytest

from windlass import CDLL, CFUNCTYPE, PYFUNCTYPE, WINFUNCTYPE, OleDLL, WinDLL


@pytest.fixture(scope="module")
def calls(dll):
    return CDLL(dll("calls.c"))


@pytest.fixture
def fresh(dll):
    """The same DLL, none of whose functions has been declared."""
    return CDLL(dll("calls.c"))


SCALARS = {
    "add_int8": (ctypes.c_int8, 100, 100, -56),
    "add_uint8": (ctypes.c_uint8, 200, 100, 44),
    "add_int16": (ctypes.c_int16, 30000, 30000, -5536),
    "add_uint16": (ctypes.c_uint16, 60000, 6000, 464),
    "add": (c_int, 2**31 - 1, 1, -(2**31)),
    "add_uint32": (ctypes.c_uint32, 2**32 - 1, 2, 1),
    "add_int64": (ctypes.c_int64, 2**40, -1, 2**40 - 1),
    "add_uint64": (ctypes.c_uint64, 2**64 - 1, 3, 2),
    "add_float": (c_float, 1.5, 2.25, 3.75),
    "add_double": (c_double, 0.1, 0.2, 0.1 + 0.2),
}


@pytest.mark.parametrize("name", SCALARS)
def test_scalars_of_every_width(fresh, name):
    kind, a, b, expected = SCALARS[name]
    function = fresh[name]
    function.argtypes = [kind, kind]
    function.restype = kind
    assert function(a, b) == expected
    assert function(kind(a), b) == expected
    assert type(function(a, b)) is type(kind().value)


def test_integers_are_masked_to_their_width(fresh):
    fresh.as_is.argtypes = [c_int]
    fresh.as_is.restype = c_longlong
    assert fresh.as_is(2**33 + 5) == 5
    assert fresh.as_is(-1) == 2**32 - 1, "the bits above are zero"
    fresh.as_is.argtypes = [c_byte]
    assert fresh.as_is(-1) == 255


def test_arguments_keep_their_places(fresh):
    fresh.mixed.restype = c_double
    fresh.mixed.argtypes = [
        c_int, c_double, c_float, c_longlong, c_double, c_short, c_float, ctypes.c_ubyte, POINTER(c_int),
    ]  # fmt: skip
    assert fresh.mixed(1, 2, 3, 4, 5, 6, 7, 8, byref(c_int(9))) == 987654321


def test_many_arguments(fresh):
    for count in (0, 3, 4, 12, 13, 200, 1000):
        assert fresh.sum(count, *range(count)) == sum(range(count))
    with pytest.raises(ctypes.ArgumentError, match=r"too many arguments \(1025\), maximum is 1024"):
        fresh.sum(*range(1025))


def test_variable_arguments(fresh):
    assert fresh.sum(3, 1, c_int(2), 2**32 - 1) == 2
    fresh.sum.argtypes = [c_int]
    assert fresh.sum(2, 40, 2) == 42
    fresh.sum_doubles.restype = c_double
    assert fresh.sum_doubles(5, *map(c_double, [1, 2, 3, 4, 0.5])) == 10.5


class Bytes1(Structure):
    _fields_ = (("a", c_byte),)


class Bytes2(Structure):
    _fields_ = (("a", c_short),)


class Bytes3(Structure):
    _fields_ = (("a", ctypes.c_ubyte), ("b", ctypes.c_ubyte), ("c", ctypes.c_ubyte))


class Bytes4(Structure):
    _fields_ = (("a", c_float),)


class Bytes8(Structure):
    _fields_ = (("a", c_int), ("b", ctypes.c_ubyte * 1))


class Floats8(Structure):
    _fields_ = (("a", c_float), ("b", c_float))


class Bytes16(Structure):
    _fields_ = (("a", c_double), ("b", c_double))


class Bytes24(Structure):
    _fields_ = (("a", c_longlong * 3),)


class Either(Union):
    _fields_ = (("a", c_int), ("b", c_double))


def contents(structure):
    values = (getattr(structure, field[0]) for field in structure._fields_)
    return [list(value) if isinstance(value, ctypes.Array) else value for value in values]


STRUCTURES = {
    "grow1": (Bytes1(5), [6]),
    "grow2": (Bytes2(-300), [-299]),
    "grow3": (Bytes3(1, 2, 255), [2, 4, 2]),
    "grow4": (Bytes4(1.5), [2.0]),
    "grow8": (Bytes8(7, (1,)), [8, [3]]),
    "grow_floats": (Floats8(1, 2), [1.5, 3.5]),
    "grow16": (Bytes16(1, 2), [1.5, 3.5]),
    "grow24": (Bytes24((1, 2, 3)), [[2, 4, 6]]),
}


@pytest.mark.parametrize("name", STRUCTURES)
def test_structures_by_value(fresh, name):
    value, expected = STRUCTURES[name]
    before = bytes(value)
    function = fresh[name]
    function.restype = type(value)
    for argtypes in (None, [type(value)]):
        if argtypes:
            function.argtypes = argtypes
        result = function(value)
        assert type(result) is type(value)
        assert contents(result) == expected
        # "x64 calling convention": the callee has a copy; ctypes on Windows forgets it for odd sizes.
        assert bytes(value) == before


def test_union_by_value(fresh):
    fresh.grow_either.restype = Either
    assert fresh.grow_either(Either(41)).a == 42


def test_structure_among_stack_arguments(fresh):
    fresh.sixth.restype = Bytes16
    assert contents(fresh.sixth(1, 2, 3, 4, 5, Bytes16(0.5, 6))) == [15.5, 6]


def test_pointers(fresh):
    number = c_int(4)
    fresh.increment.argtypes = [POINTER(c_int)]
    fresh.increment.restype = None
    assert fresh.increment(number) is None
    fresh.increment(byref(number))
    fresh.increment(pointer(number))
    assert number.value == 7
    array = (c_int * 3)(1, 2, 3)
    fresh.increment(array)
    fresh.increment(pointer(c_int.from_buffer(array, 4)))
    assert list(array) == [2, 3, 3]
    fresh.fill.argtypes = [POINTER(c_int), c_int]
    fresh.fill(array, 3)
    assert list(array) == [0, 1, 4]
    with pytest.raises(
        ctypes.ArgumentError, match=r"argument 1: .*TypeError.*expected LP_c_(int|long) instance"
    ):
        fresh.increment(c_double(1))


def test_pointer_results(fresh):
    function = fresh.pointer_as_is
    function.argtypes = [ctypes.c_void_p]
    function.restype = POINTER(c_int)
    number = c_int(3)
    result = function(byref(number))
    assert result.contents.value == 3
    assert not function(None)
    function.restype = ctypes.c_void_p
    assert function(None) is None
    assert function(2**64 - 1) == 2**64 - 1
    assert function(result) == ctypes.addressof(number)


def test_byte_strings(fresh):
    assert fresh.length(b"four") == 4
    fresh.length.argtypes = [ctypes.c_char_p]
    assert fresh.length(b"four") == 4
    assert fresh.length(ctypes.c_char_p(b"three")) == 5
    assert fresh.length(ctypes.create_string_buffer(b"two")) == 3
    with pytest.raises(ctypes.ArgumentError, match="argument 1"):
        fresh.length("text")
    fresh.pointer_as_is.restype = ctypes.c_char_p
    assert fresh.pointer_as_is(b"bytes") == b"bytes"
    assert fresh.pointer_as_is(None) is None


def test_wide_strings_have_two_byte_units(fresh):
    assert fresh.wide_length("four") == 4
    assert fresh.wide_length("\N{GRINNING FACE}!") == 3
    assert fresh.wide_length("x" * 5000 + "\N{GRINNING FACE}") == 5002
    with pytest.raises(ctypes.ArgumentError, match=r"argument 1: .*ValueError.*embedded null character"):
        fresh.wide_length("a\0b")
    fresh.wide_length.argtypes = [ctypes.c_void_p]
    assert fresh.wide_length("ab\udc80") == 3


def test_undeclared_integers_are_32_bit(fresh):
    fresh.as_is.restype = c_longlong
    assert fresh.as_is(-1) == 2**32 - 1
    assert fresh.add(2**32 - 1, 2**31) == 2**31 - 1
    with pytest.raises(ctypes.ArgumentError, match=r"argument 1: .*OverflowError.*int too long to convert"):
        fresh.as_is(2**32)
    with pytest.raises(
        ctypes.ArgumentError, match=r"argument 2: .*TypeError.*Don't know how to convert parameter 2"
    ):
        fresh.add(1, 2.5)


def test_as_parameter(fresh):
    class Wrapped:
        def __init__(self, value):
            self._as_parameter_ = value

    assert fresh.add(Wrapped(1), Wrapped(c_int(2))) == 3
    fresh.add.argtypes = [c_int, c_int]
    assert fresh.add(Wrapped(1), Wrapped(2)) == 3


def test_endless_as_parameter(fresh):
    class Wrapped:
        @property
        def _as_parameter_(self):
            return self

    with pytest.raises((ctypes.ArgumentError, RecursionError)):
        fresh.add(Wrapped(), 1)


def test_from_param_of_any_class(fresh):
    class Twice:
        @classmethod
        def from_param(cls, value):
            if value is None:
                raise ValueError("no value")
            return c_int(value * 2)

    fresh.add.argtypes = [Twice, c_int]
    assert fresh.add(4, 1) == 9
    with pytest.raises(ctypes.ArgumentError, match=r"argument 1: .*ValueError.*: no value"):
        fresh.add(None, 1)


def test_from_param_of_a_subclass_is_called(fresh):
    class Checked(c_int):
        @classmethod
        def from_param(cls, value):
            return c_int(value + 1000)

    fresh.add.argtypes = [Checked, c_int]
    assert fresh.add(1, 1) == 1002


def test_number_of_arguments(dll):
    path = dll("calls.c")
    cdecl, stdcall = CDLL(path), WinDLL(path)
    for each in (cdecl, stdcall):
        each.add.argtypes = [c_int, c_int]
    with pytest.raises(TypeError, match=r"this function takes at least 2 arguments \(1 given\)"):
        cdecl.add(1)
    assert cdecl.add(1, 2, 3) == 3
    for arguments in ((1,), (1, 2, 3)):
        with pytest.raises(TypeError, match=rf"this function takes 2 arguments \({len(arguments)} given\)"):
            stdcall.add(*arguments)


def test_result_types(fresh):
    assert fresh.add(1, 2) == 3
    fresh.add.restype = None
    assert fresh.add(1, 2) is None
    fresh.add.restype = lambda value: f"<{value}>"
    assert fresh.add(1, -2) == "<-1>"

    class Meters(c_int):
        pass

    fresh.add.restype = Meters
    result = fresh.add(1, 2)
    assert type(result) is Meters and result.value == 3
    with pytest.raises(TypeError, match="restype must be a type, a callable, or None"):
        fresh.add.restype = 7
    fresh.negate.argtypes = [ctypes.c_bool]
    fresh.negate.restype = ctypes.c_bool
    assert fresh.negate("yes") is False and fresh.negate([]) is True
    fresh.next_char.argtypes = [ctypes.c_char]
    fresh.next_char.restype = ctypes.c_char
    assert fresh.next_char(b"a") == b"b"


def test_errcheck(fresh):
    seen = []

    def check(result, function, arguments):
        seen.append((result, function, arguments))
        return result * 10

    fresh.add.errcheck = check
    assert fresh.add(1, 2) == 30
    assert seen == [(3, fresh.add, (1, 2))]
    fresh.add.errcheck = lambda result, function, arguments: arguments
    assert fresh.add(1, 2) == 3, "the arguments mean: as without errcheck"
    with pytest.raises(TypeError):
        fresh.add.errcheck = 5
    del fresh.add.errcheck
    assert fresh.add(1, 2) == 3


def test_check_retval(fresh):
    class Result(c_int):
        @staticmethod
        def _check_retval_(value):
            raise KeyError(value)

    fresh.add.restype = Result
    with pytest.raises(KeyError):
        fresh.add(1, 2)


def test_hresult(dll):
    ole = OleDLL(dll("calls.c"))
    assert ole.give_hresult(1) == 1
    with pytest.raises(OSError) as caught:
        ole.give_hresult(-2147024894)
    assert caught.value.winerror == -2147024894


def test_paramflags(fresh):
    prototype = CFUNCTYPE(c_int, c_int, c_int, POINTER(c_int))
    divide = prototype(("divide", fresh), ((1, "a"), (1, "b", 7), (2, "remainder")))
    assert divide(23, 5) == 3
    assert divide(23) == 2
    assert divide(b=10, a=23) == 3
    with pytest.raises(TypeError, match="required argument 'a' missing"):
        divide()
    with pytest.raises(TypeError, match=r"call takes exactly 2 arguments \(3 given\)"):
        divide(1, 2, 3)
    divide.errcheck = lambda result, function, arguments: (result, arguments[2].value)
    assert divide(23, 5) == (4, 3)
    both = prototype(("divide", fresh), ((1,), (1,), (3,)))
    inout = c_int()
    assert both(9, 4, inout) is inout and inout.value == 1
    two = CFUNCTYPE(None, POINTER(c_int), POINTER(c_double))
    outputs = two(("nothing", fresh), ((2,), (2,)))
    assert outputs() == (0, 0.0)
    with pytest.raises(ValueError, match="paramflags must have the same length as argtypes"):
        prototype(("divide", fresh), ((1, "a"),))
    with pytest.raises(TypeError):
        prototype(("divide", fresh), ((1,), (1,), 5))


def test_prototypes(fresh):
    by_name = WINFUNCTYPE(c_int, c_int, c_int)(("add", fresh))
    assert by_name(1, 2) == 3
    by_address = WINFUNCTYPE(c_int, c_int, c_int)(ctypes.cast(fresh.add, ctypes.c_void_p).value)
    assert by_address(3, 4) == 7
    assert CFUNCTYPE(c_int, c_int) is CFUNCTYPE(c_int, c_int)
    assert CFUNCTYPE(c_int, c_int) is not WINFUNCTYPE(c_int, c_int)
    assert not CFUNCTYPE(None)()
    with pytest.raises(ValueError, match="unexpected keyword argument"):
        CFUNCTYPE(c_int, flags=3)
    with pytest.raises(AttributeError, match="function 'no_such' not found"):
        CFUNCTYPE(c_int)(("no_such", fresh))
    with pytest.raises(AttributeError, match="function ordinal 9999 not found"):
        CFUNCTYPE(c_int)((9999, fresh))
    with pytest.raises(TypeError, match="argument must be callable or integer function address"):
        CFUNCTYPE(c_int)("text")


def test_functions_are_values_of_ctypes(fresh):
    prototype = CFUNCTYPE(c_int, c_int, c_int)

    class Table(Structure):
        _fields_ = (("add", prototype), ("other", CFUNCTYPE(c_int, c_int)))

    table = Table()
    fresh.fill_table(byref(table))
    assert table.add(20, 3) == 23
    fresh.address_of_add.restype = prototype
    function = fresh.address_of_add()
    assert type(function) is prototype and function(1, 2) == 3
    array = (prototype * 2)(function, prototype(("add", fresh)))
    assert [each(5, 6) for each in array] == [11, 11]
    assert ctypes.cast(function, CFUNCTYPE(ctypes.c_uint, c_int, c_int))(-1, 0) == 2**32 - 1
    assert isinstance(function, ctypes._CFuncPtr)


def test_com_method(fresh):
    add = WINFUNCTYPE(c_int, c_int, POINTER(c_int))(0, "Add")
    fresh.make_object.restype = ctypes.c_void_p
    this = ctypes.c_void_p(fresh.make_object())
    result = c_int()
    assert add(this, 5, result) == 0 and result.value == 105
    assert bool(add) and "COM method offset 0" in repr(add)
    with pytest.raises(ValueError, match="native com method call without 'this' parameter"):
        add()
    with pytest.raises(TypeError, match="Expected a COM this pointer as first argument"):
        add(5, 5, result)
    with pytest.raises(ValueError, match="NULL COM pointer access"):
        add(ctypes.c_void_p(), 5, result)
    output = WINFUNCTYPE(c_int, c_int, POINTER(c_int))(0, "Add", ((1, "value"), (2, "result")))
    assert output(this, 10) == 115
    assert output(this, value=1) == 116


def test_attributes_are_cached_and_items_are_not(fresh):
    assert fresh.add is fresh.add
    assert fresh["add"] is not fresh["add"]
    assert fresh.add.__name__ == "add"
    with pytest.raises(AttributeError, match="function 'no_such' not found"):
        fresh.no_such()
    with pytest.raises(AttributeError):
        fresh.__no_such__()


def test_changing_a_declaration_takes_effect(fresh):
    add = fresh["add"]
    assert add(1, 2) == 3
    types = [c_int, c_int]
    add.argtypes = types
    add.restype = ctypes.c_ubyte
    types.append(c_double)
    assert add(1, 255) == 0
    assert add.argtypes is types, "what was set, though later changes of it have no effect"
    add.argtypes = None
    with pytest.raises(ctypes.ArgumentError):
        add(1, 2.5)
    with pytest.raises(TypeError, match="item 1 in _argtypes_ has no from_param method"):
        add.argtypes = [object]


def test_python_prototypes_pass_objects(fresh):
    give = PYFUNCTYPE(ctypes.py_object, ctypes.py_object)(lambda value: value)
    marker = object()
    assert give(marker) is marker
    address = PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object)(("pointer_as_is", fresh))
    assert address(marker) == id(marker)
    taken = PYFUNCTYPE(ctypes.py_object, ctypes.c_void_p)(("pointer_as_is", fresh))
    references = sys.getrefcount(marker)
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(marker))  # a result is the caller's reference
    assert taken(id(marker)) is marker
    assert sys.getrefcount(marker) == references


def test_functions_are_pickled_by_reference(dll, fresh_python):
    calls = CDLL(str(dll("calls.c")), use_last_error=True)
    calls.add.argtypes = [c_int, c_int]
    calls.add.restype = ctypes.c_ubyte
    prototype = WINFUNCTYPE(c_int, c_int, c_int)(("add", calls))
    with pytest.raises(ValueError, match="ctypes objects containing pointers cannot be pickled"):
        pickle.dumps(CFUNCTYPE(c_int)(lambda: 1))
    pickled = pickle.dumps((calls, calls.add, prototype))
    output = fresh_python(
        """
        import pickle, sys
        dll, add, prototype = pickle.loads(bytes.fromhex(sys.argv[1]))
        print(dll.add(1, 2), add(255, 2), prototype(3, 4), add._flags_, add.__name__)
        """,
        pickled.hex(),
    )
    assert output == "3 1 7 17 add\n"


def test_paramflags_of_a_prototype_that_was_called_without(fresh):
    prototype = WINFUNCTYPE(c_int, c_int, c_int)
    assert prototype(("add", fresh))(1, 2) == 3
    assert prototype(("add", fresh), ((1, "a"), (1, "b", 5)))(a=1) == 6


def test_paramflags_for_structures_and_callbacks(fresh):
    prototype = CFUNCTYPE(c_int, CFUNCTYPE(c_int, c_int), c_int)
    function = prototype(("add", fresh), ((1, "callback"), (1, "n")))
    with pytest.raises(ctypes.ArgumentError):
        function(1.5, n=2)


UNALIGNED = """
#include <windows.h>
/* Calls a function of up to eight arguments with the stack as it should be, or 8 bytes off. */
EXPORT __attribute__((naked)) void *call(void *function, void **arguments, int off)
{
    __asm__("pushq %rbp; movq %rsp, %rbp; pushq %rbx; pushq %rsi;"
            "movq %rcx, %rax; movq %rdx, %rsi; shll $3, %r8d; subq $80, %rsp; subq %r8, %rsp;"
            "movq 32(%rsi), %rcx; movq %rcx, 32(%rsp); movq 40(%rsi), %rcx; movq %rcx, 40(%rsp);"
            "movq 48(%rsi), %rcx; movq %rcx, 48(%rsp); movq 56(%rsi), %rcx; movq %rcx, 56(%rsp);"
            "movq (%rsi), %rcx; movq 8(%rsi), %rdx; movq 16(%rsi), %r8; movq 24(%rsi), %r9;"
            "callq *%rax; leaq -16(%rbp), %rsp; popq %rsi; popq %rbx; popq %rbp; ret");
}
"""


@pytest.mark.parametrize("off", [0, 1])
def test_functions_may_be_called_with_an_unaligned_stack(write_dll, fresh_python, tmp_path, off):
    """Generated code does so, and handlers made at run time; on Windows most functions bear it."""
    code = """
        import sys
        from windlass.ctypes import *
        call, off = CDLL(sys.argv[1]).call, int(sys.argv[2])
        call.restype = c_void_p
        def windows(dll, name, *arguments):
            slots = [cast(a, c_void_p).value or 0 if not isinstance(a, int) else a for a in arguments]
            return call(WinDLL(dll)[name], (c_void_p * 8)(*slots), off)
        text, size = create_string_buffer(300), (c_uint * 1)(300)
        windows("user32", "wsprintfA", text, b"%d %s %d %d %d", 1, b"two", 3, 4, 5)
        print(text.value)
        print(windows("kernel32", "VirtualAlloc", 0, 4096, 0x3000, 4) is not None)
        file = windows("kernel32", "CreateFileA", sys.argv[3].encode(), 0x40000000, 0, 0, 2, 0, 0)
        print(windows("kernel32", "WriteFile", file, b"written", 7, size, 0), size[0])
        print(windows("advapi32", "GetUserNameA", text, size), text.value != b"")  # written in Python
        print(windows("ucrtbase", "abs", -5 & 0xffffffff))
        """
    written = tmp_path / "written"
    out = fresh_python(code, write_dll(UNALIGNED, name="unaligned"), off, written)
    assert out.splitlines() == ["b'1 two 3 4 5'", "True", "1 7", "1 True", "5"]
    assert written.read_text() == "written"
