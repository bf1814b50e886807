"""CryptoAPI's key containers by name, within a process; Wine keeps them in its registry."""

from __future__ import annotations

import pytest

import windlass.ctypes as c

pytest.importorskip("cryptography", reason="the extra `crypto` is not installed")

advapi32 = c.windll.advapi32
NEW, DELETE, NAME = 8, 16, "windlass test container"
NTE_BAD_KEYSET, NTE_EXISTS, NTE_NO_KEY = 0x80090016, 0x8009000F, 0x8009000D


def acquire(name: str, flags: int):
    handle = c.c_void_p()
    if advapi32.CryptAcquireContextW(c.byref(handle), name, None, 24, flags):
        return handle
    return c.GetLastError() & 0xFFFFFFFF


def exported(handle) -> bytes:
    key, size, data = c.c_void_p(), c.c_uint(1000), c.create_string_buffer(1000)
    if not advapi32.CryptGetUserKey(handle, 2, c.byref(key)):
        return b""
    assert advapi32.CryptExportKey(key, None, 6, 0, data, c.byref(size))
    advapi32.CryptDestroyKey(key)
    return data.raw[: size.value]


def test_a_container_keeps_its_key():
    assert acquire(NAME, 0) == NTE_BAD_KEYSET
    first = acquire(NAME, NEW)
    assert acquire(NAME.upper(), NEW) == NTE_EXISTS
    assert exported(first) == b""
    key = c.c_void_p()
    assert advapi32.CryptGenKey(first, 2, 1, c.byref(key))
    advapi32.CryptDestroyKey(key)
    blob = exported(first)
    advapi32.CryptReleaseContext(first, 0)
    second = acquire(NAME, 0)
    assert exported(second) == blob != b""
    advapi32.CryptReleaseContext(second, 0)
    assert not acquire(NAME, DELETE).value
    assert acquire(NAME, 0) == NTE_BAD_KEYSET
    assert acquire(NAME, DELETE) == NTE_BAD_KEYSET
    third = acquire(NAME, NEW)
    assert exported(third) == b""
    advapi32.CryptReleaseContext(third, 0)
    acquire(NAME, DELETE)


def test_a_machines_container_is_another():
    mine = acquire(NAME, NEW)
    assert acquire(NAME, 0x20) == NTE_BAD_KEYSET
    advapi32.CryptReleaseContext(mine, 0)
    acquire(NAME, DELETE)


def test_cipher_suites_are_listed():
    class Functions(c.Structure):
        _fields_ = [("count", c.c_uint), ("names", c.POINTER(c.c_wchar_p))]  # noqa: RUF012

    size, found = c.c_uint(), c.POINTER(Functions)()
    bcrypt = c.windll.bcrypt
    assert bcrypt.BCryptEnumContextFunctions(1, "SSL", 0x10002, c.byref(size), c.byref(found)) == 0
    names = [found.contents.names[index] for index in range(found.contents.count)]
    assert "TLS_AES_256_GCM_SHA384" in names
    assert all(name.startswith("TLS_") for name in names)
    bcrypt.BCryptFreeBuffer(found)
    assert bcrypt.BCryptEnumContextFunctions(1, "none", 0x10002, c.byref(size), c.byref(found)) & 0xFFFFFFFF
