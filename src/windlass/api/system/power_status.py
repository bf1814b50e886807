"""Power: what the host tells of its batteries.

Source: Microsoft, "GetSystemPowerStatus function", "SYSTEM_POWER_STATUS structure", "SetThreadExecutionState
function", "PowerCreateRequest function".
"""

from __future__ import annotations

import struct
from pathlib import Path

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import fail
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPVOID

ERROR_INVALID_PARAMETER = 87
SUPPLIES = Path("/sys/class/power_supply")
AC_OFFLINE, AC_ONLINE = 0, 1
BATTERY_HIGH, BATTERY_LOW, BATTERY_CRITICAL, BATTERY_CHARGING, BATTERY_NONE = 1, 2, 4, 8, 128
UNKNOWN = 255
UNKNOWN_TIME = 0xFFFFFFFF
ES_CONTINUOUS = 0x80000000
ES_KNOWN = ES_CONTINUOUS | 0x47


def fact(supply: Path, name: str) -> str:
    try:
        return (supply / name).read_text().strip()
    except OSError:
        return ""


def supplies(kind: str) -> list[Path]:
    try:
        return [each for each in sorted(SUPPLIES.iterdir()) if fact(each, "type") == kind]
    except OSError:
        return []


def battery_flags(percent: int, charging: bool) -> int:
    level = BATTERY_CRITICAL if percent < 5 else BATTERY_LOW if percent < 33 else 0
    return (BATTERY_HIGH if percent > 66 else level) | (BATTERY_CHARGING if charging else 0)


def power_status() -> bytes:
    """SYSTEM_POWER_STATUS."""
    mains = supplies("Mains")
    batteries = [each for each in supplies("Battery") if fact(each, "capacity").isdigit()]
    online = any(fact(each, "online") == "1" for each in mains)
    line = AC_ONLINE if online or not (mains or batteries) else AC_OFFLINE
    if not batteries:
        return struct.pack("<BBBBII", line, BATTERY_NONE, UNKNOWN, 0, UNKNOWN_TIME, UNKNOWN_TIME)
    percent = sum(int(fact(each, "capacity")) for each in batteries) // len(batteries)
    charging = any(fact(each, "status") == "Charging" for each in batteries)
    flags = battery_flags(percent, charging)
    return struct.pack("<BBBBII", line, flags, percent, 0, UNKNOWN_TIME, UNKNOWN_TIME)


@export("kernel32", "kernelbase")
def GetSystemPowerStatus(lpSystemPowerStatus: LPVOID) -> BOOL:
    _core.write(lpSystemPowerStatus, power_status())
    return 1


_execution_state = ES_CONTINUOUS


@export("kernel32")
def SetThreadExecutionState(esFlags: DWORD) -> DWORD:
    """The state before; the host goes to sleep as it likes."""
    global _execution_state
    if esFlags & ~ES_KNOWN or not esFlags:
        return fail(ERROR_INVALID_PARAMETER)
    before = _execution_state
    if esFlags & ES_CONTINUOUS:
        _execution_state = esFlags
    return before


@export("kernel32")
def GetDevicePowerState(hDevice: HANDLE, pfOn: LPVOID) -> BOOL:
    _core.write(pfOn, struct.pack("<I", 1))
    return 1


@export("kernel32")
def IsSystemResumeAutomatic() -> BOOL:
    return 0


# A request is an object to be closed; what it asks for is the host's to decide.
@export("kernel32", "kernelbase")
def PowerCreateRequest(Context: LPVOID) -> HANDLE:
    return windows("kernel32", "CreateEventW", 0, 1, 0, 0)


@export("kernel32", "kernelbase")
def PowerSetRequest(PowerRequest: HANDLE, RequestType: DWORD) -> BOOL:
    return 1 if RequestType < 4 else fail(ERROR_INVALID_PARAMETER)


@export("kernel32", "kernelbase")
def PowerClearRequest(PowerRequest: HANDLE, RequestType: DWORD) -> BOOL:
    return 1 if RequestType < 4 else fail(ERROR_INVALID_PARAMETER)
