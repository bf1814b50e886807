"""Images that a compiler and linker made for three machines, read by windlass and by other tools."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

import compiler
from pe_peers import each_peer
from windlass.pe import Image, layout
from windlass.pe.unwind import FunctionTable

MACHINES = {"x86_64": layout.MACHINE_AMD64, "x86": layout.MACHINE_I386, "aarch64": layout.MACHINE_ARM64}

SOURCE = """
#define STDCALL __stdcall
__declspec(dllimport) unsigned long STDCALL GetCurrentProcessId(void);
__declspec(dllimport) void STDCALL Sleep(unsigned long);
int number = 42;
int *pointer = &number;
__attribute__((noinline)) int add(int a, int b) { return a + b + (int)GetCurrentProcessId(); }
int nameless(int n)
{
    volatile char room[300];
    for (int i = 0; i < n; i++)
        room[i] = (char)add(i, *pointer);
    Sleep(0);
    return room[n / 2];
}
int STDCALL start(void *module, int reason, void *reserved) { return module && !reserved && reason; }
"""
DEFINITION = """LIBRARY sample.dll
EXPORTS
    add @7
    again = add
    nameless @9 NONAME
    number DATA
    forwarded = kernel32.Beep
    by_number = other.#12
"""
RESOURCES = [(16, 1, b"version information"), (10, 7, b"seven"), (10, "GREETING", b"hello")]


def resource_file(resources: list[tuple[int, int | str, bytes]]) -> bytes:
    """A .res file, as a resource compiler writes it, of (type, name, data)."""

    def key(value: int | str) -> bytes:
        return (
            struct.pack("<HH", 0xFFFF, value)
            if isinstance(value, int)
            else value.encode("utf-16-le") + b"\0\0"
        )

    written = b""
    for kind, name, data in [(0, 0, b""), *resources]:
        keys = key(kind) + key(name)
        keys += bytes(-len(keys) % 4)
        written += struct.pack("<II", len(data), 8 + len(keys) + 16) + keys
        written += struct.pack("<IHHII", 0, 0, 1033 if kind else 0, 0, 0) + data + bytes(-len(data) % 4)
    return written


@pytest.fixture(scope="module", params=MACHINES)
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The path and the machine of a DLL without a C runtime."""
    folder = tmp_path_factory.mktemp(request.param)
    for name, content in ("sample.c", SOURCE), ("sample.def", DEFINITION):
        (folder / name).write_text(content)
    (folder / "sample.res").write_bytes(resource_file(RESOURCES))
    start = "start@12" if request.param == "x86" else "start"
    compiler.run_zig(
        "cc", "-target", f"{request.param}-windows-gnu", "-shared", "-nostdlib", "-O1",
        "-fno-stack-protector", "-fno-sanitize=undefined",
        *(str(folder / f"sample.{each}") for each in ("c", "def", "res")),
        "-lkernel32", f"-Wl,-e,{start}", "-o", str(folder / "sample.dll"),
    )  # fmt: skip
    return folder / "sample.dll", MACHINES[request.param]


@pytest.fixture
def image(sample):
    with Image.open(sample[0]) as image:
        image.check()
        assert image.machine == sample[1]
        yield image


def test_exports(image):
    found = {(export.ordinal, export.name, export.forwarder) for export in image.exports}
    ordinals = {name: ordinal for ordinal, name, _ in found}
    assert found == {
        (7, "add", None),
        (ordinals["again"], "again", None),
        (9, None, None),
        (ordinals["number"], "number", None),
        (ordinals["forwarded"], "forwarded", "kernel32.Beep"),
        (ordinals["by_number"], "by_number", "other.#12"),
    }
    assert image.exports.name == "sample.dll"
    assert image.exports.find("again").rva == image.exports.by_ordinal(7).rva
    assert image.read(image.exports.find("number").rva, 4) == bytes([42, 0, 0, 0])


def test_imports(image):
    (kernel32,) = image.imports
    assert kernel32.name.lower() == "kernel32.dll"
    assert {function.name for function in kernel32.functions} == {"GetCurrentProcessId", "Sleep"}


def test_relocations_are_where_addresses_are(image):
    """`pointer` holds number's address: the place of a relocation."""
    size = 8 if image.is_pe32plus else 4
    kind = layout.REL_DIR64 if image.is_pe32plus else layout.REL_HIGHLOW
    number = image.image_base + image.exports.find("number").rva
    values = {int.from_bytes(image.read(rva, size), "little"): each for rva, each in image.relocations}
    assert values[number] == kind


def test_resources(image):
    root = image.resources
    assert root.find(10, "greeting").size == root.find(10, 7).size == 5
    assert image.read(root.find(10, 7).rva, 5) == b"seven"
    version = root.find(16, 1)
    assert image.read(version.rva, version.size) == b"version information"
    assert version.path == (16, 1, 1033)


def test_functions(image):
    table: FunctionTable | None = image.exceptions
    if image.machine == layout.MACHINE_I386:
        assert table is None
        return
    assert table is not None
    rva = image.exports.by_ordinal(9).rva
    function = table.find(rva)
    assert function.begin_rva == rva < function.end_rva
    if image.machine == layout.MACHINE_AMD64:
        assert table.unwind_info(function).codes


@each_peer
def test_others_read_the_same(sample, comparison):
    comparison(sample[0])
