"""Imports only go down: each room of the package may import those below it, never one above."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

# From the top; modules of one row may import one another.
ROWS = [
    {"cli", "stubs", "__main__"},
    {"__init__", "cffi", "ctypes", "foreign", "script", "portable", "win32api", "winreg", "hooks"}
    | {"declaration", "dll", "linking", "overriding"},
    {"api"},
    {"loader", "application", "child"},
    {"faults", "datafile", "authenticode", "guardian"},
    {"additions", "search", "activation", "module", "lifetime", "mapping", "preparing"}
    | {"process", "registry", "image_cache", "control_flow"},
    {"convention", "types", "manifest", "tracing", "system_dlls", "second_names", "plan"},
    {"pe", "errors", "hresults", "messages", "machine_code", "light", "user_folders", "whole_file", "_core"},
]
PACKAGE = Path(find_spec("windlass").submodule_search_locations[0])


def row_of(room: str) -> int:
    return next(index for index, rooms in enumerate(ROWS) if room in rooms)


def room_of(parts: tuple[str, ...]) -> str:
    """The room of a module, given by its path below the package: the package's own folder or module."""
    return parts[0] if parts else "__init__"


def modules() -> list[Path]:
    return sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def dotted(path: Path) -> tuple[str, ...]:
    """The parts of a module's name below the package, `__init__` included."""
    return path.with_suffix("").parts


def imported(path: Path) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The line and the target, below the package, of each import of the package's own modules."""
    here = ("windlass", *dotted(path))
    for node in ast.walk(ast.parse((PACKAGE / path).read_text())):
        if isinstance(node, ast.Import):
            targets = [tuple(alias.name.split(".")) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) - node.level] if node.level else ()
            base += tuple((node.module or "").split(".")) if node.module else ()
            # `from windlass import loader` names a module; `from windlass.loader import load` does not.
            targets = [(*base, alias.name) if base == ("windlass",) else base for alias in node.names]
        else:
            continue
        for target in targets:
            if target[0] == "windlass":
                yield node.lineno, target[1:]


def is_room(name: str) -> bool:
    return any(name in rooms for rooms in ROWS)


@pytest.mark.parametrize("path", modules(), ids=str)
def test_imports_go_down(path: Path):
    row = row_of(room_of(dotted(path)))
    for line, target in imported(path):
        room = room_of(target)
        if not is_room(room):
            room = "__init__"  # a public name, `from windlass import WinDLL`
        assert row_of(room) >= row, f"{path}:{line} imports {'.'.join(target)}, which stands above it"


@pytest.mark.parametrize("path", modules(), ids=str)
def test_every_module_has_a_place(path: Path):
    assert is_room(room_of(dotted(path))), f"{path} is in no row"


API = Path(__file__).parent.parent / "src/windlass/api"  # with the C sources, which are not installed


def test_the_documentation_lists_the_rooms_of_the_api():
    table = (Path(__file__).parent.parent / "docs/api.md").read_text()
    rooms = {folder.name for folder in API.iterdir() if (folder / "__init__.py").exists()}
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", table, re.MULTILINE))
    assert rooms == rows.keys()
    for room, files in rows.items():
        for file in re.findall(r"`(\w+\.\w+)`", files):
            assert (API / room / file).is_file(), f"docs/api.md names {room}/{file}"


def test_file_names_are_unique_in_the_api():
    names = Counter(path.name for path in API.rglob("*.[chSp]*") if path.suffix != ".pyc")
    assert [name for name, count in names.items() if count > 1 and name != "__init__.py"] == []
