"""Messages encrypted, hashed and signed with attributes; the package cryptography reads and writes them."""

from __future__ import annotations

import pytest

import windlass.ctypes as c
from windlass.ctypes import Structure

x509 = pytest.importorskip("cryptography.x509", reason="the extra `crypto` is not installed")

from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: E402
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12  # noqa: E402

crypt32 = c.windll.crypt32
crypt32.PFXImportCertStore.restype = crypt32.CertEnumCertificatesInStore.restype = c.c_void_p
crypt32.CryptGetMessageCertificates.restype = c.c_void_p
AES_256, AES_128, TRIPLE_DES = b"2.16.840.1.101.3.4.1.42", b"2.16.840.1.101.3.4.1.2", b"1.2.840.113549.3.7"
SHA1, SHA256 = b"1.3.14.3.2.26", b"2.16.840.1.101.3.4.2.1"
DER = serialization.Encoding.DER


class Blob(Structure):
    _fields_ = [("size", c.c_uint), ("data", c.c_void_p)]  # noqa: RUF012


class Algorithm(Structure):
    _fields_ = [("oid", c.c_char_p), ("parameters", Blob)]  # noqa: RUF012


class CryptPara(Structure):
    """CRYPT_ENCRYPT_MESSAGE_PARA and CRYPT_HASH_MESSAGE_PARA"""

    _fields_ = [  # noqa: RUF012
        ("size", c.c_uint), ("encoding", c.c_uint), ("provider", c.c_void_p), ("algorithm", Algorithm),
        ("auxiliary", c.c_void_p),
    ]  # fmt: skip


class DecryptPara(Structure):
    _fields_ = [  # noqa: RUF012
        ("size", c.c_uint), ("encoding", c.c_uint), ("count", c.c_uint), ("stores", c.POINTER(c.c_void_p)),
    ]  # fmt: skip


class Attribute(Structure):
    _fields_ = [("oid", c.c_char_p), ("count", c.c_uint), ("values", c.POINTER(Blob))]  # noqa: RUF012


class SignPara(Structure):
    _fields_ = [  # noqa: RUF012
        ("size", c.c_uint), ("encoding", c.c_uint), ("context", c.c_void_p), ("hash", Algorithm),
        ("auxiliary", c.c_void_p), ("certificate_count", c.c_uint), ("certificates", c.POINTER(c.c_void_p)),
        ("list_count", c.c_uint), ("lists", c.c_void_p), ("attribute_count", c.c_uint),
        ("attributes", c.POINTER(Attribute)), ("other_count", c.c_uint), ("others", c.c_void_p),
        ("flags", c.c_uint), ("inner_type", c.c_uint),
    ]  # fmt: skip


class Owner:
    """A certificate with its key in a store."""

    def __init__(self) -> None:
        import datetime

        self.key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "owner")])
        now = datetime.datetime.now(datetime.timezone.utc)
        self.certificate = (
            x509.CertificateBuilder(name, name, self.key.public_key(), x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(1))
            .not_valid_after(now + datetime.timedelta(1))
            .sign(self.key, hashes.SHA256())
        )
        plain = serialization.BestAvailableEncryption(b"pw")
        packet = pkcs12.serialize_key_and_certificates(b"owner", self.key, self.certificate, None, plain)
        memory = c.create_string_buffer(packet, len(packet))
        self.store = c.c_void_p(
            crypt32.PFXImportCertStore(c.byref(Blob(len(packet), c.addressof(memory))), c.c_wchar_p("pw"), 0)
        )
        self.context = c.c_void_p(crypt32.CertEnumCertificatesInStore(self.store, None))


@pytest.fixture(scope="module")
def owner() -> Owner:
    return Owner()


def output(function, *arguments) -> bytes:
    """What a function gives that tells the size first."""
    size = c.c_uint()
    assert function(*arguments, None, c.byref(size)), hex(c.GetLastError() & 0xFFFFFFFF)
    memory = c.create_string_buffer(size.value)
    assert function(*arguments, memory, c.byref(size)), hex(c.GetLastError() & 0xFFFFFFFF)
    return memory.raw[: size.value]


def encrypt(owner: Owner, algorithm: bytes, data: bytes) -> bytes:
    para = CryptPara(c.sizeof(CryptPara), 0x10001, None, Algorithm(algorithm))
    arguments = (c.byref(para), 1, (c.c_void_p * 1)(owner.context.value), data, len(data))
    size = c.c_uint(10000)
    memory = c.create_string_buffer(size.value)
    assert crypt32.CryptEncryptMessage(*arguments, memory, c.byref(size)), hex(c.GetLastError() & 0xFFFFFFFF)
    return memory.raw[: size.value]


def decrypt_arguments(owner: Owner, data: bytes):
    para = DecryptPara(c.sizeof(DecryptPara), 0x10001, 1, (c.c_void_p * 1)(owner.store.value))
    return c.byref(para), data, len(data)


@pytest.mark.parametrize("algorithm", [AES_256, AES_128, TRIPLE_DES])
def test_what_is_encrypted_is_decrypted(owner, algorithm):
    message = encrypt(owner, algorithm, b"some words")
    assert b"some words" not in message
    size, memory, context = c.c_uint(100), c.create_string_buffer(100), c.c_void_p()
    place = (memory, c.byref(size), c.byref(context))
    assert crypt32.CryptDecryptMessage(*decrypt_arguments(owner, message), *place)
    assert memory.raw[: size.value] == b"some words"
    assert crypt32.CertCompareCertificate(
        1, c.c_void_p.from_address(context.value + 24), c.c_void_p.from_address(owner.context.value + 24)
    )
    crypt32.CertFreeCertificateContext(context)


def test_another_library_decrypts_it(owner):
    message = encrypt(owner, AES_256, b"some words")
    found = pkcs7.pkcs7_decrypt_der(message, owner.certificate, owner.key, [])
    assert found == b"some words"


def test_what_another_library_encrypts_is_decrypted(owner):
    builder = pkcs7.PKCS7EnvelopeBuilder().set_data(b"from elsewhere").add_recipient(owner.certificate)
    message = builder.encrypt(DER, [pkcs7.PKCS7Options.Binary])
    size, memory = c.c_uint(100), c.create_string_buffer(100)
    assert crypt32.CryptDecryptMessage(*decrypt_arguments(owner, message), memory, c.byref(size), None)
    assert memory.raw[: size.value] == b"from elsewhere"


def test_who_has_no_key_decrypts_nothing(owner):
    message, size = encrypt(owner, AES_256, b"some words"), c.c_uint()
    assert not crypt32.CryptDecryptMessage(*decrypt_arguments(Owner(), message), None, c.byref(size), None)
    assert c.GetLastError() & 0xFFFFFFFF == 0x8009200C
    assert not crypt32.CryptDecryptMessage(*decrypt_arguments(owner, b"abc"), None, c.byref(size), None)
    assert c.GetLastError() & 0xFFFFFFFF == 0x80091004


def test_an_unknown_cipher_is_refused(owner):
    para = CryptPara(c.sizeof(CryptPara), 0x10001, None, Algorithm(b"1.2.3.4"))
    contexts, size = (c.c_void_p * 1)(owner.context.value), c.c_uint()
    assert not crypt32.CryptEncryptMessage(c.byref(para), 1, contexts, b"x", 1, None, c.byref(size))
    assert c.GetLastError() & 0xFFFFFFFF == 0x80091002


def sign_para(owner: Owner, hash: bytes) -> SignPara:
    contexts = (c.c_void_p * 1)(owner.context.value)
    return SignPara(c.sizeof(SignPara), 0x10001, owner.context.value, Algorithm(hash), None, 1, contexts)


def signed(para: SignPara, data: bytes, detached: int = 0) -> bytes:
    memory = c.create_string_buffer(data, len(data))
    place, length = (c.c_void_p * 1)(c.addressof(memory)), (c.c_uint * 1)(len(data))
    return output(crypt32.CryptSignMessage, c.byref(para), detached, 1, place, length)


def verified(message: bytes) -> bytes:
    check = (c.c_uint64 * 4)(32 | 0x10001 << 32)
    return output(
        lambda *rest: crypt32.CryptVerifyMessageSignature(check, 0, message, len(message), *rest, None)
    )


@pytest.mark.parametrize("hash", [SHA1, SHA256])
def test_attributes_are_signed(owner, hash):
    value = b"\x0c\x04mine"
    memory = c.create_string_buffer(value, len(value))
    para = sign_para(owner, hash)
    attribute = Attribute(b"1.2.3.4.5", 1, c.pointer(Blob(len(value), c.addressof(memory))))
    para.attribute_count, para.attributes = 1, c.pointer(attribute)
    message = signed(para, b"words")
    assert value in message
    assert verified(message) == b"words"
    spoilt = message.replace(value, b"\x0c\x04hers")
    check = (c.c_uint64 * 4)(32 | 0x10001 << 32)
    assert not crypt32.CryptVerifyMessageSignature(check, 0, spoilt, len(spoilt), None, None, None)
    assert c.GetLastError() & 0xFFFFFFFF == 0x80090006


def test_another_library_reads_what_is_signed(owner):
    message = signed(sign_para(owner, SHA256), b"words")
    assert pkcs7.load_der_pkcs7_certificates(message) == [owner.certificate]
    store = c.c_void_p(crypt32.CryptGetMessageCertificates(0x10001, None, 0, message, len(message)))
    assert crypt32.CertEnumCertificatesInStore(store, None)
    assert not crypt32.CryptGetMessageCertificates(0x10001, None, 0, b"abc", 3)


def test_signed_and_encrypted_at_once(owner):
    sign = sign_para(owner, SHA256)
    encryption = CryptPara(c.sizeof(CryptPara), 0x10001, None, Algorithm(AES_256))
    contexts, size = (c.c_void_p * 1)(owner.context.value), c.c_uint(10000)
    memory = c.create_string_buffer(size.value)
    paras = (c.byref(sign), c.byref(encryption))
    assert crypt32.CryptSignAndEncryptMessage(*paras, 1, contexts, b"words", 5, memory, c.byref(size))
    message = memory.raw[: size.value]
    para, *data = decrypt_arguments(owner, message)
    check = (c.c_uint64 * 4)(32 | 0x10001 << 32)
    back, size = c.create_string_buffer(100), c.c_uint(100)
    own, signer = c.c_void_p(), c.c_void_p()
    assert crypt32.CryptDecryptAndVerifyMessageSignature(
        para, check, 0, *data, back, c.byref(size), c.byref(own), c.byref(signer)
    )
    assert back.raw[: size.value] == b"words"
    assert own.value and signer.value
    crypt32.CertFreeCertificateContext(own)
    crypt32.CertFreeCertificateContext(signer)


@pytest.mark.parametrize("detached", [0, 1])
def test_hashed_messages_are_checked(detached):
    import hashlib

    para = CryptPara(c.sizeof(CryptPara), 0x10001, None, Algorithm(SHA256))
    data = c.create_string_buffer(b"words", 5)
    place, length = (c.c_void_p * 1)(c.addressof(data)), (c.c_uint * 1)(5)
    size, memory = c.c_uint(1000), c.create_string_buffer(1000)
    value, value_size = c.create_string_buffer(50), c.c_uint(50)
    assert crypt32.CryptHashMessage(
        c.byref(para), detached, 1, place, length, memory, c.byref(size), value, c.byref(value_size)
    )
    assert value.raw[: value_size.value] == hashlib.sha256(b"words").digest()
    message = memory.raw[: size.value]
    assert (b"words" in message) == (not detached)

    def check(message: bytes, content: bytes) -> int:
        other = c.create_string_buffer(content, len(content))
        if detached:
            pointers, sizes = (c.c_void_p * 1)(c.addressof(other)), (c.c_uint * 1)(len(content))
            good = crypt32.CryptVerifyDetachedMessageHash(
                c.byref(para), message, len(message), 1, pointers, sizes, None, None
            )
        else:
            message = message.replace(b"words", content)
            good = crypt32.CryptVerifyMessageHash(
                c.byref(para), message, len(message), None, None, None, None
            )
        return 0 if good else c.GetLastError() & 0xFFFFFFFF

    assert check(message, b"words") == 0
    assert check(message, b"sword") == 0x80091007
