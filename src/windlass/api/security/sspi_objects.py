"""The security support provider interface: its structures, and what a package of it has to offer.

Source: Microsoft, "SSPI Structures", "SSPI Functions", "SSPI Status Codes".
"""

from __future__ import annotations

import ctypes
from ctypes import c_uint32, c_uint64
from typing import NamedTuple

from windlass import _core
from windlass.api.refused import Refused
from windlass.api.structures import get_structure, put_structure

__all__ = ["Answer", "Buffers", "Credential", "SecBuffer", "SecurityContext"]

SEC_I_CONTINUE_NEEDED = 0x00090312
SEC_I_COMPLETE_NEEDED = 0x00090313
SEC_I_CONTEXT_EXPIRED = 0x00090317
SEC_I_RENEGOTIATE = 0x00090321
SEC_E_INVALID_HANDLE = 0x80090301
SEC_E_UNSUPPORTED_FUNCTION = 0x80090302
SEC_E_SECPKG_NOT_FOUND = 0x80090305
SEC_E_INVALID_TOKEN = 0x80090308
SEC_E_LOGON_DENIED = 0x8009030C
SEC_E_UNKNOWN_CREDENTIALS = 0x8009030D
SEC_E_NO_CREDENTIALS = 0x8009030E
SEC_E_MESSAGE_ALTERED = 0x8009030F
SEC_E_NO_AUTHENTICATING_AUTHORITY = 0x80090311
SEC_E_INCOMPLETE_MESSAGE = 0x80090318
SEC_E_BUFFER_TOO_SMALL = 0x80090321
SEC_E_WRONG_PRINCIPAL = 0x80090322
SEC_E_UNTRUSTED_ROOT = 0x80090325
SEC_E_ILLEGAL_MESSAGE = 0x80090326
SEC_E_CERT_UNKNOWN = 0x80090327
SEC_E_CERT_EXPIRED = 0x80090328
SEC_E_DECRYPT_FAILURE = 0x80090330
SEC_E_ALGORITHM_MISMATCH = 0x80090331
SEC_E_CERT_WRONG_USAGE = 0x80090349
SEC_E_INVALID_PARAMETER = 0x8009035D

INBOUND, OUTBOUND = 1, 2

# Types of buffers; the upper bits of a type are attributes.
EMPTY, DATA, TOKEN, MISSING, EXTRA, STREAM_TRAILER, STREAM_HEADER = 0, 1, 2, 4, 5, 6, 7
PADDING, STREAM, APPLICATION_PROTOCOLS = 9, 10, 18
TYPE_MASK = 0x0FFFFFFF


class SecBuffer(ctypes.Structure):
    _fields_ = [("cbBuffer", c_uint32), ("BufferType", c_uint32), ("pvBuffer", c_uint64)]

    @property
    def type(self) -> int:
        return int(self.BufferType) & TYPE_MASK

    @property
    def content(self) -> bytes:
        return _core.read(self.pvBuffer, self.cbBuffer) if self.cbBuffer else b""


class SecBufferDesc(ctypes.Structure):
    _fields_ = [("ulVersion", c_uint32), ("cBuffers", c_uint32), ("pBuffers", c_uint64)]


class Buffers:
    """The buffers of a SecBufferDesc; NULL has none."""

    def __init__(self, address: int) -> None:
        description = get_structure(address, SecBufferDesc) if address else SecBufferDesc()
        size = ctypes.sizeof(SecBuffer)
        self.places = range(description.pBuffers, description.pBuffers + size * description.cBuffers, size)

    def find(self, *types: int) -> tuple[int, SecBuffer] | None:
        """The place and a copy of the first buffer of one of the types."""
        for place in self.places:
            buffer = get_structure(place, SecBuffer)
            if buffer.type in types:
                return place, buffer
        return None

    def content(self, type: int) -> bytes | None:
        found = self.find(type)
        return found[1].content if found else None

    def require(self, *types: int) -> tuple[int, SecBuffer]:
        found = self.find(*types)
        if found is None:
            raise Refused(SEC_E_INVALID_TOKEN)
        return found

    def use_empty(self, type: int, size: int, address: int = 0) -> None:
        """Report something in the first empty buffer, if there is one."""
        found = self.find(EMPTY)
        if found is not None:
            put_structure(found[0], SecBuffer(size, type, address))


class Answer(NamedTuple):
    """A step of authentication: the status, and what is to be sent to the peer."""

    status: int
    token: bytes = b""


class SecurityContext:
    """One side of a connection. What a package cannot do stays as it is here."""

    def step(self, inputs: Buffers, flags: int) -> Answer:
        """One call of InitializeSecurityContext or AcceptSecurityContext. Refused ends the context."""
        raise NotImplementedError

    @property
    def attributes(self) -> int:
        """ISC_RET_... or ASC_RET_... that hold without having been asked for."""
        return 0

    def last_words(self) -> bytes:
        """What to send to the peer after a step was refused."""
        return b""

    def control(self, token: bytes) -> None:
        raise Refused(SEC_E_UNSUPPORTED_FUNCTION)

    def query(self, attribute: int, output: int, wide: bool) -> None:
        raise Refused(SEC_E_UNSUPPORTED_FUNCTION)

    def encrypt(self, buffers: Buffers) -> None:
        raise Refused(SEC_E_UNSUPPORTED_FUNCTION)

    def decrypt(self, buffers: Buffers) -> int:
        """A status that is no error."""
        raise Refused(SEC_E_UNSUPPORTED_FUNCTION)

    def sign(self, buffers: Buffers) -> None:
        raise Refused(SEC_E_UNSUPPORTED_FUNCTION)

    def verify(self, buffers: Buffers) -> None:
        raise Refused(SEC_E_UNSUPPORTED_FUNCTION)

    def close(self) -> None:
        """The context is deleted."""


class Credential:
    """What one side has to identify itself with."""

    def new_context(
        self, target: str | None, flags: int, inputs: Buffers, *, server: bool
    ) -> SecurityContext:
        raise NotImplementedError

    def query(self, attribute: int, output: int) -> None:
        raise Refused(SEC_E_UNSUPPORTED_FUNCTION)
