"""WinINet's FTP: connections, files and lists of files.

Until a file's handle is closed its connection does nothing else: ERROR_FTP_TRANSFER_IN_PROGRESS. Without
INTERNET_FLAG_PASSIVE the server connects to the client for data.

Source: Microsoft, "FTP Sessions", and the functions' pages.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from collections.abc import Callable
from datetime import datetime, timezone
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from windlass import _core
from windlass.api.network import ftp_client
from windlass.api.network.ftp_client import Client, Entry, begin, guarded
from windlass.api.network.wininet_objects import FileHandle, Handle, Session, announce, handle_of, start
from windlass.api.outputs import fail, from_ansi, get_u32, put_ansi, put_u32, put_wide
from windlass.api.refused import Refused, done
from windlass.registry import export
from windlass.types import (
    BOOL,
    DWORD,
    DWORD_PTR,
    HANDLE,
    LPCSTR,
    LPCWSTR,
    LPDWORD,
    LPSTR,
    LPVOID,
    LPWSTR,
    PVOID,
)

__all__ = ["connect", "open_url"]

ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_ACCESS_DENIED = 2, 3, 5
ERROR_NO_MORE_FILES = 18
ERROR_WRITE_FAULT = 29
ERROR_FILE_EXISTS = 80
ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122
INVALID_URL, TRANSFER_IN_PROGRESS = 12005, 12110

GENERIC_READ, GENERIC_WRITE = 0x80000000, 0x40000000
TRANSFER_ASCII = 1
PASSIVE = 0x08000000
ATTRIBUTE_DIRECTORY, ATTRIBUTE_NORMAL = 0x10, 0x80

T = TypeVar("T")


class FtpConnection(Handle):
    type = 2

    def __init__(self, session: Session, client: Client, context: int) -> None:
        super().__init__(session, context or session.context)
        self.client = client
        self.file: FtpFile | None = None

    def command(self, body: Callable[[Client], T]) -> T:
        if self.file is not None:
            raise Refused(TRANSFER_IN_PROGRESS)
        return guarded(lambda: body(self.client))

    def stop(self) -> None:
        if self.client.sock is not None:
            _shut(self.client.sock)

    def end(self) -> None:
        self.client.close()


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it may be already
        connection.shutdown(socket.SHUT_RDWR)


class FtpFile(FileHandle):
    """A file of the server's that is read, or written, or what a command brings."""

    type = 7

    def __init__(self, connection: FtpConnection, command: str, is_text: bool, context: int) -> None:
        self.size, self.data = connection.command(lambda client: begin(client, command, is_text))
        super().__init__(connection, context or connection.context)
        self.connection = connection
        self.owns_connection = False
        connection.file = self
        self.data.settimeout(self.limits.receiving)
        announce(self)

    def read(self, size: int) -> bytes:
        parts: list[bytes] = []

        def fill() -> None:
            left = size
            while left and (part := self.data.recv(left)):
                parts.append(part)
                left -= len(part)

        guarded(fill)
        return b"".join(parts)

    def write(self, data: bytes) -> None:
        guarded(lambda: self.data.sendall(data))

    def available(self) -> int:
        return len(guarded(lambda: self.data.recv(65536, socket.MSG_PEEK)))

    def stop(self) -> None:
        _shut(self.data)

    def end(self) -> None:
        """The server tells that the transfer is over, or broken off."""
        self.data.close()
        with contextlib.suppress(Refused):
            guarded(self.connection.client.voidresp)
        self.connection.file = None
        if self.owns_connection:
            self.connection.close()


class FtpFind(Handle):
    type = 5

    def __init__(self, connection: FtpConnection, pattern: str, context: int) -> None:
        self.entries = connection.command(lambda client: ftp_client.entries(client, pattern))
        if not self.entries:
            raise Refused(ERROR_NO_MORE_FILES)
        super().__init__(connection, context or connection.context)
        announce(self)

    def take(self) -> Entry:
        if not self.entries:
            raise Refused(ERROR_NO_MORE_FILES)
        return self.entries.pop(0)


# ---- connections ----


def connect(
    session: Session,
    server: str,
    port: int,
    user: str | None,
    password: str | None,
    flags: int,
    context: int,
) -> FtpConnection:
    """ "InternetConnectW function": without a name the user is anonymous."""
    if password and not user:
        raise Refused(ERROR_INVALID_PARAMETER)
    login = (user or "anonymous", password or ("" if user else "anonymous@"))
    client = ftp_client.connect(server, port or 21, login, bool(flags & PASSIVE), session.limits)
    return FtpConnection(session, client, context)


def open_url(session: Session, url: str, flags: int, context: int) -> FtpFile:
    """The file that a URL names, over a connection that only it uses."""
    parts = urlsplit(url)
    path = unquote(parts.path).removeprefix("/")
    if not parts.hostname or not path:
        raise Refused(INVALID_URL)
    login = [text and unquote(text) for text in (parts.username, parts.password)]
    connection = connect(session, parts.hostname, parts.port or 0, login[0], login[1], flags, context)
    announce(connection)
    try:
        file = FtpFile(connection, "RETR " + path, bool(flags & TRANSFER_ASCII), context)
    except Refused:
        connection.close()
        raise
    file.owns_connection = True
    return file


def _run(number: int, body: Callable[[Client], object], context: int = 0) -> None:
    connection = handle_of(number, FtpConnection)

    def perform() -> int:
        connection.command(body)
        return 1

    connection.run(perform, context)


def _named(name: str | None) -> str:
    if not name:
        raise Refused(ERROR_INVALID_PARAMETER)
    return name


def _on_one(number: int, name: str | None, body: Callable[[Client, str], object]) -> None:
    text = _named(name)
    _run(number, lambda client: body(client, text))


@export("wininet")
def FtpCreateDirectoryW(hConnect: HANDLE, lpszDirectory: LPCWSTR) -> BOOL:
    return done(_on_one, hConnect, lpszDirectory, Client.mkd)


@export("wininet")
def FtpCreateDirectoryA(hConnect: HANDLE, lpszDirectory: LPCSTR) -> BOOL:
    return done(_on_one, hConnect, from_ansi(lpszDirectory), Client.mkd)


@export("wininet")
def FtpRemoveDirectoryW(hConnect: HANDLE, lpszDirectory: LPCWSTR) -> BOOL:
    return done(_on_one, hConnect, lpszDirectory, Client.rmd)


@export("wininet")
def FtpRemoveDirectoryA(hConnect: HANDLE, lpszDirectory: LPCSTR) -> BOOL:
    return done(_on_one, hConnect, from_ansi(lpszDirectory), Client.rmd)


@export("wininet")
def FtpDeleteFileW(hConnect: HANDLE, lpszFileName: LPCWSTR) -> BOOL:
    return done(_on_one, hConnect, lpszFileName, Client.delete)


@export("wininet")
def FtpDeleteFileA(hConnect: HANDLE, lpszFileName: LPCSTR) -> BOOL:
    return done(_on_one, hConnect, from_ansi(lpszFileName), Client.delete)


@export("wininet")
def FtpSetCurrentDirectoryW(hConnect: HANDLE, lpszDirectory: LPCWSTR) -> BOOL:
    return done(_on_one, hConnect, lpszDirectory, Client.cwd)


@export("wininet")
def FtpSetCurrentDirectoryA(hConnect: HANDLE, lpszDirectory: LPCSTR) -> BOOL:
    return done(_on_one, hConnect, from_ansi(lpszDirectory), Client.cwd)


def _rename(number: int, old: str | None, new: str | None) -> None:
    names = _named(old), _named(new)
    _run(number, lambda client: client.rename(*names))


@export("wininet")
def FtpRenameFileW(hConnect: HANDLE, lpszExisting: LPCWSTR, lpszNew: LPCWSTR) -> BOOL:
    return done(_rename, hConnect, lpszExisting, lpszNew)


@export("wininet")
def FtpRenameFileA(hConnect: HANDLE, lpszExisting: LPCSTR, lpszNew: LPCSTR) -> BOOL:
    return done(_rename, hConnect, from_ansi(lpszExisting), from_ansi(lpszNew))


def _put_text(text: str, buffer: int, size: int, put: Callable[[int, int, str], int]) -> int:
    """The size counts characters, and becomes the text's with its zero; the length without it."""
    capacity = get_u32(size) if buffer else 0
    length = put(buffer, capacity, text)
    put_u32(size, length + 1)
    if length >= capacity:
        raise Refused(ERROR_INSUFFICIENT_BUFFER)
    return length


def _current_directory(number: int, buffer: int, size: int, put: Callable[[int, int, str], int]) -> None:
    if not size:
        raise Refused(ERROR_INVALID_PARAMETER)
    _run(number, lambda client: _put_text(client.pwd(), buffer, size, put))


@export("wininet")
def FtpGetCurrentDirectoryW(
    hConnect: HANDLE, lpszCurrentDirectory: LPWSTR, lpdwCurrentDirectory: LPDWORD
) -> BOOL:
    return done(_current_directory, hConnect, lpszCurrentDirectory, lpdwCurrentDirectory, put_wide)


@export("wininet")
def FtpGetCurrentDirectoryA(
    hConnect: HANDLE, lpszCurrentDirectory: LPSTR, lpdwCurrentDirectory: LPDWORD
) -> BOOL:
    return done(_current_directory, hConnect, lpszCurrentDirectory, lpdwCurrentDirectory, put_ansi)


# ---- files ----


def _open_file(number: int, name: str | None, access: int, flags: int, context: int) -> int:
    if not name or access not in (GENERIC_READ, GENERIC_WRITE):
        return fail(ERROR_INVALID_PARAMETER)
    command = ("RETR " if access == GENERIC_READ else "STOR ") + name
    is_text = bool(flags & TRANSFER_ASCII)
    return start(
        number, FtpConnection, lambda connection: FtpFile(connection, command, is_text, context), context
    )


@export("wininet")
def FtpOpenFileW(
    hConnect: HANDLE, lpszFileName: LPCWSTR, dwAccess: DWORD, dwFlags: DWORD, dwContext: DWORD_PTR
) -> HANDLE:
    return _open_file(hConnect, lpszFileName, dwAccess, dwFlags, dwContext)


@export("wininet")
def FtpOpenFileA(
    hConnect: HANDLE, lpszFileName: LPCSTR, dwAccess: DWORD, dwFlags: DWORD, dwContext: DWORD_PTR
) -> HANDLE:
    return _open_file(hConnect, from_ansi(lpszFileName), dwAccess, dwFlags, dwContext)


@export("wininet")
def FtpGetFileSize(hFile: HANDLE, lpdwFileSizeHigh: LPDWORD) -> DWORD:
    try:
        size = handle_of(hFile, FtpFile).size
    except Refused as refused:
        fail(refused.code)
        return 0xFFFFFFFF
    put_u32(lpdwFileSizeHigh, size >> 32)
    return size & 0xFFFFFFFF


def _host_path(path: str | None) -> str:
    host = _core.path_to_host(_named(path))
    if host is None:
        raise Refused(ERROR_PATH_NOT_FOUND)
    return host


def _of_local_file(body: Callable[[], T]) -> T:
    try:
        return body()
    except (ConnectionError, TimeoutError, socket.timeout):
        raise  # the server's
    except FileNotFoundError:
        raise Refused(ERROR_FILE_NOT_FOUND) from None
    except PermissionError:
        raise Refused(ERROR_ACCESS_DENIED) from None
    except OSError:
        raise Refused(ERROR_WRITE_FAULT) from None


def _download(client: Client, name: str, path: str, is_text: bool) -> None:
    """The local file is not made before the server has begun to send."""
    with begin(client, "RETR " + name, is_text)[1] as data:
        _of_local_file(lambda: _store(data, path))
    client.voidresp()


def _store(data: socket.socket, path: str) -> None:
    with open(path, "wb") as file:
        while part := data.recv(65536):
            file.write(part)


def _get_file(
    number: int, remote: str | None, local: str | None, must_be_new: int, flags: int, context: int
) -> None:
    name, path = _named(remote), _host_path(local)
    if must_be_new and os.path.exists(path):
        raise Refused(ERROR_FILE_EXISTS)
    _run(number, lambda client: _download(client, name, path, bool(flags & TRANSFER_ASCII)), context)


@export("wininet")
def FtpGetFileW(
    hConnect: HANDLE,
    lpszRemoteFile: LPCWSTR,
    lpszNewFile: LPCWSTR,
    fFailIfExists: BOOL,
    dwFlagsAndAttributes: DWORD,
    dwFlags: DWORD,
    dwContext: DWORD_PTR,
) -> BOOL:
    return done(_get_file, hConnect, lpszRemoteFile, lpszNewFile, fFailIfExists, dwFlags, dwContext)


@export("wininet")
def FtpGetFileA(
    hConnect: HANDLE,
    lpszRemoteFile: LPCSTR,
    lpszNewFile: LPCSTR,
    fFailIfExists: BOOL,
    dwFlagsAndAttributes: DWORD,
    dwFlags: DWORD,
    dwContext: DWORD_PTR,
) -> BOOL:
    names = from_ansi(lpszRemoteFile), from_ansi(lpszNewFile)
    return done(_get_file, hConnect, *names, fFailIfExists, dwFlags, dwContext)


def _upload(client: Client, path: str, name: str, is_text: bool) -> None:
    with _of_local_file(lambda: open(path, "rb")) as file:
        with begin(client, "STOR " + name, is_text)[1] as data:
            data.sendfile(file)
        client.voidresp()


def _put_file(number: int, local: str | None, remote: str | None, flags: int, context: int) -> None:
    path, name = _host_path(local), _named(remote)
    _run(number, lambda client: _upload(client, path, name, bool(flags & TRANSFER_ASCII)), context)


@export("wininet")
def FtpPutFileW(
    hConnect: HANDLE, lpszLocalFile: LPCWSTR, lpszNewRemoteFile: LPCWSTR, dwFlags: DWORD, dwContext: DWORD_PTR
) -> BOOL:
    return done(_put_file, hConnect, lpszLocalFile, lpszNewRemoteFile, dwFlags, dwContext)


@export("wininet")
def FtpPutFileA(
    hConnect: HANDLE, lpszLocalFile: LPCSTR, lpszNewRemoteFile: LPCSTR, dwFlags: DWORD, dwContext: DWORD_PTR
) -> BOOL:
    names = from_ansi(lpszLocalFile), from_ansi(lpszNewRemoteFile)
    return done(_put_file, hConnect, *names, dwFlags, dwContext)


def _command(number: int, brings_data: int, text: str | None, flags: int, context: int, out: int) -> None:
    """One that brings data gives a file to read it from."""
    command = _named(text)
    if not brings_data:
        _run(number, lambda client: client.sendcmd(command), context)
        return
    if not out:
        raise Refused(ERROR_INVALID_PARAMETER)
    connection = handle_of(number, FtpConnection)

    def perform() -> int:
        file = FtpFile(connection, command, bool(flags & TRANSFER_ASCII), context)
        _core.write(out, file.number.to_bytes(8, "little"))
        return 1

    connection.run(perform, context)


@export("wininet")
def FtpCommandW(
    hConnect: HANDLE,
    fExpectResponse: BOOL,
    dwFlags: DWORD,
    lpszCommand: LPCWSTR,
    dwContext: DWORD_PTR,
    phFtpCommand: PVOID,
) -> BOOL:
    return done(_command, hConnect, fExpectResponse, lpszCommand, dwFlags, dwContext, phFtpCommand)


@export("wininet")
def FtpCommandA(
    hConnect: HANDLE,
    fExpectResponse: BOOL,
    dwFlags: DWORD,
    lpszCommand: LPCSTR,
    dwContext: DWORD_PTR,
    phFtpCommand: PVOID,
) -> BOOL:
    return done(_command, hConnect, fExpectResponse, from_ansi(lpszCommand), dwFlags, dwContext, phFtpCommand)


# ---- lists ----

MAX_PATH = 260
EPOCH = datetime(1601, 1, 1, tzinfo=timezone.utc)


def _put_entry(place: int, entry: Entry, wide: bool) -> None:
    """All times are the one that the server tells."""
    ticks = int((entry.moment - EPOCH).total_seconds()) * 10_000_000 if entry.moment else 0
    attributes = ATTRIBUTE_DIRECTORY if entry.is_folder else ATTRIBUTE_NORMAL
    head = struct.pack("<I3QIIII", attributes, *[ticks] * 3, entry.size >> 32, entry.size & 0xFFFFFFFF, 0, 0)
    name = _core.wide_bytes(entry.name) if wide else _core.ansi_from_text(entry.name) + b"\0"
    _core.write(place, head + name[: MAX_PATH * (1 + wide)].ljust((MAX_PATH + 14) * (1 + wide), b"\0"))


def _find_first(number: int, pattern: str | None, place: int, context: int, wide: bool) -> int:
    if not place:
        return fail(ERROR_INVALID_PARAMETER)

    def find(connection: FtpConnection) -> FtpFind:
        found = FtpFind(connection, pattern or "", context)
        _put_entry(place, found.take(), wide)
        return found

    return start(number, FtpConnection, find, context)


@export("wininet")
def FtpFindFirstFileW(
    hConnect: HANDLE, lpszSearchFile: LPCWSTR, lpFindFileData: LPVOID, dwFlags: DWORD, dwContext: DWORD_PTR
) -> HANDLE:
    return _find_first(hConnect, lpszSearchFile, lpFindFileData, dwContext, True)


@export("wininet")
def FtpFindFirstFileA(
    hConnect: HANDLE, lpszSearchFile: LPCSTR, lpFindFileData: LPVOID, dwFlags: DWORD, dwContext: DWORD_PTR
) -> HANDLE:
    return _find_first(hConnect, from_ansi(lpszSearchFile), lpFindFileData, dwContext, False)


def _find_next(number: int, place: int, wide: bool) -> None:
    found = handle_of(number, FtpFind)
    if not place:
        raise Refused(ERROR_INVALID_PARAMETER)

    def give() -> int:
        _put_entry(place, found.take(), wide)
        return 1

    found.run(give)


@export("wininet")
def InternetFindNextFileW(hFind: HANDLE, lpvFindData: LPVOID) -> BOOL:
    return done(_find_next, hFind, lpvFindData, True)


@export("wininet")
def InternetFindNextFileA(hFind: HANDLE, lpvFindData: LPVOID) -> BOOL:
    return done(_find_next, hFind, lpvFindData, False)


# ---- what the server said ----


def _last_response(error: int, buffer: int, size: int, put: Callable[[int, int, str], int]) -> None:
    if not error or not size:
        raise Refused(ERROR_INVALID_PARAMETER)
    code, text = ftp_client.last_response()
    put_u32(error, code)
    put_u32(size, _put_text(text, buffer, size, put) if text else 0)


@export("wininet")
def InternetGetLastResponseInfoW(lpdwError: LPDWORD, lpszBuffer: LPWSTR, lpdwBufferLength: LPDWORD) -> BOOL:
    return done(_last_response, lpdwError, lpszBuffer, lpdwBufferLength, put_wide)


@export("wininet")
def InternetGetLastResponseInfoA(lpdwError: LPDWORD, lpszBuffer: LPSTR, lpdwBufferLength: LPDWORD) -> BOOL:
    return done(_last_response, lpdwError, lpszBuffer, lpdwBufferLength, put_ansi)
