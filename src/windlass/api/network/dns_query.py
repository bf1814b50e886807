"""Questions to the domain name system, by the package dnspython; names of the host's own file come first.

Source: Microsoft, "DnsQuery_W function", "DNS_RECORDW structure", "DNS Constants".
"""

from __future__ import annotations

import re
import socket
import struct
from typing import Any, NamedTuple

from windlass import _core
from windlass.api import blocks
from windlass.api.outputs import from_ansi, get_u32, get_u64, put_u64
from windlass.api.refused import Refused, code_of
from windlass.registry import export
from windlass.types import BOOL, DWORD, INT, LONG, LPCSTR, LPCWSTR, PVOID, VOID, WORD

ERROR_INVALID_PARAMETER, ERROR_INVALID_NAME, ERROR_TIMEOUT = 87, 123, 1460
DNS_ERROR_RCODE_SERVER_FAILURE, DNS_ERROR_RCODE_NAME_ERROR, DNS_ERROR_RCODE_REFUSED = 9002, 9003, 9005
DNS_INFO_NO_RECORDS, DNS_ERROR_NO_DNS_SERVERS = 9501, 9852
DNS_ERROR_INVALID_NAME_CHAR, DNS_ERROR_NUMERIC_NAME, DNS_ERROR_NON_RFC_NAME = 9560, 9561, 9556

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV = 1, 2, 5, 6, 12, 15, 16, 28, 33
NO_WIRE_QUERY, NO_HOSTS_FILE = 0x10, 0x40
HOSTS_TTL = 86400
ANSWER_SECTION = 1


class Record(NamedTuple):
    """values: of the structure's data: numbers by their format, and texts for pointers."""

    name: str
    type: int
    ttl: int
    values: list[Any]


# ---- asking ----


def _hosts(name: str, kind: int) -> list[Record]:
    """The addresses of /etc/hosts."""
    family = {A: socket.AF_INET, AAAA: socket.AF_INET6}.get(kind)
    found = []
    try:
        with open("/etc/hosts", encoding="utf-8", errors="replace") as file:
            lines = [line.partition("#")[0].split() for line in file]
    except OSError:
        return []
    for address, *names in filter(None, lines):
        if family is None or name.lower() not in map(str.lower, names):
            continue
        try:
            found.append(Record(name, kind, HOSTS_TTL, [socket.inet_pton(family, address)]))
        except OSError:
            continue
    return found


def _values(kind: int, data: Any) -> list[Any] | None:
    """Of dnspython's record; None for a kind that has no structure here."""
    if kind == A:
        return [socket.inet_aton(data.address)]
    if kind == AAAA:
        return [socket.inet_pton(socket.AF_INET6, data.address)]
    if kind in (NS, CNAME, PTR):
        return [_plain(data.target)]
    if kind == MX:
        return [_plain(data.exchange), struct.pack("<HH", data.preference, 0)]
    if kind == SRV:
        return [_plain(data.target), struct.pack("<HHHH", data.priority, data.weight, data.port, 0)]
    if kind == TXT:
        texts = [each.decode("utf-8", "replace") for each in data.strings]
        return [struct.pack("<Ixxxx", len(texts)), *texts]
    if kind == SOA:
        numbers = (data.serial, data.refresh, data.retry, data.expire, data.minimum)
        return [_plain(data.mname), _plain(data.rname), struct.pack("<5I", *numbers)]
    return None


def _plain(name: Any) -> str:
    return str(name.to_text(omit_final_dot=True))


def _servers(extra: int) -> list[str]:
    """IP4_ARRAY: a count and addresses."""
    if not extra:
        return []
    count = get_u32(extra)
    return [socket.inet_ntoa(_core.read(extra + 4 + 4 * index, 4)) for index in range(count)]


def _ask(name: str, kind: int, servers: list[str]) -> list[Record]:
    try:
        import dns.exception
        import dns.rdatatype
        import dns.resolver
    except ImportError as error:
        raise ImportError("DnsQuery needs the package dnspython: pip install 'windlass[dns]'") from error

    try:
        resolver = dns.resolver.Resolver(configure=not servers)
        if servers:
            resolver.nameservers = list(servers)
        answer = resolver.resolve(
            name, dns.rdatatype.RdataType.make(kind), search=False, raise_on_no_answer=False
        )
    except dns.resolver.NXDOMAIN:
        raise Refused(DNS_ERROR_RCODE_NAME_ERROR) from None
    except dns.resolver.NoResolverConfiguration:
        raise Refused(DNS_ERROR_NO_DNS_SERVERS) from None
    except dns.exception.Timeout:
        raise Refused(ERROR_TIMEOUT) from None
    except dns.resolver.NoNameservers:
        raise Refused(DNS_ERROR_RCODE_SERVER_FAILURE) from None
    except (dns.exception.DNSException, ValueError):
        raise Refused(ERROR_INVALID_NAME) from None
    records = []
    for group in answer.response.answer:
        for data in group:
            values = _values(int(group.rdtype), data)
            if values is not None:
                records.append(Record(_plain(group.name), int(group.rdtype), group.ttl, values))
    return records


# ---- as Windows lays it out ----

HEAD = 32


def _record_bytes(at: int, record: Record, wide: bool) -> bytes:
    """DNS_RECORD: next, name, type, size of the data, flags, time to live, reserved; then the data, and the
    texts that they point to.
    """

    def encode(text: str) -> bytes:
        data = _core.wide_bytes(text) if wide else text.encode() + b"\0"
        return data + bytes(-len(data) % 8)

    size = sum(8 if isinstance(value, str) else len(value) for value in record.values)
    texts = encode(record.name)
    places = at + HEAD + size + (-size % 8)
    data = b""
    for value in record.values:
        if isinstance(value, str):
            data += struct.pack("<Q", places + len(texts))
            texts += encode(value)
        else:
            data += value
    head = struct.pack("<QQHHIII", 0, places, record.type, size, ANSWER_SECTION, record.ttl, 0)
    return head + data + bytes(-len(data) % 8) + texts


def put_records(records: list[Record], wide: bool) -> int:
    """A list of blocks; the first one."""
    first = before = 0
    for record in records:
        block = blocks.new(bytes(len(_record_bytes(0, record, wide))))
        _core.write(block, _record_bytes(block, record, wide))
        if before:
            put_u64(before, block)
        first, before = first or block, block
    return first


def find_records(name: str, kind: int, options: int, servers: list[str]) -> list[Record]:
    """From the hosts file, else from the servers (none: the host's own); Refused when there is none."""
    plain = name.rstrip(".")
    found = [] if options & NO_HOSTS_FILE else _hosts(plain, kind)
    if not found and options & NO_WIRE_QUERY:
        raise Refused(DNS_ERROR_RCODE_NAME_ERROR)
    found = found or _ask(plain, kind, servers)
    if not found:
        raise Refused(DNS_INFO_NO_RECORDS)
    return found


def _query(name: str | None, kind: int, options: int, extra: int, results: int, wide: bool) -> None:
    if not name or not results:
        raise Refused(ERROR_INVALID_PARAMETER)
    put_u64(results, 0)
    put_u64(results, put_records(find_records(name, kind, options, _servers(extra)), wide))


@export("dnsapi")
def DnsQuery_W(
    pszName: LPCWSTR, wType: WORD, Options: DWORD, pExtra: PVOID, ppQueryResults: PVOID, pReserved: PVOID
) -> LONG:
    return code_of(_query, pszName, wType, Options, pExtra, ppQueryResults, True)


@export("dnsapi")
def DnsQuery_A(
    pszName: LPCSTR, wType: WORD, Options: DWORD, pExtra: PVOID, ppQueryResults: PVOID, pReserved: PVOID
) -> LONG:
    return code_of(_query, from_ansi(pszName), wType, Options, pExtra, ppQueryResults, False)


@export("dnsapi")
def DnsQuery_UTF8(
    pszName: LPCSTR, wType: WORD, Options: DWORD, pExtra: PVOID, ppQueryResults: PVOID, pReserved: PVOID
) -> LONG:
    name = (pszName or b"").decode("utf-8", "replace")
    return code_of(_query, name, wType, Options, pExtra, ppQueryResults, False)


FREE_FLAT, FREE_RECORD_LIST = 0, 1


def _free_list(record: int) -> None:
    while record:
        following = get_u64(record)
        blocks.free(record)
        record = following


@export("dnsapi")
def DnsFree(pData: PVOID, FreeType: INT) -> VOID:
    if FreeType == FREE_RECORD_LIST:
        _free_list(pData)
    elif pData:
        blocks.free(pData)


@export("dnsapi")
def DnsRecordListFree(pRecordList: PVOID, FreeType: INT) -> VOID:
    _free_list(pRecordList)


@export("dnsapi")
def DnsFlushResolverCache() -> BOOL:
    """Nothing is kept here."""
    return 1


# ---- names ----


def _same(one: str | None, other: str | None) -> bool:
    """Without regard to case and a last dot."""
    if one is None or other is None:
        return one is other
    return one.rstrip(".").lower() == other.rstrip(".").lower()


@export("dnsapi")
def DnsNameCompare_W(pName1: LPCWSTR, pName2: LPCWSTR) -> BOOL:
    return _same(pName1, pName2)


@export("dnsapi")
def DnsNameCompare_A(pName1: LPCSTR, pName2: LPCSTR) -> BOOL:
    return _same(from_ansi(pName1), from_ansi(pName2))


DOMAIN, DOMAIN_LABEL, HOSTNAME_FULL, HOSTNAME_LABEL, WILDCARD, SRV_RECORD = range(6)


def _validate(name: str | None, format: int) -> int:
    """0, or what is wrong; a name with characters outside RFC 1123 is told apart from one that cannot be."""
    if name is None or format > SRV_RECORD:
        return ERROR_INVALID_NAME
    labels = name.rstrip(".").split(".")
    if not name or len(name) > 255 or not all(labels) or max(map(len, labels)) > 63:
        return ERROR_INVALID_NAME
    if format in (DOMAIN_LABEL, HOSTNAME_LABEL) and len(labels) > 1:
        return ERROR_INVALID_NAME
    if format in (WILDCARD, SRV_RECORD):
        start = "*" if format == WILDCARD else "_"
        if not labels[0].startswith(start):
            return ERROR_INVALID_NAME
        labels[0] = labels[0][1:] or "x"
    if re.search(r"""[ {|}~\[\\\]^'`:;<=>?@!"#$%()+/,*]""", ".".join(labels)):
        return DNS_ERROR_INVALID_NAME_CHAR
    if format in (HOSTNAME_FULL, HOSTNAME_LABEL) and labels[0].isdigit():
        return DNS_ERROR_NUMERIC_NAME
    return 0 if re.fullmatch(r"[A-Za-z0-9.-]*", ".".join(labels)) else DNS_ERROR_NON_RFC_NAME


@export("dnsapi")
def DnsValidateName_W(pszName: LPCWSTR, Format: INT) -> LONG:
    return _validate(pszName, Format)


@export("dnsapi")
def DnsValidateName_A(pszName: LPCSTR, Format: INT) -> LONG:
    return _validate(from_ansi(pszName), Format)
