"""Decorated names of C++, with what Microsoft's undname and llvm-undname say of them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from windlass.pe import Image
from windlass.pe.decorated import undecorate

NAMES = {
    "?add@math@@YAHHH@Z": "int __cdecl math::add(int, int)",
    "?none@@YAXXZ": "void __cdecl none(void)",
    "?print@@YAHPEBDZZ": "int __cdecl print(char const *, ...)",
    "?wide@@YA_NPEB_WPEA_W1@Z": "bool __cdecl wide(wchar_t const *, wchar_t *, wchar_t *)",
    "?numbers@@YA_KEFGIJK_JMNO@Z": "unsigned __int64 __cdecl numbers(unsigned char, short, unsigned short, "
    "unsigned int, long, unsigned long, __int64, float, double, long double)",
    "??0C@math@@QEAA@H@Z": "public: __cdecl math::C::C(int)",
    "??1C@math@@UEAA@XZ": "public: virtual __cdecl math::C::~C(void)",
    "??HC@math@@QEBAHAEBV01@@Z": "public: int __cdecl math::C::operator+(class math::C const &) const",
    "??4C@@QEAAAEAV0@$$QEAV0@@Z": "public: class C & __cdecl C::operator=(class C &&)",
    "??BC@@QEBAHXZ": "public: __cdecl C::operator int(void) const",
    "?sm@C@math@@SAHPEAV12@@Z": "public: static int __cdecl math::C::sm(class math::C *)",
    "?prot@C@@MEAAXXZ": "protected: virtual void __cdecl C::prot(void)",
    "?hidden@C@@AEAAXXZ": "private: void __cdecl C::hidden(void)",
    "?call@@YAHP6AHHPEBUP@@@Z1@Z": "int __cdecl call(int (__cdecl *)(int, struct P const *), "
    "int (__cdecl *)(int, struct P const *))",
    "?h@math@@YAPEAU?$Box@H$02@1@AEAU21@PEBU?$Box@UP@math@@$0M@@1@PEAY03H@Z": "struct math::Box<int, 3> * "
    "__cdecl math::h(struct math::Box<int, 3> &, struct math::Box<struct math::P, 12> const *, int (*)[4])",
    "?make@@YA?AUP@@W4Color@@TBoth@@@Z": "struct P __cdecl make(enum Color, union Both)",
    "?ne@@YAHXZ": "int __cdecl ne(void)",
    "?counter@math@@3HA": "int math::counter",
    "?limit@C@@2HB": "public: static int const C::limit",
    "?label@@3QEBDEB": "char const *const label",
    "?in@?A0x12345678@@YAXXZ": "void __cdecl `anonymous namespace'::in(void)",
}


@pytest.mark.parametrize("name", NAMES)
def test_what_a_name_declares(name):
    expected = NAMES[name]
    found = str(undecorate(name))
    # A conversion's result is its name; undecorators do not agree on writing it twice.
    assert found.replace("int __cdecl C::operator int", "__cdecl C::operator int") == expected


def test_parts_of_a_declaration():
    found = undecorate("?next@Counter@math@@QEAAHPEBDAEAN@Z")
    assert (found.name, found.scope, found.qualified_name) == (
        "next",
        ["math", "Counter"],
        "math::Counter::next",
    )
    assert found.is_method and not found.is_const and not found.is_data and not found.variadic
    text, number = found.parameters
    assert (text.kind, text.const, text.target.text) == ("pointer", True, "char")
    assert (number.kind, number.const, number.target.text) == ("pointer", False, "double")


@pytest.mark.parametrize(
    "name",
    ["", "add", "_Z3addii", "?", "?add", "?add@@", "?add@@YAH", "?add@@YAHH", "??_7C@@6B@",
     "??_C@_01FJ@x?$AA@", "?f@@YAX9@Z", "?9@@YAXXZ", "?f@@YAXP@Z", "?f@@YAXU@Z"],
)  # fmt: skip
def test_other_names_are_none(name):
    assert undecorate(name) is None


@given(st.text("?@ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$abc", max_size=40).map(lambda text: "?" + text))
@example("?f@@YAX" + "PEA" * 5000)
def test_no_text_is_too_bad(text):
    undecorate(text)


def test_names_of_a_compiled_dll(dll):
    image = Image.open(dll("decorated.cpp"))
    found = {str(undecorate(export.name)) for export in image.exports if export.name.startswith("?")}
    assert {
        "public: __cdecl math::Counter::Counter(int)",
        "double __cdecl math::add(double, double)",
        "int __cdecl math::sum(struct math::Pair const &, struct math::Pair *)",
        "int math::counter",
    } <= found
