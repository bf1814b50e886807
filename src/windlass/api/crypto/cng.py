"""Cryptography API: Next Generation: algorithms, their properties, and hashes. Keys are in cng_key.py.

Source: Microsoft, "CNG Cryptographic Primitive Functions", one page each; "CNG Property Identifiers".
"""

from __future__ import annotations

import ctypes
import struct

from windlass import _core
from windlass.api import blocks
from windlass.api.crypto import crypt_handles as handles
from windlass.api.crypto import digests
from windlass.api.crypto.cng_objects import (
    FAMILIES,
    HASH,
    HASH_REUSABLE,
    HMAC_FLAG,
    MULTI_FLAG,
    OBJECT_LENGTH,
    PROV_DISPATCH,
    PROVIDER,
    PSEUDO_HANDLES,
    RNG,
    STATUS_BUFFER_TOO_SMALL,
    STATUS_INVALID_HANDLE,
    STATUS_INVALID_PARAMETER,
    STATUS_NOT_FOUND,
    STATUS_NOT_SUPPORTED,
    Algorithm,
    CngObject,
    algorithm_of,
    deliver,
    dword,
    object_of,
    wide,
)
from windlass.api.outputs import put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import (
    BCRYPT_HANDLE,
    LPCWSTR,
    NTSTATUS,
    PHANDLE,
    PUCHAR,
    PULONG,
    PVOID,
    ULONG,
    ULONGLONG,
    VOID,
)

# ---- algorithms ----


def _open_algorithm(result: int, name: str | None, implementation: str | None, flags: int) -> None:
    if not result or name is None or flags & ~(PROV_DISPATCH | HMAC_FLAG | HASH_REUSABLE | MULTI_FLAG):
        raise Refused(STATUS_INVALID_PARAMETER)
    put_u64(result, 0)
    family = FAMILIES.get(name)
    if family is None or (implementation is not None and implementation != PROVIDER):
        raise Refused(STATUS_NOT_FOUND)
    if flags & HMAC_FLAG and (family.interface != HASH or name not in digests.DIGESTS):
        raise Refused(STATUS_NOT_SUPPORTED)
    algorithm = Algorithm(name, keyed=bool(flags & HMAC_FLAG), reusable=bool(flags & HASH_REUSABLE))
    algorithm.handle = handles.new(algorithm, handles.CRYPT_ALGORITHM, family.interface == RNG)
    put_u64(result, algorithm.handle)


@export("bcrypt", "ncrypt")
def BCryptOpenAlgorithmProvider(
    phAlgorithm: PHANDLE, pszAlgId: LPCWSTR, pszImplementation: LPCWSTR, dwFlags: ULONG
) -> NTSTATUS:
    return code_of(_open_algorithm, phAlgorithm, pszAlgId, pszImplementation, dwFlags)


@export("bcrypt", "ncrypt")
def BCryptCloseAlgorithmProvider(hAlgorithm: BCRYPT_HANDLE, dwFlags: ULONG) -> NTSTATUS:
    if hAlgorithm in PSEUDO_HANDLES:
        return 0
    if handles.object_of(hAlgorithm, Algorithm) is None:
        return STATUS_INVALID_HANDLE
    handles.close(hAlgorithm)
    return 0


class ALGORITHM_IDENTIFIER(ctypes.Structure):
    _fields_ = [("pszName", ctypes.c_uint64), ("dwClass", ctypes.c_uint32), ("dwFlags", ctypes.c_uint32)]


def _enum_algorithms(operations: int, count_out: int, list_out: int, flags: int) -> None:
    if not count_out or not list_out or flags or operations & ~0x7F:
        raise Refused(STATUS_INVALID_PARAMETER)
    names = [
        (name, family.interface)
        for name, family in FAMILIES.items()
        if not operations or operations & 1 << (family.interface - 1)
    ]
    # The names stand behind the structures, in the same block.
    size = ctypes.sizeof(ALGORITHM_IDENTIFIER)
    texts = [wide(name) for name, _ in names]
    block = blocks.new(bytes(size * len(names) + sum(map(len, texts))))
    place = block + size * len(names)
    for index, ((_, interface), text) in enumerate(zip(names, texts)):
        _core.write(block + size * index, bytes(ALGORITHM_IDENTIFIER(place, interface, 0)))
        _core.write(place, text)
        place += len(text)
    put_u32(count_out, len(names))
    put_u64(list_out, block)


@export("bcrypt", "ncrypt")
def BCryptEnumAlgorithms(
    dwAlgOperations: ULONG, pAlgCount: PULONG, ppAlgList: PVOID, dwFlags: ULONG
) -> NTSTATUS:
    return code_of(_enum_algorithms, dwAlgOperations, pAlgCount, ppAlgList, dwFlags)


def _enum_providers(name: str | None, count_out: int, list_out: int, flags: int) -> None:
    """BCRYPT_PROVIDER_NAME is a pointer to the name."""
    if name is None or not count_out or not list_out or flags:
        raise Refused(STATUS_INVALID_PARAMETER)
    if name not in FAMILIES:
        raise Refused(STATUS_NOT_FOUND)
    text = wide(PROVIDER)
    block = blocks.new(bytes(8) + text)
    put_u64(block, block + 8)
    put_u32(count_out, 1)
    put_u64(list_out, block)


@export("bcrypt", "ncrypt")
def BCryptEnumProviders(pszAlgId: LPCWSTR, pImplCount: PULONG, ppImplList: PVOID, dwFlags: ULONG) -> NTSTATUS:
    return code_of(_enum_providers, pszAlgId, pImplCount, ppImplList, dwFlags)


@export("bcrypt", "ncrypt")
def BCryptFreeBuffer(pvBuffer: PVOID) -> VOID:
    blocks.free(pvBuffer)


@export("bcrypt", "ncrypt")
def BCryptGetFipsAlgorithmMode(pfEnabled: PVOID) -> NTSTATUS:
    if not pfEnabled:
        return STATUS_INVALID_PARAMETER
    _core.write(pfEnabled, b"\0")
    return 0


# ---- properties ----


def _get_property(
    handle: int, name: str | None, output: int, capacity: int, size_out: int, flags: int
) -> None:
    found = object_of(handle)
    if name is None or flags or not size_out:
        raise Refused(STATUS_INVALID_PARAMETER)
    deliver(found.get_property(name, output), output, capacity, size_out)


@export("bcrypt", "ncrypt")
def BCryptGetProperty(
    hObject: BCRYPT_HANDLE,
    pszProperty: LPCWSTR,
    pbOutput: PUCHAR,
    cbOutput: ULONG,
    pcbResult: PULONG,
    dwFlags: ULONG,
) -> NTSTATUS:
    return code_of(_get_property, hObject, pszProperty, pbOutput, cbOutput, pcbResult, dwFlags)


def _set_property(handle: int, name: str | None, value: int, size: int, flags: int) -> None:
    found = object_of(handle)
    if name is None or flags or not value:
        raise Refused(STATUS_INVALID_PARAMETER)
    if handle in PSEUDO_HANDLES:
        raise Refused(STATUS_NOT_SUPPORTED)
    found.set_property(name, _core.read(value, size))


@export("bcrypt", "ncrypt")
def BCryptSetProperty(
    hObject: BCRYPT_HANDLE, pszProperty: LPCWSTR, pbInput: PUCHAR, cbInput: ULONG, dwFlags: ULONG
) -> NTSTATUS:
    return code_of(_set_property, hObject, pszProperty, pbInput, cbInput, dwFlags)


# ---- hashes ----


class Hash(CngObject):
    """A hash in progress, `states` many for a multi-hash; reusable ones begin anew when they are finished."""

    def __init__(self, algorithm: Algorithm, key: bytes, *, reusable: bool, count: int = 0) -> None:
        self.algorithm = algorithm
        self.key = key
        self.reusable = reusable
        self.multiple = count > 0
        self.states: list[digests.Digest | None] = [self.begin() for _ in range(count or 1)]

    def begin(self) -> digests.Digest:
        if self.algorithm.name == "AES-CMAC":
            from windlass.api.crypto.crypto_cipher import new_cmac

            return new_cmac(self.key)
        if self.algorithm.keyed:
            return digests.new_hmac(self.algorithm.name, self.key)
        return digests.new(self.algorithm.name)

    def state(self, index: int) -> digests.Digest:
        found = self.states[index]
        if found is None:  # it has been finished
            raise Refused(STATUS_INVALID_HANDLE)
        return found

    def finish(self, index: int) -> bytes:
        value = self.state(index).digest()
        self.states[index] = self.begin() if self.reusable else None
        return value

    def copy(self) -> Hash:
        other = Hash(self.algorithm, self.key, reusable=self.reusable)
        other.multiple = self.multiple
        other.states = [None if state is None else state.copy() for state in self.states]
        return other

    def get_property(self, name: str, at: int) -> bytes:
        if name == "ObjectLength":
            return dword(OBJECT_LENGTH)
        if name == "IsReusableHash":
            return bytes([self.reusable])
        return self.algorithm.get_property(name, at)


def hash_of(handle: int) -> Hash:
    found = handles.object_of(handle, Hash)
    if found is None:
        raise Refused(STATUS_INVALID_HANDLE)
    return found


def check_object(buffer: int, size: int) -> None:
    """The buffer for an object is optional, but not to be too small."""
    if buffer and size < OBJECT_LENGTH:
        raise Refused(STATUS_BUFFER_TOO_SMALL)


def _hash_algorithm(handle: int) -> Algorithm:
    algorithm = algorithm_of(handle)
    if algorithm.family.interface != HASH:
        raise Refused(STATUS_NOT_SUPPORTED)
    return algorithm


def _hash_key(algorithm: Algorithm, secret: int, size: int) -> bytes:
    if not algorithm.keyed:
        if secret and size:
            raise Refused(STATUS_INVALID_PARAMETER)
        return b""
    if algorithm.name == "AES-CMAC" and size not in (16, 24, 32):
        raise Refused(STATUS_INVALID_PARAMETER)
    return _core.read(secret, size)


def _create_hash(
    handle: int, result: int, buffer: int, buffer_size: int, secret: int, size: int, flags: int, count: int
) -> None:
    algorithm = _hash_algorithm(handle)
    if not result or flags & ~HASH_REUSABLE:
        raise Refused(STATUS_INVALID_PARAMETER)
    check_object(buffer, buffer_size)
    reusable = algorithm.reusable or bool(flags & HASH_REUSABLE)
    created = Hash(algorithm, _hash_key(algorithm, secret, size), reusable=reusable, count=count)
    put_u64(result, handles.new(created))


@export("bcrypt", "ncrypt")
def BCryptCreateHash(
    hAlgorithm: BCRYPT_HANDLE,
    phHash: PHANDLE,
    pbHashObject: PUCHAR,
    cbHashObject: ULONG,
    pbSecret: PUCHAR,
    cbSecret: ULONG,
    dwFlags: ULONG,
) -> NTSTATUS:
    return code_of(
        _create_hash, hAlgorithm, phHash, pbHashObject, cbHashObject, pbSecret, cbSecret, dwFlags, 0
    )


@export("bcrypt", "ncrypt")
def BCryptCreateMultiHash(
    hAlgorithm: BCRYPT_HANDLE,
    phHash: PHANDLE,
    nHashes: ULONG,
    pbHashObject: PUCHAR,
    cbHashObject: ULONG,
    pbSecret: PUCHAR,
    cbSecret: ULONG,
    dwFlags: ULONG,
) -> NTSTATUS:
    if not nHashes:
        return STATUS_INVALID_PARAMETER
    return code_of(
        _create_hash, hAlgorithm, phHash, pbHashObject, cbHashObject, pbSecret, cbSecret, dwFlags, nHashes
    )


def _hash_data(handle: int, data: int, size: int, flags: int) -> None:
    found = hash_of(handle)
    if flags or found.multiple:
        raise Refused(STATUS_INVALID_PARAMETER)
    if size:
        found.state(0).update(_core.view(data, size))


@export("bcrypt", "ncrypt")
def BCryptHashData(hHash: BCRYPT_HANDLE, pbInput: PUCHAR, cbInput: ULONG, dwFlags: ULONG) -> NTSTATUS:
    return code_of(_hash_data, hHash, pbInput, cbInput, dwFlags)


def _finish_hash(handle: int, output: int, size: int, flags: int) -> None:
    found = hash_of(handle)
    if flags or found.multiple or not output:
        raise Refused(STATUS_INVALID_PARAMETER)
    if size != found.algorithm.digest_size:
        raise Refused(STATUS_INVALID_PARAMETER)
    _core.write(output, found.finish(0))


@export("bcrypt", "ncrypt")
def BCryptFinishHash(hHash: BCRYPT_HANDLE, pbOutput: PUCHAR, cbOutput: ULONG, dwFlags: ULONG) -> NTSTATUS:
    return code_of(_finish_hash, hHash, pbOutput, cbOutput, dwFlags)


def _duplicate_hash(handle: int, result: int, buffer: int, size: int, flags: int) -> None:
    found = hash_of(handle)
    if not result or flags:
        raise Refused(STATUS_INVALID_PARAMETER)
    check_object(buffer, size)
    put_u64(result, handles.new(found.copy()))


@export("bcrypt", "ncrypt")
def BCryptDuplicateHash(
    hHash: BCRYPT_HANDLE, phNewHash: PHANDLE, pbHashObject: PUCHAR, cbHashObject: ULONG, dwFlags: ULONG
) -> NTSTATUS:
    return code_of(_duplicate_hash, hHash, phNewHash, pbHashObject, cbHashObject, dwFlags)


@export("bcrypt", "ncrypt")
def BCryptDestroyHash(hHash: BCRYPT_HANDLE) -> NTSTATUS:
    if handles.object_of(hHash, Hash) is None:
        return STATUS_INVALID_HANDLE
    handles.close(hHash)
    return 0


def _hash(
    handle: int, secret: int, secret_size: int, data: int, size: int, output: int, output_size: int
) -> None:
    algorithm = _hash_algorithm(handle)
    if not output or output_size != algorithm.digest_size:
        raise Refused(STATUS_INVALID_PARAMETER)
    state = Hash(algorithm, _hash_key(algorithm, secret, secret_size), reusable=False)
    if size:
        state.state(0).update(_core.view(data, size))
    _core.write(output, state.finish(0))


@export("bcrypt", "ncrypt")
def BCryptHash(
    hAlgorithm: BCRYPT_HANDLE,
    pbSecret: PUCHAR,
    cbSecret: ULONG,
    pbInput: PUCHAR,
    cbInput: ULONG,
    pbOutput: PUCHAR,
    cbOutput: ULONG,
) -> NTSTATUS:
    return code_of(_hash, hAlgorithm, pbSecret, cbSecret, pbInput, cbInput, pbOutput, cbOutput)


class MULTI_HASH_OPERATION(ctypes.Structure):
    _fields_ = [
        ("iHash", ctypes.c_uint32),
        ("hashOperation", ctypes.c_uint32),
        ("pbBuffer", ctypes.c_uint64),
        ("cbBuffer", ctypes.c_uint32),
    ]


OPERATION_TYPE_HASH, HASH_OPERATION_DATA, HASH_OPERATION_FINISH = 1, 1, 2


def _process_multi(handle: int, type: int, operations: int, size: int, flags: int) -> None:
    found = hash_of(handle)
    each = ctypes.sizeof(MULTI_HASH_OPERATION)
    if type != OPERATION_TYPE_HASH or flags or not found.multiple or size % each:
        raise Refused(STATUS_INVALID_PARAMETER)
    for place in range(operations, operations + size, each):
        operation = get_structure(place, MULTI_HASH_OPERATION)
        if operation.iHash >= len(found.states):
            raise Refused(STATUS_INVALID_PARAMETER)
        if operation.hashOperation == HASH_OPERATION_DATA:
            found.state(operation.iHash).update(_core.view(operation.pbBuffer, operation.cbBuffer))
        elif operation.hashOperation == HASH_OPERATION_FINISH:
            if operation.cbBuffer != found.algorithm.digest_size:
                raise Refused(STATUS_INVALID_PARAMETER)
            _core.write(operation.pbBuffer, found.finish(operation.iHash))
        else:
            raise Refused(STATUS_INVALID_PARAMETER)


@export("bcrypt", "ncrypt")
def BCryptProcessMultiOperations(
    hObject: BCRYPT_HANDLE, operationType: ULONG, pOperations: PVOID, cbOperations: ULONG, dwFlags: ULONG
) -> NTSTATUS:
    return code_of(_process_multi, hObject, operationType, pOperations, cbOperations, dwFlags)


# ---- keys from passwords and hashes ----


def _derive_pbkdf2(
    handle: int,
    password: int,
    password_size: int,
    salt: int,
    salt_size: int,
    iterations: int,
    output: int,
    size: int,
    flags: int,
) -> None:
    algorithm = algorithm_of(handle)
    if algorithm.family.interface != HASH or not algorithm.keyed or algorithm.name not in digests.DIGESTS:
        raise Refused(STATUS_INVALID_PARAMETER)
    if not iterations or not output or not size or flags:
        raise Refused(STATUS_INVALID_PARAMETER)
    key = pbkdf2(
        algorithm.name, _core.read(password, password_size), _core.read(salt, salt_size), iterations, size
    )
    _core.write(output, key)


def pbkdf2(digest: str, password: bytes, salt: bytes, iterations: int, size: int) -> bytes:
    """RFC 8018; hashlib's where it has the hash."""
    import hashlib

    if digest not in ("MD2", "MD4"):
        return hashlib.pbkdf2_hmac(digests.hashlib_name(digest), password, salt, iterations, size)
    begun = digests.new_hmac(digest, password)
    key = b""
    for index in range(1, -(-size // 16) + 1):
        block = total = _continue(begun, salt + struct.pack(">I", index))
        for _ in range(iterations - 1):
            block = _continue(begun, block)
            total = bytes(a ^ b for a, b in zip(total, block))
        key += total
    return key[:size]


def _continue(state: digests.Digest, data: bytes) -> bytes:
    """The value of a hash in progress with more data; the hash stays as it is."""
    copy: digests.Digest = state.copy()
    copy.update(data)
    return copy.digest()


@export("bcrypt", "ncrypt")
def BCryptDeriveKeyPBKDF2(
    hPrf: BCRYPT_HANDLE,
    pbPassword: PUCHAR,
    cbPassword: ULONG,
    pbSalt: PUCHAR,
    cbSalt: ULONG,
    cIterations: ULONGLONG,
    pbDerivedKey: PUCHAR,
    cbDerivedKey: ULONG,
    dwFlags: ULONG,
) -> NTSTATUS:
    return code_of(
        _derive_pbkdf2,
        hPrf, pbPassword, cbPassword, pbSalt, cbSalt, cIterations, pbDerivedKey, cbDerivedKey, dwFlags,
    )  # fmt: skip


def capi_key(digest: str, value: bytes) -> bytes:
    """What CryptDeriveKey makes of a hash's value when more bytes are asked for than it has: two hashes of
    it, padded as HMAC's key is ("CryptDeriveKey function", Remarks).
    """
    halves = []
    for pad in (0x36, 0x5C):
        state = digests.new(digest)
        state.update(bytes(byte ^ pad for byte in value.ljust(64, b"\0")))
        halves.append(state.digest())
    return b"".join(halves)


def _derive_capi(handle: int, target: int, output: int, size: int, flags: int) -> None:
    found = hash_of(handle)
    algorithm = algorithm_of(target) if target else None
    name = found.algorithm.name
    if flags or not output or name not in digests.DIGESTS or size > 2 * found.algorithm.digest_size:
        raise Refused(STATUS_INVALID_PARAMETER)
    value = found.finish(0)
    # "BCryptDeriveKeyCapi function": for AES the longer way is taken when the value is too short.
    if len(value) < size or (algorithm is not None and algorithm.name == "AES" and len(value) < 32):
        value = capi_key(name, value)
    _core.write(output, value[:size])


@export("bcrypt", "ncrypt")
def BCryptDeriveKeyCapi(
    hHash: BCRYPT_HANDLE,
    hTargetAlg: BCRYPT_HANDLE,
    pbDerivedKey: PUCHAR,
    cbDerivedKey: ULONG,
    dwFlags: ULONG,
) -> NTSTATUS:
    return code_of(_derive_capi, hHash, hTargetAlg, pbDerivedKey, cbDerivedKey, dwFlags)


# ---- configuration: what is there by default, which cannot be changed ----

LOCAL_TABLE, SCHANNEL_INTERFACE = 1, 0x00010002


def _context_functions(table: int, context: str | None, interface: int, size_out: int, result: int) -> None:
    """CRYPT_CONTEXT_FUNCTIONS: a count and pointers to names, here of the cipher suites of Schannel."""
    import ssl

    from windlass.api.security.schannel_facts import iana_name

    if table != LOCAL_TABLE or not size_out or not result:
        raise Refused(STATUS_INVALID_PARAMETER)
    if context not in ("SSL", "Default") or interface != SCHANNEL_INTERFACE:
        raise Refused(STATUS_NOT_FOUND)
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    texts = [wide(iana_name(cipher["name"])) for cipher in settings.get_ciphers()]
    head, size = 16 + 8 * len(texts), sum(map(len, texts))
    block = blocks.new(bytes(head + size))
    place, pointers = block + head, b""
    for text in texts:
        pointers += place.to_bytes(8, "little")
        place += len(text)
    counted = len(texts).to_bytes(8, "little") + (block + 16).to_bytes(8, "little")
    _core.write(block, counted + pointers + b"".join(texts))
    put_u32(size_out, head + size)
    put_u64(result, block)


@export("bcrypt", "ncrypt")
def BCryptEnumContextFunctions(
    dwTable: ULONG, pszContext: LPCWSTR, dwInterface: ULONG, pcbBuffer: PULONG, ppBuffer: PVOID
) -> NTSTATUS:
    """The buffer is the function's, to be given back with BCryptFreeBuffer."""
    return code_of(_context_functions, dwTable, pszContext, dwInterface, pcbBuffer, ppBuffer)
