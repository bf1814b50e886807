"""NetBIOS: which adapters there are and what their hardware addresses are, which is what programs ask it for.
Sessions, datagrams and names need a transport that Linux has not.

Source: Microsoft, "Netbios function", "NCB structure", "ADAPTER_STATUS structure", "LANA_ENUM structure".
"""

from __future__ import annotations

import ctypes
import struct
from ctypes import c_uint8, c_uint16, c_uint64

from windlass import _core
from windlass.api.calls import windows
from windlass.api.network import network_interfaces as host
from windlass.api.refused import Refused, code_of
from windlass.api.structures import get_structure
from windlass.registry import export
from windlass.types import BYTE, PVOID, Calling

NRC_BUFLEN, NRC_ILLCMD, NRC_NOCALL, NRC_BRIDGE, NRC_SYSTEM = 0x01, 0x03, 0x14, 0x23, 0x40
NRC_PENDING = 0xFF
NCBRESET, NCBASTAT, NCBENUM = 0x32, 0x33, 0x37
ASYNCH = 0x80
NETWORK_COMMANDS = frozenset((*range(0x10, 0x18), *range(0x20, 0x24), 0x30, 0x31, *range(0x34, 0x37),
                              *range(0x70, 0x74), 0x78, 0x79))  # fmt: skip
"""Calls, sessions, datagrams and names."""

STATUS_SIZE, MAX_LANA = 60, 254
ETHERNET, RELEASE = 0xFE, 3


class ControlBlock(ctypes.Structure):
    """NCB"""

    _fields_ = (
        ("command", c_uint8),
        ("code", c_uint8),
        ("session", c_uint8),
        ("number", c_uint8),
        ("buffer", c_uint64),
        ("length", c_uint16),
        ("called", c_uint8 * 16),
        ("name", c_uint8 * 16),
        ("receive_timeout", c_uint8),
        ("send_timeout", c_uint8),
        ("routine", c_uint64),
        ("adapter", c_uint8),
        ("completed", c_uint8),
        ("reserved", c_uint8 * 18),
        ("event", c_uint64),
    )


def _adapters() -> list[host.Interface]:
    """Those with a hardware address; their places are the LANA numbers."""
    return [each for each in host.interfaces() if len(each.hardware_address) == 6][:MAX_LANA]


def _enumerate(block: ControlBlock) -> None:
    numbers = bytes(range(len(_adapters())))
    data = bytes((len(numbers),)) + numbers
    _core.write(block.buffer, data[: block.length])
    if block.length < len(data):
        raise Refused(NRC_BUFLEN)
    block.length = len(data)


def _status(block: ControlBlock) -> None:
    """ADAPTER_STATUS without names, of the adapter alone: nobody else answers."""
    adapters = _adapters()
    if block.adapter >= len(adapters):
        raise Refused(NRC_BRIDGE)
    if not bytes(block.called).startswith(b"*"):
        raise Refused(NRC_NOCALL)
    head = struct.pack("<6sBBBB", adapters[block.adapter].hardware_address, RELEASE, 0, ETHERNET, 0)
    data = head.ljust(STATUS_SIZE, b"\0")
    _core.write(block.buffer, data[: block.length])
    if block.length < len(data):
        raise Refused(NRC_BUFLEN)
    block.length = len(data)


def _run(block: ControlBlock) -> None:
    command = block.command & ~ASYNCH
    if command == NCBENUM:
        _enumerate(block)
    elif command == NCBASTAT:
        _status(block)
    elif command in NETWORK_COMMANDS:
        raise Refused(NRC_SYSTEM)
    elif command != NCBRESET:
        raise Refused(NRC_ILLCMD)
    elif block.adapter >= len(_adapters()):
        raise Refused(NRC_BRIDGE)


@export("netapi32")
def Netbios(pncb: PVOID) -> Calling[BYTE]:
    """A command that need not be waited for is done when this returns, too."""
    block = get_structure(pncb, ControlBlock)
    code = code_of(_run, block)
    block.code = block.completed = code
    _core.write(pncb, bytes(block))
    if not block.command & ASYNCH:
        return code
    if block.event:
        windows("kernel32.dll", "SetEvent", block.event)
    elif block.routine:
        yield block.routine, pncb
    return 0
