"""Callbacks: Python functions as Windows functions. Expectations were seen on Python 3.11 for Windows unless
they follow from the C source.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
import warnings
import weakref
from ctypes import (
    POINTER,
    Structure,
    byref,
    c_byte,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_longlong,
    c_short,
    c_ubyte,
    c_void_p,
    py_object,
)

import pytest

import oracle
from windlass import CDLL, CFUNCTYPE, PYFUNCTYPE, WINFUNCTYPE
from windlass.ctypes import c_wchar_p, get_errno, get_last_error, set_errno, set_last_error


@pytest.fixture
def calls(dll):
    return CDLL(str(dll("calls.c")))


@pytest.fixture
def unraisable(monkeypatch):
    """What was given to sys.unraisablehook."""
    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda report: seen.append((report.exc_type, report.err_msg)))
    return seen


def test_arguments_and_results(calls):
    function = CFUNCTYPE(c_int, c_int, c_int)(lambda a, b: a - b)
    assert calls.call_int(function, 50, 8) == 42
    assert function(50, 8) == 42
    calls.call_double.restype = c_double
    calls.call_double.argtypes = [CFUNCTYPE(c_double, c_double, c_double), c_double, c_double]
    assert calls.call_double(calls.call_double.argtypes[0](lambda a, b: a / b), 1, 4) == 0.25


def test_floats_and_text_by_their_places(calls):
    seen = []
    prototype = CFUNCTYPE(c_float, c_int, c_double, c_float, c_char_p, c_wchar_p, c_float, c_double)

    def function(*arguments):
        seen.append(arguments)
        return 1.5

    calls.call_mixed.restype = c_float
    calls.call_mixed.argtypes = [prototype]
    assert calls.call_mixed(prototype(function)) == 1.5
    assert seen == [(1, 2.5, 3.5, b"four", "fünf", 6.5, 7.5)]


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (c_byte, -1, -1),
        (c_byte, 200, -56),
        (c_ubyte, 255, 255),
        (c_short, -300, -300),
        (c_int, 2**32 + 7, 7),
        (ctypes.c_uint, -1, 2**32 - 1),
        (c_longlong, -(2**63), -(2**63)),
        (ctypes.c_ulonglong, 2**64 - 1, 2**64 - 1),
        (c_float, 0.5, 0.5),
        (c_double, 1, 1.0),
        (ctypes.c_bool, [1], True),
        (c_char, b"x", b"x"),
        (c_char, 65, b"A"),
        (c_void_p, 2**63, 2**63),
        (c_void_p, None, None),
    ],
)
def test_results_of_each_kind(kind, value, expected):
    result = CFUNCTYPE(kind)(lambda: value)()
    assert result == expected and type(result) is type(expected)


def test_arguments_of_each_kind():
    for kind, value in ((c_byte, -5), (c_ubyte, 250), (c_short, -5), (c_char, b"x"), (ctypes.c_bool, True)):
        seen = []
        CFUNCTYPE(None, kind)(seen.append)(value)
        assert seen == [value] and type(seen[0]) is type(value)


class Bytes1(Structure):
    _fields_ = (("a", c_byte),)


class Bytes3(Structure):
    _fields_ = (("a", c_ubyte), ("b", c_ubyte), ("c", c_ubyte))


class Floats8(Structure):
    _fields_ = (("a", c_float), ("b", c_float))


class Bytes24(Structure):
    _fields_ = (("a", c_longlong * 3),)


@pytest.mark.parametrize(
    ("name", "value"),
    [("call1", Bytes1(7)), ("call3", Bytes3(1, 2, 3)), ("call_floats", Floats8(1, 2))],
)
def test_structures_by_value(calls, name, value):
    """ctypes on Windows refuses a structure as a callback's result."""
    kind = type(value)
    seen = []

    def function(given):
        seen.append(bytes(given))
        given.a += 1
        return given

    prototype = CFUNCTYPE(kind, kind)
    calls[name].argtypes = [prototype, kind]
    call = calls[name]
    call.argtypes, call.restype = [prototype, kind], kind
    before = bytes(value)
    result = call(prototype(function), value)
    assert result.a == value.a + 1
    assert seen == [before] and bytes(value) == before


def test_large_structures_by_value(calls):
    prototype = CFUNCTYPE(Bytes24, Bytes24, c_int)
    calls.call24.restype = Bytes24
    calls.call24.argtypes = [prototype, Bytes24, c_int]
    give = prototype(lambda value, more: Bytes24((value.a[2], value.a[1], more)))
    assert list(calls.call24(give, Bytes24((1, 2, 3)), 9).a) == [3, 2, 9]


def test_pointers_and_functions_as_arguments():
    number = c_int(5)

    def increment(pointer):
        pointer[0] += 1

    CFUNCTYPE(None, POINTER(c_int))(increment)(byref(number))
    assert number.value == 6
    inner = CFUNCTYPE(c_int, c_int)
    outer = CFUNCTYPE(c_int, inner)
    assert outer(lambda function: function(20))(inner(lambda value: value + 1)) == 21


def test_subclasses_of_simple_types_arrive_as_instances():
    class Handle(c_void_p):
        pass

    seen = []
    CFUNCTYPE(None, Handle)(seen.append)(Handle(5))
    assert type(seen[0]) is Handle and seen[0].value == 5


def test_impossible_types():
    for restype in (POINTER(c_int), c_int * 3):
        with pytest.raises(TypeError, match="invalid result type for callback function"):
            CFUNCTYPE(restype)(lambda: None)
    with pytest.raises(TypeError):
        CFUNCTYPE(object)(lambda: None)


def test_a_function_of_a_dll_is_a_callback_too(calls):
    prototype = CFUNCTYPE(c_int, c_int, c_int)
    assert calls.call_int(calls.add, 1, 2) == 3
    calls.call_int.argtypes = [prototype, c_int, c_int]
    assert calls.call_int(prototype(("add", calls)), 3, 4) == 7
    calls.address_of_add.restype = prototype
    assert calls.call_int(calls.address_of_add(), 5, 6) == 11
    with pytest.raises(ctypes.ArgumentError):
        calls.call_int(lambda a, b: 0, 1, 2)


def test_tables_of_functions(calls):
    add = CFUNCTYPE(c_int, c_int, c_int)
    other = WINFUNCTYPE(c_int, c_int)

    class Table(Structure):
        _fields_ = (("add", add), ("other", other))

    table = Table(add(lambda a, b: a * 100 + b), other(lambda value: value))
    gc.collect()
    assert calls.call_table(byref(table), 4) == 405
    assert table.add(1, 2) == 102 and type(table.other) is other
    calls.fill_table(byref(table))
    assert table.add(1, 2) == 3


def test_a_callback_lives_as_long_as_what_holds_it(calls):
    class Callable:
        def __call__(self, value):
            return value + 1

    prototype = CFUNCTYPE(c_int, c_int)
    callable = Callable()
    alive = weakref.ref(callable)
    array = (prototype * 2)(prototype(callable))
    del callable
    gc.collect()
    assert alive() is not None and array[0](1) == 2
    array[0] = prototype()
    gc.collect()
    assert alive() is None


def test_a_callback_in_a_circle_is_collected():
    class Owner:
        def __init__(self):
            self.function = CFUNCTYPE(c_int)(self.method)

        def method(self):
            return 5

    owner = Owner()
    assert owner.function() == 5
    alive = weakref.ref(owner)
    del owner
    gc.collect()
    assert alive() is None


def test_the_dll_keeps_it_and_calls_it_later_from_any_thread(calls):
    names = []

    def function(value):
        names.append(threading.current_thread().name)
        return value * 2

    kept = CFUNCTYPE(c_int, c_int)(function)
    calls.keep(kept)
    assert calls.call_kept(4) == 8
    threads = [
        threading.Thread(target=lambda: [calls.call_kept(i) for i in range(200)], name=f"thread {i}")
        for i in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    calls.keep(None)
    assert len(names) == 1601
    assert {name for name in names if name.startswith("thread ")} == {f"thread {i}" for i in range(8)}


def test_recursion_through_both_sides(calls):
    prototype = CFUNCTYPE(c_int, c_int)

    def factorial(n):
        return 1 if n <= 1 else n * calls.call_many(prototype(lambda _: factorial(n - 1)), 1)

    assert factorial(10) == 3628800


def test_exceptions_are_reported_and_the_result_is_zero(calls, unraisable):
    def fails(a, b):
        raise ZeroDivisionError("of a callback")

    assert calls.call_int(CFUNCTYPE(c_int, c_int, c_int)(fails), 1, 2) == 0
    ((kind, message),) = unraisable
    assert kind is ZeroDivisionError
    assert "ctypes callback function" in message


def test_results_that_do_not_fit_are_reported(unraisable):
    assert CFUNCTYPE(c_int)(lambda: "text")() == 0
    assert CFUNCTYPE(c_void_p)(lambda: 1.5)() is None
    assert CFUNCTYPE(c_int)(lambda: None)() == 0
    assert [kind for kind, _ in unraisable] == [TypeError] * 3
    assert all("converting result of ctypes callback function" in message for _, message in unraisable)


def test_strings_as_results_leak(calls):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert CFUNCTYPE(c_char_p)(lambda: b"bytes")() == b"bytes"
        assert CFUNCTYPE(c_wchar_p)(lambda: "text")() == "text"
    assert [str(warning.message) for warning in caught] == ["memory leak in callback function."] * 2


def test_python_objects():
    marker = object()
    seen = []
    give = PYFUNCTYPE(py_object, py_object)(lambda value: seen.append(value) or marker)
    assert give("text") is marker and seen == ["text"]


def test_errno_around_calls_and_callbacks(dll):
    calls = CDLL(str(dll("calls.c")), use_errno=True)
    inside = []
    prototype = CFUNCTYPE(c_int, c_int, use_errno=True)

    def function(value):
        inside.append(get_errno())
        set_errno(70)
        return value

    set_errno(5)
    calls.call_many(prototype(function), 1)
    assert inside == [5] and get_errno() == 70
    assert set_errno(0) == 70


def test_last_error_around_calls_and_callbacks(dll):
    calls = CDLL(str(dll("calls.c")), use_last_error=True)
    inside = []
    prototype = WINFUNCTYPE(c_int, c_int, use_last_error=True)

    def function(value):
        inside.append(get_last_error())
        set_last_error(1234)
        return value

    set_last_error(87)
    calls.call_many(prototype(function), 1)
    assert inside == [87] and get_last_error() == 1234
    other = []
    thread = threading.Thread(target=lambda: other.append(get_last_error()))
    thread.start()
    thread.join()
    assert other == [0], "each thread has its own copy"
    set_last_error(0)


def test_many_callbacks_at_once():
    prototype = CFUNCTYPE(c_int)
    functions = [prototype(lambda i=i: i) for i in range(2000)]
    assert [function() for function in functions] == list(range(2000))


LEAVE_AND_COUNT = """
import gc, sys, types
from windlass.ctypes import CDLL, CFUNCTYPE, c_char_p

lines = []
CDLL(sys.argv[1]).run(CFUNCTYPE(None, c_char_p)(lines.append))
gc.collect()
kept = sum(isinstance(each, types.GeneratorType) for each in gc.get_objects())
print(any(b"left 1000" in line for line in lines), kept < 100)
"""


def test_an_enumeration_whose_callback_never_returned_goes_when_its_stack_is_used_again(dll, fresh_python):
    assert fresh_python(LEAVE_AND_COUNT, dll(oracle.PROGRAMS / "left_callbacks.c")) == "True True\n"


@pytest.mark.parametrize(
    ("dll", "function"), [("user32.dll", "EnumWindowStationsW"), ("kernel32.dll", "EnumSystemCodePagesA")]
)
def test_a_callback_at_no_address_is_an_access_violation(dll, function):
    """The first is written in Python, the other in C."""
    with pytest.raises(OSError, match="access violation"):
        getattr(CDLL(dll), function)(c_void_p(0x10), 1)
