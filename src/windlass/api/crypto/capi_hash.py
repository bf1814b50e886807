"""CryptoAPI's hashes.

Source: Microsoft, "CryptCreateHash function", "CryptHashData function", "CryptGetHashParam function",
"CryptSetHashParam function", "HMAC_INFO structure".
"""

from __future__ import annotations

import ctypes
import struct

from windlass import _core
from windlass.api.crypto import crypt_handles as handles
from windlass.api.crypto.capi_objects import (
    CALG_HMAC,
    CALG_SSL3_SHAMD5,
    ERROR_INVALID_PARAMETER,
    HASHES,
    NTE_BAD_ALGID,
    NTE_BAD_FLAGS,
    NTE_BAD_HASH_STATE,
    NTE_BAD_KEY,
    NTE_BAD_TYPE,
    Hash,
    deliver,
    hash_of,
    provider_of,
)
from windlass.api.outputs import put_u64
from windlass.api.refused import Refused, done
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, HCRYPTHASH, HCRYPTKEY, HCRYPTPROV, LPDWORD, PBYTE, PVOID, UINT

HP_ALGID, HP_HASHVAL, HP_HASHSIZE, HP_HMAC_INFO = 1, 2, 4, 5


class HMAC_INFO(ctypes.Structure):
    _fields_ = [
        ("HashAlgid", ctypes.c_uint32),
        ("pbInnerString", ctypes.c_uint64),
        ("cbInnerString", ctypes.c_uint32),
        ("pbOuterString", ctypes.c_uint64),
        ("cbOuterString", ctypes.c_uint32),
    ]


def _create(provider: int, algorithm: int, key: int, flags: int, result: int) -> None:
    found = provider_of(provider)
    if not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    if flags:
        raise Refused(NTE_BAD_FLAGS)
    if algorithm not in HASHES and algorithm not in (CALG_HMAC, CALG_SSL3_SHAMD5):
        raise Refused(NTE_BAD_ALGID)
    found.check(algorithm)
    secret = b""
    if algorithm == CALG_HMAC:
        from windlass.api.crypto.capi_key import symmetric_of

        if not key:
            raise Refused(NTE_BAD_KEY)
        secret = symmetric_of(key).secret
    put_u64(result, handles.new(Hash(found, algorithm, secret)))


@export("advapi32", "cryptsp")
def CryptCreateHash(hProv: HCRYPTPROV, Algid: UINT, hKey: HCRYPTKEY, dwFlags: DWORD, phHash: PVOID) -> BOOL:
    return done(_create, hProv, Algid, hKey, dwFlags, phHash)


def _data(handle: int, data: int, size: int, flags: int) -> None:
    found = hash_of(handle)
    if flags or (size and not data):
        raise Refused(NTE_BAD_FLAGS if flags else ERROR_INVALID_PARAMETER)
    found.update(_core.view(data, size))


@export("advapi32", "cryptsp")
def CryptHashData(hHash: HCRYPTHASH, pbData: PBYTE, dwDataLen: DWORD, dwFlags: DWORD) -> BOOL:
    return done(_data, hHash, pbData, dwDataLen, dwFlags)


CRYPT_LITTLE_ENDIAN = 1


def _session_key(handle: int, key: int, flags: int) -> None:
    from windlass.api.crypto.capi_key import symmetric_of

    if flags & ~CRYPT_LITTLE_ENDIAN:
        raise Refused(NTE_BAD_FLAGS)
    secret = symmetric_of(key).secret
    hash_of(handle).update(secret if flags & CRYPT_LITTLE_ENDIAN else secret[::-1])


@export("advapi32", "cryptsp")
def CryptHashSessionKey(hHash: HCRYPTHASH, hKey: HCRYPTKEY, dwFlags: DWORD) -> BOOL:
    return done(_session_key, hHash, hKey, dwFlags)


def _get(handle: int, parameter: int, output: int, size_in_out: int, flags: int) -> None:
    found = hash_of(handle)
    if flags:
        raise Refused(NTE_BAD_FLAGS)
    if parameter == HP_ALGID:
        value = struct.pack("<I", found.algorithm)
    elif parameter == HP_HASHSIZE:
        value = struct.pack("<I", found.size)
    elif parameter == HP_HASHVAL:
        value = found.finish() if output else bytes(found.size)
    else:
        raise Refused(NTE_BAD_TYPE)
    deliver(value, output, size_in_out)


@export("advapi32", "cryptsp")
def CryptGetHashParam(
    hHash: HCRYPTHASH, dwParam: DWORD, pbData: PBYTE, pdwDataLen: LPDWORD, dwFlags: DWORD
) -> BOOL:
    return done(_get, hHash, dwParam, pbData, pdwDataLen, dwFlags)


def _set(handle: int, parameter: int, data: int, flags: int) -> None:
    found = hash_of(handle)
    if flags:
        raise Refused(NTE_BAD_FLAGS)
    if not data:
        raise Refused(ERROR_INVALID_PARAMETER)
    if parameter == HP_HASHVAL:
        if found.value is not None:
            raise Refused(NTE_BAD_HASH_STATE)
        found.value = _core.read(data, found.size)
    elif parameter == HP_HMAC_INFO:
        _set_hmac(found, get_structure(data, HMAC_INFO))
    else:
        raise Refused(NTE_BAD_TYPE)


def _set_hmac(found: Hash, info: HMAC_INFO) -> None:
    """The strings, with which the key would be mixed, are the standard's own where there is none."""
    if found.algorithm != CALG_HMAC or info.cbInnerString or info.cbOuterString:
        raise Refused(NTE_BAD_TYPE)
    if info.HashAlgid not in HASHES:
        raise Refused(NTE_BAD_ALGID)
    found.set_hmac(HASHES[info.HashAlgid])


@export("advapi32", "cryptsp")
def CryptSetHashParam(hHash: HCRYPTHASH, dwParam: DWORD, pbData: PBYTE, dwFlags: DWORD) -> BOOL:
    return done(_set, hHash, dwParam, pbData, dwFlags)


def _duplicate(handle: int, reserved: int, flags: int, result: int) -> None:
    found = hash_of(handle)
    if reserved or flags or not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    put_u64(result, handles.new(found.copy()))


@export("advapi32", "cryptsp")
def CryptDuplicateHash(hHash: HCRYPTHASH, pdwReserved: LPDWORD, dwFlags: DWORD, phHash: PVOID) -> BOOL:
    return done(_duplicate, hHash, pdwReserved, dwFlags, phHash)


def _destroy(handle: int) -> None:
    hash_of(handle)
    handles.close(handle)


@export("advapi32", "cryptsp")
def CryptDestroyHash(hHash: HCRYPTHASH) -> BOOL:
    return done(_destroy, hHash)
