"""Writing images: the DLLs that windlass makes itself.

A builtin DLL is a complete PE32+ file with an export directory, so that whatever lists, searches or maps
DLLs need not know that it is builtin. Its functions are jump stubs through 8-byte slots, which whoever
maps the image fills:

    mov r11d, id        41 BB imm32
    test spl, 8         40 F6 C4 08
    jz 1f               74 06
    jmp [rip + slot]    FF 25 rel32
 1: call gs:[entry]     65 FF 14 25 disp32

Callers that keep the stack aligned to 16 bytes, as "x64 calling convention" demands, come by the jump. For
the others, hand-written and generated code, the thread's block has an entry that aligns it (core/call.S).

__chkstk and its like change no register; their stubs have no id and are the jump alone.

Sections, those without content left out:

    .text   stubs, 32 bytes each, in the order of the exports, the entry point's last
    .rdata  the export directory
    .slots  one 8-byte cell per function, in the order of the exports, zero in the file
    .data   storage of exported data, in the file only where some of it is not zero at first
    .reloc  an empty block: the image has no addresses in it, and may lie anywhere

Source: Microsoft, "PE Format".
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from windlass.pe import layout
from windlass.pe.image import align_up

__all__ = ["BuiltinExport", "BuiltinImage", "builtin_image", "export_directory", "stubs"]

FILE_ALIGNMENT = 0x200
SECTION_ALIGNMENT = 0x1000
STUB_SIZE = 32
SLOT_SIZE = 8
UNALIGNED_ENTRY = 0x1838
"""Where the thread's block has the entry for callers whose stack is not aligned (core/core.h)."""

_STUB = struct.Struct("<2sI8si4sI6s")
_PLAIN_STUB = struct.Struct("<2si26s")
_DOS_STUB_SIZE = 0x80


class BuiltinExport(NamedTuple):
    """One export to write.

    name:       None exports by ordinal only.
    ordinal:    None gives it the lowest one that is free.
    kind:       "function" or "data"; a forwarder is neither.
    id:         what a function's stub puts into r11d, 32 bits; None: it leaves r11 alone.
    data_size, data_align: storage of exported data.
    data:       what the storage begins with; zeros follow.
    data_lead:  bytes of storage before the exported address.
    forwarder:  "dll.name" or "dll.#ordinal".
    """

    name: str | None
    ordinal: int | None = None
    kind: str = "function"
    id: int | None = 0
    data_size: int = 8
    data_align: int = 16
    forwarder: str | None = None
    data: bytes = b""
    data_lead: int = 0


class BuiltinImage(NamedTuple):
    """A written DLL.

    data:     the file.
    cells:    for each export as given: the RVA of a function's slot or of data's storage; 0 for a forwarder.
    rvas:     for each export as given: the RVA that the EAT holds.
    ordinals: for each export as given.
    """

    data: bytes
    cells: list[int]
    rvas: list[int]
    ordinals: list[int]


class _Section(NamedTuple):
    name: bytes
    characteristics: int
    data: bytes  # in the file
    size: int  # in memory


def builtin_image(
    name: str,
    exports: Sequence[BuiltinExport],
    *,
    entry: int | None = None,
    image_base: int = 0x180000000,
    timestamp: int = 0,
) -> BuiltinImage:
    """A DLL of jump stubs and storage.

    name:    the DLL's name for its export directory, such as "kernel32.dll".
    exports: in the order in which slots shall lie.
    entry:   the id of an entry point, whose slot comes after those of the exports; None for no entry point.

    ValueError for a name or an ordinal that occurs twice, and for what no image can hold.
    """
    ordinals = _assign_ordinals(exports)
    functions = [i for i, export in enumerate(exports) if not export.forwarder and export.kind == "function"]
    storage, storage_size = _lay_out_storage(exports)

    ids = [exports[index].id for index in functions] + ([] if entry is None else [entry])

    text_rva = SECTION_ALIGNMENT
    rdata_rva = align_up(text_rva + STUB_SIZE * len(ids), SECTION_ALIGNMENT)
    directory_size = _directory_size(name, exports, ordinals)
    slots_rva = align_up(rdata_rva + directory_size, SECTION_ALIGNMENT)
    slots_size = SLOT_SIZE * len(ids)
    data_rva = align_up(slots_rva + slots_size, SECTION_ALIGNMENT)

    rvas, cells = [0] * len(exports), [0] * len(exports)
    for position, index in enumerate(functions):
        rvas[index] = text_rva + STUB_SIZE * position
        cells[index] = slots_rva + SLOT_SIZE * position
    for index, offset in storage.items():
        rvas[index] = cells[index] = data_rva + offset

    code = stubs(ids, text_rva, slots_rva)
    directory = export_directory(name, exports, ordinals, rvas, rdata_rva, timestamp)
    assert len(directory) == directory_size
    reloc = layout.BaseRelocationBlock.pack(page_rva=text_rva, size=layout.BaseRelocationBlock.size_in_bytes)
    read, write = layout.SECTION_READ, layout.SECTION_WRITE
    initialized = layout.SECTION_INITIALIZED_DATA
    executable = layout.SECTION_CODE | layout.SECTION_EXECUTE | read
    zeroed = layout.SECTION_UNINITIALIZED_DATA | read | write
    content = _storage_content(exports, storage)
    sections = [
        _Section(b".text", executable, code, len(code)),
        _Section(b".rdata", initialized | read, directory, len(directory)),
        _Section(b".slots", zeroed, b"", slots_size),
        _Section(b".data", initialized | read | write if content else zeroed, content, storage_size),
        _Section(b".reloc", initialized | read | layout.SECTION_DISCARDABLE, reloc, len(reloc)),
    ]
    reloc_rva = align_up(data_rva + storage_size, SECTION_ALIGNMENT)
    directories = {
        layout.DIRECTORY_EXPORT: (rdata_rva, directory_size),
        layout.DIRECTORY_RELOCATION: (reloc_rva, len(reloc)),
    }
    entry_rva = 0 if entry is None else text_rva + STUB_SIZE * len(functions)
    data = _dll_file([s for s in sections if s.size], directories, entry_rva, image_base, timestamp)
    return BuiltinImage(data, cells, rvas, ordinals)


def _assign_ordinals(exports: Sequence[BuiltinExport]) -> list[int]:
    given = [export.ordinal for export in exports if export.ordinal is not None]
    taken = set(given)
    if len(taken) != len(given):
        raise ValueError("an ordinal is exported twice")
    if any(not 0 <= ordinal <= 0xFFFF for ordinal in taken):
        raise ValueError("an ordinal has 16 bits")
    free = (ordinal for ordinal in range(1, 0x10000) if ordinal not in taken)
    try:
        return [next(free) if export.ordinal is None else export.ordinal for export in exports]
    except StopIteration:
        raise ValueError("more exports than ordinals") from None


def _lay_out_storage(exports: Sequence[BuiltinExport]) -> tuple[dict[int, int], int]:
    """The offset in .data of each data export by its index, and the whole size."""
    offsets = {}
    end = 0
    for index, export in enumerate(exports):
        if export.forwarder or export.kind == "function":
            continue
        if export.kind != "data":
            raise ValueError(f"unknown kind of export: {export.kind!r}")
        if not 0 < export.data_align <= SECTION_ALIGNMENT:
            raise ValueError(f"alignment of {export.name} is not between 1 and {SECTION_ALIGNMENT}")
        offsets[index] = align_up(end + export.data_lead, export.data_align)
        end = offsets[index] + max(export.data_size, len(export.data), 1)
    return offsets, end


def _storage_content(exports: Sequence[BuiltinExport], offsets: dict[int, int]) -> bytes:
    """What .data begins with, up to the last byte that is not zero."""
    content = bytearray()
    for index, offset in offsets.items():
        content = content.ljust(offset, b"\0") + exports[index].data
    return bytes(content).rstrip(b"\0")


def stubs(ids: Sequence[int | None], text_rva: int, slots_rva: int) -> bytes:
    """The code of stubs at text_rva, for the slots at slots_rva."""
    # The jump's displacement counts from its own end, 18 or 6 bytes into the stub.
    first = slots_rva - text_rva - 18
    step = SLOT_SIZE - STUB_SIZE
    pack = _STUB.pack
    test_and_jump, call, rest = b"\x40\xf6\xc4\x08\x74\x06\xff\x25", b"\x65\xff\x14\x25", b"\xcc" * 6
    return b"".join(
        _PLAIN_STUB.pack(b"\xff\x25", first + 12 + step * position, b"\xcc" * 26)
        if id is None
        else pack(b"\x41\xbb", id, test_and_jump, first + step * position, call, UNALIGNED_ENTRY, rest)
        for position, id in enumerate(ids)
    )


def _sorted_names(exports: Sequence[BuiltinExport]) -> list[tuple[bytes, int]]:
    """(name, index into exports), sorted as Windows' binary search compares: by bytes."""
    named = sorted((_name_bytes(e.name), i) for i, e in enumerate(exports) if e.name is not None)
    for (one, _), (other, _) in zip(named, named[1:]):
        if one == other:
            raise ValueError(f"{one!r} is exported twice")
    return named


def _name_bytes(name: str) -> bytes:
    raw = name.encode("utf-8", "surrogateescape")
    if b"\0" in raw:
        raise ValueError(f"a name with a zero in it: {name!r}")
    return raw


def _strings(name: str, exports: Sequence[BuiltinExport]) -> int:
    """Size of the strings behind the tables."""
    names = [name] + [e.name for e in exports if e.name is not None]
    forwarders = [e.forwarder for e in exports if e.forwarder]
    return sum(len(_name_bytes(each)) + 1 for each in names + forwarders)


def _directory_size(name: str, exports: Sequence[BuiltinExport], ordinals: Sequence[int]) -> int:
    functions = max(ordinals) - min(ordinals) + 1 if ordinals else 0
    names = sum(export.name is not None for export in exports)
    return layout.ExportDirectory.size_in_bytes + 4 * functions + 6 * names + _strings(name, exports)


def export_directory(
    name: str,
    exports: Sequence[BuiltinExport],
    ordinals: Sequence[int],
    rvas: list[int],
    rva: int,
    timestamp: int = 0,
) -> bytes:
    """The export directory, to lie at rva. Puts the RVAs of forwarders' strings into rvas.

    Forwarders lie inside the directory, which is how Windows tells them from code.
    """
    base = min(ordinals, default=1)
    count = max(ordinals) - base + 1 if ordinals else 0
    named = _sorted_names(exports)
    functions_rva = rva + layout.ExportDirectory.size_in_bytes
    names_rva = functions_rva + 4 * count
    name_ordinals_rva = names_rva + 4 * len(named)
    strings_rva = name_ordinals_rva + 2 * len(named)

    strings = bytearray(_name_bytes(name) + b"\0")
    name_rvas = []
    for each, _ in named:
        name_rvas.append(strings_rva + len(strings))
        strings += each + b"\0"
    functions = [0] * count
    for index, export in enumerate(exports):
        if export.forwarder:
            rvas[index] = strings_rva + len(strings)
            strings += _name_bytes(export.forwarder) + b"\0"
        functions[ordinals[index] - base] = rvas[index]

    header = layout.ExportDirectory.pack(
        timestamp=timestamp,
        name_rva=strings_rva,
        base=base,
        number_of_functions=count,
        number_of_names=len(named),
        functions_rva=functions_rva,
        names_rva=names_rva,
        name_ordinals_rva=name_ordinals_rva,
    )
    tables = struct.pack(
        f"<{count}I{len(named)}I{len(named)}H",
        *functions,
        *name_rvas,
        *(ordinals[index] - base for _, index in named),
    )
    return header + tables + bytes(strings)


def _dll_file(
    sections: Sequence[_Section],
    directories: dict[int, tuple[int, int]],
    entry_rva: int,
    image_base: int,
    timestamp: int,
) -> bytes:
    """The file of a DLL that may lie anywhere. entry_rva: 0 for no entry point."""
    optional_size = (
        layout.OptionalHeader64.size_in_bytes
        + layout.NUMBER_OF_DIRECTORIES * layout.DataDirectory.size_in_bytes
    )
    headers_size = align_up(
        _DOS_STUB_SIZE
        + len(layout.NT_SIGNATURE)
        + layout.FileHeader.size_in_bytes
        + optional_size
        + len(sections) * layout.SectionHeader.size_in_bytes,
        FILE_ALIGNMENT,
    )
    table, body, size_of_image = _section_table(sections, headers_size)

    def total(kind: int) -> int:
        return sum(align_up(s.size, FILE_ALIGNMENT) for s in sections if s.characteristics & kind)

    head = layout.DosHeader.pack(
        magic=layout.DOS_SIGNATURE, cparhdr=4, maxalloc=0xFFFF, sp=0xB8, lfarlc=0x40, lfanew=_DOS_STUB_SIZE
    ).ljust(_DOS_STUB_SIZE, b"\0")
    head += layout.NT_SIGNATURE
    head += layout.FileHeader.pack(
        machine=layout.MACHINE_AMD64,
        number_of_sections=len(sections),
        timestamp=timestamp,
        size_of_optional_header=optional_size,
        characteristics=layout.FILE_EXECUTABLE_IMAGE | layout.FILE_LARGE_ADDRESS_AWARE | layout.FILE_DLL,
    )
    head += layout.OptionalHeader64.pack(
        magic=layout.MAGIC_PE32PLUS,
        major_linker_version=14,
        size_of_code=total(layout.SECTION_CODE),
        size_of_initialized_data=total(layout.SECTION_INITIALIZED_DATA),
        size_of_uninitialized_data=total(layout.SECTION_UNINITIALIZED_DATA),
        entry_point=entry_rva,
        base_of_code=SECTION_ALIGNMENT,
        image_base=image_base,
        section_alignment=SECTION_ALIGNMENT,
        file_alignment=FILE_ALIGNMENT,
        major_operating_system_version=6,
        major_subsystem_version=6,
        size_of_image=size_of_image,
        size_of_headers=headers_size,
        subsystem=layout.SUBSYSTEM_WINDOWS_CUI,
        dll_characteristics=layout.DLL_DYNAMIC_BASE | layout.DLL_NX_COMPAT | layout.DLL_HIGH_ENTROPY_VA,
        stack_reserve=0x100000,
        stack_commit=0x1000,
        heap_reserve=0x100000,
        heap_commit=0x1000,
        number_of_directories=layout.NUMBER_OF_DIRECTORIES,
    )
    for index in range(layout.NUMBER_OF_DIRECTORIES):
        rva, size = directories.get(index, (0, 0))
        head += layout.DataDirectory.pack(rva=rva, size=size)
    return (head + table).ljust(headers_size, b"\0") + body


def _section_table(sections: Sequence[_Section], headers_size: int) -> tuple[bytes, bytes, int]:
    """The section headers, the sections' bytes, and the size of the image in memory."""
    table, body = b"", b""
    rva = SECTION_ALIGNMENT
    for section in sections:
        raw = section.data.ljust(align_up(len(section.data), FILE_ALIGNMENT), b"\0")
        table += layout.SectionHeader.pack(
            name=section.name,
            virtual_size=section.size,
            rva=rva,
            raw_size=len(raw),
            offset=headers_size + len(body) if raw else 0,
            characteristics=section.characteristics,
        )
        body += raw
        rva = align_up(rva + section.size, SECTION_ALIGNMENT)
    return table, body, rva
