"""What is used of the package `cryptography`, in one place.

Without the package, whoever needs it learns how to get it.
"""

from __future__ import annotations

from collections.abc import Callable

try:
    from cryptography import x509 as crypto_x509
    from cryptography.exceptions import InvalidSignature, InvalidTag
    from cryptography.hazmat.decrepit.ciphers import algorithms as old_ciphers
    from cryptography.hazmat.primitives import cmac, hashes, keywrap
    from cryptography.hazmat.primitives.asymmetric import dh, dsa, ec, padding, rsa, utils, x25519
    from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, aead, modes
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.x509 import ocsp, oid
except ImportError as error:
    raise ImportError(
        "Windows' ciphers and certificates need the package cryptography: pip install 'windlass[crypto]'"
    ) from error

try:
    from cryptography.hazmat.decrepit.ciphers.modes import CFB, CFB8
except ImportError:  # before 46 they were with the other modes
    from cryptography.hazmat.primitives.ciphers.modes import CFB, CFB8

__all__ = [
    "AES",
    "CFB",
    "CFB8",
    "Cipher",
    "CipherContext",
    "InvalidSignature",
    "InvalidTag",
    "aead",
    "cmac",
    "crypto_x509",
    "dh",
    "dsa",
    "ec",
    "hash_algorithm",
    "hashes",
    "keywrap",
    "modes",
    "ocsp",
    "oid",
    "old_ciphers",
    "padding",
    "rsa",
    "utils",
    "x25519",
]

_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "MD5": hashes.MD5,
    "SHA1": hashes.SHA1,
    "SHA256": hashes.SHA256,
    "SHA384": hashes.SHA384,
    "SHA512": hashes.SHA512,
    "SHA3-256": hashes.SHA3_256,
    "SHA3-384": hashes.SHA3_384,
    "SHA3-512": hashes.SHA3_512,
}


def hash_algorithm(name: str) -> hashes.HashAlgorithm | None:
    """By CNG's name; None for one that the package has not."""
    found = _HASHES.get(name)
    return found() if found else None
