"""Run-time linking by its Windows names: LoadLibrary, GetProcAddress, FreeLibrary.

    python examples/linking.py

The functions are those of pywin32's `win32api`: handles are integers, failures OSError. The DLL is the one of
`windlass demo`.
"""

import os
from ctypes import c_int

import windlass
from windlass import WINFUNCTYPE, FreeLibrary, GetModuleFileName, GetModuleHandle, GetProcAddress, LoadLibrary

PATH = os.path.join(os.path.dirname(windlass.__file__), "demo", "demo.dll")

handle = LoadLibrary(PATH)
print("loaded:", os.path.basename(GetModuleFileName(handle)))
print("the handle is the address of the image:", GetModuleHandle("demo.dll") == handle)

# An address becomes a function by a prototype.
add = WINFUNCTYPE(c_int, c_int, c_int)(GetProcAddress(handle, "add"))
print("add(20, 22) =", add(20, 22))
answer = WINFUNCTYPE(c_int)(GetProcAddress(handle, 100))
print("ordinal 100 =", answer())

# The run-time way to live without a function, or without a DLL.
for attempt in (lambda: GetProcAddress(handle, "subtract"), lambda: LoadLibrary("no_such.dll")):
    try:
        attempt()
    except FileNotFoundError as error:
        print("no such DLL:", str(error).partition(" (")[0])
    except OSError as error:
        print("no such function: error", error.winerror)

# Each LoadLibrary wants its FreeLibrary.
print("loaded again, the same:", LoadLibrary(PATH) == handle)
FreeLibrary(handle)
print("still there:", GetModuleHandle("demo.dll") == handle)
FreeLibrary(handle)
try:
    GetModuleHandle("demo.dll")
except OSError as error:
    print("gone: error", error.winerror)
