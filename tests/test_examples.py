"""What the examples print that need no package; test_docs.py runs those that do against their Linux twins."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"

PRINTED = {
    "linking": """
        loaded: demo.dll
        the handle is the address of the image: True
        add(20, 22) = 42
        ordinal 100 = 42
        no such function: error 127
        no such DLL: Could not find module 'no_such.dll'
        loaded again, the same: True
        still there: True
        gone: error 126
    """,
    "callback": """
        squares: 385
        cubes: 3025
        wound up: 20 turns in all
        called with [1, 2, 3, 4, 5]
    """,
    "data": """
        turns at first: 0
        after wind(3): 3
        after turns = 40, wind(2) gives 42
        label: made for Windows
        label: changed by Python
        parts: ['drum', 'rope', 'crank', 'pawl']
        the same through a pointer: rope
        attached_by: symbol 'attached_by' not found
        turns in another process: 0
    """,
    "thermometer": """
        loaded: thermo.dll with 5 exports
        cellar: 12.25 Celsius
        attic by Python itself: 3
        sensors: 3
        alarms: 2
    """,
}


@pytest.mark.parametrize("name", PRINTED)
def test_example(name, tmp_path):
    done = subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert done.stdout.splitlines() == [line.strip() for line in PRINTED[name].strip().splitlines()]


def test_a_program_runs_with_the_thermometer(exe, tmp_path):
    script = EXAMPLES / "thermometer.py"
    library = tmp_path / "thermo.lib"
    subprocess.run([sys.executable, script, library], check=True, timeout=60)
    program = exe(EXAMPLES / "thermostat.c", str(library))

    def run(*arguments):
        command = [sys.executable, "-m", "windlass", "run", "--with", script, program, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout.splitlines()

    alarms = ["sensor 1 is too warm: 21.5", "sensor 3 is too warm: 30.0", "2 alarms"]
    assert run() == (0, ["kitchen: 21.5 Celsius (raw 86), one of 3 sensors", *alarms])
    assert run("attic") == (0, ["attic: 30.0 Celsius (raw 120), one of 3 sensors", *alarms])
    assert run("garage") == (1, ["there is no sensor in the garage"])


def test_afl_finds_its_way_through_a_dll(real, tmp_path):
    if shutil.which("afl-fuzz") is None:
        pytest.skip("AFL++ is not installed")
    dll = next(iter(real("msvc-runtime").windows.rglob("vcruntime140.dll")))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "function").write_bytes(b"\0\0f@@YAHH@Z")
    quiet = ("NO_UI", "SKIP_BIN_CHECK", "SKIP_CPUFREQ", "NO_AFFINITY", "I_DONT_CARE_ABOUT_MISSING_CRASHES")
    target = [sys.executable, EXAMPLES / "fuzzing_with_afl.py", dll]
    done = subprocess.run(
        ["afl-fuzz", "-i", "in", "-o", "out", "-E", "300", "--", *target], cwd=tmp_path,
        env={**os.environ, **{f"AFL_{name}": "1" for name in quiet}},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    lines = (tmp_path / "out" / "default" / "fuzzer_stats").read_text().splitlines()
    facts = dict(map(str.strip, line.split(":", 1)) for line in lines)
    assert int(facts["edges_found"]) > 60 and facts["saved_crashes"] == "0"


def test_fuzzing_finds_its_way_through_a_dll(real, tmp_path):
    pytest.importorskip("atheris")
    dll = next(iter(real("msvc-runtime").windows.rglob("vcruntime140.dll")))
    done = subprocess.run(
        [sys.executable, EXAMPLES / "fuzzing.py", dll, "-runs=3000", "-seed=1"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    reached = re.search(r"#3000\s+DONE\s+cov: (\d+)", done.stderr)
    assert reached, done.stderr
    assert int(reached[1]) > 20
