"""Real packages: the DLLs of their Windows wheels, and the same version's Linux wheel as the reference.

Versions and SHA-256 sums are pinned in wheels.json. pip downloads a wheel once; it is then kept, unpacked,
in the cache folder, so later runs need no network.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from compiler import CACHE, TESTS, locked

WHEELS = json.loads((TESTS / "wheels.json").read_text())
# The wheels of extension modules among them are for this Python; plain DLLs do not care.
PYTHON = "3.11"
PLATFORMS = {
    "win_amd64": ["win_amd64"],
    "linux": [f"manylinux_2_{minor}_x86_64" for minor in (28, 27, 24, 17, 12)] + ["manylinux2014_x86_64"],
}
OFFLINE_SECONDS = 15


class Unavailable(Exception):
    """A package cannot be had just now; the message says why."""


@dataclass(frozen=True)
class Package:
    """One real package, unpacked."""

    name: str
    version: str
    windows: Path
    linux: Path | None

    def dll(self, name: str) -> Path:
        """The file called `name` (a glob pattern may stand for it) in the Windows wheel."""
        return find(self.windows, name)

    def twin(self, name: str) -> Path:
        """The file called `name` (or a glob pattern) in the Linux wheel."""
        if self.linux is None:
            raise FileNotFoundError(f"{self.name} has no Linux wheel")
        return find(self.linux, name)


def find(folder: Path, name: str) -> Path:
    """The one file below `folder` whose name matches the glob pattern `name`."""
    found = [path for path in folder.rglob(name) if path.is_file()]
    if len(found) != 1:
        raise FileNotFoundError(f"{len(found)} files called {name} in {folder}")
    return found[0]


@cache
def package(name: str) -> Package:
    """The package `name` of wheels.json, downloaded if the cache does not hold it.

    Raises Unavailable without network, and AssertionError if what was downloaded is not what is pinned.
    """
    pinned = WHEELS[name]
    version = pinned["version"]
    folders = {side: unpacked(name, version, side, pinned[side]) for side in PLATFORMS if side in pinned}
    return Package(name, version, folders["win_amd64"], folders.get("linux"))


def unpacked(name: str, version: str, side: str, sha256: str) -> Path:
    """The folder with the contents of one wheel."""
    folder = CACHE / "wheels" / f"{name}-{version}-{side}-{sha256[:16]}"
    with locked(folder):
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
                wheel = download(f"{name}=={version}", sha256, PLATFORMS[side], Path(scratch))
                made = Path(scratch, "made")
                with zipfile.ZipFile(wheel) as archive:
                    archive.extractall(made)
                made.rename(folder)
    return folder


def download(requirement: str, sha256: str, platforms: list[str], folder: Path) -> Path:
    """Download one pinned wheel into `folder`, by pip, which compares the hash."""
    pins = folder / "pins.txt"
    pins.write_text(f"{requirement} --hash=sha256:{sha256}\n")
    places = [word for platform in platforms for word in ("--platform", platform)]
    done = run_pip(
        "download", "--no-deps", "--only-binary=:all:", "--require-hashes", "--python-version", PYTHON,
        *places, "--dest", str(folder), "-r", str(pins),
    )  # fmt: skip
    if done.returncode != 0:
        assert "DO NOT MATCH THE HASHES" not in done.stderr, done.stderr
        raise Unavailable(f"pip cannot download {requirement}: {last_line(done.stderr)}")
    (wheel,) = folder.glob("*.whl")
    return wheel


@cache
def why_offline() -> str | None:
    """Why the package index cannot be reached, or None if it can."""
    with tempfile.TemporaryDirectory() as scratch:
        done = run_pip("download", "--no-deps", "--retries", "0", "--dest", scratch, "mdurl")
    return last_line(done.stderr) if done.returncode else None


def run_pip(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "--timeout", str(OFFLINE_SECONDS), "--retries", "2", *arguments]
    command += ["--disable-pip-version-check", "--no-input"]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)


def last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1]
