"""Whatever the bytes: an answer or BadImage, and neither costs more than the file is worth.

What is read is everything, by the fuzz target fuzz/pe_reader.py, which also checks that answers agree.
"""

from __future__ import annotations

import importlib.util
import random
import struct
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pe_seeds
from tiny_image import (
    BOUND_IMPORT,
    CODE,
    DATA,
    DEBUG,
    DELAY_IMPORT,
    EXPORT,
    IMPORT,
    LFANEW,
    LOAD_CONFIG,
    RELOCATION,
    RESOURCE,
    TLS,
    Tiny,
)
from windlass.pe import BadImage, Image

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "fuzz" / "pe_reader.py"
SEEDS = pe_seeds.all_seeds()
BASE = 0x180000000


def load_target():
    spec = importlib.util.spec_from_file_location("pe_reader", TARGET)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pe_reader = load_target()
each_seed = pytest.mark.parametrize("data", SEEDS.values(), ids=SEEDS.keys())


@each_seed
def test_seeds_have_everything(data):
    assert set(pe_reader.read_everything(data)) == {"headers", *pe_reader.PARTS}
    image = Image(data)
    for part in ("exports", "imports", "delay_imports", "bound_imports", "tls", "resources", "debug",
                 "load_config", "certificates", "rich", "clr"):  # fmt: skip
        assert getattr(image, part), part
    assert len(list(image.relocations)) == 3


def test_seeds_of_the_fuzzer_are_these():
    kept = {path.name: path.read_bytes() for path in (ROOT / "fuzz" / "seeds").iterdir()}
    kept.pop("builtin.dll")
    assert kept == SEEDS, "run: python fuzz/pe_reader.py --seeds"


@each_seed
def test_truncated_anywhere(data):
    for length in range(len(data)):
        parts = list(pe_reader.read_everything(data[:length]))
        if length < LFANEW + 24 + 112:
            assert parts == []
        # The certificates come last in the file.
        assert "certificates" not in parts or "headers" in parts
    with pytest.raises(BadImage):
        assert Image(data[:-1]).certificates


@each_seed
def test_headers_cut_at_every_boundary(data):
    section_table = LFANEW + 24 + struct.unpack_from("<H", data, LFANEW + 20)[0]
    for boundary in (
        0,
        2,
        64,
        LFANEW,
        LFANEW + 4,
        LFANEW + 24,
        LFANEW + 26,
        section_table,
        section_table + 39,
    ):
        with pytest.raises(BadImage) as caught:
            Image(data[:boundary])
        assert caught.value.offset <= max(boundary, LFANEW)
    Image(data[: section_table + 40])


@each_seed
def test_bits_flipped(data):
    """Every byte of the headers and every third of the rest has one bit flipped."""
    bits = random.Random(1)
    for position in [*range(0x200), *range(0x200, len(data), 3)]:
        changed = bytearray(data)
        changed[position] ^= 1 << bits.randrange(8)
        for _ in pe_reader.read_everything(bytes(changed)):
            pass


INTERESTING = [0, 1, 2, 7, 8, 0xFF, 0x1000, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]
numbers = st.sampled_from(INTERESTING) | st.integers(0, 0x2000) | st.integers(0, 0xFFFFFFFF)


@given(
    st.sampled_from(list(SEEDS.values())),
    st.lists(st.tuples(st.integers(0, 515), numbers), min_size=1, max_size=8),
    st.booleans(),
)
@settings(max_examples=1500, deadline=None)
def test_words_replaced(data, edits, mapped):
    changed = bytearray(data)
    for index, value in edits:
        struct.pack_into("<I", changed, 4 * index, value)
    pe_reader.run(bytes(changed))


@given(st.binary(max_size=600))
@settings(max_examples=500, deadline=None)
def test_any_bytes(data):
    pe_reader.run(data)
    pe_reader.run(b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + data)


# Cost


def zeros(directory: int, size: int = 0xFFFFF000) -> bytes:
    """A directory of four gigabytes of zero-filled memory."""
    return Tiny(
        directories={directory: (0x1000, size)}, sections=[(b".bss", 0x1000, 0xFFFFE000, b"", DATA, None)]
    ).bytes()


def endless_exports() -> bytes:
    """30,000 names, all the same 60,000 characters."""
    count = 30000
    names = 0x1000 + 40
    ordinals = names + 4 * count
    text = ordinals + 2 * count
    header = struct.pack("<10I", 0, 0, 0, text, 1, 1, count, names, names, ordinals)
    body = header + struct.pack("<I", text) * count + bytes(2 * count) + b"x" * 60000 + b"\0"
    return Tiny(body, {EXPORT: (0x1000, 40)}).bytes()


def one_function_with_many_names() -> bytes:
    count = 100000
    names = 0x1000 + 44
    ordinals = names + 4 * count
    header = struct.pack("<11I", 0, 0, 0, 0, 1, 1, count, 0x1000 + 40, names, ordinals, 0x90000)
    body = header + struct.pack("<I", ordinals + 2 * count) * count + bytes(2 * count) + b"x\0"
    return Tiny(body, {EXPORT: (0x1000, 40)}).bytes()


def many_dlls_with_one_table() -> bytes:
    """20,000 descriptors that share one table of 50,000 functions: 10 ** 9 imports in a megabyte."""
    descriptors, functions = 20000, 50000
    table = 0x1000 + 20 * (descriptors + 1)
    name = table + 8 * (functions + 1)
    body = struct.pack("<5I", table, 0, 0, name, table) * descriptors + bytes(20)
    body += struct.pack("<Q", name) * functions + bytes(8) + b"\0\0f\0"
    return Tiny(body, {IMPORT: (0x1000, 20)}).bytes()


def imports_without_end() -> bytes:
    """Descriptors up to the section's end, and a name table that has no end either."""
    body = struct.pack("<5I", 0x1000, 0, 0, 0x1000, 0x1000) * 50000
    return Tiny(body[: 0x1000 * (len(body) // 0x1000)], {IMPORT: (0x1000, 20)}).bytes()


def delay_imports_without_end() -> bytes:
    body = struct.pack("<8I", 1, 0x1000, 0x1000, 0x1000, 0x1000, 0, 0, 0) * 0x8000
    return Tiny(body, {DELAY_IMPORT: (0x1000, 32)}).bytes()


def bound_imports_with_many_references() -> bytes:
    body = struct.pack("<IHH", 1, 0, 0xFFFF).replace(b"\0\0", b"\x08\0", 1) * 0x10000
    return Tiny(body, {BOUND_IMPORT: (0x1000, 32)}).bytes()


def resources_in_resources() -> bytes:
    """Fifteen levels, each entry of one leading to the whole next one."""
    size = 16 + 8 * 2000
    body = b""
    for level in range(15):
        body += struct.pack("<IIHHHH", 0, 0, 0, 0, 0, 2000)
        body += struct.pack("<II", 1, 0x80000000 | (level + 1) * size) * 2000
    return Tiny(body + bytes(16), {RESOURCE: (0x1000, 16)}).bytes()


def long_resource_names() -> bytes:
    """60,000 entries with the same name of 65,535 characters."""
    body = struct.pack("<IIHHHH", 0, 0, 0, 0, 60000, 0)
    body += struct.pack("<II", 0x80000000 | (16 + 8 * 60000), 0) * 60000
    return Tiny(body + b"\xff\xff" + b"x" * 0x20000, {RESOURCE: (0x1000, 16)}).bytes()


def debug_entries_of_the_whole_file() -> bytes:
    count = 20000
    size = 28 * count
    body = struct.pack("<IIHHIIII", 0, 0, 0, 0, 2, size, 0x1000, 0x200) * count
    return Tiny(body, {DEBUG: (0x1000, size)}).bytes()


def empty_relocation_blocks() -> bytes:
    return Tiny(struct.pack("<II", 0x1000, 8) * 0x20000, {RELOCATION: (0x1000, 0xFFFFFFFF)}).bytes()


def tls_callbacks_without_end() -> bytes:
    body = struct.pack("<4Q2I", 0, 0, 0, BASE + 0x1000, 0, 0) + b"\1" * 0x100FD8
    return Tiny(body, {TLS: (0x1000, 40)}).bytes()


def guard_tables_without_end() -> bytes:
    config = bytearray(320)
    struct.pack_into("<I", config, 0, 320)
    struct.pack_into("<2QI", config, 128, BASE + 0x1000, 0x3FFFFF00, 0x500)
    return Tiny(
        directories={LOAD_CONFIG: (0x1000, 320)},
        sections=[(b".bss", 0x1000, 0xFFFFE000, bytes(config), DATA, None)],
    ).bytes()


def overlapping_sections() -> bytes:
    sections = [(b"/1", 0x1000 * (i % 50 + 1), 0xFFFF0000, b"", CODE, 0x200) for i in range(60000)]
    return Tiny(sections=sections, headers={"symbols": 0x200}, directories={EXPORT: (0x1000, 40)}).bytes()


HOSTILE = {
    **{f"zeros_{directory}": partial(zeros, directory) for directory in range(15)},
    **{
        make.__name__: make
        for make in (
            endless_exports, one_function_with_many_names, many_dlls_with_one_table, imports_without_end,
            delay_imports_without_end, bound_imports_with_many_references, resources_in_resources,
            long_resource_names, debug_entries_of_the_whole_file, empty_relocation_blocks,
            tls_callbacks_without_end, guard_tables_without_end, overlapping_sections,
        )
    },
}  # fmt: skip

READ_WITHIN_LIMITS = """
    import importlib.util, resource, sys
    spec = importlib.util.spec_from_file_location("pe_reader", sys.argv[1])
    pe_reader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pe_reader)
    data = open(sys.argv[2], "rb").read()
    resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (40, 40))
    for mapped in (False, True):
        print(*pe_reader.read_everything(data, mapped=mapped))
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_cost_is_bounded(name, fresh_python, tmp_path):
    """Each of these would take minutes or gigabytes if it were believed."""
    path = tmp_path / "hostile.dll"
    path.write_bytes(HOSTILE[name]())
    assert fresh_python(READ_WITHIN_LIMITS, TARGET, path).startswith("headers")
