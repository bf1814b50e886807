"""The security packages, as they describe themselves.

Source: Microsoft, "SecPkgInfoW structure", "SSP Packages Provided by Microsoft".
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from windlass import _core
from windlass.api import blocks

__all__ = ["KERBEROS", "NEGOTIATE", "NTLM", "PACKAGES", "SCHANNEL", "UNIFIED", "package_info", "package_list"]

NEGOTIATE, KERBEROS, NTLM, SCHANNEL = "negotiate", "kerberos", "ntlm", "schannel"
UNIFIED = "microsoft unified security protocol provider"

INTEGRITY, PRIVACY, TOKEN_ONLY, DATAGRAM, CONNECTION, MULTI_REQUIRED = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20
EXTENDED_ERROR, IMPERSONATION, ACCEPT_WIN32_NAME, STREAM = 0x80, 0x100, 0x200, 0x400
NEGOTIABLE, GSS_COMPATIBLE, LOGON = 0x800, 0x1000, 0x2000
MESSAGES = INTEGRITY | PRIVACY | TOKEN_ONLY | CONNECTION | MULTI_REQUIRED | IMPERSONATION | ACCEPT_WIN32_NAME
NO_RPC = 0xFFFF


class Package(NamedTuple):
    name: str
    comment: str
    capabilities: int
    rpc: int
    token: int


_TLS = INTEGRITY | PRIVACY | CONNECTION | MULTI_REQUIRED | EXTENDED_ERROR | IMPERSONATION | ACCEPT_WIN32_NAME

# By the name in lower case, for it is compared so.
PACKAGES = {
    package.name.lower(): package
    for package in (
        Package("Negotiate", "Microsoft Package Negotiator", MESSAGES | GSS_COMPATIBLE | LOGON, 9, 48256),
        Package("Kerberos", "Microsoft Kerberos V1.0", MESSAGES | NEGOTIABLE | GSS_COMPATIBLE, 16, 48000),
        Package("NTLM", "NTLM Security Package", MESSAGES | NEGOTIABLE | LOGON, 10, 2888),
        Package("Schannel", "Schannel Security Package", _TLS | STREAM, 14, 24576),
        Package(
            "Microsoft Unified Security Protocol Provider",
            "Schannel Security Package",
            _TLS | STREAM,
            14,
            24576,
        ),
    )
}

VERSION = 1
SIZE = 32


def _texts(package: Package, wide: bool) -> list[bytes]:
    """The name and the comment."""
    pair = (package.name, package.comment)
    return [_core.wide_bytes(text) if wide else text.encode() + b"\0" for text in pair]


def package_info(package: Package, wide: bool) -> int:
    """A SecPkgInfo for FreeContextBuffer."""
    return package_list([package], wide)


def package_list(packages: list[Package], wide: bool) -> int:
    """An array of SecPkgInfo, with the texts behind them in the same block."""
    texts = [_texts(package, wide) for package in packages]
    block = blocks.new(bytes(SIZE * len(packages) + sum(len(text) for pair in texts for text in pair)))
    place, end = block, block + SIZE * len(packages)
    for package, pair in zip(packages, texts):
        numbers = (package.capabilities, VERSION, package.rpc, package.token)
        _core.write(place, struct.pack("<IHHIxxxxQQ", *numbers, end, end + len(pair[0])))
        _core.write(end, b"".join(pair))
        place, end = place + SIZE, end + sum(map(len, pair))
    return block
