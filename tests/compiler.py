"""Compiles C and C++ to real Windows DLLs and EXEs with the `ziglang` package.

What is built is kept in `CACHE`, in one folder per content hash of everything that goes into it, so a second
test run compiles nothing, and two pytest-xdist workers compile a file once.

A source says in its opening lines what it needs beyond the defaults:

    // build: freestanding            no C runtime: DLL main and `say` come from fixture.h
    // build: msvc                    freestanding, with Microsoft's ABI for C++ and exceptions
    // flags: -O2 -lws2_32            further compiler and linker flags
    // uses: other.c                  DLLs, built from files beside it, whose functions it imports
    // imports: nowhere.dll f g       functions of a DLL that is not built: linked, but missing at run time
    // delays: nowhere.dll f g        the same, bound at the first call (only with Microsoft's ABI)

A `.def` file of the same name beside the source is given to the linker.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

TESTS = Path(__file__).parent
FIXTURES = TESTS / "fixtures"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "windlass-tests")

TARGET = "x86_64-windows-gnu"
# zig builds its C runtime anew, in a minute, for every level of optimisation: let there be one.
COMMON_FLAGS = ("-target", TARGET, "-O1", "-s", "-fno-sanitize=undefined", "-fms-extensions", "-Wall")
# Without a C runtime zig does not look for windows.h either.
ZIG = find_spec("ziglang")
assert ZIG and ZIG.origin, "the tests need the ziglang package"
WINDOWS_HEADERS = Path(ZIG.origin).parent / "lib/libc/include/any-windows-any"
FREESTANDING_FLAGS = (
    *("-nostdlib", "-fno-stack-protector", "-DFREESTANDING", "-isystem", str(WINDOWS_HEADERS)),
    *("-lkernel32", "-lntdll"),
)
# Compiled for Microsoft's ABI and linked without any library but those that `imports` names.
MSVC_COMPILER_FLAGS = (
    *("-target", "x86_64-windows-msvc", "-O1", "-fno-sanitize=undefined", "-fms-extensions", "-Wall"),
    *("-fno-stack-protector", "-fexceptions", "-DFREESTANDING", "-DMSVC"),
)
MSVC_LINKER_FLAGS = ("/dll", "/nodefaultlib", "/entry:DllMainCRTStartup", "/opt:noref", "/debug:none")
DIRECTIVE = re.compile(r"^// (build|flags|uses|imports|delays): *(.+)$", re.MULTILINE)


class CompileError(Exception):
    """A fixture does not compile; the message is the compiler's."""


@dataclass
class Recipe:
    """What is asked of the compiler for one image."""

    source: Path
    name: str
    flags: list[str] = field(default_factory=list)
    uses: list[Path] = field(default_factory=list)
    imports: dict[str, list[str]] = field(default_factory=dict)
    delays: dict[str, list[str]] = field(default_factory=dict)
    msvc: bool = False

    @property
    def is_dll(self) -> bool:
        return not self.name.endswith(".exe")

    @property
    def def_file(self) -> Path:
        return self.source.with_suffix(".def")

    def digest(self) -> str:
        """Changes with everything that the image is made of."""
        inputs = [self.source, *sorted(FIXTURES.glob("*.h")), *sorted(self.source.parent.glob("*.h"))]
        if self.def_file.exists():
            inputs.append(self.def_file)
        parts = [path.read_bytes() for path in inputs]
        parts += [path.parent.name.encode() for path in self.uses]
        flags = (*MSVC_COMPILER_FLAGS, *MSVC_LINKER_FLAGS) if self.msvc else COMMON_FLAGS
        parts.append(repr((self.name, self.flags, self.imports, flags, version("ziglang"))).encode())
        if self.delays:
            parts.append(repr(self.delays).encode())
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:24]


def build_dll(
    source: Path | str, *flags: str, name: str | None = None, uses: Sequence[Path | str] = ()
) -> Path:
    """The path of a DLL compiled from `source`, a C or C++ file (relative ones are below tests/fixtures).

    flags: for the compiler and linker, after those the file itself asks for.
    name: of the DLL; else that of the source.
    uses: paths of DLLs from `build_dll` whose exports it imports, or sources of such; each lies, copied,
        beside the DLL, where the Windows search order finds it.
    """
    source = FIXTURES / source
    return build(read_recipe(source, name or source.stem + ".dll", flags, uses))


def build_exe(source: Path | str, *flags: str, uses: Sequence[Path | str] = ()) -> Path:
    """The path of a console EXE compiled from `source`; the arguments are as for `build_dll`."""
    source = FIXTURES / source
    return build(read_recipe(source, source.stem + ".exe", flags, uses))


def read_recipe(source: Path, name: str, flags: Sequence[str], uses: Sequence[Path | str]) -> Recipe:
    """The recipe that the arguments and the source's own opening lines make together."""
    recipe = Recipe(source, name)
    used = [*uses]
    for kind, text in DIRECTIVE.findall(source.read_text()):
        words = text.split()
        if kind == "build":
            if words not in (["freestanding"], ["msvc"]):
                raise CompileError(f"{source}: what is 'build: {text}'?")
            recipe.msvc = words == ["msvc"]
            recipe.flags += () if recipe.msvc else FREESTANDING_FLAGS
        elif kind == "flags":
            recipe.flags += words
        elif kind == "uses":
            used += [source.parent / word for word in words]
        else:
            kept = recipe.imports if kind == "imports" else recipe.delays
            kept[words[0]] = kept.get(words[0], []) + words[1:]
    recipe.flags += flags
    recipe.uses = [Path(each) if str(each).endswith(".dll") else build_dll(each) for each in used]
    return recipe


def build(recipe: Recipe) -> Path:
    """The image that `recipe` describes, compiled if the cache does not hold it."""
    folder = CACHE / "images" / recipe.digest()
    with locked(folder):
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
                made = Path(scratch, "made")
                made.mkdir()
                compile_image(recipe, made)
                made.rename(folder)
    return folder / recipe.name


def compile_image(recipe: Recipe, folder: Path) -> None:
    """Compile and link into `folder`, with the DLLs it uses copied there."""
    if recipe.msvc:
        compile_msvc_image(recipe, folder)
        return
    driver = "cc" if recipe.source.suffix == ".c" else "c++"
    inputs = [str(recipe.source)]
    if recipe.def_file.exists():
        inputs.append(str(recipe.def_file))
    for dll in recipe.uses:
        inputs.append(str(dll.with_suffix(".lib")))
        for used in dll.parent.glob("*.dll"):
            shutil.copy2(used, folder)
    inputs += [str(import_library(dll, names, folder)) for dll, names in recipe.imports.items()]
    output = folder / recipe.name
    if recipe.is_dll:
        inputs += ["-shared", f"-Wl,--out-implib,{output.with_suffix('.lib')}"]
    run_zig(driver, *COMMON_FLAGS, f"-I{FIXTURES}", *inputs, *recipe.flags, "-o", str(output))


def compile_msvc_image(recipe: Recipe, folder: Path) -> None:
    """Compile and link a DLL for Microsoft's ABI; without its SDK, so headers and libraries are its own."""
    driver = "cc" if recipe.source.suffix == ".c" else "c++"
    object_file = folder / f"{recipe.source.stem}.obj"
    flags = [*MSVC_COMPILER_FLAGS, f"-I{FIXTURES}", *recipe.flags]
    if driver == "c++":
        flags += ["-fcxx-exceptions", "-std=c++17"]
    run_zig(driver, *flags, "-c", str(recipe.source), "-o", str(object_file))
    imports = {**recipe.imports, **recipe.delays}
    libraries = [str(import_library(dll, names, folder)) for dll, names in imports.items()]
    libraries += [f"/delayload:{dll}" for dll in recipe.delays]
    output = f"/out:{folder / recipe.name}"
    run_zig("lld-link", *MSVC_LINKER_FLAGS, output, str(object_file), *libraries)


def build_with_pdb(name: str, sources: Sequence[str], *options: str) -> Path:
    """The path of a DLL compiled for Microsoft's ABI with a PDB beside it; options are for lld-link."""
    paths = [FIXTURES / source for source in sources]
    content = b"\0".join([*(path.read_bytes() for path in paths), repr((name, options)).encode()])
    folder = CACHE / "images" / hashlib.sha256(content + version("ziglang").encode()).hexdigest()[:24]
    with locked(folder):
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
                made = Path(scratch, "made")
                made.mkdir()
                objects = []
                for path in paths:
                    objects.append(str(made / f"{path.stem}.obj"))
                    driver = "cc" if path.suffix == ".c" else "c++"
                    flags = [*MSVC_COMPILER_FLAGS, "-g", "-gcodeview", "-c", str(path), "-o", objects[-1]]
                    run_zig(driver, *flags)
                linker_flags = ["/dll", "/nodefaultlib", "/entry:_DllMainCRTStartup", "/debug"]
                run_zig("lld-link", *linker_flags, f"/out:{made / name}", *options, *objects)
                made.rename(folder)
    return folder / name


def import_library(dll: str, names: Sequence[str], folder: Path) -> Path:
    """An import library in `folder` for functions `names` of a DLL called `dll` that need not exist."""
    definition = folder / f"{dll}.def"
    definition.write_text("\n".join([f"LIBRARY {dll}", "EXPORTS", *names, ""]))
    library = folder / f"{dll}.import.lib"
    run_zig("dlltool", "-m", "i386:x86-64", "-d", str(definition), "-l", str(library), "-D", dll)
    return library


def run_zig(*arguments: str) -> None:
    """Run one zig command; its caches stay in the user's cache folder whatever the current folder is."""
    cache = str(CACHE.parent / "zig")
    environment = {"ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache, **os.environ}
    command = [sys.executable, "-m", "ziglang", *arguments]
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise CompileError(f"{' '.join(arguments)}\n{done.stdout}{done.stderr}")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file of `path` against other processes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{path}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@cache
def host_exe() -> Path:
    """The EXE that runs a program DLL on Windows or Wine: `host.exe PROGRAM.dll`."""
    return build_exe(TESTS / "host.c")
