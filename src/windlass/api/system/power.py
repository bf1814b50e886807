"""Power and processors (powrprof).

Source: Microsoft, "CallNtPowerInformation function", "PROCESSOR_POWER_INFORMATION structure",
"SYSTEM_BATTERY_STATE structure"; Linux, /sys/devices/system/cpu, /sys/class/power_supply, /proc/cpuinfo.
"""

from __future__ import annotations

import glob
import re
import struct

from windlass import _core
from windlass.api.calls import windows
from windlass.registry import export
from windlass.types import INT, NTSTATUS, PVOID, ULONG

ALL_PROCESSOR_GROUPS = 0xFFFF
STATUS_SUCCESS = 0
STATUS_INVALID_PARAMETER = 0xC000000D
STATUS_BUFFER_TOO_SMALL = 0xC0000023
STATUS_NOT_SUPPORTED = 0xC00000BB

# POWER_INFORMATION_LEVEL.
SYSTEM_BATTERY_STATE, PROCESSOR_INFORMATION = 5, 11
LAST_WAKE_TIME, LAST_SLEEP_TIME, SYSTEM_EXECUTION_STATE = 14, 15, 16


def _read(path: str) -> str:
    try:
        with open(path) as file:
            return file.read().strip()
    except OSError:
        return ""


def _number(path: str) -> int:
    text = _read(path)
    return int(text) if text.lstrip("-").isdigit() else 0


def _processors() -> bytes:
    """The clock rates of each processor in MHz; where the host does not scale them, the rate they have."""
    rates = [round(float(each)) for each in re.findall(r"cpu MHz\s*:\s*([\d.]+)", _read("/proc/cpuinfo"))]
    rows = []
    count = windows("kernel32.dll", "GetActiveProcessorCount", ALL_PROCESSOR_GROUPS) & 0xFFFFFFFF
    for number in range(count):
        scaling = f"/sys/devices/system/cpu/cpu{number}/cpufreq/"
        current = _number(scaling + "scaling_cur_freq") // 1000 or (
            rates[number] if number < len(rates) else 0
        )
        most = _number(scaling + "cpuinfo_max_freq") // 1000 or current
        limit = _number(scaling + "scaling_max_freq") // 1000 or most
        rows.append(struct.pack("<6I", number, most, current, limit, 0, 0))
    return b"".join(rows)


def _battery() -> bytes:
    """The sum of all batteries, in mWh; rates in mW, negative while discharging."""
    supplies = glob.glob("/sys/class/power_supply/*")
    batteries = [each for each in supplies if _read(each + "/type") == "Battery"]
    mains = [each for each in supplies if _read(each + "/type") == "Mains"]
    on_line = any(_number(each + "/online") for each in mains) or not batteries
    states = [_read(each + "/status") for each in batteries]
    full = sum(_number(each + "/energy_full") for each in batteries) // 1000
    left = sum(_number(each + "/energy_now") for each in batteries) // 1000
    power = sum(_number(each + "/power_now") for each in batteries) // 1000
    discharging = "Discharging" in states
    rate = -power if discharging else power
    seconds = left * 3600 // power if discharging and power else 0xFFFFFFFF
    return struct.pack(
        "<5B3xIIiIII",
        on_line, bool(batteries), "Charging" in states, discharging, 0, full, left, rate, seconds, 0, 0,
    )  # fmt: skip


@export("powrprof")
def CallNtPowerInformation(
    InformationLevel: INT,
    InputBuffer: PVOID,
    InputBufferLength: ULONG,
    OutputBuffer: PVOID,
    OutputBufferLength: ULONG,
) -> NTSTATUS:
    """What the host knows; other levels are not supported."""
    if InputBuffer or not OutputBuffer:
        return STATUS_INVALID_PARAMETER
    if InformationLevel == PROCESSOR_INFORMATION:
        data = _processors()
    elif InformationLevel == SYSTEM_BATTERY_STATE:
        data = _battery()
    elif InformationLevel in (LAST_WAKE_TIME, LAST_SLEEP_TIME):
        data = bytes(8)
    elif InformationLevel == SYSTEM_EXECUTION_STATE:
        data = bytes(4)
    else:
        return STATUS_NOT_SUPPORTED
    if len(data) > OutputBufferLength:
        return STATUS_BUFFER_TOO_SMALL
    _core.write(OutputBuffer, data)
    return STATUS_SUCCESS
