"""Telling what a file or a piece of memory holds: certificates, messages, PFX packets.

Source: Microsoft, "CryptQueryObject function".
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, Optional

from windlass import _core
from windlass.api.crypto import crypt_handles as handles
from windlass.api.crypto import signed_message, x509
from windlass.api.crypto.certificate_context import Blob, new_context
from windlass.api.crypto.certificate_store import Store
from windlass.api.crypto.crypt_message import Message
from windlass.api.crypto.pfx import is_pfx
from windlass.api.outputs import put_u32, put_u64
from windlass.api.refused import Refused, done
from windlass.api.structures import get_structure
from windlass.errors import BadImage
from windlass.pe.image import Image
from windlass.pe.signature import read_certificates
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPDWORD, LPVOID, PVOID

ERROR_FILE_NOT_FOUND = 2
E_INVALIDARG = 0x80070057
CRYPT_E_NO_MATCH = 0x80092009

OBJECT_FILE, OBJECT_BLOB = 1, 2
CERT, SIGNED_MESSAGE, EMBEDDED_MESSAGE, PFX = 1, 8, 10, 12
BINARY, BASE64 = 1, 2
X509_ASN_ENCODING, PKCS_7_ASN_ENCODING = 1, 0x10000
BOTH_ENCODINGS = X509_ASN_ENCODING | PKCS_7_ASN_ENCODING


class Found(NamedTuple):
    """What something is: its certificates, of a certificate also the one, and of a message the whole."""

    content: int
    encoding: int
    certificates: list[x509.Certificate]
    context: x509.Certificate | None = None
    message: bytes | None = None


Reader = Callable[[bytes], Optional[Found]]


def _certificate(data: bytes) -> Found:
    certificate = x509.parse(data)
    return Found(CERT, X509_ASN_ENCODING, [certificate], certificate)


def _signed_message(data: bytes) -> Found:
    certificates = signed_message.parse(data).certificates
    return Found(SIGNED_MESSAGE, BOTH_ENCODINGS, certificates, message=data)


def _embedded_message(data: bytes) -> Found:
    """Of the signature in a PE file."""
    try:
        place = read_certificates(Image(data))[0]
    except (BadImage, IndexError):
        raise ValueError("no signed file") from None
    message = data[place.offset : place.offset + place.size]
    return Found(
        EMBEDDED_MESSAGE, BOTH_ENCODINGS, signed_message.parse(message).certificates, message=message
    )


def _pfx(data: bytes) -> Found | None:
    return Found(PFX, BOTH_ENCODINGS, []) if is_pfx(data) else None


_READERS: dict[int, Reader] = {
    CERT: _certificate,
    SIGNED_MESSAGE: _signed_message,
    EMBEDDED_MESSAGE: _embedded_message,
    PFX: _pfx,
}


def _readings(data: bytes, formats: int) -> Iterator[tuple[int, bytes]]:
    """The data as they are, and decoded from Base64 with or without a header."""
    if formats & 1 << BINARY:
        yield BINARY, data
    if formats & 1 << BASE64:
        body = re.search(rb"-----BEGIN [^-]+-----(.*?)-----END", data, re.DOTALL)
        try:
            yield BASE64, base64.b64decode(body.group(1) if body else data.rstrip(b"\0"), validate=False)
        except binascii.Error:
            return


def _recognize(data: bytes, contents: int, formats: int) -> tuple[Found, int]:
    for format, reading in _readings(data, formats):
        for content, reader in _READERS.items():
            if not contents & 1 << content:
                continue
            try:
                found = reader(reading)
            except (ValueError, IndexError):
                continue
            if found is not None:
                return found, format
    raise Refused(CRYPT_E_NO_MATCH)


def _data_of(kind: int, object: int) -> bytes:
    if kind == OBJECT_BLOB:
        blob = get_structure(object, Blob)
        return _core.read(blob.pbData, blob.cbData)
    path = _core.path_to_host(_core.wide_string(object))
    try:
        with open(path or "", "rb") as file:
            return file.read()
    except OSError:
        raise Refused(ERROR_FILE_NOT_FOUND) from None


def _query(
    kind: int,
    object: int,
    contents: int,
    formats: int,
    encoding_out: int,
    content_out: int,
    format_out: int,
    store_out: int,
    message_out: int,
    context_out: int,
) -> None:
    for place in (store_out, message_out, context_out):
        put_u64(place, 0)
    if kind not in (OBJECT_FILE, OBJECT_BLOB) or not object:
        raise Refused(E_INVALIDARG)
    data = _data_of(kind, object)
    found, format = _recognize(data, contents, formats)
    put_u32(encoding_out, found.encoding)
    put_u32(content_out, found.content)
    put_u32(format_out, format)
    if store_out and found.content != PFX:
        store = Store()
        for certificate in found.certificates:
            store.add(certificate)
        put_u64(store_out, store.handle)
    if message_out and found.message is not None:
        message = Message(detached=False)
        message.update(found.message, final=True)
        put_u64(message_out, handles.new(message))
    if context_out and found.context is not None:
        put_u64(context_out, new_context(found.context).address)


@export("crypt32")
def CryptQueryObject(
    dwObjectType: DWORD,
    pvObject: LPVOID,
    dwExpectedContentTypeFlags: DWORD,
    dwExpectedFormatTypeFlags: DWORD,
    dwFlags: DWORD,
    pdwMsgAndCertEncodingType: LPDWORD,
    pdwContentType: LPDWORD,
    pdwFormatType: LPDWORD,
    phCertStore: PVOID,
    phMsg: PVOID,
    ppvContext: PVOID,
) -> BOOL:
    return done(
        _query,
        dwObjectType,
        pvObject,
        dwExpectedContentTypeFlags,
        dwExpectedFormatTypeFlags,
        pdwMsgAndCertEncodingType,
        pdwContentType,
        pdwFormatType,
        phCertStore,
        phMsg,
        ppvContext,
    )
