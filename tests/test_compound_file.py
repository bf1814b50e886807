"""Compound files as bytes: what is written is read again, and no file is too bad."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windlass.api.com.compound_file import BadCompoundFile, Storage, Stream, parse, serialize

SIZES = (0, 1, 63, 64, 65, 4095, 4096, 4097, 70000)


def tree(chance: random.Random, depth: int = 0) -> Storage:
    made = Storage(f"é{depth}" if depth else "Root Entry", state=depth, clsid=bytes(range(16)))
    for index in range(chance.randrange(1, 40)):
        name = f"ü{index}"
        if depth < 2 and chance.random() < 0.1:
            made.children[name.upper()] = tree(chance, depth + 1)
            made.children[name.upper()].name = name
        else:
            made.children[name.upper()] = Stream(name, bytearray(chance.randbytes(chance.choice(SIZES))))
    return made


@pytest.mark.parametrize("seed", range(5))
def test_what_is_written_is_read(seed):
    root = tree(random.Random(seed))
    assert parse(serialize(root)) == root


def test_a_file_whose_sectors_do_not_fit_into_the_header_list():
    root = Storage(children={"BIG": Stream("big", bytearray(random.Random(0).randbytes(8_000_000)))})
    assert parse(serialize(root)) == root


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_no_file_is_too_bad(data):
    inner = Storage("inner", {"C": Stream("c", bytearray(b"some text"))})
    root = Storage(children={"A": Stream("a", bytearray(5000)), "INNER": inner})
    content = bytearray(serialize(root))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 5))
        content[place : place + 4] = data.draw(st.binary(min_size=4, max_size=4))
    with contextlib.suppress(BadCompoundFile):
        assert isinstance(parse(bytes(content[: data.draw(st.integers(0, len(content)))])), Storage)
