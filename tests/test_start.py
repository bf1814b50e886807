"""What a process has to do before Windows code runs in it: as little as possible."""

from __future__ import annotations

import pickle
import subprocess
import sys
import typing

import pytest

import windlass
from windlass.light import NamedTuple, cache, suppress

# Each of them costs more to import than windlass needs to load a DLL.
SLOW = {
    "ast",
    "collections",
    "contextlib",
    "dataclasses",
    "enum",
    "functools",
    "importlib",
    "inspect",
    "pathlib",
    "re",
    "subprocess",
    "typing",
    "windlass.pe",
    "xml",
}

SOURCE = """
    __declspec(dllimport) unsigned GetCurrentThreadId(void);
    EXPORT unsigned f(void) { return GetCurrentThreadId(); }
"""

LOAD = """
    import sys
    before = set(sys.modules)
    import windlass.ctypes
    windlass.ctypes.CDLL(sys.argv[1]).f()
    print(*sorted(set(sys.modules) - before))
"""


def test_a_load_imports_nothing_slow(write_dll, fresh_python):
    path = write_dll(SOURCE, name="started")
    windlass.load(path).free()  # now there is a laid-out copy of it
    imported = set(fresh_python(LOAD, path).split())
    assert "windlass.loader" in imported
    assert imported & SLOW == set()


def test_a_program_starts_without_ctypes_and_the_command_line(exe, tmp_path):
    source = tmp_path / "hello.c"
    source.write_text('#include <stdio.h>\nint main(void) { puts("hello"); return 0; }')
    command = [sys.executable, "-X", "importtime", "-m", "windlass", "run", str(exe(source))]
    for _ in range(2):  # the first one lays it out
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.stdout == "hello\n"
    imported = [line.rpartition("|")[2].strip() for line in done.stderr.splitlines()]
    ours = imported[imported.index("windlass.light") :]
    assert "windlass.loader" in ours
    assert set(ours) & (SLOW | {"ctypes", "click", "rich"}) == set()


# ---- the stand-ins ----


class Pair(NamedTuple):
    first: int
    second: str = "two"


def test_a_named_tuple_is_made_as_the_original_is():
    class Original(typing.NamedTuple):
        first: int
        second: str = "two"

    for kind in (Pair, Original):
        assert kind(1) == kind(first=1) == kind(1, second="two") == (1, "two")
        assert kind(1)._replace(second="x") == (1, "x")
        assert kind(1)._asdict() == {"first": 1, "second": "two"}
        assert repr(kind(1)) == f"{kind.__name__}(first=1, second='two')"
        for arguments, named in (((), {}), ((1, 2, 3), {}), ((1,), {"third": 3}), ((1,), {"first": 2})):
            with pytest.raises(TypeError):
                kind(*arguments, **named)
    assert pickle.loads(pickle.dumps(Pair(1, "x"))) == Pair(1, "x")


def test_what_is_cached_can_be_forgotten():
    calls = []
    remembered = cache(lambda value: calls.append(value) or len(calls))
    assert (remembered(1), remembered(1), remembered(2)) == (1, 1, 2)
    remembered.cache_clear()
    assert remembered(1) == 3


def test_only_the_named_exceptions_are_suppressed():
    with suppress(OSError):
        raise FileNotFoundError
    with pytest.raises(ValueError), suppress(OSError, KeyError):
        raise ValueError
