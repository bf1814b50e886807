"""The tables of Windows Vista and later (iphlpapi): memory of their own, which FreeMibTable frees.

Source: Microsoft, "GetUnicastIpAddressTable function", "GetIfTable2 function", "GetBestRoute2 function",
"NotifyIpInterfaceChange function", "MIB_UNICASTIPADDRESS_ROW structure", "MIB_IF_ROW2 structure",
"MIB_IPFORWARD_ROW2 structure".
"""

from __future__ import annotations

import ctypes
import socket
import struct
import uuid
from ctypes import c_char, c_int32, c_ubyte, c_uint16, c_uint32, c_uint64

from windlass import _core
from windlass.api.calls import windows
from windlass.api.network import network_interfaces as host
from windlass.api.network.ip_helper import (
    DAD_STATE_PREFERRED,
    ERROR_INVALID_PARAMETER,
    ERROR_NETWORK_UNREACHABLE,
    FOREVER,
    NO_ERROR,
    STATUS_DOWN,
    STATUS_UP,
    WINDOWS_AF_INET6,
    socket_address,
)
from windlass.api.network.network_interfaces import Interface, Route
from windlass.api.outputs import put_u64
from windlass.registry import export
from windlass.types import BOOLEAN, DWORD, HANDLE, LPCVOID, PHANDLE, PVOID, ULONG, USHORT, VOID, Calling

ERROR_NOT_FOUND = 1168
ERROR_NOT_ENOUGH_MEMORY = 8


class SocketAddressInet(ctypes.Structure):
    """SOCKADDR_INET: as large as a sockaddr_in6."""

    _fields_ = (("words", c_uint32 * 7),)


def _inet(family: int, packed: bytes, scope: int = 0) -> SocketAddressInet:
    return SocketAddressInet.from_buffer_copy(socket_address(family, packed, scope).ljust(28, b"\0"))


class UnicastRow(ctypes.Structure):
    """MIB_UNICASTIPADDRESS_ROW."""

    _fields_ = (
        ("address", SocketAddressInet),
        ("luid", c_uint64),
        ("number", c_uint32),
        ("prefix_origin", c_int32),
        ("suffix_origin", c_int32),
        ("valid_lifetime", c_uint32),
        ("preferred_lifetime", c_uint32),
        ("prefix_length", c_ubyte),
        ("skip_as_source", c_ubyte),
        ("dad_state", c_int32),
        ("scope", c_uint32),
        ("created", c_uint64),
    )


class InterfaceRow(ctypes.Structure):
    """MIB_IF_ROW2."""

    _fields_ = (
        ("luid", c_uint64),
        ("number", c_uint32),
        ("guid", c_ubyte * 16),
        ("alias", c_uint16 * 257),
        ("description", c_uint16 * 257),
        ("hardware_length", c_uint32),
        ("hardware_address", c_char * 32),
        ("permanent_address", c_char * 32),
        ("mtu", c_uint32),
        ("type", c_uint32),
        ("tunnel_type", c_int32),
        ("medium", c_int32),
        ("physical_medium", c_int32),
        ("access", c_int32),
        ("direction", c_int32),
        ("flags", c_ubyte),
        ("oper_status", c_int32),
        ("admin_status", c_int32),
        ("connect_state", c_int32),
        ("network_guid", c_ubyte * 16),
        ("connection", c_int32),
        ("transmit_speed", c_uint64),
        ("receive_speed", c_uint64),
        ("in_octets", c_uint64),
        ("in_unicast", c_uint64),
        ("in_other", c_uint64),
        ("in_discards", c_uint64),
        ("in_errors", c_uint64),
        ("in_unknown", c_uint64),
        ("in_more", c_uint64 * 3),
        ("out_octets", c_uint64),
        ("out_unicast", c_uint64),
        ("out_other", c_uint64),
        ("out_discards", c_uint64),
        ("out_errors", c_uint64),
        ("out_more", c_uint64 * 4),
    )


class RouteRow(ctypes.Structure):
    """MIB_IPFORWARD_ROW2."""

    _fields_ = (
        ("luid", c_uint64),
        ("number", c_uint32),
        ("prefix", SocketAddressInet),
        ("prefix_length", c_ubyte),
        ("next_hop", SocketAddressInet),
        ("site_prefix_length", c_ubyte),
        ("valid_lifetime", c_uint32),
        ("preferred_lifetime", c_uint32),
        ("metric", c_uint32),
        ("protocol", c_int32),
        ("loopback", c_ubyte),
        ("autoconfigure", c_ubyte),
        ("publish", c_ubyte),
        ("immortal", c_ubyte),
        ("age", c_uint32),
        ("origin", c_int32),
    )


def families_of(family: int) -> tuple[int, ...]:
    """Those that AF_UNSPEC or one family means; () for any other."""
    choices: dict[int, tuple[int, ...]] = {
        0: (socket.AF_INET, socket.AF_INET6),
        socket.AF_INET: (socket.AF_INET,),
        WINDOWS_AF_INET6: (socket.AF_INET6,),
    }
    return choices.get(family, ())


def give_mib_table(rows: list[bytes], result: int) -> int:
    """A count in eight bytes and the rows, in memory of the process heap."""
    data = struct.pack("<Q", len(rows)) + b"".join(rows)
    address = windows("ole32.dll", "CoTaskMemAlloc", len(data))
    if not address:
        return ERROR_NOT_ENOUGH_MEMORY
    _core.write(address, data)
    put_u64(result, address)
    return NO_ERROR


@export("iphlpapi")
def FreeMibTable(Memory: PVOID) -> VOID:
    windows("ole32.dll", "CoTaskMemFree", Memory)


# ---- addresses ----


def _unicast_row(interface: Interface, address: host.Address) -> UnicastRow:
    return UnicastRow(
        address=_inet(address.family, address.packed, address.scope),
        luid=interface.luid,
        number=interface.number,
        prefix_origin=1,
        suffix_origin=1,
        valid_lifetime=FOREVER,
        preferred_lifetime=FOREVER,
        prefix_length=address.prefix,
        dad_state=DAD_STATE_PREFERRED,
        scope=address.scope,
    )


@export("iphlpapi")
def GetUnicastIpAddressTable(Family: USHORT, Table: PVOID) -> DWORD:
    families = families_of(Family)
    if not families or not Table:
        return ERROR_INVALID_PARAMETER
    rows = [
        bytes(_unicast_row(interface, address))
        for interface in host.interfaces()
        for address in interface.addresses
        if address.family in families
    ]
    return give_mib_table(rows, Table) if rows else ERROR_NOT_FOUND


@export("iphlpapi")
def GetAnycastIpAddressTable(Family: USHORT, Table: PVOID) -> DWORD:
    """An empty table: the host does not tell anycast addresses from others."""
    return give_mib_table([], Table) if Table and families_of(Family) else ERROR_INVALID_PARAMETER


# ---- interfaces ----

NDIS_MEDIUM_802_3 = 0
MEDIA_CONNECTED, MEDIA_DISCONNECTED = 1, 2


def _name(text: str) -> ctypes.Array[c_uint16]:
    units = _core.wide_bytes(text)[: 2 * 256].ljust(2 * 257, b"\0")
    return (c_uint16 * 257).from_buffer_copy(units)


def _interface_row(interface: Interface) -> InterfaceRow:
    counters = interface.statistics()
    status = STATUS_UP if interface.is_up else STATUS_DOWN
    return InterfaceRow(
        luid=interface.luid,
        number=interface.number,
        guid=(c_ubyte * 16).from_buffer_copy(uuid.UUID(interface.guid).bytes_le),
        alias=_name(interface.name),
        description=_name(interface.name),
        hardware_length=len(interface.hardware_address),
        hardware_address=interface.hardware_address,
        permanent_address=interface.hardware_address,
        mtu=interface.mtu,
        type=interface.type,
        medium=NDIS_MEDIUM_802_3,
        oper_status=status,
        admin_status=status,
        connect_state=MEDIA_CONNECTED if interface.is_up else MEDIA_DISCONNECTED,
        transmit_speed=interface.speed,
        receive_speed=interface.speed,
        in_octets=counters.get("rx_bytes", 0),
        in_unicast=counters.get("rx_packets", 0),
        in_discards=counters.get("rx_dropped", 0),
        in_errors=counters.get("rx_errors", 0),
        out_octets=counters.get("tx_bytes", 0),
        out_unicast=counters.get("tx_packets", 0),
        out_discards=counters.get("tx_dropped", 0),
        out_errors=counters.get("tx_errors", 0),
    )


@export("iphlpapi")
def GetIfTable2(Table: PVOID) -> DWORD:
    if not Table:
        return ERROR_INVALID_PARAMETER
    return give_mib_table([bytes(_interface_row(each)) for each in host.interfaces()], Table)


@export("iphlpapi")
def GetIfEntry2(Row: PVOID) -> DWORD:
    """By the LUID in the row or, where that is 0, by the index."""
    if not Row:
        return ERROR_INVALID_PARAMETER
    luid, number = struct.unpack("<QI", _core.read(Row, 12))
    for interface in host.interfaces():
        if interface.luid == luid or (not luid and interface.number == number):
            _core.write(Row, bytes(_interface_row(interface)))
            return NO_ERROR
    return ERROR_NOT_FOUND if luid or number else ERROR_INVALID_PARAMETER


@export("iphlpapi")
def GetIfTable2Ex(Level: DWORD, Table: PVOID) -> DWORD:
    """MibIfTableNormal, Raw, NormalWithoutStatistics: all the same here."""
    return GetIfTable2(Table) if Level in (0, 1, 2) else ERROR_INVALID_PARAMETER


@export("iphlpapi")
def GetIfEntry2Ex(Level: DWORD, Row: PVOID) -> DWORD:
    return GetIfEntry2(Row) if Level in (0, 2) else ERROR_INVALID_PARAMETER


@export("iphlpapi")
def GetUnicastIpAddressEntry(Row: PVOID) -> DWORD:
    """By the address, and the interface's LUID or index."""
    if not Row:
        return ERROR_INVALID_PARAMETER
    wanted = UnicastRow.from_buffer_copy(_core.read(Row, ctypes.sizeof(UnicastRow)))
    for interface in host.interfaces():
        if interface.luid == wanted.luid or (not wanted.luid and interface.number == wanted.number):
            for address in interface.addresses:
                row = _unicast_row(interface, address)
                if _packed(row.address) == _packed(wanted.address):
                    _core.write(Row, bytes(row))
                    return NO_ERROR
            return ERROR_NOT_FOUND
    return ERROR_NOT_FOUND if wanted.luid or wanted.number else ERROR_INVALID_PARAMETER


def _packed(address: SocketAddressInet) -> bytes:
    """The address without port and scope."""
    data = bytes(address)
    return data[4:8] if data[:2] == b"\2\0" else data[8:24]


# ---- routes ----


def _route_row(route: Route) -> RouteRow:
    interface = next((each for each in host.interfaces() if each.number == route.number), None)
    return RouteRow(
        luid=interface.luid if interface else 0,
        number=route.number,
        prefix=_inet(route.family, route.destination),
        prefix_length=route.prefix,
        next_hop=_inet(route.family, route.gateway),
        valid_lifetime=FOREVER,
        preferred_lifetime=FOREVER,
        metric=route.metric,
        protocol=3,
        immortal=1,
    )


@export("iphlpapi")
def GetIpForwardTable2(Family: USHORT, Table: PVOID) -> DWORD:
    families = families_of(Family)
    if not families or not Table:
        return ERROR_INVALID_PARAMETER
    return give_mib_table(
        [bytes(_route_row(each)) for each in host.routes() if each.family in families], Table
    )


def _source_for(family: int, packed: bytes, route: Route) -> bytes:
    """The address that the host would send from."""
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((socket.inet_ntop(family, packed), 9))
            return socket.inet_pton(family, str(probe.getsockname()[0]).partition("%")[0])
        except OSError:
            return bytes(len(packed))


@export("iphlpapi")
def GetBestRoute2(
    InterfaceLuid: PVOID,
    InterfaceIndex: ULONG,
    SourceAddress: LPCVOID,
    DestinationAddress: LPCVOID,
    AddressSortOptions: ULONG,
    BestRoute: PVOID,
    BestSourceAddress: PVOID,
) -> DWORD:
    if not DestinationAddress or not BestRoute or not BestSourceAddress:
        return ERROR_INVALID_PARAMETER
    data = _core.read(DestinationAddress, 28)
    families = families_of(int.from_bytes(data[:2], "little"))
    if len(families) != 1:
        return ERROR_INVALID_PARAMETER
    packed = data[4:8] if families[0] == socket.AF_INET else data[8:24]
    route = host.best_route(families[0], packed)
    if route is None:
        return ERROR_NETWORK_UNREACHABLE
    _core.write(BestRoute, bytes(_route_row(route)))
    _core.write(BestSourceAddress, bytes(_inet(families[0], _source_for(families[0], packed, route))))
    return NO_ERROR


# ---- changes: the registrations are kept, and called once where an initial call is asked for ----

MIB_INITIAL_NOTIFICATION = 3
_registration = ctypes.create_string_buffer(8)


def _notify(callback: int, context: int, initial: int, handle: int) -> Calling[int]:
    if not callback or not handle:
        return ERROR_INVALID_PARAMETER
    put_u64(handle, ctypes.addressof(_registration))
    if initial:
        yield callback, context, 0, MIB_INITIAL_NOTIFICATION
    return NO_ERROR


@export("iphlpapi")
def NotifyIpInterfaceChange(
    Family: USHORT,
    Callback: PVOID,
    CallerContext: PVOID,
    InitialNotification: BOOLEAN,
    NotificationHandle: PHANDLE,
) -> Calling[DWORD]:
    """Changes are not watched: after the initial call no other comes."""
    return _notify(Callback, CallerContext, InitialNotification, NotificationHandle)


@export("iphlpapi")
def NotifyUnicastIpAddressChange(
    Family: USHORT,
    Callback: PVOID,
    CallerContext: PVOID,
    InitialNotification: BOOLEAN,
    NotificationHandle: PHANDLE,
) -> Calling[DWORD]:
    return _notify(Callback, CallerContext, InitialNotification, NotificationHandle)


@export("iphlpapi")
def NotifyRouteChange2(
    AddressFamily: USHORT,
    Callback: PVOID,
    CallerContext: PVOID,
    InitialNotification: BOOLEAN,
    NotificationHandle: PHANDLE,
) -> Calling[DWORD]:
    return _notify(Callback, CallerContext, InitialNotification, NotificationHandle)


@export("iphlpapi")
def CancelMibChangeNotify2(NotificationHandle: HANDLE) -> DWORD:
    return NO_ERROR if NotificationHandle == ctypes.addressof(_registration) else ERROR_INVALID_PARAMETER
