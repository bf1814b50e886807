"""cffi for Windows DLLs: `FFI().dlopen("vendor.dll")`.

As cffi on Windows: declarations have Windows' widths (`long` 4 bytes, `wchar_t` 2), Windows' type names
(DWORD, HANDLE, LPCWSTR ...) are known, bit-fields lie as MSVC lays them, and `dlopen` finds and loads DLLs as
windlass.ctypes does. What a function of a DLL, or a callback, looks like in Python is cffi's own; calls go
through a bridge between the calling conventions (core/bridge.c). `windlass.cffi.compiled` is for modules
that `FFI.set_source(name, None)` wrote.

A fault in a DLL is a SystemError, which is how Python shows an exception that cffi does not expect; its
__cause__ is the OSError. A callback is an address for Windows code: Python calls what it was made of.
Function pointers that a DLL stores in structures are called after `ffi.cast` to their type.

Source: cffi documentation, "Using the ffi/lib objects", "Preparing and Distributing modules".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from windlass.cffi import common_types, host
from windlass.cffi.backend import WindowsBackend, dll_named

if TYPE_CHECKING:
    _FFI = Any
else:
    _FFI = host.cffi.FFI

__all__ = ["FFI"]


def __getattr__(name: str) -> Any:
    """All else is cffi's own: its exceptions, its version, its modules."""
    return getattr(host.cffi, name)


class FFI(_FFI):  # type: ignore[misc]
    """cffi's FFI for DLLs: see the module."""

    def __init__(self) -> None:
        common_types.add()
        super().__init__(backend=WindowsBackend())

    def dlopen(self, name: Any, flags: int = 0) -> Any:
        """Load a DLL, by path or by file name; OSError as windlass.ctypes.CDLL raises it. It stays loaded
        until `dlclose`.

        name:  None for the host's own process, whose functions have the host's convention.
        flags: mean nothing for a DLL.
        """
        module = dll_named(name)
        return super().dlopen(name if module is None else self._backend.handle_of(module), flags)
