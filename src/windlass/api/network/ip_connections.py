"""The tables of TCP connections and UDP sockets (iphlpapi), from /proc/net.

Source: Microsoft, "GetExtendedTcpTable function", "GetExtendedUdpTable function", "MIB_TCPROW structure";
Linux, "proc(5)".
"""

from __future__ import annotations

import os
import re
import socket
import struct
from typing import NamedTuple

from windlass.api.network.ip_helper import WINDOWS_AF_INET6, give_table
from windlass.registry import export
from windlass.types import BOOL, DWORD, INT, PULONG, PVOID, ULONG

ERROR_INVALID_PARAMETER = 87
ERROR_NOT_SUPPORTED = 50

# TCP_TABLE_CLASS and UDP_TABLE_CLASS.
TCP_BASIC_LISTENER, TCP_BASIC_CONNECTIONS, TCP_BASIC_ALL = 0, 1, 2
TCP_OWNER_PID_LISTENER, TCP_OWNER_PID_CONNECTIONS, TCP_OWNER_PID_ALL = 3, 4, 5
UDP_BASIC, UDP_OWNER_PID = 0, 1

# The kernel's TCP states -> MIB_TCP_STATE.
STATES = {1: 5, 2: 3, 3: 4, 4: 6, 5: 7, 6: 11, 7: 1, 8: 8, 9: 10, 10: 2, 11: 9, 12: 4}
LISTENING = 2


class Connection(NamedTuple):
    """A line of /proc/net/tcp or udp; addresses in network order."""

    local: bytes
    local_port: int
    remote: bytes
    remote_port: int
    state: int
    inode: int


def _address(text: str) -> tuple[bytes, int]:
    """An address is written as numbers of the machine, of 32 bits each."""
    address, port = text.split(":")
    words = (int(address[at : at + 8], 16) for at in range(0, len(address), 8))
    return b"".join(word.to_bytes(4, "little") for word in words), int(port, 16)


def connections(protocol: str, family: int) -> list[Connection]:
    path = f"/proc/net/{protocol}{'6' if family == socket.AF_INET6 else ''}"
    found = []
    try:
        with open(path) as file:
            lines = file.readlines()[1:]
    except OSError:
        return []
    for line in lines:
        fields = line.split()
        state = STATES.get(int(fields[3], 16), 1)
        found.append(Connection(*_address(fields[1]), *_address(fields[2]), state, int(fields[9])))
    return found


def _owners() -> dict[int, int]:
    """The process that has each socket, as far as this user may know."""
    owners = {}
    for process in filter(str.isdigit, os.listdir("/proc")):
        try:
            for descriptor in os.scandir(f"/proc/{process}/fd"):
                match = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(descriptor.path))
                if match:
                    owners[int(match[1])] = int(process)
        except OSError:
            continue
    return owners


def _port(number: int) -> int:
    """In network order, in the low half of a DWORD."""
    return socket.htons(number)


def _tcp_row(each: Connection, owner: int | None) -> bytes:
    """MIB_TCPROW, MIB_TCPROW_OWNER_PID."""
    row = struct.pack(
        "<I4sI4sI", each.state, each.local, _port(each.local_port), each.remote, _port(each.remote_port)
    )
    return row if owner is None else row + struct.pack("<I", owner)


def _tcp6_row(each: Connection, owner: int | None) -> bytes:
    """MIB_TCP6ROW_OWNER_PID."""
    return struct.pack(
        "<16sII16sIIII",
        each.local, 0, _port(each.local_port),
        each.remote, 0, _port(each.remote_port), each.state, owner or 0,
    )  # fmt: skip


def _basic_tcp6_row(each: Connection, owner: int | None) -> bytes:
    """MIB_TCP6ROW"""
    ends = (each.local, 0, _port(each.local_port), each.remote, 0, _port(each.remote_port))
    return struct.pack("<I16sII16sII", each.state, *ends)


OFFLOAD_IN_HOST = 0


def _tcp_row2(each: Connection, owner: int | None) -> bytes:
    """MIB_TCPROW2"""
    return _tcp_row(each, owner or 0) + struct.pack("<I", OFFLOAD_IN_HOST)


def _tcp6_row2(each: Connection, owner: int | None) -> bytes:
    """MIB_TCP6ROW2"""
    return _tcp6_row(each, owner) + struct.pack("<I", OFFLOAD_IN_HOST)


def _tcp_table(buffer: int, size: int, kind: int, family: int) -> int:
    wanted = kind % 3
    owners = _owners() if kind >= TCP_OWNER_PID_LISTENER else None
    newer = _basic_tcp6_row if owners is None else _tcp6_row
    make = _tcp_row if family == socket.AF_INET else newer
    rows = [
        make(each, None if owners is None else owners.get(each.inode, 0))
        for each in connections("tcp", family)
        if wanted == TCP_BASIC_ALL or (each.state == LISTENING) == (wanted == TCP_BASIC_LISTENER)
    ]
    return give_table(rows, buffer, size)


@export("iphlpapi")
def GetTcpTable(TcpTable: PVOID, SizePointer: PULONG, Order: BOOL) -> ULONG:
    return _tcp_table(TcpTable, SizePointer, TCP_BASIC_ALL, socket.AF_INET)


@export("iphlpapi")
def GetTcp6Table(TcpTable: PVOID, SizePointer: PULONG, Order: BOOL) -> ULONG:
    return _tcp_table(TcpTable, SizePointer, TCP_BASIC_ALL, socket.AF_INET6)


def _table2(buffer: int, size: int, family: int) -> int:
    """With the owners, and whether a card has taken a connection over."""
    owners, make = _owners(), _tcp_row2 if family == socket.AF_INET else _tcp6_row2
    rows = [make(each, owners.get(each.inode, 0)) for each in connections("tcp", family)]
    return give_table(rows, buffer, size)


@export("iphlpapi")
def GetTcpTable2(TcpTable: PVOID, SizePointer: PULONG, Order: BOOL) -> ULONG:
    return _table2(TcpTable, SizePointer, socket.AF_INET)


@export("iphlpapi")
def GetTcp6Table2(TcpTable: PVOID, SizePointer: PULONG, Order: BOOL) -> ULONG:
    return _table2(TcpTable, SizePointer, socket.AF_INET6)


@export("iphlpapi")
def GetExtendedTcpTable(
    pTcpTable: PVOID, pdwSize: PULONG, bOrder: BOOL, ulAf: ULONG, TableClass: INT, Reserved: ULONG
) -> DWORD:
    """Not with the modules of the owners."""
    if not pdwSize or ulAf not in (socket.AF_INET, WINDOWS_AF_INET6):
        return ERROR_INVALID_PARAMETER
    family = socket.AF_INET6 if ulAf == WINDOWS_AF_INET6 else socket.AF_INET
    if not TCP_BASIC_LISTENER <= TableClass <= TCP_OWNER_PID_ALL:
        return ERROR_NOT_SUPPORTED
    return _tcp_table(pTcpTable, pdwSize, TableClass, family)


def _udp_table(buffer: int, size: int, kind: int, family: int) -> int:
    owners = _owners() if kind == UDP_OWNER_PID else {}
    rows = []
    for each in connections("udp", family):
        scope = struct.pack("<I", 0) if family == socket.AF_INET6 else b""
        owner = struct.pack("<I", owners.get(each.inode, 0)) if kind == UDP_OWNER_PID else b""
        rows.append(each.local + scope + struct.pack("<I", _port(each.local_port)) + owner)
    return give_table(rows, buffer, size)


@export("iphlpapi")
def GetUdpTable(UdpTable: PVOID, SizePointer: PULONG, Order: BOOL) -> ULONG:
    return _udp_table(UdpTable, SizePointer, UDP_BASIC, socket.AF_INET)


@export("iphlpapi")
def GetUdp6Table(Udp6Table: PVOID, SizePointer: PULONG, Order: BOOL) -> ULONG:
    return _udp_table(Udp6Table, SizePointer, UDP_BASIC, socket.AF_INET6)


@export("iphlpapi")
def GetExtendedUdpTable(
    pUdpTable: PVOID, pdwSize: PULONG, bOrder: BOOL, ulAf: ULONG, TableClass: INT, Reserved: ULONG
) -> DWORD:
    if not pdwSize or ulAf not in (socket.AF_INET, WINDOWS_AF_INET6):
        return ERROR_INVALID_PARAMETER
    if TableClass not in (UDP_BASIC, UDP_OWNER_PID):
        return ERROR_NOT_SUPPORTED
    family = socket.AF_INET6 if ulAf == WINDOWS_AF_INET6 else socket.AF_INET
    return _udp_table(pUdpTable, pdwSize, TableClass, family)
