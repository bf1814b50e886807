"""FormatMessageA and the ANSI code page."""

from __future__ import annotations

import ctypes
import os

import pytest

import windlass

PROGRAM = """
import ctypes
import sys
import windlass

kernel32 = windlass.WinDLL("kernel32")
encoding = sys.argv[1]
buffer = ctypes.create_string_buffer(100)
insert = ctypes.create_string_buffer("h\\u00e9".encode(encoding))
arguments = (ctypes.c_void_p * 1)(ctypes.addressof(insert))
text = ctypes.c_char_p("%1 \\u20ac".encode(encoding))
length = kernel32.FormatMessageA(0x2400, text, 0, 0, buffer, 100, arguments)
print(length, ascii(buffer.value.decode(encoding)))
"""


@pytest.mark.parametrize("code_page, encoding, length", [("1252", "cp1252", 4), ("65001", "utf-8", 7)])
def test_text_inserts_and_result_are_in_the_ansi_code_page(fresh_python, code_page, encoding, length):
    environment = {**os.environ, "WINDLASS_CODEPAGE": code_page}
    assert fresh_python(PROGRAM, encoding, env=environment) == f"{length} {'hé €'!a}\n"


def test_a_text_to_format_must_be_given():
    kernel32 = windlass.WinDLL("kernel32")
    buffer = ctypes.create_string_buffer(100)
    assert kernel32.FormatMessageA(0x400, None, 0, 0, buffer, 100, None) == 0
    assert kernel32.GetLastError() == 87  # ERROR_INVALID_PARAMETER


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (1355, "The specified domain either does not exist or could not be contacted."),
        (0x8007054B, "The specified domain either does not exist or could not be contacted."),
        (0x800300FF, "Invalid flag error."),
        (0x8002801D, "Library not registered."),
        (0x80092012, "The revocation function was unable to check revocation for the certificate."),
    ],
)
def test_texts_of_the_system(code, text):
    """ "[MS-ERREF]: Windows Error Codes"."""
    kernel32 = windlass.WinDLL("kernel32")
    buffer = ctypes.create_string_buffer(300)
    ignore_inserts, from_system = 0x200, 0x1000
    count = kernel32.FormatMessageA(ignore_inserts | from_system, None, code, 0, buffer, 300, None)
    assert buffer.value.decode() == text + "\r\n" and count == len(text) + 2
