"""Text in ctypes is UTF-16, as on Windows. Expectations were seen on Python 3.11 for Windows."""

from __future__ import annotations

import ctypes as host
import sys

import pytest

from windlass import ctypes
from windlass.ctypes import (
    POINTER,
    Array,
    Structure,
    Union,
    addressof,
    alignment,
    byref,
    c_char,
    c_int,
    c_void_p,
    c_wchar,
    c_wchar_p,
    cast,
    create_unicode_buffer,
    pointer,
    sizeof,
    wstring_at,
)

FACE = "\N{GRINNING FACE}"


def test_sizes():
    assert (sizeof(c_wchar), alignment(c_wchar), sizeof(c_wchar_p), sizeof(c_wchar * 5)) == (2, 2, 8, 10)
    assert (c_wchar._type_, c_wchar_p._type_) == ("u", "Z")


def test_a_character():
    assert c_wchar("x").value == "x"
    assert c_wchar().value == "\0"
    assert repr(c_wchar("x")) == "c_wchar('x')"
    character = c_wchar("\uffff")
    assert bytes(character) == b"\xff\xff"
    character.value = "\ud800"
    assert character.value == "\ud800"
    for wrong in ("ab", "", FACE):
        with pytest.raises(TypeError, match="one character unicode string expected"):
            c_wchar(wrong)
    with pytest.raises(TypeError, match="unicode string expected instead of int instance"):
        c_wchar(5)


def test_a_pointer_to_text():
    text = c_wchar_p("text" + FACE)
    assert text.value == "text" + FACE
    assert c_wchar_p().value is None and not c_wchar_p(None)
    assert wstring_at(cast(text, c_void_p).value) == "text" + FACE
    text.value = None
    assert text.value is None
    buffer = create_unicode_buffer("elsewhere")
    text.value = addressof(buffer)
    assert text.value == "elsewhere"
    for wrong, name in ((b"bytes", "bytes"), (1.5, "float")):
        with pytest.raises(
            TypeError, match=f"unicode string or integer address expected instead of {name} instance"
        ):
            text.value = wrong


def test_buffers():
    buffer = create_unicode_buffer("hello", 10)
    assert (len(buffer), sizeof(buffer)) == (10, 20)
    assert (buffer[0], buffer[-1], buffer[1:3], buffer[::2]) == ("h", "\0", "el", "hlo\0\0")
    assert buffer[:] == "hello\0\0\0\0\0"
    assert list(create_unicode_buffer("ab")) == ["a", "b", "\0"]
    assert len(create_unicode_buffer(FACE)) == 3 and create_unicode_buffer(FACE).value == FACE
    buffer.value = "x" * 10
    assert buffer.value == "x" * 10
    with pytest.raises(ValueError, match="string too long"):
        buffer.value = "x" * 11
    with pytest.raises(ValueError, match="string too long"):
        create_unicode_buffer("abc", 2)
    with pytest.raises(TypeError):
        create_unicode_buffer(b"bytes")
    with pytest.raises(IndexError, match="invalid index"):
        buffer[10]
    with pytest.raises(TypeError, match="can't delete attribute"):
        del buffer.value
    assert not hasattr(buffer, "raw")


def test_setting_items():
    buffer = create_unicode_buffer("....")
    buffer[0] = "a"
    buffer[1:3] = "bc"
    buffer[3:4] = ["d"]
    assert buffer.value == "abcd"
    buffer[0] = c_wchar("z")
    assert buffer[0] == "z"
    with pytest.raises(ValueError, match="Can only assign sequence of same size"):
        buffer[0:2] = "abc"
    with pytest.raises(TypeError, match="one character unicode string expected"):
        buffer[0] = FACE
    with pytest.raises(TypeError, match="unicode string expected instead of int instance"):
        buffer[0] = 5


def test_arrays():
    assert c_wchar * 7 is c_wchar * 7
    assert (c_wchar * 7).__name__ == "c_wchar_Array_7"
    assert (c_wchar * 3)("a", "b")[:] == "ab\0"
    with pytest.raises(IndexError, match="invalid index"):
        (c_wchar * 1)("a", "b")
    grid = ((c_wchar * 3) * 2)()
    grid[1].value = "xyz"
    assert grid[1].value == "xyz" and grid[0].value == ""
    assert isinstance(grid[0], c_wchar * 3)

    class Own(Array):
        _type_ = c_wchar
        _length_ = 4

    assert Own("a", "b").value == "ab"
    assert isinstance(Own(), ctypes.Array) and isinstance((c_int * 2)(), ctypes.Array)
    assert not isinstance(c_int(), ctypes.Array)


def test_arrays_of_pointers_to_text():
    texts = (c_wchar_p * 3)("one", None, "three")
    assert texts[:] == ["one", None, "three"]
    texts[1] = "two" + FACE
    assert (texts[1], texts[-1]) == ("two" + FACE, "three")
    texts[0:2] = ["a", None]
    assert list(texts) == ["a", None, "three"]
    assert cast(texts, POINTER(c_wchar_p))[2] == "three"
    with pytest.raises(IndexError, match="invalid index"):
        texts[3]
    with pytest.raises(TypeError, match="expected instead of bytes instance"):
        texts[0] = b"bytes"


def test_text_that_was_set_is_kept_alive():
    texts = (c_wchar_p * 100)()
    for i in range(100):
        texts[i] = f"number {i}" * 50
    assert all(texts[i] == f"number {i}" * 50 for i in range(100))


def test_pointers_to_characters():
    buffer = create_unicode_buffer("hello")
    characters = cast(buffer, POINTER(c_wchar))
    assert (characters[0], characters[1:5]) == ("h", "ello")
    assert characters.contents.value == "h"
    characters[0] = "j"
    assert buffer.value == "jello"
    assert pointer(c_wchar("q"))[0] == "q"
    assert POINTER(c_wchar).__name__ == "LP_c_wchar" and POINTER(c_wchar) is POINTER(c_wchar)
    with pytest.raises(ValueError, match="NULL pointer access"):
        POINTER(c_wchar_p)()[0]


class Record(Structure):
    _fields_ = (("c", c_wchar), ("p", c_wchar_p), ("a", c_wchar * 4), ("n", c_int))


def test_fields():
    record = Record()
    assert (record.c, record.p, record.a) == ("\0", None, "")
    record.c, record.p, record.a = "x", "text", "abc"
    assert (record.c, record.p, record.a) == ("x", "text", "abc")
    record.a = "abcd"
    assert record.a == "abcd"
    record.p = c_wchar_p("other")
    assert record.p == "other"
    record.p = None
    assert record.p is None
    assert Record("x", "y", "z", 5).a == "z"
    assert Record(p="named").p == "named"
    assert bytes(Record(a="ab"))[16:24] == "ab\0\0".encode("utf-16-le")


def test_fields_refuse_what_is_no_text():
    record = Record()
    with pytest.raises(ValueError, match=r"string too long \(5, maximum length 4\)"):
        record.a = "abcde"
    with pytest.raises(TypeError, match="unicode string expected instead of int instance"):
        record.a = 5
    with pytest.raises(TypeError, match="unicode string expected instead of c_wchar_Array_4 instance"):
        record.a = (c_wchar * 4)("q")
    with pytest.raises(TypeError, match="incompatible types, c_wchar_Array_4 instance instead of c_wchar_p"):
        record.p = create_unicode_buffer("abc")
    with pytest.raises(TypeError, match="unicode string or integer address expected"):
        record.p = 5.5
    with pytest.raises(TypeError, match="one character unicode string expected"):
        record.c = "xx"


def test_field_descriptors():
    assert (Record.c.offset, Record.p.offset, Record.a.offset) == (0, 8, 16)
    assert (Record.c.size, Record.p.size, Record.a.size) == (2, 8, 8)
    assert repr(Record.a) == "<Field type=c_wchar_Array_4, ofs=16, size=8>"


def test_fields_of_anonymous_members():
    class Inner(Union):
        _fields_ = (("text", c_wchar * 3), ("number", c_int))

    class Middle(Structure):
        _anonymous_ = ("inner",)
        _fields_ = (("inner", Inner), ("name", c_wchar_p))

    class Outer(Structure):
        _anonymous_ = ("middle",)
        _fields_ = (("head", c_int), ("middle", Middle))

    outer = Outer()
    outer.text, outer.name = "ab", "name"
    assert (outer.text, outer.name) == ("ab", "name")
    assert outer.middle.inner.text == "ab"
    assert outer.number == ord("a") | ord("b") << 16
    assert Middle(name="still").name == "still" and Inner("x").text == "x"


def test_fields_set_later_and_inherited():
    class Late(Structure):
        pass

    Late._fields_ = [("next", POINTER(Late)), ("name", c_wchar * 8)]
    assert Late(name="late").name == "late"

    class Longer(Late):
        _fields_ = (("more", c_wchar_p),)

    longer = Longer(name="base", more="derived")
    assert (longer.name, longer.more) == ("base", "derived")


def test_subclasses_keep_their_instances():
    class Title(c_wchar_p):
        pass

    class Holder(Structure):
        _fields_ = (("title", Title),)

    holder = Holder(Title("text"))
    assert type(holder.title) is Title and holder.title.value == "text"
    assert type((Title * 1)(Title("x"))[0]) is Title


def test_types_made_by_letter():
    class Wide(ctypes._SimpleCData):
        _type_ = "u"

    class Long(ctypes._SimpleCData):
        _type_ = "l"

    class Short(ctypes._SimpleCData):
        _type_ = "h"

    assert Wide._type_ == "u" and POINTER(Wide)(Wide("x"))[0] == "x"
    assert Wide("x").value == "x" and (Wide * 2)("a", "b").value == "ab"
    assert (sizeof(Wide), sizeof(Long), sizeof(Short)) == (2, 4, 2)
    for kind in (Wide, Long, c_int, c_wchar_p):
        assert issubclass(kind, ctypes._SimpleCData) and isinstance(kind(), ctypes._SimpleCData)
    assert not isinstance(5, ctypes._SimpleCData)


def test_parameters():
    parameter = c_wchar_p.from_param
    buffer = create_unicode_buffer("abc")
    assert parameter(None) is None
    assert parameter(buffer) is buffer
    assert parameter(cast(buffer, POINTER(c_wchar))) is not None
    assert parameter(byref(c_wchar("x"))) is not None
    for wrong in (5, b"bytes", c_wchar("x"), ctypes.create_string_buffer(3)):
        with pytest.raises(TypeError):
            parameter(wrong)
    assert c_wchar.from_param(c_wchar("x")).value == "x"
    with pytest.raises(TypeError):
        c_wchar.from_param(5)


def test_reading_memory():
    buffer = create_unicode_buffer("ab\0cd")
    assert wstring_at(buffer) == "ab"
    assert wstring_at(addressof(buffer), 5) == "ab\0cd"
    assert ctypes.string_at(buffer, 4) == b"a\0b\0"
    for function in (wstring_at, ctypes.string_at):
        with pytest.raises(OSError, match="exception: access violation reading 0x0000000000000000"):
            function(0)


@pytest.mark.parametrize("function", [wstring_at, ctypes.string_at])
def test_more_than_any_memory_cannot_be_read(function):
    with pytest.raises(MemoryError):
        function("abc", sys.maxsize - 1)


def test_lone_surrogates_survive():
    buffer = create_unicode_buffer("a\ud800b")
    assert buffer.value == "a\ud800b"
    assert c_wchar_p("\udc00").value == "\udc00"


@pytest.fixture(scope="module")
def calls(dll):
    return ctypes.CDLL(str(dll("calls.c")))


def test_text_arguments_and_results(calls):
    length = calls["wide_length"]
    for argtypes in (None, [c_wchar_p], [POINTER(c_wchar)]):
        length.argtypes = argtypes
        assert length("four") == 4
        assert length(FACE) == 2
        assert length(create_unicode_buffer("three")) == 5
    length.argtypes = [c_wchar_p]
    assert length(c_wchar_p("ab")) == 2
    with pytest.raises(ctypes.ArgumentError, match="argument 1"):
        length(b"bytes")
    as_is = calls["pointer_as_is"]
    as_is.restype = c_wchar_p
    assert as_is("text" + FACE) == "text" + FACE
    assert as_is(None) is None
    following = calls["next_wchar"]
    following.argtypes, following.restype = [c_wchar], c_wchar
    assert following("a") == "b"
    with pytest.raises(ctypes.ArgumentError, match="argument 1"):
        following("ab")


def test_callbacks_take_text(calls):
    seen = []
    prototype = ctypes.CFUNCTYPE(c_void_p, c_wchar_p)
    call = prototype(lambda text: seen.append(text))
    call("text")
    call(None)
    assert seen == ["text", None]


def test_exported_text(calls):
    assert (c_wchar * 4).in_dll(calls, "wide_text").value == "wiä"
    with pytest.raises(ValueError, match="symbol 'no_such' not found"):
        c_int.in_dll(calls, "no_such")
    number = c_int.in_dll(calls, "number")
    number.value += 1
    assert c_int.in_dll(calls, "number").value == 43
    number.value = 42


def test_the_host_s_own_types_are_untouched():
    if ctypes is not host:
        assert sizeof(host.c_wchar) == 4
        assert host.create_unicode_buffer("ab").value == "ab"
    assert c_char(b"x").value == b"x"


def test_a_parameter_that_is_a_bstr_takes_text():
    class Bstr(ctypes._SimpleCData):
        _type_ = "X"

    class Counted(Bstr):
        made = 0

        @classmethod
        def from_param(cls, value):
            cls.made += 1
            return value if isinstance(value, cls) else cls(value)

    length = ctypes.WinDLL("oleaut32").SysStringLen
    for kind in (Bstr, Counted):
        length.argtypes = [kind]
        assert [length("seven !"), length(kind("five!")), length(None)] == [7, 5, 0]
    assert Counted.made == 3


def test_a_bstr_is_text_wherever_it_lies():
    freed = []

    class Bstr(ctypes._SimpleCData):
        _type_ = "X"

        def __del__(self):
            freed.append(self)

    class Named(Structure):
        _fields_ = (("number", c_int), ("name", Bstr))

    named = Named(1, "with\0zero")
    texts = (Bstr * 2)("one", None)
    pointer_ = ctypes.cast(texts, POINTER(Bstr))
    assert [named.name, texts[:], pointer_[0]] == ["with\0zero", ["one", None], "one"]
    pointer_[1], named.name = "t\0wo", "other"
    assert [named.name, texts[-1], pointer_[:2]] == ["other", "t\0wo", ["one", "t\0wo"]]
    texts[0:2] = ["first", None]
    assert texts[:] == ["first", None]
    with pytest.raises(TypeError, match="unicode string expected instead of bytes"):
        named.name = b"bytes"
    assert not freed, "no object of the type has been made of what belongs to another"


def test_output_parameters_are_text():
    class Own(c_wchar_p):
        pass

    text, own = c_wchar_p("text"), Own("own")
    assert text.__ctypes_from_outparam__() == "text" and own.__ctypes_from_outparam__() is own
    assert c_wchar("x").__ctypes_from_outparam__() == "x"
