"""String bindings and binding handles of remote procedure calls. No call goes anywhere: handles only keep
what they were made of.

Source: Microsoft, "String Binding", "RpcStringBindingComposeW function", "RpcStringBindingParseW function",
"RpcBindingFromStringBindingW function", "DceErrorInqTextW function".
"""

from __future__ import annotations

import ctypes
import itertools
import re
import uuid
from typing import NamedTuple

from windlass import _core
from windlass.api.calls import windows
from windlass.api.outputs import from_ansi, get_u64, put_cut, put_u64
from windlass.api.refused import Refused, code_of
from windlass.registry import export
from windlass.types import LONG, LPCSTR, LPCWSTR, LPSTR, LPWSTR, PVOID, ULONG

__all__: list[str] = []

RPC_S_INVALID_STRING_BINDING, RPC_S_INVALID_BINDING = 1700, 1702
RPC_S_PROTSEQ_NOT_SUPPORTED, RPC_S_INVALID_RPC_PROTSEQ, RPC_S_INVALID_STRING_UUID = 1703, 1704, 1705
RPC_S_INVALID_ARG = 87
SEQUENCES = ("ncalrpc", "ncacn_ip_tcp", "ncacn_np", "ncadg_ip_udp", "ncacn_http")


class Binding(NamedTuple):
    """The parts of a string binding, in the order in which they stand."""

    object: str = ""
    sequence: str = ""
    address: str = ""
    endpoint: str = ""
    options: str = ""


def compose(binding: Binding) -> str:
    text = f"{binding.object}@" if binding.object else ""
    if binding.sequence:
        text += f"{binding.sequence}:"
    text += binding.address.replace("\\", "\\\\")
    inside = ",".join(filter(None, (binding.endpoint.replace("\\", "\\\\"), binding.options)))
    return text + (f"[{inside}]" if inside else "")


_PATTERN = re.compile(
    r"(?:(?P<object>[^@\[\]]*)@)?(?P<sequence>[^:@\[\]\\]*):(?P<address>(?:\\.|[^\[\]])*)"
    r"(?:\[(?P<inside>(?:\\.|[^\]])*)\])?",
    re.DOTALL,
)


def parse(text: str) -> Binding:
    """Refused with RPC_S_INVALID_STRING_BINDING or RPC_S_INVALID_STRING_UUID."""
    match = _PATTERN.fullmatch(text)
    if match is None or not match["sequence"]:
        raise Refused(RPC_S_INVALID_STRING_BINDING)
    object = match["object"] or ""
    if object:
        try:
            uuid.UUID(object)
        except ValueError:
            raise Refused(RPC_S_INVALID_STRING_UUID) from None
    address = re.sub(r"\\(.)", r"\1", match["address"])
    parts = (match["inside"] or "").split(",")
    endpoint, options = parts[0], parts[1:]
    if "=" in endpoint:
        name, _, value = endpoint.partition("=")
        endpoint, options = (value, options) if name.strip().lower() == "endpoint" else ("", parts)
    endpoint = re.sub(r"\\(.)", r"\1", endpoint)
    return Binding(object, match["sequence"], address, endpoint, ",".join(options))


def _put_text(result: int, text: str, wide: bool) -> None:
    """A copy that RpcStringFree frees; nothing for an output that is not wanted."""
    if result:
        data = _core.wide_bytes(text) if wide else _core.ansi_from_text(text) + b"\0"
        copy = windows("ole32.dll", "CoTaskMemAlloc", len(data))
        _core.write(copy, data)
        put_u64(result, copy)


def _compose(parts: tuple[str | None, ...], result: int, wide: bool) -> None:
    binding = Binding(*(part or "" for part in parts))
    if binding.object:
        try:
            uuid.UUID(binding.object)
        except ValueError:
            raise Refused(RPC_S_INVALID_STRING_UUID) from None
    _put_text(result, compose(binding), wide)


@export("rpcrt4")
def RpcStringBindingComposeW(
    ObjUuid: LPCWSTR,
    ProtSeq: LPCWSTR,
    NetworkAddr: LPCWSTR,
    Endpoint: LPCWSTR,
    Options: LPCWSTR,
    StringBinding: PVOID,
) -> LONG:
    return code_of(_compose, (ObjUuid, ProtSeq, NetworkAddr, Endpoint, Options), StringBinding, True)


@export("rpcrt4")
def RpcStringBindingComposeA(
    ObjUuid: LPCSTR,
    ProtSeq: LPCSTR,
    NetworkAddr: LPCSTR,
    Endpoint: LPCSTR,
    Options: LPCSTR,
    StringBinding: PVOID,
) -> LONG:
    parts = tuple(map(from_ansi, (ObjUuid, ProtSeq, NetworkAddr, Endpoint, Options)))
    return code_of(_compose, parts, StringBinding, False)


def _parse(text: str | None, results: tuple[int, ...], wide: bool) -> None:
    if text is None:
        raise Refused(RPC_S_INVALID_STRING_BINDING)
    for result, part in zip(results, parse(text)):
        _put_text(result, part, wide)


@export("rpcrt4")
def RpcStringBindingParseW(
    StringBinding: LPCWSTR,
    ObjUuid: PVOID,
    Protseq: PVOID,
    NetworkAddr: PVOID,
    Endpoint: PVOID,
    NetworkOptions: PVOID,
) -> LONG:
    return code_of(_parse, StringBinding, (ObjUuid, Protseq, NetworkAddr, Endpoint, NetworkOptions), True)


@export("rpcrt4")
def RpcStringBindingParseA(
    StringBinding: LPCSTR,
    ObjUuid: PVOID,
    Protseq: PVOID,
    NetworkAddr: PVOID,
    Endpoint: PVOID,
    NetworkOptions: PVOID,
) -> LONG:
    results = (ObjUuid, Protseq, NetworkAddr, Endpoint, NetworkOptions)
    return code_of(_parse, from_ansi(StringBinding), results, False)


# ---- handles ----

_bindings: dict[int, Binding] = {}
_handles = itertools.count(0x52504300, 0x10)


def _check_sequence(name: str) -> None:
    if name.lower() not in SEQUENCES:
        known = name.lower().startswith(("ncacn_", "ncadg_"))
        raise Refused(RPC_S_PROTSEQ_NOT_SUPPORTED if known else RPC_S_INVALID_RPC_PROTSEQ)


def _from_text(text: str | None, result: int) -> None:
    if text is None or not result:
        raise Refused(RPC_S_INVALID_ARG)
    binding = parse(text)
    _check_sequence(binding.sequence)
    handle = next(_handles)
    _bindings[handle] = binding
    put_u64(result, handle)


@export("rpcrt4")
def RpcBindingFromStringBindingW(StringBinding: LPCWSTR, Binding: PVOID) -> LONG:
    return code_of(_from_text, StringBinding, Binding)


@export("rpcrt4")
def RpcBindingFromStringBindingA(StringBinding: LPCSTR, Binding: PVOID) -> LONG:
    return code_of(_from_text, from_ansi(StringBinding), Binding)


def _to_text(handle: int, result: int, wide: bool) -> None:
    if handle not in _bindings:
        raise Refused(RPC_S_INVALID_BINDING)
    _put_text(result, compose(_bindings[handle]), wide)


@export("rpcrt4")
def RpcBindingToStringBindingW(Binding: PVOID, StringBinding: PVOID) -> LONG:
    return code_of(_to_text, Binding, StringBinding, True)


@export("rpcrt4")
def RpcBindingToStringBindingA(Binding: PVOID, StringBinding: PVOID) -> LONG:
    return code_of(_to_text, Binding, StringBinding, False)


@export("rpcrt4")
def RpcBindingCopy(SourceBinding: PVOID, DestinationBinding: PVOID) -> LONG:
    if SourceBinding not in _bindings:
        return RPC_S_INVALID_BINDING
    handle = next(_handles)
    _bindings[handle] = _bindings[SourceBinding]
    put_u64(DestinationBinding, handle)
    return 0


@export("rpcrt4")
def RpcBindingFree(Binding: PVOID) -> LONG:
    """The caller's variable becomes NULL."""
    if not Binding or _bindings.pop(get_u64(Binding), None) is None:
        return RPC_S_INVALID_BINDING
    put_u64(Binding, 0)
    return 0


@export("rpcrt4")
def RpcNetworkIsProtseqValidW(Protseq: LPCWSTR) -> LONG:
    return code_of(_check_sequence, Protseq or "")


@export("rpcrt4")
def RpcNetworkIsProtseqValidA(Protseq: LPCSTR) -> LONG:
    return code_of(_check_sequence, from_ansi(Protseq) or "")


# ---- texts of errors ----

DCE_C_ERROR_STRING_LEN, FORMAT_MESSAGE_FROM_SYSTEM, FORMAT_MESSAGE_IGNORE_INSERTS = 256, 0x1000, 0x200
UNKNOWN_ERROR = 1766  # RPC_S_NOT_RPC_ERROR


def _error_text(status: int, buffer: int, wide: bool) -> int:
    text = ctypes.create_string_buffer(2 * DCE_C_ERROR_STRING_LEN)
    flags = FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS
    at = ctypes.addressof(text)
    for code in (status, UNKNOWN_ERROR):
        if (
            windows("kernel32.dll", "FormatMessageW", flags, 0, code, 0, at, DCE_C_ERROR_STRING_LEN, 0)
            & 0xFFFFFFFF
        ):
            put_cut(buffer, _core.wide_string(at), DCE_C_ERROR_STRING_LEN, wide)
            return 0
    return RPC_S_INVALID_ARG


@export("rpcrt4")
def DceErrorInqTextW(RpcStatus: ULONG, ErrorText: LPWSTR) -> LONG:
    return _error_text(RpcStatus, ErrorText, True)


@export("rpcrt4")
def DceErrorInqTextA(RpcStatus: ULONG, ErrorText: LPSTR) -> LONG:
    return _error_text(RpcStatus, ErrorText, False)
