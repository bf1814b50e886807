"""Messages: signed ones taken apart and verified, and made in one call.

Enveloped and hashed ones are in crypt_envelope.py.

Source: Microsoft, "CryptMsgOpenToDecode function", "CryptMsgGetParam function", "CryptMsgControl function",
"CryptSignMessage function", "CryptVerifyMessageSignature function", "CMSG_SIGNER_INFO structure".
"""

from __future__ import annotations

import ctypes
import struct
from ctypes import c_uint32, c_uint64

from windlass import _core
from windlass.api.crypto import certificate_structures as structures
from windlass.api.crypto import crypt_handles as handles
from windlass.api.crypto import signed_message, x509
from windlass.api.crypto.capi_objects import deliver
from windlass.api.crypto.certificate_context import (
    AlgorithmIdentifier,
    CertInfo,
    Context,
    context_of,
    new_context,
)
from windlass.api.crypto.certificate_objects import encode_public_key_info
from windlass.api.crypto.certificate_store import Store
from windlass.api.crypto.signed_message import Attribute, SignedMessage, Signer, WrongDigest
from windlass.api.outputs import fail, get_u32, get_u64, put_u32, put_u64
from windlass.api.records import Field, record
from windlass.api.refused import Refused, done
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LONG, LPDWORD, LPVOID, PBYTE, PVOID

__all__ = ["Message"]

ERROR_INVALID_PARAMETER = 87
CRYPT_E_MSG_ERROR, CRYPT_E_INVALID_MSG_TYPE, CRYPT_E_HASH_VALUE = 0x80091001, 0x80091004, 0x80091007
CRYPT_E_INVALID_INDEX, CRYPT_E_SIGNER_NOT_FOUND, CRYPT_E_ATTRIBUTES_MISSING = (
    0x80091008,
    0x8009100E,
    0x8009100F,
)
CRYPT_E_NO_SIGNER, CRYPT_E_CONTROL_TYPE, CRYPT_E_NO_KEY_PROPERTY = 0x8009200E, 0x8009100C, 0x8009200B
NTE_BAD_SIGNATURE, NTE_BAD_ALGID = 0x80090006, 0x80090008
E_INVALIDARG = 0x80070057

SIGNED = 2
DETACHED = 4


class Message:
    """A message that is being decoded: its parts come by CryptMsgUpdate; when it is apart from its content,
    that comes after it.
    """

    def __init__(self, *, detached: bool) -> None:
        self.references = 1
        self.detached = detached
        self.pending = b""
        self.signed: SignedMessage | None = None
        self.content = b""

    def update(self, data: bytes, *, final: bool) -> None:
        self.pending += data
        if not final:
            return
        whole, self.pending = self.pending, b""
        if self.signed is not None:
            if not self.detached:
                raise Refused(CRYPT_E_MSG_ERROR)
            self.content = whole
            return
        try:
            self.signed = signed_message.parse(whole)
        except ValueError:
            raise Refused(CRYPT_E_INVALID_MSG_TYPE) from None

    def decoded(self) -> SignedMessage:
        if self.signed is None:
            raise Refused(CRYPT_E_INVALID_MSG_TYPE)
        return self.signed

    def signer(self, index: int) -> Signer:
        signers = self.decoded().signers
        if index >= len(signers):
            raise Refused(CRYPT_E_INVALID_INDEX)
        return signers[index]

    def verify(self, index: int, key_info: bytes) -> None:
        signer, content = self.signer(index), self.decoded().to_be_hashed
        try:
            good = signed_message.verify(signer, self.content if content is None else content, key_info)
        except WrongDigest:
            raise Refused(CRYPT_E_HASH_VALUE) from None
        except ValueError:
            raise Refused(NTE_BAD_ALGID) from None
        if not good:
            raise Refused(NTE_BAD_SIGNATURE)


def _message(handle: int) -> Message:
    found = handles.object_of(handle, Message)
    if found is None:
        raise Refused(ERROR_INVALID_PARAMETER)
    return found


@export("crypt32")
def CryptMsgOpenToDecode(
    dwMsgEncodingType: DWORD,
    dwFlags: DWORD,
    dwMsgType: DWORD,
    hCryptProv: HANDLE,
    pRecipientInfo: PVOID,
    pStreamInfo: PVOID,
) -> HANDLE:
    """A type of 0 is told by the message itself. There is no streaming."""
    if dwFlags & ~DETACHED or pStreamInfo or pRecipientInfo:
        return fail(E_INVALIDARG)
    if dwMsgType not in (0, SIGNED):
        return fail(CRYPT_E_INVALID_MSG_TYPE)
    return handles.new(Message(detached=bool(dwFlags & DETACHED)))


@export("crypt32")
def CryptMsgUpdate(hCryptMsg: HANDLE, pbData: PBYTE, cbData: DWORD, fFinal: BOOL) -> BOOL:
    data = _core.read(pbData, cbData) if cbData else b""
    return done(lambda: _message(hCryptMsg).update(data, final=bool(fFinal)))


@export("crypt32")
def CryptMsgDuplicate(hCryptMsg: HANDLE) -> HANDLE:
    found = handles.object_of(hCryptMsg, Message)
    if found is not None:
        found.references += 1
    return hCryptMsg


@export("crypt32")
def CryptMsgClose(hCryptMsg: HANDLE) -> BOOL:
    found = handles.object_of(hCryptMsg, Message)
    if found is not None:
        found.references -= 1
        if not found.references:
            handles.close(hCryptMsg)
    return 1


# ---- what a message says of itself ----


def _oid(text: str) -> bytes:
    return text.encode("ascii") + b"\0"


def _algorithm(algorithm: x509.AlgorithmIdentifier) -> list[Field]:
    return [_oid(algorithm.oid), len(algorithm.parameters), algorithm.parameters]


def _blob(data: bytes) -> list[Field]:
    return [len(data), data]


def _attributes(attributes: list[Attribute]) -> list[Field]:
    """CRYPT_ATTRIBUTES: each has a name and values, which are blobs."""
    rows: list[Field] = []
    for each in attributes:
        values: list[Field] = [part for value in each.values for part in _blob(value)]
        rows += [_oid(each.oid), len(each.values), values]
    return [len(attributes), rows]


def _signer_info(signer: Signer) -> list[Field]:
    """CMSG_SIGNER_INFO"""
    return [
        signer.version,
        0,  # up to the alignment
        *_blob(signer.issuer),
        *_blob(signer.serial[::-1]),
        *_algorithm(signer.digest),
        *_algorithm(signer.algorithm),
        *_blob(signer.signature),
        *_attributes(signer.attributes),
        *_attributes(signer.others),
    ]


def _signer_identity(signer: Signer) -> list[Field]:
    """A CERT_INFO with the issuer and the serial number alone."""
    no_algorithm: list[Field] = [b"", 0, b""]
    no_bits: list[Field] = [0, b"", 0, 0]
    times: list[Field] = [0, 0, 0, 0]
    rest: list[Field] = [*_blob(b""), *no_algorithm, *no_bits, *no_bits, *no_bits, 0, b""]
    return [0, 0, *_blob(signer.serial[::-1]), *no_algorithm, *_blob(signer.issuer), *times, *rest]


(TYPE, CONTENT, BARE_CONTENT, INNER_TYPE, SIGNER_COUNT, SIGNER_INFO, SIGNER_CERT_INFO, SIGNER_HASH,
 AUTH_ATTRIBUTES, UNAUTH_ATTRIBUTES, CERT_COUNT, CERT, CRL_COUNT, CRL) = range(1, 15)  # fmt: skip
ENCODED_SIGNER, ENCODED_MESSAGE, VERSION = 28, 29, 30


def _indexed(items: list[bytes], index: int) -> bytes:
    if index >= len(items):
        raise Refused(CRYPT_E_INVALID_INDEX)
    return items[index]


def _plain_parameter(message: Message, kind: int, index: int) -> bytes | None:
    """A number, a text or bytes; None for what has pointers, or is none."""
    signed = message.decoded()
    numbers = {
        TYPE: SIGNED,
        SIGNER_COUNT: len(signed.signers),
        CERT_COUNT: len(signed.certificates),
        CRL_COUNT: len(signed.lists),
        VERSION: signed.version,
    }
    if kind in numbers:
        return struct.pack("<I", numbers[kind])
    if kind == CONTENT:
        return message.content if signed.content is None else signed.content
    if kind == INNER_TYPE:
        return _oid(signed.content_type)
    if kind == CERT:
        return _indexed([each.encoded for each in signed.certificates], index)
    if kind == CRL:
        return _indexed(signed.lists, index)
    if kind == ENCODED_SIGNER:
        return message.signer(index).encoded
    return signed.encoded if kind == ENCODED_MESSAGE else None


def _fields(message: Message, kind: int, index: int) -> list[Field]:
    signer = message.signer(index)
    if kind == SIGNER_INFO:
        return _signer_info(signer)
    if kind == SIGNER_CERT_INFO:
        return _signer_identity(signer)
    if kind == SIGNER_HASH:
        return _algorithm(signer.digest)
    if kind in (AUTH_ATTRIBUTES, UNAUTH_ATTRIBUTES):
        attributes = signer.attributes if kind == AUTH_ATTRIBUTES else signer.others
        if not attributes:
            raise Refused(CRYPT_E_ATTRIBUTES_MISSING)
        return _attributes(attributes)
    raise Refused(CRYPT_E_INVALID_MSG_TYPE)


def _get_parameter(handle: int, kind: int, index: int, output: int, size_in_out: int) -> None:
    message = _message(handle)
    if not size_in_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    plain = _plain_parameter(message, kind, index)
    fields = _fields(message, kind, index) if plain is None else []
    data = record(output, fields) if plain is None else plain
    deliver(data, output, size_in_out)


@export("crypt32")
def CryptMsgGetParam(
    hCryptMsg: HANDLE, dwParamType: DWORD, dwIndex: DWORD, pvData: LPVOID, pcbData: LPDWORD
) -> BOOL:
    return done(_get_parameter, hCryptMsg, dwParamType, dwIndex, pvData, pcbData)


# ---- verifying ----

VERIFY_SIGNATURE, VERIFY_SIGNATURE_EX = 1, 19
SIGNER_PUBLIC_KEY, SIGNER_CERTIFICATE = 1, 2


class VerifyPara(ctypes.Structure):
    """CMSG_CTRL_VERIFY_SIGNATURE_EX_PARA"""

    _fields_ = [
        ("cbSize", c_uint32),
        ("hCryptProv", c_uint64),
        ("dwSignerIndex", c_uint32),
        ("dwSignerType", c_uint32),
        ("pvSigner", c_uint64),
    ]


def _control(handle: int, kind: int, parameter: int) -> None:
    message = _message(handle)
    if kind == VERIFY_SIGNATURE:
        _verify_by_info(message, parameter)
    elif kind == VERIFY_SIGNATURE_EX:
        given = get_structure(parameter, VerifyPara)
        if given.dwSignerType == SIGNER_PUBLIC_KEY:
            message.verify(given.dwSignerIndex, encode_public_key_info(given.pvSigner))
        elif given.dwSignerType == SIGNER_CERTIFICATE:
            message.verify(given.dwSignerIndex, context_of(given.pvSigner).certificate.key_info)
        else:
            raise Refused(E_INVALIDARG)
    else:
        raise Refused(CRYPT_E_CONTROL_TYPE)


def _verify_by_info(message: Message, address: int) -> None:
    """By the signer whom a CERT_INFO names."""
    info = get_structure(address, CertInfo)
    issuer = _core.read(info.Issuer.pbData, info.Issuer.cbData)
    serial = _core.read(info.SerialNumber.pbData, info.SerialNumber.cbData)[::-1]
    for index, signer in enumerate(message.decoded().signers):
        if signer.issuer == issuer and signer.serial.lstrip(b"\0") == serial.lstrip(b"\0"):
            key_info = encode_public_key_info(address + CertInfo.SubjectPublicKeyInfo.offset)
            message.verify(index, key_info)
            return
    raise Refused(CRYPT_E_SIGNER_NOT_FOUND)


@export("crypt32")
def CryptMsgControl(hCryptMsg: HANDLE, dwFlags: DWORD, dwCtrlType: DWORD, pvCtrlPara: PVOID) -> BOOL:
    return done(_control, hCryptMsg, dwCtrlType, pvCtrlPara)


class VerifyMessagePara(ctypes.Structure):
    """CRYPT_VERIFY_MESSAGE_PARA"""

    _fields_ = [
        ("cbSize", c_uint32),
        ("dwMsgAndCertEncodingType", c_uint32),
        ("hCryptProv", c_uint64),
        ("pfnGetSignerCertificate", c_uint64),
        ("pvGetArg", c_uint64),
    ]


def _signer_context(message: Message, index: int, parameters: int) -> Context:
    """Of the program's choice, or from the message's own certificates."""
    signers = message.decoded().signers
    if index >= len(signers):
        raise Refused(CRYPT_E_NO_SIGNER)
    signer, given = signers[index], get_structure(parameters, VerifyMessagePara)
    if given.pfnGetSignerCertificate:
        store = Store()
        for each in message.decoded().certificates:
            store.add(each)
        fields = _signer_identity(signer)
        memory = ctypes.create_string_buffer(len(record(0, fields)))
        place = ctypes.addressof(memory)
        _core.write(place, record(place, fields))
        arguments = (given.pvGetArg, given.dwMsgAndCertEncodingType, place, store.handle)
        chosen = _core.call(given.pfnGetSignerCertificate, *arguments)
        if not chosen:
            raise Refused(CRYPT_E_SIGNER_NOT_FOUND)
        return context_of(chosen)
    for certificate in message.decoded().certificates:
        if (certificate.issuer, certificate.serial) == (signer.issuer, signer.serial):
            return new_context(certificate)
    raise Refused(CRYPT_E_SIGNER_NOT_FOUND)


def verify_message(
    parameters: int, index: int, data: bytes, content: bytes | None, signer_out: int
) -> Message:
    """The message, once a signer's signature has been found to be good.

    content: of a message that is apart from it; signer_out: where the signer's certificate goes.
    """
    message = Message(detached=content is not None)
    message.update(data, final=True)
    if content is not None:
        message.update(content, final=True)
    context = _signer_context(message, index, parameters)
    message.verify(index, context.certificate.key_info)
    put_u64(signer_out, context.address)
    return message


def _verify_signature(
    parameters: int, index: int, blob: int, size: int, output: int, size_in_out: int, signer_out: int
) -> None:
    put_u64(signer_out, 0)
    message = verify_message(parameters, index, _core.read(blob, size), None, signer_out)
    if size_in_out:
        deliver(message.decoded().content or b"", output, size_in_out)


@export("crypt32")
def CryptVerifyMessageSignature(
    pVerifyPara: PVOID,
    dwSignerIndex: DWORD,
    pbSignedBlob: PBYTE,
    cbSignedBlob: DWORD,
    pbDecoded: PBYTE,
    pcbDecoded: LPDWORD,
    ppSignerCert: PVOID,
) -> BOOL:
    place = (pbDecoded, pcbDecoded, ppSignerCert)
    return done(_verify_signature, pVerifyPara, dwSignerIndex, pbSignedBlob, cbSignedBlob, *place)


def pieces(count: int, pointers: int, sizes: int) -> bytes:
    """The data of arrays of pointers and sizes."""
    places = ((get_u64(pointers + 8 * i), get_u32(sizes + 4 * i)) for i in range(count))
    return b"".join(_core.read(place, size) for place, size in places if size)


def _verify_detached(
    parameters: int, index: int, blob: int, size: int, count: int, pointers: int, sizes: int, signer_out: int
) -> None:
    put_u64(signer_out, 0)
    content = pieces(count, pointers, sizes)
    verify_message(parameters, index, _core.read(blob, size), content, signer_out)


@export("crypt32")
def CryptVerifyDetachedMessageSignature(
    pVerifyPara: PVOID,
    dwSignerIndex: DWORD,
    pbDetachedSignBlob: PBYTE,
    cbDetachedSignBlob: DWORD,
    cToBeSigned: DWORD,
    rgpbToBeSigned: PVOID,
    rgcbToBeSigned: PVOID,
    ppSignerCert: PVOID,
) -> BOOL:
    signature = (pbDetachedSignBlob, cbDetachedSignBlob)
    data = (cToBeSigned, rgpbToBeSigned, rgcbToBeSigned)
    return done(_verify_detached, pVerifyPara, dwSignerIndex, *signature, *data, ppSignerCert)


def _signer_count(blob: int, size: int) -> int:
    try:
        return len(signed_message.parse(_core.read(blob, size)).signers)
    except ValueError:
        fail(CRYPT_E_INVALID_MSG_TYPE)
        return -1


@export("crypt32")
def CryptGetMessageSignerCount(dwMsgEncodingType: DWORD, pbSignedBlob: PBYTE, cbSignedBlob: DWORD) -> LONG:
    return _signer_count(pbSignedBlob, cbSignedBlob)


# ---- signing ----


class SignPara(ctypes.Structure):
    """CRYPT_SIGN_MESSAGE_PARA, as far as every version has it."""

    _fields_ = [
        ("cbSize", c_uint32),
        ("dwMsgEncodingType", c_uint32),
        ("pSigningCert", c_uint64),
        ("HashAlgorithm", AlgorithmIdentifier),
        ("pvHashAuxInfo", c_uint64),
        ("cMsgCert", c_uint32),
        ("rgpMsgCert", c_uint64),
        ("cMsgCrl", c_uint32),
        ("rgpMsgCrl", c_uint64),
        ("cAuthAttr", c_uint32),
        ("rgAuthAttr", c_uint64),
        ("cUnauthAttr", c_uint32),
        ("rgUnauthAttr", c_uint64),
    ]


VARIATION = 16
"""By how much two signatures of one kind may differ in length."""


def _attributes_at(count: int, address: int) -> list[bytes]:
    """CRYPT_ATTRIBUTEs, each encoded."""
    size = ctypes.sizeof(structures.Attribute)
    places = (address + index * size for index in range(count))
    return [structures.encode_attribute(get_structure(place, structures.Attribute)) for place in places]


def signed(parameters: int, detached: bool, data: bytes) -> bytes:
    """By a CRYPT_SIGN_MESSAGE_PARA."""
    from windlass.api.crypto import message_making
    from windlass.api.crypto.revocation_lists import list_of

    given = get_structure(parameters, SignPara)
    context = context_of(given.pSigningCert)
    if context.key is None:
        raise Refused(CRYPT_E_NO_KEY_PROPERTY)
    signature = message_making.Signature(
        context.certificate.issuer,
        context.certificate.serial,
        context.key,
        _core.string(given.HashAlgorithm.pszObjId).decode("ascii", "replace"),
        _attributes_at(given.cAuthAttr, given.rgAuthAttr),
        _attributes_at(given.cUnauthAttr, given.rgUnauthAttr),
    )
    certificates = [
        context_of(get_u64(given.rgpMsgCert + 8 * i)).certificate.encoded for i in range(given.cMsgCert)
    ]
    lists = [list_of(get_u64(given.rgpMsgCrl + 8 * i)).list.encoded for i in range(given.cMsgCrl)]
    try:
        body = message_making.signed(data, [signature], certificates, lists, detached=detached)
    except ValueError:
        raise Refused(NTE_BAD_ALGID) from None
    return message_making.content_info(signed_message.SIGNED_DATA, body)


def _sign(
    parameters: int, detached: int, count: int, pointers: int, sizes: int, output: int, size_in_out: int
) -> None:
    if not parameters or not size_in_out or (count != 1 and not detached):
        raise Refused(E_INVALIDARG)
    data = signed(parameters, bool(detached), pieces(count, pointers, sizes))
    if output:
        deliver(data, output, size_in_out)
    else:
        put_u32(size_in_out, len(data) + VARIATION)


@export("crypt32")
def CryptSignMessage(
    pSignPara: PVOID,
    fDetachedSignature: BOOL,
    cToBeSigned: DWORD,
    rgpbToBeSigned: PVOID,
    rgcbToBeSigned: PVOID,
    pbSignedBlob: PBYTE,
    pcbSignedBlob: LPDWORD,
) -> BOOL:
    data = (cToBeSigned, rgpbToBeSigned, rgcbToBeSigned)
    return done(_sign, pSignPara, fDetachedSignature, *data, pbSignedBlob, pcbSignedBlob)
