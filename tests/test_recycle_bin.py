"""What programs put into the recycle bin is in the host's trash, and can be taken back from there."""

from __future__ import annotations

import os
from pathlib import Path

RECYCLE = """
import ctypes, struct, sys
from windlass.ctypes import WinDLL
from windlass import _core

shell32 = WinDLL("shell32")
names = ctypes.create_string_buffer(_core.wide_bytes(_core.path_to_windows(sys.argv[1])) + b"\\0\\0")
operation = ctypes.create_string_buffer(
    struct.pack("<QI4xQQHxxIQQ", 0, 3, ctypes.addressof(names), 0, 0x40 | 0x10, 0, 0, 0)
)
print(shell32.SHFileOperationW(operation))

def query():
    info = ctypes.create_string_buffer(struct.pack("<I4xqq", 24, 0, 0))
    code = shell32.SHQueryRecycleBinW(None, info)
    return code, *struct.unpack("<I4xqq", info.raw[:24])[1:]

print(query())
if len(sys.argv) > 2:
    print(hex(shell32.SHEmptyRecycleBinW(None, None, 0) & 0xFFFFFFFF))
    print(shell32.SHEmptyRecycleBinW(None, None, 1), query())
"""


def test_a_file_is_recycled_into_the_trash(fresh_python, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for content in ("first", "second one"):
        victim = tmp_path / "a b.txt"
        victim.write_text(content)
        output = fresh_python(RECYCLE, victim)
        assert not victim.exists()
    assert output.split("\n")[:2] == ["0", "(0, 15, 2)"]
    trash = tmp_path / "data" / "Trash"
    assert sorted(os.listdir(trash / "files")) == ["a b.2.txt", "a b.txt"]
    assert (trash / "files" / "a b.2.txt").read_text() == "second one"
    note = (trash / "info" / "a b.txt.trashinfo").read_text().splitlines()
    assert (
        note[0] == "[Trash Info]" and note[1].endswith("/a%20b.txt") and note[2].startswith("DeletionDate=")
    )


def test_nobody_can_confirm_that_the_bin_is_emptied(fresh_python, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    victim = tmp_path / "folder"
    victim.mkdir()
    (victim / "x").write_text("123")
    output = fresh_python(RECYCLE, victim, "empty").split("\n")
    assert output[:4] == ["0", "(0, 3, 1)", "0x80004004", "0 (0, 0, 0)"]
    assert not os.listdir(tmp_path / "data" / "Trash" / "info")
