"""Messages encrypted and decrypted, hashed and checked, each in one call.

Source: Microsoft, "CryptEncryptMessage function", "CryptDecryptMessage function",
"CryptSignAndEncryptMessage function", "CryptDecryptAndVerifyMessageSignature function",
"CryptHashMessage function", "CryptVerifyMessageHash function", "CryptGetMessageCertificates function".
"""

from __future__ import annotations

import ctypes
from ctypes import c_uint32, c_uint64

from windlass import _core
from windlass.api.crypto import crypt_handles as handles
from windlass.api.crypto import crypt_message, der, enveloped_message, message_making, signed_message
from windlass.api.crypto.capi_objects import deliver
from windlass.api.crypto.certificate_context import AlgorithmIdentifier, Context, context_of
from windlass.api.crypto.certificate_store import Store
from windlass.api.crypto.crypt_message import pieces, signed
from windlass.api.crypto.der import decode_oid, elements
from windlass.api.outputs import fail, get_u64, put_u64
from windlass.api.refused import Refused, done
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPDWORD, PBYTE, PVOID

E_INVALIDARG = 0x80070057
CRYPT_E_UNKNOWN_ALGO, CRYPT_E_INVALID_MSG_TYPE, CRYPT_E_HASH_VALUE = 0x80091002, 0x80091004, 0x80091007
CRYPT_E_NO_DECRYPT_CERT, NTE_BAD_DATA = 0x8009200C, 0x80090005


class EncryptPara(ctypes.Structure):
    """CRYPT_ENCRYPT_MESSAGE_PARA, as far as every version has it."""

    _fields_ = [
        ("cbSize", c_uint32),
        ("dwMsgEncodingType", c_uint32),
        ("hCryptProv", c_uint64),
        ("ContentEncryptionAlgorithm", AlgorithmIdentifier),
        ("pvEncryptionAuxInfo", c_uint64),
    ]


class DecryptPara(ctypes.Structure):
    """CRYPT_DECRYPT_MESSAGE_PARA"""

    _fields_ = [
        ("cbSize", c_uint32),
        ("dwMsgAndCertEncodingType", c_uint32),
        ("cCertStore", c_uint32),
        ("rghCertStore", c_uint64),
    ]


class HashPara(ctypes.Structure):
    """CRYPT_HASH_MESSAGE_PARA"""

    _fields_ = [
        ("cbSize", c_uint32),
        ("dwMsgEncodingType", c_uint32),
        ("hCryptProv", c_uint64),
        ("HashAlgorithm", AlgorithmIdentifier),
        ("pvHashAuxInfo", c_uint64),
    ]


def _oid(algorithm: AlgorithmIdentifier) -> str:
    place = algorithm.pszObjId
    return _core.string(place).decode("ascii", "replace") if place else ""


# ---- encrypting ----


def _encrypted(parameters: int, count: int, recipients: int, data: bytes, content_type: str) -> bytes:
    if not parameters:
        raise Refused(E_INVALIDARG)
    algorithm = _oid(get_structure(parameters, EncryptPara).ContentEncryptionAlgorithm)
    certificates = [context_of(get_u64(recipients + 8 * index)).certificate for index in range(count)]
    try:
        return enveloped_message.encrypt(data, algorithm, certificates, content_type)
    except ValueError:
        raise Refused(CRYPT_E_UNKNOWN_ALGO) from None


def _encrypt(
    parameters: int, count: int, recipients: int, data: int, size: int, output: int, size_in_out: int
) -> None:
    plain = _core.read(data, size) if size else b""
    encrypted = _encrypted(parameters, count, recipients, plain, message_making.DATA)
    deliver(encrypted, output, size_in_out)


@export("crypt32")
def CryptEncryptMessage(
    pEncryptPara: PVOID,
    cRecipientCert: DWORD,
    rgpRecipientCert: PVOID,
    pbToBeEncrypted: PBYTE,
    cbToBeEncrypted: DWORD,
    pbEncryptedBlob: PBYTE,
    pcbEncryptedBlob: LPDWORD,
) -> BOOL:
    source = (pbToBeEncrypted, cbToBeEncrypted)
    output = (pbEncryptedBlob, pcbEncryptedBlob)
    return done(_encrypt, pEncryptPara, cRecipientCert, rgpRecipientCert, *source, *output)


SIGNED_TYPE = "1.2.840.113549.1.7.2"


def _sign_and_encrypt(
    sign: int, encrypt: int, count: int, recipients: int, data: int, size: int, output: int, size_out: int
) -> None:
    """The content is SignedData, without a head of its own, as PKCS #7 has it."""
    whole = signed(sign, False, _core.read(data, size) if size else b"")
    body = elements(elements(whole)[0].content)[1].content
    deliver(_encrypted(encrypt, count, recipients, body, SIGNED_TYPE), output, size_out)


@export("crypt32")
def CryptSignAndEncryptMessage(
    pSignPara: PVOID,
    pEncryptPara: PVOID,
    cRecipientCert: DWORD,
    rgpRecipientCert: PVOID,
    pbToBeSignedAndEncrypted: PBYTE,
    cbToBeSignedAndEncrypted: DWORD,
    pbSignedAndEncryptedBlob: PBYTE,
    pcbSignedAndEncryptedBlob: LPDWORD,
) -> BOOL:
    source = (pbToBeSignedAndEncrypted, cbToBeSignedAndEncrypted)
    output = (pbSignedAndEncryptedBlob, pcbSignedAndEncryptedBlob)
    recipients = (cRecipientCert, rgpRecipientCert)
    return done(_sign_and_encrypt, pSignPara, pEncryptPara, *recipients, *source, *output)


# ---- decrypting ----


def _own(parameters: int, recipient: enveloped_message.Recipient) -> Context | None:
    """The certificate with its key, from the stores that the program names."""
    para = get_structure(parameters, DecryptPara)
    for index in range(para.cCertStore):
        store = handles.object_of(get_u64(para.rghCertStore + 8 * index), Store)
        for context in store.all() if store is not None else []:
            certificate = context.certificate
            same = (certificate.issuer, certificate.serial) == (recipient.issuer, recipient.serial)
            if same and context.key is not None:
                return context
    return None


def _decrypted(parameters: int, data: bytes) -> tuple[bytes, str, Context]:
    """The content, its type, and whose key has decrypted it."""
    try:
        message = enveloped_message.parse(data)
    except ValueError:
        raise Refused(CRYPT_E_INVALID_MSG_TYPE) from None
    for recipient in message.recipients:
        context = _own(parameters, recipient)
        if context is None:
            continue
        try:
            return enveloped_message.decrypt(message, recipient, context.key), message.content_type, context
        except enveloped_message.NoCipher:
            raise Refused(CRYPT_E_UNKNOWN_ALGO) from None
        except (ValueError, IndexError):
            raise Refused(NTE_BAD_DATA) from None
    raise Refused(CRYPT_E_NO_DECRYPT_CERT)


def _give_context(context: Context, result: int) -> None:
    if result:
        context.references += 1
        put_u64(result, context.address)


def _decrypt(parameters: int, data: bytes, output: int, size_in_out: int, context_out: int) -> None:
    put_u64(context_out, 0)
    plain, _, context = _decrypted(parameters, data)
    if size_in_out:
        deliver(plain, output, size_in_out)
    _give_context(context, context_out)


@export("crypt32")
def CryptDecryptMessage(
    pDecryptPara: PVOID,
    pbEncryptedBlob: PBYTE,
    cbEncryptedBlob: DWORD,
    pbDecrypted: PBYTE,
    pcbDecrypted: LPDWORD,
    ppXchgCert: PVOID,
) -> BOOL:
    data = _core.read(pbEncryptedBlob, cbEncryptedBlob) if cbEncryptedBlob else b""
    return done(_decrypt, pDecryptPara, data, pbDecrypted, pcbDecrypted, ppXchgCert)


def _decrypt_and_verify(
    decrypt: int, verify: int, index: int, data: bytes, outputs: tuple[int, int, int, int]
) -> None:
    output, size_in_out, key_context_out, signer_out = outputs
    put_u64(key_context_out, 0)
    put_u64(signer_out, 0)
    plain, content_type, context = _decrypted(decrypt, data)
    if content_type == SIGNED_TYPE:
        plain = message_making.content_info(SIGNED_TYPE, plain)
    message = crypt_message.verify_message(verify, index, plain, None, signer_out)
    if size_in_out:
        deliver(message.decoded().content or b"", output, size_in_out)
    _give_context(context, key_context_out)


@export("crypt32")
def CryptDecryptAndVerifyMessageSignature(
    pDecryptPara: PVOID,
    pVerifyPara: PVOID,
    dwSignerIndex: DWORD,
    pbEncryptedBlob: PBYTE,
    cbEncryptedBlob: DWORD,
    pbDecrypted: PBYTE,
    pcbDecrypted: LPDWORD,
    ppXchgCert: PVOID,
    ppSignerCert: PVOID,
) -> BOOL:
    data = _core.read(pbEncryptedBlob, cbEncryptedBlob) if cbEncryptedBlob else b""
    outputs = (pbDecrypted, pcbDecrypted, ppXchgCert, ppSignerCert)
    return done(_decrypt_and_verify, pDecryptPara, pVerifyPara, dwSignerIndex, data, outputs)


# ---- hashes ----

MESSAGE_DIGESTED = "1.2.840.113549.1.7.5"


def _hash(
    parameters: int, detached: bool, content: bytes, output: int, size_in_out: int, hash_out: tuple[int, int]
) -> None:
    if not parameters:
        raise Refused(E_INVALIDARG)
    oid = _oid(get_structure(parameters, HashPara).HashAlgorithm)
    try:
        body = message_making.hashed(content, oid, detached=detached)
    except ValueError:
        raise Refused(CRYPT_E_UNKNOWN_ALGO) from None
    if size_in_out:
        deliver(message_making.content_info(MESSAGE_DIGESTED, body), output, size_in_out)
    if hash_out[1]:
        deliver(elements(elements(body)[0].content)[-1].content, *hash_out)


@export("crypt32")
def CryptHashMessage(
    pHashPara: PVOID,
    fDetachedHash: BOOL,
    cToBeHashed: DWORD,
    rgpbToBeHashed: PVOID,
    rgcbToBeHashed: PVOID,
    pbHashedBlob: PBYTE,
    pcbHashedBlob: LPDWORD,
    pbComputedHash: PBYTE,
    pcbComputedHash: LPDWORD,
) -> BOOL:
    if cToBeHashed != 1 and not fDetachedHash:
        return fail(E_INVALIDARG)
    content = pieces(cToBeHashed, rgpbToBeHashed, rgcbToBeHashed)
    output = (pbHashedBlob, pcbHashedBlob, (pbComputedHash, pcbComputedHash))
    return done(_hash, pHashPara, bool(fDetachedHash), content, *output)


def _checked(data: bytes, content: bytes | None) -> tuple[bytes, bytes]:
    """The content and its hash, if that is right."""
    try:
        kind, body = elements(der.first(data).content)
        if decode_oid(kind.content) != MESSAGE_DIGESTED:
            raise Refused(CRYPT_E_INVALID_MSG_TYPE)
        _, algorithm, inner, told = elements(elements(body.content)[0].content)
        oid = decode_oid(elements(algorithm.content)[0].content)
        _, *own = elements(inner.content)
        if content is None:
            content = elements(own[0].content)[0].content
        again = message_making.hashed(content, oid, detached=True)
    except message_making.UnknownHash:
        raise Refused(CRYPT_E_UNKNOWN_ALGO) from None
    except (ValueError, IndexError):
        raise Refused(CRYPT_E_INVALID_MSG_TYPE) from None
    if elements(elements(again)[0].content)[-1].content != told.content:
        raise Refused(CRYPT_E_HASH_VALUE)
    return content, told.content


def _verify_hash(data: bytes, output: int, size_in_out: int, hash_out: int, hash_size: int) -> None:
    content, value = _checked(data, None)
    if size_in_out:
        deliver(content, output, size_in_out)
    if hash_size:
        deliver(value, hash_out, hash_size)


@export("crypt32")
def CryptVerifyMessageHash(
    pHashPara: PVOID,
    pbHashedBlob: PBYTE,
    cbHashedBlob: DWORD,
    pbToBeHashed: PBYTE,
    pcbToBeHashed: LPDWORD,
    pbComputedHash: PBYTE,
    pcbComputedHash: LPDWORD,
) -> BOOL:
    data = _core.read(pbHashedBlob, cbHashedBlob) if cbHashedBlob else b""
    return done(_verify_hash, data, pbToBeHashed, pcbToBeHashed, pbComputedHash, pcbComputedHash)


def _verify_detached_hash(data: bytes, content: bytes, hash_out: int, hash_size: int) -> None:
    _, value = _checked(data, content)
    if hash_size:
        deliver(value, hash_out, hash_size)


@export("crypt32")
def CryptVerifyDetachedMessageHash(
    pHashPara: PVOID,
    pbDetachedHashBlob: PBYTE,
    cbDetachedHashBlob: DWORD,
    cToBeHashed: DWORD,
    rgpbToBeHashed: PVOID,
    rgcbToBeHashed: PVOID,
    pbComputedHash: PBYTE,
    pcbComputedHash: LPDWORD,
) -> BOOL:
    data = _core.read(pbDetachedHashBlob, cbDetachedHashBlob) if cbDetachedHashBlob else b""
    content = pieces(cToBeHashed, rgpbToBeHashed, rgcbToBeHashed)
    return done(_verify_detached_hash, data, content, pbComputedHash, pcbComputedHash)


# ---- certificates of a message ----


@export("crypt32")
def CryptGetMessageCertificates(
    dwMsgAndCertEncodingType: DWORD,
    hCryptProv: HANDLE,
    dwFlags: DWORD,
    pbSignedBlob: PBYTE,
    cbSignedBlob: DWORD,
) -> HANDLE:
    """A store with what the message brings along."""
    store = Store()
    try:
        message = signed_message.parse(_core.read(pbSignedBlob, cbSignedBlob) if cbSignedBlob else b"")
    except ValueError:
        handles.close(store.handle)
        return fail(CRYPT_E_INVALID_MSG_TYPE)
    for certificate in message.certificates:
        store.add(certificate)
    return store.handle
