"""NTLM and Negotiate: a client and a server, both through SSPI, with a name and a password."""

from __future__ import annotations

import pytest

pytest.importorskip("spnego", reason="the extra `crypto` is not installed")

PRELUDE = r"""
from windlass.ctypes import *
secur32 = windll.secur32
CONTINUE, DATA, TOKEN = 0x90312, 1, 2

class Handle(Structure):
    _fields_ = [("lower", c_size_t), ("upper", c_size_t)]

class Buffer(Structure):
    _fields_ = [("size", c_uint32), ("type", c_uint32), ("data", c_void_p)]

class Buffers(Structure):
    _fields_ = [("version", c_uint32), ("count", c_uint32), ("first", POINTER(Buffer))]

class Identity(Structure):
    _fields_ = [("user", c_wchar_p), ("user_length", c_uint32), ("domain", c_wchar_p),
                ("domain_length", c_uint32), ("password", c_wchar_p), ("password_length", c_uint32),
                ("flags", c_uint32)]

def status(code):
    return hex(code & 0xFFFFFFFF)

def buffers(*pairs):
    array = (Buffer * len(pairs))()
    array.kept = [create_string_buffer(data, max(len(data), 1)) for _, data in pairs]
    for place, (type, data), memory in zip(array, pairs, array.kept):
        place.size, place.type, place.data = len(data), type, addressof(memory)
    found = Buffers(0, len(array), array)
    found.array = array
    return found

def content(buffer):
    return string_at(buffer.data, buffer.size)

def acquire(package, use, identity=None):
    handle = Handle()
    code = secur32.AcquireCredentialsHandleW(None, package, use, None, byref(identity) if identity else None,
                                             None, None, byref(handle), None)
    return status(code) if code else handle

def identity(user, password):
    return Identity(user, len(user), None, 0, password, len(password), 2)

class Side:
    def __init__(self, credential, server):
        self.credential, self.server, self.context = credential, server, None
    def step(self, token):
        new, out, attributes = Handle(), buffers((TOKEN, bytes(4000))), c_uint32()
        inputs = buffers((TOKEN, token)) if token is not None else None
        known = byref(self.context) if self.context else None
        given, credential = byref(inputs) if inputs else None, byref(self.credential)
        if self.server:
            code = secur32.AcceptSecurityContext(credential, known, given, 0x1001C, 0x10, byref(new),
                                                 byref(out), byref(attributes), None)
        else:
            flags, name = 0x1001C, "HTTP/server.test"
            code = secur32.InitializeSecurityContextW(credential, known, name, flags, 0, 0x10, given, 0,
                                                      byref(new), byref(out), byref(attributes), None)
        if self.context is None and new.lower:
            self.context = new
        return code, content(out.array[0])

def shake(client, server):
    code, token = client.step(None)
    while True:
        server_code, token = server.step(token)
        if server_code not in (0, CONTINUE):
            return status(server_code)
        if code == server_code == 0:
            return "done"
        code, token = client.step(token)
        if code == server_code == 0:
            return "done"
"""


@pytest.fixture
def run(fresh_python, tmp_path, monkeypatch):
    users = tmp_path / "users"
    users.write_text(":me:pass\n")
    monkeypatch.setenv("NTLM_USER_FILE", str(users))
    return lambda code: fresh_python(PRELUDE + code).splitlines()


@pytest.mark.parametrize("package", ["NTLM", "Negotiate"])
def test_both_sides_agree_and_talk(run, package):
    lines = run(f"""
client = Side(acquire({package!r}, 2, identity("me", "pass")), False)
server = Side(acquire({package!r}, 1), True)
print(shake(client, server))
sizes = (c_uint32 * 4)()
print(secur32.QueryContextAttributesW(byref(client.context), 0, sizes), sizes[1], sizes[3])

message = buffers((TOKEN, bytes(16)), (DATA, b"secret words"))
print(secur32.EncryptMessage(byref(client.context), 0, byref(message), 0))
print(content(message.array[1]) != b"secret words")
print(secur32.DecryptMessage(byref(server.context), byref(message), 0, None), content(message.array[1]))

signed = buffers((DATA, b"plain words"), (TOKEN, bytes(16)))
print(secur32.MakeSignature(byref(server.context), 0, byref(signed), 0))
print(secur32.VerifySignature(byref(client.context), byref(signed), 0, None))
forged = buffers((DATA, b"other words"), (TOKEN, bytes(16)))
print(status(secur32.VerifySignature(byref(client.context), byref(forged), 0, None)))
""")
    assert lines == ["done", "0 16 16", "0", "True", "0 b'secret words'", "0", "0", "0x8009030f"]


def test_a_wrong_password_is_denied(run):
    lines = run("""
print(shake(Side(acquire("NTLM", 2, identity("me", "wrong")), False), Side(acquire("NTLM", 1), True)))
""")
    assert lines == ["0x8009030c"]


def test_who_gives_no_name_has_no_credentials(run):
    lines = run("""
print(status(Side(acquire("NTLM", 2), False).step(None)[0]))
print(acquire("Kerberos", 2), acquire("Nonsense", 2))
""")
    assert lines == ["0x8009030e", "0x80090311 0x80090305"]


def test_the_packages_describe_themselves(run):
    lines = run("""
class Info(Structure):
    _fields_ = [("capabilities", c_uint32), ("version", c_uint16), ("rpc", c_uint16), ("token", c_uint32),
                ("name", c_wchar_p), ("comment", c_wchar_p)]
count, first = c_uint32(), POINTER(Info)()
print(secur32.EnumerateSecurityPackagesW(byref(count), byref(first)))
print(sorted(first[i].name for i in range(count.value)))
print(secur32.FreeContextBuffer(first), secur32.QuerySecurityPackageInfoW("ntlm", byref(first)))
print(first[0].name, first[0].token, first[0].rpc)
""")
    assert lines[0] == "0"
    assert "'NTLM'" in lines[1] and "'Schannel'" in lines[1]
    assert lines[2:] == ["0 0", "NTLM 2888 10"]
