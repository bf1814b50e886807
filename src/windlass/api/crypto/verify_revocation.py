"""CertVerifyRevocation: revocation alone, without a chain.

Source: Microsoft, "CertVerifyRevocation function", "CERT_REVOCATION_PARA structure",
"CERT_REVOCATION_STATUS structure".
"""

from __future__ import annotations

import ctypes
from ctypes import c_int32, c_uint32, c_uint64

from windlass.api.crypto import crypt_handles as handles
from windlass.api.crypto import revocation, x509
from windlass.api.crypto.certificate_chain import is_signed_by
from windlass.api.crypto.certificate_context import context_of
from windlass.api.crypto.certificate_store import Store, roots
from windlass.api.crypto.url_retrieval import DEFAULT_TIMEOUT, Deadline
from windlass.api.outputs import fail, get_u32, get_u64
from windlass.api.refused import Refused
from windlass.api.structures import get_structure, put_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, PVOID

E_INVALIDARG = 0x80070057
CRYPT_E_NO_REVOCATION_DLL = 0x80092011
CERTIFICATES = 1
CHAIN, CACHE_ONLY, ACCUMULATIVE_TIMEOUT = 1, 2, 4


class Para(ctypes.Structure):
    """CERT_REVOCATION_PARA as every version has it."""

    _fields_ = [
        ("cbSize", c_uint32),
        ("pIssuerCert", c_uint64),
        ("cCertStore", c_uint32),
        ("rgCertStore", c_uint64),
        ("hCrlStore", c_uint64),
        ("pftTimeToUse", c_uint64),
    ]


class LongPara(ctypes.Structure):
    """With how long each object may take, in milliseconds."""

    _fields_ = [("para", Para), ("dwUrlRetrievalTimeout", c_uint32), ("fCheckFreshnessTime", c_int32)]


class ShortStatus(ctypes.Structure):
    _fields_ = [("cbSize", c_uint32), ("dwIndex", c_uint32), ("dwError", c_uint32), ("dwReason", c_uint32)]


class Status(ctypes.Structure):
    _fields_ = [("head", ShortStatus), ("fHasFreshnessTime", c_int32), ("dwFreshnessTime", c_uint32)]


class Request:
    """What the caller gave beside the certificates."""

    def __init__(self, address: int, flags: int) -> None:
        para = get_structure(address, Para) if address else Para()
        seconds = 0.0
        if address and para.cbSize >= ctypes.sizeof(LongPara):
            seconds = get_structure(address, LongPara).dwUrlRetrievalTimeout / 1000
        self.cached_only = bool(flags & CACHE_ONLY)
        self.deadline = Deadline(seconds or DEFAULT_TIMEOUT, shared=bool(flags & ACCUMULATIVE_TIMEOUT))
        self.issuers = [context_of(para.pIssuerCert).certificate] if para.pIssuerCert else []
        for index in range(para.cCertStore):
            store = handles.object_of(get_u64(para.rgCertStore + 8 * index), Store)
            self.issuers += [context.certificate for context in store.all()] if store else []
        lists = handles.object_of(para.hCrlStore, Store)
        self.lists = [context.list.encoded for context in lists.all_lists()] if lists else []

    def check(self, certificate: x509.Certificate, others: list[x509.Certificate]) -> revocation.Outcome:
        candidates = [*self.issuers, *others, *roots()]
        named = (each for each in candidates if each.subject == certificate.issuer)
        issuer = next((each for each in named if is_signed_by(certificate, each)), None)
        return revocation.check(
            certificate, issuer, self.lists, deadline=self.deadline, cached_only=self.cached_only
        )


def _verify(contexts: int, count: int, flags: int, para: int) -> tuple[int, revocation.Outcome]:
    """The first certificate that is not good, and what is known of it.

    In a chain each is issued by the one behind it; the last is not checked unless it is alone.
    """
    certificates = [context_of(get_u64(contexts + 8 * index)).certificate for index in range(count)]
    request, outcome = Request(para, flags), revocation.Outcome(0)
    last = count - 1 if flags & CHAIN and count > 1 else count
    for index, certificate in enumerate(certificates[:last]):
        outcome = request.check(certificate, certificates[index + 1 :])
        if outcome.code:
            return index, outcome
    return 0, outcome


def _report(status: int, index: int, outcome: revocation.Outcome) -> None:
    """CERT_REVOCATION_STATUS; how old the answer is, is told to those who know the longer structure."""
    size = get_u32(status)
    head = ShortStatus(size, index, outcome.code, outcome.reason)
    full = Status(head, outcome.age is not None, outcome.age or 0)
    put_structure(status, full if size >= ctypes.sizeof(Status) else head)


@export("crypt32")
def CertVerifyRevocation(
    dwEncodingType: DWORD,
    dwRevType: DWORD,
    cContext: DWORD,
    rgpvContext: PVOID,
    dwFlags: DWORD,
    pRevPara: PVOID,
    pRevStatus: PVOID,
) -> BOOL:
    """True when all certificates are known not to be revoked."""
    if not pRevStatus or get_u32(pRevStatus) < ctypes.sizeof(ShortStatus) or (cContext and not rgpvContext):
        return fail(E_INVALIDARG)
    try:
        index, outcome = 0, revocation.Outcome(CRYPT_E_NO_REVOCATION_DLL)
        if dwRevType == CERTIFICATES and cContext:
            index, outcome = _verify(rgpvContext, cContext, dwFlags, pRevPara)
    except Refused as refused:
        return fail(refused.code)
    _report(pRevStatus, index, outcome)
    return fail(outcome.code) if outcome.code else 1
