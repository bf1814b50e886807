"""What Schannel's numbers mean for TLS.

Source: Microsoft, "SCHANNEL_CRED structure", "SecPkgContext_ConnectionInfo structure",
"Cipher Suites in TLS/SSL (Schannel SSP)"; the names of cipher suites are IANA's.
"""

from __future__ import annotations

import re
import ssl
from typing import NamedTuple

__all__ = ["CipherFacts", "bounds", "facts_of", "iana_name", "overhead", "protocol_bit"]

_CLIENT_BITS = {
    ssl.TLSVersion.TLSv1: 0x80,
    ssl.TLSVersion.TLSv1_1: 0x200,
    ssl.TLSVersion.TLSv1_2: 0x800,
    ssl.TLSVersion.TLSv1_3: 0x2000,
}
_BY_NAME = {"TLSv1": 0x80, "TLSv1.1": 0x200, "TLSv1.2": 0x800, "TLSv1.3": 0x2000}
ALL_VERSIONS = 0xFFFFFFFF


def bounds(enabled: int, *, server: bool) -> tuple[ssl.TLSVersion, ssl.TLSVersion] | None:
    """The lowest and the highest of the protocols (SP_PROT_...); a server's bits are half a client's.

    None where no one is left: SSL 2 and 3 are gone.
    """
    found = [version for version, bit in _CLIENT_BITS.items() if enabled & (bit >> server)]
    return (min(found), max(found)) if found else None


def protocol_bit(version: str | None, *, server: bool) -> int:
    return _BY_NAME.get(version or "", 0) >> server


class CipherFacts(NamedTuple):
    """cipher, hash, exchange: ALG_IDs; block: of the cipher in bytes; header, trailer: the most that
    a record has around its data.
    """

    cipher: int
    bits: int
    block: int
    hash: int
    hash_bits: int
    exchange: int
    header: int
    trailer: int


_HASHES = {"SHA384": (0x800D, 384), "SHA256": (0x800C, 256), "SHA": (0x8004, 160), "MD5": (0x8003, 128)}
_AES = {128: 0x660E, 256: 0x6610}
CALG_3DES, CALG_ECDH_EPHEM, CALG_DH_EPHEM, CALG_RSA_KEYX = 0x6603, 0xAE06, 0xAA02, 0xA400
RECORD_HEADER = 5


def facts_of(name: str, bits: int, version: str) -> CipherFacts:
    """Of a cipher suite by OpenSSL's name."""
    upper = name.upper()
    cipher = CALG_3DES if "DES" in upper.replace("ECDES", "") and "AES" not in upper else _AES.get(bits, 0)
    is_aead = any(word in upper for word in ("GCM", "CCM", "POLY1305"))
    if "POLY1305" in upper:
        cipher = 0
    hash, hash_bits = _HASHES.get(re.split(r"[-_]", upper)[-1], (0x800C, 256))
    exchange = CALG_RSA_KEYX
    if version == "TLSv1.3" or "ECDHE" in upper:
        exchange = CALG_ECDH_EPHEM
    elif "DHE" in upper:
        exchange = CALG_DH_EPHEM
    block = 8 if cipher == CALG_3DES else 16
    header, trailer = overhead(version, is_aead, "POLY1305" in upper, block, hash_bits // 8)
    strength = 0 if is_aead else hash_bits
    return CipherFacts(cipher, bits, 1 if is_aead else block, hash, strength, exchange, header, trailer)


def overhead(version: str, is_aead: bool, has_implicit_nonce: bool, block: int, mac: int) -> tuple[int, int]:
    """What stands before and behind the data of a record (RFC 5246, RFC 5288, RFC 8446)."""
    if version == "TLSv1.3":
        return RECORD_HEADER, 16 + 1
    if is_aead:
        return RECORD_HEADER + (0 if has_implicit_nonce else 8), 16
    initial_vector = 0 if version == "TLSv1" else block
    return RECORD_HEADER + initial_vector, mac + block


def iana_name(name: str) -> str:
    """ECDHE-RSA-AES256-GCM-SHA384 is TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384."""
    if name.startswith("TLS_"):
        return name
    found = re.fullmatch(r"(?:(ECDHE|DHE)-(RSA|ECDSA)-)?(.+?)(?:-(SHA\d*))?", name)
    if found is None:
        return name
    exchange, key, cipher, hash = found.groups()
    before = f"{exchange}_{key}" if exchange else "RSA"
    cipher = re.sub(r"AES(\d+)", r"AES_\1", cipher).replace("-", "_").replace("DES_CBC3", "3DES_EDE_CBC")
    if re.fullmatch(r"AES_\d+", cipher):
        cipher += "_CBC"
    return f"TLS_{before}_WITH_{cipher}_{hash or 'SHA256'}"
