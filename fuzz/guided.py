"""Runs a target of this folder under atheris, guided by the code of windlass that it is meant to reach.

    pip install atheris
    mkdir corpus
    python fuzz/guided.py pe_reader corpus fuzz/seeds -max_len=65536 -timeout=20 -rss_limit_mb=1024
    python fuzz/guided.py loading corpus fuzz/seeds -max_len=65536 -timeout=20 -rss_limit_mb=1024
    python fuzz/guided.py manifests corpus fuzz/manifest_seeds
    python fuzz/guided.py libraries corpus fuzz/library_seeds -max_len=65536 -timeout=20 -rss_limit_mb=1024

`corpus` is a folder of your own, where inputs that reach new code are kept; libFuzzer documents the options.
A file that it reports is tried again by naming it in the folder's place.
"""

from __future__ import annotations

import importlib
import sys

import atheris

GUIDING = {
    "pe_reader": ["windlass.pe"],
    "loading": ["windlass.pe", "windlass.plan", "windlass.mapping"],
    "manifests": ["windlass.manifest"],
    "libraries": ["windlass.pe"],
}
"""The modules whose branches atheris is told of. To instrument all there is costs minutes at the start, and
most of each run."""


def main() -> None:
    target = sys.argv.pop(1)
    with atheris.instrument_imports(include=GUIDING[target]):
        run = importlib.import_module(target).run
    atheris.Setup(sys.argv, run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
