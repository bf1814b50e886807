"""The registry as a store: what stays, what is made anew, and what its views show."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

PRELUDE = """
import ctypes, struct
from windlass import WinDLL
dll = WinDLL("advapi32")
HKCR, HKCU, HKLM = 0xFFFFFFFF80000000, 0xFFFFFFFF80000001, 0xFFFFFFFF80000002

def make(root, path, sam=0xF003F):
    key = ctypes.c_uint64()
    code = dll.RegCreateKeyExW(ctypes.c_uint64(root), path, 0, None, 0, sam, None, ctypes.byref(key), None)
    assert code == 0, code
    return key

def put(key, name, text):
    data = (text + "\\0").encode("utf-16-le")
    assert dll.RegSetValueExW(key, name, 0, 1, data, len(data)) == 0

def get(root, path, name, flags=0xFFFF):
    data, size = ctypes.create_string_buffer(2000), ctypes.c_uint32(2000)
    code = dll.RegGetValueW(ctypes.c_uint64(root), path, name, flags, None, data, ctypes.byref(size))
    return code if code else data.raw[: size.value].decode("utf-16-le").rstrip("\\0")
"""


@pytest.fixture
def registry(fresh_python, tmp_path: Path):
    """Runs code in a process of its own, over a registry that lies in `tmp_path`."""

    def run(code: str, home: Path = tmp_path) -> list[str]:
        env = {**os.environ, "XDG_DATA_HOME": str(home)}
        return fresh_python(PRELUDE + code, env=env).splitlines()

    return run


def test_values_stay_until_they_are_deleted(registry, tmp_path):
    registry(r'put(make(HKCU, r"Software\Vendor"), "name", "žluťoučký")')
    assert registry(r'print(get(HKCU, r"software\VENDOR", "NAME"))') == ["žluťoučký"]
    assert (tmp_path / "windlass" / "registry.sqlite3").stat().st_mode & 0o77 == 0
    registry(r'assert dll.RegDeleteTreeW(ctypes.c_uint64(HKCU), r"Software\Vendor") == 0')
    assert registry(r'print(get(HKCU, r"software\vendor", "name"))') == ["2"]


def test_what_the_user_changed_stays_when_the_host_starts_again(registry, tmp_path):
    place = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"
    registry(rf'put(make(HKLM, r"{place}"), "RegisteredOwner", "somebody else")')
    with sqlite3.connect(tmp_path / "windlass" / "registry.sqlite3") as database:
        database.execute("update seed set boot = 'another'")
        database.execute("update value_ set data = x'' where name = 'ProcessorNameString'")
    lines = registry(
        rf"""
        print(get(HKLM, r"{place}", "RegisteredOwner"))
        print(bool(get(HKLM, r"HARDWARE\DESCRIPTION\System\CentralProcessor\0", "ProcessorNameString")))
        """.replace("\n        ", "\n")
    )
    assert lines == ["somebody else", "True"]


def test_without_a_place_for_the_file_it_lives_in_memory(registry, tmp_path):
    file = tmp_path / "file"
    file.write_text("no folder")
    code = 'put(make(HKCU, "Software"), "v", "here"); print(get(HKCU, "Software", "v"))'
    assert registry(code, home=file) == ["here"]
    assert registry('print(get(HKCU, "Software", "v"))', home=file) == ["2"]


def test_classes_root_shows_the_users_classes_over_the_machines(registry):
    lines = registry(
        r"""
put(make(HKLM, r"Software\Classes\.both"), "", "machine")
put(make(HKCU, r"Software\Classes\.both"), "", "user")
put(make(HKLM, r"Software\Classes\.both\only"), "", "machine below")
put(make(HKLM, r"Software\Classes\.one"), "", "machine one")
print(get(HKCR, ".both", ""), "|", get(HKCR, r".both\only", ""), "|", get(HKCR, ".one", ""))
put(make(HKCR, ".both"), "", "changed")
print(get(HKCU, r"Software\Classes\.both", ""), "|", get(HKLM, r"Software\Classes\.both", ""))
put(make(HKCR, ".new"), "", "new")
print(get(HKLM, r"Software\Classes\.new", ""), get(HKCU, r"Software\Classes\.new", ""))
"""
    )
    assert lines == ["user | machine below | machine one", "changed | machine", "new 2"]


def test_the_view_of_32_bit_programs(registry):
    lines = registry(
        r"""
put(make(HKLM, r"SOFTWARE\Vendor", 0xF003F | 0x200), "v", "thirty-two")
print(get(HKLM, r"SOFTWARE\WOW6432Node\Vendor", "v"), get(HKLM, r"SOFTWARE\Vendor", "v"))
print(get(HKLM, r"SOFTWARE\Vendor", "v", 0xFFFF | 0x20000))
key = ctypes.c_uint64()
print(dll.RegCreateKeyExW(ctypes.c_uint64(HKLM), "x", 0, None, 0, 0x300, None, ctypes.byref(key), None))
"""
    )
    assert lines == ["thirty-two 2", "thirty-two", "87"]


def test_many_processes_write_at_once(registry, fresh_python, tmp_path):
    code = r"""
import os
registry = make(HKCU, "Software")
children = []
for child in range(4):
    pid = os.fork()
    if pid == 0:
        for number in range(25):
            put(make(HKCU, r"Software\Race"), f"{child}.{number}", "x")
        os._exit(0)
    children.append(pid)
print([os.waitpid(pid, 0)[1] for pid in children])
print(sum(get(HKCU, r"Software\Race", f"{c}.{n}") == "x" for c in range(4) for n in range(25)))
"""
    assert registry(code) == ["[0, 0, 0, 0]", "100"]


def test_a_key_is_a_kernel_handle(registry):
    lines = registry(
        r"""
kernel32 = WinDLL("kernel32")
key, copy = make(HKCU, r"Software\Handle"), ctypes.c_uint64()
me = ctypes.c_uint64(2**64 - 1)
assert kernel32.DuplicateHandle(me, key, me, ctypes.byref(copy), 0, 0, 2)
assert dll.RegCloseKey(key) == 0
put(copy, "v", "through the copy")
print(get(HKCU, r"Software\Handle", "v"), dll.RegCloseKey(copy), dll.RegCloseKey(copy))
"""
    )
    assert lines == ["through the copy 0 6"]


def test_a_bad_pointer_is_the_callers_access_violation(registry):
    lines = registry(
        r"""
try:
    dll.RegQueryInfoKeyW(ctypes.c_uint64(HKCU), *[None] * 3, ctypes.c_uint64(16), *[None] * 7)
except OSError as error:
    print(error)
"""
    )
    assert lines == ["exception: access violation writing 0x0000000000000010"]


def test_the_desktops_settings_are_those_of_the_system_parameters(registry):
    lines = registry(
        r"""
value = ctypes.c_uint32()
for name, action in (("DragFullWindows", 38), ("WheelScrollLines", 104), ("ScreenSaveActive", 16)):
    assert WinDLL("user32").SystemParametersInfoW(action, 0, ctypes.byref(value), 0)
    print(get(HKCU, r"Control Panel\Desktop", name) == str(value.value))
"""
    )
    assert lines == ["True"] * 3
