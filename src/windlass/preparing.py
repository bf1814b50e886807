"""Preparing an image for its first load: whether it can be loaded, the plan for it, where it is to lie, and
its laid-out copy. Done once for an image; what comes of it is kept (see image_cache).

Source: Microsoft, "PE Format".
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from windlass import _core, activation, image_cache
from windlass.light import TYPE_CHECKING
from windlass.pe import Image, Section, layout
from windlass.pe.imports import ImportedFunction
from windlass.pe.tls import Tls
from windlass.plan import EXECUTE, PAGE, READ, WRITE, Plan, page_up

if TYPE_CHECKING:
    from windlass.plan import Guard

__all__ = ["bases", "check", "laid_out", "places", "plan_of", "resource_plan"]

DEFAULT_SECURITY_COOKIE = (0x2B992DDFA232).to_bytes(8, "little")


def _is_x64(image: Image) -> bool:
    return image.machine == layout.MACHINE_AMD64 and image.is_pe32plus


def _needs_dotnet(image: Image) -> bool:
    """An assembly that asks for the .NET Framework to be started. One that was compiled to x86-64 code ahead
    of time asks for nothing: .NET Core's own come as such, and its runtime loads them like other DLLs.
    """
    if not image.directory(layout.DIRECTORY_CLR)[0]:
        return False
    return not _is_x64(image) or any(dll.name.lower() == "mscoree.dll" for dll in image.imports)


def check(image: Image) -> None:
    """Refuse what cannot run here; BadImage says why."""
    if _needs_dotnet(image):
        raise image.bad("a .NET assembly; only native code can be loaded", 0)
    if not _is_x64(image):
        machine = layout.MACHINE_NAMES.get(image.machine, hex(image.machine))
        only = "only x86-64 images can be loaded, so its vendor's x64 build is needed"
        raise image.bad(f"an image for {machine}; {only}", 0)
    image.check()
    config = image.load_config
    if config is not None and config.is_hybrid:
        raise image.bad("an ARM64EC image; only x86-64 code can be loaded", 0)


# ---- the plan ----


def plan_of(image: Image) -> Plan:
    """The plan for an image, which has no base yet. BadImage for what cannot be loaded."""
    check(image)
    plan = _plan_headers(image)
    plan.imports = tuple((dll.name, dll.iat_rva, _packed(dll.functions)) for dll in image.imports)
    plan.manifest = activation.manifest_of(image)
    _plan_tls(plan, image.tls)
    plan.security_cookie = _security_cookie_of(image)
    plan.guard = _guard_of(image)
    plan.load_flags = image.load_config.record.dependent_load_flags if image.load_config else 0
    plan.slots = next((section.rva for section in image.sections if section.name == ".slots"), 0)
    plan.shared = tuple(
        (*_pages(image, each), _protection_of(each))
        for each in mapped_sections(image)
        if each.shared and each.writable
    )
    plan.regions = _regions_of(image, _used_by_loading(image, plan))
    return plan


def resource_plan(image: Image) -> Plan:
    """The plan for an image of which nothing is to run: no more than where its sections lie."""
    image.check()
    plan = _plan_headers(image)
    plan.imports, plan.shared, plan.manifest = (), (), None
    plan.security_cookie, plan.slots, plan.guard, plan.load_flags = 0, 0, None, 0
    _plan_tls(plan, None)
    plan.regions = _regions_of(image, [])
    return plan


def _plan_headers(image: Image) -> Plan:
    plan = Plan()
    plan.size = image.size_of_image
    plan.timestamp = image.timestamp
    plan.preferred_base = image.image_base
    plan.entry_point = image.entry_point
    plan.is_dll = image.is_dll
    plan.subsystem = image.subsystem
    return plan


def mapped_sections(image: Image) -> list[Section]:
    """The sections to map. A low-alignment image is one piece with its headers, as the file is."""
    if image.is_low_alignment:
        everything = layout.SECTION_READ
        for section in image.sections:
            everything |= section.characteristics
        size = image.size_of_image
        return [Section("", 0, size, 0, min(size, len(image)), everything)]
    return image.sections


def _pages(image: Image, section: Section) -> tuple[int, int]:
    """The RVA and the size of a section's pages; SizeOfImage ends the last one."""
    start = section.rva & -PAGE
    return start, page_up(min(section.rva + section.virtual_size, image.size_of_image)) - start


def _protection_of(section: Section) -> int:
    return (
        (READ if section.readable or section.executable else 0)
        | (WRITE if section.writable else 0)
        | (EXECUTE if section.executable else 0)
    )


def _regions_of(
    image: Image, used: list[tuple[int, int, bool, str]]
) -> tuple[tuple[int, int, int, int], ...]:
    """The headers and the sections, neighbours of one protection as one; writable while loading is what
    loading writes to.
    """
    wanted = [(0, page_up(image.size_of_headers), READ)]
    wanted += [(*_pages(image, section), _protection_of(section)) for section in mapped_sections(image)]
    regions: list[tuple[int, int, int, int]] = []
    for start, size, protection in wanted:
        written = any(writes and start <= rva < start + size for rva, _, writes, _ in used)
        # Never executable at the same time, unless the section is.
        meanwhile = READ | WRITE if written and not protection & WRITE else protection
        if regions and (sum(regions[-1][:2]), *regions[-1][2:]) == (start, protection, meanwhile):
            regions[-1] = (regions[-1][0], regions[-1][1] + size, protection, meanwhile)
        elif size > 0:
            regions.append((start, size, protection, meanwhile))
    for rva, size, _, what in used:
        if not any(start <= rva and rva + size <= start + length for start, length, _, _ in regions):
            raise image.bad(f"{what} at RVA {rva:#x} is in no section", image.offset_of(rva) or 0)
    return tuple(regions)


def _used_by_loading(image: Image, plan: Plan) -> list[tuple[int, int, bool, str]]:
    """(rva, size, whether it is written to, what it is) of the memory that loading touches."""
    used = [
        (dll.iat_rva, 8 * len(dll.functions), True, f"the import address table of {dll.name}")
        for dll in image.imports
        if dll.functions
    ]
    if plan.tls_template is not None:
        template, size, _, _ = plan.tls_template
        used += [(template, size, False, "the TLS template")] if size else []
        used += [(plan.tls_index, 4, True, "the TLS index")] if plan.tls_index else []
    if plan.guard:
        checks, dispatches, functions, jumps, stride = plan.guard
        used += [(rva, 8, False, "a slot for Control Flow Guard") for rva in checks + dispatches]
        tables = [table for table in (functions, jumps) if table]
        used += [(rva, count * stride, False, "a table of Control Flow Guard") for rva, count in tables]
    if plan.security_cookie:
        used.append((plan.security_cookie, 8, True, "the security cookie"))
    return used


def _plan_tls(plan: Plan, tls: Tls | None) -> None:
    callbacks = tls.callbacks if tls else []
    plan.tls_callbacks = tuple(callbacks)
    plan.tls_callback_table = tls.callbacks_rva if tls and callbacks else 0
    plan.tls_index = tls.index_rva if tls else 0
    plan.tls_template = None
    if tls:
        alignment = tls.alignment or 16
        plan.tls_template = (tls.template_rva, tls.template_size, tls.zero_fill_size, alignment)


def _security_cookie_of(image: Image) -> int:
    """The RVA of __security_cookie, if it has its linker's default value, which the loader replaces.

    Source: Microsoft, "/GS (Buffer Security Check)"; "Load Configuration Layout" in "PE Format".
    """
    config = image.load_config
    rva = config.security_cookie_rva if config else 0
    if not 0 < rva <= image.size_of_image - 8 or image.contiguous(rva) < 8:
        return 0
    return rva if image.read(rva, 8) == DEFAULT_SECURITY_COOKIE else 0


def _guard_of(image: Image) -> Guard | None:
    """See Plan. What is compiled for eXtended Flow Guard calls through the dispatch, with a hash that is not
    looked at.

    Source: Microsoft, "PE Format", "Control Flow Guard", "Load Configuration Layout".
    """
    config = image.load_config
    if not image.dll_characteristics & layout.DLL_GUARD_CF or config is None:
        return None
    record, flags = config.record, config.record.guard_flags
    if not flags & layout.GUARD_CF_INSTRUMENTED:
        return None

    def slots(*addresses: int) -> tuple[int, ...]:
        return tuple(config.rva_of(address) for address in addresses if address)

    def table(flag: int, address: int, count: int) -> tuple[int, int] | None:
        return (config.rva_of(address), count) if flags & flag and count else None

    return (
        slots(record.guard_cf_check_function_address),
        slots(record.guard_cf_dispatch_function_address, record.guard_xfg_dispatch_function_address),
        table(
            layout.GUARD_CF_FUNCTION_TABLE_PRESENT,
            record.guard_cf_function_table_address,
            record.guard_cf_function_count,
        ),
        table(
            layout.GUARD_CF_LONGJUMP_TABLE_PRESENT,
            record.guard_long_jump_target_table_address,
            record.guard_long_jump_target_count,
        ),
        4 + (flags >> layout.GUARD_TABLE_STRIDE_SHIFT),
    )


def _packed(functions: Iterable[ImportedFunction]) -> bytes:
    return b"".join(
        b"n" + function.name.encode("utf-8", "surrogateescape") + b"\0"
        if function.name is not None
        else b"#" + (function.ordinal or 0).to_bytes(2, "little")
        for function in functions
    )


# ---- the laid-out copy ----


def _relocatable(image: Image) -> bool:
    return not image.characteristics & layout.FILE_RELOCS_STRIPPED


def bases(image: Image, key: str) -> list[int]:
    """Bases to try, the same in every process.

    As on Windows, an image that prefers to lie below 4 GiB stays there: it may hold 32-bit addresses.
    """
    if not _relocatable(image):
        return [image.image_base]
    chosen = places(key, image.size_of_image, low=image.image_base < 1 << 32)
    # Without DYNAMIC_BASE an image lies where it wants to: its code may never have been tried elsewhere.
    return chosen if image.dll_characteristics & layout.DLL_DYNAMIC_BASE else [image.image_base, *chosen]


def places(key: str, size: int, low: bool = False) -> list[int]:
    """Addresses that a key chooses, below 4 GiB or in a range that little else uses."""
    begin, end = (0x1000_0000, 0x7000_0000) if low else (0x2000_0000_0000, 0x3000_0000_0000)
    count = max(1, (end - begin - page_up(size)) // 0x10000)
    first = _core.hash(key.encode())
    return [begin + (first + attempt * 0x61C9) % count * 0x10000 for attempt in range(64)]


def laid_out(image: Image, plan: Plan, name: str | None, relocated: bool) -> int:
    """A descriptor of a laid-out copy of the image, kept under that name; -1 where no file can be had. The
    address space is reserved.
    """
    size = page_up(plan.size)
    return image_cache.make_entry(
        name, size, lambda new: lay_out(image, plan, new, relocated), plan.to_bytes()
    )


def lay_out(image: Image, plan: Plan, fd: int, relocated: bool) -> None:
    """Write the image to the file as it lies in memory at its base, relocated to there or not."""
    base, size = plan.base, page_up(plan.size)
    _core.map(base, size, READ | WRITE, fd, 0, True)
    try:
        for rva, data in pieces(image, size):
            os.pwrite(fd, data, rva)  # by a system call: a full disk is an error, not a signal
        if relocated:
            relocate(image, base, size)
    finally:
        # Away with the shared mapping, before the cache marks the file as complete.
        _core.map(base, size, 0, -1, 0, False)


def lay_out_here(image: Image, plan: Plan, relocated: bool) -> None:
    """Lay the image out in memory of this process, where there is no file to map. What it takes is given back
    when that fails.
    """
    base, size = plan.base, page_up(plan.size)
    try:
        _core.map(base, size, READ | WRITE, -1, 0, False)
        for rva, data in pieces(image, size):
            _core.write(base + rva, data)
        if relocated:
            relocate(image, base, size)
        _core.protect(base, size, 0)
        for rva, length, _, meanwhile in plan.regions:
            _core.protect(base + rva, length, meanwhile)
    except BaseException:
        _core.unmap(base, size)
        raise


def pieces(image: Image, size: int) -> Iterator[tuple[int, bytes]]:
    """(RVA, bytes) of the headers and of what the file has of each section."""
    yield 0, image.read(0, min(image.size_of_headers, size))
    for section in mapped_sections(image):
        # The file's bytes go on to the end of the last page, whatever the virtual size is.
        in_file = section.offset or image.is_low_alignment  # which begins with its headers
        stored = min(page_up(section.virtual_size), section.raw_size if in_file else 0)
        if stored:
            yield section.rva, image.read(section.rva, stored)


def relocate(image: Image, base: int, size: int) -> None:
    """Apply the base relocations to a writable laid-out image at `base`, and tell its header."""
    rva, length = image.directory(layout.DIRECTORY_RELOCATION)
    delta = base - image.image_base
    if delta and rva and _relocatable(image):
        bad_rva = _core.relocate(base, size, rva, length, delta & (1 << 64) - 1)
        if bad_rva >= 0:
            raise image.bad(f"bad base relocation at RVA {bad_rva:#x}", image.offset_of(bad_rva) or 0)
    _core.write(base + image.dos_header.lfanew + 24 + 24, base.to_bytes(8, "little"))
