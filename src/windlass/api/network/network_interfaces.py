"""The host's network interfaces, their addresses, and its routes, as the IP Helper functions tell them.

Source: Linux, "netdevice(7)", "getifaddrs(3)", "proc(5)" (/proc/net/route, ipv6_route, if_inet6),
/sys/class/net; Microsoft, "NET_LUID union", "IP_ADAPTER_ADDRESSES_LH structure" for the types' numbers.
"""

from __future__ import annotations

import ctypes
import os
import socket
import uuid
from typing import NamedTuple, Union

__all__ = ["Address", "Interface", "Route", "best_route", "dns_servers", "interfaces", "routes"]

IF_TYPE_OTHER, IF_TYPE_ETHERNET, IF_TYPE_PPP, IF_TYPE_LOOPBACK = 1, 6, 23, 24
IF_TYPE_IEEE80211, IF_TYPE_TUNNEL = 71, 131

# ARPHRD_* of /sys/class/net/NAME/type.
_TYPES = {
    1: IF_TYPE_ETHERNET,
    512: IF_TYPE_PPP,
    772: IF_TYPE_LOOPBACK,
    65534: IF_TYPE_TUNNEL,
    768: IF_TYPE_TUNNEL,
}
_NAMESPACE = uuid.UUID("f2c5a1a0-5f3e-4d0c-9a55-77696e646c61")


class Address(NamedTuple):
    """An address of an interface: AF_INET or AF_INET6, in network order."""

    family: int
    packed: bytes
    prefix: int
    scope: int


class Interface(NamedTuple):
    """A network interface.

    number: its index.
    speed:  in bits per second, 0 if unknown.
    """

    number: int
    name: str
    type: int
    hardware_address: bytes
    mtu: int
    is_up: bool
    speed: int
    addresses: list[Address]

    @property
    def guid(self) -> str:
        """The adapter's name on Windows; the same for a name at any time."""
        return "{" + str(uuid.uuid5(_NAMESPACE, self.name)).upper() + "}"

    @property
    def luid(self) -> int:
        return self.type << 48 | self.number << 24

    def statistics(self) -> dict[str, int]:
        """The counters of /sys/class/net/NAME/statistics."""
        folder = f"/sys/class/net/{self.name}/statistics"
        try:
            return {each: int(_read(f"statistics/{each}", self.name) or 0) for each in os.listdir(folder)}
        except OSError:
            return {}


class Route(NamedTuple):
    """A route through the interface with a number; `gateway` is all zeros for a network at the interface."""

    family: int
    destination: bytes
    prefix: int
    gateway: bytes
    number: int
    metric: int

    def matches(self, address: bytes) -> bool:
        bits = 8 * len(address) - self.prefix
        return int.from_bytes(address, "big") >> bits == int.from_bytes(self.destination, "big") >> bits


# ---- interfaces ----


def _read(entry: str, name: str) -> str:
    try:
        with open(f"/sys/class/net/{name}/{entry}") as file:
            return file.read().strip()
    except OSError:
        return ""


def _number(entry: str, name: str, otherwise: int = 0) -> int:
    try:
        return int(_read(entry, name), 0)
    except ValueError:
        return otherwise


def _interface(index: int, name: str, addresses: list[Address]) -> Interface:
    kind = _TYPES.get(_number("type", name), IF_TYPE_OTHER)
    if os.path.isdir(f"/sys/class/net/{name}/wireless"):
        kind = IF_TYPE_IEEE80211
    hardware = bytes.fromhex(_read("address", name).replace(":", "")) if kind != IF_TYPE_LOOPBACK else b""
    is_up = bool(_number("flags", name) & IFF_UP) and _read("operstate", name) != "down"
    speed = max(_number("speed", name), 0) * 1_000_000
    return Interface(index, name, kind, hardware[:8], _number("mtu", name, 1500), is_up, speed, addresses)


IFF_UP = 1


def interfaces() -> list[Interface]:
    """All of them, by index."""
    found = _addresses()
    return [_interface(index, name, found.get(name, [])) for index, name in sorted(socket.if_nameindex())]


# ---- addresses: getifaddrs ----


class _SocketAddress(ctypes.Structure):
    _fields_ = (("family", ctypes.c_ushort), ("data", ctypes.c_ubyte * 26))


class _InterfaceAddress(ctypes.Structure):
    pass


_InterfaceAddress._fields_ = [
    ("next", ctypes.POINTER(_InterfaceAddress)),
    ("name", ctypes.c_char_p),
    ("flags", ctypes.c_uint),
    ("address", ctypes.POINTER(_SocketAddress)),
    ("netmask", ctypes.POINTER(_SocketAddress)),
    ("broadcast", ctypes.c_void_p),
    ("data", ctypes.c_void_p),
]

_First = Union["ctypes._Pointer[_InterfaceAddress]", None]


def _packed(address: _SocketAddress) -> tuple[bytes, int]:
    """The bytes of an address, and the scope of an IPv6 one."""
    data = bytes(address.data)
    if address.family == socket.AF_INET:
        return data[2:6], 0
    return data[6:22], int.from_bytes(data[22:26], "little")


def _addresses() -> dict[str, list[Address]]:
    """The addresses of each interface, by its name."""
    libc = ctypes.CDLL(None)
    first = ctypes.POINTER(_InterfaceAddress)()
    found: dict[str, list[Address]] = {}
    if libc.getifaddrs(ctypes.byref(first)):
        return found
    entry: _First = first
    while entry:
        each = entry.contents
        if each.address and each.address.contents.family in (socket.AF_INET, socket.AF_INET6):
            packed, scope = _packed(each.address.contents)
            mask = _packed(each.netmask.contents)[0] if each.netmask else b""
            prefix = bin(int.from_bytes(mask, "big")).count("1") if mask else 8 * len(packed)
            address = Address(each.address.contents.family, packed, prefix, scope)
            found.setdefault(os.fsdecode(each.name), []).append(address)
        entry = each.next
    libc.freeifaddrs(first)
    return found


# ---- routes ----


def _lines(path: str) -> list[list[str]]:
    try:
        with open(path) as file:
            return [line.split() for line in file]
    except OSError:
        return []


def _swapped(text: str) -> bytes:
    """An IPv4 address of /proc/net, which writes it as a number of the machine."""
    return int(text, 16).to_bytes(4, "little")


def routes() -> list[Route]:
    """The routes of IPv4, then of IPv6, that are up."""
    indices = {name: index for index, name in socket.if_nameindex()}
    found = []
    for fields in _lines("/proc/net/route")[1:]:
        if int(fields[3], 16) & RTF_UP and fields[0] in indices:
            prefix = bin(int(fields[7], 16)).count("1")
            found.append(
                Route(
                    socket.AF_INET,
                    _swapped(fields[1]),
                    prefix,
                    _swapped(fields[2]),
                    indices[fields[0]],
                    int(fields[6]),
                )
            )
    for fields in _lines("/proc/net/ipv6_route"):
        if int(fields[8], 16) & RTF_UP and fields[9] in indices:
            destination, gateway = bytes.fromhex(fields[0]), bytes.fromhex(fields[4])
            prefix, metric = int(fields[1], 16), int(fields[5], 16)
            found.append(Route(socket.AF_INET6, destination, prefix, gateway, indices[fields[9]], metric))
    return found


RTF_UP = 1


def best_route(family: int, address: bytes) -> Route | None:
    """The route that a packet takes: the longest prefix, then the least metric; own addresses are at hand."""
    for interface in interfaces():
        for own in interface.addresses:
            if own.family == family and (own.packed == address or _is_loopback(own, address)):
                return Route(family, address, 8 * len(address), bytes(len(address)), interface.number, 0)
    matching = [route for route in routes() if route.family == family and route.matches(address)]
    return max(matching, key=lambda route: (route.prefix, -route.metric), default=None)


def _is_loopback(own: Address, address: bytes) -> bool:
    return own.family == socket.AF_INET and own.packed[:1] == address[:1] == b"\x7f"


def dns_servers() -> list[tuple[int, bytes]]:
    """Family and address of the servers in /etc/resolv.conf."""
    found: list[tuple[int, bytes]] = []
    for fields in _lines("/etc/resolv.conf"):
        if len(fields) >= 2 and fields[0] == "nameserver":
            family = socket.AF_INET6 if ":" in fields[1] else socket.AF_INET
            try:
                found.append((family, socket.inet_pton(family, fields[1].partition("%")[0])))
            except OSError:
                continue
    return found
