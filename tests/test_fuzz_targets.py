"""The targets of fuzz/ on their seeds and on mutations of them.

WINDLASS_MUTATIONS=1000000 makes it the long run.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import random
from pathlib import Path
from types import ModuleType

import pytest

import windlass
from pe_seeds import AMD64, CLR, Everything
from windlass import ctypes, loader
from windlass.pe import Image

FUZZ = Path(__file__).parent.parent / "fuzz"
MUTATIONS = int(os.environ.get("WINDLASS_MUTATIONS", "400"))


def target(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"fuzz_{name}", FUZZ / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def native() -> bytes:
    """An image with every directory that can be loaded."""
    image = Everything(AMD64)
    del image.directories[CLR]
    return image.bytes()


def mutated(data: bytes, chosen: random.Random) -> bytes:
    """A few bytes, or words of interest, put anywhere; sometimes the end is missing."""
    changed = bytearray(data)
    for _ in range(chosen.randrange(1, 6)):
        value = chosen.choice([0, 1, 0xFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x1000, chosen.getrandbits(32)])
        size = chosen.choice([1, 2, 4, 8])
        at = chosen.randrange(max(1, len(changed)))
        changed[at : at + size] = (value & (1 << 8 * size) - 1).to_bytes(size, "little")
    return bytes(changed[: chosen.randrange(len(changed))] if chosen.random() < 0.05 else changed)


@pytest.mark.parametrize("seed", ["builtin.dll", "everything"])
def test_mutated_images_end_in_typed_errors(seed):
    data = native() if seed == "everything" else (FUZZ / "seeds" / seed).read_bytes()
    run, chosen = target("loading").run, random.Random(seed)
    mappings = len(Path("/proc/self/maps").read_text().splitlines())
    run(data)
    for _ in range(MUTATIONS // 2):
        run(mutated(data, chosen))
    assert len(Path("/proc/self/maps").read_text().splitlines()) <= mappings + 20


def test_mutated_exports_are_found_or_not():
    """Looked up in the loaded image. No code of it runs: it has no entry point and no callbacks."""
    data, chosen = (FUZZ / "seeds" / "builtin.dll").read_bytes(), random.Random(2)
    rva, size = Image(data).directory(0)
    start = Image(data).offset_of(rva) or 0
    loads = 0
    for _ in range(MUTATIONS // 2):
        exports = mutated(data[start : start + size], chosen)
        changed = data[:start] + exports.ljust(size, b"\xff") + data[start + size :]
        with contextlib.suppress(OSError), windlass.load_bytes(changed) as module:
            loads += 1
            for name in ("f", "d", "g", "", "z" * 600, 0, 1, 2, 0xFFFF):
                with contextlib.suppress(AttributeError):
                    module.export(name)
    assert loads > MUTATIONS // 4


def walk_resources(kernel32, user32, handle):
    """What a program does with a module's resources, by the functions for it."""
    for kind in (1, 6, 11, 16, 24):
        for name in (1, 2):
            entry = kernel32.FindResourceExW(handle, kind, name, 0)
            if entry and (data := kernel32.LoadResource(handle, entry)):
                size = kernel32.SizeofResource(handle, entry)
                assert len(ctypes.string_at(data, size)) == size
    user32.LoadStringW(handle, 3, ctypes.create_unicode_buffer(10), 10)


@pytest.mark.parametrize("flags", [0x2, 0x20], ids=["as it is", "laid out"])
def test_mutated_resources_are_found_in_bounds(tmp_path, flags):
    """Read by the functions that programs call. All of a resource's bytes are there to be read."""
    kernel32, user32 = ctypes.WinDLL("kernel32"), ctypes.WinDLL("user32")
    pointer = ctypes.c_void_p
    kernel32.FindResourceExW.argtypes = [pointer, pointer, pointer, ctypes.c_uint16]
    for function in (kernel32.LoadResource, kernel32.SizeofResource):
        function.argtypes = [pointer, pointer]
    kernel32.FindResourceExW.restype = kernel32.LoadResource.restype = pointer
    user32.LoadStringW.argtypes = [pointer, ctypes.c_uint, ctypes.c_void_p, ctypes.c_int]
    data, chosen, path = native(), random.Random(4), tmp_path / "x.dll"
    rva, size = Image(data).directory(2)
    start = Image(data).offset_of(rva) or 0
    for _ in range(MUTATIONS // 4):
        resources = mutated(data[start : start + size], chosen)[:size].ljust(size, b"\xff")
        path.write_bytes(data[:start] + resources + data[start + size :])
        with loader.load_data(path, flags) as file:
            walk_resources(kernel32, user32, file.handle)


def seeds_of(name: str) -> list[object]:
    folder = {"manifests": "manifest_seeds", "libraries": "library_seeds"}[name]
    return [pytest.param(name, path, id=path.name) for path in sorted((FUZZ / folder).iterdir())]


@pytest.mark.parametrize("name, seed", seeds_of("manifests") + seeds_of("libraries"))
def test_mutated_files_end_in_typed_errors(name, seed):
    run, chosen = target(name).run, random.Random(3)
    data = seed.read_bytes()
    run(data)
    for _ in range(MUTATIONS):
        run(mutated(data, chosen))
