"""The data that a DLL exports: read and written from Python, and by the DLL.

    python examples/data.py

The DLL is the one of `windlass demo`. Its data are this process's own; another process has others.
"""

import os
import subprocess
import sys

import windlass
from windlass.ctypes import POINTER, WinDLL, c_char, c_char_p, c_int

PATH = os.path.join(os.path.dirname(windlass.__file__), "demo", "demo.dll")
dll = WinDLL(PATH)

turns = c_int.in_dll(dll, "turns")
print("turns at first:", turns.value)
dll.wind(3)
print("after wind(3):", turns.value)
turns.value = 40
print("after turns = 40, wind(2) gives", dll.wind(2))

label = (c_char * 32).in_dll(dll, "label")
print("label:", label.value.decode())
label.value = b"changed by Python"
print("label:", (c_char * 32).in_dll(dll, "label").value.decode())

# char *parts[], which a null pointer ends
parts = (c_char_p * 5).in_dll(dll, "parts")
print("parts:", [part.decode() for part in parts if part])
print("the same through a pointer:", POINTER(c_char_p)(parts)[1].decode())

# What is not exported is not to be had.
try:
    c_int.in_dll(dll, "attached_by")
except ValueError as error:
    print("attached_by:", error)

other = "import sys, windlass.ctypes as c; print(c.c_int.in_dll(c.WinDLL(sys.argv[1]), 'turns').value)"
done = subprocess.run([sys.executable, "-c", other, PATH], stdout=subprocess.PIPE, text=True, check=True)
print("turns in another process:", done.stdout.strip())
