"""Fuzz Microsoft's demangler (see undecorating.py) with atheris, guided by the DLL's own code.

    pip install atheris
    python examples/fuzzing.py ~/.local/share/windlass/packages/msvc-runtime/vcruntime140.dll -runs=100000

A breakpoint at the beginning of each of the DLL's functions tells atheris when an input gets somewhere new,
and is taken away then, so that it costs nothing any more.
"""

# Tried by: test_examples.py

import sys

import atheris
from undecorating import Undecorator

target = Undecorator(sys.argv.pop(1))
counters = {}


def visited(number, point):
    """Tell atheris of the first visit to a function."""
    atheris._trace_branch(counters.setdefault(number, atheris._reserve_counter()))
    point.remove()


if __name__ == "__main__":
    target.watch(visited)
    atheris.Setup(sys.argv, target.run)
    atheris.Fuzz()
