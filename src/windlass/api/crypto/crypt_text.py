"""Binary data as text and back: Base64, with or without PEM's lines, and hexadecimal.

Source: Microsoft, "CryptBinaryToStringW function", "CryptStringToBinaryW function"; RFC 7468 (PEM).
"""

from __future__ import annotations

import base64
import binascii
import re

from windlass import _core
from windlass.api.outputs import get_u32, put_u32
from windlass.api.refused import Refused, done
from windlass.registry import export
from windlass.types import BOOL, DWORD, LPDWORD, LPSTR, LPWSTR, PBYTE, PVOID

ERROR_INVALID_DATA = 13
ERROR_INVALID_PARAMETER = 87
ERROR_MORE_DATA = 234

BASE64_HEADER, BASE64, BINARY, BASE64_REQUEST_HEADER, HEX, HEX_ASCII, BASE64_ANY, ANY, HEX_ANY = range(9)
BASE64_X509_CRL_HEADER, HEX_ADDRESS, HEX_ASCII_ADDRESS, HEX_RAW, BASE64_URI, STRICT = (
    9,
    10,
    11,
    12,
    13,
    0x20000000,
)
NO_CR_LF, NO_CR = 0x40000000, 0x80000000
FORMAT = 0x0FFFFFFF

TITLES = {
    BASE64_HEADER: "CERTIFICATE",
    BASE64_REQUEST_HEADER: "NEW CERTIFICATE REQUEST",
    BASE64_X509_CRL_HEADER: "X509 CRL",
}


# ---- to text ----


def _lines(text: str, flags: int) -> str:
    """Base64 in lines of 64 characters, each with its end."""
    if flags & NO_CR_LF:
        return text
    end = "\n" if flags & NO_CR else "\r\n"
    return "".join(text[at : at + 64] + end for at in range(0, len(text), 64))


def _encode_base64(data: bytes, flags: int) -> str:
    body = _lines(base64.b64encode(data).decode("ascii"), flags)
    title = TITLES.get(flags & FORMAT)
    if title is None:
        return body
    end = "" if flags & NO_CR_LF else "\n" if flags & NO_CR else "\r\n"
    return f"-----BEGIN {title}-----{end}{body}-----END {title}-----{end}"


def _hex_line(data: bytes, at: int, kind: int) -> str:
    """Sixteen bytes in two groups, with their address before and their characters behind if asked for."""
    part = data[at : at + 16]
    groups = [" ".join(f"{byte:02x}" for byte in part[i : i + 8]) for i in (0, 8)]
    text = "  ".join(group for group in groups if group)
    if kind in (HEX_ADDRESS, HEX_ASCII_ADDRESS):
        text = f"{at:04x}\t{text}"
    if kind in (HEX_ASCII, HEX_ASCII_ADDRESS):
        characters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in part)
        width = 48 + (5 if kind == HEX_ASCII_ADDRESS else 0)
        text = f"{text:<{width}}   {characters}"
    return text


def _encode_hex(data: bytes, flags: int) -> str:
    kind = flags & FORMAT
    end = " " if flags & NO_CR_LF else "\n" if flags & NO_CR else "\r\n"
    if kind == HEX_RAW:
        return data.hex() + ("" if flags & NO_CR_LF else end)
    rows = (_hex_line(data, at, kind) for at in range(0, len(data), 16))
    text = end.join(rows)
    return text if flags & NO_CR_LF else text + end


def encode(data: bytes, flags: int) -> str:
    kind = flags & FORMAT
    if kind == BASE64 or kind in TITLES:
        return _encode_base64(data, flags)
    if kind == BASE64_URI:
        return base64.urlsafe_b64encode(data).decode("ascii").rstrip("=")
    if kind in (HEX, HEX_ASCII, HEX_ADDRESS, HEX_ASCII_ADDRESS, HEX_RAW):
        return _encode_hex(data, flags)
    raise Refused(ERROR_INVALID_PARAMETER)


def _to_text(data: int, size: int, flags: int, output: int, size_in_out: int, wide: bool) -> None:
    """The size counts characters: without the zero when they were written, with it when asked for."""
    if not data or not size or not size_in_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    if flags & FORMAT == BINARY:
        result, unit = _core.read(data, size), 1
    else:
        text = encode(_core.read(data, size), flags)
        result, unit = (_core.wide_bytes(text), 2) if wide else (text.encode() + b"\0", 1)
    count = len(result) // unit
    capacity = get_u32(size_in_out)
    is_text = flags & FORMAT != BINARY
    put_u32(size_in_out, count)
    if not output:
        return
    if capacity < count:
        raise Refused(ERROR_MORE_DATA)
    _core.write(output, result)
    put_u32(size_in_out, count - is_text)


@export("crypt32")
def CryptBinaryToStringW(
    pbBinary: PBYTE, cbBinary: DWORD, dwFlags: DWORD, pszString: LPWSTR, pcchString: LPDWORD
) -> BOOL:
    return done(_to_text, pbBinary, cbBinary, dwFlags, pszString, pcchString, True)


@export("crypt32")
def CryptBinaryToStringA(
    pbBinary: PBYTE, cbBinary: DWORD, dwFlags: DWORD, pszString: LPSTR, pcchString: LPDWORD
) -> BOOL:
    return done(_to_text, pbBinary, cbBinary, dwFlags, pszString, pcchString, False)


# ---- from text ----


def _decode_base64(text: str) -> bytes:
    """The padding may be missing."""
    compact = re.sub(r"\s", "", text)
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except binascii.Error:
        raise ValueError("no Base64") from None


def _decode_header(text: str) -> tuple[bytes, int]:
    """What stands between the first BEGIN and its END, and where that begins."""
    match = re.search(r"-----BEGIN ([^\r\n]*?)-----\s(.*?)-----END [^\r\n]*?-----", text, re.DOTALL)
    if match is None:
        raise ValueError("no header")
    return _decode_base64(match[2]), match.start()


def _decode_hex(text: str) -> bytes:
    compact = re.sub(r"\s", "", text)
    return bytes.fromhex(compact)


def _decode_hex_lines(text: str) -> bytes:
    """Lines with an address before or characters behind the sixteen bytes."""
    result = b""
    for line in text.splitlines():
        line = re.sub(r"^[0-9a-fA-F]{4,}[ \t]+(?=[0-9a-fA-F]{2} )", "", line)
        match = re.match(r"\s*((?:[0-9a-fA-F]{2}\s{1,2}){0,15}[0-9a-fA-F]{2})(?:\s|$)", line)
        if match is None and line.strip():
            raise ValueError(line)
        result += _decode_hex(match[1]) if match else b""
    return result


def _decode_uri(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _plain(text: str, kind: int) -> bytes:
    if kind == BASE64:
        return _decode_base64(text)
    if kind in (HEX, HEX_RAW):
        return _decode_hex(text)
    if kind in (HEX_ASCII, HEX_ADDRESS, HEX_ASCII_ADDRESS):
        return _decode_hex_lines(text)
    if kind == BINARY:
        return text.encode("latin-1")
    if kind == BASE64_URI:
        return _decode_uri(text)
    raise Refused(ERROR_INVALID_PARAMETER)


# What the formats that leave a choice try, in order.
_CHOICES = {
    BASE64_ANY: (BASE64_HEADER, BASE64),
    ANY: (BASE64_HEADER, BASE64, BINARY),
    HEX_ANY: (HEX_ADDRESS, HEX_ASCII_ADDRESS, HEX, HEX_RAW, HEX_ASCII),
}


def decode(text: str, kind: int) -> tuple[bytes, int, int]:
    """The bytes, how many characters were skipped before them, and the format that they had."""
    for choice in _CHOICES.get(kind, (kind,)):
        try:
            if choice in TITLES:
                data, skipped = _decode_header(text)
                return data, skipped, choice
            return _plain(text, choice), 0, choice
        except ValueError:
            continue
    raise Refused(ERROR_INVALID_DATA)


def _from_text(
    address: int, length: int, flags: int, output: int, size_in_out: int, skip: int, used: int, wide: bool
) -> None:
    if not address or not size_in_out:
        raise Refused(ERROR_INVALID_PARAMETER)
    if wide:
        text = _core.wide_string(address, length or -1)
    else:
        text = (_core.read(address, length) if length else _core.string(address)).decode("latin-1")
    data, skipped, kind = decode(text.rstrip("\0"), flags & FORMAT & ~STRICT)
    capacity = get_u32(size_in_out)
    put_u32(size_in_out, len(data))
    put_u32(skip, skipped)
    put_u32(used, kind)
    if not output:
        return
    if capacity < len(data):
        raise Refused(ERROR_MORE_DATA)
    _core.write(output, data)


@export("crypt32")
def CryptStringToBinaryW(
    pszString: PVOID,
    cchString: DWORD,
    dwFlags: DWORD,
    pbBinary: PBYTE,
    pcbBinary: LPDWORD,
    pdwSkip: LPDWORD,
    pdwFlags: LPDWORD,
) -> BOOL:
    return done(_from_text, pszString, cchString, dwFlags, pbBinary, pcbBinary, pdwSkip, pdwFlags, True)


@export("crypt32")
def CryptStringToBinaryA(
    pszString: PVOID,
    cchString: DWORD,
    dwFlags: DWORD,
    pbBinary: PBYTE,
    pcbBinary: LPDWORD,
    pdwSkip: LPDWORD,
    pdwFlags: LPDWORD,
) -> BOOL:
    return done(_from_text, pszString, cchString, dwFlags, pbBinary, pcbBinary, pdwSkip, pdwFlags, False)
