"""How functions whose result is an error code are left when something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from windlass import _core
from windlass.api.calls import windows

__all__ = ["Refused", "code_of", "done", "succeed_or_fail", "win32_of_status"]


class Refused(Exception):
    """Ends the API function in progress with a code: a Win32 error, an NTSTATUS or an HRESULT."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def code_of(body: Callable[..., None], *arguments: Any) -> int:
    """Run the body of an API function: 0, or the code of what it refused with."""
    try:
        body(*arguments)
    except Refused as refused:
        return refused.code
    return 0


def done(body: Callable[..., None], *arguments: Any) -> int:
    """The same for a function that tells failure by the last error: the body refuses with Win32 codes."""
    code = code_of(body, *arguments)
    if code:
        _core.set_last_error(code)
    return not code


def succeed_or_fail(status: int) -> int:
    """For Win32 functions that are an NT function: 0 and the last error for a failure."""
    if status & 0x80000000:
        _core.set_last_error(win32_of_status(status))
        return 0
    return 1


def win32_of_status(status: int) -> int:
    """The Win32 code for an NTSTATUS."""
    return windows("ntdll.dll", "RtlNtStatusToDosErrorNoTeb", status & 0xFFFFFFFF) & 0xFFFFFFFF
