"""Revocation of certificates: lists and answers of an authority that this test is itself, on loopback."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

x509 = pytest.importorskip("cryptography.x509", reason="the extra `crypto` is not installed")

from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from cryptography.x509 import ocsp  # noqa: E402
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID  # noqa: E402

DER = serialization.Encoding.DER
NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)

PRELUDE = r"""
import sys
from pathlib import Path
from windlass.ctypes import *
crypt32, error = windll.crypt32, windll.kernel32.GetLastError
error.restype = c_uint32
for name in ("CertOpenStore", "CertCreateCertificateContext", "CertCreateCRLContext", "CertEnumCRLsInStore",
             "CertFindCRLInStore"):
    getattr(crypt32, name).restype = c_void_p
folder = Path(sys.argv[1])

def context(name):
    data = (folder / f"{name}.der").read_bytes()
    return c_void_p(crypt32.CertCreateCertificateContext(1, data, len(data)))

class Revocation(Structure):
    _fields_ = [("cbSize", c_uint32), ("result", c_uint32), ("oid", c_void_p), ("info", c_void_p),
                ("has_age", c_int32), ("age", c_uint32), ("crl", c_void_p)]
class Element(Structure):
    _fields_ = [("cbSize", c_uint32), ("context", c_void_p), ("errors", c_uint32), ("info", c_uint32),
                ("revocation", POINTER(Revocation)), ("issuance", c_void_p), ("application", c_void_p),
                ("text", c_void_p)]
class Simple(Structure):
    _fields_ = [("cbSize", c_uint32), ("errors", c_uint32), ("info", c_uint32), ("count", c_uint32),
                ("elements", POINTER(POINTER(Element)))]
class Context(Structure):
    _fields_ = [("cbSize", c_uint32), ("errors", c_uint32), ("info", c_uint32), ("count", c_uint32),
                ("chains", POINTER(POINTER(Simple)))]
class Para(Structure):
    _fields_ = [("cbSize", c_uint32), ("kind", c_uint32), ("count", c_uint32), ("usages", c_void_p)]
class Policy(Structure):
    _fields_ = [("cbSize", c_uint32), ("flags", c_uint32), ("extra", c_void_p)]
class Status(Structure):
    _fields_ = [("cbSize", c_uint32), ("error", c_uint32), ("chain", c_int32), ("element", c_int32),
                ("extra", c_void_p)]

def store_of(*names):
    store = c_void_p(crypt32.CertOpenStore(c_void_p(2), 0, None, 0, None))
    for name in names:
        assert crypt32.CertAddCertificateContextToStore(store, context(name), 4, None)
    return store

def chain_of(name, flags=0x20000000, store=None):
    result = POINTER(Context)()
    assert crypt32.CertGetCertificateChain(
        None, context(name), None, store or store_of("middle"), byref(Para(sizeof(Para))), flags, None,
        byref(result)), hex(error())
    return result

def policy(chain, flags=0):
    status = Status(sizeof(Status))
    assert crypt32.CertVerifyCertificateChainPolicy(
        c_void_p(1), chain, byref(Policy(sizeof(Policy), flags)), byref(status))
    return hex(status.error), status.element

def show(name, *arguments):
    chain = chain_of(name, *arguments)
    simple = chain.contents.chains[0].contents
    elements = [simple.elements[index].contents for index in range(simple.count)]
    results = [hex(each.revocation.contents.result) if each.revocation else None for each in elements]
    print(name, hex(chain.contents.errors), results, *policy(chain))
"""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(self.server.authority.files.get(self.path))

    def do_POST(self) -> None:
        request = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(self.server.authority.respond(request))

    def _answer(self, body: bytes | None) -> None:
        self.server.authority.requests.append(self.path)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *arguments: object) -> None:
        pass


class Authority:
    """Issues certificates into files, and says on loopback which of them are revoked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: dict[str, bytes] = {}
        self.requests: list[str] = []
        self.keys: dict[str, ec.EllipticCurvePrivateKey] = {}
        self.made: dict[str, x509.Certificate] = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.authority = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def issue(self, name: str, by: str, *extensions: x509.ExtensionType, authority: bool = False) -> None:
        key = self.keys[name] = ec.generate_private_key(ec.SECP256R1())
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(name))
            .issuer_name(_name(by))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - 100 * DAY)
            .not_valid_after(NOW + 100 * DAY)
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        made = self.made[name] = builder.sign(self.keys[by], hashes.SHA256())
        (self.folder / f"{name}.der").write_bytes(made.public_bytes(DER))
        (self.folder / f"{name}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))

    def publish_list(self, path: str, by: str, *revoked: str, last: datetime.timedelta = DAY) -> None:
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(_name(by))
            .last_update(NOW - 2 * DAY)
            .next_update(NOW + last)
        )
        for name in revoked:
            entry = x509.RevokedCertificateBuilder(self.made[name].serial_number, NOW - 2 * DAY)
            reason = x509.CRLReason(x509.ReasonFlags.key_compromise)
            builder = builder.add_revoked_certificate(entry.add_extension(reason, critical=False).build())
        self.files[path] = builder.sign(self.keys[by], hashes.SHA256()).public_bytes(DER)
        (self.folder / f"{path[1:]}.crl").write_bytes(self.files[path])

    def respond(self, request: bytes) -> bytes:
        """Of OCSP: only "asked_bad" is revoked."""
        serial = ocsp.load_der_ocsp_request(request).serial_number
        found = next(each for each in self.made.values() if each.serial_number == serial)
        revoked = found is self.made["asked_bad"]
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=found,
            issuer=self.made["middle"],
            algorithm=hashes.SHA1(),
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
            this_update=NOW - DAY,
            next_update=NOW + DAY,
            revocation_time=NOW - DAY if revoked else None,
            revocation_reason=x509.ReasonFlags.superseded if revoked else None,
        )
        signer = "stranger" if found is self.made["asked_stranger"] else "middle"
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, self.made[signer])
        return builder.sign(self.keys[signer], hashes.SHA256()).public_bytes(DER)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _lists_at(url: str) -> x509.CRLDistributionPoints:
    where = [x509.UniformResourceIdentifier(url)]
    return x509.CRLDistributionPoints([x509.DistributionPoint(where, None, None, None)])


def _access(method: x509.ObjectIdentifier, url: str) -> x509.AuthorityInformationAccess:
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(method, x509.UniformResourceIdentifier(url))]
    )


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    made = Authority(tmp_path_factory.mktemp("authority"))
    responder = _access(AuthorityInformationAccessOID.OCSP, made.url + "/ocsp")
    issuer = _access(AuthorityInformationAccessOID.CA_ISSUERS, made.url + "/middle.cer")
    made.issue("root", "root", authority=True)
    made.issue("stranger", "stranger", authority=True)
    made.issue("middle", "root", _lists_at(made.url + "/root"), authority=True)
    for name in ("good", "bad"):
        made.issue(name, "middle", _lists_at(made.url + "/middle"))
    for name in ("asked_good", "asked_bad", "asked_stranger"):
        made.issue(name, "middle", responder)
    made.issue("silent", "middle")
    made.issue("lost", "middle", _lists_at(made.url + "/nowhere"))
    made.issue("late", "middle", _lists_at(made.url + "/old"))
    made.issue("alone", "middle", issuer, _lists_at(made.url + "/middle"))
    made.publish_list("/root", "root")
    made.publish_list("/middle", "middle", "bad")
    made.publish_list("/old", "middle", last=-DAY)
    made.files["/middle.cer"] = (made.folder / "middle.der").read_bytes()
    yield made
    made.server.shutdown()
    made.server.server_close()


def run(authority: Authority, cache: Path, code: str) -> list[str]:
    """The lines that a program prints to which the authority's root is the host's."""
    environment = {
        **os.environ,
        "SSL_CERT_FILE": str(authority.folder / "root.pem"),
        "XDG_CACHE_HOME": str(cache),
        "no_proxy": "127.0.0.1",
    }
    command = [sys.executable, "-c", PRELUDE + code, str(authority.folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_lists_say_who_is_revoked(authority: Authority, tmp_path: Path) -> None:
    assert run(authority, tmp_path, "show('good'); show('bad'); show('bad', 0x10000000); show('bad', 0)") == [
        "good 0x0 ['0x0', '0x0', None] 0x0 -1",
        "bad 0x4 ['0x80092010', '0x0', None] 0x80092010 0",
        "bad 0x4 ['0x80092010', None, None] 0x80092010 0",
        "bad 0x0 [None, None, None] 0x0 -1",
    ]


def test_responders_say_who_is_revoked(authority: Authority, tmp_path: Path) -> None:
    assert run(authority, tmp_path, "show('asked_good'); show('asked_bad')") == [
        "asked_good 0x0 ['0x0', '0x0', None] 0x0 -1",
        "asked_bad 0x4 ['0x80092010', '0x0', None] 0x80092010 0",
    ]


def test_an_answer_of_a_stranger_is_not_believed(authority: Authority, tmp_path: Path) -> None:
    assert run(authority, tmp_path, "show('asked_stranger')") == [
        "asked_stranger 0x1000040 ['0x80092013', '0x0', None] 0x80092013 0"
    ]


def test_who_names_nobody_to_ask_is_not_offline(authority: Authority, tmp_path: Path) -> None:
    lines = run(authority, tmp_path, "show('silent'); show('lost'); show('late')")
    assert lines == [
        "silent 0x1000040 ['0x80092012', '0x0', None] 0x80092012 0",
        "lost 0x1000040 ['0x80092013', '0x0', None] 0x80092013 0",
        "late 0x1000040 ['0x80092013', '0x0', None] 0x80092013 0",
    ]


def test_unknown_revocation_may_be_ignored_by_place(authority: Authority, tmp_path: Path) -> None:
    code = "chain = chain_of('lost'); print(policy(chain, 0x100), policy(chain, 0x400), policy(chain, 0xF00))"
    assert run(authority, tmp_path, code) == ["('0x0', -1) ('0x80092013', 0) ('0x0', -1)"]


def test_what_was_fetched_is_kept(authority: Authority, tmp_path: Path) -> None:
    authority.requests.clear()
    for _ in range(2):
        run(authority, tmp_path, "show('good'); show('asked_good')")
    assert sorted(authority.requests) == ["/middle", "/ocsp", "/root"]
    offline = run(authority, tmp_path / "other", "show('good', 0xA0000000)")
    assert offline == ["good 0x1000040 ['0x80092013', '0x80092013', None] 0x80092013 0"]
    assert run(authority, tmp_path, "show('bad', 0xA0000000)")[0].startswith("bad 0x4 ")


def test_a_missing_issuer_is_fetched(authority: Authority, tmp_path: Path) -> None:
    code = "show('alone', 0x20000000, store_of()); show('alone', 4, store_of())"
    assert run(authority, tmp_path, code)[0] == "alone 0x0 ['0x0', '0x0', None] 0x0 -1"
    assert run(authority, tmp_path / "other", "show('alone', 4, store_of())")[0].startswith("alone 0x10000 ")


def test_a_programs_own_lists_need_no_network(authority: Authority, tmp_path: Path) -> None:
    authority.requests.clear()
    code = """
store = store_of("middle")
for name in ("middle", "root"):
    data = (folder / f"{name}.crl").read_bytes()
    assert crypt32.CertAddEncodedCRLToStore(store, 1, data, len(data), 4, None)
show("bad", 0x20000000, store)
"""
    assert run(authority, tmp_path, code) == ["bad 0x4 ['0x80092010', '0x0', None] 0x80092010 0"]
    assert not authority.requests


def test_revocation_alone_is_verified(authority: Authority, tmp_path: Path) -> None:
    code = """
def verify(names, flags=1):
    contexts = (c_void_p * len(names))(*(context(name).value for name in names))
    status = (c_uint32 * 6)(24, 9, 9, 9, 9, 9)
    good = crypt32.CertVerifyRevocation(1, 1, len(names), contexts, flags, None, status)
    print(good, hex(error() if not good else 0), status[1], hex(status[2]), status[3], status[4])
verify(["good", "middle"])
verify(["bad", "middle"])
verify(["silent", "middle"])
verify(["middle"])
"""
    assert run(authority, tmp_path, code) == [
        "1 0x0 0 0x0 0 1",
        "0 0x80092010 0 0x80092010 1 1",
        "0 0x80092012 0 0x80092012 0 0",
        "1 0x0 0 0x0 0 1",
    ]


def test_lists_are_contexts(authority: Authority, tmp_path: Path) -> None:
    code = """
class CrlContext(Structure):
    _fields_ = [("encoding", c_uint32), ("encoded", c_void_p), ("size", c_uint32), ("info", c_void_p),
                ("store", c_void_p)]
data = (folder / "middle.crl").read_bytes()
crl = c_void_p(crypt32.CertCreateCRLContext(1, data, len(data)))
found = CrlContext.from_address(crl.value)
print(string_at(found.encoded, found.size) == data, found.store)
def entry(name):
    result = c_void_p(1)
    assert crypt32.CertFindCertificateInCRL(context(name), crl, 0, None, byref(result))
    return bool(result)
print(entry("bad"), entry("good"))
print(crypt32.CertVerifyCRLTimeValidity(None, c_void_p(found.info)))
for name in ("bad", "good"):
    info = c_void_p.from_address(context(name).value + 24)
    print(crypt32.CertVerifyCRLRevocation(1, info, 1, byref(c_void_p(found.info))))
store = store_of()
assert crypt32.CertAddCRLContextToStore(store, crl, 1, None)
print(crypt32.CertAddCRLContextToStore(store, crl, 1, None), hex(error()))
print(crypt32.CertAddCRLContextToStore(store, crl, 3, None))
first = crypt32.CertEnumCRLsInStore(store, None)
print(CrlContext.from_address(first).store == store.value)
print(crypt32.CertEnumCRLsInStore(store, c_void_p(first)))
by = crypt32.CertFindCRLInStore(store, 1, 0, 1, context("middle"), None)
print(bool(by), crypt32.CertFindCRLInStore(store, 1, 0, 1, context("root"), None), hex(error()))
print(crypt32.CertDeleteCRLFromStore(c_void_p(by)), crypt32.CertEnumCRLsInStore(store, None))
print(crypt32.CertCreateCRLContext(1, b"xx", 2), hex(error()))
"""
    assert run(authority, tmp_path, code) == [
        "True None",
        "True False",
        "0",
        "0",
        "1",
        "0 0x80092005",
        "1",
        "True",
        "None",
        "True None 0x80092004",
        "1 None",
        "None 0x8009310b",
    ]
