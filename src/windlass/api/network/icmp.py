"""Echo requests, over the host's ICMP sockets that need no rights.

Which users may open them says /proc/sys/net/ipv4/ping_group_range; who may not gets ERROR_ACCESS_DENIED.

Source: Microsoft, "IcmpSendEcho function", "Icmp6SendEcho2 function", "ICMP_ECHO_REPLY structure",
"ICMPV6_ECHO_REPLY_LH structure"; RFC 792, RFC 4443.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import struct
import threading
import time
from collections.abc import Callable

from windlass import _core
from windlass.api.calls import windows
from windlass.api.crypto import crypt_handles as handles
from windlass.api.outputs import fail, get_u32, put_u32
from windlass.api.refused import Refused
from windlass.registry import export
from windlass.types import BOOL, DWORD, HANDLE, LPVOID, PVOID, ULONG, WORD

ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, ERROR_IO_PENDING = 5, 87, 997
IP_BUF_TOO_SMALL, IP_DEST_HOST_UNREACHABLE, IP_REQ_TIMED_OUT = 11001, 11003, 11010
IP_GENERAL_FAILURE = 11050
INVALID_HANDLE = 0xFFFFFFFFFFFFFFFF

ECHO, ECHO6, REPLY, REPLY6 = 8, 128, 0, 129
HEADER = 8
LARGEST = 65500

_sequences = itertools.count(1)


class Icmp:
    """What an ICMP handle stands for: its family."""

    def __init__(self, family: int) -> None:
        self.family = family


def _create(family: int) -> int:
    return handles.new(Icmp(family))


@export("iphlpapi", "icmp")
def IcmpCreateFile() -> HANDLE:
    return _create(socket.AF_INET)


@export("iphlpapi", "icmp")
def Icmp6CreateFile() -> HANDLE:
    return _create(socket.AF_INET6)


@export("iphlpapi", "icmp")
def IcmpCloseHandle(IcmpHandle: HANDLE) -> BOOL:
    if handles.object_of(IcmpHandle, Icmp) is None:
        return fail(ERROR_INVALID_PARAMETER)
    handles.close(IcmpHandle)
    return 1


# ---- one request ----


def _open(family: int) -> socket.socket:
    protocol = socket.IPPROTO_ICMP if family == socket.AF_INET else socket.getprotobyname("ipv6-icmp")
    for type in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            return socket.socket(family, type, protocol)
        except PermissionError:
            continue
        except OSError:
            raise Refused(IP_GENERAL_FAILURE) from None
    raise Refused(ERROR_ACCESS_DENIED)


def _checksum(data: bytes) -> int:
    """RFC 1071."""
    total: int = sum(struct.unpack(f">{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _message(family: int, sequence: int, data: bytes) -> bytes:
    """The host fills in a version 6 message's checksum."""
    kind = ECHO if family == socket.AF_INET else ECHO6
    head = struct.pack(">BBHHH", kind, 0, 0, os.getpid() & 0xFFFF, sequence)
    check = _checksum(head + data) if family == socket.AF_INET else 0
    return head[:2] + struct.pack(">H", check) + head[4:] + data


class Reply:
    """address: packed; milliseconds: of the round trip."""

    def __init__(self, address: bytes, milliseconds: int, data: bytes) -> None:
        self.address = address
        self.milliseconds = milliseconds
        self.data = data


def _ping(family: int, source: str | None, address: str, data: bytes, milliseconds: int, ttl: int) -> Reply:
    sequence = next(_sequences) & 0xFFFF
    with _open(family) as channel:
        if ttl:
            six = family == socket.AF_INET6
            level, name = (
                (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS) if six else (socket.IPPROTO_IP, socket.IP_TTL)
            )
            channel.setsockopt(level, name, ttl)
        try:
            if source:
                channel.bind((source, 0))
            start = time.monotonic()
            channel.sendto(_message(family, sequence, data), (address, 0))
            while (left := start + milliseconds / 1000 - time.monotonic()) > 0:
                channel.settimeout(left)
                packet, sender = channel.recvfrom(LARGEST + 100)
                body = _answer(family, channel.type, packet, sequence)
                if body is not None:
                    elapsed = int((time.monotonic() - start) * 1000)
                    return Reply(socket.inet_pton(family, sender[0].partition("%")[0]), elapsed, body)
        except socket.timeout:
            pass
        except OSError:
            raise Refused(IP_DEST_HOST_UNREACHABLE) from None
    raise Refused(IP_REQ_TIMED_OUT)


def _answer(family: int, type: int, packet: bytes, sequence: int) -> bytes | None:
    """The data, if the packet is the answer. A raw socket of version 4 brings the IP header along."""
    if type == socket.SOCK_RAW and family == socket.AF_INET:
        packet = packet[(packet[0] & 0xF) * 4 :]
    if len(packet) < HEADER:
        return None
    kind, _, _, _, number = struct.unpack_from(">BBHHH", packet)
    wanted = REPLY if family == socket.AF_INET else REPLY6
    return packet[HEADER:] if kind == wanted and number == sequence else None


# ---- as Windows lays it out ----

REPLY_SIZE, REPLY6_SIZE = 40, 36
STATUS, STATUS6 = 4, 28


def _reply4(at: int, reply: Reply) -> bytes:
    """ICMP_ECHO_REPLY: address, status, time, size, reserved, data, options (TTL, TOS, flags, size, data)."""
    data = at + REPLY_SIZE if reply.data else 0
    head = reply.address + struct.pack("<IIHHQ", 0, reply.milliseconds, len(reply.data), 1, data)
    return head + struct.pack("<BBBBxxxxQ", 128, 0, 0, 0, 0) + reply.data


def _reply6(at: int, reply: Reply) -> bytes:
    """ICMPV6_ECHO_REPLY: port, flow, address and scope (packed), status, time; the data follow."""
    head = struct.pack("<HI", 0, 0) + reply.address + struct.pack("<Ixx", 0)
    return head + struct.pack("<II", 0, reply.milliseconds) + reply.data


def _echo(
    handle: int,
    source: str | None,
    address: str,
    data: int,
    size: int,
    ttl: int,
    output: int,
    room: int,
    wait: int,
) -> int:
    """The count of replies; Refused."""
    found = handles.object_of(handle, Icmp)
    if found is None or not output or size > LARGEST:
        raise Refused(ERROR_INVALID_PARAMETER)
    needed = (REPLY_SIZE if found.family == socket.AF_INET else REPLY6_SIZE) + size + HEADER
    if room < needed - HEADER:
        raise Refused(IP_BUF_TOO_SMALL)
    body = _core.read(data, size) if size else b""
    try:
        reply = _ping(found.family, source, address, body, wait, ttl)
    except Refused as refused:
        put_u32(output + (STATUS if found.family == socket.AF_INET else STATUS6), refused.code)
        raise
    _core.write(output, (_reply4 if found.family == socket.AF_INET else _reply6)(output, reply))
    return 1


def _ttl(options: int) -> int:
    return _core.read(options, 1)[0] if options else 0


def _run(event: int, routine: int, body: Callable[[], int]) -> int:
    """At once, or, with an event or a routine to tell of the end, by a thread."""
    if not event and not routine:
        try:
            return body()
        except Refused as refused:
            return fail(refused.code)

    def later() -> None:
        with contextlib.suppress(Refused):
            body()
        if event:
            windows("kernel32.dll", "SetEvent", event)

    if routine:  # an APC of the calling thread: nothing here can queue one with its arguments
        return fail(ERROR_INVALID_PARAMETER)
    threading.Thread(target=later, daemon=True).start()
    return fail(ERROR_IO_PENDING)


def _dotted(address: int) -> str:
    return socket.inet_ntoa(struct.pack("<I", address))


@export("iphlpapi", "icmp")
def IcmpSendEcho(
    IcmpHandle: HANDLE,
    DestinationAddress: ULONG,
    RequestData: LPVOID,
    RequestSize: WORD,
    RequestOptions: PVOID,
    ReplyBuffer: LPVOID,
    ReplySize: DWORD,
    Timeout: DWORD,
) -> DWORD:
    """How many replies there are in the buffer; 0 and the last error."""
    request = (RequestData, RequestSize, _ttl(RequestOptions), ReplyBuffer, ReplySize, Timeout)
    return _run(0, 0, lambda: _echo(IcmpHandle, None, _dotted(DestinationAddress), *request))


@export("iphlpapi", "icmp")
def IcmpSendEcho2(
    IcmpHandle: HANDLE,
    Event: HANDLE,
    ApcRoutine: PVOID,
    ApcContext: PVOID,
    DestinationAddress: ULONG,
    RequestData: LPVOID,
    RequestSize: WORD,
    RequestOptions: PVOID,
    ReplyBuffer: LPVOID,
    ReplySize: DWORD,
    Timeout: DWORD,
) -> DWORD:
    request = (RequestData, RequestSize, _ttl(RequestOptions), ReplyBuffer, ReplySize, Timeout)
    return _run(Event, ApcRoutine, lambda: _echo(IcmpHandle, None, _dotted(DestinationAddress), *request))


@export("iphlpapi", "icmp")
def IcmpSendEcho2Ex(
    IcmpHandle: HANDLE,
    Event: HANDLE,
    ApcRoutine: PVOID,
    ApcContext: PVOID,
    SourceAddress: ULONG,
    DestinationAddress: ULONG,
    RequestData: LPVOID,
    RequestSize: WORD,
    RequestOptions: PVOID,
    ReplyBuffer: LPVOID,
    ReplySize: DWORD,
    Timeout: DWORD,
) -> DWORD:
    source = _dotted(SourceAddress) if SourceAddress else None
    request = (RequestData, RequestSize, _ttl(RequestOptions), ReplyBuffer, ReplySize, Timeout)
    return _run(Event, ApcRoutine, lambda: _echo(IcmpHandle, source, _dotted(DestinationAddress), *request))


def _colons(address: int) -> str:
    """Of a sockaddr_in6."""
    return socket.inet_ntop(socket.AF_INET6, _core.read(address + 8, 16))


@export("iphlpapi", "icmp")
def Icmp6SendEcho2(
    IcmpHandle: HANDLE,
    Event: HANDLE,
    ApcRoutine: PVOID,
    ApcContext: PVOID,
    SourceAddress: PVOID,
    DestinationAddress: PVOID,
    RequestData: LPVOID,
    RequestSize: WORD,
    RequestOptions: PVOID,
    ReplyBuffer: LPVOID,
    ReplySize: DWORD,
    Timeout: DWORD,
) -> DWORD:
    source = _colons(SourceAddress) if SourceAddress else None
    request = (RequestData, RequestSize, _ttl(RequestOptions), ReplyBuffer, ReplySize, Timeout)
    return _run(Event, ApcRoutine, lambda: _echo(IcmpHandle, source, _colons(DestinationAddress), *request))


def _parse_replies(buffer: int, status_at: int) -> int:
    """A reply has its status behind the address."""
    status = get_u32(buffer + status_at)
    return 1 if status == 0 else fail(status)


@export("iphlpapi", "icmp")
def IcmpParseReplies(ReplyBuffer: LPVOID, ReplySize: DWORD) -> DWORD:
    return _parse_replies(ReplyBuffer, STATUS)


@export("iphlpapi", "icmp")
def Icmp6ParseReplies(ReplyBuffer: LPVOID, ReplySize: DWORD) -> DWORD:
    return _parse_replies(ReplyBuffer, STATUS6)
