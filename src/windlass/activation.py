"""Activation contexts: which file a DLL's name means while a manifest is in force.

A context is made of a manifest and of all assemblies that it needs. It is in force for a thread that has
activated it, for a module that carries its own manifest, and for the whole process if the program's manifest
says so.

Assemblies that Windows itself has are builtin DLLs here, so that references to them need no files. Others are
looked for among those installed in C:\\Windows\\WinSxS, then beside the manifest.

Source: Microsoft, "Activation Contexts", "Assembly Searching Sequence", "Activation context reference".
"""

from __future__ import annotations

import os
from _thread import get_ident

from windlass import _core, errors, search, tracing
from windlass.errors import BadImage
from windlass.light import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Literal

    from windlass.manifest import ComClass, Identity, Manifest
    from windlass.pe import Image

__all__ = [
    "Assembly",
    "Context",
    "MissingAssembly",
    "contexts",
    "from_file",
    "manifest_of",
    "of_module",
    "of_program",
]

RT_MANIFEST = 24
# Their resource IDs: of a program, and of a DLL that brings its own context.
PROGRAM_MANIFEST, DLL_MANIFEST = 1, 2

# The token of assemblies that come with Windows.
WINDOWS_TOKEN = "6595b64144ccf1df"

RUNTIME_PREFIX = "microsoft.vc"
"""Of the names of Visual C++'s run-time libraries: Microsoft.VC90.CRT, Microsoft.VC80.MFC."""


class MissingAssembly(Exception):
    """An assembly that a manifest needs is nowhere."""

    def __init__(self, identity: Identity, needed_by: str) -> None:
        super().__init__(f"{needed_by} needs the assembly {identity.encoded}")


class Assembly:
    """One assembly of a context.

    path:      of its manifest.
    directory: where its files are.
    """

    def __init__(self, manifest: Manifest, path: str, directory: str) -> None:
        self.manifest = manifest
        self.path = path
        self.directory = directory


class Context:
    """A manifest and everything it needs; the first assembly is the manifest's own. Without any it is the
    context of a module that wants nothing to be redirected.

    loading: for a module that is being loaded. It may go without the assembly of a run-time library, which is
             found by its name as well.

    BadManifest and MissingAssembly.
    """

    def __init__(self, root: Assembly | None, base: str, loading: bool = False) -> None:
        self.assemblies = [root] if root is not None else []
        self._base = base
        self._files: dict[str, str] = {}
        self.com_classes: dict[str, tuple[str, ComClass]] = {}
        for assembly in self.assemblies:  # grows as it goes
            self._enter(assembly)
            for identity, optional in assembly.manifest.dependencies:
                runtime = loading and identity.name.lower().startswith(RUNTIME_PREFIX)
                self._need(identity, assembly, optional or runtime)

    def _enter(self, assembly: Assembly) -> None:
        for name in assembly.manifest.files:
            if _is_plain(name):
                self._files.setdefault(name.lower(), assembly.directory)
        for each in assembly.manifest.com_classes:
            if _is_plain(each.file):
                self.com_classes.setdefault(each.clsid, (assembly.directory, each))

    def _need(self, identity: Identity, needed_by: Assembly, optional: bool) -> None:
        if any(a.manifest.identity and identity.is_met_by(a.manifest.identity) for a in self.assemblies):
            return
        if identity.token.lower() == WINDOWS_TOKEN:
            return
        found = _installed(identity) or _private(identity, self._base)
        if found is not None:
            self.assemblies.append(found)
            return
        missing = MissingAssembly(identity, needed_by.path)
        if not optional:
            raise missing
        tracing.event(f"activation context: {missing}")

    def has_file(self, name: str) -> bool:
        """Whether one of the assemblies lists a file."""
        return search.with_extension(name).lower() in self._files

    def index_of_file(self, name: str) -> int:
        """The index of the assembly that lists a file."""
        wanted = search.with_extension(name).lower()
        listed = ([file.lower() for file in each.manifest.files] for each in self.assemblies)
        return next(index for index, files in enumerate(listed) if wanted in files)

    def redirect(self, name: str) -> str | None:
        """The path of a file that one of the assemblies lists."""
        directory = self._files.get(name.lower())
        return search.in_directory(directory, name) if directory is not None else None


# ---- making contexts ----


def embedded(image: Image, number: int) -> bytes | None:
    """The manifest in an image's resources; None if there is none, or none that can be read."""
    try:
        found = image.resources.find(RT_MANIFEST, number) if image.resources else None
        return image.read(found.rva, found.size) if found else None
    except BadImage:
        return None


def from_file(path: str, base: str | None = None, resource: int | None = None) -> Context:
    """The context of a manifest: a file, or a resource of a program or DLL.

    base: where private assemblies are, if not beside it.

    OSError, BadImage, BadManifest or MissingAssembly; LookupError without such a resource.
    """
    from windlass.pe import Image

    directory = os.path.dirname(path)
    if resource is None:
        with open(path, "rb") as file:
            data = file.read()
    else:
        with Image.open(path) as image:
            found = embedded(image, resource)
        if found is None:
            raise LookupError(f"{path} has no manifest {resource}")
        data = found
    return Context(Assembly(_parsed(data), path, directory), base or directory)


def _parsed(data: bytes) -> Manifest:
    from windlass.manifest import parse

    return parse(data)


def manifest_of(image: Image) -> bytes | None:
    """The manifest that a program or a DLL carries, if any; b"" for a DLL's that redirects nothing."""
    data = embedded(image, DLL_MANIFEST if image.is_dll else PROGRAM_MANIFEST)
    return b"" if data is not None and image.is_dll and _redirects_nothing(data) else data


def _redirects_nothing(data: bytes) -> bool:
    from windlass.manifest import BadManifest

    try:
        manifest = _parsed(data)
    except BadManifest:
        return False
    builtin = all(identity.token.lower() == WINDOWS_TOKEN for identity, _ in manifest.dependencies)
    return builtin and not manifest.files and not manifest.com_classes


def of_module(carried: bytes | None, path: str) -> Context | Literal[False]:
    """The context of a module that carries a manifest, or has one beside it; False without any.

    OSError with winerror 14001 for a manifest that is none, or that needs an assembly which is nowhere.
    """
    data = carried if carried is not None else _beside(f"{path}.{DLL_MANIFEST}.manifest")
    return _while_loading(data, path) if data is not None else False


def of_program(carried: bytes | None, path: str) -> Context | None:
    """The context that a program's manifest puts in force for its process; errors as there."""
    data = carried or _beside(f"{path}.manifest")
    return _while_loading(data, path) if data is not None else None


def _while_loading(data: bytes, path: str) -> Context:
    directory = os.path.dirname(path)
    if not data:
        return Context(None, directory)
    from windlass.manifest import BadManifest

    try:
        return Context(Assembly(_parsed(data), path, directory), directory, loading=True)
    except BadManifest as error:
        raise errors.no_activation_context(f"the manifest of {path} is none: {error}") from None
    except MissingAssembly as error:
        raise errors.no_activation_context(str(error)) from None


def _beside(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


# ---- where assemblies are ----


def _private(identity: Identity, base: str) -> Assembly | None:
    """A private assembly: in the folder, or in one of its own name, with the language's folder first."""
    folders = [base]
    if identity.language not in ("", "*", "neutral"):
        folders.insert(0, os.path.join(base, identity.language))
    if not _is_plain(identity.name) or not _is_plain(identity.language or "x"):
        return None
    for folder in folders:
        for place in (folder, os.path.join(folder, identity.name)):
            for file in (identity.name + ".dll", identity.name + ".manifest"):
                path = search.in_directory(place, file)
                if path and (found := _read_assembly(path, identity)):
                    return found
    return None


def _is_plain(name: str) -> bool:
    """A name that can only be one of the folder's own files."""
    return "/" not in name and "\\" not in name and "\0" not in name and name not in (".", "..")


def _read_assembly(path: str, wanted: Identity) -> Assembly | None:
    """The assembly whose manifest a file is or holds, if it is the wanted one."""
    from windlass.manifest import BadManifest
    from windlass.pe import Image

    try:
        if path.lower().endswith(".dll"):
            with Image.open(path) as image:
                data = embedded(image, PROGRAM_MANIFEST)
        else:
            data = _beside(path)
        manifest = _parsed(data) if data is not None else None
    except (OSError, BadImage, BadManifest):
        return None
    if manifest is None or manifest.identity is None or not wanted.is_met_by(manifest.identity):
        return None
    return Assembly(manifest, path, os.path.dirname(path))


# Architecture, name, token, version, language, hash.
_INSTALLED = r"[^_]+_(?P<name>.+)_(?P<token>[^_]+)_(?P<version>[^_]+)_[^_]+_[^_]+\.manifest"


def _installed(identity: Identity) -> Assembly | None:
    """A shared assembly: of the same major and minor version, the newest one that is not older."""
    import re

    store = os.path.join(search.windows_directory(), "winsxs")
    try:
        names = os.listdir(os.path.join(store, "manifests"))
    except OSError:
        return None
    best: tuple[tuple[int, ...], str] | None = None
    for name in names:
        fields = re.fullmatch(_INSTALLED, name.lower())
        if fields is None or fields["name"] != identity.name.lower():
            continue
        version, wanted = _numbers(fields["version"]), _numbers(identity.version)
        fits = fields["token"] == (identity.token.lower() or "none") and version[:2] == wanted[:2]
        if fits and version >= wanted and (best is None or version > best[0]):
            best = version, name
    if best is None:
        return None
    path = os.path.join(store, "manifests", best[1])
    return _assembly_with(path, os.path.join(store, best[1][: -len(".manifest")]))


def _assembly_with(path: str, directory: str) -> Assembly | None:
    from windlass.manifest import BadManifest

    try:
        return Assembly(_parsed(_beside(path) or b""), path, directory)
    except BadManifest:
        return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


# ---- those of this process ----


class Activation:
    """One entry of a thread's stack. A context of None hides those below it."""

    def __init__(self, cookie: int, handle: int) -> None:
        self.cookie = cookie
        self.handle = handle


class Contexts:
    """The contexts that programs have made, and which of them is in force for whom."""

    def __init__(self) -> None:
        self.by_handle: dict[int, Context] = {}
        self.references: dict[int, int] = {}
        self.process_default: Context | None = None
        self._stacks: dict[int, list[Activation]] = {}
        self._last_cookie = 0
        self._last_handle = 0x30000

    def add(self, context: Context) -> int:
        """A handle with one reference."""
        _core.redirect_names()
        self._last_handle += 0x10
        self.by_handle[self._last_handle] = context
        self.references[self._last_handle] = 1
        return self._last_handle

    def set_process_default(self, context: Context | None) -> None:
        """Put the context in force for threads that have not activated any."""
        if context is not None:
            _core.redirect_names()
        self.process_default = context

    def handle_of(self, context: Context) -> int:
        """The handle of a context; a module's gets one that lives as long as the process."""
        known = next((handle for handle, each in self.by_handle.items() if each is context), None)
        return known or self.add(context)

    def change_references(self, handle: int, change: int) -> None:
        if handle not in self.references:
            return
        self.references[handle] += change
        if not self.references[handle]:
            del self.references[handle], self.by_handle[handle]

    @property
    def stack(self) -> list[Activation]:
        """Of the calling thread, the innermost last. Not thread-local data of Python's, which a thread of
        the Windows program loses with each return to it.
        """
        return self._stacks.setdefault(get_ident(), [])

    def activate(self, handle: int) -> int:
        self._last_cookie += 1
        self.change_references(handle, +1)
        self.stack.append(Activation(self._last_cookie, handle))
        _core.set_activation(handle)
        return self._last_cookie

    def deactivate(self) -> None:
        """Take the innermost activation back."""
        stack = self.stack
        self.change_references(stack.pop().handle, -1)
        if not stack:
            del self._stacks[get_ident()]
        _core.set_activation(self.active_handle() or 0)

    def on_thread(self, handle: int, begins: bool) -> None:
        """A thread is to be made with this context in force, or has ended that began with it: it held one
        reference, and those of what it left activated.
        """
        left = () if begins else self._stacks.pop(get_ident(), ())
        for each in left:
            self.change_references(each.handle, -1)
        self.change_references(handle, +1 if begins else -1)

    def active_handle(self) -> int | None:
        """The handle in force for the calling thread; None if neither it nor who made it activated any."""
        stack = self._stacks.get(get_ident())
        return stack[-1].handle if stack else _core.first_activation() or None

    def current(self) -> Context | None:
        """The context in force for the calling thread."""
        handle = self.active_handle()
        return self.by_handle.get(handle) if handle is not None else self.process_default


contexts = Contexts()
