"""The Performance Data Helper: queries of performance counters by their paths.

There is this machine alone, and the objects of performance_objects.py. Names are English, whatever the
locale, so that PdhAddCounter and PdhAddEnglishCounter are one.

Source: Microsoft, "Using the PDH Functions to Consume Counter Data", "Specifying a Counter Path",
"PDH_RAW_COUNTER structure", "PDH_FMT_COUNTERVALUE structure", "Performance Data Helper Error Codes".
"""

from __future__ import annotations

import ctypes
import itertools
import re
import struct
import threading
import time
from collections.abc import Sequence
from typing import NamedTuple

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import from_ansi, get_u32, put_u32, put_u64, string_at
from windlass.api.refused import Refused, code_of
from windlass.api.structures import get_structure, put_structure
from windlass.api.system import performance_objects as objects
from windlass.api.system.registry_seed import computer_name
from windlass.registry import export
from windlass.types import BOOL, DWORD, DWORD_PTR, HANDLE, LONG, LPCSTR, LPCWSTR, LPVOID, PVOID

__all__: list[str] = []

PDH_CSTATUS_VALID_DATA, PDH_CSTATUS_NEW_DATA = 0, 1
PDH_CSTATUS_NO_MACHINE, PDH_CSTATUS_NO_INSTANCE, PDH_MORE_DATA = 0x800007D0, 0x800007D1, 0x800007D2
PDH_NO_DATA, PDH_CALC_NEGATIVE_DENOMINATOR, PDH_CALC_NEGATIVE_VALUE = 0x800007D5, 0x800007D6, 0x800007D8
PDH_CSTATUS_NO_OBJECT, PDH_CSTATUS_NO_COUNTER, PDH_CSTATUS_INVALID_DATA = 0xC0000BB8, 0xC0000BB9, 0xC0000BBA
PDH_INVALID_HANDLE, PDH_INVALID_ARGUMENT, PDH_CSTATUS_BAD_COUNTERNAME = 0xC0000BBC, 0xC0000BBD, 0xC0000BC0
PDH_INSUFFICIENT_BUFFER, PDH_INVALID_DATA, PDH_STRING_NOT_FOUND = 0xC0000BC2, 0xC0000BC6, 0xC0000BD4

# Formats ("PdhGetFormattedCounterValue function").
PDH_FMT_LONG, PDH_FMT_DOUBLE, PDH_FMT_LARGE = 0x100, 0x200, 0x400
PDH_FMT_NOSCALE, PDH_FMT_1000, PDH_FMT_NOCAP100 = 0x1000, 0x2000, 0x8000

TICKS_PER_SECOND = 10_000_000
UNIX_EPOCH = 116_444_736_000_000_000
TIMERS = (objects.TIMER, objects.INVERSE_TIMER)


# ---- paths ----


class Path(NamedTuple):
    machine: str
    object: str
    instance: str | None
    counter: str

    def __str__(self) -> str:
        machine = f"\\\\{self.machine}" if self.machine else ""
        instance = "" if self.instance is None else f"({self.instance})"
        return f"{machine}\\{self.object}{instance}\\{self.counter}"


def _parse(text: str | None) -> Path:
    if text is None:
        raise Refused(PDH_INVALID_ARGUMENT)
    found = re.fullmatch(r"(?:\\\\([^\\]+))?\\([^\\(]+)(?:\((.*)\))?\\(.+)", text)
    if not found:
        raise Refused(PDH_CSTATUS_BAD_COUNTERNAME)
    machine, name, instance, counter = found.groups()
    return Path(machine or "", name, instance, counter)


def _object(name: str) -> objects.PerformanceObject:
    for each in objects.OBJECTS:
        if each.name.lower() == name.lower():
            return each
    raise Refused(PDH_CSTATUS_NO_OBJECT)


def _check_machine(name: str) -> None:
    if name.strip("\\").lower() not in ("", ".", "localhost", "127.0.0.1", computer_name().lower()):
        raise Refused(PDH_CSTATUS_NO_MACHINE)


def _matches(pattern: str | None, instance: str | None) -> bool:
    """Instances may be given with wildcards, and the first of several with an index."""
    if pattern is None or instance is None:
        return pattern is instance
    pattern = pattern[:-2] if pattern.endswith("#0") else pattern
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), instance, re.IGNORECASE) is not None


# ---- queries and counters ----


class PDH_RAW_COUNTER(ctypes.Structure):
    _fields_ = [
        ("CStatus", ctypes.c_uint32),
        ("TimeStamp", ctypes.c_uint32 * 2),
        ("FirstValue", ctypes.c_int64),
        ("SecondValue", ctypes.c_int64),
        ("MultiCount", ctypes.c_uint32),
    ]

    @property
    def time(self) -> int:
        low, high = self.TimeStamp
        return int(low | high << 32)


def _raw(status: int, at: int, first: int = 0, second: int = 0) -> PDH_RAW_COUNTER:
    stamp = (ctypes.c_uint32 * 2)(at & 0xFFFFFFFF, at >> 32)
    return PDH_RAW_COUNTER(status, stamp, first, second, 1)


class HeldCounter:
    """A counter of a query: the raw values of its instances now, and when the query was last asked before."""

    def __init__(self, query: Query, path: Path, kind: objects.Counter, user_data: int) -> None:
        self.query = query
        self.path = path
        self.object = _object(path.object)
        self.kind = kind
        self.user_data = user_data
        self.scale = 0
        self.now: dict[str | None, PDH_RAW_COUNTER] = {}
        self.before: dict[str | None, PDH_RAW_COUNTER] = {}

    def collect(self, samples: dict[str | None, objects.Sample], at: int) -> int:
        """The status: PDH_CSTATUS_VALID_DATA, or that there is no such instance."""
        self.before = self.now
        self.now = {}
        for instance, sample in samples.items():
            if _matches(self.path.instance, instance) and self.kind.name in sample:
                first, second = sample[self.kind.name]
                self.now[instance] = _raw(PDH_CSTATUS_VALID_DATA, at, first, second or at)
        return PDH_CSTATUS_VALID_DATA if self.now else PDH_CSTATUS_NO_INSTANCE

    def one(self) -> tuple[PDH_RAW_COUNTER, PDH_RAW_COUNTER | None]:
        """The first instance's values now and before."""
        if not self.now:
            return _raw(
                PDH_CSTATUS_NO_INSTANCE if self.query.is_collected else PDH_CSTATUS_INVALID_DATA, 0
            ), None
        instance, value = next(iter(self.now.items()))
        return value, self.before.get(instance)


class Query:
    def __init__(self, user_data: int) -> None:
        self.user_data = user_data
        self.counters: dict[int, HeldCounter] = {}
        self.is_collected = False
        self.stop = threading.Event()
        self.lock = threading.Lock()

    def collect(self) -> None:
        with self.lock:
            if not self.counters:
                raise Refused(PDH_NO_DATA)
            now = time.time_ns() // 100 + UNIX_EPOCH
            samples = {each.object.name: each.object for each in self.counters.values()}
            found = {name: performance_object.samples() for name, performance_object in samples.items()}
            states = [each.collect(found[each.object.name], now) for each in self.counters.values()]
            self.is_collected = True
            if PDH_CSTATUS_VALID_DATA not in states:
                raise Refused(PDH_NO_DATA)

    def collect_each(self, seconds: int, event: int) -> None:
        """From now on, in a thread; each time the event is set."""
        self.stop.set()
        self.stop = stop = threading.Event()

        def work() -> None:
            while not stop.wait(seconds):
                code_of(self.collect)
                windows("kernel32.dll", "SetEvent", event)

        threading.Thread(target=work, daemon=True).start()


_numbers = itertools.count(0x10000, 8)
_queries: dict[int, Query] = {}
_counters: dict[int, HeldCounter] = {}


def _query(handle: int) -> Query:
    if handle not in _queries:
        raise Refused(PDH_INVALID_HANDLE)
    return _queries[handle]


def _counter(handle: int) -> HeldCounter:
    if handle not in _counters:
        raise Refused(PDH_INVALID_HANDLE)
    return _counters[handle]


def _open(source: object, user_data: int, query_out: int) -> None:
    if not query_out or source:  # log files are another matter
        raise Refused(PDH_INVALID_ARGUMENT)
    handle = next(_numbers)
    _queries[handle] = Query(user_data)
    put_u64(query_out, handle)


@export("pdh")
def PdhOpenQueryW(szDataSource: LPCWSTR, dwUserData: DWORD_PTR, phQuery: PVOID) -> LONG:
    return code_of(_open, szDataSource, dwUserData, phQuery)


@export("pdh")
def PdhOpenQueryA(szDataSource: LPCSTR, dwUserData: DWORD_PTR, phQuery: PVOID) -> LONG:
    return code_of(_open, szDataSource, dwUserData, phQuery)


@export("pdh")
def PdhOpenQueryH(hDataSource: HANDLE, dwUserData: DWORD_PTR, phQuery: PVOID) -> LONG:
    return code_of(_open, hDataSource, dwUserData, phQuery)


@export("pdh")
def PdhCloseQuery(hQuery: HANDLE) -> LONG:
    def body() -> None:
        query = _query(hQuery)
        query.stop.set()
        for handle in query.counters:
            del _counters[handle]
        del _queries[hQuery]

    return code_of(body)


def _find(path: Path) -> objects.Counter:
    """What the path names, whether or not there is such an instance now."""
    _check_machine(path.machine)
    kind = _object(path.object).counter(path.counter)
    if kind is None:
        raise Refused(PDH_CSTATUS_NO_COUNTER)
    return kind


def _add(handle: int, text: str | None, user_data: int, counter_out: int) -> None:
    if not counter_out or text is None:
        raise Refused(PDH_INVALID_ARGUMENT)
    put_u64(counter_out, 0)
    query, path = _query(handle), _parse(text)
    counter = next(_numbers)
    with query.lock:
        query.counters[counter] = _counters[counter] = HeldCounter(query, path, _find(path), user_data)
    put_u64(counter_out, counter)


@export("pdh")
def PdhAddCounterW(
    hQuery: HANDLE, szFullCounterPath: LPCWSTR, dwUserData: DWORD_PTR, phCounter: PVOID
) -> LONG:
    return code_of(_add, hQuery, szFullCounterPath, dwUserData, phCounter)


@export("pdh")
def PdhAddCounterA(
    hQuery: HANDLE, szFullCounterPath: LPCSTR, dwUserData: DWORD_PTR, phCounter: PVOID
) -> LONG:
    return code_of(_add, hQuery, from_ansi(szFullCounterPath), dwUserData, phCounter)


@export("pdh")
def PdhAddEnglishCounterW(
    hQuery: HANDLE, szFullCounterPath: LPCWSTR, dwUserData: DWORD_PTR, phCounter: PVOID
) -> LONG:
    return code_of(_add, hQuery, szFullCounterPath, dwUserData, phCounter)


@export("pdh")
def PdhAddEnglishCounterA(
    hQuery: HANDLE, szFullCounterPath: LPCSTR, dwUserData: DWORD_PTR, phCounter: PVOID
) -> LONG:
    return code_of(_add, hQuery, from_ansi(szFullCounterPath), dwUserData, phCounter)


@export("pdh")
def PdhRemoveCounter(hCounter: HANDLE) -> LONG:
    def body() -> None:
        query = _counter(hCounter).query
        with query.lock:
            del query.counters[hCounter], _counters[hCounter]

    return code_of(body)


@export("pdh")
def PdhCollectQueryData(hQuery: HANDLE) -> LONG:
    return code_of(lambda: _query(hQuery).collect())


@export("pdh")
def PdhCollectQueryDataWithTime(hQuery: HANDLE, pllTimeStamp: PVOID) -> LONG:
    """The local time, as a FILETIME."""

    def body() -> None:
        if not pllTimeStamp:
            raise Refused(PDH_INVALID_ARGUMENT)
        _query(hQuery).collect()
        offset = -time.altzone if time.localtime().tm_isdst > 0 else -time.timezone
        put_u64(pllTimeStamp, time.time_ns() // 100 + UNIX_EPOCH + offset * TICKS_PER_SECOND)

    return code_of(body)


@export("pdh")
def PdhCollectQueryDataEx(hQuery: HANDLE, dwIntervalTime: DWORD, hNewDataEvent: HANDLE) -> LONG:
    def body() -> None:
        query = _query(hQuery)
        if not dwIntervalTime:
            raise Refused(PDH_INVALID_ARGUMENT)
        query.collect()
        query.collect_each(dwIntervalTime, hNewDataEvent)

    return code_of(body)


# ---- values ("Counter Types") ----


def _difference(now: int, before: int) -> int:
    if now < before:
        raise Refused(PDH_CALC_NEGATIVE_VALUE)
    return now - before


def _calculate(type: int, now: PDH_RAW_COUNTER, before: PDH_RAW_COUNTER | None) -> float:
    first, second = int(now.FirstValue), int(now.SecondValue)
    if type in (objects.VALUE, objects.LARGE_VALUE):
        return first
    if type == objects.RAW_FRACTION:
        return 100 * first / second if second else 0.0
    if type == objects.ELAPSED_TIME:
        return (now.time - first) / TICKS_PER_SECOND if first else 0.0
    if before is None:
        raise Refused(PDH_INVALID_DATA)
    elapsed = second - int(before.SecondValue)
    if elapsed <= 0:
        raise Refused(PDH_CALC_NEGATIVE_DENOMINATOR)
    share = _difference(first, int(before.FirstValue)) / elapsed
    if type in TIMERS:
        return max(0.0, 100 * (1 - share)) if type == objects.INVERSE_TIMER else 100 * share
    return share * TICKS_PER_SECOND


def _format(format: int, type: int, value: float, scale: int) -> bytes:
    """PDH_FMT_COUNTERVALUE."""
    if type in TIMERS and not format & PDH_FMT_NOCAP100:
        value = min(value, 100)
    if not format & PDH_FMT_NOSCALE:
        value = value * 10**scale if scale > 0 else value / 10**-scale if scale else value
    if format & PDH_FMT_1000:
        value *= 1000
    if format & PDH_FMT_DOUBLE:
        data = struct.pack("<d", value)
    elif format & PDH_FMT_LARGE:
        data = struct.pack("<q", int(value))
    elif format & PDH_FMT_LONG:
        data = struct.pack("<i4x", max(-(1 << 31), min(int(value), (1 << 31) - 1)))
    else:
        raise Refused(PDH_INVALID_ARGUMENT)
    return struct.pack("<I4x", PDH_CSTATUS_VALID_DATA) + data


@export("pdh")
def PdhGetFormattedCounterValue(hCounter: HANDLE, dwFormat: DWORD, lpdwType: PVOID, pValue: PVOID) -> LONG:
    def body() -> None:
        if not pValue:
            raise Refused(PDH_INVALID_ARGUMENT)
        counter = _counter(hCounter)
        with counter.query.lock:
            now, before = counter.one()
        if now.CStatus:
            put_u32(pValue, now.CStatus)
            raise Refused(PDH_INVALID_DATA if now.CStatus == PDH_CSTATUS_INVALID_DATA else now.CStatus)
        value = _calculate(counter.kind.type, now, before)
        _core.write(pValue, _format(dwFormat, counter.kind.type, value, counter.scale))
        put_u32(lpdwType, counter.kind.type)

    return code_of(body)


@export("pdh")
def PdhGetRawCounterValue(hCounter: HANDLE, lpdwType: PVOID, pValue: PVOID) -> LONG:
    def body() -> None:
        if not pValue:
            raise Refused(PDH_INVALID_ARGUMENT)
        counter = _counter(hCounter)
        with counter.query.lock:
            put_structure(pValue, counter.one()[0])
        put_u32(lpdwType, counter.kind.type)

    return code_of(body)


@export("pdh")
def PdhCalculateCounterFromRawValue(
    hCounter: HANDLE, dwFormat: DWORD, rawValue1: PVOID, rawValue2: PVOID, fmtValue: PVOID
) -> LONG:
    """rawValue1 is the newer one."""

    def body() -> None:
        if not rawValue1 or not fmtValue:
            raise Refused(PDH_INVALID_ARGUMENT)
        counter = _counter(hCounter)
        before = get_structure(rawValue2, PDH_RAW_COUNTER) if rawValue2 else None
        value = _calculate(counter.kind.type, get_structure(rawValue1, PDH_RAW_COUNTER), before)
        _core.write(fmtValue, _format(dwFormat, counter.kind.type, value, counter.scale))

    return code_of(body)


def _texts(wide: bool, text: str) -> bytes:
    return _core.wide_bytes(text) if wide else _core.ansi_from_text(text) + b"\0"


def _array(wide: bool, rows: list[tuple[str, bytes]], size_out: int, count_out: int, buffer: int) -> None:
    """Structures that begin with a pointer to a name, with the names behind them."""
    if not size_out or not count_out:
        raise Refused(PDH_INVALID_ARGUMENT)
    names = [_texts(wide, name) for name, _ in rows]
    head = sum(8 + len(data) for _, data in rows)
    size, room = head + sum(map(len, names)), get_u32(size_out)
    put_u32(size_out, size)
    put_u32(count_out, len(rows))
    if not buffer or room < size:
        raise Refused(PDH_MORE_DATA)
    result, at = b"", buffer + head
    for (_, data), name in zip(rows, names):
        result += struct.pack("<Q", at) + data
        at += len(name)
    _core.write(buffer, result + b"".join(names))


def _formatted_array(
    wide: bool, handle: int, format: int, size_out: int, count_out: int, buffer: int
) -> None:
    counter = _counter(handle)
    with counter.query.lock:
        if not counter.now:
            raise Refused(PDH_CSTATUS_NO_INSTANCE if counter.query.is_collected else PDH_INVALID_DATA)
        rows = []
        for instance, now in counter.now.items():
            try:
                value = _calculate(counter.kind.type, now, counter.before.get(instance))
                row = _format(format, counter.kind.type, value, counter.scale)
            except Refused as refused:
                row = struct.pack("<I4xq", refused.code, 0)
            rows.append((instance or "", row))
    _array(wide, rows, size_out, count_out, buffer)


@export("pdh")
def PdhGetFormattedCounterArrayW(
    hCounter: HANDLE, dwFormat: DWORD, lpdwBufferSize: PVOID, lpdwItemCount: PVOID, ItemBuffer: PVOID
) -> LONG:
    return code_of(_formatted_array, True, hCounter, dwFormat, lpdwBufferSize, lpdwItemCount, ItemBuffer)


@export("pdh")
def PdhGetFormattedCounterArrayA(
    hCounter: HANDLE, dwFormat: DWORD, lpdwBufferSize: PVOID, lpdwItemCount: PVOID, ItemBuffer: PVOID
) -> LONG:
    return code_of(_formatted_array, False, hCounter, dwFormat, lpdwBufferSize, lpdwItemCount, ItemBuffer)


def _raw_array(wide: bool, handle: int, size_out: int, count_out: int, buffer: int) -> None:
    counter = _counter(handle)
    with counter.query.lock:
        rows = [(instance or "", bytes(now)) for instance, now in counter.now.items()]
    _array(wide, rows, size_out, count_out, buffer)


@export("pdh")
def PdhGetRawCounterArrayW(
    hCounter: HANDLE, lpdwBufferSize: PVOID, lpdwItemCount: PVOID, ItemBuffer: PVOID
) -> LONG:
    return code_of(_raw_array, True, hCounter, lpdwBufferSize, lpdwItemCount, ItemBuffer)


@export("pdh")
def PdhGetRawCounterArrayA(
    hCounter: HANDLE, lpdwBufferSize: PVOID, lpdwItemCount: PVOID, ItemBuffer: PVOID
) -> LONG:
    return code_of(_raw_array, False, hCounter, lpdwBufferSize, lpdwItemCount, ItemBuffer)


@export("pdh")
def PdhSetCounterScaleFactor(hCounter: HANDLE, lFactor: LONG) -> LONG:
    def body() -> None:
        counter = _counter(hCounter)
        if not -7 <= lFactor <= 7:
            raise Refused(PDH_INVALID_ARGUMENT)
        counter.scale = lFactor

    return code_of(body)


@export("pdh")
def PdhGetCounterTimeBase(hCounter: HANDLE, pTimeBase: PVOID) -> LONG:
    def body() -> None:
        if not pTimeBase:
            raise Refused(PDH_INVALID_ARGUMENT)
        _counter(hCounter)
        put_u64(pTimeBase, TICKS_PER_SECOND)

    return code_of(body)


@export("pdh")
def PdhIsRealTimeQuery(hQuery: HANDLE) -> BOOL:
    return hQuery in _queries


@export("pdh")
def PdhGetDllVersion(lpdwVersion: PVOID) -> LONG:
    PDH_VERSION = 0x503
    if not lpdwVersion:
        return PDH_INVALID_ARGUMENT
    put_u32(lpdwVersion, PDH_VERSION)
    return 0


# ---- names ----


def _validate(text: str | None) -> None:
    path = _parse(text)
    _find(path)
    instances = _object(path.object).samples()
    if not any(_matches(path.instance, each) for each in instances):
        raise Refused(PDH_CSTATUS_NO_INSTANCE)


@export("pdh")
def PdhValidatePathW(szFullPathBuffer: LPCWSTR) -> LONG:
    return code_of(_validate, szFullPathBuffer)


@export("pdh")
def PdhValidatePathA(szFullPathBuffer: LPCSTR) -> LONG:
    return code_of(_validate, from_ansi(szFullPathBuffer))


def _put_sized(wide: bool, buffer: int, size_in_out: int, text: str) -> None:
    """A text whose size, with its zeros, is counted in characters; too small a buffer is told how many."""
    if not size_in_out:
        raise Refused(PDH_INVALID_ARGUMENT)
    data = _texts(wide, text)
    units, room = len(data) // (2 if wide else 1), get_u32(size_in_out)
    put_u32(size_in_out, units)
    if not buffer or room < units:
        raise Refused(PDH_MORE_DATA)
    _core.write(buffer, data)


def _names() -> dict[int, str]:
    result = {}
    for each in objects.OBJECTS:
        result[each.number] = each.name
        result.update({counter.number: counter.name for counter in each.counters})
    return result


def _name_by_index(wide: bool, machine: str | None, index: int, buffer: int, size_in_out: int) -> None:
    _check_machine(machine or "")
    if not size_in_out:
        raise Refused(PDH_INVALID_ARGUMENT)
    if index not in _names():
        raise Refused(PDH_STRING_NOT_FOUND)
    if code_of(_put_sized, wide, buffer, size_in_out, _names()[index]):
        raise Refused(PDH_INSUFFICIENT_BUFFER)


@export("pdh")
def PdhLookupPerfNameByIndexW(
    szMachineName: LPCWSTR, dwNameIndex: DWORD, szNameBuffer: LPVOID, pcchNameBufferSize: PVOID
) -> LONG:
    return code_of(_name_by_index, True, szMachineName, dwNameIndex, szNameBuffer, pcchNameBufferSize)


@export("pdh")
def PdhLookupPerfNameByIndexA(
    szMachineName: LPCSTR, dwNameIndex: DWORD, szNameBuffer: LPVOID, pcchNameBufferSize: PVOID
) -> LONG:
    machine = from_ansi(szMachineName)
    return code_of(_name_by_index, False, machine, dwNameIndex, szNameBuffer, pcchNameBufferSize)


def _index_by_name(machine: str | None, name: str | None, index_out: int) -> None:
    if name is None or not index_out:
        raise Refused(PDH_INVALID_ARGUMENT)
    _check_machine(machine or "")
    found = [index for index, each in _names().items() if each.lower() == name.lower()]
    if not found:
        raise Refused(PDH_STRING_NOT_FOUND)
    put_u32(index_out, found[0])


@export("pdh")
def PdhLookupPerfIndexByNameW(szMachineName: LPCWSTR, szNameBuffer: LPCWSTR, pdwIndex: PVOID) -> LONG:
    return code_of(_index_by_name, szMachineName, szNameBuffer, pdwIndex)


@export("pdh")
def PdhLookupPerfIndexByNameA(szMachineName: LPCSTR, szNameBuffer: LPCSTR, pdwIndex: PVOID) -> LONG:
    return code_of(_index_by_name, from_ansi(szMachineName), from_ansi(szNameBuffer), pdwIndex)


def _multi(names: list[str]) -> str:
    """Texts with zeros between them and one at the end; the list's own zero is the text's."""
    return "".join(name + "\0" for name in names)


def _enum_objects(wide: bool, machine: str | None, buffer: int, size_in_out: int) -> None:
    _check_machine(machine or "")
    _put_sized(wide, buffer, size_in_out, _multi([each.name for each in objects.OBJECTS]))


@export("pdh")
def PdhEnumObjectsW(
    szDataSource: LPCWSTR, szMachineName: LPCWSTR, mszObjectList: LPVOID, pcchBufferSize: PVOID,
    dwDetailLevel: DWORD, bRefresh: BOOL,
) -> LONG:  # fmt: skip
    return code_of(_enum_objects, True, szMachineName, mszObjectList, pcchBufferSize)


@export("pdh")
def PdhEnumObjectsA(
    szDataSource: LPCSTR, szMachineName: LPCSTR, mszObjectList: LPVOID, pcchBufferSize: PVOID,
    dwDetailLevel: DWORD, bRefresh: BOOL,
) -> LONG:  # fmt: skip
    return code_of(_enum_objects, False, from_ansi(szMachineName), mszObjectList, pcchBufferSize)


def _plain_instances(performance_object: objects.PerformanceObject) -> list[str]:
    """Without the numbers that tell several of one name apart."""
    return [re.sub(r"#\d+$", "", each) for each in performance_object.samples() if each is not None]


def _enum_items(
    wide: bool, machine: str | None, name: str | None,
    counters: int, counters_size: int, instances: int, instances_size: int,
) -> None:  # fmt: skip
    if name is None:
        raise Refused(PDH_INVALID_ARGUMENT)
    _check_machine(machine or "")
    found = _object(name)
    lists = (
        (counters, counters_size, [each.name for each in found.counters]),
        (instances, instances_size, _plain_instances(found)),
    )
    codes = [code_of(_put_sized, wide, buffer, size, _multi(names)) for buffer, size, names in lists]
    if any(codes):
        raise Refused(next(code for code in codes if code))


@export("pdh")
def PdhEnumObjectItemsW(
    szDataSource: LPCWSTR, szMachineName: LPCWSTR, szObjectName: LPCWSTR, mszCounterList: LPVOID,
    pcchCounterListLength: PVOID, mszInstanceList: LPVOID, pcchInstanceListLength: PVOID,
    dwDetailLevel: DWORD, dwFlags: DWORD,
) -> LONG:  # fmt: skip
    return code_of(
        _enum_items, True, szMachineName, szObjectName,
        mszCounterList, pcchCounterListLength, mszInstanceList, pcchInstanceListLength,
    )  # fmt: skip


@export("pdh")
def PdhEnumObjectItemsA(
    szDataSource: LPCSTR, szMachineName: LPCSTR, szObjectName: LPCSTR, mszCounterList: LPVOID,
    pcchCounterListLength: PVOID, mszInstanceList: LPVOID, pcchInstanceListLength: PVOID,
    dwDetailLevel: DWORD, dwFlags: DWORD,
) -> LONG:  # fmt: skip
    return code_of(
        _enum_items, False, from_ansi(szMachineName), from_ansi(szObjectName),
        mszCounterList, pcchCounterListLength, mszInstanceList, pcchInstanceListLength,
    )  # fmt: skip


def _expand(wide: bool, pattern: str | None, buffer: int, size_in_out: int) -> None:
    path = _parse(pattern)
    _check_machine(path.machine)
    found = _object(path.object)
    machine = path.machine or computer_name()
    names = [
        str(Path(machine, found.name, instance, counter.name))
        for instance in found.samples()
        if _matches(path.instance, instance)
        for counter in found.counters
        if _matches(path.counter, counter.name)
    ]
    _put_sized(wide, buffer, size_in_out, _multi(names))


@export("pdh")
def PdhExpandWildCardPathW(
    szDataSource: LPCWSTR, szWildCardPath: LPCWSTR, mszExpandedPathList: LPVOID, pcchPathListLength: PVOID,
    dwFlags: DWORD,
) -> LONG:  # fmt: skip
    return code_of(_expand, True, szWildCardPath, mszExpandedPathList, pcchPathListLength)


@export("pdh")
def PdhExpandWildCardPathA(
    szDataSource: LPCSTR, szWildCardPath: LPCSTR, mszExpandedPathList: LPVOID, pcchPathListLength: PVOID,
    dwFlags: DWORD,
) -> LONG:  # fmt: skip
    return code_of(_expand, False, from_ansi(szWildCardPath), mszExpandedPathList, pcchPathListLength)


@export("pdh")
def PdhExpandCounterPathW(
    szWildCardPath: LPCWSTR, mszExpandedPathList: LPVOID, pcchPathListLength: PVOID
) -> LONG:
    return code_of(_expand, True, szWildCardPath, mszExpandedPathList, pcchPathListLength)


@export("pdh")
def PdhExpandCounterPathA(
    szWildCardPath: LPCSTR, mszExpandedPathList: LPVOID, pcchPathListLength: PVOID
) -> LONG:
    return code_of(_expand, False, from_ansi(szWildCardPath), mszExpandedPathList, pcchPathListLength)


# ---- paths taken apart and put together ----


class PDH_COUNTER_PATH_ELEMENTS(ctypes.Structure):
    _fields_ = [
        ("szMachineName", ctypes.c_uint64),
        ("szObjectName", ctypes.c_uint64),
        ("szInstanceName", ctypes.c_uint64),
        ("szParentInstance", ctypes.c_uint64),
        ("dwInstanceIndex", ctypes.c_uint32),
        ("szCounterName", ctypes.c_uint64),
    ]


def _make_path(wide: bool, elements: int, buffer: int, size_in_out: int) -> None:
    if not elements:
        raise Refused(PDH_INVALID_ARGUMENT)
    parts = get_structure(elements, PDH_COUNTER_PATH_ELEMENTS)
    name, counter = string_at(parts.szObjectName, wide), string_at(parts.szCounterName, wide)
    if not name or not counter:
        raise Refused(PDH_INVALID_ARGUMENT)
    instance, parent = string_at(parts.szInstanceName, wide), string_at(parts.szParentInstance, wide)
    index = parts.dwInstanceIndex
    if instance is not None:
        instance = (f"{parent}/" if parent else "") + instance
        instance += f"#{index}" if index != 0xFFFFFFFF else ""
    machine = (string_at(parts.szMachineName, wide) or "").lstrip("\\")
    _put_sized(wide, buffer, size_in_out, str(Path(machine, name, instance, counter)))


@export("pdh")
def PdhMakeCounterPathW(
    pCounterPathElements: PVOID, szFullPathBuffer: LPVOID, pcchBufferSize: PVOID, dwFlags: DWORD
) -> LONG:
    return code_of(_make_path, True, pCounterPathElements, szFullPathBuffer, pcchBufferSize)


@export("pdh")
def PdhMakeCounterPathA(
    pCounterPathElements: PVOID, szFullPathBuffer: LPVOID, pcchBufferSize: PVOID, dwFlags: DWORD
) -> LONG:
    return code_of(_make_path, False, pCounterPathElements, szFullPathBuffer, pcchBufferSize)


def _put_elements(
    wide: bool, path: Path, elements: PDH_COUNTER_PATH_ELEMENTS, behind: int, more: Sequence[str] = ()
) -> tuple[bytes, list[int]]:
    """Fill the structure in with the addresses of the texts, which are to be written to `behind`, those of
    `more` after its own; the texts, and where each of `more` stands.
    """
    parent, slash, instance = (path.instance or "").rpartition("/")
    name, _, number = instance.partition("#")
    parts = {
        "szMachineName": "\\\\" + (path.machine or computer_name()),
        "szObjectName": path.object,
        "szInstanceName": name if path.instance is not None else None,
        "szParentInstance": parent if slash else None,
        "szCounterName": path.counter,
    }
    elements.dwInstanceIndex = int(number) if number.isdigit() else 0xFFFFFFFF
    texts, places = b"", []
    for field, part in parts.items():
        if part is not None:
            setattr(elements, field, behind + len(texts))
            texts += _texts(wide, part)
    for text in more:
        places.append(behind + len(texts))
        texts += _texts(wide, text)
    return texts, places


def _put_record(data: bytes, buffer: int, size_in_out: int) -> None:
    room = get_u32(size_in_out)
    put_u32(size_in_out, len(data))
    if not buffer or room < len(data):
        raise Refused(PDH_MORE_DATA)
    _core.write(buffer, data)


def _parse_path(wide: bool, text: str | None, elements: int, size_in_out: int) -> None:
    """The structure, with its texts behind it."""
    if not size_in_out:
        raise Refused(PDH_INVALID_ARGUMENT)
    result = PDH_COUNTER_PATH_ELEMENTS()
    texts, _ = _put_elements(wide, _parse(text), result, elements + ctypes.sizeof(result))
    _put_record(bytes(result) + texts, elements, size_in_out)


@export("pdh")
def PdhParseCounterPathW(
    szFullPathBuffer: LPCWSTR, pCounterPathElements: PVOID, pdwBufferSize: PVOID, dwFlags: DWORD
) -> LONG:
    return code_of(_parse_path, True, szFullPathBuffer, pCounterPathElements, pdwBufferSize)


@export("pdh")
def PdhParseCounterPathA(
    szFullPathBuffer: LPCSTR, pCounterPathElements: PVOID, pdwBufferSize: PVOID, dwFlags: DWORD
) -> LONG:
    return code_of(_parse_path, False, from_ansi(szFullPathBuffer), pCounterPathElements, pdwBufferSize)


class PDH_COUNTER_INFO(ctypes.Structure):
    _fields_ = [
        ("dwLength", ctypes.c_uint32),
        ("dwType", ctypes.c_uint32),
        ("CVersion", ctypes.c_uint32),
        ("CStatus", ctypes.c_uint32),
        ("lScale", ctypes.c_int32),
        ("lDefaultScale", ctypes.c_int32),
        ("dwUserData", ctypes.c_uint64),
        ("dwQueryUserData", ctypes.c_uint64),
        ("szFullPath", ctypes.c_uint64),
        ("CounterPath", PDH_COUNTER_PATH_ELEMENTS),
        ("szExplainText", ctypes.c_uint64),
        ("DataBuffer", ctypes.c_uint32),
    ]


def _counter_info(wide: bool, handle: int, size_in_out: int, buffer: int) -> None:
    """There are no explanations."""
    if not size_in_out:
        raise Refused(PDH_INVALID_ARGUMENT)
    counter = _counter(handle)
    path = counter.path._replace(machine=counter.path.machine or computer_name())
    with counter.query.lock:
        status = counter.one()[0].CStatus
    info = PDH_COUNTER_INFO(
        dwType=counter.kind.type, CStatus=status, lScale=counter.scale,
        dwUserData=counter.user_data, dwQueryUserData=counter.query.user_data,
    )  # fmt: skip
    texts, places = _put_elements(wide, path, info.CounterPath, buffer + ctypes.sizeof(info), [str(path)])
    info.szFullPath = places[0]
    info.dwLength = ctypes.sizeof(info) + len(texts)
    _put_record(bytes(info) + texts, buffer, size_in_out)


@export("pdh")
def PdhGetCounterInfoW(
    hCounter: HANDLE, bRetrieveExplainText: BOOL, pdwBufferSize: PVOID, lpBuffer: PVOID
) -> LONG:
    return code_of(_counter_info, True, hCounter, pdwBufferSize, lpBuffer)


@export("pdh")
def PdhGetCounterInfoA(
    hCounter: HANDLE, bRetrieveExplainText: BOOL, pdwBufferSize: PVOID, lpBuffer: PVOID
) -> LONG:
    return code_of(_counter_info, False, hCounter, pdwBufferSize, lpBuffer)
