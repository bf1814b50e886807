"""Every program in tests/programs reports under windlass what it reports on the reference.

tests/oracle.py wrote the expectations; see there for where Wine and Microsoft's documentation differ.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import oracle

RUN = """
import sys
from windlass.ctypes import CDLL, CFUNCTYPE, c_char_p

def emit(line):
    sys.stdout.buffer.write(line + b"\\n")
    sys.stdout.buffer.flush()

callback = CFUNCTYPE(None, c_char_p)(emit)
returned = CDLL(sys.argv[1]).run(callback)
print("run returned", returned)
"""


RUN_EXECUTABLE = """
import os, sys, tempfile
from windlass import cli

sys.argv = ["windlass", "run", sys.argv[1]]
os.environ["WINDLASS_TEST"] = str(os.getpid())  # keeps apart what runs at the same time
os.chdir(tempfile.mkdtemp())
cli.main()
"""


@pytest.mark.parametrize("program", oracle.programs(), ids=lambda path: path.stem)
def test_program_reports_what_the_reference_does(program, dll, exe, fresh_python):
    if "ASAN_OPTIONS" in os.environ and "// Without sanitizers: " in program.read_text():
        pytest.skip("not with sanitizers in the extension; the program says why")
    if oracle.is_executable(program):
        report = fresh_python(RUN_EXECUTABLE, exe(program))
    else:
        report = fresh_python(RUN, dll(program))
    assert not oracle.difference(program, report), oracle.difference(program, report)


def test_each_expectation_belongs_to_a_program():
    expected = {path.stem for path in oracle.EXPECTED.iterdir()}
    assert expected == {program.stem for program in oracle.programs()}


def test_a_documented_difference_from_wine_replaces_the_line(tmp_path: Path):
    program = tmp_path / "p.c"
    program.write_text('// Wine reports: a 0\n// documented: a 3   (Microsoft, "A function")\n')
    assert oracle.corrected("a 0\nb\n", program) == "a 3\nb\n"
    with pytest.raises(SystemExit, match="does not report 'a 0'"):
        oracle.corrected("a 1\n", program)
