"""Profiles, the event log, the service control manager, netapi32 and wtsapi32."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PRELUDE = r"""
from windlass.ctypes import *
advapi32, userenv, kernel32 = windll.advapi32, windll.userenv, windll.kernel32
for name in ("OpenSCManagerW", "RegisterEventSourceW", "OpenServiceW"):
    getattr(advapi32, name).restype = c_void_p
error = kernel32.GetLastError
token = c_void_p(-4)
"""


@pytest.fixture
def run(fresh_python, tmp_path: Path):
    def run(code: str) -> list[str]:
        env = {**os.environ, "HOME": "/home/somebody", "XDG_STATE_HOME": str(tmp_path)}
        return fresh_python(PRELUDE + code, env=env).splitlines()

    return run


def test_profile_directories_say_what_room_they_need(run):
    assert run(
        r"""
size = c_uint32(3)
buffer = create_unicode_buffer(100)
print(userenv.GetUserProfileDirectoryW(token, buffer, byref(size)), error(), size.value)
print(userenv.GetUserProfileDirectoryW(token, buffer, byref(size)), buffer.value, size.value)
print(userenv.GetUserProfileDirectoryW(c_void_p(12345), buffer, byref(size)), error())
print(userenv.GetAllUsersProfileDirectoryW(buffer, byref(c_uint32(100))), buffer.value)
"""
    ) == ["0 122 17", "1 Z:\\home\\somebody 17", "0 6", "1 C:\\ProgramData"]


def test_an_environment_block_has_the_programs_variables_only_when_it_inherits(run):
    assert run(
        r"""
kernel32.SetEnvironmentVariableW("MINE", "x")
def names(inherit):
    block = c_void_p()
    assert userenv.CreateEnvironmentBlock(byref(block), token, inherit)
    place, found = block.value, set()
    while text := wstring_at(place):
        found.add(text.partition("=")[0].upper())
        place += 2 * len(text) + 2
    assert userenv.DestroyEnvironmentBlock(block)
    return found
print("MINE" in names(True), "MINE" in names(False), "USERPROFILE" in names(False))
buffer = create_unicode_buffer(100)
print(userenv.ExpandEnvironmentStringsForUserW(token, "%userprofile%|%MINE%", buffer, 100), buffer.value)
print(userenv.ExpandEnvironmentStringsForUserW(token, "%userprofile%", buffer, 3), error())
"""
    ) == ["True False True", "1 Z:\\home\\somebody|%MINE%", "0 122"]


def test_events_are_written_to_a_file(run, tmp_path):
    assert run(
        r"""
source = c_void_p(advapi32.RegisterEventSourceW(None, "Tester"))
texts = (c_wchar_p * 2)("one\ntwo", 'say "hi"')
print(advapi32.ReportEventW(source, 2, 7, 1234, None, 2, 3, texts, b"\x01\x02\x03"))
print(advapi32.ReportEventW(source, 3, 7, 1234, None, 0, 0, None, None), error())
print(advapi32.DeregisterEventSource(source), advapi32.DeregisterEventSource(source), error())
"""
    ) == ["1", "0 87", "1 0 6"]
    line = (tmp_path / "windlass" / "events.log").read_text()
    assert "Tester[" in line
    assert line.endswith('warning event 1234 category 7 "one\\ntwo" "say \\"hi\\"" data 010203\n')


def test_the_service_control_manager_knows_of_no_service(run):
    assert run(
        r"""
manager = c_void_p(advapi32.OpenSCManagerW(None, None, 1))
print(manager.value is not None, advapi32.OpenServiceW(manager, "Spooler", 1), error())
needed, count = c_uint32(9), c_uint32(9)
print(advapi32.EnumServicesStatusExW(
    manager, 0, 0x30, 3, None, 0, byref(needed), byref(count), None, None), needed.value, count.value)
print(advapi32.CloseServiceHandle(manager), advapi32.CloseServiceHandle(manager), error())
print(advapi32.OpenSCManagerW("\\\\elsewhere", None, 1), error())
print(advapi32.StartServiceCtrlDispatcherW(None), error())
"""
    ) == ["True None 1060", "1 0 0", "1 0 6", "None 1722", "0 1063"]


def test_of_services_that_are_not_there_nothing_is_told_or_changed(run):
    assert run(
        r"""
advapi32.LockServiceDatabase.restype = c_void_p
manager, size = c_void_p(advapi32.OpenSCManagerW(None, None, 1)), c_uint32(9)
print(advapi32.GetServiceDisplayNameW(manager, "Spooler", None, byref(size)), error())
print(advapi32.GetServiceKeyNameA(c_void_p(5), b"Print Spooler", None, byref(size)), error())
print(advapi32.LockServiceDatabase(manager), error(), advapi32.UnlockServiceDatabase(None), error())
status = create_string_buffer(b"x" * 24, 24)
print(advapi32.QueryServiceLockStatusW(manager, status, 10, byref(size)), error(), size.value)
print(advapi32.QueryServiceLockStatusW(manager, status, 24, byref(size)), status.raw == bytes(24))
print(advapi32.QueryServiceConfig2W(manager, 1, None, 0, byref(size)), error())
print(advapi32.EnumDependentServicesW(None, 3, None, 0, byref(size), byref(size)), error())
"""
    ) == ["0 1060", "0 6", "None 5 0 1071", "0 122 24", "1 True", "0 6", "0 6"]


def test_the_computer_is_in_a_workgroup_and_its_session_is_the_console(run):
    assert run(
        r"""
netapi32, wtsapi32 = windll.netapi32, windll.wtsapi32
name, status = c_wchar_p(), c_uint32()
print(netapi32.NetGetJoinInformation(None, byref(name), byref(status)), name.value, status.value)
class Workstation(Structure):
    _fields_ = [("platform", c_uint32), ("computer", c_wchar_p), ("group", c_wchar_p),
                ("major", c_uint32), ("minor", c_uint32)]
pointer = POINTER(Workstation)()
print(netapi32.NetWkstaGetInfo(None, 100, byref(pointer)), pointer[0].group, pointer[0].major)
print(netapi32.NetApiBufferFree(pointer), netapi32.NetWkstaGetInfo(None, 9, byref(pointer)))
print(netapi32.NetUserGetInfo(None, "no such user", 1, byref(pointer)))
text, size = c_wchar_p(), c_uint32()
print(wtsapi32.WTSQuerySessionInformationW(None, -1, 6, byref(text), byref(size)), text.value, size.value)
"""
    ) == ["0 WORKGROUP 2", "0 WORKGROUP 10", "0 124", "2221", "1 Console 16"]


def test_the_computer_is_its_own_domain(run):
    assert run(
        r"""
class Domain(Structure):
    _fields_ = [("length", c_uint16), ("capacity", c_uint16), ("name", c_void_p), ("sid", c_void_p)]
policy, found = c_void_p(), POINTER(Domain)()
print(advapi32.LsaOpenPolicy(None, create_string_buffer(48), 1, byref(policy)))
print(advapi32.LsaQueryInformationPolicy(policy, 5, byref(found)))
name, domain = found[0], create_unicode_buffer(100)
text = c_wchar_p()
advapi32.ConvertSidToStringSidW(c_void_p(name.sid), byref(text))
print(len(wstring_at(name.name)) * 2 == name.length == name.capacity - 2, text.value.count("-"))
print(advapi32.LsaFreeMemory(found), advapi32.LsaClose(policy), hex(advapi32.LsaClose(policy) & 0xFFFFFFFF))
"""
    ) == ["0", "0", "True 6", "0 0 0xc0000008"]


def test_trust_in_a_file_that_is_not_signed(run, dll, tmp_path):
    text = tmp_path / "text.dll"
    text.write_text("no image")
    assert run(
        f"paths = {[str(dll('faulty.c')), str(text), str(tmp_path / 'missing.dll')]!r}"
        r"""
import uuid
class File(Structure):
    _fields_ = [("size", c_uint32), ("path", c_wchar_p), ("file", c_void_p), ("subject", c_void_p)]
class Data(Structure):
    _fields_ = [("size", c_uint32), ("callback", c_void_p), ("sip", c_void_p), ("ui", c_uint32),
                ("revocation", c_uint32), ("choice", c_uint32), ("file", POINTER(File)),
                ("action", c_uint32), ("state", c_void_p), ("rest", c_uint64 * 4)]
action = uuid.UUID("00AAC56B-CD44-11d0-8CC2-00C04FC295EE").bytes_le
for path in paths:
    file = File(sizeof(File), path)
    data = Data(sizeof(Data), None, None, 2, 0, 1, pointer(file), 1)
    print(hex(windll.wintrust.WinVerifyTrust(None, action, byref(data)) & 0xFFFFFFFF))
print(hex(windll.wintrust.WinVerifyTrust(None, bytes(16), byref(data)) & 0xFFFFFFFF))
"""
    ) == ["0x800b0100", "0x800b0003", "0x80092003", "0x800b0001"]
