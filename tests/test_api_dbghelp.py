"""dbghelp with PDB files: names, sizes and lines of functions that are not exported."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import compiler

SOURCE = Path(compiler.__file__).parent / "fixtures" / "gadget.c"
PRELUDE = r"""
import sys
from windlass.ctypes import *
from windlass.ctypes.wintypes import *
dbghelp = WinDLL("dbghelp", use_last_error=True)
process = HANDLE(0x1234)

class Symbol(Structure):
    _fields_ = [("SizeOfStruct", ULONG), ("TypeIndex", ULONG), ("Reserved", c_ulonglong * 2),
        ("Index", ULONG), ("Size", ULONG), ("ModBase", c_ulonglong), ("Flags", ULONG), ("Value", c_ulonglong),
        ("Address", c_ulonglong), ("Register", ULONG), ("Scope", ULONG), ("Tag", ULONG), ("NameLen", ULONG),
        ("MaxNameLen", ULONG), ("Name", c_char * 200)]

class Line(Structure):
    _fields_ = [("SizeOfStruct", DWORD), ("Key", c_void_p), ("LineNumber", DWORD), ("FileName", c_char_p),
        ("Address", c_ulonglong)]

class LineW(Structure):
    _fields_ = [("SizeOfStruct", DWORD), ("Key", c_void_p), ("LineNumber", DWORD), ("FileName", c_wchar_p),
        ("Address", c_ulonglong)]

def symbol_at(address):
    symbol, offset = Symbol(88, MaxNameLen=200), c_ulonglong(99)
    found = dbghelp.SymFromAddr(process, c_ulonglong(address), byref(offset), byref(symbol))
    return (symbol, offset.value) if found else get_last_error()

def line_at(address):
    line, offset = Line(sizeof(Line)), DWORD(99)
    found = dbghelp.SymGetLineFromAddr64(process, c_ulonglong(address), byref(offset), byref(line))
    return (line, offset.value) if found else get_last_error()

gadget = CDLL(sys.argv[1])
add = cast(gadget.add, c_void_p).value
assert dbghelp.SymInitialize(process, sys.argv[2].encode() or None, True)
"""


@pytest.fixture(scope="module")
def gadget():
    return compiler.build_with_pdb("symbols.dll", ["gadget.c"], "/export:add", "/export:nothing")


def line_of(text: str) -> int:
    lines = SOURCE.read_text().splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_functions_have_their_names_and_lines(fresh_python, gadget):
    output = fresh_python(
        PRELUDE
        + r"""
found, offset = symbol_at(add + 1)
print(found.Name.decode(), offset, found.Size > 0, found.Tag, found.Address == add)
line, _ = line_at(add)
print(line.FileName.decode().replace("\\", "/").rpartition("/")[2], line.LineNumber, line.Address == add)
wide = LineW(sizeof(LineW))
assert dbghelp.SymGetLineFromAddrW64(process, c_ulonglong(add), None, byref(wide))
print(wide.FileName == line.FileName.decode(), wide.LineNumber == line.LineNumber)
names = set()
@WINFUNCTYPE(BOOL, POINTER(Symbol), ULONG, c_void_p)
def collect(symbol, size, context):
    names.add(string_at(addressof(symbol.contents) + Symbol.Name.offset).decode())
    return True
dbghelp.SymEnumSymbols(process, c_ulonglong(gadget._handle), None, collect, None)
print(sorted(names & {"add", "nothing", "find", "visit"}))
found = Symbol(88, MaxNameLen=200)
print(dbghelp.SymFromName(process, b"symbols!visit", byref(found)), symbol_at(found.Address)[0].Name.decode())
print(dbghelp.SymFromName(process, b"no_such_function", byref(found)))
""",
        gadget,
        "",
    )
    assert output.splitlines() == [
        "add 1 True 5 True",
        f"gadget.c {line_of('int add(')} True",
        "True True",
        "['add', 'find', 'nothing', 'visit']",
        "1 visit",
        "0",
    ]


def test_the_search_path_leads_to_the_file(fresh_python, gadget, tmp_path):
    there = tmp_path / "symbols"
    there.mkdir()
    shutil.copy(gadget.with_suffix(".pdb"), there / "symbols.pdb")
    data = bytearray(gadget.read_bytes())
    start = data.index(b"RSDS") + 24
    end = data.index(0, start)
    data[start:end] = b"symbols.pdb".ljust(end - start, b"\0")
    elsewhere = tmp_path / "symbols.dll"
    elsewhere.write_bytes(data)
    code = PRELUDE + "print(line_at(add)[0].LineNumber)"
    assert fresh_python(code, elsewhere, f"/nowhere;{there}").strip() == str(line_of("int add("))


def test_a_file_of_another_image_is_not_taken(fresh_python, gadget, tmp_path):
    shutil.copy(gadget, tmp_path / "symbols.dll")
    data = bytearray(gadget.read_bytes())
    at = data.index(b"RSDS")
    data[at + 4] ^= 0xFF
    (tmp_path / "symbols.dll").write_bytes(data)
    assert fresh_python(PRELUDE + "print(line_at(add))", tmp_path / "symbols.dll", "").strip() == "487"
