"""The table of SSPI's functions, for programs that load the DLL themselves.

Source: Microsoft, "SecurityFunctionTableW structure", "InitSecurityInterfaceW function".
"""

from __future__ import annotations

import ctypes
import functools

from windlass.api.calls import address_of
from windlass.registry import export
from windlass.types import PVOID

VERSION = 1

# In the table's order; "" is a reserved place. What differs for the two kinds of text ends in a star.
_NAMES = (
    "EnumerateSecurityPackages*", "QueryCredentialsAttributes*", "AcquireCredentialsHandle*",
    "FreeCredentialsHandle", "", "InitializeSecurityContext*", "AcceptSecurityContext", "CompleteAuthToken",
    "DeleteSecurityContext", "ApplyControlToken", "QueryContextAttributes*", "ImpersonateSecurityContext",
    "RevertSecurityContext", "MakeSignature", "VerifySignature", "FreeContextBuffer",
    "QuerySecurityPackageInfo*", "EncryptMessage", "DecryptMessage", "ExportSecurityContext",
    "ImportSecurityContext*", "AddCredentials*", "", "QuerySecurityContextToken", "EncryptMessage",
    "DecryptMessage", "SetContextAttributes*",
)  # fmt: skip


@functools.cache
def _table(letter: str) -> ctypes.Array[ctypes.c_uint64]:
    """Stays for good, for programs keep it."""
    names = (name.replace("*", letter) for name in _NAMES)
    places = [address_of("sspicli.dll", name) if name else 0 for name in names]
    return (ctypes.c_uint64 * (1 + len(places)))(VERSION, *places)


@export("secur32", "sspicli", "security")
def InitSecurityInterfaceW() -> PVOID:
    return ctypes.addressof(_table("W"))


@export("secur32", "sspicli", "security")
def InitSecurityInterfaceA() -> PVOID:
    return ctypes.addressof(_table("A"))
