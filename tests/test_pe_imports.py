"""Imports, delay imports and bound imports."""

from __future__ import annotations

import struct

import pytest

from tiny_image import BOUND_IMPORT, DELAY_IMPORT, IMPORT, Body, Tiny
from windlass.pe import BadImage, Image

BASE = 0x10000000


def thunk(body: Body, wanted: str | int, pe32: bool, offset: int = 0) -> int:
    """A name table's entry, for a name (with hint 7) or an ordinal."""
    if isinstance(wanted, int):
        return wanted | (1 << 31 if pe32 else 1 << 63)
    return body.add(struct.pack("<H", 7) + wanted.encode() + b"\0", 2) + offset


def import_image(dlls: dict[str, list[str | int]], *, pe32=False, with_int=True, **fields: int) -> bytes:
    """An image that imports functions by name or ordinal; fields replace those of each descriptor."""
    body = Body(0x1400)
    code = "I" if pe32 else "Q"
    descriptors = b""
    for dll, functions in dlls.items():
        thunks = [thunk(body, each, pe32) for each in functions] + [0]
        values = {
            "int": body.words(*thunks, code=code) if with_int else 0,
            "timestamp": 0,
            "chain": 0,
            "name": body.text(dll),
            "iat": body.words(*thunks, code=code),
        }
        values.update(fields)
        descriptors += struct.pack("<5I", *values.values())
    descriptors += bytes(20)
    return Tiny(
        descriptors.ljust(0x400, b"\0") + bytes(body.data),
        {IMPORT: (0x1000, 1)},  # Windows ignores the directory's size
        pe32=pe32,
        machine=0x14C if pe32 else 0x8664,
    ).bytes()


def test_no_imports():
    image = Image(Tiny(b"x").bytes())
    assert image.imports == image.delay_imports == image.bound_imports == []


@pytest.mark.parametrize("pe32", [False, True])
@pytest.mark.parametrize("with_int", [True, False])
def test_imports_by_name_and_ordinal(pe32, with_int):
    image = Image(
        import_image({"kernel32.dll": ["Sleep", "Beep"], "ws2_32.dll": [17]}, pe32=pe32, with_int=with_int)
    )
    kernel32, ws2_32 = image.imports
    assert (kernel32.name, ws2_32.name) == ("kernel32.dll", "ws2_32.dll")
    assert (kernel32.timestamp, kernel32.forwarder_chain) == (0, 0)
    slot = kernel32.iat_rva
    size = 4 if pe32 else 8
    assert kernel32.functions == [("Sleep", None, 7, slot), ("Beep", None, 7, slot + size)]
    assert ws2_32.functions == [(None, 17, 0, ws2_32.iat_rva)]
    assert kernel32.int_rva == (kernel32.iat_rva if not with_int else kernel32.int_rva)


@pytest.mark.parametrize("wild", [1, 0x1FF, 0x7FFFFFFF])
def test_a_name_table_outside_the_image_is_not_used(wild):
    """As Windows does, for the sake of old linkers."""
    (dll,) = Image(import_image({"a.dll": ["f"]}, int=wild)).imports
    assert dll.int_rva == dll.iat_rva
    assert [function.name for function in dll.functions] == ["f"]


@pytest.mark.parametrize("field", ["name", "iat"])
def test_what_ends_the_descriptors(field):
    assert Image(import_image({"a.dll": ["f"]}, **{field: 0})).imports == []


def test_a_dll_without_functions():
    (dll,) = Image(import_image({"a.dll": []})).imports
    assert (dll.name, dll.functions) == ("a.dll", [])


def test_long_tables():
    names = [f"function_{i}" for i in range(5000)]
    (dll,) = Image(import_image({"a.dll": names})).imports
    assert [function.name for function in dll.functions] == names
    assert [function.iat_rva - dll.iat_rva for function in dll.functions] == list(range(0, 40000, 8))


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"name": 0x90000}, "imported DLL's name at RVA 0x90000"),
        ({"int": 0x1FFC, "iat": 0x90000}, "import name table at RVA 0x1ffc"),
    ],
)
def test_bad_descriptors(fields, what):
    image = Image(import_image({"a.dll": ["f"]}, **fields))
    with pytest.raises(BadImage, match=what) as caught:
        assert image.imports[0].functions
    assert caught.value.offset == 0x200


def test_bad_function_name():
    data = import_image({"a.dll": ["f"]})
    name_table = 0x1400 + 8
    position = 0x200 + name_table - 0x1000
    (old,) = struct.unpack_from("<Q", data, position)
    assert old == 0x1400
    image = Image(data[:position] + struct.pack("<Q", 0x7FFFFFFF) + data[position + 8 :])
    with pytest.raises(BadImage, match="import hint at RVA 0x7fffffff"):
        assert image.imports[0].functions


def delay_image(*, attributes: int, pe32: bool, names: list[str | int], **fields: int) -> bytes:
    body = Body(0x1400)
    base = 0 if attributes & 1 else BASE
    code = "I" if pe32 else "Q"
    thunks = [thunk(body, each, pe32, base) for each in names] + [0]
    values = {
        "attributes": attributes,
        "name": body.text("delayed.dll") + base,
        "handle": body.words(0, code="Q") + base,
        "iat": body.words(*thunks, code=code) + base,
        "int": body.words(*thunks, code=code) + base,
        "bound": 0,
        "unload": body.words(0, code="Q") + base,
        "timestamp": 9,
    }
    values.update(fields)
    return Tiny(
        struct.pack("<8I", *values.values()).ljust(0x400, b"\0") + bytes(body.data),
        {DELAY_IMPORT: (0x1000, 64)},
        pe32=pe32,
        machine=0x14C if pe32 else 0x8664,
        base=BASE,
    ).bytes()


@pytest.mark.parametrize(("attributes", "pe32"), [(1, False), (1, True), (0, True)])
def test_delay_imports(attributes, pe32):
    """Attribute 1 says that fields are RVAs; without it they are addresses, as before Visual C++ 7."""
    image = Image(delay_image(attributes=attributes, pe32=pe32, names=["Paint", 12]))
    (dll,) = image.delay_imports
    assert dll.name == "delayed.dll"
    assert (dll.attributes, dll.timestamp, dll.bound_table_rva) == (attributes, 9, 0)
    assert 0x1400 < dll.module_handle_rva < dll.iat_rva < dll.int_rva < dll.unload_table_rva < 0x1500
    size = 4 if pe32 else 8
    assert dll.functions == [("Paint", None, 7, dll.iat_rva), (None, 12, 0, dll.iat_rva + size)]


def test_bad_delay_import():
    image = Image(delay_image(attributes=1, pe32=False, names=["f"], name=0x90000))
    with pytest.raises(BadImage, match="delay-loaded DLL's name at RVA 0x90000"):
        assert image.delay_imports


def test_bound_imports():
    body = Body()
    names = b"A.dll\0B.dll\0C.dll\0"
    start = 8 * 4
    body.add(
        struct.pack("<IHH", 111, start, 1)
        + struct.pack("<IHH", 222, start + 6, 0)  # A's functions come from B too
        + struct.pack("<IHH", 333, start + 12, 0)
        + bytes(8)
        + names
    )
    image = Image(Tiny(bytes(body.data), {BOUND_IMPORT: (0x1000, 32)}).bytes())
    assert image.bound_imports == [("A.dll", 111, [("B.dll", 222, [])]), ("C.dll", 333, [])]


def test_bad_bound_import():
    data = struct.pack("<IHH", 111, 0xFFF0, 0)
    image = Image(Tiny(data, {BOUND_IMPORT: (0x1000, 32)}).bytes())
    with pytest.raises(BadImage, match="bound DLL's name"):
        assert image.bound_imports
