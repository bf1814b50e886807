"""The reader says of real images what pefile, LIEF and objdump say of them.

The images are the DLLs of the pinned packages, what is unpacked below ~/.cache/windlass-corpus/win, and what
the environment variable WINDLASS_PE_CORPUS names (folders, separated by colons).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from pe_peers import each_peer

CORPUS = Path.home() / ".cache" / "windlass-corpus" / "win"
PACKAGES = ["pycryptodome", "soundfile", "msvc-runtime"]
SUFFIXES = {".dll", ".pyd", ".exe"}


def images_below(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def local_images() -> Iterator[Path]:
    """Images that are on this machine anyway, each only once."""
    folders = [CORPUS, *map(Path, filter(None, os.environ.get("WINDLASS_PE_CORPUS", "").split(":")))]
    seen = set()
    for path in (path for folder in folders for path in images_below(folder)):
        data = path.stat().st_size, path.name
        if data not in seen:
            seen.add(data)
            yield path


LOCAL = list(local_images())
local = pytest.mark.parametrize(
    "path",
    LOCAL or [pytest.param(None, marks=pytest.mark.skip(reason=f"no images below {CORPUS}"))],
    ids=lambda path: path and path.name,
)


@each_peer
@local
def test_local_image(path, comparison):
    comparison(path)


@each_peer
@pytest.mark.parametrize("name", PACKAGES)
def test_package(real, name, comparison):
    images = images_below(real(name).windows)
    assert images
    for path in images:
        try:
            comparison(path)
        except AssertionError as error:
            raise AssertionError(f"{path}: {error}") from error
