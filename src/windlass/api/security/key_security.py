"""Security descriptors of registry keys: the store is the user's own, whatever programs set.

Source: Microsoft, "RegGetKeySecurity function", "RegSetKeySecurity function".
"""

from __future__ import annotations

from windlass import _core
from windlass.api.outputs import get_u32, put_u32
from windlass.api.refused import Refused, code_of
from windlass.api.security.object_security import KEY_ALL_ACCESS, READ_CONTROL, WRITE_DAC, users_own
from windlass.api.system.registry_keys import key_of
from windlass.registry import export
from windlass.types import DWORD, HKEY, LPDWORD, LSTATUS, PVOID

ERROR_INVALID_PARAMETER = 87
ERROR_INSUFFICIENT_BUFFER = 122


def _get(hkey: int, information: int, descriptor_out: int, size_in_out: int) -> None:
    key_of(hkey, READ_CONTROL)
    if not size_in_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    data = users_own(KEY_ALL_ACCESS).only(information).pack()
    capacity = get_u32(size_in_out)
    put_u32(size_in_out, len(data))
    if not descriptor_out or capacity < len(data):
        raise Refused(ERROR_INSUFFICIENT_BUFFER)
    _core.write(descriptor_out, data)


@export("advapi32", "kernelbase", "kernel32")
def RegGetKeySecurity(
    hKey: HKEY, SecurityInformation: DWORD, pSecurityDescriptor: PVOID, lpcbSecurityDescriptor: LPDWORD
) -> LSTATUS:
    return code_of(_get, hKey, SecurityInformation, pSecurityDescriptor, lpcbSecurityDescriptor)


def _set(hkey: int, descriptor: int) -> None:
    key_of(hkey, WRITE_DAC)
    if not descriptor:
        raise Refused(ERROR_INVALID_PARAMETER)


@export("advapi32", "kernelbase", "kernel32")
def RegSetKeySecurity(hKey: HKEY, SecurityInformation: DWORD, pSecurityDescriptor: PVOID) -> LSTATUS:
    return code_of(_set, hKey, pSecurityDescriptor)
