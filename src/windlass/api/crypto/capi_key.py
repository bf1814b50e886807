"""CryptoAPI's keys, encryption and signatures.

Numbers of public keys, signatures and what RSA encrypts have their lowest byte first.

Source: Microsoft, "CryptGenKey function", "CryptDeriveKey function", "CryptImportKey function",
"CryptExportKey function", "CryptEncrypt function", "CryptSetKeyParam function", "CryptSignHashW function",
"RSA/Schannel Key BLOBs".
"""

from __future__ import annotations

import secrets
import struct

from windlass import _core
from windlass.api.crypto import crypt_handles as handles
from windlass.api.crypto import crypto_cipher
from windlass.api.crypto.capi_objects import (
    CALG_3DES,
    CALG_AES_128,
    CALG_AES_192,
    CALG_AES_256,
    CALG_RC4,
    CALG_RSA_KEYX,
    CALG_RSA_SIGN,
    CALG_SSL3_SHAMD5,
    CIPHERS,
    ERROR_INVALID_PARAMETER,
    ERROR_MORE_DATA,
    NTE_BAD_ALGID,
    NTE_BAD_DATA,
    NTE_BAD_FLAGS,
    NTE_BAD_HASH,
    NTE_BAD_KEY,
    NTE_BAD_KEY_STATE,
    NTE_BAD_LEN,
    NTE_BAD_SIGNATURE,
    NTE_BAD_TYPE,
    NTE_BAD_VER,
    NTE_NO_KEY,
    Hash,
    Provider,
    deliver,
    hash_of,
    provider_of,
)
from windlass.api.crypto.cng import capi_key
from windlass.api.crypto.crypto_extra import hashes
from windlass.api.crypto.crypto_rsa import PublicNumbers, RsaKey
from windlass.api.outputs import get_u32, put_u32, put_u64
from windlass.api.refused import Refused, done
from windlass.registry import export
from windlass.types import (
    BOOL,
    DWORD,
    HCRYPTHASH,
    HCRYPTKEY,
    HCRYPTPROV,
    LPCSTR,
    LPCWSTR,
    LPDWORD,
    PBYTE,
    PVOID,
    UINT,
)

# Flags of CryptGenKey and its kin; the upper half is the length in bits.
EXPORTABLE, USER_PROTECTED, CREATE_SALT, NO_SALT, ARCHIVABLE = 1, 2, 4, 0x10, 0x4000
KEY_FLAGS = EXPORTABLE | USER_PROTECTED | CREATE_SALT | NO_SALT | ARCHIVABLE

MODES = {1: "CBC", 2: "ECB", 4: "CFB"}
PKCS5_PADDING = 1


class SymmetricKey:
    """Its IV, mode and place in a stream go from call to call, until one is the final."""

    def __init__(self, provider: Provider, algorithm: int, secret: bytes, *, exportable: bool) -> None:
        self.provider = provider
        self.algorithm = algorithm
        self.facts = CIPHERS[algorithm]
        self.secret = secret
        self.exportable = exportable
        self.iv = bytes(self.facts.block)
        self.mode = 1
        self.mode_bits = 8
        self.salt = b""
        self._chain: bytes | None = None
        self._stream = crypto_cipher.stream(secret) if algorithm == CALG_RC4 else None

    def copy(self) -> SymmetricKey:
        other = SymmetricKey(self.provider, self.algorithm, self.secret, exportable=self.exportable)
        other.iv, other.mode, other.mode_bits, other._chain = self.iv, self.mode, self.mode_bits, self._chain
        return other

    @property
    def block(self) -> int:
        return self.facts.block

    def set_iv(self, iv: bytes) -> None:
        self.iv, self._chain = iv, None

    def padded_size(self, size: int, *, final: bool) -> int:
        return (size // self.block + 1) * self.block if final and self.block else size

    def encrypt(self, data: bytes, *, final: bool, flags: int = 0) -> bytes:
        if self._stream is not None:
            return self._through_stream(data, final=final)
        return self._transform(crypto_cipher.pad(data, self.block) if final else data, True, final=final)

    def decrypt(self, data: bytes, *, final: bool, flags: int = 0) -> bytes:
        if self._stream is not None:
            return self._through_stream(data, final=final)
        plain = self._transform(data, False, final=final)
        if not final:
            return plain
        stripped = crypto_cipher.unpad(plain, self.block)
        if stripped is None:
            raise Refused(NTE_BAD_DATA)
        return stripped

    def _through_stream(self, data: bytes, *, final: bool) -> bytes:
        assert self._stream is not None
        result = self._stream.update(data)
        if final:
            self._stream = crypto_cipher.stream(self.secret)
        return result

    def _transform(self, data: bytes, encrypting: bool, *, final: bool) -> bytes:
        if len(data) % self.block or (final and not data):
            raise Refused(NTE_BAD_DATA)
        start = self.iv if self._chain is None else self._chain
        feedback = 1 if self.mode_bits == 8 else self.block
        name, mode = self.facts.name, MODES[self.mode]
        result, chain = crypto_cipher.transform(
            name, self.secret, mode, start, feedback, data, encrypting=encrypting
        )
        self._chain = None if final else chain
        return result


class RsaHandle:
    """An RSA key. `algorithm` is CALG_RSA_KEYX or CALG_RSA_SIGN."""

    def __init__(self, provider: Provider, algorithm: int, key: RsaKey, *, exportable: bool) -> None:
        self.provider = provider
        self.algorithm = algorithm
        self.key = key
        self.exportable = exportable

    def padded_size(self, size: int, *, final: bool) -> int:
        return self.key.size

    def encrypt(self, data: bytes, *, final: bool, flags: int = 0) -> bytes:
        return _rsa_encrypt(self.key, data, flags)

    def decrypt(self, data: bytes, *, final: bool, flags: int = 0) -> bytes:
        return _rsa_decrypt(self.key, data, flags)


def key_of(handle: int) -> SymmetricKey | RsaHandle:
    found = handles.object_of(handle, object)
    if not isinstance(found, (SymmetricKey, RsaHandle)):
        raise Refused(ERROR_INVALID_PARAMETER)
    return found


def symmetric_of(handle: int) -> SymmetricKey:
    found = key_of(handle)
    if not isinstance(found, SymmetricKey):
        raise Refused(NTE_BAD_KEY)
    return found


# A container's two key pairs, by the provider's serial number and AT_KEYEXCHANGE or AT_SIGNATURE.
AT_KEYEXCHANGE, AT_SIGNATURE = 1, 2
_containers: dict[tuple[int, int], RsaHandle] = {}


def pair_of(provider: Provider, spec: int) -> RsaHandle:
    if spec not in (AT_KEYEXCHANGE, AT_SIGNATURE):
        raise Refused(NTE_BAD_KEY)
    found = _containers.get((provider.serial, spec))
    if found is None:
        raise Refused(NTE_NO_KEY)
    return found


def _keep(pair: RsaHandle) -> None:
    spec = AT_KEYEXCHANGE if pair.algorithm == CALG_RSA_KEYX else AT_SIGNATURE
    _containers[pair.provider.serial, spec] = pair


# ---- making keys ----


def _key_size(algorithm: int, flags: int) -> int:
    """In bytes; only RC4's can be chosen."""
    facts = CIPHERS[algorithm]
    bits = flags >> 16
    if not bits or bits == facts.size * 8:
        return facts.size
    if algorithm == CALG_RC4 and bits // 8 in crypto_cipher.KEY_SIZES["RC4"] and bits % 8 == 0:
        return bits // 8
    raise Refused(NTE_BAD_FLAGS)


DEFAULT_RSA_BITS = 1024


def _generate(handle: int, algorithm: int, flags: int, result: int) -> None:
    provider = provider_of(handle)
    if not result or flags & 0xFFFF & ~KEY_FLAGS:
        raise Refused(NTE_BAD_FLAGS if result else ERROR_INVALID_PARAMETER)
    exportable = bool(flags & (EXPORTABLE | ARCHIVABLE))
    algorithm = {AT_KEYEXCHANGE: CALG_RSA_KEYX, AT_SIGNATURE: CALG_RSA_SIGN}.get(algorithm, algorithm)
    key: SymmetricKey | RsaHandle
    if algorithm in (CALG_RSA_KEYX, CALG_RSA_SIGN):
        bits = flags >> 16 or DEFAULT_RSA_BITS
        if bits % 8 or not 1024 <= bits <= 16384:
            raise Refused(NTE_BAD_FLAGS)
        key = RsaHandle(provider, algorithm, RsaKey.generate(bits), exportable=exportable)
        _keep(key)
    elif algorithm in CIPHERS:
        provider.check(algorithm)
        secret = secrets.token_bytes(_key_size(algorithm, flags))
        key = SymmetricKey(provider, algorithm, _with_parity(algorithm, secret), exportable=exportable)
    else:
        raise Refused(NTE_BAD_ALGID)
    put_u64(result, handles.new(key))


def _with_parity(algorithm: int, secret: bytes) -> bytes:
    """DES keys have an odd number of bits in each byte."""
    if "DES" not in CIPHERS[algorithm].name:
        return secret
    return bytes(byte & 0xFE | (bin(byte >> 1).count("1") + 1) % 2 for byte in secret)


@export("advapi32", "cryptsp")
def CryptGenKey(hProv: HCRYPTPROV, Algid: UINT, dwFlags: DWORD, phKey: PVOID) -> BOOL:
    return done(_generate, hProv, Algid, dwFlags, phKey)


_LONG_KEYS = (CALG_3DES, CALG_AES_128, CALG_AES_192, CALG_AES_256)


def _derive(handle: int, algorithm: int, base: int, flags: int, result: int) -> None:
    """ "CryptDeriveKey function", Remarks: a hash that is none of SHA-2 is expanded for 3DES and AES."""
    provider, source = provider_of(handle), hash_of(base)
    if not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    if flags & 0xFFFF & ~KEY_FLAGS:
        raise Refused(NTE_BAD_FLAGS)
    if algorithm not in CIPHERS:
        raise Refused(NTE_BAD_ALGID)
    provider.check(algorithm)
    size, value = _key_size(algorithm, flags), source.finish()
    expands = algorithm in _LONG_KEYS and not source.digest.startswith(("SHA2", "SHA3", "SHA5"))
    if expands or len(value) < size:
        value = capi_key(source.digest, value)
    exportable = bool(flags & (EXPORTABLE | ARCHIVABLE))
    key = SymmetricKey(provider, algorithm, _with_parity(algorithm, value[:size]), exportable=exportable)
    put_u64(result, handles.new(key))


@export("advapi32", "cryptsp")
def CryptDeriveKey(
    hProv: HCRYPTPROV, Algid: UINT, hBaseData: HCRYPTHASH, dwFlags: DWORD, phKey: PVOID
) -> BOOL:
    return done(_derive, hProv, Algid, hBaseData, dwFlags, phKey)


def _duplicate(handle: int, result: int) -> None:
    key = key_of(handle)
    put_u64(result, handles.new(key.copy() if isinstance(key, SymmetricKey) else key))


@export("advapi32", "cryptsp")
def CryptDuplicateKey(hKey: HCRYPTKEY, pdwReserved: LPDWORD, dwFlags: DWORD, phKey: PVOID) -> BOOL:
    return done(_duplicate, hKey, phKey)


def _destroy(handle: int) -> None:
    key_of(handle)
    handles.close(handle)


@export("advapi32", "cryptsp")
def CryptDestroyKey(hKey: HCRYPTKEY) -> BOOL:
    return done(_destroy, hKey)


def _user_key(handle: int, spec: int, result: int) -> None:
    put_u64(result, handles.new(pair_of(provider_of(handle), spec)))


@export("advapi32", "cryptsp")
def CryptGetUserKey(hProv: HCRYPTPROV, dwKeySpec: DWORD, phUserKey: PVOID) -> BOOL:
    return done(_user_key, hProv, dwKeySpec, phUserKey)


# ---- blobs ----

SIMPLEBLOB, PUBLICKEYBLOB, PRIVATEKEYBLOB, PLAINTEXTKEYBLOB = 1, 6, 7, 8
BLOB_VERSION = 2
RSA1, RSA2 = 0x31415352, 0x32415352
CRYPT_OAEP = 0x40


def _header(kind: int, algorithm: int) -> bytes:
    return struct.pack("<BBHI", kind, BLOB_VERSION, 0, algorithm)


def _little(number: int, size: int) -> bytes:
    return number.to_bytes(size, "little")


def _public_blob(pair: RsaHandle) -> bytes:
    modulus, exponent = pair.key.numbers
    facts = struct.pack("<III", RSA1, modulus.bit_length(), exponent)
    return _header(PUBLICKEYBLOB, pair.algorithm) + facts + _little(modulus, pair.key.size)


def _private_blob(pair: RsaHandle) -> bytes:
    if pair.key.private is None or not pair.exportable:
        raise Refused(NTE_BAD_KEY_STATE)
    modulus, exponent = pair.key.numbers
    numbers, size = pair.key.private_numbers, pair.key.size
    half = size // 2
    parts = [_little(n, half) for n in (numbers.p, numbers.q, numbers.dmp1, numbers.dmq1, numbers.iqmp)]
    facts = struct.pack("<III", RSA2, modulus.bit_length(), exponent)
    body = b"".join([facts, _little(modulus, size), *parts, _little(numbers.d, size)])
    return _header(PRIVATEKEYBLOB, pair.algorithm) + body


def _symmetric_blob(key: SymmetricKey, kind: int, by: SymmetricKey | RsaHandle | None, flags: int) -> bytes:
    if not key.exportable:
        raise Refused(NTE_BAD_KEY_STATE)
    if kind == PLAINTEXTKEYBLOB and by is None:
        return _header(kind, key.algorithm) + struct.pack("<I", len(key.secret)) + key.secret
    if kind != SIMPLEBLOB:
        raise Refused(NTE_BAD_TYPE)
    if not isinstance(by, RsaHandle):
        raise Refused(NTE_BAD_KEY)
    encrypted = _rsa_encrypt(by.key, key.secret[::-1], flags)
    return _header(kind, key.algorithm) + struct.pack("<I", CALG_RSA_KEYX) + encrypted


def _rsa_encrypt(key: RsaKey, data: bytes, flags: int) -> bytes:
    try:
        if flags & CRYPT_OAEP:
            return key.encrypt_oaep(data, hashes.SHA1(), b"")[::-1]
        return key.encrypt_pkcs1(data)[::-1]
    except ValueError:
        raise Refused(NTE_BAD_LEN) from None


def _rsa_decrypt(key: RsaKey, data: bytes, flags: int) -> bytes:
    if key.private is None:
        raise Refused(NTE_BAD_KEY)
    try:
        if flags & CRYPT_OAEP:
            return key.decrypt_oaep(data[::-1], hashes.SHA1(), b"")
        return key.decrypt_pkcs1(data[::-1])
    except ValueError:
        raise Refused(NTE_BAD_DATA) from None


def _export(handle: int, by: int, kind: int, flags: int, output: int, size_in_out: int) -> None:
    key = key_of(handle)
    if flags & ~CRYPT_OAEP:
        raise Refused(NTE_BAD_FLAGS)
    if isinstance(key, SymmetricKey):
        blob = _symmetric_blob(key, kind, key_of(by) if by else None, flags)
    elif kind == PUBLICKEYBLOB:
        blob = _public_blob(key)
    elif kind == PRIVATEKEYBLOB:
        blob = _private_blob(key)
        if by:
            blob = blob[:8] + symmetric_of(by).encrypt(blob[8:], final=True)
    else:
        raise Refused(NTE_BAD_TYPE)
    deliver(blob, output, size_in_out)


@export("advapi32", "cryptsp")
def CryptExportKey(
    hKey: HCRYPTKEY, hExpKey: HCRYPTKEY, dwBlobType: DWORD, dwFlags: DWORD, pbData: PBYTE, pdwDataLen: LPDWORD
) -> BOOL:
    return done(_export, hKey, hExpKey, dwBlobType, dwFlags, pbData, pdwDataLen)


def _rsa_of_blob(body: bytes) -> RsaKey:
    if len(body) < 12:
        raise Refused(NTE_BAD_DATA)
    magic, bits, exponent = struct.unpack_from("<III", body)
    size = (bits + 7) // 8
    half = size // 2
    if magic not in (RSA1, RSA2) or len(body) < 12 + size + (5 * half + size if magic == RSA2 else 0):
        raise Refused(NTE_BAD_DATA)
    public = PublicNumbers(int.from_bytes(body[12 : 12 + size], "little"), exponent)
    try:
        if magic == RSA1:
            return RsaKey(public)
        at = 12 + size
        p, q = (int.from_bytes(body[i : i + half], "little") for i in (at, at + half))
        return RsaKey.from_primes(public, p, q)
    except ValueError:
        raise Refused(NTE_BAD_DATA) from None


def _unwrapped(provider: Provider, algorithm: int, body: bytes, by: int, flags: int) -> bytes:
    """The secret in a SIMPLEBLOB, encrypted for the given key or the container's."""
    if len(body) < 4 or struct.unpack_from("<I", body)[0] != CALG_RSA_KEYX:
        raise Refused(NTE_BAD_ALGID)
    pair = key_of(by) if by else pair_of(provider, AT_KEYEXCHANGE)
    if not isinstance(pair, RsaHandle):
        raise Refused(NTE_BAD_KEY)
    return _rsa_decrypt(pair.key, body[4 : 4 + pair.key.size], flags)[::-1]


CRYPT_IPSEC_HMAC_KEY = 0x100


def _import(handle: int, blob: bytes, by: int, flags: int, result: int) -> None:
    provider = provider_of(handle)
    if not result or len(blob) < 8:
        raise Refused(ERROR_INVALID_PARAMETER if not result else NTE_BAD_DATA)
    kind, version, _, algorithm = struct.unpack_from("<BBHI", blob)
    if version != BLOB_VERSION:
        raise Refused(NTE_BAD_VER)
    body, exportable = blob[8:], bool(flags & EXPORTABLE)
    key: SymmetricKey | RsaHandle
    if kind in (PUBLICKEYBLOB, PRIVATEKEYBLOB):
        if algorithm not in (CALG_RSA_KEYX, CALG_RSA_SIGN):
            raise Refused(NTE_BAD_ALGID)
        if by and kind == PRIVATEKEYBLOB:
            body = symmetric_of(by).decrypt(body, final=True)
        key = RsaHandle(provider, algorithm, _rsa_of_blob(body), exportable=exportable)
        if kind == PRIVATEKEYBLOB:
            _keep(key)
    elif kind in (PLAINTEXTKEYBLOB, SIMPLEBLOB):
        if algorithm not in CIPHERS:
            raise Refused(NTE_BAD_ALGID)
        provider.check(algorithm)
        if kind == SIMPLEBLOB:
            secret = _unwrapped(provider, algorithm, body, by, flags & CRYPT_OAEP)
        else:
            size = int.from_bytes(body[:4], "little")
            secret = body[4 : 4 + size]
            if len(secret) != size:
                raise Refused(NTE_BAD_DATA)
        _check_secret(algorithm, secret, flags)
        key = SymmetricKey(provider, algorithm, secret, exportable=exportable)
    else:
        raise Refused(NTE_BAD_TYPE)
    put_u64(result, handles.new(key))


def _check_secret(algorithm: int, secret: bytes, flags: int) -> None:
    """An HMAC's key, of any length, is imported as one of RC2."""
    if flags & CRYPT_IPSEC_HMAC_KEY and CIPHERS[algorithm].name == "RC2":
        return
    if len(secret) not in crypto_cipher.KEY_SIZES[CIPHERS[algorithm].name]:
        raise Refused(NTE_BAD_LEN)


@export("advapi32", "cryptsp")
def CryptImportKey(
    hProv: HCRYPTPROV, pbData: PBYTE, dwDataLen: DWORD, hPubKey: HCRYPTKEY, dwFlags: DWORD, phKey: PVOID
) -> BOOL:
    return done(_import, hProv, _core.read(pbData, dwDataLen), hPubKey, dwFlags, phKey)


# ---- parameters ----

KP_IV, KP_SALT, KP_PADDING, KP_MODE, KP_MODE_BITS, KP_PERMISSIONS, KP_ALGID, KP_BLOCKLEN, KP_KEYLEN = range(
    1, 10
)
KP_EFFECTIVE_KEYLEN = 19
PERMISSION_ENCRYPT, PERMISSION_DECRYPT, PERMISSION_EXPORT = 1, 2, 4


def _get(handle: int, parameter: int, output: int, size_in_out: int, flags: int) -> None:
    key = key_of(handle)
    if flags:
        raise Refused(NTE_BAD_FLAGS)
    export = PERMISSION_EXPORT if key.exportable else 0
    numbers = {KP_ALGID: key.algorithm, KP_PERMISSIONS: PERMISSION_ENCRYPT | PERMISSION_DECRYPT | export}
    if isinstance(key, RsaHandle):
        bits = key.key.numbers.modulus.bit_length()
        numbers.update({KP_KEYLEN: bits, KP_BLOCKLEN: bits})
    else:
        bits = len(key.secret) * 8
        numbers.update({KP_KEYLEN: bits, KP_EFFECTIVE_KEYLEN: bits, KP_BLOCKLEN: key.block * 8})
        numbers.update({KP_MODE: key.mode, KP_MODE_BITS: key.mode_bits, KP_PADDING: PKCS5_PADDING})
    if parameter in numbers:
        value = struct.pack("<I", numbers[parameter])
    elif isinstance(key, SymmetricKey) and parameter in (KP_IV, KP_SALT):
        value = key.iv if parameter == KP_IV else key.salt
    else:
        raise Refused(NTE_BAD_TYPE)
    deliver(value, output, size_in_out)


@export("advapi32", "cryptsp")
def CryptGetKeyParam(
    hKey: HCRYPTKEY, dwParam: DWORD, pbData: PBYTE, pdwDataLen: LPDWORD, dwFlags: DWORD
) -> BOOL:
    return done(_get, hKey, dwParam, pbData, pdwDataLen, dwFlags)


def _set(handle: int, parameter: int, data: int, flags: int) -> None:
    key = symmetric_of(handle)
    if not data:
        raise Refused(ERROR_INVALID_PARAMETER)
    if parameter == KP_IV and key.block:
        key.set_iv(_core.read(data, key.block))
        return
    number = get_u32(data)
    if parameter == KP_MODE:
        if number not in MODES or not key.block:
            raise Refused(NTE_BAD_DATA)
        key.mode = number
        key.set_iv(key.iv)
    elif parameter == KP_MODE_BITS and number in (8, key.block * 8):
        key.mode_bits = number
    elif parameter not in _only_values(key):
        raise Refused(NTE_BAD_TYPE)
    elif number != _only_values(key)[parameter]:
        raise Refused(NTE_BAD_DATA)


def _only_values(key: SymmetricKey) -> dict[int, int]:
    """Parameters that may be set to what they are."""
    bits = len(key.secret) * 8
    return {
        KP_PADDING: PKCS5_PADDING,
        KP_EFFECTIVE_KEYLEN: bits,
        KP_KEYLEN: bits,
        KP_MODE_BITS: key.mode_bits,
    }


@export("advapi32", "cryptsp")
def CryptSetKeyParam(hKey: HCRYPTKEY, dwParam: DWORD, pbData: PBYTE, dwFlags: DWORD) -> BOOL:
    return done(_set, hKey, dwParam, pbData, dwFlags)


# ---- encryption, in the program's buffer ----


def _encrypt(
    handle: int, hashed: int, final: int, flags: int, data: int, size_in_out: int, capacity: int
) -> None:
    key = key_of(handle)
    state = hash_of(hashed) if hashed else None
    if flags & ~CRYPT_OAEP:
        raise Refused(NTE_BAD_FLAGS)
    size = get_u32(size_in_out)
    needed = key.padded_size(size, final=bool(final))
    if not data or capacity < needed:
        put_u32(size_in_out, needed)
        if data:
            raise Refused(ERROR_MORE_DATA)
        return
    plain = _core.read(data, size)
    result = key.encrypt(plain, final=bool(final), flags=flags)
    if state is not None:
        state.update(plain)
    _core.write(data, result)
    put_u32(size_in_out, len(result))


@export("advapi32", "cryptsp")
def CryptEncrypt(
    hKey: HCRYPTKEY,
    hHash: HCRYPTHASH,
    Final: BOOL,
    dwFlags: DWORD,
    pbData: PBYTE,
    pdwDataLen: LPDWORD,
    dwBufLen: DWORD,
) -> BOOL:
    return done(_encrypt, hKey, hHash, Final, dwFlags, pbData, pdwDataLen, dwBufLen)


def _decrypt(handle: int, hashed: int, final: int, flags: int, data: int, size_in_out: int) -> None:
    key = key_of(handle)
    state = hash_of(hashed) if hashed else None
    if flags & ~CRYPT_OAEP:
        raise Refused(NTE_BAD_FLAGS)
    encrypted = _core.read(data, get_u32(size_in_out))
    plain = key.decrypt(encrypted, final=bool(final), flags=flags)
    if state is not None:
        state.update(plain)
    _core.write(data, plain)
    put_u32(size_in_out, len(plain))


@export("advapi32", "cryptsp")
def CryptDecrypt(
    hKey: HCRYPTKEY, hHash: HCRYPTHASH, Final: BOOL, dwFlags: DWORD, pbData: PBYTE, pdwDataLen: LPDWORD
) -> BOOL:
    return done(_decrypt, hKey, hHash, Final, dwFlags, pbData, pdwDataLen)


# ---- signatures ----

CRYPT_NOHASHOID = 1


def _digest_name(state: Hash, flags: int) -> str | None:
    """What the signature says of its hash: nothing for SSL's pair of hashes, or if so told."""
    if not state.digest and state.algorithm != CALG_SSL3_SHAMD5:
        raise Refused(NTE_BAD_HASH)
    return None if flags & CRYPT_NOHASHOID or state.algorithm == CALG_SSL3_SHAMD5 else state.digest


def _sign(hashed: int, spec: int, flags: int, output: int, size_in_out: int) -> None:
    state = hash_of(hashed)
    pair = pair_of(state.provider, spec)
    if flags & ~CRYPT_NOHASHOID:
        raise Refused(NTE_BAD_FLAGS)
    if not output:
        deliver(bytes(pair.key.size), 0, size_in_out)
        return
    try:
        signature = pair.key.sign_pkcs1(_digest_name(state, flags), state.finish())[::-1]
    except ValueError:
        raise Refused(NTE_BAD_LEN) from None
    deliver(signature, output, size_in_out)


@export("advapi32", "cryptsp")
def CryptSignHashW(
    hHash: HCRYPTHASH,
    dwKeySpec: DWORD,
    szDescription: LPCWSTR,
    dwFlags: DWORD,
    pbSignature: PBYTE,
    pdwSigLen: LPDWORD,
) -> BOOL:
    return done(_sign, hHash, dwKeySpec, dwFlags, pbSignature, pdwSigLen)


@export("advapi32", "cryptsp")
def CryptSignHashA(
    hHash: HCRYPTHASH,
    dwKeySpec: DWORD,
    szDescription: LPCSTR,
    dwFlags: DWORD,
    pbSignature: PBYTE,
    pdwSigLen: LPDWORD,
) -> BOOL:
    return done(_sign, hHash, dwKeySpec, dwFlags, pbSignature, pdwSigLen)


def _verify(hashed: int, signature: int, size: int, key: int, flags: int) -> None:
    state, pair = hash_of(hashed), key_of(key)
    if flags & ~CRYPT_NOHASHOID:
        raise Refused(NTE_BAD_FLAGS)
    if not isinstance(pair, RsaHandle):
        raise Refused(NTE_BAD_KEY)
    given = _core.read(signature, size)[::-1]
    if not pair.key.verify_pkcs1(_digest_name(state, flags), state.finish(), given):
        raise Refused(NTE_BAD_SIGNATURE)


@export("advapi32", "cryptsp")
def CryptVerifySignatureW(
    hHash: HCRYPTHASH,
    pbSignature: PBYTE,
    dwSigLen: DWORD,
    hPubKey: HCRYPTKEY,
    szDescription: LPCWSTR,
    dwFlags: DWORD,
) -> BOOL:
    return done(_verify, hHash, pbSignature, dwSigLen, hPubKey, dwFlags)


@export("advapi32", "cryptsp")
def CryptVerifySignatureA(
    hHash: HCRYPTHASH,
    pbSignature: PBYTE,
    dwSigLen: DWORD,
    hPubKey: HCRYPTKEY,
    szDescription: LPCSTR,
    dwFlags: DWORD,
) -> BOOL:
    return done(_verify, hHash, pbSignature, dwSigLen, hPubKey, dwFlags)
