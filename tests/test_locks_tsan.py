"""Threads race under ThreadSanitizer for critical sections, slim locks, condition variables, one-time
initialisation, addresses and barriers. By hand, and for as long as wanted:

    python tests/test_locks_tsan.py [gcc|clang [ROUNDS]]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SOURCE = TESTS.parent / "src/windlass"
FILES = [
    "api/thread/sync_section.c",
    "api/thread/sync_srw.c",
    "api/thread/sync_once.c",
    "api/thread/sync_address.c",
]
FILES += ["core/park.c", "core/futex.c"]
FLAGS = ["-g", "-O1", "-std=gnu11", "-D_GNU_SOURCE", "-pthread", "-ftls-model=initial-exec"]
SECONDS = float(os.environ.get("WINDLASS_STRESS_SECONDS", "3"))


def compile_with(compiler: str, output: Path, *flags: str) -> str:
    """Compile the locks with their test; what the compiler says when it fails."""
    includes = [f"-I{SOURCE / folder}" for folder in ("core", "api")]
    sources = [str(TESTS / "locks_host.c"), *(str(SOURCE / name) for name in FILES)]
    command = [compiler, *FLAGS, *flags, *includes, *sources, "-o", str(output)]
    return subprocess.run(command, capture_output=True, text=True).stderr


def sanitizer_works(compiler: str, folder: Path) -> bool:
    """Not where the kernel randomises addresses more than the compiler's run-time can stand."""
    source = folder / "empty.c"
    source.write_text("int main(void) { return 0; }\n")
    program = folder / "empty"
    command = [compiler, "-fsanitize=thread", str(source), "-o", str(program)]
    built = subprocess.run(command, capture_output=True)
    return built.returncode == 0 and subprocess.run([str(program)], capture_output=True).returncode == 0


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_no_data_race(tmp_path, compiler):
    if not shutil.which(compiler) or not sanitizer_works(compiler, tmp_path):
        pytest.skip(f"no {compiler} with ThreadSanitizer")
    program = tmp_path / "locks"
    assert not compile_with(compiler, program, "-fsanitize=thread")
    rounds = str(round(1000 * SECONDS))
    done = subprocess.run([str(program), rounds], capture_output=True, text=True, timeout=60 + 20 * SECONDS)
    assert (done.stdout, done.stderr) == ("good\n", "")


if __name__ == "__main__":
    compiler, rounds, *_ = [*sys.argv[1:], *["gcc", "100000"][len(sys.argv) - 1 :]]
    program = Path(os.environ.get("TMPDIR", "/tmp"), f"windlass-locks-{compiler}")
    sys.exit(compile_with(compiler, program, "-fsanitize=thread") or subprocess.call([str(program), rounds]))
