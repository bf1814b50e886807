"""Which system stores there are, and more that is asked of stores and certificates.

Source: Microsoft, "CertEnumSystemStore function", "CertEnumPhysicalStore function",
"CertRemoveStoreFromCollection function", "CertAddCertificateLinkToStore function",
"CertCreateContext function", "CertGetValidUsages function", "CertGetStoreProperty function",
"CertVerifySubjectCertificateContext function", "CertVerifyValidityNesting function".
"""

from __future__ import annotations

import ctypes
import struct
from ctypes import c_uint32, c_uint64

from windlass import _core
from windlass.api.calls import is_true
from windlass.api.crypto import certificate_checks, certificate_context, revocation_lists
from windlass.api.crypto.certificate_context import Blob, CertInfo, context_of
from windlass.api.crypto.certificate_store import SYSTEM_STORES, store_of
from windlass.api.outputs import fail, from_ansi, get_u32, get_u64, put_u32
from windlass.api.refused import Refused, done
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPCSTR, LPCWSTR, LPDWORD, LPVOID, PBYTE, PVOID, VOID, Calling

ERROR_FILE_NOT_FOUND, ERROR_ACCESS_DENIED, ERROR_MORE_DATA, ERROR_INVALID_PARAMETER = 2, 5, 234, 87
E_INVALIDARG, CRYPT_E_NOT_FOUND = 0x80070057, 0x80092004

# ---- system stores ----

_NAMES = {
    "my": "My", "root": "Root", "ca": "CA", "trust": "Trust", "disallowed": "Disallowed",
    "addressbook": "AddressBook", "authroot": "AuthRoot", "trustedpeople": "TrustedPeople",
    "trustedpublisher": "TrustedPublisher", "smartcardroot": "SmartCardRoot",
    "clientauthissuer": "ClientAuthIssuer",
}  # fmt: skip
CURRENT_USER, LOCAL_MACHINE = 1, 2
_LOCATIONS = {
    1: "CurrentUser", 2: "LocalMachine", 4: "CurrentService", 5: "Services", 6: "Users",
    7: "CurrentUserGroupPolicy", 8: "LocalMachineGroupPolicy", 9: "LocalMachineEnterprise",
}  # fmt: skip


class StoreInfo(ctypes.Structure):
    """CERT_SYSTEM_STORE_INFO and CERT_PHYSICAL_STORE_INFO without more than a size."""

    _fields_ = [("cbSize", c_uint32)]


def _call_for(names: list[str], flags: int, argument: int, callback: int) -> Calling[int]:
    """Until the program has had enough."""
    info = StoreInfo(ctypes.sizeof(StoreInfo))
    for name in names:
        text = ctypes.create_string_buffer(_core.wide_bytes(name))
        place = (ctypes.addressof(text), flags, ctypes.addressof(info), 0, argument)
        if not (yield from is_true(callback, *place)):
            return 0
    return 1


@export("crypt32")
def CertEnumSystemStore(
    dwFlags: DWORD, pvSystemStoreLocationPara: PVOID, pvArg: PVOID, pfnEnum: PVOID
) -> Calling[BOOL]:
    if dwFlags >> 16 not in _LOCATIONS or not pfnEnum:
        return fail(E_INVALIDARG if not pfnEnum else ERROR_FILE_NOT_FOUND)
    names = [_NAMES[name] for name in sorted(SYSTEM_STORES)] if dwFlags >> 16 in (1, 2) else []
    return (yield from _call_for(names, dwFlags, pvArg, pfnEnum))


@export("crypt32")
def CertEnumSystemStoreLocation(dwFlags: DWORD, pvArg: PVOID, pfnEnum: PVOID) -> Calling[BOOL]:
    for number, name in _LOCATIONS.items():
        text = ctypes.create_string_buffer(_core.wide_bytes(name))
        place = (ctypes.addressof(text), number << 16, 0, pvArg)
        if not (yield from is_true(pfnEnum, *place)):
            return 0
    return 1


@export("crypt32")
def CertRegisterSystemStore(
    pvSystemStore: PVOID, dwFlags: DWORD, pStoreInfo: PVOID, pvReserved: LPVOID
) -> BOOL:
    """Nothing that is registered would stay."""
    return fail(ERROR_ACCESS_DENIED)


@export("crypt32")
def CertUnregisterSystemStore(pvSystemStore: PVOID, dwFlags: DWORD) -> BOOL:
    return fail(ERROR_ACCESS_DENIED)


def _remove_from_collection(collection: int, sibling: int) -> None:
    found = store_of(collection)
    store = store_of(sibling)
    if store in found.members:
        found.give_up(store)


@export("crypt32")
def CertRemoveStoreFromCollection(hCollectionStore: HANDLE, hSiblingStore: HANDLE) -> VOID:
    done(_remove_from_collection, hCollectionStore, hSiblingStore)


@export("crypt32")
def CertAddCertificateLinkToStore(
    hCertStore: HANDLE, pCertContext: PVOID, dwAddDisposition: DWORD, ppStoreContext: PVOID
) -> BOOL:
    """A link is a context that has the properties of the one it is made from."""
    from windlass.api.crypto.certificate_store import CertAddCertificateContextToStore

    place = (hCertStore, pCertContext, dwAddDisposition, ppStoreContext)
    return int(CertAddCertificateContextToStore(*place))


def _store_property(handle: int, number: int, output: int, size_in_out: int) -> None:
    certificate_context.give_property(store_of(handle).properties.get(number), output, size_in_out)


@export("crypt32")
def CertGetStoreProperty(hCertStore: HANDLE, dwPropId: DWORD, pvData: PVOID, pcbData: LPDWORD) -> BOOL:
    return done(_store_property, hCertStore, dwPropId, pvData, pcbData)


def _set_store_property(handle: int, number: int, data: int) -> None:
    properties = store_of(handle).properties
    if data:
        blob = get_structure(data, Blob)
        properties[number] = _core.read(blob.pbData, blob.cbData)
    else:
        properties.pop(number, None)


@export("crypt32")
def CertSetStoreProperty(hCertStore: HANDLE, dwPropId: DWORD, dwFlags: DWORD, pvData: PVOID) -> BOOL:
    return done(_set_store_property, hCertStore, dwPropId, pvData)


# ---- contexts ----

CERTIFICATE_TYPE, LIST_TYPE = 1, 2


@export("crypt32")
def CertCreateContext(
    dwContextType: DWORD,
    dwEncodingType: DWORD,
    pbEncoded: PBYTE,
    cbEncoded: DWORD,
    dwFlags: DWORD,
    pCreatePara: PVOID,
) -> PVOID:
    """A copy is made, which the flags may spare on Windows."""
    if dwContextType == CERTIFICATE_TYPE:
        return int(certificate_context.CertCreateCertificateContext(dwEncodingType, pbEncoded, cbEncoded))
    if dwContextType == LIST_TYPE:
        return int(revocation_lists.CertCreateCRLContext(dwEncodingType, pbEncoded, cbEncoded))
    return fail(E_INVALIDARG)


def _verify_subject(subject: int, issuer: int, flags: int) -> None:
    if flags and get_u32(flags) & ~0x107:
        raise Refused(E_INVALIDARG)
    wanted = get_u32(flags)
    certificate = context_of(subject).certificate
    by = context_of(issuer).certificate if issuer else certificate
    store = context_of(issuer or subject).store
    put_u32(flags, certificate_checks.failed_checks(store, certificate, by, wanted))


@export("crypt32")
def CertVerifySubjectCertificateContext(pSubject: PVOID, pIssuer: PVOID, pdwFlags: LPDWORD) -> BOOL:
    return done(_verify_subject, pSubject, pIssuer, pdwFlags)


@export("crypt32")
def CertVerifyValidityNesting(pSubjectInfo: PVOID, pIssuerInfo: PVOID) -> BOOL:
    """Whether the subject is valid only while its issuer is."""
    subject, issuer = (get_structure(each, CertInfo) for each in (pSubjectInfo, pIssuerInfo))
    starts, ends = (
        [each[0] | each[1] << 32 for each in pair]
        for pair in ((subject.NotBefore, issuer.NotBefore), (subject.NotAfter, issuer.NotAfter))
    )
    return int(starts[0] >= starts[1] and ends[0] <= ends[1])


ANY_USAGE = 0xFFFFFFFF


def _valid_usages(count: int, contexts: int, number_out: int, output: int, size_in_out: int) -> None:
    """Those that all certificates have: pointers and then the texts; -1 when none limits its usage."""
    common: list[str] | None = None
    for index in range(count):
        usages = context_of(get_u64(contexts + 8 * index)).certificate.usages
        if usages is not None:
            common = usages if common is None else [each for each in common if each in usages]
    put_u32(number_out, ANY_USAGE if common is None else len(common))
    texts = [each.encode() + b"\0" for each in common or ()]
    needed = sum(8 + len(text) for text in texts)
    capacity = get_u32(size_in_out)
    put_u32(size_in_out, needed)
    if not output:
        return
    if capacity < needed:
        raise Refused(ERROR_MORE_DATA)
    at, pointers = output + 8 * len(texts), []
    for text in texts:
        pointers.append(at)
        at += len(text)
    _core.write(output, struct.pack(f"<{len(pointers)}Q", *pointers) + b"".join(texts))


@export("crypt32")
def CertGetValidUsages(
    cCerts: DWORD, rghCerts: PVOID, cNumOIDs: LPDWORD, rghOIDs: PVOID, pcbOIDs: LPDWORD
) -> BOOL:
    if not pcbOIDs:
        return fail(ERROR_INVALID_PARAMETER)
    return done(_valid_usages, cCerts, rghCerts, cNumOIDs, rghOIDs, pcbOIDs)


class Attribute(ctypes.Structure):
    """CRYPT_ATTRIBUTE"""

    _fields_ = [("pszObjId", c_uint64), ("cValue", c_uint32), ("rgValue", c_uint64)]


@export("crypt32")
def CertFindAttribute(pszObjId: LPCSTR, cAttr: DWORD, rgAttr: PVOID) -> PVOID:
    size = ctypes.sizeof(Attribute)
    for place in range(rgAttr, rgAttr + size * cAttr, size):
        if _core.string(get_structure(place, Attribute).pszObjId) == pszObjId:
            return place
    return fail(CRYPT_E_NOT_FOUND)


# ---- names of stores for people ----

_LOCALIZED = {
    "my": "Personal",
    "root": "Trusted Root Certification Authorities",
    "ca": "Intermediate Certification Authorities",
    "trust": "Enterprise Trust",
    "addressbook": "Other People",
    "authroot": "Third-Party Root Certification Authorities",
    "disallowed": "Untrusted Certificates",
    "trustedpeople": "Trusted People",
    "trustedpublisher": "Trusted Publishers",
}
_localized_places: dict[str, object] = {}


@export("crypt32")
def CryptFindLocalizedName(pwszCryptName: LPCWSTR) -> PVOID:
    """A text that stays; NULL for a name that is not known."""
    name = (pwszCryptName or "").lower()
    if name not in _LOCALIZED:
        return 0
    memory = _localized_places.setdefault(
        name, ctypes.create_string_buffer(_core.wide_bytes(_LOCALIZED[name]))
    )
    return ctypes.addressof(memory)  # type: ignore[arg-type]


@export("crypt32")
def CertAddEncodedCertificateToSystemStoreW(
    szCertStoreName: LPCWSTR, pbCertEncoded: PBYTE, cbCertEncoded: DWORD
) -> BOOL:
    """Nothing stays in a system store."""
    return fail(ERROR_ACCESS_DENIED if szCertStoreName else E_INVALIDARG)


@export("crypt32")
def CertAddEncodedCertificateToSystemStoreA(
    szCertStoreName: LPCSTR, pbCertEncoded: PBYTE, cbCertEncoded: DWORD
) -> BOOL:
    return fail(ERROR_ACCESS_DENIED if from_ansi(szCertStoreName) else E_INVALIDARG)
