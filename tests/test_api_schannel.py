"""Schannel against OpenSSL: each side of a TLS connection through SSPI, the other through Python's ssl, with
the bytes carried in memory.
"""

from __future__ import annotations

import datetime

import pytest

pytest.importorskip("cryptography", reason="the extra `crypto` is not installed")

PRELUDE = r"""
import os, ssl, struct
from windlass.ctypes import *
secur32, crypt32 = windll.secur32, windll.crypt32
for name in ("InitializeSecurityContextW", "AcceptSecurityContext", "AcquireCredentialsHandleW"):
    getattr(secur32, name).restype = c_uint32
for name in ("EncryptMessage", "DecryptMessage", "QueryContextAttributesW", "ApplyControlToken"):
    getattr(secur32, name).restype = c_uint32
crypt32.PFXImportCertStore.restype = crypt32.CertFindCertificateInStore.restype = c_void_p

UNISP = "Microsoft Unified Security Protocol Provider"
CONTINUE, INCOMPLETE, EXPIRED, RENEGOTIATE = 0x90312, 0x80090318, 0x90317, 0x90321
EMPTY, DATA, TOKEN, MISSING, EXTRA, TRAILER, HEADER, ALPN = 0, 1, 2, 4, 5, 6, 7, 18
ALLOCATE, STREAM, EXTENDED_ERROR = 0x100, 0x8000, 0x4000

class Handle(Structure):
    _fields_ = [("lower", c_size_t), ("upper", c_size_t)]

class Buffer(Structure):
    _fields_ = [("size", c_uint32), ("type", c_uint32), ("data", c_void_p)]
    def bytes(self):
        return string_at(self.data, self.size) if self.size else b""

class Buffers(Structure):
    _fields_ = [("version", c_uint32), ("count", c_uint32), ("first", POINTER(Buffer))]

def buffers(*pairs):
    array = (Buffer * len(pairs))()
    array.kept = []
    for place, (type, data) in zip(array, pairs):
        if data is not None:
            memory = data if isinstance(data, Array) else create_string_buffer(data, max(len(data), 1))
            array.kept.append(memory)
            place.size, place.data = len(memory) if isinstance(data, Array) else len(data), addressof(memory)
        place.type = type
    found = Buffers(0, len(array), array)
    found.array = array
    return found

class OldCredentials(Structure):
    _fields_ = [("version", c_uint32), ("count", c_uint32), ("certificates", c_void_p), ("roots", c_void_p),
                ("mappers", c_uint32), ("mapper", c_void_p),
                ("algorithms", c_uint32), ("algorithm", c_void_p),
                ("protocols", c_uint32), ("minimum", c_uint32), ("maximum", c_uint32), ("life", c_uint32),
                ("flags", c_uint32), ("format", c_uint32)]

class NewCredentials(Structure):
    _fields_ = [("version", c_uint32), ("format", c_uint32), ("count", c_uint32), ("certificates", c_void_p),
                ("roots", c_void_p), ("mappers", c_uint32), ("mapper", c_void_p), ("life", c_uint32),
                ("flags", c_uint32), ("parameters", c_uint32), ("parameter", c_void_p)]

def acquire(data, use=2):
    handle = Handle()
    status = secur32.AcquireCredentialsHandleW(None, UNISP, use, None, byref(data) if data else None, None,
                                               None, byref(handle), None)
    return handle if status == 0 else hex(status)

def own_certificate():
    data = open(os.environ["PFX"], "rb").read()
    memory = create_string_buffer(data, len(data))
    store = crypt32.PFXImportCertStore(byref(Buffer_blob(len(data), addressof(memory))), "secret", 0)
    return crypt32.CertFindCertificateInStore(c_void_p(store), 1, 0, 21 << 16, None, None)

class Buffer_blob(Structure):
    _fields_ = [("size", c_uint32), ("data", c_void_p)]

class Client:
    flags = ALLOCATE | STREAM | EXTENDED_ERROR
    def __init__(self, credential, target="example.test", protocols=b""):
        self.credential, self.target, self.context = credential, target, None
        self.protocols, self.left = protocols, b""
    def step(self, data=None):
        '''status, token; what is left of the data stays in `left`.'''
        new, attributes = Handle(), c_uint32()
        pairs = [(TOKEN, data), (EMPTY, None)] if data is not None else []
        if self.protocols and self.context is None:
            pairs = [(ALPN, self.protocols)]
        inputs, output = buffers(*pairs) if pairs else None, buffers((TOKEN, None))
        status = self.call(inputs, output, new, attributes)
        if self.context is None and new.lower:
            self.context = new
        token = output.array[0].bytes()
        if inputs and data is not None and inputs.array[1].type == EXTRA:
            self.left = data[len(data) - inputs.array[1].size:]
        else:
            self.left = b""
        self.attributes = attributes.value
        return status, token
    def call(self, inputs, output, new, attributes):
        return secur32.InitializeSecurityContextW(
            byref(self.credential), byref(self.context) if self.context else None, self.target, self.flags,
            0, 0, byref(inputs) if inputs else None, 0, byref(new), byref(output), byref(attributes), None)
    def query(self, attribute, structure):
        status = secur32.QueryContextAttributesW(byref(self.context), attribute, byref(structure))
        return structure if status == 0 else hex(status)
    def sizes(self):
        return self.query(4, (c_uint32 * 5)())
    def encrypt(self, data):
        header, trailer, *_ = self.sizes()
        memory = create_string_buffer(bytes(header) + data + bytes(trailer), header + len(data) + trailer)
        start = addressof(memory)
        array = (Buffer * 4)(Buffer(header, HEADER, start), Buffer(len(data), DATA, start + header),
                             Buffer(trailer, TRAILER, start + header + len(data)), Buffer())
        status = secur32.EncryptMessage(byref(self.context), 0, byref(Buffers(0, 4, array)), 0)
        return memory.raw[:sum(each.size for each in array)] if status == 0 else hex(status)
    def decrypt(self, data):
        '''status, plain, extra'''
        found = buffers((DATA, data), (EMPTY, None), (EMPTY, None), (EMPTY, None))
        status = secur32.DecryptMessage(byref(self.context), byref(found), 0, None)
        by_type = {each.type: each for each in found.array}
        plain = by_type[DATA].bytes() if DATA in by_type else None
        extra = by_type[EXTRA].bytes() if EXTRA in by_type else b""
        self.missing = by_type[MISSING].size if MISSING in by_type else None
        return status, plain, extra

class Server(Client):
    flags = ALLOCATE | 0x10000 | 0x8000
    def call(self, inputs, output, new, attributes):
        return secur32.AcceptSecurityContext(
            byref(self.credential), byref(self.context) if self.context else None, byref(inputs), self.flags,
            0, byref(new), byref(output), byref(attributes), None)

class Peer:
    '''The other side, by ssl.'''
    def __init__(self, server, maximum="TLSv1_2", protocols=()):
        self.settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
        self.settings.maximum_version = ssl.TLSVersion[maximum]
        if protocols:
            self.settings.set_alpn_protocols(protocols)
        if server:
            self.settings.load_cert_chain(os.environ["PEM"])
        else:
            self.settings.load_verify_locations(os.environ["PEM"])
        self.into, self.out, self.tls = ssl.MemoryBIO(), ssl.MemoryBIO(), None
        self.tls = self.settings.wrap_bio(self.into, self.out, server, None if server else "example.test")
        self.done = False
    def step(self, data=b""):
        self.into.write(data)
        try:
            self.tls.do_handshake()
            self.done = True
        except ssl.SSLWantReadError:
            pass
        return self.out.read()
    def send(self, data):
        self.tls.write(data)
        return self.out.read()

def connect(mine, peer):
    status, token = mine.step()
    while status == CONTINUE:
        answer = mine.left + peer.step(token)
        status, token = mine.step(answer)
    peer.last = peer.step(token)
    return status

def connect_server(mine, peer):
    status, token = mine.step(peer.step())
    while status == CONTINUE:
        status, token = mine.step(mine.left + peer.step(token))
    peer.step(token)
    return status
"""


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    """A self-signed certificate for example.test: as PEM with its key, as PFX with a password."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
        pkcs12,
    )

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example.test")])
    now = datetime.datetime(2020, 1, 1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1234567, now, now.replace(year=2120))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("example.test")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("keys")
    pem = certificate.public_bytes(Encoding.PEM)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "pair.pem").write_bytes(pem + private)
    (folder / "root.pem").write_bytes(pem)
    packet = pkcs12.serialize_key_and_certificates(
        b"mine", key, certificate, None, BestAvailableEncryption(b"secret")
    )
    (folder / "pair.pfx").write_bytes(packet)
    return folder


@pytest.fixture
def run(fresh_python, keys, monkeypatch):
    monkeypatch.setenv("PEM", str(keys / "pair.pem"))
    monkeypatch.setenv("PFX", str(keys / "pair.pfx"))
    monkeypatch.setenv("SSL_CERT_FILE", str(keys / "root.pem"))
    return lambda code: fresh_python(PRELUDE + code).splitlines()


def test_a_client_shakes_hands_and_talks(run):
    lines = run("""
client, peer = Client(acquire(OldCredentials(4))), Peer(True)
print(connect(client, peer), peer.done, peer.tls.version())
print(peer.tls.read if False else "sizes", list(client.sizes())[2:4])
peer.into.write(client.encrypt(b"hello"))
print(peer.tls.read())
print(client.decrypt(peer.send(b"first")))
status, plain, extra = client.decrypt(peer.send(b"one") + peer.send(b"two"))
print(status, plain, client.decrypt(extra)[:2])
""")
    assert lines == [
        "0 True TLSv1.2",
        "sizes [16384, 4]",
        "b'hello'",
        "(0, b'first', b'')",
        "0 b'one' (0, b'two')",
    ]


def test_tls13_is_for_those_who_ask_in_the_new_way(run):
    lines = run("""
client, peer = Client(acquire(NewCredentials(5))), Peer(True, "TLSv1_3")
print(connect(client, peer), peer.tls.version())
data = peer.last + peer.send(b"hello")      # behind two session tickets
while True:
    status, plain, data = client.decrypt(data)
    if status != RENEGOTIATE:
        break
    print("renegotiate", client.step(data)[0])
    data = client.left
print(status, plain)
old, peer = Client(acquire(OldCredentials(4))), Peer(True, "TLSv1_3")
connect(old, peer)
print(peer.tls.version())
""")
    assert lines[0] == "0 TLSv1.3"
    assert set(lines[1:-2]) == {"renegotiate 0"}
    assert lines[-2:] == ["0 b'hello'", "TLSv1.2"]


def test_the_first_token_may_go_to_an_empty_buffer(run):
    lines = run("""
new, output = Handle(), buffers((EMPTY, None))
status = secur32.InitializeSecurityContextW(byref(acquire(OldCredentials(4))), None, "x", ALLOCATE, 0, 0,
                                            None, 0, byref(new), byref(output), byref(c_uint32()), None)
print(status == CONTINUE, output.array[0].type, output.array[0].bytes()[:1])
""")
    assert lines == ["True 2 b'\\x16'"]


def test_an_incomplete_message_says_how_much_is_missing(run):
    lines = run("""
client, peer = Client(acquire(OldCredentials(4))), Peer(True)
_, token = client.step()
answer = peer.step(token)
print(hex(client.step(answer[:3])[0]))
print(client.step(answer)[0] == CONTINUE)
client, peer = Client(acquire(OldCredentials(4))), Peer(True)
connect(client, peer)
record = peer.send(b"a message")
print(hex(client.decrypt(record[:7])[0]), client.missing == len(record) - 7)
print(client.decrypt(record)[:2])
""")
    assert lines == ["0x80090318", "True", "0x80090318 True", "(0, b'a message')"]


def test_what_follows_the_handshake_is_left_over(run):
    lines = run("""
client, peer = Client(acquire(OldCredentials(4))), Peer(True)
_, token = client.step()
_, token = client.step(peer.step(token))
status, _ = client.step(peer.step(token) + peer.send(b"early"))
print(status, client.decrypt(client.left)[:2])
""")
    assert lines == ["0 (0, b'early')"]


def test_the_servers_name_and_authority_are_checked(run):
    lines = run("""
def attempt(target, flags=0, **changes):
    os.environ.update(changes)
    client, peer = Client(acquire(OldCredentials(4, flags=flags)), target), Peer(True)
    return hex(connect(client, peer))
print(attempt("other.test"), attempt("other.test", 4), attempt("other.test", 8))
""")
    assert lines == ["0x80090322 0x0 0x0"]


def test_an_unknown_authority_is_refused(run, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    lines = run("""
for flags in (0, 8):
    client, peer = Client(acquire(OldCredentials(4, flags=flags))), Peer(True)
    print(hex(connect(client, peer)))
""")
    assert lines == ["0x80090325", "0x0"]


def test_a_server_with_a_certificate_from_a_pfx(run):
    lines = run("""
certificates = (c_void_p * 1)(own_certificate())
credential = acquire(OldCredentials(4, 1, addressof(certificates)), 1)
server, peer = Server(credential), Peer(False)
print(connect_server(server, peer), peer.done)
peer.into.write(server.encrypt(b"welcome"))
print(peer.tls.read(), server.decrypt(peer.send(b"thanks"))[:2])
print(acquire(OldCredentials(4), 1))
""")
    assert lines == ["0 True", "b'welcome' (0, b'thanks')", "0x8009030e"]


def test_application_protocols(run):
    lines = run("""
names = b"\\x02h2\\x08http/1.1"
offer = struct.pack("<IIH", 6 + len(names), 2, len(names)) + names
client = Client(acquire(OldCredentials(4)), protocols=offer)
print(connect(client, Peer(True, protocols=["http/1.1"])))
found = client.query(35, create_string_buffer(264)).raw
print(struct.unpack_from("<IIB", found), found[9:9 + found[8]])
""")
    assert lines == ["0", "(1, 2, 8) b'http/1.1'"]


def test_attributes_of_a_connection(run):
    lines = run("""
client, peer = Client(acquire(OldCredentials(4))), Peer(True)
peer.settings.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384")
connect(client, peer)
protocol, cipher, bits, hash, _, exchange, _ = client.query(0x5A, (c_uint32 * 7)())
print(hex(protocol), hex(cipher), bits, hex(hash), hex(exchange))
info = client.query(0x64, create_string_buffer(700)).raw
print(struct.unpack_from("<4I", info), info[16:144].decode("utf-16").rstrip("\\0"))
context = client.query(0x53, c_void_p())
name = create_unicode_buffer(50)
crypt32.CertGetNameStringW(context, 4, 0, None, name, 50)
print(name.value, hex(secur32.QueryContextAttributesW(byref(client.context), 99, name)))
""")
    assert lines == [
        "0x800 0x6610 256 0x800d 0xae06",
        "(1, 2048, 49196, 49196) TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "example.test 0x80090302",
    ]


def test_both_sides_say_goodbye(run):
    lines = run("""
client, peer = Client(acquire(OldCredentials(4))), Peer(True)
connect(client, peer)
token = create_string_buffer(struct.pack("<I", 1), 4)
print(secur32.ApplyControlToken(byref(client.context), byref(buffers((TOKEN, token)))))
status, goodbye = client.step()
peer.into.write(goodbye)
print(status, peer.tls.read())
client, peer = Client(acquire(OldCredentials(4))), Peer(True)
connect(client, peer)
try:
    peer.tls.unwrap()
except ssl.SSLWantReadError:
    pass
print(hex(client.decrypt(peer.out.read())[0]))
""")
    assert lines == ["0", "0 b''", "0x90317"]


def test_what_is_no_tls_is_an_invalid_token(run):
    lines = run("""
client = Client(acquire(OldCredentials(4)))
client.step()
print(hex(client.step(b"HTTP/1.1 400 Bad Request")[0]))
print(acquire(OldCredentials(9)))
print(hex(windll.secur32.DeleteSecurityContext(byref(Handle(1, 1))) & 0xFFFFFFFF))
""")
    assert lines == ["0x80090308", "0x8009030d", "0x80090301"]


def test_every_cipher_of_tls12_fits_the_sizes_it_tells(run):
    lines = run("""
for name in ("ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-CHACHA20-POLY1305"):
    client, peer = Client(acquire(OldCredentials(4))), Peer(True)
    peer.settings.set_ciphers(name)
    connect(client, peer)
    for size in (1, 15, 16, 1000, 16384):
        message = client.encrypt(b"x" * size)
        if isinstance(message, str):
            print(name, size, message)
            continue
        peer.into.write(message)
        assert peer.tls.read(20000) == b"x" * size
        assert client.decrypt(peer.send(b"y" * size))[1] == b"y" * size
    print(peer.tls.cipher()[0])
""")
    assert lines == ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-CHACHA20-POLY1305"]


def test_the_table_of_functions(run):
    lines = run("""
secur32.InitSecurityInterfaceW.restype = POINTER(c_void_p)
table = secur32.InitSecurityInterfaceW()
kernel32 = windll.kernel32
kernel32.GetProcAddress.restype = c_void_p
print(table[0], [place for place in range(1, 28) if not table[place]])
address = kernel32.GetProcAddress(c_void_p(windll.sspicli._handle), b"FreeContextBuffer")
print(table[16] == address)
""")
    assert lines == ["1 [5, 23]", "True"]
