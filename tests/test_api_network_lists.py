"""What netapi32, mpr, rasapi32, wtsapi32 and secur32 list of the computer: the host's users, one session, no
connections. Wine has other users and its own answers, so that the expectations are the documents'.
"""

from __future__ import annotations

import os
import pwd

import windlass.ctypes as c
from windlass.ctypes import Structure

ERROR_NOT_CONNECTED, ERROR_BAD_DEVICE, ERROR_NO_MORE_ITEMS, ERROR_NO_NETWORK = 2250, 1200, 259, 1222
NERR_USER_NOT_FOUND, NERR_GROUP_NOT_FOUND, NERR_SERVER_NOT_STARTED = 2221, 2220, 2114

netapi32, wtsapi32 = c.windll.netapi32, c.windll.wtsapi32


class Name(Structure):
    _fields_ = [("name", c.c_wchar_p)]  # noqa: RUF012


class Member(Structure):
    _fields_ = [("sid", c.c_void_p), ("usage", c.c_uint), ("name", c.c_wchar_p)]  # noqa: RUF012


def listed(function, type, *before, filter=()):
    """The array that an enumeration gives."""
    rows, count, total = c.POINTER(type)(), c.c_uint(9), c.c_uint(9)
    outputs = (c.byref(rows), 0xFFFFFFFF, c.byref(count), c.byref(total))
    rest = () if filter is None else (None,)
    assert function(*before, *outputs, *rest) == 0
    assert count.value == total.value
    found = [type.from_buffer_copy(rows[index]) for index in range(count.value)]
    return found, rows


def test_users_are_the_hosts():
    users, memory = listed(netapi32.NetUserEnum, Name, None, 0, 0)
    assert pwd.getpwuid(os.geteuid()).pw_name in [each.name for each in users]
    assert "nobody" not in [each.name for each in users]
    size = c.c_uint()
    assert netapi32.NetApiBufferSize(memory, c.byref(size)) == 0
    assert size.value >= 8 * len(users)
    assert netapi32.NetApiBufferFree(memory) == 0


def test_an_unknown_user_has_no_groups():
    rows, count = c.c_void_p(), c.c_uint()
    place = (c.byref(rows), 0xFFFFFFFF, c.byref(count), c.byref(count))
    assert netapi32.NetUserGetLocalGroups(None, "no such user", 0, 0, *place) == NERR_USER_NOT_FOUND
    assert netapi32.NetUserGetGroups(None, "no such user", 0, *place) == NERR_USER_NOT_FOUND
    assert netapi32.NetLocalGroupGetInfo(None, "no such group", 1, c.byref(rows)) == NERR_GROUP_NOT_FOUND


def test_root_is_among_the_administrators():
    members, memory = listed(netapi32.NetLocalGroupGetMembers, Member, None, "administrators", 1)
    assert [(each.name, each.usage) for each in members] == [("root", 1)]
    netapi32.NetApiBufferFree(memory)
    groups, memory = listed(netapi32.NetUserGetLocalGroups, Name, None, "root", 0, 0, filter=None)
    assert [each.name for each in groups] == ["Administrators", "Users"]
    netapi32.NetApiBufferFree(memory)


def test_nothing_is_served_or_connected():
    rows, count = c.c_void_p(1), c.c_uint(9)
    place = (c.byref(rows), 0xFFFFFFFF, c.byref(count), c.byref(count), None)
    assert netapi32.NetSessionEnum(None, None, None, 10, *place) == NERR_SERVER_NOT_STARTED
    assert (rows.value, count.value) == (None, 0)
    assert netapi32.NetUseEnum(None, 0, *place) == 0
    assert (rows.value, count.value) == (None, 0)


def test_buffers_grow():
    memory = c.c_void_p()
    assert netapi32.NetApiBufferReallocate(None, 4, c.byref(memory)) == 0
    c.memmove(memory, b"abc", 4)
    assert netapi32.NetApiBufferReallocate(memory, 100000, c.byref(memory)) == 0
    assert c.string_at(memory.value) == b"abc"
    assert netapi32.NetApiBufferReallocate(memory, 0, c.byref(memory)) == 0
    assert memory.value is None


def test_drives_are_not_connected():
    mpr = c.windll.mpr
    buffer, size = c.create_unicode_buffer(50), c.c_uint(50)
    assert mpr.WNetGetConnectionW("C:", buffer, c.byref(size)) == ERROR_NOT_CONNECTED
    assert mpr.WNetGetConnectionW("drive", buffer, c.byref(size)) == ERROR_BAD_DEVICE
    assert mpr.WNetGetUniversalNameW("C:\\x", 1, buffer, c.byref(size)) == ERROR_NOT_CONNECTED
    handle = c.c_void_p()
    assert mpr.WNetOpenEnumW(2, 0, 0, None, c.byref(handle)) == ERROR_NO_NETWORK
    assert mpr.WNetOpenEnumW(1, 0, 0, None, c.byref(handle)) == 0
    assert mpr.WNetEnumResourceW(handle, c.byref(size), buffer, c.byref(size)) == ERROR_NO_MORE_ITEMS
    assert mpr.WNetCloseEnum(handle) == 0
    assert mpr.WNetCloseEnum(handle) == 6
    size.value = 1
    assert mpr.WNetGetUserW(None, buffer, c.byref(size)) == 234
    assert mpr.WNetGetUserW(None, buffer, c.byref(size)) == 0
    assert len(buffer.value) == size.value - 1


def test_processes_are_enumerated():
    class Process(Structure):
        _fields_ = [("session", c.c_uint), ("number", c.c_uint), ("name", c.c_wchar_p), ("user", c.c_void_p)]  # noqa: RUF012

    rows, count = c.POINTER(Process)(), c.c_uint()
    assert wtsapi32.WTSEnumerateProcessesW(None, 0, 1, c.byref(rows), c.byref(count))
    own = c.windll.kernel32.GetCurrentProcessId()
    assert own in [rows[index].number for index in range(count.value)]
    wtsapi32.WTSFreeMemory(rows)


def test_session_changes_are_for_windows():
    assert not wtsapi32.WTSRegisterSessionNotification(c.c_void_p(12345), 0)
    assert c.GetLastError() == 1400


def test_the_session_is_the_users():
    secur32 = c.windll.secur32
    count, luids = c.c_uint(), c.POINTER(c.c_uint64)()
    assert secur32.LsaEnumerateLogonSessions(c.byref(count), c.byref(luids)) == 0
    assert count.value == 1
    data = c.c_void_p()
    assert secur32.LsaGetLogonSessionData(luids, c.byref(data)) == 0
    assert c.c_uint64.from_address(data.value + 4).value == luids[0]
    length, place = c.c_uint16.from_address(data.value + 16), c.c_void_p.from_address(data.value + 24)
    assert c.wstring_at(place.value, length.value // 2) == pwd.getpwuid(os.geteuid()).pw_name
    assert secur32.LsaFreeReturnBuffer(data) == 0
    other = c.c_uint64(1)
    assert secur32.LsaGetLogonSessionData(c.byref(other), c.byref(data)) & 0xFFFFFFFF == 0xC000005F


def test_there_is_no_remote_access():
    size, count = c.c_uint(1000), c.c_uint(9)
    buffer = c.create_string_buffer(1000)
    assert c.windll.rasapi32.RasEnumConnectionsW(buffer, c.byref(size), c.byref(count)) == 0
    assert (size.value, count.value) == (0, 0)
    assert c.windll.rasapi32.RasHangUpW(c.c_void_p(1)) == 6


def test_byte_order_by_socket():
    ws2_32 = c.windll.ws2_32
    data = c.create_string_buffer(500)
    assert ws2_32.WSAStartup(0x202, data) == 0
    ws2_32.socket.restype = c.c_void_p
    socket = c.c_void_p(ws2_32.socket(2, 1, 0))
    wide, narrow = c.c_uint(), c.c_uint16()
    assert ws2_32.WSAHtonl(socket, 0x11223344, c.byref(wide)) == 0
    assert ws2_32.WSANtohs(socket, 0x1122, c.byref(narrow)) == 0
    assert (wide.value, narrow.value) == (0x44332211, 0x2211)
    assert ws2_32.WSAHtonl(c.c_void_p(0), 1, c.byref(wide)) == -1
    assert ws2_32.WSAGetLastError() == 10038
    assert ws2_32.WSAHtons(socket, 1, None) == -1
    assert ws2_32.WSAGetLastError() == 10014
    ws2_32.closesocket(socket)


def test_a_datagram_that_is_cut_off_is_received_in_part():
    ws2_32 = c.windll.ws2_32
    assert ws2_32.WSAStartup(0x202, c.create_string_buffer(500)) == 0
    ws2_32.socket.restype = c.c_void_p
    socket = c.c_void_p(ws2_32.socket(2, 2, 0))
    address, size = c.create_string_buffer(b"\2\0\0\0\x7f\0\0\1", 16), c.c_int(16)
    assert ws2_32.bind(socket, address, 16) == 0
    assert ws2_32.getsockname(socket, address, c.byref(size)) == 0
    assert ws2_32.sendto(socket, b"abcdef", 6, 0, address, 16) == 6
    buffer, flags = c.create_string_buffer(4), c.c_int()
    assert c.windll.mswsock.WSARecvEx(socket, buffer, 4, c.byref(flags)) == 4
    assert (buffer.raw, flags.value) == (b"abcd", 0x8000)
    assert ws2_32.sendto(socket, b"xy", 2, 0, address, 16) == 2
    flags.value = 0
    assert c.windll.mswsock.WSARecvEx(socket, buffer, 4, c.byref(flags)) == 2
    assert flags.value == 0
    ws2_32.closesocket(socket)


def test_a_connection_takes_no_data_with_its_end():
    ws2_32 = c.windll.ws2_32
    assert ws2_32.WSASendDisconnect(c.c_void_p(0), None) == -1
    assert ws2_32.WSAGetLastError() == 10038
