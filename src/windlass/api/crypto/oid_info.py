"""What is known of object identifiers: names, and the numbers of algorithms.

Source: Microsoft, "CryptFindOIDInfo function", "CryptEnumOIDInfo function", "CRYPT_OID_INFO structure",
"CNG Algorithm Identifiers".
"""

from __future__ import annotations

import ctypes
import functools
import struct
from ctypes import c_uint32, c_uint64
from typing import NamedTuple

from windlass import _core
from windlass.api.calls import is_true
from windlass.api.crypto.certificate_context import Blob
from windlass.api.outputs import get_u32
from windlass.registry import export
from windlass.types import BOOL, DWORD, PVOID, Calling

HASH, ENCRYPT, PUBLIC_KEY, SIGNATURE, NAME_PART, EXTENSION, USAGE, POLICY = range(1, 9)

# The group, the identifier, the name; of algorithms also CryptoAPI's number, of the key of a signature its
# number, and CNG's names of the algorithm and of the key. 0xffffffff stands for no number.
_TABLE = """
1|1.2.840.113549.2.5|md5|8003||MD5|
1|1.3.14.3.2.26|sha1|8004||SHA1|
1|2.16.840.1.101.3.4.2.1|sha256|800c||SHA256|
1|2.16.840.1.101.3.4.2.2|sha384|800d||SHA384|
1|2.16.840.1.101.3.4.2.3|sha512|800e||SHA512|
2|1.3.14.3.2.7|des|6601||DES|
2|1.2.840.113549.3.7|3des|6603||3DES|
2|1.2.840.113549.3.2|rc2|6602||RC2|
2|1.2.840.113549.3.4|rc4|6801||RC4|
2|2.16.840.1.101.3.4.1.2|aes128|660e||AES|
2|2.16.840.1.101.3.4.1.22|aes192|660f||AES|
2|2.16.840.1.101.3.4.1.42|aes256|6610||AES|
3|1.2.840.113549.1.1.1|RSA|a400||RSA|
3|1.2.840.10040.4.1|DSA|2200||DSA|
3|1.2.840.10046.2.1|DH|aa02||DH|
3|1.2.840.10045.2.1|ECC|ffffffff||CryptOIDInfoECCParameters|CryptOIDInfoECCParameters
3|1.2.840.10045.3.1.7|nistP256|ffffffff||ECDSA_P256|ECDH_P256
3|1.3.132.0.34|nistP384|ffffffff||ECDSA_P384|ECDH_P384
3|1.3.132.0.35|nistP521|ffffffff||ECDSA_P521|ECDH_P521
4|1.2.840.113549.1.1.5|sha1RSA|8004|2400|SHA1|RSA
4|1.2.840.113549.1.1.4|md5RSA|8003|2400|MD5|RSA
4|1.2.840.10040.4.3|sha1DSA|8004|2200|SHA1|DSA
4|1.2.840.113549.1.1.11|sha256RSA|800c|2400|SHA256|RSA
4|1.2.840.113549.1.1.12|sha384RSA|800d|2400|SHA384|RSA
4|1.2.840.113549.1.1.13|sha512RSA|800e|2400|SHA512|RSA
4|1.2.840.10045.4.1|sha1ECDSA|8004|2203|SHA1|ECDSA
4|1.2.840.10045.4.3.2|sha256ECDSA|800c|2203|SHA256|ECDSA
4|1.2.840.10045.4.3.3|sha384ECDSA|800d|2203|SHA384|ECDSA
4|1.2.840.10045.4.3.4|sha512ECDSA|800e|2203|SHA512|ECDSA
5|2.5.4.3|CN|||
5|2.5.4.7|L|||
5|2.5.4.10|O|||
5|2.5.4.11|OU|||
5|1.2.840.113549.1.9.1|E|||
5|2.5.4.6|C|||
5|2.5.4.8|S|||
5|2.5.4.9|STREET|||
5|2.5.4.12|T|||
5|2.5.4.42|G|||
5|2.5.4.43|I|||
5|2.5.4.4|SN|||
5|0.9.2342.19200300.100.1.25|DC|||
5|2.5.4.5|SERIALNUMBER|||
6|2.5.29.1|Authority Key Identifier|||
6|2.5.29.35|Authority Key Identifier|||
6|2.5.29.14|Subject Key Identifier|||
6|2.5.29.15|Key Usage|||
6|2.5.29.17|Subject Alternative Name|||
6|2.5.29.18|Issuer Alternative Name|||
6|2.5.29.19|Basic Constraints|||
6|2.5.29.31|CRL Distribution Points|||
6|2.5.29.32|Certificate Policies|||
6|2.5.29.33|Policy Mappings|||
6|2.5.29.36|Policy Constraints|||
6|2.5.29.37|Enhanced Key Usage|||
6|2.5.29.20|CRL Number|||
6|2.5.29.21|CRL Reason Code|||
6|2.5.29.27|Delta CRL Indicator|||
6|2.5.29.28|Issuing Distribution Point|||
6|2.5.29.46|Freshest CRL|||
6|2.5.29.30|Name Constraints|||
6|1.3.6.1.5.5.7.1.1|Authority Information Access|||
6|1.2.840.113549.1.9.3|Content Type|||
6|1.2.840.113549.1.9.4|Message Digest|||
6|1.2.840.113549.1.9.5|Signing Time|||
6|1.2.840.113549.1.9.6|Counter Sign|||
7|1.3.6.1.5.5.7.3.1|Server Authentication|||
7|1.3.6.1.5.5.7.3.2|Client Authentication|||
7|1.3.6.1.5.5.7.3.3|Code Signing|||
7|1.3.6.1.5.5.7.3.4|Secure Email|||
7|1.3.6.1.5.5.7.3.8|Time Stamping|||
7|1.3.6.1.5.5.7.3.9|OCSP Signing|||
7|1.3.6.1.4.1.311.10.3.1|Microsoft Trust List Signing|||
7|1.3.6.1.4.1.311.10.3.4|Encrypting File System|||
7|1.3.6.1.4.1.311.10.3.5|Windows Hardware Driver Verification|||
7|1.3.6.1.4.1.311.20.2.2|Smart Card Logon|||
8|2.5.29.32.0|All issuance policies|||
"""


class OidInfo(ctypes.Structure):
    """CRYPT_OID_INFO"""

    _fields_ = [
        ("cbSize", c_uint32),
        ("pszOID", c_uint64),
        ("pwszName", c_uint64),
        ("dwGroupId", c_uint32),
        ("dwValue", c_uint32),
        ("ExtraInfo", Blob),
        ("pwszCNGAlgid", c_uint64),
        ("pwszCNGExtraAlgid", c_uint64),
    ]


class Known(NamedTuple):
    """algorithm: -1 if it has no number; address: of its CRYPT_OID_INFO, which stays."""

    group: int
    oid: str
    name: str
    algorithm: int
    key: int
    cng: str
    cng_key: str
    address: int


_memory: list[object] = []


def _kept(data: bytes) -> int:
    buffer = ctypes.create_string_buffer(data, len(data))
    _memory.append(buffer)
    return ctypes.addressof(buffer)


def _known(line: str) -> Known:
    group, oid, name, algorithm, *rest = line.split("|")
    key, cng, cng_key = [*rest, "", "", ""][:3]
    number = int(algorithm, 16) if algorithm else 0
    extra = _kept(struct.pack("<I", int(key, 16))) if key else 0
    wide = [_kept(_core.wide_bytes(text)) if cng else 0 for text in (cng, cng_key)]
    info = OidInfo(
        ctypes.sizeof(OidInfo),
        _kept(oid.encode() + b"\0"),
        _kept(_core.wide_bytes(name)),
        int(group),
        number,
        Blob(4 if key else 0, extra),
        *wide,
    )
    place = _kept(bytes(info))
    return Known(
        int(group), oid, name, number if algorithm else -1, int(key, 16) if key else 0, cng, cng_key, place
    )


@functools.cache
def _all() -> tuple[Known, ...]:
    return tuple(map(_known, _TABLE.split("\n")[1:-1]))


BY_OID, BY_NAME, BY_ALGORITHM, BY_SIGNATURE, BY_CNG, BY_CNG_SIGNATURE = range(1, 7)


def _matches(known: Known, kind: int, key: int) -> bool:
    if kind == BY_OID:
        return known.oid.encode() == _core.string(key)
    if kind == BY_NAME:
        return known.name.lower() == _core.wide_string(key).lower()
    if kind == BY_ALGORITHM:
        return known.algorithm == get_u32(key) and known.group != SIGNATURE
    if kind == BY_SIGNATURE:
        return known.group == SIGNATURE and (known.algorithm, known.key) == (get_u32(key), get_u32(key + 4))
    if kind == BY_CNG:
        return bool(known.cng) and known.group != SIGNATURE and known.cng == _core.wide_string(key)
    if kind == BY_CNG_SIGNATURE:
        names = [_core.wide_string(int.from_bytes(_core.read(key + at, 8), "little")) for at in (0, 8)]
        return known.group == SIGNATURE and [known.cng, known.cng_key] == names
    return False


GROUP_MASK = 0xFFFF


@export("crypt32")
def CryptFindOIDInfo(dwKeyType: DWORD, pvKey: PVOID, dwGroupId: DWORD) -> PVOID:
    """The first that has the key, in a group or (0) in any; NULL."""
    group = dwGroupId & GROUP_MASK
    if not pvKey:
        return 0
    kind = dwKeyType & 0xFF
    found = (k for k in _all() if group in (0, k.group) and _matches(k, kind, pvKey))
    return next((known.address for known in found), 0)


@export("crypt32")
def CryptEnumOIDInfo(dwGroupId: DWORD, dwFlags: DWORD, pvArg: PVOID, pfnEnumOIDInfo: PVOID) -> Calling[BOOL]:
    for known in _all():
        wanted = dwGroupId in (0, known.group)
        if wanted and not (yield from is_true(pfnEnumOIDInfo, known.address, pvArg)):
            return 0
    return 1
