"""The declarations of API functions, and the builtin DLLs made of them."""

from __future__ import annotations

import collections

import pytest

import windlass
from windlass import _core, loader, registry
from windlass.pe import Image
from windlass.types import BOOL, DWORD, HANDLE, LPCSTR, LPCWSTR, signature_of


def test_each_function_is_declared_once():
    count = collections.Counter(
        (dll, d[1]) for dll, ds in registry._declarations().items() for d in ds if d[1]
    )
    assert [each for each, times in count.items() if times > 1] == []


@pytest.mark.parametrize("name", registry.builtin_names())
def test_each_python_function_can_be_called(name):
    dll = registry.builtin(name)
    with windlass.load(name):
        for id, function in zip(dll.ids(), dll.exports):
            if function.file.endswith(".py"):
                assert registry.resolve(id), function.name


@pytest.mark.parametrize("name", registry.builtin_names())
def test_a_builtin_dll_is_a_sound_image(name):
    dll = registry.builtin(name)
    image = Image(registry.image_bytes(dll))
    image.check()
    assert image.is_dll
    assert image.exports.name == name
    # By ordinal in the image, which linkers know for some DLLs; by name in the registry.
    assert sorted(export.name for export in image.exports) == [function.name for function in dll.exports]


def test_a_builtin_dll_is_loaded_like_any_other():
    module = windlass.load("kernel32.dll")
    address = module.export("LoadLibraryA")
    assert _core.module_from_address(address) == module.handle
    assert module.exports.find("LoadLibraryA").rva == address - module.handle
    assert windlass.load("KERNEL32") is module
    assert loader.loaded("api-ms-win-core-libraryloader-l1-2-0.dll").name == "kernelbase.dll"
    for _ in range(2):
        module.free()
    assert module.is_loaded  # every process has it


def test_signatures_come_from_annotations():
    def function(a: DWORD, b: LPCWSTR, c: LPCSTR, d: HANDLE) -> BOOL:
        return 1

    assert signature_of(function) == "iIWAQ"

    def unknown(a: list) -> BOOL:
        return 1

    with pytest.raises(TypeError, match="unknown: a is not annotated"):
        signature_of(unknown)


@pytest.mark.parametrize(
    ("dll", "second", "source", "first"),
    [
        ("ntdll", "ZwWriteFile", "ntdll", "NtWriteFile"),
        ("ntdll", "_snprintf_s", "msvcrt", "_snprintf_s"),
        ("ucrtbase", "_o__wfopen", "ucrtbase", "_wfopen"),
        ("ntdll", "ZwQueryInformationToken", "ntdll", "NtQueryInformationToken"),
    ],
)
def test_a_function_of_two_names_is_one(dll, second, source, first):
    functions = {each.name: each for each in registry.builtin(dll + ".dll").exports}
    original = next(each for each in registry.builtin(source + ".dll").exports if each.name == first)
    assert functions[second]._replace(dll=source + ".dll", name=first) == original
    assert registry.own_address(dll + ".dll", second) == registry.own_address(source + ".dll", first)


def test_wsock32_numbers_three_functions_otherwise_than_ws2_32():
    """Linkers bind both by ordinal; old programs, and Bun, have wsock32's numbers."""
    with windlass.load("ws2_32") as new, windlass.load("wsock32") as old:
        for module, names in (
            (new, "ioctlsocket inet_addr inet_ntoa"),
            (old, "inet_addr inet_ntoa ioctlsocket"),
        ):
            for ordinal, name in enumerate(names.split(), 10):
                assert module.export(ordinal) == module.export(name)
