"""COM servers in DLLs, found through the registry or registered by the program."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PRELUDE = r"""
import sys, uuid
from windlass.ctypes import *
ole32, advapi32 = windll.ole32, windll.advapi32
CLASS, ADDER = "{0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0}", "{0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f1}"
HKCU = c_void_p(0xFFFFFFFF80000001)

def guid(text):
    return (c_char * 16).from_buffer_copy(uuid.UUID(text).bytes_le)

def put(path, text, kind=1):
    data = create_unicode_buffer(text)
    assert advapi32.RegSetKeyValueW(HKCU, path, None, kind, data, sizeof(data)) == 0

def method(pointer, index, *types):
    table = cast(pointer, POINTER(POINTER(c_void_p)))[0]
    return lambda *a: WINFUNCTYPE(c_int, c_void_p, *types)(table[index])(pointer, *a)

def create(context=1, interface=ADDER):
    made = c_void_p(1)
    code = ole32.CoCreateInstance(guid(CLASS), None, context, guid(interface), byref(made))
    return code & 0xFFFFFFFF, made

PLACE = rf"Software\Classes\CLSID\{CLASS.upper()}"
assert ole32.CoInitialize(None) == 0
"""


@pytest.fixture
def run(fresh_python, tmp_path: Path, dll):
    def run(code: str) -> list[str]:
        env = {**os.environ, "XDG_DATA_HOME": str(tmp_path)}
        return fresh_python(PRELUDE + code, dll("server.c"), env=env).splitlines()

    return run


def test_a_registered_server_is_loaded_and_makes_objects(run):
    lines = run(
        r"""
print(hex(create()[0]))
put(PLACE + r"\InprocServer32", sys.argv[1])
code, adder = create()
print(code, method(adder, 3, c_int, c_int)(20, 22))
print(hex(create(interface="00000001-0000-0000-c000-000000000046")[0]))
print(method(adder, 2)())
print(windll.kernel32.GetModuleHandleW("server.dll") != 0)
ole32.CoFreeUnusedLibraries()
print(windll.kernel32.GetModuleHandleW("server.dll") != 0)
"""
    )
    assert lines == ["0x80040154", "0 42", "0x80004002", "0", "True", "False"]


def test_a_server_stays_as_long_as_it_has_objects(run):
    lines = run(
        r"""
put(PLACE + r"\InprocServer32", sys.argv[1])
code, adder = create()
ole32.CoFreeUnusedLibraries()
print(windll.kernel32.GetModuleHandleW("server.dll") != 0, method(adder, 3, c_int, c_int)(1, 2))
"""
    )
    assert lines == ["True 3"]


def test_classes_have_names(run):
    lines = run(
        r"""
put(r"Software\Classes\Windlass.Adder\CLSID", CLASS)
put(PLACE + r"\ProgID", "Windlass.Adder")
found, name = (c_char * 16)(), c_wchar_p()
print(ole32.CLSIDFromProgID("Windlass.Adder", found), str(uuid.UUID(bytes_le=found.raw)) == CLASS[1:-1])
print(ole32.CLSIDFromString("windlass.adder", found), hex(ole32.CLSIDFromProgID("nope", found) & 0xFFFFFFFF))
print(ole32.ProgIDFromCLSID(guid(CLASS), byref(name)), name.value)
"""
    )
    assert lines == ["0 True", "0 0x800401f3", "0 Windlass.Adder"]


def test_what_the_server_refuses_is_the_result(run):
    lines = run(
        r"""
other = "{0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f5}"
put(rf"Software\Classes\CLSID\{other.upper()}\InprocServer32", sys.argv[1])
made = c_void_p()
print(hex(ole32.CoCreateInstance(guid(other), None, 1, guid(ADDER), byref(made)) & 0xFFFFFFFF))
put(PLACE + r"\InprocServer32", r"C:\nowhere\missing.dll")
print(hex(create()[0]))
put(PLACE + r"\LocalServer32", r"C:\nowhere\missing.exe")
print(hex(create(context=4)[0]))
"""
    )
    assert lines == ["0x80040111", "0x800401f8", "0x80080005"]


def test_the_program_registers_a_factory_of_its_own(run):
    lines = run(
        r"""
server = windll.LoadLibrary(sys.argv[1])
factory, cookie = c_void_p(), c_uint32()
factory_id = guid("00000001-0000-0000-c000-000000000046")
assert server.DllGetClassObject(guid(CLASS), factory_id, byref(factory)) == 0
print(ole32.CoRegisterClassObject(guid(CLASS), factory, 1, 1, byref(cookie)))
code, adder = create()
print(code, method(adder, 3, c_int, c_int)(40, 2))
revoke = ole32.CoRevokeClassObject
print(revoke(cookie), hex(create()[0]), hex(revoke(cookie) & 0xFFFFFFFF))
"""
    )
    assert lines == ["0", "0 42", "0 0x80040154 0x80070057"]


def test_a_server_in_the_active_manifest_needs_no_registration(run, tmp_path):
    """Microsoft, "Creating Registration-Free COM Objects"."""
    lines = run(
        r"""
import os, shutil
from pathlib import Path
from windlass.activation import contexts, from_file
folder = Path(os.environ["XDG_DATA_HOME"])
shutil.copy(sys.argv[1], folder / "adder.dll")
(folder / "app.manifest").write_text(
    '<assembly xmlns="urn:schemas-microsoft-com:asm.v1" manifestVersion="1.0">'
    '<assemblyIdentity type="win32" name="app" version="1.0.0.0"/>'
    f'<file name="adder.dll"><comClass clsid="{CLASS}" threadingModel="Both"/></file></assembly>'
)
print(hex(create()[0]))
contexts.activate(contexts.add(from_file(str(folder / "app.manifest"))))
code, adder = create()
print(code, method(adder, 3, c_int, c_int)(20, 22))
"""
    )
    assert lines == ["0x80040154", "0 42"]
