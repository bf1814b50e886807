"""Junctions. Wine has none on most file systems of the host: the documentation says what is expected."""

from __future__ import annotations

import subprocess
import sys

SECONDS = 60


def test_a_junction_stays_one(exe, tmp_path):
    command = [sys.executable, "-m", "windlass", "run", str(exe("junction.c"))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "set 1",
        "attributes 0x410",
        "followed 1",
        "found tag 0xa0000003",
        "get 1 tag 0xa0000003",
        "substitute 1",
        "shown 1",
        "time set 1",
        "the link's 1, the target's 0",
        "delete as a symbolic link 0 error 4394",
        "delete 1",
        "attributes 0x10",
        "with a backslash: set 1, kept 1",
        "followed 1",
        "target left 1",
    ]
