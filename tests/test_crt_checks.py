"""Functions of the C run-time that the reference lacks: fixtures hold the expectations in themselves.

What the reference does have is compared by test_programs.py.
"""

from __future__ import annotations

import pytest

from windlass.ctypes import CDLL, CFUNCTYPE, c_char_p


@pytest.mark.parametrize("name", ["crt_complex", "crt_heap", "crt_msvcrt"])
def test_each_check_of_the_fixture_holds(name, dll):
    reported = []
    emit = CFUNCTYPE(None, c_char_p)(lambda line: reported.append(line.decode()))
    assert CDLL(str(dll(f"{name}.c"))).run(emit) == 0
    assert reported == []
