"""Certificates that programs take apart, put together and sign. The package cryptography makes and reads them
on the other side; Wine's encoders fail on most of these structures.
"""

from __future__ import annotations

import datetime
import ipaddress

import pytest

import windlass.ctypes as c
from windlass.ctypes import Structure

x509 = pytest.importorskip("cryptography.x509", reason="the extra `crypto` is not installed")

from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import ec, rsa  # noqa: E402
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID  # noqa: E402

crypt32, advapi32, kernel32 = c.windll.crypt32, c.windll.advapi32, c.windll.kernel32
crypt32.CertCreateSelfSignCertificate.restype = c.c_void_p
DER = serialization.Encoding.DER
ALLOCATE = 0x8000
CERT, TO_BE_SIGNED, REQUEST, EXTENSIONS, NAME, UNICODE_NAME = 1, 2, 4, 5, 7, 20
ALTERNATE_NAME, POLICIES, AUTHORITY_KEY_ID2, ACCESS, DIST_POINTS = 12, 16, 31, 32, 35
SHA256_RSA, RSA = b"1.2.840.113549.1.1.11", b"1.2.840.113549.1.1.1"


class Blob(Structure):
    _fields_ = [("size", c.c_uint), ("data", c.c_void_p)]  # noqa: RUF012


class Algorithm(Structure):
    _fields_ = [("oid", c.c_char_p), ("parameters", Blob)]  # noqa: RUF012


def blob(data: bytes) -> Blob:
    return Blob(len(data), c.cast(c.create_string_buffer(data, len(data)), c.c_void_p))


def decoded(kind, data: bytes, flags: int = 0):
    result, size = c.c_void_p(), c.c_uint()
    good = crypt32.CryptDecodeObjectEx(
        1, c.c_char_p(kind) if isinstance(kind, bytes) else c.c_void_p(kind), data, len(data),
        ALLOCATE | flags, None, c.byref(result), c.byref(size),
    )  # fmt: skip
    assert good, hex(c.GetLastError() & 0xFFFFFFFF)
    return result


def encoded(kind, structure, flags: int = 0) -> bytes:
    result, size = c.c_void_p(), c.c_uint()
    good = crypt32.CryptEncodeObjectEx(
        1, c.c_char_p(kind) if isinstance(kind, bytes) else c.c_void_p(kind), structure,
        ALLOCATE | flags, None, c.byref(result), c.byref(size),
    )  # fmt: skip
    assert good, hex(c.GetLastError() & 0xFFFFFFFF)
    data = c.string_at(result.value, size.value)
    kernel32.LocalFree(result)
    return data


def same_again(kind, data: bytes, flags: int = 0) -> bool:
    structure = decoded(kind, data, flags)
    again = encoded(kind, structure, flags)
    kernel32.LocalFree(structure)
    return again == data


def name(text: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ÄÖ and €"),
            x509.NameAttribute(NameOID.COMMON_NAME, text),
        ]
    )


@pytest.fixture(scope="module")
def certificate() -> x509.Certificate:
    key = rsa.generate_private_key(65537, 1024)
    url = x509.UniformResourceIdentifier("http://example.test/x")
    names = [
        x509.DNSName("example.test"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.RFC822Name("a@example.test"),
        x509.DirectoryName(name("inner")),
        x509.RegisteredID(x509.ObjectIdentifier("1.2.3.4")),
        x509.OtherName(x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), b"\x0c\x01u"),
        url,
    ]
    extensions = [
        (x509.SubjectAlternativeName(names), False),
        (x509.BasicConstraints(True, 3), True),
        (x509.KeyUsage(True, False, False, False, False, True, False, False, False), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), False),
        (x509.SubjectKeyIdentifier(b"identifier"), False),
        (x509.AuthorityKeyIdentifier(b"identifier", [x509.DirectoryName(name("issuer"))], 5), False),
        (x509.CRLDistributionPoints([x509.DistributionPoint([url], None, None, [url])]), False),
        (
            x509.CertificatePolicies(
                [x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), ["http://cps"])]
            ),
            False,
        ),
        (
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(AuthorityInformationAccessOID.OCSP, url),
                    x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, url),
                ]
            ),
            False,
        ),
    ]
    builder = (
        x509.CertificateBuilder()
        .subject_name(name("subject"))
        .issuer_name(name("issuer"))
        .public_key(key.public_key())
        .serial_number(0x80123456789)
        .not_valid_before(datetime.datetime(2001, 2, 3, 4, 5, 6))
        .not_valid_after(datetime.datetime(2061, 2, 3, 4, 5, 6))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(key, hashes.SHA256())


def test_a_certificate_is_the_same_again(certificate):
    assert same_again(TO_BE_SIGNED, certificate.tbs_certificate_bytes)
    assert same_again(CERT, certificate.public_bytes(DER))
    assert same_again(CERT, certificate.public_bytes(DER), flags=8)


def test_a_signature_comes_from_its_lowest_byte_on(certificate):
    class Signed(Structure):
        _fields_ = [("content", Blob), ("algorithm", Algorithm), ("signature", Blob), ("unused", c.c_uint)]  # noqa: RUF012

    structure = decoded(CERT, certificate.public_bytes(DER))
    found = Signed.from_address(structure.value)
    assert found.algorithm.oid == SHA256_RSA
    assert c.string_at(found.signature.data, found.signature.size)[::-1] == certificate.signature
    kernel32.LocalFree(structure)


def test_extensions_are_the_same_again(certificate):
    for extension in certificate.extensions:
        assert same_again(extension.oid.dotted_string.encode(), extension.value.public_bytes()), extension.oid


def test_names_are_the_same_again():
    for data in (name("text").public_bytes(), x509.Name([]).public_bytes()):
        assert same_again(NAME, data)
        assert same_again(UNICODE_NAME, data)


def test_a_wide_name_ends_with_a_zero_that_is_not_counted():
    class Attribute(Structure):
        _fields_ = [("oid", c.c_char_p), ("kind", c.c_uint), ("value", Blob)]  # noqa: RUF012

    class Counted(Structure):
        _fields_ = [("count", c.c_uint), ("items", c.c_void_p)]  # noqa: RUF012

    structure = decoded(UNICODE_NAME, name("text").public_bytes())
    info = Counted.from_address(structure.value)
    second = Counted.from_address(info.items + c.sizeof(Counted))
    attribute = Attribute.from_address(second.items)
    assert (info.count, second.count, attribute.oid, attribute.kind) == (3, 1, b"2.5.4.10", 13)
    assert c.wstring_at(attribute.value.data) == "ÄÖ and €"
    assert attribute.value.size == 16
    kernel32.LocalFree(structure)


def test_a_request_is_the_same_again():
    key = ec.generate_private_key(ec.SECP256R1())
    builder = x509.CertificateSigningRequestBuilder().subject_name(name("request"))
    builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
    made = builder.add_attribute(x509.ObjectIdentifier("1.2.840.113549.1.9.7"), b"secret").sign(
        key, hashes.SHA256()
    )
    assert same_again(CERT, made.public_bytes(DER))
    structure = decoded(REQUEST, made.tbs_certrequest_bytes)
    again = encoded(REQUEST, structure)
    assert again == made.tbs_certrequest_bytes
    kernel32.LocalFree(structure)


def test_what_is_no_structure_is_refused():
    size = c.c_uint()
    assert not crypt32.CryptDecodeObject(1, c.c_void_p(NAME), b"\1\2\3", 3, 0, None, c.byref(size))
    assert c.GetLastError() & 0xFFFFFFFF == 0x8009310B
    assert not crypt32.CryptDecodeObject(1, c.c_void_p(999), b"\1\2\3", 3, 0, None, c.byref(size))
    assert c.GetLastError() == 2


# ---- signing ----


@pytest.fixture()
def provider():
    handle, key = c.c_void_p(), c.c_void_p()
    assert advapi32.CryptAcquireContextW(c.byref(handle), None, None, 24, 0xF0000000)
    assert advapi32.CryptGenKey(handle, 2, 1, c.byref(key))
    yield handle
    advapi32.CryptDestroyKey(key)
    advapi32.CryptReleaseContext(handle, 0)


def encoded_of(context: int) -> x509.Certificate:
    place, size = c.c_void_p.from_address(context + 8).value, c.c_uint.from_address(context + 16).value
    return x509.load_der_x509_certificate(c.string_at(place, size))


def test_a_certificate_of_ones_own_is_good(provider):
    subject = blob(name("own").public_bytes())
    algorithm = Algorithm(SHA256_RSA)
    context = crypt32.CertCreateSelfSignCertificate(
        provider, c.byref(subject), 0, None, c.byref(algorithm), None, None, None
    )
    found = encoded_of(context)
    found.verify_directly_issued_by(found)
    assert found.subject == name("own")
    assert found.signature_hash_algorithm.name == "sha256"
    assert found.not_valid_after_utc - found.not_valid_before_utc == datetime.timedelta(days=365)
    own, frees, spec = c.c_void_p(), c.c_int(), c.c_uint()
    assert crypt32.CryptAcquireCertificatePrivateKey(
        c.c_void_p(context), 0, None, c.byref(own), c.byref(spec), c.byref(frees)
    )
    crypt32.CertFreeCertificateContext(c.c_void_p(context))


def test_a_key_is_made_where_none_is_named():
    subject = blob(name("new").public_bytes())
    context = crypt32.CertCreateSelfSignCertificate(None, c.byref(subject), 0, None, None, None, None, None)
    assert encoded_of(context).signature_hash_algorithm.name == "sha1"
    place = (2, c.c_void_p(context), 2, c.c_void_p(context))
    assert crypt32.CryptVerifyCertificateSignatureEx(None, 1, *place, 0, None)
    crypt32.CertFreeCertificateContext(c.c_void_p(context))


def test_a_certificate_is_signed_for_somebody_else(provider, certificate):
    content = certificate.tbs_certificate_bytes
    info = decoded(TO_BE_SIGNED, content)
    algorithm = Algorithm(SHA256_RSA)
    size = c.c_uint()
    arguments = (provider, 2, 1, c.c_void_p(TO_BE_SIGNED), info, c.byref(algorithm), None)
    assert crypt32.CryptSignAndEncodeCertificate(*arguments, None, c.byref(size))
    out = c.create_string_buffer(size.value)
    assert crypt32.CryptSignAndEncodeCertificate(*arguments, out, c.byref(size))
    made = x509.load_der_x509_certificate(out.raw[: size.value])
    assert made.tbs_certificate_bytes == content

    key_info, size = c.create_string_buffer(1000), c.c_uint(1000)
    assert crypt32.CryptExportPublicKeyInfo(provider, 2, 1, key_info, c.byref(size))
    assert crypt32.CryptVerifyCertificateSignature(None, 1, out, len(made.public_bytes(DER)), key_info)
    signature, size = c.create_string_buffer(300), c.c_uint(300)
    assert crypt32.CryptSignCertificate(
        provider, 2, 1, content, len(content), c.byref(algorithm), None, signature, c.byref(size)
    )
    assert signature.raw[: size.value][::-1] == made.signature
    kernel32.LocalFree(info)


def test_hashes_of_what_is_encoded(certificate):
    data = certificate.public_bytes(DER)
    out, size = c.create_string_buffer(64), c.c_uint(64)
    assert crypt32.CryptHashCertificate2("SHA256", 0, None, data, len(data), out, c.byref(size))
    assert out.raw[: size.value] == certificate.fingerprint(hashes.SHA256())
    assert not crypt32.CryptHashCertificate2("none", 0, None, data, len(data), out, c.byref(size))
    size.value = 64
    assert crypt32.CryptHashToBeSigned(None, 1, data, len(data), out, c.byref(size))
    digest = hashes.Hash(hashes.SHA256())
    digest.update(certificate.tbs_certificate_bytes)
    assert out.raw[: size.value] == digest.finalize()


# ---- stores, and what is known of identifiers ----


@pytest.fixture()
def store(certificate):
    crypt32.CertOpenStore.restype = c.c_void_p
    handle = c.c_void_p(crypt32.CertOpenStore(c.c_void_p(2), 0, None, 0, None))
    data, context = certificate.public_bytes(DER), c.c_void_p()
    assert crypt32.CertAddEncodedCertificateToStore(handle, 1, data, len(data), 4, c.byref(context))
    friendly = blob("friend\0".encode("utf-16-le"))
    assert crypt32.CertSetCertificateContextProperty(context, 11, 0, c.byref(friendly))
    crypt32.CertFreeCertificateContext(context)
    yield handle
    crypt32.CertCloseStore(handle, 0)


def in_store(handle) -> list[tuple[bytes, str]]:
    crypt32.CertEnumCertificatesInStore.restype = c.c_void_p
    found, place = [], None
    while place := crypt32.CertEnumCertificatesInStore(handle, c.c_void_p(place)):
        text = c.create_unicode_buffer(50)
        crypt32.CertGetNameStringW(c.c_void_p(place), 5, 0, None, text, 50)
        found.append((encoded_of(place).public_bytes(DER), text.value))
    return found


@pytest.mark.parametrize(("form", "provider", "name"), [(1, 6, "friend"), (2, 5, "subject")])
def test_a_store_is_written_and_read(store, certificate, tmp_path, form, provider, name):
    saved = Blob()
    assert crypt32.CertSaveStore(store, 1, form, 2, c.byref(saved), 0)
    memory = c.create_string_buffer(saved.size)
    saved.data = c.addressof(memory)
    assert crypt32.CertSaveStore(store, 1, form, 2, c.byref(saved), 0)
    again = c.c_void_p(crypt32.CertOpenStore(c.c_void_p(provider), 0x10001, None, 0, c.byref(saved)))
    assert in_store(again) == [(certificate.public_bytes(DER), name)]
    crypt32.CertCloseStore(again, 0)
    path = str(tmp_path / "store")
    assert crypt32.CertSaveStore(store, 1, form, 4, c.c_wchar_p(path), 0)
    again = c.c_void_p(crypt32.CertOpenStore(c.c_void_p(8), 0x10001, None, 0, c.c_wchar_p(path)))
    assert in_store(again) == [(certificate.public_bytes(DER), name)]
    crypt32.CertCloseStore(again, 0)


def test_an_element_is_written_and_read(store, certificate):
    place = c.c_void_p(crypt32.CertEnumCertificatesInStore(store, None))
    size = c.c_uint()
    assert crypt32.CertSerializeCertificateStoreElement(place, 0, None, c.byref(size))
    data = c.create_string_buffer(size.value)
    assert crypt32.CertSerializeCertificateStoreElement(place, 0, data, c.byref(size))
    crypt32.CertFreeCertificateContext(place)
    other = c.c_void_p(crypt32.CertOpenStore(c.c_void_p(2), 0, None, 0, None))
    kind = c.c_uint()
    arguments = (other, data, size, 4, 0)
    assert not crypt32.CertAddSerializedElementToStore(*arguments, 4, c.byref(kind), None)
    assert crypt32.CertAddSerializedElementToStore(*arguments, 2, c.byref(kind), None)
    assert kind.value == 1
    assert in_store(other) == [(certificate.public_bytes(DER), "friend")]
    assert not crypt32.CertAddSerializedElementToStore(other, b"abc", 3, 4, 0, 2, c.byref(kind), None)
    crypt32.CertCloseStore(other, 0)


def test_identifiers_are_known():
    class Info(Structure):
        _fields_ = [  # noqa: RUF012
            ("size", c.c_uint), ("oid", c.c_char_p), ("name", c.c_wchar_p), ("group", c.c_uint),
            ("number", c.c_uint), ("extra", Blob), ("cng", c.c_wchar_p), ("cng_key", c.c_wchar_p),
        ]  # fmt: skip

    crypt32.CryptFindOIDInfo.restype = c.POINTER(Info)
    info = crypt32.CryptFindOIDInfo(1, SHA256_RSA, 4).contents
    assert (info.size, info.name, info.number, info.cng, info.cng_key) == (
        64,
        "sha256RSA",
        0x800C,
        "SHA256",
        "RSA",
    )
    assert crypt32.CryptFindOIDInfo(2, c.c_wchar_p("cn"), 0).contents.oid == b"2.5.4.3"
    assert crypt32.CryptFindOIDInfo(3, c.byref(c.c_uint(0x8004)), 0).contents.oid == b"1.3.14.3.2.26"
    pair = (c.c_uint * 2)(0x800D, 0x2400)
    assert crypt32.CryptFindOIDInfo(4, pair, 4).contents.name == "sha384RSA"
    assert not crypt32.CryptFindOIDInfo(1, SHA256_RSA, 1)
    assert not crypt32.CryptFindOIDInfo(1, b"1.2.3.4.5", 0)


def test_system_stores_are_listed():
    names = []
    callback = c.WINFUNCTYPE(c.c_int, c.c_wchar_p, c.c_uint, c.c_void_p, c.c_void_p, c.c_void_p)

    @callback
    def each(name, flags, info, reserved, argument):
        names.append((name, flags))
        return name != "Root"

    assert not crypt32.CertEnumSystemStore(0x10000, None, None, each)
    assert ("My", 0x10000) in names
    assert names[-1] == ("Root", 0x10000)
