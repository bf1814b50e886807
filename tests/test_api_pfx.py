"""Certificates with private keys: PFX packets in and out, and the keys as handles."""

from __future__ import annotations

import datetime

import pytest

pytest.importorskip("cryptography", reason="the extra `crypto` is not installed")

PRELUDE = r"""
import os, sys
from windlass.ctypes import *
crypt32 = windll.crypt32
crypt32.PFXImportCertStore.restype = crypt32.CertFindCertificateInStore.restype = c_void_p

class Blob(Structure):
    _fields_ = [("size", c_uint32), ("data", c_void_p)]

def blob(data):
    memory = create_string_buffer(data, len(data))
    found = Blob(len(data), addressof(memory))
    found.memory = memory
    return found

packet = open(sys.argv[1], "rb").read()

def store(password="secret", data=packet):
    return crypt32.PFXImportCertStore(byref(blob(data)), password, 0)

def with_key(found):
    return crypt32.CertFindCertificateInStore(c_void_p(found), 1, 0, 21 << 16, None, None)

def encoded_of(context):
    return string_at(c_void_p.from_address(context + 8).value, c_uint32.from_address(context + 16).value)

def name(context):
    text = create_unicode_buffer(50)
    crypt32.CertGetNameStringW(c_void_p(context), 5, 0, None, text, 50)
    return text.value
"""


@pytest.fixture(scope="module")
def packet(tmp_path_factory):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    key = rsa.generate_private_key(65537, 2048)
    now = datetime.datetime(2020, 1, 1)

    def certificate(subject):
        names = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)])
        builder = x509.CertificateBuilder(names, names, key.public_key(), 7, now, now.replace(year=2120))
        return builder.sign(key, hashes.SHA256())

    path = tmp_path_factory.mktemp("pfx") / "packet.pfx"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"friend",
            key,
            certificate("mine"),
            [certificate("other")],
            BestAvailableEncryption(b"secret"),
        )
    )
    return path


@pytest.fixture
def run(fresh_python, packet):
    return lambda code: fresh_python(PRELUDE + code, packet).splitlines()


def test_a_packet_is_a_store_of_its_certificates(run):
    lines = run("""
found = store()
print(name(with_key(found)))
crypt32.CertEnumCertificatesInStore.restype = c_void_p
context, names = None, []
while context := crypt32.CertEnumCertificatesInStore(c_void_p(found), c_void_p(context)):
    names.append(name(context))
print(sorted(names))
""")
    assert lines == ["friend", "['friend', 'other']"]


def test_wrong_passwords_and_what_is_no_packet(run):
    lines = run("""
print(store("wrong"), GetLastError(), store(data=b"nonsense"), hex(GetLastError() & 0xFFFFFFFF))
print(crypt32.PFXIsPFXBlob(byref(blob(packet))), crypt32.PFXIsPFXBlob(byref(blob(b"nonsense"))))
verify = crypt32.PFXVerifyPassword
print(verify(byref(blob(packet)), "secret", 0), verify(byref(blob(packet)), "wrong", 0))
""")
    assert lines == ["None 86 None 0x80092002", "1 0", "1 0"]


def test_what_is_exported_is_read_by_others(run):
    lines = run("""
from cryptography.hazmat.primitives.serialization import pkcs12
size = Blob(0, None)
print(crypt32.PFXExportCertStoreEx(c_void_p(store()), byref(size), "new", None, 4))
data = create_string_buffer(size.size + 200)
out = Blob(len(data), addressof(data))
print(crypt32.PFXExportCertStoreEx(c_void_p(store()), byref(out), "new", None, 4))
read = pkcs12.load_pkcs12(data.raw[:out.size], b"new")
print(read.key.key_size, read.cert.friendly_name, len(read.additional_certs))
""")
    assert lines == ["1", "1", "2048 b'friend' 1"]


def test_the_private_key_signs_by_either_interface(run):
    lines = run("""
advapi32, ncrypt = windll.advapi32, windll.ncrypt
context = c_void_p(with_key(store()))
handle, spec, frees = c_void_p(), c_uint32(), c_int()
def acquire(flags):
    arguments = context, flags, None, byref(handle), byref(spec), byref(frees)
    return crypt32.CryptAcquireCertificatePrivateKey(*arguments), spec.value, frees.value
print(acquire(0))
hash, size, signature = c_void_p(), c_uint32(256), create_string_buffer(256)
print(advapi32.CryptCreateHash(handle, 0x800C, None, 0, byref(hash)))
print(advapi32.CryptHashData(hash, b"data", 4, 0))
print(advapi32.CryptSignHashW(hash, 1, None, 0, signature, byref(size)))

from hashlib import sha256
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
key = x509.load_der_x509_certificate(encoded_of(context.value)).public_key()
key.verify(signature.raw[::-1], b"data", padding.PKCS1v15(), hashes.SHA256())

print(acquire(0x40000))
class Padding(Structure):
    _fields_ = [("algorithm", c_wchar_p)]
value = sha256(b"more").digest()
print(ncrypt.NCryptSignHash(handle, byref(Padding("SHA256")), value, 32, signature, 256, byref(size), 2))
key.verify(signature.raw, b"more", padding.PKCS1v15(), hashes.SHA256())
""")
    assert lines == ["(1, 1, 1)", "1", "1", "1", "(1, 4294967295, 1)", "0"]


def test_a_certificate_without_a_key_has_none(run):
    lines = run("""
crypt32.CertCreateCertificateContext.restype = c_void_p
encoded = encoded_of(with_key(store()))
plain = c_void_p(crypt32.CertCreateCertificateContext(1, encoded, len(encoded)))
handle = c_void_p()
print(crypt32.CryptAcquireCertificatePrivateKey(plain, 0, None, byref(handle), None, None))
print(hex(GetLastError() & 0xFFFFFFFF))
""")
    assert lines == ["0", "0x8009200b"]


def test_issuers_and_signatures(run):
    lines = run("""
crypt32.CertGetIssuerCertificateFromStore.restype = crypt32.CertCreateCertificateContext.restype = c_void_p
found = c_void_p(store())
own = c_void_p(with_key(found.value))
flags = c_uint32(5)
print(crypt32.CertGetIssuerCertificateFromStore(found, own, None, byref(flags)))
print(hex(GetLastError() & 0xFFFFFFFF), flags.value)
print(crypt32.CryptVerifyCertificateSignatureEx(None, 1, 2, own, 2, own, 0, None))
spoilt = bytearray(encoded_of(own.value))
spoilt[-1] ^= 1
spoilt = c_void_p(crypt32.CertCreateCertificateContext(1, bytes(spoilt), len(spoilt)))
print(crypt32.CryptVerifyCertificateSignatureEx(None, 1, 2, spoilt, 2, own, 0, None))
print(hex(GetLastError() & 0xFFFFFFFF))
info = c_void_p.from_address(own.value + 24).value
print(crypt32.CertGetPublicKeyLength(1, c_void_p(info + 96)))
""")
    assert lines == ["None", "0x80092007 0", "1", "0", "0x80090006", "2048"]


def test_names_with_quotes_several_values_and_numbers(run):
    """As "CertStrToNameW function" has it; Wine knows none of these."""
    lines = run("""
def name(text, flags=3):
    data, size, back = create_string_buffer(200), c_uint32(200), create_unicode_buffer(100)
    if not crypt32.CertStrToNameW(1, text, flags, None, data, byref(size), None):
        return hex(GetLastError() & 0xFFFFFFFF)
    crypt32.CertNameToStrW(1, byref(Blob(size.value, addressof(data))), 3, back, 100)
    return back.value
print(name('C=DE, O="Windlass, Ltd", CN=a'))
print(name("CN=a+OU=b"), "/", name("CN=a, OU=b", 3 | 0x2000000), "/", name("2.5.4.3=dotted"))
""")
    assert lines == ['C=DE, O="Windlass, Ltd", CN=a', "CN=a + OU=b / OU=b, CN=a / CN=dotted"]
