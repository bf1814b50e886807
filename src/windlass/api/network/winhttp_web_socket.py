"""WinHTTP's WebSockets: a request that was upgraded becomes a handle of its own.

Messages may be sent and received at the same time, so each has its thread in an asynchronous session.

Source: Microsoft, "WinHttpWebSocketCompleteUpgrade function", "WinHttpWebSocketSend function",
"WinHttpWebSocketReceive function", "WinHttpWebSocketShutdown function", "WinHttpWebSocketClose function",
"WinHttpWebSocketQueryCloseStatus function", "WINHTTP_WEB_SOCKET_BUFFER_TYPE enumeration".
"""

from __future__ import annotations

import contextlib
import struct
import threading
from collections.abc import Callable
from typing import Any

from windlass import _core
from windlass.api.network import web_socket_frames as frames
from windlass.api.network.http_worker import Worker
from windlass.api.network.winhttp_objects import Handle, Request, handle_of
from windlass.api.outputs import fail, put_u32
from windlass.api.refused import Refused, code_of
from windlass.registry import export
from windlass.types import DWORD, DWORD_PTR, HANDLE, PVOID, USHORT

__all__ = ["WebSocket"]

ERROR_INVALID_PARAMETER, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_OPERATION = 87, 122, 4317
INCORRECT_HANDLE_STATE, OPERATION_CANCELLED = 12019, 12017
CONNECTION_ERROR, INVALID_SERVER_RESPONSE = 12030, 12152

BINARY_MESSAGE, BINARY_FRAGMENT, UTF8_MESSAGE, UTF8_FRAGMENT, CLOSE_TYPE = range(5)
_KINDS = {
    BINARY_MESSAGE: (frames.BINARY, True),
    BINARY_FRAGMENT: (frames.BINARY, False),
    UTF8_MESSAGE: (frames.TEXT, True),
    UTF8_FRAGMENT: (frames.TEXT, False),
}
READ_COMPLETE, WRITE_COMPLETE, REQUEST_ERROR = 0x80000, 0x100000, 0x200000
CLOSE_COMPLETE, SHUTDOWN_COMPLETE = 0x2000000, 0x4000000
SEND, RECEIVE, CLOSE, SHUTDOWN = range(4)
EMPTY_CLOSE_STATUS, LONGEST_REASON = 1005, 123
PROTOCOL_ERROR_STATUS = 1002


class WebSocket(Handle):
    type = 4

    def __init__(self, request: Request, context: int) -> None:
        super().__init__(request)
        self.context = context or request.context
        connection, response = request.exchange.connection, request.exchange.answer()
        if connection is None or response.fp is None:
            raise Refused(INCORRECT_HANDLE_STATE)
        self.socket: Any = connection.sock
        self.socket.settimeout(None)
        self.stream: Any = response.fp  # which has read ahead
        connection.sock = None  # the request no longer has it
        self.sender, self.receiver = Worker(), Worker()
        self._writing = threading.Lock()
        self._sent_kind: int | None = None
        self._is_shut = False
        self._frame: frames.Frame | None = None
        self._left = 0
        self._message = frames.BINARY
        self.close_status: int | None = None
        self.close_reason = b""

    # ---- frames ----

    def _write(self, data: bytes) -> None:
        try:
            with self._writing:
                self.socket.sendall(data)
        except (OSError, ValueError):
            raise Refused(CONNECTION_ERROR if self.is_open else OPERATION_CANCELLED) from None

    def _take(self, size: int) -> bytes:
        try:
            data: bytes = self.stream.read(size)
        except (OSError, ValueError):
            data = b""
        if len(data) < size:
            raise Refused(CONNECTION_ERROR if self.is_open else OPERATION_CANCELLED)
        return data

    def send(self, type: int, data: bytes) -> None:
        """Fragments of one message follow one another as continuations."""
        if type not in _KINDS:
            raise Refused(ERROR_INVALID_PARAMETER)
        if self._is_shut:
            raise Refused(ERROR_INVALID_OPERATION)
        kind, final = _KINDS[type]
        if self._sent_kind not in (None, kind):
            raise Refused(ERROR_INVALID_PARAMETER)
        opcode = kind if self._sent_kind is None else frames.CONTINUATION
        self._sent_kind = None if final else kind
        self._write(frames.encode(opcode, data, final=final))

    def _next_frame(self) -> frames.Frame:
        """Of data, or the peer's close; pings are answered on the way."""
        while True:
            try:
                frame = frames.read(self._take)
            except frames.ProtocolError:
                with contextlib.suppress(Refused):
                    self.shut(PROTOCOL_ERROR_STATUS, b"")
                raise Refused(INVALID_SERVER_RESPONSE) from None
            if frame.kind == frames.PING:
                self._write(frames.encode(frames.PONG, self._payload(frame)))
            elif frame.kind == frames.PONG:
                self._payload(frame)
            else:
                return frame

    def _payload(self, frame: frames.Frame) -> bytes:
        data = self._take(frame.size)
        return frames.masked(data, frame.mask) if frame.mask else data

    def receive(self, size: int) -> tuple[bytes, int]:
        """As much of a message as there is room for, and what it is."""
        if self.close_status is not None:
            raise Refused(ERROR_INVALID_OPERATION)
        if self._frame is None:
            frame = self._next_frame()
            if frame.kind == frames.CLOSE:
                self._take_close(self._payload(frame))
                return b"", CLOSE_TYPE
            if frame.kind != frames.CONTINUATION:
                self._message = frame.kind
            self._frame, self._left = frame, frame.size
        frame = self._frame
        offset = frame.size - self._left
        data = self._take(min(size, self._left))
        if frame.mask:
            turned = frame.mask[offset % 4 :] + frame.mask[: offset % 4]
            data = frames.masked(data, turned)
        self._left -= len(data)
        whole = not self._left and frame.final
        if not self._left:
            self._frame = None
        text = self._message == frames.TEXT
        return data, (UTF8_MESSAGE if text else BINARY_MESSAGE) + (0 if whole else 1)

    def _take_close(self, payload: bytes) -> None:
        """The peer's status is answered with the same."""
        self.close_status, self.close_reason = EMPTY_CLOSE_STATUS, b""
        if len(payload) >= 2:
            self.close_status, self.close_reason = int.from_bytes(payload[:2], "big"), payload[2:]
        if not self._is_shut:
            self._is_shut = True
            with contextlib.suppress(Refused):
                self._write(frames.encode(frames.CLOSE, payload[:2]))

    def shut(self, status: int, reason: bytes) -> None:
        """Nothing is sent from now on."""
        if self._is_shut:
            raise Refused(ERROR_INVALID_OPERATION)
        self._is_shut = True
        payload = struct.pack(">H", status) + reason if status != EMPTY_CLOSE_STATUS else b""
        self._write(frames.encode(frames.CLOSE, payload))

    def finish(self, status: int, reason: bytes) -> None:
        """Close, and wait until the peer has; what it sends meanwhile is lost."""
        if not self._is_shut:
            self.shut(status, reason)
        while self.close_status is None:
            self.receive(1 << 16)

    # ---- operations ----

    def run(self, worker: Worker, operation: int, status: int, body: Callable[[], tuple[int, int]]) -> None:
        """body: gives the count of bytes and their type, for WINHTTP_WEB_SOCKET_STATUS."""
        if self.is_asynchronous:
            worker.put(lambda: self._complete(operation, status, body))
        else:
            body()

    def _complete(self, operation: int, status: int, body: Callable[[], tuple[int, int]]) -> None:
        """A failure is a WINHTTP_WEB_SOCKET_ASYNC_RESULT."""
        try:
            count, type = body()
        except Refused as refused:
            code = refused.code if self.is_open else OPERATION_CANCELLED
            self.tell_data(REQUEST_ERROR, struct.pack("<QIIII", 0, code, 0, operation, 0))
            return
        if status in (READ_COMPLETE, WRITE_COMPLETE):
            self.tell_data(status, struct.pack("<II", count, type))
        else:
            self.tell(status)

    def close(self) -> None:
        """Whoever waits for the peer waits no longer."""
        import socket

        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.sender.end(lambda: None)
        self.receiver.end(super().close)
        self.is_open = False


# ---- functions ----


def _complete_upgrade(number: int, context: int) -> WebSocket:
    request = handle_of(number, Request)
    exchange = request.exchange
    if not request.web_socket or exchange.response is None or exchange.answer().status != 101:
        raise Refused(INCORRECT_HANDLE_STATE)
    key = exchange.header("Sec-WebSocket-Key") or ""
    if exchange.answer().headers.get("Sec-WebSocket-Accept", "").strip() != frames.accept_of(key):
        raise Refused(INVALID_SERVER_RESPONSE)
    return WebSocket(request, context)


@export("winhttp")
def WinHttpWebSocketCompleteUpgrade(hRequest: HANDLE, pContext: DWORD_PTR) -> HANDLE:
    try:
        return _complete_upgrade(hRequest, pContext).created()
    except Refused as refused:
        return fail(refused.code)


def _send(number: int, type: int, buffer: int, size: int) -> None:
    socket = handle_of(number, WebSocket)
    data = _core.read(buffer, size) if size else b""

    def send() -> tuple[int, int]:
        socket.send(type, data)
        return size, type

    socket.run(socket.sender, SEND, WRITE_COMPLETE, send)


@export("winhttp")
def WinHttpWebSocketSend(
    hWebSocket: HANDLE, eBufferType: DWORD, pvBuffer: PVOID, dwBufferLength: DWORD
) -> DWORD:
    return code_of(_send, hWebSocket, eBufferType, pvBuffer, dwBufferLength)


def _receive(number: int, buffer: int, size: int, count_out: int, type_out: int) -> None:
    socket = handle_of(number, WebSocket)
    if not buffer or not size:
        raise Refused(ERROR_INVALID_PARAMETER)

    def receive() -> tuple[int, int]:
        data, type = socket.receive(size)
        _core.write(buffer, data)
        if not socket.is_asynchronous:
            put_u32(count_out, len(data))
            put_u32(type_out, type)
        return len(data), type

    socket.run(socket.receiver, RECEIVE, READ_COMPLETE, receive)


@export("winhttp")
def WinHttpWebSocketReceive(
    hWebSocket: HANDLE, pvBuffer: PVOID, dwBufferLength: DWORD, pdwBytesRead: PVOID, peBufferType: PVOID
) -> DWORD:
    return code_of(_receive, hWebSocket, pvBuffer, dwBufferLength, pdwBytesRead, peBufferType)


def _reason(address: int, size: int) -> bytes:
    if size > LONGEST_REASON or bool(size) != bool(address):
        raise Refused(ERROR_INVALID_PARAMETER)
    return _core.read(address, size) if size else b""


def _shut(number: int, status: int, address: int, size: int) -> None:
    socket, reason = handle_of(number, WebSocket), _reason(address, size)

    def shut() -> tuple[int, int]:
        socket.shut(status, reason)
        return 0, 0

    socket.run(socket.sender, SHUTDOWN, SHUTDOWN_COMPLETE, shut)


@export("winhttp")
def WinHttpWebSocketShutdown(
    hWebSocket: HANDLE, usStatus: USHORT, pvReason: PVOID, dwReasonLength: DWORD
) -> DWORD:
    return code_of(_shut, hWebSocket, usStatus, pvReason, dwReasonLength)


def _close(number: int, status: int, address: int, size: int) -> None:
    socket, reason = handle_of(number, WebSocket), _reason(address, size)

    def close() -> tuple[int, int]:
        socket.finish(status, reason)
        return 0, 0

    socket.run(socket.receiver, CLOSE, CLOSE_COMPLETE, close)


@export("winhttp")
def WinHttpWebSocketClose(
    hWebSocket: HANDLE, usStatus: USHORT, pvReason: PVOID, dwReasonLength: DWORD
) -> DWORD:
    return code_of(_close, hWebSocket, usStatus, pvReason, dwReasonLength)


def _query_close(number: int, status_out: int, buffer: int, size: int, used_out: int) -> None:
    socket = handle_of(number, WebSocket)
    if socket.close_status is None:
        raise Refused(ERROR_INVALID_OPERATION)
    _core.write(status_out, struct.pack("<H", socket.close_status))
    put_u32(used_out, len(socket.close_reason))
    if size < len(socket.close_reason):
        raise Refused(ERROR_INSUFFICIENT_BUFFER)
    if socket.close_reason:
        _core.write(buffer, socket.close_reason)


@export("winhttp")
def WinHttpWebSocketQueryCloseStatus(
    hWebSocket: HANDLE,
    pusStatus: PVOID,
    pvReason: PVOID,
    dwReasonLength: DWORD,
    pdwReasonLengthConsumed: PVOID,
) -> DWORD:
    place = (pusStatus, pvReason, dwReasonLength, pdwReasonLengthConsumed)
    return code_of(_query_close, hWebSocket, *place)
