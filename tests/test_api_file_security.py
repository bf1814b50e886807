"""Security descriptors of files, kernel objects, and lists made for them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PRELUDE = r"""
import os, sys
from windlass.ctypes import *
advapi32, kernel32 = windll.advapi32, windll.kernel32
error = kernel32.GetLastError
kernel32.CreateEventW.restype = kernel32.CreateFileW.restype = c_void_p
path = sys.argv[1] if len(sys.argv) > 1 else None

def sddl(descriptor, information=7):
    text = c_wchar_p()
    assert advapi32.ConvertSecurityDescriptorToStringSecurityDescriptorW(
        descriptor, 1, information, byref(text), None), error()
    return text.value

def parse(text):
    descriptor = c_void_p()
    assert advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW(text, 1, byref(descriptor), None)
    return descriptor

def of_file(information=4):
    buffer, size = create_string_buffer(1000), c_uint32()
    assert advapi32.GetFileSecurityW(path, information, buffer, 1000, byref(size)), error()
    return buffer

def sid(text):
    found = c_void_p()
    assert advapi32.ConvertStringSidToSidW(text, byref(found))
    return found
"""


@pytest.fixture
def run(fresh_python, tmp_path: Path):
    def run(code: str) -> list[str]:
        file = tmp_path / "file"
        file.write_text("x")
        return fresh_python(PRELUDE + code, file).splitlines()

    return run


def test_a_files_mode_is_its_list(run):
    lines = run(
        r"""
for mode in (0o640, 0o755, 0o604, 0o070):
    os.chmod(path, mode)
    print(sddl(of_file()))
"""
    )
    group = f"S-1-22-2-{os.getegid()}"
    owner = lines[0].split(";;;")[1].split(")")[0]
    assert owner.startswith("S-1-5-21-")
    assert owner.endswith(f"-{1000 + os.geteuid()}")
    assert lines == [
        f"D:(A;;0x1f019f;;;{owner})(A;;FR;;;{group})",
        f"D:(A;;FA;;;{owner})(A;;0x1200a9;;;{group})(A;;0x1200a9;;;WD)",
        f"D:(A;;0x1f019f;;;{owner})(D;;CC;;;{group})(A;;FR;;;WD)",
        f"D:(D;;CCDCWP;;;{owner})(A;;0x1f0188;;;{owner})(A;;0x1201bf;;;{group})",
    ]


def test_a_list_becomes_the_mode_that_gives_the_same(run):
    assert run(
        r"""
owner = sddl(of_file(1), 1).removeprefix("O:")
group = sddl(of_file(2), 2).removeprefix("G:")
for text in (f"D:(A;;FA;;;{owner})", f"D:(A;;FR;;;WD)(A;;FA;;;{owner})", f"D:(D;;FW;;;{owner})(A;;FA;;;WD)",
             f"D:(A;;GRGX;;;{group})", "D:", "D:NO_ACCESS_CONTROL"):
    assert advapi32.SetFileSecurityW(path, 4, parse(text)), error()
    print(oct(os.stat(path).st_mode & 0o777))
print(advapi32.SetFileSecurityW(path, 8, parse("S:")), error())
print(advapi32.SetFileSecurityW(path, 1, parse("O:S-1-5-21-1-2-3-4")), error())
print(advapi32.SetFileSecurityW(path + "x", 4, parse("D:")), error())
size = c_uint32()
print(advapi32.GetFileSecurityW(path, 4, None, 0, byref(size)), error(), size.value > 20)
"""
    ) == ["0o700", "0o744", "0o577", "0o550", "0o0", "0o777", "0 1314", "0 1307", "0 2", "0 122 True"]


def test_security_info_hands_out_pointers_into_one_block(run):
    assert run(
        r"""
owner, dacl, whole = c_void_p(), c_void_p(), c_void_p()
print(advapi32.GetNamedSecurityInfoW(path, 1, 5, byref(owner), None, byref(dacl), None, byref(whole)))
print(advapi32.IsValidSid(owner), advapi32.IsValidAcl(dacl), sddl(whole, 5).startswith("O:S-1-5-21-"))
print(advapi32.SetNamedSecurityInfoW(path, 1, 4, None, None, None, None), oct(os.stat(path).st_mode & 0o777))
file = c_void_p(kernel32.CreateFileW(path, 0x80060000, 7, None, 3, 0, None))
print(advapi32.GetSecurityInfo(file, 1, 4, None, None, byref(dacl), None, byref(whole)))
print(advapi32.SetSecurityInfo(file, 1, 4, None, None, dacl, None), oct(os.stat(path).st_mode & 0o777))
print(advapi32.GetSecurityInfo(c_void_p(0x1234), 6, 4, None, None, byref(dacl), None, byref(whole)))
"""
    ) == ["0", "1 1 True", "0 0o777", "0", "0 0o777", "6"]


def test_a_kernel_object_keeps_its_descriptor(run):
    assert run(
        r"""
event = c_void_p(kernel32.CreateEventW(None, 1, 0, None))
buffer, size = create_string_buffer(1000), c_uint32()
assert advapi32.GetKernelObjectSecurity(event, 4, buffer, 1000, byref(size))
print(sddl(buffer, 4).count("(A;;GA;;;"))
assert advapi32.SetKernelObjectSecurity(event, 4, parse("D:P(A;;GR;;;WD)"))
assert advapi32.GetKernelObjectSecurity(event, 4, buffer, 1000, byref(size))
print(sddl(buffer, 4))
print(advapi32.GetKernelObjectSecurity(c_void_p(0x1234), 4, buffer, 1000, byref(size)), error())
"""
    ) == ["3", "D:P(A;;GR;;;WD)", "0 6"]


def test_entries_are_put_in_windows_order(run):
    assert run(
        r"""
class Trustee(Structure):
    _fields_ = [("multiple", c_void_p), ("operation", c_uint32), ("form", c_uint32), ("type", c_uint32),
                ("name", c_void_p)]
class Entry(Structure):
    _fields_ = [("mask", c_uint32), ("mode", c_uint32), ("inheritance", c_uint32), ("trustee", Trustee)]
def entry(mask, mode, text):
    return Entry(mask, mode, 0, Trustee(None, 0, 0, 0, sid(text).value))
def entries(old, *wanted):
    acl = c_void_p()
    assert advapi32.SetEntriesInAclW(len(wanted), (Entry * len(wanted))(*wanted), old, byref(acl)) == 0
    descriptor = create_string_buffer(40)
    advapi32.InitializeSecurityDescriptor(descriptor, 1)
    advapi32.SetSecurityDescriptorDacl(descriptor, 1, acl, 0)
    print(sddl(descriptor, 4))
    return acl
acl = entries(None, entry(1, 1, "WD"), entry(2, 3, "SY"), entry(4, 1, "WD"))
acl = entries(acl, entry(8, 2, "WD"))
acl = entries(acl, entry(0, 4, "SY"))
named, name = Entry(), create_unicode_buffer("Everyone")
advapi32.BuildExplicitAccessWithNameW(byref(named), name, 0x10, 1, 0)
entries(acl, named)
named.trustee.form = 7
print(advapi32.SetEntriesInAclW(1, byref(named), None, byref(acl)))
"""
    ) == [
        "D:(D;;DC;;;SY)(A;;CCLC;;;WD)",
        "D:(D;;DC;;;SY)(A;;SW;;;WD)",
        "D:(A;;SW;;;WD)",
        "D:(A;;SWRP;;;WD)",
        "87",
    ]


def test_access_is_checked_entry_by_entry(run):
    assert run(
        r"""
token, process = c_void_p(), c_void_p()
assert advapi32.OpenProcessToken(c_void_p(-1), 10, byref(process))
assert advapi32.DuplicateToken(process, 2, byref(token))
mapping = (c_uint32 * 4)(0x120089, 0x120116, 0x1200A0, 0x1F01FF)
def check(text, wanted, token=token):
    privileges, size = create_string_buffer(100), c_uint32(100)
    access, allowed = c_uint32(77), c_uint32(77)
    done = advapi32.AccessCheck(parse("O:SYG:SY" + text), token, wanted, mapping, privileges, byref(size),
                                byref(access), byref(allowed))
    print(done, allowed.value if done else error(), hex(access.value))
check("D:(A;;GR;;;WD)", 1)
check("D:(A;;GR;;;WD)", 2)
check("D:(D;;CC;;;WD)(A;;FA;;;WD)", 1)
check("D:(A;;FA;;;WD)(D;;CC;;;WD)", 1)
check("D:(A;;FA;;;S-1-5-21-1-2-3-4)", 1)
check("D:(D;;CC;;;WD)(A;;FR;;;WD)", 0x02000000)
check("D:NO_ACCESS_CONTROL", 5)
check("D:", 1, process)
"""
    ) == ["1 1 0x1", "1 0 0x0", "1 0 0x0", "1 1 0x1", "1 0 0x0", "1 1 0x120088", "1 1 0x5", "0 1309 0x4d"]
