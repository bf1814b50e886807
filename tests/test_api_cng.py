"""CNG against published vectors, and against the cryptography package's own view of the same keys."""

from __future__ import annotations

import pytest

pytest.importorskip("cryptography", reason="the extra `crypto` is not installed")

PRELUDE = r"""
from windlass.ctypes import *
bcrypt = windll.bcrypt
hexa = bytes.fromhex

def ok(status):
    assert status == 0, hex(status & 0xFFFFFFFF)

def status(code):
    return hex(code & 0xFFFFFFFF)

def algorithm(name, flags=0, **properties):
    handle = c_void_p()
    ok(bcrypt.BCryptOpenAlgorithmProvider(byref(handle), name, None, flags))
    for key, value in properties.items():
        ok(set_property(handle, key, value))
    return handle

def set_property(handle, name, value):
    data = create_unicode_buffer(value) if isinstance(value, str) else create_string_buffer(value, len(value))
    return bcrypt.BCryptSetProperty(handle, name, data, sizeof(data), 0)

def key(provider, secret):
    handle = c_void_p()
    ok(bcrypt.BCryptGenerateSymmetricKey(provider, byref(handle), None, 0, secret, len(secret), 0))
    return handle

def crypt(function, key, data, info=None, iv=None, flags=0):
    out, size = create_string_buffer(len(data) + 512), c_uint32()
    iv_size = len(iv) if iv else 0
    code = function(key, data, len(data), info, iv, iv_size, out, sizeof(out), byref(size), flags)
    return out.raw[:size.value] if code == 0 else status(code)

def encrypt(*arguments, **named):
    return crypt(bcrypt.BCryptEncrypt, *arguments, **named)

def decrypt(*arguments, **named):
    return crypt(bcrypt.BCryptDecrypt, *arguments, **named)

class Info(Structure):
    _fields_ = [("cbSize", c_uint32), ("dwInfoVersion", c_uint32), ("pbNonce", c_char_p),
                ("cbNonce", c_uint32), ("pbAuthData", c_char_p), ("cbAuthData", c_uint32),
                ("pbTag", c_void_p), ("cbTag", c_uint32), ("pbMacContext", c_void_p),
                ("cbMacContext", c_uint32), ("cbAAD", c_uint32), ("cbData", c_uint64), ("dwFlags", c_uint32)]

def info(nonce, known, tag):
    return Info(sizeof(Info), 1, nonce, len(nonce), known, len(known), cast(tag, c_void_p), len(tag))

class Buffer(Structure):
    _fields_ = [("cbBuffer", c_uint32), ("BufferType", c_uint32), ("pvBuffer", c_void_p)]

class Parameters(Structure):
    _fields_ = [("ulVersion", c_uint32), ("cBuffers", c_uint32), ("pBuffers", POINTER(Buffer))]

def parameters(*pairs):
    kept = [create_unicode_buffer(v) if isinstance(v, str) else create_string_buffer(v, len(v))
            for _, v in pairs]
    buffers = (Buffer * len(pairs))(*[Buffer(sizeof(v), t, addressof(v)) for (t, _), v in zip(pairs, kept)])
    result = Parameters(0, len(pairs), buffers)
    result.kept = kept
    return byref(result)

def export(key, kind):
    out, size = create_string_buffer(4096), c_uint32()
    ok(bcrypt.BCryptExportKey(key, None, kind, out, sizeof(out), byref(size), 0))
    return out.raw[:size.value]

def pair(provider, bits):
    handle = c_void_p()
    ok(bcrypt.BCryptGenerateKeyPair(provider, byref(handle), bits, 0))
    ok(bcrypt.BCryptFinalizeKeyPair(handle, 0))
    return handle

def imported(provider, kind, blob):
    handle = c_void_p()
    ok(bcrypt.BCryptImportKeyPair(provider, None, kind, byref(handle), blob, len(blob), 0))
    return handle

def sign(key, value, padding=None, flags=0):
    out, size = create_string_buffer(1024), c_uint32()
    ok(bcrypt.BCryptSignHash(key, padding, value, len(value), out, sizeof(out), byref(size), flags))
    return out.raw[:size.value]

def agreed(private, public):
    secret = c_void_p()
    ok(bcrypt.BCryptSecretAgreement(private, public, byref(secret), 0))
    return secret

def derived(secret, kdf, wanted, list=None):
    out, size = create_string_buffer(wanted), c_uint32()
    ok(bcrypt.BCryptDeriveKey(secret, kdf, list, out, wanted, byref(size), 0))
    return out.raw[:size.value]
"""


@pytest.fixture
def run(fresh_python):
    return lambda code: fresh_python(PRELUDE + code).splitlines()


def test_gcm_is_nists_and_refuses_a_forged_tag(run):
    # McGrew and Viega, "The Galois/Counter Mode of Operation", test case 4
    assert run(
        r"""
key = key(algorithm("AES", ChainingMode="ChainingModeGCM"), hexa("feffe9928665731c6d6a8f9467308308"))
plain = hexa("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
             "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
nonce, known = hexa("cafebabefacedbaddecaf888"), hexa("feedfacedeadbeeffeedfacedeadbeefabaddad2")
tag = (c_char * 16)()
sealed = encrypt(key, plain, byref(info(nonce, known, tag)))
print(sealed.hex(), tag.raw.hex())
print(decrypt(key, sealed, byref(info(nonce, known, tag))) == plain)
tag[0] = bytes([tag.raw[0] ^ 1])
print(decrypt(key, sealed, byref(info(nonce, known, tag))))
print(encrypt(key, plain, byref(info(nonce[:8], known, tag))))
"""
    ) == [
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
        "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091 5bc94fbc3221a5db94fae95ae7121a47",
        "True",
        "0xc000a002",
        "0xc000000d",
    ]


def test_gcm_in_several_calls_is_gcm_in_one(run):
    assert run(
        r"""
key = key(algorithm("AES", ChainingMode="ChainingModeGCM"), bytes(range(32)))
plain, nonce, known = bytes(range(40)), bytes(12), b"known"
tag = (c_char * 16)()
whole = encrypt(key, plain, byref(info(nonce, known, tag)))

def in_pieces(function, data, tag):
    context, iv = (c_char * 16)(), (c_char * 16)()
    chained, result = info(nonce, known, tag), b""
    chained.pbMacContext, chained.cbMacContext = cast(context, c_void_p), 16
    for start, end, flags in ((0, 16, 1), (16, 32, None), (32, len(data), 0)):
        if flags is not None:
            chained.dwFlags = flags
        result += crypt(function, key, data[start:end], byref(chained), iv)
        chained.pbAuthData, chained.cbAuthData = None, 0
    return result

again = (c_char * 16)()
print(in_pieces(bcrypt.BCryptEncrypt, plain, again) == whole, again.raw == tag.raw)
print(in_pieces(bcrypt.BCryptDecrypt, whole, tag) == plain)
"""
    ) == ["True True", "True"]


def test_ccm_and_cmac_are_nists(run):
    # SP 800-38C, example 2; RFC 4493, example 3
    assert run(
        r"""
ccm = key(algorithm("AES", ChainingMode="ChainingModeCCM"), bytes(range(0x40, 0x50)))
tag = (c_char * 6)()
sealed = encrypt(ccm, bytes(range(0x20, 0x30)), byref(info(bytes(range(0x10, 0x18)), bytes(range(16)), tag)))
print(sealed.hex(), tag.raw.hex())
secret = hexa("2b7e151628aed2a6abf7158809cf4f3c")
value = (c_char * 16)()
data = hexa("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411")
ok(bcrypt.BCryptHash(algorithm("AES-CMAC"), secret, 16, data, len(data), value, 16))
print(value.raw.hex())
"""
    ) == ["d2a1f0e051ea5f62081a7792073d593d 1fc64fbfaccd", "dfa66747de9ae63030ca32611497c827"]


def test_feedback_modes_and_old_ciphers_are_nists(run):
    # SP 800-38A, F.3.7 and F.3.13; FIPS 81 (DES in ECB: "Now is t"); SP 800-67, appendix B
    assert run(
        r"""
secret, iv = hexa("2b7e151628aed2a6abf7158809cf4f3c"), bytes(range(16))
plain = hexa("6bc1bee22e409f96e93d7e117393172aae2d")
aes = algorithm("AES", ChainingMode="ChainingModeCFB")
print(encrypt(key(aes, secret), plain, iv=create_string_buffer(iv, 16)).hex())
ok(set_property(aes, "MessageBlockLength", bytes([16, 0, 0, 0])))
print(encrypt(key(aes, secret), plain[:16], iv=create_string_buffer(iv, 16)).hex())
print(encrypt(key(aes, secret), plain, iv=create_string_buffer(iv, 16)))
des = algorithm("DES", ChainingMode="ChainingModeECB")
print(encrypt(key(des, hexa("0123456789abcdef")), b"Now is t").hex())
triple = algorithm("3DES", ChainingMode="ChainingModeECB")
print(encrypt(key(triple, hexa("0123456789abcdef23456789abcdef01456789abcdef0123")), b"The qufc").hex())
rc4 = key(algorithm("RC4"), b"\x01\x02\x03\x04\x05")
print(encrypt(rc4, bytes(8)).hex() + encrypt(rc4, bytes(8)).hex())
"""
    ) == [
        "3b79424c9c0dd436bace9e0ed4586a4f32b9",
        "3b3fd92eb72dad20333449f8e83cfb4a",
        "0xc0000206",
        "3fa40e8a984d4815",
        "a826fd8ce53b855f",
        "b2396305f03dc027ccc3524a0a1118a8",
    ]


def test_derived_keys_are_those_of_the_rfcs(run):
    # RFC 5869, A.1; RFC 6070
    assert run(
        r"""
def derive(key, size, *pairs):
    out, count = create_string_buffer(size), c_uint32()
    ok(bcrypt.BCryptKeyDerivation(key, parameters(*pairs), out, size, byref(count), 0))
    return out.raw[:count.value].hex()

hkdf = key(algorithm("HKDF"), b"\x0b" * 22)
ok(set_property(hkdf, "HkdfHashAlgorithm", "SHA256"))
ok(set_property(hkdf, "HkdfSaltAndFinalize", bytes(range(13))))
print(derive(hkdf, 42, (0x14, bytes(range(0xF0, 0xFA)))))
password = key(algorithm("PBKDF2"), b"password")
print(derive(password, 20, (0, "SHA1"), (16, (4096).to_bytes(8, "little")), (15, b"salt")))
"""
    ) == [
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        "4b007901b765489abead49d926f721d065a429c1",
    ]


def test_ecdh_agrees_as_in_the_published_example(run):
    # RFC 5903, 8.1
    assert run(
        r"""
i = hexa("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433")
gi = hexa("dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c3772581180"
          "5271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3")
gr = hexa("d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
          "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab")
p256 = algorithm("ECDH_P256")
mine = imported(p256, "ECCPRIVATEBLOB", b"ECK2" + bytes([32, 0, 0, 0]) + gi + i)
peer = imported(p256, "ECCPUBLICBLOB", b"ECK1" + bytes([32, 0, 0, 0]) + gr)
print(derived(agreed(mine, peer), "TRUNCATE", 32)[::-1].hex())
import hashlib
z = derived(agreed(mine, peer), "TRUNCATE", 32)[::-1]
print(derived(agreed(mine, peer), "HASH", 32, parameters((0, "SHA256"))) == hashlib.sha256(z).digest())
curve = algorithm("ECDH", ECCCurveName="curve25519")
alice, bob = pair(curve, 255), pair(curve, 255)
public = lambda key: imported(curve, "ECCPUBLICBLOB", export(key, "ECCPUBLICBLOB"))
print(derived(agreed(alice, public(bob)), "HASH", 20) == derived(agreed(bob, public(alice)), "HASH", 20))
"""
    ) == ["d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de", "True", "True"]


def test_diffie_hellman_agrees_over_the_groups_of_the_rfcs(run):
    assert run(
        r"""
dh = algorithm("DH")
alice, bob = pair(dh, 2048), pair(dh, 2048)
public = lambda key: imported(dh, "DHPUBLICBLOB", export(key, "DHPUBLICBLOB"))
print(derived(agreed(alice, public(bob)), "HASH", 20) == derived(agreed(bob, public(alice)), "HASH", 20))
print(export(alice, "DHPUBLICBLOB")[8:40].hex())
"""
    ) == ["True", "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74"]


def test_rsa_keys_and_their_work_are_understood_by_another_library(run):
    assert run(
        r"""
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

rsa_algorithm = algorithm("RSA")
pair = pair(rsa_algorithm, 1024)
blob = export(pair, "RSAFULLPRIVATEBLOB")
e, n, p, q, dp, dq, qi, d = [int.from_bytes(blob[a:b], "big") for a, b in
    ((24, 27), (27, 155), (155, 219), (219, 283), (283, 347), (347, 411), (411, 475), (475, 603))]
print(p * q == n, dp == d % (p - 1), qi * q % p, len(blob))
other = rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, rsa.RSAPublicNumbers(e, n)).private_key()

class PssInfo(Structure):
    _fields_ = [("pszAlgId", c_wchar_p), ("cbSalt", c_uint32)]
class OaepInfo(Structure):
    _fields_ = [("pszAlgId", c_wchar_p), ("pbLabel", c_char_p), ("cbLabel", c_uint32)]

value = bytes(range(32))
name = c_wchar_p("SHA256")
digest = utils.Prehashed(hashes.SHA256())
other.public_key().verify(sign(pair, value, byref(name), 2), value, padding.PKCS1v15(), digest)
pss = padding.PSS(padding.MGF1(hashes.SHA256()), 20)
other.public_key().verify(sign(pair, value, byref(PssInfo("SHA256", 20)), 8), value, pss, digest)
signature = other.sign(value, pss, digest)
verify = lambda data: status(bcrypt.BCryptVerifySignature(
    pair, byref(PssInfo("SHA256", 20)), data, 32, signature, len(signature), 8))
print(verify(value), verify(value[::-1]))
bare = sign(pair, b"abc", byref(c_void_p()), 2)
print(pow(int.from_bytes(bare, "big"), e, n).to_bytes(128, "big")[-5:].hex())

oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), b"label")
sealed = encrypt(pair, b"secret", byref(OaepInfo("SHA1", b"label", 5)), flags=4)
print(other.decrypt(sealed, oaep))
sealed = other.public_key().encrypt(b"again", oaep)
print(decrypt(pair, sealed, byref(OaepInfo("SHA1", b"label", 5)), flags=4))
print(other.decrypt(encrypt(pair, b"old", flags=2), padding.PKCS1v15()))
raw = encrypt(pair, bytes(127) + b"\x05", flags=1)
print(int.from_bytes(raw, "big") == pow(5, e, n), decrypt(pair, raw, flags=1)[-1])
print(encrypt(pair, b"short", flags=1))
public = imported(rsa_algorithm, "RSAPUBLICBLOB", export(pair, "RSAPUBLICBLOB"))
print(decrypt(public, raw, flags=1))
"""
    ) == [
        "True True 1 603",
        "0x0 0xc000a000",
        "ff00616263",
        "b'secret'",
        "b'again'",
        "b'old'",
        "True 5",
        "0xc000000d",
        "0xc000000d",
    ]


def test_keys_of_all_signature_algorithms_go_through_their_blobs(run):
    assert run(
        r"""
value = {"DSA": bytes(20)}
for name, bits, kinds in (("ECDSA_P384", 384, "ECC"), ("ECDSA_P521", 521, "ECC"), ("DSA", 1024, "DSA")):
    provider = algorithm(name)
    made = pair(provider, bits)
    private = imported(provider, kinds + "PRIVATEBLOB", export(made, kinds + "PRIVATEBLOB"))
    public = imported(provider, kinds + "PUBLICBLOB", export(made, kinds + "PUBLICBLOB"))
    data = value.get(name, bytes(32))
    signature = sign(private, data)
    code = bcrypt.BCryptVerifySignature(public, None, data, len(data), signature, len(signature), 0)
    out, size = create_string_buffer(4096), c_uint32()
    refused = bcrypt.BCryptExportKey(public, None, kinds + "PRIVATEBLOB", out, 4096, byref(size), 0)
    print(name, len(signature), status(code), status(refused))
"""
    ) == ["ECDSA_P384 96 0x0 0xc000000d", "ECDSA_P521 132 0x0 0xc000000d", "DSA 40 0x0 0xc000000d"]


def test_pseudo_handles_stand_for_algorithms(run):
    assert run(
        r"""
value = (c_char * 32)()
ok(bcrypt.BCryptHash(c_void_p(0x41), None, 0, b"abc", 3, value, 32))
print(value.raw.hex()[:16])
ok(bcrypt.BCryptHash(c_void_p(0xB1), b"key", 3, b"abc", 3, value, 32))
print(value.raw.hex()[:16])
print(encrypt(key(c_void_p(0x1B1), hexa("2b7e151628aed2a6abf7158809cf4f3c")),
              hexa("6bc1bee22e409f96e93d7e117393172a")).hex())
print(status(bcrypt.BCryptGetProperty(c_void_p(0x42), "KeyLengths", None, 0, byref(c_uint32()), 0)))
"""
    ) == ["ba7816bf8f01cfea", "9c196e32dc0175f8", "3ad77bb40d7a3660a89ecaf32466ef97", "0xc0000008"]


def test_a_multi_hash_computes_several_at_once(run):
    assert run(
        r"""
class Operation(Structure):
    _fields_ = [("iHash", c_uint32), ("hashOperation", c_uint32),
                ("pbBuffer", c_void_p), ("cbBuffer", c_uint32)]

multi = c_void_p()
ok(bcrypt.BCryptCreateMultiHash(algorithm("SHA256", 0x40), byref(multi), 2, None, 0, None, 0, 0x20))
texts, values = [create_string_buffer(t, 3) for t in (b"abc", b"xyz")], [(c_char * 32)() for _ in range(2)]
work = [Operation(i, 1, addressof(texts[i]), 3) for i in range(2)]
work += [Operation(i, 2, addressof(values[i]), 32) for i in range(2)]
ok(bcrypt.BCryptProcessMultiOperations(multi, 1, (Operation * 4)(*work), 4 * sizeof(Operation), 0))
import hashlib
print([v.raw == hashlib.sha256(t.raw).digest() for t, v in zip(texts, values)])
"""
    ) == ["[True, True]"]


def test_hashes_need_no_package_and_ciphers_name_the_one_they_need(fresh_python):
    said = fresh_python(
        "import sys; sys.modules['cryptography'] = None\n"
        + PRELUDE
        + r"""
value = (c_char * 32)()
ok(bcrypt.BCryptHash(algorithm("SHA256"), None, 0, b"abc", 3, value, 32))
print(value.raw.hex()[:8])
import io, contextlib
sys.stderr = io.StringIO()
try:
    key(algorithm("AES"), bytes(16))
except OSError as error:
    print("OSError")
print("windlass[crypto]" in sys.stderr.getvalue())
"""
    )
    assert said.splitlines() == ["ba7816bf", "OSError", "True"]
