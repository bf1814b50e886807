"""What processes that end without closing leave of the names of their pipes and mailslots."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

MAKE = r"""
import os, sys
from windlass.ctypes import WinDLL
kernel32 = WinDLL("kernel32")
kernel32.CreateNamedPipeW(rf"\\.\pipe\{sys.argv[1]}", 3, 0, 2, 0, 0, 0, None)
kernel32.CreateMailslotW(rf"\\.\mailslot\{sys.argv[1]}", 0, 0, None)
sys.stdout.flush()
os._exit(0)
"""


def test_names_that_a_process_has_left_go_with_the_next_that_makes_any(
    fresh_python: Callable[..., str], tmp_path: Path
):
    env = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}

    def names() -> set[str]:
        return {f"{each.parent.name} {each.name}" for each in tmp_path.glob("windlass-*/*")}

    fresh_python(MAKE, "one", env=env)
    assert names() == {"windlass-named-pipes one", "windlass-mailslots one"}
    fresh_python(MAKE, "two", env=env)
    assert names() == {"windlass-named-pipes two", "windlass-mailslots two"}
