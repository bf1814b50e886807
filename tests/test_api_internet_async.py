"""WinINet's asynchronous sessions, whose callback is told the results; cookies, which all sessions share."""

from __future__ import annotations

import struct
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import windlass.ctypes as c

PENDING, CREATED, CLOSING, COMPLETE = 997, 60, 70, 100
wininet = c.windll.wininet
for name in ("InternetOpenW", "InternetConnectW", "HttpOpenRequestW", "InternetOpenUrlW"):
    getattr(wininet, name).restype = c.c_void_p


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"hello" if self.path == "/plain" else b""
        if self.path == "/cookies":
            body = (self.headers["Cookie"] or "none").encode()
        self.send_response(200 if body else 404)
        if self.path == "/cookies":
            self.send_header("Set-Cookie", "served=1; HttpOnly")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


class Session:
    """An asynchronous one, whose notifications are kept."""

    def __init__(self) -> None:
        self.completions: list[tuple[int, int, int]] = []
        self.statuses: list[tuple[int, int]] = []
        self.is_complete, self.is_closed = threading.Event(), threading.Event()
        type = c.WINFUNCTYPE(None, c.c_void_p, c.c_void_p, c.c_uint, c.c_void_p, c.c_uint)
        self.callback = type(self.told)
        self.handle = c.c_void_p(wininet.InternetOpenW("test", 1, None, None, 0x10000000))
        wininet.InternetSetStatusCallbackW(self.handle, self.callback)

    def told(self, handle, context, status, information, size) -> None:
        self.statuses.append((context, status))
        if status == COMPLETE:
            self.completions.append((context, *struct.unpack("<QI", c.string_at(information, 12))))
            self.is_complete.set()
        if status == CLOSING and context == 2:
            self.is_closed.set()

    def result(self) -> tuple[int, int, int]:
        assert self.is_complete.wait(60)
        self.is_complete.clear()
        return self.completions.pop()


def pending(result: int) -> bool:
    return not result and c.GetLastError() == PENDING


def test_a_request_is_done_in_steps(port):
    session = Session()
    connection = c.c_void_p(wininet.InternetConnectW(session.handle, "127.0.0.1", port, None, None, 3, 0, 1))
    request = c.c_void_p(wininet.HttpOpenRequestW(connection, "GET", "/plain", None, None, None, 0, 2))
    assert pending(wininet.HttpSendRequestW(request, None, 0, None, 0))
    assert session.result() == (2, 1, 0)
    available = c.c_uint()
    assert pending(wininet.InternetQueryDataAvailable(request, c.byref(available), 0, 0))
    assert session.result() == (2, 1, 0)
    assert available.value == 5
    buffer, count = c.create_string_buffer(10), c.c_uint()
    assert pending(wininet.InternetReadFile(request, buffer, 10, c.byref(count)))
    assert session.result() == (2, 1, 0)
    assert buffer.raw[: count.value] == b"hello"
    assert wininet.InternetCloseHandle(request)
    assert session.is_closed.wait(60)
    assert session.statuses[-1] == (2, CLOSING)
    wininet.InternetCloseHandle(connection)
    wininet.InternetCloseHandle(session.handle)


def test_a_url_is_opened_later(port):
    session = Session()
    assert pending(wininet.InternetOpenUrlW(session.handle, f"http://127.0.0.1:{port}/plain", None, 0, 0, 2))
    context, handle, error = session.result()
    assert (context, error) == (2, 0)
    assert (2, CREATED) in session.statuses
    status, size = c.c_uint(), c.c_uint(4)
    assert wininet.HttpQueryInfoW(c.c_void_p(handle), 19 | 0x20000000, c.byref(status), c.byref(size), None)
    assert status.value == 200
    wininet.InternetCloseHandle(c.c_void_p(handle))
    wininet.InternetCloseHandle(session.handle)


def test_a_failure_is_told(port):
    session = Session()
    assert pending(wininet.InternetOpenUrlW(session.handle, "http://127.0.0.1:1/", None, 0, 0, 2))
    assert session.result() == (2, 0, 12029)
    wininet.InternetCloseHandle(session.handle)


def test_without_a_context_functions_wait(port):
    session = Session()
    url = f"http://127.0.0.1:{port}/plain"
    request = c.c_void_p(wininet.InternetOpenUrlW(session.handle, url, None, 0, 0, 0))
    buffer, count = c.create_string_buffer(10), c.c_uint()
    assert wininet.InternetReadFile(request, buffer, 10, c.byref(count))
    assert buffer.raw[: count.value] == b"hello"
    assert not session.completions
    wininet.InternetCloseHandle(request)
    wininet.InternetCloseHandle(session.handle)


def cookies_of(url: str, flags: int = 0) -> str | int:
    buffer, size = c.create_unicode_buffer(200), c.c_uint(200)
    if not wininet.InternetGetCookieExW(url, None, buffer, c.byref(size), flags, None):
        return c.GetLastError()
    return buffer.value


def test_cookies_are_the_processs(port):
    url = f"http://127.0.0.1:{port}/cookies"
    assert cookies_of(url) == 259
    assert wininet.InternetSetCookieW(url, "own", "mine; path=/")
    assert cookies_of(url) == "own=mine"
    assert cookies_of(f"http://localhost:{port}/") == 259
    size = c.c_uint(3)
    assert not wininet.InternetGetCookieW(url, None, c.create_unicode_buffer(3), c.byref(size))
    assert (c.GetLastError(), size.value) == (122, 9)
    session = c.c_void_p(wininet.InternetOpenW("test", 1, None, None, 0))
    request = c.c_void_p(wininet.InternetOpenUrlW(session, url, None, 0, 0, 0))
    buffer, count = c.create_string_buffer(50), c.c_uint()
    assert wininet.InternetReadFile(request, buffer, 50, c.byref(count))
    assert buffer.raw[: count.value] == b"own=mine"
    wininet.InternetCloseHandle(request)
    wininet.InternetCloseHandle(session)
    assert cookies_of(url) == "own=mine"
    assert cookies_of(url, 0x2000).split("; ") == ["own=mine", "served=1"]
    assert wininet.InternetSetCookieW(url, "own", "x; path=/; expires=Sat, 01-Jan-2000 00:00:00 GMT")
    assert cookies_of(url) == 259
    assert not wininet.InternetSetCookieW("nowhere", "a", "b")


def test_the_callback_is_an_option():
    """ "Option Flags": INTERNET_OPTION_CALLBACK is 1."""
    session, address, size = Session(), c.c_void_p(), c.c_uint32(8)
    assert wininet.InternetQueryOptionW(session.handle, 1, c.byref(address), c.byref(size)) == 1
    assert (address.value, size.value) == (c.cast(session.callback, c.c_void_p).value, 8)
    wininet.InternetCloseHandle(session.handle)
