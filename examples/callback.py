"""A DLL that calls Python functions.

    python examples/callback.py

The DLL is the one of `windlass demo`: sum_of(function, n) adds up function(1) ... function(n).
"""

import os

import windlass
from windlass.ctypes import CFUNCTYPE, WinDLL, c_int

dll = WinDLL(os.path.join(os.path.dirname(windlass.__file__), "demo", "demo.dll"))
Function = CFUNCTYPE(c_int, c_int)
dll.sum_of.argtypes = [Function, c_int]


# As a decorator; the object has to live as long as the DLL may call it.
@Function
def square(n):
    return n * n


print("squares:", dll.sum_of(square, 10))
print("cubes:", dll.sum_of(Function(lambda n: n**3), 10))

# A function of the DLL can be passed back to it, and Windows' own functions too.
print("wound up:", dll.sum_of(Function(("wind", dll)), 4), "turns in all")

seen = []
dll.sum_of(Function(lambda n: seen.append(n) or 0), 5)
print("called with", seen)
