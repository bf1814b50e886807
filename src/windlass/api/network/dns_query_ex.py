"""DnsQueryEx: questions whose answer may come later.

Source: Microsoft, "DnsQueryEx function", "DNS_QUERY_REQUEST structure", "DNS_QUERY_RESULT structure",
"DNS_QUERY_COMPLETION_ROUTINE callback function", "DnsCancelQuery function".
"""

from __future__ import annotations

import ctypes
import itertools
import threading
from ctypes import c_uint16, c_uint32, c_uint64

from windlass import _core
from windlass.api.network.dns_query import find_records, put_records
from windlass.api.outputs import put_u32, put_u64
from windlass.api.refused import Refused, code_of
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import LONG, PVOID

ERROR_INVALID_PARAMETER, ERROR_CANCELLED, DNS_REQUEST_PENDING = 87, 1223, 9506
VERSION = 1


class QueryRequest(ctypes.Structure):
    """DNS_QUERY_REQUEST"""

    _fields_ = [
        ("Version", c_uint32),
        ("QueryName", c_uint64),
        ("QueryType", c_uint16),
        ("QueryOptions", c_uint64),
        ("pDnsServerList", c_uint64),
        ("InterfaceIndex", c_uint32),
        ("pQueryCompletionCallback", c_uint64),
        ("pQueryContext", c_uint64),
    ]


class QueryResult(ctypes.Structure):
    """DNS_QUERY_RESULT"""

    _fields_ = [
        ("Version", c_uint32),
        ("QueryStatus", c_uint32),
        ("QueryOptions", c_uint64),
        ("pQueryRecords", c_uint64),
        ("Reserved", c_uint64),
    ]


class AddressArray(ctypes.Structure):
    """DNS_ADDR_ARRAY's head; addresses of 64 bytes follow, each beginning with a SOCKADDR."""

    _fields_ = [
        ("MaxCount", c_uint32),
        ("AddrCount", c_uint32),
        ("Tag", c_uint32),
        ("Family", c_uint16),
        ("WordReserved", c_uint16),
        ("Flags", c_uint32),
        ("MatchFlag", c_uint32),
        ("Reserved", c_uint32 * 2),
    ]


ADDRESS_SIZE, WINDOWS_AF_INET6 = 64, 23


def _servers(address: int) -> list[str]:
    import socket

    if not address:
        return []
    start, found = address + ctypes.sizeof(AddressArray), []
    for index in range(get_structure(address, AddressArray).AddrCount):
        data = _core.read(start + ADDRESS_SIZE * index, 28)
        family = int.from_bytes(data[:2], "little")
        if family == WINDOWS_AF_INET6:
            found.append(socket.inet_ntop(socket.AF_INET6, data[8:24]))
        elif family == socket.AF_INET:
            found.append(socket.inet_ntoa(data[4:8]))
    return found


class Query:
    """Ends once: with what was found, or cancelled; whoever comes later is too late."""

    def __init__(self, request: QueryRequest, name: str, result: int) -> None:
        self.request, self.name, self.result = request, name, result
        self.servers = _servers(request.pDnsServerList)
        self.number = next(_numbers)
        self._lock = threading.Lock()
        self._is_done = False

    def look_up(self) -> tuple[int, int]:
        """The status, and the first record."""
        records: list[int] = []

        def find() -> None:
            options = self.request.QueryOptions & 0xFFFFFFFF
            found = find_records(self.name, self.request.QueryType, options, self.servers)
            records.append(put_records(found, True))

        status = code_of(find)
        return status, records[0] if records else 0

    def finish(self, status: int, records: int) -> bool:
        """Tells the program, if nobody has before."""
        with self._lock:
            if self._is_done:
                return False
            self._is_done = True
        _queries.pop(self.number, None)
        self.put(status, records)
        _core.call(self.request.pQueryCompletionCallback, self.request.pQueryContext, self.result)
        return True

    def put(self, status: int, records: int) -> None:
        put_u32(self.result + QueryResult.QueryStatus.offset, status)
        put_u64(self.result + QueryResult.pQueryRecords.offset, records)

    def run(self) -> None:
        self.finish(*self.look_up())


_numbers = itertools.count(1)
_queries: dict[int, Query] = {}


def _start(address: int, result: int, cancel: int) -> None:
    if not address or not result:
        raise Refused(ERROR_INVALID_PARAMETER)
    request = get_structure(address, QueryRequest)
    known = request.Version == get_structure(result, QueryResult).Version == VERSION
    if not known or not request.QueryName:
        raise Refused(ERROR_INVALID_PARAMETER)
    query = Query(request, _core.wide_string(request.QueryName), result)
    if not request.pQueryCompletionCallback:
        status, records = query.look_up()
        query.put(status, records)
        if status:
            raise Refused(status)
        return
    _queries[query.number] = query
    put_u64(cancel, query.number)
    threading.Thread(target=query.run, daemon=True).start()
    raise Refused(DNS_REQUEST_PENDING)


@export("dnsapi")
def DnsQueryEx(pQueryRequest: PVOID, pQueryResults: PVOID, pCancelHandle: PVOID) -> LONG:
    """With a callback it is asked in a thread of its own, and the answer is DNS_REQUEST_PENDING."""
    return code_of(_start, pQueryRequest, pQueryResults, pCancelHandle)


@export("dnsapi")
def DnsCancelQuery(pCancelHandle: PVOID) -> LONG:
    """The callback is told ERROR_CANCELLED, unless the query is done already."""
    number = int.from_bytes(_core.read(pCancelHandle, 8), "little") if pCancelHandle else 0
    query = _queries.get(number)
    if query is None:
        return ERROR_INVALID_PARAMETER
    query.finish(ERROR_CANCELLED, 0)
    return 0
