"""Names in certificates as text.

Source: Microsoft, "CertGetNameStringW function", "CertNameToStrW function"; RFC 4514.
"""

from __future__ import annotations

import re

from windlass import _core
from windlass.api.crypto import x509
from windlass.api.crypto.certificate_context import FRIENDLY_NAME, Blob, context_of
from windlass.api.refused import Refused
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import DWORD, LPSTR, LPWSTR, PVOID

__all__ = ["plain_text"]

# The attributes' letters as Windows writes them.
LETTERS = {
    "2.5.4.3": "CN", "2.5.4.4": "SN", "2.5.4.5": "SERIALNUMBER", "2.5.4.6": "C", "2.5.4.7": "L",
    "2.5.4.8": "S", "2.5.4.9": "STREET", "2.5.4.10": "O", "2.5.4.11": "OU", "2.5.4.12": "T",
    "2.5.4.13": "Description", "2.5.4.42": "G", "2.5.4.43": "I",
    "0.9.2342.19200300.100.1.25": "DC", "1.2.840.113549.1.9.1": "E",
}  # fmt: skip
COMMON_NAME, UNIT, ORGANIZATION, EMAIL = "2.5.4.3", "2.5.4.11", "2.5.4.10", "1.2.840.113549.1.9.1"

SIMPLE, OID, X500 = 1, 2, 3
SEMICOLON, NO_PLUS, NO_QUOTING, CRLF, COMMA, REVERSE = (
    0x40000000, 0x20000000, 0x10000000, 0x08000000, 0x04000000, 0x02000000,
)  # fmt: skip


def _quoted(text: str, flags: int) -> str:
    needs = re.search(r'^\s|\s$|[,+=<>#;"\r\n]', text) or not text
    return '"' + text.replace('"', '""') + '"' if needs and not flags & NO_QUOTING else text


def _attribute_text(attribute: x509.Attribute, kind: int, flags: int) -> str:
    value = _quoted(attribute.text, flags)
    if kind == SIMPLE:
        return value
    label = LETTERS.get(attribute.oid) if kind == X500 else None
    return f"{label or ('OID.' if kind == X500 else '') + attribute.oid}={value}"


def name_text(name: bytes, flags: int) -> str:
    """CertNameToStr's text; ValueError for what is no name."""
    kind = flags & 0xFF or SIMPLE
    separator = "; " if flags & SEMICOLON else "\r\n" if flags & CRLF else ", "
    plus = " " if flags & NO_PLUS else " + "
    parts = [plus.join(_attribute_text(each, kind, flags) for each in part) for part in x509.attributes(name)]
    return separator.join(reversed(parts) if flags & REVERSE else parts)


def plain_text(name: bytes) -> str:
    """The values alone, as searches want them."""
    try:
        return name_text(name, SIMPLE | NO_QUOTING)
    except (ValueError, IndexError):
        return ""


def _deliver(text: str, buffer: int, capacity: int, *, wide: bool) -> int:
    """The characters with the zero; what does not fit is cut off."""
    if not buffer or not capacity:
        return len(_core.wide_bytes(text)) // 2 if wide else len(_core.ansi_from_text(text)) + 1
    if wide:
        units = _core.wide_bytes(text)[:-2][: 2 * capacity - 2]
        _core.write(buffer, units + b"\0\0")
        return len(units) // 2 + 1
    data = _core.ansi_from_text(text)[: capacity - 1]
    _core.write(buffer, data + b"\0")
    return len(data) + 1


def _to_text(blob: int, flags: int, buffer: int, capacity: int, *, wide: bool) -> int:
    found = get_structure(blob, Blob)
    try:
        text = name_text(_core.read(found.pbData, found.cbData), flags)
    except (ValueError, IndexError):
        text = ""
    return _deliver(text, buffer, capacity, wide=wide)


@export("crypt32")
def CertNameToStrW(
    dwCertEncodingType: DWORD, pName: PVOID, dwStrType: DWORD, psz: LPWSTR, csz: DWORD
) -> DWORD:
    return _to_text(pName, dwStrType, psz, csz, wide=True)


@export("crypt32")
def CertNameToStrA(
    dwCertEncodingType: DWORD, pName: PVOID, dwStrType: DWORD, psz: LPSTR, csz: DWORD
) -> DWORD:
    return _to_text(pName, dwStrType, psz, csz, wide=False)


# ---- one name of a certificate ----

NAME_EMAIL, NAME_RDN, NAME_ATTRIBUTE, NAME_SIMPLE, NAME_FRIENDLY, NAME_DNS, NAME_URL, NAME_UPN = range(1, 9)
ISSUER_FLAG = 1
MAIL_TAG, DNS_TAG, URL_TAG = 0x81, 0x82, 0x86


def _value(name: bytes, *oids: str) -> str:
    """The first of these attributes, the last one in the name."""
    flat = [attribute for part in x509.attributes(name) for attribute in part]
    for oid in oids:
        for attribute in reversed(flat):
            if attribute.oid == oid:
                return attribute.text
    return ""


def _alternative(certificate: x509.Certificate, tag: int) -> str:
    found = (
        each.content.decode("ascii", "replace") for each in certificate.alternative_names if each.tag == tag
    )
    return next(found, "")


def _name_string(address: int, kind: int, flags: int, parameter: int) -> str:
    context = context_of(address)
    certificate = context.certificate
    name = certificate.issuer if flags & ISSUER_FLAG else certificate.subject
    of_subject = not flags & ISSUER_FLAG
    if kind == NAME_EMAIL:
        return (_alternative(certificate, MAIL_TAG) if of_subject else "") or _value(name, EMAIL)
    if kind == NAME_RDN:
        options = int.from_bytes(_core.read(parameter, 4), "little") if parameter else 0
        return name_text(name, options)
    if kind == NAME_ATTRIBUTE:
        return _value(name, _core.string(parameter).decode("ascii", "replace")) if parameter else ""
    if kind == NAME_DNS:
        return (_alternative(certificate, DNS_TAG) if of_subject else "") or _value(name, COMMON_NAME)
    if kind == NAME_URL:
        return _alternative(certificate, URL_TAG) if of_subject else ""
    if kind == NAME_FRIENDLY and FRIENDLY_NAME in context.properties:
        return context.properties[FRIENDLY_NAME].decode("utf-16-le", "replace").rstrip("\0")
    if kind in (NAME_SIMPLE, NAME_FRIENDLY):
        found = _value(name, COMMON_NAME, UNIT, ORGANIZATION, EMAIL)
        return found or next((a.text for part in x509.attributes(name) for a in part), "")
    return ""


def _get_name(
    address: int, kind: int, flags: int, parameter: int, buffer: int, capacity: int, *, wide: bool
) -> int:
    """What there is not is an empty string."""
    try:
        text = _name_string(address, kind, flags, parameter)
    except (Refused, ValueError, IndexError):
        text = ""
    return _deliver(text, buffer, capacity, wide=wide)


@export("crypt32")
def CertGetNameStringW(
    pCertContext: PVOID,
    dwType: DWORD,
    dwFlags: DWORD,
    pvTypePara: PVOID,
    pszNameString: LPWSTR,
    cchNameString: DWORD,
) -> DWORD:
    return _get_name(pCertContext, dwType, dwFlags, pvTypePara, pszNameString, cchNameString, wide=True)


@export("crypt32")
def CertGetNameStringA(
    pCertContext: PVOID,
    dwType: DWORD,
    dwFlags: DWORD,
    pvTypePara: PVOID,
    pszNameString: LPSTR,
    cchNameString: DWORD,
) -> DWORD:
    return _get_name(pCertContext, dwType, dwFlags, pvTypePara, pszNameString, cchNameString, wide=False)
