"""What is traced: API calls by DLL or function, and the loader's events.

`WINDLASS_TRACE=kernel32,loader` or `windlass.trace("kernel32", "loader")`: a DLL's name stands for all its
functions, "kernel32.CreateFileW" for one, "*" for everything, "loader" for what is searched, mapped, bound,
attached and why. Lines go to standard error. What is not traced costs nothing.
"""

from __future__ import annotations

import os
import sys

__all__ = ["UNTRACEABLE", "Selection", "event", "selection"]

# These read or change their caller's frame or registers, so nothing can stand between the two.
UNTRACEABLE = frozenset([
    "__chkstk", "_chkstk", "___chkstk", "___chkstk_ms", "_alloca_probe", "_alloca_probe_8",
    "_alloca_probe_16", "setjmp", "_setjmp", "_setjmpex", "_setjmp3", "longjmp",
    "RtlCaptureContext", "RtlRestoreContext", "RtlUnwind", "RtlUnwindEx", "NtContinue",
    "ZwContinue", "__intrinsic_setjmp", "__intrinsic_setjmpex", "_local_unwind", "RtlVirtualUnwind",
    "_guard_check_icall", "_guard_dispatch_icall",
])  # fmt: skip


class Selection:
    """What is traced just now."""

    def __init__(self, names: str) -> None:
        self.names = {name.strip().lower() for name in names.split(",") if name.strip()}
        self.loader = bool(self.names & {"loader", "*"})

    def has_function(self, dll: str, function: str) -> bool:
        """Whether calls of a function are traced. dll: its file name in lower case."""
        if not self.names or function in UNTRACEABLE:
            return False
        stem = dll.rpartition(".")[0]
        return not self.names.isdisjoint({"*", stem, dll, f"{stem}.{function}".lower()})


selection = Selection(os.environ.get("WINDLASS_TRACE", ""))


def select(names: str) -> None:
    """Trace these from now on. Whoever calls this reconnects the builtin DLLs (see loader.trace_calls)."""
    global selection
    selection = Selection(names)


def event(text: str) -> None:
    """Report what the loader does, when that is traced."""
    if selection.loader:
        print(f"loader: {text}", file=sys.stderr, flush=True)
