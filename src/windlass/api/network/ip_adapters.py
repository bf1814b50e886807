"""More of adapters (iphlpapi): names by index, DNS servers; and changes, which are the host's to make.

Source: Microsoft, "GetInterfaceInfo function", "GetPerAdapterInfo function", "GetAdapterIndex function",
"GetUniDirectionalAdapterInfo function", "AddIPAddress function", "CreateIpForwardEntry function".
"""

from __future__ import annotations

import socket
import struct

from windlass import _core
from windlass.api.network import network_interfaces as host
from windlass.api.network.ip_helper import ERROR_INVALID_PARAMETER
from windlass.api.outputs import get_u32, put_u32
from windlass.registry import export
from windlass.types import DWORD, LPCWSTR, PULONG, PVOID, ULONG

ERROR_ACCESS_DENIED, ERROR_INSUFFICIENT_BUFFER = 5, 122
ERROR_BUFFER_OVERFLOW, ERROR_NO_DATA, ERROR_DEV_NOT_EXIST = 111, 232, 55

DEVICE = r"\DEVICE\TCPIP_"


@export("iphlpapi")
def GetInterfaceInfo(pIfTable: PVOID, dwOutBufLen: PULONG) -> DWORD:
    """IP_INTERFACE_INFO: a count, then an index and a name of 128 characters for each."""
    if not dwOutBufLen:
        return ERROR_INVALID_PARAMETER
    adapters = [each for each in host.interfaces() if each.type != host.IF_TYPE_LOOPBACK]
    if not adapters:
        return ERROR_NO_DATA
    data = struct.pack("<I", len(adapters))
    for each in adapters:
        data += struct.pack("<I", each.number) + _core.wide_bytes(DEVICE + each.guid).ljust(256, b"\0")
    capacity = get_u32(dwOutBufLen)
    put_u32(dwOutBufLen, len(data))
    if not pIfTable or capacity < len(data):
        return ERROR_INSUFFICIENT_BUFFER
    _core.write(pIfTable, data)
    return 0


@export("iphlpapi")
def GetAdapterIndex(AdapterName: LPCWSTR, IfIndex: PULONG) -> DWORD:
    """By the name that GetInterfaceInfo gives."""
    guid = (AdapterName or "").rpartition("_")[2].upper()
    for each in host.interfaces():
        if each.guid == guid:
            put_u32(IfIndex, each.number)
            return 0
    return ERROR_DEV_NOT_EXIST


ADDRESS_SIZE, HEAD_SIZE = 48, 16
"""Of IP_ADDR_STRING, and of what is before the list in IP_PER_ADAPTER_INFO."""


def _per_adapter(at: int) -> bytes:
    """Not configured by itself; the servers' addresses, the first in the structure."""
    servers = [packed for family, packed in host.dns_servers() if family == socket.AF_INET] or [b""]
    data = struct.pack("<IIQ", 0, 0, 0)
    for index, packed in enumerate(servers):
        place = at + HEAD_SIZE + ADDRESS_SIZE * (index + 1) if index + 1 < len(servers) else 0
        text = socket.inet_ntoa(packed).encode() if packed else b""
        data += struct.pack("<Q16s16sIxxxx", place, text, b"", 0)
    return data


@export("iphlpapi")
def GetPerAdapterInfo(IfIndex: ULONG, pPerAdapterInfo: PVOID, pOutBufLen: PULONG) -> DWORD:
    if not pOutBufLen or IfIndex not in [each.number for each in host.interfaces()]:
        return ERROR_INVALID_PARAMETER
    data = _per_adapter(pPerAdapterInfo)
    capacity = get_u32(pOutBufLen)
    put_u32(pOutBufLen, len(data))
    if not pPerAdapterInfo or capacity < len(data):
        return ERROR_BUFFER_OVERFLOW
    _core.write(pPerAdapterInfo, data)
    return 0


@export("iphlpapi")
def GetUniDirectionalAdapterInfo(pIPIfInfo: PVOID, dwOutBufLen: PULONG) -> DWORD:
    """No adapter only receives."""
    return ERROR_NO_DATA


@export("iphlpapi")
def GetFriendlyIfIndex(IfIndex: DWORD) -> DWORD:
    """Without the bits above 24, which differ from network to network."""
    return IfIndex & 0xFFFFFF


# ---- changes ----


@export("iphlpapi")
def AddIPAddress(
    Address: ULONG, IpMask: ULONG, IfIndex: DWORD, NTEContext: PULONG, NTEInstance: PULONG
) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("iphlpapi")
def DeleteIPAddress(NTEContext: ULONG) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("iphlpapi")
def CreateIpForwardEntry(pRoute: PVOID) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("iphlpapi")
def SetIpForwardEntry(pRoute: PVOID) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("iphlpapi")
def DeleteIpForwardEntry(pRoute: PVOID) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("iphlpapi")
def CreateIpNetEntry(pArpEntry: PVOID) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("iphlpapi")
def SetIpNetEntry(pArpEntry: PVOID) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("iphlpapi")
def DeleteIpNetEntry(pArpEntry: PVOID) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("iphlpapi")
def SetIfEntry(pIfRow: PVOID) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("iphlpapi")
def SetTcpEntry(pTcpRow: PVOID) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("iphlpapi")
def IpReleaseAddress(AdapterInfo: PVOID) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("iphlpapi")
def IpRenewAddress(AdapterInfo: PVOID) -> DWORD:
    return ERROR_ACCESS_DENIED
