"""What a TLS connection tells of itself.

Source: Microsoft, "QueryContextAttributes (Schannel)", and the page of each structure; RFC 5929 (bindings).
"""

from __future__ import annotations

import ctypes
import hashlib
import struct
from collections.abc import Callable
from ctypes import c_uint16, c_uint32
from typing import TYPE_CHECKING

from windlass import _core
from windlass.api import blocks
from windlass.api.crypto import x509
from windlass.api.outputs import put_u64
from windlass.api.refused import Refused
from windlass.api.security import schannel_facts as facts
from windlass.api.security.sspi_objects import SEC_E_UNSUPPORTED_FUNCTION
from windlass.api.security.sspi_packages import PACKAGES, SCHANNEL, package_info
from windlass.api.structures import put_structure

if TYPE_CHECKING:
    from windlass.api.security.schannel import TlsContext

__all__ = ["query"]

MAXIMUM_MESSAGE = 16384
BUFFERS = 4
ALPN, SUCCESS = 2, 1
RECONNECTED = 1


class CipherInfo(ctypes.Structure):
    """SecPkgContext_CipherInfo; the texts are UTF-16."""

    _fields_ = [
        ("dwVersion", c_uint32),
        ("dwProtocol", c_uint32),
        ("dwCipherSuite", c_uint32),
        ("dwBaseCipherSuite", c_uint32),
        ("szCipherSuite", c_uint16 * 64),
        ("szCipher", c_uint16 * 64),
        ("dwCipherLen", c_uint32),
        ("dwCipherBlockLen", c_uint32),
        ("szHash", c_uint16 * 64),
        ("dwHashLen", c_uint32),
        ("szExchange", c_uint16 * 64),
        ("dwMinExchangeLen", c_uint32),
        ("dwMaxExchangeLen", c_uint32),
        ("szCertificate", c_uint16 * 64),
        ("dwKeyType", c_uint32),
    ]


def _protocol(context: TlsContext) -> int:
    return facts.protocol_bit(context.tls.version(), server=context.server)


def _stream_sizes(context: TlsContext, output: int, wide: bool) -> None:
    own = context.facts()
    sizes = (own.header, own.trailer, MAXIMUM_MESSAGE, BUFFERS, own.block)
    _core.write(output, struct.pack("<5I", *sizes))


def _connection_info(context: TlsContext, output: int, wide: bool) -> None:
    own = context.facts()
    values = (_protocol(context), own.cipher, own.bits, own.hash, own.hash_bits, own.exchange, 256)
    _core.write(output, struct.pack("<7I", *values))


def _array(text: str) -> ctypes.Array[c_uint16]:
    return (c_uint16 * 64)(*text.encode("utf-16-le")[::2])


def _suite_number(context: TlsContext, name: str) -> int:
    """As it is sent: the lower half of OpenSSL's number."""
    found = (each["id"] for each in context.settings.get_ciphers() if each["name"] == name)
    return next(found, 0) & 0xFFFF


def _cipher_info(context: TlsContext, output: int, wide: bool) -> None:
    own = context.facts()
    cipher = context.tls.cipher()
    assert cipher is not None
    number, suite = _suite_number(context, cipher[0]), facts.iana_name(cipher[0])
    before, _, after = suite[len("TLS_") :].rpartition("_WITH_")
    exchange, _, certificate = before.partition("_")
    info = CipherInfo(
        1,
        _protocol(context),
        number,
        number,
        _array(suite),
        _array(after.split("_")[0]),
        own.bits,
        own.block,
        _array(after.split("_")[-1]),
        own.hash_bits,
        _array(exchange),
        0,
        0,
        _array(certificate or exchange),
        0,
    )
    put_structure(output, info)


def _application_protocol(context: TlsContext, output: int, wide: bool) -> None:
    """SecPkgContext_ApplicationProtocol; all zero when none was agreed on."""
    name = (context.tls.selected_alpn_protocol() or "").encode()
    head = struct.pack("<IIB", SUCCESS, ALPN, len(name)) if name else bytes(9)
    _core.write(output, head + name.ljust(255, b"\0"))


def _session_info(context: TlsContext, output: int, wide: bool) -> None:
    session = context.tls.session
    identity = session.id[:32] if session is not None else b""
    flags = RECONNECTED if context.tls.session_reused else 0
    _core.write(output, struct.pack("<II", flags, len(identity)) + identity.ljust(32, b"\0"))


def _key_info(context: TlsContext, output: int, wide: bool) -> None:
    own = context.facts()
    encode = _core.wide_bytes if wide else _core.ansi_from_text
    cipher = {facts.CALG_3DES: "3DES", 0x660E: "AES 128-bit", 0x6610: "AES 256-bit"}.get(own.cipher, "")
    names = [blocks.new(encode(text) + b"\0") for text in ("", cipher)]
    _core.write(output, struct.pack("<QQIII", *names, own.bits, 0, own.cipher))


def _package(context: TlsContext, output: int, wide: bool) -> None:
    put_u64(output, package_info(PACKAGES[SCHANNEL], wide))


def _bindings(context: TlsContext, output: int, data: bytes) -> None:
    """SecPkgContext_Bindings: a SEC_CHANNEL_BINDINGS whose application data follow it."""
    head = struct.pack("<8I", 0, 0, 0, 0, 0, 0, len(data), 32)
    _core.write(output, struct.pack("<IIQ", 32 + len(data), 0, blocks.new(head + data)))


def _unique_bindings(context: TlsContext, output: int, wide: bool) -> None:
    value = context.tls.get_channel_binding("tls-unique")
    if value is None:
        raise Refused(SEC_E_UNSUPPORTED_FUNCTION)
    _bindings(context, output, b"tls-unique:" + value)


_HASH_OF = {
    "1.2.840.113549.1.1.12": "sha384",
    "1.2.840.10045.4.3.3": "sha384",
    "1.2.840.113549.1.1.13": "sha512",
    "1.2.840.10045.4.3.4": "sha512",
}


def _endpoint_bindings(context: TlsContext, output: int, wide: bool) -> None:
    """The hash of the server's certificate, by the hash of its signature; SHA-256 for MD5 and SHA-1."""
    certificate = _server_certificate(context)
    name = _HASH_OF.get(certificate.signature_algorithm.oid, "sha256")
    _bindings(context, output, b"tls-server-end-point:" + hashlib.new(name, certificate.encoded).digest())


def _server_certificate(context: TlsContext) -> x509.Certificate:
    if context.server:
        return context.credential.certificates[0].certificate
    return context.peer_certificates()[0]


def _remote_certificate(context: TlsContext, output: int, wide: bool) -> None:
    put_u64(output, context.peer_context())


def _local_certificate(context: TlsContext, output: int, wide: bool) -> None:
    put_u64(output, context.own_context())


def _flags(context: TlsContext, output: int, wide: bool) -> None:
    _core.write(output, struct.pack("<I", context.flags | context.attributes))


_ATTRIBUTES: dict[int, Callable[[TlsContext, int, bool], None]] = {
    4: _stream_sizes,
    5: _key_info,
    10: _package,
    14: _flags,
    25: _unique_bindings,
    26: _endpoint_bindings,
    35: _application_protocol,
    0x53: _remote_certificate,
    0x54: _local_certificate,
    0x5A: _connection_info,
    0x5D: _session_info,
    0x64: _cipher_info,
}


def query(context: TlsContext, attribute: int, output: int, wide: bool) -> None:
    """SECPKG_ATTR_... by number; Refused for one that Schannel has not."""
    body = _ATTRIBUTES.get(attribute)
    if body is None:
        raise Refused(SEC_E_UNSUPPORTED_FUNCTION)
    body(context, output, wide)
