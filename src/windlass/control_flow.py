"""Control Flow Guard: indirect calls lead to nothing but functions that a linker has listed.

As on Windows the program decides: it is enforced in a process whose EXE was linked with /guard:cf, and
nowhere while Python is the program. Images that were not built for it, and code that is made at run time, may
be called at any address; a program may declare its own functions by SetProcessValidCallTargets. Into an image
that lists where longjmp may lead, it leads nowhere else. Where exception handlers continue is never checked:
Windows does that with hardware shadow stacks only ("/guard:ehcont (Enable EH Continuation Metadata)").

Source: Microsoft, "Control Flow Guard", "PE Format".
"""

from __future__ import annotations

from windlass import _core, mapping
from windlass.light import TYPE_CHECKING
from windlass.plan import EXECUTE

if TYPE_CHECKING:
    from windlass.module import Module

__all__ = ["enter", "leave", "start"]


def start(program: Module) -> None:
    """Enforce it from now on, if the program asks for that."""
    if program.plan.guard:
        _core.guard_enable()


def enter(module: Module) -> None:
    """Only what its table lists may be called in a module, whose own calls are checked. It is bound and
    protected.
    """
    if not module.plan.guard or not _core.guard_is_on():
        return
    checks, dispatches, functions, jumps, stride = module.plan.guard
    for rva, size, protection, _ in module.plan.regions:
        if protection & EXECUTE:
            _core.guard_set_range(module.handle + rva, size, False)
    if functions:
        rva, count = functions
        listed = _core.read(module.handle + rva, count * stride)
        _core.guard_add_table(module.handle, module.size, listed, stride)
    if jumps:
        rva, count = jumps
        _core.guard_add_jumps(module.handle, module.size, module.handle + rva, count, stride)
    for slots, address in ((checks, _core.guard_check), (dispatches, _core.guard_dispatch)):
        for slot in slots:
            mapping.patch(module.plan, slot, address.to_bytes(8, "little"))


def leave(module: Module) -> None:
    """The module is about to be unmapped: what lies there next is another matter."""
    if module.plan.guard and _core.guard_is_on():
        _core.guard_remove_jumps(module.handle)
        _core.guard_set_range(module.handle, module.size, True)
