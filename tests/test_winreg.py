"""Scripts that see a Windows Python have its winreg."""

from __future__ import annotations

import os

import pytest

from windlass import winreg

PLACE = rf"Software\windlass-winreg-{os.getpid()}"


@pytest.fixture
def key():
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, PLACE) as made:
        yield made
    winreg.DeleteKey(winreg.HKEY_CURRENT_USER, PLACE)


VALUES = {
    "text": (winreg.REG_SZ, "grüße"),
    "nothing": (winreg.REG_SZ, ""),
    "expands": (winreg.REG_EXPAND_SZ, r"%SystemRoot%\x"),
    "number": (winreg.REG_DWORD, 0xFFFFFFFF),
    "large": (winreg.REG_QWORD, 1 << 63),
    "list": (winreg.REG_MULTI_SZ, ["one", "two", "drei ü"]),
    "empty": (winreg.REG_MULTI_SZ, []),
    "bytes": (winreg.REG_BINARY, bytes(range(256)) * 4),
    "none": (winreg.REG_BINARY, None),
}


def test_values_come_back(key):
    for name, (kind, value) in VALUES.items():
        winreg.SetValueEx(key, name, 0, kind, value)
    for name, (kind, value) in VALUES.items():
        assert winreg.QueryValueEx(key, name) == (value, kind)
    found = [winreg.EnumValue(key, index) for index in range(len(VALUES))]
    assert sorted(name for name, _, _ in found) == sorted(VALUES)
    assert all(VALUES[name] == (kind, value) for name, value, kind in found)
    assert winreg.QueryInfoKey(key)[:2] == (0, len(VALUES))
    winreg.DeleteValue(key, "text")
    with pytest.raises(FileNotFoundError) as error:
        winreg.QueryValueEx(key, "text")
    assert error.value.winerror == 2


def test_wrong_data_is_refused(key):
    for kind, value in ((winreg.REG_DWORD, "1"), (winreg.REG_SZ, 1), (winreg.REG_MULTI_SZ, ["a", 1])):
        with pytest.raises(ValueError):
            winreg.SetValueEx(key, "wrong", 0, kind, value)
    with pytest.raises(TypeError):
        winreg.SetValue(key, "below", winreg.REG_DWORD, "1")


def test_keys(key):
    winreg.SetValue(key, "below", winreg.REG_SZ, "its text")
    assert winreg.QueryValue(key, "below") == "its text" and winreg.QueryValue(key, None) == ""
    assert winreg.EnumKey(key, 0) == "below" and winreg.QueryInfoKey(key)[0] == 1
    with pytest.raises(OSError) as error:
        winreg.EnumKey(key, 1)
    assert error.value.winerror == 259
    with winreg.OpenKey(key, "below") as below:
        assert int(below) and bool(below)
    assert not below
    below.Close()
    winreg.DeleteKey(key, "below")
    with pytest.raises(FileNotFoundError):
        winreg.OpenKey(key, "below")
    with pytest.raises(TypeError):
        winreg.OpenKey("no key", "below")


def test_what_windows_has():
    place = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
    with (
        winreg.ConnectRegistry(None, winreg.HKEY_LOCAL_MACHINE) as machine,
        winreg.OpenKey(machine, place) as key,
    ):
        assert winreg.QueryValueEx(key, "CurrentMajorVersionNumber") == (10, winreg.REG_DWORD)
    assert winreg.ExpandEnvironmentStrings("<%SystemRoot%>").lower() == r"<c:\windows>"


def test_scripts_import_it(fresh_python, tmp_path):
    (tmp_path / "looks.py").write_text(
        "import winreg\nfrom winreg import HKEY_USERS as users\nprint(winreg.__name__, hex(users))\n"
    )
    code = "import sys, windlass\nsys.path.insert(0, sys.argv[1])\nwindlass.install('looks')\nimport looks\n"
    assert fresh_python(code, tmp_path) == "windlass.winreg 0xffffffff80000003\n"
