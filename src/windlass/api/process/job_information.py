"""What job objects limit and count.

Limits are kept and told; those on the number of processes, on leaving the job and on its last handle are
kept to, the host's processes know no others.

Source: Microsoft, "SetInformationJobObject function", "QueryInformationJobObject function",
"JOBOBJECT_BASIC_ACCOUNTING_INFORMATION structure", "JOBOBJECT_EXTENDED_LIMIT_INFORMATION structure",
"JOBOBJECT_ASSOCIATE_COMPLETION_PORT structure".
"""

from __future__ import annotations

import os
import struct
import sys

from windlass import _core, guardian
from windlass.api.outputs import fail, put_u32
from windlass.api.refused import succeed_or_fail
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, INT, PVOID

ERROR_INVALID_HANDLE = 6
ERROR_BAD_LENGTH = 24
ERROR_NOT_SUPPORTED = 50
ERROR_INVALID_PARAMETER = 87
ERROR_MORE_DATA = 234

ACCOUNTING, BASIC_LIMITS, PROCESS_IDS, UI_RESTRICTIONS, ACCOUNTING_AND_IO, EXTENDED_LIMITS = 1, 2, 3, 4, 8, 9
END_OF_JOB_TIME, COMPLETION_PORT = 6, 7

KILL_ON_JOB_CLOSE = 0x2000
KNOWN_BASIC_LIMITS = 0xFF
KNOWN_LIMITS = 0x7FFFF
BASIC_SIZE, EXTENDED_SIZE = 64, 144
FLAGS_OFFSET = 16


@export("kernel32", "kernelbase")
def SetInformationJobObject(
    hJob: HANDLE,
    JobObjectInformationClass: INT,
    lpJobObjectInformation: PVOID,
    cbJobObjectInformationLength: DWORD,
) -> BOOL:
    limits = _core.job_limits(hJob)
    if limits is None:
        return fail(ERROR_INVALID_HANDLE)
    if JobObjectInformationClass in (BASIC_LIMITS, EXTENDED_LIMITS):
        basic = JobObjectInformationClass == BASIC_LIMITS
        size = BASIC_SIZE if basic else EXTENDED_SIZE
        if cbJobObjectInformationLength != size:
            return fail(ERROR_BAD_LENGTH)
        given = _core.read(lpJobObjectInformation, size)
        return set_limits(hJob, given + limits[size:], KNOWN_BASIC_LIMITS if basic else KNOWN_LIMITS)
    if JobObjectInformationClass == UI_RESTRICTIONS:
        if cbJobObjectInformationLength != 4:
            return fail(ERROR_BAD_LENGTH)
        _core.set_job_ui(hJob, int.from_bytes(_core.read(lpJobObjectInformation, 4), "little"))
        return 1
    if JobObjectInformationClass == COMPLETION_PORT:
        if cbJobObjectInformationLength != 16:
            return fail(ERROR_BAD_LENGTH)
        key, port = struct.unpack("<QQ", _core.read(lpJobObjectInformation, 16))
        return succeed_or_fail(_core.associate_job(hJob, port, key))
    if JobObjectInformationClass == END_OF_JOB_TIME:  # what to do at the end of a time that is not limited
        return 1 if cbJobObjectInformationLength == 4 else fail(ERROR_BAD_LENGTH)
    return fail(ERROR_NOT_SUPPORTED)


def set_limits(job: int, limits: bytes, known: int) -> int:
    flags = int.from_bytes(limits[FLAGS_OFFSET : FLAGS_OFFSET + 4], "little")
    if flags & ~known:
        return fail(ERROR_INVALID_PARAMETER)
    _core.set_job_limits(job, limits)
    if flags & KILL_ON_JOB_CLOSE and _core.take_job_guard(job):
        start_guardian(job)
    return 1


def start_guardian(job: int) -> None:
    """Start the process that ends the job's processes with its last handle."""
    fd, offset = _core.job_file(job)
    try:
        script = os.fsencode(guardian.__file__)
        words = [b"%d" % each for each in (fd, offset, KILL_ON_JOB_CLOSE)]
        line = [os.fsencode(sys.executable), b"-I", b"-S", script, *words]
        _core.process_start(line[0], line, [], b"/", (-1, -1, -1), [fd], True)
    finally:
        os.close(fd)


@export("kernel32", "kernelbase")
def QueryInformationJobObject(
    hJob: HANDLE,
    JobObjectInformationClass: INT,
    lpJobObjectInformation: PVOID,
    cbJobObjectInformationLength: DWORD,
    lpReturnLength: PVOID,
) -> BOOL:
    limits = _core.job_limits(hJob)
    if limits is None:
        return fail(ERROR_INVALID_HANDLE)
    if JobObjectInformationClass == PROCESS_IDS:
        return put_process_ids(hJob, lpJobObjectInformation, cbJobObjectInformationLength, lpReturnLength)
    facts = {
        BASIC_LIMITS: lambda: limits[:BASIC_SIZE],
        EXTENDED_LIMITS: lambda: limits,
        UI_RESTRICTIONS: lambda: _core.job_ui(hJob).to_bytes(4, "little"),
        ACCOUNTING: lambda: accounting(hJob),
        ACCOUNTING_AND_IO: lambda: accounting(hJob) + bytes(48),
    }.get(JobObjectInformationClass)
    if facts is None:
        return fail(ERROR_NOT_SUPPORTED)
    data = facts()
    if cbJobObjectInformationLength < len(data):
        return fail(ERROR_BAD_LENGTH)
    _core.write(lpJobObjectInformation, data)
    put_u32(lpReturnLength, len(data))
    return 1


def put_process_ids(job: int, buffer: int, size: int, returned: int) -> int:
    """JOBOBJECT_BASIC_PROCESS_ID_LIST: as many numbers as there is room for."""
    if size < 16:
        return fail(ERROR_BAD_LENGTH)
    numbers = _core.job_processes(job)
    listed = numbers[: (size - 8) // 8]
    _core.write(buffer, struct.pack(f"<II{len(listed)}Q", len(numbers), len(listed), *listed))
    put_u32(returned, 8 + 8 * len(listed))
    return 1 if len(listed) == len(numbers) else fail(ERROR_MORE_DATA)


def accounting(job: int) -> bytes:
    """JOBOBJECT_BASIC_ACCOUNTING_INFORMATION; times and page faults of the processes that still run."""
    user, kernel, faults, total, active = _core.job_accounting(job)
    return struct.pack("<4q4I", user, kernel, user, kernel, faults, total, active, 0)
