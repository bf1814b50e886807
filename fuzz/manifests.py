"""Fuzzes the reader of manifests: whatever the bytes, it answers or raises BadManifest.

pip install atheris
python fuzz/manifests.py corpus fuzz/manifest_seeds
"""

from __future__ import annotations

import contextlib

from windlass.manifest import BadManifest, parse


def run(data: bytes) -> None:
    with contextlib.suppress(BadManifest):
        manifest = parse(data)
        for identity, _ in manifest.dependencies:
            assert identity.encoded.startswith(identity.name)


def main() -> None:
    import sys

    import atheris

    atheris.instrument_all()
    atheris.Setup(sys.argv, run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
