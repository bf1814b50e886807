"""Fuzz Microsoft's demangler, `__unDName` of vcruntime140.dll, with atheris, guided by the DLL's own code.

    windlass fetch msvc-runtime
    pip install atheris
    python examples/fuzzing.py ~/.local/share/windlass/packages/msvc-runtime/vcruntime140.dll -runs=100000

Each run begins from the same data: a snapshot of the DLL's writable sections is written back after it, which
takes less than a microsecond. A breakpoint at the beginning of each of the DLL's functions tells atheris when
an input gets somewhere new, and is taken away then, so that it costs nothing any more. What the function
allocates it gets from two callbacks: a run that leaks is an error too. A fault in the DLL is an OSError,
which atheris reports with the input.
"""

# Tried by: test_examples.py

import contextlib
import sys

import atheris

import windlass
from windlass import CFUNCTYPE, ctypes, hooks

ROOM = 1000
module = windlass.load(sys.argv.pop(1))
undecorate = ctypes.CDLL(module.path)["__unDName"]
undecorate.restype = ctypes.c_char_p
blocks = {}


@CFUNCTYPE(ctypes.c_void_p, ctypes.c_size_t)
def allocate(size):
    block = ctypes.create_string_buffer(size)
    blocks[ctypes.addressof(block)] = block
    return ctypes.addressof(block)


@CFUNCTYPE(None, ctypes.c_void_p)
def release(address):
    if address:
        del blocks[address]


undecorate.argtypes = [
    ctypes.c_char_p,
    ctypes.c_char_p,
    ctypes.c_int,
    type(allocate),
    type(release),
    ctypes.c_ushort,
]


def watch(address):
    """Tell atheris of the first visit to a function."""
    counter = atheris._reserve_counter()

    def visited(registers):
        atheris._trace_branch(counter)
        point.remove()

    point = hooks.breakpoint(None, address, visited)


for function in module.image.exceptions:
    with contextlib.suppress(hooks.BadCode):
        watch(module.handle + function.begin_rva)
state = hooks.Snapshot(module)


def run(data):
    """One run: two bytes of flags, and a decorated name."""
    flags, name = int.from_bytes(data[:2], "little"), data[2:].split(b"\0")[0]
    text = undecorate(ctypes.create_string_buffer(ROOM), b"?" + name, ROOM, allocate, release, flags)
    assert text is None or len(text) < ROOM
    if blocks:
        raise RuntimeError(f"{len(blocks)} blocks were not given back")
    state.restore()


if __name__ == "__main__":
    atheris.Setup(sys.argv, run)
    atheris.Fuzz()
