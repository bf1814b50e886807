"""Fuzzes the PE reader: whatever the bytes, it answers or raises BadImage, in bounded time and memory.

    python fuzz/guided.py pe_reader corpus fuzz/seeds -max_len=65536 -timeout=20 -rss_limit_mb=1024

runs it under atheris; fuzz/guided.py says more. Which parts of a file can be read is printed by

    python fuzz/pe_reader.py FILE

`python fuzz/pe_reader.py --seeds` writes fuzz/seeds anew.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from windlass.pe import BadImage, Image, layout
from windlass.pe.unwind import FunctionTable
from windlass.pe.write import BuiltinExport, builtin_image

SEEDS = Path(__file__).parent / "seeds"
ENOUGH = 2000


def read_everything(data: bytes, *, mapped: bool = False) -> Iterator[str]:
    """Ask the reader for everything; yields the name of each part that could be read."""
    try:
        image = Image(data, mapped=mapped)
    except BadImage as error:
        check_error(error)
        return
    yield "headers"
    for name, read in PARTS.items():
        try:
            read(image)
        except BadImage as error:
            check_error(error)
        else:
            yield name


def check_error(error: BadImage) -> None:
    assert error.reason
    assert isinstance(error.offset, int) and error.offset >= 0, error


def read_exports(image: Image) -> None:
    exports = image.exports
    if exports is None:
        return
    assert isinstance(exports.name, str)
    # Of two equal names the search may find the one that leads nowhere.
    unique = len({export.name for export in exports} - {None}) == exports.number_of_names
    for export in exports.entries[:ENOUGH]:
        by_ordinal = exports.by_ordinal(export.ordinal)
        assert by_ordinal is not None and by_ordinal.rva == export.rva
        if unique and export.name is not None:
            found = exports.find(export.name)
            assert found is not None and found.name == export.name
    assert exports.find("no such name") is None or "no such name" in {each.name for each in exports}


def read_imports(image: Image) -> None:
    for dll in image.imports:
        assert all(function.iat_rva >= dll.iat_rva for function in dll.functions)
    for delayed in image.delay_imports:
        assert all(function.iat_rva >= delayed.iat_rva for function in delayed.functions)
    assert image.bound_imports is not None


def read_functions(image: Image) -> None:
    table: FunctionTable | None = image.exceptions
    if table is None:
        return
    for index, function in enumerate(table):
        if index == ENOUGH:
            break
        if image.machine == layout.MACHINE_AMD64:
            assert len(list(table.chain(function))) > 0
    table.find(0x1000)


def read_resources(image: Image) -> None:
    if image.resources is not None:
        for resource in image.resources.walk():
            assert resource.path
        image.resources.find(16, 1)


def read_debug(image: Image) -> None:
    for entry in image.debug:
        facts = entry.codeview, entry.repro, entry.pogo, entry.vc_feature, entry.ex_dll_characteristics
        assert sum(fact is not None for fact in facts) <= 1


def read_load_config(image: Image) -> None:
    config = image.load_config
    if config is not None:
        assert config.guard_functions is not None
        assert config.guard_address_taken_iat_entries is not None
        assert config.guard_long_jump_targets is not None
        assert config.guard_eh_continuations is not None
        assert config.safe_exception_handlers is not None


def read_bytes(image: Image) -> None:
    for section in image.sections:
        image.read(section.rva, min(section.virtual_size, 0x10000))
        image.rva_of(section.offset)


PARTS: dict[str, Callable[[Image], object]] = {
    "check": Image.check,
    "exports": read_exports,
    "imports": read_imports,
    "relocations": lambda image: sum(1 for _ in image.relocations),
    "tls": lambda image: image.tls,
    "exceptions": read_functions,
    "resources": read_resources,
    "debug": read_debug,
    "load config": read_load_config,
    "certificates": lambda image: image.certificates,
    "rich": lambda image: image.rich,
    "clr": lambda image: image.clr,
    "checksum": Image.compute_checksum,
    "bytes": read_bytes,
}


def run(data: bytes) -> None:
    """The fuzzer's entry: the bytes as a file, and as memory."""
    for mapped in (False, True):
        for _ in read_everything(data, mapped=mapped):
            pass


def write_seeds() -> None:
    """Small images that between them have every directory, from the builders of the tests."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    import pe_seeds

    SEEDS.mkdir(exist_ok=True)
    for name, data in pe_seeds.all_seeds().items():
        (SEEDS / name).write_bytes(data)
    small = [BuiltinExport("f"), BuiltinExport("d", kind="data"), BuiltinExport("g", forwarder="a.#1")]
    (SEEDS / "builtin.dll").write_bytes(builtin_image("builtin.dll", small).data)


def main() -> None:
    if sys.argv[1] == "--seeds":
        write_seeds()
    else:
        for name in read_everything(Path(sys.argv[1]).read_bytes()):
            print(name)


if __name__ == "__main__":
    main()
