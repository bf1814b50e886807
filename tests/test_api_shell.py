"""ShellExecute starts programs and gives everything else to the desktop."""

from __future__ import annotations

import os
import time
from pathlib import Path

import compiler

OPEN = """
import sys
from windlass.ctypes import WinDLL
print(WinDLL("shell32").ShellExecuteW(None, None, sys.argv[1], None, None, 1))
"""

START = """
import ctypes, sys
from windlass.ctypes import WinDLL, byref, c_uint32, c_uint64, c_wchar_p
from windlass import _core

class Info(ctypes.Structure):
    _fields_ = [("size", c_uint32), ("mask", c_uint32), ("window", c_uint64), ("verb", c_uint64),
                ("file", c_uint64), ("parameters", c_uint64), ("directory", c_uint64), ("show", c_uint32),
                ("instance", c_uint64), ("list", c_uint64), ("class_", c_uint64), ("key", c_uint64),
                ("hot_key", c_uint32), ("icon", c_uint64), ("process", c_uint64)]

texts = [ctypes.create_string_buffer(_core.wide_bytes(text)) for text in (sys.argv[1], "one two")]
file, parameters = map(ctypes.addressof, texts)
info = Info(size=ctypes.sizeof(Info), mask=0x40, file=file, parameters=parameters)
print(WinDLL("shell32").ShellExecuteExW(byref(info)), info.instance > 32, info.process != 0)
kernel32 = WinDLL("kernel32")
kernel32.WaitForSingleObject.argtypes = [c_uint64, c_uint32]
kernel32.GetExitCodeProcess.argtypes = [c_uint64, ctypes.c_void_p]
code = c_uint32()
waited = kernel32.WaitForSingleObject(info.process, 30000)
print(waited, kernel32.GetExitCodeProcess(info.process, byref(code)), code.value)
"""


def opener(folder: Path) -> tuple[Path, dict[str, str]]:
    """A program in place of xdg-open that writes down what it is to open."""
    record = folder / "opened.txt"
    program = folder / "xdg-open"
    program.write_text(f'#!/bin/sh\nprintf "%s" "$1" > "{record}.new" && mv "{record}.new" "{record}"\n')
    program.chmod(0o755)
    return record, {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}


def wait_for(record: Path) -> str:
    for _ in range(1000):
        if record.exists():
            return record.read_text()
        time.sleep(0.01)
    raise AssertionError(f"{record} was not written")


def test_a_document_is_opened_by_the_desktop(fresh_python, tmp_path):
    record, environment = opener(tmp_path)
    document = tmp_path / "report.pdf"
    document.write_text("")
    assert fresh_python(OPEN, document, env=environment) == "42\n"
    assert wait_for(record) == str(document)


def test_a_url_is_opened_by_the_desktop(fresh_python, tmp_path):
    record, environment = opener(tmp_path)
    assert fresh_python(OPEN, "https://host.example/page?x=1", env=environment) == "42\n"
    assert wait_for(record) == "https://host.example/page?x=1"


def test_a_missing_file_is_error_2_or_3(fresh_python, tmp_path):
    assert fresh_python(OPEN, tmp_path / "nothing.txt") == "2\n"
    assert fresh_python(OPEN, tmp_path / "no" / "such.txt") == "3\n"


def test_without_an_opener_there_is_no_association(fresh_python, tmp_path):
    document = tmp_path / "report.pdf"
    document.write_text("")
    assert fresh_python(OPEN, document, env={**os.environ, "PATH": str(tmp_path)}) == "31\n"


def test_a_program_is_started_with_its_arguments(fresh_python, tmp_path):
    source = tmp_path / "counts.c"
    source.write_text("int main(int count, char **arguments) { (void)arguments; return count; }\n")
    assert fresh_python(START, compiler.build_exe(source)) == "1 True True\n0 1 3\n"
