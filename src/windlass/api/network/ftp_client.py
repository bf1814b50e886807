"""A connection to an FTP server, its failures as WinINet's codes, and its lists of files.

Source: RFC 959; Microsoft, "Error Messages (WinINet)", "FTP Sessions",
"InternetGetLastResponseInfoW function".
"""

from __future__ import annotations

import contextlib
import fnmatch
import ftplib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import NamedTuple, TypeVar

from windlass.api.network.http_engine import CANNOT_CONNECT, NAME_NOT_RESOLVED, TIMEOUT, Limits
from windlass.api.refused import Refused

__all__ = ["Client", "Entry", "begin", "connect", "entries", "guarded", "last_response"]

EXTENDED_ERROR, LOGIN_FAILURE, FTP_DROPPED = 12003, 12015, 12111
NOT_LOGGED_IN = "530"

T = TypeVar("T")

_last = threading.local()


def last_response() -> tuple[int, str]:
    """How the calling thread's last operation ended, 0 or WinINet's code, and what the server said."""
    return getattr(_last, "code", 0), getattr(_last, "response", "")


class Client(ftplib.FTP):
    def getresp(self) -> str:
        try:
            response = super().getresp()
        except ftplib.Error as error:
            _last.response = _lines(str(error))
            raise
        _last.response = _lines(response)
        return response


def _lines(response: str) -> str:
    return "".join(line + "\r\n" for line in response.splitlines())


def guarded(body: Callable[[], T], failure: int = FTP_DROPPED) -> T:
    """Failures as Windows' codes; `failure` for a connection that is not there."""
    _last.code = 0
    try:
        return body()
    except ftplib.Error as error:
        _last.code = LOGIN_FAILURE if str(error).startswith(NOT_LOGGED_IN) else EXTENDED_ERROR
        raise Refused(_last.code) from None
    except UnicodeError:
        raise Refused(EXTENDED_ERROR) from None
    except socket.gaierror:
        raise Refused(NAME_NOT_RESOLVED) from None
    except (socket.timeout, TimeoutError):
        raise Refused(TIMEOUT) from None
    except (EOFError, OSError):
        raise Refused(failure) from None


def connect(server: str, port: int, login: tuple[str, str], passive: bool, limits: Limits) -> Client:
    client = Client(timeout=limits.connecting)
    client.set_pasv(passive)
    try:
        guarded(lambda: client.connect(server, port), CANNOT_CONNECT)
        guarded(lambda: client.login(*login))
    except Refused:
        client.close()
        raise
    client.timeout = limits.receiving
    if client.sock is not None:
        client.sock.settimeout(limits.receiving)
    return client


def begin(client: Client, command: str, is_text: bool) -> tuple[int, socket.socket]:
    """Begin to transfer: the size, as far as the server says it, and the connection for the data."""
    client.voidcmd("TYPE A" if is_text else "TYPE I")
    verb, _, name = command.partition(" ")
    size = None
    if verb == "RETR" and not is_text:
        with contextlib.suppress(ftplib.Error):  # of an old server; of no such file it tells once more
            size = client.size(name)
    data, said = client.ntransfercmd(command)
    return size or said or 0, data


# ---- lists ----


class Entry(NamedTuple):
    name: str
    is_folder: bool
    size: int
    moment: datetime | None


_UNIX = re.compile(
    r"(?P<kind>[-dlbcps])[-rwxsStTlL]{9}\S*\s+\d+\s+\S+\s+(?:\S+\s+)?(?P<size>\d+)\s+"
    r"(?P<month>[A-Z][a-z]{2})\s+(?P<day>\d{1,2})\s+(?P<year>\d{4}|\d{1,2}:\d\d)\s(?P<name>.+)"
)
_DOS = re.compile(
    r"(?P<date>\d\d-\d\d-(?:\d\d){1,2})\s+(?P<time>\d\d:\d\d[AP]M)\s+(?P<size><DIR>|\d+)\s+(?P<name>.+)"
)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def _unix_moment(month: str, day: str, year: str, now: datetime) -> datetime | None:
    """A time of day stands for the last such day."""
    clock = re.fullmatch(r"(\d+):(\d+)", year)
    try:
        moment = datetime(
            now.year if clock else int(year), _MONTHS.index(month) + 1, int(day), tzinfo=timezone.utc
        )
        if clock is None:
            return moment
        moment = moment.replace(hour=int(clock[1]), minute=int(clock[2]))
        return moment.replace(year=now.year - 1) if moment > now + timedelta(days=1) else moment
    except ValueError:
        return None


def _dos_moment(date: str, time: str) -> datetime | None:
    year = "%y" if len(date) == 8 else "%Y"
    try:
        return datetime.strptime(f"{date} {time}", f"%m-%d-{year} %I:%M%p").replace(tzinfo=timezone.utc)
    except ValueError:
        return None


def _entry(line: str, now: datetime) -> Entry | None:
    """A line of a list as Unix' ls or Windows' dir write it; None for any other."""
    if found := _UNIX.match(line):
        name = found["name"].partition(" -> ")[0] if found["kind"] == "l" else found["name"]
        moment = _unix_moment(found["month"], found["day"], found["year"], now)
        is_folder = found["kind"] == "d"
        return Entry(name, is_folder, 0 if is_folder else int(found["size"]), moment)
    if found := _DOS.match(line):
        is_folder = found["size"] == "<DIR>"
        moment = _dos_moment(found["date"], found["time"])
        return Entry(found["name"], is_folder, 0 if is_folder else int(found["size"]), moment)
    return None


def _chosen(lines: list[str], mask: str) -> Iterator[Entry]:
    now = datetime.now(timezone.utc)
    for line in lines:
        entry = _entry(line, now)
        if entry and entry.name not in (".", "..") and fnmatch.fnmatchcase(entry.name, mask):
            yield entry


def entries(client: Client, pattern: str) -> list[Entry]:
    """What a folder, a file or a pattern of names in a folder stands for; "" is the current folder."""
    folder, slash, mask = pattern.replace("\\", "/").rpartition("/")
    has_wildcards = "*" in mask or "?" in mask
    if not has_wildcards:
        folder, mask = pattern, "*"
    elif slash and not folder:
        folder = "/"
    lines: list[str] = []
    client.retrlines("LIST " + folder if folder else "LIST", lines.append)
    return list(_chosen(lines, "*" if mask == "*.*" else mask))
