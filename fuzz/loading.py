"""Fuzzes what the loader does before any code of a DLL runs, and the writing of resources.

    python fuzz/guided.py loading corpus fuzz/seeds -max_len=65536 -timeout=20 -rss_limit_mb=1024

An input is the bytes of an image. It is planned, laid out, relocated, mapped and protected; its resources are
taken out as files, and written anew. Whatever the bytes are, BadImage is the only exception.
"""

from __future__ import annotations

import contextlib
import itertools

from windlass import _core, mapping
from windlass.pe import BadImage, Image
from windlass.pe.resource_files import files_of
from windlass.pe.resource_write import read_all, with_resources
from windlass.plan import page_up

ENOUGH = 2000
LARGEST = 1 << 26
"""Of an image in memory: larger ones are right, but take long."""


def map_it(data: bytes) -> None:
    """Do with an image what loading does, as far as binding."""
    plan = mapping.map_image("fuzzed", lambda: Image(data), kept=False)
    mapping.protect(plan)
    assert _core.read(plan.base, 2) == b"MZ"
    _core.unmap(plan.base, page_up(plan.size))


def rewrite_resources(image: Image) -> None:
    list(itertools.islice(files_of(image), ENOUGH))
    resources = read_all(image)
    if len(resources) < ENOUGH:
        assert read_all(Image(with_resources(image, resources))) == resources


def run(data: bytes) -> None:
    with contextlib.suppress(BadImage):
        image = Image(data)
        if image.size_of_image > LARGEST:
            return
        with contextlib.suppress(BadImage):
            map_it(data)
        rewrite_resources(image)
