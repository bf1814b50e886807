"""The neighbours at the interfaces, with their hardware addresses (iphlpapi), as the kernel tells by netlink.

Source: Microsoft, "GetIpNetTable function", "GetIpNetTable2 function", "MIB_IPNET_ROW2 structure",
"SendARP function"; Linux, "rtnetlink(7)".
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterator
from typing import NamedTuple

from windlass import _core
from windlass.api.network import network_interfaces as host
from windlass.api.network.ip_helper import ERROR_INVALID_PARAMETER, give_table, socket_address
from windlass.api.network.ip_tables import families_of, give_mib_table
from windlass.api.outputs import get_u32, put_u32
from windlass.registry import export
from windlass.types import BOOL, DWORD, PULONG, PVOID, ULONG, USHORT

ERROR_NO_DATA, ERROR_BAD_NET_NAME, ERROR_NOT_FOUND, ERROR_ACCESS_DENIED = 232, 67, 1168, 5

# The kernel's states (NUD_...) -> NL_NEIGHBOR_STATE, and MIB_IPNET_TYPE.
INCOMPLETE, REACHABLE, STALE, DELAY, PROBE, FAILED, NO_ARP, PERMANENT = (1 << bit for bit in range(8))
_STATES = {INCOMPLETE: 1, PROBE: 2, DELAY: 3, STALE: 4, REACHABLE: 5, PERMANENT: 6, NO_ARP: 6, FAILED: 0}
INVALID_TYPE, DYNAMIC_TYPE, STATIC_TYPE = 2, 3, 4


class Neighbour(NamedTuple):
    """number: the interface's."""

    family: int
    packed: bytes
    number: int
    state: int
    hardware_address: bytes


# ---- from the kernel ----

GET_NEIGHBOURS, NEW_NEIGHBOUR, DONE, ERROR = 30, 28, 3, 2
REQUEST_DUMP = 0x301
DESTINATION, HARDWARE = 1, 2
HEADER, MESSAGE = struct.Struct("=IHHII"), struct.Struct("=BxxxiHBB")


def _attributes(data: bytes) -> dict[int, bytes]:
    found, at = {}, 0
    while at + 4 <= len(data):
        size, kind = struct.unpack_from("=HH", data, at)
        if size < 4:
            break
        found[kind] = data[at + 4 : at + size]
        at += (size + 3) & ~3
    return found


def _messages(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + HEADER.size <= len(data):
        size, kind, _, _, _ = HEADER.unpack_from(data, at)
        if size < HEADER.size:
            return
        yield kind, data[at + HEADER.size : at + size]
        at += (size + 3) & ~3


def neighbours() -> list[Neighbour]:
    """Those of IPv4 and IPv6; none where the kernel is not to be asked."""
    found: list[Neighbour] = []
    request = HEADER.pack(HEADER.size + MESSAGE.size, GET_NEIGHBOURS, REQUEST_DUMP, 1, 0)
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as channel:
            channel.settimeout(5)
            channel.send(request + MESSAGE.pack(0, 0, 0, 0, 0))
            while True:
                for kind, body in _messages(channel.recv(1 << 18)):
                    if kind in (DONE, ERROR):
                        return found
                    if kind == NEW_NEIGHBOUR:
                        found += _neighbour(body)
    except OSError:
        return found


def _neighbour(body: bytes) -> list[Neighbour]:
    family, number, state, _, _ = MESSAGE.unpack_from(body)
    attributes = _attributes(body[MESSAGE.size :])
    if family not in (socket.AF_INET, socket.AF_INET6) or DESTINATION not in attributes:
        return []
    return [Neighbour(family, attributes[DESTINATION], number, state, attributes.get(HARDWARE, b""))]


# ---- the tables ----


def _row(each: Neighbour) -> bytes:
    """MIB_IPNETROW"""
    kind = STATIC_TYPE if each.state & (PERMANENT | NO_ARP) else DYNAMIC_TYPE
    if not each.hardware_address:
        kind = INVALID_TYPE
    hardware = each.hardware_address[:8]
    return struct.pack("<II8s4sI", each.number, len(hardware), hardware, each.packed, kind)


@export("iphlpapi")
def GetIpNetTable(IpNetTable: PVOID, SizePointer: PULONG, Order: BOOL) -> ULONG:
    rows = [_row(each) for each in neighbours() if each.family == socket.AF_INET]
    return give_table(rows, IpNetTable, SizePointer) if rows else ERROR_NO_DATA


def _row2(each: Neighbour, luids: dict[int, int]) -> bytes:
    """MIB_IPNET_ROW2"""
    address = socket_address(each.family, each.packed, 0).ljust(28, b"\0")
    place = struct.pack("<IQ", each.number, luids.get(each.number, 0))
    hardware = each.hardware_address[:32]
    state = _STATES.get(each.state, 0)
    return address + place + struct.pack("<32sIIII", hardware, len(hardware), state, 0, 0)


@export("iphlpapi")
def GetIpNetTable2(Family: USHORT, Table: PVOID) -> DWORD:
    families = families_of(Family)
    if not families or not Table:
        return ERROR_INVALID_PARAMETER
    luids = {each.number: each.luid for each in host.interfaces()}
    rows = [_row2(each, luids) for each in neighbours() if each.family in families]
    return give_mib_table(rows, Table) if rows else ERROR_NOT_FOUND


@export("iphlpapi")
def FlushIpNetTable(dwIfIndex: DWORD) -> DWORD:
    return ERROR_ACCESS_DENIED


@export("iphlpapi")
def FlushIpNetTable2(Family: USHORT, InterfaceIndex: ULONG) -> DWORD:
    return ERROR_ACCESS_DENIED


# ---- asking for one ----

PATIENCE, DISCARD_PORT = 3.0, 9


def _own_hardware(packed: bytes) -> bytes | None:
    for interface in host.interfaces():
        if any(own.packed == packed for own in interface.addresses):
            return interface.hardware_address or bytes(6)
    return None


def _ask(packed: bytes) -> bytes | None:
    """A datagram for it makes the kernel find out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.sendto(b"", (socket.inet_ntoa(packed), DISCARD_PORT))
        except OSError:
            return None
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        for each in neighbours():
            if each.packed == packed and each.hardware_address:
                return each.hardware_address
            if each.packed == packed and each.state == FAILED:
                return None
        time.sleep(0.05)
    return None


def _known(packed: bytes) -> bytes | None:
    route = host.best_route(socket.AF_INET, packed)
    if route is None or any(route.gateway):  # not at an interface
        return None
    return next((each.hardware_address for each in neighbours() if each.packed == packed), None) or _ask(
        packed
    )


@export("iphlpapi")
def SendARP(DestIP: ULONG, SrcIP: ULONG, pMacAddr: PVOID, PhyAddrLen: PULONG) -> DWORD:
    """Only of neighbours, and of this computer's own addresses."""
    if not pMacAddr or not PhyAddrLen:
        return ERROR_INVALID_PARAMETER
    packed = struct.pack("<I", DestIP)
    hardware = _own_hardware(packed) or _known(packed)
    if hardware is None:
        return ERROR_BAD_NET_NAME
    room = get_u32(PhyAddrLen)
    _core.write(pMacAddr, hardware[:room])
    put_u32(PhyAddrLen, min(len(hardware), room))
    return 0
