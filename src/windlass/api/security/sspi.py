"""The security support provider interface: credentials, contexts, messages.

Source: Microsoft, "SSPI Functions", one page each.
"""

from __future__ import annotations

import struct

from windlass import _core
from windlass.api import blocks
from windlass.api.crypto import crypt_handles as handles
from windlass.api.outputs import from_ansi, get_u64, put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.api.security.sspi_objects import (
    EMPTY,
    INBOUND,
    OUTBOUND,
    SEC_E_BUFFER_TOO_SMALL,
    SEC_E_INVALID_HANDLE,
    SEC_E_INVALID_PARAMETER,
    SEC_E_INVALID_TOKEN,
    SEC_E_NO_AUTHENTICATING_AUTHORITY,
    SEC_E_SECPKG_NOT_FOUND,
    SEC_E_UNKNOWN_CREDENTIALS,
    SEC_E_UNSUPPORTED_FUNCTION,
    TOKEN,
    Answer,
    Buffers,
    Credential,
    SecBuffer,
    SecurityContext,
)
from windlass.api.security.sspi_packages import (
    KERBEROS,
    PACKAGES,
    SCHANNEL,
    UNIFIED,
    package_info,
    package_list,
)
from windlass.api.structures import put_structure
from windlass.registry import export
from windlass.types import HANDLE, LPCSTR, LPCWSTR, LPVOID, NTSTATUS, PULONG, PVOID, ULONG

# A CredHandle and a CtxtHandle are two words; the first is enough for windlass.


def _credential(address: int) -> Credential:
    found = handles.object_of(get_u64(address), Credential) if address else None
    if found is None:
        raise Refused(SEC_E_INVALID_HANDLE)
    return found


def _context(address: int) -> SecurityContext:
    found = handles.object_of(get_u64(address), SecurityContext) if address else None
    if found is None:
        raise Refused(SEC_E_INVALID_HANDLE)
    return found


def _put_handle(address: int, content: object) -> None:
    _core.write(address, struct.pack("<QQ", handles.new(content), 0))


NEVER = 0x7FFFFFFFFFFFFFFF


def _put_expiry(address: int) -> None:
    """A TimeStamp of something that does not end."""
    put_u64(address, NEVER)


# ---- packages ----


def _package(name: str | None) -> str:
    found = (name or "").lower()
    if found not in PACKAGES:
        raise Refused(SEC_E_SECPKG_NOT_FOUND)
    return found


def _enumerate(count: int, list_out: int, wide: bool) -> None:
    put_u32(count, len(PACKAGES))
    put_u64(list_out, package_list(list(PACKAGES.values()), wide))


@export("secur32", "sspicli", "security")
def EnumerateSecurityPackagesW(pcPackages: PULONG, ppPackageInfo: PVOID) -> NTSTATUS:
    return code_of(_enumerate, pcPackages, ppPackageInfo, True)


@export("secur32", "sspicli", "security")
def EnumerateSecurityPackagesA(pcPackages: PULONG, ppPackageInfo: PVOID) -> NTSTATUS:
    return code_of(_enumerate, pcPackages, ppPackageInfo, False)


def _describe(name: str | None, output: int, wide: bool) -> None:
    put_u64(output, package_info(PACKAGES[_package(name)], wide))


@export("secur32", "sspicli", "security")
def QuerySecurityPackageInfoW(pszPackageName: LPCWSTR, ppPackageInfo: PVOID) -> NTSTATUS:
    return code_of(_describe, pszPackageName, ppPackageInfo, True)


@export("secur32", "sspicli", "security")
def QuerySecurityPackageInfoA(pszPackageName: LPCSTR, ppPackageInfo: PVOID) -> NTSTATUS:
    return code_of(_describe, from_ansi(pszPackageName), ppPackageInfo, False)


@export("secur32", "sspicli", "security")
def FreeContextBuffer(pvContextBuffer: PVOID) -> NTSTATUS:
    blocks.free(pvContextBuffer)
    return 0


# ---- credentials ----


def _new_credential(package: str, use: int, auth_data: int) -> Credential:
    if package in (SCHANNEL, UNIFIED):
        from windlass.api.security.schannel import TlsCredential

        return TlsCredential(auth_data, use)
    if package == KERBEROS:  # there is no domain
        raise Refused(SEC_E_NO_AUTHENTICATING_AUTHORITY)
    from windlass.api.security.negotiate import PasswordCredential

    return PasswordCredential(package, auth_data, use)


def _acquire(package: str | None, use: int, auth_data: int, result: int, expiry: int) -> None:
    name = _package(package)
    if not result or not use & (INBOUND | OUTBOUND):
        raise Refused(SEC_E_INVALID_PARAMETER if not result else SEC_E_UNKNOWN_CREDENTIALS)
    _put_handle(result, _new_credential(name, use, auth_data))
    _put_expiry(expiry)


@export("secur32", "sspicli", "security")
def AcquireCredentialsHandleW(
    pszPrincipal: LPCWSTR,
    pszPackage: LPCWSTR,
    fCredentialUse: ULONG,
    pvLogonId: LPVOID,
    pAuthData: LPVOID,
    pGetKeyFn: LPVOID,
    pvGetKeyArgument: LPVOID,
    phCredential: PVOID,
    ptsExpiry: PVOID,
) -> NTSTATUS:
    return code_of(_acquire, pszPackage, fCredentialUse, pAuthData, phCredential, ptsExpiry)


@export("secur32", "sspicli", "security")
def AcquireCredentialsHandleA(
    pszPrincipal: LPCSTR,
    pszPackage: LPCSTR,
    fCredentialUse: ULONG,
    pvLogonId: LPVOID,
    pAuthData: LPVOID,
    pGetKeyFn: LPVOID,
    pvGetKeyArgument: LPVOID,
    phCredential: PVOID,
    ptsExpiry: PVOID,
) -> NTSTATUS:
    package = from_ansi(pszPackage)
    return code_of(_acquire, package, fCredentialUse, pAuthData, phCredential, ptsExpiry)


def _free_credential(address: int) -> None:
    _credential(address)
    handles.close(get_u64(address))


@export("secur32", "sspicli", "security")
def FreeCredentialsHandle(phCredential: PVOID) -> NTSTATUS:
    """Contexts made with the credentials go on."""
    return code_of(_free_credential, phCredential)


@export("secur32", "sspicli", "security")
def QueryCredentialsAttributesW(phCredential: PVOID, ulAttribute: ULONG, pBuffer: PVOID) -> NTSTATUS:
    return code_of(lambda: _credential(phCredential).query(ulAttribute, pBuffer))


@export("secur32", "sspicli", "security")
def QueryCredentialsAttributesA(phCredential: PVOID, ulAttribute: ULONG, pBuffer: PVOID) -> NTSTATUS:
    return code_of(lambda: _credential(phCredential).query(ulAttribute, pBuffer))


def _add_credentials(address: int, package: str | None) -> None:
    _credential(address)
    _package(package)
    raise Refused(SEC_E_UNSUPPORTED_FUNCTION)


@export("secur32", "sspicli", "security")
def AddCredentialsW(
    hCredentials: PVOID,
    pszPrincipal: LPCWSTR,
    pszPackage: LPCWSTR,
    fCredentialUse: ULONG,
    pAuthData: LPVOID,
    pGetKeyFn: LPVOID,
    pvGetKeyArgument: LPVOID,
    ptsExpiry: PVOID,
) -> NTSTATUS:
    """Credentials here are for one package."""
    return code_of(_add_credentials, hCredentials, pszPackage)


@export("secur32", "sspicli", "security")
def AddCredentialsA(
    hCredentials: PVOID,
    pszPrincipal: LPCSTR,
    pszPackage: LPCSTR,
    fCredentialUse: ULONG,
    pAuthData: LPVOID,
    pGetKeyFn: LPVOID,
    pvGetKeyArgument: LPVOID,
    ptsExpiry: PVOID,
) -> NTSTATUS:
    return code_of(_add_credentials, hCredentials, from_ansi(pszPackage))


# ---- contexts ----

ALLOCATE_MEMORY = 0x100
ISC_EXTENDED_ERROR, ASC_EXTENDED_ERROR = 0x4000, 0x8000


def _put_token(output: int, token: bytes, flags: int) -> None:
    """Into the token buffer or else an empty one, whose memory is the program's or, if it asks so, new."""
    buffers = Buffers(output)
    found = buffers.find(TOKEN) or buffers.find(EMPTY)
    if found is None:
        if token:
            raise Refused(SEC_E_INVALID_TOKEN)
        return
    place, buffer = found
    address = buffer.pvBuffer
    if flags & ALLOCATE_MEMORY:
        address = blocks.new(token) if token else 0
    elif buffer.cbBuffer < len(token):
        raise Refused(SEC_E_BUFFER_TOO_SMALL)
    else:
        _core.write(address, token)
    put_structure(place, SecBuffer(len(token), buffer.BufferType | TOKEN, address))


class _Step:
    """A call of InitializeSecurityContext or AcceptSecurityContext."""

    def __init__(
        self, credential: int, context: int, target: str | None, flags: int, *, server: bool
    ) -> None:
        self.credential = credential
        self.handle = get_u64(context) if context else 0
        self.target = target
        self.flags = flags
        self.server = server

    def run(self, input: int, new_context: int, output: int, attributes: int, expiry: int) -> int:
        inputs = Buffers(input)
        try:
            context = self._context(inputs)
            answer = self._answer(context, inputs, output)
        except Refused as refused:
            return refused.code
        if not self.handle:
            self.handle = handles.new(context)
        if new_context:
            _core.write(new_context, struct.pack("<QQ", self.handle, 0))
        put_u32(attributes, self.flags | context.attributes)
        _put_expiry(expiry)
        return answer.status

    def _context(self, inputs: Buffers) -> SecurityContext:
        if self.handle:
            found = handles.object_of(self.handle, SecurityContext)
            if found is None:
                raise Refused(SEC_E_INVALID_HANDLE)
            return found
        credential = _credential(self.credential)
        return credential.new_context(self.target, self.flags, inputs, server=self.server)

    def _answer(self, context: SecurityContext, inputs: Buffers, output: int) -> Answer:
        try:
            answer = context.step(inputs, self.flags)
        except Refused:
            wants_alert = self.flags & (ASC_EXTENDED_ERROR if self.server else ISC_EXTENDED_ERROR)
            last_words = context.last_words()
            if wants_alert and last_words:
                _put_token(output, last_words, self.flags)
            raise
        _put_token(output, answer.token, self.flags)
        return answer


@export("secur32", "sspicli", "security")
def InitializeSecurityContextW(
    phCredential: PVOID,
    phContext: PVOID,
    pszTargetName: LPCWSTR,
    fContextReq: ULONG,
    Reserved1: ULONG,
    TargetDataRep: ULONG,
    pInput: PVOID,
    Reserved2: ULONG,
    phNewContext: PVOID,
    pOutput: PVOID,
    pfContextAttr: PULONG,
    ptsExpiry: PVOID,
) -> NTSTATUS:
    step = _Step(phCredential, phContext, pszTargetName, fContextReq, server=False)
    return step.run(pInput, phNewContext, pOutput, pfContextAttr, ptsExpiry)


@export("secur32", "sspicli", "security")
def InitializeSecurityContextA(
    phCredential: PVOID,
    phContext: PVOID,
    pszTargetName: LPCSTR,
    fContextReq: ULONG,
    Reserved1: ULONG,
    TargetDataRep: ULONG,
    pInput: PVOID,
    Reserved2: ULONG,
    phNewContext: PVOID,
    pOutput: PVOID,
    pfContextAttr: PULONG,
    ptsExpiry: PVOID,
) -> NTSTATUS:
    step = _Step(phCredential, phContext, from_ansi(pszTargetName), fContextReq, server=False)
    return step.run(pInput, phNewContext, pOutput, pfContextAttr, ptsExpiry)


@export("secur32", "sspicli", "security")
def AcceptSecurityContext(
    phCredential: PVOID,
    phContext: PVOID,
    pInput: PVOID,
    fContextReq: ULONG,
    TargetDataRep: ULONG,
    phNewContext: PVOID,
    pOutput: PVOID,
    pfContextAttr: PULONG,
    ptsTimeStamp: PVOID,
) -> NTSTATUS:
    step = _Step(phCredential, phContext, None, fContextReq, server=True)
    return step.run(pInput, phNewContext, pOutput, pfContextAttr, ptsTimeStamp)


def _delete(address: int) -> None:
    _context(address).close()
    handles.close(get_u64(address))


@export("secur32", "sspicli", "security")
def DeleteSecurityContext(phContext: PVOID) -> NTSTATUS:
    return code_of(_delete, phContext)


def _control(address: int, input: int) -> None:
    context = _context(address)
    context.control(Buffers(input).require(TOKEN)[1].content)


@export("secur32", "sspicli", "security")
def ApplyControlToken(phContext: PVOID, pInput: PVOID) -> NTSTATUS:
    return code_of(_control, phContext, pInput)


def _refuse_context(address: int) -> None:
    _context(address)
    raise Refused(SEC_E_UNSUPPORTED_FUNCTION)


def _refuse_package(name: str | None) -> None:
    _package(name)
    raise Refused(SEC_E_UNSUPPORTED_FUNCTION)


@export("secur32", "sspicli", "security")
def CompleteAuthToken(phContext: PVOID, pToken: PVOID) -> NTSTATUS:
    """Only packages whose contexts end in SEC_I_COMPLETE_NEEDED have something to complete."""
    return code_of(_refuse_context, phContext)


@export("secur32", "sspicli", "security")
def QueryContextAttributesW(phContext: PVOID, ulAttribute: ULONG, pBuffer: PVOID) -> NTSTATUS:
    return code_of(lambda: _context(phContext).query(ulAttribute, pBuffer, True))


@export("secur32", "sspicli", "security")
def QueryContextAttributesA(phContext: PVOID, ulAttribute: ULONG, pBuffer: PVOID) -> NTSTATUS:
    return code_of(lambda: _context(phContext).query(ulAttribute, pBuffer, False))


# Contexts stay in the process that made them, stand for nobody whom a thread could impersonate, and take
# no further attributes.


@export("secur32", "sspicli", "security")
def ExportSecurityContext(phContext: PVOID, fFlags: ULONG, pPackedContext: PVOID, pToken: PVOID) -> NTSTATUS:
    return code_of(_refuse_context, phContext)


@export("secur32", "sspicli", "security")
def ImportSecurityContextW(
    pszPackage: LPCWSTR, pPackedContext: PVOID, Token: HANDLE, phContext: PVOID
) -> NTSTATUS:
    return code_of(_refuse_package, pszPackage)


@export("secur32", "sspicli", "security")
def ImportSecurityContextA(
    pszPackage: LPCSTR, pPackedContext: PVOID, Token: HANDLE, phContext: PVOID
) -> NTSTATUS:
    return code_of(_refuse_package, from_ansi(pszPackage))


@export("secur32", "sspicli", "security")
def ImpersonateSecurityContext(phContext: PVOID) -> NTSTATUS:
    return code_of(_refuse_context, phContext)


@export("secur32", "sspicli", "security")
def RevertSecurityContext(phContext: PVOID) -> NTSTATUS:
    return code_of(_refuse_context, phContext)


@export("secur32", "sspicli", "security")
def QuerySecurityContextToken(phContext: PVOID, Token: PVOID) -> NTSTATUS:
    return code_of(_refuse_context, phContext)


@export("secur32", "sspicli", "security")
def SetContextAttributesW(phContext: PVOID, ulAttribute: ULONG, pBuffer: PVOID, cbBuffer: ULONG) -> NTSTATUS:
    return code_of(_refuse_context, phContext)


@export("secur32", "sspicli", "security")
def SetContextAttributesA(phContext: PVOID, ulAttribute: ULONG, pBuffer: PVOID, cbBuffer: ULONG) -> NTSTATUS:
    return code_of(_refuse_context, phContext)


# ---- messages ----


@export("secur32", "sspicli", "security")
def EncryptMessage(phContext: PVOID, fQOP: ULONG, pMessage: PVOID, MessageSeqNo: ULONG) -> NTSTATUS:
    return code_of(lambda: _context(phContext).encrypt(Buffers(pMessage)))


@export("secur32", "sspicli", "security")
def DecryptMessage(phContext: PVOID, pMessage: PVOID, MessageSeqNo: ULONG, pfQOP: PULONG) -> NTSTATUS:
    try:
        status = _context(phContext).decrypt(Buffers(pMessage))
    except Refused as refused:
        return refused.code
    put_u32(pfQOP, 0)
    return status


@export("secur32", "sspicli", "security")
def MakeSignature(phContext: PVOID, fQOP: ULONG, pMessage: PVOID, MessageSeqNo: ULONG) -> NTSTATUS:
    return code_of(lambda: _context(phContext).sign(Buffers(pMessage)))


@export("secur32", "sspicli", "security")
def VerifySignature(phContext: PVOID, pMessage: PVOID, MessageSeqNo: ULONG, pfQOP: PULONG) -> NTSTATUS:
    status = code_of(lambda: _context(phContext).verify(Buffers(pMessage)))
    if not status:
        put_u32(pfQOP, 0)
    return status
