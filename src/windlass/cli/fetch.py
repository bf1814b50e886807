"""windlass fetch PACKAGE[==VERSION]

pip downloads the package's Windows wheel, so that its settings (index, proxy, credentials) hold here too.

Source: pip documentation, "pip download"; PyPA specifications, "Binary distribution format".
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import click

from windlass import search
from windlass.cli import output
from windlass.cli.output import Failure
from windlass.errors import BadImage
from windlass.pe import Image
from windlass.user_folders import data_folder
from windlass.whole_file import WholeFile

__all__ = ["command"]

# Microsoft's redistributable C and C++ run-time libraries: they belong to all DLLs, not to one.
RUNTIME_PACKAGE = "msvc-runtime"
# Which Pythons to ask for a wheel of, whatever Python this is: plain DLLs are the same for all. A package's
# latest release serves a recent Python, if any.
PYTHONS = ("3.13", "3.12", "3.11", "3.10", "3.14", "3.9", "3.8", "3.7")

REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?P<version>[=<>!~].*)?", re.DOTALL)


@click.command(cls=output.Command)
@click.argument("package")
@click.option("--to", "folder", type=click.Path(path_type=Path), help="The folder to put the DLLs into.")
def command(package: str, folder: Path | None, as_json: bool) -> None:
    """Take the DLLs out of the Windows wheel of PACKAGE, or of PACKAGE==VERSION.

    They go into $XDG_DATA_HOME/windlass/packages/PACKAGE, or into the folder given by --to. The wheel is
    downloaded by pip; nothing is installed and no code of the package runs.

    "windlass fetch msvc-runtime" puts Microsoft's C and C++ run-time DLLs (vcruntime140, msvcp140, ...)
    into windlass's system directory, where all DLLs find them.
    """
    matched = REQUIREMENT.fullmatch(package.strip())
    if matched is None:
        raise Failure(f"{package!r} is not PACKAGE or PACKAGE==VERSION")
    name = re.sub(r"[-_.]+", "-", matched["name"]).lower()
    with tempfile.TemporaryDirectory(prefix="windlass-") as scratch:
        wheel = download(package.strip(), Path(scratch))
        with zipfile.ZipFile(wheel) as archive:
            dlls = find_dlls(archive)
            if name == RUNTIME_PACKAGE:
                dlls = [info for info in dlls if search.is_runtime(PurePosixPath(info.filename).name)]
            if not dlls:
                raise Failure(f"{wheel.name} holds no DLL")
            paths = put(archive, dlls, name, folder)
    if as_json:
        output.show_json({"wheel": wheel.name, "dlls": list(map(str, paths))})
        return
    output.heading(f"{wheel.name}: {len(paths)} DLLs" if len(paths) > 1 else f"{wheel.name}: one DLL")
    for path in paths:
        output.line(f"  {path}")


# ---- download ----


def download(requirement: str, folder: Path) -> Path:
    """The package's Windows wheel, downloaded into a folder; Failure says why there is none."""
    if importlib.util.find_spec("pip") is None:
        raise Failure(f"fetch needs pip, which this Python lacks; try: {sys.executable} -m ensurepip")
    said = ""
    for python in PYTHONS:
        said = pip_download(requirement, python, folder)
        if wheels := list(folder.glob("*.whl")):
            return wheels[0]
        # Another Python may have a wheel; no other trouble goes away.
        wrong_python = "No matching distribution" in said or "requires a different Python" in said
        if "Retrying" in said or not wrong_python:
            break
    raise Failure(f"pip cannot download a Windows wheel of {requirement}: {complaint(said)}")


def pip_download(requirement: str, python: str, folder: Path) -> str:
    """Run pip and return what it said."""
    arguments = [
        "--disable-pip-version-check", "--no-input", "--no-color", "--retries", "2",
        "download", "--no-deps", "--only-binary=:all:", "--platform", "win_amd64",
        "--implementation", "cp", "--python-version", python, "--progress-bar", "off",
        "--dest", str(folder), "--", requirement,
    ]  # fmt: skip
    temporary = Path(tempfile.mkdtemp(dir=folder))
    log = temporary / "log"
    with open(log, "wb") as out, progress_bar(requirement) as show:
        process = subprocess.Popen(
            [sys.executable, "-m", "pip", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "TMPDIR": str(temporary)},
        )
        try:
            while not ended(process):
                show(wheel_bytes(temporary), announced_bytes(log.read_text(errors="replace")))
        finally:
            process.kill()
            process.wait()
    return log.read_text(errors="replace")


def ended(process: subprocess.Popen[bytes]) -> bool:
    """Wait a moment for a process to end."""
    try:
        process.wait(0.1)
    except subprocess.TimeoutExpired:
        return False
    return True


Show = Callable[[int, int], None]


@contextmanager
def progress_bar(requirement: str) -> Iterator[Show]:
    """A progress bar on the terminal, none without one; yields what takes the bytes done and in all."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(requirement, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=max(done, total) or None)


def wheel_bytes(folder: Path) -> int:
    """How much of the wheel pip has so far in its temporary folder."""
    sizes = []
    for path in folder.rglob("*.whl"):
        try:
            sizes.append(path.stat().st_size)
        except FileNotFoundError:  # just moved to its place
            return 0
    return sum(sizes)


def announced_bytes(said: str) -> int:
    """The size in pip's line "Downloading NAME.whl (4.2 MB)"; 0 before that."""
    units = {"bytes": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}
    found = re.findall(r"Downloading \S+ \(([\d.]+) (bytes|kB|MB|GB)\)", said)
    return int(float(found[-1][0]) * units[found[-1][1]]) if found else 0


def complaint(said: str) -> str:
    """The line of pip's output that explains the others."""
    lines = said.splitlines()
    if retries := [text for text in lines if "Retrying" in text]:
        return f"the package index cannot be reached: {retries[-1].partition('connection broken by ')[2]}"
    reasons = [text.partition("ERROR: ")[2] for text in lines if text.startswith("ERROR: ")]
    reasons.sort(key=lambda text: not text.startswith("Could not"))
    return next(iter(reasons), lines[-1] if lines else "it does not say why")


# ---- unpack ----


def find_dlls(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The DLLs in a wheel, whatever their suffix; of equal ones with one name the first."""
    seen: set[tuple[str, int, int]] = set()
    found = []
    for info in archive.infolist():
        place = PurePosixPath(info.filename)
        identity = (place.name.lower(), info.CRC, info.file_size)
        if info.is_dir() or place.is_absolute() or ".." in place.parts:
            continue
        if identity not in seen and is_dll(archive, info):
            seen.add(identity)
            found.append(info)
    return found


def is_dll(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    with archive.open(info) as file:
        head = file.read(0x1000)
    try:
        return head[:2] == b"MZ" and Image(head).is_dll
    except BadImage:
        return False


def put(
    archive: zipfile.ZipFile, dlls: Iterable[zipfile.ZipInfo], package: str, folder: Path | None
) -> list[Path]:
    """Extract the DLLs to where they belong."""
    if folder is not None:
        return extract(archive, dlls, folder)
    if package == RUNTIME_PACKAGE:
        return extract(archive, dlls, Path(search.system_directory()))
    # This folder is the package's alone: what another version left there goes.
    folder = Path(data_folder(), "packages", package)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".new-") as new:
        paths = extract(archive, dlls, Path(new, package))
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(Path(new, package), folder)
        return [folder / path.relative_to(Path(new, package)) for path in paths]


def extract(archive: zipfile.ZipFile, dlls: Iterable[zipfile.ZipInfo], folder: Path) -> list[Path]:
    """Put all DLLs side by side, so that they find one another; where two have one name, the later one goes
    to a folder named as in the wheel.
    """
    paths: list[Path] = []
    for info in dlls:
        place = PurePosixPath(info.filename)
        path = folder / place.name
        if path in paths:
            path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        write(archive, info, path)
        paths.append(path)
    return paths


def write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> None:
    """Extract one file; it appears whole or not at all."""
    with WholeFile(path) as target, archive.open(info) as source:
        shutil.copyfileobj(source, target)
