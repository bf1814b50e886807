"""How functions whose result is an error code are left when something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["Refused", "code_of"]


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
