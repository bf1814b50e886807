"""Whether certificates have been revoked, by lists (CRL) and by answers of their authority (OCSP).

Lists that a program has in its stores are asked first, then the authority's responder, then the lists that
the certificate names. Lists and answers are fetched, and kept as long as they say that they are good.

Source: Microsoft, "CertVerifyRevocation function", "CERT_REVOCATION_STATUS structure"; RFC 5280, 5 and 6.3;
RFC 6960.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from windlass.api.crypto import x509
from windlass.api.crypto.crypto_extra import (
    InvalidSignature,
    crypto_x509,
    ec,
    hashes,
    ocsp,
    oid,
    padding,
    rsa,
)
from windlass.api.crypto.url_retrieval import Deadline, first_of, retrieve

__all__ = ["Outcome", "check", "issuer_urls", "load_list"]

REVOKED, NO_CHECK, OFFLINE = 0x80092010, 0x80092012, 0x80092013

# CRLReason's numbers, which CRL_REASON_... of Windows are too; entries that only take a revocation back.
_REASONS = {
    "unspecified": 0, "keyCompromise": 1, "cACompromise": 2, "affiliationChanged": 3, "superseded": 4,
    "cessationOfOperation": 5, "certificateHold": 6, "removeFromCRL": 8, "privilegeWithdrawn": 9,
    "aACompromise": 10,
}  # fmt: skip
REMOVE_FROM_CRL = 8


class Outcome(NamedTuple):
    """code: 0 for a good certificate, or one of the three above; age: of what was asked, in seconds, or None;
    list: the encoded revocation list that decided.
    """

    code: int
    reason: int = 0
    age: int | None = None
    list: bytes | None = None


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


def _age(moment: datetime.datetime) -> int:
    return max(int((_now() - moment).total_seconds()), 0)


@functools.lru_cache(maxsize=256)
def _load(encoded: bytes) -> crypto_x509.Certificate:
    return crypto_x509.load_der_x509_certificate(encoded)


# ---- where to ask ----


def _access_urls(certificate: x509.Certificate, method: crypto_x509.ObjectIdentifier) -> Iterator[str]:
    try:
        extensions = _load(certificate.encoded).extensions
        access = extensions.get_extension_for_class(crypto_x509.AuthorityInformationAccess).value
    except (ValueError, crypto_x509.ExtensionNotFound):
        return
    for each in access:
        if each.access_method == method and isinstance(
            each.access_location, crypto_x509.UniformResourceIdentifier
        ):
            yield each.access_location.value


def issuer_urls(certificate: x509.Certificate) -> Iterator[str]:
    """Where the issuer's own certificate is to be had."""
    return _access_urls(certificate, oid.AuthorityInformationAccessOID.CA_ISSUERS)


def _responders(certificate: x509.Certificate) -> list[str]:
    return list(_access_urls(certificate, oid.AuthorityInformationAccessOID.OCSP))


def list_urls(certificate: x509.Certificate) -> list[str]:
    """The distribution points' URLs, but those of lists that another authority makes."""
    try:
        extensions = _load(certificate.encoded).extensions
        points = extensions.get_extension_for_class(crypto_x509.CRLDistributionPoints).value
    except (ValueError, crypto_x509.ExtensionNotFound):
        return []
    names = (name for point in points if not point.crl_issuer for name in point.full_name or ())
    return [name.value for name in names if isinstance(name, crypto_x509.UniformResourceIdentifier)]


# ---- revocation lists ----


@functools.lru_cache(maxsize=32)
def load_list(encoded: bytes) -> crypto_x509.CertificateRevocationList | None:
    """From DER or PEM; None for what is no list."""
    try:
        if encoded.lstrip().startswith(b"-----BEGIN"):
            return crypto_x509.load_pem_x509_crl(encoded)
        return crypto_x509.load_der_x509_crl(encoded)
    except ValueError:
        return None


def _is_current(found: crypto_x509.CertificateRevocationList) -> bool:
    return found.next_update_utc is None or _now() <= found.next_update_utc


def _covers(found: crypto_x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Whether a list would have the certificate: not one of changes alone, of other authorities, or of
    certificates of the other kind.
    """
    try:
        for extension in found.extensions:
            value = extension.value
            if isinstance(value, crypto_x509.DeltaCRLIndicator):
                return False
            if isinstance(value, crypto_x509.IssuingDistributionPoint):
                wrong_kind = (
                    value.only_contains_user_certs
                    if certificate.is_authority
                    else value.only_contains_ca_certs
                )
                if (
                    wrong_kind
                    or value.indirect_crl
                    or value.only_contains_attribute_certs
                    or value.only_some_reasons
                ):
                    return False
            elif extension.critical and isinstance(value, crypto_x509.UnrecognizedExtension):
                return False
    except ValueError:
        return False
    return True


def covers(encoded: bytes, certificate: x509.Certificate) -> bool:
    found = load_list(encoded)
    return found is not None and _covers(found, certificate)


def is_list_of(found: crypto_x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    """Whether the issuer has signed the list."""
    try:
        key = _load(issuer.encoded).public_key()
        return found.issuer.public_bytes() == issuer.subject and found.is_signature_valid(key)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        return False


def _in_list(encoded: bytes, certificate: x509.Certificate, issuer: x509.Certificate) -> Outcome | None:
    """What a list says; None for one that has nothing to say of the certificate."""
    found = load_list(encoded)
    if found is None or not is_list_of(found, issuer) or not _covers(found, certificate):
        return None
    age = _age(found.last_update_utc)
    entry = found.get_revoked_certificate_by_serial_number(int.from_bytes(certificate.serial, "big"))
    reason = _reason_of(entry) if entry is not None else REMOVE_FROM_CRL
    if reason == REMOVE_FROM_CRL:
        return Outcome(0, 0, age, encoded)
    return Outcome(REVOKED, reason, age, encoded)


def _reason_of(entry: crypto_x509.RevokedCertificate) -> int:
    try:
        found = entry.extensions.get_extension_for_class(crypto_x509.CRLReason).value
    except (ValueError, crypto_x509.ExtensionNotFound):
        return 0
    return _REASONS.get(found.reason.value, 0)


def _by_lists(
    lists: Iterable[bytes], certificate: x509.Certificate, issuer: x509.Certificate
) -> Outcome | None:
    """By the first current one; an old one can still say that a certificate was revoked."""
    for encoded in lists:
        outcome = _in_list(encoded, certificate, issuer)
        found = load_list(encoded)
        if outcome is not None and found is not None and (outcome.code or _is_current(found)):
            return outcome
    return None


def _by_fetched_lists(
    certificate: x509.Certificate, issuer: x509.Certificate, deadline: Deadline, cached_only: bool
) -> Outcome | None:
    def is_good(data: bytes) -> bool:
        found = load_list(data)
        return found is not None and _is_current(found) and is_list_of(found, issuer)

    data = first_of(iter(list_urls(certificate)), is_good, deadline, cached_only=cached_only)
    return _in_list(data, certificate, issuer) if data is not None else None


# ---- answers of the authority ----


def _is_signed(answer: ocsp.OCSPResponse, signer: crypto_x509.Certificate) -> bool:
    key, algorithm = signer.public_key(), answer.signature_hash_algorithm
    try:
        if algorithm is None:
            return False
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _may_answer(delegate: crypto_x509.Certificate, issuer: crypto_x509.Certificate) -> bool:
    """Whether the issuer has made someone its responder."""
    try:
        delegate.verify_directly_issued_by(issuer)
        usages = delegate.extensions.get_extension_for_class(crypto_x509.ExtendedKeyUsage).value
    except (ValueError, TypeError, InvalidSignature, crypto_x509.ExtensionNotFound):
        return False
    in_time = delegate.not_valid_before_utc <= _now() <= delegate.not_valid_after_utc
    return in_time and oid.ExtendedKeyUsageOID.OCSP_SIGNING in usages


def _is_about(
    found: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> bool:
    key_hash = hashlib.new(found.hash_algorithm.name, issuer.key, usedforsecurity=False).digest()
    return found.issuer_key_hash == key_hash and found.serial_number == int.from_bytes(
        certificate.serial, "big"
    )


def _answer(
    data: bytes, certificate: x509.Certificate, issuer: x509.Certificate
) -> ocsp.OCSPSingleResponse | None:
    """What a responder says of the certificate, if it is signed by one who may, and still good."""
    try:
        answer = ocsp.load_der_ocsp_response(data)
        if answer.response_status != ocsp.OCSPResponseStatus.SUCCESSFUL:
            return None
        authority = _load(issuer.encoded)
        signers = [authority, *(each for each in answer.certificates if _may_answer(each, authority))]
        if not any(_is_signed(answer, each) for each in signers):
            return None
        found = next((each for each in answer.responses if _is_about(each, certificate, issuer)), None)
    except ValueError:
        return None
    if found is None or (found.next_update_utc is not None and _now() > found.next_update_utc):
        return None
    return found


def _question(certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    builder = ocsp.OCSPRequestBuilder().add_certificate(
        _load(certificate.encoded), _load(issuer.encoded), hashes.SHA1()
    )
    return builder.build().public_bytes(Encoding.DER)


def _by_responders(
    certificate: x509.Certificate, issuer: x509.Certificate, deadline: Deadline, cached_only: bool
) -> Outcome | None:
    for url in _responders(certificate):
        data = retrieve(
            url,
            lambda data: _answer(data, certificate, issuer) is not None,
            deadline,
            body=_question(certificate, issuer),
            kind="application/ocsp-request",
            cached_only=cached_only,
        )
        outcome = _outcome_of(_answer(data, certificate, issuer)) if data is not None else None
        if outcome is not None:
            return outcome
    return None


def _outcome_of(found: ocsp.OCSPSingleResponse | None) -> Outcome | None:
    if found is None or found.certificate_status == ocsp.OCSPCertStatus.UNKNOWN:
        return None
    age = _age(found.this_update_utc)
    if found.certificate_status == ocsp.OCSPCertStatus.GOOD:
        return Outcome(0, 0, age)
    reason = found.revocation_reason
    return Outcome(REVOKED, _REASONS.get(reason.value, 0) if reason else 0, age)


# ---- all of it ----


def check(
    certificate: x509.Certificate,
    issuer: x509.Certificate | None,
    lists: Iterable[bytes] = (),
    *,
    deadline: Deadline | None = None,
    cached_only: bool = False,
) -> Outcome:
    """What is known of a certificate now.

    lists: encoded revocation lists that the program has. Without an issuer nothing can be believed.
    cached_only: nothing is fetched.
    """
    deadline = deadline or Deadline()
    if issuer is not None:
        found = (
            _by_lists(lists, certificate, issuer)
            or _by_responders(certificate, issuer, deadline, cached_only)
            or _by_fetched_lists(certificate, issuer, deadline, cached_only)
        )
        if found is not None:
            return found
    return Outcome(OFFLINE if _responders(certificate) or list_urls(certificate) else NO_CHECK)
