"""NTLM, and Negotiate over it, by the package pyspnego.

Credentials are a name and a password that the program gives: nobody has logged on here with a password that
Windows could keep. A server knows the users of the file that NTLM_USER_FILE names, as pyspnego reads it.

Source: Microsoft, "SEC_WINNT_AUTH_IDENTITY_W structure", "SEC_WINNT_AUTH_IDENTITY_EXW structure",
"InitializeSecurityContext (NTLM)", "EncryptMessage (Negotiate)".
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Callable
from ctypes import c_uint32, c_uint64
from typing import TypeVar

from windlass import _core
from windlass.api import blocks
from windlass.api.outputs import get_u32, put_u64
from windlass.api.refused import Refused
from windlass.api.security.sspi_objects import (
    DATA,
    PADDING,
    SEC_E_INVALID_TOKEN,
    SEC_E_LOGON_DENIED,
    SEC_E_MESSAGE_ALTERED,
    SEC_E_NO_CREDENTIALS,
    SEC_E_UNSUPPORTED_FUNCTION,
    SEC_I_CONTINUE_NEEDED,
    STREAM,
    TOKEN,
    Answer,
    Buffers,
    Credential,
    SecBuffer,
    SecurityContext,
)
from windlass.api.security.sspi_packages import NTLM, PACKAGES, package_info
from windlass.api.structures import get_structure, put_structure

try:
    import spnego
    from spnego.exceptions import BadMICError, InvalidTokenError, NoCredentialError, SpnegoError
except ImportError as error:
    raise ImportError(
        "NTLM and Negotiate need the package pyspnego: pip install 'windlass[crypto]'"
    ) from error

__all__ = ["PasswordCredential"]


T = TypeVar("T")


class Identity(ctypes.Structure):
    """SEC_WINNT_AUTH_IDENTITY; the extended one has it behind a version and a length."""

    _fields_ = [
        ("User", c_uint64),
        ("UserLength", c_uint32),
        ("Domain", c_uint64),
        ("DomainLength", c_uint32),
        ("Password", c_uint64),
        ("PasswordLength", c_uint32),
        ("Flags", c_uint32),
    ]


EXTENDED, UNICODE = 0x200, 2


def _identity(address: int) -> tuple[str, str]:
    """The user, with the domain if there is one, and the password."""
    place = address + 8 if get_u32(address) == EXTENDED else address
    given = get_structure(place, Identity)

    def text(pointer: int, length: int) -> str:
        if not pointer:
            return ""
        if given.Flags & UNICODE:
            return _core.wide_string(pointer, length)
        return _core.ansi_to_text(_core.read(pointer, length))

    user, domain = text(given.User, given.UserLength), text(given.Domain, given.DomainLength)
    password = text(given.Password, given.PasswordLength)
    return f"{domain}\\{user}" if domain else user, password


class PasswordCredential(Credential):
    def __init__(self, package: str, auth_data: int, use: int) -> None:
        self.package = package
        self.identity = _identity(auth_data) if auth_data else None

    def new_context(
        self, target: str | None, flags: int, inputs: Buffers, *, server: bool
    ) -> SecurityContext:
        try:
            if server:
                return NegotiateContext(self, spnego.server(protocol=self.package))
            if self.identity is None:
                raise Refused(SEC_E_NO_CREDENTIALS)
            service, _, host = (target or "host/unspecified").partition("/")
            wanted = spnego.ContextReq(flags & SHARED_FLAGS | (INTEGRITY if flags & ISC_INTEGRITY else 0))
            client = spnego.client(
                *self.identity,
                hostname=host or service,
                service=service,
                protocol=self.package,
                context_req=wanted,
            )
        except NoCredentialError:
            raise Refused(SEC_E_NO_CREDENTIALS) from None
        return NegotiateContext(self, client)


# Delegation, mutual authentication, replay and sequence detection, confidentiality: GSS-API's bits, too.
SHARED_FLAGS = 0x1F
INTEGRITY, ISC_INTEGRITY = 0x20, 0x10000
SIGNATURE_SIZE = 16
AUTHENTICATE = b"NTLMSSP\0\3"
"""How NTLM's last message begins, also within Negotiate's."""
SIZES, NAMES, SESSION_KEY, PACKAGE_INFO, NEGOTIATION_INFO = 0, 1, 9, 10, 12


class NegotiateContext(SecurityContext):
    def __init__(self, credential: PasswordCredential, peer: spnego.ContextProxy) -> None:
        self.credential = credential
        self.peer = peer

    def step(self, inputs: Buffers, flags: int) -> Answer:
        given = inputs.content(TOKEN)
        try:
            token = self.peer.step(given)
        except InvalidTokenError:
            is_answer = AUTHENTICATE in (given or b"")  # well formed, but made with another password
            raise Refused(SEC_E_LOGON_DENIED if is_answer else SEC_E_INVALID_TOKEN) from None
        except NoCredentialError:
            raise Refused(SEC_E_NO_CREDENTIALS) from None
        except (SpnegoError, ValueError):
            raise Refused(SEC_E_LOGON_DENIED) from None
        return Answer(0 if self.peer.complete else SEC_I_CONTINUE_NEEDED, token or b"")

    # ---- messages: the signature stands in the token buffer ----

    def encrypt(self, buffers: Buffers) -> None:
        place, token = buffers.require(TOKEN)
        _, data = buffers.require(DATA)
        sealed = self.peer.wrap_winrm(data.content)
        _core.write(token.pvBuffer, sealed.header)
        _core.write(data.pvBuffer, sealed.data)
        put_structure(place, SecBuffer(len(sealed.header), token.BufferType, token.pvBuffer))
        padding = buffers.find(PADDING)
        if padding is not None:
            put_structure(padding[0], SecBuffer(0, padding[1].BufferType, padding[1].pvBuffer))

    def decrypt(self, buffers: Buffers) -> int:
        """Either token and data, or a stream of both whose data part is then shown."""
        stream = buffers.find(STREAM)
        place, data = buffers.require(DATA)
        if stream is not None:
            content = stream[1].content
            header, sealed = content[:SIGNATURE_SIZE], content[SIGNATURE_SIZE:]
            at = stream[1].pvBuffer + SIGNATURE_SIZE
        else:
            header, sealed, at = buffers.require(TOKEN)[1].content, data.content, data.pvBuffer
        plain = self._checked(lambda: self.peer.unwrap_winrm(header, sealed))
        _core.write(at, plain)
        put_structure(place, SecBuffer(len(plain), data.BufferType, at))
        return 0

    def sign(self, buffers: Buffers) -> None:
        place, token = buffers.require(TOKEN)
        signature = self.peer.sign(buffers.require(DATA)[1].content)
        _core.write(token.pvBuffer, signature)
        put_structure(place, SecBuffer(len(signature), token.BufferType, token.pvBuffer))

    def verify(self, buffers: Buffers) -> None:
        data, signature = buffers.require(DATA)[1].content, buffers.require(TOKEN)[1].content
        self._checked(lambda: self.peer.verify(data, signature))

    @staticmethod
    def _checked(body: Callable[[], T]) -> T:
        try:
            return body()
        except BadMICError:
            raise Refused(SEC_E_MESSAGE_ALTERED) from None
        except SpnegoError:
            raise Refused(SEC_E_INVALID_TOKEN) from None

    # ---- attributes ----

    def query(self, attribute: int, output: int, wide: bool) -> None:
        package = PACKAGES[self.credential.package]
        if attribute == SIZES:
            _core.write(output, struct.pack("<4I", package.token, SIGNATURE_SIZE, 0, SIGNATURE_SIZE))
        elif attribute == NAMES and self.peer.client_principal:
            name = self.peer.client_principal
            put_u64(
                output, blocks.new(_core.wide_bytes(name) if wide else _core.ansi_from_text(name) + b"\0")
            )
        elif attribute == SESSION_KEY and self.peer.complete:
            key = self.peer.session_key
            _core.write(output, struct.pack("<IxxxxQ", len(key), blocks.new(key)))
        elif attribute in (PACKAGE_INFO, NEGOTIATION_INFO):
            used = PACKAGES.get(self.peer.negotiated_protocol or NTLM, package)
            put_u64(output, package_info(used, wide))
            if attribute == NEGOTIATION_INFO:
                _core.write(output + 8, struct.pack("<I", 0 if self.peer.complete else 2))
        else:
            raise Refused(SEC_E_UNSUPPORTED_FUNCTION)
