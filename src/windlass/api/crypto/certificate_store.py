"""Certificate stores: in memory, and the system's.

"Root" holds the certificate authorities that the host trusts, from the file that OpenSSL reads: the one that
SSL_CERT_FILE names, or where distributions have it. The other system stores are empty. What a program adds to
one of them is there until it is closed.

Source: Microsoft, "CertOpenStore function", "CertFindCertificateInStore function",
"CertAddCertificateContextToStore function", "System Store Locations".
"""

from __future__ import annotations

import base64
import binascii
import functools
import os
import re
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING

from windlass import _core
from windlass.api.crypto import certificate_context as contexts
from windlass.api.crypto import crypt_handles as handles
from windlass.api.crypto import x509
from windlass.api.crypto.certificate_context import (
    Blob,
    CertInfo,
    Context,
    context_of,
    following,
    new_context,
    release,
)
from windlass.api.crypto.certificate_names import plain_text
from windlass.api.outputs import fail, get_u32, put_u64, string_at
from windlass.api.refused import Refused, done
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPCSTR, LPCWSTR, LPVOID, PBYTE, PVOID

if TYPE_CHECKING:
    from windlass.api.crypto.revocation_lists import ListContext

__all__ = ["Store", "roots", "store_of"]

ERROR_FILE_NOT_FOUND = 2
ERROR_ACCESS_DENIED = 5
ERROR_INVALID_PARAMETER = 87
CRYPT_E_NOT_FOUND = 0x80092004
CRYPT_E_EXISTS = 0x80092005
CRYPT_E_PENDING_CLOSE = 0x8009200F
CRYPT_E_FILE_ERROR, CRYPT_E_ASN1_BADTAG = 0x80092003, 0x8009310B

# Providers, by number or by name.
PROV_MEMORY, PROV_FILENAME_A, PROV_FILENAME_W, PROV_COLLECTION = 2, 7, 8, 11
PROV_MESSAGE, PROV_PKCS7, PROV_SERIALIZED = 1, 5, 6
PROV_SYSTEM_A, PROV_SYSTEM_W, PROV_SYSTEM_REGISTRY_A, PROV_SYSTEM_REGISTRY_W = 9, 10, 12, 13
_PROVIDERS = {
    b"memory": PROV_MEMORY,
    b"collection": PROV_COLLECTION,
    b"system": PROV_SYSTEM_W,
    b"systemregistry": PROV_SYSTEM_REGISTRY_W,
    b"file": PROV_FILENAME_W,
    b"msg": PROV_MESSAGE,
    b"pkcs7": PROV_PKCS7,
    b"serialized": PROV_SERIALIZED,
}
OPEN_EXISTING, READONLY = 0x4000, 0x8000
SYSTEM_STORES = {"my", "root", "ca", "trust", "disallowed", "addressbook", "authroot", "trustedpeople",
                 "trustedpublisher", "smartcardroot", "clientauthissuer"}  # fmt: skip


class Store:
    """Certificates are in `contexts`, revocation lists in `lists`; a collection's stores, with a reference
    to each, in `members`.
    """

    def __init__(self, *, read_only: bool = False) -> None:
        self.handle = handles.new(self)
        self.references = 1
        self.read_only = read_only
        self.contexts: list[Context] = []
        self.lists: list[ListContext] = []
        self.members: list[Store] = []
        self.properties: dict[int, bytes] = {}

    def all_lists(self) -> list[ListContext]:
        return self.lists + [context for member in self.members for context in member.all_lists()]

    def all(self) -> list[Context]:
        return self.contexts + [context for member in self.members for context in member.all()]

    def add(self, certificate: x509.Certificate) -> Context:
        context = new_context(certificate, self.handle)
        self.contexts.append(context)
        return context

    def forget_lists(self) -> None:
        if self.lists:
            from windlass.api.crypto.revocation_lists import release as release_list

            for context in self.lists:
                release_list(context.address)
            self.lists.clear()

    def remove(self, context: Context) -> None:
        self.contexts.remove(context)
        release(context.address)

    def collect(self, member: Store) -> None:
        """As often as it is closed then, the member stays open for this collection."""
        member.references += 1
        self.members.append(member)

    def give_up(self, member: Store) -> None:
        self.members.remove(member)
        member.release()

    def release(self) -> None:
        self.references -= 1
        if self.references <= 0:
            self.end()

    def end(self) -> None:
        for context in list(self.contexts):
            self.remove(context)
        self.forget_lists()
        for member in list(self.members):
            self.give_up(member)
        handles.close(self.handle)


def store_of(handle: int) -> Store:
    found = handles.object_of(handle, Store)
    if found is None:
        raise Refused(ERROR_INVALID_PARAMETER)
    return found


# ---- the host's authorities ----

_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def _bundle() -> str | None:
    found = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    places = (found, *_BUNDLES) if found else _BUNDLES
    return next((place for place in places if os.path.isfile(place)), None)


@functools.cache
def roots() -> tuple[x509.Certificate, ...]:
    path = _bundle()
    if path is None:
        return ()
    with open(path, "rb") as file:
        return tuple(_of_pem(file.read()))


def _of_pem(text: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM file, or the one of a DER file."""
    if b"-----BEGIN" not in text:
        return [x509.parse(text)]
    found = []
    pattern = rb"-----BEGIN (?:TRUSTED )?CERTIFICATE-----(.*?)-----END"
    for body in re.findall(pattern, text, re.DOTALL):
        try:
            found.append(x509.parse(base64.b64decode(body)))
        except (ValueError, binascii.Error):
            continue  # what is no certificate is nobody's authority
    return found


# ---- opening and closing ----


def _system_store(name: str | None, flags: int) -> Store:
    """A name may be of another user, computer or service: those have none of their own."""
    if not name:
        raise Refused(ERROR_INVALID_PARAMETER)
    plain = name.rpartition("\\")[2].lower()
    if plain not in SYSTEM_STORES and flags & OPEN_EXISTING:
        raise Refused(ERROR_FILE_NOT_FOUND)
    store = Store(read_only=bool(flags & READONLY))
    if plain in ("root", "authroot"):
        for certificate in roots():
            store.add(certificate)
    return store


def _file_store(path: str | None) -> Store:
    host = _core.path_to_host(path) if path else None
    try:
        with open(host or "", "rb") as file:
            data = file.read()
    except OSError:
        raise Refused(ERROR_FILE_NOT_FOUND) from None
    for read in (_read_serialized, _read_certificates, _read_message):
        store = Store()
        try:
            read(store, data)
        except ValueError:
            handles.close(store.handle)
            continue
        return store
    raise Refused(CRYPT_E_FILE_ERROR)


def _read_certificates(store: Store, data: bytes) -> None:
    for certificate in _of_pem(data):
        store.add(certificate)


def _read_serialized(store: Store, data: bytes) -> None:
    from windlass.api.crypto.store_files import fill_from_serialized

    fill_from_serialized(store, data)


def _read_message(store: Store, data: bytes) -> None:
    from windlass.api.crypto.store_files import fill_from_message

    fill_from_message(store, data)


def _memory_store(read: Callable[[Store, bytes], None], blob: int) -> Store:
    """From what a CRYPT_DATA_BLOB has."""
    store = Store()
    try:
        read(store, _blob(blob))
    except ValueError:
        handles.close(store.handle)
        raise Refused(CRYPT_E_ASN1_BADTAG) from None
    return store


def _message_store(handle: int) -> Store:
    """With what a message brings along."""
    from windlass.api.crypto.crypt_message import Message

    message = handles.object_of(handle, Message)
    if message is None:
        raise Refused(ERROR_INVALID_PARAMETER)
    store = Store()
    for certificate in message.decoded().certificates:
        store.add(certificate)
    return store


def _provider_number(provider: int) -> int:
    if provider >> 16 == 0:
        return provider
    return _PROVIDERS.get(_core.string(provider).lower(), 0)


def _open(provider: int, flags: int, parameter: int) -> Store:
    number = _provider_number(provider)
    if number in (PROV_MEMORY, PROV_COLLECTION):
        return Store()
    if number in (PROV_SYSTEM_A, PROV_SYSTEM_W, PROV_SYSTEM_REGISTRY_A, PROV_SYSTEM_REGISTRY_W):
        wide = number in (PROV_SYSTEM_W, PROV_SYSTEM_REGISTRY_W)
        return _system_store(string_at(parameter, wide), flags)
    if number in (PROV_FILENAME_A, PROV_FILENAME_W):
        return _file_store(string_at(parameter, wide=number == PROV_FILENAME_W))
    if number in (PROV_PKCS7, PROV_SERIALIZED):
        return _memory_store(_read_message if number == PROV_PKCS7 else _read_serialized, parameter)
    if number == PROV_MESSAGE:
        return _message_store(parameter)
    raise Refused(ERROR_FILE_NOT_FOUND)


@export("crypt32")
def CertOpenStore(
    lpszStoreProvider: PVOID, dwEncodingType: DWORD, hCryptProv: HANDLE, dwFlags: DWORD, pvPara: LPVOID
) -> HANDLE:
    try:
        return _open(lpszStoreProvider, dwFlags, pvPara).handle
    except Refused as refused:
        return fail(refused.code)


@export("crypt32")
def CertOpenSystemStoreW(hProv: HANDLE, szSubsystemProtocol: LPCWSTR) -> HANDLE:
    try:
        return _system_store(szSubsystemProtocol, 0).handle
    except Refused as refused:
        return fail(refused.code)


@export("crypt32")
def CertOpenSystemStoreA(hProv: HANDLE, szSubsystemProtocol: LPCSTR) -> HANDLE:
    try:
        return _system_store(_core.ansi_to_text(szSubsystemProtocol or b""), 0).handle
    except Refused as refused:
        return fail(refused.code)


@export("crypt32")
def CertDuplicateStore(hCertStore: HANDLE) -> HANDLE:
    found = handles.object_of(hCertStore, Store)
    if found is not None:
        found.references += 1
    return hCertStore


CLOSE_FORCE, CLOSE_CHECK = 1, 2


def _close(handle: int, flags: int) -> None:
    """Contexts that the program still holds stay good."""
    store = store_of(handle)
    pending = any(context.references > 1 for context in store.contexts)
    if flags & CLOSE_FORCE:
        store.references = 1
    store.release()
    if flags & CLOSE_CHECK and (store.references > 0 or pending):
        raise Refused(CRYPT_E_PENDING_CLOSE)


@export("crypt32")
def CertCloseStore(hCertStore: HANDLE, dwFlags: DWORD) -> BOOL:
    return done(_close, hCertStore, dwFlags) if hCertStore else 1


@export("crypt32")
def CertControlStore(hCertStore: HANDLE, dwFlags: DWORD, dwCtrlType: DWORD, pvCtrlPara: PVOID) -> BOOL:
    """Nothing changes behind a store's back, and nothing is kept that could be committed."""
    return handles.object_of(hCertStore, Store) is not None or fail(ERROR_INVALID_PARAMETER)


@export("crypt32")
def CertAddStoreToCollection(
    hCollectionStore: HANDLE, hSiblingStore: HANDLE, dwUpdateFlags: DWORD, dwPriority: DWORD
) -> BOOL:
    """The program may close the member then: the collection keeps it."""
    return done(lambda: store_of(hCollectionStore).collect(store_of(hSiblingStore)))


# ---- finding ----


@export("crypt32")
def CertEnumCertificatesInStore(hCertStore: HANDLE, pPrevCertContext: PVOID) -> PVOID:
    try:
        return following(store_of(hCertStore).all(), pPrevCertContext)
    except Refused as refused:
        return fail(refused.code)


# What to compare, in the upper half of the type, and whether of the issuer or the subject.
COMPARE_ANY, COMPARE_SHA1, COMPARE_NAME, COMPARE_MD5, COMPARE_PUBLIC_KEY = 0, 1, 2, 4, 6
COMPARE_STR_A, COMPARE_STR_W, COMPARE_USAGE, COMPARE_SUBJECT_CERT, COMPARE_EXISTING = 7, 8, 10, 11, 13
COMPARE_SIGNATURE_HASH, COMPARE_KEY_IDENTIFIER, COMPARE_CERT_ID = 14, 15, 16
COMPARE_HAS_PRIVATE_KEY = 21
INFO_ISSUER, INFO_SUBJECT = 4, 7

_HASH_PROPERTIES = {
    COMPARE_SHA1: contexts.SHA1,
    COMPARE_MD5: contexts.MD5,
    COMPARE_SIGNATURE_HASH: contexts.SIGNATURE_HASH,
    COMPARE_KEY_IDENTIFIER: contexts.KEY_IDENTIFIER,
}
CERT_ID_ISSUER_SERIAL, CERT_ID_KEY_IDENTIFIER, CERT_ID_SHA1 = 1, 2, 3


def _blob(address: int) -> bytes:
    blob = get_structure(address, Blob)
    return _core.read(blob.pbData, blob.cbData)


def _matches(context: Context, compare: int, of: int, parameter: int) -> bool:
    certificate = context.certificate
    if compare == COMPARE_ANY:
        return True
    if compare in _HASH_PROPERTIES:
        return contexts.property_of(context, _HASH_PROPERTIES[compare]) == _blob(parameter)
    name = certificate.issuer if of == INFO_ISSUER else certificate.subject
    if compare == COMPARE_NAME:
        return name == _blob(parameter)
    if compare in (COMPARE_STR_A, COMPARE_STR_W):
        wanted = string_at(parameter, wide=compare == COMPARE_STR_W) or ""
        return wanted.lower() in plain_text(name).lower()
    if compare == COMPARE_EXISTING:
        return certificate.encoded == context_of(parameter).certificate.encoded
    if compare == COMPARE_SUBJECT_CERT:
        return bool(contexts.CertCompareCertificate(1, context.info, parameter))
    if compare == COMPARE_PUBLIC_KEY:
        info = context.info + CertInfo.SubjectPublicKeyInfo.offset
        return bool(contexts.CertComparePublicKeyInfo(1, info, parameter))
    if compare == COMPARE_USAGE:
        return _has_usages(certificate, parameter)
    if compare == COMPARE_CERT_ID:
        return _has_id(context, parameter)
    if compare == COMPARE_HAS_PRIVATE_KEY:
        return context.key is not None
    raise Refused(ERROR_INVALID_PARAMETER)


def _has_usages(certificate: x509.Certificate, parameter: int) -> bool:
    """All of a CERT_ENHKEY_USAGE; a certificate that names none has all."""
    if certificate.usages is None or not parameter:
        return True
    count, table = get_u32(parameter), int.from_bytes(_core.read(parameter + 8, 8), "little")
    places = (int.from_bytes(_core.read(table + 8 * i, 8), "little") for i in range(count))
    return all(_core.string(place).decode("ascii", "replace") in certificate.usages for place in places)


def _has_id(context: Context, parameter: int) -> bool:
    """CERT_ID: its kind, then issuer and serial number or a hash."""
    kind = get_u32(parameter)
    if kind == CERT_ID_ISSUER_SERIAL:
        serial = get_structure(parameter + 24, Blob)
        own = get_structure(context.info, CertInfo).SerialNumber
        return context.certificate.issuer == _blob(parameter + 8) and contexts.same_integer(serial, own)
    number = {CERT_ID_KEY_IDENTIFIER: contexts.KEY_IDENTIFIER, CERT_ID_SHA1: contexts.SHA1}.get(kind)
    if number is None:
        raise Refused(ERROR_INVALID_PARAMETER)
    return contexts.property_of(context, number) == _blob(parameter + 8)


@export("crypt32")
def CertFindCertificateInStore(
    hCertStore: HANDLE,
    dwCertEncodingType: DWORD,
    dwFindFlags: DWORD,
    dwFindType: DWORD,
    pvFindPara: PVOID,
    pPrevCertContext: PVOID,
) -> PVOID:
    compare, of = dwFindType >> 16, dwFindType & 0xFFFF
    try:
        found = [c for c in store_of(hCertStore).all() if _matches(c, compare, of, pvFindPara)]
        return following(found, pPrevCertContext)
    except Refused as refused:
        return fail(refused.code)


@export("crypt32")
def CertGetSubjectCertificateFromStore(
    hCertStore: HANDLE, dwCertEncodingType: DWORD, pCertId: PVOID
) -> PVOID:
    return CertFindCertificateInStore(
        hCertStore, dwCertEncodingType, 0, COMPARE_SUBJECT_CERT << 16, pCertId, 0
    )


@export("crypt32")
def CertEnumCTLsInStore(hCertStore: HANDLE, pPrevCtlContext: PVOID) -> PVOID:
    """Stores here hold no trust lists."""
    return fail(CRYPT_E_NOT_FOUND)


# ---- adding and deleting ----

(
    ADD_NEW,
    ADD_USE_EXISTING,
    ADD_REPLACE_EXISTING,
    ADD_ALWAYS,
    ADD_REPLACE_INHERIT,
    ADD_NEWER,
    ADD_NEWER_INHERIT,
) = range(1, 8)


def _existing(store: Store, certificate: x509.Certificate) -> Context | None:
    same = (c for c in store.contexts if c.certificate.encoded == certificate.encoded)
    return next(same, None)


def add(
    handle: int, certificate: x509.Certificate, disposition: int, result: int, source: Context | None
) -> None:
    """source: where properties and the private key are taken from."""
    store = store_of(handle)
    if store.read_only:
        raise Refused(ERROR_ACCESS_DENIED)
    if disposition not in range(ADD_NEW, ADD_NEWER_INHERIT + 1):
        raise Refused(ERROR_INVALID_PARAMETER)
    existing = _existing(store, certificate) if disposition != ADD_ALWAYS else None
    if existing is not None and disposition in (ADD_NEW, ADD_NEWER, ADD_NEWER_INHERIT):
        raise Refused(CRYPT_E_EXISTS)
    if existing is not None and disposition == ADD_USE_EXISTING:
        context = existing
        if source is not None:
            context.inherit(source)
    else:
        if existing is not None:
            store.remove(existing)
        context = store.add(certificate)
        if source is not None:
            context.inherit(source)
    if result:
        context.references += 1
        put_u64(result, context.address)


def _add_context(handle: int, address: int, disposition: int, result: int) -> None:
    context = context_of(address)
    add(handle, context.certificate, disposition, result, context)


def _copy_context(address: int, result: int) -> None:
    source = context_of(address)
    context = new_context(source.certificate)
    context.inherit(source)
    put_u64(result, context.address)


@export("crypt32")
def CertAddCertificateContextToStore(
    hCertStore: HANDLE, pCertContext: PVOID, dwAddDisposition: DWORD, ppStoreContext: PVOID
) -> BOOL:
    if not hCertStore:  # a copy in no store
        return done(_copy_context, pCertContext, ppStoreContext)
    return done(_add_context, hCertStore, pCertContext, dwAddDisposition, ppStoreContext)


def _add_encoded(handle: int, encoding: int, data: int, size: int, disposition: int, result: int) -> None:
    add(handle, contexts.parse(encoding, data, size), disposition, result, None)


@export("crypt32")
def CertAddEncodedCertificateToStore(
    hCertStore: HANDLE,
    dwCertEncodingType: DWORD,
    pbCertEncoded: PBYTE,
    cbCertEncoded: DWORD,
    dwAddDisposition: DWORD,
    ppCertContext: PVOID,
) -> BOOL:
    return done(
        _add_encoded,
        hCertStore, dwCertEncodingType, pbCertEncoded, cbCertEncoded, dwAddDisposition, ppCertContext,
    )  # fmt: skip


def _delete(address: int) -> None:
    """Gives the context back, whatever comes of it."""
    context = context_of(address)
    store = handles.object_of(context.store, Store)
    try:
        if store is None or context not in store.contexts:
            raise Refused(CRYPT_E_NOT_FOUND)
        if store.read_only:
            raise Refused(ERROR_ACCESS_DENIED)
        store.remove(context)
    finally:
        release(address)


@export("crypt32")
def CertDeleteCertificateFromStore(pCertContext: PVOID) -> BOOL:
    return done(_delete, pCertContext)
