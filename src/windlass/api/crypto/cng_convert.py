"""Keys of the cryptography package as CNG's key pairs, and the other way round.

Source: Microsoft, "NCryptImportKey function" (PKCS #8).
"""

from __future__ import annotations

from typing import Any

from windlass.api.crypto.cng_dh import DsaKey
from windlass.api.crypto.cng_ecc import CURVE_TYPES, EccKey
from windlass.api.crypto.cng_objects import STATUS_NOT_SUPPORTED, Algorithm
from windlass.api.crypto.cng_pair import KeyPair
from windlass.api.crypto.cng_rsa import CngRsaKey
from windlass.api.crypto.crypto_extra import dsa, ec, rsa
from windlass.api.crypto.crypto_rsa import RsaKey
from windlass.api.refused import Refused

__all__ = ["pair_of", "private_key_of"]


def pair_of(key: Any, *, agreement: bool = False) -> KeyPair:
    """agreement: a key on a curve is for ECDH rather than for ECDSA."""
    if isinstance(key, rsa.RSAPrivateKey):
        return CngRsaKey(Algorithm("RSA"), key.key_size, RsaKey.from_private_key(key))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        family = "ECDH" if agreement else "ECDSA"
        curve = next((name for name, type in CURVE_TYPES.items() if type().name == key.curve.name), None)
        if curve is None:
            raise Refused(STATUS_NOT_SUPPORTED)
        named = curve.startswith("nist")
        algorithm = Algorithm(f"{family}_P{key.key_size}" if named else family)
        algorithm.curve = curve
        pair = EccKey(algorithm, curve)
        pair.adopt(key)
        return pair
    if isinstance(key, dsa.DSAPrivateKey):
        other = DsaKey(Algorithm("DSA"), key.key_size)
        other.adopt(key)
        return other
    raise Refused(STATUS_NOT_SUPPORTED)


def private_key_of(pair: Any) -> Any:
    """The private key of RSA, DSA or a curve."""
    if isinstance(pair, CngRsaKey):
        return pair.private.private
    if isinstance(pair, (EccKey, DsaKey)) and pair.private is not None:
        return pair.private
    raise Refused(STATUS_NOT_SUPPORTED)
