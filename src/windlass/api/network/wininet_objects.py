"""WinINet's handles, and how they tell a program what happens.

In an asynchronous session a handle has a thread that works, if the program has given a callback and a
context for it: the function fails with ERROR_IO_PENDING, and INTERNET_STATUS_REQUEST_COMPLETE has the result.

Source: Microsoft, "HINTERNET Handles", "Asynchronous Operation",
"INTERNET_STATUS_CALLBACK callback function".
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TypeVar

from windlass import _core
from windlass.api.network.http_engine import Limits, Proxies
from windlass.api.network.http_worker import Worker
from windlass.api.network.internet_handles import Handles
from windlass.api.outputs import fail
from windlass.api.refused import Refused

__all__ = ["FileHandle", "Handle", "Session", "announce", "handle_of", "opened", "start"]

ERROR_IO_PENDING = 997
OPERATION_CANCELLED = 12017

DIRECT, NAMED_PROXY = 1, 3
ASYNC = 0x10000000
HANDLE_CREATED, HANDLE_CLOSING, REQUEST_COMPLETE = 60, 70, 100

H = TypeVar("H", bound="Handle")

_handles: Handles[Handle] = Handles(0xCC0004, 4)


class Handle:
    """A HINTERNET; callback and options are the parent's until they are set."""

    type = 1

    def __init__(self, parent: Handle | None, context: int) -> None:
        self.parent = parent
        self.context = context
        self.callback: int = parent.callback if parent else 0
        self.limits: Limits = parent.limits if parent else Limits(receiving=None)
        self.is_asynchronous: bool = parent.is_asynchronous if parent else False
        self.worker = Worker()
        self.number = _handles.add(self)

    def run(self, body: Callable[[], int], context: int = 0) -> None:
        """Do it, or let it be done later: then it ends with ERROR_IO_PENDING.

        body: gives the result, a handle or 1 for True; context: the operation's own, 0 for the handle's.
        """
        if not (self.is_asynchronous and self.callback and (context or self.context)):
            body()
            return
        self.worker.put(lambda: self._complete(body, context))
        raise Refused(ERROR_IO_PENDING)

    def _complete(self, body: Callable[[], int], context: int) -> None:
        """INTERNET_ASYNC_RESULT: result, error."""
        try:
            result = struct.pack("<QII", body(), 0, 0)
        except Refused as refused:
            code = refused.code if self.number in _handles else OPERATION_CANCELLED
            result = struct.pack("<QII", 0, code, 0)
        self.tell(REQUEST_COMPLETE, result, context)

    def tell(self, status: int, data: bytes = b"", context: int = 0) -> None:
        context = context or self.context
        if not self.callback or not context:  # no context, no calls
            return
        import ctypes

        memory = ctypes.create_string_buffer(data, max(len(data), 1))
        _core.call(self.callback, self.number, context, status, ctypes.addressof(memory), len(data))

    def close(self) -> None:
        """What is in progress is stopped first; then comes the last call."""
        _handles.remove(self.number)
        self.stop()
        self.worker.end(self._closed)

    def _closed(self) -> None:
        self.end()
        self.tell(HANDLE_CLOSING, struct.pack("<Q", self.number))

    def stop(self) -> None:
        """Let an operation that waits fail; from any thread."""

    def end(self) -> None:
        """Give back what the handle holds; after its last operation."""


def handle_of(number: int, type: type[H]) -> H:
    return _handles.find(number, type)


class FileHandle(Handle):
    """What InternetReadFile, InternetWriteFile and InternetQueryDataAvailable work on."""

    def read(self, size: int) -> bytes:
        """As many bytes as are asked for, less at the end only."""
        raise NotImplementedError

    def write(self, data: bytes) -> None:
        raise NotImplementedError

    def available(self) -> int:
        """Waits until something is; 0 at the end."""
        raise NotImplementedError


class Session(Handle):
    def __init__(self, agent: str, access: int, proxies: str | None, bypass: str | None, flags: int) -> None:
        super().__init__(None, 0)
        self.is_asynchronous = bool(flags & ASYNC)
        self.agent = agent
        named = access == NAMED_PROXY
        self.proxies = Proxies(
            proxies if named else None,
            bypass if named else None,
            from_environment=access not in (DIRECT, NAMED_PROXY),
        )


def opened(make: Callable[[], Handle]) -> int:
    try:
        handle = make()
    except Refused as refused:
        return fail(refused.code)
    return announce(handle)


def announce(handle: Handle) -> int:
    """Tells the parent's program of the new handle."""
    if handle.parent is not None:
        handle.parent.tell(HANDLE_CREATED, struct.pack("<QI", handle.number, 0), handle.context)
    return handle.number


def start(parent: int, type: type[H], make: Callable[[H], Handle], context: int) -> int:
    """A new handle; an asynchronous session's callback is told it."""
    numbers: list[int] = []

    def body() -> int:
        numbers.append(make(found).number)
        return numbers[0]

    try:
        found = handle_of(parent, type)
        found.run(body, context)
    except Refused as refused:
        return fail(refused.code)
    return numbers[0]
