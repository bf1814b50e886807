"""The event log: what programs report is written to $XDG_STATE_HOME/windlass/events.log, a line each.

There is no log to read, nor messages for the event numbers: those stand in the program's own files.

Source: Microsoft, "RegisterEventSourceW function", "ReportEventW function", "DeregisterEventSource function".
"""

from __future__ import annotations

import os
import time

from windlass import _core
from windlass.api.crypto import crypt_handles as handles
from windlass.api.outputs import fail, get_u64, string_at
from windlass.api.refused import Refused, done
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPCSTR, LPCWSTR, LPVOID, PVOID, WORD

ERROR_INVALID_HANDLE = 6
ERROR_WRITE_FAULT = 29
ERROR_INVALID_PARAMETER = 87
RPC_S_SERVER_UNAVAILABLE = 1722

TYPES = {0: "success", 1: "error", 2: "warning", 4: "information", 8: "audit success", 16: "audit failure"}


class Source:
    def __init__(self, name: str) -> None:
        self.name = name


def _register(server: str | None, source: str | None) -> int:
    if server and server.lstrip("\\"):
        return fail(RPC_S_SERVER_UNAVAILABLE)
    if not source:
        return fail(ERROR_INVALID_PARAMETER)
    return handles.new(Source(source))


@export("advapi32")
def RegisterEventSourceW(lpUNCServerName: LPCWSTR, lpSourceName: LPCWSTR) -> HANDLE:
    return _register(lpUNCServerName, lpSourceName)


@export("advapi32")
def RegisterEventSourceA(lpUNCServerName: LPCSTR, lpSourceName: LPCSTR) -> HANDLE:
    return _register(_core.ansi_to_text(lpUNCServerName or b""), _core.ansi_to_text(lpSourceName or b""))


@export("advapi32")
def DeregisterEventSource(hEventLog: HANDLE) -> BOOL:
    if handles.object_of(hEventLog, Source) is None:
        return fail(ERROR_INVALID_HANDLE)
    handles.close(hEventLog)
    return 1


def log_path() -> str:
    state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return os.path.join(state, "windlass", "events.log")


def _report(
    handle: int,
    type: int,
    category: int,
    event: int,
    count: int,
    texts: int,
    size: int,
    data: int,
    wide: bool,
) -> None:
    source = handles.object_of(handle, Source)
    if source is None:
        raise Refused(ERROR_INVALID_HANDLE)
    if type not in TYPES or (count and not texts):
        raise Refused(ERROR_INVALID_PARAMETER)
    places = [get_u64(texts + 8 * index) for index in range(count)]
    strings = [text for text in (string_at(place, wide) for place in places) if text is not None]
    moment = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    words = [f"{source.name}[{os.getpid()}]", TYPES[type], f"event {event}", f"category {category}"]
    line = " ".join([moment, *words, *map(_quoted, strings)])
    if size:
        line += " data " + _core.read(data, size).hex()
    try:
        os.makedirs(os.path.dirname(log_path()), mode=0o700, exist_ok=True)
        with open(log_path(), "a", encoding="utf-8", errors="surrogatepass") as log:
            log.write(line + "\n")
    except OSError:
        raise Refused(ERROR_WRITE_FAULT) from None


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace('"', r"\"").replace("\r", "").replace("\n", r"\n") + '"'


@export("advapi32")
def ReportEventW(
    hEventLog: HANDLE,
    wType: WORD,
    wCategory: WORD,
    dwEventID: DWORD,
    lpUserSid: PVOID,
    wNumStrings: WORD,
    dwDataSize: DWORD,
    lpStrings: PVOID,
    lpRawData: LPVOID,
) -> BOOL:
    return done(
        _report, hEventLog, wType, wCategory, dwEventID, wNumStrings, lpStrings, dwDataSize, lpRawData, True
    )


@export("advapi32")
def ReportEventA(
    hEventLog: HANDLE,
    wType: WORD,
    wCategory: WORD,
    dwEventID: DWORD,
    lpUserSid: PVOID,
    wNumStrings: WORD,
    dwDataSize: DWORD,
    lpStrings: PVOID,
    lpRawData: LPVOID,
) -> BOOL:
    return done(
        _report, hEventLog, wType, wCategory, dwEventID, wNumStrings, lpStrings, dwDataSize, lpRawData, False
    )
