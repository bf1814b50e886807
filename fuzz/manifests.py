"""Fuzzes the reader of manifests: whatever the bytes, it answers or raises BadManifest.

python fuzz/guided.py manifests corpus fuzz/manifest_seeds
"""

from __future__ import annotations

import contextlib

from windlass.manifest import BadManifest, parse


def run(data: bytes) -> None:
    with contextlib.suppress(BadManifest):
        manifest = parse(data)
        for identity, _ in manifest.dependencies:
            assert identity.encoded.startswith(identity.name)
