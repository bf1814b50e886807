"""WinHTTP's WebSockets, with a server of this test's own."""

from __future__ import annotations

import base64
import hashlib
import socketserver
import struct
import threading
from collections.abc import Iterator

import pytest

import windlass.ctypes as c

winhttp = c.windll.winhttp
for name in ("WinHttpOpen", "WinHttpConnect", "WinHttpOpenRequest", "WinHttpWebSocketCompleteUpgrade"):
    getattr(winhttp, name).restype = c.c_void_p
BINARY, BINARY_FRAGMENT, UTF8, UTF8_FRAGMENT, CLOSE = range(5)


_kept: list[object] = []


class Server(socketserver.StreamRequestHandler):
    """Sends back each message; "fragments" in two with a ping between, "bye" is answered with a close."""

    def handle(self) -> None:
        lines = []
        while line := self.rfile.readline().strip():
            lines.append(line.decode())
        fields = dict(line.split(": ", 1) for line in lines[1:])
        if lines[0].split()[1] == "/plain":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            return
        key = fields["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        accept = "wrong" if lines[0].split()[1] == "/wrong" else accept
        self.wfile.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept.encode() + b"\r\n\r\n" + self.frame(0x81, b"welcome")
        )
        while self.answer():
            pass

    @staticmethod
    def frame(head: int, payload: bytes) -> bytes:
        size = len(payload)
        if size < 126:
            return bytes([head, size]) + payload
        if size < 65536:
            return bytes([head, 126]) + struct.pack(">H", size) + payload
        return bytes([head, 127]) + struct.pack(">Q", size) + payload

    def take(self) -> tuple[int, bytes]:
        head, size = self.rfile.read(2)
        size &= 0x7F
        if size > 125:
            size = int.from_bytes(self.rfile.read(2 if size == 126 else 8), "big")
        mask = self.rfile.read(4)
        return head, bytes(byte ^ mask[i % 4] for i, byte in enumerate(self.rfile.read(size)))

    def answer(self) -> bool:
        try:
            head, payload = self.take()
        except (OSError, ValueError):
            return False
        if head & 0xF == 8:
            self.wfile.write(self.frame(0x88, payload[:2]))
            return False
        if payload == b"fragments":
            self.wfile.write(self.frame(0x01, b"one") + self.frame(0x89, b"ping") + self.frame(0x80, b"two"))
            assert self.take() == (0x8A, b"ping")
        elif payload == b"bye":
            self.wfile.write(self.frame(0x88, struct.pack(">H", 1001) + b"going"))
        else:
            self.wfile.write(self.frame(head, payload))
        return True


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


class Socket:
    def __init__(self, port: int, path: str = "/", flags: int = 0, told=None) -> None:
        self.session = c.c_void_p(winhttp.WinHttpOpen("test", 1, None, None, flags))
        self.connection = c.c_void_p(winhttp.WinHttpConnect(self.session, "127.0.0.1", port, 0))
        self.request = c.c_void_p(
            winhttp.WinHttpOpenRequest(self.connection, "GET", path, None, None, None, 0)
        )
        assert winhttp.WinHttpSetOption(self.request, 114, None, 0)
        if told is not None:
            winhttp.WinHttpSetStatusCallback(self.session, told, 0xFFFFFFFF, 0)
            winhttp.WinHttpSetStatusCallback(self.request, told, 0xFFFFFFFF, 0)
        self.handle = None

    def upgrade(self) -> bool:
        assert winhttp.WinHttpSendRequest(self.request, None, 0, None, 0, 0, 0)
        assert winhttp.WinHttpReceiveResponse(self.request, None)
        return self.complete()

    def complete(self) -> bool:
        self.handle = c.c_void_p(winhttp.WinHttpWebSocketCompleteUpgrade(self.request, 5))
        return self.handle.value is not None

    def receive(self, size: int = 100) -> tuple[int, bytes]:
        buffer, count, type = c.create_string_buffer(size), c.c_uint(), c.c_uint()
        error = winhttp.WinHttpWebSocketReceive(self.handle, buffer, size, c.byref(count), c.byref(type))
        assert not error, error
        return type.value, buffer.raw[: count.value]

    def send(self, type: int, data: bytes) -> int:
        return winhttp.WinHttpWebSocketSend(self.handle, type, data, len(data))

    def close_status(self) -> tuple[int, int, bytes]:
        status, buffer, used = c.c_uint16(), c.create_string_buffer(123), c.c_uint()
        place = (c.byref(status), buffer, 123, c.byref(used))
        error = winhttp.WinHttpWebSocketQueryCloseStatus(self.handle, *place)
        return error, status.value, buffer.raw[: used.value]

    def release(self) -> None:
        for handle in (self.handle, self.request, self.connection, self.session):
            if handle is not None and handle.value:
                winhttp.WinHttpCloseHandle(handle)


@pytest.fixture()
def socket(port) -> Iterator[Socket]:
    made = Socket(port)
    assert made.upgrade()
    assert made.receive() == (UTF8, b"welcome")
    yield made
    made.release()


def test_messages_go_and_come(socket):
    for size in (0, 5, 125, 126, 70000):
        data = bytes(range(256)) * (size // 256) + bytes(size % 256)
        assert socket.send(BINARY, data) == 0
        assert socket.receive(80000) == (BINARY, data)


def test_a_message_may_be_received_in_parts(socket):
    assert socket.send(UTF8, b"hello") == 0
    assert socket.receive(3) == (UTF8_FRAGMENT, b"hel")
    assert socket.receive(3) == (UTF8, b"lo")


def test_frames_are_fragments(socket):
    assert socket.send(UTF8_FRAGMENT, b"frag") == 0
    assert socket.send(BINARY, b"x") == 87
    assert socket.receive() == (UTF8_FRAGMENT, b"frag")
    assert socket.send(UTF8, b"ments") == 0
    assert socket.send(UTF8, b"fragments") == 0
    # The server sends the frames back as they came; the second is a continuation.
    assert socket.receive() == (UTF8, b"ments")
    assert socket.receive() == (UTF8_FRAGMENT, b"one")
    assert socket.receive() == (UTF8, b"two")


def test_the_peer_closes(socket):
    assert socket.close_status()[0] == 4317
    assert socket.send(UTF8, b"bye") == 0
    assert socket.receive() == (CLOSE, b"")
    assert socket.close_status() == (0, 1001, b"going")
    assert socket.send(UTF8, b"late") == 4317


def test_closing_waits_for_the_peer(socket):
    assert winhttp.WinHttpWebSocketClose(socket.handle, 1000, b"done", 4) == 0
    assert socket.close_status() == (0, 1000, b"")
    assert winhttp.WinHttpWebSocketClose(socket.handle, 1000, b"x" * 124, 124) == 87


def test_what_is_no_upgrade_is_no_socket(port):
    plain, wrong = Socket(port, "/plain"), Socket(port, "/wrong")
    assert not plain.upgrade()
    assert c.GetLastError() == 12019
    assert not wrong.upgrade()
    assert c.GetLastError() == 12152
    plain.release()
    wrong.release()


def test_an_asynchronous_socket_tells_what_is_done(port):
    told, changed = [], threading.Condition()
    type = c.WINFUNCTYPE(None, c.c_void_p, c.c_void_p, c.c_uint, c.c_void_p, c.c_uint)

    @type
    def callback(handle, context, status, information, size):
        data = c.string_at(information, size) if information and size <= 24 else b""
        with changed:
            told.append((status, data))
            changed.notify_all()

    def wait(status):
        with changed:
            assert changed.wait_for(lambda: any(each[0] == status for each in told), 60), told
            data = next(data for each, data in told if each == status)
            told.clear()
        return data

    _kept.append(callback)  # the last calls come after the handles are closed
    made = Socket(port, flags=0x10000000, told=callback)
    assert winhttp.WinHttpSendRequest(made.request, None, 0, None, 0, 0, 0)
    wait(0x400000)
    assert winhttp.WinHttpReceiveResponse(made.request, None)
    wait(0x20000)
    assert made.complete()
    buffer = c.create_string_buffer(100)
    assert winhttp.WinHttpWebSocketReceive(made.handle, buffer, 100, None, None) == 0
    assert wait(0x80000) == struct.pack("<II", 7, UTF8)
    assert buffer.value == b"welcome"
    # A send is done while a receive waits.
    assert winhttp.WinHttpWebSocketReceive(made.handle, buffer, 100, None, None) == 0
    assert made.send(BINARY, b"abc") == 0
    with changed:
        assert changed.wait_for(lambda: {0x80000, 0x100000} <= {each for each, _ in told}, 60)
        told.clear()
    assert winhttp.WinHttpWebSocketShutdown(made.handle, 1000, None, 0) == 0
    wait(0x4000000)
    assert winhttp.WinHttpWebSocketClose(made.handle, 1000, None, 0) == 0
    wait(0x2000000)
    made.release()
