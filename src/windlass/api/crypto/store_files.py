"""Stores and their elements written down, and read again: serialized, and as a message without a signer.

An element is its properties, then itself; each has its number, the encoding and its length before it. A store
has a head before its elements, and an end behind them.

Source: Microsoft, "CertSaveStore function", "CertSerializeCertificateStoreElement function",
"CertAddSerializedElementToStore function"; [MS-OSHARED], 2.3.3.1.1 "VtDigSigCertStore"; RFC 2315.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from windlass import _core
from windlass.api.crypto import certificate_store as stores
from windlass.api.crypto import der, revocation_lists, x509
from windlass.api.crypto.capi_objects import deliver
from windlass.api.crypto.certificate_context import Context, context_of, put_blob
from windlass.api.crypto.certificate_store import Store, store_of
from windlass.api.crypto.revocation_lists import ListContext, list_of
from windlass.api.outputs import put_u32, string_at
from windlass.api.refused import Refused, done
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPDWORD, LPVOID, PBYTE, PVOID

__all__ = ["fill_from_message", "fill_from_serialized"]

ERROR_INVALID_PARAMETER = 87
ERROR_PATH_NOT_FOUND = 3
E_INVALIDARG = 0x80070057

VERSION, MARK = 0, 0x54524543
CERTIFICATE, LIST = 32, 33
ENCODING = 1


class Serialized(NamedTuple):
    """kind: CERTIFICATE or LIST."""

    kind: int
    properties: dict[int, bytes]
    data: bytes


def _entry(number: int, data: bytes) -> bytes:
    return struct.pack("<III", number, ENCODING, len(data)) + data


def _serialize(context: Context | ListContext) -> bytes:
    kind, data = (
        (CERTIFICATE, context.certificate.encoded)
        if isinstance(context, Context)
        else (LIST, context.list.encoded)
    )
    properties = (_entry(number, value) for number, value in sorted(context.properties.items()))
    return b"".join(properties) + _entry(kind, data)


def _elements(data: bytes) -> Iterator[Serialized]:
    """ValueError for what is none; it ends at an entry of zeros."""
    at, properties = 0, dict[int, bytes]()
    while at < len(data):
        if len(data) - at < 12:
            raise ValueError("a serialized element ends too early")
        number, _, size = struct.unpack_from("<III", data, at)
        value = data[at + 12 : at + 12 + size]
        if number == 0:
            return
        if len(value) != size:
            raise ValueError("a serialized element ends too early")
        at += 12 + size
        if number in (CERTIFICATE, LIST):
            yield Serialized(number, properties, value)
            properties = {}
        else:
            properties[number] = value


def _add(store: Store, element: Serialized, disposition: int, result: int) -> None:
    if element.kind == CERTIFICATE:
        source = Context(x509.parse(element.data))
        source.properties.update(element.properties)
        stores.add(store.handle, source.certificate, disposition, result, source)
    else:
        revocation_lists.add(store.handle, revocation_lists.parse(element.data), disposition, result)


def fill_from_serialized(store: Store, data: bytes) -> None:
    """ValueError for what is no serialized store."""
    if len(data) < 8 or struct.unpack_from("<II", data) != (VERSION, MARK):
        raise ValueError("no serialized store")
    for element in _elements(data[8:]):
        _add(store, element, stores.ADD_ALWAYS, 0)


def fill_from_message(store: Store, data: bytes) -> None:
    """With what a signed message brings along; ValueError for what is none."""
    from windlass.api.crypto import signed_message

    message = signed_message.parse(data)
    for certificate in message.certificates:
        store.add(certificate)
    for encoded in message.lists:
        revocation_lists.add(store.handle, revocation_lists.parse(encoded), stores.ADD_ALWAYS, 0)


# ---- elements ----


def _give(data: bytes, output: int, size_in_out: int) -> None:
    if not size_in_out:
        raise Refused(E_INVALIDARG)
    deliver(data, output, size_in_out)


@export("crypt32")
def CertSerializeCertificateStoreElement(
    pCertContext: PVOID, dwFlags: DWORD, pbElement: PBYTE, pcbElement: LPDWORD
) -> BOOL:
    return done(lambda: _give(_serialize(context_of(pCertContext)), pbElement, pcbElement))


@export("crypt32")
def CertSerializeCRLStoreElement(
    pCrlContext: PVOID, dwFlags: DWORD, pbElement: PBYTE, pcbElement: LPDWORD
) -> BOOL:
    return done(lambda: _give(_serialize(list_of(pCrlContext)), pbElement, pcbElement))


CERTIFICATE_FLAG, LIST_FLAG = 2, 4
CERTIFICATE_TYPE, LIST_TYPE = 1, 2


def _add_serialized(
    handle: int, data: bytes, disposition: int, wanted: int, type_out: int, context_out: int
) -> None:
    try:
        element = next(_elements(data), None)
    except ValueError:
        element = None
    if element is None:
        raise Refused(ERROR_INVALID_PARAMETER)
    flag = CERTIFICATE_FLAG if element.kind == CERTIFICATE else LIST_FLAG
    if not wanted & flag:
        raise Refused(E_INVALIDARG)
    try:
        _add(store_of(handle), element, disposition, context_out)
    except ValueError:
        raise Refused(ERROR_INVALID_PARAMETER) from None
    put_u32(type_out, CERTIFICATE_TYPE if element.kind == CERTIFICATE else LIST_TYPE)


@export("crypt32")
def CertAddSerializedElementToStore(
    hCertStore: HANDLE,
    pbElement: PBYTE,
    cbElement: DWORD,
    dwAddDisposition: DWORD,
    dwFlags: DWORD,
    dwContextTypeFlags: DWORD,
    pdwContextType: LPDWORD,
    ppvContext: PVOID,
) -> BOOL:
    data = _core.read(pbElement, cbElement) if cbElement else b""
    outputs = (pdwContextType, ppvContext)
    return done(_add_serialized, hCertStore, data, dwAddDisposition, dwContextTypeFlags, *outputs)


# ---- whole stores ----


def serialized(store: Store) -> bytes:
    contexts: list[Context | ListContext] = [*store.all(), *store.all_lists()]
    body = b"".join(map(_serialize, contexts))
    return struct.pack("<II", VERSION, MARK) + body + bytes(12)


def as_message(store: Store) -> bytes:
    """SignedData with certificates and lists, of no content and no signer."""
    data = der.encode(der.SEQUENCE, der.encode_oid("1.2.840.113549.1.7.1"))
    certificates = b"".join(context.certificate.encoded for context in store.all())
    lists = b"".join(context.list.encoded for context in store.all_lists())
    content = der.encode_integer(1) + der.encode(der.SET, b"") + data
    content += der.encode(0xA0, certificates) if certificates else b""
    content += der.encode(0xA1, lists) if lists else b""
    signed = der.encode(der.SEQUENCE, content + der.encode(der.SET, b""))
    body = der.encode_oid("1.2.840.113549.1.7.2") + der.encode(0xA0, signed)
    return der.encode(der.SEQUENCE, body)


SAVE_AS_STORE, SAVE_AS_PKCS7 = 1, 2
TO_FILE, TO_MEMORY, TO_NAME_A, TO_NAME_W = 1, 2, 3, 4


def _to_file(data: bytes, path: str | None) -> None:
    host = _core.path_to_host(path) if path else None
    try:
        with open(host or "", "wb") as file:
            file.write(data)
    except OSError:
        raise Refused(ERROR_PATH_NOT_FOUND) from None


def _to_handle(data: bytes, handle: int) -> None:
    import ctypes

    from windlass.api.calls import windows

    memory, written = ctypes.create_string_buffer(data, len(data)), ctypes.c_uint32()
    place = (ctypes.addressof(memory), len(data), ctypes.addressof(written), 0)
    if not windows("kernel32.dll", "WriteFile", handle, *place) & 0xFFFFFFFF:
        raise Refused(_core.get_last_error())


def _save(handle: int, form: int, where: int, parameter: int) -> None:
    store = store_of(handle)
    if form not in (SAVE_AS_STORE, SAVE_AS_PKCS7):
        raise Refused(E_INVALIDARG)
    data = serialized(store) if form == SAVE_AS_STORE else as_message(store)
    if where == TO_MEMORY:
        put_blob(data, parameter)
    elif where in (TO_NAME_A, TO_NAME_W):
        _to_file(data, string_at(parameter, wide=where == TO_NAME_W))
    elif where == TO_FILE:
        _to_handle(data, parameter)
    else:
        raise Refused(E_INVALIDARG)


@export("crypt32")
def CertSaveStore(
    hCertStore: HANDLE,
    dwEncodingType: DWORD,
    dwSaveAs: DWORD,
    dwSaveTo: DWORD,
    pvSaveToPara: LPVOID,
    dwFlags: DWORD,
) -> BOOL:
    return done(_save, hCertStore, dwSaveAs, dwSaveTo, pvSaveToPara)
