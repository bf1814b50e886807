"""Certificate contexts: what a program has of a certificate.

Source: Microsoft, "CERT_CONTEXT structure", "CERT_INFO structure", "CertCreateCertificateContext function",
"CertGetCertificateContextProperty function".
"""

from __future__ import annotations

import ctypes
import hashlib
from ctypes import c_int32, c_uint32, c_uint64
from typing import Any

from windlass import _core
from windlass.api.crypto import x509
from windlass.api.crypto.capi_objects import deliver
from windlass.api.crypto.context_table import ContextTable
from windlass.api.outputs import fail, get_u32, put_u32
from windlass.api.refused import Refused, done
from windlass.api.structures import get_structure, put_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LONG, LPCSTR, LPDWORD, PBYTE, PVOID

__all__ = ["Context", "context_of", "following", "new_context", "release"]

ERROR_INVALID_PARAMETER = 87
ERROR_MORE_DATA = 234
CRYPT_E_NOT_FOUND = 0x80092004
CRYPT_E_ASN1_BADTAG = 0x8009310B
X509_ASN_ENCODING = 1


class Blob(ctypes.Structure):
    """CRYPTOAPI_BLOB"""

    _fields_ = [("cbData", c_uint32), ("pbData", c_uint64)]


class BitBlob(ctypes.Structure):
    _fields_ = [("cbData", c_uint32), ("pbData", c_uint64), ("cUnusedBits", c_uint32)]


class AlgorithmIdentifier(ctypes.Structure):
    _fields_ = [("pszObjId", c_uint64), ("Parameters", Blob)]


class PublicKeyInfo(ctypes.Structure):
    _fields_ = [("Algorithm", AlgorithmIdentifier), ("PublicKey", BitBlob)]


class Extension(ctypes.Structure):
    _fields_ = [("pszObjId", c_uint64), ("fCritical", c_int32), ("Value", Blob)]


class CertInfo(ctypes.Structure):
    _fields_ = [
        ("dwVersion", c_uint32),
        ("SerialNumber", Blob),
        ("SignatureAlgorithm", AlgorithmIdentifier),
        ("Issuer", Blob),
        ("NotBefore", c_uint32 * 2),
        ("NotAfter", c_uint32 * 2),
        ("Subject", Blob),
        ("SubjectPublicKeyInfo", PublicKeyInfo),
        ("IssuerUniqueId", BitBlob),
        ("SubjectUniqueId", BitBlob),
        ("cExtension", c_uint32),
        ("rgExtension", c_uint64),
    ]


class CertContext(ctypes.Structure):
    _fields_ = [
        ("dwCertEncodingType", c_uint32),
        ("pbCertEncoded", c_uint64),
        ("cbCertEncoded", c_uint32),
        ("pCertInfo", c_uint64),
        ("hCertStore", c_uint64),
    ]


class Memory:
    """Buffers that live as long as this does."""

    def __init__(self) -> None:
        self._kept: list[object] = []

    def put(self, data: bytes) -> int:
        buffer = ctypes.create_string_buffer(data, max(len(data), 32))
        self._kept.append(buffer)
        return ctypes.addressof(buffer)

    def blob(self, data: bytes) -> Blob:
        return Blob(len(data), self.put(data) if data else 0)

    def text(self, text: str) -> int:
        return self.put(text.encode("ascii") + b"\0")

    def algorithm(self, algorithm: x509.AlgorithmIdentifier) -> AlgorithmIdentifier:
        return AlgorithmIdentifier(self.text(algorithm.oid), self.blob(algorithm.parameters))

    def extensions(self, extensions: tuple[x509.Extension, ...]) -> int:
        """An array of CERT_EXTENSION; 0 for none."""
        made = b"".join(
            bytes(Extension(self.text(each.oid), each.critical, self.blob(each.value))) for each in extensions
        )
        return self.put(made) if made else 0


def halves(time: int) -> ctypes.Array[c_uint32]:
    return (c_uint32 * 2)(time & 0xFFFFFFFF, time >> 32)


class Context:
    """A certificate in a store (0: in none), or free; counted like Windows' contexts.

    key: the private one, of the cryptography package; None if it is not known.
    """

    def __init__(self, certificate: x509.Certificate, store: int = 0) -> None:
        self.certificate = certificate
        self.references = 1
        self.properties: dict[int, bytes] = {}
        self.key: Any = None
        self._memory = Memory()
        encoded = self._memory.put(certificate.encoded)
        info = self._memory.put(bytes(self._info()))
        context = CertContext(X509_ASN_ENCODING, encoded, len(certificate.encoded), info, store)
        self.address = self._memory.put(bytes(context))
        self.info = info

    def _info(self) -> CertInfo:
        certificate, memory = self.certificate, self._memory
        key = BitBlob(len(certificate.key), memory.put(certificate.key), 0)
        return CertInfo(
            certificate.version,
            memory.blob(certificate.serial[::-1]),
            memory.algorithm(certificate.signature_algorithm),
            memory.blob(certificate.issuer),
            halves(certificate.not_before),
            halves(certificate.not_after),
            memory.blob(certificate.subject),
            PublicKeyInfo(memory.algorithm(certificate.key_algorithm), key),
            BitBlob(),
            BitBlob(),
            len(certificate.extensions),
            memory.extensions(certificate.extensions),
        )

    def inherit(self, other: Context) -> None:
        """Take over what another context of the certificate has, and this one has not."""
        self.properties = {**other.properties, **self.properties}
        self.key = self.key or other.key

    @property
    def store(self) -> int:
        return int(get_structure(self.address, CertContext).hCertStore)


_contexts: ContextTable[Context] = ContextTable()
context_of, release, following = _contexts.find, _contexts.release, _contexts.following


def new_context(certificate: x509.Certificate, store: int = 0) -> Context:
    """With one reference, the caller's."""
    return _contexts.add(Context(certificate, store))


def parse(encoding: int, data: int, size: int) -> x509.Certificate:
    if encoding & 0xFFFF != X509_ASN_ENCODING or not data:
        raise Refused(ERROR_INVALID_PARAMETER)
    try:
        return x509.parse(_core.read(data, size))
    except ValueError:
        raise Refused(CRYPT_E_ASN1_BADTAG) from None


@export("crypt32")
def CertCreateCertificateContext(
    dwCertEncodingType: DWORD, pbCertEncoded: PBYTE, cbCertEncoded: DWORD
) -> PVOID:
    try:
        return new_context(parse(dwCertEncodingType, pbCertEncoded, cbCertEncoded)).address
    except Refused as refused:
        return fail(refused.code)


@export("crypt32")
def CertDuplicateCertificateContext(pCertContext: PVOID) -> PVOID:
    _contexts.refer(pCertContext)
    return pCertContext


@export("crypt32")
def CertFreeCertificateContext(pCertContext: PVOID) -> BOOL:
    release(pCertContext)
    return 1


# ---- properties ----

SHA1, MD5, SIGNATURE_HASH, KEY_IDENTIFIER, PUBLIC_KEY_MD5 = 3, 4, 15, 20, 25
FRIENDLY_NAME = 11
SUBJECT_MD5, ISSUER_SERIAL_MD5, SHA256, SUBJECT_PUBLIC_KEY_SHA256 = 29, 28, 107, 108
_SIGNATURES = {
    "1.2.840.113549.1.1.4": "md5",
    "1.2.840.113549.1.1.5": "sha1",
    "1.2.840.10045.4.1": "sha1",
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10045.4.3.4": "sha512",
}


def digest(name: str, data: bytes) -> bytes:
    return hashlib.new(name, data, usedforsecurity=False).digest()


def property_of(context: Context, number: int) -> bytes | None:
    """What was set, or what follows from the certificate."""
    certificate = context.certificate
    if number in context.properties:
        return context.properties[number]
    if number == SHA1:
        return digest("sha1", certificate.encoded)
    if number == SHA256:
        return digest("sha256", certificate.encoded)
    if number == MD5:
        return digest("md5", certificate.encoded)
    if number == SIGNATURE_HASH:
        name = _SIGNATURES.get(certificate.signature_algorithm.oid, "sha256")
        return digest(name, certificate.to_be_signed)
    if number == KEY_IDENTIFIER:
        return certificate.key_identifier
    if number == PUBLIC_KEY_MD5:
        return digest("md5", certificate.key)
    if number == SUBJECT_MD5:
        return digest("md5", certificate.subject)
    if number == ISSUER_SERIAL_MD5:
        return digest("md5", certificate.issuer + certificate.serial)
    if number == SUBJECT_PUBLIC_KEY_SHA256:
        return digest("sha256", certificate.key_info)
    return None


def put_blob(data: bytes, blob: int) -> None:
    """Into a CRYPTOAPI_BLOB of the program's; one without a place is told the size."""
    given = get_structure(blob, Blob)
    put_structure(blob, Blob(len(data), given.pbData))
    if not given.pbData:
        return
    if given.cbData < len(data):
        raise Refused(ERROR_MORE_DATA)
    _core.write(given.pbData, data)


def give_property(value: bytes | None, output: int, size_in_out: int) -> None:
    """A value for the program's buffer; None for one that there is not."""
    if not size_in_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    if value is None:
        raise Refused(CRYPT_E_NOT_FOUND)
    deliver(value, output, size_in_out)


@export("crypt32")
def CertGetCertificateContextProperty(
    pCertContext: PVOID, dwPropId: DWORD, pvData: PVOID, pcbData: LPDWORD
) -> BOOL:
    return done(lambda: give_property(property_of(context_of(pCertContext), dwPropId), pvData, pcbData))


# Properties whose value is a structure of their own instead of a blob, and what refers to a key container.
_NOT_BLOBS = (1, 2, 5, 6, 78, 99)
KEY_PROV_INFO, NCRYPT_KEY_HANDLE = 2, 78


def _set_property(address: int, number: int, data: int) -> None:
    context = context_of(address)
    if number in (KEY_PROV_INFO, NCRYPT_KEY_HANDLE):
        from windlass.api.crypto.certificate_keys import key_from_property

        context.key = key_from_property(number, data)
        return
    if number in _NOT_BLOBS:
        raise Refused(ERROR_INVALID_PARAMETER)
    if not data:
        context.properties.pop(number, None)
        return
    blob = get_structure(data, Blob)
    context.properties[number] = _core.read(blob.pbData, blob.cbData)


@export("crypt32")
def CertSetCertificateContextProperty(
    pCertContext: PVOID, dwPropId: DWORD, dwFlags: DWORD, pvData: PVOID
) -> BOOL:
    return done(_set_property, pCertContext, dwPropId, pvData)


@export("crypt32")
def CertEnumCertificateContextProperties(pCertContext: PVOID, dwPropId: DWORD) -> DWORD:
    """The next property that was set."""
    later = [number for number in context_of(pCertContext).properties if number > dwPropId]
    return min(later, default=0)


# ---- looking at a certificate ----


@export("crypt32")
def CertFindExtension(pszObjId: LPCSTR, cExtensions: DWORD, rgExtensions: PVOID) -> PVOID:
    size = ctypes.sizeof(Extension)
    for place in range(rgExtensions, rgExtensions + size * cExtensions, size):
        if _core.string(get_structure(place, Extension).pszObjId) == pszObjId:
            return place
    return 0


def _same_blob(first: Blob, second: Blob) -> bool:
    return _core.read(first.pbData, first.cbData) == _core.read(second.pbData, second.cbData)


def same_integer(first: Blob, second: Blob) -> bool:
    """Integers with their lowest byte first, and perhaps with zeros above."""
    one, other = (_core.read(blob.pbData, blob.cbData).rstrip(b"\0") for blob in (first, second))
    return one == other


@export("crypt32")
def CertCompareIntegerBlob(pInt1: PVOID, pInt2: PVOID) -> BOOL:
    return same_integer(get_structure(pInt1, Blob), get_structure(pInt2, Blob))


@export("crypt32")
def CertCompareCertificateName(dwCertEncodingType: DWORD, pCertName1: PVOID, pCertName2: PVOID) -> BOOL:
    return _same_blob(get_structure(pCertName1, Blob), get_structure(pCertName2, Blob))


@export("crypt32")
def CertCompareCertificate(dwCertEncodingType: DWORD, pCertId1: PVOID, pCertId2: PVOID) -> BOOL:
    """By issuer and serial number."""
    one, other = get_structure(pCertId1, CertInfo), get_structure(pCertId2, CertInfo)
    return same_integer(one.SerialNumber, other.SerialNumber) and _same_blob(one.Issuer, other.Issuer)


@export("crypt32")
def CertComparePublicKeyInfo(dwCertEncodingType: DWORD, pPublicKey1: PVOID, pPublicKey2: PVOID) -> BOOL:
    one, other = get_structure(pPublicKey1, PublicKeyInfo), get_structure(pPublicKey2, PublicKeyInfo)
    same_algorithm = _core.string(one.Algorithm.pszObjId) == _core.string(other.Algorithm.pszObjId)
    keys = [_core.read(each.PublicKey.pbData, each.PublicKey.cbData) for each in (one, other)]
    return same_algorithm and keys[0] == keys[1]


def _now() -> int:
    import time

    return x509.EPOCH + int(time.time() * 10**7)


def time_at(address: int) -> int:
    """A FILETIME's value; now for NULL."""
    return int.from_bytes(_core.read(address, 8), "little") if address else _now()


@export("crypt32")
def CertVerifyTimeValidity(pTimeToVerify: PVOID, pCertInfo: PVOID) -> LONG:
    """-1 before, 1 after the time in which the certificate is valid."""
    info, moment = get_structure(pCertInfo, CertInfo), time_at(pTimeToVerify)
    before, after = (each[0] | each[1] << 32 for each in (info.NotBefore, info.NotAfter))
    return -1 if moment < before else 1 if moment > after else 0


def _usage(address: int, flags: int, output: int, size_in_out: int) -> None:
    """CERT_ENHKEY_USAGE: a count and pointers to texts. None and CRYPT_E_NOT_FOUND: good for any use."""
    only_extension, only_property = 2, 4
    if not size_in_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    usages = None if flags & only_property else context_of(address).certificate.usages
    if usages is None and flags & (only_extension | only_property):
        put_u32(size_in_out, 0)
        raise Refused(CRYPT_E_NOT_FOUND)
    texts = [usage.encode("ascii") + b"\0" for usage in usages or ()]
    needed = 16 + 8 * len(texts) + sum(map(len, texts))
    capacity = get_u32(size_in_out)
    put_u32(size_in_out, needed)
    if output:
        if capacity < needed:
            raise Refused(ERROR_MORE_DATA)
        place, table = output + 16 + 8 * len(texts), b""
        for text in texts:
            table += place.to_bytes(8, "little")
            place += len(text)
        head = len(texts).to_bytes(8, "little") + ((output + 16) if texts else 0).to_bytes(8, "little")
        _core.write(output, head + table + b"".join(texts))
    _core.set_last_error(0 if usages is not None else CRYPT_E_NOT_FOUND)


@export("crypt32")
def CertGetEnhancedKeyUsage(pCertContext: PVOID, dwFlags: DWORD, pUsage: PVOID, pcbUsage: LPDWORD) -> BOOL:
    return done(_usage, pCertContext, dwFlags, pUsage, pcbUsage)


def _intended(info: int, output: int, size: int) -> int:
    """The bits of the key usage extension, as bytes; 0 with no error where there is none."""
    _core.set_last_error(0)
    found = get_structure(info, CertInfo)
    for index in range(found.cExtension):
        extension = get_structure(found.rgExtension + index * ctypes.sizeof(Extension), Extension)
        if _core.string(extension.pszObjId) == x509.KEY_USAGE.encode():
            value = _core.read(extension.Value.pbData, extension.Value.cbData)[3:]
            _core.write(output, value[:size].ljust(size, b"\0"))
            return 1
    _core.write(output, bytes(size))
    return 0


@export("crypt32")
def CertGetIntendedKeyUsage(
    dwCertEncodingType: DWORD, pCertInfo: PVOID, pbKeyUsage: PBYTE, cbKeyUsage: DWORD
) -> BOOL:
    return _intended(pCertInfo, pbKeyUsage, cbKeyUsage)


_HASH_NAMES = {0: "sha1", 0x8003: "md5", 0x8004: "sha1", 0x800C: "sha256", 0x800D: "sha384", 0x800E: "sha512"}
NTE_BAD_ALGID = 0x80090008


def _hash(algorithm: int, data: int, size: int, output: int, size_in_out: int) -> None:
    name = _HASH_NAMES.get(algorithm)
    if name is None:
        raise Refused(NTE_BAD_ALGID)
    deliver(digest(name, _core.read(data, size)), output, size_in_out)


@export("crypt32")
def CryptHashCertificate(
    hCryptProv: HANDLE,
    Algid: DWORD,
    dwFlags: DWORD,
    pbEncoded: PBYTE,
    cbEncoded: DWORD,
    pbComputedHash: PBYTE,
    pcbComputedHash: LPDWORD,
) -> BOOL:
    return done(_hash, Algid, pbEncoded, cbEncoded, pbComputedHash, pcbComputedHash)
