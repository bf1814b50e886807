"""Print the source files that meson.build installs or compiles, one a line.

`list_sources.py c ROOT` prints the C and assembler files of the extension relative to ROOT;
`list_sources.py package ROOT` prints what the wheel holds, relative to ROOT/src: everything in the
package except those C sources and what a build or a run leaves there.
"""

from __future__ import annotations

import sys
from pathlib import Path

COMPILED_FOLDERS = {"core", "api"}
C_SUFFIXES = {".c", ".S"}
LEFT_BY_BUILDS = {".so", ".pyc"}


def in_compiled_folder(path: Path, package: Path) -> bool:
    """Whether `path` lies in a folder whose C files belong to the extension."""
    return path.relative_to(package).parts[0] in COMPILED_FOLDERS


def is_c(path: Path, package: Path) -> bool:
    return path.suffix in C_SUFFIXES and in_compiled_folder(path, package)


def is_installed(path: Path, package: Path) -> bool:
    if path.suffix in LEFT_BY_BUILDS or path.name.startswith("."):
        return False
    return not (path.suffix in C_SUFFIXES | {".h"} and in_compiled_folder(path, package))


def main(kind: str, root: str) -> None:
    source = Path(root, "src")
    package = source / "windlass"
    files = sorted(path for path in package.rglob("*") if path.is_file())
    if kind == "c":
        chosen = [path.relative_to(root) for path in files if is_c(path, package)]
    else:
        chosen = [path.relative_to(source) for path in files if is_installed(path, package)]
    print(*(path.as_posix() for path in chosen), sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
