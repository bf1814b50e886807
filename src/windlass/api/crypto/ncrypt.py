"""The key storage functions of CNG. There is one provider, which keeps keys in software.

Source: Microsoft, "CNG Key Storage Functions", one page each.
"""

from __future__ import annotations

import struct
from typing import Any

from windlass import _core
from windlass.api import blocks
from windlass.api.crypto import cng_key, ncrypt_storage
from windlass.api.crypto import crypt_handles as handles
from windlass.api.crypto.cng_convert import pair_of, private_key_of
from windlass.api.crypto.cng_derivation import Parameters, parameters_of
from windlass.api.crypto.cng_ecc import AGREEMENT_MAGIC, SIGNATURE_MAGIC, EccKey
from windlass.api.crypto.cng_objects import (
    AGREEMENT,
    ASYMMETRIC,
    FAMILIES,
    SIGNATURE,
    Algorithm,
    curve_of,
    deliver,
    unwide,
)
from windlass.api.crypto.cng_pair import KeyPair
from windlass.api.crypto.cng_symmetric import Request
from windlass.api.crypto.ncrypt_objects import (
    ALLOW_EXPORT,
    MACHINE_KEY,
    NTE_BAD_DATA,
    NTE_BAD_KEY_STATE,
    NTE_BAD_KEYSET,
    NTE_EXISTS,
    NTE_INVALID_HANDLE,
    NTE_INVALID_PARAMETER,
    NTE_NO_MORE_ITEMS,
    NTE_NOT_SUPPORTED,
    OVERWRITE,
    PERSIST,
    PERSIST_ONLY,
    SILENT,
    SOFTWARE_PROVIDER,
    NKey,
    Provider,
    key_of,
    provider_of,
    status_of,
)
from windlass.api.outputs import get_u32, get_u64, put_u32, put_u64
from windlass.api.records import new_record
from windlass.api.refused import Refused
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LONG, LPCWSTR, LPDWORD, LPVOID, PBYTE, PHANDLE, PVOID

# ---- providers and their algorithms ----


def _open_provider(result: int, name: str | None) -> None:
    if not result:
        raise Refused(NTE_INVALID_PARAMETER)
    if name is not None and name != SOFTWARE_PROVIDER:
        raise Refused(NTE_BAD_KEYSET)
    provider = Provider()
    provider.handle = handles.new(provider)
    put_u64(result, provider.handle)


@export("ncrypt")
def NCryptOpenStorageProvider(phProvider: PHANDLE, pszProviderName: LPCWSTR, dwFlags: DWORD) -> LONG:
    return status_of(_open_provider, phProvider, pszProviderName)


def _enum_providers(count: int, list_out: int) -> None:
    """NCryptProviderName: a name and a comment."""
    if not count or not list_out:
        raise Refused(NTE_INVALID_PARAMETER)
    put_u32(count, 1)
    put_u64(list_out, new_record([SOFTWARE_PROVIDER, SOFTWARE_PROVIDER]))


@export("ncrypt")
def NCryptEnumStorageProviders(pdwProviderCount: LPDWORD, ppProviderList: PVOID, dwFlags: DWORD) -> LONG:
    return status_of(_enum_providers, pdwProviderCount, ppProviderList)


_CLASSES = {ASYMMETRIC: 3, AGREEMENT: 4, SIGNATURE: 5}
_OPERATIONS = {ASYMMETRIC: 0x4 | 0x10, AGREEMENT: 0x8, SIGNATURE: 0x10}
ALGORITHMS = [
    name for name, family in FAMILIES.items() if family.interface in _CLASSES and name != "RSA_SIGN"
]


def _enum_algorithms(provider: int, operations: int, count: int, list_out: int) -> None:
    """NCryptAlgorithmName, four fields each: those for any of the operations; 0: for all."""
    provider_of(provider)
    if not count or not list_out:
        raise Refused(NTE_INVALID_PARAMETER)
    chosen = [n for n in ALGORITHMS if not operations or operations & _OPERATIONS[FAMILIES[n].interface]]
    texts = [_core.wide_bytes(name) for name in chosen]
    block = blocks.new(bytes(24 * len(chosen) + sum(map(len, texts))))
    place = block + 24 * len(chosen)
    for index, (name, text) in enumerate(zip(chosen, texts)):
        interface = FAMILIES[name].interface
        fields = (place, _CLASSES[interface], _OPERATIONS[interface], 0)
        _core.write(block + 24 * index, struct.pack("<QIII", *fields))
        _core.write(place, text)
        place += len(text)
    put_u32(count, len(chosen))
    put_u64(list_out, block)


@export("ncrypt")
def NCryptEnumAlgorithms(
    hProvider: HANDLE, dwAlgOperations: DWORD, pdwAlgCount: LPDWORD, ppAlgList: PVOID, dwFlags: DWORD
) -> LONG:
    return status_of(_enum_algorithms, hProvider, dwAlgOperations, pdwAlgCount, ppAlgList)


def _is_supported(provider: int, name: str | None) -> None:
    provider_of(provider)
    if name not in ALGORITHMS:
        raise Refused(NTE_NOT_SUPPORTED)


@export("ncrypt")
def NCryptIsAlgSupported(hProvider: HANDLE, pszAlgId: LPCWSTR, dwFlags: DWORD) -> LONG:
    return status_of(_is_supported, hProvider, pszAlgId)


@export("ncrypt")
def NCryptFreeBuffer(pvInput: PVOID) -> LONG:
    blocks.free(pvInput)
    return 0


def _free(handle: int) -> None:
    if not isinstance(handles.object_of(handle, object), (Provider, NKey, cng_key.Secret)):
        raise Refused(NTE_INVALID_HANDLE)
    handles.close(handle)


@export("ncrypt")
def NCryptFreeObject(hObject: HANDLE) -> LONG:
    return status_of(_free, hObject)


@export("ncrypt")
def NCryptIsKeyHandle(hKey: HANDLE) -> BOOL:
    return handles.object_of(hKey, NKey) is not None


# ---- making, opening, deleting keys ----

DEFAULT_BITS = {"RSA": 2048, "DH": 2048, "DSA": 2048}


def _new_pair(name: str) -> KeyPair:
    """Not ready yet; of a size that may be changed."""
    algorithm = Algorithm(name)
    if name in ("ECDSA", "ECDH"):  # the curve is a property that is set later
        return EccKey(algorithm, "nistP256")
    sizes = algorithm.family.keys
    assert sizes is not None
    return cng_key.new_pair(algorithm, DEFAULT_BITS.get(name, sizes.minimum))


def _create(
    provider: int, result: int, algorithm: str | None, name: str | None, spec: int, flags: int
) -> None:
    owner = provider_of(provider)
    if not result or algorithm is None:
        raise Refused(NTE_INVALID_PARAMETER)
    if algorithm not in ALGORITHMS:
        raise Refused(NTE_NOT_SUPPORTED)
    machine = bool(flags & MACHINE_KEY)
    if name and not flags & OVERWRITE and ncrypt_storage.load(name, machine=machine) is not None:
        raise Refused(NTE_EXISTS)
    key = NKey(owner, _new_pair(algorithm), name or "", machine=machine)
    key.spec, key.overwrites = spec, bool(flags & OVERWRITE)
    put_u64(result, handles.new(key))


@export("ncrypt")
def NCryptCreatePersistedKey(
    hProvider: HANDLE,
    phKey: PHANDLE,
    pszAlgId: LPCWSTR,
    pszKeyName: LPCWSTR,
    dwLegacyKeySpec: DWORD,
    dwFlags: DWORD,
) -> LONG:
    return status_of(_create, hProvider, phKey, pszAlgId, pszKeyName, dwLegacyKeySpec, dwFlags)


def _finalize(handle: int) -> None:
    key = key_of(handle)
    if key.pair.is_ready:
        raise Refused(NTE_BAD_KEY_STATE)
    key.pair.generate()
    if key.name:
        key.store()


@export("ncrypt")
def NCryptFinalizeKey(hKey: HANDLE, dwFlags: DWORD) -> LONG:
    return status_of(_finalize, hKey)


def _open_key(provider: int, result: int, name: str | None, flags: int) -> None:
    owner = provider_of(provider)
    if not result or not name:
        raise Refused(NTE_INVALID_PARAMETER)
    machine = bool(flags & MACHINE_KEY)
    record = ncrypt_storage.load(name, machine=machine)
    if record is None:
        raise Refused(NTE_BAD_KEYSET)
    key = NKey.of_record(owner, record, machine=machine)
    key.overwrites = True
    put_u64(result, handles.new(key))


@export("ncrypt")
def NCryptOpenKey(
    hProvider: HANDLE, phKey: PHANDLE, pszKeyName: LPCWSTR, dwLegacyKeySpec: DWORD, dwFlags: DWORD
) -> LONG:
    return status_of(_open_key, hProvider, phKey, pszKeyName, dwFlags)


def _delete(handle: int) -> None:
    key = key_of(handle)
    if key.name:
        ncrypt_storage.delete(key.name, machine=key.machine)
    handles.close(handle)


@export("ncrypt")
def NCryptDeleteKey(hKey: HANDLE, dwFlags: DWORD) -> LONG:
    return status_of(_delete, hKey)


def _enum_keys(provider: int, name_out: int, state_out: int, flags: int) -> None:
    """The state is a block with the count of those that were told."""
    provider_of(provider)
    if not name_out or not state_out:
        raise Refused(NTE_INVALID_PARAMETER)
    state = get_u64(state_out)
    if not state:
        state = blocks.new(bytes(8))
        put_u64(state_out, state)
    index = get_u32(state)
    found = ncrypt_storage.names(machine=bool(flags & MACHINE_KEY))
    if index >= len(found):
        raise Refused(NTE_NO_MORE_ITEMS)
    put_u32(state, index + 1)
    record = found[index]
    put_u64(name_out, new_record([record.name, record.algorithm, record.spec, flags & MACHINE_KEY]))


@export("ncrypt")
def NCryptEnumKeys(
    hProvider: HANDLE, pszScope: LPCWSTR, ppKeyName: PVOID, ppEnumState: PVOID, dwFlags: DWORD
) -> LONG:
    return status_of(_enum_keys, hProvider, ppKeyName, ppEnumState, dwFlags)


# ---- properties ----


def _get_property(handle: int, name: str | None, output: int, capacity: int, size_out: int) -> None:
    found = handles.object_of(handle, Provider) or key_of(handle)
    if name is None or not size_out:
        raise Refused(NTE_INVALID_PARAMETER)
    deliver(found.get_property(name), output, capacity, size_out)


@export("ncrypt")
def NCryptGetProperty(
    hObject: HANDLE,
    pszProperty: LPCWSTR,
    pbOutput: PBYTE,
    cbOutput: DWORD,
    pcbResult: LPDWORD,
    dwFlags: DWORD,
) -> LONG:
    return status_of(_get_property, hObject, pszProperty, pbOutput, cbOutput, pcbResult)


def _set_property(handle: int, name: str | None, value: int, size: int, flags: int) -> None:
    if handles.object_of(handle, Provider) is not None:
        raise Refused(NTE_NOT_SUPPORTED)
    key = key_of(handle)
    if name is None or not value:
        raise Refused(NTE_INVALID_PARAMETER)
    key.set_property(name, _core.read(value, size), persist=bool(flags & (PERSIST | PERSIST_ONLY)))


@export("ncrypt")
def NCryptSetProperty(
    hObject: HANDLE, pszProperty: LPCWSTR, pbInput: PBYTE, cbInput: DWORD, dwFlags: DWORD
) -> LONG:
    return status_of(_set_property, hObject, pszProperty, pbInput, cbInput, dwFlags)


# ---- blobs ----

PKCS8 = "PKCS8_PRIVATEKEY"
KEY_NAME, SECRET, CURVE_NAME = 45, 46, 60
_MAGIC_FAMILIES = {
    **dict.fromkeys((0x31415352, 0x32415352, 0x33415352), "RSA"),
    **dict.fromkeys((0x42504844, 0x56504844), "DH"),
    **dict.fromkeys((0x42505344, 0x56505344, 0x32425044, 0x32565044), "DSA"),
    **{magic: f"ECDH_P{bits}" for bits, pair in AGREEMENT_MAGIC.items() for magic in pair},
    **{magic: f"ECDSA_P{bits}" for bits, pair in SIGNATURE_MAGIC.items() for magic in pair},
    **dict.fromkeys((0x504B4345, 0x564B4345), "ECDH"),
    **dict.fromkeys((0x50444345, 0x56444345), "ECDSA"),
}


def _first(parameters: Parameters, type: int) -> bytes:
    return parameters.get(type, [b""])[0]


def _pair_from_blob(kind: str, blob: bytes, parameters: Parameters) -> KeyPair:
    if kind == PKCS8:
        return _pair_from_pkcs8(blob, unwide(_first(parameters, SECRET)))
    name = _MAGIC_FAMILIES.get(int.from_bytes(blob[:4], "little"))
    if name is None:
        raise Refused(NTE_BAD_DATA)
    algorithm = Algorithm(name)
    if name in ("ECDH", "ECDSA"):
        algorithm.curve = curve_of(_first(parameters, CURVE_NAME))
    return cng_key.pair_from_blob(algorithm, kind, blob)


def _pair_from_pkcs8(blob: bytes, password: str) -> KeyPair:
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        return pair_of(load_der_private_key(blob, password.encode() if password else None))
    except (ValueError, TypeError):
        raise Refused(NTE_BAD_DATA) from None


def _import(
    provider: int, wrapping: int, kind: str | None, parameters: int, result: int, blob: bytes, flags: int
) -> None:
    owner = provider_of(provider)
    if kind is None or not result:
        raise Refused(NTE_INVALID_PARAMETER)
    if wrapping:
        raise Refused(NTE_NOT_SUPPORTED)
    given = parameters_of(parameters)
    name = unwide(_first(given, KEY_NAME))
    key = NKey(owner, _pair_from_blob(kind, blob, given), name, machine=bool(flags & MACHINE_KEY))
    key.policy, key.overwrites = ALLOW_EXPORT, bool(flags & OVERWRITE)
    if name:
        key.store()
    put_u64(result, handles.new(key))


@export("ncrypt")
def NCryptImportKey(
    hProvider: HANDLE,
    hImportKey: HANDLE,
    pszBlobType: LPCWSTR,
    pParameterList: PVOID,
    phKey: PHANDLE,
    pbData: PBYTE,
    cbData: DWORD,
    dwFlags: DWORD,
) -> LONG:
    blob = _core.read(pbData, cbData) if pbData else b""
    return status_of(_import, hProvider, hImportKey, pszBlobType, pParameterList, phKey, blob, dwFlags)


def _pkcs8(key: NKey, parameters: Parameters) -> bytes:
    """With a password encrypted, and then with a policy that allows that alone."""
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    password = unwide(_first(parameters, SECRET))
    if not password:
        key.check_exportable()
    elif not key.policy & ALLOW_EXPORT:
        raise Refused(NTE_NOT_SUPPORTED)
    encryption: Any = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    private = private_key_of(key.pair)
    return bytes(private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, encryption))


def _export(
    handle: int, wrapping: int, kind: str | None, parameters: int, output: int, size: int, size_out: int
) -> None:
    key = key_of(handle)
    key.pair.check_ready()
    if kind is None or not size_out:
        raise Refused(NTE_INVALID_PARAMETER)
    if wrapping:
        raise Refused(NTE_NOT_SUPPORTED)
    if kind == PKCS8:
        blob = _pkcs8(key, parameters_of(parameters))
    else:
        if "PRIVATE" in kind:
            key.check_exportable()
        blob = key.pair.export(kind)
    deliver(blob, output, size, size_out)


@export("ncrypt")
def NCryptExportKey(
    hKey: HANDLE,
    hExportKey: HANDLE,
    pszBlobType: LPCWSTR,
    pParameterList: PVOID,
    pbOutput: PBYTE,
    cbOutput: DWORD,
    pcbResult: LPDWORD,
    dwFlags: DWORD,
) -> LONG:
    return status_of(_export, hKey, hExportKey, pszBlobType, pParameterList, pbOutput, cbOutput, pcbResult)


# ---- what keys do ----


@export("ncrypt")
def NCryptEncrypt(
    hKey: HANDLE,
    pbInput: PBYTE,
    cbInput: DWORD,
    pPaddingInfo: LPVOID,
    pbOutput: PBYTE,
    cbOutput: DWORD,
    pcbResult: LPDWORD,
    dwFlags: DWORD,
) -> LONG:
    request = Request(pbInput, cbInput, pPaddingInfo, 0, 0, dwFlags & ~SILENT)
    return status_of(lambda: cng_key.crypt(key_of(hKey).pair, request, pbOutput, cbOutput, pcbResult, True))


@export("ncrypt")
def NCryptDecrypt(
    hKey: HANDLE,
    pbInput: PBYTE,
    cbInput: DWORD,
    pPaddingInfo: LPVOID,
    pbOutput: PBYTE,
    cbOutput: DWORD,
    pcbResult: LPDWORD,
    dwFlags: DWORD,
) -> LONG:
    request = Request(pbInput, cbInput, pPaddingInfo, 0, 0, dwFlags & ~SILENT)
    return status_of(lambda: cng_key.crypt(key_of(hKey).pair, request, pbOutput, cbOutput, pcbResult, False))


@export("ncrypt")
def NCryptSignHash(
    hKey: HANDLE,
    pPaddingInfo: LPVOID,
    pbHashValue: PBYTE,
    cbHashValue: DWORD,
    pbSignature: PBYTE,
    cbSignature: DWORD,
    pcbResult: LPDWORD,
    dwFlags: DWORD,
) -> LONG:
    flags = dwFlags & ~SILENT
    return status_of(
        lambda: cng_key.sign(
            key_of(hKey).pair,
            pPaddingInfo,
            pbHashValue,
            cbHashValue,
            pbSignature,
            cbSignature,
            pcbResult,
            flags,
        )
    )


@export("ncrypt")
def NCryptVerifySignature(
    hKey: HANDLE,
    pPaddingInfo: LPVOID,
    pbHashValue: PBYTE,
    cbHashValue: DWORD,
    pbSignature: PBYTE,
    cbSignature: DWORD,
    dwFlags: DWORD,
) -> LONG:
    flags = dwFlags & ~SILENT
    return status_of(
        lambda: cng_key.verify(
            key_of(hKey).pair, pPaddingInfo, pbHashValue, cbHashValue, pbSignature, cbSignature, flags
        )
    )


@export("ncrypt")
def NCryptSecretAgreement(hPrivKey: HANDLE, hPubKey: HANDLE, phAgreedSecret: PHANDLE, dwFlags: DWORD) -> LONG:
    return status_of(
        lambda: cng_key.agree(key_of(hPrivKey).pair, key_of(hPubKey).pair, phAgreedSecret, dwFlags & ~SILENT)
    )


@export("ncrypt")
def NCryptDeriveKey(
    hSharedSecret: HANDLE,
    pwszKDF: LPCWSTR,
    pParameterList: PVOID,
    pbDerivedKey: PBYTE,
    cbDerivedKey: DWORD,
    pcbResult: LPDWORD,
    dwFlags: DWORD,
) -> LONG:
    return status_of(
        cng_key.derive,
        hSharedSecret,
        pwszKDF,
        pParameterList,
        pbDerivedKey,
        cbDerivedKey,
        pcbResult,
        dwFlags & ~SILENT,
    )
