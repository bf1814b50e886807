"""What cffi's parser works with, in Windows' shape."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from windlass import _core, foreign, loader, messages
from windlass.cffi import prototypes
from windlass.cffi.host import backend as host
from windlass.module import Module
from windlass.process import modules

__all__ = ["WIDTHS", "WindowsBackend", "dll_named", "windows_cast", "windows_error"]

WIDTHS = {"long": "int", "unsigned long": "unsigned int", "long double": "double", "wchar_t": "char16_t"}
"""The host's types that stand for Windows' types of these names."""

_MSVC_BITFIELDS = 0x01


def dll_named(name: Any) -> Module | None:
    """Load the DLL of that name; None where dlopen means something else: None, a handle, the host's own."""
    if name is None or isinstance(name, host.FFI.CData):
        return None
    if not isinstance(name, (str, bytes, os.PathLike)):
        raise TypeError(f"dlopen() needs a file name, None or a handle, not {type(name).__name__}")
    if foreign.host_libraries and foreign.is_host_library(os.fsdecode(name)):
        return None
    return loader.load(os.fsdecode(name))


def windows_cast(ctype: Any, source: Any) -> Any:
    """ffi.cast; the address of Windows code as a function pointer becomes a function that can be called."""
    made = host.cast(ctype, source)
    if ctype.kind == "function":
        address = int(host.cast(host.new_primitive_type("uintptr_t"), made))
        if _core.module_from_address(address):
            return prototypes.function(ctype, address)
    return made


def windows_error(code: int) -> tuple[int, str]:
    """ffi.getwinerror: (code, text); -1 is the calling thread's last error."""
    code = _core.get_last_error() if code == -1 else code
    return code, messages.message(code) or ""


class Library:
    """A loaded DLL, as cffi's libraries ask for it."""

    def __init__(self, module: Module) -> None:
        self._module = module

    def _address(self, name: str) -> int:
        try:
            return self._module.export(name)
        except AttributeError:
            raise AttributeError(
                f"function/symbol '{name}' not found in library '{self._module.path}'"
            ) from None

    def load_function(self, ctype: Any, name: str) -> Any:
        """The function of that type; or for a pointer type the address of a variable, for an array it."""
        address = self._address(name)
        if ctype.kind == "function":
            return prototypes.function(ctype, address)
        if ctype.kind == "array":
            return self.read_variable(ctype, name)
        return host.cast(ctype, address)

    def _variable(self, ctype: Any, name: str) -> Any:
        return host.cast(host.new_pointer_type(ctype), self._address(name))

    def read_variable(self, ctype: Any, name: str) -> Any:
        return self._variable(ctype, name)[0]

    def write_variable(self, ctype: Any, name: str, value: Any) -> None:
        self._variable(ctype, name)[0] = value

    def close_lib(self) -> None:
        self._module.free()


class WindowsBackend:
    """cffi's backend, but for what differs on Windows."""

    def __init__(self) -> None:
        # cffi looks for some names in the dictionary.
        own = vars(type(self))
        self.__dict__.update({name: value for name, value in vars(host).items() if name not in own})

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def new_primitive_type(self, name: str) -> Any:
        return host.new_primitive_type(WIDTHS.get(name, name))

    def complete_struct_or_union(
        self,
        ctype: Any,
        fields: Any,
        ignored: Any = None,
        size: int = -1,
        alignment: int = -1,
        flags: int = 0,
        pack: int = 0,
    ) -> Any:
        return host.complete_struct_or_union(
            ctype, fields, ignored, size, alignment, flags | _MSVC_BITFIELDS, pack
        )

    def handle_of(self, module: Module) -> Any:
        """What load_library takes for a DLL that is loaded."""
        return host.cast(host.new_pointer_type(host.new_void_type()), module.handle)

    def load_library(self, name: Any, flags: int = 0) -> Any:
        """A DLL by its handle, else a library of the host."""
        if isinstance(name, host.FFI.CData):
            address = int(host.cast(host.new_primitive_type("uintptr_t"), name))
            if module := modules.by_handle(address):
                return Library(module)
        return host.load_library(name, flags)

    def callback(self, ctype: Any, function: Any, error: Any = None, onerror: Any = None) -> Any:
        return prototypes.callback(host.callback(ctype, function, error, onerror))

    def cast(self, ctype: Any, source: Any) -> Any:
        return windows_cast(ctype, source)

    def getwinerror(self, code: int = -1) -> tuple[int, str]:
        return windows_error(code)
