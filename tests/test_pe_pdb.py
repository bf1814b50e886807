"""PDB files, read beside the DLLs that they were written for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import compiler
from windlass.errors import BadImage
from windlass.pe import Image
from windlass.pe.pdb import Pdb

EXPORTS = (
    "add", "scale", "find", "visit", "by_value", "nothing", "is_odd", "hidden,@30,NONAME",
    "twice=?twice@math@@YAHH@Z", "?next@Counter@math@@QEAAHH@Z",
)  # fmt: skip


@pytest.fixture(scope="session")
def gadget():
    options = [f"/export:{export}" for export in EXPORTS]
    return compiler.build_with_pdb("gadget.dll", ["gadget.c", "gadget_cxx.cpp"], *options)


@pytest.fixture(scope="session")
def pdb(gadget):
    return Pdb.open(gadget.with_suffix(".pdb"))


def test_functions_have_their_types_and_names(pdb):
    shown = {procedure.name: str(procedure) for procedure in pdb.procedures.values()}
    assert shown["add"] == "int add(int first, int second)"
    assert shown["scale"] == "double scale(double value, float by, const char *unit)"
    assert shown["find"] == (
        "unsigned char *find(unsigned char *data, unsigned __int64 size, struct pair *pair, enum mode mode)"
    )
    assert shown["by_value"] == "int by_value(struct pair pair, int n)"
    assert shown["nothing"] == "void nothing(void)"
    assert shown["math::twice"] == "int math::twice(int number)"


def test_types_are_told_apart(pdb):
    found = {procedure.name: procedure for procedure in pdb.procedures.values()}
    kinds = [kind.text for _, kind in found["is_odd"].parameters]
    assert kinds == ["long", "short", "signed char", "unsigned int", "const struct pair **"]
    assert found["is_odd"].result.text == "bool"
    function, _ = found["visit"].parameters
    assert found["visit"].variadic and function[1].target.kind == "function"
    unit = found["scale"].parameters[2][1]
    assert unit.const and unit.target.text == "char"
    method = found["math::Counter::next"]
    assert method.is_method and [name for name, _ in method.parameters] == ["by"]


def test_public_names_are_decorated(pdb, gadget):
    assert {"add", "?twice@math@@YAHH@Z", "?first@math@@YAHXZ"} <= set(pdb.publics.values())
    places = {name: place for place, name in pdb.publics.items()}
    assert pdb.procedures[places["add"]].name == "add"
    with Image.open(gadget) as image:
        section = image.sections[places["add"][0] - 1]
        assert image.exports.find("add").rva == section.rva + places["add"][1]


def test_it_is_the_images_own(pdb, gadget):
    with Image.open(gadget) as image:
        (codeview,) = [entry.codeview for entry in image.debug if entry.codeview]
    assert (codeview.guid, codeview.age) == (pdb.guid, pdb.age)


@pytest.mark.parametrize("size", [0, 10, 31, 32, 56, 100, 4096, 5000, 40000])
def test_a_file_that_ends_too_early(gadget, size):
    read_all(gadget.with_suffix(".pdb").read_bytes()[:size])


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_file_is_too_bad(gadget, data):
    content = bytearray(gadget.with_suffix(".pdb").read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        position = data.draw(st.integers(32, len(content) - 5))
        content[position : position + 4] = data.draw(st.binary(min_size=4, max_size=4))
    read_all(bytes(content))


def read_all(content):
    try:
        pdb = Pdb(content)
        assert pdb.procedures is not None and pdb.publics is not None
    except BadImage:
        pass
