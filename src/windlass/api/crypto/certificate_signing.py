"""Certificates and requests that a program makes: signed by a key, with itself as its issuer.

Source: Microsoft, "CryptSignCertificate function", "CryptSignAndEncodeCertificate function",
"CertCreateSelfSignCertificate function", "CryptExportPublicKeyInfo function",
"CryptHashPublicKeyInfo function", "CryptHashToBeSigned function"; RFC 5280.
"""

from __future__ import annotations

import ctypes
import secrets
from collections.abc import Callable
from ctypes import c_uint16
from typing import Any

from windlass import _core
from windlass.api.crypto import capi_key, der, x509
from windlass.api.crypto import certificate_structures as structures
from windlass.api.crypto import crypt_handles as handles
from windlass.api.crypto.capi_objects import deliver, provider_of
from windlass.api.crypto.certificate_context import (
    AlgorithmIdentifier,
    Blob,
    PublicKeyInfo,
    digest,
    new_context,
    time_at,
)
from windlass.api.crypto.certificate_keys import KeyProvInfo
from windlass.api.crypto.certificate_objects import ENCODERS
from windlass.api.crypto.cng_convert import private_key_of
from windlass.api.crypto.crypto_extra import dsa, ec, hash_algorithm, padding, rsa
from windlass.api.crypto.der import decode_oid, elements
from windlass.api.crypto.digests import DIGESTS
from windlass.api.crypto.ncrypt_objects import NKey
from windlass.api.outputs import fail, put_u32
from windlass.api.records import Field, record
from windlass.api.refused import Refused, done
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPCSTR, LPCWSTR, LPDWORD, LPVOID, PBYTE, PVOID

ERROR_FILE_NOT_FOUND, ERROR_INVALID_PARAMETER = 2, 87
E_INVALIDARG, CRYPT_E_ASN1_BADTAG = 0x80070057, 0x8009310B
NTE_BAD_ALGID, NTE_NO_KEY, NTE_BAD_KEYSET = 0x80090008, 0x8009000D, 0x80090016

RSA, EC, DSA = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1", "1.2.840.10040.4.1"
SHA1_RSA = "1.2.840.113549.1.1.5"

# The hash of each signature algorithm.
SIGNATURES = {
    "1.2.840.113549.1.1.4": "MD5",
    SHA1_RSA: "SHA1",
    "1.3.14.3.2.29": "SHA1",
    "1.2.840.113549.1.1.11": "SHA256",
    "1.2.840.113549.1.1.12": "SHA384",
    "1.2.840.113549.1.1.13": "SHA512",
    "1.2.840.10045.4.1": "SHA1",
    "1.2.840.10045.4.3.2": "SHA256",
    "1.2.840.10045.4.3.3": "SHA384",
    "1.2.840.10045.4.3.4": "SHA512",
    "1.2.840.10040.4.3": "SHA1",
}
_HASH_OIDS = {facts.oid: name for name, facts in DIGESTS.items()}


def signing_key(handle: int, spec: int) -> Any:
    """The private key behind a NCRYPT_KEY_HANDLE, or of a CryptoAPI container."""
    found = handles.object_of(handle, NKey)
    if found is not None:
        return private_key_of(found.pair)
    pair = capi_key.pair_of(provider_of(handle), spec)
    if pair.key.private is None:
        raise Refused(NTE_NO_KEY)
    return pair.key.private


def public_key_info(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    encoded: bytes = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return encoded


def sign(key: Any, algorithm: str, data: bytes) -> bytes:
    """The signature as certificates have it. algorithm: of a signature, or a hash alone."""
    name = SIGNATURES.get(algorithm) or _HASH_OIDS.get(algorithm)
    hashed = hash_algorithm(name) if name else None
    if hashed is None:
        raise Refused(NTE_BAD_ALGID)
    signature: bytes
    if isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(data, padding.PKCS1v15(), hashed)
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        signature = key.sign(data, ec.ECDSA(hashed))
    elif isinstance(key, dsa.DSAPrivateKey):
        signature = key.sign(data, hashed)
    else:
        raise Refused(NTE_BAD_ALGID)
    return signature


def _oid_of(algorithm: int) -> str:
    place = get_structure(algorithm, AlgorithmIdentifier).pszObjId
    return _core.string(place).decode("ascii", "replace") if place else ""


# ---- signing what is encoded ----


def _sign_certificate(
    handle: int, spec: int, data: int, size: int, algorithm: int, output: int, size_in_out: int
) -> None:
    """Lowest byte first, as CryptoAPI has signatures; CERT_SIGNED_CONTENT_INFO takes it like that."""
    signature = sign(signing_key(handle, spec), _oid_of(algorithm), _core.read(data, size))
    deliver(signature[::-1], output, size_in_out)


@export("crypt32")
def CryptSignCertificate(
    hCryptProvOrNCryptKey: HANDLE,
    dwKeySpec: DWORD,
    dwCertEncodingType: DWORD,
    pbEncodedToBeSigned: PBYTE,
    cbEncodedToBeSigned: DWORD,
    pSignatureAlgorithm: PVOID,
    pvHashAuxInfo: LPVOID,
    pbSignature: PBYTE,
    pcbSignature: LPDWORD,
) -> BOOL:
    source = (pbEncodedToBeSigned, cbEncodedToBeSigned, pSignatureAlgorithm)
    return done(_sign_certificate, hCryptProvOrNCryptKey, dwKeySpec, *source, pbSignature, pcbSignature)


MARGIN = 16
"""By how much two signatures of one key may differ in length."""


def _sign_and_encode(
    handle: int, spec: int, kind: int, info: int, algorithm: int, output: int, size_in_out: int
) -> None:
    encoder: Callable[[int], bytes] | None = ENCODERS.get(kind) if kind >> 16 == 0 else None
    if encoder is None:
        raise Refused(ERROR_FILE_NOT_FOUND)
    try:
        content = encoder(info)
    except ValueError:
        raise Refused(CRYPT_E_ASN1_BADTAG) from None
    identifier = get_structure(algorithm, AlgorithmIdentifier)
    signature = sign(signing_key(handle, spec), _oid_of(algorithm), content)
    data = structures.encode_signed(content, structures.encode_algorithm(identifier), signature)
    if output:
        deliver(data, output, size_in_out)
    else:
        put_u32(size_in_out, len(data) + MARGIN)


@export("crypt32")
def CryptSignAndEncodeCertificate(
    hCryptProvOrNCryptKey: HANDLE,
    dwKeySpec: DWORD,
    dwCertEncodingType: DWORD,
    lpszStructType: PVOID,
    pvStructInfo: LPVOID,
    pSignatureAlgorithm: PVOID,
    pvHashAuxInfo: LPVOID,
    pbEncoded: PBYTE,
    pcbEncoded: LPDWORD,
) -> BOOL:
    source = (lpszStructType, pvStructInfo, pSignatureAlgorithm)
    return done(_sign_and_encode, hCryptProvOrNCryptKey, dwKeySpec, *source, pbEncoded, pcbEncoded)


# ---- a certificate of one's own ----


class SystemTime(ctypes.Structure):
    _fields_ = [
        (name, c_uint16) for name in ("year", "month", "weekday", "day", "hour", "minute", "second", "ms")
    ]


YEAR = 365 * 24 * 3600 * 10**7
NO_SIGN, NO_KEY_INFO = 1, 2


def _filetime(address: int) -> int:
    import calendar

    given = get_structure(address, SystemTime)
    parts = (given.year, given.month, given.day, given.hour, given.minute, given.second)
    return x509.EPOCH + calendar.timegm(parts) * 10**7


def _key_of_info(address: int) -> Any:
    """Of the key that a CRYPT_KEY_PROV_INFO names, or of a new one, which stays with the certificate."""
    if not address:
        return rsa.generate_private_key(65537, 2048)
    from windlass.api.crypto.certificate_context import KEY_PROV_INFO
    from windlass.api.crypto.certificate_keys import key_from_property

    return key_from_property(KEY_PROV_INFO, address)


def _default_algorithm(key: Any) -> bytes:
    oid = SHA1_RSA if isinstance(key, rsa.RSAPrivateKey) else "1.2.840.10045.4.3.2"
    parameters = der.encode(der.NULL, b"") if oid == SHA1_RSA else b""
    return der.encode(der.SEQUENCE, der.encode_oid(oid) + parameters)


def _self_signed(
    handle: int, subject: int, flags: int, info: int, algorithm: int, start: int, end: int, extensions: int
) -> int:
    """CERT_EXTENSIONS is a count and an array. Without a key's handle or name a new key is made."""
    name = get_structure(subject, Blob)
    spec = get_structure(info, KeyProvInfo).dwKeySpec if info else 2
    key = signing_key(handle, spec) if handle else _key_of_info(info)
    identifier = (
        structures.encode_algorithm(get_structure(algorithm, AlgorithmIdentifier))
        if algorithm
        else _default_algorithm(key)
    )
    before = _filetime(start) if start else time_at(0)
    after = _filetime(end) if end else before + YEAR
    validity = structures.encode_time(before) + structures.encode_time(after)
    encoded_name = _core.read(name.pbData, name.cbData)
    content = der.encode(0xA0, der.encode_integer(2)) + der.encode_integer(secrets.randbits(120) | 1)
    content += identifier + encoded_name + der.encode(der.SEQUENCE, validity) + encoded_name
    content += public_key_info(key)
    if extensions:
        counted = get_structure(extensions, structures.Counted)
        if counted.count:
            content += der.encode(0xA3, structures.encode_extensions(counted.count, counted.items))
    content = der.encode(der.SEQUENCE, content)
    oid = decode_oid(elements(elements(identifier)[0].content)[0].content)
    signature = b"" if flags & NO_SIGN else sign(key, oid, content)
    context = new_context(x509.parse(structures.encode_signed(content, identifier, signature)))
    if not flags & NO_KEY_INFO:
        context.key = key
    return context.address


@export("crypt32")
def CertCreateSelfSignCertificate(
    hCryptProvOrNCryptKey: HANDLE,
    pSubjectIssuerBlob: PVOID,
    dwFlags: DWORD,
    pKeyProvInfo: PVOID,
    pSignatureAlgorithm: PVOID,
    pStartTime: PVOID,
    pEndTime: PVOID,
    pExtensions: PVOID,
) -> PVOID:
    """A context with the key, which is of SHA-1 and a year unless the program says otherwise."""
    if not pSubjectIssuerBlob:
        return fail(E_INVALIDARG)
    times = (pStartTime, pEndTime, pExtensions)
    try:
        return _self_signed(
            hCryptProvOrNCryptKey, pSubjectIssuerBlob, dwFlags, pKeyProvInfo, pSignatureAlgorithm, *times
        )
    except Refused as refused:
        return fail(refused.code)
    except (ValueError, IndexError):
        return fail(CRYPT_E_ASN1_BADTAG)


# ---- public keys ----


def _info_fields(encoded: bytes, oid: str | None) -> list[Field]:
    """CERT_PUBLIC_KEY_INFO, with another name for the algorithm if the program wants one."""
    fields = structures.key_fields(elements(encoded)[0])
    return [oid.encode() + b"\0", *fields[1:]] if oid else fields


def _export_info(key: Any, oid: bytes | None, output: int, size_in_out: int) -> None:
    fields = _info_fields(public_key_info(key), oid.decode("ascii", "replace") if oid else None)
    deliver(record(output, fields), output, size_in_out)


@export("crypt32")
def CryptExportPublicKeyInfo(
    hCryptProvOrNCryptKey: HANDLE, dwKeySpec: DWORD, dwCertEncodingType: DWORD, pInfo: PVOID, pcbInfo: LPDWORD
) -> BOOL:
    return done(lambda: _export_info(signing_key(hCryptProvOrNCryptKey, dwKeySpec), None, pInfo, pcbInfo))


@export("crypt32")
def CryptExportPublicKeyInfoEx(
    hCryptProvOrNCryptKey: HANDLE,
    dwKeySpec: DWORD,
    dwCertEncodingType: DWORD,
    pszPublicKeyObjId: LPCSTR,
    dwFlags: DWORD,
    pvAuxInfo: LPVOID,
    pInfo: PVOID,
    pcbInfo: LPDWORD,
) -> BOOL:
    return done(
        lambda: _export_info(signing_key(hCryptProvOrNCryptKey, dwKeySpec), pszPublicKeyObjId, pInfo, pcbInfo)
    )


# ---- hashes of what is encoded ----

_HASHES_BY_NUMBER = {
    0: "md5",
    0x8003: "md5",
    0x8004: "sha1",
    0x800C: "sha256",
    0x800D: "sha384",
    0x800E: "sha512",
}


def _hash_name(number: int) -> str:
    name = _HASHES_BY_NUMBER.get(number)
    if name is None:
        raise Refused(NTE_BAD_ALGID)
    return name


def _hash_key_info(number: int, info: int, output: int, size_in_out: int) -> None:
    key = structures.encode_public_key(get_structure(info, PublicKeyInfo))
    deliver(digest(_hash_name(number), key), output, size_in_out)


@export("crypt32")
def CryptHashPublicKeyInfo(
    hCryptProv: HANDLE,
    Algid: DWORD,
    dwFlags: DWORD,
    dwCertEncodingType: DWORD,
    pInfo: PVOID,
    pbComputedHash: PBYTE,
    pcbComputedHash: LPDWORD,
) -> BOOL:
    """By MD5, unless another hash is named."""
    return done(_hash_key_info, Algid, pInfo, pbComputedHash, pcbComputedHash)


def _hash_to_be_signed(data: int, size: int, output: int, size_in_out: int) -> None:
    """With the hash of the signature."""
    try:
        content, algorithm, *_ = elements(elements(_core.read(data, size))[0].content)
        oid = decode_oid(elements(algorithm.content)[0].content)
    except (ValueError, IndexError):
        raise Refused(CRYPT_E_ASN1_BADTAG) from None
    name = SIGNATURES.get(oid)
    if name is None:
        raise Refused(NTE_BAD_ALGID)
    deliver(digest(name.lower(), content.encoded), output, size_in_out)


@export("crypt32")
def CryptHashToBeSigned(
    hCryptProv: HANDLE,
    dwCertEncodingType: DWORD,
    pbEncoded: PBYTE,
    cbEncoded: DWORD,
    pbComputedHash: PBYTE,
    pcbComputedHash: LPDWORD,
) -> BOOL:
    return done(_hash_to_be_signed, pbEncoded, cbEncoded, pbComputedHash, pcbComputedHash)


def _hash_by_name(name: str | None, data: int, size: int, output: int, size_in_out: int) -> None:
    if (name or "").upper() not in DIGESTS:
        raise Refused(ERROR_INVALID_PARAMETER)
    deliver(digest((name or "").lower(), _core.read(data, size) if size else b""), output, size_in_out)


@export("crypt32")
def CryptHashCertificate2(
    pwszCNGHashAlgid: LPCWSTR,
    dwFlags: DWORD,
    pvReserved: LPVOID,
    pbEncoded: PBYTE,
    cbEncoded: DWORD,
    pbComputedHash: PBYTE,
    pcbComputedHash: LPDWORD,
) -> BOOL:
    return done(_hash_by_name, pwszCNGHashAlgid, pbEncoded, cbEncoded, pbComputedHash, pcbComputedHash)
