"""Chains of certificates up to an authority that the host trusts, and what policies say of them.

Issuers that are missing are fetched from where certificates say that they are. Revocation is looked up for
those who ask; the certificates that end chains are their own authority, and nobody could revoke them.

Source: Microsoft, "CertGetCertificateChain function", "CERT_CHAIN_CONTEXT structure",
"CERT_TRUST_STATUS structure", "CertVerifyCertificateChainPolicy function"; RFC 5280; RFC 6125 for the names.
"""

from __future__ import annotations

import ctypes
import ipaddress
from ctypes import c_int32, c_uint32, c_uint64
from typing import NamedTuple

from windlass import _core
from windlass.api.crypto import crypt_handles as handles
from windlass.api.crypto import revocation, revocation_lists, x509
from windlass.api.crypto.certificate_context import (
    Context,
    Memory,
    context_of,
    new_context,
    release,
    time_at,
)
from windlass.api.crypto.certificate_names import COMMON_NAME
from windlass.api.crypto.certificate_store import Store, roots
from windlass.api.crypto.crypto_extra import InvalidSignature, crypto_x509
from windlass.api.crypto.revocation_lists import ListContext, new_list
from windlass.api.crypto.url_retrieval import DEFAULT_TIMEOUT, Deadline, first_of
from windlass.api.outputs import get_u32, get_u64, put_u64
from windlass.api.refused import Refused, done
from windlass.api.structures import get_structure, put_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPFILETIME, LPVOID, PVOID, VOID

ERROR_INVALID_PARAMETER = 87
ERROR_FILE_NOT_FOUND = 2

# CERT_TRUST_STATUS
NOT_TIME_VALID, NOT_SIGNATURE_VALID, NOT_VALID_FOR_USAGE, UNTRUSTED_ROOT = 0x1, 0x8, 0x10, 0x20
IS_REVOKED, REVOCATION_UNKNOWN, INVALID_BASIC_CONSTRAINTS, PARTIAL_CHAIN = 0x4, 0x40, 0x400, 0x10000
OFFLINE_REVOCATION = 0x01000000
HAS_NAME_MATCH_ISSUER, IS_SELF_SIGNED, HAS_PREFERRED_ISSUER = 0x4, 0x8, 0x100

# Flags of CertGetCertificateChain: what is asked of revocation, and what may be fetched.
CHECK_END_CERT, CHECK_CHAIN, CHECK_CHAIN_EXCLUDE_ROOT = 0x10000000, 0x20000000, 0x40000000
REVOCATION_CHECKS = CHECK_END_CERT | CHECK_CHAIN | CHECK_CHAIN_EXCLUDE_ROOT
CACHE_ONLY_URLS, ACCUMULATIVE_TIMEOUT, REVOCATION_CACHE_ONLY = 0x4, 0x08000000, 0x80000000

MAXIMUM_LENGTH = 16


class TrustStatus(ctypes.Structure):
    _fields_ = [("dwErrorStatus", c_uint32), ("dwInfoStatus", c_uint32)]


class ChainElement(ctypes.Structure):
    _fields_ = [
        ("cbSize", c_uint32),
        ("pCertContext", c_uint64),
        ("TrustStatus", TrustStatus),
        ("pRevocationInfo", c_uint64),
        ("pIssuanceUsage", c_uint64),
        ("pApplicationUsage", c_uint64),
        ("pwszExtendedErrorInfo", c_uint64),
    ]


class SimpleChain(ctypes.Structure):
    _fields_ = [
        ("cbSize", c_uint32),
        ("TrustStatus", TrustStatus),
        ("cElement", c_uint32),
        ("rgpElement", c_uint64),
        ("pTrustListInfo", c_uint64),
        ("fHasRevocationFreshnessTime", c_int32),
        ("dwRevocationFreshnessTime", c_uint32),
    ]


class ChainContext(ctypes.Structure):
    _fields_ = [
        ("cbSize", c_uint32),
        ("TrustStatus", TrustStatus),
        ("cChain", c_uint32),
        ("rgpChain", c_uint64),
        ("cLowerQualityChainContext", c_uint32),
        ("rgpLowerQualityChainContext", c_uint64),
        ("fHasRevocationFreshnessTime", c_int32),
        ("dwRevocationFreshnessTime", c_uint32),
        ("dwCreateFlags", c_uint32),
        ("ChainId", c_uint32 * 4),
    ]


class ChainPara(ctypes.Structure):
    """CERT_CHAIN_PARA's beginning; the usage is a kind (0: all of them, 1: any) and a CERT_ENHKEY_USAGE."""

    _fields_ = [
        ("cbSize", c_uint32),
        ("dwType", c_uint32),
        ("cUsageIdentifier", c_uint32),
        ("rgpszUsageIdentifier", c_uint64),
    ]


class LongChainPara(ctypes.Structure):
    """CERT_CHAIN_PARA as those have it who say how long revocation may take, in milliseconds."""

    _fields_ = [
        ("usage", ChainPara),
        ("RequestedIssuancePolicy", c_uint64 * 3),
        ("dwUrlRetrievalTimeout", c_uint32),
        ("fCheckRevocationFreshnessTime", c_int32),
        ("dwRevocationFreshnessTime", c_uint32),
        ("pftCacheResync", c_uint64),
    ]


class RevocationInfo(ctypes.Structure):
    """CERT_REVOCATION_INFO"""

    _fields_ = [
        ("cbSize", c_uint32),
        ("dwRevocationResult", c_uint32),
        ("pszRevocationOid", c_uint64),
        ("pvOidSpecificInfo", c_uint64),
        ("fHasFreshnessTime", c_int32),
        ("dwFreshnessTime", c_uint32),
        ("pCrlInfo", c_uint64),
    ]


class RevocationCrlInfo(ctypes.Structure):
    """CERT_REVOCATION_CRL_INFO"""

    _fields_ = [
        ("cbSize", c_uint32),
        ("pBaseCrlContext", c_uint64),
        ("pDeltaCrlContext", c_uint64),
        ("pCrlEntry", c_uint64),
        ("fDeltaCrlEntry", c_int32),
    ]


class Link(NamedTuple):
    """outcome: what was found of the revocation; None if nobody asked."""

    certificate: x509.Certificate
    errors: int
    info: int
    outcome: revocation.Outcome | None = None


# ---- building ----


def is_signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        child = crypto_x509.load_der_x509_certificate(certificate.encoded)
        child.verify_directly_issued_by(crypto_x509.load_der_x509_certificate(issuer.encoded))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def _issuer_of(certificate: x509.Certificate, candidates: list[x509.Certificate]) -> x509.Certificate | None:
    """One that has signed it, else one that has the name."""
    named = [each for each in candidates if each.subject == certificate.issuer]
    signed = (each for each in named if is_signed_by(certificate, each))
    return next(signed, named[0] if named else None)


def _fetched_issuer(certificate: x509.Certificate, cached_only: bool) -> x509.Certificate | None:
    """From where the certificate says that its issuer's is."""

    def is_issuer(data: bytes) -> bool:
        try:
            return is_signed_by(certificate, x509.parse(data))
        except ValueError:
            return False

    data = first_of(revocation.issuer_urls(certificate), is_issuer, Deadline(), cached_only=cached_only)
    return x509.parse(data) if data is not None else None


def _own_errors(certificate: x509.Certificate, moment: int) -> int:
    return 0 if certificate.not_before <= moment <= certificate.not_after else NOT_TIME_VALID


def build(
    leaf: x509.Certificate,
    others: list[x509.Certificate],
    trusted: list[x509.Certificate],
    moment: int,
    *,
    cached_only: bool = False,
) -> list[Link]:
    """From the leaf upwards. cached_only: missing issuers are not fetched."""
    links: list[Link] = []
    certificate = leaf
    known = {each.encoded for each in trusted}
    while True:
        errors, info = _own_errors(certificate, moment), 0
        if links and not certificate.is_authority and certificate.version >= 2:
            errors |= INVALID_BASIC_CONSTRAINTS
        if certificate.subject == certificate.issuer:
            info |= IS_SELF_SIGNED | HAS_NAME_MATCH_ISSUER
            errors |= 0 if is_signed_by(certificate, certificate) else NOT_SIGNATURE_VALID
            errors |= 0 if certificate.encoded in known else UNTRUSTED_ROOT
            return [*links, Link(certificate, errors, info)]
        issuer = _issuer_of(certificate, trusted + others) or _fetched_issuer(certificate, cached_only)
        if issuer is None or len(links) >= MAXIMUM_LENGTH:
            return [*links, Link(certificate, errors | PARTIAL_CHAIN, info)]
        if not is_signed_by(certificate, issuer):
            errors |= NOT_SIGNATURE_VALID
        links.append(Link(certificate, errors, HAS_NAME_MATCH_ISSUER | HAS_PREFERRED_ISSUER))
        certificate = issuer


# Both bits are set whether nobody could be asked, or nobody answered; dwRevocationResult tells them apart.
_OUTCOME_ERRORS = {
    revocation.REVOKED: IS_REVOKED,
    revocation.NO_CHECK: REVOCATION_UNKNOWN | OFFLINE_REVOCATION,
    revocation.OFFLINE: REVOCATION_UNKNOWN | OFFLINE_REVOCATION,
}


def look_up_revocation(links: list[Link], flags: int, lists: list[bytes], deadline: Deadline) -> list[Link]:
    """The chain with what is known of its certificates' revocation.

    flags: CertGetCertificateChain's; lists: revocation lists that the program has.
    """
    checked = list(links)
    for index in range(1 if not flags & (CHECK_CHAIN | CHECK_CHAIN_EXCLUDE_ROOT) else len(links)):
        link = links[index]
        if link.info & IS_SELF_SIGNED:
            continue
        issuer = links[index + 1].certificate if index + 1 < len(links) else None
        cached_only = bool(flags & REVOCATION_CACHE_ONLY)
        outcome = revocation.check(
            link.certificate, issuer, lists, deadline=deadline, cached_only=cached_only
        )
        errors = link.errors | _OUTCOME_ERRORS.get(outcome.code, 0)
        checked[index] = link._replace(errors=errors, outcome=outcome)
    return checked


ANY_USAGE = "2.5.29.37.0"


def _allows(certificate: x509.Certificate, wanted: list[str], *, any_of: bool) -> bool:
    usages = certificate.usages
    if usages is None or not wanted or ANY_USAGE in usages:
        return True
    return (any if any_of else all)(each in usages for each in wanted)


def _wanted_usages(parameters: int) -> tuple[list[str], bool]:
    if not parameters:
        return [], False
    para = get_structure(parameters, ChainPara)
    places = [get_u64(para.rgpszUsageIdentifier + 8 * index) for index in range(para.cUsageIdentifier)]
    return [_core.string(place).decode("ascii", "replace") for place in places], para.dwType == 1


def _deadline(parameters: int, flags: int) -> Deadline:
    """How long revocation may take: each object, or all of them."""
    seconds = 0.0
    if parameters and get_u32(parameters) >= ctypes.sizeof(LongChainPara):
        seconds = get_structure(parameters, LongChainPara).dwUrlRetrievalTimeout / 1000
    return Deadline(seconds or DEFAULT_TIMEOUT, shared=bool(flags & ACCUMULATIVE_TIMEOUT))


# ---- as Windows lays it out ----


class Chain:
    """A chain context and the certificate contexts in it."""

    def __init__(self, links: list[Link], flags: int) -> None:
        self.references = 1
        self.links = links
        self.contexts = [new_context(link.certificate) for link in links]
        self.lists: list[ListContext] = []
        self._memory = Memory()
        errors, info = self.errors, 0
        elements = [self._element(link, context) for link, context in zip(links, self.contexts)]
        places = (c_uint64 * len(elements))(*map(ctypes.addressof, elements))
        simple = SimpleChain(
            ctypes.sizeof(SimpleChain),
            TrustStatus(errors, info),
            len(elements),
            ctypes.addressof(places),
            0,
            0,
            0,
        )
        chains = (c_uint64 * 1)(ctypes.addressof(simple))
        status = TrustStatus(errors, info)
        self._head = ChainContext(
            ctypes.sizeof(ChainContext), status, 1, ctypes.addressof(chains), 0, 0, 0, 0, flags
        )
        self._kept = (elements, places, simple, chains)
        self.address = ctypes.addressof(self._head)

    def _element(self, link: Link, context: Context) -> ChainElement:
        status = TrustStatus(link.errors, link.info)
        found = self._revocation(link.outcome, link.certificate) if link.outcome is not None else 0
        return ChainElement(ctypes.sizeof(ChainElement), context.address, status, found, 0, 0, 0)

    def _revocation(self, outcome: revocation.Outcome, certificate: x509.Certificate) -> int:
        listed = 0
        if outcome.list is not None:
            context = new_list(revocation_lists.parse(outcome.list))
            self.lists.append(context)
            entry, size = context.entry_of(certificate), ctypes.sizeof(RevocationCrlInfo)
            listed = self._memory.put(bytes(RevocationCrlInfo(size, context.address, 0, entry, 0)))
        known, age = outcome.age is not None, outcome.age or 0
        info = RevocationInfo(ctypes.sizeof(RevocationInfo), outcome.code, 0, 0, known, age, listed)
        return self._memory.put(bytes(info))

    @property
    def errors(self) -> int:
        total = 0
        for link in self.links:
            total |= link.errors
        return total

    def close(self) -> None:
        for context in self.contexts:
            release(context.address)
        for found in self.lists:
            revocation_lists.release(found.address)


_chains: dict[int, Chain] = {}


class Engine:
    """CERT_CHAIN_ENGINE_CONFIG: what may be trusted instead of the host's authorities."""

    def __init__(self, exclusive: list[x509.Certificate] | None) -> None:
        self.exclusive = exclusive


class EngineConfig(ctypes.Structure):
    _fields_ = [
        ("cbSize", c_uint32),
        ("hRestrictedRoot", c_uint64),
        ("hRestrictedTrust", c_uint64),
        ("hRestrictedOther", c_uint64),
        ("cAdditionalStore", c_uint32),
        ("rghAdditionalStore", c_uint64),
        ("dwFlags", c_uint32),
        ("dwUrlRetrievalTimeout", c_uint32),
        ("MaximumCachedCertificates", c_uint32),
        ("CycleDetectionModulus", c_uint32),
        ("hExclusiveRoot", c_uint64),
    ]


def _certificates_of(handle: int) -> list[x509.Certificate]:
    store = handles.object_of(handle, Store)
    return [context.certificate for context in store.all()] if store is not None else []


def _lists_of(handle: int) -> list[bytes]:
    store = handles.object_of(handle, Store)
    return [context.list.encoded for context in store.all_lists()] if store is not None else []


def _create_engine(config: int, result: int) -> None:
    """The exclusive root is in versions of the structure that are long enough."""
    size = int.from_bytes(_core.read(config, 4), "little")
    exclusive = None
    if size >= ctypes.sizeof(EngineConfig):
        root = get_structure(config, EngineConfig).hExclusiveRoot
        exclusive = _certificates_of(root) if root else None
    put_u64(result, handles.new(Engine(exclusive)))


@export("crypt32")
def CertCreateCertificateChainEngine(pConfig: PVOID, phChainEngine: PVOID) -> BOOL:
    return done(_create_engine, pConfig, phChainEngine)


@export("crypt32")
def CertFreeCertificateChainEngine(hChainEngine: HANDLE) -> VOID:
    if handles.object_of(hChainEngine, Engine) is not None:
        handles.close(hChainEngine)


def _get_chain(
    engine: int, address: int, moment: int, additional: int, parameters: int, flags: int, result: int
) -> None:
    context = context_of(address)
    if not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    found = handles.object_of(engine, Engine)
    trusted = list(roots()) if found is None or found.exclusive is None else found.exclusive
    others = _certificates_of(additional) + _certificates_of(context.store)
    cached_only = bool(flags & CACHE_ONLY_URLS)
    links = build(context.certificate, others, trusted, time_at(moment), cached_only=cached_only)
    wanted, any_of = _wanted_usages(parameters)
    if not _allows(context.certificate, wanted, any_of=any_of):
        links[0] = links[0]._replace(errors=links[0].errors | NOT_VALID_FOR_USAGE)
    if flags & REVOCATION_CHECKS:
        lists = _lists_of(additional) + _lists_of(context.store)
        links = look_up_revocation(links, flags, lists, _deadline(parameters, flags))
    chain = Chain(links, flags)
    _chains[chain.address] = chain
    put_u64(result, chain.address)


@export("crypt32")
def CertGetCertificateChain(
    hChainEngine: HANDLE,
    pCertContext: PVOID,
    pTime: LPFILETIME,
    hAdditionalStore: HANDLE,
    pChainPara: PVOID,
    dwFlags: DWORD,
    pvReserved: LPVOID,
    ppChainContext: PVOID,
) -> BOOL:
    return done(
        _get_chain, hChainEngine, pCertContext, pTime, hAdditionalStore, pChainPara, dwFlags, ppChainContext
    )


@export("crypt32")
def CertDuplicateCertificateChain(pChainContext: PVOID) -> PVOID:
    if pChainContext in _chains:
        _chains[pChainContext].references += 1
    return pChainContext


@export("crypt32")
def CertFreeCertificateChain(pChainContext: PVOID) -> VOID:
    chain = _chains.get(pChainContext)
    if chain is not None:
        chain.references -= 1
        if not chain.references:
            del _chains[pChainContext]
            chain.close()


# ---- policies ----

POLICY_BASE, POLICY_AUTHENTICODE, POLICY_SSL, POLICY_BASIC_CONSTRAINTS = 1, 2, 4, 5

CERT_E_EXPIRED, CERT_E_UNTRUSTEDROOT, CERT_E_CHAINING = 0x800B0101, 0x800B0109, 0x800B010A
CERT_E_CN_NO_MATCH, CERT_E_WRONG_USAGE = 0x800B010F, 0x800B0110
TRUST_E_CERT_SIGNATURE, TRUST_E_BASIC_CONSTRAINTS = 0x80096004, 0x80096019

IGNORE_NOT_TIME_VALID, IGNORE_BASIC_CONSTRAINTS, ALLOW_UNKNOWN_CA, IGNORE_WRONG_USAGE, IGNORE_NAME = (
    0x1, 0x8, 0x10, 0x20, 0x40,
)  # fmt: skip
# Unknown revocation of the end certificate, of authorities between, of the root.
IGNORE_END_REVOCATION, IGNORE_CA_REVOCATION, IGNORE_ROOT_REVOCATION = 0x100, 0x400, 0x800
IGNORE_REVOCATION = IGNORE_END_REVOCATION | IGNORE_CA_REVOCATION | IGNORE_ROOT_REVOCATION

# The error for each bit of the trust status, the gravest first, and the flag that lets it pass.
_ERRORS = (
    (NOT_SIGNATURE_VALID, TRUST_E_CERT_SIGNATURE, 0),
    (UNTRUSTED_ROOT, CERT_E_UNTRUSTEDROOT, ALLOW_UNKNOWN_CA),
    (PARTIAL_CHAIN, CERT_E_CHAINING, ALLOW_UNKNOWN_CA),
    (NOT_TIME_VALID, CERT_E_EXPIRED, IGNORE_NOT_TIME_VALID),
    (NOT_VALID_FOR_USAGE, CERT_E_WRONG_USAGE, IGNORE_WRONG_USAGE),
    (INVALID_BASIC_CONSTRAINTS, TRUST_E_BASIC_CONSTRAINTS, IGNORE_BASIC_CONSTRAINTS),
    (IS_REVOKED, revocation.REVOKED, 0),
    (REVOCATION_UNKNOWN, revocation.OFFLINE, IGNORE_REVOCATION),
)

AUTHTYPE_SERVER = 2
HTTPS_IGNORE = {
    0x1000: IGNORE_NAME,
    0x2000: IGNORE_NOT_TIME_VALID,
    0x100: ALLOW_UNKNOWN_CA,
    0x200: IGNORE_WRONG_USAGE,
    0x80: IGNORE_REVOCATION,
}
SERVER_USAGE, CLIENT_USAGE = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"


class PolicyPara(ctypes.Structure):
    _fields_ = [("cbSize", c_uint32), ("dwFlags", c_uint32), ("pvExtraPolicyPara", c_uint64)]


class SslExtraPara(ctypes.Structure):
    _fields_ = [
        ("cbSize", c_uint32),
        ("dwAuthType", c_uint32),
        ("fdwChecks", c_uint32),
        ("pwszServerName", c_uint64),
    ]


class PolicyStatus(ctypes.Structure):
    _fields_ = [
        ("cbSize", c_uint32),
        ("dwError", c_uint32),
        ("lChainIndex", c_int32),
        ("lElementIndex", c_int32),
        ("pvExtraPolicyStatus", c_uint64),
    ]


def _general_error(links: list[Link], flags: int) -> tuple[int, int]:
    """The code and the place of what is wrong in the chain itself; (0, -1) for nothing."""
    for bit, code, ignore in _ERRORS:
        for index, link in enumerate(links):
            here = _ignored_revocation(index, len(links)) if ignore == IGNORE_REVOCATION else ignore
            if link.errors & bit and not flags & here:
                return link.outcome.code if bit == REVOCATION_UNKNOWN and link.outcome else code, index
    return 0, -1


def _ignored_revocation(index: int, length: int) -> int:
    """The flag that lets unknown revocation pass at this place of a chain."""
    if index == 0:
        return IGNORE_END_REVOCATION
    return IGNORE_ROOT_REVOCATION if index == length - 1 else IGNORE_CA_REVOCATION


def names_match(certificate: x509.Certificate, server: str) -> bool:
    """Whether the certificate is for a host's name or address."""
    try:
        address = ipaddress.ip_address(server.strip("[]")).packed
        return any(each.tag == 0x87 and each.content == address for each in certificate.alternative_names)
    except ValueError:
        pass
    names = [
        each.content.decode("ascii", "replace") for each in certificate.alternative_names if each.tag == 0x82
    ]
    if not names:
        flat = (each for part in x509.attributes(certificate.subject) for each in part)
        names = [each.text for each in flat if each.oid == COMMON_NAME]
    return any(_name_matches(name, server) for name in names)


def _name_matches(pattern: str, server: str) -> bool:
    """A star stands for the whole of the leftmost label."""
    wanted, given = pattern.lower().rstrip(".").split("."), server.lower().rstrip(".").split(".")
    if len(wanted) != len(given):
        return False
    first = wanted[0] == given[0] or (wanted[0] == "*" and len(wanted) > 2)
    return first and wanted[1:] == given[1:]


def _ssl_error(links: list[Link], flags: int, extra: int) -> tuple[int, int]:
    para = get_structure(extra, SslExtraPara) if extra else SslExtraPara()
    for bit, ignored in HTTPS_IGNORE.items():
        flags |= ignored if para.fdwChecks & bit else 0
    usage = SERVER_USAGE if para.dwAuthType == AUTHTYPE_SERVER else CLIENT_USAGE
    name = _core.wide_string(para.pwszServerName) if para.pwszServerName else None
    return _peer_error(links, flags, usage if extra else None, name)


def _peer_error(links: list[Link], flags: int, usage: str | None, name: str | None) -> tuple[int, int]:
    """What is wrong with the chain for a peer that is to be good for a usage and to have a name."""
    leaf = links[0].certificate
    code, index = _general_error(links, flags)
    if not code and usage and not flags & IGNORE_WRONG_USAGE and not _allows(leaf, [usage], any_of=False):
        return CERT_E_WRONG_USAGE, 0
    if not code and name and not flags & IGNORE_NAME and not names_match(leaf, name):
        return CERT_E_CN_NO_MATCH, 0
    return code, index


def tls_error(
    leaf: x509.Certificate,
    others: list[x509.Certificate],
    trusted: list[x509.Certificate],
    name: str | None,
    usage: str,
    ignored: int = 0,
    checks: int = 0,
) -> int:
    """What is wrong with a peer's certificate now, in CertVerifyCertificateChainPolicy's codes; 0: none.

    ignored: that function's flags; checks: CertGetCertificateChain's.
    """
    cached_only = bool(checks & CACHE_ONLY_URLS)
    links = build(leaf, others, trusted, time_at(0), cached_only=cached_only)
    if checks & REVOCATION_CHECKS:
        links = look_up_revocation(links, checks, [], Deadline())
    return _peer_error(links, ignored, usage, name)[0]


def _verify(policy: int, address: int, parameters: int, status: int) -> None:
    chain = _chains.get(address)
    if chain is None or not status:
        raise Refused(ERROR_INVALID_PARAMETER)
    para = get_structure(parameters, PolicyPara) if parameters else PolicyPara()
    if policy in (POLICY_BASE, POLICY_AUTHENTICODE, POLICY_BASIC_CONSTRAINTS):
        code, index = _general_error(chain.links, para.dwFlags)
    elif policy == POLICY_SSL:
        code, index = _ssl_error(chain.links, para.dwFlags, para.pvExtraPolicyPara)
    else:
        raise Refused(ERROR_FILE_NOT_FOUND)
    place = 0 if code else -1
    size = int.from_bytes(_core.read(status, 4), "little")
    put_structure(status, PolicyStatus(size, code, place, index, 0))


@export("crypt32")
def CertVerifyCertificateChainPolicy(
    pszPolicyOID: PVOID, pChainContext: PVOID, pPolicyPara: PVOID, pPolicyStatus: PVOID
) -> BOOL:
    """True when the policy could be applied; what it says stands in the status."""
    return done(_verify, pszPolicyOID, pChainContext, pPolicyPara, pPolicyStatus)
