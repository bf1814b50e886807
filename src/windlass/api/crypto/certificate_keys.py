"""The private keys of certificates, as handles of the two cryptographic interfaces.

Source: Microsoft, "CryptAcquireCertificatePrivateKey function", "CRYPT_KEY_PROV_INFO structure".
"""

from __future__ import annotations

import ctypes
from ctypes import c_uint32, c_uint64
from typing import Any

from windlass import _core
from windlass.api.calls import windows
from windlass.api.crypto import capi_key, ncrypt_storage
from windlass.api.crypto import crypt_handles as handles
from windlass.api.crypto.capi_objects import provider_of
from windlass.api.crypto.certificate_context import NCRYPT_KEY_HANDLE, context_of
from windlass.api.crypto.certificate_objects import rsa_private_blob
from windlass.api.crypto.cng_convert import pair_of, private_key_of
from windlass.api.crypto.crypto_extra import rsa
from windlass.api.crypto.ncrypt_objects import NKey, Provider, key_of
from windlass.api.outputs import get_u64, put_u32, put_u64
from windlass.api.refused import Refused, done
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPBOOL, LPDWORD, LPVOID, PVOID

__all__ = ["key_from_property"]

CRYPT_E_NO_KEY_PROPERTY, NTE_BAD_KEYSET, NTE_BAD_PUBLIC_KEY = 0x8009200B, 0x80090016, 0x80090015
ALLOW_NCRYPT, PREFER_NCRYPT, ONLY_NCRYPT = 0x10000, 0x20000, 0x40000
NCRYPT_KEY_SPEC, AT_KEYEXCHANGE = 0xFFFFFFFF, 1
PROV_RSA_AES, VERIFY_CONTEXT, MACHINE_KEYSET, SILENT = 24, 0xF0000000, 0x20, 0x40


class KeyProvInfo(ctypes.Structure):
    _fields_ = [
        ("pwszContainerName", c_uint64),
        ("pwszProvName", c_uint64),
        ("dwProvType", c_uint32),
        ("dwFlags", c_uint32),
        ("cProvParam", c_uint32),
        ("rgProvParam", c_uint64),
        ("dwKeySpec", c_uint32),
    ]


def key_from_property(number: int, data: int) -> Any:
    """What CertSetCertificateContextProperty is given: a key's handle, or the name of a key in the storage or
    in one of CryptoAPI's containers.
    """
    if not data:
        return None
    if number == NCRYPT_KEY_HANDLE:
        return private_key_of(key_of(get_u64(data)).pair)
    info = get_structure(data, KeyProvInfo)
    if info.dwProvType:
        return _key_in_container(info)
    name = _core.wide_string(info.pwszContainerName) if info.pwszContainerName else ""
    record = ncrypt_storage.load(name, machine=bool(info.dwFlags & 0x20))
    if record is None:
        raise Refused(NTE_BAD_KEYSET)
    return private_key_of(NKey.of_record(Provider(), record, machine=False).pair)


def _key_in_container(info: KeyProvInfo) -> Any:
    provider = c_uint64()
    names = (info.pwszContainerName, info.pwszProvName)
    flags = info.dwFlags & (MACHINE_KEYSET | SILENT)
    place = ctypes.addressof(provider)
    if (
        not windows("advapi32.dll", "CryptAcquireContextW", place, *names, info.dwProvType, flags)
        & 0xFFFFFFFF
    ):
        raise Refused(_core.get_last_error())
    try:
        return capi_key.pair_of(provider_of(provider.value), info.dwKeySpec).key.private
    finally:
        windows("advapi32.dll", "CryptReleaseContext", provider.value, 0)


def _provider_with(key: rsa.RSAPrivateKey) -> int:
    """A provider of CryptoAPI's that has the key."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    encoded = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    blob = rsa_private_blob(encoded)
    kept = ctypes.create_string_buffer(blob, len(blob))
    provider, handle = c_uint64(), c_uint64()
    acquired = windows(
        "advapi32.dll",
        "CryptAcquireContextW",
        ctypes.addressof(provider),
        0,
        0,
        PROV_RSA_AES,
        VERIFY_CONTEXT,
    )
    imported = acquired and windows(
        "advapi32.dll",
        "CryptImportKey",
        provider.value,
        ctypes.addressof(kept),
        len(blob),
        0,
        0,
        ctypes.addressof(handle),
    )
    if not imported:
        raise Refused(_core.get_last_error())
    windows("advapi32.dll", "CryptDestroyKey", handle.value)
    return provider.value


def _acquire(address: int, flags: int, result: int, spec: int, frees: int) -> None:
    key = context_of(address).key
    if key is None:
        raise Refused(CRYPT_E_NO_KEY_PROPERTY)
    is_rsa = isinstance(key, rsa.RSAPrivateKey)
    if is_rsa and not flags & (PREFER_NCRYPT | ONLY_NCRYPT):
        put_u64(result, _provider_with(key))
        put_u32(spec, AT_KEYEXCHANGE)
    elif flags & (ALLOW_NCRYPT | PREFER_NCRYPT | ONLY_NCRYPT):
        put_u64(result, handles.new(NKey(Provider(), pair_of(key))))
        put_u32(spec, NCRYPT_KEY_SPEC)
    else:
        raise Refused(NTE_BAD_PUBLIC_KEY)  # CryptoAPI has RSA alone
    put_u32(frees, 1)


@export("crypt32")
def CryptAcquireCertificatePrivateKey(
    pCert: PVOID,
    dwFlags: DWORD,
    pvParameters: LPVOID,
    phCryptProvOrNCryptKey: PVOID,
    pdwKeySpec: LPDWORD,
    pfCallerFreeProvOrNCryptKey: LPBOOL,
) -> BOOL:
    """A handle for the caller to free, each time a new one."""
    return done(_acquire, pCert, dwFlags, phCryptProvOrNCryptKey, pdwKeySpec, pfCallerFreeProvOrNCryptKey)
