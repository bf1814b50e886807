"""The performance objects of the system, with their counters: what Linux counts of what Windows would.

Names, numbers and types are Windows' own; a counter that the host does not keep is not there.

Source: Microsoft, "Performance Counters", "Counter Types"; Linux, proc(5).
"""

from __future__ import annotations

import ctypes
import glob
import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from windlass import _core
from windlass.api.calls import windows

__all__ = [
    "ELAPSED_TIME", "INVERSE_TIMER", "LARGE_RATE", "LARGE_VALUE", "OBJECTS", "RATE", "RAW_FRACTION", "TIMER",
    "VALUE", "Counter", "PerformanceObject", "Sample",
]  # fmt: skip

# Counter types ("Counter Types").
VALUE, LARGE_VALUE = 0x10000, 0x10100
RATE, LARGE_RATE = 0x10410400, 0x10410500
TIMER, INVERSE_TIMER = 0x20510500, 0x21510500
RAW_FRACTION, ELAPSED_TIME = 0x20020400, 0x30240500

TICK = 10_000_000 // os.sysconf("SC_CLK_TCK")
SECTOR = 512
UNIX_EPOCH = 116_444_736_000_000_000


class Counter(NamedTuple):
    name: str
    number: int  # of the name, as in the registry's list of English names
    type: int


Sample = dict[str, tuple[int, int]]
"""Counters' names to their first value and their base."""


class PerformanceObject(NamedTuple):
    """samples: of all instances, by their names as they are shown; None stands for the object's own."""

    name: str
    number: int
    counters: tuple[Counter, ...]
    samples: Callable[[], dict[str | None, Sample]]

    def counter(self, name: str) -> Counter | None:
        return next((each for each in self.counters if each.name.lower() == name.lower()), None)


def _read(path: str) -> str:
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _fields(path: str) -> dict[str, int]:
    """ "name value" or "name: value kB" lines; kB become bytes."""
    result = {}
    for line in _read(path).splitlines():
        name, _, rest = line.partition(" ")
        words = rest.split()
        if words and words[0].isdigit():
            result[name.rstrip(":")] = int(words[0]) * (1024 if words[1:] == ["kB"] else 1)
    return result


def _boot_time() -> int:
    return _fields("/proc/stat").get("btime", 0) * 10_000_000 + UNIX_EPOCH


# ---- the system ----


def _system() -> dict[str | None, Sample]:
    statistics, load = _fields("/proc/stat"), _read("/proc/loadavg").split()
    running, threads = (int(each) for each in load[3].split("/")) if len(load) > 3 else (0, 0)
    return {
        None: {
            "Context Switches/sec": (statistics.get("ctxt", 0), 0),
            "Processor Queue Length": (max(0, running - (os.cpu_count() or 1)), 0),
            "Processes": (sum(name.isdigit() for name in os.listdir("/proc")), 0),
            "Threads": (threads, 0),
            "System Up Time": (_boot_time(), 0),
        }
    }


# ---- the memory ----


def _memory() -> dict[str | None, Sample]:
    memory, faults = _fields("/proc/meminfo"), _fields("/proc/vmstat")
    available, committed = memory.get("MemAvailable", 0), memory.get("Committed_AS", 0)
    limit = memory.get("MemTotal", 0) + memory.get("SwapTotal", 0)
    return {
        None: {
            "Available Bytes": (available, 0),
            "Available KBytes": (available >> 10, 0),
            "Available MBytes": (available >> 20, 0),
            "Committed Bytes": (committed, 0),
            "Commit Limit": (limit, 0),
            "% Committed Bytes In Use": (committed, limit),
            "Cache Bytes": (memory.get("Cached", 0), 0),
            "Pool Paged Bytes": (memory.get("SReclaimable", 0), 0),
            "Pool Nonpaged Bytes": (memory.get("SUnreclaim", 0), 0),
            "Page Faults/sec": (faults.get("pgfault", 0), 0),
            "Pages Input/sec": (faults.get("pswpin", 0), 0),
            "Pages Output/sec": (faults.get("pswpout", 0), 0),
            "Pages/sec": (faults.get("pswpin", 0) + faults.get("pswpout", 0), 0),
        }
    }


def _paging_files() -> dict[str | None, Sample]:
    """In pages, as shares of the files' sizes."""
    result: dict[str | None, Sample] = {}
    whole = taken = 0
    for line in _read("/proc/swaps").splitlines()[1:]:
        name, _, size, used = line.split()[:4]
        whole, taken = whole + int(size), taken + int(used)
        result[name] = {"% Usage": (int(used), int(size))}
    result["_Total"] = {"% Usage": (taken, whole)}
    return result


# ---- the processors ----


def _processors() -> dict[str | None, Sample]:
    result: dict[str | None, Sample] = {}
    lines = [line.split() for line in _read("/proc/stat").splitlines() if line.startswith("cpu")]
    for name, *numbers in lines:
        user, nice, kernel, idle, wait, interrupt, soft = (int(each) * TICK for each in numbers[:7])
        share = 1 if name != "cpu" else max(1, len(lines) - 1)  # all together are told as one
        idle += wait
        times = {
            "% Processor Time": idle,
            "% Idle Time": idle,
            "% User Time": user + nice,
            "% Privileged Time": kernel + interrupt + soft,
            "% Interrupt Time": interrupt,
            "% DPC Time": soft,
        }
        instance = name[3:] or "_Total"
        result[instance] = {counter: (value // share, 0) for counter, value in times.items()}
    return result


# ---- disks ----


def _disks() -> dict[str | None, Sample]:
    """ "NUMBER NAME", and what all have done."""
    names = (
        "Disk Reads/sec", "Disk Read Bytes/sec", "Disk Writes/sec", "Disk Write Bytes/sec",
        "Disk Transfers/sec", "Disk Bytes/sec", "% Disk Time", "Current Disk Queue Length",
    )  # fmt: skip
    result: dict[str | None, Sample] = {}
    total = [0] * len(names)
    for number, path in enumerate(sorted(glob.glob("/sys/block/*/stat"))):
        fields = [int(each) for each in _read(path).split()]
        if len(fields) < 11 or not any(fields):
            continue
        reads, read, writes, written = fields[0], fields[2] * SECTOR, fields[4], fields[6] * SECTOR
        values = [reads, read, writes, written, reads + writes, read + written, fields[9] * 10_000, fields[8]]
        total = [sum(pair) for pair in zip(total, values)]
        result[f"{number} {path.split('/')[3]}"] = {name: (value, 0) for name, value in zip(names, values)}
    result["_Total"] = {name: (value, 0) for name, value in zip(names, total)}
    return result


# ---- the network ----


def _network() -> dict[str | None, Sample]:
    result: dict[str | None, Sample] = {}
    for line in _read("/proc/net/dev").splitlines()[2:]:
        name, _, rest = line.partition(":")
        values = [int(each) for each in rest.split()]
        got, got_packets, sent, sent_packets = values[0], values[1], values[8], values[9]
        result[name.strip()] = {
            "Bytes Received/sec": (got, 0),
            "Bytes Sent/sec": (sent, 0),
            "Bytes Total/sec": (got + sent, 0),
            "Packets Received/sec": (got_packets, 0),
            "Packets Sent/sec": (sent_packets, 0),
            "Packets/sec": (got_packets + sent_packets, 0),
            "Packets Received Errors": (values[2], 0),
            "Packets Outbound Errors": (values[10], 0),
        }
    return result


# ---- processes ----


class SYSTEM_PROCESS_INFORMATION(ctypes.Structure):
    _fields_ = [
        ("NextEntryOffset", ctypes.c_uint32),
        ("NumberOfThreads", ctypes.c_uint32),
        ("WorkingSetPrivateSize", ctypes.c_int64),
        ("HardFaultCount", ctypes.c_uint32),
        ("NumberOfThreadsHighWatermark", ctypes.c_uint32),
        ("CycleTime", ctypes.c_uint64),
        ("CreateTime", ctypes.c_int64),
        ("UserTime", ctypes.c_int64),
        ("KernelTime", ctypes.c_int64),
        ("ImageNameLength", ctypes.c_uint16),
        ("ImageNameMaximumLength", ctypes.c_uint16),
        ("ImageNameBuffer", ctypes.c_uint64),
        ("BasePriority", ctypes.c_int32),
        ("UniqueProcessId", ctypes.c_uint64),
        ("InheritedFromUniqueProcessId", ctypes.c_uint64),
        ("HandleCount", ctypes.c_uint32),
        ("SessionId", ctypes.c_uint32),
        ("UniqueProcessKey", ctypes.c_uint64),
        ("PeakVirtualSize", ctypes.c_uint64),
        ("VirtualSize", ctypes.c_uint64),
        ("PageFaultCount", ctypes.c_uint32),
        ("PeakWorkingSetSize", ctypes.c_uint64),
        ("WorkingSetSize", ctypes.c_uint64),
        ("QuotaPeakPagedPoolUsage", ctypes.c_uint64),
        ("QuotaPagedPoolUsage", ctypes.c_uint64),
        ("QuotaPeakNonPagedPoolUsage", ctypes.c_uint64),
        ("QuotaNonPagedPoolUsage", ctypes.c_uint64),
        ("PagefileUsage", ctypes.c_uint64),
        ("PeakPagefileUsage", ctypes.c_uint64),
        ("PrivatePageCount", ctypes.c_uint64),
    ]


def _process_list() -> Iterator[tuple[str, SYSTEM_PROCESS_INFORMATION]]:
    SystemProcessInformation, LENGTH_MISMATCH = 5, 0xC0000004
    size = 1 << 16
    while True:
        buffer = ctypes.create_string_buffer(size)
        address = ctypes.addressof(buffer)
        status = windows("ntdll.dll", "NtQuerySystemInformation", SystemProcessInformation, address, size, 0)
        if status & 0xFFFFFFFF != LENGTH_MISMATCH:
            break
        size *= 2
    at = 0
    while True:
        entry = SYSTEM_PROCESS_INFORMATION.from_buffer(buffer, at)
        name = _core.read(entry.ImageNameBuffer, entry.ImageNameLength).decode("utf-16-le", "replace")
        yield name, entry
        if not entry.NextEntryOffset:
            return
        at += entry.NextEntryOffset


def _process(entry: SYSTEM_PROCESS_INFORMATION) -> Sample:
    values = {
        "% Processor Time": entry.UserTime + entry.KernelTime,
        "% User Time": entry.UserTime,
        "% Privileged Time": entry.KernelTime,
        "ID Process": entry.UniqueProcessId,
        "Creating Process ID": entry.InheritedFromUniqueProcessId,
        "Thread Count": entry.NumberOfThreads,
        "Handle Count": entry.HandleCount,
        "Priority Base": entry.BasePriority,
        "Page Faults/sec": entry.PageFaultCount,
        "Virtual Bytes": entry.VirtualSize,
        "Virtual Bytes Peak": entry.PeakVirtualSize,
        "Working Set": entry.WorkingSetSize,
        "Working Set Peak": entry.PeakWorkingSetSize,
        "Private Bytes": entry.PrivatePageCount,
        "Elapsed Time": entry.CreateTime,
    }
    return {name: (value, 0) for name, value in values.items()}


def _processes() -> dict[str | None, Sample]:
    """Without ".exe"; of several with one name the second is "name#1"."""
    result: dict[str | None, Sample] = {}
    seen: dict[str, int] = {}
    total: dict[str, int] = {}
    for program, entry in _process_list():
        name = program[:-4] if program.lower().endswith(".exe") else program
        number = seen[name.lower()] = seen.get(name.lower(), -1) + 1
        sample = result[f"{name}#{number}" if number else name] = _process(entry)
        for counter, (value, _) in sample.items():
            total[counter] = total.get(counter, 0) + value
    for meaningless in ("ID Process", "Creating Process ID", "Elapsed Time", "Priority Base"):
        total[meaningless] = 0
    result["_Total"] = {counter: (value, 0) for counter, value in total.items()}
    return result


# ---- all of them ----

_PROCESS_TIMES = (
    Counter("% Processor Time", 6, TIMER),
    Counter("% User Time", 142, TIMER),
    Counter("% Privileged Time", 144, TIMER),
)

OBJECTS = (
    PerformanceObject(
        "System", 2,
        (
            Counter("Processor Queue Length", 44, VALUE),
            Counter("Context Switches/sec", 146, RATE),
            Counter("Processes", 248, VALUE),
            Counter("Threads", 250, VALUE),
            Counter("System Up Time", 674, ELAPSED_TIME),
        ),
        _system,
    ),
    PerformanceObject(
        "Memory", 4,
        (
            Counter("Available Bytes", 24, LARGE_VALUE),
            Counter("Committed Bytes", 26, LARGE_VALUE),
            Counter("Page Faults/sec", 28, RATE),
            Counter("Commit Limit", 30, LARGE_VALUE),
            Counter("Pages/sec", 40, RATE),
            Counter("Pool Paged Bytes", 56, LARGE_VALUE),
            Counter("Pool Nonpaged Bytes", 58, LARGE_VALUE),
            Counter("Cache Bytes", 818, LARGE_VALUE),
            Counter("Pages Input/sec", 822, RATE),
            Counter("Pages Output/sec", 48, RATE),
            Counter("Available KBytes", 1380, LARGE_VALUE),
            Counter("Available MBytes", 1382, LARGE_VALUE),
            Counter("% Committed Bytes In Use", 1406, RAW_FRACTION),
        ),
        _memory,
    ),
    PerformanceObject(
        "Process", 230,
        (
            *_PROCESS_TIMES,
            Counter("Virtual Bytes Peak", 172, LARGE_VALUE),
            Counter("Virtual Bytes", 174, LARGE_VALUE),
            Counter("Page Faults/sec", 28, RATE),
            Counter("Working Set Peak", 178, LARGE_VALUE),
            Counter("Working Set", 180, LARGE_VALUE),
            Counter("Private Bytes", 186, LARGE_VALUE),
            Counter("Thread Count", 680, VALUE),
            Counter("Priority Base", 682, VALUE),
            Counter("Elapsed Time", 684, ELAPSED_TIME),
            Counter("ID Process", 784, VALUE),
            Counter("Creating Process ID", 1410, LARGE_VALUE),
            Counter("Handle Count", 952, VALUE),
        ),
        _processes,
    ),
    PerformanceObject(
        "PhysicalDisk", 234,
        (
            Counter("Current Disk Queue Length", 198, VALUE),
            Counter("% Disk Time", 200, TIMER),
            Counter("Disk Transfers/sec", 212, RATE),
            Counter("Disk Reads/sec", 214, RATE),
            Counter("Disk Writes/sec", 216, RATE),
            Counter("Disk Bytes/sec", 218, LARGE_RATE),
            Counter("Disk Read Bytes/sec", 220, LARGE_RATE),
            Counter("Disk Write Bytes/sec", 222, LARGE_RATE),
        ),
        _disks,
    ),
    PerformanceObject(
        "Processor", 238,
        (
            Counter("% Processor Time", 6, INVERSE_TIMER),
            Counter("% User Time", 142, TIMER),
            Counter("% Privileged Time", 144, TIMER),
            Counter("% DPC Time", 696, TIMER),
            Counter("% Interrupt Time", 698, TIMER),
            Counter("% Idle Time", 1746, TIMER),
        ),
        _processors,
    ),
    PerformanceObject(
        "Network Interface", 510,
        (
            Counter("Bytes Total/sec", 388, LARGE_RATE),
            Counter("Packets/sec", 400, RATE),
            Counter("Packets Received/sec", 266, RATE),
            Counter("Packets Sent/sec", 452, RATE),
            Counter("Bytes Received/sec", 264, LARGE_RATE),
            Counter("Packets Received Errors", 530, VALUE),
            Counter("Bytes Sent/sec", 506, LARGE_RATE),
            Counter("Packets Outbound Errors", 542, VALUE),
        ),
        _network,
    ),
    PerformanceObject("Paging File", 700, (Counter("% Usage", 702, RAW_FRACTION),), _paging_files),
)  # fmt: skip
