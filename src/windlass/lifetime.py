"""The life of a mapped module: attached, referenced, detached, unmapped.

All of it under the loader lock. What is attached when the process ends is detached by core/process_end.c,
when Python has ended: until then finalizers of Python objects may call DLLs.

Source: Microsoft, "DllMain entry point", "FreeLibrary function", "About Dynamic-Link Libraries".
"""

from __future__ import annotations

import atexit
import os

from windlass import _core, control_flow, errors, registry, tracing
from windlass.light import TYPE_CHECKING, suppress
from windlass.plan import page_up
from windlass.process import loader_lock, modules

if TYPE_CHECKING:
    from collections.abc import Callable

    from windlass.module import Module

    Watcher = Callable[[Module, int], None]

__all__ = ["attach", "depend", "detach", "free", "hide", "release", "unmap"]

DLL_PROCESS_DETACH, DLL_PROCESS_ATTACH = 0, 1

# enum module_count of core/module.h
RELEASE, ADD_REFERENCE, PIN = 0, 1, 2


# The reasons of LdrDllNotification, and one of windlass's own.
LOADED, UNLOADED, BOUND = 1, 2, 3

watchers: list[Watcher] = []
"""Called with a module that has been mapped, that has been bound, or that is about to be unmapped."""


def announce(module: Module, reason: int) -> None:
    """Tell all who watch."""
    for watcher in list(watchers):
        watcher(module, reason)


def depend(module: Module, provider: Module) -> None:
    """Note that the module uses the provider, which then stays as long as the module does."""
    if provider is not module and provider not in module.dependencies:
        module.dependencies.append(provider)
        provider.dependants += 1


def attach(module: Module, at_start: bool = False) -> None:
    """Run TLS callbacks and the entry point with DLL_PROCESS_ATTACH.

    at_start: the DLL is bound to the program and stays until the process ends; lpReserved tells the DLL so.

    OSError with winerror 1114 when the entry point returns FALSE, 998 when it raises an exception.
    """
    tracing.event(f"attach {module.name}")
    _core.teb()  # else the call below makes this a Windows thread, and announces it to the module too early
    module.attached = True
    modules.attached.append(module)
    _core.module_set_initialized(module.record)
    try:
        result = _call_entry_points(module, DLL_PROCESS_ATTACH, int(at_start))
    except OSError as error:
        raise errors.entry_point_raised(module.path, error) from error
    if not result:
        raise errors.entry_point_refused(module.path)


def detach(module: Module) -> None:
    """Run TLS callbacks and the entry point with DLL_PROCESS_DETACH; what they raise is let go."""
    if not module.attached:
        return
    tracing.event(f"detach {module.name}")
    module.attached = False
    modules.attached.remove(module)
    with suppress(OSError):
        _call_entry_points(module, DLL_PROCESS_DETACH, 0)
    _core.module_set_detached(module.record)


def _call_entry_points(module: Module, reason: int, reserved: int) -> int:
    plan = module.plan
    for rva in plan.tls_callbacks:
        _core.call(module.handle + rva, module.handle, reason, reserved)
    if not plan.entry_point or not plan.is_dll:
        return 1
    return _core.call(module.handle + plan.entry_point, module.handle, reason, reserved) & 0xFFFFFFFF


def free(module: Module) -> None:
    """Give one reference back; modules that nothing uses any more are detached and unmapped.

    OSError with winerror 126 when the module is not loaded, or not by LoadLibrary.
    """
    with loader_lock:
        if not module.record or (not module.loads and not module.pinned):
            raise errors.win_error(errors.ERROR_MOD_NOT_FOUND)
        if module.pinned:
            return
        module.loads -= 1
        if not module.loads:
            unload_unused()


def change_count(handle: int, change: int) -> bool:
    """What LdrAddRefDll, GetModuleHandleEx and FreeLibraryAndExitThread ask for; False: no such module."""
    with loader_lock:
        module = modules.by_handle(handle)
        if module is None:
            return False
        if change == PIN:
            module.pinned = True
        elif change == ADD_REFERENCE:
            module.loads += 1
        else:
            with suppress(OSError):
                free(module)
        return True


def unload_unused() -> None:
    """Unload what no load reaches through bindings. Circles of modules go as one.

    An entry point that is called for detach may free more; that goes when the modules before it are gone.
    """
    if modules.unloading:
        return
    modules.unloading = True
    try:
        while unused := _unused():
            for module in [each for each in reversed(modules.attached) if each in unused]:
                detach(module)
            inhabited = _inhabited(unused)
            for module in unused:
                release(module)
            for module in unused:
                (hide if module in inhabited else unmap)(module)
    finally:
        modules.unloading = False


def _unused() -> list[Module]:
    """The modules that no load reaches, finished or in progress."""
    used: set[Module] = set()
    waiting = [module for module in modules if module.loads or module.pinned]
    for new in modules.being_loaded:
        waiting.extend(new)
    while waiting:
        module = waiting.pop()
        if module not in used:
            used.add(module)
            waiting.extend(module.dependencies)
    return [module for module in modules if module not in used]


def _inhabited(unused: list[Module]) -> set[Module]:
    """Those in which threads still run that began there, and what they need. On Windows the threads would
    fault as soon as the module is gone; Go's run-time, for one, has threads that never end.
    """
    found: set[Module] = set()
    waiting = [each for each in unused if _core.threads_began_within(each.handle, each.size)]
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting.extend(each for each in module.dependencies if each in unused)
    return found


def release(module: Module) -> None:
    """Let go of the modules that this one was bound to."""
    for dependency in module.dependencies:
        dependency.dependants -= 1
    module.dependencies = []


def hide(module: Module) -> None:
    """Let nobody find the module any more; it stays mapped for ever."""
    tracing.event(f"keep {module.name}: threads run in it")
    announce(module, UNLOADED)
    modules.remove(module)
    modules.hidden.append(module)
    if module.builtin:
        registry.forget(module.name)
    _core.module_hide(module.record)
    module.record = 0


def unmap(module: Module) -> None:
    """Take the module out of the process."""
    tracing.event(f"unmap {module.name}")
    announce(module, UNLOADED)
    modules.remove(module)
    if module.builtin:
        registry.forget(module.name)
    if module.tls_index is not None:
        _core.tls_remove(module.tls_index)
    _core.module_remove(module.record)
    control_flow.leave(module)
    _core.unmap(module.handle, page_up(module.size))
    if module.additions is not None:
        module.additions.unmap()
    module.record = 0
    module.close_image()
    module.keep.clear()
    for fd in module.descriptors:
        os.close(fd)


atexit.register(_core.interpreter_ends)
