"""Structures of certificates and keys, decoded and encoded.

Numbers of RSA keys come as CryptoAPI's blobs. Types that are not here end in ERROR_FILE_NOT_FOUND, as they do
on Windows where no function is installed for them.

Source: Microsoft, "CryptDecodeObjectEx function", "CryptEncodeObjectEx function",
"Constants for CryptEncodeObject and CryptDecodeObject"; RFC 5280, RFC 8017, RFC 5958.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable
from ctypes import c_int32, c_uint32

from windlass import _core
from windlass.api import blocks
from windlass.api.crypto import certificate_structures as structures
from windlass.api.crypto import der, x509
from windlass.api.crypto.certificate_context import BitBlob, Blob, PublicKeyInfo
from windlass.api.crypto.der import decode_oid, elements, encode, encode_integer, encode_oid
from windlass.api.outputs import get_u32, get_u64, put_u32, put_u64
from windlass.api.records import Field, record
from windlass.api.refused import Refused, done
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPDWORD, PBYTE, PVOID, UINT

ERROR_FILE_NOT_FOUND = 2
ERROR_INVALID_PARAMETER = 87
ERROR_MORE_DATA = 234
CRYPT_E_ASN1_BADTAG = 0x8009310B
CRYPT_DECODE_ALLOC, CRYPT_ENCODE_ALLOC, NO_SIGNATURE_REVERSAL = 0x8000, 0x8000, 0x8

X509_ASN_ENCODING, PKCS_7_ASN_ENCODING = 1, 0x10000
PUBLIC_KEY_INFO, KEY_USAGE, BASIC_CONSTRAINTS2, RSA_CSP_PUBLIC = 8, 14, 15, 19
OCTET_STRING, BITS, INTEGER, MULTI_BYTE_INTEGER = range(25, 29)
ENHANCED_KEY_USAGE, PKCS_RSA_PRIVATE, PKCS_PRIVATE_KEY_INFO = 36, 43, 44
_OIDS = {
    x509.KEY_USAGE.encode(): KEY_USAGE,
    x509.BASIC_CONSTRAINTS.encode(): BASIC_CONSTRAINTS2,
    x509.EXTENDED_KEY_USAGE.encode(): ENHANCED_KEY_USAGE,
    x509.SUBJECT_KEY_IDENTIFIER.encode(): OCTET_STRING,
    x509.SUBJECT_ALT_NAME.encode(): structures.ALTERNATE_NAME,
    b"2.5.29.18": structures.ALTERNATE_NAME,
    b"2.5.29.31": structures.DIST_POINTS,
    b"2.5.29.32": structures.POLICIES,
    b"2.5.29.35": structures.AUTHORITY_KEY_ID2,
    b"1.3.6.1.5.5.7.1.1": structures.AUTHORITY_INFO_ACCESS,
    b"1.2.840.113549.1.9.5": structures.CHOICE_OF_TIME,
}
RSA_OID = "1.2.840.113549.1.1.1"
CALG_RSA_KEYX = 0xA400
PUBLICKEYBLOB, PRIVATEKEYBLOB, BLOB_VERSION, RSA1, RSA2 = 6, 7, 2, 0x31415352, 0x32415352


def _kind(structure: int) -> int:
    """A number, or the text of an extension's object identifier."""
    return structure if structure >> 16 == 0 else _OIDS.get(_core.string(structure), -1)


# ---- decoding ----


def _algorithm(element: der.Element) -> list[Field]:
    oid, *parameters = elements(element.content)
    encoded = parameters[0].encoded if parameters else b""
    return [decode_oid(oid.content).encode() + b"\0", len(encoded), encoded]


def _public_key_info(data: bytes) -> list[Field]:
    algorithm, key = elements(elements(data)[0].content)
    return [*_algorithm(algorithm), len(key.content) - 1, key.content[1:], key.content[0]]


def _private_key_info(data: bytes) -> list[Field]:
    version, algorithm, key, *_ = elements(elements(data)[0].content)
    number = int.from_bytes(version.content, "big")
    return [number, *_algorithm(algorithm), len(key.content), key.content, b""]


def _bits(data: bytes) -> list[Field]:
    content = elements(data)[0].content
    return [len(content) - 1, content[1:], content[0]]


def _octets(data: bytes) -> list[Field]:
    content = elements(data)[0].content
    return [len(content), content]


def _integer(data: bytes) -> list[Field]:
    return [int.from_bytes(elements(data)[0].content, "big", signed=True)]


def _big_integer(data: bytes) -> list[Field]:
    content = elements(data)[0].content[::-1]
    return [len(content), content]


def _basic_constraints(data: bytes) -> list[Field]:
    parts = elements(elements(data)[0].content)
    authority = any(part.tag == der.BOOLEAN and part.content != b"\0" for part in parts)
    length = next((part for part in parts if part.tag == der.INTEGER), None)
    return [authority, length is not None, int.from_bytes(length.content, "big") if length else 0]


def _usages(data: bytes) -> list[Field]:
    texts = [decode_oid(each.content).encode() + b"\0" for each in elements(elements(data)[0].content)]
    return [len(texts), texts]


def _numbers(data: bytes) -> list[int]:
    return [int.from_bytes(each.content, "big") for each in elements(elements(data)[0].content)]


def _rsa_public(data: bytes) -> bytes:
    """PUBLICKEYBLOB"""
    modulus, exponent = _numbers(data)
    head = struct.pack("<BBHI", PUBLICKEYBLOB, BLOB_VERSION, 0, CALG_RSA_KEYX)
    size = (modulus.bit_length() + 7) // 8
    return head + struct.pack("<III", RSA1, modulus.bit_length(), exponent) + modulus.to_bytes(size, "little")


def rsa_private_blob(data: bytes) -> bytes:
    """PRIVATEKEYBLOB"""
    _, modulus, exponent, d, p, q, dp, dq, inverse, *_ = _numbers(data)
    head = struct.pack("<BBHI", PRIVATEKEYBLOB, BLOB_VERSION, 0, CALG_RSA_KEYX)
    size = (modulus.bit_length() + 7) // 8
    body = struct.pack("<III", RSA2, modulus.bit_length(), exponent) + modulus.to_bytes(size, "little")
    body += b"".join(number.to_bytes(size // 2, "little") for number in (p, q, dp, dq, inverse))
    return head + body + d.to_bytes(size, "little")


_RECORDS: dict[int, Callable[[bytes], list[Field]]] = {
    PUBLIC_KEY_INFO: _public_key_info,
    PKCS_PRIVATE_KEY_INFO: _private_key_info,
    KEY_USAGE: _bits,
    BITS: _bits,
    BASIC_CONSTRAINTS2: _basic_constraints,
    ENHANCED_KEY_USAGE: _usages,
    OCTET_STRING: _octets,
    INTEGER: _integer,
    MULTI_BYTE_INTEGER: _big_integer,
    **structures.DECODERS,
}
_BLOBS: dict[int, Callable[[bytes], bytes]] = {
    RSA_CSP_PUBLIC: _rsa_public,
    PKCS_RSA_PRIVATE: rsa_private_blob,
}


def _decoded(kind: int, data: bytes, *, turned: bool) -> Callable[[int], bytes]:
    """What makes the structure for an address. turned: a signature, from its lowest byte on."""
    if kind not in _RECORDS and kind not in _BLOBS:
        raise Refused(ERROR_FILE_NOT_FOUND)
    try:
        if kind in _BLOBS:
            blob = _BLOBS[kind](data)
            return lambda at: blob
        if kind == structures.CERT and not turned:
            fields = structures.decode_signed(data, turned=False)
        else:
            fields = _RECORDS[kind](data)
        return lambda at: record(at, fields)
    except (ValueError, IndexError, OverflowError):
        raise Refused(CRYPT_E_ASN1_BADTAG) from None


def _decode(
    encoding: int, structure: int, data: int, size: int, flags: int, output: int, size_out: int
) -> None:
    if not size_out or not encoding & (X509_ASN_ENCODING | PKCS_7_ASN_ENCODING):
        raise Refused(ERROR_INVALID_PARAMETER if not size_out else ERROR_FILE_NOT_FOUND)
    turned = not flags & NO_SIGNATURE_REVERSAL
    make = _decoded(_kind(structure), _core.read(data, size), turned=turned)
    needed = len(make(0))
    if flags & CRYPT_DECODE_ALLOC:
        block = blocks.new(bytes(needed))
        _core.write(block, make(block))
        put_u64(output, block)
    elif output:
        capacity = get_u32(size_out)
        if capacity < needed:
            put_u32(size_out, needed)
            raise Refused(ERROR_MORE_DATA)
        _core.write(output, make(output))
    put_u32(size_out, needed)


@export("crypt32")
def CryptDecodeObjectEx(
    dwCertEncodingType: DWORD,
    lpszStructType: PVOID,
    pbEncoded: PBYTE,
    cbEncoded: DWORD,
    dwFlags: DWORD,
    pDecodePara: PVOID,
    pvStructInfo: PVOID,
    pcbStructInfo: LPDWORD,
) -> BOOL:
    return done(
        _decode,
        dwCertEncodingType,
        lpszStructType,
        pbEncoded,
        cbEncoded,
        dwFlags,
        pvStructInfo,
        pcbStructInfo,
    )


@export("crypt32")
def CryptDecodeObject(
    dwCertEncodingType: DWORD,
    lpszStructType: PVOID,
    pbEncoded: PBYTE,
    cbEncoded: DWORD,
    dwFlags: DWORD,
    pvStructInfo: PVOID,
    pcbStructInfo: LPDWORD,
) -> BOOL:
    flags = dwFlags & ~CRYPT_DECODE_ALLOC
    return done(
        _decode, dwCertEncodingType, lpszStructType, pbEncoded, cbEncoded, flags, pvStructInfo, pcbStructInfo
    )


# ---- encoding ----


def encode_public_key_info(address: int) -> bytes:
    return structures.encode_public_key(get_structure(address, PublicKeyInfo))


def _encode_octets(address: int) -> bytes:
    return encode(der.OCTET_STRING, structures.blob_at(get_structure(address, Blob)))


def _encode_bits(address: int) -> bytes:
    blob = get_structure(address, BitBlob)
    data = _core.read(blob.pbData, blob.cbData) if blob.cbData else b""
    return encode(der.BIT_STRING, bytes([blob.cUnusedBits & 7]) + data)


class BasicConstraints2(ctypes.Structure):
    _fields_ = [("fCA", c_int32), ("fPathLenConstraint", c_int32), ("dwPathLenConstraint", c_uint32)]


def _encode_basic_constraints(address: int) -> bytes:
    found = get_structure(address, BasicConstraints2)
    content = encode(der.BOOLEAN, b"\xff") if found.fCA else b""
    content += encode_integer(found.dwPathLenConstraint) if found.fPathLenConstraint else b""
    return encode(der.SEQUENCE, content)


def _encode_usages(address: int) -> bytes:
    """CERT_ENHKEY_USAGE: a count and pointers to texts."""
    count, table = get_u32(address), get_u64(address + 8)
    texts = (_core.string(get_u64(table + 8 * index)).decode("ascii") for index in range(count))
    return encode(der.SEQUENCE, b"".join(map(encode_oid, texts)))


def _encode_big_integer(address: int) -> bytes:
    return encode(der.INTEGER, structures.blob_at(get_structure(address, Blob))[::-1] or b"\0")


def _encode_integer(address: int) -> bytes:
    return encode_integer(ctypes.c_int32(get_u32(address)).value)


def _encode_rsa_public(address: int) -> bytes:
    kind, _, _, _, magic, bits, exponent = struct.unpack("<BBHIIII", _core.read(address, 20))
    if kind != PUBLICKEYBLOB or magic != RSA1:
        raise Refused(ERROR_INVALID_PARAMETER)
    modulus = _core.read(address + 20, (bits + 7) // 8)
    return encode(der.SEQUENCE, structures.encode_little(modulus) + encode_integer(exponent))


def _encode_rsa_private(address: int) -> bytes:
    kind, _, _, _, magic, bits, exponent = struct.unpack("<BBHIIII", _core.read(address, 20))
    if kind != PRIVATEKEYBLOB or magic != RSA2:
        raise Refused(ERROR_INVALID_PARAMETER)
    size, place, parts = (bits + 7) // 8, address + 20, []
    for length in (size, *[size // 2] * 5, size):
        parts.append(structures.encode_little(_core.read(place, length)))
        place += length
    modulus, p, q, dp, dq, inverse, d = parts
    numbers = [encode_integer(0), modulus, encode_integer(exponent), d, p, q, dp, dq, inverse]
    return encode(der.SEQUENCE, b"".join(numbers))


ENCODERS: dict[int, Callable[[int], bytes]] = {
    PUBLIC_KEY_INFO: encode_public_key_info,
    OCTET_STRING: _encode_octets,
    INTEGER: _encode_integer,
    RSA_CSP_PUBLIC: _encode_rsa_public,
    PKCS_RSA_PRIVATE: _encode_rsa_private,
    KEY_USAGE: _encode_bits,
    BITS: _encode_bits,
    BASIC_CONSTRAINTS2: _encode_basic_constraints,
    ENHANCED_KEY_USAGE: _encode_usages,
    MULTI_BYTE_INTEGER: _encode_big_integer,
    **structures.ENCODERS,
}


def _encode(structure: int, address: int, flags: int, output: int, size_out: int) -> None:
    encoder = ENCODERS.get(_kind(structure))
    if encoder is None:
        raise Refused(ERROR_FILE_NOT_FOUND)
    try:
        if encoder is structures.encode_signed_at and flags & NO_SIGNATURE_REVERSAL:
            data = structures.encode_signed_at(address, turned=False)
        else:
            data = encoder(address)
    except ValueError:
        raise Refused(ERROR_INVALID_PARAMETER) from None
    if flags & CRYPT_ENCODE_ALLOC:
        put_u64(output, blocks.new(data))
    elif output:
        capacity = get_u32(size_out)
        put_u32(size_out, len(data))
        if capacity < len(data):
            raise Refused(ERROR_MORE_DATA)
        _core.write(output, data)
    put_u32(size_out, len(data))


@export("crypt32")
def CryptEncodeObjectEx(
    dwCertEncodingType: DWORD,
    lpszStructType: PVOID,
    pvStructInfo: PVOID,
    dwFlags: DWORD,
    pEncodePara: PVOID,
    pvEncoded: PVOID,
    pcbEncoded: LPDWORD,
) -> BOOL:
    return done(_encode, lpszStructType, pvStructInfo, dwFlags, pvEncoded, pcbEncoded)


@export("crypt32")
def CryptEncodeObject(
    dwCertEncodingType: DWORD,
    lpszStructType: PVOID,
    pvStructInfo: PVOID,
    pbEncoded: PBYTE,
    pcbEncoded: LPDWORD,
) -> BOOL:
    return done(_encode, lpszStructType, pvStructInfo, 0, pbEncoded, pcbEncoded)


# ---- public keys for the two cryptographic interfaces ----

NTE_BAD_ALGID = 0x80090008


def _import_public(provider: int, info: int, result: int) -> None:
    """Into a CryptoAPI provider: RSA."""
    from windlass.api.calls import windows

    found = get_structure(info, PublicKeyInfo)
    if _core.string(found.Algorithm.pszObjId).decode("ascii", "replace") != RSA_OID:
        raise Refused(NTE_BAD_ALGID)
    try:
        blob = _rsa_public(_core.read(found.PublicKey.pbData, found.PublicKey.cbData))
    except (ValueError, IndexError):
        raise Refused(CRYPT_E_ASN1_BADTAG) from None
    kept = ctypes.create_string_buffer(blob, len(blob))
    if not windows(
        "advapi32.dll", "CryptImportKey", provider, ctypes.addressof(kept), len(blob), 0, 0, result
    ):
        raise Refused(_core.get_last_error())


@export("crypt32")
def CryptImportPublicKeyInfo(
    hCryptProv: HANDLE, dwCertEncodingType: DWORD, pInfo: PVOID, phKey: PVOID
) -> BOOL:
    return done(_import_public, hCryptProv, pInfo, phKey)


@export("crypt32")
def CryptImportPublicKeyInfoEx(
    hCryptProv: HANDLE,
    dwCertEncodingType: DWORD,
    pInfo: PVOID,
    aiKeyAlg: UINT,
    dwFlags: DWORD,
    pvAuxInfo: PVOID,
    phKey: PVOID,
) -> BOOL:
    return done(_import_public, hCryptProv, pInfo, phKey)


def _import_cng(info: int, result: int) -> None:
    """As a BCRYPT_KEY_HANDLE, with the algorithm that the key is for."""
    from windlass.api.crypto import crypt_handles as handles
    from windlass.api.crypto.cng_objects import Algorithm
    from windlass.api.crypto.cng_rsa import CngRsaKey
    from windlass.api.crypto.crypto_rsa import PublicNumbers, RsaKey

    found = get_structure(info, PublicKeyInfo)
    key = _core.read(found.PublicKey.pbData, found.PublicKey.cbData)
    if _core.string(found.Algorithm.pszObjId).decode("ascii", "replace") == RSA_OID:
        modulus, exponent = _numbers(key)
        made = CngRsaKey(Algorithm("RSA"), modulus.bit_length(), RsaKey(PublicNumbers(modulus, exponent)))
        put_u64(result, handles.new(made))
        return
    put_u64(result, handles.new(_curve_key(structures.blob_at(found.Algorithm.Parameters), key)))


_CURVES = {"1.2.840.10045.3.1.7": 256, "1.3.132.0.34": 384, "1.3.132.0.35": 521}


def _curve_key(parameters: bytes, key: bytes) -> object:
    """An uncompressed point, as a blob of CNG's."""
    from windlass.api.crypto.cng_ecc import SIGNATURE_MAGIC, EccKey
    from windlass.api.crypto.cng_objects import Algorithm

    bits = _CURVES.get(decode_oid(elements(parameters)[0].content)) if parameters else None
    if bits is None or key[:1] != b"\x04":
        raise Refused(NTE_BAD_ALGID)
    blob = struct.pack("<II", SIGNATURE_MAGIC[bits].public, (bits + 7) // 8) + key[1:]
    return EccKey.from_blob(Algorithm(f"ECDSA_P{bits}"), "ECCPUBLICBLOB", blob)


@export("crypt32")
def CryptImportPublicKeyInfoEx2(
    dwCertEncodingType: DWORD, pInfo: PVOID, dwFlags: DWORD, pvAuxInfo: PVOID, phKey: PVOID
) -> BOOL:
    return done(_import_cng, pInfo, phKey)


# ---- lists of which stores hold none ----


@export("crypt32")
def CertFreeCTLContext(pCtlContext: PVOID) -> BOOL:
    return 1
