"""Data that only this user can read again.

They are encrypted and authenticated with a key that is made when it is first needed and kept in
$XDG_DATA_HOME/windlass/protection.key, readable by the user alone. Windows cannot read them, nor can windlass
read Windows'.

Source: Microsoft, "CryptProtectData function", "CryptUnprotectData function", "CryptProtectMemory function".
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import secrets
import struct

from windlass import _core
from windlass.api import blocks
from windlass.api.crypto.crypto_extra import AES, Cipher, InvalidTag, aead, modes
from windlass.api.outputs import put_u64
from windlass.api.refused import Refused, code_of, done
from windlass.api.structures import get_structure, put_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPCWSTR, NTSTATUS, PVOID, ULONG
from windlass.user_folders import data_folder

__all__ = ["seal", "unseal"]

ERROR_INVALID_DATA = 13
ERROR_INVALID_PARAMETER = 87

MAGIC = b"windlass data 1\0"
NONCE_SIZE = 12


class DATA_BLOB(ctypes.Structure):
    _fields_ = [("cbData", ctypes.c_uint32), ("pbData", ctypes.c_uint64)]


def _key_path() -> str:
    return os.path.join(data_folder(), "protection.key")


@functools.cache
def _user_key() -> bytes:
    """Made once: whoever comes second takes what the first has written."""
    path = _key_path()
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        pass
    os.makedirs(os.path.dirname(path), exist_ok=True)
    own = f"{path}.{os.getpid()}"
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_bytes(32))
    try:
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(own)
    with open(path, "rb") as file:
        return file.read()


def _key(entropy: bytes) -> bytes:
    """For these data; whoever reads them must give the same entropy."""
    return hashlib.sha256(_user_key() + entropy).digest()


def _blob(address: int) -> bytes:
    if not address:
        return b""
    blob = get_structure(address, DATA_BLOB)
    return _core.read(blob.pbData, blob.cbData)


def _put_blob(address: int, data: bytes) -> None:
    put_structure(address, DATA_BLOB(len(data), blocks.new(data)))


def seal(data: bytes, entropy: bytes, description: bytes = b"") -> bytes:
    """Data that `unseal` gives back for the same user and entropy."""
    nonce = secrets.token_bytes(NONCE_SIZE)
    head = MAGIC + struct.pack("<I", len(description)) + description
    return head + nonce + aead.AESGCM(_key(entropy)).encrypt(nonce, data, head)


def unseal(blob: bytes, entropy: bytes) -> tuple[bytes, bytes]:
    """The data and their description; Refused(ERROR_INVALID_DATA)."""
    start = len(MAGIC) + 4
    if blob[: len(MAGIC)] != MAGIC or len(blob) < start:
        raise Refused(ERROR_INVALID_DATA)
    head = blob[: start + int.from_bytes(blob[start - 4 : start], "little")]
    rest = blob[len(head) :]
    try:
        plain = aead.AESGCM(_key(entropy)).decrypt(rest[:NONCE_SIZE], rest[NONCE_SIZE:], head)
    except (InvalidTag, ValueError):
        raise Refused(ERROR_INVALID_DATA) from None
    return plain, head[start:]


def _protect(data: int, description: str | None, entropy: int, result: int) -> None:
    if not data or not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    words = (description or "").encode("utf-16-le", "surrogatepass")
    _put_blob(result, seal(_blob(data), _blob(entropy), words))


@export("crypt32")
def CryptProtectData(
    pDataIn: PVOID,
    szDataDescr: LPCWSTR,
    pOptionalEntropy: PVOID,
    pvReserved: PVOID,
    pPromptStruct: PVOID,
    dwFlags: DWORD,
    pDataOut: PVOID,
) -> BOOL:
    return done(_protect, pDataIn, szDataDescr, pOptionalEntropy, pDataOut)


def _unprotect(data: int, description_out: int, entropy: int, result: int) -> None:
    if not data or not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    plain, words = unseal(_blob(data), _blob(entropy))
    if description_out:
        put_u64(description_out, blocks.new(words + b"\0\0"))
    _put_blob(result, plain)


@export("crypt32")
def CryptUnprotectData(
    pDataIn: PVOID,
    ppszDataDescr: PVOID,
    pOptionalEntropy: PVOID,
    pvReserved: PVOID,
    pPromptStruct: PVOID,
    dwFlags: DWORD,
    pDataOut: PVOID,
) -> BOOL:
    return done(_unprotect, pDataIn, ppszDataDescr, pOptionalEntropy, pDataOut)


# ---- memory ----

BLOCK = 16
SAME_PROCESS, CROSS_PROCESS, SAME_LOGON = 0, 1, 2


@functools.cache
def _process_key() -> bytes:
    return secrets.token_bytes(32)


def _memory(address: int, size: int, flags: int, encrypting: bool) -> None:
    """In place, so that nothing can be added; across processes with the user's key."""
    if size % BLOCK or flags not in (SAME_PROCESS, CROSS_PROCESS, SAME_LOGON):
        raise Refused(ERROR_INVALID_PARAMETER)
    key = _process_key() if flags == SAME_PROCESS else _key(b"memory")
    cipher = Cipher(AES(key), modes.CBC(bytes(BLOCK)))
    context = cipher.encryptor() if encrypting else cipher.decryptor()
    _core.write(address, context.update(_core.read(address, size)) + context.finalize())


@export("crypt32", "dpapi")
def CryptProtectMemory(pDataIn: PVOID, cbDataIn: DWORD, dwFlags: DWORD) -> BOOL:
    return done(_memory, pDataIn, cbDataIn, dwFlags, True)


@export("crypt32", "dpapi")
def CryptUnprotectMemory(pDataIn: PVOID, cbDataIn: DWORD, dwFlags: DWORD) -> BOOL:
    return done(_memory, pDataIn, cbDataIn, dwFlags, False)


# ---- the same by advapi32's names ("RtlEncryptMemory function", "RtlDecryptMemory function") ----

STATUS_INVALID_PARAMETER = 0xC000000D


def _memory_status(address: int, size: int, flags: int, protect: bool) -> int:
    return STATUS_INVALID_PARAMETER if code_of(_memory, address, size, flags, protect) else 0


@export("advapi32", "cryptbase", name="SystemFunction040")
def RtlEncryptMemory(Memory: PVOID, MemorySize: ULONG, OptionFlags: ULONG) -> NTSTATUS:
    return _memory_status(Memory, MemorySize, OptionFlags, True)


@export("advapi32", "cryptbase", name="SystemFunction041")
def RtlDecryptMemory(Memory: PVOID, MemorySize: ULONG, OptionFlags: ULONG) -> NTSTATUS:
    return _memory_status(Memory, MemorySize, OptionFlags, False)
