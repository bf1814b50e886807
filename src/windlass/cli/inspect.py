"""windlass inspect DLL [PART...]"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

import click

from windlass.cli import exports, output
from windlass.cli.locate import locate, open_image, title
from windlass.errors import BadImage
from windlass.pe import Image, layout
from windlass.pe.debug import DebugEntry
from windlass.pe.unwind import RuntimeFunction, UnwindInfo

__all__ = ["command"]

Facts = dict[str, Any]

SUBSYSTEMS = {
    layout.SUBSYSTEM_UNKNOWN: "unknown",
    layout.SUBSYSTEM_NATIVE: "native",
    layout.SUBSYSTEM_WINDOWS_GUI: "Windows GUI",
    layout.SUBSYSTEM_WINDOWS_CUI: "Windows console",
}
RELOCATIONS = {
    layout.REL_HIGH: "HIGH",
    layout.REL_LOW: "LOW",
    layout.REL_HIGHLOW: "HIGHLOW",
    layout.REL_HIGHADJ: "HIGHADJ",
    layout.REL_DIR64: "DIR64",
}
UNWIND_OPERATIONS = {
    value: name[len("UWOP_") :] for name, value in vars(layout).items() if name.startswith("UWOP_")
}


def names(prefix: str, value: int) -> list[str]:
    """The flags in a value, by the names that they have in layout, unknown ones as a number."""
    found = []
    for name, flag in vars(layout).items():
        if not name.startswith(prefix) or not isinstance(flag, int):
            continue
        if flag & value and flag & (flag - 1) == 0:
            found.append(name[len(prefix) :].lower())
            value &= ~flag
    return [*found, hex(value)] if value else found


# ---- the parts ----


def headers(image: Image) -> Facts:
    header = image.optional_header
    return {
        "machine": layout.MACHINE_NAMES.get(image.machine, hex(image.machine)),
        "format": "PE32+" if image.is_pe32plus else "PE32",
        "kind": "DLL" if image.is_dll else "program",
        "subsystem": SUBSYSTEMS.get(image.subsystem, str(image.subsystem)),
        "timestamp": image.timestamp,
        "time": _time(image),
        "characteristics": names("FILE_", image.characteristics),
        "dll_characteristics": names("DLL_", image.dll_characteristics),
        "image_base": image.image_base,
        "entry_point": image.entry_point,
        "size_of_image": image.size_of_image,
        "size_of_headers": image.size_of_headers,
        "section_alignment": image.section_alignment,
        "file_alignment": image.file_alignment,
        "linker_version": f"{header.major_linker_version}.{header.minor_linker_version}",
        "os_version": f"{header.major_operating_system_version}.{header.minor_operating_system_version}",
        "image_version": f"{header.major_image_version}.{header.minor_image_version}",
        "subsystem_version": f"{header.major_subsystem_version}.{header.minor_subsystem_version}",
        "checksum": image.checksum,
        "computed_checksum": image.compute_checksum(),
        "stack_reserve": image.stack_reserve,
        "stack_commit": image.stack_commit,
        "heap_reserve": image.heap_reserve,
        "heap_commit": image.heap_commit,
    }


def _time(image: Image) -> str | None:
    """The time stamp as a time, unless a reproducible build put a hash there."""
    if not image.timestamp or any(entry.type == layout.DEBUG_REPRO for entry in image.debug):
        return None
    return datetime.fromtimestamp(image.timestamp, timezone.utc).isoformat()


def directories(image: Image) -> list[Facts]:
    found = []
    for index, name in enumerate(layout.DIRECTORY_NAMES):
        rva, size = image.directory(index)
        # The certificates' directory holds a file offset.
        section = image.section_at(rva) if index != layout.DIRECTORY_CERTIFICATE else None
        if rva or size:
            found.append(
                {"directory": name, "rva": rva, "size": size, "section": section.name if section else None}
            )
    return found


def sections(image: Image) -> list[Facts]:
    return [
        {
            "name": section.name,
            "rva": section.rva,
            "virtual_size": section.virtual_size,
            "offset": section.offset,
            "raw_size": section.raw_size,
            "characteristics": names("SECTION_", section.characteristics),
        }
        for section in image.sections
    ]


def overlay(image: Image) -> Facts | None:
    """What lies behind the sections and the certificates, where installers keep their data."""
    end = max((section.offset + section.raw_size for section in image.sections), default=0)
    end = max([end, *(each.offset + each.size for each in image.certificates)])
    return {"offset": end, "size": len(image) - end} if 0 < end < len(image) else None


def version(image: Image) -> Facts | None:
    from windlass.pe.version import read_version

    found = read_version(image)
    if found is None:
        return None
    return {"file": dotted(found.file), "product": dotted(found.product), "flags": found.flags, **found.texts}


def dotted(numbers: tuple[int, ...] | None) -> str | None:
    return ".".join(map(str, numbers)) if numbers else None


def exported(image: Image) -> list[Facts]:
    return [exports.describe(each, image) for each in image.exports or ()]


def imported(image: Image) -> list[Facts]:
    found = [(dll.name, False, each) for dll in image.imports for each in dll.functions]
    found += [(dll.name, True, each) for dll in image.delay_imports for each in dll.functions]
    return [{"dll": dll, "delay": delay, **each._asdict()} for dll, delay, each in found]


def bound_imports(image: Image) -> list[Facts]:
    return [
        {"dll": each.name, "timestamp": each.timestamp, "forwarders": [one.name for one in each.forwarders]}
        for each in image.bound_imports
    ]


def relocations(image: Image) -> Facts:
    counts = Counter(kind for _, kind in image.relocations)
    by_name = {RELOCATIONS.get(kind, str(kind)): count for kind, count in counts.items()}
    return {"count": sum(counts.values()), **by_name}


def all_relocations(image: Image) -> list[Facts]:
    return [{"rva": rva, "type": RELOCATIONS.get(kind, str(kind))} for rva, kind in image.relocations]


def tls(image: Image) -> Facts | None:
    return image.tls._asdict() if image.tls else None


def functions(image: Image) -> Facts | None:
    return {"functions": len(image.exceptions)} if image.exceptions else None


def all_functions(image: Image) -> list[Facts]:
    return [_function(image, each) for each in image.exceptions or ()]


def _function(image: Image, each: RuntimeFunction) -> Facts:
    facts: Facts = {"begin_rva": each.begin_rva, "end_rva": each.end_rva, "unwind_rva": each.unwind_data}
    if image.machine == layout.MACHINE_AMD64 and image.exceptions is not None:
        info = image.exceptions.unwind_info(each)
        facts["flags"] = names("UNWIND_", info.flags)
        facts["codes"] = list(_unwind_codes(info))
    return facts


def _unwind_codes(info: UnwindInfo) -> Iterator[str]:
    for code in info.codes:
        yield f"{UNWIND_OPERATIONS.get(code.operation, str(code.operation))}@{code.prolog_offset:#x}"


def resources(image: Image) -> list[Facts]:
    found = []
    for resource in image.resources.walk() if image.resources else ():
        kind, name, language = (*resource.path, "", "", "")[:3]
        shown = layout.RESOURCE_TYPE_NAMES.get(kind, kind) if isinstance(kind, int) else kind
        found.append(
            {"type": shown, "name": name, "language": language, "rva": resource.rva, "size": resource.size}
        )
    return found


def debug(image: Image) -> list[Facts]:
    return [
        {
            "type": layout.DEBUG_NAMES.get(entry.type, str(entry.type)),
            "rva": entry.rva,
            "offset": entry.offset,
            "size": entry.size,
            "says": _debug_entry(entry),
        }
        for entry in image.debug
    ]


def _debug_entry(entry: DebugEntry) -> str:
    if entry.codeview is not None:
        guid = f" {{{str(entry.codeview.guid).upper()}}}" if entry.codeview.guid else ""
        return f"{entry.codeview.path}{guid} age {entry.codeview.age}"
    if entry.repro is not None:
        return entry.repro.hex()
    if entry.pogo is not None:
        return " ".join(part.name for part in entry.pogo)
    if entry.vc_feature is not None:
        return ", ".join(f"{name} {value}" for name, value in entry.vc_feature._asdict().items())
    if entry.ex_dll_characteristics is not None:
        return hex(entry.ex_dll_characteristics)
    return ""


def load_config(image: Image) -> Facts | None:
    config = image.load_config
    if config is None:
        return None
    record = config.record
    fields: Facts = {name: value for name, value in zip(record.fields, record) if value}
    fields["code_integrity"] = record.code_integrity.hex()
    fields["guard_flags"] = names("GUARD_", record.guard_flags & ~(0xF << layout.GUARD_TABLE_STRIDE_SHIFT))
    return fields


def certificates(image: Image) -> list[Facts]:
    return [each._asdict() for each in image.certificates]


def rich(image: Image) -> list[Facts]:
    return [each._asdict() for each in image.rich.entries] if image.rich else []


def clr(image: Image) -> Facts | None:
    return dict(zip(image.clr.fields, image.clr)) if image.clr else None


PARTS: dict[str, Callable[[Image], Any]] = {
    "headers": headers,
    "directories": directories,
    "sections": sections,
    "version": version,
    "exports": exported,
    "imports": imported,
    "bound_imports": bound_imports,
    "relocations": relocations,
    "tls": tls,
    "functions": functions,
    "resources": resources,
    "debug": debug,
    "load_config": load_config,
    "certificates": certificates,
    "rich": rich,
    "clr": clr,
    "overlay": overlay,
}
IN_FULL = {"relocations": all_relocations, "functions": all_functions}
"""What is only counted, unless all of it is asked for."""


# ---- the command ----


@click.command(cls=output.Command)
@click.argument("dll")
@click.argument("parts", nargs=-1, type=click.Choice(list(PARTS)), metavar="[PART]...")
@click.option("--all", "in_full", is_flag=True, help="List each relocation and each function, too.")
def command(dll: str, parts: tuple[str, ...], in_full: bool, as_json: bool) -> None:
    """Show everything that is to be read in the file of DLL, or only some PARTs of it: headers, directories,
    sections, version, exports, imports, bound_imports, relocations, tls, functions (the unwind table),
    resources, debug, load_config, certificates, rich (the tools that made it), clr (.NET), overlay.

    Files for all machines are read, and programs as well. A part that is damaged says so; the others are
    shown all the same.
    """
    found = locate(dll)
    with open_image(found) as image:
        facts = {name: read(image, name, in_full) for name in parts or PARTS}
    if as_json:
        output.show_json({"dll": title(found), **facts})
        return
    output.heading(title(found))
    for name, part in facts.items():
        if part or name in parts:
            show(name, part)


def read(image: Image, name: str, in_full: bool) -> Any:
    """A part as plain data; {"error": ...} if it is damaged."""
    part = IN_FULL.get(name, PARTS[name]) if in_full else PARTS[name]
    try:
        return part(image)
    except BadImage as error:
        return {"error": error.detail}


def show(name: str, part: Any) -> None:
    output.line()
    output.heading(name.replace("_", " "))
    if not part:
        output.line("  none")
    elif isinstance(part, dict):
        width = max(map(len, part))
        for key, value in part.items():
            line = f"  {key.ljust(width)}  {shown(key, value)}"
            output.line(line.rstrip())
    else:
        columns = {key: key.replace("_", " ") for key in part[0]}
        numbers = [columns[key] for key in columns if type(part[0][key]) is int]
        rows = [[shown(key, value) for key, value in row.items()] for row in part]
        output.table(list(columns.values()), rows, numbers)


DECIMAL = {
    *("count", "ordinal", "hint", "functions", "name", "language"),
    *("revision", "type", "product", "build", "objects"),
}


def shown(key: str, value: Any) -> str:
    """A value as people expect it: addresses and sizes in hexadecimal."""
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, list):
        return ", ".join(shown(key, each) for each in value)
    if isinstance(value, int) and key not in DECIMAL and not key.isupper():
        return hex(value)
    return str(value)
