"""iphlpapi's tables of neighbours, connections and counters: the host's own, which no two computers share."""

from __future__ import annotations

import os
import socket
import struct

import windlass.ctypes as c

iphlpapi = c.windll.iphlpapi
ERROR_INSUFFICIENT_BUFFER, ERROR_NO_DATA, ERROR_NOT_FOUND, ERROR_NOT_SUPPORTED = 122, 232, 1168, 50


def table(function, row: int, *more) -> list[bytes]:
    """The rows of a table that tells the size it needs."""
    size = c.c_uint(0)
    error = function(None, c.byref(size), 0, *more)
    if error == ERROR_NO_DATA:
        return []
    assert error == ERROR_INSUFFICIENT_BUFFER
    buffer = c.create_string_buffer(size.value + 10 * row)
    size.value = len(buffer)
    assert function(buffer, c.byref(size), 0, *more) == 0
    count = struct.unpack_from("<I", buffer)[0]
    return [buffer.raw[4 + row * index : 4 + row * (index + 1)] for index in range(count)]


def listening(family: int, host: str) -> socket.socket:
    made = socket.socket(family)
    made.bind((host, 0))
    made.listen()
    return made


def test_connections_have_owners():
    with listening(socket.AF_INET, "127.0.0.1") as own:
        port = socket.htons(own.getsockname()[1])
        rows = [struct.unpack("<I4sI4sIII", row) for row in table(iphlpapi.GetTcpTable2, 28)]
        found = [row for row in rows if row[2] == port and row[0] == 2]
        assert [(row[1], row[5], row[6]) for row in found] == [(b"\x7f\0\0\1", os.getpid(), 0)]


def test_connections_of_ipv6():
    if not os.path.exists("/proc/net/if_inet6"):
        return
    with listening(socket.AF_INET6, "::") as own:
        port = socket.htons(own.getsockname()[1])
        rows = [struct.unpack("<I16sII16sII", row) for row in table(iphlpapi.GetTcp6Table, 52)]
        assert [row[0] for row in rows if row[3] == port] == [2]
        rows2 = [struct.unpack("<16sII16sIIIII", row) for row in table(iphlpapi.GetTcp6Table2, 60)]
        assert [(row[6], row[7]) for row in rows2 if row[2] == port] == [(2, os.getpid())]
        extended = table(iphlpapi.GetExtendedTcpTable, 52, 23, 2, 0)
        assert port in [struct.unpack("<I16sII16sII", row)[3] for row in extended]


def test_counters_grow():
    before, after = (c.c_uint * 15)(), (c.c_uint * 15)()
    assert iphlpapi.GetTcpStatistics(before) == 0
    with listening(socket.AF_INET, "127.0.0.1") as own, socket.create_connection(own.getsockname()):
        assert iphlpapi.GetTcpStatisticsEx(after, 2) == 0
    assert after[4] > before[4]  # active opens
    assert after[5] > before[5]  # passive ones
    assert after[14] >= 2
    assert iphlpapi.GetTcpStatisticsEx(after, 99) == ERROR_NOT_SUPPORTED
    assert iphlpapi.GetTcpStatistics(None) == 87


def test_every_protocol_has_counters():
    for function, size in (("GetUdpStatistics", 5), ("GetIpStatistics", 23), ("GetIcmpStatistics", 26)):
        values = (c.c_uint * (size + 1))(*([0xFFFFFFFF] * (size + 1)))
        assert getattr(iphlpapi, function)(values) == 0
        assert values[size] == 0xFFFFFFFF  # nothing behind the structure
        assert any(values[index] != 0xFFFFFFFF for index in range(size))
    values = (c.c_uint * 23)()
    assert iphlpapi.GetIpStatisticsEx(values, 23) == 0
    assert values[20] == len(socket.if_nameindex())


def test_neighbours_are_at_interfaces():
    numbers = [number for number, _ in socket.if_nameindex()]
    for row in table(iphlpapi.GetIpNetTable, 24):
        number, length, _, _, kind = struct.unpack("<II8s4sI", row)
        assert number in numbers and length <= 8 and kind in (2, 3, 4)
    result = c.c_void_p()
    error = iphlpapi.GetIpNetTable2(0, c.byref(result))
    assert error in (0, ERROR_NOT_FOUND)
    if not error:
        count = c.c_uint64.from_address(result.value).value
        for index in range(count):
            row = c.string_at(result.value + 8 + 88 * index, 88)
            assert row[:2] in (b"\2\0", b"\x17\0")
            assert int.from_bytes(row[28:32], "little") in numbers
        iphlpapi.FreeMibTable(result)
    assert iphlpapi.GetIpNetTable2(99, c.byref(result)) == 87


def test_the_hardware_of_ones_own_address():
    buffer, size = c.create_string_buffer(b"\xff" * 8, 8), c.c_uint(8)
    own = int.from_bytes(socket.inet_aton("127.0.0.1"), "little")
    assert iphlpapi.SendARP(own, 0, buffer, c.byref(size)) == 0
    assert (size.value, buffer.raw[:6]) == (6, bytes(6))
    assert iphlpapi.SendARP(own, 0, None, c.byref(size)) == 87


def test_adapters_are_found_by_name():
    size = c.c_uint(0)
    error = iphlpapi.GetInterfaceInfo(None, c.byref(size))
    assert error in (ERROR_INSUFFICIENT_BUFFER, ERROR_NO_DATA)
    if error == ERROR_NO_DATA:
        return
    buffer = c.create_string_buffer(size.value)
    assert iphlpapi.GetInterfaceInfo(buffer, c.byref(size)) == 0
    number = struct.unpack_from("<I", buffer, 4)[0]
    name = buffer.raw[8:264].decode("utf-16-le").rstrip("\0")
    assert name.startswith("\\DEVICE\\TCPIP_{")
    found = c.c_uint()
    assert iphlpapi.GetAdapterIndex(name, c.byref(found)) == 0
    assert found.value == number
    assert iphlpapi.GetAdapterIndex("\\DEVICE\\TCPIP_{0}", c.byref(found)) == 55

    size.value = 0
    assert iphlpapi.GetPerAdapterInfo(number, None, c.byref(size)) == 111
    buffer = c.create_string_buffer(size.value)
    assert iphlpapi.GetPerAdapterInfo(number, buffer, c.byref(size)) == 0
    assert (size.value - 16) % 48 == 0


def test_an_address_is_found_by_its_interface():
    result = c.c_void_p()
    assert iphlpapi.GetUnicastIpAddressTable(2, c.byref(result)) == 0
    row = c.string_at(result.value + 8, 80)
    iphlpapi.FreeMibTable(result)
    asked = c.create_string_buffer(row[:44] + bytes(36), 80)
    assert iphlpapi.GetUnicastIpAddressEntry(asked) == 0
    assert asked.raw == row
    other = c.create_string_buffer(row[:4] + b"\1\2\3\4" + row[8:44] + bytes(36), 80)
    assert iphlpapi.GetUnicastIpAddressEntry(other) == ERROR_NOT_FOUND
