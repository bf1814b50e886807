"""Stored credentials: names and passwords that a program keeps for the user.

Those of the session live in the process, all others in $XDG_DATA_HOME/windlass/credentials, encrypted for the
user as CryptProtectData does it.

Source: Microsoft, "CREDENTIALW structure", "CredReadW function", "CredWriteW function",
"CredDeleteW function", "CredEnumerateW function".
"""

from __future__ import annotations

import base64
import ctypes
import fnmatch
import json
import os
import time
from ctypes import c_uint32, c_uint64
from typing import NamedTuple

from windlass import _core
from windlass.api import blocks
from windlass.api.crypto.data_protection import seal, unseal
from windlass.api.crypto.x509 import EPOCH
from windlass.api.outputs import put_u32, put_u64, string_at
from windlass.api.records import Field, new_record, record
from windlass.api.refused import Refused, done
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPCSTR, LPCWSTR, LPDWORD, PVOID, VOID
from windlass.user_folders import data_folder

ERROR_INVALID_PARAMETER = 87
ERROR_INVALID_FLAGS = 1004
ERROR_NOT_FOUND = 1168

PERSIST_SESSION, PERSIST_ENTERPRISE = 1, 3
TYPE_GENERIC, TYPE_MAXIMUM = 1, 7
PRESERVE_BLOB = 1
MAXIMUM_BLOB = 5 * 512
ENTROPY = b"credentials"


class CREDENTIAL(ctypes.Structure):
    _fields_ = [
        ("Flags", c_uint32),
        ("Type", c_uint32),
        ("TargetName", c_uint64),
        ("Comment", c_uint64),
        ("LastWritten", c_uint32 * 2),
        ("CredentialBlobSize", c_uint32),
        ("CredentialBlob", c_uint64),
        ("Persist", c_uint32),
        ("AttributeCount", c_uint32),
        ("Attributes", c_uint64),
        ("TargetAlias", c_uint64),
        ("UserName", c_uint64),
    ]


class Credential(NamedTuple):
    target: str
    type: int
    comment: str
    blob: bytes
    persist: int
    alias: str
    user: str
    written: int

    def fields(self, *, wide: bool) -> list[Field]:
        """Of a CREDENTIAL; an empty text is NULL."""

        def text(value: str) -> bytes:
            if not value:
                return b""
            return _core.wide_bytes(value) if wide else _core.ansi_from_text(value) + b"\0"

        low, high = self.written & 0xFFFFFFFF, self.written >> 32
        names: list[Field] = [text(self.target), text(self.comment)]
        blob: list[Field] = [low, high, len(self.blob), self.blob]
        return [0, self.type, *names, *blob, self.persist, 0, b"", text(self.alias), text(self.user)]


# ---- the store ----

_session: dict[tuple[str, int], Credential] = {}


def _path() -> str:
    return os.path.join(data_folder(), "credentials")


def _stored() -> dict[tuple[str, int], Credential]:
    try:
        with open(_path(), "rb") as file:
            rows = json.loads(unseal(file.read(), ENTROPY)[0])
    except FileNotFoundError:
        return {}
    found = (Credential._make([*row[:3], base64.b64decode(row[3]), *row[4:]]) for row in rows)
    return {_key(each): each for each in found}


def _store(credentials: dict[tuple[str, int], Credential]) -> None:
    """As a whole, so that a reader sees the old file or the new one."""
    rows = [
        [*each[:3], base64.b64encode(each.blob).decode("ascii"), *each[4:]] for each in credentials.values()
    ]
    own = f"{_path()}.{os.getpid()}"
    os.makedirs(os.path.dirname(own), exist_ok=True)
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(seal(json.dumps(rows).encode(), ENTROPY))
    os.replace(own, _path())


def _key(credential: Credential) -> tuple[str, int]:
    return credential.target.lower(), credential.type


def _all() -> dict[tuple[str, int], Credential]:
    return {**_stored(), **_session}


# ---- the API ----


def _check_type(type: int) -> None:
    if not TYPE_GENERIC <= type <= TYPE_MAXIMUM:
        raise Refused(ERROR_INVALID_PARAMETER)


def _write(address: int, flags: int, wide: bool) -> None:
    if not address or flags & ~PRESERVE_BLOB:
        raise Refused(ERROR_INVALID_FLAGS if address else ERROR_INVALID_PARAMETER)
    given = get_structure(address, CREDENTIAL)
    _check_type(given.Type)
    target = string_at(given.TargetName, wide) or ""
    good = PERSIST_SESSION <= given.Persist <= PERSIST_ENTERPRISE and given.CredentialBlobSize <= MAXIMUM_BLOB
    if not target or not good or given.AttributeCount:
        raise Refused(ERROR_INVALID_PARAMETER)
    made = Credential(
        target,
        given.Type,
        string_at(given.Comment, wide) or "",
        _core.read(given.CredentialBlob, given.CredentialBlobSize),
        given.Persist,
        string_at(given.TargetAlias, wide) or "",
        string_at(given.UserName, wide) or "",
        EPOCH + int(time.time() * 10**7),
    )
    old = _all().get(_key(made))
    if flags & PRESERVE_BLOB:
        if old is None:
            raise Refused(ERROR_NOT_FOUND)
        made = made._replace(blob=old.blob)
    _remove(_key(made))
    if made.persist == PERSIST_SESSION:
        _session[_key(made)] = made
    else:
        _store({**_stored(), _key(made): made})


def _remove(key: tuple[str, int]) -> bool:
    stored = _stored()
    if key in stored:
        del stored[key]
        _store(stored)
        return True
    return _session.pop(key, None) is not None


@export("advapi32", "sechost")
def CredWriteW(Credential: PVOID, Flags: DWORD) -> BOOL:
    return done(_write, Credential, Flags, True)


@export("advapi32", "sechost")
def CredWriteA(Credential: PVOID, Flags: DWORD) -> BOOL:
    return done(_write, Credential, Flags, False)


def _read(target: str | None, type: int, flags: int, result: int, wide: bool) -> None:
    if not target or not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    if flags:
        raise Refused(ERROR_INVALID_FLAGS)
    _check_type(type)
    found = _all().get((target.lower(), type))
    if found is None:
        raise Refused(ERROR_NOT_FOUND)
    put_u64(result, new_record(found.fields(wide=wide)))


@export("advapi32", "sechost")
def CredReadW(TargetName: LPCWSTR, Type: DWORD, Flags: DWORD, Credential: PVOID) -> BOOL:
    return done(_read, TargetName, Type, Flags, Credential, True)


@export("advapi32", "sechost")
def CredReadA(TargetName: LPCSTR, Type: DWORD, Flags: DWORD, Credential: PVOID) -> BOOL:
    return done(_read, _core.ansi_to_text(TargetName or b""), Type, Flags, Credential, False)


def _delete(target: str | None, type: int, flags: int) -> None:
    if not target:
        raise Refused(ERROR_INVALID_PARAMETER)
    if flags:
        raise Refused(ERROR_INVALID_FLAGS)
    _check_type(type)
    if not _remove((target.lower(), type)):
        raise Refused(ERROR_NOT_FOUND)


@export("advapi32", "sechost")
def CredDeleteW(TargetName: LPCWSTR, Type: DWORD, Flags: DWORD) -> BOOL:
    return done(_delete, TargetName, Type, Flags)


@export("advapi32", "sechost")
def CredDeleteA(TargetName: LPCSTR, Type: DWORD, Flags: DWORD) -> BOOL:
    return done(_delete, _core.ansi_to_text(TargetName or b""), Type, Flags)


ENUMERATE_ALL = 1


def _enumerate(pattern: str | None, flags: int, count: int, result: int, wide: bool) -> None:
    """An array of pointers and the credentials behind it, in one block."""
    if not count or not result or flags & ~ENUMERATE_ALL or (flags and pattern):
        raise Refused(ERROR_INVALID_FLAGS if flags else ERROR_INVALID_PARAMETER)
    wanted = (pattern or "*").lower()
    found = [each for each in _all().values() if fnmatch.fnmatchcase(each.target.lower(), wanted)]
    if not found:
        raise Refused(ERROR_NOT_FOUND)
    sizes = [len(record(0, each.fields(wide=wide))) for each in found]
    block = blocks.new(bytes(8 * len(found) + sum(sizes)))
    place = block + 8 * len(found)
    for index, (each, size) in enumerate(zip(found, sizes)):
        put_u64(block + 8 * index, place)
        _core.write(place, record(place, each.fields(wide=wide)))
        place += size
    put_u32(count, len(found))
    put_u64(result, block)


@export("advapi32", "sechost")
def CredEnumerateW(Filter: LPCWSTR, Flags: DWORD, Count: LPDWORD, Credential: PVOID) -> BOOL:
    return done(_enumerate, Filter, Flags, Count, Credential, True)


@export("advapi32", "sechost")
def CredEnumerateA(Filter: LPCSTR, Flags: DWORD, Count: LPDWORD, Credential: PVOID) -> BOOL:
    pattern = None if Filter is None else _core.ansi_to_text(Filter)
    return done(_enumerate, pattern, Flags, Count, Credential, False)


@export("advapi32", "sechost")
def CredFree(Buffer: PVOID) -> VOID:
    blocks.free(Buffer)
