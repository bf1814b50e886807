"""Winsock's name spaces: DNS, whose answers are the host's resolver's, and the networks that the computer is
on (NLA). A query is begun, asked for its answers one by one, and ended.

Source: Microsoft, "WSALookupServiceBeginW function", "WSALookupServiceNextW function", "WSAQUERYSETW
structure", "WSAEnumNameSpaceProvidersW function", "CSADDR_INFO structure", "Network Location Awareness
Service Provider (NLA)", "NLA_BLOB structure"; svcguid.h for the classes.
"""

from __future__ import annotations

import ctypes
import itertools
import socket
import struct
import uuid
from collections.abc import Iterator
from ctypes import c_uint32, c_uint64
from typing import NamedTuple

from windlass import _core
from windlass.api.network import network_interfaces as host
from windlass.api.outputs import get_u32, put_u32, put_u64, string_at
from windlass.api.refused import Refused, code_of
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import DWORD, HANDLE, INT, LPDWORD, PHANDLE, PVOID

SOCKET_ERROR = -1
WSA_INVALID_HANDLE, WSAEFAULT, WSAEINVAL = 6, 10014, 10022
WSASERVICE_NOT_FOUND, WSA_E_NO_MORE, WSANO_DATA = 10108, 10110, 11004

NS_ALL, NS_DNS, NS_NLA = 0, 12, 15

LUP_CONTAINERS = 0x2
LUP_RETURN_NAME, LUP_RETURN_TYPE, LUP_RETURN_COMMENT = 0x10, 0x20, 0x80
LUP_RETURN_ADDR, LUP_RETURN_BLOB, LUP_RETURN_QUERY_STRING = 0x100, 0x200, 0x800
LUP_FLUSHPREVIOUS = 0x2000

WINDOWS_AF_INET6 = 23
SOCK_STREAM, SOCK_DGRAM, IPPROTO_TCP, IPPROTO_UDP = 1, 2, 6, 17


class Provider(NamedTuple):
    """Who answers for a name space."""

    identifier: bytes
    name_space: int
    name: str


DNS = Provider(uuid.UUID("22059d40-7e9e-11cf-ae5a-00aa00a7112b").bytes_le, NS_DNS, "Tcpip")
NLA = Provider(
    uuid.UUID("6642243a-3ba8-4aa6-baa5-2e0bd71fdd83").bytes_le,
    NS_NLA,
    "Network Location Awareness Legacy (NLAv1) Namespace",
)
PROVIDERS = [NLA, DNS]

NLA_SERVICE_CLASS = uuid.UUID("0037e515-b5c9-4a43-bada-8b48a87ad239").bytes_le


def _service(number: int) -> bytes:
    return uuid.UUID(f"{number:08x}-0000-0000-c000-000000000046").bytes_le


SVCID_HOSTNAME = _service(0x0002A800)
SVCID_INET_HOSTADDRBYINETSTRING = _service(0x0002A801)
SVCID_INET_SERVICEBYNAME = _service(0x0002A802)
SVCID_INET_HOSTADDRBYNAME = _service(0x0002A803)
RECORD_FAMILIES = {0: 0, 1: socket.AF_INET, 28: socket.AF_INET6}
"""The records that a class of a port may name, A and AAAA, or none."""


class QuerySet(ctypes.Structure):
    """WSAQUERYSET; the texts are in UTF-16 or in the ANSI code page."""

    _fields_ = (
        ("size", c_uint32),
        ("name", c_uint64),
        ("service_class", c_uint64),
        ("version", c_uint64),
        ("comment", c_uint64),
        ("name_space", c_uint32),
        ("provider", c_uint64),
        ("context", c_uint64),
        ("protocol_count", c_uint32),
        ("protocols", c_uint64),
        ("query", c_uint64),
        ("address_count", c_uint32),
        ("addresses", c_uint64),
        ("output_flags", c_uint32),
        ("blob", c_uint64),
    )


class Answer(NamedTuple):
    """One answer. `addresses` are SOCKADDRs; a blob's inner pointers count from its start."""

    provider: Provider
    service_class: bytes
    name: str
    comment: str = ""
    addresses: tuple[bytes, ...] = ()
    is_datagram: bool = False
    blob: bytes = b""
    query: str = ""


class Question(NamedTuple):
    """What a program wants to know; the families are the host's, and none means any."""

    provider: Provider
    service_class: bytes
    name: str | None
    families: tuple[int, ...]
    query: str


# ---- DNS ----


def _socket_address(family: int, address: tuple[object, ...], port: int) -> bytes:
    """SOCKADDR_IN or SOCKADDR_IN6 of an address as the socket module tells it."""
    packed = socket.inet_pton(family, str(address[0]).partition("%")[0])
    if family == socket.AF_INET:
        return struct.pack("<H", family) + struct.pack(">H", port) + packed + bytes(8)
    scope = address[3] if len(address) > 3 else 0
    head = struct.pack("<H", WINDOWS_AF_INET6) + struct.pack(">HI", port, 0)
    return head + packed + struct.pack("<I", scope)


def _names(texts: list[bytes], at: int) -> tuple[bytes, list[int]]:
    """Texts for a blob, and where they are in it."""
    data, places = b"", []
    for text in texts:
        places.append(at + len(data))
        data += text + b"\0"
    return data, places


def _host_entry(name: str, addresses: list[bytes]) -> bytes:
    """HOSTENT of Internet addresses (version 4) as a blob: it, no other names, the addresses, its name."""
    head, pointers = 32, 8 * (len(addresses) + 2)
    data = b"".join(addresses)
    at_data = head + pointers
    text, (at_name,) = _names([name.encode("ascii" if name.isascii() else "idna")], at_data + len(data))
    entry = struct.pack("<QQhhxxxxQ", at_name, head, socket.AF_INET, 4, head + 8)
    places = [0, *(at_data + 4 * index for index in range(len(addresses))), 0]
    return entry + struct.pack(f"<{len(places)}Q", *places) + data + text


def _service_entry(name: str, port: int, protocol: str) -> bytes:
    """SERVENT as a blob; it has no other names."""
    head = 32
    text, (at_name, at_protocol) = _names([name.encode(), protocol.encode()], head + 8)
    return struct.pack("<QQQ", at_name, head, at_protocol) + struct.pack(">H6x", port) + bytes(8) + text


def _host_answer(
    question: Question, families: tuple[int, ...], port: int = 0, is_datagram: bool = False
) -> Answer:
    """The addresses of a host, without a name of this one; Refused if it has none."""
    name = question.name or socket.gethostname()
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)
    except OSError:
        raise Refused(WSASERVICE_NOT_FOUND) from None
    wanted = families or (socket.AF_INET,)
    hosts = [(family, address) for family, _, _, _, address in found if family in wanted]
    if not hosts:
        raise Refused(WSANO_DATA)
    canonical = found[0][3] or name
    version4 = [socket.inet_aton(str(address[0])) for family, address in hosts if family == socket.AF_INET]
    return Answer(
        question.provider,
        question.service_class,
        canonical,
        addresses=tuple(_socket_address(family, address, port) for family, address in hosts),
        is_datagram=is_datagram,
        blob=_host_entry(canonical, version4) if version4 else b"",
        query=question.query,
    )


def _host_of_address(question: Question) -> Answer:
    try:
        name, _, addresses = socket.gethostbyaddr(question.name or "")
    except OSError:
        raise Refused(WSASERVICE_NOT_FOUND) from None
    version4 = [socket.inet_aton(each) for each in addresses if ":" not in each]
    blob = _host_entry(name, version4) if version4 else b""
    return Answer(question.provider, question.service_class, name, blob=blob, query=question.query)


def _service_of_name(question: Question) -> Answer:
    """The name is that of a service or a port, and of a protocol behind a slash."""
    name, _, protocol = (question.name or "").partition("/")
    try:
        if name.isdecimal():
            port, name = int(name), socket.getservbyport(int(name), *([protocol] if protocol else []))
        else:
            port = socket.getservbyname(name, *([protocol] if protocol else []))
    except (OSError, OverflowError):
        raise Refused(WSASERVICE_NOT_FOUND) from None
    blob = _service_entry(name, port, protocol or "tcp")
    return Answer(question.provider, question.service_class, name, blob=blob, query=question.query)


def _dns_answers(question: Question) -> Iterator[Answer]:
    kind = question.service_class
    if kind == SVCID_INET_HOSTADDRBYINETSTRING:
        yield _host_of_address(question)
    elif kind == SVCID_INET_SERVICEBYNAME:
        yield _service_of_name(question)
    elif kind in (SVCID_HOSTNAME, SVCID_INET_HOSTADDRBYNAME):
        yield _host_answer(question, question.families)
    else:
        yield _port_answer(question)


def _port_answer(question: Question) -> Answer:
    """The classes of ports are made of their numbers: SVCID_TCP(80), SVCID_UDP(53), SVCID_DNS_TYPE_A."""
    number, record = struct.unpack("<IH", question.service_class[:6])
    if number >> 16 not in (9, 10) or question.service_class[6:] != SVCID_HOSTNAME[6:]:
        raise Refused(WSASERVICE_NOT_FOUND)
    if record not in RECORD_FAMILIES:
        raise Refused(WSANO_DATA)
    families = (RECORD_FAMILIES[record],) if record else question.families
    return _host_answer(question, families, number & 0xFFFF, number >> 16 == 10)


# ---- networks ----

NLA_INTERFACE, NLA_CONNECTIVITY = 1, 3
NLA_NETWORK_UNMANAGED = 2
NLA_INTERNET_NO, NLA_INTERNET_YES = 1, 2


def _location_blobs(interface: host.Interface) -> bytes:
    """A chain of NLA_BLOBs: the adapter, and whether a route leads out of it."""
    adapter = (
        struct.pack("<II", interface.type, min(interface.speed, 0xFFFFFFFF)) + interface.guid.encode() + b"\0"
    )
    adapter += bytes(-len(adapter) % 4)
    leads_out = any(route.number == interface.number and not route.prefix for route in host.routes())
    reach = struct.pack("<II", NLA_NETWORK_UNMANAGED, NLA_INTERNET_YES if leads_out else NLA_INTERNET_NO)
    first = struct.pack("<III", NLA_INTERFACE, 12 + len(adapter), 12 + len(adapter)) + adapter
    return first + struct.pack("<III", NLA_CONNECTIVITY, 12 + len(reach), 0) + reach


def _network_answers(question: Question) -> Iterator[Answer]:
    """One for each interface that is up and not the loopback; the host knows its networks by these alone."""
    for interface in host.interfaces():
        if interface.type == host.IF_TYPE_LOOPBACK or not interface.is_up:
            continue
        if question.name in (None, interface.name):
            yield Answer(NLA, NLA_SERVICE_CLASS, interface.name, blob=_location_blobs(interface))


# ---- queries ----


class _Query:
    """A query that goes on; `waiting` is an answer that the program had no room for."""

    def __init__(self, question: Question, flags: int, wide: bool) -> None:
        self.flags = flags
        self.wide = wide
        self.answers = _network_answers(question) if question.provider is NLA else _dns_answers(question)
        self.waiting: Answer | None = None

    def next(self) -> Answer:
        if self.waiting is None:
            self.waiting = next(self.answers, None)
        if self.waiting is None:
            raise Refused(WSA_E_NO_MORE)
        return self.waiting


_queries: dict[int, _Query] = {}
_numbers = itertools.count(0x1000, 8)


def _families(query: QuerySet) -> tuple[int, ...]:
    """AFPROTOCOLS: a family and a protocol each."""
    given = {get_u32(query.protocols + 8 * index) for index in range(query.protocol_count)}
    known = {socket.AF_INET: socket.AF_INET, WINDOWS_AF_INET6: socket.AF_INET6}
    return tuple(known[each] for each in sorted(given) if each in known)


def _provider(query: QuerySet, service_class: bytes) -> Provider:
    """By its identifier, its name space, or among all of these by the class."""
    if query.provider:
        identifier = _core.read(query.provider, 16)
        found = [each for each in PROVIDERS if each.identifier == identifier]
    elif query.name_space == NS_ALL:
        found = [NLA if service_class == NLA_SERVICE_CLASS else DNS]
    else:
        found = [each for each in PROVIDERS if each.name_space == query.name_space]
    if not found:
        raise Refused(WSASERVICE_NOT_FOUND)
    return found[0]


def _begin(restrictions: int, flags: int, handle: int, wide: bool) -> None:
    if not restrictions or not handle:
        raise Refused(WSAEFAULT)
    query = get_structure(restrictions, QuerySet)
    if query.size < ctypes.sizeof(QuerySet):
        raise Refused(WSAEFAULT)
    service_class = _core.read(query.service_class, 16) if query.service_class else b""
    provider = _provider(query, service_class)
    if not service_class:
        raise Refused(WSAEINVAL)
    if provider is DNS and flags & LUP_CONTAINERS:
        raise Refused(WSANO_DATA)
    question = Question(
        provider,
        service_class,
        string_at(query.name, wide),
        _families(query),
        string_at(query.query, wide) or "",
    )
    number = next(_numbers)
    _queries[number] = _Query(question, flags, wide)
    put_u64(handle, number)


class _Room:
    """What follows a structure and is pointed to by it."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.data = b""

    def add(self, data: bytes) -> int:
        self.data += bytes(-len(self.data) % 8)
        place = self.at + len(self.data)
        self.data += data
        return place

    def text(self, text: str, wide: bool) -> int:
        return self.add(_core.wide_bytes(text) if wide else _core.ansi_from_text(text) + b"\0")


def _put_addresses(answer: Answer, room: _Room) -> int:
    """CSADDR_INFO: each remote address with the local one of any host and port."""
    kinds = (SOCK_DGRAM, IPPROTO_UDP) if answer.is_datagram else (SOCK_STREAM, IPPROTO_TCP)
    entries = b""
    for address in answer.addresses:
        local = room.add(address[:2] + bytes(len(address) - 2))
        remote = room.add(address)
        entries += struct.pack("<QixxxxQixxxxii", local, len(address), remote, len(address), *kinds)
    return room.add(entries)


def _answer_bytes(answer: Answer, flags: int, at: int, wide: bool) -> bytes:
    """The WSAQUERYSET for an address; its size is the same for any address."""
    room = _Room(at + ctypes.sizeof(QuerySet))
    result = QuerySet(size=ctypes.sizeof(QuerySet), name_space=answer.provider.name_space)
    result.provider = room.add(answer.provider.identifier)
    if flags & LUP_RETURN_NAME:
        result.name = room.text(answer.name, wide)
    if flags & LUP_RETURN_TYPE:
        result.service_class = room.add(answer.service_class)
    if flags & LUP_RETURN_COMMENT and answer.comment:
        result.comment = room.text(answer.comment, wide)
    if flags & LUP_RETURN_QUERY_STRING and answer.query:
        result.query = room.text(answer.query, wide)
    if flags & LUP_RETURN_ADDR and answer.addresses:
        result.addresses = _put_addresses(answer, room)
        result.address_count = len(answer.addresses)
    if flags & LUP_RETURN_BLOB and answer.blob:
        result.blob = room.add(struct.pack("<IxxxxQ", len(answer.blob), room.add(answer.blob)))
    return bytes(result) + room.data


def _next(handle: int, flags: int, length: int, results: int) -> None:
    query = _queries.get(handle)
    if query is None:
        raise Refused(WSA_INVALID_HANDLE)
    if not length:
        raise Refused(WSAEFAULT)
    if flags & LUP_FLUSHPREVIOUS and query.waiting:
        query.waiting = None
    data = _answer_bytes(query.next(), query.flags, results, query.wide)
    room = get_u32(length)
    put_u32(length, len(data))
    if not results or room < len(data):
        raise Refused(WSAEFAULT)
    _core.write(results, data)
    query.waiting = None


def _end(handle: int) -> None:
    if _queries.pop(handle, None) is None:
        raise Refused(WSA_INVALID_HANDLE)


def _zero_or_error(code: int) -> int:
    """Winsock's own way to fail."""
    if not code:
        return 0
    _core.set_last_error(code)
    return SOCKET_ERROR


@export("ws2_32")
def WSALookupServiceBeginA(lpqsRestrictions: PVOID, dwControlFlags: DWORD, lphLookup: PHANDLE) -> INT:
    return _zero_or_error(code_of(_begin, lpqsRestrictions, dwControlFlags, lphLookup, False))


@export("ws2_32")
def WSALookupServiceBeginW(lpqsRestrictions: PVOID, dwControlFlags: DWORD, lphLookup: PHANDLE) -> INT:
    return _zero_or_error(code_of(_begin, lpqsRestrictions, dwControlFlags, lphLookup, True))


@export("ws2_32")
def WSALookupServiceNextA(
    hLookup: HANDLE, dwControlFlags: DWORD, lpdwBufferLength: LPDWORD, lpqsResults: PVOID
) -> INT:
    return _zero_or_error(code_of(_next, hLookup, dwControlFlags, lpdwBufferLength, lpqsResults))


@export("ws2_32")
def WSALookupServiceNextW(
    hLookup: HANDLE, dwControlFlags: DWORD, lpdwBufferLength: LPDWORD, lpqsResults: PVOID
) -> INT:
    return _zero_or_error(code_of(_next, hLookup, dwControlFlags, lpdwBufferLength, lpqsResults))


@export("ws2_32")
def WSALookupServiceEnd(hLookup: HANDLE) -> INT:
    return _zero_or_error(code_of(_end, hLookup))


# ---- providers ----


def _list_providers(length: int, buffer: int, wide: bool) -> int:
    """WSANAMESPACE_INFO of each, then their names: how many, or SOCKET_ERROR."""
    entry_size = 40
    room = _Room(buffer + entry_size * len(PROVIDERS))
    entries = b""
    for provider in PROVIDERS:
        name = room.text(provider.name, wide)
        entries += struct.pack("<16sIIIxxxxQ", provider.identifier, provider.name_space, 1, 0, name)
    if not length:
        return _zero_or_error(WSAEFAULT)
    data = entries + room.data
    capacity = get_u32(length)
    put_u32(length, len(data))
    if not buffer or capacity < len(data):
        return _zero_or_error(WSAEFAULT)
    _core.write(buffer, data)
    return len(PROVIDERS)


@export("ws2_32")
def WSAEnumNameSpaceProvidersA(lpdwBufferLength: LPDWORD, lpnspBuffer: PVOID) -> INT:
    return _list_providers(lpdwBufferLength, lpnspBuffer, False)


@export("ws2_32")
def WSAEnumNameSpaceProvidersW(lpdwBufferLength: LPDWORD, lpnspBuffer: PVOID) -> INT:
    return _list_providers(lpdwBufferLength, lpnspBuffer, True)
