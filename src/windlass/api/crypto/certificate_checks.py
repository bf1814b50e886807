"""Issuers, signatures and keys of certificates, looked at one by one; names made of text.

Source: Microsoft, "CertGetIssuerCertificateFromStore function", "CryptVerifyCertificateSignatureEx function",
"CertStrToNameW function"; RFC 5280 for the names.
"""

from __future__ import annotations

import re

from windlass import _core
from windlass.api import blocks
from windlass.api.crypto import capi_objects, der, x509
from windlass.api.crypto.capi_objects import deliver
from windlass.api.crypto.certificate_chain import is_signed_by
from windlass.api.crypto.certificate_context import (
    X509_ASN_ENCODING,
    context_of,
    release,
    time_at,
)
from windlass.api.crypto.certificate_names import LETTERS
from windlass.api.crypto.certificate_objects import encode_public_key_info
from windlass.api.crypto.certificate_store import store_of
from windlass.api.crypto.crypto_extra import InvalidSignature, crypto_x509, ec, padding, rsa
from windlass.api.crypto.digests import DIGESTS
from windlass.api.outputs import fail, from_ansi, get_u32, get_u64, put_u32, put_u64
from windlass.api.refused import Refused, done
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPCSTR, LPCWSTR, LPDWORD, LPVOID, PBYTE, PVOID, ULONG, VOID

E_INVALIDARG = 0x80070057
NTE_BAD_SIGNATURE, NTE_BAD_ALGID = 0x80090006, 0x80090008
CRYPT_E_NOT_FOUND, CRYPT_E_SELF_SIGNED = 0x80092004, 0x80092007
CRYPT_E_INVALID_X500_STRING = 0x80092023
CRYPT_E_ASN1_BADTAG = 0x8009310B

# ---- issuers ----

CHECK_SIGNATURE, CHECK_REVOCATION, CHECK_TIME = 1, 2, 4
NO_LIST = 0x100


def failed_checks(store: int, subject: x509.Certificate, issuer: x509.Certificate, wanted: int) -> int:
    """The bits of the checks that were not passed. store: 0 has no lists."""
    failed = 0
    if wanted & CHECK_SIGNATURE and not is_signed_by(subject, issuer):
        failed |= CHECK_SIGNATURE
    if wanted & CHECK_TIME and not subject.not_before <= time_at(0) <= subject.not_after:
        failed |= CHECK_TIME
    if wanted & CHECK_REVOCATION:
        known = store_of(store).all_lists() if store else []
        lists = [each for each in known if each.list.issuer == issuer.subject]
        failed |= 0 if lists else NO_LIST
        failed |= CHECK_REVOCATION if not lists or any(each.entry_of(subject) for each in lists) else 0
    return failed


def _issuer(store: int, subject: int, previous: int, flags: int) -> int:
    certificate = context_of(subject).certificate
    candidates = [c for c in store_of(store).all() if c.certificate.subject == certificate.issuer]
    wanted = get_u32(flags)
    start = 0
    if previous:
        start = next(
            (i + 1 for i, each in enumerate(candidates) if each.address == previous), len(candidates)
        )
        release(previous)
    if certificate.subject == certificate.issuer:
        put_u32(flags, failed_checks(store, certificate, certificate, wanted))
        raise Refused(CRYPT_E_SELF_SIGNED)
    if start >= len(candidates):
        raise Refused(CRYPT_E_NOT_FOUND)
    found = candidates[start]
    put_u32(flags, failed_checks(store, certificate, found.certificate, wanted))
    found.references += 1
    return found.address


@export("crypt32")
def CertGetIssuerCertificateFromStore(
    hCertStore: HANDLE, pSubjectContext: PVOID, pPrevIssuerContext: PVOID, pdwFlags: LPDWORD
) -> PVOID:
    if not pdwFlags:
        return fail(E_INVALIDARG)
    try:
        return _issuer(hCertStore, pSubjectContext, pPrevIssuerContext, pdwFlags)
    except Refused as refused:
        return fail(refused.code)


# ---- signatures ----

SUBJECT_BLOB, SUBJECT_CERT = 1, 2
ISSUER_PUBLIC_KEY, ISSUER_CERT, ISSUER_CHAIN, ISSUER_NULL = 1, 2, 3, 4


def _check_signature(encoded: bytes, key_info: bytes) -> None:
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        certificate = crypto_x509.load_der_x509_certificate(encoded)
        key = load_der_public_key(key_info)
    except ValueError:
        raise Refused(CRYPT_E_ASN1_BADTAG) from None
    algorithm = certificate.signature_hash_algorithm
    if algorithm is None:
        raise Refused(NTE_BAD_ALGID)
    signature, data = certificate.signature, certificate.tbs_certificate_bytes
    try:
        if isinstance(key, rsa.RSAPublicKey):
            scheme = certificate.signature_algorithm_parameters
            key.verify(
                signature, data, scheme if isinstance(scheme, padding.PSS) else padding.PKCS1v15(), algorithm
            )
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(algorithm))
        else:
            raise Refused(NTE_BAD_ALGID)
    except InvalidSignature:
        raise Refused(NTE_BAD_SIGNATURE) from None


@export("crypt32")
def CryptVerifyCertificateSignature(
    hCryptProv: HANDLE, dwCertEncodingType: DWORD, pbEncoded: PBYTE, cbEncoded: DWORD, pPublicKey: PVOID
) -> BOOL:
    encoded = _core.read(pbEncoded, cbEncoded)
    return done(lambda: _check_signature(encoded, encode_public_key_info(pPublicKey)))


def _verify_ex(subject_kind: int, subject: int, issuer_kind: int, issuer: int) -> None:
    if subject_kind == SUBJECT_CERT:
        encoded = context_of(subject).certificate.encoded
    elif subject_kind == SUBJECT_BLOB:
        encoded = _core.read(get_u64(subject + 8), get_u32(subject))
    else:
        raise Refused(E_INVALIDARG)
    if issuer_kind == ISSUER_PUBLIC_KEY:
        key_info = encode_public_key_info(issuer)
    elif issuer_kind == ISSUER_CERT:
        key_info = context_of(issuer).certificate.key_info
    else:
        raise Refused(E_INVALIDARG)
    _check_signature(encoded, key_info)


@export("crypt32")
def CryptVerifyCertificateSignatureEx(
    hCryptProv: HANDLE,
    dwCertEncodingType: DWORD,
    dwSubjectType: DWORD,
    pvSubject: LPVOID,
    dwIssuerType: DWORD,
    pvIssuer: LPVOID,
    dwFlags: DWORD,
    pvExtra: LPVOID,
) -> BOOL:
    return done(_verify_ex, dwSubjectType, pvSubject, dwIssuerType, pvIssuer)


# ---- keys and algorithms ----


def _key_length(info: int) -> int:
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        return int(getattr(load_der_public_key(encode_public_key_info(info)), "key_size", 0))
    except ValueError:
        return fail(CRYPT_E_ASN1_BADTAG)


@export("crypt32")
def CertGetPublicKeyLength(dwCertEncodingType: DWORD, pPublicKey: PVOID) -> DWORD:
    return _key_length(pPublicKey) if pPublicKey else fail(E_INVALIDARG)


_ALGORITHMS = {DIGESTS[name].oid: number for number, name in capi_objects.HASHES.items()}
_ALGORITHMS.update(
    {
        "1.2.840.113549.1.1.1": 0xA400,
        "1.2.840.113549.3.2": 0x6602,
        "1.2.840.113549.3.4": 0x6801,
        "1.2.840.113549.3.7": 0x6603,
        "1.3.14.3.2.7": 0x6601,
        "2.16.840.1.101.3.4.1.2": 0x660E,
        "2.16.840.1.101.3.4.1.22": 0x660F,
        "2.16.840.1.101.3.4.1.42": 0x6610,
    }
)
_OIDS: dict[int, int] = {}


@export("crypt32")
def CertOIDToAlgId(pszObjId: LPCSTR) -> DWORD:
    return _ALGORITHMS.get((pszObjId or b"").decode("ascii", "replace"), 0)


@export("crypt32")
def CertAlgIdToOID(dwAlgId: DWORD) -> PVOID:
    """A text that stays."""
    oid = next((text for text, number in _ALGORITHMS.items() if number == dwAlgId), None)
    if oid is None:
        return 0
    if dwAlgId not in _OIDS:
        _OIDS[dwAlgId] = blocks.new(oid.encode() + b"\0")
    return _OIDS[dwAlgId]


# ---- names made of text ----

_NAMES = {letters.upper(): oid for oid, letters in LETTERS.items()}
_NAMES["ST"], _NAMES["EMAIL"], _NAMES["TITLE"] = "2.5.4.8", "1.2.840.113549.1.9.1", "2.5.4.12"
_IA5_ONLY = ("1.2.840.113549.1.9.1", "0.9.2342.19200300.100.1.25")
SEMICOLON, CRLF, COMMA, REVERSE, AS_UTF8 = 0x40000000, 0x08000000, 0x04000000, 0x02000000, 0x40000
_PRINTABLE = re.compile(r"[A-Za-z0-9 '()+,\-./:=?]*")


def _attribute(key: str, value: str, flags: int) -> bytes:
    oid = _NAMES.get(key.upper(), key[4:] if key.upper().startswith("OID.") else key)
    if oid in _IA5_ONLY:
        tag, data = der.IA5_STRING, value.encode("ascii")
    elif _PRINTABLE.fullmatch(value):
        tag, data = der.PRINTABLE_STRING, value.encode("ascii")
    elif flags & AS_UTF8:
        tag, data = der.UTF8_STRING, value.encode()
    else:
        tag, data = der.BMP_STRING, value.encode("utf-16-be")
    return der.encode(der.SEQUENCE, der.encode_oid(oid) + der.encode(tag, data))


def encode_name(text: str, flags: int) -> bytes:
    """ValueError for what is no name. Parts end where the flags say; values may be quoted."""
    ends = ";" if flags & SEMICOLON else "\r\n" if flags & CRLF else "," if flags & COMMA else ",;"
    pattern = re.compile(rf'\s*([A-Za-z0-9.]+)\s*=\s*("(?:[^"]|"")*"|[^+{ends}]*)\s*([+{ends}]|$)\s*')
    relatives: list[list[bytes]] = [[]]
    at = 0
    while at < len(text):
        found = pattern.match(text, at)
        if found is None:
            raise ValueError("no name")
        key, value, end = found.groups()
        value = value[1:-1].replace('""', '"') if value.startswith('"') else value.strip()
        relatives[-1].append(_attribute(key, value, flags))
        if end and end != "+":
            relatives.append([])
        at = found.end()
    sets = [der.encode(der.SET, b"".join(sorted(each))) for each in relatives if each]
    return der.encode(der.SEQUENCE, b"".join(reversed(sets) if flags & REVERSE else sets))


def _put_name(encoding: int, text: str | None, flags: int, output: int, size_in_out: int, error: int) -> None:
    if text is None or not size_in_out or encoding & 0xFFFF != X509_ASN_ENCODING:
        raise Refused(E_INVALIDARG)
    put_u64(error, 0)
    try:
        data = encode_name(text, flags)
    except ValueError:
        raise Refused(CRYPT_E_INVALID_X500_STRING) from None
    deliver(data, output, size_in_out)


@export("crypt32")
def CertStrToNameW(
    dwCertEncodingType: DWORD,
    pszX500: LPCWSTR,
    dwStrType: DWORD,
    pvReserved: LPVOID,
    pbEncoded: PBYTE,
    pcbEncoded: LPDWORD,
    ppszError: PVOID,
) -> BOOL:
    return done(_put_name, dwCertEncodingType, pszX500, dwStrType, pbEncoded, pcbEncoded, ppszError)


@export("crypt32")
def CertStrToNameA(
    dwCertEncodingType: DWORD,
    pszX500: LPCSTR,
    dwStrType: DWORD,
    pvReserved: LPVOID,
    pbEncoded: PBYTE,
    pcbEncoded: LPDWORD,
    ppszError: PVOID,
) -> BOOL:
    text = from_ansi(pszX500)
    return done(_put_name, dwCertEncodingType, text, dwStrType, pbEncoded, pcbEncoded, ppszError)


# ---- memory ----


@export("crypt32")
def CryptMemAlloc(cbSize: ULONG) -> PVOID:
    try:
        return blocks.new(bytes(cbSize))
    except Refused as refused:
        return fail(refused.code)


@export("crypt32")
def CryptMemFree(pv: PVOID) -> VOID:
    if pv:
        blocks.free(pv)
