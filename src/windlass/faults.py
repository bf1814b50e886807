"""Keeps windlass's signal handlers on top of faulthandler's.

A fault of Windows code is first offered to the DLL's own exception handlers; faulthandler, and whatever else
was there, hears of all other faults. When faulthandler is switched on or off later, it would put its
handlers, or the ones that it found, over windlass's: then every handled exception of a DLL would be reported
as a fatal error, or end the process.
"""

from __future__ import annotations

import faulthandler

from windlass import _core
from windlass.light import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["install"]


def install() -> None:
    """Put the handlers in place, and back in place whenever faulthandler has changed them."""
    _core.fault_handlers_install()
    for name in ("enable", "disable"):
        function = getattr(faulthandler, name)
        if not hasattr(function, "__wrapped__"):
            setattr(faulthandler, name, _then_reinstall(function))


def _then_reinstall(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **keywords: Any) -> Any:
        try:
            return function(*args, **keywords)
        finally:
            _core.fault_handlers_install()

    call.__name__, call.__doc__ = function.__name__, function.__doc__
    call.__wrapped__ = function  # type: ignore[attr-defined]
    return call
