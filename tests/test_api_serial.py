"""Serial ports over pseudo terminals: COM names, settings, time-outs, events."""

from __future__ import annotations

import ctypes
import fcntl
import os
import select
import struct
import subprocess
import sys
import termios
import threading
import tty

import pytest

import windlass.ctypes as wct
from windlass.ctypes import wintypes

GENERIC_READ_WRITE, OPEN_EXISTING, OVERLAPPED_FLAG = 0xC0000000, 3, 0x40000000
INVALID, MAXDWORD = 0xFFFFFFFFFFFFFFFF, 0xFFFFFFFF
EV_RXCHAR, EV_RXFLAG, EV_TXEMPTY = 1, 2, 4
ERROR_FILE_NOT_FOUND, ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER = 2, 5, 87
ERROR_OPERATION_ABORTED, ERROR_IO_PENDING, ERROR_INVALID_FUNCTION = 995, 997, 1


class DCB(ctypes.Structure):
    _fields_ = [
        ("DCBlength", wintypes.DWORD),
        ("BaudRate", wintypes.DWORD),
        ("flags", wintypes.DWORD),
        ("wReserved", wintypes.WORD),
        ("XonLim", wintypes.WORD),
        ("XoffLim", wintypes.WORD),
        ("ByteSize", ctypes.c_ubyte),
        ("Parity", ctypes.c_ubyte),
        ("StopBits", ctypes.c_ubyte),
        ("XonChar", ctypes.c_ubyte),
        ("XoffChar", ctypes.c_ubyte),
        ("ErrorChar", ctypes.c_ubyte),
        ("EofChar", ctypes.c_ubyte),
        ("EvtChar", ctypes.c_ubyte),
        ("wReserved1", wintypes.WORD),
    ]


class Overlapped(ctypes.Structure):
    _fields_ = [("Internal", ctypes.c_size_t), ("InternalHigh", ctypes.c_size_t), ("Offset", ctypes.c_uint64),
                ("hEvent", ctypes.c_void_p)]  # fmt: skip


def timeouts(interval=0, multiplier=0, constant=0, write_multiplier=0, write_constant=0):
    return struct.pack("<5I", interval, multiplier, constant, write_multiplier, write_constant)


@pytest.fixture
def kernel32():
    library = wct.WinDLL("kernel32", use_last_error=True)
    library.CreateFileW.restype = ctypes.c_size_t
    library.CreateEventW.restype = ctypes.c_size_t
    return library


class Port:
    """COM7, and the other end of its cable."""

    def __init__(self, kernel32, name=r"\\.\COM7", flags=0):
        self.kernel32 = kernel32
        self.handle = kernel32.CreateFileW(name, GENERIC_READ_WRITE, 0, None, OPEN_EXISTING, flags, None)
        assert self.handle != INVALID, wct.get_last_error()

    def __getattr__(self, name):
        function = getattr(self.kernel32, name)
        return lambda *arguments: function(ctypes.c_size_t(self.handle), *arguments)

    def read(self, size):
        buffer, done = ctypes.create_string_buffer(size), wintypes.DWORD(77)
        assert self.ReadFile(buffer, size, ctypes.byref(done), None), wct.get_last_error()
        return buffer.raw[: done.value]

    def write(self, data):
        done = wintypes.DWORD(77)
        assert self.WriteFile(data, len(data), ctypes.byref(done), None), wct.get_last_error()
        return done.value

    def state(self):
        state = DCB()
        assert self.GetCommState(ctypes.byref(state))
        return state

    def queued(self):
        errors, status = wintypes.DWORD(), (wintypes.DWORD * 3)()
        assert self.ClearCommError(ctypes.byref(errors), ctypes.byref(status))
        return status[1]


@pytest.fixture
def cable(monkeypatch):
    """The far end's descriptor; the near end is COM7 and COM12."""
    far, near = os.openpty()
    tty.setraw(far)
    name = os.ttyname(near)
    monkeypatch.setenv("WINDLASS_PORTS", f"COM7={name}:com12={name}")
    yield far
    os.close(near)
    os.close(far)


@pytest.fixture
def port(kernel32, cable):
    port = Port(kernel32)
    yield port
    port.CloseHandle()


@pytest.fixture
def overlapped(kernel32, cable):
    port = Port(kernel32, "COM7", OVERLAPPED_FLAG)
    yield port
    port.CloseHandle()


def pending(kernel32):
    return Overlapped(hEvent=kernel32.CreateEventW(None, True, False, None))


def result(port, operation):
    count = wintypes.DWORD()
    ok = port.GetOverlappedResult(ctypes.byref(operation), ctypes.byref(count), True)
    return (count.value, operation.Internal) if ok else -wct.get_last_error()


def test_bytes_go_both_ways_unchanged(port, cable):
    everything = bytes(range(256))
    os.write(cable, everything)
    received = b""
    while len(received) < 256:
        received += port.read(256 - len(received))
    assert received == everything
    assert port.write(everything) == 256
    sent = b""
    while len(sent) < 256:
        sent += os.read(cable, 256)
    assert sent == everything


def test_a_port_is_a_character_device_with_one_owner(kernel32, port):
    assert port.GetFileType() == 2
    for name in (r"\\.\COM7", "COM7", "com7:", r"\\.\COM12"):
        assert kernel32.CreateFileW(name, GENERIC_READ_WRITE, 0, None, OPEN_EXISTING, 0, None) == INVALID
        assert wct.get_last_error() == ERROR_ACCESS_DENIED


def test_a_port_can_be_opened_again_when_it_is_closed(kernel32, cable):
    for name in ("COM7", r"\\.\COM12", r"\\.\com7"):
        Port(kernel32, name).CloseHandle()


def test_a_terminal_of_the_host_by_its_path_is_a_port(kernel32):
    far, near = os.openpty()
    port = Port(kernel32, os.ttyname(near))
    assert port.state().ByteSize == 8
    port.CloseHandle()
    os.close(near)
    os.close(far)


@pytest.mark.parametrize("name", ["COM12", r"\\.\COM99", r"\\.\COM12x", r"\\.\COM0"])
def test_ports_that_are_not_there(kernel32, cable, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert kernel32.CreateFileW(name, GENERIC_READ_WRITE, 0, None, OPEN_EXISTING, 0, None) == INVALID
    assert wct.get_last_error() == ERROR_FILE_NOT_FOUND


def test_other_devices_do_not_know_the_requests(kernel32):
    null = Port(kernel32, "NUL")
    assert not null.GetCommState(ctypes.byref(DCB()))
    assert wct.get_last_error() == ERROR_INVALID_FUNCTION
    null.CloseHandle()
    assert not null.GetCommState(ctypes.byref(DCB()))
    assert wct.get_last_error() == 6


def test_the_state_reaches_the_host(port, cable):
    state = port.state()
    state.BaudRate, state.StopBits, state.Parity = 31250, 2, 2
    state.flags |= 0x300  # fOutX, fInX
    state.XonChar, state.XoffChar = ord("q"), ord("s")
    assert port.SetCommState(ctypes.byref(state)), wct.get_last_error()
    assert bytes(port.state()) == bytes(state)
    iflag, _, cflag, _, *_ = termios.tcgetattr(cable)
    assert cflag & termios.CSTOPB
    assert iflag & termios.IXON and iflag & termios.IXOFF
    raw = bytearray(44)  # struct termios2
    fcntl.ioctl(cable, 0x802C542A, raw)
    assert struct.unpack_from("<2I", raw, 36) == (31250, 31250)
    assert raw[17 + 8 : 17 + 10] == b"qs"  # VSTART, VSTOP


@pytest.mark.parametrize(
    "change",
    [{"ByteSize": 9}, {"ByteSize": 4}, {"Parity": 5}, {"StopBits": 3}, {"StopBits": 1}, {"BaudRate": 0},
     {"ByteSize": 5, "StopBits": 2}, {"XonChar": 0x13}, {"flags": 1 << 3}, {"flags": 1 << 6},
     {"flags": 3 << 4}, {"flags": 3 << 12}],
)  # fmt: skip
def test_states_that_cannot_be(port, change):
    state, before = port.state(), port.state()
    for name, value in change.items():
        setattr(state, name, value)
    assert not port.SetCommState(ctypes.byref(state))
    assert wct.get_last_error() == ERROR_INVALID_PARAMETER
    assert bytes(port.state()) == bytes(before)


def test_a_config_holds_the_state(kernel32, port):
    size, config = wintypes.DWORD(10), ctypes.create_string_buffer(52)
    assert not port.GetCommConfig(config, ctypes.byref(size))
    assert (wct.get_last_error(), size.value) == (122, 52)
    assert port.GetCommConfig(config, ctypes.byref(size))
    assert config.raw[8:36] == bytes(port.state())
    struct.pack_into("<I", config, 12, 4800)
    assert port.SetCommConfig(config, 52)
    assert port.state().BaudRate == 4800
    assert kernel32.GetDefaultCommConfigW("COM7", config, ctypes.byref(size))
    assert struct.unpack_from("<I", config, 12) == (9600,)
    assert not kernel32.SetDefaultCommConfigW("COM7", config, size)
    assert wct.get_last_error() == ERROR_ACCESS_DENIED
    assert not kernel32.GetDefaultCommConfigW("COM99", config, ctypes.byref(size))
    assert wct.get_last_error() == ERROR_INVALID_PARAMETER


def test_properties(port):
    properties = ctypes.create_string_buffer(64)
    assert port.SetupComm(16384, 100) and port.GetCommProperties(properties)
    assert struct.unpack_from("<2H", properties) == (64, 2)
    assert struct.unpack_from("<I", properties, 48) == (16384,)


def test_a_read_can_return_at_once(port, cable):
    assert port.SetCommTimeouts(timeouts(interval=MAXDWORD))
    assert port.read(10) == b""
    os.write(cable, b"abc")
    assert port.read(2) == b"ab"
    assert port.read(10) == b"c"


def test_a_read_can_wait_for_the_first_byte(port, cable):
    assert port.SetCommTimeouts(timeouts(MAXDWORD, MAXDWORD, 60000))
    threading.Timer(0.05, os.write, (cable, b"x")).start()
    assert port.read(10) == b"x"
    assert port.SetCommTimeouts(timeouts(MAXDWORD, MAXDWORD, 10))
    assert port.read(10) == b""


def test_a_read_ends_when_its_time_is_over(port, cable):
    assert port.SetCommTimeouts(timeouts(0, 1, 20))
    os.write(cable, b"abc")
    assert port.read(10) == b"abc"
    assert port.read(10) == b""


def test_a_read_ends_when_nothing_follows(port, cable):
    assert port.SetCommTimeouts(timeouts(interval=20))
    threading.Timer(0.1, os.write, (cable, b"abc")).start()  # the time runs from the first byte only
    assert port.read(10) == b"abc"


def test_a_read_without_time_outs_waits_for_all(port, cable):
    os.write(cable, b"ab")
    threading.Timer(0.05, os.write, (cable, b"cd")).start()
    assert port.read(4) == b"abcd"


def test_time_outs_are_kept(port):
    given, kept = timeouts(1, 2, 3, 4, 5), ctypes.create_string_buffer(20)
    assert port.SetCommTimeouts(given) and port.GetCommTimeouts(kept)
    assert kept.raw == given
    assert not port.SetCommTimeouts(timeouts(MAXDWORD, MAXDWORD, MAXDWORD))
    assert wct.get_last_error() == ERROR_INVALID_PARAMETER


def test_a_write_ends_when_its_time_is_over(port):
    assert port.SetCommTimeouts(timeouts(write_constant=20))
    assert port.EscapeCommFunction(1)  # SETXOFF
    assert port.write(b"abc") == 0
    assert port.EscapeCommFunction(2)
    assert port.write(b"abc") == 3


def test_null_characters_can_be_left_out(port, cable):
    state = port.state()
    state.flags |= 1 << 11
    assert port.SetCommState(ctypes.byref(state))
    os.write(cable, b"\0a\0\0b\0")
    assert port.read(2) == b"ab"


def test_what_has_arrived_is_counted_and_can_be_purged(port, cable):
    assert port.SetCommMask(EV_RXCHAR)
    event = wintypes.DWORD()
    os.write(cable, b"abcd")
    assert port.WaitCommEvent(ctypes.byref(event), None)
    assert port.queued() == 4
    assert port.read(1) == b"a" and port.queued() == 3
    assert port.PurgeComm(8)
    assert port.queued() == 0
    for flags in (0, 16):
        assert not port.PurgeComm(flags)
        assert wct.get_last_error() == ERROR_INVALID_PARAMETER


def test_an_overlapped_read_waits_and_times_out(kernel32, overlapped, cable):
    buffer, operation = ctypes.create_string_buffer(10), pending(kernel32)
    assert not overlapped.ReadFile(buffer, 3, None, ctypes.byref(operation))
    assert wct.get_last_error() == ERROR_IO_PENDING
    os.write(cable, b"abc")
    assert result(overlapped, operation) == (3, 0) and buffer.raw[:3] == b"abc"
    assert overlapped.SetCommTimeouts(timeouts(0, 0, 20))
    assert not overlapped.ReadFile(buffer, 10, None, ctypes.byref(operation))
    assert result(overlapped, operation) == (0, 0x102)
    assert overlapped.SetCommTimeouts(timeouts(MAXDWORD))
    assert overlapped.ReadFile(buffer, 10, None, ctypes.byref(operation))
    assert result(overlapped, operation) == (0, 0)
    assert not overlapped.ReadFile(buffer, 10, None, None)
    assert wct.get_last_error() == ERROR_INVALID_PARAMETER


def test_a_purge_aborts_reads_and_no_waits(kernel32, overlapped, cable):
    reading, waiting = pending(kernel32), pending(kernel32)
    buffer, event = ctypes.create_string_buffer(10), wintypes.DWORD()
    assert overlapped.SetCommMask(EV_RXCHAR)
    assert not overlapped.WaitCommEvent(ctypes.byref(event), ctypes.byref(waiting))
    assert not overlapped.ReadFile(buffer, 3, None, ctypes.byref(reading))
    assert overlapped.PurgeComm(2)
    assert result(overlapped, reading) == -ERROR_OPERATION_ABORTED
    os.write(cable, b"x")
    assert result(overlapped, waiting) == (4, 0) and event.value == EV_RXCHAR


def test_overlapped_reads_take_turns_and_their_time_begins_with_the_turn(kernel32, overlapped, cable):
    first, second, buffer = pending(kernel32), pending(kernel32), ctypes.create_string_buffer(20)
    assert not overlapped.ReadFile(buffer, 4, None, ctypes.byref(first))
    assert overlapped.SetCommTimeouts(timeouts(0, 0, 20))
    assert not overlapped.ReadFile(ctypes.byref(buffer, 10), 4, None, ctypes.byref(second))
    os.write(cable, b"abcdef")
    assert result(overlapped, first) == (4, 0)
    assert result(overlapped, second) == (2, 0x102)
    assert buffer.raw[:4] == b"abcd" and buffer.raw[10:12] == b"ef"


def test_a_purge_aborts_writes(kernel32, overlapped, cable):
    writing = pending(kernel32)
    assert overlapped.EscapeCommFunction(1)  # SETXOFF
    assert not overlapped.WriteFile(b"abc", 3, None, ctypes.byref(writing))
    assert wct.get_last_error() == ERROR_IO_PENDING
    assert overlapped.PurgeComm(1 | 4)
    assert result(overlapped, writing) == -ERROR_OPERATION_ABORTED
    assert not overlapped.CancelIoEx(None)
    assert wct.get_last_error() == 1168  # ERROR_NOT_FOUND
    assert overlapped.EscapeCommFunction(2)


def test_a_wait_ends_when_the_device_is_taken_away(kernel32, monkeypatch):
    far, near = os.openpty()
    monkeypatch.setenv("WINDLASS_PORTS", f"COM7={os.ttyname(near)}")
    port, waiting, event = Port(kernel32, "COM7", OVERLAPPED_FLAG), pending(kernel32), wintypes.DWORD()
    os.close(near)
    assert port.SetCommMask(EV_RXCHAR)
    assert not port.WaitCommEvent(ctypes.byref(event), ctypes.byref(waiting))
    os.close(far)
    assert result(port, waiting) == -1617
    port.CloseHandle()


def test_a_duplicated_handle_keeps_the_port(kernel32, port, cable):
    copy = ctypes.c_size_t()
    assert kernel32.DuplicateHandle(
        ctypes.c_size_t(MAXDWORD << 32 | MAXDWORD), ctypes.c_size_t(port.handle),
        ctypes.c_size_t(MAXDWORD << 32 | MAXDWORD), ctypes.byref(copy), 0, False, 2,
    )  # fmt: skip
    port.CloseHandle()
    port.handle = copy.value
    assert port.write(b"still") == 5 and os.read(cable, 9) == b"still"


def test_events_of_arrival_come_once(port, cable):
    event, state = wintypes.DWORD(), port.state()
    state.EvtChar = ord("\n")
    assert port.SetCommState(ctypes.byref(state))
    assert port.SetCommMask(EV_RXCHAR | EV_RXFLAG)
    os.write(cable, b"one\n")
    assert port.WaitCommEvent(ctypes.byref(event), None)
    assert event.value == EV_RXCHAR | EV_RXFLAG
    threading.Timer(0.05, os.write, (cable, b"two")).start()  # what is unread is no event any more
    assert port.WaitCommEvent(ctypes.byref(event), None)
    assert event.value == EV_RXCHAR
    assert port.SetCommTimeouts(timeouts(interval=MAXDWORD))
    assert port.read(100) == b"one\ntwo"


def test_a_wait_and_a_read_at_the_same_time(kernel32, overlapped, cable):
    reading, waiting = pending(kernel32), pending(kernel32)
    buffer, event = ctypes.create_string_buffer(10), wintypes.DWORD()
    assert overlapped.SetCommMask(EV_RXCHAR)
    for _ in range(20):
        assert not overlapped.WaitCommEvent(ctypes.byref(event), ctypes.byref(waiting))
        assert not overlapped.ReadFile(buffer, 3, None, ctypes.byref(reading))
        os.write(cable, b"abc")
        assert result(overlapped, reading) == (3, 0)
        assert result(overlapped, waiting) == (4, 0) and event.value == EV_RXCHAR
        assert overlapped.SetCommMask(0) and overlapped.SetCommMask(EV_RXCHAR)  # forgets what came in parts


def test_a_new_mask_ends_the_wait(kernel32, overlapped):
    waiting, other, event, mask = pending(kernel32), pending(kernel32), wintypes.DWORD(77), wintypes.DWORD()
    assert not overlapped.WaitCommEvent(ctypes.byref(event), ctypes.byref(waiting))
    assert wct.get_last_error() == ERROR_INVALID_PARAMETER  # no mask
    assert overlapped.SetCommMask(EV_RXCHAR)
    assert not overlapped.WaitCommEvent(ctypes.byref(event), ctypes.byref(waiting))
    assert wct.get_last_error() == ERROR_IO_PENDING
    assert not overlapped.WaitCommEvent(ctypes.byref(event), ctypes.byref(other))
    assert wct.get_last_error() == ERROR_INVALID_PARAMETER  # one at a time
    assert overlapped.SetCommMask(EV_RXCHAR | EV_TXEMPTY)
    assert result(overlapped, waiting) == (4, 0) and event.value == 0
    assert overlapped.GetCommMask(ctypes.byref(mask)) and mask.value == EV_RXCHAR | EV_TXEMPTY
    assert not overlapped.SetCommMask(0x10000)
    assert wct.get_last_error() == ERROR_INVALID_PARAMETER


def test_an_event_when_all_is_sent(port):
    event = wintypes.DWORD()
    assert port.SetCommMask(EV_TXEMPTY)
    assert port.write(b"abc") == 3
    assert port.WaitCommEvent(ctypes.byref(event), None)
    assert event.value == EV_TXEMPTY


@pytest.mark.parametrize("access", [0x40000000, 0x80000000])
def test_a_port_for_one_direction(kernel32, cable, access):
    handle = ctypes.c_size_t(kernel32.CreateFileW("COM7", access, 0, None, OPEN_EXISTING, 0, None))
    done, event, buffer = wintypes.DWORD(), wintypes.DWORD(), ctypes.create_string_buffer(2)
    os.write(cable, b"ab")
    assert kernel32.SetCommMask(handle, EV_TXEMPTY)
    if access == 0x40000000:
        assert kernel32.WriteFile(handle, b"x", 1, ctypes.byref(done), None) and done.value == 1
        assert kernel32.WaitCommEvent(handle, ctypes.byref(event), None) and event.value == EV_TXEMPTY
        assert not kernel32.ReadFile(handle, buffer, 2, ctypes.byref(done), None)
    else:
        assert kernel32.ReadFile(handle, buffer, 2, ctypes.byref(done), None) and buffer.raw == b"ab"
        assert not kernel32.WriteFile(handle, b"x", 1, ctypes.byref(done), None)
    assert wct.get_last_error() == ERROR_ACCESS_DENIED
    assert kernel32.CloseHandle(handle)


def test_lines_of_a_cable_without_them(port):
    lines = wintypes.DWORD(77)
    for function in (3, 4, 5, 6, 8, 9):
        assert port.EscapeCommFunction(function)
    for function in (0, 10):
        assert not port.EscapeCommFunction(function)
        assert wct.get_last_error() == ERROR_INVALID_PARAMETER
    assert port.SetCommBreak() and port.ClearCommBreak()
    assert port.GetCommModemStatus(ctypes.byref(lines)) and lines.value == 0


def test_a_character_can_be_sent_by_itself(port, cable):
    assert port.TransmitCommChar(ord("!"))
    assert os.read(cable, 10) == b"!"


def test_the_device_can_be_taken_away(kernel32, monkeypatch):
    far, near = os.openpty()
    monkeypatch.setenv("WINDLASS_PORTS", f"COM7={os.ttyname(near)}")
    port = Port(kernel32)
    os.close(near)
    os.close(far)
    done = wintypes.DWORD()
    assert not port.ReadFile(ctypes.create_string_buffer(1), 1, ctypes.byref(done), None)
    assert wct.get_last_error() == 1617  # ERROR_DEVICE_REMOVED
    assert not port.WriteFile(b"x", 1, ctypes.byref(done), None)
    port.CloseHandle()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("baud=1200 parity=N data=8 stop=1", (1200, 8, 0, 0)),
        ("COM1: baud=19 parity=e data=7 stop=2", (19200, 7, 2, 2)),
        ("96,o,8,1", (9600, 8, 1, 0)),
        ("com2:1200,n,7,2,x", (1200, 7, 0, 2)),
        ("11,m,5,1.5", (110, 5, 3, 1)),
        ("110", (110, 6, 4, 2)),
    ],
)
def test_settings_as_text(kernel32, text, expected):
    for build, given in ((kernel32.BuildCommDCBW, text), (kernel32.BuildCommDCBA, text.encode())):
        state = DCB(ByteSize=6, Parity=4)
        assert build(given, ctypes.byref(state))
        assert (state.BaudRate, state.ByteSize, state.Parity, state.StopBits) == expected
        assert state.DCBlength == 28


def test_flow_control_as_text(kernel32):
    def flags(text):
        state = DCB()
        assert kernel32.BuildCommDCBW(text, ctypes.byref(state))
        return state.flags

    cts, dsr, dtr, sense, out_x, in_x, rts = 1 << 2, 1 << 3, 4, 1 << 6, 1 << 8, 1 << 9, 12
    assert flags("9600,n,8,1") == 1 << dtr | 1 << rts
    assert flags("9600,n,8,1,x") == 1 << dtr | 1 << rts | out_x | in_x
    assert flags("9600,n,8,1,p") == cts | dsr | 2 << dtr | 2 << rts
    assert flags("xon=on odsr=on octs=on idsr=on dtr=hs rts=tg") == (
        out_x | in_x | dsr | cts | sense | 2 << dtr | 3 << rts
    )


@pytest.mark.parametrize(
    "text", ["", "baud", "baud=x", "parity=q", "9600,n,9", "stop=3", "9600,n,8,1,z", "dtr=tg", "COM"]
)
def test_settings_that_are_none(kernel32, text):
    state = DCB(BaudRate=5)
    assert not kernel32.BuildCommDCBW(text, ctypes.byref(state))
    assert wct.get_last_error() == ERROR_INVALID_PARAMETER
    assert state.BaudRate == 5


def test_time_outs_as_text(kernel32):
    state, kept = DCB(), ctypes.create_string_buffer(timeouts(1, 2, 3, 4, 5), 20)
    assert kernel32.BuildCommDCBAndTimeoutsA(b"baud=300", ctypes.byref(state), kept)
    assert kept.raw == timeouts(1, 2, 3, 4, 5)
    assert kernel32.BuildCommDCBAndTimeoutsW("baud=300 to=on", ctypes.byref(state), kept)
    assert kept.raw == timeouts(0, 0, 60000, 0, 60000)
    assert kernel32.BuildCommDCBAndTimeoutsW("to=off", ctypes.byref(state), kept)
    assert kept.raw == timeouts()


def test_the_ports_that_there_are(kernel32, cable):
    kernelbase = wct.WinDLL("kernelbase")
    kernelbase.OpenCommPort.restype = ctypes.c_size_t
    numbers, found = (wintypes.ULONG * 256)(), wintypes.ULONG()
    assert kernelbase.GetCommPorts(numbers, 256, ctypes.byref(found)) == 0
    assert {7, 12} <= set(numbers[: found.value])
    assert kernelbase.GetCommPorts(numbers, 1, ctypes.byref(found)) == 234  # ERROR_MORE_DATA
    text = ctypes.create_string_buffer(4000)
    assert kernel32.QueryDosDeviceA(b"COM12", text, 4000) == 18
    assert text.raw.startswith(b"\\Device\\Serial11\0\0")
    assert not kernel32.QueryDosDeviceA(b"COM200", text, 4000)
    assert kernel32.QueryDosDeviceA(None, text, 4000) and b"\0COM7\0" in text.raw
    assert not kernel32.QueryDosDeviceA(None, text, 4) and wct.get_last_error() == 122
    handle = kernelbase.OpenCommPort(12, GENERIC_READ_WRITE, 0)
    assert handle != INVALID and kernel32.CloseHandle(ctypes.c_size_t(handle))


def test_the_registry_lists_the_ports(cable, fresh_python):
    printed = fresh_python(
        "from windlass.api.system.registry_keys import store\n"
        "key = store().find(0, r'Machine\\HARDWARE\\DEVICEMAP\\SERIALCOMM')\n"
        "print([(v.name, v.data.decode('utf-16le').rstrip(chr(0))) for v in store().values(key)])"
    )
    assert r"('\\Device\\Serial11', 'COM12')" in printed and r"('\\Device\\Serial6', 'COM7')" in printed


# Asks a device for its name, as its child again, by the handle that it leaves it.
INSTRUMENT = r"""
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

static int ask(HANDLE port, const char *question)
{
    char answer[20] = "";
    DWORD done;
    DCB state = {.DCBlength = sizeof state};
    COMMTIMEOUTS timeouts = {.ReadTotalTimeoutConstant = 20000};
    if (!GetCommState(port, &state))
        return printf("no port: %lu\n", GetLastError());
    SetCommTimeouts(port, &timeouts);
    WriteFile(port, question, 1, &done, NULL);
    ReadFile(port, answer, 5, &done, NULL);
    printf("%c: %lu baud, %d data bits, %s\n", *question, state.BaudRate, state.ByteSize, answer);
    return 0;
}

int main(int count, char **arguments)
{
    SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION process;
    DCB state = {.DCBlength = sizeof state};
    COMMCONFIG config = {.dwSize = sizeof config};
    COMMPROP properties;
    COMSTAT status;
    DWORD size = sizeof config, errors;
    char command[MAX_PATH + 40];
    if (count > 1)
        return ask((HANDLE)(INT_PTR)atoi(arguments[1]), "2");
    HANDLE port = CreateFileA("COM7", GENERIC_READ | GENERIC_WRITE, 0, &inherit, OPEN_EXISTING, 0, NULL);
    GetCommState(port, &state);
    printf("built %d\n", BuildCommDCBA("baud=57600 parity=N data=8 stop=1", &state));
    printf("set %d\n", SetCommState(port, &state));
    printf("config %d %lu\n", GetCommConfig(port, &config, &size), config.dcb.BaudRate);
    printf("properties %d %d\n", GetCommProperties(port, &properties), (int)properties.wPacketLength);
    printf("status %d %lu\n", ClearCommError(port, &errors, &status), status.cbInQue);
    ask(port, "1");
    snprintf(command, sizeof command, "\"%s\" %d", arguments[0], (int)(INT_PTR)port);
    fflush(stdout);
    if (!CreateProcessA(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process))
        return printf("error %lu\n", GetLastError());
    WaitForSingleObject(process.hProcess, INFINITE);
    return 0;
}
"""


def test_a_program_talks_to_an_instrument_and_its_child_by_the_handle_it_inherits(exe, cable, tmp_path):
    source = tmp_path / "instrument.c"
    source.write_text(INSTRUMENT)
    command = [sys.executable, "-m", "windlass", "run", str(exe(source))]
    asking = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    for _ in range(2):
        assert select.select([cable], [], [], 60)[0]
        os.write(cable, b"<%s>" % (os.read(cable, 1) * 3))
    printed, _ = asking.communicate(timeout=60)
    assert printed.splitlines() == [
        "built 1",
        "set 1",
        "config 1 57600",
        "properties 1 64",
        "status 1 0",
        "1: 57600 baud, 8 data bits, <111>",
        "2: 57600 baud, 8 data bits, <222>",
    ]
