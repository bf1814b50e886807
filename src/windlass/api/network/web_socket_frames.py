"""The frames of WebSocket connections.

Source: RFC 6455, 5 (data framing) and 7 (closing the connection).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import struct
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["Frame", "ProtocolError", "accept_of", "encode", "new_key", "read"]

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
LARGEST_CONTROL = 125


class ProtocolError(ValueError):
    pass


class Frame(NamedTuple):
    """The head of a frame, whose payload follows. final: the last of its message."""

    final: bool
    kind: int
    size: int
    mask: bytes


def new_key() -> str:
    return base64.b64encode(secrets.token_bytes(16)).decode()


def accept_of(key: str) -> str:
    """What a server answers to a key."""
    digest = hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11", usedforsecurity=False)
    return base64.b64encode(digest.digest()).decode()


def masked(data: bytes, mask: bytes) -> bytes:
    """The same operation takes a mask off again."""
    if not data:
        return b""
    key = int.from_bytes((mask * (len(data) // 4 + 1))[: len(data)], "big")
    return (int.from_bytes(data, "big") ^ key).to_bytes(len(data), "big")


def encode(kind: int, payload: bytes, *, final: bool = True) -> bytes:
    """As a client sends it, masked."""
    head, size = bytes([(0x80 if final else 0) | kind]), len(payload)
    if size < 126:
        head += bytes([0x80 | size])
    elif size < 1 << 16:
        head += bytes([0x80 | 126]) + struct.pack(">H", size)
    else:
        head += bytes([0x80 | 127]) + struct.pack(">Q", size)
    mask = secrets.token_bytes(4)
    return head + mask + masked(payload, mask)


def read(take: Callable[[int], bytes]) -> Frame:
    """The next frame's head; `take` gives exactly so many bytes. ProtocolError."""
    first, second = take(2)
    size = second & 0x7F
    if size == 126:
        size = struct.unpack(">H", take(2))[0]
    elif size == 127:
        size = struct.unpack(">Q", take(8))[0]
    kind = first & 0xF
    if first & 0x70 or kind not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
        raise ProtocolError("a frame of no known kind")
    if kind >= CLOSE and (size > LARGEST_CONTROL or not first & 0x80):
        raise ProtocolError("a control frame that is too large, or in parts")
    return Frame(bool(first & 0x80), kind, size, take(4) if second & 0x80 else b"")
