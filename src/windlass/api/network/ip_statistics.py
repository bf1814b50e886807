"""What the protocols have counted (iphlpapi), from /proc/net/snmp and /proc/net/snmp6.

Source: Microsoft, "MIB_TCPSTATS structure", "MIB_UDPSTATS structure", "MIB_IPSTATS structure",
"MIB_ICMP structure"; RFC 1213, whose counters both systems have.
"""

from __future__ import annotations

import socket
import struct

from windlass import _core
from windlass.api.network import network_interfaces as host
from windlass.api.network.ip_connections import connections
from windlass.api.network.ip_helper import ERROR_INVALID_PARAMETER, WINDOWS_AF_INET6
from windlass.registry import export
from windlass.types import PVOID, ULONG

ERROR_NOT_SUPPORTED = 50

# The names of the kernel's counters, in the order of Windows' structures.
_TCP = [
    "RtoAlgorithm", "RtoMin", "RtoMax", "MaxConn", "ActiveOpens", "PassiveOpens", "AttemptFails",
    "EstabResets", "CurrEstab", "InSegs", "OutSegs", "RetransSegs", "InErrs", "OutRsts",
]  # fmt: skip
_UDP = ["InDatagrams", "NoPorts", "InErrors", "OutDatagrams"]
_IP = [
    "Forwarding", "DefaultTTL", "InReceives", "InHdrErrors", "InAddrErrors", "ForwDatagrams",
    "InUnknownProtos", "InDiscards", "InDelivers", "OutRequests", "RoutingDiscards", "OutDiscards",
    "OutNoRoutes", "ReasmTimeout", "ReasmReqds", "ReasmOKs", "ReasmFails", "FragOKs", "FragFails",
    "FragCreates",
]  # fmt: skip
_IP6 = {"ForwDatagrams": "OutForwDatagrams"}
_ICMP = [
    "Msgs", "Errors", "DestUnreachs", "TimeExcds", "ParmProbs", "SrcQuenchs", "Redirects", "Echos",
    "EchoReps", "Timestamps", "TimestampReps", "AddrMasks", "AddrMaskReps",
]  # fmt: skip


def _counters() -> dict[str, dict[str, int]]:
    """By protocol and name. The file has pairs of lines: names, then numbers."""
    found: dict[str, dict[str, int]] = {}
    try:
        with open("/proc/net/snmp") as file:
            lines = [line.split() for line in file]
    except OSError:
        return {}
    for names, numbers in zip(lines[::2], lines[1::2]):
        found[names[0].rstrip(":")] = dict(zip(names[1:], map(int, numbers[1:])))
    return found


def _counters6() -> dict[str, int]:
    try:
        with open("/proc/net/snmp6") as file:
            return {name: int(value) for name, value in (line.split() for line in file)}
    except (OSError, ValueError):
        return {}


def _pack(values: list[int]) -> bytes:
    """The counters of a DWORD begin again from 0."""
    return struct.pack(f"<{len(values)}I", *(value & 0xFFFFFFFF for value in values))


def _put(address: int, values: list[int]) -> int:
    if not address:
        return ERROR_INVALID_PARAMETER
    _core.write(address, _pack(values))
    return 0


def _is_family(family: int) -> bool:
    return family in (socket.AF_INET, WINDOWS_AF_INET6)


def _host_family(family: int) -> int:
    return socket.AF_INET6 if family == WINDOWS_AF_INET6 else socket.AF_INET


def _tcp(address: int, family: int) -> int:
    """The kernel counts both families together; the connections are the family's."""
    if not _is_family(family):
        return ERROR_NOT_SUPPORTED
    counters = _counters().get("Tcp", {})
    values = [counters.get(name, 0) for name in _TCP]
    return _put(address, [*values, len(connections("tcp", _host_family(family)))])


@export("iphlpapi")
def GetTcpStatistics(Statistics: PVOID) -> ULONG:
    return _tcp(Statistics, socket.AF_INET)


@export("iphlpapi")
def GetTcpStatisticsEx(Statistics: PVOID, Family: ULONG) -> ULONG:
    return _tcp(Statistics, Family)


def _udp(address: int, family: int) -> int:
    if not _is_family(family):
        return ERROR_NOT_SUPPORTED
    if family == WINDOWS_AF_INET6:
        counters = {name[4:]: value for name, value in _counters6().items() if name.startswith("Udp6")}
    else:
        counters = _counters().get("Udp", {})
    values = [counters.get(name, 0) for name in _UDP]
    return _put(address, [*values, len(connections("udp", _host_family(family)))])


@export("iphlpapi")
def GetUdpStatistics(Stats: PVOID) -> ULONG:
    return _udp(Stats, socket.AF_INET)


@export("iphlpapi")
def GetUdpStatisticsEx(Statistics: PVOID, Family: ULONG) -> ULONG:
    return _udp(Statistics, Family)


def _ip(address: int, family: int) -> int:
    if not _is_family(family):
        return ERROR_NOT_SUPPORTED
    if family == WINDOWS_AF_INET6:
        counters = {name[3:]: value for name, value in _counters6().items() if name.startswith("Ip6")}
        counters |= {name: counters.get(own, 0) for name, own in _IP6.items()}
        counters["Forwarding"], counters["DefaultTTL"] = 2, 64
    else:
        counters = _counters().get("Ip", {})
    interfaces, own = host.interfaces(), _host_family(family)
    addresses = sum(each.family == own for interface in interfaces for each in interface.addresses)
    routes = sum(each.family == own for each in host.routes())
    values = [counters.get(name, 0) for name in _IP]
    return _put(address, [*values, len(interfaces), addresses, routes])


@export("iphlpapi")
def GetIpStatistics(Statistics: PVOID) -> ULONG:
    return _ip(Statistics, socket.AF_INET)


@export("iphlpapi")
def GetIpStatisticsEx(Statistics: PVOID, Family: ULONG) -> ULONG:
    return _ip(Statistics, Family)


@export("iphlpapi")
def GetIcmpStatistics(Statistics: PVOID) -> ULONG:
    """What came in, and what went out."""
    counters = _counters().get("Icmp", {})
    names = [direction + name for direction in ("In", "Out") for name in _ICMP]
    return _put(Statistics, [counters.get(name, 0) for name in names])
