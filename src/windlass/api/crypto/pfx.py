"""Certificates with their private keys, as PFX packets (PKCS #12).

The cryptography package reads and writes them; a packet has one private key.

Source: Microsoft, "PFXImportCertStore function", "PFXExportCertStoreEx function", "PFXIsPFXBlob function",
"PFXVerifyPassword function"; RFC 7292.
"""

from __future__ import annotations

from typing import Any

from windlass import _core
from windlass.api.crypto import der, x509
from windlass.api.crypto.certificate_context import FRIENDLY_NAME, Blob, Context, put_blob
from windlass.api.crypto.certificate_store import Store, store_of
from windlass.api.crypto.crypto_extra import crypto_x509
from windlass.api.outputs import fail
from windlass.api.refused import Refused, done
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPCWSTR, PVOID

ERROR_INVALID_PASSWORD = 86
ERROR_INVALID_PARAMETER = 87
NTE_NOT_FOUND = 0x80090011
NTE_NOT_SUPPORTED = 0x80090029
CRYPT_E_BAD_ENCODE = 0x80092002

PFX_VERSION = b"\x03"
DATA_CONTENT, SIGNED_CONTENT = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2"

EXPORT_PRIVATE_KEYS = 4
REPORT_NO_PRIVATE_KEY = 1


def _content(blob: int) -> bytes:
    found = get_structure(blob, Blob)
    return _core.read(found.pbData, found.cbData) if found.cbData else b""


def is_pfx(data: bytes) -> bool:
    """A sequence of version 3 and a content that is plain or signed."""
    try:
        version, content, *_ = der.elements(der.elements(data)[0].content)
        kind = der.decode_oid(der.elements(content.content)[0].content)
    except (ValueError, IndexError):
        return False
    return version.content == PFX_VERSION and kind in (DATA_CONTENT, SIGNED_CONTENT)


@export("crypt32")
def PFXIsPFXBlob(pPFX: PVOID) -> BOOL:
    return bool(pPFX) and is_pfx(_content(pPFX))


def _load(data: bytes, password: str | None) -> Any:
    """ValueError for a wrong password. None and an empty one are tried for each other."""
    from cryptography.hazmat.primitives.serialization import pkcs12

    encoded = password.encode() if password else None
    for candidate in (encoded,) if encoded else (None, b""):
        try:
            return pkcs12.load_pkcs12(data, candidate)
        except ValueError as error:
            failure = error
    raise failure


@export("crypt32")
def PFXVerifyPassword(pPFX: PVOID, szPassword: LPCWSTR, dwFlags: DWORD) -> BOOL:
    try:
        _load(_content(pPFX), szPassword)
    except ValueError:
        return 0
    return 1


def _encoded(certificate: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return bytes(certificate.public_bytes(Encoding.DER))


def _add(store: Store, item: Any) -> Context:
    context = store.add(x509.parse(_encoded(item.certificate)))
    if item.friendly_name:
        context.properties[FRIENDLY_NAME] = _core.wide_bytes(item.friendly_name.decode("utf-8", "replace"))
    return context


def _import(blob: int, password: str | None) -> int:
    data = _content(blob) if blob else b""
    if not data:
        raise Refused(ERROR_INVALID_PARAMETER)
    if not is_pfx(data):
        raise Refused(CRYPT_E_BAD_ENCODE)
    try:
        packet = _load(data, password)
    except ValueError:
        raise Refused(ERROR_INVALID_PASSWORD) from None
    store = Store()
    if packet.cert is not None:
        _add(store, packet.cert).key = packet.key
    for item in packet.additional_certs:
        _add(store, item)
    return store.handle


@export("crypt32")
def PFXImportCertStore(pPFX: PVOID, szPassword: LPCWSTR, dwFlags: DWORD) -> HANDLE:
    """The keys stay with the certificates, whatever the flags say of where to keep them."""
    try:
        return _import(pPFX, szPassword)
    except Refused as refused:
        return fail(refused.code)


# ---- writing ----


def _friendly_name(context: Context) -> bytes | None:
    value = context.properties.get(FRIENDLY_NAME)
    return value.decode("utf-16-le", "replace").rstrip("\0").encode() if value else None


def _packet(contexts: list[Context], password: str | None, flags: int) -> bytes:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, pkcs12

    own = (
        next((each for each in contexts if each.key is not None), None)
        if flags & EXPORT_PRIVATE_KEYS
        else None
    )
    if own is None and flags & EXPORT_PRIVATE_KEYS and flags & REPORT_NO_PRIVATE_KEY:
        raise Refused(NTE_NOT_FOUND)
    loaded = {each: crypto_x509.load_der_x509_certificate(each.certificate.encoded) for each in contexts}
    others = [
        pkcs12.PKCS12Certificate(certificate, _friendly_name(each))
        for each, certificate in loaded.items()
        if each is not own
    ]
    encryption = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    name = _friendly_name(own) if own else None
    key, certificate = (own.key, loaded[own]) if own else (None, None)
    return pkcs12.serialize_key_and_certificates(name, key, certificate, others or None, encryption)


def _export(handle: int, blob: int, password: str | None, flags: int) -> None:
    if not blob:
        raise Refused(ERROR_INVALID_PARAMETER)
    contexts = store_of(handle).all()
    if sum(each.key is not None for each in contexts) > 1 and flags & EXPORT_PRIVATE_KEYS:
        raise Refused(NTE_NOT_SUPPORTED)  # a packet of the package's has one
    put_blob(_packet(contexts, password, flags), blob)


@export("crypt32")
def PFXExportCertStoreEx(
    hStore: HANDLE, pPFX: PVOID, szPassword: LPCWSTR, pvPara: PVOID, dwFlags: DWORD
) -> BOOL:
    return done(_export, hStore, pPFX, szPassword, dwFlags)


@export("crypt32")
def PFXExportCertStore(hStore: HANDLE, pPFX: PVOID, szPassword: LPCWSTR, dwFlags: DWORD) -> BOOL:
    return done(_export, hStore, pPFX, szPassword, dwFlags)
