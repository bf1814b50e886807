"""The tests' own compiler front: what a fixture's opening lines ask for is in the DLL."""

from __future__ import annotations

import pefile
import pytest

import compiler


def imports(path) -> dict[str, list[str]]:
    image = pefile.PE(str(path))
    descriptors = getattr(image, "DIRECTORY_ENTRY_IMPORT", [])
    return {each.dll.decode(): [f.name.decode() for f in each.imports] for each in descriptors}


def exports(path) -> list[tuple[str | None, int]]:
    symbols = pefile.PE(str(path)).DIRECTORY_ENTRY_EXPORT.symbols
    return [(each.name and each.name.decode(), each.ordinal) for each in symbols]


def test_a_freestanding_dll_imports_nothing_it_does_not_call(write_dll):
    assert imports(write_dll("EXPORT int f(void) { return 1; }")) == {}


def test_the_same_source_is_compiled_once(write_dll):
    text = "EXPORT int same(void) { return 1; }"
    assert write_dll(text) == write_dll(text)
    assert write_dll(text) != write_dll(text + "\nEXPORT int other(void) { return 2; }")


def test_used_dlls_lie_beside(write_dll):
    low = write_dll("EXPORT int low(void) { return 1; }", name="low")
    middle = write_dll("int low(void); EXPORT int middle(void) { return low(); }", name="middle", uses=[low])
    top = write_dll("int middle(void); EXPORT int top(void) { return middle(); }", name="top", uses=[middle])
    assert imports(middle) == {"low.dll": ["low"]}
    assert imports(top) == {"middle.dll": ["middle"]}
    assert {path.name for path in top.parent.glob("*.dll")} == {"low.dll", "middle.dll", "top.dll"}


def test_imports_of_a_dll_that_is_not_there(tmp_path):
    source = tmp_path / "lost.c"
    source.write_text("""
// build: freestanding
// imports: nowhere.dll missing other
#include "fixture.h"
int missing(void);
EXPORT int f(void) { return missing(); }
""")
    assert imports(compiler.build_dll(source)) == {"nowhere.dll": ["missing"]}


def test_linker_options_in_the_source(write_dll):
    path = write_dll("""
        LINKER("-export:five,@5,NONAME");
        LINKER("-export:seven=five,@7");
        int five(void) { return 5; }
    """)
    assert sorted(exports(path), key=lambda each: each[1]) == [(None, 5), ("seven", 7)]


def test_a_compile_error_is_told(write_dll):
    with pytest.raises(compiler.CompileError, match="nonsense"):
        write_dll("nonsense")
