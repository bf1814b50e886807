"""Where fonts and FreeType are looked for, and what happens without; tests/programs/fonts.c has the rest."""

from __future__ import annotations

import pytest

ENUMERATE = """
from windlass.ctypes import *

def families(name, charset=1):
    gdi, found = windll.gdi32, []

    @WINFUNCTYPE(c_int, c_void_p, c_void_p, c_uint, c_void_p)
    def each(font, metric, kind, parameter):
        found.append((wstring_at(font + 28), wstring_at(font + 220), cast(font, POINTER(c_int))[4]))
        return 1

    dc = gdi.CreateCompatibleDC(None)
    logical = (c_byte * 92)()
    logical[23] = charset
    memmove(addressof(logical) + 28, create_unicode_buffer(name), 2 * len(name) + 2)
    gdi.EnumFontFamiliesExW.argtypes = [c_void_p, c_void_p, c_void_p, c_void_p, c_uint]
    gdi.EnumFontFamiliesExW(dc, logical, each, None, 0)
    return found
"""


@pytest.fixture
def home(tmp_path, dll, fresh_python, monkeypatch):
    """A home with the family Boxes in ~/.fonts, regular and bold."""
    folder = tmp_path / ".fonts" / "boxes"
    folder.mkdir(parents=True)
    script = "import sys; from windlass.ctypes import CDLL; write = CDLL(sys.argv[1]).write_box_font\n"
    for style, weight in (("Regular", 400), ("Bold", 700)):
        path = folder / f"{style}.ttf"
        script += f"assert write({str(path).encode()!r}, b'Boxes', {style.encode()!r}, {weight})\n"
    fresh_python(script, dll("write_box_font.c"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_fonts_of_the_home_folder_are_enumerated(home, fresh_python):
    report = fresh_python(ENUMERATE + "print(families('Boxes'))")
    assert report.strip() == "[('Boxes', 'Bold', 700), ('Boxes', 'Regular', 400)]"


def test_a_character_set_that_no_face_has_finds_none(home, fresh_python):
    assert fresh_python(ENUMERATE + "print(families('Boxes', 204))").strip() == "[]"


def test_without_freetype_text_says_so_and_enumeration_finds_nothing(home, fresh_python):
    report = fresh_python(
        ENUMERATE
        + """
import contextlib, os, tempfile
from windlass.api.gdi import font_sources
font_sources._libraries = lambda: iter([b"libnothere.so.6"])
print(families("Boxes"))
errors = tempfile.TemporaryFile()
before = os.dup(2)
os.dup2(errors.fileno(), 2)
try:
    windll.gdi32.GetTextMetricsW(windll.gdi32.CreateCompatibleDC(None), (c_byte * 60)())
except OSError as error:
    print("failed:", error)
os.dup2(before, 2)
errors.seek(0)
print(errors.read().decode())
"""
    )
    assert report.splitlines() == [
        "[]",
        "failed: an API function of windlass failed; its traceback is on standard error",
        "windlass: text needs FreeType: install libfreetype6, or windlass[fonts]",
        "",
    ]
