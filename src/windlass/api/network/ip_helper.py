"""IP Helper: adapters, interfaces, addresses and routes (iphlpapi).

Source: Microsoft, "GetAdaptersAddresses function", "GetAdaptersInfo function", "GetNetworkParams function",
"GetIfTable function", "GetIpAddrTable function", "GetIpForwardTable function", "GetBestInterface function",
"ConvertInterfaceIndexToLuid function", and the pages of their structures.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import uuid
from ctypes import c_char, c_int32, c_ubyte, c_uint32, c_uint64

from windlass import _core
from windlass.api.network import network_interfaces as host
from windlass.api.network.network_interfaces import Interface, Route
from windlass.api.outputs import get_u32, put_ansi, put_u32, put_u64, put_wide
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPCSTR, LPCWSTR, LPSTR, LPWSTR, PULONG, PVOID, SIZE_T, ULONG

NO_ERROR = 0
ERROR_FILE_NOT_FOUND = 2
ERROR_NOT_SUPPORTED = 50
ERROR_INVALID_PARAMETER = 87
ERROR_BUFFER_OVERFLOW = 111
ERROR_INSUFFICIENT_BUFFER = 122
ERROR_NO_DATA = 232
ERROR_NETWORK_UNREACHABLE = 1231
ERROR_NOT_ENOUGH_MEMORY = 8

WINDOWS_AF_INET6 = 23
STATUS_UP, STATUS_DOWN = 1, 2


class Records:
    """Structures that point to one another, laid out one after the other as they come to lie at `base`."""

    def __init__(self, base: int) -> None:
        self._base = base
        self.data = bytearray()

    def add(self, record: bytes | ctypes.Structure) -> int:
        """The address of a record, which begins at a multiple of eight."""
        self.data += bytes(-len(self.data) % 8)
        address = self._base + len(self.data)
        self.data += bytes(record)
        return address

    def text(self, text: str) -> int:
        return self.add(_core.wide_bytes(text))


def _deliver(data: bytes, buffer: int, size: int, too_small: int) -> int:
    """To the caller's buffer if that is large enough; its size says what is needed."""
    capacity = get_u32(size) if buffer else 0
    put_u32(size, len(data))
    if len(data) > capacity:
        return too_small
    _core.write(buffer, data)
    return NO_ERROR


def socket_address(family: int, packed: bytes, scope: int = 0) -> bytes:
    """A sockaddr_in or sockaddr_in6 without port."""
    if family == socket.AF_INET:
        return struct.pack("<HH4s8x", socket.AF_INET, 0, packed)
    return struct.pack("<HHI16sI", WINDOWS_AF_INET6, 0, 0, packed, scope)


# ---- GetAdaptersAddresses ----

SKIP_UNICAST, SKIP_DNS_SERVER, INCLUDE_PREFIX, SKIP_FRIENDLY_NAME, INCLUDE_GATEWAYS = 1, 8, 0x10, 0x20, 0x80


class SocketAddress(ctypes.Structure):
    """SOCKET_ADDRESS."""

    _fields_ = (("address", c_uint64), ("length", c_int32))


class Entry(ctypes.Structure):
    """IP_ADAPTER_DNS_SERVER_ADDRESS, IP_ADAPTER_GATEWAY_ADDRESS."""

    _fields_ = (("length", c_uint32), ("flags", c_uint32), ("next", c_uint64), ("address", SocketAddress))


class Unicast(ctypes.Structure):
    """IP_ADAPTER_UNICAST_ADDRESS."""

    _fields_ = (
        *Entry._fields_,
        ("prefix_origin", c_int32),
        ("suffix_origin", c_int32),
        ("dad_state", c_int32),
        ("valid_lifetime", c_uint32),
        ("preferred_lifetime", c_uint32),
        ("lease_lifetime", c_uint32),
        ("prefix_length", c_ubyte),
    )


class Prefix(ctypes.Structure):
    """IP_ADAPTER_PREFIX."""

    _fields_ = (*Entry._fields_, ("prefix_length", c_uint32))


class Adapter(ctypes.Structure):
    """IP_ADAPTER_ADDRESSES."""

    _fields_ = (
        ("length", c_uint32),
        ("index", c_uint32),
        ("next", c_uint64),
        ("adapter_name", c_uint64),
        ("unicast", c_uint64),
        ("anycast", c_uint64),
        ("multicast", c_uint64),
        ("dns_server", c_uint64),
        ("dns_suffix", c_uint64),
        ("description", c_uint64),
        ("friendly_name", c_uint64),
        ("physical_address", c_char * 8),
        ("physical_address_length", c_uint32),
        ("flags", c_uint32),
        ("mtu", c_uint32),
        ("type", c_uint32),
        ("status", c_int32),
        ("ipv6_index", c_uint32),
        ("zones", c_uint32 * 16),
        ("prefix", c_uint64),
        ("transmit_speed", c_uint64),
        ("receive_speed", c_uint64),
        ("wins_server", c_uint64),
        ("gateway", c_uint64),
        ("ipv4_metric", c_uint32),
        ("ipv6_metric", c_uint32),
        ("luid", c_uint64),
        ("dhcpv4_server", SocketAddress),
        ("compartment", c_uint32),
        ("network_guid", c_ubyte * 16),
        ("connection_type", c_int32),
        ("tunnel_type", c_int32),
        ("dhcpv6_server", SocketAddress),
        ("duid", c_ubyte * 130),
        ("duid_length", c_uint32),
        ("iaid", c_uint32),
        ("dns_suffix_list", c_uint64),
    )


IP_ADAPTER_IPV4_ENABLED, IP_ADAPTER_IPV6_ENABLED = 0x80, 0x100
NET_IF_CONNECTION_DEDICATED = 1
FOREVER = 0xFFFFFFFF
IP_ORIGIN_MANUAL, DAD_STATE_PREFERRED = 1, 4


def _chain(records: Records, entries: list[ctypes.Structure]) -> int:
    """The address of the first of a linked list."""
    following = 0
    for entry in reversed(entries):
        entry.length = ctypes.sizeof(entry)
        entry.next = following
        following = records.add(entry)
    return following


def _address(records: Records, family: int, packed: bytes, scope: int = 0) -> SocketAddress:
    data = socket_address(family, packed, scope)
    return SocketAddress(records.add(data), len(data))


def _adapter(records: Records, interface: Interface, families: tuple[int, ...], flags: int) -> Adapter:
    adapter = Adapter(index=interface.number, type=interface.type, mtu=interface.mtu, luid=interface.luid)
    adapter.adapter_name = records.add(interface.guid.encode() + b"\0")
    adapter.description = records.text(interface.name)
    adapter.friendly_name = 0 if flags & SKIP_FRIENDLY_NAME else records.text(interface.name)
    adapter.dns_suffix = records.text("")
    adapter.physical_address = interface.hardware_address
    adapter.physical_address_length = len(interface.hardware_address)
    adapter.status = STATUS_UP if interface.is_up else STATUS_DOWN
    adapter.transmit_speed = adapter.receive_speed = interface.speed or 0xFFFFFFFFFFFFFFFF
    adapter.compartment = adapter.connection_type = NET_IF_CONNECTION_DEDICATED
    present = {address.family for address in interface.addresses}
    if socket.AF_INET6 in present:
        adapter.ipv6_index = interface.number
    adapter.flags = (IP_ADAPTER_IPV4_ENABLED if socket.AF_INET in present else 0) | (
        IP_ADAPTER_IPV6_ENABLED if socket.AF_INET6 in present else 0
    )
    own = [address for address in interface.addresses if address.family in families]
    if not flags & SKIP_UNICAST:
        adapter.unicast = _chain(
            records,
            [
                Unicast(
                    address=_address(records, each.family, each.packed, each.scope),
                    prefix_origin=IP_ORIGIN_MANUAL,
                    suffix_origin=IP_ORIGIN_MANUAL,
                    dad_state=DAD_STATE_PREFERRED,
                    valid_lifetime=FOREVER,
                    preferred_lifetime=FOREVER,
                    lease_lifetime=FOREVER,
                    prefix_length=each.prefix,
                )
                for each in own
            ],
        )
    if flags & INCLUDE_PREFIX:
        adapter.prefix = _chain(
            records,
            [
                Prefix(
                    address=_address(records, each.family, _network(each.packed, each.prefix)),
                    prefix_length=each.prefix,
                )
                for each in own
            ],
        )
    if not flags & SKIP_DNS_SERVER and interface.type != host.IF_TYPE_LOOPBACK:
        servers = [
            Entry(address=_address(records, *each)) for each in host.dns_servers() if each[0] in families
        ]
        adapter.dns_server = _chain(records, list(servers))
    if flags & INCLUDE_GATEWAYS:
        gateways = [
            Entry(address=_address(records, route.family, route.gateway))
            for route in host.routes()
            if route.number == interface.number and route.family in families and any(route.gateway)
        ]
        adapter.gateway = _chain(records, list(gateways))
    return adapter


def _network(packed: bytes, prefix: int) -> bytes:
    bits = 8 * len(packed) - prefix
    return (int.from_bytes(packed, "big") >> bits << bits).to_bytes(len(packed), "big")


@export("iphlpapi")
def GetAdaptersAddresses(
    Family: ULONG, Flags: ULONG, Reserved: PVOID, AdapterAddresses: PVOID, SizePointer: PULONG
) -> ULONG:
    """There are no anycast, multicast and WINS addresses."""
    choices = {
        0: (socket.AF_INET, socket.AF_INET6),
        socket.AF_INET: (socket.AF_INET,),
        WINDOWS_AF_INET6: (socket.AF_INET6,),
    }
    families = choices.get(Family)
    if families is None or not SizePointer:
        return ERROR_INVALID_PARAMETER
    found = host.interfaces()
    records = Records(AdapterAddresses)
    size = ctypes.sizeof(Adapter)
    records.data += bytes(size * len(found))
    for position, interface in enumerate(found):
        adapter = _adapter(records, interface, tuple(map(int, families)), Flags)
        adapter.length = size
        is_last = position == len(found) - 1
        adapter.next = 0 if is_last else AdapterAddresses + size * (position + 1)
        records.data[size * position : size * (position + 1)] = bytes(adapter)
    return (
        _deliver(bytes(records.data), AdapterAddresses, SizePointer, ERROR_BUFFER_OVERFLOW)
        if found
        else ERROR_NO_DATA
    )


# ---- GetAdaptersInfo, GetNetworkParams ----


class AddressText(ctypes.Structure):
    """IP_ADDR_STRING."""

    _fields_ = (("next", c_uint64), ("address", c_char * 16), ("mask", c_char * 16), ("context", c_uint32))


class AdapterInfo(ctypes.Structure):
    """IP_ADAPTER_INFO."""

    _fields_ = (
        ("next", c_uint64),
        ("combo_index", c_uint32),
        ("name", c_char * 260),
        ("description", c_char * 132),
        ("address_length", c_uint32),
        ("address", c_char * 8),
        ("index", c_uint32),
        ("type", c_uint32),
        ("dhcp_enabled", c_uint32),
        ("current_address", c_uint64),
        ("addresses", AddressText),
        ("gateways", AddressText),
        ("dhcp_server", AddressText),
        ("have_wins", c_uint32),
        ("primary_wins", AddressText),
        ("secondary_wins", AddressText),
        ("lease_obtained", c_uint64),
        ("lease_expires", c_uint64),
    )


def _texts(records: Records, entries: list[tuple[bytes, int]]) -> AddressText:
    """A list of IPv4 addresses with the lengths of their prefixes; its first is in the structure itself."""
    following = 0
    first = AddressText(address=b"0.0.0.0", mask=b"0.0.0.0")
    for position in reversed(range(len(entries))):
        packed, prefix = entries[position]
        mask = _network(b"\xff" * 4, prefix)
        first = AddressText(following, socket.inet_ntoa(packed).encode(), socket.inet_ntoa(mask).encode(), 0)
        following = records.add(first) if position else 0
    return first


def _ipv4(interface: Interface) -> list[tuple[bytes, int]]:
    return [(each.packed, each.prefix) for each in interface.addresses if each.family == socket.AF_INET]


@export("iphlpapi")
def GetAdaptersInfo(AdapterInfo_: PVOID, SizePointer: PULONG) -> ULONG:
    """IPv4 only, and no loopback interface."""
    if not SizePointer:
        return ERROR_INVALID_PARAMETER
    found = [each for each in host.interfaces() if each.type != host.IF_TYPE_LOOPBACK]
    records = Records(AdapterInfo_)
    size = ctypes.sizeof(AdapterInfo)
    records.data += bytes(size * len(found))
    for position, interface in enumerate(found):
        gateways = [
            (route.gateway, 32)
            for route in host.routes()
            if route.number == interface.number and route.family == socket.AF_INET and any(route.gateway)
        ]
        info = AdapterInfo(
            next=0 if position == len(found) - 1 else AdapterInfo_ + size * (position + 1),
            combo_index=interface.number,
            name=interface.guid.encode(),
            description=os.fsencode(interface.name),
            address_length=len(interface.hardware_address),
            address=interface.hardware_address,
            index=interface.number,
            type=interface.type,
            addresses=_texts(records, _ipv4(interface)),
            gateways=_texts(records, gateways),
        )
        records.data[size * position : size * (position + 1)] = bytes(info)
    return (
        _deliver(bytes(records.data), AdapterInfo_, SizePointer, ERROR_BUFFER_OVERFLOW)
        if found
        else ERROR_NO_DATA
    )


class FixedInfo(ctypes.Structure):
    """FIXED_INFO."""

    _fields_ = (
        ("host_name", c_char * 132),
        ("domain_name", c_char * 132),
        ("current_server", c_uint64),
        ("servers", AddressText),
        ("node_type", c_uint32),
        ("scope", c_char * 260),
        ("routing", c_uint32),
        ("proxy", c_uint32),
        ("dns", c_uint32),
    )


HYBRID_NODETYPE = 8


@export("iphlpapi")
def GetNetworkParams(pFixedInfo: PVOID, pOutBufLen: PULONG) -> DWORD:
    if not pOutBufLen:
        return ERROR_INVALID_PARAMETER
    name, _, domain = socket.gethostname().partition(".")
    records = Records(pFixedInfo)
    size = ctypes.sizeof(FixedInfo)
    records.data += bytes(size)
    servers = [(packed, 32) for family, packed in host.dns_servers() if family == socket.AF_INET]
    info = FixedInfo(
        host_name=name.encode()[:131],
        domain_name=domain.encode()[:131],
        servers=_texts(records, servers),
        node_type=HYBRID_NODETYPE,
        dns=1,
    )
    records.data[:size] = bytes(info)
    return _deliver(bytes(records.data), pFixedInfo, pOutBufLen, ERROR_BUFFER_OVERFLOW)


# ---- tables: a count and rows ----

MIB_IF_OPERATIONAL, MIB_IF_NON_OPERATIONAL = 5, 0


def _interface_row(interface: Interface) -> bytes:
    """MIB_IFROW; the counters are 32 bits wide."""
    counters = interface.statistics()
    names = ("bytes", "packets", "multicast", "dropped", "errors", "")
    received = [counters.get(f"rx_{name}" if name != "multicast" else name, 0) & 0xFFFFFFFF for name in names]
    sent = [
        counters.get(f"tx_{name}", 0) & 0xFFFFFFFF
        for name in ("bytes", "packets", "", "dropped", "errors", "")
    ]
    description = os.fsencode(interface.name)
    return struct.pack(
        "<512s5I8s3I6I6II256s",
        _core.wide_bytes("\\DEVICE\\TCPIP_" + interface.guid),
        interface.number,
        interface.type,
        interface.mtu,
        min(interface.speed, 0xFFFFFFFF),
        len(interface.hardware_address),
        interface.hardware_address,
        STATUS_UP if interface.is_up else STATUS_DOWN,
        MIB_IF_OPERATIONAL if interface.is_up else MIB_IF_NON_OPERATIONAL,
        0,
        *received,
        *sent,
        len(description) + 1,
        description,
    )


def give_table(rows: list[bytes], buffer: int, size: int) -> int:
    """A count and the rows; NO_ERROR or ERROR_INSUFFICIENT_BUFFER."""
    if not size:
        return ERROR_INVALID_PARAMETER
    return _deliver(struct.pack("<I", len(rows)) + b"".join(rows), buffer, size, ERROR_INSUFFICIENT_BUFFER)


@export("iphlpapi")
def GetNumberOfInterfaces(pdwNumIf: PULONG) -> DWORD:
    if not pdwNumIf:
        return ERROR_INVALID_PARAMETER
    put_u32(pdwNumIf, len(socket.if_nameindex()))
    return NO_ERROR


@export("iphlpapi")
def GetIfTable(pIfTable: PVOID, pdwSize: PULONG, bOrder: BOOL) -> DWORD:
    return give_table([_interface_row(each) for each in host.interfaces()], pIfTable, pdwSize)


@export("iphlpapi")
def GetIfEntry(pIfRow: PVOID) -> DWORD:
    if not pIfRow:
        return ERROR_INVALID_PARAMETER
    wanted = get_u32(pIfRow + 512)
    for interface in host.interfaces():
        if interface.number == wanted:
            _core.write(pIfRow, _interface_row(interface))
            return NO_ERROR
    return ERROR_INVALID_PARAMETER


MIB_IPADDR_PRIMARY = 1


@export("iphlpapi")
def GetIpAddrTable(pIpAddrTable: PVOID, pdwSize: PULONG, bOrder: BOOL) -> DWORD:
    rows = [
        struct.pack(
            "<4sI4sIIHH",
            packed,
            interface.number,
            _network(b"\xff" * 4, prefix),
            1,
            65535,
            0,
            MIB_IPADDR_PRIMARY,
        )
        for interface in host.interfaces()
        for packed, prefix in _ipv4(interface)
    ]
    return give_table(rows, pIpAddrTable, pdwSize)


# ---- routes ----

MIB_IPROUTE_TYPE_DIRECT, MIB_IPROUTE_TYPE_INDIRECT, MIB_IPPROTO_NETMGMT = 3, 4, 3
UNUSED_METRIC = 0xFFFFFFFF


def _route_row(route: Route) -> bytes:
    """MIB_IPFORWARDROW."""
    kind = MIB_IPROUTE_TYPE_INDIRECT if any(route.gateway) else MIB_IPROUTE_TYPE_DIRECT
    return struct.pack(
        "<4s4sI4sIIIIIIIIII",
        route.destination,
        _network(b"\xff" * 4, route.prefix),
        0,
        route.gateway,
        route.number,
        kind,
        MIB_IPPROTO_NETMGMT,
        0,
        0,
        route.metric,
        *[UNUSED_METRIC] * 4,
    )


@export("iphlpapi")
def GetIpForwardTable(pIpForwardTable: PVOID, pdwSize: PULONG, bOrder: BOOL) -> DWORD:
    rows = [_route_row(route) for route in host.routes() if route.family == socket.AF_INET]
    return give_table(rows, pIpForwardTable, pdwSize)


def _packed_ipv4(number: int) -> bytes:
    """An IPAddr, whose bytes are in network order in memory."""
    return struct.pack("<I", number)


@export("iphlpapi")
def GetBestRoute(dwDestAddr: DWORD, dwSourceAddr: DWORD, pBestRoute: PVOID) -> DWORD:
    route = host.best_route(socket.AF_INET, _packed_ipv4(dwDestAddr))
    if route is None or not pBestRoute:
        return ERROR_INVALID_PARAMETER if not pBestRoute else ERROR_NETWORK_UNREACHABLE
    _core.write(pBestRoute, _route_row(route))
    return NO_ERROR


def _best_interface(family: int, packed: bytes, result: int) -> int:
    route = host.best_route(family, packed)
    if route is None:
        return ERROR_NETWORK_UNREACHABLE
    put_u32(result, route.number)
    return NO_ERROR


@export("iphlpapi")
def GetBestInterface(dwDestAddr: DWORD, pdwBestIfIndex: PULONG) -> DWORD:
    if not pdwBestIfIndex:
        return ERROR_INVALID_PARAMETER
    return _best_interface(socket.AF_INET, _packed_ipv4(dwDestAddr), pdwBestIfIndex)


@export("iphlpapi")
def GetBestInterfaceEx(pDestAddr: PVOID, pdwBestIfIndex: PULONG) -> DWORD:
    if not pDestAddr or not pdwBestIfIndex:
        return ERROR_INVALID_PARAMETER
    family = int.from_bytes(_core.read(pDestAddr, 2), "little")
    if family == socket.AF_INET:
        return _best_interface(family, _core.read(pDestAddr + 4, 4), pdwBestIfIndex)
    if family == WINDOWS_AF_INET6:
        return _best_interface(socket.AF_INET6, _core.read(pDestAddr + 8, 16), pdwBestIfIndex)
    return ERROR_NOT_SUPPORTED


# ---- names, numbers and LUIDs of interfaces ----

IF_NAMESIZE = 257


def _find(index: int = 0, luid: int = 0, name: str = "") -> Interface | None:
    for each in host.interfaces():
        if (index and each.number == index) or (luid and each.luid == luid) or (name and each.name == name):
            return each
    return None


@export("iphlpapi")
def if_nametoindex(InterfaceName: LPCSTR) -> ULONG:
    found = _find(name=os.fsdecode(InterfaceName)) if InterfaceName else None
    return found.number if found else 0


@export("iphlpapi")
def if_indextoname(InterfaceIndex: ULONG, InterfaceName: LPSTR) -> PVOID:
    found = _find(index=InterfaceIndex)
    if found is None or not InterfaceName:
        return 0
    put_ansi(InterfaceName, IF_NAMESIZE, found.name)
    return InterfaceName


@export("iphlpapi")
def ConvertInterfaceIndexToLuid(InterfaceIndex: ULONG, InterfaceLuid: PVOID) -> DWORD:
    found = _find(index=InterfaceIndex)
    if found is None or not InterfaceLuid:
        return ERROR_FILE_NOT_FOUND if InterfaceLuid else ERROR_INVALID_PARAMETER
    put_u64(InterfaceLuid, found.luid)
    return NO_ERROR


def _of_luid(address: int) -> Interface | None:
    return _find(luid=int.from_bytes(_core.read(address, 8), "little")) if address else None


@export("iphlpapi")
def ConvertInterfaceLuidToIndex(InterfaceLuid: PVOID, InterfaceIndex: PULONG) -> DWORD:
    found = _of_luid(InterfaceLuid)
    if found is None or not InterfaceIndex:
        return ERROR_INVALID_PARAMETER
    put_u32(InterfaceIndex, found.number)
    return NO_ERROR


def _give_name(name: str, buffer: int, capacity: int) -> int:
    return NO_ERROR if put_wide(buffer, capacity, name) < capacity else ERROR_NOT_ENOUGH_MEMORY


@export("iphlpapi")
def ConvertInterfaceLuidToNameW(InterfaceLuid: PVOID, InterfaceName: LPWSTR, Length: SIZE_T) -> DWORD:
    found = _of_luid(InterfaceLuid)
    return (
        _give_name(found.name, InterfaceName, Length) if found and InterfaceName else ERROR_INVALID_PARAMETER
    )


@export("iphlpapi")
def ConvertInterfaceLuidToNameA(InterfaceLuid: PVOID, InterfaceName: LPSTR, Length: SIZE_T) -> DWORD:
    found = _of_luid(InterfaceLuid)
    if found is None or not InterfaceName:
        return ERROR_INVALID_PARAMETER
    return NO_ERROR if put_ansi(InterfaceName, Length, found.name) < Length else ERROR_NOT_ENOUGH_MEMORY


@export("iphlpapi")
def ConvertInterfaceLuidToAlias(InterfaceLuid: PVOID, InterfaceAlias: LPWSTR, Length: SIZE_T) -> DWORD:
    return ConvertInterfaceLuidToNameW(InterfaceLuid, InterfaceAlias, Length)


def _luid_of_name(name: str | None, result: int) -> int:
    found = _find(name=name) if name else None
    if found is None or not result:
        return ERROR_INVALID_PARAMETER
    put_u64(result, found.luid)
    return NO_ERROR


@export("iphlpapi")
def ConvertInterfaceNameToLuidW(InterfaceName: LPCWSTR, InterfaceLuid: PVOID) -> DWORD:
    return _luid_of_name(InterfaceName, InterfaceLuid)


@export("iphlpapi")
def ConvertInterfaceNameToLuidA(InterfaceName: LPCSTR, InterfaceLuid: PVOID) -> DWORD:
    return _luid_of_name(os.fsdecode(InterfaceName) if InterfaceName else None, InterfaceLuid)


@export("iphlpapi")
def ConvertInterfaceAliasToLuid(InterfaceAlias: LPCWSTR, InterfaceLuid: PVOID) -> DWORD:
    return _luid_of_name(InterfaceAlias, InterfaceLuid)


@export("iphlpapi")
def ConvertInterfaceLuidToGuid(InterfaceLuid: PVOID, InterfaceGuid: PVOID) -> DWORD:
    found = _of_luid(InterfaceLuid)
    if found is None or not InterfaceGuid:
        return ERROR_INVALID_PARAMETER
    _core.write(InterfaceGuid, uuid.UUID(found.guid).bytes_le)
    return NO_ERROR


@export("iphlpapi")
def ConvertInterfaceGuidToLuid(InterfaceGuid: PVOID, InterfaceLuid: PVOID) -> DWORD:
    wanted = uuid.UUID(bytes_le=_core.read(InterfaceGuid, 16)) if InterfaceGuid else None
    for interface in host.interfaces():
        if uuid.UUID(interface.guid) == wanted and InterfaceLuid:
            put_u64(InterfaceLuid, interface.luid)
            return NO_ERROR
    return ERROR_INVALID_PARAMETER


@export("iphlpapi")
def ConvertLengthToIpv4Mask(MaskLength: ULONG, Mask: PULONG) -> ULONG:
    if MaskLength > 32:
        put_u32(Mask, 0xFFFFFFFF)
        return ERROR_INVALID_PARAMETER
    _core.write(Mask, _network(b"\xff" * 4, MaskLength))
    return NO_ERROR


@export("iphlpapi")
def ConvertIpv4MaskToLength(Mask: ULONG, MaskLength: PVOID) -> ULONG:
    number = int.from_bytes(_packed_ipv4(Mask), "big")
    length = bin(number).count("1")
    if _network(b"\xff" * 4, length) != number.to_bytes(4, "big"):
        return ERROR_INVALID_PARAMETER
    _core.write(MaskLength, bytes([length]))
    return NO_ERROR
