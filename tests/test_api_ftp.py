"""WinINet's FTP, against a server of the test's own."""

from __future__ import annotations

import posixpath
import queue
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

import windlass.ctypes as c
from windlass.ctypes import wintypes

READ, WRITE, PASSIVE = 0x80000000, 0x40000000, 0x08000000
wininet = c.WinDLL("wininet", use_last_error=True)
for name in ("InternetOpenW", "InternetConnectW", "FtpOpenFileW", "FtpFindFirstFileW", "InternetOpenUrlW"):
    getattr(wininet, name).restype = c.c_void_p


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Control)
        self.files = {"/read.txt": b"of the server\r\n", "/folder/one.bin": bytes(range(256)) * 500}
        self.folders = {"/", "/folder"}


class Control(socketserver.StreamRequestHandler):
    """The commands that the tests need, in active and in passive mode."""

    server: Server

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def handle(self) -> None:
        self.folder, self.place, self.user, self.old = "/", None, "", ""
        self.say("220 ready")
        for line in self.rfile:
            verb, _, argument = line.decode().rstrip("\r\n").partition(" ")
            getattr(self, "do_" + verb, self.unknown)(argument)

    def unknown(self, argument: str) -> None:
        self.say("502-not here\r\n502 at all")

    def path(self, argument: str) -> str:
        return posixpath.normpath(posixpath.join(self.folder, argument))

    def do_USER(self, name: str) -> None:
        self.user = name
        self.say("331 password")

    def do_PASS(self, password: str) -> None:
        right = self.user == "anonymous" or (self.user, password) == ("me", "secret word")
        self.say("230 welcome" if right else "530 not you")

    def do_TYPE(self, argument: str) -> None:
        self.say("200 so be it")

    def do_PWD(self, argument: str) -> None:
        self.say(f'257 "{self.folder}" is it')

    def do_CWD(self, argument: str) -> None:
        known = self.path(argument) in self.server.folders
        self.folder = self.path(argument) if known else self.folder
        self.say("250 there" if known else "550 no such folder")

    def do_MKD(self, argument: str) -> None:
        self.server.folders.add(self.path(argument))
        self.say(f'257 "{self.path(argument)}" made')

    def do_RMD(self, argument: str) -> None:
        self.server.folders.remove(self.path(argument))
        self.say("250 gone")

    def do_DELE(self, argument: str) -> None:
        gone = self.server.files.pop(self.path(argument), None)
        self.say("550 no such file" if gone is None else "250 gone")

    def do_RNFR(self, argument: str) -> None:
        self.old = self.path(argument)
        self.say("350 go on")

    def do_RNTO(self, argument: str) -> None:
        self.server.files[self.path(argument)] = self.server.files.pop(self.old)
        self.say("250 renamed")

    def do_SIZE(self, argument: str) -> None:
        found = self.server.files.get(self.path(argument))
        self.say("550 no such file" if found is None else f"213 {len(found)}")

    def do_PASV(self, argument: str) -> None:
        listener = socket.create_server(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        self.place = listener
        self.say(f"227 passive (127,0,0,1,{port >> 8},{port & 255})")

    def do_PORT(self, argument: str) -> None:
        numbers = argument.split(",")
        self.place = (".".join(numbers[:4]), int(numbers[4]) * 256 + int(numbers[5]))
        self.say("200 so be it")

    def data(self) -> socket.socket:
        self.say("150 here it comes")
        if isinstance(self.place, tuple):
            return socket.create_connection(self.place)
        with self.place:
            return self.place.accept()[0]

    def do_RETR(self, argument: str) -> None:
        found = self.server.files.get(self.path(argument))
        if found is None:
            self.say("550 no such file")
            return
        with self.data() as data:
            data.sendall(found)
        self.say("226 done")

    def do_STOR(self, argument: str) -> None:
        with self.data() as data, data.makefile("rb") as file:
            self.server.files[self.path(argument)] = file.read()
        self.say("226 done")

    def do_LIST(self, argument: str) -> None:
        folder = self.path(argument)
        lines = ["total 2"]
        for name in sorted(self.server.folders - {folder}):
            if posixpath.dirname(name) == folder:
                lines.append(f"drwxr-xr-x 2 me us 4096 Feb 03 2021 {posixpath.basename(name)}")
        for name, body in sorted(self.server.files.items()):
            if posixpath.dirname(name) == folder:
                lines.append(f"-rw-r--r-- 1 me us {len(body)} Feb  3  2021 {posixpath.basename(name)}")
        lines.append("04-05-22  01:30PM               1234 of windows.txt")
        with self.data() as data:
            data.sendall("".join(line + "\r\n" for line in lines).encode())
        self.say("226 done")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def connect(server: Server, user: str | None = None, password: str | None = None, flags: int = PASSIVE):
    session = c.c_void_p(wininet.InternetOpenW("test", 1, None, None, 0))
    port = server.server_address[1]
    context = c.c_void_p(0)
    place = ("127.0.0.1", c.c_uint16(port), user, password, 1, flags, context)
    return c.c_void_p(wininet.InternetConnectW(session, *place))


def read(file: c.c_void_p, size: int) -> bytes:
    buffer, count = c.create_string_buffer(size), c.c_uint32()
    assert wininet.InternetReadFile(file, buffer, size, c.byref(count))
    return buffer.raw[: count.value]


def response() -> tuple[int, str]:
    code, size, text = c.c_uint32(), c.c_uint32(200), c.create_unicode_buffer(200)
    assert wininet.InternetGetLastResponseInfoW(c.byref(code), text, c.byref(size))
    assert size.value == len(text.value)
    return code.value, text.value


@pytest.mark.parametrize("flags", [0, PASSIVE])
def test_files_are_read_and_written(server, flags):
    connection = connect(server, flags=flags)
    file = c.c_void_p(wininet.FtpOpenFileW(connection, "folder/one.bin", READ, 2, None))
    assert wininet.FtpGetFileSize(file, None) == 128000
    available = c.c_uint32()
    assert wininet.InternetQueryDataAvailable(file, c.byref(available), 0, None)
    assert available.value > 0
    assert read(file, 100000) + read(file, 100000) == server.files["/folder/one.bin"]
    assert read(file, 10) == b""
    assert not wininet.FtpDeleteFileW(connection, "read.txt")
    assert c.get_last_error() == 12110  # ERROR_FTP_TRANSFER_IN_PROGRESS
    assert wininet.InternetCloseHandle(file)
    file = c.c_void_p(wininet.FtpOpenFileW(connection, "new.bin", WRITE, 2, None))
    count = c.c_uint32()
    assert wininet.InternetWriteFile(file, b"written", 7, c.byref(count))
    assert wininet.InternetCloseHandle(file)
    assert (count.value, server.files["/new.bin"]) == (7, b"written")
    assert wininet.FtpDeleteFileW(connection, "read.txt")
    assert "/read.txt" not in server.files


def test_whole_files_come_and_go(server, tmp_path):
    connection, local = connect(server), tmp_path / "local.txt"
    assert wininet.FtpGetFileW(connection, "read.txt", str(local), True, 0x80, 1, None)
    assert local.read_bytes() == b"of the server\r\n"
    assert not wininet.FtpGetFileW(connection, "read.txt", str(local), True, 0x80, 1, None)
    assert c.get_last_error() == 80  # ERROR_FILE_EXISTS
    assert not wininet.FtpGetFileW(connection, "none", str(tmp_path / "none"), False, 0x80, 2, None)
    assert c.get_last_error() == 12003  # ERROR_INTERNET_EXTENDED_ERROR
    assert not (tmp_path / "none").exists()
    assert wininet.FtpPutFileA(connection, str(local).encode(), b"folder/put.txt", 2, None)
    assert server.files["/folder/put.txt"] == b"of the server\r\n"
    assert not wininet.FtpPutFileW(connection, str(tmp_path / "none"), "x", 2, None)
    assert c.get_last_error() == 2
    assert wininet.FtpRenameFileW(connection, "folder/put.txt", "moved.txt")
    assert "/moved.txt" in server.files


def test_folders(server):
    connection = connect(server)
    text, size = c.create_unicode_buffer(50), c.c_uint32(50)
    assert wininet.FtpCreateDirectoryW(connection, "made")
    assert wininet.FtpSetCurrentDirectoryW(connection, "made")
    assert wininet.FtpGetCurrentDirectoryW(connection, text, c.byref(size))
    assert (text.value, size.value) == ("/made", 6)
    size.value = 5
    assert not wininet.FtpGetCurrentDirectoryW(connection, text, c.byref(size))
    assert (c.get_last_error(), size.value) == (122, 6)
    assert wininet.FtpSetCurrentDirectoryA(connection, b"/")
    assert wininet.FtpRemoveDirectoryW(connection, "made")
    assert "/made" not in server.folders


def found(connection: c.c_void_p, pattern: str | None) -> list[tuple[str, int, int, int]]:
    data, result = wintypes.WIN32_FIND_DATAW(), []
    search = c.c_void_p(wininet.FtpFindFirstFileW(connection, pattern, c.byref(data), 0, None))
    more = bool(search)
    while more:
        time = data.ftLastWriteTime.dwHighDateTime << 32 | data.ftLastWriteTime.dwLowDateTime
        result.append((data.cFileName, data.dwFileAttributes, data.nFileSizeLow, time))
        more = wininet.InternetFindNextFileW(search, c.byref(data))
    assert c.get_last_error() == 18  # ERROR_NO_MORE_FILES
    if search:
        assert wininet.InternetCloseHandle(search)
    return result


def ticks(*moment: int) -> int:
    epoch = datetime(1601, 1, 1, tzinfo=timezone.utc)
    return int((datetime(*moment, tzinfo=timezone.utc) - epoch).total_seconds()) * 10_000_000  # type: ignore[misc]


def test_lists_in_the_formats_of_unix_and_of_windows(server):
    connection = connect(server)
    february, april = ticks(2021, 2, 3), ticks(2022, 4, 5, 13, 30)
    windows = ("of windows.txt", 0x80, 1234, april)
    assert found(connection, None) == [
        ("folder", 0x10, 0, february),
        ("read.txt", 0x80, 15, february),
        windows,
    ]
    assert found(connection, "*.txt") == [("read.txt", 0x80, 15, february), windows]
    assert found(connection, "/folder/*.bin") == [("one.bin", 0x80, 128000, february)]
    assert found(connection, "folder") == [("one.bin", 0x80, 128000, february), windows]
    assert found(connection, "nothing*") == []


def test_what_the_server_says(server):
    connection = connect(server, "me", "secret word")
    assert connection
    assert response() == (0, "230 welcome\r\n")
    out = c.c_void_p()
    assert not wininet.FtpCommandW(connection, False, 2, "SITE HELP", None, c.byref(out))
    assert c.get_last_error() == 12003
    assert response() == (12003, "502-not here\r\n502 at all\r\n")
    assert wininet.FtpCommandW(connection, True, 2, "RETR read.txt", None, c.byref(out))
    assert read(out, 100) == b"of the server\r\n"
    assert wininet.InternetCloseHandle(out)
    assert not wininet.FtpSetCurrentDirectoryW(connection, "nowhere")
    assert response() == (12003, "550 no such folder\r\n")


def test_who_may_not_come_in(server):
    assert not connect(server, "me", "wrong")
    assert c.get_last_error() == 12015  # ERROR_INTERNET_LOGIN_FAILURE
    assert not connect(server, None, "only a password")
    assert c.get_last_error() == 87
    server.shutdown()
    server.server_close()
    assert not connect(server)
    assert c.get_last_error() == 12029  # ERROR_INTERNET_CANNOT_CONNECT


def test_a_url_is_a_file(server):
    session = c.c_void_p(wininet.InternetOpenW("test", 1, None, None, 0))
    url = f"ftp://me:secret%20word@127.0.0.1:{server.server_address[1]}/read.txt"
    file = c.c_void_p(wininet.InternetOpenUrlW(session, url, None, 0, PASSIVE, None))
    assert read(file, 100) == b"of the server\r\n"
    kind, size = c.c_uint32(), c.c_uint32(4)
    assert wininet.InternetQueryOptionW(file, 9, c.byref(kind), c.byref(size))
    assert kind.value == 7  # INTERNET_HANDLE_TYPE_FTP_FILE
    assert wininet.InternetCloseHandle(file)


def test_an_asynchronous_session_is_told_of_the_file(server):
    results: queue.SimpleQueue[tuple[int, int]] = queue.SimpleQueue()
    closed: queue.SimpleQueue[int] = queue.SimpleQueue()

    @c.WINFUNCTYPE(None, c.c_void_p, c.c_void_p, c.c_uint, c.c_void_p, c.c_uint)
    def told(handle, context, status, information, size) -> None:
        if status == 100:  # INTERNET_STATUS_REQUEST_COMPLETE
            results.put(struct.unpack("<QI", c.string_at(information, 12)))
        elif status == 70:  # INTERNET_STATUS_HANDLE_CLOSING
            closed.put(handle)

    session = c.c_void_p(wininet.InternetOpenW("test", 1, None, None, 0x10000000))
    wininet.InternetSetStatusCallbackW(session, told)
    place = ("127.0.0.1", c.c_uint16(server.server_address[1]), None, None, 1, PASSIVE, c.c_void_p(7))
    connection = c.c_void_p(wininet.InternetConnectW(session, *place))
    assert not wininet.FtpOpenFileW(connection, "none", READ, 2, c.c_void_p(8))
    assert c.get_last_error() == 997  # ERROR_IO_PENDING
    assert results.get(timeout=30) == (0, 12003)
    assert not wininet.FtpOpenFileW(connection, "read.txt", READ, 2, c.c_void_p(9))
    number, error = results.get(timeout=30)
    assert number and not error
    file, buffer, count = c.c_void_p(number), c.create_string_buffer(50), c.c_uint32()
    assert not wininet.InternetReadFile(file, buffer, 50, c.byref(count))
    assert results.get(timeout=30) == (1, 0)
    assert buffer.raw[: count.value] == b"of the server\r\n"
    for handle in (file, connection):  # the callback has to be there until both are told of
        assert wininet.InternetCloseHandle(handle)
        assert closed.get(timeout=30) == handle.value
    wininet.InternetSetStatusCallbackW(session, None)
    assert wininet.InternetCloseHandle(session)
