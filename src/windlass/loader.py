"""Loading and unloading: the whole story, one function per stage.

    find -> read -> map -> relocate -> need dependencies -> bind -> protect -> attach -> commit

What reading and relocating give is kept (see plan and image_cache): only an image's first load does them.
A load is a transaction: until its commit point nothing outside can tell that it began, and a failure at any
stage takes back what earlier stages did. Everything here runs under the loader lock.

Source: Microsoft, "About Dynamic-Link Libraries", "LoadLibraryEx function", "DllMain entry point".
"""

from __future__ import annotations

import copyreg
import os
import sys

from windlass import (
    _core,
    activation,
    control_flow,
    datafile,
    errors,
    faults,
    lifetime,
    mapping,
    registry,
    search,
    tracing,
)
from windlass.datafile import DataFile
from windlass.errors import BadImage
from windlass.light import TYPE_CHECKING
from windlass.module import Module
from windlass.plan import functions, page_up
from windlass.process import loader_lock, modules

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from windlass.pe import Image
    from windlass.plan import Plan

__all__ = ["load", "load_bytes", "load_data", "loaded", "program"]

DONT_RESOLVE_DLL_REFERENCES = 0x00000001
LOAD_LIBRARY_REQUIRE_SIGNED_TARGET = 0x00000080
KNOWN_FLAGS = 0x0000FFFF
ONLY_SEARCHING = (
    None,
    0,
    search.SEARCH_DEFAULT_DIRS,
    search.SEARCH_DEFAULT_DIRS | search.SEARCH_DLL_LOAD_DIR,
)
"""Flags that mean nothing when the DLL is loaded."""

# Entry flags of LDR_DATA_TABLE_ENTRY.
IMAGE_DLL = 0x00000004


def load(name: str | os.PathLike[str], flags: int | None = None, *, directory: str | None = None) -> Module:
    """Load a DLL, or add a reference to it when it is loaded.

    name:      a path, or a file name to search for; ".dll" is appended when it has no extension.
    flags:     those of LoadLibraryEx, which say where to search; 0 is the standard search order. Without any,
               as in ctypes: LOAD_LIBRARY_SEARCH_DEFAULT_DIRS, and LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR for a
               path. For LOAD_LIBRARY_AS_DATAFILE and its like see `load_data`.
    directory: searched before all other folders.

    OSError with winerror 87 for flags that contradict each other, FileNotFoundError when the DLL or a
    dependency is not found, OSError with winerror 193 for a file that is no x86-64 image, 127 when a
    dependency lacks a function, 14001 when a manifest names an assembly that is nowhere, 1114 when an entry
    point refuses, 998 when it raises an exception. Each says who needed what and where it was searched.
    """
    name = os.fspath(name)
    if flags in ONLY_SEARCHING and name[:1] == "/" and (handle := _core.load_again(name)):
        return modules[handle]
    if flags is None:
        name, flags = _as_ctypes_searches(name)
    check_flags(name, flags)
    if flags & datafile.FLAGS:
        raise errors.win_error(errors.ERROR_INVALID_PARAMETER)
    name = _host_name(name)
    with loader_lock:
        _start_process()
        module = _loaded_for(name, None)
        if module is None:
            tracing.event(f"load {name}")
            module = _Load(name, flags, directory).run()
        module.loads += 1
        return module


def load_bytes(
    data: bytes, name: str = "memory.dll", directory: str | os.PathLike[str] | None = None
) -> Module:
    """Load a DLL from memory. Each call loads it once more, as a module of its own.

    name:      the file name by which other modules, and GetModuleHandle, find it.
    directory: where what it imports is searched for first.

    Errors are those of `load`. Sections that are shared between processes are this module's own.
    """
    if "/" in name or "\\" in name or not name:
        raise ValueError(f"{name!r} is no file name")
    name = search.with_extension(name)
    where = os.path.abspath(os.fspath(directory)) if directory is not None else None
    with loader_lock:
        _start_process()
        tracing.event(f"load {name} from memory")
        module = _Load(name, search.SEARCH_DEFAULT_DIRS, where).run(lambda: map_bytes(bytes(data), name))
        module.loads += 1
        return module


def load_data(name: str | os.PathLike[str], flags: int = datafile.AS_DATAFILE) -> Module | DataFile:
    """Map a DLL for its resources only: no code of it runs, and it may be for any machine.

    flags: LOAD_LIBRARY_AS_DATAFILE, LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE or LOAD_LIBRARY_AS_IMAGE_RESOURCE,
           and where to search.

    A DLL that is loaded as a module is not mapped again: then the result is the module, with one more
    reference. Errors are those of `load`; each result is to be freed.

    Source: Microsoft, "LoadLibraryExW function".
    """
    name = os.fspath(name)
    check_flags(name, flags)
    name = _host_name(name)
    with loader_lock:
        _start_process()
        if module := _loaded_by(name):
            module.loads += 1
            return module
        try:
            return datafile.map_found(search.find(name, flags=flags), flags)
        except search.NotFound as error:
            why = errors.why_not_found(error.name, None, [], error.searched)
            raise errors.module_not_found(name, why) from None
        except BadImage as error:
            raise errors.bad_image(error.path or name, error.detail) from None


def check_flags(name: str, flags: int) -> None:
    """OSError with winerror 87 for flags that LoadLibraryEx does not know or that contradict each other."""
    both = datafile.AS_DATAFILE | datafile.AS_DATAFILE_EXCLUSIVE
    if (
        flags & ~KNOWN_FLAGS
        or (flags & search.WITH_ALTERED_SEARCH_PATH and flags & search.SEARCH_FLAGS)
        or flags & both == both
        or (flags & search.SEARCH_DLL_LOAD_DIR and not _is_absolute(name))
    ):
        raise errors.win_error(errors.ERROR_INVALID_PARAMETER)


def _is_absolute(name: str) -> bool:
    return name.startswith(("/", "\\")) or name[1:3] in (":\\", ":/")


def _as_ctypes_searches(name: str) -> tuple[str, int]:
    """The absolute path or the plain name, and the flags, for which ctypes calls LoadLibraryEx."""
    if "/" not in name and "\\" not in name:
        return name, search.SEARCH_DEFAULT_DIRS
    if not _is_absolute(name):
        name = os.path.abspath(name if os.path.exists(name) else name.replace("\\", "/"))
    return name, search.SEARCH_DEFAULT_DIRS | search.SEARCH_DLL_LOAD_DIR


def loaded(name: str) -> Module | None:
    """The module of that name or path, if it is loaded. Adds no reference."""
    with loader_lock:
        _start_process()
        return _loaded_for(_host_name(name), None)


def _pickled(module: Module) -> tuple[Any, ...]:
    """By reference: the other process loads the DLL, which adds one to its reference count there."""
    if not module.is_loaded:
        raise errors.win_error(errors.ERROR_MOD_NOT_FOUND)
    return load, (module.name if module.builtin else module.path,)


copyreg.pickle(Module, _pickled)


def _host_name(name: str) -> str:
    """A Windows path as a host path; a host path or a plain file name as it is.

    A path without a root stays one: it is searched for in each folder of the search order.
    """
    if "\\" in name or name[1:2] == ":":
        if os.path.exists(name):
            return os.path.abspath(name)
        if not _is_absolute(name) and name[1:2] != ":":
            return name.replace("\\", "/")
        return _core.path_to_host(name) or name
    return name


def _loaded_by(name: str) -> Module | None:
    name = search.with_extension(name)
    if "/" in name:
        if not os.path.isabs(name):
            return None
        system_dll = search.in_system_directory(name)
        return modules.by_name(system_dll) if system_dll else modules.by_path(name)
    hosts = search.api_set_hosts(name)
    return modules.by_name(hosts[0] if hosts else name)


def redirected(name: str) -> tuple[str, Module | None] | None:
    """The path that a plain file name means to the calling thread, and its module if that is loaded; None if
    nothing redirects the name.
    """
    with loader_lock:
        path = _redirected(name, None)
        return (path, modules.by_path(path)) if path is not None else None


def _loaded_for(name: str, needed_by: Module | None) -> Module | None:
    """The module that a name means to a module or, for LoadLibrary, to the calling thread."""
    if known := modules.known_as(name):
        return known
    path = _redirected(name, needed_by)
    return modules.by_path(path) if path is not None else _loaded_by(name)


def _redirected(name: str, needed_by: Module | None) -> str | None:
    """The path that `.local` gives a name, or an activation context: the module's own or, if it brings none,
    the one that is in force for the calling thread.
    """
    if "/" in name or search.is_known(name := search.with_extension(name)):
        return None
    if path := search.local_path(name):
        return path
    context = (needed_by.context if needed_by is not None else None) or activation.contexts.current()
    return context.redirect(name) if context is not None else None


# ---- a load ----


class _Load:
    """One load with all that it brings in, until it is committed or rolled back."""

    def __init__(self, name: str, flags: int, directory: str | None = None) -> None:
        self.name = name
        self.flags = flags
        self.directory = directory
        """Where dependencies are searched for first."""
        self.new: list[Module] = []
        """In the order of mapping."""
        self.attached: list[Module] = []

    def run(self, map_it: Callable[[], Module] | None = None) -> Module:
        """The module, attached with all that it needs.

        map_it: gives it mapped, where it is not to be searched for.
        """
        modules.being_loaded.append(self.new)
        try:
            module = self.complete(self.enter(map_it())) if map_it else self.need(self.name)
            if not self.flags & DONT_RESOLVE_DLL_REFERENCES:
                for each in self.in_attach_order(module):
                    self.attach(each)
        except BadImage as error:
            self.roll_back()
            raise errors.bad_image(error.path or self.name, error.detail) from None
        except BaseException:
            self.roll_back()
            raise
        finally:
            modules.being_loaded.pop()
        return module

    def run_program(self, program: Module) -> None:
        """Bind the program and attach its DLLs, before its entry point is called."""
        try:
            self.bind(program)
            protect(program)
            control_flow.enter(program)
            for each in self.in_attach_order(program):
                self.attach(each, at_start=True)
        except BadImage as error:
            raise errors.bad_image(error.path or self.name, error.detail) from None

    def need(self, name: str, needed_by: Module | None = None, imported: bytes = b"") -> Module:
        """The module behind a name, mapped and bound with everything that it needs, but not attached.

        imported: what `needed_by` imports from it.
        """
        module = _loaded_for(name, needed_by)
        return module or self.complete(self.map(self.find(name, needed_by, imported)))

    def complete(self, module: Module) -> Module:
        """Bind a mapped module, if that is wanted, and protect it."""
        _ = module.context  # can only be made now
        if not self.flags & DONT_RESOLVE_DLL_REFERENCES:
            self.bind(module)
        protect(module)
        control_flow.enter(module)
        lifetime.announce(module, lifetime.BOUND)
        return module

    def find(self, name: str, needed_by: Module | None, imported: bytes) -> search.Found:
        flags, directory = self.flags, self.directory
        if needed_by is not None:
            own = needed_by.plan.load_flags
            flags, directory = search.for_imports(flags, directory, own, needed_by.path)
        try:
            found = search.find(
                name,
                load_directory=directory,
                flags=flags,
                redirect=lambda base: _redirected(base, needed_by),
            )
        except search.NotFound as error:
            needs = [text(function) for function in functions(imported)]
            importer = needed_by.path if needed_by else None
            error.why = errors.why_not_found(error.name, importer, needs, error.searched)
            raise errors.module_not_found(self.name, error.why) from None
        tracing.event(f"find {name}: {found.path or 'builtin ' + str(found.builtin)}")
        if self.flags & LOAD_LIBRARY_REQUIRE_SIGNED_TARGET and needed_by is None and found.path is not None:
            from windlass import authenticode  # with two libraries that nothing else needs

            authenticode.require(found.path)
        if needed_by is None and found.path is not None and _resolves_beside(self.flags):
            self.directory = os.path.dirname(found.path)
        return found

    def map(self, found: search.Found) -> Module:
        if found.path is not None and (module := modules.by_path(found.path)):
            return module
        return self.enter(
            map_builtin(found.builtin) if found.builtin is not None else map_file(found.path or "")
        )

    def enter(self, module: Module) -> Module:
        """Note a module that has just been mapped."""
        self.new.append(module)
        tracing.event(f"map {module.path} at {module.handle:#x}-{module.handle + module.size:#x}")
        lifetime.announce(module, lifetime.LOADED)
        return module

    def bind(self, module: Module) -> None:
        """Fill the IAT; dependencies are mapped and bound first, except in a circle."""
        imports, at = module.plan.imports, 0
        while (at := bind_known(module, at)) < len(imports):
            dll, iat_rva, imported = imports[at]
            # An API set is a name for several DLLs; the first one's handle is what its name gives.
            names = search.api_set_hosts(dll) or (dll,)
            providers = [self.need(name, module, imported) for name in names]
            for provider in providers:
                lifetime.depend(module, provider)
            write_iat(module, dll, iat_rva, imported, providers)
            at += 1

    def in_attach_order(self, module: Module) -> list[Module]:
        """The new modules, dependencies first; in a circle the one that was reached last comes first."""
        order: list[Module] = []
        seen: set[Module] = set()

        def visit(each: Module) -> None:
            if each in seen:
                return
            seen.add(each)
            for dependency in each.dependencies:
                visit(dependency)
            order.append(each)

        visit(module)
        return [each for each in order if not each.attached]

    def attach(self, module: Module, at_start: bool = False) -> None:
        self.attached.append(module)
        lifetime.attach(module, at_start)

    def roll_back(self) -> None:
        for module in reversed(self.attached):
            if module in self.new:
                lifetime.detach(module)
        for module in reversed(self.new):
            lifetime.release(module)
        for module in self.new:
            lifetime.unmap(module)


def _resolves_beside(flags: int) -> bool:
    """Whether dependencies are searched for in the DLL's own folder first.

    LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR and LOAD_WITH_ALTERED_SEARCH_PATH say so. In the standard order Windows
    looks into the application's folder; where Python is the program, a DLL's companions do not lie there, so
    the DLL's own folder is searched as well.
    """
    if flags & search.SEARCH_FLAGS:
        return bool(flags & search.SEARCH_DLL_LOAD_DIR)
    return bool(flags & search.WITH_ALTERED_SEARCH_PATH) or search.settings.program is None


# ---- map ----


def map_file(path: str, check: Callable[[Plan], None] | None = None) -> Module:
    """Map a DLL from a file: laid out, relocated, its sections not yet protected."""
    status = os.stat(path)
    key = _identity(status)
    plan = mapping.map_image(key, lambda: _open_image(path))
    if check:
        check(plan)
    module = Module(path, plan, lambda: read_image(path, key, plan), builtin=False)
    module.descriptors = mapping.map_shared(plan, key)
    publish(module, (status.st_dev, status.st_ino))
    set_up_tls(module)
    return module


def map_bytes(data: bytes, name: str) -> Module:
    """Map a DLL from its bytes."""
    from windlass.pe import Image

    def read() -> Image:
        return Image(data, path=name)

    plan = mapping.map_image(f"{name}-{len(data):x}", read, kept=False)
    module = Module(name, plan, read, builtin=False)
    publish(module)
    set_up_tls(module)
    return module


def _identity(status: os.stat_result) -> str:
    """What tells a file, as it is now, from all others."""
    times = f"{status.st_mtime_ns:x}-{status.st_ctime_ns:x}"
    return f"{status.st_dev:x}-{status.st_ino:x}-{status.st_size:x}-{times}"


def _open_image(path: str) -> Image:
    from windlass.pe import Image

    return Image.open(path)


def read_image(path: str, key: str, plan: Plan) -> Image:
    """The image of a mapped file: the file, or what of it lies in memory when that has been replaced."""
    from windlass.pe import Image

    if os.path.exists(path) and _identity(os.stat(path)) == key:
        return Image.open(path)
    return Image(mapping.memory_of(plan), mapped=True, path=path)


def map_builtin(name: str) -> Module:
    """Map a builtin DLL, or a supplied one, and connect its exports to their functions."""
    spelled = registry.prepare(name)
    # The image of a supplied DLL is this process's own affair.
    kept = not registry.is_supplied(name)
    plan = mapping.map_image(f"{name}-{registry.fingerprint()}", lambda: registry.image(name), kept=kept)
    path = os.path.join(search.system_directory(), spelled)
    module = Module(path, plan, lambda: registry.image(name), builtin=True)
    publish(module)
    registry.fill(name, plan.base, plan.base + plan.slots)
    if name in registry.additions:
        from windlass.additions import apply

        apply(module)
    return module


def trace_calls(*names: str) -> None:
    """Trace these API functions, DLLs or "loader" from now on, and nothing else; see windlass.trace."""
    with loader_lock:
        tracing.select(",".join(names))
        _core.trace_loader(tracing.selection.loader)
        for module in modules:
            if module.builtin and registry.mapped(module.name):
                registry.connect(module.name, module.handle + module.plan.slots)
                if module.additions is not None:
                    module.additions.connect()


def publish(module: Module, file: tuple[int, int] = (0, 0)) -> None:
    """Enter the module into the process's lists.

    file: device and inode.
    """
    plan, base = module.plan, module.handle
    module.record = _core.module_add(
        base,
        base + plan.entry_point if plan.entry_point and plan.is_dll else 0,
        page_up(plan.size),
        IMAGE_DLL if plan.is_dll else 0,
        plan.timestamp,
        plan.preferred_base,
        module.windows_path,
        base + plan.tls_callback_table if plan.tls_callback_table else 0,
        *file,
        module.builtin and search.is_known(module.name),
    )
    modules.add(module)


def set_up_tls(module: Module) -> None:
    """Give every thread its copy of the module's thread-local data, and the module its index."""
    plan = module.plan
    if plan.tls_template is None:
        return
    rva, size, zero_fill, alignment = plan.tls_template
    index = _core.tls_add(module.handle + rva, size, zero_fill, alignment)
    if index < 0:
        raise errors.win_error(errors.ERROR_NOT_ENOUGH_MEMORY)
    module.tls_index = index
    if plan.tls_index:
        _core.write(module.handle + plan.tls_index, index.to_bytes(4, "little"))


# ---- bind ----


def bind_known(module: Module, first: int) -> int:
    """Bind the imports from the first on that come from known DLLs which are loaded; returns the index of the
    one that does not.

    Most imports do: no search and no activation context can change what their names mean.
    """
    end, handles, missing = _core.bind_known(module.handle, module.plan.imports, first)
    for handle in handles:
        lifetime.depend(module, modules[handle])
    for number, indices in missing:
        dll, iat_rva, imported = module.plan.imports[number]
        for index in indices:
            stub = stand_in(module, dll, functions(imported)[index])
            _core.write(module.handle + iat_rva + 8 * index, stub.to_bytes(8, "little"))
    return end


def write_iat(module: Module, dll: str, iat_rva: int, imported: bytes, providers: list[Module]) -> None:
    """Write the addresses of one import descriptor's functions."""
    iat = module.handle + iat_rva
    missing = _core.bind(iat, imported, tuple(provider.handle for provider in providers))
    for index in missing:
        function = functions(imported)[index]
        if not providers[0].builtin:
            raise errors.procedure_not_found(module.path, providers[0].path, text(function))
        stub = stand_in(module, dll, function)
        _core.write(iat + 8 * index, stub.to_bytes(8, "little"))


def stand_in(module: Module, dll: str, function: str | int) -> int:
    """The address of a stub that raises, for an import that a builtin DLL lacks."""
    missing = f"{dll}!{text(function, dll)}"
    tracing.event(f"bind {module.name}: {missing} is not implemented")
    stub = _core.MissingFunction(missing, module.name)
    module.keep.append(stub)
    return stub.address


def rebind(dll: str, name: str) -> None:
    """A builtin DLL has got a function that it lacked, or lost it again: bind the modules that import it to
    it, or to stubs that raise. The loader lock must be held.
    """
    for module in modules:
        for imported_dll, iat_rva, imported in module.plan.imports:
            hosts = search.api_set_hosts(imported_dll) or (imported_dll.lower(),)
            if dll in hosts and name in (names := functions(imported)):
                providers = filter(None, map(modules.by_name, hosts))
                found = (_core.export(provider.handle, name, 0) for provider in providers)
                address = next(filter(None, found), 0) or stand_in(module, imported_dll, name)
                mapping.patch(module.plan, iat_rva + 8 * names.index(name), address.to_bytes(8, "little"))


def text(function: str | int, dll: str = "") -> str:
    """A function as users read it: its name, or #ordinal, with its name if the DLL's ordinals are known."""
    if isinstance(function, str):
        return function
    from windlass.system_dlls import ordinals

    names = {number: name for name, number in ordinals(dll.lower()).items()}
    known = names.get(function)
    return f"#{function} ({known})" if known else f"#{function}"


# ---- protect ----


def protect(module: Module) -> None:
    """Give each section its own protection, and the security cookie its secret."""
    if rva := module.plan.security_cookie:
        secret = os.urandom(6) + bytes(2)  # the upper 16 bits are zero on x64
        _core.write(module.handle + rva, secret)
    mapping.protect(module.plan)


# ---- the process ----


def program() -> Module:
    """The module that stands for the program: what GetModuleHandle(NULL) gives."""
    with loader_lock:
        _start_process()
        return next(iter(modules))


def start_program(path: str, check: Callable[[Plan], None]) -> Module:
    """Map an EXE as the program of this process, bound and with its DLLs attached.

    check: called before anything else is mapped; it refuses the program by an exception.

    Nothing may have been loaded before. Errors are those of `load`; BadImage when the EXE itself is none.
    """
    with loader_lock:
        assert not len(modules), "this process has a program already"
        search.settings.set_program(path)
        _start_process(lambda: map_file(path, check))
        module = next(iter(modules))
        control_flow.start(module)
        activation.contexts.set_process_default(activation.of_program(module.plan.manifest, path))
        _Load(path, 0).run_program(module)
        return module


def _start_process(map_the_program: Callable[[], Module] | None = None) -> None:
    """Map what every Windows process has: its program, ntdll, kernelbase and kernel32."""
    if len(modules):
        return
    _core.set_hook("resolve", registry.resolve)
    _core.set_hook("forwarder", resolve_forwarder)
    _core.set_hook("exception", errors.from_exception)
    _core.trace_loader(tracing.selection.loader)
    faults.install()
    _core.set_hook("count", lifetime.change_count)
    _core.set_hook("activation", activation.contexts.on_thread)
    program = map_the_program() if map_the_program else map_program()
    program.pinned = True
    _core.set_program(program.handle)
    for name in registry.EVERY_PROCESS:
        module = map_builtin(name)
        protect(module)
        lifetime.attach(module)
        module.pinned = True


def map_program() -> Module:
    """Map an image without code that stands for the Python interpreter: programs expect an EXE in every
    process.
    """
    plan = mapping.map_image(f"program-{registry.fingerprint()}", registry.program_image)
    module = Module(sys.executable, plan, registry.program_image, builtin=True)
    publish(module)
    protect(module)
    return module


def resolve_forwarder(base: int, forwarder: str) -> int:
    """The address behind "dll.name" or "dll.#ordinal"; 0 if there is none.

    The DLL is loaded when it is not yet, and stays as long as the module that forwards to it.
    """
    name, _, function = forwarder.rpartition(".")
    with loader_lock:
        source = modules.by_handle(base)
        if source is None or (base, forwarder) in _forwarding:  # the latter: it leads back to itself
            return 0
        _forwarding.add((base, forwarder))
        try:
            target = (
                _loaded_by(name + ".dll")
                or _Load(name, search.SEARCH_DEFAULT_DIRS, os.path.dirname(source.path)).run()
            )
            lifetime.depend(source, target)
            by_ordinal = function.startswith("#")
            return _core.export(
                target.handle, None if by_ordinal else function, int(function[1:]) if by_ordinal else 0
            )
        except (OSError, ValueError):
            return 0
        finally:
            _forwarding.discard((base, forwarder))


_forwarding: set[tuple[int, str]] = set()
