"""Chains of certificates as programs verify them, the system's store, and text that Wine does not know."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest

x509 = pytest.importorskip("cryptography.x509", reason="the extra `crypto` is not installed")

from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID  # noqa: E402

PRELUDE = r"""
import sys
from pathlib import Path
from windlass.ctypes import *
crypt32, error = windll.crypt32, windll.kernel32.GetLastError
for name in ("CertOpenStore", "CertOpenSystemStoreW", "CertCreateCertificateContext",
             "CertEnumCertificatesInStore", "CertFindCertificateInStore"):
    getattr(crypt32, name).restype = c_void_p
folder = Path(sys.argv[1])

def context(name):
    data = (folder / f"{name}.der").read_bytes()
    return c_void_p(crypt32.CertCreateCertificateContext(1, data, len(data)))

class ChainPara(Structure):
    _fields_ = [("cbSize", c_uint32), ("dwType", c_uint32), ("count", c_uint32), ("usages", c_void_p)]
class Status(Structure):
    _fields_ = [("cbSize", c_uint32), ("dwError", c_uint32), ("chain", c_int32), ("element", c_int32),
                ("extra", c_void_p)]
class Policy(Structure):
    _fields_ = [("cbSize", c_uint32), ("dwFlags", c_uint32), ("extra", c_void_p)]
class Ssl(Structure):
    _fields_ = [("cbSize", c_uint32), ("dwAuthType", c_uint32), ("checks", c_uint32), ("name", c_wchar_p)]
class Context(Structure):
    _fields_ = [("cbSize", c_uint32), ("errors", c_uint32), ("info", c_uint32), ("count", c_uint32),
                ("chains", POINTER(POINTER(c_uint32 * 8)))]

def chain_of(leaf, store=None, time=None, flags=0):
    para, result = ChainPara(sizeof(ChainPara)), POINTER(Context)()
    assert crypt32.CertGetCertificateChain(
        None, leaf, time, store, byref(para), flags, None, byref(result)), hex(error())
    return result

def verify(chain, server=None, flags=0):
    ssl = Ssl(sizeof(Ssl), 2, 0, server)
    policy = Policy(sizeof(Policy), flags, addressof(ssl))
    status = Status(sizeof(Status))
    assert crypt32.CertVerifyCertificateChainPolicy(c_void_p(4), chain, byref(policy), byref(status))
    return hex(status.dwError), status.element

def store_of(*names):
    store = c_void_p(crypt32.CertOpenStore(c_void_p(2), 0, None, 0, None))
    for name in names:
        assert crypt32.CertAddCertificateContextToStore(store, context(name), 4, None)
    return store
"""


def _name(text: str):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """Issues certificates into files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys: dict[str, ec.EllipticCurvePrivateKey] = {}

    def issue(self, name: str, by: str, *, authority: bool = False, days: int = 3650, extensions=()) -> None:
        key = self.keys[name] = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(by))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=3650))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        made = builder.sign(self.keys[by], hashes.SHA256())
        (self.folder / f"{name}.der").write_bytes(made.public_bytes(serialization.Encoding.DER))
        (self.folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    made = Authority(folder)
    host = x509.SubjectAlternativeName([x509.DNSName("*.example.test"), x509.DNSName("example.test")])
    made.issue("root", "root", authority=True)
    made.issue("stranger", "stranger", authority=True)
    made.issue("middle", "root", authority=True)
    made.issue("leaf", "middle", extensions=[host])
    made.issue("expired", "middle", days=-1, extensions=[host])
    client = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    made.issue("client", "middle", extensions=[host, client])
    made.issue("child", "leaf", extensions=[host])
    return folder


@pytest.fixture
def run(fresh_python, certificates: Path, tmp_path: Path):
    def run(code: str) -> list[str]:
        env = {
            **os.environ,
            "SSL_CERT_FILE": str(certificates / "root.pem"),
            "XDG_DATA_HOME": str(tmp_path),
        }
        return fresh_python(PRELUDE + code, certificates, env=env).splitlines()

    return run


def test_a_chain_leads_to_an_authority_that_the_host_trusts(run):
    assert run(
        r"""
chain = chain_of(context("leaf"), store_of("middle"))
print(hex(chain[0].errors), chain[0].count, chain[0].chains[0][0][3])
print(verify(chain, "www.example.test"), verify(chain, "example.test"), verify(chain))
print(verify(chain, "a.b.example.test"), verify(chain, "other.test", flags=0x40))
crypt32.CertFreeCertificateChain(chain)
"""
    ) == [
        "0x0 1 3",
        "('0x0', -1) ('0x0', -1) ('0x0', -1)",
        "('0x800b010f', 0) ('0x0', -1)",
    ]


def test_what_is_wrong_with_a_chain_is_told(run):
    assert run(
        r"""
middle = store_of("middle")
print(verify(chain_of(context("leaf")), "example.test"))
print(verify(chain_of(context("stranger")), None))
print(verify(chain_of(context("stranger")), None, flags=0x10))
print(verify(chain_of(context("expired"), middle), "example.test"))
print(verify(chain_of(context("client"), middle), "example.test"))
print(verify(chain_of(context("child"), store_of("middle", "leaf")), "example.test"))
then = c_uint64(130000000000000000)
print(verify(chain_of(context("leaf"), middle, byref(then)), "example.test"))
print(hex(chain_of(context("leaf"), middle, flags=0x20000000)[0].errors))
"""
    ) == [
        "('0x800b010a', 0)",
        "('0x800b0109', 0)",
        "('0x0', -1)",
        "('0x800b0101', 0)",
        "('0x800b0110', 0)",
        "('0x80096019', 1)",
        "('0x800b0101', 0)",
        "0x1000040",
    ]


def test_the_root_store_holds_the_hosts_authorities(run):
    assert run(
        r"""
store = c_void_p(crypt32.CertOpenSystemStoreW(None, "ROOT"))
found, names = c_void_p(), []
while True:
    found = c_void_p(crypt32.CertEnumCertificatesInStore(store, found))
    if not found.value:
        break
    text = create_unicode_buffer(100)
    crypt32.CertGetNameStringW(found, 4, 0, None, text, 100)
    names.append(text.value)
print(names, hex(error() & 0xFFFFFFFF))
print(crypt32.CertCloseStore(store, 0), crypt32.CertCloseStore(store, 0))
mine = c_void_p(crypt32.CertOpenSystemStoreW(None, "MY"))
print(crypt32.CertEnumCertificatesInStore(mine, None))
"""
    ) == ["['root'] 0x80092004", "1 0", "None"]


def test_text_in_all_formats(run):
    assert run(
        r"""
def text(data, flags):
    size = c_uint32()
    assert crypt32.CryptBinaryToStringW(data, len(data), c_uint32(flags), None, byref(size))
    out = create_unicode_buffer(size.value)
    assert crypt32.CryptBinaryToStringW(data, len(data), c_uint32(flags), out, byref(size))
    return out.value

def binary(text, flags):
    size = c_uint32(200)
    out = create_string_buffer(200)
    return out.raw[:size.value] if crypt32.CryptStringToBinaryW(
        text, 0, flags, out, byref(size), None, None) else error()

data = bytes(range(20))
print([len(line) for line in text(bytes(49), 1).split("\r\n")])
for flags in (4, 5, 10, 11, 12):
    written = text(data, flags)
    print(repr(written), binary(written, flags) == data)
print(binary("zz", 4), binary("00 01", 8))
"""
    ) == [
        "[64, 4, 0]",
        r"'00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f\r\n10 11 12 13\r\n' True",
        r"'00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f   ................\r\n"
        r"10 11 12 13                                        ....\r\n' True",
        r"'0000\t00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f\r\n0010\t10 11 12 13\r\n' True",
        r"'0000\t00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f   ................\r\n"
        r"0010\t10 11 12 13                                        ....\r\n' True",
        r"'000102030405060708090a0b0c0d0e0f10111213\r\n' True",
        r"13 b'\x00\x01'",
    ]


def test_protected_data_are_for_this_user_and_this_entropy(run, tmp_path):
    assert run(
        r"""
class Blob(Structure):
    _fields_ = [("size", c_uint32), ("data", c_void_p)]
def blob(data):
    kept = create_string_buffer(data, len(data))
    result = Blob(len(data), addressof(kept))
    result.kept = kept
    return result
out, back = Blob(), Blob()
print(crypt32.CryptProtectData(byref(blob(b"secret")), None, byref(blob(b"a")), None, None, 0, byref(out)))
print(crypt32.CryptUnprotectData(byref(out), None, byref(blob(b"a")), None, None, 0, byref(back)),
      string_at(back.data, back.size))
print(crypt32.CryptUnprotectData(byref(out), None, byref(blob(b"b")), None, None, 0, byref(back)), error())
print(b"secret" in string_at(out.data, out.size))
memory = create_string_buffer(b"sixteen bytes...", 16)
print(crypt32.CryptProtectMemory(memory, 16, 0), memory.raw == b"sixteen bytes...")
print(crypt32.CryptUnprotectMemory(memory, 16, 0), memory.raw, crypt32.CryptProtectMemory(memory, 15, 0))
"""
    ) == ["1", "1 b'secret'", "0 13", "False", "1 False", "1 b'sixteen bytes...' 0"]
    assert (tmp_path / "windlass" / "protection.key").stat().st_mode & 0o777 == 0o600


def test_keys_are_decoded_and_encoded_as_programs_that_read_pem_want_them(run):
    assert run(
        r"""
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

key = rsa.generate_private_key(65537, 1024)
form = serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL
private = key.private_bytes(*form, serialization.NoEncryption())
public = key.public_key().public_bytes(
    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

def decoded(kind, data):
    size, given = c_uint32(), (1, c_void_p(kind), data, len(data), 0, None)
    assert crypt32.CryptDecodeObjectEx(*given, None, byref(size)), error()
    out = create_string_buffer(size.value)
    assert crypt32.CryptDecodeObjectEx(*given, out, byref(size)), error()
    return out

def encoded(kind, structure):
    made, size = c_void_p(), c_uint32()
    assert crypt32.CryptEncodeObjectEx(1, c_void_p(kind), structure, 0x8000, None, byref(made), byref(size))
    return string_at(made, size.value)

blob = decoded(43, private)
print(blob.raw[:12].hex(), encoded(43, blob) == private)
info = decoded(8, public)
print(string_at(c_void_p.from_buffer(info).value), encoded(8, info) == public)
provider, handle = c_void_p(), c_void_p()
advapi32 = windll.advapi32
assert advapi32.CryptAcquireContextW(byref(provider), None, None, 24, c_uint32(0xF0000000))
assert advapi32.CryptImportKey(provider, blob, len(blob), None, 0, byref(handle))
assert crypt32.CryptImportPublicKeyInfo(provider, 1, info, byref(handle))
hash, signature, size = c_void_p(), create_string_buffer(128), c_uint32(128)
assert advapi32.CryptCreateHash(provider, 0x800C, None, 0, byref(hash))
assert advapi32.CryptHashData(hash, b"abc", 3, 0)
assert advapi32.CryptSignHashW(hash, 1, None, 0, signature, byref(size))
print(advapi32.CryptVerifySignatureW(hash, signature, 128, handle, None, 0))
print(crypt32.CryptDecodeObjectEx(1, c_void_p(43), b"nonsense", 8, 0, None, None, byref(size)),
      hex(error() & 0xFFFFFFFF))
print(crypt32.CryptDecodeObjectEx(1, c_void_p(9999), public, 8, 0, None, None, byref(size)), error())
cng = c_void_p()
print(crypt32.CryptImportPublicKeyInfoEx2(1, info, 0, None, byref(cng)), cng.value is not None)
"""
    ) == [
        "0702000000a4000052534132 True",
        r"b'1.2.840.113549.1.1.1' True",
        "1",
        "0 0x8009310b",
        "0 2",
        "1 True",
    ]


CREDENTIAL = r"""
class Credential(Structure):
    _fields_ = [("flags", c_uint32), ("type", c_uint32), ("target", c_wchar_p), ("comment", c_wchar_p),
                ("written", c_uint64), ("size", c_uint32), ("blob", c_char_p), ("persist", c_uint32),
                ("count", c_uint32), ("attributes", c_void_p), ("alias", c_wchar_p), ("user", c_wchar_p)]
advapi32, found = windll.advapi32, POINTER(Credential)()
"""


def test_credentials_are_kept_for_the_user_but_those_of_the_session(run, tmp_path):
    assert run(
        CREDENTIAL
        + r"""
def write(target, persist, size=6):
    made = Credential(0, 1, target, None, 0, size, b"secret", persist, 0, None, None, "me")
    return advapi32.CredWriteW(byref(made), 0)
print(write("kept", 2), write("passing", 1), write("bad", 7), error())
print(advapi32.CredReadW("KEPT", 1, 0, byref(found)), found[0].user, found[0].blob[:found[0].size])
advapi32.CredFree(found)
print(advapi32.CredReadW("passing", 1, 0, byref(found)), found[0].target, found[0].comment)
"""
    ) == ["1 1 0 87", "1 me b'secret'", "1 passing None"]
    assert b"secret" not in (tmp_path / "windlass" / "credentials").read_bytes()
    assert run(
        CREDENTIAL
        + r"""
print(advapi32.CredReadW("passing", 1, 0, byref(found)), error())
count, list = c_uint32(), POINTER(POINTER(Credential))()
print(advapi32.CredEnumerateW("k*", 0, byref(count), byref(list)), count.value, list[0][0].target)
print(advapi32.CredDeleteW("kept", 1, 0), advapi32.CredDeleteW("kept", 1, 0), error())
print(advapi32.CredEnumerateW(None, 0, byref(count), byref(list)), error())
"""
    ) == ["0 1168", "1 1 kept", "1 0 1168", "0 1168"]
