"""Signed messages: those of the cryptography package read and verified, and Windows code's own."""

from __future__ import annotations

import datetime

import pytest

pytest.importorskip("cryptography", reason="the extra `crypto` is not installed")

PRELUDE = r"""
import os, sys
from windlass.ctypes import *
crypt32 = windll.crypt32
crypt32.CryptMsgOpenToDecode.restype = c_void_p
crypt32.PFXImportCertStore.restype = crypt32.CertFindCertificateInStore.restype = c_void_p
folder = sys.argv[1]
TYPE, CONTENT, SIGNERS, SIGNER_INFO, CERT_INFO, CERTS = 1, 2, 5, 6, 7, 11

class Blob(Structure):
    _fields_ = [("size", c_uint32), ("data", c_void_p)]
    def bytes(self):
        return string_at(self.data, self.size)

class Algorithm(Structure):
    _fields_ = [("oid", c_char_p), ("parameters", Blob)]

class Attribute(Structure):
    _fields_ = [("oid", c_char_p), ("count", c_uint32), ("values", POINTER(Blob))]

class Attributes(Structure):
    _fields_ = [("count", c_uint32), ("first", POINTER(Attribute))]

class SignerInfo(Structure):
    _fields_ = [("version", c_uint32), ("issuer", Blob), ("serial", Blob), ("hash", Algorithm),
                ("encryption", Algorithm), ("signature", Blob), ("signed", Attributes),
                ("others", Attributes)]

def file(name):
    return open(os.path.join(folder, name), "rb").read()

def error():
    return hex(GetLastError() & 0xFFFFFFFF)

def decode(*parts, flags=0):
    message = c_void_p(crypt32.CryptMsgOpenToDecode(0x10001, flags, 0, None, None, None))
    good = [crypt32.CryptMsgUpdate(message, part, len(part), 1) for part in parts]
    return message if all(good) else error()

def parameter(message, kind, index=0):
    size = c_uint32()
    if not crypt32.CryptMsgGetParam(message, kind, index, None, byref(size)):
        return error()
    data = create_string_buffer(size.value)
    assert crypt32.CryptMsgGetParam(message, kind, index, data, byref(size))
    return data

def own():
    data = file("pair.pfx")
    memory = create_string_buffer(data, len(data))
    store = c_void_p(crypt32.PFXImportCertStore(byref(Blob(len(data), addressof(memory))), "x", 0))
    return c_void_p(crypt32.CertFindCertificateInStore(store, 1, 0, 21 << 16, None, None))

def verify(message, context):
    info = c_void_p(c_void_p.from_address(context.value + 24).value)
    return crypt32.CryptMsgControl(message, 0, 1, info) or error()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        pkcs7,
        pkcs12,
    )

    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "signer.test")])
    now = datetime.datetime(2020, 1, 1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 0x1234, now, now.replace(year=2120))
    certificate = builder.sign(key, hashes.SHA256())
    folder = tmp_path_factory.mktemp("messages")
    message = pkcs7.PKCS7SignatureBuilder().set_data(b"hello").add_signer(certificate, key, hashes.SHA256())
    binary, apart = pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.DetachedSignature
    (folder / "signed.p7").write_bytes(message.sign(Encoding.DER, [binary]))
    (folder / "apart.p7").write_bytes(message.sign(Encoding.DER, [binary, apart]))
    packet = pkcs12.serialize_key_and_certificates(
        b"x", key, certificate, None, BestAvailableEncryption(b"x")
    )
    (folder / "pair.pfx").write_bytes(packet)
    return folder


@pytest.fixture
def run(fresh_python, folder):
    return lambda code: fresh_python(PRELUDE + code, folder).splitlines()


def test_a_message_is_taken_apart(run):
    lines = run("""
message = decode(file("signed.p7"))
number = lambda kind: int.from_bytes(parameter(message, kind).raw, "little")
print(number(TYPE), number(SIGNERS), number(CERTS), parameter(message, CONTENT).raw)
memory = parameter(message, SIGNER_INFO)
signer = SignerInfo.from_buffer(memory)
print(signer.serial.bytes().hex(), signer.hash.oid, signer.encryption.oid, signer.signature.size)
print(sorted(signer.signed.first[i].oid for i in range(signer.signed.count)), signer.others.count)
print(parameter(message, SIGNER_INFO, 1), parameter(message, 10), crypt32.CryptMsgClose(message))
print(decode(b"nonsense"), crypt32.CryptGetMessageSignerCount(1, file("signed.p7"), len(file("signed.p7"))))
""")
    assert lines[0] == "2 1 1 b'hello'"
    assert lines[1] == "3412 b'2.16.840.1.101.3.4.2.1' b'1.2.840.113549.1.1.1' 256"
    assert "b'1.2.840.113549.1.9.4'" in lines[2] and lines[2].endswith(" 0")
    assert lines[3:] == ["0x80091008 0x8009100f 1", "0x80091004 1"]


def test_signatures_are_verified(run):
    lines = run("""
context = own()
print(verify(decode(file("signed.p7")), context))
print(verify(decode(file("signed.p7").replace(b"hello", b"hallo")), context))
print(verify(decode(file("apart.p7"), b"hello", flags=4), context))
print(verify(decode(file("apart.p7"), b"other", flags=4), context))
spoilt = bytearray(file("signed.p7"))
spoilt[-1] ^= 1
print(verify(decode(bytes(spoilt)), context))
""")
    assert lines == ["1", "0x80091007", "1", "0x80091007", "0x80090006"]


def test_in_one_call_signed_and_verified(run):
    lines = run("""
class SignPara(Structure):
    _fields_ = [("size", c_uint32), ("encoding", c_uint32), ("context", c_void_p), ("hash", Algorithm),
                ("aux", c_void_p), ("count", c_uint32), ("certificates", POINTER(c_void_p)),
                ("rest", c_byte * 64)]

class VerifyPara(Structure):
    _fields_ = [("size", c_uint32), ("encoding", c_uint32), ("provider", c_void_p), ("callback", c_void_p),
                ("argument", c_void_p)]

context = own()
para = SignPara(sizeof(SignPara), 0x10001, context.value, Algorithm(b"2.16.840.1.101.3.4.2.1"), None, 1,
                (c_void_p * 1)(context.value))
data = create_string_buffer(b"words", 5)
place, length = (c_void_p * 1)(addressof(data)), (c_uint32 * 1)(5)
size = c_uint32()
print(crypt32.CryptSignMessage(byref(para), 0, 1, place, length, None, byref(size)))
out = create_string_buffer(size.value)
print(crypt32.CryptSignMessage(byref(para), 0, 1, place, length, out, byref(size)))
signed = out.raw[:size.value]
check, back, size, signer = VerifyPara(32, 0x10001), create_string_buffer(20), c_uint32(20), c_void_p()
call = crypt32.CryptVerifyMessageSignature
print(call(byref(check), 0, signed, len(signed), back, byref(size), byref(signer)), back.raw[:size.value])
print(call(byref(check), 1, signed, len(signed), back, byref(size), None), error())
name = create_unicode_buffer(50)
crypt32.CertGetNameStringW(signer, 3, 0, b"2.5.4.3", name, 50)
print(name.value)
""")
    assert lines == ["1", "1", "1 b'words'", "0 0x8009200e", "signer.test"]


def test_padding_behind_a_message(run):
    assert run("""
print(verify(decode(file("signed.p7") + bytes(5)), own()))
""") == ["1"]


def test_a_message_is_recognised(run):
    lines = run("""
data = file("signed.p7")
memory = create_string_buffer(data, len(data))
content, store, message = c_uint32(), c_void_p(), c_void_p()
blob = Blob(len(data), addressof(memory))
print(crypt32.CryptQueryObject(2, byref(blob), 0x3FFE, 0xE, 0, None, byref(content), None, byref(store),
                               byref(message), None), content.value)
print(parameter(message, CONTENT).raw)
blob = Blob(3, addressof(memory))
print(crypt32.CryptQueryObject(2, byref(blob), 0x3FFE, 0xE, 0, None, None, None, None, None, None), error())
""")
    assert lines == ["1 8", "b'hello'", "0 0x80092009"]
