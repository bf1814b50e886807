"""The Local Security Authority: what it tells of the computer's domain, which is the computer itself.

Source: Microsoft, "LsaOpenPolicy function", "LsaQueryInformationPolicy function",
"POLICY_ACCOUNT_DOMAIN_INFO structure", "POLICY_DNS_DOMAIN_INFO structure".
"""

from __future__ import annotations

import struct

from windlass import _core
from windlass.api import blocks
from windlass.api.crypto import crypt_handles as handles
from windlass.api.outputs import put_u64
from windlass.api.records import Field, new_record
from windlass.api.refused import Refused, code_of
from windlass.api.security import accounts
from windlass.api.system.registry_seed import computer_name
from windlass.registry import export
from windlass.types import DWORD, HANDLE, NTSTATUS, PHANDLE, PVOID

STATUS_INVALID_HANDLE = 0xC0000008
STATUS_INVALID_PARAMETER = 0xC000000D

PRIMARY_DOMAIN, ACCOUNT_DOMAIN, DNS_DOMAIN = 3, 5, 12
WORKGROUP = "WORKGROUP"


class Policy:
    """An open policy object."""


@export("advapi32", "sechost")
def LsaOpenPolicy(
    SystemName: PVOID, ObjectAttributes: PVOID, DesiredAccess: DWORD, PolicyHandle: PHANDLE
) -> NTSTATUS:
    if not PolicyHandle:
        return STATUS_INVALID_PARAMETER
    put_u64(PolicyHandle, handles.new(Policy()))
    return 0


@export("advapi32", "sechost")
def LsaClose(ObjectHandle: HANDLE) -> NTSTATUS:
    if handles.object_of(ObjectHandle, Policy) is None:
        return STATUS_INVALID_HANDLE
    handles.close(ObjectHandle)
    return 0


@export("advapi32", "sechost")
def LsaFreeMemory(Buffer: PVOID) -> NTSTATUS:
    blocks.free(Buffer)
    return 0


def _string(text: str) -> list[Field]:
    """UNICODE_STRING: lengths in bytes without and with the zero, pointer."""
    size = len(_core.wide_bytes(text))
    return [size - 2 | size << 16, text]


def _query(handle: int, kind: int, result: int) -> None:
    if handles.object_of(handle, Policy) is None:
        raise Refused(STATUS_INVALID_HANDLE)
    domain = accounts.machine_sid().pack()
    nobody: list[Field] = [0, b""]
    records: dict[int, list[Field]] = {
        PRIMARY_DOMAIN: [*_string(WORKGROUP), b""],
        ACCOUNT_DOMAIN: [*_string(computer_name()), domain],
        DNS_DOMAIN: [*_string(WORKGROUP), *nobody, *nobody, *struct.unpack("<4I", bytes(16)), b""],
    }
    if kind not in records or not result:
        raise Refused(STATUS_INVALID_PARAMETER)
    put_u64(result, new_record(records[kind]))


@export("advapi32", "sechost")
def LsaQueryInformationPolicy(PolicyHandle: HANDLE, InformationClass: DWORD, Buffer: PVOID) -> NTSTATUS:
    return code_of(_query, PolicyHandle, InformationClass, Buffer)
