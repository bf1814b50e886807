"""A stand-in for a vendor's driver DLL that is not there.

    windlass run --with examples/thermometer.py thermostat.exe kitchen

thermostat.exe, compiled from thermostat.c, imports thermo.dll when it starts. Here that is made of Python
functions. By itself this example loads the DLL as any Windows code would, and with a path it writes the
import library that a linker wants:

    python examples/thermometer.py thermo.lib
    python -m ziglang cc -target x86_64-windows-gnu examples/thermostat.c thermo.lib -o thermostat.exe
"""

import sys

from windlass import DLL, WinDLL
from windlass.ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char, c_double, c_int
from windlass.types import DOUBLE, HANDLE, INT, LPCSTR

ROOMS = {b"kitchen": 21.5, b"cellar": 12.25, b"attic": 30.0}


class Reading(Structure):
    _fields_ = (("raw", c_int), ("celsius", c_double), ("unit", c_char * 8))


Alarm = CFUNCTYPE(c_int, c_int, c_double)

thermo = DLL("thermo.dll")
sensor_count = thermo.data("sensor_count", c_int(len(ROOMS)))


@thermo.export
def OpenSensor(name: LPCSTR) -> HANDLE:
    return 1 + list(ROOMS).index(name) if name in ROOMS else 0


@thermo.export
def ReadSensor(sensor: HANDLE, reading: POINTER(Reading)) -> INT:
    celsius = list(ROOMS.values())[sensor - 1]
    reading[0] = Reading(raw=int(celsius * 4), celsius=celsius, unit=b"Celsius")
    return 1


@thermo.export
def CloseSensor(sensor: HANDLE) -> None:
    pass


@thermo.export
def WatchSensors(limit: DOUBLE, alarm: Alarm) -> INT:
    warm = [item for item in enumerate(ROOMS.values(), 1) if item[1] > limit]
    return sum(alarm(sensor, celsius) for sensor, celsius in warm)


if __name__ == "__main__" and len(sys.argv) > 1:
    thermo.save_import_library(sys.argv[1])
elif __name__ == "__main__":
    driver = WinDLL("thermo.dll")
    print("loaded:", thermo.module.name, "with", len(list(thermo.module.exports)), "exports")

    reading = Reading()
    driver.ReadSensor(driver.OpenSensor(b"cellar"), byref(reading))
    print("cellar:", reading.celsius, reading.unit.decode())
    print("attic by Python itself:", OpenSensor(b"attic"))
    print("sensors:", c_int.in_dll(driver, "sensor_count").value)
    driver.WatchSensors.argtypes = [c_double, Alarm]
    print("alarms:", driver.WatchSensors(20.0, Alarm(lambda sensor, celsius: 1)))
