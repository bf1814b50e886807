"""What becomes of a job whose last handle is closed: with JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE its processes
end.

On Windows the kernel sees to it, even when the process that had the handle was killed. Here a process of its
own does: it asks for the job's file for itself alone, which it gets when no process holds it any more. It is
run as a script, without the package: `guardian.py DESCRIPTOR OFFSET FLAG`.

Source: Microsoft, "JOBOBJECT_BASIC_LIMIT_INFORMATION structure".
"""

from __future__ import annotations

import fcntl
import os
import signal
import struct
import sys

# struct job_state of core/job_object.h, from the offset on.
FLAGS, COUNT, MEMBERS = 16, 160, 168


def start_time(number: int) -> int:
    """When the process began, in the host's ticks; -1: there is none."""
    try:
        with open(f"/proc/{number}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[19])
    except OSError:
        return -1


def members(state: bytes) -> list[int]:
    """The numbers of the processes that still live."""
    (count,) = struct.unpack_from("<I", state, COUNT)
    listed = struct.iter_unpack("<QII", state[MEMBERS : MEMBERS + 16 * count])
    return [number for start, number, _ in listed if start_time(number) == start]


def main(descriptor: int, offset: int, kill_on_close: int) -> None:
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    state = os.pread(descriptor, 1 << 16, offset)
    if struct.unpack_from("<I", state, FLAGS)[0] & kill_on_close:
        for number in members(state):
            os.kill(number, signal.SIGKILL)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
