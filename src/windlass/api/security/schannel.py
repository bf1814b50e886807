"""TLS as Schannel speaks it: over messages that the program carries to the peer and back. The protocol itself
is OpenSSL's, by Python's ssl.

A peer's certificate is checked against the authorities of the system store Root, and against the target's
name, and for revocation if the program asks for that, unless it says that it checks by itself.

Source: Microsoft, "Schannel", "InitializeSecurityContext (Schannel)", "DecryptMessage (Schannel)",
"EncryptMessage (Schannel)", "QueryContextAttributes (Schannel)", "SCHANNEL_CRED structure",
"SCH_CREDENTIALS structure", "Shutting Down an Schannel Connection".
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import ssl
import struct
from ctypes import c_uint32, c_uint64

from windlass import _core
from windlass.api.crypto import certificate_chain as chains
from windlass.api.crypto import x509
from windlass.api.crypto.certificate_chain import SERVER_USAGE, tls_error
from windlass.api.crypto.certificate_context import Context as Certificate
from windlass.api.crypto.certificate_context import context_of
from windlass.api.crypto.certificate_store import Store, roots, store_of
from windlass.api.crypto.revocation import NO_CHECK, OFFLINE, REVOKED
from windlass.api.outputs import get_u64, put_u32
from windlass.api.refused import Refused
from windlass.api.security import schannel_facts as facts
from windlass.api.security.sspi_objects import (
    APPLICATION_PROTOCOLS,
    DATA,
    EMPTY,
    EXTRA,
    INBOUND,
    MISSING,
    SEC_E_ALGORITHM_MISMATCH,
    SEC_E_BUFFER_TOO_SMALL,
    SEC_E_CERT_EXPIRED,
    SEC_E_CERT_UNKNOWN,
    SEC_E_CERT_WRONG_USAGE,
    SEC_E_DECRYPT_FAILURE,
    SEC_E_ILLEGAL_MESSAGE,
    SEC_E_INCOMPLETE_MESSAGE,
    SEC_E_INVALID_PARAMETER,
    SEC_E_INVALID_TOKEN,
    SEC_E_MESSAGE_ALTERED,
    SEC_E_NO_CREDENTIALS,
    SEC_E_UNKNOWN_CREDENTIALS,
    SEC_E_UNSUPPORTED_FUNCTION,
    SEC_E_UNTRUSTED_ROOT,
    SEC_E_WRONG_PRINCIPAL,
    SEC_I_CONTEXT_EXPIRED,
    SEC_I_CONTINUE_NEEDED,
    SEC_I_RENEGOTIATE,
    STREAM_HEADER,
    STREAM_TRAILER,
    TOKEN,
    Answer,
    Buffers,
    Credential,
    SecBuffer,
    SecurityContext,
)
from windlass.api.structures import get_structure, put_structure

__all__ = ["TlsCredential"]

# ---- credentials ----

OLD_VERSION, NEW_VERSION = 4, 5
MANUAL_VALIDATION, NO_SERVER_NAME_CHECK = 0x8, 0x4
IGNORE_NO_REVOCATION_CHECK, IGNORE_REVOCATION_OFFLINE = 0x800, 0x1000
# SCH_CRED_... with what CertGetCertificateChain calls the same.
_CHAIN_FLAGS = {
    0x100: chains.CHECK_END_CERT,
    0x200: chains.CHECK_CHAIN,
    0x400: chains.CHECK_CHAIN_EXCLUDE_ROOT,
    0x4000: chains.REVOCATION_CACHE_ONLY,
    0x8000: chains.CACHE_ONLY_URLS,
}
TLS1_3_BITS = 0x3000


class OldCredentials(ctypes.Structure):
    """SCHANNEL_CRED"""

    _fields_ = [
        ("dwVersion", c_uint32),
        ("cCreds", c_uint32),
        ("paCred", c_uint64),
        ("hRootStore", c_uint64),
        ("cMappers", c_uint32),
        ("aphMappers", c_uint64),
        ("cSupportedAlgs", c_uint32),
        ("palgSupportedAlgs", c_uint64),
        ("grbitEnabledProtocols", c_uint32),
        ("dwMinimumCipherStrength", c_uint32),
        ("dwMaximumCipherStrength", c_uint32),
        ("dwSessionLifespan", c_uint32),
        ("dwFlags", c_uint32),
        ("dwCredFormat", c_uint32),
    ]


class NewCredentials(ctypes.Structure):
    """SCH_CREDENTIALS"""

    _fields_ = [
        ("dwVersion", c_uint32),
        ("dwCredFormat", c_uint32),
        ("cCreds", c_uint32),
        ("paCred", c_uint64),
        ("hRootStore", c_uint64),
        ("cMappers", c_uint32),
        ("aphMappers", c_uint64),
        ("dwSessionLifespan", c_uint32),
        ("dwFlags", c_uint32),
        ("cTlsParameters", c_uint32),
        ("pTlsParameters", c_uint64),
    ]


class TlsParameters(ctypes.Structure):
    _fields_ = [
        ("cAlpnIds", c_uint32),
        ("rgstrAlpnIds", c_uint64),
        ("grbitDisabledProtocols", c_uint32),
        ("cDisabledCrypto", c_uint32),
        ("pDisabledCrypto", c_uint64),
        ("dwFlags", c_uint32),
    ]


class TlsCredential(Credential):
    """auth_data: a SCHANNEL_CRED, a SCH_CREDENTIALS, or NULL for a client without a certificate."""

    def __init__(self, auth_data: int, use: int) -> None:
        self.flags = 0
        self.certificates: list[Certificate] = []
        self.trusted: list[x509.Certificate] | None = None
        self.server = bool(use & INBOUND)
        # TLS 1.3 is for those alone who know of it.
        self.protocols = facts.ALL_VERSIONS & ~TLS1_3_BITS
        if auth_data:
            self._read(auth_data)
        if self.server and not self.certificates:
            raise Refused(SEC_E_NO_CREDENTIALS)
        if facts.bounds(self.protocols, server=self.server) is None:
            raise Refused(SEC_E_ALGORITHM_MISMATCH)

    def _read(self, address: int) -> None:
        version = int.from_bytes(_core.read(address, 4), "little")
        given: OldCredentials | NewCredentials
        if version == OLD_VERSION:
            given = get_structure(address, OldCredentials)
            self.protocols = given.grbitEnabledProtocols or self.protocols
        elif version == NEW_VERSION:
            given = get_structure(address, NewCredentials)
            self.protocols = facts.ALL_VERSIONS & ~self._disabled(given)
        else:
            raise Refused(SEC_E_UNKNOWN_CREDENTIALS)
        self.flags = given.dwFlags
        self.certificates = [context_of(get_u64(given.paCred + 8 * index)) for index in range(given.cCreds)]
        if any(each.key is None for each in self.certificates):
            raise Refused(SEC_E_NO_CREDENTIALS)
        if given.hRootStore:
            self.trusted = [context.certificate for context in store_of(given.hRootStore).all()]

    @staticmethod
    def _disabled(given: NewCredentials) -> int:
        """Restrictions of single algorithms are left to OpenSSL's own defaults."""
        size, disabled = ctypes.sizeof(TlsParameters), 0
        for index in range(given.cTlsParameters):
            parameters = get_structure(given.pTlsParameters + size * index, TlsParameters)
            if not parameters.cAlpnIds:  # for any application protocol
                disabled |= parameters.grbitDisabledProtocols
        return disabled

    def query(self, attribute: int, output: int) -> None:
        if attribute != SUPPORTED_PROTOCOLS:
            raise Refused(SEC_E_UNSUPPORTED_FUNCTION)
        bits = (facts.protocol_bit(f"TLSv1.{minor}", server=self.server) for minor in (2, 3))
        put_u32(output, sum(bits) & self.protocols)

    def new_context(self, target: str | None, flags: int, inputs: Buffers, *, server: bool) -> TlsContext:
        return TlsContext(self, target, flags, inputs, server=server)

    # ---- what OpenSSL is told ----

    def settings(self, flags: int, protocols: list[str], *, server: bool) -> ssl.SSLContext:
        settings = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
        settings.check_hostname = False
        settings.verify_mode = ssl.CERT_NONE
        allowed = facts.bounds(self.protocols, server=server)
        if allowed is None:
            raise Refused(SEC_E_ALGORITHM_MISMATCH)
        settings.minimum_version, settings.maximum_version = allowed
        settings.set_ciphers("DEFAULT")  # Python's own choice leaves out some of Schannel's
        if protocols:
            settings.set_alpn_protocols(protocols)
        for certificate in self.certificates:
            load_certificate(settings, certificate)
        if server and flags & MUTUAL_AUTH:
            trusted = self.trusted if self.trusted is not None else list(roots())
            settings.verify_mode = ssl.CERT_OPTIONAL
            if trusted:
                settings.load_verify_locations(cadata=b"".join(each.encoded for each in trusted))
        return settings


def load_certificate(settings: ssl.SSLContext, certificate: Certificate) -> None:
    """ssl takes certificates and keys from files alone: here one without a name."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    chain = [certificate.certificate.encoded]
    store = certificate.store
    if store:
        chain += [
            each.certificate.encoded
            for each in store_of(store).all()
            if each.certificate.is_authority and each is not certificate
        ]
    pem = "".join(map(ssl.DER_cert_to_PEM_cert, chain)).encode()
    pem += certificate.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = os.memfd_create("certificate")
    try:
        os.write(file, pem)
        settings.load_cert_chain(f"/proc/self/fd/{file}")
    except (ssl.SSLError, OSError):
        raise Refused(SEC_E_UNKNOWN_CREDENTIALS) from None
    finally:
        os.close(file)


def session_certificates(session: ssl.SSLObject | ssl.SSLSocket) -> list[x509.Certificate]:
    """What the peer sent, its own first; Python before 3.13 keeps the rest to itself."""
    encoded = session.getpeercert(binary_form=True)
    if not encoded:
        return []
    inner = getattr(getattr(session, "_sslobj", None), "get_unverified_chain", None)
    found = [part if isinstance(part, bytes) else part.public_bytes(2) for part in inner()] if inner else []
    rest = [each for each in found if each != encoded]
    return [x509.parse(each) for each in (encoded, *rest)]


# ---- a connection ----

MUTUAL_AUTH, REQUEST_MANUAL_VALIDATION = 0x2, 0x80000
RET_STREAM, ASC_RET_STREAM = 0x8000, 0x10000
# With replay and sequence detection and confidentiality, which TLS always has.
ALWAYS = 0x4 | 0x8 | 0x10

RENEGOTIATE, SHUTDOWN, ALERT, SESSION = range(4)
MAXIMUM_MESSAGE = 16384


class TlsContext(SecurityContext):
    def __init__(
        self, credential: TlsCredential, target: str | None, flags: int, inputs: Buffers, *, server: bool
    ) -> None:
        self.credential = credential
        self.target = target
        self.server = server
        self.flags = flags
        self.established = False
        self.closing = False
        self.read_ahead = 0
        protocols = alpn_protocols(inputs.content(APPLICATION_PROTOCOLS))
        self.offered = protocols
        self.settings = credential.settings(flags, protocols, server=server)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = self._new_session()

    def _new_session(self) -> ssl.SSLObject:
        """A target that is no host's name is not told to the server."""
        try:
            return self.settings.wrap_bio(self.incoming, self.outgoing, self.server, self.target or None)
        except ValueError:
            return self.settings.wrap_bio(self.incoming, self.outgoing, self.server)

    @property
    def attributes(self) -> int:
        return ALWAYS | (ASC_RET_STREAM if self.server else RET_STREAM)

    def last_words(self) -> bytes:
        return self.outgoing.read()

    def control(self, token: bytes) -> None:
        kind = int.from_bytes(token[:4], "little")
        if kind == SHUTDOWN:
            self.closing = True
        elif kind not in (ALERT, SESSION):
            raise Refused(SEC_E_UNSUPPORTED_FUNCTION)

    # ---- handshake ----

    def step(self, inputs: Buffers, flags: int) -> Answer:
        if self.closing:
            return self._shut_down()
        if self.established:
            return self._take_read_ahead(inputs)
        if not self.server and inputs.find(TOKEN) is None:
            self._advance()
            return Answer(SEC_I_CONTINUE_NEEDED, self.outgoing.read())
        data = inputs.require(TOKEN)[1]
        used = self._feed(data.content)
        if not used:
            inputs.use_empty(MISSING, missing(data.content))
            raise Refused(SEC_E_INCOMPLETE_MESSAGE)
        if used < data.cbBuffer:
            inputs.use_empty(EXTRA, data.cbBuffer - used, data.pvBuffer + used)
        if self.established:
            self._check_peer()
        return Answer(0 if self.established else SEC_I_CONTINUE_NEEDED, self.outgoing.read())

    def _feed(self, data: bytes) -> int:
        """Whole records, until the handshake is done: what follows it is the program's data."""
        used = 0
        while not self.established and (size := record_size(data, used)):
            self.incoming.write(data[used : used + size])
            used += size
            self._advance()
        return used

    def _advance(self) -> None:
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return
        except ssl.SSLError as error:
            raise Refused(status_of(error)) from None
        self.established = True

    def _check_peer(self) -> None:
        flags = self.credential.flags
        if self.server or flags & MANUAL_VALIDATION or self.flags & REQUEST_MANUAL_VALIDATION:
            return
        leaf, *others = self.peer_certificates()
        trusted = self.credential.trusted
        name = None if flags & NO_SERVER_NAME_CHECK else self.target
        if trusted is None:
            trusted = list(roots())
        checks = sum(chain_flag for bit, chain_flag in _CHAIN_FLAGS.items() if flags & bit)
        error = tls_error(leaf, others, trusted, name, SERVER_USAGE, checks=checks)
        if error == NO_CHECK and flags & IGNORE_NO_REVOCATION_CHECK:
            return
        if error == OFFLINE and flags & IGNORE_REVOCATION_OFFLINE:
            return
        if error:
            self.outgoing.read()  # the peer does not learn that the handshake was complete
            raise Refused(_CHAIN_ERRORS.get(error, SEC_E_CERT_UNKNOWN))

    def peer_certificates(self) -> list[x509.Certificate]:
        return session_certificates(self.tls)

    def _take_read_ahead(self, inputs: Buffers) -> Answer:
        """What DecryptMessage gave back as being part of a handshake has been seen already."""
        found = inputs.find(TOKEN)
        size = found[1].cbBuffer if found else 0
        used, self.read_ahead = min(self.read_ahead, size), 0
        if found is not None and used < size:
            inputs.use_empty(EXTRA, size - used, found[1].pvBuffer + used)
        return Answer(0, self.outgoing.read())

    def _shut_down(self) -> Answer:
        with contextlib.suppress(ssl.SSLError):  # the peer has not answered yet
            self.tls.unwrap()
        return Answer(0, self.outgoing.read())

    # ---- data ----

    def facts(self) -> facts.CipherFacts:
        cipher = self.tls.cipher()
        if not self.established or cipher is None:
            raise Refused(SEC_E_INVALID_TOKEN)
        return facts.facts_of(cipher[0], cipher[2], self.tls.version() or "")

    def encrypt(self, buffers: Buffers) -> None:
        """One record, laid over the buffers for its header, the data and its trailer."""
        own = self.facts()
        places = [buffers.require(type) for type in (STREAM_HEADER, DATA, STREAM_TRAILER)]
        (_, header), (_, data), (end, trailer) = places
        if data.cbBuffer > MAXIMUM_MESSAGE:
            raise Refused(SEC_E_INVALID_PARAMETER)
        if header.cbBuffer < own.header or trailer.cbBuffer < own.trailer:
            raise Refused(SEC_E_BUFFER_TOO_SMALL)
        record = self._record(data.content)
        rest = record[own.header + data.cbBuffer :]
        _core.write(header.pvBuffer, record[: own.header])
        _core.write(data.pvBuffer, record[own.header : own.header + data.cbBuffer])
        _core.write(trailer.pvBuffer, rest)
        put_structure(places[0][0], SecBuffer(own.header, header.BufferType, header.pvBuffer))
        put_structure(end, SecBuffer(len(rest), trailer.BufferType, trailer.pvBuffer))

    def _record(self, data: bytes) -> bytes:
        if not data:
            raise Refused(SEC_E_INVALID_PARAMETER)
        try:
            self.tls.write(data)
        except ssl.SSLError:
            raise Refused(SEC_I_CONTEXT_EXPIRED) from None
        return self.outgoing.read()

    def decrypt(self, buffers: Buffers) -> int:
        """The first record of the data, in place; the buffers then tell what is where."""
        own = self.facts()
        _, data = buffers.require(DATA)
        content = data.content
        size = record_size(content, 0)
        if not size:
            buffers.use_empty(MISSING, missing(content))
            raise Refused(SEC_E_INCOMPLETE_MESSAGE)
        self.incoming.write(content[:size])
        plain = self._read()
        if plain is None:  # a message of the protocol, for InitializeSecurityContext to answer
            self.read_ahead = size
            describe(buffers, [(DATA, 0, 0), (EXTRA, data.pvBuffer, len(content))])
            return SEC_I_RENEGOTIATE
        _core.write(data.pvBuffer + own.header, plain)
        behind = data.pvBuffer + own.header + len(plain)
        parts = [(STREAM_HEADER, data.pvBuffer, own.header), (DATA, data.pvBuffer + own.header, len(plain))]
        parts.append((STREAM_TRAILER, behind, data.pvBuffer + size - behind))
        if size < len(content):
            parts.append((EXTRA, data.pvBuffer + size, len(content) - size))
        describe(buffers, parts)
        return 0 if plain else SEC_I_CONTEXT_EXPIRED

    def _read(self) -> bytes | None:
        """The data of a record, None if it had none; b"" when the peer has closed."""
        try:
            return self.tls.read(MAXIMUM_MESSAGE)
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLZeroReturnError:
            return b""
        except ssl.SSLError as error:
            raise Refused(status_of(error, SEC_E_MESSAGE_ALTERED)) from None

    # ---- attributes ----

    def query(self, attribute: int, output: int, wide: bool) -> None:
        from windlass.api.security import schannel_attributes

        schannel_attributes.query(self, attribute, output, wide)

    def peer_context(self) -> int:
        """A certificate context in a store with the others that the peer has sent."""
        certificates = self.peer_certificates()
        if not certificates:
            raise Refused(SEC_E_NO_CREDENTIALS)
        store = Store()
        for each in certificates[1:]:
            store.add(each)
        context = store.add(certificates[0])
        context.references += 1
        return context.address

    def own_context(self) -> int:
        if not self.credential.certificates:
            raise Refused(SEC_E_NO_CREDENTIALS)
        own = self.credential.certificates[0]
        own.references += 1
        return own.address


SUPPORTED_PROTOCOLS = 0x58
RECORD_HEADER = 5


def record_size(data: bytes, at: int) -> int:
    """Of the whole record there; 0 where a part is missing."""
    if len(data) - at < RECORD_HEADER:
        return 0
    kind, major, _, size = struct.unpack_from(">BBBH", data, at)
    if kind not in range(20, 25) or major != 3:
        raise Refused(SEC_E_INVALID_TOKEN)
    return RECORD_HEADER + size if len(data) - at >= RECORD_HEADER + size else 0


def missing(data: bytes) -> int:
    """How many bytes are needed at least."""
    if len(data) < RECORD_HEADER:
        return RECORD_HEADER - len(data)
    return RECORD_HEADER + int.from_bytes(data[3:5], "big") - len(data)


def describe(buffers: Buffers, parts: list[tuple[int, int, int]]) -> None:
    """Say what is where: the first buffer takes the first part, and so on; the others are empty."""
    for place, part in zip(buffers.places, parts + [(EMPTY, 0, 0)] * len(buffers.places)):
        type, address, size = part
        put_structure(place, SecBuffer(size, type, address))


def alpn_protocols(data: bytes | None) -> list[str]:
    """SEC_APPLICATION_PROTOCOLS: lists, each of a kind (2: ALPN) and names behind their lengths."""
    found: list[str] = []
    at = 4
    while data and at + 6 <= len(data):
        kind, size = struct.unpack_from("<IH", data, at)
        names, at = data[at + 6 : at + 6 + size], at + 6 + size
        while kind == 2 and names:
            found.append(names[1 : 1 + names[0]].decode("ascii", "replace"))
            names = names[1 + names[0] :]
    return found


CERT_E_EXPIRED, CERT_E_UNTRUSTEDROOT, CERT_E_CHAINING = 0x800B0101, 0x800B0109, 0x800B010A
CERT_E_CN_NO_MATCH, CERT_E_WRONG_USAGE = 0x800B010F, 0x800B0110
_CHAIN_ERRORS = {
    CERT_E_EXPIRED: SEC_E_CERT_EXPIRED,
    CERT_E_UNTRUSTEDROOT: SEC_E_UNTRUSTED_ROOT,
    CERT_E_CHAINING: SEC_E_UNTRUSTED_ROOT,
    CERT_E_CN_NO_MATCH: SEC_E_WRONG_PRINCIPAL,
    CERT_E_WRONG_USAGE: SEC_E_CERT_WRONG_USAGE,
    REVOKED: REVOKED,
    NO_CHECK: NO_CHECK,
    OFFLINE: OFFLINE,
}

# By a part of OpenSSL's reason; alerts from the peer among them.
_REASONS = (
    ("PROTOCOL_VERSION", SEC_E_UNSUPPORTED_FUNCTION),
    ("UNSUPPORTED_PROTOCOL", SEC_E_ALGORITHM_MISMATCH),
    ("NO_SHARED_CIPHER", SEC_E_ALGORITHM_MISMATCH),
    ("UNKNOWN_CA", SEC_E_UNTRUSTED_ROOT),
    ("CERTIFICATE_EXPIRED", SEC_E_CERT_EXPIRED),
    ("CERTIFICATE_VERIFY_FAILED", SEC_E_UNTRUSTED_ROOT),
    ("CERTIFICATE", SEC_E_CERT_UNKNOWN),
    ("DECRYPT_ERROR", SEC_E_DECRYPT_FAILURE),
    ("BAD_RECORD_MAC", SEC_E_MESSAGE_ALTERED),
)


def status_of(error: ssl.SSLError, default: int = SEC_E_ILLEGAL_MESSAGE) -> int:
    reason = error.reason or ""
    return next((status for part, status in _REASONS if part in reason), default)
