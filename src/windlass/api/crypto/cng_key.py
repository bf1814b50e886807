"""Cryptography API: Next Generation: keys, and what is done with them.

Source: Microsoft, "CNG Cryptographic Primitive Functions", one page each.
"""

from __future__ import annotations

from typing import Union

from windlass import _core
from windlass.api.crypto import crypt_handles as handles
from windlass.api.crypto.cng import check_object
from windlass.api.crypto.cng_derivation import SecretKey, derive_from_secret, parameters_of
from windlass.api.crypto.cng_dh import DhKey, DsaKey
from windlass.api.crypto.cng_ecc import EccKey
from windlass.api.crypto.cng_objects import (
    AGREEMENT,
    CIPHER,
    DERIVATION,
    STATUS_BUFFER_TOO_SMALL,
    STATUS_INVALID_HANDLE,
    STATUS_INVALID_PARAMETER,
    STATUS_INVALID_SIGNATURE,
    STATUS_NOT_SUPPORTED,
    Algorithm,
    CngObject,
    algorithm_of,
    deliver,
    dword,
)
from windlass.api.crypto.cng_pair import KeyPair
from windlass.api.crypto.cng_rsa import CngRsaKey
from windlass.api.crypto.cng_symmetric import Request, SymmetricKey, secret_of_blob
from windlass.api.outputs import put_u64
from windlass.api.refused import Refused, code_of
from windlass.registry import export
from windlass.types import BCRYPT_HANDLE, LPCWSTR, NTSTATUS, PHANDLE, PUCHAR, PULONG, PVOID, ULONG

__all__ = ["Key", "Secret", "agree", "crypt", "derive", "new_pair", "pair_from_blob", "sign", "verify"]

Key = Union[SymmetricKey, SecretKey, CngRsaKey, EccKey, DhKey, DsaKey]
KEY_TYPES = (SymmetricKey, SecretKey, CngRsaKey, EccKey, DhKey, DsaKey)


class Secret(CngObject):
    """What two key pairs agreed on."""

    def __init__(self, value: bytes) -> None:
        self.value = value


def _key(handle: int) -> Key:
    found = handles.object_of(handle, CngObject)
    if not isinstance(found, KEY_TYPES):
        raise Refused(STATUS_INVALID_HANDLE)
    return found


def _pair(handle: int) -> KeyPair:
    found = _key(handle)
    if not isinstance(found, KeyPair):
        raise Refused(STATUS_NOT_SUPPORTED)
    return found


def _cipher_key(handle: int) -> SymmetricKey | KeyPair:
    found = _key(handle)
    if isinstance(found, SecretKey):
        raise Refused(STATUS_NOT_SUPPORTED)
    return found


# ---- making keys ----


def _from_secret(algorithm: Algorithm, secret: bytes) -> SymmetricKey | SecretKey:
    if algorithm.family.interface == CIPHER:
        return SymmetricKey.from_secret(algorithm, secret)
    if algorithm.family.interface == DERIVATION:
        return SecretKey(algorithm, secret)
    raise Refused(STATUS_NOT_SUPPORTED)


def _generate_symmetric(
    handle: int, result: int, buffer: int, buffer_size: int, secret: int, size: int, flags: int
) -> None:
    algorithm = algorithm_of(handle)
    if not result or flags:
        raise Refused(STATUS_INVALID_PARAMETER)
    check_object(buffer, buffer_size)
    put_u64(result, handles.new(_from_secret(algorithm, _core.read(secret, size))))


@export("bcrypt", "ncrypt")
def BCryptGenerateSymmetricKey(
    hAlgorithm: BCRYPT_HANDLE,
    phKey: PHANDLE,
    pbKeyObject: PUCHAR,
    cbKeyObject: ULONG,
    pbSecret: PUCHAR,
    cbSecret: ULONG,
    dwFlags: ULONG,
) -> NTSTATUS:
    return code_of(
        _generate_symmetric, hAlgorithm, phKey, pbKeyObject, cbKeyObject, pbSecret, cbSecret, dwFlags
    )


def new_pair(algorithm: Algorithm, bits: int) -> KeyPair:
    sizes = algorithm.family.keys
    if algorithm.name in ("ECDH", "ECDSA"):
        if not algorithm.curve:
            raise Refused(STATUS_INVALID_PARAMETER)
        return EccKey(algorithm, algorithm.curve)
    if sizes is None or algorithm.family.interface in (CIPHER, DERIVATION):
        raise Refused(STATUS_NOT_SUPPORTED)
    if not sizes.minimum <= bits <= sizes.maximum or (sizes.step and bits % sizes.step):
        raise Refused(STATUS_INVALID_PARAMETER)
    if algorithm.name.startswith("RSA"):
        return CngRsaKey(algorithm, bits)
    if algorithm.name in ("DH", "DSA"):
        return (DhKey if algorithm.name == "DH" else DsaKey)(algorithm, bits)
    return EccKey(algorithm, algorithm.curve)


def _generate_pair(handle: int, result: int, bits: int, flags: int) -> None:
    algorithm = algorithm_of(handle)
    if not result or flags:
        raise Refused(STATUS_INVALID_PARAMETER)
    put_u64(result, handles.new(new_pair(algorithm, bits)))


@export("bcrypt", "ncrypt")
def BCryptGenerateKeyPair(
    hAlgorithm: BCRYPT_HANDLE, phKey: PHANDLE, dwLength: ULONG, dwFlags: ULONG
) -> NTSTATUS:
    return code_of(_generate_pair, hAlgorithm, phKey, dwLength, dwFlags)


def _finalize(handle: int, flags: int) -> None:
    pair = _pair(handle)
    if flags or pair.is_ready:
        raise Refused(STATUS_INVALID_PARAMETER if flags else STATUS_INVALID_HANDLE)
    pair.generate()


@export("bcrypt", "ncrypt")
def BCryptFinalizeKeyPair(hKey: BCRYPT_HANDLE, dwFlags: ULONG) -> NTSTATUS:
    return code_of(_finalize, hKey, dwFlags)


def _duplicate(handle: int, result: int, buffer: int, size: int, flags: int) -> None:
    key = _key(handle)
    if not result or flags:
        raise Refused(STATUS_INVALID_PARAMETER)
    check_object(buffer, size)
    put_u64(result, handles.new(key.copy()))


@export("bcrypt", "ncrypt")
def BCryptDuplicateKey(
    hKey: BCRYPT_HANDLE, phNewKey: PHANDLE, pbKeyObject: PUCHAR, cbKeyObject: ULONG, dwFlags: ULONG
) -> NTSTATUS:
    return code_of(_duplicate, hKey, phNewKey, pbKeyObject, cbKeyObject, dwFlags)


def _destroy(handle: int, types: tuple[type, ...]) -> None:
    if not isinstance(handles.object_of(handle, CngObject), types):
        raise Refused(STATUS_INVALID_HANDLE)
    handles.close(handle)


@export("bcrypt", "ncrypt")
def BCryptDestroyKey(hKey: BCRYPT_HANDLE) -> NTSTATUS:
    return code_of(_destroy, hKey, KEY_TYPES)


# ---- import and export ----


def _import_symmetric(
    handle: int, wrapping: int, kind: str | None, result: int, buffer: int, buffer_size: int, blob: bytes
) -> None:
    algorithm = algorithm_of(handle)
    if kind is None or not result:
        raise Refused(STATUS_INVALID_PARAMETER)
    check_object(buffer, buffer_size)
    if kind == "Rfc3565KeyWrapBlob":
        key = _key(wrapping)
        if not isinstance(key, SymmetricKey):
            raise Refused(STATUS_INVALID_PARAMETER)
        secret = key.unwrap(blob)
    elif kind in ("KeyDataBlob", "OpaqueKeyBlob"):
        secret = secret_of_blob(blob)
    else:
        raise Refused(STATUS_NOT_SUPPORTED)
    put_u64(result, handles.new(_from_secret(algorithm, secret)))


@export("bcrypt", "ncrypt")
def BCryptImportKey(
    hAlgorithm: BCRYPT_HANDLE,
    hImportKey: BCRYPT_HANDLE,
    pszBlobType: LPCWSTR,
    phKey: PHANDLE,
    pbKeyObject: PUCHAR,
    cbKeyObject: ULONG,
    pbInput: PUCHAR,
    cbInput: ULONG,
    dwFlags: ULONG,
) -> NTSTATUS:
    if dwFlags:
        return STATUS_INVALID_PARAMETER
    blob = _core.read(pbInput, cbInput)
    return code_of(
        _import_symmetric, hAlgorithm, hImportKey, pszBlobType, phKey, pbKeyObject, cbKeyObject, blob
    )


BCRYPT_NO_KEY_VALIDATION = 8


def pair_from_blob(algorithm: Algorithm, kind: str, blob: bytes) -> KeyPair:
    if algorithm.name.startswith("RSA"):
        return CngRsaKey.from_blob(algorithm, kind, blob)
    if algorithm.name.startswith("EC"):
        return EccKey.from_blob(algorithm, kind, blob)
    if algorithm.name == "DH":
        return DhKey.from_blob(algorithm, kind, blob)
    if algorithm.name == "DSA":
        return DsaKey.from_blob(algorithm, kind, blob)
    raise Refused(STATUS_NOT_SUPPORTED)


def _import_pair(handle: int, kind: str | None, result: int, blob: bytes) -> None:
    algorithm = algorithm_of(handle)
    if kind is None or not result:
        raise Refused(STATUS_INVALID_PARAMETER)
    put_u64(result, handles.new(pair_from_blob(algorithm, kind, blob)))


@export("bcrypt", "ncrypt")
def BCryptImportKeyPair(
    hAlgorithm: BCRYPT_HANDLE,
    hImportKey: BCRYPT_HANDLE,
    pszBlobType: LPCWSTR,
    phKey: PHANDLE,
    pbInput: PUCHAR,
    cbInput: ULONG,
    dwFlags: ULONG,
) -> NTSTATUS:
    if dwFlags & ~BCRYPT_NO_KEY_VALIDATION or hImportKey:
        return STATUS_INVALID_PARAMETER
    return code_of(_import_pair, hAlgorithm, pszBlobType, phKey, _core.read(pbInput, cbInput))


def _export(
    handle: int, wrapping: int, kind: str | None, output: int, size: int, size_out: int, flags: int
) -> None:
    key = _key(handle)
    if kind is None or flags:
        raise Refused(STATUS_INVALID_PARAMETER)
    if isinstance(key, SecretKey):
        raise Refused(STATUS_NOT_SUPPORTED)
    if kind == "Rfc3565KeyWrapBlob":
        by = _key(wrapping)
        if not isinstance(by, SymmetricKey) or not isinstance(key, SymmetricKey):
            raise Refused(STATUS_INVALID_PARAMETER)
        blob = by.wrap(key)
    else:
        blob = key.export(kind)
    deliver(blob, output, size, size_out)


@export("bcrypt", "ncrypt")
def BCryptExportKey(
    hKey: BCRYPT_HANDLE,
    hExportKey: BCRYPT_HANDLE,
    pszBlobType: LPCWSTR,
    pbOutput: PUCHAR,
    cbOutput: ULONG,
    pcbResult: PULONG,
    dwFlags: ULONG,
) -> NTSTATUS:
    return code_of(_export, hKey, hExportKey, pszBlobType, pbOutput, cbOutput, pcbResult, dwFlags)


# ---- encryption ----


def crypt(
    key: SymmetricKey | KeyPair,
    request: Request,
    output: int,
    capacity: int,
    size_out: int,
    encrypting: bool,
) -> None:
    if not size_out or (request.size and not request.data):
        raise Refused(STATUS_INVALID_PARAMETER)
    size = key.size_after(request, encrypting=encrypting)
    if not output:
        # An empty message has a tag all the same: then nothing is asked, all is done.
        if request.size or not isinstance(key, SymmetricKey) or key.is_block_mode:
            _core.write(size_out, dword(size))
            return
    elif encrypting and capacity < size:
        _core.write(size_out, dword(size))
        raise Refused(STATUS_BUFFER_TOO_SMALL)
    result = (key.encrypt if encrypting else key.decrypt)(request, capacity)
    deliver(result, output, capacity, size_out)


@export("bcrypt", "ncrypt")
def BCryptEncrypt(
    hKey: BCRYPT_HANDLE,
    pbInput: PUCHAR,
    cbInput: ULONG,
    pPaddingInfo: PVOID,
    pbIV: PUCHAR,
    cbIV: ULONG,
    pbOutput: PUCHAR,
    cbOutput: ULONG,
    pcbResult: PULONG,
    dwFlags: ULONG,
) -> NTSTATUS:
    request = Request(pbInput, cbInput, pPaddingInfo, pbIV, cbIV, dwFlags)
    return code_of(lambda: crypt(_cipher_key(hKey), request, pbOutput, cbOutput, pcbResult, True))


@export("bcrypt", "ncrypt")
def BCryptDecrypt(
    hKey: BCRYPT_HANDLE,
    pbInput: PUCHAR,
    cbInput: ULONG,
    pPaddingInfo: PVOID,
    pbIV: PUCHAR,
    cbIV: ULONG,
    pbOutput: PUCHAR,
    cbOutput: ULONG,
    pcbResult: PULONG,
    dwFlags: ULONG,
) -> NTSTATUS:
    request = Request(pbInput, cbInput, pPaddingInfo, pbIV, cbIV, dwFlags)
    return code_of(lambda: crypt(_cipher_key(hKey), request, pbOutput, cbOutput, pcbResult, False))


# ---- signatures ----


def sign(
    pair: KeyPair,
    padding: int,
    value: int,
    size: int,
    output: int,
    capacity: int,
    size_out: int,
    flags: int,
) -> None:
    pair.check_ready()
    if not size_out or not value:
        raise Refused(STATUS_INVALID_PARAMETER)
    needed = pair.signature_size
    if not output or capacity < needed:
        _core.write(size_out, dword(needed))
        if output:
            raise Refused(STATUS_BUFFER_TOO_SMALL)
        return
    deliver(pair.sign(_core.read(value, size), padding, flags), output, capacity, size_out)


@export("bcrypt", "ncrypt")
def BCryptSignHash(
    hKey: BCRYPT_HANDLE,
    pPaddingInfo: PVOID,
    pbInput: PUCHAR,
    cbInput: ULONG,
    pbOutput: PUCHAR,
    cbOutput: ULONG,
    pcbResult: PULONG,
    dwFlags: ULONG,
) -> NTSTATUS:
    return code_of(
        lambda: sign(_pair(hKey), pPaddingInfo, pbInput, cbInput, pbOutput, cbOutput, pcbResult, dwFlags)
    )


def verify(
    pair: KeyPair, padding: int, value: int, size: int, signature: int, signature_size: int, flags: int
) -> None:
    pair.check_ready()
    if not value or not signature:
        raise Refused(STATUS_INVALID_PARAMETER)
    if not pair.verify(_core.read(value, size), _core.read(signature, signature_size), padding, flags):
        raise Refused(STATUS_INVALID_SIGNATURE)


@export("bcrypt", "ncrypt")
def BCryptVerifySignature(
    hKey: BCRYPT_HANDLE,
    pPaddingInfo: PVOID,
    pbHash: PUCHAR,
    cbHash: ULONG,
    pbSignature: PUCHAR,
    cbSignature: ULONG,
    dwFlags: ULONG,
) -> NTSTATUS:
    return code_of(
        lambda: verify(_pair(hKey), pPaddingInfo, pbHash, cbHash, pbSignature, cbSignature, dwFlags)
    )


# ---- agreed secrets and derived keys ----


def agree(mine: KeyPair, peer: KeyPair, result: int, flags: int) -> None:
    if not result or flags:
        raise Refused(STATUS_INVALID_PARAMETER)
    mine.check_ready()
    peer.check_ready()
    if mine.algorithm.family.interface != AGREEMENT:
        raise Refused(STATUS_NOT_SUPPORTED)
    put_u64(result, handles.new(Secret(mine.agree(peer))))


@export("bcrypt", "ncrypt")
def BCryptSecretAgreement(
    hPrivKey: BCRYPT_HANDLE, hPubKey: BCRYPT_HANDLE, phAgreedSecret: PHANDLE, dwFlags: ULONG
) -> NTSTATUS:
    return code_of(lambda: agree(_pair(hPrivKey), _pair(hPubKey), phAgreedSecret, dwFlags))


@export("bcrypt", "ncrypt")
def BCryptDestroySecret(hSecret: BCRYPT_HANDLE) -> NTSTATUS:
    return code_of(_destroy, hSecret, (Secret,))


def derive(
    handle: int, kdf: str | None, parameters: int, output: int, size: int, size_out: int, flags: int
) -> None:
    secret = handles.object_of(handle, Secret)
    if secret is None:
        raise Refused(STATUS_INVALID_HANDLE)
    if kdf is None or not size_out:
        raise Refused(STATUS_INVALID_PARAMETER)
    wanted = size if output else None
    key = derive_from_secret(secret.value, kdf, parameters_of(parameters), wanted, flags)
    deliver(key, output, size, size_out)


@export("bcrypt", "ncrypt")
def BCryptDeriveKey(
    hSharedSecret: BCRYPT_HANDLE,
    pwszKDF: LPCWSTR,
    pParameterList: PVOID,
    pbDerivedKey: PUCHAR,
    cbDerivedKey: ULONG,
    pcbResult: PULONG,
    dwFlags: ULONG,
) -> NTSTATUS:
    return code_of(
        derive, hSharedSecret, pwszKDF, pParameterList, pbDerivedKey, cbDerivedKey, pcbResult, dwFlags
    )


def _key_derivation(handle: int, parameters: int, output: int, size: int, size_out: int, flags: int) -> None:
    key = _key(handle)
    if not isinstance(key, SecretKey):
        raise Refused(STATUS_NOT_SUPPORTED)
    if not output or not size_out or flags:
        raise Refused(STATUS_INVALID_PARAMETER)
    deliver(key.derive(parameters_of(parameters), size), output, size, size_out)


@export("bcrypt", "ncrypt")
def BCryptKeyDerivation(
    hKey: BCRYPT_HANDLE,
    pParameterList: PVOID,
    pbDerivedKey: PUCHAR,
    cbDerivedKey: ULONG,
    pcbResult: PULONG,
    dwFlags: ULONG,
) -> NTSTATUS:
    return code_of(_key_derivation, hKey, pParameterList, pbDerivedKey, cbDerivedKey, pcbResult, dwFlags)
