"""Revocation lists as programs have them: contexts, and what they say of certificates.

Source: Microsoft, "CRL_CONTEXT structure", "CRL_INFO structure", "CertCreateCRLContext function",
"CertFindCRLInStore function", "CertVerifyCRLRevocation function"; RFC 5280, 5.
"""

from __future__ import annotations

import ctypes
import functools
from ctypes import c_uint32, c_uint64
from typing import NamedTuple

from windlass import _core
from windlass.api.crypto import certificate_context as contexts
from windlass.api.crypto import certificate_store as stores
from windlass.api.crypto import der, x509
from windlass.api.crypto.certificate_context import (
    AlgorithmIdentifier,
    Blob,
    CertContext,
    Memory,
    context_of,
    halves,
    time_at,
)
from windlass.api.crypto.certificate_store import Store, store_of
from windlass.api.crypto.context_table import ContextTable
from windlass.api.crypto.der import elements
from windlass.api.outputs import fail, get_u32, put_u32, put_u64
from windlass.api.refused import Refused, done
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LONG, LPDWORD, LPVOID, PBYTE, PVOID

__all__ = ["ListContext", "new_list"]

ERROR_ACCESS_DENIED = 5
CRYPT_E_NOT_FOUND, CRYPT_E_EXISTS = 0x80092004, 0x80092005
CRYPT_E_ASN1_BADTAG = 0x8009310B
E_INVALIDARG = 0x80070057
X509_ASN_ENCODING = 1


# ---- what is in a list ----


class Entry(NamedTuple):
    serial: bytes
    revoked: int
    extensions: tuple[x509.Extension, ...]


class RevocationList(NamedTuple):
    """Times are FILETIMEs; next_update is 0 where none is promised."""

    encoded: bytes
    version: int
    signature_algorithm: x509.AlgorithmIdentifier
    issuer: bytes
    this_update: int
    next_update: int
    entries: tuple[Entry, ...]
    extensions: tuple[x509.Extension, ...]


def _entry(element: der.Element) -> Entry:
    serial, revoked, *rest = elements(element.content)
    return Entry(serial.content, x509.filetime(revoked), x509.extensions(rest[0].content) if rest else ())


@functools.lru_cache(maxsize=32)
def parse(encoded: bytes) -> RevocationList:
    """ValueError for what is no list."""
    try:
        return _parse(encoded)
    except (IndexError, UnicodeDecodeError) as error:
        raise ValueError(f"no revocation list: {error}") from None


def _parse(data: bytes) -> RevocationList:
    whole = elements(data)[0]
    fields = elements(elements(whole.content)[0].content)
    version = fields.pop(0).content[0] if fields[0].tag == der.INTEGER else 0
    algorithm, issuer, this_update, *rest = fields
    times = [each for each in rest if each.tag in (der.UTC_TIME, der.GENERALIZED_TIME)]
    entries = [each for each in rest if each.tag == der.SEQUENCE]
    own = [elements(each.content)[0] for each in rest if each.tag == 0xA0]
    return RevocationList(
        whole.encoded,
        version,
        x509.algorithm(algorithm),
        issuer.encoded,
        x509.filetime(this_update),
        x509.filetime(times[0]) if times else 0,
        tuple(_entry(each) for each in elements(entries[0].content)) if entries else (),
        x509.extensions(own[0].content) if own else (),
    )


# ---- contexts ----


class CrlEntry(ctypes.Structure):
    _fields_ = [
        ("SerialNumber", Blob),
        ("RevocationDate", c_uint32 * 2),
        ("cExtension", c_uint32),
        ("rgExtension", c_uint64),
    ]


class CrlInfo(ctypes.Structure):
    _fields_ = [
        ("dwVersion", c_uint32),
        ("SignatureAlgorithm", AlgorithmIdentifier),
        ("Issuer", Blob),
        ("ThisUpdate", c_uint32 * 2),
        ("NextUpdate", c_uint32 * 2),
        ("cCRLEntry", c_uint32),
        ("rgCRLEntry", c_uint64),
        ("cExtension", c_uint32),
        ("rgExtension", c_uint64),
    ]


class ListContext:
    """A revocation list in a store (0: in none), counted like a certificate's context."""

    def __init__(self, found: RevocationList, store: int = 0) -> None:
        self.list = found
        self.references = 1
        self.properties: dict[int, bytes] = {}
        self.store = store
        self._memory = memory = Memory()
        encoded = memory.put(found.encoded)
        self.entries = memory.put(b"".join(map(self._entry, found.entries))) if found.entries else 0
        self.info = memory.put(bytes(self._info()))
        context = CertContext(X509_ASN_ENCODING, encoded, len(found.encoded), self.info, store)
        self.address = memory.put(bytes(context))

    def _entry(self, entry: Entry) -> bytes:
        serial = self._memory.blob(entry.serial[::-1])
        extensions = self._memory.extensions(entry.extensions)
        return bytes(CrlEntry(serial, halves(entry.revoked), len(entry.extensions), extensions))

    def _info(self) -> CrlInfo:
        found, memory = self.list, self._memory
        return CrlInfo(
            found.version,
            memory.algorithm(found.signature_algorithm),
            memory.blob(found.issuer),
            halves(found.this_update),
            halves(found.next_update),
            len(found.entries),
            self.entries,
            len(found.extensions),
            memory.extensions(found.extensions),
        )

    def entry_of(self, certificate: x509.Certificate) -> int:
        """The address of the certificate's entry; 0 if there is none."""
        for index, entry in enumerate(self.list.entries):
            if entry.serial == certificate.serial:
                return self.entries + index * ctypes.sizeof(CrlEntry)
        return 0


_contexts: ContextTable[ListContext] = ContextTable()
list_of, release = _contexts.find, _contexts.release


def new_list(found: RevocationList, store: int = 0) -> ListContext:
    """With one reference, the caller's."""
    return _contexts.add(ListContext(found, store))


def read_list(encoding: int, data: int, size: int) -> RevocationList:
    if encoding & 0xFFFF != X509_ASN_ENCODING or not data:
        raise Refused(E_INVALIDARG)
    try:
        return parse(_core.read(data, size))
    except ValueError:
        raise Refused(CRYPT_E_ASN1_BADTAG) from None


@export("crypt32")
def CertCreateCRLContext(dwCertEncodingType: DWORD, pbCrlEncoded: PBYTE, cbCrlEncoded: DWORD) -> PVOID:
    try:
        return new_list(read_list(dwCertEncodingType, pbCrlEncoded, cbCrlEncoded)).address
    except Refused as refused:
        return fail(refused.code)


@export("crypt32")
def CertDuplicateCRLContext(pCrlContext: PVOID) -> PVOID:
    _contexts.refer(pCrlContext)
    return pCrlContext


@export("crypt32")
def CertFreeCRLContext(pCrlContext: PVOID) -> BOOL:
    release(pCrlContext)
    return 1


# ---- properties ----

_DIGESTS = {contexts.SHA1: "sha1", contexts.MD5: "md5", contexts.SHA256: "sha256"}


def _property(address: int, number: int, output: int, size_in_out: int) -> None:
    context = list_of(address)
    value = context.properties.get(number)
    if value is None and number in _DIGESTS:
        value = contexts.digest(_DIGESTS[number], context.list.encoded)
    contexts.give_property(value, output, size_in_out)


@export("crypt32")
def CertGetCRLContextProperty(pCrlContext: PVOID, dwPropId: DWORD, pvData: PVOID, pcbData: LPDWORD) -> BOOL:
    return done(_property, pCrlContext, dwPropId, pvData, pcbData)


def _set_property(address: int, number: int, data: int) -> None:
    context = list_of(address)
    if data:
        blob = get_structure(data, Blob)
        context.properties[number] = _core.read(blob.pbData, blob.cbData)
    else:
        context.properties.pop(number, None)


@export("crypt32")
def CertSetCRLContextProperty(pCrlContext: PVOID, dwPropId: DWORD, dwFlags: DWORD, pvData: PVOID) -> BOOL:
    return done(_set_property, pCrlContext, dwPropId, pvData)


@export("crypt32")
def CertEnumCRLContextProperties(pCrlContext: PVOID, dwPropId: DWORD) -> DWORD:
    return min((number for number in list_of(pCrlContext).properties if number > dwPropId), default=0)


# ---- in stores ----


@export("crypt32")
def CertEnumCRLsInStore(hCertStore: HANDLE, pPrevCrlContext: PVOID) -> PVOID:
    try:
        return _contexts.following(store_of(hCertStore).all_lists(), pPrevCrlContext)
    except Refused as refused:
        return fail(refused.code)


FIND_ANY, FIND_ISSUED_BY, FIND_EXISTING, FIND_ISSUED_FOR = range(4)


class IssuedFor(ctypes.Structure):
    """CRL_FIND_ISSUED_FOR_PARA"""

    _fields_ = [("pSubjectCert", c_uint64), ("pIssuerCert", c_uint64)]


def _matches(context: ListContext, kind: int, parameter: int) -> bool:
    if kind == FIND_ANY or (kind == FIND_ISSUED_BY and not parameter):
        return True
    if kind == FIND_ISSUED_BY:
        return context.list.issuer == context_of(parameter).certificate.subject
    if kind == FIND_EXISTING:
        return context.list.issuer == list_of(parameter).list.issuer
    if kind == FIND_ISSUED_FOR:
        pair = get_structure(parameter, IssuedFor)
        return context.list.issuer == context_of(pair.pIssuerCert).certificate.subject
    raise Refused(E_INVALIDARG)


@export("crypt32")
def CertFindCRLInStore(
    hCertStore: HANDLE,
    dwCertEncodingType: DWORD,
    dwFindFlags: DWORD,
    dwFindType: DWORD,
    pvFindPara: PVOID,
    pPrevCrlContext: PVOID,
) -> PVOID:
    try:
        lists = store_of(hCertStore).all_lists()
        return _contexts.following(
            [each for each in lists if _matches(each, dwFindType, pvFindPara)], pPrevCrlContext
        )
    except Refused as refused:
        return fail(refused.code)


def add(handle: int, found: RevocationList, disposition: int, result: int) -> None:
    """An existing list is one of the same issuer; "newer" is the one that was made later."""
    if not handle:  # a context in no store
        put_u64(result, new_list(found).address)
        return
    store = store_of(handle)
    if store.read_only:
        raise Refused(ERROR_ACCESS_DENIED)
    if disposition not in range(stores.ADD_NEW, stores.ADD_NEWER_INHERIT + 1):
        raise Refused(E_INVALIDARG)
    existing = next((each for each in store.lists if each.list.issuer == found.issuer), None)
    context = None
    if existing is not None and disposition != stores.ADD_ALWAYS:
        newer = found.this_update > existing.list.this_update
        only_newer = disposition in (stores.ADD_NEWER, stores.ADD_NEWER_INHERIT)
        if disposition == stores.ADD_NEW or (only_newer and not newer):
            raise Refused(CRYPT_E_EXISTS)
        if disposition == stores.ADD_USE_EXISTING:
            context = existing
        else:
            _remove(store, existing)
    if context is None:
        context = new_list(found, handle)
        store.lists.append(context)
    if result:
        context.references += 1
        put_u64(result, context.address)


def _remove(store: Store, context: ListContext) -> None:
    store.lists.remove(context)
    release(context.address)


@export("crypt32")
def CertAddCRLContextToStore(
    hCertStore: HANDLE, pCrlContext: PVOID, dwAddDisposition: DWORD, ppStoreContext: PVOID
) -> BOOL:
    return done(lambda: add(hCertStore, list_of(pCrlContext).list, dwAddDisposition, ppStoreContext))


@export("crypt32")
def CertAddEncodedCRLToStore(
    hCertStore: HANDLE,
    dwCertEncodingType: DWORD,
    pbCrlEncoded: PBYTE,
    cbCrlEncoded: DWORD,
    dwAddDisposition: DWORD,
    ppCrlContext: PVOID,
) -> BOOL:
    def add_it() -> None:
        found = read_list(dwCertEncodingType, pbCrlEncoded, cbCrlEncoded)
        add(hCertStore, found, dwAddDisposition, ppCrlContext)

    return done(add_it)


def _delete(address: int) -> None:
    """Gives the context back, whatever comes of it."""
    context = list_of(address)
    try:
        store = store_of(context.store)
        if context not in store.lists:
            raise Refused(CRYPT_E_NOT_FOUND)
        if store.read_only:
            raise Refused(ERROR_ACCESS_DENIED)
        _remove(store, context)
    finally:
        release(address)


@export("crypt32")
def CertDeleteCRLFromStore(pCrlContext: PVOID) -> BOOL:
    return done(_delete, pCrlContext)


# ---- what lists say ----


@export("crypt32")
def CertFindCertificateInCRL(
    pCert: PVOID, pCrlContext: PVOID, dwFlags: DWORD, pvReserved: LPVOID, ppCrlEntry: PVOID
) -> BOOL:
    """True when the list could be searched; NULL for a certificate that is not in it."""
    return done(lambda: put_u64(ppCrlEntry, list_of(pCrlContext).entry_of(context_of(pCert).certificate)))


@export("crypt32")
def CertIsValidCRLForCertificate(pCert: PVOID, pCrl: PVOID, dwFlags: DWORD, pvReserved: LPVOID) -> BOOL:
    """Whether the list is one that would have the certificate; who signed it is not asked."""
    from windlass.api.crypto.revocation import covers

    try:
        return covers(list_of(pCrl).list.encoded, context_of(pCert).certificate) or fail(CRYPT_E_NOT_FOUND)
    except Refused as refused:
        return fail(refused.code)


@export("crypt32")
def CertVerifyCRLTimeValidity(pTimeToVerify: PVOID, pCrlInfo: PVOID) -> LONG:
    """-1 before, 1 after the time for which the list was made; without a next update it has no end."""
    info, moment = get_structure(pCrlInfo, CrlInfo), time_at(pTimeToVerify)
    before, after = (each[0] | each[1] << 32 for each in (info.ThisUpdate, info.NextUpdate))
    return -1 if moment < before else 1 if after and moment > after else 0


def _is_listed(certificate: int, info: int) -> bool:
    serial = get_structure(certificate, contexts.CertInfo).SerialNumber
    found = get_structure(info, CrlInfo)
    size = ctypes.sizeof(CrlEntry)
    entries = (get_structure(found.rgCRLEntry + index * size, CrlEntry) for index in range(found.cCRLEntry))
    return any(contexts.same_integer(serial, entry.SerialNumber) for entry in entries)


@export("crypt32")
def CertVerifyCRLRevocation(
    dwCertEncodingType: DWORD, pCertId: PVOID, cCrlInfo: DWORD, rgpCrlInfo: PVOID
) -> BOOL:
    """Whether none of the lists has the certificate."""
    infos = (int.from_bytes(_core.read(rgpCrlInfo + 8 * index, 8), "little") for index in range(cCrlInfo))
    return not any(_is_listed(pCertId, info) for info in infos)


@export("crypt32")
def CertGetCRLFromStore(
    hCertStore: HANDLE, pIssuerContext: PVOID, pPrevCrlContext: PVOID, pdwFlags: LPDWORD
) -> PVOID:
    """The next list of an issuer, or of anyone; the flags say which checks to make, then which it failed."""
    try:
        lists = store_of(hCertStore).all_lists()
        found = _contexts.following(
            [each for each in lists if _matches(each, FIND_ISSUED_BY, pIssuerContext)], pPrevCrlContext
        )
        if found:
            _check_list(found, pIssuerContext, pdwFlags)
        return found
    except Refused as refused:
        return fail(refused.code)


CHECK_SIGNATURE, CHECK_TIME = 1, 4


def _check_list(address: int, issuer: int, flags: int) -> None:
    from windlass.api.crypto.revocation import is_list_of, load_list

    context, wanted = list_of(address), get_u32(flags)
    failed = 0
    if wanted & CHECK_SIGNATURE and issuer:
        loaded = load_list(context.list.encoded)
        signed = loaded is not None and is_list_of(loaded, context_of(issuer).certificate)
        failed |= 0 if signed else CHECK_SIGNATURE
    if wanted & CHECK_TIME and CertVerifyCRLTimeValidity(0, context.info):
        failed |= CHECK_TIME
    put_u32(flags, failed)
