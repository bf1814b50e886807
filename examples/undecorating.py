"""What the fuzzing examples fuzz: Microsoft's demangler, `__unDName` of vcruntime140.dll, one run at a time.

    windlass fetch msvc-runtime

puts the DLL into ~/.local/share/windlass/packages/msvc-runtime.
"""

# Tried by: test_examples.py

import contextlib

import windlass
from windlass import CFUNCTYPE, ctypes, hooks

ROOM = 1000


class Undecorator:
    """The DLL's function, called from the same state each time.

    A snapshot of the DLL's writable sections is written back after each run, which takes less than a
    microsecond. What the function allocates it gets from two callbacks: a run that leaks is an error. A fault
    in the DLL is an OSError.
    """

    def __init__(self, path):
        self.module = windlass.load(path)
        self.blocks = {}
        self.callbacks = (
            CFUNCTYPE(ctypes.c_void_p, ctypes.c_size_t)(self.allocate),
            CFUNCTYPE(None, ctypes.c_void_p)(self.release),
        )
        self.function = ctypes.CDLL(self.module.path)["__unDName"]
        self.function.restype = ctypes.c_char_p
        self.function.argtypes = [
            *[ctypes.c_char_p] * 2,
            ctypes.c_int,
            *map(type, self.callbacks),
            ctypes.c_ushort,
        ]

    def allocate(self, size):
        block = ctypes.create_string_buffer(size)
        self.blocks[ctypes.addressof(block)] = block
        return ctypes.addressof(block)

    def release(self, address):
        if address:
            del self.blocks[address]

    def watch(self, visited):
        """Call visited(number, breakpoint) whenever one of the DLL's functions begins; take the snapshot."""
        for number, function in enumerate(self.module.image.exceptions):
            with contextlib.suppress(hooks.BadCode):
                self.watch_one(number, self.module.handle + function.begin_rva, visited)
        self.state = hooks.Snapshot(self.module)

    def watch_one(self, number, address, visited):
        point = hooks.breakpoint(None, address, lambda registers: visited(number, point))

    def run(self, data):
        """Two bytes of flags, and a decorated name."""
        flags, name = int.from_bytes(data[:2], "little"), data[2:].split(b"\0")[0]
        text = self.function(ctypes.create_string_buffer(ROOM), b"?" + name, ROOM, *self.callbacks, flags)
        assert text is None or len(text) < ROOM
        if self.blocks:
            raise RuntimeError(f"{len(self.blocks)} blocks were not given back")
        self.state.restore()
