"""WinHTTP's handles, and how they tell a program what happens.

A session may be asynchronous: then each of its requests has a thread that works, and that calls the program
back when something is done.

Source: Microsoft, "WINHTTP_STATUS_CALLBACK callback function", "Asynchronous Completion in WinHTTP",
"HINTERNET Handles in WinHTTP".
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from windlass import _core
from windlass.api.network import web_socket_frames
from windlass.api.network.http_engine import Exchange, Limits, Proxies, Target
from windlass.api.network.http_worker import Worker
from windlass.api.network.internet_handles import Handles
from windlass.api.refused import Refused

__all__ = ["Connection", "Done", "Handle", "Request", "Session", "handle_of"]

ERROR_INVALID_HANDLE = 6
OPERATION_CANCELLED, INCORRECT_HANDLE_TYPE, SECURE_FAILURE = 12017, 12018, 12175

# Statuses, which are also the bits of the notifications that a program wants.
RESOLVING, RESOLVED, CONNECTING, CONNECTED, SENDING, SENT = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20
RECEIVING, RECEIVED, CLOSING, CLOSED = 0x40, 0x80, 0x100, 0x200
HANDLE_CREATED, HANDLE_CLOSING, REDIRECT, SECURE_STATUS = 0x400, 0x800, 0x4000, 0x10000
HEADERS_AVAILABLE, DATA_AVAILABLE, READ_COMPLETE, WRITE_COMPLETE = 0x20000, 0x40000, 0x80000, 0x100000
REQUEST_ERROR, SEND_COMPLETE = 0x200000, 0x400000

_EVENTS = {
    "resolving": RESOLVING, "resolved": RESOLVED, "connecting": CONNECTING, "connected": CONNECTED,
    "sending": SENDING, "sent": SENT, "receiving": RECEIVING, "received": RECEIVED, "closing": CLOSING,
    "closed": CLOSED, "redirect": REDIRECT,
}  # fmt: skip

# What is wrong with a certificate, for the callback.
_SECURE_FLAGS = {12037: 0x20, 12038: 0x10, 12045: 0x8, 12157: 0x80000000}

REDIRECT_NEVER, REDIRECT_ALWAYS, REDIRECT_NO_DOWNGRADE = 0, 1, 2

T = TypeVar("T", bound="Handle")

_handles: Handles[Handle] = Handles(0x1000, 8)


def handle_of(number: int, type: type[T]) -> T:
    return _handles.find(number, type)


class Handle:
    """callback, notifications and context are the parent's until they are set."""

    type = 0

    def __init__(self, parent: Handle | None) -> None:
        self.parent = parent
        self.callback: int = parent.callback if parent else 0
        self.notifications: int = parent.notifications if parent else 0
        self.context: int = parent.context if parent else 0
        self.is_asynchronous: bool = parent.is_asynchronous if parent else False
        self.is_open = True
        self.number = _handles.add(self)

    def tell(self, status: int, information: int = 0, length: int = 0) -> None:
        if self.callback and self.notifications & status:
            _core.call(self.callback, self.number, self.context, status, information, length)

    def tell_data(self, status: int, data: bytes, length: int | None = None) -> None:
        memory = ctypes.create_string_buffer(data, len(data))
        self.tell(status, ctypes.addressof(memory), len(data) if length is None else length)

    def created(self) -> int:
        """Tells the parent's program of the new handle."""
        if self.parent is not None:
            self.parent.tell_data(HANDLE_CREATED, struct.pack("<Q", self.number))
        return self.number

    def close(self) -> None:
        _handles.remove(self.number)
        self.is_open = False
        self.tell_data(HANDLE_CLOSING, struct.pack("<Q", self.number))


class Session(Handle):
    type = 1

    def __init__(self, agent: str, proxies: Proxies, *, asynchronous: bool) -> None:
        import http.cookiejar

        super().__init__(None)
        self.agent = agent
        self.proxies = proxies
        self.is_asynchronous = asynchronous
        self.limits = Limits()
        self.cookies = http.cookiejar.CookieJar()
        self.protocols = 0
        self.decodes = 0
        self.redirect_policy = REDIRECT_NO_DOWNGRADE


class Connection(Handle):
    type = 2

    def __init__(self, session: Session, server: str, port: int) -> None:
        super().__init__(session)
        self.session = session
        self.server = server
        self.port = port


class Done(NamedTuple):
    """A completion: its status, what it is about (bytes, or an address with a length)."""

    status: int
    information: int | bytes = b""
    length: int = 0


class Request(Handle):
    type = 3

    def __init__(self, connection: Connection, exchange: Exchange) -> None:
        super().__init__(connection)
        self.connection = connection
        self.exchange = exchange
        session = connection.session
        exchange.agent, exchange.proxies = session.agent, session.proxies
        exchange.limits, exchange.cookies = session.limits, session.cookies
        exchange.protocols, exchange.decodes = session.protocols, session.decodes
        exchange.notify = self._event
        exchange.follows = self._follows
        self.redirect_policy = session.redirect_policy
        self.web_socket = False
        self._worker = Worker()

    def _follows(self, old: Target, new: Target) -> bool:
        if self.redirect_policy == REDIRECT_NEVER:
            return False
        return self.redirect_policy == REDIRECT_ALWAYS or new.secure or not old.secure

    def _event(self, event: str, detail: Any = None) -> None:
        status = _EVENTS[event]
        if isinstance(detail, str):
            self.tell_data(status, _core.wide_bytes(detail), len(detail) + 1)
        elif isinstance(detail, int):
            self.tell_data(status, struct.pack("<I", detail))
        else:
            self.tell(status)

    def ask_for_web_socket(self) -> None:
        """The head asks the server to go on with WebSocket's frames (RFC 6455, 4.1)."""
        if self.web_socket:
            return
        self.web_socket = True
        key = web_socket_frames.new_key()
        asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": key}
        self.exchange.headers += [*asked.items(), ("Sec-WebSocket-Version", "13")]

    # ---- operations ----

    def run(self, api: int, body: Callable[[], Done]) -> Done | None:
        """The operation's completion; in an asynchronous session None, and the program is called later.

        api: the number by which a failure names the function.
        """
        if not self.is_asynchronous:
            try:
                return body()
            except Refused as refused:
                raise Refused(self._told_failure(refused.code)) from None
        self._worker.put(lambda: self._complete(api, body))
        return None

    def _complete(self, api: int, body: Callable[[], Done]) -> None:
        try:
            done = body()
        except Refused as refused:
            code = self._told_failure(refused.code) if self.is_open else OPERATION_CANCELLED
            self.tell_data(REQUEST_ERROR, struct.pack("<QII", api, code, 0))
            return
        if isinstance(done.information, int):
            self.tell(done.status, done.information, done.length)
        elif done.information:
            self.tell_data(done.status, done.information)
        else:
            self.tell(done.status)

    def _told_failure(self, code: int) -> int:
        """WinHTTP says what is wrong with a certificate to the callback alone."""
        flags = _SECURE_FLAGS.get(code)
        if flags is None:
            return code
        self.tell_data(SECURE_STATUS, struct.pack("<I", flags))
        return SECURE_FAILURE

    def close(self) -> None:
        """What is in progress is cancelled first; then comes the last call."""
        _handles.remove(self.number)
        self.is_open = False
        self.exchange.abort()
        self._worker.end(self._closed)

    def _closed(self) -> None:
        self.exchange.close()
        self.tell_data(HANDLE_CLOSING, struct.pack("<Q", self.number))
