"""Where fonts are, and which names stand for which: what the font mapper is told once.

Source: Microsoft, "Font Installation and Deletion", "About Fonts". Which families have the metrics of
those of Windows is what their makers say.
"""

from __future__ import annotations

import importlib.util
import ntpath
import os
from collections.abc import Iterator

from windlass import _core
from windlass.api.refused import Refused
from windlass.api.system.registry_keys import key_of, open_key, values

__all__ = ["sources"]

HKEY_CURRENT_USER = 0x80000001
HKEY_LOCAL_MACHINE = 0x80000002
VERSION = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"

WINDOWS_FONTS = r"C:\Windows\Fonts"
EXTENSIONS = (".ttf", ".ttc", ".otf", ".otc")
FOLDERS = ("~/.fonts", "~/.local/share/fonts", "/usr/local/share/fonts", "/usr/share/fonts")

# What FontSubstitutes holds on a new Windows.
SUBSTITUTES = {
    "Helv": "MS Sans Serif",
    "Helvetica": "Arial",
    "MS Shell Dlg": "Microsoft Sans Serif",
    "MS Shell Dlg 2": "Tahoma",
    "Times": "Times New Roman",
    "Tms Rmn": "MS Serif",
}

SANS = ("Liberation Sans", "Arimo", "Nimbus Sans", "FreeSans", "DejaVu Sans")
SERIF = ("Liberation Serif", "Tinos", "Nimbus Roman", "FreeSerif", "DejaVu Serif")
MONO = ("Liberation Mono", "Cousine", "Nimbus Mono PS", "FreeMono", "DejaVu Sans Mono")
WIDE_SANS = ("DejaVu Sans", "Bitstream Vera Sans", *SANS)
CONSOLE = ("DejaVu Sans Mono", "Inconsolata", *MONO)

# Families of Windows, and those that are taken for them where they are not installed: first the ones with the
# same metrics, then those that look alike.
STAND_INS = {
    "Arial": SANS,
    "Arial Narrow": ("Liberation Sans Narrow", *SANS),
    "Calibri": ("Carlito", *SANS),
    "Cambria": ("Caladea", *SERIF),
    "Consolas": CONSOLE,
    "Courier": MONO,
    "Courier New": MONO,
    "Fixedsys": MONO,
    "Georgia": ("Gelasio", *SERIF),
    "Lucida Console": CONSOLE,
    "Microsoft Sans Serif": SANS,
    "MS Sans Serif": SANS,
    "MS Serif": SERIF,
    "Segoe UI": ("Selawik", "Open Sans", *SANS),
    "Symbol": ("Standard Symbols PS", "OpenSymbol"),
    "System": SANS,
    "Tahoma": SANS,
    "Terminal": CONSOLE,
    "Times New Roman": SERIF,
    "Verdana": WIDE_SANS,
}


Pairs = tuple[tuple[str, str], ...]


def sources() -> tuple[tuple[bytes, ...], tuple[bytes, ...], Pairs, Pairs]:
    """FreeType libraries, font files, names with what they stand for, names with families taken for them."""
    substitutes = {**SUBSTITUTES, **dict(_texts("FontSubstitutes"))}
    alike = ((name, family) for name, families in STAND_INS.items() for family in families)
    return tuple(_libraries()), tuple(map(os.fsencode, _files())), tuple(substitutes.items()), tuple(alike)


def _libraries() -> Iterator[bytes]:
    yield b"libfreetype.so.6"
    package = importlib.util.find_spec("freetype")  # of the extra "fonts"; its own loading is not wanted
    for folder in (package and package.submodule_search_locations) or ():
        yield os.fsencode(os.path.join(folder, "libfreetype.so"))


def _texts(name: str) -> Iterator[tuple[str, str]]:
    """The text values of a key below CurrentVersion, the user's last."""
    for hive in (HKEY_LOCAL_MACHINE, HKEY_CURRENT_USER):
        try:
            key = open_key(key_of(hive), rf"{VERSION}\{name}", 0)
        except Refused:
            continue
        for value in values(key):
            yield value.name, value.data.decode("utf-16-le", "replace").rstrip("\0")


def _files() -> Iterator[str]:
    """The font files, each once."""
    seen = set()
    for path in _all_files():
        if path.lower().endswith(EXTENSIONS) and os.path.realpath(path) not in seen and os.path.isfile(path):
            seen.add(os.path.realpath(path))
            yield path


def _all_files() -> Iterator[str]:
    yield from _below(_core.path_to_host(WINDOWS_FONTS) or "")
    for _, file in _texts("Fonts"):
        yield _core.path_to_host(ntpath.join(WINDOWS_FONTS, file)) or ""
    for folder in FOLDERS:
        yield from _below(os.path.expanduser(folder))


def _below(folder: str) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders.sort()
        for file in sorted(files):
            yield os.path.join(place, file)
