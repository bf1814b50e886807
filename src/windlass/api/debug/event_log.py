"""The event log: what programs report is written to $XDG_STATE_HOME/windlass/events.log, a line each.

Windows' own logs are there to be read, but empty, and there are no messages for the event numbers: those
stand in the program's own files.

Source: Microsoft, "RegisterEventSourceW function", "ReportEventW function", "DeregisterEventSource function",
"ReadEventLogW function".
"""

from __future__ import annotations

import os
import time

from windlass import _core
from windlass.api.crypto import crypt_handles as handles
from windlass.api.outputs import fail, from_ansi, get_u64, put_u32, string_at
from windlass.api.refused import Refused, done
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPCSTR, LPCWSTR, LPVOID, PDWORD, PVOID, WORD
from windlass.user_folders import state_folder

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
    return os.path.join(state_folder(), "events.log")


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


# ---- reading: the logs of Windows are there, and empty ----

ERROR_HANDLE_EOF = 38
ERROR_INVALID_LEVEL = 124
ERROR_BUFFER_TOO_SMALL = 122
EVENTLOG_FULL_INFO = 0


class Log:
    def __init__(self, name: str) -> None:
        self.name = name


def _open(server: str | None, name: str | None) -> int:
    if server and server.lstrip("\\"):
        return fail(RPC_S_SERVER_UNAVAILABLE)
    return handles.new(Log(name)) if name else fail(ERROR_INVALID_PARAMETER)


@export("advapi32")
def OpenEventLogW(lpUNCServerName: LPCWSTR, lpSourceName: LPCWSTR) -> HANDLE:
    return _open(lpUNCServerName, lpSourceName)


@export("advapi32")
def OpenEventLogA(lpUNCServerName: LPCSTR, lpSourceName: LPCSTR) -> HANDLE:
    return _open(from_ansi(lpUNCServerName), from_ansi(lpSourceName))


@export("advapi32")
def CloseEventLog(hEventLog: HANDLE) -> BOOL:
    if handles.object_of(hEventLog, Log) is None:
        return fail(ERROR_INVALID_HANDLE)
    handles.close(hEventLog)
    return 1


def _is_log(handle: int) -> bool:
    return handles.object_of(handle, Log) is not None or handles.object_of(handle, Source) is not None


def _count(handle: int, number_out: int) -> int:
    if not number_out:
        return fail(ERROR_INVALID_PARAMETER)
    if not _is_log(handle):
        return fail(ERROR_INVALID_HANDLE)
    put_u32(number_out, 0)
    return 1


@export("advapi32")
def GetNumberOfEventLogRecords(hEventLog: HANDLE, NumberOfRecords: PDWORD) -> BOOL:
    return _count(hEventLog, NumberOfRecords)


@export("advapi32")
def GetOldestEventLogRecord(hEventLog: HANDLE, OldestRecord: PDWORD) -> BOOL:
    return _count(hEventLog, OldestRecord)


def _read(handle: int, buffer: int, read_out: int, needed_out: int) -> int:
    if not buffer or not read_out or not needed_out:
        return fail(ERROR_INVALID_PARAMETER)
    if not _is_log(handle):
        return fail(ERROR_INVALID_HANDLE)
    put_u32(read_out, 0)
    put_u32(needed_out, 0)
    return fail(ERROR_HANDLE_EOF)


@export("advapi32")
def ReadEventLogW(
    hEventLog: HANDLE,
    dwReadFlags: DWORD,
    dwRecordOffset: DWORD,
    lpBuffer: LPVOID,
    nNumberOfBytesToRead: DWORD,
    pnBytesRead: PDWORD,
    pnMinNumberOfBytesNeeded: PDWORD,
) -> BOOL:
    return _read(hEventLog, lpBuffer, pnBytesRead, pnMinNumberOfBytesNeeded)


@export("advapi32")
def ReadEventLogA(
    hEventLog: HANDLE,
    dwReadFlags: DWORD,
    dwRecordOffset: DWORD,
    lpBuffer: LPVOID,
    nNumberOfBytesToRead: DWORD,
    pnBytesRead: PDWORD,
    pnMinNumberOfBytesNeeded: PDWORD,
) -> BOOL:
    return _read(hEventLog, lpBuffer, pnBytesRead, pnMinNumberOfBytesNeeded)


@export("advapi32")
def GetEventLogInformation(
    hEventLog: HANDLE, dwInfoLevel: DWORD, lpBuffer: LPVOID, cbBufSize: DWORD, pcbBytesNeeded: PDWORD
) -> BOOL:
    """EVENTLOG_FULL_INFORMATION: the log is not full."""
    if dwInfoLevel != EVENTLOG_FULL_INFO:
        return fail(ERROR_INVALID_LEVEL)
    if not _is_log(hEventLog):
        return fail(ERROR_INVALID_HANDLE)
    put_u32(pcbBytesNeeded, 4)
    if cbBufSize < 4:
        return fail(ERROR_BUFFER_TOO_SMALL)
    put_u32(lpBuffer, 0)
    return 1


@export("advapi32")
def ClearEventLogW(hEventLog: HANDLE, lpBackupFileName: LPCWSTR) -> BOOL:
    return 1 if _is_log(hEventLog) else fail(ERROR_INVALID_HANDLE)


@export("advapi32")
def ClearEventLogA(hEventLog: HANDLE, lpBackupFileName: LPCSTR) -> BOOL:
    return 1 if _is_log(hEventLog) else fail(ERROR_INVALID_HANDLE)


@export("advapi32")
def NotifyChangeEventLog(hEventLog: HANDLE, hEvent: HANDLE) -> BOOL:
    """Nothing is ever written to these logs, so that the event stays as it is."""
    return 1 if _is_log(hEventLog) else fail(ERROR_INVALID_HANDLE)
