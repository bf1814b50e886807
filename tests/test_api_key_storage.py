"""Keys that NCrypt keeps, and what of them leaves the storage."""

from __future__ import annotations

import pytest

pytest.importorskip("cryptography", reason="the extra `crypto` is not installed")

PRELUDE = r"""
import sys
from windlass.ctypes import *
ncrypt = windll.ncrypt
PERSIST, OVERWRITE = 0x80000000, 0x80

def status(code):
    return hex(code & 0xFFFFFFFF)

def ok(code):
    assert code == 0, status(code)

provider = c_void_p()
ok(ncrypt.NCryptOpenStorageProvider(byref(provider), None, 0))

def create(algorithm, name=None, flags=0, policy=3):
    key = c_void_p()
    code = ncrypt.NCryptCreatePersistedKey(provider, byref(key), algorithm, name, 0, flags)
    if code:
        return status(code)
    ok(ncrypt.NCryptSetProperty(key, "Export Policy", byref(c_uint32(policy)), 4, PERSIST))
    ok(ncrypt.NCryptFinalizeKey(key, 0))
    return key

def open_key(name):
    key = c_void_p()
    code = ncrypt.NCryptOpenKey(provider, byref(key), name, 0, 0)
    return status(code) if code else key

def export(key, kind):
    size = c_uint32()
    code = ncrypt.NCryptExportKey(key, None, kind, None, None, 0, byref(size), 0)
    if code:
        return status(code)
    data = create_string_buffer(size.value)
    ok(ncrypt.NCryptExportKey(key, None, kind, None, data, size, byref(size), 0))
    return data.raw

def load(kind, data):
    key = c_void_p()
    code = ncrypt.NCryptImportKey(provider, None, kind, None, byref(key), data, len(data), 0)
    return status(code) if code else key

def sign(key, value):
    data, size = create_string_buffer(600), c_uint32()
    ok(ncrypt.NCryptSignHash(key, None, value, len(value), data, 600, byref(size), 0x40))
    return data.raw[:size.value]

def verify(key, value, signature):
    return status(ncrypt.NCryptVerifySignature(key, None, value, len(value), signature, len(signature), 0))

def text(key, name):
    data, size = create_unicode_buffer(100), c_uint32()
    ok(ncrypt.NCryptGetProperty(key, name, data, 200, byref(size), 0))
    return data.value
"""


@pytest.fixture
def run(fresh_python, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return lambda code, *arguments: fresh_python(PRELUDE + code, *arguments).splitlines()


def test_a_key_with_a_name_is_there_in_the_next_process(run):
    made = run("""
key = create("ECDSA_P256", "Mine")
print(sign(key, bytes(32)).hex())
print(create("ECDSA_P256", "mine"), open_key("other"))
""")
    assert made[1] == "0x8009000f 0x80090016"
    later = run(
        """
key = open_key("MINE")
print(text(key, "Name"), text(key, "Algorithm Name"), text(key, "Algorithm Group"))
print(verify(key, bytes(32), bytes.fromhex(sys.argv[1])), verify(key, bytes(31) + b"1", bytes(64)))
print(ncrypt.NCryptDeleteKey(key, 0), open_key("Mine"))
""",
        made[0],
    )
    assert later == ["Mine ECDSA_P256 ECDSA", "0x0 0x80090006", "0 0x80090016"]


def test_the_policy_decides_what_leaves(run):
    lines = run("""
closed, open = create("ECDH_P384", policy=0), create("ECDH_P384")
print(export(closed, "ECCPRIVATEBLOB"))
print(len(export(closed, "ECCPUBLICBLOB")), len(export(open, "ECCPRIVATEBLOB")))
print(export(closed, "PKCS8_PRIVATEKEY"))
""")
    assert lines == ["0x80090029", "104 152", "0x80090029"]


def test_pkcs8_keys_go_in_and_out(run):
    lines = run("""
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import *
key = ec.generate_private_key(ec.SECP384R1())
data = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
mine = load("PKCS8_PRIVATEKEY", data)
print(text(mine, "Algorithm Name"))
ok(ncrypt.NCryptSetProperty(mine, "Export Policy", byref(c_uint32(3)), 4, 0))
back = load_der_private_key(export(mine, "PKCS8_PRIVATEKEY"), None)
print(back.private_numbers() == key.private_numbers())
print(load("PKCS8_PRIVATEKEY", b"nonsense"), load("ECCPUBLICBLOB", bytes(80)))
""")
    assert lines == ["ECDSA_P384", "True", "0x80090005 0x80090005"]


def test_two_keys_agree_on_a_secret(run):
    lines = run("""
def agreed(private, public):
    secret, data, size = c_void_p(), create_string_buffer(100), c_uint32()
    ok(ncrypt.NCryptSecretAgreement(private, public, byref(secret), 0))
    ok(ncrypt.NCryptDeriveKey(secret, "HASH", None, data, 100, byref(size), 0))
    ok(ncrypt.NCryptFreeObject(secret))
    return data.raw[:size.value]

one, other = create("ECDH_P256"), create("ECDH_P256")
public = load("ECCPUBLICBLOB", export(other, "ECCPUBLICBLOB"))
print(agreed(one, public) == agreed(other, one), len(agreed(one, public)))
print(status(ncrypt.NCryptFreeObject(c_void_p(1234))))
""")
    assert lines == ["True 20", "0x80090026"]


def test_keys_are_listed_by_name(run):
    lines = run("""
class Name(Structure):
    _fields_ = [("name", c_wchar_p), ("algorithm", c_wchar_p), ("spec", c_uint32), ("flags", c_uint32)]

for name in ("second", "First"):
    create("ECDSA_P256", name)
state, found = c_void_p(), POINTER(Name)()
while (code := ncrypt.NCryptEnumKeys(provider, None, byref(found), byref(state), 0)) == 0:
    print(found.contents.name, found.contents.algorithm)
    ncrypt.NCryptFreeBuffer(found)
print(status(code))
""")
    assert lines == ["First ECDSA_P256", "second ECDSA_P256", "0x8009002a"]
