"""Mapping an image, and protecting its pages.

A laid-out copy of the file (see image_cache) is mapped privately, region by region, at a base that is the
same in every process.
"""

from __future__ import annotations

import errno
import os

from windlass import _core, errors, image_cache
from windlass.light import TYPE_CHECKING
from windlass.plan import FORMAT, READ, WRITE, Plan, page_up

if TYPE_CHECKING:
    from collections.abc import Callable

    from windlass.pe import Image

__all__ = ["map_data", "map_image", "map_shared", "memory_of", "patch", "protect"]

END_OF_ADDRESSES = 1 << 47
"""What Linux and Windows give to programs."""

KEPT_CHOICES = 2
"""For so many of the bases that an image may be given a laid-out copy is kept."""


def map_image(key: str, read: Callable[[], Image], *, kept: bool = True, for_resources: bool = False) -> Plan:
    """Map an image, laid out and relocated, its regions with the protection that loading needs.

    key:  tells this image from all others, and decides where it lies.
    read: opens it. Not called when there is a laid-out copy already.
    kept: the laid-out copy is kept for other processes.
    for_resources: nothing in it is to run, so it may be for any machine.

    BadImage for what cannot be loaded.
    """
    names = [f"{key}.{FORMAT}-{choice}.image" for choice in range(KEPT_CHOICES if kept else 0)]
    for name in names:
        entry = image_cache.open_entry(name)
        if entry is not None and (plan := _map_kept(*entry)):
            return plan
    with read() as image:
        from windlass import preparing  # and all that reads images: not needed for what is kept

        if for_resources:
            plan, bases = preparing.resource_plan(image), preparing.places(key, image.size_of_image)
        else:
            plan, bases = preparing.plan_of(image), preparing.bases(image, key)
        return _map_new(image, plan, bases, names, relocated=not for_resources)


def map_data(fd: int, size: int) -> int:
    """Map a file as it is, readable only; returns where."""
    from windlass import preparing

    status = os.fstat(fd)
    for base in preparing.places(f"{status.st_dev:x}-{status.st_ino:x}-data", page_up(size)):
        if _reserve(base, page_up(size)):
            _core.map(base, page_up(size), READ, fd, 0, False)
            return base
    raise MemoryError("no address space is left")


def _map_kept(fd: int, note: bytes) -> Plan | None:
    """Map a laid-out copy; None where something else lies at its base, or where a better one is free."""
    try:
        plan = Plan.from_bytes(note)
        if plan is None:
            return None
        size = page_up(plan.size)
        if any(_is_free(base, size) for base in plan.skipped) or not _reserve(plan.base, size):
            return None
        _map_regions(plan, fd)
        return plan
    except MemoryError:
        return None
    finally:
        os.close(fd)


def _map_new(image: Image, plan: Plan, bases: list[int], names: list[str], *, relocated: bool) -> Plan:
    """Lay the image out and map it; the first bases have names under which the copy is kept."""
    from windlass import preparing

    for choice, plan.base in enumerate(bases):
        plan.skipped = tuple(bases[:choice])
        if _reserve_for(image, plan):
            try:
                name = names[choice] if choice < len(names) else None
                fd = preparing.laid_out(image, plan, name, relocated)
            except BaseException:
                _core.unmap(plan.base, page_up(plan.size))
                raise
            if fd < 0:
                preparing.lay_out_here(image, plan, relocated)
                return plan
            try:
                _map_regions(plan, fd)
            finally:
                os.close(fd)
            return plan
    raise image.bad(f"the address space at {image.image_base:#x} is taken and the image cannot be moved", 0)


def _reserve_for(image: Image, plan: Plan) -> bool:
    try:
        return _reserve(plan.base, page_up(plan.size))
    except MemoryError:
        raise errors.no_address_space(image.path or "the image", plan.size) from None


def _reserve(base: int, size: int) -> bool:
    """Take address space; False when it is taken, or not what the system gives to programs. MemoryError when
    this process may not have so much.
    """
    try:
        _core.reserve(base, size)
    except OSError as error:
        if error.errno == errno.ENOMEM and base + size <= END_OF_ADDRESSES:
            raise MemoryError("no address space is left") from None
        return False
    return True


def _is_free(base: int, size: int) -> bool:
    if not _reserve(base, size):
        return False
    _core.unmap(base, size)
    return True


def _map_regions(plan: Plan, fd: int) -> None:
    """Map a laid-out copy over the address space taken for it, which is given back when that fails."""
    try:
        _core.map_regions(plan.base, fd, plan.regions)
    except BaseException:
        _core.unmap(plan.base, page_up(plan.size))
        raise


def map_shared(plan: Plan, key: str) -> list[int]:
    """Map the regions that are one for all processes; returns descriptors that hold them.

    The first process sets a region's initial data. A lock on the region's file, which ends with its holder,
    tells whether there is another one.
    """
    held = []
    for rva, size, protection in plan.shared:
        initial = _core.read(plan.base + rva, size)
        fd = image_cache.open_shared(f"{key}-{rva:x}.shared", size, initial)
        if fd is None:
            continue
        _core.map(plan.base + rva, size, protection, fd, 0, True)
        held.append(fd)
    return held


def memory_of(plan: Plan) -> bytearray:
    """The bytes of a mapped image."""
    data = bytearray(page_up(plan.size))
    for rva, size, protection, _ in plan.regions:
        if protection & READ:
            data[rva : rva + size] = _core.read(plan.base + rva, size)
    return data


# ---- protections ----


def patch(plan: Plan, rva: int, data: bytes) -> None:
    """Write to an image that is protected already; no more than one of its regions has."""
    for start, size, protection, _ in plan.regions:
        if start <= rva < start + size:
            _core.protect(plan.base + start, size, protection | READ | WRITE)
            _core.write(plan.base + rva, data)
            _core.protect(plan.base + start, size, protection)


def protect(plan: Plan) -> None:
    """Give each region its own protection; loading has written what it has to write."""
    for rva, size, protection, meanwhile in plan.regions:
        if protection != meanwhile:
            _core.protect(plan.base + rva, size, protection)
