"""Functions, modules and DLLs pickle by reference: other processes load the DLL for themselves."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import subprocess
import sys
import textwrap

import pytest

import windlass
from windlass import dllimport
from windlass.ctypes import CDLL, POINTER, WINFUNCTYPE, c_double, c_int, c_wchar
from windlass.types import DOUBLE, INT

DEMO = os.path.join(os.path.dirname(windlass.__file__), "demo", "demo.dll")
dll = CDLL(DEMO)
dll.mean.argtypes = [POINTER(c_double), c_int]
dll.mean.restype = c_double


@dllimport(DEMO)
def add(a: INT, b: INT = 1) -> INT: ...


@dllimport(DEMO, delay=True)
def mean(numbers: POINTER(c_double), count: INT) -> DOUBLE: ...


def copied(value):
    return pickle.loads(pickle.dumps(value))


# ---- in one process ----


def test_a_declared_function_is_its_modules():
    assert copied(add) is add
    assert copied(mean) is mean


def test_a_declared_function_that_no_import_finds_goes_by_its_dll():
    @dllimport(DEMO, name="add")
    def local(a: INT, b: INT = 7) -> INT: ...

    @dllimport(DEMO, name="mean", delay=True)
    def delayed(numbers: POINTER(c_double), count: INT) -> DOUBLE: ...

    assert copied(local)(1) == 8
    assert copied(delayed)((c_double * 2)(1, 2), 2) == 1.5


def test_types_without_a_name_survive():
    again = copied(dll.mean)
    assert again.argtypes == [POINTER(c_double), c_int] or tuple(again.argtypes) == (POINTER(c_double), c_int)
    assert again((c_double * 2)(1, 2), 2) == 1.5
    function = dll["add"]
    Callback = WINFUNCTYPE(c_int, POINTER(c_wchar * 4))
    function.argtypes = [c_int * 3, Callback]
    assert tuple(copied(function).argtypes) == (c_int * 3, Callback)


def test_a_prototype_with_names_and_defaults():
    function = WINFUNCTYPE(c_int, c_int, c_int)(("add", dll), ((1, "a"), (1, "b", 5)))
    assert copied(function)(a=2) == 7


def test_a_module_is_loaded_once_more():
    with windlass.load(DEMO) as module:
        before = module.reference_count
        again = copied(module)
        assert again is module and module.reference_count == before + 1
        again.free()
    builtin = windlass.load("user32")
    assert copied(builtin) is builtin
    with windlass.DLL("unloaded_made.dll") as made:
        gone = made.load()
        gone.free()
        with pytest.raises(OSError) as caught:
            pickle.dumps(gone)
        assert caught.value.winerror == 126


# ---- in other processes ----


def module_in(module):
    """What another process has of a module."""
    return os.getpid(), module.name, module.reference_count


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(method):
    numbers = list(range(20))
    with windlass.load(DEMO) as module, multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(add, numbers) == [n + 1 for n in numbers]
        assert pool.starmap(dll.add, zip(numbers, numbers)) == [2 * n for n in numbers]
        pid, name, count = pool.apply(module_in, (module,))
    assert pid != os.getpid() and name == "demo.dll" and count >= 1


# As users' own scripts are, whose functions are in __main__.
SCRIPT = """
    import os
    import sys
    import windlass
    from windlass import dllimport
    from windlass.ctypes import CDLL, POINTER, c_double
    from windlass.types import DOUBLE, INT

    demo = os.path.join(os.path.dirname(windlass.__file__), "demo", "demo.dll")

    @dllimport(demo)
    def add(a: INT, b: INT) -> INT: ...

    @dllimport(demo)
    def mean(numbers: POINTER(c_double), count: INT) -> DOUBLE: ...

    def mean_of(*numbers):
        return mean((c_double * len(numbers))(*numbers), len(numbers))
"""


def run_script(text, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT) + textwrap.dedent(text))
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split("\n")[:-1]


def test_joblib(tmp_path):
    pytest.importorskip("joblib")
    printed = run_script(
        """
        if __name__ == "__main__":
            from joblib import Parallel, delayed
            parallel = Parallel(n_jobs=2, backend="loky")
            print(parallel(delayed(add)(n, n) for n in range(5)))
            print(parallel(delayed(CDLL(demo).add)(n, 1) for n in range(5)))
            print(parallel(delayed(mean_of)(n, n + 1) for n in range(3)))
        """,
        tmp_path,
    )
    assert printed == ["[0, 2, 4, 6, 8]", "[1, 2, 3, 4, 5]", "[0.5, 1.5, 2.5]"]


def test_dask(tmp_path):
    pytest.importorskip("distributed")
    printed = run_script(
        """
        if __name__ == "__main__":
            from distributed import Client, LocalCluster
            with LocalCluster(
                n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None
            ) as cluster, Client(cluster) as client:
                print(client.gather(client.map(add, range(5), range(5))))
                print(client.gather(client.map(CDLL(demo).add, range(5), [1] * 5)))
                print(client.gather(client.map(mean_of, range(3), range(1, 4))))
                pids = client.run(os.getpid)
                print(os.getpid() not in pids.values())
        """,
        tmp_path,
    )
    assert printed == ["[0, 2, 4, 6, 8]", "[1, 2, 3, 4, 5]", "[0.5, 1.5, 2.5]", "True"]
